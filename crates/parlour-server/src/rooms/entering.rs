//! Coming in: by a link that is sent by mail, or that the Desk handed over; and going again. Whether an address has a room is
//! not told.

use std::sync::Arc;
use std::time::Instant;

use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::{Extension, Json};
use parlour_engine::desk::name_of;
use parlour_engine::staff::mail_checked;
use parlour_store::member::Member;
use serde::Serialize;
use utoipa::ToSchema;

use super::guard;
use super::own::OwnRoom;
use crate::api::metrics::Peer;
use crate::api::session::{SignIn, agent};
use crate::api::sign_in::{MailSignIn, address};
use crate::api::staff::base;
use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::Sent;
use crate::sign_in::{keep, spend, token};

/// Purposes of links: signing in by mail, taking an invitation up, showing that an address is one's own.
const BY_MAIL: &str = "room";
pub(crate) const BY_INVITATION: &str = "room_invitation";
pub(crate) const SHOWING_MAIL: &str = "room_mail";

/// How one can come in.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomSignInWays {
    /// Whether a link can be sent by mail.
    mail: bool,
    /// Whether anybody may take a room.
    sign_up: bool,
}

/// Signed in: the header that hands the session over, and whose room it is.
pub(crate) type Entered = ([(HeaderName, HeaderValue); 1], Json<OwnRoom>);

/// How one can come in, beside a passkey.
#[utoipa::path(
    get, path = "/api/v1/room/sign-in", tag = "rooms", security(()),
    responses((status = 200, body = RoomSignInWays))
)]
pub(crate) async fn list_room_sign_in_ways(State(app): State<Arc<App>>) -> Json<RoomSignInWays> {
    Json(RoomSignInWays { mail: app.send_mail.is_some(), sign_up: app.engine.settings.rooms.sign_up })
}

/// Sends a link that opens one's room, or a new one; whether there was one before is not said.
#[utoipa::path(
    post, path = "/api/v1/room/sign-in/mail", tag = "rooms", security(()), request_body = MailSignIn,
    responses((status = 202, description = "sent, if the address may have a room"))
)]
pub(crate) async fn send_room_link(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    Sent(sent): Sent<MailSignIn>,
) -> Result<StatusCode, ApiError> {
    let mail = mail_checked(&sent.mail)?;
    let now = Instant::now();
    app.of_address.take(&address(peer), now)?;
    send_link(&app, (BY_MAIL, String::new()), mail, |app, mail| {
        Ok(app.engine.settings.rooms.sign_up || app.engine.has_member_of_mail(mail)?)
    })?;
    Ok(StatusCode::ACCEPTED)
}

/// Has a link sent to an address, if it may have one. Nobody waits for it: how long it takes would say whether it does.
pub(crate) fn send_link(
    app: &Arc<App>,
    (purpose, subject): (&'static str, String),
    mail: String,
    may_have: impl FnOnce(&App, &str) -> Result<bool, ApiError> + Send + 'static,
) -> Result<(), ApiError> {
    let Some(send) = app.send_mail.clone() else {
        return Err(ApiError::not_found("this server sends no mail; ask whoever runs it for an invitation"));
    };
    app.of_account.take(&format!("room {mail}"), Instant::now())?;
    let work = move |app: &App| {
        if !may_have(app, &mail)? {
            return Ok(());
        }
        let (token, minutes) = (token()?, app.engine.settings.server.link_minutes);
        let subject = if subject.is_empty() { mail.clone() } else { subject };
        keep(&app.engine, (purpose, &token), (&subject, mail.clone()), i64::from(minutes))?;
        let link = format!("{}/room?token={token}", base(app));
        let text = format!(
            "This link opens your room, once and within {minutes} minutes:\n\n{link}\n\nIf you did not ask for it, \
             nothing happens unless it is opened.\n"
        );
        if let Err(error) = send(&mail, "The key to your room", &text) {
            tracing::error!(error, "a link to a room could not be sent");
        }
        Ok(())
    };
    #[expect(clippy::disallowed_methods, reason = "it ends by itself, and a link that is not sent is asked for again")]
    tokio::spawn(Arc::clone(app).run(work));
    Ok(())
}

/// Comes in with the token of a link, which is used up by it.
#[utoipa::path(
    post, path = "/api/v1/room/session", tag = "rooms", security(()), request_body = SignIn,
    responses((status = 200, body = OwnRoom, description = "signed in; sets the cookie `parlour_room`"))
)]
pub(crate) async fn enter_room(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Sent(sign_in): Sent<SignIn>,
) -> Result<Entered, ApiError> {
    app.tries.take(Instant::now())?;
    let enter = move |app: &App| {
        let member = whose(app, &sign_in.token)?.ok_or_else(|| {
            let message = "this link was used before or is too old; ask for another";
            ApiError::new(ErrorCode::SignInRefused, message)
        })?;
        entered(app, member, &agent(&headers))
    };
    app.run(enter).await
}

fn whose(app: &App, token: &str) -> Result<Option<Member>, ApiError> {
    let engine = &app.engine;
    if let Some(found) = spend(engine, BY_MAIL, token)? {
        return Ok(Some(engine.member_of_mail(&found.subject)?));
    }
    if let Some(found) = spend(engine, BY_INVITATION, token)? {
        return Ok(Some(engine.member_invited(name_of(&found.subject))?));
    }
    let Some(found) = spend(engine, SHOWING_MAIL, token)? else { return Ok(None) };
    engine.add_member_mail(&found.subject, &found.data)?;
    Ok(engine.member(&found.subject)?)
}

/// Opens a session for a member who has shown who they are.
pub(crate) fn entered(app: &App, member: Member, agent: &str) -> Result<Entered, ApiError> {
    let token = guard::open(&app.engine, &member.id, agent)?;
    let cookie = guard::cookie_of(app, &token)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(OwnRoom::of(app, member)?)))
}

/// Goes: the session is over at once, whoever holds its cookie.
#[utoipa::path(
    delete, path = "/api/v1/room/session", tag = "rooms", security(()),
    responses((status = 204, description = "signed out"))
)]
pub(crate) async fn leave_room(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), ApiError> {
    let gone = guard::no_cookie(&app);
    if let Some(token) = guard::token_in(&headers) {
        app.run(move |app| Ok(guard::close(&app.engine, &token)?)).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]))
}
