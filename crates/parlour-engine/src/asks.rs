//! Asks: what was said is judged once, laid into its thread, and every thread it touches is read anew.
//!
//! All of it is made of events, in the transaction that moves the fold's cursor; a rebuild makes the same again. What
//! staff correct is laid over, and what they do with a thread beside it stays.

pub mod handling;
mod place;
mod reminding;
mod sending;
mod thread;

use std::collections::HashSet;

use parlour_core::ask::{Class, Finding};
use parlour_core::conversation::Role;
use parlour_core::event::{BACK, evidence_of};
use parlour_core::key::{Key, KeySecret};
use parlour_core::vocabulary::{Answers, Feeling, Verb, Vocabulary};
use parlour_lake::event::LakeEvent;
use parlour_store::{correction, post};
use serde_json::{Value, json};

use crate::EngineError;
use crate::engine::Engine;
use crate::mail;
use crate::source::SourceKind;

pub(crate) use place::{thread_now, write};
pub(crate) use thread::forget_in as forget_thread;

/// The source of what is done in the Desk.
pub const DESK: &str = "desk";
/// The role of a mail that somebody's machine wrote: it is shown, and is nobody's word.
pub(crate) const AUTOMATIC: &str = "automatic";
/// The verb that notes that an ask is overdue.
pub(crate) const IGNORED: &str = "ignored";
/// Longest title, address or name that is kept of what a sender says beside, in characters.
const MAX_BESIDE: usize = 300;

/// What an event says of feeling, and what it asks.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// −1, 0 or +1.
    pub(crate) evidence: i8,
    finding: Option<Finding>,
}

/// Something said, ready to be laid into a thread.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The post; its thread is not known yet.
    pub(crate) post: post::Post,
    /// The post that it answers, or the thread that it names: by its own source's name for it, and by ours, in case it
    /// answers what was sent from here.
    pub(crate) reply_to: Option<[Key; 2]>,
    /// The thread it was written in, where it was written here.
    pub(crate) thread: Option<Key>,
    /// All raw ids of the person.
    pub(crate) people: Vec<Key>,
}

/// Which verbs matter for asks even without a text.
pub(crate) struct Heeded<'v> {
    vocabulary: &'v Vocabulary,
    verbs: HashSet<&'v str>,
    /// The bytes they begin with, by which nearly all others are told apart at once.
    beginnings: [bool; 256],
}

impl<'v> Heeded<'v> {
    pub(crate) fn new(vocabulary: &'v Vocabulary) -> Self {
        let asks = |verb: &Verb| verb.ask.is_some() || verb.answers.is_some();
        let verbs = vocabulary.verbs.iter().filter(|(name, verb)| asks(verb) || *name == IGNORED);
        let mut verbs: HashSet<&str> = verbs.map(|(name, _)| name.as_str()).collect();
        let mapped = vocabulary.names.iter().filter(|(_, verb)| verbs.contains(verb.as_str()));
        let mapped: Vec<&str> = mapped.map(|(name, _)| name.as_str()).collect();
        verbs.extend(mapped);
        let mut beginnings = [false; 256];
        for first in verbs.iter().filter_map(|verb| verb.as_bytes().first()) {
            beginnings[usize::from(*first)] = true;
        }
        Self { vocabulary, verbs, beginnings }
    }

    /// Whether a stored verb matters even without a text.
    pub(crate) fn has(&self, stored: &str) -> bool {
        let name = stored.strip_prefix(BACK).unwrap_or(stored);
        let name = name.strip_prefix("did:").unwrap_or(name);
        name.as_bytes().first().is_some_and(|first| self.beginnings[usize::from(*first)]) && self.verbs.contains(name)
    }

    fn verb(&self, stored: &str) -> Option<(&'v str, &'v Verb)> {
        let name = self.vocabulary.resolve(stored.strip_prefix(BACK).unwrap_or(stored))?;
        self.vocabulary.verbs.get_key_value(name).map(|(name, verb)| (name.as_str(), verb))
    }
}

impl Engine {
    /// Judges an event by its stored verb, its text and its rating.
    pub(crate) fn judge(&self, heeded: &Heeded<'_>, verb: &str, text: Option<&str>, rating: Option<u8>) -> Judged {
        let evidence = evidence_of(rating);
        if (text.is_none() && !heeded.has(verb)) || verb.starts_with(BACK) {
            return Judged { evidence, finding: None };
        }
        let known = heeded.verb(verb).map(|(_, verb)| verb);
        let finding = self.classifier.of_event(known, text, rating);
        let evidence = match (rating, &finding, text) {
            (Some(_), ..) | (None, None, None) => evidence,
            (None, Some(finding), _) => finding.kind.sign(),
            (None, None, Some(text)) => self.classifier.classify(text, None).kind.sign(),
        };
        Judged { evidence, finding }
    }

    /// What the person of these ids said themselves and what it was taken for by whoever had the last word, the newest
    /// first, `most` at most.
    pub fn posts_of(&self, ids: &[Key], most: i64) -> Result<Vec<post::Post>, EngineError> {
        Ok(self.database.read(|conn| {
            let mut posts = post::of_people(conn, ids, most)?;
            let keys: Vec<Key> = posts.iter().map(|post| post.key).collect();
            thread::correct(&mut posts, correction::of_posts(conn, &keys)?);
            Ok(posts)
        })?)
    }

    /// What an event says in a conversation; `None` where it is no part of one.
    pub(crate) fn said(&self, heeded: &Heeded<'_>, event: &LakeEvent, judged: Judged) -> Option<Said> {
        let is_said = event.text.is_some() || heeded.has(&event.verb);
        if !is_said {
            return None;
        }
        let extra: Value = event.extra.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let space = self.space_of(&event.source);
        let is_mail = space == mail::SPACE;
        // What a machine mails counts for nobody, and stands in the thread that it answers all the same.
        if !event.scored && event.verb != IGNORED && !(is_mail && event.reply_to.is_some()) {
            return None;
        }
        let told = |name: &str| extra.get(name).and_then(Value::as_str).map(kept);
        let told = |name: &str| told(name).filter(|text| !text.is_empty());
        let is_ours = event.source == DESK;
        let thread = told("thread").filter(|_| is_ours).and_then(|text| Key::from_hex(&text));
        let verb = heeded.verb(&event.verb);
        let is_automatic = extra.get("automatic").and_then(Value::as_bool).unwrap_or(false)
            || judged.finding.as_ref().is_some_and(|finding| finding.is_automatic);
        let role = role_of(event, verb.map(|(_, verb)| verb), is_automatic)?;
        let class =
            judged.finding.as_ref().map_or(Class::None, |found| if is_automatic { Class::None } else { found.class });
        if role == Role::Person && class == Class::None && event.reply_to.is_none() {
            return None;
        }
        let of_verb = match verb.map(|(_, verb)| verb.kind) {
            Some(Feeling::Positive) => Some(1),
            Some(Feeling::Negative) => Some(-1),
            Some(Feeling::Neutral | Feeling::ByEvidence) | None => None,
        };
        let post = post::Post {
            seq: event.seq,
            key: post_key(&self.secret, space, event.message.as_deref(), event.seq),
            thread: Key(0),
            at: event.at,
            role: if is_mail && is_automatic && role == Role::Person { AUTOMATIC } else { role.name() }.to_owned(),
            person: event.subject,
            object: event.object,
            source: event.source.clone(),
            message: event.message.clone(),
            staff: told("staff"),
            verb: verb.map_or_else(|| event.verb.clone(), |(name, _)| name.to_owned()),
            layer: event.layer.name().to_owned(),
            title: told("title"),
            address: told("reply_address"),
            text: event.text.clone().or_else(|| told("reason")).unwrap_or_default(),
            about: told("ask").filter(|_| is_ours).and_then(|text| Key::from_hex(&text)),
            class: (class != Class::None).then(|| class.name().to_owned()),
            kind: i64::from(of_verb.unwrap_or(judged.evidence)),
            language: judged.finding.as_ref().and_then(|found| found.language).map(|found| found.to_string()),
            data: data_of(judged.finding, extra.get("mail").filter(|_| is_mail)),
        };
        let reply_to = event.reply_to.as_deref();
        let named = |source: &str, message: &str| post_key(&self.secret, source, Some(message), 0);
        let reply_to = reply_to.map(|message| [named(space, message), named(DESK, message)]);
        let people = if role == Role::Person { Vec::new() } else { self.ids_of(event.subject) };
        Some(Said { post, reply_to, thread, people })
    }

    /// Where names of messages are told apart: in their source, but those of mail in all mailboxes together.
    fn space_of<'s>(&self, source: &'s str) -> &'s str {
        let is_mail = self.source_named(source).is_some_and(|source| source.kind == SourceKind::Mail);
        if is_mail { mail::SPACE } else { source }
    }

    /// All raw ids of whoever this one belongs to, at this moment.
    pub(crate) fn ids_of(&self, id: Key) -> Vec<Key> {
        self.state().identity.ids_of(&id).to_vec()
    }
}

/// What is kept with a post for programs: why it is taken for what it is, and what a mail tells beside its text.
fn data_of(finding: Option<Finding>, mail: Option<&Value>) -> String {
    let because = finding.map(|found| found.because).unwrap_or_default();
    let data = match mail {
        Some(mail) => json!({ "because": because, "mail": mail }),
        None => json!({ "because": because }),
    };
    data.to_string()
}

/// What is kept of something a sender says beside an event: JSON may hold what no text in a database may.
fn kept(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_BESIDE).collect()
}

/// Under what a post is known: its source and message, or its place in the journal where it has none. A thread is known
/// by the post that began it, or the name that its posts give it.
pub(crate) fn post_key(secret: &KeySecret, source: &str, message: Option<&str>, seq: i64) -> Key {
    Key(match message {
        Some(message) => secret.digest(&[b"post", source.as_bytes(), message.as_bytes()]),
        None => secret.digest(&[b"post", &seq.to_be_bytes()]),
    })
}

/// Who speaks; `None` where the brand does something that is no part of a conversation.
fn role_of(event: &LakeEvent, verb: Option<&Verb>, is_automatic: bool) -> Option<Role> {
    if event.verb == IGNORED {
        return Some(Role::Overdue);
    }
    if !event.verb.starts_with(BACK) {
        return Some(Role::Person);
    }
    match verb?.answers? {
        _ if is_automatic => Some(Role::Machine),
        Answers::Human => Some(Role::Brand),
        Answers::Machine => Some(Role::Machine),
        Answers::Closes => Some(if event.text.is_some() { Role::Brand } else { Role::Close }),
    }
}
