//! Runs: which file of the lake holds what. A file that has no row here is not there.

use parlour_core::day::Day;
use parlour_core::key::Key;

use crate::conn::demand_lead;
use crate::rows::{insert_many, one_int};
use crate::{Conn, Row, StoreError, Value};

/// One file of the lake. Files are never changed; compaction replaces several by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Given by [`insert`]; ascending.
    pub id: i64,
    /// What is in it, such as activity or events.
    pub kind: String,
    /// Its path in the lake; no two runs have the same.
    pub file: String,
    /// How many rows it has.
    pub n_rows: i64,
    /// How long it is.
    pub n_bytes: i64,
    /// The first batch of the journal in it.
    pub first_seq: i64,
    /// The last batch of the journal in it.
    pub last_seq: i64,
    /// The earliest day in it.
    pub min_day: Day,
    /// The latest day in it.
    pub max_day: Day,
    /// How often it was compacted.
    pub level: i64,
    /// The least subject in it.
    pub min_subject: Key,
    /// The greatest subject in it.
    pub max_subject: Key,
    /// Checksum of the file.
    pub digest: String,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
}

const COLUMNS: &str = "id, kind, file, n_rows, n_bytes, first_seq, last_seq, min_day, max_day, level, min_subject, \
    max_subject, digest, created_at";

/// Makes files visible; returns their ids. The `id` in `runs` is not read.
pub fn insert(conn: &mut dyn Conn, runs: &[Run]) -> Result<Vec<i64>, StoreError> {
    demand_lead(conn)?;
    let first = one_int(conn, "SELECT COALESCE(MAX(id), 0) + 1 FROM run", &[])?;
    let mut next = first;
    insert_many(conn, (&format!("INSERT INTO run ({COLUMNS})"), ""), 14, runs, |run, values| {
        values.extend::<[Value; 14]>([
            next.into(),
            run.kind.as_str().into(),
            run.file.as_str().into(),
            run.n_rows.into(),
            run.n_bytes.into(),
            run.first_seq.into(),
            run.last_seq.into(),
            run.min_day.0.into(),
            run.max_day.0.into(),
            run.level.into(),
            run.min_subject.into(),
            run.max_subject.into(),
            run.digest.as_str().into(),
            run.created_at.into(),
        ]);
        next += 1;
    })?;
    Ok((first..next).collect())
}

/// Makes files invisible; returns how many were visible.
pub fn remove(conn: &mut dyn Conn, ids: &[i64]) -> Result<u64, StoreError> {
    demand_lead(conn)?;
    let mut n_removed = 0;
    for id in ids {
        n_removed += conn.execute("DELETE FROM run WHERE id = $1", &[(*id).into()])?;
    }
    Ok(n_removed)
}

/// Puts `new` in the place of the runs `old`, for readers at one stroke; returns the ids of the new ones.
/// [`StoreError::Aborted`] if one of `old` is gone: somebody else replaced it.
pub fn replace(conn: &mut dyn Conn, old: &[i64], new: &[Run]) -> Result<Vec<i64>, StoreError> {
    // New ones first, so that ids ascend past those that go.
    let ids = insert(conn, new)?;
    if remove(conn, old)? != old.len() as u64 {
        return Err(StoreError::Aborted("a run to be replaced is no longer there".to_owned()));
    }
    Ok(ids)
}

/// The runs of a kind, by id.
pub fn list(conn: &mut dyn Conn, kind: &str) -> Result<Vec<Run>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM run WHERE kind = $1 ORDER BY id"), &[kind.into()])?;
    rows.into_iter().map(run).collect()
}

fn run(mut row: Row) -> Result<Run, StoreError> {
    Ok(Run {
        id: row.get_int(0)?,
        kind: row.take_text(1)?,
        file: row.take_text(2)?,
        n_rows: row.get_int(3)?,
        n_bytes: row.get_int(4)?,
        first_seq: row.get_int(5)?,
        last_seq: row.get_int(6)?,
        min_day: Day(row.get_i32(7)?),
        max_day: Day(row.get_i32(8)?),
        level: row.get_int(9)?,
        min_subject: row.get_key(10)?,
        max_subject: row.get_key(11)?,
        digest: row.take_text(12)?,
        created_at: row.get_int(13)?,
    })
}
