//! Alerts: each told once, however often it is looked, on both databases.

use std::sync::Arc;

use parlour_core::day::{Day, MICROS_PER_DAY};
use parlour_core::event::{Currency, Event, Layer, Money, Name};
use parlour_engine::Engine;
use parlour_engine::outbox::{NewHook, Outcome};
use parlour_store::alert::{Alert, Wanted};
use parlour_store::delivery::Delivery;
use parlour_store::{Kind, alert, delivery, setting};

use crate::bench::{Bench, append};

crate::on_both!(
    the_valuable_who_are_overdue_are_told_once,
    what_is_too_much_is_summed_up,
    masked_losses_and_quiet_layers_are_told,
    a_digest_is_made_once_a_day,
    a_hook_that_fails_for_days_is_disabled_and_says_so
);

/// The first day of the world, 2023-01-01.
const FIRST: Day = Day(19_358);
/// More of what comes from the look than any test makes.
const ALL: usize = 1_000;

/// The time on a day of the world.
fn at(day: i32) -> i64 {
    Day(FIRST.0 + day).start_micros() + MICROS_PER_DAY / 2
}

/// What a person buys every so many days.
fn buying(person: &str, days: std::ops::Range<i32>, every: usize, minor: i64) -> Vec<Event> {
    let bought = |day: i32| Event {
        said_at: None,
        value: Some(Money { minor, currency: Currency::of_code("USD").unwrap() }),
        ..Event::new(at(day), Name::new("customer", person), "bought", Name::new("brand", "acme"))
    };
    days.step_by(every).map(bought).collect()
}

fn told(engine: &Engine) -> Vec<Alert> {
    engine.database.read(|conn| alert::list(conn, &Wanted::default(), None, ALL)).unwrap()
}

fn sent(engine: &Engine) -> Vec<Delivery> {
    engine.database.read(|conn| delivery::list(conn, &delivery::Wanted::default(), None, ALL)).unwrap()
}

fn filled(bench: &Bench, events: &[Event]) -> Arc<Engine> {
    let engine = bench.open();
    append(&engine, "shop", events);
    engine.fold_all().unwrap();
    engine
}

/// Looks on a day when the one before is over, and returns how many alerts that made.
fn look(engine: &Engine, on: i32) -> usize {
    engine.look_due(at(on + 1)).unwrap()
}

fn hook(engine: &Engine, kinds: &[&str]) -> i64 {
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    engine.create_hook(NewHook { url: "https://hooks.example.com/x".to_owned(), kinds, secret: None }).unwrap().id
}

fn the_valuable_who_are_overdue_are_told_once(kind: Kind) {
    let mut events = Vec::new();
    for person in 0..60 {
        events.extend(buying(&format!("p{person:02}"), person % 7..300, 7, 1_000));
    }
    // Two who bring much, and one who brings little, fall silent.
    events.extend(buying("vip1", 0..270, 5, 50_000));
    events.extend(buying("vip2", 1..270, 5, 60_000));
    events.extend(buying("small", 2..270, 9, 10));
    let bench = Bench::new(kind, "");
    let engine = filled(&bench, &events);
    let (all, wires) = (hook(&engine, &[]), hook(&engine, &["wire"]));
    let n_before = look(&engine, 272);
    assert!(told(&engine).iter().all(|alert| alert.kind != "wire"), "nobody is overdue yet");
    assert!(0 < look(&engine, 299));
    let rows = told(&engine);
    let names: Vec<&str> =
        rows.iter().filter(|alert| alert.kind == "wire").map(|alert| alert.title.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["customer:vip2", "customer:vip1"], "who has most at risk comes first");
    let vip = rows.iter().find(|alert| alert.title.starts_with("customer:vip2")).unwrap();
    let last = Day(FIRST.0 + 266);
    assert_eq!(
        (vip.episode.clone(), vip.state.as_str(), vip.object.as_str()),
        (last.to_string(), "open", "brand:acme")
    );
    assert_eq!((vip.day.clone(), vip.person.len()), (Day(FIRST.0 + 299).to_string(), 32));
    assert!(vip.text.contains("silent for 33 days"), "{}", vip.text);

    // Every alert goes to who wants all, wires alone to who wants them.
    let deliveries = sent(&engine);
    assert_eq!(deliveries.iter().filter(|one| one.hook == Some(all)).count(), rows.len());
    assert_eq!(deliveries.iter().filter(|one| one.hook == Some(wires)).count(), 2);
    let body: serde_json::Value = serde_json::from_str(&deliveries[0].body).unwrap();
    assert_eq!(body["type"], deliveries[0].kind);
    assert_eq!(body["data"]["id"], deliveries[0].alert.unwrap());

    // Neither another look nor a restart nor a look that forgot how far it came tells it again.
    assert_eq!(look(&engine, 299), 0);
    drop(engine);
    let engine = bench.open();
    assert_eq!(look(&engine, 299), 0);
    engine.database.write(|conn| setting::delete(conn, "looked")).unwrap();
    assert_eq!(look(&engine, 299), 0);
    // Where the clock was ahead when it last looked, it looks again.
    engine.database.write(|conn| setting::set(conn, "looked", "2093-01-01")).unwrap();
    assert_eq!(look(&engine, 299), 0);
    let looked = engine.database.read(|conn| setting::get(conn, "looked")).unwrap();
    assert_eq!(looked, Some(Day(FIRST.0 + 299).to_string()));
    assert_eq!((told(&engine).len(), sent(&engine).len()), (rows.len(), deliveries.len()));
    assert!(n_before <= rows.len());
    // Who comes back and falls silent again is another episode.
    let again = [buying("vip1", 300..301, 1, 50_000), buying("p00", 301..340, 7, 1_000)].concat();
    append(&engine, "shop", &again);
    engine.fold_all().unwrap();
    look(&engine, 336);
    let episodes = |name: &str| told(&engine).iter().filter(|alert| alert.title.contains(name)).count();
    assert_eq!((episodes("vip1"), episodes("vip2")), (2, 1));
}

fn what_is_too_much_is_summed_up(kind: Kind) {
    let mut events = Vec::new();
    for person in 0..40 {
        events.extend(buying(&format!("p{person:02}"), person % 9..300, 9, 1_000));
    }
    for person in 0..10 {
        events.extend(buying(&format!("gone{person}"), person % 4..275, 4, 1_000));
    }
    let bench = Bench::new(kind, "[alerts]\nper_day = 4\ntop_percent = 100\n");
    let engine = filled(&bench, &events);
    look(&engine, 299);
    let rows = told(&engine);
    let n = |kind: &str| rows.iter().filter(|alert| alert.kind == kind).count();
    assert_eq!((rows.len(), n("more_wires")), (4, 1), "{rows:?}");
    let more = rows.iter().find(|alert| alert.kind == "more_wires").unwrap();
    let summed: serde_json::Value = serde_json::from_str(&more.data).unwrap();
    assert_eq!(summed["n"].as_u64().unwrap() as usize + n("wire"), 10, "{more:?}");
}

fn masked_losses_and_quiet_layers_are_told(kind: Kind) {
    let mut events = Vec::new();
    // January has ten people, February two of them and twelve new ones.
    for person in 0..10 {
        events.extend(buying(&format!("old{person}"), person..31, 10, 1_000));
    }
    for person in 0..12 {
        events.extend(buying(&format!("new{person:02}"), 31 + person..59, 5, 1_000));
    }
    for person in ["old0", "old1"] {
        events.extend(buying(person, 31..59, 9, 1_000));
    }
    // From March on the same twenty every day, of whom ten stop coming by the web after 130 days more.
    for person in 0..20 {
        for mut event in buying(&format!("day{person:02}"), 59..230, 3, 1_000) {
            event.layer = if person < 10 { Layer::Web } else { Layer::Face };
            if event.layer == Layer::Face || event.at < at(190) {
                events.push(event);
            }
        }
    }
    let bench = Bench::new(kind, "");
    let engine = filled(&bench, &events);
    look(&engine, 60);
    let february: Vec<Alert> = told(&engine).into_iter().filter(|alert| alert.kind == "masked").collect();
    assert!(february.iter().any(|alert| alert.episode == "active 2023-02"), "{february:?}");
    let active = february.iter().find(|alert| alert.episode == "active 2023-02").unwrap();
    assert_eq!(active.title, "Newcomers hid a loss of active people in February 2023");
    // Day after day: each is told on one day only.
    for day in (61..228).step_by(3) {
        look(&engine, day);
    }
    let quiet: Vec<Alert> = told(&engine).into_iter().filter(|alert| alert.kind == "quiet_layer").collect();
    assert_eq!(quiet.len(), 1, "{quiet:?}");
    assert_eq!(quiet[0].title, "The layer web has gone quiet");
    let day: Day = quiet[0].day.parse().unwrap();
    assert!((FIRST.0 + 195..FIRST.0 + 218).contains(&day.0), "it is noticed within four weeks: {day}");
    let again = told(&engine).iter().filter(|alert| alert.episode == "active 2023-02").count();
    assert_eq!(again, 1);
}

fn a_digest_is_made_once_a_day(kind: Kind) {
    let mail = "[mail]\nurl = \"smtp://localhost:1\"\nfrom = \"parlour@example.com\"\nto = [\"a@example.com\", \"b@example.com\"]\n";
    let bench = Bench::new(kind, mail);
    let engine = bench.open();
    let digests = || sent(&engine).into_iter().filter(|one| one.mail.is_some()).collect::<Vec<_>>();
    assert!(!engine.digest_due(at(5)).unwrap(), "there is nothing to tell");
    let make = |episode: &str| {
        let row = Alert {
            id: 0,
            kind: "masked".to_owned(),
            object: "brand:acme".to_owned(),
            person: String::new(),
            episode: episode.to_owned(),
            day: "2023-01-05".to_owned(),
            title: format!("What happened in {episode}"),
            text: "It did.".to_owned(),
            data: "{}".to_owned(),
            state: alert::OPEN.to_owned(),
            made_at: at(5),
        };
        engine.database.write(move |conn| alert::insert(conn, &row)).unwrap();
    };
    make("one");
    assert!(engine.digest_due(at(5)).unwrap());
    make("two");
    assert!(!engine.digest_due(at(5)).unwrap(), "once a day");
    assert_eq!(digests().len(), 2);
    assert!(engine.digest_due(at(6)).unwrap());
    assert!(!engine.digest_due(at(7)).unwrap(), "nothing new");
    make("three");
    assert!(!engine.digest_due(at(15)).unwrap(), "what is long past is told no more");
    let all = digests();
    assert_eq!(all.len(), 4);
    let body: serde_json::Value = serde_json::from_str(&all[0].body).unwrap();
    assert_eq!(body["subject"], "What happened in two");
    assert!(!body["text"].as_str().unwrap().contains("in one"));
    let mut names: Vec<&str> = all.iter().map(|one| one.message.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 4);
}

fn a_hook_that_fails_for_days_is_disabled_and_says_so(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = filled(&bench, &buying("ann", 0..20, 3, 1_000));
    let (broken, flaky) = (hook(&engine, &[]), hook(&engine, &[]));
    let (tried, other) = (engine.test_hook(broken).unwrap(), engine.test_hook(flaky).unwrap());
    let waits = engine.test_hook(broken).unwrap();
    let refused = || Outcome::Refused { status: Some(503), error: "answered 503".to_owned() };
    // Of the one that works now and then something is taken while the other delivery is still tried.
    let taken = engine.test_hook(flaky).unwrap();
    for attempt in 1..=10 {
        for delivery in [tried.id, other.id] {
            let at = engine.database.read(|conn| delivery::get(conn, delivery)).unwrap().unwrap();
            engine.settle_delivery(&at, refused(), at.next_at).unwrap();
        }
        if attempt == 5 {
            engine.settle_delivery(&taken, Outcome::Taken { status: Some(204) }, taken.made_at + 1).unwrap();
        }
        let hooks = engine.hooks().unwrap();
        assert_eq!(hooks[0].disabled_at.is_some(), attempt == 10, "{attempt}");
        assert!(hooks[1].disabled_at.is_none(), "{attempt}");
    }
    let hooks = engine.hooks().unwrap();
    assert!(hooks[0].disabled_why.as_deref().unwrap().contains("took nothing for days"));
    let given_up = engine.database.read(|conn| delivery::get(conn, waits.id)).unwrap().unwrap();
    assert_eq!(
        (given_up.state.as_str(), given_up.last_error.as_deref()),
        (delivery::FAILED, Some("the hook was disabled"))
    );
    assert!(engine.test_hook(broken).is_err() && engine.test_hook(flaky).is_ok());
}
