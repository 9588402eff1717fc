//! Lists of people: filtered, sorted, paged by seeking, and counted by the same rule that counts elsewhere.

use std::collections::HashSet;
use std::sync::Arc;

use parlour_core::change::{Base, Part};
use parlour_core::day::Day;
use parlour_core::growth::{By, Flow, From, Growth, Presence};
use parlour_core::key::Key;
use parlour_core::standing::{Cell, Direction, Stage, Standing};
use parlour_core::worth::{Outlook, Quadrant, Worth};

use super::leaving::LEAVING;
use super::outlook::Appraiser;
use parlour_core::panel::shares;

use super::panel::MAX_PERIODS;
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
    PAlive,
    Potential,
    AtRisk,
}

impl Sort {
    /// What a standing is sorted by; unknown sorts below everything.
    fn of(self, standing: &Standing, worth: Option<&Worth>) -> i64 {
        match self {
            Self::Degree => standing.relation.involvement(),
            Self::Value => standing.relation.value_minor,
            Self::Kind => standing.kind_milli.map_or(i64::MIN, i64::from),
            Self::FirstDay => i64::from(standing.relation.first_day),
            Self::LastDay => i64::from(standing.relation.last_day),
            Self::DueDay => standing.due_day.map_or(i64::MIN, i64::from),
            Self::Falling => (standing.p_falling * 1e12) as i64,
            Self::ActiveDays => i64::from(standing.relation.n_days),
            Self::PAlive => worth.map_or(i64::MIN, |worth| (worth.p_alive * 1e15) as i64),
            Self::Potential => worth.map_or(i64::MIN, |worth| worth.potential_minor),
            Self::AtRisk => worth.map_or(i64::MIN, |worth| worth.at_risk_minor),
        }
    }

    fn needs_worth(self) -> bool {
        matches!(self, Self::PAlive | Self::Potential | Self::AtRisk)
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
    /// On their way out, in whichever of [`super::leaving::LEAVING`].
    pub is_leaving: Option<bool>,
    /// Last active on or after this day.
    pub last_from: Option<Day>,
    pub quadrant: Option<Quadrant>,
    /// Which part of the account of a base in a period they are.
    pub account: Option<(Base, By, String, Part)>,
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
    pub rows: Vec<Listed>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

/// One person of a list.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// The person's representative id.
    pub person: Key,
    /// On the day asked about.
    pub standing: Standing,
    /// On the day it is compared with.
    pub before: Option<Standing>,
    /// What they are worth; `None` where the models have no say.
    pub worth: Option<Worth>,
}

/// A filter with everything looked up that it needs.
struct Sieve<'a> {
    asked: &'a Asked,
    filter: &'a Filter,
    growth: Option<(Growth, i32, Presence)>,
    changed: Option<HashSet<Key>>,
    outlook: Arc<Option<Outlook>>,
}

impl Sieve<'_> {
    fn passes(&self, appraiser: &mut Appraiser, person: &Compared<'_>) -> bool {
        passes(self.filter, self.growth.as_ref(), person)
            && self.changed.as_ref().is_none_or(|changed| changed.contains(&person.person))
            && self
                .filter
                .quadrant
                .is_none_or(|quadrant| self.worth(appraiser, person).is_some_and(|worth| worth.quadrant == quadrant))
    }

    fn worth(&self, appraiser: &mut Appraiser, person: &Compared<'_>) -> Option<Worth> {
        appraiser.worth(self.outlook.as_ref().as_ref()?, self.asked, person)
    }
}

#[derive(Default)]
struct Best {
    n_total: u64,
    rows: Vec<(Place, Listed)>,
    /// Nothing beyond this place can be on the page.
    bar: Option<Place>,
    appraiser: Appraiser,
}

impl Engine {
    /// A page of the people who pass the filter, with how many do.
    pub fn list(&self, asked: &Asked, filter: &Filter, page: &Page) -> Result<Arc<People>, EngineError> {
        if filter.people.is_some() {
            return self.find_people(asked, filter, page).map(Arc::new);
        }
        self.answer(asked, &format!("list {filter:?} {page:?}"), || self.find_people(asked, filter, page))
    }

    fn find_people(&self, asked: &Asked, filter: &Filter, page: &Page) -> Result<People, EngineError> {
        let limit = page.limit.clamp(1, MAX_PAGE);
        let sieve = self.sieve(asked, filter, true)?;
        let states = self.compare(asked, Best::default, |best, person| {
            if !sieve.passes(&mut best.appraiser, person) {
                return;
            }
            best.n_total += 1;
            let sorting = if page.sort.needs_worth() { sieve.worth(&mut best.appraiser, person) } else { None };
            let value = page.sort.of(&person.now, sorting.as_ref());
            let place = (if page.is_ascending { value } else { value.saturating_neg() }, person.person);
            if page.after.is_some_and(|after| place <= after) || best.bar.is_some_and(|bar| bar < place) {
                return;
            }
            let worth = sorting.or_else(|| sieve.worth(&mut best.appraiser, person));
            let listed = Listed { person: person.person, standing: person.now, before: person.before, worth };
            best.rows.push((place, listed));
            if best.rows.len() > 4 * limit {
                best.keep(limit + 1);
            }
        })?;
        let mut all = Best::default();
        for state in states {
            all.n_total += state.n_total;
            all.rows.extend(state.rows);
        }
        all.keep(limit + 1);
        let next = if all.rows.len() > limit { all.rows.get(limit - 1).map(|(place, ..)| *place) } else { None };
        all.rows.truncate(limit);
        let rows = all.rows.into_iter().map(|(_, listed)| listed).collect();
        Ok(People { n_total: all.n_total, rows, next })
    }

    /// Everyone who passes the filter.
    pub fn matching(&self, asked: &Asked, filter: &Filter) -> Result<HashSet<Key>, EngineError> {
        let sieve = self.sieve(asked, filter, false)?;
        let none = || (Vec::new(), Appraiser::default());
        let states = self.compare(asked, none, |(people, appraiser), person| {
            if sieve.passes(appraiser, person) {
                people.push(person.person);
            }
        })?;
        Ok(states.into_iter().flat_map(|(people, _)| people).collect())
    }

    /// Looks up what a filter needs; the outlook where it filters by it, or where worth `is_told`.
    fn sieve<'a>(&self, asked: &'a Asked, filter: &'a Filter, is_told: bool) -> Result<Sieve<'a>, EngineError> {
        let needs_outlook = is_told || filter.quadrant.is_some();
        Ok(Sieve {
            asked,
            filter,
            growth: growth_of(asked, filter)?,
            changed: self.changed(asked, filter)?,
            outlook: if needs_outlook { self.outlook(asked)? } else { Arc::new(None) },
        })
    }

    /// Those of the part of an account that the filter says.
    fn changed(&self, asked: &Asked, filter: &Filter) -> Result<Option<HashSet<Key>>, EngineError> {
        let Some((base, by, label, part)) = &filter.account else { return Ok(None) };
        let unknown = || EngineError::Invalid(format!("there is no period `{label}` by {by:?} before {}", asked.on));
        let all = self.periods(asked, *by, MAX_PERIODS);
        let period = *all.iter().find(|period| by.label(period.number) == *label).ok_or_else(unknown)?;
        let ends = match base {
            Base::Active | Base::Value => Vec::new(),
            Base::Engaged | Base::Degree => vec![period.eve(), period.end],
        };
        let states = self.follow(asked, &ends, Vec::new, |people, person| {
            if part.has(&shares(*base, *by, &period, 0, person)) {
                people.push(person.person);
            }
        })?;
        Ok(Some(states.into_iter().flatten().collect()))
    }
}

impl Best {
    fn keep(&mut self, n: usize) {
        self.rows.sort_unstable_by_key(|(place, ..)| *place);
        self.rows.truncate(n);
        if self.rows.len() == n {
            self.bar = self.rows.last().map(|(place, ..)| *place);
        }
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
        && filter.is_leaving.is_none_or(|is_leaving| LEAVING.contains(&now.stage) == is_leaving)
        && filter.last_from.is_none_or(|day| day.0 <= now.relation.last_day)
        && filter.due_from.is_none_or(|day| now.due_day.is_some_and(|due| due >= day.0))
        && growth.is_none_or(|(growth, period, presence)| growth.has(person.days, *period, *presence))
}
