//! Disputes: what somebody says against what was concluded of them.

use parlour_core::key::Key;

use crate::rows::{one_int, select_in};
use crate::{Conn, Row, StoreError};

/// One dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// The key of the id that it came with.
    pub key: Key,
    /// The object whose standing is meant.
    pub object: Key,
    /// What of it.
    pub matter: String,
    /// What is so instead, as one word; empty where only the words say.
    pub said: String,
    /// Why, in their words.
    pub words: String,
    /// When, microseconds UTC.
    pub at: i64,
    /// When they took it back.
    pub taken_back_at: Option<i64>,
}

const COLUMNS: &str = "id, key, object, matter, said, words, at, taken_back_at";

/// Keeps a dispute and returns its id; the one it comes with is not looked at.
pub fn create(conn: &mut dyn Conn, new: &Dispute) -> Result<i64, StoreError> {
    let sql = "INSERT INTO dispute (id, key, object, matter, said, words, at) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM dispute), $1, $2, $3, $4, $5, $6) RETURNING id";
    let params = [
        new.key.into(),
        new.object.into(),
        new.matter.as_str().into(),
        new.said.as_str().into(),
        new.words.as_str().into(),
        new.at.into(),
    ];
    one_int(conn, sql, &params)
}

/// Takes back what one of these ids said of a matter; returns how many disputes that ended.
pub fn take_back(conn: &mut dyn Conn, keys: &[Key], (object, matter): (Key, &str), at: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE dispute SET taken_back_at = $1 \
        WHERE key = $2 AND object = $3 AND matter = $4 AND taken_back_at IS NULL";
    let mut n = 0;
    for key in keys {
        n += conn.execute(sql, &[at.into(), (*key).into(), object.into(), matter.into()])?;
    }
    Ok(n)
}

/// Everything that was said with these ids, the oldest first.
pub fn of_keys(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<Dispute>, StoreError> {
    let mut found = Vec::new();
    select_in(conn, &format!("SELECT {COLUMNS} FROM dispute WHERE key"), keys, |key| (*key).into(), &mut |row| {
        found.push(dispute(row)?);
        Ok(())
    })?;
    found.sort_by_key(|one| one.id);
    Ok(found)
}

/// Every dispute that stands, the oldest first.
pub fn standing(conn: &mut dyn Conn) -> Result<Vec<Dispute>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM dispute WHERE taken_back_at IS NULL ORDER BY id");
    conn.query(&sql, &[])?.into_iter().map(dispute).collect()
}

fn dispute(mut row: Row) -> Result<Dispute, StoreError> {
    Ok(Dispute {
        id: row.get_int(0)?,
        key: row.get_key(1)?,
        object: row.get_key(2)?,
        matter: row.take_text(3)?,
        said: row.take_text(4)?,
        words: row.take_text(5)?,
        at: row.get_int(6)?,
        taken_back_at: row.opt_int(7)?,
    })
}
