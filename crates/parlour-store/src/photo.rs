//! Photos of members. The picture itself is media; here is what its owner says of it, and whom it lets in.

use crate::{Conn, Row, StoreError};

/// One photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub member: String,
    /// Which picture.
    pub media: i64,
    /// What is to be seen on it, for whoever cannot see it.
    pub alt: String,
    /// What its owner says beneath it.
    pub caption: String,
    /// Whether it shows a child.
    pub is_child: bool,
    /// Whom it lets in.
    pub door: i64,
    /// When it came, microseconds UTC.
    pub created_at: i64,
}

const COLUMNS: &str = "photo.id, photo.member, photo.media, photo.alt, photo.caption, photo.is_child, photo.door, \
    photo.created_at";

/// Keeps a new photo.
pub fn create(conn: &mut dyn Conn, new: &Photo) -> Result<(), StoreError> {
    let sql = "INSERT INTO photo (id, member, media, alt, caption, is_child, door, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = [
        new.id.as_str().into(),
        new.member.as_str().into(),
        new.media.into(),
        new.alt.as_str().into(),
        new.caption.as_str().into(),
        new.is_child.into(),
        new.door.into(),
        new.created_at.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// Keeps what its owner now says of a photo.
pub fn update(conn: &mut dyn Conn, photo: &Photo) -> Result<(), StoreError> {
    let sql = "UPDATE photo SET alt = $1, caption = $2, is_child = $3, door = $4 WHERE id = $5 AND member = $6";
    let params = [
        photo.alt.as_str().into(),
        photo.caption.as_str().into(),
        photo.is_child.into(),
        photo.door.into(),
        photo.id.as_str().into(),
        photo.member.as_str().into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// A photo of a member.
pub fn get(conn: &mut dyn Conn, member: &str, id: &str) -> Result<Option<Photo>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM photo WHERE id = $1 AND member = $2");
    conn.query(&sql, &[id.into(), member.into()])?.into_iter().next().map(photo).transpose()
}

/// The photos of these ids.
pub fn of_ids(conn: &mut dyn Conn, ids: &[String]) -> Result<Vec<Photo>, StoreError> {
    let mut found = Vec::new();
    let head = format!("SELECT {COLUMNS} FROM photo WHERE id");
    crate::rows::select_in(conn, &head, ids, |id| id.as_str().into(), &mut |row| {
        found.push(photo(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The photos of a member that came before `before` (time, id), the newest first.
pub fn of_member(
    conn: &mut dyn Conn,
    member: &str,
    (at, id): (i64, &str),
    most: i64,
) -> Result<Vec<Photo>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM photo WHERE member = $1 AND (created_at < $2 OR (created_at = $3 AND id < $4)) \
         ORDER BY created_at DESC, id DESC LIMIT $5"
    );
    let params = [member.into(), at.into(), at.into(), id.into(), most.into()];
    conn.query(&sql, &params)?.into_iter().map(photo).collect()
}

/// The photos of an album that a door up to `reach` lets in, in its order.
pub fn of_album(conn: &mut dyn Conn, album: &str, reach: i64, most: i64) -> Result<Vec<Photo>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM album_photo JOIN photo ON photo.id = album_photo.photo \
         WHERE album_photo.album = $1 AND photo.door <= $2 ORDER BY album_photo.place, photo.id LIMIT $3"
    );
    conn.query(&sql, &[album.into(), reach.into(), most.into()])?.into_iter().map(photo).collect()
}

/// How many photos a member has.
pub fn count(conn: &mut dyn Conn, member: &str) -> Result<i64, StoreError> {
    crate::rows::one_int(conn, "SELECT count(*) FROM photo WHERE member = $1", &[member.into()])
}

/// Lets go of a photo, wherever it hangs or lies; returns whether it was there.
pub fn delete(conn: &mut dyn Conn, member: &str, id: &str) -> Result<bool, StoreError> {
    let is_gone = conn.execute("DELETE FROM photo WHERE id = $1 AND member = $2", &[id.into(), member.into()])? != 0;
    if is_gone {
        conn.execute("DELETE FROM tag WHERE photo = $1", &[id.into()])?;
        conn.execute("DELETE FROM album_photo WHERE photo = $1", &[id.into()])?;
        crate::frame::delete_of_thing(conn, id)?;
    }
    Ok(is_gone)
}

fn photo(mut row: Row) -> Result<Photo, StoreError> {
    Ok(Photo {
        id: row.take_text(0)?,
        member: row.take_text(1)?,
        media: row.get_int(2)?,
        alt: row.take_text(3)?,
        caption: row.take_text(4)?,
        is_child: row.get_bool(5)?,
        door: row.get_int(6)?,
        created_at: row.get_int(7)?,
    })
}
