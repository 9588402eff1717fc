//! The servers on a database, where there may be several: how each stands, as it wrote itself a moment ago.

use crate::{Conn, Row, StoreError};

/// A server, and how it stood at its last beat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Of chance, made at its start.
    pub id: String,
    /// What it is called: its machine and its data folder.
    pub name: String,
    /// Which Parlour it is.
    pub version: String,
    /// When it was started, microseconds UTC.
    pub started_at: i64,
    /// How often it wrote so far: a number that no longer rises is that of a server that is gone, or stands still.
    pub beats: i64,
    /// Whether it leads.
    pub leads: bool,
    /// The last batch of the journal that its readers see.
    pub folded: i64,
    /// The last run of the lake that they read.
    pub last_run: i64,
    /// Events that it has in memory and that are not sealed.
    pub n_unsealed: i64,
    /// Events that it took in since its start.
    pub n_taken: i64,
    /// How many ids it knows for erased.
    pub n_erased: i64,
}

const COLUMNS: &str = "id, name, version, started_at, beats, leads, folded, last_run, n_unsealed, n_taken, n_erased";

/// Writes how a server stands.
pub fn beat(conn: &mut dyn Conn, server: &Server) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO server ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (id) DO UPDATE SET beats = excluded.beats, leads = excluded.leads, folded = excluded.folded, \
         last_run = excluded.last_run, n_unsealed = excluded.n_unsealed, n_taken = excluded.n_taken, n_erased = excluded.n_erased"
    );
    let params = [
        server.id.as_str().into(),
        server.name.as_str().into(),
        server.version.as_str().into(),
        server.started_at.into(),
        server.beats.into(),
        i64::from(server.leads).into(),
        server.folded.into(),
        server.last_run.into(),
        server.n_unsealed.into(),
        server.n_taken.into(),
        server.n_erased.into(),
    ];
    conn.execute(&sql, &params).map(|_| ())
}

/// All of them, those that were started first first.
pub fn list(conn: &mut dyn Conn) -> Result<Vec<Server>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM server ORDER BY started_at, id"), &[])?;
    rows.into_iter().map(server).collect()
}

/// Says of all but one that they do not lead: it does now.
pub fn note_leader(conn: &mut dyn Conn, id: &str) -> Result<(), StoreError> {
    conn.execute("UPDATE server SET leads = 0 WHERE id <> $1 AND leads = 1", &[id.into()]).map(|_| ())
}

/// Removes one that is gone.
pub fn remove(conn: &mut dyn Conn, id: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM server WHERE id = $1", &[id.into()]).map(|_| ())
}

fn server(mut row: Row) -> Result<Server, StoreError> {
    Ok(Server {
        id: row.take_text(0)?,
        name: row.take_text(1)?,
        version: row.take_text(2)?,
        started_at: row.get_int(3)?,
        beats: row.get_int(4)?,
        leads: row.get_int(5)? != 0,
        folded: row.get_int(6)?,
        last_run: row.get_int(7)?,
        n_unsealed: row.get_int(8)?,
        n_taken: row.get_int(9)?,
        n_erased: row.get_int(10)?,
    })
}
