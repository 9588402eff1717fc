//! Signing in: links that are good once, and the sessions they open. Tokens are 256 random bits, kept by their hash.

use parlour_engine::{Engine, EngineError, clock, random};
use parlour_store::session::{self, Session};
use parlour_store::{StoreError, credential};
use sha2::{Digest, Sha256};

use crate::cursor::hex;

/// Whose Desk it is; there is one person until there are accounts.
const PERSON: &str = "owner";
const PURPOSE: &str = "sign_in";
const TOKEN_BYTES: usize = 32;
const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_DAY: i64 = 1440 * MICROS_PER_MINUTE;

/// A link that signs in whoever opens it first, within `server.link_minutes`. `base_url` is where the Desk is reached,
/// such as `http://127.0.0.1:4600`.
pub fn sign_in_link(engine: &Engine, base_url: &str) -> Result<String, EngineError> {
    let token = token()?;
    let (hash, now) = (hash_of(&token), clock::now());
    let until = now.saturating_add(i64::from(engine.settings.server.link_minutes) * MICROS_PER_MINUTE);
    engine.database.write(move |conn| credential::create(conn, &hash, PURPOSE, now..until))?;
    Ok(format!("{}/sign-in?token={token}", base_url.trim_end_matches('/')))
}

/// Uses a link up and opens a session; returns the session and its token, or nothing if the link is not good.
pub(crate) fn open_session(engine: &Engine, link: &str) -> Result<Option<(Session, String)>, EngineError> {
    let token = token()?;
    let (spent, now) = (hash_of(link), clock::now());
    let length = i64::from(engine.settings.server.session_days) * MICROS_PER_DAY;
    let session = Session {
        hash: hash_of(&token),
        person: PERSON.to_owned(),
        created_at: now,
        expires_at: now.saturating_add(length),
        last_used_at: now,
    };
    let kept = session.clone();
    let is_good = engine.database.write(move |conn| -> Result<bool, StoreError> {
        if !credential::spend(conn, &spent, PURPOSE, now)? {
            return Ok(false);
        }
        session::create(conn, &kept)?;
        session::delete_expired(conn, now)?;
        credential::delete_expired(conn, now)?;
        Ok(true)
    })?;
    Ok(is_good.then_some((session, token)))
}

/// What is kept of a token.
pub(crate) fn hash_of(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn token() -> Result<String, EngineError> {
    Ok(hex(&random::bytes::<TOKEN_BYTES>()?))
}
