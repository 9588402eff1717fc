//! Credentials: tokens that are good for one use, such as the link of the first login. Kept by their hash.

use crate::{Conn, Row, StoreError};

/// What a token is good for, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The hash of the token.
    pub hash: Vec<u8>,
    /// What it can be used for.
    pub purpose: String,
    /// Whose it is.
    pub subject: String,
    /// What else whoever uses it up needs to know.
    pub data: String,
    /// From when on it is good, in microseconds UTC, …
    pub created_at: i64,
    /// … and from when on no longer.
    pub expires_at: i64,
}

/// Keeps a credential until it expires.
pub fn create(conn: &mut dyn Conn, new: &Credential) -> Result<(), StoreError> {
    let sql = "INSERT INTO credential (hash, purpose, subject, data, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    let params = [
        new.hash.as_slice().into(),
        new.purpose.as_str().into(),
        new.subject.as_str().into(),
        new.data.as_str().into(),
        new.created_at.into(),
        new.expires_at.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// The credential of a hash, if it could still be used for this purpose at `now`.
pub fn get(conn: &mut dyn Conn, hash: &[u8], purpose: &str, now: i64) -> Result<Option<Credential>, StoreError> {
    let sql = "SELECT hash, purpose, subject, data, created_at, expires_at FROM credential \
        WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND created_at <= $3 AND expires_at > $4";
    let rows = conn.query(sql, &[hash.into(), purpose.into(), now.into(), now.into()])?;
    rows.into_iter().next().map(credential).transpose()
}

/// Uses a credential up; returns it if it was good for this purpose at `now`, which it is once.
pub fn spend(conn: &mut dyn Conn, hash: &[u8], purpose: &str, now: i64) -> Result<Option<Credential>, StoreError> {
    let Some(found) = get(conn, hash, purpose, now)? else { return Ok(None) };
    let sql = "UPDATE credential SET used_at = $1 WHERE hash = $2 AND used_at IS NULL";
    let n_spent = conn.execute(sql, &[now.into(), hash.into()])?;
    Ok((n_spent != 0).then_some(found))
}

/// Whether any credential for a purpose could still be used at `now`.
pub fn is_open(conn: &mut dyn Conn, purpose: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM credential WHERE purpose = $1 AND used_at IS NULL AND expires_at > $2 LIMIT 1";
    Ok(!conn.query(sql, &[purpose.into(), now.into()])?.is_empty())
}

/// Takes back all credentials of somebody for a purpose; returns how many there were.
pub fn delete_of(conn: &mut dyn Conn, subject: &str, purpose: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM credential WHERE subject = $1 AND purpose = $2", &[subject.into(), purpose.into()])
}

/// Deletes credentials that have expired at `now`; returns how many there were.
pub fn delete_expired(conn: &mut dyn Conn, now: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM credential WHERE expires_at <= $1", &[now.into()])
}

fn credential(mut row: Row) -> Result<Credential, StoreError> {
    Ok(Credential {
        hash: row.take_blob(0)?,
        purpose: row.take_text(1)?,
        subject: row.take_text(2)?,
        data: row.take_text(3)?,
        created_at: row.get_int(4)?,
        expires_at: row.get_int(5)?,
    })
}
