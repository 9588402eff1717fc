//! Special functions and, later, models: pure mathematics, the same bits on every machine (libm, not the system's).
//!
//! Never NaN for parameters in the stated ranges, never a panic.

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
