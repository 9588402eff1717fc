//! One's photos and albums.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use parlour_engine::rooms::pictures::{PhotoWords, TOO_MANY_PHOTOS};
use parlour_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::guard::Seat;
use super::wire::{Door, RoomAlbum, RoomPhoto};
use crate::api::media::take_upload;
use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::{Asking, At, Sent};

/// Photos that are listed at once.
const PAGE: i64 = 60;

/// What is said of a photo.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhotoChange {
    /// What is to be seen on it, for whoever cannot see it.
    alt: String,
    caption: String,
    is_child: bool,
    /// Whom it lets in; null to leave it, or to have one that shows a child be private.
    door: Option<Door>,
}

/// The same of a new one.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewPhoto {
    /// What is to be seen on it, for whoever cannot see it.
    #[serde(default)]
    alt: String,
    /// Whether it shows a child; then it is for its owner alone unless `door` says otherwise.
    #[serde(default)]
    is_child: bool,
    /// Whom it lets in; everybody whom the room does unless it is said.
    door: Option<Door>,
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PhotoPart {
    /// From a list before this one.
    next: Option<String>,
}

/// One's photos, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPhotos {
    photos: Vec<RoomPhoto>,
    next: Option<String>,
}

/// An album as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlbumChange {
    title: String,
    door: Door,
    /// Which photos, in their order.
    photos: Vec<String>,
}

/// One's albums.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomAlbums {
    albums: Vec<RoomAlbum>,
}

/// Takes a photo in: the body is the file. Where and with what it was taken is left behind.
#[utoipa::path(
    post, path = "/api/v1/room/photos", tag = "rooms", security(("room" = [])), params(NewPhoto),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = RoomPhoto))
)]
pub(crate) async fn add_photo(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(new): Asking<NewPhoto>,
    body: Body,
) -> Result<(StatusCode, Json<RoomPhoto>), ApiError> {
    let words =
        PhotoWords { alt: new.alt, caption: String::new(), is_child: new.is_child, door: new.door.map(Into::into) };
    let (id, most) = (seat.member.id, app.engine.settings.rooms.photos);
    let keep = app.engine.photo_keeper(&id, words)?;
    let taken = take_upload(Arc::clone(&app), format!("member:{id}"), body, keep).await;
    let (media, photo) = taken.map_err(|error| match &error.cause {
        Some(cause) if cause.contains(TOO_MANY_PHOTOS) => {
            ApiError::new(ErrorCode::NotNow, format!("a room has at most {most} photos; remove some first"))
        }
        _ => error,
    })?;
    let seen = parlour_engine::rooms::look::SeenPhoto { photo, media, tags: Vec::new() };
    Ok((StatusCode::CREATED, Json(RoomPhoto::of(&app, &seen, true))))
}

/// One's photos, the newest first.
#[utoipa::path(
    get, path = "/api/v1/room/photos", tag = "rooms", security(("room" = [])), params(PhotoPart),
    responses((status = 200, body = RoomPhotos))
)]
pub(crate) async fn list_photos(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(part): Asking<PhotoPart>,
) -> Result<Json<RoomPhotos>, ApiError> {
    let list = move |app: &App| {
        let wrong = || ApiError::invalid("next", "this is not a place in this list; begin again without it");
        let (at, id) = match part.next.as_deref() {
            None | Some("") => (i64::MAX, String::new()),
            Some(text) => {
                let (at, id) = text.split_once('.').ok_or_else(wrong)?;
                (at.parse().map_err(|_| wrong())?, id.to_owned())
            }
        };
        let found = app.engine.photos(&seat.member.id, (at, &id), PAGE)?;
        let last = found.last().filter(|_| found.len() as i64 == PAGE);
        let next = last.map(|last| format!("{}.{}", last.photo.created_at, last.photo.id));
        Ok(RoomPhotos { photos: found.iter().map(|photo| RoomPhoto::of(app, photo, true)).collect(), next })
    };
    app.run(list).await.map(Json)
}

/// Keeps what is said of a photo.
#[utoipa::path(
    put, path = "/api/v1/room/photos/{photo}", tag = "rooms", security(("room" = [])),
    params(("photo" = String, Path)), request_body = PhotoChange, responses((status = 200, body = RoomPhoto))
)]
pub(crate) async fn update_photo(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(photo): At<String>,
    Sent(change): Sent<PhotoChange>,
) -> Result<Json<RoomPhoto>, ApiError> {
    let PhotoChange { alt, caption, is_child, door } = change;
    let words = PhotoWords { alt, caption, is_child, door: door.map(Into::into) };
    let keep = move |app: &App| {
        let seen = app.engine.change_photo(&seat.member.id, &photo, words)?;
        Ok(RoomPhoto::of(app, &seen, true))
    };
    app.run(keep).await.map(Json)
}

/// Removes a photo, wherever it hangs, and its files.
#[utoipa::path(
    delete, path = "/api/v1/room/photos/{photo}", tag = "rooms", security(("room" = [])),
    params(("photo" = String, Path)), responses((status = 204, description = "removed"))
)]
pub(crate) async fn delete_photo(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(photo): At<String>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.delete_photo(&seat.member.id, &photo)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's albums.
#[utoipa::path(
    get, path = "/api/v1/room/albums", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = RoomAlbums))
)]
pub(crate) async fn list_albums(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<RoomAlbums>, ApiError> {
    let list = move |app: &App| {
        let albums = app.engine.albums(&seat.member.id)?;
        Ok(RoomAlbums { albums: albums.iter().map(|album| RoomAlbum::of(app, album, true)).collect() })
    };
    app.run(list).await.map(Json)
}

/// Makes an album.
#[utoipa::path(
    post, path = "/api/v1/room/albums", tag = "rooms", security(("room" = [])), request_body = AlbumChange,
    responses((status = 201, body = RoomAlbum))
)]
pub(crate) async fn create_album(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(change): Sent<AlbumChange>,
) -> Result<(StatusCode, Json<RoomAlbum>), ApiError> {
    let album = app.run(move |app| put(app, &seat, None, change)).await?;
    Ok((StatusCode::CREATED, Json(album)))
}

/// Keeps an album as it now is.
#[utoipa::path(
    put, path = "/api/v1/room/albums/{album}", tag = "rooms", security(("room" = [])),
    params(("album" = String, Path)), request_body = AlbumChange, responses((status = 200, body = RoomAlbum))
)]
pub(crate) async fn update_album(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(album): At<String>,
    Sent(change): Sent<AlbumChange>,
) -> Result<Json<RoomAlbum>, ApiError> {
    app.run(move |app| put(app, &seat, Some(&album), change)).await.map(Json)
}

fn put(app: &App, seat: &Seat, id: Option<&str>, change: AlbumChange) -> Result<RoomAlbum, ApiError> {
    let AlbumChange { title, door, photos } = change;
    let album = app.engine.put_album(&seat.member.id, id, (&title, door.into()), photos)?;
    let found = app.engine.albums(&seat.member.id)?.into_iter().find(|one| one.album.id == album.id);
    let found = found.ok_or_else(|| ApiError::from(StoreError::Unknown))?;
    Ok(RoomAlbum::of(app, &found, true))
}

/// Removes an album, wherever it hangs; its photos stay.
#[utoipa::path(
    delete, path = "/api/v1/room/albums/{album}", tag = "rooms", security(("room" = [])),
    params(("album" = String, Path)), responses((status = 204, description = "removed"))
)]
pub(crate) async fn delete_album(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(album): At<String>,
) -> Result<StatusCode, ApiError> {
    app.run(move |app| Ok(app.engine.delete_album(&seat.member.id, &album)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
