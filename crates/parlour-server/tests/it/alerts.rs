//! Alerts, hooks and deliveries over HTTP.

use parlour_engine::outbox::Outcome;
use parlour_store::alert::{self, Alert};
use serde_json::json;

use crate::client::{send, send_unsigned};
use crate::desk::{DAY, Desk, START};

const PRIVATE: &str = "[delivery]\nallow_private = true\n";

fn insert(desk: &Desk, n: i64) {
    let row = Alert {
        id: 0,
        kind: if n % 2 == 0 { "masked" } else { "wire" }.to_owned(),
        object: "brand:acme".to_owned(),
        person: if n % 2 == 0 { String::new() } else { format!("{n:032x}") },
        episode: n.to_string(),
        day: "2025-06-01".to_owned(),
        title: format!("Alert {n}"),
        text: "It happened.".to_owned(),
        data: if n % 2 == 0 { "{}".to_owned() } else { json!({ "name": format!("customer:{n}") }).to_string() },
        state: alert::OPEN.to_owned(),
        made_at: START + n,
    };
    desk.engine.database.write(move |conn| alert::insert(conn, &row)).unwrap();
}

#[test]
fn alerts_are_listed_and_seen() {
    let desk = Desk::empty();
    assert_eq!(desk.get("/api/v1/alerts"), json!({ "n_open": 0, "n_total": 0, "rows": [], "next": null }));
    (1..=60).for_each(|n| insert(&desk, n));
    let page = desk.get("/api/v1/alerts");
    assert_eq!((&page["n_open"], page["rows"].as_array().unwrap().len()), (&json!(60), 50));
    let first = &page["rows"][0];
    assert_eq!((&first["id"], &first["person"], &first["state"]), (&json!(60), &json!(null), &json!("open")));
    assert_eq!(page["rows"][1]["person"], "customer:59");
    let next = desk.get(&format!("/api/v1/alerts?next={}", page["next"].as_str().unwrap()));
    assert_eq!((next["rows"].as_array().unwrap().len(), &next["next"]), (10, &json!(null)));
    assert_eq!(desk.get("/api/v1/alerts?kind=masked")["n_total"], 30);
    let seen = desk.ask("POST", "/api/v1/alerts/59/seen", None);
    assert_eq!((seen.status, &seen.json()["state"]), (200, &json!("seen")));
    assert_eq!(desk.get("/api/v1/alerts?state=seen")["rows"][0]["id"], 59);
    assert_eq!(desk.get("/api/v1/alerts?state=seen")["n_open"], 59);
    assert_eq!(desk.ask("POST", "/api/v1/alerts/seen", Some(&json!({ "upto": 50 }))).json()["n_seen"], 50);
    assert_eq!(desk.get("/api/v1/alerts?state=all")["n_total"], 60);
    assert_eq!(desk.get("/api/v1/alerts")["n_total"], 9);
    assert_eq!(desk.ask("POST", "/api/v1/alerts/61/seen", None).status, 404);
    for wrong in ["state=x", "kind=x", "next=x", "colour=red"] {
        assert_eq!(desk.ask("GET", &format!("/api/v1/alerts?{wrong}"), None).status, 400, "{wrong}");
    }
}

#[test]
fn what_people_do_becomes_alerts() {
    let desk = Desk::full();
    let now = START + 901 * DAY;
    assert!(0 < desk.engine.look_due(now).unwrap());
    let page = desk.get("/api/v1/alerts?kind=wire");
    let rows = page["rows"].as_array().unwrap();
    assert!(!rows.is_empty(), "{page}");
    for row in rows {
        // The person behind each is there, and overdue.
        let person = row["person"].as_str().unwrap();
        let query = format!("object=brand:acme&on={}&stage=lapsed&limit=500", row["day"].as_str().unwrap());
        let lapsed = desk.get(&format!("/api/v1/people?{query}"));
        assert!(lapsed["rows"].as_array().unwrap().iter().any(|one| one["person"] == person), "{person}: {row}");
    }
}

#[test]
fn hooks_are_made_changed_tried_and_deleted() {
    let desk = Desk::with(PRIVATE, None);
    let empty = desk.get("/api/v1/hooks");
    assert_eq!(empty, json!({ "rows": [], "mail_to": [], "allow_private": true }));
    let new = json!({ "url": "http://127.0.0.1:9/x", "kinds": ["wire"], "secret": null });
    let made = desk.ask("POST", "/api/v1/hooks", Some(&new));
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && 40 < secret.len(), "{secret}");
    assert_eq!((&made["hook"]["kinds"], &made["hook"]["disabled_at"]), (&json!(["wire"]), &json!(null)));
    // Shown once, and no other way leads to it.
    assert!(!desk.get("/api/v1/hooks").to_string().contains(secret));
    let asked = desk.ask("POST", "/api/v1/sql", Some(&json!({ "sql": "SELECT secret FROM hook" })));
    assert_eq!(asked.status, 400, "{asked:?}");
    let change = json!({ "url": "http://127.0.0.1:9/y", "kinds": null });
    let changed = desk.ask("PUT", "/api/v1/hooks/1", Some(&change)).json();
    assert_eq!((&changed["url"], &changed["kinds"]), (&json!("http://127.0.0.1:9/y"), &json!([])));
    for (wrong, says) in [
        (json!({ "url": "ftp://x", "kinds": null, "secret": null }), "https://"),
        (json!({ "url": "http://x/", "kinds": ["moon"], "secret": null }), "more_wires"),
        (json!({ "url": "http://x/", "kinds": null, "secret": "whsec_" }), "secret"),
    ] {
        let refused = desk.ask("POST", "/api/v1/hooks", Some(&wrong));
        assert!(refused.status == 400 && refused.message().contains(says), "{wrong}: {refused:?}");
    }
    let test = desk.ask("POST", "/api/v1/hooks/1/test", None);
    assert_eq!((test.status, &test.json()["kind"], &test.json()["state"]), (201, &json!("test"), &json!("waiting")));
    assert_eq!(desk.ask("DELETE", "/api/v1/hooks/1", None).status, 204);
    for (method, path) in [("DELETE", ""), ("PUT", ""), ("POST", "/test")] {
        assert_eq!(desk.ask(method, &format!("/api/v1/hooks/1{path}"), Some(&change)).status, 404, "{method}");
    }
    let log = desk.get("/api/v1/deliveries");
    assert_eq!((&log["rows"][0]["state"], &log["rows"][0]["hook"]), (&json!("failed"), &json!(1)));
}

#[test]
fn deliveries_are_logged_and_sent_again() {
    let desk = Desk::with(PRIVATE, None);
    desk.ask("POST", "/api/v1/hooks", Some(&json!({ "url": "http://127.0.0.1:9/", "kinds": null, "secret": null })));
    (0..52).for_each(|_| drop(desk.ask("POST", "/api/v1/hooks/1/test", None)));
    let page = desk.get("/api/v1/deliveries");
    assert_eq!(page["rows"].as_array().unwrap().len(), 50);
    let next = desk.get(&format!("/api/v1/deliveries?next={}", page["next"].as_str().unwrap()));
    assert_eq!(next["rows"].as_array().unwrap().len(), 2);
    let (sent, _) = desk.engine.outgoing(i64::MAX, 9).unwrap().swap_remove(0);
    desk.engine.settle_delivery(&sent, Outcome::Taken { status: Some(204) }, START).unwrap();
    let done = desk.get("/api/v1/deliveries?state=done&hook=1");
    let row = &done["rows"][0];
    assert_eq!((&row["attempts"], &row["last_status"], &row["next_at"]), (&json!(1), &json!(204), &json!(null)));
    let again = desk.ask("POST", &format!("/api/v1/deliveries/{}/replay", row["id"]), None);
    assert_eq!((again.status, &again.json()["state"]), (200, &json!("waiting")));
    assert_eq!(again.json()["message"], row["message"]);
    assert_eq!(desk.ask("POST", "/api/v1/deliveries/99/replay", None).status, 404);
    assert_eq!(desk.ask("GET", "/api/v1/deliveries?state=x", None).status, 400);
    // Nobody who is not signed in learns or does any of it, nor does a page of somebody else's.
    for path in ["/api/v1/alerts", "/api/v1/hooks", "/api/v1/deliveries"] {
        assert_eq!(send_unsigned(desk.address, path), 401);
    }
    let foreign = [("cookie", desk.cookie.as_str()), ("origin", "https://evil.example")];
    assert_eq!(send(desk.address, "POST", "/api/v1/hooks/1/test", &foreign, b"").status, 403);
}
