//! Activity in runs: its columns, and reading and writing them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Date32Type, Int8Type, Int32Type, Int64Type};
use arrow_array::{
    ArrayRef, BinaryArray, Date32Array, DictionaryArray, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parlour_core::activity::{ActivityKey, ActivityRow, Measures, Verbs};
use parlour_core::day::Day;
use parlour_core::event::{Currency, Layer};
use parlour_core::key::Key;

use crate::run::{GROUP_ROWS, LakeError, RunFile, RunWriter, Written};

/// Places in the schema of the columns that the kernel reads.
pub(crate) const SUBJECT: usize = 0;
pub(crate) const OBJECT: usize = 1;
pub(crate) const DAY: usize = 2;
pub(crate) const LAYER: usize = 3;
pub(crate) const VERB: usize = 4;
pub(crate) const KIND: usize = 5;
pub(crate) const PAID: usize = 6;
pub(crate) const CURRENCY: usize = 7;
pub(crate) const N: usize = 8;
pub(crate) const SECONDS: usize = 9;
pub(crate) const VALUE_MINOR: usize = 10;
pub(crate) const RATING_SUM: usize = 11;
/// The last that standings need.
pub(crate) const LAST_READ: usize = VALUE_MINOR;
/// Every column.
const ALL: [usize; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/// The columns of an activity run.
pub fn schema() -> SchemaRef {
    let dictionary = |of: DataType| DataType::Dictionary(Box::new(DataType::Int32), Box::new(of));
    let field = |name: &str, kind: DataType| Field::new(name, kind, false);
    Arc::new(Schema::new(vec![
        field("subject", dictionary(DataType::Binary)),
        field("object", dictionary(DataType::Binary)),
        field("day", DataType::Date32),
        field("layer", dictionary(DataType::Utf8)),
        field("verb", dictionary(DataType::Utf8)),
        field("kind", DataType::Int8),
        field("paid", DataType::Boolean),
        field("currency", dictionary(DataType::Utf8)),
        field("n", DataType::Int64),
        field("seconds", DataType::Int64),
        field("value_minor", DataType::Int64),
        field("rating_sum", DataType::Int64),
    ]))
}

/// Writes an activity run from rows that come in lake order, each key once.
pub struct ActivityWriter<'v> {
    writer: RunWriter,
    verbs: &'v Verbs,
    seen: Vec<bool>,
    waiting: Vec<ActivityRow>,
}

impl<'v> ActivityWriter<'v> {
    /// Begins a run.
    pub fn create(folder: &Path, name: &str, verbs: &'v Verbs) -> Result<Self, LakeError> {
        let writer = RunWriter::create(folder, name, schema(), false)?;
        Ok(Self { writer, verbs, seen: vec![false; verbs.names().len()], waiting: Vec::with_capacity(GROUP_ROWS) })
    }

    /// Adds a row. A row group ends at a change of subject, unless one subject alone fills more than two.
    pub fn push(&mut self, row: &ActivityRow) -> Result<(), LakeError> {
        let is_change = self.waiting.last().is_some_and(|last| last.key.subject != row.key.subject);
        if self.waiting.len() >= 2 * GROUP_ROWS || (is_change && self.waiting.len() >= GROUP_ROWS) {
            self.flush()?;
        }
        if let Some(seen) = self.seen.get_mut(row.key.verb as usize) {
            *seen = true;
        }
        self.waiting.push(*row);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), LakeError> {
        if !self.waiting.is_empty() {
            self.writer.write_group(&batch(&self.waiting, self.verbs))?;
            self.waiting.clear();
        }
        Ok(())
    }

    /// Ends the run.
    pub fn finish(mut self) -> Result<Written, LakeError> {
        self.flush()?;
        let verbs = self.verbs;
        let seen = verbs.names().iter().zip(&self.seen).filter(|(_, seen)| **seen).map(|(name, _)| &**name);
        self.writer.finish(seen)
    }
}

/// Numbers values in order of first sight, most often the one before again.
struct Dictionary<T> {
    keys: Vec<i32>,
    values: Vec<T>,
    ids: HashMap<T, i32>,
}

impl<T: Copy + Eq + std::hash::Hash> Dictionary<T> {
    fn of(values: impl Iterator<Item = T>) -> Self {
        let mut this = Self { keys: Vec::new(), values: Vec::new(), ids: HashMap::new() };
        let mut last: Option<(T, i32)> = None;
        for value in values {
            let id = match last {
                Some((same, id)) if same == value => id,
                _ => *this.ids.entry(value).or_insert_with(|| {
                    this.values.push(value);
                    this.values.len() as i32 - 1
                }),
            };
            last = Some((value, id));
            this.keys.push(id);
        }
        this
    }

    fn with(self, values: ArrayRef) -> ArrayRef {
        let array = DictionaryArray::<Int32Type>::try_new(Int32Array::from(self.keys), values);
        Arc::new(array.expect("every key has its value"))
    }
}

fn keys(rows: impl Iterator<Item = Key>) -> ArrayRef {
    let dictionary = Dictionary::of(rows);
    let values: BinaryArray = dictionary.values.iter().map(|key| Some(key.to_bytes())).collect();
    dictionary.with(Arc::new(values))
}

fn batch(rows: &[ActivityRow], verbs: &Verbs) -> RecordBatch {
    let names = |of: fn(&ActivityRow) -> u32, name: &dyn Fn(u32) -> String| {
        let dictionary = Dictionary::of(rows.iter().map(of));
        let values: StringArray = dictionary.values.iter().map(|&id| Some(name(id))).collect();
        dictionary.with(Arc::new(values))
    };
    let currencies = Dictionary::of(rows.iter().map(|row| row.key.currency));
    let codes: StringArray = currencies.values.iter().map(|currency| Some(currency.code())).collect();
    let mut paid = BooleanBuilder::with_capacity(rows.len());
    for row in rows {
        paid.append_value(row.key.paid);
    }
    let integers = |of: fn(&Measures) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| of(&row.sums))))
    };
    let layer_name = |layer: u32| Layer::ALL.get(layer as usize).map_or("", |layer| layer.name()).to_owned();
    let columns: Vec<ArrayRef> = vec![
        keys(rows.iter().map(|row| row.key.subject)),
        keys(rows.iter().map(|row| row.key.object)),
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.key.day.0))),
        names(|row| row.key.layer as u32, &layer_name),
        names(|row| row.key.verb, &|verb| verbs.name(verb).to_owned()),
        Arc::new(Int8Array::from_iter_values(rows.iter().map(|row| row.key.kind))),
        Arc::new(paid.finish()),
        currencies.with(Arc::new(codes)),
        integers(|sums| sums.n as i64),
        integers(|sums| sums.seconds as i64),
        integers(|sums| sums.value_minor),
        integers(|sums| sums.rating_sum as i64),
    ];
    RecordBatch::try_new(schema(), columns).expect("the columns are those of the schema")
}

/// Column `i` as a dictionary of 32-bit keys.
fn dictionary(batch: &RecordBatch, i: usize) -> Option<&DictionaryArray<Int32Type>> {
    batch.column(i).as_dictionary_opt()
}

/// Column `i` as plain values.
fn values<T: ArrowPrimitiveType>(batch: &RecordBatch, i: usize) -> Option<&[T::Native]> {
    Some(batch.column(i).as_primitive_opt::<T>()?.values())
}

/// A dictionary's values as keys of people or things.
fn dictionary_keys(column: &DictionaryArray<Int32Type>) -> Option<Vec<Key>> {
    column.values().as_binary_opt::<i32>()?.iter().map(|bytes| Key::from_bytes(bytes?)).collect()
}

/// A dictionary's values as text.
fn dictionary_texts(column: &DictionaryArray<Int32Type>) -> Option<Vec<&str>> {
    column.values().as_string_opt::<i32>()?.iter().collect()
}

/// A dictionary's values as layers.
fn dictionary_layers(column: &DictionaryArray<Int32Type>) -> Option<Vec<Layer>> {
    dictionary_texts(column)?.into_iter().map(Layer::of_name).collect()
}

/// A dictionary's values as currencies.
fn dictionary_currencies(column: &DictionaryArray<Int32Type>) -> Option<Vec<Currency>> {
    let texts = dictionary_texts(column)?;
    texts.into_iter().map(|code| if code.is_empty() { Some(Currency::NONE) } else { Currency::of_code(code) }).collect()
}

/// Reads one row group as rows, in order. `verbs` must know the run's verbs.
pub fn read_rows(run: &RunFile, group: usize, verbs: &Verbs) -> Result<Vec<ActivityRow>, LakeError> {
    let Some(batch) = run.read_one(group, &ALL, None)? else { return Ok(Vec::new()) };
    rows_of(&batch, verbs).ok_or_else(|| LakeError::damaged(&run.path, "a column is not what it was written as"))
}

fn rows_of(batch: &RecordBatch, verbs: &Verbs) -> Option<Vec<ActivityRow>> {
    let (subject, object) = (dictionary(batch, 0)?, dictionary(batch, 1)?);
    let (layer, verb, currency) = (dictionary(batch, 3)?, dictionary(batch, 4)?, dictionary(batch, 7)?);
    let (subjects, objects) = (dictionary_keys(subject)?, dictionary_keys(object)?);
    let (layers, currencies) = (dictionary_layers(layer)?, dictionary_currencies(currency)?);
    let verb_ids: Vec<u32> = dictionary_texts(verb)?.into_iter().map(|name| verbs.get(name)).collect::<Option<_>>()?;
    let (day, kind) = (values::<Date32Type>(batch, 2)?, values::<Int8Type>(batch, 5)?);
    let paid = batch.column(6).as_boolean_opt()?;
    let (n, seconds) = (values::<Int64Type>(batch, 8)?, values::<Int64Type>(batch, 9)?);
    let (value_minor, rating_sum) = (values::<Int64Type>(batch, 10)?, values::<Int64Type>(batch, 11)?);
    let at = |column: &DictionaryArray<Int32Type>, row: usize| column.keys().value(row) as usize;
    Some(
        (0..batch.num_rows())
            .map(|row| ActivityRow {
                key: ActivityKey {
                    subject: subjects[at(subject, row)],
                    object: objects[at(object, row)],
                    day: Day(day[row]),
                    layer: layers[at(layer, row)],
                    verb: verb_ids[at(verb, row)],
                    kind: kind[row],
                    paid: paid.value(row),
                    currency: currencies[at(currency, row)],
                },
                sums: Measures {
                    n: n[row] as u64,
                    seconds: seconds[row] as u64,
                    value_minor: value_minor[row],
                    rating_sum: rating_sum[row] as u64,
                },
            })
            .collect(),
    )
}
