//! Replies: what somebody of the Desk has written, until it is sent or taken back.

use parlour_core::key::Key;

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// The state of a reply that can still be taken back.
pub const WAITING: &str = "waiting";
/// The state of a reply that was sent: it is an event, and what goes out is in the outbox.
pub const SENT: &str = "sent";
/// The state of a reply that was taken back.
pub const UNDONE: &str = "undone";

/// One reply. Times are microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// Its name as an event; no two have the same.
    pub message: String,
    /// The thread it belongs to.
    pub thread: Key,
    /// Who wrote it.
    pub staff: String,
    /// What they do, such as `replied`.
    pub verb: String,
    /// What they say.
    pub text: String,
    /// [`WAITING`], [`SENT`] or [`UNDONE`].
    pub state: String,
    /// When it was written.
    pub made_at: i64,
    /// When it is sent.
    pub send_at: i64,
}

const COLUMNS: &str = "id, message, thread, staff, verb, text, state, made_at, send_at";

/// Keeps a new reply; returns its id. The `id` and `state` it comes with are not looked at.
pub fn create(conn: &mut dyn Conn, reply: &Reply) -> Result<i64, StoreError> {
    let sql = "INSERT INTO reply (id, message, thread, staff, verb, text, state, made_at, send_at) VALUES \
        ((SELECT COALESCE(MAX(id), 0) + 1 FROM reply), $1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let params: [Value; 8] = [
        reply.message.as_str().into(),
        reply.thread.into(),
        reply.staff.as_str().into(),
        reply.verb.as_str().into(),
        reply.text.as_str().into(),
        WAITING.into(),
        reply.made_at.into(),
        reply.send_at.into(),
    ];
    one_int(conn, sql, &params)
}

/// Moves a waiting reply to another state; returns whether it still waited.
pub fn settle(conn: &mut dyn Conn, id: i64, state: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE reply SET state = $1 WHERE id = $2 AND state = $3";
    Ok(conn.execute(sql, &[state.into(), id.into(), WAITING.into()])? != 0)
}

/// Moves the replies of a thread to another.
pub fn move_all(conn: &mut dyn Conn, from: Key, to: Key) -> Result<(), StoreError> {
    conn.execute("UPDATE reply SET thread = $1 WHERE thread = $2", &[to.into(), from.into()])?;
    Ok(())
}

/// The reply of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Reply>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM reply WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(reply).transpose()
}

/// Replies that are to be sent by now, oldest first, at most `limit`.
pub fn due(conn: &mut dyn Conn, now: i64, limit: usize) -> Result<Vec<Reply>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reply WHERE state = $1 AND send_at <= $2 ORDER BY send_at, id LIMIT $3");
    conn.query(&sql, &[WAITING.into(), now.into(), (limit as i64).into()])?.into_iter().map(reply).collect()
}

/// When the next reply is to be sent.
pub fn next_at(conn: &mut dyn Conn) -> Result<Option<i64>, StoreError> {
    let rows = conn.query("SELECT MIN(send_at) FROM reply WHERE state = $1", &[WAITING.into()])?;
    rows.first().map_or(Ok(None), |row| row.opt_int(0))
}

/// The replies of a thread that can still be taken back, oldest first.
pub fn waiting_of(conn: &mut dyn Conn, thread: Key) -> Result<Vec<Reply>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reply WHERE thread = $1 AND state = $2 ORDER BY id");
    conn.query(&sql, &[thread.into(), WAITING.into()])?.into_iter().map(reply).collect()
}

fn reply(mut row: Row) -> Result<Reply, StoreError> {
    Ok(Reply {
        id: row.get_int(0)?,
        message: row.take_text(1)?,
        thread: row.get_key(2)?,
        staff: row.take_text(3)?,
        verb: row.take_text(4)?,
        text: row.take_text(5)?,
        state: row.take_text(6)?,
        made_at: row.get_int(7)?,
        send_at: row.get_int(8)?,
    })
}
