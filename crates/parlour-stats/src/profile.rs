//! How far a parameter may lie from the top: where the likelihood, with the others at their best, has fallen by a given amount.

use crate::fit::Likelihood;
use crate::optimise::climb;

/// The values of a parameter that the people do not contradict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// From here; `None` where no value is too low.
    pub from: Option<f64>,
    /// To here; `None` where no value is too high.
    pub to: Option<f64>,
}

/// Half the 95 % point of χ² with one degree of freedom.
const FALL: f64 = 1.920_729_410_347_062;
/// An end farther than e to this from the top is open.
const FARTHEST: f64 = 12.0;
const FIRST_STEP: f64 = 0.125;
/// To less than a hundredth of the distance.
const N_HALVINGS: u32 = 8;

/// The 95 % interval of the parameter at `which`, about a top that was found.
pub(crate) fn interval<const N: usize>(likelihood: &impl Likelihood<N>, top: &[f64; N], which: usize) -> Interval {
    let profile = Profile { likelihood, top: top.map(libm::log), which };
    let highest = likelihood.at(top).0;
    let end = |side: f64| profile.end(side, highest - FALL).map(|away| top[which] * libm::exp(away));
    Interval { from: end(-1.0), to: end(1.0) }
}

struct Profile<'a, L, const N: usize> {
    likelihood: &'a L,
    top: [f64; N],
    which: usize,
}

impl<L: Likelihood<N>, const N: usize> Profile<'_, L, N> {
    /// How far away in logarithms on that side the likelihood falls to the floor, if it does.
    fn end(&self, side: f64, floor: f64) -> Option<f64> {
        let (mut low, mut high, mut at) = (0.0, FIRST_STEP, self.top);
        loop {
            let (value, best) = self.highest(side * high, at);
            if value < floor {
                break;
            }
            (low, at) = (high, best);
            high *= 2.0;
            if FARTHEST < low {
                return None;
            }
        }
        for _ in 0..N_HALVINGS {
            let middle = f64::midpoint(low, high);
            let (value, best) = self.highest(side * middle, at);
            if value < floor {
                high = middle;
            } else {
                (low, at) = (middle, best);
            }
        }
        Some(side * f64::midpoint(low, high))
    }

    /// The highest likelihood with the parameter so far away, and where that is.
    fn highest(&self, away: f64, start: [f64; N]) -> (f64, [f64; N]) {
        let fixed = self.top[self.which] + away;
        let held = |theta: &[f64; N]| {
            let parameters: [f64; N] =
                std::array::from_fn(|i| libm::exp(if i == self.which { fixed } else { theta[i] }));
            let (value, slope) = self.likelihood.at(&parameters);
            (value, std::array::from_fn(|i| if i == self.which { 0.0 } else { slope[i] * parameters[i] }))
        };
        let top = climb(&held, start, None);
        (top.value, top.at)
    }
}
