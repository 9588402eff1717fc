//! Sentences: findings in plain English, in pieces, so that every number can lead to the list that makes it.

use serde::Serialize;

use crate::change::{Account, Base, Change};
use crate::day::{Day, MICROS_PER_DAY};
use crate::growth::{By, Flows, Growth};

/// A piece of a sentence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Query parameters of the list of people behind the number, if it is one.
    pub list: Option<String>,
    /// `good` or `bad`, as a hint for colour.
    pub tone: Option<&'static str>,
}

impl Piece {
    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), list: None, tone: None }
    }

    /// A number and its list.
    pub fn number(n: u64, list: impl Into<String>) -> Self {
        Self { text: thousands(n), list: Some(list.into()), tone: None }
    }

    fn toned(mut self, tone: &'static str) -> Self {
        self.tone = Some(tone);
        self
    }
}

/// The sentence as plain text.
pub fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// A count with its thousands set apart, as 23,570.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A day as people write it: 30 June 1998.
pub fn day_in_words(day: Day) -> String {
    let date = day.date();
    format!("{} {} {}", date.day(), month_name(date.month()), date.year())
}

/// A time as people write it: 12:05 UTC on 30 June 1998.
pub fn minute_in_words(micros: i64) -> String {
    let minute = micros.rem_euclid(MICROS_PER_DAY) / 60_000_000;
    format!("{:02}:{:02} UTC on {}", minute / 60, minute % 60, day_in_words(Day::of_micros(micros)))
}

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES.get(month as usize - 1).copied().unwrap_or_default()
}

fn people(n: u64) -> &'static str {
    if n == 1 { " person" } else { " people" }
}

/// What became of a base over periods, each with its label: the last one, and what newcomers hid.
pub fn of_accounts(base: Base, periods: &[(String, Account)]) -> Vec<Piece> {
    let Some((label, last)) = periods.last() else { return vec![Piece::words("There is nothing to account for yet.")] };
    let what = match base {
        Base::Active => "people who were active",
        Base::Engaged => "people who were engaged",
        Base::Degree => "the sum of degrees",
        Base::Value => "what purchases brought",
    };
    let change = match (last.before, last.after - last.before) {
        (0, _) => "began.".to_owned(),
        (before, 0) => format!("stayed the same ({} kept).", percent(last.kept, before)),
        (before, change) if change.unsigned_abs() < (before / 200).unsigned_abs() => {
            format!("stayed about the same{}", without_new(last))
        }
        (before, 1..) => format!("grew by {}{}", percent(last.after - before, before), without_new(last)),
        (before, ..0) => format!("shrank by {}{}", percent(before - last.after, before), without_new(last)),
    };
    let is_masked = |account: &Account| 0 < account.before && account.is_masked();
    let masked: Vec<&str> = periods.iter().filter(|(_, one)| is_masked(one)).map(|(label, _)| label.as_str()).collect();
    let hidden = match masked.as_slice() {
        [] => String::new(),
        [one] => format!(" Newcomers hid a loss in {one}."),
        [first, .., last] => {
            format!(" Newcomers hid a loss in {} periods, from {first} to {last}.", masked.len())
        }
    };
    vec![Piece::words(format!("In {label} {what} {change}{hidden}"))]
}

fn without_new(account: &Account) -> String {
    let new = account.of(Change::New).amount;
    match account.after - account.before - new {
        _ if new == 0 => ".".to_owned(),
        without @ 0.. => format!(", and by {} without newcomers.", percent(without, account.before)),
        without => format!("; without newcomers it would have shrunk by {}.", percent(-without, account.before)),
    }
}

fn percent(part: i64, whole: i64) -> String {
    format!("{:.0} %", part as f64 / whole.max(1) as f64 * 100.0)
}

/// How many are still there, by each way of saying so.
#[derive(Clone, Copy, Debug, Default)]
pub struct SurvivorFacts {
    /// All people.
    pub n: u64,
    /// For how many months activity is known: a longer window can lose nobody.
    pub n_known: u16,
    /// Windows in months …
    pub months: [u16; 3],
    /// … and how many were active within each.
    pub within: [u64; 3],
    /// For how many the model has a say.
    pub n_modelled: u64,
    /// The sum of their chances to be there.
    pub alive: f64,
}

/// How many are still there, by each way of saying so.
pub fn of_survivors(facts: &SurvivorFacts) -> Vec<Piece> {
    if facts.n == 0 {
        return vec![Piece::words("Nobody is here yet.")];
    }
    let percent = |n: f64, whole: u64| format!("{:.0} %", n / whole.max(1) as f64 * 100.0);
    let windows = facts.months.iter().zip(facts.within).filter(|(months, _)| **months <= facts.n_known);
    let mut parts: Vec<String> = windows
        .map(|(months, n)| format!("{} were active within {months} months", percent(n as f64, facts.n)))
        .collect();
    if 0 < facts.n_modelled {
        let (alive, n) = (percent(facts.alive, facts.n_modelled), thousands(facts.n_modelled));
        parts.push(format!("the model believes {alive} of {n} to be there still"));
    }
    if parts.is_empty() {
        let shortest = facts.months[0];
        parts.push(format!("less than {shortest} months are known, too little to say who is still there"));
    }
    vec![Piece::words(format!("Of {} people {}.", thousands(facts.n), parts.join("; ")))]
}

/// What happened to the engaged base, and what newcomers hide.
pub fn of_flows(flows: &Flows) -> Vec<Piece> {
    let (growth, without) = (flows.growth(), flows.growth_without_new());
    let acquired = Piece::number(flows.acquired, "flow=acquired");
    let newcomers = if flows.acquired == 1 { " newcomer" } else { " newcomers" };
    let n = growth.unsigned_abs();
    match (growth, flows.acquired) {
        (0, 0) if flows.lost() == 0 => vec![Piece::words("The engaged base did not change: nobody joined or left it.")],
        (1.., 1..) if without < 0 => vec![
            Piece::words(format!("The engaged base grew by {}{}. Without ", thousands(n), people(n))),
            acquired.toned("good"),
            Piece::words(format!("{newcomers} it would have shrunk by {}.", thousands(without.unsigned_abs()))),
        ],
        (0.., _) | (..0, 0) => {
            let change = match growth {
                0 => "The engaged base kept its size: ".to_owned(),
                1.. => format!("The engaged base grew by {}{}: ", thousands(n), people(n)),
                ..0 => format!("The engaged base shrank by {}{}: ", thousands(n), people(n)),
            };
            let mut pieces = vec![Piece::words(change), acquired, Piece::words(format!("{newcomers} and "))];
            pieces.extend(returned_and_lost(flows));
            pieces
        }
        (..0, _) => vec![
            Piece::words(format!("The engaged base shrank by {}{}. Without ", thousands(n), people(n))),
            acquired,
            Piece::words(format!("{newcomers} it would have shrunk by {}.", thousands(without.unsigned_abs()))),
        ],
    }
}

fn returned_and_lost(flows: &Flows) -> [Piece; 6] {
    [
        Piece::number(flows.reactivated, "flow=reactivated"),
        Piece::words(" who came back, against "),
        Piece::number(flows.disengaged, "flow=disengaged").toned("bad"),
        Piece::words(" who cooled and "),
        Piece::number(flows.defected, "flow=defected").toned("bad"),
        Piece::words(" who are gone."),
    ]
}

/// How many of those engaged then still are.
pub fn of_those_engaged(flows: &Flows, since: Day) -> Vec<Piece> {
    if flows.before == 0 {
        return vec![Piece::words(format!("Nobody was engaged on {}.", day_in_words(since)))];
    }
    let stayed = flows.before - flows.lost();
    vec![
        Piece::words(format!("Of {} engaged on {}, ", thousands(flows.before), day_in_words(since))),
        Piece::number(stayed, "flow=stayed"),
        Piece::words(format!(" ({} %) still are; ", stayed * 100 / flows.before)),
        Piece::number(flows.disengaged, "flow=disengaged"),
        Piece::words(" cooled below the average and "),
        Piece::number(flows.defected, "flow=defected"),
        Piece::words(" are gone. "),
        Piece::number(flows.reactivated, "flow=reactivated"),
        Piece::words(" came back."),
    ]
}

/// The latest period in which newcomers hid a loss, in one sentence.
pub fn of_growth(growth: &Growth) -> Vec<Piece> {
    let masked = (1..growth.counts.len())
        .rev()
        .find(|&i| growth.counts[i].is_masked(growth.counts[i - 1].active) && growth.counts[i].churned > 0);
    let Some(i) = masked else {
        return vec![Piece::words(
            "No period's growth hid a loss: whenever more people left than came back, the base shrank.",
        )];
    };
    masked_period(growth, i)
}

/// What the growth of period number `i` (at least 1) of the counts hides.
pub fn masked_period(growth: &Growth, i: usize) -> Vec<Piece> {
    let (counts, before) = (growth.counts[i], growth.counts[i - 1].active);
    let period = growth.first + i as i32;
    let list = |presence: &str| {
        let by = match growth.by {
            By::Day => "day",
            By::Week => "week",
            By::Month => "month",
        };
        format!("by={by}&period={}&period_flow={presence}", growth.by.label(period))
    };
    let share = (counts.churned * 100).checked_div(before).unwrap_or(0);
    let word = if counts.active > before { "grew" } else { "held" };
    vec![
        Piece::words(format!("{} {word} from {} to ", period_in_words(growth.by, period), thousands(before))),
        Piece::number(counts.active, list("active")),
        Piece::words(" active people, and its "),
        Piece::number(counts.new, list("new")),
        Piece::words(" newcomers hid that "),
        Piece::number(counts.churned, list("churned")).toned("bad"),
        Piece::words(format!(" of the {} before ({share} %) did not come back.", thousands(before))),
    ]
}

/// A period in words: February 1997, the week of 3 February 1997.
pub fn period_in_words(by: By, period: i32) -> String {
    let start = by.start_of(period);
    match by {
        By::Day => day_in_words(start),
        By::Week => format!("The week of {}", day_in_words(start)),
        By::Month => format!("{} {}", month_name(start.date().month()), start.date().year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_masking_sentence() {
        let flows =
            Flows { before: 3000, after: 3412, acquired: 1903, reactivated: 12, disengaged: 1400, defected: 103 };
        assert_eq!(
            plain(&of_flows(&flows)),
            "The engaged base grew by 412 people. Without 1,903 newcomers it would have shrunk by 1,491."
        );
        let flows = Flows { before: 10, after: 7, acquired: 0, reactivated: 1, disengaged: 3, defected: 1 };
        assert_eq!(
            plain(&of_flows(&flows)),
            "The engaged base shrank by 3 people: 0 newcomers and 1 who came back, against 3 who cooled and 1 who are \
             gone."
        );
    }

    #[test]
    fn accounts_say_what_newcomers_hide() {
        let account = |before: i64, stayed: i64, new: i64| {
            let mut account = Account::default();
            let mut people = |n: i64, before, now, was_known| {
                (0..n).for_each(|_| account.add(&crate::change::Shares { before, now, was_known, turned: false }));
            };
            people(stayed, 1, 1, true);
            people(before - stayed, 1, 0, true);
            people(new, 0, 1, false);
            account
        };
        let told = |periods: &[Account]| {
            let labelled: Vec<_> = periods.iter().enumerate().map(|(i, a)| (format!("2024-0{}", i + 1), *a)).collect();
            plain(&of_accounts(Base::Active, &labelled))
        };
        assert_eq!(told(&[]), "There is nothing to account for yet.");
        assert_eq!(told(&[account(0, 0, 5)]), "In 2024-01 people who were active began.");
        assert_eq!(
            told(&[account(100, 20, 100)]),
            "In 2024-01 people who were active grew by 20 %; without newcomers it would have shrunk by 80 %. Newcomers \
             hid a loss in 2024-01."
        );
        assert_eq!(told(&[account(100, 60, 0)]), "In 2024-01 people who were active shrank by 40 %.");
        assert_eq!(told(&[account(100, 100, 0)]), "In 2024-01 people who were active stayed the same (100 % kept).");
        assert_eq!(
            told(&[account(1_000, 900, 101), account(1_000, 900, 99)]),
            "In 2024-02 people who were active stayed about the same; without newcomers it would have shrunk by 10 %. \
             Newcomers hid a loss in 2024-01."
        );
    }

    #[test]
    fn survivors_are_told_by_windows_that_can_lose_somebody() {
        let facts = SurvivorFacts {
            n: 1_000,
            n_known: 18,
            months: [12, 24, 36],
            within: [350, 1_000, 1_000],
            n_modelled: 900,
            alive: 405.0,
        };
        let told = |facts| plain(&of_survivors(&facts));
        assert_eq!(
            told(facts),
            "Of 1,000 people 35 % were active within 12 months; the model believes 45 % of 900 to be there still."
        );
        let young = SurvivorFacts { n_known: 3, n_modelled: 0, ..facts };
        assert!(told(young).ends_with("less than 12 months are known, too little to say who is still there."));
        assert_eq!(told(SurvivorFacts { n: 0, ..facts }), "Nobody is here yet.");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 23570, 1_234_567].map(thousands), ["0", "999", "1,000", "23,570", "1,234,567"]);
    }
}
