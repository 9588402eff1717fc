//! The dialects of the wire.

use std::sync::LazyLock;

use parlour_core::event::{Layer, Name};
use parlour_core::vocabulary::Vocabulary;
use parlour_core::wire::segment::{Call, Reading};
use parlour_core::wire::{Context, Decoded, Dialect, Item, Limits, MAX_RAW_BYTES, Origin, key_in};

/// 2026-11-21T20:00:00Z.
pub const NOW: i64 = 1_795_291_200_000_000;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::default);

/// Segment's calls, as a batch, as one call, and as an import.
pub fn segment(bytes: &[u8]) {
    check(bytes, Dialect::Segment(Reading::default()));
    check(bytes, Dialect::Segment(Reading { call: Some(Call::Track), is_import: true }));
}

/// PostHog's older form.
pub fn posthog(bytes: &[u8]) {
    check(bytes, Dialect::Posthog { sent_at: None });
}

/// PostHog's newer form, which has the time of sending in a header.
pub fn posthog_v1(bytes: &[u8]) {
    check(bytes, Dialect::Posthog { sent_at: Some(NOW) });
}

/// Our own dialect.
pub fn native(bytes: &[u8]) {
    check(bytes, Dialect::Native);
}

fn check(bytes: &[u8], dialect: Dialect) {
    let origin = Origin { id: 1, brand: Name::new("brand", "acme"), layer: Layer::Web };
    let (limits, blocked_ids) = (Limits::default(), ["null".to_owned()]);
    let context = Context {
        received_at: NOW,
        origin: &origin,
        limits: &limits,
        vocabulary: &VOCABULARY,
        blocked_ids: &blocked_ids,
    };
    let _ = key_in(bytes, &limits);
    if let Ok(decoded) = dialect.decode(bytes, &context) {
        is_sound(&decoded, &limits);
    }
}

fn is_sound(decoded: &Decoded, limits: &Limits) {
    assert!(decoded.items.len() <= limits.batch_events);
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
            serde_json::from_str::<&serde_json::value::RawValue>(extra).expect("what is kept of an event is JSON");
        }
    }
}
