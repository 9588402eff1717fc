//! The one writer: a thread that owns a connection, commits what waits as a group, and answers after the commit.
//!
//! Laws, held by the contract suite: an answer `Ok` means the work is on disk. Work that fails or panics is taken
//! back alone. Nobody who stops waiting cancels anything. When it is not known whether a commit came through,
//! everyone in the group is told so, and the connection is made anew before anything else is acknowledged. When bytes
//! cannot be forced to the disk, the process ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::conn::{Backend, Conn};
use crate::{Row, StoreError, Value};

/// The most pieces of work in one transaction.
const GROUP_JOBS: usize = 256;
/// The most pieces of work that wait; who comes then waits at the door ([`crate::Database::write`]) or is sent away.
pub(crate) const QUEUE_JOBS: usize = 1024;
/// How long nothing has to come before the log is moved into the file.
const QUIET: Duration = Duration::from_millis(500);

/// One piece of work on its way through the writer.
pub(crate) trait Job: Send {
    /// Does the work; its outcome stays inside until [`Job::answer`]. An error says only that it must be taken back.
    fn run(&mut self, conn: &mut dyn Conn) -> Result<(), StoreError>;

    /// Whether it is none of a transaction, and wants the connection for itself.
    fn is_apart(&self) -> bool {
        false
    }

    /// Does what wants the connection for itself.
    fn run_apart(&mut self, _: &mut dyn Backend) -> Result<(), StoreError> {
        Ok(())
    }

    /// Tells the caller how it went: the outcome of the work if the group was committed, else the group's error.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
}

/// A closure, its outcome, and where the answer goes.
pub(crate) struct Task<T, W, A> {
    work: Option<W>,
    outcome: Result<T, StoreError>,
    answer: A,
}

impl<T, W, A> Task<T, W, A> {
    pub(crate) fn new(work: W, answer: A) -> Self {
        let outcome = Err(StoreError::Aborted("it never ran".to_owned()));
        Self { work: Some(work), outcome, answer }
    }
}

impl<T, W, A> Job for Task<T, W, A>
where
    T: Send,
    W: FnOnce(&mut dyn Conn) -> Result<T, StoreError> + Send,
    A: FnOnce(Result<T, StoreError>) + Send,
{
    fn run(&mut self, conn: &mut dyn Conn) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let mut watched = Watched { conn, failed: None };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut watched)));
        self.outcome = match (outcome, watched.failed) {
            (Err(_panic), _) => Err(StoreError::Aborted("it panicked".to_owned())),
            (Ok(Ok(_)), Some(error)) => Err(error),
            (Ok(outcome), _) => outcome,
        };
        self.outcome.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        (self.answer)(group.and(self.outcome));
    }
}

/// Everything is to be written anew.
pub(crate) struct Scrub<A> {
    pub(crate) answer: A,
}

impl<A: FnOnce(Result<(), StoreError>) + Send> Job for Scrub<A> {
    fn run(&mut self, _: &mut dyn Conn) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_apart(&self) -> bool {
        true
    }

    fn run_apart(&mut self, backend: &mut dyn Backend) -> Result<(), StoreError> {
        backend.scrub()
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        (self.answer)(group);
    }
}

/// The lead is to be taken, see [`Backend::lead`].
pub(crate) struct Lead<A> {
    pub(crate) term: Option<i64>,
    pub(crate) answer: A,
}

impl<A: FnOnce(Result<Option<i64>, StoreError>) + Send> Job for Lead<A> {
    fn run(&mut self, _: &mut dyn Conn) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_apart(&self) -> bool {
        true
    }

    fn run_apart(&mut self, backend: &mut dyn Backend) -> Result<(), StoreError> {
        self.term = backend.lead()?;
        Ok(())
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        (self.answer)(group.map(|()| self.term));
    }
}

/// Remembers that a statement failed: PostgreSQL gives up the whole transaction then, so work that overlooks the
/// error must not pass for done, on either database.
struct Watched<'a> {
    conn: &'a mut dyn Conn,
    failed: Option<StoreError>,
}

impl Watched<'_> {
    fn watch<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failed.get_or_insert_with(|| error.clone());
        }
        result
    }
}

impl Conn for Watched<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let result = self.conn.execute(sql, params);
        self.watch(result)
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let result = self.conn.query(sql, params);
        self.watch(result)
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let result = self.conn.batch(sql);
        self.watch(result)
    }

    fn for_each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut is_stopped_by_caller = false;
        let result = self.conn.for_each(sql, params, &mut |row| each(row).inspect_err(|_| is_stopped_by_caller = true));
        if is_stopped_by_caller { result } else { self.watch(result) }
    }

    fn leads(&self) -> bool {
        self.conn.leads()
    }
}

/// Makes the writer's connection anew, fit to be trusted after whatever happened to the last one.
pub(crate) type Reopen = Box<dyn FnMut() -> Result<Box<dyn Backend>, StoreError> + Send>;

/// The writer's connection and how to get another.
pub(crate) struct Writer {
    backend: Option<Box<dyn Backend>>,
    reopen: Reopen,
}

impl Writer {
    pub(crate) fn new(backend: Box<dyn Backend>, reopen: Reopen) -> Self {
        Self { backend: Some(backend), reopen }
    }

    /// Works until every sender is gone.
    pub(crate) fn serve(mut self, queue: &Receiver<Box<dyn Job>>) {
        let mut is_tidy = true;
        loop {
            let first = if is_tidy { queue.recv().map_err(RecvTimeoutError::from) } else { queue.recv_timeout(QUIET) };
            match first {
                Ok(first) => {
                    let mut group: Vec<_> = std::iter::once(first).chain(queue.try_iter()).take(GROUP_JOBS).collect();
                    while let Some(at) = group.iter().position(|job| job.is_apart()) {
                        let later = group.split_off(at + 1);
                        let apart = group.pop();
                        self.step(group);
                        if let Some(job) = apart {
                            self.step_apart(job);
                        }
                        group = later;
                    }
                    self.step(group);
                    is_tidy = false;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.backend.iter_mut().for_each(|backend| backend.tidy());
                    is_tidy = true;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.backend.iter_mut().for_each(|backend| backend.finish());
                    return;
                }
            }
        }
    }

    /// Does what wants the connection for itself.
    fn step_apart(&mut self, mut job: Box<dyn Job>) {
        let done = match &mut self.backend {
            Some(backend) => job.run_apart(backend.as_mut()),
            None => (self.reopen)().and_then(|backend| job.run_apart(self.backend.insert(backend).as_mut())),
        };
        if done.is_err() {
            self.backend = None;
        }
        job.answer(done.map_err(not_now));
    }

    /// Runs a group in one transaction, commits, and then answers each.
    fn step(&mut self, mut group: Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let result = self.begin().and_then(|backend| run_group(backend, &mut group)).map_err(not_now);
        if let Err(error) = &result {
            tracing::error!(%error, n_jobs = group.len(), "a group of writes was not acknowledged");
            self.backend = None;
        }
        for job in group {
            let told = catch_unwind(AssertUnwindSafe(|| job.answer(result.clone())));
            if told.is_err() {
                tracing::error!("who was told the outcome of a write panicked");
            }
        }
    }

    /// Begins a transaction, on a new connection if there is none or it turns out to be lost: nothing has been done
    /// yet, so this may be tried twice.
    fn begin(&mut self) -> Result<&mut dyn Backend, StoreError> {
        let mut usable = match self.backend.take() {
            Some(mut backend) => match backend.begin_write() {
                Ok(()) => Some(backend),
                Err(error) => {
                    tracing::warn!(%error, "the writer's connection is made anew");
                    None
                }
            },
            None => None,
        };
        if usable.is_none() {
            let mut backend = (self.reopen)()?;
            backend.begin_write()?;
            usable = Some(backend);
        }
        Ok(self.backend.insert(usable.expect("made just above")).as_mut())
    }
}

/// Runs every job, taking back those that fail, and commits. An error means that none is acknowledged.
fn run_group(backend: &mut dyn Backend, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    if let [only] = group {
        return match only.run(backend) {
            Ok(()) => commit(backend),
            Err(_its_own) => backend.rollback(),
        };
    }
    for job in group {
        backend.begin_job()?;
        if let Err(its_own) = job.run(backend) {
            let undone = if backend.is_in_transaction() { backend.undo_job() } else { Err(its_own.clone()) };
            undone.map_err(|error| lost(&its_own, &error))?;
        }
    }
    commit(backend)
}

/// A file system that went read-only denies writing; that is no mistake of whoever asked, who is to come again.
fn not_now(error: StoreError) -> StoreError {
    if let StoreError::Denied(why) = error { StoreError::Unavailable(why) } else { error }
}

/// What the others of a group are told when one of them took the whole transaction down: not written, try again.
fn lost(cause: &StoreError, error: &StoreError) -> StoreError {
    if *cause == StoreError::Full {
        return StoreError::Full;
    }
    tracing::error!(%error, %cause, "a transaction was lost with one of its jobs");
    StoreError::Unavailable("the transaction was lost; try again".to_owned())
}

fn commit(backend: &mut dyn Backend) -> Result<(), StoreError> {
    backend.commit().map_err(|error| {
        if error == StoreError::Full {
            return error;
        }
        tracing::error!(%error, "a commit failed; its outcome is unknown");
        StoreError::Unknown
    })
}
