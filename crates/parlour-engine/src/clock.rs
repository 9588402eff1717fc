//! The clock: the one place where the time of day is read.

/// Microseconds UTC since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// A time as people and programs write it, RFC 3339 UTC.
pub fn rfc3339(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map_or_else(|_| "?".to_owned(), |time| time.to_string())
}

/// The time that a text such as `2026-05-01T09:00:00Z` names, microseconds UTC.
pub fn micros(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}
