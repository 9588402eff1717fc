//! Mappings: how a JSON body that knows nothing of us becomes events, by an expression in CEL for each field.
//!
//! Written by whoever may change Settings, run on what strangers send: so expressions are short, walk a list at most
//! once, and a body has its time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cel::objects::{Key, Map};
use cel::{Context, ExecutionError, Program, Value};
use parlour_core::event::{Currency, Event, Flaw, Layer, MAX_ALSO, MAX_TEXT_BYTES, Money, Name};
use parlour_core::vocabulary::Vocabulary;
use serde::Deserialize;

use crate::source::Source;

/// Longest mapping, bytes.
pub const MAX_MAPPING_BYTES: usize = 16 << 10;
/// Longest expression, bytes.
const MAX_EXPRESSION_BYTES: usize = 1000;
/// Most events of one body.
const MAX_EVENTS: usize = 2500;
/// How long one body may take.
const MAX_TIME: Duration = Duration::from_secs(1);
/// What walks a list.
const WALKS: [&str; 5] = [".map(", ".filter(", ".all(", ".exists(", ".exists_one("];
/// Numbers from here on are milliseconds since 1970, not seconds.
const MILLIS_FROM: f64 = 1e11;

/// A mapping as it is written: JSON, whose texts are CEL but for the kinds of ids and where a broker is found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    broker: Option<String>,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    ca: Option<String>,
    #[serde(default)]
    when: Option<String>,
    #[serde(default)]
    each: Option<String>,
    subject: String,
    #[serde(default)]
    subject_kind: Option<String>,
    #[serde(default)]
    also: BTreeMap<String, String>,
    verb: String,
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    object_kind: Option<String>,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    value_minor: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    rating: Option<String>,
    #[serde(default)]
    layer: Option<String>,
    #[serde(default)]
    reply_to: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    reply_address: Option<String>,
}

/// What a conversation needs and an event has no field for; kept in `extra`.
const BESIDE: [&str; 2] = ["title", "reply_address"];

/// A mapping that can be run.
#[derive(Debug)]
pub struct Mapping {
    programs: HashMap<&'static str, Program>,
    also: Vec<(String, Program)>,
    subject_kind: String,
    object_kind: String,
    /// The address of a broker, for a source of kind `mqtt`.
    pub(crate) broker: Option<String>,
    /// The topics that it is subscribed to.
    pub(crate) topic: Option<String>,
    /// Certificates of those who may vouch for the broker, as PEM.
    pub(crate) ca: Option<String>,
}

/// What is mapped, and what is taken where the mapping says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// The JSON; of a broker's message, with its topic around it.
    pub raw: &'a [u8],
    /// The request's headers, names in lower case.
    pub headers: &'a [(String, String)],
    /// When it came, microseconds UTC.
    pub received_at: i64,
    /// The source's brand.
    pub brand: &'a Name,
    /// The source's layer.
    pub layer: Layer,
    /// What names it as a whole, where the mapping names no event.
    pub message: Option<&'a str>,
    /// Where a broker's message was published.
    pub topic: Option<&'a str>,
}

impl<'a> Body<'a> {
    /// A body of a source that came without headers.
    pub(crate) fn of(source: &'a Source, raw: &'a [u8], received_at: i64) -> Self {
        let (brand, layer) = (&source.brand, source.layer);
        Self { raw, headers: &[], received_at, brand, layer, message: None, topic: None }
    }
}

impl Mapping {
    /// Reads a mapping; else what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if MAX_MAPPING_BYTES < text.len() {
            return Err(format!("the mapping is longer than {MAX_MAPPING_BYTES} bytes"));
        }
        let written: Written =
            serde_json::from_str(text).map_err(|error| format!("the mapping cannot be read: {error}"))?;
        let Written { when, each, at, message, value, value_minor, currency, text, rating, layer, .. } = written;
        let fields = [
            ("when", when),
            ("each", each),
            ("subject", Some(written.subject)),
            ("verb", Some(written.verb)),
            ("object", written.object),
            ("at", at),
            ("message", message),
            ("value", value),
            ("value_minor", value_minor),
            ("currency", currency),
            ("text", text),
            ("rating", rating),
            ("layer", layer),
            ("reply_to", written.reply_to),
            ("title", written.title),
            ("reply_address", written.reply_address),
        ];
        let mut programs = HashMap::new();
        for (field, text) in fields {
            if let Some(text) = text {
                programs.insert(field, program(field, &text)?);
            }
        }
        if MAX_ALSO < written.also.len() {
            return Err(format!("`also` has more than {MAX_ALSO} kinds of id"));
        }
        let also = written.also.into_iter().map(|(kind, text)| Ok((kind, program("also", &text)?)));
        Ok(Self {
            broker: written.broker,
            topic: written.topic,
            ca: written.ca,
            programs,
            also: also.collect::<Result<_, String>>()?,
            subject_kind: written.subject_kind.unwrap_or_else(|| "user".to_owned()),
            object_kind: written.object_kind.unwrap_or_else(|| "product".to_owned()),
        })
    }

    /// The events of a body; none where `when` says that it is no business of ours.
    pub fn events(&self, body: &Body<'_>, vocabulary: &Vocabulary) -> Result<Vec<Event>, Flaw> {
        let mut json: serde_json::Value = serde_json::from_slice(body.raw)
            .map_err(|error| Flaw::Unreadable(format!("the body is no JSON: {error}")))?;
        let begun = Instant::now();
        let mut context = Context::default();
        if let Some(topic) = body.topic {
            json = json["body"].take();
            let levels = topic.split('/').map(|level| level.to_owned().into()).collect();
            context.add_variable_from_value("topic", topic.to_owned());
            context.add_variable_from_value("levels", Value::List(Arc::new(levels)));
        }
        context.add_variable_from_value("body", cel_of(&json));
        let headers = body.headers.iter().map(|(name, value)| (name.clone(), value.clone().into()));
        context.add_variable_from_value("headers", map_of(headers));
        if let Some(Value::Bool(false)) = self.value("when", &context)? {
            return Ok(Vec::new());
        }
        let Some(items) = self.value("each", &context)? else {
            return Ok(vec![self.event(body, &context, vocabulary, body.raw)?]);
        };
        let Value::List(items) = items else {
            return Err(Flaw::Unreadable("`each` is no list".to_owned()));
        };
        if MAX_EVENTS < items.len() {
            return Err(Flaw::Unreadable(format!("`each` has more than {MAX_EVENTS} items")));
        }
        let mut events = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if MAX_TIME < begun.elapsed() {
                return Err(Flaw::Unreadable("the mapping takes longer than a second for this body".to_owned()));
            }
            let mut context = context.new_inner_scope();
            context.add_variable_from_value("item", item.clone());
            let raw = item.json().map(|item| item.to_string()).unwrap_or_default();
            let mut event = self.event(body, &context, vocabulary, raw.as_bytes())?;
            if !self.programs.contains_key("message") {
                // What names the whole body names none of its events.
                event.message = event.message.map(|message| format!("{message}#{i}"));
            }
            events.push(event);
        }
        Ok(events)
    }

    fn event(
        &self,
        body: &Body<'_>,
        context: &Context<'_, '_>,
        vocabulary: &Vocabulary,
        raw: &[u8],
    ) -> Result<Event, Flaw> {
        let needed = |field: &'static str| {
            self.text(field, context)?.ok_or_else(|| Flaw::Unreadable(format!("`{field}` is nothing in this body")))
        };
        let said_at = self.value("at", context)?.as_ref().map(micros_of).transpose()?;
        let at = said_at.unwrap_or(body.received_at);
        let object = self.text("object", context)?.map(|id| Name::new(self.object_kind.clone(), id));
        let subject = Name::new(self.subject_kind.clone(), needed("subject")?);
        let verb = vocabulary.stored_name(&needed("verb")?);
        let event = Event::new(at, subject, verb, body.brand.clone());
        let mut event = Event { undated: said_at.is_none(), ..event };
        if let Some(object) = object {
            event.parent = (object != *body.brand).then(|| body.brand.clone());
            event.object = object;
        }
        for (kind, program) in &self.also {
            if let Some(id) = run("also", program, context)?.as_ref().and_then(text_of) {
                event.also.push(Name::new(kind.clone(), id));
            }
        }
        event.message = self.text("message", context)?.or_else(|| body.message.map(str::to_owned));
        event.text = self.text("text", context)?;
        event.layer = match self.text("layer", context)? {
            Some(name) => Layer::of_name(&name).ok_or_else(|| Flaw::Unreadable(format!("`{name}` is no layer")))?,
            None => body.layer,
        };
        event.rating = match self.value("rating", context)? {
            Some(value) => Some(stars_of(&value)?),
            None => None,
        };
        event.value = self.money(context)?;
        event.reply_to = self.text("reply_to", context)?;
        event.extra = self.extra(raw, context)?;
        Ok(event)
    }

    /// What came, with what a conversation needs beside.
    fn extra(&self, raw: &[u8], context: &Context<'_, '_>) -> Result<Option<String>, Flaw> {
        let raw = std::str::from_utf8(raw).ok().filter(|raw| raw.len() <= MAX_TEXT_BYTES);
        let mut beside = serde_json::Map::new();
        for field in BESIDE {
            if let Some(text) = self.text(field, context)? {
                beside.insert(field.to_owned(), text.into());
            }
        }
        if beside.is_empty() {
            return Ok(raw.map(str::to_owned));
        }
        let came = raw.and_then(|raw| serde_json::from_str::<serde_json::Map<_, _>>(raw).ok()).unwrap_or_default();
        beside = came.into_iter().chain(beside).collect();
        Ok(Some(serde_json::Value::Object(beside).to_string()).filter(|text| text.len() <= MAX_TEXT_BYTES))
    }

    fn money(&self, context: &Context<'_, '_>) -> Result<Option<Money>, Flaw> {
        let code = self.text("currency", context)?.unwrap_or_else(|| "USD".to_owned());
        let wrong = |what: String| Flaw::Unreadable(what);
        let currency = || Currency::of_code(&code).ok_or_else(|| wrong(format!("`{code}` is no currency")));
        if let Some(minor) = self.text("value_minor", context)? {
            let minor = minor.parse().map_err(|_| wrong(format!("`value_minor` is `{minor}`, no whole number")))?;
            return Ok(Some(Money { minor, currency: currency()? }));
        }
        let Some(amount) = self.text("value", context)? else { return Ok(None) };
        let currency = currency()?;
        let minor = minor_of(&amount, currency.decimals());
        let minor = minor.ok_or_else(|| wrong(format!("`value` is `{amount}`, no amount of {}", currency.code())))?;
        Ok(Some(Money { minor, currency }))
    }

    fn value(&self, field: &'static str, context: &Context<'_, '_>) -> Result<Option<Value>, Flaw> {
        self.programs.get(field).map_or(Ok(None), |program| run(field, program, context))
    }

    fn text(&self, field: &'static str, context: &Context<'_, '_>) -> Result<Option<String>, Flaw> {
        Ok(self.value(field, context)?.as_ref().and_then(text_of).filter(|text| !text.is_empty()))
    }
}

fn program(field: &str, text: &str) -> Result<Program, String> {
    if MAX_EXPRESSION_BYTES < text.len() {
        return Err(format!("`{field}` is longer than {MAX_EXPRESSION_BYTES} bytes"));
    }
    let dense: String = text.split_whitespace().collect();
    if WALKS.iter().map(|walk| dense.matches(walk).count()).sum::<usize>() > 1 {
        return Err(format!("`{field}` walks a list more than once; use `each` for the outer list"));
    }
    Program::compile(text).map_err(|error| format!("`{field}`: {error}"))
}

/// The value of an expression; nothing where what it asks for is not there, or null.
fn run(field: &str, program: &Program, context: &Context<'_, '_>) -> Result<Option<Value>, Flaw> {
    match program.execute(context) {
        Ok(Value::Null) | Err(ExecutionError::NoSuchKey(_)) => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(Flaw::Unreadable(format!("`{field}`: {error}"))),
    }
}

fn cel_of(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(is_so) => Value::Bool(*is_so),
        // Whole numbers are of one type, so that they can be compared and added up.
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => text.clone().into(),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.iter().map(cel_of).collect())),
        serde_json::Value::Object(map) => map_of(map.iter().map(|(name, value)| (name.clone(), cel_of(value)))),
    }
}

fn map_of(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let map: HashMap<Key, Value> = pairs.map(|(name, value)| (Key::String(Arc::new(name)), value)).collect();
    Value::Map(Map { map: Arc::new(map) })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is of another crate and grows with its features")]
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Int(n) => Some(n.to_string()),
        Value::UInt(n) => Some(n.to_string()),
        Value::Float(x) => Some(x.to_string()),
        Value::Bool(is_so) => Some(is_so.to_string()),
        _ => None,
    }
}

/// A time: RFC 3339, or a number of seconds or milliseconds since 1970.
fn micros_of(value: &Value) -> Result<i64, Flaw> {
    let text = text_of(value).unwrap_or_default();
    if let Ok(number) = text.parse::<f64>() {
        let seconds = if MILLIS_FROM < number.abs() { number / 1000.0 } else { number };
        return Ok((seconds * 1e6) as i64);
    }
    let time = text.parse::<jiff::Timestamp>();
    time.map(jiff::Timestamp::as_microsecond).map_err(|_| Flaw::Unreadable(format!("`at` is `{text}`, no time")))
}

fn stars_of(value: &Value) -> Result<u8, Flaw> {
    let stars = text_of(value).and_then(|text| text.parse::<f64>().ok()).filter(|stars| (1.0..=5.0).contains(stars));
    stars.map(|stars| stars.round() as u8).ok_or(Flaw::RatingOutOfRange)
}

/// The minor units of an amount such as `12.3`; `None` where it is none, or finer than the currency.
fn minor_of(amount: &str, decimals: u32) -> Option<i64> {
    let (is_negative, amount) = amount.strip_prefix('-').map_or((false, amount), |rest| (true, rest));
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let part = part.trim_end_matches('0');
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(part) || (decimals as usize) < part.len() {
        return None;
    }
    let padded = format!("{whole}{part:0<width$}", width = decimals as usize);
    let minor: i64 = padded.parse().ok()?;
    Some(if is_negative { -minor } else { minor })
}

#[cfg(test)]
mod tests;
