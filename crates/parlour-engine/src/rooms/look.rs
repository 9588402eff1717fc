//! Looking into rooms: whoever looks gets what the doors let them see, and nothing that tells of the rest. Pages, lists,
//! counts, feeds and files all come through here.

use parlour_core::door::{Circle, Door, Guest};
use parlour_store::album::{self, Album};
use parlour_store::fact::{self, Fact};
use parlour_store::frame::{self, Frame, Reach};
use parlour_store::media::{self, Media};
use parlour_store::member::{self, Member};
use parlour_store::photo::{self, Photo};
use parlour_store::tag::{self, Tag};
use parlour_store::{Conn, StoreError, acquaintance};

use super::content::Content;
use super::{door_of, number_of};
use crate::EngineError;
use crate::engine::Engine;

/// Photos of an album that are shown in its frame.
const ALBUM_PREVIEW: i64 = 4;
/// Most photos of an album that are shown at once.
const MAX_ALBUM_PHOTOS: i64 = 1_000;
/// Rooms that a search finds at once, and how many it looks at for that.
const FOUND_ROOMS: usize = 20;
const MAX_LOOKED_AT: usize = 500;
const LOOKED_AT_ONCE: i64 = 100;
/// Frames of a feed.
const FEED_FRAMES: i64 = 30;

/// As whom an owner wants to see their own room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenAs {
    /// Themselves, or whoever really looks.
    Viewer,
    /// Somebody of whom nothing is known.
    PasserBy,
    /// A member, by their handle.
    Member(String),
}

/// A room that somebody may look into, with what they are to it.
#[derive(Clone, Debug)]
pub struct Look {
    /// Whose room it is.
    pub member: Member,
    /// Who looks.
    pub guest: Guest,
    /// The room's own door.
    pub door: Door,
    reach: Reach,
}

/// A frame as somebody sees it.
#[derive(Clone, Debug)]
pub struct Hung {
    /// The frame.
    pub frame: Frame,
    /// What it holds.
    pub content: Content,
    /// The photo it shows, if it is one.
    pub photo: Option<SeenPhoto>,
    /// The album it shows, or leads to.
    pub album: Option<SeenAlbum>,
    /// The fact it shows, if it is one.
    pub fact: Option<Fact>,
}

/// A photo with its picture.
#[derive(Clone, Debug)]
pub struct SeenPhoto {
    /// What its owner says of it.
    pub photo: Photo,
    /// The picture.
    pub media: Media,
    /// What its owner says of things on it, the first first.
    pub tags: Vec<Tag>,
}

/// An album as somebody sees it.
#[derive(Clone, Debug)]
pub struct SeenAlbum {
    /// The album.
    pub album: Album,
    /// Photos of it, in its order: all, or the first ones.
    pub photos: Vec<SeenPhoto>,
    /// How many photos they may see.
    pub n_photos: i64,
}

/// A part of a wall as somebody sees it.
#[derive(Clone, Debug)]
pub struct Wall {
    /// The room.
    pub look: Look,
    /// The frames, in their order.
    pub frames: Vec<Hung>,
    /// How many frames they may see in all.
    pub n_frames: i64,
    /// Whether there are more after these.
    pub has_more: bool,
}

impl Look {
    fn of(conn: &mut dyn Conn, member: Member, viewer: Option<&str>) -> Result<Option<Self>, StoreError> {
        let guest = guest_of(conn, &member.id, viewer)?;
        let door = door_of(member.door);
        let Some(reach) = reach_of(&guest, door) else { return Ok(None) };
        Ok(Some(Self { member, guest, door, reach }))
    }

    /// Whether what hangs behind these doors, too, may be seen.
    pub fn lets_see(&self, doors: &[i64]) -> bool {
        let mut all = vec![self.door];
        all.extend(doors.iter().map(|door| door_of(*door)));
        self.guest.may_pass(&all)
    }
}

/// What a member is to the owner of a room. What is asked of the database is the same for everybody.
fn guest_of(conn: &mut dyn Conn, owner: &str, viewer: Option<&str>) -> Result<Guest, StoreError> {
    let who = viewer.unwrap_or_default();
    let counted = acquaintance::get(conn, owner, who)?.filter(|one| one.accepted_at.is_some());
    let is_blocked = acquaintance::is_blocked(conn, owner, who)?;
    Ok(Guest {
        viewer: viewer.map(str::to_owned),
        circle: counted.and_then(|one| Circle::of_number(one.circle)),
        is_blocked,
        owner: owner.to_owned(),
    })
}

/// The most closed door behind the room's own that a guest may pass; none where they may not even pass that.
fn reach_of(guest: &Guest, room: Door) -> Option<Reach> {
    let passed = Door::ALL.into_iter().filter(|door| guest.may_pass(&[room, *door]));
    passed.map(number_of).max().map(Reach)
}

impl Engine {
    /// The room of a handle as a member, or nobody known, may see it; `None` where there is none or its door is closed to
    /// them, which are not told apart. Only an owner may see it as somebody else does.
    pub fn look_into(&self, handle: &str, viewer: Option<&str>, seen_as: &SeenAs) -> Result<Option<Look>, EngineError> {
        Ok(self.database.read(|conn| look_in(conn, handle, viewer, seen_as))?)
    }

    /// A part of the wall of a room, after a frame (place, id).
    pub fn look_at_wall(
        &self,
        (handle, viewer): (&str, Option<&str>),
        seen_as: &SeenAs,
        after: (i64, &str),
        most: i64,
    ) -> Result<Option<Wall>, EngineError> {
        Ok(self.database.read(|conn| {
            let Some(look) = look_in(conn, handle, viewer, seen_as)? else { return Ok(None) };
            let mut frames = frame::on_wall(conn, &look.member.id, look.reach, (after, most + 1))?;
            let has_more = most < frames.len() as i64;
            frames.truncate(usize::try_from(most).unwrap_or_default());
            let n_frames = frame::count_seen(conn, &look.member.id, look.reach)?;
            let frames = hung(conn, &look, frames)?;
            Ok(Some(Wall { look, frames, n_frames, has_more }))
        })?)
    }

    /// One frame of a room.
    pub fn look_at_frame(
        &self,
        (handle, viewer): (&str, Option<&str>),
        seen_as: &SeenAs,
        id: &str,
    ) -> Result<Option<(Look, Hung)>, EngineError> {
        Ok(self.database.read(|conn| {
            let Some(look) = look_in(conn, handle, viewer, seen_as)? else { return Ok(None) };
            let found = frame::get(conn, &look.member.id, id)?.filter(|frame| frame.removed_at.is_none());
            let found = hung(conn, &look, found.into_iter().collect())?.pop();
            Ok(found.map(|found| (look, found)))
        })?)
    }

    /// One album of a room, with all its photos.
    pub fn look_at_album(
        &self,
        (handle, viewer): (&str, Option<&str>),
        seen_as: &SeenAs,
        id: &str,
    ) -> Result<Option<(Look, SeenAlbum)>, EngineError> {
        Ok(self.database.read(|conn| {
            let Some(look) = look_in(conn, handle, viewer, seen_as)? else { return Ok(None) };
            let found = album::get(conn, &look.member.id, id)?.filter(|album| look.lets_see(&[album.door]));
            let Some(album) = found else { return Ok(None) };
            let album = seen_album(conn, &look, album, MAX_ALBUM_PHOTOS)?;
            Ok(Some((look, album)))
        })?)
    }

    /// What hung last in a room, as everybody may read it, the newest first; nothing for a viewer who is not let in.
    pub fn feed_of_room(&self, handle: &str, viewer: Option<&str>) -> Result<Option<(Look, Vec<Hung>)>, EngineError> {
        Ok(self.database.read(|conn| {
            if look_in(conn, handle, viewer, &SeenAs::Viewer)?.is_none() {
                return Ok(None);
            }
            let Some(look) = look_in(conn, handle, None, &SeenAs::Viewer)? else { return Ok(None) };
            let frames = frame::newest(conn, &look.member.id, look.reach, FEED_FRAMES)?;
            let frames = hung(conn, &look, frames)?;
            Ok(Some((look, frames)))
        })?)
    }

    /// Rooms whose door lets a viewer in and in whose names these words stand, by handle after `after`; and after which to
    /// go on, where there may be more.
    pub fn search_rooms(
        &self,
        viewer: Option<&str>,
        words: &str,
        after: &str,
    ) -> Result<(Vec<Member>, Option<String>), EngineError> {
        let words = words.trim().trim_start_matches('@').to_lowercase();
        if words.is_empty() {
            return Ok((Vec::new(), None));
        }
        Ok(self.database.read(|conn| {
            let (mut found, mut at, mut n_looked_at) = (Vec::new(), after.to_owned(), 0);
            while n_looked_at < MAX_LOOKED_AT {
                let some = member::search(conn, &words, &at, LOOKED_AT_ONCE)?;
                let is_end = (some.len() as i64) < LOOKED_AT_ONCE;
                n_looked_at += some.len();
                for one in some {
                    at = one.handle.clone().unwrap_or_default();
                    found.extend(Look::of(conn, one, viewer)?.map(|look| look.member));
                    if FOUND_ROOMS <= found.len() {
                        return Ok((found, Some(at)));
                    }
                }
                if is_end {
                    return Ok((found, None));
                }
            }
            Ok((found, Some(at)))
        })?)
    }
}

fn look_in(
    conn: &mut dyn Conn,
    handle: &str,
    viewer: Option<&str>,
    seen_as: &SeenAs,
) -> Result<Option<Look>, StoreError> {
    let found = member::of_handle(conn, &handle.to_ascii_lowercase())?;
    let Some(member) = found else {
        // As much work as for a room that is there.
        guest_of(conn, handle, viewer)?;
        return Ok(None);
    };
    let is_owner = viewer == Some(member.id.as_str());
    match seen_as {
        SeenAs::Member(other) if is_owner => match member::of_handle(conn, &other.to_ascii_lowercase())? {
            Some(other) => Look::of(conn, member, Some(&other.id)),
            None => Ok(None),
        },
        SeenAs::PasserBy if is_owner => Look::of(conn, member, None),
        SeenAs::Member(_) | SeenAs::PasserBy | SeenAs::Viewer => Look::of(conn, member, viewer),
    }
}

/// Frames with what they show; without those that may not be seen.
fn hung(conn: &mut dyn Conn, look: &Look, frames: Vec<Frame>) -> Result<Vec<Hung>, StoreError> {
    let things: Vec<String> = frames.iter().filter_map(|frame| frame.thing.clone()).collect();
    let photos = photo::of_ids(conn, &things)?;
    let photos = with_media(conn, photos)?;
    let albums = album::of_ids(conn, &things)?;
    let mut all = Vec::with_capacity(frames.len());
    for frame in frames {
        let Some(mut content) = Content::of_data(&frame.data) else { continue };
        let thing = content.thing();
        let photo = photos.iter().find(|seen| Some(seen.photo.id.as_str()) == thing).cloned();
        let album = albums.iter().find(|album| Some(album.id.as_str()) == thing).cloned();
        let mut fact = None;
        if let Content::Fact { fact: id } = &content {
            fact = fact::get(conn, id)?.filter(|fact| fact.member == look.member.id);
        }
        let of_thing = [
            photo.as_ref().map(|seen| seen.photo.door),
            album.as_ref().map(|album| album.door),
            fact.as_ref().map(|fact| fact.door),
        ];
        let doors: Vec<i64> = of_thing.into_iter().flatten().chain([frame.door]).collect();
        let shows_a_thing = thing.is_some() || matches!(content, Content::Fact { .. });
        if (shows_a_thing && doors.len() == 1) || !look.lets_see(&doors) {
            continue;
        }
        let mut album = album.map(|album| seen_album(conn, look, album, ALBUM_PREVIEW)).transpose()?;
        // What a placement leads to is shown to whom its own door lets in.
        if let Content::Placement { album: linked, .. } = &mut content {
            let found = linked.as_deref().map(|id| album::get(conn, &look.member.id, id)).transpose()?.flatten();
            let found = found.filter(|album| look.lets_see(&[album.door]));
            *linked = found.as_ref().map(|album| album.id.clone());
            album = found.map(|album| seen_album(conn, look, album, 0)).transpose()?;
        }
        all.push(Hung { frame, content, photo, album, fact });
    }
    Ok(all)
}

fn seen_album(conn: &mut dyn Conn, look: &Look, album: Album, most: i64) -> Result<SeenAlbum, StoreError> {
    let mut photos = photo::of_album(conn, &album.id, look.reach.0, most)?;
    photos.retain(|photo| look.lets_see(&[album.door, photo.door]));
    let photos = with_media(conn, photos)?;
    let n_photos = album::count_photos(conn, &album.id, look.reach.0)?;
    Ok(SeenAlbum { album, photos, n_photos })
}

/// Photos with their pictures, in the same order.
pub(crate) fn with_media(conn: &mut dyn Conn, photos: Vec<Photo>) -> Result<Vec<SeenPhoto>, StoreError> {
    let ids: Vec<i64> = photos.iter().map(|photo| photo.media).collect();
    let found = media::many(conn, &ids)?;
    let tags = tag::of_photos(conn, &photos.iter().map(|photo| photo.id.clone()).collect::<Vec<_>>())?;
    let seen = photos.into_iter().filter_map(|photo| {
        let place = found.binary_search_by_key(&photo.media, |media| media.id).ok()?;
        let tags = tags.iter().filter(|tag| tag.photo == photo.id).cloned().collect();
        Some(SeenPhoto { photo, media: found[place].clone(), tags })
    });
    Ok(seen.collect())
}
