//! Jim Novo: recency, latency with its trip wire, RF scores, and the grid of current and potential value.

use super::sums::Of;
use super::{Because, Case, Judgement, is_above_mean, mean_text, short};

/// Fifths from this one on are the upper two.
const UPPER: u8 = 4;

/// Days of silence; engaged are those within the hurdle.
pub(super) fn recency(case: &Case<'_>, because: &mut Because) -> Judgement {
    let silence = case.silence();
    let hurdle = i64::from(case.choices.window_days);
    because.add("days since the last active one", || silence.to_string());
    because.add("hurdle", || format!("{hurdle} days"));
    Judgement::of(silence as f64, silence < hurdle)
}

/// Silence against the mean gap of everybody at the same step of the life cycle.
pub(super) fn latency(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    let index = wire(case, because)?;
    Ok(Judgement::of(index, index <= 1.0).with(if index <= 1.0 { "within" } else { "tripped" }))
}

fn wire(case: &Case<'_>, because: &mut Because) -> Result<f64, &'static str> {
    let k = case.standing.relation.n_days;
    let mean = case
        .sums
        .latency(k)
        .ok_or("nobody has come again after so many active days, so there is no gap to hold this silence against")?;
    let silence = case.silence();
    because.add("active days so far (k)", || k.to_string());
    because.add("mean days from the k-th to the next, of those who came again", || short(mean));
    because.add("days of silence", || silence.to_string());
    Ok(silence as f64 / mean.max(1.0))
}

/// Recency and frequency in fifths: 55 the best, 11 the worst.
pub(super) fn rf(case: &Case<'_>, because: &mut Because) -> Judgement {
    let n_days = case.standing.relation.n_days;
    let silence = case.silence().max(0).cast_unsigned();
    // Short silences are the good ones: the share that is more silent makes the fifth.
    let more_silent = 1.0 - case.sums.middle(Of::Silence, silence);
    let r = (libm::floor(5.0 * more_silent) as u8).min(4) + 1;
    let f = case.sums.fifth(Of::Days, u64::from(n_days));
    because.add("recency", || format!("fifth {r} of 5: {silence} days of silence"));
    because.add("frequency", || format!("fifth {f} of 5: {n_days} active days"));
    Judgement::of(f64::from(10 * r + f), r >= UPPER && f >= UPPER)
}

/// Current value against the mean, and potential by the trip wire: four classes.
pub(super) fn grid(case: &Case<'_>, because: &mut Because) -> Result<Judgement, &'static str> {
    if case.sums.n_valued == 0 {
        return Err("needs purchases with amounts");
    }
    let index = wire(case, because)?;
    let value = case.standing.relation.value_minor;
    let is_high = is_above_mean(i128::from(value), case.sums.value_minor, case.sums.n_people);
    let potential = libm::exp2(-index);
    because.add("current value: purchases of the trailing year", || {
        let mean = mean_text(case.sums.value_minor.max(0).cast_unsigned(), case.sums.n_people);
        format!("{value} minor units (mean {mean})")
    });
    because.add("potential: 1 right after a visit, ½ at the trip wire", || short(potential));
    let class = match (is_high, index <= 1.0) {
        (true, true) => "high now, high later",
        (true, false) => "high now, low later",
        (false, true) => "low now, high later",
        (false, false) => "low now, low later",
    };
    let score = value.max(0) as f64 * potential;
    Ok(Judgement::of(score, is_high && index <= 1.0).with(class))
}
