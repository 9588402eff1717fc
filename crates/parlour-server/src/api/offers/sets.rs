//! Sets of images for people's walls.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use parlour_engine::clock;
use parlour_engine::offers::hung::Hung;
use parlour_engine::offers::sets::{Asked, SetWords, WholeSet};
use parlour_store::image_set::SetImage;
use parlour_store::media::Media;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{OfBrand, OfferBrand, ToldPart, ToldTotal, held, micros_of, parts_of};
use crate::api::media::{Image, receive};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// Change of engagement says nothing of cause; this is said beside it wherever it is told.
const CAVEAT: &str = "Nobody was drawn by lot: who hangs a set may have been about to do more anyway, and hanging it counts \
    itself. Compared are people of the brand who were as engaged before, and moved the same way.";

/// A set.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferSet {
    pub(crate) id: String,
    pub(crate) brand: OfferBrand,
    pub(crate) title: String,
    /// What one may do with its images.
    pub(crate) rights: String,
    /// Whether any member may hang it, or only who is asked.
    pub(crate) is_open: bool,
    /// RFC 3339 UTC.
    pub(crate) ends_at: Option<String>,
    pub(crate) is_over: bool,
    pub(crate) created_at: String,
    pub(crate) images: Vec<OfferImage>,
}

/// An image of a set.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct OfferImage {
    pub(crate) id: String,
    /// What is to be seen on it; empty where nobody said.
    pub(crate) alt: String,
    pub(crate) image: Image,
}

impl OfferImage {
    pub(crate) fn of(app: &App, (image, media): &(SetImage, Media)) -> Self {
        Self { id: image.id.clone(), alt: image.alt.clone(), image: Image::of(app, media) }
    }
}

impl OfferSet {
    pub(crate) fn of(app: &App, whole: &WholeSet) -> Self {
        let set = &whole.set;
        Self {
            id: set.id.clone(),
            brand: whole.brand.clone().into(),
            title: set.title.clone(),
            rights: set.rights.clone(),
            is_open: set.is_open,
            ends_at: set.ends_at.map(clock::rfc3339),
            is_over: whole.is_over,
            created_at: clock::rfc3339(set.created_at),
            images: whole.images.iter().map(|image| OfferImage::of(app, image)).collect(),
        }
    }
}

/// Sets, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferSets {
    sets: Vec<OfferSet>,
    /// Most images of one.
    most_images: i64,
}

/// A set as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetChange {
    /// `kind:id`; a set keeps its brand.
    brand: String,
    title: String,
    rights: String,
    is_open: bool,
    /// RFC 3339 UTC; null for one without an end.
    ends_at: Option<String>,
}

/// What is said of an image.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageChange {
    alt: String,
}

/// The same of a new one.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewImage {
    /// What is to be seen on it.
    #[serde(default)]
    alt: String,
}

/// How a set ends.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Ending {
    /// Whether its pictures are deleted too.
    #[serde(default)]
    deletes: bool,
}

/// Whom to ask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HangAsk {
    /// Handles of members; null for everybody with a room who is engaged with the brand.
    handles: Option<Vec<String>>,
    /// What is said with it.
    #[serde(default)]
    words: String,
}

/// How many were asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct HangAsked {
    n_asked: usize,
}

/// What became of a set.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetHung {
    n_hanging: ToldTotal,
    n_asked: i64,
    /// Where they say they are, as far as many say the same.
    places: Vec<ToldPart>,
    n_elsewhere: i64,
    /// What they say beneath it for everybody to read.
    words: Vec<HungWords>,
    effect: Option<SetEffect>,
    /// Between which days the change was looked at.
    first_day: String,
    last_day: String,
    /// What must be said beside a change.
    caveat: &'static str,
}

/// What somebody says.
#[derive(Serialize, ToSchema)]
pub(crate) struct HungWords {
    handle: String,
    name: String,
    words: String,
    image: String,
}

/// A difference in the change of involvement, in points.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetEffect {
    difference: f64,
    low: f64,
    high: f64,
    /// Mean change of those who hang it, and of others like them.
    hanging: f64,
    others: f64,
    n_others: u64,
}

impl From<Hung> for SetHung {
    fn from(hung: Hung) -> Self {
        let effect = hung.effect.map(|effect| SetEffect {
            difference: effect.difference,
            low: effect.low,
            high: effect.high,
            hanging: effect.treated,
            others: effect.others,
            n_others: effect.n_others,
        });
        let words = hung.words.into_iter();
        let words =
            words.map(|one| HungWords { handle: one.handle, name: one.name, words: one.words, image: one.image });
        Self {
            n_hanging: hung.n_hanging.into(),
            n_asked: hung.n_asked,
            places: parts_of(hung.places),
            n_elsewhere: hung.n_elsewhere,
            words: words.collect(),
            effect,
            first_day: hung.days.0.to_string(),
            last_day: hung.days.1.to_string(),
            caveat: CAVEAT,
        }
    }
}

/// The sets of a brand, the newest first.
#[utoipa::path(
    get, path = "/api/v1/brand/sets", tag = "offers", params(OfBrand), responses((status = 200, body = OfferSets))
)]
pub(crate) async fn list_sets(
    State(app): State<Arc<App>>,
    Asking(of): Asking<OfBrand>,
) -> Result<Json<OfferSets>, ApiError> {
    let list = move |app: &App| {
        held(app, &of.brand)?;
        let sets = app.engine.sets(&of.brand)?;
        let most_images = app.engine.settings.offers.set_images;
        Ok(OfferSets { sets: sets.iter().map(|set| OfferSet::of(app, set)).collect(), most_images })
    };
    app.run(list).await.map(Json)
}

/// Makes a set, without images yet.
#[utoipa::path(
    post, path = "/api/v1/brand/sets", tag = "offers", request_body = SetChange,
    responses((status = 201, body = OfferSet))
)]
pub(crate) async fn create_set(
    State(app): State<Arc<App>>,
    Sent(change): Sent<SetChange>,
) -> Result<(StatusCode, Json<OfferSet>), ApiError> {
    app.run(move |app| keep(app, None, change)).await.map(|set| (StatusCode::CREATED, Json(set)))
}

/// Keeps what is now said of a set.
#[utoipa::path(
    put, path = "/api/v1/brand/sets/{set}", tag = "offers", params(("set" = String, Path)),
    request_body = SetChange, responses((status = 200, body = OfferSet))
)]
pub(crate) async fn update_set(
    State(app): State<Arc<App>>,
    At(set): At<String>,
    Sent(change): Sent<SetChange>,
) -> Result<Json<OfferSet>, ApiError> {
    app.run(move |app| keep(app, Some(&set), change)).await.map(Json)
}

fn keep(app: &App, id: Option<&str>, change: SetChange) -> Result<OfferSet, ApiError> {
    held(app, &change.brand)?;
    let ends_at = change.ends_at.as_deref().map(|text| micros_of("ends_at", text)).transpose()?;
    let words = SetWords { title: change.title, rights: change.rights, is_open: change.is_open, ends_at };
    let set = app.engine.put_set(&change.brand, id, &words)?;
    Ok(OfferSet::of(app, &app.engine.set(&set.id)?))
}

/// Ends a set: frames that show it say so.
#[utoipa::path(
    delete, path = "/api/v1/brand/sets/{set}", tag = "offers", params(("set" = String, Path), Ending),
    responses((status = 204, description = "it has ended"))
)]
pub(crate) async fn end_set(
    State(app): State<Arc<App>>,
    At(set): At<String>,
    Asking(ending): Asking<Ending>,
) -> Result<StatusCode, ApiError> {
    let end = move |app: &App| {
        own_set(app, &set)?;
        Ok(app.engine.end_set(&set, ending.deletes)?)
    };
    app.run(end).await.map(|()| StatusCode::NO_CONTENT)
}

/// Puts an image at the end of a set: the body is the file. One that is in it already is not put there twice.
#[utoipa::path(
    post, path = "/api/v1/brand/sets/{set}/images", tag = "offers", params(("set" = String, Path), NewImage),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = OfferImage))
)]
pub(crate) async fn add_set_image(
    State(app): State<Arc<App>>,
    At(set): At<String>,
    Asking(new): Asking<NewImage>,
    body: Body,
) -> Result<(StatusCode, Json<OfferImage>), ApiError> {
    let known = set.clone();
    Arc::clone(&app).run(move |app| own_set(app, &known).map(|_| ())).await?;
    let add = move |app: &App, bytes: &[u8]| {
        let image = app.engine.add_set_image(&set, bytes, &new.alt)?;
        let whole = app.engine.set(&set)?;
        let found = whole.images.iter().find(|(one, _)| one.id == image.id);
        let missing = || ApiError::not_found("this image was taken out again");
        found.map(|found| OfferImage::of(app, found)).ok_or_else(missing)
    };
    receive(app, body, add).await.map(|image| (StatusCode::CREATED, Json(image)))
}

/// Says what is to be seen on an image.
#[utoipa::path(
    put, path = "/api/v1/brand/sets/{set}/images/{image}", tag = "offers",
    params(("set" = String, Path), ("image" = String, Path)), request_body = ImageChange,
    responses((status = 204, description = "it is kept"))
)]
pub(crate) async fn describe_set_image(
    State(app): State<Arc<App>>,
    At((set, image)): At<(String, String)>,
    Sent(change): Sent<ImageChange>,
) -> Result<StatusCode, ApiError> {
    let describe = move |app: &App| {
        own_set(app, &set)?;
        Ok(app.engine.describe_set_image(&set, &image, &change.alt)?)
    };
    app.run(describe).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes an image out of its set, and deletes its files.
#[utoipa::path(
    delete, path = "/api/v1/brand/sets/{set}/images/{image}", tag = "offers",
    params(("set" = String, Path), ("image" = String, Path)), responses((status = 204, description = "it is gone"))
)]
pub(crate) async fn remove_set_image(
    State(app): State<Arc<App>>,
    At((set, image)): At<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let remove = move |app: &App| {
        own_set(app, &set)?;
        Ok(app.engine.remove_set_image(&set, &image)?)
    };
    app.run(remove).await.map(|()| StatusCode::NO_CONTENT)
}

/// Asks members to hang a set. Who was asked before is not asked again.
#[utoipa::path(
    post, path = "/api/v1/brand/sets/{set}/ask", tag = "offers", params(("set" = String, Path)),
    request_body = HangAsk, responses((status = 200, body = HangAsked))
)]
pub(crate) async fn ask_to_hang(
    State(app): State<Arc<App>>,
    At(set): At<String>,
    Sent(ask): Sent<HangAsk>,
) -> Result<Json<HangAsked>, ApiError> {
    let asking = move |app: &App| {
        own_set(app, &set)?;
        let whom = ask.handles.map_or(Asked::Engaged, Asked::Handles);
        Ok(HangAsked { n_asked: app.engine.ask_to_hang(&set, &whom, &ask.words)? })
    };
    app.run(asking).await.map(Json)
}

/// What became of a set, as its brand may know it.
#[utoipa::path(
    get, path = "/api/v1/brand/sets/{set}/hung", tag = "offers", params(("set" = String, Path)),
    responses((status = 200, body = SetHung))
)]
pub(crate) async fn get_hung(State(app): State<Arc<App>>, At(set): At<String>) -> Result<Json<SetHung>, ApiError> {
    let told = move |app: &App| {
        own_set(app, &set)?;
        Ok(app.engine.hung(&set)?.into())
    };
    app.run(told).await.map(Json)
}

/// A set of a brand that whoever asks sees to.
fn own_set(app: &App, set: &str) -> Result<WholeSet, ApiError> {
    let found = app.engine.set(set)?;
    held(app, &found.set.brand).map_err(|_| ApiError::not_found("there is no such set of images"))?;
    Ok(found)
}
