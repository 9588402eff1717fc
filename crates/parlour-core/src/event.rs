//! Events: one thing that happened once, and what makes one unacceptable.

use serde::{Deserialize, Serialize};

use crate::key::{Key, KeySecret};

/// Longest id (of a subject, object or message), in bytes.
pub const MAX_ID_BYTES: usize = 512;
/// Longest kind of id, in bytes.
pub const MAX_KIND_BYTES: usize = 40;
/// Longest verb, in bytes.
pub const MAX_VERB_BYTES: usize = 200;
/// Longest text, in bytes.
pub const MAX_TEXT_BYTES: usize = 32_768;
/// Largest amount, in minor units either way: ten billion in a currency of two decimals.
pub const MAX_VALUE_MINOR: i64 = 1_000_000_000_000;
/// Earliest acceptable time: 1900-01-01, in microseconds.
pub const MIN_AT: i64 = -2_208_988_800_000_000;
/// How far ahead of its receipt an event may lie, in microseconds: one day, for clocks that go wrong.
pub const MAX_AHEAD: i64 = 86_400_000_000;
/// Most further ids of its subject that one event may carry.
pub const MAX_ALSO: usize = 16;
/// Kinds of subject that are no person: what they do is told from the other end, see [`Event::turned`].
pub const BRAND_KINDS: [&str; 3] = ["brand", "company", "product"];
/// What the stored verb of an act of the brand begins with.
pub const BACK: &str = "back:";

/// Where something was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Layer {
    /// Face to face.
    Face,
    /// The web.
    #[default]
    Web,
    /// Social networks.
    Social,
    /// The hub around the networks.
    Hub,
    /// Mobile.
    Mobile,
    /// The virtual layer over the real world.
    Virtual,
    /// Games.
    Game,
}

impl Layer {
    /// Every layer, in the order of its number.
    pub const ALL: [Self; 7] =
        [Self::Face, Self::Web, Self::Social, Self::Hub, Self::Mobile, Self::Virtual, Self::Game];

    /// The layer's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Web => "web",
            Self::Social => "social",
            Self::Hub => "hub",
            Self::Mobile => "mobile",
            Self::Virtual => "virtual",
            Self::Game => "game",
        }
    }

    /// The layer of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }
}

/// Whose premises it was done on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// The brand's own.
    #[default]
    Owned,
    /// Anyone else's.
    Elsewhere,
}

/// An ISO 4217 code, packed; `NONE` where there is no money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Currency([u8; 3]);

impl Currency {
    /// No currency.
    pub const NONE: Self = Self([0; 3]);

    /// The currency of a code of three letters, either case. Whether a country uses it is not asked.
    pub fn of_code(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// Its three letters, or nothing.
    pub fn code(&self) -> &str {
        if *self == Self::NONE { "" } else { std::str::from_utf8(&self.0).unwrap_or_default() }
    }

    /// Decimals between its major and its minor unit (ISO 4217).
    pub fn decimals(&self) -> u32 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

/// An amount in minor units of its currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
}

/// Points to a person or a thing by its kind and the id it came with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Name {
    /// The kind of entity or of id: `user`, `email`, `customer`, `brand`, `product` …
    pub kind: String,
    /// The id as it came.
    pub id: String,
}

impl Name {
    /// The name of `id` of this `kind`.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }

    /// Its key.
    pub fn key(&self, secret: &KeySecret) -> Key {
        secret.key(&self.kind, &self.id)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// One thing that happened once. Immutable: a correction is a new event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The sender's id for this event, by which a repeat is known; without one nothing is a repeat.
    pub message: Option<String>,
    /// When it happened, microseconds UTC.
    pub at: i64,
    /// What the sender's clock said, where `at` was corrected for it, microseconds UTC.
    pub said_at: Option<i64>,
    /// Whether the sender gave no time, so that `at` is when it came and differs each time it is sent.
    #[serde(default)]
    pub undated: bool,
    /// Who did it, by the id it came with.
    pub subject: Name,
    /// Further ids of the same subject, each of which says "this is the same person".
    pub also: Vec<Name>,
    /// What was done: a verb of the vocabulary, or `did:<name>`.
    pub verb: String,
    /// Toward what.
    pub object: Name,
    /// What the object belongs to (a product its brand), where the sender said so.
    pub parent: Option<Name>,
    /// Where.
    pub layer: Layer,
    /// On whose premises.
    pub space: Space,
    /// Whom or what else it was directed at.
    pub target: Option<Name>,
    /// The message it answers.
    pub reply_to: Option<String>,
    /// What was said.
    pub text: Option<String>,
    /// The rating given, 1 to 5 stars.
    pub rating: Option<u8>,
    /// What it was worth.
    pub value: Option<Money>,
    /// How long it took, seconds.
    pub seconds: u32,
    /// Whether the subject was paid for it; then it counts half.
    pub paid: bool,
    /// Whether it counts at all (an import of attributes does not).
    pub scored: bool,
    /// Everything else the sender said, as one JSON object.
    pub extra: Option<String>,
}

impl Event {
    /// An event with nothing but what every event has: layer web, own space, scored, not paid for.
    pub fn new(at: i64, subject: Name, verb: impl Into<String>, object: Name) -> Self {
        Self {
            message: None,
            at,
            said_at: None,
            undated: false,
            subject,
            also: Vec::new(),
            verb: verb.into(),
            object,
            parent: None,
            layer: Layer::default(),
            space: Space::default(),
            target: None,
            reply_to: None,
            text: None,
            rating: None,
            value: None,
            seconds: 0,
            paid: false,
            scored: true,
            extra: None,
        }
    }

    /// The event as it is kept. What a brand does toward a person lies with that person: their id is the subject, the
    /// brand the object, and the verb begins with [`BACK`]. So both directions of a relation lie together, and there is
    /// no object for every person. Other events stay as they are.
    #[must_use]
    pub fn turned(mut self) -> Self {
        if self.is_by_brand() {
            std::mem::swap(&mut self.subject, &mut self.object);
            self.verb.insert_str(0, BACK);
            self.also.clear();
            self.parent = None;
        }
        self
    }

    /// Whether a brand does it toward a person, and it is not turned yet.
    pub fn is_by_brand(&self) -> bool {
        let is_brand = |name: &Name| BRAND_KINDS.contains(&name.kind.as_str());
        is_brand(&self.subject) && !is_brand(&self.object)
    }

    /// What makes this event unacceptable, if anything; `received_at` in microseconds UTC.
    pub fn flaw(&self, received_at: i64) -> Option<Flaw> {
        let names = [Some(&self.object), self.parent.as_ref(), self.target.as_ref()];
        id_flaw("subject", &self.subject)
            .or_else(|| names.into_iter().flatten().find_map(|name| id_flaw("object", name)))
            .or_else(|| self.also.iter().find_map(|name| id_flaw("also", name)))
            .or_else(|| (self.also.len() > MAX_ALSO).then_some(Flaw::TooManyIds))
            .or_else(|| verb_flaw(&self.verb))
            .or_else(|| self.time_flaw(received_at))
            .or_else(|| self.measure_flaw())
    }

    fn time_flaw(&self, received_at: i64) -> Option<Flaw> {
        if self.at < MIN_AT {
            return Some(Flaw::TooEarly);
        }
        (self.at > received_at.saturating_add(MAX_AHEAD)).then_some(Flaw::InTheFuture)
    }

    fn measure_flaw(&self) -> Option<Flaw> {
        let is_long = |text: &Option<String>, most| text.as_ref().is_some_and(|t| t.len() > most);
        if self.value.is_some_and(|v| v.minor.unsigned_abs() > MAX_VALUE_MINOR as u64) {
            Some(Flaw::ValueTooLarge)
        } else if self.rating.is_some_and(|stars| !(1..=5).contains(&stars)) {
            Some(Flaw::RatingOutOfRange)
        } else if is_long(&self.text, MAX_TEXT_BYTES) || is_long(&self.extra, MAX_TEXT_BYTES) {
            Some(Flaw::TextTooLong)
        } else if is_long(&self.message, MAX_ID_BYTES) || is_long(&self.reply_to, MAX_ID_BYTES) {
            Some(Flaw::IdTooLong { field: "message" })
        } else {
            // A NUL is no text to PostgreSQL.
            let texts = [("text", &self.text), ("extra", &self.extra), ("message", &self.message)];
            let with_nul = texts.into_iter().find(|(_, text)| text.as_ref().is_some_and(|text| text.contains('\0')));
            with_nul.map(|(field, _)| Flaw::ControlCharacter { field })
        }
    }

    /// The evidence for liking or disliking that the event itself carries: −1, 0 or +1, from its rating.
    pub fn evidence(&self) -> i8 {
        evidence_of(self.rating)
    }
}

/// The evidence of a rating: −1 for 1 or 2 stars, +1 for 4 or 5, else 0.
pub fn evidence_of(rating: Option<u8>) -> i8 {
    match rating {
        Some(1 | 2) => -1,
        Some(4 | 5) => 1,
        _ => 0,
    }
}

fn id_flaw(field: &'static str, name: &Name) -> Option<Flaw> {
    if name.id.is_empty() || name.kind.is_empty() {
        Some(Flaw::IdMissing { field })
    } else if name.id.len() > MAX_ID_BYTES || name.kind.len() > MAX_KIND_BYTES {
        Some(Flaw::IdTooLong { field })
    } else {
        (has_control(&name.id) || has_control(&name.kind)).then_some(Flaw::ControlCharacter { field })
    }
}

fn has_control(text: &str) -> bool {
    // Nearly no text has a byte that could be part of one. Counting, unlike searching, looks at many bytes at a time.
    let may_be = |b: &u8| matches!(b, 0..0x20 | 0x7f | 0xc2);
    0 < text.as_bytes().iter().filter(|b| may_be(b)).count() && text.chars().any(char::is_control)
}

fn verb_flaw(verb: &str) -> Option<Flaw> {
    if verb.is_empty() || verb == "did:" {
        Some(Flaw::VerbMissing)
    } else if has_control(verb) {
        Some(Flaw::ControlCharacter { field: "verb" })
    } else {
        (verb.len() > MAX_VERB_BYTES).then_some(Flaw::VerbTooLong)
    }
}

/// Why an event is not accepted: a closed list, so that every reason can be counted and explained.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Flaw {
    /// No subject, object or kind of id.
    #[error("`{field}` has no id; give the column or field that holds it")]
    IdMissing {
        /// Which.
        field: &'static str,
    },
    /// An id beyond `MAX_ID_BYTES` or a kind beyond `MAX_KIND_BYTES`.
    #[error("the id in `{field}` is longer than {MAX_ID_BYTES} bytes (its kind: {MAX_KIND_BYTES}); shorten or hash it")]
    IdTooLong {
        /// Which.
        field: &'static str,
    },
    /// A control character in an id or verb, or a NUL in a text.
    #[error("`{field}` has control characters in it; remove them")]
    ControlCharacter {
        /// Which.
        field: &'static str,
    },
    /// More than `MAX_ALSO` further ids.
    #[error("more than {MAX_ALSO} further ids in one event; send several events")]
    TooManyIds,
    /// No verb.
    #[error("`verb` is empty; say what was done, such as `bought`")]
    VerbMissing,
    /// A verb beyond `MAX_VERB_BYTES`.
    #[error("`verb` is longer than {MAX_VERB_BYTES} bytes; put the detail into `extra`")]
    VerbTooLong,
    /// Before 1900.
    #[error("`at` lies before 1900-01-01; check the date's format")]
    TooEarly,
    /// More than a day ahead.
    #[error("`at` lies more than a day in the future; check the date's format and the sender's clock")]
    InTheFuture,
    /// Beyond `MAX_VALUE_MINOR`.
    #[error("`value` is larger than {MAX_VALUE_MINOR} minor units; check the column")]
    ValueTooLarge,
    /// Not 1 to 5.
    #[error("`rating` is not 1 to 5 stars")]
    RatingOutOfRange,
    /// Beyond `MAX_TEXT_BYTES`.
    #[error("`text` or `extra` is longer than {MAX_TEXT_BYTES} bytes; shorten it")]
    TextTooLong,
    /// Beyond the setting `ingest.event_bytes`.
    #[error("the event has {n_bytes} bytes and may have {most} (`ingest.event_bytes`); leave out what nobody needs")]
    EventTooLarge {
        /// How many it has.
        n_bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// Beyond the setting `ingest.message_id_bytes`.
    #[error("the message id is longer than {most} bytes (`ingest.message_id_bytes`); use a UUID")]
    MessageTooLong {
        /// How many it may have.
        most: usize,
    },
    /// Something else in the place of an event.
    #[error("this is not a JSON object; send each event as one")]
    NotAnEvent,
    /// A field that an event does not have.
    #[error("`{0}` is not a field of an event; put what you want to keep into `extra`")]
    UnknownField(String),
    /// The decoder could not read a field.
    #[error("{0}")]
    Unreadable(String),
    /// Whoever it is of was erased.
    #[error("whoever this is of was erased at their own wish, and nothing more of them is taken in")]
    Erased,
    /// The same message id came before with another body.
    #[error("message id `{0}` was accepted before with other content; give each event its own id")]
    Conflict(String),
}

impl Flaw {
    /// The reason's short name, for counting.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::IdMissing { .. } => "id_missing",
            Self::IdTooLong { .. } => "id_too_long",
            Self::ControlCharacter { .. } => "control_character",
            Self::TooManyIds => "too_many_ids",
            Self::VerbMissing => "verb_missing",
            Self::VerbTooLong => "verb_too_long",
            Self::TooEarly => "too_early",
            Self::InTheFuture => "in_the_future",
            Self::ValueTooLarge => "value_too_large",
            Self::RatingOutOfRange => "rating_out_of_range",
            Self::TextTooLong => "text_too_long",
            Self::EventTooLarge { .. } => "event_too_large",
            Self::MessageTooLong { .. } => "message_too_long",
            Self::NotAnEvent => "not_an_event",
            Self::UnknownField(_) => "unknown_field",
            Self::Unreadable(_) => "unreadable",
            Self::Conflict(_) => "conflict",
        }
    }

    /// The field in which it lies, where the reason itself says one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::IdMissing { field } | Self::IdTooLong { field } | Self::ControlCharacter { field } => Some(field),
            Self::Erased => Some("subject"),
            Self::TooManyIds => Some("also"),
            Self::VerbMissing | Self::VerbTooLong => Some("verb"),
            Self::TooEarly | Self::InTheFuture => Some("at"),
            Self::ValueTooLarge => Some("value"),
            Self::RatingOutOfRange => Some("rating"),
            Self::TextTooLong => Some("text"),
            Self::MessageTooLong { .. } | Self::Conflict(_) => Some("id"),
            Self::UnknownField(field) => Some(field),
            Self::EventTooLarge { .. } | Self::NotAnEvent | Self::Unreadable(_) => None,
        }
    }
}
