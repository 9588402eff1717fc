//! Duty: until when an ask is to be answered, by its class and layer, around the clock or in the hours of business.
//!
//! How long somebody waited is always told around the clock; hours of business only move the time at which it is due.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::ask::Class;
use crate::event::Layer;

/// Longest time until an answer is due, in hours: a year.
pub const MAX_HOURS: f64 = 8_784.0;
/// Most days that are looked at for open hours.
const MAX_DAYS: usize = 3_660;
const MICROS_PER_HOUR: f64 = 3_600_000_000.0;

/// The settings under `[duty]`; `parlour.default.toml` explains each.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct Duty {
    pub hours: BTreeMap<Class, f64>,
    pub layers: BTreeMap<Layer, BTreeMap<Class, f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business: Option<Business>,
    pub remind_hours: f64,
    pub escalate_hours: f64,
    pub escalate_to: String,
}

/// When somebody is there to answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Business {
    /// The time zone, such as `Europe/Berlin`.
    pub zone: String,
    /// The days, `mon` to `sun`.
    pub days: Vec<Weekday>,
    /// From when, such as `09:00`, …
    pub from: Time,
    /// … until when.
    pub to: Time,
}

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the days")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// What cannot be meant.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`duty.{name}` {problem}")]
pub struct DutyError {
    /// Which setting.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl Weekday {
    fn is(self, date: Date) -> bool {
        date.weekday().to_monday_zero_offset() == self as i8
    }
}

impl Duty {
    /// Checks every setting's range.
    pub fn check(&self) -> Result<(), DutyError> {
        let wrong = |name, problem: &str| Err(DutyError { name, problem: problem.to_owned() });
        let hours = self.hours.values().chain(self.layers.values().flat_map(BTreeMap::values));
        if !hours.into_iter().all(|hours| 0.0 < *hours && *hours <= MAX_HOURS) {
            return wrong("hours", "must be above 0 and at most 8784 for every class");
        }
        if let Some(class) =
            Class::ALL.into_iter().find(|class| *class != Class::None && !self.hours.contains_key(class))
        {
            return wrong("hours", &format!("has none for `{class}`; add them"));
        }
        for (name, hours) in [("remind_hours", self.remind_hours), ("escalate_hours", self.escalate_hours)] {
            if !(0.0..=MAX_HOURS).contains(&hours) {
                return wrong(name, "must be between 0 and 8784");
            }
        }
        let Some(business) = &self.business else { return Ok(()) };
        if TimeZone::get(&business.zone).is_err() {
            return wrong(
                "business",
                &format!("has `{}` for a zone; write one such as `Europe/Berlin`", business.zone),
            );
        }
        if business.days.is_empty() || business.to <= business.from {
            return wrong("business", "needs a day, and must end after it begins");
        }
        Ok(())
    }

    /// Hours until an answer to an ask of a class on a layer is due.
    pub fn hours_of(&self, class: Class, layer: Layer) -> f64 {
        let own = self.layers.get(&layer).and_then(|hours| hours.get(&class));
        own.or_else(|| self.hours.get(&class)).copied().unwrap_or(MAX_HOURS)
    }

    /// Microseconds before an ask is due at which somebody is reminded, and after it at which it is given to somebody
    /// else; `None` where that is not to be.
    pub fn margins(&self) -> [Option<i64>; 2] {
        [self.remind_hours, self.escalate_hours].map(|hours| (0.0 < hours).then_some((hours * MICROS_PER_HOUR) as i64))
    }

    /// When an answer is due, microseconds UTC, to an ask opened at such a time.
    pub fn due_at(&self, class: Class, layer: Layer, opened_at: i64) -> i64 {
        let micros = (self.hours_of(class, layer) * MICROS_PER_HOUR) as i64;
        let in_business = self.business.as_ref().and_then(|business| business.after(opened_at, micros));
        in_business.unwrap_or_else(|| opened_at.saturating_add(micros))
    }
}

impl Business {
    /// The time at which so much open time has passed.
    fn after(&self, from: i64, micros: i64) -> Option<i64> {
        let zone = TimeZone::get(&self.zone).ok()?;
        let mut date = zone.to_datetime(Timestamp::from_microsecond(from).ok()?).date();
        let mut left = micros;
        for _ in 0..MAX_DAYS {
            if self.days.iter().any(|day| day.is(date)) {
                let at = |time: Time| Some(zone.to_timestamp(date.to_datetime(time)).ok()?.as_microsecond());
                let (opens, closes) = (at(self.from)?.max(from), at(self.to)?);
                let open = closes.saturating_sub(opens).max(0);
                if left <= open {
                    return Some(opens + left);
                }
                left -= open;
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn duty(business: Option<Business>) -> Duty {
        let hours = Class::ALL.map(|class| (class, 8.0)).into();
        let layers = [(Layer::Social, [(Class::Complaint, 1.5)].into())].into();
        Duty { hours, layers, business, remind_hours: 1.0, escalate_hours: 24.0, escalate_to: String::new() }
    }

    fn office() -> Business {
        let days = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        let (from, to) = ("09:00".parse().unwrap(), "17:00".parse().unwrap());
        Business { zone: "Europe/Berlin".to_owned(), days, from, to }
    }

    #[test]
    fn a_layer_may_have_hours_of_its_own() {
        let duty = duty(None);
        assert_eq!(duty.check(), Ok(()));
        let at = micros("2026-03-01T03:00:00Z");
        assert_eq!(duty.due_at(Class::Complaint, Layer::Web, at), micros("2026-03-01T11:00:00Z"));
        assert_eq!(duty.due_at(Class::Complaint, Layer::Social, at), micros("2026-03-01T04:30:00Z"));
    }

    #[test]
    fn hours_of_business_skip_nights_and_weekends() {
        let duty = duty(Some(office()));
        // Friday 15:00 in Berlin: two hours that day, six on Monday.
        let due = duty.due_at(Class::Question, Layer::Web, micros("2026-03-06T14:00:00Z"));
        assert_eq!(due, micros("2026-03-09T14:00:00Z"));
        // Over the change to summer time: Saturday, due on Monday at 17:00 in Berlin, now two hours ahead.
        let due = duty.due_at(Class::Question, Layer::Web, micros("2026-03-28T12:00:00Z"));
        assert_eq!(due, micros("2026-03-30T15:00:00Z"));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let mut wrong = duty(Some(Business { zone: "Berlin".to_owned(), ..office() }));
        assert!(wrong.check().unwrap_err().to_string().contains("`Berlin`"));
        wrong.business = Some(Business { to: "09:00".parse().unwrap(), ..office() });
        assert!(wrong.check().is_err());
        wrong.business = None;
        wrong.hours.remove(&Class::Mention);
        assert!(wrong.check().unwrap_err().to_string().contains("mention"));
        wrong.hours.insert(Class::Mention, 0.0);
        assert!(wrong.check().is_err());
        wrong.hours.insert(Class::Mention, 1.0);
        assert_eq!(wrong.check(), Ok(()));
        wrong.escalate_hours = -1.0;
        assert!(wrong.check().unwrap_err().to_string().contains("escalate_hours"));
        wrong.escalate_hours = f64::NAN;
        assert!(wrong.check().is_err());
    }
}
