//! What people ask of a brand: found from the verb of an event or from what was said, each time with its reasons.
//!
//! Rules are data (`asks/*.toml`, one file a language) and say which words they went by. Feeling is a hint beside them
//! and never makes an ask.

mod class;
mod feeling;
mod judge;
mod language;
mod pattern;
mod reader;
mod rules;
mod spoken;
mod words;

use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

pub use class::{Class, Kind, Opens};
pub use language::Language;
pub use rules::RulesError;

use crate::event::evidence_of;
use crate::vocabulary::{By, Feeling, Verb};
use rules::{File, Ruleset};
use spoken::Marks;
use words::{Symbol, Words};

/// Most bytes of a text that are read; what follows is not judged.
pub const MAX_JUDGED_BYTES: usize = 16_384;
/// Most reasons of one finding.
pub const MAX_REASONS: usize = 32;
/// Most languages of one classifier.
pub const MAX_LANGUAGES: usize = 16;

/// The rules that are compiled in, one file a language; the first is taken where no language can be told.
pub const DEFAULT: [&str; 4] = [
    include_str!("../../../asks/en.toml"),
    include_str!("../../../asks/de.toml"),
    include_str!("../../../asks/es.toml"),
    include_str!("../../../asks/fr.toml"),
];

/// What a word of a language's list of common words says for it, and what one that only its rules know; in twelfths, so
/// that words shared by up to four languages divide evenly.
const COMMON_SAYS: u32 = 36;
const KNOWN_SAYS: u32 = 12;
const LETTER_SAYS: u32 = 48;
/// Most tokens by which a language is told.
const MAX_TOLD_BY: usize = 200;

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

/// Rules made ready for reading texts.
#[derive(Debug)]
pub struct Classifier {
    words: Words,
    marks: Marks,
    languages: Vec<Ruleset>,
    /// For each symbol, how much it says for each language.
    says: Vec<[u8; MAX_LANGUAGES]>,
}

impl Classifier {
    /// Makes ready the rules of some languages, each the text of one file. Where no language can be told, those of the
    /// first are taken.
    pub fn new<'a>(files: impl IntoIterator<Item = &'a str>) -> Result<Self, RulesError> {
        let (mut words, mut marks) = (Words::new(), Marks::default());
        let mut languages: Vec<Ruleset> = Vec::new();
        for text in files {
            let file: File = toml::from_str(text)?;
            if languages.iter().any(|known| known.language == file.language) {
                return Err(RulesError::LanguageTwice(file.language));
            }
            if languages.len() == MAX_LANGUAGES {
                return Err(RulesError::TooManyLanguages);
            }
            languages.push(rules::ruleset(file, &mut words, &mut marks)?);
        }
        if languages.is_empty() {
            return Err(RulesError::NoLanguage);
        }
        if let Some((first, others)) = languages.split_first_mut() {
            let signs: Vec<Symbol> = words.signs().collect();
            for other in others {
                other.take_signs(&signs, first);
            }
            first.forget_signs(&signs);
        }
        let says = says(&languages, words.len());
        Ok(Self { words, marks, languages, says })
    }

    /// The rules that are compiled in: English, German, Spanish and French.
    pub fn built_in() -> Self {
        Self::new(DEFAULT).expect("the compiled-in rules are checked by a test")
    }

    /// The languages there are rules for.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        self.languages.iter().map(|rules| rules.language)
    }

    /// What a text asks and feels. `hint` is the language it is known to be in; without one, or without rules for it,
    /// the language is found from the words.
    pub fn classify(&self, text: &str, hint: Option<Language>) -> Finding {
        let text = &text[..text.floor_char_boundary(MAX_JUDGED_BYTES)];
        let parts = spoken::spoken(text, &self.marks);
        let tokens = self.words.tokens(text, &parts);
        let hinted = hint.and_then(|hint| self.languages.iter().find(|rules| rules.language == hint));
        let found = hinted.or_else(|| self.language_of(text, &parts, &tokens));
        let Some(rules) = found.or(self.languages.first()) else { return Finding::default() };
        let mut finding = judge::judge(text, &tokens, rules);
        finding.language = found.map(|rules| rules.language);
        finding
    }

    /// The language of a text by its words and letters; `None` if they tell nothing, or two alike.
    fn language_of(&self, text: &str, parts: &[Range<usize>], tokens: &[words::Token]) -> Option<&Ruleset> {
        let mut sums = [0_u32; MAX_LANGUAGES];
        let told = tokens.iter().take(MAX_TOLD_BY);
        for symbol in told.flat_map(|token| [token.symbol, token.stems[0]]).filter(|symbol| *symbol != words::UNKNOWN) {
            if let Some(says) = self.says.get(symbol as usize) {
                for (sum, said) in sums.iter_mut().zip(says) {
                    *sum += u32::from(*said);
                }
            }
        }
        if !text.is_ascii() {
            for c in parts.iter().flat_map(|part| text[part.clone()].chars()).filter(|c| !c.is_ascii()) {
                for (sum, rules) in sums.iter_mut().zip(&self.languages) {
                    *sum += if rules.letters.contains(&c) { LETTER_SAYS } else { 0 };
                }
            }
        }
        let (best, sum) = sums[..self.languages.len()].iter().enumerate().rev().max_by_key(|(_, sum)| **sum)?;
        let is_tied = sums.iter().enumerate().any(|(i, other)| i != best && other == sum);
        (0 < *sum && !is_tied).then(|| &self.languages[best])
    }

    /// The ask an event opens, if it opens one: `verb` as the vocabulary has it (`None` for one it has not, which asks
    /// if its text does). The verb's class stands, unless it is only an opinion or a mention and the text asks for more.
    /// The kind is the verb's, or else the rating's, or else the text's. What a machine wrote opens nothing.
    pub fn of_event(&self, verb: Option<&Verb>, text: Option<&str>, rating: Option<u8>) -> Option<Finding> {
        let opens = verb.map_or(Some(Opens::IfAsks), |verb| if verb.by == By::Person { verb.ask } else { None })?;
        let said = text.filter(|text| !text.trim().is_empty()).map(|text| self.classify(text, None));
        let class = match (opens, said.as_ref()) {
            (_, Some(said)) if said.is_automatic => return None,
            (Opens::IfAsks, said) => said.map(|said| said.class).filter(|class| class.asks())?,
            (Opens::IfText(_), None) => return None,
            (Opens::Always(class) | Opens::IfText(class), said) => {
                let by_text = said.map(|said| said.class).filter(|by_text| by_text.asks() && !class.asks());
                by_text.unwrap_or(class)
            }
        };
        let kind = verb.map_or(Feeling::ByEvidence, |verb| verb.kind);
        let finding = said.unwrap_or_default();
        Some(Finding { class, kind: kind_of(kind, rating, finding.kind), ..finding })
    }
}

/// What an event feels: as its verb says, or else its rating, or else its text.
fn kind_of(feeling: Feeling, rating: Option<u8>, said: Kind) -> Kind {
    match (feeling, rating) {
        (Feeling::Positive, _) => Kind::Positive,
        (Feeling::Neutral, _) => Kind::Neutral,
        (Feeling::Negative, _) => Kind::Negative,
        (Feeling::ByEvidence, Some(_)) => Kind::of_sign(evidence_of(rating)),
        (Feeling::ByEvidence, None) => said,
    }
}

/// How much each symbol says for each language: less, the more languages share it.
fn says(languages: &[Ruleset], n_symbols: usize) -> Vec<[u8; MAX_LANGUAGES]> {
    let mut says = vec![[0_u8; MAX_LANGUAGES]; n_symbols];
    let mut add = |symbol: Symbol, language: usize, much: u32| {
        let said = &mut says[symbol as usize][language];
        *said = (*said).max(much as u8);
    };
    for (i, rules) in languages.iter().enumerate() {
        for symbol in &rules.vocabulary {
            add(*symbol, i, KNOWN_SAYS);
        }
        for symbol in &rules.common {
            add(*symbol, i, COMMON_SAYS);
        }
    }
    for all in &mut says {
        let n = all.iter().filter(|said| **said != 0).count().max(1);
        for said in all {
            *said /= n as u8;
        }
    }
    says
}
