//! Staff: the people of the Desk. Nobody is ever deleted, as what they did stays theirs by name.

use crate::{Conn, Row, StoreError, Value};

/// One person of the Desk. What the word in `role` means is the engine's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// What they are known by for ever, in asks and in the audit log.
    pub handle: String,
    /// What people call them.
    pub name: String,
    /// Their mail address; nobody else has the same.
    pub mail: Option<String>,
    /// What they may do.
    pub role: String,
    /// The brands they see, `kind:id`; all where it is `None`.
    pub brands: Option<Vec<String>>,
    /// The hash of their password, with how it was made.
    pub password: Option<String>,
    /// When they were invited, in microseconds UTC; 0 for the first.
    pub created_at: i64,
    /// When they took the invitation up.
    pub joined_at: Option<i64>,
    /// Since when they are kept out.
    pub disabled_at: Option<i64>,
}

const COLUMNS: &str = "handle, name, mail, role, brands, password, created_at, joined_at, disabled_at";

fn values(staff: &Staff) -> [Value; 9] {
    [
        staff.handle.as_str().into(),
        staff.name.as_str().into(),
        staff.mail.as_deref().into(),
        staff.role.as_str().into(),
        staff.brands.as_ref().map(|brands| brands.join("\n")).as_deref().into(),
        staff.password.as_deref().into(),
        staff.created_at.into(),
        staff.joined_at.into(),
        staff.disabled_at.into(),
    ]
}

/// Keeps somebody new; their handle and mail must be nobody's yet.
pub fn create(conn: &mut dyn Conn, staff: &Staff) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO staff ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    conn.execute(&sql, &values(staff))?;
    Ok(())
}

/// Keeps what is now known of somebody; returns whether they are there.
pub fn update(conn: &mut dyn Conn, staff: &Staff) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET name = $1, mail = $2, role = $3, brands = $4, password = $5, created_at = $6, \
        joined_at = $7, disabled_at = $8 WHERE handle = $9";
    let mut values = values(staff);
    values.rotate_left(1);
    Ok(conn.execute(sql, &values)? != 0)
}

/// Whoever has this handle.
pub fn get(conn: &mut dyn Conn, handle: &str) -> Result<Option<Staff>, StoreError> {
    one(conn, "handle", handle)
}

/// Whoever has this mail address, which is compared as it is written.
pub fn by_mail(conn: &mut dyn Conn, mail: &str) -> Result<Option<Staff>, StoreError> {
    one(conn, "mail", mail)
}

/// Everybody, by handle.
pub fn list(conn: &mut dyn Conn) -> Result<Vec<Staff>, StoreError> {
    conn.query(&format!("SELECT {COLUMNS} FROM staff ORDER BY handle"), &[])?.into_iter().map(staff).collect()
}

fn one(conn: &mut dyn Conn, column: &str, value: &str) -> Result<Option<Staff>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM staff WHERE {column} = $1"), &[value.into()])?;
    rows.into_iter().next().map(staff).transpose()
}

fn staff(mut row: Row) -> Result<Staff, StoreError> {
    Ok(Staff {
        handle: row.take_text(0)?,
        name: row.take_text(1)?,
        mail: row.opt_text(2)?,
        role: row.take_text(3)?,
        brands: row.opt_text(4)?.map(|text| text.split('\n').map(str::to_owned).collect()),
        password: row.opt_text(5)?,
        created_at: row.get_int(6)?,
        joined_at: row.opt_int(7)?,
        disabled_at: row.opt_int(8)?,
    })
}
