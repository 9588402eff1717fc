//! Growth accounting: who came, stayed, came back and went, and what newcomers hide.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::standing::{Cell, Standing};

/// The length of a period.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "plain words")]
pub enum By {
    Day,
    Week,
    #[default]
    Month,
}

impl By {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The number of the period in which a day lies; weeks begin on Monday.
    pub fn period_of(self, day: Day) -> i32 {
        match self {
            Self::Day => day.0,
            Self::Week => day.0.saturating_add(3).div_euclid(7),
            Self::Month => i32::from(day.date().year()) * 12 + i32::from(day.date().month()) - 1,
        }
    }

    /// The first day of a period.
    pub fn start_of(self, period: i32) -> Day {
        match self {
            Self::Day => Day(period),
            Self::Week => Day(period.saturating_mul(7).saturating_sub(3)),
            Self::Month => {
                let year = period.div_euclid(12).clamp(-9999, 9999) as i16;
                let month = period.rem_euclid(12) as i8 + 1;
                jiff::civil::Date::new(year, month, 1).map_or(Day(0), Day::of_date)
            }
        }
    }

    /// The period that people write so, as [`By::label`] does; `None` if it is none.
    pub fn period_named(self, label: &str) -> Option<i32> {
        let day = match self {
            Self::Day => label.parse::<Day>().ok()?,
            Self::Month => format!("{label}-01").parse::<Day>().ok()?,
            Self::Week => {
                let (year, week) = label.split_once("-W")?;
                let monday = jiff::civil::Weekday::Monday;
                Day::of_date(jiff::civil::ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, monday).ok()?.date())
            }
        };
        let period = self.period_of(day);
        (self.label(period) == label).then_some(period)
    }

    /// The period as people write it: 1997-02-03, 1997-W06, 1997-02.
    pub fn label(self, period: i32) -> String {
        let start = self.start_of(period);
        match self {
            Self::Day => start.to_string(),
            Self::Week => {
                let week = start.date().iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{}-{:02}", start.date().year(), start.date().month()),
        }
    }
}

/// What a period is to a person who was active in it or in the one before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Active in the period, in whichever way.
    Active,
    /// Active for the first time ever.
    New,
    /// Active in this period and the one before.
    Retained,
    /// Active again after a period without.
    Resurrected,
    /// Active in the period before and not in this one.
    Churned,
}

/// How many people were what in each period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the variants of Presence")]
pub struct PeriodCounts {
    pub active: u64,
    pub new: u64,
    pub retained: u64,
    pub resurrected: u64,
    pub churned: u64,
}

impl PeriodCounts {
    /// (new + resurrected) / churned: above one the base grows. `None` where nobody left.
    pub fn quick_ratio(&self) -> Option<f64> {
        (self.churned > 0).then(|| (self.new + self.resurrected) as f64 / self.churned as f64)
    }

    /// The quick ratio without newcomers: below one the base would shrink by itself.
    pub fn quick_without_new(&self) -> Option<f64> {
        (self.churned > 0).then(|| self.resurrected as f64 / self.churned as f64)
    }

    /// Whether newcomers hide a loss: not smaller than the period before, and smaller without them.
    pub fn is_masked(&self, active_before: u64) -> bool {
        self.active >= active_before && self.resurrected < self.churned
    }
}

/// Counts of consecutive periods. Adding people and merging counts commute.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// The length of a period.
    pub by: By,
    /// Number of the first period.
    pub first: i32,
    /// Counts from the first period on.
    pub counts: Vec<PeriodCounts>,
    periods: Vec<i32>,
    first_day: i32,
}

/// Most periods that are counted at once.
pub const MAX_PERIODS: i32 = 40_000;

impl Growth {
    /// Empty counts for the periods from that of `first` to that of `last`, at most [`MAX_PERIODS`] before `last`.
    pub fn new(by: By, first: Day, last: Day) -> Self {
        let end = by.period_of(last);
        let start = by.period_of(first).max(end.saturating_sub(MAX_PERIODS)).min(end);
        let n = end.saturating_sub(start) as usize + 1;
        let first_day = by.start_of(start).0.max(first.0);
        let periods = (first_day..=last.0).map(|day| by.period_of(Day(day))).collect();
        Self { by, first: start, counts: vec![PeriodCounts::default(); n], periods, first_day }
    }

    fn period_of(&self, day: i32) -> i32 {
        let known = day.checked_sub(self.first_day).and_then(|i| self.periods.get(i as usize));
        known.copied().unwrap_or_else(|| self.by.period_of(Day(day)))
    }

    /// Tells `told` every period in which the person with these active days (in order) counts, and as what. `Active`
    /// is told besides `New`, `Retained` or `Resurrected`.
    fn walk(&self, days: &[i32], mut told: impl FnMut(i32, Presence)) {
        let mut before: Option<i32> = None;
        for &day in days {
            let period = self.period_of(day);
            match before {
                Some(last) if last == period => continue,
                Some(last) if last + 1 == period => told(period, Presence::Retained),
                Some(last) => {
                    told(last + 1, Presence::Churned);
                    told(period, Presence::Resurrected);
                }
                None => told(period, Presence::New),
            }
            told(period, Presence::Active);
            before = Some(period);
        }
        if let Some(last) = before {
            told(last + 1, Presence::Churned);
        }
    }

    /// Counts one person in by their active days, in order.
    pub fn add(&mut self, days: &[i32]) {
        let mut counts = std::mem::take(&mut self.counts);
        self.walk(days, |period, presence| {
            let place = period.checked_sub(self.first).and_then(|i| usize::try_from(i).ok());
            let Some(count) = place.and_then(|i| counts.get_mut(i)) else { return };
            match presence {
                Presence::Active => count.active += 1,
                Presence::New => count.new += 1,
                Presence::Retained => count.retained += 1,
                Presence::Resurrected => count.resurrected += 1,
                Presence::Churned => count.churned += 1,
            }
        });
        self.counts = counts;
    }

    /// Whether the person with these active days counts as `presence` in the period.
    pub fn has(&self, days: &[i32], period: i32, presence: Presence) -> bool {
        let mut has = false;
        self.walk(days, |p, what| has |= p == period && what == presence);
        has
    }

    /// Whether both count the same periods.
    pub fn is_of_same_periods(&self, other: &Self) -> bool {
        (self.by, self.first, self.counts.len()) == (other.by, other.first, other.counts.len())
    }

    /// Adds counts of other people over the same periods.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            count.active += more.active;
            count.new += more.new;
            count.retained += more.retained;
            count.resurrected += more.resurrected;
            count.churned += more.churned;
        }
    }

    /// The number of the period written so, if it is one of these.
    pub fn period_of_label(&self, label: &str) -> Option<i32> {
        (self.first..).take(self.counts.len()).find(|&period| self.by.label(period) == label)
    }
}

/// What became of a person's engagement between two days.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Engaged now, unknown then.
    Acquired,
    /// Engaged now, known then and not engaged.
    Reactivated,
    /// Engaged then and now.
    Stayed,
    /// Engaged then, not now, but present.
    Disengaged,
    /// Engaged then, and gone now.
    Defected,
}

impl Flow {
    /// What became of the engagement of one person; `None` where there was and is none.
    pub fn between(before: Option<&Standing>, now: Option<&Standing>) -> Option<Self> {
        let was_engaged = before.is_some_and(|standing| standing.is_engaged);
        let is_engaged = now.is_some_and(|standing| standing.is_engaged);
        match (was_engaged, is_engaged) {
            (true, true) => Some(Self::Stayed),
            (true, false) if now.is_some_and(|standing| standing.cell.is_some()) => Some(Self::Disengaged),
            (true, false) => Some(Self::Defected),
            (false, true) if before.is_none() => Some(Self::Acquired),
            (false, true) => Some(Self::Reactivated),
            (false, false) => None,
        }
    }
}

/// The engaged base between two days: after = before + acquired + reactivated − disengaged − defected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the variants of Flow")]
pub struct Flows {
    pub before: u64,
    pub after: u64,
    pub acquired: u64,
    pub reactivated: u64,
    pub disengaged: u64,
    pub defected: u64,
}

impl Flows {
    /// Counts one person's flow in.
    pub fn add(&mut self, flow: Flow) {
        match flow {
            Flow::Acquired => self.acquired += 1,
            Flow::Reactivated => self.reactivated += 1,
            Flow::Stayed => {}
            Flow::Disengaged => self.disengaged += 1,
            Flow::Defected => self.defected += 1,
        }
        self.before += u64::from(matches!(flow, Flow::Stayed | Flow::Disengaged | Flow::Defected));
        self.after += u64::from(matches!(flow, Flow::Stayed | Flow::Acquired | Flow::Reactivated));
    }

    /// Adds the flows of other people.
    pub fn merge(&mut self, other: &Self) {
        self.before += other.before;
        self.after += other.after;
        self.acquired += other.acquired;
        self.reactivated += other.reactivated;
        self.disengaged += other.disengaged;
        self.defected += other.defected;
    }

    /// All who stopped being engaged.
    pub fn lost(&self) -> u64 {
        self.disengaged + self.defected
    }

    /// After less before.
    pub fn growth(&self) -> i64 {
        self.after as i64 - self.before as i64
    }

    /// After less before, without the newcomers.
    pub fn growth_without_new(&self) -> i64 {
        self.growth() - self.acquired as i64
    }

    /// The part of the losses that newcomers hide, min(acquired, lost)/lost; `None` where nothing was lost.
    pub fn masked_share(&self) -> Option<f64> {
        (self.lost() > 0).then(|| self.acquired.min(self.lost()) as f64 / self.lost() as f64)
    }
}

/// Where a person came from in the matrix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum From {
    /// A cell.
    Cell(Cell),
    /// Unknown then.
    Newcomer,
    /// Gone then, back now.
    Returned,
}

impl From {
    /// Where a person with this standing then comes from.
    pub fn of(before: Option<&Standing>) -> Self {
        match before {
            None => Self::Newcomer,
            Some(standing) => standing.cell.map_or(Self::Returned, Self::Cell),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cell(cell) => cell.name(),
            Self::Newcomer => "newcomer",
            Self::Returned => "returned",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i32 {
        text.parse::<Day>().unwrap().0
    }

    #[test]
    fn periods_have_names_and_beginnings() {
        let monday: Day = "1997-02-03".parse().unwrap();
        assert_eq!(By::Week.start_of(By::Week.period_of(Day(monday.0 + 6))), monday);
        assert_eq!(By::Week.label(By::Week.period_of(monday)), "1997-W06");
        assert_eq!(By::Month.label(By::Month.period_of(monday)), "1997-02");
        for by in [By::Day, By::Week, By::Month] {
            assert_eq!(by.period_named(&by.label(by.period_of(monday))), Some(by.period_of(monday)));
            assert_eq!([by.period_named("1997"), by.period_named("1997-99"), by.period_named("")], [None; 3]);
        }
        assert_eq!(By::Month.start_of(By::Month.period_of(monday)).to_string(), "1997-02-01");
        assert_eq!(By::Month.period_of(Day(-1)) + 1, By::Month.period_of(Day(0)));
    }

    #[test]
    fn a_person_is_counted_in_every_period_once() {
        let (first, last) = ("1997-01-01".parse().unwrap(), "1997-06-30".parse().unwrap());
        let mut growth = Growth::new(By::Month, first, last);
        let days = [day("1997-01-02"), day("1997-01-20"), day("1997-02-01"), day("1997-05-05")];
        growth.add(&days);
        let all = |f: fn(&PeriodCounts) -> u64| growth.counts.iter().map(f).collect::<Vec<_>>();
        assert_eq!(all(|c| c.active), [1, 1, 0, 0, 1, 0]);
        assert_eq!(all(|c| c.new), [1, 0, 0, 0, 0, 0]);
        assert_eq!(all(|c| c.retained), [0, 1, 0, 0, 0, 0]);
        assert_eq!(all(|c| c.resurrected), [0, 0, 0, 0, 1, 0]);
        assert_eq!(all(|c| c.churned), [0, 0, 1, 0, 0, 1]);
        let march = growth.period_of_label("1997-03").unwrap();
        assert!(growth.has(&days, march, Presence::Churned));
        assert!(!growth.has(&days, march, Presence::Active));
    }

    #[test]
    fn newcomers_mask_a_loss() {
        let flows = Flows { before: 100, after: 120, acquired: 50, reactivated: 0, disengaged: 20, defected: 10 };
        assert_eq!((flows.growth(), flows.growth_without_new()), (20, -30));
        assert_eq!(flows.masked_share(), Some(1.0));
        let counts = PeriodCounts { active: 9633, new: 8476, retained: 1157, resurrected: 0, churned: 6689 };
        assert!(counts.is_masked(7846));
        assert!((counts.quick_ratio().unwrap() - 1.267).abs() < 0.001);
    }
}
