//! A person's timeline: what they did, newest first.

use std::sync::Arc;

use axum::Json;
use parlour_core::day::Day;
use parlour_core::event::BACK;
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_engine::desk::Asked;
use parlour_lake::event::LakeEvent;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{Date, title};
use super::{asked, people, question};
use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::{Asking, At};

/// Marks a cursor of this list.
pub(crate) const LIST: u8 = b't';
/// Most rows of one moment that are paged through; events of more than that at one microsecond are told as they come.
const MAX_OF_A_MOMENT: usize = 10_000;

/// A page of what a person did.
#[derive(Serialize, ToSchema)]
pub(crate) struct Timeline {
    /// Newest first.
    rows: Vec<TimelineRow>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// One thing a person did.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineRow {
    /// When it happened, RFC 3339 UTC, as far as the sender's clock could be put right.
    at: String,
    /// What the sender's clock said, where that is another time.
    said_at: Option<String>,
    /// When it came.
    received_at: String,
    layer: &'static str,
    /// The vocabulary's verb, or `did:` and the name as it came.
    verb: String,
    /// Whether the brand did it toward the person.
    is_by_brand: bool,
    /// `kind:id`.
    object: String,
    object_title: String,
    text: Option<String>,
    /// Stars, 1 to 5.
    rating: Option<u8>,
    value_minor: Option<i64>,
    currency: Option<String>,
    /// What else was sent, as JSON.
    extra: Option<String>,
    source: String,
}

/// What is asked of a timeline.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Taken for the sake of links between pages; the timeline has every object.
    object: Option<String>,
    /// The last day that is told; all that is known unless given.
    on: Option<Date>,
    /// Taken for the sake of links between pages; it changes nothing.
    since: Option<Date>,
    /// Rows of a page, 1 to 500; by default 50.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// The `next` of the page before.
    next: Option<String>,
}

/// What a person did, under all their ids and with every object.
#[utoipa::path(
    get, path = "/api/v1/people/{person}/timeline", tag = "people", params(("person" = String, Path), TimelineQuery),
    responses((status = 200, body = Timeline))
)]
pub(crate) async fn list_timeline(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Asking(query): Asking<TimelineQuery>,
) -> Result<Json<Timeline>, ApiError> {
    app.run(move |app| timeline(app, &name, query)).await.map(Json)
}

fn timeline(app: &App, name: &str, query: TimelineQuery) -> Result<Timeline, ApiError> {
    let limit = people::limit(query.limit)?;
    let cursor = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?;
    let last = query.on.map_or(i64::MAX, |on| Day(on.0.0.saturating_add(1)).start_micros());
    let asked = asked(app, &question(query.object, query.on, query.since).now())?;
    let person = app.engine.person_named(&asked, name)?;
    page_of(app, (&asked, person), (last, limit), cursor)
}

/// A page of what somebody did before a time.
pub(crate) fn page_of(
    app: &App,
    (asked, person): (&Asked, Key),
    (last, limit): (i64, usize),
    cursor: Option<Cursor>,
) -> Result<Timeline, ApiError> {
    // Many things may have happened at one moment, so a page begins at the moment where the last one ended and leaves
    // out what that one told of it.
    let (before, n_told) = match cursor {
        Some(cursor) => (cursor.value.saturating_add(1), (cursor.tie.0 as usize).min(MAX_OF_A_MOMENT)),
        None => (last, 0),
    };
    let mut events = app.engine.timeline(asked, person, before, n_told + limit + 1)?;
    let has_more = events.len() > n_told + limit;
    events.truncate(n_told + limit);
    let next = events.last().filter(|_| has_more).map(|last| {
        let n_of_moment = events.iter().rev().take_while(|event| event.at == last.at).count();
        Cursor { list: LIST, value: last.at, tie: Key(n_of_moment as u128) }.text()
    });
    let rows = events.into_iter().skip(n_told).map(|event| row(asked, event)).collect();
    Ok(Timeline { rows, next })
}

/// An event as it is told.
pub(crate) fn row(asked: &Asked, event: LakeEvent) -> TimelineRow {
    let object = asked.snapshot.objects.id(event.object).and_then(|id| asked.snapshot.objects.get(id));
    TimelineRow {
        at: clock::rfc3339(event.at),
        said_at: event.said_at.map(clock::rfc3339),
        received_at: clock::rfc3339(event.received_at),
        layer: event.layer.name(),
        is_by_brand: event.verb.starts_with(BACK),
        verb: {
            let vocabulary = &asked.snapshot.vocabulary;
            let known = vocabulary.resolve(&event.verb).or_else(|| vocabulary.resolve_back(&event.verb));
            known.unwrap_or_else(|| event.verb.strip_prefix(BACK).unwrap_or(&event.verb)).to_owned()
        },
        object: object.map_or_else(|| event.object.to_string(), |object| object.name.to_string()),
        object_title: object.map_or_else(|| event.object.to_string(), title),
        text: event.text,
        rating: event.rating,
        value_minor: event.value.map(|money| money.minor),
        currency: event.value.map(|money| money.currency.code().to_owned()),
        extra: event.extra,
        source: event.source,
    }
}
