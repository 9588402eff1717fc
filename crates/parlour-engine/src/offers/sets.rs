//! Sets of images as their brand sees to them: made, filled, ended, and whom it asks to hang one.

use std::collections::HashSet;
use std::sync::Arc;

use parlour_core::consent::Purpose;
use parlour_core::key::Key;
use parlour_core::relation::PersonFold;
use parlour_store::image_set::{self, HangRequest, ImageSet, SetImage};
use parlour_store::media::{self, Media};
use parlour_store::{StoreError, acquaintance, member};

use super::{Brand, brand_checked, given_up};
use crate::engine::Engine;
use crate::rooms::{MEMBER, line_checked, name_of_member, new_id, text_checked};
use crate::{EngineError, clock};

/// Most characters of a title, of what is said of rights or an image, and of what is said with a request.
const MAX_TITLE: usize = 120;
const MAX_RIGHTS: usize = 1_000;
const MAX_ALT: usize = 1_000;
const MAX_WORDS: usize = 500;
/// Most people who are asked at once.
const MAX_ASKED: usize = 10_000;

/// What a brand says of a set.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `ImageSet`")]
pub struct SetWords {
    pub title: String,
    pub rights: String,
    pub is_open: bool,
    pub ends_at: Option<i64>,
}

/// A set with its images.
#[derive(Clone, Debug)]
pub struct WholeSet {
    /// The set.
    pub set: ImageSet,
    /// Whose it is.
    pub brand: Brand,
    /// Its images in their order, each with its picture.
    pub images: Vec<(SetImage, Media)>,
    /// Whether it is over.
    pub is_over: bool,
}

/// Whom a brand asks to hang a set.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Everybody with a room who is engaged with it.
    Engaged,
    /// Some, by their handles.
    Handles(Vec<String>),
}

impl Engine {
    /// Makes a set of a brand, or keeps what is now said of one.
    pub fn put_set(&self, brand: &str, id: Option<&str>, words: &SetWords) -> Result<ImageSet, EngineError> {
        brand_checked(brand)?;
        let now = clock::now();
        let new = ImageSet {
            id: id.map_or_else(new_id, |id| Ok(id.to_owned()))?,
            brand: brand.to_owned(),
            title: line_checked("title", &words.title, (1, MAX_TITLE))?,
            rights: text_checked("rights", &words.rights, (1, MAX_RIGHTS))?,
            is_open: words.is_open,
            ends_at: words.ends_at,
            ended_at: None,
            created_at: now,
        };
        let is_new = id.is_none();
        if is_new && words.ends_at.is_some_and(|end| end <= now) {
            return Err(EngineError::Invalid("`ends_at` must lie ahead".to_owned()));
        }
        let kept = self.database.write(move |conn| {
            let found = image_set::get(conn, &new.id)?.filter(|set| set.brand == new.brand);
            let set = match found {
                Some(found) => ImageSet { ended_at: found.ended_at, created_at: found.created_at, ..new },
                None if is_new => new,
                None => return Ok(None),
            };
            image_set::put(conn, &set)?;
            Ok(Some(set))
        })?;
        kept.ok_or_else(no_set)
    }

    /// All sets of a brand, the newest first.
    pub fn sets(&self, brand: &str) -> Result<Vec<WholeSet>, EngineError> {
        let sets = self.database.read(|conn| image_set::list(conn, Some(brand)))?;
        self.whole(sets)
    }

    /// The set of an id, of whichever brand.
    pub fn set(&self, id: &str) -> Result<WholeSet, EngineError> {
        let found = self.database.read(|conn| image_set::get(conn, id))?;
        self.whole(found.into_iter().collect())?.pop().ok_or_else(no_set)
    }

    pub(super) fn whole(&self, sets: Vec<ImageSet>) -> Result<Vec<WholeSet>, EngineError> {
        let now = clock::now();
        let found = self.database.read(|conn| {
            let mut found = Vec::with_capacity(sets.len());
            for set in sets {
                let images = image_set::images(conn, &set.id)?;
                let ids: Vec<i64> = images.iter().map(|image| image.media).collect();
                let media = media::many(conn, &ids)?;
                let of = |image: SetImage| {
                    let found = media.binary_search_by_key(&image.media, |one| one.id).ok()?;
                    Some((image, media[found].clone()))
                };
                found.push((set, images.into_iter().filter_map(of).collect::<Vec<_>>()));
            }
            Ok(found)
        })?;
        let whole = |(set, images): (ImageSet, Vec<(SetImage, Media)>)| {
            let brand = Brand { title: self.title_of_brand(&set.brand), name: set.brand.clone() };
            WholeSet { is_over: set.is_over(now), set, brand, images }
        };
        Ok(found.into_iter().map(whole).collect())
    }

    /// Puts a picture at the end of a set. A file that is in it already is not put there twice.
    pub fn add_set_image(&self, set: &str, bytes: &[u8], alt: &str) -> Result<SetImage, EngineError> {
        let alt = line_checked("alt", alt, (0, MAX_ALT))?;
        let found = self.set(set)?;
        if found.set.ended_at.is_some() {
            return Err(EngineError::Conflict("this set has ended; make another".to_owned()));
        }
        let hash = crate::media::hash_of(bytes);
        if let Some((known, _)) = found.images.into_iter().find(|(image, _)| image.hash == hash) {
            return Ok(known);
        }
        let most = self.settings.offers.set_images;
        let (id, set) = (new_id()?, found.set);
        let owner = set.brand.clone();
        let put = move |conn: &mut dyn parlour_store::Conn, media: &Media| {
            let n = image_set::count_images(conn, &set.id)?;
            if most <= n {
                let why = format!("a set has at most {most} images (`offers.set_images`); make another");
                return Err(StoreError::Aborted(why));
            }
            let image = SetImage { id, set: set.id, place: n, media: media.id, alt, hash: media.hash.clone() };
            image_set::add_image(conn, &image)?;
            Ok(image)
        };
        self.take_media(&owner, bytes, put).map(|(_, image)| image).map_err(given_up)
    }

    /// Says what is to be seen on an image of a set.
    pub fn describe_set_image(&self, set: &str, image: &str, alt: &str) -> Result<(), EngineError> {
        let alt = line_checked("alt", alt, (0, MAX_ALT))?;
        let (set, image) = (set.to_owned(), image.to_owned());
        let found = self.database.write(move |conn| {
            let found = image_set::image(conn, &set, &image)?.is_some();
            image_set::set_alt(conn, &image, &alt).map(|()| found)
        })?;
        if found { Ok(()) } else { Err(no_image()) }
    }

    /// Takes an image out of its set; frames that show it say so.
    pub fn remove_set_image(&self, set: &str, image: &str) -> Result<(), EngineError> {
        let (set, image) = (set.to_owned(), image.to_owned());
        let gone = self.database.write(move |conn| {
            let Some(found) = image_set::image(conn, &set, &image)? else { return Ok(None) };
            image_set::delete_image(conn, &image)?;
            let media = media::get(conn, found.media)?;
            media::remove(conn, found.media)?;
            Ok(Some(media))
        })?;
        self.remove_files_of(gone.ok_or_else(no_image)?.as_slice());
        Ok(())
    }

    /// Ends a set: nobody may hang it any more, and frames that show it say so kindly. With `deletes`, its pictures go too.
    pub fn end_set(&self, id: &str, deletes: bool) -> Result<(), EngineError> {
        let (id, now) = (id.to_owned(), clock::now());
        let gone = self.database.write(move |conn| {
            let Some(set) = image_set::get(conn, &id)? else { return Ok(None) };
            image_set::put(conn, &ImageSet { ended_at: set.ended_at.or(Some(now)), ..set })?;
            let mut gone = Vec::new();
            for image in if deletes { image_set::images(conn, &id)? } else { Vec::new() } {
                image_set::delete_image(conn, &image.id)?;
                gone.extend(media::get(conn, image.media)?);
                media::remove(conn, image.media)?;
            }
            Ok(Some(gone))
        })?;
        self.remove_files_of(&gone.ok_or_else(no_set)?);
        Ok(())
    }

    /// Asks people to hang a set. Who was asked before, or has blocked the brand, is not asked. Returns how many were.
    pub fn ask_to_hang(&self, id: &str, whom: &Asked, words: &str) -> Result<usize, EngineError> {
        let words = text_checked("words", words, (0, MAX_WORDS))?;
        let set = self.set(id)?;
        if set.is_over || set.images.is_empty() {
            return Err(EngineError::Conflict("a set that is over, or has no images, cannot be hung".to_owned()));
        }
        let members = match whom {
            Asked::Engaged => self.engaged_members(&set.set.brand)?,
            Asked::Handles(handles) => self.database.read(|conn| {
                let mut found = Vec::new();
                for handle in handles.iter().take(MAX_ASKED) {
                    let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
                    found.extend(member::of_handle(conn, &handle)?.map(|member| member.id));
                }
                Ok(found)
            })?,
        };
        let mut asked = Vec::new();
        for member in members.into_iter().take(MAX_ASKED) {
            if self.lets(name_of_member(&member).key(&self.secret), Purpose::Offers)? {
                asked.push(member);
            }
        }
        let (set, now) = (set.set, clock::now());
        Ok(self.database.write(move |conn| {
            let mut n = 0;
            for member in asked {
                if acquaintance::is_blocked(conn, &member, &set.brand)? {
                    continue;
                }
                let request =
                    HangRequest { set: set.id.clone(), member, words: words.clone(), asked_at: now, declined_at: None };
                n += usize::from(image_set::ask(conn, &request)?);
            }
            Ok(n)
        })?)
    }

    /// Members who have a relation with a brand or what belongs to it.
    fn engaged_members(&self, brand: &str) -> Result<Vec<String>, EngineError> {
        let members = self.database.read(member::ids)?;
        let people = self.people_of_brand(brand)?;
        let snapshot = self.snapshot();
        let person = |id: &String| snapshot.identity.person_of(self.key(MEMBER, id));
        Ok(members.into_iter().filter(|id| people.contains(&person(id))).collect())
    }

    fn people_of_brand(&self, brand: &str) -> Result<HashSet<Key>, EngineError> {
        let name = brand_checked(brand)?;
        let snapshot: Arc<_> = self.snapshot();
        let Some(object) = snapshot.objects.id(self.key(&name.kind, &name.id)) else { return Ok(HashSet::new()) };
        let reading = self.reading(&snapshot, self.default_day(&snapshot));
        let states = snapshot.everyone().visit(
            || (PersonFold::new(&reading), Vec::new()),
            |(fold, found), person, columns, rows| {
                fold.read(columns, rows, &mut |id, _, relation| {
                    if id == object && relation.is_present(&reading) {
                        found.push(person);
                    }
                });
            },
        )?;
        Ok(states.into_iter().flat_map(|(_, found)| found).collect())
    }
}

pub(super) fn no_set() -> EngineError {
    EngineError::NotFound("there is no such set of images".to_owned())
}

pub(super) fn no_image() -> EngineError {
    EngineError::NotFound("there is no such image in this set".to_owned())
}
