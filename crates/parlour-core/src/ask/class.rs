//! What a text or an event asks of a brand, and when a verb opens an ask.

use serde::{Deserialize, Serialize};

/// What something said expects back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// To know something.
    Question,
    /// Something done.
    Request,
    /// Something that went wrong put right.
    Complaint,
    /// A thought about how it could be better.
    Suggestion,
    /// A judgement.
    Opinion,
    /// The brand is named, and no more.
    Mention,
    /// Nothing.
    #[default]
    None,
}

impl Class {
    /// Every class, in the order of its number.
    pub const ALL: [Self; 7] =
        [Self::Question, Self::Request, Self::Complaint, Self::Suggestion, Self::Opinion, Self::Mention, Self::None];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Request => "request",
            Self::Complaint => "complaint",
            Self::Suggestion => "suggestion",
            Self::Opinion => "opinion",
            Self::Mention => "mention",
            Self::None => "none",
        }
    }

    /// The class of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether it asks for more than an answer.
    pub(super) fn asks_more_than_to_know(self) -> bool {
        match self {
            Self::Request | Self::Complaint | Self::Suggestion => true,
            Self::Question | Self::Opinion | Self::Mention | Self::None => false,
        }
    }

    /// Whether it asks for something: an opinion and a mention may be left standing, these four may not.
    pub fn asks(self) -> bool {
        match self {
            Self::Question | Self::Request | Self::Complaint | Self::Suggestion => true,
            Self::Opinion | Self::Mention | Self::None => false,
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The feeling something expresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Kind {
    /// Negative.
    #[serde(rename = "-")]
    Negative,
    /// Neither, or nothing to go by.
    #[default]
    #[serde(rename = "0")]
    Neutral,
    /// Positive.
    #[serde(rename = "+")]
    Positive,
}

impl Kind {
    /// −1, 0 or +1, as activity keeps it.
    pub fn sign(self) -> i8 {
        match self {
            Self::Negative => -1,
            Self::Neutral => 0,
            Self::Positive => 1,
        }
    }

    /// The kind of a sign, as activity keeps it.
    pub fn of_sign(sign: i8) -> Self {
        match sign.signum() {
            -1 => Self::Negative,
            0 => Self::Neutral,
            _ => Self::Positive,
        }
    }

    /// As it is written: `+`, `0` or `-`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Negative => "-",
            Self::Neutral => "0",
            Self::Positive => "+",
        }
    }
}

/// Which ask a verb opens, and when: the vocabulary's `ask`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opens {
    /// One of this class, always.
    Always(Class),
    /// One of this class if something was said (`opinion_if_text`).
    IfText(Class),
    /// One of the class its text has, if the text asks (`if_asks`).
    IfAsks,
}

const IF_TEXT: &str = "_if_text";
const IF_ASKS: &str = "if_asks";

impl Opens {
    /// Reads the vocabulary's way of writing it.
    pub fn of_name(name: &str) -> Option<Self> {
        let class = |name: &str| Class::of_name(name).filter(|class| *class != Class::None);
        match name.strip_suffix(IF_TEXT) {
            _ if name == IF_ASKS => Some(Self::IfAsks),
            Some(stem) => class(stem).map(Self::IfText),
            None => class(name).map(Self::Always),
        }
    }
}

impl std::fmt::Display for Opens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Always(class) => f.write_str(class.name()),
            Self::IfText(class) => write!(f, "{class}{IF_TEXT}"),
            Self::IfAsks => f.write_str(IF_ASKS),
        }
    }
}

impl Serialize for Opens {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Opens {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::of_name(&name).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{name}` is no ask; write `if_asks`, a class such as `question`, or one such as `opinion_if_text`"
            ))
        })
    }
}
