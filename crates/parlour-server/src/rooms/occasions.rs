//! Occasions as members see them: what is near, whether they come, and what of that the brand may know.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::offers::occasions::{Answer, Invited};
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::wall::NewFrame;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::facts::HangingOf;
use super::guard::Seat;
use super::offers::Where;
use super::wall::own_frame;
use super::wire::RoomFrame;
use crate::api::offers::occasions::OfferOccasion;
use crate::app::{App, Shared, State};
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// Occasions of a list.
const MOST: usize = 50;

/// An occasion, with what one answered.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomOccasion {
    pub(crate) occasion: OfferOccasion,
    /// `going`, `interested`, `not_going` or `attended`; null where one did not answer.
    pub(crate) answer: Option<String>,
    /// Whether one waits for a seat.
    pub(crate) is_waiting: bool,
    /// Whether the brand may know who one is.
    pub(crate) tells: bool,
    /// Whether every seat is taken.
    pub(crate) is_full: bool,
    /// How far it is, where that is known.
    pub(crate) km: Option<f64>,
}

impl RoomOccasion {
    pub(crate) fn of(app: &Shared, invited: &Invited) -> Self {
        let own = invited.own.as_ref();
        Self {
            occasion: OfferOccasion::of(app, &invited.occasion),
            answer: own.map(|own| own.answer.clone()),
            is_waiting: own.is_some_and(|own| own.is_waiting),
            tells: own.is_some_and(|own| own.tells),
            is_full: invited.is_full,
            km: invited.km.map(f64::round),
        }
    }
}

/// Occasions, the nearest first, then what begins next.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomOccasions {
    occasions: Vec<RoomOccasion>,
}

/// Near where; it is not kept.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Near {
    /// `kind:id`; those of every brand without it.
    brand: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// Whether one comes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coming {
    /// `going`, `interested`, `not_going` or, once it has begun, `attended`.
    answer: String,
    /// Whether the brand may know who one is.
    tells: bool,
}

/// What takes place near one, or next.
#[utoipa::path(
    get, path = "/api/v1/room/occasions", tag = "rooms", security(("room" = [])), params(Near),
    responses((status = 200, body = RoomOccasions))
)]
pub(crate) async fn list_room_occasions(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(near): Asking<Near>,
) -> Result<Json<RoomOccasions>, ApiError> {
    let list = move |app: &App| {
        let at = near.latitude.zip(near.longitude);
        let found = app.engine.occasions_near(&seat.member.id, (near.brand.as_deref(), at))?;
        let occasions = found.iter().take(MOST).map(|one| RoomOccasion::of(app, one)).collect();
        Ok(RoomOccasions { occasions })
    };
    app.run(list).await.map(Json)
}

/// Says whether one comes. Beyond the seats there are one waits, and moves up when one comes free.
#[utoipa::path(
    put, path = "/api/v1/room/occasions/{occasion}/answer", tag = "rooms", security(("room" = [])),
    params(("occasion" = String, Path), Where), request_body = Coming, responses((status = 200, body = RoomOccasion))
)]
pub(crate) async fn answer_occasion(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(occasion): At<String>,
    Asking(on): Asking<Where>,
    Sent(coming): Sent<Coming>,
) -> Result<Json<RoomOccasion>, ApiError> {
    let layer = on.layer()?;
    let wrong = || ApiError::invalid("answer", "must be `going`, `interested`, `not_going` or `attended`");
    let answer = Answer::of_name(&coming.answer).ok_or_else(wrong)?;
    let keep = move |app: &App| {
        app.engine.answer_occasion(&seat.member.id, &occasion, (answer, coming.tells), layer)?;
        let found = app.engine.occasion(&occasion)?;
        Ok(RoomOccasion::of(app, &app.engine.occasion_for(&seat.member.id, found, None)?))
    };
    app.run(keep).await.map(Json)
}

/// Hangs an occasion on one's wall.
#[utoipa::path(
    post, path = "/api/v1/room/occasions/{occasion}/frame", tag = "rooms", security(("room" = [])),
    params(("occasion" = String, Path)), request_body = HangingOf, responses((status = 201, body = RoomFrame))
)]
pub(crate) async fn hang_occasion(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(occasion): At<String>,
    Sent(hanging): Sent<HangingOf>,
) -> Result<(StatusCode, Json<RoomFrame>), ApiError> {
    let HangingOf { size, door, after } = hanging;
    let hang = move |app: &App| {
        app.engine.occasion(&occasion)?;
        let new = NewFrame { content: Content::Occasion { occasion }, size, door: door.into(), after };
        let frame = app.engine.hang(&seat.member.id, new)?;
        own_frame(app, &seat, &frame.id)
    };
    app.run(hang).await.map(|frame| (StatusCode::CREATED, Json(frame)))
}
