//! The engaged base month by month: who became engaged and who stopped.

use std::sync::Arc;

use axum::Json;
use parlour_core::growth::By;
use parlour_engine::desk::growth::PeriodFlows;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{Date, Flows};
use super::{asked, question};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// How many months are told.
const MONTHS: i32 = 18;

/// The engaged base month by month.
#[derive(Serialize, ToSchema)]
pub(crate) struct Engaged {
    /// The last 18 months with any activity before them, oldest first.
    rows: Vec<EngagedRow>,
}

/// The engaged base in one month.
#[derive(Serialize, ToSchema)]
pub(crate) struct EngagedRow {
    /// 1997-02.
    period: String,
    start: Date,
    /// The month's last day, or the day asked about if that is earlier.
    end: Date,
    #[serde(flatten)]
    flows: Flows,
}

/// What is asked of the engaged base.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EngagedQuery {
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The last day; by default the last with activity.
    on: Option<Date>,
    /// Taken for the sake of links between pages; it changes nothing.
    since: Option<Date>,
}

/// Who became engaged and who stopped, in each of the last 18 months.
///
/// Slower than `get_today`, as it measures everybody on as many days.
#[utoipa::path(
    get, path = "/api/v1/engaged", tag = "desk", params(EngagedQuery), responses((status = 200, body = Engaged))
)]
pub(crate) async fn list_engaged(
    State(app): State<Arc<App>>,
    Asking(query): Asking<EngagedQuery>,
) -> Result<Json<Engaged>, ApiError> {
    app.run(move |app| engaged(app, query)).await.map(Json)
}

pub(crate) fn engaged(app: &App, query: EngagedQuery) -> Result<Engaged, ApiError> {
    let asked = asked(app, &question(query.object, query.on, query.since))?;
    let months = app.engine.flows_by_month(&asked, MONTHS)?;
    Ok(Engaged { rows: months.iter().map(row).collect() })
}

fn row(month: &PeriodFlows) -> EngagedRow {
    EngagedRow {
        period: By::Month.label(month.period),
        start: Date::of(month.since.0 + 1),
        end: Date(month.on),
        flows: month.flows.into(),
    }
}
