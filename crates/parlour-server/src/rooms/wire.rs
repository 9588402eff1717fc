//! What rooms look like on the wire.

use parlour_core::door::{Circle as CoreCircle, Door as CoreDoor};
use parlour_engine::clock;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::door_of;
use parlour_engine::rooms::look::{Hung, Look, SeenAlbum, SeenPhoto, Wall};
use parlour_store::member::Member;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::RoomFact;
use super::occasions::RoomOccasion;
use super::placed::{RoomPlaced, next_after, occasion_of};
use super::tags::RoomTag;
use crate::api::media::Image;
use crate::app::App;
use crate::error::ApiError;

/// Whom something lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RoomDoor)]
pub(crate) enum Door {
    PassersBy,
    #[serde(rename = "acquaintance_1")]
    Acquaintance1,
    #[serde(rename = "acquaintance_2")]
    Acquaintance2,
    #[serde(rename = "acquaintance_3")]
    Acquaintance3,
    OnlyMe,
}

impl From<CoreDoor> for Door {
    fn from(door: CoreDoor) -> Self {
        match door {
            CoreDoor::PassersBy => Self::PassersBy,
            CoreDoor::Acquaintance(CoreCircle::First) => Self::Acquaintance1,
            CoreDoor::Acquaintance(CoreCircle::Second) => Self::Acquaintance2,
            CoreDoor::Acquaintance(CoreCircle::Third) => Self::Acquaintance3,
            CoreDoor::OnlyMe => Self::OnlyMe,
        }
    }
}

impl From<Door> for CoreDoor {
    fn from(door: Door) -> Self {
        match door {
            Door::PassersBy => Self::PassersBy,
            Door::Acquaintance1 => Self::Acquaintance(CoreCircle::First),
            Door::Acquaintance2 => Self::Acquaintance(CoreCircle::Second),
            Door::Acquaintance3 => Self::Acquaintance(CoreCircle::Third),
            Door::OnlyMe => Self::OnlyMe,
        }
    }
}

/// The circle of a number.
pub(crate) fn circle_of(number: i64) -> Result<CoreCircle, ApiError> {
    CoreCircle::of_number(number).ok_or_else(|| ApiError::invalid("circle", "must be 1, 2 or 3; 3 is closest"))
}

/// Whose room it is.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomCard {
    /// The room is at `/@` and this.
    pub(crate) handle: String,
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) town: String,
}

impl RoomCard {
    pub(crate) fn of(member: &Member) -> Self {
        Self {
            handle: member.handle.clone().unwrap_or_default(),
            name: member.name.clone(),
            about: member.about.clone(),
            town: member.town.clone(),
        }
    }
}

/// A photo.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomPhoto {
    pub(crate) id: String,
    /// What is to be seen on it; empty where nobody said.
    pub(crate) alt: String,
    pub(crate) caption: String,
    pub(crate) image: Image,
    /// Whom it lets in; null for whoever is not its owner.
    pub(crate) door: Option<Door>,
    /// Whether it shows a child; null for whoever is not its owner.
    pub(crate) is_child: Option<bool>,
    /// What its owner says of things on it.
    pub(crate) tags: Vec<RoomTag>,
}

impl RoomPhoto {
    pub(crate) fn of(app: &App, seen: &SeenPhoto, is_owner: bool) -> Self {
        let photo = &seen.photo;
        Self {
            id: photo.id.clone(),
            alt: photo.alt.clone(),
            caption: photo.caption.clone(),
            image: Image::of(app, &seen.media),
            door: is_owner.then(|| door_of(photo.door).into()),
            is_child: is_owner.then_some(photo.is_child),
            tags: seen.tags.iter().cloned().map(|tag| RoomTag::of(app, tag)).collect(),
        }
    }
}

/// An album.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomAlbum {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Whom it lets in; null for whoever is not its owner.
    pub(crate) door: Option<Door>,
    /// Those that whoever asks may see, or the first of them.
    pub(crate) photos: Vec<RoomPhoto>,
    /// How many they may see.
    pub(crate) n_photos: i64,
}

impl RoomAlbum {
    pub(crate) fn of(app: &App, seen: &SeenAlbum, is_owner: bool) -> Self {
        Self {
            id: seen.album.id.clone(),
            title: seen.album.title.clone(),
            door: is_owner.then(|| door_of(seen.album.door).into()),
            photos: seen.photos.iter().map(|photo| RoomPhoto::of(app, photo, is_owner)).collect(),
            n_photos: seen.n_photos,
        }
    }
}

/// One thing on a wall.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomFrame {
    pub(crate) id: String,
    /// 1 to 3.
    pub(crate) size: i64,
    /// What it holds: an object with `kind`, and what that kind has.
    #[schema(value_type = Object)]
    pub(crate) content: serde_json::Value,
    /// The photo it shows.
    pub(crate) photo: Option<RoomPhoto>,
    /// The album it shows, with its first photos, or leads to.
    pub(crate) album: Option<RoomAlbum>,
    /// The image of a brand that it shows.
    pub(crate) placed: Option<RoomPlaced>,
    /// The fact it shows.
    pub(crate) fact: Option<RoomFact>,
    /// The occasion it shows, with what the owner answered.
    pub(crate) occasion: Option<RoomOccasion>,
    /// The brand's next occasion near the owner, once the one that hangs is over: for them, and for others where they come.
    pub(crate) next: Option<RoomOccasion>,
    /// Whom it lets in, beside the room's own door; null for whoever is not its owner.
    pub(crate) door: Option<Door>,
    /// RFC 3339 UTC.
    pub(crate) hung_at: String,
    pub(crate) changed_at: String,
}

impl RoomFrame {
    pub(crate) fn of(app: &App, hung: &Hung, is_owner: bool) -> Self {
        Self {
            id: hung.frame.id.clone(),
            size: hung.frame.size,
            content: json_of(&hung.content),
            photo: hung.photo.as_ref().map(|photo| RoomPhoto::of(app, photo, is_owner)),
            album: hung.album.as_ref().map(|album| RoomAlbum::of(app, album, is_owner)),
            placed: RoomPlaced::of(app, hung, is_owner),
            fact: hung.fact.clone().map(|fact| RoomFact::of(app, fact, is_owner)),
            occasion: occasion_of(app, hung, is_owner),
            next: next_after(app, hung, is_owner),
            door: is_owner.then(|| door_of(hung.frame.door).into()),
            hung_at: clock::rfc3339(hung.frame.hung_at),
            changed_at: clock::rfc3339(hung.frame.changed_at),
        }
    }
}

pub(crate) fn json_of(content: &Content) -> serde_json::Value {
    serde_json::to_value(content).unwrap_or_default()
}

/// What a wall's frame is to hold, checked in shape.
pub(crate) fn content_of(value: serde_json::Value) -> Result<Content, ApiError> {
    serde_json::from_value(value).map_err(|error| ApiError::invalid("content", error.to_string()))
}

/// A part of a wall, as whoever asks may see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomWall {
    pub(crate) room: RoomCard,
    /// As whom it is seen: `owner`, `passer_by`, or `acquaintance_1` to `acquaintance_3`.
    pub(crate) seen_as: String,
    /// Whom the room lets in; null for whoever is not its owner.
    pub(crate) door: Option<Door>,
    pub(crate) frames: Vec<RoomFrame>,
    /// How many whoever asks may see.
    pub(crate) n_frames: i64,
    /// What `after` is for the part after this one.
    pub(crate) next: Option<String>,
}

impl RoomWall {
    pub(crate) fn of(app: &App, wall: &Wall) -> Self {
        let is_owner = wall.look.guest.is_owner();
        Self {
            room: RoomCard::of(&wall.look.member),
            seen_as: seen_as(&wall.look).to_owned(),
            door: is_owner.then(|| wall.look.door.into()),
            frames: wall.frames.iter().map(|hung| RoomFrame::of(app, hung, is_owner)).collect(),
            n_frames: wall.n_frames,
            next: next_of(wall),
        }
    }
}

/// As whom somebody looks into a room.
pub(crate) fn seen_as(look: &Look) -> &'static str {
    match look.guest.circle {
        _ if look.guest.is_owner() => "owner",
        None => "passer_by",
        Some(circle) => CoreDoor::Acquaintance(circle).name(),
    }
}

/// Where the next part of a wall begins.
pub(crate) fn next_of(wall: &Wall) -> Option<String> {
    let last = wall.frames.last().filter(|_| wall.has_more)?;
    Some(format!("{}.{}", last.frame.place, last.frame.id))
}

/// The place (place, id) that such a text names; the beginning without one.
pub(crate) fn after_of(text: Option<&str>) -> Result<(i64, String), ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok((i64::MIN, String::new())) };
    let wrong = || ApiError::invalid("after", "this is not a place on this wall; begin again without it");
    let (place, id) = text.split_once('.').ok_or_else(wrong)?;
    Ok((place.parse().map_err(|_| wrong())?, id.to_owned()))
}
