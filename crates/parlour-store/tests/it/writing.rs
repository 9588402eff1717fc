//! Writing: groups, failures, and what an answer promises.

use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use parlour_core::day::Day;
use parlour_store::journal::{self, Arrival};
use parlour_store::{Conn, Kind, Row, StoreError, Value, tally};

use crate::bench::{Bench, Gate, only, tally_names, tally_row};

crate::on_both!(
    what_is_acknowledged_is_seen_by_another_connection,
    a_failing_job_harms_no_other,
    seqs_of_sixteen_threads_have_no_gap,
    a_reader_sees_only_what_is_committed,
    a_reader_keeps_its_snapshot_and_cannot_write,
    a_failed_commit_is_unknown_to_everyone_in_the_group,
    a_full_disk_is_told_and_survived,
    nobody_cancels_by_leaving,
    closing_finishes_what_waits,
    a_full_queue_says_busy,
    values_come_back_as_they_went,
    mistakes_are_errors,
    streams_stop_when_told,
    readers_are_shared_by_many_threads,
);

fn what_is_acknowledged_is_seen_by_another_connection(bench: &Bench) {
    let db = bench.open();
    for n in 1..=20 {
        db.write(|conn| tally::add(conn, &[("sent", 1)])).unwrap();
        assert_eq!(bench.raw_int("SELECT n FROM tally WHERE name = 'sent'"), n);
    }
}

fn a_failing_job_harms_no_other(bench: &Bench) {
    let db = bench.open();
    let gate = Gate::shut(&db);
    let (told, outcomes) = channel();
    let submit = |name: &'static str, then: fn(&mut dyn Conn) -> Result<(), StoreError>| {
        let told = told.clone();
        let insert = tally_row(name);
        let work = move |conn: &mut dyn Conn| {
            insert(conn)?;
            then(conn)
        };
        db.submit(work, move |result| told.send((name, result)).unwrap()).unwrap();
    };
    submit("a", |_| Ok(()));
    submit("b gives up", |_| Err(StoreError::Aborted("no".to_owned())));
    submit("c", |_| Ok(()));
    submit("d panics", |_| panic!("on purpose"));
    submit("e errs", |conn| conn.batch("SELECT nonsense FROM nowhere"));
    submit("f overlooks an error", |conn| {
        assert!(conn.execute("INSERT INTO tally (name, n) VALUES ($1, $2)", &["a".into(), 1_i64.into()]).is_err());
        Ok(())
    });
    submit("g", |_| Ok(()));
    drop((gate, told));

    let outcomes: Vec<_> = outcomes.iter().collect();
    let good: Vec<_> = outcomes.iter().filter(|(_, result)| result.is_ok()).map(|(name, _)| *name).collect();
    assert_eq!(good, ["a", "c", "g"]);
    assert_eq!(outcomes.len(), 7);
    assert_eq!(outcomes[1].1, Err(StoreError::Aborted("no".to_owned())));
    assert_eq!(outcomes[3].1, Err(StoreError::Aborted("it panicked".to_owned())));
    assert!(matches!(outcomes[4].1, Err(StoreError::Sql(_))));
    assert!(matches!(outcomes[5].1, Err(StoreError::Sql(_))));
    assert_eq!(tally_names(&db), ["a", "c", "g"]);

    // Alone in its group, a job fails alike.
    assert_eq!(
        db.write(|_| -> Result<(), _> { panic!("on purpose") }),
        Err(StoreError::Aborted("it panicked".to_owned()))
    );
    assert!(matches!(db.write(tally_row("a")), Err(StoreError::Sql(_))));
    db.write(tally_row("h")).unwrap();
    assert_eq!(tally_names(&db), ["a", "c", "g", "h"]);
}

fn seqs_of_sixteen_threads_have_no_gap(bench: &Bench) {
    const THREADS: usize = 16;
    const EACH: usize = 25;
    let db = bench.open();
    let append = |thread: usize| {
        let source = format!("thread {thread}");
        let append_one = |_| {
            let arrival = Arrival {
                source: source.clone(),
                received_at: 1,
                n: 3,
                min_day: Day(1),
                max_day: Day(2),
                body: vec![7; 5000],
            };
            db.write(|conn| journal::append(conn, arrival)).unwrap()
        };
        (0..EACH).map(append_one).collect::<Vec<i64>>()
    };
    let mut seqs: Vec<Vec<i64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || append(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(seqs.iter().all(|own| own.is_sorted()), "a thread's own batches are in the order in which it sent them");
    let mut all = seqs.drain(..).flatten().collect::<Vec<_>>();
    all.sort_unstable();
    assert!(all.into_iter().eq(1..=(THREADS * EACH) as i64));

    assert_eq!(bench.raw_int("SELECT COUNT(*) FROM journal"), (THREADS * EACH) as i64);
    let batches = db.read(|conn| journal::read_after(conn, 0, 1000)).unwrap();
    assert!(batches.iter().map(|batch| batch.seq).eq(1..=(THREADS * EACH) as i64));
    assert!(batches.iter().all(|batch| batch.arrival.body == [7; 5000]));
}

fn a_reader_sees_only_what_is_committed(bench: &Bench) {
    let db = bench.open();
    let (written, is_written) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let insert = tally_row("a");
    let (told, outcome) = channel();
    let work = move |conn: &mut dyn Conn| {
        insert(conn)?;
        written.send(()).unwrap();
        may_go_on.recv().unwrap();
        Ok(())
    };
    db.submit(work, move |result| told.send(result).unwrap()).unwrap();
    is_written.recv().unwrap();
    assert_eq!(tally_names(&db).len(), 0);
    go_on.send(()).unwrap();
    outcome.recv().unwrap().unwrap();
    assert_eq!(tally_names(&db), ["a"]);
}

fn a_reader_keeps_its_snapshot_and_cannot_write(bench: &Bench) {
    let db = bench.open();
    db.read(|conn| {
        assert_eq!(tally::all(conn)?.len(), 0);
        db.write(tally_row("a")).unwrap();
        assert_eq!(tally::all(conn)?.len(), 0);
        Ok(())
    })
    .unwrap();
    let refused = db.read(|conn| tally::add(conn, &[("a", 1)]));
    assert!(matches!(refused, Err(StoreError::Denied(_))), "{refused:?}");
    assert_eq!(bench.raw_int("SELECT n FROM tally"), 1);
}

fn a_failed_commit_is_unknown_to_everyone_in_the_group(bench: &Bench) {
    let db = bench.open();
    db.write(|conn| {
        conn.batch(
            "CREATE TABLE promised (id BIGINT PRIMARY KEY);
             CREATE TABLE promise (id BIGINT REFERENCES promised (id) DEFERRABLE INITIALLY DEFERRED);",
        )
    })
    .unwrap();
    let gate = Gate::shut(&db);
    let (told, outcomes) = channel();
    for name in ["a", "breaks", "c"] {
        let told = told.clone();
        let insert = tally_row(name);
        let work = move |conn: &mut dyn Conn| {
            insert(conn)?;
            // Found out by COMMIT, not before.
            if name == "breaks" { conn.batch("INSERT INTO promise (id) VALUES (1)") } else { Ok(()) }
        };
        db.submit(work, move |result| told.send(result).unwrap()).unwrap();
    }
    drop((gate, told));
    assert_eq!(outcomes.iter().collect::<Vec<_>>(), vec![Err::<(), _>(StoreError::Unknown); 3]);
    assert_eq!(tally_names(&db).len(), 0);

    let alone = db.write(|conn| conn.batch("INSERT INTO promise (id) VALUES (1)"));
    assert_eq!(alone, Err(StoreError::Unknown));
    db.write(tally_row("later")).unwrap();
    assert_eq!(bench.raw_int("SELECT COUNT(*) FROM tally"), 1);
    assert_eq!(bench.raw_int("SELECT COUNT(*) FROM promise"), 0);
}

fn a_full_disk_is_told_and_survived(bench: &Bench) {
    let db = bench.open();
    let fill = match bench.kind {
        Kind::Sqlite => |conn: &mut dyn Conn| {
            // The pragma never goes below what is there, so the next pages do not fit.
            conn.query("PRAGMA max_page_count = 1", &[])?;
            let result =
                conn.execute("INSERT INTO tally (name, n) VALUES ($1, $2)", &["x".repeat(1 << 20).into(), 1.into()]);
            conn.query("PRAGMA max_page_count = 1000000", &[])?;
            result.map(|_| ())
        },
        Kind::Postgres => |conn: &mut dyn Conn| conn.batch("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"),
    };
    assert_eq!(db.write(fill), Err(StoreError::Full));
    let gate = Gate::shut(&db);
    let (told, outcomes) = channel();
    for name in ["a", "b"] {
        let told = told.clone();
        db.submit(tally_row(name), move |result| told.send(result).unwrap()).unwrap();
    }
    db.submit(fill, |result| assert_eq!(result, Err(StoreError::Full))).unwrap();
    drop((gate, told));
    let n_ok = outcomes.iter().flatten().count();
    assert_eq!(tally_names(&db).len(), n_ok, "acknowledged and kept are the same");
    db.write(tally_row("later")).unwrap();
}

fn nobody_cancels_by_leaving(bench: &Bench) {
    let db = bench.open();
    let gate = Gate::shut(&db);
    let (told, outcome) = sync_channel::<Result<(), StoreError>>(0);
    drop(outcome);
    db.submit(tally_row("a"), move |result| assert!(told.send(result).is_err())).unwrap();
    db.submit(tally_row("b"), |_| panic!("on purpose")).unwrap();
    drop(gate);
    // Comes after them in the queue.
    db.write(tally_row("c")).unwrap();
    assert_eq!(tally_names(&db), ["a", "b", "c"]);
}

fn closing_finishes_what_waits(bench: &Bench) {
    let db = bench.open();
    let gate = Gate::shut(&db);
    for _ in 0..600 {
        db.submit(|conn| tally::add(conn, &[("n", 1)]), |_| ()).unwrap();
    }
    let closing = thread::spawn(move || drop(db));
    drop(gate);
    closing.join().unwrap();
    assert_eq!(bench.raw_int("SELECT n FROM tally"), 600);
    drop(bench.open());
}

fn a_full_queue_says_busy(bench: &Bench) {
    let db = bench.open();
    let gate = Gate::shut(&db);
    let n_taken = (0..100_000).take_while(|_| db.submit(|conn| tally::add(conn, &[("n", 1)]), |_| ()).is_ok()).count();
    assert!((100..100_000).contains(&n_taken), "{n_taken}");
    assert_eq!(db.submit(|_| Ok(()), |_| ()), Err(StoreError::Busy));
    drop(gate);
    db.write(|_| Ok(())).unwrap();
    assert_eq!(only(&db, "SELECT n FROM tally"), Value::Int(n_taken as i64));
}

fn values_come_back_as_they_went(bench: &Bench) {
    let db = bench.open();
    let values = [
        Value::Null,
        Value::Int(i64::MIN),
        Value::Real(-0.1),
        Value::Text("ä\u{10ffff}'; DROP".to_owned()),
        Value::Blob(vec![0, 255, 0]),
    ];
    let sent = values.clone();
    db.write(move |conn| {
        conn.batch("CREATE TABLE t (id BIGINT, n BIGINT, x DOUBLE PRECISION, s TEXT, b BYTEA)")?;
        conn.execute("INSERT INTO t VALUES ($1, $2, $3, $4, $5)", &sent)?;
        conn.execute(
            "INSERT INTO t VALUES ($1, $2, $3, $4, $5)",
            &[7.into(), Value::Null, Value::Null, Value::Null, Value::Null],
        )
    })
    .unwrap();
    let rows = db.read(|conn| conn.query("SELECT id, n, x, s, b FROM t ORDER BY COALESCE(id, 0)", &[])).unwrap();
    assert_eq!(
        rows,
        [Row(values.to_vec()), Row(vec![Value::Int(7), Value::Null, Value::Null, Value::Null, Value::Null])]
    );
    let row = &rows[0];
    assert_eq!(row.opt_int(0), Ok(None));
    assert_eq!(rows[1].opt_int(0), Ok(Some(7)));
    for wrong in [
        row.get_int(3).err(),
        row.get_text(4).err(),
        row.get_blob(3).err(),
        row.get_real(0).err(),
        row.get_int(9).err(),
    ] {
        assert!(matches!(wrong, Some(StoreError::Corrupt(_))), "{wrong:?}");
    }
    assert!(matches!(row.get_key(4), Err(StoreError::Corrupt(_))));
    assert!(matches!(row.get_i32(1), Err(StoreError::Corrupt(_))));
    // Text sorts by bytes on both.
    let names = ["B", "a", "b", "É", "é"];
    db.write(move |conn| tally::add(conn, &names.map(|name| (name, 1)))).unwrap();
    assert_eq!(tally_names(&db), names);
}

fn mistakes_are_errors(bench: &Bench) {
    let db = bench.open();
    for params in [vec![], vec![Value::Int(1)], vec![Value::Int(1); 3]] {
        let wrong = db.read(|conn| conn.query("SELECT n FROM tally WHERE name = $1 AND n = $2", &params));
        assert!(matches!(wrong, Err(StoreError::Sql(_))), "{wrong:?}");
    }
    let wrong = db.read(|conn| conn.query("SELECT nonsense FROM tally", &[]));
    assert!(wrong.unwrap_err().to_string().contains("nonsense"));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.read(|_| -> Result<(), _> { panic!("on purpose") })
    }));
    assert!(panicked.is_err());
    assert_eq!(tally_names(&db).len(), 0);
}

fn streams_stop_when_told(bench: &Bench) {
    let db = bench.open();
    let stop_after_two = |conn: &mut dyn Conn| {
        let mut seen = 0;
        let result = conn.for_each("SELECT name FROM tally ORDER BY name", &[], &mut |_| {
            seen += 1;
            if seen == 2 { Err(StoreError::Aborted("enough".to_owned())) } else { Ok(()) }
        });
        assert_eq!((seen, result), (2, Err(StoreError::Aborted("enough".to_owned()))));
        tally::all(conn).map(|all| all.len())
    };
    db.write(|conn| tally::add(conn, &[("a", 1), ("b", 1), ("c", 1)])).unwrap();
    assert_eq!(db.read(stop_after_two), Ok(3));
    // Stopping is not failing: the work is kept.
    let n = db.write(move |conn| {
        tally::add(conn, &[("d", 1)])?;
        stop_after_two(conn)
    });
    assert_eq!((n, tally_names(&db).len()), (Ok(4), 4));
}

fn readers_are_shared_by_many_threads(bench: &Bench) {
    let db = bench.open();
    db.write(tally_row("a")).unwrap();
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| (0..20).for_each(|_| assert_eq!(tally_names(&db), ["a"])));
        }
    });
}

#[test]
fn a_lost_connection_is_made_anew_and_nothing_is_done_twice() {
    let bench = Bench::postgres();
    let db = bench.open();
    db.write(|conn| tally::add(conn, &[("n", 1)])).unwrap();
    assert_eq!(tally_names(&db), ["n"]);
    let own_pid = |conn: &mut dyn Conn| conn.query("SELECT pg_backend_pid()", &[])?[0].get_int(0);
    let end = |pid: i64| bench.raw(&format!("SELECT pg_terminate_backend({pid}, 10000)"));
    // Between two pieces of work.
    end(db.write(own_pid).unwrap());
    db.write(|conn| tally::add(conn, &[("n", 1)])).unwrap();
    // In the middle of one; what came before it in its transaction is lost with it.
    let outcome = db.write(|conn| {
        tally::add(conn, &[("n", 100)])?;
        conn.query("SELECT pg_terminate_backend(pg_backend_pid())", &[])
    });
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    db.write(|conn| tally::add(conn, &[("n", 1)])).unwrap();
    assert_eq!(only(&db, "SELECT n FROM tally"), Value::Int(3));
    // A reader at rest.
    end(db.read(own_pid).unwrap());
    assert_eq!(tally_names(&db), ["n"]);
}

#[test]
fn who_lost_the_database_to_another_server_does_not_write_again() {
    let bench = Bench::postgres();
    let db = bench.open();
    // Another server was here while our connection was down.
    let outcome = db.write(|conn| conn.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]));
    assert!(outcome.is_err());
    drop(bench.open());
    assert_eq!(db.write(tally_row("a")), Err(StoreError::Locked));
    assert_eq!(tally_names(&db).len(), 0);
}
