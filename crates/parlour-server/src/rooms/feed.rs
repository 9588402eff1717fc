//! The Atom feed of a room: what passers-by may see, whoever asks.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use parlour_engine::clock;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::look::{Hung, Look};

use super::guard::Viewer;
use super::looking::closed;
use crate::api::staff::base;
use crate::app::{App, State};
use crate::doors::escaped;
use crate::error::ApiError;
use crate::input::At;

/// The feed of a room.
pub(crate) async fn get_feed(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    At(handle): At<String>,
) -> Result<Response, ApiError> {
    let text = move |app: &App| {
        let (look, frames) = app.engine.feed_of_room(&handle, viewer.0.as_deref())?.ok_or_else(closed)?;
        Ok(feed(&base(app), &look, &frames))
    };
    let text = app.run(text).await?;
    let headers =
        [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8"), (header::CACHE_CONTROL, "private, no-cache")];
    Ok((headers, text).into_response())
}

fn feed(base: &str, look: &Look, frames: &[Hung]) -> String {
    let member = &look.member;
    let address = format!("{base}/@{}", member.handle.as_deref().unwrap_or_default());
    let updated = frames.iter().map(|hung| hung.frame.hung_at).max().unwrap_or(member.created_at);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{0}</id>\
         <title>{1}</title><updated>{2}</updated><link href=\"{0}\"/><link rel=\"self\" href=\"{0}/feed.atom\"/>\
         <author><name>{1}</name><uri>{0}</uri></author>",
        xml(&address),
        xml(&member.name),
        clock::rfc3339(updated)
    );
    for hung in frames {
        let url = xml(&format!("{address}/frames/{}", hung.frame.id));
        let (title, words) = words_of(hung);
        write!(
            text,
            "<entry><id>{url}</id><title>{}</title><link href=\"{url}\"/><published>{}</published><updated>{}</updated>\
             <content type=\"text\">{}</content></entry>",
            xml(&title),
            clock::rfc3339(hung.frame.hung_at),
            clock::rfc3339(hung.frame.changed_at),
            xml(&words)
        )
        .expect("a String takes any text");
    }
    text.push_str("</feed>\n");
    text
}

/// A title and the words of a frame.
fn words_of(hung: &Hung) -> (String, String) {
    match &hung.content {
        Content::Photo { .. } => {
            let (alt, caption) = hung
                .photo
                .as_ref()
                .map(|seen| (seen.photo.alt.clone(), seen.photo.caption.clone()))
                .unwrap_or_default();
            let title = [&caption, &alt].into_iter().find(|text| !text.is_empty()).cloned();
            (title.unwrap_or_else(|| "A photo".to_owned()), alt)
        }
        Content::Album { .. } => {
            let title = hung.album.as_ref().map(|seen| seen.album.title.clone()).unwrap_or_default();
            let n = hung.album.as_ref().map_or(0, |seen| seen.n_photos);
            (title, format!("An album of {n} photos"))
        }
        Content::Text { text } => (first_words(text), text.clone()),
        Content::Video { url, title } => (title.clone(), url.clone()),
        Content::Group { title, words, .. } => (title.clone(), words.clone()),
        Content::Placement { words, .. } => ("A picture of a brand".to_owned(), words.clone()),
        Content::Fact { .. } => ("Something of mine".to_owned(), String::new()),
        Content::Occasion { .. } => ("An occasion".to_owned(), String::new()),
    }
}

fn first_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(60).map_or(line.len(), |(end, _)| end);
    if end < line.len() { format!("{}…", &line[..end]) } else { line.to_owned() }
}

/// A text as it may stand in XML, which knows no control characters.
fn xml(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    escaped(&plain)
}
