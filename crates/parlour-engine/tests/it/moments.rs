//! Of which state is asked: where there is much to go through, one that is held, and the next ahead of time.

use parlour_core::event::{Event, Name};
use parlour_engine::Engine;
use parlour_engine::desk::people::{Filter, Page};
use parlour_engine::desk::{Asked, Question};
use parlour_engine::moment::Moment;
use parlour_store::Kind;

use crate::bench::{Bench, append};

crate::on_both!(
    what_is_held_stays_until_the_next_was_asked_ahead,
    what_somebody_just_said_is_not_held_back,
    little_is_asked_of_the_present
);

const AT: i64 = 1_700_000_000_000_000;
const HOLDING: &str = "[engine]\nheld_rows = 1\n";

fn came(engine: &Engine, who: &str) {
    let event = Event::new(AT, Name::new("user", who), "did:Visited", Name::new("brand", "acme"));
    append(engine, "shop", &[event]);
    engine.fold_all().unwrap();
}

fn asked(engine: &Engine, of: Moment) -> Asked {
    let object = Some("brand:acme".to_owned());
    engine.ask(&Question { object, of, ..Question::default() }).unwrap()
}

/// How many people the list and the sums of one moment have.
fn n_people(engine: &Engine, of: Moment) -> u64 {
    let asked = asked(engine, of);
    let listed = engine.list(&asked, &Filter::default(), &Page { limit: 10, ..Page::default() }).unwrap();
    assert_eq!(listed.n_total, engine.overview(&asked).unwrap().cells.values().sum::<u64>());
    assert_eq!(listed.n_total, listed.rows.len() as u64);
    listed.n_total
}

fn what_is_held_stays_until_the_next_was_asked_ahead(kind: Kind) {
    let bench = Bench::new(kind, HOLDING);
    let engine = bench.open();
    came(&engine, "anna");
    // Nobody asked yet, so the first state to be held is asked ahead.
    let mut seen = 0;
    assert!(engine.look_ahead(|| {
        came(&engine, "berta");
        seen = n_people(&engine, Moment::Ahead);
    }));
    assert_eq!(seen, 1);
    assert_eq!(n_people(&engine, Moment::Held), 1);
    // Of one person the present is told, measured by the people of the state that is held.
    let now = asked(&engine, Moment::Now);
    assert_eq!(now.snapshot.measured_by, asked(&engine, Moment::Held).snapshot.version);
    let berta = engine.person_named(&now, "user:berta").unwrap();
    assert_eq!(engine.person(&now, berta).unwrap().standings.len(), 1);
    assert_eq!(engine.person(&asked(&engine, Moment::Held), berta).unwrap().standings.len(), 0);
    // It is too early for another.
    assert!(!engine.look_ahead(|| unreachable!("nothing is asked")));
    assert_eq!(n_people(&engine, Moment::Ahead), 1);
}

fn what_somebody_just_said_is_not_held_back(kind: Kind) {
    let bench = Bench::new(kind, HOLDING);
    let engine = bench.open();
    came(&engine, "anna");
    assert_eq!(n_people(&engine, Moment::Held), 1);
    came(&engine, "berta");
    assert_eq!(n_people(&engine, Moment::Held), 1);
    engine.map_name("Visited", "bought").unwrap();
    assert_eq!(n_people(&engine, Moment::Held), 2);
    // Nor does a state come to be held that was asked before that.
    let asking = || engine.map_name("Visited", "viewed").unwrap();
    engine.unmap_name("Visited").unwrap();
    engine.look_ahead(asking);
    let asked = asked(&engine, Moment::Held);
    assert_eq!(asked.snapshot.vocabulary.resolve("did:Visited"), Some("viewed"));
}

fn little_is_asked_of_the_present(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    came(&engine, "anna");
    assert_eq!(n_people(&engine, Moment::Held), 1);
    came(&engine, "berta");
    assert_eq!(n_people(&engine, Moment::Held), 2);
    assert!(!engine.look_ahead(|| unreachable!("there is too little")));
}
