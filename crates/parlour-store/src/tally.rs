//! Running counts of what became of events: `sent = accepted + rejected`, `accepted = folded + duplicate + waiting`.

use crate::{Conn, StoreError};

/// Events that reached a door.
pub const SENT: &str = "sent";
/// Events that were written to the journal.
pub const ACCEPTED: &str = "accepted";
/// Events that were folded into state.
pub const FOLDED: &str = "folded";
/// Events that were there before.
pub const DUPLICATE: &str = "duplicate";
/// Events that were refused.
pub const REJECTED: &str = "rejected";
/// Of those folded, the ones that were erased since.
pub const ERASED: &str = "erased";

/// Adds to counts; a negative number takes away. A name may come twice.
pub fn add(conn: &mut dyn Conn, counts: &[(&str, i64)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO tally (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = tally.n + excluded.n";
    for (name, n) in counts {
        conn.execute(sql, &[(*name).into(), (*n).into()])?;
    }
    Ok(())
}

/// Sets counts, as a rebuild does.
pub fn set(conn: &mut dyn Conn, counts: &[(&str, i64)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO tally (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = excluded.n";
    for (name, n) in counts {
        conn.execute(sql, &[(*name).into(), (*n).into()])?;
    }
    Ok(())
}

/// All counts by name.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = conn.query("SELECT name, n FROM tally ORDER BY name", &[])?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.get_int(1)?))).collect()
}
