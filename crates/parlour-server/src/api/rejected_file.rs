//! Rejections as a file: JSON lines, or CSV that no spreadsheet takes for formulas.

use std::fmt::Write;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use parlour_engine::clock;
use parlour_engine::rejections::Search;
use parlour_store::rejected::Rejected;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::rejected::RejectedQuery;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// Rejections read at once.
const PAGE_ROWS: usize = 500;
const HEAD: &str = "id,source,dialect,line,reason,message,at,state,raw\r\n";

/// How the file is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileFormat {
    #[default]
    Jsonl,
    Csv,
}

/// Which rejections, and how.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// `jsonl` (unless given) or `csv`.
    format: Option<FileFormat>,
    text: Option<String>,
    reason: Option<String>,
    source: Option<String>,
    /// `open` (unless given), `replayed` or `all`.
    state: Option<String>,
    /// The first day.
    from: Option<super::wire::Date>,
    /// The last day.
    to: Option<super::wire::Date>,
}

/// All rejections that match, as a file.
#[utoipa::path(
    get, path = "/api/v1/rejected/export", tag = "rejected", params(FileQuery),
    responses((status = 200, content_type = "application/octet-stream", body = String))
)]
pub(crate) async fn export_rejected(
    State(app): State<Arc<App>>,
    Asking(query): Asking<FileQuery>,
) -> Result<Response, ApiError> {
    let FileQuery { format, text, reason, source, state, from, to } = query;
    let search = RejectedQuery { text, reason, source, state, from, to, next: None }.search()?;
    let format = format.unwrap_or_default();
    let (kind, name) = match format {
        FileFormat::Jsonl => ("application/jsonl", "attachment; filename=\"rejected.jsonl\""),
        FileFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"rejected.csv\""),
    };
    let pages = Pages { app, search: Arc::new(search), format, next: None, is_first: true };
    let body = stream::unfold(Some(pages), |pages| async move {
        let (bytes, rest) = match pages?.turn().await {
            Ok((bytes, rest)) => (Ok(bytes), rest),
            // The head has gone out; cutting the answer off is all that tells.
            Err(error) => (Err(std::io::Error::other(error.message)), None),
        };
        Some((bytes, rest))
    });
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    // Whoever packs a body asks once more after its end, which an unfolded stream does not bear.
    Ok((headers, Body::from_stream(body.fuse())).into_response())
}

/// What of the file is still to be written.
struct Pages {
    app: Arc<App>,
    search: Arc<Search>,
    format: FileFormat,
    next: Option<i64>,
    is_first: bool,
}

impl Pages {
    async fn turn(self) -> Result<(Bytes, Option<Self>), ApiError> {
        let (search, next) = (Arc::clone(&self.search), self.next);
        let read = move |app: &App| Ok(app.engine.search_rejected(&search, next, PAGE_ROWS)?);
        let page = Arc::clone(&self.app).run(read).await?;
        let mut text = String::new();
        if self.is_first && self.format == FileFormat::Csv {
            text.push_str(HEAD);
        }
        for row in &page.rows {
            match self.format {
                FileFormat::Jsonl => text.push_str(&json_line(row)),
                FileFormat::Csv => text.push_str(&csv_line(row)),
            }
        }
        let rest = page.next.map(|next| Self { next: Some(next), is_first: false, ..self });
        Ok((text.into(), rest))
    }
}

fn json_line(row: &Rejected) -> String {
    let told = json!({
        "id": row.id,
        "source": row.source,
        "dialect": row.dialect,
        "line": row.line,
        "reason": row.reason,
        "message": row.message,
        "at": clock::rfc3339(row.at),
        "state": row.state,
        "raw": String::from_utf8_lossy(&row.raw),
    });
    format!("{told}\n")
}

fn csv_line(row: &Rejected) -> String {
    let mut line = row.id.to_string();
    let number = row.line.map_or_else(String::new, |line| line.to_string());
    let (at, raw) = (clock::rfc3339(row.at), String::from_utf8_lossy(&row.raw));
    let dialect = row.dialect.as_deref().unwrap_or_default();
    for text in [&row.source, dialect, &number, &row.reason, &row.message, &at, &row.state, &raw] {
        write!(line, ",{}", csv_field(text)).expect("a String takes any text");
    }
    line.push_str("\r\n");
    line
}

/// A field in quotes; one that a spreadsheet would take for a formula gets an apostrophe before it.
fn csv_field(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for (text, field) in [
            ("plain", "\"plain\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("say \"=x\"", "\"say \"\"=x\"\"\""),
            ("\t=1", "\"'\t=1\""),
        ] {
            assert_eq!(csv_field(text), field);
        }
    }
}
