//! Those who ask for kind beside degree: Papadakis, whose cells are ours, the ARF, and Kaushik.

use super::sums::{Of, feeling};
use super::{Because, Case, Judgement, mean_text, short};

/// Degree, with kind and direction apart: the standing of this workspace.
pub(super) fn papadakis(case: &Case<'_>, because: &mut Because) -> Judgement {
    let standing = case.standing;
    let degree = standing.degree_milli as f64 / 1000.0;
    because.add("involvement", || format!("{} points", short(standing.involvement())));
    because.add("degree: times the mean of those present", || short(degree));
    because.add("kind, −1 to 1", || kind_text(standing.kind_milli));
    because.add("direction", || standing.direction.name().to_owned());
    because.add("customer", || if standing.is_customer { "yes" } else { "no" }.to_owned());
    let judgement = Judgement::of(degree, standing.is_engaged);
    standing.cell.map_or(judgement, |cell| judgement.with(cell.name()))
}

fn kind_text(kind_milli: Option<i16>) -> String {
    kind_milli.map_or_else(|| "unknown".to_owned(), |kind| format!("{:.2}", f64::from(kind) / 1000.0))
}

/// Prospects alone, and turned on: involved above the mean, and liking it.
pub(super) fn arf(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let standing = case.standing;
    if standing.is_customer {
        return Err("is a customer; this definition speaks of prospects");
    }
    let degree = standing.degree_milli as f64 / 1000.0;
    because.add("degree: times the mean of those present", || short(degree));
    because.add("kind, −1 to 1", || kind_text(standing.kind_milli));
    because.add("surrounding context", || "not kept".to_owned());
    Ok(Judgement::of(degree, standing.is_engaged && standing.is_positive()))
}

/// Degree from recency and loyalty, kind apart and only where somebody said something. No line: no metric, he says.
pub(super) fn kaushik(case: &Case<'_>, because: &mut Because) -> Judgement {
    let (sums, window) = (case.sums, &case.evidence.window);
    let silence = case.silence().max(0);
    let recency = 1.0 - sums.middle(Of::Silence, silence.cast_unsigned());
    let loyalty = sums.middle(Of::Visits, window.n_visits);
    because
        .add("recency: share of people who are silent longer", || format!("{:.0} % ({silence} days)", 100.0 * recency));
    because.add("loyalty: share of people who visit less", || {
        let mean = mean_text(u128::from(sums.n_visits), sums.n_people);
        format!("{:.0} % ({} visits, mean {mean})", 100.0 * loyalty, window.n_visits)
    });
    because.add("task completed: visits that reached a goal", || window.n_goal_visits.to_string());
    because.add("kind, kept apart", || {
        feeling(case.evidence).map_or_else(|| "unknown: nothing was said".to_owned(), |feeling| format!("{feeling:.2}"))
    });
    let class = match feeling(case.evidence) {
        None => "kind unknown",
        Some(feeling) if feeling < 0.0 => "kind negative",
        Some(_) => "kind positive",
    };
    Judgement { score: 50.0 * (recency + loyalty), is_engaged: None, class: Some(class) }
}
