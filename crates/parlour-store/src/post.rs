//! Posts: what was said in a thread. Made of events, and made again by a rebuild.

use parlour_core::key::Key;

use crate::rows::{insert_many, select_in};
use crate::{Conn, Kind, Row, StoreError, Value};

/// One post. What the words in `role`, `class` and `data` mean is the engine's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its place in the journal.
    pub seq: i64,
    /// The keyed hash of its source and message, or of its place where it has none.
    pub key: Key,
    /// The thread it belongs to.
    pub thread: Key,
    /// When it was said, in microseconds UTC.
    pub at: i64,
    /// Who speaks.
    pub role: String,
    /// The raw id of the person who speaks, or to whom the brand does.
    pub person: Key,
    /// What it is about.
    pub object: Key,
    /// Where it came from.
    pub source: String,
    /// The sender's id for it.
    pub message: Option<String>,
    /// Who of the brand speaks.
    pub staff: Option<String>,
    /// What was done.
    pub verb: String,
    /// Where it was done.
    pub layer: String,
    /// What it is called.
    pub title: Option<String>,
    /// Where an answer goes.
    pub address: Option<String>,
    /// What was said.
    pub text: String,
    /// The one ask it is about, where it is about no other.
    pub about: Option<Key>,
    /// What it asks, where it asks.
    pub class: Option<String>,
    /// −1, 0 or +1.
    pub kind: i64,
    /// The language, by its code.
    pub language: Option<String>,
    /// Why it is taken for what it is, as JSON.
    pub data: String,
}

/// A post that was found by its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the journal, by which pages continue.
    pub seq: i64,
    /// Its thread.
    pub thread: Key,
}

const COLUMNS: &str = "seq, key, thread, at, role, person, object, source, message, staff, verb, layer, title, address, \
    text, about, class, kind, language, data";
const N_COLUMNS: usize = 20;

/// Keeps those that are not there yet; returns how many were new.
pub fn insert_new(conn: &mut dyn Conn, posts: &[Post]) -> Result<u64, StoreError> {
    let head = format!("INSERT INTO post ({COLUMNS})");
    insert_many(conn, (&head, "ON CONFLICT (key) DO NOTHING"), N_COLUMNS, posts, |post, values| {
        values.extend::<[Value; N_COLUMNS]>([
            post.seq.into(),
            post.key.into(),
            post.thread.into(),
            post.at.into(),
            post.role.as_str().into(),
            post.person.into(),
            post.object.into(),
            post.source.as_str().into(),
            post.message.as_deref().into(),
            post.staff.as_deref().into(),
            post.verb.as_str().into(),
            post.layer.as_str().into(),
            post.title.as_deref().into(),
            post.address.as_deref().into(),
            post.text.as_str().into(),
            post.about.into(),
            post.class.as_deref().into(),
            post.kind.into(),
            post.language.as_deref().into(),
            post.data.as_str().into(),
        ]);
    })
}

/// The threads of the posts of these keys, each with the post's key.
pub fn threads_of(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<(Key, Key)>, StoreError> {
    let mut threads = Vec::new();
    select_in(conn, "SELECT key, thread FROM post WHERE key", keys, |key| (*key).into(), &mut |row| {
        threads.push((row.get_key(0)?, row.get_key(1)?));
        Ok(())
    })?;
    Ok(threads)
}

/// Moves the posts of a thread to another; returns how many there were.
pub fn move_all(conn: &mut dyn Conn, from: Key, to: Key) -> Result<u64, StoreError> {
    conn.execute("UPDATE post SET thread = $1 WHERE thread = $2", &[to.into(), from.into()])
}

/// The posts of a thread in the order of their time, at most the last `most`.
pub fn of_thread(conn: &mut dyn Conn, thread: Key, most: usize) -> Result<Vec<Post>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM post WHERE thread = $1 ORDER BY at DESC, seq DESC LIMIT $2");
    let rows = conn.query(&sql, &[thread.into(), (most as i64).into()])?;
    rows.into_iter().rev().map(post).collect()
}

/// The same without what is long: `data` is empty, and so is the text of all posts but those of this role.
pub fn outlines(conn: &mut dyn Conn, thread: Key, role: &str, most: usize) -> Result<Vec<Post>, StoreError> {
    let columns = COLUMNS.replace("text, about", "CASE WHEN role = $1 THEN text ELSE '' END, about");
    let columns = columns.replace("data", "''");
    let sql = format!("SELECT {columns} FROM post WHERE thread = $2 ORDER BY at DESC, seq DESC LIMIT $3");
    let rows = conn.query(&sql, &[role.into(), thread.into(), (most as i64).into()])?;
    rows.into_iter().rev().map(post).collect()
}

/// The post of a key, if there is one.
pub fn get(conn: &mut dyn Conn, key: Key) -> Result<Option<Post>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM post WHERE key = $1"), &[key.into()])?;
    rows.into_iter().next().map(post).transpose()
}

/// The posts of these keys, in no order.
pub fn by_keys(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<Post>, StoreError> {
    let mut posts = Vec::new();
    let head = format!("SELECT {COLUMNS} FROM post WHERE key");
    select_in(conn, &head, keys, |key| (*key).into(), &mut |row| {
        posts.push(post(row)?);
        Ok(())
    })?;
    Ok(posts)
}

/// What the people of these ids said themselves, the newest first, `most` at most.
pub fn of_people(conn: &mut dyn Conn, ids: &[Key], most: i64) -> Result<Vec<Post>, StoreError> {
    let mut posts = Vec::new();
    for id in ids {
        let sql = format!(
            "SELECT {COLUMNS} FROM post WHERE person = $1 AND role = 'person' ORDER BY at DESC, seq DESC LIMIT $2"
        );
        for row in conn.query(&sql, &[(*id).into(), most.into()])? {
            posts.push(post(row)?);
        }
    }
    posts.sort_by_key(|post: &Post| std::cmp::Reverse((post.at, post.seq)));
    posts.truncate(most.max(0) as usize);
    Ok(posts)
}

/// Posts with all these words, the last one perhaps unfinished, newest in the journal first: those before the place
/// `before`, at most `limit`. Words are letters and digits alone.
pub fn search(
    conn: &mut dyn Conn,
    kind: Kind,
    words: &[&str],
    (before, limit): (i64, usize),
) -> Result<Vec<Found>, StoreError> {
    let (sql, query) = match kind {
        Kind::Sqlite => (
            "SELECT post.seq, post.thread FROM post_words JOIN post ON post.seq = post_words.rowid \
             WHERE post_words MATCH $1 AND post_words.rowid < $2 ORDER BY post_words.rowid DESC LIMIT $3",
            format!("{}*", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ")),
        ),
        Kind::Postgres => (
            "SELECT seq, thread FROM post WHERE words @@ to_tsquery('simple', $1) AND seq < $2 \
             ORDER BY seq DESC LIMIT $3",
            format!("{}:*", words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" & ")),
        ),
    };
    let rows = conn.query(sql, &[query.into(), before.into(), (limit as i64).into()])?;
    rows.into_iter().map(|row| Ok(Found { seq: row.get_int(0)?, thread: row.get_key(1)? })).collect()
}

/// Lets go of all, so that they can be made again.
pub fn delete_all(conn: &mut dyn Conn) -> Result<(), StoreError> {
    conn.execute("DELETE FROM post", &[])?;
    Ok(())
}

fn post(mut row: Row) -> Result<Post, StoreError> {
    Ok(Post {
        seq: row.get_int(0)?,
        key: row.get_key(1)?,
        thread: row.get_key(2)?,
        at: row.get_int(3)?,
        role: row.take_text(4)?,
        person: row.get_key(5)?,
        object: row.get_key(6)?,
        source: row.take_text(7)?,
        message: row.opt_text(8)?,
        staff: row.opt_text(9)?,
        verb: row.take_text(10)?,
        layer: row.take_text(11)?,
        title: row.opt_text(12)?,
        address: row.opt_text(13)?,
        text: row.take_text(14)?,
        about: row.opt_key(15)?,
        class: row.opt_text(16)?,
        kind: row.get_int(17)?,
        language: row.opt_text(18)?,
        data: row.take_text(19)?,
    })
}
