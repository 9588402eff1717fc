//! Pictures: whose they are, what they look like before they are there, and which files they lie in.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Given by [`insert`].
    pub id: i64,
    /// Whose it is: `member:<id>` or `brand:<id>`.
    pub owner: String,
    /// What its files end in.
    pub kind: String,
    /// What its files begin with.
    pub file: String,
    /// SHA-256 of what was sent.
    pub hash: Vec<u8>,
    /// Pixels across, of the widest file.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
    /// The widths it is kept in, ascending.
    pub widths: Vec<u32>,
    /// What is shown until it is there.
    pub blurhash: String,
    /// Its mean colour, `#rrggbb`.
    pub colour: String,
    /// Bytes of all its files.
    pub n_bytes: i64,
    /// When it was sent, microseconds UTC.
    pub created_at: i64,
}

const COLUMNS: &str = "id, owner, kind, file, hash, width, height, widths, blurhash, colour, n_bytes, created_at";

/// Keeps a picture; returns its id. The one it comes with is not looked at.
pub fn insert(conn: &mut dyn Conn, media: &Media) -> Result<i64, StoreError> {
    let sql = format!(
        "INSERT INTO media ({COLUMNS}) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM media), $1, $2, $3, $4, $5, $6, \
         $7, $8, $9, $10, $11) RETURNING id"
    );
    let widths: Vec<String> = media.widths.iter().map(u32::to_string).collect();
    let params: [Value; 11] = [
        media.owner.as_str().into(),
        media.kind.as_str().into(),
        media.file.as_str().into(),
        media.hash.as_slice().into(),
        media.width.into(),
        media.height.into(),
        widths.join(",").into(),
        media.blurhash.as_str().into(),
        media.colour.as_str().into(),
        media.n_bytes.into(),
        media.created_at.into(),
    ];
    one_int(conn, &sql, &params)
}

/// Notes that files are being put that have no row yet.
pub fn hang(conn: &mut dyn Conn, file: &str, at: i64) -> Result<(), StoreError> {
    conn.execute("INSERT INTO hanging (file, at) VALUES ($1, $2)", &[file.into(), at.into()]).map(|_| ())
}

/// Notes that they have one.
pub fn hung(conn: &mut dyn Conn, file: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM hanging WHERE file = $1", &[file.into()]).map(|_| ())
}

/// What the files begin with that were begun to be put since, and have no row.
pub fn hanging(conn: &mut dyn Conn, since: i64) -> Result<Vec<String>, StoreError> {
    let rows = conn.query("SELECT file FROM hanging WHERE at >= $1", &[since.into()])?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Forgets those that were begun before, and never got one.
pub fn forget_hanging(conn: &mut dyn Conn, before: i64) -> Result<(), StoreError> {
    conn.execute("DELETE FROM hanging WHERE at < $1", &[before.into()]).map(|_| ())
}

/// The picture of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Media>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM media WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(of_row).transpose()
}

/// The pictures of these ids, in the order of their ids; what is not there is left out.
pub fn many(conn: &mut dyn Conn, ids: &[i64]) -> Result<Vec<Media>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Numbers, so they can stand in the text.
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let sql = format!("SELECT {COLUMNS} FROM media WHERE id IN ({}) ORDER BY id", ids.join(","));
    conn.query(&sql, &[])?.into_iter().map(of_row).collect()
}

/// All pictures of an owner.
pub fn of_owner(conn: &mut dyn Conn, owner: &str) -> Result<Vec<Media>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM media WHERE owner = $1 ORDER BY id");
    conn.query(&sql, &[owner.into()])?.into_iter().map(of_row).collect()
}

/// Bytes of all files of an owner.
pub fn total_bytes(conn: &mut dyn Conn, owner: &str) -> Result<i64, StoreError> {
    one_int(conn, "SELECT CAST(COALESCE(SUM(n_bytes), 0) AS BIGINT) FROM media WHERE owner = $1", &[owner.into()])
}

/// All pictures.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<Media>, StoreError> {
    conn.query(&format!("SELECT {COLUMNS} FROM media ORDER BY id"), &[])?.into_iter().map(of_row).collect()
}

/// What the files of all pictures begin with.
pub fn files(conn: &mut dyn Conn) -> Result<Vec<String>, StoreError> {
    conn.query("SELECT file FROM media", &[])?.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Forgets a picture; returns whether there was one. Its files are the caller's affair.
pub fn remove(conn: &mut dyn Conn, id: i64) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM media WHERE id = $1", &[id.into()])? != 0)
}

fn of_row(mut row: Row) -> Result<Media, StoreError> {
    let widths = row.take_text(7)?;
    Ok(Media {
        id: row.get_int(0)?,
        owner: row.take_text(1)?,
        kind: row.take_text(2)?,
        file: row.take_text(3)?,
        hash: row.take_blob(4)?,
        width: row.get_int(5)?,
        height: row.get_int(6)?,
        widths: widths.split(',').filter_map(|width| width.parse().ok()).collect(),
        blurhash: row.take_text(8)?,
        colour: row.take_text(9)?,
        n_bytes: row.get_int(10)?,
        created_at: row.get_int(11)?,
    })
}
