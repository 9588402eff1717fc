//! Gamma-Gamma: what a purchase of a person is worth, from the mean of few, drawn toward everyone's.
//!
//! A purchase's value ~ Gamma(p, ν), ν ~ Gamma(q, γ) over people, independent of how often they buy. Fader and Hardie
//! (2013), "The Gamma-Gamma model of monetary value". Values must be positive: refunds are netted before.

use crate::fit::{Fit, FitError, Likelihood, Options, Problem, check};
use crate::special::{digamma, ln_gamma};

/// Parameters: shapes p and q, and scale γ in units of money.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    gamma: f64,
}

/// How many purchases, and their mean value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// Purchases with a value.
    pub x: u32,
    /// Their mean, in units of money.
    pub mean: f64,
    /// How many people this stands for.
    pub weight: f64,
}

const NAMES: [&str; 3] = ["p", "q", "gamma"];

impl GammaGamma {
    /// From known parameters `[p, q, gamma]`.
    pub fn new(parameters: [f64; 3]) -> Result<Self, FitError> {
        check(&NAMES, &parameters)?;
        let [p, q, gamma] = parameters;
        Ok(Self { p, q, gamma })
    }

    /// Fits p, q and γ to everyone with at least one purchase of a positive mean value; others are left out, and counted
    /// in neither `n_people` nor the likelihood.
    pub fn fit(people: &[Spend], options: Options) -> Result<Fit<Self, 3>, FitError> {
        let mut rows: Vec<Spend> = people.iter().copied().filter(Spend::is_sound).collect();
        rows.sort_unstable_by(|a, b| a.x.cmp(&b.x).then(a.mean.total_cmp(&b.mean)));
        rows.dedup_by(|next, kept| {
            let is_same = next.x == kept.x && next.mean.to_bits() == kept.mean.to_bits();
            kept.weight += if is_same { next.weight } else { 0.0 };
            is_same
        });
        let n_people: f64 = rows.iter().map(|row| row.weight).sum();
        let mean = rows.iter().map(|row| row.weight * row.mean).sum::<f64>() / n_people;
        let part = (2 * BEGINNERS < rows.len()).then(|| Everyone(thinned(&rows, n_people)));
        let found = Problem {
            names: &NAMES,
            centre: [1.0, 2.0, if mean.is_normal() { mean } else { 1.0 }],
            n_distinct: rows.len(),
            all: Everyone(rows),
            part,
            n_people,
        }
        .solve(options)?;
        let [p, q, gamma] = found.parameters;
        Ok(found.into_fit(Self { p, q, gamma }, n_people, None))
    }

    /// p, q and γ.
    pub fn parameters(&self) -> [f64; 3] {
        [self.p, self.q, self.gamma]
    }

    /// ln of the density of a mean value; 0 for a spend without purchases or value.
    pub fn log_likelihood(&self, spend: &Spend) -> f64 {
        let row = Spend { weight: 1.0, ..*spend };
        if row.is_sound() { Everyone(vec![row]).at(&self.parameters()).0 } else { 0.0 }
    }

    /// The mean value of the person's purchases to come: p(γ + x z̄)/(p x + q − 1), their own mean drawn to everyone's.
    ///
    /// `None` where no mean exists, that is p x + q ≤ 1. A spend without purchases asks for a newcomer's.
    pub fn expected(&self, spend: &Spend) -> Option<f64> {
        let (x, total) =
            if spend.is_known() { (f64::from(spend.x), f64::from(spend.x) * spend.mean) } else { (0.0, 0.0) };
        let below = self.p * x + self.q - 1.0;
        (0.0 < below).then(|| self.p * (self.gamma + total) / below)
    }

    /// The mean value of a newcomer's purchases, p γ/(q − 1); `None` for q ≤ 1, where it does not exist.
    pub fn mean(&self) -> Option<f64> {
        self.expected(&Spend { x: 0, mean: 0.0, weight: 1.0 })
    }
}

impl Spend {
    fn is_known(&self) -> bool {
        0 < self.x && 0.0 < self.mean && self.mean.is_finite()
    }

    fn is_sound(&self) -> bool {
        self.is_known() && 0.0 < self.weight && self.weight.is_finite()
    }
}

const BEGINNERS: usize = 4_000;

/// Rows at even steps of the running number of people.
fn thinned(rows: &[Spend], n_people: f64) -> Vec<Spend> {
    let step = n_people / BEGINNERS as f64;
    let (mut seen, mut n_drawn) = (0.0, 0.0);
    let draw = |row: &Spend| {
        seen += row.weight;
        let due = (seen / step).round();
        let weight = (due - n_drawn) * step;
        n_drawn = due;
        (0.0 < weight).then_some(Spend { weight, ..*row })
    };
    rows.iter().filter_map(draw).collect()
}

/// Sorted by x.
struct Everyone(Vec<Spend>);

impl Likelihood<3> for Everyone {
    fn at(&self, &[p, q, gamma]: &[f64; 3]) -> (f64, [f64; 3]) {
        let ln_gamma_scale = libm::log(gamma);
        let (mut value, mut slope) = (0.0, [0.0; 3]);
        for rows in self.0.chunk_by(|a, b| a.x == b.x) {
            let x = f64::from(rows[0].x);
            let (px, ln_x) = (p * x, libm::log(x));
            let shape = ln_gamma(px + q) - ln_gamma(px) - ln_gamma(q);
            let (by_px, by_q) = (digamma(px + q) - digamma(px), digamma(px + q) - digamma(q));
            for row in rows {
                let (ln_mean, scale) = (libm::log(row.mean), gamma + x * row.mean);
                let ln_scale = libm::log(scale);
                let ln = shape + q * ln_gamma_scale + (px - 1.0) * ln_mean + px * ln_x - (px + q) * ln_scale;
                value += row.weight * ln;
                slope[0] += row.weight * x * (by_px + ln_mean + ln_x - ln_scale);
                slope[1] += row.weight * (by_q + ln_gamma_scale - ln_scale);
                slope[2] += row.weight * (q / gamma - (px + q) / scale);
            }
        }
        (value, slope)
    }
}
