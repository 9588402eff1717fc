//! Formats, packings, encodings, headers, delimiters and presets.

use parlour_core::event::{Layer, Name};
use parlour_doors::file::{
    Compression, Encoding, FileError, FixedColumn, Format, Header, Mapping, PRESETS, fingerprint, preset, total_bytes,
};

use crate::{Case, brief, gzip, mapping, utf16, zstd};

const TEXT: &str = "who,when\nann,2024-01-01\nbob,2024-01-02\n";

fn people(case: &Case, mapping: &Mapping) -> Vec<String> {
    brief(&case.records(mapping))
}

#[test]
fn every_packing_and_encoding_reads_alike_whatever_the_name() {
    let members = [gzip(b"who,when\nann,2024"), gzip(b"-01-01\nbob,2024-01-02\n")].concat();
    let frames = [zstd(b"who,when\nann,20"), zstd(b"24-01-01\nbob,2024-01-02\n")].concat();
    let marked = format!("\u{feff}{TEXT}");
    for (bytes, compression, encoding) in [
        (TEXT.into(), Compression::Plain, Encoding::Utf8),
        (marked.clone().into_bytes(), Compression::Plain, Encoding::Utf8),
        (gzip(TEXT.as_bytes()), Compression::Gzip, Encoding::Utf8),
        (members, Compression::Gzip, Encoding::Utf8),
        (zstd(TEXT.as_bytes()), Compression::Zstd, Encoding::Utf8),
        (frames, Compression::Zstd, Encoding::Utf8),
        (utf16(TEXT, false), Compression::Plain, Encoding::Utf16Le),
        (utf16(TEXT, true), Compression::Plain, Encoding::Utf16Be),
        (gzip(&utf16(TEXT, true)), Compression::Gzip, Encoding::Utf16Be),
        (TEXT.replace('\n', "\r\n").into_bytes(), Compression::Plain, Encoding::Utf8),
        (TEXT.replace('\n', "\r").into_bytes(), Compression::Plain, Encoding::Utf8),
        (utf16(&TEXT.replace('\n', "\r\n"), false), Compression::Plain, Encoding::Utf16Le),
        (TEXT.trim_end().into(), Compression::Plain, Encoding::Utf8),
    ] {
        let n_bytes = bytes.len() as u64;
        let case = Case::new("misnamed.parquet", bytes);
        let mut records = case.open(&mapping()).unwrap();
        assert_eq!((records.source().compression, records.source().encoding), (compression, encoding));
        assert_eq!(records.source().columns, ["who", "when"]);
        assert_eq!(records.source().header.as_deref(), Some(b"who,when".as_slice()));
        let read: Vec<_> = records.by_ref().map(Result::unwrap).collect();
        assert_eq!(brief(&read), ["ann", "bob"]);
        assert_eq!(read.iter().map(|record| record.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!((records.read_bytes(), total_bytes(&case.path).unwrap()), (n_bytes, Some(n_bytes)));
    }
}

#[test]
fn the_same_text_has_the_same_fingerprint_however_it_is_packed() {
    let plain = Case::new("a", TEXT);
    let packed = Case::new("b", zstd(TEXT.as_bytes()));
    let other = Case::new("c", TEXT.replace("bob", "bib"));
    let all = fingerprint(&plain.path, u64::MAX).unwrap();
    assert_eq!((all.n_bytes, all.to_hex().len()), (TEXT.len() as u64, 64));
    assert_eq!(fingerprint(&packed.path, u64::MAX).unwrap(), all);
    assert_ne!(fingerprint(&other.path, u64::MAX).unwrap(), all);
    assert_eq!(fingerprint(&other.path, 20).unwrap(), fingerprint(&plain.path, 20).unwrap());
    assert_eq!(plain.open(&mapping()).unwrap().source().head, all);
    // SHA-256 of nothing.
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(fingerprint(&plain.path, 0).unwrap().to_hex(), nothing);
}

#[test]
fn delimiters_are_found_out() {
    for delimiter in [",", ";", "\t", "|"] {
        let case = Case::new(
            "a.txt",
            format!("x{delimiter}who{delimiter}when\n\"1,5;|\"{delimiter}ann{delimiter}2024-01-01\n"),
        );
        assert_eq!(people(&case, &mapping()), ["ann"], "{delimiter:?}");
    }
    let case = Case::new("a.csv", "who:when\nann:2024-01-01\n");
    assert_eq!(people(&case, &Mapping { delimiter: Some(':'), ..mapping() }), ["ann"]);
    let case = Case::new("a.tsv", "who,1\twhen\nann\t2024-01-01\n");
    assert_eq!(people(&case, &Mapping { person: Some("who,1".to_owned()), ..mapping() }), ["ann"]);
}

#[test]
fn formats_are_known_by_their_first_bytes() {
    let json = "{\"who\":\"ann\",\"when\":\"2024-01-01\"}\n{\"when\":1704067200000,\"who\":7}\n";
    let case = Case::new("a.log", json);
    assert_eq!(people(&case, &mapping()), ["ann", "7"]);
    assert_eq!(case.open(&mapping()).unwrap().source().format, Some(Format::Jsonl));
    let fault = case.fault(&Mapping { format: Some(Format::Parquet), ..mapping() });
    assert!(fault.to_string().contains("no Parquet"), "{fault}");
    let case = Case::new("a.jsonl", "[{\"who\":1}]");
    assert!(case.fault(&mapping()).to_string().contains("one object a line"));
}

#[test]
fn headers_are_told_from_records() {
    let numbered = Mapping { person: Some("#1".to_owned()), time: Some("#2".to_owned()), ..mapping() };
    let with = Case::new("a.csv", TEXT);
    let without = Case::new("a.csv", TEXT.strip_prefix("who,when\n").unwrap());
    assert_eq!(people(&with, &numbered), ["ann", "bob"]);
    assert_eq!(people(&without, &numbered), ["ann", "bob"]);
    assert_eq!(without.open(&numbered).unwrap().source().columns, ["#1", "#2"]);
    assert_eq!(people(&without, &Mapping { header: Header::Yes, ..numbered.clone() }), ["bob"]);
    assert_eq!(people(&with, &Mapping { header: Header::No, ..numbered.clone() }), ["1: unreadable", "ann", "bob"]);
    let one = Case::new("a.csv", "who,when\n");
    assert_eq!(people(&one, &numbered), <[&str; 0]>::default(), "a header and nothing else");
    let wrong = Case::new("a.csv", "ann,20x4-01-01\nbob,2o24-01-01\n");
    assert_eq!(people(&wrong, &numbered), ["1: unreadable", "2: unreadable"], "no header where no time follows");
    let named = Case::new("a.csv", "\"Who\", WHEN \nann,2024-01-01\n");
    assert_eq!(people(&named, &mapping()), ["ann"]);
}

#[test]
fn a_missing_column_lists_those_there_are_and_the_nearest() {
    let case = Case::new("a.csv", "customer_id,wehn,total\nann,2024-01-01,1\n");
    let fault = case.fault(&Mapping { person: Some("customer".to_owned()), ..mapping() });
    assert!(matches!(fault, FileError::ColumnMissing { .. }));
    let text = fault.to_string();
    assert!(text.contains("did you mean `customer_id`?") && text.contains("`wehn`, `total`"), "{text}");
    let text =
        case.fault(&Mapping { person: Some("#4".to_owned()), time: Some("wehn".to_owned()), ..mapping() }).to_string();
    assert!(text.contains("no column `#4`"), "{text}");
    let text = case.fault(&Mapping { header: Header::No, ..mapping() }).to_string();
    assert!(text.contains("`#1`, `#2`, `#3`"), "{text}");
    let json = Case::new("a.jsonl", "{\"who\":1,\"at\":{\"whenn\":2}}\n");
    let text = json.fault(&mapping()).to_string();
    assert!(text.contains("`at.whenn`") && text.contains("`who`"), "{text}");
    let twice = Case::new("a.csv", "who,when,who\nann,2024-01-01,bob\n");
    assert!(twice.fault(&mapping()).to_string().contains("2 columns `who`"));
}

#[test]
fn lines_are_left_out_where_the_mapping_says_so() {
    let case = Case::new("a.csv", "exported\nby us\n\n%x\nwho,when\n%y\nann,2024-01-01\n\n  \nbob,2024-01-01\n");
    let mapping = Mapping { skip_lines: 2, comment: Some("%".to_owned()), ..mapping() };
    let records = case.records(&mapping);
    assert_eq!(brief(&records), ["ann", "bob"]);
    assert_eq!((records[0].line, records[1].line), (7, 10));
}

#[test]
fn fixed_columns_and_runs_of_blanks() {
    let column = |name: &str, start, width| FixedColumn { name: name.to_owned(), start, width };
    let fixed = Mapping { columns: vec![column("who", 1, 4), column("when", 5, 8)], ..mapping() };
    assert_eq!(people(&Case::new("a.txt", "ann 20240101x\nzoë 20240102y\n"), &fixed), ["ann", "zoë"]);
    assert_eq!(people(&Case::new("a.txt", "who when\nann 20240101\n"), &fixed), ["ann"], "with a header");
    let blanks = Mapping { format: Some(Format::Fixed), ..mapping() };
    assert_eq!(people(&Case::new("a.txt", "  when  who\n 20240101\t ann \n"), &blanks), ["ann"]);
}

#[test]
fn cdnow_as_it_is() {
    let master = " customer_id  date number_of_cds  dollar_value\r\n 00001 19970101  1   11.77\r\n 00002 19970112  5   77.00\r\n";
    let events = Case::new("CDNOW_master.txt", master).events(&preset("cdnow").unwrap());
    assert_eq!(events[1].subject, Name::new("customer", "00002"));
    assert_eq!((events[1].verb.as_str(), &events[1].object), ("bought", &Name::new("brand", "cdnow")));
    assert_eq!((events[1].at, events[1].layer), (853_027_200_000_000, Layer::Web));
    let value = events[1].value.unwrap();
    assert_eq!((value.minor, value.currency.code()), (7700, "USD"));
    assert_eq!(events[1].extra.as_deref(), Some("{\"quantity\":5}"));
    let sample = " 00004 0001 19970101  2   29.33\n";
    let events = Case::new("CDNOW_sample.txt", sample).events(&preset("cdnow-sample").unwrap());
    assert_eq!((events[0].subject.id.as_str(), events[0].value.unwrap().minor), ("00004", 2933));
}

#[test]
fn what_was_said_says_to_what() {
    let case = Case::new("said.csv", "who,when,said,conversation\nann,2024-01-01,Hello?,c9\nbob,2024-01-01,Hm,\n");
    let column = |name: &str| Some(name.to_owned());
    let mapping = Mapping { text: column("said"), reply_to: column("conversation"), ..mapping() };
    let events = case.events(&mapping);
    assert_eq!((events[0].reply_to.as_deref(), events[0].text.as_deref()), (Some("c9"), Some("Hello?")));
    assert_eq!(events[1].reply_to, None);
}

#[test]
fn segment_calls() {
    let calls = [
        r#"{"type":"track","event":"Order Completed","userId":"u1","anonymousId":"a1","messageId":"m1","timestamp":"2024-02-02T00:30:08.276Z","properties":{"revenue":12.30,"currency":"EUR","product_id":"p9"},"context":{"traits":{"email":"a@b.c"}}}"#,
        r#"{"type":"page","name":"Home","userId":null,"anonymousId":"a2","originalTimestamp":"2024-02-02T00:30:08Z","properties":{"url":"/"}}"#,
        r#"{"type":"identify","userId":"u1","traits":{"email":"x@y.z"},"context":{"active":false},"timestamp":"2024-02-02T00:30:08Z"}"#,
        r#"{"type":"alias","userId":"u1","previousId":"a3","timestamp":"2024-02-02T00:30:08Z"}"#,
        r#"{"type":"track","event":"x","timestamp":"2024-02-02T00:30:08Z"}"#,
    ];
    let case = Case::new("calls.jsonl", calls.join("\n"));
    let records = case.records(&preset("segment").unwrap());
    assert_eq!(brief(&records), ["u1", "a2", "u1", "u1", "5: id_missing"]);
    let events: Vec<_> = records.into_iter().filter_map(|record| record.outcome.ok()).collect();
    assert_eq!(events[0].verb, "did:Order Completed");
    assert_eq!(events[0].also, [Name::new("anonymous", "a1"), Name::new("email", "a@b.c")]);
    assert_eq!(
        (events[0].object.to_string(), events[0].parent.clone()),
        ("product:p9".to_owned(), Some(Name::new("brand", "own")))
    );
    assert_eq!((events[0].value.unwrap().minor, events[0].message.as_deref()), (1230, Some("m1")));
    assert_eq!((events[1].verb.as_str(), events[1].subject.kind.as_str()), ("did:page", "anonymous"));
    assert_eq!((events[1].object.to_string(), &events[1].parent), ("brand:own".to_owned(), &None));
    let extra: serde_json::Value = serde_json::from_str(events[1].extra.as_ref().unwrap()).unwrap();
    assert_eq!(extra, serde_json::json!({"type": "page", "name": "Home", "properties": {"url": "/"}}));
    assert_eq!((events[2].verb.as_str(), events[2].scored, events[1].scored), ("did:identify", false, true));
    assert_eq!(events[3].also, [Name::new("anonymous", "a3")]);
}

#[test]
fn a_shop_and_every_other_preset() {
    let case = Case::new(
        "orders.csv",
        "customer,date,amount,currency,product\nann,2024-01-01,\"1,200.50\",EUR,p1\nbob,2024-01-02,,,\n",
    );
    let events = case.events(&preset("shop").unwrap());
    assert_eq!(events[0].object.to_string(), "product:p1");
    assert_eq!(events[0].value.unwrap().minor, 120_050);
    assert_eq!((events[1].object.to_string(), events[1].value), ("brand:own".to_owned(), None));
    assert!(PRESETS.iter().all(|(name, about)| preset(name).is_some() && !about.is_empty()));
}
