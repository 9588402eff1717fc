//! Sources and their keys: which key opens whose door, and until when.

use parlour_core::event::{Layer, Name};
use parlour_engine::EngineError;
use parlour_engine::source::{MAX_OVERLAP_HOURS, NewSource, Source};
use parlour_store::Kind;

use crate::bench::Bench;

crate::on_both!(a_key_opens_its_sources_door, a_rotated_key_works_a_while, what_may_change_changes);

fn a_key_opens_its_sources_door(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let shop = engine.create_source(NewSource::named("shop")).unwrap();
    let app = NewSource { layer: Layer::Mobile, events_per_second: Some(9), ..NewSource::named("app") };
    let app = engine.create_source(app).unwrap();
    assert_eq!((&shop.source.brand, &app.source.brand), (&Name::new("brand", "shop"), &Name::new("brand", "shop")));
    let name = |key: &str| engine.source_of_key(key).map(|source| source.name.clone());
    assert_eq!((name(&shop.key), name(&app.key)), (Some("shop".to_owned()), Some("app".to_owned())));
    for wrong in ["", "pk_", &shop.key[1..], &format!("{} ", shop.key), &shop.key.to_lowercase()] {
        assert_eq!(name(wrong), None, "{wrong}");
    }
    let again = engine.create_source(NewSource::named("shop")).unwrap_err();
    assert!(matches!(&again, EngineError::Invalid(text) if text.contains("already")), "{again}");
    assert_eq!((engine.sources().len(), engine.source_named("nobody").is_none()), (2, true));

    engine.revoke_source(shop.source.id).unwrap();
    assert_eq!((name(&shop.key), name(&app.key)), (None, Some("app".to_owned())));
    assert!(matches!(engine.rotate_source(shop.source.id, 1), Err(EngineError::Invalid(_))));
    assert!(matches!(engine.revoke_source(99), Err(EngineError::NotFound(_))));
    drop(engine);
    let engine = bench.open();
    assert!(engine.source_of_key(&shop.key).is_none());
    let app = engine.source_of_key(&app.key).unwrap();
    assert_eq!((app.layer, app.events_per_second), (Layer::Mobile, Some(9)));
}

fn a_rotated_key_works_a_while(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let first = engine.create_source(NewSource::named("shop")).unwrap();
    let id = first.source.id;
    let second = engine.rotate_source(id, 72).unwrap();
    assert_ne!(first.key, second.key);
    assert!([&first.key, &second.key].into_iter().all(|key| engine.source_of_key(key).is_some()));
    let third = engine.rotate_source(id, 0).unwrap();
    assert!([&first.key, &second.key].into_iter().all(|key| engine.source_of_key(key).is_none()));
    assert!(engine.source_of_key(&third.key).is_some());
    let keys = &engine.source(id).unwrap().keys;
    assert_eq!((keys.len(), keys.iter().filter(|key| key.expires_at.is_none()).count()), (3, 1));
    let hint = format!("pk_{}…{}", &third.key[3..4], &third.key[31..]);
    assert!(keys.iter().any(|key| key.hint == hint), "{keys:?}");
    assert!(engine.rotate_source(id, MAX_OVERLAP_HOURS + 1).is_err());
    // No key lies in the database.
    let kept = engine.database.read(parlour_store::source_key::all).unwrap();
    assert!(kept.iter().all(|row| row.hash.len() == 32 && !third.key.contains(&row.hint)));
}

fn what_may_change_changes(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let made = engine.create_source(NewSource::named("shop")).unwrap();
    let wanted = Source { brand: Name::new("brand", "other"), events_per_second: Some(3), ..(*made.source).clone() };
    let changed = engine.update_source(&wanted).unwrap();
    assert_eq!((changed.brand.id.as_str(), changed.events_per_second), ("other", Some(3)));
    assert_eq!(engine.source_of_key(&made.key).unwrap().brand.id, "other");
}
