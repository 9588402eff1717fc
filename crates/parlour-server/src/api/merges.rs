//! Merges: the links that safeguards held back, that somebody undid or forced, and those that are worth a look; and one
//! person's ids with all that joins them.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use parlour_core::identity::{Identity, Link, LinkState};
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_engine::desk::Question;
use parlour_store::identity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::person::{LinkRow, link_rows};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};

/// Most links that are told, the newest.
const MAX_ROWS: usize = 500;

/// Links between ids.
#[derive(Serialize, ToSchema)]
pub(crate) struct Merges {
    /// The newest first; at most 500.
    rows: Vec<LinkRow>,
    n_total: usize,
}

/// Which links.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MergeState {
    /// Held back by a safeguard.
    #[default]
    Refused,
    /// Taken back by somebody.
    Undone,
    /// Holding whatever the safeguards say, because somebody said so.
    Forced,
    /// Holding, but the person has several ids of the kind that names people best.
    Suspicious,
    /// Every link.
    All,
}

/// Which links are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MergesQuery {
    /// `refused` unless given.
    state: Option<MergeState>,
}

/// A person's ids and what joins them.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdGraph {
    nodes: Vec<IdNode>,
    edges: Vec<LinkRow>,
}

/// A raw id.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdNode {
    /// 32 hexadecimal digits.
    key: String,
    kind: String,
    value: String,
    first_seen_at: String,
    /// Whether it is the person's; else a link to it does not hold.
    is_member: bool,
    /// Whether it is the one that stands for the person.
    is_first: bool,
}

/// Links between ids: refused, undone, forced, worth a look, or all.
#[utoipa::path(
    get, path = "/api/v1/merges", tag = "people", params(MergesQuery), responses((status = 200, body = Merges))
)]
pub(crate) async fn list_merges(
    State(app): State<Arc<App>>,
    Asking(query): Asking<MergesQuery>,
) -> Result<Json<Merges>, ApiError> {
    app.run(move |app| merges(app, query.state.unwrap_or_default())).await.map(Json)
}

fn merges(app: &App, wanted: MergeState) -> Result<Merges, ApiError> {
    let identity = Arc::clone(&app.engine.snapshot().identity);
    let is_wanted = |link: &Link, state: &LinkState| match wanted {
        MergeState::Refused => matches!(state, LinkState::Refused(_)),
        MergeState::Undone => *state == LinkState::Undone,
        MergeState::Forced => link.is_forced,
        MergeState::Suspicious => is_suspicious(&identity, link, state),
        MergeState::All => true,
    };
    let mut found: Vec<(Link, &LinkState)> = identity.links().filter(|(link, state)| is_wanted(link, state)).collect();
    let n_total = found.len();
    found.sort_unstable_by_key(|(link, _)| (std::cmp::Reverse(link.at), link.a, link.b));
    found.truncate(MAX_ROWS);
    let why: Vec<bool> = found.iter().map(|(link, state)| is_suspicious(&identity, link, state)).collect();
    let found = found.into_iter().map(|(link, state)| (link, state.clone())).collect();
    let mut rows = link_rows(app, found)?;
    for (row, _) in rows.iter_mut().zip(why).filter(|(_, is_suspicious)| *is_suspicious) {
        row.reason = Some("the person has several ids of the kind that names people best".to_owned());
    }
    Ok(Merges { rows, n_total })
}

fn is_suspicious(identity: &Identity, link: &Link, state: &LinkState) -> bool {
    let is_several = |key: Key| identity.is_one_of_several_names(key);
    *state == LinkState::Active && !link.is_forced && (is_several(link.a) || is_several(link.b))
}

/// A person's ids, and those that links would join to them, with the links.
#[utoipa::path(
    get, path = "/api/v1/people/{person}/ids", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = IdGraph))
)]
pub(crate) async fn get_ids(State(app): State<Arc<App>>, At(name): At<String>) -> Result<Json<IdGraph>, ApiError> {
    app.run(move |app| graph(app, &name)).await.map(Json)
}

fn graph(app: &App, name: &str) -> Result<IdGraph, ApiError> {
    let asked = super::asked(app, &Question::default().now())?;
    let person = app.engine.person_named(&asked, name)?;
    let members: HashSet<Key> = app.engine.ids_seen(&asked, person)?.into_iter().collect();
    let mut links = app.engine.links_of(&asked, person)?;
    links.truncate(MAX_ROWS);
    let mut keys: Vec<Key> =
        members.iter().copied().chain(links.iter().flat_map(|(link, _)| [link.a, link.b])).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut found = app.engine.database.read(|conn| identity::by_keys(conn, &keys))?;
    // Who else they might be is nothing for whoever sees some brands only.
    found.retain(|id| app.within().is_none() || members.contains(&id.key));
    found.sort_by_key(|id| (!members.contains(&id.key), id.first_seen_at, id.key));
    let node = |id: identity::Identity| IdNode {
        key: id.key.to_string(),
        kind: id.kind,
        value: id.value,
        first_seen_at: clock::rfc3339(id.first_seen_at),
        is_member: members.contains(&id.key),
        is_first: id.key == person,
    };
    Ok(IdGraph { nodes: found.into_iter().map(node).collect(), edges: link_rows(app, links)? })
}
