//! Placements: images of brands that owners hang on their walls themselves. Each act is an event, known again by its
//! message, so that whoever does the same twice has done it once.

use parlour_core::door::Door;
use parlour_core::event::{Event, Layer, Name};
use parlour_store::frame::{self, Frame};
use parlour_store::image_set::{self, HangRequest, ImageSet, SetImage};
use parlour_store::media::{self, Media};
use parlour_store::{Conn, StoreError, acquaintance, member};
use serde_json::json;

use super::sets::{WholeSet, no_image, no_set};
use super::{Brand, act_toward, brand_checked};
use crate::engine::Engine;
use crate::forms::of_digest;
use crate::rooms::content::Content;
use crate::rooms::wall::{Change, NewFrame};
use crate::rooms::{door_of, new_id};
use crate::{EngineError, clock};

/// Most sets that are offered at once.
const MAX_OFFERS: i64 = 200;

/// A set that a member may choose from.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The set with its images.
    pub set: WholeSet,
    /// What they were asked, if they were.
    pub request: Option<HangRequest>,
    /// Frames of theirs that show it.
    pub frames: Vec<String>,
}

/// What a placement shows, for whoever may see its frame.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The set.
    pub set: ImageSet,
    /// Whose it is.
    pub brand: Brand,
    /// The image, while there is one to be seen.
    pub image: Option<(SetImage, Media)>,
}

impl Engine {
    /// Sets that a member may choose from: open ones, and those they were asked about; of no brand they blocked.
    pub fn offers_to(&self, who: &str) -> Result<Vec<Offer>, EngineError> {
        let now = clock::now();
        let (sets, mut requests, blocked) = self.database.read(|conn| {
            let sets = image_set::offered(conn, who, now, MAX_OFFERS)?;
            Ok((sets, image_set::requests_to(conn, who)?, acquaintance::blocked_by(conn, who)?))
        })?;
        requests.retain(|request| request.declined_at.is_none());
        let sets = sets.into_iter().filter(|set| !blocked.contains(&set.brand)).collect();
        let mut offers = Vec::new();
        for set in self.whole(sets)?.into_iter().filter(|set| !set.images.is_empty()) {
            let frames = self.database.read(|conn| own_frames(conn, who, &set.set.id))?;
            let request = requests.iter().find(|request| request.set == set.set.id).cloned();
            let frames = frames.into_iter().map(|frame| frame.id).collect();
            offers.push(Offer { set, request, frames });
        }
        Ok(offers)
    }

    /// Says no to a request; the brand is told of no names.
    pub fn decline_to_hang(&self, who: &str, set: &str) -> Result<(), EngineError> {
        let (who, set, now) = (who.to_owned(), set.to_owned(), clock::now());
        let was_asked = self.database.write(move |conn| image_set::decline(conn, &set, &who, now))?;
        if was_asked { Ok(()) } else { Err(no_set()) }
    }

    /// Hangs an image of a set on a member's wall, as an act toward its brand.
    pub fn place(&self, who: &str, new: NewFrame, layer: Layer) -> Result<Frame, EngineError> {
        let Content::Placement { set, image, words, .. } = &new.content else { return Err(no_set()) };
        let offers = self.offers_to(who)?;
        let offer = offers.iter().find(|offer| offer.set.set.id == *set).ok_or_else(no_set)?;
        if !offer.set.images.iter().any(|(one, _)| one.id == *image) {
            return Err(no_image());
        }
        let brand = brand_checked(&offer.set.set.brand)?;
        let (set, image, words) = (set.clone(), image.clone(), words.clone());
        let id = new_id()?;
        let says = self.says_to_all(who, new.door)?;
        let mut acts = vec![placed(who, &brand, (&id, &set, &image), layer)];
        acts.extend(captioned(who, &brand, (&id, &words, says), layer));
        let still = move |conn: &mut dyn Conn| {
            let found = image_set::get(conn, &set)?;
            let is_there = found.is_some_and(|set| !set.is_over(clock::now()));
            if is_there && image_set::image(conn, &set, &image)?.is_some() {
                return Ok(());
            }
            Err(StoreError::Aborted("this set has just ended".to_owned()))
        };
        self.hang_with(who, new, (id, acts), still)
    }

    /// What a frame shows of a set that a brand offers, or offered.
    pub fn placed(&self, set: &str, image: &str) -> Result<Option<Placed>, EngineError> {
        let now = clock::now();
        let found = self.database.read(|conn| {
            let Some(found) = image_set::get(conn, set)? else { return Ok(None) };
            let image = image_set::image(conn, set, image)?.filter(|_| !found.is_over(now));
            let media = image.as_ref().map(|image| media::get(conn, image.media)).transpose()?.flatten();
            Ok(Some((found, image.zip(media))))
        })?;
        let whose = |set: &ImageSet| Brand { title: self.title_of_brand(&set.brand), name: set.brand.clone() };
        Ok(found.map(|(set, image)| Placed { brand: whose(&set), set, image }))
    }

    /// The whole image that hangs in a frame of a member, for them to keep; an act toward its brand.
    pub fn download_placed(&self, who: &str, frame: &str, layer: Layer) -> Result<(Media, Vec<u8>), EngineError> {
        let found = self.database.read(|conn| frame::get(conn, who, frame))?.filter(|one| one.removed_at.is_none());
        let Some(Content::Placement { set, image, .. }) = found.and_then(|one| Content::of_data(&one.data)) else {
            return Err(EngineError::NotFound("no image of a set hangs in this frame".to_owned()));
        };
        let placed = self.placed(&set, &image)?.ok_or_else(no_set)?;
        let Some((image, media)) = placed.image else {
            let text = format!("this set of {} has ended; its images cannot be kept any more", placed.brand.title);
            return Err(EngineError::Conflict(text));
        };
        let bytes = self.media_bytes(&media)?;
        let brand = brand_checked(&placed.set.brand)?;
        let message = format!("downloaded:{who}:{}", image.id);
        let extra = json!({ "set": set, "image": image.id }).to_string();
        let act = Event { extra: Some(extra), ..act_toward(who, "downloaded", &brand, message, layer) };
        self.act(vec![act], |_| Ok(()))?;
        Ok((media, bytes))
    }

    /// What changes of a wall are as acts toward brands: those of placements alone.
    pub(crate) fn acts_of_changes(
        &self,
        who: &str,
        changes: &[Change],
        layer: Layer,
    ) -> Result<Vec<Event>, EngineError> {
        let mut acts = Vec::new();
        for change in changes {
            let found = self.database.read(|conn| {
                let frame = frame::get(conn, who, &change.frame)?;
                let content = frame.as_ref().and_then(|frame| Content::of_data(&frame.data));
                let Some((frame, Content::Placement { set, image, words, .. })) = frame.zip(content) else {
                    return Ok(None);
                };
                let found = image_set::get(conn, &set)?;
                Ok(found.map(|found| (frame, found, image, words)))
            })?;
            let Some((frame, set, image, words)) = found else { continue };
            let brand = brand_checked(&set.brand)?;
            if let Some(Content::Placement { set: other, image: new, words: said, .. }) = &change.content {
                if *other != set.id {
                    return Err(EngineError::Invalid(
                        "a frame keeps its set; take it down and hang another".to_owned(),
                    ));
                }
                if *new != image {
                    let found = self.database.read(|conn| image_set::image(conn, &set.id, new))?;
                    found.filter(|_| !set.is_over(clock::now())).ok_or_else(no_image)?;
                    acts.push(placed(who, &brand, (&frame.id, &set.id, new), layer));
                }
                let door = change.door.unwrap_or_else(|| door_of(frame.door));
                if *said != words {
                    acts.extend(captioned(who, &brand, (&frame.id, said, self.says_to_all(who, door)?), layer));
                }
            }
            if let Some(size) = change.size.filter(|size| *size != frame.size) {
                acts.push(act_toward(who, "resized", &brand, format!("resized:{}:{size}", frame.id), layer));
            }
            match (change.hangs, frame.removed_at) {
                (Some(false), None) => acts.push(unplaced(who, &brand, (&frame, clock::now()), layer)),
                (Some(true), Some(_)) => acts.push(placed(who, &brand, (&frame.id, &set.id, &image), layer)),
                (Some(true), None) | (Some(false), Some(_)) | (None, _) => {}
            }
        }
        Ok(acts)
    }

    /// Whether what a member says behind a door, everybody may read.
    pub(super) fn says_to_all(&self, who: &str, door: Door) -> Result<bool, EngineError> {
        let found = self.database.read(|conn| member::get(conn, who))?;
        Ok(found.is_some_and(|member| {
            let guest = parlour_core::door::Guest::stranger(&member.id);
            guest.may_pass(&[door_of(member.door), door])
        }))
    }

    /// Frames of a member that show sets of a brand.
    pub(super) fn frames_of_brand(&self, who: &str, brand: &str) -> Result<Vec<Frame>, EngineError> {
        Ok(self.database.read(|conn| {
            let mut frames = Vec::new();
            for set in image_set::list(conn, Some(brand))? {
                frames.extend(own_frames(conn, who, &set.id)?);
            }
            Ok(frames)
        })?)
    }
}

fn own_frames(conn: &mut dyn Conn, who: &str, set: &str) -> Result<Vec<Frame>, StoreError> {
    image_set::frames_of_member(conn, set, who)?
        .into_iter()
        .filter_map(|id| frame::get(conn, who, &id).transpose())
        .filter(|found| found.as_ref().map_or(true, |frame| frame.removed_at.is_none()))
        .collect()
}

/// Takes a frame down.
pub(super) fn take_down(conn: &mut dyn Conn, frame: &Frame, now: i64) -> Result<(), StoreError> {
    frame::update(conn, &Frame { removed_at: Some(now), changed_at: now, ..frame.clone() })
}

fn placed(who: &str, brand: &Name, (frame, set, image): (&str, &str, &str), layer: Layer) -> Event {
    let extra = json!({ "set": set, "image": image }).to_string();
    Event { extra: Some(extra), ..act_toward(who, "placed", brand, format!("placed:{frame}:{image}"), layer) }
}

pub(super) fn unplaced(who: &str, brand: &Name, (frame, now): (&Frame, i64), layer: Layer) -> Event {
    act_toward(who, "unplaced", brand, format!("unplaced:{}:{now}", frame.id), layer)
}

/// Words beneath an image; what is said behind a door is no brand's to read.
fn captioned(who: &str, brand: &Name, (frame, words, is_said): (&str, &str, bool), layer: Layer) -> Option<Event> {
    let words = words.trim();
    let message = format!("captioned:{frame}:{}", of_digest(&[words.as_bytes()]));
    let event = act_toward(who, "captioned", brand, message, layer);
    (!words.is_empty()).then(|| Event { text: is_said.then(|| words.to_owned()), ..event })
}
