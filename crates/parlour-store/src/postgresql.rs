//! PostgreSQL: connecting so that what is acknowledged survives a power cut, and the adapter.
//!
//! Before the schema is changed no copy is made here: run `pg_dump` before starting a newer Parlour.

pub(crate) mod explore;
mod listener;
mod values;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::time::Duration;

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Config, NoTls, Statement};

use crate::conn::{Backend, Conn};
use crate::{Row, StoreError, Value, setting};

pub use listener::Listener;
pub(crate) use listener::tell;

/// How long connecting may take.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// How long a silent peer is believed to be there.
const PEER_WAIT: Duration = Duration::from_secs(30);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;
/// What every session is told first. `idle_in_transaction_session_timeout` ends a transaction that a bug left open, or a
/// server that stands still, which would keep the others from writing.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '30s'; \
    SET client_min_messages = 'warning'; SET standard_conforming_strings = 'on'; SET timezone = 'UTC'";
/// The lock of a server that has a schema for itself. A server that was killed a moment ago may still hold it until
/// PostgreSQL notices, so it is waited for a little.
const LOCK: &str =
    "SELECT CAST(pg_advisory_lock(hashtextextended('parlour server on ' || current_schema(), 0)) AS TEXT)";
/// The same of one among several, which keeps away who wants it for itself.
const LOCK_AMONG: &str =
    "SELECT CAST(pg_advisory_lock_shared(hashtextextended('parlour server on ' || current_schema(), 0)) AS TEXT)";
/// Among several servers one writes at a time, as everywhere else.
const BEGIN_AMONG: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
    SELECT pg_advisory_xact_lock(hashtextextended('parlour writes on ' || current_schema(), 0))";
/// The lock of the one that leads; it goes with the connection that everything is written on, so who lost it has written
/// nothing since.
const LEAD: &str = "SELECT CAST(CAST(pg_try_advisory_lock(hashtextextended('parlour leads on ' || current_schema(), 0)) AS INT) AS BIGINT)";
/// Ends the connection that has it.
const DEPOSE: &str = "SELECT COUNT(pg_terminate_backend(l.pid)) FROM pg_locks AS l, \
    (SELECT hashtextextended('parlour leads on ' || current_schema(), 0) AS k) AS t \
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid() \
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
    AND ((CAST(CAST(l.classid AS BIGINT) AS BIGINT) << 32) | CAST(l.objid AS BIGINT)) = t.k";
/// Among several, a server that stands still in the middle of a transaction is not waited for longer.
const SESSION_AMONG: &str = "SET idle_in_transaction_session_timeout = '10s'";
/// The row of `setting` that counts how often somebody had the database for itself, or took the lead.
pub(crate) const OPENED: &str = "opened";
/// How often it is looked whether older transactions are over, before tables are written anew; …
const OLDER_TRIES: usize = 600;
/// … and what lies between.
const OLDER_PAUSE: Duration = Duration::from_millis(100);
/// How long it is waited for.
const LOCK_WAIT: &str = "SET lock_timeout = '2s'";

/// What a server among several on a database remembers beyond one connection.
#[derive(Debug, Default)]
pub(crate) struct Among {
    /// The last term in which it led; 0 before the first.
    term: AtomicI64,
    /// The process of PostgreSQL that writes for it.
    writer: AtomicI32,
}

/// A connection to a server.
pub(crate) struct Postgres {
    client: Client,
    statements: HashMap<String, Statement>,
    is_in_transaction: bool,
    has_savepoint: bool,
    has_lock: bool,
    among: Option<Arc<Among>>,
    /// The term in which it leads, while it does.
    term: Option<i64>,
}

/// Reads `postgres://user@host:port/database?options=-csearch_path=schema`.
pub(crate) fn config(url: &str) -> Result<Config, StoreError> {
    let mut config: Config = url
        .parse()
        .map_err(|error| StoreError::Unavailable(format!("the database URL cannot be read: {}", told(&error))))?;
    if config.get_ssl_mode() == SslMode::Require {
        let text =
            "`sslmode=require` is asked for, but this parlour speaks to PostgreSQL without TLS; use a private network";
        return Err(StoreError::Unavailable(text.to_owned()));
    }
    config.connect_timeout(CONNECT_WAIT).keepalives_idle(PEER_WAIT).tcp_user_timeout(PEER_WAIT);
    if config.get_application_name().is_none() {
        config.application_name("parlour");
    }
    Ok(config)
}

impl Postgres {
    /// The connection that writes; [`StoreError::Locked`] if another server has it.
    pub(crate) fn writer(config: &Config, among: Option<&Arc<Among>>) -> Result<Self, StoreError> {
        let mut db = Self::connect(config)?;
        let findings = db.findings()?;
        if let Some(finding) = findings.into_iter().next() {
            return Err(StoreError::Unsafe(finding));
        }
        if crate::rows::one_int(
            &mut db,
            "SELECT COUNT(*) FROM (SELECT current_schema() AS s) AS t WHERE s IS NOT NULL",
            &[],
        )? == 0
        {
            let text = "no schema of the search path exists; create it with `CREATE SCHEMA`";
            return Err(StoreError::Unavailable(text.to_owned()));
        }
        db.batch(LOCK_WAIT)?;
        let lock = if among.is_some() { LOCK_AMONG } else { LOCK };
        db.query(lock, &[]).map_err(|error| if error == StoreError::Busy { StoreError::Locked } else { error })?;
        db.has_lock = true;
        db.batch(SESSION)?;
        if let Some(among) = among {
            db.batch(SESSION_AMONG)?;
            let pid = crate::rows::one_int(&mut db, "SELECT CAST(pg_backend_pid() AS BIGINT)", &[])?;
            among.writer.store(pid as i32, Ordering::Relaxed);
        }
        db.among = among.cloned();
        Ok(db)
    }

    /// Keeps other servers from beginning while this one makes its tables and rights, or no longer.
    pub(crate) fn begin_alone(&mut self, is_alone: bool) -> Result<(), StoreError> {
        let what = if is_alone { "pg_advisory_lock" } else { "pg_advisory_unlock" };
        self.run(&format!("SELECT {what}(hashtextextended('parlour begins on ' || current_schema(), 0))"))
    }

    /// Ends the connection of whoever leads; returns whether anybody did.
    pub(crate) fn depose(config: &Config) -> Result<bool, StoreError> {
        let mut db = Self::connect(config)?;
        Ok(crate::rows::one_int(&mut db, DEPOSE, &[])? > 0)
    }

    /// A connection for a word in between.
    pub(crate) fn beside(config: &Config) -> Result<Self, StoreError> {
        Self::connect(config)
    }

    /// A connection that reads.
    pub(crate) fn reader(config: &Config) -> Result<Self, StoreError> {
        let mut db = Self::connect(config)?;
        db.batch("SET default_transaction_read_only = on")?;
        Ok(db)
    }

    fn connect(config: &Config) -> Result<Self, StoreError> {
        let client = config.connect(NoTls).map_err(|error| error_of(&error))?;
        let mut db = Self {
            client,
            statements: HashMap::new(),
            is_in_transaction: false,
            has_savepoint: false,
            has_lock: false,
            among: None,
            term: None,
        };
        db.batch(SESSION)?;
        // A role's own default may be `off`; anything but these two may lose what was acknowledged.
        if !["on", "remote_apply"].contains(&db.shown("synchronous_commit")?.as_str()) {
            db.batch("SET synchronous_commit = 'on'")?;
        }
        Ok(db)
    }

    fn shown(&mut self, setting: &str) -> Result<String, StoreError> {
        let rows = self.query(&format!("SHOW {setting}"), &[])?;
        let row = rows.first().ok_or_else(|| StoreError::Corrupt(format!("`{setting}` has no value")))?;
        row.get_text(0).map(str::to_owned)
    }

    /// Settings with which commits could be lost, and indexes that are broken; empty when all is well.
    pub(crate) fn findings(&mut self) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        for (setting, good) in
            [("fsync", &["on"][..]), ("full_page_writes", &["on"]), ("synchronous_commit", &["on", "remote_apply"])]
        {
            let found = self.shown(setting)?;
            if !good.contains(&found.as_str()) {
                findings.push(format!("PostgreSQL runs with `{setting} = {found}`; set it to `on` in postgresql.conf"));
            }
        }
        let broken = "SELECT CAST(CAST(indexrelid AS regclass) AS TEXT) FROM pg_index AS i \
            JOIN pg_class AS c ON c.oid = i.indexrelid \
            WHERE NOT i.indisvalid AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
        for row in self.query(broken, &[])? {
            findings.push(format!("the index `{}` is not valid; `REINDEX` it", row.get_text(0)?));
        }
        Ok(findings)
    }

    /// Waits until nobody reads what was there before this moment: until then it could not be left out.
    fn wait_for_older(&mut self) -> Result<(), StoreError> {
        let now = crate::rows::one_int(self, "SELECT CAST(txid_current() AS BIGINT)", &[])? % (1 << 32);
        let older = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
            AND (CAST(CAST(backend_xmin AS TEXT) AS BIGINT) < $1 OR CAST(CAST(backend_xid AS TEXT) AS BIGINT) < $2)";
        for _ in 0..OLDER_TRIES {
            if crate::rows::one_int(self, older, &[now.into(), now.into()])? == 0 {
                return Ok(());
            }
            std::thread::sleep(OLDER_PAUSE);
        }
        Err(StoreError::Busy)
    }

    /// Bytes of the tables of the schema with their indexes.
    pub(crate) fn size_bytes(conn: &mut dyn Conn) -> Result<u64, StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT) FROM pg_class AS c \
            WHERE c.relkind = 'r' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
        crate::rows::one_int(conn, sql, &[]).map(|n| n as u64)
    }

    /// The statement, prepared once per connection.
    fn prepared(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if STATEMENTS <= self.statements.len() {
            self.statements.clear();
        }
        let statement = self.client.prepare(sql).map_err(|error| error_of(&error))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).map_err(|error| error_of(&error))
    }
}

impl Conn for Postgres {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        check_parameters(&statement, params)?;
        let params: Vec<&(dyn postgres::types::ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        self.client.execute(&statement, &params).map_err(|error| error_of(&error))
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.for_each(sql, params, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        // It may change what a prepared statement rests on.
        self.statements.clear();
        self.run(sql)
    }

    fn for_each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        check_parameters(&statement, params)?;
        let mut rows = self.client.query_raw(&statement, params).map_err(|error| error_of(&error))?;
        while let Some(row) = rows.next().map_err(|error| error_of(&error))? {
            each(values::row(&row)?)?;
        }
        Ok(())
    }

    fn leads(&self) -> bool {
        self.among.is_none() || self.term.is_some()
    }
}

/// The driver panics when the numbers differ.
fn check_parameters(statement: &Statement, params: &[Value]) -> Result<(), StoreError> {
    let (wanted, given) = (statement.params().len(), params.len());
    if wanted == given {
        return Ok(());
    }
    Err(StoreError::Sql(format!("the statement has {wanted} parameters and is given {given}")))
}

impl Backend for Postgres {
    fn begin_write(&mut self) -> Result<(), StoreError> {
        self.run(if self.among.is_some() { BEGIN_AMONG } else { "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" })?;
        self.is_in_transaction = true;
        self.has_savepoint = false;
        Ok(())
    }

    fn begin_read(&mut self) -> Result<(), StoreError> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        self.is_in_transaction = true;
        Ok(())
    }

    fn begin_job(&mut self) -> Result<(), StoreError> {
        // One message, one round trip.
        self.run(if self.has_savepoint { "RELEASE SAVEPOINT job; SAVEPOINT job" } else { "SAVEPOINT job" })?;
        self.has_savepoint = true;
        Ok(())
    }

    fn undo_job(&mut self) -> Result<(), StoreError> {
        self.run("ROLLBACK TO SAVEPOINT job")
    }

    fn is_in_transaction(&self) -> bool {
        self.is_in_transaction && !self.client.is_closed()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        // `COMMIT` of a transaction that has failed answers without an error and rolls back; `SELECT` fails in it.
        self.is_in_transaction = false;
        self.run("SELECT 1; COMMIT")
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        if !self.is_in_transaction {
            return Ok(());
        }
        self.is_in_transaction = false;
        self.run("ROLLBACK")
    }

    fn lead(&mut self) -> Result<Option<i64>, StoreError> {
        let Some(among) = self.among.clone() else { return Ok(Some(0)) };
        if self.term.is_some() {
            // Whether it still does is known by whether it can be asked.
            self.run("SELECT 1")?;
            return Ok(self.term);
        }
        if crate::rows::one_int(self, LEAD, &[])? == 0 {
            return Ok(None);
        }
        self.begin_write()?;
        let last = setting::get(self, OPENED)?.and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
        // If nobody led in between, it is the same term.
        let mut term = among.term.load(Ordering::Relaxed);
        if term == 0 || term != last {
            term = last.wrapping_add(1);
            setting::set(self, OPENED, &term.to_string())?;
        }
        self.commit()?;
        among.term.store(term, Ordering::Relaxed);
        self.term = Some(term);
        Ok(self.term)
    }

    fn scrub(&mut self) -> Result<(), StoreError> {
        self.wait_for_older()?;
        // Plain `VACUUM` leaves the bytes of what is gone in the pages; written anew, a table has none of them.
        let tables = crate::personal::tables(self, crate::Kind::Postgres)?;
        self.run(&format!("VACUUM (FULL) {}", tables.join(", ")))?;
        // Not everybody may ask for it, and it comes by itself.
        if let Err(error) = self.run("CHECKPOINT") {
            tracing::debug!(%error, "PostgreSQL writes its pages out in its own time");
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The server would notice a moment later, too late for one that starts at once.
        if self.has_lock
            && !self.client.is_closed()
            && let Err(error) = self.run("ROLLBACK; SELECT pg_advisory_unlock_all()")
        {
            tracing::debug!(%error, "the lock goes with the connection");
        }
    }
}

/// The message of the database, or what the driver says, with its causes.
fn told(error: &postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        let detail = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{detail}", error.message());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// What an error of PostgreSQL means to the caller.
fn error_of(error: &postgres::Error) -> StoreError {
    let message = told(error);
    let Some(state) = error.code() else {
        let is_refused =
            std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<values::NotThatType>);
        return if is_refused { StoreError::Sql(message) } else { StoreError::Unavailable(message) };
    };
    let is_one_of = |states: &[SqlState]| states.contains(state);
    if *state == SqlState::DISK_FULL {
        StoreError::Full
    } else if *state == SqlState::QUERY_CANCELED {
        StoreError::TooSlow
    } else if is_one_of(&[
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::TOO_MANY_CONNECTIONS,
    ]) {
        StoreError::Busy
    } else if is_one_of(&[SqlState::INSUFFICIENT_PRIVILEGE, SqlState::READ_ONLY_SQL_TRANSACTION]) {
        StoreError::Denied(message)
    } else if is_one_of(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) {
        StoreError::Corrupt(message)
    } else if ["08", "28", "3D", "53", "57", "58"].iter().any(|class| state.code().starts_with(class)) {
        // Connection, authorization, no such database, resources, operator, system.
        StoreError::Unavailable(message)
    } else {
        StoreError::Sql(message)
    }
}
