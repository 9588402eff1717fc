//! Several servers on one database: they write one at a time, one of them leads, and they hear of each other.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use parlour_core::day::Day;
use parlour_core::key::Key;
use parlour_store::journal::{self, Arrival};
use parlour_store::{Conn, Database, StoreError, consent, run, server, setting, tally};

use crate::bench::{Bench, only, tally_names, tally_row};

/// Longer than anything takes that is waited for here.
const LONG: Duration = Duration::from_secs(30);

fn join(bench: &Bench) -> Database {
    Database::join(&bench.url).unwrap()
}

fn batch() -> Arrival {
    Arrival { source: "s".to_owned(), received_at: 1, n: 1, min_day: Day(1), max_day: Day(1), body: vec![1] }
}

fn lead_on(db: &Database) -> Result<(), StoreError> {
    db.write(|conn| journal::set_cursor(conn, journal::FOLD, 1))
}

/// Loses the connection that writes.
fn lose(db: &Database) {
    assert!(db.write(|conn| conn.query("SELECT pg_terminate_backend(pg_backend_pid())", &[])).is_err());
}

#[test]
fn who_wants_the_database_for_itself_and_who_shares_it_keep_each_other_out() {
    let bench = Bench::postgres();
    let (one, other) = (join(&bench), join(&bench));
    assert_eq!(Database::open(&bench.url).err(), Some(StoreError::Locked));
    drop((one, other));
    let alone = bench.open();
    assert!(!alone.is_among());
    assert_eq!(Database::join(&bench.url).err(), Some(StoreError::Locked));
    drop(alone);
    assert!(join(&bench).is_among());
}

#[test]
fn a_file_is_for_one_server() {
    let refused = Database::join(&Bench::sqlite().url).err().unwrap();
    assert!(refused.to_string().contains("PostgreSQL alone"), "{refused}");
}

#[test]
fn many_may_begin_at_once_on_an_empty_database() {
    let bench = Bench::postgres();
    thread::scope(|scope| {
        let joining: Vec<_> = (0..6).map(|_| scope.spawn(|| join(&bench))).collect();
        let all: Vec<Database> = joining.into_iter().map(|one| one.join().unwrap()).collect();
        assert_eq!(all.iter().filter(|db| db.lead().unwrap().is_some()).count(), 1);
    });
}

#[test]
fn one_leads_and_the_next_when_that_one_is_gone() {
    let bench = Bench::postgres();
    let (one, other) = (join(&bench), join(&bench));
    assert_eq!(lead_on(&one), Err(StoreError::Follows));
    let term = one.lead().unwrap().unwrap();
    assert_eq!((one.lead().unwrap(), other.lead().unwrap()), (Some(term), None));
    lead_on(&one).unwrap();
    // What is for the leader alone is refused to the other; all else is not.
    assert_eq!(lead_on(&other), Err(StoreError::Follows));
    assert_eq!(other.write(|conn| journal::delete_upto(conn, 1)), Err(StoreError::Follows));
    assert_eq!(other.write(|conn| run::remove(conn, &[1])), Err(StoreError::Follows));
    assert_eq!(other.write(|conn| run::insert(conn, &[])), Err(StoreError::Follows));
    assert_eq!(Database::as_leader(|| other.write(tally_row("a"))), Err(StoreError::Follows));
    other.write(tally_row("a")).unwrap();
    Database::as_leader(|| one.write(tally_row("b"))).unwrap();
    drop(one);
    assert_eq!(other.lead().unwrap(), Some(term + 1));
    lead_on(&other).unwrap();
    assert_eq!(tally_names(&other), ["a", "b"]);
}

#[test]
fn a_leader_that_lost_its_connection_writes_nothing_before_it_leads_again() {
    let bench = Bench::postgres();
    let (one, other) = (join(&bench), join(&bench));
    let term = one.lead().unwrap();
    lose(&one);
    assert_eq!(lead_on(&one), Err(StoreError::Follows));
    // Nobody led meanwhile: it goes on.
    assert_eq!(one.lead().unwrap(), term);
    lead_on(&one).unwrap();
    // Now the other does, in between.
    lose(&one);
    let next = other.lead().unwrap();
    assert_eq!(next, term.map(|term| term + 1));
    assert_eq!((lead_on(&one), one.lead().unwrap()), (Err(StoreError::Follows), None));
    drop(other);
    assert_eq!(one.lead().unwrap(), next.map(|next| next + 1));
}

#[test]
fn a_leader_that_stands_still_is_deposed() {
    let bench = Bench::postgres();
    let (one, other) = (join(&bench), join(&bench));
    assert!(!other.depose().unwrap());
    let term = one.lead().unwrap();
    assert!(other.depose().unwrap());
    // PostgreSQL ends it in its own time.
    let next = std::iter::repeat_with(|| other.lead().unwrap()).find_map(|term| term);
    assert_eq!(next, term.map(|term| term + 1));
    assert_eq!(lead_on(&one), Err(StoreError::Follows));
}

#[test]
fn batches_of_several_servers_have_one_order_without_gaps() {
    const EACH: usize = 200;
    let bench = Bench::postgres();
    let servers = [join(&bench), join(&bench), join(&bench)];
    let mut seqs = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut n = 0;
            while n < 3 * EACH {
                let read = servers[0].read(|conn| journal::read_after(conn, 0, usize::MAX >> 1)).unwrap();
                // What comes before a batch that is seen is seen too.
                assert!(read.iter().map(|batch| batch.seq).eq(1..=read.len() as i64));
                assert!(n <= read.len());
                n = read.len();
            }
        });
        let appending: Vec<_> = servers
            .iter()
            .map(|db| {
                let append = |_| db.write(|conn| journal::append(conn, batch())).unwrap();
                scope.spawn(move || (0..EACH).map(append).collect::<Vec<i64>>())
            })
            .collect();
        reader.join().unwrap();
        appending.into_iter().flat_map(|one| one.join().unwrap()).collect::<Vec<i64>>()
    });
    seqs.sort_unstable();
    assert!(seqs.into_iter().eq(1..=3 * EACH as i64));
}

#[test]
fn what_is_read_in_a_write_is_not_changed_by_another_server_before_it_is_written() {
    let bench = Bench::postgres();
    let servers = [join(&bench), join(&bench), join(&bench)];
    servers[0].write(|conn| setting::set(conn, "n", "0")).unwrap();
    thread::scope(|scope| {
        for db in &servers {
            scope.spawn(move || {
                for _ in 0..100 {
                    let add = |conn: &mut dyn Conn| {
                        let n: i64 = setting::get(conn, "n")?.unwrap().parse().unwrap();
                        setting::set(conn, "n", &(n + 1).to_string())
                    };
                    db.write(add).unwrap();
                }
            });
        }
    });
    assert_eq!(servers[0].read(|conn| setting::get(conn, "n")).unwrap().unwrap(), "300");
}

#[test]
fn of_two_that_replace_one_run_one_wins_and_the_other_tries_again() {
    let (n_races, bench) = (if is_long() { 1_000 } else { 50 }, Bench::postgres());
    let servers = [join(&bench), join(&bench)];
    let row = |file: String| run::Run { file, ..a_run() };
    assert!(servers[0].lead().unwrap().is_some());
    let mut last = servers[0].write(move |conn| run::insert(conn, &[row("first".to_owned())])).unwrap()[0];
    for race in 0..n_races {
        // Whoever led may lose that at any time.
        lose(&servers[race % 2]);
        let outcomes = thread::scope(|scope| {
            let replacing = [0, 1].map(|at| {
                let (db, new) = (&servers[at], row(format!("{race}-{at}")));
                scope.spawn(move || {
                    let lead = db.lead();
                    (lead, db.write(move |conn| run::replace(conn, &[last], &[new])))
                })
            });
            replacing.map(|one| one.join().unwrap().1)
        });
        let won: Vec<i64> = outcomes.iter().flatten().map(|ids| ids[0]).collect();
        let lost: Vec<&StoreError> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
        assert!(won.len() <= 1 && !lost.is_empty(), "race {race}: {outcomes:?}");
        // Where both lost, whoever leads now does it.
        last = won.first().copied().unwrap_or_else(|| {
            let leader =
                std::iter::repeat_with(|| servers.iter().find(|db| db.lead().unwrap().is_some())).find_map(|db| db);
            leader.unwrap().write(move |conn| run::replace(conn, &[last], &[row(format!("{race}"))])).unwrap()[0]
        });
        let rows = servers[0].read(|conn| run::list(conn, "activity")).unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [last], "race {race}");
    }
}

fn a_run() -> run::Run {
    run::Run {
        id: 0,
        kind: "activity".to_owned(),
        file: String::new(),
        n_rows: 1,
        n_bytes: 1,
        first_seq: 1,
        last_seq: 1,
        min_day: Day(1),
        max_day: Day(1),
        level: 0,
        min_subject: Key(0),
        max_subject: Key(1),
        digest: String::new(),
        created_at: 1,
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn is_long() -> bool {
    std::env::var("PARLOUR_LONG").is_ok_and(|value| value == "1")
}

#[test]
fn servers_hear_what_others_change() {
    let bench = Bench::postgres();
    let (one, other) = (join(&bench), join(&bench));
    let (mut hears_one, mut hears_other) = (one.listener().unwrap().unwrap(), other.listener().unwrap().unwrap());
    one.write(|conn| {
        journal::append(conn, batch())?;
        tally::add(conn, &[("n", 1)])?;
        let key = Key(7);
        let (purpose, how) = ("reading".to_owned(), "room".to_owned());
        consent::put(conn, &consent::Consent { key, purpose, at: 1, is_given: false, how })
    })
    .unwrap();
    let mut told = BTreeSet::new();
    while told.len() < 2 {
        told.extend(hears_other.wait(LONG).unwrap());
    }
    assert!(told.iter().eq(["consent", "journal"]), "{told:?}");
    // What it did itself it knows.
    other.write(|conn| journal::append(conn, batch())).unwrap();
    let own = hears_one.wait(LONG).unwrap();
    assert!(own.iter().eq(["journal"]) || own.is_empty(), "{own:?}");
    assert!(hears_other.wait(Duration::ZERO).unwrap().is_empty());
}

#[test]
fn how_each_server_stands_is_kept() {
    let bench = Bench::postgres();
    let db = join(&bench);
    let one = server::Server {
        id: "a".to_owned(),
        name: "here".to_owned(),
        version: "1".to_owned(),
        started_at: 5,
        beats: 1,
        leads: true,
        folded: 7,
        last_run: 3,
        n_unsealed: 8,
        n_taken: 9,
        n_erased: 0,
    };
    let later =
        server::Server { beats: 2, leads: false, folded: 70, n_unsealed: 80, n_taken: 90, n_erased: 1, ..one.clone() };
    let other = server::Server { id: "b".to_owned(), started_at: 4, ..one.clone() };
    for server in [one, later.clone(), other.clone()] {
        db.write(move |conn| server::beat(conn, &server)).unwrap();
    }
    assert_eq!(db.read(server::list).unwrap(), [other, later.clone()]);
    db.write(|conn| server::remove(conn, "b")).unwrap();
    assert_eq!(db.read(server::list).unwrap(), [later]);
    assert_eq!(only(&db, "SELECT beats FROM server"), parlour_store::Value::Int(2));
}
