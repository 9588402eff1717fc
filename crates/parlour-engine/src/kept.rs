//! Answers that are kept: until something changes, and some, where there is much to go through, for a while longer.

use std::any::Any;
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// Answers by question, so many at most. Each is made by one who asks, while others who ask the same wait for it.
#[derive(Debug, Default)]
pub(crate) struct Kept<const MOST: usize> {
    all: Mutex<All>,
    made: Condvar,
}

#[derive(Debug, Default)]
struct All {
    answers: VecDeque<Answer>,
    /// Questions whose answers are being made.
    making: HashSet<String>,
}

/// Whoever makes an answer; what waits for it goes on when they are done, however that ends.
struct Maker<'a, const MOST: usize> {
    kept: &'a Kept<MOST>,
    question: String,
}

impl<const MOST: usize> Drop for Maker<'_, MOST> {
    fn drop(&mut self) {
        self.kept.lock().making.remove(&self.question);
        self.kept.made.notify_all();
    }
}

impl<const MOST: usize> Kept<MOST> {
    /// Forgets all answers.
    pub(crate) fn forget(&self) {
        self.lock().answers.clear();
    }

    /// The kept answer, or one made now of the state `version` with so many rows.
    pub(crate) fn get<A: Send + Sync + 'static>(
        &self,
        question: String,
        (version, n_rows): (u64, u64),
        make: impl FnOnce() -> Result<A, EngineError>,
    ) -> Result<Arc<A>, EngineError> {
        let mut all = self.lock();
        loop {
            let good = |known: &&Answer| known.question == question && known.is_good(version, n_rows);
            let known = all.answers.iter().find(good).map(|known| Arc::clone(&known.told));
            if let Some(known) = known.and_then(|known| known.downcast::<A>().ok()) {
                return Ok(known);
            }
            if all.making.insert(question.clone()) {
                break;
            }
            all = self.made.wait(all).unwrap_or_else(PoisonError::into_inner);
        }
        drop(all);
        let maker = Maker { kept: self, question: question.clone() };
        let started = Instant::now();
        let told = Arc::new(make()?);
        let took = started.elapsed();
        let mut all = self.lock();
        all.answers.retain(|known| known.question != question);
        let made = Instant::now();
        let answer = Arc::clone(&told) as Arc<dyn Any + Send + Sync>;
        all.answers.push_back(Answer { question, version, made, took, told: answer });
        if MOST < all.answers.len() {
            all.answers.pop_front();
        }
        drop(all);
        drop(maker);
        Ok(told)
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
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
        let version = snapshot.measured_by;
        // Of one state each: what is held is asked while the next is.
        let question = format!("{version} {name} {object} {on} {since} {:?} {:?}", slice.layer, slice.acquired);
        self.caches.answers.get(question, (version, 0), make)
    }

    /// Forgets what was found out, after something that whoever did it wants to see at once.
    pub(crate) fn forget_answers(&self) {
        self.caches.answers.forget();
        self.caches.definitions.forget();
        self.forget_held();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

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

    #[test]
    fn one_makes_an_answer_and_the_others_wait_for_it() {
        let (kept, n_made) = (Kept::<9>::default(), AtomicU32::new(0));
        let ask = |_| {
            let made = || Ok(n_made.fetch_add(1, Ordering::Relaxed));
            *kept.get("a".to_owned(), (1, 9), made).unwrap()
        };
        let told: Vec<u32> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|n| scope.spawn(move || ask(n))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(told, [0; 8]);
        // Whoever fails leaves it to the next.
        let failed = kept.get("b".to_owned(), (1, 9), || Err::<u32, _>(EngineError::Invalid("no".to_owned())));
        assert!(failed.is_err());
        assert_eq!(*kept.get("b".to_owned(), (1, 9), || Ok(7_u32)).unwrap(), 7);
    }
}
