//! The numbers that hold on the CDNOW purchases, and what importing again does.

use serde_json::{Value, json};

use crate::house::{House, cdnow};

const IMPORT: [&str; 4] = ["import", "--json", "--preset", "cdnow"];

fn import(house: &House, file: &str) -> Value {
    house.json(&[&IMPORT[..], &[file]].concat())["outcome"].take()
}

fn month<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["growth"].as_array().unwrap().iter().find(|period| period["period"] == name).unwrap()
}

#[test]
fn the_numbers_hold() {
    let house = House::new("");
    house.file("cdnow.txt", cdnow());
    let outcome = import(&house, "cdnow.txt");
    assert_eq!((&outcome["n_accepted"], &outcome["n_rejected"]), (&json!(69_659), &json!(0)));
    assert_eq!(outcome["is_complete"], true);
    assert_eq!(house.rows("SELECT count(*) FROM identity"), [json!([23_570])]);
    let report = house.json(&["report", "--format", "json"]);
    assert_eq!(month(&report, "1997-01")["active"], 7_846);
    let february = month(&report, "1997-02");
    for (what, n) in [("active", 9_633), ("new", 8_476), ("retained", 1_157), ("churned", 6_689), ("resurrected", 0)] {
        assert_eq!(february[what], n, "{what}");
    }
    assert_eq!(february["is_masked"], true);
    assert_eq!(
        february["sentence"],
        "February 1997 grew from 7,846 to 9,633 active people, and its 8,476 newcomers hid that 6,689 of the 7,846 \
         before (85 %) did not come back."
    );
    let april = month(&report, "1997-04");
    assert_eq!((&april["active"], &april["new"]), (&json!(2_822), &json!(0)));
    for period in report["growth"].as_array().unwrap() {
        let n = |what: &str| period[what].as_u64().unwrap();
        assert_eq!(n("active"), n("new") + n("retained") + n("resurrected"), "{period}");
    }
    let sum = |part: &str| report[part].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("stages"), 23_570);
    assert!(sum("matrix") <= 23_570);
    let text = house.ok(&["report"]);
    assert!(text.contains("9,633  8,476"), "{text}");
    let page = house.ok(&["report", "--format", "html"]);
    assert!(page.starts_with("<!doctype html>") && page.contains("hid that 6,689"), "{page}");
}

#[test]
fn a_file_counts_once_under_any_name_and_grows() {
    let house = House::new("");
    let text = cdnow();
    let cut = text.match_indices('\n').nth(50_000).unwrap().0 + 1;
    house.file("a.txt", &text[..cut]);
    assert_eq!(import(&house, "a.txt")["n_accepted"], 50_000);
    let before = house.state();
    for name in ["a.txt", "b.txt"] {
        house.file(name, &text[..cut]);
        let again = import(&house, name);
        assert_eq!((&again["n_accepted"], &again["n_lines_before"]), (&json!(0), &json!(50_001)), "{name}");
        assert!(house.ok(&["import", "--preset", "cdnow", name]).contains("nothing new"));
    }
    house.state().must_be(&before, "imported again");
    house.file("a.txt", &text);
    let appended = import(&house, "a.txt");
    assert_eq!((&appended["n_accepted"], &appended["n_lines_before"]), (&json!(19_659), &json!(50_001)));
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["folded"], 69_659);
}

#[test]
fn another_mapping_is_refused_unless_it_is_meant() {
    let house = House::new("");
    let text: String = cdnow().split_inclusive('\n').take(1_001).collect();
    house.file("a.txt", text);
    import(&house, "a.txt");
    let other = ["import", "--preset", "cdnow", "--verb", "=viewed", "a.txt"];
    let said = house.fails(&other);
    assert!(said.contains("another mapping") && said.contains("--again"), "{said}");
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["folded"], 1_000);
    house.ok(&[&other[..], &["--again"]].concat());
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["folded"], 2_000);
    house.ok(&["import", "--preset", "cdnow", "--again", "a.txt"]);
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["folded"], 3_000);
}

/// A file without records begins like every other, and a mapping that fitted nothing took nothing.
#[test]
fn what_took_nothing_stands_in_nobodys_way() {
    let house = House::new("");
    house.file("empty.csv", "");
    house.ok(&["import", "--preset", "cdnow", "empty.csv"]);
    house.file("a.csv", "who,when\nann,2024-01-01\nbob,2024-01-02\n");
    let mapping = |time: &'static str| {
        [
            "import",
            "--json",
            "--person",
            "who",
            "--verb",
            "=bought",
            "--object",
            "=b",
            "--time",
            "when",
            "--time-format",
            time,
            "a.csv",
        ]
    };
    assert_eq!(house.json(&mapping("unix"))["outcome"]["n_rejected"], 2);
    let mended = house.json(&mapping("iso"));
    assert_eq!(mended["outcome"]["n_accepted"], 2, "{mended}");
}
