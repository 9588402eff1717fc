//! Merges in Settings: what was held back or is worth a look, forced and undone; and the graph of a person's ids.

use parlour_core::event::{Event, Name};
use parlour_engine::Submission;
use serde_json::{Value, json};

use crate::desk::{Desk, START};

/// Three users on one device, one of them with a placeholder for a mail address; two users who are one person.
fn desk() -> Desk {
    let desk = Desk::empty();
    let event = |who: &str, kind: &str, id: &str, at: i64| {
        let event = Event::new(START + at, Name::new("user", who), "viewed", Name::new("brand", "acme"));
        (Event { also: vec![Name::new(kind, id)], ..event }, None)
    };
    let events = vec![
        event("anna", "device", "d1", 1),
        event("berta", "device", "d1", 2),
        event("clara", "device", "d1", 3),
        event("anna", "email", "Test@Example.com", 4),
        event("dora", "email", "dora@example.org", 5),
        event("dora2", "email", "dora@example.org", 6),
    ];
    desk.engine.append("shop", Submission { events, ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
    desk
}

fn names(merges: &Value) -> Vec<String> {
    let name = |row: &Value| {
        let mut ends = [row["a_name"].as_str().unwrap(), row["b_name"].as_str().unwrap()];
        ends.sort_unstable();
        ends.join(" ")
    };
    merges["rows"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn what_was_held_back_is_listed_forced_and_undone() {
    let desk = desk();
    let refused = desk.get("/api/v1/merges");
    assert_eq!(
        names(&refused),
        ["email:Test@Example.com user:anna", "device:d1 user:clara", "device:d1 user:berta", "device:d1 user:anna"]
    );
    assert_eq!(refused["n_total"], 4);
    let reason = |row: &Value| row["reason"].as_str().unwrap().to_owned();
    assert!(reason(&refused["rows"][0]).contains("placeholder") && reason(&refused["rows"][1]).contains("more than 2"));
    assert_eq!(refused["rows"][1]["source"], "event");
    let suspicious = desk.get("/api/v1/merges?state=suspicious");
    assert_eq!(names(&suspicious), ["email:dora@example.org user:dora2", "email:dora@example.org user:dora"]);
    assert_eq!(
        (
            desk.get("/api/v1/merges?state=all")["n_total"].clone(),
            names(&desk.get("/api/v1/merges?state=forced")).len()
        ),
        (6.into(), 0)
    );

    let ends = |row: &Value| json!({ "a": row["a"], "b": row["b"] });
    let clara = ends(&refused["rows"][1]);
    assert_eq!(desk.ask("POST", "/api/v1/links/force", Some(&clara)).status, 204);
    assert_eq!(names(&desk.get("/api/v1/merges?state=forced")), ["device:d1 user:clara"]);
    assert_eq!(names(&desk.get("/api/v1/merges")).len(), 3);
    let graph = desk.get("/api/v1/people/user:clara/ids");
    let nodes: Vec<_> = graph["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["value"].as_str().unwrap(), node["is_member"].as_bool().unwrap()))
        .collect();
    assert_eq!(nodes.iter().filter(|(_, is_member)| *is_member).count(), 2, "{nodes:?}");
    assert!(nodes.contains(&("clara", true)) && nodes.contains(&("d1", true)) && nodes.contains(&("anna", false)));
    assert_eq!(graph["edges"].as_array().unwrap().len(), 3);
    assert_eq!(graph["nodes"].as_array().unwrap().iter().filter(|node| node["is_first"] == true).count(), 1);

    assert_eq!(desk.ask("POST", "/api/v1/links/undo", Some(&clara)).status, 204);
    assert_eq!(names(&desk.get("/api/v1/merges?state=undone")), ["device:d1 user:clara"]);
    // Two users are left on the device, which is not too many.
    assert_eq!(names(&desk.get("/api/v1/merges")), ["email:Test@Example.com user:anna"]);
    assert_eq!(desk.ask("POST", "/api/v1/links/unforce", Some(&clara)).status, 204);
    assert_eq!(desk.ask("POST", "/api/v1/links/force", Some(&json!({ "a": clara["a"], "b": clara["a"] }))).status, 404);
    assert_eq!(desk.ask("GET", "/api/v1/merges?state=odd", None).status, 400);
}
