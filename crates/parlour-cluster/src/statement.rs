//! A statement over the lake: its plan, which DataFusion makes, and the table of what comes back.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, plan_err};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use parlour_afar::{Cell, Run, Statement, TABLES, Table};
use parlour_lake::{activity, event, standing};

use crate::lakes::url_of;

/// The schema in which the tables are found, with its name or without.
const SCHEMA: &str = "lake";

/// What a statement asks, not worked on yet. One row more than are wanted tells whether some were cut off.
/// It is worked on in `runtime`, if this machine does that.
pub(crate) async fn frame(
    statement: &Statement,
    config: SessionConfig,
    runtime: Option<Arc<RuntimeEnv>>,
    n_cores: usize,
) -> Result<DataFrame> {
    let config = config.with_default_catalog_and_schema("parlour", SCHEMA).with_target_partitions(n_cores);
    let context = SessionContext::new_with_config_rt(config, runtime.unwrap_or_default());
    let url = url_of(&statement.lake)?;
    for ((table, runs), schema) in
        TABLES.into_iter().zip(&statement.tables).zip([activity::schema(), event::schema(), standing::schema()])
    {
        let files = runs.iter().map(|run: &Run| PartitionedFile::new(run.file.clone(), run.n_bytes)).collect();
        context.register_table(table, Arc::new(Folder { url: url.clone(), schema, files }))?;
    }
    let only_reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(&statement.sql, only_reads).await?;
    let is_explained = matches!(frame.logical_plan(), LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
    match statement.n_rows.checked_add(1) {
        Some(_) if is_explained => plan_err!("only a `SELECT` may be asked; the scheduler logs the plan of each"),
        Some(most) => frame.limit(0, Some(most)),
        None => Ok(frame),
    }
}

/// The files of a table.
#[derive(Debug)]
struct Folder {
    url: ObjectStoreUrl,
    schema: SchemaRef,
    files: Vec<PartitionedFile>,
}

#[async_trait]
impl TableProvider for Folder {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            let schema = projection
                .map_or_else(|| Ok(Arc::clone(&self.schema)), |columns| self.schema.project(columns).map(Arc::new))?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let options = session.table_options().parquet.clone();
        let source = ParquetSource::new(Arc::clone(&self.schema)).with_table_parquet_options(options);
        let config = FileScanConfigBuilder::new(self.url.clone(), Arc::new(source))
            .with_file_group(FileGroup::new(self.files.clone()))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// A table in the making, up to a statement's limits.
#[derive(Clone, Debug)]
pub(crate) struct Making {
    table: Table,
    n_rows: usize,
    n_bytes: usize,
}

impl Making {
    pub(crate) fn new(statement: &Statement, schema: &SchemaRef) -> Self {
        let columns = schema.fields().iter().map(|field| field.name().clone()).collect();
        let table = Table { columns, ..Table::default() };
        Self { table, n_rows: statement.n_rows, n_bytes: statement.n_bytes }
    }

    /// Whether more is wanted.
    pub(crate) fn is_open(&self) -> bool {
        !self.table.is_cut
    }

    pub(crate) fn add(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        let columns: Vec<Vec<Cell>> = batch.columns().iter().map(|column| cells(column)).collect::<Result<_, _>>()?;
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in 0..batch.num_rows() {
            let row: Vec<Cell> = columns.iter_mut().filter_map(Iterator::next).collect();
            let n_bytes: usize = row.iter().map(Cell::n_bytes).sum();
            if self.table.rows.len() == self.n_rows || self.n_bytes < n_bytes {
                self.table.is_cut = true;
                break;
            }
            self.n_bytes -= n_bytes;
            self.table.rows.push(row);
        }
        Ok(())
    }

    pub(crate) fn done(self) -> Table {
        self.table
    }
}

/// The values of a column.
fn cells(column: &dyn Array) -> anyhow::Result<Vec<Cell>> {
    let kind = column.data_type();
    let kind = if let DataType::Dictionary(_, of) = kind { of } else { kind };
    if kind.is_integer() && *kind != DataType::UInt64 {
        let numbers = cast(column, &DataType::Int64)?;
        return Ok(numbers.as_primitive::<Int64Type>().iter().map(|n| n.map_or(Cell::Null, Cell::Int)).collect());
    }
    if kind.is_floating() {
        let numbers = cast(column, &DataType::Float64)?;
        return Ok(numbers.as_primitive::<Float64Type>().iter().map(|x| x.map_or(Cell::Null, Cell::Real)).collect());
    }
    if matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_)) {
        let all = cast(column, &DataType::Binary)?;
        let blob = |bytes: Option<&[u8]>| bytes.map_or(Cell::Null, |bytes| Cell::Blob(bytes.to_vec()));
        return Ok(all.as_binary::<i32>().iter().map(blob).collect());
    }
    let formatter = ArrayFormatter::try_new(column, &FormatOptions::default())?;
    let nulls = column.logical_nulls();
    let text = |row: usize| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(Cell::Null);
        }
        anyhow::Ok(Cell::Text(formatter.value(row).try_to_string()?))
    };
    (0..column.len()).map(text).collect()
}
