//! The overview: how many are in which cell and stage, how they moved, and where they engage.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::event::Layer;
use parlour_core::growth::{Flow, Flows, From};
use parlour_core::relation::PersonFold;
use parlour_core::standing::{Cell, Stage};

use super::Asked;
use crate::EngineError;
use crate::engine::Engine;
use crate::snapshot::Snapshot;

/// Counts of everyone on two days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// The engaged base.
    pub flows: Flows,
    /// Present people by cell, now.
    pub cells: BTreeMap<Cell, u64>,
    /// Present people by cell, then.
    pub cells_before: BTreeMap<Cell, u64>,
    /// People by stage, now; the defected too.
    pub stages: BTreeMap<Stage, u64>,
    /// People by where they came from and where they are; `None` is gone.
    pub moves: BTreeMap<(From, Option<Cell>), u64>,
}

impl Overview {
    fn merge(&mut self, other: &Self) {
        self.flows.merge(&other.flows);
        add_all(&mut self.cells, &other.cells);
        add_all(&mut self.cells_before, &other.cells_before);
        add_all(&mut self.stages, &other.stages);
        add_all(&mut self.moves, &other.moves);
    }
}

/// How many people there are, and what they did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// People with any activity, toward whatever.
    pub n_people: u64,
    /// What was done, by the verb as it is stored; verbs that nobody did are left out.
    pub by_verb: Vec<VerbUse>,
}

/// How much a verb was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerbUse {
    /// The verb as it is stored.
    pub stored: String,
    /// Events.
    pub n: u64,
    /// People who did it.
    pub n_people: u64,
    /// The last day on which anybody did.
    pub last_day: Day,
}

/// How much a verb was done, while it is counted.
#[derive(Clone, Copy)]
struct Use {
    n: u64,
    n_people: u64,
    last_day: i32,
    /// The person who was last counted.
    person: u64,
}

impl Default for Use {
    fn default() -> Self {
        Self { n: 0, n_people: 0, last_day: i32::MIN, person: 0 }
    }
}

impl Use {
    fn take(&mut self, n: u64, day: i32, person: u64) {
        self.n = self.n.wrapping_add(n);
        self.last_day = self.last_day.max(day);
        if self.person != person {
            self.person = person;
            self.n_people += 1;
        }
    }
}

fn add_all<K: Ord + Copy>(counts: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, n) in more {
        *counts.entry(*key).or_default() += n;
    }
}

impl Engine {
    /// Counts everyone.
    pub fn overview(&self, asked: &Asked) -> Result<Arc<Overview>, EngineError> {
        self.answer(asked, "overview", || self.count_overview(asked))
    }

    fn count_overview(&self, asked: &Asked) -> Result<Overview, EngineError> {
        let states = self.compare(asked, Overview::default, |overview, person| {
            if let Some(flow) = Flow::between(person.before.as_ref(), Some(&person.now)) {
                overview.flows.add(flow);
            }
            if let Some(cell) = person.before.and_then(|standing| standing.cell) {
                *overview.cells_before.entry(cell).or_default() += 1;
            }
            if let Some(cell) = person.now.cell {
                *overview.cells.entry(cell).or_default() += 1;
            }
            *overview.stages.entry(person.now.stage).or_default() += 1;
            let from = From::of(person.before.as_ref());
            // Whoever was gone and still is did not move.
            if from != From::Returned || person.now.cell.is_some() {
                *overview.moves.entry((from, person.now.cell)).or_default() += 1;
            }
        })?;
        let mut sum = Overview::default();
        for overview in &states {
            sum.merge(overview);
        }
        Ok(sum)
    }

    /// Involvement of the recent window by layer, in micropoints; layers without any are left out.
    pub fn layers(&self, asked: &Asked) -> Result<Arc<Vec<(Layer, i128)>>, EngineError> {
        self.answer(asked, "layers", || self.count_layers(asked))
    }

    fn count_layers(&self, asked: &Asked) -> Result<Vec<(Layer, i128)>, EngineError> {
        let reading = self.reading(&asked.snapshot, asked.on);
        let from = asked.on.0 - self.settings.standing.recent_days as i32;
        let states = asked.snapshot.on_layer(asked.slice.layer).visit(
            || (PersonFold::new(&reading), [0i128; 7]),
            |(fold, sums), person, columns, rows| {
                if !asked.slice.is_everyone() {
                    let mut is_in = false;
                    fold.read(columns, rows.clone(), &mut |object, _, relation| {
                        is_in |= object == asked.object && asked.slice.has(person, relation);
                    });
                    if !is_in {
                        return;
                    }
                }
                for row in rows {
                    let is_seen = columns.day[row] > from && columns.day[row] <= asked.on.0;
                    if is_seen && asked.snapshot.objects.line(columns.object[row]).contains(&asked.object) {
                        let layer = columns.layer[row] as usize;
                        let points = reading.meaning(columns.verb[row]).micropoints[layer];
                        let age = asked.on.0 - columns.day[row];
                        sums[layer] += i128::from(reading.contribution(points, columns.n[row], age));
                    }
                }
            },
        )?;
        let sum = |layer: Layer| states.iter().map(|(_, sums)| sums[layer as usize]).sum::<i128>();
        Ok(Layer::ALL.into_iter().map(|layer| (layer, sum(layer))).filter(|(_, sum)| *sum > 0).collect())
    }

    /// Counts all people and all they did, on whatever day.
    pub fn census(&self, snapshot: &Snapshot) -> Result<Census, EngineError> {
        let n_verbs = snapshot.verbs.names().len();
        let states = snapshot.everyone().visit(
            || (0, vec![Use::default(); n_verbs]),
            |(n_people, uses), _, columns, rows| {
                *n_people += 1;
                for row in rows {
                    if let Some(used) = uses.get_mut(columns.verb[row] as usize) {
                        used.take(columns.n[row], columns.day[row], *n_people);
                    }
                }
            },
        )?;
        let by_verb = snapshot.verbs.names().iter().enumerate().map(|(verb, stored)| {
            let uses = || states.iter().map(|(_, uses)| uses[verb]);
            VerbUse {
                stored: stored.to_string(),
                n: uses().map(|used| used.n).sum(),
                n_people: uses().map(|used| used.n_people).sum(),
                last_day: Day(uses().map(|used| used.last_day).max().unwrap_or(i32::MIN)),
            }
        });
        let mut by_verb: Vec<_> = by_verb.filter(|used| used.n > 0).collect();
        by_verb.sort_unstable_by(|a, b| a.stored.cmp(&b.stored));
        Ok(Census { n_people: states.iter().map(|(n_people, _)| n_people).sum(), by_verb })
    }

    /// How many people did anything with what may be spoken of, on whatever day.
    pub fn n_people_seen(&self, asked: &Asked) -> Result<u64, EngineError> {
        let states = asked.snapshot.everyone().visit(
            || 0,
            |n, _, columns, mut rows| *n += u64::from(rows.any(|row| asked.may_see(columns.object[row]))),
        )?;
        Ok(states.into_iter().sum())
    }

    /// Rows of activity in memory, those being sealed among them.
    pub fn n_tail_rows(&self) -> usize {
        let state = self.state();
        state.tail.n_rows() + state.sealing.as_ref().map_or(0, |tail| tail.n_rows())
    }
}
