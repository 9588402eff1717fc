//! Occasions as calendars read them: iCalendar (RFC 5545), times in UTC.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parlour_store::occasion::Occasion;

/// Longest line, in bytes; what is longer goes on in the next, which begins with a space.
const LINE_BYTES: usize = 75;

/// A calendar of these occasions, called so.
pub fn calendar(title: &str, occasions: &[Occasion]) -> String {
    let mut text = String::new();
    let mut line = |line: &str| fold(&mut text, line);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Parlour//Occasions//EN");
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escaped(title)));
    for one in occasions {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@parlour", one.id));
        line(&format!("DTSTAMP:{}", moment(one.changed_at)));
        line(&format!("SEQUENCE:{}", (one.changed_at - one.created_at).max(0) / 1_000_000));
        line(&format!("DTSTART:{}", moment(one.starts_at)));
        line(&format!("DTEND:{}", moment(one.ends_at)));
        line(&format!("SUMMARY:{}", escaped(&one.title)));
        line(&format!("LOCATION:{}", escaped(&one.place)));
        if let Some((latitude, longitude)) = one.at {
            line(&format!("GEO:{latitude:.6};{longitude:.6}"));
        }
        if !one.about.is_empty() {
            line(&format!("DESCRIPTION:{}", escaped(&one.about)));
        }
        if !one.url.is_empty() {
            line(&format!("URL:{}", one.url));
        }
        line(if one.cancelled_at.is_some() { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

fn moment(micros: i64) -> String {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default().to_zoned(TimeZone::UTC);
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn fold(text: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars().filter(|c| !c.is_control()) {
        if LINE_BYTES < length + c.len_utf8() {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    write!(text, "\r\n").expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occasion_is_one_event_and_no_text_breaks_out_of_it() {
        let one = Occasion {
            id: "a1".to_owned(),
            brand: "brand:tea".to_owned(),
            title: "Tea; cups, and\r\nEND:VEVENT".to_owned(),
            about: "Ünïcode ".repeat(30),
            place: "Bremen \\ Markt".to_owned(),
            at: Some((53.0758, 8.8072)),
            starts_at: 1_790_000_000_000_000,
            ends_at: 1_790_003_600_000_000,
            zone: "Europe/Berlin".to_owned(),
            capacity: None,
            url: String::new(),
            created_at: 0,
            changed_at: 5_000_000,
            cancelled_at: None,
        };
        let text = calendar("Tea house", &[one]);
        assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
        assert_eq!(text.lines().filter(|line| *line == "END:VEVENT").count(), 1);
        assert!(text.contains("DTSTART:20260921T141320Z\r\n"), "{text}");
        assert!(text.contains("SUMMARY:Tea\\; cups\\, and\\nEND:VEVENT\r\n"), "{text}");
        assert!(text.contains("GEO:53.075800;8.807200\r\n"));
        assert!(text.lines().all(|line| line.len() <= LINE_BYTES));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("DESCRIPTION:{}", "Ünïcode ".repeat(30).trim_end())), "{unfolded}");
    }
}
