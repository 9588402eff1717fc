//! Write keys: what a source shows when it sends. Kept by their hash, so that a copy of the database sends nothing.

use crate::{Conn, Row, StoreError};

/// One write key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceKey {
    /// Its hash.
    pub hash: Vec<u8>,
    /// The id of the source it belongs to.
    pub source: i64,
    /// Its first and last characters, by which people tell keys apart.
    pub hint: String,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
    /// From when on it is no longer valid, if that is known.
    pub expires_at: Option<i64>,
    /// Since when it was taken back.
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str = "hash, source, hint, created_at, expires_at, revoked_at";

/// Keeps a new key.
pub fn create(conn: &mut dyn Conn, key: &SourceKey) -> Result<(), StoreError> {
    let params = [
        key.hash.as_slice().into(),
        key.source.into(),
        key.hint.as_str().into(),
        key.created_at.into(),
        key.expires_at.into(),
        key.revoked_at.into(),
    ];
    conn.execute(&format!("INSERT INTO source_key ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)"), &params)?;
    Ok(())
}

/// Lets the valid keys of a source expire at a time, those that would last longer; returns how many.
pub fn expire(conn: &mut dyn Conn, source: i64, at: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE source_key SET expires_at = $1 \
        WHERE source = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)";
    conn.execute(sql, &[at.into(), source.into(), at.into()])
}

/// Takes all keys of a source back; returns how many were not before.
pub fn revoke(conn: &mut dyn Conn, source: i64, at: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE source_key SET revoked_at = $1 WHERE source = $2 AND revoked_at IS NULL";
    conn.execute(sql, &[at.into(), source.into()])
}

/// All keys by the time they were made, those no longer valid too.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<SourceKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM source_key ORDER BY created_at, hash");
    conn.query(&sql, &[])?.into_iter().map(source_key).collect()
}

fn source_key(mut row: Row) -> Result<SourceKey, StoreError> {
    Ok(SourceKey {
        hash: row.take_blob(0)?,
        source: row.get_int(1)?,
        hint: row.take_text(2)?,
        created_at: row.get_int(3)?,
        expires_at: row.opt_int(4)?,
        revoked_at: row.opt_int(5)?,
    })
}
