//! Rejections: what was sent and could not be taken, and why.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_store::rejected;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::Asking;

/// Marks a cursor of this list.
const LIST: u8 = b'r';
const PAGE_ROWS: usize = 50;
/// Most bytes told of what was sent.
const MAX_RAW_BYTES: usize = 4096;

/// A page of rejections.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rejected {
    /// Newest first.
    rows: Vec<RejectedRow>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// One thing that was not taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct RejectedRow {
    id: i64,
    source: String,
    /// The line of the file, if it came by one.
    line: Option<i64>,
    /// One word of a closed list.
    reason: String,
    /// Why, as a sentence.
    message: String,
    /// What was sent; at most its first 4096 bytes, made readable.
    raw: String,
    at: String,
}

/// Which page is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RejectedQuery {
    /// The `next` of the page before.
    next: Option<String>,
}

impl From<rejected::Rejected> for RejectedRow {
    fn from(row: rejected::Rejected) -> Self {
        let told = &row.raw[..row.raw.len().min(MAX_RAW_BYTES)];
        Self {
            id: row.id,
            source: row.source,
            line: row.line,
            reason: row.reason,
            message: row.message,
            raw: String::from_utf8_lossy(told).into_owned(),
            at: clock::rfc3339(row.at),
        }
    }
}

/// What was sent and could not be taken.
#[utoipa::path(
    get, path = "/api/v1/rejected", tag = "health", params(RejectedQuery), responses((status = 200, body = Rejected))
)]
pub(crate) async fn list_rejected(
    State(app): State<Arc<App>>,
    Asking(query): Asking<RejectedQuery>,
) -> Result<Json<Rejected>, ApiError> {
    let cursor = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?;
    let before = cursor.map(|cursor| cursor.value);
    let read =
        move |app: &App| Ok(app.engine.database.read(|conn| rejected::list(conn, None, before, PAGE_ROWS + 1))?);
    let mut rows = app.run(read).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let last = rows.last().filter(|_| has_more);
    let next = last.map(|row| Cursor { list: LIST, value: row.id, tie: Key(0) }.text());
    Ok(Json(Rejected { rows: rows.into_iter().map(Into::into).collect(), next }))
}
