//! `parlour-cluster sql`: the lake's files as tables, asked in SQL, on a cluster or on this machine.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::util::pretty::pretty_format_batches;
use ballista::prelude::SessionContextExt;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use rusqlite::{Connection, OpenFlags};

use crate::cli::{self, Format};
use crate::cluster::Cluster;
use crate::config;

/// The tables, each a folder of the lake.
const TABLES: [&str; 3] = ["activity", "event", "standing"];

pub(crate) async fn sql(options: &cli::Sql) -> anyhow::Result<()> {
    let patience = Duration::from_secs(options.patience);
    let batches = tokio::select! {
        asked = tokio::time::timeout(patience, ask(options)) => {
            asked.with_context(|| format!("there is no answer after {} seconds", options.patience))??
        }
        told = crate::told_to_end() => {
            told?;
            bail!("it was broken off");
        }
    };
    print(&batches, options.format)
}

async fn ask(options: &cli::Sql) -> anyhow::Result<Vec<RecordBatch>> {
    let lake = std::path::absolute(options.data.join("lake"))?;
    if !lake.is_dir() {
        bail!("`{}` is no data folder: it has no `lake`", options.data.display());
    }
    let context = context(options.engine.as_deref()).await?;
    for table in TABLES {
        let files = files(&options.data, table)?;
        let paths: Vec<String> = files.iter().map(|file| lake.join(file).display().to_string()).collect();
        if !paths.is_empty() {
            // A binary column stays one: subjects and objects are keys, not texts.
            let read = ParquetReadOptions::default().skip_metadata(false);
            let files = context.read_parquet(paths, read).await.with_context(|| format!("cannot read `{table}`"))?;
            context.register_table(table, files.into_view())?;
        }
    }
    Ok(context.sql(&options.question).await?.collect().await?)
}

async fn context(engine: Option<&str>) -> anyhow::Result<SessionContext> {
    let Some(url) = engine.map(str::to_owned) else {
        return Ok(SessionContext::new_with_config(SessionConfig::new().with_information_schema(true)));
    };
    let cluster = tokio::task::spawn_blocking(move || Cluster::at(&url)).await??;
    let config = config().with_information_schema(true);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    Ok(SessionContext::remote_with_state(&format!("df://{}", cluster.scheduler), state).await?)
}

/// The files of a table that count: what the folder's database says, or where that is elsewhere, what lies there.
fn files(data: &Path, table: &str) -> anyhow::Result<Vec<String>> {
    let database = data.join("parlour.db");
    if database.is_file() {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(&database, flags)?;
        database.busy_timeout(Duration::from_secs(10))?;
        let mut rows = database.prepare("SELECT file FROM run WHERE kind = ?1 ORDER BY id")?;
        let files = rows.query_map([table], |row| row.get(0))?;
        return Ok(files.collect::<Result<_, _>>()?);
    }
    tracing::warn!(
        "the database is elsewhere: every file of `{table}` in the folder is read, also one that is merged just now"
    );
    let Ok(folder) = std::fs::read_dir(data.join("lake").join(table)) else { return Ok(Vec::new()) };
    let names = folder.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<std::io::Result<Vec<_>>>()?;
    let whole = names.into_iter().filter(|name| name.ends_with(".parquet"));
    Ok(whole.map(|name| format!("{table}/{name}")).collect())
}

fn print(batches: &[RecordBatch], format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Table => writeln!(out, "{}", pretty_format_batches(batches)?)?,
        Format::Csv => {
            let mut writer = WriterBuilder::new().with_header(true).build(&mut out);
            batches.iter().try_for_each(|batch| writer.write(batch))?;
        }
    }
    Ok(out.flush()?)
}
