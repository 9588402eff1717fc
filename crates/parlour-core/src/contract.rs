//! Contracts: people whose purchases are renewals at a regular period, beside those who buy when they like.
//!
//! Who renews is there for certain until the next renewal is due; whether they make it is told by the shifted
//! beta-geometric, fitted to everybody's renewals of the object ([`parlour_stats::shifted_beta_geometric`]). Periods are
//! counted from the first renewal, since before it nobody is known to have a contract.

use parlour_stats::fit::Options;
use parlour_stats::shifted_beta_geometric::{Contracts as Row, ShiftedBetaGeometric};

use crate::day::Day;
use crate::sentence::{day_in_words, thousands};
use crate::worth::YEAR_DAYS;

/// Days of the year ahead.
const YEAR: i32 = YEAR_DAYS as i32;

/// A person's renewals without a break longer than half a period, the last of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contract {
    /// The last renewal.
    pub last: i32,
    /// How many.
    pub n: u32,
    /// The person's median gap in days; `None` after one renewal.
    pub gap: Option<i32>,
    /// What they brought, minor units.
    pub value_minor: i64,
    /// Whether the person cancelled since the last.
    pub is_cancelled: bool,
}

/// Where a contract stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// The next renewal is not due yet.
    Current,
    /// It is due, by no more than half a period.
    Overdue,
    /// It was not made.
    Ended,
    /// The person cancelled.
    Cancelled,
}

impl Contract {
    /// Of renewals (day and value, in order, each day once) among `n_days` days of purchase, and the last day on which
    /// the person cancelled. `None` where fewer than half of the days are renewals, or where they are not regular: fewer
    /// than two thirds of the gaps within a quarter of the median.
    pub(crate) fn of(renewals: &[(i32, i64)], n_days: usize, cancelled: Option<i32>) -> Option<Self> {
        let &(last, _) = renewals.last()?;
        if 2 * renewals.len() < n_days {
            return None;
        }
        let gap_to = |i: usize| renewals[i].0.saturating_sub(renewals[i - 1].0);
        let mut gaps: Vec<i32> = (1..renewals.len()).map(gap_to).collect();
        gaps.sort_unstable();
        let gap = gaps.get(gaps.len() / 2).copied();
        let near = |gap: i32, other: i32| i64::from(gap.abs_diff(other)) * 4 <= i64::from(gap);
        if let Some(gap) = gap
            && 3 * gaps.iter().filter(|other| near(gap, **other)).count() < 2 * gaps.len()
        {
            return None;
        }
        let is_break = |other: i32| gap.is_some_and(|gap| is_over(other, gap));
        let from = (1..renewals.len()).rev().find(|i| is_break(gap_to(*i))).unwrap_or(0);
        let run = &renewals[from..];
        Some(Self {
            last,
            n: run.len() as u32,
            gap,
            value_minor: run.iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value)),
            is_cancelled: cancelled.is_some_and(|day| last <= day),
        })
    }

    fn term(&self, on: i32, period: i32) -> Term {
        let silence = on.saturating_sub(self.last);
        if self.is_cancelled {
            Term::Cancelled
        } else if is_over(silence, period) {
            Term::Ended
        } else if period < silence {
            Term::Overdue
        } else {
            Term::Current
        }
    }
}

/// Whether a silence is longer than a period and a half.
fn is_over(silence: i32, period: i32) -> bool {
    3 * i64::from(period) < 2 * i64::from(silence)
}

/// What is known of everybody's contracts with an object.
#[derive(Clone, PartialEq, Debug)]
pub struct Terms {
    model: ShiftedBetaGeometric,
    period: i32,
    n_people: u64,
}

/// What a contract leads to expect.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Renewal {
    /// Where it stands.
    pub term: Term,
    /// Renewals so far.
    pub n: u32,
    /// Days between them.
    pub period: i32,
    /// When the next is, or was, due.
    pub next: i32,
    /// The chance that somebody with as many renewals makes the next.
    pub p_next: f64,
    /// Renewals in the year ahead if the contract went on.
    pub n_due: f64,
    /// Renewals expected in it.
    pub expected: f64,
}

impl Terms {
    /// Learns from everybody's contracts as of a day; `None` where nobody has renewed twice, so that no period is known.
    pub fn of(contracts: &[Contract], on: i32) -> Option<Self> {
        let mut gaps: Vec<i32> = contracts.iter().filter_map(|contract| contract.gap).collect();
        gaps.sort_unstable();
        let period = gaps.get(gaps.len() / 2).copied()?.max(1);
        let row = |contract: &Contract| {
            let has_ended = match contract.term(on, contract.gap.unwrap_or(period)) {
                Term::Current | Term::Overdue => false,
                Term::Ended | Term::Cancelled => true,
            };
            Row { period: if has_ended { contract.n } else { contract.n - 1 }, has_ended, weight: 1.0 }
        };
        let rows: Vec<Row> = contracts.iter().filter(|contract| 0 < contract.n).map(row).collect();
        let fitted = ShiftedBetaGeometric::fit(&rows, Options::default()).ok().map(|fit| fit.model);
        // With nothing to learn from, any chance to go on is as likely as another.
        let model = fitted.or_else(|| ShiftedBetaGeometric::new(1.0, 1.0).ok())?;
        Some(Self { model, period, n_people: rows.len() as u64 })
    }

    /// What a contract leads to expect on a day.
    pub fn renewal(&self, contract: &Contract, on: i32) -> Renewal {
        let period = contract.gap.unwrap_or(self.period).max(1);
        let term = contract.term(on, period);
        let p_next = self.model.retention(contract.n);
        let next = contract.last.saturating_add(period);
        let (n_due, expected) = match term {
            Term::Current | Term::Overdue => {
                let n_due = (on.saturating_add(YEAR).saturating_sub(contract.last) / period).max(0) as u32;
                let made = contract.n.saturating_sub(1);
                let now = self.model.survival(made).max(f64::MIN_POSITIVE);
                let expected = (1..=n_due).map(|j| self.model.survival(made.saturating_add(j)) / now).sum();
                (f64::from(n_due), expected)
            }
            Term::Ended | Term::Cancelled => (f64::from(YEAR) / f64::from(period), 0.0),
        };
        Renewal { term, n: contract.n, period, next, p_next, n_due, expected }
    }

    /// The model in words.
    pub fn in_words(&self) -> String {
        let [alpha, beta] = self.model.parameters();
        format!(
            "contracts of {} people by the shifted beta-geometric with alpha = {alpha:.3}, beta = {beta:.3}",
            thousands(self.n_people)
        )
    }
}

impl Renewal {
    /// The chance that the person is still there: certain until a renewal is due.
    pub fn p_alive(&self) -> f64 {
        match self.term {
            Term::Current => 1.0,
            Term::Overdue => self.p_next,
            Term::Ended | Term::Cancelled => 0.0,
        }
    }

    /// Where the contract stands, in a sentence.
    pub fn in_words(&self) -> String {
        let times = if self.n == 1 { "once".to_owned() } else { format!("{} times", thousands(u64::from(self.n))) };
        let every = format!("renewed {times}, about every {} days", thousands(self.period.unsigned_abs().into()));
        let (next, percent) = (day_in_words(Day(self.next)), format!("{:.0} %", self.p_next * 100.0));
        match self.term {
            Term::Current => {
                format!("Under contract, {every}: here until the next renewal on {next}, which {percent} make.")
            }
            Term::Overdue => {
                format!("Under contract, {every}: the renewal due on {next} has not come yet; {percent} make it.")
            }
            Term::Ended => format!("A contract that ended, {every}: the renewal due on {next} was not made."),
            Term::Cancelled => format!("A contract that they cancelled, {every}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monthly(n: i32, from: i32) -> Vec<(i32, i64)> {
        (0..n).map(|i| (from + i * 30 + i % 2, 900)).collect()
    }

    #[test]
    fn renewals_are_a_contract_where_they_are_regular_and_most_of_what_is_bought() {
        let contract = Contract::of(&monthly(6, 0), 7, None).unwrap();
        assert_eq!((contract.n, contract.last, contract.value_minor, contract.is_cancelled), (6, 151, 5_400, false));
        assert!((29..=31).contains(&contract.gap.unwrap()));
        assert_eq!(Contract::of(&monthly(6, 0), 13, None), None, "mostly other purchases");
        assert_eq!(Contract::of(&[(0, 1), (5, 1), (80, 1), (97, 1)], 4, None), None, "no period");
        assert_eq!(Contract::of(&[(3, 1)], 1, None).unwrap().gap, None);
        assert_eq!(Contract::of(&[], 0, None), None);
        // After a break of three periods a new one begins.
        let broken: Vec<_> = monthly(6, 0).into_iter().chain(monthly(3, 240)).collect();
        assert_eq!(Contract::of(&broken, 9, None).unwrap().n, 3);
        let cancelled = |day| Contract::of(&monthly(6, 0), 6, Some(day)).unwrap().is_cancelled;
        assert!(cancelled(151) && !cancelled(150), "whoever renews after cancelling has not cancelled");
    }

    #[test]
    fn a_contract_is_certain_until_due_then_likely_then_over() {
        let run = monthly(6, 0);
        let contract = Contract::of(&run, 6, None).unwrap();
        let terms = Terms::of(&[contract; 40], 160).unwrap();
        let gap = contract.gap.unwrap();
        let at = |silence: i32| terms.renewal(&contract, contract.last + silence);
        assert_eq!((at(gap).term, at(gap).p_alive()), (Term::Current, 1.0));
        assert_eq!(at(gap + 1).term, Term::Overdue);
        assert!(0.0 < at(gap + 1).p_alive() && at(gap + 1).p_alive() < 1.0);
        assert_eq!((at(2 * gap).term, at(2 * gap).p_alive(), at(2 * gap).expected), (Term::Ended, 0.0, 0.0));
        let now = at(0);
        assert!(11.0 <= now.n_due && now.expected < now.n_due, "{now:?}");
        assert!(now.in_words().contains("renewed 6 times, about every 3"), "{}", now.in_words());
        assert_eq!(Terms::of(&[], 0), None);
    }

    /// The published high-end customers of Fader and Hardie (2007): of 1000, so many are there in each of eight years.
    #[test]
    fn chances_are_those_of_the_paper() {
        let survivors = [1000, 869, 743, 653, 593, 551, 517, 491];
        let mut contracts = Vec::new();
        let contract = |n: u32, last: i32| Contract { last, n, gap: Some(365), value_minor: 0, is_cancelled: false };
        let on = 365 * 8;
        for (year, pair) in survivors.windows(2).enumerate() {
            // Who went after this many years made so many renewals, the first of them being the beginning.
            let (n, last) = (year as u32 + 1, on - 365 * (8 - year as i32));
            contracts.extend(vec![contract(n, last); (pair[0] - pair[1]) as usize]);
        }
        contracts.extend(vec![contract(8, on - 100); 491]);
        let terms = Terms::of(&contracts, on).unwrap();
        let [alpha, beta] = terms.model.parameters();
        assert!((alpha - 0.6681).abs() < 1e-3 && (beta - 3.8061).abs() < 1e-3, "{alpha} {beta}");
        let renewal = terms.renewal(&contract(8, on - 100), on);
        let retention = (beta + 7.0) / (alpha + beta + 7.0);
        assert!(
            (renewal.p_next - retention).abs() < 1e-12 && (renewal.expected - retention).abs() < 1e-9,
            "{renewal:?}"
        );
    }
}
