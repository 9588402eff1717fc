//! Notes: what the people of the Desk tell each other about a thread, and nobody else.

use parlour_core::key::Key;

use crate::rows::one_int;
use crate::{Conn, StoreError};

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// The thread it is about.
    pub thread: Key,
    /// Who wrote it.
    pub staff: String,
    /// When, in microseconds UTC.
    pub at: i64,
    /// What.
    pub text: String,
}

/// Keeps a note; returns its id. The `id` it comes with is not looked at.
pub fn create(conn: &mut dyn Conn, note: &Note) -> Result<i64, StoreError> {
    let sql = "INSERT INTO note (id, thread, staff, at, text) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM note), $1, $2, $3, $4) RETURNING id";
    let params = [note.thread.into(), note.staff.as_str().into(), note.at.into(), note.text.as_str().into()];
    one_int(conn, sql, &params)
}

/// Moves the notes about a thread to another.
pub fn move_all(conn: &mut dyn Conn, from: Key, to: Key) -> Result<(), StoreError> {
    conn.execute("UPDATE note SET thread = $1 WHERE thread = $2", &[to.into(), from.into()])?;
    Ok(())
}

/// The notes about a thread, oldest first.
pub fn of_thread(conn: &mut dyn Conn, thread: Key) -> Result<Vec<Note>, StoreError> {
    let sql = "SELECT id, thread, staff, at, text FROM note WHERE thread = $1 ORDER BY id";
    let note = |mut row: crate::Row| {
        Ok(Note {
            id: row.get_int(0)?,
            thread: row.get_key(1)?,
            staff: row.take_text(2)?,
            at: row.get_int(3)?,
            text: row.take_text(4)?,
        })
    };
    conn.query(sql, &[thread.into()])?.into_iter().map(note).collect()
}
