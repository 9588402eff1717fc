//! What frames show that comes from offers: the image a brand offered, an occasion, and whether the room's owner comes.

use parlour_engine::clock;
use parlour_engine::offers::placements::Placed;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::look::Hung;
use serde::Serialize;
use utoipa::ToSchema;

use super::occasions::RoomOccasion;
use crate::api::offers::OfferBrand;
use crate::api::offers::sets::OfferImage;
use crate::app::App;

/// An image of a brand, hung by the room's owner.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomPlaced {
    pub(crate) brand: OfferBrand,
    pub(crate) set_title: String,
    /// What one may do with the image.
    pub(crate) rights: String,
    /// Null where the set has ended or the image was taken out of it.
    pub(crate) image: Option<OfferImage>,
    /// The brand's next occasion near the owner: for them, and for others where they come.
    pub(crate) next: Option<RoomOccasion>,
}

impl RoomPlaced {
    /// What a placement shows; who may see its frame was decided before.
    pub(crate) fn of(app: &App, hung: &Hung, is_owner: bool) -> Option<Self> {
        let Content::Placement { set, image, .. } = &hung.content else { return None };
        let Placed { set, brand, image } = app.engine.placed(set, image).ok().flatten()?;
        let owner = &hung.frame.member;
        let next = next_of(app, (owner, is_owner), &set.brand);
        Some(Self {
            brand: brand.into(),
            set_title: set.title,
            rights: set.rights,
            image: image.map(|image| OfferImage::of(app, &image)),
            next,
        })
    }
}

/// The next occasion of a brand near a room's owner; for others, one they come to.
fn next_of(app: &App, (owner, is_owner): (&str, bool), brand: &str) -> Option<RoomOccasion> {
    let next = app.engine.next_occasion(owner, (brand, !is_owner)).ok().flatten()?;
    let next = RoomOccasion::of(app, &next);
    Some(RoomOccasion { tells: is_owner && next.tells, ..next })
}

/// What comes after the occasion of a frame, once that is over or was called off.
pub(crate) fn next_after(app: &App, hung: &Hung, is_owner: bool) -> Option<RoomOccasion> {
    let Content::Occasion { occasion } = &hung.content else { return None };
    let found = app.engine.occasion(occasion).ok()?;
    let is_past = found.cancelled_at.is_some() || found.ends_at <= clock::now();
    if is_past { next_of(app, (&hung.frame.member, is_owner), &found.brand) } else { None }
}

/// The occasion of a frame, with what the room's owner answered.
pub(crate) fn occasion_of(app: &App, hung: &Hung, is_owner: bool) -> Option<RoomOccasion> {
    let Content::Occasion { occasion } = &hung.content else { return None };
    let found = app.engine.occasion(occasion).ok()?;
    let invited = app.engine.occasion_for(&hung.frame.member, found, None).ok()?;
    let seen = RoomOccasion::of(app, &invited);
    Some(RoomOccasion { tells: is_owner && seen.tells, ..seen })
}
