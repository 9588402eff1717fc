//! Sums over everybody present, by which lenses measure one person: integers only, so that any order gives the same.

use crate::parameters::Parameters;
use crate::population::{N_CLASSES, class};
use crate::reading::Reading;
use crate::standing::Standing;

use super::evidence::{Evidence, STEPS};
use super::{Choices, worth};

/// Steps of the life cycle whose gaps are told apart; later ones count as the last.
pub const MAX_STEPS: usize = 64;
/// Dimensions of a relationship's strength.
pub const DIMENSIONS: usize = 7;
/// Levels of feeling that are told apart, from all disliking to all liking.
const FEELINGS: u64 = 30;

/// What people are ranked by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named after what is counted")]
pub enum Of {
    Visits,
    Seconds,
    Interaction,
    Feeling,
    Referrals,
    Silence,
    Days,
}

const N_OF: usize = 7;

/// How many people lie where; classes are 16 to each doubling, so that counts up to 31 are told apart exactly.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Histogram {
    /// By class; once settled, those in the class or below it.
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; N_CLASSES + 1] }
    }
}

impl Histogram {
    fn count(&mut self, value: u64) {
        self.counts[place(value)] += 1;
    }

    /// Of a settled one: how many lie below a value, in its class, and in all.
    fn around(&self, value: u64) -> (u64, u64, u64) {
        let at = place(value);
        let below = at.checked_sub(1).map_or(0, |at| self.counts[at]);
        (below, self.counts[at] - below, self.counts[N_CLASSES])
    }
}

fn place(value: u64) -> usize {
    class(i64::try_from(value).unwrap_or(i64::MAX)) as usize
}

/// A mean and a spread, from a sum and a sum of squares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Moments {
    sum: i128,
    squares: i128,
}

/// The sums.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "each is the sum over people of what it is named after; see Evidence")]
pub struct Sums {
    /// People who are present.
    pub n_people: u64,
    pub n_visits: u64,
    pub n_timed_visits: u64,
    pub n_events: u64,
    pub n_pages: u64,
    pub n_feedback_visits: u64,
    pub n_goal_visits: u64,
    pub n_contributions: u64,
    pub n_recent_days: u64,
    pub n_subscribed: u64,
    /// People of whom any seconds are known, ever.
    pub n_timed_people: u64,
    pub seconds: u128,
    pub seconds_elsewhere: u128,
    pub interaction: u128,
    pub points: u128,
    pub value_minor: i128,
    pub n_valued: u64,
    pub n_joined: u64,
    pub n_accepted: u64,
    pub n_referrals: u64,
    pub n_feeling: u64,
    /// What value with every part of it counted adds up to.
    pub worth_minor: i128,
    /// People who reached each step of the scenario.
    pub steps: [u64; STEPS.len()],
    /// Gaps after the k-th active day, and their days.
    gaps: Vec<(u64, u64)>,
    moments: [Moments; DIMENSIONS],
    histograms: [Histogram; N_OF],
}

impl Sums {
    /// Counts one person in, who must be present.
    pub fn add(&mut self, reading: &Reading<'_>, choices: &Choices, evidence: &Evidence, standing: &Standing) {
        let Evidence { window, year, .. } = evidence;
        self.n_people += 1;
        self.n_visits += window.n_visits;
        self.n_timed_visits += window.n_timed_visits;
        self.n_events += window.n_events;
        self.n_pages += window.n_pages;
        self.n_feedback_visits += window.n_feedback_visits;
        self.n_goal_visits += window.n_goal_visits;
        self.n_contributions += window.n_contributions;
        self.n_recent_days += u64::from(standing.n_recent);
        self.n_subscribed += u64::from(evidence.is_subscribed);
        self.n_timed_people += u64::from(evidence.seconds > 0);
        self.seconds += u128::from(window.seconds);
        self.seconds_elsewhere += u128::from(window.seconds_all.saturating_sub(window.seconds));
        self.interaction += u128::from(window.interaction);
        self.points += u128::from(evidence.points);
        self.value_minor += i128::from(standing.relation.value_minor);
        self.n_valued += u64::from(standing.relation.value_minor != 0);
        self.n_joined += evidence.n_joined;
        self.n_accepted += evidence.n_accepted;
        self.n_referrals += year.n_referrals;
        self.n_feeling += u64::from(feeling(evidence).is_some());
        self.worth_minor += worth::parts(choices, evidence, standing).iter().sum::<i128>();
        for (at, n) in self.steps.iter_mut().enumerate() {
            *n += u64::from(evidence.steps >> at & 1);
        }
        self.add_gaps(&evidence.days);
        let dimensions = dimensions(evidence, standing, reading.parameters);
        for (moments, x) in self.moments.iter_mut().zip(dimensions) {
            moments.sum += i128::from(x);
            moments.squares += i128::from(x) * i128::from(x);
        }
        let silence = i64::from(reading.day.0) - i64::from(standing.relation.last_day);
        self.count(Of::Visits, window.n_visits);
        self.count(Of::Interaction, window.interaction);
        self.count(Of::Referrals, year.n_referrals);
        self.count(Of::Silence, silence.max(0).cast_unsigned());
        self.count(Of::Days, u64::from(standing.relation.n_days));
        if evidence.seconds > 0 {
            self.count(Of::Seconds, window.seconds);
        }
        if let Some(feeling) = feeling(evidence) {
            self.count(Of::Feeling, level(feeling));
        }
    }

    fn count(&mut self, of: Of, value: u64) {
        self.histograms[of as usize].count(value);
    }

    fn add_gaps(&mut self, days: &[i32]) {
        for (pair, k) in days.windows(2).zip(0..) {
            let k: usize = MAX_STEPS.min(k + 1) - 1;
            if self.gaps.len() <= k {
                self.gaps.resize(k + 1, (0, 0));
            }
            self.gaps[k].0 += 1;
            self.gaps[k].1 += u64::from(pair[1].abs_diff(pair[0]));
        }
    }

    /// Adds the sums of other people.
    pub fn merge(&mut self, other: &Self) {
        for (sum, n) in self.counts().into_iter().zip(other.clone().counts()) {
            *sum += *n;
        }
        self.seconds += other.seconds;
        self.seconds_elsewhere += other.seconds_elsewhere;
        self.interaction += other.interaction;
        self.points += other.points;
        self.value_minor += other.value_minor;
        self.worth_minor += other.worth_minor;
        if self.gaps.len() < other.gaps.len() {
            self.gaps.resize(other.gaps.len(), (0, 0));
        }
        for (sum, (n, days)) in self.gaps.iter_mut().zip(&other.gaps) {
            sum.0 += n;
            sum.1 += days;
        }
        for (sum, moments) in self.moments.iter_mut().zip(&other.moments) {
            sum.sum += moments.sum;
            sum.squares += moments.squares;
        }
        for (sum, histogram) in self.histograms.iter_mut().zip(&other.histograms) {
            for (sum, n) in sum.counts.iter_mut().zip(&histogram.counts) {
                *sum += n;
            }
        }
    }

    fn counts(&mut self) -> Vec<&mut u64> {
        let Self { n_people, n_visits, n_timed_visits, n_events, n_pages, n_feedback_visits, n_goal_visits, .. } = self;
        let mut all = vec![n_people, n_visits, n_timed_visits, n_events, n_pages, n_feedback_visits, n_goal_visits];
        let Self { n_contributions, n_recent_days, n_subscribed, n_timed_people, n_valued, n_joined, .. } = self;
        all.extend([n_contributions, n_recent_days, n_subscribed, n_timed_people, n_valued, n_joined]);
        let Self { n_accepted, n_referrals, n_feeling, steps, .. } = self;
        all.extend([n_accepted, n_referrals, n_feeling]);
        all.extend(steps.iter_mut());
        all
    }

    /// Once everybody is counted: makes looking up how many lie below somebody one step.
    pub fn settle(&mut self) {
        for histogram in &mut self.histograms {
            let mut below = 0;
            for n in &mut histogram.counts {
                below += *n;
                *n = below;
            }
        }
    }

    /// Of settled sums: the share of people who lie lower, and half of those in the same class, 0 to 1.
    pub fn middle(&self, of: Of, value: u64) -> f64 {
        let (below, same, n) = self.histograms[of as usize].around(value);
        if n == 0 { 0.5 } else { (below as f64 + same as f64 / 2.0) / n as f64 }
    }

    /// Of settled sums: the fifth in which a value lies, 1 to 5; people in one class are not parted.
    pub fn fifth(&self, of: Of, value: u64) -> u8 {
        let (below, _, n) = self.histograms[of as usize].around(value);
        (5 * below).checked_div(n).unwrap_or(0) as u8 + 1
    }

    /// Mean days between the k-th active day and the next, of those who had a next; `None` where nobody did.
    pub fn latency(&self, k: u32) -> Option<f64> {
        let (n, days) = self.gaps.get((k as usize).clamp(1, MAX_STEPS) - 1).copied()?;
        (n > 0).then(|| days as f64 / n as f64)
    }

    /// How many standard deviations `x` lies from the mean of a dimension; `None` where all are alike.
    pub fn z(&self, dimension: usize, x: i64) -> Option<f64> {
        let (moments, n) = (self.moments.get(dimension)?, self.n_people as f64);
        let mean = moments.sum as f64 / n;
        let variance = moments.squares as f64 / n - mean * mean;
        (n > 0.0 && variance > 1e-9 * (1.0 + mean * mean)).then(|| (x as f64 - mean) / libm::sqrt(variance))
    }
}

/// (liking − disliking) / both, −1 to 1; `None` where neither was expressed.
pub(super) fn feeling(evidence: &Evidence) -> Option<f64> {
    let (liking, disliking) = (evidence.year.n_liking as f64, evidence.year.n_disliking as f64);
    (liking + disliking > 0.0).then(|| (liking - disliking) / (liking + disliking))
}

/// Feeling in whole levels, as it is ranked.
pub(super) fn level(feeling: f64) -> u64 {
    libm::round(f64::midpoint(feeling, 1.0) * FEELINGS as f64) as u64
}

/// The seven dimensions of the strength of a relationship, as whole numbers.
pub(super) fn dimensions(evidence: &Evidence, standing: &Standing, parameters: &Parameters) -> [i64; DIMENSIONS] {
    let year = &evidence.year;
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let (recent, before) = (i64::from(parameters.recent_days), i64::from(parameters.before_days));
    [
        whole(year.n_products),
        whole(year.n_purchases),
        whole(year.n_service),
        whole(year.millipoints.checked_div(year.n_events).unwrap_or(0)),
        whole(year.n_pages),
        whole(year.n_referrals),
        i64::from(standing.n_recent) * before - i64::from(standing.n_before) * recent,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_sorted_list() {
        let mut sums = Sums::default();
        let values: Vec<u64> = (0..200).map(|i| i * i % 37).filter(|&value| value < 32).collect();
        for &value in &values {
            sums.count(Of::Days, value);
        }
        sums.settle();
        for asked in 0..32 {
            let below = values.iter().filter(|&&value| value < asked).count();
            let same = values.iter().filter(|&&value| value == asked).count();
            let middle = (below as f64 + same as f64 / 2.0) / values.len() as f64;
            assert!((sums.middle(Of::Days, asked) - middle).abs() < 1e-12, "{asked}");
            assert_eq!(sums.fifth(Of::Days, asked) as usize, 5 * below / values.len() + 1);
        }
    }

    #[test]
    fn latency_is_the_mean_gap_of_each_step() {
        let mut sums = Sums::default();
        sums.add_gaps(&[0, 90, 150]);
        sums.add_gaps(&[0, 30]);
        assert_eq!((sums.latency(1), sums.latency(2), sums.latency(3)), (Some(60.0), Some(60.0), None));
        let mut other = Sums::default();
        other.add_gaps(&(0..200).collect::<Vec<_>>());
        other.merge(&sums);
        assert_eq!((other.latency(1), other.latency(900)), (Some(121.0 / 3.0), Some(1.0)));
    }
}
