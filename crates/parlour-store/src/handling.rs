//! How the people of the Desk deal with a thread: who has it, until when it rests, who is writing at this moment.

use parlour_core::key::Key;

use crate::rows::select_in;
use crate::{Conn, Row, StoreError};

/// How one thread is dealt with. Times are microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// The thread.
    pub thread: Key,
    /// Who is to answer.
    pub assignee: Option<String>,
    /// Until when it rests.
    pub snoozed_until: Option<i64>,
    /// The thread that it is one with.
    pub merged_into: Option<Key>,
    /// Who is writing an answer, …
    pub holder: Option<String>,
    /// … which nobody else can until this time.
    pub held_until: Option<i64>,
}

const COLUMNS: &str = "thread, assignee, snoozed_until, merged_into, holder, held_until";

/// How a thread is dealt with, if anybody does.
pub fn get(conn: &mut dyn Conn, thread: Key) -> Result<Option<Handling>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM handling WHERE thread = $1"), &[thread.into()])?;
    rows.into_iter().next().map(handling).transpose()
}

/// The same for several, in no order.
pub fn by_threads(conn: &mut dyn Conn, threads: &[Key]) -> Result<Vec<Handling>, StoreError> {
    let mut found = Vec::new();
    let head = format!("SELECT {COLUMNS} FROM handling WHERE thread");
    select_in(conn, &head, threads, |key| (*key).into(), &mut |row| {
        found.push(handling(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Those of these threads that are one with another, each with that one.
pub fn merged_of(conn: &mut dyn Conn, threads: &[Key]) -> Result<Vec<(Key, Key)>, StoreError> {
    let mut merged = Vec::new();
    let head = "SELECT thread, merged_into FROM handling WHERE merged_into IS NOT NULL AND thread";
    select_in(conn, head, threads, |key| (*key).into(), &mut |row| {
        merged.push((row.get_key(0)?, row.get_key(1)?));
        Ok(())
    })?;
    Ok(merged)
}

/// Gives a thread to somebody, or to nobody.
pub fn set_assignee(conn: &mut dyn Conn, thread: Key, assignee: Option<&str>, now: i64) -> Result<(), StoreError> {
    touch(conn, thread, now)?;
    conn.execute("UPDATE handling SET assignee = $1 WHERE thread = $2", &[assignee.into(), thread.into()])?;
    Ok(())
}

/// Lets a thread rest until a time, or no longer.
pub fn set_snoozed(conn: &mut dyn Conn, thread: Key, until: Option<i64>, now: i64) -> Result<(), StoreError> {
    touch(conn, thread, now)?;
    conn.execute("UPDATE handling SET snoozed_until = $1 WHERE thread = $2", &[until.into(), thread.into()])?;
    Ok(())
}

/// Makes a thread one with another, for good.
pub fn merge(conn: &mut dyn Conn, thread: Key, into: Key, now: i64) -> Result<(), StoreError> {
    touch(conn, thread, now)?;
    conn.execute("UPDATE handling SET merged_into = $1 WHERE thread = $2", &[into.into(), thread.into()])?;
    Ok(())
}

/// What was one with a thread is one with another, which somebody has if they had the first and nobody the second.
pub fn move_all(conn: &mut dyn Conn, from: Key, to: Key, now: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE handling SET merged_into = $1 WHERE merged_into = $2", &[to.into(), from.into()])?;
    let Some(assignee) = get(conn, from)?.and_then(|handling| handling.assignee) else { return Ok(()) };
    set_assignee(conn, from, None, now)?;
    if get(conn, to)?.is_none_or(|handling| handling.assignee.is_none()) {
        set_assignee(conn, to, Some(&assignee), now)?;
    }
    Ok(())
}

/// Has somebody hold a thread until a time, unless another does; returns who holds it then.
pub fn hold(
    conn: &mut dyn Conn,
    thread: Key,
    holder: &str,
    (now, until): (i64, i64),
) -> Result<Option<Handling>, StoreError> {
    touch(conn, thread, now)?;
    let sql = "UPDATE handling SET holder = $1, held_until = $2 WHERE thread = $3 \
        AND (holder IS NULL OR holder = $4 OR held_until IS NULL OR held_until < $5)";
    conn.execute(sql, &[holder.into(), until.into(), thread.into(), holder.into(), now.into()])?;
    get(conn, thread)
}

/// Lets go of a thread that somebody holds.
pub fn let_go(conn: &mut dyn Conn, thread: Key, holder: &str) -> Result<(), StoreError> {
    let sql = "UPDATE handling SET holder = NULL, held_until = NULL WHERE thread = $1 AND holder = $2";
    conn.execute(sql, &[thread.into(), holder.into()])?;
    Ok(())
}

fn touch(conn: &mut dyn Conn, thread: Key, now: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO handling (thread, updated_at) VALUES ($1, $2) \
        ON CONFLICT (thread) DO UPDATE SET updated_at = excluded.updated_at";
    conn.execute(sql, &[thread.into(), now.into()])?;
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is called as the others are, which move out of their row")]
fn handling(row: Row) -> Result<Handling, StoreError> {
    Ok(Handling {
        thread: row.get_key(0)?,
        assignee: row.opt_text(1)?,
        snoozed_until: row.opt_int(2)?,
        merged_into: row.opt_key(3)?,
        holder: row.opt_text(4)?,
        held_until: row.opt_int(5)?,
    })
}
