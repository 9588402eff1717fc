//! People buy at a rate of their own until, at some purchase, they leave: BG/NBD, MBG/NBD and MBG/CNBD-k.
//!
//! λ ~ Gamma(r, α) and p ~ Beta(a, b) over people. While there, a gap is k stages of rate λ each; after
//! a purchase one leaves with probability p. BG/NBD (Fader, Hardie, Lee 2005, Marketing Science 24:275) lets
//! nobody leave at the first purchase; MBG/NBD (Batislam, Denizel, Filiztekin 2007; Hoppe and Wagner 2007) does;
//! MBG/CNBD-k (Reutterer, Platzer, Schröder 2020) has regular gaps besides.

mod ahead;
mod erlang;
mod likelihood;

use crate::fit::{Fit, FitError, Options, Problem, check};
use crate::history::{Histories, History, Row};
use crate::nbd::{Nbd, mean_rate};
use crate::profile::{self, Interval};
use crate::special::ln_gamma;
use likelihood::Kernel;

/// Which of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// BG/NBD: whoever never came back is alive for certain.
    Bg,
    /// MBG/NBD: one may leave at the first purchase. The default.
    #[default]
    Mbg,
    /// MBG/CNBD-k with this k, 1 to 12: 1 is MBG/NBD.
    MbgCnbd(u32),
}

/// The most regular gaps that are looked for.
pub const MOST_REGULAR: u32 = 12;

impl Form {
    fn k(self) -> u32 {
        match self {
            Self::Bg | Self::Mbg => 1,
            Self::MbgCnbd(k) => k,
        }
    }

    fn leaves_at_first(self) -> bool {
        match self {
            Self::Bg => false,
            Self::Mbg | Self::MbgCnbd(_) => true,
        }
    }
}

/// A model of the family: shape r and rate α (units of time) of buying, a and b of leaving.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaGeometric {
    form: Form,
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

const NAMES: [&str; 4] = ["r", "alpha", "a", "b"];
/// So many distinct people begin the fit of many.
const BEGINNERS: usize = 4_000;

impl BetaGeometric {
    /// From known parameters `[r, alpha, a, b]`.
    pub fn new(form: Form, parameters: [f64; 4]) -> Result<Self, FitError> {
        check(&NAMES, &parameters)?;
        if !(1..=MOST_REGULAR).contains(&form.k()) {
            return Err(FitError::Regularity);
        }
        let [r, alpha, a, b] = parameters;
        Ok(Self { form, r, alpha, a, b })
    }

    /// Fits r, α, a and b.
    ///
    /// Where nobody is seen to leave, or everybody at once, the answer says so ([`crate::fit::Identified`]).
    pub fn fit(form: Form, people: &Histories, options: Options) -> Result<Fit<Self, 4>, FitError> {
        let k = form.k();
        if !(1..=MOST_REGULAR).contains(&k) {
            return Err(FitError::Regularity);
        }
        let part = (2 * BEGINNERS < people.n_distinct()).then(|| people.thinned(BEGINNERS));
        let problem = Problem {
            names: &NAMES,
            centre: [1.0, 1.0 / mean_rate(people) / f64::from(k), 1.0, 1.0],
            all: Kernel { form, people },
            part: part.as_ref().map(|people| Kernel { form, people }),
            n_people: people.n_people(),
            n_distinct: people.n_distinct(),
        };
        let mut found = problem.solve(options)?;
        let nbd = match found.open {
            Some(_) => Some(Nbd::fit(people, Options::default())?.log_likelihood),
            None => None,
        };
        found.log_likelihood += f64::from(k - 1) * people.sum_litt() - people.sum_x() * ln_gamma(f64::from(k));
        let [r, alpha, a, b] = found.parameters;
        Ok(found.into_fit(Self { form, r, alpha, a, b }, people.n_people(), nbd))
    }

    /// The 95 % interval of the parameter at `which`, 0 to 3, about this fit to these people.
    pub(crate) fn interval(&self, people: &Histories, which: usize) -> Interval {
        profile::interval(&Kernel { form: self.form, people }, &self.parameters(), which)
    }

    /// Fits MBG/CNBD-k for k = 1, 2 … and returns the likeliest; stops when the likelihood has fallen twice.
    pub fn fit_regularity(people: &Histories, options: Options) -> Result<Fit<Self, 4>, FitError> {
        let mut best = Self::fit(Form::MbgCnbd(1), people, options)?;
        let mut n_falls = 0;
        for k in 2..=MOST_REGULAR {
            let next = Self::fit(Form::MbgCnbd(k), people, options)?;
            if best.log_likelihood < next.log_likelihood {
                best = next;
            } else {
                n_falls += 1;
            }
            if n_falls == 2 {
                break;
            }
        }
        Ok(best)
    }

    /// r, α, a and b.
    pub fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    /// Which of the family.
    pub fn form(&self) -> Form {
        self.form
    }

    /// ln of the density of a history; of MBG/CNBD-k with the history's `litt`.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        let people = Histories::new([*history]);
        let k = self.form.k();
        Kernel { form: self.form, people: &people }.value(&self.parameters()) + f64::from(k - 1) * history.litt()
            - f64::from(history.x()) * ln_gamma(f64::from(k))
    }

    /// The probability that the person has not left by now.
    pub fn p_alive(&self, history: &History) -> f64 {
        let odds_of_gone = self.ln_odds_of_gone(history);
        1.0 / (1.0 + libm::exp(odds_of_gone))
    }

    /// The probability that the person has not left by `ahead` from now, knowing only what is known now.
    pub fn p_alive_ahead(&self, history: &History, ahead: f64) -> f64 {
        self.p_alive(history) * self.rest(history).stays(ahead.max(0.0))
    }

    /// Purchases expected within `ahead` from now. For a newcomer ([`History::NEW`]) the unconditional E[X(t)].
    pub fn expected(&self, history: &History, ahead: f64) -> f64 {
        self.p_alive(history) * self.expected_of_the_living(history, ahead)
    }

    /// Discounted expected residual transactions: all purchases to come, each worth e^(−δ t) of one today, for a
    /// continuous discount rate δ > 0 per unit of time; 0 for any other δ.
    ///
    /// By parts that is δ ∫ e^(−δ t) E[X(t)] dt, which converges whether or not E[X(∞)] does.
    pub fn discounted(&self, history: &History, delta: f64) -> f64 {
        if !(0.0 < delta && delta.is_finite()) {
            return 0.0;
        }
        self.p_alive(history) * self.rest(history).discounted(delta)
    }

    /// Purchases expected within `ahead` of somebody who has not left.
    pub(crate) fn expected_of_the_living(&self, history: &History, ahead: f64) -> f64 {
        self.rest(history).purchases(ahead.max(0.0))
    }

    /// Adds the log-likelihood of one history and its gradient in the parameters, without what does not depend on them.
    pub(crate) fn add(&self, row: &Row, sums: (&mut f64, &mut [f64; 4])) {
        likelihood::group(self.form, &self.parameters(), (row.x, std::slice::from_ref(row)), sums);
    }

    /// Whether that does not depend on when the last purchase was: it does only where gaps are regular.
    pub(crate) fn forgets_since(&self) -> bool {
        self.form.k() == 1
    }
}
