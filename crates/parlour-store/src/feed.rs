//! Feeds: when each is to be looked at, and what makes the next look cheap. Which there are is the engine's affair.

use crate::{Conn, Row, StoreError, Value};

/// One feed of a source. Times are microseconds UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// The source that looks at it.
    pub source: String,
    /// Where it is.
    pub url: String,
    /// What its server called the last state of it, …
    pub etag: Option<String>,
    /// … and when that was, in the server's own words.
    pub modified: Option<String>,
    /// When it is to be looked at.
    pub next_at: i64,
    /// When it was last looked at.
    pub looked_at: Option<i64>,
    /// How often in a row that failed.
    pub failures: i64,
    /// How many of its entries were taken.
    pub n_taken: i64,
    /// What went wrong, if that is how it ended.
    pub last_error: Option<String>,
}

const COLUMNS: &str = "source, url, etag, modified, next_at, looked_at, failures, n_taken, last_error";

/// All of a source.
pub fn of_source(conn: &mut dyn Conn, source: &str) -> Result<Vec<Feed>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM feed WHERE source = $1 ORDER BY url");
    conn.query(&sql, &[source.into()])?.into_iter().map(feed).collect()
}

/// Keeps how it stands with a feed, in the place of what was known.
pub fn put(conn: &mut dyn Conn, feed: &Feed) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO feed ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (source, url) \
         DO UPDATE SET etag = excluded.etag, modified = excluded.modified, next_at = excluded.next_at, \
         looked_at = excluded.looked_at, failures = excluded.failures, n_taken = excluded.n_taken, \
         last_error = excluded.last_error"
    );
    let params: [Value; 9] = [
        feed.source.as_str().into(),
        feed.url.as_str().into(),
        feed.etag.as_deref().into(),
        feed.modified.as_deref().into(),
        feed.next_at.into(),
        feed.looked_at.into(),
        feed.failures.into(),
        feed.n_taken.into(),
        feed.last_error.as_deref().into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

fn feed(mut row: Row) -> Result<Feed, StoreError> {
    Ok(Feed {
        source: row.take_text(0)?,
        url: row.take_text(1)?,
        etag: row.opt_text(2)?,
        modified: row.opt_text(3)?,
        next_at: row.get_int(4)?,
        looked_at: row.opt_int(5)?,
        failures: row.get_int(6)?,
        n_taken: row.get_int(7)?,
        last_error: row.opt_text(8)?,
    })
}
