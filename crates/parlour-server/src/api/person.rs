//! One person: their standings, their ids and what joins them, where they engage, what they brought.

use std::sync::Arc;

use axum::Json;
use parlour_core::day::Day;
use parlour_core::event::Name;
use parlour_core::identity::{Link, LinkState as CoreLinkState};
use parlour_core::key::Key;
use parlour_core::population::Population;
use parlour_engine::clock;
use parlour_engine::desk::Asked;
use parlour_engine::desk::person::{Person as EnginePerson, Point};
use parlour_store::{StoreError, identity, link};
use serde::Serialize;
use utoipa::ToSchema;

use super::Scope;
use super::known::{self, Consent, Dispute};
use super::wire::{self, Date, LayerShare, Piece, Standing, Worth, points, title, title_of};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};
use crate::words::{self, Portrait};

/// Most objects whose standings are told, those with the most involvement.
const MAX_STANDINGS: usize = 100;

/// One person.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the same word as in lists of people")]
pub(crate) struct Person {
    /// `kind:value` of the id that stands for them.
    person: String,
    name: String,
    sentence: Vec<Piece>,
    on: Date,
    /// Whether they let themselves be read; there is no standing of whoever does not.
    is_read: bool,
    /// What they say against what was concluded of them, the newest first.
    disputes: Vec<Dispute>,
    /// What they let be done with what is known of them.
    consents: Vec<Consent>,
    /// The object asked about first, then by involvement; what objects belong to is among them. At most 100.
    standings: Vec<PersonStanding>,
    ids: Vec<IdRow>,
    links: Vec<LinkRow>,
    /// Where they engaged in the recent window, with all objects.
    layers: Vec<LayerShare>,
    money: Vec<MoneyRow>,
}

/// A person's standing with one object.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonStanding {
    #[serde(flatten)]
    standing: Standing,
    /// What people call the object.
    title: String,
    /// The end of each of the last 26 weeks, oldest first.
    spark: Vec<SparkPoint>,
    /// What the object does toward the person; null where it never did anything.
    back: Option<Back>,
    /// Of the object asked about; null of others, and where the models have no say.
    worth: Option<Worth>,
}

/// The relation the other way round: of an object toward a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Back {
    /// Points, by the same arithmetic as the person's own.
    involvement: f64,
    /// Days on which it did something.
    n_days: u32,
    last_day: Date,
}

/// A person's involvement on one day.
#[derive(Serialize, ToSchema)]
pub(crate) struct SparkPoint {
    day: Date,
    /// Points.
    involvement: f64,
    /// Times the mean of those present on `on` (not on this day), so that the line moves only with the person.
    degree: f64,
}

/// A raw id of the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdRow {
    kind: String,
    value: String,
    /// 32 hexadecimal digits.
    key: String,
    first_seen_at: String,
}

/// What says that two ids are one person.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkRow {
    /// Key of one id.
    a: String,
    /// Key of the other.
    b: String,
    a_name: String,
    b_name: String,
    at: String,
    /// Who says so: `event`, or `hand`.
    source: String,
    pub(super) state: LinkState,
    /// Whether somebody said that it holds whatever the safeguards say.
    is_forced: bool,
    /// Why it was refused.
    pub(super) reason: Option<String>,
}

/// What a link amounts to.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkState {
    Active,
    Undone,
    Refused,
}

/// What the person brought in one currency, ever, less what was given back.
#[derive(Serialize, ToSchema)]
pub(crate) struct MoneyRow {
    currency: String,
    value_minor: i64,
    /// Purchases and returns.
    n: u64,
}

/// One person, by `kind:value` or by the whole value of an id.
#[utoipa::path(
    get, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path), Scope),
    responses((status = 200, body = Person))
)]
pub(crate) async fn get_person(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Person>, ApiError> {
    app.run(move |app| person(app, &name, scope)).await.map(Json)
}

fn person(app: &App, name: &str, scope: Scope) -> Result<Person, ApiError> {
    let is_chosen = scope.object.is_some();
    let mut asked = scope.of_one(app)?;
    let key = app.engine.person_named(&asked, name)?;
    // Unless something is asked about, it is about what they have most to do with.
    if !is_chosen && let Some((object, ..)) = app.engine.person(&asked, key)?.standings.first() {
        asked.object = *object;
    }
    of_key(app, &asked, key)
}

/// The same of somebody who is known already.
pub(crate) fn of_key(app: &App, asked: &Asked, key: Key) -> Result<Person, ApiError> {
    let engine = &app.engine;
    let found = engine.person(asked, key)?;
    let name = engine.names_seen(asked, &[key])?.remove(&key).unwrap_or_else(|| Name::new("key", key.to_string()));
    let standing = found.standings.first().filter(|(object, ..)| *object == asked.object);
    let portrait = Portrait {
        name: &name.id,
        object: &title_of(asked),
        on: asked.on,
        standing: standing.map(|(_, standing, _)| standing),
    };
    let money = engine.money(asked, &found.columns);
    let own = engine.ids_of_person(key);
    Ok(Person {
        person: name.to_string(),
        sentence: wire::sentence(words::of_person(&portrait)),
        on: Date(asked.on),
        is_read: !asked.snapshot.is_hidden(key),
        disputes: known::disputes(app, &own)?,
        consents: known::consents(app, &own)?,
        standings: standings(app, asked, &found)?,
        ids: ids(app, asked, key)?,
        links: links(app, asked, key)?,
        layers: wire::shares(&found.layers),
        money: money
            .into_iter()
            .map(|(currency, value_minor, n)| MoneyRow { currency: currency.code().to_owned(), value_minor, n })
            .collect(),
        name: name.id,
    })
}

fn standings(app: &App, asked: &Asked, person: &EnginePerson) -> Result<Vec<PersonStanding>, ApiError> {
    let populations = app.engine.populations(&asked.snapshot, asked.on)?;
    let nobody = Population::default();
    let told = person.standings.iter().take(MAX_STANDINGS).filter_map(|(id, standing, spark)| {
        let object = asked.snapshot.objects.get(*id)?;
        // What came since the state that is held has nobody there to be measured by.
        let population = populations.get(*id as usize).unwrap_or(&nobody);
        Some(PersonStanding {
            standing: Standing::of(standing, object.name.to_string(), asked.on, &app.engine),
            title: title(object),
            spark: spark.iter().map(|point| spark_point(*point, population)).collect(),
            back: person.back.get(id).map(|relation| Back {
                involvement: points(relation.involvement()),
                n_days: relation.n_days,
                last_day: Date(Day(relation.last_day)),
            }),
            worth: if *id == asked.object { person.worth.map(Into::into) } else { None },
        })
    });
    Ok(told.collect())
}

fn spark_point(point: Point, population: &Population) -> SparkPoint {
    let mean = population.involvement as f64 / population.n_present.max(1) as f64;
    let degree = if mean > 0.0 { point.involvement as f64 / mean } else { 0.0 };
    SparkPoint { day: Date(point.day), involvement: points(point.involvement), degree }
}

fn ids(app: &App, asked: &Asked, person: Key) -> Result<Vec<IdRow>, ApiError> {
    let keys = app.engine.ids_seen(asked, person)?;
    let mut found = app.engine.database.read(|conn| identity::by_keys(conn, &keys))?;
    found.sort_by_key(|id| (id.first_seen_at, id.key));
    let row = |id: identity::Identity| IdRow {
        kind: id.kind,
        value: id.value,
        key: id.key.to_string(),
        first_seen_at: clock::rfc3339(id.first_seen_at),
    };
    Ok(found.into_iter().map(row).collect())
}

fn links(app: &App, asked: &Asked, person: Key) -> Result<Vec<LinkRow>, ApiError> {
    link_rows(app, app.engine.links_of(asked, person)?)
}

/// Links as they are told, with the names of their ends and who says so.
pub(super) fn link_rows(app: &App, links: Vec<(Link, CoreLinkState)>) -> Result<Vec<LinkRow>, ApiError> {
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let ends: Vec<Key> = links.iter().flat_map(|(link, _)| [link.a, link.b]).collect();
    let names = app.engine.names(&ends)?;
    let name = |key: Key| names.get(&key).map_or_else(|| key.to_string(), ToString::to_string);
    let sources = app.engine.database.read(|conn| {
        let found = links.iter().map(|(link, _)| link::get(conn, link.a, link.b));
        found
            .map(|found| Ok(found?.map_or_else(String::new, |link| link.source)))
            .collect::<Result<Vec<_>, StoreError>>()
    })?;
    let row = |((link, state), source): ((Link, CoreLinkState), String)| {
        let (state, reason) = match state {
            CoreLinkState::Active => (LinkState::Active, None),
            CoreLinkState::Undone => (LinkState::Undone, None),
            CoreLinkState::Refused(why) => (LinkState::Refused, Some(why.to_string())),
        };
        LinkRow {
            a: link.a.to_string(),
            b: link.b.to_string(),
            a_name: name(link.a),
            b_name: name(link.b),
            at: clock::rfc3339(link.at),
            source,
            state,
            is_forced: link.is_forced,
            reason,
        }
    };
    Ok(links.into_iter().zip(sources).map(row).collect())
}
