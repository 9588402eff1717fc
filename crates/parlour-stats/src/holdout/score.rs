//! How near forecasts came: amounts, ranks, and calibration by tenths.

use super::Case;

/// How well a forecast did. What a rank alone cannot tell is `None`, as is what nobody's behaviour tells apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// People.
    pub n_people: f64,
    /// Of the model on the histories it was fitted to.
    pub log_likelihood: Option<f64>,
    /// Purchases that were forecast.
    pub sum: Option<f64>,
    /// Purchases that happened.
    pub actual_sum: f64,
    /// The forecast over what happened, less 1.
    pub bias: Option<f64>,
    /// Mean absolute error. It is least for the median, so forecasts that add up do not minimise it.
    pub mae: Option<f64>,
    /// Root of the mean squared error; least for the mean, as which all models here forecast.
    pub rmse: Option<f64>,
    /// The chance that somebody who came is ranked before somebody who did not, ties counting half.
    pub auc: Option<f64>,
    /// The share of what happened that the tenth ranked first brought (a last person who is cut counts in full).
    pub top_share: Option<f64>,
    /// Tenths of the people from the lowest forecast to the highest.
    pub deciles: Vec<Decile>,
    /// The mean probability to be there, by the model.
    pub p_alive: Option<f64>,
    /// The share of people who came within the horizon: at most those who were there.
    pub active_share: f64,
}

/// A tenth of the people by forecast; those with the same forecast are kept together, so tenths may be unequal or fewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decile {
    /// People.
    pub n_people: f64,
    /// Purchases forecast for one of them.
    pub forecast: f64,
    /// Purchases one of them made.
    pub actual: f64,
}

/// Scores amounts, one for each case in their order; fewer amounts leave the last cases out.
pub fn score_forecasts(cases: &[Case], forecasts: &[f64]) -> Scores {
    let mut scores = score_ranks(cases, forecasts);
    let (mut sum, mut absolute, mut squared) = (0.0, 0.0, 0.0);
    for (case, forecast) in cases.iter().zip(forecasts) {
        let error = forecast - f64::from(case.n_ahead);
        sum += case.weight * forecast;
        absolute += case.weight * error.abs();
        squared += case.weight * error * error;
    }
    let n = scores.n_people;
    scores.sum = Some(sum);
    scores.bias = (0.0 < scores.actual_sum).then(|| sum / scores.actual_sum - 1.0);
    scores.mae = (0.0 < n).then(|| absolute / n);
    scores.rmse = (0.0 < n).then(|| (squared / n).sqrt());
    scores.deciles = deciles(&Ranked::of(cases, forecasts), n);
    scores
}

/// Scores an order of the people, best last; the amounts in it mean nothing.
pub fn score_ranks(cases: &[Case], ranks: &[f64]) -> Scores {
    let ranked = Ranked::of(cases, ranks);
    let (mut n_people, mut n_active, mut actual_sum) = (0.0, 0.0, 0.0);
    for (_, case) in &ranked.0 {
        n_people += case.weight;
        n_active += if 0 < case.n_ahead { case.weight } else { 0.0 };
        actual_sum += case.weight * f64::from(case.n_ahead);
    }
    Scores {
        n_people,
        actual_sum,
        auc: ranked.auc(n_active, n_people - n_active),
        top_share: (0.0 < actual_sum).then(|| ranked.top(n_people / 10.0) / actual_sum),
        active_share: if 0.0 < n_people { n_active / n_people } else { 0.0 },
        ..Scores::default()
    }
}

/// Cases from the lowest rank to the highest.
struct Ranked(Vec<(f64, Case)>);

impl Ranked {
    fn of(cases: &[Case], ranks: &[f64]) -> Self {
        let mut ranked: Vec<(f64, Case)> = ranks.iter().copied().zip(cases.iter().copied()).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self(ranked)
    }

    fn tied(&self) -> impl DoubleEndedIterator<Item = &[(f64, Case)]> {
        self.0.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
    }

    fn auc(&self, n_active: f64, n_others: f64) -> Option<f64> {
        let (mut before, mut won) = (0.0, 0.0);
        for tied in self.tied() {
            let (mut active, mut others) = (0.0, 0.0);
            for (_, case) in tied {
                if 0 < case.n_ahead { active += case.weight } else { others += case.weight }
            }
            won += active * (before + others / 2.0);
            before += others;
        }
        (0.0 < n_active && 0.0 < n_others).then(|| won / n_active / n_others)
    }

    /// What the `n` people ranked first brought; those who are tied across the border are cut as one.
    fn top(&self, n: f64) -> f64 {
        let (mut left, mut brought) = (n.ceil(), 0.0);
        for tied in self.tied().rev() {
            let (people, sum) = tied.iter().fold((0.0, 0.0), |(people, sum), (_, case)| {
                (people + case.weight, sum + case.weight * f64::from(case.n_ahead))
            });
            if left <= people {
                return brought + sum * left / people;
            }
            left -= people;
            brought += sum;
        }
        brought
    }
}

fn deciles(ranked: &Ranked, n_people: f64) -> Vec<Decile> {
    let mut tenths = [Decile { n_people: 0.0, forecast: 0.0, actual: 0.0 }; 10];
    let mut before = 0.0;
    for tied in ranked.tied() {
        let n: f64 = tied.iter().map(|(_, case)| case.weight).sum();
        let tenth = &mut tenths[((10.0 * (before + n / 2.0) / n_people) as usize).min(9)];
        before += n;
        for (forecast, case) in tied {
            tenth.n_people += case.weight;
            tenth.forecast += case.weight * forecast;
            tenth.actual += case.weight * f64::from(case.n_ahead);
        }
    }
    let mean = |tenth: &Decile| Decile {
        n_people: tenth.n_people,
        forecast: tenth.forecast / tenth.n_people,
        actual: tenth.actual / tenth.n_people,
    };
    tenths.iter().filter(|tenth| 0.0 < tenth.n_people).map(mean).collect()
}
