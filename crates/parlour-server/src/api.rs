//! The API: one file per resource, each with its wire types and its handlers.

use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::growth::By;
use parlour_engine::desk::{Asked, Question};
use parlour_engine::moment::Moment;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::error::{ApiError, ErrorCode};

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod alerts;
pub(crate) mod arrivals;
pub(crate) mod asks;
pub(crate) mod audiences;
pub(crate) mod audit;
pub(crate) mod cohorts;
pub(crate) mod definitions;
pub(crate) mod deliveries;
pub(crate) mod engaged;
pub(crate) mod erasures;
pub(crate) mod fediverse;
pub(crate) mod files;
pub(crate) mod growth;
pub(crate) mod health;
pub(crate) mod hooks;
pub(crate) mod jobs;
pub(crate) mod known;
pub(crate) mod leaving;
pub(crate) mod links;
pub(crate) mod mailbox;
pub(crate) mod matrix;
pub(crate) mod media;
pub(crate) mod mentions;
pub(crate) mod merges;
pub(crate) mod metrics;
pub(crate) mod models;
pub(crate) mod names;
pub(crate) mod offers;
pub(crate) mod oidc;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod person_rooms;
pub(crate) mod questions;
pub(crate) mod rejected;
pub(crate) mod rejected_file;
pub(crate) mod responses;
pub(crate) mod sample;
pub(crate) mod saved_answers;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sources;
pub(crate) mod sql;
pub(crate) mod staff;
pub(crate) mod talks;
pub(crate) mod threads;
pub(crate) mod timeline;
pub(crate) mod today;
pub(crate) mod unsubscribe;
pub(crate) mod webhooks;
pub(crate) mod why;
pub(crate) mod wire;
pub(crate) mod workspace;

/// What every question about people is about.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Scope {
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The day asked about; by default the last with activity.
    on: Option<wire::Date>,
    /// The day it is compared with; by default a month before `on`.
    since: Option<wire::Date>,
    /// Only what happened on this layer; people are measured by those who are there.
    layer: Option<wire::Layer>,
    /// Only people whose first active day lies in this period, as 1997-02.
    acquired: Option<String>,
    /// The length of `acquired`; by default a month.
    acquired_by: Option<wire::By>,
    /// Only people of the audience with this number.
    audience: Option<i64>,
}

impl Scope {
    /// Settles a question about one person, as of now.
    fn of_one(self, app: &App) -> Result<Asked, ApiError> {
        self.check_whole()?;
        asked(app, &question(self.object, self.on, self.since).now())
    }

    /// Settles the question where it must be about everything.
    fn whole(self, app: &App) -> Result<Asked, ApiError> {
        self.check_whole()?;
        self.asked(app)
    }

    fn check_whole(&self) -> Result<(), ApiError> {
        let slices = [
            (self.layer.is_some(), "layer"),
            (self.acquired.is_some(), "acquired"),
            (self.audience.is_some(), "audience"),
        ];
        match slices.into_iter().find(|(is_there, _)| *is_there) {
            Some((_, name)) => Err(ApiError::invalid(name, "has no place here; leave it out")),
            None => Ok(()),
        }
    }

    fn asked(self, app: &App) -> Result<Asked, ApiError> {
        let mut asked = asked(app, &question(self.object, self.on, self.since))?;
        asked.slice.layer = self.layer.map(Into::into);
        if let Some(label) = self.acquired {
            let by: By = self.acquired_by.unwrap_or(wire::By::Month).into();
            let wrong = || ApiError::invalid("acquired", format!("`{label}` is not a period; write {}", example(by)));
            asked.slice.acquired = Some((by, by.period_named(&label).ok_or_else(wrong)?));
        }
        if let Some(id) = self.audience {
            asked.slice.people = Some(Arc::new(audiences::people_of(app, &asked, id)?));
        }
        Ok(asked)
    }
}

fn example(by: By) -> &'static str {
    match by {
        By::Day => "1997-02-03",
        By::Week => "1997-W06",
        By::Month => "1997-02",
    }
}

/// A question of what the query says.
pub(crate) fn question(object: Option<String>, on: Option<wire::Date>, since: Option<wire::Date>) -> Question {
    Question { object, on: on.map(|day| day.0), since: since.map(|day| day.0), ..Question::default() }
}

/// Settles a question; without any data there is nothing to ask about.
pub(crate) fn asked(app: &App, question: &Question) -> Result<Asked, ApiError> {
    if app.engine.snapshot_of(Moment::Held).days.is_none() {
        let message = "there is no data yet; import a file with `parlour import`, or load the sample on the first page";
        return Err(ApiError::new(ErrorCode::NoData, message));
    }
    Ok(app.ask(question)?)
}

/// The day `days` before another.
fn days_before(day: Day, days: i32) -> Day {
    Day(day.0.saturating_sub(days))
}
