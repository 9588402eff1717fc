//! Peterson and Jackson: shares of visits that were deep, long, recent, or ended in something.

use super::evidence::{Visit, marks};
use super::{Because, Case, Judgement, share, short};

const NO_VISITS: &str = "no visits in the window, so there is no share of them";
/// Weeks within which a deep visit is recent.
const RECENT_WEEKS: i32 = 4;

/// The thresholds that a site's means give.
struct Means {
    pages: f64,
    seconds: f64,
    events: f64,
}

impl Means {
    fn of(case: &Case<'_>) -> Self {
        let sums = case.sums;
        let a_visit = |sum: f64, n: u64| if n == 0 { 0.0 } else { sum / n as f64 };
        Self {
            pages: a_visit(sums.n_pages as f64, sums.n_visits),
            seconds: a_visit(sums.seconds as f64, sums.n_timed_visits),
            events: a_visit(sums.n_events as f64, sums.n_visits),
        }
    }
}

/// The mean of the indices for which there is evidence, each a share of visits.
pub(super) fn peterson(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let (visits, sums) = (case.evidence.visits_in_window(case.reading.day.0, case.choices), case.sums);
    if visits.is_empty() {
        return Err(NO_VISITS);
    }
    let (means, recent) = (Means::of(case), case.reading.day.0.saturating_sub(7 * RECENT_WEEKS));
    let of = |is_so: &dyn Fn(&Visit) -> bool| {
        share(visits.iter().filter(|visit| is_so(visit)).count() as u64, visits.len() as u64)
    };
    let is_deep = |visit: &Visit| visit.n_pages as f64 > means.pages;
    let n_mean = share(sums.n_visits, sums.n_people);
    let one_if = |is_so: bool| f64::from(u8::from(is_so));
    let (has_pages, has_time) = (sums.n_pages > 0, sums.n_timed_visits > 0);
    let terms = [
        ("C, clicks: visits with more pages than the mean", has_pages, of(&is_deep)),
        ("R, recency: such visits of the last 4 weeks", has_pages, of(&|visit| is_deep(visit) && visit.day > recent)),
        ("D, duration: visits longer than the mean", has_time, of(&|visit| visit.seconds as f64 > means.seconds)),
        ("B, brand: visits that came for the name", false, 0.0),
        ("F, feedback: visits with some", sums.n_feedback_visits > 0, of(&|visit| visit.marks & marks::FEEDBACK != 0)),
        (
            "I, interaction: visits that reached a goal",
            sums.n_goal_visits > 0,
            of(&|visit| visit.marks & marks::GOAL != 0),
        ),
        ("L, loyalty: more visits than the mean", true, one_if(visits.len() as f64 > n_mean)),
        ("S, subscription", sums.n_subscribed > 0, one_if(case.evidence.is_subscribed)),
    ];
    let (mut sum, mut n) = (0.0, 0_u32);
    for (label, is_known, index) in terms {
        if is_known {
            sum += index;
            n += 1;
        }
        because.add(label, || if is_known { short(index) } else { "left out: nothing here tells".to_owned() });
    }
    because.add("visits in the window", || visits.len().to_string());
    let index = sum / f64::from(n);
    Ok(Judgement::of(index, index > 0.5))
}

/// The share of engaged visits: more clicks than the mean, and longer where time is known.
pub(super) fn jackson(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let visits = case.evidence.visits_in_window(case.reading.day.0, case.choices);
    if visits.is_empty() {
        return Err(NO_VISITS);
    }
    let (means, has_time) = (Means::of(case), case.sums.n_timed_visits > 0);
    let is_engaged =
        |visit: &Visit| visit.n as f64 > means.events && (!has_time || visit.seconds as f64 > means.seconds);
    let n_engaged = visits.iter().filter(|visit| is_engaged(visit)).count() as u64;
    let score = share(n_engaged, visits.len() as u64);
    because.add("reach: layers on which they were met", || case.evidence.window.layers.count_ones().to_string());
    because.add("engage: visits with more done than the mean", || {
        let time = if has_time { format!(" and longer than {} s", short(means.seconds)) } else { String::new() };
        format!("{n_engaged} of {} (more than {} things{time})", visits.len(), short(means.events))
    });
    because.add("activate: visits that reached a goal", || case.evidence.window.n_goal_visits.to_string());
    because.add("nurture: visits before this window", || (case.evidence.visits.len() - visits.len()).to_string());
    Ok(Judgement::of(score, 2 * n_engaged >= visits.len() as u64))
}
