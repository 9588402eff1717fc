//! Conversations of forms: what leads a visitor back to what they wrote, and nobody else. A token is kept by its hash.

use crate::{Conn, Row, StoreError, Value};

/// One conversation. Times are microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// What its messages say that they answer, and their own ids begin with.
    pub name: String,
    /// The source that it belongs to.
    pub source: String,
    /// The hash of its token; none where a signature says whose it is.
    pub token: Option<Vec<u8>>,
    /// Who writes in it: kind of id …
    pub person_kind: String,
    /// … and id.
    pub person_id: String,
    /// When its first message came.
    pub begun_at: i64,
    /// When it was last used, as far as that was written down.
    pub seen_at: i64,
    /// Since when it can be read no more.
    pub ended_at: Option<i64>,
}

const COLUMNS: &str = "name, source, token, person_kind, person_id, begun_at, seen_at, ended_at";

/// Keeps a new conversation; one of its name or token that is there already stays as it is.
pub fn create(conn: &mut dyn Conn, new: &Conversation) -> Result<(), StoreError> {
    let sql =
        format!("INSERT INTO conversation ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING");
    let params: [Value; 8] = [
        new.name.as_str().into(),
        new.source.as_str().into(),
        new.token.as_deref().into(),
        new.person_kind.as_str().into(),
        new.person_id.as_str().into(),
        new.begun_at.into(),
        new.seen_at.into(),
        new.ended_at.into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

/// The conversation of a name, one that has ended too.
pub fn of_name(conn: &mut dyn Conn, name: &str) -> Result<Option<Conversation>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM conversation WHERE name = $1");
    conn.query(&sql, &[name.into()])?.into_iter().next().map(conversation).transpose()
}

/// The conversation of a source that a token's hash leads to, one that has ended too.
pub fn of_token(conn: &mut dyn Conn, source: &str, token: &[u8]) -> Result<Option<Conversation>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM conversation WHERE token = $1 AND source = $2");
    conn.query(&sql, &[token.into(), source.into()])?.into_iter().next().map(conversation).transpose()
}

/// The newest conversation of somebody at a source that has not ended and that no token leads to.
pub fn of_person(
    conn: &mut dyn Conn,
    source: &str,
    (kind, id): (&str, &str),
) -> Result<Option<Conversation>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM conversation WHERE source = $1 AND person_kind = $2 AND person_id = $3 \
         AND token IS NULL AND ended_at IS NULL ORDER BY begun_at DESC, name LIMIT 1"
    );
    let rows = conn.query(&sql, &[source.into(), kind.into(), id.into()])?;
    rows.into_iter().next().map(conversation).transpose()
}

/// Writes down that a conversation was used.
pub fn touch(conn: &mut dyn Conn, name: &str, now: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE conversation SET seen_at = $1 WHERE name = $2", &[now.into(), name.into()])?;
    Ok(())
}

/// Ends a conversation for whoever has its token; returns whether it had not ended.
pub fn end(conn: &mut dyn Conn, name: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE conversation SET ended_at = $1 WHERE name = $2 AND ended_at IS NULL";
    Ok(conn.execute(sql, &[now.into(), name.into()])? != 0)
}

fn conversation(mut row: Row) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        name: row.take_text(0)?,
        source: row.take_text(1)?,
        token: row.opt_blob(2)?,
        person_kind: row.take_text(3)?,
        person_id: row.take_text(4)?,
        begun_at: row.get_int(5)?,
        seen_at: row.get_int(6)?,
        ended_at: row.opt_int(7)?,
    })
}
