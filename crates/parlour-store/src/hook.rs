//! Hooks: addresses to which alerts are posted, and the secret each is signed with.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One hook.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    /// Given by [`create`]; ascending, never given twice.
    pub id: i64,
    /// Where to.
    pub url: String,
    /// What it is signed with.
    pub secret: String,
    /// The kinds of alert that it is for, with blanks between; empty for all.
    pub kinds: String,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
    /// Since when nothing is sent to it.
    pub disabled_at: Option<i64>,
    /// Why.
    pub disabled_why: Option<String>,
}

impl std::fmt::Debug for Hook {
    /// Without its address and its secret: either may let others in.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, kinds, disabled_at, .. } = self;
        f.debug_struct("Hook")
            .field("id", id)
            .field("kinds", kinds)
            .field("disabled_at", disabled_at)
            .finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, url, secret, kinds, created_at, disabled_at, disabled_why";

/// Keeps a new hook; returns its id. The `id` it comes with is not looked at.
pub fn create(conn: &mut dyn Conn, hook: &Hook) -> Result<i64, StoreError> {
    let sql = "INSERT INTO hook (id, url, secret, kinds, created_at) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM hook), $1, $2, $3, $4) RETURNING id";
    let Hook { url, secret, kinds, created_at, .. } = hook;
    let params: [Value; 4] = [url.as_str().into(), secret.as_str().into(), kinds.as_str().into(), (*created_at).into()];
    one_int(conn, sql, &params)
}

/// Writes down the address and the kinds of a hook, and enables it again; returns whether there is one.
pub fn update(conn: &mut dyn Conn, id: i64, url: &str, kinds: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE hook SET url = $1, kinds = $2, disabled_at = NULL, disabled_why = NULL \
        WHERE id = $3 AND deleted_at IS NULL";
    Ok(conn.execute(sql, &[url.into(), kinds.into(), id.into()])? != 0)
}

/// Has nothing more sent to a hook, and notes why; returns whether something was.
pub fn disable(conn: &mut dyn Conn, id: i64, why: &str, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE hook SET disabled_at = $1, disabled_why = $2 \
        WHERE id = $3 AND disabled_at IS NULL AND deleted_at IS NULL";
    Ok(conn.execute(sql, &[at.into(), why.into(), id.into()])? != 0)
}

/// Deletes a hook: its address and its secret go, its number stays taken. Returns whether there was one.
pub fn delete(conn: &mut dyn Conn, id: i64, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE hook SET deleted_at = $1, url = '', secret = '' WHERE id = $2 AND deleted_at IS NULL";
    Ok(conn.execute(sql, &[at.into(), id.into()])? != 0)
}

/// All hooks by id.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<Hook>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hook WHERE deleted_at IS NULL ORDER BY id");
    conn.query(&sql, &[])?.into_iter().map(hook).collect()
}

/// The hook of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Hook>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM hook WHERE id = $1 AND deleted_at IS NULL");
    conn.query(&sql, &[id.into()])?.into_iter().next().map(hook).transpose()
}

fn hook(mut row: Row) -> Result<Hook, StoreError> {
    Ok(Hook {
        id: row.get_int(0)?,
        url: row.take_text(1)?,
        secret: row.take_text(2)?,
        kinds: row.take_text(3)?,
        created_at: row.get_int(4)?,
        disabled_at: row.opt_int(5)?,
        disabled_why: row.opt_text(6)?,
    })
}
