//! Rejections: found, mended, and sent again. What is sent again goes the way of everything that is sent; the rejection
//! is marked in the transaction that takes its events, so that it is taken once.

use std::sync::PoisonError;

use parlour_core::event::{Event, Flaw};
use parlour_core::wire::{Context, Dialect, Item, Origin};
use parlour_store::rejected::{self, OPEN, Rejected, Wanted};
use parlour_store::{Conn, StoreError};

use crate::engine::Engine;
use crate::submission::{EVENT_DIALECT, Submission};
use crate::{EngineError, clock, mail, mqtt, webhook};

/// Rejections read at once.
const PAGE: usize = 500;
/// Most rejections looked through for a text in one call; the rest is another page.
const MAX_LOOKED_THROUGH: usize = 50_000;
/// Most rejections sent again in one call.
pub const MAX_REPLAYED: usize = 10_000;
/// The reason of a rejection that was mended and can be taken.
const MENDED: &str = "mended";
/// Longest payload that a rejection may be mended to, bytes.
pub const MAX_RAW_BYTES: usize = 1 << 20;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Which rejections.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// By source, reason, state and time.
    pub wanted: Wanted,
    /// Has this in its payload or its message, in any case of letters.
    pub text: Option<String>,
}

impl Search {
    fn has(&self, row: &Rejected) -> bool {
        let Some(text) = self.text.as_deref().map(str::to_lowercase) else { return true };
        let raw = String::from_utf8_lossy(&row.raw).to_lowercase();
        raw.contains(&text) || row.message.to_lowercase().contains(&text)
    }
}

/// A page of rejections.
#[derive(Clone, Debug, Default)]
pub struct RejectedPage {
    /// Newest first.
    pub rows: Vec<Rejected>,
    /// The id before which the next page begins; `None` on the last.
    pub next: Option<i64>,
}

/// What became of rejections that were sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Rejections whose events were taken.
    pub n_replayed: u64,
    /// Events that these were.
    pub n_events: u64,
    /// Rejections that are still not taken; their reason is the new one.
    pub n_refused: u64,
    /// Where the next call begins, if this one did not come to the end.
    pub next: Option<i64>,
}

impl Engine {
    /// A page of the rejections that are searched, newest first: those before the id `before`, `limit` at most.
    pub fn search_rejected(
        &self,
        search: &Search,
        before: Option<i64>,
        limit: usize,
    ) -> Result<RejectedPage, EngineError> {
        let mut page = RejectedPage { rows: Vec::new(), next: before };
        let mut n_seen = 0;
        loop {
            // Without a text every row is wanted, and one more tells whether there is a next page.
            let n = if search.text.is_some() { PAGE } else { (limit + 1 - page.rows.len()).min(PAGE) };
            let next = page.next;
            let rows = self.database.read(|conn| rejected::search(conn, &search.wanted, next, n))?;
            let is_last = rows.len() < n;
            n_seen += rows.len();
            for row in rows {
                if search.has(&row) {
                    if page.rows.len() == limit {
                        page.next = page.rows.last().map(|row| row.id);
                        return Ok(page);
                    }
                    page.next = Some(row.id);
                    page.rows.push(row);
                } else {
                    page.next = Some(row.id);
                }
            }
            if is_last {
                page.next = None;
                return Ok(page);
            }
            if MAX_LOOKED_THROUGH <= n_seen {
                return Ok(page);
            }
        }
    }

    /// A rejection.
    pub fn rejected(&self, id: i64) -> Result<Rejected, EngineError> {
        let found = self.database.read(|conn| rejected::get(conn, id))?;
        found.ok_or_else(|| EngineError::NotFound(format!("there is no rejection {id}")))
    }

    /// Puts another payload in the place of a rejection's, and says why that is not taken either, or that it can be.
    pub fn mend_rejected(&self, id: i64, raw: Vec<u8>) -> Result<Rejected, EngineError> {
        if raw.len() > MAX_RAW_BYTES {
            return Err(EngineError::Invalid(format!("a payload has at most {MAX_RAW_BYTES} bytes")));
        }
        let mended = Rejected { raw, ..self.rejected(id)? };
        let (reason, message) = match self.judged(&mended) {
            Ok(_) => (MENDED, "it can be taken now; replay it".to_owned()),
            Err(flaw) => (flaw.code(), flaw.to_string()),
        };
        let raw = mended.raw.clone();
        let is_open = self.database.write(move |conn| rejected::mend(conn, id, &raw, (reason, &message)))?;
        if !is_open {
            return Err(EngineError::Invalid(format!("rejection {id} was replayed already")));
        }
        self.rejected(id)
    }

    /// Sends one rejection again.
    pub fn replay_rejected(&self, id: i64) -> Result<Replayed, EngineError> {
        let _one_at_a_time = self.replaying.lock().unwrap_or_else(PoisonError::into_inner);
        let row = self.rejected(id)?;
        if row.state != OPEN {
            return Err(EngineError::Invalid(format!("rejection {id} was replayed already")));
        }
        self.replay_rows(&[row])
    }

    /// Sends the open rejections that are searched again, from the newest on or from before the id `before`, up to
    /// [`MAX_REPLAYED`].
    pub fn replay_all(&self, search: &Search, before: Option<i64>) -> Result<Replayed, EngineError> {
        let _one_at_a_time = self.replaying.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = Wanted { state: Some(OPEN.to_owned()), ..search.wanted.clone() };
        let search = Search { wanted, text: search.text.clone() };
        let mut sum = Replayed { next: before, ..Replayed::default() };
        while sum.n_replayed + sum.n_refused < MAX_REPLAYED as u64 {
            let RejectedPage { mut rows, next } = self.search_rejected(&search, sum.next, PAGE)?;
            rows.sort_by(|a, b| a.source.cmp(&b.source).then(a.id.cmp(&b.id)));
            for of_source in rows.chunk_by(|a, b| a.source == b.source) {
                let Replayed { n_replayed, n_events, n_refused, .. } = self.replay_rows(of_source)?;
                sum.n_replayed += n_replayed;
                sum.n_events += n_events;
                sum.n_refused += n_refused;
            }
            sum.next = next;
            if next.is_none() {
                break;
            }
        }
        Ok(sum)
    }

    /// Sends rejections of one source again, all in one transaction.
    fn replay_rows(&self, rows: &[Rejected]) -> Result<Replayed, EngineError> {
        let Some(source) = rows.first().map(|row| row.source.clone()) else { return Ok(Replayed::default()) };
        let (mut events, mut taken, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match self.judged(row) {
                Ok(found) => {
                    events.extend(found.into_iter().map(|event| (event, row.line.map(|line| line as u64))));
                    taken.push(row.id);
                }
                Err(flaw) => refused.push((row.id, flaw)),
            }
        }
        let (n_replayed, n_refused) = (taken.len() as u64, refused.len() as u64);
        let replayed = Replayed { n_replayed, n_events: events.len() as u64, n_refused, next: None };
        let now = clock::now();
        let mark = move |conn: &mut dyn Conn| {
            for id in &taken {
                if !rejected::set_replayed(conn, *id, now)? {
                    return Err(StoreError::Aborted(format!("rejection {id} is no longer open")));
                }
            }
            for (id, flaw) in &refused {
                rejected::set_reason(conn, *id, (flaw.code(), &flaw.to_string()))?;
            }
            Ok(())
        };
        self.append(&source, Submission { events, alongside: Some(Box::new(mark)), ..Submission::default() })?;
        Ok(replayed)
    }

    /// The events of a rejection as it is now, all of them acceptable; else why not.
    fn judged(&self, row: &Rejected) -> Result<Vec<Event>, Flaw> {
        let events = self.redecode(row)?;
        let now = clock::now();
        match events.iter().find_map(|event| event.flaw(now)) {
            None => Ok(events),
            Some(flaw) => Err(flaw),
        }
    }

    /// Decodes a payload again by the dialect it came in.
    fn redecode(&self, row: &Rejected) -> Result<Vec<Event>, Flaw> {
        match row.dialect.as_deref() {
            Some(EVENT_DIALECT) => event_of(&row.raw),
            None => event_of(&row.raw).map_err(|flaw| match row.job {
                Some(job) => Flaw::Unreadable(format!(
                    "a record of a file is read with the file's mapping; `parlour rejected {job} FILE` writes what \
                     was refused to a file, to be mended there and imported"
                )),
                None => flaw,
            }),
            Some(webhook::DIALECT) => self.remapped(row),
            Some(mqtt::DIALECT) => self.remapped_message(row),
            Some(mail::DIALECT) => self.remailed(row),
            Some(name) => match Dialect::of_name(name) {
                Some(dialect) => self.rewired(row, dialect),
                None => Err(Flaw::Unreadable(format!("what came as `{name}` cannot be decoded again by this version"))),
            },
        }
    }

    /// The events of what came by the wire, as if it came at the same moment as it is now.
    fn rewired(&self, row: &Rejected, dialect: Dialect) -> Result<Vec<Event>, Flaw> {
        let gone = || Flaw::Unreadable(format!("source `{}` is no longer there", row.source));
        let source = self.source_named(&row.source).ok_or_else(gone)?;
        let origin = Origin { id: source.id, brand: source.brand.clone(), layer: source.layer };
        let context = Context {
            received_at: row.at,
            origin: &origin,
            limits: &self.settings.ingest.limits(),
            vocabulary: &self.vocabulary(),
            blocked_ids: &self.settings.standing.blocked_ids,
        };
        let decoded = dialect.decode(&row.raw, &context).map_err(|error| Flaw::Unreadable(error.to_string()))?;
        let flaw = decoded.items.into_iter().find_map(|item| match item {
            Item::Taken { .. } => None,
            Item::Refused(refusal) => Some(refusal.flaw),
        });
        flaw.map_or(Ok(decoded.events), Err)
    }

    /// Deletes the rejections that are searched; returns how many there were.
    pub fn delete_rejected(&self, search: &Search) -> Result<u64, EngineError> {
        let (mut n_deleted, mut next) = (0, None);
        loop {
            let page = self.search_rejected(search, next, PAGE)?;
            let ids: Vec<i64> = page.rows.iter().map(|row| row.id).collect();
            n_deleted += self.database.write(move |conn| rejected::delete(conn, &ids))?;
            next = page.next;
            if next.is_none() {
                return Ok(n_deleted);
            }
        }
    }

    /// Deletes rejections older than `engine.rejected_days`; returns how many there were.
    pub fn delete_old_rejected(&self) -> Result<u64, EngineError> {
        let length = i64::from(self.settings.engine.rejected_days) * MICROS_PER_DAY;
        // A clock that was set ahead since the start must not cost what is to be kept.
        let elapsed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = clock::now().min(self.started_at.saturating_add(elapsed).saturating_add(MICROS_PER_DAY));
        let before = now.saturating_sub(length);
        Ok(self.database.write(move |conn| rejected::delete_before(conn, before))?)
    }
}

fn event_of(raw: &[u8]) -> Result<Vec<Event>, Flaw> {
    let event = serde_json::from_slice(raw);
    event.map(|event| vec![event]).map_err(|error| Flaw::Unreadable(format!("this is no event as JSON: {error}")))
}
