//! Models: what is said of many people, of few, of those who never buy, and what is gone by after choosing.

use parlour_core::event::{Currency, Event, Layer, Money, Name};
use parlour_engine::Submission;
use parlour_engine::desk::Question;
use serde_json::Value;

use crate::desk::{Chance, DAY, Desk, START};

/// People who come at their own pace for a while; every third never comes back.
fn fill(desk: &Desk, verb: &str, n_people: u64, n_days: u64) {
    let mut chance = Chance(11);
    let mut events = Vec::new();
    for person in 0..n_people {
        let (mut day, pace) = (chance.below(n_days / 4 + 1), 4 + chance.below(40));
        let end = if person.is_multiple_of(3) { day + 1 } else { n_days };
        while day < end {
            let minor = 500 + chance.below(5_000) as i64;
            let value = Money { minor, currency: Currency::of_code("USD").unwrap() };
            let at = START + day as i64 * DAY;
            let who = Name::new("customer", format!("{person:04}"));
            let event = Event {
                layer: Layer::Web,
                value: (verb == "bought").then_some(value),
                ..Event::new(at, who, verb, Name::new("brand", "acme"))
            };
            events.push((event, None));
            day += 1 + chance.below(pace);
        }
    }
    desk.engine.append("test", Submission { events, ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
}

fn sentence(told: &Value) -> String {
    told["sentence"].as_array().unwrap().iter().map(|piece| piece["text"].as_str().unwrap()).collect()
}

#[test]
fn the_chosen_model_is_gone_by_once_it_is_chosen() {
    let desk = Desk::empty();
    fill(&desk, "bought", 120, 500);
    let told = desk.get("/api/v1/models");
    let chosen = told["chosen"].as_str().unwrap();
    assert!(!["bg_nbd", "nbd"].contains(&chosen), "{chosen} says nothing of who left");
    assert!(sentence(&told).contains("came nearest from"), "{}", sentence(&told));
    assert!(told["in_use"].as_str().unwrap().starts_with("MBG/NBD with r"), "the default, before any was chosen");
    let asked = desk.engine.ask(&Question::default()).unwrap();
    desk.engine.refit(&asked).unwrap();
    let row = told["models"].as_array().unwrap().iter().find(|row| row["name"] == chosen).unwrap();
    let in_use = desk.get("/api/v1/models")["in_use"].as_str().unwrap().to_owned();
    let kind = row["title"].as_str().unwrap().split(" with the first").next().unwrap();
    assert!(in_use.starts_with(kind), "{in_use} is not {kind}");
    let bias = row["plain"]["bias"].as_f64().unwrap();
    assert!(in_use.contains(&format!("amounts × {:.2}", 1.0 / (1.0 + bias))), "{in_use} at a bias of {bias}");
}

#[test]
fn where_nobody_buys_coming_is_what_models_count() {
    let desk = Desk::empty();
    fill(&desk, "viewed", 120, 500);
    let told = desk.get("/api/v1/models");
    assert_eq!(told["basis"], "activity");
    assert!(60 < told["n_people"].as_u64().unwrap() && told["chosen"].is_string(), "{}", sentence(&told));
    let leaving = desk.get("/api/v1/leaving");
    assert_eq!(leaving["basis"], "activity");
    assert!(leaving["kinds"].as_array().unwrap().iter().all(|kind| kind["at_risk_minor"] == 0));
    assert!(!leaving["sentence"].to_string().contains("USD"));
}

#[test]
fn of_three_customers_and_of_one_day_is_said_what_can_be() {
    for (n_people, n_days) in [(3, 400), (3, 1), (1, 1), (40, 1)] {
        let desk = Desk::empty();
        fill(&desk, "bought", n_people, n_days);
        let told = desk.get("/api/v1/models");
        assert_eq!(told["chosen"], Value::Null, "{n_people} people, {n_days} days");
        assert!(sentence(&told).contains("no model can be told"), "{}", sentence(&told));
        for path in ["leaving", "cohorts", "accounts?base=value", "accounts?base=degree", "today", "matrix"] {
            let text = desk.get(&format!("/api/v1/{path}")).to_string();
            assert!(!text.contains("NaN") && !text.contains("null %"), "{path}: {text}");
        }
        let rows = desk.get("/api/v1/people?sort=at_risk")["rows"].clone();
        for row in rows.as_array().unwrap() {
            assert!((0.0..=1.0).contains(&row["worth"]["p_alive"].as_f64().unwrap()), "{row}");
            assert!(0 <= row["worth"]["potential_minor"].as_i64().unwrap(), "{row}");
        }
        let asked = desk.engine.ask(&Question::default()).unwrap();
        desk.engine.refit(&asked).unwrap();
    }
}
