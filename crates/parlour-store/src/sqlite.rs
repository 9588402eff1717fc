//! SQLite: opening a file so that what is acknowledged survives a power cut, and the adapter.

pub(crate) mod explore;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ffi};

use crate::conn::{Backend, Conn};
use crate::{Row, StoreError, Value};

/// The first release without the write-ahead-log reset bug, which loses committed writes.
const MIN_VERSION: i32 = 3_051_003;
/// How long a lock held by another process is waited for.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;
/// Pages in the log after which a commit moves it into the file (16 MiB).
const CHECKPOINT_PAGES: i32 = 4096;
/// What the log is cut back to once it has been moved.
const LOG_BYTES: i64 = 64 << 20;
/// How often the log is tried to be emptied after everything was written anew; each try waits as long as for a lock.
const SCRUB_TRIES: usize = 6;
/// Page cache of the writer, in KiB as SQLite writes it.
const WRITER_CACHE: i64 = -65_536;
/// Page cache of each reader.
const READER_CACHE: i64 = -16_384;

/// A connection to a file.
pub(crate) struct Sqlite {
    conn: Connection,
    has_savepoint: bool,
    /// Pages that were in the log after the last commit of the writer.
    log_pages: Arc<AtomicI32>,
}

/// The right to be the only server on a file; held as long as it lives.
pub(crate) struct FileLock {
    _file: File,
}

/// Takes the lock file beside the database; [`StoreError::Locked`] if another process has it.
pub(crate) fn lock(path: &Path) -> Result<FileLock, StoreError> {
    let file = private_file(&beside(path, "lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(FileLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(unavailable(path, &error)),
    }
}

/// The file `<database>.<suffix>`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// What an error of SQLite means, unless it is that bytes cannot be forced to the disk: that ends the process.
///
/// The system forgets then what it failed to write and calls the next try a success, and SQLite counts as moved what
/// may not be. A process that starts reads what is on the disk, and moves the whole log again.
fn synced_or_end(error: rusqlite::Error) -> StoreError {
    if error.sqlite_error().is_some_and(|error| FAILED_SYNC.contains(&error.extended_code)) {
        tracing::error!(%error, "the database cannot be forced to the disk; parlour ends before it trusts it, start it anew");
        std::process::abort();
    }
    error_of(error)
}

/// A file that only its owner may read, made if it is not there.
fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| unavailable(path, &error))
}

fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::Unavailable(format!("`{}`: {error}", path.display()))
}

impl Sqlite {
    /// The process's first connection, which writes. Makes the file if it is not there.
    pub(crate) fn first_writer(path: &Path) -> Result<Self, StoreError> {
        private_file(path)?;
        for file in [path.to_owned(), log_of(path)] {
            forget_cached(&file);
        }
        Self::writer_anew(path)
    }

    /// A connection that writes.
    pub(crate) fn writer(path: &Path) -> Result<Self, StoreError> {
        let found = rusqlite::version_number();
        if found < MIN_VERSION {
            return Err(StoreError::Unsafe(format!(
                "the SQLite built in is `{}`; build with 3.51.3 or later",
                rusqlite::version()
            )));
        }
        let mut db = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.demand("journal_mode", "WAL", "wal")?;
        db.demand("synchronous", "FULL", "2")?;
        db.demand("journal_size_limit", &LOG_BYTES.to_string(), &LOG_BYTES.to_string())?;
        // SQLite's own way of moving the log after a commit tells nobody where that fails.
        db.demand("wal_autocheckpoint", "0", "0")?;
        let log_pages = Arc::clone(&db.log_pages);
        let note = move |_: &mut rusqlite::hooks::Wal, n| {
            log_pages.store(n, Ordering::Relaxed);
            Ok(())
        };
        db.conn.wal_hook(Some(note)).map_err(error_of)?;
        db.demand("cache_size", &WRITER_CACHE.to_string(), &WRITER_CACHE.to_string())?;
        // What a savepoint may have to restore is kept as whole pages: a file of them was most of what was written.
        db.demand("temp_store", "2", "2")?;
        Ok(db)
    }

    /// The connection that writes, after one that may have failed in the middle, in this process or the last: what
    /// is in the log is moved out of it and the log begun anew, so that nothing later rests on pages whose write failed.
    pub(crate) fn writer_anew(path: &Path) -> Result<Self, StoreError> {
        let db = Self::writer(path)?;
        let is_busy = db.checkpoint("TRUNCATE")?;
        if is_busy { Err(StoreError::Busy) } else { Ok(db) }
    }

    /// Moves the log into the file, and tells whether a reader kept some of it back.
    fn checkpoint(&self, how: &str) -> Result<bool, StoreError> {
        let moved = self.conn.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| row.get(0));
        moved.map_err(synced_or_end)
    }

    /// A connection that reads.
    pub(crate) fn reader(path: &Path) -> Result<Self, StoreError> {
        let db = Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        db.demand("query_only", "ON", "1")?;
        db.demand("cache_size", &READER_CACHE.to_string(), &READER_CACHE.to_string())?;
        Ok(db)
    }

    fn open(path: &Path, access: OpenFlags) -> Result<Self, StoreError> {
        let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error_of)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        conn.busy_timeout(BUSY_WAIT).map_err(error_of)?;
        let db = Self { conn, has_savepoint: false, log_pages: Arc::default() };
        db.demand("busy_timeout", &BUSY_WAIT.as_millis().to_string(), &BUSY_WAIT.as_millis().to_string())?;
        db.demand("foreign_keys", "ON", "1")?;
        db.demand("trusted_schema", "OFF", "0")?;
        db.demand("cell_size_check", "ON", "1")?;
        // Closing moves the log too, and tells nobody where that fails.
        db.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(error_of)?;
        // An unreadable page must come back as an error, not as a signal that ends the process.
        db.demand("mmap_size", "0", "0")?;
        db.demand("temp_store", "FILE", "1")?;
        Ok(db)
    }

    /// Sets a pragma, reads it back, and refuses to go on if it did not take.
    fn demand(&self, name: &str, value: &str, wanted: &str) -> Result<(), StoreError> {
        self.conn.execute_batch(&format!("PRAGMA {name} = {value}")).map_err(error_of)?;
        let found =
            self.conn.query_row(&format!("PRAGMA {name}"), [], |row| Ok(shown(row.get_ref(0)?))).map_err(error_of)?;
        if found == wanted {
            return Ok(());
        }
        Err(StoreError::Unsafe(format!(
            "SQLite keeps `{name}` at `{found}` where `{wanted}` is needed; put the file on a local disk"
        )))
    }

    /// Copies what is committed into a new file, whole and on disk when this returns; a server may work on it meanwhile.
    pub(crate) fn copy(path: &Path, to: &Path) -> Result<(), StoreError> {
        let file = private_file(to)?;
        let name = to.to_str().ok_or_else(|| StoreError::Unavailable(format!("`{}` is not UTF-8", to.display())))?;
        let mut db = Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        db.execute("VACUUM INTO $1", &[name.into()])?;
        file.sync_all().map_err(|error| unavailable(to, &error))?;
        sync_folder(to)
    }

    /// Copies what is committed into `<database>.<suffix>`, whole and on disk when this returns.
    pub(crate) fn copy_to(&mut self, path: &Path, suffix: &str) -> Result<(), StoreError> {
        let (part, whole) = (beside(path, "copying"), beside(path, suffix));
        let file = private_file(&part)?;
        let copied = (|| {
            file.set_len(0).map_err(|error| unavailable(&part, &error))?;
            let name =
                part.to_str().ok_or_else(|| StoreError::Unavailable(format!("`{}` is not UTF-8", part.display())))?;
            self.execute("VACUUM INTO $1", &[name.into()])?;
            file.sync_all().map_err(|error| unavailable(&part, &error))?;
            std::fs::rename(&part, &whole).map_err(|error| unavailable(&whole, &error))?;
            sync_folder(&whole)
        })();
        tracing::info!(copy = %whole.display(), is_done = copied.is_ok(), "the database was copied before its schema changes");
        copied
    }

    /// Removes the copies that were made before the schema changed; returns how many there were.
    pub(crate) fn remove_copies(path: &Path) -> Result<u64, StoreError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let files = std::fs::read_dir(folder).map_err(|error| unavailable(folder, &error))?;
        let mut n = 0;
        for file in files.flatten() {
            let suffix = file.file_name().to_string_lossy().strip_prefix(&name).map(str::to_owned);
            if suffix.is_some_and(|suffix| suffix.starts_with(".before-") || suffix == ".copying") {
                std::fs::remove_file(file.path()).map_err(|error| unavailable(&file.path(), &error))?;
                n += 1;
            }
        }
        Ok(n)
    }

    /// What `PRAGMA quick_check` and the foreign keys have to say; empty when all is well.
    pub(crate) fn findings(&mut self) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        for row in self.query("PRAGMA quick_check", &[])? {
            let finding = row.get_text(0)?;
            if finding != "ok" {
                findings.push(finding.to_owned());
            }
        }
        for row in self.query("PRAGMA foreign_key_check", &[])? {
            findings.push(format!("a row of `{}` points to nothing", row.get_text(0)?));
        }
        Ok(findings)
    }
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Has the system read a file from the disk again. What it failed to write it may still show, and pages that it holds
/// on to so may never be written right (on ext4 they stay in blocks that are read as empty after a power cut).
///
/// Only for files that SQLite has not opened: closing one gives up its locks.
fn forget_cached(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    if let Err(error) = file.sync_all() {
        tracing::warn!(path = %path.display(), %error, "what was written last is not all on the disk");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed) {
        tracing::debug!(path = %path.display(), %error, "the file may be read from memory");
    }
}

/// Bytes of the file and its log.
pub(crate) fn size_bytes(path: &Path) -> Result<u64, StoreError> {
    let log = log_of(path);
    let file = std::fs::metadata(path).map_err(|error| unavailable(path, &error))?;
    Ok(file.len() + std::fs::metadata(log).map_or(0, |log| log.len()))
}

/// Makes the name of a file in its folder durable.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| unavailable(folder, &error))
}

impl Conn for Sqlite {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.bound(sql, params)?;
        statement.raw_execute().map(|n| n as u64).map_err(error_of)
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
        self.conn.execute_batch(sql).map_err(error_of)
    }

    fn for_each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.bound(sql, params)?;
        let n_columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(error_of)? {
            let mut values = Vec::with_capacity(n_columns);
            for column in 0..n_columns {
                values.push(value_of(row.get_ref(column).map_err(error_of)?)?);
            }
            each(Row(values))?;
        }
        Ok(())
    }
}

impl Sqlite {
    /// A prepared statement with its parameters. SQLite numbers `$1`, `$2` … in the order in which they first appear.
    fn bound(&mut self, sql: &str, params: &[Value]) -> Result<CachedStatement<'_>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql).map_err(error_of)?;
        if statement.parameter_count() != params.len() {
            let (wanted, given) = (statement.parameter_count(), params.len());
            return Err(StoreError::Sql(format!("the statement has {wanted} parameters and is given {given}")));
        }
        for (at, value) in params.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, value).map_err(error_of)?;
        }
        Ok(statement)
    }

    fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        self.execute(sql, &[]).map(|_| ())
    }
}

impl Backend for Sqlite {
    fn begin_write(&mut self) -> Result<(), StoreError> {
        self.has_savepoint = false;
        self.run("BEGIN IMMEDIATE")
    }

    fn begin_read(&mut self) -> Result<(), StoreError> {
        self.run("BEGIN DEFERRED")
    }

    fn begin_job(&mut self) -> Result<(), StoreError> {
        if self.has_savepoint {
            self.run("RELEASE SAVEPOINT job")?;
        }
        self.run("SAVEPOINT job")?;
        self.has_savepoint = true;
        Ok(())
    }

    fn undo_job(&mut self) -> Result<(), StoreError> {
        self.run("ROLLBACK TO SAVEPOINT job")
    }

    fn is_in_transaction(&self) -> bool {
        !self.conn.is_autocommit()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let committed = self.conn.prepare_cached("COMMIT").and_then(|mut commit| commit.raw_execute());
        committed.map_err(synced_or_end)?;
        if CHECKPOINT_PAGES <= self.log_pages.load(Ordering::Relaxed) {
            self.tidy();
        }
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        if self.conn.is_autocommit() { Ok(()) } else { self.run("ROLLBACK") }
    }

    fn scrub(&mut self) -> Result<(), StoreError> {
        // The words of what was deleted are marked as gone; merging all segments into one leaves them out.
        self.batch("INSERT INTO post_words (post_words) VALUES ('optimize')")?;
        // The copy that is made meanwhile may be as large as the database.
        self.demand("temp_store", "FILE", "1")?;
        let vacuumed = self.conn.execute_batch("VACUUM").map_err(synced_or_end);
        self.demand("temp_store", "2", "2")?;
        vacuumed?;
        for _ in 0..SCRUB_TRIES {
            // A reader that began before keeps the log; each try waits for it as long as for any lock.
            if !self.checkpoint("TRUNCATE")? {
                return Ok(());
            }
        }
        Err(StoreError::Busy)
    }

    fn tidy(&mut self) {
        if let Err(error) = self.checkpoint("PASSIVE") {
            tracing::debug!(%error, "the log could not be moved into the file now");
        }
    }

    fn finish(&mut self) {
        if let Err(error) = self.checkpoint("TRUNCATE") {
            tracing::debug!(%error, "what is in the log is moved at the next start");
        }
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Real(x) => ValueRef::Real(*x),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value_of(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(x) => Value::Real(x),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text).map_err(|_| StoreError::Corrupt("a text is not UTF-8".to_owned()))?.to_owned(),
        ),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(x) => x.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

const FAILED_SYNC: [i32; 2] = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
const BUSY: [ErrorCode; 2] = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked];
const CORRUPT: [ErrorCode; 2] = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];
const DENIED: [ErrorCode; 3] =
    [ErrorCode::ReadOnly, ErrorCode::AuthorizationForStatementDenied, ErrorCode::PermissionDenied];
const AWAY: [ErrorCode; 5] = [
    ErrorCode::SystemIoFailure,
    ErrorCode::CannotOpen,
    ErrorCode::OutOfMemory,
    ErrorCode::FileLockingProtocolFailed,
    ErrorCode::NoLargeFileSupport,
];

/// What an error of SQLite means to the caller.
fn error_of(error: rusqlite::Error) -> StoreError {
    let Some(code) = error.sqlite_error_code() else { return StoreError::Sql(error.to_string()) };
    let message = if let rusqlite::Error::SqlInputError { msg, .. } = error { msg } else { error.to_string() };
    if code == ErrorCode::DiskFull {
        StoreError::Full
    } else if code == ErrorCode::OperationInterrupted {
        StoreError::TooSlow
    } else if BUSY.contains(&code) {
        StoreError::Busy
    } else if CORRUPT.contains(&code) {
        StoreError::Corrupt(message)
    } else if DENIED.contains(&code) {
        StoreError::Denied(message)
    } else if AWAY.contains(&code) {
        StoreError::Unavailable(message)
    } else {
        StoreError::Sql(message)
    }
}
