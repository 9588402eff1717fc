//! A bell that wakes tasks and those who wait for them.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts how often it rang, so that no ring is missed between a look and a wait.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<u64>,
    changed: Condvar,
}

impl Bell {
    pub(crate) fn count(&self) -> u64 {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    /// Waits until it has rung more than `count` times, at most so long; returns whether it has.
    pub(crate) fn wait_beyond(&self, count: u64, most: Duration) -> bool {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(rung, most, |rung| *rung <= count);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}
