//! The vocabulary: what each verb is worth and says of feeling, read from a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ask::Opens;
use crate::event::{BACK, Layer};

/// The vocabulary that is compiled in.
pub const DEFAULT: &str = include_str!("../../../vocabulary.toml");

/// The feeling a verb expresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Feeling {
    /// Positive.
    #[serde(rename = "+")]
    Positive,
    /// Neither.
    #[serde(rename = "0")]
    Neutral,
    /// Negative.
    #[serde(rename = "-")]
    Negative,
    /// As the rating or the text says.
    #[serde(rename = "±")]
    ByEvidence,
}

/// What a verb does to custom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    #[default]
    None,
    /// Makes a customer; its value counts.
    Purchase,
    /// Makes a customer, and goes on with a contract; its value counts.
    Renewal,
    /// Takes value back.
    Refund,
    /// Ends a contract.
    Cancellation,
}

/// Whose verb it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A person's.
    #[default]
    Person,
    /// The brand's, toward a person.
    Brand,
    /// Derived by the system.
    System,
}

/// One verb.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verb {
    /// ActivityStreams 2.0 or schema.org Action type.
    pub as2: String,
    /// The feeling it expresses.
    pub kind: Feeling,
    /// Points for one, before layer and decay.
    pub points: f64,
    /// The ask it opens, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Opens>,
    /// What it does to custom.
    #[serde(default)]
    pub role: Role,
    /// Whose verb it is.
    #[serde(default)]
    pub by: By,
    /// What it does to the asks of whoever the brand speaks to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
}

/// What an act of the brand is to an open ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// A human answers it.
    Human,
    /// A machine acknowledges it, and it stays open.
    Machine,
    /// It is closed: with a text by an answer, else without one.
    Closes,
}

/// Every verb, layer factor and outside name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Which edition this is.
    pub version: u32,
    /// Factor of each layer.
    pub layers: BTreeMap<Layer, f64>,
    /// The verbs by name.
    pub verbs: BTreeMap<String, Verb>,
    /// Names as they come from outside, and the verb each stands for.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

/// Most points a verb may have, and the largest factor of a layer.
pub const MAX_POINTS: f64 = 1000.0;

/// Why a vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// Not readable.
    #[error("the vocabulary cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// A factor is missing.
    #[error("the vocabulary has no factor for layer `{0}`; add it under [layers]")]
    LayerMissing(&'static str),
    /// A number outside its range.
    #[error("`{0}` must be between 0 and {MAX_POINTS}")]
    OutOfRange(String),
    /// A name for a verb that is not there.
    #[error("name `{0}` stands for `{1}`, which is no verb of this vocabulary")]
    NameOfNothing(String, String),
}

impl Vocabulary {
    /// Reads and checks a vocabulary.
    pub fn parse(text: &str) -> Result<Self, VocabularyError> {
        let vocabulary: Self = toml::from_str(text)?;
        vocabulary.check()?;
        Ok(vocabulary)
    }

    fn check(&self) -> Result<(), VocabularyError> {
        for layer in Layer::ALL {
            if !self.layers.contains_key(&layer) {
                return Err(VocabularyError::LayerMissing(layer.name()));
            }
        }
        let points = self.verbs.iter().map(|(name, verb)| (name.clone(), verb.points));
        let factors = self.layers.iter().map(|(layer, factor)| (layer.name().to_owned(), *factor));
        for (name, number) in points.chain(factors) {
            if !(0.0..=MAX_POINTS).contains(&number) {
                return Err(VocabularyError::OutOfRange(name));
            }
        }
        for (name, verb) in &self.names {
            if !self.verbs.contains_key(verb) {
                return Err(VocabularyError::NameOfNothing(name.clone(), verb.clone()));
            }
        }
        Ok(())
    }

    /// How a verb from outside is stored: as itself if the vocabulary has it, else as `did:<name>`. Mapped names stay
    /// `did:` too and are resolved when reading, so that mapping one later maps its past.
    pub fn stored_name(&self, name: &str) -> String {
        if self.verbs.contains_key(name) || name.starts_with("did:") { name.to_owned() } else { format!("did:{name}") }
    }

    /// The vocabulary's own name for what a brand did, as it is stored; `None` if unknown or done by a person.
    pub fn resolve_back<'a>(&'a self, stored: &'a str) -> Option<&'a str> {
        self.resolve(stored.strip_prefix(BACK)?)
    }

    /// The vocabulary's own name for a stored verb of a person, following the mapping of outside names; `None` if unknown. A verb that
    /// joined the vocabulary later claims what was stored as `did:` before.
    pub fn resolve<'a>(&'a self, stored: &'a str) -> Option<&'a str> {
        let Some(outside) = stored.strip_prefix("did:") else {
            return self.verbs.contains_key(stored).then_some(stored);
        };
        let mapped = self.names.get(outside).map(String::as_str);
        mapped.or_else(|| self.verbs.contains_key(outside).then_some(outside))
    }
}

impl Default for Vocabulary {
    /// The vocabulary that is compiled in.
    fn default() -> Self {
        Self::parse(DEFAULT).expect("the compiled-in vocabulary is checked by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_holds_and_maps_names() {
        let vocabulary = Vocabulary::default();
        assert!(vocabulary.verbs.len() > 80, "{}", vocabulary.verbs.len());
        assert_eq!(vocabulary.stored_name("bought"), "bought");
        assert_eq!(vocabulary.stored_name("Order Completed"), "did:Order Completed");
        assert_eq!(vocabulary.resolve("did:Order Completed"), Some("bought"));
        assert_eq!(vocabulary.resolve("did:sneezed"), None);
        assert_eq!(vocabulary.resolve("did:bought"), Some("bought"));
        assert_eq!((vocabulary.resolve("back:replied"), vocabulary.resolve_back("replied")), (None, None));
        assert_eq!(vocabulary.resolve_back("back:did:replied"), Some("replied"));
    }

    #[test]
    fn a_wrong_vocabulary_is_refused_by_name() {
        let broken = DEFAULT.replace("clicked = { as2 = \"View\", kind = \"0\", points = 1 }", "");
        let error = Vocabulary::parse(&broken).unwrap_err().to_string();
        assert!(error.contains("Product Clicked"), "{error}");
        let error = Vocabulary::parse(&DEFAULT.replace("game = 0.5", "game = -1")).unwrap_err().to_string();
        assert!(error.contains("game"), "{error}");
    }
}
