//! Rooms for machines that read: schema.org JSON-LD of what the page shows, and of nothing else.

use parlour_core::event::Currency;
use parlour_engine::clock;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::look::{Hung, SeenPhoto, Wall};
use serde_json::{Value, json};

use super::occasions::RoomOccasion;
use super::placed::{RoomPlaced, occasion_of};
use super::tags::RoomTag;
use crate::app::App;

/// The profile of a room, with the frames that the page shows. `base` is where this server is reached.
pub(crate) fn profile(app: &App, base: &str, wall: &Wall) -> Value {
    let member = &wall.look.member;
    let handle = member.handle.as_deref().unwrap_or_default();
    let address = format!("{base}/@{handle}");
    let mut person = json!({ "@type": "Person", "@id": format!("{address}#owner"), "name": member.name,
        "alternateName": format!("@{handle}"), "url": address });
    if !member.about.is_empty() {
        person["description"] = member.about.as_str().into();
    }
    if !member.town.is_empty() {
        person["homeLocation"] = json!({ "@type": "Place", "name": member.town });
    }
    let parts: Vec<Value> =
        wall.frames.iter().filter_map(|hung| part(app, (base, &address, &member.name), hung)).collect();
    json!({
        "@context": "https://schema.org", "@type": "ProfilePage", "url": address,
        "dateModified": clock::rfc3339(member.changed_at), "mainEntity": person, "hasPart": parts,
    })
}

fn part(app: &App, (base, address, author): (&str, &str, &str), hung: &Hung) -> Option<Value> {
    let id = format!("{address}/frames/{}", hung.frame.id);
    match &hung.content {
        Content::Photo { .. } => hung.photo.as_ref().map(|photo| image(app, (base, &id, author), photo)),
        Content::Album { .. } => hung.album.as_ref().map(|seen| {
            let url = format!("{address}/albums/{}", seen.album.id);
            let images: Vec<Value> = seen.photos.iter().map(|photo| image(app, (base, &url, author), photo)).collect();
            json!({ "@type": "ImageGallery", "url": url, "name": seen.album.title, "image": images })
        }),
        Content::Text { text } => Some(json!({ "@type": "CreativeWork", "url": id, "text": text })),
        Content::Video { url, title } => Some(json!({ "@type": "VideoObject", "name": title, "url": url })),
        Content::Group { title, link, .. } => {
            let mut group = json!({ "@type": "Organization", "name": title });
            if !link.is_empty() {
                group["url"] = link.as_str().into();
            }
            Some(group)
        }
        Content::Occasion { .. } => occasion_of(app, hung, false).map(|seen| occasion(base, &seen)),
        Content::Placement { words, .. } => RoomPlaced::of(app, hung, false).map(|placed| {
            let image = placed.image.as_ref().and_then(|image| image.image.sources.last());
            json!({ "@type": "ImageObject", "url": id, "name": placed.set_title, "caption": words,
                "contentUrl": image.map(|source| format!("{base}{}", source.url)), "license": placed.rights,
                "creator": { "@type": "Organization", "name": placed.brand.title } })
        }),
        Content::Fact { .. } => None,
    }
}

/// An occasion as a schema.org Event.
pub(crate) fn occasion(base: &str, seen: &RoomOccasion) -> Value {
    let one = &seen.occasion;
    let mut place = json!({ "@type": "Place", "name": one.place, "address": one.place });
    if let (Some(latitude), Some(longitude)) = (one.latitude, one.longitude) {
        place["geo"] = json!({ "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude });
    }
    let status = if one.is_cancelled { "EventCancelled" } else { "EventScheduled" };
    let mut event = json!({ "@type": "Event", "name": one.title, "description": one.about, "startDate": one.starts_at,
        "endDate": one.ends_at, "location": place, "eventStatus": format!("https://schema.org/{status}"),
        "organizer": { "@type": "Organization", "name": one.brand.title },
        "sameAs": format!("{base}{}", one.ics) });
    if !one.url.is_empty() {
        event["url"] = one.url.as_str().into();
    }
    if let Some(capacity) = one.capacity {
        event["maximumAttendeeCapacity"] = capacity.into();
    }
    event
}

/// A tag as a schema.org Product, with the offer and the review that its owner told of.
pub(crate) fn product(tag: &RoomTag, author: &str) -> Value {
    let mut product = json!({ "@type": "Product", "name": tag.label });
    if !tag.brand_title.is_empty() {
        product["brand"] = json!({ "@type": "Brand", "name": tag.brand_title });
    }
    if !tag.product.is_empty() {
        product["productID"] = tag.product.as_str().into();
    }
    if !tag.link.is_empty() {
        product["url"] = tag.link.as_str().into();
    }
    if let Some(price) = price_of(tag) {
        let mut offer = json!({ "@type": "Offer", "price": price, "priceCurrency": tag.currency });
        if !tag.bought_at.is_empty() {
            offer["seller"] = json!({ "@type": "Organization", "name": tag.bought_at });
        }
        product["offers"] = offer;
    }
    if tag.rating.is_some() || !tag.review.is_empty() {
        let mut review = json!({ "@type": "Review", "author": { "@type": "Person", "name": author } });
        if !tag.review.is_empty() {
            review["reviewBody"] = tag.review.as_str().into();
        }
        if let Some(stars) = tag.rating {
            review["reviewRating"] =
                json!({ "@type": "Rating", "ratingValue": stars, "bestRating": 5, "worstRating": 1 });
        }
        product["review"] = review;
    }
    product
}

/// What a tag says it cost, in major units.
pub(crate) fn price_of(tag: &RoomTag) -> Option<String> {
    let (minor, currency) = (tag.price_minor?, Currency::of_code(&tag.currency)?);
    let (decimals, scale) = (currency.decimals() as usize, 10i64.pow(currency.decimals()));
    let part = format!(".{:0decimals$}", minor % scale);
    Some(format!("{}{}", minor / scale, if decimals == 0 { "" } else { &part }))
}

fn image(app: &App, (base, url, author): (&str, &str, &str), seen: &SeenPhoto) -> Value {
    let sources = app.engine.media_sources(&seen.media);
    let content = sources.last().map(|source| format!("{base}{}", source.url));
    let mut image = json!({ "@type": "ImageObject", "url": url, "contentUrl": content, "caption": seen.photo.caption,
        "description": seen.photo.alt, "width": seen.media.width, "height": seen.media.height });
    if !seen.tags.is_empty() {
        let tags = seen.tags.iter().map(|tag| product(&RoomTag::of(app, tag.clone()), author));
        image["about"] = tags.collect::<Vec<_>>().into();
    }
    image
}

/// JSON as it may stand within a page's `script` element: nothing in it can end that.
pub(crate) fn in_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> RoomTag {
        RoomTag {
            id: "1".to_owned(),
            x: 0.5,
            y: 0.5,
            brand: "brand:tea".to_owned(),
            brand_title: "Tea house".to_owned(),
            product: "t1".to_owned(),
            label: "Assam</script>".to_owned(),
            link: "https://tea.example/t1".to_owned(),
            host: "tea.example".to_owned(),
            price_minor: Some(1205),
            currency: "EUR".to_owned(),
            rating: Some(4),
            review: "Strong.".to_owned(),
            bought_at: "Bremen".to_owned(),
            why: String::new(),
        }
    }

    #[test]
    fn a_tag_is_a_product_with_its_offer_and_review() {
        let told = product(&tag(), "Anna");
        assert_eq!((&told["@type"], &told["brand"]["name"]), (&json!("Product"), &json!("Tea house")));
        assert_eq!((&told["offers"]["price"], &told["offers"]["priceCurrency"]), (&json!("12.05"), &json!("EUR")));
        assert_eq!(told["review"]["reviewRating"]["ratingValue"], json!(4));
        assert_eq!(told["review"]["author"]["name"], json!("Anna"));
        assert!(!in_script(&told).contains("</script"), "no text ends the element");
        let bare = RoomTag { price_minor: None, rating: None, review: String::new(), ..tag() };
        let told = product(&bare, "Anna");
        assert!(told.get("offers").is_none() && told.get("review").is_none());
        assert_eq!(price_of(&RoomTag { currency: "JPY".to_owned(), ..tag() }).as_deref(), Some("1205"));
        assert_eq!(price_of(&RoomTag { currency: "KWD".to_owned(), ..tag() }).as_deref(), Some("1.205"));
    }
}
