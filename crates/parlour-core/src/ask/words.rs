//! A text as words: one pass, letters folded (case, accents), each word known by its hash.
//!
//! Knows nothing of what words mean. Words split at hyphens, between digits and letters, and after an elision (`j'ai`).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// A known word or stem, by number.
pub(super) type Symbol = u32;

/// A word that no rules know.
pub(super) const UNKNOWN: Symbol = 0;
/// A number.
pub(super) const NUMBER: Symbol = 1;
/// An `@handle`.
pub(super) const HANDLE: Symbol = 2;
/// A `#tag`.
pub(super) const TAG: Symbol = 3;
/// A web or mail address.
pub(super) const LINK: Symbol = 4;
/// One or more question marks.
pub(super) const QUESTION: Symbol = 5;
/// One or more exclamation marks.
pub(super) const EXCLAMATION: Symbol = 6;
const FIRST_FREE: Symbol = 7;

/// Stems kept of one word, the longest ones.
pub(super) const MAX_STEMS: usize = 3;
/// Bits of the table that tells quickly that no stem has a hash.
const STEM_BITS: u32 = 16;

/// One word of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// What it is, if it is known.
    pub(super) symbol: Symbol,
    /// The stems it begins with, the longest first; `UNKNOWN` where there are fewer.
    pub(super) stems: [Symbol; MAX_STEMS],
    /// First byte.
    pub(super) start: u32,
    /// Byte after the last.
    pub(super) end: u32,
    /// Number of its sentence.
    pub(super) sentence: u32,
    /// Whether it is all capitals, and more than one.
    pub(super) is_loud: bool,
    /// Whether letters are drawn out, as in `sooo`.
    pub(super) is_stretched: bool,
    /// Whether a comma, colon, dash or bracket stands before it.
    pub(super) is_after_break: bool,
}

/// The hash of what has been read of a word (FNV-1a, so that every beginning of a word has one as it is read).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Hash(u64);

impl Hash {
    const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    fn with(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    fn of_char(mut self, c: char) -> Self {
        let mut bytes = [0; 4];
        for byte in c.encode_utf8(&mut bytes).bytes() {
            self = self.with(byte);
        }
        self
    }

    /// With a letter as it is compared: small, without its accent.
    fn with_letter(self, c: char) -> Self {
        if c.is_ascii() {
            return self.with(c.to_ascii_lowercase() as u8);
        }
        match unaccented(c) {
            Some(letters) => letters.bytes().fold(self, Self::with),
            None => c.to_lowercase().fold(self, Self::of_char),
        }
    }
}

/// A Latin letter without its accent, small; nothing for marks that stand apart from their letter.
fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'Ç' | 'ć' | 'č' => "c",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'Ì'..='Ï' => "i",
        'ñ' | 'Ñ' | 'ń' => "n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' => "o",
        'ù'..='ü' | 'Ù'..='Ü' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ß' | 'ẞ' => "ss",
        'œ' | 'Œ' => "oe",
        'æ' | 'Æ' => "ae",
        '\u{2019}' | '\u{2018}' => "'",
        '\u{300}'..='\u{36f}' | '\u{fe0f}' | '\u{200d}' => "",
        _ => return None,
    })
}

/// A text small and without accents, as words are compared.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match unaccented(c) {
            Some(letters) => out.push_str(letters),
            None => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Passes a hash on as it is.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type ByHash = HashMap<u64, Symbol, BuildHasherDefault<AsItIs>>;

/// Every word and stem that some rules know.
#[derive(Debug)]
pub(super) struct Words {
    words: ByHash,
    stems: ByHash,
    /// One bit for the first bits of a stem's hash.
    stem_bits: Vec<u64>,
    emoticons: ByHash,
    next: Symbol,
}

/// One word being read.
struct Read {
    hash: Hash,
    stems: [Symbol; MAX_STEMS],
    n_letters: usize,
    n_capitals: usize,
    /// Same letter thrice or more in a row.
    is_stretched: bool,
    end: usize,
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            words: ByHash::default(),
            stems: ByHash::default(),
            stem_bits: vec![0; 1 << (STEM_BITS - 6)],
            emoticons: ByHash::default(),
            next: FIRST_FREE,
        }
    }

    /// How many symbols there are; all are below.
    pub(super) fn len(&self) -> usize {
        self.next as usize
    }

    /// The faces and pictures, which mean the same in every language.
    pub(super) fn signs(&self) -> impl Iterator<Item = Symbol> {
        self.emoticons.values().copied()
    }

    /// The symbols of a chunk of rule text: words, or signs such as `:)`. A chunk that ends in `*` is a stem.
    pub(super) fn learn(&mut self, chunk: &str) -> Vec<Symbol> {
        let (text, is_stem) = chunk.strip_suffix('*').map_or((chunk, false), |text| (text, true));
        if text.starts_with(|c: char| !is_letter(c) && c != '#') {
            return vec![self.learn_sign(text)];
        }
        let hashes = hashes(text);
        let n = hashes.len();
        let mut symbols = Vec::with_capacity(n);
        for (i, hash) in hashes.into_iter().enumerate() {
            symbols.push(self.learn_hash(hash, is_stem && i + 1 == n));
        }
        if let [symbol] = symbols[..] {
            for variant in variants(text) {
                if let [hash] = self::hashes(&variant)[..] {
                    let table = if is_stem { &mut self.stems } else { &mut self.words };
                    table.entry(hash.0).or_insert(symbol);
                    self.mark_stem(is_stem, hash);
                }
            }
        }
        symbols
    }

    fn learn_hash(&mut self, hash: Hash, is_stem: bool) -> Symbol {
        let table = if is_stem { &mut self.stems } else { &mut self.words };
        let symbol = *table.entry(hash.0).or_insert(self.next);
        self.next = self.next.max(symbol + 1);
        self.mark_stem(is_stem, hash);
        symbol
    }

    fn learn_sign(&mut self, sign: &str) -> Symbol {
        let hash = sign.chars().filter(|c| unaccented(*c) != Some("")).fold(Hash::EMPTY, Hash::of_char);
        let symbol = *self.emoticons.entry(hash.0).or_insert(self.next);
        self.next = self.next.max(symbol + 1);
        symbol
    }

    fn mark_stem(&mut self, is_stem: bool, hash: Hash) {
        if is_stem {
            let bit = hash.0 >> (64 - STEM_BITS);
            self.stem_bits[(bit >> 6) as usize] |= 1 << (bit & 63);
        }
    }

    fn stem(&self, hash: Hash) -> Option<Symbol> {
        let bit = hash.0 >> (64 - STEM_BITS);
        if self.stem_bits[(bit >> 6) as usize] >> (bit & 63) & 1 == 0 {
            return None;
        }
        self.stems.get(&hash.0).copied()
    }

    fn sign(&self, text: &str) -> Option<Symbol> {
        let hash = text.chars().fold(Hash::EMPTY, Hash::of_char);
        self.emoticons.get(&hash.0).copied()
    }

    /// Reads the word at the start of `text`, which begins with a letter or digit.
    fn read(&self, text: &str) -> Read {
        let mut read = Read {
            hash: Hash::EMPTY,
            stems: [UNKNOWN; MAX_STEMS],
            n_letters: 0,
            n_capitals: 0,
            is_stretched: false,
            end: 0,
        };
        let is_number = text.starts_with(|c: char| c.is_ascii_digit());
        let (mut last, mut run) = ('\0', 0);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if is_apostrophe(c) {
                let is_inside = chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
                if is_number || !is_inside || is_elision(&text[..at]) {
                    break;
                }
            } else if !is_letter(c) || c.is_ascii_digit() != is_number {
                break;
            }
            read.hash = read.hash.with_letter(c);
            read.end = at + c.len_utf8();
            read.n_letters += 1;
            read.n_capitals += usize::from(c.is_uppercase());
            run = if c == last { run + 1 } else { 1 };
            last = c;
            read.is_stretched |= 3 <= run;
            if let Some(stem) = self.stem(read.hash) {
                read.stems.rotate_right(1);
                read.stems[0] = stem;
            }
        }
        read
    }

    /// The symbol of a word; of one drawn out, that of its short form.
    fn symbol(&self, read: &Read, word: &str) -> Symbol {
        match self.words.get(&read.hash.0) {
            Some(symbol) => *symbol,
            None if read.is_stretched => {
                [2, 1].into_iter().find_map(|n| self.words.get(&shortened(word, n).0).copied()).unwrap_or(UNKNOWN)
            }
            None => UNKNOWN,
        }
    }

    /// The words of the given parts of a text, in order.
    pub(super) fn tokens(&self, text: &str, parts: &[Range<usize>]) -> Vec<Token> {
        let mut reader = Reader {
            words: self,
            text,
            tokens: Vec::with_capacity(text.len() / 5 + 1),
            sentence: 0,
            is_after_break: false,
        };
        for part in parts {
            reader.part(part.clone());
            reader.end_sentence();
        }
        reader.tokens
    }
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
            '.' => {
                if rest[1..].chars().next().is_none_or(|next| next.is_whitespace() || next == '.' || next == '"') {
                    self.end_sentence();
                }
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
                self.push(symbol, at..at + n);
                return n;
            }
            return 0;
        }
        if !":;=<>^-(".contains(first) || (is_letter(before) && first != ':' && first != ';') {
            return 0;
        }
        for n in [4, 3, 2] {
            let Some(face) = rest.get(..n) else { continue };
            let is_apart = !rest[n..].starts_with(is_letter) || !face.ends_with(|c: char| c.is_ascii_alphanumeric());
            if is_apart && let Some(symbol) = self.words.sign(face) {
                self.push(symbol, at..at + n);
                return n;
            }
        }
        0
    }
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) }
}

fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == '\u{2019}' || c == '\u{2018}'
}

/// Whether what stands before an apostrophe is a word of its own: `j'`, `I'`, `qu'`.
fn is_elision(before: &str) -> bool {
    before.len() <= 2 || before.ends_with("qu")
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
    let name = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || b".-_+".contains(b)).count();
    if bytes.get(name) == Some(&b'@') && bytes.get(name + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return rest[..end(rest)].trim_end_matches(['.', ',', '!', '?', ')', ':', ';']).len();
    }
    0
}

/// The bytes of `code` between backticks on one line, or of the backtick alone.
fn code_bytes(rest: &str) -> usize {
    let line = rest[1..].find('\n').unwrap_or(rest.len() - 1);
    rest[1..=line].find('`').map_or(1, |end| end + 2)
}

/// The hashes of the words of a chunk of rule text.
fn hashes(chunk: &str) -> Vec<Hash> {
    let reader = Words::new();
    let mut hashes = Vec::new();
    let mut at = 0;
    while let Some(c) = chunk[at..].chars().next() {
        let read = if is_letter(c) { Some(reader.read(&chunk[at..])) } else { None };
        match read {
            Some(read) if 0 < read.end => {
                hashes.push(read.hash);
                at += read.end;
            }
            _ => at += c.len_utf8(),
        }
    }
    hashes
}

/// How a word is also written: `fuer` for `für`, `dont` for `don't`.
fn variants(word: &str) -> Vec<String> {
    let mut variants = Vec::new();
    if word.contains(['ä', 'ö', 'ü']) {
        variants.push(word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"));
    }
    if word.contains('\'') {
        variants.push(word.replace('\'', ""));
    }
    variants
}

/// The hash of a word with runs of a letter cut to `n`.
fn shortened(word: &str, n: usize) -> Hash {
    let (mut last, mut run) = ('\0', 0);
    let mut hash = Hash::EMPTY;
    for c in word.chars() {
        let c = if c.is_ascii() { c.to_ascii_lowercase() } else { c };
        run = if c == last { run + 1 } else { 1 };
        last = c;
        if run <= n {
            hash = hash.with_letter(c);
        }
    }
    hash
}
