//! The tail: activity since the last seal, in memory, rebuilt from the journal at start.

use std::collections::HashMap;

use parlour_core::activity::{ActivityRow, Verbs, sort_and_merge};
use parlour_core::day::Day;
use parlour_core::event::BACK;
use parlour_core::key::{Key, KeyHashing};

use crate::duplicates::Seen;
use crate::seal::Range;
use crate::window::WindowClock;

/// First and last day where there is none.
pub(crate) const NO_DAYS: (i32, i32) = (1, 0);
/// Rows a person may gather before those with equal keys are added up.
const MERGE_AT: usize = 32;

/// One person's rows: a log, merged each time it has doubled.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonRows {
    rows: Vec<ActivityRow>,
    merge_at: usize,
    /// Batches of the journal with events of theirs, in order, each once.
    batches: Vec<i64>,
}

/// Unsealed activity and what belongs to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail {
    people: HashMap<Key, PersonRows, KeyHashing>,
    /// Messages, by the digest of (source, message id).
    pub(crate) seen: HashMap<u128, Seen, KeyHashing>,
    /// Places in their batch of events that were repeats or conflicts.
    pub(crate) dropped: HashMap<i64, Vec<u32>>,
    /// Events folded, repeats not counted.
    pub(crate) n_events: u64,
    /// Events of its batches, repeats and unscored ones counted.
    pub(crate) n_arrived: u64,
    /// First and last batch of the journal.
    pub(crate) batches: Option<(i64, i64)>,
    /// The window's clock when the last batch came, of the tail or before it.
    pub(crate) clock: WindowClock,
    /// First and last day.
    pub(crate) days: Option<(i32, i32)>,
}

impl Tail {
    /// An empty one that follows, with the room that this one came to need, so that its tables need not grow again; but
    /// for no more than `most` events, since one that had to wait is longer than the next should be.
    pub(crate) fn next(&self, most: usize) -> Self {
        Self {
            people: HashMap::with_capacity_and_hasher(self.people.len().min(most), KeyHashing::default()),
            seen: HashMap::with_capacity_and_hasher(self.seen.len().min(most), KeyHashing::default()),
            clock: self.clock,
            ..Self::default()
        }
    }

    /// Adds rows of the batch `seq`.
    pub(crate) fn add(&mut self, seq: i64, rows: &[ActivityRow], verbs: &Verbs) {
        self.n_events += rows.len() as u64;
        let is_back: Vec<bool> = verbs.names().iter().map(|verb| verb.starts_with(BACK)).collect();
        for row in rows {
            // The days are those on which people did something; what a brand does is no day of theirs.
            if !is_back.get(row.key.verb as usize).is_some_and(|is_back| *is_back) {
                let day = row.key.day.0;
                self.days = Some(self.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
            }
            let person = self.note_event(seq, row.key.subject);
            person.rows.push(*row);
            if person.rows.len() >= person.merge_at.max(MERGE_AT) {
                sort_and_merge(&mut person.rows, verbs);
                person.merge_at = person.rows.len() * 2;
            }
        }
    }

    /// Notes that the batch `seq` has an event of this person.
    pub(crate) fn note_event(&mut self, seq: i64, subject: Key) -> &mut PersonRows {
        let person = self.people.entry(subject).or_default();
        if person.batches.last() != Some(&seq) {
            person.batches.push(seq);
        }
        person
    }

    /// Notes that the batch `seq` of `n` events is in the tail, and what the window's clock was.
    pub(crate) fn note_batch(&mut self, seq: i64, n: u64, clock: WindowClock) {
        self.n_arrived += n;
        self.batches = Some(self.batches.map_or((seq, seq), |(first, last)| (first.min(seq), last.max(seq))));
        self.clock = clock;
    }

    /// What a run of these batches of it covers.
    pub(crate) fn range(&self, seqs: (i64, i64)) -> Range {
        let (first, last) = self.days.unwrap_or(NO_DAYS);
        Range { seqs, days: (Day(first), Day(last)), level: 0 }
    }

    /// The batches with events of this person.
    pub(crate) fn batches_of(&self, subject: Key) -> &[i64] {
        self.people.get(&subject).map_or(&[], |person| &person.batches)
    }

    /// All rows in lake order, merged.
    pub(crate) fn sorted(&self, verbs: &Verbs) -> Vec<ActivityRow> {
        let mut rows: Vec<ActivityRow> = self.people.values().flat_map(|person| person.rows.iter().copied()).collect();
        sort_and_merge(&mut rows, verbs);
        rows
    }

    /// How many rows it holds.
    pub(crate) fn n_rows(&self) -> usize {
        self.people.values().map(|person| person.rows.len()).sum()
    }
}
