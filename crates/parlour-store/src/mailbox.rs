//! Mailboxes: where the sources of mail read, and how far they have.

use crate::{Conn, Row, StoreError, Value};

/// One mailbox. What the word in `tls` means is the engine's affair.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The source that reads it.
    pub source: i64,
    /// The mail server's host.
    pub host: String,
    /// Its port.
    pub port: i64,
    /// How it is spoken to in secret.
    pub tls: String,
    /// Certificates of those who may vouch for the server, as PEM.
    pub ca: Option<String>,
    /// As whom.
    pub user: String,
    /// With which password.
    pub password: String,
    /// The folder that is read.
    pub folder: String,
    /// What answers come from; empty for the address in the settings.
    pub address: String,
    /// Whether mail is taken that lay there before it was first read.
    pub is_from_start: bool,
    /// Rises when it becomes another mailbox.
    pub generation: i64,
}

/// How far a mailbox was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The server's numbering.
    pub uid_validity: i64,
    /// The first mail that was not taken yet.
    pub next_uid: i64,
    /// When it was first read, in microseconds UTC.
    pub since: i64,
    /// Whether the server has numbered anew since.
    pub is_renumbered: bool,
}

const COLUMNS: &str = "source, host, port, tls, ca, user_name, password, folder, address, is_from_start, generation";

/// Writes down a mailbox in the place of what was there of its source. Where its generation is another, how far it was
/// read is forgotten.
pub fn put(conn: &mut dyn Conn, mailbox: &Mailbox) -> Result<(), StoreError> {
    let sql = "INSERT INTO mailbox (source, host, port, tls, ca, user_name, password, folder, address, is_from_start, \
        generation, is_renumbered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) \
        ON CONFLICT (source) DO UPDATE SET host = excluded.host, port = excluded.port, tls = excluded.tls, \
        ca = excluded.ca, user_name = excluded.user_name, password = excluded.password, folder = excluded.folder, \
        address = excluded.address, is_from_start = excluded.is_from_start, \
        uid_validity = CASE WHEN mailbox.generation = excluded.generation THEN mailbox.uid_validity END, \
        generation = excluded.generation";
    let params: [Value; 11] = [
        mailbox.source.into(),
        mailbox.host.as_str().into(),
        mailbox.port.into(),
        mailbox.tls.as_str().into(),
        mailbox.ca.as_deref().into(),
        mailbox.user.as_str().into(),
        mailbox.password.as_str().into(),
        mailbox.folder.as_str().into(),
        mailbox.address.as_str().into(),
        i64::from(mailbox.is_from_start).into(),
        mailbox.generation.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// Lets go of the password of a mailbox that is read no more.
pub fn forget_password(conn: &mut dyn Conn, source: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE mailbox SET password = '' WHERE source = $1", &[source.into()])?;
    Ok(())
}

/// All mailboxes, by source.
pub fn all(conn: &mut dyn Conn) -> Result<Vec<Mailbox>, StoreError> {
    conn.query(&format!("SELECT {COLUMNS} FROM mailbox ORDER BY source"), &[])?.into_iter().map(mailbox).collect()
}

/// How far a mailbox was read; `None` if it was not.
pub fn cursor(conn: &mut dyn Conn, source: i64) -> Result<Option<Cursor>, StoreError> {
    let sql = "SELECT uid_validity, next_uid, since, is_renumbered FROM mailbox \
        WHERE source = $1 AND uid_validity IS NOT NULL";
    let cursor = |row: Row| {
        Ok(Cursor {
            uid_validity: row.get_int(0)?,
            next_uid: row.get_int(1)?,
            since: row.get_int(2)?,
            is_renumbered: row.get_int(3)? != 0,
        })
    };
    conn.query(sql, &[source.into()])?.into_iter().next().map(cursor).transpose()
}

/// Writes down how far a mailbox was read; returns whether it is still the one of this generation.
pub fn set_cursor(conn: &mut dyn Conn, (source, generation): (i64, i64), cursor: &Cursor) -> Result<bool, StoreError> {
    let sql = "UPDATE mailbox SET uid_validity = $1, next_uid = $2, since = $3, is_renumbered = $4 \
        WHERE source = $5 AND generation = $6";
    let params: [Value; 6] = [
        cursor.uid_validity.into(),
        cursor.next_uid.into(),
        cursor.since.into(),
        i64::from(cursor.is_renumbered).into(),
        source.into(),
        generation.into(),
    ];
    Ok(conn.execute(sql, &params)? != 0)
}

fn mailbox(mut row: Row) -> Result<Mailbox, StoreError> {
    Ok(Mailbox {
        source: row.get_int(0)?,
        host: row.take_text(1)?,
        port: row.get_int(2)?,
        tls: row.take_text(3)?,
        ca: row.opt_text(4)?,
        user: row.take_text(5)?,
        password: row.take_text(6)?,
        folder: row.take_text(7)?,
        address: row.take_text(8)?,
        is_from_start: row.get_int(9)? != 0,
        generation: row.get_int(10)?,
    })
}
