//! The workspace: what there is to look at, and what is looked at first.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use parlour_core::objects::ObjectId;
use parlour_engine::EngineError;
use parlour_engine::desk::{Asked, Question};
use parlour_engine::moment::Moment;
use parlour_engine::snapshot::Populations;
use parlour_store::setting;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{Date, title};
use crate::app::{App, IS_SAMPLE, State};
use crate::error::ApiError;

/// Most objects that are told; those with the most people.
const MAX_OBJECTS: usize = 500;

/// What there is to look at.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workspace {
    version: &'static str,
    has_data: bool,
    /// Whether the data is the sample.
    is_sample: bool,
    /// At most 500: those that belong to nothing first, then those with the most people.
    objects: Vec<WorkspaceObject>,
    default_object: Option<String>,
    /// First day with activity.
    first_day: Option<Date>,
    /// Last day with activity.
    last_day: Option<Date>,
    default_on: Date,
    currency: String,
    /// People with any activity, toward whatever.
    n_people: u64,
    /// A command that brings in a file, to be copied.
    import_line: String,
}

/// Something people engage with.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkspaceObject {
    /// `kind:id`.
    name: String,
    kind: String,
    id: String,
    title: String,
    /// `kind:id` of what it belongs to.
    parent: Option<String>,
    /// Whether it is made up by `parlour simulate`, and nobody of it exists.
    is_simulated: bool,
    /// People present on `default_on`.
    n_present: u64,
}

/// What there is to look at, and what is looked at first.
#[utoipa::path(get, path = "/api/v1/workspace", tag = "desk", responses((status = 200, body = Workspace)))]
pub(crate) async fn get_workspace(State(app): State<Arc<App>>) -> Result<Json<Workspace>, ApiError> {
    app.run(workspace).await.map(Json)
}

fn workspace(app: &App) -> Result<Workspace, ApiError> {
    let engine = &app.engine;
    let snapshot = engine.snapshot_of(Moment::Held);
    let default_on = engine.default_day(&snapshot);
    let is_sample = engine.database.read(|conn| setting::get(conn, IS_SAMPLE))?.is_some();
    let asked = match app.ask(&Question::default()) {
        Ok(asked) => Some(asked),
        Err(EngineError::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let mut workspace = Workspace {
        version: env!("CARGO_PKG_VERSION"),
        has_data: snapshot.days.is_some() && asked.is_some(),
        is_sample,
        objects: Vec::new(),
        default_object: None,
        first_day: snapshot.days.map(|(first, _)| Date(first)),
        last_day: snapshot.days.map(|(_, last)| Date(last)),
        default_on: Date(default_on),
        currency: engine.settings.standing.currency.clone(),
        n_people: 0,
        import_line: format!("parlour import events.csv --data {}", quoted(&engine.folder.display().to_string())),
    };
    if let Some(asked) = asked.filter(|_| workspace.has_data) {
        let populations = engine.populations(&snapshot, default_on)?;
        workspace.objects = objects(&asked, &populations, &engine.simulated()?);
        workspace.default_object = Some(asked.object_name());
        workspace.n_people = match app.within() {
            None => app.census()?.n_people,
            Some(_) => engine.n_people_seen(&asked)?,
        };
    }
    Ok(workspace)
}

fn objects(asked: &Asked, populations: &Populations, simulated: &BTreeSet<String>) -> Vec<WorkspaceObject> {
    let snapshot = &asked.snapshot;
    let name = |key| snapshot.objects.id(key).and_then(|id| snapshot.objects.get(id)).map(|o| o.name.to_string());
    let mut all: Vec<_> = snapshot
        .objects
        .all()
        .iter()
        .enumerate()
        .filter(|(id, _)| asked.may_see(*id as ObjectId))
        .map(|(id, object)| (object, populations.get(id).map_or(0, |population| population.n_present)))
        .collect();
    all.sort_by_key(|(object, n_present)| (object.parent.is_some(), Reverse(*n_present), object.key));
    all.into_iter()
        .take(MAX_OBJECTS)
        .map(|(object, n_present)| WorkspaceObject {
            name: object.name.to_string(),
            kind: object.name.kind.clone(),
            id: object.name.id.clone(),
            title: title(object),
            parent: object.parent.and_then(name),
            is_simulated: simulated.contains(&object.name.to_string()),
            n_present,
        })
        .collect()
}

/// A word as a shell takes it whole.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_shell_takes_the_word_whole() {
        assert_eq!(super::quoted("/var/lib/parlour"), "/var/lib/parlour");
        assert_eq!(super::quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
