//! Responses: how many asks were answered, how soon, and what an answer seems to change; and whether brands engage back.

use std::sync::Arc;

use axum::Json;
use parlour_core::day::Day;
use parlour_core::event::Name;
use parlour_engine::desk::responses::{self, BANDS, GROUPINGS, WITHIN_HOURS};
use parlour_stats::matched::Effect;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asks::{ASKERS, brand_key};
use super::wire::Date;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// Most steps of a curve that are told; of more, every so many-th.
const MAX_STEPS: usize = 200;

/// How a group of asks fared. Every number opens the list of asks with the queries told beside it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResponseGroup {
    /// What they have in common; empty where nobody knows.
    value: String,
    /// Parameters of `list_asks` that make this group, without `?`.
    list: String,
    n: u64,
    /// Answered by a human of the brand.
    n_answered: u64,
    /// Closed without an answer.
    n_closed: u64,
    n_open: u64,
    /// Open beyond their time.
    n_overdue: u64,
    /// Answered after their time.
    n_late: u64,
    /// Answered by another person, whatever the brand did.
    n_peer: u64,
    /// Acknowledged by a machine and answered by nobody.
    n_acknowledged_only: u64,
    /// Share answered by a human of the brand so far.
    rate: f64,
    /// Hours within which half are answered, those who still wait kept in; null where half never were.
    median_hours: Option<f64>,
    /// Share answered within 1, 8, 24 and 168 hours, those who still wait kept in.
    within: Vec<f64>,
    /// The share that still waits, over time.
    curve: Vec<WaitStep>,
}

/// A step of a curve.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitStep {
    hours: f64,
    /// Share that still waits, 0 to 1, …
    waiting: f64,
    /// … and where it lies with 95 % certainty.
    low: f64,
    high: f64,
    /// How many waited just before.
    n_at_risk: u64,
}

/// Groups that are told apart by one thing.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResponseGrouping {
    /// `class`, `layer`, `brand`, `staff`, `language` or `asker`.
    by: String,
    /// The greatest first.
    groups: Vec<ResponseGroup>,
}

/// What an answer within a week seems to change: the asker's points in the 30 days after. No proof of cause.
#[derive(Serialize, ToSchema)]
pub(crate) struct SustainEffect {
    /// Points of change more than of those like them who got none.
    difference: f64,
    /// Where that lies with 95 % certainty.
    low: f64,
    high: f64,
    /// Mean change of those who were answered, …
    answered: f64,
    /// … and of those like them who were not.
    silent: f64,
    n_answered: u64,
    n_silent: u64,
    /// Left out because nobody on the other side is like them.
    n_unmatched: u64,
}

/// Everything about responses.
#[derive(Serialize, ToSchema)]
pub(crate) struct Responses {
    all: ResponseGroup,
    by: Vec<ResponseGrouping>,
    /// Null where too few people are alike on both sides.
    sustain: Option<SustainEffect>,
    /// Asks of which was looked what followed.
    n_followed: u64,
}

/// Which asks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResponseQuery {
    /// The brand, `kind:id`; with one, askers are told apart by how engaged they are.
    brand: Option<String>,
    /// Opened on this day or later.
    from: Option<Date>,
    /// Opened on this day or earlier.
    to: Option<Date>,
}

/// A brand's engagement toward its people beside theirs toward it.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrandReciprocity {
    /// `kind:id`.
    object: String,
    /// People present.
    n_people: u64,
    /// People it did something toward within the retention window.
    n_engaged_back: u64,
    /// Points of all its people toward it today.
    points: f64,
    /// Points of what it did toward them.
    points_back: f64,
    /// The last day on which it did anything toward anybody.
    last_day: Option<Date>,
    /// Whether it does nothing toward anybody.
    is_inanimate: bool,
}

/// All brands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reciprocities {
    /// Those that do least come first.
    rows: Vec<BrandReciprocity>,
}

fn group(group: responses::Responses, list: String) -> ResponseGroup {
    let curve = &group.curve;
    let every = curve.steps.len().div_ceil(MAX_STEPS).max(1);
    let last = curve.steps.len().saturating_sub(1);
    let steps = curve.steps.iter().enumerate().filter(|(at, _)| at % every == 0 || *at == last);
    ResponseGroup {
        list,
        n: group.n,
        n_answered: group.n_answered,
        n_closed: group.n_closed,
        n_open: group.n_open,
        n_overdue: group.n_overdue,
        n_late: group.n_late,
        n_peer: group.n_peer,
        n_acknowledged_only: group.n_acknowledged_only,
        rate: if group.n == 0 { 0.0 } else { group.n_answered as f64 / group.n as f64 },
        median_hours: curve.median(),
        within: WITHIN_HOURS.iter().map(|hours| 1.0 - curve.waiting_at(*hours)).collect(),
        curve: steps
            .map(|(_, step)| WaitStep {
                hours: step.time,
                waiting: step.waiting,
                low: step.low,
                high: step.high,
                n_at_risk: step.n_at_risk,
            })
            .collect(),
        value: group.value,
    }
}

/// The parameters of `list_asks` that make a group.
fn list_of(base: &str, by: &str, value: &str) -> String {
    let value = match by {
        "asker" => BANDS.iter().position(|band| *band == value).map_or("", |at| ASKERS[at]),
        _ if value.is_empty() => "none",
        _ => value,
    };
    let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    if by == "brand" {
        // It takes the place of the one asked about.
        let rest = base.split('&').filter(|part| !part.starts_with("brand="));
        return rest.map(str::to_owned).chain([format!("brand={value}")]).collect::<Vec<_>>().join("&");
    }
    format!("{base}&{by}={value}")
}

fn sustained(effect: Effect) -> SustainEffect {
    SustainEffect {
        difference: effect.difference,
        low: effect.low,
        high: effect.high,
        answered: effect.treated,
        silent: effect.others,
        n_answered: effect.n_treated,
        n_silent: effect.n_others,
        n_unmatched: effect.n_unmatched,
    }
}

/// How many asks were answered, how soon, and what an answer seems to change.
#[utoipa::path(
    get, path = "/api/v1/responses", tag = "asks", params(ResponseQuery), responses((status = 200, body = Responses))
)]
pub(crate) async fn get_responses(
    State(app): State<Arc<App>>,
    Asking(query): Asking<ResponseQuery>,
) -> Result<Json<Responses>, ApiError> {
    app.run(move |app| {
        let brand = brand_key(app, query.brand.as_deref())?;
        let from = query.from.map(|date| date.0.start_micros());
        let before = query.to.map(|date| Day(date.0.0.saturating_add(1)).start_micros());
        let told = app.engine.responses((brand, app.brand_keys()), (from, before))?;
        let mut base = form_urlencoded::Serializer::new("state=all".to_owned());
        for (name, date) in [("from", query.from), ("to", query.to)] {
            base.extend_pairs(date.map(|date| (name, date.0.to_string())));
        }
        base.extend_pairs(query.brand.filter(|brand| !brand.is_empty()).map(|brand| ("brand", brand)));
        let base = base.finish();
        let by = told.by.iter().zip(GROUPINGS).map(|(groups, by)| ResponseGrouping {
            by: by.to_owned(),
            groups: groups.iter().map(|one| group(one.clone(), list_of(&base, by, &one.value))).collect(),
        });
        Ok(Responses {
            by: by.collect(),
            all: group(told.all.clone(), base.clone()),
            sustain: told.sustain.map(sustained),
            n_followed: told.n_followed,
        })
    })
    .await
    .map(Json)
}

/// Which brands engage back, and which are inanimate.
#[utoipa::path(get, path = "/api/v1/reciprocity", tag = "asks", responses((status = 200, body = Reciprocities)))]
pub(crate) async fn get_reciprocity(State(app): State<Arc<App>>) -> Result<Json<Reciprocities>, ApiError> {
    app.run(move |app| {
        let rows = app.engine.reciprocity()?;
        let names = app.within();
        let is_seen = |name: &Name| names.is_none_or(|names| names.contains(&name.to_string()));
        let told = rows.iter().filter(|one| is_seen(&one.object)).map(|one| BrandReciprocity {
            object: one.object.to_string(),
            n_people: one.n_people,
            n_engaged_back: one.n_engaged_back,
            points: one.points,
            points_back: one.points_back,
            last_day: one.last_day.map(Date),
            is_inanimate: one.is_inanimate(),
        });
        Ok(Reciprocities { rows: told.collect() })
    })
    .await
    .map(Json)
}
