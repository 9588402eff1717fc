//! Sentences of the Desk that are about one person or the matrix, in pieces; pure.

pub(crate) mod definitions;

use std::collections::BTreeMap;

use parlour_core::day::Day;
use parlour_core::event::Currency;
use parlour_core::sentence::{Piece, day_in_words, thousands};
use parlour_core::standing::{Cell, Direction, Standing};

/// One person and what they are to one object on a day.
pub(crate) struct Portrait<'a> {
    /// What the person is called.
    pub(crate) name: &'a str,
    /// What the object is called.
    pub(crate) object: &'a str,
    /// The day.
    pub(crate) on: Day,
    /// Their standing on it; `None` where they have done nothing yet.
    pub(crate) standing: Option<&'a Standing>,
}

/// Who somebody is, in one sentence.
pub(crate) fn of_person(portrait: &Portrait<'_>) -> Vec<Piece> {
    let Portrait { name, object, on, standing } = portrait;
    let Some(standing) = standing else {
        return vec![Piece::words(format!("{name} has done nothing with {object} by {}.", day_in_words(*on)))];
    };
    let last = Day(standing.relation.last_day);
    let silence = on.0.saturating_sub(last.0);
    if standing.cell.is_none() {
        return vec![
            Piece::words(format!("{name} was last active on {}, ", day_in_words(last))),
            toned(&days(silence), "bad"),
            Piece::words(" ago, and counts as gone."),
        ];
    }
    let who = if standing.is_customer { "a customer" } else { "not a customer, but someone" };
    let (direction, tone) = match standing.direction {
        Direction::Rising => ("rising", Some("good")),
        Direction::Steady => ("steady", None),
        Direction::Falling => ("falling", Some("bad")),
    };
    let kind = match standing.kind_milli {
        None => "of a kind not known yet",
        Some(0..) => "positive",
        Some(_) => "negative",
    };
    let degree = times(standing.degree_milli);
    let mut pieces =
        vec![Piece::words(format!("{name} is {who} whose involvement is {degree} times the average, {kind}, and "))];
    pieces.push(Piece { tone, ..Piece::words(direction) });
    pieces.extend(rhythm(standing, *on, silence));
    pieces
}

fn rhythm(standing: &Standing, on: Day, silence: i32) -> Vec<Piece> {
    let spoken = match silence {
        ..=0 => ": active that day".to_owned(),
        n => format!(": silent {}", days(n)),
    };
    match standing.due_day.map(Day) {
        None => vec![Piece::words(format!("{spoken}."))],
        Some(due) if on <= due => vec![Piece::words(format!("{spoken}, due back by {}.", day_in_words(due)))],
        Some(due) => vec![
            Piece::words(format!("{spoken}, ")),
            toned(&format!("overdue since {}", day_in_words(Day(due.0.saturating_add(1)))), "bad"),
            Piece::words("."),
        ],
    }
}

/// How many people are in which cell, and how that differs from then.
pub(crate) fn of_matrix(now: &BTreeMap<Cell, u64>, then: &BTreeMap<Cell, u64>, since: Day) -> Vec<Piece> {
    let n = |cell: Cell| now.get(&cell).copied().unwrap_or(0);
    if Cell::ALL.iter().all(|&cell| n(cell) == 0) {
        return vec![Piece::words("Nobody is present in the matrix.")];
    }
    let number = |cell: Cell| Piece::number(n(cell), format!("cell={}", cell.name()));
    let change = n(Cell::A1) as i64 - then.get(&Cell::A1).copied().unwrap_or(0) as i64;
    let (compared, tone) = match change {
        0 => (format!("as many as on {}", day_in_words(since)), None),
        1.. => (format!("{} more than on {}", thousands(change.unsigned_abs()), day_in_words(since)), Some("good")),
        ..0 => (format!("{} fewer than on {}", thousands(change.unsigned_abs()), day_in_words(since)), Some("bad")),
    };
    let customers = if n(Cell::A1) == 1 { " customer is" } else { " customers are" };
    let mut pieces = vec![
        number(Cell::A1),
        Piece::words(format!("{customers} engaged and positive, ")),
        Piece { tone, ..Piece::words(compared) },
        Piece::words("; "),
        number(Cell::A2),
        Piece::words(" are apathetic, and "),
        number(Cell::A3),
        Piece::words(" engaged and negative. "),
    ];
    if [Cell::B1, Cell::B2, Cell::B3].into_iter().all(|cell| n(cell) == 0) {
        pieces.push(Piece::words("Nobody but customers is present."));
        return pieces;
    }
    pieces.extend([
        Piece::words("Of those who are no customers, "),
        number(Cell::B1),
        Piece::words(" are engaged and positive, "),
        number(Cell::B2),
        Piece::words(" apathetic, and "),
        number(Cell::B3),
        Piece::words(" engaged and negative."),
    ]);
    pieces
}

/// Minor units as people read them, without minor digits: 41,200 USD.
pub(crate) fn amount(minor: i64, currency: &str) -> String {
    let decimals = Currency::of_code(currency).unwrap_or_default().decimals();
    let whole = minor.unsigned_abs() / 10_u64.pow(decimals);
    format!("{}{} {currency}", if minor < 0 { "−" } else { "" }, thousands(whole))
}

fn toned(text: &str, tone: &'static str) -> Piece {
    Piece { tone: Some(tone), ..Piece::words(text) }
}

fn days(n: i32) -> String {
    format!("{} {}", thousands(u64::from(n.unsigned_abs())), if n == 1 { "day" } else { "days" })
}

/// A degree in thousandths, to one decimal as people say it, and never rounded up to the average.
fn times(milli: i64) -> String {
    match milli {
        ..=0 => "0".to_owned(),
        1..100 => "under 0.1".to_owned(),
        _ => format!("{}.{}", thousands((milli / 1000).unsigned_abs()), milli % 1000 / 100),
    }
}

#[cfg(test)]
mod tests;
