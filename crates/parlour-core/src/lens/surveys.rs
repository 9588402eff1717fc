//! Those who ask people: a ladder of four states in our own words, in the manner of Gallup, and Net Promoter.

use super::evidence::STATES;
use super::{Because, Case, Judgement, short};

const FULLY: &str = "fully engaged";
const ENGAGED: &str = "engaged";
const DISENGAGED: &str = "disengaged";
const AGAINST: &str = "actively disengaged";
const PROMOTER: &str = "promoter";
const PASSIVE: &str = "passive";
const DETRACTOR: &str = "detractor";

/// How many states in a row, from the lowest, have answers that reach the cut-off.
pub(super) fn ladder(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let answers = &case.evidence.year.ladder;
    if answers.iter().any(|&(n, _)| n == 0) {
        return Err(
            "needs survey answers, with stars, to a statement of each state: confidence, integrity, pride, passion",
        );
    }
    let means = answers.map(|(n, stars)| stars as f64 / n as f64);
    let level = means.iter().take_while(|&&mean| mean >= case.choices.ladder_reached).count();
    let overall = means.iter().sum::<f64>() / means.len() as f64;
    for (state, mean) in STATES.into_iter().zip(means) {
        because.add(state, || format!("{mean:.1} of 5 (reached from {})", case.choices.ladder_reached));
    }
    let class = match level {
        4.. => FULLY,
        _ if overall < case.choices.ladder_against => AGAINST,
        2 | 3 => ENGAGED,
        0 | 1 => DISENGAGED,
    };
    Ok(Judgement::of(level as f64, level >= 2).with(class))
}

/// So many fully engaged for one who is actively disengaged.
pub(super) fn ratio(classes: &[(&'static str, u64)]) -> Option<String> {
    let n = |name: &str| classes.iter().find(|(class, _)| *class == name).map_or(0, |(_, n)| *n);
    let all: u64 = classes.iter().map(|(_, n)| n).sum();
    (all > 0).then(|| match (n(FULLY), n(AGAINST)) {
        (fully, 0) => format!("{fully} fully engaged, nobody actively disengaged"),
        (fully, against) => {
            format!("{} fully engaged for one actively disengaged", short(fully as f64 / against as f64))
        }
    })
}

/// Five stars promote, four are passive, three and fewer detract: promoters less detractors, of one person's answers.
pub(super) fn net_promoter(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let [promoting, passive, detracting] = case.evidence.year.answers;
    let n = promoting + passive + detracting;
    if n == 0 {
        return Err("no answers with stars to `answered_survey` or `recommended` in the trailing year");
    }
    because.add("answers of five stars", || promoting.to_string());
    because.add("of four", || passive.to_string());
    because.add("of three or fewer", || detracting.to_string());
    let score = 100.0 * (promoting as f64 - detracting as f64) / n as f64;
    let class = if score > 50.0 {
        PROMOTER
    } else if score < 0.0 {
        DETRACTOR
    } else {
        PASSIVE
    };
    Ok(Judgement::of(score, class == PROMOTER).with(class))
}

/// The net score of all who answered, with the half-width in which it lies 19 times of 20.
pub(super) fn net_score(classes: &[(&'static str, u64)]) -> Option<String> {
    let n = |name: &str| classes.iter().find(|(class, _)| *class == name).map_or(0.0, |(_, n)| *n as f64);
    let all = n(PROMOTER) + n(PASSIVE) + n(DETRACTOR);
    if all == 0.0 {
        return None;
    }
    let (p, d) = (n(PROMOTER) / all, n(DETRACTOR) / all);
    let variance = (p * (1.0 - p) + d * (1.0 - d) + 2.0 * p * d) / all;
    let half = 1.96 * 100.0 * libm::sqrt(variance);
    Some(format!("net score {:.0} ± {half:.0}", 100.0 * (p - d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_net_score_has_its_interval() {
        let classes = [(PROMOTER, 60), (PASSIVE, 20), (DETRACTOR, 20)];
        assert_eq!(net_score(&classes).unwrap(), "net score 40 ± 16");
        assert_eq!(net_score(&[]), None);
        assert_eq!(ratio(&[(FULLY, 8), (AGAINST, 1)]).unwrap(), "8.00 fully engaged for one actively disengaged");
    }
}
