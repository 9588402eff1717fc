//! Times as programs and files write them: the forms that need no hint, to microseconds UTC or by the clock on the wall.

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time that is either already one instant or still to be placed in a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// Microseconds UTC.
    Instant(i64),
    /// Microseconds since 1970 by the clock on the wall.
    Wall(i64),
}

/// Microseconds UTC of a time in any form that leaves no doubt: the year first, or a number of seconds since 1970 or of a
/// finer unit. Where no zone is said it is UTC.
pub fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let reading = ymd(text).or_else(|| (9..=25).contains(&text.len()).then(|| unix(text)).flatten())?;
    Some(match reading {
        Reading::Instant(at) | Reading::Wall(at) => at,
    })
}

/// Year first, parted or not, and maybe a time.
pub fn ymd(text: &str) -> Option<Reading> {
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

/// Seconds since 1970, or a finer unit where the number would lie beyond the year 5000.
pub fn unix(text: &str) -> Option<Reading> {
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
pub fn scaled(text: &str, per_second: i128) -> Option<Reading> {
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

/// Microseconds from 1970 to the first of this day; `None` where the calendar has no such day.
pub fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
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
#[derive(Debug)]
pub struct Cursor<'a> {
    /// The bytes that are left.
    pub bytes: &'a [u8],
}

impl Cursor<'_> {
    /// The next byte.
    pub fn first(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    /// Passes one byte.
    pub fn skip(&mut self) {
        self.bytes = self.bytes.get(1..).unwrap_or_default();
    }

    /// Passes this byte, if it comes next.
    pub fn expect(&mut self, byte: u8) -> Option<()> {
        (self.first() == Some(byte)).then(|| self.skip())
    }

    fn skip_blanks(&mut self) {
        while self.first() == Some(b' ') {
            self.skip();
        }
    }

    /// A number of this many digits.
    pub fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let n = self.bytes.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        if n < least {
            return None;
        }
        let (digits, rest) = self.bytes.split_at(n);
        self.bytes = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    /// The rest of a time whose day begins at `midnight`: nothing, or a clock time and maybe its offset.
    pub fn time_of(mut self, midnight: i64) -> Option<Reading> {
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
    pub fn offset(&mut self) -> Option<i64> {
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
mod tests {
    use super::instant;

    #[test]
    fn forms_that_leave_no_doubt() {
        for (text, at) in [
            ("1970-01-01T00:00:01.5Z", Some(1_500_000)),
            ("1970-01-01T02:00:00+02:00", Some(0)),
            ("2015-2-02T00:30:08.276Z", Some(1_422_837_008_276_000)),
            ("2015-02-02T00:30:08.276000+00:00", Some(1_422_837_008_276_000)),
            ("2015-02-02 00:30:08.276", Some(1_422_837_008_276_000)),
            ("1422837008", Some(1_422_837_008_000_000)),
            ("1422837008276", Some(1_422_837_008_276_000)),
            ("1422837008.276", Some(1_422_837_008_276_000)),
            ("20150202", Some(1_422_835_200_000_000)),
            ("02/03/2015", None),
            ("yesterday", None),
            ("", None),
            ("5", None),
        ] {
            assert_eq!(instant(text), at, "{text}");
        }
    }
}
