//! Purchases: what one person bought of an object, as models of buying see it.

use std::collections::BTreeMap;

use parlour_stats::history::History;

use crate::contract::Contract;
use crate::day::Day;
use crate::event::Currency;
use crate::objects::ObjectId;
use crate::reading::Reading;
use crate::relation::Columns;

/// The unit in which models count time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks, as most papers count.
    #[default]
    Week,
}

impl Unit {
    /// Days in one.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

/// The days on which one person bought something of an object, by some day, and what each brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Purchases {
    /// Day and net value in minor units of the reading's currency, in order, each day once. What was given back later is
    /// taken from the last purchase before it.
    days: Vec<(i32, i64)>,
    /// Days on which a contract went on, in order, each once.
    renewals: Vec<i32>,
    /// Days on which one was cancelled, in order.
    cancellations: Vec<i32>,
    /// What purchases of the trailing year brought in other currencies, less what was given back.
    elsewhere: BTreeMap<Currency, i64>,
}

/// What a person's purchases amount to by some day.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Bought {
    /// The first day.
    pub first: i32,
    /// The last day.
    pub last: i32,
    /// Days of purchase after the first.
    pub x: u32,
    /// Σ ln(gap in days).
    pub litt: f64,
    /// What the first day brought, minor units.
    pub first_minor: i64,
    /// How many of those days brought more than nothing.
    pub n_valued: u32,
    /// What those brought, minor units.
    pub value_minor: i64,
    /// The day by which.
    pub until: i32,
    /// The contract, of whoever has or had one.
    pub contract: Option<Contract>,
}

impl Purchases {
    /// Reads a person's rows, sorted by object and day, in place of what was read before: purchases of `object` or of
    /// what belongs to it, by the reading's day.
    pub fn read(&mut self, reading: &Reading<'_>, columns: &Columns, rows: std::ops::Range<usize>, object: ObjectId) {
        self.days.clear();
        self.renewals.clear();
        self.cancellations.clear();
        self.elsewhere.clear();
        let mut refunds = Vec::new();
        let mut known = None;
        for row in rows {
            let day = columns.day[row];
            let meaning = reading.meaning(columns.verb[row]);
            if reading.day.0 < day || !(meaning.is_purchase || meaning.value_sign < 0 || meaning.is_cancellation) {
                continue;
            }
            let belongs = match known {
                Some((of, belongs)) if of == columns.object[row] => belongs,
                _ => reading.objects.line(columns.object[row]).contains(&object),
            };
            known = Some((columns.object[row], belongs));
            if !belongs {
                continue;
            }
            let currency = columns.currency[row];
            let value = meaning.value_sign.wrapping_mul(columns.value_minor[row]);
            let is_ours = currency == reading.currency;
            if value != 0 && !is_ours && currency != Currency::NONE && reading.year_start.0 < day {
                let sum = self.elsewhere.entry(currency).or_default();
                *sum = sum.wrapping_add(value);
            }
            let value = if is_ours { value } else { 0 };
            if meaning.is_cancellation {
                self.cancellations.push(day);
            } else if meaning.is_purchase {
                self.days.push((day, value));
            } else {
                refunds.push((day, value));
            }
            if meaning.is_renewal {
                self.renewals.push(day);
            }
        }
        self.renewals.sort_unstable();
        self.renewals.dedup();
        self.cancellations.sort_unstable();
        if !self.days.is_sorted_by_key(|(day, _)| *day) {
            self.days.sort_unstable_by_key(|(day, _)| *day);
        }
        self.days.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 = kept.1.wrapping_add(next.1);
            }
            is_same
        });
        for (day, value) in refunds {
            let before = self.days.partition_point(|(bought, _)| *bought <= day);
            if let Some((_, kept)) = before.checked_sub(1).and_then(|i| self.days.get_mut(i)) {
                *kept = kept.wrapping_add(value);
            }
        }
    }

    /// What purchases of the trailing year brought in other currencies than the reading's, less what was given back.
    pub fn elsewhere(&self) -> &BTreeMap<Currency, i64> {
        &self.elsewhere
    }

    /// The contract by a day, among so many days of purchase.
    fn contract(&self, day: Day, days: &[(i32, i64)]) -> Option<Contract> {
        let known = |all: &[i32]| all.partition_point(|at| *at <= day.0);
        let renewals = &self.renewals[..known(&self.renewals)];
        if renewals.is_empty() {
            return None;
        }
        let value = |at: &i32| days.binary_search_by_key(at, |(day, _)| *day).map_or(0, |i| days[i].1);
        let renewals: Vec<(i32, i64)> = renewals.iter().map(|at| (*at, value(at))).collect();
        let cancelled = self.cancellations[..known(&self.cancellations)].last().copied();
        Contract::of(&renewals, days.len(), cancelled)
    }

    /// The days and what each brought.
    pub fn days(&self) -> &[(i32, i64)] {
        &self.days
    }

    /// What they amount to by a day; `None` where nothing was bought by then.
    pub fn until(&self, day: Day) -> Option<Bought> {
        let days = &self.days[..self.days.partition_point(|(bought, _)| *bought <= day.0)];
        let (&(first, first_minor), repeats) = days.split_first()?;
        let gaps = days.windows(2).map(|pair| libm::log(f64::from(pair[1].0.saturating_sub(pair[0].0))));
        let valued = repeats.iter().filter(|(_, value)| 0 < *value);
        let (n_valued, value_minor) = valued.fold((0, 0_i64), |(n, sum), (_, value)| (n + 1, sum.wrapping_add(*value)));
        Some(Bought {
            first,
            last: days.last().map_or(first, |(day, _)| *day),
            x: repeats.len() as u32,
            litt: gaps.sum(),
            first_minor,
            n_valued,
            value_minor,
            until: day.0,
            contract: self.contract(day, days),
        })
    }

    /// How many days of purchase lie after `from`, up to and with `to`.
    pub fn between(&self, from: Day, to: Day) -> u32 {
        let below = |day: Day| self.days.partition_point(|(bought, _)| *bought <= day.0);
        below(to).saturating_sub(below(from)) as u32
    }

    /// What was brought after `from`, up to and with `to`, minor units.
    pub fn value_between(&self, from: Day, to: Day) -> i64 {
        let seen = self.days.iter().filter(|(day, _)| from.0 < *day && *day <= to.0);
        seen.fold(0, |sum, (_, value)| sum.wrapping_add(*value))
    }
}

impl Bought {
    /// Active days, in order, as if on each something worth nothing had been bought; `None` without any.
    pub fn of_days(days: &[i32], until: Day) -> Option<Self> {
        let (&first, &last) = (days.first()?, days.last()?);
        let litt = days.windows(2).map(|pair| libm::log(f64::from(pair[1].saturating_sub(pair[0])))).sum();
        Some(Self { first, last, x: days.len() as u32 - 1, litt, until: until.0, ..Self::default() })
    }

    /// The history as models take it, in `unit`.
    pub fn history(&self, unit: Unit) -> History {
        let days = |from: i32, to: i32| f64::from(to.saturating_sub(from).max(0)) / unit.days();
        let litt = self.litt - f64::from(self.x) * libm::log(unit.days());
        let history = History::new(self.x, days(self.first, self.last), days(self.first, self.until));
        history.map_or(History::NEW, |history| history.with_litt(litt))
    }

    /// The mean of the repeat purchases that brought more than nothing, minor units; 0 without any.
    pub fn mean_value(&self) -> f64 {
        if self.n_valued == 0 { 0.0 } else { self.value_minor as f64 / f64::from(self.n_valued) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::Verbs;
    use crate::event::Currency;
    use crate::key::Key;
    use crate::objects::{Object, Objects};
    use crate::parameters::Parameters;
    use crate::vocabulary::Vocabulary;

    fn read(rows: &[(u32, i32, &str, i64)], on: i32) -> Purchases {
        read_in(Currency::of_code("USD").unwrap(), rows, on)
    }

    fn read_in(currency: Currency, rows: &[(u32, i32, &str, i64)], on: i32) -> Purchases {
        let object = |key: u128, parent: Option<u128>| Object {
            key: Key(key),
            name: crate::event::Name::new("product", key.to_string()),
            title: None,
            parent: parent.map(Key),
        };
        let objects = Objects::new(vec![object(1, None), object(2, Some(1)), object(3, None)]);
        let (parameters, mut verbs, mut columns) = (Parameters::default(), Verbs::default(), Columns::default());
        for &(object, day, verb, value) in rows {
            columns.object.push(object);
            columns.day.push(day);
            columns.layer.push(1);
            columns.verb.push(verbs.id(verb));
            columns.kind.push(0);
            columns.paid.push(false);
            columns.currency.push(currency);
            columns.n.push(1);
            columns.value_minor.push(value);
        }
        columns.sort();
        let reading = Reading::new(Day(on), &parameters, &Vocabulary::default(), &verbs, &objects);
        let mut purchases = Purchases::default();
        purchases.read(&reading, &columns, 0..columns.len(), 0);
        purchases
    }

    #[test]
    fn renewals_make_a_contract_that_a_cancellation_ends_and_other_currencies_are_kept_apart() {
        let mut rows: Vec<_> = (0..5).map(|i| (1, i * 30, "renewed", 1_200)).collect();
        let running = read(&rows, 130).until(Day(130)).unwrap().contract.unwrap();
        assert_eq!((running.n, running.last, running.value_minor, running.is_cancelled), (5, 120, 6_000, false));
        rows.push((1, 125, "cancelled", 0));
        let cancelled = read(&rows, 130);
        assert!(cancelled.until(Day(130)).unwrap().contract.unwrap().is_cancelled);
        assert!(!cancelled.until(Day(124)).unwrap().contract.unwrap().is_cancelled);
        assert_eq!(cancelled.days().len(), 5, "a cancellation is no purchase");
        assert_eq!(read(&[(0, 10, "bought", 100)], 30).until(Day(30)).unwrap().contract, None);
        assert!(cancelled.elsewhere().is_empty());
        let told = |rows| {
            read_in(Currency::of_code("EUR").unwrap(), rows, 400).elsewhere().clone().into_values().collect::<Vec<_>>()
        };
        assert_eq!(told(&[(0, 30, "bought", 500), (0, 60, "bought", 300), (1, 61, "returned_goods", 100)]), [200]);
        assert!(told(&[(0, 60, "cancelled", 300), (0, 61, "viewed", 300)]).is_empty(), "what was not paid is nowhere");
    }

    #[test]
    fn days_are_united_over_products_and_refunds_taken_from_the_purchase_before() {
        let rows = [
            (0, 10, "bought", 100),
            (1, 10, "bought", 50),
            (1, 24, "bought", 80),
            (0, 25, "returned_goods", 80),
            (0, 38, "bought", 40),
            (2, 40, "bought", 1),
            (0, 41, "viewed", 0),
            (0, 99, "bought", 7),
        ];
        let purchases = read(&rows, 66);
        assert_eq!(purchases.days(), [(10, 150), (24, 0), (38, 40)]);
        let bought = purchases.until(Day(66)).unwrap();
        assert_eq!((bought.x, bought.n_valued, bought.value_minor), (2, 1, 40));
        let history = bought.history(Unit::Week);
        assert_eq!((history.x(), history.t_x(), history.age()), (2, 4.0, 8.0));
        assert!((history.litt() - 2.0 * 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(purchases.until(Day(9)), None);
        assert_eq!((purchases.between(Day(10), Day(38)), purchases.value_between(Day(9), Day(10))), (2, 150));
    }
}
