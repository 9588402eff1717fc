//! The overview: how many are in which cell and stage, how they moved, and where they engage.

use std::collections::BTreeMap;

use parlour_core::event::Layer;
use parlour_core::growth::{Flow, Flows, From};
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
    /// Events by verb as it is stored, by name; verbs that nobody did are left out.
    pub by_verb: Vec<(String, u64)>,
}

fn add_all<K: Ord + Copy>(counts: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, n) in more {
        *counts.entry(*key).or_default() += n;
    }
}

impl Engine {
    /// Counts everyone.
    pub fn overview(&self, asked: &Asked) -> Result<Overview, EngineError> {
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
    pub fn layers(&self, asked: &Asked) -> Result<Vec<(Layer, i128)>, EngineError> {
        let reading = self.reading(&asked.snapshot, asked.on);
        let from = asked.on.0 - self.settings.standing.recent_days as i32;
        let states = asked.snapshot.everyone().visit(
            || [0i128; 7],
            |sums, _, columns, rows| {
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
        let sum = |layer: Layer| states.iter().map(|sums| sums[layer as usize]).sum::<i128>();
        Ok(Layer::ALL.into_iter().map(|layer| (layer, sum(layer))).filter(|(_, sum)| *sum > 0).collect())
    }

    /// Counts all people and all they did, on whatever day.
    pub fn census(&self, snapshot: &Snapshot) -> Result<Census, EngineError> {
        let states = snapshot.everyone().visit(
            || (0, vec![0_u64; snapshot.verbs.names().len()]),
            |(n_people, by_verb), _, columns, rows| {
                *n_people += 1;
                for row in rows {
                    if let Some(n) = by_verb.get_mut(columns.verb[row] as usize) {
                        *n = n.wrapping_add(columns.n[row]);
                    }
                }
            },
        )?;
        let n_of = |verb: usize| states.iter().map(|(_, by_verb)| by_verb[verb]).sum::<u64>();
        let by_verb = snapshot.verbs.names().iter().enumerate().map(|(verb, name)| (name.to_string(), n_of(verb)));
        let mut by_verb: Vec<_> = by_verb.filter(|(_, n)| *n > 0).collect();
        by_verb.sort_unstable();
        Ok(Census { n_people: states.iter().map(|(n_people, _)| n_people).sum(), by_verb })
    }

    /// Rows of activity in memory, those being sealed among them.
    pub fn n_tail_rows(&self) -> usize {
        let state = self.state();
        state.tail.n_rows() + state.sealing.as_ref().map_or(0, |tail| tail.n_rows())
    }
}
