//! JSON without a tree: one pass checks a text and notes where each value lies; what is asked for is read from the text.
//!
//! Nothing is copied before somebody asks for it, so fields that mean nothing to us cost their bytes once. Depth is
//! limited; no input panics.

use std::borrow::Cow;

/// Most levels that may be asked for, whatever the setting: a level is one call on the stack.
pub const MAX_DEPTH: usize = 128;

/// Why a text is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JsonError {
    /// Not JSON.
    #[error("the body is not JSON (byte {at}); send what the SDK's own encoder makes")]
    Syntax {
        /// The byte at which that is seen.
        at: usize,
    },
    /// Values within values.
    #[error("the JSON is more than {most} levels deep; flatten it")]
    TooDeep {
        /// The limit.
        most: usize,
    },
    /// More events than a batch may have.
    #[error("the batch has more than {most} events (`ingest.batch_events`); split it")]
    TooMany {
        /// The limit.
        most: usize,
    },
}

/// The fields of a body in which its events lie.
const ITEMS: [&[u8]; 2] = [b"\"batch\"", b"\"events\""];

/// Where one value, or one key, lies in the text.
#[derive(Clone, Copy, Debug)]
struct Node {
    start: u32,
    end: u32,
    /// The node after this value and all that is in it.
    next: u32,
    /// Whether it is a string with escapes in it.
    is_escaped: bool,
}

/// A text that is JSON, and where its values lie.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

/// One value of a document.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    text: &'d str,
    nodes: &'d [Node],
    index: usize,
}

impl<'a> Document<'a> {
    /// Checks the text and finds its values.
    pub fn parse(text: &'a str, max_depth: usize) -> Result<Self, JsonError> {
        Self::parse_batch(text, max_depth, usize::MAX)
    }

    /// The same of a text that is an array of events, or an object with one in `batch` or `events`: it is given up at the
    /// first event too many.
    pub fn parse_batch(text: &'a str, max_depth: usize, max_items: usize) -> Result<Self, JsonError> {
        // No limit on a body comes near this.
        if text.len() > u32::MAX as usize / 2 {
            return Err(JsonError::Syntax { at: u32::MAX as usize / 2 });
        }
        let nodes = Vec::with_capacity(text.len() / 9 + 1);
        let mut reader = Reader { bytes: text.as_bytes(), at: 0, nodes, max_depth, max_items };
        reader.value(0, max_items)?;
        reader.skip_blanks();
        if reader.at < text.len() {
            return Err(JsonError::Syntax { at: reader.at });
        }
        Ok(Self { text, nodes: reader.nodes })
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value { text: self.text, nodes: &self.nodes, index: 0 }
    }
}

impl<'d> Value<'d> {
    fn node(&self) -> Node {
        self.nodes[self.index]
    }

    /// As it was sent.
    pub fn raw(&self) -> &'d str {
        let node = self.node();
        &self.text[node.start as usize..node.end as usize]
    }

    fn first(&self) -> u8 {
        self.text.as_bytes()[self.node().start as usize]
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.first() == b'{'
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        self.first() == b'['
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.first() == b'n'
    }

    /// The truth value, if it is one.
    pub fn bool(&self) -> Option<bool> {
        match self.first() {
            b't' => Some(true),
            b'f' => Some(false),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub fn str(&self) -> Option<Cow<'d, str>> {
        if self.first() != b'"' {
            return None;
        }
        let node = self.node();
        let inside = &self.text[node.start as usize + 1..node.end as usize - 1];
        Some(if node.is_escaped { Cow::Owned(unescaped(inside)) } else { Cow::Borrowed(inside) })
    }

    /// The digits of a number, as they were sent.
    pub fn number(&self) -> Option<&'d str> {
        matches!(self.first(), b'-' | b'0'..=b'9').then(|| self.raw())
    }

    /// The text of a string or number that is not blank, without blanks around it.
    pub fn scalar(&self) -> Option<Cow<'d, str>> {
        let text = match self.str()? {
            // Nearly no text has blanks around it, and looking for all that are blank takes its time.
            Cow::Borrowed(text) if is_trim(text) => Cow::Borrowed(text),
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The same, of a number too.
    pub fn text(&self) -> Option<Cow<'d, str>> {
        self.number().map(Cow::Borrowed).or_else(|| self.scalar())
    }

    /// The fields of an object, in the order in which they were sent; of anything else none.
    pub fn fields(&self) -> Fields<'d> {
        let (at, end) = if self.is_object() { (self.index + 1, self.node().next as usize) } else { (0, 0) };
        Fields { text: self.text, nodes: self.nodes, at, end }
    }

    /// The same, with each key as it was sent.
    pub fn pairs(&self) -> impl Iterator<Item = (Value<'d>, Value<'d>)> + use<'d> {
        let Fields { text, nodes, mut at, end } = self.fields();
        std::iter::from_fn(move || {
            let key = (at < end).then_some(Value { text, nodes, index: at })?;
            let value = Value { index: at + 1, ..key };
            at = value.node().next as usize;
            Some((key, value))
        })
    }

    /// The elements of an array; of anything else none.
    pub fn elements(&self) -> impl Iterator<Item = Value<'d>> + use<'d> {
        let (text, nodes) = (self.text, self.nodes);
        let (mut at, end) = if self.is_array() { (self.index + 1, self.node().next as usize) } else { (0, 0) };
        std::iter::from_fn(move || {
            let value = (at < end).then_some(Value { text, nodes, index: at })?;
            at = value.node().next as usize;
            Some(value)
        })
    }

    /// The value of one field; of several of that name the last.
    pub fn get(&self, name: &str) -> Option<Value<'d>> {
        self.fields().filter(|(key, _)| key == name).last().map(|(_, value)| value)
    }

    /// The value at the end of a path of names.
    pub fn at(&self, path: &[&str]) -> Option<Value<'d>> {
        path.iter().try_fold(*self, |value, name| value.get(name))
    }
}

/// The fields of an object.
pub struct Fields<'d> {
    text: &'d str,
    nodes: &'d [Node],
    at: usize,
    end: usize,
}

impl<'d> Iterator for Fields<'d> {
    type Item = (Cow<'d, str>, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.end <= self.at {
            return None;
        }
        let key = Value { text: self.text, nodes: self.nodes, index: self.at };
        let value = Value { index: self.at + 1, ..key };
        self.at = value.node().next as usize;
        Some((key.str().unwrap_or_default(), value))
    }
}

/// Reads a text once.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    max_depth: usize,
    max_items: usize,
}

impl Reader<'_> {
    fn wrong<T>(&self) -> Result<T, JsonError> {
        Err(JsonError::Syntax { at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn begin(&mut self) -> usize {
        self.nodes.push(Node { start: self.at as u32, end: 0, next: 0, is_escaped: false });
        self.nodes.len() - 1
    }

    fn end(&mut self, index: usize) {
        let next = self.nodes.len() as u32;
        let node = &mut self.nodes[index];
        node.end = self.at as u32;
        node.next = next;
    }

    /// A value, of at most so many elements if it is an array.
    fn value(&mut self, depth: usize, most: usize) -> Result<(), JsonError> {
        self.skip_blanks();
        let Some(first) = self.peek() else { return self.wrong() };
        if first == b'"' {
            return self.string();
        }
        let index = self.begin();
        match first {
            b'{' | b'[' if depth >= self.max_depth.min(MAX_DEPTH) => {
                return Err(JsonError::TooDeep { most: self.max_depth.min(MAX_DEPTH) });
            }
            b'{' => self.object(depth)?,
            b'[' => self.array(depth, most)?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => self.number()?,
        }
        self.end(index);
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), JsonError> {
        self.at += 1;
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return self.wrong();
            }
            let start = self.at;
            self.string()?;
            let is_batch = depth == 0 && ITEMS.contains(&&self.bytes[start..self.at]);
            self.skip_blanks();
            if !self.take(b':') {
                return self.wrong();
            }
            self.value(depth + 1, if is_batch { self.max_items } else { usize::MAX })?;
            self.skip_blanks();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.wrong();
            }
        }
    }

    fn array(&mut self, depth: usize, most: usize) -> Result<(), JsonError> {
        self.at += 1;
        self.skip_blanks();
        if self.take(b']') {
            return Ok(());
        }
        for n in 0.. {
            if most <= n {
                return Err(JsonError::TooMany { most });
            }
            self.value(depth + 1, usize::MAX)?;
            self.skip_blanks();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.wrong();
            }
        }
        Ok(())
    }

    #[inline]
    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at as u32;
        self.at += 1;
        let mut is_escaped = false;
        loop {
            self.at += plain_bytes(&self.bytes[self.at..]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    is_escaped = true;
                    self.escape()?;
                }
                _ => return self.wrong(),
            }
        }
        self.at += 1;
        self.nodes.push(Node { start, end: self.at as u32, next: self.nodes.len() as u32 + 1, is_escaped });
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return self.wrong();
                    }
                    self.at += 1;
                }
            }
            _ => return self.wrong(),
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        if !self.bytes[self.at..].starts_with(word) {
            return self.wrong();
        }
        self.at += word.len();
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let n = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += n;
        if n == 0 { self.wrong() } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }
}

/// Whether a text begins and ends with a printing character of ASCII.
fn is_trim(text: &str) -> bool {
    let ends = (text.as_bytes().first(), text.as_bytes().last());
    matches!(ends, (Some(b'!'..=b'~'), Some(b'!'..=b'~')))
}

/// How many bytes come before the next that ends a string, begins an escape or is not allowed in one; eight at a time.
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut n = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("chunks have eight bytes"));
        let quotes = zero_in(word ^ (ONES * u64::from(b'"')));
        let slashes = zero_in(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = quotes | slashes | controls;
        if found != 0 {
            return n + found.trailing_zeros() as usize / 8;
        }
        n += 8;
    }
    n + bytes[n..].iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}

/// The inside of a checked string with its escapes resolved; half a surrogate pair becomes U+FFFD.
fn unescaped(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut parts = inside.split('\\');
    text.push_str(parts.next().unwrap_or_default());
    let mut high = None;
    while let Some(part) = parts.next() {
        let mut chars = part.chars();
        let Some(mark) = chars.next() else {
            // Two in a row: a backslash, and what follows is plain.
            push(&mut text, &mut high, '\\');
            text.push_str(parts.next().unwrap_or_default());
            continue;
        };
        let (unit, rest) = match mark {
            'u' => (u32::from_str_radix(part.get(1..5).unwrap_or_default(), 16).unwrap_or(0xfffd), part.get(5..)),
            'n' => (0x0a, part.get(1..)),
            'r' => (0x0d, part.get(1..)),
            't' => (0x09, part.get(1..)),
            'b' => (0x08, part.get(1..)),
            'f' => (0x0c, part.get(1..)),
            other => (u32::from(other), Some(chars.as_str())),
        };
        let rest = rest.unwrap_or_default();
        push_unit(&mut text, &mut high, unit);
        if !rest.is_empty() {
            end_pair(&mut text, &mut high);
            text.push_str(rest);
        }
    }
    end_pair(&mut text, &mut high);
    text
}

/// Adds one UTF-16 unit; the first of a pair waits for the second.
fn push_unit(text: &mut String, high: &mut Option<u32>, unit: u32) {
    match (*high, unit) {
        (Some(first), 0xdc00..=0xdfff) => {
            *high = None;
            let pair = 0x10000 + ((first - 0xd800) << 10) + (unit - 0xdc00);
            text.push(char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        (_, 0xd800..=0xdbff) => {
            end_pair(text, high);
            *high = Some(unit);
        }
        _ => push(text, high, char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

fn push(text: &mut String, high: &mut Option<u32>, c: char) {
    end_pair(text, high);
    text.push(c);
}

fn end_pair(text: &mut String, high: &mut Option<u32>) {
    if high.take().is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

#[cfg(test)]
mod tests;
