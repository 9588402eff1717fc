//! Remote actors: who was heard in the fediverse, where they are reached, and the key they sign with.

use crate::{Conn, Row, StoreError};

/// One of them, as it was when it was last looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteActor {
    /// Its address, which names it.
    pub url: String,
    /// The address of its key.
    pub key_id: String,
    /// Its public key, in PEM.
    pub key: String,
    /// Where to post what it should hear.
    pub inbox: String,
    /// What it is called, `name@host`.
    pub handle: String,
    /// When it was looked up, in microseconds UTC.
    pub fetched_at: i64,
}

/// Keeps what is known of one now.
pub fn put(conn: &mut dyn Conn, actor: &RemoteActor) -> Result<(), StoreError> {
    let sql = "INSERT INTO remote_actor (url, key_id, key, inbox, handle, fetched_at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (url) DO UPDATE SET key_id = excluded.key_id, key = excluded.key, inbox = excluded.inbox, \
        handle = excluded.handle, fetched_at = excluded.fetched_at";
    let RemoteActor { url, key_id, key, inbox, handle, fetched_at } = actor;
    let texts = [url, key_id, key, inbox, handle].map(|text| text.as_str().into());
    let mut params = texts.to_vec();
    params.push((*fetched_at).into());
    conn.execute(sql, &params)?;
    Ok(())
}

/// What is known of one.
pub fn get(conn: &mut dyn Conn, url: &str) -> Result<Option<RemoteActor>, StoreError> {
    let sql = "SELECT url, key_id, key, inbox, handle, fetched_at FROM remote_actor WHERE url = $1";
    let actor = |mut row: Row| {
        Ok(RemoteActor {
            url: row.take_text(0)?,
            key_id: row.take_text(1)?,
            key: row.take_text(2)?,
            inbox: row.take_text(3)?,
            handle: row.take_text(4)?,
            fetched_at: row.get_int(5)?,
        })
    };
    conn.query(sql, &[url.into()])?.into_iter().next().map(actor).transpose()
}
