//! The panel: everyone's standings at the ends of several periods, in one walk; growth of any base from it.

use std::sync::Arc;

use parlour_core::change::{Account, Base};
use parlour_core::day::Day;
use parlour_core::growth::By;
pub use parlour_core::panel::Period;
use parlour_core::panel::{Followed, Follower, Panel, Sum, Tally};

use super::{Asked, population};
use crate::EngineError;
use crate::engine::Engine;

/// Most periods of one question.
pub const MAX_PERIODS: usize = 120;

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
        self.follow_with(asked, (ends, true), make, visit)
    }

    fn follow_with<S: Send>(
        &self,
        asked: &Asked,
        (ends, needs_purchases): (&[Day], bool),
        make: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, &Followed<'_>) + Sync,
    ) -> Result<Vec<S>, EngineError> {
        let snapshot = &*asked.snapshot;
        let layer = asked.slice.layer;
        let populations = self.populations_on(snapshot, layer, ends)?;
        let readings: Vec<_> = ends.iter().map(|day| self.reading(snapshot, *day)).collect();
        let populations = populations.iter().map(|all| population(all, asked.object));
        let ends: Vec<_> = readings.iter().zip(populations).collect();
        let reading_now = self.reading(snapshot, asked.on);
        let panel = Panel {
            object: asked.object,
            acquired: asked.slice.acquired,
            people: asked.slice.people.as_deref(),
            words: snapshot.words(),
            needs_purchases,
            now: &reading_now,
            ends: &ends,
        };
        let states = snapshot.on_layer(layer).visit(
            || (Follower::new(&panel), make()),
            |(follower, state), person, columns, rows| {
                follower.follow(person, columns, rows, |followed| visit(state, followed));
            },
        )?;
        Ok(states.into_iter().map(|(_, state)| state).collect())
    }

    /// What is added up of everyone of the slice, by their standings on `ends`: by a cluster, or by this server.
    pub(crate) fn tally(&self, asked: &Asked, ends: &[Day], sum: &Sum) -> Result<Tally, EngineError> {
        if self.has_afar() {
            let populations = self.populations_on(&asked.snapshot, asked.slice.layer, ends)?;
            let populations = populations.iter().map(|all| population(all, asked.object).clone()).collect();
            if let Some(tally) = self.tally_from_afar(asked, ends, populations, sum) {
                return Ok(tally);
            }
        }
        let nobody = || sum.of_nobody(asked.on);
        let add = |tally: &mut Tally, person: &Followed<'_>| sum.add(tally, person);
        let tallies = self.follow_with(asked, (ends, sum.needs_purchases()), nobody, add)?;
        let mut all = nobody();
        for tally in &tallies {
            all.merge(tally);
        }
        Ok(all)
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
        let sum = Sum::Accounts(by, base, periods.clone());
        let Tally::Accounts(accounts) = self.tally(asked, &ends, &sum)? else { unreachable!("{sum:?} is of accounts") };
        Ok(periods.into_iter().zip(accounts).collect())
    }
}
