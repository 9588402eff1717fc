//! Chunks: stretches of activity in columns, with the subjects they belong to and objects and verbs numbered.

use std::ops::Range;
use std::sync::Arc;

use bytes::BytesMut;
use parlour_core::activity::{ActivityRow, Verbs};
use parlour_core::event::{Currency, Layer};
use parlour_core::key::Key;
use parlour_core::objects::Objects;
use parlour_core::relation::Columns;
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;
use serde::{Deserialize, Serialize};

use crate::activity::{
    CURRENCY, DAY, KIND, LAST_READ, LAYER, N, OBJECT, PAID, RATING_SUM, SECONDS, SUBJECT, VALUE_MINOR, VERB,
};
use crate::column::{Part, Rows};
use crate::run::{LakeError, Positioned, RunFile, undamaged};

/// The number of an object or verb that is not known: it belongs to nothing, and counts as an unknown verb.
const UNKNOWN: u32 = u32::MAX;

/// The numbers by which chunks name objects and verbs.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    /// Objects.
    pub objects: &'a Objects,
    /// Verbs.
    pub verbs: &'a Verbs,
}

/// A stretch of activity, sorted by subject, and within a subject by object and day.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Chunk {
    /// The subjects, in order, each once.
    pub subjects: Vec<Key>,
    /// Where each subject's rows begin; one more entry than subjects.
    pub starts: Vec<u32>,
    /// The rows.
    pub columns: Columns,
}

impl Chunk {
    /// The rows of the subject in place `i`.
    pub fn rows(&self, i: usize) -> Range<usize> {
        self.starts[i] as usize..self.starts[i + 1] as usize
    }

    /// Whether the subjects are in order and each has its rows, as those have that were not sent by somebody else.
    pub fn is_whole(&self) -> bool {
        self.columns.is_whole()
            && self.subjects.is_sorted_by(|a, b| a < b)
            && self.starts.len() == self.subjects.len() + 1
            && self.starts.is_sorted()
            && self.starts.first() == Some(&0)
            && self.starts.last() == Some(&(self.columns.len() as u32))
    }

    /// Makes a chunk of rows sorted by subject, object and day, with seconds and ratings.
    pub fn of_rows<'r>(rows: impl Iterator<Item = &'r ActivityRow>, numbers: Numbers<'_>) -> Self {
        let mut chunk = Self { columns: Columns::of_width(true), ..Self::default() };
        let columns = &mut chunk.columns;
        for row in rows {
            if chunk.subjects.last() != Some(&row.key.subject) {
                chunk.subjects.push(row.key.subject);
                chunk.starts.push(columns.len() as u32);
            }
            columns.object.push(numbers.objects.id(row.key.object).unwrap_or(UNKNOWN));
            columns.day.push(row.key.day.0);
            columns.layer.push(row.key.layer as u8);
            columns.verb.push(row.key.verb);
            columns.kind.push(row.key.kind);
            columns.paid.push(row.key.paid);
            columns.currency.push(row.key.currency);
            columns.n.push(row.sums.n);
            columns.value_minor.push(row.sums.value_minor);
            columns.seconds.push(row.sums.seconds);
            columns.rating_sum.push(row.sums.rating_sum);
        }
        chunk.starts.push(chunk.columns.len() as u32);
        chunk
    }

    fn clear(&mut self) {
        self.subjects.clear();
        self.starts.clear();
        self.columns.clear();
    }
}

/// A chunk that is filled from one row group after another, with the room for doing so.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    pub(crate) chunk: Chunk,
    ids: Vec<u32>,
    bytes: BytesMut,
}

impl Filled {
    /// Room for a chunk with or without seconds and ratings.
    pub(crate) fn of_width(is_wide: bool) -> Self {
        Self { chunk: Chunk { columns: Columns::of_width(is_wide), ..Chunk::default() }, ..Self::default() }
    }

    /// Takes the pages of a row group in which subjects from `from` on, up to but without `to`, may lie.
    pub(crate) fn fill(
        &mut self,
        run: &RunFile,
        group: usize,
        (from, to): (Key, Option<Key>),
        numbers: Numbers<'_>,
    ) -> Result<(), LakeError> {
        self.chunk.clear();
        let last = if self.chunk.columns.is_wide { RATING_SUM } else { LAST_READ };
        undamaged(&run.path, || {
            let rows = run.rows_between(group, from, to)?;
            let rows = run.stretch(group, rows, last, std::mem::take(&mut self.bytes))?;
            self.take(&rows, numbers).map_err(LakeError::parquet(&run.path))?;
            self.bytes = Arc::into_inner(rows.source).map(Part::into_room).unwrap_or_default();
            if self.chunk.subjects.is_sorted() {
                Ok(())
            } else {
                Err(LakeError::damaged(&run.path, format!("row group {group} is out of order")))
            }
        })
    }

    fn take(&mut self, rows: &Rows<'_, Part>, numbers: Numbers<'_>) -> Result<(), ParquetError> {
        let mut subjects = Vec::new();
        self.ids.clear();
        rows.read_places(SUBJECT, &mut self.ids, |bytes| {
            subjects.push(Key::from_bytes(bytes)?);
            Some(())
        })?;
        let mut last = None;
        for (&id, row) in self.ids.iter().zip(0..) {
            if last != Some(id) {
                let subject = subjects.get(id as usize);
                self.chunk.subjects.push(*subject.ok_or_else(|| ParquetError::General("a subject is missing".into()))?);
                self.chunk.starts.push(row);
                last = Some(id);
            }
        }
        self.chunk.starts.push(self.ids.len() as u32);
        read_columns(rows, numbers, &mut self.ids, &mut self.chunk.columns)
    }
}

/// Appends one subject's rows in a run to `columns`.
pub fn read_subject(run: &RunFile, subject: Key, numbers: Numbers<'_>, columns: &mut Columns) -> Result<(), LakeError> {
    let mut ids = Vec::new();
    for group in run.groups_of(subject) {
        undamaged(&run.path, || {
            let pages = run.rows_between(group, subject, subject.0.checked_add(1).map(Key))?;
            let rows = rows_of_subject(&run.pages(group, pages), subject, &mut ids);
            let rows = rows.map_err(LakeError::parquet(&run.path))?;
            if rows.is_empty() {
                return Ok(());
            }
            read_columns(&run.pages(group, rows), numbers, &mut ids, columns).map_err(LakeError::parquet(&run.path))
        })?;
    }
    Ok(())
}

/// Which of `rows` are the subject's.
fn rows_of_subject(
    rows: &Rows<'_, Positioned>,
    subject: Key,
    ids: &mut Vec<u32>,
) -> Result<Range<usize>, ParquetError> {
    let bytes = subject.to_bytes();
    let (mut id, mut n) = (None, 0);
    ids.clear();
    rows.read_places(SUBJECT, ids, |value| {
        if value == bytes {
            id = Some(n);
        }
        n += 1;
        Some(())
    })?;
    // Subjects come in order, so their places in the dictionary rise.
    let start = rows.range.start + id.map_or(0, |id| ids.partition_point(|&other| other < id));
    Ok(start..start + id.map_or(0, |id| ids.iter().filter(|&&other| other == id).count()))
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Appends the columns that the kernel reads.
fn read_columns<R: ChunkReader>(
    rows: &Rows<'_, R>,
    numbers: Numbers<'_>,
    ids: &mut Vec<u32>,
    columns: &mut Columns,
) -> Result<(), ParquetError> {
    let integer = |bytes: &[u8]| Some(i32::from_le_bytes(bytes.try_into().ok()?));
    let long = |bytes: &[u8]| Some(i64::from_le_bytes(bytes.try_into().ok()?));
    let from = columns.len();
    rows.read(OBJECT, ids, &mut columns.object, |key| {
        Some(numbers.objects.id(Key::from_bytes(key)?).unwrap_or(UNKNOWN))
    })?;
    rows.read(DAY, ids, &mut columns.day, integer)?;
    rows.read(LAYER, ids, &mut columns.layer, |name| Some(Layer::of_name(text(name)?)? as u8))?;
    rows.read(VERB, ids, &mut columns.verb, |name| Some(numbers.verbs.get(text(name)?).unwrap_or(UNKNOWN)))?;
    rows.read(KIND, ids, &mut columns.kind, |bytes| i8::try_from(integer(bytes)?).ok())?;
    rows.read_bits(PAID, &mut columns.paid)?;
    rows.read(CURRENCY, ids, &mut columns.currency, |code| match code {
        [] => Some(Currency::NONE),
        code => Currency::of_code(text(code)?),
    })?;
    rows.read(N, ids, &mut columns.n, |bytes| Some(long(bytes)? as u64))?;
    rows.read(VALUE_MINOR, ids, &mut columns.value_minor, long)?;
    if columns.is_wide {
        let count = |bytes: &[u8]| Some(long(bytes)? as u64);
        rows.read(SECONDS, ids, &mut columns.seconds, count)?;
        rows.read(RATING_SUM, ids, &mut columns.rating_sum, count)?;
    }
    let n = from + rows.range.len();
    let lengths =
        [columns.object.len(), columns.day.len(), columns.layer.len(), columns.verb.len(), columns.kind.len()];
    let more = [columns.paid.len(), columns.currency.len(), columns.n.len(), columns.value_minor.len()];
    let wide = if columns.is_wide { [columns.seconds.len(), columns.rating_sum.len()] } else { [n; 2] };
    if lengths.iter().chain(&more).chain(&wide).all(|&length| length == n) {
        Ok(())
    } else {
        Err(ParquetError::General("a column is shorter than its row group".to_owned()))
    }
}
