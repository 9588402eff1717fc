//! Saved answers: texts that the people of the Desk use again.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_store::saved_answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};

/// One saved answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavedAnswer {
    id: i64,
    name: String,
    text: String,
}

/// All saved answers, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavedAnswers {
    rows: Vec<SavedAnswer>,
}

/// An answer to be saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSavedAnswer {
    name: String,
    text: String,
}

impl From<saved_answer::SavedAnswer> for SavedAnswer {
    fn from(row: saved_answer::SavedAnswer) -> Self {
        Self { id: row.id, name: row.name, text: row.text }
    }
}

/// All saved answers.
#[utoipa::path(get, path = "/api/v1/saved-answers", tag = "asks", responses((status = 200, body = SavedAnswers)))]
pub(crate) async fn list_saved_answers(State(app): State<Arc<App>>) -> Result<Json<SavedAnswers>, ApiError> {
    let rows = app.run(|app| Ok(app.engine.saved_answers()?)).await?;
    Ok(Json(SavedAnswers { rows: rows.into_iter().map(Into::into).collect() }))
}

/// Saves an answer.
#[utoipa::path(
    post, path = "/api/v1/saved-answers", tag = "asks", request_body = NewSavedAnswer,
    responses((status = 201, body = SavedAnswer))
)]
pub(crate) async fn create_saved_answer(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewSavedAnswer>,
) -> Result<(StatusCode, Json<SavedAnswer>), ApiError> {
    let made = app.run(move |app| Ok(app.engine.save_answer(&new.name, &new.text)?)).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Deletes a saved answer.
#[utoipa::path(
    delete, path = "/api/v1/saved-answers/{id}", tag = "asks", params(("id" = i64, Path)),
    responses((status = 204, description = "deleted"))
)]
pub(crate) async fn delete_saved_answer(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.delete_saved_answer(id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
