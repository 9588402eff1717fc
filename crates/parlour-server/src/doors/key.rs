//! The write key of a request, wherever an SDK puts it.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// The parameters of a query that may hold it.
const PARAMETERS: [&str; 4] = ["writeKey", "write_key", "api_key", "token"];
/// Most characters told of a key that nobody has.
const SHOWN: usize = 4;

/// What may be a write key among the headers and the query, likeliest first.
pub(super) fn candidates(headers: &HeaderMap, query: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some((scheme, rest)) = header(AUTHORIZATION.as_str()).and_then(|value| value.split_once(' ')) {
        if scheme.eq_ignore_ascii_case("basic") {
            found.extend(basic(rest.trim()));
        } else if scheme.eq_ignore_ascii_case("bearer") {
            found.push(rest.trim().to_owned());
        }
    }
    found.extend(header("x-write-key").map(str::to_owned));
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    found.extend(pairs.filter(|(name, _)| PARAMETERS.contains(&&**name)).map(|(_, value)| value.into_owned()));
    // Jitsu's keys are an id and a secret; ours may stand in the place of either.
    let parts: Vec<String> = found.iter().flat_map(|key| key.split(':').skip(1).map(str::to_owned)).collect();
    let heads: Vec<String> = found.iter().filter_map(|key| Some(key.split_once(':')?.0.to_owned())).collect();
    found.extend(heads);
    found.extend(parts);
    found.retain(|key| !key.is_empty());
    found
}

/// The user of Basic credentials, with or without the colon after it.
fn basic(encoded: &str) -> Option<String> {
    let bytes = STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_suffix(':').map(str::to_owned).unwrap_or(text))
}

/// What somebody is told whose key nobody has.
pub(super) fn unknown(key: Option<&str>) -> String {
    match key {
        Some(key) => {
            let shown: String = key.chars().take(SHOWN).filter(|c| !c.is_control()).collect();
            format!("no source has the write key `{shown}…`; create one under Settings, Sources")
        }
        None => "there is no write key in the request; give the SDK one of Settings, Sources".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)], query: Option<&str>) -> Vec<String> {
        let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        candidates(&pairs.collect(), query)
    }

    #[test]
    fn keys_are_found_wherever_they_are() {
        let with = |credentials: &str| format!("Basic {}", STANDARD.encode(credentials));
        assert_eq!(of(&[("authorization", &with("k:"))], None), ["k"]);
        assert_eq!(of(&[("authorization", &with("k"))], None), ["k"]);
        assert_eq!(of(&[("authorization", &with("k:p"))], None), ["k:p", "k", "p"]);
        assert_eq!(of(&[("authorization", "basic azo")], None), ["k"]);
        assert_eq!(of(&[("authorization", "Bearer k")], None), ["k"]);
        assert_eq!(of(&[("x-write-key", "id:k")], None), ["id:k", "id", "k"]);
        assert_eq!(of(&[], Some("p=npm&writeKey=k%2Fx")), ["k/x"]);
        assert_eq!(of(&[("authorization", "Basic %%%")], Some("token=")), [""; 0]);
    }

    #[test]
    fn an_unknown_key_is_not_told_whole() {
        assert!(unknown(Some("pk_secret")).contains("`pk_s…`"));
    }
}
