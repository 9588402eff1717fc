//! Clients that mean harm: slow ones, idle ones, too many, and bodies made to burst.

use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::house::{Dice, House, is_long};
use crate::senders::{Senders, source};
use crate::served::{Line, PATIENCE, Served, request};

const MIB: u64 = 1 << 20;
/// Rests of a client that drips.
const DRIP: Duration = Duration::from_millis(50);

/// Sends a byte now and then until it is hung up on; returns what it was told.
fn drip(served: &Served, head: &str) -> String {
    let mut stream = Line::to(served.address).unwrap().stream;
    stream.set_read_timeout(Some(DRIP)).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let (start, mut told, mut bytes) = (Instant::now(), Vec::new(), [0; 1024]);
    loop {
        assert!(start.elapsed() < PATIENCE, "it may drip for ever: {head}");
        // Listening for a while is the rest between two drops.
        match stream.read(&mut bytes) {
            Ok(0) => break,
            Ok(n) => told.extend_from_slice(&bytes[..n]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => drop(stream.write_all(b"x")),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&told).into_owned()
}

#[test]
fn who_drips_is_hung_up_on() {
    let defaults: toml::Table = toml::from_str(include_str!("../../../../parlour.default.toml")).unwrap();
    for (part, name) in [("server", "header_seconds"), ("ingest", "body_seconds")] {
        let seconds = defaults[part][name].as_integer().unwrap();
        assert!(seconds <= 15, "`{part}.{name}` is {seconds}");
    }
    // A whole request may take long where answering does; its body may not.
    let house = House::new("[server]\nheader_seconds = 1\nrequest_seconds = 600\n[ingest]\nbody_seconds = 1\n");
    let key = source(&house);
    let served = Served::start(&house);
    let head = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-write-key: {key}\r\ncontent-type: application/json\r\n\
             content-length: 9000\r\n\r\n"
        )
    };
    drip(&served, "");
    drip(&served, "POST /v1/batch HTTP/1.1\r\nhost: x\r\nx-more: ");
    for path in ["/v1/batch", "/e/", "/api/v1/events", "/beacon/v1/batch", "/api/v1/session"] {
        let told = drip(&served, &head(path));
        assert!(told.starts_with("HTTP/1.1 408"), "{path}: {told}");
    }
}

#[test]
fn ten_thousand_that_rest_cost_little() {
    const N: usize = 10_000;
    let house = House::new("[server]\nmax_connections = 10100\nheader_seconds = 600\n");
    let key = source(&house);
    let served = Served::start(&house);
    let before = served.memory("VmRSS");
    let mut resting = Vec::with_capacity(N);
    for _ in 0..N {
        let mut line = Line::to(served.address).unwrap();
        assert_eq!(line.get("/healthz").unwrap().status, 200);
        resting.push(line);
    }
    let after = served.memory("VmRSS");
    eprintln!("{N} connections at rest: {} MiB, {} MiB before", after / MIB, before / MIB);
    assert!(after < 400_000_000, "{after} bytes");
    let body = "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}";
    assert_eq!(Line::to(served.address).unwrap().post("/v1/track", &key, body.as_bytes()).unwrap().status, 200);
    // Each of them is still served.
    for line in resting.iter_mut().step_by(500) {
        assert_eq!(line.get("/healthz").unwrap().status, 200);
    }
}

/// Room for about five of the bodies of twenty-five senders, and little that may wait to be folded.
#[test]
fn five_times_the_load_is_put_off_and_nothing_is_lost() {
    const TIGHT: &str = "[engine]\nseal_events = 500\nqueue_bytes = 30000\nmax_waiting_events = 2000\nmax_unsealed_events = 5000\n\
        [ingest]\nbatch_bytes = 60000\nunpacked_bytes = 60000\nwaiting_bytes = 60000\n[explore]\nmax_rows = 1000000\n\
        max_bytes = 1000000000\n";
    let n_acknowledged = if is_long() { 2_000_000 } else { 20_000 };
    let mut dice = Dice::new("five_times_the_load_is_put_off_and_nothing_is_lost");
    let house = House::new(TIGHT);
    let senders = Senders::new(&house, 25, 100);
    let mut served = Served::start(&house);
    senders.while_sending(&mut dice, |_| {
        senders.at(Some(&served));
        assert!(senders.wait_for(n_acknowledged, &mut served), "it ended");
        // How many come at once is for the system to say; some time they are too many.
        assert!(senders.wait_until_put_off(&mut served), "it ended");
    });
    let (most, n_put_off) = (served.memory("VmHWM"), senders.n_put_off.load(Ordering::SeqCst));
    served.stop();
    senders.check(&house, "after too much");
    eprintln!("{n_put_off} batches were put off; {} MiB at most", most / MIB);
    assert!(most < 400 * MIB, "{most} bytes");
    senders.settle(&house, "after all was sent again");
}

fn gzip(plain: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    (0..times).for_each(|_| encoder.write_all(plain).unwrap());
    encoder.finish().unwrap()
}

#[test]
fn bombs_die_early() {
    let house = House::new("");
    let key = source(&house);
    let served = Served::start(&house);
    let before = served.memory("VmRSS");
    let keys: String = (0..1_000_000).fold(String::from("{"), |text, i| text + &format!("\"{i:x}\":1,")) + "\"z\":1}";
    let items = format!("[{}{{}}]", "{},".repeat(1_000_000));
    let deep = "[".repeat(100_000);
    let deeper = format!("{{\"batch\":[{{\"type\":\"track\",\"properties\":{}", "{\"a\":".repeat(80_000));
    let bombs = [
        ("400 MB of nothing", gzip(&vec![b' '; 1 << 20], 400)),
        ("gzip in gzip", gzip(&gzip(&vec![b' '; 1 << 20], 400), 1)),
        ("deep", deep.clone().into_bytes()),
        ("deep and packed", gzip(deep.as_bytes(), 1)),
        ("deep objects", deeper.into_bytes()),
        ("a million keys", keys.clone().into_bytes()),
        ("a million keys, packed", gzip(keys.as_bytes(), 1)),
        ("a million items", items.clone().into_bytes()),
        ("a million items, packed", gzip(items.as_bytes(), 1)),
    ];
    for (name, bomb) in &bombs {
        for path in ["/v1/batch", "/batch/", "/api/v1/events"] {
            let start = Instant::now();
            let mut line = Line::to(served.address).unwrap();
            // It may be answered and hung up on before all is sent.
            let sent = line.stream.write_all(&request(path, &key, bomb));
            let answer = line.answer();
            if let Ok(answer) = &answer {
                assert!((400..500).contains(&answer.status), "{name} at {path}: {}", answer.status);
            } else {
                assert!(sent.is_err(), "{name} at {path}: {answer:?}");
            }
            let told = answer.map(|answer| answer.status).ok();
            eprintln!("{name}, {} bytes, at {path}: {told:?} after {:?}", bomb.len(), start.elapsed());
        }
    }
    let mut line = Line::to(served.address).unwrap();
    let head = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(64 << 10));
    let _ = line.stream.write_all(head.as_bytes());
    let status = line.answer().unwrap().status;
    assert!((400..500).contains(&status), "a header of 64 KiB: {status}");
    let most = served.memory("VmHWM");
    eprintln!("{} MiB at most, {} MiB before", most / MIB, before / MIB);
    assert!(most - before < 100_000_000, "{most} bytes, {before} before");
    assert_eq!(Line::to(served.address).unwrap().get("/healthz").unwrap().status, 200);
}
