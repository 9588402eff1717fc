//! Senders and what they write down: the oracle of every test that disturbs a server under load.
//!
//! Each event is an order of 8^slot cents, six to a person. So the digits of a person's sum, written in base eight, say
//! how often each of the six was counted, and no part of Parlour is needed to know what the sum must be.

use std::collections::HashMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::house::{Dice, House};
use crate::oracle::Found;
use crate::served::{Line, PATIENCE, Served};

/// Orders of a person.
const SLOTS: usize = 6;
/// One order in so many has a time that cannot be read, so it must be refused.
const REFUSED: usize = 37;
/// The day after the last on which orders are dated.
const DAY: &str = "2024-05-30";

/// What a sender knows of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// Sent, and no answer, or one that says it was not taken.
    Unknown,
    /// Answered with 200.
    Acknowledged,
}

/// Where the servers are now, if any is.
#[derive(Default)]
struct Front {
    addresses: Mutex<Vec<SocketAddr>>,
    changed: Condvar,
    n_tries: AtomicUsize,
}

/// Several senders and their journals.
pub(crate) struct Senders {
    pub(crate) key: String,
    journals: Vec<Mutex<Vec<Fate>>>,
    front: Front,
    is_over: AtomicBool,
    /// Orders in a batch, at most.
    most: u64,
    pub(crate) n_acknowledged: AtomicU64,
    /// Answers that asked to come again.
    pub(crate) n_put_off: AtomicU64,
}

/// A source's key, made while no server runs.
#[track_caller]
pub(crate) fn source(house: &House) -> String {
    let made = house.json(&["source", "create", "shop", "--brand", "brand:acme", "--json"]);
    made["key"].as_str().unwrap().to_owned()
}

impl Senders {
    pub(crate) fn new(house: &House, n: usize, most: u64) -> Self {
        let mut journals = Vec::new();
        journals.resize_with(n, Mutex::default);
        Self {
            key: source(house),
            journals,
            front: Front::default(),
            is_over: AtomicBool::new(false),
            most,
            n_acknowledged: AtomicU64::new(0),
            n_put_off: AtomicU64::new(0),
        }
    }

    /// Lets the senders send while `disturb` is at work.
    pub(crate) fn while_sending<T>(&self, dice: &mut Dice, disturb: impl FnOnce(&mut Dice) -> T) -> T {
        struct Over<'a>(&'a Senders);
        impl Drop for Over<'_> {
            fn drop(&mut self) {
                self.0.is_over.store(true, Ordering::SeqCst);
                self.0.front.changed.notify_all();
            }
        }
        self.is_over.store(false, Ordering::SeqCst);
        std::thread::scope(|scope| {
            for sender in 0..self.journals.len() {
                let mut dice = dice.fork();
                scope.spawn(move || self.send_on(sender, &mut dice));
            }
            // Also where it panics: the others must end for the test to end.
            let _over = Over(self);
            disturb(dice)
        })
    }

    /// Says where the server is.
    pub(crate) fn at(&self, served: Option<&Served>) {
        self.at_all(served.map(|served| served.address).into_iter().collect());
    }

    /// Says where the servers are: each try goes to the next of them.
    pub(crate) fn at_all(&self, addresses: Vec<SocketAddr>) {
        *self.front.addresses.lock().unwrap() = addresses;
        self.front.changed.notify_all();
    }

    /// Waits until so many more are acknowledged, however long that takes as long as it goes on; `false` where the server
    /// ended before.
    #[track_caller]
    pub(crate) fn wait_for(&self, n: u64, served: &mut Served) -> bool {
        let mut last = (Instant::now(), self.n_acknowledged.load(Ordering::SeqCst));
        let goal = last.1 + n;
        while last.1 < goal {
            if served.has_ended() {
                return false;
            }
            let now = self.n_acknowledged.load(Ordering::SeqCst);
            if last.1 < now {
                last = (Instant::now(), now);
            }
            assert!(last.0.elapsed() < PATIENCE, "the server stopped acknowledging");
            std::thread::yield_now();
        }
        true
    }

    /// Waits until so many more are acknowledged by whichever server.
    #[track_caller]
    pub(crate) fn wait_for_any(&self, n: u64) {
        let mut last = (Instant::now(), self.n_acknowledged.load(Ordering::SeqCst));
        let goal = last.1 + n;
        while last.1 < goal {
            let now = self.n_acknowledged.load(Ordering::SeqCst);
            if last.1 < now {
                last = (Instant::now(), now);
            }
            assert!(last.0.elapsed() < PATIENCE, "no server acknowledges anything");
            std::thread::yield_now();
        }
    }

    /// Waits until somebody was put off; `false` where the server ended before.
    #[track_caller]
    pub(crate) fn wait_until_put_off(&self, served: &mut Served) -> bool {
        let start = Instant::now();
        while self.n_put_off.load(Ordering::SeqCst) == 0 {
            if served.has_ended() {
                return false;
            }
            assert!(start.elapsed() < PATIENCE, "it was not too much");
            std::thread::yield_now();
        }
        true
    }

    /// Waits until so many more are acknowledged, or until senders were put off so often that no more may come. `false`
    /// where the server ended.
    #[track_caller]
    pub(crate) fn wait_while_taking(&self, n: u64, served: &mut Served) -> bool {
        const OFTEN: u64 = 40;
        let start = Instant::now();
        let (goal, last) =
            (self.n_acknowledged.load(Ordering::SeqCst) + n, self.n_put_off.load(Ordering::SeqCst) + OFTEN);
        while self.n_acknowledged.load(Ordering::SeqCst) < goal && self.n_put_off.load(Ordering::SeqCst) < last {
            if served.has_ended() {
                return false;
            }
            assert!(start.elapsed() < PATIENCE, "the server neither takes nor refuses");
            std::thread::yield_now();
        }
        true
    }

    fn send_on(&self, sender: usize, dice: &mut Dice) {
        let mut line = None;
        while !self.is_over.load(Ordering::SeqCst) {
            let orders = {
                let mut journal = self.journals[sender].lock().unwrap();
                let first = journal.len();
                let n_new = 1 + dice.below(self.most) as usize;
                journal.resize(first + n_new, Fate::Unknown);
                let mut orders: Vec<usize> = (first..first + n_new).collect();
                orders.extend((0..n_new.div_ceil(5)).map(|_| dice.below(journal.len() as u64) as usize));
                orders
            };
            // Some are never sent again; whether they are there is then for the server to know.
            while !self.try_send(sender, &orders, &mut line) && dice.is(3, 4) && !self.is_over.load(Ordering::SeqCst) {}
        }
    }

    /// Sends a batch once; returns whether it was acknowledged.
    fn try_send(&self, sender: usize, orders: &[usize], line: &mut Option<Line>) -> bool {
        let connected = || {
            let addresses = self.front.addresses.lock().unwrap().clone();
            let turn = self.front.n_tries.fetch_add(1, Ordering::Relaxed);
            Line::to(*addresses.get(turn % addresses.len().max(1))?).ok()
        };
        let Some(mut open) = line.take().or_else(connected) else {
            self.pause();
            return false;
        };
        let answer = open.post("/v1/batch", &self.key, batch(sender, orders).as_bytes());
        let Ok(answer) = answer else {
            self.pause();
            return false;
        };
        match answer.status {
            200 => {
                let mut journal = self.journals[sender].lock().unwrap();
                for &order in orders {
                    journal[order] = Fate::Acknowledged;
                }
                self.n_acknowledged.fetch_add(orders.len() as u64, Ordering::SeqCst);
            }
            429 | 503 => {
                assert!(answer.retry_after.is_some(), "{answer:?}");
                self.n_put_off.fetch_add(1, Ordering::SeqCst);
            }
            status => panic!("{status} with {}", String::from_utf8_lossy(&answer.body)),
        }
        *line = Some(open);
        answer.status == 200
    }

    /// Waits a moment, or until the server is elsewhere.
    fn pause(&self) {
        let addresses = self.front.addresses.lock().unwrap();
        let _addresses = self.front.changed.wait_timeout(addresses, Duration::from_millis(5)).unwrap();
    }

    /// What was acknowledged up to now.
    pub(crate) fn known(&self) -> Known {
        Known(self.journals.iter().map(|journal| journal.lock().unwrap().clone()).collect())
    }

    /// Takes back what was noted since: who answers while the power fails may have answered before it was durable or
    /// after, and nobody can tell.
    pub(crate) fn go_back_to(&self, known: &Known) {
        for (journal, known) in self.journals.iter().zip(&known.0) {
            for (order, fate) in journal.lock().unwrap().iter_mut().enumerate() {
                *fate = known.get(order).copied().unwrap_or(Fate::Unknown);
            }
        }
    }

    /// Compares what is in the house, where no server may be at work, with what the senders know.
    #[track_caller]
    pub(crate) fn check(&self, house: &House, when: &str) {
        let wrong = self.differences(house, when);
        assert!(
            wrong.is_empty(),
            "{when}: {} orders are wrong, such as {:?}",
            wrong.len(),
            &wrong[..wrong.len().min(5)]
        );
    }

    /// Orders that are not counted as often as they must be.
    #[track_caller]
    pub(crate) fn differences(&self, house: &House, when: &str) -> Vec<String> {
        let doctor = house.json(&["doctor", "--json"]);
        assert_eq!(doctor["findings"], serde_json::json!([]), "{when}");
        assert_eq!(doctor["sums"]["agree"], true, "{when}: {doctor}");
        let counted = counted(house);
        let (mut wrong, mut n_counted) = (Vec::new(), 0);
        for (sender, journal) in self.journals.iter().enumerate() {
            for (order, fate) in journal.lock().unwrap().iter().enumerate() {
                let sum = counted.get(&person(sender, order)).copied().unwrap_or(0);
                let n = sum >> (3 * (order % SLOTS)) & 7;
                n_counted += n;
                let is_right = match fate {
                    _ if is_refused(order) => n == 0,
                    Fate::Acknowledged => n == 1,
                    Fate::Unknown => n <= 1,
                };
                if !is_right {
                    wrong.push(format!("order {order} of sender {sender}, {fate:?}, counts {n} times"));
                }
            }
        }
        let total: u64 = counted.values().map(|sum| (0..SLOTS).map(|slot| sum >> (3 * slot) & 7).sum::<u64>()).sum();
        assert_eq!(n_counted, total, "{when}: orders are counted that nobody sent");
        assert_eq!(doctor["sums"]["folded"].as_u64().unwrap(), total, "{when}: {doctor}");
        wrong
    }

    /// Compares what SQLite and a reader of Parquet find in the house with what was acknowledged, which is everything.
    #[track_caller]
    fn check_without_parlour(&self, house: &House, when: &str) {
        let mut found = Found::of(house);
        for (sender, journal) in self.journals.iter().enumerate() {
            for order in 0..journal.lock().unwrap().len() {
                let message = message(sender, order);
                let n = found.events.remove(&message).unwrap_or(0);
                assert_eq!(n, u64::from(!is_refused(order)), "{when}: how often `{message}` lies in the lake");
                let is_kept = found.rejected.contains(&message);
                assert_eq!(is_kept, is_refused(order), "{when}: whether `{message}` is among the rejected");
            }
        }
        assert!(found.events.is_empty(), "{when}: events that nobody sent: {:?}", found.events);
    }

    /// Sends all that is not known to be acknowledged until it is, and compares again: now each counts once. Returns
    /// how many orders there were.
    #[track_caller]
    pub(crate) fn settle(&self, house: &House, when: &str) -> usize {
        let served = Served::start(house);
        self.at(Some(&served));
        let mut last = Instant::now();
        for sender in 0..self.journals.len() {
            let journal = self.journals[sender].lock().unwrap().clone();
            let unknown: Vec<usize> = (0..journal.len()).filter(|&order| journal[order] == Fate::Unknown).collect();
            let mut line = None;
            for orders in unknown.chunks(100) {
                while !self.try_send(sender, orders, &mut line) {
                    assert!(last.elapsed() < PATIENCE, "{when}: it takes nothing any more");
                }
                last = Instant::now();
            }
        }
        served.stop();
        self.check(house, when);
        self.check_without_parlour(house, when);
        self.journals.iter().map(|journal| journal.lock().unwrap().len()).sum()
    }
}

/// What the senders knew at a moment.
pub(crate) struct Known(Vec<Vec<Fate>>);

fn is_refused(order: usize) -> bool {
    order % REFUSED == REFUSED - 1
}

fn message(sender: usize, order: usize) -> String {
    format!("{sender}-{order}")
}

fn person(sender: usize, order: usize) -> String {
    format!("user:s{sender}p{}", order / SLOTS)
}

/// A batch of orders, the same bytes for the same order every time.
fn batch(sender: usize, orders: &[usize]) -> String {
    let mut body = String::from("{\"batch\":[");
    for &order in orders {
        if !body.ends_with('[') {
            body.push(',');
        }
        let (person, message) = (person(sender, order), message(sender, order));
        let (user, minor, day) = (person.trim_start_matches("user:"), 1_u64 << (3 * (order % SLOTS)), 1 + order % 28);
        let time = if is_refused(order) { "never".to_owned() } else { format!("2024-05-{day:02}T10:00:00Z") };
        let (whole, cents) = (minor / 100, minor % 100);
        write!(
            body,
            "{{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"{user}\",\"messageId\":\"{message}\",\
             \"timestamp\":\"{time}\",\"properties\":{{\"revenue\":{whole}.{cents:02},\"currency\":\"USD\"}}}}"
        )
        .unwrap();
    }
    body.push_str("]}");
    body
}

/// What each person's orders add up to, in cents.
#[track_caller]
fn counted(house: &House) -> HashMap<String, u64> {
    house.ok(&["keep", DAY]);
    let rows =
        house.rows(&format!("SELECT person, value_minor FROM standing WHERE day = '{DAY}' AND object = 'brand:acme'"));
    let row = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].as_u64()?));
    rows.iter().map(|found| row(found).unwrap()).collect()
}
