//! Doors for programs: the routes to which SDKs and scripts send events, each answering as its SDKs need it.
//!
//! They know no session and mirror any origin: whoever has a write key may send, and nobody may read.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};
use utoipa::openapi::path::{Operation, OperationBuilder, Paths};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{PathItem, Response};

use crate::app::App;

mod answer;
mod body;
mod cors;
mod form;
mod gate;
mod key;
mod mentions;
pub(crate) mod native;
mod posthog;
mod rudder;
mod segment;
mod take;
mod visits;
mod widget;

pub(crate) use form::escaped;
pub(crate) use gate::Gate;
pub(crate) use take::GPC;
pub(crate) use visits::Visits;

/// A path that programs know, for the document.
pub(crate) struct Door {
    pub(crate) path: &'static str,
    /// The name of what POST does there, and of what GET does; none where the method is not taken.
    post: Option<&'static str>,
    get: Option<&'static str>,
    line: &'static str,
}

const fn posts(path: &'static str, name: &'static str, line: &'static str) -> Door {
    Door { path, post: Some(name), get: None, line }
}

const fn gets(path: &'static str, name: &'static str, line: &'static str) -> Door {
    Door { path, post: None, get: Some(name), line }
}

impl Door {
    const fn and_gets(self, name: &'static str) -> Self {
        Self { get: Some(name), ..self }
    }
}

/// Every path whose handler does not describe itself; those that end in `/` are taken without it too.
const DIALECTS: &[Door] = &[
    posts(
        "/v1/{call}",
        "take_call",
        "Segment and RudderStack: identify, track, page, screen, group, alias, merge, batch, import",
    ),
    gets("/v1/projects/{key}/settings", "get_segment_settings", "Segment: what its browser SDK asks before it sends"),
    posts("/beacon/v1/batch", "take_beacon", "RudderStack: a batch by `sendBeacon`"),
    gets("/sourceConfig/", "get_source_config", "RudderStack: what its browser SDK asks before it sends"),
    gets("/pixel/v1/{call}", "take_pixel", "RudderStack: a track or page call by an image"),
    posts("/api/s/{call}", "take_jitsu_call", "Jitsu: one call from a browser"),
    posts("/api/s/s2s/{call}", "take_jitsu_server_call", "Jitsu: one call or a batch from a server"),
    posts("/batch/", "take_posthog_batch", "PostHog: a batch"),
    posts("/capture/", "take_posthog_capture", "PostHog: one event or a batch").and_gets("take_posthog_capture_query"),
    posts("/e/", "take_posthog_e", "PostHog: what its browser SDK sends").and_gets("take_posthog_e_query"),
    posts("/i/v0/e/", "take_posthog_v0", "PostHog: what its browser SDK sends").and_gets("take_posthog_v0_query"),
    posts("/i/v1/analytics/events", "take_posthog_v1", "PostHog: a batch with a result per event"),
    posts("/flags/", "get_flags", "PostHog: feature flags, of which there are none").and_gets("get_flags_query"),
    posts("/decide/", "get_decision", "PostHog: feature flags in the older form").and_gets("get_decision_query"),
    gets("/array/{key}/config", "get_posthog_config", "PostHog: what its browser SDK may do"),
    gets("/array/{key}/config.js", "get_posthog_script", "PostHog: the same as a script"),
    posts("/widget/v1/hello", "greet_visitor", "Widget: how it looks and what it takes"),
    posts("/widget/v1/write", "write_as_visitor", "Widget: something that its visitor wrote"),
    posts("/widget/v1/read", "read_as_visitor", "Widget: what was said in its visitor's conversation"),
    posts("/widget/v1/end", "end_as_visitor", "Widget: nothing leads to the conversation any more"),
    posts("/form/{source}", "take_form", "Form: what somebody wrote on a page without a script").and_gets("get_form"),
    posts("/webmention/{source}", "take_webmention", "Webmention: a page says that it links to one of ours"),
];

fn methods(path: &str) -> MethodRouter<Arc<App>> {
    match path {
        "/v1/{call}" => post(segment::take_call),
        "/v1/projects/{key}/settings" => get(segment::get_settings),
        "/beacon/v1/batch" => post(rudder::take_beacon),
        "/sourceConfig/" => get(rudder::get_config),
        "/pixel/v1/{call}" => get(rudder::take_pixel),
        "/api/s/{call}" | "/api/s/s2s/{call}" => post(segment::take_jitsu),
        "/batch/" => post(posthog::take_events),
        "/i/v1/analytics/events" => post(posthog::take_batch),
        "/widget/v1/hello" => post(widget::greet),
        "/widget/v1/write" => post(widget::write),
        "/widget/v1/read" => post(widget::read),
        "/widget/v1/end" => post(widget::end),
        "/form/{source}" => post(form::take_form).get(form::get_form),
        "/webmention/{source}" => post(mentions::take_webmention),
        "/flags/" | "/decide/" => post(posthog::get_flags).get(posthog::get_flags),
        "/array/{key}/config" => get(posthog::get_config),
        "/array/{key}/config.js" => get(posthog::get_script),
        _ => post(posthog::take_events).get(posthog::take_events),
    }
}

/// Our own paths.
const EVENTS: &str = "/api/v1/events";
const SCHEMA: &str = "/api/v1/events/schema.json";

/// The JSON within a body, at most `most` bytes of it, whatever it is packed in; `None` where it is packed badly or
/// would be longer. Public so that it can be tried with odd bytes.
pub fn unpacked(sent: &[u8], most: usize) -> Option<Vec<u8>> {
    body::unpacked(sent, most).ok().map(std::borrow::Cow::into_owned)
}

/// Every path of a door.
#[cfg(test)]
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    DIALECTS.iter().map(|door| door.path).chain([EVENTS, SCHEMA])
}

/// The routes of all doors.
pub(crate) fn routes() -> Router<Arc<App>> {
    let own = Router::new().route(EVENTS, post(native::create_events)).route(SCHEMA, get(native::get_event_schema));
    let with = |router: Router<Arc<App>>, door: &Door| {
        let router = router.route(door.path, methods(door.path));
        match door.path.strip_suffix('/') {
            Some(bare) => router.route(bare, methods(door.path)),
            None => router,
        }
    };
    let all = DIALECTS.iter().fold(own, with).method_not_allowed_fallback(answer::wrong_method);
    all.layer(from_fn(cors::mirror))
}

/// Adds the doors to the document; they say that they need no session.
pub(crate) fn describe(paths: &mut Paths) {
    let own = [EVENTS, SCHEMA].map(|path| paths.paths.remove_entry(path));
    for (path, mut item) in own.into_iter().flatten() {
        [&mut item.post, &mut item.get].into_iter().flatten().for_each(open);
        paths.paths.insert(path, item);
    }
    for door in DIALECTS {
        let mut item = PathItem::default();
        item.post = door.post.map(|name| operation(name, door.line));
        item.get = door.get.map(|name| operation(name, door.line));
        paths.paths.insert(door.path.to_owned(), item);
    }
}

fn operation(name: &str, line: &str) -> Operation {
    let operation = OperationBuilder::new().operation_id(Some(name)).tag("doors").summary(Some(line));
    let mut operation = operation.response("200", Response::new("taken")).build();
    open(&mut operation);
    operation
}

fn open(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::default()]);
}
