//! Parquet files, written here by the library's own writer.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, FixedSizeBinaryArray,
    Float64Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use parlour_core::event::Name;
use parlour_doors::file::{Also, Extra, Field, FileError, Format, Mapping};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::{Case, brief, mapping, message, priced};

type Columns = Vec<(&'static str, ArrayRef)>;

fn written(columns: Columns, compression: Compression, group_rows: usize) -> Vec<u8> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let properties =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(group_rows));
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn file(columns: Columns) -> Case {
    Case::new("a.parquet", written(columns, Compression::SNAPPY, 1000))
}

/// `n` purchases in groups of rows, every seventh of them without a person.
pub(crate) fn purchases(n: i64, group_rows: usize) -> Vec<u8> {
    let who: StringArray = (0..n).map(|i| (i % 7 > 0).then(|| format!("person{i}"))).collect();
    let when: TimestampMicrosecondArray = (0..n).map(|i| Some(1_704_067_200_000_000 + i)).collect();
    let amount: Float64Array = (0..n).map(|i| Some(i as f64 / 100.0)).collect();
    let columns: Columns = vec![("who", Arc::new(who)), ("when", Arc::new(when)), ("amount", Arc::new(amount))];
    written(columns, Compression::ZSTD(ZstdLevel::default()), group_rows)
}

#[test]
fn many_rows_in_many_groups() {
    let case = Case::new("whatever.csv", purchases(9000, 2000));
    let mut records = case.open(&priced()).unwrap();
    assert_eq!((records.source().format, records.read_bytes()), (Some(Format::Parquet), 0));
    let all: Vec<_> = records.by_ref().map(Result::unwrap).collect();
    assert_eq!(records.read_bytes(), std::fs::metadata(&case.path).unwrap().len());
    assert_eq!((all.len(), all[8999].line, all[8999].after.row), (9000, 9000, 9000));
    let event = all[8999].outcome.as_ref().unwrap();
    assert_eq!(
        (event.subject.id.as_str(), event.at, event.value.unwrap().minor),
        ("person8999", 1_704_067_200_008_999, 8999)
    );
    let refused = all[7].outcome.as_ref().unwrap_err();
    assert_eq!((refused.flaw.code(), all[7].line), ("id_missing", 8));
    assert_eq!(String::from_utf8_lossy(&refused.raw), r#"{"when":"2024-01-01T00:00:00.000007","amount":0.07}"#);
    let mended = Case::new("a.jsonl", String::from_utf8_lossy(&refused.raw).replace('}', ",\"who\":\"ann\"}"));
    assert_eq!(mended.events(&priced())[0].value.unwrap().minor, 7);
}

#[test]
fn cells_of_every_type() {
    let keys: DictionaryArray<Int32Type> = vec!["EUR", "JPY"].into_iter().collect();
    let decimal = Decimal128Array::from(vec![1_234_500, -5_000_000]).with_precision_and_scale(20, 4).unwrap();
    let case = file(vec![
        ("who", Arc::new(Int64Array::from(vec![7, 8]))),
        ("when", Arc::new(Date32Array::from(vec![19_723, 19_724]))),
        ("amount", Arc::new(decimal)),
        ("cur", Arc::new(keys)),
        ("said", Arc::new(StringViewArray::from(vec![Some("hi"), None]))),
        ("mail", Arc::new(BinaryArray::from(vec![b"a@b.c".as_slice(), b"d@e.f"]))),
        ("id", Arc::new(LargeStringArray::from(vec!["m1", "m2"]))),
        ("stars", Arc::new(Int32Array::from(vec![Some(5), None]))),
        ("paid", Arc::new(BooleanArray::from(vec![true, false]))),
        ("rate", Arc::new(Float64Array::from(vec![0.5, f64::NAN]))),
    ]);
    let extra = ["rate", "paid", "said", "when"].map(|name| Extra::from(name.to_owned())).to_vec();
    let mapping = Mapping {
        currency: Some(Field::column("cur")),
        text: Some("said".to_owned()),
        also: vec![Also { column: "mail".to_owned(), kind: "email".to_owned() }],
        message: Some("id".to_owned()),
        rating: Some("stars".to_owned()),
        paid: Some(Field::column("paid")),
        extra,
        ..priced()
    };
    let events = case.events(&mapping);
    let first = &events[0];
    assert_eq!((first.subject.id.as_str(), first.at), ("7", 1_704_067_200_000_000));
    assert_eq!((first.value.unwrap().minor, first.value.unwrap().currency.code()), (12_345, "EUR"));
    assert_eq!((first.text.as_deref(), first.rating, first.paid), (Some("hi"), Some(5), true));
    assert_eq!((&first.also[0], first.message.as_deref()), (&Name::new("email", "a@b.c"), Some("m1")));
    assert_eq!(first.extra.as_deref(), Some(r#"{"rate":0.5,"paid":true,"said":"hi","when":"2024-01-01T00:00:00"}"#));
    assert_eq!(events[1].value.unwrap().minor, -500);
    assert_eq!(events[1].extra.as_deref(), Some(r#"{"paid":false,"when":"2024-01-02T00:00:00"}"#));
}

#[test]
fn times_with_a_zone_are_instants_and_others_are_in_the_mappings() {
    let nanos = || vec![Some(1_704_067_200_000_000_999), None];
    let who: ArrayRef = Arc::new(StringArray::from(vec!["ann", "bob"]));
    let berlin = Mapping { zone: "Europe/Berlin".to_owned(), ..mapping() };
    let wall = TimestampNanosecondArray::from(nanos());
    let case = file(vec![("who", who.clone()), ("when", Arc::new(wall))]);
    let records = case.records(&berlin);
    assert_eq!(records[0].outcome.as_ref().unwrap().at, 1_704_063_600_000_000);
    assert!(message(&records[1]).contains("blank"));
    let instants = TimestampNanosecondArray::from(nanos()).with_timezone("+05:00");
    let case = file(vec![("who", who.clone()), ("when", Arc::new(instants))]);
    assert_eq!(case.records(&berlin)[0].outcome.as_ref().unwrap().at, 1_704_067_200_000_000);
    let unix = Int64Array::from(vec![1_704_067_200, 20_240_101]);
    let case = file(vec![("who", who), ("when", Arc::new(unix))]);
    assert!(case.events(&mapping()).iter().all(|event| event.at == 1_704_067_200_000_000));
}

#[test]
fn floats_that_are_no_amounts_are_refused() {
    let amounts = vec![0.1 + 0.2, f64::INFINITY, 1e300, f64::NAN, 19.99];
    let who: ArrayRef = Arc::new(StringArray::from(vec!["a"; 5]));
    let when: ArrayRef = Arc::new(StringArray::from(vec!["2024-01-01"; 5]));
    let case = file(vec![("who", who), ("when", when), ("amount", Arc::new(Float64Array::from(amounts)))]);
    let records = case.records(&priced());
    assert_eq!(brief(&records), ["1: unreadable", "2: unreadable", "3: unreadable", "a", "a"]);
    let values: Vec<_> =
        records.iter().filter_map(|record| record.outcome.as_ref().ok()).map(|event| event.value).collect();
    assert_eq!((values[0], values[1].unwrap().minor), (None, 1999));
}

#[test]
fn what_does_not_fit_is_said_at_once() {
    let case = Case::new("a.parquet", purchases(10, 10));
    let fault = case.fault(&Mapping { time: Some("wen".to_owned()), ..mapping() });
    assert!(fault.to_string().contains("did you mean `when`?"), "{fault}");
    assert!(matches!(case.fault(&Mapping { format: Some(Format::Csv), ..mapping() }), FileError::Mapping(_)));
    let bytes: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([[1_u8; 2]].into_iter()).unwrap());
    let fault = file(vec![("who", bytes), ("when", Arc::new(Int32Array::from(vec![1])))]).fault(&mapping());
    assert!(fault.to_string().contains("`who` is of type"), "{fault}");
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let whole = purchases(3000, 1000);
    for keep in [4, 8, 100, whole.len() / 2, whole.len() - 1] {
        let fault = Case::new("a.parquet", &whole[..keep]).fault(&priced());
        assert!(matches!(fault, FileError::Broken { .. }), "{fault}");
    }
    let mut n_broken = 0;
    for at in (4..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let case = Case::new("a.parquet", damaged);
        match case.open(&priced()).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(_) => {}
            Err(FileError::Broken { .. } | FileError::ColumnMissing { .. } | FileError::Mapping(_)) => n_broken += 1,
            Err(fault) => panic!("{fault}"),
        }
    }
    assert!(n_broken > 10, "{n_broken}");
}
