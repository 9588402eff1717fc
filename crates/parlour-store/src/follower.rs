//! Followers: who wants to hear what a brand says in the fediverse.

use crate::rows::one_int;
use crate::{Conn, StoreError};

/// Has somebody follow.
pub fn create(conn: &mut dyn Conn, source: &str, actor: &str, since: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO follower (source, actor, since) VALUES ($1, $2, $3) ON CONFLICT (source, actor) DO NOTHING";
    conn.execute(sql, &[source.into(), actor.into(), since.into()])?;
    Ok(())
}

/// Has somebody follow no more.
pub fn delete(conn: &mut dyn Conn, source: &str, actor: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM follower WHERE source = $1 AND actor = $2", &[source.into(), actor.into()])?;
    Ok(())
}

/// How many follow.
pub fn count(conn: &mut dyn Conn, source: &str) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM follower WHERE source = $1", &[source.into()])
}
