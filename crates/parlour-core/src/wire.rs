//! Wire dialects: what programs send, to events or refusals. Pure: the bytes, unpacked, and the time of receipt come in.
//!
//! A batch fails as a whole only where it is not JSON or has more events than it may. Everything else is refused event by
//! event, with a reason and with what came.

use crate::event::{Event, Flaw, Layer, MAX_TEXT_BYTES, Name};
use crate::vocabulary::Vocabulary;

mod commerce;
mod ids;
pub mod json;
mod kept;
mod key;
mod moment;
mod money;
mod names;
pub mod native;
pub mod posthog;
pub mod segment;

pub use key::key_in;

/// Most bytes kept of something that was refused.
pub const MAX_RAW_BYTES: usize = 262_144;

/// Where what is decoded comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The source's id, which stands for whoever must not become a person.
    pub id: i64,
    /// What events are about that name nothing else.
    pub brand: Name,
    /// Where they happen unless they say so.
    pub layer: Layer,
}

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Segment's, RudderStack's, Jitsu's.
    Segment(segment::Reading),
    /// PostHog's; with what was said of the time of sending beside the body, microseconds UTC.
    Posthog {
        /// The time of sending.
        sent_at: Option<i64>,
    },
    /// Our own.
    Native,
}

impl Dialect {
    /// Its name, by which what was refused can be decoded again.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Segment(reading) if reading.is_import => "segment_import",
            Self::Segment(_) => "segment",
            Self::Posthog { .. } => "posthog",
            Self::Native => "native",
        }
    }

    /// The dialect of this name, for one item by itself that was kept when it was refused.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "segment" => Some(Self::Segment(segment::Reading::default())),
            "segment_import" => {
                Some(Self::Segment(segment::Reading { is_import: true, ..segment::Reading::default() }))
            }
            "posthog" => Some(Self::Posthog { sent_at: None }),
            "native" => Some(Self::Native),
            _ => None,
        }
    }

    /// Decodes a body.
    pub fn decode(&self, body: &[u8], context: &Context<'_>) -> Result<Decoded, BatchError> {
        match self {
            Self::Segment(reading) => segment::decode(body, *reading, context),
            Self::Posthog { sent_at } => posthog::decode(body, *sent_at, context),
            Self::Native => native::decode(body, context),
        }
    }
}

/// How much one request may bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of an event.
    pub event_bytes: usize,
    /// Events of a batch.
    pub batch_events: usize,
    /// Bytes of a message id.
    pub message_id_bytes: usize,
    /// Levels of the JSON.
    pub json_depth: usize,
}

impl Default for Limits {
    /// Those that Segment documents.
    fn default() -> Self {
        Self { event_bytes: MAX_TEXT_BYTES, batch_events: 2500, message_id_bytes: 100, json_depth: 64 }
    }
}

/// What decoding needs to know besides the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When they came, microseconds UTC.
    pub received_at: i64,
    /// From where.
    pub origin: &'a Origin,
    /// How much there may be.
    pub limits: &'a Limits,
    /// The verbs there are.
    pub vocabulary: &'a Vocabulary,
    /// Values that are nobody's id.
    pub blocked_ids: &'a [String],
}

/// What came of a request.
#[derive(Debug, Default)]
pub struct Decoded {
    /// Every event that can be taken, in the order of the items.
    pub events: Vec<Event>,
    /// What became of each thing that was sent.
    pub items: Vec<Item>,
    /// Where an item may have a write key.
    keys: kept::Keys,
    /// What was said beside the items, as JSON, without which none of them could be decoded by itself.
    beside: Vec<(&'static str, String)>,
}

/// What became of one thing that was sent.
#[derive(Debug)]
pub enum Item {
    /// The next so many of the events are what it says; none where it says nothing that is kept.
    Taken {
        /// How many.
        n: usize,
    },
    /// It cannot be taken.
    Refused(Box<Refusal>),
}

/// Something that cannot be taken.
#[derive(Debug)]
pub struct Refusal {
    /// The sender's id of it, where that can be read.
    pub message: Option<String>,
    /// Which field is wrong, where one is.
    pub field: Option<String>,
    /// Why.
    pub flaw: Flaw,
    /// What came, without write keys and with what was said beside it; at most [`MAX_RAW_BYTES`] of it.
    pub raw: Vec<u8>,
}

/// Why nothing of a request can be taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BatchError {
    /// Not JSON.
    #[error(transparent)]
    Json(json::JsonError),
    /// Not UTF-8.
    #[error("the body is not UTF-8 (byte {at}); encode it as UTF-8")]
    Encoding {
        /// The first byte that is not.
        at: usize,
    },
    /// JSON, but no events in it.
    #[error("the body has no events; send {expected}")]
    NoEvents {
        /// What it should be.
        expected: &'static str,
    },
    /// More events than `batch_events`.
    #[error(transparent)]
    TooMany(json::JsonError),
}

impl From<json::JsonError> for BatchError {
    fn from(error: json::JsonError) -> Self {
        match error {
            json::JsonError::TooMany { .. } => Self::TooMany(error),
            json::JsonError::Syntax { .. } | json::JsonError::TooDeep { .. } => Self::Json(error),
        }
    }
}

/// A wrong item: the flaw and the field in which it lies.
type Wrong = (Flaw, Option<String>);

fn wrong<T>(field: &str, message: String) -> Result<T, Wrong> {
    Err((Flaw::Unreadable(message), Some(field.to_owned())))
}

/// The text of a body, without a byte order mark.
fn text_of(body: &[u8]) -> Result<&str, BatchError> {
    let text = std::str::from_utf8(body).map_err(|error| BatchError::Encoding { at: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The JSON of a body.
fn document<'b>(body: &'b [u8], limits: &Limits) -> Result<json::Document<'b>, BatchError> {
    Ok(json::Document::parse_batch(text_of(body)?, limits.json_depth, limits.batch_events)?)
}

/// A short piece of something sent, to be shown in a sentence.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let piece: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if piece.len() < text.len() { format!("{piece}…") } else { piece }
}

impl Decoded {
    /// Makes room for so many items, if there may be so many.
    fn with_room(n: usize, limits: &Limits) -> Result<Self, BatchError> {
        if limits.batch_events < n {
            return Err(json::JsonError::TooMany { most: limits.batch_events }.into());
        }
        Ok(Self { events: Vec::with_capacity(n), items: Vec::with_capacity(n), ..Self::default() })
    }

    /// Notes what became of an item; what it added to the events before it failed is taken back.
    fn note(&mut self, n_before: usize, outcome: Result<(), Wrong>, item: json::Value<'_>, received_at: i64) {
        let outcome = outcome.and_then(|()| {
            let flaw = self.events[n_before..].iter().find_map(|event| event.flaw(received_at));
            flaw.map_or(Ok(()), |flaw| Err((flaw, None)))
        });
        let item = match outcome {
            Ok(()) => Item::Taken { n: self.events.len() - n_before },
            Err((flaw, field)) => {
                self.events.truncate(n_before);
                let field = field.or_else(|| flaw.field().map(str::to_owned));
                let message = ["messageId", "uuid", "id"].iter().find_map(|name| item.get(name)?.text());
                let mut raw = kept::without_keys(item, self.keys, &self.beside);
                let mut end = raw.len().min(MAX_RAW_BYTES);
                while !raw.is_char_boundary(end) {
                    end -= 1;
                }
                raw.truncate(end);
                let message = message.map(std::borrow::Cow::into_owned);
                Item::Refused(Box::new(Refusal { message, field, flaw, raw: raw.into_bytes() }))
            }
        };
        self.items.push(item);
    }
}

#[cfg(test)]
mod tests;
