//! Who a mail says it is from, and what about that looks wrong. A doubt is shown; nobody is judged by it.

use serde_json::{Value, json};

/// Longest mail address (RFC 5321), in bytes.
const MAX_ADDRESS_BYTES: usize = 254;
/// Shortest domain that is compared letter by letter: of shorter ones too many are alike.
const MIN_COMPARED_CHARS: usize = 7;

/// Somebody with a mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    /// What they call themselves.
    pub(super) name: Option<String>,
    /// The address, in lower case.
    pub(super) address: String,
}

/// What looks wrong about a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Answers go to another domain: this address.
    ReplyElsewhere(String),
    /// The domain has letters of other alphabets, and reads so.
    ForeignLetters(String),
    /// The domain is nearly this one of ours.
    LikeOurs(String),
    /// It says that it comes from this mailbox itself.
    OwnAddress,
    /// The name has another address in it.
    NamesAnother(String),
    /// There is more than one sender.
    SeveralSenders,
    /// The mail server found that the domain did not send it.
    NotAuthentic,
}

impl Doubt {
    /// As it is kept with the post.
    pub(super) fn told(&self) -> Value {
        let (code, detail) = match self {
            Self::ReplyElsewhere(address) => ("reply_elsewhere", address.as_str()),
            Self::ForeignLetters(domain) => ("foreign_letters", domain.as_str()),
            Self::LikeOurs(domain) => ("like_ours", domain.as_str()),
            Self::OwnAddress => ("own_address", ""),
            Self::NamesAnother(address) => ("names_another", address.as_str()),
            Self::SeveralSenders => ("several_senders", ""),
            Self::NotAuthentic => ("not_authentic", ""),
        };
        json!({ "code": code, "detail": detail })
    }
}

/// A mail address as it is kept: in lower case; `None` if it does not look like one.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let is_plain = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>,;\"()".contains(c))
    };
    (text.len() <= MAX_ADDRESS_BYTES && is_plain(local) && is_plain(domain)).then(|| text.to_lowercase())
}

/// The domain of an address.
pub(super) fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// What looks wrong about a sender; `ours` is the address of the mailbox, where it is known.
pub(super) fn doubts(from: &Party, reply_to: Option<&str>, ours: Option<&str>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let of = domain(&from.address);
    if let Some(reply_to) = reply_to.filter(|reply_to| !is_same_house(domain(reply_to), of)) {
        doubts.push(Doubt::ReplyElsewhere(reply_to.to_owned()));
    }
    let shown = decoded(of);
    if !shown.is_ascii() {
        doubts.push(Doubt::ForeignLetters(shown.clone()));
    }
    if let Some(ours) = ours {
        let own = domain(ours);
        if from.address == ours {
            doubts.push(Doubt::OwnAddress);
        } else if !is_same_house(of, own) && is_like(&shown, &decoded(own)) {
            doubts.push(Doubt::LikeOurs(own.to_owned()));
        }
    }
    let named = from.name.as_deref().and_then(address_in);
    if let Some(named) = named.filter(|named| *named != from.address) {
        doubts.push(Doubt::NamesAnother(named));
    }
    doubts
}

/// Whether one domain is the other or lies within it.
fn is_same_house(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
    one == other || within(one, other) || within(other, one)
}

/// An address within a name that somebody gives themselves.
fn address_in(name: &str) -> Option<String> {
    name.split(|c: char| c.is_whitespace() || "<>\"'()[],;".contains(c)).find_map(address)
}

/// Whether a domain can be taken for ours: it looks the same, begins with it, or differs by one letter.
fn is_like(domain: &str, own: &str) -> bool {
    let (one, other) = (skeleton(domain), skeleton(own));
    one == other || domain.starts_with(&format!("{own}.")) || is_one_off(&one, &other)
}

/// What a domain looks like: letters that look alike are one.
fn skeleton(domain: &str) -> String {
    let alike = |c: char| match c {
        'а' | 'α' | 'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' | 'ɑ' => 'a',
        'в' => 'b',
        'с' | 'ç' | 'ć' | 'č' | 'ϲ' => 'c',
        'ԁ' | 'ď' | 'đ' => 'd',
        'е' | 'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ė' | 'ε' => 'e',
        'ɡ' | 'ğ' => 'g',
        'һ' => 'h',
        'і' | 'ι' | 'í' | 'ì' | 'î' | 'ï' | 'ı' | 'i' | '1' | 'ӏ' | '|' | 'ł' | 'ḷ' => 'l',
        'ј' => 'j',
        'κ' | 'к' => 'k',
        'м' => 'm',
        'ñ' | 'ń' | 'п' | 'η' => 'n',
        'о' | 'ο' | 'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | '0' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | 'ś' | 'š' | '5' => 's',
        'т' | 'τ' | 'ť' => 't',
        'υ' | 'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ν' => 'v',
        'ѡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ý' | 'ÿ' | 'γ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        c => c,
    };
    let plain: String = domain.chars().map(alike).collect();
    plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// Whether two texts differ by one letter that is added, left out or another.
fn is_one_off(one: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if a.len().min(b.len()) < MIN_COMPARED_CHARS || 1 < a.len().abs_diff(b.len()) {
        return false;
    }
    let n_front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let n_back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    a.len().max(b.len()) <= n_front + n_back + 1
}

/// A domain as it is read, with `xn--` labels decoded.
fn decoded(domain: &str) -> String {
    let label = |label: &str| label.strip_prefix("xn--").and_then(punycode).unwrap_or_else(|| label.to_owned());
    domain.split('.').map(label).collect::<Vec<_>>().join(".")
}

/// What a label in Punycode (RFC 3492) stands for.
fn punycode(text: &str) -> Option<String> {
    const BASE: u32 = 36;
    let (plain, coded) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = plain.chars().collect();
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = coded.bytes().map(|byte| match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    });
    while let Some(first) = digits.next() {
        let (before, mut weight, mut k, mut digit) = (i, 1_u32, BASE, first?);
        loop {
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let limit = k.saturating_sub(bias).clamp(1, 26);
            if digit < limit {
                break;
            }
            weight = weight.checked_mul(BASE - limit)?;
            k += BASE;
            digit = digits.next()??;
        }
        let n_points = out.len() as u32 + 1;
        bias = adapted(i - before, n_points, before == 0);
        n = n.checked_add(i / n_points)?;
        i %= n_points;
        out.insert(i as usize, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

/// The bias of RFC 3492, section 6.1.
fn adapted(delta: u32, n_points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / n_points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: Option<&str>, address: &str, reply_to: Option<&str>) -> Vec<Doubt> {
        let from = Party { name: name.map(str::to_owned), address: address.to_owned() };
        doubts(&from, reply_to, Some("help@acme-shop.example"))
    }

    #[test]
    fn an_honest_sender_is_not_doubted() {
        assert_eq!(of(Some("Anna"), "anna@example.org", None), []);
        assert_eq!(of(Some("Anna"), "anna@mail.example.org", Some("anna@example.org")), []);
        assert_eq!(of(Some("Eva of Acme"), "eva@acme-shop.example", None), []);
        assert_eq!(of(Some("Eva of Acme"), "eva@mail.acme-shop.example", None), []);
    }

    #[test]
    fn who_dresses_up_as_somebody_else_is_seen() {
        let like = Doubt::LikeOurs("acme-shop.example".to_owned());
        for domain in ["acrne-shop.example", "acme-sh0p.example", "acme-shops.example", "acme-shop.example.evil.test"] {
            assert_eq!(of(None, &format!("eva@{domain}"), None), std::slice::from_ref(&like), "{domain}");
        }
        // A Cyrillic а, written as it travels.
        let doubts = of(None, "eva@xn--cme-shop-06g.example", None);
        assert_eq!(doubts, [Doubt::ForeignLetters("аcme-shop.example".to_owned()), like]);
        assert_eq!(of(None, "help@acme-shop.example", None), [Doubt::OwnAddress]);
        let named = Doubt::NamesAnother("boss@acme-shop.example".to_owned());
        assert_eq!(of(Some("\"boss@acme-shop.example\""), "x@evil.test", None), [named]);
        let elsewhere = Doubt::ReplyElsewhere("x@evil.test".to_owned());
        assert_eq!(of(None, "anna@example.org", Some("x@evil.test")), [elsewhere]);
    }

    #[test]
    fn punycode_is_read_as_the_standard_has_it() {
        assert_eq!(decoded("xn--bcher-kva.example"), "bücher.example");
        assert_eq!(decoded("xn--80ak6aa92e.com"), "аррӏе.com");
        assert_eq!(decoded("xn--ihqwcrb4cv8a8dqg056pqjye.example"), "他们为什么不说中文.example");
        // What is none stays as it is.
        for wrong in ["xn--", "xn--\u{e9}", "xn--999999999999", "xn--a-"] {
            decoded(wrong);
        }
    }

    #[test]
    fn an_address_is_one_or_nothing() {
        assert_eq!(address(" Anna@Example.ORG "), Some("anna@example.org".to_owned()));
        for wrong in ["", "anna", "@x.org", "a@", "a b@x.org", "a@x.org\r\nBcc: y@z", "a@b@c.org", "<a@x.org>"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
