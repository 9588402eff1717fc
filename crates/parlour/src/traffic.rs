//! Traffic as sites send it: few people do much, in sessions; some of it comes late, some twice. Seeded.

use std::collections::VecDeque;
use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

/// Sessions that go on at once, per connection.
const N_SESSIONS: usize = 64;
/// Bodies of events that may be sent again.
const N_REMEMBERED: usize = 1_000;
/// One event in so many comes late, by up to `LATE_DAYS`.
const LATE: u64 = 50;
const LATE_DAYS: u64 = 30;
/// One event in so many comes twice.
const TWICE: u64 = 100;
const PRODUCTS: u64 = 500;
const CUSTOM: [&str; 4] = ["Video Played", "Tutorial Finished", "Chat Opened", "Filter Applied"];

/// One stream of events.
pub(crate) struct Traffic {
    random: Random,
    worker: u64,
    seed: u64,
    people: u64,
    sessions: Vec<Session>,
    next: u64,
    remembered: VecDeque<String>,
    /// Events that were sent a second time.
    pub(crate) n_repeats: u64,
}

#[derive(Clone, Copy)]
struct Session {
    person: u64,
    left: u64,
}

impl Traffic {
    pub(crate) fn new(seed: u64, worker: u64, people: u64) -> Self {
        let mut random = Random(seed ^ worker.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let sessions = (0..N_SESSIONS).map(|_| Session::begin(&mut random, people)).collect();
        let (next, remembered, n_repeats) = (0, VecDeque::new(), 0);
        Self { random, worker, seed, people, sessions, next, remembered, n_repeats }
    }

    /// A body of `/v1/batch` with `n` events.
    pub(crate) fn body(&mut self, n: u64, now: Timestamp) -> String {
        let sent_at = format!("{now:.3}");
        let mut body = String::with_capacity(n as usize * 320);
        body.push_str("{\"batch\":[");
        for i in 0..n {
            if i > 0 {
                body.push(',');
            }
            if self.random.below(TWICE) == 0
                && let Some(again) = self.remembered.pop_front()
            {
                self.n_repeats += 1;
                body.push_str(&again);
                continue;
            }
            let start = body.len();
            self.event(&mut body, now, &sent_at);
            if self.random.below(TWICE / 2) == 0 && self.remembered.len() < N_REMEMBERED {
                self.remembered.push_back(body[start..].to_owned());
            }
        }
        // Writing into a string cannot fail.
        let _ = write!(body, "],\"sentAt\":\"{sent_at}\"}}");
        body
    }

    fn event(&mut self, body: &mut String, now: Timestamp, sent_at: &str) {
        let place = self.random.below(N_SESSIONS as u64) as usize;
        if self.sessions[place].left == 0 {
            self.sessions[place] = Session::begin(&mut self.random, self.people);
        }
        self.sessions[place].left -= 1;
        let person = self.sessions[place].person;
        let late = (self.random.below(LATE) == 0).then(|| {
            let seconds = self.random.below(LATE_DAYS * 86_400) as i64;
            format!("{:.3}", now.saturating_sub(SignedDuration::from_secs(seconds)).unwrap_or(now))
        });
        let at = late.as_deref().unwrap_or(sent_at);
        let product = self.random.below(PRODUCTS);
        let cents = 100 + self.random.below(9_900);
        let what = match self.random.below(100) {
            0..50 => format!(
                "\"type\":\"page\",\"name\":\"p{product}\",\"properties\":{{\"path\":\"/products/{product}\",\"title\":\"Product number {product}\"}}"
            ),
            50..75 => format!(
                "\"type\":\"track\",\"event\":\"Product Viewed\",\"properties\":{{\"product_id\":\"p{product}\",\"price\":{}.{:02},\"currency\":\"USD\"}}",
                cents / 100,
                cents % 100
            ),
            75..85 => format!(
                "\"type\":\"track\",\"event\":\"Product Added\",\"properties\":{{\"product_id\":\"p{product}\",\"quantity\":1,\"position\":3}}"
            ),
            85..88 => format!(
                "\"type\":\"track\",\"event\":\"Order Completed\",\"properties\":{{\"order_id\":\"o{}\",\"revenue\":{}.{:02},\"currency\":\"USD\"}}",
                self.next,
                cents / 100,
                cents % 100
            ),
            _ => format!(
                "\"type\":\"track\",\"event\":\"{}\",\"properties\":{{\"position\":{product},\"length\":{cents}}}",
                CUSTOM[(product % 4) as usize]
            ),
        };
        let _ = write!(
            body,
            "{{{what},\"messageId\":\"load-{}-{}-{}\",\"userId\":\"u{person}\",\"timestamp\":\"{at}\",\"context\":{{\"library\":\
             {{\"name\":\"parlour-load\",\"version\":\"1\"}},\"locale\":\"en-GB\"}}}}",
            self.seed, self.worker, self.next
        );
        self.next += 1;
    }
}

impl Session {
    fn begin(random: &mut Random, people: u64) -> Self {
        // Log-uniform over the people: the few at the front come again and again.
        let share = random.below(1 << 53) as f64 / (1_u64 << 53) as f64;
        let person = ((people as f64).powf(share) as u64).min(people.saturating_sub(1));
        Self { person, left: 1 + random.below(20) }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_traffic_and_repeats_are_whole() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let body = |seed| Traffic::new(seed, 0, 1_000).body(10_000, now);
        assert_eq!(body(7), body(7));
        assert_ne!(body(7), body(8));
        let mut traffic = Traffic::new(7, 0, 1_000);
        let parsed: Value = serde_json::from_str(&traffic.body(10_000, now)).unwrap();
        let events = parsed["batch"].as_array().unwrap();
        let distinct: std::collections::HashSet<String> = events.iter().map(ToString::to_string).collect();
        assert_eq!(events.len(), 10_000);
        assert_eq!(distinct.len() as u64, 10_000 - traffic.n_repeats);
        assert!(traffic.n_repeats > 50);
        let bytes = body(7).len() / 10_000;
        assert!((240..320).contains(&bytes), "{bytes} bytes an event");
    }
}
