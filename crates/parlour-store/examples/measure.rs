//! Measures what the store can take: appends of 20 kB by 16 threads, and new identities in bulk.
//!
//! `cargo run --release -p parlour-store --example measure -- sqlite:/path/of/a/new/file`, or the URL of PostgreSQL.
#![expect(clippy::print_stdout, reason = "the figures are for people")]

use std::thread;
use std::time::Instant;

use parlour_core::day::Day;
use parlour_core::key::KeySecret;
use parlour_store::identity::{self, Identity};
use parlour_store::journal::{self, Arrival, SEAL};
use parlour_store::{Database, StoreError};

const THREADS: usize = 16;
const APPENDS: usize = 400;
const BODY_BYTES: usize = 20_000;
const IDENTITIES: usize = 500_000;
const IDENTITIES_PER_JOB: usize = 5000;

fn main() -> Result<(), StoreError> {
    let Some(url) = std::env::args().nth(1) else {
        println!("give the URL of a database that may be filled");
        return Ok(());
    };
    let db = Database::open(&url)?;
    appends(&db)?;
    identities(&db)?;
    let start = Instant::now();
    db.write(|conn| {
        journal::set_cursor(conn, SEAL, i64::from(u32::MAX))?;
        journal::delete_upto(conn, i64::from(u32::MAX))
    })?;
    println!("journal emptied in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

fn appends(db: &Database) -> Result<(), StoreError> {
    let noise = std::iter::successors(Some(1_u64), |x| Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)));
    let body: Vec<u8> = noise.take(BODY_BYTES).map(|x| (x >> 56) as u8).collect();
    let one_thread = |_| -> Result<Vec<f64>, StoreError> {
        let mut waits = Vec::with_capacity(APPENDS);
        for _ in 0..APPENDS {
            let body = body.clone();
            let arrival =
                Arrival { source: "web".to_owned(), received_at: 1, n: 100, min_day: Day(1), max_day: Day(1), body };
            let start = Instant::now();
            db.write(|conn| journal::append(conn, arrival))?;
            waits.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok(waits)
    };
    let start = Instant::now();
    let all = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || one_thread(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("nothing panics here")).collect::<Result<Vec<_>, _>>()
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let mut waits = all.concat();
    waits.sort_by(f64::total_cmp);
    let (n, p50, p99) = (waits.len(), waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!(
        "{n} appends of {BODY_BYTES} bytes by {THREADS} threads: {:.0}/s, p50 {p50:.1} ms, p99 {p99:.1} ms",
        n as f64 / seconds
    );
    Ok(())
}

fn identities(db: &Database) -> Result<(), StoreError> {
    let secret = KeySecret([7; 16]);
    let of = |n: usize| {
        let value = format!("customer-{n}");
        Identity { key: secret.key("customer", &value), kind: "customer".to_owned(), value, first_seen_at: 1 }
    };
    let all: Vec<Identity> = (0..IDENTITIES).map(of).collect();
    for round in ["new", "known"] {
        let start = Instant::now();
        for part in all.chunks(IDENTITIES_PER_JOB) {
            let part = part.to_vec();
            db.write(move |conn| identity::insert_new(conn, &part))?;
        }
        println!("{IDENTITIES} {round} identities: {:.0} rows/s", IDENTITIES as f64 / start.elapsed().as_secs_f64());
    }
    Ok(())
}
