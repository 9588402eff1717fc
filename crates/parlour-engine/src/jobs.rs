//! Jobs: long work that shows how far it is, can be cancelled, and goes on after a restart.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use parlour_store::job::{self, Job};
use parlour_store::setting;

use crate::engine::Engine;
use crate::{EngineError, clock};

/// A job at work.
pub const RUNNING: &str = "running";
/// A job that did all it had to do.
pub const DONE: &str = "done";
/// A job that stopped and can go on.
pub const PAUSED: &str = "paused";
/// A job that someone stopped; it can go on.
pub const CANCELLED: &str = "cancelled";
/// A job that cannot go on by itself; its message says why.
pub const FAILED: &str = "failed";

/// The setting by which one of several servers asks another to stop a job.
fn cancelling(id: i64) -> String {
    format!("cancel_job_{id}")
}

/// Jobs that were asked to stop.
#[derive(Debug, Default)]
pub(crate) struct Cancelled(Mutex<HashSet<i64>>);

impl Engine {
    /// Makes a job and returns its number.
    pub fn create_job(&self, job: Job) -> Result<i64, EngineError> {
        Ok(self.database.write(move |conn| job::create(conn, &job))?)
    }

    /// Writes down how a job ended, and why. How far it came stays as its last batch left it: whoever ends it need not
    /// know whether that batch came through.
    pub fn end_job(&self, id: i64, state: &str, message: Option<String>) -> Result<(), EngineError> {
        let (state, updated_at) = (state.to_owned(), clock::now());
        self.database.write(move |conn| {
            let Some(job) = job::get(conn, id)? else { return Ok(false) };
            job::update(conn, &Job { state, message, updated_at, ..job })
        })?;
        Ok(())
    }

    /// A job.
    pub fn job(&self, id: i64) -> Result<Job, EngineError> {
        let found = self.database.read(|conn| job::get(conn, id))?;
        found.ok_or_else(|| EngineError::NotFound(format!("there is no job {id}")))
    }

    /// The latest jobs.
    pub fn jobs(&self, most: usize) -> Result<Vec<Job>, EngineError> {
        Ok(self.database.read(|conn| job::list(conn, most))?)
    }

    /// Asks a job to stop at its next step, whichever server works on it.
    pub fn cancel_job(&self, id: i64) -> Result<(), EngineError> {
        if self.database.is_among() {
            return Ok(self.database.write(move |conn| setting::set(conn, &cancelling(id), "yes"))?);
        }
        self.cancelled.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        Ok(())
    }

    /// Whether the job was asked to stop; asked once, answered once.
    pub fn is_cancelled(&self, id: i64) -> Result<bool, EngineError> {
        if self.database.is_among() {
            let is_told = self.database.read(|conn| setting::get(conn, &cancelling(id)))?.is_some();
            if is_told {
                self.database.write(move |conn| setting::delete(conn, &cancelling(id)).map(|_| ()))?;
            }
            return Ok(is_told);
        }
        Ok(self.cancelled.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id))
    }
}
