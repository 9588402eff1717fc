//! The likelihood of the family and its gradient, in one pass over distinct histories.

use super::{BetaGeometric, Form};
use crate::fit::Likelihood;
use crate::history::{Histories, History, Row};
use crate::special::{digamma_rising, ln_rising};

/// The likelihood of these people under this form.
pub(super) struct Kernel<'a> {
    pub(super) form: Form,
    pub(super) people: &'a Histories,
}

/// What all people of one x share.
struct Shared {
    k: u32,
    /// r + k x.
    n: f64,
    alpha: f64,
    /// ln(a/(b + x)), or with BG/NBD ln(a/(b + x − 1)); minus infinity where nobody can have left.
    ln_w: f64,
}

/// One history's bracket: its logarithm, and the derivatives by n and by α.
struct Bracket {
    ln: f64,
    by_n: f64,
    by_alpha: f64,
    /// The probability of being gone.
    gone: f64,
}

impl Shared {
    /// ln[(α + T)^−n (S₁ + S₂)]; the formula of section 2.3's source with S₁ = w ((α + T)/(α + t_x))ⁿ and S₂ the chance
    /// that none of k stages has passed since. `ln_scale` is ln(α + T).
    #[inline]
    fn bracket(&self, row: &Row, ln_scale: f64) -> Bracket {
        let (scale, at_last) = (self.alpha + row.age, self.alpha + row.t_x);
        let since = ln_scale - libm::log(at_last);
        let (mut ln_stay, mut stay_by_n, mut stay_by_alpha) = (0.0, 0.0, 0.0);
        if self.k != 1 {
            (ln_stay, stay_by_n, stay_by_alpha) = self.stages(row, scale);
        }
        let u = self.ln_w + self.n * since - ln_stay;
        let e = libm::exp(-u.abs());
        let gone = if u < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) };
        Bracket {
            ln: ln_stay + u.max(0.0) + libm::log1p(e) - self.n * ln_scale,
            by_n: gone * since + (1.0 - gone) * stay_by_n - ln_scale,
            by_alpha: gone * self.n * (1.0 / scale - 1.0 / at_last) + (1.0 - gone) * stay_by_alpha - self.n / scale,
            gone,
        }
    }

    /// ln S₂ and its derivatives by n and α.
    fn stages(&self, row: &Row, scale: f64) -> (f64, f64, f64) {
        let share = (row.age - row.t_x) / scale;
        let (mut term, mut sum, mut by_n, mut by_alpha, mut slope) = (1.0, 1.0, 0.0, 0.0, 0.0);
        for j in 1..self.k {
            let j = f64::from(j);
            let rising = self.n + j - 1.0;
            term *= rising * share / j;
            slope += 1.0 / rising;
            sum += term;
            by_n += term * slope;
            by_alpha -= term * j / scale;
        }
        (libm::log(sum), by_n / sum, by_alpha / sum)
    }
}

fn ln_w(form: Form, x: u32, a: f64, b: f64) -> f64 {
    let x = f64::from(x);
    if form.leaves_at_first() {
        return libm::log(a / (b + x));
    }
    if x < 1.0 { f64::NEG_INFINITY } else { libm::log(a / (b + x - 1.0)) }
}

impl Kernel<'_> {
    pub(super) fn value(&self, parameters: &[f64; 4]) -> f64 {
        self.at(parameters).0
    }
}

impl Likelihood<4> for Kernel<'_> {
    fn at(&self, parameters: &[f64; 4]) -> (f64, [f64; 4]) {
        let (mut value, mut slope) = (0.0, [0.0; 4]);
        for (x, rows) in self.people.groups() {
            group(self.form, parameters, (x, rows), (&mut value, &mut slope));
        }
        (value, slope)
    }
}

/// Adds the log-likelihood of people with the same x and its gradient.
pub(super) fn group(
    form: Form,
    &[r, alpha, a, b]: &[f64; 4],
    (x, rows): (u32, &[Row]),
    (value, slope): (&mut f64, &mut [f64; 4]),
) {
    let k = form.k();
    let ln_alpha = libm::log(alpha);
    let n = r + f64::from(k) * f64::from(x);
    let shared = Shared { k, n, alpha, ln_w: ln_w(form, x, a, b) };
    // How often the person did not leave: the trials behind B(a, b + trials)/B(a, b).
    let trials = if form.leaves_at_first() { x + 1 } else { x };
    let (mut weight, mut gone, mut last_age, mut ln_scale) = (0.0, 0.0, f64::NAN, 0.0);
    for row in rows {
        if row.age.to_bits() != last_age.to_bits() {
            (last_age, ln_scale) = (row.age, libm::log(alpha + row.age));
        }
        let bracket = shared.bracket(row, ln_scale);
        weight += row.weight;
        gone += row.weight * bracket.gone;
        *value += row.weight * bracket.ln;
        slope[0] += row.weight * bracket.by_n;
        slope[1] += row.weight * bracket.by_alpha;
    }
    *value += weight * (ln_rising(r, k * x) + r * ln_alpha + ln_rising(b, trials) - ln_rising(a + b, trials));
    let by_sum = digamma_rising(a + b, trials);
    slope[0] += weight * (digamma_rising(r, k * x) + ln_alpha);
    slope[1] += weight * r / alpha;
    slope[2] += gone / a - weight * by_sum;
    slope[3] += weight * (digamma_rising(b, trials) - by_sum);
    slope[3] -= gone / (b + f64::from(trials) - 1.0).max(f64::MIN_POSITIVE);
}

impl BetaGeometric {
    /// ln of the odds that the person has left by now.
    pub(super) fn ln_odds_of_gone(&self, history: &History) -> f64 {
        let ln_w = ln_w(self.form, history.x(), self.a, self.b);
        if ln_w == f64::NEG_INFINITY {
            return ln_w;
        }
        let row = Row::of(history);
        let k = self.form.k();
        let n = self.r + f64::from(k) * f64::from(history.x());
        let shared = Shared { k, n, alpha: self.alpha, ln_w };
        let scale = self.alpha + history.age();
        let ln_stay = if k == 1 { 0.0 } else { shared.stages(&row, scale).0 };
        ln_w + n * libm::log1p((history.age() - history.t_x()) / (self.alpha + history.t_x())) - ln_stay
    }
}
