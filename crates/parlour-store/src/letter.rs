//! Letters: mails that were taken, so that each is taken once, wherever it lies.

use parlour_core::key::Key;

use crate::rows::{one_int, select_in};
use crate::{Conn, StoreError, Value};

/// What is remembered of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Made of the name it goes by.
    pub key: Key,
    /// Made of all of it that is the same in every mailbox.
    pub content: Key,
    /// Made of who sent it.
    pub sender: Key,
    /// Made of what it says.
    pub said: Key,
    /// When it came, in microseconds UTC.
    pub at: i64,
}

/// Remembers mails; one that is remembered already is an error.
pub fn insert(conn: &mut dyn Conn, letters: &[Letter]) -> Result<(), StoreError> {
    let sql = "INSERT INTO letter (key, content, sender, said, at) VALUES ($1, $2, $3, $4, $5)";
    for letter in letters {
        let params: [Value; 5] =
            [letter.key.into(), letter.content.into(), letter.sender.into(), letter.said.into(), letter.at.into()];
        conn.execute(sql, &params)?;
    }
    Ok(())
}

/// Those of these keys that are remembered, each with its content.
pub fn known(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<(Key, Key)>, StoreError> {
    let mut known = Vec::new();
    select_in(conn, "SELECT key, content FROM letter WHERE key", keys, |key| (*key).into(), &mut |row| {
        known.push((row.get_key(0)?, row.get_key(1)?));
        Ok(())
    })?;
    Ok(known)
}

/// How often a sender said the same since a time.
pub fn count_said(conn: &mut dyn Conn, sender: Key, said: Key, since: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM letter WHERE sender = $1 AND at >= $2 AND said = $3";
    one_int(conn, sql, &[sender.into(), since.into(), said.into()])
}
