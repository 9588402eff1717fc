//! Signing in otherwise than with a link from the server: by password, by a link sent by mail, by an invitation.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use parlour_engine::staff::{is_active, mail_checked};
use parlour_store::staff;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::metrics::Peer;
use super::session::{Session, SignedIn, agent, signed_in};
use super::staff::base;
use crate::access;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::input::Sent;
use crate::password;
use crate::sign_in::{hash_of, open_for, sign_in_link_as};

/// Longest name or address that is looked up.
const MAX_NAME_BYTES: usize = 254;

/// Which ways of signing in there are, beside a link.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInWays {
    /// Whether a link can be sent by mail.
    mail: bool,
    /// What the button of the OpenID provider says; null where there is none.
    oidc: Option<String>,
}

/// A password, and whose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordSignIn {
    /// A handle or mail address.
    name: String,
    password: String,
}

/// Where a link is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailSignIn {
    pub(crate) mail: String,
}

/// The token of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationToken {
    token: String,
}

/// Whom an invitation is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    handle: String,
    name: String,
    mail: Option<String>,
    /// `owner`, `analyst`, `agent` or `read-only`.
    role: String,
    /// Least characters of a password.
    least_password_length: usize,
}

/// An invitation taken up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Joining {
    token: String,
    name: String,
    /// Null for whoever will add a passkey, or signs in with links.
    password: Option<String>,
}

fn no_invitation() -> ApiError {
    let message = "this invitation was taken up before, or its time is over; ask an owner for another";
    ApiError::new(ErrorCode::SignInRefused, message)
}

/// Where a request comes from, for counting tries.
pub(crate) fn address(peer: Option<Extension<Peer>>) -> String {
    peer.map_or_else(String::new, |Extension(Peer(at))| at.ip().to_canonical().to_string())
}

/// Which ways of signing in there are.
#[utoipa::path(
    get, path = "/api/v1/sign-in", tag = "session", security(()), responses((status = 200, body = SignInWays))
)]
pub(crate) async fn list_sign_in_ways(State(app): State<Arc<App>>) -> Json<SignInWays> {
    let oidc = &app.engine.settings.oidc;
    Json(SignInWays { mail: app.send_mail.is_some(), oidc: oidc.is_set().then(|| oidc.name.clone()) })
}

/// Signs in with a password. What is refused is refused in the same words and time, whether there is such an account or
/// not.
#[utoipa::path(
    post, path = "/api/v1/sign-in/password", tag = "session", security(()), request_body = PasswordSignIn,
    responses((status = 200, body = Session, description = "signed in; sets the cookie `parlour_session`"))
)]
pub(crate) async fn sign_in_with_password(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Sent(sent): Sent<PasswordSignIn>,
) -> Result<SignedIn, ApiError> {
    let name = sent.name.trim().to_lowercase();
    let end = name.floor_char_boundary(MAX_NAME_BYTES);
    let name = name[..end].to_owned();
    let now = Instant::now();
    app.of_address.take(&address(peer), now)?;
    app.of_account.take(&name, now)?;
    let enter = move |app: &App| {
        let found = app
            .engine
            .database
            .read(|conn| if name.contains('@') { staff::by_mail(conn, &name) } else { staff::get(conn, &name) })?;
        let kept = found.as_ref().filter(|staff| is_active(staff)).and_then(|staff| staff.password.as_deref());
        let is_right = password::is_right(&app.engine.settings.passwords, kept, &sent.password);
        let opened = match &found {
            Some(staff) if is_right => open_for(&app.engine, &staff.handle, &agent(&headers))?,
            Some(_) | None => None,
        };
        Ok((opened, found.map(|staff| staff.handle)))
    };
    let (opened, handle) = Arc::clone(&app).run_hashing(enter).await?;
    let outcome = if opened.is_some() { access::DONE } else { ErrorCode::SignInRefused.name() };
    if let Some(handle) = handle {
        // Nobody waits for it: how long it takes would say that there is such an account.
        let tell = move |app: &App| {
            access::note(app, (&handle, "signed in with a password"), "", outcome);
            Ok(())
        };
        #[expect(clippy::disallowed_methods, reason = "it ends by itself, and what is not told stays done")]
        tokio::spawn(Arc::clone(&app).run(tell));
    }
    let refused = || {
        let message = "name and password do not go together; if you forgot it, ask for a link instead";
        ApiError::new(ErrorCode::SignInRefused, message)
    };
    let (seat, token) = opened.ok_or_else(refused)?;
    signed_in(&app, seat, &token)
}

/// Sends a link that signs in, if the address is of somebody of the Desk; whether it is, is not said.
#[utoipa::path(
    post, path = "/api/v1/sign-in/mail", tag = "session", security(()), request_body = MailSignIn,
    responses((status = 202, description = "sent, if there is such an account"))
)]
pub(crate) async fn send_sign_in_link(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    Sent(sent): Sent<MailSignIn>,
) -> Result<StatusCode, ApiError> {
    let Some(send) = app.send_mail.clone() else {
        return Err(ApiError::not_found("this server sends no mail; see `[mail]` in the settings"));
    };
    let mail = mail_checked(&sent.mail)?;
    let now = Instant::now();
    app.of_address.take(&address(peer), now)?;
    app.of_account.take(&mail, now)?;
    // Nobody waits for it: how long it takes would say whether there is such an account.
    let seek = move |app: &App| {
        let found = app.engine.database.read(|conn| staff::by_mail(conn, &mail))?.filter(is_active);
        let Some(found) = found else { return Ok(()) };
        let link = sign_in_link_as(&app.engine, &base(app), &found.handle)?;
        let minutes = app.engine.settings.server.link_minutes;
        let text = format!("This link signs you in to Parlour, once and within {minutes} minutes:\n\n{link}\n");
        let outcome = send(&mail, "Your link to Parlour", &text);
        if let Err(error) = &outcome {
            tracing::error!(staff = found.handle, error, "a sign-in link could not be sent");
        }
        let outcome = outcome.map_or("mail_refused", |()| access::DONE);
        access::note(app, (&found.handle, "asked for a link by mail"), "", outcome);
        Ok(())
    };
    #[expect(clippy::disallowed_methods, reason = "it ends by itself, and a link that is not sent is asked for again")]
    tokio::spawn(app.run(seek));
    Ok(StatusCode::ACCEPTED)
}

/// Whom an invitation is for; it is not used up by this.
#[utoipa::path(
    post, path = "/api/v1/sign-in/invitation", tag = "session", security(()), request_body = InvitationToken,
    responses((status = 200, body = Invited))
)]
pub(crate) async fn look_at_invitation(
    State(app): State<Arc<App>>,
    Sent(sent): Sent<InvitationToken>,
) -> Result<Json<Invited>, ApiError> {
    app.tries.take(Instant::now())?;
    let look = move |app: &App| {
        let found = app.engine.invited(&hash_of(&sent.token))?.ok_or_else(no_invitation)?;
        let least_password_length = app.engine.settings.passwords.least_length;
        let staff::Staff { handle, name, mail, role, .. } = found;
        Ok(Invited { handle, name, mail, role, least_password_length })
    };
    app.run(look).await.map(Json)
}

/// Takes an invitation up and signs in.
#[utoipa::path(
    put, path = "/api/v1/sign-in/invitation", tag = "session", security(()), request_body = Joining,
    responses((status = 200, body = Session, description = "signed in; sets the cookie `parlour_session`"))
)]
pub(crate) async fn take_invitation_up(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Sent(joining): Sent<Joining>,
) -> Result<SignedIn, ApiError> {
    app.tries.take(Instant::now())?;
    let join = move |app: &App| {
        let hash = hash_of(&joining.token);
        // Nobody makes this server work for nothing.
        app.engine.invited(&hash)?.ok_or_else(no_invitation)?;
        let settings = &app.engine.settings.passwords;
        let password = joining.password.map(|text| password::hash(settings, &text)).transpose()?;
        let staff = app.engine.join(&hash, &joining.name, password)?.ok_or_else(no_invitation)?;
        access::note(app, (&staff.handle, "took the invitation up"), "", access::DONE);
        let (seat, token) = open_for(&app.engine, &staff.handle, &agent(&headers))?.ok_or_else(no_invitation)?;
        signed_in(app, seat, &token)
    };
    app.run_hashing(join).await
}
