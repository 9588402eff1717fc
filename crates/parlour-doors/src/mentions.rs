//! Mentions: looks at the pages that somebody told of and at feeds, and reports what they say.

mod feed;
mod fetch;
mod page;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use parlour_core::address::is_public;
use parlour_engine::mentions::{FeedLook, Look};
use parlour_engine::settings::Settings;
use parlour_engine::{Engine, EngineError, clock};

use fetch::Fetch;

/// Most pages, and most feeds, that are looked at at once.
const MAX_AT_ONCE: usize = 8;
/// How often it is looked what is due, while nothing is.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks at pages and feeds.
pub struct Mentions {
    fetch: Fetch,
    looked: Mutex<Option<Instant>>,
}

impl Mentions {
    /// By the settings under `[mentions]`.
    pub fn new(settings: &Settings) -> Self {
        Self::reaching(settings, if settings.mentions.allow_private { |_| true } else { is_public })
    }

    /// The same for whoever says themselves which addresses may be reached.
    pub fn reaching(settings: &Settings, is_allowed: fn(IpAddr) -> bool) -> Self {
        let limits = &settings.mentions;
        let timeout = Duration::from_secs(limits.timeout_seconds);
        Self { fetch: Fetch::new(timeout, limits.page_bytes, is_allowed), looked: Mutex::default() }
    }

    /// Looks at what is due now; returns whether there was anything. Asks no more often than once a second while there is
    /// nothing.
    pub fn step(&self, engine: &Engine) -> Result<bool, EngineError> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|looked| looked.elapsed() < LOOK_EVERY) {
            return Ok(false);
        }
        let has_looked = self.look(engine, clock::now())? != 0;
        *looked = (!has_looked).then(Instant::now);
        Ok(has_looked)
    }

    /// Looks at what is due at `now`, some at once, and writes down what each brought as soon as that is known. Returns how
    /// many there were.
    pub fn look(&self, engine: &Engine, now: i64) -> Result<usize, EngineError> {
        let (pages, feeds) = (engine.mentions_due(now, MAX_AT_ONCE)?, engine.feeds_due(now, MAX_AT_ONCE)?);
        let done: Vec<std::thread::Result<Result<(), EngineError>>> = std::thread::scope(|scope| {
            let pages = pages.iter().map(|of| {
                scope.spawn(move || {
                    let look = match self.fetch.get(&of.page, None, None) {
                        Ok(fetched) => page::looked_at(&fetched, &of.page, &of.target),
                        Err(error) => Look::Failed(error),
                    };
                    engine.settle_mention(of, look, clock::now().max(now))
                })
            });
            let feeds = feeds.iter().map(|of| {
                scope.spawn(move || {
                    let look = match self.fetch.get(&of.url, of.etag.as_deref(), of.modified.as_deref()) {
                        Ok(fetched) => feed::looked_at(&fetched, &of.url),
                        Err(error) => FeedLook::Failed(error),
                    };
                    engine.settle_feed(of, look, clock::now().max(now)).map(drop)
                })
            });
            let looking: Vec<_> = pages.chain(feeds).collect();
            looking.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
        });
        for outcome in done {
            outcome.unwrap_or_else(|_| Err(EngineError::Invalid("a look at a page panicked".to_owned())))?;
        }
        Ok(pages.len() + feeds.len())
    }
}
