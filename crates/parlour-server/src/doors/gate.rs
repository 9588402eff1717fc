//! The gate: how much may be on its way at once, and how fast each source may send.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use parlour_engine::source::Source;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{ApiError, ErrorCode};

/// Bytes are counted in pieces of this size.
const PIECE: usize = 1024;
/// Seconds after which a sender may find room again.
const ROOM_SECONDS: u64 = 1;

/// Room for bodies, and what each source with a limit may still send.
pub(crate) struct Gate {
    room: Arc<Semaphore>,
    buckets: Mutex<HashMap<i64, Bucket>>,
}

/// What a source may still send; below nothing where a batch was larger than that.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    events: f64,
    at: Instant,
}

impl Gate {
    pub(crate) fn new(waiting_bytes: usize) -> Self {
        let room = Arc::new(Semaphore::new(waiting_bytes.div_ceil(PIECE).min(Semaphore::MAX_PERMITS)));
        Self { room, buckets: Mutex::default() }
    }

    /// Room for a body, as long as the permit is held; without any, the sender is asked to come back.
    pub(crate) fn enter(&self, n_bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let n = u32::try_from(n_bytes.div_ceil(PIECE).max(1)).unwrap_or(u32::MAX);
        Arc::clone(&self.room).try_acquire_many_owned(n).map_err(|_| {
            let error = ApiError::new(ErrorCode::Busy, "the server has more to take than it may hold; come back soon");
            ApiError { retry_after: Some(ROOM_SECONDS), ..error }
        })
    }

    /// Counts `n` events of a source against what it may send. A batch is taken whole while there is anything left, so
    /// that a large one gets through at all, and the next waits the longer.
    pub(crate) fn pass(&self, source: &Source, n: usize, now: Instant) -> Result<(), ApiError> {
        let Some(rate) = source.events_per_second.map(f64::from).filter(|rate| 0.0 < *rate) else { return Ok(()) };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(source.id).or_insert(Bucket { events: rate, at: now });
        let seconds = now.saturating_duration_since(bucket.at).as_secs_f64();
        *bucket = Bucket { events: (bucket.events + seconds * rate).min(rate), at: now };
        if bucket.events < 1.0 {
            let wait = ((1.0 - bucket.events) / rate).ceil().max(1.0);
            let message = format!("source `{}` sends more than its {rate} events a second; send less", source.name);
            let error = ApiError::new(ErrorCode::TooManyEvents, message);
            return Err(ApiError { retry_after: Some(wait as u64), ..error });
        }
        bucket.events -= n as f64;
        Ok(())
    }

    /// Counts `n` more events of a source that was let pass before it was known how many they are.
    pub(crate) fn owe(&self, source: &Source, n: u64) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&source.id) {
            bucket.events -= n as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use parlour_core::event::{Layer, Name};
    use parlour_engine::source::SourceKind;

    use super::*;

    fn source(events_per_second: Option<u32>) -> Source {
        Source {
            id: 1,
            name: "shop".to_owned(),
            brand: Name::new("brand", "acme"),
            layer: Layer::Web,
            kind: SourceKind::Sdk,
            events_per_second,
            mapping: None,
            secret: None,
            mailbox: None,
            created_at: 0,
            first_event_at: None,
            last_event_at: None,
            revoked_at: None,
            keys: Vec::new(),
        }
    }

    #[test]
    fn a_source_gets_its_rate_and_a_large_batch_borrows() {
        let (gate, start) = (Gate::new(1), Instant::now());
        let pass = |n, at_ms| gate.pass(&source(Some(10)), n, start + Duration::from_millis(at_ms));
        assert!(pass(25, 0).is_ok());
        assert_eq!(pass(1, 0).unwrap_err().retry_after, Some(2));
        assert!(pass(1, 1500).is_err());
        assert!(pass(1, 1700).is_ok());
        gate.owe(&source(Some(10)), 15);
        assert_eq!(pass(1, 1700).unwrap_err().retry_after, Some(2));
        assert!(gate.pass(&source(None), 1_000_000, start).is_ok());
    }

    #[test]
    fn there_is_room_for_so_much_at_once() {
        let gate = Gate::new(10 * PIECE);
        let held = gate.enter(9 * PIECE).unwrap();
        assert_eq!(gate.enter(2 * PIECE).unwrap_err().retry_after, Some(ROOM_SECONDS));
        drop(held);
        assert!(gate.enter(10 * PIECE).is_ok());
    }
}
