//! Growth: active people by period, and the engaged base between days.

use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::growth::{By, Flows, Growth};
use parlour_core::panel::{Sum, Tally};

use super::Asked;
use crate::EngineError;
use crate::engine::Engine;

/// The engaged base from one day to another.
#[derive(Clone, Debug)]
pub struct PeriodFlows {
    /// The period's number.
    pub period: i32,
    /// The day before its first.
    pub since: Day,
    /// Its last day, or the day asked about if that is earlier.
    pub on: Day,
    /// Who came and went.
    pub flows: Flows,
}

impl Engine {
    /// Active people by period, from the first activity to the day asked about.
    pub fn growth(&self, asked: &Asked, by: By) -> Result<Arc<Growth>, EngineError> {
        self.answer(asked, &format!("growth {by:?}"), || self.count_growth(asked, by))
    }

    fn count_growth(&self, asked: &Asked, by: By) -> Result<Growth, EngineError> {
        let first = asked.snapshot.days.map_or(asked.on, |(first, _)| first.min(asked.on));
        let sum = Sum::Growth(by, first);
        let Tally::Growth(growth) = self.tally(asked, &[], &sum)? else { unreachable!("{sum:?} is of growth") };
        Ok(growth)
    }

    /// The engaged base between the two days asked about.
    pub fn flows(&self, asked: &Asked) -> Result<Flows, EngineError> {
        let ends = [asked.since, asked.on];
        let Tally::Flows(flows) = self.tally(asked, &ends, &Sum::Flows)? else { unreachable!("flows are of flows") };
        Ok(flows)
    }

    /// The engaged base in each of the last `n` months up to the day asked about, or since activity began.
    pub fn flows_by_month(&self, asked: &Asked, n: i32) -> Result<Vec<PeriodFlows>, EngineError> {
        let last = By::Month.period_of(asked.on);
        let first = asked.snapshot.days.map_or(last, |(first, _)| By::Month.period_of(first));
        (first.max(last - n + 1)..=last)
            .map(|period| {
                let since = Day(By::Month.start_of(period).0 - 1);
                let on = Day(By::Month.start_of(period + 1).0 - 1).min(asked.on);
                let month = Asked { on, since, ..asked.clone() };
                let flows = *self.answer(&month, "flows", || self.flows(&month))?;
                Ok(PeriodFlows { period, since, on, flows })
            })
            .collect()
    }
}
