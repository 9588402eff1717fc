//! Questions: SQL that somebody saved under a name.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::clock;
use parlour_store::{StoreError, question};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::{At, Sent};

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 200;
/// Longest SQL, in bytes.
const MAX_SQL_BYTES: usize = 64 << 10;
/// Most questions that are kept.
const MAX_QUESTIONS: usize = 1000;

/// A saved question.
#[derive(Serialize, ToSchema)]
pub(crate) struct Question {
    id: i64,
    name: String,
    sql: String,
    updated_at: String,
}

/// All saved questions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Questions {
    /// By name.
    rows: Vec<Question>,
}

/// A question as it is saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewQuestion {
    /// At most 200 bytes.
    name: String,
    /// At most 64 KiB.
    sql: String,
}

impl From<question::Question> for Question {
    fn from(question: question::Question) -> Self {
        let question::Question { id, name, sql, updated_at, .. } = question;
        Self { id, name, sql, updated_at: clock::rfc3339(updated_at) }
    }
}

impl NewQuestion {
    fn checked(self) -> Result<Self, ApiError> {
        let wrong = |text: &str, most: usize| text.trim().is_empty() || text.len() > most;
        if wrong(&self.name, MAX_NAME_BYTES) {
            return Err(ApiError::invalid("name", format!("must have 1 to {MAX_NAME_BYTES} bytes")));
        }
        if wrong(&self.sql, MAX_SQL_BYTES) {
            return Err(ApiError::invalid("sql", format!("must have 1 to {MAX_SQL_BYTES} bytes")));
        }
        Ok(self)
    }
}

fn none(id: i64) -> ApiError {
    ApiError::not_found(format!("there is no question `{id}`"))
}

/// All saved questions.
#[utoipa::path(get, path = "/api/v1/questions", tag = "explore", responses((status = 200, body = Questions)))]
pub(crate) async fn list_questions(State(app): State<Arc<App>>) -> Result<Json<Questions>, ApiError> {
    let rows = app.run(|app| Ok(app.engine.database.read(question::list)?)).await?;
    Ok(Json(Questions { rows: rows.into_iter().map(Into::into).collect() }))
}

/// Saves a question.
#[utoipa::path(
    post, path = "/api/v1/questions", tag = "explore", request_body = NewQuestion,
    responses((status = 201, body = Question))
)]
pub(crate) async fn create_question(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewQuestion>,
) -> Result<(StatusCode, Json<Question>), ApiError> {
    let NewQuestion { name, sql } = new.checked()?;
    let saved = app.run(move |app| create(app, name, sql)).await?;
    Ok((StatusCode::CREATED, Json(saved.into())))
}

fn create(app: &App, name: String, sql: String) -> Result<question::Question, ApiError> {
    let now = clock::now();
    let saved = app.engine.database.write(move |conn| -> Result<_, StoreError> {
        if question::list(conn)?.len() >= MAX_QUESTIONS {
            return Ok(None);
        }
        let id = question::create(conn, &name, &sql, now)?;
        question::get(conn, id)
    })?;
    let full = || ApiError::new(ErrorCode::NotNow, format!("there are {MAX_QUESTIONS} questions; delete one first"));
    saved.ok_or_else(full)
}

/// Saves a question again.
#[utoipa::path(
    put, path = "/api/v1/questions/{id}", tag = "explore", params(("id" = i64, Path)), request_body = NewQuestion,
    responses((status = 200, body = Question))
)]
pub(crate) async fn update_question(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(new): Sent<NewQuestion>,
) -> Result<Json<Question>, ApiError> {
    let NewQuestion { name, sql } = new.checked()?;
    let saved = question::Question { id, name, sql, created_at: 0, updated_at: clock::now() };
    let kept = saved.clone();
    let was_there =
        app.run(move |app| Ok(app.engine.database.write(move |conn| question::update(conn, &kept))?)).await?;
    if was_there { Ok(Json(saved.into())) } else { Err(none(id)) }
}

/// Deletes a question.
#[utoipa::path(
    delete, path = "/api/v1/questions/{id}", tag = "explore", params(("id" = i64, Path)),
    responses((status = 204, description = "deleted"))
)]
pub(crate) async fn delete_question(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<StatusCode, ApiError> {
    let was_there = app.run(move |app| Ok(app.engine.database.write(move |conn| question::delete(conn, id))?)).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(none(id)) }
}
