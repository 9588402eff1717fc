//! The panel: everyone's standings at the ends of several periods, in one walk; growth of any base from it.

use std::sync::Arc;

use parlour_core::change::{Account, Base, Shares};
use parlour_core::day::Day;
use parlour_core::growth::By;
use parlour_core::key::Key;
use parlour_core::purchases::Purchases;
use parlour_core::relation::PersonFold;
use parlour_core::standing::{Standing, Yardstick};

use super::{Asked, population};
use crate::EngineError;
use crate::engine::Engine;

/// Most periods of one question.
pub const MAX_PERIODS: usize = 120;

/// A period of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
pub(crate) struct Followed<'a> {
    /// Their representative id.
    pub(crate) person: Key,
    /// Their standings on each of the days, in the order asked for; `None` before their first activity.
    pub(crate) standings: &'a [Option<Standing>],
    /// Their active days by the day asked about, in order.
    pub(crate) days: &'a [i32],
    /// What they bought by then.
    pub(crate) purchases: &'a Purchases,
}

impl Engine {
    /// The last `n` periods up to the day asked about, none before activity began, oldest first.
    pub fn periods(&self, asked: &Asked, by: By, n: usize) -> Vec<Period> {
        let last = by.period_of(asked.on);
        let first = asked.snapshot.days.map_or(last, |(first, _)| by.period_of(first.min(asked.on)));
        let period = |number: i32| Period {
            number,
            start: by.start_of(number),
            end: Day(by.start_of(number + 1).0 - 1).min(asked.on),
        };
        (first.max(last - n.clamp(1, MAX_PERIODS) as i32 + 1)..=last).map(period).collect()
    }

    /// Visits everyone of the slice with their standings on each of `ends`, none of which is after the day asked about.
    pub(crate) fn follow<S: Send>(
        &self,
        asked: &Asked,
        ends: &[Day],
        make: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, &Followed<'_>) + Sync,
    ) -> Result<Vec<S>, EngineError> {
        let snapshot = &*asked.snapshot;
        let layer = asked.slice.layer;
        let populations = self.populations_on(snapshot, layer, ends)?;
        let readings: Vec<_> = ends.iter().map(|day| self.reading(snapshot, *day)).collect();
        let yardsticks: Vec<_> = readings.iter().map(Yardstick::new).collect();
        let measures: Vec<_> =
            yardsticks.iter().zip(&populations).map(|(y, all)| (y, population(all, asked.object))).collect();
        let reading_now = self.reading(snapshot, asked.on);
        let states = snapshot.on_layer(layer).visit(
            || {
                let folds: Vec<_> = readings.iter().map(PersonFold::new).collect();
                (PersonFold::new(&reading_now), folds, vec![None; ends.len()], Purchases::default(), make())
            },
            |(fold_now, folds, standings, purchases, state), person, columns, rows| {
                fold_now.read(columns, rows.clone(), &mut |object, days, relation| {
                    if object != asked.object || !asked.slice.has(person, relation) {
                        return;
                    }
                    for ((fold, standing), (yardstick, population)) in
                        folds.iter_mut().zip(&mut *standings).zip(&measures)
                    {
                        *standing = None;
                        fold.read(columns, rows.clone(), &mut |object, _, relation| {
                            if object == asked.object {
                                let measured = yardstick.measure(relation, population);
                                *standing = Some(snapshot.in_their_words((person, object), measured, yardstick.day()));
                            }
                        });
                    }
                    purchases.read(&reading_now, columns, rows.clone(), asked.object);
                    visit(state, &Followed { person, standings, days, purchases });
                });
            },
        )?;
        Ok(states.into_iter().map(|(.., state)| state).collect())
    }

    /// The account of each of the last `n` periods, oldest first. One person counts once in each.
    pub fn accounts(
        &self,
        asked: &Asked,
        by: By,
        base: Base,
        n: usize,
    ) -> Result<Arc<Vec<(Period, Account)>>, EngineError> {
        let name = format!("accounts {by:?} {base:?} {n}");
        self.answer(asked, &name, || self.count_accounts(asked, by, base, n))
    }

    fn count_accounts(
        &self,
        asked: &Asked,
        by: By,
        base: Base,
        n: usize,
    ) -> Result<Vec<(Period, Account)>, EngineError> {
        let periods = self.periods(asked, by, n);
        let ends: Vec<Day> = match base {
            Base::Active | Base::Value => Vec::new(),
            Base::Engaged | Base::Degree => {
                periods.first().map(Period::eve).into_iter().chain(periods.iter().map(|period| period.end)).collect()
            }
        };
        let states = self.follow(
            asked,
            &ends,
            || vec![Account::default(); periods.len()],
            |accounts, person| {
                for (i, (account, period)) in accounts.iter_mut().zip(&periods).enumerate() {
                    account.add(&shares(base, by, period, i, person));
                }
            },
        )?;
        let mut sums = vec![Account::default(); periods.len()];
        for accounts in &states {
            for (sum, account) in sums.iter_mut().zip(accounts) {
                sum.merge(account);
            }
        }
        Ok(periods.into_iter().zip(sums).collect())
    }
}

/// A person's share in a base at the end of a period, the `place`th of those that were asked for, and of the one before.
pub(crate) fn shares(base: Base, by: By, period: &Period, place: usize, person: &Followed<'_>) -> Shares {
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
pub(crate) fn between(base: Base, before: Option<&Standing>, now: Option<&Standing>) -> Shares {
    let share = |standing: Option<&Standing>| match standing.filter(|standing| standing.cell.is_some()) {
        None => 0,
        Some(standing) if base == Base::Degree => standing.degree_milli,
        Some(standing) => i64::from(standing.is_engaged),
    };
    let is_positive = |standing: Option<&Standing>| standing.is_none_or(Standing::is_positive);
    let turned = base == Base::Degree && is_positive(before) && !is_positive(now);
    Shares { before: share(before), now: share(now), was_known: before.is_some(), turned }
}
