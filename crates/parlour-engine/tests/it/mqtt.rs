//! Messages of a broker: taken once however often they are delivered, and kept where they cannot be read.

use parlour_engine::Engine;
use parlour_engine::mqtt::Message;
use parlour_engine::rejections::Search;
use parlour_engine::source::{NewSource, SourceKind};
use parlour_store::Kind;

use crate::bench::Bench;

crate::on_both!(a_message_is_taken_once, what_cannot_be_mapped_is_kept_and_mended, passwords_are_not_shown);

const MAPPING: &str = r#"{"broker": "mqtt://ann:s3cret@host", "topic": "a/+", "subject": "levels[1]", "verb": "'bought'",
    "when": "body != 'skip'", "value_minor": "body.cents", "currency": "'EUR'"}"#;

fn listening(engine: &Engine) -> std::sync::Arc<parlour_engine::source::Source> {
    let new = NewSource { kind: SourceKind::Mqtt, mapping: Some(MAPPING.to_owned()), ..NewSource::named("till") };
    engine.create_source(new).unwrap().source
}

fn message(packet: u16, is_again: bool, body: &str) -> Message {
    Message { topic: "a/anna".to_owned(), packet, is_again, body: body.as_bytes().to_vec() }
}

fn a_message_is_taken_once(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let source = listening(&engine);
    let take = |messages: &[Message]| {
        engine.take_messages(&source, messages).unwrap();
        engine.fold_all().unwrap();
        let sums = engine.sums().unwrap();
        (sums.folded, sums.duplicate, sums.rejected)
    };
    let body = r#"{"cents":5}"#;
    assert_eq!(take(&[message(1, false, body), message(2, false, body), message(3, false, "skip")]), (2, 0, 0));
    // Delivered again, because we were gone before we could say that we have it.
    assert_eq!(take(&[message(1, true, body), message(2, true, body)]), (2, 2, 0));
    // The broker has come round to the same number.
    assert_eq!(take(&[message(1, false, body)]), (3, 2, 0));
    // What is not to be acknowledged has no number.
    assert_eq!(take(&[message(0, false, body), message(0, false, body)]), (5, 2, 0));
}

fn what_cannot_be_mapped_is_kept_and_mended(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let source = listening(&engine);
    let receipt = engine
        .take_messages(&source, &[message(1, false, r#"{"cents":"x"}"#), message(2, false, r#"{"cents":1}"#)])
        .unwrap();
    assert_eq!((receipt.n_accepted, receipt.n_rejected), (1, 1));
    let row = engine.search_rejected(&Search::default(), None, 9).unwrap().rows.remove(0);
    let raw = String::from_utf8(row.raw).unwrap();
    assert!(raw.contains(r#""topic":"a/anna""#) && raw.contains(r#""body":{"cents":"x"}"#), "{raw}");
    let mended = engine.mend_rejected(row.id, raw.replace("\"x\"", "2").into_bytes()).unwrap();
    assert_eq!(mended.reason, "mended", "{}", mended.message);
    assert_eq!(engine.replay_rejected(row.id).unwrap().n_replayed, 1);
    // Delivered again after all, it is known.
    engine.take_messages(&source, &[message(2, true, r#"{"cents":1}"#)]).unwrap();
    engine.fold_all().unwrap();
    let sums = engine.sums().unwrap();
    assert_eq!((sums.folded, sums.duplicate, sums.agree), (2, 1, true));
}

fn passwords_are_not_shown(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let source = listening(&engine);
    assert!(!source.mapping.as_ref().unwrap().contains("s3cret"));
    let subscription = engine.subscription(&source).unwrap();
    assert_eq!((subscription.user.as_deref(), subscription.password.as_deref()), (Some("ann"), Some("s3cret")));
    assert!(!format!("{subscription:?}").contains("s3cret"));
    // What is shown can be sent back.
    let same = engine.update_source(&source).unwrap();
    assert_eq!(engine.subscription(&same).unwrap(), subscription);
}
