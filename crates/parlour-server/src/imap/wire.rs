//! Lines and literals of IMAP4rev1 over TCP or TLS. However much a server sends, no more is kept than is asked for.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use parlour_engine::mail::mailbox::{MailTls, Mailbox};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::tls::{self, Stream};

/// How long a server may take to be reached, TLS included.
const MAX_CONNECT: Duration = Duration::from_secs(10);
/// How long a server may say nothing while it is to answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longest line, its literals aside, bytes.
const MAX_LINE_BYTES: usize = 64 << 10;
/// Most lines before the end of an answer.
const MAX_LINES: usize = 20_000;
/// Bytes read at once.
const READ_BYTES: usize = 64 << 10;

/// A line of the server with its literals.
#[derive(Debug, Default)]
pub(super) struct Response {
    /// The line; a literal stands in it as its length in braces.
    pub(super) text: String,
    /// The literals in their order, cut at what is kept.
    pub(super) literals: Vec<Vec<u8>>,
}

/// A connection to a mail server.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    incoming: BytesMut,
    /// What has come of a line that is not over.
    partial: Response,
    n_tags: u32,
    /// Most bytes of the literals of one line that are kept.
    max_literal: usize,
    /// Whether the server told of mail since this was last set back.
    pub(super) has_news: bool,
}

impl Wire {
    /// Connects and reads the greeting; else why not.
    pub(super) async fn open(mailbox: &Mailbox, max_literal: usize) -> Result<Self, String> {
        let Mailbox { host, port, tls, .. } = mailbox;
        let opened = timeout(MAX_CONNECT, connect(mailbox)).await;
        let stream = opened.map_err(|_| format!("`{host}:{port}` does not answer within {MAX_CONNECT:?}"))??;
        let (incoming, partial) = (BytesMut::new(), Response::default());
        let mut wire = Self { stream, incoming, partial, n_tags: 0, max_literal, has_news: false };
        let greeting = wire.response().await?.text;
        if !greeting.starts_with("* OK") {
            return Err(format!("the mail server does not let anybody in: {greeting}"));
        }
        if *tls != MailTls::StartTls {
            return Ok(wire);
        }
        wire.command("STARTTLS").await.map_err(|error| format!("the mail server offers no STARTTLS: {error}"))?;
        if !wire.incoming.is_empty() {
            return Err("the mail server speaks in the clear after STARTTLS; somebody may be in between".to_owned());
        }
        let secured = timeout(MAX_CONNECT, secured(mailbox, wire.stream)).await;
        wire.stream = secured.map_err(|_| format!("`{host}:{port}` does not answer within {MAX_CONNECT:?}"))??;
        Ok(wire)
    }

    /// From now on keeps so many bytes of the literals of one line.
    pub(super) fn keep(&mut self, max_literal: usize) {
        self.max_literal = max_literal;
    }

    /// Sends a command and reads its answer: what came before its end, and the end. Else what the server says, or why
    /// there is no answer.
    pub(super) async fn command(&mut self, text: &str) -> Result<Vec<Response>, String> {
        let tag = self.begin(text).await?;
        self.end(&tag).await
    }

    /// Sends a command whose answer is yet to be read; returns the tag by which its end is known.
    pub(super) async fn begin(&mut self, text: &str) -> Result<String, String> {
        self.n_tags += 1;
        let tag = format!("p{}", self.n_tags);
        self.send(&format!("{tag} {text}")).await?;
        Ok(tag)
    }

    /// Sends a line.
    pub(super) async fn send(&mut self, line: &str) -> Result<(), String> {
        let sending = async {
            self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
            self.stream.flush().await
        };
        let sent = timeout(PATIENCE, sending).await;
        sent.map_err(|_| "the mail server takes nothing".to_owned())?
            .map_err(|error| format!("the connection broke off: {error}"))
    }

    /// Reads until the end of a command.
    pub(super) async fn end(&mut self, tag: &str) -> Result<Vec<Response>, String> {
        let mut responses = Vec::new();
        let mut n_bytes = 0;
        loop {
            let response = self.response().await?;
            if let Some(end) = response.text.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) {
                if end.starts_with("OK") {
                    responses.push(response);
                    return Ok(responses);
                }
                let told = end.split_once(' ').map_or(end, |(_, told)| told);
                return Err(told.to_owned());
            }
            self.has_news |= response.text.ends_with(" EXISTS");
            n_bytes += response.text.len() + response.literals.iter().map(Vec::len).sum::<usize>();
            if MAX_LINES < responses.len() || self.max_literal.saturating_mul(2) + (16 << 20) < n_bytes {
                return Err("the mail server says more than was asked".to_owned());
            }
            responses.push(response);
        }
    }

    /// The next line, which must come soon.
    pub(super) async fn response(&mut self) -> Result<Response, String> {
        loop {
            if let Some(whole) = self.step().await? {
                return Ok(whole);
            }
        }
    }

    /// The next line, whenever it comes. It may be given up half-way: nothing is lost.
    pub(super) async fn wait(&mut self) -> Result<Response, String> {
        while !self.incoming.contains(&b'\n') {
            self.fill().await?;
        }
        self.response().await
    }

    /// Reads up to the next end of a line; the whole, unless a literal follows, which is read too.
    async fn step(&mut self) -> Result<Option<Response>, String> {
        let end = loop {
            if let Some(end) = self.incoming.iter().position(|byte| *byte == b'\n') {
                break end;
            }
            if MAX_LINE_BYTES < self.incoming.len() {
                return Err("the mail server speaks no IMAP: a line has no end".to_owned());
            }
            self.fill_soon().await?;
        };
        let line = self.incoming.split_to(end + 1);
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        self.partial.text.push_str(line);
        if MAX_LINE_BYTES < self.partial.text.len() {
            return Err("the mail server speaks no IMAP: a line has no end".to_owned());
        }
        let Some(n_bytes) = literal_of(line) else { return Ok(Some(std::mem::take(&mut self.partial))) };
        let kept: usize = self.partial.literals.iter().map(Vec::len).sum();
        let literal = self.literal(n_bytes, self.max_literal.saturating_sub(kept)).await?;
        self.partial.literals.push(literal);
        Ok(None)
    }

    /// Reads a literal and keeps its first `most` bytes.
    async fn literal(&mut self, n_bytes: u64, most: usize) -> Result<Vec<u8>, String> {
        let mut left = n_bytes;
        let mut kept = Vec::new();
        while 0 < left {
            if self.incoming.is_empty() {
                self.fill_soon().await?;
            }
            let n = usize::try_from(left).unwrap_or(usize::MAX).min(self.incoming.len());
            let n_kept = n.min(most - kept.len());
            kept.extend_from_slice(&self.incoming[..n_kept]);
            self.incoming.advance(n);
            left -= n as u64;
        }
        Ok(kept)
    }

    async fn fill_soon(&mut self) -> Result<(), String> {
        timeout(PATIENCE, self.fill()).await.map_err(|_| format!("the mail server said nothing for {PATIENCE:?}"))?
    }

    async fn fill(&mut self) -> Result<(), String> {
        self.incoming.reserve(READ_BYTES);
        let read = self.stream.read_buf(&mut self.incoming).await;
        match read.map_err(|error| format!("the connection broke off: {error}"))? {
            0 => Err("the mail server hung up".to_owned()),
            _ => Ok(()),
        }
    }
}

/// How long the literal is that a line announces.
fn literal_of(line: &str) -> Option<u64> {
    let (_, n) = line.strip_suffix('}')?.rsplit_once('{')?;
    n.trim_end_matches('+').parse().ok()
}

async fn connect(mailbox: &Mailbox) -> Result<Box<dyn Stream>, String> {
    let Mailbox { host, port, tls, .. } = mailbox;
    let unreachable = |error| format!("`{host}:{port}` cannot be reached: {error}");
    let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    match tls {
        MailTls::Tls => secured(mailbox, Box::new(stream)).await,
        MailTls::None if !stream.peer_addr().is_ok_and(|of| of.ip().is_loopback()) => {
            Err(format!("`{host}` is not on this machine, and without TLS only that is read"))
        }
        MailTls::StartTls | MailTls::None => Ok(Box::new(stream)),
    }
}

async fn secured(mailbox: &Mailbox, stream: Box<dyn Stream>) -> Result<Box<dyn Stream>, String> {
    let Mailbox { host, port, ca, .. } = mailbox;
    let name = ServerName::try_from(host.clone()).map_err(|_| format!("`{host}` is no name of a server"))?;
    let connector = TlsConnector::from(Arc::new(tls::config(ca.as_deref())?));
    let stream = connector.connect(name, stream).await.map_err(|error| {
        format!("no TLS with `{host}:{port}`: {error}; if an authority of your own vouches for it, give that as `ca`")
    })?;
    Ok(Box::new(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_at_the_end_of_a_line() {
        assert_eq!(literal_of("* 1 FETCH (UID 7 BODY[] {342}"), Some(342));
        assert_eq!(literal_of("* 1 FETCH (BODY[] {342+}"), Some(342));
        for none in ["* OK {3} said", "* OK {}", "* OK {x}", "* OK {-3}", "}"] {
            assert_eq!(literal_of(none), None, "{none}");
        }
    }

    async fn wire(said: &[u8], max_literal: usize) -> Wire {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        theirs.write_all(said).await.unwrap();
        // Who has said all hangs up.
        drop(theirs);
        let (incoming, partial) = (BytesMut::new(), Response::default());
        Wire { stream: Box::new(ours), incoming, partial, n_tags: 0, max_literal, has_news: false }
    }

    #[tokio::test]
    async fn of_a_literal_no_more_is_kept_than_is_asked_for() {
        let said =
            [b"* 1 FETCH (BODY[] {100000}\r\n".as_slice(), &vec![b'x'; 100_000], b" UID 7)\r\np1 OK done\r\n"].concat();
        let mut wire = wire(&said, 1_000).await;
        let all = wire.end("p1").await.unwrap();
        assert_eq!((all[0].text.as_str(), all[0].literals[0].len()), ("* 1 FETCH (BODY[] {100000} UID 7)", 1_000));
        assert_eq!(all[1].text, "p1 OK done");
    }

    #[tokio::test]
    async fn what_never_ends_is_given_up() {
        let mut endless = wire(&vec![b'x'; 2 * MAX_LINE_BYTES], 10).await;
        assert!(endless.response().await.unwrap_err().contains("no end"));
        let mut chatty = wire(&b"* 1 EXISTS\r\n".repeat(MAX_LINES + 2), 10).await;
        assert!(chatty.end("p1").await.unwrap_err().contains("more than was asked"));
        let mut gone = wire(b"* 1 FETCH (BODY[] {100}\r\nxx", 1_000).await;
        assert!(gone.response().await.unwrap_err().contains("hung up"));
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words() {
        let mut wire = wire(b"* OK still here\r\np1 NO [AUTHENTICATIONFAILED] Wrong password.\r\n", 10).await;
        assert_eq!(wire.end("p1").await.unwrap_err(), "[AUTHENTICATIONFAILED] Wrong password.");
    }
}
