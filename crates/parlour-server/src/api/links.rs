//! Links between ids: taking one back, and taking that back.

use std::sync::Arc;

use axum::http::StatusCode;
use parlour_core::key::Key;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Sent;

/// The two ends of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ends {
    /// Key of one id, 32 hexadecimal digits.
    a: String,
    /// Key of the other.
    b: String,
}

/// Says that two ids are not one person after all; their history parts at once.
#[utoipa::path(
    post, path = "/api/v1/links/undo", tag = "people", request_body = Ends,
    responses((status = 204, description = "undone"))
)]
pub(crate) async fn undo_link(State(app): State<Arc<App>>, Sent(ends): Sent<Ends>) -> Result<StatusCode, ApiError> {
    app.run(move |app| set(app, &ends, true)).await
}

/// Takes the undoing of a link back.
#[utoipa::path(
    post, path = "/api/v1/links/redo", tag = "people", request_body = Ends,
    responses((status = 204, description = "redone"))
)]
pub(crate) async fn redo_link(State(app): State<Arc<App>>, Sent(ends): Sent<Ends>) -> Result<StatusCode, ApiError> {
    app.run(move |app| set(app, &ends, false)).await
}

/// Lets a link hold whatever the safeguards say; history follows at once.
#[utoipa::path(
    post, path = "/api/v1/links/force", tag = "people", request_body = Ends,
    responses((status = 204, description = "forced"))
)]
pub(crate) async fn force_link(State(app): State<Arc<App>>, Sent(ends): Sent<Ends>) -> Result<StatusCode, ApiError> {
    app.run(move |app| force(app, &ends, true)).await
}

/// Lets the safeguards judge a link again.
#[utoipa::path(
    post, path = "/api/v1/links/unforce", tag = "people", request_body = Ends,
    responses((status = 204, description = "no longer forced"))
)]
pub(crate) async fn unforce_link(State(app): State<Arc<App>>, Sent(ends): Sent<Ends>) -> Result<StatusCode, ApiError> {
    app.run(move |app| force(app, &ends, false)).await
}

fn force(app: &App, ends: &Ends, is_forced: bool) -> Result<StatusCode, ApiError> {
    app.engine.set_link_forced(key("a", &ends.a)?, key("b", &ends.b)?, is_forced)?;
    Ok(StatusCode::NO_CONTENT)
}

fn set(app: &App, ends: &Ends, is_undone: bool) -> Result<StatusCode, ApiError> {
    app.engine.set_link_undone(key("a", &ends.a)?, key("b", &ends.b)?, is_undone)?;
    Ok(StatusCode::NO_CONTENT)
}

fn key(path: &str, text: &str) -> Result<Key, ApiError> {
    Key::from_hex(text).ok_or_else(|| ApiError::invalid(path, "must be a key of 32 hexadecimal digits"))
}
