//! Signatures of webhooks as Standard Webhooks has them: HMAC-SHA256 over id, time and body.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret may begin with.
const SECRET_PREFIX: &str = "whsec_";
/// How far the sender's clock may be off, and how old what is sent may be, in seconds.
const TOLERANCE_SECONDS: u64 = 300;
/// Most signatures looked at; a sender that changes its secret sends two.
const MAX_SIGNATURES: usize = 8;

/// Why a signature is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// One of the headers is not there.
    #[error("the request is not signed; send `webhook-id`, `webhook-timestamp` and `webhook-signature`")]
    Missing,
    /// The time is no time, or too far from now.
    #[error("`webhook-timestamp` is more than 5 minutes from now; sign again, and check the sender's clock")]
    Stale,
    /// No signature is ours.
    #[error("no signature fits the secret of this source; check that both have the same")]
    Wrong,
}

/// Checks a signature made at about `now`, microseconds UTC. `headers` have names in lower case.
pub fn check(secret: &str, headers: &[(String, String)], body: &[u8], now: i64) -> Result<(), Unsigned> {
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let (Some(id), Some(timestamp), Some(signatures)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return Err(Unsigned::Missing);
    };
    let seconds: i64 = timestamp.parse().map_err(|_| Unsigned::Stale)?;
    if TOLERANCE_SECONDS < (now / 1_000_000).abs_diff(seconds) {
        return Err(Unsigned::Stale);
    }
    let signed = signed(secret, id, timestamp, body);
    let versions = signatures.split(' ').take(MAX_SIGNATURES).filter_map(|one| one.strip_prefix("v1,"));
    let mut given = versions.filter_map(|one| BASE64_STANDARD.decode(one).ok());
    // Compared in constant time.
    if given.any(|one| signed.clone().verify_slice(&one).is_ok()) { Ok(()) } else { Err(Unsigned::Wrong) }
}

/// The signature of a body, as `webhook-signature` has it.
pub fn sign(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v1,{}", BASE64_STANDARD.encode(signed(secret, id, timestamp, body).finalize().into_bytes()))
}

fn signed(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut signed = Hmac::<Sha256>::new_from_slice(&key_of(secret)).expect("a key of HMAC may have any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        signed.update(part);
    }
    signed
}

/// Whether a text can be a secret.
pub fn is_secret(secret: &str) -> bool {
    !key_of(secret).is_empty()
}

/// The bytes of a secret; one that is not in base64 is taken as it is.
fn key_of(secret: &str) -> Vec<u8> {
    let text = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
    BASE64_STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's libraries share.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = b"{\"test\": 2432232314}";
    const NOW: i64 = 1_614_265_330_000_000;

    fn headers(signature: &str) -> Vec<(String, String)> {
        [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn only_what_is_signed_with_the_secret_in_time_is_good() {
        let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let check = |signature: &str, secret: &str, body: &[u8], now| check(secret, &headers(signature), body, now);
        assert_eq!(check(good, SECRET, BODY, NOW), Ok(()));
        assert_eq!(check(&format!("v1,AAAA v2,x {good}"), SECRET, BODY, NOW + 299_000_000), Ok(()));
        assert_eq!(check(good, SECRET, BODY, NOW + 301_000_000), Err(Unsigned::Stale));
        assert_eq!(check(good, SECRET, BODY, NOW - 301_000_000), Err(Unsigned::Stale));
        assert_eq!(check(good, SECRET, b"{}", NOW), Err(Unsigned::Wrong));
        assert_eq!(check(good, "whsec_b3RoZXI=", BODY, NOW), Err(Unsigned::Wrong));
        for bad in ["", "v1", "v1,", "v1,%%%", &good[3..]] {
            assert_eq!(check(bad, SECRET, BODY, NOW), Err(Unsigned::Wrong), "{bad}");
        }
        assert_eq!(super::check(SECRET, &[], BODY, NOW), Err(Unsigned::Missing));
        let mut odd = headers(good);
        odd[1].1 = i64::MIN.to_string();
        assert_eq!(super::check(SECRET, &odd, BODY, NOW), Err(Unsigned::Stale));
        assert!(is_secret(SECRET) && is_secret("plain words") && !is_secret("whsec_") && !is_secret(""));
    }
}
