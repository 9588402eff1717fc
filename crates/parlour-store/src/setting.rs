//! Settings kept in the database: text by name.

use crate::{Conn, StoreError};

/// The value of a setting, if there is one.
pub fn get(conn: &mut (impl Conn + ?Sized), name: &str) -> Result<Option<String>, StoreError> {
    let mut rows = conn.query("SELECT value FROM setting WHERE name = $1", &[name.into()])?;
    rows.first_mut().map(|row| row.take_text(0)).transpose()
}

/// Sets a setting.
pub fn set(conn: &mut (impl Conn + ?Sized), name: &str, value: &str) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    conn.execute(sql, &[name.into(), value.into()])?;
    Ok(())
}

/// Forgets a setting; returns whether there was one.
pub fn delete(conn: &mut dyn Conn, name: &str) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM setting WHERE name = $1", &[name.into()])? != 0)
}

/// All settings by name, the store's own among them.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<(String, String)>, StoreError> {
    let rows = conn.query("SELECT name, value FROM setting ORDER BY name", &[])?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?))).collect()
}
