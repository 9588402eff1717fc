//! Webhooks in, and what machines watch.

use parlour_engine::signature;
use serde_json::{Value, json};

use crate::client::{Answer, send};
use crate::desk::Desk;

const MAPPING: &str = r#"{"subject": "body.who", "verb": "'bought'", "value": "body.total", "currency": "'EUR'", "at": "body.at",
    "text": "has(headers.authorization) ? headers.authorization : 'none'"}"#;

fn made(desk: &Desk, body: &Value) -> (i64, String) {
    let answer = desk.ask("POST", "/api/v1/sources", Some(body));
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = answer.json();
    (made["source"]["id"].as_i64().unwrap(), made["key"].as_str().unwrap().to_owned())
}

fn post(desk: &Desk, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    send(desk.address, "POST", path, headers, body.as_bytes())
}

fn taken(answer: &Answer) -> (u64, u64) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    (told["accepted"].as_u64().unwrap(), told["rejected"].as_u64().unwrap())
}

#[test]
fn a_webhook_is_taken_by_its_mapping_and_key() {
    let desk = Desk::empty();
    let (id, key) = made(&desk, &json!({ "name": "till 1", "kind": "webhook", "mapping": MAPPING }));
    let (_, other) = made(&desk, &json!({ "name": "site" }));
    let bearer = format!("Bearer {key}");
    let good = r#"{"who":"anna","total":12.5}"#;
    assert_eq!(taken(&post(&desk, "/in/till%201", &[("authorization", &bearer)], good)), (1, 0));
    assert_eq!(taken(&post(&desk, "/in/till%201", &[("x-write-key", &key)], good)), (1, 0));
    assert_eq!(taken(&post(&desk, &format!("/in/till%201?key={key}&x=1"), &[], good)), (1, 0));
    for (path, headers) in [
        ("/in/till%201", vec![]),
        ("/in/till%201", vec![("x-write-key", other.as_str())]),
        ("/in/site", vec![("x-write-key", other.as_str())]),
        ("/in/nobody", vec![("x-write-key", key.as_str())]),
    ] {
        let answer = post(&desk, path, &headers, good);
        assert_eq!((answer.status, answer.code().as_str()), (401, "key_refused"), "{path}");
    }
    let large = "x".repeat(300 << 10);
    assert_eq!(post(&desk, "/in/till%201", &[("x-write-key", &key)], &large).status, 413);

    // What cannot be read is kept, and taken once the mapping or the body is mended.
    assert_eq!(taken(&post(&desk, "/in/till%201", &[("x-write-key", &key)], r#"{"total":1}"#)), (0, 1));
    let row = desk.get("/api/v1/rejected")["rows"][0].clone();
    assert_eq!((&row["dialect"], &row["raw"]), (&"webhook".into(), &r#"{"total":1}"#.into()));
    let path = format!("/api/v1/rejected/{}", row["id"]);
    let mended = desk.ask("PUT", &path, Some(&json!({ "raw": r#"{"who":"berta","total":1}"# }))).json();
    assert_eq!(mended["reason"], "mended");
    let replayed = desk.ask("POST", &format!("{path}/replay"), None).json();
    assert_eq!((&replayed["n_replayed"], &replayed["n_refused"]), (&1.into(), &0.into()));
    let rows = desk.get(&format!("/api/v1/sources/{id}/tail"))["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert_eq!((&rows[4]["subject"], &rows[4]["object"]), (&"user:berta".into(), &"brand:till 1".into()));
    desk.engine.fold_all().unwrap();
    let told = desk.get("/api/v1/people/user:anna/timeline").to_string();
    assert!(told.contains("\"none\"") && !told.contains("pk_"), "{told}");
}

#[test]
fn a_source_with_a_secret_takes_only_what_is_signed() {
    let desk = Desk::empty();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (_, key) = made(&desk, &json!({ "name": "till", "kind": "webhook", "mapping": MAPPING, "secret": secret }));
    let body = r#"{"who":"anna","at":1714557600}"#;
    assert_eq!(post(&desk, "/in/till", &[("x-write-key", &key)], body).status, 401);
    // Signed long ago.
    let stale = [("webhook-id", "m"), ("webhook-timestamp", "1614265330"), ("webhook-signature", "v1,AAAA")];
    let answer = post(&desk, "/in/till", &stale, body);
    assert!(answer.message().contains("5 minutes"), "{answer:?}");
    let now = (parlour_engine::clock::now() / 1_000_000).to_string();
    let wrong = [("webhook-id", "m"), ("webhook-timestamp", now.as_str()), ("webhook-signature", "v1,AAAA")];
    assert!(post(&desk, "/in/till", &wrong, body).message().contains("no signature fits"));
    let signed = signature::sign(secret, "m", &now, body.as_bytes());
    let good = [("webhook-id", "m"), ("webhook-timestamp", now.as_str()), ("webhook-signature", signed.as_str())];
    // A second delivery of the same is known by its id.
    assert_eq!(taken(&post(&desk, "/in/till", &good, body)), (1, 0));
    assert_eq!(taken(&post(&desk, "/in/till", &good, body)), (1, 0));
    desk.engine.fold_all().unwrap();
    let sums = desk.get("/api/v1/health")["sums"].clone();
    assert_eq!((&sums["folded"], &sums["duplicate"], &sums["agree"]), (&1.into(), &1.into(), &true.into()));
}

#[test]
fn a_webhook_too_comes_no_faster_than_its_source_may() {
    let desk = Desk::empty();
    let mapping = r#"{"each": "body", "subject": "item", "verb": "'bought'"}"#;
    let (_, key) =
        made(&desk, &json!({ "name": "till", "kind": "webhook", "mapping": mapping, "events_per_second": 1 }));
    let people: Vec<String> = (0..500).map(|n| format!("p{n}")).collect();
    assert_eq!(taken(&post(&desk, "/in/till", &[("x-write-key", &key)], &json!(people).to_string())), (500, 0));
    let answer = post(&desk, "/in/till", &[("x-write-key", &key)], r#"["anna"]"#);
    assert_eq!((answer.status, answer.code().as_str()), (429, "too_many_events"));
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() > 400);
}

#[test]
fn a_mapping_can_be_tried() {
    let desk = Desk::empty();
    let (id, _) = made(&desk, &json!({ "name": "till", "kind": "webhook", "mapping": MAPPING }));
    let path = format!("/api/v1/sources/{id}/try");
    let tried = |body: &str, mapping: Option<&str>| {
        desk.ask("POST", &path, Some(&json!({ "body": body, "mapping": mapping }))).json()
    };
    let event = tried(r#"{"who":"anna","total":3}"#, None)["events"][0].clone();
    assert_eq!((&event["subject"]["id"], &event["value"]["minor"]), (&"anna".into(), &300.into()));
    assert!(tried("{}", None)["reason"].as_str().unwrap().contains("`subject`"));
    assert!(tried("{}", Some("{"))["reason"].as_str().unwrap().contains("cannot be read"));
    let other = r#"{"subject":"'x'","verb":"'viewed'","when":"has(body.a)"}"#;
    assert_eq!(tried("{}", Some(other)), json!({ "events": [], "reason": null }));
    assert_eq!(desk.get("/api/v1/health")["sums"]["sent"], 0);
    let wrong = desk.ask("PUT", &format!("/api/v1/sources/{id}"), Some(&json!({ "mapping": "{\"verb\":1}" })));
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "invalid_request"));
}

#[test]
fn metrics_add_up_and_raise_the_alarm() {
    let desk = Desk::full();
    let (_, key) = made(&desk, &json!({ "name": "a \"till\"", "kind": "webhook", "mapping": MAPPING }));
    let path = "/in/a%20%22till%22";
    assert_eq!(taken(&post(&desk, path, &[("x-write-key", &key)], r#"{"who":"anna"}"#)), (1, 0));
    assert_eq!(taken(&post(&desk, path, &[("x-write-key", &key)], "{}")), (0, 1));
    let metrics = || {
        let answer = send(desk.address, "GET", "/metrics", &[], b"");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
        String::from_utf8(answer.body).unwrap()
    };
    let text = metrics();
    let n = |text: &str, name: &str| -> f64 {
        let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
        line.unwrap_or_else(|| panic!("{name} in {text}")).rsplit_once(' ').unwrap().1.parse().unwrap()
    };
    let of = |name: &str| n(&text, name);
    let (sent, accepted) = (of("parlour_events_sent_total"), of("parlour_events_accepted_total"));
    assert!((sent - accepted - of("parlour_events_rejected_total")).abs() < 0.5 && accepted > 300.0);
    assert!((of("parlour_lag_events") - 1.0).abs() < 0.5);
    assert!((of("parlour_sums_agree") - 1.0).abs() < 0.5);
    assert!((of(r#"parlour_source_accepted_total{source="a \"till\""}"#) - 1.0).abs() < 0.5);
    assert!((of(r#"parlour_source_rejected_total{source="a \"till\"",reason="unreadable"}"#) - 1.0).abs() < 0.5);
    assert!((of(r#"parlour_http_requests_total{route="/in/{source}",status="2xx"}"#) - 2.0).abs() < 0.5);
    assert!(of(r#"parlour_http_request_seconds_bucket{route="/in/{source}",le="+Inf"}"#) > 1.5);
    assert!(of("process_resident_memory_bytes") > 1e6);
    // Every line is a comment or a name, perhaps labels, and a number.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok() && (name.ends_with('}') || !name.contains('{')), "{line}");
    }
    desk.engine.database.write(|conn| conn.execute("UPDATE tally SET n = n + 1 WHERE name = 'sent'", &[])).unwrap();
    assert!(n(&metrics(), "parlour_sums_agree").abs() < 0.5);
    let forwarded = send(desk.address, "GET", "/metrics", &[("x-forwarded-for", "192.0.2.1")], b"");
    assert_eq!((forwarded.status, forwarded.code().as_str()), (401, "sign_in_needed"));
    let guarded = Desk::with("[server]\nmetrics_token = \"t0ken\"\n", None);
    assert_eq!(send(guarded.address, "GET", "/metrics", &[], b"").status, 401);
    assert_eq!(send(guarded.address, "GET", "/metrics", &[("authorization", "Bearer t0ken")], b"").status, 200);
}
