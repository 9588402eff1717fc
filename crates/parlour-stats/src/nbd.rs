//! The NBD: everyone comes at a steady rate of their own, and nobody ever leaves. The baseline of all others.
//!
//! λ ~ Gamma(r, α) over people, purchases Poisson. Ehrenberg (1959), "The pattern of consumer purchases", Applied
//! Statistics 8. Overstates the future of a base that people leave: about 56 % too much on CDNOW.

use crate::fit::{Fit, FitError, Options, Problem, check};
use crate::history::{Histories, History};
use crate::profile::{self, Interval};
use crate::special::{digamma_rising, ln_rising};

/// Parameters: shape r, and rate α in units of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nbd {
    r: f64,
    alpha: f64,
}

const NAMES: [&str; 2] = ["r", "alpha"];

impl Nbd {
    /// From known parameters.
    pub fn new(r: f64, alpha: f64) -> Result<Self, FitError> {
        check(&NAMES, &[r, alpha])?;
        Ok(Self { r, alpha })
    }

    /// Fits r and α.
    pub fn fit(people: &Histories, options: Options) -> Result<Fit<Self, 2>, FitError> {
        let found = Problem {
            names: &NAMES,
            centre: [1.0, 1.0 / mean_rate(people)],
            all: |p: &[f64; 2]| likelihood(people, p),
            part: None,
            n_people: people.n_people(),
            n_distinct: people.n_distinct(),
        }
        .solve(options)?;
        let [r, alpha] = found.parameters;
        Ok(found.into_fit(Self { r, alpha }, people.n_people(), None))
    }

    /// r and α.
    pub fn parameters(&self) -> [f64; 2] {
        [self.r, self.alpha]
    }

    /// The 95 % interval of the parameter at `which`, 0 or 1, about this fit to these people.
    pub(crate) fn interval(&self, people: &Histories, which: usize) -> Interval {
        profile::interval(&|p: &[f64; 2]| likelihood(people, p), &self.parameters(), which)
    }

    /// ln of the density of a history's purchase times, comparable with models of leaving: without the x ln T − ln x!
    /// of the distribution of the count.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        let (x, r) = (history.x(), self.r);
        ln_rising(r, x) + r * libm::log(self.alpha) - (r + f64::from(x)) * libm::log(self.alpha + history.age())
    }

    /// Purchases expected within `ahead` from now: (r + x) ahead/(α + T).
    pub fn expected(&self, history: &History, ahead: f64) -> f64 {
        self.rate(history) * ahead.max(0.0)
    }

    /// All purchases to come, each worth e^(−δ t) of one today: the rate over δ, as nobody leaves; 0 for a δ that is not
    /// positive and finite.
    pub fn discounted(&self, history: &History, delta: f64) -> f64 {
        if 0.0 < delta && delta.is_finite() { self.rate(history) / delta } else { 0.0 }
    }

    fn rate(&self, history: &History) -> f64 {
        (self.r + f64::from(history.x())) / (self.alpha + history.age())
    }
}

/// Repeats per unit of time, with half a repeat where there is none.
pub(crate) fn mean_rate(people: &Histories) -> f64 {
    ((people.sum_x() + 0.5) / (people.mean_age() * people.n_people())).clamp(1e-15, 1e15)
}

fn likelihood(people: &Histories, &[r, alpha]: &[f64; 2]) -> (f64, [f64; 2]) {
    let ln_alpha = libm::log(alpha);
    let (mut value, mut by_r, mut by_alpha) = (0.0, 0.0, 0.0);
    for (x, rows) in people.groups() {
        let (n, rise, slope) = (r + f64::from(x), ln_rising(r, x), digamma_rising(r, x));
        for row in rows {
            let ln_scale = libm::log(alpha + row.age);
            value += row.weight * (rise + r * ln_alpha - n * ln_scale);
            by_r += row.weight * (slope + ln_alpha - ln_scale);
            by_alpha += row.weight * (r / alpha - n / (alpha + row.age));
        }
    }
    (value, [by_r, by_alpha])
}
