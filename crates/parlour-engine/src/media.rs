//! Pictures at work: taken, kept in a few widths, addressed by links that end, and forgotten with their files.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use parlour_lake::remote::Remote;
use parlour_media::{Kind, picture};
use parlour_store::media::{self, Media};
use parlour_store::{Conn, StoreError};
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::{EngineError, clock, random};

mod link;
mod shelf;

pub use link::Link;
pub use shelf::Shelf;
pub(crate) use shelf::part_of;
use shelf::{Folder, Stored};

/// Files whose row has not come for as long have none to come, microseconds.
const LONG_HANGING: i64 = 3_600_000_000;

/// The files, and who is about to add some.
pub(crate) struct Gallery {
    shelf: Box<dyn Shelf>,
    /// Whether other servers may put files there too.
    is_shared: bool,
    /// Read by whoever writes files whose row is yet to come, so that they are not swept meanwhile.
    hanging: RwLock<()>,
}

/// A file of a picture as it is sent.
#[derive(Debug)]
pub struct MediaFile {
    /// What is in it.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When the address ends that led here, microseconds UTC.
    pub ends_at: i64,
}

/// A picture in a width, and where it is for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Pixels across.
    pub width: u32,
    /// A path of this server.
    pub url: String,
}

impl Gallery {
    /// In a folder; where there is an object store, there, with what lay in the folder before.
    pub(crate) fn new(folder: PathBuf, remote: Option<Arc<Remote>>) -> Result<Self, EngineError> {
        let path = folder.display().to_string();
        let folder = Folder(folder);
        let is_shared = remote.is_some();
        let shelf: Box<dyn Shelf> = match remote.map(Stored) {
            Some(stored) => {
                stored.take_in(&folder).map_err(|source| EngineError::Folder { path, source })?;
                Box::new(stored)
            }
            None => Box::new(folder),
        };
        Ok(Self { shelf, is_shared, hanging: RwLock::default() })
    }
}

impl Engine {
    /// Reads a picture of an owner (`member:<id>` or `brand:<id>`) and keeps it in every width, with what is done
    /// `alongside` in the same transaction as its row. When this returns, files and rows are durable, or there are none.
    /// It takes time and memory: let few do it at once.
    pub fn take_media<T: Send + 'static>(
        &self,
        owner: &str,
        bytes: &[u8],
        alongside: impl FnOnce(&mut dyn Conn, &Media) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(Media, T), EngineError> {
        let drawn = picture(bytes, &self.settings.media.limits());
        let drawn = drawn.map_err(|refused| EngineError::Invalid(refused.to_string()))?;
        let n_bytes: usize = drawn.renditions.iter().map(|rendition| rendition.bytes.len()).sum();
        let [red, green, blue] = drawn.colour;
        let media = Media {
            id: 0,
            owner: owner.to_owned(),
            kind: drawn.kind.name().to_owned(),
            // Of chance and not of what is in it, so that two who keep the same picture each have their own.
            file: format!("{:032x}", u128::from_be_bytes(random::bytes()?)),
            hash: hash_of(bytes),
            width: drawn.width.into(),
            height: drawn.height.into(),
            widths: drawn.renditions.iter().map(|rendition| rendition.width).collect(),
            blurhash: drawn.blurhash,
            colour: format!("#{red:02x}{green:02x}{blue:02x}"),
            n_bytes: n_bytes as i64,
            created_at: clock::now(),
        };
        let _hanging = self.gallery.hanging.read().unwrap_or_else(PoisonError::into_inner);
        if self.gallery.is_shared {
            let (file, at) = (media.file.clone(), media.created_at);
            self.database.write(move |conn| media::hang(conn, &file, at))?;
        }
        let kept = drawn.renditions.iter().try_for_each(|rendition| {
            self.gallery.shelf.put(&file_name(&media, rendition.width), &rendition.bytes).map_err(|e| self.of_shelf(e))
        });
        let most = self.settings.media.owner_bytes;
        let (row, taken) = (media.clone(), media.clone());
        let written = kept.and_then(|()| {
            let written = self.database.write(move |conn| {
                if most < media::total_bytes(conn, &row.owner)? + row.n_bytes {
                    return Ok(None);
                }
                let media = Media { id: media::insert(conn, &row)?, ..row };
                media::hung(conn, &media.file)?;
                let other = alongside(conn, &media)?;
                Ok(Some((media, other)))
            })?;
            let full = || {
                let text =
                    format!("all pictures together may take {most} bytes (`media.owner_bytes`); delete some first");
                EngineError::Invalid(text)
            };
            written.ok_or_else(full)
        });
        if written.is_err() {
            self.remove_files(&taken);
        }
        written
    }

    /// What a token of an address leads to: the file, if the token is ours and good, and the picture still there.
    pub fn media_file(&self, token: &str) -> Result<Option<MediaFile>, EngineError> {
        let Some(link) = Link::read(token, (self.secret, clock::now())) else { return Ok(None) };
        let found = self.database.read(|conn| media::get(conn, link.media))?;
        let Some(found) = found.filter(|media| media.widths.contains(&link.width)) else { return Ok(None) };
        let Some(kind) = Kind::of_name(&found.kind) else { return Ok(None) };
        match self.gallery.shelf.get(&file_name(&found, link.width)) {
            Ok(bytes) => Ok(Some(MediaFile { kind, bytes, ends_at: link.ends_at })),
            // Forgotten since the row was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.of_shelf(error)),
        }
    }

    /// The widest file of a picture, for whoever may keep it.
    pub fn media_bytes(&self, media: &Media) -> Result<Vec<u8>, EngineError> {
        let width = media.widths.last().copied().unwrap_or(0);
        self.gallery.shelf.get(&file_name(media, width)).map_err(|error| self.of_shelf(error))
    }

    /// Where a picture is for now, in each width, from narrow to wide. Who may see it was decided before this is asked.
    pub fn media_sources(&self, media: &Media) -> Vec<Source> {
        let lasting = (self.settings.media.link_minutes, clock::now());
        let source = |width: &u32| {
            let token = Link::lasting(media.id, *width, lasting).token(self.secret);
            Source { width: *width, url: format!("/media/{token}") }
        };
        media.widths.iter().map(source).collect()
    }

    /// Removes the files of pictures whose rows are gone. What cannot be removed now is swept at the next start.
    pub fn remove_files_of(&self, forgotten: &[Media]) {
        for media in forgotten {
            self.remove_files(media);
        }
    }

    /// Forgets a picture and removes its files.
    pub fn remove_media(&self, id: i64) -> Result<(), EngineError> {
        let found = self.database.write(move |conn| {
            let found = media::get(conn, id)?;
            media::remove(conn, id)?;
            Ok(found)
        })?;
        self.remove_files_of(found.as_slice());
        Ok(())
    }

    /// Removes every file that no row speaks of; returns how many there were.
    pub fn sweep_media(&self) -> Result<usize, EngineError> {
        let _alone = self.gallery.hanging.write().unwrap_or_else(PoisonError::into_inner);
        let names = self.gallery.shelf.names().map_err(|error| self.of_shelf(error))?;
        if names.is_empty() {
            return Ok(0);
        }
        let long_ago = clock::now() - LONG_HANGING;
        let known: std::collections::HashSet<String> = self
            .database
            .read(|conn| Ok([media::files(conn)?, media::hanging(conn, long_ago)?].concat()))?
            .into_iter()
            .collect();
        let is_known = |name: &str| {
            let file = name.split('-').next().unwrap_or_default();
            known.contains(file) && name.strip_suffix(shelf::HALF).is_none()
        };
        let mut n_swept = 0;
        for name in names.iter().filter(|name| !is_known(name)) {
            self.gallery.shelf.remove(name).map_err(|error| self.of_shelf(error))?;
            n_swept += 1;
        }
        if self.gallery.is_shared {
            self.database.write(move |conn| media::forget_hanging(conn, long_ago))?;
        }
        Ok(n_swept)
    }

    fn remove_files(&self, media: &Media) {
        for width in &media.widths {
            if let Err(error) = self.gallery.shelf.remove(&file_name(media, *width)) {
                tracing::warn!(%error, file = media.file, "a picture's file could not be removed; the next start tries again");
            }
        }
    }

    fn of_shelf(&self, source: io::Error) -> EngineError {
        EngineError::Folder { path: self.folder.join("media").display().to_string(), source }
    }
}

/// By what a file that is sent again is known.
pub(crate) fn hash_of(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// The names of a picture's files.
pub(crate) fn file_names(media: &Media) -> Vec<String> {
    media.widths.iter().map(|width| file_name(media, *width)).collect()
}

fn file_name(media: &Media, width: u32) -> String {
    format!("{}-{width}.{}", media.file, media.kind)
}

#[cfg(test)]
mod tests;
