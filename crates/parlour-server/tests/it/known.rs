//! What is known about oneself: seen, explained, disputed, withheld, taken along, and erased, as members do it over HTTP.

use std::io::Read;

use parlour_core::event::Name;
use parlour_engine::source::NewSource;
use parlour_engine::staff::Role;
use parlour_server::room_link;
use serde_json::{Value, json};

use crate::client::{Answer, send};
use crate::desk::{Desk, cookie_in};
use crate::rooms::Member;

const JSON: (&str, &str) = ("content-type", "application/json");
const PERSON: &str = "customer:00005";

/// Somebody of whom much is known, in a room of their own.
fn known<'a>(desk: &'a Desk, handle: &str, person: &str) -> Member<'a> {
    let link = room_link(&desk.engine, "", Some(person)).unwrap();
    let token = link.strip_prefix("/room?token=").unwrap();
    let body = json!({ "token": token }).to_string();
    let answer = send(desk.address, "POST", "/api/v1/room/session", &[JSON], body.as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
    let member = Member { desk, cookie: cookie_in(&answer), handle: handle.to_owned() };
    member.fine("PUT", "/me/handle", Some(&json!({ "handle": handle })));
    desk.engine.fold_all().unwrap();
    member
}

fn about(object: &str) -> String {
    format!("/known?object={object}")
}

/// The standing with Acme on a page about somebody.
fn standing(person: &Value) -> Value {
    let all = person["standings"].as_array().unwrap();
    all.iter().find(|one| one["object"] == "brand:acme").cloned().unwrap_or_default()
}

#[test]
fn a_member_sees_what_staff_see_word_for_word() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    let own = anna.fine("GET", &about("brand:acme"), None);
    let theirs = desk.get(&format!("/api/v1/people/{PERSON}?object=brand:acme"));
    for part in ["sentence", "ids", "links", "layers", "money"] {
        assert_eq!(own["person"][part], theirs[part], "{part}");
    }
    assert_eq!(standing(&own["person"]), standing(&theirs));
    assert!(standing(&theirs)["degree"].as_f64().unwrap() > 0.0);
    assert_eq!(own["person"]["is_read"], true);
    for of in ["degree", "kind", "cell", "stage"] {
        let mine = anna.fine("GET", &format!("/known/why?object=brand:acme&of={of}"), None);
        assert_eq!(mine, desk.get(&format!("/api/v1/people/{PERSON}/why?object=brand:acme&of={of}")), "{of}");
    }
    // Every event, over pages, and nobody else's.
    let mut n = 0;
    let mut next = String::new();
    loop {
        let page = anna.fine("GET", &format!("/known/events?limit=7{next}"), None);
        n += page["rows"].as_array().unwrap().len();
        let Some(more) = page["next"].as_str() else { break };
        next = format!("&next={more}");
    }
    let all = desk.get(&format!("/api/v1/people/{PERSON}/timeline?limit=500"));
    assert_eq!(n, all["rows"].as_array().unwrap().len());
    let places = anna.fine("GET", "/known/places", None);
    let tables: Vec<&str> =
        places["places"].as_array().unwrap().iter().map(|one| one["table"].as_str().unwrap()).collect();
    assert!(["member", "claim", "identity", "member_session"].iter().all(|table| tables.contains(table)), "{tables:?}");
    let new = Member::new(&desk, "bella");
    let nothing = new.fine("GET", "/known", None);
    assert_eq!((&nothing["person"]["standings"], &nothing["posts"]), (&json!([]), &json!([])), "nothing of Anna's");
    assert_eq!(send(desk.address, "GET", "/api/v1/room/known", &[], b"").status, 401);
    let on_desk = [("cookie", desk.cookie.as_str())];
    assert_eq!(send(desk.address, "GET", "/api/v1/room/known", &on_desk, b"").status, 401, "staff have no room");
}

#[test]
fn a_word_outranks_the_guess_and_staff_see_it() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    let person = || desk.get(&format!("/api/v1/people/{PERSON}?object=brand:acme"));
    let before = standing(&person());
    let say = |matter: &str, said: Value, words: &str| {
        let dispute = json!({ "object": "brand:acme", "matter": matter, "said": said, "words": words });
        anna.ask("POST", "/known/disputes", Some(&dispute))
    };
    let wrong = if before["kind"].as_f64().unwrap() < 1.0 { "like" } else { "dislike" };
    assert_eq!(say("kind", json!(wrong), "I know best").status, 204);
    let kind = if wrong == "like" { 1.0 } else { -1.0 };
    assert_eq!(standing(&person())["kind"], kind);
    assert_eq!(standing(&anna.fine("GET", &about("brand:acme"), None)["person"])["kind"], kind);
    let told = person();
    assert_eq!((&told["disputes"][0]["said"], &told["disputes"][0]["words"]), (&json!(wrong), &json!("I know best")));
    let why = desk.get(&format!("/api/v1/people/{PERSON}/why?object=brand:acme&of=kind"));
    assert!(why["sentence"].as_str().unwrap().starts_with("They say themselves"), "{why}");
    // Of what is arithmetic the word stands beside it.
    assert_eq!(say("degree", Value::Null, "I never bought that much").status, 204);
    assert_eq!(standing(&person())["degree"], before["degree"]);
    let wrongs = [
        say("kind", json!("gone"), ""),
        say("degree", json!("like"), ""),
        say("degree", Value::Null, " "),
        say("mood", Value::Null, "x"),
        anna.ask(
            "POST",
            "/known/disputes",
            Some(&json!({ "object": "brand:nobody", "matter": "kind", "said": "like" })),
        ),
    ];
    for answer in wrongs {
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    // Whoever sees some brands alone sees no word about others.
    let scoped = desk.join("mia", Role::Agent, Some(&["brand:other"]));
    let other = desk.ask_as(&scoped, "GET", &format!("/api/v1/people/{PERSON}"), None);
    assert!(other.status == 404 || other.status == 403, "{other:?}");
    anna.fine("DELETE", "/known/disputes?object=brand:acme&matter=kind", None);
    assert_eq!(standing(&person())["kind"], before["kind"]);
    assert_eq!(anna.ask("DELETE", "/known/disputes?object=brand:acme&matter=kind", None).status, 404);
}

#[test]
fn whoever_withholds_consent_is_read_no_more() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    let n = || desk.get("/api/v1/people?object=brand:acme&limit=1")["n_total"].as_u64().unwrap();
    let before = n();
    anna.fine("PUT", "/known/consents/reading", Some(&json!({ "is_given": false })));
    assert_eq!(n(), before - 1);
    let own = anna.fine("GET", &about("brand:acme"), None);
    assert_eq!((&own["person"]["is_read"], &own["person"]["standings"]), (&json!(false), &json!([])));
    let theirs = desk.get(&format!("/api/v1/people/{PERSON}?object=brand:acme"));
    assert_eq!((&theirs["is_read"], &theirs["standings"]), (&json!(false), &json!([])));
    let reading = &theirs["consents"][0];
    assert_eq!(
        (&reading["purpose"], &reading["is_given"], &reading["by"]["how"]),
        (&json!("reading"), &json!(false), &json!("room"))
    );
    anna.fine("PUT", "/known/consents/reading", Some(&json!({ "is_given": true })));
    assert_eq!(n(), before);
    let history = anna.fine("GET", "/known", None)["consents"][0]["history"].clone();
    assert_eq!(history.as_array().unwrap().len(), 2);
    assert_eq!(anna.ask("PUT", "/known/consents/selling", Some(&json!({ "is_given": true }))).status, 400);
}

#[test]
fn the_signal_of_browsers_is_heard_and_ones_own_word_outranks_it() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    let sharing = |member: &Member<'_>| member.fine("GET", "/known", None)["consents"][1].clone();
    assert_eq!(sharing(&anna)["is_given"], true);
    // Once her browser says so in her room …
    let headers = [("cookie", anna.cookie.as_str()), ("sec-gpc", "1")];
    assert_eq!(send(desk.address, "GET", "/api/v1/room/me", &headers, b"").status, 200);
    let told = sharing(&anna);
    assert_eq!((&told["is_given"], &told["by"]["how"]), (&json!(false), &json!("browser")));
    anna.fine("PUT", "/known/consents/sharing", Some(&json!({ "is_given": true })));
    send(desk.address, "GET", "/api/v1/room/me", &headers, b"");
    assert_eq!(sharing(&anna)["is_given"], true, "she said so herself");
    assert_eq!(sharing(&anna)["history"].as_array().unwrap().len(), 2, "a signal is noted once");
    // … or with what an SDK of a site sends.
    let new = NewSource { brand: Some("brand:acme".to_owned()), ..NewSource::named("shop") };
    let key = desk.engine.create_source(new).unwrap().key;
    let track = |user: &str, signal: Option<&str>| {
        let body = json!({ "type": "track", "event": "E", "userId": user, "messageId": user }).to_string();
        let mut headers = vec![("x-write-key", key.as_str())];
        headers.extend(signal.map(|signal| ("sec-gpc", signal)));
        assert_eq!(send(desk.address, "POST", "/v1/track", &headers, body.as_bytes()).status, 200);
    };
    track("quiet", Some("1"));
    track("loud", None);
    track("zero", Some("0"));
    desk.engine.fold_all().unwrap();
    let given = |user: &str| desk.get(&format!("/api/v1/people/user:{user}"))["consents"][1]["is_given"].clone();
    assert_eq!(["quiet", "loud", "zero"].map(given), [json!(false), json!(true), json!(true)]);
    let support = send(desk.address, "GET", "/.well-known/gpc.json", &[], b"").json();
    assert_eq!(support["gpc"], true);
    assert!(support["lastUpdate"].as_str().unwrap().starts_with("2026-"));
}

#[test]
fn an_id_that_is_not_theirs_is_theirs_no_more() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    let ids = || anna.fine("GET", "/known", None)["person"]["ids"].as_array().unwrap().clone();
    let key = |kind: &str| ids().iter().find(|id| id["kind"] == kind).map(|id| id["key"].clone());
    assert_eq!(ids().len(), 3, "her room, the customer, and the mail address that was joined to it");
    let mail = key("email").unwrap();
    for wrong in [json!("x"), key("member").unwrap(), json!("0".repeat(32))] {
        let answer = anna.ask("POST", "/known/disown", Some(&json!({ "key": wrong })));
        assert!([400, 404].contains(&answer.status), "{answer:?}");
    }
    let claimed = anna.ask("POST", "/known/disown", Some(&json!({ "key": key("customer").unwrap() })));
    assert_eq!(claimed.status, 409, "{claimed:?}");
    anna.fine("POST", "/known/disown", Some(&json!({ "key": mail })));
    assert_eq!((ids().len(), key("email")), (2, None));
    assert_eq!(desk.get(&format!("/api/v1/people/{PERSON}"))["ids"].as_array().unwrap().len(), 2);
}

#[test]
fn what_was_said_means_what_whoever_said_it_meant() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    let said = parlour_core::event::Event {
        message: Some("p1".to_owned()),
        text: Some("It broke again, this is unacceptable".to_owned()),
        ..parlour_core::event::Event::new(
            parlour_engine::clock::now(),
            Name::new("customer", "00005"),
            "commented",
            Name::new("brand", "acme"),
        )
    };
    let events = vec![(said, None)];
    desk.engine.append("test", parlour_engine::Submission { events, ..parlour_engine::Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
    let posts = || anna.fine("GET", "/known", None)["posts"].as_array().unwrap().clone();
    let post = posts()[0].clone();
    assert_eq!((&post["class"], &post["kind"]), (&json!("complaint"), &json!(-1)));
    let path = format!("/known/posts/{}", post["id"].as_str().unwrap());
    let bella = Member::new(&desk, "bella");
    let meant = json!({ "class": "opinion", "kind": 1 });
    assert_eq!(bella.ask("PUT", &path, Some(&meant)).status, 404, "it is not hers");
    assert_eq!(anna.ask("PUT", &path, Some(&json!({ "class": "poem", "kind": 1 }))).status, 400);
    anna.fine("PUT", &path, Some(&meant));
    assert_eq!((&posts()[0]["class"], &posts()[0]["kind"]), (&json!("opinion"), &json!(1)));
}

/// The files of an archive, by name.
fn unpacked(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answer.body.clone())).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

#[test]
fn everything_can_be_taken_along() {
    let desk = Desk::full();
    let anna = known(&desk, "anna", PERSON);
    anna.text("<script>alert(1)</script> & more");
    let bella = Member::new(&desk, "bella");
    bella.fine("PUT", "/blocks/anna", None);
    anna.photo("a-cup", "only_me");
    let answer = anna.ask("GET", "/known/download", None);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zip")));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"parlour-anna.zip\""));
    let files = unpacked(&answer);
    let file = |name: &str| files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.clone()).unwrap();
    let data: Value = serde_json::from_slice(&file("data.json")).unwrap();
    let all = desk.get(&format!("/api/v1/people/{PERSON}/timeline?limit=500"));
    assert_eq!(data["events"], all["rows"]);
    assert_eq!(data["tables"]["frame"].as_array().unwrap().len(), 1);
    assert!(data["tables"]["photo"][0]["alt"] == "a-cup" && data["tables"]["member"][0]["handle"] == "anna");
    assert_eq!(data["tables"].get("blocked"), None, "who blocked her is theirs to know");
    let text = String::from_utf8(file("data.json")).unwrap();
    for secret in ["public_key", "\"hash\"", "\"token\""] {
        assert!(!text.contains(secret), "{secret}");
    }
    let page = String::from_utf8(file("index.html")).unwrap();
    assert!(page.contains("What I did") && page.contains("&lt;script&gt;alert(1)"), "it is readable");
    assert!(!page.contains("<script"), "and harmless");
    let picture = files.iter().find(|(name, _)| name.starts_with("pictures/")).unwrap();
    assert!(picture.1.starts_with(&[0xFF, 0xD8]) && page.contains(&picture.0));
    assert_eq!(send(desk.address, "GET", "/api/v1/room/known/download", &[], b"").status, 401);
}

#[test]
fn whoever_wants_it_is_forgotten_within_one_request() {
    let desk = Desk::full();
    let new = NewSource { brand: Some("brand:acme".to_owned()), ..NewSource::named("shop") };
    let key = desk.engine.create_source(new).unwrap().key;
    let anna = known(&desk, "anna", PERSON);
    anna.open_door("passers_by");
    anna.text("hello");
    anna.photo("a-cup", "passers_by");
    assert_eq!(send(desk.address, "GET", "/@anna", &[], b"").status, 200);
    let n = || desk.get("/api/v1/people?object=brand:acme&limit=1")["n_total"].as_u64().unwrap();
    let before = n();
    for word in ["", "forget", "yes"] {
        let refused = anna.ask("DELETE", "/known", Some(&json!({ "word": word, "is_barred": true })));
        assert_eq!(refused.status, 400, "{refused:?}");
    }
    let answer = anna.ask("DELETE", "/known", Some(&json!({ "word": "Forget me", "is_barred": true })));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("set-cookie").unwrap().starts_with("parlour_room=; "), "signed out");
    let receipt = answer.json();
    assert!(receipt["done_at"].is_string() && receipt["counts"]["events"].as_u64() > Some(0), "{receipt}");
    assert!(!receipt.to_string().contains("anna") && !receipt.to_string().contains("00005"), "it names nobody");
    assert_eq!(anna.ask("GET", "/me", None).status, 401);
    assert_eq!(send(desk.address, "GET", "/@anna", &[], b"").status, 404);
    assert_eq!(desk.ask("GET", &format!("/api/v1/people/{PERSON}"), None).status, 404);
    assert_eq!(n(), before - 1);
    // Whoever has its address reads the receipt again.
    let path = format!("/api/v1/receipts/{}", receipt["id"].as_str().unwrap());
    assert_eq!(send(desk.address, "GET", &path, &[], b"").json(), receipt);
    assert_eq!(send(desk.address, "GET", "/api/v1/receipts/0", &[], b"").status, 404);
    assert_eq!(desk.get("/api/v1/erasures")["erasures"][0], receipt);
    // Nothing more of her comes in, and each sender is told.
    let event = json!({ "id": "n1", "subject": PERSON, "verb": "bought", "object": "brand:acme", "text": "once more" });
    let body = json!({ "events": [event] }).to_string();
    let told = send(desk.address, "POST", "/api/v1/events", &[("x-write-key", &key), JSON], body.as_bytes()).json();
    assert_eq!(
        (&told["events"][0]["result"], &told["events"][0]["reason"]),
        (&json!("rejected"), &json!("erased")),
        "{told}"
    );
    let rejected = desk.get("/api/v1/rejected?reason=erased");
    assert_eq!(rejected["rows"][0]["reason"], "erased");
    assert!(!rejected.to_string().contains("once more"), "nothing of it is kept: {rejected}");
    assert!(desk.get("/api/v1/health")["findings"].as_array().is_none_or(Vec::is_empty));
}

#[test]
fn staff_erase_whoever_asks_them_and_the_log_names_nobody() {
    let desk = Desk::full();
    let path = format!("/api/v1/people/{PERSON}");
    let wish = |person: &str| json!({ "person": person, "is_barred": false });
    let agent = desk.join("mia", Role::Agent, None);
    assert_eq!(desk.ask_as(&agent, "DELETE", &path, Some(&wish(PERSON))).status, 403);
    let slip = desk.ask("DELETE", &path, Some(&wish("customer:00006")));
    assert_eq!(slip.status, 400, "{slip:?}");
    let done = desk.ask("DELETE", &path, Some(&wish(PERSON)));
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(desk.ask("GET", &path, None).status, 404);
    assert_eq!(desk.ask("DELETE", &path, Some(&wish(PERSON))).status, 404);
    let audit = desk.get("/api/v1/audit?action=erased+somebody").to_string();
    assert!(audit.contains(&format!("receipt {}", done.json()["id"].as_str().unwrap())), "{audit}");
    assert_eq!(desk.ask("DELETE", "/api/v1/people/brand:acme", Some(&wish("brand:acme"))).status, 404);
}
