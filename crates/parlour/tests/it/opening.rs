//! Who may open a data folder, and which.

use rusqlite::Connection;

use crate::house::{House, RESTLESS, cdnow};

fn signal(name: &str, pid: u32) {
    let status = std::process::Command::new("kill").args([name, &pid.to_string()]).status().unwrap();
    assert!(status.success(), "kill {name}");
}

#[test]
fn a_second_process_is_refused() {
    let house = House::new("");
    house.file("cdnow.txt", cdnow());
    let first = house.command(&["import", "--preset", "cdnow", "cdnow.txt"]).spawn().unwrap();
    // The database is made under the lock.
    while !house.data().join("parlour.db").exists() {
        std::thread::yield_now();
    }
    signal("-STOP", first.id());
    for args in [&["report"][..], &["sql", "SELECT 1"], &["doctor"], &["import", "--preset", "cdnow", "cdnow.txt"]] {
        let said = house.fails(args);
        assert!(said.contains("another parlour works in") && said.contains("stop it first"), "{said}");
    }
    signal("-CONT", first.id());
    let first = first.wait_with_output().unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["folded"], 69_659);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let house = House::new("");
    house.ok(&["sql", "SELECT 1"]);
    let db = house.data().join("parlour.db");
    Connection::open(&db).unwrap().execute("UPDATE setting SET value = '99' WHERE name = 'schema'", []).unwrap();
    let said = house.fails(&["report"]);
    assert!(said.contains("schema version 99") && said.contains("start the newer parlour"), "{said}");
    let version: String = Connection::open(&db)
        .unwrap()
        .query_row("SELECT value FROM setting WHERE name = 'schema'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, "99");
}

#[test]
fn an_older_schema_is_copied_and_brought_up() {
    let house = House::new("");
    let db = house.data().join("parlour.db");
    let old = "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        INSERT INTO setting VALUES ('schema', '0'), ('greeting', 'hello')";
    Connection::open(&db).unwrap().execute_batch(old).unwrap();
    house.file("cdnow.txt", cdnow());
    house.ok(&["import", "--preset", "cdnow", "cdnow.txt"]);
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["folded"], 69_659);
    let copies: Vec<_> = std::fs::read_dir(house.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("parlour.db.before-v"))
        .collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    let copy = Connection::open(&copies[0]).unwrap();
    let version: String =
        copy.query_row("SELECT value FROM setting WHERE name = 'schema'", [], |row| row.get(0)).unwrap();
    assert_eq!(version, "0");
    assert!(copy.prepare("SELECT 1 FROM job").is_err(), "the copy is of before");
}

#[test]
fn a_mistake_in_the_settings_is_named() {
    let house = House::new("[engine]\nseal_event = 5\n");
    let said = house.run(&["report"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("seal_event") && said.err.contains("parlour.toml"), "{}", said.err);
}

fn only_file(folder: &std::path::Path) -> std::path::PathBuf {
    let mut files = std::fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "more than one file");
    file
}

#[test]
fn a_damaged_file_of_the_lake_is_named_and_made_again() {
    let house = House::new(RESTLESS);
    house.file("cdnow.txt", cdnow());
    house.ok(&["import", "--preset", "cdnow", "cdnow.txt"]);
    house.ok(&["compact"]);
    let folder = house.data().join("lake").join("activity");
    let wanted = house.state();
    let path = only_file(&folder);
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    let said = house.run(&["doctor"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("is not what was written; run `parlour rebuild`"), "{}{}", said.out, said.err);
    house.ok(&["rebuild"]);
    house.state().must_be(&wanted, "a bit was flipped, and all made again");
    let path = only_file(&folder);
    std::fs::write(&path, &whole[..whole.len() / 3]).unwrap();
    for command in ["report", "doctor"] {
        let said = house.fails(&[command]);
        assert!(said.contains("damaged") && said.contains("`parlour rebuild`"), "{said}");
    }
    house.ok(&["--log", "off", "rebuild"]);
    house.state().must_be(&wanted, "a file was cut short, and all made again");
    std::fs::remove_file(only_file(&folder)).unwrap();
    house.fails(&["report"]);
    house.ok(&["--log", "off", "rebuild"]);
    house.state().must_be(&wanted, "a file was removed, and all made again");
}
