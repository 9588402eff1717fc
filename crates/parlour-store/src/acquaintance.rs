//! Acquaintances: in which circle a member counts another, who asked whom, and whom they blocked.

use crate::{Conn, Row, StoreError};

/// How `owner` counts `other`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquaintance {
    /// Who counts.
    pub owner: String,
    /// Whom.
    pub other: String,
    /// In which circle, by its number.
    pub circle: i64,
    /// What was said when it was asked.
    pub words: String,
    /// When it was asked, microseconds UTC.
    pub asked_at: i64,
    /// Since when it holds; until then it is a request of the owner's to the other.
    pub accepted_at: Option<i64>,
}

const COLUMNS: &str = "owner, other, circle, words, asked_at, accepted_at";

/// Keeps how somebody counts somebody, in place of what was there.
pub fn put(conn: &mut dyn Conn, new: &Acquaintance) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO acquaintance ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, other) DO UPDATE SET \
         circle = excluded.circle, words = excluded.words, asked_at = excluded.asked_at, accepted_at = excluded.accepted_at"
    );
    let params = [
        new.owner.as_str().into(),
        new.other.as_str().into(),
        new.circle.into(),
        new.words.as_str().into(),
        new.asked_at.into(),
        new.accepted_at.into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

/// How `owner` counts `other`.
pub fn get(conn: &mut dyn Conn, owner: &str, other: &str) -> Result<Option<Acquaintance>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM acquaintance WHERE owner = $1 AND other = $2");
    conn.query(&sql, &[owner.into(), other.into()])?.into_iter().next().map(acquaintance).transpose()
}

/// Everybody whom a member counts or asked, in the order they were asked.
pub fn of_owner(conn: &mut dyn Conn, owner: &str) -> Result<Vec<Acquaintance>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM acquaintance WHERE owner = $1 ORDER BY asked_at, other");
    conn.query(&sql, &[owner.into()])?.into_iter().map(acquaintance).collect()
}

/// How others count a member: who lets them in.
pub fn of_other(conn: &mut dyn Conn, other: &str) -> Result<Vec<Acquaintance>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM acquaintance WHERE other = $1 AND accepted_at IS NOT NULL ORDER BY asked_at, owner"
    );
    conn.query(&sql, &[other.into()])?.into_iter().map(acquaintance).collect()
}

/// Requests to a member that wait, the oldest first.
pub fn requests_to(conn: &mut dyn Conn, other: &str, most: i64) -> Result<Vec<Acquaintance>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM acquaintance WHERE other = $1 AND accepted_at IS NULL ORDER BY asked_at, owner LIMIT $2"
    );
    conn.query(&sql, &[other.into(), most.into()])?.into_iter().map(acquaintance).collect()
}

/// How many a member counts or asked, and how many of these they asked since `since`.
pub fn count(conn: &mut dyn Conn, owner: &str, since: i64) -> Result<(i64, i64), StoreError> {
    let all = "SELECT count(*) FROM acquaintance WHERE owner = $1";
    let new = "SELECT count(*) FROM acquaintance WHERE owner = $1 AND asked_at >= $2 AND accepted_at IS NULL";
    let all = crate::rows::one_int(conn, all, &[owner.into()])?;
    Ok((all, crate::rows::one_int(conn, new, &[owner.into(), since.into()])?))
}

/// Ends an acquaintance or a request, from both sides; returns whether there was one.
pub fn delete(conn: &mut dyn Conn, one: &str, other: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM acquaintance WHERE owner = $1 AND other = $2";
    let there = conn.execute(sql, &[one.into(), other.into()])?;
    Ok(there + conn.execute(sql, &[other.into(), one.into()])? != 0)
}

/// Blocks somebody, which ends every acquaintance with them.
pub fn block(conn: &mut dyn Conn, owner: &str, other: &str, at: i64) -> Result<(), StoreError> {
    delete(conn, owner, other)?;
    let sql = "INSERT INTO blocked (owner, other, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    conn.execute(sql, &[owner.into(), other.into(), at.into()])?;
    Ok(())
}

/// Takes a block back; returns whether there was one.
pub fn unblock(conn: &mut dyn Conn, owner: &str, other: &str) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM blocked WHERE owner = $1 AND other = $2", &[owner.into(), other.into()])? != 0)
}

/// Whether `owner` blocked `other`.
pub fn is_blocked(conn: &mut dyn Conn, owner: &str, other: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM blocked WHERE owner = $1 AND other = $2";
    Ok(!conn.query(sql, &[owner.into(), other.into()])?.is_empty())
}

/// Whom a member blocked.
pub fn blocked_by(conn: &mut dyn Conn, owner: &str) -> Result<Vec<String>, StoreError> {
    let rows = conn.query("SELECT other FROM blocked WHERE owner = $1 ORDER BY at, other", &[owner.into()])?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// By whom a member is blocked.
pub fn blocking(conn: &mut dyn Conn, other: &str) -> Result<Vec<String>, StoreError> {
    let rows = conn.query("SELECT owner FROM blocked WHERE other = $1 ORDER BY owner", &[other.into()])?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

fn acquaintance(mut row: Row) -> Result<Acquaintance, StoreError> {
    Ok(Acquaintance {
        owner: row.take_text(0)?,
        other: row.take_text(1)?,
        circle: row.get_int(2)?,
        words: row.take_text(3)?,
        asked_at: row.get_int(4)?,
        accepted_at: row.opt_int(5)?,
    })
}
