//! Errors as the API tells them: one table of codes, one shape, and nothing said of the inside.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use parlour_engine::forms::Turned;
use parlour_engine::{AfarError, EngineError};
use parlour_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// Every way in which a request can fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ErrorCode {
    InvalidRequest,
    SqlRefused,
    SignInNeeded,
    WriteKeyUnknown,
    SignInRefused,
    ForeignOrigin,
    Forbidden,
    KeyRefused,
    IdentityRefused,
    ConversationEnded,
    NotFound,
    NoData,
    MethodNotAllowed,
    TooSlow,
    NotEmpty,
    NotNow,
    BodyTooLarge,
    UnsupportedMediaType,
    TooManyTries,
    TooManyEvents,
    Internal,
    Unavailable,
    Busy,
    DiskFull,
}

impl ErrorCode {
    /// Its name on the wire and its HTTP status.
    fn row(self) -> (&'static str, StatusCode) {
        match self {
            Self::InvalidRequest => ("invalid_request", StatusCode::BAD_REQUEST),
            Self::SqlRefused => ("sql_refused", StatusCode::BAD_REQUEST),
            Self::WriteKeyUnknown => ("write_key_unknown", StatusCode::UNAUTHORIZED),
            Self::SignInNeeded => ("sign_in_needed", StatusCode::UNAUTHORIZED),
            Self::SignInRefused => ("sign_in_refused", StatusCode::UNAUTHORIZED),
            Self::ForeignOrigin => ("foreign_origin", StatusCode::FORBIDDEN),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN),
            Self::KeyRefused => ("key_refused", StatusCode::UNAUTHORIZED),
            Self::IdentityRefused => ("identity_refused", StatusCode::UNAUTHORIZED),
            Self::ConversationEnded => ("conversation_ended", StatusCode::GONE),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND),
            Self::NoData => ("no_data", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::TooSlow => ("too_slow", StatusCode::REQUEST_TIMEOUT),
            Self::NotEmpty => ("not_empty", StatusCode::CONFLICT),
            Self::NotNow => ("not_now", StatusCode::CONFLICT),
            Self::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::UnsupportedMediaType => ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::TooManyTries => ("too_many_tries", StatusCode::TOO_MANY_REQUESTS),
            Self::TooManyEvents => ("too_many_events", StatusCode::TOO_MANY_REQUESTS),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE),
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE),
            Self::DiskFull => ("disk_full", StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().0
    }

    pub(crate) fn status(self) -> StatusCode {
        self.row().1
    }
}

/// What went wrong.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) fields: Vec<FieldError>,
    /// Seconds after which it may be tried again.
    pub(crate) retry_after: Option<u64>,
    /// For the log alone.
    pub(crate) cause: Option<String>,
}

/// The body of every answer that is not a success.
#[derive(Serialize, ToSchema)]
pub(crate) struct Failure {
    pub(crate) error: FailureBody,
}

/// What went wrong, for programs and for people.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// One word of a closed list.
    pub(crate) code: &'static str,
    /// A sentence: what is wrong and what to do.
    pub(crate) message: String,
    /// Which parts of the request are wrong, where that is known.
    pub(crate) fields: Vec<FieldError>,
}

/// What is wrong with one part of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The parameter or field.
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: Vec::new(), retry_after: None, cause: None }
    }

    /// A request that is wrong at `path`.
    pub(crate) fn invalid(path: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let fields = vec![FieldError { path: path.to_owned(), message: message.clone() }];
        Self { fields, ..Self::new(ErrorCode::InvalidRequest, format!("`{path}`: {message}")) }
    }

    /// Our own fault; the cause goes to the log and nowhere else.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        let message = "something went wrong inside; the log has it under the request id";
        Self { cause: Some(cause.into()), ..Self::new(ErrorCode::Internal, message) }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    fn passing(code: ErrorCode, message: &str, cause: &StoreError) -> Self {
        Self { retry_after: Some(1), cause: Some(cause.to_string()), ..Self::new(code, message) }
    }

    /// What a status that some layer answered with stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                ErrorCode::MethodNotAllowed,
                "this path does not take this method; the header `Allow` says which it takes",
            ),
            StatusCode::REQUEST_TIMEOUT => {
                Self::new(ErrorCode::TooSlow, "the request took longer than it may; ask for less or try again")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            status if status.is_server_error() => Self::internal(format!("a layer answered {status}")),
            _ => Self::new(ErrorCode::InvalidRequest, "the request cannot be understood"),
        }
    }

    pub(crate) fn too_large() -> Self {
        Self::new(ErrorCode::BodyTooLarge, "the body is larger than `server.max_body_bytes`; send less at once")
    }
}

impl IntoResponse for ApiError {
    /// The status, with the error beside it; the border makes the body of it.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => {
                Self::passing(ErrorCode::DiskFull, "no space is left; free some, then try again", &error)
            }
            StoreError::Busy => Self::passing(ErrorCode::Busy, "the database is busy; try again in a moment", &error),
            StoreError::Unknown => Self::passing(
                ErrorCode::Unavailable,
                "whether it was written is not known; look before you send it again",
                &error,
            ),
            StoreError::Locked
            | StoreError::Follows
            | StoreError::NewerSchema { .. }
            | StoreError::Unsafe(_)
            | StoreError::Unavailable(_) => Self::passing(
                ErrorCode::Unavailable,
                "the database is not available; see the log of the server",
                &error,
            ),
            StoreError::TooSlow => Self::new(ErrorCode::TooSlow, error.to_string()),
            StoreError::Denied(_) => Self::new(ErrorCode::SqlRefused, error.to_string()),
            StoreError::Sql(_) | StoreError::Corrupt(_) | StoreError::Aborted(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        if error.is_full() {
            return StoreError::Full.into();
        }
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::NotFound(message) => Self::not_found(message),
            EngineError::Invalid(message) => Self::new(ErrorCode::InvalidRequest, message),
            EngineError::Forbidden(message) => Self::new(ErrorCode::Forbidden, message),
            EngineError::Conflict(message) => Self::new(ErrorCode::NotNow, message),
            EngineError::Refused(message) => Self::new(ErrorCode::SqlRefused, message),
            EngineError::Afar(AfarError::Late(_)) => Self::new(ErrorCode::TooSlow, error.to_string()),
            EngineError::Afar(_) => Self::new(ErrorCode::Unavailable, error.to_string()),
            EngineError::Lake(_)
            | EngineError::Vocabulary(_)
            | EngineError::Settings(_)
            | EngineError::InUse(_)
            | EngineError::Folder { .. }
            | EngineError::Journal { .. } => Self::internal(error.to_string()),
        }
    }
}

impl From<Turned> for ApiError {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::Unbelieved(why) => Self::new(ErrorCode::IdentityRefused, why.to_string()),
            Turned::Ended => Self::new(ErrorCode::ConversationEnded, turned.to_string()),
            Turned::Invalid { field, why } => Self::invalid(field, why),
            Turned::Engine(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inside_stays_inside() {
        let error = ApiError::from(StoreError::Sql("no such table: session".to_owned()));
        assert_eq!((error.code, error.message.contains("session")), (ErrorCode::Internal, false));
        assert!(error.cause.unwrap().contains("session"));
        let error = ApiError::from(EngineError::Settings("secret".to_owned()));
        assert!(!error.message.contains("secret"));
    }

    #[test]
    fn passing_errors_say_when_to_try_again() {
        for (error, status) in [(StoreError::Busy, 503), (StoreError::Full, 503), (StoreError::Unknown, 503)] {
            let error = ApiError::from(error);
            assert_eq!((error.code.status().as_u16(), error.retry_after), (status, Some(1)));
        }
    }
}
