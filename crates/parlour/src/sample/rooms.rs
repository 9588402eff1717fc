//! Rooms of the sample: two made-up brands with sets of images, and three people who hang some. It is put there as it
//! stands, without acts: nobody's engagement, and no day of the sample, comes of it.

use parlour_core::door::{Circle, Door};
use parlour_core::event::Layer;
use parlour_engine::offers::catalogue::Offered;
use parlour_engine::offers::facts::FactWords;
use parlour_engine::offers::occasions::OccasionWords;
use parlour_engine::offers::sets::SetWords;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::member::Profile;
use parlour_engine::rooms::pictures::PhotoWords;
use parlour_engine::rooms::wall::NewFrame;
use parlour_engine::{Engine, EngineError, clock};
use parlour_store::tag::{self, Tag};
use parlour_store::{image_set, member};

use super::paint::{COOL, Motif, WARM, picture};

const TEA: &str = "brand:Kettle";
const CYCLES: &str = "brand:Meridian";
const DAY: i64 = 86_400_000_000;
/// Images of a set.
const IMAGES: u64 = 6;

/// A set as it was made: its id and those of its images.
struct Made {
    set: String,
    images: Vec<String>,
}

/// Fills what is empty; does nothing where there are rooms or sets already.
pub(super) fn load(engine: &Engine) -> Result<(), EngineError> {
    let is_there = engine
        .database
        .read(|conn| Ok(!image_set::list(conn, None)?.is_empty() || member::of_handle(conn, "anna")?.is_some()))?;
    if is_there {
        return Ok(());
    }
    let tea = set(engine, TEA, ("Mornings", "A cup before the hills", Motif::Cup), 100)?;
    let cycles = set(engine, CYCLES, ("Long roads", "A bicycle before the hills", Motif::Wheels), 200)?;
    catalogue(engine)?;
    let tasting = occasion(engine)?;
    let anna = person(engine, ("anna", "Anna", "Bremen"), "Tea, old maps, early mornings.")?;
    place(engine, &anna, (&tea, 0, 2), "The first cup belongs to me alone.")?;
    text(engine, &anna, "Whoever rings before nine gets no answer, but a cup at ten.")?;
    let photo = photo(engine, &anna, 31, "Hills behind the house, in the evening")?;
    tag(engine, &anna, &photo)?;
    hang(engine, &anna, Content::Occasion { occasion: tasting }, 1)?;
    fact(engine, &anna, ("person", "dentist", "Dr Holm"), Door::Acquaintance(Circle::Second))?;
    fact(engine, &anna, ("product", "bicycle", "A Meridian Tour, from 2019"), Door::PassersBy)?;
    let brook = person(engine, ("brook", "Brook", "Oslo"), "On two wheels, whatever the weather.")?;
    place(engine, &brook, (&cycles, 1, 3), "Four hundred kilometres, and one flat tyre.")?;
    place(engine, &brook, (&tea, 3, 1), "What the flask is for.")?;
    text(engine, &brook, "Looking for company for the coast road in June.")?;
    let clara = person(engine, ("clara", "Clara", "Bremen"), "")?;
    place(engine, &clara, (&cycles, 4, 2), "")?;
    Ok(())
}

fn set(engine: &Engine, brand: &str, (title, alt, motif): (&str, &str, Motif), seed: u64) -> Result<Made, EngineError> {
    let rights = "Painted by Parlour itself: show it, keep it, change it.".to_owned();
    let words = SetWords { title: title.to_owned(), rights, is_open: true, ends_at: None };
    let set = engine.put_set(brand, None, &words)?.id;
    let mut images = Vec::new();
    for n in 0..IMAGES {
        let colours = if n % 2 == 0 { WARM } else { COOL };
        images.push(engine.add_set_image(&set, &picture(seed + n, colours, motif), alt)?.id);
    }
    Ok(Made { set, images })
}

fn catalogue(engine: &Engine) -> Result<(), EngineError> {
    let product = |id: &str, name: &str, minor: i64| Offered {
        id: id.to_owned(),
        name: name.to_owned(),
        url: String::new(),
        image: String::new(),
        price: Some((minor, "EUR".to_owned())),
        gtin: String::new(),
        sku: String::new(),
    };
    let teas = [
        product("assam", "Assam, whole leaf", 890),
        product("sencha", "Sencha, first flush", 1450),
        product("kettle-1", "Kettle with a gooseneck, 0.9 l", 6900),
    ];
    engine.import_products(TEA, &teas)?;
    let cycles = [product("tour", "Tour, steel frame", 189_000), product("lamp", "Lamp for long nights", 4900)];
    engine.import_products(CYCLES, &cycles)?;
    Ok(())
}

fn occasion(engine: &Engine) -> Result<String, EngineError> {
    let at = clock::now() / DAY * DAY + 30 * DAY;
    let words = OccasionWords {
        title: "An evening of five teas".to_owned(),
        about: "Five teas of one hill, from five years.".to_owned(),
        place: "Bremen, at the market".to_owned(),
        at: Some((53.0758, 8.8072)),
        starts_at: at + 17 * DAY / 24,
        ends_at: at + 20 * DAY / 24,
        zone: "Europe/Berlin".to_owned(),
        capacity: Some(24),
        url: String::new(),
    };
    Ok(engine.put_occasion(TEA, None, words)?.id)
}

fn person(engine: &Engine, (handle, name, town): (&str, &str, &str), about: &str) -> Result<String, EngineError> {
    let member = engine.member_invited(None)?;
    engine.choose_handle(&member.id, handle)?;
    let (name, about, town) = (name.to_owned(), about.to_owned(), town.to_owned());
    let profile = Profile { name, about, town, born_year: None, door: Door::PassersBy };
    engine.set_member_profile(&member.id, &profile)?;
    Ok(member.id)
}

fn hang(engine: &Engine, who: &str, content: Content, size: i64) -> Result<String, EngineError> {
    // Below what hangs already.
    let last = engine.database.read(|conn| parlour_store::frame::places(conn, who))?.pop();
    let after = last.map(|(id, _)| id).unwrap_or_default();
    Ok(engine.hang(who, NewFrame { content, size, door: Door::PassersBy, after })?.id)
}

fn place(engine: &Engine, who: &str, (made, n, size): (&Made, usize, i64), words: &str) -> Result<(), EngineError> {
    let image = made.images[n % made.images.len()].clone();
    let content = Content::Placement { set: made.set.clone(), image, words: words.to_owned(), album: None };
    hang(engine, who, content, size).map(|_| ())
}

fn text(engine: &Engine, who: &str, text: &str) -> Result<(), EngineError> {
    hang(engine, who, Content::Text { text: text.to_owned() }, 1).map(|_| ())
}

fn photo(engine: &Engine, who: &str, seed: u64, alt: &str) -> Result<String, EngineError> {
    let words = PhotoWords { alt: alt.to_owned(), caption: alt.to_owned(), is_child: false, door: None };
    let keep = engine.photo_keeper(who, words)?;
    let (_, photo) = engine.take_media(&format!("member:{who}"), &picture(seed, COOL, Motif::Cup), keep)?;
    hang(engine, who, Content::Photo { photo: photo.id.clone() }, 2)?;
    Ok(photo.id)
}

fn tag(engine: &Engine, who: &str, photo: &str) -> Result<(), EngineError> {
    let now = clock::now();
    let tag = Tag {
        id: parlour_engine::rooms::new_id()?,
        member: who.to_owned(),
        photo: photo.to_owned(),
        x: 0.5,
        y: 0.66,
        brand: TEA.to_owned(),
        product: "assam".to_owned(),
        label: "Assam, whole leaf".to_owned(),
        link: String::new(),
        price_minor: Some(890),
        currency: "EUR".to_owned(),
        rating: Some(5),
        review: "Strong enough for the view.".to_owned(),
        bought_at: "the market in Bremen".to_owned(),
        why: "They let you smell it first.".to_owned(),
        created_at: now,
        changed_at: now,
    };
    Ok(engine.database.write(move |conn| tag::put(conn, &tag))?)
}

fn fact(engine: &Engine, who: &str, (kind, label, name): (&str, &str, &str), door: Door) -> Result<(), EngineError> {
    let words = FactWords {
        kind: kind.to_owned(),
        label: label.to_owned(),
        name: name.to_owned(),
        brand: String::new(),
        link: String::new(),
        words: String::new(),
        door,
        tells: false,
    };
    let fact = engine.put_fact(who, None, words, Layer::Web)?.id;
    hang(engine, who, Content::Fact { fact }, 1).map(|_| ())
}
