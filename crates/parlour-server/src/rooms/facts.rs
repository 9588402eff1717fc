//! Facts of one's life: my dentist, my car, each behind its own door.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::offers::facts::FactWords;
use parlour_engine::rooms::content::{Content, host_of};
use parlour_engine::rooms::door_of;
use parlour_engine::rooms::wall::NewFrame;
use parlour_store::fact::Fact;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::{Seat, Viewer};
use super::looking::Looking;
use super::offers::Where;
use super::wall::own_frame;
use super::wire::{Door, RoomFrame};
use crate::app::{App, Shared, State};
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// A fact.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomFact {
    pub(crate) id: String,
    /// `person`, `product`, `place` or `brand`.
    pub(crate) kind: String,
    /// What it is to them, such as `dentist`.
    pub(crate) label: String,
    pub(crate) name: String,
    /// `kind:id`; empty where it is of no brand.
    pub(crate) brand: String,
    pub(crate) brand_title: String,
    /// Its page, and the host that leads to; both may be empty.
    pub(crate) link: String,
    pub(crate) host: String,
    pub(crate) words: String,
    /// Whom it lets in; null for whoever is not its owner.
    pub(crate) door: Option<Door>,
    /// Whether the brand may know whose it is; null for whoever is not its owner.
    pub(crate) tells: Option<bool>,
}

impl RoomFact {
    pub(crate) fn of(app: &Shared, fact: Fact, is_owner: bool) -> Self {
        let brand_title = if fact.brand.is_empty() { String::new() } else { app.engine.title_of_brand(&fact.brand) };
        Self {
            host: host_of(&fact.link).to_owned(),
            brand_title,
            id: fact.id,
            kind: fact.kind,
            label: fact.label,
            name: fact.name,
            brand: fact.brand,
            link: fact.link,
            words: fact.words,
            door: is_owner.then(|| door_of(fact.door).into()),
            tells: is_owner.then_some(fact.tells),
        }
    }
}

/// Facts, the first first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomFacts {
    facts: Vec<RoomFact>,
}

/// A fact as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactChange {
    kind: String,
    label: String,
    name: String,
    #[serde(default)]
    brand: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    words: String,
    door: Door,
    /// Whether the brand may know whose it is.
    tells: bool,
}

/// How something is to hang.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HangingOf {
    /// 1 to 3.
    pub(crate) size: i64,
    pub(crate) door: Door,
    #[serde(default)]
    pub(crate) after: String,
}

/// One's facts.
#[utoipa::path(
    get, path = "/api/v1/room/facts", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = RoomFacts))
)]
pub(crate) async fn list_facts(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<RoomFacts>, ApiError> {
    let list = move |app: &App| {
        let facts = app.engine.own_facts(&seat.member.id)?;
        Ok(RoomFacts { facts: facts.into_iter().map(|fact| RoomFact::of(app, fact, true)).collect() })
    };
    app.run(list).await.map(Json)
}

/// The facts of a room that one may see.
#[utoipa::path(
    get, path = "/api/v1/room/rooms/{handle}/facts", tag = "rooms", security(()),
    params(("handle" = String, Path), Looking), responses((status = 200, body = RoomFacts))
)]
pub(crate) async fn list_facts_of_room(
    State(app): State<Arc<App>>,
    Viewer(viewer): Viewer,
    At(handle): At<String>,
    Asking(looking): Asking<Looking>,
) -> Result<Json<RoomFacts>, ApiError> {
    let list = move |app: &App| {
        let found = app.engine.facts_seen((&handle, viewer.as_deref()), &looking.seen_as())?;
        let facts = found.ok_or_else(|| ApiError::not_found("there is no such room that you may look into"))?;
        Ok(RoomFacts { facts: facts.into_iter().map(|fact| RoomFact::of(app, fact, false)).collect() })
    };
    app.run(list).await.map(Json)
}

/// Keeps a new fact.
#[utoipa::path(
    post, path = "/api/v1/room/facts", tag = "rooms", security(("room" = [])), params(Where),
    request_body = FactChange, responses((status = 201, body = RoomFact))
)]
pub(crate) async fn add_fact(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(on): Asking<Where>,
    Sent(change): Sent<FactChange>,
) -> Result<(StatusCode, Json<RoomFact>), ApiError> {
    app.run(move |app| keep(app, (&seat, None), change, &on)).await.map(|fact| (StatusCode::CREATED, Json(fact)))
}

/// Keeps a fact as it now is.
#[utoipa::path(
    put, path = "/api/v1/room/facts/{fact}", tag = "rooms", security(("room" = [])),
    params(("fact" = String, Path), Where), request_body = FactChange, responses((status = 200, body = RoomFact))
)]
pub(crate) async fn update_fact(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(fact): At<String>,
    Asking(on): Asking<Where>,
    Sent(change): Sent<FactChange>,
) -> Result<Json<RoomFact>, ApiError> {
    app.run(move |app| keep(app, (&seat, Some(&fact)), change, &on)).await.map(Json)
}

fn keep(app: &App, (seat, id): (&Seat, Option<&str>), change: FactChange, on: &Where) -> Result<RoomFact, ApiError> {
    let words = FactWords {
        kind: change.kind,
        label: change.label,
        name: change.name,
        brand: change.brand,
        link: change.link,
        words: change.words,
        door: change.door.into(),
        tells: change.tells,
    };
    let fact = app.engine.put_fact(&seat.member.id, id, words, on.layer()?)?;
    Ok(RoomFact::of(app, fact, true))
}

/// Forgets a fact, and takes down what shows it.
#[utoipa::path(
    delete, path = "/api/v1/room/facts/{fact}", tag = "rooms", security(("room" = [])),
    params(("fact" = String, Path)), responses((status = 204, description = "it is forgotten"))
)]
pub(crate) async fn remove_fact(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(fact): At<String>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.remove_fact(&seat.member.id, &fact)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hangs a fact on one's wall.
#[utoipa::path(
    post, path = "/api/v1/room/facts/{fact}/frame", tag = "rooms", security(("room" = [])),
    params(("fact" = String, Path)), request_body = HangingOf, responses((status = 201, body = RoomFrame))
)]
pub(crate) async fn hang_fact(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(fact): At<String>,
    Sent(hanging): Sent<HangingOf>,
) -> Result<(StatusCode, Json<RoomFrame>), ApiError> {
    let HangingOf { size, door, after } = hanging;
    let hang = move |app: &App| {
        let new = NewFrame { content: Content::Fact { fact }, size, door: door.into(), after };
        let frame = app.engine.hang_fact(&seat.member.id, new)?;
        own_frame(app, &seat, &frame.id)
    };
    app.run(hang).await.map(|frame| (StatusCode::CREATED, Json(frame)))
}
