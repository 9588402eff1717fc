//! ID tokens: signed with RS256 or ES256 by a key of the provider, for this Desk, for this attempt, now.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL_SAFE;
use parlour_engine::settings::OidcSettings;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::OidcError;

/// Seconds by which clocks may differ.
const SKEW: i64 = 60;
/// Seconds after which a token is old, whatever it says.
const OLDEST: i64 = 600;

/// The provider's keys.
#[derive(Debug, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Jwk>,
}

#[derive(Debug, Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What is said of somebody.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
}

/// Which token it is.
#[derive(Deserialize)]
struct Frame {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
}

/// A token taken apart; nothing of it is believed yet.
pub(super) struct Token {
    head: Head,
    payload: Vec<u8>,
    signed: String,
    signature: Vec<u8>,
}

fn bytes(text: &str) -> Result<Vec<u8>, OidcError> {
    URL_SAFE.decode(text).map_err(|_| OidcError::Wrong("the token is not base64url"))
}

/// Takes a token apart.
pub(super) fn parse(text: &str) -> Result<Token, OidcError> {
    let mut parts = text.split('.');
    let (Some(head), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(OidcError::Wrong("the token has not three parts"));
    };
    let (signed, signature) = (format!("{head}.{payload}"), bytes(signature)?);
    let head = serde_json::from_slice(&bytes(head)?).map_err(|_| OidcError::Wrong("the token's head is no JSON"))?;
    Ok(Token { head, payload: bytes(payload)?, signed, signature })
}

impl Keys {
    /// The keys that may have signed a token: of its algorithm, and of the name it gives, if it gives one.
    fn of<'a>(&'a self, token: &'a Token) -> impl Iterator<Item = &'a Jwk> {
        let Head { alg, kid } = &token.head;
        self.keys.iter().filter(move |key| {
            let is_kind = match alg.as_str() {
                "RS256" => key.kty == "RSA",
                "ES256" => key.kty == "EC" && key.crv.as_deref() == Some("P-256"),
                _ => false,
            };
            is_kind
                && key.usage.as_deref().is_none_or(|usage| usage == "sig")
                && key.alg.as_ref().is_none_or(|of| of == alg)
                && (kid.is_none() || key.kid == *kid)
        })
    }

    pub(super) fn has(&self, token: &Token) -> bool {
        self.of(token).next().is_some()
    }

    /// Whether one of them signed the token.
    pub(super) fn verify(&self, token: &Token) -> Result<(), OidcError> {
        let is_signed = self.of(token).any(|key| key.has_signed(token).unwrap_or(false));
        if is_signed { Ok(()) } else { Err(OidcError::Wrong("no key of the provider signed the token")) }
    }
}

impl Jwk {
    fn has_signed(&self, token: &Token) -> Option<bool> {
        let part = |text: &Option<String>| URL_SAFE.decode(text.as_ref()?).ok();
        let (message, signature) = (token.signed.as_bytes(), token.signature.as_slice());
        if self.kty == "RSA" {
            let key = RsaPublicKeyComponents { n: part(&self.n)?, e: part(&self.e)? };
            return Some(key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok());
        }
        let point = [vec![4], part(&self.x)?, part(&self.y)?].concat();
        Some(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok())
    }
}

impl Token {
    /// What a token says that is signed, if it is for this Desk, this attempt and this moment.
    pub(super) fn claims(&self, settings: &OidcSettings, nonce: &str, now: i64) -> Result<Claims, OidcError> {
        let wrong = |what| Err(OidcError::Wrong(what));
        let Ok(frame) = serde_json::from_slice::<Frame>(&self.payload) else {
            return wrong("the token says not what tokens say");
        };
        if frame.iss.trim_end_matches('/') != settings.issuer.trim_end_matches('/') {
            return wrong("the token is of another issuer");
        }
        let is_ours = match &frame.aud {
            Audience::One(one) => *one == settings.client_id,
            Audience::Many(all) => {
                all.contains(&settings.client_id)
                    && (all.len() == 1 || frame.azp.as_deref() == Some(settings.client_id.as_str()))
            }
        };
        if !is_ours {
            return wrong("the token is for somebody else than `oidc.client_id`");
        }
        if frame.exp <= now - SKEW || frame.iat < now - OLDEST || now + SKEW < frame.iat {
            return wrong("the token is not of this moment");
        }
        let said = frame.nonce.unwrap_or_default();
        if nonce.is_empty() || !bool::from(said.as_bytes().ct_eq(nonce.as_bytes())) {
            return wrong("the token is of another attempt");
        }
        serde_json::from_slice(&self.payload).map_err(|_| OidcError::Wrong("the token says not who it is about"))
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn settings() -> OidcSettings {
        OidcSettings {
            issuer: "https://id.example".to_owned(),
            client_id: "parlour".to_owned(),
            client_token: "s".to_owned(),
            name: "x".to_owned(),
            domain: String::new(),
            role: "agent".to_owned(),
        }
    }

    fn pair() -> EcdsaKeyPair {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
    }

    fn keys(pair: &EcdsaKeyPair, kid: &str) -> Keys {
        let point = pair.public_key().as_ref();
        let (x, y) = (URL_SAFE.encode(&point[1..33]), URL_SAFE.encode(&point[33..]));
        let key = json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": x, "y": y });
        serde_json::from_value(json!({ "keys": [key] })).unwrap()
    }

    fn token(pair: &EcdsaKeyPair, head: &Value, payload: &Value) -> String {
        let signed = format!("{}.{}", URL_SAFE.encode(head.to_string()), URL_SAFE.encode(payload.to_string()));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE.encode(signature.as_ref()))
    }

    fn payload() -> Value {
        json!({
            "iss": "https://id.example", "aud": "parlour", "exp": NOW + 300, "iat": NOW, "nonce": "n1", "sub": "7",
            "email": "anna@example.com", "email_verified": true,
        })
    }

    fn checked(keys: &Keys, text: &str) -> Result<Claims, OidcError> {
        let token = parse(text)?;
        keys.verify(&token)?;
        token.claims(&settings(), "n1", NOW)
    }

    #[test]
    fn a_token_that_is_signed_and_meant_is_believed_and_no_other() {
        let (pair, head) = (pair(), json!({ "alg": "ES256", "kid": "a" }));
        let keys = keys(&pair, "a");
        let claims = checked(&keys, &token(&pair, &head, &payload())).unwrap();
        assert_eq!((claims.email.as_deref(), claims.email_verified), (Some("anna@example.com"), true));
        let two = json!(["parlour", "other"]);
        for (field, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("other")),
            ("aud", json!([])),
            ("aud", two.clone()),
            ("exp", json!(NOW - 61)),
            ("iat", json!(NOW - 601)),
            ("iat", json!(NOW + 61)),
            ("nonce", json!("n2")),
            ("nonce", json!("")),
            ("nonce", Value::Null),
            ("sub", Value::Null),
            ("email_verified", json!("true")),
        ] {
            let mut wrong = payload();
            wrong[field] = value;
            assert!(checked(&keys, &token(&pair, &head, &wrong)).is_err(), "{field} {wrong}");
        }
        let mut for_two = payload();
        (for_two["aud"], for_two["azp"]) = (two, "parlour".into());
        assert!(checked(&keys, &token(&pair, &head, &for_two)).is_ok());
    }

    #[test]
    fn a_token_that_is_signed_otherwise_is_not_believed() {
        let (pair, other) = (pair(), self::pair());
        let keys = keys(&pair, "a");
        let head = |alg: &str, kid: &str| json!({ "alg": alg, "kid": kid });
        let fine = token(&pair, &head("ES256", "a"), &payload());
        assert!(checked(&keys, &fine).is_ok());
        let no_kid = token(&pair, &json!({ "alg": "ES256" }), &payload());
        assert!(checked(&keys, &no_kid).is_ok());
        let unsigned = |alg: &str| {
            let head = URL_SAFE.encode(head(alg, "a").to_string());
            format!("{head}.{}.", URL_SAFE.encode(payload().to_string()))
        };
        let mut bent = payload();
        bent["email"] = "eve@example.com".into();
        let parts: Vec<&str> = fine.split('.').collect();
        for wrong in [
            token(&other, &head("ES256", "a"), &payload()),
            token(&pair, &head("ES256", "b"), &payload()),
            token(&pair, &head("RS256", "a"), &payload()),
            token(&pair, &head("HS256", "a"), &payload()),
            token(&pair, &head("none", "a"), &payload()),
            unsigned("none"),
            unsigned("ES256"),
            format!("{}.{}.{}", parts[0], URL_SAFE.encode(bent.to_string()), parts[2]),
            format!("{fine}.x"),
            String::new(),
            "..".to_owned(),
        ] {
            assert!(checked(&keys, &wrong).is_err(), "{wrong}");
        }
    }
}
