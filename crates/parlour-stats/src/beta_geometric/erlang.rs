//! The rest of the story where gaps have k stages: exact, by the number of stages to come.
//!
//! Given the history, j of the k stages since the last purchase have passed with probability ∝ (n)ⱼ/j! (T − t_x)ʲ/(α + T)ʲ,
//! and then λ ~ Gamma(n + j, α + T); the stages to come are negative binomial, every kth is a purchase, and the chance to
//! be there for the ith is B(a, b + i − 1)/B(a, b). The papers leave this expectation to simulation.

use super::ahead::Rest;
use crate::special::ln_gamma;

/// Purchases expected, and the chance to be there, at the horizon.
pub(super) struct Ahead {
    pub(super) purchases: f64,
    pub(super) stays: f64,
}

/// Where more stages than this may come they are not counted one by one.
const MOST_STAGES: f64 = 20_000.0;

/// `ratio` is the horizon over α + T.
pub(super) fn ahead(rest: &Rest, ratio: f64) -> Ahead {
    // To where the tail is nothing: the bulk, and a geometric end.
    let mean = rest.n * ratio;
    if MOST_STAGES < mean + 12.0 * (mean * (1.0 + ratio)).sqrt() + 40.0 * (1.0 + ratio) {
        return in_the_long_run(rest, ratio);
    }
    let share = rest.since / rest.scale;
    let (mut weight, mut total) = (1.0, 0.0);
    let mut ahead = Ahead { purchases: 0.0, stays: 0.0 };
    for passed in 0..rest.k {
        let j = f64::from(passed);
        if 0 < passed {
            weight *= (rest.n + j - 1.0) * share / j;
        }
        let from_here = counted(rest, rest.n + j, passed, ratio);
        total += weight;
        ahead.purchases += weight * from_here.purchases;
        ahead.stays += weight * from_here.stays;
    }
    Ahead { purchases: ahead.purchases / total, stays: (ahead.stays / total).clamp(0.0, 1.0) }
}

/// Sums over the number of stages to come, from `passed` stages on.
fn counted(rest: &Rest, n: f64, passed: u32, ratio: f64) -> Ahead {
    let mean = n * ratio;
    let spread = (mean * (1.0 + ratio)).sqrt();
    let first = (mean - 12.0 * spread).max(0.0).floor();
    let (ln_q, q) = (-libm::log1p(ratio), ratio / (1.0 + ratio));
    let mut p = libm::exp(ln_gamma(n + first) - ln_gamma(n) - ln_gamma(first + 1.0) + n * ln_q + first * libm::log(q));
    let mut story = Story { rest, n_purchases: 0.0, there: 1.0, purchases: 0.0 };
    let (mut stages, mut total) = (first, 0.0);
    let mut ahead = Ahead { purchases: 0.0, stays: 0.0 };
    for _ in 0..2 * MOST_STAGES as u32 {
        story.advance(((f64::from(passed) + stages) / f64::from(rest.k)).floor());
        total += p;
        ahead.purchases += p * story.purchases;
        ahead.stays += p * story.there;
        if mean < stages && p < 1e-17 * total {
            break;
        }
        p *= (n + stages) / (stages + 1.0) * q;
        stages += 1.0;
    }
    Ahead { purchases: ahead.purchases / total, stays: ahead.stays / total }
}

/// So many purchases on if one stays: the expected number made, and the chance to be there still.
struct Story<'a> {
    rest: &'a Rest,
    n_purchases: f64,
    there: f64,
    purchases: f64,
}

impl Story<'_> {
    fn advance(&mut self, n_purchases: f64) {
        let (a, b) = (self.rest.a, self.rest.b);
        while self.n_purchases < n_purchases {
            self.purchases += self.there;
            self.there *= (b + self.n_purchases) / (a + b + self.n_purchases);
            self.n_purchases += 1.0;
        }
    }
}

/// With very many stages to come the gaps' shape no longer matters, only their mean: purchases at rate λ/k.
fn in_the_long_run(rest: &Rest, ratio: f64) -> Ahead {
    let ratio = ratio / f64::from(rest.k);
    Ahead { purchases: rest.purchases_averaged(ratio), stays: rest.stays_averaged(ratio) }
}
