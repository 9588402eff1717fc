//! Erasures: that somebody was erased, and the keys of their ids, so that nothing more of these comes in. Who it was is told
//! by nothing here: a key is a keyed hash.

use parlour_core::key::Key;

use crate::rows::insert_many;
use crate::{Conn, Row, StoreError, Value};

/// One erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Of chance.
    pub id: String,
    /// When it was asked for, microseconds UTC.
    pub asked_at: i64,
    /// When the last of it was gone; none while it is under way.
    pub done_at: Option<i64>,
    /// Who asked: the member, the Desk or the command line.
    pub how: String,
    /// What was erased: how many of what, as one JSON object.
    pub counts: String,
}

/// An id that was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Its key.
    pub key: Key,
    /// What happened until then is not taken in, microseconds UTC; …
    pub at: i64,
    /// … where this is so, nor what happens later.
    pub is_barred: bool,
}

/// Begins one, with the keys of the ids that go. A key that was erased before is now barred if either says so.
pub fn begin(conn: &mut dyn Conn, erasure: &Erasure, erased: &[Erased]) -> Result<(), StoreError> {
    let sql = "INSERT INTO erasure (id, asked_at, done_at, how, counts) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (id) DO UPDATE SET done_at = excluded.done_at, counts = excluded.counts";
    let params: [Value; 5] = [
        erasure.id.as_str().into(),
        erasure.asked_at.into(),
        erasure.done_at.into(),
        erasure.how.as_str().into(),
        erasure.counts.as_str().into(),
    ];
    conn.execute(sql, &params)?;
    let text = (
        "INSERT INTO erased (key, erasure, at, is_barred)",
        "ON CONFLICT (key) DO UPDATE SET erasure = excluded.erasure, at = excluded.at, is_barred = excluded.is_barred",
    );
    insert_many(conn, text, 4, erased, |one, values| {
        values.extend::<[Value; 4]>([one.key.into(), erasure.id.as_str().into(), one.at.into(), one.is_barred.into()]);
    })?;
    Ok(())
}

/// Ends one.
pub fn end(conn: &mut dyn Conn, id: &str, counts: &str, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE erasure SET done_at = $1, counts = $2 WHERE id = $3";
    conn.execute(sql, &[at.into(), counts.into(), id.into()]).map(|_| ())
}

/// All of them, the newest first, `most` at most.
pub fn list(conn: &mut dyn Conn, most: i64) -> Result<Vec<Erasure>, StoreError> {
    let sql = "SELECT id, asked_at, done_at, how, counts FROM erasure ORDER BY asked_at DESC, id LIMIT $1";
    conn.query(sql, &[most.into()])?.into_iter().map(erasure).collect()
}

/// The one of an id.
pub fn get(conn: &mut dyn Conn, id: &str) -> Result<Option<Erasure>, StoreError> {
    let sql = "SELECT id, asked_at, done_at, how, counts FROM erasure WHERE id = $1";
    conn.query(sql, &[id.into()])?.into_iter().next().map(erasure).transpose()
}

/// Those that were begun and not ended.
pub fn under_way(conn: &mut dyn Conn) -> Result<Vec<Erasure>, StoreError> {
    let sql = "SELECT id, asked_at, done_at, how, counts FROM erasure WHERE done_at IS NULL ORDER BY asked_at, id";
    conn.query(sql, &[])?.into_iter().map(erasure).collect()
}

/// Every id that was erased.
pub fn all_erased(conn: &mut dyn Conn) -> Result<Vec<Erased>, StoreError> {
    conn.query("SELECT key, at, is_barred FROM erased ORDER BY key", &[])?.iter().map(erased).collect()
}

/// The ids of one erasure.
pub fn erased_by(conn: &mut dyn Conn, id: &str) -> Result<Vec<Erased>, StoreError> {
    let sql = "SELECT key, at, is_barred FROM erased WHERE erasure = $1 ORDER BY key";
    conn.query(sql, &[id.into()])?.iter().map(erased).collect()
}

/// Lets an id in again, from when it was erased on; returns whether it was barred.
pub fn let_in(conn: &mut dyn Conn, key: Key) -> Result<bool, StoreError> {
    let sql = "UPDATE erased SET is_barred = 0 WHERE key = $1 AND is_barred = 1";
    Ok(conn.execute(sql, &[key.into()])? != 0)
}

fn erasure(mut row: Row) -> Result<Erasure, StoreError> {
    Ok(Erasure {
        id: row.take_text(0)?,
        asked_at: row.get_int(1)?,
        done_at: row.opt_int(2)?,
        how: row.take_text(3)?,
        counts: row.take_text(4)?,
    })
}

fn erased(row: &Row) -> Result<Erased, StoreError> {
    Ok(Erased { key: row.get_key(0)?, at: row.get_int(1)?, is_barred: row.get_int(2)? != 0 })
}
