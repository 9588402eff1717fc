//! Answers that are kept: until something changes, and where there is much to go through, for a while longer.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::EngineError;
use crate::desk::Asked;
use crate::engine::Engine;

/// From so many rows of activity on an answer outlives a change, as there is one all the time …
const MANY_ROWS: u64 = 1_000_000;
/// … by so many times as long as it took …
const TIMES: u32 = 40;
/// … and no longer than this.
const LONGEST: Duration = Duration::from_mins(10);

#[derive(Debug)]
struct Answer {
    question: String,
    version: u64,
    made: Instant,
    took: Duration,
    told: Arc<dyn Any + Send + Sync>,
}

impl Answer {
    fn is_good(&self, version: u64, n_rows: u64) -> bool {
        let lasts = || self.made.elapsed() < (self.took * TIMES).min(LONGEST);
        self.version == version || (MANY_ROWS <= n_rows && lasts())
    }
}

/// Answers by question, so many at most.
#[derive(Debug, Default)]
pub(crate) struct Kept<const MOST: usize>(Mutex<VecDeque<Answer>>);

impl<const MOST: usize> Kept<MOST> {
    /// Forgets all answers.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The kept answer, or one made now of the state `version` with so many rows.
    pub(crate) fn get<A: Send + Sync + 'static>(
        &self,
        question: String,
        (version, n_rows): (u64, u64),
        make: impl FnOnce() -> Result<A, EngineError>,
    ) -> Result<Arc<A>, EngineError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock()
            .iter()
            .find(|known| known.question == question && known.is_good(version, n_rows))
            .map(|known| Arc::clone(&known.told));
        if let Some(known) = known.and_then(|known| known.downcast::<A>().ok()) {
            return Ok(known);
        }
        let started = Instant::now();
        let told = Arc::new(make()?);
        let took = started.elapsed();
        let mut kept = lock();
        kept.retain(|known| known.question != question);
        let made = Instant::now();
        kept.push_back(Answer { question, version, made, took, told: Arc::clone(&told) as Arc<dyn Any + Send + Sync> });
        if MOST < kept.len() {
            kept.pop_front();
        }
        Ok(told)
    }
}

impl Engine {
    /// The answer to a question of the Desk, by its name and all that it depends on beside what is asked; of some people
    /// only, it is made each time.
    pub(crate) fn answer<A: Send + Sync + 'static>(
        &self,
        asked: &Asked,
        name: &str,
        make: impl FnOnce() -> Result<A, EngineError>,
    ) -> Result<Arc<A>, EngineError> {
        if asked.slice.people.is_some() {
            return make().map(Arc::new);
        }
        let Asked { object, on, since, slice, snapshot, seen: _ } = asked;
        let question = format!("{name} {object} {on} {since} {:?} {:?}", slice.layer, slice.acquired);
        self.caches.answers.get(question, (snapshot.version, snapshot.view.n_rows()), make)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_about_few_follow_every_change_and_those_about_many_are_kept() {
        let kept = Kept::<9>::default();
        let get = |question: &str, version, n_rows, value: i32| {
            *kept.get(question.to_owned(), (version, n_rows), || Ok(value)).unwrap()
        };
        assert_eq!([get("a", 1, 9, 1), get("a", 1, 9, 2), get("a", 2, 9, 3), get("b", 2, 9, 4)], [1, 1, 3, 4]);
        let slow = Answer {
            question: String::new(),
            version: 1,
            made: Instant::now(),
            took: Duration::from_mins(1),
            told: Arc::new(()),
        };
        assert!(slow.is_good(2, MANY_ROWS) && !slow.is_good(2, MANY_ROWS - 1));
        kept.forget();
        assert_eq!(get("a", 2, 9, 5), 5);
    }
}
