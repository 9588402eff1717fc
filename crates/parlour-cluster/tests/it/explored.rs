//! Explore over the lake: the server asks in SQL, the cluster answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use parlour_engine::{AfarError, EngineError};
use parlour_store::{Table, Value};

use crate::processes::Cluster;
use crate::tables::totals;
use crate::world::{LAST, World};

/// What is answered, each value as text.
fn rows(table: &Table) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Null => "null".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:02x?}"),
    };
    table.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(",")).collect()
}

#[test]
fn explore_has_the_kernels_totals_and_the_databases_keys() {
    let world = World::new(200, 3_000, true);
    let own = totals(&world.open(None));
    let cluster = Cluster::new(&["a", "b"]);
    let engine = world.open(Some(&cluster.url));
    let n_kept = engine.keep_day(LAST).unwrap();
    let asked = |sql: &str| engine.explore(sql, None, &|| true).unwrap();
    let sums = asked("SELECT sum(n) AS n, sum(value_minor), sum(CAST(day AS INT)) FROM lake.activity");
    assert_eq!((sums.columns[0].as_str(), rows(&sums)), ("n", vec![own]));
    assert_eq!(rows(&asked("select count(*) from \"lake\".\"event\"")), ["3000"]);
    assert_eq!(rows(&asked("SELECT count(*) FROM lake.standing WHERE degree >= 0")), [n_kept.to_string()]);
    let joined = "SELECT count(*) FROM lake.standing s JOIN (SELECT DISTINCT subject FROM lake.activity) a \
                  ON CAST(a.subject AS BYTEA) = s.subject WHERE s.is_customer";
    assert_ne!(rows(&asked(joined)), ["0"]);

    // A key is the same bytes in the lake and in the database, which the same method asks.
    let keys = rows(&asked("SELECT DISTINCT CAST(subject AS BYTEA) AS key FROM lake.activity"));
    let known = rows(&asked("SELECT key FROM identity"));
    assert!(!keys.is_empty() && keys.iter().all(|key| known.contains(key)));

    let kinds = asked(
        "SELECT 1 AS one, 0.5, true, NULL, DATE '2024-02-29', arrow_cast(0.1, 'Decimal128(10, 2)'), 'a' \
         FROM lake.activity LIMIT 1",
    );
    assert_eq!(rows(&kinds), ["1,0.5,true,null,2024-02-29,0.10,a"]);
    let most = asked("SELECT a.n FROM lake.event e CROSS JOIN (SELECT n FROM lake.activity LIMIT 10) a");
    assert_eq!((most.rows.len(), most.is_cut), (engine.settings.explore.max_rows, true));
    let all = asked("SELECT verb FROM lake.event LIMIT 100");
    assert_eq!((all.rows.len(), all.is_cut), (100, false));
    let told = engine.lake_tables().unwrap();
    for table in &told {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(asked(&format!("SELECT * FROM {} LIMIT 1", table.name)).columns, names);
    }
    assert_eq!(told[1].n_rows, Some(3000));
}

#[test]
fn what_would_change_something_is_refused_and_a_mistake_explained() {
    let world = World::new(20, 200, true);
    let cluster = Cluster::new(&["a"]);
    let engine = world.open(Some(&cluster.url));
    let refused = |sql: &str| match engine.explore(sql, None, &|| true) {
        Err(EngineError::Refused(words)) => words,
        other => panic!("{sql}: {other:?}"),
    };
    for sql in [
        "DELETE FROM lake.event",
        "CREATE TABLE x AS SELECT * FROM lake.event",
        "COPY (SELECT * FROM lake.event) TO '/tmp/stolen.parquet'",
        "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION '/etc'; SELECT * FROM lake.event",
        "SET datafusion.execution.batch_size = 1; SELECT * FROM lake.event",
        "SELECT * FROM '/etc/passwd' JOIN lake.event ON true",
        "SELECT * FROM lake.event JOIN identity ON true",
        "SELEC lake.event",
    ] {
        refused(sql);
    }
    assert!(refused("SELECT colour FROM lake.event").contains("colour"));
    assert!(refused("EXPLAIN SELECT * FROM lake.event").contains("only a `SELECT`"));
    // What fails only while it is worked on is told too.
    let failed = engine.explore("SELECT CAST(verb AS INT) FROM lake.event", None, &|| true).unwrap_err();
    assert!(failed.to_string().contains("Cannot cast string"), "{failed}");
    drop(engine);
    let engine = world.open(None);
    let told = engine.explore("SELECT 1 FROM lake.event", None, &|| true).unwrap_err().to_string();
    assert!(told.contains("--engine df://"), "{told}");
    assert!(engine.lake_tables().unwrap().is_empty());
}

#[test]
fn its_progress_is_told_and_whoever_goes_takes_it_back() {
    let world = World::new(50, 500, true);
    let cluster = Cluster::new(&["a"]);
    let engine = world.open(Some(&cluster.url));
    // It holds its tasks, and does nothing.
    cluster.executors[0].signal("STOP");
    let is_wanted = AtomicBool::new(true);
    thread::scope(|scope| {
        let sql = "SELECT verb, count(*) FROM lake.event GROUP BY verb";
        let asking = scope.spawn(|| engine.explore(sql, Some("mine"), &|| is_wanted.load(Ordering::Relaxed)));
        while engine.explored("mine").is_none_or(|(_, of)| of == 0) {
            assert!(!asking.is_finished());
            thread::yield_now();
        }
        assert_eq!((engine.explored("mine").unwrap().0, engine.explored("another")), (0, None));
        is_wanted.store(false, Ordering::Relaxed);
        let told = asking.join().unwrap();
        assert!(matches!(told, Err(EngineError::Afar(AfarError::Unwanted))), "{told:?}");
    });
    assert_eq!(engine.explored("mine"), None);
    cluster.until("/v1/questions", |told| told.as_array().unwrap().is_empty());
    cluster.executors[0].signal("CONT");
    let again = engine.explore("SELECT count(*) FROM lake.event", None, &|| true).unwrap();
    assert_eq!(rows(&again), ["500"]);
}

#[test]
fn what_would_never_end_lets_go_of_its_executor_when_it_is_taken_back() {
    let world = World::new(50, 500, true);
    let cluster = Cluster::new(&["a"]);
    let engine = world.open(Some(&cluster.url));
    let is_wanted = AtomicBool::new(true);
    thread::scope(|scope| {
        let sql = "SELECT count(*) FROM lake.event a, lake.event b, lake.event c, lake.event d, lake.event e \
                   WHERE a.seconds < b.seconds + c.seconds + d.seconds + e.seconds";
        let asking = scope.spawn(|| engine.explore(sql, Some("endless"), &|| is_wanted.load(Ordering::Relaxed)));
        cluster.until("/v1/questions", |told| told[0]["by"]["a"].as_u64().is_some_and(|n| 0 < n));
        is_wanted.store(false, Ordering::Relaxed);
        assert!(asking.join().unwrap().is_err());
    });
    // It has one core, and would never come to this.
    let again = engine.explore("SELECT count(*) FROM lake.event", None, &|| true).unwrap();
    assert_eq!(rows(&again), ["500"]);
}

#[test]
fn what_takes_longer_than_the_setting_is_given_up() {
    let world = World::new(50, 500, true);
    let cluster = Cluster::new(&["a"]);
    std::fs::write(world.folder.path().join("parlour.toml"), "[explore]\nmax_seconds = 1\n").unwrap();
    let engine = world.open(Some(&cluster.url));
    cluster.executors[0].signal("STOP");
    let told = engine.explore("SELECT count(*) FROM lake.event", None, &|| true);
    // Whoever looks at the time first says so.
    assert!(told.unwrap_err().to_string().contains("longer than 1 seconds"));
    cluster.executors[0].signal("CONT");
    cluster.until("/v1/questions", |told| told.as_array().unwrap().is_empty());
}
