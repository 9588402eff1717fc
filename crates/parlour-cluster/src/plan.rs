//! The plan of a question, in three sorts of stages: the kernel over ranges of subjects; people of several ids, brought together
//! by a shuffle and counted; and one sum of all sums.
//!
//! The ranges are rows of a table in memory, so that whoever schedules can part it; the kernel's operator reads them.

use std::fmt;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type};
use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::execution::TaskContext;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
    SendableRecordBatchStream,
};
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use futures_util::TryStreamExt;
use parlour_afar::{Part, Question, What};
use parlour_core::key::Key;
use parlour_lake::kernel::Gathered;
use serde::{Deserialize, Serialize};

use crate::loaded::{Loaded, Range};
use crate::shelf::Shelf;

/// Batches that wait for whoever reads them.
const WAITING: usize = 2;
/// Buckets of a shuffle to each of its partitions, so that they fill evenly.
const BUCKETS: usize = 8;
/// What an operator of ours begins with, as bytes.
const OURS: &[u8] = b"parlour\0";

/// What an operator does.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Work {
    /// Counts people of one id in the ranges it reads. Rows of others go into so many buckets.
    Kernel { n_buckets: u32 },
    /// Adds up sums, and counts people of several ids, all rows of whom it reads.
    Merge,
}

/// An operator: its work, on a question.
#[derive(Clone, Debug)]
pub(crate) struct PeopleExec {
    work: Work,
    question: String,
    shelf: Arc<Shelf>,
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

/// A part, and the bucket in which it is shuffled.
fn parts() -> SchemaRef {
    let field = |name: &str, kind: DataType| Field::new(name, kind, false);
    Arc::new(Schema::new(vec![field("bucket", DataType::UInt32), field("part", DataType::Binary)]))
}

/// A range of subjects, and its number.
fn ranges() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("number", DataType::UInt32, false),
        Field::new("from", DataType::Binary, false),
        Field::new("to", DataType::Binary, true),
    ]))
}

/// The plan of a question, its work parted into at most `n` tasks.
pub(crate) fn plan(id: &str, question: &Question, n: usize, shelf: &Arc<Shelf>) -> Result<Arc<dyn ExecutionPlan>> {
    let tables = tables(&question.cuts, n)?;
    let n = tables.len();
    let source = MemorySourceConfig::try_new_exec(&tables, ranges(), None)?;
    let operator = |work, input| -> Arc<dyn ExecutionPlan> {
        Arc::new(PeopleExec::new(work, id.to_owned(), Arc::clone(shelf), input))
    };
    let n_buckets = if question.united.is_empty() { 0 } else { (n * BUCKETS) as u32 };
    let mut counted = operator(Work::Kernel { n_buckets }, source);
    if n_buckets > 0 {
        let bucket: Arc<dyn PhysicalExpr> = Arc::new(Column::new("bucket", 0));
        let shuffled = RepartitionExec::try_new(counted, Partitioning::Hash(vec![bucket], n))?;
        counted = operator(Work::Merge, Arc::new(shuffled));
    }
    match question.what {
        What::Populations | What::Tally(_) => Ok(operator(Work::Merge, Arc::new(CoalescePartitionsExec::new(counted)))),
        // They are fetched from where each task leaves them.
        What::Standings(_) => Ok(counted),
    }
}

/// The ranges between cuts, in at most `n` tables of neighbours.
fn tables(cuts: &[Key], n: usize) -> Result<Vec<Vec<RecordBatch>>> {
    let each = cuts.len().div_ceil(n.max(1)).max(1);
    let bytes = |key: &Key| key.to_bytes();
    let all: Vec<(u32, &Key, Option<&Key>)> =
        (0..).zip(cuts).map(|(i, from)| (i, from, cuts.get(i as usize + 1))).collect();
    let table = |some: &[(u32, &Key, Option<&Key>)]| -> Result<Vec<RecordBatch>> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(some.iter().map(|(number, ..)| *number))),
            Arc::new(BinaryArray::from_iter_values(some.iter().map(|(_, from, _)| bytes(from)))),
            Arc::new(some.iter().map(|(.., to)| to.map(bytes)).collect::<BinaryArray>()),
        ];
        Ok(vec![RecordBatch::try_new(ranges(), columns)?])
    };
    all.chunks(each).map(table).collect()
}

/// The ranges in the rows of a table, and the number of the first.
fn read_ranges(batches: &[RecordBatch]) -> anyhow::Result<(u32, Vec<Range>)> {
    let mut all = Vec::new();
    for batch in batches {
        let (from, to) = (batch.column(1).as_binary_opt::<i32>(), batch.column(2).as_binary_opt::<i32>());
        let (from, to) = from.zip(to).context("ranges have other columns")?;
        for row in 0..batch.num_rows() {
            let to = (!to.is_null(row)).then(|| Key::from_bytes(to.value(row)).context("a range has no end"));
            let from = Key::from_bytes(from.value(row)).context("a range has no beginning")?;
            all.push((from, to.transpose()?));
        }
    }
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    let number = first.and_then(|batch| batch.column(0).as_primitive_opt::<UInt32Type>());
    Ok((number.map_or(0, |numbers| numbers.value(0)), all))
}

fn row(bucket: u32, part: &[u8]) -> Result<RecordBatch> {
    let columns: Vec<ArrayRef> =
        vec![Arc::new(UInt32Array::from(vec![bucket])), Arc::new(BinaryArray::from_vec(vec![part]))];
    Ok(RecordBatch::try_new(parts(), columns)?)
}

/// The parts in the rows of a batch, as bytes.
pub(crate) fn parts_of(batch: &RecordBatch) -> anyhow::Result<impl Iterator<Item = &[u8]>> {
    let parts = batch.column(batch.num_columns() - 1).as_binary_opt::<i32>().context("parts have other columns")?;
    Ok((0..parts.len()).map(|row| parts.value(row)))
}

impl PeopleExec {
    fn new(work: Work, question: String, shelf: Arc<Shelf>, input: Arc<dyn ExecutionPlan>) -> Self {
        let n = input.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(parts()),
            Partitioning::UnknownPartitioning(n),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { work, question, shelf, input, properties: Arc::new(properties) }
    }

    /// Does the work on what was read, and tells each part and its bucket; all of it may block.
    fn run(
        &self,
        batches: &[RecordBatch],
        is_wanted: impl Fn() -> bool,
        mut tell: impl FnMut(u32, &[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let loaded = self.shelf.question(&self.question)?;
        match self.work {
            Work::Kernel { n_buckets } => kernel(&loaded, batches, n_buckets, is_wanted, tell),
            Work::Merge if loaded.is_of_standings() => brought_together(&loaded, batches, tell),
            Work::Merge => merged(&loaded, batches)?.iter().try_for_each(|part| tell(0, part)),
        }
    }
}

/// Counts or measures people of one id in the ranges that were read; rows of others go into buckets.
fn kernel(
    loaded: &Loaded,
    batches: &[RecordBatch],
    n_buckets: u32,
    is_wanted: impl Fn() -> bool,
    mut tell: impl FnMut(u32, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (number, ranges) = read_ranges(batches)?;
    let bucket = number.checked_rem(n_buckets).unwrap_or(0);
    let rows = if loaded.is_of_standings() {
        let first = u64::from(number) << 32;
        let tell = |part: &Part| tell(bucket, &part.to_bytes()?);
        loaded.measure(&ranges, (first, n_buckets as usize), is_wanted, tell)?
    } else {
        let (counted, rows) = loaded.count(&ranges, n_buckets as usize, is_wanted)?;
        counted.parts()?.iter().try_for_each(|part| tell(bucket, part))?;
        rows
    };
    for (rows, bucket) in rows.into_iter().zip(0..).filter(|(rows, _)| rows.n_rows() > 0) {
        ensure!(n_buckets > 0, "people of several ids came up, of whom nobody knew");
        tell(bucket, &Part::Rows(Box::new(rows)).to_bytes()?)?;
    }
    Ok(())
}

/// Standings as they were read, and those of people of several ids, who are measured now.
fn brought_together(
    loaded: &Loaded,
    batches: &[RecordBatch],
    mut tell: impl FnMut(u32, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut gathered = Gathered::default();
    for batch in batches {
        for bytes in parts_of(batch)? {
            match Part::from_bytes(bytes)? {
                Part::Standings(..) | Part::Gathered(_) => tell(0, bytes)?,
                Part::Rows(rows) => gathered.append(&rows),
                Part::Sums(_) | Part::Tally(_) => bail!("sums came up among standings"),
            }
        }
    }
    loaded.measure_gathered(gathered, |part| tell(0, &part.to_bytes()?))
}

/// The sums of all that was read, in parts.
fn merged(loaded: &Loaded, batches: &[RecordBatch]) -> anyhow::Result<Vec<Vec<u8>>> {
    let (mut counted, mut gathered) = (loaded.nobody()?, Gathered::default());
    for batch in batches {
        for part in parts_of(batch)? {
            match Part::from_bytes(part)? {
                Part::Rows(rows) => gathered.append(&rows),
                part @ (Part::Sums(_) | Part::Tally(_) | Part::Standings(..) | Part::Gathered(_)) => {
                    counted.add(&part)?;
                }
            }
        }
    }
    counted.merge(&loaded.count_gathered(gathered)?);
    Ok(counted.parts()?)
}

impl DisplayAs for PeopleExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.properties.output_partitioning().partition_count();
        match self.work {
            Work::Kernel { .. } => write!(f, "ParlourKernelExec: question={}, ranges of subjects={n}", self.question),
            Work::Merge => write!(f, "ParlourMergeExec: question={}, partitions={n}", self.question),
        }
    }
}

impl ExecutionPlan for PeopleExec {
    fn name(&self) -> &'static str {
        match self.work {
            Work::Kernel { .. } => "ParlourKernelExec",
            Work::Merge => "ParlourMergeExec",
        }
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().ok_or_else(|| DataFusionError::Internal("an operator has no input".to_owned()))?;
        Ok(Arc::new(Self::new(self.work.clone(), self.question.clone(), Arc::clone(&self.shelf), input)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let mut builder = RecordBatchReceiverStreamBuilder::new(parts(), WAITING);
        let (sender, this) = (builder.tx(), self.clone());
        builder.spawn(async move {
            let batches: Vec<RecordBatch> = input.try_collect().await?;
            let work = move || {
                let tell = |bucket, part: &[u8]| {
                    sender.blocking_send(row(bucket, part)).context("nobody wants to know any more")
                };
                this.run(&batches, || !sender.is_closed(), tell)
            };
            let done = tokio::task::spawn_blocking(work).await;
            let done = done.map_err(|error| DataFusionError::Execution(error.to_string()))?;
            done.map_err(|error| DataFusionError::Execution(format!("{error:#}")))
        });
        Ok(builder.build())
    }
}

/// Our operators as bytes, and Ballista's as Ballista has them.
#[derive(Debug)]
pub(crate) struct Codec {
    shelf: Arc<Shelf>,
    others: BallistaPhysicalExtensionCodec,
}

impl Codec {
    pub(crate) fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf, others: BallistaPhysicalExtensionCodec::default() }
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(ours) = bytes.strip_prefix(OURS) else {
            return self.others.try_decode(bytes, inputs, context, converter);
        };
        let wrong = || DataFusionError::Internal("an operator of parlour's cannot be read".to_owned());
        let (work, question): (Work, String) = postcard::from_bytes(ours).map_err(|_| wrong())?;
        let [input] = inputs else { return Err(wrong()) };
        Ok(Arc::new(PeopleExec::new(work, question, Arc::clone(&self.shelf), Arc::clone(input))))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let Some(ours) = node.downcast_ref::<PeopleExec>() else {
            return self.others.try_encode(node, bytes, converter);
        };
        bytes.extend_from_slice(OURS);
        let told = postcard::to_stdvec(&(&ours.work, &ours.question));
        bytes.extend(told.map_err(|error| DataFusionError::Internal(error.to_string()))?);
        Ok(())
    }
}
