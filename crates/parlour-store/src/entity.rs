//! Entities: the nodes of the graph, from person to product to company.

use parlour_core::key::Key;

use crate::rows::insert_many;
use crate::{Conn, Row, StoreError, Value};

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The keyed hash of kind and id.
    pub key: Key,
    /// What it is, such as `brand` or `product`.
    pub kind: String,
    /// Its id as it was sent.
    pub id: String,
    /// What it belongs to: the brand of a product, the company of a brand.
    pub parent: Option<Key>,
    /// What people call it.
    pub title: Option<String>,
    /// The rest, by kind, as JSON.
    pub data: Option<String>,
    /// When it was first seen, in microseconds UTC.
    pub created_at: i64,
}

const COLUMNS: &str = "key, kind, id, parent, title, data, created_at";

/// Keeps those that are not there yet; returns how many were new.
pub fn insert_new(conn: &mut dyn Conn, entities: &[Entity]) -> Result<u64, StoreError> {
    let head = format!("INSERT INTO entity ({COLUMNS})");
    insert_many(conn, (&head, "ON CONFLICT (key) DO NOTHING"), 7, entities, |entity, values| {
        values.extend::<[Value; 7]>([
            entity.key.into(),
            entity.kind.as_str().into(),
            entity.id.as_str().into(),
            entity.parent.into(),
            entity.title.as_deref().into(),
            entity.data.as_deref().into(),
            entity.created_at.into(),
        ]);
    })
}

/// Puts an entity under a parent if it has none yet; returns whether that changed anything.
pub fn set_parent_if_unset(conn: &mut dyn Conn, key: Key, parent: Key) -> Result<bool, StoreError> {
    let sql = "UPDATE entity SET parent = $1 WHERE key = $2 AND parent IS NULL";
    Ok(conn.execute(sql, &[parent.into(), key.into()])? != 0)
}

/// Says what people call an entity; returns whether it is known.
pub fn set_title(conn: &mut dyn Conn, key: Key, title: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE entity SET title = $1 WHERE key = $2";
    Ok(conn.execute(sql, &[title.into(), key.into()])? != 0)
}

/// All entities by key.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<Entity>, StoreError> {
    let mut entities = Vec::new();
    conn.for_each(&format!("SELECT {COLUMNS} FROM entity ORDER BY key"), &[], &mut |row| {
        entities.push(entity(row)?);
        Ok(())
    })?;
    Ok(entities)
}

/// The entity of a key, if it is known.
pub fn by_key(conn: &mut dyn Conn, key: Key) -> Result<Option<Entity>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM entity WHERE key = $1"), &[key.into()])?;
    rows.into_iter().next().map(entity).transpose()
}

fn entity(mut row: Row) -> Result<Entity, StoreError> {
    Ok(Entity {
        key: row.get_key(0)?,
        kind: row.take_text(1)?,
        id: row.take_text(2)?,
        parent: row.opt_key(3)?,
        title: row.opt_text(4)?,
        data: row.opt_text(5)?,
        created_at: row.get_int(6)?,
    })
}
