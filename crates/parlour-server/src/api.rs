//! The API: one file per resource, each with its wire types and its handlers.

use parlour_core::day::Day;
use parlour_engine::desk::{Asked, Question};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::error::{ApiError, ErrorCode};

pub(crate) mod arrivals;
pub(crate) mod definitions;
pub(crate) mod engaged;
pub(crate) mod growth;
pub(crate) mod health;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod matrix;
pub(crate) mod merges;
pub(crate) mod metrics;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod questions;
pub(crate) mod rejected;
pub(crate) mod rejected_file;
pub(crate) mod sample;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod sources;
pub(crate) mod sql;
pub(crate) mod timeline;
pub(crate) mod today;
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
}

impl Scope {
    fn question(self) -> Question {
        question(self.object, self.on, self.since)
    }
}

/// A question of what the query says.
fn question(object: Option<String>, on: Option<wire::Date>, since: Option<wire::Date>) -> Question {
    Question { object, on: on.map(|day| day.0), since: since.map(|day| day.0) }
}

/// Settles a question; without any data there is nothing to ask about.
fn asked(app: &App, question: &Question) -> Result<Asked, ApiError> {
    if app.engine.snapshot().days.is_none() {
        let message = "there is no data yet; import a file with `parlour import`, or load the sample on the first page";
        return Err(ApiError::new(ErrorCode::NoData, message));
    }
    Ok(app.engine.ask(question)?)
}

/// The day `days` before another.
fn days_before(day: Day, days: i32) -> Day {
    Day(day.0.saturating_sub(days))
}
