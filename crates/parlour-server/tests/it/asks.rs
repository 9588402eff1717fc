//! Asks over HTTP: the queue, a thread and what is done about it, numbers that open their lists, and news as it comes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use parlour_core::event::{Event, Layer, Name};
use parlour_engine::{Submission, clock};
use serde_json::{Value, json};

use crate::desk::Desk;

const HOUR: i64 = 3_600_000_000;

/// Asks of some weeks by people who engage more and less, some answered by somebody, by a machine or by each other.
fn asked() -> Desk {
    let desk = Desk::with("[asks]\nundo_seconds = 0\n", None);
    let (now, acme) = (clock::now(), || Name::new("brand", "acme"));
    let mut events = Vec::new();
    for n in 0..60_i64 {
        let who = || Name::new("user", format!("u{:02}", n % 20));
        let at = now - (61 - n) * 12 * HOUR;
        let (verb, text) = match n % 4 {
            0 => ("complained", "The parcel is broken."),
            1 => ("asked", "When does the shop open?"),
            2 => ("requested", "Send me the invoice."),
            _ => ("suggested", "It should come in blue."),
        };
        let layer = if n % 3 == 0 { Layer::Social } else { Layer::Web };
        let event = Event {
            layer,
            message: Some(format!("m{n}")),
            text: Some(text.to_owned()),
            ..Event::new(at, who(), verb, acme())
        };
        events.push(event);
        for visit in 0..n % 20 {
            events.push(Event::new(at - visit * 24 * HOUR, who(), "viewed", acme()));
        }
        let back = |hours: i64, verb: &str, staff: &str| Event {
            message: Some(format!("{verb}{n}")),
            reply_to: Some(format!("m{n}")),
            extra: Some(json!({ "staff": staff }).to_string()),
            ..Event::new(at + hours * HOUR, acme(), verb, who())
        };
        match n % 5 {
            0 | 1 => events.push(back(n % 30, "replied", if n % 2 == 0 { "eva" } else { "tom" })),
            2 => events.push(back(1, "acknowledged", "")),
            _ => {}
        }
        if n % 7 == 0 {
            let peer = Event {
                reply_to: Some(format!("m{n}")),
                text: Some("Mine came.".to_owned()),
                ..Event::new(at + HOUR, Name::new("user", "peer"), "answered", acme())
            };
            events.push(peer);
        }
    }
    let events = events.into_iter().map(|event| (event, None)).collect();
    desk.engine.append("forum", Submission { events, ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
    desk
}

/// Every ask of a list, page by page.
fn all(desk: &Desk, query: &str) -> Vec<Value> {
    let (mut rows, mut next) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/api/v1/asks?{query}{next}"));
        rows.extend(page["rows"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next"].as_str() else {
            assert_eq!(page["n_total"], rows.len(), "{query}");
            return rows;
        };
        next = format!("&next={cursor}");
    }
}

#[test]
fn the_queue_has_what_is_due_first_and_its_filters_part_it() {
    let desk = asked();
    let open = all(&desk, "");
    let due: Vec<&str> = open.iter().map(|ask| ask["due_at"].as_str().unwrap()).collect();
    assert!(due.is_sorted() && open.len() > 20, "{}", open.len());
    let counts = desk.get("/api/v1/asks/counts");
    assert_eq!(counts["n_open"], open.len());
    let by_class: u64 = counts["class"].as_array().unwrap().iter().map(|row| row["n"].as_u64().unwrap()).sum();
    assert_eq!(by_class as usize, open.len());
    for row in counts["class"].as_array().unwrap() {
        assert_eq!(
            all(&desk, &format!("class={}", row["value"].as_str().unwrap())).len(),
            row["n"].as_u64().unwrap() as usize
        );
    }
    assert_eq!(counts["n_overdue"], all(&desk, "overdue=true").len());
    let states = ["open", "answered", "closed"].map(|state| all(&desk, &format!("state={state}")).len());
    assert_eq!(states.iter().sum::<usize>(), all(&desk, "state=all").len());
    assert_eq!(all(&desk, "person=user:u03&state=all").len(), 3);
    for wrong in ["state=half", "class=rant", "layer=moon", "asker=top", "next=zz"] {
        assert_eq!(desk.ask("GET", &format!("/api/v1/asks?{wrong}"), None).status, 400, "{wrong}");
    }
}

#[test]
fn a_thread_is_taken_noted_rests_is_answered_and_closed() {
    let desk = asked();
    let line = all(&desk, "class=complaint")[0].clone();
    let path = format!("/api/v1/threads/{}", line["thread"].as_str().unwrap());
    let put = |what: &str, body: Value| desk.ask("PUT", &format!("{path}/{what}"), Some(&body)).status;
    let post = |what: &str, body: Value| desk.ask("POST", &format!("{path}/{what}"), Some(&body));
    assert_eq!(put("assignee", json!({ "assignee": "me" })), 204);
    assert_eq!(post("notes", json!({ "text": "Ask the store first." })).status, 201);
    assert_eq!(put("draft", json!({ "text": "We are" })), 204);
    let thread = desk.get(&path);
    assert_eq!((&thread["assignee"], &thread["draft"]), (&json!("owner"), &json!("We are")));
    assert_eq!(thread["notes"][0]["text"], "Ask the store first.");
    assert_eq!(desk.get("/api/v1/asks/counts")["n_mine"], 1);
    assert_eq!(put("snooze", json!({ "until": "2001-01-01T00:00:00Z" })), 400);
    assert_eq!(put("snooze", json!({ "until": "soon" })), 400);
    assert_eq!(put("snooze", json!({ "until": "2199-01-01T00:00:00Z" })), 204);
    assert_eq!(desk.get("/api/v1/asks/counts")["n_snoozed"], 1);
    assert_eq!(post("reply", json!({ "text": "We are sorry; a new one is on its way.", "verb": null })).status, 201);
    assert_eq!(desk.get(&path)["waiting"].as_array().unwrap().len(), 1);
    assert!(desk.engine.send_replies().unwrap());
    desk.engine.fold_all().unwrap();
    let thread = desk.get(&path);
    assert_eq!((&thread["asks"][0]["state"], &thread["asks"][0]["answered_by"]), (&json!("answered"), &json!("owner")));
    assert_eq!(thread["draft"], Value::Null);
    let person = line["person"].as_str().unwrap();
    let timeline = desk.get(&format!("/api/v1/people/{person}/timeline"));
    assert_eq!((&timeline["rows"][0]["verb"], &timeline["rows"][0]["is_by_brand"]), (&json!("replied"), &json!(true)));

    let other = all(&desk, "class=question")[0].clone();
    let other_path = format!("/api/v1/threads/{}", other["thread"].as_str().unwrap());
    assert_eq!(desk.ask("POST", &format!("{other_path}/close"), Some(&json!({ "reason": " " }))).status, 400);
    assert_eq!(desk.ask("POST", &format!("{other_path}/close"), Some(&json!({ "reason": "spam" }))).status, 204);
    desk.engine.fold_all().unwrap();
    assert_eq!(desk.get(&other_path)["asks"][0]["closed_why"], "spam");
    let post_key = thread["posts"][0]["key"].as_str().unwrap();
    let correction = json!({ "class": "request", "kind": 0 });
    assert_eq!(desk.ask("PUT", &format!("/api/v1/posts/{post_key}/correction"), Some(&correction)).status, 204);
    let lines = desk.ask("GET", "/api/v1/asks/corrections", None);
    let labelled: Value = serde_json::from_slice(lines.body.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!((&labelled["class"], &labelled["kind"]), (&json!("request"), &json!("0")));
    assert_eq!(desk.ask("GET", "/api/v1/threads/00000000000000000000000000000000", None).status, 404);
    assert_eq!(desk.ask("GET", "/api/v1/threads/x", None).status, 400);
}

#[test]
fn every_number_opens_the_list_that_makes_it() {
    let desk = asked();
    let told = desk.get("/api/v1/responses?brand=brand:acme");
    let mut groups: Vec<Value> = vec![told["all"].clone()];
    for grouping in told["by"].as_array().unwrap() {
        groups.extend(grouping["groups"].as_array().unwrap().iter().cloned());
    }
    assert!(groups.len() > 12, "{}", groups.len());
    let lists = [
        ("n", ""),
        ("n_answered", "&state=answered"),
        ("n_closed", "&state=closed"),
        ("n_overdue", "&overdue=true"),
        ("n_late", "&late=true"),
        ("n_peer", "&peer=true"),
        ("n_acknowledged_only", "&acknowledged=true"),
    ];
    for group in &groups {
        for (name, also) in lists {
            // What is asked for last holds.
            let base = group["list"].as_str().unwrap();
            let base = if also.starts_with("&state") { base.replace("state=all", "") } else { base.to_owned() };
            let query = format!("{base}{also}");
            let query = query.trim_start_matches('&');
            assert_eq!(all(&desk, query).len() as u64, group[name].as_u64().unwrap(), "{name}: {query}");
        }
    }
    let all_asks = &told["all"];
    assert!(all_asks["median_hours"].is_null(), "more than half were never answered by a human");
    assert!(all_asks["n_peer"].as_u64().unwrap() > 0 && all_asks["n_acknowledged_only"].as_u64().unwrap() > 0);
    let rows = desk.get("/api/v1/reciprocity")["rows"].clone();
    assert_eq!((&rows[0]["object"], &rows[0]["is_inanimate"]), (&json!("brand:acme"), &json!(false)));
    assert_eq!(desk.ask("GET", "/api/v1/responses?brand=acme", None).status, 400);
}

#[test]
fn news_comes_by_itself() {
    let desk = asked();
    let mut stream = TcpStream::connect(desk.address).unwrap();
    let head = format!("GET /api/v1/asks/stream HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", desk.address, desk.cookie);
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.by_ref().any(|line| line.starts_with(": watching")));
    let thread = all(&desk, "")[0]["thread"].as_str().unwrap().to_owned();
    desk.ask("PUT", &format!("/api/v1/threads/{thread}/assignee"), Some(&json!({ "assignee": "eva" })));
    assert!(lines.any(|line| line.starts_with("data: ")));
}
