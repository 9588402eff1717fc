//! Alerts, hooks and the outbox, there and back.

use parlour_store::alert::{self, Alert};
use parlour_store::delivery::{self, Delivery};
use parlour_store::hook::{self, Hook};

use crate::bench::Bench;

crate::on_both!(
    an_alert_is_told_once,
    alerts_are_paged_and_seen,
    hooks_keep_their_numbers,
    deliveries_wait_and_end,
    what_piles_up_for_one_keeps_nobody_waiting
);

fn alert_of(kind: &str, person: &str, episode: &str) -> Alert {
    Alert {
        id: 0,
        kind: kind.to_owned(),
        object: "brand:acme".to_owned(),
        person: person.to_owned(),
        episode: episode.to_owned(),
        day: "2026-11-21".to_owned(),
        title: "One is overdue".to_owned(),
        text: "Silent for 41 days".to_owned(),
        data: "{}".to_owned(),
        state: alert::OPEN.to_owned(),
        made_at: 7,
    }
}

fn insert(db: &parlour_store::Database, alert: &Alert) -> Option<i64> {
    let alert = alert.clone();
    db.write(move |conn| alert::insert(conn, &alert)).unwrap()
}

fn an_alert_is_told_once(bench: &Bench) {
    let db = bench.open();
    let one = alert_of("wire", "ab", "2026-10-01");
    assert_eq!(insert(&db, &one), Some(1));
    assert_eq!(insert(&db, &Alert { day: "2026-11-22".to_owned(), title: "Again".to_owned(), ..one.clone() }), None);
    let others = [
        alert_of("wire", "ab", "2026-11-01"),
        alert_of("wire", "cd", "2026-10-01"),
        alert_of("masked", "ab", "2026-10-01"),
        Alert { object: "brand:other".to_owned(), ..one.clone() },
    ];
    for (id, other) in (2..).zip(&others) {
        assert_eq!(insert(&db, other), Some(id));
    }
    assert_eq!(db.read(|conn| alert::get(conn, 1)).unwrap(), Some(Alert { id: 1, ..one }));
    assert_eq!(db.read(|conn| alert::get(conn, 9)).unwrap(), None);
}

fn alerts_are_paged_and_seen(bench: &Bench) {
    let db = bench.open();
    assert_eq!(db.read(alert::last_id).unwrap(), 0);
    for n in 1..=5 {
        let kind = if n == 3 { "masked" } else { "wire" };
        assert_eq!(insert(&db, &alert_of(kind, "", &n.to_string())), Some(n));
    }
    assert!(db.write(|conn| alert::set_seen(conn, 4)).unwrap());
    assert!(!db.write(|conn| alert::set_seen(conn, 6)).unwrap());
    let ids = |wanted: &alert::Wanted, before, limit| -> Vec<i64> {
        let rows = db.read(|conn| alert::list(conn, wanted, before, limit)).unwrap();
        rows.iter().map(|alert| alert.id).collect()
    };
    let all = alert::Wanted::default();
    assert_eq!(ids(&all, None, 3), [5, 4, 3]);
    assert_eq!(ids(&all, Some(3), 3), [2, 1]);
    let open = alert::Wanted { state: Some(alert::OPEN.to_owned()), ..all.clone() };
    assert_eq!(ids(&open, None, 9), [5, 3, 2, 1]);
    assert_eq!(db.read(|conn| alert::count(conn, &open)).unwrap(), 4);
    let wires = alert::Wanted { kind: Some("wire".to_owned()), object: Some("brand:acme".to_owned()), ..open.clone() };
    assert_eq!(ids(&wires, None, 9), [5, 2, 1]);
    let none = alert::Wanted { object: Some("brand:x".to_owned()), ..all };
    assert_eq!(ids(&none, None, 9), [0; 0]);
    let after: Vec<i64> = db.read(|conn| alert::after(conn, 2, 2)).unwrap().iter().map(|alert| alert.id).collect();
    assert_eq!(after, [3, 4]);
    assert_eq!(db.write(|conn| alert::set_all_seen(conn, &alert::Wanted::default(), 3)).unwrap(), 3);
    assert_eq!(ids(&open, None, 9), [5]);
    assert_eq!(db.read(alert::last_id).unwrap(), 5);
}

fn hook_of(url: &str) -> Hook {
    Hook {
        id: 0,
        url: url.to_owned(),
        secret: "whsec_b3RoZXI=".to_owned(),
        kinds: "wire masked".to_owned(),
        created_at: 3,
        disabled_at: None,
        disabled_why: None,
    }
}

fn hooks_keep_their_numbers(bench: &Bench) {
    let db = bench.open();
    let make = |url: &'static str| db.write(move |conn| hook::create(conn, &hook_of(url))).unwrap();
    assert_eq!((make("https://a.example/x"), make("https://b.example/y")), (1, 2));
    let one = Hook { id: 1, ..hook_of("https://a.example/x") };
    assert_eq!(db.read(|conn| hook::get(conn, 1)).unwrap(), Some(one.clone()));
    assert!(!format!("{one:?}").contains("whsec") && !format!("{one:?}").contains("a.example"));
    assert!(db.write(|conn| hook::disable(conn, 1, "410", 9)).unwrap());
    assert!(!db.write(|conn| hook::disable(conn, 1, "again", 10)).unwrap());
    let off = Hook { disabled_at: Some(9), disabled_why: Some("410".to_owned()), ..one.clone() };
    assert_eq!(db.read(|conn| hook::get(conn, 1)).unwrap(), Some(off));
    assert!(db.write(|conn| hook::update(conn, 1, "https://c.example/", "")).unwrap());
    let changed = Hook { url: "https://c.example/".to_owned(), kinds: String::new(), ..one };
    assert_eq!(db.read(hook::all).unwrap(), [changed, Hook { id: 2, ..hook_of("https://b.example/y") }]);
    assert!(db.write(|conn| hook::delete(conn, 2, 11)).unwrap());
    assert!(!db.write(|conn| hook::delete(conn, 2, 12)).unwrap());
    assert!(!db.write(|conn| hook::update(conn, 2, "https://d.example/", "")).unwrap());
    assert_eq!(db.read(|conn| hook::get(conn, 2)).unwrap(), None);
    assert_eq!(make("https://e.example/"), 3);
    // What is deleted leaves neither address nor secret.
    let left = db.read(|conn| conn.query("SELECT url, secret FROM hook WHERE id = 2", &[])).unwrap();
    assert_eq!((left[0].get_text(0).unwrap(), left[0].get_text(1).unwrap()), ("", ""));
}

fn delivery_of(message: &str, hook: Option<i64>, next_at: i64) -> Delivery {
    Delivery {
        id: 0,
        message: message.to_owned(),
        kind: "alert.wire".to_owned(),
        alert: Some(4),
        hook,
        mail: hook.is_none().then(|| "staff@example.org".to_owned()),
        state: delivery::WAITING.to_owned(),
        attempts: 0,
        next_at,
        last_status: None,
        last_error: None,
        made_at: next_at,
        answered_at: None,
        body: "{}".to_owned(),
        inbox: None,
    }
}

fn deliveries_wait_and_end(bench: &Bench) {
    let db = bench.open();
    let make = |message: &'static str, hook, at| {
        db.write(move |conn| delivery::create(conn, &delivery_of(message, hook, at))).unwrap()
    };
    assert_eq!((make("a", Some(1), 30), make("b", Some(1), 10), make("c", None, 20)), (1, 2, 3));
    assert!(db.write(|conn| delivery::create(conn, &delivery_of("a", Some(2), 1))).is_err(), "a name is given once");
    let due = |now, limit| -> Vec<i64> {
        db.read(|conn| delivery::due(conn, now, limit)).unwrap().iter().map(|one| one.id).collect()
    };
    assert_eq!((due(9, 9), due(20, 9), due(99, 2)), (vec![], vec![2, 3], vec![2, 3]));
    let retry = Delivery {
        id: 2,
        attempts: 1,
        next_at: 500,
        last_status: Some(503),
        last_error: Some("busy".to_owned()),
        answered_at: Some(11),
        ..delivery_of("b", Some(1), 10)
    };
    let settled = Delivery { made_at: 10, ..retry.clone() };
    assert!(db.write(move |conn| delivery::settle(conn, &retry)).unwrap());
    assert_eq!(db.read(|conn| delivery::get(conn, 2)).unwrap(), Some(settled.clone()));
    assert_eq!(due(99, 9), [3, 1]);
    let done = Delivery { state: delivery::DONE.to_owned(), attempts: 2, last_status: Some(204), ..settled };
    let again = done.clone();
    assert!(db.write(move |conn| delivery::settle(conn, &done)).unwrap());
    // What no longer waits is not settled twice.
    assert!(!db.write(move |conn| delivery::settle(conn, &again)).unwrap());
    assert!(db.write(|conn| delivery::replay(conn, 2, 600)).unwrap());
    assert!(!db.write(|conn| delivery::replay(conn, 7, 600)).unwrap());
    assert_eq!((due(599, 9), due(600, 9)), (vec![3, 1], vec![3, 1, 2]));
    assert_eq!(db.write(|conn| delivery::give_up(conn, 1, "deleted", 700)).unwrap(), 2);
    let ids = |wanted: delivery::Wanted, before| -> Vec<i64> {
        db.read(|conn| delivery::list(conn, &wanted, before, 9)).unwrap().iter().map(|one| one.id).collect()
    };
    let failed = delivery::Wanted { state: Some(delivery::FAILED.to_owned()), hook: Some(1) };
    assert_eq!((ids(failed.clone(), None), ids(failed, Some(2))), (vec![2, 1], vec![1]));
    assert_eq!(ids(delivery::Wanted::default(), None), [3, 2, 1]);
    assert_eq!(db.write(|conn| delivery::delete_before(conn, 25)).unwrap(), 1);
    assert_eq!(ids(delivery::Wanted::default(), None), [3, 1], "what waits stays, what is younger stays");
}

fn what_piles_up_for_one_keeps_nobody_waiting(bench: &Bench) {
    let db = bench.open();
    let make = |message: String, hook, at| {
        db.write(move |conn| delivery::create(conn, &delivery_of(&message, hook, at))).unwrap()
    };
    for n in 1..=20 {
        assert_eq!(make(format!("a{n}"), Some(1), n), n);
    }
    assert_eq!((make("b".to_owned(), Some(2), 50), make("c".to_owned(), None, 40)), (21, 22));
    let due = db.read(|conn| delivery::due(conn, 99, 4)).unwrap();
    assert_eq!(due.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 22, 21, 2]);
}
