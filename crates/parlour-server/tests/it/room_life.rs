//! Life with a room: where one is signed in, groups and badges on the wall, and what the Desk sees of a person's room.

use parlour_core::event::{Event, Name};
use parlour_engine::offers::occasions::OccasionWords;
use parlour_engine::staff::Role;
use parlour_engine::{Submission, clock};
use parlour_store::{member, occasion};
use serde_json::{Value, json};

use crate::client::{PATIENCE, send};
use crate::desk::{Desk, cookie_in};
use crate::rooms::{Member, ask_for_link, mailing, token_of};

const HOUR: i64 = 3_600_000_000;

fn page(desk: &Desk, path: &str) -> String {
    let answer = send(desk.address, "GET", path, &[], b"");
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    String::from_utf8(answer.body).unwrap()
}

fn id_of(desk: &Desk, handle: &str) -> String {
    desk.engine.database.read(|conn| member::of_handle(conn, handle)).unwrap().unwrap().id
}

#[test]
fn sessions_are_ended_singly_and_all_others_at_once() {
    let (desk, letters, heard) = mailing("");
    let berta = Member::new(&desk, "berta");
    let come_in = |n| {
        assert_eq!(ask_for_link(&desk, "anna@example.org"), 202);
        heard.recv_timeout(PATIENCE).unwrap();
        let body = json!({ "token": token_of(&letters, n) }).to_string();
        let agent = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
        let headers = [("content-type", "application/json"), agent];
        cookie_in(&send(desk.address, "POST", "/api/v1/room/session", &headers, body.as_bytes()))
    };
    let cookies: Vec<String> = (0..4).map(come_in).collect();
    let anna = Member { desk: &desk, cookie: cookies[0].clone(), handle: "anna".to_owned() };
    let list = || anna.fine("GET", "/me/sessions", None)["sessions"].as_array().unwrap().clone();
    let told = list();
    assert_eq!((told.len(), told.iter().filter(|one| one["is_this"] == true).count()), (4, 1));
    assert!(told.iter().all(|one| one["device"] == "Firefox on Linux" && one["last_used_at"].is_string()));
    let n_in = || {
        let is_in = |cookie: &&String| desk.ask_as(cookie, "GET", "/api/v1/room/me", None).status == 200;
        cookies.iter().filter(is_in).count()
    };
    let other = told.iter().find(|one| one["is_this"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/me/sessions/{other}");
    assert_eq!(berta.ask("DELETE", &path, None).status, 404, "it is not hers to end");
    assert_eq!(n_in(), 4);
    assert_eq!((anna.ask("DELETE", &path, None).status, anna.ask("DELETE", &path, None).status), (204, 404));
    assert_eq!((n_in(), list().len()), (3, 3));
    assert_eq!(anna.ask("DELETE", "/me/sessions", None).status, 204);
    assert_eq!((n_in(), list().len()), (1, 1));
    assert_eq!(berta.ask("GET", "/me", None).status, 200);
    let own = list()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(anna.ask("DELETE", &format!("/me/sessions/{own}"), None).status, 204);
    assert_eq!(n_in(), 0, "this one, too");
}

#[test]
fn a_group_has_a_name_words_and_a_page() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    theo.open_door("passers_by");
    theo.hang(
        &json!({ "kind": "group", "title": "Cellar <b>", "words": "Thursdays", "link": "https://cellar.example/a?b=1&c" }),
        "passers_by",
    );
    theo.hang(&json!({ "kind": "group", "title": "No page", "words": "" }), "passers_by");
    let text = page(&desk, "/@theo");
    assert!(text.contains("Cellar &lt;b&gt;") && text.contains("Thursdays") && text.contains("A group I am in"));
    assert!(
        text.contains("<a href=\"https://cellar.example/a?b=1&amp;c\" rel=\"noopener noreferrer nofollow ugc\""),
        "{text}"
    );
    assert!(text.contains("<small>cellar.example</small>"), "it says where it leads");
    for link in ["javascript:alert(1)", "http://cellar.example", "https://cellar.example/\" onclick=\"x"] {
        let content = json!({ "kind": "group", "title": "x", "words": "", "link": link });
        let odd = json!({ "content": content, "size": 1, "door": "only_me", "after": "" });
        assert_eq!(theo.ask("POST", "/frames", Some(&odd)).status, 400, "{link}");
    }
}

/// Where a picture comes later, its colour is there at once: in the page itself, and without a style of its own.
#[test]
fn a_picture_that_is_not_there_yet_has_its_colour() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    theo.open_door("passers_by");
    let photo = theo.photo("hills", "passers_by");
    theo.hang(&json!({ "kind": "photo", "photo": photo["id"] }), "passers_by");
    let (text, colour) = (page(&desk, "/@theo"), photo["image"]["colour"].as_str().unwrap());
    let tint =
        format!("<svg aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" fill=\"{colour}\"/></svg><img src=");
    assert!(text.contains(&tint), "{tint}: {text}");
    assert!(!text.contains("style="), "{text}");
    assert_eq!(photo["image"]["is_see_through"], false);
}

/// An occasion of a brand that began some hours ago and lasts for two.
fn occasion(desk: &Desk, title: &str, hours_ago: i64) -> String {
    let at = clock::now() - hours_ago * HOUR;
    let words = OccasionWords {
        title: title.to_owned(),
        about: String::new(),
        place: "Bremen, at the market".to_owned(),
        at: None,
        starts_at: at,
        ends_at: at + 2 * HOUR,
        zone: "Europe/Berlin".to_owned(),
        capacity: None,
        url: String::new(),
    };
    desk.engine.put_occasion("brand:tea", None, words).unwrap().id
}

#[test]
fn an_occasion_one_was_at_hangs_as_a_badge_and_what_comes_next_is_told_to_whom_it_concerns() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    theo.open_door("passers_by");
    let (past, next) = (occasion(&desk, "Five teas", 5), occasion(&desk, "Six teas", -5));
    let hanging = json!({ "size": 1, "door": "passers_by", "after": "" });
    theo.fine("POST", &format!("/occasions/{past}/frame"), Some(&hanging));
    let text = page(&desk, "/@theo");
    assert!(text.contains("<strong>Over.</strong>") && !text.contains("badge"), "{text}");
    let answer = |id: &str, answer: &str| {
        theo.fine("PUT", &format!("/occasions/{id}/answer"), Some(&json!({ "answer": answer, "tells": false })))
    };
    answer(&past, "attended");
    let text = page(&desk, "/@theo");
    for part in ["<div class=\"badge\">", "I was there", "Five teas", "held by <bdi>tea</bdi>", "Bremen, at the market"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    // The owner sees what comes next; others only once the owner comes.
    assert_eq!(theo.wall()[0]["next"]["occasion"]["title"], "Six teas");
    assert!(!text.contains("Six teas"));
    answer(&next, "going");
    assert!(page(&desk, "/@theo").contains("Six teas"));
    // While it is still to come, nothing else of its brand is shown.
    let hung = theo.fine("POST", &format!("/occasions/{next}/frame"), Some(&hanging));
    assert_eq!((&hung["next"], &hung["occasion"]["answer"]), (&Value::Null, &"going".into()));
    let found = desk.engine.database.read(|conn| occasion::get(conn, &past)).unwrap();
    assert!(found.is_some());
}

/// Rooms are told in the Desk as whoever passes by sees them: a closed one is not told at all.
#[test]
fn the_desk_sees_of_a_room_what_a_passer_by_sees() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    let id = id_of(&desk, "theo");
    let of = |user: &str, brand: &str| {
        Event::new(clock::now(), Name::new("user", user), "bought", Name::new("brand", brand))
    };
    let events = [of("t", "tea"), of("s", "shoes"), of("n", "tea")].map(|event| (event, None)).to_vec();
    desk.engine.append("shop", Submission { events, ..Submission::default() }).unwrap();
    desk.engine.claim(&id, &Name::new("user", "t"), "signature").unwrap();
    desk.engine.fold_all().unwrap();
    let ask = |cookie: &str, user: &str| {
        let answer = desk.ask_as(cookie, "GET", &format!("/api/v1/people/user:{user}/rooms"), None);
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    let owner = desk.cookie.clone();
    let nothing = ask(&owner, "n");
    assert_eq!(nothing, (200, "{\"rooms\":[]}".to_owned()), "who has no room");
    assert_eq!(ask(&owner, "t"), nothing, "whose room is closed: the same, word for word");
    theo.open_door("acquaintance_1");
    assert_eq!(ask(&owner, "t"), nothing);
    theo.open_door("passers_by");
    theo.text("for everybody");
    theo.hang(&json!({ "kind": "text", "text": "for the closest" }), "acquaintance_3");
    theo.hang(&json!({ "kind": "text", "text": "a secret" }), "only_me");
    let (status, text) = ask(&owner, "t");
    let told: Value = serde_json::from_str(&text).unwrap();
    let room = &told["rooms"][0];
    assert_eq!((status, &room["room"]["handle"], &room["n_frames"]), (200, &"theo".into(), &1.into()));
    assert_eq!((&room["seen_as"], &room["door"]), (&"passer_by".into(), &Value::Null));
    assert!(text.contains("for everybody") && !text.contains("closest") && !text.contains("secret"), "{text}");
    // Who sees some brands only sees the same of those people, and of no others.
    let tea = desk.join("tea", Role::Agent, Some(&["brand:tea"]));
    let shoes = desk.join("shoes", Role::Agent, Some(&["brand:shoes"]));
    assert_eq!(ask(&tea, "t"), (200, text));
    assert_eq!(ask(&shoes, "t").0, 404, "nobody of theirs");
    assert_eq!(ask(&shoes, "s"), nothing);
    // No session of a room opens it.
    assert_eq!(ask(&theo.cookie, "t").0, 401);
    assert_eq!(desk.ask_as("", "GET", "/api/v1/people/user:t/rooms", None).status, 401);
}
