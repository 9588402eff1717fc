//! Alerts: what somebody should be told, and whether anybody looked.

use std::sync::Arc;

use axum::Json;
use parlour_core::alert::AlertKind;
use parlour_core::key::Key;
use parlour_engine::alerts::kind_of;
use parlour_engine::clock;
use parlour_store::alert::{self, OPEN, SEEN, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// Marks a cursor of this list.
const LIST: u8 = b'a';
const PAGE_ROWS: usize = 50;
/// The state that stands for every state.
const ALL: &str = "all";

/// A page of alerts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alerts {
    /// How many nobody looked at yet, whatever is asked for.
    n_open: i64,
    /// How many are asked for.
    n_total: i64,
    /// Newest first.
    rows: Vec<Alert>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// One alert.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alert {
    id: i64,
    /// `wire`: somebody valuable passed their due day; `more_wires`: several more did; `masked`: newcomers hid a loss;
    /// `quiet_layer`: on a layer far less is done than before; `ask_due`: an answer is due soon; `ask_overdue`: it is
    /// overdue; `ask_escalated`: nobody answered for long after; `more_asks`: several more asks.
    kind: String,
    /// `kind:id`.
    object: String,
    /// The person, `kind:value`, by the name they had; null where it is about all.
    person: Option<String>,
    /// The day it is about.
    day: String,
    title: String,
    text: String,
    /// Numbers behind the text; which, depends on the kind.
    #[schema(value_type = Object)]
    facts: serde_json::Value,
    /// `open` or `seen`.
    state: String,
    made_at: String,
}

/// Which alerts are asked for.
#[derive(Clone, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertQuery {
    kind: Option<String>,
    /// `kind:id`.
    object: Option<String>,
    /// `open` (unless given), `seen` or `all`.
    state: Option<String>,
    /// The `next` of the page before.
    next: Option<String>,
}

/// Up to where somebody looked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    /// The id of the newest alert that was looked at.
    upto: i64,
}

/// How many were looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct Seen {
    /// Of those that were open.
    n_seen: u64,
}

impl From<alert::Alert> for Alert {
    fn from(row: alert::Alert) -> Self {
        let facts: serde_json::Value = serde_json::from_str(&row.data).unwrap_or_default();
        Self {
            id: row.id,
            kind: row.kind,
            object: row.object,
            person: facts.get("name").and_then(|name| name.as_str()).map(str::to_owned),
            day: row.day,
            title: row.title,
            text: row.text,
            facts,
            state: row.state,
            made_at: clock::rfc3339(row.made_at),
        }
    }
}

impl AlertQuery {
    fn wanted(&self, app: &App) -> Result<Wanted, ApiError> {
        let state = match self.state.as_deref() {
            None => Some(OPEN.to_owned()),
            Some(ALL) => None,
            Some(state @ (OPEN | SEEN)) => Some(state.to_owned()),
            Some(_) => return Err(ApiError::invalid("state", "must be `open`, `seen` or `all`")),
        };
        let kind = self.kind.clone().filter(|text| !text.is_empty());
        if kind.as_deref().is_some_and(|kind| kind_of(kind).is_none()) {
            let all: Vec<&str> = AlertKind::ALL.into_iter().map(AlertKind::name).collect();
            return Err(ApiError::invalid("kind", format!("must be one of {}", all.join(", "))));
        }
        Ok(Wanted { kind, object: self.object.clone().filter(|text| !text.is_empty()), objects: seen(app), state })
    }
}

/// The objects whose alerts whoever asks may see. Alerts are about objects that belong to nothing, as brands do.
fn seen(app: &App) -> Option<Vec<String>> {
    app.within().map(<[String]>::to_vec)
}

/// What somebody should be told.
#[utoipa::path(
    get, path = "/api/v1/alerts", tag = "alerts", params(AlertQuery), responses((status = 200, body = Alerts))
)]
pub(crate) async fn list_alerts(
    State(app): State<Arc<App>>,
    Asking(query): Asking<AlertQuery>,
) -> Result<Json<Alerts>, ApiError> {
    let before = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?.map(|cursor| cursor.value);
    app.run(move |app| {
        let wanted = query.wanted(app)?;
        let open = Wanted { state: Some(OPEN.to_owned()), objects: seen(app), ..Wanted::default() };
        let n_open = app.engine.database.read(|conn| alert::count(conn, &open))?;
        let (mut rows, n_total) = app.engine.alerts(&wanted, before, PAGE_ROWS + 1)?;
        let is_more = PAGE_ROWS < rows.len();
        rows.truncate(PAGE_ROWS);
        let last = rows.last().filter(|_| is_more).map(|row| row.id);
        let next = last.map(|value| Cursor { list: LIST, value, tie: Key(0) }.text());
        Ok(Alerts { n_open, n_total, rows: rows.into_iter().map(Into::into).collect(), next })
    })
    .await
    .map(Json)
}

/// Says that somebody looked at an alert.
#[utoipa::path(
    post, path = "/api/v1/alerts/{id}/seen", tag = "alerts", params(("id" = i64, Path)),
    responses((status = 200, body = Alert))
)]
pub(crate) async fn see_alert(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Alert>, ApiError> {
    let seen = app.run(move |app| Ok(app.engine.see_alert(id)?)).await?;
    Ok(Json(seen.into()))
}

/// Says that somebody looked at all alerts up to one.
#[utoipa::path(
    post, path = "/api/v1/alerts/seen", tag = "alerts", request_body = Looked, responses((status = 200, body = Seen))
)]
pub(crate) async fn see_alerts(
    State(app): State<Arc<App>>,
    Sent(looked): Sent<Looked>,
) -> Result<Json<Seen>, ApiError> {
    let n_seen = app
        .run(move |app| {
            let theirs = Wanted { objects: seen(app), ..Wanted::default() };
            Ok(app.engine.see_alerts(theirs, looked.upto)?)
        })
        .await?;
    Ok(Json(Seen { n_seen }))
}
