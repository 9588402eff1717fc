//! Explore: a statement of somebody's own, over what is kept in the database, or over the lake where there is a cluster.

use std::time::Duration;

use parlour_afar::{AfarError, Cell, NotWhole, Run, Statement, TABLES};
use parlour_lake::shape::{Shape, shapes};
use parlour_store::{ExploreLimits, StoreError, Table, TableShape, Value, run};

use crate::EngineError;
use crate::engine::Engine;

/// How tables of the lake are named, to tell them from those of the database.
const LAKE: &str = "lake";
/// Tries to ask the lake where files are merged meanwhile.
const TRIES: usize = 3;

impl Engine {
    /// Answers one `SELECT`, read-only and within the limits under `[explore]`. Where it names tables `lake.activity`,
    /// `lake.event` or `lake.standing`, the cluster answers it; `name` is that of its progress there.
    ///
    /// An error of the statement itself is [`EngineError::Refused`].
    pub fn explore(&self, sql: &str, name: Option<&str>, is_wanted: &dyn Fn() -> bool) -> Result<Table, EngineError> {
        if names_lake(sql) {
            return self.explore_lake(sql, name, is_wanted);
        }
        let settings = &self.settings.explore;
        let limits = ExploreLimits {
            n_rows: settings.max_rows,
            n_bytes: settings.max_bytes,
            deadline: Duration::from_secs(settings.max_seconds),
            ..ExploreLimits::default()
        };
        self.database.explore(sql, &limits).map_err(|error| {
            // Here the statement is the asker's own, and the words are for them.
            let is_askers = matches!(error, StoreError::Sql(_) | StoreError::Denied(_));
            if is_askers { EngineError::Refused(error.to_string()) } else { error.into() }
        })
    }

    /// The tables of the lake that can be asked, with the rows of each; none where there is no cluster.
    pub fn lake_tables(&self) -> Result<Vec<TableShape>, EngineError> {
        if self.afar.is_none() {
            return Ok(Vec::new());
        }
        let files = self.lake_files()?;
        let shape = |(shape, runs): (Shape, &Vec<Run>)| TableShape {
            name: format!("{LAKE}.{}", shape.name),
            columns: shape.columns.into_iter().map(|(name, kind)| (name, kind.to_owned())).collect(),
            n_rows: Some(runs.iter().map(|run| run.n_rows).sum::<u64>() as i64),
        };
        Ok(shapes().into_iter().zip(&files).map(shape).collect())
    }

    /// How many tasks of a statement over the lake are done, and how many there are; `None` where none of that name is
    /// under way.
    pub fn explored(&self, name: &str) -> Option<(u64, u64)> {
        let under_way = self.afar.as_ref()?.under_way();
        under_way.iter().find(|one| one.name.as_deref() == Some(name)).map(|one| (one.done, one.of))
    }

    fn explore_lake(&self, sql: &str, name: Option<&str>, is_wanted: &dyn Fn() -> bool) -> Result<Table, EngineError> {
        let Some(afar) = &self.afar else {
            return Err(EngineError::Refused(
                "the lake is asked in SQL where there is a cluster; start the server with --engine df://HOST:PORT, ask \
                 `parlour-cluster sql`, or read the files with DuckDB"
                    .to_owned(),
            ));
        };
        let settings = &self.settings.explore;
        let patience = Duration::from_secs(settings.max_seconds);
        let mut tables = self.lake_files()?;
        for left in (0..TRIES).rev() {
            let statement = Statement {
                version: parlour_afar::Question::version_now(),
                sql: sql.to_owned(),
                lake: self.lake().map_err(AfarError::from)?,
                tables: tables.clone(),
                n_rows: settings.max_rows,
                n_bytes: settings.max_bytes,
                patience_millis: patience.as_millis() as u64,
            };
            match afar.select(&statement, name.map(str::to_owned), is_wanted) {
                Ok(table) => return Ok(table_of(table)),
                Err(AfarError::Failed(reason)) => {
                    // A file that was merged meanwhile is gone, and its rows are in another.
                    let now = self.lake_files()?;
                    if left == 0 || now == tables {
                        return Err(AfarError::Failed(reason).into());
                    }
                    tables = now;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(AfarError::Failed("its files change faster than it can be answered".to_owned()).into())
    }

    /// The files that count, of each table.
    fn lake_files(&self) -> Result<[Vec<Run>; 3], EngineError> {
        let runs = self.database.read(|conn| {
            let [activity, event, standing] = TABLES.map(|table| run::list(conn, table));
            Ok([activity?, event?, standing?])
        })?;
        let sent = |run: run::Run| Run {
            file: run.file,
            n_rows: run.n_rows.unsigned_abs(),
            n_bytes: run.n_bytes.unsigned_abs(),
        };
        Ok(runs.map(|runs| runs.into_iter().map(sent).collect()))
    }
}

fn table_of(table: parlour_afar::Table) -> Table {
    let value = |cell: Cell| match cell {
        Cell::Null => Value::Null,
        Cell::Int(n) => Value::Int(n),
        Cell::Real(x) => Value::Real(x),
        Cell::Text(text) => Value::Text(text),
        Cell::Blob(bytes) => Value::Blob(bytes),
    };
    let rows = table.rows.into_iter().map(|row| row.into_iter().map(value).collect()).collect();
    Table { columns: table.columns, rows, is_cut: table.is_cut }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether what follows is the name of a table of the lake.
fn is_table(text: &str) -> bool {
    let text = text.strip_prefix('"').unwrap_or(text);
    let name = text.split(|letter: char| !is_of_name(letter)).next().unwrap_or_default();
    TABLES.iter().any(|table| name.eq_ignore_ascii_case(table))
}

/// Whether a statement names a table of the lake, outside of texts and comments.
fn names_lake(sql: &str) -> bool {
    let mut rest = sql;
    let mut last = ' ';
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        let until = |end: &str, from: &str| from.find(end).map_or(from.len(), |at| at + end.len());
        let skipped = if letter == '\'' {
            1 + until("'", after)
        } else if rest.starts_with("--") {
            until("\n", rest)
        } else if rest.starts_with("/*") {
            until("*/", rest)
        } else {
            let name = rest.get(..LAKE.len()).filter(|name| name.eq_ignore_ascii_case(LAKE));
            let follows = rest.get(LAKE.len()..).unwrap_or_default();
            let table =
                follows.strip_prefix('"').unwrap_or(follows).trim_start().strip_prefix('.').map(str::trim_start);
            if name.is_some() && !is_of_name(last) && last != '.' && table.is_some_and(is_table) {
                return true;
            }
            letter.len_utf8()
        };
        last = letter;
        rest = &rest[skipped..];
    }
    false
}

impl From<NotWhole> for EngineError {
    fn from(error: NotWhole) -> Self {
        AfarError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::names_lake;

    #[test]
    fn a_table_of_the_lake_is_told_from_a_word() {
        for sql in [
            "SELECT verb FROM lake.activity",
            "select count(*) from LAKE . event",
            "SELECT 'it''s' FROM \"lake\".\"activity\"",
            "SELECT 1 -- a comment\nFROM lake.event",
            "SELECT * FROM standing,lake.standing",
        ] {
            assert!(names_lake(sql), "{sql}");
        }
        for sql in [
            "SELECT file FROM run WHERE kind = 'lake.activity'",
            "SELECT 1 -- lake.activity",
            "SELECT 1 /* lake.event */",
            "SELECT lake FROM standing",
            "SELECT lake.stage, lake.events FROM standing lake",
            "SELECT x.lake.y FROM blake.standing",
            "SELECT 'an open text of lake.event",
            "",
            "ä",
        ] {
            assert!(!names_lake(sql), "{sql}");
        }
    }
}
