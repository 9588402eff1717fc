//! What a source hands over, judged and taken into the journal.

use std::sync::atomic::Ordering;

use parlour_core::event::{Event, Flaw};
use parlour_store::{Conn, StoreError, rejected};

use crate::engine::Engine;
use crate::erase::Barred;
use crate::intake::Parcel;
use crate::{EngineError, clock};

/// Most events of one batch; a batch is one row of the journal.
pub(crate) const MAX_BATCH_EVENTS: usize = 10_000;
/// What an event takes in memory beside its texts, about.
const EVENT_BYTES: usize = 600;
/// The dialect of what was decoded and is kept as an event in our own JSON.
pub(crate) const EVENT_DIALECT: &str = "event";

/// What was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The batch of the journal; `None` where no event was acceptable.
    pub seq: Option<i64>,
    /// Events accepted.
    pub n_accepted: u64,
    /// Events rejected.
    pub n_rejected: u64,
}

/// An event that was not acceptable, or could not even be read.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Where in its source it stood.
    pub line: Option<u64>,
    /// Why.
    pub flaw: Flaw,
    /// What came.
    pub raw: Vec<u8>,
}

/// What a source hands over at once.
#[derive(Default)]
pub struct Submission {
    /// Events, each with its line in the source where it has one.
    pub events: Vec<(Event, Option<u64>)>,
    /// What could not be read.
    pub refused: Vec<Refused>,
    /// The job that reads the source.
    pub job: Option<i64>,
    /// The dialect in which `refused` came, where it is one that can be decoded again.
    pub dialect: Option<&'static str>,
    /// Whether it was sent by a browser that asks not to have it passed on (Global Privacy Control).
    pub is_signalled: bool,
    /// Done in the same transaction.
    pub alongside: Option<Alongside>,
}

/// Effects that go into the same transaction as a batch.
pub type Alongside = Box<dyn FnOnce(&mut dyn Conn) -> Result<(), StoreError> + Send>;

impl Engine {
    /// Takes a batch: unacceptable events are set aside with their reason, the others journalled. When this returns,
    /// both are durable, with what is done `alongside`, or nothing is.
    pub fn append(&self, source: &str, submission: Submission) -> Result<Receipt, EngineError> {
        let mut submission = submission;
        let alongside = submission.alongside.take();
        let parcel = parcel(source, submission, &self.barred)?;
        self.intake.take(parcel, alongside)
    }

    /// The same for many callers at once, who share commits: returns at once, and `done` is told on a thread where it
    /// must not block. Whoever stops waiting cancels nothing. [`StoreError::Busy`] where more would wait to be committed,
    /// folded or sealed than the settings allow; what is done `alongside` is not for this.
    pub fn append_then(
        &self,
        source: &str,
        submission: Submission,
        done: impl FnOnce(Result<Receipt, EngineError>) + Send + 'static,
    ) -> Result<(), EngineError> {
        let limits = &self.settings.engine;
        let unsealed = self.n_unsealed.load(Ordering::Relaxed);
        if limits.max_waiting_events < self.intake.n_waiting() || limits.max_unsealed_events < unsealed {
            return Err(StoreError::Busy.into());
        }
        if submission.is_signalled {
            self.note_signal(submission.events.iter().map(|(event, _)| event.subject.key(&self.secret)))?;
        }
        let parcel = parcel(source, submission, &self.barred)?;
        self.intake.submit(parcel, self.settings.engine.queue_bytes, Box::new(done))
    }
}

/// Sets aside what is not acceptable.
fn parcel(source: &str, submission: Submission, barred: &Barred) -> Result<Parcel, EngineError> {
    let Submission { mut events, refused, job, dialect, .. } = submission;
    let now = clock::now();
    let gate = barred.gate();
    let flaw = |event: &Event| if gate.bars(event) { Some(Flaw::Erased) } else { event.flaw(now) };
    let mut flawed = Vec::new();
    if events.iter().any(|(event, _)| flaw(event).is_some()) {
        let all = std::mem::take(&mut events);
        for (event, line) in all {
            match flaw(&event) {
                None => events.push((event, line)),
                // Nothing of what they sent is kept.
                Some(Flaw::Erased) => flawed.push(Refused { line, flaw: Flaw::Erased, raw: Vec::new() }),
                Some(flaw) => flawed.push(Refused { line, flaw, raw: raw_of(&event) }),
            }
        }
    }
    if events.len() > MAX_BATCH_EVENTS {
        let text = format!("a batch has at most {MAX_BATCH_EVENTS} events; split it");
        return Err(EngineError::Invalid(text));
    }
    let events: Vec<Event> = events.into_iter().map(|(event, _)| event.turned()).collect();
    let said = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let mut rejections = rejections(&refused, source, (job, dialect), now);
    rejections.extend(self::rejections(&flawed, source, (job, Some(EVENT_DIALECT)), now));
    let n_bytes = events.iter().map(|event| EVENT_BYTES + said(&event.extra) + said(&event.text)).sum::<usize>()
        + rejections.iter().map(|rejected| rejected.raw.len()).sum::<usize>();
    Ok(Parcel { source: source.into(), events, rejections, n_bytes })
}

fn raw_of(event: &Event) -> Vec<u8> {
    serde_json::to_vec(event).unwrap_or_default()
}

pub(crate) fn rejections(
    refused: &[Refused],
    source: &str,
    (job, dialect): (Option<i64>, Option<&str>),
    at: i64,
) -> Vec<rejected::Rejected> {
    let rows = refused.iter().map(|refused| rejected::Rejected {
        id: 0,
        source: source.to_owned(),
        job,
        at,
        line: refused.line.map(|line| line as i64),
        reason: refused.flaw.code().to_owned(),
        message: refused.flaw.to_string(),
        raw: refused.raw.clone(),
        dialect: dialect.map(str::to_owned),
        state: rejected::OPEN.to_owned(),
        replayed_at: None,
    });
    rows.collect()
}
