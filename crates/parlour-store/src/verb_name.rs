//! Names from outside and the verbs that somebody said they stand for.

use crate::{Conn, StoreError};

/// Says which verb a name stands for, in place of what was said before.
pub fn set(conn: &mut dyn Conn, name: &str, verb: &str, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO verb_name (name, verb, mapped_at) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO UPDATE SET verb = excluded.verb, mapped_at = excluded.mapped_at";
    conn.execute(sql, &[name.into(), verb.into(), at.into()])?;
    Ok(())
}

/// Forgets what a name stands for; returns whether anything was said.
pub fn delete(conn: &mut dyn Conn, name: &str) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM verb_name WHERE name = $1", &[name.into()])? != 0)
}

/// All names with their verbs, by name.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<(String, String)>, StoreError> {
    let rows = conn.query("SELECT name, verb FROM verb_name ORDER BY name", &[])?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?))).collect()
}
