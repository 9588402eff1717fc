//! What a model sees of a person: how many repeats, when the last, how old; and many people, duplicates counted once.

use std::cmp::Ordering;

use thiserror::Error;

/// One person's past, all times since their first purchase, in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    x: u32,
    t_x: f64,
    age: f64,
    litt: f64,
}

/// Why a history is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// A time is NaN, infinite or negative.
    #[error("`{0}` is not a finite, non-negative time; give times since the first purchase")]
    Time(&'static str),
    /// The last repeat is later than today, or there is one without repeats.
    #[error("`t_x` does not fit; it must be 0 without repeats and at most the age `T` with them")]
    Order,
    /// A weight is NaN, infinite or negative.
    #[error("`weight` is not a finite, non-negative number of people; leave it out for 1")]
    Weight,
}

impl History {
    /// `x` repeats, the last of them at `t_x`, seen until `age` (the papers' T).
    pub fn new(x: u32, t_x: f64, age: f64) -> Result<Self, HistoryError> {
        for (name, time) in [("t_x", t_x), ("T", age)] {
            if !time.is_finite() || time < 0.0 {
                return Err(HistoryError::Time(name));
            }
        }
        if age < t_x || (x == 0 && 0.0 < t_x) {
            return Err(HistoryError::Order);
        }
        Ok(Self { x, t_x, age, litt: 0.0 })
    }

    /// A newcomer: no repeats at age 0. What models expect of them is their unconditional expectation.
    pub const NEW: Self = Self { x: 0, t_x: 0.0, age: 0.0, litt: 0.0 };

    /// With the sum of the logarithms of the gaps between purchases, which only MBG/CNBD-k needs; a sum that is not
    /// finite (a gap of 0) is taken as 0.
    #[must_use]
    pub fn with_litt(self, litt: f64) -> Self {
        Self { litt: if litt.is_finite() { litt } else { 0.0 }, ..self }
    }

    /// Repeat purchases.
    pub fn x(&self) -> u32 {
        self.x
    }

    /// Time of the last repeat; 0 without one.
    pub fn t_x(&self) -> f64 {
        self.t_x
    }

    /// Time since the first purchase, the papers' T.
    pub fn age(&self) -> f64 {
        self.age
    }

    /// Σ ln(gap).
    pub fn litt(&self) -> f64 {
        self.litt
    }

    fn order(&self, other: &Self) -> Ordering {
        let times = || self.age.total_cmp(&other.age).then(self.t_x.total_cmp(&other.t_x));
        self.x.cmp(&other.x).then_with(times)
    }
}

/// Distinct (x, T, t_x) with how many people have it, sorted in that order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) x: u32,
    pub(crate) t_x: f64,
    pub(crate) age: f64,
    pub(crate) weight: f64,
}

/// Everyone's histories, each distinct one kept once with its number of people.
///
/// 32 bytes per distinct history.
#[derive(Debug, Clone, Default)]
pub struct Histories {
    pub(crate) rows: Vec<Row>,
    n_people: f64,
    sum_x: f64,
    sum_age: f64,
    sum_litt: f64,
}

impl Histories {
    /// Sorts and counts. The order in which people come does not matter.
    pub fn new(people: impl IntoIterator<Item = History>) -> Self {
        let weighted = people.into_iter().map(|history| (history, 1.0));
        Self::build(weighted)
    }

    /// The same of histories that are counted already.
    pub fn weighted(people: impl IntoIterator<Item = (History, f64)>) -> Result<Self, HistoryError> {
        let people: Vec<_> = people.into_iter().collect();
        if people.iter().any(|(_, weight)| !weight.is_finite() || *weight < 0.0) {
            return Err(HistoryError::Weight);
        }
        Ok(Self::build(people))
    }

    fn build(people: impl IntoIterator<Item = (History, f64)>) -> Self {
        let mut all = Self::default();
        all.rows.extend(people.into_iter().filter(|(_, weight)| 0.0 < *weight).map(|(history, weight)| {
            all.sum_litt += weight * history.litt;
            Row { x: history.x, t_x: history.t_x, age: history.age, weight }
        }));
        all.rows.sort_unstable_by(Row::order);
        all.rows.dedup_by(|next, kept| {
            let is_same = next.order(kept) == Ordering::Equal;
            if is_same {
                kept.weight += next.weight;
            }
            is_same
        });
        for row in &all.rows {
            all.n_people += row.weight;
            all.sum_x += row.weight * f64::from(row.x);
            all.sum_age += row.weight * row.age;
        }
        all
    }

    /// How many people.
    pub fn n_people(&self) -> f64 {
        self.n_people
    }

    /// How many distinct histories.
    pub fn n_distinct(&self) -> usize {
        self.rows.len()
    }

    /// Each distinct history with its number of people; `litt` is not kept apart.
    pub fn iter(&self) -> impl Iterator<Item = (History, f64)> + '_ {
        self.rows.iter().map(|row| (row.history(), row.weight))
    }

    pub(crate) fn sum_x(&self) -> f64 {
        self.sum_x
    }

    pub(crate) fn sum_litt(&self) -> f64 {
        self.sum_litt
    }

    /// The mean age, or 1 where that is no unit of time.
    pub(crate) fn mean_age(&self) -> f64 {
        let mean = self.sum_age / self.n_people;
        if mean.is_normal() { mean } else { 1.0 }
    }

    /// About `n` rows that stand for all, drawn at even steps of the running number of people: to start a fit from.
    pub(crate) fn thinned(&self, n: usize) -> Self {
        let step = self.n_people / n as f64;
        let (mut seen, mut n_drawn) = (0.0, 0.0);
        Self::build(self.rows.iter().filter_map(|row| {
            seen += row.weight;
            let due = (seen / step).round();
            let weight = (due - n_drawn) * step;
            n_drawn = due;
            (0.0 < weight).then_some((row.history(), weight))
        }))
    }

    /// Runs of equal x.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (u32, &[Row])> {
        self.rows.chunk_by(|a, b| a.x == b.x).map(|rows| (rows[0].x, rows))
    }
}

impl Row {
    pub(crate) fn of(history: &History) -> Self {
        Self { x: history.x, t_x: history.t_x, age: history.age, weight: 1.0 }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.history().order(&other.history())
    }

    pub(crate) fn history(&self) -> History {
        History { x: self.x, t_x: self.t_x, age: self.age, litt: 0.0 }
    }
}
