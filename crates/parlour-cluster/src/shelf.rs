//! The questions that an executor has fetched: each once, whatever the number of its tasks.

use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

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

/// Questions by their names.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// Where they are fetched, as `host:port`, and where their runs; nowhere on a scheduler, which counts nothing itself.
    home: Option<(String, Cache)>,
    agent: Agent,
    held: Mutex<Vec<(String, Slot)>>,
}

impl Shelf {
    pub(crate) fn new(home: Option<(String, Cache)>) -> Self {
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
                self.held.lock().unwrap_or_else(PoisonError::into_inner).retain(|(other, _)| other != id);
                bail!("{reason}")
            }
        }
    }

    fn slot(&self, id: &str) -> Slot {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = held.iter().find(|(other, _)| other == id) {
            return Arc::clone(slot);
        }
        if HELD <= held.len() {
            held.remove(0);
        }
        let slot = Slot::default();
        held.push((id.to_owned(), Arc::clone(&slot)));
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
