//! Times as files write them, to microseconds UTC.

use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
pub(crate) use parlour_core::time::Reading;
use parlour_core::time::{Cursor, midnight, scaled, unix, ymd};

use super::error::{FileError, shown};
use super::mapping::TimeFormat;

/// Which of day and month comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Dmy,
    Mdy,
}

/// What the dates of a file tell about their order.
#[derive(Default)]
pub(super) struct OrderEvidence {
    n_only_dmy: u64,
    n_only_mdy: u64,
    ambiguous: Option<String>,
}

/// Reads times. One per file: it keeps the last time it read, as neighbours are often equal.
pub(super) struct Clock {
    format: TimeFormat,
    order: Option<Order>,
    zone: Zone,
    last: String,
    last_at: i64,
}

enum Zone {
    Offset(i64),
    Named(TimeZone),
}

impl Clock {
    pub(super) fn new(format: &TimeFormat, zone: &str) -> Result<Self, FileError> {
        let zone = zone_of(zone).ok_or_else(|| {
            FileError::Mapping(format!("`{}` is no time zone; write `Europe/Berlin` or `+02:00`", shown(zone)))
        })?;
        if let TimeFormat::Custom(pattern) = format
            && let Err(error) = strtime::format(pattern, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC))
        {
            return Err(FileError::Mapping(format!("`{}` is no pattern for `time_format`: {error}", shown(pattern))));
        }
        Ok(Self { format: format.clone(), order: None, zone, last: String::new(), last_at: 0 })
    }

    /// Takes the order of day and month that the file was found to have.
    pub(super) fn set_order(&mut self, order: Option<Order>) {
        self.order = order;
    }

    /// Microseconds UTC, or what is wrong.
    pub(super) fn at(&mut self, text: &str) -> Result<i64, String> {
        if !self.last.is_empty() && self.last == text {
            return Ok(self.last_at);
        }
        let reading = self.read(text)?;
        let at = self.place(reading).ok_or_else(|| not_a_time(text, &self.format))?;
        self.last.clear();
        self.last.push_str(text);
        self.last_at = at;
        Ok(at)
    }

    /// Microseconds UTC of a reading. A time that a clock change leaves out or repeats is taken as most calendars do:
    /// later in a gap, the first of two in a fold.
    pub(super) fn place(&self, reading: Reading) -> Option<i64> {
        match (reading, &self.zone) {
            (Reading::Instant(at), _) => Some(at),
            (Reading::Wall(wall), Zone::Offset(offset)) => wall.checked_sub(*offset),
            (Reading::Wall(wall), Zone::Named(zone)) => {
                let wall = Offset::UTC.to_datetime(Timestamp::from_microsecond(wall).ok()?);
                Some(zone.to_ambiguous_timestamp(wall).compatible().ok()?.as_microsecond())
            }
        }
    }

    /// Whether this could be a time of the file, whichever its order.
    pub(super) fn is_time(&self, text: &str) -> bool {
        self.read(text).is_ok() || slashed(text).is_some_and(|(a, b, ..)| a <= 31 && b <= 31)
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        if text.is_empty() {
            return Err("the time is blank; every record needs one".to_owned());
        }
        let reading = match &self.format {
            TimeFormat::Auto => return self.auto(text),
            TimeFormat::Iso | TimeFormat::Ymd => ymd(text),
            TimeFormat::Dmy => parted(text, Order::Dmy),
            TimeFormat::Mdy => parted(text, Order::Mdy),
            TimeFormat::Unix => unix(text),
            TimeFormat::UnixMs => scaled(text, 1000),
            TimeFormat::Custom(pattern) => custom(text, pattern),
        };
        reading.ok_or_else(|| not_a_time(text, &self.format))
    }

    fn auto(&self, text: &str) -> Result<Reading, String> {
        let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-') && n_digits >= 9;
        let reading = if n_digits == 14 || n_digits == 8 || n_digits == 4 {
            ymd(text)
        } else if is_number {
            unix(text)
        } else if let Some((_, _, b'.')) = slashed(text) {
            parted(text, Order::Dmy)
        } else if let Some((first, second, _)) = slashed(text) {
            let order = match self.order {
                Some(order) => order,
                None if first > 12 || first == second => Order::Dmy,
                None if second > 12 => Order::Mdy,
                None => return Err(ambiguous(text)),
            };
            parted(text, order)
        } else {
            None
        };
        reading.ok_or_else(|| not_a_time(text, &self.format))
    }
}

impl OrderEvidence {
    /// Looks at one more time.
    pub(super) fn add(&mut self, text: &str) {
        let Some((first, second, mark)) = slashed(text) else { return };
        if mark == b'.' || first > 31 || second > 31 || first == second {
            return;
        }
        match (first > 12, second > 12) {
            (true, false) => self.n_only_dmy += 1,
            (false, true) => self.n_only_mdy += 1,
            (false, false) => drop(self.ambiguous.get_or_insert_with(|| shown(text))),
            (true, true) => {}
        }
    }

    /// The order, if the file has such dates at all.
    pub(super) fn order(self) -> Result<Option<Order>, FileError> {
        match (self.n_only_dmy, self.n_only_mdy, self.ambiguous) {
            (0, 0, None) => Ok(None),
            (0, 0, Some(example)) => Err(FileError::AmbiguousDates { example }),
            (_, 0, _) => Ok(Some(Order::Dmy)),
            (0, _, _) => Ok(Some(Order::Mdy)),
            (n_dmy, n_mdy, _) => Err(FileError::Mapping(format!(
                "of the first dates {n_dmy} can only be day first and {n_mdy} only month first; \
                 set `time_format` to `dmy` or `mdy`, and the others are refused"
            ))),
        }
    }
}

fn ambiguous(text: &str) -> String {
    format!("`{}` can be read day first or month first; set `time_format` to `dmy` or `mdy`", shown(text))
}

fn not_a_time(text: &str, format: &TimeFormat) -> String {
    let format = String::from(format.clone());
    format!("`{}` is not a time in the format `{}`; correct it or set `time_format`", shown(text), shown(&format))
}

/// The zone of this name or offset.
fn zone_of(text: &str) -> Option<Zone> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("utc") || text == "Z" {
        return Some(Zone::Offset(0));
    }
    if text.starts_with(['+', '-']) {
        let mut cursor = Cursor { bytes: text.as_bytes() };
        return cursor.offset().filter(|_| cursor.bytes.is_empty()).map(Zone::Offset);
    }
    TimeZone::get(text).ok().map(Zone::Named)
}

/// The year last, and maybe a time.
fn parted(text: &str, order: Order) -> Option<Reading> {
    let mut cursor = Cursor { bytes: text.as_bytes() };
    let first = cursor.number(1, 2)?;
    let mark = cursor.first().filter(|mark| matches!(mark, b'-' | b'/' | b'.'))?;
    cursor.skip();
    let second = cursor.number(1, 2)?;
    cursor.expect(mark)?;
    let year = cursor.number(4, 4)?;
    let (day, month) = match order {
        Order::Dmy => (first, second),
        Order::Mdy => (second, first),
    };
    cursor.time_of(midnight(year, month, day)?)
}

/// The first two numbers of a date whose year comes last, and the mark between them.
fn slashed(text: &str) -> Option<(i64, i64, u8)> {
    let mut cursor = Cursor { bytes: text.as_bytes() };
    let first = cursor.number(1, 2)?;
    let mark = cursor.first().filter(|mark| matches!(mark, b'-' | b'/' | b'.'))?;
    cursor.skip();
    let second = cursor.number(1, 2)?;
    cursor.expect(mark)?;
    cursor.number(4, 4)?;
    (!cursor.first().is_some_and(|b| b.is_ascii_digit())).then_some((first, second, mark))
}

fn custom(text: &str, pattern: &str) -> Option<Reading> {
    let parsed = strtime::parse(pattern, text).ok()?;
    if let Ok(at) = parsed.to_timestamp() {
        return Some(Reading::Instant(at.as_microsecond()));
    }
    let wall = parsed.to_datetime().or_else(|_| parsed.to_date().map(civil::DateTime::from)).ok()?;
    Some(Reading::Wall(Offset::UTC.to_timestamp(wall).ok()?.as_microsecond()))
}

#[cfg(test)]
mod tests;
