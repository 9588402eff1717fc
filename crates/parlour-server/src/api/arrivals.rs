//! Arrivals: what a source sent last, as a list, and as a stream that goes on while it is watched.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::response::sse::{self, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use parlour_engine::arrivals::{Arrival as EngineArrival, Outcome};
use parlour_engine::clock;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, interval};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};

/// How often a stream looks for something new.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long one stream goes on; browsers come back by themselves, with a session that is looked at again.
const WATCH_FOR: Duration = Duration::from_mins(5);
/// A line of nothing is sent this often, so that nobody in between takes the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What a source sent last.
#[derive(Serialize, ToSchema)]
pub(crate) struct Arrivals {
    /// Oldest first; of large batches only the end.
    rows: Vec<Arrival>,
}

/// Something that a source sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Arrival {
    /// Its place among what the source sent since the server started; ascending.
    number: u64,
    received_at: String,
    is_accepted: bool,
    /// When it happened.
    at: Option<String>,
    /// Who, `kind:id`.
    subject: Option<String>,
    /// Did what, as it is stored.
    verb: Option<String>,
    /// Toward what, `kind:id`.
    object: Option<String>,
    layer: Option<&'static str>,
    /// Why it was rejected, as one word.
    reason: Option<String>,
    /// Why, as a sentence.
    message: Option<String>,
    /// What was sent, as far as it is kept; at most its first 4096 bytes.
    raw: Option<String>,
}

/// From where on.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ArrivalsQuery {
    /// The `number` from which on arrivals are told; all that are kept unless given.
    from: Option<u64>,
}

impl From<EngineArrival> for Arrival {
    fn from(arrival: EngineArrival) -> Self {
        let received_at = clock::rfc3339(arrival.received_at);
        let nothing = Self {
            number: arrival.number,
            received_at,
            is_accepted: false,
            at: None,
            subject: None,
            verb: None,
            object: None,
            layer: None,
            reason: None,
            message: None,
            raw: arrival.raw,
        };
        match arrival.outcome {
            Outcome::Accepted { at, subject, verb, object, layer } => Self {
                is_accepted: true,
                at: Some(clock::rfc3339(at)),
                subject: Some(subject),
                verb: Some(verb),
                object: Some(object),
                layer: Some(layer),
                ..nothing
            },
            Outcome::Rejected { reason, message } => Self { reason: Some(reason), message: Some(message), ..nothing },
        }
    }
}

/// What a source sent last, since the server started.
#[utoipa::path(
    get, path = "/api/v1/sources/{id}/tail", tag = "sources", params(("id" = i64, Path), ArrivalsQuery),
    responses((status = 200, body = Arrivals))
)]
pub(crate) async fn list_arrivals(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Asking(query): Asking<ArrivalsQuery>,
) -> Result<Json<Arrivals>, ApiError> {
    let source = app.engine.source(id)?;
    let rows = app.engine.arrivals(&source.name, query.from.unwrap_or(0));
    Ok(Json(Arrivals { rows: rows.into_iter().map(Into::into).collect() }))
}

/// What a source sends, as it comes: server-sent events, each with an arrival as JSON.
#[utoipa::path(
    get, path = "/api/v1/sources/{id}/tail/stream", tag = "sources", params(("id" = i64, Path), ArrivalsQuery),
    responses((status = 200, content_type = "text/event-stream", body = String))
)]
pub(crate) async fn watch_arrivals(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Asking(query): Asking<ArrivalsQuery>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, ApiError> {
    let name = app.engine.source(id)?.name.clone();
    let watch = Watch { app, name, from: query.from.unwrap_or(0), until: Instant::now() + WATCH_FOR };
    let ticks = interval(LOOK_EVERY);
    let stream = stream::unfold((watch, ticks, Vec::new()), |(mut watch, mut ticks, mut waiting)| async move {
        while waiting.is_empty() {
            ticks.tick().await;
            if watch.is_over() {
                return None;
            }
            waiting = watch.look();
        }
        let next: EngineArrival = waiting.pop()?;
        watch.from = next.number + 1;
        let number = next.number.to_string();
        let told = serde_json::to_string(&Arrival::from(next)).unwrap_or_default();
        Some((Ok(sse::Event::default().id(number).data(told)), (watch, ticks, waiting)))
    });
    // The head of an answer goes out with the first of its body, and whoever watches wants to know that they do.
    let greeting = stream::once(async { Ok(sse::Event::default().comment("watching")) });
    Ok(Sse::new(greeting.chain(stream)).keep_alive(sse::KeepAlive::new().interval(KEEP_ALIVE)))
}

/// Somebody who watches a source.
struct Watch {
    app: Arc<App>,
    name: String,
    from: u64,
    until: Instant,
}

impl Watch {
    fn is_over(&self) -> bool {
        self.until <= Instant::now() || self.app.is_stopping()
    }

    /// What came since, the newest first.
    fn look(&self) -> Vec<EngineArrival> {
        let mut new = self.app.engine.arrivals(&self.name, self.from);
        new.reverse();
        new
    }
}
