//! Tests of what all dialects have in common, and the setting in which each is tested.

use proptest::prelude::*;

use super::segment::{Call, Reading};
use super::*;
use crate::event::Money;

/// 2026-11-21T20:00:00Z.
pub(super) const NOW: i64 = 1_795_291_200_000_000;
/// A second.
pub(super) const SECOND: i64 = 1_000_000;

/// Decodes in a setting of a brand `acme`, received at [`NOW`].
pub(super) fn within<T>(limits: Limits, decode: impl FnOnce(&Context<'_>) -> T) -> T {
    let origin = Origin { id: 7, brand: Name::new("brand", "acme"), layer: Layer::Web };
    let vocabulary = Vocabulary::default();
    let blocked_ids = ["null".to_owned(), "undefined".to_owned()];
    decode(&Context {
        received_at: NOW,
        origin: &origin,
        limits: &limits,
        vocabulary: &vocabulary,
        blocked_ids: &blocked_ids,
    })
}

/// The events on lines of their own, as a person would tell them: `subject[=also…] verb object[<parent] …`.
pub(super) fn told(decoded: &Decoded) -> String {
    let mut lines: Vec<String> = decoded.events.iter().map(line).collect();
    for item in &decoded.items {
        if let Item::Refused(refusal) = item {
            lines.push(format!("refused {} {}", refusal.flaw.code(), refusal.field.as_deref().unwrap_or("-")));
        }
    }
    lines.join("\n")
}

fn line(event: &Event) -> String {
    let mut line = event.subject.to_string();
    let mut add = |text: String| line.push_str(&text);
    event.also.iter().for_each(|id| add(format!("={id}")));
    add(format!(" {} {}", event.verb, event.object));
    event.parent.iter().for_each(|parent| add(format!("<{parent}")));
    event.target.iter().for_each(|target| add(format!(" @{target}")));
    let money = |Money { minor, currency }: Money| format!(" {minor} {}", currency.code());
    event.value.map(money).into_iter().for_each(&mut add);
    event.rating.iter().for_each(|stars| add(format!(" {stars}*")));
    event.text.iter().for_each(|text| add(format!(" {text:?}")));
    if event.layer != Layer::Web {
        add(format!(" {}", event.layer.name()));
    }
    if !event.scored {
        add(" unscored".to_owned());
    }
    event.message.iter().for_each(|message| add(format!(" #{message}")));
    line
}

/// Every dialect that there is, on the same bytes.
fn all(body: &[u8], context: &Context<'_>) -> Vec<Result<Decoded, BatchError>> {
    let import = Reading { call: Some(Call::Track), is_import: true };
    vec![
        segment::decode(body, Reading::default(), context),
        segment::decode(body, import, context),
        posthog::decode(body, Some(NOW), context),
        native::decode(body, context),
    ]
}

fn is_sound(body: &[u8], limits: Limits) {
    within(limits, |context| {
        let _ = key_in(body, context.limits);
        for decoded in all(body, context).into_iter().flatten() {
            let mut n_events = 0;
            for item in &decoded.items {
                match item {
                    Item::Taken { n } => n_events += n,
                    Item::Refused(refusal) => assert!(refusal.raw.len() <= MAX_RAW_BYTES),
                }
            }
            assert_eq!(n_events, decoded.events.len());
            for event in &decoded.events {
                assert_eq!(event.flaw(NOW), None, "{event:?}");
                if let Some(extra) = &event.extra {
                    serde_json::from_str::<&serde_json::value::RawValue>(extra).unwrap();
                }
            }
        }
    });
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    within(Limits { batch_events: 2, ..Limits::default() }, |context| {
        for body in ["", "{", "7", "[]", "{}", "\"x\"", "{\"batch\":[]}", "[{},{},{}]", "\u{1}"] {
            for (at, decoded) in all(body.as_bytes(), context).into_iter().enumerate() {
                // A path may say what an empty object is, and our own dialect has no other fields to look for.
                let is_one = body == "{}" && (at == 1 || at == 3) || body == "{\"batch\":[]}" && at == 3;
                assert_eq!(decoded.is_err(), !is_one, "{at}: {body}");
            }
        }
        for decoded in all(b"[\"\xff\"]", context) {
            assert_eq!(decoded.unwrap_err(), BatchError::Encoding { at: 2 });
        }
        for decoded in all(b"\xef\xbb\xbf[1]", context) {
            assert_eq!(told(&decoded.unwrap()), "refused not_an_event -");
        }
    });
}

#[test]
fn what_is_too_large_is_refused_by_itself() {
    let limits = Limits { event_bytes: 60, ..Limits::default() };
    let long = "x".repeat(MAX_RAW_BYTES);
    let body = format!("[{{\"uuid\":\"m\",\"writeKey\":\"secret\",\"é\":\"{long}\"}},1]");
    within(limits, |context| {
        for decoded in all(body.as_bytes(), context) {
            let decoded = decoded.unwrap();
            assert_eq!(told(&decoded), "refused event_too_large -\nrefused not_an_event -");
            let Item::Refused(refusal) = &decoded.items[0] else { panic!("{decoded:?}") };
            assert_eq!((refusal.raw.len(), refusal.message.as_deref()), (MAX_RAW_BYTES, Some("m")));
            assert!(!String::from_utf8_lossy(&refusal.raw).contains("secret"));
        }
    });
}

/// Names of fields that mean something.
const NAMES: &str = "type messageId uuid id userId anonymousId distinct_id timestamp originalTimestamp sentAt event properties \
    traits context previousId groupId products price quantity revenue currency value product_id rating email subject verb \
    object also at extra text $set alias path batch events mergeProperties";
/// Values that mean something, or look as if.
const TEXTS: &str = "track|identify|alias|group|page|screen|merge|u1|null|Order Completed|Product Viewed|$identify|\
    $create_alias|$pageview|2026-11-21T19:00:00Z|12.30|user:7|EUR|Ann@x.org||-1e40|\u{0}|9999-99-99|http://x/\u{7f}|liked";

/// Bodies that have the right fields with anything in them.
fn body() -> impl Strategy<Value = String> {
    let names = prop::sample::select(NAMES.split_whitespace().collect::<Vec<_>>());
    let texts = prop::sample::select(TEXTS.split('|').collect::<Vec<_>>());
    let leaf = prop_oneof![
        texts.prop_map(|text| serde_json::Value::from(text).to_string()),
        (-5_i64..5).prop_map(|n| n.to_string()),
        Just("null".to_owned()),
        Just("1795291200000".to_owned()),
        Just("true".to_owned()),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        let object = prop::collection::vec((names.clone(), inner.clone()), 0..8).prop_map(|fields| {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        });
        let array = prop::collection::vec(inner, 0..5).prop_map(|values| format!("[{}]", values.join(",")));
        prop_oneof![3 => object, 1 => array]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_body_of_known_fields_is_safe(body in body()) {
        is_sound(body.as_bytes(), Limits::default());
        is_sound(body.as_bytes(), Limits { event_bytes: 50, batch_events: 3, message_id_bytes: 3, json_depth: 3 });
    }

    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        is_sound(&bytes, Limits::default());
    }
}
