//! The doors for programs: every route, every place for a key, and the bytes that SDKs need back.

use std::io::{Read, Write};

use parlour_engine::source::NewSource;
use serde_json::{Value, json};

use crate::client::{Answer, PATIENCE, connect, read, send};
use crate::desk::Desk;

const SUCCESS: &str = "{\"success\":true}";
const OK: &str = "{\"status\":\"Ok\"}";
const TRACK: &str = r#"{"type":"track","event":"E","userId":"u","messageId":"m"}"#;

/// A server with a source.
struct House {
    desk: Desk,
    key: String,
    id: i64,
}

impl House {
    fn new() -> Self {
        Self::with("", None)
    }

    fn with(settings: &str, events_per_second: Option<u32>) -> Self {
        let desk = Desk::with(settings, None);
        let new = NewSource { brand: Some("brand:acme".to_owned()), events_per_second, ..NewSource::named("shop") };
        let keyed = desk.engine.create_source(new).unwrap();
        Self { desk, key: keyed.key, id: keyed.source.id }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        send(self.desk.address, method, path, headers, body)
    }

    /// Sends with the key in a header.
    fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("x-write-key", &self.key)], body.as_bytes())
    }

    /// How many events were accepted and rejected so far.
    fn counts(&self) -> (i64, i64) {
        let source = self.desk.get(&format!("/api/v1/sources/{}", self.id));
        (source["n_accepted"].as_i64().unwrap(), source["n_rejected"].as_i64().unwrap())
    }
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_route_takes_and_answers_as_its_sdk_needs() {
    let house = House::new();
    let call = |kind: &str| format!(r#"{{"type":"{kind}","event":"E","groupId":"g","previousId":"a","userId":"u"}}"#);
    let mut sent: Vec<(String, String, &str)> = Vec::new();
    for (name, letter) in
        [("identify", "i"), ("track", "t"), ("page", "p"), ("screen", "s"), ("group", "g"), ("alias", "a")]
    {
        for path in
            [format!("/v1/{name}"), format!("/v1/{letter}"), format!("/api/s/{name}"), format!("/api/s/s2s/{name}")]
        {
            sent.push((path, call(name), SUCCESS));
        }
    }
    let merge = r#"{"mergeProperties":[{"type":"email","value":"a@b.c"},{"type":"phone","value":"1"}]}"#;
    sent.push(("/v1/merge".to_owned(), merge.to_owned(), SUCCESS));
    for path in ["/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch", "/api/s/s2s/batch"] {
        sent.push((path.to_owned(), format!(r#"{{"batch":[{}]}}"#, call("track")), SUCCESS));
    }
    for path in ["/batch/", "/batch", "/capture/", "/capture", "/e/", "/e", "/i/v0/e/", "/i/v0/e"] {
        sent.push((path.to_owned(), r#"{"event":"e","distinct_id":"u"}"#.to_owned(), OK));
    }
    for (at, (path, body, expected)) in sent.iter().enumerate() {
        let answer = house.post(path, body);
        assert_eq!((answer.status, text(&answer)), (200, *expected), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert_eq!(house.counts(), (at as i64 + 1, 0), "{path}");
    }
    assert_eq!(house.post("/v1/sing", "{}").code(), "not_found");
}

#[test]
fn what_is_sent_stands_in_the_persons_timeline() {
    let house = House::new();
    let body = json!({ "batch": [
        { "type": "track", "event": "Order Completed", "userId": "u1", "messageId": "m1", "timestamp": "2026-01-02T03:04:05Z",
          "properties": { "revenue": 12.30, "currency": "EUR", "products": [{ "product_id": "p1" }] } },
        { "type": "identify", "userId": "u1", "anonymousId": "a1", "traits": { "email": "Ann@Example.org" } },
    ] });
    assert_eq!(house.post("/v1/batch", &body.to_string()).status, 200);
    assert_eq!(house.post("/v1/batch", &body.to_string()).status, 200);
    house.desk.engine.fold_all().unwrap();
    let timeline = house.desk.get("/api/v1/people/email:ann@example.org/timeline");
    let rows = timeline["rows"].as_array().unwrap();
    let bought: Vec<&Value> = rows.iter().filter(|row| row.to_string().contains("bought")).collect();
    assert_eq!(bought.len(), 1, "{timeline}");
    assert!(bought[0].to_string().contains("1230") && bought[0].to_string().contains("p1"), "{timeline}");
}

#[test]
fn keys_are_taken_from_wherever_sdks_put_them() {
    use base64::Engine as _;
    let house = House::new();
    let basic = |text: String| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let key = &house.key;
    for (name, value) in [
        ("authorization", basic(format!("{key}:"))),
        ("authorization", basic(key.clone())),
        ("authorization", basic(format!("id:{key}"))),
        ("authorization", format!("Bearer {key}")),
        ("x-write-key", key.clone()),
        ("x-write-key", format!("id:{key}")),
    ] {
        let answer = house.send("POST", "/v1/track", &[(name, &value)], TRACK.as_bytes());
        assert_eq!(answer.status, 200, "{name}");
    }
    for parameter in ["writeKey", "write_key", "api_key", "token"] {
        assert_eq!(house.send("POST", &format!("/v1/track?{parameter}={key}"), &[], TRACK.as_bytes()).status, 200);
    }
    for (path, body) in [
        ("/v1/batch", format!(r#"{{"batch":[{TRACK}],"writeKey":"{key}"}}"#)),
        ("/v1/track", format!(r#"{{"event":"E","userId":"u","writeKey":"{key}"}}"#)),
        ("/batch/", format!(r#"{{"batch":[{{"event":"e","distinct_id":"u"}}],"api_key":"{key}"}}"#)),
        ("/e/", format!(r#"[{{"event":"e","properties":{{"token":"{key}","distinct_id":"u"}}}}]"#)),
    ] {
        assert_eq!(
            house.send("POST", path, &[("authorization", "Bearer other")], body.as_bytes()).status,
            200,
            "{path}"
        );
    }
}

#[test]
fn without_a_valid_key_nothing_is_stored() {
    let house = House::new();
    for path in ["/v1/track", "/batch/", "/api/v1/events", "/api/s/track", "/i/v1/analytics/events"] {
        let none = house.send("POST", path, &[], TRACK.as_bytes());
        assert_eq!((none.status, none.code().as_str()), (401, "write_key_unknown"), "{path}");
        assert!(none.message().contains("no write key"), "{}", none.message());
        let wrong = house.send("POST", path, &[("x-write-key", "pk_wrong")], TRACK.as_bytes());
        assert_eq!(wrong.status, 401, "{path}");
        assert!(wrong.message().contains("`pk_w…`; create one"), "{}", wrong.message());
    }
    assert_eq!(house.counts(), (0, 0));
    house.desk.engine.revoke_source(house.id).unwrap();
    assert_eq!(house.post("/v1/track", TRACK).status, 401);
    assert_eq!(house.send("GET", "/v1/projects/pk_wrong/settings", &[], b"").status, 401);
    assert_eq!(house.send("GET", "/sourceConfig/?writeKey=pk_wrong", &[], b"").status, 401);
}

#[test]
fn bodies_are_unpacked_by_what_they_are() {
    use base64::Engine as _;
    let house = House::new();
    let event = r#"{"event":"e","distinct_id":"u"}"#;
    let key = house.key.as_str();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/json", "nonsense"] {
        let headers = [("x-write-key", key), ("content-type", content_type)];
        assert_eq!(house.send("POST", "/v1/track", &headers, TRACK.as_bytes()).status, 200, "{content_type}");
        assert_eq!(house.send("POST", "/v1/track", &headers, &gzip(TRACK.as_bytes())).status, 200, "{content_type}");
    }
    let headers = [("x-write-key", key), ("content-encoding", "gzip")];
    assert_eq!(house.send("POST", "/v1/track", &headers, &gzip(TRACK.as_bytes())).status, 200);
    // Some say that they packed and did not.
    assert_eq!(house.send("POST", "/v1/track", &headers, TRACK.as_bytes()).status, 200);
    let base64 = base64::engine::general_purpose::STANDARD.encode(event);
    for body in [format!("data={base64}"), base64.clone(), format!("compression=base64&data={base64}")] {
        let answer = house.send("POST", &format!("/e/?token={key}"), &[], body.as_bytes());
        assert_eq!((answer.status, text(&answer)), (200, OK), "{body}");
    }
    let url = format!("/e/?token={key}&data={}", base64.replace('=', "%3D"));
    assert_eq!(house.send("GET", &url, &[], b"").status, 200);
    assert_eq!(house.counts(), (14, 0));
}

#[test]
fn pages_of_any_site_may_send() {
    let house = House::new();
    let asked = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "anonymousid,content-type,sentat,authorization"),
    ];
    for path in ["/v1/track", "/e/", "/api/v1/events", "/sourceConfig/", "/flags/", "/api/s/track"] {
        let answer = house.send("OPTIONS", path, &asked, b"");
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://shop.example"), "{path}");
        assert_eq!(answer.header("access-control-allow-headers"), Some(asked[2].1), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, OPTIONS"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
    }
    let foreign = [("origin", "https://shop.example"), ("sec-fetch-site", "cross-site"), ("x-write-key", &house.key)];
    for (key, status) in [(house.key.as_str(), 200), ("pk_wrong", 401)] {
        let headers = [foreign[0], foreign[1], ("x-write-key", key)];
        let answer = house.send("POST", "/v1/track", &headers, TRACK.as_bytes());
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://shop.example"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after, x-request-id"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("x-request-id").is_some());
    }
    // What is no door stays closed.
    let answer = house.send("OPTIONS", "/api/v1/sql", &asked, b"");
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn what_sdks_ask_is_answered() {
    let house = House::new();
    let key = &house.key;
    let settings = house.send("GET", &format!("/v1/projects/{key}/settings"), &[], b"").json();
    let segment = &settings["integrations"]["Segment.io"];
    assert_eq!(segment["apiKey"], key.as_str());
    assert_eq!(segment["apiHost"], format!("{}/v1", house.desk.address));
    assert_eq!(segment["protocol"], "http");
    for path in ["/sourceConfig/", "/sourceConfig"] {
        let config = house.send("GET", &format!("{path}?p=npm&v=3&writeKey={key}"), &[], b"").json();
        assert_eq!((&config["source"]["enabled"], &config["source"]["writeKey"]), (&json!(true), &json!(key)));
        assert_eq!(config["source"]["destinations"], json!([]));
    }
    for path in ["/flags/?v=2", "/flags?v=4", "/decide/?v=3"] {
        let flags = house.send("POST", path, &[], b"{}").json();
        assert_eq!((&flags["flags"], &flags["featureFlags"]), (&json!({}), &json!({})), "{path}");
    }
    assert_eq!(house.send("GET", "/array/phc/config", &[], b"").json()["hasFeatureFlags"], false);
    assert_eq!(
        house.send("GET", "/array/phc/config.js", &[], b"").header("content-type"),
        Some("application/javascript")
    );
    let pixel = house.send("GET", &format!("/pixel/v1/track?writeKey={key}&event=E&userId=u&properties.a=1"), &[], b"");
    assert_eq!(
        (pixel.status, pixel.header("content-type"), &pixel.body[..6]),
        (200, Some("image/gif"), &b"GIF89a"[..])
    );
    assert_eq!(house.counts(), (1, 0));
}

#[test]
fn each_event_of_ours_is_answered() {
    let house = House::new();
    let body = r#"{"events":[
        {"id":"m1","subject":"user:1","verb":"liked","object":"brand:acme"},
        {"id":"m2","subject":"user:1","verb":"liked","object":"brand:acme","colour":"red"},
        {"subject":"user:1","verb":"liked","object":"acme"}]}"#;
    let answer = house.post("/api/v1/events", body);
    assert_eq!(answer.status, 200);
    let receipt = answer.json();
    assert_eq!((&receipt["n_accepted"], &receipt["n_rejected"]), (&json!(1), &json!(2)));
    let events = &receipt["events"];
    assert_eq!(events[0], json!({ "id": "m1", "result": "accepted", "reason": null, "message": null, "field": null }));
    assert_eq!((&events[1]["result"], &events[1]["reason"]), (&json!("rejected"), &json!("unknown_field")));
    assert_eq!((&events[1]["field"], &events[1]["id"]), (&json!("colour"), &json!("m2")));
    assert_eq!((&events[2]["field"], &events[2]["id"]), (&json!("object"), &Value::Null));
    assert_eq!(house.counts(), (1, 2));
    let rejected = house.desk.get("/api/v1/rejected");
    assert!(rejected.to_string().contains("colour"), "{rejected}");
    // What came before is told apart from what is new and from what takes another's id.
    house.desk.engine.fold_all().unwrap();
    let body = r#"[{"id":"m1","subject":"user:1","verb":"liked","object":"brand:acme"},
        {"id":"m1","subject":"user:2","verb":"liked","object":"brand:acme"},
        {"id":"m3","subject":"user:2","verb":"liked","object":"brand:acme"}]"#;
    let receipt = house.post("/api/v1/events", body).json();
    let n = |name: &str| receipt[name].as_u64().unwrap();
    assert_eq!((n("n_accepted"), n("n_duplicate"), n("n_rejected")), (1, 1, 1), "{receipt}");
    let duplicate = json!({ "id": "m1", "result": "duplicate", "reason": null, "message": null, "field": null });
    assert_eq!((&receipt["events"][0], &receipt["events"][1]["reason"]), (&duplicate, &json!("conflict")));
    house.desk.engine.fold_all().unwrap();
    let sums = house.desk.get("/api/v1/health")["sums"].clone();
    assert_eq!((&sums["folded"], &sums["duplicate"], &sums["rejected"]), (&json!(2), &json!(1), &json!(3)), "{sums}");
    // The same holds within one request; what was refused takes no id.
    let body = r#"[{"id":"m4","subject":"user:1","verb":"liked","object":"brand:acme","colour":"red"},
        {"id":"m4","subject":"user:1","verb":"liked","object":"brand:acme"},
        {"subject":"user:1","verb":"liked","object":"brand:acme"},
        {"id":"m4","subject":"user:1","verb":"liked","object":"brand:acme"},
        {"id":"m4","subject":"user:3","verb":"liked","object":"brand:acme"}]"#;
    let receipt = house.post("/api/v1/events", body).json();
    let results: Vec<&str> = (0..5).map(|i| receipt["events"][i]["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["rejected", "accepted", "accepted", "duplicate", "rejected"], "{receipt}");
    assert_eq!(receipt["events"][4]["reason"], "conflict");
    house.desk.engine.fold_all().unwrap();
    let sums = house.desk.get("/api/v1/health")["sums"].clone();
    assert_eq!((&sums["folded"], &sums["duplicate"], &sums["rejected"]), (&json!(4), &json!(2), &json!(5)), "{sums}");
    // And between requests, before anything is folded.
    let like =
        |id: &str, who: &str| format!(r#"{{"id":"{id}","subject":"user:{who}","verb":"liked","object":"brand:acme"}}"#);
    for (body, wanted) in [(like("m5", "1"), "accepted"), (like("m5", "1"), "duplicate"), (like("m5", "2"), "rejected")]
    {
        let receipt = house.post("/api/v1/events", &body).json();
        assert_eq!(receipt["events"][0]["result"], wanted, "{receipt}");
    }
    let schema = house.send("GET", "/api/v1/events/schema.json", &[], b"").json();
    assert_eq!(schema["properties"]["id"]["maxLength"], 100);
}

/// A sender that gives no time and sends again must not come into conflict with itself.
#[test]
fn without_a_time_a_repeat_is_a_repeat() {
    let house = House::new();
    let mapping = r#"{"subject": "body.who", "verb": "'bought'", "message": "body.id"}"#;
    let made = json!({ "name": "till", "kind": "webhook", "mapping": mapping });
    let till = house.desk.ask("POST", "/api/v1/sources", Some(&made)).json()["key"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let sent = [
            house.post("/api/v1/events", r#"{"id":"m","subject":"user:1","verb":"liked","object":"brand:acme"}"#),
            house.post("/v1/track", r#"{"event":"E","userId":"u","messageId":"s"}"#),
            house.post("/e/", r#"{"event":"e","distinct_id":"u","uuid":"p","offset":5}"#),
            house.send("POST", "/in/till", &[("x-write-key", &till)], br#"{"who":"anna","id":"w"}"#),
        ];
        assert_eq!(sent.map(|answer| answer.status), [200; 4]);
        house.desk.engine.fold_all().unwrap();
    }
    let sums = house.desk.get("/api/v1/health")["sums"].clone();
    assert_eq!((&sums["folded"], &sums["duplicate"], &sums["rejected"]), (&json!(4), &json!(4), &json!(0)), "{sums}");
}

/// What was refused can be taken once it is mended, by the dialect in which it came and with all that was said beside it.
#[test]
fn what_is_refused_is_decoded_again() {
    let house = House::new();
    let batch = r#"{"batch":[{"messageId":"b","type":"track","event":"Order Completed","userId":"u","timestamp":"soon",
        "properties":{"total":5}}],"context":{"active":false},"sentAt":"2026-01-01T00:00:00Z"}"#;
    house.post("/v1/track", r#"{"event":"E","userId":"u","messageId":"s","timestamp":"soon"}"#);
    house.post("/v1/page", r#"{"userId":"u","messageId":"v","timestamp":"soon"}"#);
    house.post("/v1/batch", batch);
    house.post("/v1/import", &batch.replace("\"b\"", "\"i\""));
    house.post("/e/", r#"[{"event":"e","distinct_id":"u","uuid":"p","timestamp":"soon"}]"#);
    house.post("/api/v1/events", r#"{"id":"n","subject":"user:u","verb":"liked","object":"brand:acme","at":"soon"}"#);
    let rows = house.desk.get("/api/v1/rejected")["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 6);
    for row in &rows {
        let path = format!("/api/v1/rejected/{}", row["id"]);
        let raw = row["raw"].as_str().unwrap();
        let still = house.desk.ask("POST", &format!("{path}/replay"), None).json();
        assert_eq!(still["n_refused"], 1, "{raw}");
        let mended = json!({ "raw": raw.replace("soon", "2024-05-01T10:00:00Z") });
        assert_eq!(house.desk.ask("PUT", &path, Some(&mended)).json()["reason"], "mended", "{raw}");
        assert_eq!(house.desk.ask("POST", &format!("{path}/replay"), None).json()["n_replayed"], 1, "{raw}");
    }
    house.desk.engine.fold_all().unwrap();
    let timeline = house.desk.get("/api/v1/people/user:u/timeline");
    let rows = timeline["rows"].as_array().unwrap();
    let of = |id: &str| {
        let has = |row: &&Value| row["extra"].as_str().is_some_and(|extra| extra.contains(&format!("\"{id}\"")));
        rows.iter().find(has).unwrap_or_else(|| panic!("{id} in {timeline}"))
    };
    assert_eq!((&of("s")["verb"], &of("v")["verb"]), (&json!("did:E"), &json!("viewed")));
    assert_eq!((&of("b")["value_minor"], &of("b")["said_at"]), (&json!(500), &json!("2024-05-01T10:00:00Z")));
    // What was imported is not corrected by what the clock was off.
    assert_eq!((&of("i")["at"], &of("i")["said_at"]), (&json!("2024-05-01T10:00:00Z"), &Value::Null));
    assert_eq!(rows.len(), 6, "{timeline}");
}

#[test]
fn posthogs_newer_route_tells_of_each_event() {
    let house = House::new();
    let body = r#"{"created_at":"2026-01-01T00:00:00Z","batch":[
        {"event":"e","uuid":"m1","distinct_id":"u","timestamp":"2026-01-01T00:00:00Z","options":{},"properties":{}},
        {"event":"e","uuid":"m2","distinct_id":"u","timestamp":"soon"}]}"#;
    let headers = [("authorization", &*format!("Bearer {}", house.key))];
    let results = house.send("POST", "/i/v1/analytics/events", &headers, body.as_bytes()).json();
    assert_eq!(results["results"]["m1"], json!({ "result": "ok" }));
    assert_eq!(results["results"]["m2"]["result"], "drop");
    assert_eq!(house.counts(), (1, 1));
    house.desk.engine.fold_all().unwrap();
    let again = house.send("POST", "/i/v1/analytics/events", &headers, body.as_bytes()).json();
    assert_eq!(again["results"]["m1"], json!({ "result": "ok" }));
    let other = body.replace("\"u\"", "\"w\"");
    let other = house.send("POST", "/i/v1/analytics/events", &headers, other.as_bytes()).json();
    assert_eq!(other["results"]["m1"]["result"], "drop");
}

#[test]
fn limits_are_said_in_each_dialects_way() {
    let settings = "[ingest]\nevent_bytes = 200\nbatch_bytes = 1000\nbatch_events = 3\nunpacked_bytes = 2000\njson_depth = 5\n\
        message_id_bytes = 9\nwaiting_bytes = 100000\n";
    let house = House::with(settings, None);
    let batch = |n: usize| format!(r#"{{"batch":[{}]}}"#, vec![TRACK; n].join(","));
    let long = format!(r#"{{"batch":[{TRACK},{{"type":"track","x":"{}"}}]}}"#, "x".repeat(200));
    assert_eq!(house.post("/v1/batch", &long).status, 200);
    assert_eq!(house.counts(), (1, 1));
    for (path, status) in [("/v1/batch", 400), ("/api/v1/events", 413), ("/batch/", 413)] {
        let many = batch(4).replace("batch", if path == "/api/v1/events" { "events" } else { "batch" });
        let answer = house.post(path, &many);
        assert_eq!(answer.status, status, "{path}: {}", text(&answer));
        assert!(answer.message().contains("ingest.batch_events"), "{}", answer.message());
        let body = format!("[{}]", " ".repeat(3000));
        let answer = house.post(path, &body);
        assert_eq!(answer.status, status, "{path}: {}", text(&answer));
        assert!(answer.message().contains("(`ingest."), "{}", answer.message());
        let bomb = house.send("POST", path, &[("x-write-key", &house.key)], &gzip(&vec![b' '; 10_000_000]));
        assert!([400, 413].contains(&bomb.status), "{path}");
        for broken in ["{", "", "[[[[[[1]]]]]]", "\u{1f}\u{8b}"] {
            assert_eq!(house.post(path, broken).status, 400, "{path}: {broken:?}");
        }
    }
    // A body that does not say how long it is ends at the limit too.
    let mut stream = connect(house.desk.address);
    let head = format!("POST /v1/batch HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-write-key: {}\r\n", house.key);
    stream
        .write_all(
            format!("{head}transfer-encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n", "x".repeat(2000)).as_bytes(),
        )
        .unwrap();
    assert_eq!(read(&mut stream).status, 400);
    assert_eq!(house.counts(), (1, 1));
}

#[test]
fn who_sends_too_fast_is_told_when_to_come_back() {
    let house = House::with("", Some(1));
    assert_eq!(house.post("/v1/batch", &format!(r#"{{"batch":[{}]}}"#, vec![TRACK; 1000].join(","))).status, 200);
    let answer = house.post("/v1/track", TRACK);
    assert_eq!((answer.status, answer.code().as_str()), (429, "too_many_events"));
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((900..=1001).contains(&seconds), "{seconds}");
    // PostHog's SDK for pages gives up for good at 429.
    for path in ["/e/", "/i/v1/analytics/events"] {
        let answer = house.post(path, r#"{"event":"e","distinct_id":"u"}"#);
        assert_eq!((answer.status, answer.code().as_str()), (503, "busy"), "{path}");
        assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 900);
    }
    assert_eq!(house.counts(), (1000, 0));
}

#[test]
fn more_than_there_is_room_for_is_asked_to_come_back() {
    let settings = "[ingest]\nbatch_bytes = 50000\nunpacked_bytes = 60000\nwaiting_bytes = 60000\nbody_seconds = 60\n";
    let house = House::with(settings, None);
    // A body that was announced and does not come holds its room, from when the server asks for it.
    let mut slow = connect(house.desk.address);
    let head = format!(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\nx-write-key: {}\r\nexpect: 100-continue\r\ncontent-length: 50000\r\n\r\n",
        house.key
    );
    slow.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 12];
    slow.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    let large = format!("{TRACK}{}", " ".repeat(20_000));
    let answer = house.post("/v1/track", &large);
    assert_eq!(answer.status, 503);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("busy", Some("1")));
    drop(slow);
    let start = std::time::Instant::now();
    while house.post("/v1/track", &large).status != 200 {
        assert!(start.elapsed() < PATIENCE, "the room was never given back");
    }
}

#[test]
fn slow_bodies_are_given_up() {
    let house = House::with("[ingest]\nbody_seconds = 1\n", None);
    let mut slow = connect(house.desk.address);
    let head = format!(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-write-key: {}\r\ncontent-length: 90\r\n\r\n{{",
        house.key
    );
    slow.write_all(head.as_bytes()).unwrap();
    let answer = read(&mut slow);
    assert_eq!((answer.status, answer.code().as_str()), (408, "too_slow"));
}

#[test]
fn who_hangs_up_loses_nothing_that_was_taken() {
    let house = House::new();
    for at in 0..30 {
        let body = TRACK.replace("\"m\"", &format!("\"m{at}\""));
        let mut stream = connect(house.desk.address);
        let head = format!(
            "POST /v1/track HTTP/1.1\r\nhost: x\r\nx-write-key: {}\r\ncontent-length: {}\r\n\r\n",
            house.key,
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        drop(stream);
    }
    // Whether each was taken or not, what was is whole, and the door still opens.
    assert_eq!(house.post("/v1/track", TRACK).status, 200);
    house.desk.engine.fold_all().unwrap();
    let (accepted, rejected) = house.counts();
    assert!((1..=31).contains(&accepted) && rejected == 0, "{accepted} {rejected}");
}
