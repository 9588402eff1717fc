//! Amounts as files write them, to minor units: exact, in integers.

use parlour_core::event::Currency;

use super::error::shown;
use super::mapping::ValueUnit;

/// How the amounts of a file are written.
#[derive(Clone, Copy)]
pub(super) struct AmountStyle {
    pub(super) unit: ValueUnit,
    /// `.` or `,`.
    pub(super) decimal: char,
}

/// Minor units of `currency`, or what is wrong. Blanks around the amount are no matter.
pub(super) fn minor_units(text: &str, currency: Currency, style: AmountStyle) -> Result<i64, String> {
    let mut around = Around::default();
    let number = around.strip(text.trim(), currency)?;
    let n_decimals = match style.unit {
        ValueUnit::Major => currency.decimals(),
        ValueUnit::Minor => 0,
    };
    let minor = units(number, style.decimal, n_decimals).map_err(|wrong| message(text, currency, style, &wrong))?;
    Ok(if around.is_negative { -minor } else { minor })
}

enum Wrong {
    NoNumber,
    TooManyDecimals,
    TooLarge,
}

fn message(text: &str, currency: Currency, style: AmountStyle, wrong: &Wrong) -> String {
    let shown = shown(text);
    match wrong {
        Wrong::NoNumber => {
            let decimal = style.decimal;
            format!("`{shown}` is not an amount with `{decimal}` as decimal sign; correct it or set `decimal`")
        }
        Wrong::TooManyDecimals => {
            let code = currency.code();
            format!(
                "`{shown}` has more decimals than {code} in this unit; round it or check `currency`, `decimal` and `value_unit`"
            )
        }
        Wrong::TooLarge => format!("`{shown}` is too large for an amount; check the column"),
    }
}

/// What stands around the digits.
#[derive(Default)]
struct Around {
    is_negative: bool,
    has_sign: bool,
    has_currency: bool,
}

impl Around {
    /// Takes signs, parentheses and the currency off both ends.
    fn strip<'a>(&mut self, whole: &'a str, currency: Currency) -> Result<&'a str, String> {
        let mut rest = whole;
        if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            self.sign(true, whole)?;
            rest = inner.trim();
        }
        loop {
            let before = rest;
            rest = self.strip_front(rest, whole, currency)?;
            rest = self.strip_back(rest, whole, currency)?;
            if rest.len() == before.len() {
                return Ok(rest);
            }
        }
    }

    fn strip_front<'a>(&mut self, rest: &'a str, whole: &str, currency: Currency) -> Result<&'a str, String> {
        let Some(first) = rest.chars().next().filter(|c| !c.is_ascii_digit()) else { return Ok(rest) };
        let after = &rest[first.len_utf8()..];
        if let Some(is_negative) = sign_of(first) {
            self.sign(is_negative, whole)?;
            Ok(after.trim_start())
        } else if is_symbol(first) {
            self.currency(symbol_fits(first, currency), whole, currency)?;
            Ok(after.trim_start())
        } else if first.is_ascii_alphabetic() && rest.is_char_boundary(3) && rest.len() >= 3 {
            self.currency(rest[..3].eq_ignore_ascii_case(currency.code()), whole, currency)?;
            Ok(rest[3..].trim_start())
        } else {
            Ok(rest)
        }
    }

    fn strip_back<'a>(&mut self, rest: &'a str, whole: &str, currency: Currency) -> Result<&'a str, String> {
        let Some(last) = rest.chars().next_back().filter(|c| !c.is_ascii_digit()) else { return Ok(rest) };
        let before = &rest[..rest.len() - last.len_utf8()];
        if let Some(is_negative) = sign_of(last) {
            self.sign(is_negative, whole)?;
            Ok(before.trim_end())
        } else if is_symbol(last) {
            self.currency(symbol_fits(last, currency), whole, currency)?;
            Ok(before.trim_end())
        } else if last.is_ascii_alphabetic() && rest.len() >= 3 && rest.is_char_boundary(rest.len() - 3) {
            let (before, code) = rest.split_at(rest.len() - 3);
            self.currency(code.eq_ignore_ascii_case(currency.code()), whole, currency)?;
            Ok(before.trim_end())
        } else {
            Ok(rest)
        }
    }

    fn sign(&mut self, is_negative: bool, whole: &str) -> Result<(), String> {
        if std::mem::replace(&mut self.has_sign, true) {
            return Err(format!("`{}` has two signs; correct it", shown(whole)));
        }
        self.is_negative = is_negative;
        Ok(())
    }

    fn currency(&mut self, fits: bool, whole: &str, currency: Currency) -> Result<(), String> {
        if !fits || std::mem::replace(&mut self.has_currency, true) {
            let code = currency.code();
            return Err(format!("`{}` is not an amount in {code}; correct it or check `currency`", shown(whole)));
        }
        Ok(())
    }
}

fn sign_of(c: char) -> Option<bool> {
    match c {
        '+' => Some(false),
        '-' | '\u{2212}' => Some(true),
        _ => None,
    }
}

fn is_symbol(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥')
}

fn symbol_fits(symbol: char, currency: Currency) -> bool {
    let code = currency.code();
    match symbol {
        '€' => code == "EUR",
        '£' => matches!(code, "GBP" | "GIP" | "FKP" | "SHP" | "EGP" | "SYP" | "LBP"),
        '¥' => matches!(code, "JPY" | "CNY"),
        '$' => {
            const DOLLARS_AND_PESOS: &str = "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP CUP DOP UYU BBD BMD BND BSD \
                                             BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD";
            DOLLARS_AND_PESOS.split(' ').any(|dollar| dollar == code)
        }
        _ => false,
    }
}

/// The number in units of which `10^n_decimals` make one.
fn units(number: &str, decimal: char, n_decimals: u32) -> Result<i64, Wrong> {
    let (whole, fraction) = match number.split_once(decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, ""),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(Wrong::NoNumber);
    }
    let mut units = whole_units(whole, decimal)?;
    let mut n_left = n_decimals;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() {
            return Err(Wrong::NoNumber);
        }
        if n_left > 0 {
            n_left -= 1;
            units = push_digit(units, digit)?;
        } else if digit != b'0' {
            // Only a number with too many decimals has that fault; anything else after it is no number at all.
            let is_number = fraction.bytes().all(|b| b.is_ascii_digit());
            return Err(if is_number { Wrong::TooManyDecimals } else { Wrong::NoNumber });
        }
    }
    (0..n_left).try_fold(units, |units, _| push_digit(units, b'0'))
}

/// The digits before the decimal sign, which one kind of mark may part in groups (three at the end, two or three before).
fn whole_units(whole: &str, decimal: char) -> Result<i64, Wrong> {
    let mut units = 0;
    let mut mark = None;
    let mut n_in_group = 0;
    for c in whole.chars() {
        if c.is_ascii_digit() {
            units = push_digit(units, c as u8)?;
            n_in_group += 1;
            continue;
        }
        let is_group = if mark.is_none() { (1..=3).contains(&n_in_group) } else { (2..=3).contains(&n_in_group) };
        if !is_mark(c, decimal) || !is_group || mark.is_some_and(|mark| mark != c) {
            return Err(Wrong::NoNumber);
        }
        mark = Some(c);
        n_in_group = 0;
    }
    if mark.is_some() && n_in_group != 3 { Err(Wrong::NoNumber) } else { Ok(units) }
}

fn is_mark(c: char, decimal: char) -> bool {
    c != decimal && matches!(c, ',' | '.' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}')
}

fn push_digit(units: i64, digit: u8) -> Result<i64, Wrong> {
    let pushed = units.checked_mul(10).and_then(|units| units.checked_add(i64::from(digit - b'0')));
    pushed.ok_or(Wrong::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Currency {
        Currency::of_code(code).unwrap()
    }

    fn major(text: &str, code: &str, decimal: char) -> Result<i64, String> {
        minor_units(text, of(code), AmountStyle { unit: ValueUnit::Major, decimal })
    }

    #[test]
    fn plain_amounts_of_every_kind_of_currency() {
        assert_eq!(major("11.77", "USD", '.'), Ok(1177));
        assert_eq!(major("0.1", "USD", '.'), Ok(10));
        assert_eq!(major("12", "USD", '.'), Ok(1200));
        assert_eq!(major(".5", "USD", '.'), Ok(50));
        assert_eq!(major("1500", "JPY", '.'), Ok(1500));
        assert_eq!(major("1.234", "KWD", '.'), Ok(1234));
        assert_eq!(major("9.9900", "USD", '.'), Ok(999));
        let cents = AmountStyle { unit: ValueUnit::Minor, decimal: '.' };
        assert_eq!(minor_units("1177", of("USD"), cents), Ok(1177));
        assert_eq!(minor_units("1177.0", of("USD"), cents), Ok(1177));
        assert!(minor_units("11.77", of("USD"), cents).is_err());
    }

    #[test]
    fn either_decimal_sign_and_parted_thousands() {
        assert_eq!(major("1,234.56", "USD", '.'), Ok(123_456));
        assert_eq!(major("1.234,56", "EUR", ','), Ok(123_456));
        assert_eq!(major("1 234 567,8", "EUR", ','), Ok(123_456_780));
        assert_eq!(major("1\u{202f}234,5", "EUR", ','), Ok(123_450));
        assert_eq!(major("1'234'567.80", "CHF", '.'), Ok(123_456_780));
        assert_eq!(major("12,34,567.00", "INR", '.'), Ok(123_456_700));
        for wrong in ["1.234,56", "1,23", "1,2345", ",123", "1,,234", "1,234'567", "1.2.3", "1234,567", "1,234,56"] {
            assert!(major(wrong, "USD", '.').is_err(), "{wrong}");
        }
    }

    #[test]
    fn signs_in_front_behind_and_around() {
        for text in
            ["-5.00", "5.00-", "(5.00)", "- 5.00", "\u{2212}5.00", "-$5.00", "$-5.00", "($5.00)", "5.00 USD-", "USD -5"]
        {
            assert_eq!(major(text, "USD", '.'), Ok(-500), "{text}");
        }
        assert_eq!(major("+5", "USD", '.'), Ok(500));
        for wrong in ["--5", "-5-", "(-5)", "(5", "5)", "-", "$", "", "()", "+"] {
            assert!(major(wrong, "USD", '.').is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_symbol_must_be_the_currencys() {
        assert_eq!(major("€ 5,00", "EUR", ','), Ok(500));
        assert_eq!(major("5,00€", "EUR", ','), Ok(500));
        assert_eq!(major("£5", "GBP", '.'), Ok(500));
        assert_eq!(major("¥500", "JPY", '.'), Ok(500));
        assert_eq!(major("$5", "CAD", '.'), Ok(500));
        for (wrong, code) in [
            ("€5", "USD"),
            ("$5", "EUR"),
            ("5 £", "EUR"),
            ("¥5", "USD"),
            ("EUR 5", "USD"),
            ("$5$", "USD"),
            ("USD $5", "USD"),
        ] {
            assert!(major(wrong, code, '.').unwrap_err().contains(code), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        assert!(major("1.999", "USD", '.').unwrap_err().contains("decimals"));
        assert!(major("0.30000000000000004", "USD", '.').is_err());
        assert!(major("1.5", "JPY", '.').is_err());
        assert!(major("99999999999999999999", "USD", '.').unwrap_err().contains("too large"));
        assert!(major("92233720368547758.08", "USD", '.').is_err());
        for wrong in ["1e3", "NaN", "inf", "0x10", "free", "1.00x", "1.x", "٣", "1.001x"] {
            assert!(major(wrong, "USD", '.').is_err(), "{wrong}");
        }
    }

    proptest::proptest! {
        /// What is written out in the plainest way is read back exactly, and no text makes a panic.
        #[test]
        fn any_amount_is_exact_and_any_text_is_safe(minor in -999_999_999_999_i64..=999_999_999_999, text in "[-+(]?\\PC{0,10}[)]?") {
            let sign = if minor < 0 { "-" } else { "" };
            let plain = format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100);
            proptest::prop_assert_eq!(major(&plain, "USD", '.'), Ok(minor));
            proptest::prop_assert_eq!(major(&plain.replace('.', ","), "USD", ','), Ok(minor));
            proptest::prop_assert_eq!(major(&text, "EUR", ',').ok(), major(&format!(" {text} "), "EUR", ',').ok());
        }
    }
}
