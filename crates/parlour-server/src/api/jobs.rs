//! Jobs: long pieces of work and how far they have come.

use std::sync::Arc;

use axum::Json;
use parlour_engine::clock;
use parlour_store::{StoreError, job};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::At;

const CANCELLED: &str = "cancelled";
/// The states from which a job can be cancelled.
const OPEN: [&str; 2] = ["running", "paused"];

/// A long piece of work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Job {
    id: i64,
    kind: String,
    name: String,
    /// `running`, `done`, `failed`, `cancelled` or `paused`.
    state: String,
    /// How far it has come, in the unit of `total`.
    position: i64,
    total: i64,
    /// Events taken.
    n_done: i64,
    /// Events rejected.
    n_rejected: i64,
    /// What went wrong.
    message: Option<String>,
    started_at: String,
    updated_at: String,
}

impl From<job::Job> for Job {
    fn from(job: job::Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            name: job.name,
            state: job.state,
            position: job.position,
            total: job.total,
            n_done: job.n_done,
            n_rejected: job.n_rejected,
            message: job.message,
            started_at: clock::rfc3339(job.started_at),
            updated_at: clock::rfc3339(job.updated_at),
        }
    }
}

/// The job of an id.
pub(super) fn job_of(app: &App, id: i64) -> Result<Job, ApiError> {
    let found = app.engine.database.read(|conn| job::get(conn, id))?;
    found.map(Job::from).ok_or_else(|| none(id))
}

fn none(id: i64) -> ApiError {
    ApiError::not_found(format!("there is no job `{id}`"))
}

/// How far a job has come.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = i64, Path)), responses((status = 200, body = Job))
)]
pub(crate) async fn get_job(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Job>, ApiError> {
    app.run(move |app| job_of(app, id)).await.map(Json)
}

/// Cancels a job that runs or rests.
///
/// It stops at its next step; what it has taken stays.
#[utoipa::path(
    delete, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = i64, Path)),
    responses((status = 200, body = Job))
)]
pub(crate) async fn cancel_job(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Job>, ApiError> {
    app.run(move |app| cancelled(app, id)).await.map(Json)
}

fn cancelled(app: &App, id: i64) -> Result<Job, ApiError> {
    let now = clock::now();
    let found = app.engine.database.write(move |conn| -> Result<_, StoreError> {
        let Some(mut job) = job::get(conn, id)? else { return Ok(None) };
        let is_open = OPEN.contains(&job.state.as_str());
        if is_open {
            CANCELLED.clone_into(&mut job.state);
            job.updated_at = now;
            job::update(conn, &job)?;
        }
        Ok(Some((job, is_open)))
    })?;
    match found {
        None => Err(none(id)),
        Some((job, true)) => {
            app.engine.cancel_job(id)?;
            Ok(job.into())
        }
        Some((job, false)) => {
            let message = format!("job `{id}` is {} and cannot be cancelled", job.state);
            Err(ApiError::new(ErrorCode::NotNow, message))
        }
    }
}
