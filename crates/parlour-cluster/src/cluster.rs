//! What a `df://` address says of its cluster.

use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use ureq::Agent;
use url::Url;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// Where questions are put, as `host:port`.
    pub(crate) door: String,
    /// Where Ballista's scheduler is, as `host:port`.
    pub(crate) scheduler: String,
}

impl Cluster {
    /// The cluster at `df://host:port`. Blocks.
    pub(crate) fn at(url: &str) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Told {
            scheduler: String,
        }
        let parsed = Url::parse(url).ok().filter(|parsed| parsed.scheme() == "df");
        let place = parsed.as_ref().and_then(|parsed| Some((parsed.host_str()?, parsed.port()?)));
        let Some((host, port)) = place else {
            bail!("`{url}` is no place of a cluster; it is one such as df://scheduler:50060")
        };
        let door = format!("{host}:{port}");
        let agent: Agent = Agent::config_builder().timeout_global(Some(PATIENCE)).proxy(None).build().into();
        let told = agent.get(format!("http://{door}/v1/cluster")).call().map_err(anyhow::Error::from);
        let told = told.and_then(|mut told| Ok(told.body_mut().read_to_string()?));
        let told = told.with_context(|| format!("the cluster at {url} is not there"))?;
        let told: Told = serde_json::from_str(&told).with_context(|| format!("at {url} is something else"))?;
        Ok(Self { door, scheduler: told.scheduler })
    }
}
