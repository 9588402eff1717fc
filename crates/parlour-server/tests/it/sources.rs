//! Sources and names in Settings: made, changed, watched, mapped.

use std::io::{Read, Write};

use parlour_core::event::{Event, Flaw, Name};
use parlour_engine::{Refused, Submission};
use serde_json::{Value, json};

use crate::client::connect;
use crate::desk::{Desk, START};

fn made(desk: &Desk, body: &Value) -> Value {
    let answer = desk.ask("POST", "/api/v1/sources", Some(body));
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn sent(desk: &Desk, source: &str, verbs: &[&str], n_refused: usize) {
    let event = |verb: &&str| {
        let event = Event::new(START, Name::new("user", "anna"), *verb, Name::new("brand", "acme"));
        (Event { extra: Some("{\"a\":1}".to_owned()), ..event }, None)
    };
    let refused = (0..n_refused).map(|_| Refused {
        line: None,
        flaw: Flaw::Unreadable("no date".to_owned()),
        raw: b"{\"b\":2}".to_vec(),
    });
    let submission =
        Submission { events: verbs.iter().map(event).collect(), refused: refused.collect(), ..Submission::default() };
    desk.engine.append(source, submission).unwrap();
    desk.engine.fold_all().unwrap();
}

#[test]
fn a_source_is_made_changed_rotated_and_revoked() {
    let desk = Desk::empty();
    let shop = made(&desk, &json!({ "name": "shop", "brand": "acme", "events_per_second": 50 }));
    let (id, key) = (shop["source"]["id"].as_i64().unwrap(), shop["key"].as_str().unwrap().to_owned());
    assert_eq!((&shop["source"]["brand"], &shop["source"]["layer"]), (&"brand:acme".into(), &"web".into()));
    assert!(desk.engine.source_of_key(&key).is_some());
    let again = desk.ask("POST", "/api/v1/sources", Some(&json!({ "name": "shop" })));
    assert_eq!((again.status, again.code().as_str()), (400, "invalid_request"));
    for (field, value) in [("layer", "moon"), ("kind", "pigeon")] {
        let answer = desk.ask("POST", "/api/v1/sources", Some(&json!({ "name": "x", field: value })));
        assert_eq!((answer.status, &answer.json()["error"]["fields"][0]["path"]), (400, &field.into()));
    }
    let path = format!("/api/v1/sources/{id}");
    let change = json!({ "layer": "mobile", "events_per_second": 0, "secret": "whsec_YWJj", "brand": null });
    let changed = desk.ask("PUT", &path, Some(&change)).json();
    assert_eq!((&changed["layer"], &changed["events_per_second"]), (&"mobile".into(), &Value::Null));
    assert_eq!((&changed["has_secret"], &changed["brand"]), (&true.into(), &"brand:acme".into()));
    assert!(!changed.to_string().contains("YWJj"));

    let rotated = desk.ask("POST", &format!("{path}/rotate"), Some(&json!({}))).json();
    let keys = rotated["source"]["keys"].as_array().unwrap().clone();
    assert_eq!(keys.iter().map(|key| key["is_valid"].as_bool()).collect::<Vec<_>>(), [Some(true), Some(true)]);
    assert!(keys[0]["expires_at"].is_string() && keys[1]["expires_at"].is_null());
    let revoked = desk.ask("DELETE", &path, None).json();
    assert!(revoked["revoked_at"].is_string());
    assert!([&key, rotated["key"].as_str().unwrap()].iter().all(|key| desk.engine.source_of_key(key).is_none()));
    assert_eq!(desk.ask("POST", &format!("{path}/rotate"), Some(&json!({}))).status, 400);
    assert_eq!(desk.ask("GET", "/api/v1/sources/77", None).status, 404);
    let told = desk.get("/api/v1/sources").to_string();
    assert!(!told.contains(&key));
}

#[test]
fn a_source_counts_and_shows_what_it_sent() {
    let desk = Desk::empty();
    let id = made(&desk, &json!({ "name": "shop" }))["source"]["id"].as_i64().unwrap();
    let path = format!("/api/v1/sources/{id}");
    assert_eq!(desk.get(&path)["first_event_at"], Value::Null);
    sent(&desk, "shop", &["viewed", "bought"], 1);
    sent(&desk, "elsewhere", &["viewed"], 1);
    let shop = desk.get(&path);
    assert_eq!((&shop["n_accepted"], &shop["n_rejected"]), (&2.into(), &1.into()));
    assert_eq!(shop["rejected"], json!([{ "reason": "unreadable", "n": 1 }]));
    assert!(shop["first_event_at"].is_string() && shop["last_event_at"].is_string());
    assert_eq!(desk.get("/api/v1/sources")["rows"][0], shop);

    let tail = desk.get(&format!("{path}/tail"));
    let rows = tail["rows"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["number"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((&rows[1]["verb"], &rows[1]["subject"]), (&"bought".into(), &"user:anna".into()));
    assert_eq!((&rows[1]["raw"], &rows[1]["is_accepted"]), (&"{\"a\":1}".into(), &true.into()));
    assert_eq!((&rows[2]["reason"], &rows[2]["raw"]), (&"unreadable".into(), &"{\"b\":2}".into()));
    assert_eq!(desk.get(&format!("{path}/tail?from=2"))["rows"].as_array().unwrap().len(), 1);

    // Only so much is kept, the last.
    for _ in 0..30 {
        sent(&desk, "shop", &["viewed"; 50], 0);
    }
    let rows = desk.get(&format!("{path}/tail"))["rows"].as_array().unwrap().clone();
    assert_eq!((rows.len(), &rows[199]["number"]), (200, &1502.into()));
    assert_eq!(desk.get(&path)["n_accepted"], 1502);
}

#[test]
fn a_tail_can_be_watched() {
    let mut desk = Desk::empty();
    let id = made(&desk, &json!({ "name": "shop" }))["source"]["id"].as_i64().unwrap();
    let mut stream = connect(desk.address);
    let head = format!(
        "GET /api/v1/sources/{id}/tail/stream HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\naccept-encoding: gzip\r\n\r\n",
        desk.address, desk.cookie
    );
    stream.write_all(head.as_bytes()).unwrap();
    sent(&desk, "shop", &["viewed"], 0);
    let mut text = String::new();
    let mut bytes = [0; 4096];
    while !text.contains("\"verb\":\"viewed\"") {
        let n = stream.read(&mut bytes).unwrap();
        assert_ne!(n, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    assert!(text.contains("text/event-stream"), "{text}");
    sent(&desk, "shop", &["bought"], 0);
    while !text.contains("\"verb\":\"bought\"") {
        let n = stream.read(&mut bytes).unwrap();
        assert_ne!(n, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    assert_eq!(text.matches("\"verb\":\"viewed\"").count(), 1);
    // Watching does not hold up the end.
    let begun = std::time::Instant::now();
    desk.stop();
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
    assert_eq!(crate::client::send_unsigned(Desk::empty().address, &format!("/api/v1/sources/{id}/tail/stream")), 401);
}

#[test]
fn names_are_mapped_and_taken_back() {
    let desk = Desk::full();
    let names = desk.get("/api/v1/names");
    let sneezed = &names["unmapped"][0];
    assert_eq!(sneezed["name"], "sneezed");
    let (n, n_people) = (sneezed["n"].as_u64().unwrap(), sneezed["n_people"].as_u64().unwrap());
    assert!(0 < n_people && n_people < n && n_people <= 300, "{sneezed}");
    assert!(sneezed["last_day"].is_string());
    let of =
        |names: &Value, name: &str| names["mapped"].as_array().unwrap().iter().find(|row| row["name"] == name).cloned();
    let ordered = of(&names, "Order Completed").unwrap();
    assert_eq!((&ordered["verb"], &ordered["is_chosen"]), (&"bought".into(), &false.into()));
    assert!(ordered["n"].as_u64().unwrap() > 0);

    let before = desk.get("/api/v1/matrix");
    let path = "/api/v1/names/sneezed";
    assert_eq!(desk.ask("PUT", path, Some(&json!({ "verb": "complained" }))).status, 204);
    let names = desk.get("/api/v1/names");
    assert_eq!(names["unmapped"], json!([]));
    let sneezed = of(&names, "sneezed").unwrap();
    assert_eq!(
        (&sneezed["verb"], &sneezed["is_chosen"], &sneezed["n"]),
        (&"complained".into(), &true.into(), &n.into())
    );
    assert_ne!(desk.get("/api/v1/matrix"), before);
    assert_eq!(desk.ask("DELETE", path, None).status, 204);
    assert_eq!(desk.get("/api/v1/matrix"), before);
    assert_eq!(desk.ask("DELETE", path, None).status, 404);
    assert_eq!(desk.ask("PUT", path, Some(&json!({ "verb": "flown" }))).status, 400);
    // A name may have anything in it that a path needs escaped.
    assert_eq!(desk.ask("PUT", "/api/v1/names/a%2Fb%20%C3%BC", Some(&json!({ "verb": "viewed" }))).status, 204);
    assert!(of(&desk.get("/api/v1/names"), "a/b ü").is_some());
}
