//! Jobs: long pieces of work, such as reading a file, with how far they have come.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One job. What the words in `kind`, `state` and `data` mean is the engine's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// What it does.
    pub kind: String,
    /// What people call it, such as the name of the file.
    pub name: String,
    /// Whether it waits, runs, is done …
    pub state: String,
    /// How far it has come, in bytes of the file.
    pub position: i64,
    /// How far it has come, in lines.
    pub line: i64,
    /// How far it has to go, in the unit of `position`.
    pub total: i64,
    /// Events taken.
    pub n_done: i64,
    /// Events rejected.
    pub n_rejected: i64,
    /// What it needs to go on, as JSON.
    pub data: String,
    /// What went wrong.
    pub message: Option<String>,
    /// When it began, in microseconds UTC.
    pub started_at: i64,
    /// When it last moved, in microseconds UTC.
    pub updated_at: i64,
}

const COLUMNS: &str =
    "id, kind, name, state, position, line, total, n_done, n_rejected, data, message, started_at, updated_at";

fn values(job: &Job) -> [Value; 12] {
    [
        job.kind.as_str().into(),
        job.name.as_str().into(),
        job.state.as_str().into(),
        job.position.into(),
        job.line.into(),
        job.total.into(),
        job.n_done.into(),
        job.n_rejected.into(),
        job.data.as_str().into(),
        job.message.as_deref().into(),
        job.started_at.into(),
        job.updated_at.into(),
    ]
}

/// Keeps a new job and returns its id. The `id` in `job` is not read.
pub fn create(conn: &mut dyn Conn, job: &Job) -> Result<i64, StoreError> {
    let sql = format!(
        "INSERT INTO job ({COLUMNS}) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM job), \
         $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id"
    );
    one_int(conn, &sql, &values(job))
}

/// Writes down how the job of this `id` stands; returns whether there is one.
pub fn update(conn: &mut dyn Conn, job: &Job) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET kind = $1, name = $2, state = $3, position = $4, line = $5, total = $6, n_done = $7, \
        n_rejected = $8, data = $9, message = $10, started_at = $11, updated_at = $12 WHERE id = $13";
    let mut params = values(job).to_vec();
    params.push(job.id.into());
    Ok(conn.execute(sql, &params)? != 0)
}

/// The job of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Job>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM job WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(job).transpose()
}

/// The newest jobs, newest first, `limit` at most.
pub fn list(conn: &mut dyn Conn, limit: usize) -> Result<Vec<Job>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM job ORDER BY id DESC LIMIT $1"), &[(limit as i64).into()])?;
    rows.into_iter().map(job).collect()
}

fn job(mut row: Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.get_int(0)?,
        kind: row.take_text(1)?,
        name: row.take_text(2)?,
        state: row.take_text(3)?,
        position: row.get_int(4)?,
        line: row.get_int(5)?,
        total: row.get_int(6)?,
        n_done: row.get_int(7)?,
        n_rejected: row.get_int(8)?,
        data: row.take_text(9)?,
        message: row.opt_text(10)?,
        started_at: row.get_int(11)?,
        updated_at: row.get_int(12)?,
    })
}
