//! Questions: SQL that somebody saved under a name.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError};

/// One saved question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// The text of the `SELECT`.
    pub sql: String,
    /// When it was first saved, in microseconds UTC.
    pub created_at: i64,
    /// When it was last saved.
    pub updated_at: i64,
}

/// Saves a new question at `now`; returns its id.
pub fn create(conn: &mut dyn Conn, name: &str, sql: &str, now: i64) -> Result<i64, StoreError> {
    let insert = "INSERT INTO question (id, name, sql, created_at, updated_at) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM question), $1, $2, $3, $4) RETURNING id";
    one_int(conn, insert, &[name.into(), sql.into(), now.into(), now.into()])
}

/// Saves a question again under its id at the time `updated_at`; returns whether there is one. `created_at` stays.
pub fn update(conn: &mut dyn Conn, question: &Question) -> Result<bool, StoreError> {
    let sql = "UPDATE question SET name = $1, sql = $2, updated_at = $3 WHERE id = $4";
    let params =
        [question.name.as_str().into(), question.sql.as_str().into(), question.updated_at.into(), question.id.into()];
    Ok(conn.execute(sql, &params)? != 0)
}

/// The question of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Question>, StoreError> {
    let sql = "SELECT id, name, sql, created_at, updated_at FROM question WHERE id = $1";
    conn.query(sql, &[id.into()])?.into_iter().next().map(question).transpose()
}

/// All questions by name.
pub fn list(conn: &mut dyn Conn) -> Result<Vec<Question>, StoreError> {
    let sql = "SELECT id, name, sql, created_at, updated_at FROM question ORDER BY name, id";
    conn.query(sql, &[])?.into_iter().map(question).collect()
}

/// Deletes a question; returns whether there was one.
pub fn delete(conn: &mut dyn Conn, id: i64) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM question WHERE id = $1", &[id.into()])? != 0)
}

fn question(mut row: Row) -> Result<Question, StoreError> {
    Ok(Question {
        id: row.get_int(0)?,
        name: row.take_text(1)?,
        sql: row.take_text(2)?,
        created_at: row.get_int(3)?,
        updated_at: row.get_int(4)?,
    })
}
