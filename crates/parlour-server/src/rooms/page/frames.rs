//! Frames as HTML: what hangs in them, whoever hung it, as text that can do nothing.

mod offered;

use std::fmt::Write as _;

use parlour_engine::rooms::content::{Content, host_of};
use parlour_engine::rooms::look::{Hung, Look, SeenAlbum, SeenPhoto};

use super::super::placed::{next_after, occasion_of};
use crate::api::media::Image;
use crate::app::App;
use crate::doors::escaped;

/// How wide a picture is shown, by the size of its frame, for browsers that choose among its files.
const SIZES: [&str; 3] = [
    "(max-width: 620px) 100vw, (max-width: 960px) 50vw, 360px",
    "(max-width: 960px) 100vw, 540px",
    "(max-width: 960px) 100vw, 720px",
];

/// What a frame is called.
pub(super) fn title_of(hung: &Hung) -> String {
    match &hung.content {
        Content::Photo { .. } => {
            let words = hung.photo.as_ref().map(|seen| [seen.photo.caption.clone(), seen.photo.alt.clone()]);
            let words = words.into_iter().flatten().find(|text| !text.is_empty());
            words.unwrap_or_else(|| "A photo".to_owned())
        }
        Content::Album { .. } => hung.album.as_ref().map(|seen| seen.album.title.clone()).unwrap_or_default(),
        Content::Video { title, .. } | Content::Group { title, .. } => title.clone(),
        Content::Text { .. } => "A note".to_owned(),
        Content::Placement { words, .. } if !words.is_empty() => words.clone(),
        Content::Placement { .. } => "A picture of a brand".to_owned(),
        Content::Fact { .. } => {
            let fact = hung.fact.as_ref();
            fact.map_or_else(|| "Something of mine".to_owned(), |fact| format!("My {}: {}", fact.label, fact.name))
        }
        Content::Occasion { .. } => "An occasion".to_owned(),
    }
}

/// A frame as an item of the wall; `is_alone` where it is the only one of its page.
pub(super) fn frame(app: &App, look: &Look, (hung, is_alone): (&Hung, bool)) -> String {
    let handle = escaped(look.member.handle.as_deref().unwrap_or_default());
    let id = escaped(&hung.frame.id);
    let size = if is_alone { 3 } else { hung.frame.size.clamp(1, 3) };
    let Some(inside) = inside(app, hung, (&handle, &id, size)) else { return String::new() };
    format!("<li class=\"frame s{size} {}\" id=\"{id}\">{inside}</li>", hung.content.kind())
}

fn inside(app: &App, hung: &Hung, (handle, id, size): (&str, &str, i64)) -> Option<String> {
    let note = |words: &str| format!("<p class=\"words\" dir=\"auto\">{}</p>", escaped(words));
    match &hung.content {
        Content::Photo { .. } => {
            let seen = hung.photo.as_ref()?;
            let picture = photo(app, seen, size);
            let caption = caption(&seen.photo.caption);
            let tags = offered::tags(app, &seen.tags);
            Some(format!("<figure><a href=\"/@{handle}/frames/{id}\">{picture}</a>{caption}{tags}</figure>"))
        }
        Content::Album { .. } => Some(album(app, hung.album.as_ref()?, handle)),
        Content::Text { text } => Some(note(text)),
        Content::Video { url, title } => Some(format!(
            "<a class=\"film\" href=\"{}\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\"><span class=\"play\" \
             aria-hidden=\"true\"></span><bdi>{}</bdi><small>a film at {}</small></a>",
            escaped(url),
            escaped(title),
            escaped(host_of(url))
        )),
        Content::Group { title, words, link } => Some(format!(
            "<div class=\"group\"><p class=\"label\">A group I am in</p><h2>{}</h2>{}</div>",
            linked(title, link),
            if words.is_empty() { String::new() } else { note(words) }
        )),
        Content::Placement { words, .. } => offered::placement(app, hung, (words, handle), size),
        Content::Fact { .. } => hung.fact.as_ref().map(offered::fact),
        Content::Occasion { .. } => {
            let seen = occasion_of(app, hung, false)?;
            let next = next_after(app, hung, false).map(|next| offered::occasion(&next)).unwrap_or_default();
            Some(offered::occasion(&seen) + &next)
        }
    }
}

/// A name that leads where a link does, if there is one, with the host it leads to.
fn linked(name: &str, link: &str) -> String {
    let name = escaped(name);
    match host_of(link) {
        "" => format!("<bdi>{name}</bdi>"),
        host => format!(
            "<a href=\"{}\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\"><bdi>{name}</bdi></a> <small>{}</small>",
            escaped(link),
            escaped(host)
        ),
    }
}

fn caption(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("<figcaption dir=\"auto\">{}</figcaption>", escaped(words)) }
}

fn photo(app: &App, seen: &SeenPhoto, size: i64) -> String {
    picture(&Image::of(app, &seen.media), &seen.photo.alt, size)
}

/// A picture in the width that fits. Until it is there its mean colour is in its place: as a drawing, since a style of its own
/// would need a policy that lets styles in.
fn picture(image: &Image, alt: &str, size: i64) -> String {
    let sizes = usize::try_from(size - 1).ok().and_then(|size| SIZES.get(size)).unwrap_or(&SIZES[0]);
    let set: Vec<String> = image.sources.iter().map(|source| format!("{} {}w", source.url, source.width)).collect();
    let widest = image.sources.last().map(|source| source.url.as_str()).unwrap_or_default();
    let tint = if image.is_see_through {
        String::new()
    } else {
        format!(
            "<svg aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" fill=\"{}\"/></svg>",
            escaped(&image.colour)
        )
    };
    format!(
        "<span class=\"picture\">{tint}<img src=\"{}\" srcset=\"{}\" sizes=\"{sizes}\" width=\"{}\" height=\"{}\" \
         alt=\"{}\" loading=\"lazy\" decoding=\"async\"></span>",
        escaped(widest),
        escaped(&set.join(", ")),
        image.width,
        image.height,
        escaped(alt)
    )
}

fn album(app: &App, seen: &SeenAlbum, handle: &str) -> String {
    let (id, title) = (escaped(&seen.album.id), escaped(&seen.album.title));
    let pictures: String = seen.photos.iter().map(|seen| photo(app, seen, 1)).collect();
    let photos = if seen.n_photos == 1 { "photo" } else { "photos" };
    format!(
        "<figure><a class=\"album-link\" href=\"/@{handle}/albums/{id}\"><span class=\"pile n{}\">{pictures}</span></a>\
         <figcaption><a href=\"/@{handle}/albums/{id}\"><bdi>{title}</bdi></a> · {} {photos}</figcaption></figure>",
        seen.photos.len().min(4),
        seen.n_photos
    )
}

/// An album with all its photos.
pub(super) fn album_page(app: &App, seen: &SeenAlbum) -> String {
    let mut page = format!("<h1><bdi>{}</bdi></h1><ol class=\"wall\">", escaped(&seen.album.title));
    for seen in &seen.photos {
        write!(
            page,
            "<li class=\"frame s1 photo\"><figure>{}{}{}</figure></li>",
            photo(app, seen, 1),
            caption(&seen.photo.caption),
            offered::tags(app, &seen.tags)
        )
        .expect("a String takes any text");
    }
    page.push_str("</ol>");
    if seen.photos.is_empty() {
        page.push_str("<p class=\"bare\">There is no photo in it that you may see.</p>");
    }
    page
}
