//! What brands offer a member: sets to hang images of, products to name, and which brands they want to see nothing of.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use parlour_core::event::Layer;
use parlour_engine::clock;
use parlour_engine::offers::brand_checked;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::wall::NewFrame;
use parlour_media::Kind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::guard::Seat;
use super::wall::own_frame;
use super::wire::{Door, RoomFrame};
use crate::api::offers::catalogue::OfferProduct;
use crate::api::offers::sets::OfferSet;
use crate::api::offers::{OfferBrand, OfferBrands};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// Products that are suggested at once.
const SUGGESTED: i64 = 12;

/// Where something is done.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Where {
    /// `web`, or `mobile` where the room is installed.
    layer: Option<String>,
}

impl Where {
    pub(crate) fn layer(&self) -> Result<Layer, ApiError> {
        match self.layer.as_deref() {
            None | Some("web") => Ok(Layer::Web),
            Some("mobile") => Ok(Layer::Mobile),
            Some(_) => Err(ApiError::invalid("layer", "must be `web` or `mobile`")),
        }
    }
}

/// A set that a member may choose from.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomOffer {
    set: OfferSet,
    /// What the brand said when it asked to hang it; null where it did not ask.
    words: Option<String>,
    /// When it asked, RFC 3339 UTC.
    asked_at: Option<String>,
    /// Frames that show it already.
    frames: Vec<String>,
}

/// Sets to choose from.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomOffers {
    offers: Vec<RoomOffer>,
    /// Brands whose offers are not shown.
    blocked: Vec<OfferBrand>,
}

/// An image to be hung.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPlacement {
    set: String,
    image: String,
    /// One's own words beneath.
    #[serde(default)]
    words: String,
    /// An album of one's own that it leads to.
    album: Option<String>,
    /// 1 to 3.
    size: i64,
    door: Door,
    /// After which frame; the empty text stands for the beginning of the wall.
    #[serde(default)]
    after: String,
}

/// Which products.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Suggesting {
    /// `kind:id`; those of every brand without it.
    brand: Option<String>,
    /// Beginnings of words.
    q: String,
}

/// Products to name.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomProducts {
    products: Vec<OfferProduct>,
}

/// Sets that one may hang images of.
#[utoipa::path(
    get, path = "/api/v1/room/offers", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = RoomOffers))
)]
pub(crate) async fn list_offers(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<RoomOffers>, ApiError> {
    let list = move |app: &App| {
        let offers = app.engine.offers_to(&seat.member.id)?;
        let offers = offers.into_iter().map(|offer| RoomOffer {
            set: OfferSet::of(app, &offer.set),
            asked_at: offer.request.as_ref().map(|request| clock::rfc3339(request.asked_at)),
            words: offer.request.map(|request| request.words),
            frames: offer.frames,
        });
        let offers = offers.collect();
        let blocked = app.engine.blocked_brands(&seat.member.id)?;
        let brand = |name: String| OfferBrand { title: app.engine.title_of_brand(&name), name };
        Ok(RoomOffers { offers, blocked: blocked.into_iter().map(brand).collect() })
    };
    app.run(list).await.map(Json)
}

/// Says no to a brand that asked; it is told of no names.
#[utoipa::path(
    post, path = "/api/v1/room/offers/{set}/decline", tag = "rooms", security(("room" = [])),
    params(("set" = String, Path)), responses((status = 204, description = "it is declined"))
)]
pub(crate) async fn decline_offer(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(set): At<String>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.decline_to_hang(&seat.member.id, &set)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hangs an image of a set on one's wall.
#[utoipa::path(
    post, path = "/api/v1/room/placements", tag = "rooms", security(("room" = [])), params(Where),
    request_body = NewPlacement, responses((status = 201, body = RoomFrame))
)]
pub(crate) async fn place_image(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(on): Asking<Where>,
    Sent(new): Sent<NewPlacement>,
) -> Result<(StatusCode, Json<RoomFrame>), ApiError> {
    let layer = on.layer()?;
    let NewPlacement { set, image, words, album, size, door, after } = new;
    let content = Content::Placement { set, image, words, album };
    let new = NewFrame { content, size, door: door.into(), after };
    let place = move |app: &App| {
        let frame = app.engine.place(&seat.member.id, new, layer)?;
        own_frame(app, &seat, &frame.id)
    };
    app.run(place).await.map(|frame| (StatusCode::CREATED, Json(frame)))
}

/// The whole image that hangs in a frame, to be kept.
#[utoipa::path(
    get, path = "/api/v1/room/placements/{frame}/image", tag = "rooms", security(("room" = [])),
    params(("frame" = String, Path), Where),
    responses((status = 200, description = "the image, to be saved", content_type = "application/octet-stream"))
)]
pub(crate) async fn download_image(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(frame): At<String>,
    Asking(on): Asking<Where>,
) -> Result<Response, ApiError> {
    let layer = on.layer()?;
    let get = move |app: &App| Ok(app.engine.download_placed(&seat.member.id, &frame, layer)?);
    let (media, bytes) = app.run(get).await?;
    let kind = Kind::of_name(&media.kind).unwrap_or(Kind::Jpeg);
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    let name = format!("attachment; filename=\"image-{}.{}\"", media.id, kind.name());
    let name = HeaderValue::from_str(&name).expect("digits and letters can stand in a header");
    headers.insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Brands that one may name.
#[utoipa::path(
    get, path = "/api/v1/room/brands", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = OfferBrands))
)]
pub(crate) async fn list_room_brands(State(app): State<Arc<App>>, _: Seat) -> Result<Json<OfferBrands>, ApiError> {
    let list = |app: &App| {
        let brands = app.engine.brands(None)?;
        Ok(OfferBrands { brands: brands.into_iter().map(Into::into).collect() })
    };
    app.run(list).await.map(Json)
}

/// Has one see nothing more of a brand, nor the brand of oneself; what hangs of it comes down.
#[utoipa::path(
    put, path = "/api/v1/room/brands/{brand}/block", tag = "rooms", security(("room" = [])),
    params(("brand" = String, Path), Where), responses((status = 204, description = "it is blocked"))
)]
pub(crate) async fn block_brand(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(brand): At<String>,
    Asking(on): Asking<Where>,
) -> Result<StatusCode, ApiError> {
    let layer = on.layer()?;
    app.run(move |app| Ok(app.engine.block_brand(&seat.member.id, &brand, layer)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes that back.
#[utoipa::path(
    delete, path = "/api/v1/room/brands/{brand}/block", tag = "rooms", security(("room" = [])),
    params(("brand" = String, Path)), responses((status = 204, description = "it is not blocked any more"))
)]
pub(crate) async fn unblock_brand(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(brand): At<String>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.unblock_brand(&seat.member.id, &brand)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Products whose words begin so.
#[utoipa::path(
    get, path = "/api/v1/room/products", tag = "rooms", security(("room" = [])), params(Suggesting),
    responses((status = 200, body = RoomProducts))
)]
pub(crate) async fn suggest_products(
    State(app): State<Arc<App>>,
    _: Seat,
    Asking(asked): Asking<Suggesting>,
) -> Result<Json<RoomProducts>, ApiError> {
    if let Some(brand) = &asked.brand {
        brand_checked(brand)?;
    }
    let suggest = move |app: &App| {
        if asked.q.trim().is_empty() {
            return Ok(RoomProducts { products: Vec::new() });
        }
        let found = app.engine.find_products((asked.brand.as_deref(), &asked.q), ("", ""), SUGGESTED)?;
        Ok(RoomProducts { products: found.into_iter().map(Into::into).collect() })
    };
    app.run(suggest).await.map(Json)
}
