//! The calls of Segment's tracking API, as RudderStack and Jitsu have them too.

use std::borrow::Cow;

use super::commerce::push_named;
use super::ids::{Person, path_of, place};
use super::json::Value;
use super::kept::Keys;
use super::moment::Moment;
use super::{BatchError, Context, Decoded, Wrong, document, kept, shown, wrong};
use crate::event::{Event, Flaw, Layer, Name};
use crate::time::instant;

/// What a call says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// Who somebody is.
    Identify,
    /// What somebody did.
    Track,
    /// That a page was seen.
    Page,
    /// That a screen of an app was seen.
    Screen,
    /// What somebody belongs to.
    Group,
    /// That two ids are one person.
    Alias,
    /// That several ids are one person.
    Merge,
}

impl Call {
    /// The call of this name, as it stands in `type` and in paths.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "identify" | "i" => Self::Identify,
            "track" | "t" => Self::Track,
            "page" | "p" => Self::Page,
            "screen" | "s" => Self::Screen,
            "group" | "g" => Self::Group,
            "alias" | "a" => Self::Alias,
            "merge" => Self::Merge,
            _ => return None,
        })
    }

    /// Its name in full.
    fn name(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
            Self::Merge => "merge",
        }
    }
}

/// How a body is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reading {
    /// The call that the path says; an item's own `type` goes before it.
    pub call: Option<Call>,
    /// Whether times are meant as they are, as in an import, and not corrected by what the sender's clock is off.
    pub is_import: bool,
}

/// What all items of a batch have in common.
struct Batch<'d> {
    sent_at: Option<i64>,
    common: Vec<(&'static str, Value<'d>)>,
    reading: Reading,
}

impl Batch<'_> {
    /// What every item would have to say by itself.
    fn beside(&self, root: Value<'_>) -> Vec<(&'static str, String)> {
        let call = self.reading.call.map(|call| ("type", format!("\"{}\"", call.name())));
        let sent_at = root.get("sentAt").map(|sent_at| ("sentAt", sent_at.raw().to_owned()));
        let common = self.common.iter().map(|(name, value)| (*name, value.raw().to_owned()));
        call.into_iter().chain(sent_at).chain(common).collect()
    }
}

/// Decodes a body: one call, an array of them, or an object with them in `batch`.
pub fn decode(body: &[u8], reading: Reading, context: &Context<'_>) -> Result<Decoded, BatchError> {
    let document = document(body, context.limits)?;
    let root = document.root();
    let batch = root.get("batch").filter(Value::is_array);
    let is_one = batch.is_none() && root.is_object();
    let items: Vec<Value<'_>> = match batch {
        Some(batch) => batch.elements().collect(),
        None if root.is_object() => vec![root],
        None => root.elements().collect(),
    };
    let is_call = !is_one || reading.call.is_some() || root.get("type").is_some() || root.get("event").is_some();
    if items.is_empty() || !is_call {
        return Err(BatchError::NoEvents { expected: "a call, or an object with an array of calls in `batch`" });
    }
    let mut decoded = Decoded::with_room(items.len(), context.limits)?;
    let of_batch = |name: &'static str| Some((name, root.get(name).filter(|_| batch.is_some())?));
    let common = ["context", "integrations"].into_iter().filter_map(of_batch);
    let batch = Batch {
        sent_at: root.get("sentAt").and_then(|sent_at| instant(&sent_at.text()?)),
        common: common.collect(),
        reading,
    };
    decoded.beside = batch.beside(root);
    for item in items {
        let n_before = decoded.events.len();
        let outcome = Fields::of(item, &batch, context).and_then(|fields| fields.push(&mut decoded.events, context));
        decoded.note(n_before, outcome, item, context.received_at);
    }
    Ok(decoded)
}

/// The fields of a call.
struct Fields<'d> {
    item: Value<'d>,
    /// Whether all of it may be kept.
    is_plain: bool,
    batch: &'d Batch<'d>,
    kind: Option<Value<'d>>,
    message: Option<Value<'d>>,
    user: Option<Value<'d>>,
    anonymous: Option<Value<'d>>,
    timestamp: Option<Value<'d>>,
    original: Option<Value<'d>>,
    sent_at: Option<Value<'d>>,
    event: Option<Value<'d>>,
    name: Option<Value<'d>>,
    properties: Option<Value<'d>>,
    traits: Option<Value<'d>>,
    channel: Option<Value<'d>>,
    previous: Option<Value<'d>>,
    group: Option<Value<'d>>,
    merged: Option<Value<'d>>,
    surroundings: Surroundings<'d>,
}

/// What of `context` matters.
#[derive(Default)]
struct Surroundings<'d> {
    is_inactive: bool,
    traits: Option<Value<'d>>,
    device: Option<Value<'d>>,
    os: Option<Value<'d>>,
    page: Option<Value<'d>>,
}

impl<'d> Surroundings<'d> {
    fn of(context: Option<Value<'d>>) -> Self {
        let mut found = Self::default();
        for (name, value) in context.iter().flat_map(Value::fields) {
            match &*name {
                "active" => found.is_inactive = value.bool() == Some(false),
                "traits" => found.traits = Some(value),
                "device" => found.device = value.get("type"),
                "os" => found.os = value.get("name"),
                "page" => found.page = Some(value),
                _ => {}
            }
        }
        found
    }
}

impl<'d> Fields<'d> {
    fn of(item: Value<'d>, batch: &'d Batch<'d>, context: &Context<'_>) -> Result<Self, Wrong> {
        if !item.is_object() {
            return Err((Flaw::NotAnEvent, None));
        }
        let (n_bytes, most) = (item.raw().len(), context.limits.event_bytes);
        if most < n_bytes {
            return Err((Flaw::EventTooLarge { n_bytes, most }, None));
        }
        let mut fields = Self::empty(item, batch);
        let mut surroundings = batch.common.iter().find(|(name, _)| *name == "context").map(|(_, value)| *value);
        for (name, value) in item.fields() {
            match &*name {
                "type" => fields.kind = Some(value),
                "messageId" => fields.message = Some(value),
                "userId" => fields.user = Some(value),
                "anonymousId" => fields.anonymous = Some(value),
                "timestamp" => fields.timestamp = Some(value),
                "originalTimestamp" => fields.original = Some(value),
                "sentAt" => {
                    fields.sent_at = Some(value);
                    fields.is_plain = false;
                }
                "event" => fields.event = Some(value),
                "name" => fields.name = Some(value),
                "properties" => fields.properties = Some(value),
                "traits" => fields.traits = Some(value),
                "channel" => fields.channel = Some(value),
                "previousId" => fields.previous = Some(value),
                "groupId" => fields.group = Some(value),
                "mergeProperties" => fields.merged = Some(value),
                "context" => surroundings = Some(value),
                _ if kept::is_left_out(&name) => fields.is_plain = false,
                _ => {}
            }
        }
        fields.surroundings = Surroundings::of(surroundings);
        Ok(fields)
    }

    fn empty(item: Value<'d>, batch: &'d Batch<'d>) -> Self {
        Self {
            item,
            is_plain: true,
            batch,
            kind: None,
            message: None,
            user: None,
            anonymous: None,
            timestamp: None,
            original: None,
            sent_at: None,
            event: None,
            name: None,
            properties: None,
            traits: None,
            channel: None,
            previous: None,
            group: None,
            merged: None,
            surroundings: Surroundings::default(),
        }
    }

    fn call(&self) -> Result<Call, Wrong> {
        match self.kind.and_then(|kind| kind.scalar()) {
            Some(kind) => Call::of_name(&kind).map_or_else(
                || {
                    let calls = "identify, track, page, screen, group, alias or merge";
                    wrong("type", format!("`{}` is no type of call; send {calls}", shown(&kind)))
                },
                Ok,
            ),
            None if self.batch.reading.call.is_some() => Ok(self.batch.reading.call.unwrap_or(Call::Track)),
            None if self.event.is_some() => Ok(Call::Track),
            None => wrong("type", "the call has no `type`; send track, identify, page …".to_owned()),
        }
    }

    /// Adds the events that the call amounts to.
    fn push(self, events: &mut Vec<Event>, context: &Context<'_>) -> Result<(), Wrong> {
        let call = self.call()?;
        let mut event = self.base(call, context)?;
        let brand = || context.origin.brand.clone();
        match call {
            Call::Track => {
                let Some(name) = self.event.or(self.name).and_then(|name| name.text()) else {
                    return Err((Flaw::VerbMissing, Some("event".to_owned())));
                };
                return push_named(event, &name, self.properties, context, events);
            }
            Call::Page | Call::Screen => {
                event.verb = context.vocabulary.stored_name("viewed");
                event.object = brand();
                event.target = if call == Call::Page { self.page() } else { self.screen() };
            }
            Call::Group => {
                let Some(group) = self.group.and_then(|group| group.text()) else {
                    return Err((Flaw::IdMissing { field: "groupId" }, None));
                };
                event.verb = context.vocabulary.stored_name("joined");
                event.object = Name::new("group", group);
                event.scored = false;
            }
            Call::Identify | Call::Alias | Call::Merge => {
                event.verb = context.vocabulary.stored_name("identified");
                event.object = brand();
                event.scored = false;
            }
        }
        events.push(event);
        Ok(())
    }

    /// The event without its verb and object.
    fn base(&self, call: Call, context: &Context<'_>) -> Result<Event, Wrong> {
        let (subject, also) = self.person(call, context).split("userId").map_err(|flaw| (flaw, None))?;
        let Moment { at, said_at, undated } = self.time(context)?;
        let message = self.message.and_then(|message| message.text()).map(Cow::into_owned);
        let most = context.limits.message_id_bytes;
        if message.as_ref().is_some_and(|message| most < message.len()) {
            return Err((Flaw::MessageTooLong { most }, Some("messageId".to_owned())));
        }
        let is_as_sent = self.is_plain && self.batch.common.is_empty();
        let keep = || kept::extra(self.item, Keys::Outside, &self.batch.common);
        let extra = if is_as_sent { self.item.raw().to_owned() } else { keep() };
        if context.limits.event_bytes < extra.len() {
            return Err((Flaw::EventTooLarge { n_bytes: extra.len(), most: context.limits.event_bytes }, None));
        }
        Ok(Event {
            message,
            said_at,
            undated,
            also,
            layer: self.layer(call, context),
            scored: !self.surroundings.is_inactive,
            extra: Some(extra),
            ..Event::new(at, subject, String::new(), Name::new("", ""))
        })
    }

    fn person(&self, call: Call, context: &Context<'_>) -> Person {
        let mut person = Person::default();
        person.add("user", self.user, context);
        person.add("anonymous", self.anonymous, context);
        // Some SDKs send the same id twice; then there is nothing to link.
        let id_of = |value: Option<Value<'d>>| value.and_then(|value| value.text());
        if call == Call::Alias && id_of(self.previous) != id_of(self.user) {
            // What came before may be an id that a machine drew or one that the sender gave.
            person.add("anonymous", self.previous, context);
            person.add("user", self.previous, context);
        }
        for pair in self.merged.iter().flat_map(Value::elements).filter(|_| call == Call::Merge) {
            match pair.get("type").and_then(|kind| kind.scalar()).as_deref() {
                None => {}
                Some("email") => person.add_email(pair.get("value"), context),
                Some("user_id" | "userId") => person.add("user", pair.get("value"), context),
                Some("anonymous_id" | "anonymousId") => person.add("anonymous", pair.get("value"), context),
                Some(kind) => person.add(kind, pair.get("value"), context),
            }
        }
        // The traits of a group are not those of the person.
        let traits = self.traits.filter(|_| call == Call::Identify);
        for traits in [traits, self.surroundings.traits].into_iter().flatten() {
            person.add_email(traits.get("email"), context);
        }
        person
    }

    fn time(&self, context: &Context<'_>) -> Result<Moment, Wrong> {
        let is_said = |value: &Value<'_>| value.text().is_some();
        // Where both are there, `timestamp` is what the caller gave and the other merely when they called.
        let named = [("timestamp", self.timestamp), ("originalTimestamp", self.original)];
        let said = named.into_iter().find_map(|(name, value)| Some((name, value.filter(is_said)?)));
        let Some((name, value)) = said else { return Ok(Moment::received(context.received_at)) };
        let text = value.text().unwrap_or_default();
        let Some(original) = instant(&text) else {
            return wrong(name, format!("`{}` is no time; send ISO 8601 such as 2030-01-31T12:00:00Z", shown(&text)));
        };
        if self.batch.reading.is_import {
            return Ok(Moment::said(original));
        }
        let sent_at = self.sent_at.and_then(|sent_at| instant(&sent_at.text()?)).or(self.batch.sent_at);
        Ok(Moment::corrected(original, sent_at, context.received_at))
    }

    fn layer(&self, call: Call, context: &Context<'_>) -> Layer {
        let is = |value: Option<Value<'_>>, names: &[&str]| {
            let text = value.and_then(|value| value.scalar());
            text.is_some_and(|text| names.iter().any(|name| text.eq_ignore_ascii_case(name)))
        };
        let mobile = ["ios", "ipados", "android"];
        let is_mobile = call == Call::Screen
            || is(self.surroundings.device, &mobile)
            || is(self.surroundings.os, &mobile)
            || is(self.channel, &["mobile"]);
        if is_mobile { Layer::Mobile } else { context.origin.layer }
    }

    fn page(&self) -> Option<Name> {
        let of = |value: Option<Value<'d>>, name: &str| value?.get(name)?.scalar();
        let properties = || of(self.properties, "path").or_else(|| of(self.properties, "url"));
        let page = || of(self.surroundings.page, "path").or_else(|| of(self.surroundings.page, "url"));
        properties().or_else(page).and_then(|url| place("page", path_of(&url)))
    }

    fn screen(&self) -> Option<Name> {
        let name = self.name.or_else(|| self.properties?.get("name"))?.scalar()?;
        place("screen", &name)
    }
}

#[cfg(test)]
mod tests;
