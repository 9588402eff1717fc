//! Talks that staff write down: they are asks like others, with who heard them and what they were told.

use serde_json::{Value, json};

use crate::desk::Desk;

fn house() -> Desk {
    let desk = Desk::empty();
    let made = desk.ask("POST", "/api/v1/sources", Some(&json!({ "name": "site", "brand": "acme" })));
    assert_eq!(made.status, 201);
    desk
}

fn note(desk: &Desk, talk: &Value) -> Value {
    let answer = desk.ask("POST", "/api/v1/talks", Some(talk));
    assert_eq!(answer.status, 201, "{answer:?}");
    desk.engine.fold_all().unwrap();
    let thread = answer.json()["thread"].as_str().unwrap().to_owned();
    desk.get(&format!("/api/v1/threads/{thread}"))
}

#[test]
fn a_complaint_at_the_counter_waits_in_the_queue() {
    let desk = house();
    let talk = json!({ "id": "t1", "name": "Anna", "phone": "+49 30 12345", "mail": "Anna@Example.com",
        "place": "face", "said": "The teapot arrived broken." });
    let thread = note(&desk, &talk);
    assert_eq!((&thread["person"], &thread["layer"]), (&json!("email:anna@example.com"), &json!("face")));
    assert_eq!((&thread["object"], &thread["source"]), (&json!("brand:acme"), &json!("desk")));
    assert_eq!((&thread["asks"][0]["class"], &thread["asks"][0]["state"]), (&json!("complaint"), &json!("open")));
    assert_eq!(thread["posts"][0]["staff"], "owner");
    // Sent twice, written down once; and who calls later from that number is the same person.
    assert_eq!(note(&desk, &talk)["posts"].as_array().unwrap().len(), 1);
    let call =
        json!({ "id": "t2", "phone": "0049", "person": "phone:+493012345", "place": "phone", "said": "Thanks!" });
    let answer = desk.ask("POST", "/api/v1/talks", Some(&call));
    assert_eq!(answer.status, 400, "a phone number of four digits is none");
    let call = json!({ "id": "t2", "phone": "+49 (30) 123-45", "place": "phone", "said": "When does it come?" });
    let second = note(&desk, &call);
    assert_eq!((&second["person"], &second["layer"]), (&json!("email:anna@example.com"), &json!("mobile")));
    assert_eq!(second["history"].as_array().unwrap().len(), 1);
}

#[test]
fn what_was_told_answers_and_a_promise_does_not() {
    let desk = house();
    let with = |id: &str, more: Value| {
        let mut talk = json!({ "id": id, "name": "Ben", "place": "face", "said": "Do you have it in blue?",
            "answer": "Yes, upstairs." });
        talk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        note(&desk, &talk)
    };
    let told = with("t1", json!({}));
    assert_eq!((&told["asks"][0]["state"], &told["asks"][0]["answered_by"]), (&json!("answered"), &json!("owner")));
    assert_eq!(told["posts"][1]["text"], "Yes, upstairs.");
    let promised = with("t2", json!({ "promised_until": "2199-01-01T00:00:00Z" }));
    assert_eq!((&promised["asks"][0]["state"], &promised["assignee"]), (&json!("open"), &json!("owner")));
    assert_eq!(promised["snoozed_until"], "2199-01-01T00:00:00Z");
    assert!(promised["notes"][0]["text"].as_str().unwrap().starts_with("Promised until 2199-01-01"));
    assert!(promised["asks"][0]["acknowledged_at"].is_string());
    // Two of one name are two.
    assert_ne!(told["person"], promised["person"]);
}

#[test]
fn staff_outrank_the_rules_and_that_is_kept_as_data() {
    let desk = house();
    let judged = desk.ask("POST", "/api/v1/asks/classify", Some(&json!({ "text": "Blue cups" }))).json();
    assert_eq!(judged["class"], "none");
    let judged = desk.ask("POST", "/api/v1/asks/classify", Some(&json!({ "text": "The cup is broken." }))).json();
    assert_eq!((&judged["class"], &judged["kind"]), (&json!("complaint"), &json!(-1)));
    let talk = json!({ "id": "t1", "name": "Cleo", "place": "face", "said": "Blue cups", "class": "suggestion" });
    assert_eq!(note(&desk, &talk)["asks"][0]["class"], "suggestion");
    let kept = desk.ask("GET", "/api/v1/asks/corrections", None);
    let kept = String::from_utf8(kept.body).unwrap();
    assert!(kept.contains("Blue cups") && kept.contains("suggestion"), "{kept}");
    // What agrees with the rules is no correction.
    let talk = json!({ "id": "t2", "name": "Cleo", "place": "face", "said": "It is broken.", "class": "complaint" });
    note(&desk, &talk);
    let again = desk.ask("GET", "/api/v1/asks/corrections", None);
    assert_eq!(String::from_utf8(again.body).unwrap().lines().count(), 1);
}

#[test]
fn what_cannot_be_written_down_is_refused() {
    let desk = house();
    let good = json!({ "id": "t1", "name": "Anna", "place": "face", "said": "Hello" });
    for (field, value) in [
        ("place", json!("moon")),
        ("said", json!("  ")),
        ("name", json!("")),
        ("class", json!("rant")),
        ("mail", json!("anna@example.com, ben@example.com")),
        ("promised_until", json!("2001-01-01T00:00:00Z")),
        ("promised_until", json!("soon")),
        ("person", json!("anna")),
        ("id", json!("")),
        ("staff", json!("somebody else")),
    ] {
        let mut talk = good.clone();
        talk[field] = value;
        let answer = desk.ask("POST", "/api/v1/talks", Some(&talk));
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{field}");
    }
    assert_eq!(desk.get("/api/v1/health")["sums"]["sent"], 0);
    let nowhere = Desk::empty().ask("POST", "/api/v1/talks", Some(&good));
    assert!(nowhere.message().contains("there is no brand yet"), "{nowhere:?}");
}
