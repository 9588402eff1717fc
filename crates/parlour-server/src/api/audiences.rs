//! Audiences: the people who satisfy a predicate now, under a name.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::Query;
use axum::http::{StatusCode, Uri};
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_engine::desk::Asked;
use parlour_engine::desk::people::Filter;
use parlour_store::{StoreError, audience};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::{self, PeopleQuery};
use super::wire::Date;
use super::{asked, question};
use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::{At, Sent};

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 200;
/// Longest predicate, in bytes.
const MAX_PREDICATE_BYTES: usize = 64 << 10;
/// Most audiences that are kept.
const MAX_AUDIENCES: usize = 200;

/// An audience.
#[derive(Serialize, ToSchema)]
pub(crate) struct Audience {
    id: i64,
    name: String,
    /// `kind:id`.
    object: String,
    /// The query of `list_people` whose people it is.
    predicate: String,
    /// How many they are, as of the last day with activity; null where the object is no longer there.
    n: Option<u64>,
    updated_at: String,
    /// Query of the list of them.
    list: String,
}

/// All audiences.
#[derive(Serialize, ToSchema)]
pub(crate) struct Audiences {
    /// By name.
    rows: Vec<Audience>,
}

/// An audience as it is saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAudience {
    /// At most 200 bytes.
    name: String,
    /// `kind:id`; by default the object with the most people.
    object: Option<String>,
    /// A query of `list_people` without object, days, order, page or another audience: `stage=lapsed&customer=true`.
    predicate: String,
}

fn none(id: i64) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no audience {id}; it may have been deleted"))
}

/// A predicate as it is kept, and what it says.
fn predicate(text: &str) -> Result<(String, PeopleQuery), ApiError> {
    let passing = ["on", "since", "sort", "order", "limit", "reasons"];
    let mut kept = form_urlencoded::Serializer::new(String::new());
    let pairs = form_urlencoded::parse(text.trim_start_matches('?').as_bytes());
    kept.extend_pairs(pairs.filter(|(name, _)| !passing.contains(&name.as_ref())));
    let kept = kept.finish();
    let wrong = |reason: String| ApiError::invalid("predicate", reason);
    let uri: Uri = format!("/?{kept}").parse().map_err(|_| wrong("is not a query; write name=value&…".to_owned()))?;
    let Query(query) = Query::<PeopleQuery>::try_from_uri(&uri).map_err(|error| wrong(error.body_text()))?;
    query.check_predicate()?;
    Ok((kept, query))
}

/// The people of an audience, on the day asked about.
pub(crate) fn people_of(app: &App, asked: &Asked, id: i64) -> Result<HashSet<Key>, ApiError> {
    let found = app.engine.database.read(|conn| audience::get(conn, id))?.ok_or_else(|| none(id))?;
    if !app.may_see(&found.object)? {
        return Err(none(id));
    }
    let (_, query) = predicate(&found.predicate)?;
    let (whole, filter) = settled(app, found.object, Some(asked), query)?;
    Ok(app.engine.matching(&whole, &filter)?)
}

/// What a predicate asks of an object, and its filter; on the days of `on`, or on the latest.
fn settled(app: &App, object: String, on: Option<&Asked>, mut query: PeopleQuery) -> Result<(Asked, Filter), ApiError> {
    let days = on.map(|on| (Date(on.on), Date(on.since)));
    let mut scope = query.scope();
    (scope.object, scope.on, scope.since) = (Some(object), days.map(|days| days.0), days.map(|days| days.1));
    let asked = scope.asked(app)?;
    let filter = people::filter(app, &asked, query)?;
    Ok((asked, filter))
}

fn told(app: &App, audience: audience::Audience) -> Audience {
    let audience::Audience { id, name, object, predicate: text, updated_at, .. } = audience;
    let count = || {
        let (asked, filter) = settled(app, object.clone(), None, predicate(&text).ok()?.1).ok()?;
        app.engine.matching(&asked, &filter).ok().map(|people| people.len() as u64)
    };
    Audience {
        n: count(),
        list: format!("object={object}&audience={id}"),
        updated_at: clock::rfc3339(updated_at),
        id,
        name,
        object,
        predicate: text,
    }
}

impl NewAudience {
    fn checked(self, app: &App, id: i64) -> Result<audience::Audience, ApiError> {
        if self.name.trim().is_empty() || MAX_NAME_BYTES < self.name.len() {
            return Err(ApiError::invalid("name", format!("must have 1 to {MAX_NAME_BYTES} bytes")));
        }
        if MAX_PREDICATE_BYTES < self.predicate.len() {
            return Err(ApiError::invalid("predicate", format!("must not be longer than {MAX_PREDICATE_BYTES} bytes")));
        }
        let asked = asked(app, &question(self.object, None, None))?;
        let (kept, query) = predicate(&self.predicate)?;
        settled(app, asked.object_name(), None, query)?;
        let now = clock::now();
        Ok(audience::Audience {
            id,
            name: self.name,
            object: asked.object_name(),
            predicate: kept,
            created_at: now,
            updated_at: now,
        })
    }
}

/// Whether another audience has the name.
fn is_taken(all: &[audience::Audience], new: &audience::Audience) -> bool {
    all.iter().any(|known| known.id != new.id && known.name.trim().eq_ignore_ascii_case(new.name.trim()))
}

fn taken(new: &audience::Audience) -> String {
    format!("`{}` is the name of another audience; choose another", new.name.trim())
}

/// All audiences, each with how many people it has.
#[utoipa::path(get, path = "/api/v1/audiences", tag = "people", responses((status = 200, body = Audiences)))]
pub(crate) async fn list_audiences(State(app): State<Arc<App>>) -> Result<Json<Audiences>, ApiError> {
    let list = |app: &App| {
        let mut all = Vec::new();
        for audience in app.engine.database.read(audience::list)? {
            if app.may_see(&audience.object)? {
                all.push(audience);
            }
        }
        Ok(Audiences { rows: all.into_iter().map(|audience| told(app, audience)).collect() })
    };
    app.run(list).await.map(Json)
}

/// Saves the people of a list as an audience.
#[utoipa::path(
    post, path = "/api/v1/audiences", tag = "people", request_body = NewAudience,
    responses((status = 201, body = Audience))
)]
pub(crate) async fn create_audience(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewAudience>,
) -> Result<(StatusCode, Json<Audience>), ApiError> {
    let create = move |app: &App| {
        let new = new.checked(app, 0)?;
        let given = new.clone();
        let id = app.engine.database.write(move |conn| -> Result<_, StoreError> {
            let all = audience::list(conn)?;
            if MAX_AUDIENCES <= all.len() {
                return Ok(Err(format!("there are {MAX_AUDIENCES} audiences; delete one first")));
            }
            if is_taken(&all, &given) {
                return Ok(Err(taken(&given)));
            }
            audience::create(conn, &given).map(Ok)
        })?;
        let id = id.map_err(|reason| ApiError::invalid("name", reason))?;
        Ok(told(app, audience::Audience { id, ..new }))
    };
    Ok((StatusCode::CREATED, Json(app.run(create).await?)))
}

/// Changes an audience.
#[utoipa::path(
    put, path = "/api/v1/audiences/{id}", tag = "people", params(("id" = i64, Path)), request_body = NewAudience,
    responses((status = 200, body = Audience))
)]
pub(crate) async fn update_audience(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(new): Sent<NewAudience>,
) -> Result<Json<Audience>, ApiError> {
    let update = move |app: &App| {
        let new = new.checked(app, id)?;
        let given = new.clone();
        let is_there = app.engine.database.write(move |conn| -> Result<_, StoreError> {
            if is_taken(&audience::list(conn)?, &given) {
                return Ok(None);
            }
            audience::update(conn, &given).map(Some)
        })?;
        match is_there {
            None => Err(ApiError::invalid("name", taken(&new))),
            Some(false) => Err(none(id)),
            Some(true) => Ok(told(app, new)),
        }
    };
    app.run(update).await.map(Json)
}

/// Deletes an audience; its people stay.
#[utoipa::path(
    delete, path = "/api/v1/audiences/{id}", tag = "people", params(("id" = i64, Path)), responses((status = 204))
)]
pub(crate) async fn delete_audience(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<StatusCode, ApiError> {
    let delete = move |app: &App| {
        let was_there = app.engine.database.write(move |conn| audience::delete(conn, id))?;
        if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(none(id)) }
    };
    app.run(delete).await
}
