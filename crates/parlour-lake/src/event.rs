//! Events in runs: their columns, and reading and writing them.
//!
//! Ids stand as keys; what they were lives in the database alone, so that forgetting someone there forgets them here.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int8Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parlour_core::event::{Currency, Layer, Money, Space};
use parlour_core::key::Key;

use crate::run::{LakeError, RunFile, RunWriter, Written};

/// Place of the subject.
pub(crate) const SUBJECT: usize = 0;
/// Place of the time.
pub(crate) const AT: usize = 1;
/// Place of the place in the journal.
pub(crate) const SEQ: usize = 19;
/// Place of the source, the last of those every reader needs.
const SOURCE: usize = 20;
const SAID_AT: usize = 21;
const RECEIVED_AT: usize = 22;
const N_COLUMNS: usize = 23;
const MESSAGE: usize = 17;

/// An event as it lies in the lake.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "the fields are those of Event, ids as keys, and what follows them")]
pub struct LakeEvent {
    pub subject: Key,
    pub at: i64,
    pub verb: String,
    pub object: Key,
    pub parent: Option<Key>,
    pub also: Vec<Key>,
    pub layer: Layer,
    pub space: Space,
    pub target: Option<Key>,
    pub reply_to: Option<String>,
    pub text: Option<String>,
    pub rating: Option<u8>,
    pub value: Option<Money>,
    pub seconds: u32,
    pub paid: bool,
    pub scored: bool,
    pub message: Option<String>,
    pub extra: Option<String>,
    /// Who sent it.
    pub source: String,
    /// Its batch in the journal times 2¹⁶ plus its place in the batch.
    pub seq: i64,
    /// What the sender's clock said, where the time was corrected.
    pub said_at: Option<i64>,
    /// When its batch came.
    pub received_at: i64,
}

/// The columns of an event run.
pub fn schema() -> SchemaRef {
    let needed = |name: &str, kind: DataType| Field::new(name, kind, false);
    let optional = |name: &str, kind: DataType| Field::new(name, kind, true);
    let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        needed("subject", DataType::Binary),
        needed("at", time()),
        needed("verb", DataType::Utf8),
        needed("object", DataType::Binary),
        optional("parent", DataType::Binary),
        optional("also", DataType::Binary),
        needed("layer", DataType::Utf8),
        needed("space", DataType::Utf8),
        optional("target", DataType::Binary),
        optional("reply_to", DataType::Utf8),
        optional("text", DataType::Utf8),
        optional("rating", DataType::Int8),
        optional("value_minor", DataType::Int64),
        optional("currency", DataType::Utf8),
        needed("seconds", DataType::Int64),
        needed("paid", DataType::Boolean),
        needed("scored", DataType::Boolean),
        optional("message", DataType::Utf8),
        optional("extra", DataType::Utf8),
        needed("seq", DataType::Int64),
        needed("source", DataType::Utf8),
        optional("said_at", time()),
        needed("received_at", time()),
    ]))
}

/// Writes an event run.
pub struct EventWriter {
    writer: RunWriter,
    verbs: BTreeSet<String>,
}

impl EventWriter {
    /// Begins a run called `name` in `folder`.
    pub fn create(folder: &Path, name: &str) -> Result<Self, LakeError> {
        Ok(Self { writer: RunWriter::create(folder, name, schema(), true)?, verbs: BTreeSet::new() })
    }

    /// Writes a row group of at most [`crate::run::EVENT_GROUP_ROWS`] events. Those of a run come sorted by subject, time
    /// and place in the journal.
    pub fn write_group(&mut self, events: &[LakeEvent]) -> Result<(), LakeError> {
        for event in events {
            if !self.verbs.contains(&event.verb) {
                self.verbs.insert(event.verb.clone());
            }
        }
        self.writer.write_group(&batch(events))
    }

    /// Ends the run. When this returns it is on the disk under its name.
    pub fn finish(self) -> Result<Written, LakeError> {
        self.writer.finish(self.verbs.iter().map(String::as_str))
    }
}

fn space_name(space: Space) -> &'static str {
    match space {
        Space::Owned => "owned",
        Space::Elsewhere => "elsewhere",
    }
}

fn batch(events: &[LakeEvent]) -> RecordBatch {
    let texts = |of: &dyn Fn(&LakeEvent) -> Option<&str>| -> ArrayRef {
        // A closure cannot say that what it returns lives as long as what it is given; collecting by reference can.
        Arc::new(StringArray::from(events.iter().map(of).collect::<Vec<Option<&str>>>()))
    };
    let keys = |of: &dyn Fn(&LakeEvent) -> Option<Key>| -> ArrayRef {
        Arc::new(events.iter().map(|event| of(event).map(Key::to_bytes)).collect::<BinaryArray>())
    };
    let integers = |of: &dyn Fn(&LakeEvent) -> Option<i64>| -> ArrayRef {
        Arc::new(events.iter().map(of).collect::<Int64Array>())
    };
    let flags = |of: &dyn Fn(&LakeEvent) -> bool| -> ArrayRef {
        Arc::new(events.iter().map(|event| Some(of(event))).collect::<BooleanArray>())
    };
    let also = events.iter().map(|event| {
        (!event.also.is_empty()).then(|| event.also.iter().flat_map(|key| key.to_bytes()).collect::<Vec<u8>>())
    });
    let times = |of: &dyn Fn(&LakeEvent) -> i64| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from_iter_values(events.iter().map(of)).with_timezone("UTC"))
    };
    let columns: Vec<ArrayRef> = vec![
        keys(&|event| Some(event.subject)),
        times(&|event| event.at),
        texts(&|event| Some(&event.verb)),
        keys(&|event| Some(event.object)),
        keys(&|event| event.parent),
        Arc::new(also.collect::<BinaryArray>()),
        texts(&|event| Some(event.layer.name())),
        texts(&|event| Some(space_name(event.space))),
        keys(&|event| event.target),
        texts(&|event| event.reply_to.as_deref()),
        texts(&|event| event.text.as_deref()),
        Arc::new(events.iter().map(|event| event.rating.map(|stars| stars as i8)).collect::<Int8Array>()),
        integers(&|event| event.value.map(|value| value.minor)),
        Arc::new(events.iter().map(|e| e.value.map(|v| v.currency.code().to_owned())).collect::<StringArray>()),
        integers(&|event| Some(i64::from(event.seconds))),
        flags(&|event| event.paid),
        flags(&|event| event.scored),
        texts(&|event| event.message.as_deref()),
        texts(&|event| event.extra.as_deref()),
        integers(&|event| Some(event.seq)),
        texts(&|event| Some(&event.source)),
        Arc::new(events.iter().map(|event| event.said_at).collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        times(&|event| event.received_at),
    ];
    RecordBatch::try_new(schema(), columns).expect("the columns are those of the schema")
}

/// Reads a whole row group as it lies.
pub(crate) fn read_group(run: &RunFile, group: usize) -> Result<Option<RecordBatch>, LakeError> {
    run.read_one(group, &(0..N_COLUMNS).collect::<Vec<_>>(), None)
}

/// Reads a whole row group as events, in order.
pub fn read_events(run: &RunFile, group: usize) -> Result<Vec<LakeEvent>, LakeError> {
    let Some(batch) = read_group(run, group)? else { return Ok(Vec::new()) };
    events_of(&batch).ok_or_else(|| damaged(run))
}

fn damaged(run: &RunFile) -> LakeError {
    LakeError::damaged(&run.path, "an event's column is not what it was written as")
}

/// The last `most` events of a subject in a run that lie before the time `before`, oldest first.
pub fn read_subject(run: &RunFile, subject: Key, before: i64, most: usize) -> Result<Vec<LakeEvent>, LakeError> {
    let mut found = Vec::new();
    for group in run.groups_of(subject).rev() {
        let Some(batch) = run.read_one(group, &[SUBJECT, AT], None)? else { continue };
        let subjects = batch.column(0).as_binary_opt::<i32>().ok_or_else(|| damaged(run))?;
        let times = batch.column(1).as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| damaged(run))?;
        let bytes = subject.to_bytes();
        let rows: Vec<usize> = (0..batch.num_rows()).collect();
        let start = rows.partition_point(|&row| subjects.value(row) < bytes.as_slice());
        let end = rows.partition_point(|&row| (subjects.value(row), times.value(row)) < (bytes.as_slice(), before));
        let start = start.max(end.saturating_sub(most - found.len()));
        if start < end
            && let Some(batch) = run.read_one(group, &(0..N_COLUMNS).collect::<Vec<_>>(), Some(start..end))?
        {
            let mut events = events_of(&batch).ok_or_else(|| damaged(run))?;
            events.append(&mut found);
            found = events;
        }
        if found.len() >= most {
            break;
        }
    }
    Ok(found)
}

fn events_of(batch: &RecordBatch) -> Option<Vec<LakeEvent>> {
    let binary = |i: usize| batch.column(i).as_binary_opt::<i32>();
    let string = |i: usize| batch.column(i).as_string_opt::<i32>();
    let integer = |i: usize| batch.column(i).as_primitive_opt::<Int64Type>();
    let (subject, object, parent, also, target) = (binary(0)?, binary(3)?, binary(4)?, binary(5)?, binary(8)?);
    let time = |i: usize| batch.column(i).as_primitive_opt::<TimestampMicrosecondType>();
    let (at, said_at, received_at) = (time(AT)?, time(SAID_AT)?, time(RECEIVED_AT)?);
    let (verb, layer, space, reply_to, text) = (string(2)?, string(6)?, string(7)?, string(9)?, string(10)?);
    let rating = batch.column(11).as_primitive_opt::<Int8Type>()?;
    let (value, currency, seconds) = (integer(12)?, string(13)?, integer(14)?);
    let (paid, scored) = (batch.column(15).as_boolean_opt()?, batch.column(16).as_boolean_opt()?);
    let (message, extra, seq) = (string(MESSAGE)?, string(18)?, integer(SEQ)?);
    let source = string(SOURCE)?;
    let optional = |column: &StringArray, row: usize| column.is_valid(row).then(|| column.value(row).to_owned());
    let key = |column: &BinaryArray, row: usize| {
        if column.is_valid(row) { Key::from_bytes(column.value(row)).map(Some) } else { Some(None) }
    };
    (0..batch.num_rows())
        .map(|row| {
            let keys = if also.is_valid(row) { also.value(row) } else { &[] };
            Some(LakeEvent {
                subject: key(subject, row)??,
                at: at.value(row),
                verb: verb.value(row).to_owned(),
                object: key(object, row)??,
                parent: key(parent, row)?,
                also: keys.chunks(16).map(Key::from_bytes).collect::<Option<_>>()?,
                layer: Layer::of_name(layer.value(row))?,
                space: if space.value(row) == "owned" { Space::Owned } else { Space::Elsewhere },
                target: key(target, row)?,
                reply_to: optional(reply_to, row),
                text: optional(text, row),
                rating: rating.is_valid(row).then(|| rating.value(row) as u8),
                value: value.is_valid(row).then(|| Money {
                    minor: value.value(row),
                    currency: Currency::of_code(currency.value(row)).unwrap_or_default(),
                }),
                seconds: seconds.value(row) as u32,
                paid: paid.value(row),
                scored: scored.value(row),
                message: optional(message, row),
                extra: optional(extra, row),
                source: source.value(row).to_owned(),
                seq: seq.value(row),
                said_at: said_at.is_valid(row).then(|| said_at.value(row)),
                received_at: received_at.value(row),
            })
        })
        .collect()
}
