//! Frames: what hangs on the walls of members. What a kind or a door's number means is the engine's affair.

use crate::{Conn, Row, StoreError, Value};

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its id.
    pub id: String,
    /// On whose wall.
    pub member: String,
    /// What kind of thing it is.
    pub kind: String,
    /// How large: 1 to 3.
    pub size: i64,
    /// Where in the order of the wall; smaller is nearer to the door.
    pub place: i64,
    /// Whom it lets in, beside the room's own door.
    pub door: i64,
    /// The photo, album, set, fact or occasion that it shows.
    pub thing: Option<String>,
    /// What else there is to it, as JSON.
    pub data: String,
    /// When it was hung, microseconds UTC.
    pub hung_at: i64,
    /// When it was last changed.
    pub changed_at: i64,
    /// Since when it is taken down.
    pub removed_at: Option<i64>,
}

/// The closed door up to which somebody may see: of a frame, and of what it shows.
#[derive(Clone, Copy, Debug)]
pub struct Reach(pub i64);

const COLUMNS: &str = "frame.id, frame.member, frame.kind, frame.size, frame.place, frame.door, frame.thing, frame.data, \
    frame.hung_at, frame.changed_at, frame.removed_at";
/// A frame is behind its own door and behind that of what it shows.
const SEEN: &str = "FROM frame LEFT JOIN photo ON photo.id = frame.thing LEFT JOIN album ON album.id = frame.thing \
    LEFT JOIN fact ON fact.id = frame.thing \
    WHERE frame.removed_at IS NULL AND frame.door <= $1 AND COALESCE(photo.door, fact.door, 0) <= $2 \
    AND COALESCE(album.door, 0) <= $3 AND frame.member = $4";

fn seen(member: &str, Reach(reach): Reach) -> Vec<Value> {
    vec![reach.into(), reach.into(), reach.into(), member.into()]
}

/// Hangs a frame.
pub fn create(conn: &mut dyn Conn, new: &Frame) -> Result<(), StoreError> {
    let sql = "INSERT INTO frame (id, member, kind, size, place, door, thing, data, hung_at, changed_at, removed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let params = [
        new.id.as_str().into(),
        new.member.as_str().into(),
        new.kind.as_str().into(),
        new.size.into(),
        new.place.into(),
        new.door.into(),
        new.thing.as_deref().into(),
        new.data.as_str().into(),
        new.hung_at.into(),
        new.changed_at.into(),
        new.removed_at.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// Keeps what a frame has become.
pub fn update(conn: &mut dyn Conn, frame: &Frame) -> Result<(), StoreError> {
    let sql = "UPDATE frame SET size = $1, place = $2, door = $3, thing = $4, data = $5, changed_at = $6, \
        removed_at = $7 WHERE id = $8 AND member = $9";
    let params = [
        frame.size.into(),
        frame.place.into(),
        frame.door.into(),
        frame.thing.as_deref().into(),
        frame.data.as_str().into(),
        frame.changed_at.into(),
        frame.removed_at.into(),
        frame.id.as_str().into(),
        frame.member.as_str().into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// A frame of a member, whether it hangs or was taken down.
pub fn get(conn: &mut dyn Conn, member: &str, id: &str) -> Result<Option<Frame>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM frame WHERE id = $1 AND member = $2");
    conn.query(&sql, &[id.into(), member.into()])?.into_iter().next().map(frame).transpose()
}

/// The frames that somebody of this reach may see, from `after` (place, id) on, in the order of the wall.
pub fn on_wall(
    conn: &mut dyn Conn,
    member: &str,
    reach: Reach,
    (after, most): ((i64, &str), i64),
) -> Result<Vec<Frame>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} {SEEN} AND (frame.place > $5 OR (frame.place = $6 AND frame.id > $7)) \
         ORDER BY frame.place, frame.id LIMIT $8"
    );
    let mut params = seen(member, reach);
    params.extend([after.0.into(), after.0.into(), after.1.into(), most.into()]);
    conn.query(&sql, &params)?.into_iter().map(frame).collect()
}

/// The frames that were hung last, the newest first.
pub fn newest(conn: &mut dyn Conn, member: &str, reach: Reach, most: i64) -> Result<Vec<Frame>, StoreError> {
    let sql = format!("SELECT {COLUMNS} {SEEN} ORDER BY frame.hung_at DESC, frame.id LIMIT $5");
    let mut params = seen(member, reach);
    params.push(most.into());
    conn.query(&sql, &params)?.into_iter().map(frame).collect()
}

/// How many frames somebody of this reach may see.
pub fn count_seen(conn: &mut dyn Conn, member: &str, reach: Reach) -> Result<i64, StoreError> {
    crate::rows::one_int(conn, &format!("SELECT count(*) {SEEN}"), &seen(member, reach))
}

/// How many frames hang on a wall.
pub fn count(conn: &mut dyn Conn, member: &str) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM frame WHERE member = $1 AND removed_at IS NULL";
    crate::rows::one_int(conn, sql, &[member.into()])
}

/// The places of all frames of a member, taken down or not, in order.
pub fn places(conn: &mut dyn Conn, member: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = conn.query("SELECT id, place FROM frame WHERE member = $1 ORDER BY place, id", &[member.into()])?;
    rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.get_int(1)?))).collect()
}

/// The place of the first frame of a wall and of the last, 0 where there is none.
pub fn ends(conn: &mut dyn Conn, member: &str) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT COALESCE(min(place), 0), COALESCE(max(place), 0) FROM frame WHERE member = $1";
    let rows = conn.query(sql, &[member.into()])?;
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.get_int(0)?, row.get_int(1)?)))
}

/// The place of whatever comes after a place, other than `but`.
pub fn place_after(conn: &mut dyn Conn, member: &str, place: i64, but: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT min(place) FROM frame WHERE member = $1 AND place > $2 AND id <> $3";
    let rows = conn.query(sql, &[member.into(), place.into(), but.into()])?;
    rows.first().map_or(Ok(None), |row| row.opt_int(0))
}

/// Puts a frame at a place.
pub fn set_place(conn: &mut dyn Conn, id: &str, place: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE frame SET place = $1 WHERE id = $2", &[place.into(), id.into()])?;
    Ok(())
}

/// The frames that show a photo or an album.
pub fn of_thing(conn: &mut dyn Conn, thing: &str) -> Result<Vec<Frame>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM frame WHERE thing = $1 ORDER BY place, id");
    conn.query(&sql, &[thing.into()])?.into_iter().map(frame).collect()
}

/// Lets go of what shows a photo or album that is no more.
pub fn delete_of_thing(conn: &mut dyn Conn, thing: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM frame WHERE thing = $1", &[thing.into()])
}

/// Lets go of what was taken down before a time; returns how many there were.
pub fn delete_removed(conn: &mut dyn Conn, before: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM frame WHERE removed_at < $1", &[before.into()])
}

fn frame(mut row: Row) -> Result<Frame, StoreError> {
    Ok(Frame {
        id: row.take_text(0)?,
        member: row.take_text(1)?,
        kind: row.take_text(2)?,
        size: row.get_int(3)?,
        place: row.get_int(4)?,
        door: row.get_int(5)?,
        thing: row.opt_text(6)?,
        data: row.take_text(7)?,
        hung_at: row.get_int(8)?,
        changed_at: row.get_int(9)?,
        removed_at: row.opt_int(10)?,
    })
}
