//! The way out of the digest: a link in the mail that needs no sign-in, and the one click that mail programs make of it
//! (RFC 8058).

use std::sync::Arc;

use axum::response::Html;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::At;

fn page(text: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Digest</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>body{{font:16px/1.5 system-ui,sans-serif;\
         max-width:34em;margin:3em auto;padding:0 1em}}button{{font:inherit;padding:.4em 1em}}</style></head>\
         <body>{text}</body></html>"
    ))
}

/// Asks whether the digest is to come no more: looking at a link must change nothing, since programs look too.
#[utoipa::path(
    get, path = "/unsubscribe/{token}", tag = "settings", params(("token" = String, Path)), security(()),
    responses((status = 200, description = "a page with a button", content_type = "text/html"))
)]
pub(crate) async fn ask_to_unsubscribe(
    State(app): State<Arc<App>>,
    At(token): At<String>,
) -> Result<Html<String>, ApiError> {
    app.run(move |app| app.engine.subscriber(&token).map_err(Into::into)).await?;
    Ok(page(
        "<form method=\"post\"><p>The daily digest will no longer be sent to you.</p><button>Unsubscribe</button></form>",
    ))
}

/// Sends no more digests to the address of this link.
#[utoipa::path(
    post, path = "/unsubscribe/{token}", tag = "settings", params(("token" = String, Path)), security(()),
    responses((status = 200, description = "a page that says so", content_type = "text/html"))
)]
pub(crate) async fn end_digest(State(app): State<Arc<App>>, At(token): At<String>) -> Result<Html<String>, ApiError> {
    app.run(move |app| app.engine.unsubscribe(&token).map_err(Into::into)).await?;
    Ok(page(
        "<p>Done: the digest is no longer sent to you. Whoever runs Parlour can take your address out for good.</p>",
    ))
}
