//! The same world delivered in different ways over HTTP — out of order, late, twice, split otherwise, by several at
//! once, with the server stopped and killed in between — gives the same activity to the last bit, and the same standings.

use std::fmt::Write;

use crate::house::{Dice, House, RESTLESS, State};
use crate::senders::source;
use crate::served::{Line, Served};

const N_EVENTS: u64 = 6_000;
const N_PEOPLE: u64 = 150;
const N_CONNECTIONS: usize = 4;
const EVENTS: [&str; 6] =
    ["Order Completed", "Product Viewed", "Product Added", "Signed Up", "Order Refunded", "Something Else"];

/// Every call of the world, in the order in which they happened over two years.
fn world(dice: &mut Dice) -> Vec<String> {
    let call = |i: u64| {
        let person = dice.below(N_PEOPLE).min(dice.below(N_PEOPLE));
        let (year, day, hour) = (2023 + i * 2 / N_EVENTS, i * 730 / N_EVENTS % 365, dice.below(24));
        let (month, day) = (1 + day / 31, 1 + day % 28);
        let mut text = format!(
            "{{\"messageId\":\"m{i}\",\"timestamp\":\"{year}-{month:02}-{day:02}T{hour:02}:00:00Z\",\"anonymousId\":\"a{person}\""
        );
        if dice.is(1, 3) {
            write!(text, ",\"userId\":\"u{person}\"").unwrap();
        }
        if dice.is(1, 8) {
            write!(text, ",\"type\":\"identify\",\"traits\":{{\"email\":\"p{person}@example.org\"}}}}").unwrap();
        } else {
            let (event, product, cents) = (dice.one(&EVENTS), dice.below(20), dice.below(100_000));
            write!(
                text,
                ",\"type\":\"track\",\"event\":\"{event}\",\"properties\":{{\"product_id\":\"p{product}\",\
                 \"revenue\":{}.{:02},\"currency\":\"USD\"}}}}",
                cents / 100,
                cents % 100
            )
            .unwrap();
        }
        text
    };
    (0..N_EVENTS).map(call).collect()
}

fn shuffled(calls: &[String], dice: &mut Dice) -> Vec<String> {
    let mut calls = calls.to_vec();
    for last in (1..calls.len()).rev() {
        calls.swap(last, dice.below(last as u64 + 1) as usize);
    }
    calls
}

/// Sends all calls in batches of up to `most`, each part by a connection of its own.
fn send(served: &Served, key: &str, calls: &[String], most: u64, dice: &mut Dice) {
    std::thread::scope(|scope| {
        for part in calls.chunks(calls.len().div_ceil(N_CONNECTIONS)) {
            let mut dice = dice.fork();
            scope.spawn(move || {
                let (mut line, mut rest) = (Line::to(served.address).unwrap(), part);
                while !rest.is_empty() {
                    let (batch, after) = rest.split_at(rest.len().min(1 + dice.below(most) as usize));
                    let answer = line.post("/v1/batch", key, format!("{{\"batch\":[{}]}}", batch.join(",")).as_bytes());
                    assert_eq!(answer.unwrap().status, 200);
                    rest = after;
                }
            });
        }
    });
}

/// What comes of it; how often something was sent does not matter, nor what was known when a day was kept on the way.
fn state(house: &House) -> State {
    house.ok(&["keep", "2024-12-28"]);
    let standings = house.rows("SELECT * FROM standing WHERE day = '2024-12-28' ORDER BY object, person");
    assert!(100 < standings.len());
    State { sums: serde_json::Value::Null, standings, ..house.state() }
}

#[test]
fn the_same_world_however_it_comes() {
    let mut dice = Dice::new("the_same_world_however_it_comes");
    let calls = world(&mut dice);
    let origin = House::new(RESTLESS);
    let key = source(&origin);
    let plain = origin.twin();
    let served = Served::start(&plain);
    let mut line = Line::to(served.address).unwrap();
    for batch in calls.chunks(100) {
        let answer = line.post("/v1/batch", &key, format!("{{\"batch\":[{}]}}", batch.join(",")).as_bytes());
        assert_eq!(answer.unwrap().status, 200);
    }
    served.stop();
    let wanted = state(&plain);
    let late_first: Vec<String> = [&calls[calls.len() / 2..], &calls[..calls.len() / 2]].concat();
    let backwards: Vec<String> = calls.iter().rev().cloned().collect();
    let twice = shuffled(&[calls.as_slice(), &calls[..calls.len() / 5]].concat(), &mut dice);
    let ways = [
        ("out of order", shuffled(&calls, &mut dice)),
        ("late", late_first),
        ("backwards", backwards),
        ("twice", twice),
    ];
    for (i, (name, calls)) in ways.into_iter().enumerate() {
        let house = origin.twin();
        let (first, second) = calls.split_at(calls.len() / 3);
        let most = [1, 7, 400, 60][i];
        let served = Served::start(&house);
        send(&served, &key, first, most, &mut dice);
        // What is acknowledged is kept whether the server may end in peace or not.
        if i % 2 == 0 {
            served.kill();
        } else {
            served.stop();
        }
        let served = Served::start(&house);
        send(&served, &key, second, most, &mut dice);
        served.stop();
        state(&house).must_be(&wanted, name);
    }
    eprintln!("{} calls in 5 ways, one digest: {}", calls.len(), wanted.digest);
}
