//! Names from outside: mapping one changes what the past means, and unmapping it changes it back.

use parlour_core::event::{Currency, Event, Money, Name};
use parlour_engine::desk::Question;
use parlour_engine::desk::people::{Filter, Page};
use parlour_engine::{Engine, EngineError};
use parlour_store::Kind;

use crate::bench::{Bench, append};

crate::on_both!(the_past_follows_a_name_both_ways, mappings_last_and_wrong_ones_are_refused);

const AT: i64 = 1_700_000_000_000_000;

fn happened(engine: &Engine, verb: &str, who: &str) {
    let value = Some(Money { minor: 500, currency: Currency::of_code("USD").unwrap() });
    let event = Event { value, ..Event::new(AT, Name::new("user", who), verb, Name::new("brand", "acme")) };
    append(engine, "shop", &[event]);
    engine.fold_all().unwrap();
}

/// Involvement, whether a customer, and value of everyone, as text.
fn standings(engine: &Engine) -> Vec<String> {
    let asked = engine
        .ask(&Question { object: Some("brand:acme".to_owned()), on: None, since: None, ..Question::default() })
        .unwrap();
    let mut rows =
        engine.list(&asked, &Filter::default(), &Page { limit: 100, ..Page::default() }).unwrap().rows.clone();
    rows.sort_by_key(|listed| listed.person);
    let told = rows.iter().map(|listed| {
        let standing = &listed.standing;
        let relation = &standing.relation;
        format!("{} {} {}", standing.involvement(), standing.is_customer, relation.value_minor)
    });
    told.collect()
}

fn the_past_follows_a_name_both_ways(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    happened(&engine, "did:Chess Bought", "anna");
    engine.seal_once(true).unwrap();
    happened(&engine, "did:Chess Bought", "anna");
    happened(&engine, "bought", "berta");
    let before = standings(&engine);
    assert!(before.iter().any(|row| row.contains("false 0")), "{before:?}");
    let version = engine.snapshot().version;
    engine.map_name("Chess Bought", "bought").unwrap();
    assert!(version < engine.snapshot().version);
    let mapped = standings(&engine);
    assert_eq!(
        mapped.iter().filter(|row| row.ends_with("true 1000") || row.ends_with("true 500")).count(),
        2,
        "{mapped:?}"
    );
    assert!(engine.is_chosen("Chess Bought") && !engine.is_chosen("Order Completed"));
    engine.map_name("did:Chess Bought", "viewed").unwrap();
    assert_ne!(standings(&engine), mapped);
    engine.unmap_name("Chess Bought").unwrap();
    assert_eq!(standings(&engine), before);
}

fn mappings_last_and_wrong_ones_are_refused(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    engine.map_name("Chess Bought", "bought").unwrap();
    // Over a name of the vocabulary's own, and back.
    let own = engine.vocabulary().names["Order Completed"].clone();
    engine.map_name("Order Completed", "viewed").unwrap();
    drop(engine);
    let engine = bench.open();
    assert_eq!(engine.vocabulary().resolve("did:Chess Bought"), Some("bought"));
    assert_eq!(engine.vocabulary().resolve("did:Order Completed"), Some("viewed"));
    engine.unmap_name("Order Completed").unwrap();
    assert_eq!(engine.vocabulary().names["Order Completed"], own);
    for (name, verb) in [("", "bought"), ("did:", "bought"), ("a\nb", "bought"), ("x", "flown"), ("x", "")] {
        assert!(matches!(engine.map_name(name, verb), Err(EngineError::Invalid(_))), "{name} {verb}");
    }
    let error = engine.unmap_name("Order Completed").unwrap_err().to_string();
    assert!(error.contains("by the vocabulary itself"), "{error}");
    assert!(engine.unmap_name("nothing").unwrap_err().to_string().contains("is not mapped"));
}
