//! Segment's routes, and Jitsu's, which carry the same calls.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::Response;
use parlour_core::wire::Dialect;
use parlour_core::wire::segment::{Call, Reading};
use serde_json::json;

use super::answer::{self, Refused};
use super::take::{Parcel, take};
use crate::app::App;
use crate::error::{ApiError, ErrorCode};

/// A call, a batch or an import, by the last part of the path.
pub(super) async fn take_call(
    State(app): State<Arc<App>>,
    Path(call): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let reading = match call.as_str() {
        "batch" | "b" => Reading::default(),
        "import" => Reading { is_import: true, ..Reading::default() },
        name => Reading { call: Some(call_of(name)?), is_import: false },
    };
    take_reading(app, request, reading).await
}

/// Jitsu's: the type of the call, which it says in the body too, or `batch`.
pub(super) async fn take_jitsu(
    State(app): State<Arc<App>>,
    Path(call): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let call = if call == "batch" { None } else { Some(call_of(&call)?) };
    take_reading(app, request, Reading { call, is_import: false }).await
}

/// Takes a body as `reading` says and tells the SDK what it wants to hear.
pub(super) async fn take_reading(app: Arc<App>, request: Request, reading: Reading) -> Result<Response, Refused> {
    let dialect = Dialect::Segment(reading);
    let taken = async {
        let parcel = Parcel::read(&app, request, dialect).await?;
        take(Arc::clone(&app), parcel, dialect).await
    };
    taken.await.map_err(Refused::for_segment)?;
    Ok(answer::success())
}

pub(super) fn call_of(name: &str) -> Result<Call, Refused> {
    let unknown =
        || format!("`{name}` is no call; there are identify, track, page, screen, group, alias, merge and batch");
    Call::of_name(name).ok_or_else(|| ApiError::new(ErrorCode::NotFound, unknown()).into())
}

/// What the browser SDK asks for before it sends: where to, and that nothing else is to be loaded.
pub(super) async fn get_settings(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    if app.engine.source_of_key(&key).is_none() {
        return Err(ApiError::new(ErrorCode::WriteKeyUnknown, super::key::unknown(Some(&key))).into());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_tls = headers.get("x-forwarded-proto").is_some_and(|protocol| protocol == "https");
    let protocol = if is_tls { "https" } else { "http" };
    let enabled = json!({ "__default": { "enabled": true, "integrations": {} } });
    let settings = json!({
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": format!("{host}/v1"),
                "protocol": protocol,
                "unbundledIntegrations": [],
                "addBundledMetadata": true,
                "maybeBundledConfigIds": {},
                "versionSettings": { "version": "4.4.7", "componentTypes": ["browser"] }
            }
        },
        "plan": { "track": enabled, "identify": { "__default": { "enabled": true } }, "group": { "__default": { "enabled": true } } },
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": { "sampleRate": 0 },
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": []
    });
    Ok(answer::json(settings.to_string()))
}
