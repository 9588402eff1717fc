//! What the pages read, and that it adds up.

use parlour_core::event::{Event, Name};
use parlour_engine::Submission;
use serde_json::Value;

use crate::desk::{DAY, Desk, START};

fn text(sentence: &Value) -> String {
    sentence.as_array().unwrap().iter().map(|piece| piece["text"].as_str().unwrap()).collect()
}

#[test]
fn the_workspace_says_what_there_is() {
    let desk = Desk::full();
    let workspace = desk.get("/api/v1/workspace");
    assert_eq!(workspace["has_data"], true);
    assert_eq!(workspace["is_sample"], false);
    assert_eq!(workspace["default_object"], "brand:acme");
    assert_eq!(workspace["n_people"], desk.get("/api/v1/people")["n_total"]);
    let objects = workspace["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 3);
    assert_eq!((&objects[0]["name"], &objects[0]["parent"]), (&"brand:acme".into(), &Value::Null));
    assert_eq!(objects[1]["parent"], "brand:acme");
    let people = desk.get("/api/v1/people?engaged=false");
    let engaged = desk.get("/api/v1/people?engaged=true");
    let n = people["n_total"].as_u64().unwrap() + engaged["n_total"].as_u64().unwrap();
    let gone = desk.get("/api/v1/people?stage=defected")["n_total"].as_u64().unwrap();
    assert_eq!(objects[0]["n_present"], n - gone);
}

#[test]
fn without_data_it_is_said_how_to_get_some() {
    let desk = Desk::empty();
    let workspace = desk.get("/api/v1/workspace");
    assert_eq!((&workspace["has_data"], &workspace["default_object"]), (&false.into(), &Value::Null));
    assert!(workspace["import_line"].as_str().unwrap().starts_with("parlour import "));
    for path in [
        "today",
        "engaged",
        "growth",
        "matrix",
        "people",
        "people/a:b",
        "people/a:b/timeline",
        "people/a:b/why?of=kind",
    ] {
        let answer = desk.ask("GET", &format!("/api/v1/{path}"), None);
        assert_eq!((answer.status, answer.code().as_str()), (404, "no_data"), "{path}");
        assert!(answer.message().contains("parlour import"));
    }
    for path in ["health", "settings", "rejected", "questions", "sql/schema"] {
        desk.get(&format!("/api/v1/{path}"));
    }
}

#[test]
fn today_agrees_with_itself() {
    let desk = Desk::full();
    let today = desk.get("/api/v1/today?on=2025-01-15&since=2024-12-15");
    let n = |of: &Value| of.as_i64().unwrap();
    let flows = &today["flows"];
    assert_eq!(
        n(&flows["after"]),
        n(&flows["before"]) + n(&flows["acquired"]) + n(&flows["reactivated"])
            - n(&flows["disengaged"])
            - n(&flows["defected"])
    );
    assert!(text(&today["sentence"]).starts_with("The engaged base"), "{today}");
    let shares: f64 = today["layers"].as_array().unwrap().iter().map(|of| of["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-9);
    assert_eq!(today["growth"].as_array().unwrap().last().unwrap()["end"], "2025-01-15");
    let due = today["due"].as_array().unwrap();
    assert!(!due.is_empty());
    for row in due {
        let day = row["due_day"].as_str().unwrap();
        assert!(("2025-01-08".."2025-01-15").contains(&day) && row["last_day"].as_str().unwrap() <= day, "{row}");
    }
    let value = |row: &Value| row["value_minor"].as_i64().unwrap();
    assert!(due.windows(2).all(|pair| value(&pair[0]) >= value(&pair[1])));
    for row in today["fallers"].as_array().unwrap() {
        assert!(row["direction"] == "falling" && row["is_customer"] == true && row["degree"].as_f64().unwrap() >= 1.0);
    }
    let engaged = desk.get("/api/v1/engaged?on=2025-01-15");
    let rows = engaged["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[17]["period"], &rows[17]["end"]), (18, &"2025-01".into(), &"2025-01-15".into()));
    assert!(rows.windows(2).all(|pair| pair[0]["after"] == pair[1]["before"]));
    let month = desk.get("/api/v1/today?on=2024-12-31&since=2024-11-30");
    for (name, n) in month["flows"].as_object().unwrap() {
        assert_eq!(&rows[16][name], n, "{name}");
    }
}

#[test]
fn a_person_is_found_by_any_of_their_ids() {
    let desk = Desk::full();
    let person = desk.get("/api/v1/people/customer:00005");
    let name = person["person"].as_str().unwrap();
    for path in ["email:p5@example.org", "email%3Ap5%40example.org", "p5@example.org", "00005"] {
        assert_eq!(desk.get(&format!("/api/v1/people/{path}"))["person"], name, "{path}");
    }
    assert_eq!(person["ids"].as_array().unwrap().len(), 2);
    let links = person["links"].as_array().unwrap();
    assert_eq!((links.len(), &links[0]["state"], &links[0]["source"]), (1, &"active".into(), &"event".into()));
    assert!(links[0]["a_name"].as_str().unwrap().contains(':'));
    let found = desk.get("/api/v1/people?q=p5@example");
    assert_eq!((&found["n_total"], &found["rows"][0]["person"]), (&1.into(), &name.into()));
    assert_eq!(desk.get("/api/v1/people?q=nobody")["n_total"], 0);
    let near = desk.ask("GET", "/api/v1/people/p5@", None);
    assert!(near.message().contains("did you mean `email:p5@example.org`"), "{}", near.message());
}

/// Whoever has nothing to do with the brand that most is about is told of with the one they have, above as below.
#[test]
fn a_person_is_told_of_with_what_they_have_to_do_with() {
    let desk = Desk::full();
    let theirs = Event::new(START, Name::new("customer", "elsewhere"), "bought", Name::new("brand", "kettle"));
    desk.engine.append("file", Submission { events: vec![(theirs, None)], ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
    let said = |path: &str| desk.get(path)["sentence"].to_string();
    let told = said("/api/v1/people/customer:elsewhere?on=2025-01-15");
    assert!(!told.contains("done nothing"), "{told}");
    let told = said("/api/v1/people/customer:elsewhere?on=2025-01-15&object=brand:acme");
    assert!(told.contains("has done nothing with acme"), "{told}");
}

#[test]
fn a_person_adds_up() {
    let desk = Desk::full();
    let list = desk.get("/api/v1/people?customer=true&limit=1");
    let row = &list["rows"][0];
    let name = row["person"].as_str().unwrap();
    let person = desk.get(&format!("/api/v1/people/{name}"));
    assert!(
        text(&person["sentence"])
            .starts_with(&format!("{} is a customer whose involvement is ", person["name"].as_str().unwrap()))
    );
    let standing = &person["standings"][0];
    for field in ["object", "involvement", "degree", "kind", "cell", "direction", "due_day", "value_minor", "stage"] {
        assert_eq!(standing[field], row[field], "{field}");
    }
    let spark = standing["spark"].as_array().unwrap();
    assert_eq!((spark.len(), &spark[25]["day"]), (26, &person["on"]));
    let difference = spark[25]["degree"].as_f64().unwrap() - standing["degree"].as_f64().unwrap();
    assert!((0.0..0.0011).contains(&difference), "{difference}");
    assert!(person["standings"].as_array().unwrap().len() > 1, "products are there too");
    assert!(!person["money"].as_array().unwrap().is_empty());
    for of in ["involvement", "degree", "kind", "cell", "direction", "rhythm", "stage", "value"] {
        let why = desk.get(&format!("/api/v1/people/{name}/why?of={of}"));
        let sum: i64 = why["contributions"].as_array().unwrap().iter().map(|of| of["amount"].as_i64().unwrap()).sum();
        assert_eq!(why["total"], sum, "{of}");
        assert!(!why["sentence"].as_str().unwrap().is_empty() && !why["steps"].as_array().unwrap().is_empty(), "{of}");
    }
    let why = desk.get(&format!("/api/v1/people/{name}/why?of=involvement"));
    let points = why["total"].as_i64().unwrap() as f64 / 1e6;
    assert!((points - row["involvement"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn a_timeline_is_whole_however_it_is_paged() {
    let desk = Desk::full();
    desk.engine.seal_once(true).unwrap();
    let people = desk.get("/api/v1/people?sort=n_days&limit=500")["rows"].as_array().unwrap().clone();
    let some = people.iter().find(|row| row["n_days"].as_i64().unwrap() < 100).unwrap();
    let name = some["person"].as_str().unwrap();
    let whole = desk.get(&format!("/api/v1/people/{name}/timeline?limit=500"));
    let whole = whole["rows"].as_array().unwrap().clone();
    let at = |row: &Value| row["at"].as_str().unwrap().to_owned();
    assert!(whole.windows(2).any(|pair| at(&pair[0]) == at(&pair[1])), "several things happen at one moment");
    assert!(whole.windows(2).all(|pair| at(&pair[0]) >= at(&pair[1])));
    for limit in [1, 2, 3, 7] {
        let first = format!("/api/v1/people/{name}/timeline?limit={limit}");
        let (mut path, mut rows) = (first.clone(), Vec::new());
        loop {
            let page = desk.get(&path);
            rows.extend(page["rows"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { break };
            path = format!("{first}&next={next}");
        }
        assert_eq!(rows, whole, "{limit}");
    }
    let before = desk.get(&format!("/api/v1/people/{name}/timeline?limit=500&on=2023-12-31"));
    let end = parlour_engine::clock::rfc3339(START + 365 * DAY);
    let n_before = whole.iter().filter(|row| at(row) < end).count();
    assert_eq!(before["rows"].as_array().unwrap().len(), n_before);
    let mapped = whole.iter().all(|row| row["verb"] != "did:Order Completed" && row["object_title"].is_string());
    assert!(mapped, "names that stand for a verb are told as it");
}

#[test]
fn undoing_a_link_parts_two_people() {
    let desk = Desk::full();
    let link = desk.get("/api/v1/people/customer:00005")["links"][0].clone();
    let ends = serde_json::json!({ "a": link["a"], "b": link["b"] });
    assert_eq!(desk.ask("POST", "/api/v1/links/undo", Some(&ends)).status, 204);
    let person = desk.get("/api/v1/people/customer:00005");
    assert_eq!((person["ids"].as_array().unwrap().len(), &person["links"][0]["state"]), (1, &"undone".into()));
    assert_ne!(desk.get("/api/v1/people/email:p5@example.org")["person"], person["person"]);
    assert_eq!(desk.ask("POST", "/api/v1/links/undo", Some(&ends)).status, 404);
    assert_eq!(desk.ask("POST", "/api/v1/links/redo", Some(&ends)).status, 204);
    assert_eq!(desk.get("/api/v1/people/customer:00005")["ids"].as_array().unwrap().len(), 2);
    let wrong = desk.ask("POST", "/api/v1/links/undo", Some(&serde_json::json!({ "a": "x", "b": link["b"] })));
    assert_eq!((wrong.status, &wrong.json()["error"]["fields"][0]["path"]), (400, &"a".into()));
}

#[test]
fn settings_count_what_was_met() {
    let desk = Desk::full();
    let settings = desk.get("/api/v1/settings");
    let verbs = settings["verbs"].as_array().unwrap();
    let n = |name: &str| verbs.iter().find(|verb| verb["verb"] == name).unwrap()["n"].as_u64().unwrap();
    let unmapped = settings["unmapped"].as_array().unwrap();
    assert_eq!((unmapped.len(), &unmapped[0]["name"]), (1, &"sneezed".into()), "{unmapped:?}");
    let all: u64 = verbs.iter().map(|verb| verb["n"].as_u64().unwrap()).sum();
    let health = desk.get("/api/v1/health");
    assert_eq!(health["sums"]["folded"], all + unmapped[0]["n"].as_u64().unwrap());
    assert!(n("bought") > n("viewed") * 2, "`Order Completed` counts as `bought`");
    assert!(
        settings["names"]
            .as_array()
            .unwrap()
            .iter()
            .any(|of| of["name"] == "Order Completed" && of["verb"] == "bought")
    );
    assert_eq!(settings["layers"].as_array().unwrap().len(), 7);
}
