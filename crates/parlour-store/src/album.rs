//! Albums: photos of a member that belong together, in their order.

use crate::rows::insert_many;
use crate::{Conn, Row, StoreError};

/// One album.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Album {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub member: String,
    /// What it is called.
    pub title: String,
    /// Whom it lets in.
    pub door: i64,
    /// When it was made, microseconds UTC.
    pub created_at: i64,
}

/// Keeps an album, in place of what it was.
pub fn put(conn: &mut dyn Conn, album: &Album) -> Result<(), StoreError> {
    let sql = "INSERT INTO album (id, member, title, door, created_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, door = excluded.door";
    let params = [
        album.id.as_str().into(),
        album.member.as_str().into(),
        album.title.as_str().into(),
        album.door.into(),
        album.created_at.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// An album of a member.
pub fn get(conn: &mut dyn Conn, member: &str, id: &str) -> Result<Option<Album>, StoreError> {
    let sql = "SELECT id, member, title, door, created_at FROM album WHERE id = $1 AND member = $2";
    conn.query(sql, &[id.into(), member.into()])?.into_iter().next().map(album).transpose()
}

/// The albums of these ids.
pub fn of_ids(conn: &mut dyn Conn, ids: &[String]) -> Result<Vec<Album>, StoreError> {
    let mut found = Vec::new();
    let head = "SELECT id, member, title, door, created_at FROM album WHERE id";
    crate::rows::select_in(conn, head, ids, |id| id.as_str().into(), &mut |row| {
        found.push(album(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The albums of a member, the oldest first.
pub fn of_member(conn: &mut dyn Conn, member: &str) -> Result<Vec<Album>, StoreError> {
    let sql = "SELECT id, member, title, door, created_at FROM album WHERE member = $1 ORDER BY created_at, id";
    conn.query(sql, &[member.into()])?.into_iter().map(album).collect()
}

/// How many photos of an album a door up to `reach` lets in.
pub fn count_photos(conn: &mut dyn Conn, album: &str, reach: i64) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM album_photo JOIN photo ON photo.id = album_photo.photo \
        WHERE album_photo.album = $1 AND photo.door <= $2";
    crate::rows::one_int(conn, sql, &[album.into(), reach.into()])
}

/// Which photos lie in an album, in its order.
pub fn photos(conn: &mut dyn Conn, album: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT photo FROM album_photo WHERE album = $1 ORDER BY place, photo";
    conn.query(sql, &[album.into()])?.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Says which photos lie in an album, and in which order.
pub fn set_photos(conn: &mut dyn Conn, album: &str, photos: &[String]) -> Result<(), StoreError> {
    conn.execute("DELETE FROM album_photo WHERE album = $1", &[album.into()])?;
    let rows: Vec<(i64, &String)> = (0..).zip(photos).collect();
    let head = "INSERT INTO album_photo (album, photo, place)";
    insert_many(conn, (head, "ON CONFLICT DO NOTHING"), 3, &rows, |(place, photo), values| {
        values.extend([album.into(), photo.as_str().into(), (*place).into()]);
    })?;
    Ok(())
}

/// Lets go of an album, wherever it hangs; its photos stay. Returns whether it was there.
pub fn delete(conn: &mut dyn Conn, member: &str, id: &str) -> Result<bool, StoreError> {
    let is_gone = conn.execute("DELETE FROM album WHERE id = $1 AND member = $2", &[id.into(), member.into()])? != 0;
    if is_gone {
        conn.execute("DELETE FROM album_photo WHERE album = $1", &[id.into()])?;
        crate::frame::delete_of_thing(conn, id)?;
    }
    Ok(is_gone)
}

fn album(mut row: Row) -> Result<Album, StoreError> {
    Ok(Album {
        id: row.take_text(0)?,
        member: row.take_text(1)?,
        title: row.take_text(2)?,
        door: row.get_int(3)?,
        created_at: row.get_int(4)?,
    })
}
