//! Rejections: what was sent and could not be taken, with its bytes and the reason, to be mended and sent again.

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
    /// What was sent.
    pub raw: Vec<u8>,
}

const COLUMNS: &str = "id, source, job, at, line, reason, message, raw";

/// Keeps rejections; returns the first of their ids, which follow each other. The `id` in `rejected` is not read.
pub fn insert(conn: &mut dyn Conn, rejected: &[Rejected]) -> Result<i64, StoreError> {
    let first = one_int(conn, "SELECT COALESCE(MAX(id), 0) + 1 FROM rejected", &[])?;
    let mut next = first;
    let head = format!("INSERT INTO rejected ({COLUMNS})");
    insert_many(conn, (&head, ""), 8, rejected, |rejected, values| {
        values.extend::<[Value; 8]>([
            next.into(),
            rejected.source.as_str().into(),
            rejected.job.into(),
            rejected.at.into(),
            rejected.line.into(),
            rejected.reason.as_str().into(),
            rejected.message.as_str().into(),
            rejected.raw.as_slice().into(),
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
    })
}
