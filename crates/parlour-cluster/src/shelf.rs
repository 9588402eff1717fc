//! The questions that an executor has fetched: each once, whatever the number of its tasks.

use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use parlour_afar::Question;
use ureq::Agent;

use crate::cache::Cache;
use crate::loaded::Loaded;

/// Questions held at once.
const HELD: usize = 4;
/// Most bytes of a question.
const MOST_BYTES: u64 = 2 << 30;

type Slot = Arc<OnceLock<Result<Arc<Loaded>, String>>>;

/// A question that is held.
#[derive(Debug)]
struct Held {
    id: String,
    slot: Slot,
    used_at: Instant,
}

/// Questions by their names.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// Where they are fetched, as `host:port`, and where their runs; nowhere on a scheduler, which counts nothing itself.
    home: Option<(String, Arc<Cache>)>,
    agent: Agent,
    held: Mutex<Vec<Held>>,
}

impl Shelf {
    pub(crate) fn new(home: Option<(String, Arc<Cache>)>) -> Self {
        let config = Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_global(Some(Duration::from_mins(1)))
            .http_status_as_error(false)
            .proxy(None);
        Self { home, agent: config.build().into(), held: Mutex::default() }
    }

    /// The question of this name. Blocks while it is fetched.
    pub(crate) fn question(&self, id: &str) -> anyhow::Result<Arc<Loaded>> {
        let slot = self.slot(id);
        let loaded = slot.get_or_init(|| self.load(id).map(Arc::new).map_err(|error| format!("{error:#}")));
        match loaded {
            Ok(loaded) => Ok(Arc::clone(loaded)),
            Err(reason) => {
                // Another try may find it.
                self.held.lock().unwrap_or_else(PoisonError::into_inner).retain(|held| held.id != id);
                bail!("{reason}")
            }
        }
    }

    /// Lets go of questions that were not worked on for so long, and of what was fetched once none is left: people are in
    /// them who may have been erased since.
    pub(crate) fn forget(&self, idle: Duration) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|held| held.used_at.elapsed() < idle);
        if let (true, Some((_, cache))) = (held.is_empty(), &self.home)
            && let Err(error) = cache.clear(idle)
        {
            tracing::warn!(%error, "what was fetched cannot be removed");
        }
    }

    fn slot(&self, id: &str) -> Slot {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.iter_mut().find(|held| held.id == id) {
            known.used_at = Instant::now();
            return Arc::clone(&known.slot);
        }
        if HELD <= held.len() {
            held.remove(0);
        }
        let slot = Slot::default();
        held.push(Held { id: id.to_owned(), slot: Arc::clone(&slot), used_at: Instant::now() });
        slot
    }

    fn load(&self, id: &str) -> anyhow::Result<Loaded> {
        let (home, cache) = self.home.as_ref().context("questions are counted by executors")?;
        Loaded::new(self.fetch(home, id)?, cache)
    }

    fn fetch(&self, home: &str, id: &str) -> anyhow::Result<Question> {
        let at = format!("http://{home}/v1/questions/{id}/body");
        let response = self.agent.get(&at).call().with_context(|| format!("cannot fetch a question from {at}"))?;
        let status = response.status();
        let mut body = Vec::new();
        response.into_body().into_reader().take(MOST_BYTES).read_to_end(&mut body)?;
        if !status.is_success() {
            bail!("{home} has no question {id} any more");
        }
        Ok(Question::from_bytes(&body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_works_on_is_forgotten_with_what_was_fetched_for_it() {
        let parent = tempfile::tempdir().unwrap();
        let files = || {
            let found = std::process::Command::new("find").arg(parent.path()).args(["-name", "run"]).output().unwrap();
            String::from_utf8(found.stdout).unwrap().lines().count()
        };
        let shelf = Shelf::new(Some(("127.0.0.1:1".to_owned(), Arc::new(Cache::new(Some(parent.path())).unwrap()))));
        let fetched = std::fs::read_dir(parent.path()).unwrap().next().unwrap().unwrap().path().join("0/activity");
        std::fs::create_dir_all(&fetched).unwrap();
        std::fs::write(fetched.join("run"), "of somebody").unwrap();
        shelf.slot("a question");
        shelf.forget(Duration::from_mins(1));
        assert_eq!((shelf.held.lock().unwrap().len(), files()), (1, 1), "it is worked on");
        shelf.forget(Duration::ZERO);
        assert_eq!((shelf.held.lock().unwrap().len(), files()), (0, 0));
    }
}
