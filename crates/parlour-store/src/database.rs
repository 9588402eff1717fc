//! The database as everyone else sees it: open, write, read, explore.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use crate::conn::{Backend, Conn, demand_lead};
use crate::explore::{COUNTED_ROWS, EXPLORABLE};
use crate::pool::Pool;
use crate::postgresql::{self, Among, Listener, OPENED, Postgres};
use crate::sqlite::{self, FileLock, Sqlite};
use crate::writer::{Job, Lead, QUEUE_JOBS, Scrub, Task, Writer};
use crate::{ExploreLimits, StoreError, Table, TableShape, schema, setting, transfer};

/// The most questions of strangers answered at a time.
const EXPLORERS: usize = 4;
thread_local! {
    static MUST_LEAD: Cell<bool> = const { Cell::new(false) };
}

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of SQLite.
    Sqlite,
    /// A schema on a server of PostgreSQL.
    Postgres,
}

/// Where the database is.
#[derive(Clone)]
enum Place {
    Sqlite(PathBuf),
    Postgres(Box<postgres::Config>),
    /// One that several servers work on.
    Among(Box<postgres::Config>, Arc<Among>),
}

/// A database that is open for one server. Clones share it; dropping the last one finishes what waits and closes it.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    place: Place,
    queue: Option<SyncSender<Box<dyn Job>>>,
    writer: Option<JoinHandle<()>>,
    readers: Pool,
    n_explorers: AtomicUsize,
    /// Last, so that it is given back when everything else is closed.
    _lock: Option<FileLock>,
}

impl Database {
    /// Opens `sqlite:PATH` (the file is made if need be) or `postgres://user@host:port/database`, brings its schema to
    /// the present version, and starts the writer.
    ///
    /// Refuses with [`StoreError::Locked`] while another server has it, with [`StoreError::Unsafe`] when its settings
    /// could lose acknowledged writes, and with [`StoreError::NewerSchema`] when a newer Parlour wrote it. An older
    /// SQLite file is first copied to `PATH.before-v<N>`; of PostgreSQL make a `pg_dump` yourself.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        Self::at(Place::of(url)?)
    }

    /// The same for one server among several on a database of PostgreSQL: they write one at a time, hear of each other's
    /// changes by [`Database::listener`], and one of them leads, see [`Database::lead`]. Refuses with
    /// [`StoreError::Locked`] while somebody has the database for itself.
    pub fn join(url: &str) -> Result<Self, StoreError> {
        match Place::of(url)? {
            Place::Postgres(config) => Self::at(Place::Among(config, Arc::default())),
            Place::Sqlite(_) | Place::Among(..) => {
                let text = "several servers can work on a database of PostgreSQL alone";
                Err(StoreError::Unavailable(text.to_owned()))
            }
        }
    }

    fn at(place: Place) -> Result<Self, StoreError> {
        let lock = match &place {
            Place::Sqlite(path) => Some(sqlite::lock(path)?),
            Place::Postgres(_) | Place::Among(..) => None,
        };
        let mut backend = place.first_writer()?;
        let opened = if place.is_among() { String::new() } else { count_opening(backend.as_mut())? };
        let again = place.clone();
        let reopen = Box::new(move || again.writer_anew(&opened));
        let (queue, jobs) = sync_channel(QUEUE_JOBS);
        let writer = Writer::new(backend, reopen);
        let writer = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.serve(&jobs))
            .map_err(|error| StoreError::Unavailable(format!("no thread for the writer: {error}")))?;
        let to_read = place.clone();
        let readers = Pool::new(Box::new(move || to_read.reader()));
        let n_explorers = AtomicUsize::new(0);
        let shared = Shared { place, queue: Some(queue), writer: Some(writer), readers, n_explorers, _lock: lock };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Opens a database to read alone, also while a server works on it: nothing of it is changed, and whatever is written is
    /// refused. [`StoreError::Unavailable`] where there is none, or one of another version of the schema.
    pub fn open_reading(url: &str) -> Result<Self, StoreError> {
        let place = Place::of(url)?;
        if let Place::Sqlite(path) = &place
            && !path.is_file()
        {
            return Err(StoreError::Unavailable(format!("there is no database `{}`", path.display())));
        }
        let to_read = place.clone();
        let readers = Pool::new(Box::new(move || to_read.reader()));
        let shared =
            Shared { place, queue: None, writer: None, readers, n_explorers: AtomicUsize::new(0), _lock: None };
        let database = Self { shared: Arc::new(shared) };
        let found = database.read(schema::version)?;
        if found == Some(schema::SCHEMA_VERSION) {
            return Ok(database);
        }
        let found =
            found.map_or_else(|| "nothing of Parlour's".to_owned(), |found| format!("version {found} of the schema"));
        let text = format!("the database has {found}; start the server of this version with it first");
        Err(StoreError::Unavailable(text))
    }

    /// Copies what is committed now into a new SQLite file, whole and on the disk when this returns; also while a server
    /// works. `tell` is called as it goes on, where the database is PostgreSQL.
    pub fn copy_into(&self, file: &Path, tell: &mut dyn FnMut(transfer::Progress<'_>)) -> Result<(), StoreError> {
        match &self.shared.place {
            Place::Sqlite(path) => Sqlite::copy(path, file),
            Place::Postgres(_) | Place::Among(..) => {
                let to = Self::open(&format!("sqlite:{}", file.display()))?;
                self.read(|conn| transfer::copy(conn, (Kind::Postgres, &to), tell))?;
                transfer::finish(&to)
            }
        }
    }

    /// Does `work` in a transaction; when this returns `Ok`, it is on disk.
    ///
    /// What waits at the same moment shares a transaction and its fsync. Work that returns an error, panics, or
    /// overlooks the error of a statement is taken back alone. [`StoreError::Unknown`] means that it may or may not
    /// have been written: send it again. Waits when the queue is full.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (told, outcome) = sync_channel(1);
        let must_lead = MUST_LEAD.get();
        let work = move |conn: &mut dyn Conn| {
            if must_lead {
                demand_lead(conn)?;
            }
            work(conn)
        };
        let task = Task::new(work, move |result| {
            // Whoever asked may have gone; the work is done all the same.
            let _gone = told.send(result);
        });
        self.queue()?.send(Box::new(task)).map_err(|_| writer_is_gone())?;
        outcome.recv().map_err(|_| writer_is_gone())?
    }

    /// Does `work`, in which whatever this thread writes is refused with [`StoreError::Follows`] unless this server leads:
    /// for what one of several servers does alone.
    pub fn as_leader<T>(work: impl FnOnce() -> T) -> T {
        let before = MUST_LEAD.replace(true);
        let done = work();
        MUST_LEAD.set(before);
        done
    }

    /// Takes the lead among the servers on this database, unless another has it, and returns the number of its term. The
    /// same number as before means that nobody else led meanwhile. A server that has the database for itself always leads.
    pub fn lead(&self) -> Result<Option<i64>, StoreError> {
        let (told, outcome) = sync_channel(1);
        let answer = move |result| {
            let _gone = told.send(result);
        };
        self.queue()?.send(Box::new(Lead { term: None, answer })).map_err(|_| writer_is_gone())?;
        outcome.recv().map_err(|_| writer_is_gone())?
    }

    /// A connection beside the one that writes, for a word in between: of several servers each says that it is there, however
    /// long its writer is busy. Every statement is a transaction of its own.
    pub fn beside(&self) -> Result<Option<Box<dyn Conn + Send>>, StoreError> {
        match &self.shared.place {
            Place::Among(config, _) => Ok(Some(Box::new(Postgres::beside(config)?))),
            Place::Sqlite(_) | Place::Postgres(_) => Ok(None),
        }
    }

    /// Whether other servers may work on this database too.
    pub fn is_among(&self) -> bool {
        self.shared.place.is_among()
    }

    /// Ends the connection of whoever leads, for whoever found that it stands still; returns whether anybody did.
    pub fn depose(&self) -> Result<bool, StoreError> {
        match &self.shared.place {
            Place::Among(config, _) => Postgres::depose(config),
            Place::Sqlite(_) | Place::Postgres(_) => Ok(false),
        }
    }

    /// Hears of what other servers change; `None` where there can be none.
    pub fn listener(&self) -> Result<Option<Listener>, StoreError> {
        match &self.shared.place {
            Place::Among(config, among) => Listener::open(config, among).map(Some),
            Place::Sqlite(_) | Place::Postgres(_) => Ok(None),
        }
    }

    /// Has everything written anew, after which no byte stays in the database's files of what was deleted before: of SQLite
    /// its file, its log and the copies made before its schema changed; of PostgreSQL its tables, while its own log and
    /// backups are that server's affair. Nothing is written meanwhile; on a large database it takes a while.
    ///
    /// [`StoreError::Busy`] where a reader that began before held on to the log; what can be is done by then.
    pub fn scrub(&self) -> Result<u64, StoreError> {
        // Readers at rest hold prepared statements only; closing them lets go of whatever else they may hold.
        self.shared.readers.close();
        let (told, outcome) = sync_channel(1);
        let answer = move |result| {
            let _gone = told.send(result);
        };
        self.queue()?.send(Box::new(Scrub { answer })).map_err(|_| writer_is_gone())?;
        outcome.recv().map_err(|_| writer_is_gone())??;
        match &self.shared.place {
            Place::Sqlite(path) => Sqlite::remove_copies(path),
            Place::Postgres(_) | Place::Among(..) => Ok(0),
        }
    }

    /// As [`Database::write`], but returns at once and calls `answer` on the writer's thread, where it must not block.
    /// [`StoreError::Busy`] if the queue is full; `answer` is then not called.
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError> + Send + 'static,
        answer: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.queue()?.try_send(Box::new(Task::new(work, answer))).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => writer_is_gone(),
        })
    }

    /// Runs `work` on one snapshot of what is committed. It cannot write.
    pub fn read<T>(&self, work: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.shared.readers.read(work)
    }

    /// Answers one `SELECT` of a stranger within `limits`. It cannot write, nor read what holds secrets.
    ///
    /// [`StoreError::TooSlow`] after the deadline, [`StoreError::Denied`] for what is not allowed,
    /// [`StoreError::Sql`] with the message of the database for mistakes.
    pub fn explore(&self, sql: &str, limits: &ExploreLimits) -> Result<Table, StoreError> {
        let _seat = Seat::take(&self.shared.n_explorers)?;
        match &self.shared.place {
            Place::Sqlite(path) => sqlite::explore::explore(path, sql, limits),
            Place::Postgres(config) | Place::Among(config, _) => postgresql::explore::explore(config, sql, limits),
        }
    }

    /// The tables that [`Database::explore`] may read.
    pub fn schema(&self) -> Result<Vec<TableShape>, StoreError> {
        let columns_of = match self.kind() {
            Kind::Sqlite => "SELECT name, lower(type) FROM pragma_table_info($1) ORDER BY cid",
            Kind::Postgres => {
                "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
            }
        };
        self.read(|conn| EXPLORABLE.iter().map(|name| shape(conn, name, columns_of)).collect())
    }

    /// Which database it is.
    pub fn kind(&self) -> Kind {
        self.shared.place.kind()
    }

    /// How many bytes the database takes, with its log and indexes.
    pub fn size_bytes(&self) -> Result<u64, StoreError> {
        match &self.shared.place {
            Place::Sqlite(path) => sqlite::size_bytes(path),
            Place::Postgres(_) | Place::Among(..) => self.read(Postgres::size_bytes),
        }
    }

    /// What is wrong with the database as far as it can tell itself; empty when all is well. Reads the whole file of
    /// SQLite.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        match &self.shared.place {
            Place::Sqlite(path) => Sqlite::reader(path)?.findings(),
            Place::Postgres(config) | Place::Among(config, _) => Postgres::reader(config)?.findings(),
        }
    }

    fn queue(&self) -> Result<&SyncSender<Box<dyn Job>>, StoreError> {
        self.shared.queue.as_ref().ok_or_else(writer_is_gone)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.readers.close();
        self.queue = None;
        // A job may hold the last clone; the writer cannot wait for itself.
        if let Some(writer) = self.writer.take().filter(|writer| writer.thread().id() != std::thread::current().id())
            && writer.join().is_err()
        {
            tracing::error!("the writer panicked");
        }
    }
}

impl Place {
    fn of(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return postgresql::config(url).map(Box::new).map(Self::Postgres);
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() && path != ":memory:" => Ok(Self::Sqlite(Path::new(path).to_owned())),
            Some(_) | None => {
                // It may hold a password.
                let scheme = url.split(':').next().unwrap_or_default();
                let text = format!(
                    "a database URL begins with `sqlite:` and a file or with `postgres://`, not with `{scheme}`"
                );
                Err(StoreError::Unavailable(text))
            }
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(_) => Kind::Sqlite,
            Self::Postgres(_) | Self::Among(..) => Kind::Postgres,
        }
    }

    fn is_among(&self) -> bool {
        matches!(self, Self::Among(..))
    }

    fn among(&self) -> Option<&Arc<Among>> {
        if let Self::Among(_, among) = self { Some(among) } else { None }
    }

    /// The writer's first connection, with the schema brought to the present version.
    fn first_writer(&self) -> Result<Box<dyn Backend>, StoreError> {
        match self {
            Self::Sqlite(path) => {
                // The last process may have ended on a disk that failed.
                let mut db = Sqlite::first_writer(path)?;
                schema::migrate(&mut db, Kind::Sqlite, &mut |_, suffix| Sqlite::writer(path)?.copy_to(path, suffix))?;
                Ok(Box::new(db))
            }
            Self::Postgres(config) | Self::Among(config, _) => {
                let mut db = Postgres::writer(config, self.among())?;
                db.begin_alone(true)?;
                schema::migrate(&mut db, Kind::Postgres, &mut |_, _| {
                    tracing::warn!(
                        "no copy is made of a PostgreSQL database before its schema changes; `pg_dump` does"
                    );
                    Ok(())
                })?;
                postgresql::explore::grant(&mut db);
                if self.is_among() {
                    postgresql::tell(&mut db)?;
                }
                db.begin_alone(false)?;
                Ok(Box::new(db))
            }
        }
    }

    /// The writer's connection after the last one was lost. If another server had the database in between, what this
    /// one remembers is no longer true, and it must not write again.
    fn writer_anew(&self, opened: &str) -> Result<Box<dyn Backend>, StoreError> {
        let mut backend: Box<dyn Backend> = match self {
            Self::Sqlite(path) => Box::new(Sqlite::writer_anew(path)?),
            Self::Postgres(config) => Box::new(Postgres::writer(config, None)?),
            // What only the one that leads may write is refused until it leads again.
            Self::Among(config, among) => return Ok(Box::new(Postgres::writer(config, Some(among))?)),
        };
        if setting::get(backend.as_mut(), OPENED)?.as_deref() == Some(opened) {
            Ok(backend)
        } else {
            Err(StoreError::Locked)
        }
    }

    fn reader(&self) -> Result<Box<dyn Backend>, StoreError> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(Sqlite::reader(path)?),
            Self::Postgres(config) | Self::Among(config, _) => Box::new(Postgres::reader(config)?),
        })
    }
}

/// Counts one more opening and returns the count as it is kept.
fn count_opening(backend: &mut dyn Backend) -> Result<String, StoreError> {
    backend.begin_write()?;
    let before = setting::get(backend, OPENED)?.and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
    let opened = before.wrapping_add(1).to_string();
    setting::set(backend, OPENED, &opened)?;
    backend.commit()?;
    Ok(opened)
}

fn shape(conn: &mut dyn Conn, name: &str, columns_of: &str) -> Result<TableShape, StoreError> {
    let columns = conn.query(columns_of, &[name.into()])?;
    let columns = columns.into_iter().map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?)));
    let columns = columns.collect::<Result<_, StoreError>>()?;
    let counted = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {name} LIMIT {}) AS t", COUNTED_ROWS + 1);
    let n_rows = crate::rows::one_int(conn, &counted, &[])?;
    Ok(TableShape { name: name.to_owned(), columns, n_rows: (n_rows <= COUNTED_ROWS).then_some(n_rows) })
}

fn writer_is_gone() -> StoreError {
    StoreError::Unavailable("the writer has stopped; restart parlour".to_owned())
}

/// One of the few places for questions of strangers.
struct Seat<'a>(&'a AtomicUsize);

impl<'a> Seat<'a> {
    fn take(n_taken: &'a AtomicUsize) -> Result<Self, StoreError> {
        let more = |n: usize| (n < EXPLORERS).then_some(n + 1);
        match n_taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more) {
            Ok(_) => Ok(Self(n_taken)),
            Err(_) => Err(StoreError::Busy),
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
