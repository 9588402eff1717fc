//! The journal: accepted batches in order, until they are sealed; and the cursors that run along it.

use parlour_core::day::Day;

use crate::conn::demand_lead;
use crate::rows::{insert_many, one_int};
use crate::{Conn, Row, StoreError};

/// The cursor up to which batches are folded.
pub const FOLD: &str = "fold";
/// The cursor up to which batches are sealed into the lake.
pub const SEAL: &str = "seal";

/// A batch as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The source that sent it.
    pub source: String,
    /// When it came, in microseconds UTC.
    pub received_at: i64,
    /// How many events are in it.
    pub n: i64,
    /// The earliest day of its events.
    pub min_day: Day,
    /// The latest day of its events.
    pub max_day: Day,
    /// The events, compressed.
    pub body: Vec<u8>,
}

/// A batch as it lies in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalBatch {
    /// Its place in the order; 1 is the first.
    pub seq: i64,
    /// What came in.
    pub arrival: Arrival,
}

/// What lies behind a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Batches.
    pub n_batches: i64,
    /// Events in them.
    pub n_events: i64,
    /// When the one that came first was received, in microseconds UTC.
    pub oldest_at: Option<i64>,
}

/// Appends a batch and returns its `seq`: one more than the last, also when the last was sealed and deleted.
pub fn append(conn: &mut dyn Conn, arrival: Arrival) -> Result<i64, StoreError> {
    let sql = "INSERT INTO journal (seq, source, received_at, n, min_day, max_day, body) VALUES (\
        (SELECT COALESCE(MAX(seq), 0) + 1 FROM (SELECT MAX(seq) AS seq FROM journal UNION ALL \
         SELECT MAX(seq) AS seq FROM cursor WHERE name IN ('fold', 'seal')) AS t), $1, $2, $3, $4, $5, $6) RETURNING seq";
    let Arrival { source, received_at, n, min_day, max_day, body } = arrival;
    one_int(conn, sql, &[source.into(), received_at.into(), n.into(), min_day.0.into(), max_day.0.into(), body.into()])
}

/// The batches after `seq`, in order, `limit` at most.
pub fn read_after(conn: &mut dyn Conn, seq: i64, limit: usize) -> Result<Vec<JournalBatch>, StoreError> {
    let sql =
        "SELECT seq, source, received_at, n, min_day, max_day, body FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2";
    let mut batches = Vec::new();
    conn.for_each(sql, &[seq.into(), (limit as i64).into()], &mut |row| {
        batches.push(batch(row)?);
        Ok(())
    })?;
    Ok(batches)
}

fn batch(mut row: Row) -> Result<JournalBatch, StoreError> {
    let arrival = Arrival {
        source: row.take_text(1)?,
        received_at: row.get_int(2)?,
        n: row.get_int(3)?,
        min_day: Day(row.get_i32(4)?),
        max_day: Day(row.get_i32(5)?),
        body: row.take_blob(6)?,
    };
    Ok(JournalBatch { seq: row.get_int(0)?, arrival })
}

/// Deletes the batches up to and with `seq`; returns how many. Set [`SEAL`] in the same work, so that their numbers
/// never come again.
pub fn delete_upto(conn: &mut dyn Conn, seq: i64) -> Result<u64, StoreError> {
    demand_lead(conn)?;
    conn.execute("DELETE FROM journal WHERE seq <= $1", &[seq.into()])
}

/// The last batch there ever was; 0 before the first.
pub fn last(conn: &mut dyn Conn) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM (SELECT MAX(seq) AS seq FROM journal UNION ALL \
         SELECT MAX(seq) AS seq FROM cursor WHERE name IN ('fold', 'seal')) AS t";
    one_int(conn, sql, &[])
}

/// Notes objects that are to be removed from the object store.
pub fn leave(conn: &mut dyn Conn, objects: &[String]) -> Result<(), StoreError> {
    let text = ("INSERT INTO leaving (object)", "ON CONFLICT (object) DO NOTHING");
    insert_many(conn, text, 1, objects, |object, values| values.push(object.as_str().into())).map(|_| ())
}

/// The objects that are to be removed.
pub fn leaving(conn: &mut dyn Conn) -> Result<Vec<String>, StoreError> {
    let rows = conn.query("SELECT object FROM leaving ORDER BY object", &[])?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Notes that they are gone.
pub fn left(conn: &mut dyn Conn, objects: &[String]) -> Result<(), StoreError> {
    for object in objects {
        conn.execute("DELETE FROM leaving WHERE object = $1", &[object.as_str().into()])?;
    }
    Ok(())
}

/// The first bytes of the bodies up to and with `seq`, enough to tell where each lies.
pub fn heads_upto(conn: &mut dyn Conn, seq: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = conn.query("SELECT SUBSTR(body, 1, 64) FROM journal WHERE seq <= $1 ORDER BY seq", &[seq.into()])?;
    rows.into_iter().map(|mut row| row.take_blob(0)).collect()
}

/// How much lies after `seq`.
pub fn waiting(conn: &mut dyn Conn, seq: i64) -> Result<Waiting, StoreError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(n), 0) AS BIGINT), MIN(received_at) FROM journal WHERE seq > $1";
    let rows = conn.query(sql, &[seq.into()])?;
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("a count has no row".to_owned()))?;
    Ok(Waiting { n_batches: row.get_int(0)?, n_events: row.get_int(1)?, oldest_at: row.opt_int(2)? })
}

/// Where a cursor stands; 0 before its first step.
pub fn cursor(conn: &mut dyn Conn, name: &str) -> Result<i64, StoreError> {
    let rows = conn.query("SELECT seq FROM cursor WHERE name = $1", &[name.into()])?;
    rows.first().map_or(Ok(0), |row| row.get_int(0))
}

/// Moves a cursor to `seq`.
pub fn set_cursor(conn: &mut dyn Conn, name: &str, seq: i64) -> Result<(), StoreError> {
    demand_lead(conn)?;
    let sql = "INSERT INTO cursor (name, seq) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";
    conn.execute(sql, &[name.into(), seq.into()])?;
    Ok(())
}
