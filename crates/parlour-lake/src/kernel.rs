//! The kernel: everyone's activity, person by person, in one streaming merge over the runs and the tail, on all cores.
//!
//! No hash table over people and nothing kept per person: every run is sorted by subject, so the smallest subject at
//! the head of any run is next. Only people of several ids are gathered first and visited at the end.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::key::Key;
use parlour_core::relation::Columns;

use crate::chunk::{Chunk, Numbers, read_subject};
use crate::run::{LakeError, RunFile};

/// Ranges of subjects handed out per thread, so that an uneven one does not keep the others waiting.
const RANGES_PER_THREAD: usize = 8;

/// What is read together: sealed runs, and unsealed activity as chunks.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Runs of activity.
    pub runs: Vec<Arc<RunFile>>,
    /// Unsealed activity; numbered by the same numbers as the runs will be.
    pub tails: Vec<Arc<Chunk>>,
}

/// Which raw ids are one person: each united id and the person's representative id.
pub type United = HashMap<Key, Key>;

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// What to read.
    pub view: &'a View,
    /// How objects and verbs are numbered.
    pub numbers: Numbers<'a>,
    /// Which ids are one person.
    pub united: &'a United,
    /// How many threads; at least one is used.
    pub n_threads: usize,
}

impl Walk<'_> {
    /// Visits every person once, with all their rows sorted by object and day, each thread with a state of its own made
    /// by `make`; returns the states. The order of people is not defined.
    pub fn visit<S: Send>(
        &self,
        make: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, Key, &Columns, Range<usize>) + Sync,
    ) -> Result<Vec<S>, LakeError> {
        let n_threads = self.n_threads.max(1);
        let bounds = self.bounds(n_threads * RANGES_PER_THREAD);
        let next = AtomicUsize::new(0);
        let gathered = Mutex::new(Gathered::default());
        let work = || -> Result<S, LakeError> {
            let mut state = make();
            let mut mine = Gathered::default();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= bounds.len() {
                    break;
                }
                let range = KeyRange { from: bounds[i], to: bounds.get(i + 1).copied() };
                self.visit_range(range, &mut mine, |key, columns, rows| visit(&mut state, key, columns, rows))?;
            }
            gathered.lock().unwrap_or_else(PoisonError::into_inner).append(&mine);
            Ok(state)
        };
        let mut states = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..n_threads).map(|_| scope.spawn(work)).collect();
            let first = work();
            let others = threads.into_iter().map(|thread| thread.join().expect("the kernel does not panic"));
            std::iter::once(first).chain(others.collect::<Vec<_>>()).collect::<Result<Vec<S>, _>>()
        })?;
        let gathered = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.first_mut() {
            gathered.visit(|key, columns, rows| visit(state, key, columns, rows));
        }
        Ok(states)
    }

    /// Where ranges of subjects begin: at row groups of the longest run, evenly spread.
    fn bounds(&self, n: usize) -> Vec<Key> {
        let longest = self.view.runs.iter().max_by_key(|run| run.groups.len());
        let groups = longest.map_or(&[][..], |run| run.groups.as_slice());
        let mut bounds = vec![Key(0)];
        let step = groups.len().div_ceil(n.max(1)).max(1);
        bounds.extend(groups.iter().step_by(step).skip(1).map(|group| group.first));
        bounds.dedup();
        bounds
    }

    fn visit_range(
        &self,
        range: KeyRange,
        gathered: &mut Gathered,
        mut visit: impl FnMut(Key, &Columns, Range<usize>),
    ) -> Result<(), LakeError> {
        let mut cursors = self.cursors(range)?;
        let mut together = Columns::default();
        while let Some(subject) = cursors.iter().filter_map(Cursor::subject).min() {
            let n_owners = cursors.iter().filter(|cursor| cursor.subject() == Some(subject)).count();
            let person = self.united.get(&subject);
            let alone = cursors.iter_mut().find(|cursor| cursor.subject() == Some(subject));
            if let (1, None, Some(cursor)) = (n_owners, person, alone)
                && !cursor.goes_on()
            {
                visit(subject, &cursor.chunk.columns, cursor.chunk.rows(cursor.place));
                cursor.advance(self.numbers)?;
                continue;
            }
            together.clear();
            for cursor in &mut cursors {
                while cursor.subject() == Some(subject) {
                    together.extend_from(&cursor.chunk.columns, cursor.chunk.rows(cursor.place));
                    cursor.advance(self.numbers)?;
                }
            }
            if let Some(&person) = person {
                gathered.push(person, &together);
            } else {
                together.sort();
                visit(subject, &together, 0..together.len());
            }
        }
        Ok(())
    }

    fn cursors(&self, range: KeyRange) -> Result<Vec<Cursor<'_>>, LakeError> {
        let runs = self.view.runs.iter().map(|run| Cursor::of_run(run, range, self.numbers));
        let tails = self.view.tails.iter().map(|tail| Ok(Cursor::of_tail(tail, range)));
        runs.chain(tails).collect()
    }

    /// One person's rows, sorted by object and day; `ids` are the raw ids they are known by.
    pub fn person(&self, ids: &[Key]) -> Result<Columns, LakeError> {
        let mut columns = Columns::default();
        for &id in ids {
            for run in &self.view.runs {
                read_subject(run, id, self.numbers, &mut columns)?;
            }
            for tail in &self.view.tails {
                if let Ok(place) = tail.subjects.binary_search(&id) {
                    columns.extend_from(&tail.columns, tail.rows(place));
                }
            }
        }
        columns.sort();
        Ok(columns)
    }
}

/// Subjects from `from` on, up to but without `to`.
#[derive(Clone, Copy, Debug)]
struct KeyRange {
    from: Key,
    to: Option<Key>,
}

/// A place in one run or tail.
struct Cursor<'a> {
    run: Option<&'a RunFile>,
    /// The row group after the one in `chunk`.
    next_group: usize,
    chunk: Arc<Chunk>,
    place: usize,
    to: Option<Key>,
}

impl<'a> Cursor<'a> {
    fn of_run(run: &'a RunFile, range: KeyRange, numbers: Numbers<'_>) -> Result<Self, LakeError> {
        let first = run.groups.partition_point(|group| group.last < range.from);
        let empty = Arc::new(Chunk { starts: vec![0], ..Chunk::default() });
        let mut cursor = Self { run: Some(run), next_group: first, chunk: empty, place: 0, to: range.to };
        cursor.load(numbers)?;
        cursor.place = cursor.chunk.subjects.partition_point(|&subject| subject < range.from);
        // A subject that fills the rest of this group and goes on begins the next.
        if cursor.place == cursor.chunk.subjects.len() {
            cursor.load(numbers)?;
        }
        Ok(cursor)
    }

    fn of_tail(tail: &Arc<Chunk>, range: KeyRange) -> Self {
        let place = tail.subjects.partition_point(|&subject| subject < range.from);
        Self { run: None, next_group: 0, chunk: Arc::clone(tail), place, to: range.to }
    }

    fn subject(&self) -> Option<Key> {
        let subject = *self.chunk.subjects.get(self.place)?;
        self.to.is_none_or(|to| subject < to).then_some(subject)
    }

    /// Whether the subject's rows go on in the next row group.
    fn goes_on(&self) -> bool {
        self.place + 1 == self.chunk.subjects.len()
            && self
                .run
                .and_then(|run| run.groups.get(self.next_group))
                .is_some_and(|group| Some(&group.first) == self.chunk.subjects.last())
    }

    fn advance(&mut self, numbers: Numbers<'_>) -> Result<(), LakeError> {
        self.place += 1;
        if self.place == self.chunk.subjects.len() { self.load(numbers) } else { Ok(()) }
    }

    fn load(&mut self, numbers: Numbers<'_>) -> Result<(), LakeError> {
        let Some(run) = self.run else { return Ok(()) };
        let group = run.groups.get(self.next_group).filter(|group| self.to.is_none_or(|to| group.first < to));
        if group.is_some() {
            self.chunk = Arc::new(Chunk::of_group(run, self.next_group, numbers)?);
            self.place = 0;
            self.next_group += 1;
        }
        Ok(())
    }
}

/// Rows of people of several ids, to be visited once all of them are there.
#[derive(Debug, Default)]
struct Gathered {
    pieces: Vec<(Key, Range<usize>)>,
    columns: Columns,
}

impl Gathered {
    fn push(&mut self, person: Key, columns: &Columns) {
        let start = self.columns.len();
        self.columns.extend_from(columns, 0..columns.len());
        self.pieces.push((person, start..self.columns.len()));
    }

    fn append(&mut self, other: &Self) {
        let offset = self.columns.len();
        self.columns.extend_from(&other.columns, 0..other.columns.len());
        let moved = other.pieces.iter().map(|(key, rows)| (*key, rows.start + offset..rows.end + offset));
        self.pieces.extend(moved);
    }

    fn visit(mut self, mut visit: impl FnMut(Key, &Columns, Range<usize>)) {
        self.pieces.sort_unstable_by_key(|(person, rows)| (*person, rows.start));
        let mut together = Columns::default();
        for person in self.pieces.chunk_by(|a, b| a.0 == b.0) {
            together.clear();
            for (_, rows) in person {
                together.extend_from(&self.columns, rows.clone());
            }
            together.sort();
            visit(person[0].0, &together, 0..together.len());
        }
    }
}
