//! `parlour-cluster executor`: Ballista's executor with our operators.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::common::Result;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use tokio::time::interval;
use url::Url;

use crate::cache::Cache;
use crate::cli;
use crate::cluster::Cluster;
use crate::lakes::Lakes;
use crate::plan::Codec;
use crate::shelf::Shelf;
use crate::{MOST_BYTES, config};

/// After so long without work on it nothing of a question is kept, and how often it is looked.
const FORGOTTEN: Duration = Duration::from_mins(10);
const LOOK: Duration = Duration::from_mins(1);

pub(crate) async fn executor(options: &cli::Executor) -> anyhow::Result<()> {
    let cluster = Cluster::at(&options.engine)?;
    let address = Url::parse(&format!("http://{}", cluster.scheduler))?;
    let host = address.host_str().context("the scheduler has no host")?.to_owned();
    let scheduler_port = address.port().context("the scheduler has no port")?;
    let cache = Arc::new(Cache::new(options.cache.as_deref())?);
    let shelf = Arc::new(Shelf::new(Some((cluster.door, Arc::clone(&cache)))));
    let defaults = ExecutorProcessConfig::default();
    let process = ExecutorProcessConfig {
        executor_id: options.name.clone().unwrap_or_else(|| defaults.executor_id.clone()),
        bind_host: options.bind.clone(),
        external_host: options.host.clone().or_else(|| Some(options.bind.clone())),
        port: free(&options.bind, options.port)?,
        grpc_port: free(&options.bind, options.grpc_port)?,
        scheduler_host: host,
        scheduler_port,
        scheduler_connect_timeout_seconds: 10,
        vcores: options.cores.unwrap_or(defaults.vcores),
        task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
        work_dir: options.work.as_ref().map(|folder| folder.display().to_string()),
        executor_heartbeat_interval_seconds: 1,
        job_data_ttl_seconds: FORGOTTEN.as_secs(),
        job_data_clean_up_interval_seconds: 60,
        grpc_max_decoding_message_size: MOST_BYTES as u32,
        grpc_max_encoding_message_size: MOST_BYTES as u32,
        override_physical_codec: Some(Arc::new(Codec::new(Arc::clone(&shelf)))),
        override_config_producer: Some(Arc::new(config)),
        override_runtime_producer: Some(Arc::new(move |_| runtime(&cache))),
        ..defaults
    };
    let mut looks = interval(LOOK);
    let forgetting = async {
        loop {
            looks.tick().await;
            shelf.forget(FORGOTTEN);
        }
    };
    tokio::select! {
        ended = start_executor_process(Arc::new(process)) => Ok(ended?),
        () = forgetting => Ok(()),
    }
}

/// What tasks work in: lakes are found there.
pub(crate) fn runtime(cache: &Arc<Cache>) -> Result<Arc<RuntimeEnv>> {
    let lakes = Arc::new(Lakes::new(Arc::clone(cache)));
    RuntimeEnvBuilder::new().with_object_store_registry(lakes).build_arc()
}

/// A port that is free, where 0 is asked for: Ballista tells the scheduler its ports before it listens on them.
fn free(host: &str, port: u16) -> anyhow::Result<u16> {
    if port != 0 {
        return Ok(port);
    }
    let listener = TcpListener::bind((host, 0)).with_context(|| format!("cannot listen on {host}"))?;
    Ok(listener.local_addr()?.port())
}
