//! The border: every answer passes here, gets its headers, and is made JSON if it is an error of the API.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::app::App;
use crate::error::{ApiError, Failure, FailureBody};
use crate::trace;

/// What pages may load and do: only what this server itself serves.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
    base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
/// Carries the request's name.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Whether a path belongs to programs rather than to pages.
pub(crate) fn is_api(path: &str) -> bool {
    const BELOW: [&str; 8] =
        ["/occasions/", "/brands/", "/api/", "/in/", "/media/", "/fediverse/", "/unsubscribe/", "/.well-known/"];
    ["/healthz", "/metrics", "/api"].contains(&path) || BELOW.iter().any(|below| path.starts_with(below))
}

/// Names the request, and gives the answer its headers and, if it is an error, its body. Errors that are the server's
/// own fault are logged here, once.
pub(crate) async fn finish(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = app.request_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // Patterns are few; what has none is a page.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "page".to_owned(), |of| of.as_str().to_owned());
    let begun = Instant::now();
    let span = trace::span(&request, &route, &id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    trace::end(&span, status);
    app.meter.count(&route, status, begun.elapsed());
    let told = response.extensions_mut().remove::<ApiError>();
    if (status.is_client_error() || status.is_server_error()) && (told.is_some() || is_api(&path)) {
        let error = told.unwrap_or_else(|| ApiError::of_status(status));
        if status.is_server_error() {
            let cause = error.cause.as_deref().unwrap_or(&error.message);
            tracing::error!(request = id, %method, path, code = error.code.name(), cause, "a request failed");
        }
        tell(&mut response, error);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    harden(headers);
    response
}

/// Puts the error into the body, where it was only beside it.
fn tell(response: &mut Response, error: ApiError) {
    *response.status_mut() = error.code.status();
    let retry_after = error.retry_after;
    let ApiError { code, message, fields, .. } = error;
    let failure = Failure { error: FailureBody { code: code.name(), message, fields } };
    *response.body_mut() = Body::from(serde_json::to_vec(&failure).unwrap_or_default());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A file says less of itself than a page may.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
