//! The guard before every connection to the outside: names are looked up here, and only addresses that may be reached are
//! gone to, so that a name cannot lead elsewhere in between.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use parlour_core::address::is_public;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// What we call ourselves.
pub(crate) const USER_AGENT: &str = concat!("Parlour/", env!("CARGO_PKG_VERSION"));
/// Most bytes of an answer's headers.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Looks names up and keeps only addresses that may be reached.
#[derive(Debug)]
pub(crate) struct Guard {
    inner: DefaultResolver,
    is_allowed: fn(IpAddr) -> bool,
    /// The setting that allows more.
    setting: &'static str,
}

impl Guard {
    pub(crate) fn new(is_allowed: fn(IpAddr) -> bool, setting: &'static str) -> Self {
        Self { inner: DefaultResolver::default(), is_allowed, setting }
    }
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter().filter(|address| (self.is_allowed)(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() {
            let text = format!(
                "the name leads to a private address; to reach inside your own network, set `{}` in parlour.toml",
                self.setting
            );
            return Err(Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, text)));
        }
        Ok(kept)
    }
}

/// Asks and posts under guard; each request ends within `timeout`.
pub(crate) fn agent(timeout: Duration, allow_private: bool) -> Agent {
    // Neither the environment's proxy nor a connection that is left over: either would go round the guard.
    let config = Agent::config_builder()
        .proxy(None)
        .max_idle_connections(0)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .https_only(!allow_private)
        .timeout_global(Some(timeout))
        .max_response_header_size(MAX_HEADER_BYTES)
        .user_agent(USER_AGENT)
        .build();
    let is_allowed = if allow_private { |_| true } else { is_public };
    let guard = Guard::new(is_allowed, "delivery.allow_private");
    Agent::with_parts(config, DefaultConnector::default(), guard)
}

/// What went wrong, without the address, which may be a secret.
#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is not ours, and more is added to it")]
pub(crate) fn in_words(error: &Error, timeout: Duration) -> String {
    match error {
        Error::Timeout(_) => format!("no answer within {} seconds", timeout.as_secs()),
        Error::HostNotFound => "the name of the host leads to no address".to_owned(),
        Error::Io(error) => error.to_string(),
        Error::BadUri(_) => "the address is none that can be asked".to_owned(),
        Error::RequireHttpsOnly(_) => "going without TLS needs `delivery.allow_private` in parlour.toml".to_owned(),
        other => other.to_string(),
    }
}
