//! One person: their standing with every object, why, what happened, who they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::event::{Currency, Layer, Name};
use parlour_core::identity::{Link, LinkState};
use parlour_core::key::Key;
use parlour_core::objects::ObjectId;
use parlour_core::relation::{Columns, PersonFold, Relation};
use parlour_core::standing::{Standing, Yardstick};
use parlour_core::why::{Case, Of, Why};
use parlour_core::worth::Worth;
use parlour_lake::event::LakeEvent;
use parlour_store::{StoreError, identity, link};

use super::{Asked, name_of, population};
use crate::engine::Engine;
use crate::offers::given_up;
use crate::rooms::member::part_or_join;
use crate::seal::{seq_of, unpacked};
use crate::{EngineError, clock};

/// Weeks of a sparkline.
pub const SPARK_WEEKS: i32 = 26;
/// Most matches of a search.
pub const MAX_FOUND: usize = 1000;

/// A point of a sparkline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The day.
    pub day: Day,
    /// Involvement on it, in micropoints.
    pub involvement: i64,
}

/// One person with everything asked about them.
#[derive(Debug)]
pub struct Person {
    /// Their representative id.
    pub key: Key,
    /// All their rows.
    pub columns: Columns,
    /// Their standing with every object, the one asked about first, then the most involved.
    pub standings: Vec<(ObjectId, Standing, Vec<Point>)>,
    /// Involvement of the recent window by layer, micropoints, with all objects.
    pub layers: Vec<(Layer, i128)>,
    /// What each object does toward them, by its own involvement.
    pub back: HashMap<ObjectId, Relation>,
    /// What they are worth to the object asked about; `None` where the models have no say.
    pub worth: Option<Worth>,
}

impl Engine {
    /// The people whose ids match a text: exactly, by `kind:id`, or by how an id begins.
    pub fn find(&self, asked: &Asked, text: &str) -> Result<Vec<Key>, EngineError> {
        let found = self.database.read(|conn| identity::find(conn, text, MAX_FOUND))?;
        let mut people = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for id in found {
            let person = asked.snapshot.identity.person_of(id.key);
            if self.ids_seen(asked, person)?.contains(&id.key) && seen.insert(person) {
                people.push(person);
            }
        }
        Ok(people)
    }

    /// The person of this name: `kind:id`, or an id that is some person's whole id.
    pub fn person_named(&self, asked: &Asked, text: &str) -> Result<Key, EngineError> {
        let exact = name_of(text).map(|name| self.key(&name.kind, &name.id));
        let known = |keys: &[Key]| self.database.read(|conn| identity::by_keys(conn, keys));
        if let Some(key) = exact
            && !known(&[key])?.is_empty()
        {
            return self.if_seen(asked, key, text);
        }
        let found = self.database.read(|conn| identity::find(conn, text, 2))?;
        self.who_is(asked, text, &found)
    }

    /// Whoever of these the text means, where they may be spoken of.
    fn who_is(&self, asked: &Asked, text: &str, found: &[identity::Identity]) -> Result<Key, EngineError> {
        match found.iter().find(|id| id.value == text).or(found.first()) {
            Some(id) if id.value == text => self.if_seen(asked, id.key, text),
            Some(near) if asked.seen.is_none() => Err(EngineError::NotFound(format!(
                "there is nobody called `{text}`; did you mean `{}:{}`?",
                near.kind, near.value
            ))),
            Some(_) | None => Err(nobody(text)),
        }
    }

    /// The person of an id, if they have to do with anything that may be spoken of.
    fn if_seen(&self, asked: &Asked, id: Key, text: &str) -> Result<Key, EngineError> {
        let person = asked.snapshot.identity.person_of(id);
        let is_seen = || Ok::<_, EngineError>(!self.rows_seen(asked, person)?.is_empty());
        if asked.seen.is_some() && !(self.ids_seen(asked, person)?.contains(&id) && is_seen()?) {
            return Err(nobody(text));
        }
        Ok(person)
    }

    /// One person's rows, those with objects that may be spoken of.
    fn rows_seen(&self, asked: &Asked, person: Key) -> Result<Columns, EngineError> {
        let all = self.rows_of_person(&asked.snapshot, person)?;
        if asked.seen.is_none() {
            return Ok(all);
        }
        let mut seen = Columns::default();
        for row in (0..all.len()).filter(|&row| asked.may_see(all.object[row])) {
            seen.extend_from(&all, row..row + 1);
        }
        Ok(seen)
    }

    /// The ids of a person under which they had to do with anything that may be spoken of; all, where everything may, or
    /// where they have but one.
    pub fn ids_seen(&self, asked: &Asked, person: Key) -> Result<Vec<Key>, EngineError> {
        let mut ids = asked.snapshot.identity.ids_of(&person).to_vec();
        if asked.seen.is_none() || ids.len() == 1 {
            return Ok(ids);
        }
        let walk = asked.snapshot.everyone();
        let rows: Vec<Columns> =
            ids.iter().map(|id| walk.person(std::slice::from_ref(id))).collect::<Result<_, _>>()?;
        let mut rows = rows.iter();
        ids.retain(|_| rows.next().is_some_and(|rows| rows.object.iter().any(|object| asked.may_see(*object))));
        Ok(ids)
    }

    /// The names of people: by their representative ids, or where that is not to be seen by one that is.
    pub fn names_seen(&self, asked: &Asked, people: &[Key]) -> Result<HashMap<Key, Name>, EngineError> {
        if asked.seen.is_none() {
            return self.names(people);
        }
        let mut known_by: HashMap<Key, Key> = HashMap::new();
        for person in people {
            let ids = self.ids_seen(asked, *person)?;
            let id = ids.iter().find(|id| *id == person).or(ids.first());
            known_by.extend(id.map(|id| (*id, *person)));
        }
        let ids: Vec<Key> = known_by.keys().copied().collect();
        Ok(self.names(&ids)?.into_iter().map(|(id, name)| (known_by[&id], name)).collect())
    }

    /// The names of people, by their representative ids.
    pub fn names(&self, people: &[Key]) -> Result<HashMap<Key, Name>, EngineError> {
        let ids = self.database.read(|conn| identity::by_keys(conn, people))?;
        Ok(ids.into_iter().map(|id| (id.key, Name::new(id.kind, id.value))).collect())
    }

    /// One person's standings on the day asked about, with sparklines.
    pub fn person(&self, asked: &Asked, person: Key) -> Result<Person, EngineError> {
        let snapshot = &*asked.snapshot;
        let columns = self.rows_seen(asked, person)?;
        let populations = self.populations(snapshot, asked.on)?;
        let reading = self.reading(snapshot, asked.on);
        let yardstick = Yardstick::new(&reading);
        let mut standings = Vec::new();
        PersonFold::new(&reading).read(&columns, 0..columns.len(), &mut |object, _, relation| {
            let standing = yardstick.measure(relation, population(&populations, object));
            standings.push((object, snapshot.in_their_words((person, object), standing, asked.on)));
        });
        standings.sort_by_key(|(object, standing)| {
            (*object != asked.object, std::cmp::Reverse(standing.relation.involvement()), *object)
        });
        let mut back = HashMap::new();
        let reading_back = self.reading_back(snapshot, asked.on);
        PersonFold::new(&reading_back).read(&columns, 0..columns.len(), &mut |object, _, relation| {
            back.insert(object, *relation);
        });
        let mut sparks = self.sparks(asked, &columns);
        let standings = standings
            .into_iter()
            .map(|(object, standing)| (object, standing, sparks.remove(&object).unwrap_or_default()))
            .collect();
        let from = asked.on.0 - self.settings.standing.recent_days as i32;
        let mut layers = [0i128; 7];
        for row in (0..columns.len()).filter(|&row| columns.day[row] > from && columns.day[row] <= asked.on.0) {
            let layer = columns.layer[row] as usize;
            let points = reading.meaning(columns.verb[row]).micropoints[layer];
            layers[layer] += i128::from(reading.contribution(points, columns.n[row], asked.on.0 - columns.day[row]));
        }
        let layers = Layer::ALL.into_iter().zip(layers).filter(|(_, sum)| *sum > 0).collect();
        let worth = self.worth_of(asked, &columns)?;
        Ok(Person { key: person, columns, standings, layers, back, worth })
    }

    /// Involvement at the end of each of the last weeks, oldest first, by object.
    pub fn sparks(&self, asked: &Asked, columns: &Columns) -> HashMap<ObjectId, Vec<Point>> {
        let mut sparks: HashMap<ObjectId, Vec<Point>> = HashMap::new();
        for week in 0..SPARK_WEEKS {
            let day = Day(asked.on.0 - 7 * (SPARK_WEEKS - 1 - week));
            let reading = self.reading(&asked.snapshot, day);
            PersonFold::new(&reading).read(columns, 0..columns.len(), &mut |object, _, relation| {
                let spark = sparks.entry(object).or_default();
                // Weeks before the first activity are weeks of nothing.
                let missing = (spark.len() as i32..week)
                    .map(|week| Point { day: Day(asked.on.0 - 7 * (SPARK_WEEKS - 1 - week)), involvement: 0 });
                spark.extend(missing);
                spark.push(Point { day, involvement: relation.involvement() });
            });
        }
        sparks
    }

    /// For each of these people, the involvement with the object asked about at the end of each of the last weeks, oldest
    /// first, in micropoints.
    pub fn sparks_of(&self, asked: &Asked, people: &[Key]) -> Result<Vec<Vec<i64>>, EngineError> {
        let snapshot = &*asked.snapshot;
        let days = (0..SPARK_WEEKS).map(|week| Day(asked.on.0 - 7 * (SPARK_WEEKS - 1 - week)));
        let readings: Vec<_> = days.map(|day| self.reading(snapshot, day)).collect();
        let mut folds: Vec<_> = readings.iter().map(PersonFold::new).collect();
        let spark = |person: &Key| {
            let columns = self.rows_seen(asked, *person)?;
            let involvement = |fold: &mut PersonFold<'_>| {
                let mut found = 0;
                fold.read(&columns, 0..columns.len(), &mut |object, _, relation| {
                    if object == asked.object {
                        found = relation.involvement();
                    }
                });
                found
            };
            Ok(folds.iter_mut().map(involvement).collect())
        };
        people.iter().map(spark).collect()
    }

    /// What purchases in these rows brought by the day asked about, less what was given back, and how many of both there
    /// were; by currency.
    pub fn money(&self, asked: &Asked, columns: &Columns) -> Vec<(Currency, i64, u64)> {
        let reading = self.reading(&asked.snapshot, asked.on);
        let mut sums: BTreeMap<Currency, (i64, u64)> = BTreeMap::new();
        for row in (0..columns.len()).filter(|&row| columns.day[row] <= asked.on.0) {
            let sign = reading.meaning(columns.verb[row]).value_sign;
            if sign != 0 && columns.currency[row] != Currency::NONE {
                let (value, n) = sums.entry(columns.currency[row]).or_default();
                *value = value.wrapping_add(sign.wrapping_mul(columns.value_minor[row]));
                *n = n.wrapping_add(columns.n[row]);
            }
        }
        sums.into_iter().map(|(currency, (value, n))| (currency, value, n)).collect()
    }

    /// Why a value of the person's standing with the object asked about is what it is.
    pub fn why(&self, asked: &Asked, person: Key, of: Of) -> Result<Why, EngineError> {
        let snapshot = &*asked.snapshot;
        let columns = self.rows_seen(asked, person)?;
        let populations = self.populations(snapshot, asked.on)?;
        let reading = self.reading(snapshot, asked.on);
        let outlook = if of == Of::Worth { self.outlook(asked)? } else { Arc::new(None) };
        let case = Case {
            columns: &columns,
            object: asked.object,
            yardstick: &Yardstick::new(&reading),
            population: population(&populations, asked.object),
            outlook: outlook.as_ref().as_ref(),
        };
        let none = || format!("there was no relation with `{}` by {}", asked.object_name(), asked.on);
        let mut why = parlour_core::why::why(of, &case).ok_or_else(|| EngineError::NotFound(none()))?;
        let word = snapshot.word_of((person, asked.object));
        let said = match of {
            Of::Kind | Of::Cell => word.kind,
            Of::Stage => word.stage,
            Of::Involvement | Of::Degree | Of::Direction | Of::Rhythm | Of::Value | Of::Worth => None,
        };
        if let Some((saying, day)) = said.filter(|(_, day)| *day <= asked.on) {
            let object = snapshot.objects.get(asked.object);
            let title = object.map(|object| object.title.as_deref().unwrap_or(&object.name.id));
            let theirs = saying.in_words(title.unwrap_or_default());
            why.sentence =
                format!("They say themselves, since {day}: “{theirs}”, and that counts. Without it: {}", why.sentence);
        }
        Ok(why)
    }

    /// What a person did before a time (microseconds UTC) with what may be spoken of, newest first, at most `most`.
    pub fn timeline(
        &self,
        asked: &Asked,
        person: Key,
        before: i64,
        most: usize,
    ) -> Result<Vec<LakeEvent>, EngineError> {
        let mut n_read = most;
        loop {
            let mut events = self.events_of(asked, person, before, n_read)?;
            let is_all = events.len() < n_read;
            events.retain(|event| asked.may_see_key(event.object));
            if is_all || most <= events.len() {
                events.truncate(most);
                return Ok(events);
            }
            // Most of it is of others; more is read until there is enough.
            n_read = n_read.saturating_mul(4);
        }
    }

    fn events_of(&self, asked: &Asked, person: Key, before: i64, most: usize) -> Result<Vec<LakeEvent>, EngineError> {
        let ids = asked.snapshot.identity.ids_of(&person);
        let (runs, mut batches, dropped) = {
            let state = self.state();
            let tails: Vec<_> = [state.sealing.as_deref(), Some(&state.tail)].into_iter().flatten().collect();
            let batches: Vec<i64> =
                tails.iter().flat_map(|tail| ids.iter().flat_map(|id| tail.batches_of(*id).iter().copied())).collect();
            let dropped: HashMap<i64, Vec<u32>> = tails
                .iter()
                .flat_map(|tail| tail.dropped.iter().map(|(seq, places)| (*seq, places.clone())))
                .filter(|(seq, _)| batches.contains(seq))
                .collect();
            (state.events.clone(), batches, dropped)
        };
        let mut events = Vec::new();
        for run in &runs {
            for id in ids {
                events.extend(parlour_lake::event::read_subject(&run.file, *id, before, most)?);
            }
        }
        batches.sort_unstable();
        batches.dedup();
        for seq in batches {
            let found = self.read_journal(seq - 1, 1)?;
            for batch in found.iter().filter(|batch| batch.seq == seq) {
                for (place, event) in (0..).zip(unpacked(batch)?) {
                    let is_dropped = dropped.get(&seq).is_some_and(|places| places.contains(&place));
                    let arrival = (batch.arrival.source.as_str(), batch.arrival.received_at);
                    let event = self.lake_event(event, arrival, seq_of(batch.seq, place));
                    if !is_dropped && event.at < before && ids.contains(&event.subject) {
                        events.push(event);
                    }
                }
            }
        }
        events.sort_by_key(|event| std::cmp::Reverse((event.at, event.seq)));
        events.dedup_by_key(|event| event.seq);
        events.truncate(most);
        Ok(events)
    }

    /// The links of a person's ids, with their state.
    pub fn links_of(&self, asked: &Asked, person: Key) -> Result<Vec<(Link, LinkState)>, EngineError> {
        let identity = &asked.snapshot.identity;
        let seen = self.ids_seen(asked, person)?;
        let mut links: Vec<(Link, LinkState)> = Vec::new();
        for id in identity.ids_of(&person) {
            for (link, state) in identity.links_of(*id) {
                let is_known = links.iter().any(|(known, _)| (known.a, known.b) == (link.a, link.b));
                // Who else they might be is nothing for whoever sees some brands only.
                let is_seen = || [link.a, link.b].iter().all(|end| seen.contains(end));
                if !is_known && (asked.seen.is_none() || is_seen()) {
                    links.push((link, state.clone()));
                }
            }
        }
        Ok(links)
    }

    /// Lets a link hold whatever the safeguards say, or no longer; history follows.
    pub fn set_link_forced(&self, a: Key, b: Key, is_forced: bool) -> Result<(), EngineError> {
        let (a, b, now) = (a.min(b), a.max(b), clock::now());
        let is_there = self.database.write(move |conn| link::set_forced(conn, a, b, is_forced.then_some(now)))?;
        if !is_there {
            return Err(EngineError::NotFound("there is no such link".to_owned()));
        }
        let mut state = self.state_mut();
        std::sync::Arc::make_mut(&mut state.identity).set_forced(a, b, is_forced);
        state.version += 1;
        Ok(())
    }

    /// Undoes (or redoes) a link; history follows, since people are united when reading.
    pub fn set_link_undone(&self, a: Key, b: Key, is_undone: bool) -> Result<(), EngineError> {
        let (a, b, now) = (a.min(b), a.max(b), clock::now());
        let did = self.database.write(move |conn| {
            let did = if is_undone { link::undo(conn, a, b, now)? } else { link::redo(conn, a, b)? };
            if let ([one, other], true) = (identity::by_keys(conn, &[a, b])?.as_slice(), did) {
                let name = |id: &identity::Identity| Name::new(&id.kind, &id.value);
                part_or_join(conn, [&name(one), &name(other)], is_undone)?;
            }
            Ok(did)
        });
        let did = did.map_err(|error: StoreError| given_up(error.into()))?;
        if !did {
            return Err(EngineError::NotFound("there is no such link, or it is so already".to_owned()));
        }
        let mut state = self.state_mut();
        let identity = std::sync::Arc::make_mut(&mut state.identity);
        if is_undone {
            identity.undo(a, b)
        } else {
            identity.redo(a, b)
        };
        state.version += 1;
        Ok(())
    }
}

fn nobody(name: &str) -> EngineError {
    EngineError::NotFound(format!("there is nobody called `{name}`"))
}
