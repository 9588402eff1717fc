//! Links: two raw ids that are one person. What was undone stays, so that the same link does not come back by itself.

use parlour_core::key::Key;

use crate::rows::insert_many;
use crate::{Conn, Row, StoreError, Value};

/// The source of links that a person made; all others are derived from events and can be derived again.
pub const BY_HAND: &str = "hand";

/// Two keys of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// One key. The pair is kept as it is given; give the lesser first.
    pub a: Key,
    /// The other.
    pub b: Key,
    /// When it was linked, in microseconds UTC.
    pub at: i64,
    /// Who says so.
    pub source: String,
    /// When it was undone, if it was.
    pub undone_at: Option<i64>,
    /// When somebody said that it holds whatever the safeguards say.
    pub forced_at: Option<i64>,
}

/// Keeps those that are not there yet, undone or not; a pair that is there keeps the earlier of the two times. Each
/// pair may be given once. Returns how many were new or are earlier now.
pub fn insert_new(conn: &mut dyn Conn, links: &[Link]) -> Result<u64, StoreError> {
    let text = (
        "INSERT INTO link (a, b, at, source, undone_at, forced_at)",
        "ON CONFLICT (a, b) DO UPDATE SET at = excluded.at WHERE excluded.at < link.at",
    );
    insert_many(conn, text, 6, links, |link, values| {
        values.extend::<[Value; 6]>([
            link.a.into(),
            link.b.into(),
            link.at.into(),
            link.source.as_str().into(),
            link.undone_at.into(),
            link.forced_at.into(),
        ]);
    })
}

/// All links, undone ones too, by their keys.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<Link>, StoreError> {
    let mut links = Vec::new();
    conn.for_each("SELECT a, b, at, source, undone_at, forced_at FROM link ORDER BY a, b", &[], &mut |row| {
        links.push(link(row)?);
        Ok(())
    })?;
    Ok(links)
}

/// The link of two keys, the lesser first, if there is one.
pub fn get(conn: &mut dyn Conn, a: Key, b: Key) -> Result<Option<Link>, StoreError> {
    let sql = "SELECT a, b, at, source, undone_at, forced_at FROM link WHERE a = $1 AND b = $2";
    conn.query(sql, &[a.into(), b.into()])?.into_iter().next().map(link).transpose()
}

/// Undoes a link at a time; returns whether it was there and not undone.
pub fn undo(conn: &mut dyn Conn, a: Key, b: Key, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE link SET undone_at = $1 WHERE a = $2 AND b = $3 AND undone_at IS NULL";
    Ok(conn.execute(sql, &[at.into(), a.into(), b.into()])? != 0)
}

/// Takes the undoing back; returns whether it was undone.
pub fn redo(conn: &mut dyn Conn, a: Key, b: Key) -> Result<bool, StoreError> {
    let sql = "UPDATE link SET undone_at = NULL WHERE a = $1 AND b = $2 AND undone_at IS NOT NULL";
    Ok(conn.execute(sql, &[a.into(), b.into()])? != 0)
}

/// Lets a link hold whatever the safeguards say, from `at` on, or no longer if that is `None`; returns whether there is
/// such a link.
pub fn set_forced(conn: &mut dyn Conn, a: Key, b: Key, at: Option<i64>) -> Result<bool, StoreError> {
    let sql = "UPDATE link SET forced_at = $1 WHERE a = $2 AND b = $3";
    Ok(conn.execute(sql, &[at.into(), a.into(), b.into()])? != 0)
}

/// Deletes what events will give again; returns how many. What a person linked, undid or forced stays.
pub fn delete_derived(conn: &mut dyn Conn) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM link WHERE source <> $1 AND undone_at IS NULL AND forced_at IS NULL", &[BY_HAND.into()])
}

fn link(mut row: Row) -> Result<Link, StoreError> {
    Ok(Link {
        a: row.get_key(0)?,
        b: row.get_key(1)?,
        at: row.get_int(2)?,
        source: row.take_text(3)?,
        undone_at: row.opt_int(4)?,
        forced_at: row.opt_int(5)?,
    })
}
