//! How well, and how soon, something finds those who disengage, where the truth is known ([`crate::simulate`]).
//!
//! A person is *leaving* if they truly disengage within the time that is watched, and *faithful* otherwise. A detector gives
//! a score on days, higher for a person more likely gone, and raises its alarm where the score is above a threshold. The
//! rate of false alarms is the share of faithful people who are *ever* alarmed: over the same time, and once counts as
//! much as often. Detectors are compared at the threshold at which that rate is at most the same, usually 5 %. A leaving
//! person is *found* on the first day from the true one on, and before they come back or the watch ends, on which the alarm
//! is on; the delay is the days from the true day to that. An alarm before the true day finds nobody: if it is still on at
//! the true day, the person counts as found then, with delay 0, and as *early* besides.

/// A person under one detector: what is needed for any threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    is_leaving: bool,
    /// Faithful: the highest score of all. Leaving: the highest before the true day.
    highest: f64,
    /// Leaving: days after the true one and scores higher than all before from there on.
    rises: Vec<(u32, f64)>,
}

impl Trace {
    /// Of somebody who stays: the scores of all days that are watched.
    pub fn faithful(scores: impl IntoIterator<Item = f64>) -> Self {
        Self { is_leaving: false, highest: scores.into_iter().fold(f64::NEG_INFINITY, f64::max), rises: Vec::new() }
    }

    /// Of somebody who truly disengages on a day: days with scores in order of time, until they come back or the watch ends.
    pub fn leaving(disengaged_on: u32, scores: impl IntoIterator<Item = (u32, f64)>) -> Self {
        let mut trace = Self { is_leaving: true, highest: f64::NEG_INFINITY, rises: Vec::new() };
        for (day, score) in scores {
            let Some(delay) = day.checked_sub(disengaged_on) else {
                trace.highest = trace.highest.max(score);
                continue;
            };
            if trace.rises.last().is_none_or(|(_, highest)| *highest < score) {
                trace.rises.push((delay, score));
            }
        }
        trace
    }

    /// Of somebody under a detector that has no score, only the day of its alarm; give 0 as the threshold to
    /// [`detection_at`]. An alarm that ended before the true day is to be left out.
    pub fn alarmed(disengaged_on: Option<u32>, alarm_on: Option<u32>) -> Self {
        match disengaged_on {
            None => Self::faithful(alarm_on.map(|_| 1.0)),
            Some(on) => {
                let early = alarm_on.filter(|alarm| *alarm < on).map(|alarm| (alarm, 1.0));
                Self::leaving(on, early.into_iter().chain(alarm_on.map(|alarm| (alarm.max(on), 1.0))))
            }
        }
    }

    fn found_after(&self, threshold: f64) -> Option<u32> {
        self.rises.iter().find(|(_, score)| threshold < *score).map(|(delay, _)| *delay)
    }
}

/// How well a detector did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The alarm is on above this.
    pub threshold: f64,
    /// People who stay.
    pub n_faithful: u32,
    /// People who truly disengage.
    pub n_leaving: u32,
    /// The share of the faithful who were ever alarmed; 0 without any.
    pub false_alarms: f64,
    /// The share of the leaving who were found; `None` without any.
    pub found: Option<f64>,
    /// The share of the leaving who were alarmed at some time before the true day.
    pub early: Option<f64>,
    /// The median delay in days over all who leave, those not found being last; `None` where fewer than half are found.
    pub median_delay: Option<f64>,
    /// The median delay of those who were found.
    pub median_delay_of_found: Option<f64>,
}

/// The lowest threshold at which at most the share `false_alarms` of the faithful are ever alarmed: the highest scores of
/// the faithful beyond that share are at or below it. Minus infinity without faithful people.
pub fn threshold(traces: &[Trace], false_alarms: f64) -> f64 {
    let mut highest: Vec<f64> = traces.iter().filter(|trace| !trace.is_leaving).map(|trace| trace.highest).collect();
    highest.sort_unstable_by(f64::total_cmp);
    let n_allowed = (highest.len() as f64 * false_alarms.clamp(0.0, 1.0)).floor() as usize;
    // Those above the value at this place are at most so many, whatever the ties.
    highest.len().checked_sub(n_allowed + 1).map_or(f64::NEG_INFINITY, |at| highest[at])
}

/// How well the detector does at that threshold.
pub fn detection(traces: &[Trace], false_alarms: f64) -> Detection {
    detection_at(traces, threshold(traces, false_alarms))
}

/// How well the detector does at a threshold that is given, such as "silent for more than 60 days".
pub fn detection_at(traces: &[Trace], threshold: f64) -> Detection {
    let (mut n_faithful, mut n_leaving, mut n_false, mut n_early) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut delays = Vec::new();
    for trace in traces {
        let is_above = u32::from(threshold < trace.highest);
        if trace.is_leaving {
            n_leaving += 1;
            n_early += is_above;
            delays.extend(trace.found_after(threshold));
        } else {
            n_faithful += 1;
            n_false += is_above;
        }
    }
    delays.sort_unstable();
    let share = |n: u32, of: u32| (0 < of).then(|| f64::from(n) / f64::from(of));
    Detection {
        threshold,
        n_faithful,
        n_leaving,
        false_alarms: share(n_false, n_faithful).unwrap_or(0.0),
        found: share(delays.len() as u32, n_leaving),
        early: share(n_early, n_leaving),
        median_delay: median(&delays, n_leaving as usize),
        median_delay_of_found: median(&delays, delays.len()),
    }
}

/// The median of `n` numbers of which the lowest are known; `None` where it is among the others.
fn median(lowest: &[u32], n: usize) -> Option<f64> {
    let (below, above) = (n.checked_sub(1)? / 2, n / 2);
    Some(f64::midpoint(f64::from(*lowest.get(below)?), f64::from(*lowest.get(above)?)))
}
