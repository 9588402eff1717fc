//! Columns of activity, page by page straight into plain vectors: what a dictionary holds is made once, and rows are
//! unpacked into it. Knows the encodings that [`crate::activity`] writes and no others.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

/// A part of a file in memory, read by its places in the file.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    start: u64,
    bytes: Bytes,
}

impl Part {
    pub(crate) fn new(start: u64, bytes: Bytes) -> Self {
        Self { start, bytes }
    }

    /// Its room, for the next part.
    pub(crate) fn into_room(self) -> BytesMut {
        self.bytes.try_into_mut().unwrap_or_default()
    }
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Part {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let skipped = start.checked_sub(self.start).map(|n| n as usize).filter(|&n| n <= self.bytes.len());
        Ok(self.bytes.slice(skipped.ok_or_else(damage)?..).reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let start = start.checked_sub(self.start).ok_or_else(damage)? as usize;
        let end = start.checked_add(length).filter(|&end| end <= self.bytes.len()).ok_or_else(damage)?;
        Ok(self.bytes.slice(start..end))
    }
}

/// Rows of one row group, to be read column by column.
pub(crate) struct Rows<'a, R: ChunkReader> {
    pub(crate) group: &'a RowGroupMetaData,
    /// Where the pages of each column lie, to skip those that are not asked for; without it pages are read in turn.
    pub(crate) pages: Option<&'a [OffsetIndexMetaData]>,
    pub(crate) source: Arc<R>,
    pub(crate) range: Range<usize>,
}

impl<R: ChunkReader> Rows<'_, R> {
    /// Appends a column to `out`, each value made by `make` from its bytes.
    pub(crate) fn read<T: Copy>(
        &self,
        column: usize,
        ids: &mut Vec<u32>,
        out: &mut Vec<T>,
        mut make: impl FnMut(&[u8]) -> Option<T>,
    ) -> Result<(), ParquetError> {
        let kind = self.group.column(column).column_type();
        let mut dictionary = Vec::new();
        self.pages_of(column, |page, rows| match page {
            Page::DictionaryPage { buf, num_values, .. } => each_value(kind, &buf, num_values as usize, |bytes| {
                dictionary.push(make(bytes)?);
                Some(())
            }),
            Page::DataPage {
                buf, num_values, encoding: Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, ..
            } => {
                if let [only] = dictionary.as_slice() {
                    out.resize(out.len() + rows.len(), *only);
                    return Some(());
                }
                ids.clear();
                unpack(&buf, num_values as usize, rows, ids)?;
                stand_for(ids, &dictionary, out)
            }
            Page::DataPage { buf, num_values, encoding: Encoding::PLAIN, .. } => {
                let mut row = 0;
                each_value(kind, &buf, num_values as usize, |bytes| {
                    if rows.contains(&row) {
                        out.push(make(bytes)?);
                    }
                    row += 1;
                    Some(())
                })
            }
            Page::DataPage { .. } | Page::DataPageV2 { .. } => None,
        })
    }

    /// Appends a column's places in its dictionary to `ids`, and tells `value` what the dictionary holds, in order.
    pub(crate) fn read_places(
        &self,
        column: usize,
        ids: &mut Vec<u32>,
        mut value: impl FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), ParquetError> {
        let kind = self.group.column(column).column_type();
        self.pages_of(column, |page, rows| match page {
            Page::DictionaryPage { buf, num_values, .. } => each_value(kind, &buf, num_values as usize, &mut value),
            Page::DataPage {
                buf, num_values, encoding: Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, ..
            } => unpack(&buf, num_values as usize, rows, ids),
            Page::DataPage { .. } | Page::DataPageV2 { .. } => None,
        })
    }

    /// Appends a column of yes and no to `out`.
    pub(crate) fn read_bits(&self, column: usize, out: &mut Vec<bool>) -> Result<(), ParquetError> {
        self.pages_of(column, |page, rows| match page {
            Page::DataPage { buf, encoding: Encoding::PLAIN, .. } if rows.end <= buf.len() * 8 => {
                if buf.iter().all(|&byte| byte == 0) {
                    out.resize(out.len() + rows.len(), false);
                } else {
                    out.extend(rows.map(|row| buf[row / 8] >> (row % 8) & 1 == 1));
                }
                Some(())
            }
            Page::DictionaryPage { .. } | Page::DataPage { .. } | Page::DataPageV2 { .. } => None,
        })
    }

    /// Tells `each` the dictionary page and every data page in which wanted rows lie, and which of its rows they are.
    fn pages_of(
        &self,
        column: usize,
        mut each: impl FnMut(Page, Range<usize>) -> Option<()>,
    ) -> Result<(), ParquetError> {
        let n_rows = self.group.num_rows() as usize;
        let locations = match self.pages {
            Some(pages) => Some(pages.get(column).ok_or_else(damage)?.page_locations().clone()),
            None => None,
        };
        let is_located = locations.is_some();
        let mut pages =
            SerializedPageReader::new(Arc::clone(&self.source), self.group.column(column), n_rows, locations)?;
        let mut at = 0;
        while at < self.range.end {
            if is_located
                && let Some(next) = pages.peek_next_page()?
                && !next.is_dict
                && let Some(n) = next.num_rows
                && at.saturating_add(n) <= self.range.start
            {
                pages.skip_next_page()?;
                at += n;
                continue;
            }
            let page = pages.get_next_page()?.ok_or_else(damage)?;
            let n = if page.is_data_page() { page.num_values() as usize } else { 0 };
            let wanted = self.range.start.saturating_sub(at).min(n)..(self.range.end - at).min(n);
            if !page.is_data_page() || !wanted.is_empty() {
                each(page, wanted).ok_or_else(damage)?;
            }
            at += n;
        }
        Ok(())
    }
}

fn damage() -> ParquetError {
    ParquetError::General("a column is not what it was written as".to_owned())
}

/// Tells `each` the bytes of each of `n` plainly written values.
fn each_value(kind: Type, bytes: &[u8], n: usize, mut each: impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
    let width = match kind {
        Type::INT32 => 4,
        Type::INT64 => 8,
        Type::BYTE_ARRAY => {
            let mut rest = bytes;
            for _ in 0..n {
                let (length, after) = rest.split_first_chunk()?;
                let (value, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                each(value)?;
                rest = after;
            }
            return Some(());
        }
        Type::BOOLEAN | Type::INT96 | Type::FLOAT | Type::DOUBLE | Type::FIXED_LEN_BYTE_ARRAY => return None,
    };
    bytes.get(..n.checked_mul(width)?)?.chunks_exact(width).try_for_each(each)
}

/// Appends what each place stands for.
fn stand_for<T: Copy>(ids: &[u32], values: &[T], out: &mut Vec<T>) -> Option<()> {
    let last = values.len().checked_sub(1)?;
    let mut most = 0;
    out.extend(ids.iter().map(|&id| {
        most = most.max(id);
        values[(id as usize).min(last)]
    }));
    (most as usize <= last).then_some(())
}

/// Appends the rows `rows` of a page of `n` places: first how many bits each takes, then stretches, each of one place
/// many times over or of places packed by eights.
fn unpack(page: &[u8], n: usize, rows: Range<usize>, ids: &mut Vec<u32>) -> Option<()> {
    let (&width, mut bytes) = page.split_first()?;
    let width = Some(width as usize).filter(|&width| width <= 32)?;
    if width == 0 {
        ids.resize(ids.len() + rows.len(), 0);
        return Some(());
    }
    let mut at = 0;
    while at < rows.end {
        let header = varint(&mut bytes)?;
        let length = Some((header >> 1) as usize).filter(|&length| 0 < length && length <= n)?;
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8))?;
            bytes = rest;
            let value = value.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            let wanted = at.max(rows.start)..(at + length).min(rows.end);
            ids.resize(ids.len() + wanted.len(), value);
            at += length;
            continue;
        }
        let (packed, rest) = bytes.split_at_checked(length * width)?;
        bytes = rest;
        let end = at + length * 8;
        if rows.start < end {
            let (skip, until) = (rows.start.saturating_sub(at), rows.end.min(end) - at);
            let from = ids.len();
            unpack_eights(width, &packed[skip / 8 * width..until.div_ceil(8) * width], ids);
            ids.truncate(from + until - skip / 8 * 8);
            ids.drain(from..from + skip % 8);
        }
        at = end;
    }
    Some(())
}

fn varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7F).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn unpack_eights(width: usize, packed: &[u8], ids: &mut Vec<u32>) {
    match width {
        1 => unpack_narrow::<1>(packed, ids),
        2 => unpack_narrow::<2>(packed, ids),
        3 => unpack_narrow::<3>(packed, ids),
        4 => unpack_narrow::<4>(packed, ids),
        5 => unpack_narrow::<5>(packed, ids),
        6 => unpack_narrow::<6>(packed, ids),
        7 => unpack_narrow::<7>(packed, ids),
        8 => unpack_narrow::<8>(packed, ids),
        9 => unpack_wide::<9>(packed, ids),
        10 => unpack_wide::<10>(packed, ids),
        11 => unpack_wide::<11>(packed, ids),
        12 => unpack_wide::<12>(packed, ids),
        13 => unpack_wide::<13>(packed, ids),
        14 => unpack_wide::<14>(packed, ids),
        15 => unpack_wide::<15>(packed, ids),
        16 => unpack_wide::<16>(packed, ids),
        _ => unpack_any(width, packed, ids),
    }
}

/// Eight places of up to 8 bits lie in one word.
fn unpack_narrow<const WIDTH: usize>(packed: &[u8], ids: &mut Vec<u32>) {
    let mask = (1_u64 << WIDTH) - 1;
    ids.reserve(packed.len() / WIDTH * 8);
    for eight in packed.chunks_exact(WIDTH) {
        let mut word = [0; 8];
        word[..WIDTH].copy_from_slice(eight);
        let word = u64::from_le_bytes(word);
        ids.extend_from_slice(&std::array::from_fn::<u32, 8, _>(|i| (word >> (i * WIDTH) & mask) as u32));
    }
}

/// Eight places of up to 16 bits lie in one long word.
fn unpack_wide<const WIDTH: usize>(packed: &[u8], ids: &mut Vec<u32>) {
    let mask = (1_u128 << WIDTH) - 1;
    ids.reserve(packed.len() / WIDTH * 8);
    for eight in packed.chunks_exact(WIDTH) {
        let mut word = [0; 16];
        word[..WIDTH].copy_from_slice(eight);
        let word = u128::from_le_bytes(word);
        ids.extend_from_slice(&std::array::from_fn::<u32, 8, _>(|i| (word >> (i * WIDTH) & mask) as u32));
    }
}

fn unpack_any(width: usize, packed: &[u8], ids: &mut Vec<u32>) {
    let mask = (1_u64 << width) - 1;
    let n = (packed.len() * 8).checked_div(width).unwrap_or(0);
    ids.extend((0..n).map(|i| {
        let near = &packed[i * width / 8..];
        let mut word = [0; 8];
        let n_bytes = near.len().min(8);
        word[..n_bytes].copy_from_slice(&near[..n_bytes]);
        (u64::from_le_bytes(word) >> (i * width % 8) & mask) as u32
    }));
}
