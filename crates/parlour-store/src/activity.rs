//! Activities: what others posted to a brand's actor, until it is known who did.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError};

/// One activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// The source that the actor is.
    pub source: String,
    /// When it came, in microseconds UTC.
    pub received_at: i64,
    /// When it is looked at, or looked at again.
    pub next_at: i64,
    /// How often it was.
    pub attempts: i64,
    /// What was signed beside the body; what the words mean is the engine's affair.
    pub head: String,
    /// As it came.
    pub body: Vec<u8>,
}

/// Keeps an activity unless `most` wait already; returns whether it did. Its `id` and `attempts` are not looked at.
pub fn create(conn: &mut dyn Conn, activity: &Activity, most: i64) -> Result<bool, StoreError> {
    if most <= count(conn)? {
        return Ok(false);
    }
    let sql = "INSERT INTO activity (id, source, received_at, next_at, attempts, head, body) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM activity), $1, $2, $3, 0, $4, $5)";
    let Activity { source, received_at, next_at, head, body, .. } = activity;
    let params = [
        source.as_str().into(),
        (*received_at).into(),
        (*next_at).into(),
        head.as_str().into(),
        body.as_slice().into(),
    ];
    conn.execute(sql, &params)?;
    Ok(true)
}

/// How many wait.
pub fn count(conn: &mut dyn Conn) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM activity", &[])
}

/// Those to be looked at now, what came first first, `limit` at most.
pub fn due(conn: &mut dyn Conn, now: i64, limit: usize) -> Result<Vec<Activity>, StoreError> {
    let sql = "SELECT id, source, received_at, next_at, attempts, head, body FROM activity WHERE next_at <= $1 \
        ORDER BY next_at, id LIMIT $2";
    conn.query(sql, &[now.into(), (limit as i64).into()])?.into_iter().map(activity).collect()
}

/// Has one looked at again at a time.
pub fn postpone(conn: &mut dyn Conn, id: i64, next_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE activity SET attempts = attempts + 1, next_at = $1 WHERE id = $2";
    conn.execute(sql, &[next_at.into(), id.into()])?;
    Ok(())
}

/// Lets go of one; returns whether it was there.
pub fn delete(conn: &mut dyn Conn, id: i64) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM activity WHERE id = $1", &[id.into()])? != 0)
}

fn activity(mut row: Row) -> Result<Activity, StoreError> {
    Ok(Activity {
        id: row.get_int(0)?,
        source: row.take_text(1)?,
        received_at: row.get_int(2)?,
        next_at: row.get_int(3)?,
        attempts: row.get_int(4)?,
        head: row.take_text(5)?,
        body: row.take_blob(6)?,
    })
}
