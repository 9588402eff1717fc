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
#[expect(clippy::struct_excessive_bools, reason = "what a word looks like, each thing for itself")]
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
    /// Whether it is a face or a picture.
    pub(super) is_face: bool,
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
    by_hash: ByHash,
    stems: ByHash,
    /// One bit for the first bits of a stem's hash.
    stem_bits: Vec<u64>,
    emoticons: ByHash,
    next: Symbol,
}

/// One word being read.
pub(super) struct Read {
    hash: Hash,
    pub(super) stems: [Symbol; MAX_STEMS],
    pub(super) n_letters: usize,
    pub(super) n_capitals: usize,
    /// Same letter thrice or more in a row.
    pub(super) is_stretched: bool,
    pub(super) end: usize,
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            by_hash: ByHash::default(),
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
        if chunk.starts_with(|c: char| !is_letter(c) && c != '#') {
            return vec![self.learn_sign(chunk)];
        }
        let (text, is_stem) = chunk.strip_suffix('*').map_or((chunk, false), |text| (text, true));
        let hashes = hashes(text);
        let n = hashes.len();
        let mut symbols = Vec::with_capacity(n);
        for (i, hash) in hashes.into_iter().enumerate() {
            symbols.push(self.learn_hash(hash, is_stem && i + 1 == n));
        }
        if let [symbol] = symbols[..] {
            for variant in variants(text) {
                if let [hash] = self::hashes(&variant)[..] {
                    let table = if is_stem { &mut self.stems } else { &mut self.by_hash };
                    table.entry(hash.0).or_insert(symbol);
                    self.mark_stem(is_stem, hash);
                }
            }
        }
        symbols
    }

    fn learn_hash(&mut self, hash: Hash, is_stem: bool) -> Symbol {
        let table = if is_stem { &mut self.stems } else { &mut self.by_hash };
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

    /// The symbol of a face or picture.
    pub(super) fn sign(&self, text: &str) -> Option<Symbol> {
        let hash = text.chars().fold(Hash::EMPTY, Hash::of_char);
        self.emoticons.get(&hash.0).copied()
    }

    /// Reads the word at the start of `text`, which begins with a letter or digit.
    pub(super) fn read(&self, text: &str) -> Read {
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
    pub(super) fn symbol(&self, read: &Read, word: &str) -> Symbol {
        match self.by_hash.get(&read.hash.0) {
            Some(symbol) => *symbol,
            None if read.is_stretched => {
                [2, 1].into_iter().find_map(|n| self.by_hash.get(&shortened(word, n).0).copied()).unwrap_or(UNKNOWN)
            }
            None => UNKNOWN,
        }
    }

    /// The words of the given parts of a text, in order.
    pub(super) fn tokens(&self, text: &str, parts: &[Range<usize>]) -> Vec<Token> {
        super::reader::tokens(self, text, parts)
    }
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

/// Whether a character is part of words.
pub(super) fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) }
}

fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == '\u{2019}' || c == '\u{2018}'
}

/// Whether what stands before an apostrophe is a word of its own: `j'`, `I'`, `qu'`.
fn is_elision(before: &str) -> bool {
    before.len() <= 2 || before.ends_with("qu")
}
