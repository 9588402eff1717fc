//! The panel: everyone's standings with one object on several days, person after person, and what is added up of them.
//!
//! Sums are of integers over people, so whoever adds up which people has no say in them: one thread, several, or a cluster.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::change::{Account, Base, Shares};
use crate::day::Day;
use crate::growth::{By, Flow, Flows, Growth};
use crate::key::Key;
use crate::objects::ObjectId;
use crate::population::Population;
use crate::purchases::Purchases;
use crate::reading::Reading;
use crate::relation::{Columns, PersonFold, Relation};
use crate::said::Word;
use crate::standing::{Standing, Yardstick};

/// A period of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Period {
    /// Its number.
    pub number: i32,
    /// Its first day.
    pub start: Day,
    /// Its last day, or the day asked about if that is earlier.
    pub end: Day,
}

impl Period {
    /// The last day of the period before.
    pub fn eve(&self) -> Day {
        Day(self.start.0 - 1)
    }
}

/// One person over several days.
#[derive(Clone, Copy, Debug)]
pub struct Followed<'a> {
    /// Their representative id.
    pub person: Key,
    /// Their standings on each of the days, in the order asked for; `None` before their first activity.
    pub standings: &'a [Option<Standing>],
    /// Their active days by the day asked about, in order.
    pub days: &'a [i32],
    /// What they bought by then, where the panel needs it.
    pub purchases: &'a Purchases,
}

/// Who is followed toward what, and what they say of it themselves.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a, S> {
    /// The object.
    pub object: ObjectId,
    /// Those whose first active day lies in this period, if one is given.
    pub acquired: Option<(By, i32)>,
    /// These people, if they are given.
    pub people: Option<&'a HashSet<Key>>,
    /// What people say of their own standings, which is laid over what is measured.
    pub words: &'a HashMap<(Key, ObjectId), Word, S>,
    /// Whether it matters what they bought, which takes time to read.
    pub needs_purchases: bool,
    /// The reading of the day asked about.
    pub now: &'a Reading<'a>,
    /// The readings of the days, none of which is later, and the population of each by which people are measured.
    pub ends: &'a [(&'a Reading<'a>, &'a Population)],
}

/// Follows one person after another.
pub struct Follower<'a, S> {
    panel: &'a Panel<'a, S>,
    now: PersonFold<'a>,
    ends: Vec<(PersonFold<'a>, Yardstick<'a>, &'a Population)>,
    standings: Vec<Option<Standing>>,
    purchases: Purchases,
}

impl<S: BuildHasher> Panel<'_, S> {
    fn has(&self, person: Key, relation: &Relation) -> bool {
        self.people.is_none_or(|people| people.contains(&person))
            && self.acquired.is_none_or(|(by, period)| by.period_of(Day(relation.first_day)) == period)
    }

    fn in_their_words(&self, person: Key, standing: Standing, on: Day) -> Standing {
        match self.words.get(&(person, self.object)) {
            Some(word) => word.over(standing, on),
            None => standing,
        }
    }
}

impl<'a, S: BuildHasher> Follower<'a, S> {
    /// Ready for the first.
    pub fn new(panel: &'a Panel<'a, S>) -> Self {
        let ends = panel.ends.iter();
        let ends = ends.map(|(reading, population)| (PersonFold::new(reading), Yardstick::new(reading), *population));
        Self {
            panel,
            now: PersonFold::new(panel.now),
            ends: ends.collect(),
            standings: vec![None; panel.ends.len()],
            purchases: Purchases::default(),
        }
    }

    /// Reads the rows of a person, all of them here, and tells of them if they are among those who are followed.
    pub fn follow(&mut self, person: Key, columns: &Columns, rows: Range<usize>, tell: impl FnOnce(&Followed<'_>)) {
        let Self { panel, now, ends, standings, purchases } = self;
        let mut tell = Some(tell);
        now.read(columns, rows.clone(), &mut |object, days, relation| {
            if object != panel.object || !panel.has(person, relation) {
                return;
            }
            for ((fold, yardstick, population), standing) in ends.iter_mut().zip(&mut *standings) {
                if yardstick.day() == panel.now.day {
                    *standing =
                        Some(panel.in_their_words(person, yardstick.measure(relation, population), yardstick.day()));
                    continue;
                }
                *standing = None;
                fold.read(columns, rows.clone(), &mut |object, _, relation| {
                    if object == panel.object {
                        let measured = yardstick.measure(relation, population);
                        *standing = Some(panel.in_their_words(person, measured, yardstick.day()));
                    }
                });
            }
            if panel.needs_purchases {
                purchases.read(panel.now, columns, rows.clone(), object);
            }
            if let Some(tell) = tell.take() {
                tell(&Followed { person, standings, days, purchases });
            }
        });
    }
}

/// What is added up of those who are followed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Sum {
    /// Active people by period, since a day.
    Growth(By, Day),
    /// The account of each period; by standings on the eve of the first and the end of each, where the base is of standings.
    Accounts(By, Base, Vec<Period>),
    /// The engaged base between the two days.
    Flows,
}

/// What was added up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are those of Sum")]
pub enum Tally {
    Growth(Growth),
    Accounts(Vec<Account>),
    Flows(Flows),
}

impl Sum {
    /// Whether it matters what people bought.
    pub fn needs_purchases(&self) -> bool {
        matches!(self, Self::Accounts(_, Base::Value, _))
    }

    /// The sum of nobody, as of a day.
    pub fn of_nobody(&self, on: Day) -> Tally {
        match self {
            Self::Growth(by, first) => Tally::Growth(Growth::new(*by, *first, on)),
            Self::Accounts(_, _, periods) => Tally::Accounts(vec![Account::default(); periods.len()]),
            Self::Flows => Tally::Flows(Flows::default()),
        }
    }

    /// Counts one person in.
    pub fn add(&self, tally: &mut Tally, person: &Followed<'_>) {
        match (self, tally) {
            (Self::Growth(..), Tally::Growth(growth)) => growth.add(person.days),
            (Self::Accounts(by, base, periods), Tally::Accounts(accounts)) => {
                for (place, (account, period)) in accounts.iter_mut().zip(periods).enumerate() {
                    account.add(&shares(*base, *by, period, place, person));
                }
            }
            (Self::Flows, Tally::Flows(flows)) => {
                let at = |place: usize| person.standings.get(place).and_then(Option::as_ref);
                if let Some(flow) = Flow::between(at(0), at(1)) {
                    flows.add(flow);
                }
            }
            (Self::Growth(..) | Self::Accounts(..) | Self::Flows, _) => {}
        }
    }
}

impl Tally {
    /// Adds what was added up of other people. Returns whether both are of one sum; where not, nothing is added.
    pub fn merge(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::Growth(sum), Self::Growth(more)) if sum.is_of_same_periods(more) => sum.merge(more),
            (Self::Accounts(sums), Self::Accounts(more)) if sums.len() == more.len() => {
                sums.iter_mut().zip(more).for_each(|(sum, more)| sum.merge(more));
            }
            (Self::Flows(sum), Self::Flows(more)) => sum.merge(more),
            (Self::Growth(_) | Self::Accounts(_) | Self::Flows(_), _) => return false,
        }
        true
    }
}

/// A person's share in a base at the end of a period, the `place`th of those that were asked for, and of the one before.
pub fn shares(base: Base, by: By, period: &Period, place: usize, person: &Followed<'_>) -> Shares {
    let before_start = by.start_of(period.number - 1);
    match base {
        Base::Active => {
            let has = |from: Day, to: Day| {
                let first = person.days.partition_point(|day| *day < from.0);
                i64::from(person.days.get(first).is_some_and(|day| *day <= to.0))
            };
            let was_known = person.days.first().is_some_and(|day| *day < period.start.0);
            let (before, now) = (has(before_start, period.eve()), has(period.start, period.end));
            Shares { before, now, was_known, turned: false }
        }
        Base::Value => {
            let days = person.purchases.days();
            let value = |from: Day, to: Day| person.purchases.value_between(Day(from.0 - 1), to).max(0);
            let was_known = days.first().is_some_and(|(day, _)| *day < period.start.0);
            let (before, now) = (value(before_start, period.eve()), value(period.start, period.end));
            Shares { before, now, was_known, turned: false }
        }
        Base::Engaged | Base::Degree => {
            let at = |place: usize| person.standings.get(place).copied().flatten();
            between(base, at(place).as_ref(), at(place + 1).as_ref())
        }
    }
}

/// A person's share in the engaged base, or in the sum of degrees, on two days.
pub fn between(base: Base, before: Option<&Standing>, now: Option<&Standing>) -> Shares {
    let share = |standing: Option<&Standing>| match standing.filter(|standing| standing.cell.is_some()) {
        None => 0,
        Some(standing) if base == Base::Degree => standing.degree_milli,
        Some(standing) => i64::from(standing.is_engaged),
    };
    let is_positive = |standing: Option<&Standing>| standing.is_none_or(Standing::is_positive);
    let turned = base == Base::Degree && is_positive(before) && !is_positive(now);
    Shares { before: share(before), now: share(now), was_known: before.is_some(), turned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_other_things_are_not_added() {
        let sums = [
            Sum::Growth(By::Month, Day(0)),
            Sum::Accounts(By::Month, Base::Active, vec![Period { number: 1, start: Day(0), end: Day(30) }]),
            Sum::Flows,
        ];
        for (i, one) in sums.iter().enumerate() {
            for (j, other) in sums.iter().enumerate() {
                let mut tally = one.of_nobody(Day(100));
                assert_eq!(tally.merge(&other.of_nobody(Day(100))), i == j);
            }
        }
        let mut longer = sums[0].of_nobody(Day(400));
        assert!(!longer.merge(&sums[0].of_nobody(Day(100))));
    }
}
