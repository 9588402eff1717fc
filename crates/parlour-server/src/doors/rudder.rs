//! What RudderStack has besides Segment's routes: beacons, the configuration of its browser SDK, and pixels.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use parlour_core::wire::Dialect;
use parlour_core::wire::segment::Reading;
use parlour_engine::clock;
use serde_json::{Map, Value, json};

use super::answer::{self, Refused};
use super::segment::{call_of, take_reading};
use super::take::{Parcel, source_of, take};
use crate::app::App;

/// Most levels of a name such as `context.page.url` in a query.
const MAX_LEVELS: usize = 8;

/// A batch that a page sends while it closes.
pub(super) async fn take_beacon(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    take_reading(app, request, Reading::default()).await
}

/// A track or page call by the address of an image; names with dots in them are fields within fields.
pub(super) async fn take_pixel(
    State(app): State<Arc<App>>,
    Path(call): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let call = call_of(call.strip_suffix(".gif").unwrap_or(&call))?;
    let body = body_of(request.uri().query().unwrap_or_default());
    let dialect = Dialect::Segment(Reading { call: Some(call), is_import: false });
    let parcel = Parcel::made(&app, request, body.to_string().into_bytes())?;
    take(app, parcel, dialect).await.map_err(Refused::for_segment)?;
    Ok(answer::pixel())
}

fn body_of(query: &str) -> Value {
    let mut body = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let levels: Vec<&str> = name.splitn(MAX_LEVELS, '.').collect();
        put(&mut body, &levels, value.into_owned());
    }
    Value::Object(body)
}

fn put(object: &mut Map<String, Value>, levels: &[&str], value: String) {
    match levels {
        [] => {}
        [name] => drop(object.insert((*name).to_owned(), Value::String(value))),
        [name, rest @ ..] => {
            let inner = object.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// What the browser SDK asks for before it sends: that the source is there, and that nothing else is to be loaded.
pub(super) async fn get_config(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let source = source_of(&app, request.headers(), request.uri().query())?;
    let pairs = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let key = pairs.into_iter().find(|(name, _)| name == "writeKey").map(|(_, key)| key.into_owned());
    let at = clock::rfc3339(source.created_at);
    let config = json!({
        "source": {
            "id": source.id.to_string(),
            "name": source.name,
            "writeKey": key,
            "workspaceId": "parlour",
            "enabled": true,
            "config": {
                "statsCollection": { "errors": { "enabled": false }, "metrics": { "enabled": false } }
            },
            "connections": [],
            "destinations": [],
            "dataplanes": {},
            "updatedAt": at
        },
        "updatedAt": at
    });
    Ok(answer::json(config.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_lead_inward() {
        assert_eq!(
            body_of("event=e&properties.a=1&context.page.url=%2Fx&event.x=lost"),
            json!({ "event": "e", "properties": { "a": "1" }, "context": { "page": { "url": "/x" } } })
        );
        let deep = body_of(&format!("{}=1", ["a"; 1000].join(".")));
        assert!(deep.to_string().len() < 2100);
    }
}
