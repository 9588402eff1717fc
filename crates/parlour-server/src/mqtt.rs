//! Brokers: for each source of kind `mqtt` a task that takes what is published to its topics.
//!
//! The session with the broker outlives connections and this process, and a message is acknowledged once its events are
//! durable. So what comes while nobody listens waits at the broker, and what comes twice is known by its number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parlour_engine::clock;
use parlour_engine::mqtt::Subscription;
use parlour_engine::source::{Source, SourceKind};
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{interval, sleep};
use utoipa::ToSchema;

use crate::app::App;
use session::{Session, Stop};

mod session;
mod wire;

/// How often it is looked whether sources have changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long it takes until a broker is tried again, at first and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// How it stands with every broker, by the source's number.
#[derive(Debug, Default)]
pub(crate) struct Links(Mutex<HashMap<i64, Link>>);

/// How it stands with a source's broker.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MqttLink)]
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

    fn set(&self, source: i64, is_connected: bool, error: Option<String>) {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = links.remove(&source);
        let since = old.as_ref().filter(|old| old.is_connected == is_connected).map(|old| old.since.clone());
        let since = since.unwrap_or_else(|| clock::rfc3339(clock::now()));
        let (old_error, last_message_at) = old.map_or((None, None), |old| (old.error, old.last_message_at));
        links.insert(source, Link { is_connected, since, error: error.or(old_error), last_message_at });
    }

    /// Notes that something was published.
    fn note_message(&self, source: i64) {
        if let Some(link) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&source) {
            link.last_message_at = Some(clock::rfc3339(clock::now()));
        }
    }

    pub(crate) fn forget(&self, source: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
    }
}

/// A source that is listened to.
struct Listening {
    subscription: Subscription,
    /// Told when the source changes or goes; dropped when the server ends.
    end: Option<oneshot::Sender<()>>,
    task: AbortHandle,
}

/// Listens to every source's broker until the other end of `stop` is gone.
pub(crate) async fn listen(app: Arc<App>, mut stop: oneshot::Receiver<()>) {
    let mut tasks = JoinSet::new();
    let mut listening: HashMap<i64, Listening> = HashMap::new();
    let mut look = interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            _ = &mut stop => break,
        }
        while tasks.try_join_next().is_some() {}
        let wanted = wanted(&app);
        listening.retain(|id, one| {
            let is_same = wanted.get(id).is_some_and(|(_, subscription)| *subscription == one.subscription);
            if !is_same && let Some(end) = one.end.take() {
                // One that has ended by itself needs no telling.
                let _gone = end.send(());
            }
            !one.task.is_finished()
        });
        for (id, (source, subscription)) in wanted {
            if let std::collections::hash_map::Entry::Vacant(place) = listening.entry(id) {
                let (end, ended) = oneshot::channel();
                let task = tasks.spawn(attend(Arc::clone(&app), source, subscription.clone(), ended));
                place.insert(Listening { subscription, end: Some(end), task });
            }
        }
    }
    drop(listening);
    while tasks.join_next().await.is_some() {}
}

/// The sources that are to be listened to; what is wrong with the settings of others is noted.
fn wanted(app: &App) -> HashMap<i64, (Arc<Source>, Subscription)> {
    let mut wanted = HashMap::new();
    for source in app.engine.sources() {
        if source.kind != SourceKind::Mqtt {
            continue;
        }
        if source.revoked_at.is_some() {
            app.links.forget(source.id);
            continue;
        }
        match app.engine.subscription(&source) {
            Ok(subscription) => drop(wanted.insert(source.id, (source, subscription))),
            Err(flaw) => app.links.set(source.id, false, Some(flaw.to_string())),
        }
    }
    wanted
}

/// Takes what one broker sends, connecting again as often as need be.
async fn attend(app: Arc<App>, source: Arc<Source>, subscription: Subscription, mut end: oneshot::Receiver<()>) {
    // What is known is of another broker, or of settings that were mended.
    app.links.forget(source.id);
    let mut rest = REST.0;
    loop {
        let begun = tokio::select! {
            begun = Session::begin(&subscription) => begun,
            _ = &mut end => return,
        };
        let error = match begun {
            Err(error) => error,
            Ok(mut session) => {
                rest = REST.0;
                app.links.set(source.id, true, None);
                tokio::select! {
                    error = session.take(&app, &source) => error,
                    told = &mut end => {
                        session.leave(if told.is_ok() { Stop::ForGood } else { Stop::ForNow }).await;
                        return;
                    }
                }
            }
        };
        tracing::warn!(source = source.name, ?subscription, error, "the broker cannot be listened to");
        app.links.set(source.id, false, Some(error));
        tokio::select! {
            () = sleep(rest) => {}
            _ = &mut end => return,
        }
        rest = (rest * 2).min(REST.1);
    }
}
