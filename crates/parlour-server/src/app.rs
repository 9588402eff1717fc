//! The state behind every handler: the engine, what was found out about it before, how many may ask at once, and what
//! whoever asks may see of it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use parlour_core::key::Key;
use parlour_engine::desk::overview::Census;
use parlour_engine::desk::{Asked, Question, name_of};
use parlour_engine::moment::Moment;
use parlour_engine::{Engine, EngineError};
use tokio::sync::Semaphore;

use crate::access::{Seat, Throttle, Tries};
use crate::ahead::Lately;
use crate::doors::{Gate, Visits};
use crate::error::ApiError;
use crate::links::Links;
use crate::meter::Meter;
use crate::oidc::Provider;

/// The setting in the database that says the store was filled with the sample; the server sets it when it loads one.
pub const IS_SAMPLE: &str = "is_sample";
/// Most calls into the engine at once; others wait their turn until the request's time is over.
const MAX_CALLS: usize = 64;
/// Most passwords that are looked at at once, as each takes memory by design.
const MAX_HASHINGS: usize = 2;

/// Mailboxes of which mails are in memory at once.
const MAX_MAILBOXES_AT_ONCE: usize = 2;

/// Starts loading the sample into an empty store and returns the id of the job that does it.
pub type LoadSample = Arc<dyn Fn(&Arc<Engine>) -> Result<i64, EngineError> + Send + Sync>;
/// Hands a letter (address, subject, text) to the mail server, or says why it could not.
pub type SendMail = Arc<dyn Fn(&str, &str, &str) -> Result<(), String> + Send + Sync>;

/// What the server works with, as one request may see it.
pub struct App {
    shared: Arc<Shared>,
    reach: Reach,
    /// Which state is asked about everybody.
    of: Moment,
}

/// What all requests have in common.
pub struct Shared {
    /// The engine.
    pub engine: Arc<Engine>,
    /// How the sample is loaded, where there is one.
    pub load_sample: Option<LoadSample>,
    /// How mail is sent, where there is a server for it.
    pub(crate) send_mail: Option<SendMail>,
    /// Held by whoever begins to load the sample.
    pub(crate) loading: Mutex<()>,
    pub(crate) tries: Tries,
    /// Tries with passwords, by account and by address.
    pub(crate) of_account: Throttle,
    pub(crate) of_address: Throttle,
    pub(crate) provider: Provider,
    pub(crate) gate: Gate,
    calls: Arc<Semaphore>,
    hashings: Arc<Semaphore>,
    /// Pictures that are received, and those that are decoded, as each takes memory.
    pub(crate) receiving: Arc<Semaphore>,
    pub(crate) decoding: Arc<Semaphore>,
    census: Mutex<Option<(u64, Arc<Census>)>>,
    n_requests: AtomicU64,
    is_stopping: AtomicBool,
    /// Where it listens, once it does.
    pub(crate) address: OnceLock<SocketAddr>,
    pub(crate) meter: Meter,
    pub(crate) lately: Lately,
    pub(crate) links: Links,
    pub(crate) visits: Visits,
    /// Held while mails of one mailbox are in memory, so that many mailboxes take no more of it.
    pub(crate) mail_seats: Semaphore,
}

/// How much of everything a request may see. Without a session it is nothing, so that what forgets to say who asks gets no
/// answer about people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    Nothing,
    Everything,
    /// These brands, `kind:id`, and what belongs to them.
    Brands(Arc<[String]>),
}

/// The state as whoever asks may see it; the one way in which handlers get it.
pub(crate) struct State<T>(pub(crate) T);

impl FromRequestParts<Arc<App>> for State<Arc<App>> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let reach = parts.extensions.get::<Seat>().map_or(Reach::Nothing, Seat::reach);
        Ok(Self(Arc::new(App { shared: Arc::clone(&app.shared), reach, of: Moment::Held })))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl App {
    /// A server's state over an engine, with or without a sample to load.
    pub fn new(engine: Arc<Engine>, load_sample: Option<LoadSample>) -> Arc<Self> {
        Self::sending(engine, load_sample, None)
    }

    /// The same for a server that can send mail.
    pub fn sending(engine: Arc<Engine>, load_sample: Option<LoadSample>, send_mail: Option<SendMail>) -> Arc<Self> {
        let gate = Gate::new(engine.settings.ingest.waiting_bytes);
        let visits = Visits::new(engine.settings.forms.max_watching);
        let (receiving, decoding) = (engine.settings.media.receiving, engine.settings.media.at_once);
        let shared = Arc::new(Shared {
            engine,
            load_sample,
            send_mail,
            loading: Mutex::default(),
            tries: Tries::default(),
            of_account: Throttle::of_accounts(),
            of_address: Throttle::of_addresses(),
            provider: Provider::default(),
            gate,
            calls: Arc::new(Semaphore::new(MAX_CALLS)),
            hashings: Arc::new(Semaphore::new(MAX_HASHINGS)),
            receiving: Arc::new(Semaphore::new(receiving)),
            decoding: Arc::new(Semaphore::new(decoding)),
            census: Mutex::default(),
            n_requests: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
            address: OnceLock::new(),
            meter: Meter::default(),
            lately: Lately::default(),
            links: Links::default(),
            visits,
            mail_seats: Semaphore::new(MAX_MAILBOXES_AT_ONCE),
        });
        Arc::new(Self { shared, reach: Reach::Nothing, of: Moment::Held })
    }

    /// As whoever has this reach asks the state that is held next.
    pub(crate) fn ahead(&self, reach: Reach) -> Self {
        Self { shared: Arc::clone(&self.shared), reach, of: Moment::Ahead }
    }

    /// As somebody asks about themselves: of every brand, and of nobody else. Whoever asks so answers for asking of one
    /// person alone.
    pub(crate) fn as_oneself(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), reach: Reach::Everything, of: Moment::Held }
    }

    /// Does `work` on a thread that may block. It is done to its end even if nobody waits for the answer any more.
    pub(crate) async fn run<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let seat = Arc::clone(&self.calls).acquire_owned().await;
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            span.in_scope(|| work(&self))
        });
        done.await.unwrap_or_else(|error| Err(ApiError::internal(format!("a call panicked: {error}"))))
    }

    /// The same for work that makes or checks the hash of a password, of which there is less at once.
    pub(crate) async fn run_hashing<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let _turn = Arc::clone(&self.hashings).acquire_owned().await;
        self.run(work).await
    }

    /// The brands that whoever asks is held to; `None` where they see all.
    pub(crate) fn within(&self) -> Option<&[String]> {
        match &self.reach {
            Reach::Nothing => Some(&[]),
            Reach::Everything => None,
            Reach::Brands(brands) => Some(brands),
        }
    }

    /// The same by their keys.
    pub(crate) fn brand_keys(&self) -> Option<Vec<Key>> {
        let names = self.within()?.iter().filter_map(|name| name_of(name));
        Some(names.map(|name| self.engine.key(&name.kind, &name.id)).collect())
    }

    /// Settles a question about what whoever asks may see.
    pub(crate) fn ask(&self, question: &Question) -> Result<Asked, EngineError> {
        let of = if question.of == Moment::Held { self.of } else { question.of };
        self.engine.ask_within(&Question { of, ..question.clone() }, self.within())
    }

    /// Whether whoever asks may see an object, `kind:id`.
    pub(crate) fn may_see(&self, object: &str) -> Result<bool, EngineError> {
        let question = Question { object: Some(object.to_owned()), ..Question::default() };
        match self.within().map(|_| self.ask(&question)) {
            None | Some(Ok(_)) => Ok(true),
            Some(Err(EngineError::Forbidden(_) | EngineError::NotFound(_))) => Ok(false),
            Some(Err(error)) => Err(error),
        }
    }
}

impl Shared {
    /// How many people there are and what they did, counted once for each version of the state.
    pub(crate) fn census(&self) -> Result<Arc<Census>, EngineError> {
        let snapshot = self.engine.snapshot_of(Moment::Held);
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
