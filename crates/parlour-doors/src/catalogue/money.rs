//! Prices as people write them: `12.99 EUR`, `EUR 1.299,00`, `12,99` with the currency beside it.

use parlour_core::event::Currency;

/// The price in minor units with its currency; nothing where there is no price.
pub(super) fn price(text: &str, currency: &str) -> Result<Option<(i64, String)>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || format!("`price` `{text}` is no amount with a currency, such as `12.99 EUR`");
    let letters: String = text.chars().filter(|c| c.is_alphabetic() || "€$£¥".contains(*c)).collect();
    let written = match letters.as_str() {
        "€" => "EUR",
        "$" => "USD",
        "£" => "GBP",
        "¥" => "JPY",
        letters => letters,
    };
    let code = if written.is_empty() { currency.trim() } else { written };
    let currency = Currency::of_code(code).ok_or_else(wrong)?;
    let amount: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-')).collect();
    let minor = minor(&amount, currency.decimals()).ok_or_else(wrong)?;
    Ok(Some((minor, currency.code().to_owned())))
}

/// Minor units of an amount; what stands before the last one or two digits, or as many as the currency has, is its point.
fn minor(amount: &str, decimals: u32) -> Option<i64> {
    if amount.is_empty() || amount.contains('-') {
        return None;
    }
    let (whole, part) = match amount.rfind(['.', ',']) {
        Some(at) => {
            let part = &amount[at + 1..];
            let is_point = part.len() <= 2 || part.len() == decimals as usize || amount[..at].is_empty();
            let repeats = amount.matches(&amount[at..=at]).count() > 1;
            if is_point && !repeats { (&amount[..at], part) } else { (amount, "") }
        }
        None => (amount, ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let scale = 10i64.checked_pow(decimals)?;
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut part = part.to_owned();
    if part.len() > decimals as usize && part[decimals as usize..].chars().any(|c| c != '0') {
        return None;
    }
    part.truncate(decimals as usize);
    while part.len() < decimals as usize {
        part.push('0');
    }
    let part: i64 = if part.is_empty() { 0 } else { part.parse().ok()? };
    whole.checked_mul(scale)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_write_them() {
        let read = |text: &str, beside: &str| price(text, beside).ok().flatten();
        let euros = |minor| Some((minor, "EUR".to_owned()));
        assert_eq!(read("12.99 EUR", ""), euros(1299));
        assert_eq!(read("EUR 1.299,00", ""), euros(129_900));
        assert_eq!(read("1,299.5", "eur"), euros(129_950));
        assert_eq!(read("€ 1.000", ""), euros(100_000));
        assert_eq!(read("1.000.000", "EUR"), euros(100_000_000));
        assert_eq!(read("900", "JPY"), Some((900, "JPY".to_owned())));
        assert_eq!(read("1.500 KWD", ""), Some((1500, "KWD".to_owned())));
        assert_eq!(price("", "EUR"), Ok(None));
        for bad in ["12.99", "-1 EUR", "EUR", "12.999 EUR extra", "9999999999999999999 EUR"] {
            assert!(price(bad, "").is_err(), "{bad}");
        }
    }
}
