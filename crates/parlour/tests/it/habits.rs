//! Manners: dry runs, JSON, completions, questions that only read, errors that say what to do, pipes that close.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::house::{House, PARLOUR, cdnow};

fn sampled() -> House {
    let house = House::new("");
    house.file("cdnow.txt", cdnow());
    house.ok(&["import", "--preset", "cdnow", "cdnow.txt"]);
    house
}

#[test]
fn a_dry_run_shows_and_stores_nothing() {
    let house = House::new("");
    house.file("cdnow.txt", cdnow());
    let shown = house.ok(&["import", "--preset", "cdnow", "--dry-run", "cdnow.txt"]);
    assert_eq!(shown.lines().count(), 20, "{shown}");
    let (line, event) = shown.lines().next().unwrap().split_once(": ").unwrap();
    let event: serde_json::Value = serde_json::from_str(event).unwrap();
    assert_eq!((line, &event["subject"]["id"], &event["verb"]), ("2", &"00001".into(), &"bought".into()));
    assert_eq!(house.ok(&["import", "--preset", "cdnow", "--dry-run=3", "cdnow.txt"]).lines().count(), 3);
    let doctor = house.json(&["doctor", "--json"]);
    assert_eq!(doctor["sums"]["sent"], 0);
    assert!(house.rows("SELECT * FROM job").is_empty());
    house.file("bad.csv", "who,when\nann,2024-01-01\nbob,when?\n");
    let args =
        ["import", "--person", "who", "--verb", "=bought", "--object", "=b", "--time", "when", "--dry-run", "bad.csv"];
    let shown = house.ok(&args);
    assert!(shown.lines().last().unwrap().starts_with("3: refused, "), "{shown}");
}

#[test]
fn questions_only_read() {
    let house = sampled();
    for sql in [
        "DELETE FROM identity",
        "DROP TABLE standing",
        "INSERT INTO tally VALUES ('x', 1)",
        "UPDATE job SET line = 0",
        "PRAGMA query_only = OFF",
        "ATTACH 'x.db' AS x",
        "VACUUM INTO 'x.db'",
    ] {
        let ran = house.run(&["sql", sql]);
        assert_eq!(ran.code, Some(1), "{sql}: {}{}", ran.out, ran.err);
        assert!(ran.err.starts_with("error: "), "{sql}: {}", ran.err);
    }
    assert!(!house.path("x.db").exists());
    assert_eq!(house.rows("SELECT count(*) FROM identity"), [serde_json::json!([23_570])]);
    let secret = house.run(&["sql", "SELECT value FROM setting WHERE name = 'key_secret'"]);
    assert_ne!(secret.code, Some(0), "the secret is nobody's to read: {}", secret.out);
    let said = house.fails(&["sql", "SELEKT 1"]);
    assert!(said.contains("SELEKT"), "{said}");
    let table = house.ok(&["sql", "SELECT cell, count(*) AS n FROM standing GROUP BY cell ORDER BY cell"]);
    assert!(table.lines().next().unwrap().contains("cell") && table.contains("A1"), "{table}");
}

#[test]
fn one_person_is_shown_and_explained() {
    let house = sampled();
    let text = house.ok(&["standing", "customer:00004", "--why"]);
    for part in ["customer:00004 on 1998-06-30", "brand:cdnow", "involvement", "in all"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = house.json(&["standing", "00004", "--why", "--json"]);
    assert_eq!(json["person"], "customer:00004");
    for why in json["whys"].as_array().into_iter().chain(json["why"].as_array()).flatten() {
        let sum: i64 = why["contributions"].as_array().unwrap().iter().map(|c| c["amount"].as_i64().unwrap()).sum();
        assert_eq!(why["total"].as_i64().unwrap(), sum, "{why}");
    }
    let past = house.json(&["standing", "00004", "--on", "1997-06-30", "--json"]);
    assert_ne!(past["standings"], json["standings"]);
}

#[test]
fn errors_say_what_to_do() {
    let house = sampled();
    for (args, part) in [
        (&["import", "--preset", "cdnov", "cdnow.txt"][..], "there are"),
        (&["import", "cdnow.txt"], "--preset"),
        (&["import", "--preset", "cdnow", "nowhere.txt"], "nowhere.txt"),
        (&["standing", "nobody"], "nobody called `nobody`"),
        (&["report", "--object", "brand:nothing"], "no object `brand:nothing`"),
        (&["report", "--on", "1997-02-01", "--since", "1997-03-01"], "must not lie after"),
        (&["rejected", "99", "x.csv"], "no job 99"),
        (&["import", "--preset", "cdnow", "--person", "nix", "cdnow.txt"], "there is no column `nix`"),
    ] {
        let said = house.fails(args);
        assert!(said.contains(part), "{args:?}: {said}");
    }
    let empty = House::new("");
    assert!(empty.fails(&["report"]).contains("import some first"));
    assert!(empty.fails(&["standing", "x"]).contains("import some first"));
    let usage = house.run(&["import"]);
    assert_eq!(usage.code, Some(2));
    assert!(usage.err.contains("--help"), "{}", usage.err);
    let day = house.run(&["report", "--on", "yesterday"]);
    assert_eq!(day.code, Some(2));
    assert!(day.err.contains("yesterday"), "{}", day.err);
    assert!(house.ok(&["import", "--help"]).contains("Examples:"));
}

#[test]
fn shells_get_their_completions() {
    let house = House::new("");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(house.ok(&["completions", shell]).contains("parlour"), "{shell}");
    }
    assert!(!house.data().join("parlour.db").exists(), "they need no data folder");
}

/// The reader goes after the first bytes, as `head` does.
#[test]
fn a_closed_pipe_is_no_error() {
    let house = sampled();
    let many = "SELECT * FROM standing";
    for args in [&["sql", many][..], &["sql", "--json", many], &["report", "--by", "day"], &["completions", "bash"]] {
        let mut child = house.command(args).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut first = [0; 1];
        out.read_exact(&mut first).unwrap();
        drop(out);
        let ran = child.wait_with_output().unwrap();
        assert!(ran.status.success(), "{args:?}: {:?}", ran.status);
        assert!(ran.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn colours_are_for_terminals() {
    let house = sampled();
    for args in [&["report"][..], &["doctor"], &["standing", "00004", "--why"]] {
        assert!(!house.ok(args).contains('\x1b'), "{args:?}");
    }
}

#[test]
fn the_data_folder_comes_from_the_environment_too() {
    let house = House::new("");
    let output = Command::new(PARLOUR)
        .env("PARLOUR_DATA", house.path("elsewhere"))
        .args(["doctor", "--json"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(house.path("elsewhere").join("parlour.db").exists());
}
