//! Reads a text into tokens: words, addresses, names, faces, and where sentences end.

use std::ops::Range;

use super::words::{
    EXCLAMATION, HANDLE, LINK, MAX_STEMS, NUMBER, QUESTION, Symbol, TAG, Token, UNKNOWN, Words, is_letter,
};

/// Longest part of a mail address before its `@` (RFC 5321, 4.5.3.1.1). A limit, as every word may begin one.
const MAX_MAILBOX_BYTES: usize = 64;
/// Longest face of signs; `<3` is `&lt;3` where a page was copied.
const MAX_FACE_BYTES: usize = 5;

/// The tokens of the given parts of a text, in order.
pub(super) fn tokens(words: &Words, text: &str, parts: &[Range<usize>]) -> Vec<Token> {
    let tokens = Vec::with_capacity(text.len() / 5 + 1);
    let mut reader = Reader { words, text, tokens, sentence: 0, is_after_break: false };
    for part in parts {
        reader.part(part.clone());
        reader.end_sentence();
    }
    reader.tokens
}

/// Reads a text into tokens.
struct Reader<'a> {
    words: &'a Words,
    text: &'a str,
    tokens: Vec<Token>,
    sentence: u32,
    is_after_break: bool,
}

impl Reader<'_> {
    fn end_sentence(&mut self) {
        if self.tokens.last().is_some_and(|token| token.sentence == self.sentence) {
            self.sentence += 1;
        }
        self.is_after_break = false;
    }

    fn push(&mut self, symbol: Symbol, range: Range<usize>) {
        self.tokens.push(Token {
            symbol,
            stems: [UNKNOWN; MAX_STEMS],
            start: range.start as u32,
            end: range.end as u32,
            sentence: self.sentence,
            is_loud: false,
            is_stretched: false,
            is_after_break: std::mem::take(&mut self.is_after_break),
            is_face: false,
        });
    }

    fn part(&mut self, part: Range<usize>) {
        let mut at = part.start;
        let mut before = ' ';
        while at < part.end {
            let rest = &self.text[at..part.end];
            let Some(c) = rest.chars().next() else { return };
            let n = if is_letter(c) { self.word_or_link(at, rest) } else { self.sign(at, rest, before) };
            before = self.text[..at + n].chars().next_back().unwrap_or(' ');
            at += n;
        }
    }

    /// Takes a word, or an address; returns its length.
    fn word_or_link(&mut self, at: usize, rest: &str) -> usize {
        let n = link_bytes(rest);
        if 0 < n {
            self.push(LINK, at..at + n);
            return n;
        }
        let read = self.words.read(rest);
        if read.end == 0 {
            return rest.chars().next().map_or(1, char::len_utf8);
        }
        let is_number = rest.as_bytes()[0].is_ascii_digit();
        let symbol = if is_number { NUMBER } else { self.words.symbol(&read, &rest[..read.end]) };
        self.push(symbol, at..at + read.end);
        if let Some(token) = self.tokens.last_mut() {
            token.stems = read.stems;
            token.is_loud = 2 <= read.n_letters && read.n_letters == read.n_capitals;
            token.is_stretched = read.is_stretched && !is_number;
        }
        let decimals = if is_number { decimal_bytes(&rest[read.end..]) } else { 0 };
        read.end + decimals
    }

    /// Takes what is not a word; returns its length.
    fn sign(&mut self, at: usize, rest: &str, before: char) -> usize {
        let c = rest.chars().next().unwrap_or(' ');
        if c == ' ' {
            return 1;
        }
        let n = self.emoticon(at, rest, before);
        if 0 < n {
            return n;
        }
        match c {
            '@' | '#' if !is_letter(before) => return self.name(at, rest, c),
            '?' | '!' | '\u{2026}' | '\u{ff1f}' | '\u{203d}' => return self.marks(at, rest),
            '.' if rest[1..].chars().next().is_none_or(|next| next.is_whitespace() || next == '.' || next == '"') => {
                self.end_sentence();
            }
            '`' => return code_bytes(rest),
            '\n' => {
                let next = rest[1..].trim_start_matches([' ', '\t', '\r']).chars().next();
                if next.is_none_or(|next| next.is_uppercase() || "\n-*•".contains(next)) {
                    self.end_sentence();
                }
            }
            ';' | '\u{b7}' => self.end_sentence(),
            '-' if is_letter(before) => {}
            ',' | ':' | '-' | '\u{2013}' | '\u{2014}' | '(' | ')' | '"' | '\u{201c}' | '\u{bf}' | '\u{a1}' => {
                self.is_after_break = true;
            }
            _ => {}
        }
        c.len_utf8()
    }

    /// A row of marks that end a sentence.
    fn marks(&mut self, at: usize, rest: &str) -> usize {
        let end = rest.find(|c: char| !"?!\u{2026}\u{ff1f}\u{203d}".contains(c)).unwrap_or(rest.len());
        let marks = &rest[..end];
        if marks.contains(['?', '\u{ff1f}', '\u{203d}']) {
            self.push(QUESTION, at..at + end);
        } else if marks.contains('!') {
            self.push(EXCLAMATION, at..at + end);
        }
        self.end_sentence();
        end
    }

    /// A handle or a tag.
    fn name(&mut self, at: usize, rest: &str, sign: char) -> usize {
        let is_part = |c: char| is_letter(c) || c == '_' || c == '.' || c == '-';
        let n = rest[1..].find(|c: char| !is_part(c)).unwrap_or(rest.len() - 1);
        let name = rest[1..=n].trim_end_matches(['.', '-']);
        if !name.starts_with(is_letter) {
            return 1;
        }
        if sign == '@' {
            self.push(HANDLE, at..at + 1 + name.len());
            return 1 + name.len();
        }
        // A tag's words count as words too.
        self.push(TAG, at..at + 1);
        1
    }

    /// A face or picture made of signs, if it is one that some rules know.
    fn emoticon(&mut self, at: usize, rest: &str, before: char) -> usize {
        let first = rest.chars().next().unwrap_or(' ');
        if !first.is_ascii() {
            let n = first.len_utf8();
            if let Some(symbol) = self.words.sign(&rest[..n]) {
                self.face(symbol, at..at + n);
                return n;
            }
            return 0;
        }
        if !":;=<>^-(&".contains(first) || (is_letter(before) && first != ':' && first != ';') {
            return 0;
        }
        for n in (2..=MAX_FACE_BYTES).rev() {
            let Some(face) = rest.get(..n) else { continue };
            let is_apart = !rest[n..].starts_with(is_letter) || !face.ends_with(|c: char| c.is_ascii_alphanumeric());
            if is_apart && let Some(symbol) = self.words.sign(face) {
                self.face(symbol, at..at + n);
                return n;
            }
        }
        0
    }

    fn face(&mut self, symbol: Symbol, range: Range<usize>) {
        self.push(symbol, range);
        if let Some(token) = self.tokens.last_mut() {
            token.is_face = true;
        }
    }
}

/// Digits that follow a number after a point or comma, as in 3.1.0.
fn decimal_bytes(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut n = 0;
    while n + 1 < bytes.len() && b".,:".contains(&bytes[n]) && bytes[n + 1].is_ascii_digit() {
        n += 1 + bytes[n + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    n
}

/// The bytes of a web or mail address at the start of a text; 0 if there is none.
fn link_bytes(rest: &str) -> usize {
    let end = |text: &str| text.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(text.len());
    let bytes = rest.as_bytes();
    let is_web = bytes[0].eq_ignore_ascii_case(&b'h') && (rest.starts_with("http://") || rest.starts_with("https://"))
        || bytes[0].eq_ignore_ascii_case(&b'w') && rest.starts_with("www.");
    if is_web {
        return rest[..end(rest)].trim_end_matches(['.', ',', '!', '?', ')', ':', ';']).len();
    }
    let start = bytes.iter().take(MAX_MAILBOX_BYTES + 1);
    let name = start.take_while(|b| b.is_ascii_alphanumeric() || b".-_+".contains(b)).count();
    if bytes.get(name) == Some(&b'@') && bytes.get(name + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return rest[..end(rest)].trim_end_matches(['.', ',', '!', '?', ')', ':', ';']).len();
    }
    0
}

/// The bytes of `code` between backticks on one line, or of the backtick alone.
fn code_bytes(rest: &str) -> usize {
    match rest[1..].find(['`', '\n']) {
        Some(end) if rest[1 + end..].starts_with('`') => end + 2,
        Some(_) | None => 1,
    }
}
