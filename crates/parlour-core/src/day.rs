//! Days: whole days UTC, counted from 1970-01-01.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Microseconds in a day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A day UTC, as its distance from 1970-01-01 in days.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(pub i32);

/// What is wrong with a day that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a day; write it as YYYY-MM-DD, such as 1998-06-30")]
pub struct NotADay(String);

const EPOCH: Date = jiff::civil::date(1970, 1, 1);
/// The first and the last day that the calendar has: -9999-01-01 and 9999-12-31.
const CALENDAR: (i32, i32) = (-4_371_587, 2_932_896);

impl Day {
    /// The day on which a time (microseconds UTC since 1970) lies.
    pub fn of_micros(at: i64) -> Self {
        Self(at.div_euclid(MICROS_PER_DAY) as i32)
    }

    /// The first microsecond of the day.
    pub fn start_micros(self) -> i64 {
        i64::from(self.0) * MICROS_PER_DAY
    }

    /// The calendar date; days outside the years -9999 to 9999 are drawn to the nearest one inside.
    pub fn date(self) -> Date {
        let span = jiff::Span::new().try_days(self.0.clamp(CALENDAR.0, CALENDAR.1)).unwrap_or_default();
        EPOCH.saturating_add(span)
    }

    /// The day of a calendar date.
    pub fn of_date(date: Date) -> Self {
        let span = EPOCH.until(date).unwrap_or_default();
        Self(span.get_days())
    }

    /// The same day of the month `months` earlier (the month's last day where it is shorter).
    #[must_use]
    pub fn months_before(self, months: u16) -> Self {
        let span = jiff::Span::new().try_months(i64::from(months)).unwrap_or_default();
        Self::of_date(self.date().saturating_sub(span))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let date: Date = text.parse().map_err(|_| NotADay(text.to_owned()))?;
        Ok(Self::of_date(date))
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970_and_back() {
        assert_eq!("1970-01-01".parse::<Day>().unwrap(), Day(0));
        assert_eq!("1998-06-30".parse::<Day>().unwrap().to_string(), "1998-06-30");
        assert_eq!(Day::of_micros(-1), Day(-1));
        assert_eq!(Day(i32::MAX).to_string(), "9999-12-31");
        assert_eq!(Day(i32::MIN).to_string(), "-009999-01-01");
        assert_eq!(Day::of_date(Day(CALENDAR.0).date()), Day(CALENDAR.0));
        assert_eq!(Day::of_date(Day(CALENDAR.1).date()), Day(CALENDAR.1));
    }

    #[test]
    fn months_end_where_the_month_ends() {
        let day: Day = "2024-03-31".parse().unwrap();
        assert_eq!(day.months_before(1).to_string(), "2024-02-29");
        assert_eq!(day.months_before(24).to_string(), "2022-03-31");
    }
}
