//! Cohorts: who came in the same period, how many are still there, and how fast those who were engaged leave.

use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::growth::By;
use parlour_core::worth::Outlook;

use parlour_core::panel::Followed;

use super::panel::Period;
use super::{Asked, Compared};
use crate::EngineError;
use crate::desk::outlook::Appraiser;
use crate::engine::Engine;

/// Retention windows that are told side by side, in months.
pub const WINDOWS: [u16; 3] = [12, 24, 36];
/// Days after which those who were engaged are looked at again.
pub const HORIZONS: [i32; 6] = [7, 28, 91, 182, 273, 365];

/// What a cohort is made by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum MadeBy {
    /// The period of the first active day.
    #[default]
    Acquired,
    /// Being engaged at the end of the period.
    Engaged,
}

/// What is counted of a cohort in a later period.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Counted {
    /// Who had an active day in it.
    #[default]
    Active,
    /// Who is engaged at its end.
    Engaged,
    /// What purchases in it brought, minor units.
    Value,
}

/// One cohort.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cohort {
    /// Its period.
    pub period: Period,
    /// How many people.
    pub n: u64,
    /// In its own period and each after it, up to the day asked about: people, or value.
    pub cells: Vec<i64>,
}

/// How many of a cohort are still there by each way of saying so.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Survivors {
    /// People of the cohort.
    pub n: u64,
    /// Whose silence is within each of [`WINDOWS`].
    pub within: [u64; 3],
    /// For whom the model has a say.
    pub n_modelled: u64,
    /// Their sum of chances to be there.
    pub alive: f64,
}

/// A cohort's period, `None` of those who came before all cohorts, and who of it is still there.
pub type Surviving = (Option<Period>, Survivors);

/// Of those engaged on a day, how many still are later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StillEngaged {
    /// The day on which they were.
    pub since: Day,
    /// Days later.
    pub after: i32,
    /// How many were engaged then.
    pub n_then: u64,
    /// How many of them are on the day asked about.
    pub n_still: u64,
}

impl Engine {
    /// Cohorts of the last `n` periods, oldest first, and what became of them by the day asked about.
    pub fn cohorts(
        &self,
        asked: &Asked,
        by: By,
        ways: (MadeBy, Counted),
        n: usize,
    ) -> Result<Arc<Vec<Cohort>>, EngineError> {
        self.answer(asked, &format!("cohorts {by:?} {ways:?} {n}"), || self.count_cohorts(asked, by, ways, n))
    }

    fn count_cohorts(
        &self,
        asked: &Asked,
        by: By,
        (made_by, counted): (MadeBy, Counted),
        n: usize,
    ) -> Result<Vec<Cohort>, EngineError> {
        let periods = self.periods(asked, by, n);
        let needs_standings = made_by == MadeBy::Engaged || counted == Counted::Engaged;
        let ends: Vec<Day> =
            if needs_standings { periods.iter().map(|period| period.end).collect() } else { Vec::new() };
        let empty = || {
            let cohort =
                |(i, period): (usize, &Period)| Cohort { period: *period, n: 0, cells: vec![0; periods.len() - i] };
            periods.iter().enumerate().map(cohort).collect::<Vec<Cohort>>()
        };
        let states = self.follow(asked, &ends, empty, |cohorts, person| {
            for (i, cohort) in cohorts.iter_mut().enumerate() {
                if !is_in(made_by, by, i, &cohort.period, person) {
                    continue;
                }
                cohort.n += 1;
                for (k, cell) in cohort.cells.iter_mut().enumerate() {
                    *cell = cell.wrapping_add(count(counted, &periods[i + k], i + k, person));
                }
            }
        })?;
        let mut sum = empty();
        for cohorts in &states {
            for (sum, cohort) in sum.iter_mut().zip(cohorts) {
                sum.n += cohort.n;
                sum.cells.iter_mut().zip(&cohort.cells).for_each(|(sum, cell)| *sum = sum.wrapping_add(*cell));
            }
        }
        Ok(sum)
    }

    /// Who is still there of each of the last `n` periods' newcomers, by window and by model; the last entry is of those
    /// who came before.
    pub fn survivors(&self, asked: &Asked, by: By, n: usize) -> Result<Arc<Vec<Surviving>>, EngineError> {
        self.answer(asked, &format!("survivors {by:?} {n}"), || self.count_survivors(asked, by, n))
    }

    fn count_survivors(&self, asked: &Asked, by: By, n: usize) -> Result<Vec<Surviving>, EngineError> {
        let periods = self.periods(asked, by, n);
        let outlook = self.outlook(asked)?;
        let outlook = outlook.as_ref().as_ref();
        let windows = WINDOWS.map(|months| asked.on.months_before(months).0);
        let empty = || vec![Survivors::default(); periods.len() + 1];
        let states = self.compare(
            asked,
            || (Appraiser::default(), empty()),
            |(appraiser, sums), person| {
                let period = by.period_of(Day(person.now.relation.first_day));
                let place = periods.iter().position(|known| known.number == period).unwrap_or(periods.len());
                let sum = &mut sums[place];
                sum.n += 1;
                for (n, start) in sum.within.iter_mut().zip(windows) {
                    *n += u64::from(start <= person.now.relation.last_day);
                }
                if let Some(alive) = alive(outlook, appraiser, asked, person) {
                    sum.n_modelled += 1;
                    sum.alive += alive;
                }
            },
        )?;
        let mut all = empty();
        for (_, sums) in &states {
            for (sum, more) in all.iter_mut().zip(sums) {
                sum.n += more.n;
                sum.n_modelled += more.n_modelled;
                sum.alive += more.alive;
                sum.within.iter_mut().zip(more.within).for_each(|(n, more)| *n += more);
            }
        }
        Ok(periods.into_iter().map(Some).chain([None]).zip(all).collect())
    }

    /// Of those engaged on earlier days, how many are on the day asked about; days before activity began are left out.
    pub fn still_engaged(&self, asked: &Asked) -> Result<Arc<Vec<StillEngaged>>, EngineError> {
        self.answer(asked, "still engaged", || self.count_still_engaged(asked))
    }

    fn count_still_engaged(&self, asked: &Asked) -> Result<Vec<StillEngaged>, EngineError> {
        let first = asked.snapshot.days.map_or(asked.on, |(first, _)| first);
        let days = HORIZONS.map(|after| Day(asked.on.0 - after));
        let days: Vec<Day> = days.into_iter().filter(|day| first <= *day).collect();
        let ends: Vec<Day> = days.iter().copied().chain([asked.on]).collect();
        let states = self.follow(
            asked,
            &ends,
            || vec![(0_u64, 0_u64); days.len()],
            |counts, person| {
                let (now, then) = person.standings.split_last().unwrap_or((&None, &[]));
                let is_engaged =
                    |standing: &Option<_>| standing.is_some_and(|s: parlour_core::standing::Standing| s.is_engaged);
                for ((n_then, n_still), then) in counts.iter_mut().zip(then) {
                    *n_then += u64::from(is_engaged(then));
                    *n_still += u64::from(is_engaged(then) && is_engaged(now));
                }
            },
        )?;
        let sum =
            |place: usize| states.iter().fold((0, 0), |sum, counts| (sum.0 + counts[place].0, sum.1 + counts[place].1));
        let told = |(place, since): (usize, Day)| {
            let (n_then, n_still) = sum(place);
            StillEngaged { since, after: asked.on.0 - since.0, n_then, n_still }
        };
        Ok(days.into_iter().enumerate().map(told).collect())
    }
}

fn is_in(made_by: MadeBy, by: By, place: usize, period: &Period, person: &Followed<'_>) -> bool {
    match made_by {
        MadeBy::Acquired => person.days.first().is_some_and(|day| by.period_of(Day(*day)) == period.number),
        MadeBy::Engaged => person.standings[place].is_some_and(|standing| standing.is_engaged),
    }
}

fn count(counted: Counted, period: &Period, place: usize, person: &Followed<'_>) -> i64 {
    match counted {
        Counted::Active => {
            let first = person.days.partition_point(|day| *day < period.start.0);
            i64::from(person.days.get(first).is_some_and(|day| *day <= period.end.0))
        }
        Counted::Engaged => i64::from(person.standings[place].is_some_and(|standing| standing.is_engaged)),
        Counted::Value => person.purchases.value_between(period.eve(), period.end),
    }
}

fn alive(outlook: Option<&Outlook>, appraiser: &mut Appraiser, asked: &Asked, person: &Compared<'_>) -> Option<f64> {
    appraiser.worth(outlook?, asked, person).map(|worth| worth.p_alive)
}

/// The days after which half of those engaged are no longer, between two of the horizons in a straight line; `None`
/// where more than half still are at the last.
pub fn half_life(curve: &[StillEngaged]) -> Option<f64> {
    let share = |point: &StillEngaged| point.n_still as f64 / point.n_then.max(1) as f64;
    let mut before = (0.0, 1.0);
    for point in curve.iter().filter(|point| 0 < point.n_then) {
        let now = (f64::from(point.after), share(point));
        if now.1 <= 0.5 {
            return Some(before.0 + (now.0 - before.0) * (before.1 - 0.5) / (before.1 - now.1).max(f64::MIN_POSITIVE));
        }
        before = now;
    }
    None
}
