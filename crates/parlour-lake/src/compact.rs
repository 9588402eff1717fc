//! Compaction: several runs of activity become one, rows with equal keys added up; several runs of events become one.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_select::interleave::interleave_record_batch;
use parlour_core::activity::{ActivityRow, LakeOrder, Verbs, lake_order};

use crate::activity::{ActivityWriter, read_rows};
use crate::event;
use crate::run::{EVENT_GROUP_ROWS, LakeError, RunFile, RunWriter, Written};

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
    let mut merging = Merging::default();
    for run in runs {
        merging.heads.push(EventHead { run, group: 0, batch: None, place: 0 });
        merging.load(merging.heads.len() - 1)?;
    }
    let mut writer = RunWriter::create(folder, name, event::schema(), true)?;
    while let Some(head) = merging.least() {
        merging.pick(head)?;
        if merging.picked.len() >= EVENT_GROUP_ROWS {
            merging.write(&mut writer)?;
        }
    }
    merging.write(&mut writer)?;
    writer.finish(runs.iter().flat_map(|run| run.verbs.iter().map(String::as_str)))
}

/// Runs of events on their way to one.
#[derive(Default)]
struct Merging<'a> {
    heads: Vec<EventHead<'a>>,
    /// Row groups that are read and not yet written: those of the heads, and those that are used up.
    batches: Vec<RecordBatch>,
    /// What comes next, by batch and place.
    picked: Vec<(usize, usize)>,
}

struct EventHead<'a> {
    run: &'a RunFile,
    group: usize,
    /// Which batch it is in; `None` at its end.
    batch: Option<usize>,
    place: usize,
}

impl Merging<'_> {
    /// The head whose event comes first.
    fn least(&self) -> Option<usize> {
        let heads = (0..self.heads.len()).filter_map(|i| Some((i, self.order(&self.heads[i])?)));
        heads.min_by_key(|(_, order)| *order).map(|(i, _)| i)
    }

    fn order(&self, head: &EventHead<'_>) -> Option<(&[u8], i64, i64)> {
        let batch = &self.batches[head.batch?];
        let subject = batch.column(event::SUBJECT).as_binary::<i32>().value(head.place);
        let at = batch.column(event::AT).as_primitive::<TimestampMicrosecondType>().value(head.place);
        let seq = batch.column(event::SEQ).as_primitive::<Int64Type>().value(head.place);
        Some((subject, at, seq))
    }

    fn pick(&mut self, i: usize) -> Result<(), LakeError> {
        let head = &mut self.heads[i];
        let Some(batch) = head.batch else { return Ok(()) };
        self.picked.push((batch, head.place));
        head.place += 1;
        if head.place >= self.batches[batch].num_rows() { self.load(i) } else { Ok(()) }
    }

    /// Reads a head's next row group.
    fn load(&mut self, i: usize) -> Result<(), LakeError> {
        let head = &mut self.heads[i];
        (head.batch, head.place) = (None, 0);
        while head.batch.is_none() && head.group < head.run.groups.len() {
            if let Some(batch) = event::read_group(head.run, head.group)? {
                head.batch = Some(self.batches.len());
                self.batches.push(batch);
            }
            head.group += 1;
        }
        Ok(())
    }

    /// Writes what was picked as one row group, and lets go of what is used up.
    fn write(&mut self, writer: &mut RunWriter) -> Result<(), LakeError> {
        if self.picked.is_empty() {
            return Ok(());
        }
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let merged = interleave_record_batch(&batches, &self.picked)
            .map_err(|error| LakeError::damaged(&self.heads[0].run.path, error))?;
        writer.write_group(&merged)?;
        self.picked.clear();
        let used = std::mem::take(&mut self.batches);
        for head in &mut self.heads {
            if let Some(batch) = &mut head.batch {
                self.batches.push(used[*batch].clone());
                *batch = self.batches.len() - 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use parlour_core::event::{Layer, Space};
    use parlour_core::key::Key;

    use super::*;
    use crate::event::{EventWriter, LakeEvent, read_events};

    fn event(seq: i64) -> LakeEvent {
        // Subjects in no order, several events of each.
        let subject = Key((seq as u128 / 3).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
        LakeEvent {
            subject,
            at: seq % 5,
            object: Key(1),
            parent: None,
            also: Vec::new(),
            layer: Layer::Web,
            space: Space::Owned,
            target: None,
            verb: "viewed".to_owned(),
            reply_to: None,
            text: Some(format!("text {seq}")),
            rating: None,
            value: None,
            seconds: 0,
            paid: false,
            scored: true,
            message: None,
            extra: None,
            source: "shop".to_owned(),
            seq,
            said_at: None,
            received_at: 7,
        }
    }

    fn order(event: &LakeEvent) -> ([u8; 16], i64, i64) {
        (event.subject.to_bytes(), event.at, event.seq)
    }

    #[test]
    fn merged_events_keep_their_order_and_fill_their_groups() {
        let folder = tempfile::tempdir().unwrap();
        let n = 3 * EVENT_GROUP_ROWS as i64 + 5;
        let mut runs = Vec::new();
        // Groups of all sizes, so that runs go on to their next one in the midst of a group that is written.
        for (part, most) in [(0, 10_000), (1, 701), (2, 16_384), (3, 1)] {
            let is_of_part = |seq: &i64| if part == 3 { seq % 997 == 0 } else { seq % 997 != 0 && seq % 3 == part };
            let mut events: Vec<LakeEvent> = (0..n).filter(is_of_part).map(event).collect();
            events.sort_unstable_by_key(order);
            let name = format!("{part}.parquet");
            let mut writer = EventWriter::create(folder.path(), &name).unwrap();
            events.chunks(most).for_each(|group| writer.write_group(group).unwrap());
            writer.finish().unwrap();
            runs.push(Arc::new(RunFile::open(&folder.path().join(name)).unwrap()));
        }
        let written = super::events(&runs, folder.path(), "all.parquet").unwrap();
        let all = RunFile::open(&folder.path().join("all.parquet")).unwrap();
        let groups: Vec<Vec<LakeEvent>> = (0..all.groups.len()).map(|at| read_events(&all, at).unwrap()).collect();
        let (last, full) = groups.split_last().unwrap();
        assert!(full.iter().all(|group| group.len() == EVENT_GROUP_ROWS) && last.len() == 5, "{}", last.len());
        let mut wanted: Vec<LakeEvent> = (0..n).map(event).collect();
        wanted.sort_unstable_by_key(order);
        assert_eq!((groups.concat(), written.n_rows), (wanted, n as u64));
    }
}
