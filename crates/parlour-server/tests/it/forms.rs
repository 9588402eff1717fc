//! Forms and the widget: what visitors write is kept, only they read it again, and their door lets nothing else in.

use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Answer, send};
use crate::desk::Desk;

const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const SECRET: &str = "a secret of the shop";
/// `printf %s anna | openssl dgst -sha256 -hmac "a secret of the shop"`
const ANNA: &str = "b7504fbe509929ab784814ebc629fbfa4ccaf7f900e8ba7f5d7226faa693c895";

fn house(settings: &str, form: &Value) -> (Desk, String) {
    let desk = Desk::with(&format!("[asks]\nundo_seconds = 0\n{settings}"), None);
    let mut new = json!({ "name": "contact", "kind": "form", "brand": "acme", "secret": SECRET });
    if !form.is_null() {
        new["mapping"] = form.to_string().into();
    }
    let made = desk.ask("POST", "/api/v1/sources", Some(&new));
    assert_eq!(made.status, 201, "{made:?}");
    let key = made.json()["key"].as_str().unwrap().to_owned();
    (desk, key)
}

fn knock(desk: &Desk, act: &str, body: &Value) -> Answer {
    let headers = [("content-type", "text/plain"), ("origin", "https://shop.example")];
    send(desk.address, "POST", &format!("/widget/v1/{act}"), &headers, body.to_string().as_bytes())
}

fn write(desk: &Desk, key: &str, token: &str, id: &str, text: &str) -> Answer {
    let body = json!({ "key": key, "token": token, "letter": { "id": id, "text": text } });
    let answer = knock(desk, "write", &body);
    desk.engine.fold_all().unwrap();
    answer
}

/// What somebody reads: by whom, and which words.
fn read(desk: &Desk, body: &Value) -> Vec<(String, String)> {
    let answer = knock(desk, "read", body);
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    answer.json()["lines"].as_array().unwrap().iter().map(|line| (text(line, "by"), text(line, "text"))).collect()
}

fn words(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(by, text)| ((*by).to_owned(), (*text).to_owned())).collect()
}

fn threads(desk: &Desk) -> Vec<Value> {
    desk.get("/api/v1/asks?state=all")["rows"].as_array().unwrap().clone()
}

fn reply(desk: &Desk, thread: &Value, text: &str) {
    let path = format!("/api/v1/threads/{}/reply", thread.as_str().unwrap());
    assert_eq!(desk.ask("POST", &path, Some(&json!({ "text": text }))).status, 201);
    assert!(desk.engine.send_replies().unwrap());
    desk.engine.fold_all().unwrap();
}

#[test]
fn a_visitor_writes_and_they_alone_read_the_answer() {
    let (desk, key) = house("", &Value::Null);
    assert_eq!(write(&desk, &key, TOKEN, "m1", "Where is my order?").status, 200);
    let mine = json!({ "key": key, "token": TOKEN });
    assert_eq!(read(&desk, &mine), words(&[("you", "Where is my order?")]));
    let line = threads(&desk)[0].clone();
    let thread = desk.get(&format!("/api/v1/threads/{}", line["thread"].as_str().unwrap()));
    assert_eq!(
        (&thread["source"], &thread["door"], &thread["layer"]),
        (&json!("contact"), &json!("form"), &json!("web"))
    );
    assert_eq!((&thread["object"], &thread["is_read_at_door"]), (&json!("brand:acme"), &json!(true)));
    assert!(thread["person"].as_str().unwrap().starts_with("anonymous:visitor-"), "{thread}");
    reply(&desk, &line["thread"], "It left on Monday.");
    let all = words(&[("you", "Where is my order?"), ("brand", "It left on Monday.")]);
    assert_eq!(read(&desk, &mine), all);
    assert_eq!(threads(&desk)[0]["state"], "answered");

    // Notes of staff and others' words are not theirs to read; another's token leads to another conversation.
    let note = format!("/api/v1/threads/{}/notes", line["thread"].as_str().unwrap());
    assert_eq!(desk.ask("POST", &note, Some(&json!({ "text": "a difficult customer" }))).status, 201);
    assert_eq!(read(&desk, &mine), all);
    assert_eq!(read(&desk, &json!({ "key": key, "token": OTHER })), words(&[]));
    assert_eq!(write(&desk, &key, OTHER, "m1", "I need an invoice.").status, 200);
    assert_eq!(read(&desk, &json!({ "key": key, "token": OTHER })), words(&[("you", "I need an invoice.")]));
    assert_eq!(read(&desk, &mine), all);
    assert_eq!(threads(&desk).len(), 2);

    // Made one with another, neither reads the other's.
    let second = threads(&desk).into_iter().find(|one| one["thread"] != line["thread"]).unwrap();
    let merge = format!("/api/v1/threads/{}/merge", second["thread"].as_str().unwrap());
    assert_eq!(desk.ask("POST", &merge, Some(&json!({ "into": line["thread"] }))).status, 204);
    assert_eq!(read(&desk, &mine), all);
    assert_eq!(read(&desk, &json!({ "key": key, "token": OTHER })), words(&[("you", "I need an invoice.")]));
}

#[test]
fn what_is_sent_twice_is_taken_once_and_everybody_is_heard() {
    let (desk, key) = house("", &Value::Null);
    for _ in 0..3 {
        assert_eq!(write(&desk, &key, TOKEN, "m1", "hm").status, 200);
    }
    assert_eq!(read(&desk, &json!({ "key": key, "token": TOKEN })), words(&[("you", "hm")]));
    // No rule finds an ask in it, and yet somebody wrote to the brand for the first time.
    let rows = threads(&desk);
    assert_eq!((rows.len(), &rows[0]["class"]), (1, &json!("question")));
    reply(&desk, &rows[0]["thread"], "Which number has your order?");
    assert_eq!(write(&desk, &key, TOKEN, "m2", "4711").status, 200);
    assert_eq!(desk.get("/api/v1/asks/counts")["n_open"], 1, "an answer to a question of ours waits again");
    reply(&desk, &rows[0]["thread"], "It is on its way.");
    assert_eq!(write(&desk, &key, TOKEN, "m3", "thanks a lot").status, 200);
    assert_eq!(desk.get("/api/v1/asks/counts")["n_open"], 0, "thanks open nothing");
    assert_eq!(read(&desk, &json!({ "key": key, "token": TOKEN })).len(), 5);
}

#[test]
fn a_public_key_opens_no_other_door() {
    let (desk, key) = house("", &Value::Null);
    let bearer = format!("Bearer {key}");
    let event = json!({ "subject": "brand:acme", "verb": "replied", "object": "user:anna", "text": "x" }).to_string();
    let batch = json!({ "batch": [{ "type": "track", "event": "x", "userId": "anna" }], "writeKey": key }).to_string();
    for (path, body) in [
        ("/api/v1/events", &event),
        ("/v1/batch", &batch),
        ("/v1/track", &batch),
        ("/batch/", &batch),
        ("/api/s/track", &batch),
        ("/in/contact", &event),
    ] {
        let answer = send(desk.address, "POST", path, &[("authorization", &bearer)], body.as_bytes());
        assert_eq!(answer.status, 401, "{path}: {answer:?}");
    }
    // Nor do the keys of others open this one.
    let sdk = desk.ask("POST", "/api/v1/sources", Some(&json!({ "name": "site" }))).json();
    assert_eq!(write(&desk, sdk["key"].as_str().unwrap(), TOKEN, "m1", "hello?").status, 401);
    assert_eq!(desk.get("/api/v1/health")["sums"]["sent"], 0);
}

#[test]
fn visitors_say_only_their_own_words() {
    let (desk, key) = house("", &Value::Null);
    let letter = json!({ "id": "m1", "text": "Where is my order?" });
    let with = |name: &str, value: Value| {
        let mut of_knock = json!({ "key": key, "token": TOKEN, "letter": letter });
        of_knock[name] = value.clone();
        let mut of_letter = letter.clone();
        of_letter[name] = value;
        [of_knock, json!({ "key": key, "token": TOKEN, "letter": of_letter })]
    };
    for (name, value) in [
        ("verb", json!("replied")),
        ("subject", json!("user:anna")),
        ("object", json!("brand:other")),
        ("also", json!(["user:anna"])),
        ("in_reply_to", json!("talk-1")),
        ("thread", json!("00000000000000000000000000000000")),
        ("extra", json!({ "staff": "eva" })),
        ("at", json!("2001-01-01T00:00:00Z")),
    ] {
        for body in with(name, value) {
            let answer = knock(&desk, "write", &body);
            assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{name}");
        }
    }
    for (token, id, text, field) in [
        ("short", "m1", "hello?", "token"),
        (TOKEN, "m1:x", "hello?", "id"),
        (TOKEN, "", "hello?", "id"),
        (TOKEN, "m1", " \u{0} ", "text"),
        (TOKEN, "m1", &"x".repeat(9_000), "text"),
    ] {
        let answer = write(&desk, &key, token, id, text);
        assert_eq!((answer.status, &answer.json()["error"]["fields"][0]["path"]), (400, &json!(field)), "{field}");
    }
    assert_eq!(knock(&desk, "write", &json!({ "key": key, "letter": letter })).status, 400, "without a token");
    assert_eq!(desk.get("/api/v1/health")["sums"]["sent"], 0);
}

#[test]
fn a_user_is_believed_by_a_signature_alone() {
    let (desk, key) = house("", &Value::Null);
    let said = |user: &str, signature: &str, token: Value| {
        json!({ "key": key, "token": token, "user": user, "signature": signature,
            "letter": { "id": "m1", "text": "Where is my order?" } })
    };
    for (user, signature) in [("ben", ANNA), ("anna", "00"), ("", ANNA), ("anna", "a.b.c")] {
        let answer = knock(&desk, "write", &said(user, signature, json!(TOKEN)));
        assert_eq!((answer.status, answer.code().as_str()), (401, "identity_refused"), "{user} {signature}");
    }
    // Who is only said to be somebody is nobody that is known.
    assert_eq!(knock(&desk, "write", &said("anna", "", json!(TOKEN))).status, 200);
    desk.engine.fold_all().unwrap();
    assert!(threads(&desk)[0]["person"].as_str().unwrap().starts_with("anonymous:"));
    // Signed, it is hers, without a token, wherever she signs in; a token alone leads nobody to it.
    assert_eq!(knock(&desk, "write", &said("anna", ANNA, Value::Null)).status, 200);
    desk.engine.fold_all().unwrap();
    let signed = json!({ "key": key, "user": "anna", "signature": ANNA });
    assert_eq!(read(&desk, &signed), words(&[("you", "Where is my order?")]));
    let hers = threads(&desk).into_iter().find(|row| row["person"] == "user:anna").unwrap();
    reply(&desk, &hers["thread"], "It left, Anna.");
    assert_eq!(read(&desk, &signed).len(), 2);
    assert_eq!(read(&desk, &json!({ "key": key, "token": TOKEN, "user": "anna" })).len(), 1);
    assert_eq!(read(&desk, &json!({ "key": key, "user": "anna" })), words(&[]));
    let thread = desk.get(&format!("/api/v1/threads/{}", hers["thread"].as_str().unwrap()));
    assert_eq!(thread["is_read_at_door"], true);
}

#[test]
fn a_conversation_can_be_ended_and_ends_with_its_source() {
    let (desk, key) = house("", &Value::Null);
    let mine = json!({ "key": key, "token": TOKEN });
    assert_eq!(write(&desk, &key, TOKEN, "m1", "Where is my order?").status, 200);
    assert_eq!(knock(&desk, "end", &mine).status, 200);
    for answer in [knock(&desk, "read", &mine), write(&desk, &key, TOKEN, "m2", "And now?")] {
        assert_eq!((answer.status, answer.code().as_str()), (410, "conversation_ended"));
    }
    assert_eq!(knock(&desk, "end", &mine).status, 200, "twice does no harm");
    let thread = desk.get(&format!("/api/v1/threads/{}", threads(&desk)[0]["thread"].as_str().unwrap()));
    assert_eq!((&thread["is_read_at_door"], thread["posts"].as_array().unwrap().len()), (&json!(false), 1));
    assert_eq!(desk.ask("DELETE", "/api/v1/sources/1", None).status, 200);
    let answer = knock(&desk, "read", &json!({ "key": key, "token": OTHER }));
    assert_eq!((answer.status, answer.code().as_str()), (401, "write_key_unknown"));
    assert_eq!(send(desk.address, "GET", "/form/contact", &[], b"").status, 404);
}

#[test]
fn an_old_token_leads_nowhere() {
    let (desk, key) = house("", &Value::Null);
    assert_eq!(write(&desk, &key, TOKEN, "m1", "Where is my order?").status, 200);
    let old = parlour_engine::clock::now() - 91 * 86_400_000_000;
    desk.engine
        .database
        .write(move |conn| conn.execute("UPDATE conversation SET seen_at = $1", &[old.into()]))
        .unwrap();
    assert_eq!(knock(&desk, "read", &json!({ "key": key, "token": TOKEN })).code(), "conversation_ended");
    let kept = |conn: &mut dyn parlour_store::Conn| conn.query("SELECT token FROM conversation", &[]);
    let rows = desk.engine.database.read(kept).unwrap();
    assert_eq!(rows[0].get_blob(0).unwrap().len(), 32, "a hash, not the token");
}

#[test]
fn an_answer_is_told_while_somebody_waits() {
    let (desk, key) = house("", &Value::Null);
    assert_eq!(write(&desk, &key, TOKEN, "m1", "Where is my order?").status, 200);
    let state = knock(&desk, "read", &json!({ "key": key, "token": TOKEN })).json()["state"].clone();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            knock(&desk, "read", &json!({ "key": key, "token": TOKEN, "since": state, "wait": true })).json()
        });
        reply(&desk, &threads(&desk)[0]["thread"], "It left on Monday.");
        let told = waiting.join().unwrap();
        assert_eq!(told["lines"].as_array().unwrap().len(), 2);
        assert_eq!(told["again_ms"], 0);
    });
    assert!(begun.elapsed().as_secs() < 20, "it did not only run out");
    // Where there is no place to wait, it is told when to ask again.
    let (desk, key) = house("[forms]\nmax_watching = 0\n", &Value::Null);
    let told = knock(&desk, "read", &json!({ "key": key, "token": TOKEN, "since": "0", "wait": true })).json();
    assert_eq!((&told["state"], &told["again_ms"]), (&json!("0"), &json!(5000)));
}

#[test]
fn pages_of_any_site_may_ask_unless_sites_are_named() {
    let (desk, key) = house("", &json!({ "title": "Talk to us", "color": "#0a5c36" }));
    let answer = knock(&desk, "hello", &json!({ "key": key }));
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://shop.example"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("set-cookie"), None);
    let told = answer.json();
    assert_eq!(
        (&told["title"], &told["color"], &told["brand"]),
        (&json!("Talk to us"), &json!("#0a5c36"), &json!("acme"))
    );

    let (desk, key) = house("", &json!({ "sites": ["https://acme.example"] }));
    assert_eq!(knock(&desk, "hello", &json!({ "key": key })).code(), "foreign_origin");
    assert_eq!(write(&desk, &key, TOKEN, "m1", "Where is my order?").code(), "foreign_origin");
    let from = |origin: &str| {
        let body = json!({ "key": key }).to_string();
        send(desk.address, "POST", "/widget/v1/hello", &[("origin", origin)], body.as_bytes()).status
    };
    let own = format!("http://{}", desk.address);
    assert_eq!((from("https://acme.example"), from(&own), from("https://acme.example.evil.example")), (200, 200, 403));
}

#[test]
fn nobody_writes_without_end() {
    let (desk, key) = house("[forms]\nper_visitor = 3\n", &json!({ "per_minute": 5 }));
    let statuses: Vec<u16> =
        (0..4).map(|n| write(&desk, &key, TOKEN, &format!("m{n}"), "Where is my order?").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    assert_eq!(write(&desk, &key, OTHER, "m1", "I need an invoice.").status, 200);
    assert_eq!(write(&desk, &key, OTHER, "m2", "I need an invoice.").status, 200);
    let answer = write(&desk, &key, &TOKEN.replace('a', "c"), "m1", "And me?");
    assert_eq!((answer.status, answer.code().as_str()), (429, "too_many_events"));
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

fn post(desk: &Desk, fields: &[(&str, &str)]) -> (u16, String) {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept-language", "de")];
    let answer = send(desk.address, "POST", "/form/contact", &headers, body.finish().as_bytes());
    desk.engine.fold_all().unwrap();
    (answer.status, String::from_utf8(answer.body).unwrap())
}

#[test]
fn the_plain_form_keeps_what_is_written() {
    let (desk, _) = house("", &json!({ "greeting": "<b>Hello</b> & welcome" }));
    let page = send(desk.address, "GET", "/form/contact", &[("accept-language", "fr-CH, en;q=0.5")], b"");
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
    assert!(text.contains("<html lang=\"fr\">") && text.contains("&lt;b&gt;Hello&lt;/b&gt; &amp; welcome"), "{text}");
    let slip = text.split("name=\"slip\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

    let wrong =
        [("slip", slip.as_str()), ("text", "</textarea><script>x"), ("mail", "a@b.example\r\nBcc: c@d.example")];
    let (status, text) = post(&desk, &wrong);
    assert_eq!(status, 400);
    assert!(text.contains("role=\"alert\"") && text.contains("&lt;/textarea&gt;&lt;script&gt;x"), "{text}");
    let (status, text) =
        post(&desk, &[("slip", &slip), ("text", "Wo ist meine Bestellung?"), ("website", "http://spam")]);
    assert!(status == 400 && text.contains("Wo ist meine Bestellung?"), "{text}");
    assert_eq!(desk.get("/api/v1/health")["sums"]["sent"], 0);

    let good = [
        ("slip", slip.as_str()),
        ("text", "Wo ist meine\r\nBestellung?"),
        ("mail", "anna@example.com"),
        ("website", ""),
    ];
    for _ in 0..2 {
        let (status, text) = post(&desk, &good);
        assert!(status == 200 && text.contains("anna@example.com"), "{text}");
    }
    let rows = threads(&desk);
    assert_eq!(rows.len(), 1, "sent twice, taken once");
    let thread = desk.get(&format!("/api/v1/threads/{}", rows[0]["thread"].as_str().unwrap()));
    assert_eq!((&thread["address"], &thread["is_read_at_door"]), (&json!("mailto:anna@example.com"), &json!(false)));
    assert_eq!(thread["posts"][0]["text"], "Wo ist meine\nBestellung?");
    // A form of somebody's own, without our slip, works as well, and the slip leads to nothing.
    assert_eq!(post(&desk, &[("text", "Do you ship to Spain?")]).0, 200);
    assert_eq!(threads(&desk).len(), 2);
    assert_eq!(send(desk.address, "GET", "/form/nobody", &[], b"").status, 404);
}

#[test]
fn the_key_of_a_form_is_shown_whenever_it_is_wanted() {
    let (desk, key) = house("", &Value::Null);
    assert_eq!(desk.get("/api/v1/sources/1")["public_key"], key.as_str());
    let other = desk.ask("POST", "/api/v1/sources/1/rotate", Some(&json!({ "overlap_hours": 1 }))).json();
    let other = other["key"].as_str().unwrap();
    assert!(other != key && desk.get("/api/v1/sources/1")["public_key"] == other);
    assert_eq!(write(&desk, &key, TOKEN, "m1", "Where is my order?").status, 200, "the old one works a while longer");
    assert_eq!(read(&desk, &json!({ "key": other, "token": TOKEN })).len(), 1);
    let sdk = desk.ask("POST", "/api/v1/sources", Some(&json!({ "name": "site" }))).json();
    assert_eq!(sdk["source"]["public_key"], Value::Null);
    let wrong = desk.ask("PUT", "/api/v1/sources/1", Some(&json!({ "mapping": "{\"color\":\"red\"}" })));
    assert!(wrong.status == 400 && wrong.message().contains("colour"), "{wrong:?}");
}

#[test]
fn a_webmention_is_kept_for_a_page_of_ours() {
    let desk = Desk::empty();
    let mapping = json!({ "sites": ["https://acme.example"] }).to_string();
    let made =
        desk.ask("POST", "/api/v1/sources", Some(&json!({ "name": "blogs", "kind": "mentions", "mapping": mapping })));
    assert_eq!(made.status, 201, "{made:?}");
    let tell = |name: &str, source: &str, target: &str| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("source", source).append_pair("target", target);
        send(desk.address, "POST", &format!("/webmention/{name}"), &[], body.finish().as_bytes()).status
    };
    assert_eq!(tell("blogs", "https://blog.example/1", "https://acme.example/tea"), 202);
    assert_eq!(tell("blogs", "https://blog.example/1", "https://acme.example/tea"), 202);
    for (source, target, status) in [
        ("https://blog.example/1", "https://other.example/", 400),
        ("https://acme.example/tea", "https://acme.example/tea", 400),
        ("file:///etc/passwd", "https://acme.example/tea", 400),
        ("", "https://acme.example/tea", 400),
    ] {
        assert_eq!(tell("blogs", source, target), status, "{source} {target}");
    }
    assert_eq!(tell("nobody", "https://blog.example/1", "https://acme.example/tea"), 404);
    let due = desk.engine.mentions_due(parlour_engine::clock::now(), 10).unwrap();
    assert_eq!(due.len(), 1, "told twice, kept once");
}
