//! Folding: batches of the journal become activity in the tail and effects in the database, exactly once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use parlour_core::activity::ActivityRow;
use parlour_core::event::{Event, Flaw, Name};
use parlour_core::fold::{Effects, Fold, SeenId, SeenLink, SeenObject};
use parlour_core::identity::Link;
use parlour_core::key::{Key, KeySecret};
use parlour_core::objects::{Object, Objects};
use parlour_store::{entity, identity, journal, link, rejected, source_tally, tally};

use crate::duplicates::Filter;
use crate::engine::{EVENT_DIALECT, Engine, Refused, rejections};
use crate::seal::unpacked;
use crate::{EngineError, clock};

/// Most batches folded in one step.
const FOLD_BATCHES: usize = 64;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// How far the fold is.
#[derive(Debug)]
pub(crate) struct Folding {
    fold: Fold,
    /// The last batch in the tail (or sealed).
    pub(crate) upto: i64,
}

impl Folding {
    pub(crate) fn new(secret: KeySecret) -> Self {
        Self { fold: Fold::new(secret), upto: 0 }
    }
}

/// A batch made ready for the tail.
struct Ready {
    seq: i64,
    n: u64,
    received_at: i64,
    rows: Vec<ActivityRow>,
    dropped: Vec<u32>,
    seen: Vec<(u128, i64)>,
}

/// What a message id says of an event.
enum Repeat {
    New(Option<(u128, i64)>),
    Duplicate,
    Conflict(String),
}

impl Engine {
    /// The last batch whose events readers see.
    pub(crate) fn folded_upto(&self) -> i64 {
        self.folding.lock().unwrap_or_else(PoisonError::into_inner).upto
    }

    /// At start: rebuilds the tail from the journal. Batches already folded leave no effects again.
    pub(crate) fn refold(&self) -> Result<(), EngineError> {
        let sealed = self.database.read(|conn| journal::cursor(conn, "seal"))?;
        self.folding.lock().unwrap_or_else(PoisonError::into_inner).upto = sealed;
        self.fold_all()
    }

    /// Folds what waits, up to a limit, and returns how many events it folded. When this returns, effects and cursor
    /// are durable together, and readers see the events.
    pub fn fold_once(&self) -> Result<u64, EngineError> {
        let mut folding = self.folding.lock().unwrap_or_else(PoisonError::into_inner);
        let folded = self.fold_batches(&mut folding);
        if folded.is_err() {
            // What it has told may have been written nowhere.
            folding.fold = Fold::new(self.secret);
        }
        drop(folding);
        if folded.as_ref().is_ok_and(|n| *n > 0) {
            self.ring();
        }
        folded
    }

    /// Folds everything that waits.
    pub fn fold_all(&self) -> Result<(), EngineError> {
        while self.fold_once()? > 0 {}
        Ok(())
    }

    /// Folds the next batches. Those up to the cursor had their effects before: at an earlier start, or in a try whose
    /// commit came through although nobody could tell.
    fn fold_batches(&self, folding: &mut Folding) -> Result<u64, EngineError> {
        let upto = folding.upto;
        let (batches, effected) = self
            .database
            .read(|conn| Ok((journal::read_after(conn, upto, FOLD_BATCHES)?, journal::cursor(conn, journal::FOLD)?)))?;
        let Some(last) = batches.last().map(|batch| batch.seq) else { return Ok(0) };
        let mut verbs = (*self.state().verbs).clone();
        let mut effects = Effects::default();
        let mut ready = Vec::new();
        let mut refused = Vec::new();
        let (mut n_events, mut n_dropped) = (0, 0);
        let mut seen_now = HashMap::new();
        for batch in &batches {
            let events = unpacked(batch)?;
            n_events += events.len() as u64;
            let repeats = self.repeats(&events, batch, &mut seen_now)?;
            let dropped: Vec<u32> = (0..).zip(&repeats).filter(|(_, r)| !r.is_new()).map(|(i, _)| i).collect();
            let fresh = events.iter().zip(&repeats).filter(|(_, repeat)| repeat.is_new()).map(|(event, _)| event);
            let start = effects.rows.len();
            folding.fold.fold(fresh, &mut verbs, &mut effects);
            let rows = effects.rows.split_off(start);
            if batch.seq > effected {
                n_dropped += dropped.len() as i64;
                refused.extend(conflicts(&events, &repeats, &batch.arrival.source, batch.arrival.received_at));
            }
            let seen = repeats.iter().filter_map(Repeat::seen).collect();
            let (seq, n, received_at) = (batch.seq, events.len() as u64, batch.arrival.received_at);
            ready.push(Ready { seq, n, received_at, rows, dropped, seen });
        }
        if last > effected {
            let n = batches.iter().filter(|batch| batch.seq > effected).map(|batch| batch.arrival.n).sum::<i64>();
            self.write_effects(&effects, refused, (n - n_dropped, n_dropped), last)?;
        }
        self.show(effects, ready, verbs)?;
        folding.upto = last;
        Ok(n_events)
    }

    fn write_effects(
        &self,
        effects: &Effects,
        refused: Vec<rejected::Rejected>,
        (n_folded, n_duplicate): (i64, i64),
        last: i64,
    ) -> Result<(), EngineError> {
        let ids: Vec<_> = effects.ids.iter().map(identity_row).collect();
        let entities: Vec<_> = effects.objects.iter().map(|object| entity_row(object, clock::now())).collect();
        let links = link_rows(&effects.links);
        // A conflict was accepted before its content was compared: it moves from the accepted to the rejected.
        let n_conflicts = refused.len() as i64;
        let counts = [
            ("folded", n_folded),
            ("duplicate", n_duplicate - n_conflicts),
            ("accepted", -n_conflicts),
            ("rejected", n_conflicts),
        ];
        Ok(self.database.write(move |conn| {
            identity::insert_new(conn, &ids)?;
            entity::insert_new(conn, &entities)?;
            for entity in &entities {
                if let Some(parent) = entity.parent {
                    entity::set_parent_if_unset(conn, entity.key, parent)?;
                }
            }
            link::insert_new(conn, &links)?;
            rejected::insert(conn, &refused)?;
            for row in &refused {
                let reason = format!("{}{}", source_tally::REJECTED, row.reason);
                source_tally::add(conn, &row.source, &[(source_tally::ACCEPTED.to_owned(), -1), (reason, 1)])?;
            }
            tally::add(conn, &counts)?;
            journal::set_cursor(conn, "fold", last)
        })?)
    }

    /// Makes batches visible, all at once.
    fn show(
        &self,
        effects: Effects,
        ready: Vec<Ready>,
        verbs: parlour_core::activity::Verbs,
    ) -> Result<(), EngineError> {
        let links: Vec<Link> = effects.links.iter().map(|link| Link::new(link.a, link.b, link.at)).collect();
        let ends: Vec<Key> = links.iter().flat_map(|link| [link.a, link.b]).collect();
        let known = self.ids_of_links(&ends)?;
        let mut state = self.state_mut();
        if !effects.objects.is_empty() {
            state.objects = Arc::new(with_new(&state.objects, effects.objects));
        }
        if !links.is_empty() {
            Arc::make_mut(&mut state.identity).apply(&links, &known);
        }
        for batch in ready {
            state.tail.add(batch.seq, &batch.rows, &verbs);
            state.tail.seen.extend(batch.seen);
            state.tail.note_batch(batch.seq, batch.n, batch.received_at);
            if !batch.dropped.is_empty() {
                state.tail.dropped.insert(batch.seq, batch.dropped);
            }
        }
        state.verbs = Arc::new(verbs);
        state.version += 1;
        Ok(())
    }

    /// Which events of a batch came before. The window is judged by the journal's own times, so that folding again
    /// judges alike.
    fn repeats(
        &self,
        events: &[Event],
        batch: &journal::JournalBatch,
        seen_now: &mut HashMap<u128, i64>,
    ) -> Result<Vec<Repeat>, EngineError> {
        if events.iter().all(|event| event.message.is_none()) {
            return Ok(events.iter().map(|_| Repeat::New(None)).collect());
        }
        let window = i64::from(self.settings.engine.duplicate_window_days) * MICROS_PER_DAY;
        // One look at the state: between two, the tail could have become what is being sealed, and neither have it.
        let state = self.state();
        let since = batch.arrival.received_at - window;
        let filters: Vec<&Filter> =
            state.filters.iter().map(|(_, filter)| &**filter).filter(|filter| filter.received_at >= since).collect();
        // Judged as its filter will be, once there is one: a start in between must not judge otherwise.
        let sealing = state.sealing.as_deref().filter(|tail| tail.received_at >= since);
        let mut repeats = Vec::with_capacity(events.len());
        for event in events {
            let Some(message) = &event.message else {
                repeats.push(Repeat::New(None));
                continue;
            };
            let id = self.secret.digest(&[batch.arrival.source.as_bytes(), message.as_bytes()]);
            let digest = digest_of(event, &self.secret);
            let recent = seen_now.get(&id).or_else(|| state.tail.seen.get(&id));
            let mut known = recent.or_else(|| sealing?.seen.get(&id)).copied();
            if known.is_none() && filters.iter().any(|filter| filter.may_have(id)) {
                let subject = event.subject.key(&self.secret);
                for run in &state.events {
                    known = parlour_lake::event::find_message(&run.file, subject, &batch.arrival.source, message)?;
                    if known.is_some() {
                        break;
                    }
                }
            }
            repeats.push(match known {
                None => {
                    seen_now.insert(id, digest);
                    Repeat::New(Some((id, digest)))
                }
                Some(same) if same == digest => Repeat::Duplicate,
                Some(_) => Repeat::Conflict(message.clone()),
            });
        }
        Ok(repeats)
    }
}

impl Repeat {
    fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }

    fn seen(&self) -> Option<(u128, i64)> {
        match self {
            Self::New(seen) => *seen,
            Self::Duplicate | Self::Conflict(_) => None,
        }
    }
}

/// A digest of an event's content: of all of it, but of its time what the sender's clock said, since a correction comes
/// out differently each time it is sent.
pub(crate) fn digest_of(event: &Event, secret: &KeySecret) -> i64 {
    thread_local! {
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        let ends = (&event.subject, &event.also, &event.object, &event.parent, &event.target);
        let measures = (event.rating, event.value, event.seconds, event.paid, event.scored);
        let texts = (&event.reply_to, &event.text, &event.extra);
        let said = (event.said_at.unwrap_or(event.at), &event.verb, event.layer, event.space);
        postcard::to_io(&(said, ends, measures, texts), &mut *bytes)
            .expect("an event has only shapes that postcard knows");
        secret.digest(&[bytes]) as i64
    })
}

fn conflicts(events: &[Event], repeats: &[Repeat], source: &str, at: i64) -> Vec<rejected::Rejected> {
    let refused: Vec<Refused> = events
        .iter()
        .zip(repeats)
        .filter_map(|(event, repeat)| match repeat {
            Repeat::Conflict(message) => Some(Refused {
                line: None,
                flaw: Flaw::Conflict(message.clone()),
                raw: serde_json::to_vec(event).unwrap_or_default(),
            }),
            Repeat::New(_) | Repeat::Duplicate => None,
        })
        .collect();
    rejections(&refused, source, (None, Some(EVENT_DIALECT)), at)
}

fn identity_row(seen: &SeenId) -> identity::Identity {
    let Name { kind, id } = seen.name.clone();
    identity::Identity { key: seen.key, kind, value: id, first_seen_at: seen.at }
}

fn entity_row(seen: &SeenObject, created_at: i64) -> entity::Entity {
    let Name { kind, id } = seen.name.clone();
    entity::Entity { key: seen.key, kind, id, parent: seen.parent, title: None, data: None, created_at }
}

/// Each pair once, with the earliest time at which it was said.
fn link_rows(seen: &[SeenLink]) -> Vec<link::Link> {
    let mut earliest: HashMap<(Key, Key), i64> = HashMap::new();
    for link in seen {
        earliest.entry((link.a, link.b)).and_modify(|at| *at = link.at.min(*at)).or_insert(link.at);
    }
    let row = |((a, b), at)| link::Link { a, b, at, source: "event".to_owned(), undone_at: None, forced_at: None };
    earliest.into_iter().map(row).collect()
}

/// The objects with new ones after them, and parents where there were none.
fn with_new(objects: &Objects, seen: Vec<SeenObject>) -> Objects {
    let mut all = objects.all().to_vec();
    let mut places: HashMap<_, _> = all.iter().zip(0..).map(|(object, place)| (object.key, place)).collect();
    for SeenObject { key, name, parent } in seen {
        let place = *places.entry(key).or_insert_with(|| {
            all.push(Object { key, name, title: None, parent: None });
            all.len() - 1
        });
        all[place].parent = all[place].parent.or(parent);
    }
    Objects::new(all)
}
