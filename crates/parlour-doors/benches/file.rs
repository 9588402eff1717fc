//! How fast files are read: a made one by default, or `FILE PRESET` as arguments, which are then also summed up.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use parlour_core::vocabulary::Vocabulary;
use parlour_doors::file::{Field, Mapping, Opening, open, preset};

/// 2030-01-01: no made event lies in the future.
const RECEIVED_AT: i64 = 1_893_456_000_000_000;
const N_ROWS: usize = 2_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [path, name] = arguments.as_slice() {
        read(path.as_ref(), &preset(name).expect("the second argument is a preset"));
        return;
    }
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    for (name, mapping) in [("csv", csv_mapping()), ("jsonl", csv_mapping())] {
        let path = made(folder.path(), name);
        read(&path, &mapping);
    }
}

fn csv_mapping() -> Mapping {
    Mapping {
        person: Some("customer".to_owned()),
        verb: Some(Field::column("verb")),
        object: Some(Field::column("product")),
        object_kind: "product".to_owned(),
        time: Some("at".to_owned()),
        value: Some("amount".to_owned()),
        currency: Some(Field::column("currency")),
        ..Mapping::default()
    }
}

fn made(folder: &Path, format: &str) -> PathBuf {
    let mut text = String::new();
    if format == "csv" {
        text.push_str("customer,at,verb,product,amount,currency\n");
    }
    for i in 0..N_ROWS {
        let (customer, product) = (i * 7919 % 1_000_003, i % 997);
        let (month, day, hour, minute, second) = (i % 12 + 1, i / 12 % 28 + 1, i % 24, i % 60, i / 60 % 60);
        let (verb, whole, cents) = (if i % 3 == 0 { "bought" } else { "viewed" }, i % 500, i % 100);
        let at = format!("2024-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        let line = match format {
            "csv" => writeln!(text, "{customer},{at},{verb},sku-{product},{whole}.{cents:02},EUR"),
            _ => writeln!(
                text,
                "{{\"customer\":\"{customer}\",\"at\":\"{at}\",\"verb\":\"{verb}\",\"product\":\"sku-{product}\",\"amount\":{whole}.{cents:02},\"currency\":\"EUR\"}}"
            ),
        };
        line.expect("writing to a string does not fail");
    }
    let path = folder.join(format!("made.{format}"));
    std::fs::write(&path, text).expect("the made file can be written");
    path
}

fn read(path: &Path, mapping: &Mapping) {
    let vocabulary = Vocabulary::default();
    let start = Instant::now();
    let mut records = open(path, mapping, &Opening::new(RECEIVED_AT, &vocabulary)).expect("the file can be opened");
    let (mut n, mut n_refused, mut minor) = (0_u64, 0_u64, 0_i64);
    while let Some(record) = records.next_record().expect("the file can be read") {
        n += 1;
        match record.outcome {
            Ok(event) => minor += event.value.map_or(0, |value| value.minor),
            Err(_) => n_refused += 1,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let people = open(path, mapping, &Opening::new(RECEIVED_AT, &vocabulary)).expect("the file can be opened again");
    let people: HashSet<String> = people.filter_map(|record| Some(record.ok()?.outcome.ok()?.subject.id)).collect();
    let name = path.file_name().unwrap_or_default().display();
    let line = format!(
        "{name}: {n} records, {n_refused} refused, {} people, {minor} minor units; {:.0} records/s",
        people.len(),
        n as f64 / seconds
    );
    writeln!(std::io::stdout(), "{line}").expect("standard output is open");
}
