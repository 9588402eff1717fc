//! Why a person is worth what they are: chance of being there × what is expected × what one brings.

use std::collections::BTreeMap;

use super::words::{counted, money, percent, short};
use super::{Facts, Of, Step, Why, step};
use crate::contract::{Renewal, Terms};
use crate::day::Day;
use crate::event::Currency;
use crate::purchases::{Bought, Purchases, Unit};
use crate::sentence::day_in_words;
use crate::worth::{Basis, Outlook, Worth};

impl Facts<'_> {
    pub(super) fn worth(&self) -> Why {
        let none = |sentence: String| Why {
            of: Of::Worth,
            value: "unknown".to_owned(),
            sentence,
            unit: String::new(),
            total: 0,
            contributions: Vec::new(),
            steps: Vec::new(),
        };
        let Some(outlook) = self.case.outlook else {
            return none(format!("There are too few people with {} to expect anything.", self.title));
        };
        let Some((bought, elsewhere)) = self.bought(outlook.basis) else {
            return none(format!("They never bought anything of {} by {}.", self.title, self.today()));
        };
        let worth = outlook.worth(&bought, self.relation.value_minor);
        let value = money(worth.potential_minor, self.reading.currency);
        let (sentence, mut steps) = match &worth.renewal {
            Some(renewal) => (renewal.in_words(), steps_of_contract(outlook, renewal)),
            None => self.foreseen(outlook, &bought, &worth),
        };
        steps.extend(self.steps_of_value(outlook, &bought, &worth));
        steps.extend(elsewhere.into_iter().map(|(currency, minor)| {
            step("Not counted, since no rate is known: of the trailing year", money(minor, currency))
        }));
        Why { value, steps, ..none(sentence) }
    }

    fn foreseen(&self, outlook: &Outlook, bought: &Bought, worth: &Worth) -> (String, Vec<Step>) {
        let history = bought.history(Unit::Week);
        let (one, many) = match outlook.basis {
            Basis::Purchases => ("day of purchase", "days of purchase"),
            Basis::Activity => ("active day", "active days"),
        };
        let last = day_in_words(Day(bought.last));
        let chance = chance(worth.p_alive);
        let n = counted(u64::from(worth.n_purchases), one, many);
        let steps = vec![
            step("What they did", format!("{n}, the first on {}, the last on {last}", day_in_words(Day(bought.first)))),
            step(
                "As the model sees it",
                format!(
                    "x = {}, t_x = {} weeks, T = {} weeks",
                    history.x(),
                    short(history.t_x()),
                    short(history.age())
                ),
            ),
            step("The model, fitted to everyone", outlook.in_words()),
            step("Chance that they are still there", chance.clone()),
            step(format!("Expected {many} in the year ahead, that chance included"), short(worth.expected)),
        ];
        let sentence = format!(
            "After {n} and silence since {last} they are still there with a chance of {chance}; {} in the year ahead are \
             expected to bring {}.",
            counted_about(worth.expected, one, many),
            money(worth.potential_minor, self.reading.currency),
        );
        (sentence, steps)
    }

    fn steps_of_value(&self, outlook: &Outlook, bought: &Bought, worth: &Worth) -> Vec<Step> {
        let currency = self.reading.currency;
        let at_risk = match worth.renewal {
            Some(_) => "At risk: renewals that are not expected, × the margin of one",
            None => "At risk: potential ÷ chance × (1 − chance)",
        };
        vec![
            step("Margin that one brings", money(outlook.value_of_one(bought) as i64, currency)),
            step("Potential: the two multiplied", money(worth.potential_minor, currency)),
            step(at_risk, money(worth.at_risk_minor, currency)),
            step("Current: margin of the trailing year", money(worth.current_minor, currency)),
            step(
                "Means to compare with",
                format!(
                    "current {}, potential {}: {}",
                    money(outlook.mean_current as i64, currency),
                    money(outlook.mean_potential as i64, currency),
                    worth.quadrant.name()
                ),
            ),
        ]
    }

    /// What they bought, and what of it in other currencies.
    fn bought(&self, basis: Basis) -> Option<(Bought, BTreeMap<Currency, i64>)> {
        match basis {
            Basis::Activity => Some((Bought::of_days(&self.days, self.reading.day)?, BTreeMap::new())),
            Basis::Purchases => {
                let mut purchases = Purchases::default();
                let columns = self.case.columns;
                purchases.read(self.reading, columns, 0..columns.len(), self.case.object);
                Some((purchases.until(self.reading.day)?, purchases.elsewhere().clone()))
            }
        }
    }
}

fn counted_about(expected: f64, one: &str, many: &str) -> String {
    format!("{} {}", short((expected * 100.0).round() / 100.0), if (expected - 1.0).abs() < 0.005 { one } else { many })
}

fn chance(p: f64) -> String {
    format!("{:.1} %", p * 100.0)
}

fn steps_of_contract(outlook: &Outlook, renewal: &Renewal) -> Vec<Step> {
    let terms = outlook.terms.as_ref().map_or_else(String::new, Terms::in_words);
    let renewals = format!(
        "{}, about every {}",
        counted(u64::from(renewal.n), "renewal", "renewals"),
        counted(renewal.period.unsigned_abs().into(), "day", "days")
    );
    vec![
        step("What they did", renewals),
        step("The next renewal", day_in_words(Day(renewal.next))),
        step("The model, fitted to everyone with a contract", terms),
        step("Chance that whoever renewed as often makes the next", percent(renewal.p_next)),
        step("Chance that they are still there", chance(renewal.p_alive())),
        step("Renewals in the year ahead, if it went on", short(renewal.n_due)),
        step("Expected of them", short(renewal.expected)),
    ]
}
