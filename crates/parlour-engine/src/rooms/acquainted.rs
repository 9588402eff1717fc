//! Acquaintances: asking, accepting, circles, blocking. Whoever is asked decides; whoever asks is told nothing but that it
//! was passed on, whether there is such a room, whether its door is closed, and whether they are blocked or not.

use parlour_core::door::Circle;
use parlour_core::event::{Event, Layer};
use parlour_store::acquaintance::{self, Acquaintance};
use parlour_store::member::{self, Member};
use parlour_store::{Conn, StoreError};

use super::{act_of, line_checked, name_of_member};
use crate::engine::Engine;
use crate::forms::of_digest;
use crate::{EngineError, clock};

/// Most characters of what is said when asking.
const MAX_WORDS: usize = 200;
/// Most requests that are shown at once.
const MAX_REQUESTS: i64 = 200;
const DAY: i64 = 86_400_000_000;

/// Somebody whom a member knows, or who asks to be known.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub member: Member,
    /// In which circle the member counts them, or what was asked for.
    pub circle: Option<Circle>,
    /// What they said when they asked.
    pub words: String,
    /// Since when, or when they asked.
    pub at: i64,
}

/// Everybody around a member.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Those they know.
    pub acquainted: Vec<Known>,
    /// Those who ask.
    pub requests: Vec<Known>,
    /// Those they blocked.
    pub blocked: Vec<Member>,
}

impl Engine {
    /// Asks to become acquainted; once accepted, the one who asks counts the other in `circle`. Where the other has asked
    /// already, it is accepted. Nothing tells whether there is such a room.
    pub fn ask_acquaintance(&self, id: &str, handle: &str, (circle, words): (Circle, &str)) -> Result<(), EngineError> {
        let words = line_checked("words", words, (0, MAX_WORDS))?;
        let now = clock::now();
        let (n_all, n_asked) = self.database.read(|conn| acquaintance::count(conn, id, now.saturating_sub(DAY)))?;
        if i64::from(self.settings.rooms.requests_per_day) <= n_asked {
            return Err(EngineError::Conflict("you have asked so many people today; ask more tomorrow".to_owned()));
        }
        self.check_room_for_more(n_all)?;
        let Some(other) = self.other(id, handle)? else { return Ok(()) };
        let (ours, theirs, is_blocked) = self.database.read(|conn| {
            let ours = acquaintance::get(conn, id, &other.id)?;
            let theirs = acquaintance::get(conn, &other.id, id)?;
            Ok((ours, theirs, acquaintance::is_blocked(conn, &other.id, id)?))
        })?;
        if is_blocked || ours.is_some_and(|ours| ours.accepted_at.is_some()) {
            return Ok(());
        }
        if theirs.is_some() {
            return self.accept_acquaintance(id, handle, circle);
        }
        let new = Acquaintance {
            owner: id.to_owned(),
            other: other.id,
            circle: circle.number(),
            words,
            asked_at: now,
            accepted_at: None,
        };
        Ok(self.database.write(move |conn| {
            acquaintance::unblock(conn, &new.owner, &new.other)?;
            acquaintance::put(conn, &new)
        })?)
    }

    fn check_room_for_more(&self, n_all: i64) -> Result<(), EngineError> {
        let most = self.settings.rooms.acquaintances;
        if n_all < most {
            return Ok(());
        }
        Err(EngineError::Conflict(format!("a room knows at most {most} people; part with some first")))
    }

    /// Accepts somebody who asked, counting them in `circle` from now on; for somebody who is acquainted, changes it.
    pub fn accept_acquaintance(&self, id: &str, handle: &str, circle: Circle) -> Result<(), EngineError> {
        let nobody = || EngineError::NotFound(format!("`{handle}` neither asked you nor is acquainted with you"));
        let other = self.other(id, handle)?.ok_or_else(nobody)?;
        let (ours, theirs) = self
            .database
            .read(|conn| Ok((acquaintance::get(conn, id, &other.id)?, acquaintance::get(conn, &other.id, id)?)))?;
        if let Some(ours) = ours.filter(|ours| ours.accepted_at.is_some()) {
            let moved = Acquaintance { circle: circle.number(), ..ours };
            return Ok(self.database.write(move |conn| acquaintance::put(conn, &moved))?);
        }
        let asked = theirs.ok_or_else(nobody)?;
        let (n_all, _) = self.database.read(|conn| acquaintance::count(conn, id, 0))?;
        self.check_room_for_more(n_all)?;
        let now = clock::now();
        let ours = Acquaintance {
            owner: id.to_owned(),
            other: other.id.clone(),
            circle: circle.number(),
            words: String::new(),
            asked_at: now,
            accepted_at: Some(now),
        };
        let of = of_digest(&[asked.owner.as_bytes(), id.as_bytes(), &asked.asked_at.to_be_bytes()]);
        let connected = |from: &str, to: &str| Event {
            message: Some(format!("acquainted:{of}:{}", u8::from(from == id))),
            ..act_of(from, "connected", name_of_member(to), Layer::Web)
        };
        let events = vec![connected(id, &other.id), connected(&other.id, id)];
        let accept = Box::new(move |conn: &mut dyn Conn| {
            // Whoever took their request back meanwhile is not acquainted.
            let still = acquaintance::get(conn, &asked.owner, &asked.other)?;
            if still.is_none_or(|still| still.asked_at != asked.asked_at) {
                return Err(StoreError::Aborted("the request is gone".to_owned()));
            }
            acquaintance::put(conn, &Acquaintance { accepted_at: Some(now), ..asked })?;
            acquaintance::put(conn, &ours)
        });
        let is_gone = |error: &EngineError| matches!(error, EngineError::Store(StoreError::Aborted(_)));
        self.do_in_rooms(events, accept).map_err(|error| if is_gone(&error) { nobody() } else { error })
    }

    /// Ends an acquaintance from both sides, or declines a request.
    pub fn part_from(&self, id: &str, handle: &str) -> Result<(), EngineError> {
        let Some(other) = self.other(id, handle)? else { return Ok(()) };
        let (id, other) = (id.to_owned(), other.id);
        self.database.write(move |conn| acquaintance::delete(conn, &id, &other))?;
        Ok(())
    }

    /// Blocks somebody, or takes it back. Whoever is blocked sees what strangers see of a closed room, and is not told.
    pub fn set_blocked(&self, id: &str, handle: &str, is_blocked: bool) -> Result<(), EngineError> {
        let nobody = || EngineError::NotFound(format!("there is nobody called `{handle}`"));
        let other = self.other(id, handle)?.ok_or_else(nobody)?;
        let (id, now) = (id.to_owned(), clock::now());
        Ok(self.database.write(move |conn| {
            if is_blocked {
                return acquaintance::block(conn, &id, &other.id, now);
            }
            acquaintance::unblock(conn, &id, &other.id).map(|_| ())
        })?)
    }

    /// Everybody around a member.
    pub fn around(&self, id: &str) -> Result<Around, EngineError> {
        Ok(self.database.read(|conn| {
            let ours = acquaintance::of_owner(conn, id)?;
            let asking = acquaintance::requests_to(conn, id, MAX_REQUESTS)?;
            let blocked = acquaintance::blocked_by(conn, id)?;
            let ids = ours.iter().map(|one| one.other.clone()).chain(asking.iter().map(|one| one.owner.clone()));
            let members = member::of_ids(conn, &ids.chain(blocked.iter().cloned()).collect::<Vec<_>>())?;
            let find = |id: &str| members.iter().find(|member| member.id == id).cloned();
            let acquainted = ours.into_iter().filter_map(|one| {
                let at = one.accepted_at?;
                Some(Known {
                    member: find(&one.other)?,
                    circle: Circle::of_number(one.circle),
                    words: String::new(),
                    at,
                })
            });
            let is_blocked = |id: &str| blocked.iter().any(|blocked| blocked == id);
            let requests = asking.into_iter().filter(|one| !is_blocked(&one.owner)).filter_map(|one| {
                Some(Known { member: find(&one.owner)?, circle: None, words: one.words, at: one.asked_at })
            });
            Ok(Around {
                acquainted: acquainted.collect(),
                requests: requests.collect(),
                blocked: blocked.iter().filter_map(|id| find(id)).collect(),
            })
        })?)
    }

    /// Somebody else, by their handle.
    fn other(&self, id: &str, handle: &str) -> Result<Option<Member>, EngineError> {
        let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
        let found = self.database.read(|conn| member::of_handle(conn, &handle))?;
        Ok(found.filter(|found| found.id != id))
    }
}
