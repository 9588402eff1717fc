//! Answers: the bytes that each family of SDKs takes for success, and errors in one shape.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use parlour_core::wire::BatchError;

use crate::error::{ApiError, ErrorCode};

/// The media type of every answer but images and scripts.
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// What Segment's, RudderStack's and Jitsu's SDKs are told.
const SUCCESS: &str = "{\"success\":true}";
/// What PostHog's are told.
const OK: &str = "{\"status\":\"Ok\"}";
/// Seconds after which a sender may come back that failed by no fault of its own.
const RETRY_SECONDS: u64 = 1;
/// A transparent image of one pixel.
const PIXEL: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\
    \x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// A request that is not taken; the border makes its answer.
#[derive(Debug)]
pub(crate) struct Refused(pub(super) ApiError);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<BatchError> for Refused {
    fn from(error: BatchError) -> Self {
        let code = match error {
            BatchError::TooMany(_) => ErrorCode::BodyTooLarge,
            BatchError::Json(_) | BatchError::Encoding { .. } | BatchError::NoEvents { .. } => {
                ErrorCode::InvalidRequest
            }
        };
        Self(ApiError::new(code, error.to_string()))
    }
}

impl Refused {
    /// Says 503 of what is too fast: PostHog's SDK for pages gives up for good at any 4xx.
    pub(super) fn for_posthog(self) -> Self {
        if self.0.code == ErrorCode::TooManyEvents { Self(ApiError { code: ErrorCode::Busy, ..self.0 }) } else { self }
    }

    /// Says 400 of what is too large, as Segment does: its SDKs drop a batch at 400 and would send it for ever at others.
    pub(super) fn for_segment(self) -> Self {
        if self.0.code == ErrorCode::BodyTooLarge {
            Self(ApiError { code: ErrorCode::InvalidRequest, ..self.0 })
        } else {
            self
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut error = self.0;
        let status = error.code.status();
        if status.is_server_error() {
            error.retry_after.get_or_insert(RETRY_SECONDS);
        }
        // Whatever failed here, it was not taken: every SDK comes back after 503, and not all do after others.
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            error.code = ErrorCode::Unavailable;
        }
        error.into_response()
    }
}

pub(super) fn json(text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

pub(super) fn success() -> Response {
    json(SUCCESS)
}

pub(super) fn ok() -> Response {
    json(OK)
}

pub(super) fn pixel() -> Response {
    let mut response = Response::new(Body::from(PIXEL));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/gif"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn script(text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/javascript"));
    response
}

/// What is told of a method that a path does not take.
pub(super) async fn wrong_method() -> Refused {
    Refused(ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED))
}
