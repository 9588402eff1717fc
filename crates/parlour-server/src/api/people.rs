//! People: the list that makes every number.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use parlour_core::key::Key;
use parlour_engine::desk::Asked;
use parlour_engine::desk::definitions::By as EngagedBy;
use parlour_engine::desk::people::{Filter, Listed, MAX_PAGE, Page, Sort as EngineSort};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::matrix::{Destination, Origin};
use super::wire::{
    AccountPart, Base, By, Cell, Date, Direction, Flow, Layer, PeriodFlow, PersonRow, Quadrant, Stage, Standing, points,
};
use super::{Scope, growth};
use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::Asking;

const PAGE_ROWS: usize = 50;
/// Most people who are named one by one.
const MAX_LISTED: usize = 1000;
/// Longest text that is searched for.
const MAX_Q_BYTES: usize = 512;

/// A page of people.
#[derive(Serialize, ToSchema)]
pub(crate) struct People {
    object: String,
    on: Date,
    since: Date,
    /// How many there are on all pages.
    n_total: u64,
    rows: Vec<PersonRow>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// What a list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    #[default]
    Degree,
    Value,
    Kind,
    FirstDay,
    LastDay,
    DueDay,
    PFalling,
    NDays,
    PAlive,
    Potential,
    AtRisk,
}

/// Which end of a list comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    Asc,
    #[default]
    Desc,
}

/// Who is asked for; every filter that is set must hold.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The day asked about; by default the last with activity.
    on: Option<Date>,
    /// The day it is compared with; by default a month before `on`.
    since: Option<Date>,
    /// An id, `kind:id`, or how an id begins; at most the first 1000 ids that match.
    q: Option<String>,
    cell: Option<Cell>,
    stage: Option<Stage>,
    direction: Option<Direction>,
    /// Whether involvement is above the average.
    engaged: Option<bool>,
    /// Whether they bought within the retention window.
    customer: Option<bool>,
    /// What became of their engagement between `since` and `on`.
    flow: Option<Flow>,
    /// Where in the matrix they were on `since`.
    from: Option<Origin>,
    /// Where in the matrix they are on `on`.
    to: Option<Destination>,
    /// The length of `period`; by default a month.
    by: Option<By>,
    /// A period as `get_growth` writes it; with `period_flow`.
    period: Option<String>,
    /// How they count in `period`.
    period_flow: Option<PeriodFlow>,
    /// Due on or after this day.
    due_from: Option<Date>,
    /// Last active on or after this day.
    last_from: Option<Date>,
    /// On their way out: disengaging, lapsed or defected.
    leaving: Option<bool>,
    /// Current and potential value against the means.
    quadrant: Option<Quadrant>,
    /// What became of their share in this base, in `period`; with `change`.
    base: Option<Base>,
    /// With `base` and `period`: what became of it, or `before` or `after` for all who had a share then.
    change: Option<AccountPart>,
    /// Exactly these people, one a line; at most 1000. Who is no longer known is left out.
    people: Option<String>,
    /// As of `get_today`.
    layer: Option<Layer>,
    /// As of `get_today`.
    acquired: Option<String>,
    /// As of `get_today`.
    acquired_by: Option<By>,
    /// As of `get_today`.
    audience: Option<i64>,
    /// Whether to say of each why they are on their way out.
    reasons: Option<bool>,
    /// Engaged by this definition (its id), or by `most` of them, `all` or `none`.
    engaged_by: Option<String>,
    /// By default `degree`.
    sort: Option<Sort>,
    /// By default `desc`.
    order: Option<Order>,
    /// Rows of a page, 1 to 500; by default 50.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// The `next` of the page before.
    next: Option<String>,
}

/// The people with a relation to the object by `on` who pass every filter.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(PeopleQuery), responses((status = 200, body = People)))]
pub(crate) async fn list_people(
    State(app): State<Arc<App>>,
    Asking(query): Asking<PeopleQuery>,
) -> Result<Json<People>, ApiError> {
    app.run(move |app| people(app, query)).await.map(Json)
}

pub(crate) fn people(app: &App, mut query: PeopleQuery) -> Result<People, ApiError> {
    let asked = query.scope().asked(app)?;
    let page = page(&query)?;
    let (list_number, reasons) = (list_number(&query), query.reasons.unwrap_or(false));
    let list = app.engine.list(&asked, &filter(app, &asked, query)?, &page)?;
    let mut rows = rows(app, &asked, &list.rows)?;
    if reasons {
        for (row, reason) in rows.iter_mut().zip(app.engine.reasons(&asked, &list.rows)?) {
            row.reason = Some(reason);
        }
    }
    Ok(People {
        object: asked.object_name(),
        on: Date(asked.on),
        since: Date(asked.since),
        n_total: list.n_total,
        rows,
        next: list.next.map(|(value, tie)| Cursor { list: list_number, value, tie }.text()),
    })
}

impl PeopleQuery {
    /// What the query is about, taken out of it.
    pub(super) fn scope(&mut self) -> Scope {
        Scope {
            object: self.object.take(),
            on: self.on,
            since: self.since,
            layer: self.layer,
            acquired: self.acquired.take(),
            acquired_by: self.acquired_by,
            audience: self.audience,
        }
    }

    /// Refuses what has no place in the predicate of an audience.
    pub(super) fn check_predicate(&self) -> Result<(), ApiError> {
        let misplaced =
            [(self.audience.is_some(), "audience"), (self.object.is_some(), "object"), (self.next.is_some(), "next")];
        match misplaced.into_iter().find(|(is_there, _)| *is_there) {
            Some((_, name)) => {
                Err(ApiError::invalid(name, "has no place in the predicate of an audience; leave it out"))
            }
            None => Ok(()),
        }
    }
}

fn engaged_by(app: &App, asked: &Asked, name: &str) -> Result<HashSet<Key>, ApiError> {
    let unknown = || ApiError::invalid("engaged_by", "must be a definition's id, `most`, `all` or `none`");
    Ok(app.engine.engaged_by(asked, EngagedBy::of_name(name).ok_or_else(unknown)?)?)
}

/// The people who are in both, where both are asked for.
fn both(one: Option<HashSet<Key>>, other: Option<HashSet<Key>>) -> Option<HashSet<Key>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(&other).copied().collect()),
        (one, other) => one.or(other),
    }
}

/// The people of these names, one a line.
fn listed(app: &App, asked: &Asked, text: &str) -> Result<HashSet<Key>, ApiError> {
    let names: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    if MAX_LISTED < names.len() {
        return Err(ApiError::invalid("people", format!("must not name more than {MAX_LISTED}")));
    }
    Ok(names.into_iter().filter_map(|name| app.engine.person_named(asked, name).ok()).collect())
}

fn page(query: &PeopleQuery) -> Result<Page, ApiError> {
    let next = query.next.as_deref().map(|next| Cursor::of(next, list_number(query))).transpose()?;
    Ok(Page {
        sort: sort(query.sort.unwrap_or_default()),
        is_ascending: query.order.unwrap_or_default() == Order::Asc,
        limit: limit(query.limit)?,
        after: next.map(|cursor| (cursor.value, cursor.tie)),
    })
}

/// Rows of a page, checked.
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(PAGE_ROWS);
    if (1..=MAX_PAGE).contains(&limit) {
        Ok(limit)
    } else {
        Err(ApiError::invalid("limit", format!("must be between 1 and {MAX_PAGE}")))
    }
}

/// A number for each order, so that a cursor of one is refused by another.
fn list_number(query: &PeopleQuery) -> u8 {
    query.sort.unwrap_or_default() as u8 * 2 + query.order.unwrap_or_default() as u8
}

fn sort(sort: Sort) -> EngineSort {
    match sort {
        Sort::Degree => EngineSort::Degree,
        Sort::Value => EngineSort::Value,
        Sort::Kind => EngineSort::Kind,
        Sort::FirstDay => EngineSort::FirstDay,
        Sort::LastDay => EngineSort::LastDay,
        Sort::DueDay => EngineSort::DueDay,
        Sort::PFalling => EngineSort::Falling,
        Sort::NDays => EngineSort::ActiveDays,
        Sort::PAlive => EngineSort::PAlive,
        Sort::Potential => EngineSort::Potential,
        Sort::AtRisk => EngineSort::AtRisk,
    }
}

/// What a query filters by.
pub(super) fn filter(app: &App, asked: &Asked, mut query: PeopleQuery) -> Result<Filter, ApiError> {
    let by = query.engaged_by.take().map(|name| engaged_by(app, asked, &name)).transpose()?;
    let by = both(by, query.people.take().map(|text| listed(app, asked, &text)).transpose()?);
    let people = match query.q.take().filter(|text| !text.is_empty()) {
        Some(text) if text.len() > MAX_Q_BYTES => {
            return Err(ApiError::invalid("q", format!("must not be longer than {MAX_Q_BYTES} bytes")));
        }
        Some(text) => both(by, Some(app.engine.find(asked, &text)?.into_iter().collect())),
        None => by,
    };
    let by = query.by;
    let account = match (query.base, query.change, &query.period) {
        (None, None, _) => None,
        (Some(base), Some(change), Some(period)) => {
            Some((base.into(), by.unwrap_or(By::Month).into(), period.clone(), change.part()))
        }
        (_, None, _) => return Err(ApiError::invalid("change", "must be given together with `base` and `period`")),
        (None, ..) => return Err(ApiError::invalid("base", "must be given together with `change` and `period`")),
        (_, _, None) => return Err(ApiError::invalid("period", "must be given together with `base` and `change`")),
    };
    let period = if account.is_some() { None } else { growth::period(by, query.period, query.period_flow)? };
    Ok(Filter {
        people,
        cell: query.cell.map(Into::into),
        stage: query.stage.map(Into::into),
        direction: query.direction.map(Into::into),
        is_engaged: query.engaged,
        is_customer: query.customer,
        flow: query.flow.map(Into::into),
        from: query.from.map(Into::into),
        to: query.to.map(Destination::cell),
        period,
        due_from: query.due_from.map(|day| day.0),
        is_leaving: query.leaving,
        last_from: query.last_from.map(|day| day.0),
        quadrant: query.quadrant.map(Into::into),
        account,
    })
}

/// People as they go out, with names and sparklines.
pub(super) fn rows(app: &App, asked: &Asked, people: &[Listed]) -> Result<Vec<PersonRow>, ApiError> {
    let keys: Vec<Key> = people.iter().map(|listed| listed.person).collect();
    let names = app.engine.names_seen(asked, &keys)?;
    let sparks = app.engine.sparks_of(asked, &keys)?;
    let object = asked.object_name();
    let row = |listed: &Listed, spark: Vec<i64>| {
        let name = names.get(&listed.person);
        PersonRow {
            standing: Standing::of(&listed.standing, object.clone(), asked.on, &app.engine),
            person: name.map_or_else(|| listed.person.to_string(), ToString::to_string),
            name: name.map_or_else(|| listed.person.to_string(), |name| name.id.clone()),
            spark: spark.into_iter().map(points).collect(),
            worth: listed.worth.map(Into::into),
            reason: None,
        }
    };
    Ok(people.iter().zip(sparks).map(|(listed, spark)| row(listed, spark)).collect())
}
