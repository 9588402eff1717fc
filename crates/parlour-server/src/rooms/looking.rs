//! Looking into rooms, as programs and the room's own page do: as whoever asks, or for an owner as somebody else would.

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use parlour_engine::rooms::look::SeenAs;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::guard::Viewer;
use super::wire::{RoomAlbum, RoomCard, RoomFrame, RoomWall, after_of};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};

/// Most characters that are searched for.
const MAX_WORDS: usize = 80;

/// As whom, and which part.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Looking {
    /// For an owner in their own room: `passer_by`, or the handle of a member, to see it as they do.
    #[serde(rename = "as")]
    pub(crate) seen_as: Option<String>,
    /// `next` of the part before.
    pub(crate) after: Option<String>,
}

/// What is searched for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoomSearch {
    /// A part of a handle or name.
    #[serde(default)]
    pub(crate) q: String,
    /// `next` of the part before.
    #[serde(default)]
    pub(crate) after: String,
}

/// Rooms whose door lets one in.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundRooms {
    rooms: Vec<RoomCard>,
    next: Option<String>,
}

impl Looking {
    /// As whom a room is to be seen.
    pub(crate) fn seen_as(&self) -> SeenAs {
        match self.seen_as.as_deref() {
            None | Some("") => SeenAs::Viewer,
            Some("passer_by") => SeenAs::PasserBy,
            Some(handle) => SeenAs::Member(handle.trim_start_matches('@').to_owned()),
        }
    }
}

/// What is said of a room that is not there, and of one whose door is closed: the same.
pub(crate) fn closed() -> ApiError {
    ApiError::not_found("there is no room here whose door is open to you")
}

/// A part of the wall of a room, as whoever asks may see it.
#[utoipa::path(
    get, path = "/api/v1/room/rooms/{handle}", tag = "rooms", security(()),
    params(("handle" = String, Path), Looking), responses((status = 200, body = RoomWall))
)]
pub(crate) async fn look_into_room(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    At(handle): At<String>,
    Asking(looking): Asking<Looking>,
) -> Result<Json<RoomWall>, ApiError> {
    let look = move |app: &App| {
        let (place, id) = after_of(looking.after.as_deref())?;
        let most = app.engine.settings.rooms.page_frames;
        let who = (handle.as_str(), viewer.0.as_deref());
        let seen = app.engine.look_at_wall(who, &looking.seen_as(), (place, &id), most)?;
        seen.map(|wall| RoomWall::of(app, &wall)).ok_or_else(closed)
    };
    app.run(look).await.map(Json)
}

/// One frame of a room.
#[utoipa::path(
    get, path = "/api/v1/room/rooms/{handle}/frames/{frame}", tag = "rooms", security(()),
    params(("handle" = String, Path), ("frame" = String, Path), Looking), responses((status = 200, body = RoomFrame))
)]
pub(crate) async fn look_at_frame(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((handle, frame)): Path<(String, String)>,
    Asking(looking): Asking<Looking>,
) -> Result<Json<RoomFrame>, ApiError> {
    let look = move |app: &App| {
        let who = (handle.as_str(), viewer.0.as_deref());
        let seen = app.engine.look_at_frame(who, &looking.seen_as(), &frame)?;
        let (look, hung) = seen.ok_or_else(closed)?;
        Ok(RoomFrame::of(app, &hung, look.guest.is_owner()))
    };
    app.run(look).await.map(Json)
}

/// One album of a room, with its photos.
#[utoipa::path(
    get, path = "/api/v1/room/rooms/{handle}/albums/{album}", tag = "rooms", security(()),
    params(("handle" = String, Path), ("album" = String, Path), Looking), responses((status = 200, body = RoomAlbum))
)]
pub(crate) async fn look_at_album(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((handle, album)): Path<(String, String)>,
    Asking(looking): Asking<Looking>,
) -> Result<Json<RoomAlbum>, ApiError> {
    let look = move |app: &App| {
        let who = (handle.as_str(), viewer.0.as_deref());
        let seen = app.engine.look_at_album(who, &looking.seen_as(), &album)?;
        let (look, album) = seen.ok_or_else(closed)?;
        Ok(RoomAlbum::of(app, &album, look.guest.is_owner()))
    };
    app.run(look).await.map(Json)
}

/// Rooms by handle or name; those alone whose door lets one in.
#[utoipa::path(
    get, path = "/api/v1/room/search", tag = "rooms", security(()), params(RoomSearch),
    responses((status = 200, body = FoundRooms))
)]
pub(crate) async fn search_rooms(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Asking(search): Asking<RoomSearch>,
) -> Result<Json<FoundRooms>, ApiError> {
    if MAX_WORDS < search.q.chars().count() {
        return Err(ApiError::invalid("q", format!("has at most {MAX_WORDS} characters")));
    }
    let find = move |app: &App| {
        let (found, next) = app.engine.search_rooms(viewer.0.as_deref(), &search.q, &search.after)?;
        Ok(FoundRooms { rooms: found.iter().map(RoomCard::of).collect(), next })
    };
    app.run(find).await.map(Json)
}
