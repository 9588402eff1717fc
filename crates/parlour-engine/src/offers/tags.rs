//! Tags on photos: what people say of things, where they bought them and why. A brand reads what a passer-by may see.

use parlour_core::door::Guest;
use parlour_core::event::{Currency, Event, Layer, Name};
use parlour_store::photo::{self, Photo};
use parlour_store::tag::{self, Tag};
use parlour_store::{Conn, StoreError, acquaintance, member, product};
use serde_json::json;

use super::{PRODUCT, act_toward, brand_checked, given_up};
use crate::engine::Engine;
use crate::forms::of_digest;
use crate::rooms::content::link_checked;
use crate::rooms::look::SeenAs;
use crate::rooms::{door_of, line_checked, new_id, text_checked};
use crate::{EngineError, clock};

/// Most characters of a label, a place, and of what is said.
const MAX_LABEL: usize = 160;
const MAX_PLACE: usize = 160;
const MAX_WORDS: usize = 2_000;
/// Most tags of a brand that are looked through at once.
const MAX_LISTED: i64 = 1_000;
const MAX_MINOR: i64 = 1_000_000_000_000;

/// What an owner says with a tag.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of `Tag`")]
pub struct TagWords {
    pub x: f64,
    pub y: f64,
    pub brand: String,
    pub product: String,
    pub label: String,
    pub link: String,
    pub price_minor: Option<i64>,
    pub currency: String,
    pub rating: Option<i64>,
    pub review: String,
    pub bought_at: String,
    pub why: String,
}

/// A tag that everybody may see, with where it is.
#[derive(Clone, Debug)]
pub struct OpenTag {
    /// The tag.
    pub tag: Tag,
    /// Whose room it is in.
    pub handle: String,
    /// What they are called.
    pub member_name: String,
}

impl Engine {
    /// Sets a tag on a photo of a member, or keeps what they now say with it.
    pub fn put_tag(
        &self,
        who: &str,
        (photo, id): (&str, Option<&str>),
        words: TagWords,
        layer: Layer,
    ) -> Result<Tag, EngineError> {
        let (most, is_new) = (self.settings.offers.max_tags, id.is_none());
        let found = self.database.read(|conn| photo::get(conn, who, photo))?;
        let photo = found.ok_or_else(|| EngineError::NotFound("there is no such photo of yours".to_owned()))?;
        let words = self.filled(words)?;
        if !words.brand.is_empty() {
            self.known_brand(&words.brand)?;
        }
        let id = id.map_or_else(new_id, |id| Ok(id.to_owned()))?;
        let new = checked(words, (who, &photo.id), (id, clock::now()))?;
        let acts = self.acts_of_tag(&new, &photo, layer)?;
        let put = move |conn: &mut dyn Conn| {
            let found = tag::get(conn, &new.id)?.filter(|one| one.member == new.member && one.photo == new.photo);
            let tag = match found {
                Some(found) => Tag { created_at: found.created_at, ..new },
                None if !is_new => return Err(StoreError::Aborted("there is no such tag any more".to_owned())),
                None if most <= tag::count(conn, &new.photo)? => {
                    return Err(StoreError::Aborted(format!("a photo has at most {most} tags (`offers.max_tags`)")));
                }
                // Their photo may have gone meanwhile, or they.
                None if photo::get(conn, &new.member, &new.photo)?.is_none() => {
                    return Err(StoreError::Aborted("there is no such photo any more".to_owned()));
                }
                None => new,
            };
            tag::put(conn, &tag)?;
            Ok(tag)
        };
        self.act(acts, put).map_err(given_up)
    }

    /// Takes a tag of a member off; what they did before stays done.
    pub fn remove_tag(&self, who: &str, id: &str) -> Result<(), EngineError> {
        let (who, id) = (who.to_owned(), id.to_owned());
        let was_there = self.database.write(move |conn| {
            let found = tag::get(conn, &id)?.is_some_and(|tag| tag.member == who);
            if found {
                tag::delete(conn, &id)?;
            }
            Ok(found)
        })?;
        if was_there { Ok(()) } else { Err(EngineError::NotFound("there is no such tag of yours".to_owned())) }
    }

    /// The tags of a photo in a room, for whom its doors let see the photo; nothing tells a photo that is not there from
    /// one that may not be seen.
    pub fn tags_seen(
        &self,
        (handle, viewer): (&str, Option<&str>),
        seen_as: &SeenAs,
        photo: &str,
    ) -> Result<Option<Vec<Tag>>, EngineError> {
        let Some(look) = self.look_into(handle, viewer, seen_as)? else { return Ok(None) };
        Ok(self.database.read(|conn| {
            let found = photo::get(conn, &look.member.id, photo)?.filter(|one| look.lets_see(&[one.door]));
            if found.is_none() || !(look.guest.is_owner() || hangs_for(conn, &look, photo)?) {
                return Ok(None);
            }
            tag::of_photo(conn, photo).map(Some)
        })?)
    }

    /// Tags of a brand that everybody may see, what was changed last first.
    pub fn tags_of_brand(&self, brand: &str) -> Result<Vec<OpenTag>, EngineError> {
        Ok(self.database.read(|conn| {
            let mut open = Vec::new();
            for tag in tag::of_brand(conn, brand, MAX_LISTED)? {
                let Some(member) = member::get(conn, &tag.member)? else { continue };
                let Some(photo) = photo::get(conn, &tag.member, &tag.photo)? else { continue };
                let is_open = Guest::stranger(&member.id).may_pass(&[door_of(member.door), door_of(photo.door)]);
                let Some(handle) = member.handle.filter(|_| is_open && !photo.is_child) else { continue };
                if !acquaintance::is_blocked(conn, &tag.member, brand)? {
                    open.push(OpenTag { tag, handle, member_name: member.name });
                }
            }
            Ok(open)
        })?)
    }

    /// What is not said, as the catalogue has it.
    fn filled(&self, words: TagWords) -> Result<TagWords, EngineError> {
        if words.brand.is_empty() && !words.product.is_empty() {
            return Err(EngineError::Invalid("`product` needs the `brand` in whose catalogue it is".to_owned()));
        }
        if words.product.is_empty() {
            return Ok(words);
        }
        let found = self.database.read(|conn| product::get(conn, &words.brand, &words.product))?;
        let Some(product) = found else {
            let text = "`product` is not in the catalogue of this brand; leave it out and write a `label`";
            return Err(EngineError::Invalid(text.to_owned()));
        };
        let or = |text: String, other: String| if text.trim().is_empty() { other } else { text };
        let page = if product.url.starts_with("https://") { product.url } else { String::new() };
        Ok(TagWords { label: or(words.label, product.name), link: or(words.link, page), ..words })
    }

    /// What a tag is as acts toward its brand. Behind a door it is only said that something was tagged.
    fn acts_of_tag(&self, tag: &Tag, photo: &Photo, layer: Layer) -> Result<Vec<Event>, EngineError> {
        if tag.brand.is_empty() {
            return Ok(Vec::new());
        }
        let brand = brand_checked(&tag.brand)?;
        let tagged = act_toward(&tag.member, "tagged", &brand, format!("tagged:{}", tag.id), layer);
        if photo.is_child || !self.says_to_all(&tag.member, door_of(photo.door))? {
            return Ok(vec![tagged]);
        }
        let toward = |event: Event| match tag.product.as_str() {
            "" => event,
            id => Event { object: Name::new(PRODUCT, id), parent: Some(brand.clone()), ..event },
        };
        let rating = tag.rating.and_then(|stars| u8::try_from(stars).ok());
        let extra = json!({ "tag": tag.id, "photo": tag.photo, "link": tag.link, "bought_at": tag.bought_at });
        let mut acts = vec![toward(Event { rating, extra: Some(extra.to_string()), ..tagged })];
        let is_said = !tag.review.is_empty();
        if rating.is_some() || is_said {
            let verb = if is_said { "reviewed" } else { "rated" };
            let of = of_digest(&[tag.review.as_bytes(), &[rating.unwrap_or(0)]]);
            let act = act_toward(&tag.member, verb, &brand, format!("{verb}:{}:{of}", tag.id), layer);
            acts.push(toward(Event { rating, text: is_said.then(|| tag.review.clone()), ..act }));
        }
        Ok(acts)
    }
}

/// Whether a photo hangs where somebody may see it: in a frame, or in an album.
fn hangs_for(conn: &mut dyn Conn, look: &crate::rooms::look::Look, photo: &str) -> Result<bool, StoreError> {
    let frames = parlour_store::frame::of_thing(conn, photo)?;
    if frames.iter().any(|frame| frame.removed_at.is_none() && look.lets_see(&[frame.door])) {
        return Ok(true);
    }
    Ok(tag::doors_of_albums(conn, photo)?.into_iter().any(|door| look.lets_see(&[door])))
}

fn checked(words: TagWords, (who, photo): (&str, &str), (id, now): (String, i64)) -> Result<Tag, EngineError> {
    let wrong = |text: &str| Err(EngineError::Invalid(text.to_owned()));
    if !(0.0..=1.0).contains(&words.x) || !(0.0..=1.0).contains(&words.y) {
        return wrong("`x` and `y` must be between 0 and 1");
    }
    if words.rating.is_some_and(|stars| !(1..=5).contains(&stars)) {
        return wrong("`rating` must be between 1 and 5");
    }
    let currency = words.currency.trim().to_ascii_uppercase();
    let is_price = words.price_minor.is_none_or(|minor| (0..=MAX_MINOR).contains(&minor));
    if !is_price || (words.price_minor.is_some() && Currency::of_code(&currency).is_none()) {
        return wrong("`price_minor` must not be negative, and needs a `currency` such as `EUR`");
    }
    Ok(Tag {
        id,
        member: who.to_owned(),
        photo: photo.to_owned(),
        x: words.x,
        y: words.y,
        brand: words.brand,
        product: words.product,
        label: line_checked("label", &words.label, (1, MAX_LABEL))?,
        link: if words.link.trim().is_empty() { String::new() } else { link_checked("link", &words.link)? },
        price_minor: words.price_minor,
        currency: if words.price_minor.is_some() { currency } else { String::new() },
        rating: words.rating,
        review: text_checked("review", &words.review, (0, MAX_WORDS))?,
        bought_at: line_checked("bought_at", &words.bought_at, (0, MAX_PLACE))?,
        why: text_checked("why", &words.why, (0, MAX_WORDS))?,
        created_at: now,
        changed_at: now,
    })
}
