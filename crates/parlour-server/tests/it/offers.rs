//! What brands offer, over HTTP: pictures in and out, catalogues, sets, and that nobody sees to a brand that is not theirs.

use parlour_core::event::{Event, Name};
use parlour_engine::Submission;
use parlour_engine::staff::Role;
use serde_json::{Value, json};

use crate::client::{Answer, send, send_unsigned};
use crate::desk::Desk;
use crate::rooms::{Member, jpeg};

const BYTES: &str = "application/octet-stream";

fn post_bytes(desk: &Desk, cookie: &str, path: &str, bytes: &[u8]) -> Answer {
    send(desk.address, "POST", path, &[("cookie", cookie), ("content-type", BYTES)], bytes)
}

fn a_set(brand: &str) -> Value {
    json!({ "brand": brand, "title": "Harvest <b>", "rights": "Hang it where you like.", "is_open": true, "ends_at": null })
}

/// A set of a brand with one image; its id and the image's.
fn set(desk: &Desk, brand: &str) -> (String, Value) {
    let made = desk.ask("POST", "/api/v1/brand/sets", Some(&a_set(brand)));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/brand/sets/{id}/images?alt=leaves");
    let added = post_bytes(desk, &desk.cookie, &path, &jpeg(700, 500));
    assert_eq!(added.status, 201, "{added:?}");
    (id, added.json())
}

#[test]
fn a_picture_goes_in_and_out_and_by_no_other_address() {
    let desk = Desk::empty();
    let (id, image) = set(&desk, "brand:tea");
    let sources = image["image"]["sources"].as_array().unwrap();
    assert_eq!(sources.iter().map(|one| one["width"].as_i64().unwrap()).collect::<Vec<_>>(), [320, 640, 700]);
    let url = sources[0]["url"].as_str().unwrap();
    let answer = send(desk.address, "GET", url, &[], b"");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("content-security-policy").unwrap().contains("sandbox"));
    assert!(answer.header("cache-control").unwrap().starts_with("private, max-age="));
    assert!(answer.body.starts_with(&[0xFF, 0xD8, 0xFF]));
    for other in [format!("{url}A"), url.replace("/media/A", "/media/B"), "/media/x".to_owned(), "/media/".to_owned()] {
        assert_eq!(send_unsigned(desk.address, &other), 404, "{other}");
    }
    let bad = |bytes: &[u8]| {
        let answer = post_bytes(&desk, &desk.cookie, &format!("/api/v1/brand/sets/{id}/images"), bytes);
        (answer.status, answer.message())
    };
    assert!(bad(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").1.contains("SVG"));
    assert!(bad(b"\0\0\0\x18ftypheic\0\0\0\0").1.contains("JPEG"));
    assert_eq!(bad(b"").0, 400);
    // The brand deletes the set: its files are gone from where they were.
    let ended = desk.ask("DELETE", &format!("/api/v1/brand/sets/{id}?deletes=true"), None);
    assert_eq!(ended.status, 204);
    assert_eq!(send_unsigned(desk.address, url), 404);
}

#[test]
fn a_picture_that_is_too_large_is_refused_with_its_limit() {
    let desk = Desk::with("[media]\nmax_bytes = 2000\nmax_side = 50\n", None);
    let made = desk.ask("POST", "/api/v1/brand/sets", Some(&a_set("brand:tea"))).json();
    let path = format!("/api/v1/brand/sets/{}/images", made["id"].as_str().unwrap());
    let answer = post_bytes(&desk, &desk.cookie, &path, &[7; 3000]);
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"));
    assert!(answer.message().contains("media.max_bytes"));
    let answer = post_bytes(&desk, &desk.cookie, &path, &jpeg(60, 4));
    assert!(answer.message().contains("60 by 4"), "{answer:?}");
}

#[test]
fn who_sees_some_brands_sees_to_no_other() {
    let desk = Desk::empty();
    for brand in ["tea", "shoes"] {
        let event =
            Event::new(parlour_engine::clock::now(), Name::new("user", "a"), "bought", Name::new("brand", brand));
        let events = vec![(event, None)];
        desk.engine.append("shop", Submission { events, ..Submission::default() }).unwrap();
    }
    desk.engine.fold_all().unwrap();
    let (tea, _) = set(&desk, "brand:tea");
    let held = desk.join("held", Role::Analyst, Some(&["brand:shoes"]));
    let reads = desk.join("reads", Role::ReadOnly, None);
    let as_held = |method: &str, path: &str, body: Option<&Value>| desk.ask_as(&held, method, path, body).status;
    assert_eq!(as_held("GET", "/api/v1/brand/sets?brand=brand:shoes", None), 200);
    for (method, path, body) in [
        ("GET", "/api/v1/brand/sets?brand=brand:tea".to_owned(), None),
        ("POST", "/api/v1/brand/sets".to_owned(), Some(a_set("brand:tea"))),
        ("PUT", format!("/api/v1/brand/sets/{tea}"), Some(a_set("brand:tea"))),
        ("PUT", format!("/api/v1/brand/sets/{tea}"), Some(a_set("brand:shoes"))),
        ("DELETE", format!("/api/v1/brand/sets/{tea}"), None),
        ("GET", format!("/api/v1/brand/sets/{tea}/hung"), None),
        ("POST", format!("/api/v1/brand/sets/{tea}/ask"), Some(json!({ "handles": null }))),
        ("GET", "/api/v1/brand/catalogue?brand=brand:tea".to_owned(), None),
        ("DELETE", "/api/v1/brand/catalogue/1?brand=brand:tea".to_owned(), None),
        ("GET", "/api/v1/brand/occasions?brand=brand:tea".to_owned(), None),
        ("GET", "/api/v1/brand/said?brand=brand:tea".to_owned(), None),
    ] {
        assert_eq!(as_held(method, &path, body.as_ref()), 404, "{method} {path}");
    }
    assert_eq!(post_bytes(&desk, &held, &format!("/api/v1/brand/sets/{tea}/images"), &jpeg(9, 9)).status, 404);
    let brands = desk.ask_as(&held, "GET", "/api/v1/brand/brands", None).json();
    assert_eq!(brands["brands"].as_array().unwrap().len(), 1);
    assert_eq!(desk.ask_as(&reads, "POST", "/api/v1/brand/sets", Some(&a_set("brand:tea"))).status, 403);
    assert_eq!(desk.ask_as(&reads, "GET", "/api/v1/brand/sets?brand=brand:tea", None).status, 200);
}

#[test]
fn a_catalogue_comes_in_and_is_found() {
    let desk = Desk::empty();
    let path = "/api/v1/brand/catalogue?brand=brand:tea";
    let csv = "id,title,price\n1,Assam,3 EUR\n2,,\n3,Ceylon,cheap\n";
    let answer = post_bytes(&desk, &desk.cookie, path, csv.as_bytes()).json();
    assert_eq!((&answer["n_new"], &answer["n_refused"]), (&json!(1), &json!(2)));
    assert_eq!(answer["refused"][0]["line"], json!(3));
    let answer = post_bytes(&desk, &desk.cookie, path, csv.as_bytes()).json();
    assert_eq!((&answer["n_new"], &answer["n_updated"]), (&json!(0), &json!(1)));
    let found = desk.get(&format!("{path}&q=ass"));
    assert_eq!(found["products"][0]["price_minor"], json!(300));
    assert_eq!(post_bytes(&desk, &desk.cookie, path, b"nonsense").status, 400);
    assert_eq!(desk.ask("DELETE", "/api/v1/brand/catalogue/1?brand=brand:tea", None).status, 204);
}

#[test]
fn a_member_hangs_tags_and_answers_and_everybody_sees_what_the_doors_let_them() {
    let desk = Desk::empty();
    let (set, image) = set(&desk, "brand:tea");
    let anna = Member::new(&desk, "anna");
    anna.open_door("passers_by");
    let offers = anna.fine("GET", "/offers", None);
    assert_eq!(offers["offers"][0]["set"]["id"], json!(set));
    let placement = json!({ "set": set, "image": image["id"], "words": "</script><b>mine", "album": null, "size": 2,
        "door": "passers_by", "after": "" });
    let frame = anna.fine("POST", "/placements?layer=mobile", Some(&placement));
    assert_eq!(frame["placed"]["brand"]["name"], json!("brand:tea"));
    assert!(frame["placed"]["image"]["image"]["sources"].is_array());
    let id = frame["id"].as_str().unwrap();
    let file = anna.ask("GET", &format!("/placements/{id}/image"), None);
    assert_eq!(file.status, 200);
    assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
    // By hand nothing of a brand is hung.
    let by_hand = json!({ "content": { "kind": "placement", "set": set, "image": image["id"], "words": "" }, "size": 1,
        "door": "passers_by", "after": "" });
    assert_eq!(anna.ask("POST", "/frames", Some(&by_hand)).status, 400);
    let photo = anna.photo("cup", "passers_by");
    let photo = photo["id"].as_str().unwrap();
    anna.hang(&json!({ "kind": "photo", "photo": photo }), "passers_by");
    let tag = json!({ "x": 0.5, "y": 0.5, "brand": "brand:tea", "label": "<i>Assam", "price_minor": 450,
        "currency": "EUR", "rating": 4, "review": "Strong", "link": "https://tea.example/a" });
    anna.fine("POST", &format!("/photos/{photo}/tags"), Some(&tag));
    let page = String::from_utf8(send(desk.address, "GET", "/@anna", &[], b"").body).unwrap();
    for shown in ["&lt;i&gt;Assam", "4.50 EUR", "4 of 5 stars", "nofollow", "\"@type\":\"Review\"", "tea.example"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("<i>Assam") && !page.contains("</script><b>mine"), "nothing breaks out: {page}");
    let tags = desk.ask_as("", "GET", &format!("/api/v1/room/rooms/anna/photos/{photo}/tags"), None).json();
    assert_eq!(tags["tags"].as_array().unwrap().len(), 1);
    anna.open_door("only_me");
    let tags = desk.ask_as("", "GET", &format!("/api/v1/room/rooms/anna/photos/{photo}/tags"), None);
    assert_eq!(tags.status, 404);
    let said = desk.get("/api/v1/brand/said?brand=brand:tea");
    assert!(said["tags"].as_array().unwrap().is_empty());
    let hung = desk.get(&format!("/api/v1/brand/sets/{set}/hung"));
    assert_eq!((&hung["n_hanging"]["fewer_than"], hung["words"].as_array().unwrap().len()), (&json!(5), 0));
}

#[test]
fn an_occasion_is_answered_and_stands_in_calendars() {
    let desk = Desk::empty();
    let occasion = json!({ "brand": "brand:tea", "title": "Tasting", "place": "Bremen", "latitude": 53.0,
        "longitude": 8.8, "starts_at": "2126-05-01T16:00:00Z", "ends_at": "2126-05-01T18:00:00Z",
        "zone": "Europe/Berlin", "capacity": 1 });
    let made = desk.ask("POST", "/api/v1/brand/occasions", Some(&occasion));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let anna = Member::new(&desk, "anna");
    let coming = |tells: bool| json!({ "answer": "going", "tells": tells });
    let own = anna.fine("PUT", &format!("/occasions/{id}/answer"), Some(&coming(true)));
    assert_eq!((&own["answer"], &own["is_waiting"]), (&json!("going"), &json!(false)));
    let berta = Member::new(&desk, "berta");
    let own = berta.fine("PUT", &format!("/occasions/{id}/answer"), Some(&coming(false)));
    assert_eq!(own["is_waiting"], json!(true));
    let told = desk.get(&format!("/api/v1/brand/occasions/{id}/answers"));
    assert_eq!((&told["n_going"]["n"], &told["n_waiting"]["fewer_than"]), (&json!(1), &json!(5)));
    assert_eq!(told["people"].as_array().unwrap().len(), 1, "who does not tell is not named");
    for path in [format!("/occasions/{id}/calendar.ics"), "/brands/brand:tea/occasions.ics".to_owned()] {
        let answer = send(desk.address, "GET", &path, &[], b"");
        assert_eq!(answer.header("content-type"), Some("text/calendar; charset=utf-8"));
        assert!(String::from_utf8(answer.body).unwrap().contains("DTSTART:21260501T160000Z"));
    }
    let frame = json!({ "size": 1, "door": "passers_by", "after": "" });
    let hung = anna.fine("POST", &format!("/occasions/{id}/frame"), Some(&frame));
    assert_eq!(hung["occasion"]["answer"], json!("going"));
}
