//! The CDNOW sample.

use parlour_stats::gamma_gamma::Spend;
use parlour_stats::history::{Histories, History};

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
