//! Webmention: a page of somebody says that it links to one of ours. It is looked at later; here it is only kept.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::answer::Refused;
use super::body;
use crate::app::App;
use crate::error::ApiError;

/// Largest body, bytes: two addresses.
const MAX_BODY_BYTES: usize = 8 << 10;

/// Takes `source` and `target` as a form, as W3C's Webmention has it; 202 once they are kept.
pub(super) async fn take_webmention(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, sent) = request.into_parts();
    let _room = app.gate.enter(body::length(&parts.headers, MAX_BODY_BYTES, "batch_bytes")?)?;
    let sent = body::read(sent, MAX_BODY_BYTES, app.engine.settings.ingest.body_seconds, "batch_bytes").await?;
    let field = |wanted: &str| {
        let found = form_urlencoded::parse(&sent).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        found.ok_or_else(|| ApiError::invalid(wanted, "must be the address of a page"))
    };
    let (page, target) = (field("source")?, field("target")?);
    let unknown = || ApiError::not_found(format!("no source takes webmentions under the name `{name}`"));
    let source = app.engine.mentions_named(&name).ok_or_else(unknown)?;
    app.gate.pass(&source, 1, std::time::Instant::now())?;
    app.run(move |app| Ok(app.engine.tell_mention(&source, &page, &target)?)).await?;
    Ok((StatusCode::ACCEPTED, "The page will be looked at.\n").into_response())
}
