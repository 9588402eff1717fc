//! Parlour's cluster: a scheduler and executors, thin over Ballista's own, that count what `parlour serve --engine` asks, with
//! the very kernel that `parlour` has; and SQL over the lake.

mod asked;
mod cache;
mod cli;
mod cluster;
mod door;
mod executor;
mod lakes;
mod loaded;
mod plan;
mod scheduler;
mod shelf;
mod sql;
mod statement;

use std::io::Write;
use std::process::ExitCode;

use ballista_core::extension::SessionConfigExt;
use clap::Parser;
use cli::{Cli, Command};
use datafusion::prelude::SessionConfig;
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Most bytes of a message between machines.
const MOST_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_env_filter(tracing_subscriber::EnvFilter::new(&cli.log))
        .with_target(false)
        .init();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match &cli.command {
        Command::Scheduler(options) => runtime.block_on(scheduler::scheduler(options)),
        Command::Executor(options) => runtime.block_on(executor::executor(options)),
        Command::Sql(options) => runtime.block_on(sql::sql(options)),
    }
}

/// How Ballista works here.
fn config() -> SessionConfig {
    SessionConfig::new_with_ballista().with_ballista_grpc_client_max_message_size(MOST_BYTES)
}

/// Returns when the process is told to end.
async fn told_to_end() -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}
