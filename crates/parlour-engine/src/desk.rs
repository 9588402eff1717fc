//! The Desk's questions: about an object, on a day, since another day.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::event::{Layer, Name};
use parlour_core::growth::By;
use parlour_core::key::Key;
use parlour_core::objects::ObjectId;
use parlour_core::population::Population;
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold, Relation};
use parlour_core::standing::{Standing, Yardstick};

use crate::engine::Engine;
use crate::moment::Moment;
use crate::snapshot::{Populations, Snapshot};
use crate::{EngineError, clock};

pub mod asks;
pub mod cohorts;
pub mod definitions;
pub mod growth;
pub mod leaving;
pub mod models;
pub mod outlook;
pub mod overview;
pub mod panel;
pub mod people;
pub mod person;
pub mod responses;

/// A question as it comes in; what is left out is filled in by [`Engine::ask`].
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The object's name, `kind:id`.
    pub object: Option<String>,
    /// The day asked about.
    pub on: Option<Day>,
    /// The day it is compared with.
    pub since: Option<Day>,
    /// Of which state it is asked.
    pub of: Moment,
}

impl Question {
    /// The same of the present state.
    #[must_use]
    pub fn now(self) -> Self {
        Self { of: Moment::Now, ..self }
    }
}

/// A question with everything settled.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What it reads.
    pub snapshot: Arc<Snapshot>,
    /// The object.
    pub object: ObjectId,
    /// The day asked about.
    pub on: Day,
    /// The day it is compared with; not after `on`.
    pub since: Day,
    /// The part of everything that it is about.
    pub slice: Slice,
    /// The objects that may be spoken of; all of them where it is `None`.
    pub seen: Option<Arc<HashSet<ObjectId>>>,
}

/// A part of everything: what happened on one layer, and some of the people.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// What happened there alone is seen, and people are measured by those who are there.
    pub layer: Option<Layer>,
    /// People whose first active day lies in this period.
    pub acquired: Option<(By, i32)>,
    /// These people.
    pub people: Option<Arc<HashSet<Key>>>,
}

impl Slice {
    /// Whether all people are in it, whatever the layer.
    fn is_everyone(&self) -> bool {
        self.people.is_none() && self.acquired.is_none()
    }

    fn has(&self, person: Key, relation: &Relation) -> bool {
        self.people.as_ref().is_none_or(|people| people.contains(&person))
            && self.acquired.is_none_or(|(by, period)| by.period_of(Day(relation.first_day)) == period)
    }
}

/// One person in a comparison of two days.
pub struct Compared<'a> {
    /// The person's representative id.
    pub person: Key,
    /// Their standing on the earlier day, if they had any relation then.
    pub before: Option<Standing>,
    /// Their standing on the day asked about; there is one.
    pub now: Standing,
    /// Their active days, in order, up to the day asked about.
    pub days: &'a [i32],
    /// Their rows, sorted by object and day …
    pub columns: &'a Columns,
    /// … which of these are theirs.
    pub rows: Range<usize>,
    /// The reading of the day asked about.
    pub reading: &'a Reading<'a>,
}

impl Asked {
    /// The object's name, `kind:id`.
    pub fn object_name(&self) -> String {
        self.snapshot.objects.get(self.object).map_or_else(String::new, |object| object.name.to_string())
    }

    /// Whether an object may be spoken of.
    pub fn may_see(&self, object: ObjectId) -> bool {
        self.seen.as_ref().is_none_or(|seen| seen.contains(&object))
    }

    /// Whether the object of a key may be spoken of; one that is not known is nobody's in particular.
    pub fn may_see_key(&self, object: Key) -> bool {
        self.seen.is_none() || self.snapshot.objects.id(object).is_some_and(|id| self.may_see(id))
    }
}

/// Splits `kind:id`.
pub fn name_of(text: &str) -> Option<Name> {
    let (kind, id) = text.split_once(':')?;
    (!kind.is_empty() && !id.is_empty()).then(|| Name::new(kind, id))
}

impl Engine {
    /// The day a question is about unless it says so: the last with activity, not after today.
    pub fn default_day(&self, snapshot: &Snapshot) -> Day {
        let today = Day::of_micros(clock::now());
        snapshot.days.map_or(today, |(_, last)| last.min(today))
    }

    /// Settles a question. Without an object it is about the one with the most people that belongs to nothing.
    pub fn ask(&self, question: &Question) -> Result<Asked, EngineError> {
        self.ask_within(question, None)
    }

    /// As [`Self::ask`], for somebody who sees these brands (`kind:id`) and what belongs to them alone, if any are given.
    /// Whether another object exists is not said.
    pub fn ask_within(&self, question: &Question, brands: Option<&[String]>) -> Result<Asked, EngineError> {
        let snapshot = self.snapshot_of(question.of);
        let seen = brands.map(|brands| Arc::new(self.objects_of(&snapshot, brands)));
        let may_see = |id: ObjectId| seen.as_ref().is_none_or(|seen| seen.contains(&id));
        let on = question.on.unwrap_or_else(|| self.default_day(&snapshot));
        let since = question.since.unwrap_or_else(|| on.months_before(1));
        if since > on {
            return Err(EngineError::Invalid(format!("`since` ({since}) must not lie after `on` ({on})")));
        }
        let object = match &question.object {
            Some(text) => {
                let key = name_of(text).map(|name| self.key(&name.kind, &name.id));
                let found = key.and_then(|key| snapshot.objects.id(key)).filter(|id| may_see(*id));
                found.ok_or_else(|| no_object(text, brands))?
            }
            None => self.default_object(&snapshot, on, &may_see)?,
        };
        Ok(Asked { snapshot, object, on, since, slice: Slice::default(), seen })
    }

    /// These objects and all that belong to them.
    /// What may be spoken of with whoever sees these brands only, where any are given, at this moment.
    pub(crate) fn asked_of(&self, brands: Option<&[Key]>) -> Asked {
        let snapshot = self.snapshot();
        let all = 0..snapshot.objects.all().len() as ObjectId;
        let is_one = |id: &ObjectId| {
            snapshot.objects.get(*id).is_some_and(|object| brands.is_some_and(|keys| keys.contains(&object.key)))
        };
        let seen = brands.map(|_| Arc::new(all.filter(|id| snapshot.objects.line(*id).iter().any(is_one)).collect()));
        let day = snapshot.days.map_or(Day(0), |(_, last)| last);
        Asked { object: 0, on: day, since: day, slice: Slice::default(), seen, snapshot }
    }

    /// The object asked about, and what belongs to it.
    pub(crate) fn objects_beneath(&self, asked: &Asked) -> Arc<HashSet<ObjectId>> {
        Arc::new(self.objects_of(&asked.snapshot, &[asked.object_name()]))
    }

    fn objects_of(&self, snapshot: &Snapshot, names: &[String]) -> HashSet<ObjectId> {
        let keys = names.iter().filter_map(|name| name_of(name)).map(|name| self.key(&name.kind, &name.id));
        let tops: HashSet<ObjectId> = keys.filter_map(|key| snapshot.objects.id(key)).collect();
        let all = 0..snapshot.objects.all().len() as ObjectId;
        all.filter(|id| snapshot.objects.line(*id).iter().any(|above| tops.contains(above))).collect()
    }

    fn default_object(
        &self,
        snapshot: &Snapshot,
        on: Day,
        may_see: &dyn Fn(ObjectId) -> bool,
    ) -> Result<ObjectId, EngineError> {
        let populations = self.populations(snapshot, on)?;
        let is_root = |id: ObjectId| snapshot.objects.line(id).len() == 1;
        let roots = (0..).zip(snapshot.objects.all()).filter(|(id, _)| is_root(*id) && may_see(*id));
        let most = roots.map(|(id, _)| id).max_by_key(|&id: &ObjectId| {
            (populations.get(id as usize).map_or(0, |population| population.n_present), std::cmp::Reverse(id))
        });
        most.ok_or_else(|| EngineError::NotFound("there is no data yet; import some first".to_owned()))
    }

    /// Visits everyone who has a relation with the object by the day asked about, with their standings on both days.
    pub(crate) fn compare<S: Send>(
        &self,
        asked: &Asked,
        make: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, &Compared<'_>) + Sync,
    ) -> Result<Vec<S>, EngineError> {
        let snapshot = &*asked.snapshot;
        let layer = asked.slice.layer;
        let mut populations = self.populations_on(snapshot, layer, &[asked.since, asked.on])?.into_iter();
        let (then, now) = (populations.next().unwrap_or_default(), populations.next().unwrap_or_default());
        let (reading_then, reading_now) = (self.reading(snapshot, asked.since), self.reading(snapshot, asked.on));
        let (yardstick_then, yardstick_now) = (Yardstick::new(&reading_then), Yardstick::new(&reading_now));
        let (then, now) = (population(&then, asked.object), population(&now, asked.object));
        let states = snapshot.on_layer(layer).visit(
            || (PersonFold::new(&reading_then), PersonFold::new(&reading_now), make()),
            |(fold_then, fold_now, state), person, columns, rows| {
                let mut before = None;
                fold_then.read(columns, rows.clone(), &mut |object, _, relation| {
                    if object == asked.object {
                        let before_said = yardstick_then.measure(relation, then);
                        before = Some(snapshot.in_their_words((person, object), before_said, asked.since));
                    }
                });
                fold_now.read(columns, rows.clone(), &mut |object, days, relation| {
                    if object == asked.object && asked.slice.has(person, relation) {
                        let now = yardstick_now.measure(relation, now);
                        let now = snapshot.in_their_words((person, object), now, asked.on);
                        let (rows, reading) = (rows.clone(), &reading_now);
                        visit(state, &Compared { person, before, now, days, columns, rows, reading });
                    }
                });
            },
        )?;
        Ok(states.into_iter().map(|(_, _, state)| state).collect())
    }

    /// Visits everyone who has a relation with the object by the day asked about, with its active days.
    pub(crate) fn everyone<S: Send>(
        &self,
        asked: &Asked,
        make: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, Key, &[i32], &Relation) + Sync,
    ) -> Result<Vec<S>, EngineError> {
        let reading = self.reading(&asked.snapshot, asked.on);
        let states = asked.snapshot.on_layer(asked.slice.layer).visit(
            || (PersonFold::new(&reading), make()),
            |(fold, state), person, columns, rows| {
                fold.read(columns, rows, &mut |object, days, relation| {
                    if object == asked.object && asked.slice.has(person, relation) {
                        visit(state, person, days, relation);
                    }
                });
            },
        )?;
        Ok(states.into_iter().map(|(_, state)| state).collect())
    }
}

fn no_object(name: &str, brands: Option<&[String]>) -> EngineError {
    match brands {
        None => EngineError::NotFound(format!("there is no object `{name}`")),
        Some(brands) => EngineError::Forbidden(format!(
            "`{name}` is not among the brands you see ({}); an owner can change that under Settings, People",
            brands.join(", ")
        )),
    }
}

pub(crate) fn population(populations: &Populations, object: ObjectId) -> &Population {
    static NOBODY: std::sync::LazyLock<Population> = std::sync::LazyLock::new(Population::default);
    populations.get(object as usize).unwrap_or(&NOBODY)
}
