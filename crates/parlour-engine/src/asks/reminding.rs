//! Duty: who is told of asks that are due soon, overdue, or unanswered long after that; each is told once.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use parlour_core::alert::{AlertKind, Notice, Waiting, of_more_asks};
use parlour_core::ask::Class;
use parlour_core::day::{Day, MICROS_PER_DAY};
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_store::alert::{self, Alert, OPEN};
use parlour_store::ask::{self, Ask};
use parlour_store::note::{self, Note};
use parlour_store::staff::Staff;
use parlour_store::{Conn, StoreError, delivery, handling, post};
use serde_json::{Value, json};

use crate::alerts::{Telling, tell_one};
use crate::engine::Engine;
use crate::outbox::{Messages, delivery_of};
use crate::staff::{Role, is_active};
use crate::{EngineError, clock};

/// Who writes down what nobody of the Desk did.
const HOUSE: &str = "parlour";
/// Most asks that one step tells of.
const STEP: usize = 500;
/// What has been due or escalated for longer is history that came late, and no news.
const NEWS_DAYS: i64 = 7;

/// What a delivery of mail tells that goes to one of the Desk.
const REMINDER: &str = "reminder";

/// An ask to tell of.
struct Due {
    ask: Ask,
    alert: Alert,
    /// The mail addresses of those who are told themselves.
    readers: Vec<String>,
}

/// Whoever an ask is given to that nobody answered.
#[derive(Clone)]
enum Heir {
    Nobody,
    /// Of this handle.
    One(String),
    /// All of a role, and so nobody more than the others.
    Role(Role),
}

impl Engine {
    /// Tells of the asks that are due soon at `now`, that became overdue, and that nobody answered for long after; the
    /// last are given to whoever is set for that. Alerts, their deliveries and what was done are one transaction.
    /// Returns of how many asks something was told.
    pub fn remind(&self, now: i64) -> Result<usize, EngineError> {
        let _nobody_is_erased = self.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        let news = NEWS_DAYS * MICROS_PER_DAY;
        let [remind, escalate] = self.settings.duty.margins();
        let mut n = 0;
        if let Some(remind) = remind {
            n += self.tell_of_asks(AlertKind::AskDue, (now, now.saturating_add(remind)), now)?;
        }
        n += self.tell_of_asks(AlertKind::AskOverdue, (now - news, now), now)?;
        if let Some(escalate) = escalate {
            n += self.tell_of_asks(AlertKind::AskEscalated, (now - escalate - news, now - escalate), now)?;
        }
        if n != 0 {
            self.stir();
            self.ring();
        }
        Ok(n)
    }

    /// The same of one kind: those due after the first time and up to the second.
    fn tell_of_asks(&self, kind: AlertKind, (after, upto): (i64, i64), now: i64) -> Result<usize, EngineError> {
        let (per_day, desk) = (self.settings.alerts.per_day, self.settings.delivery.desk.clone());
        let staff = self.staff()?;
        let heir = self.heir(&staff);
        let mut n = 0;
        loop {
            let due = self.database.read(|conn| ask::untold(conn, kind.name(), (after, upto, now), STEP))?;
            let due = due.into_iter().map(|ask| self.due(kind, ask, (&staff, &heir), now));
            let due = due.collect::<Result<Vec<_>, EngineError>>()?;
            if due.is_empty() {
                return Ok(n);
            }
            n += due.len();
            let kept_in = self.not_passed_on(due.iter().map(|due| due.alert.person.as_str()))?;
            let telling = Telling { messages: Messages::new()?, desk: desk.clone(), kept_in };
            let heir = heir.clone();
            self.database.write(move |conn| {
                tell_all(conn, (kind, &due), per_day, telling, now)?;
                for due in due.iter().filter(|_| kind == AlertKind::AskEscalated) {
                    give(conn, due.ask.thread, &heir, now)?;
                }
                Ok::<(), StoreError>(())
            })?;
        }
    }

    /// Whoever `duty.escalate_to` names: somebody by their handle, or else everybody of a role.
    fn heir(&self, staff: &[Staff]) -> Heir {
        let to = &self.settings.duty.escalate_to;
        match (staff.iter().any(|one| one.handle == *to), Role::of_name(to)) {
            _ if to.is_empty() => Heir::Nobody,
            (false, Some(role)) => Heir::Role(role),
            (true, _) | (false, None) => Heir::One(to.clone()),
        }
    }

    /// The mail addresses of those who are told of an ask of a brand: whoever has it, or it is given to.
    fn readers(
        &self,
        kind: AlertKind,
        (staff, heir): (&[Staff], &Heir),
        brand: &str,
        assignee: Option<&str>,
    ) -> Vec<String> {
        if !self.settings.mail.has_server() {
            return Vec::new();
        }
        let is_told = |one: &&Staff| match heir {
            _ if kind != AlertKind::AskEscalated => Some(one.handle.as_str()) == assignee,
            Heir::Nobody => false,
            Heir::One(handle) => one.handle == *handle,
            Heir::Role(role) => one.role == role.name(),
        };
        let sees = |one: &&Staff| one.brands.as_ref().is_none_or(|brands| brands.iter().any(|own| own == brand));
        let told = staff.iter().filter(|one| is_active(one)).filter(is_told).filter(sees);
        told.filter_map(|one| one.mail.clone()).collect()
    }

    fn due(&self, kind: AlertKind, ask: Ask, to: (&[Staff], &Heir), now: i64) -> Result<Due, EngineError> {
        let (post, handling) =
            self.database.read(|conn| Ok((post::get(conn, ask.key)?, handling::get(conn, ask.thread)?)))?;
        let person = self.state().identity.person_of(ask.person);
        // By the id they asked under: whoever sees this brand only reads it too.
        let name = self.names(&[ask.person])?.remove(&ask.person);
        let name = name.map_or_else(|| ask.person.to_string(), |name| name.to_string());
        let assignee = handling.and_then(|handling| handling.assignee);
        let waiting = Waiting {
            ask: &ask.key.to_string(),
            name: &name,
            class: Class::of_name(&ask.class).unwrap_or_default(),
            layer: Layer::of_name(&ask.layer).unwrap_or_default(),
            text: post.as_ref().map_or("", |post| &post.text),
            due_at: ask.due_at,
            assignee: assignee.as_deref(),
        };
        let facts = json!({
            "name": name,
            "thread": ask.thread.to_string(),
            "ask": ask.key.to_string(),
            "class": ask.class,
            "layer": ask.layer,
            "due_at": clock::rfc3339(ask.due_at),
            "assignee": assignee,
        });
        let (object, person) = (self.object_named(ask.brand).to_string(), person.to_string());
        let readers = self.readers(kind, to, &object, assignee.as_deref());
        Ok(Due { alert: row(waiting.notice(kind), (object, person), &facts, now), ask, readers })
    }
}

fn row(notice: Notice, (object, person): (String, String), facts: &Value, now: i64) -> Alert {
    Alert {
        id: 0,
        kind: notice.kind.name().to_owned(),
        object,
        person,
        episode: notice.episode,
        day: Day::of_micros(now).to_string(),
        title: notice.title,
        text: notice.text,
        data: facts.to_string(),
        state: OPEN.to_owned(),
        made_at: now,
    }
}

/// Tells of asks one by one, as many as a day has room for, of each brand; and once of all the others.
fn tell_all(
    conn: &mut dyn Conn,
    (kind, due): (AlertKind, &[Due]),
    per_day: usize,
    mut telling: Telling,
    now: i64,
) -> Result<(), StoreError> {
    let mut n_more: BTreeMap<&str, u64> = BTreeMap::new();
    let midnight = Day::of_micros(now).start_micros();
    for Due { ask, alert, readers } in due {
        ask::set_told(conn, ask.key, kind.name(), now)?;
        if alert::count_since(conn, kind.name(), &alert.object, midnight)? < per_day as i64 {
            tell_one(conn, alert, &mut telling, now)?;
            for reader in readers {
                let letter = letter(ask, alert, &telling.desk).to_string();
                let new = delivery_of(telling.messages.next(), REMINDER.to_owned(), now, letter);
                delivery::create(conn, &delivery::Delivery { mail: Some(reader.clone()), ..new })?;
            }
        } else if per_day != 0 {
            *n_more.entry(&alert.object).or_default() += 1;
        }
    }
    for (object, n) in n_more {
        let notice = of_more_asks(kind, n, Day::of_micros(now));
        let alert = row(notice, (object.to_owned(), String::new()), &json!({ "n": n }), now);
        tell_one(conn, &alert, &mut telling, now)?;
    }
    Ok(())
}

/// What a mail to one of the Desk says.
fn letter(ask: &Ask, alert: &Alert, desk: &str) -> Value {
    let link = if desk.is_empty() {
        String::new()
    } else {
        format!("\n\n{}/asks?thread={}", desk.trim_end_matches('/'), ask.thread)
    };
    json!({ "subject": alert.title, "text": format!("{}{link}", alert.text), "is_automatic": true })
}

/// Gives a thread to whoever it goes to, unless they have it, and says so in it.
fn give(conn: &mut dyn Conn, thread: Key, heir: &Heir, now: i64) -> Result<(), StoreError> {
    let (to, whom) = match heir {
        Heir::Nobody => return Ok(()),
        Heir::One(handle) => (Some(handle.as_str()), handle.clone()),
        Heir::Role(role) => (None, format!("everybody who is {}", role.name())),
    };
    let has_it = handling::get(conn, thread)?.and_then(|handling| handling.assignee);
    if to.is_some() && has_it.as_deref() == to {
        return Ok(());
    }
    handling::set_assignee(conn, thread, to, now)?;
    let text = format!("Given to {whom}: nobody answered for long after it was due.");
    note::create(conn, &Note { id: 0, thread, staff: HOUSE.to_owned(), at: now, text })?;
    Ok(())
}
