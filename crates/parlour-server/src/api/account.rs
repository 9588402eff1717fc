//! One's own account: name, password, passkeys, and where one is signed in.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::clock;
use parlour_store::{passkey, session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Seat;
use crate::app::{App, State};
use crate::cursor::hex;
use crate::error::{ApiError, ErrorCode};
use crate::input::{At, Sent};
use crate::password;

/// Bytes of a session's hash that it is called by.
const ID_BYTES: usize = 8;

/// One's own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnAccount {
    handle: String,
    name: String,
    mail: Option<String>,
    /// `owner`, `analyst`, `agent` or `read-only`.
    role: String,
    /// The brands one sees, `kind:id`; null for all.
    brands: Option<Vec<String>>,
    has_password: bool,
    /// Least characters of a password.
    least_password_length: usize,
    /// The last used first.
    sessions: Vec<AccountSession>,
    /// The oldest first.
    passkeys: Vec<AccountPasskey>,
}

/// Where one is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountSession {
    id: String,
    /// The browser and system, in words.
    device: String,
    created_at: String,
    /// Give or take a few hours.
    last_used_at: String,
    /// Whether it is the one that asks.
    is_this: bool,
}

/// A passkey of one's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountPasskey {
    /// In hexadecimal digits.
    id: String,
    name: String,
    created_at: String,
    last_used_at: Option<String>,
}

/// What one is called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    name: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The one there is; null where there is none.
    current: Option<String>,
    password: String,
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedSessions {
    n_ended: u64,
}

impl From<passkey::Passkey> for AccountPasskey {
    fn from(key: passkey::Passkey) -> Self {
        Self {
            id: hex(&key.id),
            name: key.name,
            created_at: clock::rfc3339(key.created_at),
            last_used_at: key.last_used_at.map(clock::rfc3339),
        }
    }
}

fn id_of(session: &session::Session) -> String {
    hex(session.hash.get(..ID_BYTES).unwrap_or_default())
}

fn account(app: &App, seat: Seat) -> Result<OwnAccount, ApiError> {
    let (handle, now) = (seat.staff.handle.clone(), clock::now());
    let (sessions, passkeys) =
        app.engine.database.read(|conn| Ok((session::list(conn, &handle)?, passkey::DESK.of(conn, &handle)?)))?;
    let sessions = sessions.into_iter().filter(|session| now < session.expires_at).map(|session| AccountSession {
        id: id_of(&session),
        is_this: session.hash == seat.session.hash,
        created_at: clock::rfc3339(session.created_at),
        last_used_at: clock::rfc3339(session.last_used_at),
        device: session.device,
    });
    Ok(OwnAccount {
        sessions: sessions.collect(),
        passkeys: passkeys.into_iter().map(Into::into).collect(),
        has_password: seat.staff.password.is_some(),
        least_password_length: app.engine.settings.passwords.least_length,
        handle: seat.staff.handle,
        name: seat.staff.name,
        mail: seat.staff.mail,
        role: seat.staff.role,
        brands: seat.staff.brands,
    })
}

/// One's own account.
#[utoipa::path(get, path = "/api/v1/account", tag = "account", responses((status = 200, body = OwnAccount)))]
pub(crate) async fn get_account(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<OwnAccount>, ApiError> {
    app.run(move |app| account(app, seat)).await.map(Json)
}

/// Changes what one is called.
#[utoipa::path(
    put, path = "/api/v1/account", tag = "account", request_body = AccountChange,
    responses((status = 200, body = OwnAccount))
)]
pub(crate) async fn update_account(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(change): Sent<AccountChange>,
) -> Result<Json<OwnAccount>, ApiError> {
    let update = move |app: &App| {
        let staff = app.engine.rename(&seat.staff.handle, &change.name)?;
        account(app, Seat { staff, ..seat })
    };
    app.run(update).await.map(Json)
}

/// Sets one's password; where there is one, it must be said. All other sessions end.
#[utoipa::path(
    put, path = "/api/v1/account/password", tag = "account", request_body = NewPassword,
    responses((status = 204, description = "set"))
)]
pub(crate) async fn set_password(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(new): Sent<NewPassword>,
) -> Result<StatusCode, ApiError> {
    app.of_account.take(&seat.staff.handle, std::time::Instant::now())?;
    let set = move |app: &App| {
        let settings = &app.engine.settings.passwords;
        if let Some(kept) = &seat.staff.password
            && !password::is_right(settings, Some(kept), new.current.as_deref().unwrap_or_default())
        {
            return Err(ApiError::invalid("current", "is not the password there is"));
        }
        let hash = password::hash(settings, &new.password)?;
        app.engine.set_password(&seat.staff.handle, hash, seat.session.hash)?;
        Ok(())
    };
    app.run_hashing(set).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of one's own sessions.
#[utoipa::path(
    delete, path = "/api/v1/account/sessions/{id}", tag = "account", params(("id" = String, Path)),
    responses((status = 204, description = "ended"))
)]
pub(crate) async fn end_session(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(id): At<String>,
) -> Result<StatusCode, ApiError> {
    let end = move |app: &App| {
        let handle = seat.staff.handle;
        let was_there = app.engine.database.write(move |conn| -> Result<bool, parlour_store::StoreError> {
            let all = session::list(conn, &handle)?;
            let Some(found) = all.iter().find(|session| id_of(session) == id) else { return Ok(false) };
            session::delete(conn, &found.hash)
        })?;
        if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("there is no such session")) }
    };
    app.run(end).await
}

/// Ends all of one's own sessions but the one that asks.
#[utoipa::path(
    post, path = "/api/v1/account/sessions/end-others", tag = "account",
    responses((status = 200, body = EndedSessions))
)]
pub(crate) async fn end_other_sessions(
    State(app): State<Arc<App>>,
    seat: Seat,
) -> Result<Json<EndedSessions>, ApiError> {
    let end = move |app: &App| {
        let (handle, kept) = (seat.staff.handle, seat.session.hash);
        let n_ended = app.engine.database.write(move |conn| session::delete_others(conn, &handle, &kept))?;
        Ok(EndedSessions { n_ended })
    };
    app.run(end).await.map(Json)
}

/// Removes one of one's own passkeys.
#[utoipa::path(
    delete, path = "/api/v1/account/passkeys/{id}", tag = "account", params(("id" = String, Path)),
    responses((status = 204, description = "removed"))
)]
pub(crate) async fn remove_passkey(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(id): At<String>,
) -> Result<StatusCode, ApiError> {
    let remove = move |app: &App| {
        let handle = seat.staff.handle;
        let was_there = app.engine.database.write(move |conn| -> Result<bool, parlour_store::StoreError> {
            let all = passkey::DESK.of(conn, &handle)?;
            let Some(found) = all.iter().find(|key| hex(&key.id) == id) else { return Ok(false) };
            passkey::DESK.delete(conn, &found.id, &handle)
        })?;
        if was_there {
            Ok(StatusCode::NO_CONTENT)
        } else {
            Err(ApiError::new(ErrorCode::NotFound, "you have no such passkey"))
        }
    };
    app.run(remove).await
}
