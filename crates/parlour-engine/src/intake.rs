//! Taking events in: what many callers submit while one commit is under way shares the next, as one batch of the
//! journal for each source; and what was just written is handed to the fold without reading it back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use parlour_core::day::Day;
use parlour_core::event::Event;
use parlour_store::rejected::Rejected;
use parlour_store::{Database, StoreError, journal, rejected, tally};

use crate::arrivals::{self, Arrivals, Count};
use crate::bell::Bell;
use crate::bodies::{Bodies, name_of};
use crate::erase::Barred;
use crate::seal::unpacked;
use crate::source::Sources;
use crate::submission::{Alongside, MAX_BATCH_EVENTS, Receipt};
use crate::{EngineError, clock, codec};

/// Most events that are handed to the fold in memory; beyond it the fold reads them from the journal.
const MAX_RECENT_EVENTS: usize = 100_000;

/// Told what became of a submission, on a thread where it must not block.
pub(crate) type Done = Box<dyn FnOnce(Result<Receipt, EngineError>) + Send>;

/// What one caller submits, judged already.
pub(crate) struct Parcel {
    pub(crate) source: Arc<str>,
    pub(crate) events: Vec<Event>,
    pub(crate) rejections: Vec<Rejected>,
    pub(crate) n_bytes: usize,
}

/// A batch that is in the journal, and its events.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) seq: i64,
    pub(crate) source: Arc<str>,
    pub(crate) received_at: i64,
    pub(crate) events: Vec<Event>,
}

/// Takes parcels in on a thread of its own.
pub(crate) struct Intake {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    database: Database,
    bell: Arc<Bell>,
    queue: Mutex<Queue>,
    changed: Condvar,
    recent: Mutex<Recent>,
    sources: Arc<Sources>,
    arrivals: Arc<Arrivals>,
    barred: Arc<Barred>,
    bodies: Arc<Bodies>,
    /// Events in the journal that were taken in since the start and are not folded yet …
    n_waiting: AtomicU64,
    /// … and how many of them are in which batch.
    own: Mutex<BTreeMap<i64, u64>>,
    /// Events that were taken in since the start.
    n_taken: AtomicU64,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Parcel, Done)>,
    n_bytes: usize,
    is_closed: bool,
}

#[derive(Default)]
struct Recent {
    batches: BTreeMap<i64, Fresh>,
    n_events: usize,
}

/// One batch in the making.
struct Draft {
    source: Arc<str>,
    events: Vec<Event>,
}

/// What many callers brought, put together.
#[derive(Default)]
struct Drafts {
    all: Vec<Draft>,
    /// In which draft each caller's events are.
    places: Vec<Option<usize>>,
    rejections: Vec<Rejected>,
}

/// The last that came from a source.
type Tail = Vec<(arrivals::Outcome, Option<String>)>;

impl Intake {
    pub(crate) fn new(
        database: Database,
        bell: Arc<Bell>,
        (sources, arrivals): (Arc<Sources>, Arc<Arrivals>),
        barred: Arc<Barred>,
        bodies: Arc<Bodies>,
    ) -> Self {
        let shared = Arc::new(Shared {
            database,
            bell,
            queue: Mutex::default(),
            changed: Condvar::new(),
            recent: Mutex::default(),
            sources,
            arrivals,
            barred,
            bodies,
            n_waiting: AtomicU64::new(0),
            n_taken: AtomicU64::new(0),
            own: Mutex::default(),
        });
        let worker = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("intake".to_owned()).spawn(move || worker.serve());
        Self { shared, thread: Some(thread.expect("the system can start a thread")) }
    }

    /// Has a parcel taken in with those of others, and `done` told. Refuses at once where more than `most` bytes would
    /// wait.
    pub(crate) fn submit(&self, parcel: Parcel, most: usize, done: Done) -> Result<(), EngineError> {
        let mut queue = lock(&self.shared.queue);
        if !queue.waiting.is_empty() && queue.n_bytes + parcel.n_bytes > most {
            return Err(StoreError::Busy.into());
        }
        queue.n_bytes += parcel.n_bytes;
        queue.waiting.push_back((parcel, done));
        drop(queue);
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Takes one parcel in by itself, with what is done in the same transaction.
    pub(crate) fn take(&self, parcel: Parcel, alongside: Option<Alongside>) -> Result<Receipt, EngineError> {
        let receipt = Receipt::of(&parcel);
        let seqs = self.shared.write(vec![parcel], alongside)?;
        Ok(Receipt { seq: seqs.first().copied().flatten(), ..receipt })
    }

    /// How many events that were taken in wait to be folded.
    pub(crate) fn n_waiting(&self) -> u64 {
        self.shared.n_waiting.load(Ordering::Relaxed)
    }

    /// How many events were taken in since the start.
    pub(crate) fn n_taken(&self) -> u64 {
        self.shared.n_taken.load(Ordering::Relaxed)
    }

    /// Lets go of what is at hand up to a batch.
    pub(crate) fn forget_upto(&self, seq: i64) {
        self.fresh_after(seq, 0);
    }

    /// Notes that everything up to a batch is folded.
    pub(crate) fn note_folded(&self, seq: i64) {
        let mut own = lock(&self.shared.own);
        let left = own.split_off(&seq.saturating_add(1));
        let n = std::mem::replace(&mut *own, left).into_values().sum();
        self.shared.n_waiting.fetch_sub(n, Ordering::Relaxed);
    }

    /// The batches that follow `seq` without a gap, if they are at hand: `most` events or little more.
    pub(crate) fn fresh_after(&self, seq: i64, most: usize) -> Vec<Fresh> {
        let mut recent = lock(&self.shared.recent);
        let old = recent.batches.range(..=seq).map(|(seq, _)| *seq).collect::<Vec<_>>();
        for seq in old {
            recent.remove(seq);
        }
        let mut fresh = Vec::new();
        let (mut next, mut n) = (seq + 1, 0);
        while n < most
            && let Some(batch) = recent.remove(next)
        {
            n += batch.events.len();
            next += 1;
            fresh.push(batch);
        }
        fresh
    }
}

impl Fresh {
    /// The same from the journal.
    pub(crate) fn of(batch: &journal::JournalBatch) -> Result<Self, EngineError> {
        let arrival = &batch.arrival;
        let events = unpacked(batch)?;
        Ok(Self { seq: batch.seq, source: arrival.source.as_str().into(), received_at: arrival.received_at, events })
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        lock(&self.shared.queue).is_closed = true;
        self.shared.changed.notify_one();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the intake panicked");
        }
    }
}

impl Receipt {
    fn of(parcel: &Parcel) -> Self {
        Self { seq: None, n_accepted: parcel.events.len() as u64, n_rejected: parcel.rejections.len() as u64 }
    }
}

impl Recent {
    fn remove(&mut self, seq: i64) -> Option<Fresh> {
        let batch = self.batches.remove(&seq)?;
        self.n_events -= batch.events.len();
        Some(batch)
    }
}

impl Shared {
    /// Works until it is closed and nothing waits.
    fn serve(&self) {
        loop {
            let mut queue = lock(&self.queue);
            while queue.waiting.is_empty() && !queue.is_closed {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            let waiting = std::mem::take(&mut queue.waiting);
            queue.n_bytes = 0;
            drop(queue);
            if waiting.is_empty() {
                return;
            }
            self.take_all(waiting);
        }
    }

    fn take_all(&self, waiting: VecDeque<(Parcel, Done)>) {
        let (parcels, dones): (Vec<Parcel>, Vec<Done>) = waiting.into_iter().unzip();
        let receipts: Vec<Receipt> = parcels.iter().map(Receipt::of).collect();
        let written = self.write(parcels, None);
        for ((place, done), receipt) in dones.into_iter().enumerate().zip(receipts) {
            done(match &written {
                Ok(seqs) => Ok(Receipt { seq: seqs[place], ..receipt }),
                Err(error) => Err(error.clone().into()),
            });
        }
    }

    /// Writes parcels in one transaction and returns in which batch each lies; when this returns they are durable.
    fn write(&self, mut parcels: Vec<Parcel>, alongside: Option<Alongside>) -> Result<Vec<Option<i64>>, StoreError> {
        let received_at = clock::now();
        // Whoever is erased while this waited was let in before that. What they sent goes nowhere, and is not counted.
        let gate = self.barred.gate();
        for parcel in &mut parcels {
            parcel.events.retain(|event| !gate.bars(event));
        }
        let Drafts { all: drafts, places, rejections } = Drafts::of(parcels);
        let n_accepted = drafts.iter().map(|draft| draft.events.len()).sum::<usize>() as i64;
        let n_rejected = rejections.len() as i64;
        let (counts, tails) = self.counts(&drafts, &rejections, received_at);
        let mut arrivals: Vec<_> = drafts.iter().filter_map(|draft| arrival(draft, received_at)).collect();
        self.bodies.put(arrivals.iter_mut().map(|arrival| &mut arrival.body))?;
        let rows: Vec<Vec<u8>> =
            arrivals.iter().map(|arrival| &arrival.body).filter(|row| name_of(row).is_some()).cloned().collect();
        let written = self.database.write(move |conn| {
            let mut seqs = Vec::with_capacity(arrivals.len());
            for arrival in arrivals {
                seqs.push(journal::append(conn, arrival)?);
            }
            rejected::insert(conn, &rejections)?;
            let sums = [("sent", n_accepted + n_rejected), ("accepted", n_accepted), ("rejected", n_rejected)];
            tally::add(conn, &sums)?;
            counts.iter().try_for_each(|count| count.write(conn))?;
            if let Some(alongside) = alongside {
                alongside(conn)?;
            }
            Ok((seqs, counts))
        });
        // What may have been written after all keeps what it names.
        if written.as_ref().is_err_and(|error| *error != StoreError::Unknown) {
            self.bodies.take_back(&rows);
        }
        let (seqs, counts) = written?;
        drop(gate);
        {
            let mut own = lock(&self.own);
            own.extend(drafts.iter().zip(&seqs).map(|(draft, seq)| (*seq, draft.events.len() as u64)));
            self.n_waiting.fetch_add(n_accepted.unsigned_abs(), Ordering::Relaxed);
        }
        self.n_taken.fetch_add(n_accepted.unsigned_abs(), Ordering::Relaxed);
        for (count, tail) in counts.iter().zip(tails) {
            self.arrivals.note(count, received_at, tail);
        }
        self.hand_over(drafts, &seqs, received_at);
        self.bell.ring();
        Ok(places.into_iter().map(|place| place.map(|place| seqs[place])).collect())
    }

    /// What is counted of each source, and the last that came from it.
    fn counts(&self, drafts: &[Draft], rejections: &[Rejected], at: i64) -> (Vec<Count>, Vec<Tail>) {
        let mut names: Vec<Arc<str>> = drafts.iter().map(|draft| Arc::clone(&draft.source)).collect();
        names.extend(rejections.iter().map(|rejected| Arc::from(rejected.source.as_str())));
        names.sort_unstable();
        names.dedup();
        let counted = names.iter().filter_map(|name| {
            let of_source = || drafts.iter().filter(|draft| draft.source == *name);
            let rejected: Vec<&Rejected> = rejections.iter().filter(|row| *row.source == **name).collect();
            let n = of_source().map(|draft| draft.events.len()).sum();
            let count = self.arrivals.count_of(&self.sources, name, at, (n, &rejected))?;
            let last = of_source().next_back().map_or(&[][..], |draft| &draft.events);
            Some((count, arrivals::last_of(last, &rejected)))
        });
        counted.unzip()
    }

    fn hand_over(&self, drafts: Vec<Draft>, seqs: &[i64], received_at: i64) {
        let mut recent = lock(&self.recent);
        for (draft, &seq) in drafts.into_iter().zip(seqs) {
            if recent.n_events < MAX_RECENT_EVENTS {
                recent.n_events += draft.events.len();
                recent.batches.insert(seq, Fresh { seq, source: draft.source, received_at, events: draft.events });
            }
        }
    }
}

impl Drafts {
    /// Puts the events of each source together, in order and none over a batch's size.
    fn of(parcels: Vec<Parcel>) -> Self {
        let mut all = Self::default();
        for parcel in parcels {
            all.rejections.extend(parcel.rejections);
            if parcel.events.is_empty() {
                all.places.push(None);
                continue;
            }
            let drafts = &mut all.all;
            let last = drafts.iter().rposition(|draft| draft.source == parcel.source);
            let fits = last.filter(|&i| drafts[i].events.len() + parcel.events.len() <= MAX_BATCH_EVENTS);
            let place = fits.unwrap_or(drafts.len());
            match fits {
                Some(place) => drafts[place].events.extend(parcel.events),
                None => drafts.push(Draft { source: parcel.source, events: parcel.events }),
            }
            all.places.push(Some(place));
        }
        all
    }
}

/// The batch as the journal takes it; `None` where it is empty.
fn arrival(draft: &Draft, received_at: i64) -> Option<journal::Arrival> {
    let days = || draft.events.iter().map(|event| Day::of_micros(event.at));
    Some(journal::Arrival {
        source: draft.source.to_string(),
        received_at,
        n: draft.events.len() as i64,
        min_day: days().min()?,
        max_day: days().max()?,
        body: codec::pack(&draft.events),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
