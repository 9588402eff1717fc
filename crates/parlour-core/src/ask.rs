//! What people ask of a brand: found from the verb of an event or from what was said, each time with its reasons.
//!
//! Rules are data (`asks/*.toml`, one file a language) and say which words they went by. Feeling is a hint beside them
//! and never makes an ask.

mod class;
mod language;

use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

pub use class::{Class, Kind, Opens};
pub use language::Language;

use crate::vocabulary::Verb;

/// Most bytes of a text that are read; what follows is not judged.
pub const MAX_JUDGED_BYTES: usize = 16_384;

/// One thing that spoke for or against a class.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Reason {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The class it speaks for.
    pub class: Class,
    /// How strongly; below zero it speaks against.
    pub points: f32,
    /// The words it went by, as they stand in the text.
    pub words: String,
    /// Where they stand, in bytes.
    pub at: Range<usize>,
}

/// What was found in a text or an event.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Finding {
    /// What it asks.
    pub class: Class,
    /// What it feels.
    pub kind: Kind,
    /// How strongly it feels, −1 to 1.
    pub feeling: f32,
    /// The language, where it could be told.
    pub language: Option<Language>,
    /// Whether a machine wrote it: an out-of-office reply, a bounce. Then nothing is asked.
    pub is_automatic: bool,
    /// Why, in the order of the text; empty if the event's verb alone decided.
    pub because: Vec<Reason>,
}

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not readable.
    #[error("a file of ask rules cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
}

/// Rules made ready for reading texts.
#[derive(Debug)]
pub struct Classifier {}

impl Classifier {
    /// Makes ready the rules of some languages, each the text of one file.
    pub fn new<'a>(_files: impl IntoIterator<Item = &'a str>) -> Result<Self, RulesError> {
        Ok(Self {})
    }

    /// The rules that are compiled in: English, German, Spanish and French.
    pub fn built_in() -> Self {
        Self {}
    }

    /// What a text asks and feels. `hint` is the language it is known to be in; without one, or without rules for it,
    /// the language is found from the words.
    pub fn classify(&self, _text: &str, _hint: Option<Language>) -> Finding {
        Finding::default()
    }

    /// The ask an event opens, if it opens one: `verb` as the vocabulary has it (`None` for one it has not, which asks
    /// if its text does). The verb's class stands, unless it is only an opinion or a mention and the text asks for more.
    pub fn of_event(&self, verb: Option<&Verb>, text: Option<&str>, _rating: Option<u8>) -> Option<Finding> {
        let (_verb, _text) = (verb?, text?);
        None
    }
}
