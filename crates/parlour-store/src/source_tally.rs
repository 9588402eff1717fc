//! Running counts of what each source sent: how much was accepted, and how much rejected for which reason.

use crate::{Conn, StoreError};

/// Events that were written to the journal.
pub const ACCEPTED: &str = "accepted";
/// What the name of a count of rejections begins with; the reason follows.
pub const REJECTED: &str = "rejected:";

/// Adds to counts of a source.
pub fn add(conn: &mut dyn Conn, source: &str, counts: &[(String, i64)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO source_tally (source, name, n) VALUES ($1, $2, $3) \
        ON CONFLICT (source, name) DO UPDATE SET n = source_tally.n + excluded.n";
    for (name, n) in counts {
        conn.execute(sql, &[source.into(), name.as_str().into(), (*n).into()])?;
    }
    Ok(())
}

/// All counts: source, name and count, by source and name.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = conn.query("SELECT source, name, n FROM source_tally ORDER BY source, name", &[])?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?, row.get_int(2)?))).collect()
}
