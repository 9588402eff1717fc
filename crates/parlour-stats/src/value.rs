//! What a person is worth: purchases to come, times what one is worth, times what of it is left.

use crate::gamma_gamma::{GammaGamma, Spend};
use crate::history::History;
use crate::model::Model;

/// Lifetime value: margin × E[value of a purchase] × discounted expected residual purchases, in units of money, for a
/// continuous `rate_of_discount` per unit of time. A yearly rate d is ln(1 + d) a year.
///
/// `None` where the mean value does not exist ([`GammaGamma::expected`]). The margin is the share of a purchase's value that
/// is left; a negative one gives a negative value. What was bought so far is not in it.
pub fn lifetime_value(margin: f64, worth: &Worth, rate_of_discount: f64) -> Option<f64> {
    worth.of(margin, worth.model.dert(worth.history, rate_of_discount))
}

/// The same of purchases within `ahead` from now, each at its full value.
pub fn value_within(margin: f64, worth: &Worth, ahead: f64) -> Option<f64> {
    worth.of(margin, worth.model.expected(worth.history, ahead))
}

/// Whose value, and by which models.
#[derive(Debug, Clone, Copy)]
pub struct Worth<'a> {
    /// How often they come.
    pub model: &'a Model,
    /// What a purchase is worth.
    pub gamma_gamma: &'a GammaGamma,
    /// The person's purchases.
    pub history: &'a History,
    /// The person's purchases with a value; one without purchases asks for a newcomer's value.
    pub spend: &'a Spend,
}

impl Worth<'_> {
    fn of(&self, margin: f64, n_purchases: f64) -> Option<f64> {
        let value = margin * self.gamma_gamma.expected(self.spend)? * n_purchases;
        value.is_finite().then_some(value)
    }
}
