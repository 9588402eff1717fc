//! Furnishing one's wall: hanging a frame, and changing many as one edits.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::rooms::look::SeenAs;
use parlour_engine::rooms::wall::{Change, NewFrame};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::Seat;
use super::wire::{Door, RoomFrame, content_of};
use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::Sent;

/// A frame that is to be hung.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRoomFrame {
    /// What it holds: an object with `kind` (photo, album, text, video or group), and what that kind has.
    #[schema(value_type = Object)]
    content: serde_json::Value,
    /// 1 to 3.
    size: i64,
    /// Whom it lets in, beside the room's own door.
    door: Door,
    /// After which frame; empty for the beginning of the wall.
    after: String,
}

/// What is to become of a frame; what is null stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrameChange {
    frame: String,
    #[schema(value_type = Option<Object>)]
    #[serde(default)]
    content: Option<serde_json::Value>,
    #[serde(default)]
    size: Option<i64>,
    #[serde(default)]
    door: Option<Door>,
    /// After which frame it is to hang; empty for the beginning.
    #[serde(default)]
    after: Option<String>,
    /// Whether it hangs; one that was taken down can be hung again.
    #[serde(default)]
    hangs: Option<bool>,
}

/// Changes that are saved together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WallChange {
    changes: Vec<FrameChange>,
}

/// What frames have become; those that are no more are left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedFrames {
    frames: Vec<RoomFrame>,
}

/// Hangs a frame.
#[utoipa::path(
    post, path = "/api/v1/room/frames", tag = "rooms", security(("room" = [])), request_body = NewRoomFrame,
    responses((status = 201, body = RoomFrame))
)]
pub(crate) async fn hang_frame(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(new): Sent<NewRoomFrame>,
) -> Result<(StatusCode, Json<RoomFrame>), ApiError> {
    let hang = move |app: &App| {
        seat.member.handle.as_ref().ok_or_else(homeless)?;
        let content = content_of(new.content)?;
        if !content.is_own() {
            let message = format!("a {} is hung by what it comes from, not by hand", content.kind());
            return Err(ApiError::invalid("content", message));
        }
        let new = NewFrame { content, size: new.size, door: new.door.into(), after: new.after };
        let frame = app.engine.hang(&seat.member.id, new)?;
        seen(app, &seat, &frame.id)?.ok_or_else(|| ApiError::not_found("the frame is gone already"))
    };
    Ok((StatusCode::CREATED, Json(app.run(hang).await?)))
}

/// Changes frames, one after the other: all of it is saved, or nothing.
#[utoipa::path(
    post, path = "/api/v1/room/wall", tag = "rooms", security(("room" = [])), request_body = WallChange,
    responses((status = 200, body = ChangedFrames))
)]
pub(crate) async fn change_wall(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(sent): Sent<WallChange>,
) -> Result<Json<ChangedFrames>, ApiError> {
    let change = move |app: &App| {
        let of = |one: FrameChange| {
            Ok(Change {
                frame: one.frame,
                content: one.content.map(content_of).transpose()?,
                size: one.size,
                door: one.door.map(Into::into),
                after: one.after,
                hangs: one.hangs,
            })
        };
        let changes = sent.changes.into_iter().map(of).collect::<Result<Vec<_>, ApiError>>()?;
        let changed = app.engine.change_wall(&seat.member.id, changes)?;
        let hanging = changed.iter().filter(|frame| frame.removed_at.is_none());
        let frames = hanging.map(|frame| seen(app, &seat, &frame.id)).collect::<Result<Vec<_>, _>>()?;
        Ok(ChangedFrames { frames: frames.into_iter().flatten().collect() })
    };
    app.run(change).await.map(Json)
}

/// A frame that was just hung, as its owner sees it.
pub(crate) fn own_frame(app: &App, seat: &Seat, id: &str) -> Result<RoomFrame, ApiError> {
    seen(app, seat, id)?.ok_or_else(|| ApiError::not_found("the frame is gone already"))
}

/// A frame as its owner sees it.
fn seen(app: &App, seat: &Seat, id: &str) -> Result<Option<RoomFrame>, ApiError> {
    let handle = seat.member.handle.as_deref().ok_or_else(homeless)?;
    let found = app.engine.look_at_frame((handle, Some(&seat.member.id)), &SeenAs::Viewer, id)?;
    Ok(found.map(|(_, hung)| RoomFrame::of(app, &hung, true)))
}

/// What is said to whoever has no handle yet.
pub(crate) fn homeless() -> ApiError {
    ApiError::new(ErrorCode::NotNow, "choose a handle first, so that your room is somewhere")
}
