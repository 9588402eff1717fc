//! Files that are broken, hostile or not what they seem, through the binary.

use std::io::Write;

use serde_json::{Value, json};

use crate::house::{House, Ran};

const WHO: [&str; 9] = ["import", "--json", "--person", "who", "--verb", "=bought", "--object", "=b", "--time"];

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&WHO[..], more].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn rows(n: usize) -> String {
    (0..n).fold("who,when\n".to_owned(), |text, i| text + &format!("person{i},2024-01-01\n"))
}

fn outcome(house: &House, more: &[&str]) -> (Value, Value) {
    let mut all = house.json(&args(more));
    (all["outcome"]["n_accepted"].take(), all["outcome"]["n_rejected"].take())
}

fn folded(house: &House) -> Value {
    let doctor = house.json(&["doctor", "--json"]);
    assert_eq!(doctor["findings"], json!([]));
    doctor["sums"]["folded"].clone()
}

#[test]
fn files_without_records_are_fine() {
    let house = House::new("");
    for (name, bytes) in [
        ("empty.csv", vec![]),
        ("lines.csv", b"\n\n\r\n".to_vec()),
        ("mark.csv", "\u{feff}".as_bytes().to_vec()),
        ("header.csv", b"who,when".to_vec()),
        ("packed.csv.gz", gzip(b"")),
    ] {
        house.file(name, bytes);
        assert_eq!(outcome(&house, &["when", name]), (json!(0), json!(0)), "{name}");
    }
    assert_eq!(folded(&house), 0);
}

#[test]
fn what_is_no_text_is_named() {
    let house = House::new("");
    for (name, bytes) in [
        ("program.csv", b"\x7fELF\x02\x01\x01\0\0\0\0\0".to_vec()),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("sheet.csv", b"PK\x03\x04\x14\0\x06\0".to_vec()),
        ("noise.csv", (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
    ] {
        house.file(name, bytes);
        let said = house.fails(&args(&["when", name]));
        assert!(said.contains(name) && said.contains("not text"), "{said}");
    }
    assert_eq!(folded(&house), 0);
}

#[test]
fn a_truncated_archive_gives_what_came_before_and_then_goes_on() {
    let house = House::new("");
    let text = rows(20_000);
    let packed = gzip(text.as_bytes());
    house.file("a.csv.gz", &packed[..packed.len() / 2]);
    let said = house.fails(&args(&["when", "a.csv.gz"]));
    assert!(said.contains("damaged after record") && said.contains("what came before was read"), "{said}");
    let before = folded(&house).as_i64().unwrap();
    assert!((1_000..20_000).contains(&before), "{before}");
    house.file("a.csv.gz", packed);
    let (n, n_refused) = outcome(&house, &["when", "a.csv.gz"]);
    assert_eq!((n.as_i64().unwrap() + before, n_refused), (20_000, json!(0)));
    assert_eq!(folded(&house), 20_000);
}

#[test]
fn utf16_and_crlf_are_read() {
    let house = House::new("");
    let text = "who,when\r\nänn,2024-01-01\r\nbob,2024-01-02\r\n";
    for (name, is_big) in [("le.csv", false), ("be.csv", true)] {
        // Other records, since the same ones are the same file however they are encoded.
        let text = text.replace("bob", name);
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let bytes: Vec<u8> =
            units.flat_map(|unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
        house.file(name, bytes);
        assert_eq!(outcome(&house, &["when", name]), (json!(2), json!(0)), "{name}");
    }
    house.file("crlf.csv", text.replace("bob", "eve"));
    assert_eq!(outcome(&house, &["when", "crlf.csv"]), (json!(2), json!(0)));
    assert_eq!(
        house.rows("SELECT value FROM identity ORDER BY value"),
        [json!(["be.csv"]), json!(["eve"]), json!(["le.csv"]), json!(["änn"])]
    );
}

#[test]
fn a_huge_line_costs_only_itself() {
    let house = House::new("");
    let mut file = std::fs::File::create(house.path("long.csv")).unwrap();
    file.write_all(b"who,when\nann,2024-01-01\n").unwrap();
    for _ in 0..64 {
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    file.write_all(b"\nbob,2024-01-02\n").unwrap();
    drop(file);
    assert_eq!(outcome(&house, &["when", "long.csv"]), (json!(2), json!(1)));
    let reasons = std::fs::read_to_string(house.path("long.rejected.csv.reasons.csv")).unwrap();
    assert!(reasons.contains("longer than") && reasons.contains("only its beginning was kept"), "{reasons}");
    assert!(std::fs::metadata(house.path("long.rejected.csv")).unwrap().len() < 100);
}

#[test]
fn dates_in_many_forms_mean_the_same() {
    let house = House::new("");
    let forms: [(&str, &[&str]); 7] = [
        ("2024-03-31T12:00:00Z", &[]),
        ("2024-03-31T15:00:00+03:00", &[]),
        ("1711886400", &["--time-format", "unix"]),
        ("1711886400000", &["--time-format", "unix_ms"]),
        ("31.03.2024 15:00", &["--time-format", "dmy", "--zone", "Europe/Athens"]),
        ("03/31/2024 12:00:00", &["--time-format", "mdy"]),
        ("Sun 31 Mar 2024 12:00", &["--time-format", "%a %d %b %Y %H:%M"]),
    ];
    for (i, (when, more)) in forms.iter().enumerate() {
        let name = format!("form{i}.csv");
        house.file(&name, format!("who;when\np{i};{when}\n"));
        let shown = house.ok(&args(&[&["when", "--dry-run"], *more, &[name.as_str()]].concat()));
        let event: Value = serde_json::from_str(shown.split_once(": ").unwrap().1).unwrap();
        assert_eq!(event["at"], 1_711_886_400_000_000_i64, "{when}: {shown}");
    }
    house.file("both.csv", "who,when\nann,01/02/2024\nbob,03/04/2024\n");
    let said = house.fails(&args(&["when", "both.csv"]));
    assert!(said.contains("day first or month first") && said.contains("dmy"), "{said}");
}

#[test]
fn what_cannot_be_is_refused_exported_mended_and_taken() {
    let house = House::new("");
    let long = "x".repeat(10_000);
    let text = format!(
        "who,when,total,currency\n\
         ann,2024-01-01,12.50,USD\n\
         future,2999-01-01,1,USD\n\
         ancient,1066-10-14,1,USD\n\
         grandma,1962-05-01,3,USD\n\
         back,2024-01-02,-4.00,EUR\n\
         rich,2024-01-02,99999999999999999999,USD\n\
         odd,2024-01-02,5,DOLLARS\n\
         {long},2024-01-02,5,USD\n\
         nobody,someday,5,USD\n\
         ,2024-01-02,5,USD\n"
    );
    house.file("a.csv", text);
    let more = ["when", "--value", "total", "--currency", "currency"];
    let (n, n_refused) = outcome(&house, &[&more[..], &["a.csv"]].concat());
    assert_eq!((n, n_refused), (json!(3), json!(7)));
    let reasons = std::fs::read_to_string(house.path("a.rejected.csv.reasons.csv")).unwrap();
    let lines: Vec<&str> = reasons.lines().collect();
    assert_eq!(lines[0], "line,reason,message");
    let of = |line: u32| lines.iter().find(|text| text.starts_with(&format!("{line},"))).copied().unwrap_or("");
    for line in [3, 4, 7, 8, 9, 10, 11] {
        assert!(of(line).len() > 20, "line {line} has a reason: {reasons}");
    }
    let refused = std::fs::read_to_string(house.path("a.rejected.csv")).unwrap();
    assert_eq!(refused.lines().next(), Some("who,when,total,currency"));
    assert_eq!(refused.lines().count(), 8, "{refused}");
    let mended = refused
        .replace("2999", "2024")
        .replace("1066", "2024")
        .replace("99999999999999999999", "9")
        .replace("DOLLARS", "USD")
        .replace(&long, "short")
        .replace("someday", "2024-01-03")
        .replace("\n,2024", "\nzoe,2024");
    std::fs::write(house.path("a.rejected.csv"), mended).unwrap();
    assert_eq!(outcome(&house, &[&more[..], &["a.rejected.csv"]].concat()), (json!(7), json!(0)));
    assert_eq!(folded(&house), 10);
    assert_eq!(house.json(&["doctor", "--json"])["sums"]["rejected"], 7, "that they were refused stays true");
    let job = house.rows("SELECT id FROM job WHERE n_rejected > 0")[0][0].to_string();
    assert!(house.ok(&["rejected", &job, "again.csv"]).contains("7 refused records"));
    let Ran { out, .. } = house.run(&["report"]);
    assert!(out.contains("1962-05"), "what was long ago is told: {out}");
}
