//! Tests of the reading of times.

use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400_000_000;

fn at(format: &str, zone: &str, text: &str) -> Result<String, String> {
    let mut clock = Clock::new(&format.parse().unwrap(), zone).unwrap();
    clock.at(text).map(|at| Timestamp::from_microsecond(at).unwrap().to_string())
}

fn utc(format: &str, text: &str) -> String {
    at(format, "UTC", text).unwrap()
}

#[test]
fn iso_in_all_its_forms() {
    for (text, expected) in [
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("20240229", "2024-02-29T00:00:00Z"),
        ("2024/2/9", "2024-02-09T00:00:00Z"),
        ("2015-2-02T00:30:08.276Z", "2015-02-02T00:30:08.276Z"),
        ("2024-02-29 12:30", "2024-02-29T12:30:00Z"),
        ("2024-02-29T12:30:59.1234567+02:00", "2024-02-29T10:30:59.123456Z"),
        ("2024-02-29t12:30:59,5-0530", "2024-02-29T18:00:59.5Z"),
        ("20240229T123059Z", "2024-02-29T12:30:59Z"),
        ("20240229T1230+01", "2024-02-29T11:30:00Z"),
        ("20240229123059", "2024-02-29T12:30:59Z"),
        ("2024-02-29 12:30:59 UTC", "2024-02-29T12:30:59Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("1899-12-31", "1899-12-31T00:00:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
    ] {
        assert_eq!(utc("auto", text), expected, "{text}");
        assert_eq!(utc("iso", text), expected, "{text}");
    }
}

#[test]
fn day_and_month_in_either_order() {
    assert_eq!(utc("auto", "31.03.2024"), "2024-03-31T00:00:00Z");
    assert_eq!(utc("auto", "1.2.2024 23:59"), "2024-02-01T23:59:00Z", "dots are day first");
    assert_eq!(utc("dmy", "1/2/2024"), "2024-02-01T00:00:00Z");
    assert_eq!(utc("mdy", "1/2/2024 3:04 PM"), "2024-01-02T15:04:00Z");
    assert_eq!(utc("mdy", "1/2/2024 12:04 am"), "2024-01-02T00:04:00Z");
    assert_eq!(utc("auto", "13/2/2024"), "2024-02-13T00:00:00Z");
    assert_eq!(utc("auto", "2/13/2024"), "2024-02-13T00:00:00Z");
    assert_eq!(utc("auto", "5/5/2024"), "2024-05-05T00:00:00Z");
    assert!(at("auto", "UTC", "1/2/2024").unwrap_err().contains("`mdy`"));
    assert!(at("dmy", "UTC", "2/13/2024").is_err());
}

#[test]
fn unix_times_by_their_size() {
    for text in ["1711882800", "1711882800000", "1711882800000000", "1711882800000000000", "1711882800.0"] {
        assert_eq!(utc("auto", text), "2024-03-31T11:00:00Z", "{text}");
        assert_eq!(utc("unix", text), "2024-03-31T11:00:00Z", "{text}");
    }
    assert_eq!(utc("unix", "-1.5"), "1969-12-31T23:59:58.5Z");
    assert_eq!(utc("unix", "1711882800.123456789"), "2024-03-31T11:00:00.123456Z");
    assert_eq!(utc("unix_ms", "1500.25"), "1970-01-01T00:00:01.50025Z");
    assert_eq!(utc("unix", "20240331"), "1970-08-23T06:18:51Z", "asked for, it is what it says");
}

#[test]
fn patterns_of_strptime() {
    assert_eq!(utc("%d %b %Y", "05 Jan 2020"), "2020-01-05T00:00:00Z");
    assert_eq!(utc("%d %b %Y %H:%M", "05 Jan 2020 07:08"), "2020-01-05T07:08:00Z");
    assert_eq!(utc("%Y-%m-%d %H:%M %z", "2020-01-05 07:08 +0100"), "2020-01-05T06:08:00Z");
    assert_eq!(at("%d.%m.%Y", "+01:00", "05.01.2020").unwrap(), "2020-01-04T23:00:00Z");
}

#[test]
fn a_pattern_that_is_none_is_refused_at_once() {
    let fault = Clock::new(&TimeFormat::Custom("%d %!".to_owned()), "UTC").err().unwrap();
    assert!(matches!(fault, FileError::Mapping(_)), "{fault}");
}

#[test]
fn zones_by_name_and_offset() {
    assert_eq!(at("auto", "Europe/Berlin", "2024-07-01").unwrap(), "2024-06-30T22:00:00Z");
    assert_eq!(at("auto", "Europe/Berlin", "2024-01-01 12:00").unwrap(), "2024-01-01T11:00:00Z");
    assert_eq!(at("auto", "America/New_York", "2024-01-01T12:00Z").unwrap(), "2024-01-01T12:00:00Z");
    assert_eq!(at("auto", "-03:30", "2024-01-01").unwrap(), "2024-01-01T03:30:00Z");
    assert_eq!(at("auto", "Europe/Berlin", "2024-03-31 02:30").unwrap(), "2024-03-31T01:30:00Z", "in a gap");
    assert_eq!(at("auto", "Europe/Berlin", "2024-10-27 02:30").unwrap(), "2024-10-27T00:30:00Z", "in a fold");
    assert!(Clock::new(&TimeFormat::Auto, "Europe/Nowhere").is_err());
    assert!(Clock::new(&TimeFormat::Auto, "+99:00").is_err());
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2024",
        "2024-13-01",
        "2023-02-29",
        "2024-02-30",
        "31.04.2024",
        "yesterday",
        "2024-01-01T25:00",
        "12345",
        "2024-01-01T12",
        "2024-01-01T12:60",
        "2024-01-01x",
        "2024-01-01T12:00+",
        "2024-01-01T12:00Zx",
        "1e9",
        "99999999999999999999999",
        "1/2/24",
        "2024-1/2",
        "17118828oo",
        "13:00 PM",
        "2024-01-01 13:00 PM",
        "-",
        ".",
        "٢٠٢٤-01-01",
    ] {
        assert!(at("auto", "UTC", text).is_err(), "{text}");
    }
}

#[test]
fn the_calendar_is_jiffs() {
    for days in (-800_000..800_000).step_by(977) {
        let date = civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days));
        let (year, month, day) = (date.year(), date.month(), date.day());
        if year > 0 {
            assert_eq!(midnight(year.into(), month.into(), day.into()), Some(i64::from(days) * DAY), "{date}");
        }
    }
}

#[test]
fn the_order_is_decided_by_dates_that_allow_only_one() {
    let order = |texts: &[&str]| {
        let mut evidence = OrderEvidence::default();
        for text in texts {
            evidence.add(text);
        }
        evidence.order()
    };
    assert_eq!(order(&["1/2/2024", "13/2/2024"]).unwrap(), Some(Order::Dmy));
    assert_eq!(order(&["1/2/2024", "2/13/2024 10:00"]).unwrap(), Some(Order::Mdy));
    assert_eq!(order(&["2024-01-02", "1.2.2024", "5/5/2024"]).unwrap(), None);
    assert!(matches!(order(&["1/2/2024", "5/5/2024"]), Err(FileError::AmbiguousDates { .. })));
    assert!(matches!(order(&["13/2/2024", "2/13/2024"]), Err(FileError::Mapping(_))));
    assert_eq!(order(&["13/2/2024", "77/88/2024", "rubbish"]).unwrap(), Some(Order::Dmy));
}

proptest! {
    /// Nothing a file may hold is worse than refused, and what is read in one go is read alike from the memory.
    #[test]
    fn any_text_is_a_time_or_none(text in "[0-9]{0,8}[-/.T: ]?\\PC{0,12}", format in 0..7_usize) {
        let format = ["auto", "iso", "unix", "unix_ms", "dmy", "mdy", "%d %b %Y"][format];
        let mut clock = Clock::new(&format.parse().unwrap(), "Europe/Berlin").unwrap();
        let at = clock.at(&text);
        prop_assert_eq!(clock.at(&text), at);
    }
}
