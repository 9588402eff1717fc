//! Attention: those who count points, visits, minutes and steps.

use super::evidence::STEPS;
use super::{Because, Case, Judgement, is_above_mean, mean_text, share, short};
use crate::reading::MICRO;

/// Points of rules, each counted once a visit, halving with time.
pub(super) fn web_trends(case: &Case<'_>, because: &mut Because) -> Judgement {
    let (points, sums) = (case.evidence.points, case.sums);
    let score = points as f64 / MICRO as f64;
    because.add("points, each rule once a visit, halved by age", || short(score));
    because.add("visits so far", || case.evidence.visits.len().to_string());
    because.add("half-life", || format!("{} days", case.reading.parameters.half_life_days));
    because.add("mean of everybody present", || short(sums.points as f64 / MICRO as f64 / sums.n_people.max(1) as f64));
    Judgement::of(score, is_above_mean(i128::from(points), sums.points.cast_signed(), sums.n_people))
}

/// Steps of a scenario that were reached, of those anybody can be seen to reach.
pub(super) fn future_now(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let (mut n, mut n_steps) = (0_u32, 0_u32);
    for (at, step) in STEPS.into_iter().enumerate() {
        let is_reached = case.evidence.steps >> at & 1 == 1;
        let n_others = case.sums.steps[at];
        if n_others > 0 {
            n_steps += 1;
            n += u32::from(is_reached);
        }
        because.add(step, || match (n_others, is_reached) {
            (0, _) => "nobody is seen to take this step, so it is left out".to_owned(),
            (_, true) => "reached".to_owned(),
            (_, false) => format!("not reached; {n_others} others have"),
        });
    }
    if n_steps < 2 {
        return Err("needs a scenario of two steps or more that people are seen to take");
    }
    Ok(Judgement::of(f64::from(n) / f64::from(n_steps), 2 * n > n_steps))
}

/// Visits in the window.
pub(super) fn com_score(case: &Case<'_>, because: &mut Because) -> Judgement {
    let (window, sums) = (&case.evidence.window, case.sums);
    because.add("visits in the window", || format!("{} of {} days", window.n_visits, case.choices.window_days));
    because.add("mean of everybody present", || mean_text(u128::from(sums.n_visits), sums.n_people));
    because.add("visits a usage day", || "1, since a visit is a day here".to_owned());
    because.add("minutes a visit", || match window.n_timed_visits {
        0 => "no time was sent".to_owned(),
        n => short(window.seconds as f64 / 60.0 / n as f64),
    });
    let is_engaged = is_above_mean(i128::from(window.n_visits), i128::from(sums.n_visits), sums.n_people);
    Judgement::of(window.n_visits as f64, is_engaged)
}

/// Minutes in the window.
pub(super) fn nielsen(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    if case.evidence.seconds == 0 {
        return Err("no time was ever sent with what this person did");
    }
    let (window, sums) = (&case.evidence.window, case.sums);
    because.add("seconds in the window", || window.seconds.to_string());
    because.add("visits with time", || window.n_timed_visits.to_string());
    because.add("mean seconds of those with any time", || mean_text(sums.seconds, sums.n_timed_people));
    let is_engaged = is_above_mean(i128::from(window.seconds), sums.seconds.cast_signed(), sums.n_timed_people);
    Ok(Judgement::of(window.seconds as f64 / 60.0, is_engaged))
}

/// Share of the person's time that this object has, and how it changed.
pub(super) fn compete(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let (window, sums) = (&case.evidence.window, case.sums);
    if sums.seconds_elsewhere == 0 {
        return Err("no time with anything else is known, so a share of it would say nothing");
    }
    if window.seconds_all == 0 {
        return Err("no time was sent with what this person did in the window");
    }
    let score = share(window.seconds, window.seconds_all);
    let before = share(window.seconds_before, window.seconds_all_before);
    because.add("seconds with it", || window.seconds.to_string());
    because.add("seconds with everything here", || window.seconds_all.to_string());
    because.add("velocity: change against the window before", || match (window.seconds_all_before, before > 0.0) {
        (0, _) | (_, false) => "no share before to compare with".to_owned(),
        (_, true) => format!("{:+.0} %", 100.0 * (score - before) / before),
    });
    let everybody = sums.seconds as f64 / (sums.seconds + sums.seconds_elsewhere) as f64;
    because.add("share of everybody's time", || format!("{:.0} %", 100.0 * everybody));
    Ok(Judgement::of(score, score > everybody))
}
