//! Strangers' questions: answered within limits, and unable to do or learn what they must not.

use std::time::{Duration, Instant};

use parlour_core::key::Key;
use parlour_store::entity::{self, Entity};
use parlour_store::{Database, ExploreLimits, Kind, StoreError, Table, Value, session, setting};

use crate::bench::{Bench, only, tally_names};

crate::on_both!(
    a_question_is_answered,
    nothing_can_be_written,
    secrets_cannot_be_read,
    one_statement_and_nothing_but_select,
    the_clock_stops_it,
    what_is_too_much_is_cut,
    mistakes_are_explained,
    the_schema_shows_what_may_be_read,
);

fn furnished(bench: &Bench) -> Database {
    let db = bench.open();
    db.write(|conn| {
        let brand = |n: i64| Entity {
            key: Key(n as u128),
            kind: "brand".to_owned(),
            id: format!("b{n}"),
            parent: None,
            title: (n == 1).then(|| "First".to_owned()),
            data: None,
            created_at: n * 10,
        };
        entity::insert_new(conn, &(1..=50).map(brand).collect::<Vec<_>>())?;
        setting::set(conn, "secret", "hunter2")?;
        let hash = b"hunter2".to_vec();
        session::create(
            conn,
            &session::Session {
                hash,
                person: "p".to_owned(),
                created_at: 1,
                expires_at: 2,
                last_used_at: 1,
                device: String::new(),
            },
        )
    })
    .unwrap();
    db
}

fn ask(db: &Database, sql: &str) -> Result<Table, StoreError> {
    db.explore(sql, &ExploreLimits::default())
}

fn a_question_is_answered(bench: &Bench) {
    let db = furnished(bench);
    let table =
        ask(&db, "SELECT id, title, key, created_at AS at FROM entity ORDER BY created_at LIMIT 2; -- fine").unwrap();
    assert_eq!(table.columns, ["id", "title", "key", "at"]);
    let key = |n| Value::Blob(Key(n).to_bytes().to_vec());
    assert_eq!(
        table.rows,
        [["b1".into(), "First".into(), key(1), 10.into()], ["b2".into(), Value::Null, key(2), 20.into()]]
    );
    assert!(!table.is_cut);
    let sums = "SELECT COUNT(*), SUM(created_at), SUM(created_at) / 4.0, kind, kind FROM entity GROUP BY kind;";
    let table = ask(&db, sums).unwrap();
    let row = [50.into(), 12_750.into(), 3187.5.into(), "brand".into(), "brand".into()];
    assert_eq!(table.rows, [row]);
    assert_eq!(table.columns[3..], ["kind", "kind"]);
    assert_eq!(ask(&db, "SELECT id FROM entity WHERE FALSE").unwrap().rows.len(), 0);
    let recursive =
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t ORDER BY n";
    assert_eq!(ask(&db, recursive).unwrap().rows, [[Value::Int(1)], [Value::Int(2)], [Value::Int(3)]]);
    // It sees what was committed a moment ago.
    db.write(|conn| conn.batch("DELETE FROM entity WHERE id <> 'b7'")).unwrap();
    assert_eq!(ask(&db, "SELECT id FROM entity").unwrap().rows, [["b7".into()]]);
}

/// Asks each; none may be answered, and nothing may have changed. Returns what came back.
fn refused(db: &Database, questions: &[&str]) {
    for sql in questions {
        let answer = ask(db, sql);
        assert!(matches!(answer, Err(StoreError::Denied(_) | StoreError::Sql(_))), "{sql}: {answer:?}");
        let message = answer.unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{sql}: {message}");
    }
    assert_eq!(only(db, "SELECT COUNT(*) FROM entity"), Value::Int(50));
    assert_eq!(tally_names(db).len(), 0);
}

fn nothing_can_be_written(bench: &Bench) {
    let db = furnished(bench);
    refused(
        &db,
        &[
            "INSERT INTO tally (name, n) VALUES ('x', 1)",
            "INSERT INTO tally (name, n) VALUES ('x', 1) RETURNING n",
            "WITH gone AS (DELETE FROM entity RETURNING id) SELECT * FROM gone",
            "UPDATE entity SET title = 'x'",
            "DELETE FROM entity",
            "DELETE FROM entity RETURNING id",
            "DROP TABLE entity",
            "CREATE TABLE x (n BIGINT)",
            "CREATE TEMP TABLE x AS SELECT 1",
            "CREATE VIEW x AS SELECT 1",
            "ALTER TABLE entity ADD COLUMN x BIGINT",
            "SELECT * INTO x FROM entity",
            "SELECT id FROM entity FOR UPDATE",
            "VACUUM",
            "REINDEX",
            "ANALYZE",
        ],
    );
}

fn secrets_cannot_be_read(bench: &Bench) {
    let db = furnished(bench);
    assert_eq!(bench.raw_int("SELECT COUNT(*) FROM setting WHERE value = 'hunter2'"), 1);
    refused(
        &db,
        &[
            "SELECT * FROM setting",
            "SELECT value FROM setting WHERE name = 'secret'",
            "SELECT COUNT(*) FROM session",
            "SELECT COUNT(*) FROM SESSION",
            "SELECT 1 FROM Session",
            "SELECT COUNT(*) FROM \"session\"",
            "SELECT hash FROM session",
            "SELECT * FROM credential",
            "SELECT handle, password FROM staff",
            "SELECT public_key FROM passkey",
            "SELECT * FROM audit",
            "SELECT secret FROM hook",
            "SELECT e.id FROM entity AS e JOIN setting AS s ON s.name = e.id",
            "SELECT id FROM entity WHERE EXISTS (SELECT 1 FROM setting WHERE value LIKE 'h%')",
            "WITH s AS (SELECT value FROM setting) SELECT * FROM s",
            "SELECT (SELECT value FROM setting WHERE name = 'secret')",
            "SELECT * FROM \"setting\"",
            "SELECT CAST(value AS BIGINT) FROM setting",
        ],
    );
}

fn one_statement_and_nothing_but_select(bench: &Bench) {
    let db = furnished(bench);
    refused(
        &db,
        &[
            "SELECT 1; SELECT 2",
            "SELECT 1; DELETE FROM entity",
            "SELECT 1) AS x; DELETE FROM entity; SELECT * FROM (SELECT 1",
            "COMMIT; DELETE FROM entity",
            "BEGIN",
            "ROLLBACK",
            "SAVEPOINT x",
            "SELECT $1",
            "SELECT id FROM entity WHERE id = $1",
            "",
            "-- nothing",
            ";",
            "SELECT load_extension('x')",
            "SELECT nonsense(1)",
        ],
    );
    let of_its_own = match bench.kind {
        Kind::Sqlite => &[
            "ATTACH DATABASE 'other.db' AS other",
            "DETACH DATABASE main",
            "PRAGMA query_only = OFF",
            "PRAGMA table_info(setting)",
            "SELECT * FROM pragma_table_info('setting')",
            "SELECT * FROM pragma_database_list",
            "SELECT sql FROM sqlite_master",
            "SELECT sql FROM sqlite_schema",
            "SELECT COUNT(*) FROM sqlite_schema",
            "SELECT COUNT(*) FROM main.sqlite_master",
            "SELECT COUNT(*) FROM pragma_database_list",
            "SELECT * FROM dbstat",
            "VACUUM INTO 'copy.db'",
            "SELECT writefile('x', 'y')",
            "SELECT fts3_tokenizer('simple')",
            "CREATE VIRTUAL TABLE x USING fts5(y)",
        ][..],
        Kind::Postgres => &[
            "DO $$ BEGIN RESET ROLE; RAISE EXCEPTION '%', (SELECT value FROM setting WHERE name = 'secret'); END $$",
            "SET ROLE postgres",
            "RESET ROLE",
            "SHOW data_directory",
            "COPY entity TO PROGRAM 'cat'",
            "COPY (SELECT 1) TO 'parlour-leak'",
            "CALL x()",
            "EXECUTE x",
            "LISTEN x",
            "LOCK TABLE entity",
            "SELECT set_config('role', 'none', true), query_to_xml('select value from setting', true, true, '')",
            "SELECT U&\"set\\005fconfig\"('role', 'none', true), (SELECT value FROM setting LIMIT 1)",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT pg_advisory_lock(1)",
            "SELECT * FROM pg_stat_activity",
            "SELECT lo_import('/etc/passwd')",
            "SELECT nextval('x')",
        ][..],
    };
    refused(&db, of_its_own);
}

fn the_clock_stops_it(bench: &Bench) {
    let db = furnished(bench);
    let limits = ExploreLimits { deadline: Duration::from_millis(200), ..ExploreLimits::default() };
    let start = Instant::now();
    for endless in [
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t",
        "SELECT COUNT(*) FROM entity AS a, entity AS b, entity AS c, entity AS d, entity AS e, entity AS f, entity AS g",
    ] {
        assert_eq!(db.explore(endless, &limits), Err(StoreError::TooSlow), "{endless}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(ask(&db, "SELECT COUNT(*) FROM entity").unwrap().rows, [[Value::Int(50)]]);
}

fn what_is_too_much_is_cut(bench: &Bench) {
    let db = furnished(bench);
    let endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t";
    let limits = ExploreLimits { n_rows: 3, ..ExploreLimits::default() };
    let table = db.explore("SELECT created_at FROM entity ORDER BY created_at DESC", &limits).unwrap();
    assert_eq!((table.rows, table.is_cut), (vec![vec![500.into()], vec![490.into()], vec![480.into()]], true));
    let table = db.explore(endless, &limits).unwrap();
    assert_eq!((table.rows.len(), table.is_cut), (3, true));
    let exact = ExploreLimits { n_rows: 50, ..ExploreLimits::default() };
    assert!(!db.explore("SELECT id FROM entity", &exact).unwrap().is_cut);

    let few_bytes = ExploreLimits { n_bytes: 1000, n_rows: 1_000_000, ..ExploreLimits::default() };
    let table = db.explore(endless, &few_bytes).unwrap();
    assert!(table.is_cut && (1..1000).contains(&table.rows.len()), "{}", table.rows.len());

    let short = ExploreLimits { value_bytes: 5, ..ExploreLimits::default() };
    let table = db.explore("SELECT 'abcdefgh', 'äöü', key, 1234567 FROM entity WHERE id = 'b1'", &short).unwrap();
    assert_eq!(table.rows, [["abcde".into(), "äö".into(), Value::Blob(vec![0; 5]), 1_234_567.into()]]);
    assert!(table.is_cut);
}

fn mistakes_are_explained(bench: &Bench) {
    let db = furnished(bench);
    for (sql, word) in
        [("SELECT nonsense FROM entity", "nonsense"), ("SELEC 1", "SELEC"), ("SELECT * FROM nowhere", "nowhere")]
    {
        let Err(StoreError::Sql(message)) = ask(&db, sql) else { panic!("{sql}: {:?}", ask(&db, sql)) };
        assert!(message.contains(word), "{message}");
    }
    let long = format!("SELECT '{}'", "x".repeat(100_000));
    assert!(ask(&db, &long).is_err());
}

fn the_schema_shows_what_may_be_read(bench: &Bench) {
    let db = furnished(bench);
    let tables = db.schema().unwrap();
    let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "alert",
            "ask",
            "audience",
            "correction",
            "cursor",
            "delivery",
            "duty_told",
            "entity",
            "fit",
            "follower",
            "handling",
            "identity",
            "image_set",
            "job",
            "journal",
            "link",
            "note",
            "occasion",
            "post",
            "product",
            "question",
            "rejected",
            "remote_actor",
            "reply",
            "run",
            "server",
            "source_tally",
            "standing",
            "tally",
            "thread",
            "verb_name"
        ]
    );
    let entity = &tables[7];
    assert_eq!(entity.n_rows, Some(50));
    let columns: Vec<_> = entity.columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    let columns = columns.join(", ");
    assert_eq!(columns, "key bytea, kind text, id text, parent bytea, title text, data text, created_at bigint");
    // What is shown can be asked for.
    for table in &tables {
        let columns: Vec<_> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let answer = ask(&db, &format!("SELECT * FROM {}", table.name)).unwrap();
        assert_eq!(answer.columns, columns);
    }
}

#[test]
fn without_its_role_a_question_is_refused_with_the_remedy() {
    let bench = Bench::postgres();
    let db = furnished(&bench);
    bench.raw("DO $$ BEGIN EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM parlour_explore', current_schema()); END $$");
    let Err(StoreError::Denied(message)) = ask(&db, "SELECT id FROM entity") else { panic!() };
    assert!(message.contains("GRANT USAGE ON SCHEMA"), "{message}");
}

#[test]
fn a_role_that_reads_secrets_is_not_used() {
    let bench = Bench::postgres();
    let db = furnished(&bench);
    bench.raw("GRANT SELECT (hash) ON session TO parlour_explore");
    let Err(StoreError::Denied(message)) = ask(&db, "SELECT id FROM entity") else { panic!() };
    assert!(message.contains("REVOKE ALL ON session"), "{message}");
}
