//! Threads: where posts belong together. Made of events, and made again by a rebuild.

use parlour_core::key::Key;

use crate::rows::{insert_many, select_in};
use crate::{Conn, Row, StoreError, Value};

/// One thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The keyed hash of its source and the message it is named by.
    pub key: Key,
    /// Where it lies.
    pub source: String,
    /// The raw id of whoever began it.
    pub person: Key,
    /// What it is about, …
    pub object: Key,
    /// … and the brand that belongs to.
    pub brand: Key,
    /// The layer of its first post.
    pub layer: String,
    /// What people call it, such as the subject of a mail.
    pub title: Option<String>,
    /// Where an answer goes, such as `mailto:anna@example.com`; kept here and nowhere else.
    pub address: Option<String>,
    /// When its first post was said, in microseconds UTC.
    pub opened_at: i64,
    /// When its last was.
    pub last_at: i64,
    /// How many it has.
    pub n_posts: i64,
}

const COLUMNS: &str = "key, source, person, object, brand, layer, title, address, opened_at, last_at, n_posts";
const N_COLUMNS: usize = 11;

/// Keeps threads in the place of what was known of them.
pub fn put(conn: &mut dyn Conn, threads: &[Thread]) -> Result<(), StoreError> {
    let head = format!("INSERT INTO thread ({COLUMNS})");
    let tail = "ON CONFLICT (key) DO UPDATE SET person = excluded.person, object = excluded.object, \
        brand = excluded.brand, layer = excluded.layer, title = excluded.title, address = excluded.address, \
        opened_at = excluded.opened_at, last_at = excluded.last_at, n_posts = excluded.n_posts";
    insert_many(conn, (&head, tail), N_COLUMNS, threads, |thread, values| {
        values.extend::<[Value; N_COLUMNS]>([
            thread.key.into(),
            thread.source.as_str().into(),
            thread.person.into(),
            thread.object.into(),
            thread.brand.into(),
            thread.layer.as_str().into(),
            thread.title.as_deref().into(),
            thread.address.as_deref().into(),
            thread.opened_at.into(),
            thread.last_at.into(),
            thread.n_posts.into(),
        ]);
    })?;
    Ok(())
}

/// Those of these keys that are threads, in no order.
pub fn known(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<Key>, StoreError> {
    let mut known = Vec::new();
    select_in(conn, "SELECT key FROM thread WHERE key", keys, |key| (*key).into(), &mut |row| {
        known.push(row.get_key(0)?);
        Ok(())
    })?;
    Ok(known)
}

/// The thread of a key, if there is one.
pub fn get(conn: &mut dyn Conn, key: Key) -> Result<Option<Thread>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM thread WHERE key = $1"), &[key.into()])?;
    rows.into_iter().next().map(thread).transpose()
}

/// The threads of these keys, in no order.
pub fn by_keys(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<Thread>, StoreError> {
    let mut threads = Vec::new();
    let head = format!("SELECT {COLUMNS} FROM thread WHERE key");
    select_in(conn, &head, keys, |key| (*key).into(), &mut |row| {
        threads.push(thread(row)?);
        Ok(())
    })?;
    Ok(threads)
}

/// Lets go of a thread whose posts have moved.
pub fn delete(conn: &mut dyn Conn, key: Key) -> Result<(), StoreError> {
    conn.execute("DELETE FROM thread WHERE key = $1", &[key.into()])?;
    Ok(())
}

/// Lets go of all, so that they can be made again.
pub fn delete_all(conn: &mut dyn Conn) -> Result<(), StoreError> {
    conn.execute("DELETE FROM thread", &[])?;
    Ok(())
}

fn thread(mut row: Row) -> Result<Thread, StoreError> {
    Ok(Thread {
        key: row.get_key(0)?,
        source: row.take_text(1)?,
        person: row.get_key(2)?,
        object: row.get_key(3)?,
        brand: row.get_key(4)?,
        layer: row.take_text(5)?,
        title: row.opt_text(6)?,
        address: row.opt_text(7)?,
        opened_at: row.get_int(8)?,
        last_at: row.get_int(9)?,
        n_posts: row.get_int(10)?,
    })
}
