//! Consent at work: what somebody said is kept with its history, and whoever does not want to be read, passed on or asked is
//! not, from that moment on.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::consent::{Choice, How, Purpose, is_given, last_word};
use parlour_core::event::Layer;
use parlour_core::key::{Key, KeyHashing};
use parlour_store::consent::{self, Consent};
use parlour_store::{Conn, standing};

use crate::desk::name_of;
use crate::engine::Engine;
use crate::rooms::{act_of, name_of_member};
use crate::{EngineError, clock};

/// Ids of browsers that are remembered as having sent their signal; beyond it the memory starts anew.
const MAX_SIGNALLED: usize = 1_000_000;

/// The ids whose browsers were heard to send their signal since the start.
#[derive(Debug, Default)]
pub(crate) struct Signalled(Mutex<HashSet<Key, KeyHashing>>);

/// What counts of one purpose, and everything that was said of it.
#[derive(Clone, Debug)]
pub struct Stance {
    /// For what.
    pub purpose: Purpose,
    /// Whether it may be done.
    pub is_given: bool,
    /// The word that counts; none where nothing was said.
    pub by: Option<Choice>,
    /// All of them, the newest first.
    pub history: Vec<Choice>,
}

/// A row as a word; `None` where it is of a way that is not known.
pub(crate) fn choice_of(row: &Consent) -> Option<Choice> {
    Some(Choice { at: row.at, is_given: row.is_given, how: How::of_name(&row.how)? })
}

impl Engine {
    /// All ids of the person behind a member.
    pub fn ids_of_member(&self, member: &str) -> Vec<Key> {
        self.ids_of_person(name_of_member(member).key(&self.secret))
    }

    /// What the person of these ids said of each purpose.
    pub fn stances(&self, ids: &[Key]) -> Result<Vec<Stance>, EngineError> {
        let rows = self.database.read(|conn| consent::of_keys(conn, ids))?;
        let stance = |purpose: Purpose| {
            let of_purpose = rows.iter().filter(|row| row.purpose == purpose.name());
            let mut history: Vec<Choice> = of_purpose.filter_map(choice_of).collect();
            history.sort_by_key(|choice| std::cmp::Reverse(choice.at));
            Stance { purpose, is_given: is_given(history.clone()), by: last_word(history.clone()), history }
        };
        Ok(Purpose::ALL.map(stance).into())
    }

    /// Writes down a member's word, as an event that counts nothing and a row beside it.
    pub fn consent(&self, member: &str, purpose: Purpose, is_given: bool, layer: Layer) -> Result<(), EngineError> {
        let now = clock::now();
        let row = Consent {
            key: name_of_member(member).key(&self.secret),
            purpose: purpose.name().to_owned(),
            at: now,
            is_given,
            how: How::Room.name().to_owned(),
        };
        let verb = if is_given { "consented" } else { "withdrew" };
        let object = self.own_brand().unwrap_or_else(|_| name_of_member(member));
        let mut event = act_of(member, verb, object, layer);
        (event.scored, event.extra) = (false, Some(format!(r#"{{"purpose":"{}"}}"#, purpose.name())));
        let withdrawn =
            if purpose == Purpose::Reading && !is_given { self.labels_of_member(member)? } else { Vec::new() };
        let write = move |conn: &mut dyn Conn| {
            standing::delete_people(conn, &withdrawn)?;
            consent::put(conn, &row)
        };
        self.do_in_rooms(vec![event], Box::new(write))?;
        self.reload_consents()
    }

    /// What the person behind a member may be called where standings are kept.
    fn labels_of_member(&self, member: &str) -> Result<Vec<String>, EngineError> {
        let ids = self.ids_of_member(member);
        let names = self.names(&ids)?;
        Ok(names.values().map(ToString::to_string).chain(ids.iter().map(Key::to_string)).collect())
    }

    /// Reads anew who does not want to be read; what was found out before is forgotten if that changed.
    pub(crate) fn reload_consents(&self) -> Result<(), EngineError> {
        let rows = Arc::new(self.database.read(|conn| consent::of_purposes(conn, &[Purpose::Reading.name()]))?);
        let mut state = self.state_mut();
        if state.consents == rows {
            return Ok(());
        }
        state.consents = rows;
        state.version += 1;
        drop(state);
        self.forget_answers();
        Ok(())
    }

    /// Notes that the browsers of these ids ask with every request not to pass on what they do (Global Privacy Control).
    /// Each is written down once.
    pub(crate) fn note_signal(&self, ids: impl Iterator<Item = Key>) -> Result<(), EngineError> {
        let new: BTreeSet<Key> = {
            let mut signalled = self.signalled.0.lock().unwrap_or_else(PoisonError::into_inner);
            if MAX_SIGNALLED < signalled.len() {
                signalled.clear();
            }
            ids.filter(|id| signalled.insert(*id)).collect()
        };
        if new.is_empty() {
            return Ok(());
        }
        let (now, new): (i64, Vec<Key>) = (clock::now(), new.into_iter().collect());
        Ok(self.database.write(move |conn| {
            let known = consent::of_keys(conn, &new)?;
            let is_known = |id: &Key| {
                let said = known.iter().filter(|row| row.key == *id && row.purpose == Purpose::Sharing.name());
                said.filter_map(choice_of).any(|choice| choice.how == How::Browser)
            };
            for id in new.iter().filter(|id| !is_known(id)) {
                let (purpose, how) = (Purpose::Sharing.name().to_owned(), How::Browser.name().to_owned());
                consent::put(conn, &Consent { key: *id, purpose, at: now, is_given: false, how })?;
            }
            Ok(())
        })?)
    }

    /// The same of a member's browser.
    pub fn note_signal_of_member(&self, member: &str) -> Result<(), EngineError> {
        self.note_signal(std::iter::once(name_of_member(member).key(&self.secret)))
    }

    /// Whether the person behind an id lets this be done.
    pub fn lets(&self, id: Key, purpose: Purpose) -> Result<bool, EngineError> {
        let ids = self.ids_of_person(id);
        let rows = self.database.read(|conn| consent::of_keys(conn, &ids))?;
        Ok(is_given(rows.iter().filter(|row| row.purpose == purpose.name()).filter_map(choice_of)))
    }

    /// Of these people, by their keys in hexadecimal digits or as `kind:id`, those whose affairs stay in the house.
    pub(crate) fn not_passed_on<'p>(
        &self,
        people: impl Iterator<Item = &'p str>,
    ) -> Result<HashSet<String>, EngineError> {
        let mut found = HashSet::new();
        for person in people {
            let id = Key::from_hex(person).or_else(|| name_of(person).map(|name| name.key(&self.secret)));
            if !found.contains(person) && id.map(|id| self.lets(id, Purpose::Sharing)).transpose()? == Some(false) {
                found.insert(person.to_owned());
            }
        }
        Ok(found)
    }
}
