//! Visits: how often one visitor may write, and how many widgets may wait for an answer at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use parlour_core::address::is_public;
use parlour_engine::forms::FormSettings;
use parlour_engine::source::Source;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{ApiError, ErrorCode};

/// What is counted anew after so long.
const WINDOW: Duration = Duration::from_mins(1);
/// Most visitors that are counted apart; beyond it, those of the last window are forgotten.
const MAX_COUNTED: usize = 50_000;

/// What visitors did lately.
pub(crate) struct Visits {
    counts: Mutex<HashMap<Who, (Instant, u32)>>,
    watchers: Arc<Semaphore>,
}

/// Whom a limit is for.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Source(i64),
    Token(i64, String),
    Address(IpAddr),
}

impl Visits {
    pub(crate) fn new(max_watching: usize) -> Self {
        Self { counts: Mutex::default(), watchers: Arc::new(Semaphore::new(max_watching.min(Semaphore::MAX_PERMITS))) }
    }

    /// A place to wait for an answer, if there is one.
    pub(super) fn watch(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.watchers).try_acquire_owned().ok()
    }

    /// Counts a message at a form against what its visitor, and all together, may send in a minute. An address that is not
    /// everybody's is a proxy's or our own network's, which many share.
    pub(super) fn pass(
        &self,
        (source, settings): (&Source, &FormSettings),
        (token, address): (Option<&str>, Option<IpAddr>),
        per_visitor: u32,
        now: Instant,
    ) -> Result<(), ApiError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if MAX_COUNTED < counts.len() {
            counts.retain(|_, (since, _)| now.saturating_duration_since(*since) < WINDOW);
        }
        let token = token.map(|token| (Who::Token(source.id, token.to_owned()), per_visitor));
        let address = address.filter(|address| is_public(*address)).map(|of| (Who::Address(of), per_visitor));
        let all = [token, address, Some((Who::Source(source.id), settings.per_minute))];
        let all: Vec<(Who, u32)> = all.into_iter().flatten().collect();
        let count = |counts: &HashMap<Who, (Instant, u32)>, who: &Who| {
            let found = counts.get(who).copied();
            found.filter(|(since, _)| now.saturating_duration_since(*since) < WINDOW).unwrap_or((now, 0))
        };
        if let Some((since, _)) =
            all.iter().find_map(|(who, most)| Some(count(&counts, who)).filter(|(_, n)| most <= n))
        {
            let wait = WINDOW.saturating_sub(now.saturating_duration_since(since)).as_secs().max(1);
            let message = "so much was written here in the last minute that it has to wait; try again in a minute";
            let error = ApiError::new(ErrorCode::TooManyEvents, message);
            return Err(ApiError { retry_after: Some(wait), ..error });
        }
        for (who, _) in all {
            let (since, n) = count(&counts, &who);
            counts.insert(who, (since, n + 1));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use parlour_core::event::{Layer, Name};
    use parlour_engine::source::SourceKind;

    use super::*;

    fn form() -> Source {
        Source {
            id: 1,
            name: "form".to_owned(),
            brand: Name::new("brand", "acme"),
            layer: Layer::Web,
            kind: SourceKind::Form,
            events_per_second: None,
            mapping: None,
            secret: None,
            mailbox: None,
            created_at: 0,
            first_event_at: None,
            last_event_at: None,
            revoked_at: None,
            keys: Vec::new(),
        }
    }

    #[test]
    fn one_visitor_and_all_together_have_limits_of_their_own() {
        let (visits, start) = (Visits::new(1), Instant::now());
        let settings = FormSettings { per_minute: 5, ..FormSettings::default() };
        let pass = |token: &str, address: &str, seconds: u64| {
            let at = start + Duration::from_secs(seconds);
            visits.pass((&form(), &settings), (Some(token), Some(address.parse().unwrap())), 2, at)
        };
        assert!(pass("a", "10.0.0.1", 0).is_ok() && pass("a", "10.0.0.1", 1).is_ok());
        assert_eq!(pass("a", "10.0.0.1", 2).unwrap_err().retry_after, Some(58));
        // A private address is a proxy's: others behind it are not kept out.
        assert!(pass("b", "10.0.0.1", 2).is_ok());
        assert!(pass("c", "8.8.8.8", 3).is_ok() && pass("d", "8.8.8.8", 3).is_ok());
        assert!(pass("e", "8.8.8.8", 3).is_err() && pass("f", "1.1.1.1", 3).is_err());
        assert!(pass("a", "10.0.0.1", 61).is_ok());
    }

    #[test]
    fn so_many_may_wait() {
        let visits = Visits::new(1);
        let held = visits.watch();
        assert!(held.is_some() && visits.watch().is_none());
        drop(held);
        assert!(visits.watch().is_some());
    }
}
