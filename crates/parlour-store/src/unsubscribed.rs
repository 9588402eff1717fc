//! Addresses that asked to get no digest any more.

use crate::{Conn, StoreError};

/// Notes that an address wants none; once is enough.
pub fn add(conn: &mut dyn Conn, address: &str, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO unsubscribed (address, at) VALUES ($1, $2) ON CONFLICT (address) DO NOTHING";
    conn.execute(sql, &[address.into(), at.into()])?;
    Ok(())
}

/// All of them.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<String>, StoreError> {
    let rows = conn.query("SELECT address FROM unsubscribed ORDER BY address", &[])?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}
