//! Whoever sees one brand only: nothing they read has anything of another, and their numbers are those of a world in which
//! there is no other.

use parlour_core::event::{Event, Name};
use parlour_engine::Submission;
use parlour_engine::staff::Role;
use parlour_store::alert;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::desk::{DAY, Desk, START, fill};

/// Words that nothing of the first brand has.
const MARKS: [&str; 2] = ["zmark", "zeta"];

fn append(desk: &Desk, source: &str, events: Vec<Event>) {
    let events = events.into_iter().map(|event| (event, None)).collect();
    desk.engine.append(source, Submission { events, ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
}

fn said(day: i64, who: Name, verb: &str, object: Name, (message, text): (&str, &str)) -> Event {
    Event {
        message: Some(message.to_owned()),
        text: Some(text.to_owned()),
        ..Event::new(START + day * DAY, who, verb, object)
    }
}

/// The first brand: people who buy, and some who ask. One of them has to do with the other brand too.
fn first_brand(desk: &Desk) {
    fill(&desk.engine, 7, 120);
    let (acme, shared) = (|| Name::new("brand", "acme"), || Name::new("customer", "shared"));
    let mut events = Vec::new();
    for n in 0..12_i64 {
        let who = if n % 3 == 0 { shared() } else { Name::new("customer", format!("{n:05}")) };
        let verb = ["complained", "asked"][n as usize % 2];
        let (message, text) = (format!("m{n}"), format!("The parcel {n} is broken, when does it come?"));
        events.push(said(100 + n * 20, who, verb, acme(), (&message, &text)));
        let replied = Event {
            reply_to: Some(message.clone()),
            text: Some("It comes.".to_owned()),
            extra: Some(json!({ "staff": "eva" }).to_string()),
            ..Event::new(
                START + (100 + n * 20) * DAY + 3_600_000_000,
                acme(),
                "replied",
                if n % 3 == 0 { shared() } else { Name::new("customer", format!("{n:05}")) },
            )
        };
        events.extend((n % 2 == 0).then_some(replied));
    }
    events.extend((0..5).map(|n| Event::new(START + (200 + n) * DAY, shared(), "bought", acme())));
    append(desk, "forum", events);
}

/// The other brand: more people, who ask too; all of it carries marks.
fn other_brand(desk: &Desk) {
    let zeta = || Name::new("brand", "zeta");
    let mut events = Vec::new();
    for n in 0..400_i64 {
        let who = if n == 0 { Name::new("customer", "shared") } else { Name::new("customer", format!("zmark{n:03}")) };
        for visit in 0..3 + n % 5 {
            let object = if visit % 2 == 0 { zeta() } else { Name::new("product", "zetaphone") };
            let parent = (visit % 2 != 0).then(zeta);
            let verb = ["bought", "viewed", "did:zmark thing"][visit as usize % 3];
            events.push(Event { parent, ..Event::new(START + (300 + visit * 7) * DAY, who.clone(), verb, object) });
        }
        if n % 10 == 0 {
            let (message, text) = (format!("z{n}"), format!("The zmarktext {n} is broken, when does it come?"));
            events.push(said(310, who, "complained", zeta(), (&message, &text)));
        }
    }
    append(desk, "zmarkforum", events);
    for (object, text) in [("brand:zeta", "zmark went quiet"), ("brand:acme", "acme went quiet")] {
        desk.engine
            .database
            .write(move |conn| {
                let kind = "quiet_layer".to_owned();
                let (day, title, state) = ("2024-01-01".to_owned(), text.to_owned(), alert::OPEN.to_owned());
                alert::insert(
                    conn,
                    &alert::Alert {
                        id: 0,
                        kind,
                        object: object.to_owned(),
                        person: String::new(),
                        episode: String::new(),
                        day,
                        text: title.clone(),
                        title,
                        data: "{}".to_owned(),
                        state,
                        made_at: 1,
                    },
                )
            })
            .unwrap();
    }
    let audience = json!({ "name": "zmark all", "object": "brand:zeta", "predicate": "stage=lapsed" });
    assert_eq!(desk.ask("POST", "/api/v1/audiences", Some(&audience)).status, 201);
}

/// Two of the first brand's people come to the other under an id of their own.
fn other_ids(desk: &Desk) {
    let zeta = || Name::new("brand", "zeta");
    let mut events = Vec::new();
    for (n, kind) in [(1, "email"), (2, "user")] {
        let here = Name::new(kind, format!("zmark{n}@zeta.example"));
        let known = vec![Name::new("customer", format!("{n:05}"))];
        let event = Event::new(START + 320 * DAY, here.clone(), "bought", zeta());
        events.push(Event { also: known, ..event });
        events.push(said(
            321,
            here,
            "complained",
            zeta(),
            (&format!("zz{n}"), "The zmarktext is broken, when does it come?"),
        ));
    }
    append(desk, "zmarkforum", events);
}

struct Worlds {
    alone: Desk,
    both: Desk,
    /// Of an analyst who sees the first brand.
    analyst: String,
    /// Of an agent who does.
    agent: String,
}

impl Worlds {
    fn new() -> Self {
        let (alone, both) = (Desk::empty(), Desk::empty());
        for desk in [&alone, &both] {
            first_brand(desk);
            let audience = json!({ "name": "all", "object": "brand:acme", "predicate": "stage=lapsed" });
            assert_eq!(desk.ask("POST", "/api/v1/audiences", Some(&audience)).status, 201);
        }
        other_brand(&both);
        let analyst = both.join("ana", Role::Analyst, Some(&["brand:acme"]));
        let agent = both.join("eva", Role::Agent, Some(&["brand:acme"]));
        Self { alone, both, analyst, agent }
    }

    fn ask(&self, path: &str) -> Answer {
        self.both.ask_as(&self.analyst, "GET", path, None)
    }
}

fn is_marked(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.body).to_lowercase();
    MARKS.iter().any(|mark| text.contains(mark))
}

/// Takes out what is of the moment.
fn settled(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for name in ["as_of", "updated_at", "hours", "received_at", "import_line", "first_seen_at", "seconds"] {
                fields.remove(name);
            }
            for field in fields.values_mut() {
                *field = settled(field.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = settled(item.take());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}

/// Fails where two answers differ by more than the order in which floating-point numbers were added.
fn must_be_alike(at: &str, one: &Value, other: &Value) {
    match (one, other) {
        (Value::Object(these), Value::Object(those)) => {
            assert!(these.keys().eq(those.keys()), "{at}");
            these.iter().for_each(|(name, value)| must_be_alike(&format!("{at} {name}"), value, &those[name]));
        }
        (Value::Array(these), Value::Array(those)) => {
            assert_eq!(these.len(), those.len(), "{at}");
            these.iter().zip(those).enumerate().for_each(|(n, (a, b))| must_be_alike(&format!("{at} {n}"), a, b));
        }
        (Value::Number(this), Value::Number(that)) if this.is_f64() && that.is_f64() => {
            let (this, that) = (this.as_f64().unwrap(), that.as_f64().unwrap());
            assert!((this - that).abs() <= 1e-6 * this.abs().max(1e-3), "{at}: {this} {that}");
        }
        (this, that) => assert_eq!(this, that, "{at}"),
    }
}

#[test]
fn the_numbers_are_those_of_a_world_without_the_other_brand() {
    let worlds = Worlds::new();
    let owner = worlds.both.get("/api/v1/workspace");
    assert_eq!(owner["default_object"], "brand:zeta", "the other brand is the greater one");
    let one = |path: &str| {
        let (told, alone) = (worlds.ask(path), worlds.alone.get(path));
        assert_eq!(told.status, 200, "{path}: {told:?}");
        assert!(!is_marked(&told), "{path}");
        // Not `assert_eq`, which would print both at length.
        must_be_alike(path, &settled(told.json()), &settled(alone));
    };
    for path in [
        "workspace",
        "today",
        "today?layer=web",
        "today?acquired=2023-05&acquired_by=month",
        "today?audience=1",
        "engaged",
        "growth",
        "matrix",
        "leaving",
        "models",
        "accounts",
        "accounts?base=value",
        "cohorts",
        "definitions",
        "people?limit=500",
        "people?object=product:p1",
        "people?q=cust&limit=500",
        "people?reasons=true&stage=lapsed",
        "people?sort=at_risk",
        "people?audience=1",
        "people/customer:shared",
        "people/customer:00005",
        "people/customer:shared/definitions",
        "people/customer:shared/timeline",
        "people/customer:shared/timeline?limit=2",
        "people/customer:shared/why?of=involvement",
        "people/customer:shared/why?of=kind",
        "people/customer:shared/ids",
        "audiences",
        "asks?state=all",
        "asks?state=all&person=customer:shared",
        "asks/counts",
        "asks/search?q=parcel",
        "responses",
        "responses?brand=brand:acme",
        "reciprocity",
        "saved-answers",
    ] {
        one(&format!("/api/v1/{path}"));
    }
    let asks = worlds.alone.get("/api/v1/asks?state=all");
    assert!(5 < asks["rows"].as_array().unwrap().len(), "there is something to compare");
    let thread = asks["rows"][0]["thread"].as_str().unwrap();
    one(&format!("/api/v1/threads/{thread}"));
    let alerts = worlds.ask("/api/v1/alerts?state=all").json();
    assert_eq!((&alerts["n_total"], &alerts["n_open"]), (&1.into(), &1.into()));
    assert_eq!(alerts["rows"][0]["object"], "brand:acme");
}

#[test]
fn every_reading_route_keeps_the_other_brand_to_itself() {
    let worlds = Worlds::new();
    other_ids(&worlds.both);
    for path in ["/api/v1/people/customer:00001", "/api/v1/people/customer:00002"] {
        assert!(worlds.both.get(path)["ids"].to_string().contains("zmark"), "owners see them as one");
        let seen = worlds.ask(path);
        assert_eq!((seen.status, is_marked(&seen)), (200, false), "{path}");
    }
    let document: Value = serde_json::from_str(&parlour_server::openapi()).unwrap();
    let zeta_thread = worlds.both.get("/api/v1/asks?state=all&brand=brand:zeta")["rows"][0]["thread"].clone();
    let acme_thread = worlds.both.get("/api/v1/asks?state=all&brand=brand:acme")["rows"][0]["thread"].clone();
    let mut n_answered = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let is_open = item["get"].get("security").is_some() || path == "/api/v1/session";
        if item.get("get").is_none() || is_open || path.ends_with("/stream") {
            continue;
        }
        let people = [
            "customer:shared",
            "customer:00001",
            "customer:00002",
            "customer:zmark001",
            "zmark",
            "email:zmark1@zeta.example",
        ];
        let threads = [zeta_thread.as_str().unwrap(), acme_thread.as_str().unwrap()];
        let all: Vec<String> = match path {
            path if path.contains("{person}") => people.iter().map(|who| path.replace("{person}", who)).collect(),
            path if path.contains("{thread}") => threads.iter().map(|key| path.replace("{thread}", key)).collect(),
            path => (1..3).map(|id| path.replace("{id}", &id.to_string())).collect(),
        };
        let queries = [
            "",
            "of=involvement",
            "q=zmark",
            "q=zmarktext",
            "person=customer:zmark010",
            "people=customer:zmark001",
            "audience=2",
            "state=all",
            "object=brand:zeta",
            "brand=brand:zeta",
        ];
        for path in all {
            for query in queries {
                let answer = worlds.ask(&format!("{path}?{query}"));
                n_answered += u32::from(answer.status == 200);
                // A refusal may say again what was asked for, and nothing else.
                let mut text = String::from_utf8_lossy(&answer.body).into_owned();
                let asked = path.rsplit('/').chain(query.split('='));
                for said in asked.filter(|_| answer.status != 200) {
                    text = text.replace(&format!("`{said}`"), "");
                }
                assert!(!MARKS.iter().any(|mark| text.contains(mark)), "{path}?{query}: {text}");
            }
        }
    }
    assert!(60 < n_answered, "{n_answered}");
}

#[test]
fn what_is_of_another_brand_is_refused_in_words_and_cannot_be_changed() {
    let worlds = Worlds::new();
    let refused = |path: &str| {
        let answer = worlds.ask(&format!("/api/v1/{path}"));
        (answer.status, answer.code())
    };
    let forbidden = (403, "forbidden".to_owned());
    for path in [
        "today?object=brand:zeta",
        "today?object=brand:nothing",
        "people?object=product:zetaphone",
        "cohorts?object=brand:zeta",
        "asks?brand=brand:zeta",
        "responses?brand=brand:zeta",
        "asks/counts?brand=brand:zeta",
        "sql/schema",
        "questions",
        "sources",
        "settings",
        "health",
        "rejected",
        "merges",
        "names",
        "deliveries",
        "hooks",
        "jobs/1",
        "asks/corrections",
    ] {
        assert_eq!(refused(path), forbidden, "{path}");
    }
    assert_eq!(refused("today?audience=2"), (404, "not_found".to_owned()));
    let zmark = worlds.ask("/api/v1/people/customer:zmark001");
    let nobody = worlds.ask("/api/v1/people/customer:nobody");
    assert_eq!(
        (zmark.status, zmark.message().replace("zmark001", "nobody")),
        (404, nobody.message()),
        "the same words"
    );
    let keys = worlds.both.get("/api/v1/asks?state=all&brand=brand:zeta")["rows"][0].clone();
    let (thread, post) = (keys["thread"].as_str().unwrap(), keys["key"].as_str().unwrap());
    let change = |method: &str, path: &str, body: &Value| {
        worlds.both.ask_as(&worlds.agent, method, &format!("/api/v1/{path}"), Some(body)).status
    };
    assert_eq!(change("POST", &format!("threads/{thread}/reply"), &json!({ "text": "x" })), 404);
    assert_eq!(change("POST", &format!("threads/{thread}/notes"), &json!({ "text": "x" })), 404);
    assert_eq!(change("POST", &format!("threads/{thread}/close"), &json!({ "reason": "x" })), 404);
    assert_eq!(change("PUT", &format!("posts/{post}/correction"), &json!({ "class": "none", "kind": 0 })), 404);
    assert_eq!(change("POST", "alerts/1/seen", &json!({})), 404);
    let waiting = worlds.both.engine.reply(parlour_core::key::Key::from_hex(thread).unwrap(), "owner", "replied", "x");
    assert_eq!(change("DELETE", &format!("replies/{}", waiting.unwrap().id), &json!({})), 404);
    assert_eq!(change("POST", "alerts/seen", &json!({ "upto": 99 })), 200);
    let alerts = worlds.both.get("/api/v1/alerts");
    assert_eq!((&alerts["n_open"], &alerts["rows"][0]["object"]), (&1.into(), &"brand:zeta".into()));
    let own = worlds.ask("/api/v1/asks?state=all").json()["rows"][0]["thread"].as_str().unwrap().to_owned();
    assert_eq!(change("POST", &format!("threads/{own}/notes"), &json!({ "text": "x" })), 201);
    let analyst = |method: &str, path: &str, body: &Value| {
        worlds.both.ask_as(&worlds.analyst, method, &format!("/api/v1/{path}"), Some(body)).status
    };
    let audience = |object: &str| json!({ "name": "n", "object": object, "predicate": "stage=lapsed" });
    assert_eq!(analyst("POST", "audiences", &audience("brand:zeta")), 403);
    assert_eq!(analyst("PUT", "audiences/2", &audience("brand:acme")), 404);
    assert_eq!(analyst("DELETE", "audiences/2", &json!({})), 404);
    assert_eq!(analyst("PUT", "audiences/1", &audience("brand:acme")), 200);
    assert_eq!(analyst("POST", "sql", &json!({ "sql": "SELECT 1" })), 403);
}
