//! Lists of people: filtered, sorted, paged by seeking, and counted by the same rule that counts elsewhere.

use std::collections::HashSet;

use parlour_core::day::Day;
use parlour_core::growth::{By, Flow, From, Growth, Presence};
use parlour_core::key::Key;
use parlour_core::standing::{Cell, Direction, Stage, Standing};

use super::{Asked, Compared};
use crate::EngineError;
use crate::engine::Engine;

/// Most rows of one page.
pub const MAX_PAGE: usize = 500;

/// What a list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the variants are fields of a standing")]
pub enum Sort {
    #[default]
    Degree,
    Value,
    Kind,
    FirstDay,
    LastDay,
    DueDay,
    Falling,
    ActiveDays,
}

impl Sort {
    /// What a standing is sorted by; unknown sorts below everything.
    fn of(self, standing: &Standing) -> i64 {
        match self {
            Self::Degree => standing.relation.involvement(),
            Self::Value => standing.relation.value_minor,
            Self::Kind => standing.kind_milli.map_or(i64::MIN, i64::from),
            Self::FirstDay => i64::from(standing.relation.first_day),
            Self::LastDay => i64::from(standing.relation.last_day),
            Self::DueDay => standing.due_day.map_or(i64::MIN, i64::from),
            Self::Falling => (standing.p_falling * 1e12) as i64,
            Self::ActiveDays => i64::from(standing.relation.n_days),
        }
    }
}

/// Who is in a list; every filter that is set must hold.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are named after what they compare")]
pub struct Filter {
    pub people: Option<HashSet<Key>>,
    pub cell: Option<Cell>,
    pub stage: Option<Stage>,
    pub direction: Option<Direction>,
    pub is_engaged: Option<bool>,
    pub is_customer: Option<bool>,
    pub flow: Option<Flow>,
    pub from: Option<From>,
    /// The cell moved to; `Some(None)` is gone.
    pub to: Option<Option<Cell>>,
    /// How they count in a period of growth: the length of periods, its label, as what.
    pub period: Option<(By, String, Presence)>,
    /// Due on or after this day.
    pub due_from: Option<Day>,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The order.
    pub sort: Sort,
    /// Whether the greatest comes last.
    pub is_ascending: bool,
    /// Rows.
    pub limit: usize,
    /// Only what comes after this place.
    pub after: Option<Place>,
}

/// A place in a list: what is sorted by, then the person.
pub type Place = (i64, Key);

/// A page of people and how many there are in all.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// All who are in the list.
    pub n_total: u64,
    /// This page.
    pub rows: Vec<(Key, Standing)>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

struct Best {
    n_total: u64,
    rows: Vec<(Place, Key, Standing)>,
}

impl Engine {
    /// A page of the people who pass the filter, with how many do.
    pub fn list(&self, asked: &Asked, filter: &Filter, page: &Page) -> Result<People, EngineError> {
        let limit = page.limit.clamp(1, MAX_PAGE);
        let growth = growth_of(asked, filter)?;
        let states = self.compare(
            asked,
            || Best { n_total: 0, rows: Vec::new() },
            |best, person| {
                if !passes(filter, growth.as_ref(), person) {
                    return;
                }
                best.n_total += 1;
                let value = page.sort.of(&person.now);
                let place = (if page.is_ascending { value } else { value.saturating_neg() }, person.person);
                if page.after.is_none_or(|after| place > after) {
                    best.rows.push((place, person.person, person.now));
                    if best.rows.len() > 4 * limit {
                        best.keep(limit + 1);
                    }
                }
            },
        )?;
        let mut all = Best { n_total: 0, rows: Vec::new() };
        for state in states {
            all.n_total += state.n_total;
            all.rows.extend(state.rows);
        }
        all.keep(limit + 1);
        let next = if all.rows.len() > limit { all.rows.get(limit - 1).map(|(place, ..)| *place) } else { None };
        all.rows.truncate(limit);
        let rows = all.rows.into_iter().map(|(_, person, standing)| (person, standing)).collect();
        Ok(People { n_total: all.n_total, rows, next })
    }
}

impl Best {
    fn keep(&mut self, n: usize) {
        self.rows.sort_unstable_by_key(|(place, ..)| *place);
        self.rows.truncate(n);
    }
}

fn growth_of(asked: &Asked, filter: &Filter) -> Result<Option<(Growth, i32, Presence)>, EngineError> {
    let Some((by, label, presence)) = &filter.period else { return Ok(None) };
    let first = asked.snapshot.days.map_or(asked.on, |(first, _)| first.min(asked.on));
    let growth = Growth::new(*by, first, asked.on);
    let period = growth.period_of_label(label);
    let period = period.ok_or_else(|| EngineError::Invalid(format!("there is no period `{label}` by {by:?}")))?;
    Ok(Some((growth, period, *presence)))
}

fn passes(filter: &Filter, growth: Option<&(Growth, i32, Presence)>, person: &Compared<'_>) -> bool {
    let now = &person.now;
    let before = person.before.as_ref();
    filter.people.as_ref().is_none_or(|people| people.contains(&person.person))
        && filter.cell.is_none_or(|cell| now.cell == Some(cell))
        && filter.stage.is_none_or(|stage| now.stage == stage)
        && filter.direction.is_none_or(|direction| now.direction == direction)
        && filter.is_engaged.is_none_or(|is_engaged| now.is_engaged == is_engaged)
        && filter.is_customer.is_none_or(|is_customer| now.is_customer == is_customer)
        && filter.flow.is_none_or(|flow| Flow::between(before, Some(now)) == Some(flow))
        && filter.from.is_none_or(|from| From::of(before) == from)
        && filter.to.is_none_or(|to| now.cell == to)
        && filter.due_from.is_none_or(|day| now.due_day.is_some_and(|due| due >= day.0))
        && growth.is_none_or(|(growth, period, presence)| growth.has(person.days, *period, *presence))
}
