//! The models against the papers' numbers, their own generators, and people no model was made for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cdnow;
mod covariates;
mod detection;
mod golden;
mod holdout;
mod hostile;
mod model;
mod published;
mod recovery;
mod rhythm;
mod simulate;

/// Holds when `value` is `expected` to all the digits in which that is written.
#[track_caller]
fn digits(value: f64, expected: &str) {
    let number: f64 = expected.parse().unwrap();
    let mantissa = expected.split('e').next().unwrap();
    let n_decimals = mantissa.split('.').nth(1).map_or(0, str::len) as i32;
    let exponent: i32 = expected.split('e').nth(1).map_or(0, |e| e.parse().unwrap());
    let unit = 10f64.powi(exponent - n_decimals);
    assert!((value - number).abs() <= 0.500_1 * unit, "{value} is not {expected}");
}

/// Holds when `value` is within a share of `expected`.
#[track_caller]
fn near(value: f64, expected: f64, share: f64) {
    assert!((value - expected).abs() <= share * expected.abs(), "{value} is not within {share} of {expected}");
}
