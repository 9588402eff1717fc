//! Audiences: the people who satisfy a predicate now, saved under a name.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError};

/// One audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// Given by [`create`]; ascending.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// The object it is about, `kind:id`.
    pub object: String,
    /// The predicate, as the query of a list of people.
    pub predicate: String,
    /// When it was first saved, in microseconds UTC.
    pub created_at: i64,
    /// When it was last saved.
    pub updated_at: i64,
}

/// Saves a new audience; returns its id. The `id` it comes with is not looked at.
pub fn create(conn: &mut dyn Conn, audience: &Audience) -> Result<i64, StoreError> {
    let insert = "INSERT INTO audience (id, name, object, predicate, created_at, updated_at) \
        VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM audience), $1, $2, $3, $4, $5) RETURNING id";
    let Audience { name, object, predicate, created_at, updated_at, .. } = audience;
    let params = [
        name.as_str().into(),
        object.as_str().into(),
        predicate.as_str().into(),
        (*created_at).into(),
        (*updated_at).into(),
    ];
    one_int(conn, insert, &params)
}

/// Saves an audience again under its id; returns whether there is one. `created_at` stays.
pub fn update(conn: &mut dyn Conn, audience: &Audience) -> Result<bool, StoreError> {
    let sql = "UPDATE audience SET name = $1, object = $2, predicate = $3, updated_at = $4 WHERE id = $5";
    let Audience { name, object, predicate, updated_at, id, .. } = audience;
    let params =
        [name.as_str().into(), object.as_str().into(), predicate.as_str().into(), (*updated_at).into(), (*id).into()];
    Ok(conn.execute(sql, &params)? != 0)
}

/// The audience of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Audience>, StoreError> {
    let sql = "SELECT id, name, object, predicate, created_at, updated_at FROM audience WHERE id = $1";
    conn.query(sql, &[id.into()])?.into_iter().next().map(audience).transpose()
}

/// All audiences by name.
pub fn list(conn: &mut dyn Conn) -> Result<Vec<Audience>, StoreError> {
    let sql = "SELECT id, name, object, predicate, created_at, updated_at FROM audience ORDER BY name, id";
    conn.query(sql, &[])?.into_iter().map(audience).collect()
}

/// Deletes an audience; returns whether there was one.
pub fn delete(conn: &mut dyn Conn, id: i64) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM audience WHERE id = $1", &[id.into()])? != 0)
}

fn audience(mut row: Row) -> Result<Audience, StoreError> {
    Ok(Audience {
        id: row.get_int(0)?,
        name: row.take_text(1)?,
        object: row.take_text(2)?,
        predicate: row.take_text(3)?,
        created_at: row.get_int(4)?,
        updated_at: row.get_int(5)?,
    })
}
