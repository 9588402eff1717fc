//! The Desk hands out keys: a link by which somebody takes a room, also where no mail is sent.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::{Extension, Json};
use parlour_engine::desk::name_of;
use parlour_engine::{Engine, EngineError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entering::BY_INVITATION;
use crate::access::About;
use crate::api::staff::base;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Sent;
use crate::sign_in::{keep, token};

const MINUTES_PER_DAY: i64 = 1440;

/// Who is to have a room.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRoomInvitation {
    /// One of their ids, `kind:id`; then what is known of it is known of the room's owner. Empty for somebody unknown.
    person: String,
}

/// The link of an invitation; it is not shown again.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomInvitation {
    link: String,
}

/// A link by which somebody takes a room, once and within `server.invite_days`; what is known of `person`, `kind:id`, is then
/// known of them. `base_url` is where this server is reached.
pub fn room_link(engine: &Engine, base_url: &str, person: Option<&str>) -> Result<String, EngineError> {
    let person = person.map(str::trim).filter(|person| !person.is_empty()).unwrap_or_default();
    if !person.is_empty() && name_of(person).is_none() {
        return Err(EngineError::Invalid("`person` must be an id such as `customer:00004`".to_owned()));
    }
    let token = token()?;
    let minutes = i64::from(engine.settings.server.invite_days) * MINUTES_PER_DAY;
    keep(engine, (BY_INVITATION, &token), (person, String::new()), minutes)?;
    Ok(format!("{}/room?token={token}", base_url.trim_end_matches('/')))
}

/// Makes a link by which somebody takes a room.
#[utoipa::path(
    post, path = "/api/v1/members/invitations", tag = "people", request_body = NewRoomInvitation,
    responses((status = 201, body = RoomInvitation))
)]
pub(crate) async fn invite_member(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewRoomInvitation>,
) -> Result<(StatusCode, Extension<About>, Json<RoomInvitation>), ApiError> {
    let about = About(new.person.clone());
    let link = app.run(move |app| Ok(room_link(&app.engine, &base(app), Some(&new.person))?)).await?;
    Ok((StatusCode::CREATED, Extension(about), Json(RoomInvitation { link })))
}
