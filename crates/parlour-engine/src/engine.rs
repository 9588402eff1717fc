//! The engine: one data folder at work, and how it is opened.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use parlour_afar::Afar;
use parlour_core::ask::Classifier;
use parlour_core::identity::{Ids, Link};
use parlour_core::key::{Key, KeySecret};
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::remote::Remote;
use parlour_lake::run::RunFile;
use parlour_store::{Conn, Database, StoreError, identity, link, run, setting};

use crate::among::Among;
use crate::arrivals::Arrivals;
use crate::backup::{self, demand_whole};
use crate::bell::Bell;
use crate::bodies::Bodies;
use crate::consent::Signalled;
use crate::duplicates::SeenFile;
use crate::erase::{Barred, Ledger};
use crate::fold::Folding;
use crate::foretell::OnTheirWay;
use crate::intake::Intake;
use crate::media::Gallery;
use crate::moment::Moments;
use crate::rooms::Peeks;
use crate::settings::Settings;
use crate::snapshot::Caches;
use crate::source::Sources;
use crate::state::{LiveRun, State};
use crate::webhook::Mappings;
use crate::window::WindowClock;
use crate::{EngineError, clock, random};

/// The kinds of run, each a folder of the lake.
pub(crate) const RUN_KINDS: [&str; 4] = ["activity", "event", "filter", "standing"];

/// What of a data folder lies elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Places<'a> {
    /// The URL of a database in place of the folder's own.
    pub database: Option<&'a str>,
    /// The URL of an object store for the lake, and the store's options.
    pub lake: Option<(&'a str, Vec<(String, String)>)>,
    /// Whether other servers may work on them too.
    pub is_among: bool,
    /// The URL of a cluster that counts what is asked about everybody.
    pub engine: Option<&'a str>,
}

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
    pub(crate) moments: Moments,
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
    /// Held by whoever takes mail, so that each is taken once, whichever mailboxes it lies in.
    pub(crate) taking_mail: Mutex<()>,
    /// Rises with everything that the queue of asks shows.
    stirred: AtomicU64,
    pub(crate) peeks: Peeks,
    pub(crate) bell: Arc<Bell>,
    pub(crate) gallery: Gallery,
    /// Held by whoever erases somebody.
    pub(crate) erasing: Mutex<()>,
    pub(crate) barred: Arc<Barred>,
    pub(crate) ledger: Ledger,
    pub(crate) signalled: Signalled,
    pub(crate) is_stopping: AtomicBool,
    /// Files of the lake that no row names any more, and that a backup may still copy.
    pub(crate) away: Mutex<Vec<PathBuf>>,
    /// The object store in which the lake lies too.
    pub(crate) remote: Option<Arc<Remote>>,
    /// How this server stands among others.
    pub(crate) among: Among,
    /// The cluster that counts what is asked about everybody.
    pub(crate) afar: Option<Afar>,
    pub(crate) bodies: Arc<Bodies>,
    _lock: File,
}

impl Engine {
    /// Opens a data folder, making it if need be, and rebuilds the tail from the journal. The database is the folder's
    /// own SQLite file unless a URL is given. Fails if another process has the folder.
    pub fn open(folder: &Path, database: Option<&str>) -> Result<Arc<Self>, EngineError> {
        Self::begin(folder, Places { database, ..Places::default() }, false)
    }

    /// The same with what lies elsewhere.
    pub fn open_with(folder: &Path, places: Places<'_>) -> Result<Arc<Self>, EngineError> {
        Self::begin(folder, places, false)
    }

    /// The same for [`Engine::rebuild`] alone, which needs no activity: what of it cannot be read is left out, so that
    /// nothing that is asked is answered in full.
    pub fn open_to_rebuild(folder: &Path, places: Places<'_>) -> Result<Arc<Self>, EngineError> {
        Self::begin(folder, places, true)
    }

    fn begin(folder: &Path, places: Places<'_>, is_lenient: bool) -> Result<Arc<Self>, EngineError> {
        let failed = |source| EngineError::Folder { path: folder.display().to_string(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = lock(folder)?;
        let settings = Settings::load(folder)?;
        let own_vocabulary = settings.vocabulary(folder)?;
        let own = format!("sqlite:{}", folder.join("parlour.db").display());
        let url = places.database.unwrap_or(&own);
        let database = if places.is_among { Database::join(url)? } else { Database::open(url)? };
        let afar = places.engine.map(crate::afar::afar).transpose()?;
        let remote = places.lake.map(|(url, options)| remote(url, options)).transpose()?.map(Arc::new);
        demand_whole(&database)?;
        let secret = secret(&database)?;
        let in_store = settings.engine.journal_in_store;
        let bodies = Arc::new(Bodies::new(remote.clone(), in_store, folder.join("lake"))?);
        let bell = Arc::<Bell>::default();
        let (sources, arrivals) = (Arc::<Sources>::default(), Arc::<Arrivals>::default());
        let barred = Arc::new(Barred::new(secret));
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
            moments: Moments::default(),
            cancelled: crate::jobs::Cancelled::default(),
            intake: Intake::new(
                database.clone(),
                Arc::clone(&bell),
                (Arc::clone(&sources), Arc::clone(&arrivals)),
                Arc::clone(&barred),
                Arc::clone(&bodies),
            ),
            bodies,
            n_unsealed: AtomicU64::new(0),
            sources,
            arrivals,
            mappings: Mappings::default(),
            own_vocabulary,
            classifier: Classifier::built_in(),
            naming: Mutex::default(),
            replaying: Mutex::default(),
            taking_mail: Mutex::default(),
            stirred: AtomicU64::new(0),
            peeks: Peeks::default(),
            bell,
            erasing: Mutex::default(),
            barred,
            ledger: Ledger::new(folder.join("erased")),
            signalled: Signalled::default(),
            gallery: Gallery::new(folder.join("media"), remote.clone())?,
            among: Among::new(folder)?,
            is_stopping: AtomicBool::new(false),
            away: Mutex::default(),
            remote,
            afar,
            settings,
            database,
            secret,
            _lock: lock,
        });
        engine.begin_work(is_lenient)?;
        Ok(engine)
    }

    /// Reads what readers see, and finishes what was broken off.
    fn begin_work(&self, is_lenient: bool) -> Result<(), EngineError> {
        self.reload_sources()?;
        if self.database.is_among() {
            self.stand()?;
            // The one that leads does the rest of it, while all serve.
            self.heed_erasures()?;
        } else {
            self.load(is_lenient)?;
            self.refold()?;
            self.sweep_media()?;
            self.finish_erasures()?;
        }
        self.reload_consents()?;
        self.reload_disputes()
    }

    fn load(&self, is_lenient: bool) -> Result<(), EngineError> {
        let (rows, clock) = self.database.read(|conn| Ok((all_runs(conn)?, WindowClock::read(conn)?)))?;
        self.remove_orphans(&rows);
        self.agree_with_store(&rows)?;
        let _ = fs::remove_dir_all(self.lake_path("rebuild"));
        let mut state = State::new(&self.settings.standing, Arc::new(self.laid_over()?));
        self.read_runs(&mut state, (rows, clock), is_lenient)?;
        let (objects, people) = self.people_and_things()?;
        (state.objects, state.identity) = (Arc::new(objects), Arc::new(people));
        *self.state_mut() = state;
        Ok(())
    }

    /// Opens the runs of these rows; those that are open already stay so.
    pub(crate) fn read_runs(
        &self,
        state: &mut State,
        (rows, clock): (Vec<run::Run>, Option<WindowClock>),
        is_lenient: bool,
    ) -> Result<(), EngineError> {
        let open = |run: &LiveRun| (run.row.file.clone(), Arc::clone(&run.file));
        let open: HashMap<_, _> =
            state.activity.drain(..).chain(state.events.drain(..)).map(|run| open(&run)).collect();
        let open_filters: HashMap<_, _> = state.filters.drain(..).map(|(row, file)| (row.file, file)).collect();
        let mut verbs = (*state.verbs).clone();
        for row in rows {
            let path = self.lake_path(&row.file);
            match row.kind.as_str() {
                "activity" | "event" => {
                    let opened = open
                        .get(&row.file)
                        .map_or_else(|| RunFile::open(&path).map(Arc::new), |open| Ok(Arc::clone(open)));
                    let file = match opened {
                        Ok(file) => file,
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
                "filter" => {
                    let file = match open_filters.get(&row.file) {
                        Some(open) => Arc::clone(open),
                        None => Arc::new(SeenFile::open(&path)?),
                    };
                    state.filters.push((row, file));
                }
                _ => {}
            }
        }
        // Before it was kept, the latest receipt was the same.
        let latest = || state.filters.iter().map(|(_, filter)| filter.received_at).max();
        state.tail.clock = clock.or_else(|| latest().map(WindowClock::of)).unwrap_or_default();
        state.verbs = Arc::new(verbs);
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
    pub(crate) fn remove_orphans(&self, rows: &[run::Run]) {
        let Some(_nobody_copies) = backup::nobody_copies(&self.folder) else { return };
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

    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
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

pub(crate) fn link_of(link: &link::Link) -> Link {
    let (is_undone, is_forced) = (link.undone_at.is_some(), link.forced_at.is_some());
    Link { is_undone, is_forced, ..Link::new(link.a, link.b, link.at) }
}

pub(crate) fn all_runs(conn: &mut dyn Conn) -> Result<Vec<run::Run>, StoreError> {
    let mut runs = Vec::new();
    for kind in RUN_KINDS {
        runs.extend(run::list(conn, kind)?);
    }
    Ok(runs)
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

pub(crate) fn remote(url: &str, options: Vec<(String, String)>) -> Result<Remote, EngineError> {
    let probe = format!("probe-{}", Key(u128::from_be_bytes(random::bytes()?)));
    Ok(Remote::open(url, options, &probe)?)
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
