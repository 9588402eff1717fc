//! Who looks: the member behind a cookie. It is sent along when somebody follows a link from elsewhere, so that doors know
//! whom they let in, and never with a form of another site's.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use parlour_engine::{Engine, EngineError, clock};
use parlour_store::member::{self, Member};
use parlour_store::member_session::{self, Session};
use parlour_store::{StoreError, credential};
use subtle::ConstantTimeEq;

use crate::access::cookie_named;
use crate::api::staff::base;
use crate::app::App;
use crate::doors::GPC;
use crate::error::{ApiError, ErrorCode};
use crate::sign_in::{device_of, hash_of, token};

/// The cookie's name.
pub(crate) const COOKIE: &str = "parlour_room";
const SECONDS_PER_DAY: u64 = 86_400;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// A session is written down again once it could be this part longer, not at every request.
const SLIDE_PARTS: i64 = 100;

/// A member who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) member: Member,
    pub(crate) session: Session,
}

/// The id of the member who looks, if it is one.
#[derive(Clone, Debug)]
pub(crate) struct Viewer(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Seat {
    type Rejection = ApiError;

    /// Put there by [`require_member`].
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(needed)
    }
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Some(token) = cookie_named(&parts.headers, COOKIE) else { return Ok(Self(None)) };
        let found = Arc::clone(app).run(move |app| seat_of(app, &token)).await?;
        Ok(Self(found.map(|(seat, _)| seat.member.id)))
    }
}

/// Lets a request of a member through, and keeps their session alive.
pub(crate) async fn require_member(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let token = cookie_named(request.headers(), COOKIE).ok_or_else(needed)?;
    let cookie = cookie_of(&app, &token)?;
    let found = Arc::clone(&app).run(move |app| seat_of(app, &token)).await?;
    let (seat, is_longer) = found.ok_or_else(needed)?;
    if request.headers().get(GPC).is_some_and(|value| value == "1") {
        let member = seat.member.id.clone();
        Arc::clone(&app).run(move |app| Ok(app.engine.note_signal_of_member(&member)?)).await?;
    }
    request.extensions_mut().insert(seat);
    let mut response = next.run(request).await;
    if is_longer && !response.headers().contains_key(header::SET_COOKIE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What is said to whoever is not signed in.
pub(crate) fn needed() -> ApiError {
    ApiError::new(ErrorCode::SignInNeeded, "sign in to your room first, with a passkey or a link by mail")
}

/// Whoever has the valid session of a token, and whether its end was set anew.
fn seat_of(app: &App, token: &str) -> Result<Option<(Seat, bool)>, ApiError> {
    let (hash, now) = (hash_of(token), clock::now());
    let found = app.engine.database.read(|conn| {
        let Some(session) = member_session::get(conn, &hash, now)? else { return Ok(None) };
        let member = member::get(conn, &session.member)?;
        Ok(member.map(|member| Seat { member, session }))
    })?;
    let found = found.filter(|seat| bool::from(seat.session.hash.ct_eq(&hash)));
    let Some(mut seat) = found else { return Ok(None) };
    let length = length_of(&app.engine);
    let expires_at = now.saturating_add(length);
    if (0..=length / SLIDE_PARTS).contains(&expires_at.saturating_sub(seat.session.expires_at)) {
        return Ok(Some((seat, false)));
    }
    seat.session.expires_at = expires_at;
    let is_there = app.engine.database.write(move |conn| member_session::touch(conn, &hash, now, expires_at))?;
    Ok(is_there.then_some((seat, true)))
}

fn length_of(engine: &Engine) -> i64 {
    i64::from(engine.settings.rooms.session_days) * MICROS_PER_DAY
}

/// Opens a session for a member who has shown who they are; returns its token.
pub(crate) fn open(engine: &Engine, member: &str, agent: &str) -> Result<String, EngineError> {
    let (token, now) = (token()?, clock::now());
    let session = Session {
        hash: hash_of(&token),
        member: member.to_owned(),
        created_at: now,
        expires_at: now.saturating_add(length_of(engine)),
        last_used_at: now,
        device: device_of(agent),
    };
    engine.database.write(move |conn| {
        member_session::delete_expired(conn, now)?;
        credential::delete_expired(conn, now)?;
        member_session::create(conn, &session)?;
        Ok::<_, StoreError>(())
    })?;
    Ok(token)
}

/// Ends the session of a token.
pub(crate) fn close(engine: &Engine, token: &str) -> Result<(), EngineError> {
    let hash = hash_of(token);
    engine.database.write(move |conn| member_session::delete(conn, &hash))?;
    Ok(())
}

/// The header that hands a session to the browser.
pub(crate) fn cookie_of(app: &App, token: &str) -> Result<HeaderValue, ApiError> {
    let seconds = u64::from(app.engine.settings.rooms.session_days) * SECONDS_PER_DAY;
    let text = format!("{COOKIE}={token}; {}Max-Age={seconds}", manner(app));
    HeaderValue::from_str(&text).map_err(|_| needed())
}

/// The header that takes the session from the browser.
pub(crate) fn no_cookie(app: &App) -> HeaderValue {
    let text = format!("{COOKIE}=; {}Max-Age=0", manner(app));
    HeaderValue::from_str(&text).expect("plain words can stand in a header")
}

fn manner(app: &App) -> String {
    let secure = if base(app).starts_with("https://") { "Secure; " } else { "" };
    format!("HttpOnly; SameSite=Lax; {secure}Path=/; ")
}

/// The token in the cookie of a request.
pub(crate) fn token_in(headers: &HeaderMap) -> Option<String> {
    cookie_named(headers, COOKIE)
}
