//! Addresses of pictures: which one, how wide and until when, signed, so that none can be guessed or made to last.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use parlour_core::key::KeySecret;
use sha2::Sha256;

/// Bytes of what is signed: the id, the width, the minute at which it ends.
const SAID_BYTES: usize = 16;
/// Bytes of the signature that are kept.
const MAC_BYTES: usize = 16;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// What an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The picture.
    pub media: i64,
    /// How wide.
    pub width: u32,
    /// When the address ends, microseconds UTC.
    pub ends_at: i64,
}

impl Link {
    /// An address that is good for at least half of `minutes` from `now` on, and the same one for as long as that half
    /// lasts, so that browsers find in their cache what they were shown before.
    pub(crate) fn lasting(media: i64, width: u32, (minutes, now): (u32, i64)) -> Self {
        let half = (i64::from(minutes) / 2).max(1) * MICROS_PER_MINUTE;
        Self { media, width, ends_at: (now.div_euclid(half) + 2) * half }
    }

    pub(crate) fn token(&self, secret: KeySecret) -> String {
        let mut bytes = self.said().to_vec();
        bytes.extend(&signed(secret, &bytes).finalize().into_bytes()[..MAC_BYTES]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token leads to, if it is one of ours and has not ended.
    pub(crate) fn read(token: &str, (secret, now): (KeySecret, i64)) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, mac) = bytes.split_at_checked(SAID_BYTES)?;
        signed(secret, said).verify_truncated_left(mac).ok().filter(|()| mac.len() == MAC_BYTES)?;
        let link = Self {
            media: i64::from_be_bytes(said[..8].try_into().ok()?),
            width: u32::from_be_bytes(said[8..12].try_into().ok()?),
            ends_at: i64::from(u32::from_be_bytes(said[12..].try_into().ok()?)) * MICROS_PER_MINUTE,
        };
        (now < link.ends_at).then_some(link)
    }

    fn said(&self) -> [u8; SAID_BYTES] {
        let mut said = [0; SAID_BYTES];
        said[..8].copy_from_slice(&self.media.to_be_bytes());
        said[8..12].copy_from_slice(&self.width.to_be_bytes());
        let minute = u32::try_from(self.ends_at / MICROS_PER_MINUTE).unwrap_or(0);
        said[12..].copy_from_slice(&minute.to_be_bytes());
        said
    }
}

fn signed(secret: KeySecret, said: &[u8]) -> Hmac<Sha256> {
    let mut signed = Hmac::<Sha256>::new_from_slice(&secret.0).expect("a key of HMAC may have any length");
    signed.update(b"media link\0");
    signed.update(said);
    signed
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: KeySecret = KeySecret([7; 16]);
    const NOW: i64 = 1_790_000_000_000_000;

    #[test]
    fn a_link_is_read_as_it_was_made_until_it_ends() {
        let link = Link::lasting(42, 640, (120, NOW));
        let token = link.token(SECRET);
        assert_eq!(Link::read(&token, (SECRET, NOW)), Some(link));
        let left = link.ends_at - NOW;
        assert!((3_600_000_000..=7_200_000_000).contains(&left), "{left}");
        assert_eq!(Link::lasting(42, 640, (120, NOW + 1)).token(SECRET), token, "the same address for a while");
        assert_eq!(Link::read(&token, (SECRET, link.ends_at)), None);
        assert_eq!(Link::read(&token, (KeySecret([8; 16]), NOW)), None);
    }

    /// No change of one letter, and no cut, leads anywhere.
    #[test]
    fn nothing_near_a_link_is_one() {
        let token = Link::lasting(1, 320, (60, NOW)).token(SECRET);
        for at in 0..token.len() {
            for letter in ['A', 'b', '7', '_'] {
                let mut other: Vec<char> = token.chars().collect();
                if other[at] == letter {
                    continue;
                }
                other[at] = letter;
                let other: String = other.into_iter().collect();
                assert_eq!(Link::read(&other, (SECRET, NOW)), None, "{other}");
            }
            assert_eq!(Link::read(&token[..at], (SECRET, NOW)), None);
        }
        assert_eq!(Link::read("", (SECRET, NOW)), None);
        assert_eq!(Link::read("😀", (SECRET, NOW)), None);
    }
}
