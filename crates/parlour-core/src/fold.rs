//! The fold: events, already free of duplicates, become activity and effects. Pure, and in any order the same sums.

use std::collections::HashSet;

use crate::activity::{ActivityKey, ActivityRow, Measures, Verbs};
use crate::day::Day;
use crate::event::{Currency, Event, Name};
use crate::key::{Key, KeyHashing, KeySecret};

/// Keys remembered as already told, so that effects stay few; beyond it the memory starts anew.
const MAX_TOLD: usize = 1_000_000;

/// A raw id, first told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenId {
    /// Its key.
    pub key: Key,
    /// Its kind and value.
    pub name: Name,
    /// When the event happened that told it, microseconds UTC.
    pub at: i64,
}

/// An object, first told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenObject {
    /// Its key.
    pub key: Key,
    /// Its kind and id.
    pub name: Name,
    /// What the sender said it belongs to.
    pub parent: Option<Key>,
}

/// Two raw ids that an event says are one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeenLink {
    /// One id; always the smaller key.
    pub a: Key,
    /// The other.
    pub b: Key,
    /// When the event happened, microseconds UTC.
    pub at: i64,
}

/// What a batch of events amounts to.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Activity, one row an event, not yet summed.
    pub rows: Vec<ActivityRow>,
    /// Raw ids not told before.
    pub ids: Vec<SeenId>,
    /// Objects not told before.
    pub objects: Vec<SeenObject>,
    /// Links between raw ids.
    pub links: Vec<SeenLink>,
    /// Whose events were not scored, so that no row tells of them.
    pub unscored: Vec<Key>,
}

/// Folds events; remembers which ids and objects it has told.
#[derive(Debug)]
pub struct Fold {
    secret: KeySecret,
    told_ids: HashSet<Key, KeyHashing>,
    told_objects: HashSet<(Key, Option<Key>), KeyHashing>,
}

impl Fold {
    /// A fold that makes keys with this secret.
    pub fn new(secret: KeySecret) -> Self {
        Self { secret, told_ids: HashSet::default(), told_objects: HashSet::default() }
    }

    /// Folds `events` into `effects`, each with the feeling it is evidence of: −1, 0 or +1; verbs are numbered in
    /// `verbs`.
    pub fn fold<'e>(
        &mut self,
        events: impl IntoIterator<Item = (&'e Event, i8)>,
        verbs: &mut Verbs,
        effects: &mut Effects,
    ) {
        for (event, evidence) in events {
            self.fold_one(event, evidence, verbs, effects);
        }
        if self.told_ids.len() > MAX_TOLD {
            self.told_ids.clear();
        }
        if self.told_objects.len() > MAX_TOLD {
            self.told_objects.clear();
        }
    }

    fn fold_one(&mut self, event: &Event, evidence: i8, verbs: &mut Verbs, effects: &mut Effects) {
        let subject = self.tell_id(&event.subject, event.at, effects);
        for name in &event.also {
            let also = self.tell_id(name, event.at, effects);
            if also != subject {
                let (a, b) = (subject.min(also), subject.max(also));
                effects.links.push(SeenLink { a, b, at: event.at });
            }
        }
        let parent = event.parent.as_ref().map(|name| self.tell_object(name, None, effects));
        let object = self.tell_object(&event.object, parent, effects);
        if event.scored {
            effects.rows.push(row((event, evidence), subject, object, verbs));
        } else {
            effects.unscored.push(subject);
        }
    }

    fn tell_id(&mut self, name: &Name, at: i64, effects: &mut Effects) -> Key {
        let key = name.key(&self.secret);
        if self.told_ids.insert(key) {
            effects.ids.push(SeenId { key, name: name.clone(), at });
        }
        key
    }

    fn tell_object(&mut self, name: &Name, parent: Option<Key>, effects: &mut Effects) -> Key {
        let key = name.key(&self.secret);
        if self.told_objects.insert((key, parent)) {
            effects.objects.push(SeenObject { key, name: name.clone(), parent });
        }
        key
    }
}

fn row((event, evidence): (&Event, i8), subject: Key, object: Key, verbs: &mut Verbs) -> ActivityRow {
    ActivityRow {
        key: ActivityKey {
            subject,
            object,
            day: Day::of_micros(event.at),
            layer: event.layer,
            verb: verbs.id(&event.verb),
            kind: evidence,
            paid: event.paid,
            currency: event.value.map_or(Currency::NONE, |value| value.currency),
        },
        sums: Measures {
            n: 1,
            seconds: u64::from(event.seconds),
            value_minor: event.value.map_or(0, |value| value.minor),
            rating_sum: u64::from(event.rating.unwrap_or(0)),
        },
    }
}
