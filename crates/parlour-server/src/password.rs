//! Passwords: kept by their Argon2id hash with what it was made with, and checked in the same time whether there is one or
//! not.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use parlour_engine::settings::PasswordSettings;
use parlour_engine::{EngineError, random};
use subtle::ConstantTimeEq;

use crate::error::ApiError;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Longest password, in bytes.
const MAX_BYTES: usize = 1024;
/// What a kept hash begins with.
const NAME: &str = "argon2id";

/// The hash of a new password, if it is long enough.
pub(crate) fn hash(settings: &PasswordSettings, password: &str) -> Result<String, ApiError> {
    let least = settings.least_length;
    if password.chars().count() < least || MAX_BYTES < password.len() {
        let message = format!("must have at least {least} characters and at most {MAX_BYTES} bytes");
        return Err(ApiError::invalid("password", message));
    }
    let salt = random::bytes::<SALT_BYTES>()?;
    let (memory, passes) = (settings.memory_kib, settings.passes);
    let hash = derived(password, &salt, (memory, passes)).ok_or_else(|| wrong("cannot be made"))?;
    Ok(format!("{NAME}$m={memory},t={passes}${}${}", BASE64.encode(salt), BASE64.encode(hash)))
}

/// Whether a password is the one that was kept. Where none was, as much is done and it is not.
pub(crate) fn is_right(settings: &PasswordSettings, kept: Option<&str>, password: &str) -> bool {
    if MAX_BYTES < password.len() {
        return false;
    }
    let parts = kept.and_then(parsed);
    let is_there = parts.is_some();
    let (salt, hash, cost) =
        parts.unwrap_or_else(|| (vec![0; SALT_BYTES], vec![0; HASH_BYTES], (settings.memory_kib, settings.passes)));
    let found = derived(password, &salt, cost);
    is_there && found.is_some_and(|found| bool::from(found.as_slice().ct_eq(&hash)))
}

/// Salt, hash, and what it was made with: KiB and passes.
type Hashed = (Vec<u8>, Vec<u8>, (u32, u32));

fn parsed(kept: &str) -> Option<Hashed> {
    let mut parts = kept.split('$');
    let (name, cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (memory, passes) = cost.strip_prefix("m=")?.split_once(",t=")?;
    let cost = (memory.parse().ok()?, passes.parse().ok()?);
    let (salt, hash) = (BASE64.decode(salt).ok()?, BASE64.decode(hash).ok()?);
    (name == NAME && hash.len() == HASH_BYTES).then_some((salt, hash, cost))
}

fn derived(password: &str, salt: &[u8], (memory, passes): (u32, u32)) -> Option<[u8; HASH_BYTES]> {
    let params = Params::new(memory, passes, 1, Some(HASH_BYTES)).ok()?;
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

fn wrong(what: &str) -> EngineError {
    EngineError::Settings(format!("the hash of a password {what}; see `[passwords]`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: PasswordSettings = PasswordSettings { least_length: 10, memory_kib: 64, passes: 1 };

    #[test]
    fn the_right_password_is_told_from_others() {
        let kept = hash(&QUICK, "correct horse").unwrap();
        assert!(kept.starts_with("argon2id$m=64,t=1$") && !kept.contains("horse"));
        assert_ne!(kept, hash(&QUICK, "correct horse").unwrap(), "salted");
        assert!(is_right(&QUICK, Some(&kept), "correct horse"));
        let other = PasswordSettings { memory_kib: 128, passes: 2, ..QUICK };
        assert!(is_right(&other, Some(&kept), "correct horse"), "what it was made with is kept");
        for (kept, password) in [
            (Some(kept.as_str()), "correct horsf"),
            (Some(kept.as_str()), ""),
            (None, "correct horse"),
            (Some(""), ""),
            (Some("argon2id$m=64,t=1$AAAA$"), ""),
            (Some("plain$m=64,t=1$AAAA$AAAA"), "x"),
        ] {
            assert!(!is_right(&QUICK, kept, password), "{kept:?} {password}");
        }
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(hash(&QUICK, "123456789").unwrap_err().message.contains("at least 10"));
        assert!(hash(&QUICK, &"x".repeat(2000)).is_err());
        assert!(!is_right(&QUICK, None, &"x".repeat(2000)));
        assert!(hash(&QUICK, "äöüäöüäöüä").is_ok(), "characters are counted, not bytes");
    }

    /// The vector of the reference implementation's own test: version 0x13, two passes, 64 MiB, one lane.
    #[test]
    fn hashes_are_those_of_argon2id() {
        let hash = derived("password", b"somesalt", (65536, 2)).unwrap();
        assert_eq!(crate::cursor::hex(&hash), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }
}
