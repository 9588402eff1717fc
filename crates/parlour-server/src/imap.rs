//! Mailboxes: for each source of kind `mail` a task that reads what comes there.
//!
//! Folders are opened for reading alone: nothing is marked, moved or deleted. How far was read is known here, not there,
//! and is written down with the mails themselves.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parlour_engine::mail::mailbox::Mailbox;
use parlour_engine::source::{Source, SourceKind};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::app::App;
use crate::links::keep;
use session::Session;

mod fetched;
mod session;
mod wire;

/// How long it takes until a mail server is tried again, at first and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// A mailbox, and the brand and layer that its mails go to: where one changes, it is begun anew.
type Wanted = (Mailbox, String, &'static str);

/// Reads every source's mailbox until the other end of `stop` is gone.
pub(crate) async fn read(app: Arc<App>, stop: oneshot::Receiver<()>) {
    let of = Arc::clone(&app);
    let attend = move |source, mailbox, end| attend(Arc::clone(&of), source, mailbox, end);
    keep(stop, || wanted(&app), attend).await;
}

/// The mailboxes that are to be read, each with its source as it is now.
fn wanted(app: &App) -> HashMap<i64, (Arc<Source>, Wanted)> {
    let mut wanted = HashMap::new();
    // Of several servers one reads.
    if !app.engine.leads() {
        return wanted;
    }
    for source in app.engine.sources() {
        if source.kind != SourceKind::Mail {
            continue;
        }
        match &source.mailbox {
            Some(_) if source.revoked_at.is_some() => app.links.forget(source.id),
            Some(mailbox) => {
                let wants = (mailbox.clone(), source.brand.to_string(), source.layer.name());
                wanted.insert(source.id, (source, wants));
            }
            None => app.links.set(source.id, false, Some("the source has no mailbox; make it again".to_owned())),
        }
    }
    wanted
}

/// Reads one mailbox, connecting again as often as need be.
async fn attend(app: Arc<App>, source: Arc<Source>, (mailbox, ..): Wanted, mut end: oneshot::Receiver<()>) {
    // What is known is of another mailbox, or of settings that were mended.
    app.links.forget(source.id);
    let mut rest = REST.0;
    loop {
        let begun = tokio::select! {
            begun = Session::begin(&mailbox) => begun,
            _ = &mut end => return,
        };
        let error = match begun {
            Err(error) => error,
            Ok(mut session) => {
                rest = REST.0;
                tokio::select! {
                    error = session.take(&app, &source) => error,
                    _ = &mut end => {
                        session.leave().await;
                        return;
                    }
                }
            }
        };
        // Servers that tell what they were told must not have the password in the log.
        let error = error.replace(&mailbox.password, "…");
        tracing::warn!(source = source.name, ?mailbox, error, "the mailbox cannot be read");
        app.links.set(source.id, false, Some(error));
        tokio::select! {
            () = sleep(rest) => {}
            _ = &mut end => return,
        }
        rest = (rest * 2).min(REST.1);
    }
}
