//! Why a person is worth what they are: chance of being there × what is expected × what one brings.

use super::words::{counted, money, short};
use super::{Facts, Of, Why, step};
use crate::day::Day;
use crate::purchases::{Bought, Purchases, Unit};
use crate::sentence::day_in_words;
use crate::worth::Basis;

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
        let Some(bought) = self.bought(outlook.basis) else {
            return none(format!("They never bought anything of {} by {}.", self.title, self.today()));
        };
        let worth = outlook.worth(&bought, self.relation.value_minor);
        let currency = self.reading.currency;
        let history = bought.history(Unit::Week);
        let (one, many) = match outlook.basis {
            Basis::Purchases => ("day of purchase", "days of purchase"),
            Basis::Activity => ("active day", "active days"),
        };
        let last = day_in_words(Day(bought.last));
        let percent = format!("{:.1} %", worth.p_alive * 100.0);
        let steps = vec![
            step(
                "What they did",
                format!(
                    "{}, the first on {}, the last on {last}",
                    counted(u64::from(worth.n_purchases), one, many),
                    day_in_words(Day(bought.first))
                ),
            ),
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
            step("Chance that they are still there", percent.clone()),
            step(format!("Expected {many} in the year ahead, that chance included"), short(worth.expected)),
            step("Margin that one brings", money(outlook.value_of_one(&bought) as i64, currency)),
            step("Potential: the two multiplied", money(worth.potential_minor, currency)),
            step("At risk: potential ÷ chance × (1 − chance)", money(worth.at_risk_minor, currency)),
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
        ];
        let sentence = format!(
            "After {} and silence since {last} they are still there with a chance of {percent}; {} in the year ahead are \
             expected to bring {}.",
            counted(u64::from(worth.n_purchases), one, many),
            counted_about(worth.expected, one, many),
            money(worth.potential_minor, currency),
        );
        let value = money(worth.potential_minor, currency);
        Why { value, steps, ..none(sentence) }
    }

    fn bought(&self, basis: Basis) -> Option<Bought> {
        match basis {
            Basis::Activity => Bought::of_days(&self.days, self.reading.day),
            Basis::Purchases => {
                let mut purchases = Purchases::default();
                let columns = self.case.columns;
                purchases.read(self.reading, columns, 0..columns.len(), self.case.object);
                purchases.until(self.reading.day)
            }
        }
    }
}

fn counted_about(expected: f64, one: &str, many: &str) -> String {
    format!("{} {}", short((expected * 100.0).round() / 100.0), if (expected - 1.0).abs() < 0.005 { one } else { many })
}
