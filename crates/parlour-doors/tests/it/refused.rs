//! Refused records come out so that they can be mended and imported again.

use parlour_doors::file::{Mapping, Refused, RefusedFile, reasons_path, write_refused};

use crate::{Case, brief, mapping, only_file};

fn export(case: &Case, mapping: &Mapping) -> Case {
    let records = case.open(mapping).unwrap();
    let header = records.source().header.clone();
    let all: Vec<_> = records.map(Result::unwrap).collect();
    let refused = all.iter().filter_map(|record| Some((record.line, record.outcome.as_ref().err()?)));
    let out = Case::new("refused.csv", "");
    let n = write_refused(&out.path, header.as_deref(), refused).unwrap();
    assert_eq!(n as usize, all.iter().filter(|record| record.outcome.is_err()).count());
    out
}

#[test]
fn the_mended_file_is_imported_with_the_same_mapping() {
    let text =
        "a note\nwho;when;said\nann;2024-01-01;\neve;yesterday;\"two\nlines\"\nbob;2024-01-01;\n;2024-01-01;=1+1\n";
    let mapping = Mapping { skip_lines: 1, ..mapping() };
    let case = Case::new("a.csv", text);
    let out = export(&case, &mapping);
    let written = std::fs::read_to_string(&out.path).unwrap();
    assert_eq!(written, "a note\nwho;when;said\neve;yesterday;\"two\nlines\"\n;2024-01-01;=1+1\n");
    let mended = written.replace("yesterday", "2024-01-02").replace("\n;", "\nzoe;");
    std::fs::write(&out.path, mended).unwrap();
    assert_eq!(brief(&out.records(&mapping)), ["eve", "zoe"]);
    let reasons = only_file(out.folder.path(), ".reasons.csv");
    let lines: Vec<&str> = reasons.lines().collect();
    assert_eq!(lines[0], "line,reason,message");
    assert!(lines[1].starts_with("4,unreadable,\"`yesterday` is not a time"), "{reasons}");
    assert!(lines[2].starts_with("7,id_missing,\"`subject` has no id"), "{reasons}");
    assert_eq!(lines.len(), 3);
}

#[test]
fn half_a_record_is_not_offered_for_mending() {
    let text = format!("who,when\n{},2024-01-01\n", "x".repeat(100_000));
    let out = export(&Case::new("a.csv", text), &mapping());
    assert_eq!(std::fs::read_to_string(&out.path).unwrap(), "who,when\n");
    assert!(only_file(out.folder.path(), ".reasons.csv").contains("only its beginning was kept"));
}

#[test]
fn hostile_reasons_are_no_formulas() {
    let out = Case::new("refused.jsonl", "");
    let mut file = RefusedFile::create(&out.path, None).unwrap();
    let flaw = parlour_core::event::Flaw::Unreadable("=cmd|'/c calc'!A0, \"x\"\n2,y,z".to_owned());
    file.write(1, &Refused { flaw, raw: b"{}".to_vec(), is_cut: false }).unwrap();
    assert_eq!(file.finish().unwrap(), 1);
    let reasons = std::fs::read(reasons_path(&out.path)).unwrap();
    let mut reader = csv::Reader::from_reader(reasons.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(&rows[0][2], "'=cmd|'/c calc'!A0, \"x\" 2,y,z");
}
