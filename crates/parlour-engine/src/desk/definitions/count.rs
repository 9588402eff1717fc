//! What the lenses found, while it is counted: one count a thread, then all together, then ranks and agreement.

use std::cmp::Reverse;

use parlour_core::key::Key;
use parlour_core::lens::rank::{Agreement, Ranking};
use parlour_core::lens::sums::Sums;
use parlour_core::lens::{Because, Case, Judgement, Lens};

use super::{Definitions, Disputed, MAX_SAMPLED, N_TOLD, Seen, Votes, rank_of};

/// Fewest lenses that must judge somebody who is disputed.
const FEWEST_JUDGES: usize = 4;
/// Means are summed in steps of a millionth, so that the order of people changes nothing.
const STEPS_OF_ONE: f64 = 1e6;
const N: usize = Lens::ALL.len();

/// What one thread found in the second walk.
pub(super) struct Count {
    seen: Vec<Seen>,
    sums: [i128; N],
    sampled: Vec<Sampled>,
    n_by_most: u64,
    n_by_none: u64,
    n_by_all: u64,
}

struct Sampled {
    lot: u64,
    person: Key,
    scores: [f64; N],
}

/// A number that is the person's for good, and without meaning.
fn lot(person: Key) -> u64 {
    let mut mixed = (person.0 as u64) ^ ((person.0 >> 64) as u64) ^ 0x9e37_79b9_7f4a_7c15;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Up to which lot people are in the sample: all where they are few, else a little more than are wanted.
pub(super) fn lots(n_people: u64) -> u64 {
    let wanted = MAX_SAMPLED as f64 * 1.1;
    if n_people as f64 <= wanted { u64::MAX } else { (wanted / n_people as f64 * u64::MAX as f64) as u64 }
}

impl Count {
    pub(super) fn new() -> Self {
        let seen = |lens| Seen {
            lens,
            n_judged: 0,
            missing: Vec::new(),
            mean: None,
            n_with_line: 0,
            n_engaged: 0,
            classes: Vec::new(),
            top: Vec::new(),
        };
        let seen = Lens::ALL.into_iter().map(seen).collect();
        Self { seen, sums: [0; N], sampled: Vec::new(), n_by_most: 0, n_by_none: 0, n_by_all: 0 }
    }

    pub(super) fn take(&mut self, person: Key, case: &Case<'_>, most_lots: u64) {
        let mut scores = [f64::NAN; N];
        let mut votes = Votes::default();
        for (at, seen) in self.seen.iter_mut().enumerate() {
            match seen.lens.judge(case, &mut Because::Silent) {
                Ok(judgement) => {
                    scores[at] = rank_of(seen.lens, &judgement);
                    self.sums[at] += (judgement.score * STEPS_OF_ONE) as i128;
                    votes.count(judgement.is_engaged);
                    seen.take(person, &judgement, scores[at]);
                }
                Err(reason) => add(&mut seen.missing, reason, 1),
            }
        }
        self.n_by_most += u64::from(votes.is_by_most());
        self.n_by_none += u64::from(votes.is_by_none());
        self.n_by_all += u64::from(votes.is_by_all());
        let lot = lot(person);
        if lot <= most_lots {
            self.sampled.push(Sampled { lot, person, scores });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (seen, more) in self.seen.iter_mut().zip(other.seen) {
            seen.n_judged += more.n_judged;
            seen.n_with_line += more.n_with_line;
            seen.n_engaged += more.n_engaged;
            more.missing.iter().for_each(|&(reason, n)| add(&mut seen.missing, reason, n));
            more.classes.iter().for_each(|&(class, n)| add(&mut seen.classes, class, n));
            seen.top.extend(more.top);
        }
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
        self.sampled.extend(other.sampled);
        self.n_by_most += other.n_by_most;
        self.n_by_none += other.n_by_none;
        self.n_by_all += other.n_by_all;
    }

    pub(super) fn finish(mut self, sums: Sums) -> Definitions {
        for (seen, sum) in self.seen.iter_mut().zip(self.sums) {
            seen.keep_top();
            seen.top.iter_mut().for_each(|(_, score)| *score = score_of(seen.lens, *score));
            seen.classes.sort_unstable();
            seen.missing.sort_by_key(|&(reason, n)| (Reverse(n), reason));
            seen.mean = (seen.n_judged > 0).then(|| sum as f64 / STEPS_OF_ONE / seen.n_judged as f64);
        }
        self.sampled.sort_unstable_by_key(|sampled| (sampled.lot, sampled.person));
        self.sampled.truncate(MAX_SAMPLED);
        let column = |at: usize| self.sampled.iter().map(|sampled| sampled.scores[at]).collect();
        let rankings: Vec<Ranking> = (0..N).map(|at| Ranking::new(column(at))).collect();
        Definitions {
            n_people: sums.n_people,
            n_sampled: self.sampled.len() as u64,
            agreements: agreements(&rankings),
            disputed: disputed(&self.sampled, &rankings),
            seen: self.seen,
            n_by_most: self.n_by_most,
            n_by_none: self.n_by_none,
            n_by_all: self.n_by_all,
            sums,
            rankings,
        }
    }
}

/// The score of what somebody was ranked by.
fn score_of(lens: Lens, rank: f64) -> f64 {
    if lens.about().is_lower_better { -rank } else { rank }
}

impl Seen {
    fn take(&mut self, person: Key, judgement: &Judgement, rank: f64) {
        self.n_judged += 1;
        self.n_with_line += u64::from(judgement.is_engaged.is_some());
        self.n_engaged += u64::from(judgement.is_engaged == Some(true));
        if let Some(class) = judgement.class {
            add(&mut self.classes, class, 1);
        }
        // Once there are enough, the first ten are in order and the tenth is who must be beaten.
        let floor = self.top.get(N_TOLD - 1);
        if floor.is_none_or(|floor| (rank, floor.0) > (floor.1, person)) {
            self.top.push((person, rank));
            if self.top.len() == N_TOLD || 8 * N_TOLD <= self.top.len() {
                self.keep_top();
            }
        }
    }

    fn keep_top(&mut self) {
        self.top.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.top.truncate(N_TOLD);
    }
}

fn add(counts: &mut Vec<(&'static str, u64)>, name: &'static str, n: u64) {
    match counts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, sum)) => *sum += n,
        None => counts.push((name, n)),
    }
}

fn agreements(rankings: &[Ranking]) -> Vec<Vec<Agreement>> {
    let mut all = vec![vec![Agreement { rho: None, n: 0 }; N]; N];
    for a in 0..N {
        for b in a..N {
            let agreement = rankings[a].agreement(&rankings[b]);
            all[a][b] = agreement;
            all[b][a] = agreement;
        }
    }
    all
}

fn disputed(sampled: &[Sampled], rankings: &[Ranking]) -> Vec<Disputed> {
    let ranks: Vec<Vec<f64>> = rankings.iter().map(Ranking::percentiles).collect();
    let of = |at: usize| ranks.iter().map(move |ranks| Some(ranks[at]).filter(|rank| !rank.is_nan()));
    let mut spreads: Vec<(f64, usize)> =
        (0..sampled.len()).filter_map(|at| Some((spread(of(at).flatten())?, at))).collect();
    spreads.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    spreads.truncate(N_TOLD);
    spreads
        .into_iter()
        .map(|(spread, at)| Disputed { person: sampled[at].person, spread, ranks: of(at).collect() })
        .collect()
}

/// Standard deviation, of enough ranks.
fn spread(ranks: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut n, mut sum, mut squares) = (0_usize, 0.0, 0.0);
    for rank in ranks {
        n += 1;
        sum += rank;
        squares += rank * rank;
    }
    let mean = sum / n as f64;
    (FEWEST_JUDGES <= n).then(|| (squares / n as f64 - mean * mean).max(0.0).sqrt())
}
