//! Passkeys of members: adding one, and coming in with it, by the ring of rooms (`crate::api::passkeys`).

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use axum::http::header::HeaderMap;
use axum::{Extension, Json};
use parlour_engine::clock;
use parlour_store::member::Member;
use parlour_store::passkey::Passkey;
use serde::Serialize;
use utoipa::ToSchema;

use super::entering::{Entered, entered};
use super::guard::Seat;
use super::wall::homeless;
use crate::api::metrics::Peer;
use crate::api::passkeys::{Adding, NewPasskey, PasskeyCreation, PasskeyRequest, PasskeySignIn, ROOMS, refused};
use crate::api::session::agent;
use crate::api::sign_in::address;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};
use crate::passkey::{bytes_of, text_of};

/// A passkey of one's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPasskey {
    id: String,
    name: String,
    created_at: String,
    last_used_at: Option<String>,
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPasskeys {
    passkeys: Vec<RoomPasskey>,
}

impl From<Passkey> for RoomPasskey {
    fn from(key: Passkey) -> Self {
        Self {
            id: text_of(&key.id),
            name: key.name,
            created_at: clock::rfc3339(key.created_at),
            last_used_at: key.last_used_at.map(clock::rfc3339),
        }
    }
}

/// One's passkeys.
#[utoipa::path(
    get, path = "/api/v1/room/me/passkeys", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = RoomPasskeys))
)]
pub(crate) async fn list_room_passkeys(
    State(app): State<Arc<App>>,
    seat: Seat,
) -> Result<Json<RoomPasskeys>, ApiError> {
    let list = move |app: &App| {
        let found = app.engine.database.read(|conn| ROOMS.kept.of(conn, &seat.member.id))?;
        Ok(RoomPasskeys { passkeys: found.into_iter().map(Into::into).collect() })
    };
    app.run(list).await.map(Json)
}

/// Begins to add a passkey.
#[utoipa::path(
    post, path = "/api/v1/room/me/passkeys/challenge", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = PasskeyCreation))
)]
pub(crate) async fn begin_room_passkey(
    State(app): State<Arc<App>>,
    seat: Seat,
    headers: HeaderMap,
) -> Result<Json<PasskeyCreation>, ApiError> {
    let begin = move |app: &App| {
        let Member { id, handle, name, .. } = seat.member;
        let handle = handle.ok_or_else(homeless)?;
        ROOMS.begin(app, &headers, Adding { user: format!("parlour room {id}"), owner: id, handle, name })
    };
    app.run(begin).await.map(Json)
}

/// Adds a passkey.
#[utoipa::path(
    post, path = "/api/v1/room/me/passkeys", tag = "rooms", security(("room" = [])), request_body = NewPasskey,
    responses((status = 201, body = RoomPasskey))
)]
pub(crate) async fn add_room_passkey(
    State(app): State<Arc<App>>,
    seat: Seat,
    headers: HeaderMap,
    Sent(new): Sent<NewPasskey>,
) -> Result<(StatusCode, Json<RoomPasskey>), ApiError> {
    let add = move |app: &App| ROOMS.add(app, &headers, seat.member.id, &new).map(Into::into);
    Ok((StatusCode::CREATED, Json(app.run(add).await?)))
}

/// Removes a passkey.
#[utoipa::path(
    delete, path = "/api/v1/room/me/passkeys/{id}", tag = "rooms", security(("room" = [])),
    params(("id" = String, Path)), responses((status = 204, description = "removed"))
)]
pub(crate) async fn remove_room_passkey(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(id): At<String>,
) -> Result<StatusCode, ApiError> {
    let remove = move |app: &App| {
        let id = bytes_of(&id).unwrap_or_default();
        let is_gone = app.engine.database.write(move |conn| ROOMS.kept.delete(conn, &id, &seat.member.id))?;
        if is_gone { Ok(()) } else { Err(ApiError::not_found("there is no such passkey of yours")) }
    };
    app.run(remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to come in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/room/sign-in/passkey/challenge", tag = "rooms", security(()),
    responses((status = 200, body = PasskeyRequest))
)]
pub(crate) async fn begin_room_passkey_sign_in(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Json<PasskeyRequest>, ApiError> {
    app.of_address.take(&address(peer), Instant::now())?;
    app.run(move |app| ROOMS.ask(app, &headers)).await.map(Json)
}

/// Comes in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/room/sign-in/passkey", tag = "rooms", security(()), request_body = PasskeySignIn,
    responses((status = 200, body = super::own::OwnRoom, description = "signed in; sets the cookie `parlour_room`"))
)]
pub(crate) async fn sign_in_to_room_with_passkey(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Sent(sent): Sent<PasskeySignIn>,
) -> Result<Entered, ApiError> {
    app.of_address.take(&address(peer), Instant::now())?;
    let enter = move |app: &App| {
        let id = ROOMS.whose(app, &headers, &sent)?;
        let member = app.engine.member(&id)?.ok_or_else(refused)?;
        entered(app, member, &agent(&headers))
    };
    app.run(enter).await
}
