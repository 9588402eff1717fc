//! What goes out of the Desk: answers become events and deliveries in one transaction; overdue asks are noted.

use parlour_core::conversation::Role;
use parlour_core::event::{BACK, Event, Layer, Name};
use parlour_core::key::Key;
use parlour_store::reply::{self, Reply, SENT};
use parlour_store::thread::Thread;
use parlour_store::{Conn, StoreError, ask, delivery, hook, identity, post, thread};
use serde_json::json;

use super::place::thread_now;
use super::{DESK, IGNORED};
use crate::engine::Engine;
use crate::outbox::{Messages, REPLY, delivery_of, wants};
use crate::submission::Submission;
use crate::{EngineError, clock};

/// Most answers sent, and most overdue asks noted, in one step.
const STEP: usize = 500;
/// What an address begins with that mail goes to.
const MAILTO: &str = "mailto:";

impl Engine {
    /// Sends the answers whose time to be taken back is over; returns whether there were any.
    pub fn send_replies(&self) -> Result<bool, EngineError> {
        let due = self.database.read(|conn| reply::due(conn, clock::now(), STEP))?;
        for reply in &due {
            self.send_reply(reply)?;
        }
        if !due.is_empty() {
            self.stir();
        }
        Ok(!due.is_empty())
    }

    /// An answer becomes an event; what goes out of it and that it is sent are one transaction with that.
    fn send_reply(&self, reply: &Reply) -> Result<(), EngineError> {
        let Some(thread) = self.database.read(|conn| place_of(conn, reply.thread))? else {
            let id = reply.id;
            self.database.write(move |conn| reply::settle(conn, id, reply::UNDONE))?;
            return Ok(());
        };
        let extra = json!({ "thread": thread.key.to_string(), "staff": reply.staff });
        let event = Event {
            message: Some(reply.message.clone()),
            text: Some(reply.text.clone()),
            extra: Some(extra.to_string()),
            ..self.event_of(&thread, &reply.verb, clock::now())?
        };
        let letter = self.letter(&thread, reply)?;
        let note = self.note_of(&thread, reply, letter["in_reply_to"].as_str())?;
        let (id, message, address) = (reply.id, reply.message.clone(), thread.address.clone());
        let alongside = Box::new(move |conn: &mut dyn Conn| {
            if !reply::settle(conn, id, SENT)? {
                return Err(StoreError::Denied("the answer was taken back".to_owned()));
            }
            let now = clock::now();
            if let Some(mail) = address.as_deref().and_then(|address| address.strip_prefix(MAILTO)) {
                let new = delivery_of(message.clone(), REPLY.to_owned(), now, letter.to_string());
                delivery::create(conn, &delivery::Delivery { mail: Some(mail.to_owned()), ..new })?;
            }
            if let Some(note) = &note {
                delivery::create(conn, note)?;
            }
            let told = json!({ "type": REPLY, "timestamp": clock::rfc3339(now), "data": letter });
            for hook in hook::all(conn)?.iter().filter(|hook| hook.disabled_at.is_none() && wants(hook, REPLY)) {
                let named = format!("{message}.{}", hook.id);
                let new = delivery_of(named, REPLY.to_owned(), now, told.to_string());
                delivery::create(conn, &delivery::Delivery { hook: Some(hook.id), ..new })?;
            }
            Ok(())
        });
        let submission =
            Submission { events: vec![(event, None)], alongside: Some(alongside), ..Submission::default() };
        match self.append(DESK, submission) {
            Ok(_) | Err(EngineError::Store(StoreError::Denied(_))) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What an answer says to whoever carries it: to whom, to what, in which words.
    fn letter(&self, thread: &Thread, reply: &Reply) -> Result<serde_json::Value, EngineError> {
        let posts = self.database.read(|conn| post::of_thread(conn, thread.key, STEP))?;
        let spoke = |post: &&post::Post| ![Role::Overdue, Role::Close].map(Role::name).contains(&post.role.as_str());
        let messages: Vec<&str> = posts.iter().filter(spoke).filter_map(|post| post.message.as_deref()).collect();
        let mailbox = self.source_named(&thread.source).and_then(|source| source.mailbox.clone());
        let is_theirs = |post: &&post::Post| post.role == Role::Person.name() && post.person == thread.person;
        let last = posts.iter().rev().filter(is_theirs).find_map(|post| post.message.as_deref());
        let title = thread.title.as_deref().unwrap_or_default();
        let subject = if title.is_empty() || title.to_ascii_lowercase().starts_with("re:") {
            title.to_owned()
        } else {
            format!("Re: {title}")
        };
        Ok(json!({
            "subject": subject,
            "text": reply.text,
            "thread": thread.key.to_string(),
            "source": thread.source,
            "message": reply.message,
            "address": thread.address,
            "from": mailbox.map(|mailbox| mailbox.address).filter(|address| !address.is_empty()),
            "in_reply_to": last,
            "references": messages,
        }))
    }

    /// Writes down that what is open in a thread is closed, and why.
    pub(super) fn tell_closed(&self, thread: &Thread, staff: &str, why: &str) -> Result<(), EngineError> {
        let extra = json!({ "thread": thread.key.to_string(), "staff": staff, "reason": why });
        let event = Event {
            message: Some(Messages::new()?.next()),
            extra: Some(extra.to_string()),
            ..self.event_of(thread, "resolved", clock::now())?
        };
        self.append(DESK, Submission { events: vec![(event, None)], ..Submission::default() })?;
        Ok(())
    }

    /// Notes the asks that became overdue by `now`, each with an event at the time it was due; returns how many.
    pub fn note_overdue(&self, now: i64) -> Result<usize, EngineError> {
        let due = self.database.read(|conn| ask::overdue(conn, now, STEP))?;
        let mut events = Vec::with_capacity(due.len());
        for ask in &due {
            let Some(subject) = self.name_of_id(ask.person)? else { continue };
            let extra = json!({ "thread": ask.thread.to_string(), "ask": ask.key.to_string() });
            let event = Event {
                message: Some(format!("{IGNORED}:{}:{}", ask.key, ask.due_at)),
                layer: Layer::of_name(&ask.layer).unwrap_or_default(),
                // It is no act of anybody: nothing that people do is later or more for it.
                scored: false,
                extra: Some(extra.to_string()),
                ..Event::new(ask.due_at, subject, IGNORED, self.object_named(ask.object))
            };
            events.push((event, None));
        }
        let keys: Vec<(Key, i64)> = due.iter().map(|ask| (ask.key, ask.due_at)).collect();
        let alongside = Box::new(move |conn: &mut dyn Conn| {
            keys.iter().try_for_each(|(key, due_at)| ask::set_ignored(conn, *key, *due_at))
        });
        if !due.is_empty() {
            self.append(DESK, Submission { events, alongside: Some(alongside), ..Submission::default() })?;
            self.stir();
        }
        Ok(due.len())
    }

    /// An act of the brand toward whoever began a thread, as it is kept.
    fn event_of(&self, thread: &Thread, verb: &str, at: i64) -> Result<Event, EngineError> {
        let gone = || EngineError::NotFound("whoever wrote this is known no more".to_owned());
        let person = self.name_of_id(thread.person)?.ok_or_else(gone)?;
        let layer = Layer::of_name(&thread.layer).unwrap_or_default();
        Ok(Event { layer, ..Event::new(at, person, format!("{BACK}{verb}"), self.object_named(thread.object)) })
    }

    /// The kind and value of a raw id.
    fn name_of_id(&self, id: Key) -> Result<Option<Name>, EngineError> {
        let found = self.database.read(|conn| identity::by_keys(conn, &[id]))?;
        Ok(found.into_iter().next().map(|id| Name::new(id.kind, id.value)))
    }

    /// The name of an object of a key; one that is not known is called by its key.
    pub fn object_named(&self, key: Key) -> Name {
        let objects = self.snapshot().objects.clone();
        let found = objects.id(key).and_then(|id| objects.get(id));
        found.map_or_else(|| Name::new("topic", key.to_string()), |object| object.name.clone())
    }
}

/// The thread of a key, or the one that it became part of.
fn place_of(conn: &mut dyn Conn, key: Key) -> Result<Option<Thread>, StoreError> {
    let now = thread_now(conn, key)?;
    thread::get(conn, now)
}
