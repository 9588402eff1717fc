//! Cohorts: who came in the same period, and how many are still there.

use std::sync::Arc;

use axum::Json;
use parlour_core::growth::By as CoreBy;
use parlour_core::sentence::{SurvivorFacts, of_survivors};
use parlour_engine::desk::Asked;
use parlour_engine::desk::cohorts::{Cohort as EngineCohort, Counted as EngineCounted, MadeBy as EngineMadeBy};
use parlour_engine::desk::cohorts::{Survivors as EngineSurvivors, WINDOWS};
use parlour_engine::desk::panel::Period;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Scope;
use super::accounts::periods;
use super::wire::{self, Basis, By, Date, Layer, Piece};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

const PERIODS: usize = 18;

/// Cohorts and what became of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cohorts {
    object: String,
    on: Date,
    by: By,
    made_by: MadeBy,
    counted: Counted,
    /// ISO 4217.
    currency: String,
    sentence: Vec<Piece>,
    /// Oldest first.
    rows: Vec<Cohort>,
    /// How many are still there, by each way of saying so; the last row is of those who came before all cohorts.
    survivors: Vec<Survivors>,
    /// What models count as coming back; null where there is nobody to fit them to.
    basis: Option<Basis>,
}

/// What a cohort is made by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MadeBy {
    /// The period of the first active day.
    #[default]
    Acquired,
    /// Being engaged at the end of the period.
    Engaged,
}

/// What is counted of a cohort in a later period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Counted {
    /// Who had an active day in it.
    #[default]
    Active,
    /// Who is engaged at its end.
    Engaged,
    /// What purchases in it brought, minor units.
    Value,
}

/// One cohort.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cohort {
    period: String,
    start: Date,
    n: u64,
    /// Query of the list of them.
    list: String,
    /// Its own period first.
    cells: Vec<CohortCell>,
}

/// A cohort in one period.
#[derive(Serialize, ToSchema)]
pub(crate) struct CohortCell {
    period: String,
    /// People, or minor units.
    value: i64,
    /// Of the cohort's people, of 1; null of value, and of cohorts of nobody.
    share: Option<f64>,
    /// Query of the list of them; null of value.
    list: Option<String>,
}

/// How many of a cohort are still there.
#[derive(Serialize, ToSchema)]
pub(crate) struct Survivors {
    /// Null of those who came before all cohorts.
    period: Option<String>,
    n: u64,
    /// Whose silence is within each window.
    within: Vec<Window>,
    /// For how many the model has a say.
    n_modelled: u64,
    /// The sum of their chances to be there.
    alive: f64,
}

/// A retention window.
#[derive(Serialize, ToSchema)]
pub(crate) struct Window {
    months: u16,
    n: u64,
    /// Query of the list of them; null of those who came before all cohorts.
    list: Option<String>,
}

/// What is asked of cohorts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CohortsQuery {
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The last day; by default the last with activity.
    on: Option<Date>,
    /// Taken for the sake of links between pages; it changes nothing.
    since: Option<Date>,
    /// The length of a period; by default a month.
    by: Option<By>,
    /// By default `acquired`.
    made_by: Option<MadeBy>,
    /// By default `active`.
    counted: Option<Counted>,
    /// How many periods, 1 to 120, the latest; by default 18.
    #[param(minimum = 1, maximum = 120)]
    n: Option<usize>,
    /// As of `get_today`.
    layer: Option<Layer>,
    /// As of `get_today`.
    audience: Option<i64>,
}

/// Cohorts, period by period, and who is still there.
#[utoipa::path(get, path = "/api/v1/cohorts", tag = "desk", params(CohortsQuery), responses((status = 200, body = Cohorts)))]
pub(crate) async fn get_cohorts(
    State(app): State<Arc<App>>,
    Asking(query): Asking<CohortsQuery>,
) -> Result<Json<Cohorts>, ApiError> {
    app.run(move |app| cohorts(app, query)).await.map(Json)
}

pub(crate) fn cohorts(app: &App, query: CohortsQuery) -> Result<Cohorts, ApiError> {
    let CohortsQuery { object, on, since, by, made_by, counted, n, layer, audience } = query;
    let (by, n) = (by.unwrap_or(By::Month), periods(n, PERIODS)?);
    let (made_by, counted) = (made_by.unwrap_or_default(), counted.unwrap_or_default());
    let asked = Scope { object, on, since, layer, acquired: None, acquired_by: None, audience }.asked(app)?;
    let ways = (engine_made_by(made_by), engine_counted(counted));
    let all = app.engine.cohorts(&asked, by.into(), ways, n)?;
    let survivors = app.engine.survivors(&asked, by.into(), n)?;
    let outlook = app.engine.outlook(&asked)?;
    let periods: Vec<Period> = all.iter().map(|cohort| cohort.period).collect();
    Ok(Cohorts {
        object: asked.object_name(),
        on: Date(asked.on),
        by,
        made_by,
        counted,
        currency: app.engine.settings.standing.currency.clone(),
        sentence: wire::sentence(of_survivors(&facts(&asked, &survivors))),
        rows: all
            .iter()
            .enumerate()
            .map(|(i, one)| cohort(by.into(), (made_by, counted), one, &periods[i..]))
            .collect(),
        survivors: survivors.iter().map(|(period, sum)| told(by.into(), &asked, period.as_ref(), sum)).collect(),
        basis: outlook.as_ref().as_ref().map(|outlook| outlook.basis.into()),
    })
}

fn facts(asked: &Asked, survivors: &[(Option<Period>, EngineSurvivors)]) -> SurvivorFacts {
    let first = asked.snapshot.days.map_or(asked.on, |(first, _)| first);
    let n_known = (0..1200).take_while(|n| first <= asked.on.months_before(n + 1)).count() as u16;
    let mut facts = SurvivorFacts { n_known, months: WINDOWS, ..SurvivorFacts::default() };
    for (_, sum) in survivors {
        facts.n += sum.n;
        facts.n_modelled += sum.n_modelled;
        facts.alive += sum.alive;
        facts.within.iter_mut().zip(sum.within).for_each(|(n, more)| *n += more);
    }
    facts
}

fn cohort(by: CoreBy, (made_by, counted): (MadeBy, Counted), cohort: &EngineCohort, later: &[Period]) -> Cohort {
    let label = by.label(cohort.period.number);
    let own = match made_by {
        MadeBy::Acquired => format!("acquired={label}&acquired_by={}", by.name()),
        MadeBy::Engaged => format!("on={0}&since={0}&engaged=true", cohort.period.end),
    };
    let list = |period: &Period| match (made_by, counted) {
        // Value is no list of people, and who was engaged then and active later is none of its own.
        (_, Counted::Value) | (MadeBy::Engaged, Counted::Active) => None,
        (MadeBy::Acquired, Counted::Active) => {
            let (name, period) = (by.name(), by.label(period.number));
            Some(format!("{own}&by={name}&period={period}&period_flow=active"))
        }
        (MadeBy::Acquired, Counted::Engaged) => Some(format!("{own}&on={0}&since={0}&engaged=true", period.end)),
        (MadeBy::Engaged, Counted::Engaged) => {
            Some(format!("on={}&since={}&flow=stayed", period.end, cohort.period.end))
        }
    };
    let cell = |(period, value): (&Period, &i64)| CohortCell {
        period: by.label(period.number),
        value: *value,
        share: (counted != Counted::Value && 0 < cohort.n).then(|| *value as f64 / cohort.n as f64),
        list: list(period),
    };
    Cohort {
        start: Date(cohort.period.start),
        n: cohort.n,
        cells: later.iter().zip(&cohort.cells).map(cell).collect(),
        list: own.clone(),
        period: label,
    }
}

fn told(by: CoreBy, asked: &Asked, period: Option<&Period>, sum: &EngineSurvivors) -> Survivors {
    let label = period.map(|period| by.label(period.number));
    let window = |(months, n): (u16, u64)| Window {
        months,
        n,
        list: label.as_ref().map(|label| {
            format!("acquired={label}&acquired_by={}&last_from={}", by.name(), asked.on.months_before(months))
        }),
    };
    Survivors {
        n: sum.n,
        within: WINDOWS.into_iter().zip(sum.within).map(window).collect(),
        n_modelled: sum.n_modelled,
        alive: sum.alive,
        period: label,
    }
}

fn engine_made_by(made_by: MadeBy) -> EngineMadeBy {
    match made_by {
        MadeBy::Acquired => EngineMadeBy::Acquired,
        MadeBy::Engaged => EngineMadeBy::Engaged,
    }
}

fn engine_counted(counted: Counted) -> EngineCounted {
    match counted {
        Counted::Active => EngineCounted::Active,
        Counted::Engaged => EngineCounted::Engaged,
        Counted::Value => EngineCounted::Value,
    }
}
