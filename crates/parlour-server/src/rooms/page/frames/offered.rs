//! What comes from offers as HTML: images of brands that owners hung, facts, occasions, and tags as a list.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parlour_engine::rooms::look::Hung;
use parlour_store::fact::Fact;
use parlour_store::tag::Tag;

use super::super::super::json_ld::price_of;
use super::super::super::occasions::RoomOccasion;
use super::super::super::placed::RoomPlaced;
use super::super::super::tags::RoomTag;
use super::{linked, picture};
use crate::app::App;
use crate::doors::escaped;

/// An image of a brand with the owner's words; where its set has ended, a kind word instead.
pub(super) fn placement(app: &App, hung: &Hung, (words, handle): (&str, &str), size: i64) -> Option<String> {
    let placed = RoomPlaced::of(app, hung, false)?;
    let (brand, set) = (escaped(&placed.brand.title), escaped(&placed.set_title));
    let shown = match &placed.image {
        Some(image) => {
            let alt = if image.alt.is_empty() { &format!("A picture of {}", placed.brand.title) } else { &image.alt };
            picture(&image.image, alt, size)
        }
        None => format!(
            "<p class=\"ended\">A picture of <bdi>{brand}</bdi> hung here. What it came from has ended; the words stay.</p>"
        ),
    };
    let mut below = String::new();
    if !words.is_empty() {
        write!(below, "<p class=\"words\" dir=\"auto\">{}</p>", escaped(words)).expect("a String takes any text");
    }
    if let Some(album) = &hung.album {
        let (id, title) = (escaped(&album.album.id), escaped(&album.album.title));
        write!(below, "<p><a href=\"/@{handle}/albums/{id}\"><bdi>{title}</bdi></a></p>")
            .expect("a String takes any text");
    }
    if let Some(next) = &placed.next {
        below.push_str(&occasion(next));
    }
    let rights = escaped(&placed.rights);
    Some(format!(
        "<figure>{shown}<figcaption>{below}<small class=\"whose\"><bdi>{brand}</bdi> · <bdi>{set}</bdi> · {rights}</small>\
         </figcaption></figure>"
    ))
}

/// Something of the owner's life.
pub(super) fn fact(fact: &Fact) -> String {
    let name = linked(&fact.name, &fact.link);
    let words = if fact.words.is_empty() {
        String::new()
    } else {
        format!("<p class=\"words\" dir=\"auto\">{}</p>", escaped(&fact.words))
    };
    format!(
        "<div class=\"fact\"><p class=\"label\">My <bdi>{}</bdi></p><h2>{name}</h2>{words}</div>",
        escaped(&fact.label)
    )
}

/// An occasion, and whether the owner comes; one where they were is a badge.
pub(super) fn occasion(seen: &RoomOccasion) -> String {
    let one = &seen.occasion;
    let comes = match seen.answer.as_deref() {
        Some("attended") => return badge(seen),
        Some("going" | "interested") if one.is_over => "",
        Some("going") => " · I am going",
        Some("interested") => " · I may come",
        Some(_) | None => "",
    };
    let state = match (one.is_cancelled, one.is_over) {
        (true, _) => "<strong>Called off.</strong> ",
        (false, true) => "<strong>Over.</strong> ",
        (false, false) => "",
    };
    format!(
        "<div class=\"occasion\"><p>{state}<strong><bdi>{}</bdi></strong></p><p><time datetime=\"{}\">{}</time> · \
         <bdi>{}</bdi>{comes}</p><p><a href=\"{}\">into my calendar</a></p></div>",
        escaped(&one.title),
        escaped(&one.starts_at),
        escaped(&local(&one.starts_at, &one.zone, "%A %-d %B %Y, %H:%M")),
        escaped(&one.place),
        escaped(&one.ics)
    )
}

/// Where somebody was, who held it, and when.
fn badge(seen: &RoomOccasion) -> String {
    let one = &seen.occasion;
    format!(
        "<div class=\"badge\"><p class=\"label\">I was there</p><h2><bdi>{}</bdi></h2><p>held by <bdi>{}</bdi>, <bdi>{}</bdi>, \
         <time datetime=\"{}\">{}</time></p></div>",
        escaped(&one.title),
        escaped(&one.brand.title),
        escaped(&one.place),
        escaped(&one.starts_at),
        escaped(&local(&one.starts_at, &one.zone, "%-d %B %Y"))
    )
}

/// A time as it is told where it happens.
fn local(at: &str, zone: &str, format: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let time = at.parse::<Timestamp>().map(|time| time.to_zoned(zone));
    time.map_or_else(|_| at.to_owned(), |time| time.strftime(format).to_string())
}

/// Tags as a list, for whoever reads; empty without any.
pub(super) fn tags(app: &App, tags: &[Tag]) -> String {
    if tags.is_empty() {
        return String::new();
    }
    let mut list = "<ul class=\"tags\" aria-label=\"On this photo\">".to_owned();
    for tag in tags {
        let tag = RoomTag::of(app, tag.clone());
        let label = linked(&tag.label, if tag.host.is_empty() { "" } else { &tag.link });
        let mut parts = Vec::new();
        parts.extend((!tag.brand_title.is_empty()).then(|| escaped(&tag.brand_title)));
        parts.extend(price_of(&tag).map(|price| format!("{price} {}", escaped(&tag.currency))));
        parts.extend(tag.rating.map(|stars| format!("{stars} of 5 stars")));
        parts.extend((!tag.bought_at.is_empty()).then(|| format!("bought at <bdi>{}</bdi>", escaped(&tag.bought_at))));
        let mut more = String::new();
        for text in [&tag.review, &tag.why].into_iter().filter(|text| !text.is_empty()) {
            write!(more, "<p class=\"words\" dir=\"auto\">{}</p>", escaped(text)).expect("a String takes any text");
        }
        write!(list, "<li>{label} {}{more}</li>", parts.join(" · ")).expect("a String takes any text");
    }
    list.push_str("</ul>");
    list
}
