//! Tags on photos: set by their owner, seen by whom the doors let see the photo.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::offers::tags::TagWords;
use parlour_engine::rooms::content::host_of;
use parlour_store::tag::Tag;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::{Seat, Viewer};
use super::looking::Looking;
use super::offers::Where;
use crate::app::{App, Shared, State};
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// A tag on a photo.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct RoomTag {
    pub(crate) id: String,
    /// Parts of the photo's width from the left, and of its height from the top.
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// `kind:id`; empty where no brand is named.
    pub(crate) brand: String,
    pub(crate) brand_title: String,
    /// Its id in the brand's catalogue; empty where it is not from there.
    pub(crate) product: String,
    pub(crate) label: String,
    /// Its page, and the host that leads to; both may be empty.
    pub(crate) link: String,
    pub(crate) host: String,
    /// Minor units of `currency`.
    pub(crate) price_minor: Option<i64>,
    pub(crate) currency: String,
    /// Stars, 1 to 5.
    pub(crate) rating: Option<i64>,
    pub(crate) review: String,
    pub(crate) bought_at: String,
    pub(crate) why: String,
}

impl RoomTag {
    pub(crate) fn of(app: &Shared, tag: Tag) -> Self {
        let brand_title = if tag.brand.is_empty() { String::new() } else { app.engine.title_of_brand(&tag.brand) };
        Self {
            host: host_of(&tag.link).to_owned(),
            brand_title,
            id: tag.id,
            x: tag.x,
            y: tag.y,
            brand: tag.brand,
            product: tag.product,
            label: tag.label,
            link: tag.link,
            price_minor: tag.price_minor,
            currency: tag.currency,
            rating: tag.rating,
            review: tag.review,
            bought_at: tag.bought_at,
            why: tag.why,
        }
    }
}

/// The tags of a photo, the first first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomTags {
    tags: Vec<RoomTag>,
}

/// A tag as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagChange {
    x: f64,
    y: f64,
    #[serde(default)]
    brand: String,
    #[serde(default)]
    product: String,
    /// What it is; the product's name unless it is said.
    #[serde(default)]
    label: String,
    /// https alone; the product's page unless it is said.
    #[serde(default)]
    link: String,
    price_minor: Option<i64>,
    #[serde(default)]
    currency: String,
    rating: Option<i64>,
    #[serde(default)]
    review: String,
    #[serde(default)]
    bought_at: String,
    #[serde(default)]
    why: String,
}

impl From<TagChange> for TagWords {
    fn from(change: TagChange) -> Self {
        Self {
            x: change.x,
            y: change.y,
            brand: change.brand,
            product: change.product,
            label: change.label,
            link: change.link,
            price_minor: change.price_minor,
            currency: change.currency,
            rating: change.rating,
            review: change.review,
            bought_at: change.bought_at,
            why: change.why,
        }
    }
}

/// The tags of a photo in a room.
#[utoipa::path(
    get, path = "/api/v1/room/rooms/{handle}/photos/{photo}/tags", tag = "rooms", security(()),
    params(("handle" = String, Path), ("photo" = String, Path), Looking), responses((status = 200, body = RoomTags))
)]
pub(crate) async fn list_tags(
    State(app): State<Arc<App>>,
    Viewer(viewer): Viewer,
    At((handle, photo)): At<(String, String)>,
    Asking(looking): Asking<Looking>,
) -> Result<Json<RoomTags>, ApiError> {
    let list = move |app: &App| {
        let found = app.engine.tags_seen((&handle, viewer.as_deref()), &looking.seen_as(), &photo)?;
        let tags = found.ok_or_else(|| ApiError::not_found("there is no such photo that you may see"))?;
        Ok(RoomTags { tags: tags.into_iter().map(|tag| RoomTag::of(app, tag)).collect() })
    };
    app.run(list).await.map(Json)
}

/// Sets a tag on a photo of one's own.
#[utoipa::path(
    post, path = "/api/v1/room/photos/{photo}/tags", tag = "rooms", security(("room" = [])),
    params(("photo" = String, Path), Where), request_body = TagChange, responses((status = 201, body = RoomTag))
)]
pub(crate) async fn add_tag(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(photo): At<String>,
    Asking(on): Asking<Where>,
    Sent(change): Sent<TagChange>,
) -> Result<(StatusCode, Json<RoomTag>), ApiError> {
    let layer = on.layer()?;
    let add = move |app: &App| {
        let tag = app.engine.put_tag(&seat.member.id, (&photo, None), change.into(), layer)?;
        Ok(RoomTag::of(app, tag))
    };
    app.run(add).await.map(|tag| (StatusCode::CREATED, Json(tag)))
}

/// Keeps what one now says with a tag.
#[utoipa::path(
    put, path = "/api/v1/room/photos/{photo}/tags/{tag}", tag = "rooms", security(("room" = [])),
    params(("photo" = String, Path), ("tag" = String, Path), Where), request_body = TagChange,
    responses((status = 200, body = RoomTag))
)]
pub(crate) async fn update_tag(
    State(app): State<Arc<App>>,
    seat: Seat,
    At((photo, tag)): At<(String, String)>,
    Asking(on): Asking<Where>,
    Sent(change): Sent<TagChange>,
) -> Result<Json<RoomTag>, ApiError> {
    let layer = on.layer()?;
    let keep = move |app: &App| {
        let tag = app.engine.put_tag(&seat.member.id, (&photo, Some(&tag)), change.into(), layer)?;
        Ok(RoomTag::of(app, tag))
    };
    app.run(keep).await.map(Json)
}

/// Takes a tag off.
#[utoipa::path(
    delete, path = "/api/v1/room/photos/{photo}/tags/{tag}", tag = "rooms", security(("room" = [])),
    params(("photo" = String, Path), ("tag" = String, Path)), responses((status = 204, description = "it is off"))
)]
pub(crate) async fn remove_tag(
    State(app): State<Arc<App>>,
    seat: Seat,
    At((_photo, tag)): At<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.remove_tag(&seat.member.id, &tag)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
