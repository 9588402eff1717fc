//! The records of a text file: from its head to its end, or from where reading stopped before.

use std::io;
use std::path::{Path, PathBuf};

use parlour_core::event::{Event, Flaw};

use super::decode::{Decoder, Row};
use super::error::FileError;
use super::input::{Compression, Encoding, TextInput, io_error, name_of, open_plain_at};
use super::layout::Cells;
use super::lines::{Lines, Piece};
use super::mapping::Mapping;
use super::scan::{Kind, MAX_RECORD_BYTES};
use super::survey::{Layout, Survey, survey};
use super::text::{Fingerprint, TextReader, fingerprint_of};
use super::{HEAD_BYTES, Opening, Position, Record, Refused, Source, total_bytes};

/// How much of a text is looked at before its first record is read. A header is found however long it may be.
const SURVEYED_BYTES: usize = MAX_RECORD_BYTES + 2;

/// See the module.
pub(super) struct Textual {
    path: PathBuf,
    compression: Compression,
    lines: Lines,
    layout: Layout,
    cells: Cells,
}

/// Looks at the head of a text and goes to where it is to be read from; gives back the text if it has no record.
pub(super) fn open(
    path: &Path,
    mapping: &Mapping,
    opening: &Opening<'_>,
    input: TextInput,
    decoder: &mut Decoder,
) -> Result<(Source, Result<Textual, TextReader>), FileError> {
    let (compression, encoding, n_read) = (input.compression, input.encoding, input.n_read);
    let mut text = TextReader::new(input.text);
    text.fill_to(SURVEYED_BYTES);
    let head = text.available();
    let mut source = Source {
        head: fingerprint_of(&head[..head.len().min(HEAD_BYTES as usize)]),
        format: None,
        compression,
        encoding,
        columns: Vec::new(),
        header: None,
    };
    let is_last = text.is_over() && !text.is_broken();
    let Some(survey) = survey(head, is_last, path, mapping, decoder)? else {
        return no_record(text, path, &opening.from).map(|text| (source, Err(text)));
    };
    let Survey { format, dialect, layout, n_head_bytes, n_head_lines, header, columns } = survey;
    source.format = Some(format);
    source.header = header;
    source.columns = columns;
    let from = if opening.from.bytes == 0 {
        let (bytes, line) = (n_head_bytes as u64, n_head_lines);
        Position { bytes, line, row: 0, is_unfinished: false }
    } else {
        opening.from
    };
    let is_near = from.bytes <= text.offset() + text.available().len() as u64;
    if let Some(expected) = opening.expects {
        check(&mut text, path, &expected, &from)?;
    } else if !is_near && compression == Compression::Plain && encoding == Encoding::Utf8 {
        if total_bytes(path)?.is_some_and(|total| total < from.bytes) {
            return Err(changed(path, from.bytes));
        }
        text = TextReader::within(open_plain_at(path, from.bytes, &n_read)?, from.bytes);
    }
    skip_to(&mut text, path, from.bytes, compression)?;
    let lines = Lines::new(text, dialect, &from);
    let textual = Textual { path: path.to_owned(), compression, lines, layout, cells: Cells::default() };
    Ok((source, Ok(textual)))
}

/// A text in whose head there is no record must end there, and cannot be gone on with.
fn no_record(text: TextReader, path: &Path, from: &Position) -> Result<TextReader, FileError> {
    if !text.is_over() {
        let message = format!("the first {SURVEYED_BYTES} bytes hold no record; check `skip_lines` and `comment`");
        return Err(FileError::Mapping(message));
    }
    if from.bytes > 0 && !text.is_broken() { Err(changed(path, from.bytes)) } else { Ok(text) }
}

/// Compares the beginning with what it was.
fn check(text: &mut TextReader, path: &Path, expected: &Fingerprint, from: &Position) -> Result<(), FileError> {
    if expected.n_bytes > from.bytes {
        let message =
            "the fingerprint covers more than lies before the position to go on at; give that of the position";
        return Err(FileError::Mapping(message.to_owned()));
    }
    let is_there = text.skip_to(expected.n_bytes);
    if is_there && text.fingerprint() == Some(*expected) { Ok(()) } else { Err(changed(path, expected.n_bytes)) }
}

fn skip_to(text: &mut TextReader, path: &Path, offset: u64, compression: Compression) -> Result<(), FileError> {
    if text.skip_to(offset) {
        return Ok(());
    }
    if text.is_broken() {
        let after = Position { bytes: text.offset(), ..Position::default() };
        return Err(broken(path, compression, after, text.error()));
    }
    Err(changed(path, offset))
}

fn changed(path: &Path, n_bytes: u64) -> FileError {
    FileError::Changed { name: name_of(path), n_bytes }
}

/// What it means that a file broke: the machine's fault, or the file's.
pub(super) fn broken(path: &Path, compression: Compression, after: Position, error: io::Error) -> FileError {
    if compression == Compression::Plain || error.raw_os_error().is_some() {
        return io_error(path, error);
    }
    let message = if error.kind() == io::ErrorKind::UnexpectedEof {
        "it breaks off in the middle of its compressed data; fetch it again".to_owned()
    } else {
        format!("its compressed data cannot be unpacked ({error}); fetch it again")
    };
    FileError::Broken { name: name_of(path), after, message }
}

impl Textual {
    /// The next record. After an error there are no more.
    pub(super) fn next(&mut self, decoder: &mut Decoder) -> Result<Option<Record>, FileError> {
        match self.lines.next() {
            Ok(Some(piece)) => Ok(Some(self.record(&piece, decoder))),
            Ok(None) => Ok(None),
            Err(error) => Err(broken(&self.path, self.compression, self.lines.position(), error)),
        }
    }

    fn record(&mut self, piece: &Piece, decoder: &mut Decoder) -> Record {
        let outcome = self.event(piece, decoder).map_err(|flaw| {
            let (raw, is_cut) = self.lines.raw(piece);
            Refused::new(flaw, raw, is_cut)
        });
        Record { line: piece.line, after: self.lines.position(), outcome }
    }

    fn event(&mut self, piece: &Piece, decoder: &mut Decoder) -> Result<Event, Flaw> {
        let unreadable = |message: &str| Flaw::Unreadable(message.to_owned());
        match piece.kind {
            Kind::Plain | Kind::Quoted => {}
            Kind::BadQuote => {
                let message = "a quote opens in this line and does not close before the next field; \
                               close it, and double the quotes inside a field";
                return Err(unreadable(message));
            }
            Kind::TooLong | Kind::Skipped => {
                return Err(Flaw::Unreadable(format!("the line is longer than {MAX_RECORD_BYTES} bytes; shorten it")));
            }
        }
        let record = std::str::from_utf8(self.lines.bytes(piece))
            .map_err(|_| unreadable("the line is not UTF-8; save the file as UTF-8"))?;
        self.layout.read(record, piece.kind, &mut self.cells).map_err(Flaw::Unreadable)?;
        let text = self.cells.text(record);
        let has_json_extra = self.layout.has_json_extra();
        decoder.event(&Row { text, spans: &self.cells.spans, at: None, has_json_extra })
    }

    /// Where the last record ended.
    pub(super) fn position(&self) -> Position {
        self.lines.position()
    }

    /// The fingerprint of everything before that.
    pub(super) fn fingerprint(&mut self) -> Option<Fingerprint> {
        self.lines.fingerprint()
    }
}
