//! Which forecast is best, on time that it was not fitted to: the models beside what one would do without them.

mod score;

use crate::covariates::{CovariatesError, CovariatesFit, Known, WithCovariates};
use crate::fit::{FitError, Options};
use crate::history::{Histories, History};
use crate::model::{Fitted, Kind, Prediction};

pub use score::{Decile, Scores, score_forecasts, score_ranks};

/// One person's past, and what came after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// What was known at the split.
    pub history: History,
    /// Purchases within the horizon after it.
    pub n_ahead: u32,
    /// How many people this stands for.
    pub weight: f64,
}

/// What may forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Candidate {
    /// A model fitted to the histories.
    Model(Kind),
    /// Everybody goes on as before: x/T each unit of time.
    SameRate,
    /// Rank only: whoever came last comes first.
    Recency,
    /// Rank only: Novo's score, fifths of recency and within them fifths of frequency; people who are equal share a fifth.
    RecencyFrequency,
    /// Two classes only: silent for more than this, or not.
    InactiveFor(f64),
}

impl Candidate {
    /// A short name for tables.
    pub fn name(&self) -> String {
        match self {
            Self::Model(kind) => kind.name().to_owned(),
            Self::SameRate => "same_rate".to_owned(),
            Self::Recency => "recency".to_owned(),
            Self::RecencyFrequency => "recency_frequency".to_owned(),
            Self::InactiveFor(time) => format!("inactive_for_{time}"),
        }
    }
}

/// How well a candidate did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Who forecast.
    pub candidate: Candidate,
    /// The model, where it is one.
    pub fitted: Option<Fitted>,
    /// How well.
    pub scores: Scores,
}

/// Fits the candidate to the histories alone, forecasts `ahead`, and scores it by what happened.
///
/// Weights that are not positive and finite leave a case out.
pub fn evaluate(candidate: Candidate, cases: &[Case], ahead: f64, options: Options) -> Result<Outcome, FitError> {
    let cases: Vec<Case> = cases.iter().copied().filter(|case| 0.0 < case.weight && case.weight.is_finite()).collect();
    let (fitted, scores) = match candidate {
        Candidate::Model(kind) => {
            let people = Histories::weighted(cases.iter().map(|case| (case.history, case.weight)));
            let fitted = Fitted::fit(kind, &people.expect("weights are positive and finite"), options)?;
            let histories: Vec<History> = cases.iter().map(|case| case.history).collect();
            let made = fitted.model.predict_all(&histories, ahead);
            let mut scores = score_forecasts(&cases, &made.iter().map(|made| made.expected).collect::<Vec<_>>());
            scores.log_likelihood = Some(fitted.log_likelihood);
            scores.p_alive = Some(mean_p_alive(&cases, &made));
            (Some(fitted), scores)
        }
        Candidate::SameRate => (None, score_forecasts(&cases, &of(&cases, |h| same_rate(h, ahead)))),
        Candidate::Recency => (None, score_ranks(&cases, &of(&cases, |h| h.t_x() - h.age()))),
        Candidate::RecencyFrequency => (None, score_ranks(&cases, &recency_frequency(&cases))),
        Candidate::InactiveFor(time) => {
            (None, score_ranks(&cases, &of(&cases, |h| f64::from(u8::from(h.age() - h.t_x() <= time)))))
        }
    };
    Ok(Outcome { candidate, fitted, scores })
}

/// The same of a model that knows covariates besides: each person's, in the order of the cases. Every case counts once,
/// whatever its weight.
pub fn evaluate_with_covariates(
    kind: Kind,
    cases: &[Case],
    covariates: &[Vec<f64>],
    ahead: f64,
    options: Options,
) -> Result<(CovariatesFit, Scores), CovariatesError> {
    let once: Vec<Case> = cases.iter().map(|case| Case { weight: 1.0, ..*case }).collect();
    let known =
        |(case, covariates): (&Case, &Vec<f64>)| Known { history: case.history, covariates: covariates.clone() };
    let people: Vec<Known> = once.iter().zip(covariates).map(known).collect();
    let fit = WithCovariates::fit(kind, &people, options)?;
    let expected = |person: &Known| fit.model.of(&person.covariates).expected(&person.history, ahead);
    let mut scores = score_forecasts(&once, &people.iter().map(expected).collect::<Vec<_>>());
    scores.log_likelihood = Some(fit.log_likelihood);
    let p_alive: f64 = people.iter().map(|person| fit.model.of(&person.covariates).p_alive(&person.history)).sum();
    scores.p_alive = Some(p_alive / people.len() as f64);
    Ok((fit, scores))
}

fn of(cases: &[Case], rank: impl Fn(&History) -> f64) -> Vec<f64> {
    cases.iter().map(|case| rank(&case.history)).collect()
}

fn same_rate(history: &History, ahead: f64) -> f64 {
    if 0.0 < history.age() { f64::from(history.x()) / history.age() * ahead } else { 0.0 }
}

fn mean_p_alive(cases: &[Case], made: &[Prediction]) -> f64 {
    let (sum, n_people) = cases
        .iter()
        .zip(made)
        .fold((0.0, 0.0), |(sum, n), (case, made)| (sum + case.weight * made.p_alive, n + case.weight));
    if 0.0 < n_people { sum / n_people } else { 0.0 }
}

fn recency_frequency(cases: &[Case]) -> Vec<f64> {
    let recency = fifths(cases, &of(cases, |h| h.t_x() - h.age()));
    let frequency = fifths(cases, &of(cases, |h| f64::from(h.x())));
    recency.iter().zip(frequency).map(|(recency, frequency)| 10.0 * recency + frequency).collect()
}

/// 1 to 5 by rank, people of the same value by the middle of their ranks.
fn fifths(cases: &[Case], values: &[f64]) -> Vec<f64> {
    let n_people: f64 = cases.iter().map(|case| case.weight).sum();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut fifths = vec![1.0; values.len()];
    let mut before = 0.0;
    for tied in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let n: f64 = tied.iter().map(|i| cases[*i].weight).sum();
        for i in tied {
            fifths[*i] = (5.0 * (before + n / 2.0) / n_people).ceil().clamp(1.0, 5.0);
        }
        before += n;
    }
    fifths
}
