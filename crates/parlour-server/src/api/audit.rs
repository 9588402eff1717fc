//! The audit log, for owners: who did what, when, to what, and what came of it.

use std::fmt::Write;
use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderName, header};
use parlour_core::day::Day;
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_store::audit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::Date;
use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::Asking;

/// Marks a cursor of this list.
const LIST: u8 = b'd';
const PAGE_ROWS: usize = 100;
/// Most rows of a file, the newest.
const MAX_FILE_ROWS: usize = 100_000;

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
pub(crate) struct Audit {
    /// How many are asked for.
    n_total: i64,
    /// Newest first.
    rows: Vec<Deed>,
    /// Every action there is a row of.
    actions: Vec<String>,
    /// Days after which rows are let go.
    kept_days: u32,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// One thing that somebody did, or tried to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deed {
    id: i64,
    at: String,
    /// The handle of whoever did it; empty where that is not known.
    staff: String,
    action: String,
    /// What it was done to, as the path or the request names it.
    object: String,
    /// `done`, or the code of the error.
    outcome: String,
}

/// Which rows are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    staff: Option<String>,
    action: Option<String>,
    object: Option<String>,
    /// On this day or later.
    from: Option<Date>,
    /// On this day or earlier.
    to: Option<Date>,
    /// The `next` of the page before; a file has no pages.
    next: Option<String>,
}

impl From<audit::Deed> for Deed {
    fn from(deed: audit::Deed) -> Self {
        let audit::Deed { id, at, staff, action, object, outcome } = deed;
        Self { id, at: clock::rfc3339(at), staff, action, object, outcome }
    }
}

impl AuditQuery {
    fn wanted(self) -> audit::Wanted {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        audit::Wanted {
            staff: text(self.staff),
            action: text(self.action),
            object: text(self.object),
            from: self.from.map(|date| date.0.start_micros()),
            before: self.to.map(|date| Day(date.0.0.saturating_add(1)).start_micros()),
        }
    }
}

/// What the people of the Desk did.
#[utoipa::path(get, path = "/api/v1/audit", tag = "staff", params(AuditQuery), responses((status = 200, body = Audit)))]
pub(crate) async fn list_audit(
    State(app): State<Arc<App>>,
    Asking(query): Asking<AuditQuery>,
) -> Result<Json<Audit>, ApiError> {
    let before = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?.map(|cursor| cursor.value);
    let list = move |app: &App| {
        let wanted = query.wanted();
        let (mut rows, n_total, actions) = app.engine.database.read(|conn| {
            let rows = audit::list(conn, &wanted, before, PAGE_ROWS + 1)?;
            Ok((rows, audit::count(conn, &wanted)?, audit::actions(conn)?))
        })?;
        let is_more = PAGE_ROWS < rows.len();
        rows.truncate(PAGE_ROWS);
        let last = rows.last().filter(|_| is_more).map(|row| row.id);
        let next = last.map(|value| Cursor { list: LIST, value, tie: Key(0) }.text());
        let rows = rows.into_iter().map(Into::into).collect();
        Ok(Audit { n_total, rows, actions, kept_days: app.engine.settings.server.audit_days, next })
    };
    app.run(list).await.map(Json)
}

/// The same as JSON lines, the newest first; at most 100,000.
#[utoipa::path(
    get, path = "/api/v1/audit/export", tag = "staff", params(AuditQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = String))
)]
pub(crate) async fn export_audit(
    State(app): State<Arc<App>>,
    Asking(query): Asking<AuditQuery>,
) -> Result<([(HeaderName, &'static str); 2], String), ApiError> {
    let list = move |app: &App| {
        let wanted = query.wanted();
        let rows = app.engine.database.read(|conn| audit::list(conn, &wanted, None, MAX_FILE_ROWS))?;
        let mut text = String::new();
        for row in rows {
            let line =
                serde_json::to_string(&Deed::from(row)).map_err(|error| ApiError::internal(error.to_string()))?;
            writeln!(text, "{line}").expect("a String takes any text");
        }
        Ok(text)
    };
    let text = app.run(list).await?;
    let file = (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\"");
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson"), file], text))
}
