//! Whom one knows: asking, accepting, circles, parting, blocking.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::clock;
use parlour_engine::rooms::acquainted::Known;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::Seat;
use super::wall::homeless;
use super::wire::{RoomCard, circle_of};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};

/// Somebody one knows, or who asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Acquaintance {
    who: RoomCard,
    /// In which circle one counts them, 1 to 3; 3 is closest. Null for whoever asks.
    circle: Option<i64>,
    /// What they said when they asked.
    words: String,
    at: String,
}

/// Everybody around one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Acquaintances {
    acquainted: Vec<Acquaintance>,
    requests: Vec<Acquaintance>,
    blocked: Vec<RoomCard>,
}

/// Whom one asks to become acquainted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcquaintanceRequest {
    handle: String,
    /// In which circle one will count them, 1 to 3.
    circle: i64,
    /// What they will read.
    words: String,
}

/// In which circle one counts somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CircleChoice {
    /// 1 to 3; 3 is closest.
    circle: i64,
}

impl Acquaintance {
    fn of(known: &Known) -> Self {
        Self {
            who: RoomCard::of(&known.member),
            circle: known.circle.map(parlour_core::door::Circle::number),
            words: known.words.clone(),
            at: clock::rfc3339(known.at),
        }
    }
}

fn around(app: &App, id: &str) -> Result<Acquaintances, ApiError> {
    let found = app.engine.around(id)?;
    Ok(Acquaintances {
        acquainted: found.acquainted.iter().map(Acquaintance::of).collect(),
        requests: found.requests.iter().map(Acquaintance::of).collect(),
        blocked: found.blocked.iter().map(RoomCard::of).collect(),
    })
}

/// Everybody one knows, who asks, and whom one blocked.
#[utoipa::path(
    get, path = "/api/v1/room/acquaintances", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = Acquaintances))
)]
pub(crate) async fn list_acquaintances(
    State(app): State<Arc<App>>,
    seat: Seat,
) -> Result<Json<Acquaintances>, ApiError> {
    app.run(move |app| around(app, &seat.member.id)).await.map(Json)
}

/// Asks somebody to become acquainted. Whether there is such a room is not said.
#[utoipa::path(
    post, path = "/api/v1/room/acquaintances", tag = "rooms", security(("room" = [])),
    request_body = AcquaintanceRequest, responses((status = 202, description = "passed on, if there is such a room"))
)]
pub(crate) async fn ask_acquaintance(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(request): Sent<AcquaintanceRequest>,
) -> Result<StatusCode, ApiError> {
    let ask = move |app: &App| {
        seat.member.handle.as_ref().ok_or_else(homeless)?;
        let circle = circle_of(request.circle)?;
        Ok(app.engine.ask_acquaintance(&seat.member.id, &request.handle, (circle, &request.words))?)
    };
    app.run(ask).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Accepts somebody who asked, or moves somebody to another circle.
#[utoipa::path(
    put, path = "/api/v1/room/acquaintances/{handle}", tag = "rooms", security(("room" = [])),
    params(("handle" = String, Path)), request_body = CircleChoice, responses((status = 200, body = Acquaintances))
)]
pub(crate) async fn accept_acquaintance(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(handle): At<String>,
    Sent(choice): Sent<CircleChoice>,
) -> Result<Json<Acquaintances>, ApiError> {
    let accept = move |app: &App| {
        app.engine.accept_acquaintance(&seat.member.id, &handle, circle_of(choice.circle)?)?;
        around(app, &seat.member.id)
    };
    app.run(accept).await.map(Json)
}

/// Parts from somebody, or declines what they ask.
#[utoipa::path(
    delete, path = "/api/v1/room/acquaintances/{handle}", tag = "rooms", security(("room" = [])),
    params(("handle" = String, Path)), responses((status = 200, body = Acquaintances))
)]
pub(crate) async fn end_acquaintance(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(handle): At<String>,
) -> Result<Json<Acquaintances>, ApiError> {
    let part = move |app: &App| {
        app.engine.part_from(&seat.member.id, &handle)?;
        around(app, &seat.member.id)
    };
    app.run(part).await.map(Json)
}

/// Blocks somebody: to them the room is closed, and nothing tells them why.
#[utoipa::path(
    put, path = "/api/v1/room/blocks/{handle}", tag = "rooms", security(("room" = [])),
    params(("handle" = String, Path)), responses((status = 200, body = Acquaintances))
)]
pub(crate) async fn block_member(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(handle): At<String>,
) -> Result<Json<Acquaintances>, ApiError> {
    set_blocked(app, seat, handle, true).await
}

/// Takes a block back.
#[utoipa::path(
    delete, path = "/api/v1/room/blocks/{handle}", tag = "rooms", security(("room" = [])),
    params(("handle" = String, Path)), responses((status = 200, body = Acquaintances))
)]
pub(crate) async fn unblock_member(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(handle): At<String>,
) -> Result<Json<Acquaintances>, ApiError> {
    set_blocked(app, seat, handle, false).await
}

async fn set_blocked(app: Arc<App>, seat: Seat, handle: String, is: bool) -> Result<Json<Acquaintances>, ApiError> {
    let set = move |app: &App| {
        app.engine.set_blocked(&seat.member.id, &handle, is)?;
        around(app, &seat.member.id)
    };
    app.run(set).await.map(Json)
}
