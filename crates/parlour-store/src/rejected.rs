//! Rejections: what was sent and could not be taken, with its bytes and the reason, to be mended and sent again.

use std::fmt::Write;

use crate::rows::{insert_many, one_int};
use crate::{Conn, Row, StoreError, Value};

/// One rejected event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Given by [`insert`]; ascending.
    pub id: i64,
    /// The source that sent it.
    pub source: String,
    /// The job that read it, if it came by file.
    pub job: Option<i64>,
    /// When, in microseconds UTC.
    pub at: i64,
    /// The line of the file.
    pub line: Option<i64>,
    /// Why, as one word of a closed list.
    pub reason: String,
    /// Why, as a sentence.
    pub message: String,
    /// What was sent, or what somebody made of it since.
    pub raw: Vec<u8>,
    /// The dialect in which it was sent; without one, it is an event as we write it ourselves or a record of a file.
    pub dialect: Option<String>,
    /// [`OPEN`] or [`REPLAYED`].
    pub state: String,
    /// When it was taken after all, in microseconds UTC.
    pub replayed_at: Option<i64>,
}

/// The state of a rejection that nobody did anything about yet.
pub const OPEN: &str = "open";
/// The state of a rejection that was taken after all.
pub const REPLAYED: &str = "replayed";

/// Which rejections; everything left out is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The source that sent it.
    pub source: Option<String>,
    /// Why it was rejected, as one word.
    pub reason: Option<String>,
    /// [`OPEN`] or [`REPLAYED`].
    pub state: Option<String>,
    /// Not before this time.
    pub from: Option<i64>,
    /// Before this time.
    pub to: Option<i64>,
}

const COLUMNS: &str = "id, source, job, at, line, reason, message, raw, dialect, state, replayed_at";

/// Keeps rejections; returns the first of their ids, which follow each other. The `id` in `rejected` is not read.
pub fn insert(conn: &mut dyn Conn, rejected: &[Rejected]) -> Result<i64, StoreError> {
    let first = one_int(conn, "SELECT COALESCE(MAX(id), 0) + 1 FROM rejected", &[])?;
    let mut next = first;
    let head = format!("INSERT INTO rejected ({COLUMNS})");
    insert_many(conn, (&head, ""), 11, rejected, |rejected, values| {
        values.extend::<[Value; 11]>([
            next.into(),
            rejected.source.as_str().into(),
            rejected.job.into(),
            rejected.at.into(),
            rejected.line.into(),
            rejected.reason.as_str().into(),
            rejected.message.as_str().into(),
            rejected.raw.as_slice().into(),
            rejected.dialect.as_deref().into(),
            rejected.state.as_str().into(),
            rejected.replayed_at.into(),
        ]);
        next += 1;
    })?;
    Ok(first)
}

/// A page of rejections, newest first: those before the id `before` (from the newest if `None`), `limit` at most, of
/// one job or of all.
pub fn list(
    conn: &mut dyn Conn,
    job: Option<i64>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Rejected>, StoreError> {
    let (before, limit) = (before.unwrap_or(i64::MAX), limit as i64);
    let rows = if let Some(job) = job {
        let sql = format!("SELECT {COLUMNS} FROM rejected WHERE job = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        conn.query(&sql, &[job.into(), before.into(), limit.into()])?
    } else {
        let sql = format!("SELECT {COLUMNS} FROM rejected WHERE id < $1 ORDER BY id DESC LIMIT $2");
        conn.query(&sql, &[before.into(), limit.into()])?
    };
    rows.into_iter().map(rejection).collect()
}

/// How many rejections there are for each reason, of one job or of all, by reason.
pub fn count(conn: &mut dyn Conn, job: Option<i64>) -> Result<Vec<(String, i64)>, StoreError> {
    let (condition, params) = match job {
        Some(job) => ("WHERE job = $1", vec![job.into()]),
        None => ("", Vec::new()),
    };
    let sql = format!("SELECT reason, COUNT(*) FROM rejected {condition} GROUP BY reason ORDER BY reason");
    let rows = conn.query(&sql, &params)?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.get_int(1)?))).collect()
}

/// A page of the rejections that are wanted, newest first: those before the id `before` (from the newest if `None`),
/// `limit` at most.
pub fn search(
    conn: &mut dyn Conn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Rejected>, StoreError> {
    let (condition, mut params) = condition(wanted);
    let n = params.len();
    let sql =
        format!("SELECT {COLUMNS} FROM rejected WHERE {condition}id < ${} ORDER BY id DESC LIMIT ${}", n + 1, n + 2);
    params.extend([before.unwrap_or(i64::MAX).into(), (limit as i64).into()]);
    conn.query(&sql, &params)?.into_iter().map(rejection).collect()
}

/// How many of the rejections that are wanted there are for each source and reason, by the two.
pub fn count_by_source(conn: &mut dyn Conn, wanted: &Wanted) -> Result<Vec<(String, String, i64)>, StoreError> {
    let (condition, mut params) = condition(wanted);
    let sql = format!(
        "SELECT source, reason, COUNT(*) FROM rejected WHERE {condition}id < ${} GROUP BY source, reason \
         ORDER BY source, reason",
        params.len() + 1
    );
    params.push(i64::MAX.into());
    let rows = conn.query(&sql, &params)?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?, row.get_int(2)?))).collect()
}

/// What holds of the rejections that are wanted, each condition with `AND` after it, and its parameters.
fn condition(wanted: &Wanted) -> (String, Vec<Value>) {
    let texts = [("source =", &wanted.source), ("reason =", &wanted.reason), ("state =", &wanted.state)];
    let texts = texts.into_iter().filter_map(|(is, text)| Some((is, Value::from(text.as_deref()?))));
    let times = [("at >=", wanted.from), ("at <", wanted.to)];
    let times = times.into_iter().filter_map(|(is, at)| Some((is, Value::from(at?))));
    let mut condition = String::new();
    let mut params = Vec::new();
    for (is, value) in texts.chain(times) {
        params.push(value);
        write!(condition, "{is} ${} AND ", params.len()).expect("a String takes any text");
    }
    (condition, params)
}

/// The rejection of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Rejected>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM rejected WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(rejection).transpose()
}

/// Puts other bytes, with why they are not taken yet, in the place of what was sent; returns whether there is such an
/// open rejection.
pub fn mend(conn: &mut dyn Conn, id: i64, raw: &[u8], (reason, message): (&str, &str)) -> Result<bool, StoreError> {
    let sql = "UPDATE rejected SET raw = $1, reason = $2, message = $3 WHERE id = $4 AND state = $5";
    Ok(conn.execute(sql, &[raw.into(), reason.into(), message.into(), id.into(), OPEN.into()])? != 0)
}

/// Says why a rejection is still not taken.
pub fn set_reason(conn: &mut dyn Conn, id: i64, (reason, message): (&str, &str)) -> Result<bool, StoreError> {
    let sql = "UPDATE rejected SET reason = $1, message = $2 WHERE id = $3 AND state = $4";
    Ok(conn.execute(sql, &[reason.into(), message.into(), id.into(), OPEN.into()])? != 0)
}

/// Says that an open rejection was taken after all; returns whether it was open.
pub fn set_replayed(conn: &mut dyn Conn, id: i64, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE rejected SET state = $1, replayed_at = $2 WHERE id = $3 AND state = $4";
    Ok(conn.execute(sql, &[REPLAYED.into(), at.into(), id.into(), OPEN.into()])? != 0)
}

/// Deletes what came before a time; returns how many there were.
pub fn delete_before(conn: &mut dyn Conn, at: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM rejected WHERE at < $1", &[at.into()])
}

/// Deletes rejections that were mended; returns how many were there.
pub fn delete(conn: &mut dyn Conn, ids: &[i64]) -> Result<u64, StoreError> {
    let mut n_deleted = 0;
    for id in ids {
        n_deleted += conn.execute("DELETE FROM rejected WHERE id = $1", &[(*id).into()])?;
    }
    Ok(n_deleted)
}

fn rejection(mut row: Row) -> Result<Rejected, StoreError> {
    Ok(Rejected {
        id: row.get_int(0)?,
        source: row.take_text(1)?,
        job: row.opt_int(2)?,
        at: row.get_int(3)?,
        line: row.opt_int(4)?,
        reason: row.take_text(5)?,
        message: row.take_text(6)?,
        raw: row.take_blob(7)?,
        dialect: row.opt_text(8)?,
        state: row.take_text(9)?,
        replayed_at: row.opt_int(10)?,
    })
}
