//! The engine: opens a data folder, takes events into the journal, and keeps its tasks.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use parlour_core::activity::Verbs;
use parlour_core::ask::Classifier;
use parlour_core::event::{Event, Flaw};
use parlour_core::identity::{Identity, Ids, Link};
use parlour_core::key::{Key, KeySecret};
use parlour_core::objects::{Object, Objects};
use parlour_core::parameters::Parameters;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::run::RunFile;
use parlour_store::{Conn, Database, StoreError, entity, identity, journal, link, rejected, run, setting};

use crate::arrivals::Arrivals;
use crate::bell::Bell;
use crate::duplicates::SeenFile;
use crate::fold::Folding;
use crate::foretell::OnTheirWay;
use crate::intake::{Intake, Parcel};
use crate::settings::Settings;
use crate::snapshot::Caches;
use crate::source::Sources;
use crate::tail::Tail;
use crate::webhook::Mappings;
use crate::window::WindowClock;
use crate::{EngineError, clock, random};

/// Most events of one batch; a batch is one row of the journal.
pub(crate) const MAX_BATCH_EVENTS: usize = 10_000;
/// The kinds of run, each a folder of the lake.
pub(crate) const RUN_KINDS: [&str; 4] = ["activity", "event", "filter", "standing"];
/// What an event takes in memory beside its texts, about.
const EVENT_BYTES: usize = 600;
/// The dialect of what was decoded and is kept as an event in our own JSON.
pub(crate) const EVENT_DIALECT: &str = "event";
/// How long a task rests when nothing wakes it.
const REST: Duration = Duration::from_secs(2);
/// How long the house is left alone.
const HOUSE_REST: Duration = Duration::from_mins(1);

/// A sealed run and its row in the database.
#[derive(Clone, Debug)]
pub(crate) struct LiveRun {
    pub(crate) row: run::Run,
    pub(crate) file: Arc<RunFile>,
}

/// What readers see; changed under the lock in whole steps only.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) activity: Vec<LiveRun>,
    pub(crate) events: Vec<LiveRun>,
    pub(crate) filters: Vec<(run::Run, Arc<SeenFile>)>,
    pub(crate) tail: Tail,
    /// What is being sealed: no longer written, still read.
    pub(crate) sealing: Option<Arc<Tail>>,
    /// Runs of activity that cannot be read, where the engine was opened to mend them.
    pub(crate) damaged: Vec<run::Run>,
    pub(crate) verbs: Arc<Verbs>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) identity: Arc<Identity>,
    /// The vocabulary with the names that were chosen.
    pub(crate) vocabulary: Arc<Vocabulary>,
    /// Rises with every change.
    pub(crate) version: u64,
}

impl State {
    fn new(parameters: &Parameters, vocabulary: Arc<Vocabulary>) -> Self {
        Self {
            activity: Vec::new(),
            events: Vec::new(),
            filters: Vec::new(),
            tail: Tail::default(),
            sealing: None,
            damaged: Vec::new(),
            verbs: Arc::default(),
            objects: Arc::default(),
            identity: Arc::new(Identity::new(parameters)),
            vocabulary,
            version: 0,
        }
    }
}

/// What was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The batch of the journal; `None` where no event was acceptable.
    pub seq: Option<i64>,
    /// Events accepted.
    pub n_accepted: u64,
    /// Events rejected.
    pub n_rejected: u64,
}

/// An event that was not acceptable, or could not even be read.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Where in its source it stood.
    pub line: Option<u64>,
    /// Why.
    pub flaw: Flaw,
    /// What came.
    pub raw: Vec<u8>,
}

/// What a source hands over at once.
#[derive(Default)]
pub struct Submission {
    /// Events, each with its line in the source where it has one.
    pub events: Vec<(Event, Option<u64>)>,
    /// What could not be read.
    pub refused: Vec<Refused>,
    /// The job that reads the source.
    pub job: Option<i64>,
    /// The dialect in which `refused` came, where it is one that can be decoded again.
    pub dialect: Option<&'static str>,
    /// Done in the same transaction.
    pub alongside: Option<Alongside>,
}

/// Effects that go into the same transaction as a batch.
pub type Alongside = Box<dyn FnOnce(&mut dyn Conn) -> Result<(), StoreError> + Send>;

/// One data folder at work.
pub struct Engine {
    /// The settings.
    pub settings: Settings,
    /// The data folder.
    pub folder: PathBuf,
    /// The database.
    pub database: Database,
    /// When it was opened, microseconds UTC.
    pub started_at: i64,
    /// The same by a clock that nobody sets.
    pub(crate) started: Instant,
    pub(crate) secret: KeySecret,
    pub(crate) state: RwLock<State>,
    pub(crate) folding: Mutex<Folding>,
    /// Held by whoever seals.
    pub(crate) sealing: Mutex<()>,
    /// Held while runs are merged; before `sealing`, where both are.
    pub(crate) compacting: Mutex<()>,
    pub(crate) on_their_way: Arc<OnTheirWay>,
    pub(crate) caches: Caches,
    pub(crate) cancelled: crate::jobs::Cancelled,
    pub(crate) intake: Intake,
    /// Events in the tail and in what is being sealed.
    pub(crate) n_unsealed: AtomicU64,
    pub(crate) sources: Arc<Sources>,
    pub(crate) arrivals: Arc<Arrivals>,
    pub(crate) mappings: Mappings,
    /// The vocabulary as its file has it.
    pub(crate) own_vocabulary: Vocabulary,
    /// What texts ask and feel.
    pub(crate) classifier: Classifier,
    /// Held by whoever reads the names anew.
    pub(crate) naming: Mutex<()>,
    /// Held by whoever sends rejections again.
    pub(crate) replaying: Mutex<()>,
    /// Rises with everything that the queue of asks shows.
    stirred: AtomicU64,
    bell: Arc<Bell>,
    is_stopping: AtomicBool,
    _lock: File,
}

impl Engine {
    /// Opens a data folder, making it if need be, and rebuilds the tail from the journal. The database is the folder's
    /// own SQLite file unless a URL is given. Fails if another process has the folder.
    pub fn open(folder: &Path, database: Option<&str>) -> Result<Arc<Self>, EngineError> {
        Self::begin(folder, database, false)
    }

    /// The same for [`Engine::rebuild`] alone, which needs no activity: what of it cannot be read is left out, so that
    /// nothing that is asked is answered in full.
    pub fn open_to_rebuild(folder: &Path, database: Option<&str>) -> Result<Arc<Self>, EngineError> {
        Self::begin(folder, database, true)
    }

    fn begin(folder: &Path, database: Option<&str>, is_lenient: bool) -> Result<Arc<Self>, EngineError> {
        let failed = |source| EngineError::Folder { path: folder.display().to_string(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = lock(folder)?;
        let settings = Settings::load(folder)?;
        let own_vocabulary = settings.vocabulary(folder)?;
        let own = format!("sqlite:{}", folder.join("parlour.db").display());
        let database = Database::open(database.unwrap_or(&own))?;
        let secret = secret(&database)?;
        let bell = Arc::<Bell>::default();
        let (sources, arrivals) = (Arc::<Sources>::default(), Arc::<Arrivals>::default());
        let engine = Arc::new(Self {
            folder: folder.to_owned(),
            started_at: clock::now(),
            started: Instant::now(),
            state: RwLock::new(State::new(&settings.standing, Arc::new(own_vocabulary.clone()))),
            folding: Mutex::new(Folding::new(secret)),
            sealing: Mutex::default(),
            compacting: Mutex::default(),
            on_their_way: Arc::default(),
            caches: Caches::default(),
            cancelled: crate::jobs::Cancelled::default(),
            intake: Intake::new(database.clone(), Arc::clone(&bell), (Arc::clone(&sources), Arc::clone(&arrivals))),
            n_unsealed: AtomicU64::new(0),
            sources,
            arrivals,
            mappings: Mappings::default(),
            own_vocabulary,
            classifier: Classifier::built_in(),
            naming: Mutex::default(),
            replaying: Mutex::default(),
            stirred: AtomicU64::new(0),
            bell,
            is_stopping: AtomicBool::new(false),
            settings,
            database,
            secret,
            _lock: lock,
        });
        engine.reload_sources()?;
        engine.load(is_lenient)?;
        engine.refold()?;
        Ok(engine)
    }

    fn load(&self, is_lenient: bool) -> Result<(), EngineError> {
        let (rows, entities, links, clock) = self
            .database
            .read(|conn| Ok((all_runs(conn)?, entity::all(conn)?, link::all(conn)?, WindowClock::read(conn)?)))?;
        self.remove_orphans(&rows);
        let _ = fs::remove_dir_all(self.lake_path("rebuild"));
        let mut state = State::new(&self.settings.standing, Arc::new(self.laid_over()?));
        let mut verbs = Verbs::default();
        for row in rows {
            let path = self.lake_path(&row.file);
            match row.kind.as_str() {
                "activity" | "event" => {
                    let file = match RunFile::open(&path) {
                        Ok(file) => Arc::new(file),
                        Err(error) if is_lenient && row.kind == "activity" => {
                            tracing::warn!(%error, "activity is left out until it is made again");
                            state.damaged.push(row);
                            continue;
                        }
                        Err(error) => return Err(error.into()),
                    };
                    let live = LiveRun { row, file };
                    for verb in &live.file.verbs {
                        verbs.id(verb);
                    }
                    let of_kind = if live.row.kind == "event" { &mut state.events } else { &mut state.activity };
                    of_kind.push(live);
                }
                "filter" => state.filters.push((row, Arc::new(SeenFile::open(&path)?))),
                _ => {}
            }
        }
        // Before it was kept, the latest receipt was the same.
        let latest = || state.filters.iter().map(|(_, filter)| filter.received_at).max();
        state.tail.clock = clock.or_else(|| latest().map(WindowClock::of)).unwrap_or_default();
        state.verbs = Arc::new(verbs);
        let objects = entities.into_iter().map(|entity| Object {
            key: entity.key,
            name: parlour_core::event::Name::new(entity.kind, entity.id),
            title: entity.title,
            parent: entity.parent,
        });
        state.objects = Arc::new(Objects::new(objects.collect()));
        let ends: Vec<Key> = links.iter().flat_map(|link| [link.a, link.b]).collect();
        let known = self.ids_of_links(&ends)?;
        let links: Vec<Link> = links.iter().map(link_of).collect();
        state.identity = Arc::new(Identity::build(&links, &known, &self.settings.standing));
        *self.state_mut() = state;
        Ok(())
    }

    /// The kinds and values of these ids.
    pub(crate) fn ids_of_links(&self, keys: &[Key]) -> Result<Ids, EngineError> {
        if keys.is_empty() {
            return Ok(Ids::default());
        }
        let ids = self.database.read(|conn| identity::by_keys(conn, keys))?;
        Ok(ids.into_iter().map(|id| (id.key, parlour_core::event::Name::new(id.kind, id.value))).collect())
    }

    /// Removes what lies in the lake and no row speaks of: what a crash left half done.
    fn remove_orphans(&self, rows: &[run::Run]) {
        for kind in RUN_KINDS {
            let Ok(files) = fs::read_dir(self.folder.join("lake").join(kind)) else { continue };
            for file in files.flatten() {
                let name = format!("{kind}/{}", file.file_name().to_string_lossy());
                if !rows.iter().any(|row| row.file == name) {
                    let _ = fs::remove_file(file.path());
                }
            }
        }
    }

    /// Where the run `file` lies.
    pub fn lake_path(&self, file: &str) -> PathBuf {
        self.folder.join("lake").join(file)
    }

    /// Takes a batch: unacceptable events are set aside with their reason, the others journalled. When this returns,
    /// both are durable, with what is done `alongside`, or nothing is.
    pub fn append(&self, source: &str, submission: Submission) -> Result<Receipt, EngineError> {
        let mut submission = submission;
        let alongside = submission.alongside.take();
        let parcel = parcel(source, submission)?;
        self.intake.take(parcel, alongside)
    }

    /// The same for many callers at once, who share commits: returns at once, and `done` is told on a thread where it
    /// must not block. Whoever stops waiting cancels nothing. [`StoreError::Busy`] where more would wait to be committed,
    /// folded or sealed than the settings allow; what is done `alongside` is not for this.
    pub fn append_then(
        &self,
        source: &str,
        submission: Submission,
        done: impl FnOnce(Result<Receipt, EngineError>) + Send + 'static,
    ) -> Result<(), EngineError> {
        let limits = &self.settings.engine;
        let unsealed = self.n_unsealed.load(Ordering::Relaxed);
        if limits.max_waiting_events < self.intake.n_waiting() || limits.max_unsealed_events < unsealed {
            return Err(StoreError::Busy.into());
        }
        let parcel = parcel(source, submission)?;
        self.intake.submit(parcel, self.settings.engine.queue_bytes, Box::new(done))
    }

    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the tasks that fold, seal and merge; they end with [`Engine::stop`].
    pub fn start(self: &Arc<Self>) -> Tasks {
        let folds = self.spawn("fold", |engine| engine.fold_once().map(|n| n > 0));
        let seals = self.spawn("seal", |engine| engine.seal_once(false));
        let merges = self.spawn("compact", Self::compact_once);
        Tasks { engine: Arc::clone(self), threads: vec![folds, seals, merges] }
    }

    /// Does what is due every minute: keeps the last day that is over, lets go of rejections that are too old.
    fn keep_house(&self) {
        let mut last = None;
        while !self.is_stopping() {
            let rung = self.bell.count();
            if last.is_none_or(|last: Instant| last.elapsed() >= HOUSE_REST) {
                if let Err(error) = self.keep_due()
                    && !self.is_stopping()
                {
                    tracing::error!(%error, "the day's standings could not be kept; it will be tried again");
                }
                if let Err(error) = self.refit_due() {
                    tracing::error!(%error, "models could not be fitted again; it will be tried again");
                }
                if let Err(error) = self.alert_due() {
                    tracing::error!(%error, "alerts could not be made; it will be tried again");
                }
                if let Err(error) = self.overdue_due() {
                    tracing::error!(%error, "overdue asks could not be noted; it will be tried again");
                }
                if let Err(error) = self.delete_old_rejected() {
                    tracing::error!(%error, "old rejections could not be deleted; it will be tried again");
                }
                last = Some(Instant::now());
            }
            self.bell.wait_beyond(rung, REST);
        }
    }

    /// Makes the alerts that are due and the mail that tells of them, and lets go of old deliveries.
    fn alert_due(&self) -> Result<(), EngineError> {
        let now = clock::now();
        self.look_due(now)?;
        self.digest_due(now)?;
        self.delete_old_deliveries()
    }

    /// Notes the asks that are overdue, unless a file is being read that may hold their answers.
    fn overdue_due(&self) -> Result<(), EngineError> {
        let now = clock::now();
        while !self.is_stopping() && !self.is_reading(now)? && self.note_overdue(now)? != 0 {}
        Ok(())
    }

    /// Whether the tasks are to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    fn spawn(
        self: &Arc<Self>,
        name: &str,
        step: impl Fn(&Self) -> Result<bool, EngineError> + Send + 'static,
    ) -> std::thread::JoinHandle<()> {
        let engine = Arc::clone(self);
        let task = name.to_owned();
        let work = move || {
            while !engine.is_stopping.load(Ordering::Relaxed) {
                let rung = engine.bell.count();
                match step(&engine) {
                    Ok(true) => engine.ring(),
                    Ok(false) => {
                        engine.bell.wait_beyond(rung, REST);
                    }
                    Err(error) => {
                        tracing::error!(task, %error, "a task failed and will try again");
                        engine.bell.wait_beyond(u64::MAX, REST);
                    }
                }
            }
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(work).expect("the system can start a thread")
    }

    /// Waits until no more than `most` batches wait to be folded; tasks must be running. Where they get nowhere, it says
    /// why instead of waiting on.
    pub fn wait_for_fold(&self, most: i64) -> Result<(), EngineError> {
        loop {
            let rung = self.bell.count();
            let upto = self.folded_upto();
            let waiting = self.database.read(|conn| journal::waiting(conn, upto))?;
            if waiting.n_batches <= most || self.is_stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            if !self.bell.wait_beyond(rung, REST) {
                self.fold_once()?;
            }
        }
    }

    /// Says that something changed that the queue of asks shows.
    pub(crate) fn stir(&self) {
        self.stirred.fetch_add(1, Ordering::Relaxed);
        self.ring();
    }

    /// A number that rises with everything that the queue of asks shows.
    pub fn stirred(&self) -> u64 {
        self.stirred.load(Ordering::Relaxed)
    }

    pub(crate) fn ring(&self) {
        self.bell.ring();
    }

    /// The key of an id.
    pub fn key(&self, kind: &str, value: &str) -> Key {
        self.secret.key(kind, value)
    }
}

/// The engine's running tasks.
pub struct Tasks {
    engine: Arc<Engine>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Tasks {
    /// Has what is due every minute done too, as long as they run.
    pub fn keep_house(&mut self) {
        let engine = Arc::clone(&self.engine);
        let thread = std::thread::Builder::new().name("house".to_owned()).spawn(move || engine.keep_house());
        self.threads.push(thread.expect("the system can start a thread"));
    }

    /// Has this step done too, again and again, as long as they run: at once while it returns `true`, else when
    /// something happened or after a rest.
    pub fn also(&mut self, name: &str, step: impl Fn(&Engine) -> Result<bool, EngineError> + Send + 'static) {
        let thread = self.engine.spawn(name, step);
        self.threads.push(thread);
    }

    /// Lets the tasks end their step and waits for them.
    pub fn stop(self) {
        self.engine.is_stopping.store(true, Ordering::Relaxed);
        self.engine.ring();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a task panicked");
            }
        }
    }
}

pub(crate) fn link_of(link: &link::Link) -> Link {
    let (is_undone, is_forced) = (link.undone_at.is_some(), link.forced_at.is_some());
    Link { is_undone, is_forced, ..Link::new(link.a, link.b, link.at) }
}

fn all_runs(conn: &mut dyn Conn) -> Result<Vec<run::Run>, StoreError> {
    let mut runs = Vec::new();
    for kind in RUN_KINDS {
        runs.extend(run::list(conn, kind)?);
    }
    Ok(runs)
}

/// Sets aside what is not acceptable.
fn parcel(source: &str, submission: Submission) -> Result<Parcel, EngineError> {
    let Submission { mut events, refused, job, dialect, alongside: _ } = submission;
    let now = clock::now();
    let mut flawed = Vec::new();
    if events.iter().any(|(event, _)| event.flaw(now).is_some()) {
        let all = std::mem::take(&mut events);
        for (event, line) in all {
            match event.flaw(now) {
                None => events.push((event, line)),
                Some(flaw) => flawed.push(Refused { line, flaw, raw: raw_of(&event) }),
            }
        }
    }
    if events.len() > MAX_BATCH_EVENTS {
        let text = format!("a batch has at most {MAX_BATCH_EVENTS} events; split it");
        return Err(EngineError::Invalid(text));
    }
    let events: Vec<Event> = events.into_iter().map(|(event, _)| event.turned()).collect();
    let said = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let mut rejections = rejections(&refused, source, (job, dialect), now);
    rejections.extend(self::rejections(&flawed, source, (job, Some(EVENT_DIALECT)), now));
    let n_bytes = events.iter().map(|event| EVENT_BYTES + said(&event.extra) + said(&event.text)).sum::<usize>()
        + rejections.iter().map(|rejected| rejected.raw.len()).sum::<usize>();
    Ok(Parcel { source: source.into(), events, rejections, n_bytes })
}

fn raw_of(event: &Event) -> Vec<u8> {
    serde_json::to_vec(event).unwrap_or_default()
}

pub(crate) fn rejections(
    refused: &[Refused],
    source: &str,
    (job, dialect): (Option<i64>, Option<&str>),
    at: i64,
) -> Vec<rejected::Rejected> {
    let rows = refused.iter().map(|refused| rejected::Rejected {
        id: 0,
        source: source.to_owned(),
        job,
        at,
        line: refused.line.map(|line| line as i64),
        reason: refused.flaw.code().to_owned(),
        message: refused.flaw.to_string(),
        raw: refused.raw.clone(),
        dialect: dialect.map(str::to_owned),
        state: rejected::OPEN.to_owned(),
        replayed_at: None,
    });
    rows.collect()
}

fn lock(folder: &Path) -> Result<File, EngineError> {
    let failed = |source| EngineError::Folder { path: folder.display().to_string(), source };
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            // Whoever finds the folder in use can tell by whom.
            file.set_len(0).and_then(|()| write!(&file, "{}", std::process::id())).map_err(failed)?;
            Ok(file)
        }
        Err(fs::TryLockError::WouldBlock) => Err(EngineError::InUse(folder.display().to_string())),
        Err(fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// The installation's secret; made when it is first asked for.
fn secret(database: &Database) -> Result<KeySecret, EngineError> {
    let fresh = Key(u128::from_be_bytes(random::bytes()?)).to_string();
    let text = database.write(move |conn| {
        if let Some(text) = setting::get(conn, "key_secret")? {
            return Ok(text);
        }
        setting::set(conn, "key_secret", &fresh)?;
        Ok(fresh)
    })?;
    let key = Key::from_hex(&text).ok_or_else(|| StoreError::Corrupt("setting `key_secret`".to_owned()))?;
    Ok(KeySecret(key.to_bytes()))
}
