//! Credentials: tokens that are good for one use, such as the link of the first login. Kept by their hash.

use crate::{Conn, StoreError};

/// Keeps a credential for a purpose until it expires; times in microseconds UTC.
pub fn create(conn: &mut dyn Conn, hash: &[u8], purpose: &str, valid: std::ops::Range<i64>) -> Result<(), StoreError> {
    let sql = "INSERT INTO credential (hash, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    conn.execute(sql, &[hash.into(), purpose.into(), valid.start.into(), valid.end.into()])?;
    Ok(())
}

/// Uses a credential up; returns whether it was good for this purpose at `now`, which it is once.
pub fn spend(conn: &mut dyn Conn, hash: &[u8], purpose: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE credential SET used_at = $1 \
        WHERE hash = $2 AND purpose = $3 AND used_at IS NULL AND created_at <= $4 AND expires_at > $5";
    let n_spent = conn.execute(sql, &[now.into(), hash.into(), purpose.into(), now.into(), now.into()])?;
    Ok(n_spent != 0)
}

/// Whether any credential for a purpose could still be used at `now`.
pub fn is_open(conn: &mut dyn Conn, purpose: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM credential WHERE purpose = $1 AND used_at IS NULL AND expires_at > $2 LIMIT 1";
    Ok(!conn.query(sql, &[purpose.into(), now.into()])?.is_empty())
}

/// Deletes credentials that have expired at `now`; returns how many there were.
pub fn delete_expired(conn: &mut dyn Conn, now: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM credential WHERE expires_at <= $1", &[now.into()])
}
