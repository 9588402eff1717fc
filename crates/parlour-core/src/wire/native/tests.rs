//! Tests of our own dialect.

use super::super::tests::{NOW, SECOND, told, within};
use super::super::{Item, Limits};
use super::*;

fn decoded(body: &str) -> Decoded {
    within(Limits::default(), |context| decode(body.as_bytes(), context).unwrap())
}

/// An event with these further fields.
fn with(fields: &str) -> Decoded {
    decoded(&format!(r#"{{"subject":"user:7","verb":"liked","object":"brand:acme"{fields}}}"#))
}

#[test]
fn every_field_is_read() {
    let decoded = decoded(
        r#"{"events":[{"@context":"https://www.w3.org/ns/activitystreams","id":"m","actor":{"kind":"user","id":7},
        "also":["email:a@b.c"],"type":"ReviewAction","object":"product:x:y","parent":"brand:zeta","target":{"kind":"list","id":"l"},
        "layer":"face","space":"elsewhere","published":"2026-11-21T19:59:59Z","inReplyTo":"q","content":"good","rating":4,
        "value":{"amount":"12.30","currency":"eur"},"seconds":9,"paid":true,"scored":false,"extra":{"a": [1],"token":"t"}}]}"#,
    );
    let expected = "user:7=email:a@b.c reviewed product:x:y<brand:zeta @list:l 1230 EUR 4* \"good\" face unscored #m";
    assert_eq!(told(&decoded), expected);
    let event = &decoded.events[0];
    assert_eq!((event.at, event.reply_to.as_deref(), event.seconds), (NOW - SECOND, Some("q"), 9));
    assert_eq!((event.space, event.paid), (Space::Elsewhere, true));
    assert_eq!(event.extra.as_deref(), Some(r#"{"a": [1],"token":"t"}"#));
    assert_eq!(told(&with(r#","text":null,"value":{"minor":-5,"currency":"USD"}"#)), "user:7 liked brand:acme -5 USD");
    assert_eq!(with("").events[0].at, NOW);
}

#[test]
fn whatever_is_wrong_is_named() {
    for (fields, refused) in [
        (r#","colour":"red""#, "unknown_field colour"),
        (r#","object":{"kind":"a","id":"b","name":"c"}"#, "unknown_field object.name"),
        (r#","object":"acme""#, "unreadable object"),
        (r#","object":{"kind":"brand"}"#, "unreadable object"),
        (r#","subject":7"#, "unreadable subject"),
        (r#","also":["x"]"#, "unreadable also"),
        (r#","id":"""#, "unreadable id"),
        (r#","layer":"sea""#, "unreadable layer"),
        (r#","space":"ours""#, "unreadable space"),
        (r#","at":"soon""#, "unreadable at"),
        (r#","at":"2027-01-01""#, "in_the_future at"),
        (r#","rating":6"#, "rating_out_of_range rating"),
        (r#","rating":4.5"#, "unreadable rating"),
        (r#","seconds":-1"#, "unreadable seconds"),
        (r#","paid":"yes""#, "unreadable paid"),
        (r#","extra":[]"#, "unreadable extra"),
        (r#","value":5"#, "unreadable value.currency"),
        (r#","value":{"amount":"x","currency":"EUR"}"#, "unreadable value.amount"),
        (r#","value":{"cents":5}"#, "unknown_field value.cents"),
    ] {
        assert_eq!(told(&with(fields)), format!("refused {refused}"), "{fields}");
    }
    assert_eq!(told(&decoded(r#"{"verb":"liked","object":"a:b","id":"m"}"#)), "refused id_missing subject");
    assert_eq!(told(&decoded(r#"{"subject":"a:b","verb":"liked"}"#)), "refused id_missing object");
    assert_eq!(told(&decoded(r#"{"subject":"a:b","object":"a:b"}"#)), "refused verb_missing verb");
}

#[test]
fn each_of_several_has_its_own_fate() {
    let decoded = decoded(r#"[{"id":"bad"},{"subject":"user:7","verb":"sang","object":"brand:acme"},[]]"#);
    assert_eq!(told(&decoded), "user:7 did:sang brand:acme\nrefused id_missing subject\nrefused not_an_event -");
    let Item::Refused(refusal) = &decoded.items[0] else { panic!() };
    assert_eq!(refusal.message.as_deref(), Some("bad"));
    assert_eq!(refusal.raw, br#"{"id":"bad"}"#);
}

/// The schema names the same fields as the reader.
#[test]
fn the_schema_is_what_is_read() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    for (field, _) in schema["properties"].as_object().unwrap() {
        let told = told(&with(&format!(",\"{field}\":[[]]")));
        assert!(!told.contains("unknown_field"), "{field}: {told}");
    }
    let layers: Vec<&str> = Layer::ALL.iter().map(|layer| layer.name()).collect();
    assert_eq!(schema["properties"]["layer"]["enum"], serde_json::json!(layers));
}
