//! Deliveries: what was sent to hooks and by mail, what came of it, and sending it again.

use std::sync::Arc;

use axum::Json;
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_store::delivery::{self, DONE, FAILED, WAITING, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::{Asking, At};

/// Marks a cursor of this list.
const LIST: u8 = b'd';
const PAGE_ROWS: usize = 50;

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deliveries {
    /// Newest first.
    rows: Vec<Delivery>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// One delivery.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    id: i64,
    /// What a hook finds as `webhook-id`; the same at every attempt.
    message: String,
    /// `alert.` and the alert's kind, `digest`, `reply`, `accept` or `test`.
    kind: String,
    /// The alert it tells of, where it is one.
    alert: Option<i64>,
    /// The hook it goes to …
    hook: Option<i64>,
    /// … or the mail address …
    mail: Option<String>,
    /// … or the inbox of an actor of the fediverse.
    inbox: Option<String>,
    /// `waiting`, `done` or `failed`.
    state: String,
    attempts: i64,
    /// When it is tried next; null unless it waits.
    next_at: Option<String>,
    /// The status of the last answer.
    last_status: Option<i64>,
    /// What went wrong last.
    last_error: Option<String>,
    made_at: String,
    /// When it was last answered, or given up.
    answered_at: Option<String>,
    /// What is sent.
    body: String,
}

/// Which deliveries are asked for.
#[derive(Clone, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    hook: Option<i64>,
    /// `waiting`, `done` or `failed`; all unless given.
    state: Option<String>,
    /// The `next` of the page before.
    next: Option<String>,
}

impl From<delivery::Delivery> for Delivery {
    fn from(row: delivery::Delivery) -> Self {
        Self {
            id: row.id,
            message: row.message,
            kind: row.kind,
            alert: row.alert,
            hook: row.hook,
            mail: row.mail,
            inbox: row.inbox,
            next_at: Some(row.next_at).filter(|_| row.state == WAITING).map(clock::rfc3339),
            state: row.state,
            attempts: row.attempts,
            last_status: row.last_status,
            last_error: row.last_error,
            made_at: clock::rfc3339(row.made_at),
            answered_at: row.answered_at.map(clock::rfc3339),
            body: row.body,
        }
    }
}

/// What was sent, and what came of it.
#[utoipa::path(
    get, path = "/api/v1/deliveries", tag = "alerts", params(DeliveryQuery),
    responses((status = 200, body = Deliveries))
)]
pub(crate) async fn list_deliveries(
    State(app): State<Arc<App>>,
    Asking(query): Asking<DeliveryQuery>,
) -> Result<Json<Deliveries>, ApiError> {
    let state = query.state.clone().filter(|text| !text.is_empty());
    if state.as_deref().is_some_and(|state| ![WAITING, DONE, FAILED].contains(&state)) {
        return Err(ApiError::invalid("state", "must be `waiting`, `done` or `failed`"));
    }
    let wanted = Wanted { hook: query.hook, state };
    let before = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?.map(|cursor| cursor.value);
    let mut rows = app.run(move |app| Ok(app.engine.deliveries(&wanted, before, PAGE_ROWS + 1)?)).await?;
    let is_more = PAGE_ROWS < rows.len();
    rows.truncate(PAGE_ROWS);
    let last = rows.last().filter(|_| is_more).map(|row| row.id);
    let next = last.map(|value| Cursor { list: LIST, value, tie: Key(0) }.text());
    Ok(Json(Deliveries { rows: rows.into_iter().map(Into::into).collect(), next }))
}

/// Sends a delivery again, under the id it had.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/replay", tag = "alerts", params(("id" = i64, Path)),
    responses((status = 200, body = Delivery))
)]
pub(crate) async fn replay_delivery(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Delivery>, ApiError> {
    let again = app.run(move |app| Ok(app.engine.replay_delivery(id)?)).await?;
    Ok(Json(again.into()))
}
