//! What the people of the Desk do with a thread: answer, take back, close, note, give away, let rest, unite, correct.

use parlour_core::ask::Class;
use parlour_core::key::Key;
use parlour_store::correction::Correction;
use parlour_store::handling::Handling;
use parlour_store::note::Note;
use parlour_store::reply::{self, Reply, UNDONE, WAITING};
use parlour_store::saved_answer::{self, SavedAnswer};
use parlour_store::thread::Thread;
use parlour_store::{correction, draft, handling, note, post, thread};

use super::place::move_thread;
use super::thread::refold;
use crate::engine::Engine;
use crate::outbox::Messages;
use crate::{EngineError, clock};

/// Longest answer, note or draft, in bytes.
pub const MAX_WRITTEN_BYTES: usize = 20_000;
/// Longest name of somebody of the Desk, of a saved answer, or reason for closing, in bytes.
pub const MAX_NAME_BYTES: usize = 200;
/// Most saved answers.
const MAX_SAVED: usize = 1_000;
const SECOND: i64 = 1_000_000;

/// What an answer is: the verb it is written down with.
const ANSWERS: [&str; 4] = ["replied", "apologised", "thanked", "offered"];

/// Checks something written.
fn written(name: &str, text: &str, most: usize) -> Result<String, EngineError> {
    let text = text.trim();
    if text.is_empty() || most < text.len() || text.contains('\0') {
        return Err(EngineError::Invalid(format!("`{name}` must have 1 to {most} bytes, and no NUL")));
    }
    Ok(text.to_owned())
}

fn no_thread(key: Key) -> EngineError {
    EngineError::NotFound(format!("there is no thread `{key}`; it may be one with another now"))
}

impl Engine {
    /// The thread of a key.
    pub fn thread(&self, key: Key) -> Result<Thread, EngineError> {
        let found = self.database.read(|conn| thread::get(conn, key))?;
        found.ok_or_else(|| no_thread(key))
    }

    /// Has an answer sent, after the time in which it can be taken back; `verb` says what it is. Refused while somebody
    /// else is writing one.
    pub fn reply(&self, key: Key, staff: &str, verb: &str, text: &str) -> Result<Reply, EngineError> {
        let text = written("text", text, MAX_WRITTEN_BYTES)?;
        if !ANSWERS.contains(&verb) {
            return Err(EngineError::Invalid(format!("`verb` must be one of {}", ANSWERS.join(", "))));
        }
        self.thread(key)?;
        let (now, staff) = (clock::now(), staff.to_owned());
        let new = Reply {
            id: 0,
            message: Messages::new()?.next(),
            thread: key,
            staff: staff.clone(),
            verb: verb.to_owned(),
            text,
            state: WAITING.to_owned(),
            made_at: now,
            send_at: now + i64::from(self.settings.asks.undo_seconds) * SECOND,
        };
        let until = now + i64::from(self.settings.asks.hold_seconds) * SECOND;
        let made = self.database.write(move |conn| {
            let held = handling::hold(conn, key, &staff, (now, until))?;
            if held.and_then(|held| held.holder).as_deref() != Some(&staff) {
                return Ok(None);
            }
            let id = reply::create(conn, &new)?;
            draft::put(conn, key, &staff, "", now)?;
            handling::let_go(conn, key, &staff)?;
            Ok(Some(Reply { id, ..new }))
        })?;
        self.stir();
        made.ok_or_else(|| EngineError::Conflict("somebody else is writing an answer at this moment".to_owned()))
    }

    /// Takes an answer back before it is sent, and gives its text back as a draft.
    pub fn take_back(&self, id: i64, staff: &str) -> Result<Reply, EngineError> {
        let (staff, now) = (staff.to_owned(), clock::now());
        let found = self.database.write(move |conn| {
            let Some(found) = reply::get(conn, id)? else { return Ok(None) };
            let is_in_time = reply::settle(conn, id, UNDONE)?;
            if is_in_time {
                draft::put(conn, found.thread, &staff, &found.text, now)?;
            }
            Ok(Some((found, is_in_time)))
        })?;
        self.stir();
        match found {
            Some((found, true)) => Ok(found),
            Some(_) => Err(EngineError::Conflict("it was sent already".to_owned())),
            None => Err(EngineError::NotFound(format!("there is no answer {id}"))),
        }
    }

    /// Closes what is open in a thread without an answer, and says why.
    pub fn close_thread(&self, key: Key, staff: &str, why: &str) -> Result<(), EngineError> {
        let why = written("reason", why, MAX_NAME_BYTES)?;
        let thread = self.thread(key)?;
        self.tell_closed(&thread, staff, &why)?;
        self.stir();
        Ok(())
    }

    /// Keeps a note about a thread.
    pub fn add_note(&self, key: Key, staff: &str, text: &str) -> Result<Note, EngineError> {
        let text = written("text", text, MAX_WRITTEN_BYTES)?;
        self.thread(key)?;
        let new = Note { id: 0, thread: key, staff: staff.to_owned(), at: clock::now(), text };
        let made = self.database.write(move |conn| Ok(Note { id: note::create(conn, &new)?, ..new }))?;
        self.stir();
        Ok(made)
    }

    /// Gives a thread to somebody, or to nobody.
    pub fn assign(&self, key: Key, assignee: Option<&str>) -> Result<(), EngineError> {
        let assignee = assignee.map(|name| written("assignee", name, MAX_NAME_BYTES)).transpose()?;
        self.thread(key)?;
        self.database.write(move |conn| handling::set_assignee(conn, key, assignee.as_deref(), clock::now()))?;
        self.stir();
        Ok(())
    }

    /// Lets a thread rest until a time (microseconds UTC), or no longer.
    pub fn snooze(&self, key: Key, until: Option<i64>) -> Result<(), EngineError> {
        let now = clock::now();
        if until.is_some_and(|until| until <= now) {
            return Err(EngineError::Invalid("`until` must lie ahead".to_owned()));
        }
        self.thread(key)?;
        self.database.write(move |conn| handling::set_snoozed(conn, key, until, now))?;
        self.stir();
        Ok(())
    }

    /// Makes a thread one with another, for good.
    pub fn merge_threads(&self, key: Key, into: Key) -> Result<(), EngineError> {
        if key == into {
            return Err(EngineError::Invalid("a thread is one with itself already".to_owned()));
        }
        let duty = self.settings.duty.clone();
        let missing = self.database.write(move |conn| {
            for one in [key, into] {
                if thread::get(conn, one)?.is_none() {
                    return Ok(Some(one));
                }
            }
            handling::merge(conn, key, into, clock::now())?;
            move_thread(conn, key, into)?;
            refold(conn, into, &duty)?;
            Ok(None)
        })?;
        self.stir();
        missing.map_or(Ok(()), |missing| Err(no_thread(missing)))
    }

    /// Says what a post is, where the rules were wrong; the asks of its thread follow.
    pub fn correct(&self, post: Key, class: Class, kind: i8, staff: &str) -> Result<(), EngineError> {
        let class = class.name().to_owned();
        let row = Correction { post, class, kind: i64::from(kind.signum()), staff: staff.to_owned(), at: clock::now() };
        let duty = self.settings.duty.clone();
        let is_known = self.database.write(move |conn| {
            let Some(found) = post::get(conn, post)? else { return Ok(false) };
            correction::put(conn, &row)?;
            refold(conn, found.thread, &duty)?;
            Ok(true)
        })?;
        self.stir();
        if is_known { Ok(()) } else { Err(EngineError::NotFound(format!("there is no post `{post}`"))) }
    }

    /// Says that somebody is writing an answer; returns who has the thread then, which may be another.
    pub fn hold(&self, key: Key, staff: &str) -> Result<Option<Handling>, EngineError> {
        self.thread(key)?;
        let (staff, now) = (staff.to_owned(), clock::now());
        let until = now + i64::from(self.settings.asks.hold_seconds) * SECOND;
        let held = self.database.write(move |conn| handling::hold(conn, key, &staff, (now, until)))?;
        self.stir();
        Ok(held)
    }

    /// Says that somebody writes no more.
    pub fn let_go(&self, key: Key, staff: &str) -> Result<(), EngineError> {
        let staff = staff.to_owned();
        self.database.write(move |conn| handling::let_go(conn, key, &staff))?;
        self.stir();
        Ok(())
    }

    /// Keeps what somebody has written so far.
    pub fn keep_draft(&self, key: Key, staff: &str, text: &str) -> Result<(), EngineError> {
        if MAX_WRITTEN_BYTES < text.len() || text.contains('\0') {
            let told = format!("`text` must have at most {MAX_WRITTEN_BYTES} bytes, and no NUL");
            return Err(EngineError::Invalid(told));
        }
        self.thread(key)?;
        let (staff, text) = (staff.to_owned(), text.to_owned());
        Ok(self.database.write(move |conn| draft::put(conn, key, &staff, &text, clock::now()))?)
    }

    /// All saved answers.
    pub fn saved_answers(&self) -> Result<Vec<SavedAnswer>, EngineError> {
        Ok(self.database.read(saved_answer::all)?)
    }

    /// Saves an answer to use it again.
    pub fn save_answer(&self, name: &str, text: &str) -> Result<SavedAnswer, EngineError> {
        let (name, text) = (written("name", name, MAX_NAME_BYTES)?, written("text", text, MAX_WRITTEN_BYTES)?);
        let new = SavedAnswer { id: 0, name, text };
        let told = new.name.clone();
        let made = self.database.write(move |conn| {
            if MAX_SAVED <= saved_answer::all(conn)?.len() {
                return Ok(None);
            }
            let id = saved_answer::create(conn, &new.name, &new.text, clock::now())?;
            Ok(id.map(|id| SavedAnswer { id, ..new }))
        })?;
        made.ok_or_else(|| {
            EngineError::Conflict(format!("there is a saved answer `{told}` already, or {MAX_SAVED} in all"))
        })
    }

    /// Deletes a saved answer.
    pub fn delete_saved_answer(&self, id: i64) -> Result<(), EngineError> {
        let was_there = self.database.write(move |conn| saved_answer::delete(conn, id))?;
        if was_there { Ok(()) } else { Err(EngineError::NotFound(format!("there is no saved answer {id}"))) }
    }
}
