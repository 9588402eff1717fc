//! Actors: the sources that are a brand in the fediverse, and the key each signs with.

use crate::{Conn, Row, StoreError};

/// One actor.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    /// The source's name, by which it is addressed.
    pub source: String,
    /// What it signs with, in PKCS#8.
    pub private_key: Vec<u8>,
    /// What others check that with, in PEM.
    pub public_key: String,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
}

impl std::fmt::Debug for Actor {
    /// Without what it signs with.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Keeps an actor; returns whether there was none of its name.
pub fn create(conn: &mut dyn Conn, actor: &Actor) -> Result<bool, StoreError> {
    let sql = "INSERT INTO actor (source, private_key, public_key, created_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (source) DO NOTHING";
    let Actor { source, private_key, public_key, created_at } = actor;
    let params =
        [source.as_str().into(), private_key.as_slice().into(), public_key.as_str().into(), (*created_at).into()];
    Ok(conn.execute(sql, &params)? != 0)
}

/// The actor of a source, if it is one.
pub fn get(conn: &mut dyn Conn, source: &str) -> Result<Option<Actor>, StoreError> {
    let sql = "SELECT source, private_key, public_key, created_at FROM actor WHERE source = $1";
    let actor = |mut row: Row| {
        Ok(Actor {
            source: row.take_text(0)?,
            private_key: row.take_blob(1)?,
            public_key: row.take_text(2)?,
            created_at: row.get_int(3)?,
        })
    };
    conn.query(sql, &[source.into()])?.into_iter().next().map(actor).transpose()
}
