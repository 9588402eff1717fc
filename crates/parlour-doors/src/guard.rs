//! The guard before every connection to the outside: names are looked up here, and only addresses that may be reached are
//! gone to, so that a name cannot lead elsewhere in between.

use std::io;
use std::net::IpAddr;

use ureq::Error;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// What we call ourselves.
pub(crate) const USER_AGENT: &str = concat!("Parlour/", env!("CARGO_PKG_VERSION"));

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
