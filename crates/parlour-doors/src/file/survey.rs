//! What the head of a text tells of the whole: format, delimiter, header, columns and the order of day and month.
//!
//! It looks at the head only and asks nothing else, so opening the same file again finds the same.

use std::path::Path;

use memchr::memchr;

use super::decode::{Decoder, Row};
use super::error::FileError;
use super::json::{self, Paths};
use super::layout::{Cells, Fixed, Parted, Parting};
use super::mapping::{Format, Header, Mapping, TimeFormat};
use super::plan::Wanted;
use super::scan::{Dialect, Found, Kind, Scan, scan};
use super::time::OrderEvidence;

/// How many of the first records are looked at to tell day first from month first.
const N_SAMPLED: usize = 1000;
/// How many of the first lines are looked at to find the delimiter.
const N_LINES_FOR_DELIMITER: usize = 20;
/// What may part fields where the mapping does not say, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where the cells of the records are.
pub(super) enum Layout {
    Parted(Parted),
    Fixed(Fixed),
    Json(Paths),
}

impl Layout {
    /// Finds the cells of a record.
    pub(super) fn read(&self, record: &str, kind: Kind, cells: &mut Cells) -> Result<(), String> {
        match self {
            Self::Parted(parted) => parted.read(record, kind == Kind::Quoted, cells),
            Self::Fixed(fixed) => {
                fixed.read(record, cells);
                Ok(())
            }
            Self::Json(paths) => paths.read(record, cells),
        }
    }

    pub(super) fn has_json_extra(&self) -> bool {
        matches!(self, Self::Json(_))
    }
}

/// See the module.
pub(super) struct Survey {
    pub(super) format: Format,
    pub(super) dialect: Dialect,
    pub(super) layout: Layout,
    /// Where the first record starts, and how many lines lie before.
    pub(super) n_head_bytes: usize,
    pub(super) n_head_lines: u64,
    /// All that stands before the first record, without its last line end.
    pub(super) header: Option<Vec<u8>>,
    pub(super) columns: Vec<String>,
}

/// The head of a text.
struct Head<'a> {
    bytes: &'a [u8],
    /// Whether it is the whole text.
    is_last: bool,
    /// Where the next record starts, and how many lines lie before.
    at: usize,
    n_lines: u64,
}

impl<'a> Head<'a> {
    /// The next record that is not blank, without taking it.
    fn peek(&mut self, dialect: &Dialect) -> Option<(Found, &'a [u8])> {
        loop {
            let rest = &self.bytes[self.at..];
            match scan(rest, self.is_last, dialect) {
                Scan::Found(found) if found.kind == Kind::Skipped => self.take(found),
                Scan::Found(found) => return Some((found, &rest[..found.len])),
                Scan::Endless => {
                    let (len, full) = (rest.len(), rest.len());
                    return Some((Found { kind: Kind::TooLong, len, full, n_lines: 1 }, rest));
                }
                Scan::More | Scan::End => return None,
            }
        }
    }

    fn take(&mut self, found: Found) {
        self.at += found.full;
        self.n_lines += found.n_lines;
    }
}

/// Looks at the head of a text. Sets the decoder's order of day and month. `None` if there is not one record.
pub(super) fn survey(
    bytes: &[u8],
    is_last: bool,
    path: &Path,
    mapping: &Mapping,
    decoder: &mut Decoder,
) -> Result<Option<Survey>, FileError> {
    let mut head = Head { bytes, is_last, at: 0, n_lines: 0 };
    let start = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    head.at = start;
    let newline = if memchr(b'\n', bytes).is_none() && memchr(b'\r', bytes).is_some() { b'\r' } else { b'\n' };
    for _ in 0..mapping.skip_lines {
        let Some(n) = memchr(newline, &bytes[head.at..]) else { return Ok(None) };
        head.at += n + 1;
        head.n_lines += 1;
    }
    let comment = mapping.comment.clone().unwrap_or_default().into_bytes();
    let mut dialect = Dialect { newline, quoted_by: None, comment };
    let Some((first, line)) = head.peek(&dialect) else { return Ok(None) };
    let format = format_of(path, mapping, line)?;
    let delimiter = match (mapping.delimiter, format) {
        (Some(delimiter), _) => delimiter as u8,
        (None, Format::Tsv) => b'\t',
        (None, _) => guess_delimiter(&head, &dialect),
    };
    if mapping.quotes && matches!(format, Format::Csv | Format::Tsv) {
        dialect.quoted_by = Some(delimiter);
    }
    let (first, line) = head.peek(&dialect).unwrap_or((first, line));
    let shape = Shape { mapping, format, delimiter, wanted: &decoder.plan.wanted };
    let second = head.bytes.get(head.at + first.full..).map(|bytes| Head { bytes, is_last, at: 0, n_lines: 0 });
    let second = second.and_then(|mut head| head.peek(&dialect));
    let (layout, columns, has_header) = shape.layout((first, line), second, decoder)?;
    if has_header {
        head.take(first);
    }
    let header = (head.at > start).then(|| without_line_end(&bytes[start..head.at]).to_vec());
    let survey = Survey {
        format,
        layout,
        n_head_bytes: head.at,
        n_head_lines: head.n_lines,
        header,
        columns,
        dialect: dialect.clone(),
    };
    sample(head, &survey, mapping, decoder)?;
    Ok(Some(survey))
}

fn without_line_end(lines: &[u8]) -> &[u8] {
    let ends: [&[u8]; 3] = [b"\r\n", b"\n", b"\r"];
    ends.into_iter().find_map(|end| lines.strip_suffix(end)).unwrap_or(lines)
}

fn format_of(path: &Path, mapping: &Mapping, line: &[u8]) -> Result<Format, FileError> {
    let starts_with = |byte| line.trim_ascii_start().first() == Some(&byte);
    let format = mapping.format.or_else(|| format_by_name(path)).unwrap_or({
        if !mapping.columns.is_empty() {
            Format::Fixed
        } else if starts_with(b'{') {
            Format::Jsonl
        } else {
            Format::Csv
        }
    });
    match format {
        Format::Parquet => {
            Err(FileError::Mapping("the file is no Parquet file; set `format` to what it is".to_owned()))
        }
        Format::Jsonl if starts_with(b'[') => Err(FileError::Mapping(
            "the file begins with a JSON list; write one object a line, as `jq -c '.[]'` does".to_owned(),
        )),
        Format::Csv | Format::Tsv | Format::Fixed | Format::Jsonl => Ok(format),
    }
}

/// The format a name promises, whatever it is packed with.
fn format_by_name(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    match name.rsplit_once('.')?.1 {
        "csv" => Some(Format::Csv),
        "tsv" | "tab" => Some(Format::Tsv),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        _ => None,
    }
}

/// The character that most of the first lines have equally often.
fn guess_delimiter(head: &Head<'_>, dialect: &Dialect) -> u8 {
    let mut head = Head { ..*head };
    let mut lines = Vec::new();
    while let Some((found, line)) = head.peek(dialect).filter(|_| lines.len() < N_LINES_FOR_DELIMITER) {
        lines.push(line);
        head.take(found);
    }
    let count = |line: &[u8], delimiter| {
        let mut is_quoted = false;
        line.iter()
            .filter(|byte| {
                is_quoted ^= **byte == b'"';
                **byte == delimiter && !is_quoted
            })
            .count()
    };
    let score = |delimiter: u8| {
        let n = lines.first().map_or(0, |line| count(line, delimiter));
        let n_alike = lines.iter().filter(|line| count(line, delimiter) == n).count();
        if n == 0 { (0, 0) } else { (n_alike, n) }
    };
    // Of several equals `max_by_key` takes the last, and the likeliest stands first.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// What is known before the columns are.
struct Shape<'a> {
    mapping: &'a Mapping,
    format: Format,
    delimiter: u8,
    wanted: &'a [Wanted],
}

/// A record of the head and its bytes.
type Record<'a> = (Found, &'a [u8]);

impl Shape<'_> {
    /// The layout, the names of the columns and whether the first record is the header.
    fn layout(
        &self,
        first: Record<'_>,
        second: Option<Record<'_>>,
        decoder: &Decoder,
    ) -> Result<(Layout, Vec<String>, bool), FileError> {
        if self.format == Format::Jsonl {
            let columns = json::keys(&String::from_utf8_lossy(first.1));
            return Ok((Layout::Json(Paths::new(self.wanted)?), columns, false));
        }
        if self.format == Format::Fixed && !self.mapping.columns.is_empty() {
            let layout = Layout::Fixed(Fixed::new(self.wanted, &self.mapping.columns)?);
            let columns = self.mapping.columns.iter().map(|column| column.name.clone()).collect();
            let has_header = self.has_header(&layout, first, second, decoder);
            return Ok((layout, columns, has_header));
        }
        let parting = if self.format == Format::Fixed && self.mapping.delimiter.is_none() {
            Parting::Blanks
        } else {
            Parting::Character(self.delimiter)
        };
        let names = fields_of(first, parting)?;
        let has_names = self.wanted.iter().any(|wanted| !wanted.column.split('|').all(is_number));
        if has_names && self.mapping.header != Header::No {
            let layout = Parted::new(parting, self.wanted, Some(&names), names.len())?;
            return Ok((Layout::Parted(layout), names, true));
        }
        let layout = Layout::Parted(Parted::new(parting, self.wanted, None, names.len())?);
        if self.has_header(&layout, first, second, decoder) {
            return Ok((layout, names, true));
        }
        let numbers = (1..=names.len()).map(|number| format!("#{number}")).collect();
        Ok((layout, numbers, false))
    }

    /// Whether the first record is a header, where the mapping needs no names: if it has no time where the second has.
    fn has_header(&self, layout: &Layout, first: Record<'_>, second: Option<Record<'_>>, decoder: &Decoder) -> bool {
        match self.mapping.header {
            Header::Yes => return true,
            Header::No => return false,
            Header::Auto => {}
        }
        let time = |record: Record<'_>| time_cell(layout, record, decoder);
        let Some(name) = time(first).filter(|name| !decoder.clock.is_time(name)) else { return false };
        match second {
            Some(second) => time(second).is_some_and(|time| decoder.clock.is_time(&time)),
            None => !name.bytes().any(|b| b.is_ascii_digit()),
        }
    }
}

fn is_number(column: &str) -> bool {
    column.trim().strip_prefix('#').is_some_and(|number| number.parse::<usize>().is_ok())
}

/// Every field of a record.
fn fields_of((found, line): Record<'_>, parting: Parting) -> Result<Vec<String>, FileError> {
    if !matches!(found.kind, Kind::Plain | Kind::Quoted) {
        let message = "the first line has an unclosed quote or is too long to be a header; check `format`, `delimiter` and `skip_lines`";
        return Err(FileError::Mapping(message.to_owned()));
    }
    let line = String::from_utf8_lossy(line);
    Ok(parting.fields(&line, found.kind == Kind::Quoted))
}

/// The time of a record of the head, unless the record cannot be read.
fn time_cell(layout: &Layout, (found, line): Record<'_>, decoder: &Decoder) -> Option<String> {
    let record = std::str::from_utf8(line).ok()?;
    let mut cells = Cells::default();
    if !matches!(found.kind, Kind::Plain | Kind::Quoted) || layout.read(record, found.kind, &mut cells).is_err() {
        return None;
    }
    let row = Row { text: cells.text(record), spans: &cells.spans, at: None, has_json_extra: false };
    Some(row.cell(decoder.plan.time).to_owned())
}

/// Looks at the times of the first records.
fn sample(mut head: Head<'_>, survey: &Survey, mapping: &Mapping, decoder: &mut Decoder) -> Result<(), FileError> {
    let mut evidence = OrderEvidence::default();
    let (mut n_read, mut n_times) = (0, 0);
    while let Some((found, line)) = head.peek(&survey.dialect).filter(|_| n_read < N_SAMPLED) {
        head.take(found);
        let Some(time) = time_cell(&survey.layout, (found, line), decoder) else { continue };
        n_read += 1;
        n_times += usize::from(!time.is_empty());
        if mapping.time_format == TimeFormat::Auto {
            evidence.add(&time);
        }
    }
    if survey.layout.has_json_extra() && n_read > 0 && n_times == 0 {
        let time = mapping.time.as_deref().unwrap_or_default();
        return Err(FileError::column_missing(time, &survey.columns));
    }
    decoder.clock.set_order(evidence.order()?);
    Ok(())
}
