//! Consent: what somebody lets be done with what is known of them. Every word stays; the last of each purpose counts.

use parlour_core::key::Key;

use crate::rows::select_in;
use crate::{Conn, Row, StoreError};

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The key of the id that it came with.
    pub key: Key,
    /// For what.
    pub purpose: String,
    /// When it was said, microseconds UTC.
    pub at: i64,
    /// Whether it is given or withdrawn.
    pub is_given: bool,
    /// How it was said.
    pub how: String,
}

/// Keeps a word; what the same id said of the same at the same moment is said again.
pub fn put(conn: &mut dyn Conn, consent: &Consent) -> Result<(), StoreError> {
    let sql = "INSERT INTO consent (key, purpose, at, is_given, how) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (key, purpose, at) DO UPDATE SET is_given = excluded.is_given, how = excluded.how";
    let params = [
        consent.key.into(),
        consent.purpose.as_str().into(),
        consent.at.into(),
        consent.is_given.into(),
        consent.how.as_str().into(),
    ];
    conn.execute(sql, &params).map(|_| ())
}

/// Everything that was said with these ids, the oldest first.
pub fn of_keys(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<Consent>, StoreError> {
    let mut found = Vec::new();
    let head = "SELECT key, purpose, at, is_given, how FROM consent WHERE key";
    select_in(conn, head, keys, |key| (*key).into(), &mut |row| {
        found.push(consent(row)?);
        Ok(())
    })?;
    found.sort_by_key(|one| (one.at, one.key));
    Ok(found)
}

/// Everything that was said of these purposes, the oldest first.
pub fn of_purposes(conn: &mut dyn Conn, purposes: &[&str]) -> Result<Vec<Consent>, StoreError> {
    let mut found = Vec::new();
    let head = "SELECT key, purpose, at, is_given, how FROM consent WHERE purpose";
    select_in(conn, head, purposes, |purpose| (*purpose).into(), &mut |row| {
        found.push(consent(row)?);
        Ok(())
    })?;
    found.sort_by_key(|one| (one.at, one.key));
    Ok(found)
}

fn consent(mut row: Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        key: row.get_key(0)?,
        purpose: row.take_text(1)?,
        at: row.get_int(2)?,
        is_given: row.get_int(3)? != 0,
        how: row.take_text(4)?,
    })
}
