//! Sessions of members, apart from those of the Desk: neither opens what is the other's. Kept by the hash of the token.

use crate::{Conn, Row, StoreError};

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub hash: Vec<u8>,
    /// Whose it is.
    pub member: String,
    /// When it began, in microseconds UTC.
    pub created_at: i64,
    /// From when on it is no longer valid.
    pub expires_at: i64,
    /// When it was last used, as far as that was written down.
    pub last_used_at: i64,
    /// The browser and system it began in, in words; no address.
    pub device: String,
}

const COLUMNS: &str = "hash, member, created_at, expires_at, last_used_at, device";

/// Keeps a new session.
pub fn create(conn: &mut dyn Conn, session: &Session) -> Result<(), StoreError> {
    let params = [
        session.hash.as_slice().into(),
        session.member.as_str().into(),
        session.created_at.into(),
        session.expires_at.into(),
        session.last_used_at.into(),
        session.device.as_str().into(),
    ];
    conn.execute(&format!("INSERT INTO member_session ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)"), &params)?;
    Ok(())
}

/// The session of a hash, if it is valid at `now`.
pub fn get(conn: &mut dyn Conn, hash: &[u8], now: i64) -> Result<Option<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM member_session WHERE hash = $1 AND expires_at > $2");
    conn.query(&sql, &[hash.into(), now.into()])?.into_iter().next().map(session).transpose()
}

/// Writes down that a session was used and how long it is now valid; returns whether it is there.
pub fn touch(conn: &mut dyn Conn, hash: &[u8], now: i64, expires_at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE member_session SET last_used_at = $1, expires_at = $2 WHERE hash = $3";
    Ok(conn.execute(sql, &[now.into(), expires_at.into(), hash.into()])? != 0)
}

/// The sessions of a member, the last used first.
pub fn list(conn: &mut dyn Conn, member: &str) -> Result<Vec<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM member_session WHERE member = $1 ORDER BY last_used_at DESC, hash");
    conn.query(&sql, &[member.into()])?.into_iter().map(session).collect()
}

/// Ends a session; returns whether it was there.
pub fn delete(conn: &mut dyn Conn, hash: &[u8]) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM member_session WHERE hash = $1", &[hash.into()])? != 0)
}

/// Ends all sessions of a member; returns how many there were.
pub fn delete_of(conn: &mut dyn Conn, member: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM member_session WHERE member = $1", &[member.into()])
}

/// Ends all sessions of a member but one; returns how many there were.
pub fn delete_others(conn: &mut dyn Conn, member: &str, kept: &[u8]) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM member_session WHERE member = $1 AND hash <> $2", &[member.into(), kept.into()])
}

/// Deletes what is no longer valid at `now`; returns how many there were.
pub fn delete_expired(conn: &mut dyn Conn, now: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM member_session WHERE expires_at <= $1", &[now.into()])
}

fn session(mut row: Row) -> Result<Session, StoreError> {
    Ok(Session {
        hash: row.take_blob(0)?,
        member: row.take_text(1)?,
        created_at: row.get_int(2)?,
        expires_at: row.get_int(3)?,
        last_used_at: row.get_int(4)?,
        device: row.take_text(5)?,
    })
}
