//! Rejections: what was sent and could not be taken, and why; mended, sent again, or deleted.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_core::day::Day;
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_engine::rejections::{self, Search};
use parlour_store::rejected::{self, OPEN, REPLAYED, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::Date;
use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// Marks a cursor of this list.
const LIST: u8 = b'r';
const PAGE_ROWS: usize = 50;
/// Most bytes told of what was sent, in a list.
const MAX_RAW_BYTES: usize = 4096;
/// The state that stands for every state.
const ALL: &str = "all";

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
    /// What was sent, made readable; in lists at most its first 4096 bytes.
    raw: String,
    at: String,
    /// How it was sent; null for records of files.
    dialect: Option<String>,
    /// `open` or `replayed`.
    state: String,
    /// When it was taken after all.
    replayed_at: Option<String>,
}

/// How many rejections there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct RejectedCounts {
    /// By source and reason.
    rows: Vec<RejectedCount>,
}

/// How many rejections of a source have a reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct RejectedCount {
    source: String,
    reason: String,
    n: i64,
}

/// Which rejections are asked for.
#[derive(Clone, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RejectedQuery {
    /// In the payload or the message, in any case of letters.
    pub(super) text: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) source: Option<String>,
    /// `open` (unless given), `replayed` or `all`.
    pub(super) state: Option<String>,
    /// The first day.
    pub(super) from: Option<Date>,
    /// The last day.
    pub(super) to: Option<Date>,
    /// The `next` of the page before.
    pub(super) next: Option<String>,
}

/// What a payload is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mended {
    /// At most 1 MiB.
    raw: String,
}

/// What became of rejections that were sent again.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "counts are named after what they count")]
pub(crate) struct Replayed {
    /// Rejections whose events were taken.
    n_replayed: u64,
    /// Events that these were.
    n_events: u64,
    /// Rejections that are still not taken; their reason is the new one.
    n_refused: u64,
    /// Where the next call begins; null if this one came to the end.
    next: Option<String>,
}

/// How many rejections were deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deleted {
    n_deleted: u64,
}

impl From<rejected::Rejected> for RejectedRow {
    fn from(row: rejected::Rejected) -> Self {
        Self {
            id: row.id,
            source: row.source,
            line: row.line,
            reason: row.reason,
            message: row.message,
            raw: String::from_utf8_lossy(&row.raw).into_owned(),
            at: clock::rfc3339(row.at),
            dialect: row.dialect,
            state: row.state,
            replayed_at: row.replayed_at.map(clock::rfc3339),
        }
    }
}

impl From<rejections::Replayed> for Replayed {
    fn from(replayed: rejections::Replayed) -> Self {
        let rejections::Replayed { n_replayed, n_events, n_refused, next } = replayed;
        Self { n_replayed, n_events, n_refused, next: next.map(cursor) }
    }
}

impl RejectedQuery {
    pub(super) fn search(&self) -> Result<Search, ApiError> {
        let state = match self.state.as_deref() {
            None => Some(OPEN.to_owned()),
            Some(ALL) => None,
            Some(state @ (OPEN | REPLAYED)) => Some(state.to_owned()),
            Some(_) => return Err(ApiError::invalid("state", "must be `open`, `replayed` or `all`")),
        };
        let wanted = Wanted {
            source: self.source.clone().filter(|text| !text.is_empty()),
            reason: self.reason.clone().filter(|text| !text.is_empty()),
            state,
            from: self.from.map(|day| day.0.start_micros()),
            to: self.to.map(|day| Day(day.0.0.saturating_add(1)).start_micros()),
        };
        Ok(Search { wanted, text: self.text.clone().filter(|text| !text.is_empty()) })
    }

    fn before(&self) -> Result<Option<i64>, ApiError> {
        let cursor = self.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?;
        Ok(cursor.map(|cursor| cursor.value))
    }
}

fn cursor(before: i64) -> String {
    Cursor { list: LIST, value: before, tie: Key(0) }.text()
}

/// What was sent and could not be taken.
#[utoipa::path(
    get, path = "/api/v1/rejected", tag = "rejected", params(RejectedQuery), responses((status = 200, body = Rejected))
)]
pub(crate) async fn list_rejected(
    State(app): State<Arc<App>>,
    Asking(query): Asking<RejectedQuery>,
) -> Result<Json<Rejected>, ApiError> {
    let (search, before) = (query.search()?, query.before()?);
    let page = app.run(move |app| Ok(app.engine.search_rejected(&search, before, PAGE_ROWS)?)).await?;
    let rows = page.rows.into_iter().map(|mut row| {
        row.raw.truncate(MAX_RAW_BYTES);
        row.into()
    });
    Ok(Json(Rejected { rows: rows.collect(), next: page.next.map(cursor) }))
}

/// How many rejections there are by source and reason; a text is not looked for.
#[utoipa::path(
    get, path = "/api/v1/rejected/counts", tag = "rejected", params(RejectedQuery),
    responses((status = 200, body = RejectedCounts))
)]
pub(crate) async fn count_rejected(
    State(app): State<Arc<App>>,
    Asking(query): Asking<RejectedQuery>,
) -> Result<Json<RejectedCounts>, ApiError> {
    let wanted = query.search()?.wanted;
    let counts =
        app.run(move |app| Ok(app.engine.database.read(|conn| rejected::count_by_source(conn, &wanted))?)).await?;
    let row = |(source, reason, n)| RejectedCount { source, reason, n };
    Ok(Json(RejectedCounts { rows: counts.into_iter().map(row).collect() }))
}

/// One rejection with its whole payload.
#[utoipa::path(
    get, path = "/api/v1/rejected/{id}", tag = "rejected", params(("id" = i64, Path)),
    responses((status = 200, body = RejectedRow))
)]
pub(crate) async fn get_rejected(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<RejectedRow>, ApiError> {
    app.run(move |app| Ok(app.engine.rejected(id)?.into())).await.map(Json)
}

/// Puts another payload in the place of a rejection's; the answer says whether that could be taken.
#[utoipa::path(
    put, path = "/api/v1/rejected/{id}", tag = "rejected", params(("id" = i64, Path)), request_body = Mended,
    responses((status = 200, body = RejectedRow))
)]
pub(crate) async fn mend_rejected(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(mended): Sent<Mended>,
) -> Result<Json<RejectedRow>, ApiError> {
    app.run(move |app| Ok(app.engine.mend_rejected(id, mended.raw.into_bytes())?.into())).await.map(Json)
}

/// Deletes a rejection; what was sent is gone.
#[utoipa::path(
    delete, path = "/api/v1/rejected/{id}", tag = "rejected", params(("id" = i64, Path)),
    responses((status = 204, description = "deleted"))
)]
pub(crate) async fn delete_rejected(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<StatusCode, ApiError> {
    let delete = move |app: &App| Ok(app.engine.database.write(move |conn| rejected::delete(conn, &[id]))?);
    match app.run(delete).await? {
        0 => Err(ApiError::not_found(format!("there is no rejection `{id}`"))),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Sends one rejection again.
#[utoipa::path(
    post, path = "/api/v1/rejected/{id}/replay", tag = "rejected", params(("id" = i64, Path)),
    responses((status = 200, body = Replayed))
)]
pub(crate) async fn replay_rejected(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Replayed>, ApiError> {
    app.run(move |app| Ok(app.engine.replay_rejected(id)?.into())).await.map(Json)
}

/// Sends all open rejections again that match, at most 10,000 in one call.
#[utoipa::path(
    post, path = "/api/v1/rejected/replay", tag = "rejected", request_body = RejectedQuery,
    responses((status = 200, body = Replayed))
)]
pub(crate) async fn replay_all_rejected(
    State(app): State<Arc<App>>,
    Sent(query): Sent<RejectedQuery>,
) -> Result<Json<Replayed>, ApiError> {
    let (search, before) = (query.search()?, query.before()?);
    app.run(move |app| Ok(app.engine.replay_all(&search, before)?.into())).await.map(Json)
}

/// Deletes all rejections that match.
#[utoipa::path(
    post, path = "/api/v1/rejected/delete", tag = "rejected", request_body = RejectedQuery,
    responses((status = 200, body = Deleted))
)]
pub(crate) async fn delete_all_rejected(
    State(app): State<Arc<App>>,
    Sent(query): Sent<RejectedQuery>,
) -> Result<Json<Deleted>, ApiError> {
    let search = query.search()?;
    app.run(move |app| Ok(Deleted { n_deleted: app.engine.delete_rejected(&search)? })).await.map(Json)
}
