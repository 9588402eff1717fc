//! A run: one Parquet file sorted by subject, with its sparse index: the first and last subject of every row group.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::{Bytes, BytesMut};
use parlour_core::key::Key;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue, PageIndexPolicy};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};

use crate::column::{Part, Rows};

/// Rows of a row group, the unit in which the population is read.
pub const GROUP_ROWS: usize = 65_536;
/// Events of a row group. They are many times as large, and a merge has a group of each run in memory.
pub const EVENT_GROUP_ROWS: usize = 16_384;
/// Most rows that a row group is believed to have; a damaged file may say anything.
const MAX_GROUP_ROWS: usize = 1 << 24;
/// Rows of a page, the unit in which one person is read.
const PAGE_ROWS: usize = 8_192;
/// Largest dictionary of a row group; beyond it values are stored plainly.
const MAX_DICTIONARY_BYTES: usize = 16 << 20;
/// The key of the file's metadata under which its verbs stand, one a line.
const VERBS: &str = "parlour.verbs";

/// What can go wrong in the lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The disk said no.
    #[error("lake file `{path}`: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The object store said no, or nothing.
    #[error("the lake at `{url}`{}: {reason}", what.as_ref().map_or_else(String::new, |what| format!(", `{what}`")))]
    Remote {
        /// Where it is.
        url: String,
        /// Which file, if it is about one.
        what: Option<String>,
        /// Why.
        reason: String,
    },
    /// The file is not what was written.
    #[error("lake file `{path}` is damaged ({reason}); restore it from a backup, or run `parlour rebuild`")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl LakeError {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            Self::Damaged { .. } | Self::Remote { .. } => false,
        }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn parquet(path: &Path) -> impl FnOnce(ParquetError) -> Self + '_ {
        |error| {
            let ParquetError::External(source) = error else { return Self::damaged(path, error) };
            match source.downcast::<io::Error>() {
                Ok(source) if source.kind() == io::ErrorKind::UnexpectedEof => Self::damaged(path, source),
                Ok(source) => Self::Io { path: path.to_owned(), source: *source },
                Err(other) => Self::damaged(path, other),
            }
        }
    }
}

/// A file read by position, so that many threads may read it at once, also after it was unlinked.
#[derive(Clone, Debug)]
pub(crate) struct Positioned {
    file: Arc<File>,
    len: u64,
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Positioned {
    type T = PositionedRead;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(PositionedRead { file: Arc::clone(&self.file), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start.checked_add(length as u64).is_none_or(|end| self.len < end) {
            return Err(ParquetError::EOF("the file is shorter than it says".to_owned()));
        }
        let mut buffer = vec![0; length];
        self.file.read_exact_at(&mut buffer, start)?;
        Ok(buffer.into())
    }
}

#[derive(Debug)]
pub(crate) struct PositionedRead {
    file: Arc<File>,
    at: u64,
}

impl Read for PositionedRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// The subjects between which a row group lies.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// First subject.
    pub first: Key,
    /// Last subject.
    pub last: Key,
}

/// An open run.
#[derive(Debug)]
pub struct RunFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its row groups, in order.
    pub groups: Vec<Group>,
    /// The verbs that occur in it.
    pub verbs: Vec<String>,
    source: Positioned,
    metadata: ArrowReaderMetadata,
}

impl RunFile {
    /// Opens a run and reads its sparse index.
    pub fn open(path: &Path) -> Result<Self, LakeError> {
        let file = File::open(path).map_err(LakeError::io(path))?;
        let len = file.metadata().map_err(LakeError::io(path))?.len();
        let source = Positioned { file: Arc::new(file), len };
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        let load = || ArrowReaderMetadata::load(&source, options).map_err(LakeError::parquet(path));
        let metadata = undamaged(path, load)?;
        let groups = groups(&metadata).ok_or_else(|| LakeError::damaged(path, "a row group has no first subject"))?;
        let pairs = metadata.metadata().file_metadata().key_value_metadata();
        let verbs = pairs.into_iter().flatten().find(|pair| pair.key == VERBS).and_then(|pair| pair.value.clone());
        let verbs = verbs.unwrap_or_default().lines().map(str::to_owned).collect();
        Ok(Self { path: path.to_owned(), groups, verbs, source, metadata })
    }

    /// How many rows.
    pub fn n_rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows() as u64
    }

    /// How many bytes.
    pub fn n_bytes(&self) -> u64 {
        self.source.len
    }

    /// The row groups in which a subject may lie.
    pub fn groups_of(&self, subject: Key) -> Range<usize> {
        let start = self.groups.partition_point(|group| group.last < subject);
        let end = self.groups.partition_point(|group| group.first <= subject);
        start..end.max(start)
    }

    /// How many rows a row group has.
    pub(crate) fn n_rows_of(&self, group: usize) -> Result<usize, LakeError> {
        let n_rows = usize::try_from(self.metadata.metadata().row_group(group).num_rows()).ok();
        let n_rows = n_rows.filter(|&n_rows| n_rows <= MAX_GROUP_ROWS);
        n_rows.ok_or_else(|| LakeError::damaged(&self.path, format!("row group {group} has no such number of rows")))
    }

    /// The rows of the pages in which subjects from `from` on, up to but without `to`, may lie.
    pub(crate) fn rows_between(&self, group: usize, from: Key, to: Option<Key>) -> Result<Range<usize>, LakeError> {
        let n_rows = self.n_rows_of(group)?;
        let metadata = self.metadata.metadata();
        let index = metadata.column_index().and_then(|index| index.get(group)?.first());
        let places = metadata.offset_index().and_then(|index| index.get(group)?.first());
        let (Some(ColumnIndexMetaData::BYTE_ARRAY(index)), Some(places)) = (index, places) else {
            return Ok(0..n_rows);
        };
        let places = places.page_locations();
        let subject = |bytes: Option<&[u8]>| bytes.and_then(Key::from_bytes);
        let start = (0..places.len()).find(|&page| subject(index.max_value(page)).is_none_or(|last| from <= last));
        let is_after =
            |page: usize| to.is_some_and(|to| subject(index.min_value(page)).is_some_and(|first| to <= first));
        let end = (0..places.len()).find(|&page| is_after(page));
        let row = |page: Option<usize>| page.map_or(n_rows, |page| places[page].first_row_index as usize).min(n_rows);
        Ok(row(start)..row(end).max(row(start)))
    }

    /// Rows of one row group, each page of them read when it is needed.
    pub(crate) fn pages(&self, group: usize, rows: Range<usize>) -> Rows<'_, Positioned> {
        let metadata = self.metadata.metadata();
        let pages = metadata.offset_index().and_then(|index| index.get(group)).map(Vec::as_slice);
        Rows { group: metadata.row_group(group), pages, source: Arc::new(self.source.clone()), range: rows }
    }

    /// Rows of one row group, its columns up to `last` read at once into `room`.
    pub(crate) fn stretch(
        &self,
        group: usize,
        rows: Range<usize>,
        last: usize,
        mut room: BytesMut,
    ) -> Result<Rows<'_, Part>, LakeError> {
        let metadata = self.metadata.metadata();
        let columns = metadata.row_group(group).columns();
        let ranges = columns.iter().take(last + 1).map(ColumnChunkMetaData::byte_range);
        let (start, end) = ranges
            .map(|(start, length)| (start, start.saturating_add(length)))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .filter(|&(_, end)| end <= self.source.len)
            .ok_or_else(|| LakeError::damaged(&self.path, format!("row group {group} lies beyond its end")))?;
        room.resize((end - start) as usize, 0);
        self.source.file.read_exact_at(&mut room, start).map_err(LakeError::io(&self.path))?;
        let pages = metadata.offset_index().and_then(|index| index.get(group)).map(Vec::as_slice);
        let source = Arc::new(Part::new(start, room.freeze()));
        Ok(Rows { group: metadata.row_group(group), pages, source, range: rows })
    }

    /// Reads columns (by their places in the schema) of one row group, in batches of at most `batch_rows` rows.
    pub fn read(
        &self,
        group: usize,
        columns: &[usize],
        rows: Option<RowSelection>,
        batch_rows: usize,
    ) -> Result<ParquetRecordBatchReader, LakeError> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.source.clone(), self.metadata.clone());
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied());
        let builder = builder.with_row_groups(vec![group]).with_projection(mask).with_batch_size(batch_rows);
        let builder = match rows {
            Some(rows) => builder.with_row_selection(rows),
            None => builder,
        };
        builder.build().map_err(LakeError::parquet(&self.path))
    }

    /// Reads rows of one row group as one batch; `None` where there are none.
    pub fn read_one(
        &self,
        group: usize,
        columns: &[usize],
        rows: Option<Range<usize>>,
    ) -> Result<Option<RecordBatch>, LakeError> {
        let n_rows = self.n_rows_of(group)?;
        let selection = rows.map(|rows| RowSelection::from_consecutive_ranges(std::iter::once(rows), n_rows));
        undamaged(&self.path, || {
            let mut reader = self.read(group, columns, selection, n_rows.max(1))?;
            reader.next().transpose().map_err(|error| LakeError::damaged(&self.path, error))
        })
    }
}

/// What `read` returns. The reader of Parquet panics on some damage that it might have told of; that is damage too.
pub(crate) fn undamaged<T>(path: &Path, read: impl FnOnce() -> Result<T, LakeError>) -> Result<T, LakeError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(LakeError::damaged(path, "it contradicts itself")))
}

fn groups(metadata: &ArrowReaderMetadata) -> Option<Vec<Group>> {
    metadata
        .metadata()
        .row_groups()
        .iter()
        .map(|group| {
            let Statistics::ByteArray(subject) = group.column(0).statistics()? else { return None };
            let first = Key::from_bytes(subject.min_opt()?.data())?;
            Some(Group { first, last: Key::from_bytes(subject.max_opt()?.data())? })
        })
        .collect()
}

/// What a run that was just written holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name within its folder.
    pub file: String,
    /// Rows.
    pub n_rows: u64,
    /// Bytes.
    pub n_bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
}

/// Writes a run: under a temporary name, fsynced, then renamed, then its folder fsynced. It counts once the database
/// says so.
pub struct RunWriter {
    folder: PathBuf,
    name: String,
    temporary: PathBuf,
    writer: ArrowWriter<Hashing>,
    n_rows: u64,
}

struct Hashing {
    file: io::BufWriter<File>,
    hash: Sha256,
    n_bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl RunWriter {
    /// Begins a run called `name` in `folder`. Row groups end where the caller flushes them.
    pub fn create(folder: &Path, name: &str, schema: SchemaRef, is_packed: bool) -> Result<Self, LakeError> {
        fs::create_dir_all(folder).map_err(LakeError::io(folder))?;
        let temporary = folder.join(format!("{name}.tmp"));
        let file = File::create(&temporary).map_err(LakeError::io(&temporary))?;
        let hashing = Hashing { file: io::BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), n_bytes: 0 };
        let writer = ArrowWriter::try_new(hashing, schema, Some(properties(is_packed)))
            .map_err(LakeError::parquet(&temporary))?;
        Ok(Self { folder: folder.to_owned(), name: name.to_owned(), temporary, writer, n_rows: 0 })
    }

    /// Writes rows and ends their row group.
    pub fn write_group(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.n_rows += batch.num_rows() as u64;
        self.writer.write(batch).and_then(|()| self.writer.flush()).map_err(LakeError::parquet(&self.temporary))
    }

    /// Ends the run. When this returns it is on the disk under its name.
    pub fn finish<'v>(mut self, verbs: impl IntoIterator<Item = &'v str>) -> Result<Written, LakeError> {
        let mut verbs: Vec<&str> = verbs.into_iter().collect();
        verbs.sort_unstable();
        verbs.dedup();
        self.writer.append_key_value_metadata(KeyValue::new(VERBS.to_owned(), verbs.join("\n")));
        let hashing = self.writer.into_inner().map_err(LakeError::parquet(&self.temporary))?;
        let Hashing { file, hash, n_bytes } = hashing;
        let io = LakeError::io(&self.temporary);
        let synced = file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        synced.map_err(io)?;
        let path = self.folder.join(&self.name);
        fs::rename(&self.temporary, &path).map_err(LakeError::io(&path))?;
        sync_folder(&self.folder)?;
        let digest = hex(&hash.finalize());
        Ok(Written { file: self.name, n_rows: self.n_rows, n_bytes, digest })
    }
}

fn properties(is_packed: bool) -> WriterProperties {
    let compression = if is_packed {
        Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default())
    } else {
        Compression::UNCOMPRESSED
    };
    // Values that hardly ever come twice: a dictionary of them would be built in vain.
    let unique = ["at", "message", "extra", "text", "seq"];
    let builder = unique.into_iter().fold(WriterProperties::builder(), |builder, column| {
        builder.set_column_dictionary_enabled(ColumnPath::from(column), false)
    });
    builder
        .set_compression(compression)
        .set_max_row_group_row_count(None)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_dictionary_page_size_limit(MAX_DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_statistics_enabled(ColumnPath::from("subject"), EnabledStatistics::Page)
        .set_statistics_truncate_length(None)
        .set_column_index_truncate_length(None)
        .set_created_by("parlour".to_owned())
        .build()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(LakeError::io(folder))
}

/// The SHA-256 of a file, in hexadecimal.
pub fn digest_of(path: &Path) -> Result<String, LakeError> {
    let mut file = File::open(path).map_err(LakeError::io(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut buffer).map_err(LakeError::io(path))?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hex(&hash.finalize()))
}
