//! The session: signing in with a link that is good once, who is signed in, signing out.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use parlour_engine::clock;
use parlour_store::session;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{self, Seat};
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::input::Sent;
use crate::rights::{self, Right};
use crate::sign_in::{hash_of, open_by_link};

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// Their handle, by which asks and the audit log know them.
    person: String,
    name: String,
    /// `owner`, `analyst`, `agent` or `read-only`.
    role: String,
    /// The brands they see, `kind:id`; null for all.
    brands: Option<Vec<String>>,
    /// What their role is for: some of `own`, `read`, `heed`, `answer`, `inspect`, `analyse` and `administer`.
    rights: Vec<&'static str>,
    /// RFC 3339 UTC; moves on with use.
    expires_at: String,
}

/// What a sign-in link carries.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The `token` of the link.
    pub(crate) token: String,
}

/// Signed in: the header that hands the session over, and whose it is.
pub(crate) type SignedIn = ([(HeaderName, HeaderValue); 1], Json<Session>);

impl Session {
    fn of(seat: Seat) -> Self {
        let has = |right: &Right| rights::has(seat.role, *right);
        Self {
            rights: Right::ALL.iter().filter(|right| has(right)).map(|right| right.name()).collect(),
            brands: seat.staff.brands.clone().filter(|_| !matches!(seat.reach(), crate::app::Reach::Everything)),
            person: seat.staff.handle,
            name: seat.staff.name,
            role: seat.staff.role,
            expires_at: clock::rfc3339(seat.session.expires_at),
        }
    }
}

/// What a browser says of itself.
pub(crate) fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The answer to whoever has just signed in.
pub(crate) fn signed_in(app: &App, seat: Seat, token: &str) -> Result<SignedIn, ApiError> {
    let cookie = access::cookie_of(app, token)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Session::of(seat))))
}

/// Who is signed in; 401 if nobody is.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", security(()), responses((status = 200, body = Session)))]
pub(crate) async fn get_session(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Session>, ApiError> {
    let token = access::token_of(&headers).ok_or_else(access::needed)?;
    let found = app.run(move |app| access::seat_of(app, &token)).await?;
    let (seat, _) = found.ok_or_else(access::needed)?;
    Ok(Json(Session::of(seat)))
}

/// Signs in with the token of a link, which is used up by it.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", security(()), request_body = SignIn,
    responses((status = 200, body = Session, description = "signed in; sets the cookie `parlour_session`"))
)]
pub(crate) async fn create_session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Sent(sign_in): Sent<SignIn>,
) -> Result<SignedIn, ApiError> {
    app.tries.take(Instant::now())?;
    let open = move |app: &App| {
        let opened = open_by_link(&app.engine, &sign_in.token, &agent(&headers))?;
        let (seat, token) = opened.ok_or_else(|| {
            let message = "this link was used before or is too old; make another with `parlour sign-in`";
            ApiError::new(ErrorCode::SignInRefused, message)
        })?;
        access::note(app, (&seat.staff.handle, "signed in with a link"), "", access::DONE);
        signed_in(app, seat, &token)
    };
    app.run(open).await
}

/// Signs out: the session is over at once, whoever holds its cookie.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "session", responses((status = 204, description = "signed out"))
)]
pub(crate) async fn delete_session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), ApiError> {
    let token = access::token_of(&headers).ok_or_else(access::needed)?;
    let leave = move |app: &App| {
        let (hash, now) = (hash_of(&token), clock::now());
        let left = app.engine.database.write(move |conn| {
            let found = session::get(conn, &hash, now)?;
            Ok::<_, parlour_store::StoreError>(session::delete(conn, &hash)?.then_some(found))
        })?;
        let left = left.ok_or_else(access::needed)?;
        if let Some(session) = left {
            access::note(app, (&session.person, "signed out"), "", access::DONE);
        }
        Ok(())
    };
    app.run(leave).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, access::no_cookie())]))
}
