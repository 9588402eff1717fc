//! Signatures of requests as the fediverse has them: RSA and SHA-256 over the target, the host, the date and a digest of
//! the body (draft-cavage-http-signatures-12, which servers there speak).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::{DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey, rand_core};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{EngineError, random};

/// What has to be signed of a request that posts something.
const SIGNED: [&str; 4] = ["(request-target)", "host", "date", "digest"];
/// How far the sender's clock may be off, and how long what is sent may have been under way, in seconds.
const TOLERANCE_SECONDS: u64 = 12 * 3_600;
/// Most headers that one signature covers.
const MAX_SIGNED: usize = 20;
/// Bits of the keys that are made here.
const KEY_BITS: usize = 2_048;

/// Why a request is refused before it is known who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// No header `Signature` that can be read.
    #[error("the request is not signed; send a `Signature` with `keyId`, `headers` and `signature`")]
    Missing,
    /// Something that has to be signed is not.
    #[error("`{0}` is not signed, or not there; sign `(request-target) host date digest`")]
    Partly(String),
    /// The time is no time, or too far from now.
    #[error("`Date` is more than 12 hours from now; sign again, and check the sender's clock")]
    Stale,
    /// For somebody else.
    #[error("`Host` is not this server; post to the inbox that the actor names")]
    Elsewhere,
    /// The body is not the one that was signed.
    #[error("`Digest` is not that of the body")]
    Digest,
}

/// What somebody says they signed: to be checked with their key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// The address of the key.
    pub key_id: String,
    /// What was signed, as text.
    signed: String,
    /// The signature, in base64.
    signature: String,
}

impl Claim {
    /// Reads the claim of a `POST` to a path of this host at `now`, microseconds UTC; `headers` have names in lower case.
    pub fn read(
        (path, host): (&str, &str),
        headers: &[(String, String)],
        body: &[u8],
        now: i64,
    ) -> Result<Self, Unsigned> {
        let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let parts = parts_of(header("signature").ok_or(Unsigned::Missing)?);
        let part = |name: &str| parts.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let (Some(key_id), Some(names), Some(signature)) = (part("keyId"), part("headers"), part("signature")) else {
            return Err(Unsigned::Missing);
        };
        let names: Vec<&str> = names.split(' ').take(MAX_SIGNED).collect();
        if let Some(missing) = SIGNED.into_iter().find(|name| !names.contains(name)) {
            return Err(Unsigned::Partly(missing.to_owned()));
        }
        if !header("host").is_some_and(|given| given.eq_ignore_ascii_case(host)) {
            return Err(Unsigned::Elsewhere);
        }
        let date = header("date").and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
        if date.is_none_or(|date| TOLERANCE_SECONDS < date.as_second().abs_diff(now / 1_000_000)) {
            return Err(Unsigned::Stale);
        }
        let given = header("digest").into_iter().flat_map(|digests| digests.split(','));
        let given =
            given.filter_map(|one| one.trim().split_once('=')).filter(|(name, _)| name.eq_ignore_ascii_case("sha-256"));
        let own = Sha256::digest(body);
        let is_own = |given: &str| BASE64_STANDARD.decode(given).is_ok_and(|given| bool::from(given.ct_eq(&own)));
        if !given.map(|(_, given)| given).any(is_own) {
            return Err(Unsigned::Digest);
        }
        let mut lines = Vec::with_capacity(names.len());
        for name in names {
            let value = match name {
                "(request-target)" => format!("post {path}"),
                name => header(name).ok_or_else(|| Unsigned::Partly(name.to_owned()))?.to_owned(),
            };
            lines.push(format!("{name}: {value}"));
        }
        let signed = lines.join("\n");
        Ok(Self { key_id: key_id.to_owned(), signed, signature: signature.to_owned() })
    }

    /// Whether it was signed with the private key to this public one, in PEM.
    pub fn is_by(&self, key: &str) -> bool {
        let key = RsaPublicKey::from_public_key_pem(key)
            .or_else(|_| RsaPublicKey::from_pkcs1_pem(key).map_err(|_| rsa::pkcs8::spki::Error::KeyMalformed));
        let (Ok(key), Ok(signature)) = (key, BASE64_STANDARD.decode(&self.signature)) else { return false };
        let key = RsaPublicKeyComponents { n: key.n().to_bytes_be(), e: key.e().to_bytes_be() };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, self.signed.as_bytes(), &signature).is_ok()
    }
}

/// The headers that sign a request, with `date`, and `digest` where there is a body. `path` begins with a slash.
pub(super) fn sign(
    (method, host, path): (&str, &str, &str),
    body: Option<&[u8]>,
    (key_id, private_key): (&str, &[u8]),
    now: i64,
) -> Result<Vec<(&'static str, String)>, EngineError> {
    let broken = || EngineError::Settings("the key of an actor cannot be used; restore a backup".to_owned());
    let date = Timestamp::from_microsecond(now).ok();
    let date = date.and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()).ok_or_else(broken)?;
    let mut signed = format!("(request-target): {method} {path}\nhost: {host}\ndate: {date}");
    let mut headers = vec![("date", date)];
    let mut names = "(request-target) host date".to_owned();
    if let Some(body) = body {
        let digest = format!("SHA-256={}", BASE64_STANDARD.encode(Sha256::digest(body)));
        signed = format!("{signed}\ndigest: {digest}");
        names.push_str(" digest");
        headers.push(("digest", digest));
    }
    let key = RsaKeyPair::from_pkcs8(private_key).map_err(|_| broken())?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).map_err(|_| broken())?;
    let signature = BASE64_STANDARD.encode(signature);
    let text = format!("keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"{signature}\"");
    headers.push(("signature", text));
    Ok(headers)
}

/// A new pair of keys: the private one in PKCS#8, the public one in PEM.
pub(super) fn new_keys() -> Result<(Vec<u8>, String), EngineError> {
    let broken = |_| EngineError::Settings("no key could be made".to_owned());
    // Before the maker asks for randomness, which it cannot be refused.
    random::bytes::<1>()?;
    let private = RsaPrivateKey::new(&mut rand_core::OsRng, KEY_BITS).map_err(|error| broken(error.to_string()))?;
    let public = private.to_public_key().to_public_key_pem(LineEnding::LF);
    let public = public.map_err(|error| broken(error.to_string()))?;
    let private = private.to_pkcs8_der().map_err(|error| broken(error.to_string()))?;
    Ok((private.as_bytes().to_vec(), public))
}

/// The parts of a `Signature`: names with quoted values, commas between.
fn parts_of(text: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').map_or((after, ""), |(value, _)| (value, &after[value.len()..])),
        };
        parts.push((name.trim_matches([' ', ',']), value));
        rest = next.trim_start_matches([' ', ',']);
        if MAX_SIGNED < parts.len() {
            break;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_794_355_200_000_000;
    const BODY: &[u8] = b"{\"type\":\"Follow\"}";
    const TARGET: (&str, &str) = ("/fediverse/acme/inbox", "shop.example");

    fn request(key: &[u8]) -> Vec<(String, String)> {
        let signed =
            sign(("post", TARGET.1, TARGET.0), Some(BODY), ("https://far.example/anna#main-key", key), NOW).unwrap();
        let own = signed.into_iter().map(|(name, value)| (name.to_owned(), value));
        own.chain([("host".to_owned(), TARGET.1.to_owned())]).collect()
    }

    #[test]
    fn what_is_signed_is_known_and_nothing_else() {
        let (private, public) = new_keys().unwrap();
        let (_, other) = new_keys().unwrap();
        let headers = request(&private);
        let claim = Claim::read(TARGET, &headers, BODY, NOW + 3_600_000_000).unwrap();
        assert_eq!(claim.key_id, "https://far.example/anna#main-key");
        assert!(claim.is_by(&public) && !claim.is_by(&other) && !claim.is_by("no key"));
        let moved = Claim::read(("/fediverse/other/inbox", TARGET.1), &headers, BODY, NOW).unwrap();
        assert!(!moved.is_by(&public), "the target is signed");
        let read = |headers: &[(String, String)], body: &[u8], now| Claim::read(TARGET, headers, body, now);
        assert_eq!(read(&headers, b"{}", NOW), Err(Unsigned::Digest));
        assert_eq!(read(&headers, BODY, NOW + 13 * 3_600_000_000), Err(Unsigned::Stale));
        assert_eq!(Claim::read((TARGET.0, "else.example"), &headers, BODY, NOW), Err(Unsigned::Elsewhere));
        assert_eq!(read(&[], BODY, NOW), Err(Unsigned::Missing));
        for (at, (name, value)) in headers.iter().enumerate() {
            let mut odd = headers.clone();
            odd.remove(at);
            assert!(read(&odd, BODY, NOW).is_err(), "without {name}");
            let mut odd = headers.clone();
            odd[at].1 =
                value.replace(" digest", "").replace("SHA-256", "MD5").replace("shop", "shop.").replace("GMT", "");
            assert!(
                read(&odd, BODY, NOW).is_err_and(|_| true) || !read(&odd, BODY, NOW).unwrap().is_by(&public),
                "{name}"
            );
        }
    }

    #[test]
    fn parts_are_read_whatever_stands_between() {
        assert_eq!(
            parts_of("keyId=\"a=b,c\" , headers=\"x y\",n=1,signature=\"A==\""),
            [("keyId", "a=b,c"), ("headers", "x y"), ("n", "1"), ("signature", "A==")]
        );
        for odd in ["", "=", "\"", "a=\"", ",,,", "keyId=", &"a=1,".repeat(1_000)] {
            parts_of(odd);
        }
    }
}
