//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Parlour's cluster: questions about everybody, and SQL over the lake, on several machines. It has no users and no
/// passwords: keep its ports where only your own machines reach them.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  parlour-cluster scheduler                                    on one machine
  parlour-cluster executor --engine df://that-machine:50060    on each of the others
  parlour serve --engine df://that-machine:50060               the server then asks them
  parlour-cluster sql --data ./parlour-data \"SELECT verb, sum(n) FROM activity GROUP BY verb\""
)]
pub(crate) struct Cli {
    /// What is logged, such as `info` or `parlour_cluster=debug`.
    #[arg(
        long,
        global = true,
        env = "PARLOUR_LOG",
        default_value = "warn,parlour_cluster=info",
        value_name = "FILTER"
    )]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Hand out work to executors; one for a cluster.
    Scheduler(Scheduler),
    /// Do work; as many as there are machines.
    Executor(Executor),
    /// Ask the lake in SQL.
    Sql(Sql),
}

#[derive(Args)]
pub(crate) struct Scheduler {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDR")]
    pub(crate) bind: String,
    /// The name by which other machines find this one, unless it is that address.
    #[arg(long)]
    pub(crate) host: Option<String>,
    /// The port for executors and SQL; 0 takes a free one.
    #[arg(long, default_value_t = 50050)]
    pub(crate) port: u16,
    /// The port for questions, the one of df://; 0 takes a free one.
    #[arg(long, default_value_t = 50060, value_name = "PORT")]
    pub(crate) door: u16,
}

#[derive(Args)]
pub(crate) struct Executor {
    /// Where the scheduler is asked, such as df://scheduler:50060.
    #[arg(long, env = "PARLOUR_ENGINE", value_name = "URL")]
    pub(crate) engine: String,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDR")]
    pub(crate) bind: String,
    /// The name by which other machines find this one, unless it is that address.
    #[arg(long)]
    pub(crate) host: Option<String>,
    /// The port on which others fetch what this one made; 0 takes a free one.
    #[arg(long, default_value_t = 50051)]
    pub(crate) port: u16,
    /// The port on which it is given work; 0 takes a free one.
    #[arg(long, default_value_t = 50052, value_name = "PORT")]
    pub(crate) grpc_port: u16,
    /// How many tasks it works on at once; as many as there are cores, if not given.
    #[arg(long)]
    pub(crate) cores: Option<usize>,
    /// A folder for what is made and not fetched yet; a temporary one if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) work: Option<PathBuf>,
    /// A folder for files of a lake that lies in an object store, each fetched once; a temporary one if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Its name; one of chance if not given.
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Tables: activity, event, standing; docs/lake.md has their columns. A key is 16 bytes: encode(subject, 'hex').

Example:
  parlour-cluster sql --data ./parlour-data --format csv \"SELECT layer, sum(n) AS n FROM activity GROUP BY layer ORDER BY n\"")]
pub(crate) struct Sql {
    /// The data folder of which the lake is read.
    #[arg(long, env = "PARLOUR_DATA", default_value = "./parlour-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The cluster that works on it, such as df://scheduler:50060; this machine alone if not given.
    #[arg(long, env = "PARLOUR_ENGINE", value_name = "URL")]
    pub(crate) engine: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// After how many seconds it is not waited for any more.
    #[arg(long, default_value_t = 600)]
    pub(crate) patience: u64,
    /// What is asked.
    pub(crate) question: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Csv,
}
