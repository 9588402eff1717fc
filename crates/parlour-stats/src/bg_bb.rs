//! BG/BB: at each of n opportunities a person who is still there buys or not, and may leave after it.
//!
//! Chance to buy ~ Beta(α, β), chance to leave at an opportunity ~ Beta(γ, δ) over people. For yearly gifts, events,
//! boxes. Fader, Hardie, Shang (2010), Marketing Science 29:1086. Opportunities are counted after the first purchase.

use thiserror::Error;

use crate::average::beta_average;
use crate::fit::{Fit, FitError, Likelihood, Options, Problem, check};
use crate::special::{digamma_rising, ln_add_exp, ln_rising};

/// Parameters: α and β of buying, γ and δ of leaving.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
}

/// What is known of a person: x purchases, the last at opportunity `t_x`, of `n` opportunities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chances {
    x: u32,
    t_x: u32,
    n: u32,
}

/// Purchases and opportunities that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChancesError {
    /// More purchases than opportunities up to the last purchase, or that one later than the last opportunity.
    #[error("`x`, `t_x`, `n` do not fit; x is at most t_x, t_x at most n, and both are 0 together")]
    Order,
    /// Too many opportunities to be counted one by one.
    #[error("`n` is too large; count at most 10,000 opportunities, or use a model of continuous time")]
    TooMany,
}

/// The most opportunities that are looked at.
pub const MOST_OPPORTUNITIES: u32 = 10_000;

impl Chances {
    /// Nobody known yet.
    pub const NEW: Self = Self { x: 0, t_x: 0, n: 0 };

    /// `x` purchases, the last at opportunity `t_x` (1 is the first after the first purchase), of `n`.
    pub fn new(x: u32, t_x: u32, n: u32) -> Result<Self, ChancesError> {
        if n < t_x || t_x < x || (x == 0) != (t_x == 0) {
            return Err(ChancesError::Order);
        }
        if MOST_OPPORTUNITIES < n {
            return Err(ChancesError::TooMany);
        }
        Ok(Self { x, t_x, n })
    }
}

const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

impl BgBb {
    /// From known parameters `[alpha, beta, gamma, delta]`.
    pub fn new(parameters: [f64; 4]) -> Result<Self, FitError> {
        check(&NAMES, &parameters)?;
        let [alpha, beta, gamma, delta] = parameters;
        Ok(Self { alpha, beta, gamma, delta })
    }

    /// Fits the four to people with their weights; weights that are not positive and finite are left out.
    pub fn fit(people: &[(Chances, f64)], options: Options) -> Result<Fit<Self, 4>, FitError> {
        let mut rows: Vec<_> = people.iter().copied().filter(|(_, w)| 0.0 < *w && w.is_finite()).collect();
        rows.sort_unstable_by_key(|(chances, _)| *chances);
        rows.dedup_by(|next, kept| {
            kept.1 += if next.0 == kept.0 { next.1 } else { 0.0 };
            next.0 == kept.0
        });
        let n_people: f64 = rows.iter().map(|(_, weight)| weight).sum();
        let problem = Problem {
            names: &NAMES,
            centre: [1.0; 4],
            n_distinct: rows.len(),
            all: Everyone(rows),
            part: None,
            n_people,
        };
        let found = problem.solve(options)?;
        let [alpha, beta, gamma, delta] = found.parameters;
        Ok(found.into_fit(Self { alpha, beta, gamma, delta }, n_people, None))
    }

    /// α, β, γ and δ.
    pub fn parameters(&self) -> [f64; 4] {
        [self.alpha, self.beta, self.gamma, self.delta]
    }

    /// ln of the probability of one such history.
    pub fn log_likelihood(&self, chances: &Chances) -> f64 {
        self.ways(chances, |_, _| {})
    }

    /// The probability that the person is still there at opportunity n + `ahead`.
    pub fn p_alive(&self, chances: &Chances, ahead: u32) -> f64 {
        libm::exp(self.ln_here(chances) - self.log_likelihood(chances)).min(1.0)
            * libm::exp(
                ln_rising(self.delta + f64::from(chances.n), ahead)
                    - ln_rising(self.gamma + self.delta + f64::from(chances.n), ahead),
            )
    }

    /// Purchases expected at the next `ahead` opportunities.
    ///
    /// The sum over them that the published closed form sums: without its singularity at γ = 1. Beyond
    /// [`MOST_OPPORTUNITIES`] nothing is added.
    pub fn expected(&self, chances: &Chances, ahead: u32) -> f64 {
        let n = f64::from(chances.n);
        let (mut there, mut sum) = (self.p_alive(chances, 0), 0.0);
        for j in 0..ahead.min(MOST_OPPORTUNITIES) {
            let so_far = self.delta + n + f64::from(j);
            there *= so_far / (self.gamma + so_far);
            sum += there;
        }
        sum * self.chance(chances)
    }

    /// All purchases to come, each worth (1 + d)^−j of one today at the jth opportunity from now, for d > 0; 0 otherwise.
    pub fn discounted(&self, chances: &Chances, d: f64) -> f64 {
        if !(0.0 < d && d.is_finite()) {
            return 0.0;
        }
        // Σⱼ ((1 − θ)/(1 + d))ʲ with θ ~ Beta(γ, δ + n) of whoever is there: (1 − θ)/(d + θ).
        let n = f64::from(chances.n);
        self.p_alive(chances, 0)
            * self.chance(chances)
            * beta_average(self.gamma, self.delta + n, |p| (1.0 - p) / (d + p))
    }

    /// The chance to buy at an opportunity, of someone who is there.
    fn chance(&self, chances: &Chances) -> f64 {
        (self.alpha + f64::from(chances.x)) / (self.alpha + self.beta + f64::from(chances.n))
    }

    fn ln_here(&self, &Chances { x, n, .. }: &Chances) -> f64 {
        ln_beta_ratio(self.alpha, self.beta, x, n - x) + ln_beta_ratio(self.gamma, self.delta, 0, n)
    }

    /// Every way to have that history: to be there still, or to have left after an opportunity since the last purchase.
    /// Shows each with its logarithm, and returns the logarithm of the sum.
    fn ways(&self, chances: &Chances, mut show: impl FnMut(Way, f64)) -> f64 {
        let &Chances { x, t_x, n } = chances;
        let here = Way { bought: x, passed: n - x, left: 0, stayed: n };
        let ln_here = self.ln_here(chances);
        show(here, ln_here);
        // Neighbouring ways differ by one factor each, so the logarithms are taken of their products.
        let mut ln = ln_beta_ratio(self.alpha, self.beta, x, t_x - x) + ln_beta_ratio(self.gamma, self.delta, 1, t_x);
        let mut total = ln_here;
        for stayed in t_x..n {
            show(Way { bought: x, passed: stayed - x, left: 1, stayed }, ln);
            total = ln_add_exp(total, ln);
            let (at, passed) = (f64::from(stayed), f64::from(stayed - x));
            let buy = (self.beta + passed) / (self.alpha + self.beta + at);
            let leave = (self.delta + at) / (self.gamma + self.delta + at + 1.0);
            ln += libm::log(buy * leave);
        }
        total
    }
}

/// Opportunities bought at and passed by while there, and whether one left after `stayed` of them.
#[derive(Clone, Copy)]
struct Way {
    bought: u32,
    passed: u32,
    left: u32,
    stayed: u32,
}

/// ln B(a + i, b + j) − ln B(a, b).
fn ln_beta_ratio(a: f64, b: f64, i: u32, j: u32) -> f64 {
    ln_rising(a, i) + ln_rising(b, j) - ln_rising(a + b, i + j)
}

/// The derivatives of [`ln_beta_ratio`] by a and b.
fn beta_slopes(a: f64, b: f64, i: u32, j: u32) -> [f64; 2] {
    let both = digamma_rising(a + b, i + j);
    [digamma_rising(a, i) - both, digamma_rising(b, j) - both]
}

struct Everyone(Vec<(Chances, f64)>);

impl Likelihood<4> for Everyone {
    fn at(&self, &[alpha, beta, gamma, delta]: &[f64; 4]) -> (f64, [f64; 4]) {
        let model = BgBb { alpha, beta, gamma, delta };
        let (mut value, mut slope) = (0.0, [0.0; 4]);
        for (chances, weight) in &self.0 {
            let total = model.log_likelihood(chances);
            value += weight * total;
            model.ways(chances, |way, ln| {
                let share = weight * libm::exp(ln - total);
                if 0.0 < share {
                    let buying = beta_slopes(alpha, beta, way.bought, way.passed);
                    let leaving = beta_slopes(gamma, delta, way.left, way.stayed);
                    for (sum, by) in slope.iter_mut().zip(buying.into_iter().chain(leaving)) {
                        *sum += share * by;
                    }
                }
            });
        }
        (value, slope)
    }
}
