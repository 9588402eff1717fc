//! Somebody's server to which hooks lead: it keeps what comes and answers as it is told.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is done with a request.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// A status and nothing else.
    Status(u16),
    /// A redirect to there.
    Redirect(String),
    /// No answer, with the connection held open.
    Hang,
    /// Half an answer's headers, with the connection held open.
    Half,
    /// A success, and then a body without an end.
    Endless,
}

/// What came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap()
    }
}

/// A server on a free port. Where nothing is said of a request, it answers 204.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
    n_connections: Arc<Mutex<usize>>,
}

impl Receiver {
    pub(crate) fn new(manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = Self {
            address,
            came: Arc::default(),
            manners: Arc::new(Mutex::new(manners.iter().cloned().collect())),
            n_connections: Arc::default(),
        };
        let (came, manners) = (Arc::clone(&receiver.came), Arc::clone(&receiver.manners));
        let n_connections = Arc::clone(&receiver.n_connections);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                *n_connections.lock().unwrap() += 1;
                let (came, manners) = (Arc::clone(&came), Arc::clone(&manners));
                std::thread::spawn(move || attend(stream.unwrap(), &came, &manners));
            }
        });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?of=acme", self.address)
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    pub(crate) fn n_connections(&self) -> usize {
        *self.n_connections.lock().unwrap()
    }
}

fn attend(mut stream: TcpStream, came: &Mutex<Vec<Came>>, manners: &Mutex<VecDeque<Manner>>) {
    let Some(request) = read(&mut stream) else { return };
    let manner = manners.lock().unwrap().pop_front().unwrap_or(Manner::Status(204));
    came.lock().unwrap().push(request);
    let (answer, is_held) = match &manner {
        Manner::Status(status) => (format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n"), false),
        Manner::Redirect(to) => (format!("HTTP/1.1 307 x\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"), false),
        Manner::Hang => (String::new(), true),
        Manner::Half => ("HTTP/1.1 200 OK\r\nx-slow: y".to_owned(), true),
        Manner::Endless => ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned(), false),
    };
    // Whoever asked may have hung up.
    let _ = stream.write_all(answer.as_bytes());
    if matches!(manner, Manner::Endless) {
        while stream.write_all(b"1000\r\n").and_then(|()| stream.write_all(&[b'x'; 0x1000])).is_ok()
            && stream.write_all(b"\r\n").is_ok()
        {}
    }
    if is_held {
        let _ = stream.read(&mut [0; 1]);
    }
}

fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let n = stream.read(&mut part).ok().filter(|n| *n != 0)?;
        bytes.extend_from_slice(&part[..n]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let length =
            headers.iter().find(|(name, _)| name == "content-length").map(|(_, n)| n.parse::<usize>().unwrap());
        let body = &bytes[end + 4..];
        if length.unwrap_or(0) <= body.len() {
            return Some(Came { headers, body: body.to_vec() });
        }
    }
}
