//! Peeks: how often rooms are looked into, counted in memory and written down once a minute. Who looks is not kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use parlour_core::day::Day;
use parlour_store::{StoreError, peek};

use crate::engine::Engine;
use crate::{EngineError, clock};

/// What was counted and is not written down yet.
#[derive(Debug, Default)]
pub(crate) struct Peeks(Mutex<HashMap<(String, Day), i64>>);

impl Engine {
    /// Counts a look into a room.
    pub fn peek(&self, member: &str) {
        let key = (member.to_owned(), Day::of_micros(clock::now()));
        *self.peeks.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    /// Writes down what was counted.
    pub fn keep_peeks(&self) -> Result<(), EngineError> {
        let counted = std::mem::take(&mut *self.peeks.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counted.is_empty() {
            return Ok(());
        }
        let kept = counted.clone();
        let write = self
            .database
            .write(move |conn| kept.iter().try_for_each(|((member, day), n)| peek::add(conn, member, *day, *n)));
        write.map_err(|error: StoreError| {
            let mut waiting = self.peeks.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, n) in counted {
                *waiting.entry(key).or_default() += n;
            }
            error.into()
        })
    }

    /// How often a room was looked into on each of the last days; what is not written down yet counts too.
    pub fn peeks(&self, member: &str, n_days: i32) -> Result<Vec<(Day, i64)>, EngineError> {
        let since = Day(Day::of_micros(clock::now()).0 - n_days + 1);
        let mut days = self.database.read(|conn| peek::since(conn, member, since))?;
        let waiting = self.peeks.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, day), n) in waiting.iter().filter(|((of, day), _)| of == member && since <= *day) {
            match days.iter_mut().find(|(known, _)| known == day) {
                Some((_, counted)) => *counted += n,
                None => days.push((*day, *n)),
            }
        }
        days.sort_unstable();
        Ok(days)
    }
}
