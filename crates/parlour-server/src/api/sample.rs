//! The sample: data to look around in, loaded into an empty store.

use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::http::StatusCode;
use parlour_store::{job, setting, tally};

use super::jobs::{Job, job_of};
use crate::app::{App, IS_SAMPLE, State};
use crate::error::{ApiError, ErrorCode};

/// How many of the newest jobs are looked through for one that is still bringing in data.
const JOBS_LOOKED_AT: usize = 20;

/// Begins to load the sample; refused where there is data already, or on its way.
#[utoipa::path(post, path = "/api/v1/sample", tag = "jobs", responses((status = 202, body = Job)))]
pub(crate) async fn create_sample(State(app): State<Arc<App>>) -> Result<(StatusCode, Json<Job>), ApiError> {
    let job = app.run(load).await?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}

fn load(app: &App) -> Result<Job, ApiError> {
    let Some(load_sample) = &app.load_sample else {
        return Err(ApiError::not_found("this server has no sample to load; import a file with `parlour import`"));
    };
    let _one_at_a_time = app.loading.lock().unwrap_or_else(PoisonError::into_inner);
    let (tallies, jobs) = app.engine.database.read(|conn| Ok((tally::all(conn)?, job::list(conn, JOBS_LOOKED_AT)?)))?;
    let n_accepted: i64 = tallies.iter().filter(|(name, _)| name == tally::ACCEPTED).map(|(_, n)| n).sum();
    let has_data = n_accepted > 0 || app.engine.snapshot().days.is_some();
    if has_data || jobs.iter().any(|job| job.state == "running") {
        let message = "there is data already, or on its way; the sample goes into an empty data folder only";
        return Err(ApiError::new(ErrorCode::NotEmpty, message));
    }
    let id = load_sample(&app.engine)?;
    app.engine.database.write(move |conn| setting::set(conn, IS_SAMPLE, &id.to_string()))?;
    job_of(app, id)
}
