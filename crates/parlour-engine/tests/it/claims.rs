//! One history, one room: an id that somebody has shown to be theirs is nobody else's, however many claim it at once.

use std::sync::{Arc, Barrier};

use parlour_core::event::Name;
use parlour_engine::{Engine, EngineError};
use parlour_store::{Kind, claim, link};

use crate::bench::Bench;

crate::on_both!(
    what_is_in_one_room_is_in_no_other,
    of_many_at_once_one_wins,
    every_address_that_was_shown_opens_the_same_room,
    the_desk_parts_and_joins_what_was_claimed,
);

fn user(n: usize) -> Name {
    Name::new("user", format!("u{n}"))
}

fn member(engine: &Engine) -> String {
    engine.member_invited(None).unwrap().id
}

/// Why something was refused, where that is a conflict.
fn conflict<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> String {
    match answer {
        Err(EngineError::Conflict(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn owner(engine: &Engine, name: &Name) -> Option<String> {
    let found = engine.database.read(|conn| claim::owner_of(conn, &name.kind, &name.id)).unwrap();
    found.map(|found| found.member)
}

fn n_links(engine: &Engine) -> usize {
    engine.fold_all().unwrap();
    engine.database.read(link::all).unwrap().len()
}

fn what_is_in_one_room_is_in_no_other(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let (anna, berta) = (member(&engine), member(&engine));
    assert!(engine.claim(&anna, &user(1), "signature").unwrap());
    assert!(!engine.claim(&anna, &user(1), "signature").unwrap(), "it is theirs already");
    engine.add_member_mail(&anna, "anna@example.org").unwrap();
    let before = n_links(&engine);
    for why in [
        conflict(engine.claim(&berta, &user(1), "signature")),
        conflict(engine.add_member_mail(&berta, "anna@example.org")),
        conflict(engine.member_invited(Some(user(1)))),
    ] {
        assert!(why.starts_with("this history belongs to another room; sign in there"), "{why}");
    }
    assert_eq!(n_links(&engine), before, "no event says otherwise");
    assert!(engine.claims(&berta).unwrap().is_empty());
    assert_eq!(engine.member(&berta).unwrap().unwrap().mail, None);
    assert!(engine.claim(&berta, &user(2), "signature").unwrap(), "what is free is theirs");
    assert_eq!(n_links(&engine), before + 1);
}

fn of_many_at_once_one_wins(kind: Kind) {
    const N: usize = 8;
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let members: Vec<String> = (0..4).map(|_| member(&engine)).collect();
    let start = Arc::new(Barrier::new(members.len()));
    let threads: Vec<_> = members
        .iter()
        .map(|id| {
            let (engine, id, start) = (Arc::clone(&engine), id.clone(), Arc::clone(&start));
            std::thread::spawn(move || {
                let race = |n| {
                    start.wait();
                    match engine.claim(&id, &user(n), "signature") {
                        Ok(is_new) => is_new,
                        Err(EngineError::Conflict(_)) => false,
                        Err(other) => panic!("{other}"),
                    }
                };
                (0..N).map(race).collect::<Vec<_>>()
            })
        })
        .collect();
    let won: Vec<Vec<bool>> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    for n in 0..N {
        let winners: Vec<&String> =
            members.iter().zip(&won).filter(|(_, won)| won[n]).map(|(member, _)| member).collect();
        assert_eq!(winners.len(), 1, "{n}");
        assert_eq!(owner(&engine, &user(n)).as_ref(), Some(winners[0]));
    }
    assert_eq!(n_links(&engine), N);
}

fn every_address_that_was_shown_opens_the_same_room(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let anna = engine.member_of_mail("anna@example.org").unwrap().id;
    engine.add_member_mail(&anna, "anna@work.example").unwrap();
    assert!(engine.has_member_of_mail("anna@work.example").unwrap());
    assert_eq!(engine.member_of_mail("anna@work.example").unwrap().id, anna);
    assert_eq!(engine.member_of_mail("anna@example.org").unwrap().mail.as_deref(), Some("anna@example.org"));
    // An invitation says whom the Desk meant, not who reads that address: it opens nothing by itself.
    let invited = engine.member_invited(Some(Name::new("email", "ben@example.org"))).unwrap();
    assert!(!engine.has_member_of_mail("ben@example.org").unwrap());
    assert!(conflict(engine.member_of_mail("ben@example.org")).contains("another room"));
    assert_eq!(owner(&engine, &Name::new("email", "ben@example.org")), Some(invited.id));
}

fn the_desk_parts_and_joins_what_was_claimed(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let (anna, berta) = (member(&engine), member(&engine));
    engine.claim(&anna, &user(1), "signature").unwrap();
    engine.add_member_mail(&anna, "anna@example.org").unwrap();
    engine.fold_all().unwrap();
    let key = |name: &Name| engine.key(&name.kind, &name.id);
    let room = key(&Name::new("member", &anna));
    engine.set_link_undone(room, key(&user(1)), true).unwrap();
    assert_eq!(owner(&engine, &user(1)), None);
    engine.set_link_undone(room, key(&user(1)), false).unwrap();
    assert_eq!(owner(&engine, &user(1)), Some(anna.clone()));
    // Whoever claims it meanwhile keeps it.
    engine.set_link_undone(room, key(&user(1)), true).unwrap();
    assert!(engine.claim(&berta, &user(1), "signature").unwrap());
    assert!(conflict(engine.set_link_undone(room, key(&user(1)), false)).contains("another room"));
    let links = engine.database.read(link::all).unwrap();
    let of_anna =
        links.iter().find(|link| [link.a, link.b].contains(&room) && [link.a, link.b].contains(&key(&user(1))));
    assert!(of_anna.unwrap().undone_at.is_some(), "parted it stays");
    // The address that opens the room goes on opening it.
    let mail = Name::new("email", "anna@example.org");
    engine.set_link_undone(room, key(&mail), true).unwrap();
    assert_eq!(engine.member_of_mail("anna@example.org").unwrap().id, anna);
    assert_eq!(owner(&engine, &mail), Some(anna));
}
