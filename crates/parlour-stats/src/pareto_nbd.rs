//! Pareto/NBD: people buy at a rate of their own until they leave, unseen, at any moment.
//!
//! λ ~ Gamma(r, α) and μ ~ Gamma(s, β) over people; Schmittlein, Morrison, Colombo (1987), Management Science 33:1.
//! The likelihood's A₀ is not taken from hypergeometric functions but from the integral they stand for,
//! s ∫ₜₓᵀ (α + y)^−(r+x) (β + y)^−(s+1) dy, whose integrand is smooth in the logarithm of min(α, β) + y: panels of twelve
//! Gauss nodes give 14 digits and, from the same nodes, the gradient, for any x, and for α = β.

use crate::average::{discounted_survival, gauss};
use crate::fit::{Fit, FitError, Options, Problem, check};
use crate::history::{Histories, History, Row};
use crate::nbd::{Nbd, mean_rate};
use crate::profile::{self, Interval};
use crate::special::{decay_integral, digamma_rising, ln_rising};

/// Parameters: shape r and rate α of buying, shape s and rate β of leaving; α and β in units of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoNbd {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
}

const NAMES: [&str; 4] = ["r", "alpha", "s", "beta"];
const BEGINNERS: usize = 2_000;

impl ParetoNbd {
    /// From known parameters `[r, alpha, s, beta]`.
    pub fn new(parameters: [f64; 4]) -> Result<Self, FitError> {
        check(&NAMES, &parameters)?;
        let [r, alpha, s, beta] = parameters;
        Ok(Self { r, alpha, s, beta })
    }

    /// Fits r, α, s and β.
    pub fn fit(people: &Histories, options: Options) -> Result<Fit<Self, 4>, FitError> {
        let part = (2 * BEGINNERS < people.n_distinct()).then(|| people.thinned(BEGINNERS));
        let found = Problem {
            names: &NAMES,
            centre: [1.0, 1.0 / mean_rate(people), 1.0, people.mean_age()],
            all: Everyone(people),
            part: part.as_ref().map(Everyone),
            n_people: people.n_people(),
            n_distinct: people.n_distinct(),
        }
        .solve(options)?;
        let nbd = match found.open {
            Some(_) => Some(Nbd::fit(people, Options::default())?.log_likelihood),
            None => None,
        };
        let [r, alpha, s, beta] = found.parameters;
        Ok(found.into_fit(Self { r, alpha, s, beta }, people.n_people(), nbd))
    }

    /// r, α, s and β.
    pub fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.s, self.beta]
    }

    /// The 95 % interval of the parameter at `which`, 0 to 3, about this fit to these people.
    pub(crate) fn interval(&self, people: &Histories, which: usize) -> Interval {
        profile::interval(&Everyone(people), &self.parameters(), which)
    }

    /// ln of the density of a history.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        let (x, r) = (history.x(), self.r);
        let bracket = self.bracket(history.x(), history.t_x(), history.age());
        ln_rising(r, x) + r * libm::log(self.alpha) + self.s * libm::log(self.beta) + bracket.ln()
    }

    /// The probability that the person has not left by now.
    pub fn p_alive(&self, history: &History) -> f64 {
        self.bracket(history.x(), history.t_x(), history.age()).p_alive()
    }

    /// The probability that the person has not left by `ahead` from now, knowing only what is known now.
    pub fn p_alive_ahead(&self, history: &History, ahead: f64) -> f64 {
        let ahead = ahead.clamp(0.0, f64::MAX);
        self.p_alive(history) * libm::exp(-self.s * libm::log1p(ahead / (self.beta + history.age())))
    }

    /// Purchases expected within `ahead` from now. For a newcomer ([`History::NEW`]) the unconditional E[X(t)].
    pub fn expected(&self, history: &History, ahead: f64) -> f64 {
        self.p_alive(history) * self.expected_of_the_living(history, ahead)
    }

    /// Purchases expected within `ahead` of somebody who has not left.
    pub(crate) fn expected_of_the_living(&self, history: &History, ahead: f64) -> f64 {
        let scale = self.beta + history.age();
        let l = -libm::log1p(ahead.clamp(0.0, f64::MAX) / scale);
        self.rate(history) * scale * decay_integral(self.s - 1.0, l)
    }

    /// Discounted expected residual transactions: all purchases to come, each worth e^(−δ t) of one today, for a
    /// continuous discount rate δ > 0 per unit of time. Fader, Hardie, Lee (2005), Journal of Marketing Research 42:415.
    ///
    /// Never more than the rate of buying over δ; 0 for a δ that is not positive and finite.
    pub fn discounted(&self, history: &History, delta: f64) -> f64 {
        if !(0.0 < delta && delta.is_finite()) {
            return 0.0;
        }
        let scale = self.beta + history.age();
        self.p_alive(history) * self.rate(history) * scale * discounted_survival(delta * scale, self.s)
    }

    /// E[λ] of someone who is alive.
    fn rate(&self, history: &History) -> f64 {
        (self.r + f64::from(history.x())) / (self.alpha + history.age())
    }

    #[inline]
    fn bracket(&self, x: u32, t_x: f64, age: f64) -> Bracket {
        let n = self.r + f64::from(x);
        let (ln_alpha, ln_beta) = (libm::log(self.alpha + age), libm::log(self.beta + age));
        Bracket { ln_here: -n * ln_alpha - self.s * ln_beta, ln_alpha, ln_beta, gone: self.gone(n, t_x, age) }
    }

    /// ∫ₜₓᵀ of (α + y)^−n (β + y)^−(s+1), and its derivatives, each over the first.
    #[inline]
    fn gone(&self, n: f64, t_x: f64, age: f64) -> Gone {
        let (low, high, by_low, by_high) = if self.alpha < self.beta {
            (self.alpha, self.beta, n, self.s + 1.0)
        } else {
            (self.beta, self.alpha, self.s + 1.0, n)
        };
        let (from, to_high) = (low + t_x, high + t_x);
        let end = libm::log1p((age - t_x) / from);
        // How fast the integrand falls at v, at most: it decides how wide a panel may be.
        let fall = |v: f64| {
            let y = from * libm::expm1(v);
            (by_low - 1.0).abs() + by_high * (from + y) / (to_high + y)
        };
        let ln_front = -by_low * libm::log(from) - by_high * libm::log(to_high) + libm::log(from);
        let mut sums = [0.0; 5];
        let mut at = 0.0;
        for _ in 0..MOST_PANELS {
            let next = panel_end(at, end, fall);
            if next <= at {
                break;
            }
            let before = sums[0];
            gauss(at, next, |v, weight| {
                let y = from * libm::expm1(v);
                let ln_high = libm::log1p(y / to_high);
                let f = weight * libm::exp((1.0 - by_low) * v - by_high * ln_high);
                sums[0] += f;
                sums[1] += f * v;
                sums[2] += f * ln_high;
                sums[3] += f / (from + y);
                sums[4] += f / (to_high + y);
            });
            at = next;
            if sums[0] - before < 1e-18 * sums[0] {
                break;
            }
        }
        if sums[0] <= 0.0 {
            return Gone { ln: f64::NEG_INFINITY, ..Gone::default() };
        }
        let mean = sums.map(|sum| sum / sums[0]);
        let (ln_low, ln_high) = (mean[1] + libm::log(from), mean[2] + libm::log(to_high));
        let ln = ln_front + libm::log(sums[0]) + libm::log(self.s);
        if self.alpha < self.beta {
            Gone { ln, ln_alpha: ln_low, ln_beta: ln_high, by_alpha: n * mean[3], by_beta: (self.s + 1.0) * mean[4] }
        } else {
            Gone { ln, ln_alpha: ln_high, ln_beta: ln_low, by_alpha: n * mean[4], by_beta: (self.s + 1.0) * mean[3] }
        }
    }
}

/// A panel of the integral spans at most this in the logarithm of time, and a fall by e to this.
const PANEL: f64 = 2.0;
const FALL: f64 = 5.0;

const MOST_PANELS: u32 = 1_000;

/// Where a panel from `at` ends: at the `end` if that is near, else where the integrand has fallen enough.
#[inline]
fn panel_end(at: f64, end: f64, fall: impl Fn(f64) -> f64) -> f64 {
    let left = end - at;
    if left <= PANEL && left * fall(end) <= FALL {
        return end;
    }
    let first = left.min(PANEL).min(FALL / fall(at));
    at + first.min(FALL / fall(at + first))
}

/// The two ways to have that history: still here, or gone at some time since.
struct Bracket {
    ln_here: f64,
    /// ln(α + T), ln(β + T).
    ln_alpha: f64,
    ln_beta: f64,
    gone: Gone,
}

/// The logarithm of s ∫, and averages over when the person left: of ln(α + y), ln(β + y), n/(α + y), (s + 1)/(β + y).
#[derive(Default)]
struct Gone {
    ln: f64,
    ln_alpha: f64,
    ln_beta: f64,
    by_alpha: f64,
    by_beta: f64,
}

impl Bracket {
    fn p_alive(&self) -> f64 {
        1.0 / (1.0 + libm::exp(self.gone.ln - self.ln_here))
    }

    fn ln(&self) -> f64 {
        crate::special::ln_add_exp(self.ln_here, self.gone.ln)
    }
}

struct Everyone<'a>(&'a Histories);

impl crate::fit::Likelihood<4> for Everyone<'_> {
    fn at(&self, &[r, alpha, s, beta]: &[f64; 4]) -> (f64, [f64; 4]) {
        let model = ParetoNbd { r, alpha, s, beta };
        let (mut value, mut slope) = (0.0, [0.0; 4]);
        for (x, rows) in self.0.groups() {
            model.group((x, rows), (&mut value, &mut slope));
        }
        (value, slope)
    }
}

impl ParetoNbd {
    /// Adds the log-likelihood of one history and its gradient in the parameters.
    pub(crate) fn add(&self, row: &Row, sums: (&mut f64, &mut [f64; 4])) {
        self.group((row.x, std::slice::from_ref(row)), sums);
    }

    /// Adds the log-likelihood of people with the same x and its gradient.
    fn group(&self, (x, rows): (u32, &[Row]), (value, slope): (&mut f64, &mut [f64; 4])) {
        let &Self { r, alpha, s, beta } = self;
        let (ln_alpha, ln_beta) = (libm::log(alpha), libm::log(beta));
        let (rise, steep) = (ln_rising(r, x), digamma_rising(r, x));
        for row in rows {
            let (ln, by) = self.of_row(row);
            *value += row.weight * (rise + r * ln_alpha + s * ln_beta + ln);
            slope[0] += row.weight * (steep + ln_alpha + by[0]);
            slope[1] += row.weight * (r / alpha + by[1]);
            slope[2] += row.weight * (ln_beta + by[2]);
            slope[3] += row.weight * (s / beta + by[3]);
        }
    }

    /// The bracket's logarithm and its derivatives by r, α, s and β.
    #[inline]
    fn of_row(&self, row: &Row) -> (f64, [f64; 4]) {
        let bracket = self.bracket(row.x, row.t_x, row.age);
        let here = bracket.p_alive();
        let gone = 1.0 - here;
        let n = self.r + f64::from(row.x);
        let Gone { ln_alpha, ln_beta, by_alpha, by_beta, .. } = bracket.gone;
        let by = [
            -here * bracket.ln_alpha - gone * ln_alpha,
            -here * n / (self.alpha + row.age) - gone * by_alpha,
            -here * bracket.ln_beta + gone * (1.0 / self.s - ln_beta),
            -here * self.s / (self.beta + row.age) - gone * by_beta,
        ];
        (bracket.ln(), by)
    }
}
