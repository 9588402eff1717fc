//! PostHog's capture bodies: the older (`/batch/`, `/e/`, `/capture/`) and the one with an answer per event.

use std::borrow::Cow;

use super::commerce::push_named;
use super::ids::{Person, is_uuid, path_of, place};
use super::json::Value;
use super::kept::Keys;
use super::moment::Moment;
use super::{BatchError, Context, Decoded, Wrong, document, kept, shown, wrong};
use crate::event::{Event, Flaw, Layer, Name};
use crate::time::instant;

/// The SDKs of phones.
const MOBILE_LIBRARIES: [&str; 4] = ["posthog-ios", "posthog-android", "posthog-react-native", "posthog-flutter"];

/// Decodes a body: one event, an array of them, or an object with them in `batch`. `sent_at` is what the query or a
/// header said of it, microseconds UTC; the body's own word goes before it.
pub fn decode(body: &[u8], sent_at: Option<i64>, context: &Context<'_>) -> Result<Decoded, BatchError> {
    let document = document(body, context.limits)?;
    let root = document.root();
    let batch = root.get("batch").filter(Value::is_array);
    let items: Vec<Value<'_>> = match batch {
        Some(batch) => batch.elements().collect(),
        None if root.get("event").is_some() => vec![root],
        None => root.elements().collect(),
    };
    if items.is_empty() {
        return Err(BatchError::NoEvents { expected: "an event, or an object with an array of events in `batch`" });
    }
    let time_of = |name: &str| instant(&root.get(name)?.text()?);
    // Migrated events happened when they say, whatever clock sends them.
    let is_import = root.get("historical_migration").and_then(|value| value.bool()) == Some(true);
    let sent_at = time_of("sent_at").or_else(|| time_of("created_at").filter(|_| batch.is_some())).or(sent_at);
    let sent_at = sent_at.filter(|_| !is_import);
    let mut decoded = Decoded {
        keys: Keys::Inside,
        beside: sent_at.map(|at| ("sent_at", at.to_string())).into_iter().collect(),
        ..Decoded::with_room(items.len(), context.limits)?
    };
    for item in items {
        let n_before = decoded.events.len();
        let outcome = Fields::of(item, context).and_then(|fields| fields.push(sent_at, &mut decoded.events, context));
        decoded.note(n_before, outcome, item, context.received_at);
    }
    Ok(decoded)
}

/// The fields of an event.
#[derive(Default)]
struct Fields<'d> {
    item: Option<Value<'d>>,
    event: Option<Value<'d>>,
    message: Option<Value<'d>>,
    distinct: Option<Value<'d>>,
    timestamp: Option<Value<'d>>,
    offset: Option<Value<'d>>,
    properties: Option<Value<'d>>,
    options: Option<Value<'d>>,
    set: Option<Value<'d>>,
    set_once: Option<Value<'d>>,
    inside: Inside<'d>,
}

/// What of the properties matters, besides what they say of the event itself.
#[derive(Default)]
struct Inside<'d> {
    distinct: Option<Value<'d>>,
    message: Option<Value<'d>>,
    anonymous: Option<Value<'d>>,
    device: Option<Value<'d>>,
    is_identified: Option<bool>,
    has_profile: Option<bool>,
    alias: Option<Value<'d>>,
    library: Option<Value<'d>>,
    os: Option<Value<'d>>,
    path: Option<Value<'d>>,
    url: Option<Value<'d>>,
    screen: Option<Value<'d>>,
    action: Option<Value<'d>>,
    group_kind: Option<Value<'d>>,
    group: Option<Value<'d>>,
    set: Option<Value<'d>>,
    set_once: Option<Value<'d>>,
    seconds: Option<Value<'d>>,
}

impl<'d> Inside<'d> {
    fn of(properties: Option<Value<'d>>) -> Self {
        let mut found = Self::default();
        for (name, value) in properties.iter().flat_map(Value::fields) {
            match &*name {
                "distinct_id" => found.distinct = Some(value),
                "$insert_id" => found.message = Some(value),
                "$anon_distinct_id" => found.anonymous = Some(value),
                "$device_id" => found.device = Some(value),
                "$is_identified" => found.is_identified = value.bool(),
                "$process_person_profile" => found.has_profile = value.bool(),
                "alias" => found.alias = Some(value),
                "$lib" => found.library = Some(value),
                "$os" => found.os = Some(value),
                "$pathname" => found.path = Some(value),
                "$current_url" => found.url = Some(value),
                "$screen_name" => found.screen = Some(value),
                "$event_type" => found.action = Some(value),
                "$group_type" => found.group_kind = Some(value),
                "$group_key" => found.group = Some(value),
                "$set" => found.set = Some(value),
                "$set_once" => found.set_once = Some(value),
                "$prev_pageview_duration" => found.seconds = Some(value),
                _ => {}
            }
        }
        found
    }
}

impl<'d> Fields<'d> {
    fn of(item: Value<'d>, context: &Context<'_>) -> Result<Self, Wrong> {
        if !item.is_object() {
            return Err((Flaw::NotAnEvent, None));
        }
        let (n_bytes, most) = (item.raw().len(), context.limits.event_bytes);
        if most < n_bytes {
            return Err((Flaw::EventTooLarge { n_bytes, most }, None));
        }
        let mut fields = Self { item: Some(item), ..Self::default() };
        for (name, value) in item.fields() {
            match &*name {
                "event" => fields.event = Some(value),
                "uuid" => fields.message = Some(value),
                "distinct_id" | "$distinct_id" => fields.distinct = Some(value),
                "timestamp" => fields.timestamp = Some(value),
                "offset" => fields.offset = Some(value),
                "properties" => fields.properties = Some(value),
                "options" => fields.options = Some(value),
                "$set" => fields.set = Some(value),
                "$set_once" => fields.set_once = Some(value),
                _ => {}
            }
        }
        fields.inside = Inside::of(fields.properties);
        Ok(fields)
    }

    /// Adds the events that it amounts to.
    fn push(self, sent_at: Option<i64>, events: &mut Vec<Event>, context: &Context<'_>) -> Result<(), Wrong> {
        let Some(name) = self.event.and_then(|name| name.scalar()) else {
            return Err((Flaw::VerbMissing, Some("event".to_owned())));
        };
        let mut event = self.base(&name, sent_at, context)?;
        let stored = |verb: &str| context.vocabulary.stored_name(verb);
        event.object = context.origin.brand.clone();
        match &*name {
            "$pageview" => {
                event.verb = stored("viewed");
                let url = self.inside.path.or(self.inside.url).and_then(|url| url.scalar());
                event.target = url.and_then(|url| place("page", path_of(&url)));
            }
            "$screen" => {
                event.verb = stored("viewed");
                event.layer = Layer::Mobile;
                event.target = self.inside.screen.and_then(|name| place("screen", &name.scalar()?));
            }
            "$autocapture" if self.inside.action.and_then(|action| action.scalar()).as_deref() == Some("click") => {
                event.verb = stored("clicked");
            }
            "$identify" | "$set" | "$create_alias" | "$merge_dangerously" => {
                event.verb = stored("identified");
                event.scored = false;
            }
            "$groupidentify" => {
                let Some(group) = self.inside.group.and_then(|group| group.text()) else {
                    return Err((Flaw::IdMissing { field: "$group_key" }, None));
                };
                event.verb = stored("joined");
                event.object = Name::new("group", group);
                event.scored = false;
            }
            // What the SDK reports of its own accord is not something that somebody did.
            _ if name.starts_with('$') => {
                event.verb = stored(&name);
                event.scored = false;
                event.seconds = self.inside.seconds.map_or(0, seconds);
            }
            _ => return push_named(event, &name, self.properties, context, events),
        }
        events.push(event);
        Ok(())
    }

    /// The event without its verb and object.
    fn base(&self, name: &str, sent_at: Option<i64>, context: &Context<'_>) -> Result<Event, Wrong> {
        let (subject, also) = self.person(name, context)?;
        let Moment { at, said_at, undated } = self.time(sent_at, context)?;
        let message = self.message.or(self.inside.message).and_then(|message| message.text()).map(Cow::into_owned);
        let most = context.limits.message_id_bytes;
        if message.as_ref().is_some_and(|message| most < message.len()) {
            return Err((Flaw::MessageTooLong { most }, Some("uuid".to_owned())));
        }
        Ok(Event {
            message,
            said_at,
            undated,
            also,
            layer: self.layer(context),
            scored: subject.kind != NOBODY,
            extra: self.item.map(|item| kept::extra(item, Keys::Inside, &[])),
            ..Event::new(at, subject, String::new(), Name::new("", ""))
        })
    }

    fn has_profile(&self) -> bool {
        let option = |name: &str| self.options.and_then(|options| options.get(name)).and_then(|value| value.bool());
        let said = self.inside.has_profile.or_else(|| option("process_person_profile"));
        said.or_else(|| option("$process_person_profile")) != Some(false)
    }

    /// Whom it is about. An id that the SDK drew for this one event must make no person.
    fn person(&self, name: &str, context: &Context<'_>) -> Result<(Name, Vec<Name>), Wrong> {
        let Some(id) = self.distinct.or(self.inside.distinct).and_then(|id| as_id(id)) else {
            return Err((Flaw::IdMissing { field: "distinct_id" }, None));
        };
        let library = self.inside.library.and_then(|library| library.scalar());
        let is_stable = self.inside.device.is_some() || library.as_deref() == Some("web");
        let is_device = self.inside.device.and_then(|device| device.text()).is_some_and(|device| device == id);
        let is_anonymous = name != "$identify" && (is_device || self.inside.is_identified == Some(false));
        let has_profile = self.has_profile();
        let is_drawn = !has_profile && !is_stable || name == "$groupidentify" && is_uuid(&id) && !is_stable;
        let mut person = Person::default();
        if is_drawn {
            person.add_text(NOBODY, &context.origin.id.to_string(), &Context { blocked_ids: &[], ..*context });
            return person.split("distinct_id").map_err(|flaw| (flaw, None));
        }
        person.add_text(if has_profile && !is_anonymous { "user" } else { "anonymous" }, &id, context);
        match name {
            "$identify" => {
                // A page's events came under it as `anonymous`, a server's as `user`.
                person.add("anonymous", self.inside.anonymous, context);
                person.add("user", self.inside.anonymous, context);
            }
            "$create_alias" | "$merge_dangerously" => self.add_alias(&id, &mut person, context),
            _ => {}
        }
        let sets = [self.set, self.inside.set, self.set_once, self.inside.set_once];
        for set in sets.into_iter().flatten().filter(|_| has_profile) {
            person.add_email(set.get("email"), context);
        }
        person.split("distinct_id").map_err(|flaw| (flaw, None))
    }

    /// Either end of an alias may be an id that a machine drew, by which a browser's events came as `anonymous`.
    fn add_alias(&self, id: &str, person: &mut Person, context: &Context<'_>) {
        let alias = self.inside.alias.and_then(as_id).filter(|alias| alias != id);
        for end in alias.as_deref().into_iter().flat_map(|alias| [alias, id]) {
            person.add_text("user", end, context);
            if is_uuid(end) {
                person.add_text("anonymous", end, context);
            }
        }
    }

    fn time(&self, sent_at: Option<i64>, context: &Context<'_>) -> Result<Moment, Wrong> {
        let Some(text) = self.timestamp.and_then(|timestamp| timestamp.text()) else {
            let offset_ms = self.offset.and_then(|offset| offset.text()?.parse::<i64>().ok()).unwrap_or(0).max(0);
            return Ok(Moment::received(context.received_at.saturating_sub(offset_ms.saturating_mul(1000))));
        };
        let Some(original) = instant(&text) else {
            let message = format!("`{}` is no time; send ISO 8601 such as 2030-01-31T12:00:00Z", shown(&text));
            return wrong("timestamp", message);
        };
        Ok(Moment::corrected(original, sent_at, context.received_at))
    }

    fn layer(&self, context: &Context<'_>) -> Layer {
        let library = self.inside.library.and_then(|library| library.scalar());
        let os = self.inside.os.and_then(|os| os.scalar());
        let is_phone = os.is_some_and(|os| os.eq_ignore_ascii_case("ios") || os.eq_ignore_ascii_case("android"));
        let is_mobile = match library.as_deref() {
            Some("web") => false,
            Some(library) => is_phone || MOBILE_LIBRARIES.contains(&library),
            None => is_phone,
        };
        if is_mobile { Layer::Mobile } else { context.origin.layer }
    }
}

/// The kind of id that stands for whoever must not become a person; there is one of it for each source.
pub const NOBODY: &str = "nobody";

/// An id of whatever type, as text.
fn as_id(value: Value<'_>) -> Option<Cow<'_, str>> {
    if value.is_null() {
        None
    } else {
        value.text().or_else(|| value.str().is_none().then(|| Cow::Borrowed(value.raw())))
    }
}

/// Whole seconds of a number of them.
fn seconds(value: Value<'_>) -> u32 {
    let whole = value.number().map(|text| text.split('.').next().unwrap_or_default().to_owned());
    whole.and_then(|whole| whole.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
