//! Who may ask: the session behind a cookie, where a request that changes something comes from, how often one may try.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use parlour_engine::clock;
use parlour_store::session::{self, Session};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::sign_in::hash_of;

/// The cookie's name.
pub(crate) const COOKIE: &str = "parlour_session";
const MICROS_PER_DAY: i64 = 86_400_000_000;
const SECONDS_PER_DAY: u64 = 86_400;
/// A session is written down again once it could be this part longer, not at every request.
const SLIDE_PARTS: i64 = 100;

/// Who of the Desk asks.
#[derive(Clone, Debug)]
pub(crate) struct Staff(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = ApiError;

    /// Put there by [`require_session`].
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(needed)
    }
}

/// Lets a request through if its session is valid, and keeps the session alive.
pub(crate) async fn require_session(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let token = token_of(request.headers()).ok_or_else(needed)?;
    let cookie = cookie_of(&app, &token)?;
    let found = Arc::clone(&app).run(move |app| session_of(app, &token)).await?;
    let (session, is_longer) = found.ok_or_else(needed)?;
    request.extensions_mut().insert(Staff(session.person));
    let mut response = next.run(request).await;
    // Signing out has set the cookie already.
    if is_longer && !response.headers().contains_key(header::SET_COOKIE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

pub(crate) fn needed() -> ApiError {
    let message = "sign in first: `parlour serve` prints a link when it starts, and `parlour sign-in` makes another";
    ApiError::new(ErrorCode::SignInNeeded, message)
}

/// The valid session of a token, and whether its end was set anew.
pub(crate) fn session_of(app: &App, token: &str) -> Result<Option<(Session, bool)>, ApiError> {
    let (hash, now) = (hash_of(token), clock::now());
    let found = app.engine.database.read(|conn| session::get(conn, &hash, now))?;
    let Some(mut found) = found.filter(|found| bool::from(found.hash.ct_eq(&hash))) else { return Ok(None) };
    let length = i64::from(app.engine.settings.server.session_days) * MICROS_PER_DAY;
    let expires_at = now.saturating_add(length);
    // One that lasts longer than it may was used while the clock was ahead.
    if (0..=length / SLIDE_PARTS).contains(&expires_at.saturating_sub(found.expires_at)) {
        return Ok(Some((found, false)));
    }
    found.expires_at = expires_at;
    let is_there = app.engine.database.write(move |conn| session::touch(conn, &hash, now, expires_at))?;
    // Signed out at this moment, in another tab.
    Ok(is_there.then_some((found, true)))
}

/// The token in the session's cookie.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token.to_owned())
}

/// The header that hands a session to the browser. Not `Secure`: the Desk is served over plain HTTP on loopback, and
/// whoever puts TLS before it can add that there.
pub(crate) fn cookie_of(app: &App, token: &str) -> Result<HeaderValue, ApiError> {
    let seconds = u64::from(app.engine.settings.server.session_days) * SECONDS_PER_DAY;
    let text = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}");
    HeaderValue::from_str(&text).map_err(|_| needed())
}

/// The header that takes the session from the browser.
pub(crate) fn no_cookie() -> HeaderValue {
    HeaderValue::from_static("parlour_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

/// Refuses what changes something and comes from a page of somebody else. Programs that are no browsers say nothing of
/// where they come from and are let through; they carry no cookie by accident.
pub(crate) async fn require_same_origin(request: Request, next: Next) -> Result<Response, ApiError> {
    let is_read = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if is_read || is_same_origin(request.headers()) {
        return Ok(next.run(request).await);
    }
    let message = "this request comes from another site; use the Desk's own pages, or send no `Origin`";
    Err(ApiError::new(ErrorCode::ForeignOrigin, message))
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return ["same-origin", "none"].iter().any(|fine| site == fine);
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let origin = origin.as_ref().and_then(Uri::authority).map(|authority| authority.as_str().to_ascii_lowercase());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_ascii_lowercase);
    origin.is_some() && origin == host
}

/// Tries to sign in: so many at once, and one more every so often.
#[derive(Debug)]
pub(crate) struct Tries {
    bucket: Mutex<(u32, Instant)>,
}

/// Tries that may follow each other without a wait.
pub(crate) const MAX_TRIES: u32 = 20;
/// After this long there is one more.
const TRY_EVERY: Duration = Duration::from_secs(3);

impl Default for Tries {
    fn default() -> Self {
        Self { bucket: Mutex::new((MAX_TRIES, Instant::now())) }
    }
}

impl Tries {
    /// Takes one try at `now`, if there is one.
    pub(crate) fn take(&self, now: Instant) -> Result<(), ApiError> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = &mut *bucket;
        let n_new = (now.saturating_duration_since(*since).as_secs() / TRY_EVERY.as_secs()) as u32;
        if n_new > 0 {
            *left = left.saturating_add(n_new).min(MAX_TRIES);
            *since = now;
        }
        if *left == 0 {
            let message = "too many tries to sign in; wait a moment";
            let error = ApiError::new(ErrorCode::TooManyTries, message);
            return Err(ApiError { retry_after: Some(TRY_EVERY.as_secs()), ..error });
        }
        *left -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_ones_own_pages_may_change_something() {
        let host = ("host", "Desk.local:4600");
        for (pairs, is_same) in [
            (vec![host], true),
            (vec![host, ("origin", "http://desk.local:4600")], true),
            (vec![host, ("origin", "http://desk.local")], false),
            (vec![host, ("origin", "null")], false),
            (vec![("origin", "http://desk.local:4600")], false),
            (vec![host, ("sec-fetch-site", "same-site"), ("origin", "http://desk.local:4600")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "none")], true),
            (vec![host, ("sec-fetch-site", "same-origin"), ("origin", "https://public.name")], true),
        ] {
            assert_eq!(is_same_origin(&headers(&pairs)), is_same, "{pairs:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let token = |text: &'static str| token_of(&headers(&[("cookie", text)]));
        assert_eq!(token("a=b; parlour_session=x1; c=d").as_deref(), Some("x1"));
        assert_eq!(token("xparlour_session=x1"), None);
    }

    #[test]
    fn tries_run_out_and_come_back() {
        let (tries, start) = (Tries::default(), Instant::now());
        let n = (0..100).filter(|_| tries.take(start).is_ok()).count();
        assert_eq!(n, MAX_TRIES as usize);
        assert_eq!(tries.take(start).unwrap_err().code.status().as_u16(), 429);
        assert!(tries.take(start + TRY_EVERY).is_ok());
        assert!(tries.take(start + TRY_EVERY).is_err());
    }
}
