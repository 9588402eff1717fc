//! What is kept of an item besides what is understood: the item as it was sent, without keys and without what a retry
//! changes.

use super::json::Value;

/// Which fields are left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Without {
    /// Those that hold a write key.
    Keys,
    /// These, and those that are different each time the same event is sent.
    Volatile,
}

impl Without {
    fn has(self, name: &str) -> bool {
        match name {
            "writeKey" | "write_key" | "api_key" | "token" | "$token" => true,
            "sentAt" | "sent_at" | "receivedAt" | "offset" | "_metadata" => self == Self::Volatile,
            _ => false,
        }
    }
}

/// The item as it is kept with its event, the `common` fields of its batch added where it has none of that name.
pub(super) fn extra(item: Value<'_>, common: &[(&str, Value<'_>)]) -> String {
    written(item, Without::Volatile, common)
}

/// The item as it is kept where it is refused.
pub(super) fn without_keys(item: Value<'_>) -> String {
    written(item, Without::Keys, &[])
}

fn written(item: Value<'_>, without: Without, common: &[(&str, Value<'_>)]) -> String {
    let is_inside = |name: &str| name == "properties";
    let has_key = |value: Value<'_>| value.fields().any(|(name, _)| is_secret(&name));
    let is_plain = |(name, value): (std::borrow::Cow<'_, str>, Value<'_>)| {
        !(without.has(&name) || is_inside(&name) && has_key(value))
    };
    if common.is_empty() && item.fields().all(is_plain) {
        return item.raw().to_owned();
    }
    let mut text = String::with_capacity(item.raw().len());
    let begin = |text: &mut String| text.push(if text.is_empty() { '{' } else { ',' });
    for (key, value) in item.pairs() {
        let name = key.str().unwrap_or_default();
        if without.has(&name) {
            continue;
        }
        begin(&mut text);
        text.push_str(key.raw());
        text.push(':');
        if is_inside(&name) && has_key(value) {
            push_without_key(value, &mut text);
        } else {
            text.push_str(value.raw());
        }
    }
    for (name, value) in common {
        if item.get(name).is_none() {
            begin(&mut text);
            text.push('"');
            text.push_str(name);
            text.push_str("\":");
            text.push_str(value.raw());
        }
    }
    text.push_str(if text.is_empty() { "{}" } else { "}" });
    text
}

/// Whether a property holds a write key: PostHog's browser SDK puts it there.
fn is_secret(name: &str) -> bool {
    matches!(name, "token" | "$token" | "api_key")
}

fn push_without_key(properties: Value<'_>, text: &mut String) {
    text.push('{');
    let mut is_first = true;
    for (key, value) in properties.pairs() {
        if is_secret(&key.str().unwrap_or_default()) {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            text.push(',');
        }
        text.push_str(key.raw());
        text.push(':');
        text.push_str(value.raw());
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use super::super::json::Document;
    use super::*;

    fn extra_of(item: &str, common: &str) -> String {
        let (item, common) = (Document::parse(item, 9).unwrap(), Document::parse(common, 9).unwrap());
        let common: Vec<_> = common.root().fields().map(|(_, value)| ("context", value)).collect();
        extra(item.root(), &common)
    }

    #[test]
    fn what_a_retry_changes_and_keys_are_left_out() {
        assert_eq!(extra_of(r#"{ "a" : 1 }"#, "{}"), r#"{ "a" : 1 }"#);
        let sent = r#"{"sentAt":1,"a":[1, 2],"writeKey":"k","_metadata":{},"b":"x","properties":{"token":"k","c":1}}"#;
        assert_eq!(extra_of(sent, "{}"), r#"{"a":[1, 2],"b":"x","properties":{"c":1}}"#);
        assert_eq!(extra_of(r#"{"sentAt":1}"#, "{}"), "{}");
    }

    #[test]
    fn what_a_batch_has_in_common_is_added() {
        assert_eq!(extra_of(r#"{"a":1}"#, r#"{"context":{"b":2}}"#), r#"{"a":1,"context":{"b":2}}"#);
        assert_eq!(extra_of(r#"{"context":1}"#, r#"{"context":{"b":2}}"#), r#"{"context":1}"#);
        assert_eq!(extra_of("{}", r#"{"context":3}"#), r#"{"context":3}"#);
    }
}
