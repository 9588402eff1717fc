//! The fediverse: a source of that kind is an actor that people of other servers mention, follow and are answered by
//! (ActivityPub). What they post is kept first and heard once it is known who signed it; no network here.

mod note;
pub mod signature;

use parlour_core::event::Flaw;
use parlour_store::activity::{self, Activity};
use parlour_store::actor::{self, Actor};
use parlour_store::delivery::{self, Delivery};
use parlour_store::remote_actor::{self, RemoteActor};
use parlour_store::reply::Reply;
use parlour_store::thread::Thread;
use parlour_store::{Conn, StoreError, follower, post};
use serde_json::{Value, json};

use crate::asks::{DESK, post_key};
use crate::engine::Engine;
use crate::outbox::{Messages, delivery_of};
use crate::source::{Source, SourceKind};
use crate::submission::{Refused, Submission};
use crate::{EngineError, clock};
use note::{DIRECT, Note, OPEN, Us, event_of, host_of, id_of};
use signature::{Claim, Unsigned};

/// Where actors lie below the address of this server.
pub const PATH: &str = "/fediverse";
/// Largest body that is taken, bytes.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// Most activities that wait to be looked at; who posts more is asked to come again.
const MAX_WAITING: i64 = 10_000;
/// Longest name of an actor.
const MAX_NAME: usize = 30;
/// How long after each look that failed the next one follows; after the last of them it is refused.
const RETRY_AFTER_SECONDS: [i64; 5] = [30, 600, 7_200, 43_200, 86_400];
/// What a delivery tells that accepts a follower.
const ACCEPT: &str = "accept";
const CONTEXT: [&str; 2] = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"];

/// Why an activity is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// There is no actor of that name.
    #[error("there is no actor `{0}` here")]
    Nobody(String),
    /// It is not signed as it has to be.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// It could not be kept.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// Where everybody reaches this server, without a slash at the end; `None` where nobody said so.
    fn address(&self) -> Option<&str> {
        Some(self.settings.delivery.desk.trim_end_matches('/')).filter(|base| host_of(base).is_some())
    }

    /// Checks that a source of this name can be an actor; returns its keys.
    pub(crate) fn new_actor(&self, name: &str) -> Result<Actor, EngineError> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.len() > MAX_NAME || !name.chars().all(is_plain) {
            let text = format!("`{name}` cannot be addressed in the fediverse; use up to {MAX_NAME} of a-z, 0-9 and _");
            return Err(EngineError::Invalid(text));
        }
        let is_open = self.address().is_some_and(|base| {
            self.settings.delivery.allow_private || base.starts_with("https://") && base.matches('/').count() == 2
        });
        if !is_open {
            let text = "say under `delivery.desk` in parlour.toml where everybody reaches this server, such as \
                \"https://parlour.example.com\"; others post there";
            return Err(EngineError::Invalid(text.to_owned()));
        }
        let (private_key, public_key) = signature::new_keys()?;
        Ok(Actor { source: name.to_owned(), private_key, public_key, created_at: clock::now() })
    }

    fn us(&self, source: &Source) -> Option<Us> {
        let url = format!("{}{PATH}/{}", self.address()?, source.name);
        Some(Us { notes: format!("{url}/notes/"), url, brand: source.brand.clone() })
    }

    fn actor_source(&self, name: &str) -> Option<std::sync::Arc<Source>> {
        self.source_named(name).filter(|source| source.kind == SourceKind::Fediverse && source.revoked_at.is_none())
    }

    /// Where an actor is found, for whoever knows what it is called (`acct:name@host`, or its address).
    pub fn webfinger(&self, resource: &str) -> Option<Value> {
        let host = host_of(self.address()?)?;
        let name = match resource.strip_prefix("acct:") {
            Some(account) => account.strip_suffix(host)?.strip_suffix('@')?.trim_start_matches('@'),
            None => resource.strip_prefix(self.address()?)?.strip_prefix(PATH)?.strip_prefix('/')?,
        };
        let us = self.us(&*self.actor_source(name)?)?;
        Some(json!({
            "subject": format!("acct:{name}@{host}"),
            "aliases": [us.url],
            "links": [{ "rel": "self", "type": "application/activity+json", "href": us.url }],
        }))
    }

    /// An actor as others read it.
    pub fn actor_document(&self, name: &str) -> Result<Option<Value>, EngineError> {
        let Some((source, us)) = self.actor_source(name).and_then(|source| Some((source.clone(), self.us(&source)?)))
        else {
            return Ok(None);
        };
        let Some(actor) = self.database.read(|conn| actor::get(conn, name))? else { return Ok(None) };
        let titles = self.snapshot().objects.clone();
        let title = titles.all().iter().find(|object| object.name == source.brand).and_then(|one| one.title.clone());
        Ok(Some(json!({
            "@context": CONTEXT,
            "id": us.url,
            "type": "Organization",
            "preferredUsername": name,
            "name": title.unwrap_or_else(|| source.brand.id.clone()),
            "inbox": format!("{}/inbox", us.url),
            "outbox": format!("{}/outbox", us.url),
            "followers": format!("{}/followers", us.url),
            "manuallyApprovesFollowers": false,
            "published": clock::rfc3339(actor.created_at),
            "publicKey": {
                "id": format!("{}#main-key", us.url), "owner": us.url, "publicKeyPem": actor.public_key,
            },
        })))
    }

    /// A collection of an actor (`outbox` or `followers`): how much there is, without who or what.
    pub fn actor_collection(&self, name: &str, collection: &str) -> Result<Option<Value>, EngineError> {
        let Some(us) = self.actor_source(name).and_then(|source| self.us(&source)) else { return Ok(None) };
        let n = match collection {
            "followers" => self.database.read(|conn| follower::count(conn, name))?,
            "outbox" => 0,
            _ => return Ok(None),
        };
        Ok(Some(json!({
            "@context": CONTEXT[0],
            "id": format!("{}/{collection}", us.url),
            "type": "OrderedCollection",
            "totalItems": n,
            "orderedItems": [],
        })))
    }

    /// A note of an actor, where everybody may read it.
    pub fn actor_note(&self, name: &str, message: &str) -> Result<Option<Value>, EngineError> {
        let Some(us) = self.actor_source(name).and_then(|source| self.us(&source)) else { return Ok(None) };
        let key = post_key(&self.secret, DESK, Some(message), 0);
        let found = self.database.read(|conn| {
            let Some(post) = post::get(conn, key)? else { return Ok(None) };
            let Some(thread) = parlour_store::thread::get(conn, post.thread)? else { return Ok(None) };
            let url = thread.address.as_deref().and_then(|address| address.strip_prefix(OPEN));
            let to = url.map(|url| remote_actor::get(conn, url)).transpose()?.flatten();
            Ok(to.filter(|_| thread.source == name).map(|to| (post, to)))
        })?;
        Ok(found.map(|(post, to)| {
            let note = Note {
                message,
                text: &post.text,
                at: post.at,
                to: (&to.url, &to.handle),
                answers: None,
                is_open: true,
            };
            let mut document = note.document(&us);
            document["@context"] = json!(CONTEXT[0]);
            document
        }))
    }

    /// Takes what somebody posted to an actor, if they signed it at all; it is heard once it is known with whose key.
    /// `headers` have names in lower case.
    pub fn take_activity(&self, name: &str, headers: &[(String, String)], body: &[u8]) -> Result<(), NotTaken> {
        let nobody = || NotTaken::Nobody(name.to_owned());
        self.actor_source(name).ok_or_else(nobody)?;
        let host = self.address().and_then(host_of).ok_or_else(nobody)?;
        let now = clock::now();
        let claim = Claim::read((&format!("{PATH}/{name}/inbox"), host), headers, body, now)?;
        let head = serde_json::to_string(&claim).unwrap_or_default();
        let (source, body) = (name.to_owned(), body.to_vec());
        let kept = self
            .database
            .write(move |conn| {
                let new = Activity { id: 0, source, received_at: now, next_at: now, attempts: 0, head, body };
                activity::create(conn, &new, MAX_WAITING)
            })
            .map_err(EngineError::from)?;
        self.ring();
        if kept { Ok(()) } else { Err(EngineError::from(StoreError::Busy).into()) }
    }

    /// What was taken and is to be looked at now, with who is said to have signed it and what is known of them.
    pub fn activities(&self, limit: usize) -> Result<Vec<Taken>, EngineError> {
        let due = self.database.read(|conn| activity::due(conn, clock::now(), limit))?;
        let mut taken = Vec::with_capacity(due.len());
        for activity in due {
            let content: Value = serde_json::from_slice(&activity.body).unwrap_or_default();
            let claim = serde_json::from_str::<Claim>(&activity.head).ok();
            let actor = id_of(&content["actor"]).map(str::to_owned);
            let (Some(claim), Some(actor)) = (claim, actor) else {
                self.refuse(&activity, "it names no actor")?;
                continue;
            };
            let known = self.database.read(|conn| remote_actor::get(conn, &actor))?;
            taken.push(Taken { activity, content, claim, actor, known });
        }
        Ok(taken)
    }

    /// Hears an activity whose signature was found good with this actor's key.
    pub fn hear(&self, taken: &Taken, actor: &RemoteActor) -> Result<(), EngineError> {
        let Activity { id, source: name, received_at, .. } = &taken.activity;
        let (id, name) = (*id, name.clone());
        let Some((source, us)) = self.actor_source(&name).and_then(|source| Some((source.clone(), self.us(&source)?)))
        else {
            return Ok(self.database.write(move |conn| activity::delete(conn, id).map(drop))?);
        };
        let event = event_of(&taken.content, actor, &us, *received_at);
        let (now, known, url) = (clock::now(), actor.clone(), actor.url.clone());
        let verb = event.as_ref().map(|event| event.verb.clone());
        let accept = (verb.as_deref() == Some("followed")).then(|| Self::accept(taken, actor, &us)).transpose()?;
        let kind = source.name.clone();
        let alongside = move |conn: &mut dyn Conn| {
            if !activity::delete(conn, id)? {
                return Err(StoreError::Denied("it was heard already".to_owned()));
            }
            remote_actor::put(conn, &known)?;
            match verb.as_deref() {
                Some("followed") => follower::create(conn, &kind, &url, now)?,
                Some("unfollowed") => follower::delete(conn, &kind, &url)?,
                Some(_) | None => {}
            }
            accept.map_or(Ok(()), |accept| delivery::create(conn, &accept).map(drop))
        };
        let done = match event {
            Some(event) => {
                let alongside = Some(Box::new(alongside) as crate::Alongside);
                let submission = Submission { events: vec![(event, None)], alongside, ..Submission::default() };
                self.append(&name, submission).map(drop)
            }
            None => self.database.write(alongside).map_err(Into::into),
        };
        self.ring();
        match done {
            Err(EngineError::Store(StoreError::Denied(_))) => Ok(()),
            done => done,
        }
    }

    fn accept(taken: &Taken, actor: &RemoteActor, us: &Us) -> Result<Delivery, EngineError> {
        let message = Messages::new()?.next();
        let body = json!({
            "@context": CONTEXT[0],
            "id": format!("{}#accept-{message}", us.url),
            "type": "Accept",
            "actor": us.url,
            "object": taken.content,
        });
        let new = delivery_of(message, ACCEPT.to_owned(), clock::now(), body.to_string());
        Ok(Delivery { inbox: Some(actor.inbox.clone()), ..new })
    }

    /// Sets aside what nobody is known to have signed.
    pub fn refuse(&self, activity: &Activity, why: &str) -> Result<(), EngineError> {
        let id = activity.id;
        let flaw = Flaw::Unreadable(format!("it cannot be known who posted this: {why}"));
        let refused = vec![Refused { line: None, flaw, raw: activity.body.clone() }];
        let alongside =
            Some(Box::new(move |conn: &mut dyn Conn| activity::delete(conn, id).map(drop)) as crate::Alongside);
        self.append(&activity.source, Submission { refused, alongside, ..Submission::default() })?;
        Ok(())
    }

    /// Has an activity looked at again later, since its actor could not be asked; after the last time it is set aside.
    pub fn postpone(&self, activity: &Activity, why: &str) -> Result<(), EngineError> {
        let wait = usize::try_from(activity.attempts).ok().and_then(|n| RETRY_AFTER_SECONDS.get(n));
        let Some(seconds) = wait else { return self.refuse(activity, why) };
        let (id, next_at) = (activity.id, clock::now() + seconds * 1_000_000);
        Ok(self.database.write(move |conn| activity::postpone(conn, id, next_at))?)
    }

    /// What an actor's document says of it; the error is what is wrong with it.
    pub fn remote_actor_of(&self, document: &Value, url: &str) -> Result<RemoteActor, String> {
        let text = |value: &Value, name: &str| {
            value.as_str().map(str::to_owned).ok_or_else(|| format!("the actor's document has no `{name}`"))
        };
        let host = host_of(url).ok_or("the actor's address has no host")?;
        if document["id"] != url {
            return Err("the actor's document is another's".to_owned());
        }
        let key = &document["publicKey"];
        if key["owner"] != url {
            return Err("the actor's key is another's".to_owned());
        }
        let inbox = text(&document["inbox"], "inbox")?;
        if host_of(&inbox).is_none() {
            return Err("the actor's inbox is no address".to_owned());
        }
        let is_plain = |name: &&str| {
            !name.is_empty() && name.len() <= 100 && name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
        };
        let name = document["preferredUsername"].as_str().filter(is_plain);
        Ok(RemoteActor {
            url: url.to_owned(),
            key_id: text(&key["id"], "publicKey.id")?,
            key: text(&key["publicKeyPem"], "publicKey.publicKeyPem")?,
            inbox,
            handle: name.map_or_else(|| url.to_owned(), |name| format!("{name}@{host}")),
            fetched_at: clock::now(),
        })
    }

    /// The headers that sign a request of an actor: to read (`body` is `None`) or to post.
    pub fn sign_request(
        &self,
        name: &str,
        url: &str,
        body: Option<&[u8]>,
    ) -> Result<Vec<(&'static str, String)>, EngineError> {
        let nobody = || EngineError::NotFound(format!("there is no actor `{name}`"));
        let us = self.actor_source(name).and_then(|source| self.us(&source)).ok_or_else(nobody)?;
        let actor = self.database.read(|conn| actor::get(conn, name))?.ok_or_else(nobody)?;
        let host = host_of(url).ok_or_else(|| EngineError::Invalid(format!("`{url}` is no address")))?;
        let path = url.split_once(host).map_or("", |(_, path)| path.split('#').next().unwrap_or_default());
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let method = if body.is_some() { "post" } else { "get" };
        let key_id = format!("{}#main-key", us.url);
        signature::sign((method, host, &path), body, (&key_id, &actor.private_key), clock::now())
    }

    /// The name of the actor that a body is of.
    pub fn actor_of_body(&self, body: &str) -> Option<String> {
        let content: Value = serde_json::from_str(body).ok()?;
        let below = id_of(&content["actor"])?.strip_prefix(self.address()?)?;
        below.strip_prefix(PATH)?.strip_prefix('/').map(str::to_owned)
    }

    /// The delivery of an answer in a thread that lies in the fediverse; `answers` is the message that it answers.
    pub(crate) fn note_of(
        &self,
        thread: &Thread,
        reply: &Reply,
        answers: Option<&str>,
    ) -> Result<Option<Delivery>, EngineError> {
        let Some(us) = self.actor_source(&thread.source).and_then(|source| self.us(&source)) else { return Ok(None) };
        let address = thread.address.as_deref().unwrap_or_default();
        let (is_open, url) = match (address.strip_prefix(OPEN), address.strip_prefix(DIRECT)) {
            (Some(url), _) => (true, url),
            (None, Some(url)) => (false, url),
            (None, None) => return Ok(None),
        };
        let Some(to) = self.database.read(|conn| remote_actor::get(conn, url))? else { return Ok(None) };
        let now = clock::now();
        let note =
            Note { message: &reply.message, text: &reply.text, at: now, to: (&to.url, &to.handle), answers, is_open };
        let body = note.activity(&us).to_string();
        let new = delivery_of(reply.message.clone(), crate::outbox::REPLY.to_owned(), now, body);
        Ok(Some(Delivery { inbox: Some(to.inbox), ..new }))
    }
}

/// What was posted to an actor, before it is known by whom.
#[derive(Debug)]
pub struct Taken {
    /// As it was kept.
    pub activity: Activity,
    /// What it says.
    pub content: Value,
    /// What it says who signed it.
    pub claim: Claim,
    /// Whose it says it is.
    pub actor: String,
    /// What is known of them.
    pub known: Option<RemoteActor>,
}

impl Taken {
    /// Whether this is the actor it names, and signed it.
    pub fn is_by(&self, actor: &RemoteActor) -> bool {
        self.actor == actor.url && self.claim.key_id == actor.key_id && self.claim.is_by(&actor.key)
    }
}
