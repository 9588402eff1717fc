//! Mentions: pages that are said to link to one of ours, what is to be looked at, and what was found there.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// The state of a mention whose page is to be looked at.
pub const WAITING: &str = "waiting";
/// The state of one whose page does link to ours.
pub const FOUND: &str = "found";
/// The state of one whose page does not, or could not be read.
pub const REFUSED: &str = "refused";
/// The state of one whose page did, and is gone or does no more.
pub const GONE: &str = "gone";

/// One mention. Times are microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Given by [`tell`]; ascending.
    pub id: i64,
    /// The source that takes it.
    pub source: String,
    /// The page that mentions.
    pub page: String,
    /// Our page that is mentioned.
    pub target: String,
    /// [`WAITING`], [`FOUND`], [`REFUSED`] or [`GONE`].
    pub state: String,
    /// How often it was looked at since it was told of.
    pub attempts: i64,
    /// When it is to be looked at.
    pub next_at: i64,
    /// When it was last told of.
    pub told_at: i64,
    /// When it was last looked at.
    pub looked_at: Option<i64>,
    /// A digest of what it said then; none where it was never found.
    pub digest: Option<String>,
    /// How often what it says was new.
    pub n_versions: i64,
    /// What went wrong last.
    pub last_error: Option<String>,
}

const COLUMNS: &str = "id, source, page, target, state, attempts, next_at, told_at, looked_at, digest, n_versions, \
    last_error";

/// Notes that somebody told of a mention, so that its page is looked at, once more if it was before.
pub fn tell(conn: &mut dyn Conn, source: &str, (page, target): (&str, &str), now: i64) -> Result<i64, StoreError> {
    let sql = "INSERT INTO mention (id, source, page, target, state, attempts, next_at, told_at, n_versions) VALUES \
        ((SELECT COALESCE(MAX(id), 0) + 1 FROM mention), $1, $2, $3, $4, 0, $5, $6, 0) \
        ON CONFLICT (source, page, target) DO UPDATE SET state = excluded.state, attempts = 0, \
        next_at = excluded.next_at, told_at = excluded.told_at RETURNING id";
    let params: [Value; 6] = [source.into(), page.into(), target.into(), WAITING.into(), now.into(), now.into()];
    one_int(conn, sql, &params)
}

/// How many wait to be looked at.
pub fn n_waiting(conn: &mut dyn Conn) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM mention WHERE state = $1", &[WAITING.into()])
}

/// Those whose page is to be looked at by `now`, the longest due first.
pub fn due(conn: &mut dyn Conn, now: i64, limit: usize) -> Result<Vec<Mention>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM mention WHERE state = $1 AND next_at <= $2 ORDER BY next_at, id LIMIT $3");
    conn.query(&sql, &[WAITING.into(), now.into(), (limit as i64).into()])?.into_iter().map(mention).collect()
}

/// Writes down what a look at a page brought. One that was told of again meanwhile goes on waiting.
pub fn settle(conn: &mut dyn Conn, of: &Mention) -> Result<(), StoreError> {
    let sql = "UPDATE mention SET state = CASE WHEN told_at = $1 THEN $2 ELSE state END, attempts = $3, \
        next_at = CASE WHEN told_at = $4 THEN $5 ELSE next_at END, looked_at = $6, digest = $7, n_versions = $8, \
        last_error = $9 WHERE id = $10";
    let params: [Value; 10] = [
        of.told_at.into(),
        of.state.as_str().into(),
        of.attempts.into(),
        of.told_at.into(),
        of.next_at.into(),
        of.looked_at.into(),
        of.digest.as_deref().into(),
        of.n_versions.into(),
        of.last_error.as_deref().into(),
        of.id.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// The last that a source was told of, newest first.
pub fn of_source(conn: &mut dyn Conn, source: &str, limit: usize) -> Result<Vec<Mention>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM mention WHERE source = $1 ORDER BY told_at DESC, id DESC LIMIT $2");
    conn.query(&sql, &[source.into(), (limit as i64).into()])?.into_iter().map(mention).collect()
}

fn mention(mut row: Row) -> Result<Mention, StoreError> {
    Ok(Mention {
        id: row.get_int(0)?,
        source: row.take_text(1)?,
        page: row.take_text(2)?,
        target: row.take_text(3)?,
        state: row.take_text(4)?,
        attempts: row.get_int(5)?,
        next_at: row.get_int(6)?,
        told_at: row.get_int(7)?,
        looked_at: row.opt_int(8)?,
        digest: row.opt_text(9)?,
        n_versions: row.get_int(10)?,
        last_error: row.opt_text(11)?,
    })
}
