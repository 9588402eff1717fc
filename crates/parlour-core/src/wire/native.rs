//! Our own dialect: events as ActivityStreams 2.0 tells them, read strictly. Its shape for others is `event.schema.json`.

use std::borrow::Cow;

use super::json::Value;
use super::money::Decimal;
use super::{BatchError, Context, Decoded, Wrong, document, shown, wrong};
use crate::event::{Currency, Event, Flaw, Layer, Money, Name, Space};
use crate::time::instant;

/// The JSON Schema of one event.
pub const SCHEMA: &str = include_str!("event.schema.json");

/// ActivityStreams 2.0 types that stand for one of our verbs without doubt.
const TYPES: [(&str, &str); 20] = [
    ("Accept", "accepted"),
    ("Announce", "shared"),
    ("Arrive", "checked_in"),
    ("Block", "blocked"),
    ("BuyAction", "bought"),
    ("CancelAction", "cancelled"),
    ("Dislike", "disliked"),
    ("DownloadAction", "downloaded"),
    ("EndorseAction", "recommended"),
    ("Flag", "complained"),
    ("Follow", "followed"),
    ("Invite", "invited"),
    ("Join", "joined"),
    ("Leave", "left"),
    ("Like", "liked"),
    ("Question", "asked"),
    ("ReturnAction", "returned_goods"),
    ("ReviewAction", "reviewed"),
    ("SearchAction", "searched"),
    ("View", "viewed"),
];

/// Decodes a body: one event, an array of them, or an object with them in `events`.
pub fn decode(body: &[u8], context: &Context<'_>) -> Result<Decoded, BatchError> {
    let document = document(body, context.limits)?;
    let root = document.root();
    let batch = root.get("events").filter(Value::is_array);
    let items: Vec<Value<'_>> = match batch {
        Some(batch) => batch.elements().collect(),
        None if root.is_object() => vec![root],
        None => root.elements().collect(),
    };
    if items.is_empty() {
        return Err(BatchError::NoEvents {
            expected: "an event, an array of events, or an object with it in `events`",
        });
    }
    let mut decoded = Decoded::with_room(items.len(), context.limits)?;
    for item in items {
        let n_before = decoded.events.len();
        let outcome = event_of(item, context).map(|event| decoded.events.push(event));
        decoded.note(n_before, outcome, item, context.received_at);
    }
    Ok(decoded)
}

fn event_of(item: Value<'_>, context: &Context<'_>) -> Result<Event, Wrong> {
    if !item.is_object() {
        return Err((Flaw::NotAnEvent, None));
    }
    let (n_bytes, most) = (item.raw().len(), context.limits.event_bytes);
    if most < n_bytes {
        return Err((Flaw::EventTooLarge { n_bytes, most }, None));
    }
    let nobody = Name::new("", "");
    let event = Event::new(context.received_at, nobody.clone(), "", nobody);
    let mut event = Event { layer: context.origin.layer, undated: true, ..event };
    for (name, value) in item.fields().filter(|(_, value)| !value.is_null()) {
        set(&mut event, &name, value, context)?;
    }
    for (field, name) in [("subject", &event.subject), ("object", &event.object)] {
        if name.id.is_empty() {
            return Err((Flaw::IdMissing { field }, None));
        }
    }
    if event.verb.is_empty() {
        return Err((Flaw::VerbMissing, None));
    }
    Ok(event)
}

/// Reads one field of an event into it.
fn set(event: &mut Event, field: &str, value: Value<'_>, context: &Context<'_>) -> Result<(), Wrong> {
    match field {
        "id" => event.message = Some(message(value, context)?),
        "subject" | "actor" => event.subject = name(field, value)?,
        "also" => event.also = value.elements().map(|id| name(field, id)).collect::<Result<_, _>>()?,
        "verb" => event.verb = context.vocabulary.stored_name(&text(field, value)?),
        "type" if event.verb.is_empty() => event.verb = verb_of(&text(field, value)?, context),
        // A verb that was said goes before the type.
        "@context" | "type" => {}
        "object" => event.object = name(field, value)?,
        "parent" => event.parent = Some(name(field, value)?),
        "target" => event.target = Some(name(field, value)?),
        "layer" => event.layer = layer(field, value)?,
        "space" => event.space = space(field, value)?,
        "at" | "published" => {
            event.at = time(field, value)?;
            event.undated = false;
        }
        "in_reply_to" | "inReplyTo" => event.reply_to = Some(text(field, value)?.into_owned()),
        "text" | "content" => event.text = Some(text(field, value)?.into_owned()),
        "rating" => event.rating = Some(whole(field, value)?),
        "value" => event.value = Some(money(field, value)?),
        "seconds" => event.seconds = whole(field, value)?,
        "paid" => event.paid = truth(field, value)?,
        "scored" => event.scored = truth(field, value)?,
        "extra" => event.extra = Some(object(field, value)?),
        _ => return Err((Flaw::UnknownField(shown(field)), None)),
    }
    Ok(())
}

fn text<'d>(field: &str, value: Value<'d>) -> Result<Cow<'d, str>, Wrong> {
    match value.scalar() {
        Some(text) => Ok(text),
        None => wrong(field, format!("`{field}` is no text; send a string that is not blank")),
    }
}

fn message(value: Value<'_>, context: &Context<'_>) -> Result<String, Wrong> {
    let message = text("id", value)?;
    let most = context.limits.message_id_bytes;
    if most < message.len() { Err((Flaw::MessageTooLong { most }, None)) } else { Ok(message.into_owned()) }
}

/// `"kind:id"` or `{"kind", "id"}`.
fn name(field: &str, value: Value<'_>) -> Result<Name, Wrong> {
    let part = |name: &str| value.get(name).and_then(|value| value.text());
    let is_shape = |name: &str| matches!(name, "kind" | "id");
    if let Some((unknown, _)) = value.fields().find(|(name, _)| !is_shape(name)) {
        return Err((Flaw::UnknownField(format!("{field}.{}", shown(&unknown))), None));
    }
    let text = value.scalar();
    let (kind, id) = match &text {
        Some(text) => text.split_once(':').map_or((None, None), |(kind, id)| (Some(kind.into()), Some(id.into()))),
        None => (part("kind"), part("id")),
    };
    match (kind.filter(|kind| !kind.is_empty()), id.filter(|id| !id.is_empty())) {
        (Some(kind), Some(id)) => Ok(Name::new(kind, id)),
        _ => wrong(field, format!("`{field}` names nobody and nothing; send `\"kind:id\"`, such as `\"user:42\"`")),
    }
}

/// A verb of the vocabulary as itself, a known type as the verb it stands for.
fn verb_of(type_name: &str, context: &Context<'_>) -> String {
    let known = TYPES.iter().find(|(name, _)| *name == type_name).map(|(_, verb)| *verb);
    context.vocabulary.stored_name(known.unwrap_or(type_name))
}

fn layer(field: &str, value: Value<'_>) -> Result<Layer, Wrong> {
    let name = text(field, value)?;
    let all = || Layer::ALL.map(Layer::name).join(", ");
    let none = || wrong(field, format!("`{}` is no layer; send one of {}", shown(&name), all()));
    Layer::of_name(&name).map_or_else(none, Ok)
}

fn space(field: &str, value: Value<'_>) -> Result<Space, Wrong> {
    match &*text(field, value)? {
        "owned" => Ok(Space::Owned),
        "elsewhere" => Ok(Space::Elsewhere),
        other => wrong(field, format!("`{}` is no space; send owned or elsewhere", shown(other))),
    }
}

fn time(field: &str, value: Value<'_>) -> Result<i64, Wrong> {
    let text = value.text().unwrap_or_default();
    match instant(&text) {
        Some(at) => Ok(at),
        None => wrong(field, format!("`{}` is no time; send ISO 8601 such as 2030-01-31T12:00:00Z", shown(&text))),
    }
}

fn whole<N: TryFrom<u64>>(field: &str, value: Value<'_>) -> Result<N, Wrong> {
    let number = value.number().and_then(|number| number.parse::<u64>().ok());
    match number.and_then(|number| N::try_from(number).ok()) {
        Some(number) => Ok(number),
        None => wrong(field, format!("`{field}` is no whole number, or too large; send one from 0")),
    }
}

fn truth(field: &str, value: Value<'_>) -> Result<bool, Wrong> {
    match value.bool() {
        Some(is_so) => Ok(is_so),
        None => wrong(field, format!("`{field}` is neither true nor false")),
    }
}

fn object(field: &str, value: Value<'_>) -> Result<String, Wrong> {
    if value.is_object() {
        Ok(value.raw().to_owned())
    } else {
        wrong(field, format!("`{field}` is no JSON object; send one"))
    }
}

/// `{"amount": "12.30", "currency": "EUR"}` or `{"minor": 1230, "currency": "EUR"}`.
fn money(field: &str, value: Value<'_>) -> Result<Money, Wrong> {
    let (mut amount, mut minor, mut currency) = (None, None, None);
    for (name, value) in value.fields() {
        match &*name {
            "amount" => amount = value.text(),
            "minor" => minor = value.number().and_then(|number| number.parse::<i64>().ok()),
            "currency" => currency = value.scalar().and_then(|code| Currency::of_code(&code)),
            _ => return Err((Flaw::UnknownField(format!("{field}.{}", shown(&name))), None)),
        }
    }
    let Some(currency) = currency else {
        return wrong("value.currency", "`value` has no currency; send an ISO 4217 code such as EUR".to_owned());
    };
    let exact = amount.and_then(|amount| Decimal::parse(&amount)?.minor(currency));
    let Some(minor) = minor.or(exact) else {
        let message =
            "`value` has no amount; send `\"amount\": \"12.30\"` or, in the smallest units, `\"minor\": 1230`";
        return wrong("value.amount", message.to_owned());
    };
    Ok(Money { minor, currency })
}

#[cfg(test)]
mod tests;
