//! CBOR as authenticators write it (CTAP2 canonical form): integers, bytes, text and maps of definite length, nothing else.

use super::Flaw;

/// Most maps inside one another, and entries of one.
const MAX_DEPTH: usize = 4;
const MAX_ENTRIES: u64 = 32;

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Map(Vec<(Item<'a>, Item<'a>)>),
}

/// Reads items one after another.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next item, which must be a map.
    pub(super) fn map(&mut self) -> Result<Vec<(Item<'a>, Item<'a>)>, Flaw> {
        match self.item()? {
            Item::Map(entries) => Ok(entries),
            Item::Int(_) | Item::Bytes(_) | Item::Text(_) => Err("there is something else where a map should be"),
        }
    }

    fn item(&mut self) -> Result<Item<'a>, Flaw> {
        let (major, value) = self.head()?;
        let length = || usize::try_from(value).map_err(|_| "it is cut off");
        match major {
            0 => i64::try_from(value).map(Item::Int).map_err(|_| "a number is too great"),
            1 => i64::try_from(value).map(|value| Item::Int(-1 - value)).map_err(|_| "a number is too great"),
            2 => self.take(length()?).map(Item::Bytes),
            3 => {
                let text = std::str::from_utf8(self.take(length()?)?);
                text.map(Item::Text).map_err(|_| "a text is not UTF-8")
            }
            5 => self.entries(value).map(Item::Map),
            _ => Err("there is something in it that no authenticator writes"),
        }
    }

    fn entries(&mut self, n: u64) -> Result<Vec<(Item<'a>, Item<'a>)>, Flaw> {
        if self.depth == MAX_DEPTH || MAX_ENTRIES < n {
            return Err("it is too large");
        }
        self.depth += 1;
        let mut entries: Vec<(Item<'a>, Item<'a>)> = Vec::new();
        for _ in 0..n {
            let entry = (self.item()?, self.item()?);
            if entries.iter().any(|(key, _)| *key == entry.0) {
                return Err("something is said twice");
            }
            entries.push(entry);
        }
        self.depth -= 1;
        Ok(entries)
    }

    /// Major type and value of the next item's head; a value in a longer form than it needs is refused.
    fn head(&mut self) -> Result<(u8, u64), Flaw> {
        let first = self.take(1)?[0];
        let (major, short) = (first >> 5, first & 31);
        let (n_bytes, least) = match short {
            0..=23 => return Ok((major, u64::from(short))),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err("a length is not said"),
        };
        let value = self.take(n_bytes)?.iter().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
        if value < least { Err("a number is longer than it need be") } else { Ok((major, value)) }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Flaw> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or("it is cut off")?;
        self.rest = rest;
        Ok(taken)
    }
}
