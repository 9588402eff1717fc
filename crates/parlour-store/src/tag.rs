//! Tags: what people say of things on their photos.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// Its id.
    pub id: String,
    /// Who set it.
    pub member: String,
    /// On which photo.
    pub photo: String,
    /// Where: parts of its width, from the left …
    pub x: f64,
    /// … and of its height, from the top.
    pub y: f64,
    /// The brand, `kind:id`; may be empty.
    pub brand: String,
    /// The product's id in the brand's catalogue; may be empty.
    pub product: String,
    /// What it is, in words.
    pub label: String,
    /// Its page; may be empty.
    pub link: String,
    /// What it cost, minor units.
    pub price_minor: Option<i64>,
    /// Of which currency.
    pub currency: String,
    /// Stars, 1 to 5.
    pub rating: Option<i64>,
    /// What the owner says of it.
    pub review: String,
    /// Where they bought it.
    pub bought_at: String,
    /// Why there, or why that one.
    pub why: String,
    /// When it was set, microseconds UTC.
    pub created_at: i64,
    /// When it was last changed.
    pub changed_at: i64,
}

const COLUMNS: &str = "id, member, photo, x, y, brand, product, label, link, price_minor, currency, rating, review, \
    bought_at, why, created_at, changed_at";

/// Keeps a tag as it now is.
pub fn put(conn: &mut dyn Conn, tag: &Tag) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO tag ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (id) DO UPDATE SET x = excluded.x, y = excluded.y, brand = excluded.brand, \
         product = excluded.product, label = excluded.label, link = excluded.link, price_minor = excluded.price_minor, \
         currency = excluded.currency, rating = excluded.rating, review = excluded.review, \
         bought_at = excluded.bought_at, why = excluded.why, changed_at = excluded.changed_at"
    );
    let params: [Value; 17] = [
        tag.id.as_str().into(),
        tag.member.as_str().into(),
        tag.photo.as_str().into(),
        tag.x.into(),
        tag.y.into(),
        tag.brand.as_str().into(),
        tag.product.as_str().into(),
        tag.label.as_str().into(),
        tag.link.as_str().into(),
        tag.price_minor.into(),
        tag.currency.as_str().into(),
        tag.rating.into(),
        tag.review.as_str().into(),
        tag.bought_at.as_str().into(),
        tag.why.as_str().into(),
        tag.created_at.into(),
        tag.changed_at.into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

/// One tag.
pub fn get(conn: &mut dyn Conn, id: &str) -> Result<Option<Tag>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tag WHERE id = $1");
    conn.query(&sql, &[id.into()])?.into_iter().next().map(of_row).transpose()
}

/// The tags of a photo, the first first.
pub fn of_photo(conn: &mut dyn Conn, photo: &str) -> Result<Vec<Tag>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tag WHERE photo = $1 ORDER BY created_at, id");
    conn.query(&sql, &[photo.into()])?.into_iter().map(of_row).collect()
}

/// The tags of these photos, the first first.
pub fn of_photos(conn: &mut dyn Conn, photos: &[String]) -> Result<Vec<Tag>, StoreError> {
    let mut found = Vec::new();
    let head = format!("SELECT {COLUMNS} FROM tag WHERE photo");
    crate::rows::select_in(conn, &head, photos, |id| id.as_str().into(), &mut |row| {
        found.push(of_row(row)?);
        Ok(())
    })?;
    found.sort_by(|a: &Tag, b: &Tag| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(found)
}

/// The tags of a brand, those changed last first.
pub fn of_brand(conn: &mut dyn Conn, brand: &str, most: i64) -> Result<Vec<Tag>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tag WHERE brand = $1 ORDER BY changed_at DESC, id LIMIT $2");
    conn.query(&sql, &[brand.into(), most.into()])?.into_iter().map(of_row).collect()
}

/// How many tags a photo has.
pub fn count(conn: &mut dyn Conn, photo: &str) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM tag WHERE photo = $1", &[photo.into()])
}

/// The doors of the albums in which a photo is.
pub fn doors_of_albums(conn: &mut dyn Conn, photo: &str) -> Result<Vec<i64>, StoreError> {
    let sql =
        "SELECT album.door FROM album_photo JOIN album ON album.id = album_photo.album WHERE album_photo.photo = $1";
    conn.query(sql, &[photo.into()])?.into_iter().map(|row| row.get_int(0)).collect()
}

/// Takes a tag off.
pub fn delete(conn: &mut dyn Conn, id: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM tag WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Takes all tags of a member off.
pub fn delete_of_member(conn: &mut dyn Conn, member: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM tag WHERE member = $1", &[member.into()])
}

fn of_row(mut row: Row) -> Result<Tag, StoreError> {
    Ok(Tag {
        id: row.take_text(0)?,
        member: row.take_text(1)?,
        photo: row.take_text(2)?,
        x: row.get_real(3)?,
        y: row.get_real(4)?,
        brand: row.take_text(5)?,
        product: row.take_text(6)?,
        label: row.take_text(7)?,
        link: row.take_text(8)?,
        price_minor: row.opt_int(9)?,
        currency: row.take_text(10)?,
        rating: row.opt_int(11)?,
        review: row.take_text(12)?,
        bought_at: row.take_text(13)?,
        why: row.take_text(14)?,
        created_at: row.get_int(15)?,
        changed_at: row.get_int(16)?,
    })
}
