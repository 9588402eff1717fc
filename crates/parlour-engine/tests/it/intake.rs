//! The intake: callers share commits, each is told its own outcome, and whoever comes while too much waits is sent away.

use std::sync::mpsc::channel;

use parlour_core::day::Day;
use parlour_core::event::{Event, Name};
use parlour_engine::{EngineError, Submission};
use parlour_store::{Kind, StoreError, journal};

use crate::bench::{Bench, append};

crate::on_both!(callers_share_batches_and_each_is_told, too_much_that_waits_is_refused);

fn viewed(message: &str, who: &str) -> Event {
    let event = Event::new(Day(19_800).start_micros(), Name::new("user", who), "viewed", Name::new("brand", "b"));
    Event { message: Some(message.to_owned()), ..event }
}

fn submission(events: Vec<Event>) -> Submission {
    Submission { events: events.into_iter().map(|event| (event, None)).collect(), ..Submission::default() }
}

fn callers_share_batches_and_each_is_told(kind: Kind) {
    const N_CALLS: usize = 400;
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let (tell, told) = channel();
    for i in 0..N_CALLS {
        let bad = Event { rating: Some(9), ..viewed("bad", "ann") };
        let mut events = vec![viewed(&format!("{i}-a"), "ann"), viewed(&format!("{i}-b"), "bob")];
        events.extend((i % 10 == 0).then_some(bad));
        let tell = tell.clone();
        let source = if i % 2 == 0 { "even" } else { "odd" };
        engine.append_then(source, submission(events), move |receipt| tell.send((i, receipt)).unwrap()).unwrap();
    }
    for _ in 0..N_CALLS {
        let (i, receipt) = told.recv().unwrap();
        let receipt = receipt.unwrap();
        assert!(receipt.seq.is_some());
        assert_eq!((receipt.n_accepted, receipt.n_rejected), (2, u64::from(i % 10 == 0)));
    }
    let n_batches = engine.database.read(|conn| journal::waiting(conn, 0)).unwrap().n_batches;
    assert!(n_batches < N_CALLS as i64, "{n_batches} batches of {N_CALLS} calls");
    engine.fold_all().unwrap();
    let sums = engine.sums().unwrap();
    assert_eq!((sums.accepted, sums.folded, sums.duplicate, sums.rejected), (800, 800, 0, 40));
    drop(engine);
    // What was folded from memory is folded alike from the journal.
    let engine = bench.open();
    assert_eq!((engine.sums().unwrap(), engine.diagnose().unwrap().n_scored), (sums, 800));
    assert_eq!(engine.diagnose().unwrap().findings, Vec::<String>::new());
}

fn too_much_that_waits_is_refused(kind: Kind) {
    let bench = Bench::new(kind, "[engine]\nmax_waiting_events = 2\nseal_events = 3\nmax_unsealed_events = 5\n");
    let engine = bench.open();
    let call = |message: &str| {
        let (tell, told) = channel();
        let events = submission(vec![viewed(message, "ann")]);
        engine.append_then("s", events, move |receipt| tell.send(receipt).unwrap())?;
        told.recv().unwrap()
    };
    let is_refused = |message: &str| matches!(call(message), Err(EngineError::Store(StoreError::Busy)));
    for message in ["1", "2", "3"] {
        call(message).unwrap();
    }
    assert!(is_refused("4"), "three wait to be folded");
    engine.fold_all().unwrap();
    append(&engine, "s", &[viewed("4", "ann"), viewed("5", "ann"), viewed("6", "ann")]);
    engine.fold_all().unwrap();
    assert!(is_refused("7"), "six wait to be sealed");
    assert!(engine.seal_once(false).unwrap());
    call("7").unwrap();
    engine.fold_all().unwrap();
    assert_eq!(engine.sums().unwrap().folded, 7, "what was refused is not there, and nothing else is missing");
}
