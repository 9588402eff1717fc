//! The wall: frames are hung, changed, moved and taken down. Each field of a frame is as whoever came last said, so that two
//! devices that arrange one wall at once lose nothing; what is taken down can be hung again for a while.

use parlour_core::door::Door;
use parlour_core::event::{Event, Layer};
use parlour_store::frame::{self, Frame};
use parlour_store::{Conn, StoreError, album, photo};

use super::content::Content;
use super::{new_id, number_of, still_there};
use crate::engine::Engine;
use crate::{EngineError, clock};

/// Sizes of a frame.
pub const SIZES: std::ops::RangeInclusive<i64> = 1..=3;
/// Most changes that are saved at once.
pub const MAX_CHANGES: usize = 500;
/// How far apart frames are placed, so that others fit between them without moving any.
const GAP: i64 = 1 << 20;
const DAY: i64 = 86_400_000_000;

/// A frame that is to be hung.
#[derive(Clone, Debug)]
pub struct NewFrame {
    /// What it holds.
    pub content: Content,
    /// How large, 1 to 3.
    pub size: i64,
    /// Whom it lets in, beside the room's own door.
    pub door: Door,
    /// After which frame; the empty text stands for the beginning of the wall.
    pub after: String,
}

/// What is to become of a frame; what is not said stays.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of `NewFrame`")]
pub struct Change {
    /// Which frame.
    pub frame: String,
    pub content: Option<Content>,
    pub size: Option<i64>,
    pub door: Option<Door>,
    pub after: Option<String>,
    /// Whether it hangs.
    pub hangs: Option<bool>,
}

impl Engine {
    /// Hangs a frame on a member's wall.
    pub fn hang(&self, member: &str, new: NewFrame) -> Result<Frame, EngineError> {
        self.hang_with(member, new, (new_id()?, Vec::new()), |_| Ok(()))
    }

    /// The same under an id, with what was done by it, where that is an act; and if `still` finds that it may be.
    pub(crate) fn hang_with(
        &self,
        member: &str,
        new: NewFrame,
        (id, acts): (String, Vec<Event>),
        still: impl FnOnce(&mut dyn Conn) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Frame, EngineError> {
        let content = new.content.checked()?;
        check_size(new.size)?;
        let (now, most) = (clock::now(), self.settings.rooms.frames);
        let frame = Frame {
            id,
            member: member.to_owned(),
            kind: content.kind().to_owned(),
            size: new.size,
            place: 0,
            door: number_of(new.door),
            thing: content.tied().map(str::to_owned),
            data: content.data(),
            hung_at: now,
            changed_at: now,
            removed_at: None,
        };
        let nothing = missing(&content);
        let hung = self.act(acts, move |conn| {
            still_there(conn, &frame.member)?;
            if most <= frame::count(conn, &frame.member)? {
                return Err(StoreError::Aborted(FULL.to_owned()));
            }
            if !has_thing(conn, &frame.member, &content)? {
                return Err(StoreError::Aborted(NO_THING.to_owned()));
            }
            still(conn)?;
            let place = place_after(conn, (&frame.member, &frame.id), &new.after)?;
            let frame = Frame { place: place.unwrap_or_default(), ..frame };
            frame::create(conn, &frame)?;
            Ok(frame)
        });
        hung.map_err(|error| {
            let is_missing = matches!(&error, EngineError::Store(StoreError::Aborted(why)) if why == NO_THING);
            if is_missing { nothing } else { why_not(error, most) }
        })
    }

    /// Changes frames of a member, one after the other; all of it is saved, or nothing. Returns the frames as they are now.
    /// A frame that is no more is left out; one that another device took down hangs again if it is said that it does.
    pub fn change_wall(&self, member: &str, changes: Vec<Change>) -> Result<Vec<Frame>, EngineError> {
        if changes.is_empty() || MAX_CHANGES < changes.len() {
            return Err(EngineError::Invalid(format!("`changes` must be 1 to {MAX_CHANGES}; save more often")));
        }
        let mut checked = Vec::with_capacity(changes.len());
        for change in changes {
            change.size.map_or(Ok(()), check_size)?;
            let content = change.content.clone().map(Content::checked).transpose()?;
            checked.push(Change { content, ..change });
        }
        let acts = self.acts_of_changes(member, &checked, Layer::Web)?;
        let (member, now) = (member.to_owned(), clock::now());
        let most = self.settings.rooms.frames;
        self.act(acts, move |conn| -> Result<_, StoreError> {
            let mut changed: Vec<Frame> = Vec::new();
            for change in checked {
                let Some(found) = frame::get(conn, &member, &change.frame)? else { continue };
                if found.removed_at.is_some() && change.hangs == Some(true) && most <= frame::count(conn, &member)? {
                    // What came before in this request is taken back too: it is one edit.
                    return Err(StoreError::Aborted(FULL.to_owned()));
                }
                let Some(frame) = apply(conn, found, change, now)? else {
                    return Err(StoreError::Aborted(NO_THING.to_owned()));
                };
                frame::update(conn, &frame)?;
                changed.retain(|one| one.id != frame.id);
                changed.push(frame);
            }
            // A move may have made room by moving others.
            changed.iter_mut().try_for_each(|one| {
                if let Some(found) = frame::get(conn, &member, &one.id)? {
                    *one = found;
                }
                Ok::<_, StoreError>(())
            })?;
            Ok(changed)
        })
        .map_err(|error| why_not(error, most))
    }

    /// Lets go of what was taken down for longer than `rooms.removed_days`.
    pub(crate) fn delete_removed_frames(&self) -> Result<u64, EngineError> {
        let before = clock::now().saturating_sub(i64::from(self.settings.rooms.removed_days) * DAY);
        Ok(self.database.write(move |conn| frame::delete_removed(conn, before))?)
    }
}

const FULL: &str = "the wall is full";
const NO_THING: &str = "there is no such thing";

fn why_not(error: EngineError, most: i64) -> EngineError {
    let EngineError::Store(StoreError::Aborted(why)) = &error else { return error };
    if why == FULL {
        return EngineError::Conflict(format!("this wall is full with {most} frames; take some down first"));
    }
    if why == NO_THING {
        let text = "`content` names a photo or album that is not yours, or is of another kind";
        return EngineError::Invalid(text.to_owned());
    }
    EngineError::Conflict(why.clone())
}

fn check_size(size: i64) -> Result<(), EngineError> {
    let wrong = || EngineError::Invalid("`size` must be 1, 2 or 3".to_owned());
    if SIZES.contains(&size) { Ok(()) } else { Err(wrong()) }
}

fn missing(content: &Content) -> EngineError {
    EngineError::NotFound(format!("there is no such {} of yours", content.kind()))
}

/// Whether what a content names is the member's own.
fn has_thing(conn: &mut dyn Conn, member: &str, content: &Content) -> Result<bool, StoreError> {
    match content {
        Content::Photo { photo } => Ok(photo::get(conn, member, photo)?.is_some()),
        Content::Album { album } | Content::Placement { album: Some(album), .. } => {
            Ok(album::get(conn, member, album)?.is_some())
        }
        Content::Text { .. }
        | Content::Video { .. }
        | Content::Placement { album: None, .. }
        | Content::Fact { .. }
        | Content::Group { .. }
        | Content::Occasion { .. } => Ok(true),
    }
}

/// A frame with a change laid over it; `None` where what it is to hold is not there, or of another kind.
fn apply(conn: &mut dyn Conn, found: Frame, change: Change, now: i64) -> Result<Option<Frame>, StoreError> {
    let mut frame = Frame { changed_at: now, ..found };
    if let Some(content) = change.content {
        if content.kind() != frame.kind || !has_thing(conn, &frame.member, &content)? {
            return Ok(None);
        }
        frame.thing = content.tied().map(str::to_owned);
        frame.data = content.data();
    }
    if let Some(after) = change.after
        && let Some(place) = place_after(conn, (&frame.member, &frame.id), &after)?
    {
        frame.place = place;
    }
    frame.size = change.size.unwrap_or(frame.size);
    frame.door = change.door.map_or(frame.door, number_of);
    frame.removed_at = match change.hangs {
        Some(true) => None,
        Some(false) => frame.removed_at.or(Some(now)),
        None => frame.removed_at,
    };
    Ok(Some(frame))
}

/// A place right after a frame, or at the beginning; `None` where that frame is no more, or the same.
fn place_after(conn: &mut dyn Conn, (member, id): (&str, &str), after: &str) -> Result<Option<i64>, StoreError> {
    if after == id {
        return Ok(None);
    }
    for _ in 0..2 {
        let (first, last) = frame::ends(conn, member)?;
        if after.is_empty() {
            return Ok(Some(first.saturating_sub(GAP)));
        }
        let Some(before) = frame::get(conn, member, after)? else {
            return Ok(None);
        };
        let next = frame::place_after(conn, member, before.place, id)?;
        let next = next.unwrap_or_else(|| last.max(before.place).saturating_add(2 * GAP));
        let between = before.place + (next - before.place) / 2;
        if before.place < between {
            return Ok(Some(between));
        }
        spread(conn, member)?;
    }
    Ok(None)
}

/// Makes room between all frames.
fn spread(conn: &mut dyn Conn, member: &str) -> Result<(), StoreError> {
    let places = frame::places(conn, member)?;
    (1..).zip(places).try_for_each(|(n, (id, _))| frame::set_place(conn, &id, n * GAP))
}
