//! Threads in the database: where each post belongs, and the asks of every thread that was touched.

use std::collections::{BTreeSet, HashMap};

use parlour_core::ask::{Class, Kind};
use parlour_core::conversation::{self, Role, asks_of};
use parlour_core::duty::Duty;
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_store::ask::{ANSWERED, CLOSED, OPEN};
use parlour_store::{Conn, StoreError, ask, correction, entity, handling, post, thread};

use super::Said;

/// Posts of one thread that are read, the last ones; a longer thread is judged by these.
const MAX_POSTS: usize = 10_000;
/// Most steps from an object to its brand.
const MAX_LINE: usize = 8;
/// The kind of object that asks are answered for.
const BRAND: &str = "brand";

/// Lays what was said into its threads and makes the asks of those anew.
pub(crate) fn write(conn: &mut dyn Conn, said: Vec<Said>, duty: &Duty) -> Result<(), StoreError> {
    if said.is_empty() {
        return Ok(());
    }
    let replies: Vec<Key> = said.iter().filter_map(|said| said.reply_to).flatten().collect();
    let mut places: HashMap<Key, Key> = post::threads_of(conn, &replies)?.into_iter().collect();
    let merged: HashMap<Key, Key> = handling::merged(conn)?.into_iter().collect();
    let mut waiting: Vec<post::Post> = Vec::new();
    let mut touched = BTreeSet::new();
    for said in said {
        let own = said.post.key;
        let place = |[its, ours]: [Key; 2]| places.get(&its).or_else(|| places.get(&ours)).copied().unwrap_or(its);
        let thread = match said.thread.or_else(|| said.reply_to.map(place)) {
            Some(thread) => thread,
            None if said.people.is_empty() => own,
            None => {
                // What is open is known once all before it is written.
                flush(conn, &mut waiting, &mut touched, duty)?;
                ask::open_thread_of(conn, &said.people)?.unwrap_or(own)
            }
        };
        let thread = merged.get(&thread).copied().unwrap_or(thread);
        if thread != own {
            // Answers to it came before it did.
            flush_where(conn, (&mut waiting, &mut touched), own, duty)?;
            if post::move_all(conn, own, thread)? != 0 {
                thread::delete(conn, own)?;
                ask::replace(conn, own, &[])?;
                places.values_mut().filter(|place| **place == own).for_each(|place| *place = thread);
            }
        }
        places.insert(own, thread);
        touched.insert(thread);
        waiting.push(post::Post { thread, ..said.post });
    }
    flush(conn, &mut waiting, &mut touched, duty)
}

/// Writes what waits, if some of it lies in this thread.
fn flush_where(
    conn: &mut dyn Conn,
    (waiting, touched): (&mut Vec<post::Post>, &mut BTreeSet<Key>),
    thread: Key,
    duty: &Duty,
) -> Result<(), StoreError> {
    if touched.contains(&thread) { flush(conn, waiting, touched, duty) } else { Ok(()) }
}

fn flush(
    conn: &mut dyn Conn,
    waiting: &mut Vec<post::Post>,
    touched: &mut BTreeSet<Key>,
    duty: &Duty,
) -> Result<(), StoreError> {
    post::insert_new(conn, waiting)?;
    waiting.clear();
    let mut brands = HashMap::new();
    for thread in std::mem::take(touched) {
        read_anew(conn, thread, duty, &mut brands)?;
    }
    Ok(())
}

/// Makes the asks of a thread anew, after something beside its posts changed.
pub(super) fn refold(conn: &mut dyn Conn, thread: Key, duty: &Duty) -> Result<(), StoreError> {
    read_anew(conn, thread, duty, &mut HashMap::new())
}

/// Lays the posts of a thread into another and makes the asks of that anew.
pub(super) fn unite(conn: &mut dyn Conn, from: Key, into: Key, duty: &Duty) -> Result<(), StoreError> {
    post::move_all(conn, from, into)?;
    thread::delete(conn, from)?;
    ask::replace(conn, from, &[])?;
    refold(conn, into, duty)
}

fn read_anew(conn: &mut dyn Conn, key: Key, duty: &Duty, brands: &mut HashMap<Key, Key>) -> Result<(), StoreError> {
    let mut posts = post::of_thread(conn, key, MAX_POSTS)?;
    let Some(first) = posts.first() else { return Ok(()) };
    let begun_by = posts.iter().find(|post| is_by(post, Role::Person)).unwrap_or(first).clone();
    let brand = brand_of(conn, begun_by.object, brands)?;
    correct(conn, &mut posts)?;
    let own = || posts.iter().filter(|post| is_by(post, Role::Person) && post.person == begun_by.person);
    let row = thread::Thread {
        key,
        source: begun_by.source.clone(),
        person: begun_by.person,
        object: begun_by.object,
        brand,
        layer: begun_by.layer.clone(),
        title: own().chain(&posts).find_map(|post| post.title.clone()),
        // Whoever else writes in it is not answered in their place.
        address: own().rev().find_map(|post| post.address.clone()),
        opened_at: posts.first().map_or(0, |post| post.at),
        last_at: posts.last().map_or(0, |post| post.at),
        n_posts: posts.iter().filter(|post| !is_by(post, Role::Overdue)).count() as i64,
    };
    thread::put(conn, &row)?;
    let by_key: HashMap<Key, &post::Post> = posts.iter().map(|post| (post.key, post)).collect();
    let told: Vec<conversation::Post> = posts.iter().map(told).collect();
    let asks: Vec<ask::Ask> = asks_of(&told)
        .into_iter()
        .filter_map(|ask| Some(ask_row(&ask, by_key.get(&ask.key)?, (&row, &by_key), duty)))
        .collect();
    ask::replace(conn, key, &asks)
}

/// Lays over what staff say the posts are.
fn correct(conn: &mut dyn Conn, posts: &mut [post::Post]) -> Result<(), StoreError> {
    let keys: Vec<Key> = posts.iter().map(|post| post.key).collect();
    for corrected in correction::of_posts(conn, &keys)? {
        for post in posts.iter_mut().filter(|post| post.key == corrected.post) {
            post.class = (corrected.class != Class::None.name()).then(|| corrected.class.clone());
            post.kind = corrected.kind;
        }
    }
    Ok(())
}

fn is_by(post: &post::Post, role: Role) -> bool {
    post.role == role.name()
}

fn told(post: &post::Post) -> conversation::Post {
    conversation::Post {
        key: post.key,
        at: post.at,
        role: Role::of_name(&post.role).unwrap_or(Role::Machine),
        person: post.person,
        class: post.class.as_deref().and_then(Class::of_name).unwrap_or_default(),
        kind: kind_of(post.kind),
        about: post.about,
    }
}

fn kind_of(sign: i64) -> Kind {
    match sign.signum() {
        -1 => Kind::Negative,
        1 => Kind::Positive,
        _ => Kind::Neutral,
    }
}

fn ask_row(
    ask: &conversation::Ask,
    opened: &post::Post,
    (thread, posts): (&thread::Thread, &HashMap<Key, &post::Post>),
    duty: &Duty,
) -> ask::Ask {
    let layer = Layer::of_name(&opened.layer).unwrap_or_default();
    let post_of = |key: Option<Key>| key.and_then(|key| posts.get(&key).copied());
    let state = if ask.is_open() {
        OPEN
    } else if ask.answered_at.is_some() {
        ANSWERED
    } else {
        CLOSED
    };
    ask::Ask {
        key: ask.key,
        thread: thread.key,
        person: ask.person,
        object: opened.object,
        brand: thread.brand,
        source: thread.source.clone(),
        layer: opened.layer.clone(),
        class: ask.class.name().to_owned(),
        kind: i64::from(ask.kind.sign()),
        language: opened.language.clone(),
        state: state.to_owned(),
        opened_at: ask.opened_at,
        last_at: ask.last_at,
        due_at: duty.due_at(ask.class, layer, ask.opened_at),
        acknowledged_at: ask.acknowledged_at,
        peer_at: ask.peer_at,
        answered_at: ask.answered_at,
        closed_at: ask.closed_at,
        closed_why: post_of(ask.closed_by).map(|post| post.text.clone()),
        ignored_at: ask.ignored_at,
        staff: post_of(ask.answered_by).and_then(|post| post.staff.clone()),
        n_posts: i64::from(ask.n_posts),
    }
}

/// The nearest brand that an object belongs to, or the last thing it does.
fn brand_of(conn: &mut dyn Conn, object: Key, known: &mut HashMap<Key, Key>) -> Result<Key, StoreError> {
    if let Some(brand) = known.get(&object) {
        return Ok(*brand);
    }
    let mut brand = object;
    for _ in 0..MAX_LINE {
        let Some(found) = entity::by_key(conn, brand)? else { break };
        match found.parent {
            Some(parent) if found.kind != BRAND => brand = parent,
            Some(_) | None => break,
        }
    }
    known.insert(object, brand);
    Ok(brand)
}
