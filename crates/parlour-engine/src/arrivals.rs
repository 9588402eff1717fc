//! Arrivals: the last that each source sent, in memory, for whoever is setting a source up and wants to see it come; and
//! the counts of each source, which are kept.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::event::Event;
use parlour_store::rejected::Rejected;
use parlour_store::{Conn, StoreError, source, source_tally};

use crate::engine::Engine;
use crate::source::Sources;

/// Arrivals kept of each source.
const KEPT: usize = 200;
/// Arrivals noted of one batch, the last of it: enough to see, little to pay.
const NOTED_OF_BATCH: usize = 20;
/// Bytes kept of what was sent.
const KEPT_BYTES: usize = 4096;
/// The last event of a source is written down at most this often, in microseconds.
const NOTE_EVERY: i64 = 1_000_000;

/// Something that a source sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its place among what this source sent since the start; ascending.
    pub number: u64,
    /// When it came, microseconds UTC.
    pub received_at: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// What was sent, as far as it is kept; at most 4 KiB.
    pub raw: Option<String>,
}

/// What became of something that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the journal.
    Accepted {
        /// When it happened, microseconds UTC.
        at: i64,
        /// Who, `kind:id`.
        subject: String,
        /// Did what, as it is stored.
        verb: String,
        /// Toward what, `kind:id`.
        object: String,
        /// Where.
        layer: &'static str,
    },
    /// It is among the rejections.
    Rejected {
        /// Why, as one word.
        reason: String,
        /// Why, as a sentence.
        message: String,
    },
}

/// The last arrivals of every source.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<HashMap<String, Last>>);

#[derive(Debug, Default)]
struct Last {
    n: u64,
    /// When the last event came, and when that was last written down.
    event_at: Option<i64>,
    noted_at: Option<i64>,
    kept: VecDeque<Arrival>,
}

/// What one batch adds to the counts of its source.
#[derive(Debug)]
pub(crate) struct Count {
    source: Arc<str>,
    counts: Vec<(String, i64)>,
    /// When its last event came, where that is to be written down.
    noted_at: Option<i64>,
}

impl Count {
    /// Writes the counts; in the transaction that writes the batch, so that they are as true as it.
    pub(crate) fn write(&self, conn: &mut dyn Conn) -> Result<(), StoreError> {
        source_tally::add(conn, &self.source, &self.counts)?;
        self.noted_at.map_or(Ok(()), |at| source::note_event(conn, &self.source, at))
    }
}

impl Arrivals {
    /// Forgets what was sent; somebody was erased who may be in it.
    pub(crate) fn forget(&self) {
        for last in self.0.lock().unwrap_or_else(PoisonError::into_inner).values_mut() {
            last.kept.clear();
        }
    }

    /// What a batch will add to the counts of its source; `None` where it comes from no source of ours.
    pub(crate) fn count_of(
        &self,
        sources: &Sources,
        source: &Arc<str>,
        at: i64,
        (n_accepted, rejected): (usize, &[&Rejected]),
    ) -> Option<Count> {
        sources.named(source)?;
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        if n_accepted > 0 {
            counts.insert(source_tally::ACCEPTED.to_owned(), n_accepted as i64);
        }
        for row in rejected {
            *counts.entry(format!("{}{}", source_tally::REJECTED, row.reason)).or_default() += 1;
        }
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted_at = all.get(&**source).and_then(|last| last.noted_at);
        let is_due = n_accepted > 0 && noted_at.is_none_or(|noted| NOTE_EVERY <= at.saturating_sub(noted));
        let noted_at = is_due.then_some(at);
        Some(Count { source: Arc::clone(source), counts: counts.into_iter().collect(), noted_at })
    }

    /// Notes what came with a batch, once it is written.
    pub(crate) fn note(&self, count: &Count, at: i64, tail: Vec<(Outcome, Option<String>)>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = all.entry(count.source.to_string()).or_default();
        let n: i64 = count.counts.iter().map(|(_, n)| n).sum();
        let first = last.n + (n.max(0) as u64).saturating_sub(tail.len() as u64);
        last.n += n.max(0) as u64;
        last.noted_at = count.noted_at.or(last.noted_at);
        if tail.iter().any(|(outcome, _)| matches!(outcome, Outcome::Accepted { .. })) {
            last.event_at = Some(at);
        }
        for ((outcome, raw), number) in tail.into_iter().zip(first..) {
            last.kept.push_back(Arrival { number, received_at: at, outcome, raw });
        }
        let n_over = last.kept.len().saturating_sub(KEPT);
        last.kept.drain(..n_over);
    }
}

impl Engine {
    /// What a source sent last, oldest first, from the place `from` on.
    pub fn arrivals(&self, source: &str, from: u64) -> Vec<Arrival> {
        let all = self.arrivals.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(source).map(|last| &last.kept);
        kept.into_iter().flatten().filter(|arrival| from <= arrival.number).cloned().collect()
    }

    /// When the last event of a source came since the start, microseconds UTC.
    pub fn last_arrival_at(&self, source: &str) -> Option<i64> {
        self.arrivals.0.lock().unwrap_or_else(PoisonError::into_inner).get(source)?.event_at
    }
}

/// The last of a batch, rejections after events, as they are noted.
pub(crate) fn last_of(events: &[Event], rejected: &[&Rejected]) -> Vec<(Outcome, Option<String>)> {
    let n_rejected = rejected.len().min(NOTED_OF_BATCH);
    let n_events = events.len().min(NOTED_OF_BATCH - n_rejected);
    let accepted = events[events.len() - n_events..].iter().map(|event| {
        let outcome = Outcome::Accepted {
            at: event.at,
            subject: event.subject.to_string(),
            verb: event.verb.clone(),
            object: event.object.to_string(),
            layer: event.layer.name(),
        };
        (outcome, event.extra.as_deref().map(|extra| cut(extra.as_bytes())))
    });
    let refused = rejected[rejected.len() - n_rejected..].iter().map(|row| {
        let outcome = Outcome::Rejected { reason: row.reason.clone(), message: row.message.clone() };
        (outcome, Some(cut(&row.raw)))
    });
    accepted.chain(refused).collect()
}

fn cut(raw: &[u8]) -> String {
    String::from_utf8_lossy(&raw[..raw.len().min(KEPT_BYTES)]).into_owned()
}
