//! `parlour-cluster scheduler`: Ballista's scheduler with our operators, and the door for questions beside it.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use tokio::net::TcpListener;

use crate::cli;
use crate::door::Door;
use crate::plan::Codec;
use crate::shelf::Shelf;
use crate::{MOST_BYTES, config};

/// An executor that is not heard of for so many seconds is gone.
const GONE_SECONDS: u64 = 10;

pub(crate) async fn scheduler(options: &cli::Scheduler) -> anyhow::Result<()> {
    let bind = |port: u16| async move {
        let address = format!("{}:{port}", options.bind);
        TcpListener::bind(&address).await.with_context(|| format!("cannot listen on {address}"))
    };
    let (listener, door) = (bind(options.port).await?, bind(options.door).await?);
    let port = listener.local_addr()?.port();
    let host = options.host.clone().unwrap_or_else(|| options.bind.clone());
    let shelf = Arc::new(Shelf::new(None));
    let config = SchedulerConfig {
        bind_host: options.bind.clone(),
        bind_port: port,
        external_host: host.clone(),
        scheduling_policy: TaskSchedulingPolicy::PushStaged,
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: GONE_SECONDS,
        expire_dead_executor_interval_seconds: 1,
        no_executors_grace_period_seconds: GONE_SECONDS,
        finished_job_data_clean_up_interval_seconds: 60,
        finished_job_state_clean_up_interval_seconds: 60,
        grpc_server_max_decoding_message_size: MOST_BYTES as u32,
        grpc_server_max_encoding_message_size: MOST_BYTES as u32,
        grpc_client_max_message_size: MOST_BYTES as u32,
        override_physical_codec: Some(Arc::new(Codec::new(Arc::clone(&shelf)))),
        override_config_producer: Some(Arc::new(config)),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let scheduler = create_scheduler(cluster, Arc::new(config)).await?;
    let address = format!("{host}:{port}");
    let mut out = std::io::stdout();
    writeln!(out, "Executors and SQL: {address}")?;
    writeln!(out, "Questions: df://{host}:{}", door.local_addr()?.port())?;
    out.flush()?;
    let router = Door::new(scheduler.clone(), address, shelf).router();
    let questions = async { anyhow::Ok(axum::serve(door, router).await?) };
    let plans = async { anyhow::Ok(start_grpc_service_with_listener(listener, scheduler).await?) };
    tokio::select! {
        ended = async { tokio::try_join!(questions, plans) } => ended.map(|_| ()),
        told = crate::told_to_end() => told,
    }
}
