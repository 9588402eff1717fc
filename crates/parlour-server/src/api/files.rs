//! Files that came with posts: to be saved, whatever they say they are; pictures, and a mail's own page, to be looked at where
//! nothing in them can do anything.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use parlour_core::key::Key;
use parlour_engine::mail::shown_as;
use parlour_store::attachment;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{Asking, At};

/// A picture that is opened by itself does nothing.
const OF_PICTURES: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// A mail as it was sent runs nothing, sends nothing and asks nobody for anything …
const OF_PAGES: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
/// … but for pictures, where somebody wants to see them.
const OF_PAGES_WITH_PICTURES: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
/// What stands before a mail as it was sent.
const BEFORE: &str = "<!doctype html><html lang=\"\"><head><meta charset=\"utf-8\"><title>A mail as it was sent</title><style>\
    body{margin:12px;font:15px/1.5 system-ui,sans-serif;color:#111;background:#fff;overflow-wrap:anywhere}\
    img{max-width:100%;height:auto}img:not([src]){display:none}blockquote{margin:0 0 0 8px;padding-left:8px;\
    border-left:2px solid #ccc}pre{white-space:pre-wrap}</style></head><body>";
const AFTER: &str = "</body></html>";

/// How a file is wanted.
#[derive(Deserialize, IntoParams)]
pub(crate) struct FileQuery {
    /// To be looked at instead of saved; only pictures are.
    #[serde(default)]
    show: bool,
}

/// How a mail is to be seen.
#[derive(Deserialize, IntoParams)]
pub(crate) struct PageQuery {
    /// With pictures from elsewhere, whose servers then learn that somebody looks.
    #[serde(default)]
    pictures: bool,
}

/// One file of a post, as bytes to be saved under its name; or, if it is a picture, to be looked at.
#[utoipa::path(
    get, path = "/api/v1/posts/{post}/files/{place}", tag = "asks",
    params(("post" = String, Path), ("place" = i64, Path, description = "which of the post's files, from 0"), FileQuery),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"))
)]
pub(crate) async fn get_file(
    State(app): State<Arc<App>>,
    At((post, place)): At<(String, i64)>,
    Asking(query): Asking<FileQuery>,
) -> Result<Response, ApiError> {
    let post = key_of(&post)?;
    let found = app.run(move |app| Ok(app.engine.database.read(|conn| attachment::get(conn, post, place))?)).await?;
    let found = found
        .filter(|file| file.place != attachment::PAGE)
        .ok_or_else(|| ApiError::not_found("this file is not kept here"))?;
    let kind = if query.show { shown_as(&found.body) } else { None };
    if query.show && kind.is_none() {
        return Err(ApiError::invalid("show", "only pictures (JPEG, PNG, WebP, GIF) are shown; save this file"));
    }
    let mut response = Bytes::from(found.body).into_response();
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
        headers.insert(CONTENT_SECURITY_POLICY, OF_PICTURES);
        return Ok(response);
    }
    // A browser that is told what it is may show it, and run what is in it.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_DISPOSITION, disposition(&found.name));
    Ok(response)
}

/// A mail as it was sent, as a page for a frame: it runs nothing, and asks nobody for anything unless pictures are wanted.
#[utoipa::path(
    get, path = "/api/v1/posts/{post}/page", tag = "asks", params(("post" = String, Path), PageQuery),
    responses((status = 200, description = "the page", content_type = "text/html"))
)]
pub(crate) async fn get_page(
    State(app): State<Arc<App>>,
    At(post): At<String>,
    Asking(query): Asking<PageQuery>,
) -> Result<Response, ApiError> {
    let post = key_of(&post)?;
    let found = app.run(move |app| Ok(app.engine.mail_page(post, query.pictures)?)).await?;
    let body = found.ok_or_else(|| ApiError::not_found("this mail is not kept as it was sent"))?;
    let mut response = format!("{BEFORE}{body}{AFTER}").into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy = if query.pictures { OF_PAGES_WITH_PICTURES } else { OF_PAGES };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}

fn key_of(post: &str) -> Result<Key, ApiError> {
    Key::from_hex(post).ok_or_else(|| ApiError::invalid("post", "must be 32 hexadecimal digits"))
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
