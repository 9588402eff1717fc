//! Brokers: for each source of kind `mqtt` a task that takes what is published to its topics.
//!
//! The session with the broker outlives connections and this process, and a message is acknowledged once its events are
//! durable. So what comes while nobody listens waits at the broker, and what comes twice is known by its number.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parlour_engine::mqtt::Subscription;
use parlour_engine::source::{Source, SourceKind};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::app::App;
use crate::links::keep;
use session::{Session, Stop};

mod session;
mod wire;

/// How long it takes until a broker is tried again, at first and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Listens to every source's broker until the other end of `stop` is gone.
pub(crate) async fn listen(app: Arc<App>, stop: oneshot::Receiver<()>) {
    let of = Arc::clone(&app);
    let attend = move |source, subscription, end| attend(Arc::clone(&of), source, subscription, end);
    keep(stop, || wanted(&app), attend).await;
}

/// The sources that are to be listened to; what is wrong with the settings of others is noted.
fn wanted(app: &App) -> HashMap<i64, (Arc<Source>, Subscription)> {
    let mut wanted = HashMap::new();
    // Of several servers one listens.
    if !app.engine.leads() {
        return wanted;
    }
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
