//! Lenses: what each author called engagement, computed for the same people from the same activity.
//!
//! A lens reads one person's [`evidence::Evidence`] and the [`sums::Sums`] of everybody present, and gives a score, or
//! says what it would need to. It never guesses: where the evidence is missing there is no number.

pub mod about;
pub mod evidence;
pub mod rank;
pub mod sums;

mod attention;
mod bonds;
mod novo;
mod relations;
mod sessions;
mod surveys;
mod worth;

use serde::{Deserialize, Serialize};

use crate::population::Population;
use crate::reading::Reading;
use crate::standing::Standing;
use evidence::Evidence;
use sums::Sums;

/// One author's definition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is described in `about`")]
pub enum Lens {
    Papadakis,
    Ladder,
    FourIs,
    WebTrends,
    FutureNow,
    ComScore,
    Nielsen,
    Compete,
    NovoRecency,
    NovoLatency,
    NovoRf,
    NovoGrid,
    Peterson,
    Shevlin,
    Jackson,
    Owyang,
    Kaushik,
    Ephron,
    Arf,
    NetPromoter,
    Kumar,
}

impl Lens {
    /// Every lens, ours first.
    pub const ALL: [Self; 21] = [
        Self::Papadakis,
        Self::NovoRecency,
        Self::NovoLatency,
        Self::NovoRf,
        Self::NovoGrid,
        Self::WebTrends,
        Self::ComScore,
        Self::Nielsen,
        Self::Compete,
        Self::FutureNow,
        Self::Peterson,
        Self::Jackson,
        Self::Kaushik,
        Self::Owyang,
        Self::FourIs,
        Self::Shevlin,
        Self::Kumar,
        Self::Ladder,
        Self::NetPromoter,
        Self::Arf,
        Self::Ephron,
    ];

    /// What this lens sees in one person, with its parts told to `because`; or what it would need to see anything.
    pub fn judge(self, case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
        match self {
            Self::Papadakis => Ok(relations::papadakis(case, because)),
            Self::Arf => relations::arf(case, because),
            Self::Kaushik => Ok(relations::kaushik(case, because)),
            Self::Ladder => surveys::ladder(case, because),
            Self::NetPromoter => surveys::net_promoter(case, because),
            Self::Ephron => Err("needs each exposure with its length, clutter, situation and relevance; none is kept"),
            Self::FourIs => Ok(bonds::four_is(case, because)),
            Self::Shevlin => bonds::shevlin(case, because),
            Self::Owyang => bonds::owyang(case, because),
            Self::WebTrends => Ok(attention::web_trends(case, because)),
            Self::FutureNow => attention::future_now(case, because),
            Self::ComScore => Ok(attention::com_score(case, because)),
            Self::Nielsen => attention::nielsen(case, because),
            Self::Compete => attention::compete(case, because),
            Self::NovoRecency => Ok(novo::recency(case, because)),
            Self::NovoLatency => novo::latency(case, because),
            Self::NovoRf => Ok(novo::rf(case, because)),
            Self::NovoGrid => novo::grid(case, because),
            Self::Peterson => sessions::peterson(case, because),
            Self::Jackson => sessions::jackson(case, because),
            Self::Kumar => worth::kumar(case, because),
        }
    }

    /// What its classes say of everybody together, where the author has a figure for that.
    pub fn summary(self, classes: &[(&'static str, u64)]) -> Option<String> {
        match self {
            Self::Ladder => surveys::ratio(classes),
            Self::NetPromoter => surveys::net_score(classes),
            Self::Papadakis
            | Self::FourIs
            | Self::WebTrends
            | Self::FutureNow
            | Self::ComScore
            | Self::Nielsen
            | Self::Compete
            | Self::NovoRecency
            | Self::NovoLatency
            | Self::NovoRf
            | Self::NovoGrid
            | Self::Peterson
            | Self::Shevlin
            | Self::Jackson
            | Self::Owyang
            | Self::Kaushik
            | Self::Ephron
            | Self::Arf
            | Self::Kumar => None,
        }
    }
}

/// The settings under `[definitions]`; `parlour.default.toml` explains each.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct Choices {
    pub window_days: u32,
    pub ladder_reached: f64,
    pub ladder_against: f64,
    pub acquisition_cost_minor: i64,
    pub idea_value_minor: i64,
}

impl Choices {
    /// Checks every setting's range; an error names it and says what it may be.
    pub fn check(&self) -> Result<(), String> {
        let money = 0..=1_000_000_000_000;
        let rules = [
            ((7..=366).contains(&self.window_days), "window_days", "between 7 and 366 days"),
            ((1.0..=5.0).contains(&self.ladder_reached), "ladder_reached", "between 1 and 5 stars"),
            ((1.0..=5.0).contains(&self.ladder_against), "ladder_against", "between 1 and 5 stars"),
            (money.contains(&self.acquisition_cost_minor), "acquisition_cost_minor", "0 or more, below 10^12"),
            (money.contains(&self.idea_value_minor), "idea_value_minor", "0 or more, below 10^12"),
        ];
        let wrong = rules.into_iter().find(|(is_kept, ..)| !is_kept);
        wrong.map_or(Ok(()), |(_, name, range)| Err(format!("`definitions.{name}` must be {range}")))
    }
}

impl Default for Choices {
    /// The defaults of `parlour.default.toml`.
    fn default() -> Self {
        #[derive(Deserialize)]
        struct File {
            definitions: Choices,
        }
        let file: File = toml::from_str(crate::parameters::DEFAULT_SETTINGS)
            .expect("the compiled-in settings are checked by a test");
        file.definitions
    }
}

/// Everything a lens may look at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The day and what verbs mean.
    pub reading: &'a Reading<'a>,
    /// The settings.
    pub choices: &'a Choices,
    /// The sums over the object's present people that standings are measured by.
    pub population: &'a Population,
    /// The sums over the same people that lenses are measured by.
    pub sums: &'a Sums,
    /// What the person did toward the object.
    pub evidence: &'a Evidence,
    /// Their standing.
    pub standing: &'a Standing,
}

impl Case<'_> {
    /// Days since the last active one.
    fn silence(&self) -> i64 {
        i64::from(self.reading.day.0) - i64::from(self.standing.relation.last_day)
    }
}

/// What a lens sees in one person.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Judgement {
    /// The score, in the unit of [`about::About::unit`].
    pub score: f64,
    /// Whether that is engaged; `None` where the author draws no line and none suggests itself.
    pub is_engaged: Option<bool>,
    /// The class, where the author has classes.
    pub class: Option<&'static str>,
}

impl Judgement {
    fn of(score: f64, is_engaged: bool) -> Self {
        Self { score, is_engaged: Some(is_engaged), class: None }
    }

    fn with(self, class: &'static str) -> Self {
        Self { class: Some(class), ..self }
    }
}

/// A part of a score, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// What it is.
    pub label: &'static str,
    /// Its value, and what it is held against.
    pub value: String,
}

/// Where the parts of a score are told: nowhere, for a whole population, or kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Because {
    /// Nobody listens.
    #[default]
    Silent,
    /// In order.
    Kept(Vec<Part>),
}

impl Because {
    fn add(&mut self, label: &'static str, value: impl FnOnce() -> String) {
        match self {
            Self::Silent => {}
            Self::Kept(parts) => parts.push(Part { label, value: value() }),
        }
    }

    /// The parts that were kept.
    pub fn parts(self) -> Vec<Part> {
        match self {
            Self::Silent => Vec::new(),
            Self::Kept(parts) => parts,
        }
    }
}

/// `n` of `whole` as a share; nothing of nothing is nothing.
fn share(n: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { n as f64 / whole as f64 }
}

/// `x` times the mean of `n` numbers that add up to `sum`; 0 where that mean is 0.
fn times_mean(x: u64, sum: u128, n: u64) -> f64 {
    if sum == 0 { 0.0 } else { x as f64 * n as f64 / sum as f64 }
}

/// Whether `x` is above the mean of `n` numbers that add up to `sum`, exactly.
fn is_above_mean(x: i128, sum: i128, n: u64) -> bool {
    n > 0 && x.saturating_mul(i128::from(n)) > sum
}

/// Mean of `n` numbers that add up to `sum`, in words.
fn mean_text(sum: u128, n: u64) -> String {
    if n == 0 { "—".to_owned() } else { short(sum as f64 / n as f64) }
}

/// A number with as many digits as are read: 0.034, 1.25, 34.1, 1203.
pub fn short(x: f64) -> String {
    let size = x.abs();
    if size <= 0.0 {
        "0".to_owned()
    } else if size < 0.1 {
        format!("{x:.3}")
    } else if size < 10.0 {
        format!("{x:.2}")
    } else if size < 100.0 {
        format!("{x:.1}")
    } else {
        format!("{x:.0}")
    }
}

#[cfg(test)]
mod tests;
