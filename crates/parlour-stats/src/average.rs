//! Averages of smooth functions over the densities the models end in: a beta, and a decaying power.

use std::sync::LazyLock;

const STEP: f64 = 1.0 / 32.0;
const FARTHEST: usize = 400;
/// Where the density is no wider than this in log-odds, every so many-th point is enough.
const NARROW: f64 = 0.6;
const STRIDE: usize = 4;
/// Weights below e to this do not count.
const NEGLIGIBLE: f64 = -46.0;

/// sinh τ and ln cosh τ at the points of the rule, those on the other side mirrored.
static POINTS: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let tau = |i| f64::from(i as u32) * STEP;
    (0..FARTHEST).map(|i| (libm::sinh(tau(i)), libm::log(libm::cosh(tau(i))))).collect()
});

/// The mean of `g(p)` for p ~ Beta(a, b), a and b > 0: the trapezoidal rule on the log-odds stretched by sinh, which
/// converges exponentially, with the weights summed at the same points, so that no beta function cancels.
///
/// Exact to about 1e-12 for parameters between 0.01 and 1e9, to some digits beyond. `g` must be finite on [0, 1].
pub(crate) fn beta_average(a: f64, b: f64, g: impl Fn(f64) -> f64) -> f64 {
    let width = ((a + b) / a / b).sqrt().min(1e6);
    beta_average_by(if width <= NARROW { STRIDE } else { 1 }, (a, b, width), g)
}

fn beta_average_by(stride: usize, (a, b, width): (f64, f64, f64), g: impl Fn(f64) -> f64) -> f64 {
    // ln(p^a (1 − p)^b) and p, at log-odds u.
    let at = |u: f64| {
        let small = libm::exp(-u.abs());
        let ln = libm::log1p(small);
        let (ln_p, ln_rest) = (-ln - (-u).max(0.0), -ln - u.max(0.0));
        (a * ln_p + b * ln_rest, if u < 0.0 { small } else { 1.0 } / (1.0 + small))
    };
    let peak_at = libm::log(a / b);
    let (peak, p) = at(peak_at);
    let (mut sum, mut total) = (g(p), 1.0);
    for side in [-width, width] {
        for (sinh, ln_cosh) in POINTS.iter().step_by(stride).skip(1) {
            let (ln_weight, p) = at(peak_at + side * sinh);
            let ln = ln_weight - peak + ln_cosh;
            if ln < NEGLIGIBLE {
                break;
            }
            let weight = libm::exp(ln);
            sum += weight * g(p);
            total += weight;
        }
    }
    sum / total
}

/// Nodes and weights of the Gauss-Legendre rule of twelve points on [-1, 1]: half of them, the other half mirrored.
const GAUSS: [(f64, f64); 6] = [
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_77),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_4, 0.203_167_426_723_065_92),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_22),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.981_560_634_246_719_4, 0.047_175_336_386_511_83),
];

/// Calls `f(v, weight)` at the nodes of the twelve-point rule on [from, to].
#[inline]
pub(crate) fn gauss(from: f64, to: f64, mut f: impl FnMut(f64, f64)) {
    let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
    for (node, weight) in GAUSS {
        f(middle - half * node, half * weight);
        f(middle + half * node, half * weight);
    }
}

/// ∫₀^∞ e^(−z y) (1 + y)^(−s) dy for z > 0 and s ≥ 0: e^z E_s(z), or z^(s−1) U(s, s, z) with Tricomi's U. With y = e^v − 1 the integrand has no singularity, so panels of half a unit give 14 digits.
pub(crate) fn discounted_survival(z: f64, s: f64) -> f64 {
    const PANEL: f64 = 0.5;
    let end = libm::log1p(-NEGLIGIBLE / z);
    // A large s decays faster than a panel is wide.
    let panel = PANEL.min(4.0 / s);
    let n_panels = (end / panel).ceil().min(400.0) as u32;
    let mut sum = 0.0;
    for i in 0..n_panels {
        let from = f64::from(i) * panel;
        gauss(from, (from + panel).min(end), |v, weight| {
            sum += weight * libm::exp(-z * libm::expm1(v) - (s - 1.0) * v);
        });
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::ln_beta;

    #[test]
    fn moments_of_a_beta() {
        for (a, b) in [(0.02, 0.3), (0.8, 2.4), (1.0, 1.0), (5.0, 900.0), (1e7, 3e6)] {
            let mean = beta_average(a, b, |p| p);
            assert!((mean / (a / (a + b)) - 1.0).abs() < 1e-10, "{a} {b}: {mean}");
            let second = beta_average(a, b, |p| p * p);
            let exact = a / (a + b) * (a + 1.0) / (a + b + 1.0);
            assert!((second / exact - 1.0).abs() < 1e-10, "{a} {b}: {second}");
        }
        // E[p^½] is a ratio of betas.
        let root = beta_average(0.7, 1.3, f64::sqrt);
        assert!((root - (ln_beta(1.2, 1.3) - ln_beta(0.7, 1.3)).exp()).abs() < 1e-12);
        assert!(beta_average(1e-9, 1e9, |p| p).is_finite() && beta_average(1e12, 1e-9, |p| p).is_finite());
    }

    #[test]
    fn narrow_densities_need_fewer_points() {
        for (a, b) in [(6.0_f64, 6.0_f64), (3.0, 90.0), (20.0, 3.3), (25.0, 400.0), (1e3, 1e5)] {
            for n in [0.3, 7.0, 90.0] {
                for ratio in [1e-3, 0.4, 30.0] {
                    let g = |p: f64| libm::exp(-n * libm::log1p(p * ratio));
                    let width = ((a + b) / a / b).sqrt();
                    assert!(width <= NARROW, "{a} {b}");
                    let [few, all] = [STRIDE, 1].map(|stride| beta_average_by(stride, (a, b, width), g));
                    assert!((few - all).abs() < 1e-12, "{a} {b} {n} {ratio}: {few} {all}");
                }
            }
        }
    }

    #[test]
    fn discounted_survival_is_the_exponential_integral() {
        // E₁(1) e and, by its recurrence, E₂(1) e; at s = 0 the integral is 1/z.
        assert!((discounted_survival(1.0, 1.0) - 0.596_347_362_323_194_1).abs() < 1e-14);
        assert!((discounted_survival(1.0, 2.0) - (1.0 - 0.596_347_362_323_194_1)).abs() < 1e-14);
        assert!((discounted_survival(1e-4, 0.0) / 1e4 - 1.0).abs() < 1e-12);
        assert!((discounted_survival(2.0, 1e6) * 1e6 - 1.0).abs() < 1e-5);
    }
}
