//! Hearing from other servers on the same database: triggers tell the names of tables that changed, over `NOTIFY`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;

use super::{Among, Config, Postgres, error_of};
use crate::StoreError;
use crate::conn::{Backend, Conn};
use crate::rows::one_int;

/// Tables that servers keep something of in memory, or wait for.
const TOLD: [&str; 13] = [
    "ask",
    "consent",
    "cursor",
    "dispute",
    "erased",
    "erasure",
    "handling",
    "journal",
    "reply",
    "run",
    "mailbox",
    "source_key",
    "verb_name",
];
/// Tables of which only what no fold writes is told: it is in memory everywhere, and long to read anew.
const TOLD_ROWS: [(&str, &str); 4] = [
    (
        "source",
        "INSERT OR DELETE OR UPDATE OF name, brand_kind, brand_id, layer, kind, events_per_second, mapping, secret, revoked_at",
    ),
    ("link", "UPDATE OF undone_at, forced_at OR DELETE"),
    ("entity", "UPDATE OF title, data OR DELETE"),
    ("fit", "INSERT OR UPDATE OR DELETE"),
];
/// What a trigger calls. Equal tellings of one transaction are one.
const TELL: &str = "CREATE OR REPLACE FUNCTION parlour_tell() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN PERFORM pg_notify('parlour_' || md5(TG_TABLE_SCHEMA), TG_TABLE_NAME); RETURN NULL; END $$";

/// A connection that hears what other servers on the database change.
pub struct Listener {
    db: Postgres,
    among: Arc<Among>,
}

impl Listener {
    pub(crate) fn open(config: &Config, among: &Arc<Among>) -> Result<Self, StoreError> {
        let mut db = Postgres::connect(config)?;
        let channel = db.query("SELECT 'parlour_' || md5(CAST(current_schema() AS TEXT))", &[])?;
        let channel =
            channel.first().ok_or_else(|| StoreError::Corrupt("no schema".to_owned()))?.get_text(0)?.to_owned();
        db.batch(&format!("LISTEN {channel}"))?;
        Ok(Self { db, among: Arc::clone(among) })
    }

    /// Waits up to `most` until another server changes something, and returns the tables that it changed: none where the
    /// time is over.
    pub fn wait(&mut self, most: Duration) -> Result<BTreeSet<String>, StoreError> {
        let mut heard = Vec::new();
        {
            let mut notifications = self.db.client.notifications();
            heard.extend(notifications.timeout_iter(most).next().map_err(|error| error_of(&error))?);
        }
        if !heard.is_empty() {
            let mut notifications = self.db.client.notifications();
            let mut others = notifications.iter();
            while let Some(other) = others.next().map_err(|error| error_of(&error))? {
                heard.push(other);
            }
        }
        let own = self.among.writer.load(Ordering::Relaxed);
        let of_others = heard.iter().filter(|heard| heard.process_id() != own);
        let told = of_others.map(|heard| heard.payload().to_owned()).collect();
        if self.db.client.is_closed() {
            return Err(StoreError::Unavailable("the connection that hears of changes was lost".to_owned()));
        }
        Ok(told)
    }
}

/// Sees to it that what other servers must know is told to them.
pub(crate) fn tell(db: &mut Postgres) -> Result<(), StoreError> {
    let there = "SELECT COUNT(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid \
        JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND t.tgname LIKE 'parlour_tells%'";
    db.begin_write()?;
    let told = |db: &mut Postgres| {
        if one_int(db, there, &[])? == (TOLD.len() + TOLD_ROWS.len()) as i64 {
            return Ok(());
        }
        db.batch(TELL)?;
        for table in TOLD {
            db.batch(&format!(
                "DROP TRIGGER IF EXISTS parlour_tells ON {table}; CREATE TRIGGER parlour_tells \
                 AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION parlour_tell()"
            ))?;
        }
        for (table, what) in TOLD_ROWS {
            db.batch(&format!(
                "DROP TRIGGER IF EXISTS parlour_tells ON {table}; CREATE TRIGGER parlour_tells \
                 AFTER {what} ON {table} FOR EACH ROW EXECUTE FUNCTION parlour_tell()"
            ))?;
        }
        Ok(())
    };
    match told(db) {
        Ok(()) => db.commit(),
        Err(error) => {
            db.rollback()?;
            Err(error)
        }
    }
}
