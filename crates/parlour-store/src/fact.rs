//! Facts: what belongs to somebody's life, such as their dentist or their car.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// Whose.
    pub member: String,
    /// `person`, `product`, `place` or `brand`.
    pub kind: String,
    /// What it is to them, such as `dentist`.
    pub label: String,
    /// What it is called.
    pub name: String,
    /// The brand it is of, `kind:id`; may be empty.
    pub brand: String,
    /// Its page; may be empty.
    pub link: String,
    /// What they say of it.
    pub words: String,
    /// Whom it lets in, beside the room's own door.
    pub door: i64,
    /// Whether the brand may know whose it is.
    pub tells: bool,
    /// When it was said, microseconds UTC.
    pub created_at: i64,
    /// When it was last changed.
    pub changed_at: i64,
}

const COLUMNS: &str = "id, member, kind, label, name, brand, link, words, door, tells, created_at, changed_at";

/// Keeps a fact as it now is.
pub fn put(conn: &mut dyn Conn, fact: &Fact) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO fact ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO \
         UPDATE SET kind = excluded.kind, label = excluded.label, name = excluded.name, brand = excluded.brand, \
         link = excluded.link, words = excluded.words, door = excluded.door, tells = excluded.tells, \
         changed_at = excluded.changed_at"
    );
    let params: [Value; 12] = [
        fact.id.as_str().into(),
        fact.member.as_str().into(),
        fact.kind.as_str().into(),
        fact.label.as_str().into(),
        fact.name.as_str().into(),
        fact.brand.as_str().into(),
        fact.link.as_str().into(),
        fact.words.as_str().into(),
        fact.door.into(),
        fact.tells.into(),
        fact.created_at.into(),
        fact.changed_at.into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

/// One fact.
pub fn get(conn: &mut dyn Conn, id: &str) -> Result<Option<Fact>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM fact WHERE id = $1");
    conn.query(&sql, &[id.into()])?.into_iter().next().map(of_row).transpose()
}

/// All facts of a member, the first first.
pub fn of_member(conn: &mut dyn Conn, member: &str) -> Result<Vec<Fact>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM fact WHERE member = $1 ORDER BY created_at, id");
    conn.query(&sql, &[member.into()])?.into_iter().map(of_row).collect()
}

/// All facts that name a brand.
pub fn of_brand(conn: &mut dyn Conn, brand: &str) -> Result<Vec<Fact>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM fact WHERE brand <> '' AND brand = $1 ORDER BY changed_at DESC, id");
    conn.query(&sql, &[brand.into()])?.into_iter().map(of_row).collect()
}

/// How many facts a member has.
pub fn count(conn: &mut dyn Conn, member: &str) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COUNT(*) FROM fact WHERE member = $1", &[member.into()])
}

/// Forgets a fact.
pub fn delete(conn: &mut dyn Conn, id: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM fact WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Forgets all facts of a member.
pub fn delete_of_member(conn: &mut dyn Conn, member: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM fact WHERE member = $1", &[member.into()])
}

fn of_row(mut row: Row) -> Result<Fact, StoreError> {
    Ok(Fact {
        id: row.take_text(0)?,
        member: row.take_text(1)?,
        kind: row.take_text(2)?,
        label: row.take_text(3)?,
        name: row.take_text(4)?,
        brand: row.take_text(5)?,
        link: row.take_text(6)?,
        words: row.take_text(7)?,
        door: row.get_int(8)?,
        tells: row.get_bool(9)?,
        created_at: row.get_int(10)?,
        changed_at: row.get_int(11)?,
    })
}
