//! The shipped server, run from outside: started, killed, stopped, and asked.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{House, PARLOUR};

/// Longer than anything takes; who waits so long has found a fault.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A server at work in a house.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    child: Child,
    pid: u32,
    /// What it says goes on being read by somebody.
    said: BufReader<ChildStdout>,
}

impl Served {
    #[track_caller]
    pub(crate) fn start(house: &House) -> Self {
        Self::try_start(house, &[]).expect("the server starts")
    }

    /// Under strace with these options, where there are any; `None` where it ends before it listens.
    pub(crate) fn try_start(house: &House, strace: &[&str]) -> Option<Self> {
        let mut command = Command::new(if strace.is_empty() { PARLOUR } else { "strace" });
        if !strace.is_empty() {
            command.args(["-f", "-qq", "-o", "/dev/null"]).args(strace).arg(PARLOUR);
        }
        command.env_remove("PARLOUR_DATABASE").env_remove("PARLOUR_LOG");
        Self::of(house, command)
    }

    /// Of a command that runs the binary, with arguments before the command's own.
    pub(crate) fn of(house: &House, command: Command) -> Option<Self> {
        Self::at(house, command, "127.0.0.1:0")
    }

    /// The same at an address that was chosen before.
    pub(crate) fn at(house: &House, mut command: Command, listen: &str) -> Option<Self> {
        command.envs(house.places.iter().cloned());
        command.arg("--data").arg(house.data()).args(["--log", "warn", "serve", "--listen", listen]);
        let log = std::fs::File::options().create(true).append(true).open(house.path("server.log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("it is installed; ./test sees to that");
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while said.read_line(&mut line).unwrap() != 0 {
            if let Some((_, address)) = line.trim().split_once("http://") {
                let pid = std::fs::read_to_string(house.data().join("lock")).unwrap().trim().parse().unwrap();
                return Some(Self { address: address.parse().unwrap(), child, pid, said });
            }
            line.clear();
        }
        child.wait().unwrap();
        None
    }

    /// The next line that it says.
    pub(crate) fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    /// One request over one connection; the status, the session it sets, and the JSON it answers.
    pub(crate) fn ask(&self, request: &str, cookie: &str, body: &Value) -> (u16, String, Value) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
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

    /// Signs in by the link that it says; the session's cookie.
    pub(crate) fn sign_in(&mut self) -> String {
        let token = loop {
            let line = self.read_line();
            assert!(!line.is_empty(), "the server says a link");
            if let Some((_, token)) = line.trim().split_once("/sign-in?token=") {
                break token.to_owned();
            }
        };
        let (status, session, _) = self.ask("POST /api/v1/session", "", &json!({ "token": token }));
        assert_eq!(status, 200);
        session
    }

    pub(crate) fn signal(&self, name: &str) {
        // It may be gone already.
        let _ = Command::new("kill").args(["-s", name, &self.pid.to_string()]).stderr(Stdio::null()).status();
    }

    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.signal("KILL");
        let _ = self.child.wait();
    }

    /// Asks it to end, and waits until it has.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        assert!(status.success(), "the server ended with {status}");
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Bytes it has in memory now, or had at most (`VmHWM`).
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end();
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Vec<u8>,
}

/// A connection that takes one request after the other.
pub(crate) struct Line {
    pub(crate) stream: TcpStream,
    rest: Vec<u8>,
}

impl Line {
    pub(crate) fn to(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, rest: Vec::new() })
    }

    pub(crate) fn post(&mut self, path: &str, key: &str, body: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(&request(path, key, body))?;
        self.answer()
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())?;
        self.answer()
    }

    /// Reads the next answer, which must say how long it is.
    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let end = loop {
            if let Some(end) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let head = String::from_utf8_lossy(&self.rest[..end]).to_ascii_lowercase();
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let (retry_after, n) = (header("retry-after:"), header("content-length:").unwrap_or(0) as usize);
        while self.rest.len() < end + n {
            self.more()?;
        }
        let body = self.rest[end..end + n].to_vec();
        self.rest.drain(..end + n);
        Ok(Answer { status, retry_after, body })
    }

    fn more(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        let n = loop {
            match self.stream.read(&mut bytes) {
                // A process that was stopped for a while goes on so.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        match n {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                self.rest.extend_from_slice(&bytes[..n]);
                Ok(())
            }
        }
    }
}

/// A request with a body, as bytes.
pub(crate) fn request(path: &str, key: &str, body: &[u8]) -> Vec<u8> {
    let mut head = String::new();
    write!(head, "POST {path} HTTP/1.1\r\nhost: x\r\nx-write-key: {key}\r\ncontent-length: {}\r\n\r\n", body.len())
        .unwrap();
    [head.as_bytes(), body].concat()
}
