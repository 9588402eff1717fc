//! A server's clock that is set ahead and back by hours and years while events come, by libfaketime.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use crate::house::{Dice, House, PARLOUR, RESTLESS, is_long};
use crate::oracle::Found;
use crate::senders::{Senders, source};
use crate::served::{Line, Served};

const N_SENDERS: usize = 4;
const MOST: u64 = 20;
/// By how much the clock is off, one after the other. Orders are dated in May 2024 and must not lie ahead.
const JUMPS: [&str; 14] =
    ["+0", "+1h", "-1h", "+8d", "-8d", "+400d", "+10y", "+0", "+10y", "-2y", "+60y", "-1y", "+30d", "+0"];
const MICROS_PER_YEAR: i64 = 365 * 86_400_000_000;

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|folder| folder.unwrap().path().join("faketime"));
    let mut found = folders.map(|folder| folder.join("libfaketimeMT.so.1")).filter(|path| path.exists());
    found.next().expect("libfaketime is missing; install faketime (./test does)")
}

/// The binary with a clock that [`set`] sets. Time that passes is not touched.
fn faked(house: &House) -> Command {
    let mut command = Command::new(PARLOUR);
    command.env("LD_PRELOAD", library()).env("FAKETIME_TIMESTAMP_FILE", house.path("clock"));
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

/// Sets the clock, at one moment for everyone who looks.
fn set(house: &House, jump: &str) {
    let next = house.file("clock.next", format!("{jump}\n"));
    std::fs::rename(next, house.path("clock")).unwrap();
}

#[test]
fn leaps_lose_and_double_nothing() {
    let n_rounds = if is_long() { 10 } else { 1 };
    let mut dice = Dice::new("leaps_lose_and_double_nothing");
    // A server that starts with a clock decades ahead lets go of what was rejected; that is not what is tested.
    let house = House::new(&RESTLESS.replacen("[engine]\n", "[engine]\nrejected_days = 36500\n", 1));
    set(&house, "+0");
    let senders = Senders::new(&house, N_SENDERS, MOST);
    let mut served = Served::of(&house, faked(&house)).unwrap();
    for round in 0..n_rounds {
        for jump in JUMPS {
            senders.while_sending(&mut dice, |dice| {
                senders.at(Some(&served));
                set(&house, jump);
                assert!(senders.wait_for(400 + dice.below(1_500), &mut served), "{jump}: it ended");
            });
            let metrics = Line::to(served.address).unwrap().get("/metrics").unwrap();
            let metrics = String::from_utf8(metrics.body).unwrap();
            assert!(!metrics.contains("parlour_lag_seconds -"), "{jump}: nothing waits for less than no time");
            match dice.below(4) {
                0 => served.kill(),
                1 => served.stop(),
                _ => continue,
            }
            served = Served::of(&house, faked(&house)).unwrap();
        }
        eprintln!("round {round}: {} acknowledged", senders.n_acknowledged.load(std::sync::atomic::Ordering::SeqCst));
    }
    served.stop();
    senders.check(&house, "after all leaps");
    let n = senders.settle(&house, "after all was sent again");
    let (first, last) = Found::of(&house).received.unwrap();
    assert!(60 * MICROS_PER_YEAR < last - first, "the clock was not set: {first} to {last}");
    let log = std::fs::read_to_string(house.path("server.log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
    eprintln!("{} leaps, {n} orders, none lost, none counted twice", n_rounds * JUMPS.len());
}

/// What lies more than a day ahead of a clock that is wrong is refused with its reason and kept, and is taken once it is
/// sent again and the clock is right.
#[test]
fn a_clock_before_its_events_refuses_them() {
    let house = House::new(RESTLESS);
    set(&house, "-56y");
    let key = source(&house);
    let served = Served::of(&house, faked(&house)).unwrap();
    let mut line = Line::to(served.address).unwrap();
    let mut send = |id: &str, at: &str| {
        let event = format!(r#"{{"id":"{id}","subject":"user:ann","verb":"liked","object":"brand:acme","at":"{at}"}}"#);
        let answer = line.post("/api/v1/events", &key, event.as_bytes()).unwrap();
        assert_eq!(answer.status, 200);
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let told = &answer["events"][0];
        (told["result"].as_str().unwrap().to_owned(), told["reason"].as_str().map(str::to_owned))
    };
    let refused = ("rejected".to_owned(), Some("in_the_future".to_owned()));
    assert_eq!(send("a", "2024-05-01T10:00:00Z"), refused);
    assert_eq!(send("b", "1969-05-01T10:00:00Z"), ("accepted".to_owned(), None));
    set(&house, "+0");
    assert_eq!(send("a", "2024-05-01T10:00:00Z"), ("accepted".to_owned(), None));
    served.stop();
    let doctor = house.json(&["doctor", "--json"]);
    assert_eq!((&doctor["findings"], &doctor["sums"]["agree"]), (&serde_json::json!([]), &true.into()), "{doctor}");
    let found = Found::of(&house);
    assert_eq!((found.events["a"], found.events["b"], found.events.len()), (1, 1, 2));
}

/// Asks over a connection of its own; returns the status and the session that is handed out.
fn ask(address: SocketAddr, request: &str, cookie: &str, body: &str) -> (u16, Option<String>) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         cookie: parlour_session={cookie}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let session = answer.split_once("parlour_session=").map(|(_, rest)| rest.split(';').next().unwrap().to_owned());
    (status, session)
}

#[test]
fn a_session_ends_by_the_clock_and_is_never_longer_than_it_may_be() {
    let house = House::new("[server]\nsession_days = 30\n");
    set(&house, "+0");
    let mut served = Served::of(&house, faked(&house)).unwrap();
    let link = served.read_line();
    let token = link.trim().rsplit_once("token=").unwrap_or_else(|| panic!("{link}")).1.to_owned();
    let body = format!("{{\"token\":\"{token}\"}}");
    let (status, session) = ask(served.address, "POST /api/v1/session", "", &body);
    assert!(status < 300, "{status}");
    let session = session.unwrap();
    let is_good = |jump: &str| {
        set(&house, jump);
        ask(served.address, "GET /api/v1/health", &session, "").0 == 200
    };
    assert!(is_good("+0"));
    assert!(is_good("-1h") && is_good("+1h"));
    // Used at a clock that was ahead, it must not last from there.
    assert!(is_good("+29d") && is_good("+0"));
    assert!(!is_good("+31d"));
    assert!(!is_good("+10y"));
}
