//! Files that came with posts, to be saved: never shown in a page of ours, whatever they say they are.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use parlour_core::key::Key;
use parlour_store::attachment;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::At;

/// One file of a post, as bytes to be saved under its name.
#[utoipa::path(
    get, path = "/api/v1/posts/{post}/files/{place}", tag = "asks",
    params(("post" = String, Path), ("place" = i64, Path, description = "which of the post's files, from 0")),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"))
)]
pub(crate) async fn get_file(
    State(app): State<Arc<App>>,
    At((post, place)): At<(String, i64)>,
) -> Result<Response, ApiError> {
    let post = Key::from_hex(&post).ok_or_else(|| ApiError::invalid("post", "must be 32 hexadecimal digits"))?;
    let found = app.run(move |app| Ok(app.engine.database.read(|conn| attachment::get(conn, post, place))?)).await?;
    let found = found.ok_or_else(|| ApiError::not_found("this file is not kept here"))?;
    let mut response = Bytes::from(found.body).into_response();
    let headers = response.headers_mut();
    // A browser that is told what it is may show it, and run what is in it.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_DISPOSITION, disposition(&found.name));
    Ok(response)
}

/// Has a browser save it under this name, whatever characters that has.
fn disposition(name: &str) -> HeaderValue {
    let escaped: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{escaped}"))
        .expect("letters, digits and percent signs can stand in a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_header() {
        assert_eq!(disposition("a\"; x=\r\n.pdf"), "attachment; filename*=UTF-8''a%22%3B%20x%3D%0D%0A.pdf");
        assert_eq!(disposition("Größe.txt"), "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.txt");
    }
}
