//! Passkeys: public keys by which people sign in, to the Desk or to their room. What the bytes mean is the server's affair.

use crate::{Conn, Row, StoreError};

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What the authenticator calls it.
    pub id: Vec<u8>,
    /// Whose it is: a handle of the Desk, or the id of a member.
    pub owner: String,
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

/// A table of passkeys: those of the people of the Desk, or those of members. Neither knows a key of the other.
#[derive(Clone, Copy, Debug)]
pub struct Keyring {
    table: &'static str,
    owner: &'static str,
}

/// Of the people of the Desk, by their handles.
pub const DESK: Keyring = Keyring { table: "passkey", owner: "staff" };
/// Of members, by their ids.
pub const ROOMS: Keyring = Keyring { table: "member_passkey", owner: "member" };

impl Keyring {
    fn columns(self) -> String {
        format!("id, {}, name, algorithm, public_key, n_signed, created_at, last_used_at", self.owner)
    }

    /// Keeps a new passkey.
    pub fn create(self, conn: &mut dyn Conn, new: &Passkey) -> Result<(), StoreError> {
        let params = [
            new.id.as_slice().into(),
            new.owner.as_str().into(),
            new.name.as_str().into(),
            new.algorithm.into(),
            new.public_key.as_slice().into(),
            new.n_signed.into(),
            new.created_at.into(),
            new.last_used_at.into(),
        ];
        let into = format!("INSERT INTO {} ({})", self.table, self.columns());
        conn.execute(&format!("{into} VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"), &params)?;
        Ok(())
    }

    /// The passkey of an id.
    pub fn get(self, conn: &mut dyn Conn, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let sql = format!("SELECT {} FROM {} WHERE id = $1", self.columns(), self.table);
        conn.query(&sql, &[id.into()])?.into_iter().next().map(passkey).transpose()
    }

    /// Somebody's passkeys, the oldest first.
    pub fn of(self, conn: &mut dyn Conn, owner: &str) -> Result<Vec<Passkey>, StoreError> {
        let Self { table, owner: column } = self;
        let sql = format!("SELECT {} FROM {table} WHERE {column} = $1 ORDER BY created_at, id", self.columns());
        conn.query(&sql, &[owner.into()])?.into_iter().map(passkey).collect()
    }

    /// Writes down that a passkey signed, where its count is still the one that was checked; returns whether it was.
    pub fn touch(
        self,
        conn: &mut dyn Conn,
        id: &[u8],
        (before, after): (i64, i64),
        now: i64,
    ) -> Result<bool, StoreError> {
        let table = self.table;
        let sql = format!("UPDATE {table} SET n_signed = $1, last_used_at = $2 WHERE id = $3 AND n_signed = $4");
        Ok(conn.execute(&sql, &[after.into(), now.into(), id.into(), before.into()])? != 0)
    }

    /// Deletes a passkey of somebody; returns whether it was theirs.
    pub fn delete(self, conn: &mut dyn Conn, id: &[u8], owner: &str) -> Result<bool, StoreError> {
        let Self { table, owner: column } = self;
        let sql = format!("DELETE FROM {table} WHERE id = $1 AND {column} = $2");
        Ok(conn.execute(&sql, &[id.into(), owner.into()])? != 0)
    }
}

fn passkey(mut row: Row) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.take_blob(0)?,
        owner: row.take_text(1)?,
        name: row.take_text(2)?,
        algorithm: row.get_int(3)?,
        public_key: row.take_blob(4)?,
        n_signed: row.get_int(5)?,
        created_at: row.get_int(6)?,
        last_used_at: row.opt_int(7)?,
    })
}
