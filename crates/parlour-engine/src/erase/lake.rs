//! Forgetting in the lake: every run that has a row of theirs is written anew without it.

use std::sync::{Arc, PoisonError};

use parlour_lake::run::{RunFile, Written};
use parlour_lake::without::{self, Subjects};
use parlour_store::{run, tally};

use super::Counts;
use crate::engine::Engine;
use crate::seal::Range;
use crate::state::LiveRun;
use crate::{EngineError, clock};

impl Engine {
    /// Returns how many rows of which kind were left out.
    pub(super) fn forget_in_lake(&self, subjects: &Subjects) -> Result<Counts, EngineError> {
        let _no_merges = self.compacting.lock().unwrap_or_else(PoisonError::into_inner);
        let _no_seals = self.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts = Counts::new();
        for kind in ["activity", "event"] {
            for old in self.runs(kind) {
                let n = self.forget_in_run(kind, &old, subjects)?;
                *counts.entry(if kind == "event" { "events" } else { "rows of activity" }.to_owned()).or_default() += n;
            }
        }
        for row in self.database.read(|conn| run::list(conn, "standing"))? {
            *counts.entry("kept standings".to_owned()).or_default() += self.forget_in_kept(&row, subjects)?;
        }
        self.put_away_at_once()?;
        Ok(counts)
    }

    fn forget_in_run(&self, kind: &str, old: &LiveRun, subjects: &Subjects) -> Result<u64, EngineError> {
        if !without::has_any(&old.file, subjects)? {
            return Ok(0);
        }
        let (folder, name) = (self.lake_path(kind), name_of(&old.row));
        let written = if kind == "event" {
            without::events(&old.file, subjects, (&folder, &name))
        } else {
            let verbs = Arc::clone(&self.state().verbs);
            without::activity(&old.file, subjects, (&folder, &name), &verbs)
        };
        let swapped = written.map_err(EngineError::from).and_then(|written| {
            let n = left_out(&old.row, &written);
            let file = Arc::new(RunFile::open(&folder.join(&written.file))?);
            let row = range_of(&old.row).row(kind, written, Some(&file));
            let erased = if kind == "event" { n as i64 } else { 0 };
            self.replace_all(
                kind,
                std::slice::from_ref(old),
                (&[], &[(tally::ERASED, erased)]),
                LiveRun { row, file },
            )?;
            Ok(n)
        });
        swapped.inspect_err(|error| self.clear_away(&name, error))
    }

    fn forget_in_kept(&self, old: &run::Run, subjects: &Subjects) -> Result<u64, EngineError> {
        let path = self.lake_path(&old.file);
        let file = RunFile::open(&path)?;
        if !without::has_any(&file, subjects)? {
            return Ok(0);
        }
        let (folder, name) = (self.lake_path("standing"), format!("{}-{:x}.parquet", old.min_day, clock::now()));
        let written = without::standings(&file, subjects, (&folder, &name));
        let swapped = written.map_err(EngineError::from).and_then(|written| {
            let n = left_out(old, &written);
            let row = range_of(old).row("standing", written, None);
            let id = old.id;
            self.shelve(std::slice::from_ref(&row))?;
            self.database.write(move |conn| run::replace(conn, &[id], &[row]))?;
            // Unlike after a merge, a file that stays would be a fault: see the end of `forget_in_lake`.
            self.put_away([path.clone()]);
            Ok(n)
        });
        swapped.inspect_err(|error| self.clear_away(&name, error))
    }
}

fn left_out(old: &run::Run, written: &Written) -> u64 {
    (old.n_rows.max(0) as u64).saturating_sub(written.n_rows)
}

fn range_of(row: &run::Run) -> Range {
    Range { seqs: (row.first_seq, row.last_seq), days: (row.min_day, row.max_day), level: row.level }
}

fn name_of(row: &run::Run) -> String {
    format!("{:012}-{:012}-{}-{:x}.parquet", row.first_seq, row.last_seq, row.level, clock::now())
}
