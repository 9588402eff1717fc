//! Sources: who may send events, for which brand, and when they last did.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One source. What the words in `kind`, `layer` and `mapping` mean is the engine's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// What people call it; no two have the same, and it never changes, since repeats are known by it.
    pub name: String,
    /// Kind of the brand that its events are about unless they say otherwise.
    pub brand_kind: String,
    /// That brand's id.
    pub brand_id: String,
    /// The layer of its events unless they say otherwise.
    pub layer: String,
    /// How its events come in.
    pub kind: String,
    /// The most events it may send in a second; without it, as many as it can.
    pub events_per_second: Option<i64>,
    /// How what it sends becomes events, where it sends no dialect we know.
    pub mapping: Option<String>,
    /// What it signs with, where it signs.
    pub secret: Option<String>,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
    /// When its first event came, in microseconds UTC.
    pub first_event_at: Option<i64>,
    /// When its last event came, as far as that was written down.
    pub last_event_at: Option<i64>,
    /// Since when it may send no more.
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str = "id, name, brand_kind, brand_id, layer, kind, events_per_second, mapping, secret, created_at, \
    first_event_at, last_event_at, revoked_at";

/// Keeps a new source and returns its id, or `None` if another has its name. The `id` in `source` is not read, and it
/// has had no events.
pub fn create(conn: &mut dyn Conn, source: &Source) -> Result<Option<i64>, StoreError> {
    if by_name(conn, &source.name)?.is_some() {
        return Ok(None);
    }
    let sql = "INSERT INTO source (id, name, brand_kind, brand_id, layer, kind, events_per_second, mapping, secret, \
        created_at) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM source), $1, $2, $3, $4, $5, $6, $7, $8, $9) \
        RETURNING id";
    let params: [Value; 9] = [
        source.name.as_str().into(),
        source.brand_kind.as_str().into(),
        source.brand_id.as_str().into(),
        source.layer.as_str().into(),
        source.kind.as_str().into(),
        source.events_per_second.into(),
        source.mapping.as_deref().into(),
        source.secret.as_deref().into(),
        source.created_at.into(),
    ];
    one_int(conn, sql, &params).map(Some)
}

/// Writes down what may change of the source of this `id`: all but its name and its times. Returns whether there is
/// one.
pub fn update(conn: &mut dyn Conn, source: &Source) -> Result<bool, StoreError> {
    let sql = "UPDATE source SET brand_kind = $1, brand_id = $2, layer = $3, kind = $4, events_per_second = $5, \
        mapping = $6, secret = $7 WHERE id = $8";
    let params: [Value; 8] = [
        source.brand_kind.as_str().into(),
        source.brand_id.as_str().into(),
        source.layer.as_str().into(),
        source.kind.as_str().into(),
        source.events_per_second.into(),
        source.mapping.as_deref().into(),
        source.secret.as_deref().into(),
        source.id.into(),
    ];
    Ok(conn.execute(sql, &params)? != 0)
}

/// Takes its right to send away; returns whether it had it.
pub fn revoke(conn: &mut dyn Conn, id: i64, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE source SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
    Ok(conn.execute(sql, &[at.into(), id.into()])? != 0)
}

/// Notes that events of the source of a name came, at this time; a name that is no source's is passed over.
pub fn note_event(conn: &mut dyn Conn, name: &str, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE source SET first_event_at = COALESCE(first_event_at, $1), last_event_at = $2 WHERE name = $3";
    conn.execute(sql, &[at.into(), at.into(), name.into()])?;
    Ok(())
}

/// All sources by id, revoked ones too.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<Source>, StoreError> {
    conn.query(&format!("SELECT {COLUMNS} FROM source ORDER BY id"), &[])?.into_iter().map(source).collect()
}

/// The source of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Source>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM source WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(source).transpose()
}

/// The source of a name, if there is one.
pub fn by_name(conn: &mut dyn Conn, name: &str) -> Result<Option<Source>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM source WHERE name = $1"), &[name.into()])?;
    rows.into_iter().next().map(source).transpose()
}

fn source(mut row: Row) -> Result<Source, StoreError> {
    Ok(Source {
        id: row.get_int(0)?,
        name: row.take_text(1)?,
        brand_kind: row.take_text(2)?,
        brand_id: row.take_text(3)?,
        layer: row.take_text(4)?,
        kind: row.take_text(5)?,
        events_per_second: row.opt_int(6)?,
        mapping: row.opt_text(7)?,
        secret: row.opt_text(8)?,
        created_at: row.get_int(9)?,
        first_event_at: row.opt_int(10)?,
        last_event_at: row.opt_int(11)?,
        revoked_at: row.opt_int(12)?,
    })
}
