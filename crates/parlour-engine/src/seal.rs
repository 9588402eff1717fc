//! Sealing and compaction: the tail moves into the lake, and runs of the lake become fewer.
//!
//! Files first, fsynced; then one transaction that makes them count and moves the cursor; then memory follows. A crash
//! between leaves files that no row speaks of, which the next start removes.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use parlour_core::activity::Verbs;
use parlour_core::day::Day;
use parlour_core::event::Event;
use parlour_core::key::Key;
use parlour_lake::activity::ActivityWriter;
use parlour_lake::compact;
use parlour_lake::event::{EventWriter, LakeEvent};
use parlour_lake::run::{EVENT_GROUP_ROWS, RunFile, Written};
use parlour_store::{StoreError, journal, run, tally};

use crate::backup;
use crate::bodies::names_upto;
use crate::duplicates::{self, SeenFile};
use crate::engine::{Engine, RUN_KINDS};
use crate::state::{LiveRun, State};
use crate::tail::{NO_DAYS, Tail};
use crate::window::WindowClock;
use crate::{EngineError, clock, codec};

/// Bits of a lake event's place in the journal that number it within its batch.
const PLACE_BITS: u32 = 16;
const PLACE_MASK: i64 = (1 << PLACE_BITS) - 1;
/// Batches read at once while sealing.
const SEAL_BATCHES: usize = 16;
/// Why a seal is not done twice.
const SEALED_BEFORE: &str = "these batches were sealed by a try whose outcome was not known then; start parlour anew";

impl Engine {
    /// Seals the tail into the lake if it is long enough (or `is_forced` and not empty); returns whether it did. While
    /// it works, events go on being folded into a new tail and readers see both.
    pub fn seal_once(&self, is_forced: bool) -> Result<bool, EngineError> {
        let _one_at_a_time = self.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.leads() {
            return Ok(false);
        }
        let Some((tail, verbs)) = self.take_tail(is_forced) else { return Ok(false) };
        let Some((first, last)) = tail.batches else { return Ok(false) };
        let _span = tracing::info_span!("seal", first, last).entered();
        let stamp = format!("{first:012}-{last:012}-0-{:x}", clock::now());
        self.seal(&tail, &verbs, &stamp).inspect_err(|error| self.clear_away(&stamp, error))?;
        Ok(true)
    }

    /// Removes files begun in vain, so that each new try on a full disk does not leave it fuller. Where the database
    /// cannot say whether it took them, they stay; the next start knows.
    pub(crate) fn clear_away(&self, stamp: &str, error: &EngineError) {
        let never_written = matches!(
            error,
            EngineError::Lake(_) | EngineError::Journal { .. } | EngineError::Store(StoreError::Follows)
        );
        if !error.is_full() && !never_written {
            return;
        }
        for kind in RUN_KINDS {
            let Ok(files) = std::fs::read_dir(self.lake_path(kind)) else { continue };
            for file in files.flatten().filter(|file| file.file_name().to_string_lossy().starts_with(stamp)) {
                let removed = std::fs::remove_file(file.path());
                // What lost the lead had put it there.
                if let (true, Ok(()), Some(remote)) = (matches!(error, EngineError::Store(_)), removed, &self.remote)
                    && let Err(error) = remote.remove(&format!("{kind}/{}", file.file_name().to_string_lossy()))
                {
                    tracing::debug!(%error, "a file begun in vain is removed from the store by the next that leads");
                }
            }
        }
    }

    fn seal(&self, tail: &Tail, verbs: &Verbs, stamp: &str) -> Result<(), EngineError> {
        let Some((first, last)) = tail.batches else { return Ok(()) };
        let range = tail.range((first, last));
        let written = write_activity(&self.lake_path("activity"), &format!("{stamp}.parquet"), tail, verbs)?;
        let activity = self.live("activity", written, &range)?;
        let events = self.write_events(stamp, tail)?;
        let filter = self.write_seen(tail, stamp, &range)?;
        let mut rows = vec![activity.row.clone()];
        rows.extend(events.iter().map(|run| run.row.clone()));
        rows.extend(filter.iter().map(|(row, _)| row.clone()));
        let clock = tail.clock;
        self.shelve(&rows)?;
        let (ids, has_bodies) = self.database.write(move |conn| {
            if journal::cursor(conn, journal::SEAL)? >= last {
                return Err(StoreError::Aborted(SEALED_BEFORE.to_owned()));
            }
            let bodies = names_upto(conn, last)?;
            journal::leave(conn, &bodies)?;
            let ids = run::insert(conn, &rows)?;
            journal::set_cursor(conn, "seal", last)?;
            clock.write(conn)?;
            journal::delete_upto(conn, last)?;
            Ok((ids, !bodies.is_empty()))
        })?;
        let mut state = self.state_mut();
        state.activity.push(activity.with_id(ids[0]));
        state.events.extend(events.into_iter().zip(&ids[1..]).map(|(run, id)| run.with_id(*id)));
        let last_id = *ids.last().expect("a run of activity was inserted");
        state.filters.extend(filter.map(|(row, file)| (run::Run { id: last_id, ..row }, Arc::new(file))));
        state.sealing = None;
        state.version += 1;
        self.note_unsealed(&state);
        drop(state);
        if has_bodies && backup::nobody_copies(&self.folder).is_some() {
            self.remove_bodies()
                .unwrap_or_else(|error| tracing::warn!(%error, "objects of the journal are removed later"));
        }
        Ok(())
    }

    /// Counts what is not sealed yet.
    pub(crate) fn note_unsealed(&self, state: &State) {
        let n = state.tail.n_arrived + state.sealing.as_ref().map_or(0, |tail| tail.n_arrived);
        self.n_unsealed.store(n, Ordering::Relaxed);
    }

    /// Writes the message ids of a tail, where there are any.
    fn write_seen(&self, tail: &Tail, stamp: &str, range: &Range) -> Result<Option<(run::Run, SeenFile)>, EngineError> {
        if tail.seen.is_empty() {
            return Ok(None);
        }
        let (folder, name) = (self.lake_path("filter"), format!("{stamp}.seen"));
        let seen = tail.seen.iter().map(|(id, seen)| (*id, *seen)).collect();
        let n_bytes = duplicates::write(&folder, &name, seen)?;
        let file = SeenFile::open(&folder.join(&name))?;
        let written = Written { file: name, n_rows: 0, n_bytes, digest: String::new() };
        Ok(Some((range.row("filter", written, None), file)))
    }

    /// Takes what is to be sealed out of the way of the fold; what an earlier try could not seal comes first.
    fn take_tail(&self, is_forced: bool) -> Option<(Arc<Tail>, Arc<Verbs>)> {
        let mut state = self.state_mut();
        if state.sealing.is_none() {
            let enough = if is_forced { 1 } else { self.settings.engine.seal_events };
            let is_enough = state.tail.n_arrived >= enough || (is_forced && state.tail.batches.is_some());
            if !is_enough {
                return None;
            }
            let next = state.tail.next(self.settings.engine.seal_events as usize);
            state.sealing = Some(Arc::new(std::mem::replace(&mut state.tail, next)));
        }
        Some((Arc::clone(state.sealing.as_ref()?), Arc::clone(&state.verbs)))
    }

    /// For how long a repeated message id is recognised, microseconds.
    pub(crate) fn window(&self) -> i64 {
        Day(self.settings.engine.duplicate_window_days as i32).start_micros()
    }

    fn is_in_window(&self, received_at: i64, latest: i64) -> bool {
        received_at >= latest.saturating_sub(self.window())
    }

    /// Forgets the files of message ids whose window is over, by the clock as it was sealed: events since then may be
    /// folded once more after a crash, and must find what they found.
    fn forget_filters(&self) -> Result<bool, EngineError> {
        let Some(clock) = self.database.read(WindowClock::read)? else { return Ok(false) };
        let is_over = |filter: &SeenFile| !self.is_in_window(filter.received_at, clock.now());
        let expired: Vec<run::Run> =
            self.state().filters.iter().filter(|(_, file)| is_over(file)).map(|(row, _)| row.clone()).collect();
        if expired.is_empty() {
            return Ok(false);
        }
        let ids: Vec<i64> = expired.iter().map(|row| row.id).collect();
        self.database.write(move |conn| run::remove(conn, &ids))?;
        self.state_mut().filters.retain(|(row, _)| !expired.iter().any(|gone| gone.file == row.file));
        self.put_away(expired.iter().map(|row| self.lake_path(&row.file)));
        Ok(true)
    }

    /// Writes the events behind a tail in lake order, as one run. A tail that grew much longer than it should, since
    /// sealing could not keep up, becomes several, so that what is in memory for one is bounded.
    fn write_events(&self, stamp: &str, tail: &Tail) -> Result<Vec<LiveRun>, EngineError> {
        let Some((first, last)) = tail.batches else { return Ok(Vec::new()) };
        let seal_events = self.settings.engine.seal_events;
        let n_runs = tail.n_arrived.div_ceil(seal_events.saturating_add(seal_events / 4)).max(1);
        let most = tail.n_arrived.div_ceil(n_runs) as usize;
        let (mut runs, mut after) = (Vec::new(), first - 1);
        while after < last {
            let sheaf = self.sheaf(tail, (after, last), most)?;
            let part = if runs.is_empty() { String::new() } else { format!("-{}", runs.len()) };
            let written = self.write_sheaf(&format!("{stamp}{part}.parquet"), &sheaf)?;
            runs.push(self.live("event", written, &tail.range((after + 1, sheaf.upto)))?);
            after = sheaf.upto;
        }
        Ok(runs)
    }

    /// Read, an event takes several times what it takes as it lies in the journal, so no more of them are read at once
    /// than a row group has.
    fn write_sheaf(&self, name: &str, sheaf: &Sheaf) -> Result<Written, EngineError> {
        let mut writer = EventWriter::create(&self.lake_path("event"), name)?;
        for rows in sheaf.rows.chunks(EVENT_GROUP_ROWS) {
            let event = |row: &Row| {
                let (batch, plain) = &sheaf.batches[row.batch as usize];
                let event = codec::event_at(plain, row.offset);
                let event = event.map_err(|reason| EngineError::Journal { seq: batch.seq, reason })?;
                let place = (row.seq & PLACE_MASK) as u32;
                Ok(self.lake_event(event, (&batch.arrival.source, batch.arrival.received_at), seq_of(batch.seq, place)))
            };
            writer.write_group(&rows.iter().map(event).collect::<Result<Vec<_>, EngineError>>()?)?;
        }
        Ok(writer.finish()?)
    }

    /// The events behind a tail in the batches after one and up to another, from the journal, without repeats: `most` or
    /// little more.
    fn sheaf(&self, tail: &Tail, (after, last): (i64, i64), most: usize) -> Result<Sheaf, EngineError> {
        let mut sheaf = Sheaf { batches: Vec::new(), rows: Vec::with_capacity(most), upto: after };
        let mut n_arrived = 0;
        while sheaf.upto < last && n_arrived < most {
            let batches = self.read_journal(sheaf.upto, SEAL_BATCHES)?;
            if batches.first().is_none_or(|batch| last < batch.seq) {
                sheaf.upto = last;
            }
            for mut batch in batches.into_iter().filter(|batch| batch.seq <= last) {
                if n_arrived >= most {
                    break;
                }
                sheaf.upto = batch.seq;
                n_arrived += batch.arrival.n as usize;
                let failed = |reason| EngineError::Journal { seq: batch.seq, reason };
                let plain = codec::unpack_bytes(&std::mem::take(&mut batch.arrival.body)).map_err(failed)?;
                let dropped = tail.dropped.get(&batch.seq).map_or(&[][..], Vec::as_slice);
                let number = sheaf.batches.len() as u32;
                for (place, found) in (0..).zip(codec::places(&plain).map_err(failed)?) {
                    if dropped.binary_search(&place).is_err() {
                        let subject = self.secret.key(found.kind, found.id);
                        let seq = seq_of(batch.seq, place);
                        sheaf.rows.push(Row { subject, at: found.at, seq, batch: number, offset: found.offset });
                    }
                }
                sheaf.batches.push((batch, plain));
            }
        }
        sheaf.rows.sort_unstable_by_key(|row| (row.subject, row.at, row.seq));
        Ok(sheaf)
    }

    /// An event as it lies in the lake: who sent it and when, and its place in the journal.
    pub(crate) fn lake_event(&self, event: Event, (source, received_at): (&str, i64), seq: i64) -> LakeEvent {
        LakeEvent {
            subject: event.subject.key(&self.secret),
            at: event.at,
            object: event.object.key(&self.secret),
            parent: event.parent.map(|name| name.key(&self.secret)),
            also: event.also.iter().map(|name| name.key(&self.secret)).collect(),
            layer: event.layer,
            space: event.space,
            target: event.target.map(|name| name.key(&self.secret)),
            verb: event.verb,
            reply_to: event.reply_to,
            text: event.text,
            rating: event.rating,
            value: event.value,
            seconds: event.seconds,
            paid: event.paid,
            scored: event.scored,
            message: event.message,
            extra: event.extra,
            source: source.to_owned(),
            seq,
            said_at: event.said_at,
            received_at,
        }
    }

    fn live(&self, kind: &str, written: Written, range: &Range) -> Result<LiveRun, EngineError> {
        let path = self.folder.join("lake").join(kind).join(&written.file);
        let file = Arc::new(RunFile::open(&path)?);
        let row = range.row(kind, written, Some(&file));
        Ok(LiveRun { row, file })
    }

    /// Merges runs of one level into one of the next where there are enough, or forgets what is too old; returns whether
    /// it did. Sealing goes on meanwhile.
    pub fn compact_once(&self) -> Result<bool, EngineError> {
        let _one_at_a_time = self.compacting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.forget_filters()? {
            return Ok(true);
        }
        let fan_in = self.settings.engine.compact_fan_in;
        for kind in ["activity", "event"] {
            let runs = self.runs(kind);
            let levels: std::collections::BTreeSet<i64> = runs.iter().map(|run| run.row.level).collect();
            for level in levels {
                let same: Vec<LiveRun> = runs.iter().filter(|run| run.row.level == level).cloned().collect();
                if same.len() >= fan_in {
                    self.merge(kind, &same[..fan_in], level + 1)?;
                    return Ok(true);
                }
            }
        }
        self.compact_filters(fan_in)
    }

    /// The same for the message ids that are remembered; those whose window is over are forgotten.
    fn compact_filters(&self, fan_in: usize) -> Result<bool, EngineError> {
        let filters = self.state().filters.clone();
        let levels: std::collections::BTreeSet<i64> = filters.iter().map(|(row, _)| row.level).collect();
        let due = levels.into_iter().find_map(|level| {
            let same: Vec<_> = filters.iter().filter(|(row, _)| row.level == level).take(fan_in).collect();
            (same.len() >= fan_in).then_some(same)
        });
        let Some(old) = due else { return Ok(false) };
        let latest = filters.iter().map(|(_, filter)| filter.received_at).max().unwrap_or(0);
        let since = latest.saturating_sub(self.window());
        let rows = || old.iter().map(|(row, _)| row);
        let (first, last) =
            (rows().map(|r| r.first_seq).min().unwrap_or(0), rows().map(|r| r.last_seq).max().unwrap_or(0));
        let level = rows().map(|r| r.level).max().unwrap_or(0) + 1;
        let name = format!("{first:012}-{last:012}-{level}-{:x}.seen", clock::now());
        let folder = self.lake_path("filter");
        let files: Vec<&SeenFile> = old.iter().map(|(_, file)| &**file).collect();
        let merged = duplicates::merge(&files, since, &folder, &name).map_err(EngineError::from);
        let merged = merged.and_then(|n_bytes| {
            let file = SeenFile::open(&folder.join(&name))?;
            let range = Range { seqs: (first, last), days: days_of(rows()), level };
            let row =
                range.row("filter", Written { file: name.clone(), n_rows: 0, n_bytes, digest: String::new() }, None);
            let (gone, inserted): (Vec<i64>, _) = (rows().map(|row| row.id).collect(), vec![row.clone()]);
            self.shelve(&inserted)?;
            let ids = self.database.write(move |conn| run::replace(conn, &gone, &inserted))?;
            let mut state = self.state_mut();
            state.filters.retain(|(row, _)| !old.iter().any(|(old, _)| old.id == row.id));
            state.filters.push((run::Run { id: ids[0], ..row }, Arc::new(file)));
            Ok(())
        });
        merged.inspect_err(|error| self.clear_away(&name, error))?;
        self.put_away(rows().map(|row| self.lake_path(&row.file)));
        Ok(true)
    }

    /// Seals everything and merges all runs of each kind into one.
    pub fn compact_all(&self) -> Result<(), EngineError> {
        if !self.leads() {
            return Err(StoreError::Follows.into());
        }
        self.seal_once(true)?;
        let _one_at_a_time = self.compacting.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in ["activity", "event"] {
            let runs = self.runs(kind);
            if runs.len() > 1 {
                let level = runs.iter().map(|run| run.row.level).max().unwrap_or(0);
                self.merge(kind, &runs, level + 1)?;
            }
        }
        Ok(())
    }

    pub(crate) fn runs(&self, kind: &str) -> Vec<LiveRun> {
        let state = self.state();
        if kind == "event" { state.events.clone() } else { state.activity.clone() }
    }

    fn merge(&self, kind: &str, old: &[LiveRun], level: i64) -> Result<(), EngineError> {
        let _span = tracing::info_span!("merge", kind, level, n_runs = old.len()).entered();
        let files: Vec<Arc<RunFile>> = old.iter().map(|run| Arc::clone(&run.file)).collect();
        let verbs = Arc::clone(&self.state().verbs);
        let rows = || old.iter().map(|run| &run.row);
        let (first, last) =
            (rows().map(|r| r.first_seq).min().unwrap_or(0), rows().map(|r| r.last_seq).max().unwrap_or(0));
        let range = Range { seqs: (first, last), days: days_of(rows()), level };
        let name = format!("{first:012}-{last:012}-{level}-{:x}.parquet", clock::now());
        let folder = self.folder.join("lake").join(kind);
        let written = if kind == "event" {
            compact::events(&files, &folder, &name)
        } else {
            compact::activity(&files, &folder, &name, &verbs)
        };
        let merged = written.map_err(EngineError::from);
        let merged = merged.and_then(|written| self.replace(kind, old, self.live(kind, written, &range)?));
        merged.inspect_err(|error| self.clear_away(&name, error))
    }

    /// Puts one run in the place of others, in the database and for readers, and unlinks the others.
    pub(crate) fn replace(&self, kind: &str, old: &[LiveRun], new: LiveRun) -> Result<(), EngineError> {
        self.replace_all(kind, old, (&[], &[]), new)
    }

    /// The same where some of the others cannot be read and are none of the readers', and something is counted with it.
    pub(crate) fn replace_all(
        &self,
        kind: &str,
        old: &[LiveRun],
        (damaged, counts): (&[run::Run], &[(&'static str, i64)]),
        new: LiveRun,
    ) -> Result<(), EngineError> {
        let ids: Vec<i64> = old.iter().map(|run| run.row.id).collect();
        let gone: Vec<i64> = ids.iter().copied().chain(damaged.iter().map(|row| row.id)).collect();
        let row = new.row.clone();
        let counts = counts.to_vec();
        self.shelve(std::slice::from_ref(&row))?;
        let new_ids = self.database.write(move |conn| {
            tally::add(conn, &counts)?;
            run::replace(conn, &gone, &[row])
        })?;
        let new = new.with_id(new_ids[0]);
        let mut state = self.state_mut();
        let of_kind = if kind == "event" { &mut state.events } else { &mut state.activity };
        of_kind.retain(|run| !ids.contains(&run.row.id));
        of_kind.push(new);
        of_kind.sort_by_key(|run| run.row.first_seq);
        state.damaged.retain(|row| !damaged.contains(row));
        state.version += 1;
        drop(state);
        // Readers that still hold one read on; a file left by a crash here is an orphan, removed at start.
        self.put_away(
            damaged.iter().map(|row| self.lake_path(&row.file)).chain(old.iter().map(|run| run.file.path.clone())),
        );
        Ok(())
    }
}

/// Batches of the journal as they lie there, and the order of their events in the lake.
struct Sheaf {
    /// Without their bodies, and these unpacked.
    batches: Vec<(journal::JournalBatch, Box<[u8]>)>,
    rows: Vec<Row>,
    /// Its last batch.
    upto: i64,
}

/// Where an event of a sheaf lies, and by what it is sorted.
struct Row {
    subject: Key,
    at: i64,
    seq: i64,
    batch: u32,
    offset: u32,
}

/// An event's place in the journal.
/// The place in the journal of an event of a batch.
pub(crate) fn seq_of(batch: i64, place: u32) -> i64 {
    (batch << PLACE_BITS) | i64::from(place)
}

/// The events of a batch of the journal.
pub(crate) fn unpacked(batch: &journal::JournalBatch) -> Result<Vec<Event>, EngineError> {
    codec::unpack(&batch.arrival.body).map_err(|reason| EngineError::Journal { seq: batch.seq, reason })
}

impl LiveRun {
    fn with_id(mut self, id: i64) -> Self {
        self.row.id = id;
        self
    }
}

/// Whether people did something on any day of a run.
pub(crate) fn has_days(run: &run::Run) -> bool {
    run.n_rows > 0 && run.min_day <= run.max_day
}

/// First and last day of what these runs hold; a run without rows has none.
pub(crate) fn days_of<'r>(runs: impl Iterator<Item = &'r run::Run>) -> (Day, Day) {
    let days = runs.filter(|run| has_days(run)).map(|run| (run.min_day, run.max_day));
    days.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((Day(NO_DAYS.0), Day(NO_DAYS.1)))
}

/// What a run covers.
pub(crate) struct Range {
    pub(crate) seqs: (i64, i64),
    pub(crate) days: (Day, Day),
    pub(crate) level: i64,
}

impl Range {
    pub(crate) fn row(&self, kind: &str, written: Written, file: Option<&RunFile>) -> run::Run {
        let groups = file.map_or(&[][..], |file| file.groups.as_slice());
        run::Run {
            id: 0,
            kind: kind.to_owned(),
            file: format!("{kind}/{}", written.file),
            n_rows: written.n_rows as i64,
            n_bytes: written.n_bytes as i64,
            first_seq: self.seqs.0,
            last_seq: self.seqs.1,
            min_day: self.days.0,
            max_day: self.days.1,
            level: self.level,
            min_subject: groups.first().map_or(Key(0), |group| group.first),
            max_subject: groups.last().map_or(Key(0), |group| group.last),
            digest: written.digest,
            created_at: clock::now(),
        }
    }
}

pub(crate) fn write_activity(
    folder: &Path,
    name: &str,
    tail: &Tail,
    verbs: &Verbs,
) -> Result<Written, parlour_lake::run::LakeError> {
    let mut writer = ActivityWriter::create(folder, name, verbs)?;
    for row in tail.sorted(verbs) {
        writer.push(&row)?;
    }
    writer.finish()
}
