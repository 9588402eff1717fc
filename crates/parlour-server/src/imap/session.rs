//! One session with a mail server, from the sign-in to the goodbye.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parlour_engine::clock;
use parlour_engine::mail::mailbox::Mailbox;
use parlour_engine::mail::{Mail, MailContent, Taken, Upto};
use parlour_engine::source::Source;
use parlour_store::mailbox::Cursor;
use tokio::time::{sleep, timeout};

use super::fetched::{Fetched, folder, number};
use super::wire::Wire;
use crate::app::App;
use crate::error::ApiError;

/// Numbers of mails that are asked about at once, at first and at most: where many are unused, it is more.
const WINDOW: (i64, i64) = (500, 1 << 20);
/// Mails, and bytes of them, that are taken in one transaction; one larger mail is taken by itself.
const MAX_BATCH: (usize, usize) = (50, 4 << 20);
/// What is read of a mail that is too large, bytes.
const HEAD_BYTES: usize = 64 << 10;
/// How long a server that tells of mail by itself is believed to be there.
const MAX_IDLE: Duration = Duration::from_mins(5);
/// How long a server may take to let us go.
const PATIENCE: Duration = Duration::from_secs(2);
/// What older mail is passed over where a server numbers anew: its clock may be off by this.
const SLACK_MICROS: i64 = 86_400_000_000;

/// A mail server that let us in.
pub(super) struct Session {
    wire: Wire,
    mailbox: Mailbox,
    can_idle: bool,
}

impl Session {
    /// Connects and signs in; else why that is not possible.
    pub(super) async fn begin(mailbox: &Mailbox) -> Result<Self, String> {
        // How large a mail may be is only known once it is read; until then, nothing large is asked for.
        let wire = Wire::open(mailbox, HEAD_BYTES).await?;
        let mut session = Self { wire, mailbox: mailbox.clone(), can_idle: false };
        let offers = session.capabilities().await?;
        session.sign_in(&offers).await.map_err(|told| {
            format!("the mail server refuses the user or the password: {told}; check both, and whether IMAP is allowed")
        })?;
        session.can_idle = session.capabilities().await?.contains(" IDLE ");
        session.open().await?;
        Ok(session)
    }

    /// What the server can, each word between blanks, in upper case.
    async fn capabilities(&mut self) -> Result<String, String> {
        let told = self.wire.command("CAPABILITY").await?;
        let line = told.iter().find_map(|one| one.text.strip_prefix("* CAPABILITY"));
        Ok(format!("{} ", line.unwrap_or_default().to_ascii_uppercase()))
    }

    async fn sign_in(&mut self, offers: &str) -> Result<(), String> {
        let Mailbox { user, password, .. } = &self.mailbox;
        if offers.contains(" AUTH=PLAIN ") {
            let tag = self.wire.begin("AUTHENTICATE PLAIN").await?;
            let go = self.wire.response().await?.text;
            if !go.starts_with('+') {
                return Err(go.split_once(' ').map_or(go.as_str(), |(_, told)| told).to_owned());
            }
            self.wire.send(&BASE64_STANDARD.encode(format!("\0{user}\0{password}"))).await?;
            return self.wire.end(&tag).await.map(drop);
        }
        if offers.contains(" LOGINDISABLED ") {
            return Err("it takes no password over this connection; use TLS".to_owned());
        }
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        self.wire.command(&format!("LOGIN {} {}", quoted(user), quoted(password))).await.map(drop)
    }

    /// Opens the folder for reading alone; its numbering, and the number that the next mail will have.
    async fn open(&mut self) -> Result<(i64, i64), String> {
        let opened = self.wire.command(&format!("EXAMINE {}", folder(&self.mailbox.folder))).await;
        let told = opened.map_err(|told| format!("the folder `{}` cannot be read: {told}", self.mailbox.folder))?;
        // What it says now is how many there are; what it says later is that there are more.
        self.wire.has_news = false;
        let missing = || "the mail server does not number its mails; it cannot be read".to_owned();
        let uid_validity = number(&told, "UIDVALIDITY").ok_or_else(missing)?;
        let next_uid = number(&told, "UIDNEXT").ok_or_else(missing)?;
        Ok((uid_validity, next_uid))
    }

    /// Takes mail until something goes wrong, which it returns.
    pub(super) async fn take(&mut self, app: &Arc<App>, source: &Arc<Source>) -> String {
        self.wire.keep(app.engine.settings.mail.max_bytes.max(HEAD_BYTES));
        loop {
            if let Err(error) = self.take_new(app, source).await {
                return error;
            }
            app.links.set(source.id, true, None);
            if let Err(error) = self.rest(Duration::from_secs(app.engine.settings.mail.poll_seconds)).await {
                return error;
            }
        }
    }

    /// Takes all mail that is there and was not taken yet.
    async fn take_new(&mut self, app: &Arc<App>, source: &Arc<Source>) -> Result<(), String> {
        let (uid_validity, end) = self.open().await?;
        let of = Arc::clone(source);
        let before = call(app, move |app| Ok(app.engine.mail_cursor(&of)?)).await?;
        let mut cursor = match before {
            Some(cursor) if cursor.uid_validity == uid_validity => cursor,
            // The same mails under other numbers: those that were taken are known by their names.
            Some(cursor) => Cursor { uid_validity, next_uid: 1, is_renumbered: true, ..cursor },
            None => {
                let next_uid = if self.mailbox.is_from_start { 1 } else { end };
                Cursor { uid_validity, next_uid, since: clock::now(), is_renumbered: false }
            }
        };
        if before != Some(cursor) {
            self.hand_over(app, source, Vec::new(), cursor).await?;
        }
        let mut window = WINDOW.0;
        while cursor.next_uid < end {
            let last = (cursor.next_uid + window).min(end) - 1;
            let found = self.list(cursor.next_uid, last).await?;
            window = if found.is_empty() { (window * 2).min(WINDOW.1) } else { WINDOW.0 };
            for batch in batches(found, app.engine.settings.mail.max_bytes) {
                let _seat = app.mail_seats.acquire().await.map_err(|error| error.to_string())?;
                let next_uid = batch.last().map_or(last, |one| one.uid) + 1;
                let mails = self.fetch(app, batch, &cursor).await?;
                cursor.next_uid = next_uid;
                self.hand_over(app, source, mails, cursor).await?;
            }
            if cursor.next_uid <= last {
                cursor.next_uid = last + 1;
                self.hand_over(app, source, Vec::new(), cursor).await?;
            }
        }
        Ok(())
    }

    /// The mails from one number to another, in order.
    async fn list(&mut self, first: i64, last: i64) -> Result<Vec<Fetched>, String> {
        let told = self.wire.command(&format!("UID FETCH {first}:{last} (UID RFC822.SIZE INTERNALDATE)")).await?;
        let mut found: Vec<Fetched> = told.into_iter().filter_map(Fetched::of).collect();
        found.retain(|one| (first..=last).contains(&one.uid));
        found.sort_by_key(|one| one.uid);
        found.dedup_by_key(|one| one.uid);
        Ok(found)
    }

    /// Reads mails; those that are gone by now, or were there before the mailbox was first read, are left out.
    async fn fetch(&mut self, app: &App, batch: Vec<Fetched>, cursor: &Cursor) -> Result<Vec<Mail>, String> {
        let most = app.engine.settings.mail.max_bytes;
        let mut mails = Vec::with_capacity(batch.len());
        for Fetched { uid, n_bytes, received_at, .. } in batch {
            let received_at = received_at.unwrap_or_else(clock::now);
            let is_old = cursor.is_renumbered && received_at < cursor.since - SLACK_MICROS;
            if is_old && !self.mailbox.is_from_start {
                continue;
            }
            let n_bytes = usize::try_from(n_bytes).unwrap_or(usize::MAX);
            let content = if most < n_bytes {
                let head = self.part(uid, &format!("BODY.PEEK[HEADER]<0.{HEAD_BYTES}>")).await?;
                head.map(|head| MailContent::TooLarge { n_bytes, head })
            } else {
                // A server that sends more than it said has it cut off.
                self.part(uid, "BODY.PEEK[]").await?.map(MailContent::Whole)
            };
            if let Some(content) = content {
                mails.push(Mail { received_at, content });
            }
        }
        Ok(mails)
    }

    async fn part(&mut self, uid: i64, what: &str) -> Result<Option<Vec<u8>>, String> {
        let told = self.wire.command(&format!("UID FETCH {uid} (UID {what})")).await?;
        let mut found = told.into_iter().filter_map(Fetched::of).filter(|one| one.uid == uid);
        Ok(found.find_map(|one| one.body))
    }

    /// Has mails and how far was read made durable together.
    async fn hand_over(
        &self,
        app: &Arc<App>,
        source: &Arc<Source>,
        mails: Vec<Mail>,
        cursor: Cursor,
    ) -> Result<(), String> {
        if !mails.is_empty() {
            app.links.note_message(source.id);
            while let Err(error) = app.gate.pass(source, mails.len(), Instant::now()) {
                sleep(Duration::from_secs(error.retry_after.unwrap_or(1))).await;
            }
        }
        let upto = Upto { generation: self.mailbox.generation, cursor };
        let of = Arc::clone(source);
        let Taken { n_taken, n_known, n_refused } =
            call(app, move |app| Ok(app.engine.take_mails(&of, mails, upto)?)).await?;
        tracing::debug!(source = source.name, n_taken, n_known, n_refused, upto = cursor.next_uid, "mail was taken");
        Ok(())
    }

    /// Waits until the server tells of mail; where it does not do that, for a while.
    async fn rest(&mut self, poll: Duration) -> Result<(), String> {
        if self.wire.has_news {
            // It was told while something else was asked, and is not told again.
            return Ok(());
        }
        if !self.can_idle {
            sleep(poll).await;
            return Ok(());
        }
        let tag = self.wire.begin("IDLE").await?;
        let waiting = async {
            loop {
                let told = self.wire.wait().await?.text;
                if told.starts_with("* BYE") {
                    return Err(format!("the mail server says goodbye: {told}"));
                }
                if let Some(refused) = told.strip_prefix(&tag) {
                    return Err(format!("the mail server does not wait as it says it can: {refused}"));
                }
                if told.ends_with(" EXISTS") {
                    return Ok(());
                }
            }
        };
        // Where nothing is told for long, it is looked whether somebody is still there.
        timeout(MAX_IDLE, waiting).await.unwrap_or(Ok(()))?;
        self.wire.send("DONE").await?;
        self.wire.end(&tag).await.map(drop)
    }

    /// Says goodbye. A server that does not answer sees the connection end all the same.
    pub(super) async fn leave(mut self) {
        // It may be in the middle of something; then what it says is no answer to this, and nobody waits for one.
        let goodbye = timeout(PATIENCE, async {
            self.wire.send("DONE").await?;
            self.wire.send("bye LOGOUT").await
        });
        if !matches!(goodbye.await, Ok(Ok(()))) {
            tracing::debug!(mailbox = ?self.mailbox, "the mail server was left without a word");
        }
    }
}

/// Mails as they are taken together: so many, and so many bytes.
fn batches(found: Vec<Fetched>, most: usize) -> Vec<Vec<Fetched>> {
    let mut batches: Vec<Vec<Fetched>> = Vec::new();
    let mut n_bytes = 0;
    for one in found {
        let n = usize::try_from(one.n_bytes).unwrap_or(usize::MAX).min(most);
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_BATCH.0 && n_bytes + n <= MAX_BATCH.1 => {
                n_bytes += n;
                batch.push(one);
            }
            Some(_) | None => {
                n_bytes = n;
                batches.push(vec![one]);
            }
        }
    }
    batches
}

async fn call<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, String> {
    let told = |error: ApiError| error.cause.unwrap_or(error.message);
    Arc::clone(app).run(work).await.map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_taken_together_up_to_a_limit() {
        let of = |n_bytes: u64| Fetched { uid: 1, n_bytes, ..Fetched::default() };
        let sizes = |found: Vec<Fetched>| batches(found, 25 << 20).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes((0..120).map(|_| of(10)).collect()), [50, 50, 20]);
        assert_eq!(sizes(vec![of(3 << 20), of(2 << 20), of(1), of(20 << 20), of(1)]), [1, 2, 1, 1]);
        assert_eq!(sizes(vec![of(u64::MAX), of(1)]), [1, 1]);
        assert!(sizes(Vec::new()).is_empty());
    }
}
