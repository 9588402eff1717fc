//! Kumar: what a customer is worth in money, each euro counted once.

use crate::standing::Standing;

use super::evidence::Evidence;
use super::{Because, Case, Choices, Judgement, is_above_mean};

/// Own purchases of the trailing year, the saved cost of winning those who came on their word, and ideas taken up.
///
/// Whoever was brought keeps their purchases: only what it would have cost to win them is the bringer's, so that adding
/// up people counts no euro twice.
pub(super) fn parts(choices: &Choices, evidence: &Evidence, standing: &Standing) -> [i128; 3] {
    [
        i128::from(standing.relation.value_minor),
        i128::from(evidence.n_joined) * i128::from(choices.acquisition_cost_minor),
        i128::from(evidence.n_accepted) * i128::from(choices.idea_value_minor),
    ]
}

pub(super) fn kumar(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let sums = case.sums;
    if sums.n_valued == 0 && sums.worth_minor == 0 {
        return Err("needs purchases with amounts, or a price for referrals and ideas");
    }
    let parts = parts(case.choices, case.evidence, case.standing);
    let worth: i128 = parts.iter().sum();
    let [own, referrals, ideas] = parts;
    because.add("own purchases of a year, for the years to come (CLV)", || minor(own));
    because.add("referrals: cost saved for those who came (CRV)", || {
        let (n, each) = (case.evidence.n_joined, case.choices.acquisition_cost_minor);
        format!("{} = {n} × {}", minor(referrals), minor(i128::from(each)))
    });
    because.add("influence on others (CIV)", || "not counted: who moved whom is not kept".to_owned());
    because.add("ideas taken up (CKV)", || {
        let (n, each) = (case.evidence.n_accepted, case.choices.idea_value_minor);
        format!("{} = {n} × {}", minor(ideas), minor(i128::from(each)))
    });
    Ok(Judgement::of(worth as f64, is_above_mean(worth, sums.worth_minor, sums.n_people)))
}

fn minor(amount: i128) -> String {
    format!("{amount} minor units")
}
