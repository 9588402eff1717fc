//! Who may ask: the session behind a cookie, where a request that changes something comes from, how often one may try.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::future::ready;
use parlour_engine::clock;
use parlour_engine::staff::{Role, is_active};
use parlour_store::audit::Deed;
use parlour_store::session::{self, Session};
use parlour_store::staff;
use subtle::ConstantTimeEq;

use crate::api::staff::base;
use crate::app::{App, Reach};
use crate::error::{ApiError, ErrorCode};
use crate::held;
use crate::rights::{self, Rule, methods_of, rule_of};
use crate::sign_in::hash_of;

mod tries;

pub(crate) use tries::{Throttle, Tries};

/// The cookie's name.
pub(crate) const COOKIE: &str = "parlour_session";
const MICROS_PER_DAY: i64 = 86_400_000_000;
const SECONDS_PER_DAY: u64 = 86_400;
/// A session is written down again once it could be this part longer, not at every request.
const SLIDE_PARTS: i64 = 100;

/// Who of the Desk asks, by their handle.
#[derive(Clone, Debug)]
pub(crate) struct Staff(pub(crate) String);

/// Who of the Desk asks, with all that decides what they may.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) staff: staff::Staff,
    pub(crate) role: Role,
    pub(crate) session: Session,
}

impl Seat {
    /// The seat of a session, if its owner may still sign in.
    pub(crate) fn of(session: Session, found: Option<staff::Staff>) -> Option<Self> {
        let staff = found.filter(is_active)?;
        let role = Role::of_name(&staff.role)?;
        Some(Self { staff, role, session })
    }

    /// How much of everything they see; an owner sees all.
    pub(crate) fn reach(&self) -> Reach {
        match &self.staff.brands {
            Some(brands) if self.role != Role::Owner => Reach::Brands(brands.as_slice().into()),
            Some(_) | None => Reach::Everything,
        }
    }

    fn is_held(&self) -> bool {
        self.role != Role::Owner && self.staff.brands.is_some()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = ApiError;

    /// Put there by [`require_session`].
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Seat::from_request_parts(parts, state).await.map(|seat| Self(seat.staff.handle))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Seat {
    type Rejection = ApiError;

    /// Put there by [`require_session`].
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(needed)
    }
}

/// What an answer is about, for the audit log, where the path does not say it.
#[derive(Clone, Debug)]
pub(crate) struct About(pub(crate) String);

/// Lets a request through if its session is valid and whoever has it may do that; keeps the session alive, and tells the
/// audit log.
pub(crate) async fn require_session(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let token = token_of(request.headers()).ok_or_else(needed)?;
    let cookie = cookie_of(&app, &token)?;
    let asked = token.clone();
    let found = Arc::clone(&app).run(move |app| seat_of(app, &asked)).await?;
    let (seat, is_longer) = found.ok_or_else(needed)?;
    let staff = seat.staff.handle.clone();
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(seat.clone());
    let (rule, names) = match rule_for(&parts) {
        Ok(rule) => (rule, names_in(&mut parts).await),
        Err(response) => return Ok(*response),
    };
    request = Request::from_parts(parts, body);
    let mut response = match allow(&app, &seat, rule, names.clone()).await {
        Ok(()) if rule.deed.is_empty() => while_seated(app, (token, seat), next.run(request).await),
        Ok(()) => {
            let deed = do_and_tell(Arc::clone(&app), (staff, rule.deed, names), request, next);
            // Whoever hangs up meanwhile has done it all the same.
            #[expect(clippy::disallowed_methods, reason = "it ends by itself, and has to be told whoever waits")]
            let done = tokio::spawn(deed).await;
            done.map_err(|error| ApiError::internal(format!("a request panicked: {error}")))?
        }
        Err(error) => {
            if !rule.deed.is_empty() {
                tell(&app, (staff, rule.deed), names.join(" "), error.code.name()).await?;
            }
            error.into_response()
        }
    };
    // Signing out has set the cookie already.
    if is_longer && !response.headers().contains_key(header::SET_COOKIE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An answer that goes on and on goes on as long as whoever asked has the session, the role and the brands they had.
fn while_seated(app: Arc<App>, (token, seat): (String, Seat), response: Response) -> Response {
    if response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind != "text/event-stream") {
        return response;
    }
    let (parts, body) = response.into_parts();
    let checked = body.into_data_stream().then(move |part| {
        let (app, token) = (Arc::clone(&app), token.clone());
        let (role, brands) = (seat.role, seat.staff.brands.clone());
        let is_same = move |(seat, _): (Seat, bool)| seat.role == role && seat.staff.brands == brands;
        let check = async move { app.run(move |app| Ok(seat_of(app, &token)?.is_some_and(is_same))).await };
        async move { (check.await.unwrap_or(false), part) }
    });
    let seen = checked.take_while(|(is_seated, _)| ready(*is_seated)).map(|(_, part)| part);
    Response::from_parts(parts, Body::from_stream(seen))
}

/// Lets a request that changes something through, and tells the audit log what came of it.
async fn do_and_tell(
    app: Arc<App>,
    (staff, action, names): (String, &'static str, Vec<String>),
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let about = response.extensions_mut().remove::<About>();
    let object = about.map_or_else(|| names.join(" "), |About(object)| object);
    let outcome = outcome_of(&response);
    match tell(&app, (staff, action), object, outcome).await {
        Ok(()) => response,
        Err(error) => error.into_response(),
    }
}

async fn tell(
    app: &Arc<App>,
    (staff, action): (String, &'static str),
    object: String,
    outcome: &'static str,
) -> Result<(), ApiError> {
    let tell = move |app: &App| {
        note(app, (&staff, action), &object, outcome);
        Ok(())
    };
    Arc::clone(app).run(tell).await
}

/// The rule of a request. What has none is refused, whatever the router thinks.
fn rule_for(parts: &Parts) -> Result<&'static Rule, Box<Response>> {
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if let Some(rule) = rule_of(parts.method.as_str(), path) {
        return Ok(rule);
    }
    let methods = methods_of(path);
    if methods.is_empty() {
        let message = format!("`{path}` is not in the table of rights, so nobody may ask it");
        return Err(Box::new(ApiError::new(ErrorCode::Forbidden, message).into_response()));
    }
    let mut response = ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response();
    response.headers_mut().extend(HeaderValue::from_str(&methods.join(",")).ok().map(|value| (header::ALLOW, value)));
    Err(Box::new(response))
}

/// What the path names, in its order.
async fn names_in(parts: &mut Parts) -> Vec<String> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    params.map_or_else(|_| Vec::new(), |params| params.iter().map(|(_, value)| value.to_owned()).collect())
}

async fn allow(app: &Arc<App>, seat: &Seat, rule: &'static Rule, names: Vec<String>) -> Result<(), ApiError> {
    if !rights::has(seat.role, rule.right) {
        let message = format!(
            "your role here ({}) is not for this; an owner can change it under Settings, People",
            seat.role.name()
        );
        return Err(ApiError::new(ErrorCode::Forbidden, message));
    }
    if !seat.is_held() {
        return Ok(());
    }
    let brands = seat.staff.brands.clone().unwrap_or_default();
    Arc::clone(app).run(move |app| held::check(app, rule.held, &names, &brands)).await
}

fn outcome_of(response: &Response) -> &'static str {
    match response.extensions().get::<ApiError>() {
        Some(error) => error.code.name(),
        None if response.status().is_success() => DONE,
        None => "refused",
    }
}

/// What the audit log calls what was done.
pub(crate) const DONE: &str = "done";
/// Most bytes of an object in the audit log.
const MAX_OBJECT_BYTES: usize = 300;

/// Tells the audit log; what was done stays done if it cannot be told.
pub(crate) fn note(app: &App, (staff, action): (&str, &str), object: &str, outcome: &str) {
    let end = object.floor_char_boundary(MAX_OBJECT_BYTES);
    let told = app.engine.note_deed(Deed {
        id: 0,
        at: clock::now(),
        staff: staff.to_owned(),
        action: action.to_owned(),
        object: object[..end].to_owned(),
        outcome: outcome.to_owned(),
    });
    if let Err(error) = told {
        tracing::error!(staff, action, %error, "something was done that the audit log could not be told");
    }
}

pub(crate) fn needed() -> ApiError {
    let message = "sign in first: `parlour serve` prints a link when it starts, and `parlour sign-in` makes another";
    ApiError::new(ErrorCode::SignInNeeded, message)
}

/// Whoever has the valid session of a token, and whether its end was set anew.
pub(crate) fn seat_of(app: &App, token: &str) -> Result<Option<(Seat, bool)>, ApiError> {
    let (hash, now) = (hash_of(token), clock::now());
    let found = app.engine.database.read(|conn| {
        let Some(found) = session::get(conn, &hash, now)? else { return Ok(None) };
        let staff = staff::get(conn, &found.person)?;
        Ok(Some((found, staff)))
    })?;
    let found = found.filter(|(found, _)| bool::from(found.hash.ct_eq(&hash)));
    let Some(mut seat) = found.and_then(|(session, staff)| Seat::of(session, staff)) else { return Ok(None) };
    let length = i64::from(app.engine.settings.server.session_days) * MICROS_PER_DAY;
    let expires_at = now.saturating_add(length);
    // One that lasts longer than it may was used while the clock was ahead.
    if (0..=length / SLIDE_PARTS).contains(&expires_at.saturating_sub(seat.session.expires_at)) {
        return Ok(Some((seat, false)));
    }
    seat.session.expires_at = expires_at;
    let is_there = app.engine.database.write(move |conn| session::touch(conn, &hash, now, expires_at))?;
    // Signed out at this moment, in another tab.
    Ok(is_there.then_some((seat, true)))
}

/// The token in the session's cookie.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    cookie_named(headers, COOKIE)
}

/// What a cookie holds.
pub(crate) fn cookie_named(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, token)| token.to_owned())
}

/// The header that hands a session to the browser, which gives it back over TLS alone where the Desk is reached that way.
pub(crate) fn cookie_of(app: &App, token: &str) -> Result<HeaderValue, ApiError> {
    let seconds = u64::from(app.engine.settings.server.session_days) * SECONDS_PER_DAY;
    let secure = if base(app).starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
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
}
