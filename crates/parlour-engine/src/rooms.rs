//! Rooms: people who sign in themselves, their walls, whom they know, and what whoever looks may see.
//!
//! What somebody may see is decided by `parlour_core::door` alone; here it is asked with what the database knows.

pub mod acquainted;
pub mod content;
pub mod handle;
pub mod look;
pub mod member;
mod peeks;
pub mod pictures;
pub mod wall;

use parlour_core::door::Door;
use parlour_core::event::{Event, Layer, Name};
use parlour_store::{Conn, StoreError, member as members};

use crate::engine::Engine;
use crate::submission::{Alongside, Submission};
use crate::{EngineError, clock, random};

pub(crate) use peeks::Peeks;

/// The source of what members do in rooms; no other can be called so.
pub const ROOMS: &str = "rooms/";
/// The kind of id that members go by.
pub const MEMBER: &str = "member";
/// The kind of id of a mail address.
const EMAIL: &str = "email";
/// The kind of id of a user of a brand's own site.
const USER: &str = "user";

/// What of a room is kept under a door, by number; from open to closed.
pub fn number_of(door: Door) -> i64 {
    Door::ALL.iter().position(|one| *one == door).map_or(0, |place| place as i64)
}

/// The door of a number; one that is not known is closed.
pub fn door_of(number: i64) -> Door {
    usize::try_from(number).ok().and_then(|place| Door::ALL.get(place).copied()).unwrap_or(Door::OnlyMe)
}

/// An id that nobody can guess.
pub fn new_id() -> Result<String, EngineError> {
    Ok(format!("{:032x}", u128::from_be_bytes(random::bytes()?)))
}

/// A text of one line as it is kept: trimmed, without control characters, not too long, and not empty unless it may be.
pub(crate) fn line_checked(path: &str, text: &str, (least, most): (usize, usize)) -> Result<String, EngineError> {
    text_checked(path, &text.replace(['\n', '\r', '\t'], " "), (least, most))
}

/// The same for a text of several lines.
pub(crate) fn text_checked(path: &str, text: &str, (least, most): (usize, usize)) -> Result<String, EngineError> {
    let is_fine = |c: &char| !is_disguise(*c) && (!c.is_control() || *c == '\n');
    let text: String = text.replace("\r\n", "\n").chars().filter(is_fine).collect();
    let text = text.trim().to_owned();
    let n = text.chars().count();
    if (least..=most).contains(&n) {
        return Ok(text);
    }
    Err(EngineError::Invalid(format!("`{path}` must have {least} to {most} characters")))
}

/// Characters that turn the direction of what follows, by which a text could pretend to be another. Right-to-left scripts
/// need none of them.
fn is_disguise(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// What a member is called in events.
pub fn name_of_member(id: &str) -> Name {
    Name::new(MEMBER, id)
}

/// Gives a transaction up whose member was erased while it was on its way.
pub(crate) fn still_there(conn: &mut dyn Conn, member: &str) -> Result<(), StoreError> {
    match members::get(conn, member)? {
        Some(_) => Ok(()),
        None => Err(StoreError::Aborted("this room is no longer there".to_owned())),
    }
}

/// Something that a member did.
pub(crate) fn act_of(member: &str, verb: &str, object: Name, layer: Layer) -> Event {
    Event { undated: true, layer, ..Event::new(clock::now(), name_of_member(member), verb, object) }
}

impl Engine {
    /// Writes down what members did, together with what it changed: both are durable when this returns, or neither is.
    pub(crate) fn do_in_rooms(&self, events: Vec<Event>, alongside: Alongside) -> Result<(), EngineError> {
        let events = events.into_iter().map(|event| (event, None)).collect();
        let submission = Submission { events, alongside: Some(alongside), ..Submission::default() };
        let receipt = self.append(ROOMS, submission)?;
        if receipt.n_rejected != 0 {
            return Err(EngineError::Invalid("it cannot be written down so; see the rejections".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_have_numbers_from_open_to_closed() {
        for (number, door) in (0..).zip(Door::ALL) {
            assert_eq!((number_of(door), door_of(number)), (number, door));
        }
        assert_eq!((door_of(-1), door_of(99)), (Door::OnlyMe, Door::OnlyMe));
    }

    #[test]
    fn names_of_every_script_stay_and_disguises_go() {
        let line = |text: &str| line_checked("name", text, (1, 10)).ok();
        assert_eq!(line("  ليلى "), Some("ليلى".to_owned()));
        assert_eq!(line("👩‍👩‍👧 Jo"), Some("👩‍👩‍👧 Jo".to_owned()), "joiners of emoji are letters of theirs");
        assert_eq!(line("Anna\u{202e}gpj"), Some("Annagpj".to_owned()));
        assert_eq!(line("a\nb"), Some("a b".to_owned()));
        assert_eq!((line(""), line("\u{0}\u{7}"), line("12345678901")), (None, None, None));
        assert_eq!(text_checked("text", "a\r\n\r\nb\u{0}", (1, 9)).ok(), Some("a\n\nb".to_owned()));
    }
}
