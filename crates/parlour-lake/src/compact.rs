//! Compaction: several runs of activity become one, rows with equal keys added up; several runs of events become one.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_select::interleave::interleave_record_batch;
use parlour_core::activity::{ActivityRow, LakeOrder, Verbs, lake_order};

use crate::activity::{ActivityWriter, read_rows};
use crate::event;
use crate::run::{GROUP_ROWS, LakeError, RunFile, RunWriter, Written};

/// Merges runs of activity into a new one called `name` in `folder`. `verbs` must know the runs' verbs.
pub fn activity(runs: &[Arc<RunFile>], folder: &Path, name: &str, verbs: &Verbs) -> Result<Written, LakeError> {
    let mut writer = ActivityWriter::create(folder, name, verbs)?;
    merged(runs, Vec::new(), verbs, |row| writer.push(row))?;
    writer.finish()
}

/// Tells `each` every row of the runs and of `more` (in lake order itself), in lake order, rows with equal keys added
/// up.
pub fn merged(
    runs: &[Arc<RunFile>],
    more: Vec<ActivityRow>,
    verbs: &Verbs,
    mut each: impl FnMut(&ActivityRow) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let order = lake_order(verbs);
    let mut heads = vec![RowHead { run: None, group: 0, rows: more, place: 0 }];
    for run in runs {
        let mut head = RowHead { run: Some(run), group: 0, rows: Vec::new(), place: 0 };
        head.load(verbs)?;
        heads.push(head);
    }
    let mut sum: Option<(LakeOrder, ActivityRow)> = None;
    loop {
        let least = heads.iter_mut().filter(|head| !head.is_done()).min_by_key(|head| order(&head.row().key));
        let Some(head) = least else { break };
        let row = *head.row();
        head.advance(verbs)?;
        let place = order(&row.key);
        match &mut sum {
            Some((same, sum)) if *same == place => sum.sums.merge(&row.sums),
            _ => {
                if let Some((_, done)) = sum.replace((place, row)) {
                    each(&done)?;
                }
            }
        }
    }
    sum.map_or(Ok(()), |(_, done)| each(&done))
}

struct RowHead<'a> {
    run: Option<&'a RunFile>,
    group: usize,
    rows: Vec<ActivityRow>,
    place: usize,
}

impl RowHead<'_> {
    fn is_done(&self) -> bool {
        self.place >= self.rows.len()
    }

    fn row(&self) -> &ActivityRow {
        &self.rows[self.place]
    }

    fn load(&mut self, verbs: &Verbs) -> Result<(), LakeError> {
        self.rows.clear();
        self.place = 0;
        let Some(run) = self.run else { return Ok(()) };
        while self.rows.is_empty() && self.group < run.groups.len() {
            self.rows = read_rows(run, self.group, verbs)?;
            self.group += 1;
        }
        Ok(())
    }

    fn advance(&mut self, verbs: &Verbs) -> Result<(), LakeError> {
        self.place += 1;
        if self.is_done() { self.load(verbs) } else { Ok(()) }
    }
}

/// Merges runs of events into a new one called `name` in `folder`, in order of subject, time, and place in the journal.
pub fn events(runs: &[Arc<RunFile>], folder: &Path, name: &str) -> Result<Written, LakeError> {
    let mut heads: Vec<EventHead<'_>> = Vec::new();
    for run in runs {
        let mut head = EventHead { run, group: 0, batch: None, place: 0 };
        head.load()?;
        heads.push(head);
    }
    let mut writer = RunWriter::create(folder, name, event::schema(), true)?;
    let mut picked: Vec<(usize, usize)> = Vec::with_capacity(GROUP_ROWS);
    loop {
        let least = (0..heads.len()).filter(|&i| heads[i].batch.is_some()).min_by_key(|&i| heads[i].order());
        if let Some(i) = least {
            picked.push((i, heads[i].place));
            heads[i].place += 1;
        }
        let is_used_up = least.is_some_and(|i| heads[i].is_used_up());
        if picked.len() >= GROUP_ROWS || is_used_up || (least.is_none() && !picked.is_empty()) {
            write_picked(&mut heads, &mut picked, &mut writer)?;
        }
        if let Some(i) = least.filter(|_| is_used_up) {
            heads[i].load()?;
        }
        if least.is_none() {
            break;
        }
    }
    writer.finish(runs.iter().flat_map(|run| run.verbs.iter().map(String::as_str)))
}

/// Writes what was picked from the heads' batches, as one row group.
fn write_picked(
    heads: &mut [EventHead<'_>],
    picked: &mut Vec<(usize, usize)>,
    writer: &mut RunWriter,
) -> Result<(), LakeError> {
    let empty = RecordBatch::new_empty(event::schema());
    let batches: Vec<&RecordBatch> = heads.iter().map(|head| head.batch.as_ref().unwrap_or(&empty)).collect();
    let merged =
        interleave_record_batch(&batches, picked).map_err(|error| LakeError::damaged(&heads[0].run.path, error))?;
    writer.write_group(&merged)?;
    picked.clear();
    Ok(())
}

struct EventHead<'a> {
    run: &'a RunFile,
    group: usize,
    batch: Option<RecordBatch>,
    place: usize,
}

impl EventHead<'_> {
    fn order(&self) -> (&[u8], i64, i64) {
        let Some(batch) = &self.batch else { return (&[], 0, 0) };
        let subject = batch.column(event::SUBJECT).as_binary::<i32>().value(self.place);
        let at = batch.column(event::AT).as_primitive::<TimestampMicrosecondType>().value(self.place);
        let seq = batch.column(event::SEQ).as_primitive::<arrow_array::types::Int64Type>().value(self.place);
        (subject, at, seq)
    }

    fn is_used_up(&self) -> bool {
        self.batch.as_ref().is_none_or(|batch| self.place >= batch.num_rows())
    }

    fn load(&mut self) -> Result<(), LakeError> {
        self.batch = None;
        self.place = 0;
        while self.batch.is_none() && self.group < self.run.groups.len() {
            self.batch = event::read_group(self.run, self.group)?;
            self.group += 1;
        }
        Ok(())
    }
}
