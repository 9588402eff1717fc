//! Where one record of a text ends: pure, over the bytes that are there.

use memchr::{memchr, memchr2};

/// Longest record, in bytes without its line end. A longer one is refused, and reading goes on at the next line.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// How far is looked for the end of a record: the longest one and a line end of two bytes.
const WINDOW_BYTES: usize = MAX_RECORD_BYTES + 2;

/// What parts lines and fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Dialect {
    /// `\n`, or `\r` in files that have no other.
    pub(super) newline: u8,
    /// The delimiter, in formats that may quote fields.
    pub(super) quoted_by: Option<u8>,
    /// What starts a comment.
    pub(super) comment: Vec<u8>,
}

/// What a record is, as far as its end tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A line without quotes.
    Plain,
    /// A record with quotes, maybe of several lines.
    Quoted,
    /// A blank line or a comment.
    Skipped,
    /// A line whose quote is never closed, or is followed by something else than a delimiter.
    BadQuote,
    /// A line that is too long; its end is within reach.
    TooLong,
}

/// A record found at the start of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Found {
    /// What it is.
    pub(super) kind: Kind,
    /// Its length without the line end.
    pub(super) len: usize,
    /// Its length with the line end.
    pub(super) full: usize,
    /// How many lines it has.
    pub(super) n_lines: u64,
}

/// What the bytes begin with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scan {
    /// A record.
    Found(Found),
    /// A record whose end is not there yet.
    More,
    /// A line longer than can be; its end is not there yet.
    Endless,
    /// Nothing, and nothing will follow.
    End,
}

/// Finds the record at the start of `bytes`; `is_last` says that nothing follows them.
/// The answer does not depend on how many bytes beyond the record are there.
pub(super) fn scan(bytes: &[u8], is_last: bool, dialect: &Dialect) -> Scan {
    if bytes.is_empty() {
        return if is_last { Scan::End } else { Scan::More };
    }
    let window = &bytes[..bytes.len().min(WINDOW_BYTES)];
    let is_whole = is_last && bytes.len() == window.len();
    let line = match memchr(dialect.newline, window) {
        Some(at) => Found { kind: Kind::Plain, len: line_len(&window[..at], dialect), full: at + 1, n_lines: 1 },
        None if is_whole => {
            let len = line_len(window, dialect);
            Found { kind: Kind::Plain, len, full: window.len(), n_lines: 1 }
        }
        None if window.len() == WINDOW_BYTES => return Scan::Endless,
        None => return Scan::More,
    };
    let content = &window[..line.len];
    if is_skipped(content, dialect) {
        return Scan::Found(Found { kind: Kind::Skipped, ..line });
    }
    if let Some(delimiter) = dialect.quoted_by
        && memchr(b'"', content).is_some()
    {
        let is_full = is_whole || window.len() == WINDOW_BYTES;
        return match quoted(window, is_whole, delimiter, dialect.newline) {
            Quoted::Ends(found) if found.len <= MAX_RECORD_BYTES => Scan::Found(found),
            Quoted::Breaks if !is_full => Scan::More,
            Quoted::Ends(_) | Quoted::Breaks | Quoted::Bad if line.len > MAX_RECORD_BYTES => too_long(line),
            Quoted::Ends(_) | Quoted::Breaks | Quoted::Bad => Scan::Found(Found { kind: Kind::BadQuote, ..line }),
        };
    }
    if line.len > MAX_RECORD_BYTES { too_long(line) } else { Scan::Found(line) }
}

fn too_long(line: Found) -> Scan {
    Scan::Found(Found { kind: Kind::TooLong, ..line })
}

/// The length of a line without the `\r` before its `\n`.
fn line_len(line: &[u8], dialect: &Dialect) -> usize {
    line.len() - usize::from(dialect.newline == b'\n' && line.last() == Some(&b'\r'))
}

fn is_skipped(line: &[u8], dialect: &Dialect) -> bool {
    let is_comment = !dialect.comment.is_empty() && line.starts_with(&dialect.comment);
    is_comment || line.iter().all(u8::is_ascii_whitespace)
}

/// How a record with quotes goes on.
enum Quoted {
    /// It ends.
    Ends(Found),
    /// The bytes end before it.
    Breaks,
    /// Something other than a delimiter follows a closing quote.
    Bad,
}

fn quoted(window: &[u8], is_whole: bool, delimiter: u8, newline: u8) -> Quoted {
    let mut at = 0;
    let mut n_lines = 1;
    let ends = |len: usize, full: usize, n_lines: u64| {
        // A line end of two bytes counts as one, also where a bare field came last.
        let is_crlf = newline == b'\n' && full > len && len > 0 && window[len - 1] == b'\r';
        Quoted::Ends(Found { kind: Kind::Quoted, len: len - usize::from(is_crlf), full, n_lines })
    };
    loop {
        if window.get(at) == Some(&b'"') {
            let Some(close) = closing_quote(window, at + 1) else { return Quoted::Breaks };
            n_lines += memchr::memchr_iter(newline, &window[at..close]).count() as u64;
            at = close + 1;
            match (window.get(at), window.get(at + 1)) {
                (None, _) | (Some(b'\r'), None) if !is_whole => return Quoted::Breaks,
                (None, _) => return ends(at, at, n_lines),
                (Some(b'\r'), None) => return ends(at, at + 1, n_lines),
                (Some(&byte), _) if byte == delimiter => at += 1,
                (Some(&byte), _) if byte == newline => return ends(at, at + 1, n_lines),
                (Some(b'\r'), Some(b'\n')) if newline == b'\n' => return ends(at, at + 2, n_lines),
                (Some(_), _) => return Quoted::Bad,
            }
            continue;
        }
        match memchr2(delimiter, newline, &window[at..]) {
            Some(next) if window[at + next] == delimiter => at += next + 1,
            Some(next) => return ends(at + next, at + next + 1, n_lines),
            None if is_whole => return ends(window.len(), window.len(), n_lines),
            None => return Quoted::Breaks,
        }
    }
}

/// Where the quote closes whose content starts at `from`; a doubled quote does not close. A quote that is the last
/// byte there is counts as closing: the caller knows whether more may follow.
fn closing_quote(window: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'"', &window[at..])?;
        if window.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect() -> Dialect {
        Dialect { newline: b'\n', quoted_by: Some(b','), comment: b"#".to_vec() }
    }

    fn all(text: &str, dialect: &Dialect) -> Vec<(Kind, String, u64)> {
        let mut rest = text.as_bytes();
        let mut records = Vec::new();
        loop {
            match scan(rest, true, dialect) {
                Scan::Found(found) => {
                    let record = String::from_utf8_lossy(&rest[..found.len]).into_owned();
                    records.push((found.kind, record, found.n_lines));
                    rest = &rest[found.full..];
                }
                Scan::End => return records,
                Scan::More | Scan::Endless => panic!("the end is known"),
            }
        }
    }

    fn kinds(text: &str) -> Vec<(Kind, String, u64)> {
        all(text, &dialect())
    }

    fn of(kind: Kind, text: &str, n_lines: u64) -> (Kind, String, u64) {
        (kind, text.to_owned(), n_lines)
    }

    #[test]
    fn lines_end_in_each_of_three_ways() {
        let lines = [of(Kind::Plain, "a,1", 1), of(Kind::Plain, "b,2", 1)];
        assert_eq!(kinds("a,1\nb,2\n"), lines);
        assert_eq!(kinds("a,1\r\nb,2"), lines);
        let old = Dialect { newline: b'\r', ..dialect() };
        assert_eq!(all("a,1\rb,2\r", &old), lines);
    }

    #[test]
    fn blanks_and_comments_are_skipped() {
        let found: Vec<Kind> = kinds("#x\n\n  \r\na\n").into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(found, [Kind::Skipped, Kind::Skipped, Kind::Skipped, Kind::Plain]);
    }

    #[test]
    fn quotes_hold_newlines_and_delimiters() {
        let expected = [of(Kind::Quoted, "\"a\n\"\"b\"\"\r\n,\",1", 3), of(Kind::Quoted, "\"c\",\"d\"", 1)];
        assert_eq!(kinds("\"a\n\"\"b\"\"\r\n,\",1\r\n\"c\",\"d\"\r\n"), expected);
        assert_eq!(kinds("x,\"\"\n"), [of(Kind::Quoted, "x,\"\"", 1)]);
        assert_eq!(kinds("5\" pipe,1\n"), [of(Kind::Quoted, "5\" pipe,1", 1)], "a quote inside a bare field is itself");
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_line_only() {
        let text = "1,\"ok\"\n2,\"bad\n3,\"ok\"\n4,plain\n5,\"open\n6,x\n";
        let expected = [
            of(Kind::Quoted, "1,\"ok\"", 1),
            of(Kind::BadQuote, "2,\"bad", 1),
            of(Kind::Quoted, "3,\"ok\"", 1),
            of(Kind::Plain, "4,plain", 1),
            of(Kind::BadQuote, "5,\"open", 1),
            of(Kind::Plain, "6,x", 1),
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn an_unclosed_quote_is_given_up_at_the_cap() {
        let text = format!("1,\"open\n{}", "2,x\n".repeat(WINDOW_BYTES / 4 + 1));
        let Scan::Found(found) = scan(text.as_bytes(), false, &dialect()) else { panic!("nothing found") };
        assert_eq!((found.kind, found.full), (Kind::BadQuote, 8));
    }

    #[test]
    fn the_longest_record_is_taken_and_one_byte_more_is_not() {
        for end in ["\n", "\r\n"] {
            let longest = "x".repeat(MAX_RECORD_BYTES) + end;
            let Scan::Found(found) = scan(longest.as_bytes(), false, &dialect()) else { panic!("nothing found") };
            assert_eq!((found.kind, found.len), (Kind::Plain, MAX_RECORD_BYTES));
        }
        let longer = "x".repeat(MAX_RECORD_BYTES + 1) + "\n";
        let Scan::Found(found) = scan(longer.as_bytes(), false, &dialect()) else { panic!("nothing found") };
        assert_eq!((found.kind, found.full), (Kind::TooLong, longer.len()));
        let longest_yet = "x".repeat(MAX_RECORD_BYTES + 2) + "\n";
        assert_eq!(scan(longest_yet.as_bytes(), false, &dialect()), Scan::Endless);
    }

    /// However few bytes are there, the answer is the final one or `More`.
    #[test]
    fn every_prefix_says_more_or_the_same() {
        let text = "a,\"x\r\ny\"\"\",z\r\n\"q\"\r\nb,1\r\n5,\"bad\"x\r\n";
        for start in [0, 15, 20, 25] {
            let rest = &text.as_bytes()[start..];
            let whole = scan(rest, true, &dialect());
            for n in 0..rest.len() {
                let part = scan(&rest[..n], false, &dialect());
                assert!(part == Scan::More || part == whole, "{start} {n} {part:?} {whole:?}");
            }
        }
    }
}
