//! Worth: what a person brings now, what they may be expected to bring, and what is at risk.

use parlour_stats::fit::Options;
use parlour_stats::gamma_gamma::{GammaGamma, Spend};
use serde::{Deserialize, Serialize};

use crate::contract::{Contract, Renewal, Terms};
use crate::event::Currency;
use crate::forecast::{Choice, Forecaster};
use crate::purchases::{Bought, Unit};

/// Days of the year ahead.
pub const YEAR_DAYS: f64 = 365.0;
/// Below this chance of being there, what somebody would bring if they were is not computed from what they will.
const HARDLY: f64 = 1e-9;

/// Novo's grid: current and potential value, each against the mean.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Both above: keep.
    Best,
    /// Brings much, will bring little: act first.
    Fading,
    /// Brings little, may bring much: grow.
    Promising,
    /// Neither: spend nothing.
    Low,
}

impl Quadrant {
    /// Every quadrant.
    pub const ALL: [Self; 4] = [Self::Best, Self::Fading, Self::Promising, Self::Low];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Fading => "fading",
            Self::Promising => "promising",
            Self::Low => "low",
        }
    }
}

/// What models count as coming back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Days of purchase.
    Purchases,
    /// Active days, where nobody ever bought.
    Activity,
}

/// What one person is worth on a day.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Worth {
    /// Days of purchase (or active days) so far.
    pub n_purchases: u32,
    /// The chance that they are still there.
    pub p_alive: f64,
    /// Days of purchase (or active days) expected in the year ahead.
    pub expected: f64,
    /// The margin of the trailing year, minor units.
    pub current_minor: i64,
    /// The margin expected of the year ahead, minor units.
    pub potential_minor: i64,
    /// What the year ahead would bring if they were certainly still there, times the chance that they are not.
    pub at_risk_minor: i64,
    /// Current and potential value against the means.
    pub quadrant: Quadrant,
    /// What their contract leads to expect, where they have or had one.
    pub renewal: Option<Renewal>,
}

/// What is expected of everyone who ever bought of one object, as of one day.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What is counted.
    pub basis: Basis,
    /// The fitted model, in weeks.
    pub forecaster: Forecaster,
    /// What its amounts are multiplied by, learnt where it was wrong before.
    pub factor: f64,
    /// What a purchase brings; `None` where nothing is known of value.
    spend: Option<SpendModel>,
    /// The share of the value that is margin.
    margin: f64,
    /// Mean margin of the trailing year over those who ever bought and are present, minor units.
    pub mean_current: f64,
    /// Mean margin expected of the year ahead over the same, minor units.
    pub mean_potential: f64,
    /// How many people the models were fitted to.
    pub n_people: u64,
    /// What is known of contracts, where there are any.
    pub terms: Option<Terms>,
    /// What purchases of the trailing year brought in other currencies, which none of the amounts holds.
    pub elsewhere: Vec<(Currency, i64)>,
}

/// What is expected of one person.
struct Prospect {
    p_alive: f64,
    expected: f64,
    potential: f64,
    at_risk: f64,
    renewal: Option<Renewal>,
}

#[derive(Clone, Debug)]
enum SpendModel {
    Fitted(GammaGamma),
    /// Too few or too equal values: everyone's own mean, newcomers everyone's.
    Mean(f64),
}

/// One person as an outlook is made from: what they bought, the value of their trailing year, whether they are present.
#[derive(Clone, Copy, Debug)]
pub struct Buyer {
    /// What they bought.
    pub bought: Bought,
    /// Value of the trailing year, minor units.
    pub year_minor: i64,
    /// Whether they were active within the retention window.
    pub is_present: bool,
    /// Whether the models are fitted to them: of very many people some are enough.
    pub is_picked: bool,
}

impl Outlook {
    /// Fits the models to everyone. `None` where there is nobody.
    pub fn of(basis: Basis, choice: Choice, buyers: &[Buyer], margin: f64) -> Option<Self> {
        let people = free(buyers);
        let forecaster = Forecaster::fit(choice, &people, Unit::Week).ok()?.forecaster;
        Some(Self::with(basis, (forecaster, 1.0), buyers, margin))
    }

    /// The same with a model that was fitted before, and the factor of its amounts.
    pub fn with(basis: Basis, (forecaster, factor): (Forecaster, f64), buyers: &[Buyer], margin: f64) -> Self {
        let spend = spend(buyers);
        let n_people = buyers.iter().filter(|buyer| buyer.is_picked).count() as u64;
        let (mean_current, mean_potential) = (0.0, 0.0);
        let contracts: Vec<Contract> = buyers.iter().filter_map(|buyer| buyer.bought.contract).collect();
        let terms = buyers.first().and_then(|buyer| Terms::of(&contracts, buyer.bought.until));
        let elsewhere = Vec::new();
        let mut outlook =
            Self { basis, forecaster, factor, spend, margin, mean_current, mean_potential, n_people, terms, elsewhere };
        let (mut n, mut current, mut potential) = (0_u64, 0.0, 0.0);
        for buyer in buyers.iter().filter(|buyer| buyer.is_present) {
            n += 1;
            current += buyer.year_minor as f64 * margin;
            potential += outlook.prospect(&buyer.bought).potential;
        }
        if 0 < n {
            (outlook.mean_current, outlook.mean_potential) = (current / n as f64, potential / n as f64);
        }
        outlook
    }

    /// What a person is worth who bought this, and brought `year_minor` in the trailing year.
    pub fn worth(&self, bought: &Bought, year_minor: i64) -> Worth {
        let Prospect { p_alive, expected, potential, at_risk, renewal } = self.prospect(bought);
        let current = year_minor as f64 * self.margin;
        let is_above = |value: f64, mean: f64| mean < value;
        let quadrant = match (is_above(current, self.mean_current), is_above(potential, self.mean_potential)) {
            (true, true) => Quadrant::Best,
            (true, false) => Quadrant::Fading,
            (false, true) => Quadrant::Promising,
            (false, false) => Quadrant::Low,
        };
        Worth {
            n_purchases: bought.x.saturating_add(1),
            p_alive,
            expected,
            current_minor: current as i64,
            potential_minor: potential as i64,
            at_risk_minor: at_risk as i64,
            quadrant,
            renewal,
        }
    }

    /// What is expected of whoever has a contract by that, of others by the model.
    fn prospect(&self, bought: &Bought) -> Prospect {
        let one = self.value_of_one(bought);
        if let Some(renewal) = self.renewal(bought) {
            let expected = renewal.expected;
            let at_risk = (renewal.n_due - expected).max(0.0) * one;
            let p_alive = renewal.p_alive();
            return Prospect { p_alive, expected, potential: expected * one, at_risk, renewal: Some(renewal) };
        }
        let history = bought.history(Unit::Week);
        let model = self.forecaster.model(bought);
        let p_alive = model.p_alive(&history);
        let expected = model.expected(&history, YEAR_DAYS / Unit::Week.days()) * self.factor;
        let potential = expected * one;
        let at_risk = if HARDLY < p_alive { potential / p_alive * (1.0 - p_alive) } else { 0.0 };
        Prospect { p_alive, expected, potential, at_risk, renewal: None }
    }

    fn renewal(&self, bought: &Bought) -> Option<Renewal> {
        Some(self.terms.as_ref()?.renewal(&bought.contract?, bought.until))
    }

    /// The model, its parameters, and how its amounts are corrected.
    pub fn in_words(&self) -> String {
        let terms = self.terms.as_ref().map_or_else(String::new, |terms| format!("; {}", terms.in_words()));
        format!("{}{terms}", self.model_in_words())
    }

    fn model_in_words(&self) -> String {
        let model = self.forecaster.in_words();
        if (self.factor - 1.0).abs() < f64::EPSILON {
            format!("{model}, in weeks")
        } else {
            format!("{model}, in weeks; amounts × {:.2}, as it was wrong before", self.factor)
        }
    }

    /// What each further purchase is expected to bring, minor units of margin; 0 where nothing is known of value.
    pub fn value_of_one(&self, bought: &Bought) -> f64 {
        if let Some(contract) = bought.contract.filter(|contract| self.terms.is_some() && 0 < contract.value_minor) {
            return contract.value_minor as f64 / f64::from(contract.n.max(1)) * self.margin;
        }
        let own = Spend { x: bought.n_valued, mean: bought.mean_value(), weight: 1.0 };
        let value = match &self.spend {
            None => 0.0,
            Some(SpendModel::Fitted(model)) => model.expected(&own).unwrap_or(own.mean),
            Some(SpendModel::Mean(_)) if 0 < own.x => own.mean,
            Some(SpendModel::Mean(mean)) => *mean,
        };
        value * self.margin
    }
}

/// Those of whom were picked who buy when they like, to whom models of buying are fitted; all of them, where all have
/// contracts. In one order, whichever they came in.
pub fn free(buyers: &[Buyer]) -> Vec<Bought> {
    let all = || buyers.iter().filter(|buyer| buyer.is_picked).map(|buyer| buyer.bought);
    let free: Vec<Bought> = all().filter(|bought| bought.contract.is_none()).collect();
    let mut free = if free.is_empty() { all().collect() } else { free };
    free.sort_unstable_by_key(|bought| (bought.first, bought.last, bought.x, bought.first_minor, bought.value_minor));
    free
}

fn spend(buyers: &[Buyer]) -> Option<SpendModel> {
    let people = free(buyers);
    let valued = people.iter().filter(|bought| 0 < bought.n_valued);
    let spends: Vec<Spend> =
        valued.map(|bought| Spend { x: bought.n_valued, mean: bought.mean_value(), weight: 1.0 }).collect();
    if spends.is_empty() {
        // Nobody came twice: what a purchase brings is what the first ones brought.
        let first: Vec<f64> = buyers.iter().map(|buyer| buyer.year_minor as f64).filter(|value| 0.0 < *value).collect();
        let mean = first.iter().sum::<f64>() / first.len().max(1) as f64;
        return (!first.is_empty()).then_some(SpendModel::Mean(mean));
    }
    let fitted = GammaGamma::fit(&spends, Options::default()).ok();
    let is_sound = |model: &GammaGamma| model.mean().is_some();
    Some(match fitted.map(|fit| fit.model).filter(is_sound) {
        Some(model) => SpendModel::Fitted(model),
        None => SpendModel::Mean(spends.iter().map(|spend| spend.mean).sum::<f64>() / spends.len() as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buyer(x: u32, last: i32, value_minor: i64) -> Buyer {
        let bought = Bought { last, x, n_valued: x, value_minor, until: 360, ..Bought::default() };
        Buyer { bought, year_minor: value_minor, is_present: true, is_picked: true }
    }

    #[test]
    fn who_came_often_and_fell_silent_has_most_at_risk() {
        let mut buyers: Vec<Buyer> =
            (0..400).map(|i| buyer(i % 6, (i % 6) as i32 * (10 + i as i32 / 40), 900)).collect();
        let (faithful, silent) = (buyer(12, 350, 12_000), buyer(12, 120, 12_000));
        buyers.extend([faithful, silent]);
        let outlook = Outlook::of(Basis::Purchases, Choice::DEFAULT, &buyers, 0.5).unwrap();
        let (faithful, silent) = (outlook.worth(&faithful.bought, 12_000), outlook.worth(&silent.bought, 12_000));
        assert!(silent.p_alive < faithful.p_alive);
        assert!(faithful.at_risk_minor < silent.at_risk_minor, "{faithful:?} {silent:?}");
        assert_eq!((faithful.quadrant, silent.quadrant), (Quadrant::Best, Quadrant::Fading));
        assert_eq!(faithful.current_minor, 6_000);
    }

    #[test]
    fn contracts_beside_purchases_are_certain_until_due_and_leave_the_model_alone() {
        let buyers: Vec<Buyer> = (0..200).map(|i| buyer(i % 6, (i % 6) as i32 * (10 + i as i32 / 40), 900)).collect();
        let alone = Outlook::of(Basis::Purchases, Choice::DEFAULT, &buyers, 1.0).unwrap();
        let contract = |last: i32, n: u32| {
            let contract = Contract { last, n, gap: Some(30), value_minor: i64::from(n) * 1_000, is_cancelled: false };
            let bought = Bought { x: n - 1, last, until: 360, contract: Some(contract), ..Bought::default() };
            Buyer { bought, year_minor: contract.value_minor, is_present: true, is_picked: true }
        };
        let both: Vec<Buyer> =
            buyers.iter().copied().chain((0..60).map(|i| contract(40 + i * 5, 1 + i as u32 / 6))).collect();
        let outlook = Outlook::of(Basis::Purchases, Choice::DEFAULT, &both, 1.0).unwrap();
        assert_eq!(
            outlook.forecaster, alone.forecaster,
            "whoever has a contract does not move the model of the others"
        );
        let running = outlook.worth(&contract(350, 9).bought, 9_000);
        assert_eq!((running.p_alive, running.renewal.unwrap().next), (1.0, 380));
        let n_due = running.renewal.unwrap().n_due;
        let (sum, all) = (running.potential_minor + running.at_risk_minor, n_due * 1_000.0);
        assert!((sum as f64 - all).abs() <= 2.0 && 0 < running.at_risk_minor, "{running:?}");
        let ended = outlook.worth(&contract(200, 3).bought, 3_000);
        assert_eq!((ended.p_alive, ended.expected, ended.potential_minor), (0.0, 0.0, 0));
        assert_eq!(outlook.worth(&buyers[5].bought, 900), alone_with(&alone, &outlook).worth(&buyers[5].bought, 900));
    }

    /// The same outlook but for the means, which are over everybody.
    fn alone_with(alone: &Outlook, other: &Outlook) -> Outlook {
        Outlook { mean_current: other.mean_current, mean_potential: other.mean_potential, ..alone.clone() }
    }

    #[test]
    fn three_customers_of_a_day_are_worth_something_finite() {
        let new = Buyer {
            bought: Bought { first: 5, last: 5, until: 5, ..Bought::default() },
            year_minor: 1_000,
            is_present: true,
            is_picked: true,
        };
        let outlook = Outlook::of(Basis::Purchases, Choice::DEFAULT, &[new; 3], 1.0).unwrap();
        let worth = outlook.worth(&new.bought, 1_000);
        assert!((0.0..=1.0).contains(&worth.p_alive) && worth.expected.is_finite(), "{worth:?}");
        assert!(0 <= worth.potential_minor && 0 <= worth.at_risk_minor);
        assert!(Outlook::of(Basis::Purchases, Choice::DEFAULT, &[], 1.0).is_none());
    }
}
