//! Fetching pages and feeds of strangers: in limited time and size, from addresses that may be reached, wherever they
//! redirect to.

use std::net::IpAddr;
use std::time::Duration;

use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error};

use crate::guard::{Guard, USER_AGENT};

/// Most bytes of an answer's headers.
const MAX_HEADER_BYTES: usize = 64 << 10;
/// Most redirects that are followed.
const MAX_REDIRECTS: u32 = 5;
/// Longest tag of a state that is kept, in bytes.
const MAX_TAG_BYTES: usize = 300;

/// What was fetched.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    pub(super) status: u16,
    /// Its media type, in lower case.
    pub(super) kind: String,
    pub(super) etag: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Fetched {
    /// The body as a text: UTF-8, or else each byte as a letter of Latin-1.
    pub(super) fn text(&self) -> String {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) if self.kind.contains("utf-8") => String::from_utf8_lossy(&self.body).into_owned(),
            Err(_) => self.body.iter().map(|byte| char::from(*byte)).collect(),
        }
    }
}

/// Fetches.
pub(super) struct Fetch {
    agent: Agent,
    timeout: Duration,
    most: usize,
}

impl Fetch {
    pub(super) fn new(timeout: Duration, most: usize, is_allowed: fn(IpAddr) -> bool) -> Self {
        // Neither the environment's proxy nor a connection that is left over: either would go round the guard. Each
        // redirect is looked up anew, by the guard too.
        let config = Agent::config_builder()
            .proxy(None)
            .max_idle_connections(0)
            .max_redirects(MAX_REDIRECTS)
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .max_response_header_size(MAX_HEADER_BYTES)
            .user_agent(USER_AGENT)
            .build();
        let guard = Guard::new(is_allowed, "mentions.allow_private");
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), guard), timeout, most }
    }

    /// Fetches an address, unless it is still in the state of these tags; else says what went wrong.
    pub(super) fn get(&self, url: &str, etag: Option<&str>, modified: Option<&str>) -> Result<Fetched, String> {
        let mut request = self.agent.get(url).header("accept", "text/html, application/xml;q=0.9, */*;q=0.5");
        if let Some(etag) = etag {
            request = request.header("if-none-match", etag);
        }
        if let Some(modified) = modified {
            request = request.header("if-modified-since", modified);
        }
        let mut answer = request.call().map_err(|error| self.in_words(&error))?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let tag = |name: &str| header(name).filter(|tag| tag.len() <= MAX_TAG_BYTES);
        let kind = header("content-type").unwrap_or_default().to_ascii_lowercase();
        let (etag, modified) = (tag("etag"), tag("last-modified"));
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(self.most as u64).read_to_vec();
        let body = body.map_err(|error| self.in_words(&error))?;
        Ok(Fetched { status, kind, etag, modified, body })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is not ours, and more is added to it")]
    fn in_words(&self, error: &Error) -> String {
        match error {
            Error::Timeout(_) => format!("it took longer than {} seconds", self.timeout.as_secs()),
            Error::HostNotFound => "the name of the host leads to no address".to_owned(),
            Error::BodyExceedsLimit(_) => format!("it is larger than {} bytes", self.most),
            Error::TooManyRedirects => "it redirects too often".to_owned(),
            Error::Io(error) => error.to_string(),
            other => other.to_string(),
        }
    }
}
