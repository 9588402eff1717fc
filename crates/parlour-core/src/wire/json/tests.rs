//! Tests of the reading of JSON: another reader must agree on every text.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

/// The document as the other reader's tree, by way of our own navigation.
fn tree(value: Value<'_>) -> serde_json::Value {
    if value.is_object() {
        value.fields().map(|(key, value)| (key.into_owned(), tree(value))).collect::<serde_json::Map<_, _>>().into()
    } else if value.is_array() {
        value.elements().map(tree).collect::<Vec<_>>().into()
    } else if let Some(text) = value.str() {
        text.into_owned().into()
    } else if let Some(is_so) = value.bool() {
        is_so.into()
    } else if let Some(number) = value.number() {
        serde_json::from_str(number).unwrap_or(serde_json::Value::Null)
    } else {
        serde_json::Value::Null
    }
}

fn agrees(text: &str) {
    let ours = Document::parse(text, 100);
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => {
            let ours = ours.unwrap_or_else(|error| panic!("{error}: {text}"));
            // Numbers beyond their range and halves of surrogate pairs are text to us and an error there.
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(text) {
                assert_eq!(tree(ours.root()), theirs, "{text}");
            }
        }
        Err(_) => assert!(ours.is_err(), "{text}"),
    }
}

#[test]
fn others_agree_on_what_json_is() {
    for text in [
        "{}",
        "[]",
        " [ 1 , 2.5e-3 , -0 , \"a\" , true , false , null ] ",
        "{\"a\":{\"b\":[{},[],{\"c\":\"d\"}]},\"a\":2}",
        r#""\u00e9\n\"\\\/ \ud83d\ude00 x""#,
        r#"["\\","\\\\n","\\u0041","\u0041\\"]"#,
        "\"0123456789012345678901234567890é\"",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "+1",
        "NaN",
        "tru",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "[1 2]",
        "\"a",
        "\"\u{1}\"",
        "\"1234567\u{1f}9\"",
        r#""\x""#,
        r#""\u12g4""#,
        "",
        " ",
        "1 2",
        "\"é\"",
    ] {
        agrees(text);
    }
}

#[test]
fn halves_of_pairs_become_replacement_characters() {
    for (text, read) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
        (r#""\ud83d\ud83d\ude00\n""#, "\u{fffd}😀\n"),
        (r#""\ud83d\\\ude00""#, "\u{fffd}\\\u{fffd}"),
    ] {
        assert_eq!(Document::parse(text, 9).unwrap().root().str().unwrap(), read, "{text}");
    }
}

#[test]
fn depth_is_limited() {
    let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(Document::parse(&deep(64), 64).is_ok());
    assert_eq!(Document::parse(&deep(65), 64).unwrap_err(), JsonError::TooDeep { most: 64 });
    assert_eq!(
        Document::parse(&"[".repeat(1_000_000), usize::MAX).unwrap_err(),
        JsonError::TooDeep { most: MAX_DEPTH }
    );
}

#[test]
fn a_batch_is_given_up_at_the_first_event_too_many() {
    let parse = |text: &str| Document::parse_batch(text, 9, 3).map(|_| ());
    // What comes after is not even looked at.
    for text in ["[{},{},{},!", "{\"a\":1,\"batch\":[1,2,3,!", "{\"events\":[[],[],[],!"] {
        assert_eq!(parse(text), Err(JsonError::TooMany { most: 3 }), "{text}");
    }
    let inside = "{\"a\":[1,2,3,4],\"batch\":[[1,2,3,4],{\"batch\":[1,2,3,4]},3]}";
    assert_eq!(parse(inside), Ok(()));
    assert_eq!(parse("[1,2,3]"), Ok(()));
}

#[test]
fn fields_are_found_and_the_last_of_a_name_counts() {
    let document = Document::parse(r#"{"a":{"b":1},"c":[true],"a":{"b":" x ","\u0064":null}}"#, 9).unwrap();
    let root = document.root();
    assert_eq!(root.at(&["a", "b"]).unwrap().text().unwrap(), "x");
    assert!(root.at(&["a", "d"]).unwrap().is_null());
    assert_eq!(root.get("c").unwrap().elements().next().unwrap().bool(), Some(true));
    assert_eq!(root.get("c").unwrap().raw(), "[true]");
    assert!(root.at(&["c", "b"]).is_none());
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,20}".prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn what_others_write_is_read(value in json(), is_pretty in any::<bool>()) {
        agrees(&if is_pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() });
    }

    #[test]
    fn what_is_broken_is_seen(value in json(), at in any::<prop::sample::Index>(), byte in "[\\[\\]{}\",:\\\\u0-9a-f \u{1}-]") {
        let mut text: Vec<char> = value.to_string().chars().collect();
        let at = at.index(text.len());
        text[at] = byte.chars().next().unwrap();
        agrees(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_safe(text in "[\\[\\]{}\",:\\\\u0-9a-z. \u{1}-]{0,40}") {
        agrees(&text);
    }
}
