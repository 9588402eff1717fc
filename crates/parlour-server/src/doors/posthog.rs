//! PostHog's routes: events in the older and the newer form, and the questions its SDKs ask, answered with nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use parlour_core::time::instant;
use parlour_core::wire::Dialect;
use serde_json::{Map, json};

use super::answer::{self, Refused};
use super::take::{FateKind, Parcel, take, take_and_tell};
use crate::app::App;

const MICROS_PER_MS: i64 = 1000;

/// Events in the older form: a body, or the `data` of a query.
pub(super) async fn take_events(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    take_body(app, request).await.map_err(Refused::for_posthog)?;
    Ok(answer::ok())
}

async fn take_body(app: Arc<App>, request: Request) -> Result<(), Refused> {
    let dialect = Dialect::Posthog { sent_at: None };
    let parcel = if request.method() == Method::GET {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let most = app.engine.settings.ingest.unpacked_bytes;
        let body = super::body::unpacked(query.as_bytes(), most)?.into_owned();
        Parcel::made(&app, request, body)?
    } else {
        Parcel::read(&app, request, dialect).await?
    };
    let sent_at = parcel.parameter("_").and_then(|ms| ms.parse::<i64>().ok()?.checked_mul(MICROS_PER_MS));
    take(app, parcel, Dialect::Posthog { sent_at }).await
}

/// Events in the newer form, each answered by its id; SDKs send again only what they are told to.
pub(super) async fn take_batch(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let parcel = Parcel::read(&app, request, Dialect::Posthog { sent_at: None }).await?;
    let sent_at = parcel.header("posthog-request-timestamp").and_then(instant);
    let mut results = Map::new();
    let fates = take_and_tell(app, parcel, Dialect::Posthog { sent_at }).await.map_err(Refused::for_posthog)?;
    for fate in fates {
        let Some(message) = fate.message else { continue };
        let result = match fate.kind {
            FateKind::Accepted | FateKind::Duplicate => json!({ "result": "ok" }),
            FateKind::Rejected { message, .. } => json!({ "result": "drop", "details": message }),
        };
        results.insert(message, result);
    }
    Ok(answer::json(json!({ "results": results }).to_string()))
}

/// There are no feature flags, and nothing to record.
pub(super) async fn get_flags() -> Response {
    answer::json(
        "{\"flags\":{},\"featureFlags\":{},\"featureFlagPayloads\":{},\"errorsWhileComputingFlags\":false,\
         \"requestId\":\"\",\"config\":{\"enable_collect_everything\":true},\"supportedCompression\":[\"gzip\",\"gzip-js\"],\
         \"sessionRecording\":false,\"isAuthenticated\":false,\"toolbarParams\":{},\"siteApps\":[],\
         \"capturePerformance\":false,\"autocapture_opt_out\":false,\"surveys\":false,\"heatmaps\":false}",
    )
}

/// What the browser SDK may do: send events.
pub(super) async fn get_config() -> Response {
    answer::json(
        "{\"supportedCompression\":[\"gzip\",\"gzip-js\"],\"hasFeatureFlags\":false,\"sessionRecording\":false,\
         \"capturePerformance\":false,\"autocapture_opt_out\":false,\"autocaptureExceptions\":false,\"surveys\":false,\
         \"heatmaps\":false,\"siteApps\":[],\"toolbarParams\":{},\"isAuthenticated\":false,\
         \"analytics\":{\"endpoint\":\"/i/v0/e/\"}}",
    )
}

/// The same as a script: the SDK asks for the other when this sets nothing.
pub(super) async fn get_script() -> Response {
    answer::script("// nothing to load\n")
}
