//! The rooms of a person as everybody who passes by may see them; of a room whose door is closed nothing is told, not even
//! that it is there.

use std::sync::Arc;

use axum::Json;
use parlour_core::key::Key;
use parlour_engine::desk::Question;
use parlour_engine::rooms::MEMBER;
use parlour_engine::rooms::look::SeenAs;
use parlour_store::{identity, member};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::At;
use crate::rooms::wire::RoomWall;

/// Most rooms of one person that are told, …
const MAX_ROOMS: usize = 10;
/// … and frames of each.
const MAX_FRAMES: i64 = 6;

/// Rooms of a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonRooms {
    /// Those whose door is open to passers-by, with the first of what such may see.
    rooms: Vec<RoomWall>,
}

/// A person's rooms, as a passer-by sees them.
#[utoipa::path(
    get, path = "/api/v1/people/{person}/rooms", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = PersonRooms))
)]
pub(crate) async fn list_person_rooms(
    State(app): State<Arc<App>>,
    At(name): At<String>,
) -> Result<Json<PersonRooms>, ApiError> {
    app.run(move |app| rooms(app, &name)).await.map(Json)
}

fn rooms(app: &App, name: &str) -> Result<PersonRooms, ApiError> {
    let engine = &app.engine;
    let asked = super::asked(app, &Question::default().now())?;
    let person = engine.person_named(&asked, name)?;
    let keys: Vec<Key> = asked.snapshot.identity.ids_of(&person).to_vec();
    let handles = engine.database.read(|conn| {
        let ids = identity::by_keys(conn, &keys)?.into_iter().filter(|id| id.kind == MEMBER);
        let members = member::of_ids(conn, &ids.map(|id| id.value).collect::<Vec<_>>())?;
        Ok(members.into_iter().filter_map(|member| member.handle).collect::<Vec<_>>())
    })?;
    let mut rooms = Vec::new();
    for handle in handles {
        let seen = engine.look_at_wall((&handle, None), &SeenAs::Viewer, (i64::MIN, ""), MAX_FRAMES)?;
        rooms.extend(seen.map(|wall| RoomWall::of(app, &wall)));
    }
    rooms.truncate(MAX_ROOMS);
    Ok(PersonRooms { rooms })
}
