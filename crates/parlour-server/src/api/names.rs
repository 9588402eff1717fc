//! Names from outside: which verbs they stand for, and which stand for none yet.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::desk::overview::VerbUse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::Date;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};

/// Most unmapped names that are told, the most frequent.
const MAX_UNMAPPED: usize = 1000;

/// Names from outside.
#[derive(Serialize, ToSchema)]
pub(crate) struct Names {
    /// Those that stand for no verb, the most frequent first; at most 1000.
    unmapped: Vec<UnmappedUse>,
    /// Those that stand for one, by name; also those that never came.
    mapped: Vec<MappedUse>,
}

/// A name that stands for no verb.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmappedUse {
    name: String,
    /// Events so far.
    n: u64,
    n_people: u64,
    last_day: Date,
}

/// A name that stands for a verb.
#[derive(Serialize, ToSchema)]
pub(crate) struct MappedUse {
    name: String,
    verb: String,
    /// Whether it was chosen here and can be taken back; else the vocabulary's file says so.
    is_chosen: bool,
    /// Events so far.
    n: u64,
    n_people: u64,
    /// Null where it never came.
    last_day: Option<Date>,
}

/// What a name stands for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// A verb of the vocabulary.
    verb: String,
}

/// Names from outside with how often they came: those to be mapped, and those that are.
#[utoipa::path(get, path = "/api/v1/names", tag = "settings", responses((status = 200, body = Names)))]
pub(crate) async fn list_names(State(app): State<Arc<App>>) -> Result<Json<Names>, ApiError> {
    app.run(names).await.map(Json)
}

fn names(app: &App) -> Result<Names, ApiError> {
    let vocabulary = app.engine.vocabulary();
    let census = app.census()?;
    let unmapped = census.by_verb.iter().filter(|used| vocabulary.resolve(&used.stored).is_none());
    let mut unmapped: Vec<UnmappedUse> = unmapped
        .map(|VerbUse { stored, n, n_people, last_day }| UnmappedUse {
            name: stored.strip_prefix("did:").unwrap_or(stored).to_owned(),
            n: *n,
            n_people: *n_people,
            last_day: Date(*last_day),
        })
        .collect();
    unmapped.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.name.cmp(&b.name)));
    unmapped.truncate(MAX_UNMAPPED);
    let uses: HashMap<&str, &VerbUse> =
        census.by_verb.iter().filter_map(|used| used.stored.strip_prefix("did:").map(|name| (name, used))).collect();
    let mapped = vocabulary.names.iter().map(|(name, verb)| {
        let used = uses.get(name.as_str());
        MappedUse {
            name: name.clone(),
            verb: verb.clone(),
            is_chosen: app.engine.is_chosen(name),
            n: used.map_or(0, |used| used.n),
            n_people: used.map_or(0, |used| used.n_people),
            last_day: used.map(|used| Date(used.last_day)),
        }
    });
    Ok(Names { unmapped, mapped: mapped.collect() })
}

/// Says which verb a name from outside stands for; standings follow at once, past and present.
#[utoipa::path(
    put, path = "/api/v1/names/{name}", tag = "settings", params(("name" = String, Path)), request_body = Mapping,
    responses((status = 204, description = "mapped"))
)]
pub(crate) async fn map_name(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Sent(mapping): Sent<Mapping>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.map_name(&name, &mapping.verb)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back what was chosen for a name; standings follow at once.
#[utoipa::path(
    delete, path = "/api/v1/names/{name}", tag = "settings", params(("name" = String, Path)),
    responses((status = 204, description = "taken back"))
)]
pub(crate) async fn unmap_name(State(app): State<Arc<App>>, At(name): At<String>) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.unmap_name(&name)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
