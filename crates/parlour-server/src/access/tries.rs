//! Tries to sign in: so many at once, and one more every so often; in all, by account, and by address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{ApiError, ErrorCode};

/// Tries that may follow each other without a wait.
const MAX_TRIES: u32 = 20;
/// After this long there is one more.
const TRY_EVERY: Duration = Duration::from_secs(3);
/// The same with the password of one account …
const MAX_OF_ACCOUNT: u32 = 10;
const OF_ACCOUNT_EVERY: Duration = Duration::from_secs(30);
/// … and from one address, behind which there may be a whole office.
const MAX_OF_ADDRESS: u32 = 30;
const OF_ADDRESS_EVERY: Duration = Duration::from_secs(3);
/// Most accounts or addresses that are remembered; beyond it those who waited long enough are forgotten, then all.
const MAX_KEYS: usize = 20_000;

/// What is left of some tries, as of a moment.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: u32,
    since: Instant,
}

/// How many tries there are, and how soon there is another.
#[derive(Clone, Copy, Debug)]
struct Pace {
    most: u32,
    every: Duration,
}

impl Pace {
    fn refill(self, bucket: &mut Bucket, now: Instant) {
        let n_new = now.saturating_duration_since(bucket.since).as_secs() / self.every.as_secs();
        if n_new > 0 {
            bucket.left = bucket.left.saturating_add(u32::try_from(n_new).unwrap_or(u32::MAX)).min(self.most);
            bucket.since = now;
        }
    }

    fn take(self, bucket: &mut Bucket, now: Instant) -> Result<(), ApiError> {
        self.refill(bucket, now);
        if bucket.left == 0 {
            let error = ApiError::new(ErrorCode::TooManyTries, "too many tries to sign in; wait a moment");
            return Err(ApiError { retry_after: Some(self.every.as_secs()), ..error });
        }
        bucket.left -= 1;
        Ok(())
    }
}

/// All tries with links together.
#[derive(Debug)]
pub(crate) struct Tries(Mutex<Bucket>);

const ALL: Pace = Pace { most: MAX_TRIES, every: TRY_EVERY };

impl Default for Tries {
    fn default() -> Self {
        Self(Mutex::new(Bucket { left: MAX_TRIES, since: Instant::now() }))
    }
}

impl Tries {
    /// Takes one try at `now`, if there is one.
    pub(crate) fn take(&self, now: Instant) -> Result<(), ApiError> {
        ALL.take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), now)
    }
}

/// Tries by whom they are for or come from.
#[derive(Debug)]
pub(crate) struct Throttle {
    pace: Pace,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Throttle {
    pub(crate) fn of_accounts() -> Self {
        Self { pace: Pace { most: MAX_OF_ACCOUNT, every: OF_ACCOUNT_EVERY }, buckets: Mutex::default() }
    }

    pub(crate) fn of_addresses() -> Self {
        Self { pace: Pace { most: MAX_OF_ADDRESS, every: OF_ADDRESS_EVERY }, buckets: Mutex::default() }
    }

    /// Takes one try of this key at `now`, if there is one.
    pub(crate) fn take(&self, key: &str, now: Instant) -> Result<(), ApiError> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if MAX_KEYS <= buckets.len() {
            buckets.retain(|_, bucket| {
                self.pace.refill(bucket, now);
                bucket.left < self.pace.most
            });
        }
        if MAX_KEYS <= buckets.len() {
            buckets.clear();
        }
        let whole = Bucket { left: self.pace.most, since: now };
        self.pace.take(buckets.entry(key.to_owned()).or_insert(whole), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_run_out_and_come_back() {
        let (tries, start) = (Tries::default(), Instant::now());
        let n = (0..100).filter(|_| tries.take(start).is_ok()).count();
        assert_eq!(n, MAX_TRIES as usize);
        assert_eq!(tries.take(start).unwrap_err().code.status().as_u16(), 429);
        assert!(tries.take(start + TRY_EVERY).is_ok());
        assert!(tries.take(start + TRY_EVERY).is_err());
    }

    #[test]
    fn each_key_has_tries_of_its_own_and_memory_is_bounded() {
        let (throttle, start) = (Throttle::of_accounts(), Instant::now());
        let n = (0..100).filter(|_| throttle.take("anna", start).is_ok()).count();
        assert_eq!(n, MAX_OF_ACCOUNT as usize);
        assert!(throttle.take("ben", start).is_ok());
        assert!(throttle.take("anna", start + OF_ACCOUNT_EVERY).is_ok());
        for n in 0..3 * MAX_KEYS {
            let _ = throttle.take(&n.to_string(), start);
        }
        assert!(throttle.buckets.lock().unwrap().len() <= MAX_KEYS);
    }
}
