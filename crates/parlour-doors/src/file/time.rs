//! Times as files write them, to microseconds UTC.

use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};

use super::error::{FileError, shown};
use super::mapping::TimeFormat;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

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

/// A time that is either already one instant or still to be placed in a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// Microseconds UTC.
    Instant(i64),
    /// Microseconds since 1970 by the clock on the wall.
    Wall(i64),
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

/// Year first, parted or not, and maybe a time.
fn ymd(text: &str) -> Option<Reading> {
    let mut cursor = Cursor { bytes: text.as_bytes() };
    let year = cursor.number(4, 4)?;
    let (month, day) = match cursor.first() {
        Some(mark @ (b'-' | b'/' | b'.')) => {
            cursor.skip();
            let month = cursor.number(1, 2)?;
            cursor.expect(mark)?;
            (month, cursor.number(1, 2)?)
        }
        _ => (cursor.number(2, 2)?, cursor.number(2, 2)?),
    };
    cursor.time_of(midnight(year, month, day)?)
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

/// Seconds since 1970, or a finer unit where the number would lie beyond the year 5000.
fn unix(text: &str) -> Option<Reading> {
    let whole = text.split('.').next().unwrap_or_default();
    let n_digits = whole.bytes().filter(u8::is_ascii_digit).count();
    match n_digits {
        1..=11 => scaled(text, 1),
        12..=14 => scaled(text, 1000),
        15..=17 => scaled(text, 1_000_000),
        18..=19 => scaled(text, 1_000_000_000),
        _ => None,
    }
}

/// A decimal number of which `per_second` make a second; what is finer than a microsecond is cut off.
fn scaled(text: &str, per_second: i128) -> Option<Reading> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_decimal = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !is_decimal || whole.is_empty() || whole.len() > 19 {
        return None;
    }
    let nano = |text: &str| text.parse::<i128>().ok();
    let fraction: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let units_e9 = nano(whole)? * 1_000_000_000 + nano(&fraction)?;
    let micros = i64::try_from(units_e9 / 1000 / per_second).ok()?;
    Some(Reading::Instant(if digits.len() < text.len() { -micros } else { micros }))
}

fn custom(text: &str, pattern: &str) -> Option<Reading> {
    let parsed = strtime::parse(pattern, text).ok()?;
    if let Ok(at) = parsed.to_timestamp() {
        return Some(Reading::Instant(at.as_microsecond()));
    }
    let wall = parsed.to_datetime().or_else(|_| parsed.to_date().map(civil::DateTime::from)).ok()?;
    Some(Reading::Wall(Offset::UTC.to_timestamp(wall).ok()?.as_microsecond()))
}

/// Microseconds from 1970 to the first of this day; `None` where the calendar has no such day.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = *LENGTHS.get(usize::try_from(month - 1).ok()?)? + i64::from(month == 2 && is_leap);
    if !(1..=length).contains(&day) {
        return None;
    }
    // Days by the proleptic Gregorian calendar, in years that begin in March so that the leap day comes last.
    let (shifted, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * DAY)
}

/// What is left to read of a time.
struct Cursor<'a> {
    bytes: &'a [u8],
}

impl Cursor<'_> {
    fn first(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    fn skip(&mut self) {
        self.bytes = self.bytes.get(1..).unwrap_or_default();
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.first() == Some(byte)).then(|| self.skip())
    }

    fn skip_blanks(&mut self) {
        while self.first() == Some(b' ') {
            self.skip();
        }
    }

    /// A number of this many digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let n = self.bytes.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        if n < least {
            return None;
        }
        let (digits, rest) = self.bytes.split_at(n);
        self.bytes = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    /// The rest of a time whose day begins at `midnight`: nothing, or a clock time and maybe its offset.
    fn time_of(mut self, midnight: i64) -> Option<Reading> {
        match self.first() {
            None => return Some(Reading::Wall(midnight)),
            Some(b'T' | b't' | b' ') => self.skip(),
            Some(byte) if byte.is_ascii_digit() => {}
            Some(_) => return None,
        }
        self.skip_blanks();
        let wall = midnight + self.clock_time()?;
        self.skip_blanks();
        let offset = match self.first() {
            None => return Some(Reading::Wall(wall)),
            Some(b'Z' | b'z') => {
                self.skip();
                0
            }
            Some(b'U' | b'G') if matches!(self.bytes, b"UTC" | b"GMT") => return Some(Reading::Instant(wall)),
            Some(_) => self.offset()?,
        };
        self.bytes.is_empty().then_some(Reading::Instant(wall - offset))
    }

    /// `12:30`, `12:30:59.5`, `123059`, `3:04 PM`.
    fn clock_time(&mut self) -> Option<i64> {
        let mut hour = self.number(1, 2)?;
        let is_parted = self.first() == Some(b':');
        if is_parted {
            self.skip();
        }
        let minute = self.number(2, 2)?;
        let has_seconds = if is_parted {
            self.first() == Some(b':')
        } else {
            self.bytes.len() >= 2 && self.first()?.is_ascii_digit()
        };
        let mut micros = 0;
        if has_seconds {
            if is_parted {
                self.skip();
            }
            // A leap second is the last one of its minute.
            micros = self.number(2, 2).filter(|second| *second <= 60)?.min(59) * SECOND + self.fraction()?;
        }
        if self.bytes.len() >= 2 {
            let rest = self.bytes.trim_ascii_start();
            let word = rest.get(..2).unwrap_or_default();
            if word.eq_ignore_ascii_case(b"am") || word.eq_ignore_ascii_case(b"pm") {
                hour = (1..=12).contains(&hour).then_some(hour % 12)?
                    + 12 * i64::from(word[0].eq_ignore_ascii_case(&b'p'));
                self.bytes = &rest[2..];
            }
        }
        (hour < 24 && minute < 60).then_some(hour * HOUR + minute * MINUTE + micros)
    }

    /// `.5` in microseconds; finer digits are cut off.
    fn fraction(&mut self) -> Option<i64> {
        if !matches!(self.first(), Some(b'.' | b',')) {
            return Some(0);
        }
        self.skip();
        let n = self.bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let kept = self.number(1, 6)?;
        let n_kept = n.min(6) as u32;
        self.bytes = &self.bytes[n.saturating_sub(6)..];
        Some(kept * 10_i64.pow(6 - n_kept))
    }

    /// `+02:00`, `-0530`, `+2`.
    fn offset(&mut self) -> Option<i64> {
        let is_west = match self.first()? {
            b'+' => false,
            b'-' => true,
            _ => return None,
        };
        self.skip();
        let hours = self.number(1, 2)?;
        if self.first() == Some(b':') {
            self.skip();
        }
        let minutes = if self.bytes.is_empty() { 0 } else { self.number(2, 2)? };
        let offset = hours * HOUR + minutes * MINUTE;
        (hours <= 18 && minutes < 60).then_some(if is_west { -offset } else { offset })
    }
}

#[cfg(test)]
mod tests;
