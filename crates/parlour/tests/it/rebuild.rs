//! Rebuilding gives the same bytes.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::house::{Dice, House, RESTLESS};
use crate::orders;

/// The digest of the one run of activity, as the database has it.
fn activity(house: &House) -> Value {
    let runs = house.rows("SELECT digest FROM run WHERE kind = 'activity'");
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs[0].clone()
}

#[test]
fn the_same_bytes_come_of_the_same_events() {
    let house = House::new(RESTLESS);
    let args = orders::put(&house, &mut Dice::new("rebuild"), (4, 6_000));
    house.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
    house.ok(&["compact"]);
    let (state, bytes) = (house.state(), activity(&house));
    assert!(state.sums["duplicate"].as_i64() > Some(0) && state.sums["rejected"].as_i64() > Some(0), "{}", state.sums);
    let said = house.ok(&["rebuild"]);
    assert!(said.contains("the same as before"), "{said}");
    assert_eq!(activity(&house), bytes);
    house.state().must_be(&state, "rebuilt");
    house.ok(&["rebuild"]);
    house.ok(&["compact"]);
    assert_eq!(activity(&house), bytes, "and again");
    let files = std::fs::read_dir(house.data().join("lake").join("activity")).unwrap().count();
    assert_eq!(files, 1, "nothing is left behind");
    assert!(!house.data().join("lake").join("rebuild").exists());
}

#[test]
fn links_are_made_again_and_undone_ones_stay_undone() {
    let house = House::new("");
    let line = |email: &str, user: &str, day: u32| {
        format!("{{\"email\":\"{email}\",\"user\":\"{user}\",\"at\":\"2024-01-{day:02}\",\"total\":\"5\"}}\n")
    };
    let lines =
        [("a@x.org", "1", 5), ("a@x.org", "1", 3), ("b@x.org", "1", 4), ("c@x.org", "3", 4), ("d@x.org", "", 4)];
    house.file("a.jsonl", lines.map(|(email, user, day)| line(email, user, day)).concat());
    let import = [
        "import",
        "--json",
        "--person",
        "email",
        "--person-kind",
        "email",
        "--also",
        "user=user",
        "--verb",
        "=bought",
        "--object",
        "=shop",
        "--time",
        "at",
        "--value",
        "total",
        "--currency",
        "=USD",
        "a.jsonl",
    ];
    assert_eq!(house.json(&import)["outcome"]["n_accepted"], 5);
    let links = "SELECT l.a, l.b, l.at, l.source, l.undone_at FROM link l ORDER BY l.a, l.b";
    let before = house.rows(links);
    assert_eq!(before.len(), 3);
    let people = |house: &House| {
        house.json(&["report", "--format", "json"])["stages"]
            .as_object()
            .unwrap()
            .values()
            .map(|n| n.as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!(people(&house), 3, "a, b and 1 are one; c and 3; d");
    let undo = "UPDATE link SET undone_at = 1 WHERE EXISTS (SELECT 1 FROM identity i WHERE i.value = 'b@x.org' AND \
        (i.key = link.a OR i.key = link.b))";
    assert_eq!(Connection::open(house.data().join("parlour.db")).unwrap().execute(undo, []).unwrap(), 1);
    assert_eq!(people(&house), 4);
    let undone = house.rows(links);
    assert_ne!(undone, before);
    house.ok(&["rebuild"]);
    assert_eq!(house.rows(links), undone);
    assert_eq!(people(&house), 4);
    let standing = house.json(&["standing", "b@x.org", "--json"]);
    assert_eq!(standing["standings"][0]["value_minor"], json!(500));
    let united = house.json(&["standing", "a@x.org", "--json"]);
    assert_eq!((&united["person"], &united["standings"][0]["value_minor"]), (&json!("user:1"), &json!(1000)));
}
