//! Clients that hang up at a random microsecond: whatever was answered with 200 is seen by everyone else at once, on
//! both databases, and no transaction is left open.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::house::{Dice, House, PARLOUR, RESTLESS, is_long};
use crate::postgresql::Postgresql;
use crate::served::{Line, PATIENCE, Served, request};

const N_CLIENTS: u64 = 4;
/// Longest that a client stays that hangs up.
const STAY: u64 = 3_000;
const ACCEPTED: &str = "SELECT COALESCE(SUM(n), 0) FROM tally WHERE name = 'accepted'";

/// Whoever sees the database from outside, such as another connection.
type Look<'a> = Box<dyn FnMut() -> u64 + Send + 'a>;

/// Events taken for good and events sent.
#[derive(Default)]
struct Counts {
    acknowledged: AtomicU64,
    sent: AtomicU64,
    hung_up: AtomicU64,
}

fn body(client: u64, round: u64, n: u64) -> String {
    let event = |i| {
        format!("{{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u{i}\",\"messageId\":\"{client}-{round}-{i}\"}}")
    };
    format!("{{\"batch\":[{}]}}", (0..n).map(event).collect::<Vec<_>>().join(","))
}

fn come_and_go(served: &Served, key: &str, dice: &mut Dice, look: Look<'_>) -> Counts {
    let n_rounds = if is_long() { 5_000 } else { 600 };
    let (counts, look) = (Counts::default(), Mutex::new(look));
    std::thread::scope(|scope| {
        for client in 0..N_CLIENTS {
            let mut dice = dice.fork();
            let (counts, look) = (&counts, &look);
            scope.spawn(move || {
                for round in 0..n_rounds {
                    let n = 1 + dice.below(5);
                    let mut line = Line::to(served.address).unwrap();
                    counts.sent.fetch_add(n, Ordering::SeqCst);
                    if dice.is(2, 3) {
                        std::io::Write::write_all(
                            &mut line.stream,
                            &request("/v1/batch", key, body(client, round, n).as_bytes()),
                        )
                        .unwrap();
                        counts.hung_up.fetch_add(1, Ordering::SeqCst);
                        // The random moment is the fault itself, nothing waits for it.
                        std::thread::sleep(Duration::from_micros(dice.below(STAY)));
                        continue;
                    }
                    let answer = line.post("/v1/batch", key, body(client, round, n).as_bytes()).unwrap();
                    assert_eq!(answer.status, 200, "{answer:?}");
                    let n_acknowledged = n + counts.acknowledged.fetch_add(n, Ordering::SeqCst);
                    let n_seen = look.lock().unwrap()();
                    assert!(n_acknowledged <= n_seen, "{n_acknowledged} were acknowledged and {n_seen} are seen");
                }
            });
        }
    });
    counts
}

/// Every event has an id of its own, so each that was taken is folded.
fn must_agree(doctor: &serde_json::Value, counts: &Counts) {
    assert_eq!(doctor["findings"], serde_json::json!([]));
    let (sums, count) = (&doctor["sums"], |count: &AtomicU64| count.load(Ordering::SeqCst));
    assert_eq!((&sums["agree"], &sums["duplicate"], &sums["rejected"]), (&true.into(), &0.into(), &0.into()), "{sums}");
    let n = sums["accepted"].as_u64().unwrap();
    assert!((count(&counts.acknowledged)..=count(&counts.sent)).contains(&n), "{sums}");
    eprintln!(
        "{} hung up; of {} events {} were acknowledged and {n} are there",
        count(&counts.hung_up),
        count(&counts.sent),
        count(&counts.acknowledged)
    );
}

#[test]
fn what_is_acknowledged_is_seen_by_others_in_sqlite() {
    let mut dice = Dice::new("what_is_acknowledged_is_seen_by_others_in_sqlite");
    let house = House::new(RESTLESS);
    let key = crate::senders::source(&house);
    let served = Served::start(&house);
    let other = Connection::open_with_flags(house.data().join("parlour.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    other.busy_timeout(PATIENCE).unwrap();
    let look: Look<'_> =
        Box::new(move || other.query_row(ACCEPTED, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs());
    let counts = come_and_go(&served, &key, &mut dice, look);
    served.stop();
    must_agree(&house.json(&["doctor", "--json"]), &counts);
}

#[test]
fn what_is_acknowledged_is_seen_by_others_in_postgresql() {
    let Some(mut database) = Postgresql::new("hangup") else { return };
    let mut dice = Dice::new("what_is_acknowledged_is_seen_by_others_in_postgresql");
    let url = database.url.clone();
    let house = House::new(RESTLESS);
    let made = house.json(&["--database", &url, "source", "create", "shop", "--json"]);
    let key = made["key"].as_str().unwrap();
    let mut command = Command::new(PARLOUR);
    command.args(["--database", &url]);
    let served = Served::of(&house, command).unwrap();
    let mut other = database.connect();
    let accepted = ACCEPTED.replace("SUM(n)", "SUM(n)::BIGINT");
    let look: Look<'_> = Box::new(|| other.query_one(accepted.as_str(), &[]).unwrap().get::<_, i64>(0).unsigned_abs());
    let counts = come_and_go(&served, key, &mut dice, look);
    let (start, open) = (
        Instant::now(),
        format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state LIKE 'idle in transaction%'",
            database.name
        ),
    );
    while database.owner.query_one(open.as_str(), &[]).unwrap().get::<_, i64>(0) != 0 {
        assert!(start.elapsed() < PATIENCE, "a transaction was left open");
    }
    served.stop();
    must_agree(&house.json(&["--database", &url, "doctor", "--json"]), &counts);
}
