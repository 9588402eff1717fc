//! Drafts: answers that somebody began and has not sent.

use parlour_core::key::Key;

use crate::{Conn, StoreError};

/// Keeps what somebody has written so far; nothing written is no draft.
pub fn put(conn: &mut dyn Conn, thread: Key, staff: &str, text: &str, now: i64) -> Result<(), StoreError> {
    if text.is_empty() {
        conn.execute("DELETE FROM draft WHERE thread = $1 AND staff = $2", &[thread.into(), staff.into()])?;
        return Ok(());
    }
    let sql = "INSERT INTO draft (thread, staff, text, updated_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (thread, staff) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at";
    conn.execute(sql, &[thread.into(), staff.into(), text.into(), now.into()])?;
    Ok(())
}

/// Moves the drafts of a thread to another, of whoever has none there.
pub fn move_all(conn: &mut dyn Conn, from: Key, to: Key) -> Result<(), StoreError> {
    let sql = "UPDATE draft SET thread = $1 WHERE thread = $2 \
        AND staff NOT IN (SELECT other.staff FROM draft AS other WHERE other.thread = $3)";
    conn.execute(sql, &[to.into(), from.into(), to.into()])?;
    Ok(())
}

/// What somebody has written so far.
pub fn get(conn: &mut dyn Conn, thread: Key, staff: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT text FROM draft WHERE thread = $1 AND staff = $2";
    conn.query(sql, &[thread.into(), staff.into()])?.into_iter().next().map(|mut row| row.take_text(0)).transpose()
}
