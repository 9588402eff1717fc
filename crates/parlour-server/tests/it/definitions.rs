//! Definitions side by side, and that their numbers are those of the lists behind them.

use std::collections::BTreeSet;

use parlour_core::event::{Event, Name};
use parlour_engine::Submission;
use serde_json::Value;

use crate::desk::{DAY, Desk, START};

const ON: &str = "on=2024-12-31";

fn listed(desk: &Desk, query: &str) -> u64 {
    desk.get(&format!("/api/v1/people?{ON}&{query}"))["n_total"].as_u64().unwrap()
}

fn rows<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().unwrap()
}

fn definition<'a>(all: &'a Value, id: &str) -> &'a Value {
    rows(all, "definitions").iter().find(|row| row["id"] == id).unwrap()
}

#[test]
fn every_number_has_its_list() {
    let desk = Desk::full();
    let all = desk.get(&format!("/api/v1/definitions?{ON}"));
    assert_eq!(all["object"], "brand:acme");
    for row in rows(&all, "definitions") {
        let n = row["n_engaged"].as_u64().unwrap();
        assert_eq!(listed(&desk, row["list"].as_str().unwrap()), n, "{}", row["id"]);
        assert!(n <= row["n_with_line"].as_u64().unwrap());
        assert!(row["n_with_line"].as_u64().unwrap() <= row["n_judged"].as_u64().unwrap());
        let missing: u64 = rows(row, "missing").iter().map(|of| of["n"].as_u64().unwrap()).sum();
        assert_eq!(Value::from(row["n_judged"].as_u64().unwrap() + missing), all["n_people"], "{row}");
    }
    let mut n_lists = 0;
    for piece in rows(&all, "sentence").iter().filter(|piece| !piece["list"].is_null()) {
        let n: u64 = piece["text"].as_str().unwrap().replace(',', "").parse().unwrap();
        assert_eq!(listed(&desk, piece["list"].as_str().unwrap()), n, "{piece}");
        n_lists += 1;
    }
    assert_eq!(n_lists, 3);
    assert_eq!(definition(&all, "papadakis")["n_engaged"], listed(&desk, "engaged=true"));
    // Two lists at once, and a search in one.
    let both = listed(&desk, "engaged_by=novo_recency&engaged=true");
    assert!(both > 0 && both < listed(&desk, "engaged_by=novo_recency"));
    assert!(listed(&desk, "engaged_by=novo_recency&q=customer:00001") <= 1);
}

#[test]
fn what_is_not_sent_is_not_judged() {
    let desk = Desk::full();
    let all = desk.get(&format!("/api/v1/definitions?{ON}"));
    for id in ["nielsen", "compete", "ladder", "net_promoter", "ephron"] {
        let row = definition(&all, id);
        assert_eq!((&row["n_judged"], &row["mean"]), (&0.into(), &Value::Null), "{row}");
        assert!(!rows(row, "missing").is_empty());
    }
    assert!(rows(&all, "definitions").iter().filter(|row| row["n_judged"] != 0).count() >= 14);
    // Half an hour of one person, and an answer of another.
    let (at, acme) = (START + 720 * DAY, Name::new("brand", "acme"));
    let who = |id: &str| Name::new("customer", id);
    let events = [
        (Event { seconds: 1800, ..Event::new(at, who("00001"), "viewed", acme.clone()) }, None),
        (Event { rating: Some(5), ..Event::new(at, who("00002"), "answered_survey", acme) }, None),
    ];
    desk.engine.append("test", Submission { events: events.to_vec(), ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
    let all = desk.get(&format!("/api/v1/definitions?{ON}"));
    let nielsen = definition(&all, "nielsen");
    assert_eq!((&nielsen["n_judged"], &nielsen["mean"]), (&1.into(), &30.0.into()));
    assert_eq!(nielsen["top"][0]["person"], "customer:00001");
    assert_eq!(definition(&all, "net_promoter")["summary"], "net score 100 ± 0");
    // The same once it lies in the lake.
    assert!(desk.engine.seal_once(true).unwrap());
    assert_eq!(desk.get(&format!("/api/v1/definitions?{ON}")), all);
}

#[test]
fn agreement_is_over_the_same_people() {
    let desk = Desk::full();
    let all = desk.get(&format!("/api/v1/definitions?{ON}"));
    assert_eq!(all["n_sampled"], all["n_people"]);
    let ids: Vec<&str> = rows(&all, "definitions").iter().map(|row| row["id"].as_str().unwrap()).collect();
    let pairs = rows(&all, "agreements");
    assert_eq!(pairs.len(), ids.len() * (ids.len() + 1) / 2);
    let mut seen = BTreeSet::new();
    for pair in pairs {
        let (a, b) = (pair["a"].as_str().unwrap(), pair["b"].as_str().unwrap());
        assert!(seen.insert((a, b)) && !(a != b && seen.contains(&(b, a))), "{pair}");
        if a == b {
            assert_eq!(pair["n"], definition(&all, a)["n_judged"]);
            assert!(pair["rho"].is_null() || (pair["rho"].as_f64().unwrap() - 1.0).abs() < 1e-9, "{pair}");
        }
    }
    let rho =
        |a: &str, b: &str| pairs.iter().find(|pair| pair["a"] == a && pair["b"] == b).unwrap()["rho"].as_f64().unwrap();
    assert!(rho("novo_recency", "novo_latency") > 0.5, "the more recent, the less overdue");
    assert!(rho("papadakis", "web_trends") > 0.5);
    let disputed = rows(&all, "disputed");
    assert!(!disputed.is_empty());
    for row in disputed {
        assert_eq!(rows(row, "ranks").len(), ids.len());
    }
    assert!(disputed.windows(2).all(|two| two[0]["spread"].as_f64() >= two[1]["spread"].as_f64()));
}

#[test]
fn each_says_why_of_one_person() {
    let desk = Desk::full();
    let all = desk.get(&format!("/api/v1/definitions?{ON}"));
    for row in rows(&all, "definitions") {
        let Some(top) = rows(row, "top").first() else { continue };
        let name = top["person"].as_str().unwrap();
        let said = desk.get(&format!("/api/v1/people/{name}/definitions?{ON}"));
        assert_eq!(rows(&said, "rows").len(), rows(&all, "definitions").len());
        let own = rows(&said, "rows").iter().find(|own| own["id"] == row["id"]).unwrap();
        assert_eq!(own["score"], top["score"], "{own}");
        assert!(own["rank"].as_f64().unwrap() >= 50.0, "the first of all is not in the lower half: {own}");
        for own in rows(&said, "rows") {
            assert_eq!(own["score"].is_null(), !own["missing"].is_null(), "{own}");
            assert!(own["score"].is_null() || !rows(own, "parts").is_empty(), "{own}");
        }
    }
    let who = desk.get(&format!("/api/v1/people?{ON}&limit=1"))["rows"][0]["person"].clone();
    let who = who.as_str().unwrap();
    let standing = desk.get(&format!("/api/v1/people/{who}?{ON}"))["standings"][0].clone();
    let said = desk.get(&format!("/api/v1/people/{who}/definitions?{ON}"));
    assert_eq!(said["rows"][0]["score"], standing["degree"]);
    assert_eq!(said["rows"][0]["class"], standing["cell"]);
}

#[test]
fn wrong_questions_are_named() {
    let desk = Desk::full();
    let answer = desk.ask("GET", "/api/v1/people?engaged_by=nobody", None);
    assert_eq!((answer.status, answer.json()["error"]["fields"][0]["path"].as_str()), (400, Some("engaged_by")));
    assert_eq!(desk.ask("GET", "/api/v1/definitions?object=brand:none", None).status, 404);
    assert_eq!(desk.ask("GET", "/api/v1/people/customer:none/definitions", None).status, 404);
    let none = Desk::empty().ask("GET", "/api/v1/definitions", None);
    assert_eq!((none.status, none.code().as_str()), (404, "no_data"));
}
