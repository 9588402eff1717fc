//! Languages by their ISO 639-1 code, open so that a file of rules can bring one of its own.

use serde::{Deserialize, Serialize};

/// A language, as its two letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Language([u8; 2]);

impl Language {
    /// English.
    pub const ENGLISH: Self = Self(*b"en");
    /// German.
    pub const GERMAN: Self = Self(*b"de");
    /// Spanish.
    pub const SPANISH: Self = Self(*b"es");
    /// French.
    pub const FRENCH: Self = Self(*b"fr");

    /// The language of a code such as `en`, `EN` or `en-GB`, of which only the first two letters count; whether rules
    /// for it exist is the classifier's to say.
    pub fn of_code(code: &str) -> Option<Self> {
        let (language, rest) = code.as_bytes().split_at_checked(2)?;
        let is_alone = rest.first().is_none_or(|byte| *byte == b'-' || *byte == b'_');
        let letters: [u8; 2] = language.try_into().ok()?;
        (is_alone && letters.iter().all(u8::is_ascii_alphabetic)).then(|| Self(letters.map(|b| b.to_ascii_lowercase())))
    }

    /// Its two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::of_code(&code).ok_or_else(|| {
            serde::de::Error::custom(format!("`{code}` is no language code of two letters, such as `en`"))
        })
    }
}
