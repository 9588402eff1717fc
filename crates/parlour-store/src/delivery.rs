//! Deliveries, the outbox: what is to be sent to a hook or by mail, and what became of it.

use std::fmt::Write;

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// The state of a delivery that is yet to be made, or made again.
pub const WAITING: &str = "waiting";
/// The state of a delivery that was made.
pub const DONE: &str = "done";
/// The state of a delivery that is no longer tried.
pub const FAILED: &str = "failed";

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// The name by which whoever gets it twice knows it; no two have the same.
    pub message: String,
    /// What it tells, in one word.
    pub kind: String,
    /// The alert that it tells of, where it is one.
    pub alert: Option<i64>,
    /// The hook that it goes to, …
    pub hook: Option<i64>,
    /// … or the mail address, …
    pub mail: Option<String>,
    /// … or the inbox of an actor of the fediverse.
    pub inbox: Option<String>,
    /// [`WAITING`], [`DONE`] or [`FAILED`].
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, in microseconds UTC.
    pub next_at: i64,
    /// The status of the last answer.
    pub last_status: Option<i64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was made, in microseconds UTC.
    pub made_at: i64,
    /// When it was last answered, or given up.
    pub answered_at: Option<i64>,
    /// What is sent.
    pub body: String,
}

/// Which deliveries; everything left out is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// To this hook.
    pub hook: Option<i64>,
    /// [`WAITING`], [`DONE`] or [`FAILED`].
    pub state: Option<String>,
}

const COLUMNS: &str = "id, message, kind, alert, hook, mail, state, attempts, next_at, last_status, last_error, made_at, \
    answered_at, body, inbox";

/// Keeps a new delivery; returns its id. Of what it comes with, its `id` and what became of it are not looked at.
pub fn create(conn: &mut dyn Conn, delivery: &Delivery) -> Result<i64, StoreError> {
    let sql = "INSERT INTO delivery (id, message, kind, alert, hook, mail, state, attempts, next_at, made_at, body, \
        inbox) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM delivery), $1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10) \
        RETURNING id";
    let params: [Value; 10] = [
        delivery.message.as_str().into(),
        delivery.kind.as_str().into(),
        delivery.alert.into(),
        delivery.hook.into(),
        delivery.mail.as_deref().into(),
        WAITING.into(),
        delivery.next_at.into(),
        delivery.made_at.into(),
        delivery.body.as_str().into(),
        delivery.inbox.as_deref().into(),
    ];
    one_int(conn, sql, &params)
}

/// The deliveries that are due, `limit` at most: of each destination first the one that waits longest, so that none
/// has to wait for what piled up for another.
pub fn due(conn: &mut dyn Conn, now: i64, limit: usize) -> Result<Vec<Delivery>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM delivery WHERE state = $1 AND next_at <= $2 \
         ORDER BY ROW_NUMBER() OVER (PARTITION BY hook, mail, inbox ORDER BY next_at, id), next_at, id LIMIT $3"
    );
    conn.query(&sql, &[WAITING.into(), now.into(), (limit as i64).into()])?.into_iter().map(delivery).collect()
}

/// Writes down what became of a delivery that was waiting: its state, how often and when next, the answer. Returns
/// whether it still waited.
pub fn settle(conn: &mut dyn Conn, delivery: &Delivery) -> Result<bool, StoreError> {
    let sql = "UPDATE delivery SET state = $1, attempts = $2, next_at = $3, last_status = $4, last_error = $5, \
        answered_at = $6 WHERE id = $7 AND state = $8";
    let params: [Value; 8] = [
        delivery.state.as_str().into(),
        delivery.attempts.into(),
        delivery.next_at.into(),
        delivery.last_status.into(),
        delivery.last_error.as_deref().into(),
        delivery.answered_at.into(),
        delivery.id.into(),
        WAITING.into(),
    ];
    Ok(conn.execute(sql, &params)? != 0)
}

/// Whether a hook took anything since a time.
pub fn has_taken(conn: &mut dyn Conn, hook: i64, since: i64) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM delivery WHERE hook = $1 AND state = $2 AND answered_at >= $3";
    Ok(one_int(conn, sql, &[hook.into(), DONE.into(), since.into()])? != 0)
}

/// Has a delivery made again from the first attempt on; returns whether there is one.
pub fn replay(conn: &mut dyn Conn, id: i64, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE delivery SET state = $1, attempts = 0, next_at = $2 WHERE id = $3";
    Ok(conn.execute(sql, &[WAITING.into(), at.into(), id.into()])? != 0)
}

/// Gives up what waits for a hook; returns how many there were.
pub fn give_up(conn: &mut dyn Conn, hook: i64, why: &str, at: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE delivery SET state = $1, last_error = $2, answered_at = $3 WHERE hook = $4 AND state = $5";
    conn.execute(sql, &[FAILED.into(), why.into(), at.into(), hook.into(), WAITING.into()])
}

/// The delivery of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Delivery>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM delivery WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(delivery).transpose()
}

/// Whether there is a delivery of this name.
pub fn is_known(conn: &mut dyn Conn, message: &str) -> Result<bool, StoreError> {
    Ok(one_int(conn, "SELECT COUNT(*) FROM delivery WHERE message = $1", &[message.into()])? != 0)
}

/// A page of the deliveries that are wanted, newest first: those before the id `before`, `limit` at most.
pub fn list(
    conn: &mut dyn Conn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let mut params: Vec<Value> = Vec::new();
    let mut condition = String::new();
    if let Some(hook) = wanted.hook {
        params.push(hook.into());
        write!(condition, "hook = ${} AND ", params.len()).expect("a String takes any text");
    }
    if let Some(state) = &wanted.state {
        params.push(state.as_str().into());
        write!(condition, "state = ${} AND ", params.len()).expect("a String takes any text");
    }
    let n = params.len();
    let sql =
        format!("SELECT {COLUMNS} FROM delivery WHERE {condition}id < ${} ORDER BY id DESC LIMIT ${}", n + 1, n + 2);
    params.extend([before.unwrap_or(i64::MAX).into(), (limit as i64).into()]);
    conn.query(&sql, &params)?.into_iter().map(delivery).collect()
}

/// Deletes what was made before a time and no longer waits; returns how many there were.
pub fn delete_before(conn: &mut dyn Conn, at: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM delivery WHERE made_at < $1 AND state <> $2", &[at.into(), WAITING.into()])
}

fn delivery(mut row: Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.get_int(0)?,
        message: row.take_text(1)?,
        kind: row.take_text(2)?,
        alert: row.opt_int(3)?,
        hook: row.opt_int(4)?,
        mail: row.opt_text(5)?,
        state: row.take_text(6)?,
        attempts: row.get_int(7)?,
        next_at: row.get_int(8)?,
        last_status: row.opt_int(9)?,
        last_error: row.opt_text(10)?,
        made_at: row.get_int(11)?,
        answered_at: row.opt_int(12)?,
        body: row.take_text(13)?,
        inbox: row.opt_text(14)?,
    })
}
