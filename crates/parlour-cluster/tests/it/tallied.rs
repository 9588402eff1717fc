//! What is added up of everybody by their standings: growth, accounts and flows.

use std::collections::HashSet;
use std::sync::Arc;

use parlour_core::change::Base;
use parlour_core::day::Day;
use parlour_core::event::Layer;
use parlour_core::growth::By;
use parlour_core::key::Key;
use parlour_engine::Engine;
use parlour_engine::desk::{Asked, Question, Slice};
use parlour_store::dispute::{self, Dispute};

use crate::processes::Cluster;
use crate::world::{LAST, World};

/// Some say that they left, or that they dislike it.
fn dispute(world: &World) {
    let engine = world.open(None);
    for person in (0..200).step_by(7) {
        let said = if person % 2 == 0 { "gone" } else { "dislike" };
        let row = Dispute {
            id: 0,
            key: engine.key("user", &person.to_string()),
            object: engine.key("brand", "1"),
            matter: if person % 2 == 0 { "stage" } else { "kind" }.to_owned(),
            said: said.to_owned(),
            words: String::new(),
            at: Day(LAST.0 - 40).start_micros(),
            taken_back_at: None,
        };
        engine.database.write(move |conn| dispute::create(conn, &row).map(|_| ())).unwrap();
    }
}

fn slices(engine: &Engine) -> Vec<Slice> {
    let people: HashSet<Key> = (0..100).map(|person| engine.key("user", &person.to_string())).collect();
    let month = By::Month.period_of(Day(LAST.0 - 120));
    vec![
        Slice::default(),
        Slice { layer: Some(Layer::Web), ..Slice::default() },
        Slice { acquired: Some((By::Month, month)), ..Slice::default() },
        Slice { people: Some(Arc::new(people)), layer: Some(Layer::Mobile), ..Slice::default() },
    ]
}

/// All sums as text, and how many there are.
fn sums(engine: &Engine) -> Vec<String> {
    let question = Question {
        object: Some("brand:1".to_owned()),
        on: Some(LAST),
        since: Some(Day(LAST.0 - 60)),
        ..Question::default()
    };
    let asked = engine.ask(&question).unwrap();
    let mut told = Vec::new();
    for slice in slices(engine) {
        let asked = Asked { slice, ..asked.clone() };
        for by in [By::Day, By::Week, By::Month] {
            told.push(format!("{:?}", engine.growth(&asked, by).unwrap()));
        }
        for base in Base::ALL {
            told.push(format!("{:?}", engine.accounts(&asked, By::Month, base, 6).unwrap()));
        }
        told.push(format!("{:?}", engine.flows(&asked).unwrap()));
    }
    told
}

#[test]
fn what_is_added_up_is_the_same_wherever_it_is() {
    let world = World::new(300, 6_000, false);
    dispute(&world);
    let own = sums(&world.open(None));
    let cluster = Cluster::new(&["a", "b"]);
    let engine = world.open(Some(&cluster.url));
    let afar = sums(&engine);
    assert_eq!(own, afar);
    let health = engine.afar_health().unwrap();
    assert!(own.len() as u64 <= health.n_answered, "{health:?}");
    assert_eq!(health.n_own, 0, "{health:?}");
    // The slices differ, and so does what is said of them.
    let distinct: HashSet<&String> = own.iter().collect();
    assert_eq!(distinct.len(), own.len());
}
