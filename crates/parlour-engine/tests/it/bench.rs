//! An installation of a test's own, with a secret that all of them share, so that their keys are the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parlour_core::event::Event;
use parlour_engine::{Engine, Receipt, Submission};
use parlour_store::{Database, Kind, setting};

/// Where one engine works.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
    /// Where the database is not the folder's own.
    url: Option<String>,
    schema: String,
}

impl Bench {
    pub(crate) fn new(kind: Kind, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("parlour.toml"), settings).unwrap();
        let bench = match kind {
            Kind::Sqlite => Self { folder, url: None, schema: String::new() },
            Kind::Postgres => Self::postgres(folder),
        };
        let own = format!("sqlite:{}", bench.folder.path().join("parlour.db").display());
        let db = Database::open(bench.url.as_deref().unwrap_or(&own)).unwrap();
        db.write(|conn| setting::set(conn, "key_secret", "000102030405060708090a0b0c0d0e0f")).unwrap();
        bench
    }

    fn postgres(folder: tempfile::TempDir) -> Self {
        static N: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("parlour_engine_{}_{}", std::process::id(), N.fetch_add(1, Ordering::Relaxed));
        let server = server();
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{schema}");
        let bench = Self { folder, url: Some(url), schema };
        bench.raw(&format!("CREATE SCHEMA {}", bench.schema));
        bench
    }

    fn raw(&self, sql: &str) {
        let url = self.url.as_deref().unwrap();
        postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn open(&self) -> Arc<Engine> {
        Engine::open(self.folder.path(), self.url.as_deref()).unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if self.url.is_some() && !std::thread::panicking() {
            self.raw(&format!("SET client_min_messages = 'error'; DROP SCHEMA {} CASCADE", self.schema));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn server() -> String {
    std::env::var("PARLOUR_TEST_POSTGRES")
        .expect("PARLOUR_TEST_POSTGRES is not set; run ./test, which starts a PostgreSQL and sets it to its URL")
}

/// Hands events over in one batch.
pub(crate) fn append(engine: &Engine, source: &str, events: &[Event]) -> Receipt {
    let events = events.iter().map(|event| (event.clone(), None)).collect();
    engine.append(source, Submission { events, ..Submission::default() }).unwrap()
}
