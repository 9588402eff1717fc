//! The fediverse's door: who signed what was posted to an actor is looked up, and what they say is heard.

use std::time::Duration;

use parlour_engine::fediverse::Taken;
use parlour_engine::settings::Settings;
use parlour_engine::{Engine, EngineError, clock};
use parlour_store::remote_actor::RemoteActor;
use serde_json::Value;
use ureq::Agent;

use crate::guard::{agent, in_words};

/// Most activities that are looked at together.
const MAX_AT_ONCE: usize = 16;
/// Largest document of an actor that is read, bytes.
const MAX_DOCUMENT_BYTES: u64 = 256 << 10;
/// For how long a key is believed to be the actor's without asking again.
const FRESH_MICROS: i64 = 86_400_000_000;

/// Listens for brands in the fediverse.
pub struct Fediverse {
    agent: Agent,
    timeout: Duration,
}

/// Why it is not known who signed something.
enum Unknown {
    /// It will not be known ever.
    Never(String),
    /// It may be, later.
    Later(String),
}

impl Fediverse {
    /// Listens by the settings under `[delivery]`.
    pub fn new(settings: &Settings) -> Self {
        let timeout = Duration::from_secs(settings.delivery.timeout_seconds);
        Self { agent: agent(timeout, settings.delivery.allow_private), timeout }
    }

    /// Looks at what was posted and is due; returns whether there was any. Where it is broken off, what was not heard is
    /// looked at again, and a repeat counts once.
    pub fn step(&self, engine: &Engine) -> Result<bool, EngineError> {
        let taken = engine.activities(MAX_AT_ONCE)?;
        let looked: Vec<_> = std::thread::scope(|scope| {
            let looking: Vec<_> = taken.iter().map(|one| scope.spawn(move || self.look(engine, one))).collect();
            looking.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
        });
        for (one, looked) in taken.iter().zip(looked) {
            match looked.unwrap_or_else(|_| Err(Unknown::Never("looking it up panicked".to_owned()))) {
                Ok(actor) => engine.hear(one, &actor)?,
                Err(Unknown::Never(why)) => engine.refuse(&one.activity, &why)?,
                Err(Unknown::Later(why)) => engine.postpone(&one.activity, &why)?,
            }
        }
        Ok(!taken.is_empty())
    }

    /// The actor whose key signed it: as it is known, or as its own server says it is now.
    fn look(&self, engine: &Engine, taken: &Taken) -> Result<RemoteActor, Unknown> {
        let is_fresh = |actor: &&RemoteActor| clock::now() - actor.fetched_at < FRESH_MICROS;
        if let Some(known) = taken.known.as_ref().filter(is_fresh).filter(|known| taken.is_by(known)) {
            return Ok(known.clone());
        }
        let found = self.fetch(engine, &taken.activity.source, &taken.actor)?;
        if taken.is_by(&found) {
            return Ok(found);
        }
        Err(Unknown::Never("the signature does not fit the key of its actor".to_owned()))
    }

    fn fetch(&self, engine: &Engine, source: &str, url: &str) -> Result<RemoteActor, Unknown> {
        let never = |why: String| Unknown::Never(why);
        let headers = engine.sign_request(source, url, None).map_err(|error| never(error.to_string()))?;
        let mut request = self.agent.get(url).header("accept", "application/activity+json, application/ld+json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut answer = request.call().map_err(|error| Unknown::Later(in_words(&error, self.timeout)))?;
        match answer.status().as_u16() {
            200 => {}
            404 | 410 => return Err(never("its actor is gone".to_owned())),
            status => return Err(Unknown::Later(format!("its actor's server answered {status}"))),
        }
        let body = answer.body_mut().with_config().limit(MAX_DOCUMENT_BYTES).read_to_vec();
        let body = body.map_err(|error| Unknown::Later(in_words(&error, self.timeout)))?;
        let document: Value =
            serde_json::from_slice(&body).map_err(|_| never("its actor's document is no JSON".to_owned()))?;
        engine.remote_actor_of(&document, url).map_err(never)
    }
}
