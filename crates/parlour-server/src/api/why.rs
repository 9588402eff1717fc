//! Why: the arithmetic behind a value of somebody's standing.

use std::sync::Arc;

use axum::Json;
use parlour_core::why::{Contribution as CoreContribution, Why as CoreWhy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{Date, Of};
use super::{asked, question};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};

/// Most contributions that are told apart.
const MAX_CONTRIBUTIONS: usize = 200;

/// Why a value is what it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Why {
    of: Of,
    /// It, as people read it.
    value: String,
    /// The reason in plain words.
    sentence: String,
    /// The unit of `total` and the amounts; empty where there is nothing to add up.
    unit: String,
    /// The sum of the amounts, exactly.
    total: i64,
    /// Largest first. Where there are more than 200, the last one stands for the `n_more` smallest.
    contributions: Vec<Contribution>,
    n_more: usize,
    /// The arithmetic, in order.
    steps: Vec<Step>,
}

/// One thing that adds to the total.
#[derive(Serialize, ToSchema)]
pub(crate) struct Contribution {
    label: String,
    /// How the amount comes about.
    detail: String,
    amount: i64,
    day: Option<Date>,
}

/// One line of the arithmetic.
#[derive(Serialize, ToSchema)]
pub(crate) struct Step {
    label: String,
    value: String,
}

/// What is to be explained.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhyQuery {
    of: Of,
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The day asked about; by default the last with activity.
    on: Option<Date>,
    /// Taken for the sake of links between pages; it changes nothing.
    since: Option<Date>,
}

/// Why a value of a person's standing is what it is.
#[utoipa::path(
    get, path = "/api/v1/people/{person}/why", tag = "people", params(("person" = String, Path), WhyQuery),
    responses((status = 200, body = Why))
)]
pub(crate) async fn explain_standing(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Asking(query): Asking<WhyQuery>,
) -> Result<Json<Why>, ApiError> {
    app.run(move |app| why(app, &name, query)).await.map(Json)
}

fn why(app: &App, name: &str, query: WhyQuery) -> Result<Why, ApiError> {
    let asked = asked(app, &question(query.object, query.on, query.since).now())?;
    let person = app.engine.person_named(&asked, name)?;
    Ok(told(app.engine.why(&asked, person, query.of.into())?))
}

/// It as it is told.
pub(crate) fn told(why: CoreWhy) -> Why {
    let CoreWhy { of, value, sentence, unit, total, mut contributions, steps } = why;
    let n_more = if contributions.len() > MAX_CONTRIBUTIONS { contributions.len() - MAX_CONTRIBUTIONS + 1 } else { 0 };
    if n_more > 0 {
        let smallest = contributions.split_off(contributions.len() - n_more);
        contributions.push(together(&smallest));
    }
    let contribution = |of: CoreContribution| Contribution {
        label: of.label,
        detail: of.detail,
        amount: of.amount,
        day: of.day.map(Date),
    };
    Why {
        of: of.into(),
        value,
        sentence,
        unit,
        total,
        contributions: contributions.into_iter().map(contribution).collect(),
        n_more,
        steps: steps.into_iter().map(|step| Step { label: step.label, value: step.value }).collect(),
    }
}

fn together(smallest: &[CoreContribution]) -> CoreContribution {
    CoreContribution {
        label: format!("{} smaller ones together", smallest.len()),
        detail: "each of them is smaller than those above".to_owned(),
        amount: smallest.iter().fold(0, |sum: i64, of| sum.wrapping_add(of.amount)),
        day: None,
    }
}

#[cfg(test)]
mod tests {
    use parlour_core::why::Of as CoreOf;

    use super::*;

    #[test]
    fn what_is_left_out_is_still_added_up() {
        let of = |amount: i64| CoreContribution { label: String::new(), detail: String::new(), amount, day: None };
        let why = |n: i64| CoreWhy {
            of: CoreOf::Involvement,
            value: String::new(),
            sentence: String::new(),
            unit: String::new(),
            total: (1..=n).sum(),
            contributions: (1..=n).rev().map(of).collect(),
            steps: Vec::new(),
        };
        for (n, n_rows, n_more) in [(0, 0, 0), (200, 200, 0), (201, 200, 2), (1000, 200, 801)] {
            let told = told(why(n));
            assert_eq!((told.contributions.len(), told.n_more), (n_rows, n_more));
            assert_eq!(told.contributions.iter().map(|of| of.amount).sum::<i64>(), told.total);
        }
    }
}
