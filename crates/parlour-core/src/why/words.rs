//! Numbers as an analyst reads them.

use crate::event::Currency;
use crate::reading::MICRO;
use crate::sentence::thousands;

/// Micropoints as points: 15.20 points.
pub(super) fn points(micropoints: i64) -> String {
    let points = micropoints as f64 / MICRO as f64;
    if 0 < micropoints && micropoints < MICRO / 200 {
        "under 0.01 points".to_owned()
    } else {
        format!("{points:.2} points")
    }
}

/// What one is worth: 8 points, 1 point, 0.5 points.
pub(super) fn points_each(points: f64) -> String {
    let unit = if (points - 1.0).abs() < f64::EPSILON { "point" } else { "points" };
    format!("{points} {unit}")
}

/// An amount with its currency: −1,249.97 USD.
pub(super) fn money(minor: i64, currency: Currency) -> String {
    let decimals = currency.decimals();
    let unit = 10_u64.pow(decimals);
    let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    let sign = if minor < 0 { "−" } else { "" };
    let code = if currency == Currency::NONE { "of no currency" } else { currency.code() };
    match decimals {
        0 => format!("{sign}{} {code}", thousands(whole)),
        _ => format!("{sign}{}.{rest:0width$} {code}", thousands(whole), width = decimals as usize),
    }
}

/// A count and what is counted: 1 event, 2 events.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// At most four decimals, none of them idle: 1.5, 0.25, 0.0312.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    if number != 0.0 && text == "0.0000" {
        return "under 0.0001".to_owned();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Three decimals and a sign: +0.500, −0.250, 0.
pub(super) fn signed(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else if number < 0.0 {
        format!("−{:.3}", -number)
    } else {
        format!("+{number:.3}")
    }
}

/// A probability: 97.3 %, and never rounded to certainty.
pub(super) fn percent(p: f64) -> String {
    if p < 0.001 {
        "under 0.1 %".to_owned()
    } else if 0.999 < p {
        "over 99.9 %".to_owned()
    } else {
        format!("{} %", short(libm::round(p * 1000.0) / 10.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let currency = |code| Currency::of_code(code).unwrap();
        assert_eq!(money(-124_997, currency("usd")), "−1,249.97 USD");
        assert_eq!(money(5, currency("EUR")), "0.05 EUR");
        assert_eq!(money(1500, currency("JPY")), "1,500 JPY");
        assert_eq!(money(i64::MIN, currency("USD")), "−92,233,720,368,547,758.08 USD");
        assert_eq!(
            (points(15_200_000), points(3), points(0)),
            ("15.20 points".into(), "under 0.01 points".into(), "0.00 points".into())
        );
        assert_eq!(
            [1.5, 2.0, 0.25, 0.0, 0.000_001, 0.03125].map(short),
            ["1.5", "2", "0.25", "0", "under 0.0001", "0.0312"]
        );
        assert_eq!([0.5, -0.25, 0.0].map(signed), ["+0.500", "−0.250", "0"]);
        assert_eq!([1.0, 0.973, 1.0 - 0.9, 0.0].map(percent), ["over 99.9 %", "97.3 %", "10 %", "under 0.1 %"]);
        assert_eq!(counted(1, "event", "events") + &counted(2000, "event", "events"), "1 event2,000 events");
    }
}
