//! What a model says too little or too much of, cell by cell, learnt on an earlier stretch of time.
//!
//! Fit a model to the first part of what is known, forecast the rest, and hold the forecast against what happened: each
//! cell of people (how often they came, and for what share of their time they have been silent) has its factor, actual over
//! forecast. A factor seen on few is drawn to the factor of all: actual ~ Poisson(factor × forecast), factor ~ Gamma with
//! the overall factor as mean and a spread that is the likeliest over the cells. Purchases vary more between people of one
//! forecast than a Poisson's would, so both sides are first divided by that dispersion.

use crate::history::History;
use crate::holdout::Case;
use crate::special::digamma;

/// Frequency by silence: 0, 1, 2 to 3, and 4 or more repeats, by quarters of the time in which the last was.
const N_CELLS: usize = 16;

/// The factors of the cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    overall: f64,
    shape: f64,
    dispersion: f64,
    factors: [f64; N_CELLS],
}

/// One cell, to be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Repeats from here ...
    pub x_from: u32,
    /// ... to here.
    pub x_to: u32,
    /// The share of the time since the first purchase that has passed since the last, from here ...
    pub silent_from: f64,
    /// ... to here.
    pub silent_to: f64,
    /// What forecasts of such people are multiplied by.
    pub factor: f64,
}

impl Calibration {
    /// Changes nothing.
    pub const NONE: Self = Self { overall: 1.0, shape: f64::INFINITY, dispersion: 1.0, factors: [1.0; N_CELLS] };

    /// Learns from cases of an earlier split and what the model, fitted to their histories alone, forecast for each, in
    /// their order. Where nothing was forecast or nothing happened, nothing is learnt.
    pub fn fit(cases: &[Case], forecasts: &[f64]) -> Self {
        let seen = Seen::of(cases, forecasts);
        let (actual, forecast) = (seen.actual.iter().sum::<f64>(), seen.forecast.iter().sum::<f64>());
        let overall = actual / forecast;
        if !(overall.is_normal() && 0.0 < overall) {
            return Self::NONE;
        }
        let dispersion = dispersion(cases, forecasts, overall);
        let cells: [(f64, f64); N_CELLS] =
            std::array::from_fn(|i| (seen.actual[i] / dispersion, overall * seen.forecast[i] / dispersion));
        let shape = likeliest_shape(&cells);
        let factors =
            cells.map(
                |(actual, forecast)| {
                    if shape.is_finite() { overall * (shape + actual) / (shape + forecast) } else { overall }
                },
            );
        Self { overall, shape, dispersion, factors }
    }

    /// The same with one factor for everybody: the order of people stays as the model has it.
    #[must_use]
    pub fn flat(self) -> Self {
        Self { shape: f64::INFINITY, factors: [self.overall; N_CELLS], ..self }
    }

    /// The forecast of the final model, corrected.
    pub fn apply(&self, history: &History, forecast: f64) -> f64 {
        self.factors[cell(history)] * forecast
    }

    /// Actual over forecast of everybody.
    pub fn overall(&self) -> f64 {
        self.overall
    }

    /// How strongly the cells are drawn to the overall factor: as if so many purchases (of undispersed kind) had been seen
    /// at it in each; infinite where no cell differs for certain.
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The variance of purchases about their forecasts over a Poisson's, at least 1.
    pub fn dispersion(&self) -> f64 {
        self.dispersion
    }

    /// Every cell with its factor.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        let from = [0, 1, 2, 4, u32::MAX];
        self.factors.iter().enumerate().map(move |(i, factor)| {
            let (row, quarter) = (i / 4, (i % 4) as f64 / 4.0);
            let x_to = from[row + 1].saturating_sub(u32::from(row < 3));
            Cell { x_from: from[row], x_to, silent_from: quarter, silent_to: quarter + 0.25, factor: *factor }
        })
    }
}

fn cell(history: &History) -> usize {
    let row = match history.x() {
        0 => 0,
        1 => 1,
        2..=3 => 2,
        4.. => 3,
    };
    // Without a repeat the whole time is silent, and with age 0 there is none.
    let silent = if 0.0 < history.age() { 1.0 - history.t_x() / history.age() } else { 0.0 };
    4 * row + if row == 0 { 3 } else { ((4.0 * silent) as usize).min(3) }
}

struct Seen {
    actual: [f64; N_CELLS],
    forecast: [f64; N_CELLS],
}

impl Seen {
    fn of(cases: &[Case], forecasts: &[f64]) -> Self {
        let mut seen = Self { actual: [0.0; N_CELLS], forecast: [0.0; N_CELLS] };
        for (case, forecast) in cases.iter().zip(forecasts) {
            let at = cell(&case.history);
            seen.actual[at] += case.weight * f64::from(case.n_ahead);
            seen.forecast[at] += case.weight * forecast;
        }
        seen
    }
}

fn dispersion(cases: &[Case], forecasts: &[f64], overall: f64) -> f64 {
    let (mut squared, mut mean) = (0.0, 0.0);
    for (case, forecast) in cases.iter().zip(forecasts) {
        let error = f64::from(case.n_ahead) - overall * forecast;
        squared += case.weight * error * error;
        mean += case.weight * overall * forecast;
    }
    let ratio: f64 = squared / mean;
    if ratio.is_finite() { ratio.max(1.0) } else { 1.0 }
}

/// Shapes that are looked at: from cells that say all about themselves to cells that say nothing.
const SHAPES: std::ops::RangeInclusive<f64> = 0.1..=1e4;

/// The shape of the factors' gamma under which the counts of the cells are the likeliest; infinite where that is at the
/// end, and the cells do not differ.
fn likeliest_shape(cells: &[(f64, f64)]) -> f64 {
    // The slope in the shape falls through zero once, or never.
    let slope = |k: f64| -> f64 {
        cells
            .iter()
            .map(|(actual, forecast)| {
                let rise = digamma(k + actual) - digamma(k);
                rise - libm::log1p(forecast / k) + (forecast - actual) / (k + forecast)
            })
            .sum()
    };
    let (mut low, mut high) = (libm::log(*SHAPES.start()), libm::log(*SHAPES.end()));
    if 0.0 <= slope(libm::exp(high)) {
        return f64::INFINITY;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if 0.0 < slope(libm::exp(middle)) { low = middle } else { high = middle }
    }
    libm::exp(f64::midpoint(low, high))
}
