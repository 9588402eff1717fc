//! A place of its own for each test, and a second way into it that does not go through the store.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use parlour_store::{Conn, Database, Kind, StoreError, Value};

/// Where one test works.
pub(crate) struct Bench {
    pub(crate) url: String,
    pub(crate) kind: Kind,
    pub(crate) folder: tempfile::TempDir,
    schema: String,
}

impl Bench {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("parlour.db").display());
        Self { url, kind: Kind::Sqlite, folder, schema: String::new() }
    }

    pub(crate) fn postgres() -> Self {
        static N: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("parlour_it_{}_{}", std::process::id(), N.fetch_add(1, Ordering::Relaxed));
        let server = server();
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{schema}");
        let bench = Self { url, kind: Kind::Postgres, folder: tempfile::tempdir().unwrap(), schema };
        bench.raw(&format!("CREATE SCHEMA {}", bench.schema));
        bench
    }

    pub(crate) fn open(&self) -> Database {
        Database::open(&self.url).unwrap()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("parlour.db")
    }

    /// Runs statements on a connection of its own.
    pub(crate) fn raw(&self, sql: &str) {
        match self.kind {
            Kind::Sqlite => self.raw_sqlite().execute_batch(sql).unwrap(),
            Kind::Postgres => self.raw_postgres().batch_execute(sql).unwrap(),
        }
    }

    /// The whole number a statement answers on a connection of its own.
    pub(crate) fn raw_int(&self, sql: &str) -> i64 {
        match self.kind {
            Kind::Sqlite => self.raw_sqlite().query_row(sql, [], |row| row.get(0)).unwrap(),
            Kind::Postgres => self.raw_postgres().query_one(sql, &[]).unwrap().get(0),
        }
    }

    fn raw_sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).unwrap()
    }

    fn raw_postgres(&self) -> postgres::Client {
        postgres::Client::connect(&self.url, postgres::NoTls).unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if self.kind == Kind::Postgres && !std::thread::panicking() {
            self.raw(&format!("SET client_min_messages = 'error'; DROP SCHEMA {} CASCADE", self.schema));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn server() -> String {
    std::env::var("PARLOUR_TEST_POSTGRES")
        .expect("PARLOUR_TEST_POSTGRES is not set; run ./test, which starts a PostgreSQL and sets it to its URL")
}

/// Holds the writer in the middle of a job until it is dropped, so that what is written next waits and becomes one
/// group.
pub(crate) struct Gate {
    _open: Sender<()>,
}

impl Gate {
    pub(crate) fn shut(db: &Database) -> Self {
        let (open, opened) = channel::<()>();
        let (reached, is_reached) = channel();
        let hold = move |_: &mut dyn Conn| {
            reached.send(()).unwrap();
            // Ends with an error when the gate is dropped.
            let _dropped = opened.recv();
            Ok(())
        };
        db.submit(hold, |result| assert_eq!(result, Ok(()))).unwrap();
        is_reached.recv().unwrap();
        Self { _open: open }
    }
}

/// Work that inserts a row into `tally`.
pub(crate) fn tally_row(name: &'static str) -> impl FnOnce(&mut dyn Conn) -> Result<(), StoreError> + Send + 'static {
    move |conn| {
        conn.execute("INSERT INTO tally (name, n) VALUES ($1, $2)", &[name.into(), 1_i64.into()])?;
        Ok(())
    }
}

/// The names in `tally`, as the store reads them.
pub(crate) fn tally_names(db: &Database) -> Vec<String> {
    let all = db.read(parlour_store::tally::all).unwrap();
    all.into_iter().map(|(name, _)| name).collect()
}

/// The only value of the only row.
pub(crate) fn only(db: &Database, sql: &'static str) -> Value {
    db.read(|conn| Ok(conn.query(sql, &[])?.remove(0).0.remove(0))).unwrap()
}
