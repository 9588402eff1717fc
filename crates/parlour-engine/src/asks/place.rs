//! Where each post belongs: to the thread of what it answers, which may come later than it does.
//!
//! A thread goes by the name of the post that began it, or by a name that its posts give it. So whoever knows a name
//! finds the thread: where the post of that name lies, if it is there; else under the name itself; and in either case in
//! what staff made one with it.

use std::collections::{BTreeSet, HashMap, HashSet};

use parlour_core::duty::Duty;
use parlour_core::key::Key;
use parlour_store::{Conn, StoreError, ask, correction, draft, handling, note, post, reply, thread};

use super::Said;
use super::thread::{begin, correct, read_anew};
use crate::clock;

/// Lays what was said into its threads and makes the asks of those anew.
pub(crate) fn write(conn: &mut dyn Conn, said: Vec<Said>, duty: &Duty) -> Result<(), StoreError> {
    if said.is_empty() {
        return Ok(());
    }
    let mut laying = Laying::of(conn, &said, duty)?;
    for said in said {
        laying.lay(conn, said)?;
    }
    laying.flush(conn)
}

/// Where a thread of this name lies now.
pub(crate) fn thread_now(conn: &mut dyn Conn, named: Key) -> Result<Key, StoreError> {
    let named = handling::merged_of(conn, &[named])?.first().map_or(named, |(_, into)| *into);
    Ok(post::threads_of(conn, &[named])?.first().map_or(named, |(_, thread)| *thread))
}

/// Moves everything of a thread to another; returns whether there was anything.
pub(super) fn move_thread(conn: &mut dyn Conn, from: Key, to: Key) -> Result<bool, StoreError> {
    if post::move_all(conn, from, to)? == 0 {
        return Ok(false);
    }
    thread::delete(conn, from)?;
    ask::replace(conn, from, &[])?;
    note::move_all(conn, from, to)?;
    draft::move_all(conn, from, to)?;
    reply::move_all(conn, from, to)?;
    handling::move_all(conn, from, to, clock::now())?;
    Ok(true)
}

struct Laying<'d> {
    duty: &'d Duty,
    /// In which thread each post lay when it was last looked, of those that are spoken of.
    places: HashMap<Key, Key>,
    /// Threads that are part of another, each with that one. It always leads to one that is part of none.
    moved: HashMap<Key, Key>,
    /// Laid, and not written yet.
    waiting: Vec<post::Post>,
    /// Threads that are to be read anew once it is, …
    touched: BTreeSet<Key>,
    /// … of which these have posts already.
    begun: HashSet<Key>,
    /// The brands that are known of objects.
    brands: HashMap<Key, Key>,
}

impl<'d> Laying<'d> {
    fn of(conn: &mut dyn Conn, said: &[Said], duty: &'d Duty) -> Result<Self, StoreError> {
        let of_one = |said: &Said| {
            let replied = said.reply_to.into_iter().flatten();
            replied.chain(said.thread).chain([said.post.key]).collect::<Vec<Key>>()
        };
        let mut names: Vec<Key> = said.iter().flat_map(of_one).collect();
        names.sort_unstable();
        names.dedup();
        let places: HashMap<Key, Key> = post::threads_of(conn, &names)?.into_iter().collect();
        let moved: HashMap<Key, Key> = handling::merged_of(conn, &names)?.into_iter().collect();
        names.extend(moved.values());
        let begun = thread::known(conn, &names)?.into_iter().chain(places.values().copied()).collect();
        let (waiting, touched, brands) = (Vec::new(), BTreeSet::new(), HashMap::new());
        Ok(Self { duty, places, moved, waiting, touched, begun, brands })
    }

    fn lay(&mut self, conn: &mut dyn Conn, said: Said) -> Result<(), StoreError> {
        let own = said.post.key;
        if self.places.contains_key(&own) {
            // It came before, so long ago that it was no longer known for a repeat.
            return Ok(());
        }
        let thread = self.thread_of(conn, &said)?;
        if thread != own {
            // Answers to it came before it did.
            if self.touched.contains(&own) {
                self.flush(conn)?;
            }
            if move_thread(conn, own, thread)? {
                self.moved.insert(own, thread);
                self.begun.insert(thread);
            }
        }
        self.places.insert(own, thread);
        self.touched.insert(thread);
        self.waiting.push(post::Post { thread, ..said.post });
        Ok(())
    }

    fn thread_of(&mut self, conn: &mut dyn Conn, said: &Said) -> Result<Key, StoreError> {
        let own = said.post.key;
        if self.moved.contains_key(&own) {
            // Staff made one with another what answers it.
            return Ok(self.now(own));
        }
        if let Some(thread) = said.thread {
            return Ok(self.now(self.places.get(&thread).copied().unwrap_or(thread)));
        }
        if let Some([its, ours]) = said.reply_to {
            let place = self.places.get(&its).or_else(|| self.places.get(&ours));
            return Ok(self.now(place.copied().unwrap_or(its)));
        }
        if said.people.is_empty() {
            return Ok(own);
        }
        // What is open is known once all before it is written.
        self.flush(conn)?;
        let open = ask::open_thread_of(conn, &said.people)?;
        self.begun.extend(open);
        Ok(open.unwrap_or(own))
    }

    fn now(&self, mut thread: Key) -> Key {
        while let Some(next) = self.moved.get(&thread) {
            thread = *next;
        }
        thread
    }

    fn flush(&mut self, conn: &mut dyn Conn) -> Result<(), StoreError> {
        post::insert_new(conn, &self.waiting)?;
        let mut new: HashMap<Key, Vec<post::Post>> = HashMap::new();
        for post in self.waiting.drain(..).filter(|post| !self.begun.contains(&post.thread)) {
            new.entry(post.thread).or_default().push(post);
        }
        let keys: Vec<Key> = new.values().flatten().map(|post| post.key).collect();
        correct(new.values_mut().flatten(), correction::of_posts(conn, &keys)?);
        for posts in new.values_mut() {
            posts.sort_unstable_by_key(|post| (post.at, post.seq));
        }
        self.touched.retain(|thread| !new.contains_key(thread));
        self.begun.extend(new.keys());
        begin(conn, new.into_iter().collect(), self.duty, &mut self.brands)?;
        for thread in std::mem::take(&mut self.touched) {
            read_anew(conn, thread, self.duty, &mut self.brands)?;
        }
        Ok(())
    }
}
