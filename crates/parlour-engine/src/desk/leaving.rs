//! Leaving: how many are on their way out, by how, and what that puts at risk.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::leaving::{Farewell, reason};
use parlour_core::reading::Reading;
use parlour_core::relation::Columns;
use parlour_core::standing::Stage;
use parlour_core::worth::Quadrant;

use super::Asked;
use super::outlook::Appraiser;
use super::people::Listed;
use crate::EngineError;
use crate::engine::Engine;

/// The stages of leaving, in the order in which there is most to be done.
pub const LEAVING: [Stage; 4] = [Stage::Disengaging1, Stage::Lapsed, Stage::Disengaging2, Stage::Defected];

/// People of one stage, and what they are worth; all in minor units of margin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Toll {
    /// People.
    pub n: u64,
    /// Of the trailing year.
    pub current_minor: i64,
    /// Expected of the year ahead.
    pub potential_minor: i64,
    /// At risk.
    pub at_risk_minor: i64,
}

/// Everyone by stage, and by quadrant whoever the models have a say about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tolls {
    /// People of each stage.
    pub by_stage: BTreeMap<Stage, Toll>,
    /// People in each quadrant.
    pub by_quadrant: BTreeMap<Quadrant, u64>,
}

impl Tolls {
    fn merge(&mut self, other: &Self) {
        for (stage, toll) in &other.by_stage {
            self.by_stage.entry(*stage).or_default().add(toll);
        }
        for (quadrant, n) in &other.by_quadrant {
            *self.by_quadrant.entry(*quadrant).or_default() += n;
        }
    }
}

impl Toll {
    fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.current_minor = self.current_minor.wrapping_add(other.current_minor);
        self.potential_minor = self.potential_minor.wrapping_add(other.potential_minor);
        self.at_risk_minor = self.at_risk_minor.wrapping_add(other.at_risk_minor);
    }
}

impl Engine {
    /// Everyone by stage and quadrant, and what they are worth.
    pub fn tolls(&self, asked: &Asked) -> Result<Arc<Tolls>, EngineError> {
        self.answer(asked, "tolls", || self.count_tolls(asked))
    }

    fn count_tolls(&self, asked: &Asked) -> Result<Tolls, EngineError> {
        let outlook = self.outlook(asked)?;
        let outlook = outlook.as_ref().as_ref();
        let states = self.compare(
            asked,
            || (Appraiser::default(), Tolls::default()),
            |(appraiser, tolls), person| {
                let worth = outlook.and_then(|outlook| appraiser.worth(outlook, asked, person));
                let toll = worth.map_or(Toll { n: 1, ..Toll::default() }, |worth| Toll {
                    n: 1,
                    current_minor: worth.current_minor,
                    potential_minor: worth.potential_minor,
                    at_risk_minor: worth.at_risk_minor,
                });
                tolls.by_stage.entry(person.now.stage).or_default().add(&toll);
                if let Some(worth) = worth {
                    *tolls.by_quadrant.entry(worth.quadrant).or_default() += 1;
                }
            },
        )?;
        let mut all = Tolls::default();
        for (_, tolls) in &states {
            all.merge(tolls);
        }
        Ok(all)
    }

    /// Why each of these people is on a list of those who leave, in words.
    pub fn reasons(&self, asked: &Asked, people: &[Listed]) -> Result<Vec<String>, EngineError> {
        let reading = self.reading(&asked.snapshot, asked.on);
        let told = |listed: &Listed| {
            let columns = self.rows_of_person(&asked.snapshot, listed.person)?;
            let grievance = grievance(asked, &reading, &columns);
            Ok(reason(&Farewell {
                on: asked.on,
                standing: &listed.standing,
                since: asked.since,
                before: listed.before.as_ref(),
                worth: listed.worth.as_ref(),
                grievance: grievance.as_ref().map(|(what, day)| (what.as_str(), *day)),
            }))
        };
        people.iter().map(told).collect()
    }
}

/// The last thing in these rows that was negative toward the object, with its day.
fn grievance(asked: &Asked, reading: &Reading<'_>, columns: &Columns) -> Option<(String, Day)> {
    let is_negative = |row: usize| {
        let kind = reading.meaning(columns.verb[row]).feeling.unwrap_or(columns.kind[row]);
        kind < 0
            && columns.day[row] <= asked.on.0
            && asked.snapshot.objects.line(columns.object[row]).contains(&asked.object)
    };
    let last = (0..columns.len()).filter(|&row| is_negative(row)).max_by_key(|&row| columns.day[row])?;
    Some((reading.name_of(columns.verb[last]).to_owned(), Day(columns.day[last])))
}
