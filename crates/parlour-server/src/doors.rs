//! Doors for programs: the routes to which SDKs and scripts send events, each answering as its SDKs need it.
//!
//! They know no session and mirror any origin: whoever has a write key may send, and nobody may read.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};
use utoipa::openapi::path::{Operation, OperationBuilder, Paths};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{HttpMethod, PathItem, Response};

use crate::app::App;

mod answer;
mod body;
mod cors;
mod gate;
mod key;
pub(crate) mod native;
mod posthog;
mod rudder;
mod segment;
mod take;

pub(crate) use gate::Gate;

/// A path that programs know, for the document.
pub(crate) struct Door {
    pub(crate) path: &'static str,
    method: HttpMethod,
    line: &'static str,
    /// Whether the handler describes itself.
    is_described: bool,
}

const fn door(path: &'static str, method: HttpMethod, line: &'static str) -> Door {
    Door { path, method, line, is_described: false }
}

use HttpMethod::{Get, Post};

/// Every path, as the document has it; those that end in `/` are taken without it too.
pub(crate) const PATHS: &[Door] = &[
    Door { path: "/api/v1/events", method: Post, line: "", is_described: true },
    Door { path: "/api/v1/events/schema.json", method: Get, line: "", is_described: true },
    door(
        "/v1/{call}",
        Post,
        "Segment and RudderStack: identify, track, page, screen, group, alias, merge, batch, import",
    ),
    door("/v1/projects/{key}/settings", Get, "Segment: what its browser SDK asks before it sends"),
    door("/beacon/v1/batch", Post, "RudderStack: a batch by `sendBeacon`"),
    door("/sourceConfig/", Get, "RudderStack: what its browser SDK asks before it sends"),
    door("/pixel/v1/{call}", Get, "RudderStack: a track or page call by an image"),
    door("/api/s/{call}", Post, "Jitsu: one call from a browser"),
    door("/api/s/s2s/{call}", Post, "Jitsu: one call or a batch from a server"),
    door("/batch/", Post, "PostHog: a batch"),
    door("/capture/", Post, "PostHog: one event or a batch"),
    door("/e/", Post, "PostHog: what its browser SDK sends"),
    door("/i/v0/e/", Post, "PostHog: what its browser SDK sends"),
    door("/i/v1/analytics/events", Post, "PostHog: a batch with a result per event"),
    door("/flags/", Post, "PostHog: feature flags, of which there are none"),
    door("/decide/", Post, "PostHog: feature flags in the older form, of which there are none"),
    door("/array/{key}/config", Get, "PostHog: what its browser SDK may do"),
    door("/array/{key}/config.js", Get, "PostHog: the same as a script"),
];

fn methods(path: &str) -> MethodRouter<Arc<App>> {
    match path {
        "/api/v1/events" => post(native::create_events),
        "/api/v1/events/schema.json" => get(native::get_event_schema),
        "/v1/{call}" => post(segment::take_call),
        "/v1/projects/{key}/settings" => get(segment::get_settings),
        "/beacon/v1/batch" => post(rudder::take_beacon),
        "/sourceConfig/" => get(rudder::get_config),
        "/pixel/v1/{call}" => get(rudder::take_pixel),
        "/api/s/{call}" | "/api/s/s2s/{call}" => post(segment::take_jitsu),
        "/i/v1/analytics/events" => post(posthog::take_batch),
        "/flags/" | "/decide/" => post(posthog::get_flags).get(posthog::get_flags),
        "/array/{key}/config" => get(posthog::get_config),
        "/array/{key}/config.js" => get(posthog::get_script),
        _ => post(posthog::take_events).get(posthog::take_events),
    }
}

/// The routes of all doors.
pub(crate) fn routes() -> Router<Arc<App>> {
    let mut router = Router::new();
    for door in PATHS {
        router = router.route(door.path, methods(door.path));
        if let Some(bare) = door.path.strip_suffix('/') {
            router = router.route(bare, methods(door.path));
        }
    }
    router.layer(from_fn(cors::mirror))
}

/// Adds the doors to the document; what needs no session says so.
pub(crate) fn describe(paths: &mut Paths) {
    for door in PATHS {
        if door.is_described {
            let item = paths.paths.get_mut(door.path);
            let operations = item.into_iter().flat_map(|item| [&mut item.post, &mut item.get]).flatten();
            operations.for_each(open);
            continue;
        }
        let operation = OperationBuilder::new().tag("doors").summary(Some(door.line));
        let mut operation = operation.response("200", Response::new("taken")).build();
        open(&mut operation);
        let item = PathItem::new(door.method.clone(), operation);
        paths.paths.insert(door.path.to_owned(), item);
    }
}

fn open(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::default()]);
}
