//! The state behind every handler: the engine, what was found out about it before, and how many may ask at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use parlour_engine::desk::overview::Census;
use parlour_engine::{Engine, EngineError};
use tokio::sync::Semaphore;

use crate::access::Tries;
use crate::doors::Gate;
use crate::error::ApiError;
use crate::links::Links;
use crate::meter::Meter;

/// The setting in the database that says the store was filled with the sample; the server sets it when it loads one.
pub const IS_SAMPLE: &str = "is_sample";
/// Most calls into the engine at once; others wait their turn until the request's time is over.
const MAX_CALLS: usize = 64;

/// Mailboxes of which mails are in memory at once.
const MAX_MAILBOXES_AT_ONCE: usize = 2;

/// Starts loading the sample into an empty store and returns the id of the job that does it.
pub type LoadSample = Arc<dyn Fn(&Arc<Engine>) -> Result<i64, EngineError> + Send + Sync>;

/// What the server works with.
pub struct App {
    /// The engine.
    pub engine: Arc<Engine>,
    /// How the sample is loaded, where there is one.
    pub load_sample: Option<LoadSample>,
    /// Held by whoever begins to load the sample.
    pub(crate) loading: Mutex<()>,
    pub(crate) tries: Tries,
    pub(crate) gate: Gate,
    calls: Arc<Semaphore>,
    census: Mutex<Option<(u64, Arc<Census>)>>,
    n_requests: AtomicU64,
    is_stopping: AtomicBool,
    pub(crate) meter: Meter,
    pub(crate) links: Links,
    /// Held while mails of one mailbox are in memory, so that many mailboxes take no more of it.
    pub(crate) mail_seats: Semaphore,
}

impl App {
    /// A server's state over an engine, with or without a sample to load.
    pub fn new(engine: Arc<Engine>, load_sample: Option<LoadSample>) -> Arc<Self> {
        let gate = Gate::new(engine.settings.ingest.waiting_bytes);
        Arc::new(Self {
            engine,
            load_sample,
            loading: Mutex::default(),
            tries: Tries::default(),
            gate,
            calls: Arc::new(Semaphore::new(MAX_CALLS)),
            census: Mutex::default(),
            n_requests: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
            meter: Meter::default(),
            links: Links::default(),
            mail_seats: Semaphore::new(MAX_MAILBOXES_AT_ONCE),
        })
    }

    /// Does `work` on a thread that may block. It is done to its end even if nobody waits for the answer any more.
    pub(crate) async fn run<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let seat = Arc::clone(&self.calls).acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            work(&self)
        });
        done.await.unwrap_or_else(|error| Err(ApiError::internal(format!("a call panicked: {error}"))))
    }

    /// How many people there are and what they did, counted once for each version of the state.
    pub(crate) fn census(&self) -> Result<Arc<Census>, EngineError> {
        let snapshot = self.engine.snapshot();
        let mut kept = self.census.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, census)) = kept.as_ref().filter(|(version, _)| *version == snapshot.version) {
            return Ok(Arc::clone(census));
        }
        let census = Arc::new(self.engine.census(&snapshot)?);
        *kept = Some((snapshot.version, Arc::clone(&census)));
        Ok(census)
    }

    /// Whether the server is about to end, so that what would go on for long should not.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Says that the server is about to end.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// A name for one request, by which its line in the log is found.
    pub(crate) fn request_id(&self) -> String {
        format!("{:x}-{:x}", self.engine.started_at, self.n_requests.fetch_add(1, Ordering::Relaxed))
    }
}
