//! Cursors: places in a list as opaque text. Each is made for one order of one list and refused by every other.

use parlour_core::key::Key;

use crate::error::ApiError;

const N_BYTES: usize = 25;

/// A place in a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cursor {
    /// Which list, in which order.
    pub(crate) list: u8,
    /// What is sorted by.
    pub(crate) value: i64,
    /// What settles a tie.
    pub(crate) tie: Key,
}

impl Cursor {
    /// The cursor as text.
    pub(crate) fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(N_BYTES);
        bytes.push(self.list);
        bytes.extend(self.value.to_be_bytes());
        bytes.extend(self.tie.to_bytes());
        hex(&bytes)
    }

    /// The cursor of a text that was made for this list; anything else is refused.
    pub(crate) fn of(text: &str, list: u8) -> Result<Self, ApiError> {
        let wrong = || ApiError::invalid("next", "this is not a place in this list; begin again without it");
        let bytes = unhex(text).filter(|bytes| bytes.len() == N_BYTES).ok_or_else(wrong)?;
        let (head, tie) = bytes.split_at(9);
        let value = head[1..].try_into().map(i64::from_be_bytes).map_err(|_| wrong())?;
        let tie = Key::from_bytes(tie).ok_or_else(wrong)?;
        if head[0] == list { Ok(Self { list, value, tie }) } else { Err(wrong()) }
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| <[u8; 2]>::try_from(pair).ok().and_then(|[a, b]| Some(digit(a)? << 4 | digit(b)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_garbage_does_not() {
        let cursor = Cursor { list: 3, value: -7, tie: Key(u128::MAX - 1) };
        assert_eq!(Cursor::of(&cursor.text(), 3).unwrap(), cursor);
        let text = cursor.text();
        for garbage in ["", "x", "zz", "0", &text[1..], &text[2..], &format!("{text}00"), &text.replace('f', "ß")] {
            assert!(Cursor::of(garbage, 3).is_err(), "{garbage}");
        }
        assert!(Cursor::of(&text, 4).is_err());
    }
}
