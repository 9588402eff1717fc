//! The outbox of the shipped server: what was committed is delivered, whenever it is killed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::house::House;
use crate::served::{PATIENCE, Served};

/// Takes one request and returns its `webhook-id` with the connection, which is not answered yet.
fn take(listener: &TcpListener) -> (String, TcpStream) {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).unwrap();
        assert_ne!(n, 0, "a whole request comes");
        bytes.extend_from_slice(&part[..n]);
    }
    let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let id = head.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap().to_owned();
    (id, stream)
}

#[test]
fn killed_between_commit_and_answer_it_is_delivered_after_all() {
    let house = House::new("[delivery]\nallow_private = true\ntimeout_seconds = 60\n");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut served = Served::start(&house);
    let session = served.sign_in();
    let new = json!({ "url": format!("http://{}/", listener.local_addr().unwrap()), "kinds": null, "secret": null });
    let (status, ..) = served.ask("POST /api/v1/hooks", &session, &new);
    assert_eq!(status, 201);
    let (status, _, made) = served.ask("POST /api/v1/hooks/1/test", &session, &Value::Null);
    assert_eq!(status, 201);
    let (first, unanswered) = take(&listener);
    served.kill();
    drop(unanswered);

    let served = Served::start(&house);
    let (second, mut stream) = take(&listener);
    assert_eq!((&second, made["message"].as_str().unwrap()), (&first, first.as_str()), "the same under the same name");
    stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").unwrap();
    // One success is written down, and nothing more is sent.
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let (_, _, log) = served.ask("GET /api/v1/deliveries", &session, &Value::Null);
        let rows = log["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 1);
        if rows[0]["state"] == "done" {
            assert_eq!((&rows[0]["last_status"], &rows[0]["attempts"]), (&json!(204), &json!(1)));
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{log}");
    }
    served.stop();
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "it came twice, once for each life of the server");
}
