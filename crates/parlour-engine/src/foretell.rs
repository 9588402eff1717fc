//! What a sender is told of its events before the fold has seen them: whether they came before. What was told `New` is
//! remembered until it is folded, so that a repeat in another request is known for one.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::event::Event;
use parlour_core::key::KeyHashing;

use crate::duplicates::Seen;
use crate::engine::Engine;
use crate::fold::digest_of;
use crate::{EngineError, clock};

/// Most ids that are remembered; those beyond it are told `New` again until they are folded.
const MAX_IDS: usize = 100_000;

/// Whether an event came before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Novelty {
    /// Not that we know.
    New,
    /// The same did.
    Duplicate,
    /// Another did under its id.
    Conflict,
    /// Whoever it is of was erased.
    Barred,
}

/// Ids that are on their way to the fold.
#[derive(Debug, Default)]
pub(crate) struct OnTheirWay {
    ids: Mutex<Ids>,
    /// The last batch of the journal that is folded.
    folded: AtomicI64,
}

#[derive(Debug, Default)]
struct Ids {
    seen: HashMap<u128, Seen, KeyHashing>,
    /// Those that are in the journal, by the batch they are in.
    kept: BTreeMap<i64, Vec<u128>>,
}

/// The ids that one request was the first to bring. They are forgotten once they are folded, or with this where it was
/// never told in which batch they are.
#[derive(Debug)]
pub struct Foretold {
    on_their_way: Arc<OnTheirWay>,
    ids: Vec<u128>,
    seq: AtomicI64,
}

impl OnTheirWay {
    /// Notes that everything up to this batch is folded, and visible.
    pub(crate) fn note_folded(&self, seq: i64) {
        self.folded.store(seq, Ordering::Release);
    }

    /// The last batch of the journal that is folded.
    pub(crate) fn folded(&self) -> i64 {
        self.folded.load(Ordering::Acquire)
    }

    /// What is known of these ids by now, those before each among them too; what is not known is now remembered.
    fn meet(self: &Arc<Self>, ids: &[Option<(u128, Seen)>]) -> (Vec<Option<Seen>>, Foretold) {
        let mut own = Vec::new();
        let mut all = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = all.kept.split_off(&self.folded.load(Ordering::Acquire).saturating_add(1));
        for id in std::mem::replace(&mut all.kept, waiting).into_values().flatten() {
            all.seen.remove(&id);
        }
        let known = ids.iter().map(|id| {
            let (id, seen) = (*id)?;
            let known = all.seen.get(&id).copied();
            if known.is_none() && all.seen.len() < MAX_IDS {
                all.seen.insert(id, seen);
                own.push(id);
            }
            known
        });
        let known = known.collect();
        (known, Foretold { on_their_way: Arc::clone(self), ids: own, seq: AtomicI64::new(0) })
    }
}

impl Foretold {
    /// Notes that some of the ids are durable in this batch.
    pub fn keep(&self, seq: Option<i64>) {
        self.seq.fetch_max(seq.unwrap_or(0), Ordering::Relaxed);
    }
}

impl Drop for Foretold {
    fn drop(&mut self) {
        let (seq, own) = (*self.seq.get_mut(), std::mem::take(&mut self.ids));
        let mut ids = self.on_their_way.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if seq > 0 {
            ids.kept.entry(seq).or_default().extend(own);
        } else {
            for id in own {
                ids.seen.remove(&id);
            }
        }
    }
}

impl Engine {
    /// What the fold will say of events that come together from this source, as far as they, what is on its way to it
    /// and what it has folded tell by now. Reads files. What is returned beside it is told where they lie, once they do.
    pub fn foretell<'e>(
        &self,
        source: &str,
        events: impl Iterator<Item = &'e Event>,
    ) -> Result<(Vec<Novelty>, Foretold), EngineError> {
        let received_at = self.state().tail.clock.at(clock::now());
        let since = received_at.saturating_sub(self.window());
        let id_of = |event: &Event| {
            let message = event.message.as_ref()?;
            let digest = if event.is_by_brand() {
                digest_of(&event.clone().turned(), &self.secret)
            } else {
                digest_of(event, &self.secret)
            };
            Some((self.message_id(source, message), Seen { digest, received_at }))
        };
        let (gate, mut barred) = (self.barred.gate(), Vec::new());
        let of_whoever_is_let_in = |event: &Event| {
            barred.push(gate.bars(event));
            if barred.last() == Some(&true) { None } else { id_of(event) }
        };
        let ids: Vec<Option<(u128, Seen)>> = events.map(of_whoever_is_let_in).collect();
        drop(gate);
        // First what is on its way: what is no longer there is folded, and what is folded is found after that.
        let (waiting, foretold) = self.on_their_way.meet(&ids);
        let state = self.state();
        let mut novelties = Vec::with_capacity(ids.len());
        for ((id, waiting), is_barred) in ids.iter().zip(waiting).zip(barred) {
            let Some((id, seen)) = id else {
                novelties.push(if is_barred { Novelty::Barred } else { Novelty::New });
                continue;
            };
            let known = state.seen(*id)?.filter(|seen| seen.received_at >= since).or(waiting);
            novelties.push(match known {
                None => Novelty::New,
                Some(known) if known.digest == seen.digest => Novelty::Duplicate,
                Some(_) => Novelty::Conflict,
            });
        }
        Ok((novelties, foretold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(id: u128) -> (u128, Seen) {
        (id, Seen { digest: 1, received_at: 2 })
    }

    fn is_known(all: &Arc<OnTheirWay>, id: u128) -> bool {
        all.meet(&[Some(seen(id))]).0[0].is_some()
    }

    #[test]
    fn what_is_kept_is_known_until_it_is_folded() {
        let all = Arc::new(OnTheirWay::default());
        let (known, first) = all.meet(&[Some(seen(1)), None, Some(seen(1)), Some(seen(2))]);
        assert_eq!(known.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true, false]);
        let (known, again) = all.meet(&[Some(seen(2)), Some(seen(3))]);
        assert_eq!(known.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
        first.keep(Some(7));
        drop(first);
        // What was never taken in may come as new.
        drop(again);
        assert!(!is_known(&all, 3) && is_known(&all, 1) && is_known(&all, 2));
        all.note_folded(6);
        assert!(is_known(&all, 1));
        all.note_folded(7);
        assert!(!is_known(&all, 1) && !is_known(&all, 2));
        assert!(all.ids.lock().unwrap().seen.is_empty() && all.ids.lock().unwrap().kept.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let all = Arc::new(OnTheirWay::default());
        let ids: Vec<_> = (0..MAX_IDS as u128 + 9).map(|id| Some(seen(id))).collect();
        let (_, held) = all.meet(&ids);
        assert_eq!(all.ids.lock().unwrap().seen.len(), MAX_IDS);
        assert!(is_known(&all, 0) && !is_known(&all, MAX_IDS as u128));
        drop(held);
        assert!(all.ids.lock().unwrap().seen.is_empty());
    }
}
