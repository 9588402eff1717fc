//! Taking mails: each becomes an event once, whichever mailboxes it lies in, and whatever happens in between.

use std::sync::PoisonError;

use parlour_core::event::{Event, Flaw, Name};
use parlour_core::key::Key;
use parlour_store::attachment::{self, Attachment};
use parlour_store::{Conn, StoreError, delivery, letter as letters, mailbox, post};
use serde_json::{Value, json};

use super::letter::{self, Automatic, FileLimits, Letter};
use super::mailbox::bare_address;
use super::sender::{Doubt, doubts};
use super::{DIALECT, Mail, MailContent, SPACE, Taken, Upto};
use crate::asks::{DESK, post_key};
use crate::engine::Engine;
use crate::source::Source;
use crate::submission::{Refused, Submission};
use crate::{EngineError, clock};

/// What a mail to the brand is: it is looked at, even if its words ask nothing.
const VERB: &str = "mentioned";
/// What the names of our own messages begin with.
const OURS: &str = "msg_";
/// No mail is longer under way than servers try, so that a date before that is a wrong clock's.
const MAX_UNDER_WAY: i64 = 7 * 86_400_000_000;
/// Within what time the same words are a machine's.
const LOOP_WITHIN: i64 = 86_400_000_000;
/// What of a mail that cannot be taken is kept, in bytes.
const MAX_REFUSED_BYTES: usize = 256 << 10;
/// Most files that are told of with a post.
const MAX_TOLD_FILES: usize = 20;

/// What a mail becomes an event with, beside what it says.
pub(super) struct Beside {
    /// The name it goes by.
    pub(super) name: String,
    /// The message that it answers.
    pub(super) parent: Option<String>,
    /// When the mailbox got it, microseconds UTC.
    pub(super) received_at: i64,
    /// Of each file, whether its content is kept; of those beyond, it is not.
    pub(super) kept: Vec<bool>,
    /// Whether it can be seen as it was sent.
    pub(super) has_page: bool,
}

/// What several mails become.
#[derive(Default)]
struct Draft {
    events: Vec<(Event, Option<u64>)>,
    refused: Vec<Refused>,
    letters: Vec<letters::Letter>,
    files: Vec<Attachment>,
    n_known: usize,
    /// Bytes of files that still may be kept.
    room: u64,
}

impl Engine {
    /// Takes mails of a source's mailbox: each as an event, or as a rejection with the reason, or not at all where it was
    /// taken before. When this returns, all of that and `upto` are durable, or nothing is. [`EngineError::Conflict`]
    /// where the source reads another mailbox by now.
    pub fn take_mails(&self, source: &Source, mails: Vec<Mail>, upto: Upto) -> Result<Taken, EngineError> {
        let _one_at_a_time = self.taking_mail.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = self.database.read(attachment::total_bytes)?.unsigned_abs();
        let room = self.settings.mail.stored_bytes.saturating_sub(stored);
        let mut draft = Draft { room, ..Draft::default() };
        for mail in mails {
            self.draft(source, mail, &mut draft)?;
        }
        let Draft { events, refused, letters, files, n_known, .. } = draft;
        let taken = Taken { n_taken: events.len(), n_known, n_refused: refused.len() };
        let id = source.id;
        let alongside = Box::new(move |conn: &mut dyn Conn| {
            letters::insert(conn, &letters)?;
            attachment::insert_new(conn, files)?;
            if mailbox::set_cursor(conn, (id, upto.generation), &upto.cursor)? {
                return Ok(());
            }
            Err(StoreError::Aborted("the source reads another mailbox now".to_owned()))
        });
        let submission =
            Submission { events, refused, dialect: Some(DIALECT), alongside: Some(alongside), ..Submission::default() };
        match self.append(&source.name, submission) {
            Ok(_) => Ok(taken),
            Err(EngineError::Store(StoreError::Aborted(why))) => Err(EngineError::Conflict(why)),
            Err(error) => Err(error),
        }
    }

    fn draft(&self, source: &Source, mail: Mail, draft: &mut Draft) -> Result<(), EngineError> {
        let settings = &self.settings.mail;
        let bytes = match mail.content {
            MailContent::Whole(bytes) => bytes,
            MailContent::TooLarge { n_bytes, head } => {
                let flaw = Flaw::EventTooLarge { n_bytes, most: settings.max_bytes };
                draft.refused.push(Refused { line: None, flaw, raw: head });
                return Ok(());
            }
        };
        let limits = FileLimits { n_files: settings.max_files, n_bytes: settings.file_bytes };
        match letter::read(&bytes, limits) {
            Ok(letter) => self.draft_letter(source, letter, mail.received_at, draft),
            Err(error) => {
                let mut raw = bytes;
                raw.truncate(MAX_REFUSED_BYTES);
                draft.refused.push(Refused { line: None, flaw: Flaw::Unreadable(error.to_string()), raw });
                Ok(())
            }
        }
    }

    fn draft_letter(
        &self,
        source: &Source,
        letter: Letter,
        received_at: i64,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let mut letter = letter;
        let received_at = received_at.min(clock::now());
        let content = self.content_of(&letter);
        let Some(name) = self.new_name(&letter, content, draft)? else {
            draft.n_known += 1;
            return Ok(());
        };
        let ours = source.mailbox.as_ref().and_then(|of| bare_address(&of.address).or_else(|| bare_address(&of.user)));
        letter.doubts.extend(doubts(&letter.from, letter.reply_to.as_deref(), ours.as_deref()));
        let (sender, said) = self.sender_and_said(&letter);
        if letter.automatic.is_none() {
            letter.automatic = if letter.doubts.contains(&Doubt::OwnAddress) {
                Some(Automatic::Own)
            } else {
                let n = self.n_said((sender, said), received_at, draft)?;
                (u64::from(self.settings.mail.loop_after) <= n).then_some(Automatic::Loop)
            };
        }
        let parent = self.parent_of(&letter, draft)?;
        let post = post_key(&self.secret, SPACE, Some(&name), 0);
        draft.letters.push(letters::Letter { key: self.letter_key(&name), content, sender, said, at: received_at });
        let kept = keep_files(&mut letter, post, draft);
        let has_page = keep_page(&letter, post, draft);
        let event = event_of(source, &letter, Beside { name, parent, received_at, kept, has_page });
        draft.events.push((event, None));
        Ok(())
    }

    fn letter_key(&self, name: &str) -> Key {
        Key(self.secret.digest(&[b"letter", name.as_bytes()]))
    }

    /// A key of all that is the same of a mail in every mailbox.
    fn content_of(&self, letter: &Letter) -> Key {
        let date = letter.date.unwrap_or_default().to_be_bytes();
        let files: Vec<String> = letter.files.iter().map(|file| format!("{}\n{}", file.name, file.n_bytes)).collect();
        let files = files.join("\n");
        let subject = letter.subject.as_deref().unwrap_or_default();
        let parts =
            [letter.from.address.as_bytes(), &date, subject.as_bytes(), letter.text.as_bytes(), files.as_bytes()];
        Key(self.secret.digest(&parts))
    }

    /// The name of a mail that has none of its own.
    pub(super) fn made_name(&self, letter: &Letter) -> String {
        format!("mail-{}", self.content_of(letter))
    }

    /// The name that a mail goes by; `None` where it was taken before, or is one of ours that came back.
    fn new_name(&self, letter: &Letter, content: Key, draft: &Draft) -> Result<Option<String>, EngineError> {
        if let Some(own) = letter.id.as_deref().and_then(our_name)
            && self.database.read(|conn| delivery::is_known(conn, own))?
        {
            return Ok(None);
        }
        let mut name = letter.id.clone().unwrap_or_else(|| self.made_name(letter));
        let known = self.known(&name, draft)?;
        if known.is_some_and(|known| known != content) {
            // Another mail took its name, by a mistake or to have this one passed over.
            name = format!("mail-{:032x}", self.secret.digest(&[name.as_bytes(), &content.to_bytes()]));
            return Ok(self.known(&name, draft)?.is_none().then_some(name));
        }
        Ok(known.is_none().then_some(name))
    }

    /// The content of the mail of a name, if there was one.
    fn known(&self, name: &str, draft: &Draft) -> Result<Option<Key>, EngineError> {
        let key = self.letter_key(name);
        if let Some(found) = draft.letters.iter().find(|letter| letter.key == key) {
            return Ok(Some(found.content));
        }
        let found = self.database.read(|conn| letters::known(conn, &[key]))?;
        Ok(found.first().map(|(_, content)| *content))
    }

    fn sender_and_said(&self, letter: &Letter) -> (Key, Key) {
        let sender = self.secret.digest(&[b"sender", letter.from.address.as_bytes()]);
        let subject = letter.subject.as_deref().unwrap_or_default().to_lowercase();
        let subject = subject.trim_start_matches("re:").trim();
        (Key(sender), Key(self.secret.digest(&[b"said", subject.as_bytes(), letter.text.as_bytes()])))
    }

    /// How often a sender said the same within a day.
    fn n_said(&self, (sender, said): (Key, Key), at: i64, draft: &Draft) -> Result<u64, EngineError> {
        let since = at.saturating_sub(LOOP_WITHIN);
        let before = self.database.read(|conn| letters::count_said(conn, sender, said, since))?;
        let now = draft.letters.iter().filter(|one| one.sender == sender && one.said == said && since <= one.at);
        Ok(before.unsigned_abs() + now.count() as u64)
    }

    /// The message that a mail answers: of those it names the nearest that is known, or else the first of all, under which
    /// the others of its thread will be found too. What a machine wrote answers only what is known.
    fn parent_of(&self, letter: &Letter, draft: &Draft) -> Result<Option<String>, EngineError> {
        let bounced = letter.bounce.as_ref().and_then(|bounce| bounce.id.clone());
        let named: Vec<String> = bounced.into_iter().chain(letter.references.iter().cloned()).collect();
        for id in &named {
            if let Some(own) = our_name(id) {
                let key = post_key(&self.secret, DESK, Some(own), 0);
                let is_known = self
                    .database
                    .read(|conn| Ok(delivery::is_known(conn, own)? || !post::threads_of(conn, &[key])?.is_empty()))?;
                if is_known {
                    return Ok(Some(own.to_owned()));
                }
            }
            if self.known(id, draft)?.is_some() {
                return Ok(Some(id.clone()));
            }
        }
        Ok(if letter.automatic.is_some() { None } else { named.into_iter().next_back() })
    }
}

/// The name of ours that the id of a mail is made of.
fn our_name(id: &str) -> Option<&str> {
    let (name, _) = id.trim_start_matches('<').split_once('@')?;
    name.starts_with(OURS).then_some(name)
}

/// Keeps the files of a letter as far as there is room; returns of which the content is kept.
fn keep_files(letter: &mut Letter, post: Key, draft: &mut Draft) -> Vec<bool> {
    let mut kept = Vec::new();
    for (file, place) in letter.files.iter_mut().zip(0..) {
        let body = file.body.take().filter(|body| body.len() as u64 <= draft.room);
        kept.push(body.is_some());
        let Some(body) = body else { continue };
        draft.room -= body.len() as u64;
        let (name, media_type) = (file.name.clone(), file.media_type.clone());
        draft.files.push(Attachment { post, place, name, media_type, body });
    }
    kept
}

/// Keeps the page of a letter if there is one and room for it.
fn keep_page(letter: &Letter, post: Key, draft: &mut Draft) -> bool {
    let Some(page) = letter.page.as_ref().filter(|page| page.html.len() as u64 <= draft.room) else { return false };
    draft.room -= page.html.len() as u64;
    let (name, media_type, body) = (String::new(), "text/html".to_owned(), page.html.clone().into_bytes());
    draft.files.push(Attachment { post, place: attachment::PAGE, name, media_type, body });
    true
}

/// The event of a mail.
pub(super) fn event_of(source: &Source, letter: &Letter, beside: Beside) -> Event {
    let Beside { name, parent, received_at, kept, has_page } = beside;
    // A date is taken for what it says unless it lies ahead, or further back than any mail is under way.
    let is_likely = |date: &i64| (received_at - MAX_UNDER_WAY..=received_at).contains(date);
    let at = letter.date.filter(is_likely).unwrap_or(received_at);
    let bounced = letter.bounce.as_ref().and_then(|bounce| bounce.address.clone());
    let writer = bounced.unwrap_or_else(|| letter.from.address.clone());
    let is_automatic = letter.automatic.is_some();
    let back = letter.reply_to.as_ref().unwrap_or(&letter.from.address);
    let extra = json!({
        "title": letter.subject,
        "reply_address": (!is_automatic).then(|| format!("mailto:{back}")),
        "automatic": is_automatic,
        "mail": told(letter, &kept, has_page),
    });
    let text = Some(letter.text.clone()).filter(|text| !text.is_empty()).or_else(|| letter.subject.clone());
    Event {
        message: Some(name),
        said_at: letter.date.filter(|date| *date != at),
        layer: source.layer,
        reply_to: parent,
        text,
        // What a machine writes is no act of anybody.
        scored: !is_automatic,
        extra: Some(extra.to_string()),
        ..Event::new(at, Name::new("email", writer), VERB, source.brand.clone())
    }
}

/// What a mail tells beside its text, as it is kept with the post.
fn told(letter: &Letter, kept: &[bool], has_page: bool) -> Value {
    let files = letter.files.iter().enumerate().take(MAX_TOLD_FILES);
    let files = files.map(|(place, file)| {
        let is_kept = kept.get(place).copied().unwrap_or(false);
        json!({ "name": file.name, "media_type": file.media_type, "n_bytes": file.n_bytes, "is_kept": is_kept })
    });
    json!({
        "from_name": letter.from.name,
        "to": letter.to,
        "files": files.collect::<Vec<_>>(),
        "n_files": letter.files.len(),
        "doubts": letter.doubts.iter().map(Doubt::told).collect::<Vec<_>>(),
        "automatic": letter.automatic.map(Automatic::name),
        "was_html": letter.was_html,
        "has_page": has_page,
        "n_remote": letter.page.as_ref().map_or(0, |page| page.n_remote),
        "is_cut": letter.is_cut,
    })
}
