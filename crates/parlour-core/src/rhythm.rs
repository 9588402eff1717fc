//! Rhythm: how long the gaps between one person's active days are and how regular, drawn toward everybody's, and how long
//! a silence is still within it.
//!
//! A person's gaps are Gamma(k, λ). After n gaps of S days the next one, divided by mḡ + S, is beta-prime(k, k(m + n)):
//! m gaps of the length ḡ stand for what is known of everybody. With enough people all three are learnt from them
//! ([`parlour_stats::rhythm`]), and k is the person's own: the mean of what their gaps, and everybody's, lead to expect.
//! With few people k is everybody's by Wheat and Morrison's ratio of the last two gaps, and m a parameter.

use std::sync::{LazyLock, OnceLock};

use parlour_stats::history::History;
use parlour_stats::rhythm::{MeanShape, Rhythm as OfPeople};
use parlour_stats::{beta_inc_inverse, wheat_morrison_k};
use serde::{Deserialize, Serialize};

use crate::parameters::Parameters;
use crate::population::Population;

/// More gaps of one person are as sure as this many: older ones count by their mean.
const MOST_GAPS: u32 = 64;
/// Longest time a due day can lie ahead of the last active day.
const MAX_DAYS: f64 = 36_500.0;
/// Shapes k of everybody are held in steps of a tenth, so that quantiles can be tabled.
const K_STEPS: usize = 121;
/// From so many people with two gaps on, everybody's own shape is told apart.
const ENOUGH: u64 = 50;
/// Steps to a doubling in which a person's own k, and everybody's r, are held.
const STEPS: f64 = 8.0;
/// The own shapes: 2⁻¹ to 2⁴.
const OWN_STEPS: (i32, usize) = (-8, 41);
/// r: 2⁻³ to 2⁶.
const R_STEPS: (i32, usize) = (-24, 73);
/// One, in the fixed point of logarithms.
const ONE_LN: f64 = 65_536.0;

/// ln of a gap in units of 2⁻¹⁶, rounded; 0 for none.
pub(crate) fn ln_of(gap: u32) -> u64 {
    static TABLE: LazyLock<Vec<u64>> = LazyLock::new(|| (0..2_048).map(computed).collect());
    fn computed(gap: u32) -> u64 {
        libm::round(libm::log(f64::from(gap.max(1))) * ONE_LN) as u64
    }
    TABLE.get(gap as usize).copied().unwrap_or_else(|| computed(gap))
}

/// The gaps between one person's active days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gaps {
    /// How many.
    pub n: u32,
    /// Their days.
    pub days: u64,
    /// Σ ln of them, in units of 2⁻¹⁶.
    pub ln: u64,
}

impl Gaps {
    /// Between these days, in order and each once.
    pub fn between(days: &[i32]) -> Self {
        let gaps = days.windows(2).map(|pair| pair[1].abs_diff(pair[0]));
        gaps.fold(Self::default(), |all, gap| Self {
            n: all.n + 1,
            days: all.days + u64::from(gap),
            ln: all.ln.wrapping_add(ln_of(gap)),
        })
    }

    fn litt(&self) -> f64 {
        self.ln as f64 / ONE_LN
    }

    fn history(&self) -> Option<History> {
        let days = self.days as f64;
        Some(History::new(self.n, days, days).ok()?.with_litt(self.litt()))
    }

    /// By which samples are drawn: as good as chance, and the same everywhere.
    fn lot(&self) -> u64 {
        let mut lot = self.days ^ u64::from(self.n).rotate_left(32) ^ self.ln.rotate_left(17);
        for factor in [0x9E37_79B9_7F4A_7C15_u64, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB] {
            lot = (lot ^ (lot >> 31)).wrapping_add(1).wrapping_mul(factor);
        }
        lot ^ (lot >> 29)
    }
}

/// Most kinds of gaps in a sample.
const MOST_KINDS: usize = 512;
/// So many are held before those with the highest lots are let go.
const MOST_HELD: usize = 2 * MOST_KINDS;

/// A sample of people's gaps: of all that differ those with the lowest lots, each with how many people have them. The
/// parts of a whole may be sampled in any order and merged: what is left out of one has too many below it in all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// As they came, some of them more than once.
    held: Vec<Held>,
    /// Lots above this are no longer in it.
    bar: Option<u64>,
}

/// Gaps and how many people have them; small, as there is a sample for each object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
struct Held {
    n: u32,
    days: u32,
    ln: u32,
    people: u32,
}

impl Held {
    fn gaps(&self) -> Gaps {
        Gaps { n: self.n, days: self.days.into(), ln: self.ln.into() }
    }
}

impl Sample {
    pub(crate) fn add(&mut self, gaps: &Gaps) {
        if gaps.n == 0 || self.bar.is_some_and(|bar| bar < gaps.lot()) {
            return;
        }
        // Longer than any history is left out, on every machine alike.
        let (Ok(days), Ok(ln)) = (u32::try_from(gaps.days), u32::try_from(gaps.ln)) else { return };
        self.hold(Held { n: gaps.n, days, ln, people: 1 });
    }

    fn hold(&mut self, held: Held) {
        self.held.push(held);
        if MOST_HELD <= self.held.len() {
            (self.held, self.bar) = self.kept();
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for held in &other.held {
            if self.bar.is_none_or(|bar| held.gaps().lot() <= bar) {
                self.hold(*held);
            }
        }
    }

    /// What the sample is, whichever way it came about: by lot, each kind once; and the bar from then on.
    fn kept(&self) -> (Vec<Held>, Option<u64>) {
        let mut all = self.held.clone();
        all.sort_by_cached_key(|held| (held.gaps().lot(), *held));
        all.dedup_by(|next, kept| {
            let is_same = next.gaps() == kept.gaps();
            if is_same {
                kept.people = kept.people.saturating_add(next.people);
            }
            is_same
        });
        all.truncate(MOST_KINDS);
        let bar = all.get(MOST_KINDS - 1).map(|held| held.gaps().lot());
        (all, bar)
    }

    fn histories(&self) -> Vec<(History, f64)> {
        let kept = self.kept().0;
        kept.iter().filter_map(|held| Some((held.gaps().history()?, f64::from(held.people)))).collect()
    }
}

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        self.kept() == other.kept()
    }
}

impl Eq for Sample {}

/// The gaps of a population, by which one person's silence is judged.
#[derive(Clone, PartialEq, Debug)]
pub struct Rhythm {
    mean_gap: f64,
    k_tenths: usize,
    own: Option<Own>,
}

/// What is known where there are enough people.
#[derive(Clone, PartialEq, Debug)]
struct Own {
    shapes: MeanShape,
    r_step: usize,
    r: f64,
    beta: f64,
}

impl Own {
    fn of(sample: &Sample) -> Option<Self> {
        let people = OfPeople::fit_weighted(&sample.histories()).ok()?;
        let [r, beta] = people.parameters();
        let (r_step, held) = step(r, R_STEPS);
        // The mean of the rates stays what it is.
        let beta = beta * held / r;
        (beta.is_normal() && 0.0 < beta).then(|| Self { shapes: MeanShape::new(people), r_step, r: held, beta })
    }
}

/// The step that is nearest on a scale of doublings, and what it stands for.
fn step(value: f64, (first, n): (i32, usize)) -> (usize, f64) {
    let at = libm::round(libm::log2(value.max(f64::MIN_POSITIVE)) * STEPS) - f64::from(first);
    let at = at.clamp(0.0, (n - 1) as f64);
    (at as usize, libm::exp2((at + f64::from(first)) / STEPS))
}

impl Rhythm {
    /// The rhythm of a population with this sample of gaps; `None` where nobody has come twice.
    pub(crate) fn of(population: &Population, sample: &Sample) -> Option<Self> {
        let mean_gap = population.mean_gap()?;
        let k = population.variance_of_m().map_or(1.0, wheat_morrison_k);
        let k_tenths = (libm::round(k * 10.0) as usize).clamp(1, K_STEPS - 1);
        let own = if ENOUGH <= population.n_pairs { Own::of(sample) } else { None };
        Some(Self { mean_gap, k_tenths, own })
    }
}

/// How long a silence is within the rhythm, and what that was made of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Patience {
    /// Regularity of the gaps: 1 is random, more is regular, less is in bursts.
    pub k: f64,
    /// Whether it is the person's own.
    pub is_own: bool,
    /// How many gaps everybody's stand for.
    pub m: f64,
    /// The length of each, days.
    pub mean_gap: f64,
    /// Own gaps that count.
    pub n: u32,
    /// Days in them.
    pub days: f64,
    /// The quantile of the next gap as a multiple of m ḡ + S.
    pub factor: f64,
}

impl Patience {
    /// m ḡ + S.
    pub fn weight(&self) -> f64 {
        self.m * self.mean_gap + self.days
    }

    /// Days of silence from which on somebody is overdue.
    pub fn in_days(&self) -> f64 {
        libm::ceil((self.weight() * self.factor).min(MAX_DAYS))
    }
}

/// One quantile of the next gap, for all rhythms; found out when first asked for.
#[derive(Debug)]
pub(crate) struct Quantiles {
    p: f64,
    prior_gaps: u32,
    of_all: [OnceLock<Vec<f64>>; K_STEPS],
    own: [OnceLock<Row>; R_STEPS.1],
}

/// By own shape and number of gaps.
type Row = Box<[OnceLock<f64>]>;

impl Quantiles {
    pub(crate) fn new(parameters: &Parameters) -> Self {
        Self {
            p: parameters.overdue_quantile,
            prior_gaps: parameters.prior_gaps,
            of_all: [const { OnceLock::new() }; K_STEPS],
            own: [const { OnceLock::new() }; R_STEPS.1],
        }
    }

    /// How long somebody with these gaps may be silent.
    pub(crate) fn patience(&self, rhythm: &Rhythm, gaps: &Gaps) -> Patience {
        let n = gaps.n.min(MOST_GAPS);
        let days = if n < gaps.n { gaps.days as f64 * f64::from(n) / f64::from(gaps.n) } else { gaps.days as f64 };
        let Some(own) = &rhythm.own else {
            let k = rhythm.k_tenths as f64 / 10.0;
            let m = f64::from(self.prior_gaps);
            let tabled = self.of_all[rhythm.k_tenths]
                .get_or_init(|| (0..=MOST_GAPS).map(|n| self.factor(k, k * f64::from(self.prior_gaps + n))).collect());
            return Patience { k, is_own: false, m, mean_gap: rhythm.mean_gap, n, days, factor: tabled[n as usize] };
        };
        let (k_step, k) = step(own.shapes.of(gaps.n, gaps.days as f64, gaps.litt()), OWN_STEPS);
        let n_cells = OWN_STEPS.1 * (MOST_GAPS as usize + 1);
        let row = self.own[own.r_step].get_or_init(|| (0..n_cells).map(|_| OnceLock::new()).collect());
        let cell = &row[k_step * (MOST_GAPS as usize + 1) + n as usize];
        let factor = *cell.get_or_init(|| self.factor(k, own.r + k * f64::from(n)));
        Patience { k, is_own: true, m: own.r / k, mean_gap: own.beta / own.r, n, days, factor }
    }

    fn factor(&self, k: f64, all: f64) -> f64 {
        let x = beta_inc_inverse(k, all, self.p);
        x / (1.0 - x).max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_the_same_from_any_parts_in_any_order() {
        let gaps = |i: u64| Gaps { n: (i % 7) as u32, days: i * i % 1_009, ln: i * 31 % 97 };
        let sampled = |some: &mut dyn Iterator<Item = u64>| {
            let mut sample = Sample::default();
            some.for_each(|i| sample.add(&gaps(i)));
            sample
        };
        let whole = sampled(&mut (0..9_000));
        assert_eq!(whole.kept().0.len(), MOST_KINDS);
        assert_eq!(whole, sampled(&mut (0..9_000).rev()));
        for at in [1, 300, 4_000] {
            let (mut left, right) = (sampled(&mut (at..9_000)), sampled(&mut (0..at)));
            left.merge(&right);
            assert_eq!(left, whole, "parted at {at}");
        }
        // Whoever is in the sample is in it with all who are alike.
        let kind = whole.kept().0[7];
        assert_eq!(kind.people as usize, (0..9_000).filter(|i| gaps(*i) == kind.gaps()).count());
    }

    #[test]
    fn the_own_rhythm_of_clockwork_is_shorter_than_of_bursts() {
        // Ten-day gaps on average: some to the day, others two days and then eighteen.
        let clockwork: Vec<i32> = (0..20).map(|i| i * 10).collect();
        let bursts: Vec<i32> = (0..20).map(|i| i / 2 * 20 + i % 2).collect();
        let parameters = Parameters::default();
        let mut sample = Sample::default();
        for i in 0..200 {
            let shifted =
                |days: &[i32]| Gaps::between(&days.iter().map(|day| day * (20 + i % 9) / 20).collect::<Vec<_>>());
            sample.add(&shifted(&clockwork));
            sample.add(&shifted(&bursts));
        }
        let rhythm = Rhythm { mean_gap: 10.0, k_tenths: 10, own: Own::of(&sample) };
        let quantiles = Quantiles::new(&parameters);
        let of = |days: &[i32]| quantiles.patience(&rhythm, &Gaps::between(days));
        let (regular, irregular) = (of(&clockwork), of(&bursts));
        assert!(regular.is_own && 4.0 < regular.k && irregular.k < 1.5, "{regular:?} {irregular:?}");
        assert!(regular.in_days() < 20.0 && 25.0 < irregular.in_days(), "{regular:?} {irregular:?}");
    }

    /// Somebody who comes daily for years is overdue within the week, however long ago that began.
    #[test]
    fn many_gaps_do_not_make_patient() {
        let (parameters, daily) = (Parameters::default(), |n: u32| Gaps { n, days: u64::from(n), ln: 0 });
        let rhythm = Rhythm { mean_gap: 1.0, k_tenths: 10, own: None };
        let quantiles = Quantiles::new(&parameters);
        assert_eq!(
            quantiles.patience(&rhythm, &daily(900)),
            Patience { days: 64.0, ..quantiles.patience(&rhythm, &daily(64)) }
        );
        assert!(quantiles.patience(&rhythm, &daily(900)).in_days() < 7.0);
    }
}
