//! Reading goes on at any record's end as if it had never stopped.

use parlour_core::vocabulary::Vocabulary;
use parlour_doors::file::{FileError, Format, Mapping, Opening, Position, Record, fingerprint, open};
use proptest::prelude::*;

use crate::parquet::purchases;
use crate::{Case, RECEIVED_AT, gzip, mapping, priced, utf16, zstd};

fn read_from(case: &Case, mapping: &Mapping, opening: &Opening<'_>) -> Result<Vec<Record>, FileError> {
    open(&case.path, mapping, opening)?.collect()
}

/// Stops after every record, goes on there in each of two ways, and compares what follows.
fn check(case: &Case, mapping: &Mapping) {
    let vocabulary = Vocabulary::default();
    let fresh = Opening::new(RECEIVED_AT, &vocabulary);
    let all = read_from(case, mapping, &fresh).unwrap();
    assert!(all.len() >= 3, "{}", all.len());
    let mut records = open(&case.path, mapping, &fresh).unwrap();
    for n in 1..=all.len() {
        let after = records.next_record().unwrap().unwrap().after;
        let seen = records.fingerprint().unwrap();
        for expects in [None, seen] {
            let rest = read_from(case, mapping, &Opening { from: after, expects, ..fresh }).unwrap();
            assert_eq!(rest, all[n..], "after record {n}");
        }
        let seen = seen.expect("a file read from its beginning has a fingerprint");
        assert_eq!(fingerprint(&case.path, seen.n_bytes).unwrap(), seen);
        let is_parquet = records.source().format == Some(Format::Parquet);
        assert_eq!(seen.n_bytes == after.bytes, !is_parquet);
    }
}

#[test]
fn in_every_format() {
    let blanks = Mapping { format: Some(Format::Fixed), ..mapping() };
    check(&Case::new("a.txt", "\n who when\n ann 20240101\r\n\n bob 20240101\n x y\n eve 20240101"), &blanks);
    let json = "{\"who\":1,\"when\":\"2024-01-01\"}\n\n{bad\n{\"who\":2,\"when\":\"2024-01-01\"}\r\n{\"who\":3}";
    check(&Case::new("a.jsonl", json), &mapping());
    check(&Case::new("a.parquet", purchases(150, 40)), &priced());
}

#[test]
fn beyond_the_head_and_the_buffer() {
    let rows: Vec<String> = (0..60_000).map(|i| format!("person{i},2024-01-01,\"{}\"\n", "x".repeat(i % 60))).collect();
    let text = format!("who,when,said\n{}", rows.concat());
    let vocabulary = Vocabulary::default();
    let fresh = Opening::new(RECEIVED_AT, &vocabulary);
    for bytes in [text.clone().into_bytes(), zstd(text.as_bytes()), utf16(&text, false)] {
        let case = Case::new("a.csv", bytes);
        let all = read_from(&case, &mapping(), &fresh).unwrap();
        assert_eq!(all.len(), 60_000);
        for n in [1, 20_000, 31_337, 59_999, 60_000] {
            let rest = read_from(&case, &mapping(), &Opening { from: all[n - 1].after, ..fresh }).unwrap();
            assert_eq!(rest, all[n..]);
        }
    }
    let case = Case::new("a.parquet", purchases(9000, 2000));
    let all = read_from(&case, &priced(), &fresh).unwrap();
    for n in [1, 1999, 2000, 2001, 4095, 4096, 4097, 8999, 9000] {
        let rest = read_from(&case, &priced(), &Opening { from: all[n - 1].after, ..fresh }).unwrap();
        assert_eq!(rest, all[n..]);
    }
}

#[test]
fn a_file_that_has_grown_is_gone_on_with() {
    let vocabulary = Vocabulary::default();
    for (before, more, line) in [
        ("\n", "bob,2024-01-01\n", 3),
        ("", "\nbob,2024-01-01\n", 3),
        ("", "\r\nbob,2024-01-01", 3),
        ("\n\n", "\nbob,2024-01-01", 5),
    ] {
        let case = Case::new("a.csv", format!("who,when\nann,2024-01-01{before}"));
        let mut records = case.open(&mapping()).unwrap();
        let after = records.next_record().unwrap().unwrap().after;
        assert_eq!(records.position(), after);
        assert!(records.next_record().unwrap().is_none());
        assert_eq!(records.position(), after, "blank lines at the end are not passed");
        let expects = records.fingerprint().unwrap();
        case.append(more);
        let renamed = Case { path: case.path.with_extension("old"), folder: case.folder };
        std::fs::rename(&case.path, &renamed.path).unwrap();
        let opening = Opening { from: after, expects, ..Opening::new(RECEIVED_AT, &vocabulary) };
        let rest = read_from(&renamed, &mapping(), &opening).unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!((rest[0].line, rest[0].outcome.as_ref().unwrap().subject.id.as_str()), (line, "bob"), "{more:?}");
    }
}

#[test]
fn another_file_is_not_gone_on_with() {
    let vocabulary = Vocabulary::default();
    let text = "who,when\nann,2024-01-01\nbob,2024-01-01\n";
    let case = Case::new("a.csv", text);
    let mut records = case.open(&mapping()).unwrap();
    let after = records.next_record().unwrap().unwrap().after;
    let expects = records.fingerprint().unwrap();
    let opening = Opening { from: after, expects, ..Opening::new(RECEIVED_AT, &vocabulary) };
    for changed in [text.replace("ann", "eve"), "who,when\n".to_owned(), String::new()] {
        for bytes in [changed.clone().into_bytes(), gzip(changed.as_bytes())] {
            std::fs::write(&case.path, bytes).unwrap();
            let fault = read_from(&case, &mapping(), &opening);
            assert!(matches!(fault, Err(FileError::Changed { .. })), "{fault:?}");
        }
    }
    let far = Opening { from: Position { bytes: 1 << 40, ..after }, expects: None, ..opening };
    std::fs::write(&case.path, text).unwrap();
    assert!(matches!(read_from(&case, &mapping(), &far), Err(FileError::Changed { .. })));
    let wide = Opening { from: Position { bytes: 10, ..after }, ..opening };
    assert!(matches!(read_from(&case, &mapping(), &wide), Err(FileError::Mapping(_))));
}

#[test]
fn positions_survive_being_written_down() {
    let position = Position { bytes: 7, line: 2, row: 1, is_unfinished: true };
    let text = serde_json::to_string(&position).unwrap();
    assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
}

#[test]
fn standard_input_cannot_be_gone_on_with() {
    let vocabulary = Vocabulary::default();
    let from = Position { bytes: 7, ..Position::default() };
    let opening = Opening { from, ..Opening::new(RECEIVED_AT, &vocabulary) };
    assert!(matches!(open("-".as_ref(), &mapping(), &opening), Err(FileError::Mapping(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the cells and line ends, also those that break a record.
    #[test]
    fn at_every_record_of_any_text(
        cells in proptest::collection::vec("[a-c\",;é\n\r ]{0,6}", 3..12),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n")],
        packing in 0..5,
        is_ended: bool,
    ) {
        let delimiter = if packing == 1 { "\t" } else { "," };
        let rows: Vec<String> = cells.iter().map(|cell| format!("{cell}x{delimiter}2024-01-01{end}")).collect();
        let text = format!("who{delimiter}when{end}{}", rows.concat());
        let text = if is_ended { text.as_str() } else { text.trim_end() };
        let case = match packing {
            0 => Case::new("a.csv", text),
            1 => Case::new("a.tsv", text),
            2 => Case::new("a.csv", gzip(text.as_bytes())),
            3 => Case::new("a.csv", zstd(text.as_bytes())),
            _ => Case::new("a.csv", utf16(text, true)),
        };
        let mapping = Mapping { delimiter: delimiter.chars().next(), ..mapping() };
        if case.records(&mapping).len() >= 3 {
            check(&case, &mapping);
        }
    }
}
