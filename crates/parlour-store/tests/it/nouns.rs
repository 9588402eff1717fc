//! Every noun, there and back.

use parlour_core::day::Day;
use parlour_core::key::Key;
use parlour_store::audience::{self, Audience};
use parlour_store::audit::{self, Deed};
use parlour_store::credential::Credential;
use parlour_store::entity::{self, Entity};
use parlour_store::fit::{self, Fit};
use parlour_store::identity::{self, Identity};
use parlour_store::job::{self, Job};
use parlour_store::journal::{self, Arrival, FOLD, JournalBatch, SEAL, Waiting};
use parlour_store::link::{self, BY_HAND, Link};
use parlour_store::passkey::{DESK, Passkey};
use parlour_store::question::{self, Question};
use parlour_store::rejected::{self, Rejected, Wanted};
use parlour_store::run::{self, Run};
use parlour_store::session::{self, Session};
use parlour_store::source::{self, Source};
use parlour_store::source_key::{self, SourceKey};
use parlour_store::staff::{self, Staff};
use parlour_store::standing::{self, Standing};
use parlour_store::{
    Conn, Database, StoreError, attachment, credential, letter, mailbox, setting, source_tally, tally, unsubscribed,
    verb_name,
};

use crate::bench::Bench;

crate::on_both!(
    journal_and_cursors,
    tallies,
    runs,
    identities,
    many_identities,
    entities,
    links,
    rejections,
    jobs,
    sessions,
    credentials,
    staff_and_passkeys,
    deeds,
    settings,
    questions,
    audiences,
    fits,
    standings,
    sources,
    source_keys,
    source_tallies_and_verb_names,
    mailboxes,
    letters_and_attachments,
);

/// Runs a script in one piece of work.
fn write<T: Send + 'static>(
    db: &Database,
    script: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write(script).unwrap()
}

fn arrival(n: i64) -> Arrival {
    Arrival {
        source: "web".to_owned(),
        received_at: 1000 + n,
        n,
        min_day: Day(-n as i32),
        max_day: Day(n as i32),
        body: vec![n as u8; 9],
    }
}

fn journal_and_cursors(bench: &Bench) {
    let db = bench.open();
    write(&db, |conn| {
        assert_eq!(journal::waiting(conn, 0)?, Waiting { n_batches: 0, n_events: 0, oldest_at: None });
        assert_eq!(journal::cursor(conn, FOLD)?, 0);
        for n in 1..=5 {
            assert_eq!(journal::append(conn, arrival(n))?, n);
        }
        let second = JournalBatch { seq: 2, arrival: arrival(2) };
        assert_eq!(journal::read_after(conn, 1, 2)?, [second, JournalBatch { seq: 3, arrival: arrival(3) }]);
        journal::set_cursor(conn, FOLD, 2)?;
        journal::set_cursor(conn, FOLD, 3)?;
        assert_eq!(journal::cursor(conn, FOLD)?, 3);
        assert_eq!(journal::waiting(conn, 3)?, Waiting { n_batches: 2, n_events: 9, oldest_at: Some(1004) });
        assert_eq!(journal::delete_upto(conn, 2)?, 2);
        assert_eq!(journal::read_after(conn, 0, 9)?[0].seq, 3);
        Ok(())
    });
    // Numbers go on when everything is sealed and deleted, also after a restart.
    write(&db, |conn| {
        journal::set_cursor(conn, SEAL, 5)?;
        assert_eq!(journal::delete_upto(conn, 5)?, 3);
        Ok(())
    });
    drop(db);
    let db = bench.open();
    assert_eq!(write(&db, |conn| journal::append(conn, arrival(6))), 6);
    assert_eq!(write(&db, |conn| journal::append(conn, arrival(7))), 7);
    assert_eq!(
        db.read(|conn| journal::read_after(conn, 6, 9)).unwrap(),
        [JournalBatch { seq: 7, arrival: arrival(7) }]
    );
}

fn tallies(bench: &Bench) {
    let db = bench.open();
    write(&db, |conn| {
        tally::add(conn, &[(tally::SENT, 5), (tally::ACCEPTED, 4), (tally::REJECTED, 1), (tally::SENT, 2)])?;
        tally::add(conn, &[(tally::SENT, -3)])?;
        tally::set(conn, &[(tally::FOLDED, 9), (tally::ACCEPTED, 3)])
    });
    let all = db.read(tally::all).unwrap();
    let all: Vec<_> = all.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    assert_eq!(all, [("accepted", 3), ("folded", 9), ("rejected", 1), ("sent", 4)]);
}

fn run_of(file: &str) -> Run {
    Run {
        id: 0,
        kind: "activity".to_owned(),
        file: file.to_owned(),
        n_rows: 10,
        n_bytes: 2000,
        first_seq: 1,
        last_seq: 9,
        min_day: Day(-5),
        max_day: Day(20_000),
        level: 1,
        min_subject: Key(0),
        max_subject: Key(u128::MAX),
        digest: "d".to_owned(),
        created_at: 77,
    }
}

fn runs(bench: &Bench) {
    let db = bench.open();
    let ids = write(&db, |conn| run::insert(conn, &[run_of("a"), run_of("b")]));
    assert_eq!(ids, [1, 2]);
    let listed = |kind: &'static str| db.read(|conn| run::list(conn, kind)).unwrap();
    assert_eq!(listed("activity"), [Run { id: 1, ..run_of("a") }, Run { id: 2, ..run_of("b") }]);
    assert_eq!(listed("events"), []);
    // A file is in one run only.
    assert!(db.write(|conn| run::insert(conn, &[run_of("a")])).is_err());
    assert_eq!(write(&db, |conn| run::replace(conn, &[1, 2], &[run_of("c")])), [3]);
    assert_eq!(listed("activity"), [Run { id: 3, ..run_of("c") }]);
    // Who comes second with the same replacement changes nothing.
    let late = db.write(|conn| run::replace(conn, &[1, 3], &[run_of("d")]));
    assert!(matches!(late, Err(StoreError::Aborted(_))));
    assert_eq!(listed("activity").len(), 1);
    assert_eq!(write(&db, |conn| run::remove(conn, &[3, 4])), 1);
    assert_eq!(listed("activity"), []);
}

fn id(n: u128, kind: &str, value: &str) -> Identity {
    Identity { key: Key(n), kind: kind.to_owned(), value: value.to_owned(), first_seen_at: n as i64 }
}

fn identities(bench: &Bench) {
    let db = bench.open();
    let all = [
        id(1, "user", "anna"),
        id(2, "mail", "anna"),
        id(3, "mail", "anna@example.org"),
        id(4, "user", "annb"),
        id(5, "user", "Anna"),
        id(6, "user", "ann"),
        id(7, "user", "mail:anna"),
        id(8, "user", "100%"),
        id(9, "user", "1000"),
    ];
    let given = all.clone();
    assert_eq!(write(&db, move |conn| identity::insert_new(conn, &given)), 9);
    let again = [id(1, "user", "other"), id(10, "user", "zoe"), id(10, "user", "zoe")];
    assert_eq!(write(&db, move |conn| identity::insert_new(conn, &again)), 1);

    let mut found = db.read(|conn| identity::by_keys(conn, &[Key(3), Key(1), Key(99)])).unwrap();
    found.sort_by_key(|identity| identity.key);
    assert_eq!(found, [all[0].clone(), all[2].clone()]);
    assert_eq!(db.read(|conn| identity::by_keys(conn, &[])), Ok(vec![]));

    let find = |text: &'static str, limit| {
        let found = db.read(|conn| identity::find(conn, text, limit)).unwrap();
        found.into_iter().map(|identity| identity.key.0).collect::<Vec<_>>()
    };
    assert_eq!(find("anna", 9), [2, 1, 3], "exact first, by kind, then what begins with it");
    assert_eq!(find("anna", 2), [2, 1]);
    assert_eq!(find("ann", 9), [6, 2, 1, 3, 4]);
    assert_eq!(find("mail:anna", 9), [7, 2], "the very text, then the kind and value it names");
    assert_eq!(find("user:zoe", 9), [10]);
    assert_eq!(find("100%", 9), [8], "no wildcards");
    assert_eq!(find("", 9), []);
    assert_eq!(find("nobody", 9), []);
}

fn many_identities(bench: &Bench) {
    let db = bench.open();
    let all: Vec<_> = (0..5003).map(|n| id(n * 7919 % 5003, "user", &format!("u{n}"))).collect();
    let given = all.clone();
    assert_eq!(write(&db, move |conn| identity::insert_new(conn, &given)), 5003);
    let keys: Vec<_> = all.iter().map(|identity| identity.key).collect();
    let mut found = db.read(|conn| identity::by_keys(conn, &keys)).unwrap();
    let mut all = all;
    found.sort_by_key(|identity| identity.key);
    all.sort_by_key(|identity| identity.key);
    assert_eq!(found, all);
}

fn entities(bench: &Bench) {
    let db = bench.open();
    let product = Entity {
        key: Key(2),
        kind: "product".to_owned(),
        id: "p".to_owned(),
        parent: None,
        title: Some("Tea".to_owned()),
        data: Some("{}".to_owned()),
        created_at: 5,
    };
    let brand = Entity { key: Key(1), kind: "brand".to_owned(), title: None, data: None, ..product.clone() };
    let given = [product.clone(), brand.clone()];
    assert_eq!(write(&db, move |conn| entity::insert_new(conn, &given)), 2);
    let changed = Entity { title: Some("Coffee".to_owned()), ..product.clone() };
    assert_eq!(write(&db, move |conn| entity::insert_new(conn, &[changed])), 0);
    assert!(write(&db, |conn| entity::set_parent_if_unset(conn, Key(2), Key(1))));
    assert!(!write(&db, |conn| entity::set_parent_if_unset(conn, Key(2), Key(9))));
    assert!(!write(&db, |conn| entity::set_parent_if_unset(conn, Key(8), Key(1))));
    let product = Entity { parent: Some(Key(1)), ..product };
    assert_eq!(db.read(entity::all).unwrap(), [brand, product.clone()]);
    assert_eq!(db.read(|conn| entity::by_key(conn, Key(2))).unwrap(), Some(product));
    assert_eq!(db.read(|conn| entity::by_key(conn, Key(3))).unwrap(), None);
}

fn links(bench: &Bench) {
    let db = bench.open();
    let link = |a, b, source: &str| Link {
        a: Key(a),
        b: Key(b),
        at: 5,
        source: source.to_owned(),
        undone_at: None,
        forced_at: None,
    };
    let given = [link(1, 2, "identify"), link(1, 3, "identify"), link(2, 3, BY_HAND)];
    let all = given.clone();
    assert_eq!(write(&db, move |conn| link::insert_new(conn, &given)), 3);
    assert_eq!(db.read(link::all).unwrap(), all);
    assert!(write(&db, |conn| link::undo(conn, Key(1), Key(2), 9)));
    assert!(!write(&db, |conn| link::undo(conn, Key(1), Key(2), 10)));
    assert!(!write(&db, |conn| link::undo(conn, Key(7), Key(8), 10)));
    let undone = Link { undone_at: Some(9), ..all[0].clone() };
    // The same events again do not bring it back.
    let again = all.to_vec();
    assert_eq!(write(&db, move |conn| link::insert_new(conn, &again)), 0);
    assert_eq!(db.read(link::all).unwrap()[0], undone);
    // A pair is as old as the earliest that was heard of it, in whatever order that came.
    for (at, kept) in [(7, 5), (4, 4), (5, 4)] {
        let said = Link { at, ..all[2].clone() };
        assert_eq!(write(&db, move |conn| link::insert_new(conn, &[said])), u64::from(at == 4));
        assert_eq!(db.read(link::all).unwrap()[2].at, kept);
    }
    assert!(write(&db, |conn| link::set_forced(conn, Key(1), Key(3), Some(8))));
    assert!(!write(&db, |conn| link::set_forced(conn, Key(7), Key(8), Some(8))));
    assert_eq!(db.read(link::all).unwrap()[1].forced_at, Some(8));
    assert_eq!(write(&db, link::delete_derived), 0);
    assert!(write(&db, |conn| link::set_forced(conn, Key(1), Key(3), None)));
    let all = db.read(link::all).unwrap();
    assert_eq!(write(&db, link::delete_derived), 1);
    assert_eq!(db.read(link::all).unwrap(), [undone, all[2].clone()]);
    assert!(write(&db, |conn| link::redo(conn, Key(1), Key(2))));
    assert!(!write(&db, |conn| link::redo(conn, Key(1), Key(2))));
    assert_eq!(db.read(link::all).unwrap()[0], Link { undone_at: None, ..all[0].clone() });
}

fn rejections(bench: &Bench) {
    let db = bench.open();
    let rejection = |n: i64| Rejected {
        id: 0,
        source: "file".to_owned(),
        job: (n % 2 == 0).then_some(7),
        at: n,
        line: Some(n),
        reason: if n < 5 { "unreadable" } else { "too_old" }.to_owned(),
        message: format!("line {n}"),
        raw: vec![0xff, n as u8],
        dialect: (n % 3 == 0).then(|| "event".to_owned()),
        state: rejected::OPEN.to_owned(),
        replayed_at: None,
    };
    let given: Vec<_> = (1..=300).map(rejection).collect();
    assert_eq!(write(&db, move |conn| rejected::insert(conn, &given)), 1);
    assert_eq!(write(&db, move |conn| rejected::insert(conn, &[])), 301);
    assert_eq!(write(&db, move |conn| rejected::insert(conn, &[rejection(301)])), 301);

    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = db.read(|conn| rejected::list(conn, Some(7), before, 40)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page);
    }
    assert!(seen.iter().map(|rejected| rejected.id).eq((1..=150).rev().map(|n| 2 * n)));
    assert_eq!(seen[0], Rejected { id: 300, ..rejection(300) });
    let newest = db.read(|conn| rejected::list(conn, None, None, 1)).unwrap();
    assert_eq!(newest, [Rejected { id: 301, ..rejection(301) }]);
    let count = |job| db.read(|conn| rejected::count(conn, job)).unwrap();
    assert_eq!(count(None), [("too_old".to_owned(), 297), ("unreadable".to_owned(), 4)]);
    assert_eq!(count(Some(7)), [("too_old".to_owned(), 148), ("unreadable".to_owned(), 2)]);
    assert_eq!(count(Some(8)), []);
    mended_and_replayed(&db);
    assert_eq!(write(&db, |conn| rejected::delete(conn, &[1, 2, 999])), 2);
    assert_eq!(count(None)[1].1, 2);
}

fn mended_and_replayed(db: &Database) {
    let found = |wanted: &Wanted| db.read(|conn| rejected::search(conn, wanted, Some(299), 1000)).unwrap();
    let wanted = Wanted { reason: Some("too_old".to_owned()), from: Some(3), to: Some(200), ..Wanted::default() };
    assert!(found(&wanted).iter().map(|row| row.at).eq((5..200).rev()));
    assert_eq!(found(&Wanted { source: Some("web".to_owned()), ..Wanted::default() }), []);
    assert!(write(db, |conn| rejected::mend(conn, 9, b"new", ("too_old", "still wrong"))));
    assert!(write(db, |conn| rejected::set_reason(conn, 8, ("blocked", "why"))));
    let mended = db.read(|conn| rejected::get(conn, 9)).unwrap().unwrap();
    assert_eq!((mended.raw.as_slice(), mended.message.as_str()), (&b"new"[..], "still wrong"));
    assert!(write(db, |conn| rejected::set_replayed(conn, 9, 77)));
    assert!(!write(db, |conn| rejected::set_replayed(conn, 9, 78)));
    assert!(!write(db, |conn| rejected::mend(conn, 9, b"x", ("a", "b"))));
    let replayed = found(&Wanted { state: Some(rejected::REPLAYED.to_owned()), ..Wanted::default() });
    assert_eq!((replayed.len(), replayed[0].id, replayed[0].replayed_at), (1, 9, Some(77)));
    let counts = db.read(|conn| rejected::count_by_source(conn, &Wanted { to: Some(10), ..Wanted::default() }));
    let row = |reason: &str, n| ("file".to_owned(), reason.to_owned(), n);
    assert_eq!(counts, Ok(vec![row("blocked", 1), row("too_old", 4), row("unreadable", 4)]));
    write(db, |conn| {
        rejected::set_reason(conn, 8, ("too_old", "line 8"))?;
        rejected::delete_before(conn, 0)
    });
    assert_eq!(db.read(|conn| rejected::get(conn, 1000)), Ok(None));
}

fn sources(bench: &Bench) {
    let db = bench.open();
    let source = Source {
        id: 0,
        name: "shop".to_owned(),
        brand_kind: "brand".to_owned(),
        brand_id: "acme".to_owned(),
        layer: "web".to_owned(),
        kind: "sdk".to_owned(),
        events_per_second: Some(7),
        mapping: None,
        secret: None,
        created_at: 1,
        first_event_at: None,
        last_event_at: None,
        revoked_at: None,
    };
    let other = Source { name: "app".to_owned(), secret: Some("s".to_owned()), ..source.clone() };
    let given = [source.clone(), other.clone(), source.clone()];
    let ids: Vec<_> = given.iter().cloned().map(|one| write(&db, move |conn| source::create(conn, &one))).collect();
    assert_eq!(ids, [Some(1), Some(2), None]);
    let changed = Source { id: 2, layer: "game".to_owned(), mapping: Some("m".to_owned()), ..other };
    let kept = changed.clone();
    assert!(write(&db, move |conn| source::update(conn, &changed)));
    write(&db, |conn| {
        source::note_event(conn, "shop", 5)?;
        source::note_event(conn, "shop", 9)?;
        source::note_event(conn, "nobody", 9)
    });
    assert!(write(&db, |conn| source::revoke(conn, 2, 11)));
    assert!(!write(&db, |conn| source::revoke(conn, 2, 12)));
    let shop = Source { id: 1, first_event_at: Some(5), last_event_at: Some(9), ..source };
    let kept = Source { revoked_at: Some(11), ..kept };
    assert_eq!(db.read(source::all).unwrap(), [shop.clone(), kept.clone()]);
    assert_eq!(db.read(|conn| source::get(conn, 2)).unwrap(), Some(kept));
    assert_eq!(db.read(|conn| source::by_name(conn, "shop")).unwrap(), Some(shop));
    assert_eq!(db.read(|conn| source::by_name(conn, "web")).unwrap(), None);
}

fn source_keys(bench: &Bench) {
    let db = bench.open();
    let key = |n: u8, expires_at| SourceKey {
        hash: vec![n; 32],
        source: i64::from(n % 2),
        hint: format!("pk_{n}"),
        created_at: n.into(),
        expires_at,
        revoked_at: None,
    };
    let given = [key(1, None), key(2, None), key(3, Some(50))];
    write(&db, move |conn| given.iter().try_for_each(|key| source_key::create(conn, key)));
    // A key that ends sooner is not made to last longer.
    assert_eq!(write(&db, |conn| source_key::expire(conn, 1, 90)), 1);
    assert_eq!(db.read(source_key::all).unwrap(), [key(1, Some(90)), key(2, None), key(3, Some(50))]);
    assert_eq!(write(&db, |conn| source_key::revoke(conn, 1, 60)), 2);
    assert_eq!(write(&db, |conn| source_key::revoke(conn, 1, 61)), 0);
    let revoked: Vec<_> = db.read(source_key::all).unwrap().iter().map(|key| key.revoked_at).collect();
    assert_eq!(revoked, [Some(60), None, Some(60)]);
}

fn source_tallies_and_verb_names(bench: &Bench) {
    let db = bench.open();
    let add =
        |source: &'static str, n| move |conn: &mut dyn Conn| source_tally::add(conn, source, &[("x".to_owned(), n)]);
    write(&db, add("b", 3));
    write(&db, add("a", 1));
    write(&db, add("b", 4));
    let row = |source: &str, n| (source.to_owned(), "x".to_owned(), n);
    assert_eq!(db.read(source_tally::all), Ok(vec![row("a", 1), row("b", 7)]));
    write(&db, |conn| verb_name::set(conn, "Chess Played", "used", 1));
    write(&db, |conn| verb_name::set(conn, "Chess Played", "visited", 2));
    assert_eq!(db.read(verb_name::all), Ok(vec![("Chess Played".to_owned(), "visited".to_owned())]));
    assert!(write(&db, |conn| verb_name::delete(conn, "Chess Played")));
    assert!(!write(&db, |conn| verb_name::delete(conn, "Chess Played")));
}

fn jobs(bench: &Bench) {
    let db = bench.open();
    let new = Job {
        id: 0,
        kind: "import".to_owned(),
        name: "sales.csv".to_owned(),
        state: "waiting".to_owned(),
        position: 0,
        line: 0,
        total: 100,
        n_done: 0,
        n_rejected: 0,
        data: "{}".to_owned(),
        message: None,
        started_at: 5,
        updated_at: 5,
    };
    let given = new.clone();
    assert_eq!(write(&db, move |conn| job::create(conn, &given)), 1);
    let given = new.clone();
    assert_eq!(write(&db, move |conn| job::create(conn, &given)), 2);
    assert_eq!(db.read(|conn| job::get(conn, 1)).unwrap(), Some(Job { id: 1, ..new.clone() }));
    assert_eq!(db.read(|conn| job::get(conn, 3)).unwrap(), None);
    let moved = Job {
        id: 1,
        state: "failed".to_owned(),
        position: 50,
        line: 6,
        total: 101,
        n_done: 4,
        n_rejected: 2,
        data: "{\"x\":1}".to_owned(),
        message: Some("no".to_owned()),
        updated_at: 9,
        ..new.clone()
    };
    let given = moved.clone();
    assert!(write(&db, move |conn| job::update(conn, &given)));
    assert_eq!(db.read(|conn| job::list(conn, 9)).unwrap(), [Job { id: 2, ..new.clone() }, moved]);
    assert_eq!(db.read(|conn| job::list(conn, 1)).unwrap().len(), 1);
    assert!(!write(&db, move |conn| job::update(conn, &Job { id: 9, ..new })));
}

fn sessions(bench: &Bench) {
    let db = bench.open();
    let one = Session {
        hash: vec![1; 32],
        person: "anna".to_owned(),
        created_at: 10,
        expires_at: 100,
        last_used_at: 10,
        device: "Firefox on Linux".to_owned(),
    };
    let two = Session { hash: vec![2; 32], last_used_at: 20, ..one.clone() };
    let other = Session { hash: vec![3; 32], person: "ben".to_owned(), ..one.clone() };
    for session in [one.clone(), two.clone(), other.clone()] {
        write(&db, move |conn| session::create(conn, &session));
    }
    let get = |hash: u8, now| db.read(|conn| session::get(conn, &[hash; 32], now)).unwrap();
    assert_eq!(get(1, 99), Some(one.clone()));
    assert_eq!(get(1, 100), None, "expired");
    assert_eq!(get(9, 10), None);
    assert_eq!(db.read(|conn| session::list(conn, "anna")).unwrap(), [two, one.clone()]);
    assert!(write(&db, |conn| session::touch(conn, &[1; 32], 50, 150)));
    assert!(!write(&db, |conn| session::touch(conn, &[9; 32], 50, 150)));
    assert_eq!(get(1, 149), Some(Session { last_used_at: 50, expires_at: 150, ..one }));
    assert_eq!(write(&db, |conn| session::delete_expired(conn, 100)), 2);
    assert!(write(&db, |conn| session::delete(conn, &[1; 32])));
    assert!(!write(&db, |conn| session::delete(conn, &[1; 32])));
    let again = other.clone();
    write(&db, move |conn| session::create(conn, &again));
    let second = Session { hash: vec![4; 32], ..other.clone() };
    write(&db, move |conn| session::create(conn, &second));
    assert_eq!(write(&db, |conn| session::delete_others(conn, "ben", &[3; 32])), 1);
    assert_eq!((get(3, 10), get(4, 10)), (Some(other), None));
    assert_eq!(write(&db, |conn| session::delete_of(conn, "ben")), 1);
    assert_eq!(get(3, 10), None);
}

fn credentials(bench: &Bench) {
    let db = bench.open();
    let new = |hash: u8| Credential {
        hash: vec![hash; 32],
        purpose: "first login".to_owned(),
        subject: "anna".to_owned(),
        data: "d".to_owned(),
        created_at: 10,
        expires_at: 100,
    };
    for hash in [1, 2, 4] {
        write(&db, move |conn| credential::create(conn, &new(hash)));
    }
    let spend = |hash: u8, purpose: &'static str, now| {
        let spent = write(&db, move |conn| credential::spend(conn, &[hash; 32], purpose, now));
        assert!(spent.is_none() || spent == Some(new(hash)));
        spent.is_some()
    };
    assert_eq!(write(&db, |conn| credential::delete_of(conn, "anna", "other")), 0);
    assert_eq!(db.read(|conn| credential::get(conn, &[4; 32], "first login", 50)).unwrap(), Some(new(4)));
    assert!(spend(4, "first login", 50));
    assert_eq!(db.read(|conn| credential::get(conn, &[4; 32], "first login", 50)).unwrap(), None);
    let is_open = |now| db.read(|conn| credential::is_open(conn, "first login", now)).unwrap();
    assert!(!spend(1, "other", 50));
    assert!(!spend(1, "first login", 100), "expired");
    assert!(!spend(1, "first login", 9), "not yet");
    assert!(!spend(3, "first login", 50));
    assert!(spend(1, "first login", 50));
    assert!(!spend(1, "first login", 51), "once only");
    assert!(is_open(50) && !is_open(100));
    assert!(spend(2, "first login", 50));
    assert!(!is_open(50));
    assert_eq!(write(&db, |conn| credential::delete_expired(conn, 100)), 3);
    write(&db, move |conn| credential::create(conn, &new(1)));
    assert_eq!(write(&db, |conn| credential::delete_of(conn, "anna", "first login")), 1);
}

fn staff_and_passkeys(bench: &Bench) {
    let db = bench.open();
    let owner = db.read(staff::list).unwrap();
    assert_eq!((owner.len(), owner[0].handle.as_str(), owner[0].role.as_str()), (1, "owner", "owner"));
    assert_eq!((&owner[0].brands, owner[0].joined_at), (&None, Some(0)));
    let anna = Staff {
        handle: "anna".to_owned(),
        name: "Anna".to_owned(),
        mail: Some("anna@example.com".to_owned()),
        role: "agent".to_owned(),
        brands: Some(vec!["brand:a".to_owned(), "brand:b c".to_owned()]),
        password: None,
        created_at: 5,
        joined_at: None,
        disabled_at: None,
    };
    let given = anna.clone();
    write(&db, move |conn| staff::create(conn, &given));
    let again = anna.clone();
    assert!(db.write(move |conn| staff::create(conn, &again)).is_err(), "a handle is somebody's for ever");
    let double = Staff { handle: "ann".to_owned(), ..anna.clone() };
    assert!(db.write(move |conn| staff::create(conn, &double)).is_err(), "so is a mail address");
    assert_eq!(db.read(|conn| staff::by_mail(conn, "anna@example.com")).unwrap(), Some(anna.clone()));
    let joined = Staff { password: Some("hash".to_owned()), joined_at: Some(9), brands: None, ..anna };
    let given = joined.clone();
    assert!(write(&db, move |conn| staff::update(conn, &given)));
    assert_eq!(db.read(|conn| staff::get(conn, "anna")).unwrap(), Some(joined));
    assert_eq!(db.read(|conn| staff::get(conn, "Anna")).unwrap(), None);
    let key = Passkey {
        id: vec![7; 16],
        owner: "anna".to_owned(),
        name: "phone".to_owned(),
        algorithm: -7,
        public_key: vec![4; 65],
        n_signed: 3,
        created_at: 10,
        last_used_at: None,
    };
    let given = key.clone();
    write(&db, move |conn| DESK.create(conn, &given));
    assert_eq!(db.read(|conn| DESK.get(conn, &[7; 16])).unwrap(), Some(key.clone()));
    assert!(write(&db, |conn| DESK.touch(conn, &[7; 16], (3, 4), 20)));
    assert!(!write(&db, |conn| DESK.touch(conn, &[7; 16], (3, 4), 20)), "another was quicker");
    let used = Passkey { n_signed: 4, last_used_at: Some(20), ..key };
    assert_eq!(db.read(|conn| DESK.of(conn, "anna")).unwrap(), [used]);
    assert!(!write(&db, |conn| DESK.delete(conn, &[7; 16], "owner")));
    assert!(write(&db, |conn| DESK.delete(conn, &[7; 16], "anna")));
}

fn deeds(bench: &Bench) {
    let db = bench.open();
    let deed = |at: i64, staff: &str| Deed {
        id: at,
        at,
        staff: staff.to_owned(),
        action: "closed a thread".to_owned(),
        object: format!("t{at}"),
        outcome: "done".to_owned(),
    };
    for new in [deed(1, "anna"), deed(2, "ben"), deed(3, "anna")] {
        write(&db, move |conn| audit::append(conn, &new));
    }
    let list =
        |wanted: &audit::Wanted, before, limit| db.read(|conn| audit::list(conn, wanted, before, limit)).unwrap();
    let all = audit::Wanted::default();
    assert_eq!(list(&all, None, 9), [deed(3, "anna"), deed(2, "ben"), deed(1, "anna")]);
    assert_eq!(list(&all, Some(3), 1), [deed(2, "ben")]);
    let annas = audit::Wanted { staff: Some("anna".to_owned()), ..all.clone() };
    assert_eq!(list(&annas, None, 9), [deed(3, "anna"), deed(1, "anna")]);
    let narrow = audit::Wanted { from: Some(2), before: Some(3), action: Some("closed a thread".to_owned()), ..all };
    assert_eq!(list(&narrow, None, 9), [deed(2, "ben")]);
    assert_eq!(db.read(|conn| audit::count(conn, &annas)).unwrap(), 2);
    assert_eq!(db.read(audit::actions).unwrap(), ["closed a thread"]);
    assert_eq!(write(&db, |conn| audit::delete_before(conn, 99)), 2);
    write(&db, move |conn| audit::append(conn, &deed(9, "ben")));
    assert_eq!(list(&annas, None, 9), [deed(3, "anna")], "numbers go on");
}

fn settings(bench: &Bench) {
    let db = bench.open();
    let get = |name: &'static str| db.read(|conn| setting::get(conn, name)).unwrap();
    assert_eq!(get("colour"), None);
    write(&db, |conn| setting::set(conn, "colour", "red"));
    write(&db, |conn| setting::set(conn, "colour", "blue"));
    assert_eq!(get("colour").as_deref(), Some("blue"));
    let all = db.read(setting::all).unwrap();
    assert_eq!(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["colour", "opened", "schema"]);
    assert!(write(&db, |conn| setting::delete(conn, "colour")));
    assert!(!write(&db, |conn| setting::delete(conn, "colour")));
}

fn fits(bench: &Bench) {
    let db = bench.open();
    let new = |day: i32, choice: &str| Fit {
        object: "brand:acme".to_owned(),
        day: Day(day),
        choice: choice.to_owned(),
        factor: 0.9,
        n_people: 7,
        made_at: 5,
    };
    for fit in [new(10, "mbg_nbd"), new(20, "bg_nbd"), new(20, "pareto_nbd")] {
        write(&db, move |conn| fit::put(conn, &fit));
    }
    let on = |object: &'static str, day| db.read(move |conn| fit::on(conn, object, Day(day))).unwrap();
    assert_eq!(on("brand:acme", 9), None);
    assert_eq!(on("brand:acme", 19), Some(new(10, "mbg_nbd")));
    assert_eq!(on("brand:acme", 99), Some(new(20, "pareto_nbd")));
    assert_eq!(on("brand:other", 99), None);
}

fn audiences(bench: &Bench) {
    let db = bench.open();
    let new = |name: &str| Audience {
        id: 0,
        name: name.to_owned(),
        object: "brand:acme".to_owned(),
        predicate: "stage=lapsed".to_owned(),
        created_at: 5,
        updated_at: 5,
    };
    let (lapsed, best) = (new("lapsed"), new("best"));
    assert_eq!(write(&db, move |conn| audience::create(conn, &lapsed)), 1);
    assert_eq!(write(&db, move |conn| audience::create(conn, &best)), 2);
    let changed = Audience { id: 1, predicate: "stage=defected".to_owned(), updated_at: 9, ..new("lapsed") };
    let given = changed.clone();
    assert!(write(&db, move |conn| audience::update(conn, &given)));
    assert_eq!(db.read(|conn| audience::get(conn, 1)).unwrap(), Some(changed));
    assert_eq!(db.read(|conn| audience::get(conn, 3)).unwrap(), None);
    let names: Vec<String> = db.read(audience::list).unwrap().into_iter().map(|audience| audience.name).collect();
    assert_eq!(names, ["best", "lapsed"]);
    assert!(write(&db, |conn| audience::delete(conn, 1)));
    assert!(!write(&db, |conn| audience::delete(conn, 1)));
}

fn questions(bench: &Bench) {
    let db = bench.open();
    assert_eq!(write(&db, |conn| question::create(conn, "who left", "SELECT 1", 5)), 1);
    assert_eq!(write(&db, |conn| question::create(conn, "how many", "SELECT 2", 6)), 2);
    let first =
        Question { id: 1, name: "who left".to_owned(), sql: "SELECT 1".to_owned(), created_at: 5, updated_at: 5 };
    assert_eq!(db.read(|conn| question::get(conn, 1)).unwrap(), Some(first.clone()));
    assert_eq!(db.read(|conn| question::get(conn, 3)).unwrap(), None);
    let changed = Question { name: "a".to_owned(), sql: "SELECT 3".to_owned(), updated_at: 9, ..first };
    let given = changed.clone();
    assert!(write(&db, move |conn| question::update(conn, &given)));
    let all = db.read(question::list).unwrap();
    assert_eq!((all[0].clone(), all[1].id), (changed, 2));
    assert!(write(&db, |conn| question::delete(conn, 1)));
    assert!(!write(&db, |conn| question::delete(conn, 1)));
    assert_eq!(db.read(question::list).unwrap().len(), 1);
}

fn standing_of(n: i32) -> Standing {
    Standing {
        object: "brand:tea".to_owned(),
        person: format!("user:{n:05}"),
        involvement: 0.1 * f64::from(n),
        degree: 1.5,
        percentile: i64::from(n % 100),
        kind: (n % 3 == 0).then_some(-0.25),
        cell: (n % 3 == 0).then(|| "A3".to_owned()),
        is_customer: n % 2 == 0,
        direction: "falling".to_owned(),
        p_falling: 0.95,
        stage: "lapsed".to_owned(),
        first_day: Day(10_000),
        last_day: Day(10_000 + n),
        due_day: (n % 5 == 0).then_some(Day(20_000)),
        n_days: 3,
        value_minor: -5,
        currency: "EUR".to_owned(),
    }
}

fn standings(bench: &Bench) {
    let db = bench.open();
    let many: Vec<_> = (0..1500).map(standing_of).collect();
    let given = many.clone();
    write(&db, move |conn| standing::replace_day(conn, Day(20_000), &given));
    for day in [20_001, 20_002, 19_000] {
        write(&db, move |conn| standing::replace_day(conn, Day(day), &[standing_of(1)]));
    }
    let kept = |day: i32| {
        let mut kept = Vec::new();
        let mut keep = |standing| {
            kept.push(standing);
            Ok(())
        };
        db.read(|conn| standing::for_each(conn, Day(day), &mut keep)).unwrap();
        kept
    };
    assert_eq!(kept(20_000), many);
    write(&db, move |conn| standing::replace_day(conn, Day(20_000), &[standing_of(2)]));
    write(&db, move |conn| standing::append_day(conn, Day(20_000), &[standing_of(3)]));
    assert_eq!(kept(20_000), [standing_of(2), standing_of(3)]);
    assert_eq!(db.read(standing::days).unwrap(), [20_002, 20_001, 20_000, 19_000].map(Day));
    assert_eq!(write(&db, |conn| standing::delete_old(conn, 2)), 3);
    assert_eq!(db.read(standing::days).unwrap(), [20_002, 20_001].map(Day));
    assert_eq!(write(&db, |conn| standing::delete_old(conn, 2)), 0);
    assert_eq!(kept(20_000), []);
}

fn mailboxes(bench: &Bench) {
    let db = bench.open();
    let help = mailbox::Mailbox {
        source: 3,
        host: "imap.example.org".to_owned(),
        port: 993,
        tls: "tls".to_owned(),
        ca: None,
        user: "help".to_owned(),
        password: "hunter2".to_owned(),
        folder: "INBOX".to_owned(),
        address: "Acme <help@acme.example>".to_owned(),
        is_from_start: true,
        generation: 1,
    };
    let upto = mailbox::Cursor { uid_validity: 7, next_uid: 4_000_000_000, since: 5, is_renumbered: true };
    let one = help.clone();
    write(&db, move |conn| {
        mailbox::put(conn, &one)?;
        assert_eq!(mailbox::cursor(conn, 3)?, None);
        assert!(mailbox::set_cursor(conn, (3, 1), &upto)?);
        assert!(!mailbox::set_cursor(conn, (3, 2), &upto)?, "it is another mailbox");
        assert!(!mailbox::set_cursor(conn, (4, 1), &upto)?, "there is none");
        // Another password is no other mailbox; another host is.
        mailbox::put(conn, &mailbox::Mailbox { password: "new".to_owned(), ..one.clone() })?;
        assert_eq!(mailbox::cursor(conn, 3)?, Some(upto));
        mailbox::put(conn, &mailbox::Mailbox { host: "other".to_owned(), generation: 2, ..one })?;
        assert_eq!(mailbox::cursor(conn, 3)?, None);
        Ok(())
    });
    write(&db, |conn| mailbox::forget_password(conn, 3));
    let all = db.read(mailbox::all).unwrap();
    let other = mailbox::Mailbox { host: "other".to_owned(), password: String::new(), generation: 2, ..help };
    assert!(all == [other], "the password is not printed");
}

fn letters_and_attachments(bench: &Bench) {
    let db = bench.open();
    let letter =
        |n: u128| letter::Letter { key: Key(n), content: Key(n * 10), sender: Key(1), said: Key(2), at: n as i64 };
    write(&db, move |conn| letter::insert(conn, &[letter(5), letter(6)]));
    assert!(db.write(move |conn| letter::insert(conn, &[letter(7), letter(6)])).is_err(), "each is taken once");
    let file = attachment::Attachment {
        post: Key(9),
        place: 1,
        name: "photo.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        body: vec![0xff, 0, 1],
    };
    let kept = file.clone();
    write(&db, move |conn| {
        assert_eq!(letter::known(conn, &[Key(5), Key(7)])?, [(Key(5), Key(50))]);
        assert_eq!(letter::count_said(conn, Key(1), Key(2), 6)?, 1);
        assert_eq!(letter::count_said(conn, Key(1), Key(3), 0)?, 0);
        attachment::insert_new(conn, vec![file.clone(), attachment::Attachment { body: vec![1], ..file }])?;
        assert_eq!(attachment::total_bytes(conn)?, 3);
        assert_eq!(attachment::get(conn, Key(9), 0)?, None);
        assert_eq!(attachment::get(conn, Key(9), 1)?, Some(kept));
        unsubscribed::add(conn, "anna@example.org", 5)?;
        unsubscribed::add(conn, "anna@example.org", 6)?;
        assert_eq!(unsubscribed::all(conn)?, ["anna@example.org"]);
        Ok(())
    });
}
