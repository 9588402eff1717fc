//! What people are worth: contracts beside other customers, margins of one brand, other currencies; and what is simulated is
//! said to be.

use parlour_core::contract::Term;
use parlour_core::day::{Day, MICROS_PER_DAY};
use parlour_core::event::{Currency, Event, Money, Name};
use parlour_core::worth::Worth;
use parlour_engine::Engine;
use parlour_engine::desk::Question;
use parlour_store::Kind;

use crate::bench::{Bench, append};

crate::on_both!(contracts_margins_and_currencies_are_kept_apart, what_is_simulated_is_said_to_be);

/// The first day of the world, 2023-01-01.
const FIRST: Day = Day(19_358);

fn did(person: &str, day: i32, verb: &str, (minor, code): (i64, &str)) -> Event {
    let at = Day(FIRST.0 + day).start_micros() + MICROS_PER_DAY / 2;
    let currency = Currency::of_code(code).unwrap();
    Event {
        value: (minor != 0).then_some(Money { minor, currency }),
        ..Event::new(at, Name::new("customer", person), verb, Name::new("brand", "acme"))
    }
}

/// Eighty who buy when they like, some of them now and then in euros, and forty who renew every thirty days.
fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for person in 0..80 {
        let every = 11 + person % 17;
        let until = if person % 3 == 0 { 150 } else { 300 };
        for (i, day) in (person % 13..until).step_by(every as usize).enumerate() {
            let paid = if person < 10 && i % 4 == 3 { (700, "EUR") } else { (2_000, "USD") };
            events.push(did(&format!("free{person:02}"), day + i as i32 % 5, "bought", paid));
        }
    }
    for person in 0..40 {
        // A quarter go after four months, and a few say so.
        let until = if person % 4 == 0 { 120 } else { 300 };
        let name = format!("held{person:02}");
        events.extend((person % 20..until).step_by(30).map(|day| did(&name, day, "renewed", (900, "USD"))));
        if person % 8 == 0 {
            events.push(did(&name, 121, "cancelled", (0, "USD")));
        }
    }
    events
}

fn worth(engine: &Engine, person: &str) -> Worth {
    let on = Some(Day(FIRST.0 + 300));
    let asked = engine
        .ask(&Question { object: Some("brand:acme".to_owned()), on, since: None, ..Question::default() })
        .unwrap();
    let key = engine.person_named(&asked, &format!("customer:{person}")).unwrap();
    let columns = engine.rows_of_person(&asked.snapshot, key).unwrap();
    engine.worth_of(&asked, &columns).unwrap().unwrap()
}

fn contracts_margins_and_currencies_are_kept_apart(kind: Kind) {
    let told = |settings: &str| {
        let bench = Bench::new(kind, settings);
        let engine = bench.open();
        append(&engine, "shop", &events());
        engine.fold_all().unwrap();
        let asked = engine.ask(&Question { on: Some(Day(FIRST.0 + 300)), ..Question::default() }).unwrap();
        let outlook = engine.outlook(&asked).unwrap();
        let outlook = outlook.as_ref().as_ref().unwrap();
        assert!(outlook.in_words().contains("contracts of 40 people"), "{}", outlook.in_words());
        let elsewhere: Vec<&str> = outlook.elsewhere.iter().map(|(currency, _)| currency.code()).collect();
        assert_eq!(elsewhere, ["EUR"]);
        assert!(0 < outlook.elsewhere[0].1 && outlook.elsewhere[0].1 % 700 == 0);
        ["held01", "held04", "held08", "free01"].map(|person| worth(&engine, person))
    };
    let [running, ended, cancelled, free] = told("");
    let terms = [running, ended, cancelled].map(|worth| worth.renewal.unwrap().term);
    assert_eq!(terms, [Term::Current, Term::Ended, Term::Cancelled]);
    assert_eq!([running, ended, cancelled].map(|worth| worth.p_alive.to_bits()), [1.0_f64, 0.0, 0.0].map(f64::to_bits));
    let renewal = running.renewal.unwrap();
    assert!(0.8 < renewal.p_next && renewal.p_next < 1.0 && renewal.period == 30, "{renewal:?}");
    let sum = running.potential_minor + running.at_risk_minor;
    assert!((sum - (renewal.n_due * 900.0) as i64).abs() <= 1, "{running:?}");
    assert!(free.renewal.is_none() && 0.0 < free.p_alive && free.p_alive < 1.0, "{free:?}");
    let [thin, _, _, thin_free] =
        told("[standing]\nmargin = 0.9\nmargins = { \"brand:acme\" = 0.5, \"brand:b\" = 0.1 }\n");
    assert_eq!((thin.current_minor, thin.potential_minor), (running.current_minor / 2, running.potential_minor / 2));
    assert_eq!(thin_free.current_minor, free.current_minor / 2);
}

fn what_is_simulated_is_said_to_be(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let acme = Name::new("brand", "acme");
    assert!(engine.set_title(&acme, "Acme").is_err(), "nothing is known of it yet");
    append(&engine, "shop", &events()[..5]);
    engine.fold_all().unwrap();
    engine.mark_simulated(&Name::new("brand", "zoo")).unwrap();
    engine.mark_simulated(&acme).unwrap();
    engine.mark_simulated(&acme).unwrap();
    engine.set_title(&acme, "Made up").unwrap();
    let titled = |engine: &Engine| engine.snapshot().objects.all()[0].title.clone();
    assert_eq!(titled(&engine).as_deref(), Some("Made up"));
    drop(engine);
    let engine = bench.open();
    assert_eq!(titled(&engine).as_deref(), Some("Made up"));
    assert_eq!(Vec::from_iter(engine.simulated().unwrap()), ["brand:acme", "brand:zoo"]);
}
