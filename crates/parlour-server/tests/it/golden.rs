//! Requests of real SDKs, recorded by running them: each is taken as it is, and nothing of it is refused.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_engine::source::NewSource;
use serde_json::Value;

use crate::client::send;
use crate::desk::Desk;

/// The write key that the SDKs were recorded with.
const RECORDED: &str = "pk_goldenGoldenGoldenGoldenGolden01";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// Sends everything that one client sent, with another key; returns how many requests that were.
fn replay(desk: &Desk, client: &Path, key: &str) -> usize {
    let mut n = 0;
    for file in files(client) {
        let request: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let path = request["path"].as_str().unwrap().replace(RECORDED, key);
        let body = match request["body_base64"].as_str() {
            Some(text) => STANDARD.decode(text).unwrap(),
            None => request["body"].as_str().unwrap().replace(RECORDED, key).into_bytes(),
        };
        let recorded = request["headers"].as_object().unwrap().iter();
        let mut headers: Vec<(&str, &str)> =
            recorded.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        headers.retain(|(name, _)| {
            !["authorization", "x-write-key", "content-length", "host", "connection"].contains(name)
        });
        headers.push(("x-write-key", key));
        let answer = send(desk.address, request["method"].as_str().unwrap(), &path, &headers, &body);
        let expected = if request["method"] == "OPTIONS" { 204 } else { 200 };
        assert_eq!(answer.status, expected, "{}: {}", file.display(), String::from_utf8_lossy(&answer.body));
        n += 1;
    }
    n
}

#[test]
fn what_real_sdks_send_is_taken_whole_and_twice_counts_once() {
    let desk = Desk::empty();
    let mut n_clients = 0;
    for client in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/wire")) {
        let name = client.file_name().unwrap().to_string_lossy().into_owned();
        let keyed = desk.engine.create_source(NewSource::named(&name)).unwrap();
        // Accepted and rejected of this source; folded and repeated of all.
        let counts = || {
            desk.engine.fold_all().unwrap();
            let source = desk.get(&format!("/api/v1/sources/{}", keyed.source.id));
            assert_eq!(source["rejected"], serde_json::json!([]), "{name}");
            let sums = desk.get("/api/v1/health")["sums"].clone();
            assert_eq!(sums["agree"], true, "{sums}");
            ["accepted", "folded", "duplicate"].map(|sum| {
                let of = if sum == "accepted" { &source["n_accepted"] } else { &sums[sum] };
                of.as_u64().unwrap()
            })
        };
        assert!(0 < replay(&desk, &client, &keyed.key), "{name}");
        let [n, folded, duplicate] = counts();
        assert!(3 < n, "{name}: {n}");
        replay(&desk, &client, &keyed.key);
        // The same id with the same content is a repeat, whenever it was sent and whatever our clock says meanwhile.
        assert_eq!(counts(), [2 * n, folded, duplicate + n], "{name}");
        n_clients += 1;
    }
    assert!(20 <= n_clients, "{n_clients}");
}
