//! Growth: active people by period, and what newcomers hide.

use std::sync::Arc;

use axum::Json;
use parlour_core::growth::{By as CoreBy, Growth as CoreGrowth};
use parlour_core::sentence;
use parlour_engine::desk::Asked;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{By, Date, Layer, PeriodFlow, Piece};
use super::{Scope, wire};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// Most periods that are told, the latest.
const MAX_ROWS: usize = 1500;

/// Active people by period.
#[derive(Serialize, ToSchema)]
pub(crate) struct Growth {
    object: String,
    by: By,
    sentence: Vec<Piece>,
    /// At most the latest 1500 periods, oldest first.
    rows: Vec<GrowthRow>,
}

/// One period.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrowthRow {
    /// 1997-02, 1997-W08 or 1997-02-03.
    pub(super) period: String,
    start: Date,
    /// The period's last day, or the day asked about if that is earlier.
    end: Date,
    active: u64,
    /// Active for the first time ever.
    new: u64,
    /// Active in this period and the one before.
    retained: u64,
    /// Active again after a period without.
    resurrected: u64,
    /// Active in the period before and not in this one.
    churned: u64,
    /// (new + resurrected) / churned; null where nobody left.
    quick_ratio: Option<f64>,
    /// resurrected / churned; null where nobody left.
    quick_without_new: Option<f64>,
    /// Whether newcomers hide a loss.
    is_masked: bool,
    lists: GrowthLists,
}

/// Queries of the lists of people behind a period's numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrowthLists {
    active: String,
    new: String,
    retained: String,
    resurrected: String,
    churned: String,
}

/// What is asked of growth.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GrowthQuery {
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The day up to which is counted; by default the last with activity.
    on: Option<Date>,
    /// Taken for the sake of links between pages; it changes nothing.
    since: Option<Date>,
    /// The length of a period; by default a month.
    by: Option<By>,
    /// As of `get_today`.
    layer: Option<Layer>,
    /// As of `get_today`.
    acquired: Option<String>,
    /// As of `get_today`.
    acquired_by: Option<By>,
    /// As of `get_today`.
    audience: Option<i64>,
}

/// Active people by period: new, retained, back again, gone.
#[utoipa::path(get, path = "/api/v1/growth", tag = "desk", params(GrowthQuery), responses((status = 200, body = Growth)))]
pub(crate) async fn get_growth(
    State(app): State<Arc<App>>,
    Asking(query): Asking<GrowthQuery>,
) -> Result<Json<Growth>, ApiError> {
    app.run(move |app| growth(app, query)).await.map(Json)
}

pub(crate) fn growth(app: &App, query: GrowthQuery) -> Result<Growth, ApiError> {
    let by = query.by.unwrap_or(By::Month);
    let GrowthQuery { object, on, since, layer, acquired, acquired_by, audience, by: _ } = query;
    let asked = Scope { object, on, since, layer, acquired, acquired_by, audience }.asked(app)?;
    let counted = app.engine.growth(&asked, by.into())?;
    Ok(Growth {
        object: asked.object_name(),
        by,
        sentence: wire::sentence(sentence::of_growth(&counted)),
        rows: rows(&asked, &counted),
    })
}

/// The periods of the counts as they go out.
pub(super) fn rows(asked: &Asked, growth: &CoreGrowth) -> Vec<GrowthRow> {
    let skipped = growth.counts.len().saturating_sub(MAX_ROWS);
    (skipped..growth.counts.len()).map(|place| row(asked, growth, place)).collect()
}

fn row(asked: &Asked, growth: &CoreGrowth, place: usize) -> GrowthRow {
    let (by, counts) = (growth.by, growth.counts[place]);
    let period = growth.first + place as i32;
    let label = by.label(period);
    let list = |presence| list(by, &label, presence);
    let active_before = place.checked_sub(1).map_or(0, |before| growth.counts[before].active);
    GrowthRow {
        start: Date(by.start_of(period)),
        end: Date::of((by.start_of(period + 1).0 - 1).min(asked.on.0)),
        active: counts.active,
        new: counts.new,
        retained: counts.retained,
        resurrected: counts.resurrected,
        churned: counts.churned,
        quick_ratio: counts.quick_ratio(),
        quick_without_new: counts.quick_without_new(),
        is_masked: counts.is_masked(active_before),
        lists: GrowthLists {
            active: list("active"),
            new: list("new"),
            retained: list("retained"),
            resurrected: list("resurrected"),
            churned: list("churned"),
        },
        period: label,
    }
}

fn list(by: CoreBy, label: &str, presence: &str) -> String {
    let by = by.name();
    format!("by={by}&period={label}&period_flow={presence}")
}

/// How somebody counts in a period, of the three parameters that only mean something together.
pub(super) fn period(
    by: Option<By>,
    period: Option<String>,
    flow: Option<PeriodFlow>,
) -> Result<Option<(CoreBy, String, parlour_core::growth::Presence)>, ApiError> {
    match (by, period, flow) {
        (None, None, None) => Ok(None),
        (by, Some(period), Some(flow)) => Ok(Some((by.unwrap_or(By::Month).into(), period, flow.into()))),
        (_, None, _) => Err(ApiError::invalid("period", "must be given together with `by` and `period_flow`")),
        (_, Some(_), None) => Err(ApiError::invalid("period_flow", "must be given together with `by` and `period`")),
    }
}
