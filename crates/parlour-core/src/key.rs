//! Keys: the name under which a person or a thing is kept, made without looking anything up.

use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher24};

/// The keyed 128-bit hash of (kind of id, value). Ordered as its 16 big-endian bytes are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Key(pub u128);

impl Key {
    /// The key as 16 big-endian bytes, so that bytes sort as keys do.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The key whose big-endian bytes these are; `None` unless there are 16.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(u128::from_be_bytes(bytes.try_into().ok()?)))
    }

    /// The key written as 32 hexadecimal digits; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        is_hex.then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Takes a key for its own hash: keys come from a keyed hash, so nobody outside can make them collide.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHash(u64);

/// For tables by key; see [`KeyHash`].
pub type KeyHashing = BuildHasherDefault<KeyHash>;

impl Hasher for KeyHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        // Test keys are small numbers; the product spreads them over the bits that tables look at. What was hashed
        // before (the other half of a pair) stays in.
        self.0 = (self.0.rotate_left(32) ^ key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// The secret of one installation. Without it a key cannot be led back to an id by guessing ids.
#[derive(Clone, Copy)]
pub struct KeySecret(pub [u8; 16]);

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

impl KeySecret {
    /// The key of the id `value` of this `kind`: SipHash-2-4-128 over the length of the kind, the kind and the value.
    pub fn key(&self, kind: &str, value: &str) -> Key {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write_u64(kind.len() as u64);
        hasher.write(kind.as_bytes());
        hasher.write(value.as_bytes());
        Key(hasher.finish128().as_u128())
    }

    /// A keyed 128-bit hash of several byte strings, for message ids and bodies.
    pub fn digest(&self, parts: &[&[u8]]) -> u128 {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        for part in parts {
            hasher.write_u64(part.len() as u64);
            hasher.write(part);
        }
        hasher.finish128().as_u128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_value_do_not_run_together() {
        let secret = KeySecret([7; 16]);
        assert_ne!(secret.key("user", "1x"), secret.key("user1", "x"));
        assert_ne!(secret.key("user", "1"), KeySecret([8; 16]).key("user", "1"));
    }

    #[test]
    fn a_key_survives_its_spellings() {
        let key = KeySecret([7; 16]).key("user", "anna");
        assert_eq!(Key::from_bytes(&key.to_bytes()), Some(key));
        assert_eq!(Key::from_hex(&key.to_string()), Some(key));
        assert_eq!(Key::from_hex("+0000000000000000000000000000001"), None);
    }
}
