//! What something done seems to change: those to whom it was done beside those like them to whom it was not.
//!
//! People are like each other who lie in the same *stratum*. Nobody was drawn by lot, so a difference is no proof of
//! cause.

use std::collections::BTreeMap;

use crate::generate::Random;

/// One person (or ask) with an outcome.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Case {
    /// Who is like whom.
    pub stratum: u64,
    /// Whether it was done to them.
    pub is_treated: bool,
    /// What came of it.
    pub outcome: f64,
}

/// The difference that was found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effect {
    /// Mean outcome of the treated less that of the others like them.
    pub difference: f64,
    /// Where it lies with a probability of 95 %, by resampling within strata: between this …
    pub low: f64,
    /// … and this.
    pub high: f64,
    /// Mean outcome of the treated who have others like them.
    pub treated: f64,
    /// Mean outcome of those others, weighted as the treated are.
    pub others: f64,
    /// Treated who have others like them.
    pub n_treated: u64,
    /// Others who have treated like them.
    pub n_others: u64,
    /// Cases left out because nobody on the other side is like them.
    pub n_unmatched: u64,
}

/// How often it is resampled.
const RESAMPLES: usize = 400;
/// Fewest cases of either side that say anything.
pub const FEWEST: usize = 20;

/// The effect on the treated, matched by stratum; `None` with fewer than [`FEWEST`] matched cases of either side. The same
/// cases and seed give the same interval.
pub fn effect(cases: &[Case], seed: u64) -> Option<Effect> {
    let mut strata: BTreeMap<u64, [Vec<f64>; 2]> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.outcome.is_finite()) {
        strata.entry(case.stratum).or_default()[usize::from(case.is_treated)].push(case.outcome);
    }
    let matched: Vec<&[Vec<f64>; 2]> =
        strata.values().filter(|sides| sides.iter().all(|side| !side.is_empty())).collect();
    let n_of = |side: usize| matched.iter().map(|sides| sides[side].len()).sum::<usize>();
    let (n_others, n_treated) = (n_of(0), n_of(1));
    if n_others < FEWEST || n_treated < FEWEST {
        return None;
    }
    let means = |draw: &mut dyn FnMut(&[f64]) -> f64| {
        let (mut treated, mut others) = (0.0, 0.0);
        for sides in &matched {
            let weight = sides[1].len() as f64 / n_treated as f64;
            others += weight * draw(&sides[0]);
            treated += weight * draw(&sides[1]);
        }
        (treated, others)
    };
    let (treated, others) = means(&mut |side| side.iter().sum::<f64>() / side.len() as f64);
    let mut random = Random::new(seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let (treated, others) = means(&mut |side| {
                let drawn = (0..side.len()).map(|_| side[random.below(side.len() as u64) as usize]);
                drawn.sum::<f64>() / side.len() as f64
            });
            treated - others
        })
        .collect();
    resampled.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| resampled[(share * (RESAMPLES - 1) as f64) as usize];
    Some(Effect {
        difference: treated - others,
        low: at(0.025),
        high: at(0.975),
        treated,
        others,
        n_treated: n_treated as u64,
        n_others: n_others as u64,
        n_unmatched: (cases.len() - n_treated - n_others) as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases in two strata of very different level, of which the higher is treated far more often.
    fn world(n: u64, effect: f64) -> Vec<Case> {
        let mut random = Random::new(11);
        let case = |_| {
            let stratum = random.below(2);
            let is_treated = random.below(10) < if stratum == 0 { 2 } else { 8 };
            let noise = random.below(1_000) as f64 / 500.0 - 1.0;
            let outcome = 10.0 * stratum as f64 + noise + if is_treated { effect } else { 0.0 };
            Case { stratum, is_treated, outcome }
        };
        (0..n).map(case).collect()
    }

    #[test]
    fn what_only_looks_like_an_effect_is_none() {
        let found = effect(&world(2_000, 0.0), 1).unwrap();
        assert!(found.low < 0.0 && 0.0 < found.high, "{found:?}");
        assert!(found.difference.abs() < 0.2, "{found:?}");
        let found = effect(&world(2_000, 3.0), 1).unwrap();
        assert!((found.difference - 3.0).abs() < 0.2 && found.low < 3.0 && 3.0 < found.high, "{found:?}");
        assert_eq!(effect(&world(2_000, 3.0), 1), Some(found));
    }

    #[test]
    fn too_few_say_nothing_and_the_unlike_are_left_out() {
        assert_eq!(effect(&world(30, 0.0), 1), None);
        let alone = Case { stratum: 9, is_treated: true, outcome: 1e9 };
        let found = effect(&[world(500, 0.0), vec![alone; 7]].concat(), 1).unwrap();
        assert_eq!(found.n_unmatched, 7);
        assert!(found.treated < 100.0);
    }
}
