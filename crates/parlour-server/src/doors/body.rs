//! Bodies: read within a limit and a time, and unpacked by what they are rather than by what their headers say.

use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use flate2::read::GzDecoder;
use tokio::time::timeout;

use crate::error::{ApiError, ErrorCode};

/// What gzip begins with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];
/// Wrappings within each other that are followed: a form with base64 with gzip in it.
const MAX_LAYERS: usize = 4;
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// How long a body says it is; more than `most` is refused before it is read, and a length that is not said is `most`.
pub(super) fn length(headers: &HeaderMap, most: usize, setting: &str) -> Result<usize, ApiError> {
    let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    match said {
        Some(n) if most < n => Err(too_large(most, setting)),
        Some(n) => Ok(n),
        None => Ok(most),
    }
}

/// Reads a body of at most so many bytes within so many seconds.
pub(super) async fn read(body: Body, most: usize, seconds: u64, setting: &str) -> Result<Bytes, ApiError> {
    match timeout(Duration::from_secs(seconds), axum::body::to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_limit(&error) => Err(too_large(most, setting)),
        Ok(Err(_)) => Err(ApiError::new(ErrorCode::InvalidRequest, "the body ended early; send it again")),
        Err(_) => {
            Err(ApiError::new(ErrorCode::TooSlow, "the body took longer than `ingest.body_seconds`; send it again"))
        }
    }
}

fn is_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit") {
            return true;
        }
        cause = error.source();
    }
    false
}

fn too_large(most: usize, setting: &str) -> ApiError {
    let message = format!("the body is larger than {most} bytes (`ingest.{setting}`); send less at once");
    ApiError::new(ErrorCode::BodyTooLarge, message)
}

/// The JSON within a body: out of gzip, out of base64, out of a form's `data`, whatever its headers say.
pub(super) fn unpacked(sent: &[u8], most: usize) -> Result<Cow<'_, [u8]>, ApiError> {
    let mut body = Cow::Borrowed(sent);
    for _ in 0..MAX_LAYERS {
        let inner = if body.starts_with(&GZIP) {
            inflated(&body, most)?
        } else if let Some(data) = of_form(&body) {
            data
        } else if let Some(bytes) = of_base64(&body) {
            bytes
        } else {
            return Ok(body);
        };
        body = Cow::Owned(inner);
    }
    Ok(body)
}

fn inflated(packed: &[u8], most: usize) -> Result<Vec<u8>, ApiError> {
    let mut plain = Vec::new();
    let read = GzDecoder::new(packed).take(most as u64 + 1).read_to_end(&mut plain);
    if most < plain.len() {
        return Err(too_large(most, "unpacked_bytes"));
    }
    match read {
        Ok(_) => Ok(plain),
        Err(_) => Err(ApiError::new(ErrorCode::InvalidRequest, "the body begins as gzip and is not; send it again")),
    }
}

/// The `data` of a form.
fn of_form(body: &[u8]) -> Option<Vec<u8>> {
    if !body.starts_with(b"data=") && !body.windows(6).take(200).any(|window| window == b"&data=") {
        return None;
    }
    let first = body.trim_ascii_start().first()?;
    let is_json = matches!(first, b'{' | b'[');
    let data = || form_urlencoded::parse(body).find(|(name, _)| name == "data");
    // A blank in base64 was a plus that nobody escaped.
    (!is_json).then(data)?.map(|(_, value)| value.replace(' ', "+").into_bytes())
}

/// What base64 stands for, if it is that and stands for JSON or gzip.
fn of_base64(body: &[u8]) -> Option<Vec<u8>> {
    let text = body.trim_ascii();
    // Base64 of `{`, `[` and gzip begin so.
    if !matches!(text.first()?, b'e' | b'W' | b'H') {
        return None;
    }
    let engines = [GeneralPurpose::new(&STANDARD, LENIENT), GeneralPurpose::new(&URL_SAFE, LENIENT)];
    engines.iter().find_map(|engine| engine.decode(text).ok())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::engine::general_purpose::STANDARD;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const JSON: &[u8] = br#"{"event":"e+e","data":"x&data=y"}"#;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_within_is_found() {
        let base64 = STANDARD.encode(JSON);
        let escaped: String = form_urlencoded::Serializer::new(String::new()).append_pair("data", &base64).finish();
        for (sent, name) in [
            (JSON.to_vec(), "plain"),
            (gzip(JSON), "gzip"),
            (base64.clone().into_bytes(), "base64"),
            (format!("data={base64}").into_bytes(), "form"),
            (format!("ver=1&{escaped}&ip=1").into_bytes(), "escaped form"),
            (STANDARD.encode(gzip(JSON)).into_bytes(), "gzip in base64"),
        ] {
            assert_eq!(&*unpacked(&sent, 1000).unwrap(), JSON, "{name}");
        }
        assert_eq!(&*unpacked(b"nonsense", 1000).unwrap(), b"nonsense");
    }

    #[test]
    fn a_bomb_is_given_up_at_the_limit() {
        let error = unpacked(&gzip(&vec![b' '; 50_000_000]), 1000).unwrap_err();
        assert_eq!(error.code, ErrorCode::BodyTooLarge);
        assert_eq!(unpacked(&gzip(JSON)[..20], 1000).unwrap_err().code, ErrorCode::InvalidRequest);
    }
}
