//! The rows of a Parquet file, a few thousand at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow_array::RecordBatch;
use parlour_core::event::Flaw;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::cell::{self, Typed};
use super::decode::{Decoder, Row, Span, push_json_string};
use super::error::FileError;
use super::input::{io_error, name_of};
use super::layout::{Cells, columns_of};
use super::plan::{Slot, Wanted};
use super::text::Fingerprint;
use super::time::Reading;
use super::{Position, Record, Refused};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 4096;

/// See the module.
pub(super) struct Columnar {
    name: String,
    rows: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    /// The next row of the batch.
    at: usize,
    /// For each wanted cell the columns of the batch, of which the first that is not blank counts.
    slots: Vec<(Vec<usize>, Wanted)>,
    time: Slot,
    /// Rows handed out, and rows in the file.
    row: u64,
    n_rows: u64,
    cells: Cells,
    pub(super) columns: Vec<String>,
    fingerprint: Option<Fingerprint>,
}

impl Columnar {
    /// Opens a Parquet file at the row after `from`.
    pub(super) fn open(path: &Path, decoder: &Decoder, from: &Position) -> Result<Self, FileError> {
        let name = name_of(path);
        let file = File::open(path).map_err(|error| io_error(path, error))?;
        let opened = caught(|| ParquetRecordBatchReaderBuilder::try_new(file));
        let builder = opened.map_err(|message| broken(&name, 0, message))?;
        let schema = builder.schema().clone();
        let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let wanted = &decoder.plan.wanted;
        let found = wanted.iter().map(|wanted| columns_of(&wanted.column, Some(&columns), columns.len()));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let mut used: Vec<usize> = found.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        for at in &used {
            let field = schema.field(*at);
            if !cell::is_readable(field.data_type()) {
                let (column, kind) = (field.name(), field.data_type());
                let message =
                    format!("column `{column}` is of type `{kind}`, which has no text; leave it out or convert it");
                return Err(FileError::Mapping(message));
            }
        }
        let in_batch = |at: usize| used.binary_search(&at).expect("every column found is among the used ones");
        let slots = found
            .iter()
            .zip(wanted)
            .map(|(found, wanted)| (found.iter().map(|at| in_batch(*at)).collect(), wanted.clone()));
        let n_rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let mask = ProjectionMask::roots(builder.parquet_schema(), used.iter().copied());
        let start = usize::try_from(from.row.min(n_rows)).unwrap_or(usize::MAX);
        let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS).with_offset(start);
        let slots = slots.collect();
        let rows = caught(|| builder.build()).map_err(|message| broken(&name, from.row, message))?;
        let (batch, cells, time) = (None, Cells::default(), decoder.plan.time);
        Ok(Self {
            name,
            rows,
            batch,
            at: 0,
            slots,
            time,
            row: from.row.min(n_rows),
            n_rows,
            cells,
            columns,
            fingerprint: None,
        })
    }

    /// The next record. After an error there are no more.
    pub(super) fn next(&mut self, decoder: &mut Decoder) -> Result<Option<Record>, FileError> {
        while self.batch.as_ref().is_none_or(|batch| self.at >= batch.num_rows()) {
            let Some(batch) = caught(|| self.rows.next().transpose()).map_err(|e| broken(&self.name, self.row, e))?
            else {
                return Ok(None);
            };
            self.batch = Some(batch);
            self.at = 0;
        }
        let Some(batch) = self.batch.take() else { return Ok(None) };
        let outcome = match self.read(&batch) {
            Ok(typed) => {
                let row = Row { text: &self.cells.scratch, spans: &self.cells.spans, at: typed, has_json_extra: true };
                decoder.event(&row)
            }
            Err(message) => Err(Flaw::Unreadable(message)),
        };
        let outcome = outcome.map_err(|flaw| Refused::new(flaw, raw(&batch, self.at), false));
        self.batch = Some(batch);
        self.at += 1;
        self.row += 1;
        Ok(Some(Record { line: self.row, after: self.position(), outcome }))
    }

    /// Finds the cells of the row at hand, and its time if that has a type of its own.
    fn read(&mut self, batch: &RecordBatch) -> Result<Option<Reading>, String> {
        let Cells { scratch, spans, .. } = &mut self.cells;
        scratch.clear();
        spans.clear();
        let mut time = None;
        for (slot, (columns, wanted)) in self.slots.iter().enumerate() {
            let start = scratch.len();
            for column in columns {
                let column = batch.column(*column);
                match cell::push(column, self.at, wanted.is_extra, scratch)? {
                    Typed::Blank => {}
                    Typed::Text => break,
                    Typed::Time(reading) => {
                        if slot == self.time {
                            time = Some(reading);
                        }
                        break;
                    }
                }
            }
            spans.push(Span { start: start as u32, end: scratch.len() as u32 });
        }
        Ok(time)
    }

    /// After the row handed out last.
    pub(super) fn position(&self) -> Position {
        Position { bytes: 0, line: self.row, row: self.row, is_unfinished: false }
    }

    /// The fingerprint of the whole file, which is read for it once.
    pub(super) fn fingerprint(&mut self, path: &Path) -> Result<Fingerprint, FileError> {
        if let Some(fingerprint) = self.fingerprint {
            return Ok(fingerprint);
        }
        let fingerprint = super::fingerprint(path, u64::MAX)?;
        self.fingerprint = Some(fingerprint);
        Ok(fingerprint)
    }

    /// How much of the file has been read, between 0 and 1.
    pub(super) fn progress(&self) -> f64 {
        if self.n_rows == 0 { 1.0 } else { self.row as f64 / self.n_rows as f64 }
    }
}

/// A row as one JSON object, which can be mended and read again.
fn raw(batch: &RecordBatch, row: usize) -> Vec<u8> {
    let mut json = String::from("{");
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let mut value = String::new();
        if !matches!(cell::push(column, row, true, &mut value), Ok(Typed::Text | Typed::Time(_))) {
            continue;
        }
        if json.len() > 1 {
            json.push(',');
        }
        push_json_string(field.name(), &mut json);
        json.push(':');
        json.push_str(&value);
    }
    json.push('}');
    json.into_bytes()
}

/// Runs what reads a stranger's file: the reader is known to panic on some damaged ones.
fn caught<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err("its pages contradict themselves".to_owned()),
    }
}

fn broken(name: &str, row: u64, message: String) -> FileError {
    let after = Position { bytes: 0, line: row, row, is_unfinished: false };
    FileError::Broken { name: name.to_owned(), after, message }
}
