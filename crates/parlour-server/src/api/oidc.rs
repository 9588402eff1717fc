//! Signing in with another provider: there, and back.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::State;
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::response::AppendHeaders;
use parlour_engine::clock;
use parlour_engine::staff::{Profile, Role, is_active, mail_checked};
use parlour_store::staff;
use serde::Deserialize;
use utoipa::IntoParams;

use super::metrics::Peer;
use super::session::agent;
use super::sign_in::address;
use super::staff::base;
use crate::access;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::input::Asking;
use crate::oidc::{Attempt, Claims};
use crate::sign_in::{keep, open_for, spend, token};

const PURPOSE: &str = "oidc";
const MINUTES: i64 = 10;
/// The cookie that ties the way back to the browser that went.
const COOKIE: &str = "parlour_oidc";
const PATH: &str = "/api/v1/sign-in/oidc";
const MICROS: i64 = 1_000_000;
/// Handles that are tried for somebody new.
const MAX_HANDLES: u32 = 50;

/// Where to go then.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OidcQuery {
    /// A path of the Desk; the first page unless given.
    then: Option<String>,
}

/// What a provider sends the browser back with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OidcBack {
    code: Option<String>,
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Answers that send the browser elsewhere.
pub(crate) type Sent = (StatusCode, AppendHeaders<Vec<(HeaderName, String)>>);

/// Why somebody is not let in, by what the page says of it.
enum Refused {
    Unknown,
    Unverified,
    Failed(String),
}

impl Refused {
    fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Unverified => "unverified",
            Self::Failed(_) => "failed",
        }
    }
}

impl<E: std::error::Error> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

fn redirect(app: &App) -> String {
    format!("{}{PATH}/back", base(app))
}

fn to(place: String, cookie: String) -> Sent {
    (StatusCode::SEE_OTHER, AppendHeaders(vec![(header::LOCATION, place), (header::SET_COOKIE, cookie)]))
}

fn cookie(value: &str, seconds: i64) -> String {
    format!("{COOKIE}={value}; HttpOnly; SameSite=Lax; Path={PATH}; Max-Age={seconds}")
}

/// A place in this Desk; anything that could lead elsewhere is the first page.
fn within(then: Option<String>) -> String {
    let is_fine = |then: &String| {
        let mut rest = then.chars();
        rest.next() == Some('/')
            && !matches!(rest.next(), Some('/' | '\\'))
            && then.len() < 2000
            && then.bytes().all(|byte| byte.is_ascii_graphic())
    };
    then.filter(is_fine).unwrap_or_else(|| "/".to_owned())
}

/// Sends the browser to the provider.
#[utoipa::path(
    get, path = "/api/v1/sign-in/oidc", tag = "session", security(()), params(OidcQuery),
    responses((status = 303, description = "to the provider"))
)]
pub(crate) async fn go_to_provider(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    Asking(query): Asking<OidcQuery>,
) -> Result<Sent, ApiError> {
    app.of_address.take(&address(peer), Instant::now())?;
    let go = move |app: &App| {
        let settings = &app.engine.settings.oidc;
        if !settings.is_set() {
            return Err(ApiError::not_found("no provider is set up; see `[oidc]` in the settings"));
        }
        let attempt = Attempt { nonce: token()?, verifier: token()?, then: within(query.then) };
        let state = token()?;
        let data = serde_json::to_string(&attempt).map_err(|error| ApiError::internal(error.to_string()))?;
        keep(&app.engine, (PURPOSE, &state), ("", data), MINUTES)?;
        match app.provider.door(settings, (&redirect(app), &state), &attempt) {
            Ok(door) => Ok(to(door, cookie(&state, MINUTES * 60))),
            Err(error) => Ok(refused(&Refused::from(error))),
        }
    };
    app.run(go).await
}

/// Takes the browser back from the provider, and lets in whoever it vouches for.
#[utoipa::path(
    get, path = "/api/v1/sign-in/oidc/back", tag = "session", security(()), params(OidcBack),
    responses((status = 303, description = "to the Desk, signed in, or to the page that says why not"))
)]
pub(crate) async fn come_from_provider(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Asking(back): Asking<OidcBack>,
) -> Result<Sent, ApiError> {
    app.tries.take(Instant::now())?;
    let come = move |app: &App| {
        let entered = enter(app, &headers, &back).and_then(|(attempt, handle)| {
            let opened = open_for(&app.engine, &handle, &agent(&headers))?.ok_or(Refused::Unknown)?;
            Ok((attempt, opened))
        });
        let (attempt, (seat, token)) = match entered {
            Ok(entered) => entered,
            Err(why) => return Ok(refused(&why)),
        };
        access::note(app, (&seat.staff.handle, "signed in with another provider"), "", access::DONE);
        let session = access::cookie_of(app, &token)?;
        let (status, mut headers) = to(attempt.then, cookie("", 0));
        headers.0.push((header::SET_COOKIE, session.to_str().unwrap_or_default().to_owned()));
        Ok((status, headers))
    };
    app.run(come).await
}

fn refused(why: &Refused) -> Sent {
    if let Refused::Failed(error) = why {
        tracing::warn!(error, "signing in with the provider came to no end");
    }
    to(format!("/sign-in?refused={}", why.name()), cookie("", 0))
}

/// Who came back, and from which attempt.
fn enter(app: &App, headers: &HeaderMap, back: &OidcBack) -> Result<(Attempt, String), Refused> {
    let failed = |why: &str| Refused::Failed(why.to_owned());
    let state = back.state.as_deref().ok_or_else(|| failed("no state came back"))?;
    if access::cookie_named(headers, COOKIE).as_deref() != Some(state) {
        return Err(failed("the state is not that of this browser"));
    }
    let kept = spend(&app.engine, PURPOSE, state)?.ok_or_else(|| failed("the attempt is too old, or was used"))?;
    let attempt: Attempt = serde_json::from_str(&kept.data)?;
    if let Some(error) = &back.error {
        return Err(Refused::Failed(format!("the provider says `{}`", error.chars().take(100).collect::<String>())));
    }
    let code = back.code.as_deref().ok_or_else(|| failed("no code came back"))?;
    let settings = &app.engine.settings.oidc;
    let claims = app.provider.claims(settings, (&redirect(app), code), &attempt, clock::now() / MICROS)?;
    Ok((attempt, whose(app, &claims)?))
}

/// The handle of whoever has the address: somebody who was invited, or somebody new of the domain that is let in.
fn whose(app: &App, claims: &Claims) -> Result<String, Refused> {
    let mail = mail_checked(claims.email.as_deref().ok_or(Refused::Unverified)?)?;
    if !claims.email_verified {
        return Err(Refused::Unverified);
    }
    if let Some(found) = app.engine.database.read(|conn| staff::by_mail(conn, &mail))? {
        if is_active(&found) {
            return Ok(found.handle);
        }
        // Whoever was invited by this address has shown that it is theirs.
        return if found.disabled_at.is_none() {
            Ok(app.engine.join_vouched(&found.handle)?.handle)
        } else {
            Err(Refused::Unknown)
        };
    }
    let settings = &app.engine.settings.oidc;
    let domain = mail.rsplit_once('@').map_or("", |(_, domain)| domain);
    if settings.domain.is_empty() || domain != settings.domain.to_lowercase() {
        return Err(Refused::Unknown);
    }
    let role = Role::of_name(&settings.role).ok_or(Refused::Unknown)?;
    let name = claims.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| mail.clone());
    let profile = Profile { name, mail: Some(mail.clone()), role, brands: None };
    newcomer(app, &mail, &profile)
}

/// Makes an account for somebody, under the first handle made of their address that is free.
fn newcomer(app: &App, mail: &str, profile: &Profile) -> Result<String, Refused> {
    let plain: String =
        mail.split('@').next().unwrap_or_default().chars().filter(|c| is_of_handle(*c)).take(60).collect();
    let plain = if plain.is_empty() { "staff".to_owned() } else { plain };
    for n in 1..=MAX_HANDLES {
        let handle = if n == 1 { plain.clone() } else { format!("{plain}{n}") };
        match app.engine.join_uninvited(&handle, profile.clone()) {
            Ok(made) => {
                access::note(app, (&made.handle, "joined by another provider"), profile.role.name(), access::DONE);
                return Ok(made.handle);
            }
            Err(parlour_engine::EngineError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Refused::Failed(format!("no handle is free for `{plain}`; {}", ErrorCode::NotNow.name())))
}

fn is_of_handle(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_goes_on_within_the_desk_only() {
        for (then, place) in [
            ("/asks?tab=1", "/asks?tab=1"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nset-cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(super::within(Some(then.to_owned())), place);
        }
    }
}
