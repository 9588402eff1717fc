//! How long until something happens, where for some it has not happened yet: the curve of Kaplan and Meier (JASA 53,
//! 1958), with those who still wait kept in.
//!
//! Whoever still waits is *censored*: known to have waited so long, and left out after that. Dropping them instead makes
//! every answer look quick.

/// One wait: how long, in any unit, and whether it ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wait {
    /// How long.
    pub time: f64,
    /// Whether what was waited for came; else it had not by then.
    pub has_ended: bool,
}

/// A step of the curve, at a time at which some waits ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// The time.
    pub time: f64,
    /// The share that still waits after it, 0 to 1.
    pub waiting: f64,
    /// Where that share lies with a probability of 95 %, by Greenwood's formula on the scale of log(−log): between this …
    pub low: f64,
    /// … and this.
    pub high: f64,
    /// How many waited just before it.
    pub n_at_risk: u64,
}

/// The share that still waits, over time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Curve {
    /// Its steps, by time.
    pub steps: Vec<Step>,
    /// Waits.
    pub n: u64,
    /// Those that ended.
    pub n_ended: u64,
}

const Z_95: f64 = 1.959_963_984_540_054;

impl Curve {
    /// The curve of some waits. Times below 0 count as 0, and what is no number as no wait at all.
    pub fn of(waits: impl IntoIterator<Item = Wait>) -> Self {
        let mut waits: Vec<Wait> = waits.into_iter().filter(|wait| !wait.time.is_nan()).collect();
        for wait in &mut waits {
            wait.time = wait.time.max(0.0);
        }
        waits.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
        let n = waits.len() as u64;
        let mut curve = Self { steps: Vec::new(), n, n_ended: 0 };
        let (mut waiting, mut greenwood, mut n_at_risk) = (1.0, 0.0, n);
        let mut at = 0;
        while let Some(first) = waits.get(at) {
            let same = waits[at..].iter().take_while(|wait| wait.time <= first.time);
            let (n_here, n_ended) = same.fold((0, 0), |(n, ended), wait| (n + 1, ended + u64::from(wait.has_ended)));
            if n_ended > 0 {
                let (d, r) = (n_ended as f64, n_at_risk as f64);
                waiting *= 1.0 - d / r;
                greenwood += d / (r * (r - d));
                let (low, high) = interval(waiting, greenwood);
                curve.steps.push(Step { time: first.time, waiting, low, high, n_at_risk });
                curve.n_ended += n_ended;
            }
            n_at_risk -= n_here;
            at += n_here as usize;
        }
        curve
    }

    /// The share that still waits at a time.
    pub fn waiting_at(&self, time: f64) -> f64 {
        let n = self.steps.partition_point(|step| step.time <= time);
        n.checked_sub(1).map_or(1.0, |last| self.steps[last].waiting)
    }

    /// The time by which a share (0 to 1) has got what it waited for; `None` where that is not known yet.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        // What is a half in words may be a little more in numbers.
        let most = 1.0 - share + 1e-12;
        self.steps.iter().find(|step| step.waiting <= most).map(|step| step.time)
    }

    /// The time by which a half has.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }
}

fn interval(waiting: f64, greenwood: f64) -> (f64, f64) {
    if waiting <= 0.0 || waiting >= 1.0 || !greenwood.is_finite() {
        return (waiting, waiting);
    }
    let log = libm::log(waiting);
    let width = Z_95 * greenwood.sqrt() / log;
    // The logarithm is negative, and so is the width.
    let (a, b) = (libm::pow(waiting, libm::exp(width)), libm::pow(waiting, libm::exp(-width)));
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(times: &[(f64, bool)]) -> Vec<Wait> {
        times.iter().map(|&(time, has_ended)| Wait { time, has_ended }).collect()
    }

    /// Weeks of remission under 6-MP (Freireich and others, 1963), the example of every textbook.
    #[test]
    fn the_textbook_example_comes_out() {
        let ended = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let open = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        let all = ended.iter().map(|&t| (t, true)).chain(open.iter().map(|&t| (t, false))).collect::<Vec<_>>();
        let curve = Curve::of(waits(&all));
        let told: Vec<String> = curve.steps.iter().map(|step| format!("{} {:.3}", step.time, step.waiting)).collect();
        assert_eq!(told, ["6 0.857", "7 0.807", "10 0.753", "13 0.690", "16 0.627", "22 0.538", "23 0.448"]);
        assert_eq!((curve.median(), curve.n, curve.n_ended), (Some(23.0), 21, 9));
        assert_eq!(curve.quantile(0.6), None);
        let last = curve.steps[6];
        assert_eq!(format!("{:.3} {:.3}", last.low, last.high), "0.188 0.680");
    }

    #[test]
    fn without_anybody_waiting_it_is_the_plain_share() {
        let curve = Curve::of(waits(&[(4.0, true), (1.0, true), (3.0, true), (2.0, true)]));
        assert_eq!(curve.median(), Some(2.0));
        assert!((curve.waiting_at(3.5) - 0.25).abs() < 1e-12);
        assert!(curve.waiting_at(0.5) >= 1.0 && curve.waiting_at(9.0) <= 0.0);
    }

    #[test]
    fn those_who_still_wait_stay_in() {
        let answered = vec![(1.0, true); 10];
        let ignored = vec![(100.0, false); 30];
        let curve = Curve::of(waits(&[answered.clone(), ignored].concat()));
        assert_eq!((Curve::of(waits(&answered)).median(), curve.median()), (Some(1.0), None));
        assert!((curve.waiting_at(50.0) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_nonsense_are_taken() {
        let curve = Curve::of(waits(&[]));
        assert!((curve.n, curve.median()) == (0, None) && curve.waiting_at(1.0) >= 1.0);
        let curve = Curve::of(waits(&[(-3.0, true), (f64::NAN, true), (f64::INFINITY, false)]));
        assert_eq!((curve.n, curve.median()), (2, Some(0.0)));
        assert!(curve.steps.iter().all(|step| step.low.is_finite() && step.high.is_finite()));
    }
}
