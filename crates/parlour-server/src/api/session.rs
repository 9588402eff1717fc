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

use crate::access;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::input::Sent;
use crate::sign_in::{hash_of, open_session};

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    person: String,
    /// RFC 3339 UTC; moves on with use.
    expires_at: String,
}

/// What a sign-in link carries.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The `token` of the link.
    token: String,
}

impl Session {
    fn of(session: session::Session) -> Self {
        Self { person: session.person, expires_at: clock::rfc3339(session.expires_at) }
    }
}

/// Who is signed in; 401 if nobody is.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", security(()), responses((status = 200, body = Session)))]
pub(crate) async fn get_session(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Session>, ApiError> {
    let token = access::token_of(&headers).ok_or_else(access::needed)?;
    let found = app.run(move |app| access::session_of(app, &token)).await?;
    let (session, _) = found.ok_or_else(access::needed)?;
    Ok(Json(Session::of(session)))
}

/// Signs in with the token of a link, which is used up by it.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", security(()), request_body = SignIn,
    responses((status = 200, body = Session, description = "signed in; sets the cookie `parlour_session`"))
)]
pub(crate) async fn create_session(
    State(app): State<Arc<App>>,
    Sent(sign_in): Sent<SignIn>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Session>), ApiError> {
    app.tries.take(Instant::now())?;
    let opened = Arc::clone(&app).run(move |app| Ok(open_session(&app.engine, &sign_in.token)?)).await?;
    let (session, token) = opened.ok_or_else(|| {
        let message = "this link was used before or is too old; make another with `parlour sign-in`";
        ApiError::new(ErrorCode::SignInRefused, message)
    })?;
    let cookie = access::cookie_of(&app, &token)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Session::of(session))))
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
    let hash = hash_of(&token);
    let was_there =
        app.run(move |app| Ok(app.engine.database.write(move |conn| session::delete(conn, &hash))?)).await?;
    if was_there {
        Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, access::no_cookie())]))
    } else {
        Err(access::needed())
    }
}
