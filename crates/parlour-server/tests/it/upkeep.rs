//! Health, rejections, jobs, the sample, and the description of the API.

use std::sync::Arc;

use parlour_engine::{Engine, clock};
use parlour_server::LoadSample;
use parlour_store::job::{self, Job};

use crate::desk::{Desk, fill};

fn new_job(engine: &Engine, state: &str) -> i64 {
    let now = clock::now();
    let job = Job {
        id: 0,
        kind: "import".to_owned(),
        name: "sample".to_owned(),
        state: state.to_owned(),
        position: 10,
        line: 1,
        total: 100,
        n_done: 5,
        n_rejected: 1,
        data: "{}".to_owned(),
        message: (state == "failed").then(|| "no such file".to_owned()),
        started_at: now,
        updated_at: now,
    };
    engine.database.write(move |conn| job::create(conn, &job)).unwrap()
}

#[test]
fn health_sums_agree_and_say_when_they_do_not() {
    let desk = Desk::full();
    desk.engine.seal_once(true).unwrap();
    desk.engine.keep_day("2025-01-15".parse().unwrap()).unwrap();
    let health = desk.get("/api/v1/health");
    let sums = &health["sums"];
    assert_eq!(sums["agree"], true);
    assert_eq!((&sums["rejected"], &sums["waiting"]), (&60.into(), &0.into()));
    assert_eq!(sums["accepted"], sums["folded"]);
    assert_eq!(health["findings"], serde_json::json!([]));
    assert_eq!(health["kept_days"], serde_json::json!(["2025-01-15"]));
    assert_eq!(health["rejected"], serde_json::json!([{ "reason": "unreadable", "n": 60 }]));
    let runs = health["runs"].as_array().unwrap();
    let bytes: i64 = runs.iter().map(|run| run["n_bytes"].as_i64().unwrap()).sum();
    assert_eq!(health["lake_bytes"], bytes);
    for kind in ["activity", "event", "standing"] {
        let run = runs.iter().find(|run| run["kind"] == kind).unwrap();
        assert!(run["n_rows"].as_i64().unwrap() > 0 && run["min_day"].is_string(), "{run}");
    }
    assert!(health["memory_bytes"].as_u64().unwrap() > 1_000_000 && health["database_bytes"].as_u64().unwrap() > 0);

    new_job(&desk.engine, "failed");
    desk.engine.database.write(|conn| conn.execute("UPDATE tally SET n = n + 1 WHERE name = 'folded'", &[])).unwrap();
    std::fs::remove_file(std::fs::read_dir(desk.engine.lake_path("event")).unwrap().next().unwrap().unwrap().path())
        .unwrap();
    let health = desk.get("/api/v1/health");
    assert_eq!(health["sums"]["agree"], false);
    let findings: Vec<&str> = health["findings"].as_array().unwrap().iter().map(|of| of.as_str().unwrap()).collect();
    assert_eq!(findings.len(), 3, "{findings:?}");
    for (finding, says) in findings.iter().zip(["sums do not agree", "is missing", "no such file"]) {
        assert!(finding.contains(says), "{finding}");
    }
}

#[test]
fn what_waits_is_counted() {
    let desk = Desk::full();
    let again = desk.get("/api/v1/health")["sums"]["accepted"].as_i64().unwrap();
    let event = parlour_core::event::Event::new(
        crate::desk::START,
        parlour_core::event::Name::new("user", "late"),
        "viewed",
        parlour_core::event::Name::new("brand", "acme"),
    );
    let submission =
        parlour_engine::Submission { events: vec![(event, None)], ..parlour_engine::Submission::default() };
    desk.engine.append("test", submission).unwrap();
    let health = desk.get("/api/v1/health");
    assert_eq!(
        (&health["sums"]["waiting"], &health["lag_events"], &health["sums"]["agree"]),
        (&1.into(), &1.into(), &true.into())
    );
    assert_eq!(health["sums"]["accepted"], again + 1);
}

#[test]
fn rejections_are_paged_newest_first() {
    let desk = Desk::full();
    let first = desk.get("/api/v1/rejected");
    let rows = first["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["raw"], &rows[0]["line"]), (50, &"row 59".into(), &59.into()));
    assert_eq!((&rows[0]["reason"], &rows[0]["source"]), (&"unreadable".into(), &"test".into()));
    let second = desk.get(&format!("/api/v1/rejected?next={}", first["next"].as_str().unwrap()));
    assert_eq!((second["rows"].as_array().unwrap().len(), &second["next"]), (10, &serde_json::Value::Null));
    assert_eq!(second["rows"][9]["raw"], "row 0");
}

#[test]
fn a_job_is_cancelled_once() {
    let desk = Desk::empty();
    let path = format!("/api/v1/jobs/{}", new_job(&desk.engine, "running"));
    let job = desk.get(&path);
    assert_eq!((&job["state"], &job["n_done"], &job["total"]), (&"running".into(), &5.into(), &100.into()));
    let cancelled = desk.ask("DELETE", &path, None);
    assert_eq!((cancelled.status, &cancelled.json()["state"]), (200, &"cancelled".into()));
    let again = desk.ask("DELETE", &path, None);
    assert_eq!((again.status, again.code().as_str()), (409, "not_now"));
    assert_eq!(desk.ask("DELETE", "/api/v1/jobs/99", None).status, 404);
}

#[test]
fn the_sample_goes_into_an_empty_store_only() {
    let load: LoadSample = Arc::new(|engine| {
        fill(engine, 3, 20);
        Ok(new_job(engine, "done"))
    });
    let desk = Desk::with("", Some(load));
    let job = desk.ask("POST", "/api/v1/sample", None);
    assert_eq!((job.status, &job.json()["name"]), (202, &"sample".into()));
    let workspace = desk.get("/api/v1/workspace");
    assert_eq!((&workspace["has_data"], &workspace["is_sample"]), (&true.into(), &true.into()));
    let again = desk.ask("POST", "/api/v1/sample", None);
    assert_eq!((again.status, again.code().as_str()), (409, "not_empty"));
}

#[test]
fn the_sample_is_not_loaded_twice_at_once() {
    let load: LoadSample = Arc::new(|engine| Ok(new_job(engine, "running")));
    let desk = Desk::with("", Some(load));
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let ask = || desk.ask("POST", "/api/v1/sample", None).status;
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 202).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 7, "{answers:?}");
    assert_eq!(Desk::empty().ask("POST", "/api/v1/sample", None).status, 404);
}

#[test]
fn the_description_in_the_repository_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let is_same = kept == parlour_server::openapi();
    assert!(is_same, "openapi.json is old; `cargo run --release -p parlour-server --example openapi` writes it anew");
}
