//! The queue of asks, one thread with everything beside it, and looking for words.

use std::collections::{BTreeMap, HashMap};

use parlour_core::event::Name;
use parlour_core::key::Key;
use parlour_store::ask::{self, Ask, Assignee, OPEN, Wanted};
use parlour_store::correction::{self, Labelled};
use parlour_store::handling::{self, Handling};
use parlour_store::note::{self, Note};
use parlour_store::post::{self, Post};
use parlour_store::reply::{self, Reply};
use parlour_store::thread::{self, Thread};
use parlour_store::{Conn, StoreError, draft};

use crate::engine::Engine;
use crate::{EngineError, clock};

/// Most asks that are counted; beyond it there are "more".
pub const MAX_COUNTED: i64 = 1_000_000;
/// Posts of a thread that are shown, the last ones.
pub const MAX_POSTS: usize = 500;
/// Asks of a person that are shown beside a thread.
const MAX_HISTORY: usize = 50;
/// Most ids of a person whose asks are looked up.
const MAX_IDS: usize = 200;
/// Most words of a search.
const MAX_WORDS: usize = 12;

/// One ask of a list, with what a line of it tells.
#[derive(Clone, Debug)]
pub struct Line {
    /// The ask.
    pub ask: Ask,
    /// What its thread is called.
    pub title: Option<String>,
    /// What was said first.
    pub text: String,
    /// Who asks.
    pub person: Option<Name>,
    /// How the thread is dealt with.
    pub handling: Option<Handling>,
}

/// How many asks wait, and how.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "counts of what they are named after")]
pub struct Counts {
    pub n_open: i64,
    pub n_overdue: i64,
    pub n_mine: i64,
    pub n_unassigned: i64,
    pub n_snoozed: i64,
    /// Open ones by class, layer, language and source.
    pub by: [Vec<(Option<String>, i64)>; 4],
}

/// What open asks are counted by.
pub const COUNTED_BY: [&str; 4] = ["class", "layer", "language", "source"];

/// A thread with everything beside it.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// The thread.
    pub thread: Thread,
    /// Its posts in the order of their time, the last [`MAX_POSTS`].
    pub posts: Vec<Post>,
    /// Its asks.
    pub asks: Vec<Ask>,
    /// What staff tell each other of it.
    pub notes: Vec<Note>,
    /// Answers that can still be taken back.
    pub waiting: Vec<Reply>,
    /// What whoever looks has begun to write.
    pub draft: Option<String>,
    /// How it is dealt with.
    pub handling: Option<Handling>,
    /// Whoever began it, united with all their ids.
    pub person: Key,
    /// What everybody in it is called.
    pub names: HashMap<Key, Name>,
    /// Other asks of the same person.
    pub history: Vec<Line>,
}

impl Engine {
    /// A page of the asks that are wanted, what is due first first.
    pub fn asks(&self, wanted: &Wanted, after: Option<(i64, Key)>, limit: usize) -> Result<Vec<Line>, EngineError> {
        let asks = self.database.read(|conn| ask::list(conn, wanted, after, limit))?;
        self.lines(asks, wanted.brands.as_deref())
    }

    /// How many asks are wanted, [`MAX_COUNTED`] at most.
    pub fn count_asks(&self, wanted: &Wanted) -> Result<i64, EngineError> {
        Ok(self.database.read(|conn| ask::count(conn, wanted, MAX_COUNTED))?)
    }

    /// How many asks of a brand, or of all (all `brands`, where those are given), wait for `staff` and for everybody.
    pub fn ask_counts(
        &self,
        (brand, brands): (Option<Key>, Option<Vec<Key>>),
        staff: &str,
    ) -> Result<Counts, EngineError> {
        let now = clock::now();
        let open = Wanted { state: Some(OPEN.to_owned()), brand, brands, awake_at: Some(now), ..Wanted::default() };
        let count = |conn: &mut dyn Conn, wanted: Wanted| ask::count(conn, &wanted, MAX_COUNTED);
        let (kinds, n_overdue, n_mine, n_assigned, n_snoozed) = self.database.read(|conn| {
            Ok((
                ask::count_by_kind(conn, &open)?,
                count(conn, Wanted { due_before: Some(now), ..open.clone() })?,
                count(conn, Wanted { assignee: Some(Assignee::One(staff.to_owned())), ..open.clone() })?,
                count(conn, Wanted { assignee: Some(Assignee::Anybody), ..open.clone() })?,
                count(conn, Wanted { awake_at: None, asleep_at: Some(now), ..open.clone() })?,
            ))
        })?;
        let n_open: i64 = kinds.values().sum();
        let by = std::array::from_fn(|at| {
            let mut sums: BTreeMap<Option<String>, i64> = BTreeMap::new();
            for (kind, n) in &kinds {
                *sums.entry(kind[at].clone()).or_default() += n;
            }
            let mut sums: Vec<_> = sums.into_iter().collect();
            sums.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            sums
        });
        Ok(Counts { n_open, n_overdue, n_mine, n_unassigned: n_open - n_assigned, n_snoozed, by })
    }

    /// The brands that have asks, with how many are open.
    pub fn brands_asked(&self) -> Result<Vec<(Name, i64)>, EngineError> {
        let counts = self.database.read(ask::count_by_brand)?;
        let objects = self.snapshot().objects.clone();
        let named = |(key, n)| Some((objects.get(objects.id(key)?)?.name.clone(), n));
        Ok(counts.into_iter().filter_map(named).collect())
    }

    /// A thread with everything beside it, for somebody of the Desk; other asks of the person are those of these brands,
    /// where any are given.
    pub fn conversation(&self, key: Key, staff: &str, brands: Option<Vec<Key>>) -> Result<Conversation, EngineError> {
        let thread = self.thread(key)?;
        let identity = self.snapshot().identity.clone();
        let person = identity.person_of(thread.person);
        let mut ids = identity.ids_of(&person).to_vec();
        ids.truncate(MAX_IDS);
        let asked = self.asked_of(brands.as_deref());
        let others = Wanted { people: Some(ids), brands, ..Wanted::default() };
        let (posts, asks, notes, waiting, draft, handling, history) = self.database.read(|conn| {
            Ok((
                post::of_thread(conn, key, MAX_POSTS)?,
                ask::of_thread(conn, key)?,
                note::of_thread(conn, key)?,
                reply::waiting_of(conn, key)?,
                draft::get(conn, key, staff)?,
                handling::get(conn, key)?,
                ask::latest(conn, &others, MAX_HISTORY)?,
            ))
        })?;
        let mut people: Vec<Key> = posts.iter().map(|post| post.person).collect();
        people.sort_unstable();
        people.dedup();
        let mut names = self.names(&people)?;
        names.extend(self.names_seen(&asked, &[person])?);
        let history =
            self.lines(history.into_iter().filter(|ask| ask.thread != key).collect(), others.brands.as_deref())?;
        Ok(Conversation { thread, posts, asks, notes, waiting, draft, handling, person, names, history })
    }

    /// The newest threads in which all these words were said, one line each, and where to go on; those of these brands
    /// alone, where any are given, so that a page of many matches may be short or empty.
    pub fn search_posts(
        &self,
        text: &str,
        (before, limit): (Option<i64>, usize),
        brands: Option<&[Key]>,
    ) -> Result<(Vec<Thread>, Option<i64>), EngineError> {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.is_empty() || MAX_WORDS < words.len() {
            return Err(EngineError::Invalid(format!("`q` must have 1 to {MAX_WORDS} words to look for")));
        }
        let kind = self.database.kind();
        let (found, threads) = self.database.read(|conn| {
            let found = post::search(conn, kind, &words, (before.unwrap_or(i64::MAX), limit))?;
            let mut keys: Vec<Key> = found.iter().map(|found| found.thread).collect();
            keys.sort_unstable();
            keys.dedup();
            Ok((found, thread::by_keys(conn, &keys)?))
        })?;
        let is_seen = |thread: &Thread| brands.is_none_or(|brands| brands.contains(&thread.brand));
        let threads: Vec<Thread> = threads.into_iter().filter(is_seen).collect();
        let next = if found.len() < limit { None } else { found.last().map(|found| found.seq) };
        let mut rows: Vec<Thread> = Vec::new();
        for found in &found {
            if !rows.iter().any(|row| row.key == found.thread) {
                rows.extend(threads.iter().find(|thread| thread.key == found.thread).cloned());
            }
        }
        Ok((rows, next))
    }

    /// The asks of these threads, each thread's last, as lines in the order of the threads.
    pub fn lines_of_threads(
        &self,
        threads: &[Thread],
        brands: Option<&[Key]>,
    ) -> Result<Vec<(Thread, Option<Line>)>, EngineError> {
        let asks = self.database.read(|conn| {
            let last = |thread: &Thread| Ok(ask::of_thread(conn, thread.key)?.pop());
            threads.iter().map(last).collect::<Result<Vec<Option<Ask>>, StoreError>>()
        })?;
        let lines = self.lines(asks.iter().flatten().cloned().collect(), brands)?;
        let line_of = |thread: &Thread| lines.iter().find(|line| line.ask.thread == thread.key).cloned();
        Ok(threads.iter().map(|thread| (thread.clone(), line_of(thread))).collect())
    }

    /// What staff corrected, as data to measure rules by.
    pub fn labelled(&self) -> Result<Vec<Labelled>, EngineError> {
        Ok(self.database.read(correction::labelled)?)
    }

    /// Asks as lines, for whoever sees these brands only, where any are given.
    pub(super) fn lines(&self, asks: Vec<Ask>, brands: Option<&[Key]>) -> Result<Vec<Line>, EngineError> {
        let threads: Vec<Key> = asks.iter().map(|ask| ask.thread).collect();
        let keys: Vec<Key> = asks.iter().map(|ask| ask.key).collect();
        let (titles, handlings, posts) = self.database.read(|conn| {
            Ok((thread::by_keys(conn, &threads)?, handling::by_threads(conn, &threads)?, post::by_keys(conn, &keys)?))
        })?;
        let titles: HashMap<Key, Option<String>> = titles.into_iter().map(|row| (row.key, row.title)).collect();
        let handlings: HashMap<Key, Handling> = handlings.into_iter().map(|row| (row.thread, row)).collect();
        let mut texts: HashMap<Key, String> = posts.into_iter().map(|row| (row.key, row.text)).collect();
        let asked = self.asked_of(brands);
        let people: Vec<Key> = asks.iter().map(|ask| asked.snapshot.identity.person_of(ask.person)).collect();
        let names = self.names_seen(&asked, &people)?;
        let lines = asks.into_iter().zip(people).map(|(ask, person)| Line {
            title: titles.get(&ask.thread).cloned().flatten(),
            text: texts.remove(&ask.key).unwrap_or_default(),
            person: names.get(&person).cloned(),
            handling: handlings.get(&ask.thread).cloned(),
            ask,
        });
        Ok(lines.collect())
    }
}
