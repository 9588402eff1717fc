//! Explore: everything may be asked, nothing may be changed, secrets stay.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::desk::Desk;

fn run(desk: &Desk, sql: &str) -> Answer {
    desk.ask("POST", "/api/v1/sql", Some(&json!({ "sql": sql })))
}

#[test]
fn a_select_is_answered() {
    let desk = Desk::empty();
    let answer = run(
        &desk,
        "SELECT 1 AS one, 'a' AS a, 0.5 AS half, NULL AS none, x'00ff' AS bytes, 9223372036854775807 AS big",
    )
    .json();
    assert_eq!(answer["columns"], json!(["one", "a", "half", "none", "bytes", "big"]));
    assert_eq!(answer["rows"], json!([[1, "a", 0.5, null, "00ff", "9223372036854775807"]]));
    assert_eq!(answer["is_cut"], false);
    assert!(answer["ms"].is_u64());
}

#[test]
fn writes_and_secrets_are_refused_and_mistakes_explained() {
    let desk = Desk::full();
    let before = desk.get("/api/v1/people")["n_total"].clone();
    for sql in [
        "DELETE FROM identity",
        "UPDATE tally SET n = 0",
        "DROP TABLE identity",
        "ATTACH 'x' AS y",
        "PRAGMA user_version = 7",
        "SELECT * FROM session",
        "SELECT hash FROM credential",
        "SELECT value FROM setting",
        "SELECT COUNT(*) FROM SESSION",
        "SELECT 1; DELETE FROM identity",
        "SELECT * FROM sqlite_master",
        "SELEC 1",
        "SELECT colour FROM identity",
        "",
    ] {
        let answer = run(&desk, sql);
        assert_eq!((answer.status, answer.code().as_str()), (400, "sql_refused"), "{sql}");
    }
    assert!(run(&desk, "SELECT colour FROM identity").message().contains("no such column: colour"));
    let lake = run(&desk, "SELECT verb FROM lake.activity");
    assert_eq!((lake.status, lake.code().as_str()), (400, "sql_refused"));
    assert!(lake.message().contains("--engine df://HOST:PORT"), "{}", lake.message());
    assert_eq!(desk.get("/api/v1/people")["n_total"], before);
}

#[test]
fn a_question_that_takes_too_long_is_given_up() {
    let desk = Desk::with("[explore]\nmax_seconds = 1\nmax_rows = 10\n", None);
    let answer = run(&desk, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n");
    assert_eq!((answer.status, answer.code().as_str()), (408, "too_slow"));
    let cut = run(&desk, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n").json();
    assert_eq!((cut["rows"].as_array().unwrap().len(), &cut["is_cut"]), (10, &true.into()));
}

#[test]
fn the_schema_is_explained_and_its_examples_run() {
    let desk = Desk::full();
    assert!(desk.get("/api/v1/sql/schema")["lake_line"].as_str().unwrap().starts_with("# nothing is sealed"));
    desk.engine.seal_once(true).unwrap();
    desk.engine.keep_day("2025-01-15".parse().unwrap()).unwrap();
    let schema = desk.get("/api/v1/sql/schema");
    let tables = schema["tables"].as_array().unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table["name"].as_str().unwrap()).collect();
    assert_eq!((names[0], names.len()), ("standing", 31));
    for table in tables {
        assert!(!table["about"].as_str().unwrap().is_empty(), "{table}");
        assert!(!table["columns"].as_array().unwrap().is_empty(), "{table}");
        assert_ne!(table["columns"][0]["type"], Value::Null);
    }
    for example in schema["examples"].as_array().unwrap() {
        let answer = run(&desk, example["sql"].as_str().unwrap());
        assert_eq!(answer.status, 200, "{example}: {}", String::from_utf8_lossy(&answer.body));
        assert!(!answer.json()["rows"].as_array().unwrap().is_empty(), "{example}");
    }
    let line = schema["lake_line"].as_str().unwrap();
    let file = line.split("'\\''").nth(1).unwrap();
    assert!(line.starts_with("duckdb -c ") && std::path::Path::new(file).is_file(), "{line}");
}

#[test]
fn questions_are_saved_changed_and_deleted() {
    let desk = Desk::empty();
    let made = desk.ask("POST", "/api/v1/questions", Some(&json!({ "name": "One", "sql": "SELECT 1" })));
    assert_eq!(made.status, 201);
    let path = format!("/api/v1/questions/{}", made.json()["id"]);
    let changed = desk.ask("PUT", &path, Some(&json!({ "name": "Two", "sql": "SELECT 2" })));
    assert_eq!((changed.status, &changed.json()["name"]), (200, &"Two".into()));
    let rows = desk.get("/api/v1/questions")["rows"].clone();
    assert_eq!(rows, json!([changed.json()]));
    for (name, sql, wrong) in [("", "SELECT 1", "name"), (&*"x".repeat(201), "SELECT 1", "name"), ("a", " ", "sql")] {
        let answer = desk.ask("POST", "/api/v1/questions", Some(&json!({ "name": name, "sql": sql })));
        assert_eq!((answer.status, &answer.json()["error"]["fields"][0]["path"]), (400, &wrong.into()));
    }
    assert_eq!(desk.ask("DELETE", &path, None).status, 204);
    for method in ["DELETE", "PUT"] {
        let answer = desk.ask(method, &path, Some(&json!({ "name": "a", "sql": "b" })));
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{method}");
    }
}
