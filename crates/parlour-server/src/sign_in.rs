//! Signing in: links that are good once, and the sessions that every way of signing in opens. Tokens are 256 random bits,
//! kept by their hash.

use parlour_engine::staff::{FIRST, Role, is_active};
use parlour_engine::{Engine, EngineError, clock, random};
use parlour_store::credential::{self, Credential};
use parlour_store::session::{self, Session};
use parlour_store::staff::{self, Staff};
use parlour_store::{Conn, StoreError};
use sha2::{Digest, Sha256};

use crate::access::Seat;
use crate::cursor::hex;

const PURPOSE: &str = "sign_in";
const TOKEN_BYTES: usize = 32;
const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_DAY: i64 = 1440 * MICROS_PER_MINUTE;
/// Browsers and systems that are told apart, by what they say of themselves; the first that fits.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A link that signs in, as the first owner, whoever opens it first within `server.link_minutes`. `base_url` is where the
/// Desk is reached, such as `http://127.0.0.1:4600`.
pub fn sign_in_link(engine: &Engine, base_url: &str) -> Result<String, EngineError> {
    let all = engine.staff()?;
    let is_owner = |staff: &&Staff| staff.role == Role::Owner.name() && is_active(staff);
    let first = all.iter().filter(is_owner).max_by_key(|staff| staff.handle == FIRST);
    let owner = first.ok_or_else(|| EngineError::NotFound("there is no owner who may sign in".to_owned()))?;
    link(engine, base_url, &owner.handle)
}

/// The same as somebody of the Desk, who must have joined and not be kept out.
pub fn sign_in_link_as(engine: &Engine, base_url: &str, handle: &str) -> Result<String, EngineError> {
    let found = engine.staff_of(handle)?;
    if is_active(&found) {
        return link(engine, base_url, handle);
    }
    let why = if found.disabled_at.is_some() { "is kept out" } else { "has not taken the invitation up yet" };
    Err(EngineError::Conflict(format!("`{handle}` {why}, so there is no signing in as them")))
}

fn link(engine: &Engine, base_url: &str, handle: &str) -> Result<String, EngineError> {
    let token = token()?;
    let minutes = i64::from(engine.settings.server.link_minutes);
    keep(engine, (PURPOSE, &token), (handle, String::new()), minutes)?;
    Ok(format!("{}/sign-in?token={token}", base_url.trim_end_matches('/')))
}

/// Keeps a token for a purpose, with whose it is and what else is to be known once it comes back.
pub(crate) fn keep(
    engine: &Engine,
    (purpose, token): (&str, &str),
    (subject, data): (&str, String),
    minutes: i64,
) -> Result<(), EngineError> {
    let now = clock::now();
    let new = Credential {
        hash: hash_of(token),
        purpose: purpose.to_owned(),
        subject: subject.to_owned(),
        data,
        created_at: now,
        expires_at: now.saturating_add(minutes.saturating_mul(MICROS_PER_MINUTE)),
    };
    Ok(engine.database.write(move |conn| {
        credential::delete_expired(conn, now)?;
        credential::create(conn, &new)
    })?)
}

/// Uses a kept token up.
pub(crate) fn spend(engine: &Engine, purpose: &'static str, token: &str) -> Result<Option<Credential>, EngineError> {
    let (hash, now) = (hash_of(token), clock::now());
    Ok(engine.database.write(move |conn| credential::spend(conn, &hash, purpose, now))?)
}

/// Uses a link up and opens a session; returns whose and its token, or nothing if the link is not good.
pub(crate) fn open_by_link(engine: &Engine, link: &str, device: &str) -> Result<Option<(Seat, String)>, EngineError> {
    let (spent, now) = (hash_of(link), clock::now());
    open(engine, device, move |conn| Ok(credential::spend(conn, &spent, PURPOSE, now)?.map(|found| found.subject)))
}

/// Opens a session for somebody who has shown who they are; nothing if they may not sign in.
pub(crate) fn open_for(engine: &Engine, handle: &str, device: &str) -> Result<Option<(Seat, String)>, EngineError> {
    let handle = handle.to_owned();
    open(engine, device, move |_| Ok(Some(handle)))
}

fn open(
    engine: &Engine,
    device: &str,
    who: impl FnOnce(&mut dyn Conn) -> Result<Option<String>, StoreError> + Send + 'static,
) -> Result<Option<(Seat, String)>, EngineError> {
    let (token, now) = (token()?, clock::now());
    let (hash, device) = (hash_of(&token), device_of(device));
    let length = i64::from(engine.settings.server.session_days) * MICROS_PER_DAY;
    let opened = engine.database.write(move |conn| -> Result<_, StoreError> {
        session::delete_expired(conn, now)?;
        credential::delete_expired(conn, now)?;
        let Some(handle) = who(conn)? else { return Ok(None) };
        let found = staff::get(conn, &handle)?;
        let expires_at = now.saturating_add(length);
        let session = Session { hash, person: handle, created_at: now, expires_at, last_used_at: now, device };
        let Some(seat) = Seat::of(session, found) else { return Ok(None) };
        session::create(conn, &seat.session)?;
        Ok(Some(seat))
    })?;
    Ok(opened.map(|seat| (seat, token)))
}

/// What is kept of a token.
pub(crate) fn hash_of(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A token that nobody can guess.
pub(crate) fn token() -> Result<String, EngineError> {
    Ok(hex(&random::bytes::<TOKEN_BYTES>()?))
}

/// What a browser says of itself, in words that tell people their devices apart.
pub(crate) fn device_of(agent: &str) -> String {
    let named = |all: &[(&str, &'static str)]| all.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn devices_are_told_in_words() {
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "curl"),
            ("<script>", "unknown"),
        ] {
            assert_eq!(super::device_of(agent), words);
        }
    }
}
