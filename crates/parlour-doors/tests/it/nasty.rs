//! Files that are broken, hostile or not what they seem.

use std::io::Write;

use parlour_doors::file::{Compression, FileError, MAX_RAW_BYTES, Mapping, fingerprint};

use proptest::prelude::*;

use crate::{Case, brief, gzip, mapping, message, utf16, zstd};

fn rows(n: usize) -> String {
    let rows = (0..n).map(|i| format!("person{i},2024-01-01\n"));
    "who,when\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn a_file_without_records_has_none() {
    for text in ["", "\n\n \n", "\u{feff}", "who,when\n", "who,when"] {
        for bytes in [
            text.into(),
            gzip(text.as_bytes()),
            zstd(text.as_bytes()),
            utf16(text.trim_start_matches('\u{feff}'), false),
        ] {
            let case = Case::new("a.csv", &bytes);
            let mut records = case.open(&mapping()).unwrap();
            assert!(records.next_record().unwrap().is_none(), "{text:?}");
            assert!(records.next_record().unwrap().is_none());
        }
    }
    assert_eq!(Case::new("a.csv", "").open(&mapping()).unwrap().source().format, None);
}

#[test]
fn what_is_no_text_says_so() {
    for (bytes, part) in [
        (b"who,when\0\x01".to_vec(), "NUL"),
        (gzip(b"\x7fELF\0\0"), "NUL"),
        (b"PK\x03\x04\x14\0".to_vec(), "Excel"),
        (utf16(&rows(3), false)[2..].to_vec(), "byte order mark"),
        (b"\xfd7zXZ\0....".to_vec(), "xz"),
    ] {
        let fault = Case::new("a.csv", bytes).fault(&mapping());
        assert!(matches!(fault, FileError::Binary { .. }) && fault.to_string().contains(part), "{fault}");
    }
    let case = Case::new("a.csv", "");
    std::fs::remove_file(&case.path).unwrap();
    assert!(matches!(case.fault(&mapping()), FileError::Io { .. }));
    std::fs::create_dir(&case.path).unwrap();
    assert!(matches!(case.fault(&mapping()), FileError::Io { .. }));
}

#[test]
fn a_broken_off_archive_gives_what_came_before_and_says_where() {
    let text = rows(20_000);
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        for keep in [packed.len() / 2, packed.len() - 3, 40] {
            let case = Case::new("a.csv", &packed[..keep]);
            let mut records = match case.open(&mapping()) {
                Ok(records) => records,
                Err(fault) => panic!("{fault}"),
            };
            let mut n = 0;
            let fault = loop {
                match records.next_record() {
                    Ok(Some(record)) => assert_eq!(record.outcome.unwrap().subject.id, format!("person{n}")),
                    Ok(None) => panic!("the break went unnoticed"),
                    Err(fault) => break fault,
                }
                n += 1;
            };
            let FileError::Broken { after, .. } = &fault else { panic!("{fault}") };
            assert_eq!(after.row, n);
            assert!(fault.to_string().contains("breaks off"), "{fault}");
            assert!(records.next_record().unwrap().is_none(), "and that was all");
            assert!(fingerprint(&case.path, u64::MAX).is_err());
        }
    }
    let mut garbled = gzip(text.as_bytes());
    let middle = garbled.len() / 2;
    garbled[middle..middle + 50].fill(0xaa);
    let outcome: Result<Vec<_>, _> = Case::new("a.csv", garbled).open(&mapping()).unwrap().collect();
    assert!(matches!(outcome, Err(FileError::Broken { .. })));
}

#[test]
fn the_last_line_needs_no_end() {
    assert_eq!(brief(&Case::new("a.csv", "who,when\nann,2024-01-01").records(&mapping())), ["ann"]);
    assert_eq!(brief(&Case::new("a.csv", "who,when\nann,2024-01-").records(&mapping())), ["2: unreadable"]);
}

#[test]
fn a_line_that_is_not_utf8_costs_only_itself() {
    let bytes = b"who,when\nann,2024-01-01\nz\xf6e,2024-01-01\nbob,2024-01-01\n";
    let records = Case::new("a.csv", bytes).records(&mapping());
    assert_eq!(brief(&records), ["ann", "3: unreadable", "bob"]);
    assert_eq!(records[1].outcome.as_ref().unwrap_err().raw, b"z\xf6e,2024-01-01");
    let mut lone = utf16("who,when\nann,2024-01-01\nx", true);
    lone.extend([0xd8, 0x00]);
    lone.extend(&utf16(",2024-01-01\nbob,2024-01-01\n", true)[2..]);
    assert_eq!(brief(&Case::new("a.csv", lone).records(&mapping())), ["ann", "3: unreadable", "bob"]);
}

#[test]
fn a_nul_after_the_head_costs_only_its_line() {
    let text = rows(1000) + "n\0l,2024-01-01\nbob,2024-01-01\n";
    let records = Case::new("a.csv", text).records(&mapping());
    assert_eq!(brief(&records[1000..]), ["1002: unreadable", "bob"]);
    let json = "{\"who\":\"n\\u0000l\",\"when\":\"2024-01-01\"}\n";
    assert_eq!(brief(&Case::new("a.jsonl", json).records(&mapping())), ["1: unreadable"]);
}

#[test]
fn a_huge_line_costs_only_itself() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"who,when\nann,2024-01-01\n").unwrap();
    for _ in 0..64 {
        encoder.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    encoder.write_all(b"\nbob,2024-01-01\n").unwrap();
    let case = Case::new("a.csv", encoder.finish().unwrap());
    let records = case.records(&mapping());
    assert_eq!(brief(&records), ["ann", "3: unreadable", "bob"]);
    let refused = records[1].outcome.as_ref().unwrap_err();
    assert!(message(&records[1]).contains("longer than") && refused.is_cut && refused.raw.len() == MAX_RAW_BYTES);
    assert_eq!(records[2].after.bytes, 24 + (64 << 20) + 1 + 15);
    let whole = Case::new("a.csv", vec![b'x'; 3 << 20]);
    assert!(matches!(whole.fault(&mapping()), FileError::Mapping(_)), "no header can be that long");
}

#[test]
fn an_unclosed_quote_does_not_swallow_the_file() {
    let text = "who,when\nann,2024-01-01\n\"bob,2024-01-01\n\"eve\",\"2024-01-01\"\nzoe,2024-01-01\n\"max,2024-01-01\nlast,2024-01-01\n";
    let records = Case::new("a.csv", text).records(&mapping());
    assert_eq!(brief(&records), ["ann", "3: unreadable", "eve", "zoe", "6: unreadable", "last"]);
    assert!(message(&records[1]).contains("quote"));
    assert_eq!(records[4].outcome.as_ref().unwrap_err().raw, b"\"max,2024-01-01");
    // So far from the end that it is given up at the cap.
    let long = format!("who,when\n\"max,2024-01-01\n{}", &rows(100_000)[9..]);
    let records = Case::new("a.csv", long).records(&mapping());
    assert_eq!(records.len(), 100_001);
    assert_eq!(records.iter().filter(|record| record.outcome.is_err()).count(), 1);
    let unquoted = Mapping { quotes: false, ..mapping() };
    assert_eq!(brief(&Case::new("a.csv", "who,when\n\"max,2024-01-01\n").records(&unquoted)), ["\"max"]);
}

#[test]
fn quoted_newlines_stay_in_their_record_and_lines_are_counted() {
    let text = "who,when,said\r\nann,2024-01-01,\"one\r\n\"\"two\"\"\n\nthree, four\"\r\nbob,2024-01-01,x\r\n";
    let records = Case::new("a.csv", text).records(&Mapping { text: Some("said".to_owned()), ..mapping() });
    assert_eq!((records[0].line, records[1].line), (2, 6));
    let said = records[0].outcome.as_ref().unwrap().text.as_deref();
    assert_eq!(said, Some("one\r\n\"two\"\n\nthree, four"));
}

#[test]
fn a_shifted_record_is_not_taken_for_a_whole_one() {
    let text =
        "who,when,city\nann,2024-01-01,Bern\nbob,2024-01-01,Wil, SG\neve\nmax,2024-01-01\nzoe,2024-01-01,Ulm,,\n";
    let records = Case::new("a.csv", text).records(&mapping());
    assert_eq!(brief(&records), ["ann", "3: unreadable", "4: unreadable", "max", "zoe"]);
    assert!(message(&records[1]).contains("4 fields") && message(&records[2]).contains("field 2"));
}

#[test]
fn a_head_of_nothing_but_comments_is_not_an_empty_file() {
    let text = "% nothing\n".repeat(200_000) + &rows(1);
    let fault = Case::new("a.csv", text).fault(&Mapping { comment: Some("%".to_owned()), ..mapping() });
    assert!(fault.to_string().contains("hold no record"), "{fault}");
}

#[test]
fn records_can_be_read_on_another_thread() {
    let case = Case::new("a.csv", gzip(rows(10).as_bytes()));
    let records = case.open(&mapping()).unwrap();
    assert_eq!(records.source().compression, Compression::Gzip);
    assert_eq!(std::thread::spawn(move || records.count()).join().unwrap(), 10);
}

proptest! {
    /// Whatever the bytes, each of them belongs to at most one record, and reading comes to an end.
    #[test]
    fn any_bytes_are_read_or_refused(
        name in prop_oneof![Just("a.csv"), Just("a.jsonl"), Just("a.txt")],
        head in prop_oneof![Just("who,when\n"), Just("who when\n"), Just("{\"when\":1}\n"), Just("")],
        body in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b"\"\",{}:\n\r\n ".as_slice())], 0..200),
        magic in 0..6,
    ) {
        let bytes = [head.as_bytes(), &body].concat();
        let bytes = match magic {
            0 => gzip(&bytes),
            1 => [&[0x1f, 0x8b, 8], bytes.as_slice()].concat(),
            2 => [&[0x28, 0xb5, 0x2f, 0xfd], bytes.as_slice()].concat(),
            3 => [&[0xff, 0xfe], bytes.as_slice()].concat(),
            4 => [b"PAR1", bytes.as_slice()].concat(),
            _ => bytes,
        };
        let case = Case::new(name, bytes);
        let numbered = Mapping { person: Some("#1".to_owned()), time: Some("#1".to_owned()), ..mapping() };
        for mapping in [mapping(), numbered] {
            let Ok(records) = case.open(&mapping) else { continue };
            let mut before = 0;
            for record in records.map_while(Result::ok) {
                prop_assert!(record.after.bytes > before);
                before = record.after.bytes;
            }
        }
    }
}
