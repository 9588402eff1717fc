//! Repeats and conflicts of message ids: in one batch, in the tail, after sealing, after the window.

use parlour_core::day::Day;
use parlour_core::event::{Event, Name};
use parlour_engine::{Engine, Novelty, Submission};
use parlour_store::{Kind, rejected};

use crate::bench::{Bench, append};

crate::on_both!(
    a_repeat_is_known_wherever_its_original_is,
    a_repeat_is_foretold,
    a_conflict_is_rejected,
    an_id_is_known_whoever_it_comes_with_and_however_merged,
    the_window_ends,
    sources_have_their_own_ids,
    a_tail_of_repeats_is_sealed_and_has_no_days,
    a_tail_that_had_to_wait_becomes_several_runs,
    an_event_out_of_bounds_is_set_aside,
);

fn bought(message: &str, who: &str) -> Event {
    let event = Event::new(Day(19_800).start_micros(), Name::new("user", who), "bought", Name::new("brand", "b"));
    Event { message: Some(message.to_owned()), ..event }
}

fn a_repeat_is_known_wherever_its_original_is(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    append(&engine, "s", &[bought("1", "ann"), bought("1", "ann")]);
    engine.fold_all().unwrap();
    append(&engine, "s", &[bought("1", "ann")]);
    engine.fold_all().unwrap();
    assert!(engine.seal_once(true).unwrap());
    append(&engine, "s", &[bought("1", "ann"), bought("2", "bob")]);
    engine.fold_all().unwrap();
    drop(engine);
    let engine = bench.open();
    append(&engine, "s", &[bought("1", "ann")]);
    engine.compact_all().unwrap();
    append(&engine, "s", &[bought("1", "ann"), bought("2", "bob")]);
    engine.fold_all().unwrap();
    let sums = engine.sums().unwrap();
    assert_eq!((sums.folded, sums.duplicate, sums.rejected), (2, 6, 0));
    assert!(sums.agree);
    assert_eq!(engine.diagnose().unwrap().n_scored, 2);
}

fn a_repeat_is_foretold(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let tell = |source: &str, event: Event| engine.foretell(source, [event].iter()).unwrap();
    let novelty = |source: &str, event: Event| tell(source, event).0[0];
    // What was never taken in may come again as new.
    assert_eq!(novelty("s", bought("1", "ann")), Novelty::New);
    let (novelties, foretold) = tell("s", bought("1", "ann"));
    assert_eq!(novelties, [Novelty::New]);
    let submission = Submission { events: vec![(bought("1", "ann"), None)], ..Submission::default() };
    let receipt = engine.append("s", submission).unwrap();
    foretold.keep(receipt.seq);
    drop(foretold);
    for is_folded in [false, true, true] {
        assert_eq!(novelty("s", bought("1", "ann")), Novelty::Duplicate, "{is_folded}");
        assert_eq!(novelty("s", bought("1", "eve")), Novelty::Conflict, "{is_folded}");
        assert_eq!(novelty("t", bought("1", "ann")), Novelty::New, "{is_folded}");
        engine.fold_all().unwrap();
    }
}

fn a_conflict_is_rejected(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    append(&engine, "s", &[bought("1", "ann"), Event { rating: Some(5), ..bought("1", "ann") }]);
    engine.fold_all().unwrap();
    engine.seal_once(true).unwrap();
    append(&engine, "s", &[Event { seconds: 9, ..bought("1", "ann") }, bought("1", "ann")]);
    engine.fold_all().unwrap();
    let sums = engine.sums().unwrap();
    assert_eq!((sums.sent, sums.accepted, sums.rejected), (4, 2, 2));
    assert_eq!((sums.folded, sums.duplicate, sums.agree), (1, 1, true));
    drop(engine);
    let engine = bench.open();
    let rows = engine.database.read(|conn| rejected::list(conn, None, None, 10)).unwrap();
    assert_eq!(rows.len(), 2, "a start does not reject them again");
    assert!(rows.iter().all(|row| row.reason == "conflict" && row.source == "s"), "{rows:?}");
    let raw: Event = serde_json::from_slice(&rows[0].raw).unwrap();
    assert_eq!(raw.seconds, 9, "newest first, whole");
    assert_eq!(engine.diagnose().unwrap().n_scored, 1);
}

fn an_id_is_known_whoever_it_comes_with_and_however_merged(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    for i in 0..9 {
        append(&engine, "s", &[bought(&i.to_string(), "ann")]);
        engine.fold_all().unwrap();
        engine.seal_once(true).unwrap();
    }
    while engine.compact_once().unwrap() {}
    let n_files = || std::fs::read_dir(engine.folder.join("lake/filter")).unwrap().count();
    assert_eq!(n_files(), 3, "four and four are merged");
    let again: Vec<Event> = (0..9).map(|i| bought(&i.to_string(), "ann")).collect();
    append(&engine, "s", &again);
    append(&engine, "s", &[bought("1", "eve")]);
    engine.fold_all().unwrap();
    let sums = engine.sums().unwrap();
    assert_eq!((sums.folded, sums.duplicate, sums.rejected, sums.agree), (9, 9, 1, true));
}

fn the_window_ends(kind: Kind) {
    for (settings, wanted) in [("[engine]\nduplicate_window_days = 0\n", (3, 0)), ("", (1, 2))] {
        let bench = Bench::new(kind, settings);
        let engine = bench.open();
        append(&engine, "s", &[bought("1", "ann")]);
        engine.fold_all().unwrap();
        engine.seal_once(true).unwrap();
        append(&engine, "s", &[bought("1", "ann")]);
        engine.fold_all().unwrap();
        append(&engine, "s", &[bought("1", "ann")]);
        engine.fold_all().unwrap();
        let sums = engine.sums().unwrap();
        assert_eq!((sums.folded, sums.duplicate), wanted, "{settings}");
        drop(engine);
        let engine = bench.open();
        assert_eq!(engine.sums().unwrap(), sums);
        let diagnosis = engine.diagnose().unwrap();
        assert_eq!((diagnosis.n_scored as i64, diagnosis.findings.len()), (wanted.0, 0));
    }
}

fn sources_have_their_own_ids(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    for source in ["a", "b", "a"] {
        append(&engine, source, &[bought("1", "ann")]);
        engine.compact_all().unwrap();
        engine.fold_all().unwrap();
    }
    let sums = engine.sums().unwrap();
    assert_eq!((sums.folded, sums.duplicate), (2, 1));
}

fn a_tail_of_repeats_is_sealed_and_has_no_days(kind: Kind) {
    let bench = Bench::new(kind, "[engine]\nseal_events = 3\n");
    let engine = bench.open();
    append(&engine, "s", &[bought("1", "ann")]);
    engine.fold_all().unwrap();
    engine.seal_once(true).unwrap();
    append(&engine, "s", &[bought("1", "ann"), bought("1", "ann"), bought("1", "ann")]);
    engine.fold_all().unwrap();
    assert!(engine.seal_once(false).unwrap(), "repeats fill the journal too");
    for _ in 0..2 {
        assert_eq!(engine.snapshot().days, Some((Day(19_800), Day(19_800))));
        engine.compact_all().unwrap();
        engine.rebuild().unwrap();
    }
    drop(engine);
    assert_eq!(bench.open().snapshot().days, Some((Day(19_800), Day(19_800))));
}

fn a_tail_that_had_to_wait_becomes_several_runs(kind: Kind) {
    let bench = Bench::new(kind, "[engine]\nseal_events = 8\n");
    let engine = bench.open();
    for batch in 0..50 {
        append(&engine, "s", &[bought(&format!("{batch}"), "ann"), bought(&format!("{batch}"), "ann")]);
    }
    engine.fold_all().unwrap();
    assert!(engine.seal_once(false).unwrap());
    let n_files = |engine: &Engine| std::fs::read_dir(engine.folder.join("lake/event")).unwrap().count();
    assert_eq!(n_files(&engine), 10, "a hundred events, ten at a time");
    drop(engine);
    let engine = bench.open();
    while engine.compact_once().unwrap() {}
    let n_merged = n_files(&engine);
    assert!(n_merged < 10, "{n_merged}");
    let diagnosis = engine.diagnose().unwrap();
    assert_eq!((diagnosis.n_scored, diagnosis.findings.len()), (50, 0));
    let sums = engine.sums().unwrap();
    assert_eq!((sums.folded, sums.duplicate, sums.agree), (50, 50, true));
    assert_eq!(engine.rebuild().unwrap().n_events, 50);
}

fn an_event_out_of_bounds_is_set_aside(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let bad = Event { rating: Some(6), ..bought("1", "ann") };
    let receipt = append(&engine, "s", &[bad, bought("2", "ann")]);
    assert_eq!((receipt.n_accepted, receipt.n_rejected), (1, 1));
    let receipt = append(&engine, "s", &[bought("3", "")]);
    assert_eq!((receipt.seq, receipt.n_accepted, receipt.n_rejected), (None, 0, 1));
    engine.fold_all().unwrap();
    let sums = engine.sums().unwrap();
    assert_eq!((sums.sent, sums.accepted, sums.rejected, sums.agree), (3, 1, 2, true));
}
