//! What is known of a person besides their history (a channel, a country, the first basket) and changes how often they come
//! and how soon they leave.
//!
//! Hardie and Fader's notes on covariates, and CLVTools: with z a person's covariates, in the Pareto/NBD
//! α = α₀ exp(−g₁'z) and β = β₀ exp(−g₂'z), so that a positive coefficient means more of it; in BG/NBD and MBG/NBD α as
//! before, and a = a₀ exp(g₂'z), b = b₀ exp(−g₂'z): the odds to leave at a purchase grow by exp(2 g₂'z). (Moving a and b
//! the same way, as is also done, would leave the mean chance to leave as it is.) z is taken about its mean over the people
//! fitted to: α₀ and the rest are those of an average person.

use thiserror::Error;

use crate::beta_geometric::BetaGeometric;
use crate::fit::{FitError, Likelihood, Options, Problem, SMALLEST};
use crate::history::{Histories, History, Row};
use crate::model::{Kind, Model};
use crate::nbd::{Nbd, mean_rate};
use crate::pareto_nbd::ParetoNbd;

/// So many covariates at most.
pub const MOST: usize = 4;

/// One person with covariates.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The history.
    pub history: History,
    /// The covariates, everybody's in the same order.
    pub covariates: Vec<f64>,
}

/// Why covariates cannot be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CovariatesError {
    /// As without covariates.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// There are none, too many, or not as many for all.
    #[error("`covariates` are none, more than 4, or not the same number for everybody; give 1 to 4 numbers for each")]
    Count,
    /// One is NaN or infinite, or the same for everybody.
    #[error("`covariates` number {0} is not finite, or is the same for everybody; leave it out")]
    Constant(usize),
    /// The model knows no covariates.
    #[error("`{0}` takes no covariates; take `mbg_nbd`, `bg_nbd` or `pareto_nbd`")]
    Model(&'static str),
}

/// A model whose scales depend on the person.
#[derive(Debug, Clone, PartialEq)]
pub struct WithCovariates {
    average: Model,
    means: Vec<f64>,
    of_rate: Vec<f64>,
    of_leaving: Vec<f64>,
}

/// What fitting gave.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariatesFit {
    /// The model.
    pub model: WithCovariates,
    /// Comparable with that of the model without covariates.
    pub log_likelihood: f64,
    /// Of the four parameters, then of the coefficients of the rate, then of those of leaving; `None` where the curvature
    /// has none.
    pub standard_errors: Option<Vec<f64>>,
    /// A parameter that the people do not determine; what was returned then is held by a weak prior.
    pub open: Option<&'static str>,
}

impl WithCovariates {
    /// Fits a kind of model with covariates to people: 1 to 4 of them, BG/NBD, MBG/NBD or Pareto/NBD.
    pub fn fit(kind: Kind, people: &[Known], options: Options) -> Result<CovariatesFit, CovariatesError> {
        match kind {
            Kind::Mbg | Kind::Bg | Kind::ParetoNbd => {}
            Kind::MbgCnbd(_) | Kind::Nbd => return Err(CovariatesError::Model(kind.name())),
        }
        let n = people.first().ok_or(FitError::Nobody("r"))?.covariates.len();
        if n == 0 || MOST < n || people.iter().any(|person| person.covariates.len() != n) {
            return Err(CovariatesError::Count);
        }
        let spreads = spreads(people, n)?;
        Ok(match n {
            1 => solve::<6>(kind, people, &spreads, options),
            2 => solve::<8>(kind, people, &spreads, options),
            3 => solve::<10>(kind, people, &spreads, options),
            _ => solve::<12>(kind, people, &spreads, options),
        }?)
    }

    /// The model of a person with these covariates; missing ones are taken as average, as are those that are not finite.
    pub fn of(&self, covariates: &[f64]) -> Model {
        let sum = |by: &[f64]| -> f64 {
            let apart = covariates.iter().zip(&self.means).map(|(z, mean)| z - mean);
            by.iter().zip(apart).map(|(by, z)| if z.is_finite() { by * z } else { 0.0 }).sum()
        };
        shifted(&self.average, sum(&self.of_rate), sum(&self.of_leaving))
    }

    /// The model of an average person.
    pub fn average(&self) -> &Model {
        &self.average
    }

    /// What one unit more of each covariate adds to the logarithm of the rate of buying.
    pub fn of_rate(&self) -> &[f64] {
        &self.of_rate
    }

    /// What one unit more of each adds to the logarithm of the rate of leaving, or of a and of 1/b.
    pub fn of_leaving(&self) -> &[f64] {
        &self.of_leaving
    }
}

/// Beyond e to this a covariate makes nobody more or less.
const MOST_SHIFT: f64 = 20.0;

fn shifted(average: &Model, rate: f64, leaving: f64) -> Model {
    let by = |value: f64, shift: f64| {
        (value * libm::exp(shift.clamp(-MOST_SHIFT, MOST_SHIFT))).clamp(SMALLEST, 1.0 / SMALLEST)
    };
    let moved = match average {
        Model::BetaGeometric(model) => {
            let [r, alpha, a, b] = model.parameters();
            BetaGeometric::new(model.form(), [r, by(alpha, -rate), by(a, leaving), by(b, -leaving)])
                .map(Model::BetaGeometric)
        }
        Model::ParetoNbd(model) => {
            let [r, alpha, s, beta] = model.parameters();
            ParetoNbd::new([r, by(alpha, -rate), s, by(beta, -leaving)]).map(Model::ParetoNbd)
        }
        Model::Nbd(model) => {
            let [r, alpha] = model.parameters();
            Nbd::new(r, by(alpha, -rate)).map(Model::Nbd)
        }
    };
    moved.expect("parameters are held in their range")
}

/// Mean and standard deviation of each covariate.
fn spreads(people: &[Known], n: usize) -> Result<Vec<(f64, f64)>, CovariatesError> {
    let n_people = people.len() as f64;
    let of = |i: usize| {
        let mean = people.iter().map(|person| person.covariates[i]).sum::<f64>() / n_people;
        let variance = people.iter().map(|person| (person.covariates[i] - mean).powi(2)).sum::<f64>() / n_people;
        let sd = variance.sqrt();
        let differs = sd.is_normal() && 1e-12 * mean.abs() < sd;
        if differs { Ok((mean, sd)) } else { Err(CovariatesError::Constant(i)) }
    };
    (0..n).map(of).collect()
}

fn names<const N: usize>(kind: Kind) -> [&'static str; N] {
    let leaving = if kind == Kind::ParetoNbd { ["s", "beta"] } else { ["a", "b"] };
    std::array::from_fn(|i| match i {
        0 => "r",
        1 => "alpha",
        2 | 3 => leaving[i - 2],
        _ if i < 4 + (N - 4) / 2 => "of_rate",
        _ => "of_leaving",
    })
}

/// Four parameters, then the coefficients of rate and of leaving for covariates of mean 0 and spread 1. The search is over
/// logarithms of positive numbers, so a coefficient takes part as its exponential.
fn solve<const N: usize>(
    kind: Kind,
    people: &[Known],
    spreads: &[(f64, f64)],
    options: Options,
) -> Result<CovariatesFit, FitError> {
    let histories = Histories::new(people.iter().map(|person| person.history));
    let mut centre = [1.0; N];
    centre[1] = 1.0 / mean_rate(&histories);
    centre[3] = if kind == Kind::ParetoNbd { histories.mean_age() } else { 1.0 };
    let found = Problem {
        names: &names(kind),
        centre,
        part: (2 * BEGINNERS < people.len()).then(|| Everyone::of(kind, people, spreads, people.len() / BEGINNERS)),
        all: Everyone::of(kind, people, spreads, 1),
        n_people: people.len() as f64,
        n_distinct: histories.n_distinct(),
    }
    .solve(options)?;
    let n = spreads.len();
    let unit = |i: usize| spreads[(i - 4) % n].1;
    let coefficient = |i: usize| libm::log(found.parameters[i]) / unit(i);
    let model = WithCovariates {
        average: Model::from_parameters(kind, &found.parameters[..4])?,
        means: spreads.iter().map(|(mean, _)| *mean).collect(),
        of_rate: (4..4 + n).map(coefficient).collect(),
        of_leaving: (4 + n..4 + 2 * n).map(coefficient).collect(),
    };
    let error = |(i, error): (usize, &f64)| if i < 4 { *error } else { error / found.parameters[i] / unit(i) };
    Ok(CovariatesFit {
        model,
        log_likelihood: found.log_likelihood,
        standard_errors: found.standard_errors.map(|errors| errors.iter().enumerate().map(error).collect()),
        open: found.open,
    })
}

struct Person {
    row: Row,
    z: [f64; MOST],
}

impl Person {
    fn of(known: &Known, spreads: &[(f64, f64)]) -> Self {
        let mut z = [0.0; MOST];
        for (z, (covariate, (mean, sd))) in z.iter_mut().zip(known.covariates.iter().zip(spreads)) {
            *z = (covariate - mean) / sd;
        }
        Self { row: Row::of(&known.history), z }
    }
}

struct Everyone {
    kind: Kind,
    people: Vec<Person>,
}

impl Everyone {
    /// Every `step`th of the people, standing for all.
    fn of(kind: Kind, people: &[Known], spreads: &[(f64, f64)], step: usize) -> Self {
        let mut some: Vec<Person> = people.iter().step_by(step).map(|person| Person::of(person, spreads)).collect();
        let weight = people.len() as f64 / some.len() as f64;
        for person in &mut some {
            person.row.weight = weight;
        }
        Self { kind, people: some }
    }
}

/// So many people begin the fit of many.
const BEGINNERS: usize = 4_000;

impl<const N: usize> Likelihood<N> for Everyone {
    fn at(&self, parameters: &[f64; N]) -> (f64, [f64; N]) {
        let n = (N - 4) / 2;
        let Ok(average) = Model::from_parameters(self.kind, &parameters[..4]) else {
            return (f64::NEG_INFINITY, [0.0; N]);
        };
        let g: [f64; N] = std::array::from_fn(|i| if i < 4 { 0.0 } else { libm::log(parameters[i]) });
        let (mut value, mut slope) = (0.0, [0.0; N]);
        for person in &self.people {
            let sum = |from: usize| -> f64 { (0..n).map(|j| g[from + j] * person.z[j]).sum() };
            let (rate, leaving) = (sum(4), sum(4 + n));
            let own = shifted(&average, rate, leaving);
            let mut by = [0.0; 4];
            add(&own, &person.row, (&mut value, &mut by));
            let of = scales(&own);
            let mean = scales(&average);
            for i in 0..4 {
                slope[i] += by[i] * of[i] / mean[i];
            }
            let by_rate = -by[1] * of[1];
            let by_leaving = -by[3] * of[3] + if self.kind == Kind::ParetoNbd { 0.0 } else { by[2] * of[2] };
            for j in 0..n {
                slope[4 + j] += by_rate * person.z[j];
                slope[4 + n + j] += by_leaving * person.z[j];
            }
        }
        for i in 4..N {
            slope[i] /= parameters[i];
        }
        (value, slope)
    }
}

fn scales(model: &Model) -> [f64; 4] {
    match model {
        Model::BetaGeometric(model) => model.parameters(),
        Model::ParetoNbd(model) => model.parameters(),
        Model::Nbd(_) => [1.0; 4],
    }
}

fn add(model: &Model, row: &Row, sums: (&mut f64, &mut [f64; 4])) {
    match model {
        Model::BetaGeometric(model) => model.add(row, sums),
        Model::ParetoNbd(model) => model.add(row, sums),
        Model::Nbd(_) => {}
    }
}
