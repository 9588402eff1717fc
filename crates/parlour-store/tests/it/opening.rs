//! Opening: who may, what is refused, and how an old database becomes a new one.

use parlour_store::{Database, Kind, SCHEMA_VERSION, StoreError, Value, link, rejected, setting, source};

use crate::bench::{Bench, only, tally_names, tally_row};

crate::on_both!(
    a_second_server_is_refused,
    a_newer_schema_is_refused_and_left_alone,
    version_0_is_migrated,
    version_1_is_migrated_with_what_is_in_it,
    a_new_database_needs_no_copy,
    health_is_told,
);

fn a_second_server_is_refused(bench: &Bench) {
    let first = bench.open();
    assert_eq!(Database::open(&bench.url).err(), Some(StoreError::Locked));
    first.write(tally_row("a")).unwrap();
    drop(first.clone());
    assert_eq!(Database::open(&bench.url).err(), Some(StoreError::Locked));
    drop(first);
    assert_eq!(tally_names(&bench.open()), ["a"]);
}

fn a_newer_schema_is_refused_and_left_alone(bench: &Bench) {
    drop(bench.open());
    bench.raw("UPDATE setting SET value = '99' WHERE name = 'schema'");
    let refused = Database::open(&bench.url).err().unwrap();
    assert_eq!(refused, StoreError::NewerSchema { found: 99, known: SCHEMA_VERSION });
    assert!(refused.to_string().contains("schema version 99"));
    assert_eq!(bench.raw_int("SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'schema'"), 99);
    assert_eq!(bench.raw_int("SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'opened'"), 1);
}

fn version_0_is_migrated(bench: &Bench) {
    bench.raw(
        "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
         INSERT INTO setting VALUES ('schema', '0'), ('greeting', 'hello');
         CREATE TABLE keepsake (n BIGINT); INSERT INTO keepsake VALUES (42);",
    );
    let db = bench.open();
    assert_eq!(db.read(|conn| setting::get(conn, "schema")), Ok(Some(SCHEMA_VERSION.to_string())));
    assert_eq!(db.read(|conn| setting::get(conn, "greeting")), Ok(Some("hello".to_owned())));
    assert_eq!(only(&db, "SELECT n FROM keepsake"), Value::Int(42));
    db.write(tally_row("a")).unwrap();
    if bench.kind == Kind::Sqlite {
        let copy = bench.folder.path().join("parlour.db.before-v7");
        let copy = rusqlite::Connection::open(copy).unwrap();
        let version: String =
            copy.query_row("SELECT value FROM setting WHERE name = 'schema'", [], |row| row.get(0)).unwrap();
        let keepsake: i64 = copy.query_row("SELECT n FROM keepsake", [], |row| row.get(0)).unwrap();
        assert_eq!((version.as_str(), keepsake), ("0", 42));
        assert!(copy.prepare("SELECT 1 FROM tally").is_err());
    }
}

fn version_1_is_migrated_with_what_is_in_it(bench: &Bench) {
    let v1 = include_str!("../../src/schema/v1.sql");
    let own = if bench.kind == Kind::Sqlite { "/* sqlite: " } else { "/* postgres: " };
    let mut parts = v1.split(own);
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.extend(part.split_once(" */").map(|(inside, after)| [inside, after]).unwrap());
    }
    bench.raw(&text);
    let key = if bench.kind == Kind::Sqlite { "x'01'" } else { "decode('01', 'hex')" };
    bench.raw(&format!(
        "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
         INSERT INTO setting VALUES ('schema', '1');
         INSERT INTO rejected VALUES (4, 'file', 7, 5, 3, 'unreadable', 'why', {key});
         INSERT INTO tally VALUES ('rejected', 1);"
    ));
    let db = bench.open();
    assert_eq!(db.read(|conn| setting::get(conn, "schema")), Ok(Some(SCHEMA_VERSION.to_string())));
    assert_eq!(tally_names(&db), ["rejected"]);
    let kept = db.read(|conn| rejected::get(conn, 4)).unwrap().unwrap();
    assert_eq!((kept.raw.as_slice(), kept.state.as_str(), kept.dialect), (&[1_u8][..], rejected::OPEN, None));
    assert_eq!(db.read(source::all), Ok(vec![]));
    assert_eq!(db.read(link::all), Ok(vec![]));
    if bench.kind == Kind::Sqlite {
        assert!(bench.folder.path().join("parlour.db.before-v7").exists());
    }
}

fn a_new_database_needs_no_copy(bench: &Bench) {
    drop(bench.open());
    drop(bench.open());
    let names = std::fs::read_dir(bench.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("before")));
}

fn health_is_told(bench: &Bench) {
    let db = bench.open();
    assert_eq!(db.kind(), bench.kind);
    assert_eq!(db.check(), Ok(vec![]));
    let before = db.size_bytes().unwrap();
    // Hard to compress, so that it takes room in both.
    let noise = std::iter::successors(Some(1_u64), |x| Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)));
    let body: Vec<u8> = noise.take(1 << 20).map(|x| (x >> 56) as u8).collect();
    db.write(move |conn| {
        let sql = "INSERT INTO rejected (id, source, at, reason, message, raw) VALUES (1, 's', 1, 'r', 'm', $1)";
        conn.execute(sql, &[body.into()])
    })
    .unwrap();
    assert!(before + (1 << 20) <= db.size_bytes().unwrap());
}

#[test]
fn sqlite_keeps_what_it_acknowledges() {
    let bench = Bench::sqlite();
    let db = bench.open();
    let pragmas = [
        ("journal_mode", Value::from("wal")),
        ("synchronous", 2.into()),
        ("foreign_keys", 1.into()),
        ("trusted_schema", 0.into()),
        ("cell_size_check", 1.into()),
        ("busy_timeout", 10_000.into()),
        ("mmap_size", 0.into()),
    ];
    for (name, wanted) in pragmas {
        let found = db.write(move |conn| conn.query(&format!("PRAGMA {name}"), &[])).unwrap();
        // `mmap_size` answers nothing where there is no file to map.
        let found = found.first().map_or(Value::Int(0), |row| row.0[0].clone());
        assert_eq!(found, wanted, "{name}");
    }
    assert_eq!(only(&db, "PRAGMA query_only"), Value::Int(1));
    assert_eq!(only(&db, "PRAGMA foreign_keys"), Value::Int(1));
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::sqlite();
    let db = bench.open();
    db.write(tally_row("a")).unwrap();
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[test]
fn damage_is_found() {
    use std::io::{Seek, SeekFrom, Write};
    let bench = Bench::sqlite();
    let db = bench.open();
    db.write(|conn| {
        conn.batch("CREATE TABLE t (s TEXT)")?;
        for n in 0..5000 {
            conn.execute("INSERT INTO t VALUES ($1)", &[format!("{n:0100}").into()])?;
        }
        Ok(())
    })
    .unwrap();
    drop(db);
    let mut file = std::fs::OpenOptions::new().write(true).open(bench.file()).unwrap();
    // Among the rows, which come last, and not among the many tables that are empty.
    let within = file.metadata().unwrap().len() / 4 * 3 / 4096 * 4096;
    file.seek(SeekFrom::Start(within)).unwrap();
    file.write_all(&[0xAB; 4096]).unwrap();
    drop(file);
    let db = bench.open();
    match db.check() {
        Ok(findings) => assert!(!findings.is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Corrupt(_)), "{error}"),
    }
    let read = db.read(|conn| conn.query("SELECT s FROM t", &[]));
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{:?}", read.err());
}

#[test]
fn what_is_not_a_database_is_refused() {
    let bench = Bench::sqlite();
    std::fs::write(bench.file(), "Dear diary, ".repeat(1000)).unwrap();
    assert!(matches!(Database::open(&bench.url).err(), Some(StoreError::Corrupt(_))));
    for url in ["", "sqlite:", "sqlite::memory:", "mysql://me:secret@here/db", "postgres://host/db?nonsense=1"] {
        let refused = Database::open(url).err().unwrap();
        assert!(matches!(refused, StoreError::Unavailable(_)), "{url}: {refused}");
        assert!(!refused.to_string().contains("secret"));
    }
    let nowhere = format!("sqlite:{}", bench.folder.path().join("no/such/folder/x.db").display());
    assert!(matches!(Database::open(&nowhere).err(), Some(StoreError::Unavailable(_))));
    let tls = Database::open("postgres://me@127.0.0.1:1/db?sslmode=require").err().unwrap();
    assert!(tls.to_string().contains("TLS"));
    let away = Database::open("postgres://me@127.0.0.1:1/db").err();
    assert!(matches!(away, Some(StoreError::Unavailable(_))), "{away:?}");
}

#[test]
fn postgres_commits_are_durable_whatever_the_default() {
    let mut bench = Bench::postgres();
    bench.url.push_str("%20-csynchronous_commit%3Doff");
    assert_eq!(
        bench.raw_int(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'"
        ),
        1
    );
    let db = bench.open();
    let shown = db.write(|conn| conn.query("SHOW synchronous_commit", &[])).unwrap();
    assert_eq!(shown[0].get_text(0), Ok("on"));
}

#[test]
fn a_missing_schema_is_told() {
    let bench = Bench::postgres();
    let refused = Database::open(&bench.url.replace("parlour_it_", "parlour_missing_")).err().unwrap();
    assert!(refused.to_string().contains("CREATE SCHEMA"), "{refused}");
}
