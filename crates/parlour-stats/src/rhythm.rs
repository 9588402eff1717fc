//! The rhythm of a person: how regular the gaps between their visits are and how long they are, drawn toward everybody's; when
//! the next visit is due; and, from how far overdue it is, the odds that there will be none.
//!
//! Gaps ~ Gamma(k, λ) with k one of a few shapes and λ = k ρ, ρ ~ Gamma(r, β) over people: with x gaps of sum t_x, λ given k is
//! Gamma(r + k x, β/k + t_x) and the next gap over that scale a beta prime, so all that follows are incomplete betas. How
//! many people have which shape is found by expectation and maximisation. Models with one k for everybody are the special case.

use crate::average::gauss;
use crate::fit::{FitError, Options};
use crate::history::{Histories, History};
use crate::nbd::Nbd;
use crate::special::{beta_inc, ln_gamma};

/// The shapes that gaps may have: bursts, random, clockwork.
pub const SHAPES: [f64; 11] = [0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];
const N: usize = SHAPES.len();

/// The rhythms of a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    r: f64,
    beta: f64,
    weights: [f64; N],
}

const MOST_PEOPLE: usize = 20_000;
const N_ROUNDS: usize = 60;
/// A shape less likely than this for a person does not count.
const NEGLIGIBLE: f64 = 1e-6;

impl Rhythm {
    /// Fits to everybody with a repeat; histories need their `litt`, from the times of visits that are apart (a gap of 0 says
    /// nothing). Of more than 20,000 people some that lie evenly among them are taken.
    pub fn fit(people: &[History]) -> Result<Self, FitError> {
        let with_gaps = || people.iter().filter(|person| has_gaps(person));
        let step = with_gaps().count().div_ceil(MOST_PEOPLE).max(1);
        let some: Vec<(History, f64)> = with_gaps().step_by(step).map(|person| (*person, 1.0)).collect();
        Self::fit_weighted(&some)
    }

    /// The same of histories each with its number of people; those without gaps are left out.
    pub fn fit_weighted(people: &[(History, f64)]) -> Result<Self, FitError> {
        let some: Vec<&(History, f64)> = people.iter().filter(|(person, _)| has_gaps(person)).collect();
        // Up to the last visit, nobody has left: the gaps are those of an NBD seen for t_x.
        let until_last = some
            .iter()
            .filter_map(|(person, weight)| Some((History::new(person.x(), person.t_x(), person.t_x()).ok()?, *weight)));
        let histories = Histories::weighted(until_last).unwrap_or_default();
        let [r, beta] = Nbd::fit(&histories, Options { prior_sd: Some(2.0) })?.model.parameters();
        let mut rhythm = Self { r, beta, weights: [1.0 / N as f64; N] };
        let n_people: f64 = some.iter().map(|(_, weight)| weight).sum();
        let likelihoods: Vec<([f64; N], f64)> =
            some.iter().map(|(person, weight)| (raised(&rhythm.ln_likelihoods(person)), *weight)).collect();
        for _ in 0..N_ROUNDS {
            let mut sums = [0.0; N];
            for (likelihood, weight) in &likelihoods {
                let shares = shares(likelihood, &rhythm.weights);
                sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += weight * share);
            }
            rhythm.weights = sums.map(|sum| sum / n_people);
        }
        Ok(rhythm)
    }

    /// How often people come: each one's gaps have the mean 1/ρ, ρ ~ Gamma(r, β); [r, β].
    pub fn parameters(&self) -> [f64; 2] {
        [self.r, self.beta]
    }

    /// The share of people with each of the [`SHAPES`].
    pub fn weights(&self) -> [f64; N] {
        self.weights
    }

    /// The mean shape of this person's gaps, given all that is known: 1 is random.
    pub fn shape(&self, person: &History) -> f64 {
        self.own(person).iter().zip(SHAPES).map(|(share, k)| share * k).sum()
    }

    /// The probability that the person's next gap is longer than `silent`, if they stay.
    pub fn longer(&self, person: &History, silent: f64) -> f64 {
        let own = self.own(person);
        self.mixed(person, &own, |next| next.longer(silent)).clamp(0.0, 1.0)
    }

    /// The silence since the last visit within which the next comes with probability `p`, if they stay and have been silent
    /// for as long as they have: the median of it, 0.5, is when they are due. Held below a thousand times what the person's
    /// gaps sum up to. Found by halving, so it takes sixty times as long as [`Rhythm::longer`]: ask for those who are shown.
    pub fn due(&self, person: &History, p: f64) -> f64 {
        let own = self.own(person);
        let silent = person.age() - person.t_x();
        let longer = |at: f64| self.mixed(person, &own, |next| next.longer(at));
        let target = longer(silent) * (1.0 - p.clamp(0.0, 1.0));
        let mut low = silent;
        let mut high = silent + 1_000.0 * (person.t_x() + self.beta);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if target < longer(middle) { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// ln of the odds that the person is gone, for a small chance of `hazard` to leave in each unit of time: hazard × ∫ of
    /// the chance that the gap lasts to u, over u up to the silence now, over the chance that it lasts until now.
    ///
    /// The hazard moves everybody's alike, so for ranks and thresholds any will do.
    pub fn ln_odds_of_gone(&self, person: &History, hazard: f64) -> f64 {
        let own = self.own(person);
        let silent = person.age() - person.t_x();
        let longer = self.mixed(person, &own, |next| next.longer(silent));
        let lasted = self.mixed(person, &own, |next| next.lasted(silent));
        let ln = |v: f64| libm::log(v.max(f64::MIN_POSITIVE));
        ln(hazard) + ln(lasted) - ln(longer)
    }

    /// The probability of each shape for this person.
    fn own(&self, person: &History) -> [f64; N] {
        if person.x() == 0 {
            return self.weights;
        }
        shares(&raised(&self.ln_likelihoods(person)), &self.weights)
    }

    fn mixed(&self, person: &History, own: &[f64; N], of: impl Fn(&Next) -> f64) -> f64 {
        let likely = own.iter().zip(SHAPES).filter(|(share, _)| NEGLIGIBLE < **share);
        likely.map(|(share, k)| share * of(&self.next(person, k))).sum()
    }

    fn next(&self, person: &History, k: f64) -> Next {
        Next { k, n: self.r + k * f64::from(person.x()), scale: self.beta / k + person.t_x() }
    }

    /// ln of the density of the person's gaps with each shape.
    fn ln_likelihoods(&self, person: &History) -> [f64; N] {
        let x = f64::from(person.x());
        SHAPES.map(|k| {
            let Next { n, scale, .. } = self.next(person, k);
            (k - 1.0) * person.litt() - x * ln_gamma(k) + ln_gamma(n) - ln_gamma(self.r)
                + self.r * libm::log(self.beta / k)
                - n * libm::log(scale)
        })
    }
}

/// The next gap of somebody with shape k: over `scale`, a ratio of gammas of shapes k and n.
struct Next {
    k: f64,
    n: f64,
    scale: f64,
}

impl Next {
    fn longer(&self, silent: f64) -> f64 {
        beta_inc(self.n, self.k, self.scale / (self.scale + silent.max(0.0)))
    }

    /// ∫ of [`Next::longer`] from 0 to `silent`: by parts, with the mean of gaps that are shorter.
    fn lasted(&self, silent: f64) -> f64 {
        let silent = silent.max(0.0);
        if self.n <= 1.01 {
            let mut sum = 0.0;
            gauss(0.0, silent, |at, weight| sum += weight * self.longer(at));
            return sum;
        }
        let share = silent / (self.scale + silent);
        let shorter = self.scale * self.k / (self.n - 1.0) * beta_inc(self.k + 1.0, self.n - 1.0, share);
        silent * self.longer(silent) + shorter
    }
}

fn has_gaps(person: &History) -> bool {
    0 < person.x() && 0.0 < person.t_x()
}

/// Likelihoods over the highest of them.
fn raised(ln: &[f64; N]) -> [f64; N] {
    let highest = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    ln.map(|ln| libm::exp(ln - highest))
}

fn shares(likelihoods: &[f64; N], weights: &[f64; N]) -> [f64; N] {
    let raised: [f64; N] = std::array::from_fn(|i| weights[i] * likelihoods[i]);
    let sum: f64 = raised.iter().sum();
    // All weight on shapes that cannot have been: then the population's is all there is to say.
    if 0.0 < sum { raised.map(|raised| raised / sum) } else { *weights }
}

/// The mean shape of many people, quickly: what depends on the number of gaps alone is in a table.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanShape {
    rhythm: Rhythm,
    /// The shapes that somebody has, by their places in [`SHAPES`], and for each: k, ln of the share, β/k.
    likely: Vec<(f64, f64, f64)>,
    /// By number of gaps, for each likely shape, what the logarithm of the likelihood has of it alone.
    by_gaps: Vec<Vec<f64>>,
    /// Of somebody without gaps.
    everyone: f64,
}

/// Up to so many gaps are in the table.
const TABLED_GAPS: u32 = 64;
/// Shapes that fewer people have are left out.
const RARE: f64 = 1e-3;

impl MeanShape {
    /// Makes the table.
    pub fn new(rhythm: Rhythm) -> Self {
        let shapes = SHAPES.iter().zip(rhythm.weights).filter(|(_, weight)| RARE <= *weight);
        let likely: Vec<_> = shapes.map(|(k, weight)| (*k, libm::log(weight), rhythm.beta / k)).collect();
        let everyone = rhythm.weights.iter().zip(SHAPES).map(|(weight, k)| weight * k).sum();
        let mut all = Self { rhythm, likely, by_gaps: Vec::new(), everyone };
        all.by_gaps =
            (0..=TABLED_GAPS).map(|x| all.likely.iter().map(|likely| all.constant(x, likely)).collect()).collect();
        all
    }

    fn constant(&self, x: u32, &(k, ln_weight, scale): &(f64, f64, f64)) -> f64 {
        let (x, r) = (f64::from(x), self.rhythm.r);
        ln_weight - x * ln_gamma(k) + ln_gamma(r + k * x) - ln_gamma(r) + r * libm::log(scale)
    }

    /// The mean shape of somebody's gaps, as [`Rhythm::shape`] has it, of `x` gaps that sum up to `t_x` and their logarithms to
    /// `litt`. Without the shapes that hardly anybody has.
    pub fn of(&self, x: u32, t_x: f64, litt: f64) -> f64 {
        if x == 0 || self.likely.is_empty() {
            return self.everyone;
        }
        let mut ln = [f64::NEG_INFINITY; N];
        let tabled = self.by_gaps.get(x as usize);
        for (i, (likely, ln)) in self.likely.iter().zip(&mut ln).enumerate() {
            let constant = tabled.map_or_else(|| self.constant(x, likely), |row| row[i]);
            let &(k, _, scale) = likely;
            *ln = constant + (k - 1.0) * litt - (self.rhythm.r + k * f64::from(x)) * libm::log(scale + t_x);
        }
        let highest = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut of_k) = (0.0, 0.0);
        for (&(k, ..), ln) in self.likely.iter().zip(ln) {
            let share = libm::exp(ln - highest);
            (sum, of_k) = (sum + share, of_k + share * k);
        }
        if 0.0 < sum { of_k / sum } else { self.everyone }
    }
}
