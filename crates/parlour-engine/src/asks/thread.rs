//! Threads in the database: each and its asks are made of its posts, whenever one of these changes.

use std::collections::HashMap;

use parlour_core::ask::{Class, Kind};
use parlour_core::conversation::{self, Role, asks_of};
use parlour_core::duty::Duty;
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_store::ask::{ANSWERED, CLOSED, OPEN};
use parlour_store::{Conn, StoreError, ask, correction, entity, post, thread};

use super::AUTOMATIC;

/// Posts of one thread that are read, the last ones; a longer thread is judged by these.
const MAX_POSTS: usize = 10_000;
/// Most steps from an object to its brand.
const MAX_LINE: usize = 8;
/// The kind of object that asks are answered for.
const BRAND: &str = "brand";

/// Makes the asks of a thread anew, after something beside its posts changed.
pub(super) fn refold(conn: &mut dyn Conn, thread: Key, duty: &Duty) -> Result<(), StoreError> {
    read_anew(conn, thread, duty, &mut HashMap::new())
}

/// After some of its posts were erased: the thread is made of what is left, and is not there where nothing is.
pub(crate) fn forget_in(conn: &mut dyn Conn, key: Key, duty: &Duty) -> Result<(), StoreError> {
    if post::outlines(conn, key, Role::Close.name(), 1)?.is_empty() {
        thread::delete(conn, key)?;
        return ask::replace(conn, key, &[]);
    }
    refold(conn, key, duty)
}

/// Makes a thread and its asks anew from its posts; `brands` are those that are known of objects.
pub(super) fn read_anew(
    conn: &mut dyn Conn,
    key: Key,
    duty: &Duty,
    brands: &mut HashMap<Key, Key>,
) -> Result<(), StoreError> {
    let mut posts = post::outlines(conn, key, Role::Close.name(), MAX_POSTS)?;
    correct(&mut posts, correction::of_thread(conn, key)?);
    let Some((thread, asks)) = of_posts(conn, (key, &posts), duty, brands)? else { return Ok(()) };
    thread::put(conn, &[thread])?;
    ask::replace(conn, key, &asks)
}

/// Makes threads and their asks of posts, where these are all there are of each thread. They are in order of time.
pub(super) fn begin(
    conn: &mut dyn Conn,
    threads: Vec<(Key, Vec<post::Post>)>,
    duty: &Duty,
    brands: &mut HashMap<Key, Key>,
) -> Result<(), StoreError> {
    let (mut rows, mut asks) = (Vec::new(), Vec::new());
    for (key, posts) in threads {
        if let Some((thread, its)) = of_posts(conn, (key, &posts), duty, brands)? {
            rows.push(thread);
            asks.extend(its);
        }
    }
    thread::put(conn, &rows)?;
    ask::insert(conn, &asks.iter().collect::<Vec<_>>())
}

/// Lays over what staff say the posts are.
pub(super) fn correct<'p>(
    posts: impl IntoIterator<Item = &'p mut post::Post>,
    corrections: Vec<correction::Correction>,
) {
    let mut corrections: HashMap<Key, _> = corrections.into_iter().map(|one| (one.post, one)).collect();
    for post in posts {
        if let Some(corrected) = corrections.remove(&post.key) {
            post.class = (corrected.class != Class::None.name()).then_some(corrected.class);
            post.kind = corrected.kind;
        }
    }
}

/// What the posts of a thread make of it, in order of time; `None` if there are none.
fn of_posts(
    conn: &mut dyn Conn,
    (key, posts): (Key, &[post::Post]),
    duty: &Duty,
    brands: &mut HashMap<Key, Key>,
) -> Result<Option<(thread::Thread, Vec<ask::Ask>)>, StoreError> {
    let Some(first) = posts.first() else { return Ok(None) };
    // Whose thread it is says the message it is named by; anybody may claim to have spoken before that.
    let mut by_people = posts.iter().filter(|post| is_by(post, Role::Person));
    let begun_by = by_people.clone().find(|post| post.key == key).or_else(|| by_people.next()).unwrap_or(first);
    let brand = brand_of(conn, begun_by.object, brands)?;
    let own = || posts.iter().filter(|post| is_by(post, Role::Person) && post.person == begun_by.person);
    let row = thread::Thread {
        key,
        source: begun_by.source.clone(),
        person: begun_by.person,
        object: begun_by.object,
        brand,
        layer: begun_by.layer.clone(),
        title: own().chain(posts).find_map(|post| post.title.clone()),
        // Whoever else writes in it is not answered in their place.
        address: own().rev().find_map(|post| post.address.clone()),
        opened_at: posts.first().map_or(0, |post| post.at),
        last_at: posts.last().map_or(0, |post| post.at),
        n_posts: posts.iter().filter(|post| !is_by(post, Role::Overdue)).count() as i64,
    };
    let by_key: HashMap<Key, &post::Post> = posts.iter().map(|post| (post.key, post)).collect();
    let spoken = posts.iter().filter(|post| post.role != AUTOMATIC);
    let told: Vec<conversation::Post> = spoken.map(told).collect();
    let asks = asks_of(&told)
        .into_iter()
        .filter_map(|ask| Some(ask_row(&ask, by_key.get(&ask.key)?, (&row, &by_key), duty)))
        .collect();
    Ok(Some((row, asks)))
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
