//! Saved answers: texts that the people of the Desk use again.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError};

/// One saved answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAnswer {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// What people call it; no two have the same.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// Keeps a new one and returns its id, or `None` if another has its name.
pub fn create(conn: &mut dyn Conn, name: &str, text: &str, now: i64) -> Result<Option<i64>, StoreError> {
    if one_int(conn, "SELECT COUNT(*) FROM saved_answer WHERE name = $1", &[name.into()])? != 0 {
        return Ok(None);
    }
    let sql = "INSERT INTO saved_answer (id, name, text, updated_at) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM saved_answer), $1, $2, $3) RETURNING id";
    one_int(conn, sql, &[name.into(), text.into(), now.into()]).map(Some)
}

/// Deletes one; returns whether it was there.
pub fn delete(conn: &mut dyn Conn, id: i64) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM saved_answer WHERE id = $1", &[id.into()])? != 0)
}

/// All, by name.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<SavedAnswer>, StoreError> {
    let answer =
        |mut row: Row| Ok(SavedAnswer { id: row.get_int(0)?, name: row.take_text(1)?, text: row.take_text(2)? });
    conn.query("SELECT id, name, text FROM saved_answer ORDER BY name", &[])?.into_iter().map(answer).collect()
}
