//! The outbox: hooks, what is to be sent to them or by mail, and what became of it. Nothing is sent here; whoever sends
//! asks [`Engine::outgoing`] and reports to [`Engine::settle_delivery`].

use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parlour_core::address::is_public;
use parlour_core::alert::AlertKind;
use parlour_core::day::{Day, MICROS_PER_DAY};
use parlour_store::alert::{self, Alert};
use parlour_store::delivery::{self, DONE, Delivery, FAILED, WAITING};
use parlour_store::hook::{self, Hook};
use parlour_store::{setting, unsubscribed};
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::alerts::kind_of;
use crate::digest::{MAX_ALERTS, digest};
use crate::engine::Engine;
use crate::{EngineError, clock, random, signature};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// How long after each attempt that failed the next one follows; after the last of them it is given up.
const RETRY_AFTER_SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Longest address of a hook, in bytes.
const MAX_URL_BYTES: usize = 2_000;
/// Longest secret, in bytes.
const MAX_SECRET_BYTES: usize = 200;
/// Most hooks.
const MAX_HOOKS: usize = 100;
/// Longest account of what went wrong that is kept, in bytes.
const MAX_ERROR_BYTES: usize = 500;
/// An alert older than this is in no digest: it is from when no mail was set up, and nobody waits for it.
const DIGEST_WITHIN_MICROS: i64 = 7 * MICROS_PER_DAY;
/// What a delivery of mail tells.
pub const DIGEST: &str = "digest";
/// What a delivery tells that somebody asked for to try a hook.
pub const TEST: &str = "test";
/// What a delivery tells that is an answer of the Desk.
pub const REPLY: &str = "reply";
/// The setting that says on which day the last digest was made, and up to which alert.
const DIGESTED: &str = "digested";

/// A hook as it is made or changed.
#[derive(Clone, Default)]
pub struct NewHook {
    /// Where to.
    pub url: String,
    /// The kinds of alert that it is for; none for all.
    pub kinds: Vec<String>,
    /// What it is signed with; made where it is not given. Not looked at when a hook is changed.
    pub secret: Option<String>,
}

/// Where a delivery goes.
#[derive(Clone, Debug)]
pub enum Destination {
    /// To a hook.
    Hook(Hook),
    /// To a mail address.
    Mail(String),
    /// To the inbox of an actor of the fediverse.
    Inbox(String),
    /// To a hook that is there no more, or disabled.
    Nowhere,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken.
    Taken {
        /// The status of the answer, where it has one.
        status: Option<u16>,
    },
    /// It was not, and may be later.
    Refused {
        /// The status of the answer, where there was one.
        status: Option<u16>,
        /// What went wrong.
        error: String,
    },
    /// It was not, and never will be.
    Hopeless {
        /// The status of the answer, where there was one.
        status: Option<u16>,
        /// What went wrong.
        error: String,
    },
    /// The hook wants nothing any more.
    Gone,
}

/// Names for messages: one random number, and a count.
pub(crate) struct Messages {
    seed: u128,
    n: u64,
}

impl Messages {
    pub(crate) fn new() -> Result<Self, EngineError> {
        Ok(Self { seed: u128::from_be_bytes(random::bytes()?), n: 0 })
    }

    pub(crate) fn next(&mut self) -> String {
        self.n += 1;
        format!("msg_{:032x}_{}", self.seed, self.n)
    }
}

/// Whether a hook is for what is told of a kind: alerts unless it names its kinds, answers only if it names them.
pub(crate) fn wants(hook: &Hook, kind: &str) -> bool {
    (hook.kinds.is_empty() && kind != REPLY) || hook.kinds.split(' ').any(|wanted| wanted == kind)
}

/// A delivery of an alert to a hook.
pub(crate) fn delivery_to(hook: i64, alert: &Alert, (messages, desk): (&mut Messages, &str), now: i64) -> Delivery {
    let kind = format!("alert.{}", alert.kind);
    let facts: serde_json::Value = serde_json::from_str(&alert.data).unwrap_or_default();
    let data = json!({
        "id": alert.id,
        "kind": alert.kind,
        "object": alert.object,
        "person": facts.get("name"),
        "day": alert.day,
        "title": alert.title,
        "text": alert.text,
        "facts": facts,
        "desk": Some(desk).filter(|desk| !desk.is_empty()).map(|desk| format!("{}/alerts", desk.trim_end_matches('/'))),
    });
    let body = json!({ "type": kind, "timestamp": clock::rfc3339(alert.made_at), "data": data }).to_string();
    Delivery { alert: Some(alert.id), hook: Some(hook), ..delivery_of(messages.next(), kind, now, body) }
}

/// A delivery that waits, to nowhere yet.
pub(crate) fn delivery_of(message: String, kind: String, now: i64, body: String) -> Delivery {
    Delivery {
        id: 0,
        message,
        kind,
        alert: None,
        hook: None,
        mail: None,
        inbox: None,
        state: WAITING.to_owned(),
        attempts: 0,
        next_at: now,
        last_status: None,
        last_error: None,
        made_at: now,
        answered_at: None,
        body,
    }
}

fn no_hook(id: i64) -> EngineError {
    EngineError::NotFound(format!("there is no hook {id}"))
}

impl Engine {
    /// All hooks.
    pub fn hooks(&self) -> Result<Vec<Hook>, EngineError> {
        Ok(self.database.read(hook::all)?)
    }

    /// Makes a hook; its secret is told this one time.
    pub fn create_hook(&self, new: NewHook) -> Result<Hook, EngineError> {
        let (url, kinds) = self.checked(&new)?;
        let secret = match new.secret.filter(|secret| !secret.is_empty()) {
            Some(secret) if MAX_SECRET_BYTES < secret.len() || !signature::is_secret(&secret) => {
                let text = format!("a secret has 1 to {MAX_SECRET_BYTES} bytes; leave it out to have one made");
                return Err(EngineError::Invalid(text));
            }
            Some(secret) => secret,
            None => format!("whsec_{}", BASE64_STANDARD.encode(random::bytes::<32>()?)),
        };
        let hook = Hook { id: 0, url, secret, kinds, created_at: clock::now(), disabled_at: None, disabled_why: None };
        let made = self.database.write(move |conn| {
            if MAX_HOOKS <= hook::all(conn)?.len() {
                return Ok(None);
            }
            let id = hook::create(conn, &hook)?;
            Ok(Some(Hook { id, ..hook }))
        })?;
        made.ok_or_else(|| EngineError::Invalid(format!("there are {MAX_HOOKS} hooks already; delete one first")))
    }

    /// Changes where a hook goes and what it is for; one that was disabled is enabled again.
    pub fn update_hook(&self, id: i64, new: &NewHook) -> Result<Hook, EngineError> {
        let (url, kinds) = self.checked(new)?;
        let changed = self.database.write(move |conn| {
            hook::update(conn, id, &url, &kinds)?;
            hook::get(conn, id)
        })?;
        changed.ok_or_else(|| no_hook(id))
    }

    /// Deletes a hook and gives up what waits for it.
    pub fn delete_hook(&self, id: i64) -> Result<(), EngineError> {
        let now = clock::now();
        let was_there = self.database.write(move |conn| {
            delivery::give_up(conn, id, "the hook was deleted", now)?;
            hook::delete(conn, id, now)
        })?;
        if was_there { Ok(()) } else { Err(no_hook(id)) }
    }

    /// Has something sent to a hook that tells nothing, to try it; returns the delivery.
    pub fn test_hook(&self, id: i64) -> Result<Delivery, EngineError> {
        let (now, message) = (clock::now(), Messages::new()?.next());
        let text = "This is a test: your address takes what Parlour sends.";
        let body =
            json!({ "type": TEST, "timestamp": clock::rfc3339(now), "data": { "title": "A test", "text": text } });
        let made = self.database.write(move |conn| {
            if hook::get(conn, id)?.is_none_or(|hook| hook.disabled_at.is_some()) {
                return Ok(None);
            }
            let new = delivery_of(message, TEST.to_owned(), now, body.to_string());
            let id = delivery::create(conn, &Delivery { hook: Some(id), ..new })?;
            delivery::get(conn, id)
        })?;
        self.ring();
        made.ok_or_else(|| EngineError::NotFound(format!("there is no hook {id} that is enabled")))
    }

    /// The address and the kinds of a hook, as they are kept.
    fn checked(&self, new: &NewHook) -> Result<(String, String), EngineError> {
        self.check_url(&new.url)?;
        if let Some(kind) = new.kinds.iter().find(|kind| *kind != REPLY && kind_of(kind).is_none()) {
            let all: Vec<&str> = AlertKind::ALL.into_iter().map(AlertKind::name).chain([REPLY]).collect();
            return Err(EngineError::Invalid(format!(
                "`{kind}` is nothing a hook is told; there are {}",
                all.join(", ")
            )));
        }
        Ok((new.url.clone(), new.kinds.join(" ")))
    }

    /// An address that is private by its very text is refused at once; where a name leads is looked at before each
    /// attempt.
    fn check_url(&self, url: &str) -> Result<(), EngineError> {
        let refused = |text: &str| Err(EngineError::Invalid(text.to_owned()));
        let allow_private = self.settings.delivery.allow_private;
        let rest = match url.split_once("://") {
            Some(("https", rest)) => rest,
            Some(("http", rest)) if allow_private => rest,
            Some(("http", _)) => {
                return refused("a hook's address begins with `https://`; `http://` needs `delivery.allow_private`");
            }
            Some(_) | None => return refused("a hook's address begins with `https://`"),
        };
        let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        if MAX_URL_BYTES < url.len() || !url.chars().all(is_plain) || host.is_empty() || url.contains('#') {
            return refused("a hook's address has a host, no blanks, no fragment, and at most 2000 characters");
        }
        if authority.contains('@') {
            return refused("a hook's address has no user name in it; requests are signed instead");
        }
        if !allow_private && host.parse::<IpAddr>().is_ok_and(|address| !is_public(address)) {
            return refused(
                "this address is private; to post inside your own network, set `delivery.allow_private` in parlour.toml",
            );
        }
        Ok(())
    }

    /// The deliveries that are due at `now`, one for each destination at most, `limit` in all.
    pub fn outgoing(&self, now: i64, limit: usize) -> Result<Vec<(Delivery, Destination)>, EngineError> {
        let (due, hooks) = self.database.read(|conn| {
            let due = delivery::due(conn, now, limit)?;
            let hooks = if due.is_empty() { Vec::new() } else { hook::all(conn)? };
            Ok((due, hooks))
        })?;
        let mut taken: Vec<(Option<i64>, Option<String>, Option<String>)> = Vec::new();
        let mut outgoing = Vec::new();
        for delivery in due {
            let place = (delivery.hook, delivery.mail.clone(), delivery.inbox.clone());
            if taken.contains(&place) {
                continue;
            }
            taken.push(place);
            let is_enabled = |hook: &&Hook| Some(hook.id) == delivery.hook && hook.disabled_at.is_none();
            let destination = match (&delivery.mail, &delivery.inbox, hooks.iter().find(is_enabled)) {
                (Some(address), ..) => Destination::Mail(address.clone()),
                (None, Some(inbox), _) => Destination::Inbox(inbox.clone()),
                (None, None, Some(hook)) => Destination::Hook(hook.clone()),
                (None, None, None) => Destination::Nowhere,
            };
            outgoing.push((delivery, destination));
        }
        Ok(outgoing)
    }

    /// Writes down what came of an attempt that ended at `now`: done, to be tried again, or given up. A hook that wants
    /// nothing any more is disabled, as is one that took nothing in all the days in which a delivery was tried.
    pub fn settle_delivery(&self, delivery: &Delivery, outcome: Outcome, now: i64) -> Result<(), EngineError> {
        let is_gone = outcome == Outcome::Gone;
        let settled = settled(delivery.clone(), outcome, now);
        self.database.write(move |conn| {
            delivery::settle(conn, &settled)?;
            let Some(id) = settled.hook else { return Ok(()) };
            let is_spent = settled.state == FAILED && RETRY_AFTER_SECONDS.len() < settled.attempts as usize;
            let why = if is_gone {
                "it answered 410, which says that it wants nothing any more"
            } else if is_spent && !delivery::has_taken(conn, id, settled.made_at)? {
                "it took nothing for days, however often it was tried; mend it, then save it again"
            } else {
                return Ok(());
            };
            hook::disable(conn, id, why, now)?;
            delivery::give_up(conn, id, "the hook was disabled", now)?;
            Ok(())
        })?;
        Ok(())
    }

    /// A page of the deliveries that are wanted, newest first.
    pub fn deliveries(
        &self,
        wanted: &delivery::Wanted,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, EngineError> {
        Ok(self.database.read(|conn| delivery::list(conn, wanted, before, limit))?)
    }

    /// Has a delivery made again, under the name it had.
    pub fn replay_delivery(&self, id: i64) -> Result<Delivery, EngineError> {
        let now = clock::now();
        let again = self.database.write(move |conn| {
            delivery::replay(conn, id, now)?;
            delivery::get(conn, id)
        })?;
        self.ring();
        again.ok_or_else(|| EngineError::NotFound(format!("there is no delivery {id}")))
    }

    /// The link by which an address gets no digest any more, where people can reach the Desk.
    fn way_out(&self, address: &str) -> Option<String> {
        let desk = self.settings.delivery.desk.trim_end_matches('/');
        (!desk.is_empty()).then(|| format!("{desk}/unsubscribe/{}", self.way_out_token(address)))
    }

    fn way_out_token(&self, address: &str) -> String {
        format!("{:032x}", self.secret.digest(&[b"unsubscribe", address.to_lowercase().as_bytes()]))
    }

    /// Whose digest a token ends.
    pub fn subscriber(&self, token: &str) -> Result<String, EngineError> {
        let is_theirs = |address: &&String| bool::from(self.way_out_token(address).as_bytes().ct_eq(token.as_bytes()));
        let found = self.settings.mail.to.iter().find(is_theirs);
        found
            .cloned()
            .ok_or_else(|| EngineError::NotFound("this link is for no address that gets the digest".to_owned()))
    }

    /// Sends no more digests to whom a token was made for.
    pub fn unsubscribe(&self, token: &str) -> Result<(), EngineError> {
        let address = self.subscriber(token)?.to_lowercase();
        Ok(self.database.write(move |conn| unsubscribed::add(conn, &address, clock::now()))?)
    }

    /// Makes the digest of the alerts since the last one, once a day, for each address under `[mail]`. Returns whether
    /// there was something to tell.
    pub fn digest_due(&self, now: i64) -> Result<bool, EngineError> {
        let mail = &self.settings.mail;
        if !mail.is_set() {
            return Ok(false);
        }
        let today = Day::of_micros(now);
        let (digested, alerts, gone) = self.database.read(|conn| {
            let digested = setting::get(conn, DIGESTED)?.unwrap_or_default();
            let gone = unsubscribed::all(conn)?;
            let (day, last) = digested.split_once(' ').unwrap_or_default();
            let (day, last) = (day.parse::<Day>().ok(), last.parse::<i64>().unwrap_or(0));
            let last = last.max(alert::last_id(conn)? - MAX_ALERTS as i64);
            let mut alerts = alert::after(conn, last, MAX_ALERTS)?;
            alerts.retain(|alert| now - DIGEST_WITHIN_MICROS <= alert.made_at);
            Ok((day, alerts, gone))
        })?;
        let Some(last) = alerts.last().map(|alert| alert.id).filter(|_| digested != Some(today)) else {
            return Ok(false);
        };
        let mut messages = Messages::new()?;
        let mut letters = Vec::new();
        for address in mail.to.iter().filter(|address| !gone.contains(&address.to_lowercase())) {
            let body = digest(&alerts, &self.settings.delivery.desk, self.way_out(address).as_deref());
            letters.push((address.clone(), body.to_string()));
        }
        self.database.write(move |conn| {
            for (address, body) in letters {
                let new = delivery_of(messages.next(), DIGEST.to_owned(), now, body);
                delivery::create(conn, &Delivery { mail: Some(address), ..new })?;
            }
            setting::set(conn, DIGESTED, &format!("{today} {last}"))
        })?;
        self.ring();
        Ok(true)
    }
}

/// What a delivery is after an attempt.
fn settled(mut delivery: Delivery, outcome: Outcome, now: i64) -> Delivery {
    delivery.attempts += 1;
    delivery.answered_at = Some(now);
    let wait = usize::try_from(delivery.attempts - 1).ok().and_then(|i| RETRY_AFTER_SECONDS.get(i));
    let (state, status, error) = match (outcome, wait) {
        (Outcome::Taken { status }, _) => (DONE, status, None),
        (Outcome::Gone, _) => (FAILED, Some(410), Some("gone".to_owned())),
        (Outcome::Hopeless { status, error }, _) | (Outcome::Refused { status, error }, None) => {
            (FAILED, status, Some(error))
        }
        (Outcome::Refused { status, error }, Some(seconds)) => {
            delivery.next_at = now + seconds * SECOND;
            (WAITING, status, Some(error))
        }
    };
    state.clone_into(&mut delivery.state);
    delivery.last_status = status.map(i64::from);
    delivery.last_error = error.map(|mut error| {
        error.truncate(error.floor_char_boundary(MAX_ERROR_BYTES));
        error
    });
    delivery
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_ten_times_over_three_days() {
        let mut delivery = delivery_of("m".to_owned(), TEST.to_owned(), 0, String::new());
        let refused = || Outcome::Refused { status: Some(503), error: "é".repeat(400) };
        let mut waits = Vec::new();
        while delivery.state == WAITING {
            let now = delivery.next_at;
            delivery = settled(delivery, refused(), now);
            waits.push((delivery.next_at - now) / SECOND);
        }
        assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 0]);
        assert_eq!((delivery.state.as_str(), delivery.attempts, delivery.last_status), (FAILED, 10, Some(503)));
        assert_eq!(delivery.last_error.unwrap().len(), MAX_ERROR_BYTES);
    }

    #[test]
    fn what_is_taken_or_hopeless_is_not_tried_again() {
        let new = || delivery_of("m".to_owned(), TEST.to_owned(), 0, String::new());
        let done = settled(new(), Outcome::Taken { status: Some(204) }, 9);
        assert_eq!((done.state.as_str(), done.attempts, done.answered_at), (DONE, 1, Some(9)));
        let error = "no such mailbox".to_owned();
        let failed = settled(new(), Outcome::Hopeless { status: Some(550), error }, 9);
        assert_eq!((failed.state.as_str(), failed.last_status), (FAILED, Some(550)));
        assert_eq!(settled(new(), Outcome::Gone, 9).state, FAILED);
    }

    #[test]
    fn names_are_never_given_twice() {
        let (mut one, mut other) = (Messages::new().unwrap(), Messages::new().unwrap());
        let names = [one.next(), one.next(), other.next()];
        assert!(names[0] != names[1] && names[0] != names[2] && names.iter().all(|name| name.starts_with("msg_")));
    }
}
