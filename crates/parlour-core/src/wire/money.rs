//! Decimal amounts as they come over the wire, exactly: in minor units and shared out without loss.

use crate::event::{Currency, Money};

/// Most digits of a number that is read.
const MAX_DIGITS: usize = 30;

/// A decimal number: `digits` · 10^−`scale`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Decimal {
    digits: i128,
    scale: i32,
}

impl Decimal {
    pub(super) const ONE: Self = Self { digits: 1, scale: 0 };

    /// Reads `12`, `-12.50`, `1e3`. Digits beyond the thirtieth must not matter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i32 = exponent.parse().ok().filter(|exponent| (-40..=40).contains(exponent))?;
        let is_negative = mantissa.starts_with('-');
        let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let room = MAX_DIGITS.checked_sub(whole.len())?;
        if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) || whole.len() + fraction.len() == 0 {
            return None;
        }
        let fraction = &fraction[..fraction.len().min(room)];
        let digits = whole.bytes().chain(fraction.bytes()).fold(0_i128, |n, digit| n * 10 + i128::from(digit - b'0'));
        let digits = if is_negative { -digits } else { digits };
        Some(Self { digits, scale: fraction.len() as i32 - exponent })
    }

    /// The product of two.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(other.digits)?, scale: self.scale + other.scale })
    }

    /// Minor units of a currency, halves away from zero: amounts summed in floating point end in odd digits.
    pub(super) fn minor(self, currency: Currency) -> Option<i64> {
        let scale = self.scale - currency.decimals() as i32;
        let power = 10_i128.checked_pow(scale.unsigned_abs());
        let minor = match (scale <= 0, power) {
            (true, power) => self.digits.checked_mul(power?)?,
            // A fraction too fine to be written down is nothing.
            (false, None) => 0,
            (false, Some(power)) => self.digits.checked_add(self.digits.signum() * (power / 2))? / power,
        };
        i64::try_from(minor).ok()
    }
}

/// Shares `total` out by `weights`, exactly: each gets its part cut to whole units, and the units left over go where most
/// was cut off, to the first of equals. Without any weight all weigh the same; a weight below zero is none.
pub(super) fn shared(total: i64, weights: &[i64]) -> Vec<i64> {
    let mut weights: Vec<i128> = weights.iter().map(|&weight| i128::from(weight.max(0))).collect();
    if weights.iter().all(|&weight| weight == 0) {
        weights.fill(1);
    }
    let sum: i128 = weights.iter().sum();
    let whole = i128::from(total.unsigned_abs());
    let mut parts: Vec<i128> = weights.iter().map(|weight| whole * weight / sum.max(1)).collect();
    let left = whole - parts.iter().sum::<i128>();
    let mut by_rest: Vec<usize> = (0..weights.len()).collect();
    by_rest.sort_by_key(|&at| std::cmp::Reverse(whole * weights[at] % sum.max(1)));
    // Fewer units are left over than there are parts, since each lost less than one.
    for at in by_rest.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[at] += 1;
    }
    parts.into_iter().map(|part| (part * i128::from(total.signum())) as i64).collect()
}

/// An amount in a currency.
pub(super) fn money(amount: Option<i64>, currency: Currency) -> Option<Money> {
    amount.map(|minor| Money { minor, currency })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minor(text: &str, code: &str) -> Option<i64> {
        Decimal::parse(text)?.minor(Currency::of_code(code).unwrap())
    }

    #[test]
    fn amounts_are_exact() {
        for (text, code, expected) in [
            ("12.30", "USD", Some(1230)),
            ("0.1", "USD", Some(10)),
            ("1e3", "USD", Some(100_000)),
            ("1.5E-1", "EUR", Some(15)),
            ("-4", "USD", Some(-400)),
            ("0.30000000000000004", "USD", Some(30)),
            ("19.989999999999998", "USD", Some(1999)),
            ("0.005", "USD", Some(1)),
            ("-0.005", "USD", Some(-1)),
            ("1500", "JPY", Some(1500)),
            ("1.2345", "KWD", Some(1235)),
            ("1e-40", "USD", Some(0)),
            ("1e40", "USD", None),
            ("99999999999999999999", "USD", None),
            ("", "USD", None),
            (".", "USD", None),
            ("12,30", "USD", None),
            ("1e", "USD", None),
            ("1e999999999999", "USD", None),
            ("NaN", "USD", None),
        ] {
            assert_eq!(minor(text, code), expected, "{text}");
        }
        let (price, quantity) = (Decimal::parse("0.333").unwrap(), Decimal::parse("3").unwrap());
        assert_eq!(price.times(quantity).unwrap().minor(Currency::of_code("USD").unwrap()), Some(100));
    }

    #[test]
    fn what_is_left_over_goes_where_most_was_cut_off() {
        assert_eq!(shared(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(shared(100, &[1, 2]), [33, 67]);
        assert_eq!(shared(-100, &[0, 0]), [-50, -50]);
        assert_eq!(shared(5, &[0, 7]), [0, 5]);
        assert_eq!(shared(5, &[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total(total in any::<i64>(), weights in prop::collection::vec(any::<i64>(), 1..50)) {
            let shares = shared(total, &weights);
            prop_assert_eq!(shares.iter().map(|&share| i128::from(share)).sum::<i128>(), i128::from(total));
            prop_assert!(shares.iter().all(|share| share.signum() * total.signum() >= 0));
        }

        #[test]
        fn no_number_is_too_odd(text in "-?[0-9]{0,40}(\\.[0-9]{0,40})?(e-?[0-9]{1,3})?") {
            if let Some(decimal) = Decimal::parse(&text) {
                decimal.times(decimal).and_then(|square| square.minor(Currency::NONE));
                decimal.minor(Currency::of_code("CLF").unwrap());
            }
        }
    }
}
