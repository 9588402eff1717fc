//! Mappings against bodies as they come.

use proptest::prelude::*;

use super::*;

fn mapped(mapping: &str, raw: &str) -> Result<Vec<Event>, String> {
    let brand = Name::new("brand", "acme");
    let body = Body {
        raw: raw.as_bytes(),
        headers: &[],
        received_at: 7,
        brand: &brand,
        layer: Layer::Web,
        message: Some("msg_1"),
        topic: None,
    };
    Mapping::parse(mapping)?.events(&body, &Vocabulary::default()).map_err(|flaw| flaw.to_string())
}

const ORDER: &str = r#"{
    "when": "body.type == 'order.paid'", "subject": "body.customer.id", "also": {"email": "body.customer.email"},
    "verb": "'bought'", "object": "body.sku", "at": "body.created", "value": "body.total", "currency": "body.currency",
    "rating": "body.stars", "text": "body.note"
}"#;

#[test]
fn an_order_becomes_a_purchase() {
    let raw = r#"{"type":"order.paid","customer":{"id":7,"email":"a@b.c"},"sku":"x1","created":"2024-05-01T10:00:00Z",
        "total":12.3,"currency":"eur","note":null}"#;
    let event = mapped(ORDER, raw).unwrap().remove(0);
    assert_eq!((event.subject, event.also), (Name::new("user", "7"), vec![Name::new("email", "a@b.c")]));
    assert_eq!((event.verb.as_str(), event.object), ("bought", Name::new("product", "x1")));
    assert_eq!((event.parent, event.at), (Some(Name::new("brand", "acme")), 1_714_557_600_000_000));
    assert_eq!(
        event.value.map(|money| (money.minor, money.currency.code().to_owned())),
        Some((1230, "EUR".to_owned()))
    );
    assert_eq!((event.message.as_deref(), event.text, event.rating), (Some("msg_1"), None, None));
    assert_eq!(event.extra.as_deref(), Some(raw));
    assert_eq!(mapped(ORDER, r#"{"type":"order.seen"}"#), Ok(vec![]));
}

#[test]
fn what_is_said_says_to_what_and_where_an_answer_goes() {
    let mapping = r#"{"subject": "body.from", "verb": "'wrote'", "text": "body.text", "reply_to": "body.chat",
        "title": "body.topic", "reply_address": "'chat:' + string(body.chat)"}"#;
    let event =
        mapped(mapping, r#"{"from":1,"chat":42,"text":"Hello?","reply_address":"mailto:x@y.z"}"#).unwrap().remove(0);
    assert_eq!((event.reply_to.as_deref(), event.text.as_deref()), (Some("42"), Some("Hello?")));
    let extra: serde_json::Value = serde_json::from_str(&event.extra.unwrap()).unwrap();
    assert_eq!(extra, serde_json::json!({"from": 1, "chat": 42, "text": "Hello?", "reply_address": "chat:42"}));
}

#[test]
fn a_list_becomes_many() {
    let mapping = r#"{"each": "body.items.filter(i, i.n > 0)", "subject": "body.who", "verb": "'Chess Played'",
        "value_minor": "item.n * 100", "currency": "'JPY'", "at": "1714557600", "layer": "'face'"}"#;
    let events = mapped(mapping, r#"{"who":"anna","items":[{"n":1},{"n":0},{"n":3}]}"#).unwrap();
    let told: Vec<_> =
        events.iter().map(|event| (event.value.unwrap().minor, event.message.clone().unwrap())).collect();
    assert_eq!(told, [(100, "msg_1#0".to_owned()), (300, "msg_1#1".to_owned())]);
    assert!(events.iter().all(|event| event.verb == "did:Chess Played" && event.layer == Layer::Face));
    assert_eq!((events[1].object.to_string(), events[1].at), ("brand:acme".to_owned(), 1_714_557_600_000_000));
    assert_eq!(events[1].extra.as_deref(), Some(r#"{"n":3}"#));
}

#[test]
fn what_is_wrong_is_named() {
    for (mapping, says) in [
        ("", "cannot be read"),
        (r#"{"subject":"body.x"}"#, "verb"),
        (r#"{"subject":"body.x","verb":"'v'","colour":"'red'"}"#, "colour"),
        (r#"{"subject":"body.","verb":"'v'"}"#, "`subject`"),
        (r#"{"subject":"b.map(x, b . map ( y, y))","verb":"'v'"}"#, "more than once"),
    ] {
        let error = Mapping::parse(mapping).unwrap_err();
        assert!(error.contains(says), "{mapping}: {error}");
    }
    let long = format!(r#"{{"subject":"'{}'","verb":"'v'"}}"#, "x".repeat(2000));
    assert!(Mapping::parse(&long).unwrap_err().contains("longer than 1000"));
    for (raw, says) in [
        ("nonsense", "no JSON"),
        (r#"{"type":"order.paid"}"#, "`subject` is nothing"),
        (r#"{"type":"order.paid","customer":{"id":1},"total":"much"}"#, "no amount"),
        (r#"{"type":"order.paid","customer":{"id":1},"total":1.234}"#, "no amount"),
        (r#"{"type":"order.paid","customer":{"id":1},"created":"soon"}"#, "no time"),
        (r#"{"type":"order.paid","customer":{"id":1},"stars":9}"#, "1 to 5"),
    ] {
        let error = mapped(ORDER, raw).unwrap_err();
        assert!(error.contains(says), "{raw}: {error}");
    }
}

#[test]
fn amounts_are_exact() {
    for (text, decimals, minor) in [
        ("12.3", 2, Some(1230)),
        ("12", 2, Some(1200)),
        ("-0.05", 2, Some(-5)),
        ("100.000", 0, Some(100)),
        ("1.5", 0, None),
        ("1e5", 2, None),
        ("", 2, None),
        ("NaN", 2, None),
        ("99999999999999999999", 2, None),
    ] {
        assert_eq!(minor_of(text, decimals), minor, "{text}");
    }
}

proptest! {
    #[test]
    fn no_body_and_no_mapping_brings_it_down(raw in ".{0,80}", mapping in ".{0,80}", expression in "[ab.()'+0-9\\[\\]?:]{0,30}") {
        let _ = mapped(ORDER, &raw);
        let _ = mapped(&mapping, &raw);
        let written = serde_json::json!({ "subject": expression, "verb": "'v'" }).to_string();
        let _ = mapped(&written, r#"{"a":[1,{"b":null}],"b":"x"}"#);
    }
}
