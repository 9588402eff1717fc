//! Members: people with a room of their own. What a door's number means is the engine's affair.

use crate::{Conn, Row, StoreError, Value};

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The id that events know them by; it never changes and says nothing.
    pub id: String,
    /// Where their room is, once they chose it.
    pub handle: Option<String>,
    /// What the handle looks like; nobody else's looks the same.
    pub skeleton: Option<String>,
    /// A mail address they have shown to be theirs; nobody else has the same.
    pub mail: Option<String>,
    /// What people call them.
    pub name: String,
    /// What they are found by: handle and name in lower case.
    pub search: String,
    /// What they say of themselves.
    pub about: String,
    /// Where they say they are.
    pub town: String,
    /// The year they were born in, where they said so.
    pub born_year: Option<i64>,
    /// Whom the room lets in.
    pub door: i64,
    /// When they came, microseconds UTC.
    pub created_at: i64,
    /// When any of this was last changed.
    pub changed_at: i64,
}

const COLUMNS: &str = "id, handle, skeleton, mail, name, search, about, town, born_year, door, created_at, changed_at";

fn values(member: &Member) -> [Value; 12] {
    [
        member.id.as_str().into(),
        member.handle.as_deref().into(),
        member.skeleton.as_deref().into(),
        member.mail.as_deref().into(),
        member.name.as_str().into(),
        member.search.as_str().into(),
        member.about.as_str().into(),
        member.town.as_str().into(),
        member.born_year.into(),
        member.door.into(),
        member.created_at.into(),
        member.changed_at.into(),
    ]
}

/// Keeps somebody new; their id, handle and mail must be nobody's yet.
pub fn create(conn: &mut dyn Conn, member: &Member) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO member ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    conn.execute(&sql, &values(member))?;
    Ok(())
}

/// Keeps what is now known of somebody; returns whether they are there.
pub fn update(conn: &mut dyn Conn, member: &Member) -> Result<bool, StoreError> {
    let sql = "UPDATE member SET handle = $1, skeleton = $2, mail = $3, name = $4, search = $5, about = $6, town = $7, \
        born_year = $8, door = $9, created_at = $10, changed_at = $11 WHERE id = $12";
    let mut values = values(member);
    values.rotate_left(1);
    Ok(conn.execute(sql, &values)? != 0)
}

/// The member of an id.
pub fn get(conn: &mut dyn Conn, id: &str) -> Result<Option<Member>, StoreError> {
    one(conn, "id", id)
}

/// Whoever has this handle.
pub fn of_handle(conn: &mut dyn Conn, handle: &str) -> Result<Option<Member>, StoreError> {
    one(conn, "handle", handle)
}

/// Whoever has a handle that looks like this.
pub fn of_skeleton(conn: &mut dyn Conn, skeleton: &str) -> Result<Option<Member>, StoreError> {
    one(conn, "skeleton", skeleton)
}

/// Whoever has this mail address, which is compared as it is written.
pub fn of_mail(conn: &mut dyn Conn, mail: &str) -> Result<Option<Member>, StoreError> {
    one(conn, "mail", mail)
}

/// Members who have a handle and in whose names `words` stand, by handle after `after`; `words` are in lower case.
pub fn search(conn: &mut dyn Conn, words: &str, after: &str, most: i64) -> Result<Vec<Member>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM member WHERE handle IS NOT NULL AND search LIKE $1 ESCAPE '!' AND handle > $2 \
         ORDER BY handle LIMIT $3"
    );
    let mut like = String::from("%");
    for c in words.chars() {
        if matches!(c, '!' | '%' | '_') {
            like.push('!');
        }
        like.push(c);
    }
    like.push('%');
    conn.query(&sql, &[like.into(), after.into(), most.into()])?.into_iter().map(member).collect()
}

/// The members of these ids.
pub fn of_ids(conn: &mut dyn Conn, ids: &[String]) -> Result<Vec<Member>, StoreError> {
    let mut found = Vec::new();
    let head = format!("SELECT {COLUMNS} FROM member WHERE id");
    crate::rows::select_in(conn, &head, ids, |id| id.as_str().into(), &mut |row| {
        found.push(member(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The ids of all members.
pub fn ids(conn: &mut dyn Conn) -> Result<Vec<String>, StoreError> {
    conn.query("SELECT id FROM member ORDER BY id", &[])?.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// How many there are.
pub fn count(conn: &mut dyn Conn) -> Result<i64, StoreError> {
    crate::rows::one_int(conn, "SELECT count(*) FROM member", &[])
}

fn one(conn: &mut dyn Conn, column: &str, value: &str) -> Result<Option<Member>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM member WHERE {column} = $1"), &[value.into()])?;
    rows.into_iter().next().map(member).transpose()
}

fn member(mut row: Row) -> Result<Member, StoreError> {
    Ok(Member {
        id: row.take_text(0)?,
        handle: row.opt_text(1)?,
        skeleton: row.opt_text(2)?,
        mail: row.opt_text(3)?,
        name: row.take_text(4)?,
        search: row.take_text(5)?,
        about: row.take_text(6)?,
        town: row.take_text(7)?,
        born_year: row.opt_int(8)?,
        door: row.get_int(9)?,
        created_at: row.get_int(10)?,
        changed_at: row.get_int(11)?,
    })
}
