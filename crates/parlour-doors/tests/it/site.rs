//! Somebody's web site: pages that change, tags of states, redirects, and answers that do harm.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a path answers.
#[derive(Clone, Debug)]
pub(crate) enum Page {
    /// A status, a media type and a body.
    Is(u16, &'static str, String),
    /// A body with a tag of its state: 304 for who knows that.
    Tagged(String, &'static str),
    /// A redirect to there.
    Moved(String),
    /// A body without an end, as fast as it is read.
    Endless,
    /// The beginning of a body, and then nothing more.
    Slow,
}

/// A request that came: its path and its headers.
pub(crate) type Came = (String, HashMap<String, String>);

/// A site on a free port of an address of this machine.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Site {
    pub(crate) fn at(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let site = Self { address: listener.local_addr().unwrap(), pages: Arc::default(), came: Arc::default() };
        let (pages, came) = (Arc::clone(&site.pages), Arc::clone(&site.came));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (pages, came) = (Arc::clone(&pages), Arc::clone(&came));
                std::thread::spawn(move || answer(&stream.unwrap(), &pages, &came));
            }
        });
        site
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn put(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub(crate) fn html(&self, path: &str, body: &str) {
        self.put(path, Page::Is(200, "text/html", body.to_owned()));
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

fn answer(mut stream: &TcpStream, pages: &Mutex<HashMap<String, Page>>, came: &Mutex<Vec<Came>>) {
    let mut lines = BufReader::new(stream).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let headers: HashMap<String, String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())))
        .collect();
    came.lock().unwrap().push((path.clone(), headers.clone()));
    let page = pages.lock().unwrap().get(&path).cloned();
    let whole = |status: u16, more: &str, body: &str| {
        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n{body}", body.len())
    };
    let text = match page {
        None => whole(404, "", ""),
        Some(Page::Is(status, kind, body)) => whole(status, &format!("content-type: {kind}\r\n"), &body),
        Some(Page::Tagged(_, tag)) if headers.get("if-none-match").is_some_and(|known| known == tag) => {
            "HTTP/1.1 304 X\r\nconnection: close\r\n\r\n".to_owned()
        }
        Some(Page::Tagged(body, tag)) => whole(200, &format!("etag: {tag}\r\nlast-modified: then\r\n"), &body),
        Some(Page::Moved(to)) => whole(302, &format!("location: {to}\r\n"), ""),
        Some(Page::Endless) => {
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n");
            // Until whoever reads has had enough.
            while stream.write_all(&[b'x'; 8192]).is_ok() {}
            return;
        }
        Some(Page::Slow) => {
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n<p>");
            // Until whoever waits hangs up.
            let _ = BufReader::new(stream).read_line(&mut String::new());
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes());
}
