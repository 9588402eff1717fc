//! Connections that are kept: one for each source that listens somewhere, begun anew when the source changes, and how it
//! stands with each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parlour_engine::clock;
use parlour_engine::source::Source;
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::interval;
use utoipa::ToSchema;

/// How often it is looked whether sources have changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How it stands with every connection, by the source's number.
#[derive(Debug, Default)]
pub(crate) struct Links(Mutex<HashMap<i64, Link>>);

/// How it stands with what a source listens to: its broker, or its mailbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SourceLink)]
pub(crate) struct Link {
    is_connected: bool,
    /// Since when that is so.
    since: String,
    /// What went wrong last.
    error: Option<String>,
    /// When the last message came, since the server started.
    last_message_at: Option<String>,
}

impl Links {
    pub(crate) fn get(&self, source: i64) -> Option<Link> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned()
    }

    pub(crate) fn set(&self, source: i64, is_connected: bool, error: Option<String>) {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = links.remove(&source);
        let since = old.as_ref().filter(|old| old.is_connected == is_connected).map(|old| old.since.clone());
        let since = since.unwrap_or_else(|| clock::rfc3339(clock::now()));
        let (old_error, last_message_at) = old.map_or((None, None), |old| (old.error, old.last_message_at));
        links.insert(source, Link { is_connected, since, error: error.or(old_error), last_message_at });
    }

    /// Notes that something came.
    pub(crate) fn note_message(&self, source: i64) {
        if let Some(link) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&source) {
            link.last_message_at = Some(clock::rfc3339(clock::now()));
        }
    }

    pub(crate) fn forget(&self, source: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
    }
}

/// A source that is listened to.
struct Kept<W> {
    wanted: W,
    /// Told when the source changes or goes; dropped when the server ends.
    end: Option<oneshot::Sender<()>>,
    task: AbortHandle,
}

/// Keeps a task for each source that is `wanted`, with what it wants, until the other end of `stop` is gone. What
/// `attend` makes must end soon after its `end` is told or gone.
pub(crate) async fn keep<W, F>(
    mut stop: oneshot::Receiver<()>,
    wanted: impl Fn() -> HashMap<i64, (Arc<Source>, W)>,
    attend: impl Fn(Arc<Source>, W, oneshot::Receiver<()>) -> F,
) where
    W: Clone + PartialEq,
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut kept: HashMap<i64, Kept<W>> = HashMap::new();
    let mut look = interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            _ = &mut stop => break,
        }
        while tasks.try_join_next().is_some() {}
        let wanted = wanted();
        kept.retain(|id, one| {
            let is_same = wanted.get(id).is_some_and(|(_, wanted)| *wanted == one.wanted);
            if !is_same && let Some(end) = one.end.take() {
                // One that has ended by itself needs no telling.
                let _gone = end.send(());
            }
            !one.task.is_finished()
        });
        for (id, (source, wanted)) in wanted {
            if let Entry::Vacant(place) = kept.entry(id) {
                let (end, ended) = oneshot::channel();
                let task = tasks.spawn(attend(source, wanted.clone(), ended));
                place.insert(Kept { wanted, end: Some(end), task });
            }
        }
    }
    drop(kept);
    while tasks.join_next().await.is_some() {}
}
