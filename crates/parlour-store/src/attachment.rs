//! Attachments: files that came with a post.

use parlour_core::key::Key;

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// The place of the mail's own HTML.
pub const PAGE: i64 = -1;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The post it came with.
    pub post: Key,
    /// Which of the post's files it is, from 0; or [`PAGE`].
    pub place: i64,
    /// What the sender calls it.
    pub name: String,
    /// What the sender says it is.
    pub media_type: String,
    /// Its content.
    pub body: Vec<u8>,
}

/// Keeps those that are not there yet.
pub fn insert_new(conn: &mut dyn Conn, attachments: Vec<Attachment>) -> Result<(), StoreError> {
    let sql = "INSERT INTO attachment (post, place, name, media_type, n_bytes, body) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (post, place) DO NOTHING";
    for Attachment { post, place, name, media_type, body } in attachments {
        let n_bytes = body.len() as i64;
        let params: [Value; 6] =
            [post.into(), place.into(), name.into(), media_type.into(), n_bytes.into(), body.into()];
        conn.execute(sql, &params)?;
    }
    Ok(())
}

/// One file of a post, if it is kept.
pub fn get(conn: &mut dyn Conn, post: Key, place: i64) -> Result<Option<Attachment>, StoreError> {
    let sql = "SELECT post, place, name, media_type, body FROM attachment WHERE post = $1 AND place = $2";
    let attachment = |mut row: Row| {
        Ok(Attachment {
            post: row.get_key(0)?,
            place: row.get_int(1)?,
            name: row.take_text(2)?,
            media_type: row.take_text(3)?,
            body: row.take_blob(4)?,
        })
    };
    conn.query(sql, &[post.into(), place.into()])?.into_iter().next().map(attachment).transpose()
}

/// Bytes of all files together.
pub fn total_bytes(conn: &mut dyn Conn) -> Result<i64, StoreError> {
    one_int(conn, "SELECT CAST(COALESCE(SUM(n_bytes), 0) AS BIGINT) FROM attachment", &[])
}
