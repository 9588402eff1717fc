//! Who is not let in: the keys of ids that were erased. Asked of everything that comes, before it is written anywhere.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use parlour_core::event::Event;
use parlour_core::key::{Key, KeyHashing, KeySecret};
use parlour_store::erasure::Erased;

type Keys = HashMap<Key, Erased, KeyHashing>;

/// The ids that were erased.
#[derive(Debug)]
pub(crate) struct Barred {
    secret: KeySecret,
    keys: RwLock<Keys>,
}

/// Held while something is written: nobody is erased meanwhile who was let in.
pub(crate) struct Gate<'a> {
    secret: KeySecret,
    keys: RwLockReadGuard<'a, Keys>,
}

impl Barred {
    pub(crate) fn new(secret: KeySecret) -> Self {
        Self { secret, keys: RwLock::default() }
    }

    /// Lets nothing more of these in; returns once everything is written that was let in before, with what was known of
    /// them.
    pub(crate) fn bar(&self, erased: &[Erased]) -> Vec<Option<Erased>> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        erased.iter().map(|one| keys.insert(one.key, *one)).collect()
    }

    /// Has it as it was before.
    pub(crate) fn restore(&self, erased: &[Erased], before: Vec<Option<Erased>>) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for (one, before) in erased.iter().zip(before) {
            match before {
                Some(before) => keys.insert(one.key, before),
                None => keys.remove(&one.key),
            };
        }
    }

    /// Lets an id in again; returns whether it was barred.
    pub(crate) fn let_in(&self, key: Key) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.get_mut(&key).is_some_and(|erased| std::mem::take(&mut erased.is_barred))
    }

    pub(crate) fn gate(&self) -> Gate<'_> {
        Gate { secret: self.secret, keys: self.keys.read().unwrap_or_else(PoisonError::into_inner) }
    }
}

impl Gate<'_> {
    /// Whether an event is of somebody who was erased, and happened before that or may not come any more.
    pub(crate) fn bars(&self, event: &Event) -> bool {
        if self.keys.is_empty() {
            return false;
        }
        let who = if event.is_by_brand() { &event.object } else { &event.subject };
        std::iter::once(who).chain(&event.also).any(|name| {
            self.keys.get(&name.key(&self.secret)).is_some_and(|erased| erased.is_barred || event.at <= erased.at)
        })
    }
}
