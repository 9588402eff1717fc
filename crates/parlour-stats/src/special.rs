//! Special functions, the same bits on every machine (libm, not the system's).
//!
//! Never NaN for arguments in the stated ranges, never a panic.

/// ln Γ(x) for x > 0.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln B(a, b) for a, b > 0.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1]; x outside is drawn inside.
///
/// Continued fraction 26.5.8 of Abramowitz and Stegun by the modified Lentz method, on the side of the mean where it
/// converges fast.
pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    let in_range = a > 0.0 && b > 0.0;
    if !in_range || x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let ln_front = a * libm::log(x) + b * libm::log1p(-x) - ln_beta(a, b);
    let front = libm::exp(ln_front);
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    };
    value.clamp(0.0, 1.0)
}

const MAX_TERMS: u32 = 10_000;
const TINY: f64 = 1e-300;
const PRECISION: f64 = 1e-15;

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let lift = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / lift(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..MAX_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / lift(1.0 + term * d);
            c = lift(1.0 + term / c);
            h *= d * c;
        }
        if (d * c - 1.0).abs() < PRECISION {
            break;
        }
    }
    h
}

/// The x with I_x(a, b) = p, by bisection: 60 halvings of [0, 1] in odds, so that tails near 0 and 1 are exact too.
pub fn beta_inc_inverse(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (-700.0_f64, 700.0_f64);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if beta_inc(a, b, logistic(middle)) < p { low = middle } else { high = middle }
    }
    logistic(f64::midpoint(low, high))
}

fn logistic(u: f64) -> f64 {
    if u >= 0.0 { 1.0 / (1.0 + libm::exp(-u)) } else { libm::exp(u) / (1.0 + libm::exp(u)) }
}

/// P(λ_recent < λ_before) for two Poisson rates seen as `x_recent` events in `e_recent` units of exposure and `x_before`
/// in `e_before`, each with Jeffreys' prior Gamma(½, 0). One half where either exposure is nothing.
pub fn p_rate_fell(x_recent: u32, e_recent: u32, x_before: u32, e_before: u32) -> f64 {
    if e_recent == 0 || e_before == 0 {
        return 0.5;
    }
    let share = f64::from(e_recent) / (f64::from(e_recent) + f64::from(e_before));
    beta_inc(f64::from(x_recent) + 0.5, f64::from(x_before) + 0.5, share)
}

/// Wheat and Morrison's shape k of Erlang gaps from the variance of M = gap₁/(gap₁ + gap₂), M ~ Beta(k, k):
/// k = (1 − 4 Var M)/(8 Var M). Held within [0.5, 12]: 1 is random, more is regular.
pub fn wheat_morrison_k(variance_of_m: f64) -> f64 {
    if variance_of_m <= 0.0 {
        return 12.0;
    }
    ((1.0 - 4.0 * variance_of_m) / (8.0 * variance_of_m)).clamp(0.5, 12.0)
}

/// ψ(x), the derivative of ln Γ, for x > 0: upward recurrence to 10, then the asymptotic series (DLMF 5.11.2).
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 10.0 {
        below -= 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let tail = y
        * (1.0 / 12.0
            - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y * (1.0 / 132.0 - y * (691.0 / 32_760.0))))));
    below + libm::log(x) - 0.5 / x - tail
}

/// Up to here rising factorials are multiplied out, which keeps every digit when the base is large.
const MULTIPLIED_OUT: u32 = 16;
const LARGE: f64 = 1e4;

/// ln Γ(a + n) − ln Γ(a) for a > 0, without the cancellation of a large a.
pub(crate) fn ln_rising(a: f64, n: u32) -> f64 {
    if n <= MULTIPLIED_OUT && a < 1e15 {
        return libm::log((0..n).fold(1.0, |product, i| product * (a + f64::from(i))));
    }
    let n = f64::from(n);
    if a < LARGE {
        return ln_gamma(a + n) - ln_gamma(a);
    }
    let end = a + n;
    (a - 0.5) * libm::log1p(n / a) + n * (libm::log(end) - 1.0) + (1.0 / end - 1.0 / a) / 12.0
}

/// ψ(a + n) − ψ(a) for a > 0: the derivative of [`ln_rising`] in a.
pub(crate) fn digamma_rising(a: f64, n: u32) -> f64 {
    if n <= MULTIPLIED_OUT {
        return (0..n).map(|i| 1.0 / (a + f64::from(i))).sum();
    }
    digamma(a + f64::from(n)) - digamma(a)
}

/// ln(eᵃ + eᵇ).
pub(crate) fn ln_add_exp(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY { high } else { high + libm::log1p(libm::exp(low - high)) }
}

/// −(e^(c l) − 1)/c, whose limit at c = 0 is −l.
///
/// This is ∫₀ᵘ (1 + y)^(−c−1) dy with l = −ln(1 + u), the form in which expectations of all models here lose their
/// singularity at a = 1 or s = 1.
pub(crate) fn decay_integral(c: f64, l: f64) -> f64 {
    if (c * l).abs() < 1e-300 { -l } else { -libm::expm1(c * l) / c }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        // I_x(½, ½) = (2/π) asin √x; I_x(2, 3) is a polynomial.
        assert!((beta_inc(0.5, 0.5, 0.25) - 1.0 / 3.0).abs() < 1e-13);
        assert!((beta_inc(2.0, 3.0, 0.3) - 0.3483).abs() < 1e-12);
        assert!((p_rate_fell(0, 28, 0, 84) - 1.0 / 3.0).abs() < 1e-13);
        assert!(p_rate_fell(0, 28, 20, 84) > 0.99);
        assert!(p_rate_fell(10, 28, 2, 84) < 0.01);
    }

    #[test]
    fn digamma_and_rising_factorials() {
        assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-14);
        assert!((digamma(0.25) + 4.227_453_533_376_265).abs() < 1e-13);
        assert!((digamma(1e8) - 18.420_680_738_952_367).abs() < 1e-13);
        // Γ(20.5)/Γ(0.5) is the product of 0.5, 1.5 … 19.5.
        let product: f64 = (0..20).map(|i| (f64::from(i) + 0.5).ln()).sum();
        assert!((ln_rising(0.5, 20) - product).abs() < 1e-12);
        let product: f64 = (0..40).map(|i| (1e7 + f64::from(i)).ln()).sum();
        assert!((ln_rising(1e7, 40) - product).abs() < 1e-11);
        for (a, n) in [(0.3, 5), (0.3, 500), (2e4, 40)] {
            let h = a * 1e-6;
            let slope = (ln_rising(a + h, n) - ln_rising(a - h, n)) / (2.0 * h);
            assert!((slope / digamma_rising(a, n) - 1.0).abs() < 1e-6, "{a} {n}");
        }
    }

    #[test]
    fn sums_in_logs() {
        assert!((ln_add_exp(-1000.0, -1000.0) + 1000.0 - 2.0_f64.ln()).abs() < 1e-12);
        assert!((ln_add_exp(f64::NEG_INFINITY, 3.0) - 3.0).abs() < 1e-15);
        assert!((decay_integral(0.0, -0.7) - 0.7).abs() < 1e-15);
        assert!((decay_integral(1e-9, -0.7) - decay_integral(-1e-9, -0.7)).abs() < 1e-8);
    }

    #[test]
    fn shape_of_gaps() {
        // Beta(k, k) has variance 1/(4(2k + 1)).
        for k in [1.0, 2.0, 5.0] {
            assert!((wheat_morrison_k(1.0 / (4.0 * (2.0 * k + 1.0))) - k).abs() < 1e-12);
        }
        assert!((wheat_morrison_k(0.0) - 12.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn symmetric_and_in_range(a in 0.1..500.0f64, b in 0.1..500.0f64, x in 0.0..1.0f64) {
            let value = beta_inc(a, b, x);
            prop_assert!((0.0..=1.0).contains(&value));
            prop_assert!((value + beta_inc(b, a, 1.0 - x) - 1.0).abs() < 1e-9);
        }

        #[test]
        fn inverse_inverts(a in 0.3..200.0f64, b in 0.3..200.0f64, p in 0.001..0.999f64) {
            prop_assert!((beta_inc(a, b, beta_inc_inverse(a, b, p)) - p).abs() < 1e-8);
        }
    }
}
