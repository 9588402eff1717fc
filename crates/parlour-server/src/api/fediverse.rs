//! The fediverse: where a brand's actor is found, what it is, and its inbox.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::response::{IntoResponse, Response};
use parlour_engine::EngineError;
use parlour_engine::fediverse::{MAX_BODY_BYTES, NotTaken};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::{Asking, At};

const ACTIVITY: &str = "application/activity+json";
const FOUND: &str = "application/jrd+json";

/// Whom somebody looks for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Resource {
    /// `acct:name@host`, or the address of the actor.
    resource: String,
}

/// Most bytes of an activity.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_BODY_BYTES)
}

fn as_json(kind: &'static str, value: &Value) -> Response {
    ([(header::CONTENT_TYPE, kind)], value.to_string()).into_response()
}

fn nobody(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no {what} here"))
}

/// Where an actor is found, by what it is called.
#[utoipa::path(
    get, path = "/.well-known/webfinger", tag = "fediverse", security(()), params(Resource),
    responses((status = 200, content_type = "application/jrd+json", body = Object))
)]
pub(crate) async fn find_actor(
    State(app): State<Arc<App>>,
    Asking(asked): Asking<Resource>,
) -> Result<Response, ApiError> {
    let found = app.engine.webfinger(&asked.resource).ok_or_else(|| nobody("actor of that name"))?;
    Ok(as_json(FOUND, &found))
}

/// A brand as an actor of the fediverse.
#[utoipa::path(
    get, path = "/fediverse/{name}", tag = "fediverse", security(()), params(("name" = String, Path)),
    responses((status = 200, content_type = "application/activity+json", body = Object))
)]
pub(crate) async fn get_actor(State(app): State<Arc<App>>, At(name): At<String>) -> Result<Response, ApiError> {
    let found = app.run(move |app| Ok(app.engine.actor_document(&name)?)).await?;
    Ok(as_json(ACTIVITY, &found.ok_or_else(|| nobody("actor of that name"))?))
}

/// How many follow an actor (`followers`), and its `outbox`.
#[utoipa::path(
    get, path = "/fediverse/{name}/{collection}", tag = "fediverse", security(()),
    params(("name" = String, Path), ("collection" = String, Path)),
    responses((status = 200, content_type = "application/activity+json", body = Object))
)]
pub(crate) async fn get_collection(
    State(app): State<Arc<App>>,
    At((name, collection)): At<(String, String)>,
) -> Result<Response, ApiError> {
    let found = app.run(move |app| Ok(app.engine.actor_collection(&name, &collection)?)).await?;
    Ok(as_json(ACTIVITY, &found.ok_or_else(|| nobody("collection of that name"))?))
}

/// What a brand answered in public.
#[utoipa::path(
    get, path = "/fediverse/{name}/notes/{note}", tag = "fediverse", security(()),
    params(("name" = String, Path), ("note" = String, Path)),
    responses((status = 200, content_type = "application/activity+json", body = Object))
)]
pub(crate) async fn get_note(
    State(app): State<Arc<App>>,
    At((name, note)): At<(String, String)>,
) -> Result<Response, ApiError> {
    let found = app.run(move |app| Ok(app.engine.actor_note(&name, &note)?)).await?;
    Ok(as_json(ACTIVITY, &found.ok_or_else(|| nobody("public note of that name"))?))
}

/// Takes what another server posts for a brand: signed, and kept before it is answered. Who signed it is looked up
/// after; what nobody is known to have signed lies among the rejections.
#[utoipa::path(
    post, path = "/fediverse/{name}/inbox", tag = "fediverse", security(()), params(("name" = String, Path)),
    request_body(content = Object, content_type = "application/activity+json"), responses((status = 202))
)]
pub(crate) async fn take_activity(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let source = app.engine.source_named(&name).ok_or_else(|| nobody(&format!("actor `{name}`")))?;
    let _room = app.gate.enter(body.len())?;
    app.gate.pass(&source, 1, Instant::now())?;
    let text = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers: Vec<(String, String)> = headers.iter().filter_map(text).collect();
    app.run(move |app| match app.engine.take_activity(&name, &headers, &body) {
        Ok(()) => Ok(StatusCode::ACCEPTED),
        Err(NotTaken::Nobody(name)) => Err(nobody(&format!("actor `{name}`"))),
        Err(NotTaken::Unsigned(error)) => Err(ApiError::new(ErrorCode::KeyRefused, error.to_string())),
        Err(NotTaken::Engine(error)) => Err(EngineError::into(error)),
    })
    .await
}
