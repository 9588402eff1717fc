//! The overview: how many are in which cell and stage, how they moved, and where they engage.

use std::collections::BTreeMap;

use parlour_core::event::Layer;
use parlour_core::growth::{Flow, Flows, From};
use parlour_core::standing::{Cell, Stage};

use super::Asked;
use crate::EngineError;
use crate::engine::Engine;

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
}
