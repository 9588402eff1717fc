//! What brands offer and members make of it: acts count, doors hold, totals tell of nobody, and what is gone is gone.

use parlour_core::door::{Circle, Door};
use parlour_core::event::{Event, Layer, Name};
use parlour_engine::desk::Question;
use parlour_engine::desk::people::{Filter, Page};
use parlour_engine::offers::catalogue::Offered;
use parlour_engine::offers::facts::FactWords;
use parlour_engine::offers::occasions::{Answer, OccasionWords};
use parlour_engine::offers::sets::{Asked, SetWords};
use parlour_engine::offers::tags::TagWords;
use parlour_engine::offers::totals::Total;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::look::SeenAs;
use parlour_engine::rooms::member::Profile;
use parlour_engine::rooms::pictures::PhotoWords;
use parlour_engine::rooms::wall::{Change, NewFrame};
use parlour_engine::{Engine, EngineError, clock};
use parlour_media::draw_jpeg;
use parlour_store::Kind;
use parlour_store::frame::Frame;

use crate::bench::{Bench, append};

crate::on_both!(
    placing_counts_and_taking_down_lowers_no_past,
    only_the_owner_places_and_ended_sets_say_so,
    a_brand_that_is_blocked_is_gone_from_the_room,
    what_is_asked_comes_to_whom_it_concerns,
    totals_tell_of_nobody,
    seats_go_to_who_waits_longest,
    what_is_near_comes_before_what_comes_next,
    tags_are_seen_as_their_photo_is,
    facts_stay_behind_their_doors,
    catalogues_may_come_again_and_are_searched,
);

const TEA: &str = "brand:tea";
const DAY: i64 = 86_400_000_000;

fn painted(seed: u32) -> Vec<u8> {
    let pixels = (0..64 * 48 * 3).map(|n: u32| (n.wrapping_mul(seed | 1) >> 4) as u8).collect();
    draw_jpeg(pixels, (64, 48)).unwrap()
}

fn member(engine: &Engine, handle: &str, door: Door) -> String {
    let found = engine.member_of_mail(&format!("{handle}@example.org")).unwrap();
    engine.choose_handle(&found.id, handle).unwrap();
    let town = if handle.ends_with('x') { "Bremen" } else { "Oslo" };
    let profile =
        Profile { name: handle.to_owned(), about: String::new(), town: town.to_owned(), born_year: None, door };
    engine.set_member_profile(&found.id, &profile).unwrap();
    found.id
}

/// A set with two images; its id and theirs.
fn set(engine: &Engine, is_open: bool) -> (String, Vec<String>) {
    let words = SetWords { title: "Harvest".to_owned(), rights: "hang it".to_owned(), is_open, ends_at: None };
    let set = engine.put_set(TEA, None, &words).unwrap();
    let image = |seed| engine.add_set_image(&set.id, &painted(seed), "leaves").unwrap().id;
    (set.id.clone(), [3, 5].map(image).to_vec())
}

fn place(engine: &Engine, who: &str, (set, image): (&str, &str), words: &str) -> Result<Frame, EngineError> {
    let content =
        Content::Placement { set: set.to_owned(), image: image.to_owned(), words: words.to_owned(), album: None };
    let new = NewFrame { content, size: 1, door: Door::PassersBy, after: String::new() };
    engine.place(who, new, Layer::Mobile)
}

/// Involvement of everyone with a brand, in millionths of a point; what comes of the acts so far.
fn involvement(engine: &Engine) -> Vec<i64> {
    engine.fold_all().unwrap();
    let asked =
        engine.ask(&Question { object: Some(TEA.to_owned()), on: None, since: None, ..Question::default() }).unwrap();
    let rows = engine.list(&asked, &Filter::default(), &Page { limit: 100, ..Page::default() }).unwrap().rows.clone();
    rows.iter().map(|listed| (listed.standing.involvement() * 1e6) as i64).collect()
}

fn change(frame: &str) -> Change {
    Change { frame: frame.to_owned(), ..Change::default() }
}

fn placing_counts_and_taking_down_lowers_no_past(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let anna = member(&engine, "anna", Door::PassersBy);
    let (set, images) = set(&engine, true);
    let frame = place(&engine, &anna, (&set, &images[0]), "My cup").unwrap();
    let placed = involvement(&engine);
    assert_eq!(placed.len(), 1);
    assert!(0 < placed[0]);
    // The same again is no more.
    engine.change_wall(&anna, vec![Change { size: Some(3), ..change(&frame.id) }]).unwrap();
    let resized = involvement(&engine);
    assert!(placed[0] < resized[0], "{placed:?} {resized:?}");
    engine.change_wall(&anna, vec![Change { size: Some(1), ..change(&frame.id) }]).unwrap();
    engine.change_wall(&anna, vec![Change { size: Some(3), ..change(&frame.id) }]).unwrap();
    let again = involvement(&engine);
    engine.change_wall(&anna, vec![Change { size: Some(1), ..change(&frame.id) }]).unwrap();
    assert_eq!(involvement(&engine), again, "a size counts once, however often it is chosen");
    let (_, bytes) = engine.download_placed(&anna, &frame.id, Layer::Web).unwrap();
    assert!(bytes.starts_with(&[0xFF, 0xD8]));
    let before = involvement(&engine);
    assert!(again[0] < before[0]);
    engine.change_wall(&anna, vec![Change { hangs: Some(false), ..change(&frame.id) }]).unwrap();
    let after = involvement(&engine);
    assert!(before[0] <= after[0], "taking it down lowers nothing that was: {before:?} {after:?}");
    assert!(engine.download_placed(&anna, &frame.id, Layer::Web).is_err());
    // The acts are the member's, on the layer where they were done.
    let asked =
        engine.ask(&Question { object: Some(TEA.to_owned()), on: None, since: None, ..Question::default() }).unwrap();
    let person = engine.person_named(&asked, &format!("member:{anna}")).unwrap();
    let lines = engine.timeline(&asked, person, i64::MAX, 50).unwrap();
    let told = format!("{lines:?}");
    for verb in ["placed", "captioned", "resized", "downloaded", "unplaced"] {
        assert!(told.contains(verb), "{verb}: {told}");
    }
    assert!(told.contains("Mobile") && told.contains("My cup"), "{told}");
}

fn only_the_owner_places_and_ended_sets_say_so(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let anna = member(&engine, "anna", Door::PassersBy);
    let (closed, images) = set(&engine, false);
    assert!(place(&engine, &anna, (&closed, &images[0]), "").is_err(), "nobody asked her");
    let (open, images) = set(&engine, true);
    assert!(place(&engine, &anna, (&open, "no such image"), "").is_err());
    let frame = place(&engine, &anna, (&open, &images[1]), "").unwrap();
    let shown = |image: &str| engine.placed(&open, image).unwrap().unwrap();
    let files = || walk(&bench.folder().join("media"));
    assert!(shown(&images[1]).image.is_some());
    let n_files = files();
    engine.end_set(&open, false).unwrap();
    assert!(shown(&images[1]).image.is_none());
    assert_eq!(shown(&images[1]).brand.title, "tea");
    assert_eq!(files(), n_files, "ended, not deleted");
    assert!(place(&engine, &anna, (&open, &images[0]), "").is_err());
    assert!(matches!(engine.download_placed(&anna, &frame.id, Layer::Web), Err(EngineError::Conflict(_))));
    engine.end_set(&open, true).unwrap();
    assert_eq!(files(), n_files / 2, "the pictures of the deleted set are gone, the other's stay");
    assert!(shown(&images[1]).image.is_none());
    let wall = engine.look_at_wall(("anna", None), &SeenAs::Viewer, (i64::MIN, ""), 10).unwrap().unwrap();
    assert_eq!(wall.frames.len(), 1, "the frame stays and says so");
    // The same file twice is one image, and a set is full at some time.
    let (third, images) = set(&engine, true);
    assert_eq!(engine.add_set_image(&third, &painted(3), "again").unwrap().id, images[0]);
}

fn walk(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

fn a_brand_that_is_blocked_is_gone_from_the_room(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let anna = member(&engine, "anna", Door::PassersBy);
    let (set, images) = set(&engine, true);
    place(&engine, &anna, (&set, &images[0]), "seen by all").unwrap();
    assert_eq!(engine.hung(&set).unwrap().words.len(), 1);
    engine.block_brand(&anna, TEA, Layer::Web).unwrap();
    assert!(engine.offers_to(&anna).unwrap().is_empty());
    let wall = engine.look_at_wall(("anna", None), &SeenAs::Viewer, (i64::MIN, ""), 10).unwrap().unwrap();
    assert!(wall.frames.is_empty());
    let hung = engine.hung(&set).unwrap();
    assert_eq!((hung.n_hanging, hung.words.len()), (Total::Exactly(0), 0));
    assert_eq!(engine.ask_to_hang(&set, &Asked::Handles(vec!["@anna".to_owned()]), "").unwrap(), 0);
    assert_eq!(engine.blocked_brands(&anna).unwrap(), [TEA]);
    engine.unblock_brand(&anna, TEA).unwrap();
    assert_eq!(engine.offers_to(&anna).unwrap().len(), 1);
}

fn what_is_asked_comes_to_whom_it_concerns(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let (anna, berta) = (member(&engine, "anna", Door::PassersBy), member(&engine, "berta", Door::PassersBy));
    let bought =
        Event::new(clock::now() - DAY, Name::new("email", "anna@example.org"), "bought", Name::new("brand", "tea"));
    append(&engine, "shop", &[bought]);
    engine.fold_all().unwrap();
    let (set, images) = set(&engine, false);
    assert_eq!(engine.ask_to_hang(&set, &Asked::Engaged, "Would you?").unwrap(), 1, "her history is her mail's");
    assert_eq!(engine.ask_to_hang(&set, &Asked::Engaged, "Would you?").unwrap(), 0, "once");
    let offers = engine.offers_to(&anna).unwrap();
    assert_eq!(offers[0].request.as_ref().unwrap().words, "Would you?");
    assert!(engine.offers_to(&berta).unwrap().is_empty());
    assert!(place(&engine, &berta, (&set, &images[0]), "").is_err());
    engine.decline_to_hang(&anna, &set).unwrap();
    assert!(engine.offers_to(&anna).unwrap().is_empty());
}

fn totals_tell_of_nobody(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let (set, images) = set(&engine, true);
    let far = Door::Acquaintance(Circle::First);
    // Handles that do not look alike.
    let letters: Vec<char> = "abcdefghkmnp".chars().collect();
    for letter in &letters[..4] {
        let who = member(&engine, &format!("kim{letter}"), far);
        place(&engine, &who, (&set, &images[0]), "a secret").unwrap();
    }
    let hung = engine.hung(&set).unwrap();
    assert_eq!(hung.n_hanging, Total::FewerThan(5));
    assert!(hung.places.is_empty() && hung.words.is_empty(), "what is said behind a door is not the brand's");
    for (n, letter) in letters.iter().enumerate().skip(4) {
        let handle = if n < 6 { format!("kim{letter}x") } else { format!("kim{letter}") };
        let who = member(&engine, &handle, far);
        place(&engine, &who, (&set, &images[0]), "").unwrap();
    }
    let hung = engine.hung(&set).unwrap();
    assert_eq!(hung.n_hanging, Total::Exactly(12));
    // Two are in Bremen: told with Oslo, or they would follow from the whole.
    assert!(hung.places.is_empty());
    assert_eq!(hung.n_elsewhere, 12);
    let open = member(&engine, "lea", Door::PassersBy);
    place(&engine, &open, (&set, &images[0]), "for all").unwrap();
    assert_eq!(engine.hung(&set).unwrap().words[0].words, "for all");
}

fn words_of_occasion(capacity: Option<i64>) -> OccasionWords {
    let now = clock::now();
    OccasionWords {
        title: "Tasting".to_owned(),
        about: String::new(),
        place: "Bremen".to_owned(),
        at: Some((53.08, 8.81)),
        starts_at: now + DAY,
        ends_at: now + DAY + 3_600_000_000,
        zone: "Europe/Berlin".to_owned(),
        capacity,
        url: String::new(),
    }
}

fn occasion(engine: &Engine, capacity: Option<i64>) -> String {
    engine.put_occasion(TEA, None, words_of_occasion(capacity)).unwrap().id
}

fn seats_go_to_who_waits_longest(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let one = occasion(&engine, Some(1));
    let [anna, berta, clara] = ["anna", "berta", "clara"].map(|name| member(&engine, name, Door::PassersBy));
    let answer = |who: &str, answer, tells| engine.answer_occasion(who, &one, (answer, tells), Layer::Web).unwrap();
    assert!(!answer(&anna, Answer::Going, true).is_waiting);
    assert!(!answer(&anna, Answer::Going, true).is_waiting, "saying it twice takes no second seat");
    assert!(answer(&berta, Answer::Going, false).is_waiting);
    assert!(answer(&clara, Answer::Going, true).is_waiting);
    answer(&anna, Answer::NotGoing, true);
    let (rsvps, answers) = engine.answers_to(&one).unwrap();
    assert_eq!((answers.n_going, answers.n_waiting), (1, 1));
    assert!(rsvps.iter().any(|one| one.member == berta && !one.is_waiting), "she waited longest");
    assert!(matches!(
        engine.answer_occasion(&anna, &one, (Answer::Attended, true), Layer::Face),
        Err(EngineError::Conflict(_))
    ));
    // Who does not let the brand know leaves no trace with it.
    engine.fold_all().unwrap();
    let asked =
        engine.ask(&Question { object: Some(TEA.to_owned()), on: None, since: None, ..Question::default() }).unwrap();
    let people = engine.list(&asked, &Filter::default(), &Page { limit: 10, ..Page::default() }).unwrap();
    assert_eq!(people.rows.len(), 2, "anna and clara");
    let near = engine.occasions_near(&anna, (Some(TEA), Some((53.0, 8.8)))).unwrap();
    assert!(near[0].km.unwrap() < 20.0 && near[0].is_full);
    engine.cancel_occasion(&one).unwrap();
    assert!(engine.occasions_near(&anna, (None, None)).unwrap().is_empty());
}

fn what_is_near_comes_before_what_comes_next(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    // The later, the nearer; the last one is called off.
    let [oslo, bremen, off] =
        [(2, "Oslo, harbour"), (3, "Bürgerpark, BREMEN"), (1, "Bremen, market")].map(|(day, place)| {
            let at = clock::now() + day * DAY;
            let words = words_of_occasion(None);
            let words = OccasionWords { place: place.to_owned(), starts_at: at, ends_at: at + DAY / 24, ..words };
            engine.put_occasion(TEA, None, words).unwrap().id
        });
    engine.cancel_occasion(&off).unwrap();
    // The town of those whose handle ends so is Bremen, and that of the others Oslo.
    let [marx, anna] = ["marx", "anna"].map(|name| member(&engine, name, Door::PassersBy));
    let next =
        |who: &str, is_needed| engine.next_occasion(who, (TEA, is_needed)).unwrap().map(|invited| invited.occasion.id);
    assert_eq!((next(&marx, false), next(&anna, false)), (Some(bremen.clone()), Some(oslo.clone())));
    // Others see only where they come, and of that, too, what is near first.
    assert_eq!((next(&marx, true), next(&anna, true)), (None, None));
    engine.answer_occasion(&marx, &oslo, (Answer::Interested, false), Layer::Web).unwrap();
    assert_eq!(next(&marx, true), Some(oslo));
    engine.answer_occasion(&marx, &bremen, (Answer::Going, false), Layer::Web).unwrap();
    assert_eq!(next(&marx, true), Some(bremen));
}

fn photo(engine: &Engine, who: &str, door: Door, is_child: bool) -> String {
    let words = PhotoWords { alt: "a cup".to_owned(), caption: String::new(), is_child, door: Some(door) };
    let keep = engine.photo_keeper(who, words).unwrap();
    engine.take_media(&format!("member:{who}"), &painted(9), keep).unwrap().1.id
}

fn hang_photo(engine: &Engine, who: &str, photo: &str) {
    let content = Content::Photo { photo: photo.to_owned() };
    engine.hang(who, NewFrame { content, size: 1, door: Door::PassersBy, after: String::new() }).unwrap();
}

fn tags_are_seen_as_their_photo_is(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let anna = member(&engine, "anna", Door::PassersBy);
    set(&engine, true);
    let (open, shut) = (photo(&engine, &anna, Door::PassersBy, false), photo(&engine, &anna, Door::OnlyMe, false));
    let words = |review: &str| TagWords {
        x: 0.25,
        y: 0.75,
        brand: TEA.to_owned(),
        label: "Assam".to_owned(),
        rating: Some(5),
        review: review.to_owned(),
        link: "https://tea.example/assam".to_owned(),
        ..TagWords::default()
    };
    let put = |photo: &str, words: TagWords| engine.put_tag(&anna, (photo, None), words, Layer::Web);
    let tag = put(&open, words("wonderful")).unwrap();
    put(&shut, words("my secret review")).unwrap();
    assert!(put(&open, TagWords { x: 1.5, ..words("") }).is_err());
    assert!(put(&open, TagWords { link: "javascript:alert(1)".to_owned(), ..words("") }).is_err());
    assert!(put(&open, TagWords { price_minor: Some(5), ..words("") }).is_err(), "a price has a currency");
    assert!(put(&open, TagWords { product: "none".to_owned(), ..words("") }).is_err());
    assert!(put(&open, TagWords { brand: "brand:made-up".to_owned(), ..words("") }).is_err());
    let other = member(&engine, "berta", Door::PassersBy);
    assert!(engine.put_tag(&other, (&open, None), words(""), Layer::Web).is_err(), "not on the photo of another");
    let seen = |viewer: Option<&str>, photo: &str| {
        engine.tags_seen(("anna", viewer), &SeenAs::Viewer, photo).unwrap().map(|tags| tags.len())
    };
    assert_eq!(seen(None, &open), None, "it hangs nowhere");
    hang_photo(&engine, &anna, &open);
    hang_photo(&engine, &anna, &shut);
    assert_eq!((seen(None, &open), seen(None, &shut)), (Some(1), None));
    assert_eq!((seen(Some(&anna), &shut), seen(Some(&other), &shut)), (Some(1), None));
    let said = engine.tags_of_brand(TEA).unwrap();
    assert_eq!(said.iter().map(|open| open.tag.id.as_str()).collect::<Vec<_>>(), [tag.id.as_str()]);
    // Nor does the secret lie in what the Desk reads.
    engine.fold_all().unwrap();
    let asked =
        engine.ask(&Question { object: Some(TEA.to_owned()), on: None, since: None, ..Question::default() }).unwrap();
    let person = engine.person_named(&asked, &format!("member:{anna}")).unwrap();
    let told = format!("{:?}", engine.timeline(&asked, person, i64::MAX, 50).unwrap());
    assert!(told.contains("wonderful") && !told.contains("secret"), "{told}");
    engine.remove_tag(&anna, &tag.id).unwrap();
    assert_eq!(seen(None, &open), Some(0));
}

fn facts_stay_behind_their_doors(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let anna = member(&engine, "anna", Door::PassersBy);
    set(&engine, true);
    let words = |door, tells| FactWords {
        kind: "brand".to_owned(),
        label: "tea".to_owned(),
        name: "Tea house".to_owned(),
        brand: TEA.to_owned(),
        link: String::new(),
        words: String::new(),
        door,
        tells,
    };
    let shut = engine.put_fact(&anna, None, words(Door::OnlyMe, false), Layer::Web).unwrap();
    let content = Content::Fact { fact: shut.id.clone() };
    let new = NewFrame { content, size: 1, door: Door::PassersBy, after: String::new() };
    engine.hang_fact(&anna, new).unwrap();
    let frames = |viewer: Option<&str>| {
        let wall = engine.look_at_wall(("anna", viewer), &SeenAs::Viewer, (i64::MIN, ""), 10).unwrap().unwrap();
        (wall.frames.len(), wall.n_frames)
    };
    assert_eq!((frames(None), frames(Some(&anna))), ((0, 0), (1, 1)), "neither shown nor counted");
    let facts = |viewer| engine.facts_seen(("anna", viewer), &SeenAs::Viewer).unwrap().unwrap().len();
    assert_eq!((facts(None), facts(Some(anna.as_str()))), (0, 1));
    let told = engine.facts_of_brand(TEA).unwrap();
    assert_eq!((told.n_people, told.told.len(), told.labels.len()), (Total::FewerThan(5), 0, 0));
    engine.put_fact(&anna, Some(&shut.id), words(Door::PassersBy, true), Layer::Web).unwrap();
    assert_eq!((frames(None), facts(None)), ((1, 1), 1));
    let told = engine.facts_of_brand(TEA).unwrap();
    assert_eq!((told.n_people, told.told.len()), (Total::Exactly(1), 1));
    let berta = member(&engine, "berta", Door::PassersBy);
    assert!(engine.remove_fact(&berta, &shut.id).is_err());
    engine.remove_fact(&anna, &shut.id).unwrap();
    assert_eq!(frames(Some(&anna)), (0, 0));
}

fn catalogues_may_come_again_and_are_searched(kind: Kind) {
    let bench = Bench::new(kind, "[offers]\nmax_products = 3\n");
    let engine = bench.open();
    let product = |id: &str, name: &str| Offered {
        id: id.to_owned(),
        name: name.to_owned(),
        url: String::new(),
        image: String::new(),
        price: Some((900, "EUR".to_owned())),
        gtin: String::new(),
        sku: String::new(),
    };
    let first = [product("1", "Assam leaf"), product("2", "Ölong Zähne"), product("3", "Earl Grey")];
    let done = engine.import_products(TEA, &first).unwrap();
    assert_eq!((done.n_new, done.n_updated), (3, 0));
    let done = engine.import_products(TEA, &[product("1", "Darjeeling leaf")]).unwrap();
    assert_eq!((done.n_new, done.n_updated), (0, 1));
    let found = |text: &str| -> Vec<String> {
        let found = engine.find_products((Some(TEA), text), ("", ""), 10).unwrap();
        found.into_iter().map(|product| product.id).collect()
    };
    assert_eq!(found("darj"), ["1"]);
    assert!(found("assam").is_empty(), "the words it had are gone");
    assert_eq!(found("LEAF dar"), ["1"], "each word begins one, in any order and case");
    assert_eq!(found("ölo"), ["2"]);
    assert!(found("leaf grey").is_empty());
    assert_eq!(found(""), ["1", "3", "2"], "all of them, by name");
    assert!(found("%' OR 1=1").is_empty());
    assert!(engine.import_products(TEA, &[product("4", "One more")]).unwrap_err().to_string().contains("max_products"));
    assert!(engine.remove_product(TEA, "2").unwrap() && !engine.remove_product(TEA, "2").unwrap());
}
