//! Which state a question is asked of.
//!
//! Where there is much to go through, counting everybody takes a while, and there is a new state all the time. So the
//! Desk's questions about everybody are then asked of one that is held, and all of its pages agree. Meanwhile the next is
//! asked the same, ahead of time, before it takes the place of the one that is held.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::Engine;
use crate::snapshot::Snapshot;

/// A state is held for at most so long; somebody who asks after that asks the state of that moment.
const LONGEST: Duration = Duration::from_mins(20);
/// The next is asked so many times as long after the last as that took, …
const TIMES: u32 = 20;
/// … but not before this, …
const SHORTEST: Duration = Duration::from_secs(30);
/// … and no later than this.
const LATEST: Duration = Duration::from_mins(10);

/// Which state a question is asked of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Moment {
    /// The one that is held; where there is little to go through, the present one.
    #[default]
    Held,
    /// The present one, each person of which is measured by the people of the one that is held.
    Now,
    /// The one that will be held next.
    Ahead,
}

/// The state that is held.
#[derive(Clone, Debug)]
struct Held {
    snapshot: Arc<Snapshot>,
    since: Instant,
    /// How long asking it ahead of time took.
    took: Duration,
}

impl Held {
    fn is_good(&self) -> bool {
        self.since.elapsed() < LONGEST
    }

    fn rest(&self) -> Duration {
        (self.took * TIMES).clamp(SHORTEST, LATEST)
    }
}

/// The state that is held, and the next.
#[derive(Debug, Default)]
pub(crate) struct Moments {
    held: Mutex<Option<Held>>,
    ahead: Mutex<Option<Arc<Snapshot>>>,
}

impl Engine {
    /// The state of a moment.
    pub fn snapshot_of(&self, moment: Moment) -> Arc<Snapshot> {
        match moment {
            Moment::Now => self.snapshot(),
            Moment::Held => self.held().unwrap_or_else(|| self.hold_present()),
            Moment::Ahead => {
                let ahead = self.moments.ahead.lock().unwrap_or_else(PoisonError::into_inner).clone();
                ahead.unwrap_or_else(|| self.snapshot_of(Moment::Held))
            }
        }
    }

    /// The version of the state that is held, if one is.
    pub(crate) fn held_version(&self) -> Option<u64> {
        let held = self.moments.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| held.is_good()).map(|held| held.snapshot.version)
    }

    /// Has the next state asked what it will be asked, and holds it then. Returns whether there was one: not where there
    /// is little to go through, nothing new, or it is too early.
    pub fn look_ahead(&self, ask: impl FnOnce()) -> bool {
        let held = self.moments.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_early = held.as_ref().is_some_and(|held| held.since.elapsed() < held.rest());
        if is_early || self.n_rows() < self.settings.engine.held_rows {
            return false;
        }
        let next = self.snapshot_anew();
        if held.is_some_and(|held| held.is_good() && held.snapshot.version == next.version) {
            return false;
        }
        *self.moments.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&next));
        let started = Instant::now();
        ask();
        let mut ahead = self.moments.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        // Unless it was let go of meanwhile, because it does not know the last word.
        if ahead.take().is_some_and(|ahead| Arc::ptr_eq(&ahead, &next)) {
            self.put_held(next, started.elapsed());
        }
        true
    }

    /// Lets go of what is held, after something that whoever did it wants to see at once.
    pub(crate) fn forget_held(&self) {
        *self.moments.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.moments.ahead.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn held(&self) -> Option<Arc<Snapshot>> {
        let held = self.moments.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| held.is_good()).map(|held| Arc::clone(&held.snapshot))
    }

    fn hold_present(&self) -> Arc<Snapshot> {
        if self.n_rows() < self.settings.engine.held_rows {
            return self.snapshot();
        }
        let snapshot = self.snapshot_anew();
        self.put_held(Arc::clone(&snapshot), Duration::ZERO);
        snapshot
    }

    fn put_held(&self, snapshot: Arc<Snapshot>, took: Duration) {
        let held = Held { snapshot, since: Instant::now(), took };
        *self.moments.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }

    /// Rows of activity, sealed and not.
    fn n_rows(&self) -> u64 {
        let state = self.state();
        let sealed: i64 = state.activity.iter().map(|run| run.row.n_rows).sum();
        let tails = state.tail.n_rows() + state.sealing.as_ref().map_or(0, |tail| tail.n_rows());
        sealed.max(0) as u64 + tails as u64
    }
}
