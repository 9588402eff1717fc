//! Photos and albums of members: what the owner says of them, and whom they let in. Files are the media's affair.

use parlour_core::door::Door;
use parlour_store::album::{self, Album};
use parlour_store::media::{self, Media};
use parlour_store::photo::{self, Photo};
use parlour_store::{Conn, StoreError};

use super::look::{self, SeenAlbum, SeenPhoto};
use super::{line_checked, new_id, number_of, still_there, text_checked};
use crate::engine::Engine;
use crate::{EngineError, clock};

/// Most characters of what is said of a photo, and of an album's title.
const MAX_ALT: usize = 1_000;
const MAX_CAPTION: usize = 1_000;
const MAX_TITLE: usize = 120;
/// Most photos of an album, and most albums of a member.
const MAX_ALBUM_PHOTOS: usize = 1_000;
const MAX_ALBUMS: usize = 200;

/// Why a photo was not kept.
pub const TOO_MANY_PHOTOS: &str = "a room has no space for more photos";

/// What an owner says of a photo.
#[derive(Clone, Debug)]
pub struct PhotoWords {
    /// What is to be seen on it, for whoever cannot see it.
    pub alt: String,
    /// What stands beneath it.
    pub caption: String,
    /// Whether it shows a child.
    pub is_child: bool,
    /// Whom it lets in; unless it is said, everybody whom the room does, and only the owner where it shows a child.
    pub door: Option<Door>,
}

impl PhotoWords {
    fn checked(self) -> Result<Self, EngineError> {
        Ok(Self {
            alt: line_checked("alt", &self.alt, (0, MAX_ALT))?,
            caption: text_checked("caption", &self.caption, (0, MAX_CAPTION))?,
            ..self
        })
    }

    fn door(&self) -> i64 {
        let usual = if self.is_child { Door::OnlyMe } else { Door::PassersBy };
        number_of(self.door.unwrap_or(usual))
    }
}

impl Engine {
    /// What keeps a photo of a member in the transaction that keeps its picture.
    pub fn photo_keeper(
        &self,
        member: &str,
        words: PhotoWords,
    ) -> Result<impl FnOnce(&mut dyn Conn, &Media) -> Result<Photo, StoreError> + Send + use<>, EngineError> {
        let words = words.checked()?;
        let photo = Photo {
            id: new_id()?,
            member: member.to_owned(),
            media: 0,
            door: words.door(),
            alt: words.alt,
            caption: words.caption,
            is_child: words.is_child,
            created_at: clock::now(),
        };
        let most = self.settings.rooms.photos;
        Ok(move |conn: &mut dyn Conn, media: &Media| {
            still_there(conn, &photo.member)?;
            if most <= photo::count(conn, &photo.member)? {
                return Err(StoreError::Aborted(TOO_MANY_PHOTOS.to_owned()));
            }
            let photo = Photo { media: media.id, ..photo };
            photo::create(conn, &photo)?;
            Ok(photo)
        })
    }

    /// Keeps what its owner now says of a photo. One that turns out to show a child becomes private unless they say whom it
    /// lets in.
    pub fn change_photo(&self, member: &str, id: &str, words: PhotoWords) -> Result<SeenPhoto, EngineError> {
        let words = words.checked()?;
        let (member, id) = (member.to_owned(), id.to_owned());
        self.database.write(move |conn| -> Result<_, StoreError> {
            let Some(found) = photo::get(conn, &member, &id)? else { return Ok(Err(no_photo())) };
            let becomes_child = words.is_child && !found.is_child;
            let door = if words.door.is_some() || becomes_child { words.door() } else { found.door };
            let photo = Photo { alt: words.alt, caption: words.caption, is_child: words.is_child, door, ..found };
            photo::update(conn, &photo)?;
            Ok(look::with_media(conn, vec![photo])?.pop().ok_or_else(no_photo))
        })?
    }

    /// The photos of a member before a place (time, id), the newest first.
    pub fn photos(&self, member: &str, before: (i64, &str), most: i64) -> Result<Vec<SeenPhoto>, EngineError> {
        Ok(self.database.read(|conn| {
            let found = photo::of_member(conn, member, before, most)?;
            look::with_media(conn, found)
        })?)
    }

    /// Removes a photo wherever it hangs, and its files.
    pub fn delete_photo(&self, member: &str, id: &str) -> Result<(), EngineError> {
        let (member, id) = (member.to_owned(), id.to_owned());
        let gone = self.database.write(move |conn| -> Result<_, StoreError> {
            let Some(found) = photo::get(conn, &member, &id)? else { return Ok(None) };
            photo::delete(conn, &member, &id)?;
            let media = media::get(conn, found.media)?;
            media::remove(conn, found.media)?;
            Ok(Some(media))
        })?;
        self.remove_files_of(gone.ok_or_else(no_photo)?.as_slice());
        Ok(())
    }

    /// The albums of a member, each with its photos.
    pub fn albums(&self, member: &str) -> Result<Vec<SeenAlbum>, EngineError> {
        Ok(self.database.read(|conn| {
            let albums = album::of_member(conn, member)?;
            let everything = number_of(Door::OnlyMe);
            let with_photos = |album: Album| {
                let photos = photo::of_album(conn, &album.id, everything, MAX_ALBUM_PHOTOS as i64)?;
                let photos = look::with_media(conn, photos)?;
                let n_photos = photos.len() as i64;
                Ok(SeenAlbum { album, photos, n_photos })
            };
            albums.into_iter().map(with_photos).collect::<Result<_, StoreError>>()
        })?)
    }

    /// Keeps an album: a new one without an id, else as it now is, with its photos in their order.
    pub fn put_album(
        &self,
        member: &str,
        id: Option<&str>,
        (title, door): (&str, Door),
        photos: Vec<String>,
    ) -> Result<Album, EngineError> {
        let title = line_checked("title", title, (1, MAX_TITLE))?;
        if MAX_ALBUM_PHOTOS < photos.len() {
            return Err(EngineError::Invalid(format!("`photos` has at most {MAX_ALBUM_PHOTOS}")));
        }
        let (new, is_new) = (id.map_or_else(new_id, |id| Ok(id.to_owned()))?, id.is_none());
        let (member, door) = (member.to_owned(), number_of(door));
        self.database.write(move |conn| -> Result<_, StoreError> {
            let found = album::get(conn, &member, &new)?;
            if found.is_none() && !is_new {
                return Ok(Err(EngineError::NotFound("there is no such album of yours".to_owned())));
            }
            if is_new && MAX_ALBUMS <= album::of_member(conn, &member)?.len() {
                return Ok(Err(EngineError::Conflict(format!("a room has at most {MAX_ALBUMS} albums"))));
            }
            if !are_own(conn, &member, &photos)? {
                return Ok(Err(no_photo()));
            }
            let created_at = found.map_or_else(clock::now, |found| found.created_at);
            let album = Album { id: new, member, title, door, created_at };
            album::put(conn, &album)?;
            album::set_photos(conn, &album.id, &photos)?;
            Ok(Ok(album))
        })?
    }

    /// Removes an album wherever it hangs; its photos stay.
    pub fn delete_album(&self, member: &str, id: &str) -> Result<(), EngineError> {
        let (member, id) = (member.to_owned(), id.to_owned());
        let was_there = self.database.write(move |conn| album::delete(conn, &member, &id))?;
        let missing = || EngineError::NotFound("there is no such album of yours".to_owned());
        if was_there { Ok(()) } else { Err(missing()) }
    }
}

fn are_own(conn: &mut dyn Conn, member: &str, photos: &[String]) -> Result<bool, StoreError> {
    let mut wanted = photos.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let found = photo::of_ids(conn, &wanted)?;
    Ok(found.len() == wanted.len() && found.iter().all(|photo| photo.member == member))
}

fn no_photo() -> EngineError {
    EngineError::NotFound("there is no such photo of yours".to_owned())
}
