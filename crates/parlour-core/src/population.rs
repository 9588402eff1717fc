//! The population of an object: sums over the relations of all its present people, by which one is measured.
//!
//! [`Population::merge`] is commutative and associative (integers only), so it may be summed in any order on any
//! number of threads or machines.

use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::reading::Reading;
use crate::relation::{Columns, PersonFold, Relation};
use crate::rhythm::{Rhythm, Sample};

/// Classes of involvement whose counts give percentiles: 16 to each doubling, from 2⁰ to 2⁶³ micropoints.
pub(crate) const N_CLASSES: usize = 63 * 16 + 1;
/// From this many classes on their counts are kept in an array of all; below it, in a list of those that occur.
const MANY_CLASSES: usize = 48;
/// One, in the fixed point of M = gap₁/(gap₁ + gap₂).
const ONE_M: u64 = 1 << 16;

/// Sums over the relations of an object's present people.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Population {
    /// How many are present.
    pub n_present: u64,
    /// Their involvement, micropoints.
    pub involvement: i128,
    /// Their gaps between active days.
    pub n_gaps: u64,
    /// The days in those gaps.
    pub gap_days: u64,
    /// How many have two gaps or more.
    pub n_pairs: u64,
    /// Σ (M − ½)² over them, M the share of the last but one gap in the last two, in units of 2⁻³².
    pub m_squares: u64,
    classes: Classes,
    sample: Sample,
    #[serde(skip)]
    rhythm: Once,
}

/// What is found out once, when first asked for; it follows from the rest and has no say in whether two are equal.
#[derive(Clone, Debug, Default)]
struct Once(OnceLock<Option<Rhythm>>);

impl PartialEq for Once {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Once {}

/// How many lie in each class of involvement. Which form it takes depends only on how many classes occur.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(into = "Vec<(u16, u64)>", from = "Vec<(u16, u64)>")]
enum Classes {
    /// Sorted by class, none empty.
    Few(Vec<(u16, u64)>),
    /// By class.
    Many(Box<[u64]>),
}

impl Default for Classes {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

/// Those that occur, which is how they are sent; a class that there is none of is left out.
impl From<Classes> for Vec<(u16, u64)> {
    fn from(classes: Classes) -> Self {
        match classes {
            Classes::Few(counts) => counts,
            Classes::Many(counts) => (0..).zip(counts).filter(|&(_, n)| n != 0).collect(),
        }
    }
}

impl From<Vec<(u16, u64)>> for Classes {
    fn from(counts: Vec<(u16, u64)>) -> Self {
        let mut classes = Self::default();
        let known = counts.into_iter().filter(|&(class, n)| usize::from(class) <= N_CLASSES && n != 0);
        known.for_each(|(class, n)| classes.count(class, n));
        classes
    }
}

impl Classes {
    fn count(&mut self, class: u16, n: u64) {
        match self {
            Self::Many(counts) => counts[class as usize] += n,
            Self::Few(counts) => match counts.binary_search_by_key(&class, |&(class, _)| class) {
                Ok(i) => counts[i].1 += n,
                Err(i) => {
                    counts.insert(i, (class, n));
                    if MANY_CLASSES <= counts.len() {
                        let mut many = vec![0; N_CLASSES + 1].into_boxed_slice();
                        for &(class, n) in counts.iter() {
                            many[class as usize] = n;
                        }
                        *self = Self::Many(many);
                    }
                }
            },
        }
    }

    fn merge(&mut self, other: &Self) {
        match other {
            Self::Few(counts) => counts.iter().for_each(|&(class, n)| self.count(class, n)),
            Self::Many(counts) => {
                let present = counts.iter().zip(0..).filter(|&(&n, _)| n != 0);
                present.for_each(|(&n, class)| self.count(class, n));
            }
        }
    }

    /// How many lie in classes below `class`.
    fn below(&self, class: u16) -> u64 {
        match self {
            Self::Few(counts) => counts.iter().take_while(|&&(c, _)| c < class).map(|&(_, n)| n).sum(),
            Self::Many(counts) => counts[..class as usize].iter().sum(),
        }
    }
}

impl Population {
    /// Counts one relation in, if its person is present.
    pub fn add(&mut self, relation: &Relation, reading: &Reading<'_>) {
        if !relation.is_present(reading) {
            return;
        }
        let involvement = relation.involvement();
        self.n_present += 1;
        self.involvement += i128::from(involvement);
        self.n_gaps += u64::from(relation.n_days.saturating_sub(1));
        self.gap_days += i64::from(relation.last_day).abs_diff(i64::from(relation.first_day));
        if relation.gap_before > 0 {
            let (before, last) = (u64::from(relation.gap_before), u64::from(relation.gap_last));
            let m = before * ONE_M / (before + last);
            self.n_pairs += 1;
            self.m_squares += m.abs_diff(ONE_M / 2).pow(2);
        }
        self.classes.count(class(involvement), 1);
        self.sample.add(&relation.gaps());
        self.rhythm = Once::default();
    }

    /// Adds the sums of `other`, whose people are others.
    pub fn merge(&mut self, other: &Self) {
        self.n_present += other.n_present;
        self.involvement += other.involvement;
        self.n_gaps += other.n_gaps;
        self.gap_days += other.gap_days;
        self.n_pairs += other.n_pairs;
        self.m_squares += other.m_squares;
        self.classes.merge(&other.classes);
        self.sample.merge(&other.sample);
        self.rhythm = Once::default();
    }

    /// The rhythm of its people, found out when first asked for; `None` where nobody has come twice.
    pub fn rhythm(&self) -> Option<&Rhythm> {
        self.rhythm.0.get_or_init(|| Rhythm::of(self, &self.sample)).as_ref()
    }

    /// The share of the present, in percent and rounded down, whose involvement lies in a lower class.
    pub fn percentile(&self, involvement: i64) -> u8 {
        let below = self.classes.below(class(involvement));
        (below * 100).checked_div(self.n_present).unwrap_or(0) as u8
    }

    /// Mean days between active days, or `None` where nobody has two.
    pub fn mean_gap(&self) -> Option<f64> {
        (self.n_gaps > 0).then(|| self.gap_days as f64 / self.n_gaps as f64)
    }

    /// Variance of M about ½, or `None` where nobody has two gaps.
    pub fn variance_of_m(&self) -> Option<f64> {
        let one = (ONE_M * ONE_M) as f64;
        (self.n_pairs > 0).then(|| self.m_squares as f64 / one / self.n_pairs as f64)
    }
}

/// Counts people into the populations of every object, on each of several days at once. What a thread or a machine counted
/// of its people merges with what others did of theirs.
#[derive(Debug)]
pub struct Census<'r> {
    readings: &'r [Reading<'r>],
    folds: Vec<PersonFold<'r>>,
    /// By reading, then by the number of the object.
    sums: Vec<Vec<Population>>,
}

impl<'r> Census<'r> {
    /// Nobody is counted yet. All readings are of the same objects.
    pub fn new(readings: &'r [Reading<'r>]) -> Self {
        let of_all = |reading: &Reading<'_>| vec![Population::default(); reading.objects.all().len()];
        Self {
            readings,
            folds: readings.iter().map(PersonFold::new).collect(),
            sums: readings.iter().map(of_all).collect(),
        }
    }

    /// Counts one person, whose rows must be sorted by object and day.
    pub fn count(&mut self, columns: &Columns, rows: &Range<usize>) {
        for ((fold, populations), reading) in self.folds.iter_mut().zip(&mut self.sums).zip(self.readings) {
            fold.read(columns, rows.clone(), &mut |object, _, relation| {
                populations[object as usize].add(relation, reading);
            });
        }
    }

    /// What was counted.
    pub fn into_sums(self) -> Vec<Vec<Population>> {
        self.sums
    }
}

/// Adds what was counted of other people, by the same readings.
pub fn merge_sums(sums: &mut [Vec<Population>], others: &[Vec<Population>]) {
    for (sum, population) in sums.iter_mut().flatten().zip(others.iter().flatten()) {
        sum.merge(population);
    }
}

/// The class of an involvement: 16 to each doubling.
pub(crate) fn class(involvement: i64) -> u16 {
    let Ok(value) = u64::try_from(involvement) else { return 0 };
    if value == 0 {
        return 0;
    }
    let doubling = value.ilog2();
    let sixteenth = if doubling >= 4 { (value >> (doubling - 4)) & 15 } else { (value << (4 - doubling)) & 15 };
    (doubling as u16 * 16 + sixteenth as u16 + 1).min(N_CLASSES as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_classes_and_many_count_alike_in_any_order() {
        let involvements: Vec<i64> = (0..4_000_i64).map(|i| i * i * i * 1_000_003 % 900_000_007).collect();
        let counted = |some: &[i64]| {
            let mut classes = Classes::default();
            for &involvement in some {
                classes.count(class(involvement), 1);
            }
            classes
        };
        for n in [0, 1, 30, 60, 400, 4_000] {
            let some = &involvements[..n];
            let all = counted(some);
            for at in [0, n / 50, n / 2, n] {
                let (mut left, right) = (counted(&some[..at]), counted(&some[at..]));
                let mut other = right.clone();
                other.merge(&left);
                left.merge(&right);
                assert_eq!((&left, &other), (&all, &all), "{n} parted at {at}");
            }
            for bound in [0, 1, 1_000_000, 500_000_000, i64::MAX] {
                let n_below = some.iter().filter(|&&other| class(other) < class(bound)).count();
                assert_eq!(all.below(class(bound)), n_below as u64);
            }
        }
        assert!(matches!(counted(&involvements), Classes::Many(_)), "4000 people lie in few classes");
    }
}
