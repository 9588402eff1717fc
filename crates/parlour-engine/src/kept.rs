//! Answers that are kept: exact where they are quick to make, and for a while where making them takes long.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::EngineError;

/// Most answers of one kind.
const MOST: usize = 64;
/// An answer that takes no longer than this is made again with every change.
const QUICK: Duration = Duration::from_millis(150);
/// One that takes longer is good for so many times as long …
const TIMES: u32 = 40;
/// … and no longer than this.
const LONGEST: Duration = Duration::from_mins(10);

#[derive(Debug)]
struct Answer<Q, A> {
    question: Q,
    version: u64,
    made: Instant,
    took: Duration,
    told: Arc<A>,
}

impl<Q, A> Answer<Q, A> {
    fn is_good(&self, version: u64) -> bool {
        let is_slow = QUICK < self.took;
        self.version == version || (is_slow && self.made.elapsed() < (self.took * TIMES).min(LONGEST))
    }
}

/// Answers by question.
#[derive(Debug)]
pub(crate) struct Kept<Q, A>(Mutex<VecDeque<Answer<Q, A>>>);

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: PartialEq, A> Kept<Q, A> {
    /// Forgets all answers.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The kept answer, or one made now of the state `version`.
    pub(crate) fn get(
        &self,
        question: Q,
        version: u64,
        make: impl FnOnce() -> Result<A, EngineError>,
    ) -> Result<Arc<A>, EngineError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().iter().find(|known| known.question == question && known.is_good(version)) {
            return Ok(Arc::clone(&known.told));
        }
        let started = Instant::now();
        let answer = Arc::new(make()?);
        let took = started.elapsed();
        let mut kept = lock();
        kept.retain(|known| known.question != question);
        kept.push_back(Answer { question, version, made: Instant::now(), took, told: Arc::clone(&answer) });
        if MOST < kept.len() {
            kept.pop_front();
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_answers_follow_every_change_and_slow_ones_are_kept() {
        let mut answer = Answer {
            question: (),
            version: 1,
            made: Instant::now(),
            took: Duration::from_millis(1),
            told: Arc::new(()),
        };
        assert!(answer.is_good(1));
        assert!(!answer.is_good(2));
        answer.took = Duration::from_secs(5);
        assert!(answer.is_good(2));
        let kept = Kept::default();
        let get = |question, version, value| *kept.get(question, version, || Ok(value)).unwrap();
        assert_eq!([get("a", 1, 1), get("a", 1, 2), get("a", 2, 3), get("b", 2, 4)], [1, 1, 3, 4]);
    }
}
