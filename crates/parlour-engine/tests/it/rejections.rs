//! Rejections: kept with their bytes, mended, taken once.

use parlour_core::event::{Event, Flaw, Name};
use parlour_engine::rejections::{Replayed, Search};
use parlour_engine::source::NewSource;
use parlour_engine::{Engine, EngineError, Refused, Submission};
use parlour_store::rejected::{OPEN, Rejected, Wanted};
use parlour_store::{Kind, source_tally};

use crate::bench::{Bench, append};

crate::on_both!(
    what_is_mended_is_taken_once,
    all_that_match_are_sent_again,
    a_conflict_is_told_by_its_source_and_replayed_under_another_id,
    a_search_finds_by_everything,
    old_ones_go,
);

fn event(who: &str, message: &str) -> Event {
    let event = Event::new(1_700_000_000_000_000, Name::new("user", who), "bought", Name::new("brand", "acme"));
    Event { message: Some(message.to_owned()), ..event }
}

fn refused(engine: &Engine, source: &str, raw: &[u8], dialect: Option<&'static str>) -> i64 {
    let refused = vec![Refused { line: None, flaw: Flaw::Unreadable("no date".to_owned()), raw: raw.to_vec() }];
    engine.append(source, Submission { refused, dialect, ..Submission::default() }).unwrap();
    found(engine, &Search::default())[0].id
}

fn found(engine: &Engine, search: &Search) -> Vec<Rejected> {
    engine.search_rejected(search, None, 100).unwrap().rows
}

fn json(event: &Event) -> Vec<u8> {
    serde_json::to_vec(event).unwrap()
}

fn sums(engine: &Engine) -> (i64, i64, i64) {
    let sums = engine.sums().unwrap();
    assert!(sums.agree, "{sums:?}");
    (sums.sent, sums.folded, sums.rejected)
}

fn what_is_mended_is_taken_once(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    // An event whose time lies before all time, set aside with its bytes.
    append(&engine, "shop", &[Event { at: i64::MIN, ..event("anna", "1") }]);
    let row = found(&engine, &Search::default()).remove(0);
    assert_eq!((row.reason.as_str(), row.state.as_str(), row.dialect.as_deref()), ("too_early", OPEN, Some("event")));
    let still = engine.replay_rejected(row.id).unwrap();
    assert_eq!((still.n_replayed, still.n_refused), (0, 1));

    let mended = engine.mend_rejected(row.id, b"{".to_vec()).unwrap();
    assert_eq!((mended.reason.as_str(), mended.raw.as_slice()), ("unreadable", &b"{"[..]));
    let mended = engine.mend_rejected(row.id, json(&event("anna", "1"))).unwrap();
    assert_eq!((mended.reason.as_str(), mended.state.as_str()), ("mended", OPEN));
    let replayed = engine.replay_rejected(row.id).unwrap();
    assert_eq!(replayed, Replayed { n_replayed: 1, n_events: 1, ..Replayed::default() });
    assert!(matches!(engine.replay_rejected(row.id), Err(EngineError::Invalid(_))));
    assert!(matches!(engine.mend_rejected(row.id, Vec::new()), Err(EngineError::Invalid(_))));
    assert!(matches!(engine.replay_rejected(99), Err(EngineError::NotFound(_))));
    engine.fold_all().unwrap();
    assert_eq!(sums(&engine), (2, 1, 1));
    assert!(engine.rejected(row.id).unwrap().replayed_at.is_some());
}

fn all_that_match_are_sent_again(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    for n in 0..7 {
        let raw = if n % 3 == 0 { b"{}".to_vec() } else { json(&event(&format!("p{n}"), &n.to_string())) };
        refused(&engine, if n < 5 { "shop" } else { "site" }, &raw, Some("event"));
    }
    refused(&engine, "shop", b"unknown", Some("klingon"));
    let shop = Search { wanted: Wanted { source: Some("shop".to_owned()), ..Wanted::default() }, text: None };
    let replayed = engine.replay_all(&shop, None).unwrap();
    assert_eq!((replayed.n_replayed, replayed.n_events, replayed.n_refused, replayed.next), (3, 3, 3, None));
    let again = engine.replay_all(&shop, None).unwrap();
    assert_eq!((again.n_replayed, again.n_refused), (0, 3));
    let klingon = found(&engine, &Search { text: Some("KLINGON".to_owned()), ..Search::default() });
    assert!(klingon[0].message.contains("cannot be decoded again"), "{klingon:?}");
    let rest = engine.replay_all(&Search::default(), None).unwrap();
    assert_eq!((rest.n_replayed, rest.n_refused), (1, 4));
    engine.fold_all().unwrap();
    assert_eq!(sums(&engine), (12, 4, 8));
    assert_eq!(engine.delete_rejected(&shop).unwrap(), 6);
    assert_eq!(found(&engine, &Search::default()).len(), 2);
    assert_eq!(sums(&engine), (12, 4, 8));
}

fn a_conflict_is_told_by_its_source_and_replayed_under_another_id(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    engine.create_source(NewSource::named("shop")).unwrap();
    append(&engine, "shop", &[event("anna", "1"), event("berta", "1"), event("anna", "1")]);
    engine.fold_all().unwrap();
    let counts = engine.database.read(source_tally::all).unwrap();
    let row = |name: &str, n| ("shop".to_owned(), name.to_owned(), n);
    assert_eq!(counts, [row("accepted", 2), row("rejected:conflict", 1)]);
    let conflict = found(&engine, &Search::default()).remove(0);
    assert_eq!((conflict.reason.as_str(), conflict.source.as_str()), ("conflict", "shop"));
    engine.mend_rejected(conflict.id, json(&event("berta", "2"))).unwrap();
    assert_eq!(engine.replay_rejected(conflict.id).unwrap().n_replayed, 1);
    engine.fold_all().unwrap();
    assert_eq!(sums(&engine), (4, 2, 1));
}

fn a_search_finds_by_everything(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    for n in 0..30 {
        refused(&engine, ["shop", "site"][n % 2], format!("Row \u{fc}{n} \u{0}").as_bytes(), None);
    }
    let by = |text: &str| Search { text: Some(text.to_owned()), ..Search::default() };
    assert_eq!(found(&engine, &by("ROW \u{dc}17")).len(), 1);
    assert_eq!(found(&engine, &by("NO DATE")).len(), 30);
    assert_eq!(found(&engine, &by("nowhere")).len(), 0);
    let (mut n, mut next) = (0, None);
    loop {
        let page = engine.search_rejected(&by("row"), next, 7).unwrap();
        assert!(page.rows.is_sorted_by(|a, b| b.id < a.id));
        n += page.rows.len();
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(n, 30);
    // A last page that is full has no next.
    assert_eq!(engine.search_rejected(&Search::default(), None, 30).unwrap().next, None);
    assert!(engine.search_rejected(&Search::default(), None, 29).unwrap().next.is_some());
}

fn old_ones_go(kind: Kind) {
    let bench = Bench::new(kind, "[engine]\nrejected_days = 30\n");
    let engine = bench.open();
    let old = refused(&engine, "shop", b"old", None);
    refused(&engine, "shop", b"new", None);
    let ago = parlour_engine::clock::now() - 31 * 86_400_000_000;
    let sql = "UPDATE rejected SET at = $1 WHERE id = $2";
    engine.database.write(move |conn| conn.execute(sql, &[ago.into(), old.into()])).unwrap();
    assert_eq!(engine.delete_old_rejected().unwrap(), 1);
    assert_eq!(found(&engine, &Search::default())[0].raw, b"new");
}
