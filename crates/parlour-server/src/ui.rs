//! The Desk's pages, embedded; a page that says how to build them where they were not.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::border::is_api;
use crate::error::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Pages;

const INDEX: &str = "index.html";
/// The page of a room's owner, which the Desk's pages know nothing of.
const ROOM: &str = "room.html";
/// Files whose names change with their content.
const HASHED: &str = "assets/";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// May be kept, but must be asked about before it is used again.
const ASK_FIRST: &str = "no-cache";

/// What pages of others load: it may be a while old, and is asked about behind their back.
const WIDGET: &str = "widget.js";
const FOR_A_WHILE: &str = "public, max-age=600, stale-while-revalidate=86400";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Parlour</title>\
    <style>body{font:1.1rem/1.6 Georgia,serif;max-width:36rem;margin:4rem auto;padding:0 1rem}</style>\
    <h1>The pages are not built yet</h1><p>This server was compiled without the Desk’s pages. Build them, then the \
    server again:</p><pre>cd web &amp;&amp; npm ci &amp;&amp; npm run build\ncargo build --release</pre>\
    <p>The API under <code>/api/v1</code> works without them.</p></html>";

/// A file of the Desk, or its first page for every other path, which the pages' own router understands. Paths of the
/// API that do not exist are told so.
pub(crate) async fn get_page(request: Request) -> Response {
    let path = request.uri().path();
    if is_api(path) {
        let message = format!("there is nothing at `{path}`; `openapi.json` lists what there is");
        return ApiError::not_found(message).into_response();
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = path.trim_start_matches('/');
    if let Some(file) = Pages::get(path).filter(|_| ![INDEX, ROOM].contains(&path)) {
        return answer(path, file, request.headers().get(header::IF_NONE_MATCH));
    }
    if path.starts_with(HASHED) {
        return (StatusCode::NOT_FOUND, "there is no such file; reload the page").into_response();
    }
    let first = if path == "room" || path.starts_with("room/") { ROOM } else { INDEX };
    let page = Pages::get(first).map_or_else(|| Body::from(NOT_BUILT), |page| Body::from(page.data.into_owned()));
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn answer(path: &str, file: EmbeddedFile, known: Option<&HeaderValue>) -> Response {
    let digest = file.metadata.sha256_hash();
    let tag = format!("\"{}\"", crate::cursor::hex(&digest[..16]));
    let is_widget = path == WIDGET;
    let kept = if path.starts_with(HASHED) { FOR_EVER } else { ASK_FIRST };
    let kept = if is_widget { FOR_A_WHILE } else { kept };
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, kind_of(path).to_owned()),
        (header::CACHE_CONTROL, kept.to_owned()),
        (header::ETAG, tag),
    ];
    let mut response = if is_known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, Body::from(file.data.into_owned())).into_response()
    };
    if is_widget {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    }
    response
}

/// What a file is, by the end of its name; with `nosniff` a wrong answer means that the browser does not use it.
fn kind_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
