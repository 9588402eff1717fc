//! Passkeys: public keys by which people of the Desk sign in. What the bytes mean is the server's affair.

use crate::{Conn, Row, StoreError};

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What the authenticator calls it.
    pub id: Vec<u8>,
    /// Whose it is.
    pub staff: String,
    /// What they call it.
    pub name: String,
    /// The COSE number of its algorithm.
    pub algorithm: i64,
    /// The public key, in the form that algorithm is checked with.
    pub public_key: Vec<u8>,
    /// How often it signed, as far as the authenticator counts.
    pub n_signed: i64,
    /// When it was registered, in microseconds UTC.
    pub created_at: i64,
    /// When it was last used.
    pub last_used_at: Option<i64>,
}

const COLUMNS: &str = "id, staff, name, algorithm, public_key, n_signed, created_at, last_used_at";

/// Keeps a new passkey.
pub fn create(conn: &mut dyn Conn, new: &Passkey) -> Result<(), StoreError> {
    let params = [
        new.id.as_slice().into(),
        new.staff.as_str().into(),
        new.name.as_str().into(),
        new.algorithm.into(),
        new.public_key.as_slice().into(),
        new.n_signed.into(),
        new.created_at.into(),
        new.last_used_at.into(),
    ];
    conn.execute(&format!("INSERT INTO passkey ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"), &params)?;
    Ok(())
}

/// The passkey of an id.
pub fn get(conn: &mut dyn Conn, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM passkey WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(passkey).transpose()
}

/// Somebody's passkeys, the oldest first.
pub fn of_staff(conn: &mut dyn Conn, staff: &str) -> Result<Vec<Passkey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM passkey WHERE staff = $1 ORDER BY created_at, id");
    conn.query(&sql, &[staff.into()])?.into_iter().map(passkey).collect()
}

/// Writes down that a passkey signed, where its count is still the one that was checked; returns whether it was.
pub fn touch(conn: &mut dyn Conn, id: &[u8], (before, after): (i64, i64), now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE passkey SET n_signed = $1, last_used_at = $2 WHERE id = $3 AND n_signed = $4";
    Ok(conn.execute(sql, &[after.into(), now.into(), id.into(), before.into()])? != 0)
}

/// Deletes a passkey of somebody; returns whether it was theirs.
pub fn delete(conn: &mut dyn Conn, id: &[u8], staff: &str) -> Result<bool, StoreError> {
    Ok(conn.execute("DELETE FROM passkey WHERE id = $1 AND staff = $2", &[id.into(), staff.into()])? != 0)
}

fn passkey(mut row: Row) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.take_blob(0)?,
        staff: row.take_text(1)?,
        name: row.take_text(2)?,
        algorithm: row.get_int(3)?,
        public_key: row.take_blob(4)?,
        n_signed: row.get_int(5)?,
        created_at: row.get_int(6)?,
        last_used_at: row.opt_int(7)?,
    })
}
