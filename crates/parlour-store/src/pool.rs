//! The readers: a few connections, lent one at a time, each for one snapshot.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::StoreError;
use crate::conn::{Backend, Conn};

/// The most readers at a time.
const READERS: usize = 8;
/// How long a caller waits for a reader.
const READER_WAIT: Duration = Duration::from_secs(10);

type Open = Box<dyn Fn() -> Result<Box<dyn Backend>, StoreError> + Send + Sync>;

/// Readers at rest and how many there are in all.
struct Readers {
    idle: Vec<Box<dyn Backend>>,
    n_open: usize,
}

pub(crate) struct Pool {
    open: Open,
    readers: Mutex<Readers>,
    freed: Condvar,
}

impl Pool {
    pub(crate) fn new(open: Open) -> Self {
        Self { open, readers: Mutex::new(Readers { idle: Vec::new(), n_open: 0 }), freed: Condvar::new() }
    }

    /// Runs `work` on one snapshot of what is committed.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut lease = self.begun()?;
        let result = work(lease.backend());
        if lease.backend().rollback().is_ok() {
            lease.give_back();
        }
        result
    }

    /// Closes the readers at rest.
    pub(crate) fn close(&self) {
        let mut readers = self.lock();
        readers.n_open -= readers.idle.len();
        readers.idle.clear();
    }

    /// A reader with a snapshot. Connections that died at rest are thrown away until one lives or a new one fails.
    fn begun(&self) -> Result<Lease<'_>, StoreError> {
        loop {
            let (mut lease, is_new) = self.take()?;
            match lease.backend().begin_read() {
                Ok(()) => return Ok(lease),
                Err(error) if is_new => return Err(error),
                Err(error) => tracing::debug!(%error, "a reader was lost at rest"),
            }
        }
    }

    fn take(&self) -> Result<(Lease<'_>, bool), StoreError> {
        let deadline = Instant::now() + READER_WAIT;
        let mut readers = self.lock();
        loop {
            if let Some(backend) = readers.idle.pop() {
                return Ok((Lease { pool: self, backend: Some(backend) }, false));
            }
            if readers.n_open < READERS {
                readers.n_open += 1;
                drop(readers);
                let mut lease = Lease { pool: self, backend: None };
                lease.backend = Some((self.open)()?);
                return Ok((lease, true));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Busy);
            }
            readers = self.freed.wait_timeout(readers, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader out on loan. Dropped without being given back (an error, a panic), its connection is closed.
struct Lease<'a> {
    pool: &'a Pool,
    backend: Option<Box<dyn Backend>>,
}

impl Lease<'_> {
    fn backend(&mut self) -> &mut dyn Backend {
        self.backend.as_mut().expect("a lease has its reader until it is given back").as_mut()
    }

    fn give_back(mut self) {
        if let Some(backend) = self.backend.take() {
            let mut readers = self.pool.lock();
            readers.idle.push(backend);
            readers.n_open += 1;
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.pool.lock().n_open -= 1;
        self.pool.freed.notify_one();
    }
}
