//! Corrections: what people of the Desk say a post is, where the rules were wrong.

use parlour_core::key::Key;

use crate::rows::select_in;
use crate::{Conn, Row, StoreError};

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The post.
    pub post: Key,
    /// What it asks.
    pub class: String,
    /// −1, 0 or +1.
    pub kind: i64,
    /// Who says so.
    pub staff: String,
    /// When, in microseconds UTC.
    pub at: i64,
}

/// Keeps a correction in the place of an earlier one of the same post.
pub fn put(conn: &mut dyn Conn, correction: &Correction) -> Result<(), StoreError> {
    let sql = "INSERT INTO correction (post, class, kind, staff, at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (post) DO UPDATE SET class = excluded.class, kind = excluded.kind, staff = excluded.staff, \
        at = excluded.at";
    let Correction { post, class, kind, staff, at } = correction;
    conn.execute(sql, &[(*post).into(), class.as_str().into(), (*kind).into(), staff.as_str().into(), (*at).into()])?;
    Ok(())
}

/// The corrections of the posts of a thread, in no order.
pub fn of_thread(conn: &mut dyn Conn, thread: Key) -> Result<Vec<Correction>, StoreError> {
    let sql = "SELECT correction.post, correction.class, correction.kind, correction.staff, correction.at \
        FROM post JOIN correction ON correction.post = post.key WHERE post.thread = $1";
    conn.query(sql, &[thread.into()])?.into_iter().map(correction).collect()
}

/// The corrections of these posts, in no order.
pub fn of_posts(conn: &mut dyn Conn, posts: &[Key]) -> Result<Vec<Correction>, StoreError> {
    let mut corrections = Vec::new();
    let head = "SELECT post, class, kind, staff, at FROM correction WHERE post";
    select_in(conn, head, posts, |post| (*post).into(), &mut |row| {
        corrections.push(correction(row)?);
        Ok(())
    })?;
    Ok(corrections)
}

fn correction(mut row: Row) -> Result<Correction, StoreError> {
    let (post, class) = (row.get_key(0)?, row.take_text(1)?);
    Ok(Correction { post, class, kind: row.get_int(2)?, staff: row.take_text(3)?, at: row.get_int(4)? })
}

/// A text and what it is, as data to measure rules by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// What was said.
    pub text: String,
    /// What it asks.
    pub class: String,
    /// −1, 0 or +1.
    pub kind: i64,
    /// The language, by its code.
    pub language: Option<String>,
}

/// The texts of corrected posts with what they are, oldest correction first.
pub fn labelled(conn: &mut dyn Conn) -> Result<Vec<Labelled>, StoreError> {
    let sql = "SELECT post.text, correction.class, correction.kind, post.language FROM correction \
        JOIN post ON post.key = correction.post ORDER BY correction.at, post.key";
    let labelled = |mut row: Row| {
        let (text, class) = (row.take_text(0)?, row.take_text(1)?);
        Ok(Labelled { text, class, kind: row.get_int(2)?, language: row.opt_text(3)? })
    };
    conn.query(sql, &[])?.into_iter().map(labelled).collect()
}
