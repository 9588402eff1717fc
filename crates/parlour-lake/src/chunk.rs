//! Chunks: stretches of activity in columns, with the subjects they belong to and objects and verbs numbered.

use std::ops::Range;

use arrow_array::{Array, RecordBatch};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int8Type, Int64Type};
use parlour_core::activity::{ActivityRow, VerbId, Verbs};
use parlour_core::key::Key;
use parlour_core::objects::{ObjectId, Objects};
use parlour_core::relation::Columns;

use crate::activity::{
    READ, SUBJECT, dictionary, dictionary_currencies, dictionary_keys, dictionary_layers, dictionary_texts, values,
};
use crate::run::{LakeError, RunFile};

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
#[derive(Clone, Debug, Default)]
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

    /// Makes a chunk of rows sorted by subject, object and day.
    pub fn of_rows<'r>(rows: impl Iterator<Item = &'r ActivityRow>, numbers: Numbers<'_>) -> Self {
        let mut chunk = Self::default();
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
        }
        chunk.starts.push(chunk.columns.len() as u32);
        chunk
    }

    /// Reads a whole row group.
    pub fn of_group(run: &RunFile, group: usize, numbers: Numbers<'_>) -> Result<Self, LakeError> {
        let mut chunk = Self::default();
        let all = [&[SUBJECT][..], &READ].concat();
        if let Some(batch) = run.read_one(group, &all, None)? {
            chunk.take_subjects(&batch).and_then(|()| read_columns(&batch, 1, numbers, &mut chunk.columns)).ok_or_else(
                || LakeError::damaged(&run.path, format!("row group {group} is not what it was written as")),
            )?;
        }
        Ok(chunk)
    }

    fn take_subjects(&mut self, batch: &RecordBatch) -> Option<()> {
        let column = dictionary(batch, 0)?;
        let subjects = dictionary_keys(column)?;
        let mut last = None;
        for (&key, row) in column.keys().values().iter().zip(0..) {
            if last != Some(key) {
                self.subjects.push(*subjects.get(key as usize)?);
                self.starts.push(row);
                last = Some(key);
            }
        }
        self.starts.push(batch.num_rows() as u32);
        Some(())
    }
}

/// Appends one subject's rows in a run to `columns`.
pub fn read_subject(
    run: &RunFile,
    subject: Key,
    numbers: Numbers<'_>,
    columns: &mut Columns,
) -> Result<(), LakeError> {
    for group in run.groups_of(subject) {
        let Some(rows) = rows_of_subject(run, group, subject)? else { continue };
        if let Some(batch) = run.read_one(group, &READ, Some(rows))? {
            read_columns(&batch, 0, numbers, columns)
                .ok_or_else(|| LakeError::damaged(&run.path, "a column is not what it was written as"))?;
        }
    }
    Ok(())
}

fn rows_of_subject(run: &RunFile, group: usize, subject: Key) -> Result<Option<Range<usize>>, LakeError> {
    let damaged = || LakeError::damaged(&run.path, "the subjects are not what they were written as");
    let Some(batch) = run.read_one(group, &[SUBJECT], None)? else { return Ok(None) };
    let column = dictionary(&batch, 0).ok_or_else(damaged)?;
    let values = column.values().as_binary_opt::<i32>().ok_or_else(damaged)?;
    let bytes = subject.to_bytes();
    // Subjects come in order, so their dictionary is sorted and its keys rise.
    let (mut low, mut high) = (0, values.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if values.value(middle) < bytes.as_slice() { low = middle + 1 } else { high = middle }
    }
    if low == values.len() || values.value(low) != bytes.as_slice() {
        return Ok(None);
    }
    let keys = column.keys().values();
    let start = keys.partition_point(|&key| key < low as i32);
    let end = keys.partition_point(|&key| key <= low as i32);
    Ok((start < end).then_some(start..end))
}

/// Appends the columns of [`READ`], of which the first stands in place `from`, to `columns`.
fn read_columns(batch: &RecordBatch, from: usize, numbers: Numbers<'_>, columns: &mut Columns) -> Option<()> {
    let object = dictionary(batch, from)?;
    let objects: Vec<ObjectId> =
        dictionary_keys(object)?.into_iter().map(|key| numbers.objects.id(key).unwrap_or(UNKNOWN)).collect();
    let layer = dictionary(batch, from + 2)?;
    let layers: Vec<u8> = dictionary_layers(layer)?.into_iter().map(|layer| layer as u8).collect();
    let verb = dictionary(batch, from + 3)?;
    let verbs: Vec<VerbId> =
        dictionary_texts(verb)?.into_iter().map(|name| numbers.verbs.get(name).unwrap_or(UNKNOWN)).collect();
    let currency = dictionary(batch, from + 6)?;
    let currencies = dictionary_currencies(currency)?;
    extend(&mut columns.object, object.keys().values(), &objects)?;
    columns.day.extend_from_slice(values::<Date32Type>(batch, from + 1)?);
    extend(&mut columns.layer, layer.keys().values(), &layers)?;
    extend(&mut columns.verb, verb.keys().values(), &verbs)?;
    columns.kind.extend_from_slice(values::<Int8Type>(batch, from + 4)?);
    let paid = batch.column(from + 5).as_boolean_opt()?;
    if paid.true_count() == 0 {
        columns.paid.resize(columns.paid.len() + batch.num_rows(), false);
    } else {
        columns.paid.extend(paid.values().iter());
    }
    extend(&mut columns.currency, currency.keys().values(), &currencies)?;
    columns.n.extend(values::<Int64Type>(batch, from + 7)?.iter().map(|&n| n as u64));
    columns.value_minor.extend_from_slice(values::<Int64Type>(batch, from + 8)?);
    Some(())
}

/// Appends what each key stands for.
fn extend<T: Copy>(column: &mut Vec<T>, keys: &[i32], values: &[T]) -> Option<()> {
    match values {
        [only] => column.resize(column.len() + keys.len(), *only),
        values => {
            if keys.iter().any(|&key| key as usize >= values.len()) {
                return None;
            }
            column.extend(keys.iter().map(|&key| values[key as usize]));
        }
    }
    Some(())
}
