//! Leaving: who is on their way out, what that puts at risk, and how fast the engaged become the disengaged.

use std::sync::Arc;

use axum::Json;
use parlour_core::leaving::{Leavers, of_leaving};
use parlour_core::standing::Stage as CoreStage;
use parlour_core::worth::{Basis as CoreBasis, Outlook, Quadrant as CoreQuadrant, YEAR_DAYS};
use parlour_engine::desk::cohorts::{StillEngaged as EngineStill, half_life};
use parlour_engine::desk::leaving::{LEAVING, Toll};
use serde::Serialize;
use utoipa::ToSchema;

use super::Scope;
use super::wire::{self, Basis, Date, Piece, Quadrant, Stage};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;
use crate::words::amount;

/// Who is on their way out.
#[derive(Serialize, ToSchema)]
pub(crate) struct Leaving {
    object: String,
    on: Date,
    since: Date,
    sentence: Vec<Piece>,
    /// In the order in which there is most to be done.
    kinds: Vec<LeavingKind>,
    /// All people of the slice, whatever their stage.
    n_all: u64,
    /// ISO 4217.
    currency: String,
    /// What purchases of the trailing year brought in other currencies, none of it in the amounts here; in words.
    elsewhere: Vec<String>,
    /// What models count as coming back; null where there is nobody to fit them to.
    basis: Option<Basis>,
    /// The model in words, with its parameters.
    model: Option<String>,
    /// Days of the year ahead for which is forecast.
    horizon_days: f64,
    /// Of those engaged on an earlier day, how many still are on `on`.
    still_engaged: Vec<StillEngaged>,
    /// Days after which half of those engaged no longer are; null where more than half still are after a year.
    half_life_days: Option<f64>,
}

/// People of one stage of leaving, and what they are worth, in minor units of margin.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeavingKind {
    stage: Stage,
    n: u64,
    current_minor: i64,
    potential_minor: i64,
    at_risk_minor: i64,
    /// Query of the list of them.
    list: String,
}

/// Of those engaged on a day, how many still are.
#[derive(Serialize, ToSchema)]
pub(crate) struct StillEngaged {
    since: Date,
    after_days: i32,
    n_then: u64,
    n_still: u64,
    /// Of 1; null where nobody was engaged then.
    share: Option<f64>,
    /// Query of the list of those who still are.
    list: String,
}

impl From<EngineStill> for StillEngaged {
    fn from(still: EngineStill) -> Self {
        let EngineStill { since, after, n_then, n_still } = still;
        Self {
            since: Date(since),
            after_days: after,
            n_then,
            n_still,
            share: (0 < n_then).then(|| n_still as f64 / n_then as f64),
            list: format!("since={since}&flow=stayed"),
        }
    }
}

/// How many people stand where by value behind and value ahead.
#[derive(Serialize, ToSchema)]
pub(crate) struct Quadrants {
    object: String,
    on: Date,
    rows: Vec<QuadrantCount>,
}

/// People in one quadrant.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuadrantCount {
    quadrant: Quadrant,
    n: u64,
    /// Query of the list of them.
    list: String,
}

/// How many people stand where by what they brought in the year behind and what is expected of the year ahead, each
/// against the mean; whoever the models have no say about is in none.
#[utoipa::path(
    get, path = "/api/v1/quadrants", tag = "desk", params(Scope), responses((status = 200, body = Quadrants))
)]
pub(crate) async fn list_quadrants(
    State(app): State<Arc<App>>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Quadrants>, ApiError> {
    app.run(move |app| quadrants(app, scope)).await.map(Json)
}

pub(crate) fn quadrants(app: &App, scope: Scope) -> Result<Quadrants, ApiError> {
    let asked = scope.asked(app)?;
    let tolls = app.engine.tolls(&asked)?;
    let row = |quadrant: CoreQuadrant| QuadrantCount {
        quadrant: quadrant.into(),
        n: tolls.by_quadrant.get(&quadrant).copied().unwrap_or(0),
        list: format!("quadrant={}&sort=potential", quadrant.name()),
    };
    Ok(Quadrants {
        object: asked.object_name(),
        on: Date(asked.on),
        rows: CoreQuadrant::ALL.into_iter().map(row).collect(),
    })
}

/// Who is on their way out, and what that puts at risk.
#[utoipa::path(get, path = "/api/v1/leaving", tag = "desk", params(Scope), responses((status = 200, body = Leaving)))]
pub(crate) async fn get_leaving(
    State(app): State<Arc<App>>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Leaving>, ApiError> {
    app.run(move |app| leaving(app, scope)).await.map(Json)
}

fn elsewhere(outlook: Option<&Outlook>) -> Vec<String> {
    let all = outlook.into_iter().flat_map(|outlook| &outlook.elsewhere);
    all.map(|(currency, minor)| amount(*minor, currency.code())).collect()
}

pub(crate) fn leaving(app: &App, scope: Scope) -> Result<Leaving, ApiError> {
    let engine = &app.engine;
    let asked = scope.asked(app)?;
    let tolls = engine.tolls(&asked)?;
    let outlook = engine.outlook(&asked)?;
    let outlook = outlook.as_ref().as_ref();
    let toll = |stage: CoreStage| tolls.by_stage.get(&stage).copied().unwrap_or_default();
    let kind = |stage: CoreStage| {
        let Toll { n, current_minor, potential_minor, at_risk_minor } = toll(stage);
        let list = format!("stage={}&sort=at_risk&reasons=true", stage.name());
        LeavingKind { stage: stage.into(), n, current_minor, potential_minor, at_risk_minor, list }
    };
    let leavers: Vec<Leavers> = LEAVING.iter().map(|&stage| Leavers { stage, n: toll(stage).n }).collect();
    let n_all = tolls.by_stage.values().map(|toll| toll.n).sum();
    let urgent = toll(CoreStage::Disengaging1).at_risk_minor.saturating_add(toll(CoreStage::Lapsed).at_risk_minor);
    let currency = engine.settings.standing.currency.clone();
    let has_value = outlook.is_some_and(|outlook| outlook.basis == CoreBasis::Purchases) && 0 < urgent;
    let at_risk = has_value.then(|| amount(urgent, &currency));
    let still = engine.still_engaged(&asked)?;
    Ok(Leaving {
        object: asked.object_name(),
        on: Date(asked.on),
        since: Date(asked.since),
        sentence: wire::sentence(of_leaving(&leavers, n_all, at_risk.as_deref())),
        kinds: LEAVING.into_iter().map(kind).collect(),
        n_all,
        elsewhere: elsewhere(outlook),
        currency,
        basis: outlook.map(|outlook| outlook.basis.into()),
        model: outlook.map(Outlook::in_words),
        horizon_days: YEAR_DAYS,
        half_life_days: half_life(&still),
        still_engaged: still.iter().copied().map(Into::into).collect(),
    })
}
