//! Peeks: how often a room was looked into on a day. Who looked is not kept.

use parlour_core::day::Day;

use crate::{Conn, StoreError};

/// Adds to a day's peeks.
pub fn add(conn: &mut dyn Conn, member: &str, day: Day, n: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO peek (member, day, n) VALUES ($1, $2, $3) \
        ON CONFLICT (member, day) DO UPDATE SET n = peek.n + excluded.n";
    conn.execute(sql, &[member.into(), i64::from(day.0).into(), n.into()])?;
    Ok(())
}

/// The days since `since` on which a room was looked into, and how often.
pub fn since(conn: &mut dyn Conn, member: &str, since: Day) -> Result<Vec<(Day, i64)>, StoreError> {
    let sql = "SELECT day, n FROM peek WHERE member = $1 AND day >= $2 ORDER BY day";
    let rows = conn.query(sql, &[member.into(), i64::from(since.0).into()])?;
    rows.into_iter().map(|row| Ok((Day(row.get_i32(0)?), row.get_int(1)?))).collect()
}
