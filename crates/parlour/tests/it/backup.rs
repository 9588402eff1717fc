//! Backups under load, put back elsewhere; and a database that moves from one kind to the other and back, broken off.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::house::{Dice, House, PARLOUR, RESTLESS, cdnow, is_long};
use crate::postgresql::Postgresql;
use crate::senders::Senders;
use crate::served::Served;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_under_load_has_all_that_was_acknowledged_before_it() {
    let n_rounds = if is_long() { 50 } else { 4 };
    let mut dice = Dice::new("a_backup_under_load_has_all_that_was_acknowledged_before_it");
    let house = House::new(RESTLESS);
    let senders = Senders::new(&house, 4, 40);
    let mut backups: Vec<(PathBuf, _)> = Vec::new();
    senders.while_sending(&mut dice, |dice| {
        let mut served = Served::start(&house);
        senders.at(Some(&served));
        for round in 0..n_rounds {
            assert!(senders.wait_for(500 + dice.below(3_000), &mut served));
            let known = senders.known();
            let to = house.path(&format!("backup-{round}"));
            house.ok(&["backup", text(&to)]);
            backups.push((to, known));
        }
        senders.at(None);
        served.stop();
    });
    let all = senders.known();
    for (from, known) in &backups {
        let again = House::new("");
        again.ok(&["restore", text(from)]);
        senders.go_back_to(known);
        senders.check(&again, &format!("restored from {}", from.display()));
        let kept = fs::read_to_string(again.data().join("parlour.toml")).unwrap();
        assert_eq!(kept, RESTLESS, "the operator's settings are in it");
    }
    senders.go_back_to(&all);
    senders.check(&house, "after all backups");
    // What a backup kept from being removed is, by the next start at the latest.
    let n_named = house.rows("SELECT COUNT(*) FROM run")[0][0].as_u64().unwrap();
    assert_eq!(n_files(&house.data().join("lake")), n_named);
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("{n_rounds} backups under load, {n} orders, none that was acknowledged before one is missing in it");
}

fn n_files(folder: &Path) -> u64 {
    let count = |entry: fs::DirEntry| if entry.path().is_dir() { n_files(&entry.path()) } else { 1 };
    fs::read_dir(folder).unwrap().map(|entry| count(entry.unwrap())).sum()
}

/// A house with CDNOW in it, in the lake and in the journal.
fn with_purchases() -> House {
    let house = House::new("[engine]\nseal_events = 3000\n");
    let file = house.file("cdnow.txt", cdnow());
    house.ok(&["import", "--preset", "cdnow", text(&file)]);
    house.ok(&["keep"]);
    house
}

#[test]
fn a_backup_that_is_not_whole_is_not_restored() {
    let house = with_purchases();
    let to = house.path("backup");
    let told = house.json(&["backup", text(&to), "--json"]);
    assert_eq!(told["n_accepted"], house.json(&["doctor", "--json"])["sums"]["accepted"]);
    assert!(house.fails(&["backup", text(&to)]).contains("is not empty"));
    assert!(house.fails(&["restore", text(&to)]).contains("is there already"));
    let again = House::new("");
    assert!(again.fails(&["restore", text(&house.path("nothing"))]).contains("is no backup"));
    // One bit of one file.
    let file = told["files"].as_object().unwrap().keys().find(|path| path.starts_with("lake/event")).unwrap().clone();
    let path = to.join(&file);
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::write(&path, damaged).unwrap();
    let complaint = again.fails(&["restore", text(&to)]);
    assert!(complaint.contains(&file) && complaint.contains("damaged"), "{complaint}");
    fs::remove_file(&path).unwrap();
    again.fails(&["restore", text(&to)]);
    fs::write(&path, whole).unwrap();
    // It was refused before anything was written, so it can be tried again.
    again.ok(&["restore", text(&to)]);
    again.state().must_be(&house.state(), "restored");
    // A file of the lake that is damaged is told of when a backup is made, not when it is needed.
    let path = again.data().join(&file);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(again.fails(&["backup", text(&again.path("other"))]).contains("is damaged"));
    // One that was never finished.
    fs::remove_file(to.join("backup.json")).unwrap();
    assert!(House::new("").fails(&["restore", text(&to)]).contains("never finished"));
}

/// Whoever was erased after the backup was made does not come back with it.
#[test]
fn who_was_erased_stays_so_when_an_older_backup_is_restored() {
    let house = with_purchases();
    let to = house.path("backup");
    house.ok(&["erase", "customer:00005", "--yes"]);
    house.ok(&["backup", text(&to)]);
    house.ok(&["erase", "customer:00004", "--yes"]);
    let again = House::new("");
    fs::copy(house.data().join("erased"), again.data().join("erased")).unwrap();
    again.ok(&["restore", text(&to)]);
    for gone in ["customer:00004", "customer:00005"] {
        assert!(again.fails(&["standing", gone]).contains(gone));
    }
    let list = |house: &House| fs::read_to_string(house.data().join("erased")).unwrap();
    assert_eq!(list(&again), list(&house), "a line an erasure, each once");
    assert_eq!(again.json(&["doctor", "--json"])["findings"], json!([]));
    let control = House::new("");
    control.ok(&["restore", text(&to)]);
    control.ok(&["standing", "customer:00004"]);
}

#[test]
fn everything_moves_to_postgresql_and_back_however_often_it_breaks_off() {
    let Some(database) = Postgresql::new("move") else { return };
    let url = database.url.as_str();
    let house = with_purchases();
    house.ok(&["member", "invite", "customer:00004"]);
    let wanted = house.state();
    let own = format!("sqlite:{}", house.data().join("parlour.db").display());
    // What it sends, it sends part by part.
    let n_standings = house.rows("SELECT COUNT(*) FROM standing")[0][0].as_i64().unwrap();
    let mut n_half = 0;
    for nth in [500, 950] {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=sendto"]);
        command.args(["-e", &format!("inject=sendto:signal=SIGKILL:when={nth}")]);
        command.arg(PARLOUR).arg("--data").arg(house.data()).args(["move", "--to", url]);
        let ran = command.output().unwrap();
        assert!(!ran.status.success(), "call {nth} was never made");
        let refused = house.fails(&["--database", url, "doctor"]);
        assert!(refused.contains("run `parlour move` again"), "{refused}");
        let n: i64 = database.connect().query_one("SELECT count(*) FROM standing", &[]).unwrap().get(0);
        n_half += i64::from(0 < n && n < n_standings);
    }
    assert!(0 < n_half, "it was never in the middle of a table");
    // What was changed after it broke off arrives too, in a table that had arrived.
    let conn = rusqlite::Connection::open(house.data().join("parlour.db")).unwrap();
    assert!(conn.execute("UPDATE entity SET title = 'Renamed meanwhile'", []).unwrap() > 0);
    drop(conn);
    let told = house.ok(&["move", "--to", url]);
    assert!(told.contains("the sums agree") && !told.contains("postgres://postgres:"), "{told}");
    let title = database.connect().query_one("SELECT MIN(title) FROM entity", &[]).unwrap().get::<_, String>(0);
    assert_eq!(title, "Renamed meanwhile");

    // Nobody goes on with the old one by mistake.
    let complaint = house.fails(&["doctor"]);
    assert!(
        complaint.contains("was moved to") && complaint.contains("`parlour move` it into a new file"),
        "{complaint}"
    );
    assert!(house.fails(&["move", "--to", url]).contains("was moved to"));
    let moved = house.json(&["--database", url, "doctor", "--json"]);
    assert_eq!((&moved["findings"], &moved["activity_digest"]), (&json!([]), &json!(wanted.digest)));
    assert_eq!(moved["sums"], wanted.sums);
    // A server works on it, and is backed up while it does.
    let mut command = Command::new(PARLOUR);
    command.args(["--database", url]);
    let served = Served::of(&house, command).unwrap();
    let to = house.path("backup");
    house.ok(&["--database", url, "backup", text(&to)]);
    served.stop();
    let again = House::new("");
    again.ok(&["restore", text(&to)]);
    again.state().must_be(&wanted, "from a backup of PostgreSQL");

    let file = format!("sqlite:{}", house.path("back.db").display());
    house.ok(&["move", "--from", url, "--to", &file]);
    assert!(house.fails(&["--database", url, "doctor"]).contains("was moved to"));
    let back = house.json(&["--database", &file, "doctor", "--json"]);
    assert_eq!((&back["findings"], &back["activity_digest"]), (&json!([]), &json!(wanted.digest)));
    let complaint = house.fails(&["move", "--from", &file, "--to", &own]);
    assert!(complaint.contains("holds something already"), "{complaint}");

    // A backup is restored into PostgreSQL as well.
    let other = Postgresql::new("move_again").unwrap();
    let third = House::new("");
    third.ok(&["--database", &other.url, "restore", text(&to)]);
    let found = third.json(&["--database", &other.url, "doctor", "--json"]);
    assert_eq!((&found["findings"], &found["activity_digest"]), (&json!([]), &json!(wanted.digest)));
}
