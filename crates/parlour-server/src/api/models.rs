//! Models: how each did on time it had not seen, which one is gone by, and what it is not good for.

use std::sync::Arc;

use axum::Json;
use parlour_core::forecast::{Choice, Trial};
use parlour_core::sentence::{Piece as CorePiece, day_in_words, thousands};
use parlour_engine::desk::models::{Comparison, Spans, Tried};
use parlour_stats::holdout::Scores as CoreScores;
use serde::Serialize;
use utoipa::ToSchema;

use super::Scope;
use super::wire::{self, Basis, Date, Piece};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// Models side by side.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the wire calls them so")]
pub(crate) struct Models {
    object: String,
    on: Date,
    sentence: Vec<Piece>,
    /// The last day that models saw.
    split: Date,
    /// The last day that they forecast.
    end: Date,
    /// From here to the split is learnt what a model says wrong; null where there is no time before.
    earlier: Option<Date>,
    /// People who had bought by the split.
    n_people: u64,
    /// Of so many there were one was taken, picked by their id.
    one_of: u64,
    /// Days of purchase that they made between split and end.
    n_actual: f64,
    /// Of those people, the share who came between split and end.
    active_share: f64,
    models: Vec<ModelRow>,
    /// What one would do without a model.
    baselines: Vec<BaselineRow>,
    /// The name of the best on this comparison; null where there are too few people.
    chosen: Option<String>,
    /// What is gone by on `on`, in words with its parameters, fitted to everything known by then.
    in_use: Option<String>,
    /// What models count as coming back; null where there is nobody.
    basis: Option<Basis>,
    /// What the chosen model is not good for.
    cautions: Vec<String>,
}

/// One model.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelRow {
    name: String,
    /// What the papers call it.
    title: String,
    parameters: Vec<ModelParameter>,
    log_likelihood: f64,
    /// The parameter that these people leave open, and what stands in; null where they determine the model.
    not_identified: Option<NotIdentified>,
    seconds: f64,
    /// As it forecast.
    plain: Scores,
    /// Corrected by one factor for everyone, learnt before the split.
    corrected: Option<Scores>,
    /// Corrected by a factor for each cell of people.
    by_cell: Option<Scores>,
    /// That one factor.
    factor: f64,
    /// By how often people came and how long they have been silent.
    cells: Vec<Factor>,
}

/// A parameter of a model.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelParameter {
    name: &'static str,
    value: f64,
    standard_error: Option<f64>,
}

/// Why a model is not identified.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotIdentified {
    parameter: &'static str,
    fall_back: &'static str,
}

/// What forecasts of some people are multiplied by.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the wire calls it so")]
pub(crate) struct Factor {
    repeats_from: u32,
    /// Null where there is no end.
    repeats_to: Option<u32>,
    /// Share of the time since the first purchase that has passed since the last, of 1.
    silent_from: f64,
    silent_to: f64,
    factor: f64,
}

/// What one would do without a model.
#[derive(Serialize, ToSchema)]
pub(crate) struct BaselineRow {
    name: String,
    scores: Scores,
}

/// How near forecasts came. What only ranks people has no amounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scores {
    /// Days of purchase that were forecast.
    sum: Option<f64>,
    /// Forecast over actual, less 1.
    bias: Option<f64>,
    /// Mean absolute error.
    mae: Option<f64>,
    /// Root of the mean squared error.
    rmse: Option<f64>,
    /// The chance that somebody who came is ranked before somebody who did not.
    auc: Option<f64>,
    /// Share of all that came from the tenth ranked first.
    top_share: Option<f64>,
    deciles: Vec<Decile>,
}

/// A tenth of the people, by forecast.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decile {
    n_people: f64,
    forecast: f64,
    actual: f64,
}

impl From<&CoreScores> for Scores {
    fn from(scores: &CoreScores) -> Self {
        let tenth = |tenth: &parlour_stats::holdout::Decile| Decile {
            n_people: tenth.n_people,
            forecast: tenth.forecast,
            actual: tenth.actual,
        };
        Self {
            sum: scores.sum,
            bias: scores.bias,
            mae: scores.mae,
            rmse: scores.rmse,
            auc: scores.auc,
            top_share: scores.top_share,
            deciles: scores.deciles.iter().map(tenth).collect(),
        }
    }
}

/// How each model did on time it had not seen, beside what one would do without one.
///
/// Half a year at most is held out. Slow on many people; kept for a while.
#[utoipa::path(get, path = "/api/v1/models", tag = "desk", params(Scope), responses((status = 200, body = Models)))]
pub(crate) async fn get_models(
    State(app): State<Arc<App>>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Models>, ApiError> {
    app.run(move |app| models(app, scope)).await.map(Json)
}

fn models(app: &App, scope: Scope) -> Result<Models, ApiError> {
    let asked = scope.whole(app)?;
    let comparison = app.engine.comparison(&asked)?;
    let outlook = app.engine.outlook(&asked)?;
    let outlook = outlook.as_ref().as_ref();
    let Spans { earlier, split, end } = comparison.spans;
    let first = comparison.tried.first().map(|tried| &tried.trial.plain);
    Ok(Models {
        object: asked.object_name(),
        on: Date(asked.on),
        sentence: wire::sentence(vec![CorePiece::words(finding(&comparison))]),
        split: Date(split),
        end: Date(end),
        earlier: earlier.map(Date),
        n_people: comparison.n_people,
        one_of: comparison.one_of,
        n_actual: first.map_or(0.0, |scores| scores.actual_sum),
        active_share: first.map_or(0.0, |scores| scores.active_share),
        models: comparison.tried.iter().map(row).collect(),
        baselines: comparison
            .baselines
            .iter()
            .map(|(name, scores)| BaselineRow { name: name.clone(), scores: scores.into() })
            .collect(),
        chosen: comparison.chosen.map(Choice::name),
        in_use: outlook.map(parlour_core::worth::Outlook::in_words),
        basis: outlook.map(|outlook| outlook.basis.into()),
        cautions: cautions(&comparison),
    })
}

fn row(Tried { trial, seconds }: &Tried) -> ModelRow {
    let parameter = |&(name, value, standard_error): &(&'static str, f64, Option<f64>)| ModelParameter {
        name,
        value,
        standard_error: standard_error.filter(|error| error.is_finite()),
    };
    let factor = |cell: parlour_stats::calibration::Cell| Factor {
        repeats_from: cell.x_from,
        repeats_to: (cell.x_to < u32::MAX).then_some(cell.x_to),
        silent_from: cell.silent_from,
        silent_to: cell.silent_to,
        factor: cell.factor,
    };
    ModelRow {
        name: trial.choice.name(),
        title: trial.choice.title(),
        parameters: trial.fitting.parameters.iter().map(parameter).collect(),
        log_likelihood: trial.fitting.log_likelihood,
        not_identified: trial.fitting.open.map(|(parameter, fall_back)| NotIdentified { parameter, fall_back }),
        seconds: *seconds,
        plain: (&trial.plain).into(),
        corrected: trial.corrected.as_ref().map(Into::into),
        by_cell: trial.by_cell.as_ref().map(Into::into),
        factor: trial.calibration.overall(),
        cells: trial.calibration.cells().map(factor).collect(),
    }
}

fn chosen(comparison: &Comparison) -> Option<&Trial> {
    let is_chosen = |tried: &&Tried| Some(tried.trial.choice) == comparison.chosen;
    comparison.tried.iter().find(is_chosen).map(|tried| &tried.trial)
}

fn finding(comparison: &Comparison) -> String {
    let Some(trial) = chosen(comparison) else {
        return format!(
            "With {} people who had bought by {} no model can be told from another.",
            thousands(comparison.n_people),
            day_in_words(comparison.spans.split)
        );
    };
    let amount = match trial.plain.bias {
        Some(bias) if bias < 0.0 => format!("{:.0} % too little", -bias * 100.0),
        Some(bias) => format!("{:.0} % too much", bias * 100.0),
        None => "something where nothing came".to_owned(),
    };
    let recency = comparison.baselines.iter().find(|(name, _)| name == "recency").and_then(|(_, scores)| scores.auc);
    let ranks = match (trial.plain.auc, recency) {
        (Some(auc), Some(plain)) => format!(
            ", and ranked people {} recency alone (AUC {auc:.3} against {plain:.3})",
            if (auc - plain).abs() < 0.01 {
                "no better than"
            } else if plain < auc {
                "better than"
            } else {
                "worse than"
            }
        ),
        _ => String::new(),
    };
    format!(
        "Of the models to go by, the {} came nearest from {} to {}: it forecast {amount}{ranks}.",
        trial.choice.title(),
        day_in_words(comparison.spans.split),
        day_in_words(comparison.spans.end)
    )
}

fn cautions(comparison: &Comparison) -> Vec<String> {
    let mut cautions = vec![
        "For whom to call first, when they were last here is nearly as good as any model; the model earns its place by \
         amounts that add up and by a chance of being there."
            .to_owned(),
        "It knows no season, no campaign and no complaint: it looks at when people came, and expects the same of later."
            .to_owned(),
    ];
    cautions.push(
        "The BG/NBD and the NBD are for comparison: the first takes everybody who came once for there, the second \
         everybody, so neither can say who left."
            .to_owned(),
    );
    let Some(trial) = chosen(comparison) else { return cautions };
    if let Some(bias) = trial.plain.bias.filter(|bias| 0.05 < bias.abs()) {
        cautions.push(format!(
            "Its sum was {:.0} % too {} on the time held out; amounts are corrected by what it says wrong, which helps if \
             the time to come is like that time.",
            bias.abs() * 100.0,
            if bias < 0.0 { "low" } else { "high" }
        ));
    }
    let regular = comparison.tried.iter().find(|tried| tried.trial.choice.name() == "mbg_cnbd_k");
    if let Some((_, k, _)) = regular.and_then(|tried| tried.trial.fitting.parameters.first().copied())
        && 1.5 < k
    {
        cautions.push(format!(
            "Gaps are regular (k = {k:.0}): models that take them for chance see people leave too late."
        ));
    }
    cautions
}
