//! OpenID Connect: signing in with another provider, by the code flow with PKCE. What the provider says is checked here and
//! nowhere else: who says it, for whom, when, and whether it is signed.
//!
//! The names are those of OpenID Connect Core 1.0, section 3.1, and Discovery 1.0.

mod token;

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as URL_SAFE};
use parlour_engine::settings::OidcSettings;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use ureq::Agent;

pub(crate) use token::Claims;
use token::Keys;

/// How long what the provider says of itself is believed.
const BELIEVED: Duration = Duration::from_hours(1);
/// How soon its keys are asked for again when a token names one that is not known.
const KEYS_EVERY: Duration = Duration::from_mins(1);
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const MAX_ANSWER_BYTES: u64 = 1 << 20;
const SCOPE: &str = "openid email profile";

/// Why signing in with the provider came to no end, for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OidcError {
    #[error("the provider could not be asked: {0}")]
    Unreachable(String),
    #[error("the provider's answer is wrong: {0}")]
    Wrong(&'static str),
}

/// What is known of the provider.
#[derive(Debug, Default)]
pub(crate) struct Provider(Mutex<Option<Arc<Known>>>);

#[derive(Debug)]
struct Known {
    said: Discovery,
    keys: Keys,
    since: Instant,
}

/// What the provider says of itself.
#[derive(Clone, Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
}

/// What belongs to one attempt to sign in, and is kept until the browser comes back.
#[derive(Clone, Debug, serde::Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// Where in the Desk to go then.
    pub(crate) then: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: String,
    access_token: Option<String>,
}

impl Provider {
    /// Where the browser is sent, with a state that comes back.
    pub(crate) fn door(
        &self,
        settings: &OidcSettings,
        (redirect, state): (&str, &str),
        attempt: &Attempt,
    ) -> Result<String, OidcError> {
        let known = self.known(settings, None)?;
        let challenge = URL_SAFE.encode(Sha256::digest(attempt.verifier.as_bytes()));
        let endpoint = &known.said.authorization_endpoint;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", &settings.client_id),
            ("redirect_uri", redirect),
            ("scope", SCOPE),
            ("state", state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{joint}{}", query.finish()))
    }

    /// What the provider says of whoever came back with this code, checked; `now` in seconds UTC.
    pub(crate) fn claims(
        &self,
        settings: &OidcSettings,
        (redirect, code): (&str, &str),
        attempt: &Attempt,
        now: i64,
    ) -> Result<Claims, OidcError> {
        let known = self.known(settings, None)?;
        let basic = BASE64.encode(format!("{}:{}", encoded(&settings.client_id), encoded(&settings.client_token)));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", &attempt.verifier),
        ]);
        let answered = agent()
            .post(&known.said.token_endpoint)
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .send(form.finish());
        let answer: TokenAnswer = read(answered)?;
        let parsed = token::parse(&answer.id_token)?;
        let known = if known.keys.has(&parsed) { known } else { self.known(settings, Some(KEYS_EVERY))? };
        known.keys.verify(&parsed)?;
        let mut claims = parsed.claims(settings, &attempt.nonce, now)?;
        // Many providers tell the address only to whoever asks once more.
        if let (None, Some(endpoint), Some(access)) =
            (&claims.email, &known.said.userinfo_endpoint, answer.access_token)
        {
            let asked = agent().get(endpoint).header("authorization", format!("Bearer {access}")).call();
            let told: Claims = read(asked)?;
            if told.sub != claims.sub {
                return Err(OidcError::Wrong("it speaks of somebody else"));
            }
            claims = Claims { email: told.email, email_verified: told.email_verified, name: told.name, ..claims };
        }
        Ok(claims)
    }

    /// What is known, asked for again once it is older than `most` (or than it is believed).
    fn known(&self, settings: &OidcSettings, most: Option<Duration>) -> Result<Arc<Known>, OidcError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = most.unwrap_or(BELIEVED);
        if let Some(known) = kept.as_ref().filter(|known| known.since.elapsed() < most) {
            return Ok(Arc::clone(known));
        }
        let issuer = settings.issuer.trim_end_matches('/');
        let said: Discovery = get(&format!("{issuer}/.well-known/openid-configuration"))?;
        if said.issuer.trim_end_matches('/') != issuer {
            return Err(OidcError::Wrong("it says that it is another issuer than `oidc.issuer`"));
        }
        let scheme = if issuer.starts_with("https://") { "https://" } else { "http://" };
        let all = [&said.authorization_endpoint, &said.token_endpoint, &said.jwks_uri];
        if !all.into_iter().chain(&said.userinfo_endpoint).all(|endpoint| endpoint.starts_with(scheme)) {
            return Err(OidcError::Wrong("an address of it is not protected"));
        }
        let known = Arc::new(Known { keys: get(&said.jwks_uri)?, said, since: Instant::now() });
        *kept = Some(Arc::clone(&known));
        Ok(known)
    }
}

fn agent() -> Agent {
    let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).max_redirects(0).build();
    Agent::new_with_config(config)
}

fn get<T: DeserializeOwned>(url: &str) -> Result<T, OidcError> {
    read(agent().get(url).header("accept", "application/json").call())
}

fn read<T: DeserializeOwned>(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<T, OidcError> {
    let answer = answer.map_err(|error| OidcError::Unreachable(error.to_string()))?;
    if answer.status() != 200 {
        return Err(OidcError::Unreachable(format!("it answered {}", answer.status())));
    }
    let mut bytes = Vec::new();
    let mut body = answer.into_body().into_reader().take(MAX_ANSWER_BYTES);
    body.read_to_end(&mut bytes).map_err(|error| OidcError::Unreachable(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|_| OidcError::Wrong("it is not what OpenID has there"))
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
