//! Today: what happened to the engaged base, what hides it, and who needs a look.

use std::sync::Arc;

use axum::Json;
use parlour_core::growth::By;
use parlour_core::sentence;
use parlour_core::standing::{Cell, Direction, Stage as CoreStage};
use parlour_engine::clock;
use parlour_engine::desk::Asked;
use parlour_engine::desk::overview::Overview;
use parlour_engine::desk::people::{Filter, Page, Sort};
use serde::Serialize;
use utoipa::ToSchema;

use super::growth::{self, GrowthRow};
use super::wire::{self, Date, Flows, LayerShare, PersonRow, Piece, Stage};
use super::{Scope, days_before, people};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// People in each of the two short lists.
const FEW: usize = 10;
/// Days back to which somebody who was due counts as due lately.
const DUE_DAYS: i32 = 7;

/// The first page.
#[derive(Serialize, ToSchema)]
pub(crate) struct Today {
    object: String,
    on: Date,
    since: Date,
    /// When this was read.
    as_of: String,
    /// What happened to the engaged base, and what newcomers hide.
    sentence: Vec<Piece>,
    /// How many of those engaged then still are.
    sub_sentence: Vec<Piece>,
    flows: Flows,
    /// Active people by month.
    growth: Vec<GrowthRow>,
    /// Where people engaged in the recent window.
    layers: Vec<LayerShare>,
    stages: Vec<StageCount>,
    matrix: Cells,
    /// Engaged customers who are falling, the most valuable first.
    fallers: Vec<PersonRow>,
    /// Who was due in the seven days before `on` and is silent since, the most valuable first.
    due: Vec<PersonRow>,
}

/// How many people are in a stage.
#[derive(Serialize, ToSchema)]
pub(crate) struct StageCount {
    stage: Stage,
    n: u64,
    /// Query of the list of them.
    list: String,
}

/// How many people are in each cell.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cells {
    #[serde(rename = "A1")]
    a1: u64,
    #[serde(rename = "A2")]
    a2: u64,
    #[serde(rename = "A3")]
    a3: u64,
    #[serde(rename = "B1")]
    b1: u64,
    #[serde(rename = "B2")]
    b2: u64,
    #[serde(rename = "B3")]
    b3: u64,
}

/// The first page: the sentence, and what it is made of.
#[utoipa::path(get, path = "/api/v1/today", tag = "desk", params(Scope), responses((status = 200, body = Today)))]
pub(crate) async fn get_today(
    State(app): State<Arc<App>>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Today>, ApiError> {
    app.run(move |app| today(app, scope)).await.map(Json)
}

pub(crate) fn today(app: &App, scope: Scope) -> Result<Today, ApiError> {
    let engine = &app.engine;
    let asked = scope.asked(app)?;
    let overview = engine.overview(&asked)?;
    let months = engine.growth(&asked, By::Month)?;
    let fallers = Filter {
        is_engaged: Some(true),
        is_customer: Some(true),
        direction: Some(Direction::Falling),
        ..Filter::default()
    };
    let due =
        Filter { stage: Some(CoreStage::Lapsed), due_from: Some(days_before(asked.on, DUE_DAYS)), ..Filter::default() };
    Ok(Today {
        object: asked.object_name(),
        on: Date(asked.on),
        since: Date(asked.since),
        as_of: clock::rfc3339(asked.snapshot.taken_at),
        sentence: wire::sentence(sentence::of_flows(&overview.flows)),
        sub_sentence: wire::sentence(sentence::of_those_engaged(&overview.flows, asked.since)),
        flows: overview.flows.into(),
        growth: growth::rows(&asked, &months),
        layers: wire::shares(&engine.layers(&asked)?),
        stages: stages(&overview),
        matrix: cells(&overview),
        fallers: few(app, &asked, &fallers)?,
        due: few(app, &asked, &due)?,
    })
}

fn few(app: &App, asked: &Asked, filter: &Filter) -> Result<Vec<PersonRow>, ApiError> {
    let page = Page { sort: Sort::Value, limit: FEW, ..Page::default() };
    let list = app.engine.list(asked, filter, &page)?;
    people::rows(app, asked, &list.rows)
}

fn stages(overview: &Overview) -> Vec<StageCount> {
    let count = |stage: CoreStage| StageCount {
        stage: stage.into(),
        n: overview.stages.get(&stage).copied().unwrap_or(0),
        list: format!("stage={}", stage.name()),
    };
    CoreStage::ALL.into_iter().map(count).collect()
}

fn cells(overview: &Overview) -> Cells {
    let n = |cell: Cell| overview.cells.get(&cell).copied().unwrap_or(0);
    Cells { a1: n(Cell::A1), a2: n(Cell::A2), a3: n(Cell::A3), b1: n(Cell::B1), b2: n(Cell::B2), b3: n(Cell::B3) }
}
