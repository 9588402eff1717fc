//! The kernel: everyone's activity, person by person, in one streaming merge over the runs and the tail, on all cores.
//!
//! No hash table over people and nothing kept per person: every run is sorted by subject, so the smallest subject at
//! the head of any run is next. Only people of several ids are gathered first and visited at the end.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::key::{Key, KeyHashing};
use parlour_core::relation::{Columns, order};
use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Filled, Numbers, read_subject};
use crate::run::{LakeError, RunFile};

/// Ranges of subjects handed out per thread, so that an uneven one does not keep the others waiting.
const RANGES_PER_THREAD: usize = 8;
/// Rows of people who are in several runs that are gathered together.
const BATCH_ROWS: usize = 8_192;

/// What is read together: sealed runs, and unsealed activity as chunks.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Runs of activity.
    pub runs: Vec<Arc<RunFile>>,
    /// Unsealed activity; numbered by the same numbers as the runs will be.
    pub tails: Vec<Arc<Chunk>>,
}

impl View {
    /// Rows of the sealed runs.
    pub fn n_rows(&self) -> u64 {
        self.runs.iter().map(|run| run.n_rows()).sum()
    }
}

/// Which raw ids are one person: each united id and the person's representative id.
pub type United = HashMap<Key, Key>;

/// Raw ids that are passed over, as if they had done nothing.
pub type Hidden = HashSet<Key, KeyHashing>;

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// What to read.
    pub view: &'a View,
    /// How objects and verbs are numbered.
    pub numbers: Numbers<'a>,
    /// Which ids are one person.
    pub united: &'a United,
    /// Whom nobody reads; all ids of a person, or none.
    pub hidden: &'a Hidden,
    /// How many threads; at least one is used.
    pub n_threads: usize,
    /// Whether seconds and ratings are read too.
    pub is_wide: bool,
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
        let gathered = Mutex::new(Gathered::of_width(self.is_wide));
        let work = || -> Result<S, LakeError> {
            let mut state = make();
            let mut mine = Gathered::of_width(self.is_wide);
            let mut room = Room::of_width(self.is_wide);
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= bounds.len() {
                    break;
                }
                let range = KeyRange { from: bounds[i], to: bounds.get(i + 1).copied() };
                self.visit_range(range, &mut room, &mut mine, |key, columns, rows| {
                    visit(&mut state, key, columns, rows);
                })?;
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
    pub fn bounds(&self, n: usize) -> Vec<Key> {
        let longest = self.view.runs.iter().max_by_key(|run| run.groups.len());
        let groups = longest.map_or(&[][..], |run| run.groups.as_slice());
        let mut bounds = vec![Key(0)];
        let step = groups.len().div_ceil(n.max(1)).max(1);
        bounds.extend(groups.iter().step_by(step).skip(1).map(|group| group.first));
        bounds.dedup();
        bounds
    }

    /// Visits, in order, those of one id among the subjects from `from` on, up to but without `to`; rows of people of several
    /// ids go into `gathered`, to be visited once those of every range are there.
    pub fn visit_between(
        &self,
        (from, to): (Key, Option<Key>),
        gathered: &mut Gathered,
        visit: impl FnMut(Key, &Columns, Range<usize>),
    ) -> Result<(), LakeError> {
        self.visit_range(KeyRange { from, to }, &mut Room::of_width(self.is_wide), gathered, visit)
    }

    fn visit_range(
        &self,
        range: KeyRange,
        room: &mut Room,
        gathered: &mut Gathered,
        mut visit: impl FnMut(Key, &Columns, Range<usize>),
    ) -> Result<(), LakeError> {
        let mut cursors = self.cursors(range, room)?;
        let batch = &mut room.batch;
        let mut owners = Vec::with_capacity(cursors.len());
        while let Some(subject) = least(&cursors, &mut owners) {
            if !self.hidden.is_empty() && self.hidden.contains(&subject) {
                if owners.iter().any(|&i| cursors[i].is_at_end()) {
                    batch.visit(&cursors, &mut visit);
                }
                owners.iter().try_for_each(|&i| cursors[i].advance(self.numbers))?;
                continue;
            }
            let person = if self.united.is_empty() { None } else { self.united.get(&subject) };
            let goes_on = owners.iter().any(|&i| cursors[i].goes_on());
            if let ([only], None, false) = (owners.as_slice(), person, goes_on) {
                let cursor = &mut cursors[*only];
                visit(subject, &cursor.chunk().columns, cursor.chunk().rows(cursor.place));
                if cursor.is_at_end() {
                    batch.visit(&cursors, &mut visit);
                }
                cursors[*only].advance(self.numbers)?;
                continue;
            }
            if person.is_none() && !goes_on {
                batch.push(subject, &cursors, &owners);
                if BATCH_ROWS <= batch.picks.len() || owners.iter().any(|&i| cursors[i].is_at_end()) {
                    batch.visit(&cursors, &mut visit);
                }
                owners.iter().try_for_each(|&i| cursors[i].advance(self.numbers))?;
                continue;
            }
            batch.visit(&cursors, &mut visit);
            let together = &mut room.together;
            together.clear();
            for &i in &owners {
                let cursor = &mut cursors[i];
                while cursor.subject == Some(subject) {
                    together.extend_from(&cursor.chunk().columns, cursor.chunk().rows(cursor.place));
                    cursor.advance(self.numbers)?;
                }
            }
            if let Some(&person) = person {
                gathered.push(person, together);
            } else {
                together.sort();
                visit(subject, together, 0..together.len());
            }
        }
        batch.visit(&cursors, &mut visit);
        room.spare.extend(cursors.into_iter().filter_map(|cursor| cursor.held.into_filled()));
        Ok(())
    }

    fn cursors(&self, range: KeyRange, room: &mut Room) -> Result<Vec<Cursor<'_>>, LakeError> {
        let mut cursors = Vec::with_capacity(self.view.runs.len() + self.view.tails.len());
        for run in &self.view.runs {
            cursors.push(Cursor::of_run(
                run,
                range,
                room.spare.pop().unwrap_or_else(|| Filled::of_width(self.is_wide)),
                self.numbers,
            )?);
        }
        cursors.extend(self.view.tails.iter().map(|tail| Cursor::of_tail(tail, range)));
        Ok(cursors)
    }

    /// One person's rows, sorted by object and day; `ids` are the raw ids they are known by.
    pub fn person(&self, ids: &[Key]) -> Result<Columns, LakeError> {
        let mut columns = Columns::of_width(self.is_wide);
        for &id in ids.iter().filter(|id| !self.hidden.contains(id)) {
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

/// The smallest subject at the head of any cursor; `owners` are those at whose head it is.
fn least(cursors: &[Cursor<'_>], owners: &mut Vec<usize>) -> Option<Key> {
    let mut least: Option<Key> = None;
    owners.clear();
    for (i, cursor) in cursors.iter().enumerate() {
        let Some(subject) = cursor.subject else { continue };
        if least.is_none_or(|least| subject < least) {
            least = Some(subject);
            owners.clear();
        }
        if least == Some(subject) {
            owners.push(i);
        }
    }
    least
}

/// What a thread keeps between ranges, so as not to ask for room again.
struct Room {
    spare: Vec<Filled>,
    batch: Batch,
    together: Columns,
}

impl Room {
    fn of_width(is_wide: bool) -> Self {
        let batch = Batch { columns: Columns::of_width(is_wide), ..Batch::default() };
        Self { spare: Vec::new(), batch, together: Columns::of_width(is_wide) }
    }
}

/// A place in one run or tail.
struct Cursor<'a> {
    held: Held<'a>,
    /// The row group after the one that is held.
    next_group: usize,
    place: usize,
    range: KeyRange,
    /// The subject at `place`, unless it is beyond the range.
    subject: Option<Key>,
}

/// What a cursor reads.
enum Held<'a> {
    Run(&'a RunFile, Box<Filled>),
    Tail(&'a Chunk),
}

impl Held<'_> {
    fn into_filled(self) -> Option<Filled> {
        match self {
            Self::Run(_, filled) => Some(*filled),
            Self::Tail(_) => None,
        }
    }
}

impl<'a> Cursor<'a> {
    fn of_run(run: &'a RunFile, range: KeyRange, room: Filled, numbers: Numbers<'_>) -> Result<Self, LakeError> {
        let next_group = run.groups.partition_point(|group| group.last < range.from);
        let mut cursor = Self { held: Held::Run(run, Box::new(room)), next_group, place: 0, range, subject: None };
        cursor.load(numbers)?;
        Ok(cursor)
    }

    fn of_tail(tail: &'a Chunk, range: KeyRange) -> Self {
        let place = tail.subjects.partition_point(|&subject| subject < range.from);
        let mut cursor = Self { held: Held::Tail(tail), next_group: 0, place, range, subject: None };
        cursor.look();
        cursor
    }

    fn chunk(&self) -> &Chunk {
        match &self.held {
            Held::Run(_, filled) => &filled.chunk,
            Held::Tail(tail) => tail,
        }
    }

    fn look(&mut self) {
        let subject = self.chunk().subjects.get(self.place).copied();
        self.subject = subject.filter(|&subject| self.range.to.is_none_or(|to| subject < to));
    }

    /// Whether the subject is the last of the row group that is held.
    fn is_at_end(&self) -> bool {
        self.place + 1 == self.chunk().subjects.len()
    }

    /// Whether the subject's rows go on in the next row group.
    fn goes_on(&self) -> bool {
        match &self.held {
            Held::Run(run, _) if self.is_at_end() => {
                run.groups.get(self.next_group).is_some_and(|group| Some(group.first) == self.subject)
            }
            Held::Run(..) | Held::Tail(_) => false,
        }
    }

    fn advance(&mut self, numbers: Numbers<'_>) -> Result<(), LakeError> {
        self.place += 1;
        if self.place < self.chunk().subjects.len() {
            self.look();
            return Ok(());
        }
        self.load(numbers)
    }

    /// Takes the next row group in which there are subjects of the range.
    fn load(&mut self, numbers: Numbers<'_>) -> Result<(), LakeError> {
        self.subject = None;
        let Held::Run(run, filled) = &mut self.held else { return Ok(()) };
        let KeyRange { from, to } = self.range;
        while let Some(group) = run.groups.get(self.next_group)
            && to.is_none_or(|to| group.first < to)
        {
            filled.fill(run, self.next_group, (from, to), numbers)?;
            self.next_group += 1;
            self.place = filled.chunk.subjects.partition_point(|&subject| subject < from);
            if self.place < filled.chunk.subjects.len() {
                self.look();
                break;
            }
        }
        Ok(())
    }
}

/// People who are in several runs at once, their rows in the order in which they are read: first only by where they
/// are, then gathered column by column.
#[derive(Default)]
struct Batch {
    /// Each person, and where their rows end.
    people: Vec<(Key, usize)>,
    /// Cursor and row.
    picks: Vec<(u32, u32)>,
    order: Vec<u128>,
    columns: Columns,
}

impl Batch {
    fn push(&mut self, subject: Key, cursors: &[Cursor<'_>], owners: &[usize]) {
        self.order.clear();
        for &i in owners {
            let cursor = &cursors[i];
            let (columns, rows) = (&cursor.chunk().columns, cursor.chunk().rows(cursor.place));
            let places = columns.object[rows.clone()].iter().zip(&columns.day[rows.clone()]).zip(rows);
            self.order.extend(
                places.map(|((&object, &day), row)| {
                    u128::from(order(object, day)) << 64 | (i as u128) << 32 | row as u128
                }),
            );
        }
        self.order.sort_unstable();
        self.picks.extend(self.order.iter().map(|&place| ((place >> 32) as u32, place as u32)));
        self.people.push((subject, self.picks.len()));
    }

    fn visit(&mut self, cursors: &[Cursor<'_>], visit: &mut impl FnMut(Key, &Columns, Range<usize>)) {
        if self.people.is_empty() {
            return;
        }
        let sources: Vec<&Columns> = cursors.iter().map(|cursor| &cursor.chunk().columns).collect();
        self.columns.clear();
        self.columns.extend_picked(&sources, &self.picks);
        let mut start = 0;
        for (subject, end) in self.people.drain(..) {
            visit(subject, &self.columns, start..end);
            start = end;
        }
        self.picks.clear();
    }
}

/// Rows of people of several ids, to be visited once all of them are there.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Gathered {
    pieces: Vec<(Key, Range<usize>)>,
    columns: Columns,
}

impl Gathered {
    /// None yet, with or without seconds and ratings.
    pub fn of_width(is_wide: bool) -> Self {
        Self { pieces: Vec::new(), columns: Columns::of_width(is_wide) }
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.columns.len()
    }

    /// Whether every piece lies within the rows, as those do that were not sent by somebody else.
    pub fn is_whole(&self) -> bool {
        self.columns.is_whole()
            && self.pieces.iter().all(|(_, rows)| rows.start <= rows.end && rows.end <= self.columns.len())
    }

    /// The same in `n` parts, all of a person in one of them, whoever parts them.
    pub fn parted(&self, n: usize) -> Vec<Self> {
        let n = n.max(1);
        let mut parts = vec![Self::of_width(self.columns.is_wide); n];
        for (person, rows) in &self.pieces {
            let part = &mut parts[(person.0 % n as u128) as usize];
            let start = part.columns.len();
            part.columns.extend_from(&self.columns, rows.clone());
            part.pieces.push((*person, start..part.columns.len()));
        }
        parts
    }

    fn push(&mut self, person: Key, columns: &Columns) {
        let start = self.columns.len();
        self.columns.extend_from(columns, 0..columns.len());
        self.pieces.push((person, start..self.columns.len()));
    }

    /// Adds what was gathered elsewhere.
    pub fn append(&mut self, other: &Self) {
        let offset = self.columns.len();
        self.columns.extend_from(&other.columns, 0..other.columns.len());
        let moved = other.pieces.iter().map(|(key, rows)| (*key, rows.start + offset..rows.end + offset));
        self.pieces.extend(moved);
    }

    /// Visits each person once, in order, with all their rows sorted by object and day.
    pub fn visit(mut self, mut visit: impl FnMut(Key, &Columns, Range<usize>)) {
        self.pieces.sort_unstable_by_key(|(person, rows)| (*person, rows.start));
        let mut together = Columns::of_width(self.columns.is_wide);
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
