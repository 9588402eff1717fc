//! Who somebody at a form is: an id counts only with a signature of the site that knows them. Nothing else is believed.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// How far clocks may be off, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// Longest signature, in bytes.
const MAX_BYTES: usize = 4_096;

/// Why somebody is not who they are said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// The source has nothing to check a signature with.
    #[error("this source has no secret, so nobody can be signed in at it; make one under Settings, Sources")]
    NoSecret,
    /// The signature is none of ours, or of somebody else.
    #[error("the signature does not fit the user; sign the very id with the secret of this source")]
    Wrong,
    /// It was good once.
    #[error("the signature has expired; load the page again")]
    Expired,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
}

/// The id of a user whose signature is good at `now` (microseconds UTC): HMAC-SHA256 of the id in hexadecimal digits, or a
/// JSON Web Token (HS256) with `sub` and `exp`. Where `user` is empty, the token says who it is.
pub(super) fn believed(secret: Option<&str>, user: &str, signature: &str, now: i64) -> Result<String, Unbelieved> {
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or(Unbelieved::NoSecret)?;
    if MAX_BYTES < signature.len() {
        return Err(Unbelieved::Wrong);
    }
    if signature.contains('.') {
        return of_token(secret, user, signature, now / 1_000_000);
    }
    let given = of_hex(signature).ok_or(Unbelieved::Wrong)?;
    if user.is_empty() || mac(secret, user.as_bytes()).verify_slice(&given).is_err() {
        return Err(Unbelieved::Wrong);
    }
    Ok(user.to_owned())
}

fn of_token(secret: &str, user: &str, token: &str, now: i64) -> Result<String, Unbelieved> {
    let (signed, given) = token.rsplit_once('.').ok_or(Unbelieved::Wrong)?;
    let (head, claims) = signed.split_once('.').ok_or(Unbelieved::Wrong)?;
    let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Unbelieved::Wrong);
    // Compared in constant time, before anything that it says is read.
    mac(secret, signed.as_bytes()).verify_slice(&decoded(given)?).map_err(|_| Unbelieved::Wrong)?;
    let head: Head = serde_json::from_slice(&decoded(head)?).map_err(|_| Unbelieved::Wrong)?;
    let claims: Claims = serde_json::from_slice(&decoded(claims)?).map_err(|_| Unbelieved::Wrong)?;
    if head.alg != "HS256" || claims.sub.is_empty() || (!user.is_empty() && user != claims.sub) {
        return Err(Unbelieved::Wrong);
    }
    let is_over = claims.exp + (LEEWAY_SECONDS as f64) < now as f64;
    let is_early = claims.nbf.is_some_and(|from| (now + LEEWAY_SECONDS) as f64 <= from);
    if is_over || is_early { Err(Unbelieved::Expired) } else { Ok(claims.sub) }
}

fn mac(secret: &str, text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of HMAC may have any length");
    mac.update(text);
    mac
}

fn of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000_000;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |all, byte| format!("{all}{byte:02x}"))
    }

    fn token(head: &str, claims: &str, secret: &str) -> String {
        let signed = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(head), BASE64_URL_SAFE_NO_PAD.encode(claims));
        let given = BASE64_URL_SAFE_NO_PAD.encode(mac(secret, signed.as_bytes()).finalize().into_bytes());
        format!("{signed}.{given}")
    }

    #[test]
    fn a_known_answer_of_hmac() {
        // RFC 4231, test case 2.
        let found = hex(&mac("Jefe", b"what do ya want for nothing?").finalize().into_bytes());
        assert_eq!(found, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(believed(Some("Jefe"), "what do ya want for nothing?", &found, NOW).unwrap().len(), 28);
    }

    #[test]
    fn only_the_very_id_with_the_very_secret_is_believed() {
        let good = hex(&mac("s3cret", b"anna").finalize().into_bytes());
        assert_eq!(believed(Some("s3cret"), "anna", &good, NOW), Ok("anna".to_owned()));
        assert_eq!(believed(Some("s3cret"), "ben", &good, NOW), Err(Unbelieved::Wrong));
        assert_eq!(believed(Some("other"), "anna", &good, NOW), Err(Unbelieved::Wrong));
        assert_eq!(believed(None, "anna", &good, NOW), Err(Unbelieved::NoSecret));
        assert_eq!(believed(Some(""), "anna", &good, NOW), Err(Unbelieved::NoSecret));
        for bad in ["", "0", "zz", &good[..62], "äää", &"0".repeat(10_000)] {
            assert_eq!(believed(Some("s3cret"), "anna", bad, NOW), Err(Unbelieved::Wrong), "{bad}");
        }
    }

    #[test]
    fn a_token_counts_until_it_expires_and_only_as_hs256() {
        let head = r#"{"alg":"HS256","typ":"JWT"}"#;
        let good = token(head, r#"{"sub":"anna","exp":1700000100}"#, "s");
        assert_eq!(believed(Some("s"), "anna", &good, NOW), Ok("anna".to_owned()));
        assert_eq!(believed(Some("s"), "", &good, NOW), Ok("anna".to_owned()));
        assert_eq!(believed(Some("s"), "ben", &good, NOW), Err(Unbelieved::Wrong));
        assert_eq!(believed(Some("t"), "anna", &good, NOW), Err(Unbelieved::Wrong));
        assert_eq!(believed(Some("s"), "anna", &good, NOW + 161_000_000), Err(Unbelieved::Expired));
        let early = token(head, r#"{"sub":"anna","exp":1700009000,"nbf":1700000500}"#, "s");
        assert_eq!(believed(Some("s"), "anna", &early, NOW), Err(Unbelieved::Expired));
        for (head, claims) in [
            (r#"{"alg":"none"}"#, r#"{"sub":"anna","exp":1700000100}"#),
            (r#"{"alg":"HS512"}"#, r#"{"sub":"anna","exp":1700000100}"#),
            (head, r#"{"sub":"anna"}"#),
            (head, r#"{"exp":1700000100}"#),
            (head, r#"{"sub":"","exp":1700000100}"#),
            (head, "no json"),
        ] {
            let token = token(head, claims, "s");
            assert_eq!(believed(Some("s"), "anna", &token, NOW), Err(Unbelieved::Wrong), "{head} {claims}");
        }
        // Without a signature at all, as `alg: none` has it.
        let (unsigned, _) = good.rsplit_once('.').unwrap();
        assert_eq!(believed(Some("s"), "anna", &format!("{unsigned}."), NOW), Err(Unbelieved::Wrong));
    }
}
