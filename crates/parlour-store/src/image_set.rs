//! Sets of images that brands offer for people's walls, and whom they asked to hang one.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSet {
    /// Its id.
    pub id: String,
    /// Whose, `kind:id`.
    pub brand: String,
    /// What it is called.
    pub title: String,
    /// What one may do with its images.
    pub rights: String,
    /// Whether anybody may hang it, or only who is asked.
    pub is_open: bool,
    /// When it ends, microseconds UTC.
    pub ends_at: Option<i64>,
    /// When the brand ended it.
    pub ended_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

/// One image of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetImage {
    /// Its id.
    pub id: String,
    /// Of which set.
    pub set: String,
    /// Where in the set, from 0.
    pub place: i64,
    /// Which picture.
    pub media: i64,
    /// What is to be seen on it.
    pub alt: String,
    /// Of what was sent, so that the same file sent again is no second image.
    pub hash: Vec<u8>,
}

/// What a member was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HangRequest {
    /// For which set.
    pub set: String,
    /// Whom.
    pub member: String,
    /// What the brand said.
    pub words: String,
    /// When.
    pub asked_at: i64,
    /// When they said no.
    pub declined_at: Option<i64>,
}

impl ImageSet {
    /// Whether it is over.
    pub fn is_over(&self, now: i64) -> bool {
        self.ended_at.is_some() || self.ends_at.is_some_and(|end| end <= now)
    }
}

const COLUMNS: &str = "id, brand, title, rights, is_open, ends_at, ended_at, created_at";

/// Keeps a set as it now is.
pub fn put(conn: &mut dyn Conn, set: &ImageSet) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO image_set ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
         title = excluded.title, rights = excluded.rights, is_open = excluded.is_open, ends_at = excluded.ends_at, \
         ended_at = excluded.ended_at"
    );
    let params: [Value; 8] = [
        set.id.as_str().into(),
        set.brand.as_str().into(),
        set.title.as_str().into(),
        set.rights.as_str().into(),
        set.is_open.into(),
        set.ends_at.into(),
        set.ended_at.into(),
        set.created_at.into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

/// One set.
pub fn get(conn: &mut dyn Conn, id: &str) -> Result<Option<ImageSet>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM image_set WHERE id = $1");
    conn.query(&sql, &[id.into()])?.into_iter().next().map(of_row).transpose()
}

/// All sets, the newest first; of a brand, or of all.
pub fn list(conn: &mut dyn Conn, brand: Option<&str>) -> Result<Vec<ImageSet>, StoreError> {
    let of_brand = if brand.is_some() { "WHERE brand = $1" } else { "" };
    let params: Vec<Value> = brand.map(Value::from).into_iter().collect();
    let rows =
        conn.query(&format!("SELECT {COLUMNS} FROM image_set {of_brand} ORDER BY created_at DESC, id"), &params)?;
    rows.into_iter().map(of_row).collect()
}

/// Sets that a member may choose from, the newest first: open ones, and those they were asked about and did not decline.
pub fn offered(conn: &mut dyn Conn, member: &str, now: i64, most: i64) -> Result<Vec<ImageSet>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM image_set WHERE ended_at IS NULL AND COALESCE(ends_at, $1) > $2 AND (is_open = 1 OR EXISTS \
         (SELECT 1 FROM hang_request r WHERE r.set_id = image_set.id AND r.member = $3 AND r.declined_at IS NULL)) \
         ORDER BY created_at DESC, id LIMIT $4"
    );
    let params: [Value; 4] = [i64::MAX.into(), now.into(), member.into(), most.into()];
    conn.query(&sql, &params)?.into_iter().map(of_row).collect()
}

/// Puts an image at the end of a set.
pub fn add_image(conn: &mut dyn Conn, image: &SetImage) -> Result<(), StoreError> {
    let sql = "INSERT INTO set_image (id, set_id, place, media, alt, hash) VALUES ($1, $2, \
        (SELECT COALESCE(MAX(place), -1) + 1 FROM set_image WHERE set_id = $3), $4, $5, $6)";
    let params: [Value; 6] = [
        image.id.as_str().into(),
        image.set.as_str().into(),
        image.set.as_str().into(),
        image.media.into(),
        image.alt.as_str().into(),
        image.hash.as_slice().into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// The images of a set, in their order.
pub fn images(conn: &mut dyn Conn, set: &str) -> Result<Vec<SetImage>, StoreError> {
    let sql = "SELECT id, set_id, place, media, alt, hash FROM set_image WHERE set_id = $1 ORDER BY place, id";
    conn.query(sql, &[set.into()])?.into_iter().map(image_of).collect()
}

/// One image of a set.
pub fn image(conn: &mut dyn Conn, set: &str, id: &str) -> Result<Option<SetImage>, StoreError> {
    let sql = "SELECT id, set_id, place, media, alt, hash FROM set_image WHERE id = $1 AND set_id = $2";
    conn.query(sql, &[id.into(), set.into()])?.into_iter().next().map(image_of).transpose()
}

/// How many images a set has.
pub fn count_images(conn: &mut dyn Conn, set: &str) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM set_image WHERE set_id = $1", &[set.into()])
}

/// Says what is to be seen on an image.
pub fn set_alt(conn: &mut dyn Conn, id: &str, alt: &str) -> Result<(), StoreError> {
    conn.execute("UPDATE set_image SET alt = $1 WHERE id = $2", &[alt.into(), id.into()])?;
    Ok(())
}

/// Takes an image out of its set.
pub fn delete_image(conn: &mut dyn Conn, id: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM set_image WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Asks somebody to hang a set; who was asked before is not asked again. Returns whether that is new.
pub fn ask(conn: &mut dyn Conn, request: &HangRequest) -> Result<bool, StoreError> {
    let sql = "INSERT INTO hang_request (set_id, member, words, asked_at, declined_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (set_id, member) DO NOTHING";
    let params: [Value; 5] = [
        request.set.as_str().into(),
        request.member.as_str().into(),
        request.words.as_str().into(),
        request.asked_at.into(),
        request.declined_at.into(),
    ];
    Ok(conn.execute(sql, &params)? != 0)
}

/// What a member was asked, the newest first.
pub fn requests_to(conn: &mut dyn Conn, member: &str) -> Result<Vec<HangRequest>, StoreError> {
    let sql = "SELECT set_id, member, words, asked_at, declined_at FROM hang_request WHERE member = $1 \
        ORDER BY asked_at DESC, set_id";
    let request = |mut row: Row| {
        Ok(HangRequest {
            set: row.take_text(0)?,
            member: row.take_text(1)?,
            words: row.take_text(2)?,
            asked_at: row.get_int(3)?,
            declined_at: row.opt_int(4)?,
        })
    };
    conn.query(sql, &[member.into()])?.into_iter().map(request).collect()
}

/// How many were asked to hang a set.
pub fn count_asked(conn: &mut dyn Conn, set: &str) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM hang_request WHERE set_id = $1", &[set.into()])
}

/// Forgets whatever a member was asked.
pub fn delete_requests_to(conn: &mut dyn Conn, member: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM hang_request WHERE member = $1", &[member.into()])
}

/// Notes that somebody said no.
pub fn decline(conn: &mut dyn Conn, set: &str, member: &str, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE hang_request SET declined_at = $1 WHERE set_id = $2 AND member = $3";
    Ok(conn.execute(sql, &[at.into(), set.into(), member.into()])? != 0)
}

/// A frame in which an image of a set hangs, with what decides who may see it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Frame` and `Member`")]
pub struct Hanging {
    pub member: String,
    pub data: String,
    pub door: i64,
    pub hung_at: i64,
    pub room_door: i64,
    pub town: String,
    pub handle: Option<String>,
    pub name: String,
}

/// Every frame in which a set hangs, what was hung first first; of nobody who blocked its brand.
pub fn hangings(conn: &mut dyn Conn, set: &str, brand: &str) -> Result<Vec<Hanging>, StoreError> {
    let sql = "SELECT f.member, f.data, f.door, f.hung_at, m.door, m.town, m.handle, m.name FROM frame f \
        JOIN member m ON m.id = f.member WHERE f.thing = $1 AND f.removed_at IS NULL AND NOT EXISTS \
        (SELECT 1 FROM blocked b WHERE b.owner = f.member AND b.other = $2) ORDER BY f.hung_at, f.id";
    let hanging = |mut row: Row| {
        Ok(Hanging {
            member: row.take_text(0)?,
            data: row.take_text(1)?,
            door: row.get_int(2)?,
            hung_at: row.get_int(3)?,
            room_door: row.get_int(4)?,
            town: row.take_text(5)?,
            handle: row.opt_text(6)?,
            name: row.take_text(7)?,
        })
    };
    conn.query(sql, &[set.into(), brand.into()])?.into_iter().map(hanging).collect()
}

/// The frames of a member in which a set hangs.
pub fn frames_of_member(conn: &mut dyn Conn, set: &str, member: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT id FROM frame WHERE thing = $1 AND member = $2 AND removed_at IS NULL ORDER BY hung_at, id";
    conn.query(sql, &[set.into(), member.into()])?.into_iter().map(|mut row| row.take_text(0)).collect()
}

fn of_row(mut row: Row) -> Result<ImageSet, StoreError> {
    Ok(ImageSet {
        id: row.take_text(0)?,
        brand: row.take_text(1)?,
        title: row.take_text(2)?,
        rights: row.take_text(3)?,
        is_open: row.get_bool(4)?,
        ends_at: row.opt_int(5)?,
        ended_at: row.opt_int(6)?,
        created_at: row.get_int(7)?,
    })
}

fn image_of(mut row: Row) -> Result<SetImage, StoreError> {
    Ok(SetImage {
        id: row.take_text(0)?,
        set: row.take_text(1)?,
        place: row.get_int(2)?,
        media: row.get_int(3)?,
        alt: row.take_text(4)?,
        hash: row.take_blob(5)?,
    })
}
