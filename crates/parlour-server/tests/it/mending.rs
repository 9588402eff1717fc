//! Rejections in Settings: found, counted, mended, replayed, exported, deleted.

use parlour_core::event::{Event, Flaw, Name};
use parlour_engine::source::NewSource;
use parlour_engine::{Refused, Submission};
use serde_json::{Value, json};

use crate::client::send;
use crate::desk::{Desk, START};

fn event(who: &str) -> Event {
    Event::new(START, Name::new("user", who), "bought", Name::new("brand", "acme"))
}

/// Two that can be taken, one that cannot, of source `shop`, beside the sixty that are there.
fn desk() -> Desk {
    let desk = Desk::full();
    let raws = [
        serde_json::to_vec(&event("anna")).unwrap(),
        serde_json::to_vec(&event("berta")).unwrap(),
        b"=HYPERLINK(\"http://x\"), \"quoted\"".to_vec(),
    ];
    let refused = raws.map(|raw| Refused { line: None, flaw: Flaw::VerbMissing, raw });
    let submission = Submission { refused: refused.to_vec(), dialect: Some("event"), ..Submission::default() };
    desk.engine.append("shop", submission).unwrap();
    desk
}

fn ids(page: &Value) -> Vec<i64> {
    page["rows"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[test]
fn rejections_are_found_and_counted() {
    let desk = desk();
    let counts = desk.get("/api/v1/rejected/counts")["rows"].clone();
    let row = |source: &str, reason: &str, n: i64| json!({ "source": source, "reason": reason, "n": n });
    assert_eq!(counts, json!([row("shop", "verb_missing", 3), row("test", "unreadable", 60)]));
    let found = |query: &str| ids(&desk.get(&format!("/api/v1/rejected?{query}")));
    assert_eq!(found("source=shop"), [63, 62, 61]);
    assert_eq!(found("text=BERTA"), [62]);
    assert_eq!(found("reason=verb_missing&text=hyperlink"), [63]);
    assert_eq!((found("from=2020-01-01&source=shop").len(), found("to=2020-01-01").len()), (3, 0));
    assert_eq!((found("state=replayed").len(), found("state=all").len()), (0, 50));
    assert_eq!(desk.ask("GET", "/api/v1/rejected?state=lost", None).status, 400);
    assert_eq!(desk.get("/api/v1/rejected/61")["source"], "shop");
    assert_eq!(desk.ask("GET", "/api/v1/rejected/99", None).status, 404);
}

#[test]
fn all_that_match_are_replayed_and_the_rest_deleted() {
    let desk = desk();
    let accepted = || desk.get("/api/v1/health")["sums"]["accepted"].as_i64().unwrap();
    let before = accepted();
    let shop = json!({ "source": "shop" });
    let replayed = desk.ask("POST", "/api/v1/rejected/replay", Some(&shop)).json();
    assert_eq!(replayed, json!({ "n_replayed": 2, "n_events": 2, "n_refused": 1, "next": null }));
    assert_eq!(accepted(), before + 2);
    assert_eq!(ids(&desk.get("/api/v1/rejected?source=shop&state=replayed")), [62, 61]);
    let left = desk.get("/api/v1/rejected?source=shop")["rows"][0].clone();
    assert_eq!((&left["id"], &left["reason"]), (&63.into(), &"unreadable".into()));
    let twice = desk.ask("POST", "/api/v1/rejected/61/replay", None);
    assert_eq!((twice.status, twice.code().as_str()), (400, "invalid_request"));
    let mended = desk.ask("PUT", "/api/v1/rejected/63", Some(&json!({ "raw": "{}" }))).json();
    assert!(mended["message"].as_str().unwrap().contains("no event as JSON"), "{mended}");
    assert_eq!(desk.ask("DELETE", "/api/v1/rejected/63", None).status, 204);
    assert_eq!(desk.ask("DELETE", "/api/v1/rejected/63", None).status, 404);
    let deleted = desk.ask("POST", "/api/v1/rejected/delete", Some(&json!({ "source": "test" }))).json();
    assert_eq!(deleted["n_deleted"], 60);
    assert_eq!(desk.get("/api/v1/rejected")["rows"], json!([]));
    assert_eq!(desk.get("/api/v1/health")["sums"]["agree"], true);
}

#[test]
fn the_file_has_every_row_and_no_formula() {
    let desk = desk();
    let lines = |path: &str| {
        let answer = desk.ask("GET", path, None);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.header("content-disposition").unwrap().starts_with("attachment"), "{answer:?}");
        String::from_utf8(answer.body).unwrap()
    };
    let jsonl = lines("/api/v1/rejected/export");
    assert_eq!(jsonl.lines().count(), 63);
    let first: Value = serde_json::from_str(jsonl.lines().next().unwrap()).unwrap();
    assert_eq!((&first["id"], &first["source"]), (&63.into(), &"shop".into()));
    let csv = lines("/api/v1/rejected/export?format=csv&source=shop");
    assert_eq!(csv.matches("\r\n").count(), 4);
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\"), \"\"quoted\"\"\""), "{csv}");
}

#[test]
fn what_came_by_the_wire_is_mended_in_its_own_dialect() {
    let desk = Desk::with("", None);
    let new = NewSource { brand: Some("brand:acme".to_owned()), ..NewSource::named("shop") };
    let key = desk.engine.create_source(new).unwrap().key;
    let post = |path: &str, body: &Value| {
        send(desk.address, "POST", path, &[("x-write-key", &key)], body.to_string().as_bytes())
    };
    let native = json!({ "subject": "user:anna", "verb": "viewed" });
    let segment = json!({ "type": "track", "event": "Order Completed" });
    let posthog = json!({ "event": "signed_up" });
    assert_eq!(post("/api/v1/events", &native).status, 200);
    assert_eq!(post("/v1/batch", &json!({ "batch": [segment] })).status, 200);
    assert_eq!(post("/batch/", &json!({ "batch": [posthog] })).status, 200);
    let open = desk.get("/api/v1/rejected")["rows"].clone();
    let dialects: Vec<&str> = open.as_array().unwrap().iter().map(|row| row["dialect"].as_str().unwrap()).collect();
    assert_eq!(dialects, ["posthog", "segment", "native"]);
    let replay = |id: i64| desk.ask("POST", &format!("/api/v1/rejected/{id}/replay"), None).json();
    assert_eq!(replay(1)["n_refused"], 1, "nothing was mended yet");
    for (id, field, value) in [(1, "object", "brand:acme"), (2, "userId", "berta"), (3, "distinct_id", "carla")] {
        let mut raw: Value = serde_json::from_str(open[3 - id]["raw"].as_str().unwrap()).unwrap();
        raw[field] = value.into();
        let mended = json!({ "raw": raw.to_string() });
        let row = desk.ask("PUT", &format!("/api/v1/rejected/{id}"), Some(&mended)).json();
        assert_eq!(row["reason"], "mended", "{row}");
        assert_eq!(replay(id as i64)["n_events"], 1);
    }
    assert_eq!(desk.get("/api/v1/rejected")["rows"], json!([]));
    desk.engine.fold_all().unwrap();
    for who in ["anna", "berta", "carla"] {
        let timeline = desk.get(&format!("/api/v1/people/user:{who}/timeline"));
        assert_eq!(timeline["rows"].as_array().unwrap().len(), 1, "{who}: {timeline}");
    }
}
