//! Shifted beta-geometric: contracts that are renewed or not, each period, with a chance of the customer's own.
//!
//! Chance to end ~ Beta(α, β) over customers. Fader and Hardie (2007), "How to project customer retention", Journal of
//! Interactive Marketing 21:76, and (2010), "Customer-base valuation in a contractual setting", Marketing Science 29:85.

use crate::average::beta_average;
use crate::fit::{Fit, FitError, Likelihood, Options, Problem, check};
use crate::special::{digamma_rising, ln_rising};

/// Parameters α and β.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShiftedBetaGeometric {
    alpha: f64,
    beta: f64,
}

/// Customers of one kind: ended in their `period`th period (1 is the first), or still there after that many renewals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contracts {
    /// The period of the end, or the number of renewals so far.
    pub period: u32,
    /// Whether they ended; false is censored.
    pub has_ended: bool,
    /// How many customers.
    pub weight: f64,
}

const NAMES: [&str; 2] = ["alpha", "beta"];

impl ShiftedBetaGeometric {
    /// From known parameters.
    pub fn new(alpha: f64, beta: f64) -> Result<Self, FitError> {
        check(&NAMES, &[alpha, beta])?;
        Ok(Self { alpha, beta })
    }

    /// Fits α and β. Weights that are not positive and finite, and ends in period 0, are left out.
    pub fn fit(customers: &[Contracts], options: Options) -> Result<Fit<Self, 2>, FitError> {
        let is_sound = |c: &Contracts| 0.0 < c.weight && c.weight.is_finite() && (!c.has_ended || 0 < c.period);
        let mut rows: Vec<Contracts> = customers.iter().copied().filter(is_sound).collect();
        rows.sort_unstable_by_key(|row| (row.period, row.has_ended));
        rows.dedup_by(|next, kept| {
            let is_same = (next.period, next.has_ended) == (kept.period, kept.has_ended);
            kept.weight += if is_same { next.weight } else { 0.0 };
            is_same
        });
        let n_people: f64 = rows.iter().map(|row| row.weight).sum();
        let found = Problem {
            names: &NAMES,
            centre: [1.0; 2],
            n_distinct: rows.len(),
            all: Everyone(rows),
            part: None,
            n_people,
        }
        .solve(options)?;
        let [alpha, beta] = found.parameters;
        Ok(found.into_fit(Self { alpha, beta }, n_people, None))
    }

    /// Fits to one cohort by its survivors: `survivors[t]` customers were there in period t, the first being all.
    ///
    /// A number that is higher than the one before it counts as the one before.
    pub fn fit_survivors(survivors: &[f64], options: Options) -> Result<Fit<Self, 2>, FitError> {
        let mut rows = Vec::with_capacity(survivors.len());
        let Some(mut there) = survivors.first().copied() else {
            return Err(FitError::Nobody(NAMES[0]));
        };
        let mut n_renewals = 0;
        for next in &survivors[1..] {
            n_renewals += 1;
            let next = next.min(there);
            rows.push(Contracts { period: n_renewals, has_ended: true, weight: there - next });
            there = next;
        }
        rows.push(Contracts { period: n_renewals, has_ended: false, weight: there });
        Self::fit(&rows, options)
    }

    /// α and β.
    pub fn parameters(&self) -> [f64; 2] {
        [self.alpha, self.beta]
    }

    /// The chance to be there still after `n_renewals`: B(α, β + t)/B(α, β).
    pub fn survival(&self, n_renewals: u32) -> f64 {
        libm::exp(ln_rising(self.beta, n_renewals) - ln_rising(self.alpha + self.beta, n_renewals))
    }

    /// The chance of the `n`th renewal of whoever made all before: (β + n − 1)/(α + β + n − 1). Rises with n, because
    /// those who would leave have left.
    pub fn retention(&self, n: u32) -> f64 {
        let before = self.beta + f64::from(n.max(1)) - 1.0;
        before / (self.alpha + before)
    }

    /// Discounted expected residual lifetime: renewals to come of a customer who has made `n_renewals` and is about to
    /// decide on the next, counted at once if made, and each later one worth 1/(1 + d) of that before. 0 for d ≤ 0.
    pub fn residual(&self, n_renewals: u32, d: f64) -> f64 {
        if !(0.0 < d && d.is_finite()) {
            return 0.0;
        }
        // Σⱼ (1 − θ)ʲ⁺¹/(1 + d)ʲ with θ ~ Beta(α, β + renewals).
        let b = self.beta + f64::from(n_renewals);
        beta_average(self.alpha, b, |p| (1.0 - p) * (1.0 + d) / (d + p))
    }
}

struct Everyone(Vec<Contracts>);

impl Likelihood<2> for Everyone {
    fn at(&self, &[alpha, beta]: &[f64; 2]) -> (f64, [f64; 2]) {
        let (mut value, mut slope) = (0.0, [0.0; 2]);
        for row in &self.0 {
            let renewals = if row.has_ended { row.period - 1 } else { row.period };
            let trials = row.period;
            let end = if row.has_ended { libm::log(alpha) } else { 0.0 };
            value += row.weight * (end + ln_rising(beta, renewals) - ln_rising(alpha + beta, trials));
            let both = digamma_rising(alpha + beta, trials);
            slope[0] += row.weight * (if row.has_ended { 1.0 / alpha } else { 0.0 } - both);
            slope[1] += row.weight * (digamma_rising(beta, renewals) - both);
        }
        (value, slope)
    }
}
