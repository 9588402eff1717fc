//! Webhooks in: what another system posts to a source, and a place to try what would become of it.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{self, HeaderMap};
use parlour_engine::source::{Source, SourceKind};
use parlour_engine::{clock, signature};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::{Asking, At, Sent};

/// Largest body of a webhook, bytes.
const MAX_BODY_BYTES: usize = 256 << 10;

/// Headers that open doors: no mapping reads them, so that no event keeps them.
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "x-write-key"];

/// What became of a webhook.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Events in the journal.
    accepted: u64,
    /// What is among the rejections, kept with its reason.
    rejected: u64,
}

/// A write key, where the sender can send it in no header.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeyQuery {
    /// The source's write key, where it has no secret.
    key: Option<String>,
}

/// A body to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// As it would be posted.
    body: String,
    /// The mapping to try; null for the source's own.
    mapping: Option<String>,
    /// Where a broker would have published it; null for the mapping's own pattern.
    topic: Option<String>,
}

/// What would become of a body.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tried {
    /// The events, as the journal would have them; none where `when` says that it is no business of ours.
    #[schema(value_type = Vec<Object>)]
    events: Vec<serde_json::Value>,
    /// Why it would be rejected.
    reason: Option<String>,
}

/// Most bytes of a webhook's body.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_BODY_BYTES)
}

/// Takes what another system posts, by the mapping of its source.
///
/// Signed as Standard Webhooks has it where the source has a secret; else with the source's write key as Bearer, in
/// `X-Write-Key`, or in the query. What the mapping cannot read is kept among the rejections, and the answer is 200.
#[utoipa::path(
    post, path = "/in/{source}", tag = "sources", security(()), params(("source" = String, Path), KeyQuery),
    request_body(content = String, content_type = "application/json"), responses((status = 200, body = Taken))
)]
pub(crate) async fn take_webhook(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Asking(query): Asking<KeyQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Taken>, ApiError> {
    let source = app.engine.source_named(&name).filter(|source| source.revoked_at.is_none());
    let source = source.filter(|source| source.kind == SourceKind::Webhook).ok_or_else(refused)?;
    let mut headers = plain(&headers);
    match &source.secret {
        Some(secret) => signature::check(secret, &headers, &body, clock::now())
            .map_err(|error| ApiError::new(ErrorCode::KeyRefused, error.to_string()))?,
        None => check_key(&app, &source, &headers, query.key.as_deref())?,
    }
    headers.retain(|(name, _)| !SECRET_HEADERS.contains(&name.as_str()));
    let _room = app.gate.enter(body.len())?;
    app.gate.pass(&source, 1, Instant::now())?;
    let receipt = app
        .run(move |app| {
            let receipt = app.engine.take_webhook(&source, &headers, &body)?;
            app.gate.owe(&source, (receipt.n_accepted + receipt.n_rejected).saturating_sub(1));
            Ok(receipt)
        })
        .await?;
    Ok(Json(Taken { accepted: receipt.n_accepted, rejected: receipt.n_rejected }))
}

fn refused() -> ApiError {
    let message =
        "no webhook source of this name has this key; Settings, Sources shows its address, and rotates its key";
    ApiError::new(ErrorCode::KeyRefused, message)
}

fn check_key(app: &App, source: &Source, headers: &[(String, String)], in_query: Option<&str>) -> Result<(), ApiError> {
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let bearer = header(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let key = bearer.or_else(|| header("x-write-key")).or(in_query).ok_or_else(refused)?;
    let owner = app.engine.source_of_key(key).ok_or_else(refused)?;
    if owner.id == source.id { Ok(()) } else { Err(refused()) }
}

/// The headers that are text.
fn plain(headers: &HeaderMap) -> Vec<(String, String)> {
    let text =
        headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    text.collect()
}

/// What a body would become, with nothing stored.
#[utoipa::path(
    post, path = "/api/v1/sources/{id}/try", tag = "sources", params(("id" = i64, Path)), request_body = Trial,
    responses((status = 200, body = Tried))
)]
pub(crate) async fn try_webhook(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(Trial { body, mapping, topic }): Sent<Trial>,
) -> Result<Json<Tried>, ApiError> {
    app.run(move |app| {
        let source = app.engine.source(id)?;
        Ok(match app.engine.try_mapping(&source, mapping.as_deref(), topic.as_deref(), body.as_bytes()) {
            Ok(events) => {
                let events = events.iter().filter_map(|event| serde_json::to_value(event).ok()).collect();
                Tried { events, reason: None }
            }
            Err(flaw) => Tried { events: Vec::new(), reason: Some(flaw.to_string()) },
        })
    })
    .await
    .map(Json)
}
