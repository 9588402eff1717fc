//! Folding: batches of the journal become activity in the tail and effects in the database, exactly once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use parlour_core::activity::ActivityRow;
use parlour_core::event::{Event, Flaw, Name};
use parlour_core::fold::{Effects, Fold, SeenId, SeenLink, SeenObject};
use parlour_core::identity::Link;
use parlour_core::key::{Key, KeyHashing, KeySecret};
use parlour_core::objects::{Object, Objects};
use parlour_lake::run::LakeError;
use parlour_store::{entity, identity, journal, link, rejected, source_tally, tally};

use crate::asks::{self, Heeded, Judged, Said};
use crate::duplicates::Seen;
use crate::engine::Engine;
use crate::intake::Fresh;
use crate::seal::seq_of;
use crate::state::State;
use crate::submission::{EVENT_DIALECT, Refused, rejections};
use crate::window::WindowClock;
use crate::{EngineError, clock};

/// Most batches that are read to be folded in one step.
const FOLD_BATCHES: usize = 16;
/// Most events at hand that are folded in one step, or little more.
const FOLD_EVENTS: usize = 100_000;

/// How far the fold is.
#[derive(Debug)]
pub(crate) struct Folding {
    pub(crate) fold: Fold,
    /// The last batch in the tail (or sealed).
    pub(crate) upto: i64,
    /// The last batch that was sealed when the runs were looked at that readers see.
    pub(crate) sealed: i64,
    /// The last batch whose effects are in the database; `None` where that must be asked there.
    pub(crate) effected: Option<i64>,
}

/// Into what is folded.
pub(crate) enum Into<'a> {
    /// What readers see.
    Shown(&'a Engine),
    /// What is made aside, to be shown at one stroke.
    Aside(&'a mut State),
}

impl Into<'_> {
    fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        match self {
            Self::Shown(engine) => look(&engine.state()),
            Self::Aside(state) => look(state),
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut State)) {
        match self {
            Self::Shown(engine) => {
                let mut state = engine.state_mut();
                change(&mut state);
                engine.note_unsealed(&state);
            }
            Self::Aside(state) => change(state),
        }
    }
}

impl Folding {
    pub(crate) fn new(secret: KeySecret) -> Self {
        Self { fold: Fold::new(secret), upto: 0, sealed: 0, effected: None }
    }
}

/// A batch made ready for the tail.
struct Ready {
    seq: i64,
    n: u64,
    clock: WindowClock,
    rows: Vec<ActivityRow>,
    unscored: Vec<Key>,
    dropped: Vec<u32>,
    seen: Vec<(u128, Seen)>,
}

/// What the events of a batch say.
#[derive(Default)]
struct JudgedBatch {
    /// Of each new event in order, the feeling it is evidence of.
    evidence: Vec<i8>,
    /// Those that are part of a conversation, by their places.
    said: Vec<(u32, Judged)>,
}

/// What a message id says of an event.
enum Repeat {
    New(Option<(u128, Seen)>),
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
        let mut folding = self.folding.lock().unwrap_or_else(PoisonError::into_inner);
        (folding.upto, folding.sealed) = (sealed, sealed);
        drop(folding);
        while self.fold_once()? > 0 {}
        Ok(())
    }

    /// Folds what waits, up to a limit, and returns how many events it folded. When this returns, effects and cursor
    /// are durable together, and readers see the events. A server that does not lead folds what the one that does has
    /// folded.
    pub fn fold_once(&self) -> Result<u64, EngineError> {
        let mut folding = self.folding.lock().unwrap_or_else(PoisonError::into_inner);
        let folded = if self.leads() { self.fold_batches(&mut folding) } else { self.follow_leader(&mut folding) };
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
        if !self.leads() {
            return self.wait_for_leader();
        }
        while self.fold_once()? > 0 {}
        Ok(())
    }

    /// Folds the next batches. Those up to the cursor had their effects before: at an earlier start, or in a try whose
    /// commit came through although nobody could tell.
    fn fold_batches(&self, folding: &mut Folding) -> Result<u64, EngineError> {
        let batches = self.next_batches(folding.upto)?;
        self.fold_these(folding, batches, Into::Shown(self))
    }

    /// Folds these batches into something.
    pub(crate) fn fold_these(
        &self,
        folding: &mut Folding,
        batches: Vec<Fresh>,
        mut into: Into<'_>,
    ) -> Result<u64, EngineError> {
        let Some(last) = batches.last().map(|batch| batch.seq) else { return Ok(0) };
        let _span = tracing::info_span!("fold", n_batches = batches.len(), last).entered();
        let effected = match folding.effected {
            Some(effected) => effected,
            None => self.database.read(|conn| journal::cursor(conn, journal::FOLD))?,
        };
        folding.effected = None;
        // One look at the state after the other: two at once wait for whoever wants to change it, who waits for them.
        let mut verbs = into.look(|state| (*state.verbs).clone());
        let vocabulary = self.vocabulary();
        let (heeded, mut said) = (Heeded::new(&vocabulary), Vec::new());
        let mut effects = Effects::default();
        let mut ready = Vec::new();
        let mut refused = Vec::new();
        let (mut n_events, mut n_folded, mut n_dropped) = (0, 0, 0);
        let (mut seen_now, mut clock) = (HashMap::default(), into.look(|state| state.tail.clock));
        for batch in batches {
            n_events += batch.events.len() as u64;
            clock = clock.after(batch.received_at);
            // One look at the state: between two, the tail could have become what is being sealed, and neither have it.
            let repeats = into.look(|state| self.repeats(state, &batch, clock.now(), &mut seen_now))?;
            let dropped: Vec<u32> = (0..).zip(&repeats).filter(|(_, r)| !r.is_new()).map(|(i, _)| i).collect();
            let judged = self.judge_batch(&heeded, &batch, &repeats);
            let start = effects.rows.len();
            let fresh = fresh_of(&batch, &repeats).map(|(_, event)| event).zip(judged.evidence);
            folding.fold.fold(fresh, &mut verbs, &mut effects);
            let rows = effects.rows.split_off(start);
            let unscored = std::mem::take(&mut effects.unscored);
            if batch.seq > effected {
                said.extend(judged.said.into_iter().filter_map(|(place, judged)| {
                    let event = batch.events.get(place as usize)?.clone();
                    let event = self.lake_event(event, (&batch.source, batch.received_at), seq_of(batch.seq, place));
                    self.said(&heeded, &event, judged)
                }));
                n_folded += (batch.events.len() - dropped.len()) as i64;
                n_dropped += dropped.len() as i64;
                refused.extend(conflicts(&batch, &repeats));
            }
            let seen = repeats.iter().filter_map(Repeat::seen).collect();
            let n = batch.events.len() as u64;
            ready.push(Ready { seq: batch.seq, n, clock, rows, unscored, dropped, seen });
        }
        let is_stirred = !said.is_empty();
        if last > effected {
            self.write_effects(&effects, (refused, said), (n_folded, n_dropped), last)?;
        }
        self.show(effects, ready, verbs, &mut into)?;
        self.on_their_way.note_folded(last);
        folding.upto = last;
        folding.effected = Some(last.max(effected));
        self.intake.note_folded(last);
        if is_stirred {
            self.stir();
        }
        Ok(n_events)
    }

    /// What the new events of a batch are evidence of, and what those say that are part of a conversation.
    fn judge_batch(&self, heeded: &Heeded<'_>, batch: &Fresh, repeats: &[Repeat]) -> JudgedBatch {
        let mut judged = JudgedBatch::default();
        for (place, event) in fresh_of(batch, repeats) {
            if event.text.is_none() && !heeded.has(&event.verb) {
                judged.evidence.push(event.evidence());
                continue;
            }
            let one = self.judge(heeded, &event.verb, event.text.as_deref(), event.rating);
            judged.evidence.push(one.evidence);
            judged.said.push((place, one));
        }
        judged
    }

    /// The batches after `seq`: those just taken in are at hand, others are read.
    fn next_batches(&self, seq: i64) -> Result<Vec<Fresh>, EngineError> {
        let fresh = self.intake.fresh_after(seq, FOLD_EVENTS);
        if !fresh.is_empty() {
            return Ok(fresh);
        }
        let batches = self.read_journal(seq, FOLD_BATCHES)?;
        batches.iter().map(Fresh::of).collect()
    }

    fn write_effects(
        &self,
        effects: &Effects,
        (refused, said): (Vec<rejected::Rejected>, Vec<Said>),
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
        let duty = self.settings.duty.clone();
        Ok(self.database.write(move |conn| {
            identity::insert_new(conn, &ids)?;
            entity::insert_new(conn, &entities)?;
            for entity in &entities {
                if let Some(parent) = entity.parent {
                    entity::set_parent_if_unset(conn, entity.key, parent)?;
                }
            }
            link::insert_new(conn, &links)?;
            asks::write(conn, said, &duty)?;
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
        into: &mut Into<'_>,
    ) -> Result<(), EngineError> {
        let links: Vec<Link> = effects.links.iter().map(|link| Link::new(link.a, link.b, link.at)).collect();
        let ends: Vec<Key> = links.iter().flat_map(|link| [link.a, link.b]).collect();
        let known = self.ids_of_links(&ends)?;
        into.change(|state| {
            if !effects.objects.is_empty() {
                state.objects = Arc::new(with_new(&state.objects, effects.objects));
            }
            if !links.is_empty() {
                Arc::make_mut(&mut state.identity).apply(&links, &known);
            }
            for batch in ready {
                state.tail.add(batch.seq, &batch.rows, &verbs);
                for subject in batch.unscored {
                    state.tail.note_event(batch.seq, subject);
                }
                state.tail.seen.extend(batch.seen);
                state.tail.note_batch(batch.seq, batch.n, batch.clock);
                if !batch.dropped.is_empty() {
                    state.tail.dropped.insert(batch.seq, batch.dropped);
                }
            }
            state.verbs = Arc::new(verbs);
            state.version += 1;
        });
        Ok(())
    }

    /// Which events of a batch came before, that came `received_at` by the window's clock.
    fn repeats(
        &self,
        state: &State,
        batch: &Fresh,
        received_at: i64,
        seen_now: &mut HashMap<u128, Seen, KeyHashing>,
    ) -> Result<Vec<Repeat>, EngineError> {
        let since = received_at.saturating_sub(self.window());
        let mut repeats = Vec::with_capacity(batch.events.len());
        for event in &batch.events {
            let Some(message) = &event.message else {
                repeats.push(Repeat::New(None));
                continue;
            };
            let id = self.message_id(&batch.source, message);
            let digest = digest_of(event, &self.secret);
            let known = match seen_now.get(&id) {
                Some(seen) => Some(*seen),
                None => state.seen(id)?,
            };
            repeats.push(match known.filter(|seen| seen.received_at >= since) {
                None => {
                    let seen = Seen { digest, received_at };
                    seen_now.insert(id, seen);
                    Repeat::New(Some((id, seen)))
                }
                Some(seen) if seen.digest == digest => Repeat::Duplicate,
                Some(_) => Repeat::Conflict(message.clone()),
            });
        }
        Ok(repeats)
    }

    /// Under what a message of a source is remembered.
    pub(crate) fn message_id(&self, source: &str, message: &str) -> u128 {
        self.secret.digest(&[source.as_bytes(), message.as_bytes()])
    }

    /// Whether a message of this id from this source was folded within the window.
    pub fn is_known(&self, source: &str, message: &str) -> Result<bool, EngineError> {
        let state = self.state();
        let since = state.tail.clock.at(clock::now()).saturating_sub(self.window());
        Ok(state.seen(self.message_id(source, message))?.is_some_and(|seen| seen.received_at >= since))
    }
}

impl State {
    /// What is remembered of a message; of several, what came last.
    pub(crate) fn seen(&self, id: u128) -> Result<Option<Seen>, EngineError> {
        let in_memory = self.tail.seen.get(&id).or_else(|| self.sealing.as_deref()?.seen.get(&id));
        if let Some(seen) = in_memory {
            return Ok(Some(*seen));
        }
        let mut latest: Option<Seen> = None;
        for (row, file) in &self.filters {
            let failed = |source| LakeError::Io { path: row.file.clone().into(), source };
            let found = file.get(id).map_err(failed)?;
            latest = [latest, found].into_iter().flatten().max_by_key(|seen| seen.received_at);
        }
        Ok(latest)
    }
}

impl Repeat {
    fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }

    fn seen(&self) -> Option<(u128, Seen)> {
        match self {
            Self::New(seen) => *seen,
            Self::Duplicate | Self::Conflict(_) => None,
        }
    }
}

/// A digest of an event's content: of all of it, but of its time only what the sender's clock said, since a correction, and
/// the time of receipt of an event without one, come out differently each time it is sent.
pub(crate) fn digest_of(event: &Event, secret: &KeySecret) -> i64 {
    thread_local! {
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        let ends = (&event.subject, &event.also, &event.object, &event.parent, &event.target);
        let measures = (event.rating, event.value, event.seconds, event.paid, event.scored);
        let texts = (&event.reply_to, &event.text, &event.extra);
        let at = (!event.undated).then(|| event.said_at.unwrap_or(event.at));
        let said = (at, &event.verb, event.layer, event.space);
        postcard::to_io(&(said, ends, measures, texts), &mut *bytes)
            .expect("an event has only shapes that postcard knows");
        secret.digest(&[bytes]) as i64
    })
}

/// The events of a batch that did not come before, with their places.
fn fresh_of<'b>(batch: &'b Fresh, repeats: &'b [Repeat]) -> impl Iterator<Item = (u32, &'b Event)> {
    (0..).zip(&batch.events).zip(repeats).filter(|(_, repeat)| repeat.is_new()).map(|(event, _)| event)
}

fn conflicts(batch: &Fresh, repeats: &[Repeat]) -> Vec<rejected::Rejected> {
    let refused: Vec<Refused> = batch
        .events
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
    rejections(&refused, &batch.source, (None, Some(EVENT_DIALECT)), batch.received_at)
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
