//! Standings of a day in a run: for whoever reads the lake, as plain columns.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parlour_core::key::Key;
use parlour_core::standing::{Cell, Standing};

use crate::run::{GROUP_ROWS, LakeError, RunWriter, Written};

/// One standing.
#[derive(Clone, Copy, Debug)]
pub struct StandingRow<'a> {
    /// Whose.
    pub person: Key,
    /// With what.
    pub object: Key,
    /// What it is.
    pub standing: &'a Standing,
}

/// Writes a run of standings.
pub struct StandingWriter {
    writer: RunWriter,
    waiting: Vec<(Key, Key, Standing)>,
}

/// The columns of a run of standings.
pub fn schema() -> SchemaRef {
    let needed = |name: &str, kind: DataType| Field::new(name, kind, false);
    let optional = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        needed("subject", DataType::Binary),
        needed("object", DataType::Binary),
        needed("involvement", DataType::Float64),
        needed("degree", DataType::Float64),
        needed("percentile", DataType::Int32),
        optional("kind", DataType::Float64),
        optional("cell", DataType::Utf8),
        needed("is_customer", DataType::Boolean),
        needed("direction", DataType::Utf8),
        needed("p_falling", DataType::Float64),
        needed("stage", DataType::Utf8),
        needed("first_day", DataType::Date32),
        needed("last_day", DataType::Date32),
        optional("due_day", DataType::Date32),
        needed("n_days", DataType::Int32),
        needed("value_minor", DataType::Int64),
    ]))
}

impl StandingWriter {
    /// Begins a run.
    pub fn create(folder: &Path, name: &str) -> Result<Self, LakeError> {
        Ok(Self { writer: RunWriter::create(folder, name, schema(), true)?, waiting: Vec::new() })
    }

    /// Adds a standing.
    pub fn push(&mut self, row: &StandingRow<'_>) -> Result<(), LakeError> {
        self.waiting.push((row.person, row.object, *row.standing));
        if self.waiting.len() >= GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), LakeError> {
        if !self.waiting.is_empty() {
            self.writer.write_group(&batch(&self.waiting))?;
            self.waiting.clear();
        }
        Ok(())
    }

    /// Ends the run.
    pub fn finish(mut self) -> Result<Written, LakeError> {
        self.flush()?;
        self.writer.finish([])
    }
}

fn batch(rows: &[(Key, Key, Standing)]) -> RecordBatch {
    let reals = |of: fn(&Standing) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(|(.., standing)| of(standing)).collect::<Float64Array>())
    };
    let texts = |of: fn(&Standing) -> Option<&'static str>| -> ArrayRef {
        Arc::new(rows.iter().map(|(.., standing)| of(standing)).collect::<StringArray>())
    };
    let days = |of: fn(&Standing) -> Option<i32>| -> ArrayRef {
        Arc::new(rows.iter().map(|(.., standing)| of(standing)).collect::<Date32Array>())
    };
    let integers = |of: fn(&Standing) -> i32| -> ArrayRef {
        Arc::new(Int32Array::from_iter_values(rows.iter().map(|(.., standing)| of(standing))))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|(person, ..)| Some(person.to_bytes())).collect::<BinaryArray>()),
        Arc::new(rows.iter().map(|(_, object, _)| Some(object.to_bytes())).collect::<BinaryArray>()),
        reals(|standing| Some(standing.involvement())),
        reals(|standing| Some(standing.degree_milli as f64 / 1000.0)),
        integers(|standing| i32::from(standing.percentile)),
        reals(|standing| standing.kind_milli.map(|kind| f64::from(kind) / 1000.0)),
        texts(|standing| standing.cell.map(Cell::name)),
        Arc::new(rows.iter().map(|(.., standing)| Some(standing.is_customer)).collect::<BooleanArray>()),
        texts(|standing| Some(standing.direction.name())),
        reals(|standing| Some(standing.p_falling)),
        texts(|standing| Some(standing.stage.name())),
        days(|standing| Some(standing.relation.first_day)),
        days(|standing| Some(standing.relation.last_day)),
        days(|standing| standing.due_day),
        integers(|standing| standing.relation.n_days as i32),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(.., standing)| standing.relation.value_minor))),
    ];
    RecordBatch::try_new(schema(), columns).expect("the columns are those of the schema")
}
