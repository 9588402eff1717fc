//! Those who look at several sides of a relationship at once: Forrester, Shevlin, Owyang.

use super::sums::{DIMENSIONS, Of, dimensions, feeling, level};
use super::{Because, Case, Judgement, short, times_mean};
use crate::reading::MICRO;

/// Involvement, interaction, intimacy and influence, each as a place among all; the vector is what counts.
pub(super) fn four_is(case: &Case<'_>, because: &mut Because) -> Judgement {
    let (sums, evidence) = (case.sums, case.evidence);
    let window = &evidence.window;
    let visits = sums.middle(Of::Visits, window.n_visits);
    let involvement =
        if evidence.seconds > 0 { f64::midpoint(visits, sums.middle(Of::Seconds, window.seconds)) } else { visits };
    let interaction = (sums.interaction > 0).then(|| sums.middle(Of::Interaction, window.interaction));
    let intimacy = feeling(evidence).map(|feeling| sums.middle(Of::Feeling, level(feeling)));
    let influence = (sums.n_referrals > 0).then(|| sums.middle(Of::Referrals, evidence.year.n_referrals));
    because.add("involvement: presence", || {
        let time = if evidence.seconds > 0 { format!(", {} s", window.seconds) } else { String::new() };
        format!("{} ({} visits{time}, {} layers)", place(involvement), window.n_visits, window.layers.count_ones())
    });
    because.add("interaction: what was done beyond looking", || match interaction {
        Some(at) => format!("{} ({} points)", place(at), short(window.interaction as f64 / MICRO as f64)),
        None => "nobody did more than look".to_owned(),
    });
    because.add("intimacy: liking against disliking", || match (intimacy, feeling(evidence)) {
        (Some(at), Some(feeling)) => format!("{} ({feeling:.2})", place(at)),
        (Some(_) | None, _) => "unknown: nothing was said".to_owned(),
    });
    because.add("influence: referrals", || match influence {
        Some(at) => format!("{} ({} in a year)", place(at), evidence.year.n_referrals),
        None => "nobody referred anybody".to_owned(),
    });
    let known: Vec<f64> = [Some(involvement), interaction, intimacy, influence].into_iter().flatten().collect();
    let n_upper = known.iter().filter(|&&at| at > 0.5).count();
    let score = 100.0 * known.iter().sum::<f64>() / known.len() as f64;
    Judgement::of(score, 2 * n_upper > known.len())
}

fn place(share: f64) -> String {
    format!("above {:.0} %", 100.0 * share)
}

const SIDES: [&str; DIMENSIONS] = [
    "products dealt with",
    "purchases",
    "service contacts",
    "weight of what is done",
    "pages looked at",
    "referrals",
    "velocity",
];

/// Seven dimensions in standard deviations from the mean, averaged over those in which people differ.
pub(super) fn shevlin(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let (mut sum, mut n) = (0.0, 0_u32);
    let dimensions = dimensions(case.evidence, case.standing, case.reading.parameters);
    for (at, (x, side)) in dimensions.into_iter().zip(SIDES).enumerate() {
        let z = case.sums.z(at, x);
        if let Some(z) = z {
            sum += z;
            n += 1;
        }
        because.add(side, || match z {
            Some(z) => format!("{z:+.2} σ"),
            None => "left out: people do not differ in it".to_owned(),
        });
    }
    if n == 0 {
        return Err("people do not differ in any dimension");
    }
    let score = sum / f64::from(n);
    Ok(Judgement::of(score, score > 0.0))
}

/// Attention, interaction, velocity, authority and what the tool adds, each against its mean.
pub(super) fn owyang(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let (sums, evidence) = (case.sums, case.evidence);
    let (window, n) = (&evidence.window, sums.n_people);
    let authority = sums.n_joined + sums.n_accepted;
    let parts = [
        ("attention: seconds", window.seconds, sums.seconds, sums.n_timed_people),
        ("interaction: things done", window.n_events, u128::from(sums.n_events), n),
        ("velocity: active days of late", u64::from(case.standing.n_recent), u128::from(sums.n_recent_days), n),
        (
            "authority: who joined on their word, what was accepted",
            evidence.n_joined + evidence.n_accepted,
            u128::from(authority),
            n,
        ),
        ("contribution: things made for others to see", window.n_contributions, u128::from(sums.n_contributions), n),
    ];
    let (mut total, mut n_known) = (0.0, 0_u32);
    for (label, x, sum, n) in parts {
        let times = times_mean(x, sum, n);
        if sum > 0 {
            total += times;
            n_known += 1;
        }
        because.add(label, || match sum {
            0 => "left out: nobody has any".to_owned(),
            _ => format!("{} times the mean ({x})", short(times)),
        });
    }
    if n_known == 0 {
        return Err("nobody did anything in the window");
    }
    let score = total / f64::from(n_known);
    Ok(Judgement::of(score, score > 1.0))
}
