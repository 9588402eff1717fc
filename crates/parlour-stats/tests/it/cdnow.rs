//! The CDNOW sample.

use parlour_stats::gamma_gamma::Spend;
use parlour_stats::history::{Histories, History};
use parlour_stats::holdout::Case;

pub(crate) struct Person {
    pub(crate) history: History,
    pub(crate) spend: Spend,
    pub(crate) holdout: f64,
}

pub(crate) fn people() -> Vec<Person> {
    let lines = include_str!("../golden/cdnow_sample.csv").lines().skip(1);
    let person = |line: &str| {
        let field: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let history = History::new(field[0] as u32, field[1] / 7.0, field[2] / 7.0).unwrap().with_litt(field[4]);
        Person { history, spend: Spend { x: history.x(), mean: field[3], weight: 1.0 }, holdout: field[5] }
    };
    lines.map(person).collect()
}

pub(crate) fn histories() -> Histories {
    Histories::new(people().iter().map(|person| person.history))
}

/// With times rounded to hundredths of a week, as in the summary file that the papers' spreadsheets and lifetimes use.
pub(crate) fn rounded() -> Histories {
    let round = |time: f64| (time * 100.0).round() / 100.0;
    let rounded = |history: History| History::new(history.x(), round(history.t_x()), round(history.age())).unwrap();
    Histories::new(people().iter().map(|person| rounded(person.history)))
}

/// What was to be forecast: weeks 40 to 78, from weeks 1 to 39.
pub(crate) fn cases() -> Vec<Case> {
    let case = |person: &Person| Case { history: person.history, n_ahead: person.holdout as u32, weight: 1.0 };
    people().iter().map(case).collect()
}

/// The same inside weeks 1 to 39: what was known at the end of a week, and the rest of the 39 weeks to be forecast.
pub(crate) fn cases_at_week(week: u32) -> Vec<Case> {
    let later = f64::from(39 - week) * 7.0;
    let case = |(person, days): (&Person, Vec<f64>)| {
        let age = person.history.age() * 7.0 - later;
        let known: Vec<f64> = days.iter().copied().filter(|day| *day <= age).collect();
        let t_x = known.last().copied().unwrap_or(0.0);
        let history = History::new(known.len() as u32, t_x / 7.0, age / 7.0).unwrap();
        Case { history, n_ahead: (days.len() - known.len()) as u32, weight: 1.0 }
    };
    people().iter().zip(purchases().map(|(_, days)| days)).map(case).collect()
}

/// The value of each first purchase in US dollars, and the days of the repeats.
fn purchases() -> impl Iterator<Item = (f64, Vec<f64>)> {
    let lines = include_str!("../golden/cdnow_purchases.csv").lines().skip(1);
    lines.map(|line| {
        let (value, days) = line.split_once(',').unwrap();
        (value.parse().unwrap(), days.split_whitespace().map(|day| day.parse().unwrap()).collect())
    })
}

pub(crate) fn first_values() -> Vec<f64> {
    purchases().map(|(value, _)| value).collect()
}
