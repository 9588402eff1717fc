//! `parlour-cluster sql`: the lake's files as tables, asked in SQL, on a cluster or on this machine.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionConfig;
use futures_util::TryStreamExt;
use parlour_afar::{Afar, Cell, Lake, Question, Run, Statement, TABLES, Table};
use rusqlite::{Connection, OpenFlags};

use crate::cache::Cache;
use crate::cli::{self, Format};
use crate::executor::runtime;
use crate::lakes::hex;
use crate::statement::{Making, frame};

/// How often is told how far it is.
const TELL: Duration = Duration::from_secs(1);

pub(crate) async fn sql(options: &cli::Sql) -> anyhow::Result<()> {
    let statement = statement(options)?;
    let table = if let Some(url) = &options.engine { there(url, statement).await } else { here(&statement).await };
    print(&table?, options.format)
}

fn statement(options: &cli::Sql) -> anyhow::Result<Statement> {
    let lake = std::path::absolute(options.data.join("lake"))?;
    if !lake.is_dir() {
        bail!("`{}` is no data folder: it has no `lake`", options.data.display());
    }
    let [activity, event, standing] = TABLES.map(|table| files(&options.data, table));
    Ok(Statement {
        version: Question::version_now(),
        sql: options.question.clone(),
        lake: Lake::Folder(lake.display().to_string()),
        tables: [activity?, event?, standing?],
        n_rows: usize::MAX,
        n_bytes: usize::MAX,
        patience_millis: options.patience.saturating_mul(1000),
    })
}

/// The answer of this machine.
async fn here(statement: &Statement) -> anyhow::Result<Table> {
    let patience = Duration::from_millis(statement.patience_millis);
    tokio::select! {
        done = tokio::time::timeout(patience, worked_on(statement)) => {
            done.with_context(|| format!("there is no answer after {} seconds", patience.as_secs()))?
        }
        told = crate::told_to_end() => {
            told?;
            bail!("it was broken off");
        }
    }
}

async fn worked_on(statement: &Statement) -> anyhow::Result<Table> {
    let runtime = runtime(&Arc::new(Cache::new(None)?))?;
    let n_cores = std::thread::available_parallelism()?.get();
    let frame = frame(statement, SessionConfig::new(), Some(runtime), n_cores).await?;
    let mut making = Making::new(statement, frame.schema().inner());
    let mut batches = frame.execute_stream().await?;
    while let Some(batch) = batches.try_next().await? {
        making.add(&batch)?;
    }
    Ok(making.done())
}

/// The answer of a cluster; where it is not waited for any more, it is taken back.
async fn there(url: &str, statement: Statement) -> anyhow::Result<Table> {
    let afar = Arc::new(Afar::new(url)?);
    let is_wanted = Arc::new(AtomicBool::new(true));
    let asks = {
        let (afar, is_wanted) = (Arc::clone(&afar), Arc::clone(&is_wanted));
        move || afar.select(&statement, None, &|| is_wanted.load(Ordering::Relaxed))
    };
    let mut asked = tokio::task::spawn_blocking(asks);
    let mut tells = tokio::time::interval(TELL);
    loop {
        tokio::select! {
            done = &mut asked => return Ok(done??),
            told = crate::told_to_end() => {
                told?;
                is_wanted.store(false, Ordering::Relaxed);
                let _ = asked.await;
                bail!("it was broken off");
            }
            _ = tells.tick(), if std::io::stderr().is_terminal() => {
                if let Some(one) = afar.under_way().first() {
                    write!(std::io::stderr(), "\r{} of {} tasks ", one.done, one.of)?;
                }
            }
        }
    }
}

/// The files of a table that count: what the folder's database says, or where that is elsewhere, what lies there.
fn files(data: &Path, table: &str) -> anyhow::Result<Vec<Run>> {
    let database = data.join("parlour.db");
    if database.is_file() {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(&database, flags)?;
        database.busy_timeout(Duration::from_secs(10))?;
        let mut rows = database.prepare("SELECT file, n_rows, n_bytes FROM run WHERE kind = ?1 ORDER BY id")?;
        let run = |row: &rusqlite::Row<'_>| {
            let n = |at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
            Ok(Run { file: row.get(0)?, n_rows: n(1)?, n_bytes: n(2)? })
        };
        let files = rows.query_map([table], run)?;
        return Ok(files.collect::<Result<_, _>>()?);
    }
    tracing::warn!(
        "the database is elsewhere: every file of `{table}` in the folder is read, also one that is merged just now"
    );
    let Ok(folder) = std::fs::read_dir(data.join("lake").join(table)) else { return Ok(Vec::new()) };
    let run = |file: std::io::Result<std::fs::DirEntry>| {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        Ok(Run { file: format!("{table}/{name}"), n_rows: 0, n_bytes: file.metadata()?.len() })
    };
    let runs = folder.map(run).collect::<std::io::Result<Vec<_>>>()?;
    Ok(runs.into_iter().filter(|run| run.file.ends_with(".parquet")).collect())
}

fn text_of(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Int(n) => Some(n.to_string()),
        Cell::Real(x) => Some(x.to_string()),
        Cell::Text(text) => Some(text.clone()),
        Cell::Blob(bytes) => Some(hex(bytes)),
    }
}

fn print(table: &Table, format: Format) -> anyhow::Result<()> {
    let column = |at: usize| -> ArrayRef {
        Arc::new(table.rows.iter().map(|row| row.get(at).and_then(text_of)).collect::<StringArray>())
    };
    let fields: Vec<Field> = table.columns.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    let columns = (0..fields.len()).map(column).collect();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(table.rows.len()));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
    let mut out = std::io::stdout().lock();
    match format {
        Format::Table => writeln!(out, "{}", pretty_format_batches(&[batch])?)?,
        Format::Csv => WriterBuilder::new().with_header(true).build(&mut out).write(&batch)?,
    }
    Ok(out.flush()?)
}
