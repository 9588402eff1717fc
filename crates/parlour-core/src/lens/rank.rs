//! Rank agreement: Spearman's ρ with ties at their middle rank, over those whom both lenses judge.

/// One lens' scores of a list of people, in order of rank; `NaN` stands where a person could not be judged.
#[derive(Clone, Debug)]
pub struct Ranking {
    scores: Vec<f64>,
    /// Places of those who are judged, lowest first.
    order: Vec<u32>,
}

/// How two lenses agree.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Agreement {
    /// Spearman's ρ; `None` where fewer than three are judged by both, or one lens sees no difference between them.
    pub rho: Option<f64>,
    /// People judged by both.
    pub n: u64,
}

impl Ranking {
    /// Sorts people by score, highest last.
    pub fn new(mut scores: Vec<f64>) -> Self {
        // Of the two zeros one would rank below the other.
        for score in &mut scores {
            *score += 0.0;
        }
        let mut order: Vec<u32> = (0..).zip(&scores).filter(|(_, score)| !score.is_nan()).map(|(at, _)| at).collect();
        order.sort_unstable_by(|&a, &b| scores[a as usize].total_cmp(&scores[b as usize]).then(a.cmp(&b)));
        Self { scores, order }
    }

    /// How many are judged.
    pub fn n_judged(&self) -> usize {
        self.order.len()
    }

    /// The share of the judged who lie lower, and half of those with the same score, 0 to 1; 0.5 among nobody.
    pub fn percentile(&self, score: f64) -> f64 {
        let below = self.order.partition_point(|&at| self.scores[at as usize] < score);
        let up_to = self.order.partition_point(|&at| self.scores[at as usize] <= score);
        if self.order.is_empty() { 0.5 } else { (below + up_to) as f64 / 2.0 / self.order.len() as f64 }
    }

    /// The percentile of every person, or `NaN`.
    pub fn percentiles(&self) -> Vec<f64> {
        let n = self.order.len() as f64;
        self.ranks(|_| true).into_iter().map(|rank| (rank - 0.5) / n).collect()
    }

    fn is_judged(&self, at: usize) -> bool {
        self.scores.get(at).is_some_and(|score| !score.is_nan())
    }

    /// Middle ranks, from 1, among those judged for whom `is_in`; `NaN` for the others.
    fn ranks(&self, is_in: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut ranks = vec![f64::NAN; self.scores.len()];
        let inside: Vec<usize> = self.order.iter().map(|&at| at as usize).filter(|&at| is_in(at)).collect();
        let mut n_before = 0;
        for tied in inside.chunk_by(|&a, &b| self.scores[a].total_cmp(&self.scores[b]).is_eq()) {
            let middle = n_before as f64 + f64::midpoint(tied.len() as f64, 1.0);
            for &at in tied {
                ranks[at] = middle;
            }
            n_before += tied.len();
        }
        ranks
    }

    /// How this lens agrees with another over the same list of people.
    pub fn agreement(&self, other: &Self) -> Agreement {
        let ours = self.ranks(|at| other.is_judged(at));
        let theirs = other.ranks(|at| self.is_judged(at));
        let both = || ours.iter().zip(&theirs).filter(|(a, _)| !a.is_nan());
        let n = both().count();
        let mean = f64::midpoint(n as f64, 1.0);
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        for (a, b) in both() {
            let (a, b) = (a - mean, b - mean);
            ab += a * b;
            aa += a * a;
            bb += b * b;
        }
        let is_known = n >= 3 && aa > 0.0 && bb > 0.0;
        let rho = is_known.then(|| (ab / libm::sqrt(aa * bb)).clamp(-1.0, 1.0));
        Agreement { rho, n: n as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO: f64 = f64::NAN;

    #[test]
    fn agreement_is_that_of_the_textbook() {
        // Hollander and Wolfe, table 8.1: lightness and panel scores of tuna; R's cor.test gives 0.6.
        let lightness = vec![44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1];
        let panel = vec![2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8];
        let found = Ranking::new(lightness).agreement(&Ranking::new(panel));
        assert!((found.rho.unwrap() - 0.6).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn ties_are_in_the_middle_and_the_unjudged_out() {
        let a = Ranking::new(vec![1.0, 2.0, 2.0, 4.0, 9.0]);
        let b = Ranking::new(vec![10.0, 20.0, 30.0, 40.0, NO]);
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
        let found = a.agreement(&b);
        assert_eq!(found.n, 4);
        assert!((found.rho.unwrap() - 4.5 / (4.5_f64 * 5.0).sqrt()).abs() < 1e-12, "{found:?}");
        assert_eq!(a.percentiles(), [0.1, 0.4, 0.4, 0.7, 0.9]);
        assert!((a.percentile(2.0) - 0.4).abs() < 1e-12 && (a.percentile(100.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn without_difference_there_is_no_agreement() {
        let same = Ranking::new(vec![1.0; 5]);
        assert_eq!(same.agreement(&Ranking::new(vec![1.0, 2.0, 3.0, 4.0, 5.0])).rho, None);
        assert_eq!(Ranking::new(vec![NO; 3]).agreement(&same.clone()).rho, None);
        assert!((Ranking::new(Vec::new()).percentile(1.0) - 0.5).abs() < 1e-12);
    }
}
