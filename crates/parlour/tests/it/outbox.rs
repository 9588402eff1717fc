//! The outbox of the shipped server: what was committed is delivered, whenever it is killed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::house::House;
use crate::served::{PATIENCE, Served};

/// One request over one connection; the status, the session it sets, and the JSON it answers.
fn ask(served: &Served, request: &str, cookie: &str, body: &Value) -> (u16, String, Value) {
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let session = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_default();
    let session = session.split(';').next().unwrap_or_default().to_owned();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), session, serde_json::from_str(body).unwrap_or_default())
}

fn sign_in(served: &mut Served) -> String {
    let token = loop {
        let line = served.read_line();
        assert!(!line.is_empty(), "the server says a link");
        if let Some((_, token)) = line.trim().split_once("/sign-in?token=") {
            break token.to_owned();
        }
    };
    let (status, session, _) = ask(served, "POST /api/v1/session", "", &json!({ "token": token }));
    assert_eq!(status, 200);
    session
}

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
    let session = sign_in(&mut served);
    let new = json!({ "url": format!("http://{}/", listener.local_addr().unwrap()), "kinds": null, "secret": null });
    let (status, ..) = ask(&served, "POST /api/v1/hooks", &session, &new);
    assert_eq!(status, 201);
    let (status, _, made) = ask(&served, "POST /api/v1/hooks/1/test", &session, &Value::Null);
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
        let (_, _, log) = ask(&served, "GET /api/v1/deliveries", &session, &Value::Null);
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
