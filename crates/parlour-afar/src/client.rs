//! The client: a question goes out, is asked about until it is answered, and is taken back where nobody wants it any more.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::Agent;
use url::Url;

use crate::question::{NotWhole, Question};
use crate::statement::{Statement, Table};

/// How long a question may take, unless the URL says otherwise.
const PATIENCE: Duration = Duration::from_mins(2);
/// For how long nobody is asked after the other end was away, so that not every question waits for it.
const REST: Duration = Duration::from_secs(5);
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long one request may take; while a question is under way the other end answers much sooner.
const REQUEST: Duration = Duration::from_secs(30);
/// Most bytes of an answer.
const MOST_BYTES: u64 = 4 << 30;
/// The status of what is not understood, or may not be asked.
const REFUSED: u16 = 422;

/// Why there is no answer from afar.
#[derive(Debug, thiserror::Error)]
pub enum AfarError {
    /// The URL.
    #[error("`{url}` is no place of a cluster ({reason}); it is one such as df://scheduler:50060")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody is there.
    #[error("the cluster at {url} is not there ({reason})")]
    Away {
        /// Where it should be.
        url: String,
        /// Why.
        reason: String,
    },
    /// It was away a moment ago, and is not asked.
    #[error("the cluster was away a moment ago")]
    Resting,
    /// It could not be counted there.
    #[error("the cluster did not count it: {0}")]
    Failed(String),
    /// What was asked is not understood, or may not be asked.
    #[error("{0}")]
    Refused(String),
    /// It took too long.
    #[error("the cluster took longer than {} seconds", .0.as_secs())]
    Late(Duration),
    /// Whoever asked does not want to know any more.
    #[error("it is not wanted any more")]
    Unwanted,
    /// What came back is no answer.
    #[error("the cluster sent no answer: {0}")]
    NotWhole(#[from] NotWhole),
}

/// How far a question is.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Progress {
    /// Its name there.
    pub id: String,
    /// What whoever asked calls it, if anything.
    #[serde(skip)]
    pub name: Option<String>,
    /// Tasks that are done.
    pub done: u64,
    /// All of them, as far as known.
    pub of: u64,
}

/// What is answered to a question that was put.
#[derive(Deserialize)]
struct Put {
    id: String,
    plan: String,
}

/// Where a cluster is asked.
#[derive(Debug)]
pub struct Afar {
    url: String,
    base: String,
    patience: Duration,
    agent: Agent,
    resting_until: Mutex<Option<Instant>>,
    under_way: Mutex<Vec<Progress>>,
    n_answered: AtomicU64,
    n_failed: AtomicU64,
}

impl Afar {
    /// The cluster at `df://host:port`; `?patience=30` says after how many seconds an answer is not waited for any more.
    pub fn new(url: &str) -> Result<Self, AfarError> {
        let failed = |reason: &str| AfarError::Url { url: url.to_owned(), reason: reason.to_owned() };
        let parsed = Url::parse(url).map_err(|error| failed(&error.to_string()))?;
        if parsed.scheme() != "df" {
            return Err(failed("it does not begin with df://"));
        }
        let (Some(host), Some(port)) = (parsed.host_str(), parsed.port()) else {
            return Err(failed("it has no host or no port"));
        };
        let mut patience = PATIENCE;
        for (name, value) in parsed.query_pairs() {
            let seconds = value.parse().ok().filter(|&seconds: &u64| name == "patience" && seconds > 0);
            patience = Duration::from_secs(seconds.ok_or_else(|| failed("only ?patience=SECONDS may follow"))?);
        }
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECTING))
            .timeout_global(Some(REQUEST))
            .http_status_as_error(false)
            .proxy(None);
        Ok(Self {
            url: url.to_owned(),
            base: format!("http://{host}:{port}/v1"),
            patience,
            agent: config.build().into(),
            resting_until: Mutex::default(),
            under_way: Mutex::default(),
            n_answered: AtomicU64::new(0),
            n_failed: AtomicU64::new(0),
        })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How long a question may take.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether the other end was away when last asked.
    pub fn is_away(&self) -> bool {
        lock(&self.resting_until).is_some()
    }

    /// Questions and statements that were answered, and questions that were not, since this began.
    pub fn counts(&self) -> (u64, u64) {
        (self.n_answered.load(Ordering::Relaxed), self.n_failed.load(Ordering::Relaxed))
    }

    /// How far the questions are that are under way.
    pub fn under_way(&self) -> Vec<Progress> {
        lock(&self.under_way).clone()
    }

    /// Asks, and waits for the answer, for as long as it is wanted.
    pub fn ask(&self, question: &Question, is_wanted: &dyn Fn() -> bool) -> Result<Vec<u8>, AfarError> {
        let told = self.told("questions", question.to_bytes(), (None, self.patience), is_wanted);
        if told.is_err() {
            self.n_failed.fetch_add(1, Ordering::Relaxed);
        }
        told
    }

    /// The same for a statement, which has a patience of its own, and a name by which its progress is found.
    pub fn select(
        &self,
        statement: &Statement,
        name: Option<String>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Table, AfarError> {
        let patience = Duration::from_millis(statement.patience_millis);
        let bytes = self.told("statements", statement.to_bytes(), (name, patience), is_wanted)?;
        Ok(Table::from_bytes(&bytes)?)
    }

    fn told(
        &self,
        what: &str,
        bytes: Result<Vec<u8>, NotWhole>,
        (name, patience): (Option<String>, Duration),
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, AfarError> {
        let began = Instant::now();
        if lock(&self.resting_until).is_some_and(|until| began < until) {
            return Err(AfarError::Resting);
        }
        let told = bytes.map_err(AfarError::from).and_then(|bytes| self.put(what, &bytes));
        let told = told.and_then(|put| {
            tracing::info!(id = put.id, plan = put.plan, "a question is put to the cluster");
            lock(&self.under_way).push(Progress { id: put.id.clone(), name, ..Progress::default() });
            let told = self.wait(&put.id, (began, patience), is_wanted);
            lock(&self.under_way).retain(|other| other.id != put.id);
            if told.is_err() {
                // Whoever works on it is told; where that is not heard, they find out themselves that nobody asks.
                let _ = self.agent.delete(format!("{}/questions/{}", self.base, put.id)).call();
            }
            told
        });
        let is_away = matches!(told, Err(AfarError::Away { .. }));
        *lock(&self.resting_until) = is_away.then(|| Instant::now() + REST);
        if told.is_ok() {
            self.n_answered.fetch_add(1, Ordering::Relaxed);
        }
        told
    }

    fn put(&self, what: &str, bytes: &[u8]) -> Result<Put, AfarError> {
        let sent = self.agent.post(format!("{}/{what}", self.base)).send(bytes);
        let mut response = sent.map_err(|error| self.away(&error))?;
        let status = response.status();
        let text = response.body_mut().read_to_string().map_err(|error| self.away(&error))?;
        if status == REFUSED {
            return Err(AfarError::Refused(text));
        }
        if !status.is_success() {
            return Err(AfarError::Failed(text));
        }
        serde_json::from_str(&text).map_err(|_| AfarError::Away { url: self.url.clone(), reason: foreign(&text) })
    }

    fn wait(
        &self,
        id: &str,
        (began, patience): (Instant, Duration),
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, AfarError> {
        let mut seen = 0;
        loop {
            if !is_wanted() {
                return Err(AfarError::Unwanted);
            }
            if patience <= began.elapsed() {
                return Err(AfarError::Late(patience));
            }
            let at = format!("{}/questions/{id}/answer?beyond={seen}", self.base);
            let response = self.agent.get(at).call().map_err(|error| self.away(&error))?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            let read = response.into_body().into_reader().take(MOST_BYTES).read_to_end(&mut body);
            read.map_err(|error| AfarError::Away { url: self.url.clone(), reason: error.to_string() })?;
            match status {
                200 => return Ok(body),
                202 => {
                    if let Ok(progress) = serde_json::from_slice::<Progress>(&body) {
                        seen = progress.done;
                        tracing::debug!(id, done = progress.done, of = progress.of, "the cluster counts");
                        lock(&self.under_way).iter_mut().filter(|one| one.id == id).for_each(|one| {
                            (one.done, one.of) = (progress.done, progress.of);
                        });
                    }
                }
                _ => return Err(AfarError::Failed(String::from_utf8_lossy(&body).into_owned())),
            }
        }
    }

    fn away(&self, error: &ureq::Error) -> AfarError {
        AfarError::Away { url: self.url.clone(), reason: error.to_string() }
    }
}

fn foreign(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    format!("something else answered: {start}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_how_long() {
        let afar = Afar::new("df://localhost:50060?patience=7").unwrap();
        assert_eq!((afar.base.as_str(), afar.patience.as_secs()), ("http://localhost:50060/v1", 7));
        for wrong in
            ["localhost:50060", "http://localhost:50060", "df://localhost", "df://h:1?patience=0", "df://h:1?x=1"]
        {
            let told = Afar::new(wrong).unwrap_err().to_string();
            assert!(told.contains("df://scheduler:50060") && told.contains(wrong), "{told}");
        }
    }
}
