//! Pictures: how they come in, and how they go out by addresses that end.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use parlour_engine::clock;
use parlour_engine::media::MediaFile;
use parlour_media::Kind;
use parlour_store::media::Media;
use parlour_store::{Conn, StoreError};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::app::{App, Shared, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::At;

/// Seconds for which a browser may show a picture again without asking, at most.
const MAX_AGE: i64 = 3600;
/// Seconds before the address ends that a browser must have forgotten it.
const MARGIN: i64 = 5;
/// A picture that is opened by itself does nothing.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A picture, with addresses that are good for a while.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Image {
    /// Its id.
    pub(crate) id: i64,
    /// Pixels across, of the widest source.
    pub(crate) width: i64,
    /// Pixels down.
    pub(crate) height: i64,
    /// What is shown until it is there.
    pub(crate) blurhash: String,
    /// Its mean colour, `#rrggbb`.
    pub(crate) colour: String,
    /// Whether parts of it can be seen through, so that what is shown until it is there must go once it is.
    pub(crate) is_see_through: bool,
    /// Itself in several widths, from narrow to wide.
    pub(crate) sources: Vec<ImageSource>,
}

/// A picture in one width.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImageSource {
    /// Pixels across.
    pub(crate) width: u32,
    /// Where it is for now.
    pub(crate) url: String,
}

impl Image {
    /// A picture as somebody gets it who may see it: that is decided before this is called.
    pub(crate) fn of(app: &Shared, media: &Media) -> Self {
        let sources = app.engine.media_sources(media);
        Self {
            id: media.id,
            width: media.width,
            height: media.height,
            blurhash: media.blurhash.clone(),
            colour: media.colour.clone(),
            // Only pictures with an alpha channel are kept as such.
            is_see_through: media.kind == Kind::Png.name(),
            sources: sources.into_iter().map(|one| ImageSource { width: one.width, url: one.url }).collect(),
        }
    }
}

/// A picture, by an address that was given to somebody who may see it.
#[utoipa::path(
    get, path = "/media/{token}", tag = "rooms", security(()),
    params(("token" = String, Path)),
    responses((status = 200, description = "the picture, JPEG or PNG", content_type = "image/jpeg"))
)]
pub(crate) async fn get_media(State(app): State<Arc<App>>, At(token): At<String>) -> Result<Response, ApiError> {
    let found = app.run(move |app| Ok(app.engine.media_file(&token)?)).await?;
    found.map(answer).ok_or_else(|| ApiError::not_found("this address has ended, or never was; load the page again"))
}

fn answer(file: MediaFile) -> Response {
    let left = (file.ends_at - clock::now()) / 1_000_000;
    let age = (left - MARGIN).clamp(0, MAX_AGE);
    let mut response = Body::from(file.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind.media_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let cache = HeaderValue::from_str(&format!("private, max-age={age}, immutable"));
    headers.insert(CACHE_CONTROL, cache.expect("digits can stand in a header"));
    response
}

/// Receives a picture as the body of a request and keeps it for `owner`, with what is done `alongside` in the transaction of
/// its row.
pub(crate) async fn take_upload<T: Send + 'static>(
    app: Arc<App>,
    owner: String,
    body: Body,
    alongside: impl FnOnce(&mut dyn Conn, &Media) -> Result<T, StoreError> + Send + 'static,
) -> Result<(Media, T), ApiError> {
    receive(app, body, move |app, bytes| Ok(app.engine.take_media(&owner, bytes, alongside)?)).await
}

/// Receives a picture as the body of a request and has `take` make of it what it does: few are received at once, and fewer
/// decoded.
pub(crate) async fn receive<T: Send + 'static>(
    app: Arc<App>,
    body: Body,
    take: impl FnOnce(&App, &[u8]) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let settings = &app.engine.settings.media;
    let (most, time) = (settings.max_bytes, Duration::from_secs(settings.upload_seconds));
    let Ok(receiving) = Arc::clone(&app.receiving).try_acquire_owned() else {
        let busy = ApiError::new(ErrorCode::Busy, "many pictures are being received; try again in a moment");
        return Err(ApiError { retry_after: Some(2), ..busy });
    };
    let bytes = timeout(time, to_bytes(body, most)).await;
    let Ok(bytes) = bytes else {
        let message = "the picture took longer than `media.upload_seconds`; send it again, or save it smaller";
        return Err(ApiError::new(ErrorCode::TooSlow, message));
    };
    let bytes = bytes.map_err(|_| {
        let message =
            format!("a picture may have {most} bytes (`media.max_bytes`), and must come whole; save it smaller");
        ApiError::new(ErrorCode::BodyTooLarge, message)
    })?;
    // Whoever waits for a thread to decode holds what came, so they count as received until then.
    let turn = Arc::clone(&app.decoding).acquire_owned().await;
    app.run(move |app| {
        let _held = (turn, receiving);
        take(app, &bytes)
    })
    .await
}
