//! Random histories, ways in which they may arrive, and everything that an engine says of one.

use std::collections::BTreeMap;
use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::event::{Currency, Event, Layer, Money, Name};
use parlour_core::lens::Lens;
use parlour_engine::Engine;
use parlour_engine::desk::people::{Filter, Listed, MAX_PAGE, Page};
use parlour_engine::desk::{Asked, Question};
use proptest::prelude::*;

use crate::bench::{Bench, append};

/// So few ids of a kind that the safeguard has to refuse links, in an order that must not depend on their arrival; and
/// a step of the engine for every handful of events.
pub(crate) const SETTINGS: &str = "[standing]\nmax_ids_per_kind = 2\n[engine]\nseal_events = 12\ncompact_fan_in = 2\n";
/// The day asked about, 2024-06-30.
const ON: Day = Day(19_904);
const SOURCES: [&str; 2] = ["shop", "site"];

/// One event and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    source: &'static str,
    event: Event,
}

/// What happens between two batches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Append { place: prop::sample::Index, n: usize },
    Repeat { place: prop::sample::Index },
    Fold,
    Seal,
    Compact,
    CompactAll,
    Restart,
}

fn named(kind: &'static str, n: usize) -> impl Strategy<Value = Name> {
    (0..n).prop_map(move |i| Name::new(kind, format!("{i}")))
}

fn event() -> impl Strategy<Value = Event> {
    let verb = prop::sample::select(vec!["bought", "viewed", "reviewed", "complained", "did:wiggled", "recommended"]);
    let object = prop_oneof![
        3 => (0..4_usize).prop_map(|i| (Name::new("product", format!("{i}")), Some(Name::new("brand", format!("{}", i % 2))))),
        1 => (0..2_usize).prop_map(|i| (Name::new("brand", format!("{i}")), Some(Name::new("company", "c")))),
    ];
    let also = prop::collection::vec(
        prop_oneof![named("email", 8), named("device", 6), Just(Name::new("email", "Guest "))],
        0..2,
    );
    let worth = prop::option::weighted(0.4, (-5_000..50_000_i64, prop::sample::select(vec!["USD", "EUR"])));
    let rating = prop::option::weighted(0.3, 1..=5_u8);
    let who = prop_oneof![named("user", 6), named("email", 8)];
    let bits = (any::<bool>(), prop::bool::weighted(0.9), prop::sample::select(Layer::ALL.to_vec()), 0..2_000_u32);
    (0..180 * 86_400_i64, who, also, verb, object, worth, rating, bits).prop_map(
        |(ago, who, also, verb, (object, parent), worth, rating, (paid, scored, layer, seconds))| Event {
            said_at: None,
            also,
            parent,
            layer,
            rating,
            paid,
            scored,
            seconds,
            value: worth.map(|(minor, code)| Money { minor, currency: Currency::of_code(code).unwrap() }),
            ..Event::new(ON.start_micros() - ago * 1_000_000, who, verb, object)
        },
    )
}

/// A history: every event has a message id of its own in its source.
pub(crate) fn history() -> impl Strategy<Value = Vec<Said>> {
    prop::collection::vec((event(), 0..SOURCES.len()), 20..80).prop_map(|events| {
        let number = |(i, (event, source)): (usize, (Event, usize))| Said {
            source: SOURCES[source],
            event: Event { message: Some(format!("m{i}")), ..event },
        };
        events.into_iter().enumerate().map(number).collect()
    })
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        6 => (index(), 1..9_usize).prop_map(|(place, n)| Step::Append { place, n }),
        3 => index().prop_map(|place| Step::Repeat { place }),
        3 => Just(Step::Fold),
        2 => Just(Step::Seal),
        2 => Just(Step::Compact),
        1 => Just(Step::CompactAll),
        2 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 8..40)
}

/// Delivers a history in the order and with the interruptions that the steps say; what they leave comes last.
pub(crate) fn delivered(bench: &Bench, history: &[Said], steps: &[Step]) -> Arc<Engine> {
    let mut left = history.to_vec();
    let mut gone: Vec<Said> = Vec::new();
    let mut engine = bench.open();
    for step in steps {
        match *step {
            Step::Append { place, n } if !left.is_empty() => {
                let start = place.index(left.len());
                let batch: Vec<Said> = left.drain(start..left.len().min(start + n)).collect();
                hand_over(&engine, &batch);
                gone.extend(batch);
            }
            Step::Repeat { place } if !gone.is_empty() => {
                let said = gone[place.index(gone.len())].clone();
                // Once with itself in one batch, too.
                hand_over(&engine, &[said.clone(), said]);
            }
            Step::Append { .. } | Step::Repeat { .. } => {}
            Step::Fold => drop(engine.fold_once().unwrap()),
            Step::Seal => drop(engine.seal_once(true).unwrap()),
            Step::Compact => drop(engine.compact_once().unwrap()),
            Step::CompactAll => engine.compact_all().unwrap(),
            Step::Restart => {
                drop(engine);
                engine = bench.open();
            }
        }
    }
    hand_over(&engine, &left);
    engine.fold_all().unwrap();
    engine
}

fn hand_over(engine: &Engine, batch: &[Said]) {
    for source in SOURCES {
        let events: Vec<Event> =
            batch.iter().filter(|said| said.source == source).map(|said| said.event.clone()).collect();
        append(engine, source, &events);
    }
}

/// What an engine says of its history, to the last bit.
#[derive(PartialEq, Debug)]
pub(crate) struct Told {
    digest: String,
    n_rows: u64,
    n_scored: u64,
    pub(crate) n_folded: i64,
    standings: BTreeMap<String, Vec<String>>,
}

/// Asks everything; on the way, that the doctor finds nothing and that one person's path agrees with everyone's.
pub(crate) fn told(engine: &Engine) -> Told {
    let diagnosis = engine.diagnose().unwrap();
    assert_eq!(diagnosis.findings, Vec::<String>::new());
    assert!(diagnosis.sums.agree, "{:?}", diagnosis.sums);
    assert_eq!((diagnosis.sums.waiting, diagnosis.sums.rejected), (0, 0));
    let mut standings = BTreeMap::new();
    for object in ["brand:0", "brand:1", "company:c", "product:0", "product:3"] {
        let question = Question { object: Some(object.to_owned()), on: Some(ON), since: None, ..Question::default() };
        let Ok(asked) = engine.ask(&question) else { continue };
        let page = Page { limit: MAX_PAGE, ..Page::default() };
        let mut rows = engine.list(&asked, &Filter::default(), &page).unwrap().rows.clone();
        rows.sort_by_key(|listed| listed.person);
        for Listed { person, standing, .. } in &rows {
            let alone = engine.person(&asked, *person).unwrap().standings;
            let (_, alone, _) = alone.iter().find(|(id, ..)| *id == asked.object).unwrap();
            assert_eq!(format!("{alone:?}"), format!("{standing:?}"), "{object} of {person}");
        }
        if object == "brand:0" {
            standings.insert(format!("definitions of {object}"), definitions(engine, &asked, &rows));
        }
        let rows = rows.iter().map(|Listed { person, standing, .. }| format!("{person} {standing:?}")).collect();
        standings.insert(object.to_owned(), rows);
    }
    Told {
        digest: diagnosis.activity_digest,
        n_rows: diagnosis.n_activity_rows,
        n_scored: diagnosis.n_scored,
        n_folded: diagnosis.sums.folded,
        standings,
    }
}

/// What every definition says of everybody and of each; on the way, that the two agree.
fn definitions(engine: &Engine, asked: &Asked, rows: &[Listed]) -> Vec<String> {
    let all = engine.definitions(asked).unwrap();
    let mut told = vec![format!("{:?} {:?} {:?}", all.seen, all.agreements, all.disputed)];
    let mut n_engaged = vec![0; Lens::ALL.len()];
    for Listed { person, standing, .. } in rows {
        let said = engine.definitions_of(asked, *person).unwrap();
        for (at, said) in said.iter().enumerate().filter(|_| standing.cell.is_some()) {
            let judged = said.judged.map(|(judgement, _)| judgement);
            n_engaged[at] += u64::from(judged.is_ok_and(|judgement| judgement.is_engaged == Some(true)));
            let top = all.seen[at].top.iter().find(|(key, _)| key == person);
            if let Some((_, score)) = top {
                assert_eq!(judged.unwrap().score.to_bits(), score.to_bits(), "{said:?}");
            }
        }
        told.push(format!("{person} {said:?}"));
    }
    let counted: Vec<u64> = all.seen.iter().map(|seen| seen.n_engaged).collect();
    assert_eq!(counted, n_engaged);
    told
}
