//! Input: what a request says, typed, or an error that names the part that is wrong.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::app::App;
use crate::error::{ApiError, ErrorCode};

/// The parameters of the query string.
pub(crate) struct Asking<T>(pub(crate) T);

/// The part of the path that names something.
pub(crate) struct At<T>(pub(crate) T);

/// The JSON of the body.
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asking<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|error| of_text(&error.body_text()))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Self(name)).map_err(|error| of_text(&error.body_text()))
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Sent<T> {
    type Rejection = ApiError;

    /// Answering may take its time, sending may not: whoever drips would hold a connection for as long.
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let most = Duration::from_secs(app.engine.settings.ingest.body_seconds);
        let Ok(body) = timeout(most, Json::<T>::from_request(request, app)).await else {
            let message = "the body took longer than `ingest.body_seconds`; send it again";
            return Err(ApiError::new(ErrorCode::TooSlow, message));
        };
        body.map(|Json(sent)| Self(sent)).map_err(|error| of_body(&error))
    }
}

fn of_body(error: &JsonRejection) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::new(
            ErrorCode::UnsupportedMediaType,
            "the body must be JSON; send it with `Content-Type: application/json`",
        ),
        _ => of_text(&error.body_text()),
    }
}

/// The error in a text such as `Failed to deserialize query string: cell: unknown variant …`, which names the path
/// where it knows it.
fn of_text(text: &str) -> ApiError {
    let text = text.split_once(": ").map_or(text, |(_, rest)| rest);
    match text.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => ApiError::invalid(path, message),
        Some(_) | None => ApiError::new(ErrorCode::InvalidRequest, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_parameter_is_named() {
        let error = of_text("Failed to deserialize query string: cell: unknown variant `X`, expected `A1` or `A2`");
        assert_eq!(error.fields[0].path, "cell");
        assert!(error.message.contains("expected `A1` or `A2`"));
        let error = of_text("Failed to deserialize query string: missing field `of`");
        assert_eq!((error.fields.len(), error.message.as_str()), (0, "missing field `of`"));
    }
}
