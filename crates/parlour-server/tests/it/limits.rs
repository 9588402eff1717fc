//! Limits, headers and the shape of errors.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use serde_json::json;

use crate::client::{PATIENCE, connect, read, send};
use crate::desk::Desk;

const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
    base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

#[test]
fn every_answer_has_its_headers() {
    let desk = Desk::empty();
    let document = desk.ask("GET", "/", None);
    let page = String::from_utf8(document.body.clone()).unwrap();
    for (path, status) in [
        ("/", 200),
        ("/people/customer:00001", 200),
        ("/assets/none.js", 404),
        ("/api/v1/health", 200),
        ("/api/v1/today", 404),
        ("/api/v1/nothing", 404),
        ("/api", 404),
        ("/healthz", 200),
    ] {
        let answer = desk.ask("GET", path, None);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
    }
    assert!(document.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!(desk.ask("POST", "/", None).status, 405);
    // Where the pages are built in, their files may be kept for ever.
    if let Some((_, rest)) = page.split_once("/assets/") {
        let file = format!("/assets/{}", rest.split('"').next().unwrap());
        let answer = desk.ask("GET", &file, None);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"), "{file}");
        let tag = answer.header("etag").unwrap();
        assert_eq!(send(desk.address, "GET", &file, &[("if-none-match", tag)], b"").status, 304);
        assert_ne!(answer.header("content-type"), Some("application/octet-stream"));
    } else {
        assert!(page.contains("npm run build"), "{page}");
    }
}

#[test]
fn answers_are_compressed_for_those_who_can_read_them() {
    let desk = Desk::empty();
    let headers = [("cookie", desk.cookie.as_str()), ("accept-encoding", "gzip")];
    let answer = send(desk.address, "GET", "/api/v1/settings", &headers, b"");
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(&answer.body[..2], [0x1f, 0x8b]);
    let plain = desk.ask("GET", "/api/v1/settings", None);
    assert!(answer.body.len() * 3 < plain.body.len());
}

#[test]
fn errors_have_one_shape_and_name_what_is_wrong() {
    let desk = Desk::full();
    for (path, wrong, says) in [
        ("/api/v1/people?cell=A9", "cell", "expected one of `A1`, `A2`, `A3`, `B1`, `B2`, `B3`"),
        ("/api/v1/people?sort=name", "sort", "`due_day`, `p_falling`, `n_days`"),
        ("/api/v1/people?engaged=yes", "engaged", "`true` or `false`"),
        ("/api/v1/people?limit=0", "limit", "between 1 and 500"),
        ("/api/v1/people?limit=501", "limit", "between 1 and 500"),
        ("/api/v1/people?to=newcomer", "to", "`gone`"),
        ("/api/v1/people?next=garbage", "next", "begin again"),
        ("/api/v1/people?period=2024-01", "period_flow", "together"),
        ("/api/v1/people?period_flow=new", "period", "together"),
        ("/api/v1/people/customer:00001/why?of=nothing", "of", "`involvement`, `degree`"),
        ("/api/v1/people/customer:00001/timeline?next=00", "next", "begin again"),
        ("/api/v1/rejected?next=00", "next", "begin again"),
        ("/api/v1/growth?by=year", "by", "`day`, `week`, `month`"),
        ("/api/v1/today?on=30.6.1998", "on", "YYYY-MM-DD"),
    ] {
        let answer = desk.ask("GET", path, None);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{path}");
        assert_eq!(answer.json()["error"]["fields"][0]["path"], wrong, "{path}");
        assert!(answer.message().contains(says), "{path}: {}", answer.message());
    }
    for (path, status, code) in [
        ("/api/v1/people?colour=red", 400, "invalid_request"),
        ("/api/v1/people?cell=A1&cell=A2", 400, "invalid_request"),
        ("/api/v1/people?by=month&period=1901-01&period_flow=new", 400, "invalid_request"),
        ("/api/v1/today?on=2024-01-01&since=2024-01-02", 400, "invalid_request"),
        ("/api/v1/today?object=brand:none", 404, "not_found"),
        ("/api/v1/people/customer:none", 404, "not_found"),
        ("/api/v1/people/customer:00001/why", 400, "invalid_request"),
        ("/api/v1/jobs/7", 404, "not_found"),
        ("/api/v1/jobs/seven", 400, "invalid_request"),
    ] {
        let answer = desk.ask("GET", path, None);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}");
    }
    for body in ["", "{", "[]", "{}", "{\"sql\":1}", "{\"sql\":\"SELECT 1\",\"limit\":1}"] {
        let headers = [("cookie", desk.cookie.as_str()), ("content-type", "application/json")];
        let answer = send(desk.address, "POST", "/api/v1/sql", &headers, body.as_bytes());
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{body}");
    }
}

#[test]
fn our_own_faults_say_nothing_of_the_inside() {
    let desk = Desk::empty();
    desk.engine.database.write(|conn| conn.execute("DROP TABLE rejected", &[])).unwrap();
    let answer = desk.ask("GET", "/api/v1/rejected", None);
    assert_eq!((answer.status, answer.code().as_str()), (500, "internal"));
    assert!(!answer.message().contains("table") && !answer.message().contains("SELECT"), "{}", answer.message());
}

#[test]
fn a_body_beyond_the_limit_is_refused() {
    let desk = Desk::with("[server]\nmax_body_bytes = 1000\n", None);
    let ask = |n: usize| {
        let sql = format!("SELECT 1 {}", " ".repeat(n));
        desk.ask("POST", "/api/v1/sql", Some(&json!({ "sql": sql })))
    };
    let overhead = json!({ "sql": "SELECT 1 " }).to_string().len();
    assert_eq!(ask(1000 - overhead).status, 200);
    let answer = ask(1001 - overhead);
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"));
}

#[test]
fn who_is_slow_to_send_is_hung_up_on() {
    let desk = Desk::with("[server]\nheader_seconds = 1\nrequest_seconds = 1\n", None);
    let start = Instant::now();
    let mut idle = connect(desk.address);
    let mut slow = connect(desk.address);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-more: ").unwrap();
    let mut body = connect(desk.address);
    let head = b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    body.write_all(head).unwrap();
    for stream in [&mut idle, &mut slow] {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        assert!(bytes.is_empty() || bytes.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&bytes));
    }
    let answer = read(&mut body);
    assert_eq!((answer.status, answer.code().as_str()), (408, "too_slow"));
    assert!(start.elapsed() < PATIENCE / 2);
}

/// A connection whose request is being answered, so that it surely holds a seat; until the one before it has given up
/// the only one, the server is full.
fn seated(address: SocketAddr, request: &[u8]) -> TcpStream {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let (mut stream, mut status) = (connect(address), [0; 12]);
        stream.write_all(request).unwrap();
        stream.read_exact(&mut status).unwrap();
        if &status == b"HTTP/1.1 200" {
            return stream;
        }
        assert_eq!(&status, b"HTTP/1.1 503");
    }
    panic!("the seat was never free");
}

#[test]
fn who_finds_the_server_full_is_told_so() {
    let desk = Desk::with("[server]\nmax_connections = 1\n", None);
    let first = seated(desk.address, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    let answer = read(&mut connect(desk.address));
    assert_eq!((answer.status, answer.code().as_str()), (503, "busy"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    drop(first);
    seated(desk.address, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
}

#[test]
fn who_is_slow_to_read_is_hung_up_on() {
    let desk =
        Desk::with("[server]\nmax_connections = 1\nrequest_seconds = 1\n[explore]\nmax_bytes = 100000000\n", None);
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
        SELECT hex(zeroblob(15000)) FROM n";
    let body = json!({ "sql": sql }).to_string();
    let head = format!(
        "POST /api/v1/sql HTTP/1.1\r\nhost: x\r\ncookie: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        desk.cookie,
        body.len()
    );
    let deaf = seated(desk.address, format!("{head}{body}").as_bytes());
    assert_eq!(read(&mut connect(desk.address)).status, 503, "the deaf one holds the seat");
    seated(desk.address, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    drop(deaf);
}

#[test]
fn stopping_ends_what_rests_and_lets_no_one_in() {
    let mut desk = Desk::empty();
    let mut resting = connect(desk.address);
    resting.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    resting.read_exact(&mut [0; 12]).unwrap();
    let start = Instant::now();
    desk.stop();
    assert!(start.elapsed().as_secs() < 9, "a connection at rest is not waited for");
    resting.read_to_end(&mut Vec::new()).unwrap();
    assert!(std::net::TcpStream::connect(desk.address).is_err());
}
