//! SQL over the lake, as bytes: a statement, and the table that comes back.

use serde::{Deserialize, Serialize};

use crate::question::{Lake, NotWhole, Question, Run};

/// The tables, each a folder of the lake.
pub const TABLES: [&str; 3] = ["activity", "event", "standing"];

/// A statement, and the files that it reads.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// The version of whoever asks; another might have other columns.
    pub version: String,
    /// One `SELECT`.
    pub sql: String,
    /// Where the files lie.
    pub lake: Lake,
    /// The files that count, of each of [`TABLES`].
    pub tables: [Vec<Run>; 3],
    /// Most rows of the answer.
    pub n_rows: usize,
    /// Most bytes of its values.
    pub n_bytes: usize,
    /// After how many milliseconds nobody wants to know any more.
    pub patience_millis: u64,
}

/// A value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Any other number.
    Real(f64),
    /// A text; days, times, exact fractions and all else that has no kind of its own too.
    Text(String),
    /// Bytes, such as a key.
    Blob(Vec<u8>),
}

/// What is answered.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    /// The names of the columns; two may have the same.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Whether a limit cut rows off.
    pub is_cut: bool,
}

impl Cell {
    /// About how many bytes it takes.
    pub fn n_bytes(&self) -> usize {
        match self {
            Self::Null => 1,
            Self::Int(_) | Self::Real(_) => 8,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}

impl Statement {
    /// As bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotWhole> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Of bytes that somebody sent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotWhole> {
        let (version, _) = postcard::take_from_bytes::<String>(bytes)?;
        if version != Question::version_now() {
            return Err(NotWhole::Version(version));
        }
        let this: Self = postcard::from_bytes(bytes)?;
        let are_named_well =
            TABLES.iter().zip(&this.tables).all(|(table, runs)| runs.iter().all(|run| run.is_named_well(table)));
        if are_named_well { Ok(this) } else { Err(NotWhole::Contradiction("a file has a name that no lake gives")) }
    }
}

impl Table {
    /// As bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotWhole> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Of bytes that somebody sent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotWhole> {
        let this: Self = postcard::from_bytes(bytes)?;
        let is_even = this.rows.iter().all(|row| row.len() == this.columns.len());
        if is_even { Ok(this) } else { Err(NotWhole::Contradiction("a row is not as long as its head")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_reads_files_of_its_tables_and_no_others() {
        let run = |file: &str| Run { file: file.to_owned(), n_rows: 1, n_bytes: 1 };
        let statement = |file: &str| Statement {
            version: Question::version_now(),
            sql: "SELECT 1".to_owned(),
            lake: Lake::Folder("/data/lake".to_owned()),
            tables: [Vec::new(), vec![run(file)], Vec::new()],
            n_rows: 1,
            n_bytes: 1,
            patience_millis: 1,
        };
        let good = statement("event/1-a.parquet");
        assert_eq!(Statement::from_bytes(&good.to_bytes().unwrap()).unwrap(), good);
        for wrong in ["activity/1-a.parquet", "event/../../secret", "event/.hidden", "/etc/passwd"] {
            assert!(Statement::from_bytes(&statement(wrong).to_bytes().unwrap()).is_err(), "{wrong}");
        }
        let older = Statement { version: "0.0.1".to_owned(), ..good };
        assert!(Statement::from_bytes(&older.to_bytes().unwrap()).unwrap_err().to_string().contains("0.0.1"));
        let uneven = Table { columns: vec!["a".to_owned()], rows: vec![Vec::new()], is_cut: false };
        assert!(Table::from_bytes(&uneven.to_bytes().unwrap()).is_err());
    }
}
