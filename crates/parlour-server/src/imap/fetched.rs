//! What a server tells of mails: the attributes of a `FETCH`, and the numbers of a folder.

use super::wire::Response;

/// What was told of a mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    pub(super) uid: i64,
    /// How large it is, in bytes.
    pub(super) n_bytes: u64,
    /// When the mailbox got it, microseconds UTC.
    pub(super) received_at: Option<i64>,
    /// All of it, or what was asked of it.
    pub(super) body: Option<Vec<u8>>,
}

impl Fetched {
    /// What a line tells of a mail; `None` where it tells of none.
    pub(super) fn of(response: Response) -> Option<Self> {
        let Response { text, literals } = response;
        let (number, rest) = text.strip_prefix("* ")?.split_once(' ')?;
        number.parse::<u32>().ok()?;
        let rest = strip(rest, "FETCH (")?;
        let mut reading = Reading { rest, literals: literals.into_iter() };
        let mut fetched = Self::default();
        while let Some(name) = reading.name() {
            let value = reading.value()?;
            match name.to_ascii_uppercase().as_str() {
                "UID" => fetched.uid = value.text.parse().ok()?,
                "RFC822.SIZE" => fetched.n_bytes = value.text.parse().ok()?,
                "INTERNALDATE" => fetched.received_at = internal_date(&value.text),
                name if name.starts_with("BODY[") => {
                    fetched.body = Some(value.literal.unwrap_or_else(|| value.text.into_bytes()));
                }
                _ => {}
            }
        }
        (fetched.uid != 0).then_some(fetched)
    }
}

/// The rest of a text that begins so, in either case.
fn strip<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let found = text.get(..start.len())?;
    found.eq_ignore_ascii_case(start).then(|| &text[start.len()..])
}

struct Value {
    text: String,
    literal: Option<Vec<u8>>,
}

/// Reads names and values in turn.
struct Reading<'t> {
    rest: &'t str,
    literals: std::vec::IntoIter<Vec<u8>>,
}

impl<'t> Reading<'t> {
    fn name(&mut self) -> Option<&'t str> {
        self.rest = self.rest.trim_start();
        let is_end = |c: char| c == ' ' || c == ')';
        // What is asked of a body stands in brackets, maybe with blanks.
        let from = match (self.rest.find('['), self.rest.find(' ')) {
            (Some(open), Some(blank)) if open < blank => self.rest.find(']')?,
            _ => 0,
        };
        let end = from + self.rest[from..].find(is_end)?;
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn value(&mut self) -> Option<Value> {
        self.rest = self.rest.trim_start();
        let plain = |text: &str| Value { text: text.to_owned(), literal: None };
        match self.rest.bytes().next()? {
            b'"' => {
                let (text, rest) = quoted(&self.rest[1..])?;
                self.rest = rest;
                Some(Value { text, literal: None })
            }
            b'{' => {
                let end = self.rest.find('}')?;
                self.rest = &self.rest[end + 1..];
                Some(Value { text: String::new(), literal: self.literals.next() })
            }
            b'(' => {
                let end = list_end(self.rest)?;
                let (list, rest) = self.rest.split_at(end + 1);
                self.rest = rest;
                Some(plain(list))
            }
            _ => {
                let end = self.rest.find([' ', ')'])?;
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(plain(text))
            }
        }
    }
}

/// What stands in quotes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => out.push(chars.next()?.1),
            c => out.push(c),
        }
    }
    None
}

/// Where the list ends that a text begins with.
fn list_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// A time such as `22-Nov-2026 12:30:00 +0100`, microseconds UTC.
fn internal_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (date, rest) = text.trim().split_once(' ')?;
    let (time, zone) = rest.split_once(' ')?;
    let mut parts = date.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let day: u32 = day.parse().ok()?;
    let (hours, minutes) = zone.split_at_checked(3)?;
    parlour_engine::clock::micros(&format!("{year}-{month:02}-{day:02}T{time}{hours}:{minutes}"))
}

/// The number behind a word in a line such as `* OK [UIDNEXT 7] …`.
pub(super) fn number(responses: &[Response], word: &str) -> Option<i64> {
    let of = |response: &Response| -> Option<i64> {
        let (_, told) = response.text.split_once('[')?;
        let (name, rest) = told.split_once(' ')?;
        let digits = rest.split([']', ' ']).next()?;
        name.eq_ignore_ascii_case(word).then(|| digits.parse().ok())?
    };
    responses.iter().find_map(of)
}

/// A folder's name as IMAP has it: modified UTF-7 (RFC 3501, 5.1.3), in quotes.
pub(super) fn folder(name: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    let mut out = String::from("\"");
    let mut wide: Vec<u16> = Vec::new();
    let flush = |wide: &mut Vec<u16>, out: &mut String| {
        if wide.is_empty() {
            return;
        }
        let bytes: Vec<u8> = wide.drain(..).flat_map(u16::to_be_bytes).collect();
        out.push('&');
        for three in bytes.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for i in 0..=three.len() {
                out.push(char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]));
            }
        }
        out.push('-');
    };
    for c in name.chars() {
        if c.is_ascii() {
            flush(&mut wide, &mut out);
            match c {
                '&' => out.push_str("&-"),
                '"' | '\\' => out.extend(['\\', c]),
                c => out.push(c),
            }
        } else {
            wide.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut wide, &mut out);
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(text: &str, literals: &[&str]) -> Option<Fetched> {
        let literals = literals.iter().map(|text| text.as_bytes().to_vec()).collect();
        Fetched::of(Response { text: text.to_owned(), literals })
    }

    #[test]
    fn attributes_come_in_any_order() {
        let one = fetched(
            "* 3 FETCH (FLAGS (\\Seen $x) INTERNALDATE \"22-Nov-2026 13:30:00 +0100\" UID 7 RFC822.SIZE 342)",
            &[],
        );
        let at = parlour_engine::clock::micros("2026-11-22T12:30:00Z");
        assert_eq!(one, Some(Fetched { uid: 7, n_bytes: 342, received_at: at, body: None }));
        let one =
            fetched("* 3 fetch (uid 7 BODY[HEADER.FIELDS (DATE FROM)]<0> {5} RFC822.SIZE 5)", &["Hallo"]).unwrap();
        assert_eq!((one.uid, one.n_bytes, one.body.as_deref()), (7, 5, Some(b"Hallo".as_slice())));
        let one = fetched("* 3 FETCH (BODY[] \"a \\\"b\\\")\" UID 7)", &[]).unwrap();
        assert_eq!(one.body.as_deref(), Some(b"a \"b\")".as_slice()));
        let one = fetched("* 1 FETCH (UID 8 INTERNALDATE \" 2-Feb-2026 01:02:03 -0930\")", &[]).unwrap();
        assert_eq!(one.received_at, parlour_engine::clock::micros("2026-02-02T10:32:03Z"));
    }

    #[test]
    fn what_is_none_is_passed_over() {
        let lines = [
            "* 3 EXISTS",
            "* OK FETCH (UID 3)",
            "* 3 FETCH (FLAGS (\\Seen))",
            "* 3 FETCH (UID x)",
            "* 3 FETCH (UID",
            "* 3 FETCH (BODY[",
            "* 3 FETCH ((((",
            "* 3 FETCH (X \"",
            "",
        ];
        assert!(lines.iter().all(|line| fetched(line, &[]).is_none()));
    }

    #[test]
    fn numbers_of_a_folder_are_found() {
        let line = |text: &str| Response { text: text.to_owned(), literals: Vec::new() };
        let all =
            [line("* 3 EXISTS"), line("* OK [UIDVALIDITY 1795350135] UIDs valid"), line("* OK [uidnext 12] Next")];
        assert_eq!((number(&all, "UIDVALIDITY"), number(&all, "UIDNEXT")), (Some(1_795_350_135), Some(12)));
        assert_eq!(number(&all, "EXISTS"), None);
    }

    #[test]
    fn folders_are_named_as_the_standard_has_it() {
        assert_eq!(folder("INBOX"), "\"INBOX\"");
        assert_eq!(folder("A & B"), "\"A &- B\"");
        assert_eq!(folder("Entwürfe"), "\"Entw&APw-rfe\"");
        assert_eq!(folder("~peter/mail/台北/日本語"), "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"");
        assert_eq!(folder("a\"b\\c"), "\"a\\\"b\\\\c\"");
    }
}
