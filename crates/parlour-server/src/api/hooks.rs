//! Hooks: where alerts are posted to.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::{clock, outbox};
use parlour_store::hook;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deliveries::Delivery;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};

/// One hook. Its secret is shown once, when it is made.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hook {
    id: i64,
    url: String,
    /// The kinds of alert that it is for; none for all.
    kinds: Vec<String>,
    created_at: String,
    /// Since when nothing is sent to it; null while it is enabled.
    disabled_at: Option<String>,
    disabled_why: Option<String>,
}

/// All ways out.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hooks {
    /// In the order in which they were made.
    rows: Vec<Hook>,
    /// Who gets the daily digest by mail; none where mail is not set up.
    mail_to: Vec<String>,
    /// Whether hooks may be on private addresses.
    allow_private: bool,
}

/// A hook that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyedHook {
    hook: Hook,
    /// What deliveries are signed with; shown this one time.
    secret: String,
}

/// A hook as it is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHook {
    /// `https://…`
    url: String,
    /// The kinds of alert that it is for; null or none for all.
    kinds: Option<Vec<String>>,
    /// What deliveries are signed with, `whsec_…`; null to have one made.
    secret: Option<String>,
}

/// What may change of a hook; saving enables it again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookChange {
    url: String,
    /// The kinds of alert that it is for; null or none for all.
    kinds: Option<Vec<String>>,
}

impl From<hook::Hook> for Hook {
    fn from(hook: hook::Hook) -> Self {
        Self {
            id: hook.id,
            url: hook.url,
            kinds: hook.kinds.split_whitespace().map(str::to_owned).collect(),
            created_at: clock::rfc3339(hook.created_at),
            disabled_at: hook.disabled_at.map(clock::rfc3339),
            disabled_why: hook.disabled_why,
        }
    }
}

/// All hooks, and who gets mail.
#[utoipa::path(get, path = "/api/v1/hooks", tag = "alerts", responses((status = 200, body = Hooks)))]
pub(crate) async fn list_hooks(State(app): State<Arc<App>>) -> Result<Json<Hooks>, ApiError> {
    app.run(|app| {
        let settings = &app.engine.settings;
        let mail_to = if settings.mail.is_set() { settings.mail.to.clone() } else { Vec::new() };
        let rows = app.engine.hooks()?.into_iter().map(Into::into).collect();
        Ok(Hooks { rows, mail_to, allow_private: settings.delivery.allow_private })
    })
    .await
    .map(Json)
}

/// Makes a hook; the answer has its secret, which is shown this one time.
#[utoipa::path(
    post, path = "/api/v1/hooks", tag = "alerts", request_body = NewHook, responses((status = 201, body = KeyedHook))
)]
pub(crate) async fn create_hook(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewHook>,
) -> Result<(StatusCode, Json<KeyedHook>), ApiError> {
    let new = outbox::NewHook { url: new.url, kinds: new.kinds.unwrap_or_default(), secret: new.secret };
    let made = app.run(move |app| Ok(app.engine.create_hook(new)?)).await?;
    let secret = made.secret.clone();
    Ok((StatusCode::CREATED, Json(KeyedHook { hook: made.into(), secret })))
}

/// Changes where a hook goes and what it is for, and enables it again.
#[utoipa::path(
    put, path = "/api/v1/hooks/{id}", tag = "alerts", params(("id" = i64, Path)), request_body = HookChange,
    responses((status = 200, body = Hook))
)]
pub(crate) async fn update_hook(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(change): Sent<HookChange>,
) -> Result<Json<Hook>, ApiError> {
    let new = outbox::NewHook { url: change.url, kinds: change.kinds.unwrap_or_default(), secret: None };
    let changed = app.run(move |app| Ok(app.engine.update_hook(id, &new)?)).await?;
    Ok(Json(changed.into()))
}

/// Deletes a hook; what waits for it is given up.
#[utoipa::path(
    delete, path = "/api/v1/hooks/{id}", tag = "alerts", params(("id" = i64, Path)),
    responses((status = 204, description = "deleted"))
)]
pub(crate) async fn delete_hook(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.delete_hook(id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has something sent to a hook that tells nothing, to try it.
#[utoipa::path(
    post, path = "/api/v1/hooks/{id}/test", tag = "alerts", params(("id" = i64, Path)),
    responses((status = 201, body = Delivery))
)]
pub(crate) async fn test_hook(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    let sent = app.run(move |app| Ok(app.engine.test_hook(id)?)).await?;
    Ok((StatusCode::CREATED, Json(sent.into())))
}
