//! Audiences: saved predicates, as slices of every question; and slices by layer and acquisition.

use serde_json::{Value, json};

use crate::desk::Desk;

fn n(desk: &Desk, query: &str) -> u64 {
    desk.get(&format!("/api/v1/people?limit=1&{query}"))["n_total"].as_u64().unwrap()
}

#[test]
fn an_audience_is_its_list_everywhere() {
    let desk = Desk::full();
    let new = json!({ "name": "Falling", "object": "brand:acme", "predicate": "?leaving=true&customer=true&sort=at_risk&limit=7" });
    let made = desk.ask("POST", "/api/v1/audiences", Some(&new));
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(made["predicate"], "leaving=true&customer=true");
    let expected = n(&desk, "object=brand:acme&leaving=true&customer=true");
    assert!(0 < expected);
    assert_eq!(made["n"], expected);
    assert_eq!(n(&desk, made["list"].as_str().unwrap()), expected);
    let today = desk.get("/api/v1/today?object=brand:acme&audience=1");
    let stages: u64 = today["stages"].as_array().unwrap().iter().map(|stage| stage["n"].as_u64().unwrap()).sum();
    assert_eq!(stages, expected);
    let narrowed = n(&desk, "object=brand:acme&audience=1&stage=lapsed");
    assert_eq!(narrowed, n(&desk, "object=brand:acme&leaving=true&customer=true&stage=lapsed"));
    let changed = json!({ "name": "Gone", "object": "brand:acme", "predicate": "stage=defected" });
    let answer = desk.ask("PUT", "/api/v1/audiences/1", Some(&changed));
    assert_eq!(answer.json()["n"], n(&desk, "object=brand:acme&stage=defected"));
    assert_eq!(desk.get("/api/v1/audiences")["rows"].as_array().unwrap().len(), 1);
    assert_eq!(desk.ask("DELETE", "/api/v1/audiences/1", None).status, 204);
    assert_eq!(desk.ask("DELETE", "/api/v1/audiences/1", None).status, 404);
    assert_eq!(desk.ask("GET", "/api/v1/people?audience=1", None).status, 404);
}

#[test]
fn a_name_belongs_to_one_audience() {
    let desk = Desk::full();
    let named = |name: &str| json!({ "name": name, "object": "brand:acme", "predicate": "stage=lapsed" });
    assert_eq!(desk.ask("POST", "/api/v1/audiences", Some(&named("Gone"))).status, 201);
    let again = desk.ask("POST", "/api/v1/audiences", Some(&named(" gone ")));
    assert_eq!((again.status, again.json()["error"]["fields"][0]["path"].as_str()), (400, Some("name")), "{again:?}");
    assert_eq!(desk.ask("POST", "/api/v1/audiences", Some(&named("Others"))).status, 201);
    assert_eq!(desk.ask("PUT", "/api/v1/audiences/2", Some(&named("Gone"))).status, 400);
    assert_eq!(desk.ask("PUT", "/api/v1/audiences/2", Some(&named("Others"))).status, 200, "its own name it may keep");
}

#[test]
fn layers_cohorts_and_chosen_people_make_audiences() {
    let desk = Desk::full();
    let rows = desk.get("/api/v1/people?object=brand:acme&limit=5")["rows"].clone();
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["person"].as_str().unwrap()).collect();
    let month = &rows[0]["first_day"].as_str().unwrap()[..7];
    let chosen = format!("people={}%0Acustomer%3Anobody-of-this-name", names[..3].join("%0A"));
    for (id, predicate) in (1..).zip(["layer=mobile&stage=lapsed", &format!("acquired={month}"), &chosen]) {
        let new = json!({ "name": predicate.get(..9), "object": "brand:acme", "predicate": predicate });
        let made = desk.ask("POST", "/api/v1/audiences", Some(&new));
        assert_eq!(made.status, 201, "{predicate}: {made:?}");
        let expected = n(&desk, &format!("object=brand:acme&{predicate}"));
        assert!(0 < expected, "{predicate}");
        assert_eq!(made.json()["n"], expected);
        assert_eq!(n(&desk, &format!("object=brand:acme&audience={id}")), expected);
    }
    assert_eq!(n(&desk, "object=brand:acme&audience=3"), 3);
    let listed = desk.get("/api/v1/people?object=brand:acme&audience=3")["rows"].clone();
    assert!(listed.as_array().unwrap().iter().all(|row| names[..3].contains(&row["person"].as_str().unwrap())));
    let many = "people=".to_owned() + &"x%3Ay%0A".repeat(1_001);
    assert_eq!(desk.ask("GET", &format!("/api/v1/people?{many}"), None).status, 400);
}

#[test]
fn what_an_account_begins_and_ends_with_is_a_list() {
    let desk = Desk::full();
    for base in ["active", "engaged", "degree", "value"] {
        let all = desk.get(&format!("/api/v1/accounts?object=brand:acme&base={base}&n=3"));
        for row in all["rows"].as_array().unwrap() {
            for side in ["before", "after"] {
                let list = row[format!("{side}_list")].as_str().unwrap();
                let expected = row[format!("n_{side}")].as_u64().unwrap();
                assert_eq!(n(&desk, &format!("object=brand:acme&{list}")), expected, "{base} {side} {row}");
            }
        }
    }
}

#[test]
fn where_an_audience_engages_is_where_its_people_do() {
    let desk = Desk::full();
    let first = desk.get("/api/v1/people?object=brand:acme&limit=1")["rows"][0].clone();
    let (name, last) = (first["person"].as_str().unwrap(), first["last_day"].as_str().unwrap());
    let new = json!({ "name": "One", "object": "brand:acme", "predicate": format!("q={name}") });
    assert_eq!(desk.ask("POST", "/api/v1/audiences", Some(&new)).json()["n"], 1);
    let on = format!("object=brand:acme&on={last}");
    let of_one = desk.get(&format!("/api/v1/today?{on}&audience=1"))["layers"].clone();
    assert_eq!(of_one, desk.get(&format!("/api/v1/people/{name}?{on}"))["layers"]);
    assert_ne!(of_one, desk.get(&format!("/api/v1/today?{on}"))["layers"]);
    let layer = of_one[0]["layer"].as_str().unwrap();
    let there = desk.get(&format!("/api/v1/today?{on}&audience=1&layer={layer}"))["layers"].clone();
    assert_eq!((there.as_array().unwrap().len(), &there[0]["share"]), (1, &json!(1.0)));
    for path in ["/api/v1/people/customer:00001", "/api/v1/models", "/api/v1/definitions"] {
        for slice in ["layer=web", "audience=1", "acquired=2023-01"] {
            assert_eq!(desk.ask("GET", &format!("{path}?{slice}"), None).status, 400, "{path} {slice}");
        }
    }
}

#[test]
fn what_is_no_predicate_is_refused_by_name() {
    let desk = Desk::full();
    let refused = |predicate: &str, name: &str| {
        let new = json!({ "name": "x", "predicate": predicate });
        let answer = desk.ask("POST", "/api/v1/audiences", Some(&new));
        assert_eq!(answer.status, 400, "{predicate}: {answer:?}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains(name), "{predicate}: {text}");
    };
    refused("stage=sleepy", "predicate");
    refused("colour=red", "predicate");
    refused("audience=1", "audience");
    refused("base=degree", "change");
    let answer = desk.ask("POST", "/api/v1/audiences", Some(&json!({ "name": " ", "predicate": "stage=lapsed" })));
    assert_eq!(answer.status, 400);
}

#[test]
fn layers_and_cohorts_part_everyone() {
    let desk = Desk::full();
    let all: Value = desk.get("/api/v1/accounts?object=brand:acme&by=month&n=120");
    let new =
        |row: &Value| row["moves"].as_array().unwrap().iter().find(|one| one["change"] == "new").unwrap()["n"].clone();
    let mut n_people = 0;
    for row in all["rows"].as_array().unwrap() {
        let label = row["period"].as_str().unwrap();
        let acquired = n(&desk, &format!("object=brand:acme&acquired={label}"));
        assert_eq!(new(row), acquired, "{label}");
        n_people += acquired;
    }
    assert_eq!(n_people, n(&desk, "object=brand:acme"));
    let layers = ["face", "web", "social", "hub", "mobile", "virtual", "game"];
    let on_layers: Vec<u64> =
        layers.iter().map(|layer| n(&desk, &format!("object=brand:acme&layer={layer}"))).collect();
    assert!(on_layers.iter().all(|on_layer| 0 < *on_layer && *on_layer < n_people), "{on_layers:?}");
    assert!(n_people <= on_layers.iter().sum());
    assert_eq!(desk.ask("GET", "/api/v1/people?acquired=1997-13", None).status, 400);
    assert_eq!(desk.ask("GET", "/api/v1/people?layer=moon", None).status, 400);
}
