//! `parlour classify` with the real binary: for people, as JSON lines, in another language, and on a labelled file.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::house::{PARLOUR, Ran};

fn classify(arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(PARLOUR)
        .arg("classify")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn people_are_told_the_class_and_the_words() {
    let ran = classify(&["still no answer after 40 hours"], "");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("complaint, kind -"), "{}", ran.out);
    assert!(ran.out.contains("still without it: `still no`"), "{}", ran.out);
}

#[test]
fn programs_get_a_line_of_json_for_a_line() {
    let input = "Do you ship to Norway?\n\n{\"text\": \"Wo ist mein Paket?\", \"id\": 7}\n{ not json\n";
    let ran = classify(&["--format", "json", "-"], input);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3, "{}", ran.out);
    assert_eq!((&rows[0]["class"], &rows[0]["language"]), (&Value::from("question"), &Value::from("en")));
    assert_eq!((&rows[1]["class"], &rows[1]["language"]), (&Value::from("question"), &Value::from("de")));
    assert_eq!(rows[1]["text"], "Wo ist mein Paket?");
    assert_eq!(rows[0]["because"][0]["at"]["start"], 0);
}

#[test]
fn the_language_can_be_said_and_must_be_known() {
    let ran = classify(&["--language", "de", "--format", "json", "ok"], "");
    assert!(ran.out.contains("\"language\":\"de\""), "{}{}", ran.out, ran.err);
    let ran = classify(&["--language", "it", "ok"], "");
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("no rules for language `it`; there are for en, de, es, fr"), "{}", ran.err);
    let ran = classify(&["-"], "{\"txt\": \"ok\"}\n");
    assert!(ran.err.contains("line 1 is an object that needs a `text`"), "{}", ran.err);
    assert!(classify(&[], "").err.contains("no text is given"));
}

#[test]
fn labelled_lines_are_scored() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/asks/unseen.jsonl");
    let ran = classify(&["--score", file], "");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("precision") && ran.out.contains("macro F1 0.9"), "{}", ran.out);
}
