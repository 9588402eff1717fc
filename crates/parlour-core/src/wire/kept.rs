//! What is kept of an item besides what is understood: the item as it was sent, without keys and without what a retry
//! changes.

use super::json::Value;

/// Where a dialect may have a write key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Keys {
    /// Among the fields of an item.
    #[default]
    Outside,
    /// Among its properties too, as PostHog's browser SDK has it.
    Inside,
}

/// Whether a field holds a write key.
fn is_key(name: &str) -> bool {
    matches!(name, "writeKey" | "write_key" | "api_key" | "token" | "$token")
}

/// Whether a field is left out of what is kept: it holds a key, or is different each time the same event is sent.
pub(super) fn is_left_out(name: &str) -> bool {
    is_key(name) || matches!(name, "sentAt" | "sent_at" | "receivedAt" | "offset" | "_metadata")
}

/// The item as it is kept with its event, the `common` fields of its batch added where it has none of that name.
pub(super) fn extra(item: Value<'_>, keys: Keys, common: &[(&str, Value<'_>)]) -> String {
    let mut text = open(item, keys, is_left_out);
    for (name, value) in common {
        if item.get(name).is_none() {
            add(&mut text, name, value.raw());
        }
    }
    text.push('}');
    text
}

/// The item as it is kept where it is refused, with what was said beside it where it does not say that itself.
pub(super) fn without_keys(item: Value<'_>, keys: Keys, beside: &[(&str, String)]) -> String {
    if !item.is_object() {
        return item.raw().to_owned();
    }
    let mut text = open(item, keys, is_key);
    for (name, value) in beside {
        if item.get(name).is_none_or(|value| value.is_null()) {
            add(&mut text, name, value);
        }
    }
    text.push('}');
    text
}

/// An object without some of its fields, and without the brace at its end.
fn open(object: Value<'_>, keys: Keys, is_out: fn(&str) -> bool) -> String {
    let mut text = String::with_capacity(object.raw().len());
    text.push('{');
    for (key, value) in object.pairs() {
        let name = key.str().unwrap_or_default();
        if is_out(&name) {
            continue;
        }
        begin(&mut text);
        text.push_str(key.raw());
        text.push(':');
        if keys == Keys::Inside && name == "properties" && value.is_object() {
            text.push_str(&open(value, Keys::Outside, is_key));
            text.push('}');
        } else {
            text.push_str(value.raw());
        }
    }
    text
}

fn add(text: &mut String, name: &str, value: &str) {
    begin(text);
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
    text.push_str(value);
}

/// Parts a field from the one before it.
fn begin(text: &mut String) {
    if text.len() > 1 {
        text.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::Document;
    use super::*;

    fn extra_of(item: &str, common: &str) -> String {
        let (item, common) = (Document::parse(item, 9).unwrap(), Document::parse(common, 9).unwrap());
        let common: Vec<_> = common.root().fields().map(|(_, value)| ("context", value)).collect();
        extra(item.root(), Keys::Inside, &common)
    }

    #[test]
    fn what_a_retry_changes_and_keys_are_left_out() {
        assert_eq!(extra_of(r#"{ "a" : [ 1 ] }"#, "{}"), r#"{"a":[ 1 ]}"#);
        let sent = r#"{"sentAt":1,"a":[1, 2],"writeKey":"k","_metadata":{},"b":"x","properties":{"token":"k","c":1}}"#;
        assert_eq!(extra_of(sent, "{}"), r#"{"a":[1, 2],"b":"x","properties":{"c":1}}"#);
        assert_eq!(extra_of(r#"{"sentAt":1}"#, "{}"), "{}");
    }

    #[test]
    fn what_is_refused_is_kept_with_what_was_said_beside_it() {
        let kept = |item: &str| {
            let document = Document::parse(item, 9).unwrap();
            without_keys(document.root(), Keys::Outside, &[("type", "\"track\"".to_owned())])
        };
        assert_eq!(kept(r#"{"writeKey":"k"}"#), r#"{"type":"track"}"#);
        assert_eq!(kept(r#"{"type":"page","a":1}"#), r#"{"type":"page","a":1}"#);
        assert_eq!(kept("7"), "7");
    }

    #[test]
    fn what_a_batch_has_in_common_is_added() {
        assert_eq!(extra_of(r#"{"a":1}"#, r#"{"context":{"b":2}}"#), r#"{"a":1,"context":{"b":2}}"#);
        assert_eq!(extra_of(r#"{"context":1}"#, r#"{"context":{"b":2}}"#), r#"{"context":1}"#);
        assert_eq!(extra_of("{}", r#"{"context":3}"#), r#"{"context":3}"#);
    }
}
