//! What someone who is still there will do: the rest of their story.

use super::{BetaGeometric, erlang};
use crate::average::{beta_average, gauss};
use crate::history::History;
use crate::special::decay_integral;

/// A person who is alive now: λ ~ Gamma(n, scale) and p ~ Beta(a, b) given their history.
pub(super) struct Rest {
    pub(super) k: u32,
    pub(super) n: f64,
    pub(super) scale: f64,
    pub(super) a: f64,
    pub(super) b: f64,
    /// Time since the last purchase: with k > 1, some of the stages to the next have passed.
    pub(super) since: f64,
}

impl BetaGeometric {
    pub(super) fn rest(&self, history: &History) -> Rest {
        let (k, x) = (self.form.k(), f64::from(history.x()));
        let stayed = if self.form.leaves_at_first() { x + 1.0 } else { x };
        Rest {
            k,
            n: self.r + f64::from(k) * x,
            scale: self.alpha + history.age(),
            a: self.a,
            b: self.b + stayed,
            since: history.age() - history.t_x(),
        }
    }
}

/// Beyond these the series is left for the average over p: its terms grow before they fall.
const MOST_A: f64 = 20.0;
const MOST_EXCESS: f64 = 40.0;
const FARTHEST: f64 = 0.97;
const MAX_TERMS: u32 = 4_000;
/// e to minus this is worth nothing.
const NEGLIGIBLE: f64 = 46.0;
/// A panel of the discounted residual spans at most this in the logarithm of time, and all of them at most the next.
const PANEL: f64 = 1.0;
const FARTHEST_PANEL: f64 = 200.0;

impl Rest {
    /// E[purchases within `ahead`]; horizons that are not finite are taken as the longest there is.
    ///
    /// With z = t/(α + T + t) and Euler's transformation, the published 2F1 becomes
    /// C (1 − (1 − z)^(a−1))/(a − 1) − (1 − z)^(a−1) Σⱼ (C − n)ⱼ (a)ⱼ₋₁/((C + 1)ⱼ₋₁ j!) zʲ, C = a + b − 1: no
    /// overflow for any x and no singularity at a = 1.
    pub(super) fn purchases(&self, ahead: f64) -> f64 {
        let ahead = ahead.min(f64::MAX);
        let ratio = ahead / self.scale;
        if ratio <= 0.0 {
            return 0.0;
        }
        if self.k != 1 {
            return erlang::ahead(self, ratio).purchases;
        }
        let c = self.a + self.b - 1.0;
        if !self.is_easy(ratio, c - self.n) {
            return self.purchases_averaged(ratio);
        }
        let (z, l) = (ratio / (1.0 + ratio), -libm::log1p(ratio));
        let mut term = (c - self.n) * z;
        let mut sum = term;
        let mut j = 1.0;
        for _ in 0..MAX_TERMS {
            term *= (c - self.n + j) * (self.a + j - 1.0) / ((c + j) * (j + 1.0)) * z;
            sum += term;
            j += 1.0;
            if term.abs() <= 1e-16 * sum.abs() {
                break;
            }
        }
        (c * decay_integral(self.a - 1.0, l) - libm::exp((self.a - 1.0) * l) * sum).max(0.0)
    }

    /// δ ∫ e^(−δ t) E[purchases within t] dt over t = scale (e^v − 1), in panels of v.
    pub(super) fn discounted(&self, delta: f64) -> f64 {
        let per_scale = delta * self.scale;
        let end = libm::log1p(NEGLIGIBLE / per_scale).min(FARTHEST_PANEL);
        let n_panels = (end / PANEL).ceil().max(1.0);
        let mut sum = 0.0;
        for i in 0..n_panels as u32 {
            let from = f64::from(i) / n_panels * end;
            gauss(from, from + end / n_panels, |v, weight| {
                let ratio = libm::expm1(v);
                let fading = libm::exp(v - per_scale * ratio);
                sum += weight * per_scale * fading * self.purchases(ratio * self.scale);
            });
        }
        sum
    }

    /// P(not left within `ahead`) = E[(1 + p t/(α + T))^−n] over p.
    pub(super) fn stays(&self, ahead: f64) -> f64 {
        let ratio = ahead.min(f64::MAX) / self.scale;
        if ratio <= 0.0 {
            return 1.0;
        }
        if self.k != 1 {
            return erlang::ahead(self, ratio).stays;
        }
        let c = self.a + self.b;
        if !self.is_easy(ratio, c - self.n) {
            return self.stays_averaged(ratio);
        }
        let (z, l) = (ratio / (1.0 + ratio), -libm::log1p(ratio));
        let (mut term, mut sum, mut j) = (1.0, 1.0, 0.0);
        for _ in 0..MAX_TERMS {
            term *= (c - self.n + j) * (self.a + j) / ((c + j) * (j + 1.0)) * z;
            sum += term;
            j += 1.0;
            if term.abs() <= 1e-16 * sum.abs() {
                break;
            }
        }
        (libm::exp(self.a * l) * sum).clamp(0.0, 1.0)
    }

    fn is_easy(&self, ratio: f64, excess: f64) -> bool {
        self.a < MOST_A && excess.abs() < MOST_EXCESS && ratio < FARTHEST / (1.0 - FARTHEST)
    }

    /// The same as an average over p, for what the series is not good at.
    pub(super) fn purchases_averaged(&self, ratio: f64) -> f64 {
        let n = self.n;
        beta_average(self.a, self.b, |p| {
            let first = p * ratio;
            if first < 1e-280 { n * ratio } else { -libm::expm1(-n * libm::log1p(first)) / p }
        })
    }

    pub(super) fn stays_averaged(&self, ratio: f64) -> f64 {
        beta_average(self.a, self.b, |p| libm::exp(-self.n * libm::log1p(p * ratio)))
    }
}
