//! Every decoder with what real SDKs sent, bent a little: the functions that `scripts/fuzz.sh` runs under libFuzzer, here
//! with seeded mutations, since building them with its instruments takes minutes.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::house::{Dice, is_long};

#[path = "../../../../fuzz/src"]
#[expect(unreachable_pub, reason = "public for the fuzzer")]
mod decoders {
    pub mod outer;
    pub mod wire;
}

use decoders::{outer, wire};

/// What breaks decoders.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"null",
    b"\\u0000",
    b"\\ud800",
    b"1e999",
    b"-0",
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\"batch\":",
    b"\"timestamp\":",
    b"9999-12-31T23:59:60Z",
    b"\x1f\x8b\x08",
    b"data=",
    b"''\"\"",
    b"99999999999999999999999999999.999",
];
/// Longest input; libFuzzer takes 4096 unless a seed is longer.
const MOST_BYTES: usize = 32 << 10;

/// The bodies of the recorded requests of clients whose name begins so.
fn seeds(clients: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/wire");
    let mut found = Vec::new();
    for client in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = client.file_name().into_string().unwrap();
        if !clients.iter().any(|known| name.starts_with(known)) {
            continue;
        }
        for file in std::fs::read_dir(client.path()).unwrap().map(Result::unwrap) {
            let request: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
            let packed = request["body_base64"].as_str().map(|text| STANDARD.decode(text).unwrap());
            let body = packed.or_else(|| Some(request["body"].as_str()?.as_bytes().to_vec()));
            found.extend(body.filter(|body| !body.is_empty()));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The same, unpacked.
fn plain(clients: &[&str]) -> Vec<Vec<u8>> {
    let found: Vec<Vec<u8>> =
        seeds(clients).iter().filter_map(|body| parlour_server::unpacked(body, 1 << 20)).collect();
    assert!(5 < found.len(), "{clients:?}: {}", found.len());
    found
}

fn bent(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.one(seeds).clone();
    for _ in 0..=dice.below(4) {
        let (at, n) = (dice.below(bytes.len() as u64 + 1) as usize, dice.below(40) as usize);
        let end = bytes.len().min(at + n);
        match dice.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            3 => drop(bytes.splice(at..at, dice.one(&PIECES).to_vec())),
            4 => {
                let other = dice.one(seeds);
                let from = dice.below(other.len() as u64) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            5 if dice.is(1, 4) => bytes.truncate(at),
            _ => drop(bytes.splice(at..end, dice.one(&PIECES).to_vec())),
        }
    }
    bytes.truncate(MOST_BYTES);
    bytes
}

fn bear(name: &str, decode: fn(&[u8]), seeds: &[Vec<u8>]) {
    let n = if is_long() { 10_000_000 } else { 20_000 };
    let mut dice = Dice::new(name);
    seeds.iter().for_each(|seed| decode(seed));
    for i in 0..n {
        let bytes = bent(seeds, &mut dice);
        let result = std::panic::catch_unwind(|| decode(&bytes));
        assert!(result.is_ok(), "{name} fails at {i} with {:?}", String::from_utf8_lossy(&bytes));
    }
    eprintln!("{name}: {} seeds, {n} mutations", seeds.len());
}

const SEGMENT: [&str; 3] = ["segment", "rudder", "jitsu"];

#[test]
fn bent_bytes_break_no_reader_of_segment() {
    bear("segment", wire::segment, &plain(&SEGMENT));
}

#[test]
fn bent_bytes_break_no_reader_of_posthog() {
    bear("posthog", wire::posthog, &plain(&["posthog"]));
    bear("posthog_v1", wire::posthog_v1, &plain(&["posthog"]));
}

#[test]
fn bent_bytes_break_no_reader_of_our_own() {
    let own = br#"{"events":[{"id":"1","subject":{"kind":"user","id":"u"},"verb":"bought","object":{"kind":"product","id":"p"},
        "at":"2026-01-01T00:00:00Z","layer":"web","value":{"amount":"1.50","currency":"EUR"},"text":"t","rating":5}]}"#;
    let mut seeds = plain(&SEGMENT);
    seeds.extend(std::iter::repeat_n(own.to_vec(), seeds.len()));
    bear("native", wire::native, &seeds);
}

#[test]
fn bent_bytes_break_no_mapping() {
    let mapping =
        br#"{"each":"body.batch","subject":"item.userId","verb":"'bought'","at":"1.5e9","value":"item.a + 1"}"#;
    let mut seeds = plain(&SEGMENT);
    seeds.extend(std::iter::repeat_n(mapping.to_vec(), seeds.len() / 4));
    bear("webhook", outer::webhook, &seeds);
}

#[test]
fn bent_bytes_break_no_unpacking() {
    bear("unpacking", outer::unpacking, &seeds(&["segment", "rudder", "jitsu", "posthog"]));
}

#[test]
fn bent_bytes_break_no_file() {
    let csv = b"who,when,what\nann,2024-01-01,\"a \"\"b\"\"\nc\"\nbob;2024-01-02T03:04:05+02:00;x\r\n".to_vec();
    bear("csv", outer::csv, &[csv, b"1\t20240101\t'x'\n2\t1704067200\ty".to_vec()]);
    let lines: Vec<Vec<u8>> =
        plain(&SEGMENT).iter().map(|body| [body.as_slice(), b"\n", body.as_slice()].concat()).collect();
    bear("json_lines", outer::json_lines, &lines);
}
