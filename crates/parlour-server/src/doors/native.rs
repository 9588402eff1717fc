//! Our own route: events as ActivityStreams 2.0 tells them, each answered for itself.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use parlour_core::wire::{Dialect, native};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{self, Refused};
use super::take::{Fate, FateKind, Parcel, take_and_tell};
use crate::app::App;
use crate::error::ApiError;

/// What became of the events of a request, in the order in which they were sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    n_accepted: usize,
    /// Those that came before and are counted once.
    n_duplicate: usize,
    n_rejected: usize,
    events: Vec<EventResult>,
}

/// What became of one event.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventResult {
    /// The sender's id of it, where it has one.
    id: Option<String>,
    /// `accepted`, `duplicate` or `rejected`. An accepted one is durable.
    result: &'static str,
    /// Why it was rejected: one word of a closed list.
    reason: Option<&'static str>,
    /// The same as a sentence that says the way out.
    message: Option<String>,
    /// The field in which that lies.
    field: Option<String>,
}

impl From<Fate> for EventResult {
    fn from(fate: Fate) -> Self {
        let id = fate.message;
        match fate.kind {
            FateKind::Accepted => Self { id, result: "accepted", reason: None, message: None, field: None },
            FateKind::Duplicate => Self { id, result: "duplicate", reason: None, message: None, field: None },
            FateKind::Rejected { reason, message, field } => {
                Self { id, result: "rejected", reason: Some(reason), message: Some(message), field }
            }
        }
    }
}

/// Takes events: one, an array of them, or an object with an array of them in `events`. The write key of a source goes
/// into `Authorization: Bearer` or `X-Write-Key`. Each event is taken or rejected by itself.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "events",
    request_body(content = String, content_type = "application/json",
        description = "as `/api/v1/events/schema.json` says; may be packed with gzip"),
    responses((status = 200, body = Receipt))
)]
pub(crate) async fn create_events(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let parcel = Parcel::read(&app, request, Dialect::Native).await?;
    let fates = take_and_tell(app, parcel, Dialect::Native).await?;
    let events: Vec<EventResult> = fates.into_iter().map(Into::into).collect();
    let n = |result: &str| events.iter().filter(|event| event.result == result).count();
    let (n_accepted, n_duplicate, n_rejected) = (n("accepted"), n("duplicate"), n("rejected"));
    let receipt = Receipt { n_accepted, n_duplicate, n_rejected, events };
    let text = serde_json::to_vec(&receipt).map_err(|error| Refused(ApiError::internal(error.to_string())))?;
    Ok(answer::json(text))
}

/// The JSON Schema of one event.
#[utoipa::path(
    get, path = "/api/v1/events/schema.json", tag = "events",
    responses((status = 200, body = String, content_type = "application/schema+json"))
)]
pub(crate) async fn get_event_schema() -> Response {
    answer::json(native::SCHEMA)
}
