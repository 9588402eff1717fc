//! Claims: ids that a member has shown to be theirs, so that what is known of those is known of them.

use crate::{Conn, Row, StoreError};

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose it is.
    pub member: String,
    /// Kind of id …
    pub kind: String,
    /// … and id.
    pub value: String,
    /// How it was shown.
    pub proof: String,
    /// When, microseconds UTC.
    pub at: i64,
}

/// Keeps a claim; returns whether it is new. What somebody else has claimed stays theirs.
pub fn put(conn: &mut dyn Conn, claim: &Claim) -> Result<bool, StoreError> {
    let sql = "INSERT INTO claim (member, kind, value, proof, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let params = [
        claim.member.as_str().into(),
        claim.kind.as_str().into(),
        claim.value.as_str().into(),
        claim.proof.as_str().into(),
        claim.at.into(),
    ];
    Ok(conn.execute(sql, &params)? != 0)
}

/// Who has claimed an id.
pub fn owner_of(conn: &mut dyn Conn, kind: &str, value: &str) -> Result<Option<Claim>, StoreError> {
    let sql = "SELECT member, kind, value, proof, at FROM claim WHERE kind = $1 AND value = $2";
    conn.query(sql, &[kind.into(), value.into()])?.into_iter().next().map(claim).transpose()
}

/// Takes a claim back; returns whether there was one.
pub fn delete(conn: &mut dyn Conn, member: &str, kind: &str, value: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM claim WHERE member = $1 AND kind = $2 AND value = $3";
    Ok(conn.execute(sql, &[member.into(), kind.into(), value.into()])? != 0)
}

/// What a member has claimed, the oldest first.
pub fn of_member(conn: &mut dyn Conn, member: &str) -> Result<Vec<Claim>, StoreError> {
    let sql = "SELECT member, kind, value, proof, at FROM claim WHERE member = $1 ORDER BY at, kind, value";
    conn.query(sql, &[member.into()])?.into_iter().map(claim).collect()
}

fn claim(mut row: Row) -> Result<Claim, StoreError> {
    Ok(Claim {
        member: row.take_text(0)?,
        kind: row.take_text(1)?,
        value: row.take_text(2)?,
        proof: row.take_text(3)?,
        at: row.get_int(4)?,
    })
}
