//! Files of facts, read record by record into events.
//!
//! [`open`] looks at the head of a file and then streams it: each [`Record`] is an event or a refusal with its reason,
//! and says where the next one starts. A record is never guessed at: what can be read two ways is refused.

mod amount;
mod cell;
mod columnar;
mod decode;
mod error;
mod input;
mod json;
mod layout;
mod lines;
mod mapping;
mod plan;
mod preset;
mod refused;
mod scan;
mod survey;
mod text;
mod textual;
mod time;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parlour_core::event::{Event, Flaw};
use parlour_core::vocabulary::Vocabulary;
use serde::{Deserialize, Serialize};

pub use error::FileError;
pub use input::{Compression, Encoding};
pub use lines::MAX_RAW_BYTES;
pub use mapping::{Also, Extra, Field, FixedColumn, Format, Header, Mapping, TimeFormat, ValueUnit};
pub use preset::{PRESETS, preset};
pub use refused::{RefusedFile, reasons_path, write_refused};
pub use scan::MAX_RECORD_BYTES;
pub use text::Fingerprint;

use columnar::Columnar;
use decode::Decoder;
use input::{Input, io_error, is_stdin, name_of, open_input};
use plan::Plan;
use text::TextReader;
use textual::Textual;
use time::Clock;

/// How much of a file its head's fingerprint covers at most.
pub const HEAD_BYTES: u64 = 64 * 1024;

/// The end of a record, where reading can go on. The default is the beginning of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Position {
    /// Bytes of the decompressed text before it, the text being UTF-8 and a byte order mark included; 0 in Parquet.
    pub bytes: u64,
    /// Lines before it (in Parquet, rows).
    pub line: u64,
    /// Records before it.
    pub row: u64,
    /// Whether the last line had no line end, because the file ended there.
    pub is_unfinished: bool,
}

/// With what a file is opened.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// When the events are received, microseconds UTC; what happened later than a day after it is refused.
    pub received_at: i64,
    /// Tells how verbs are stored.
    pub vocabulary: &'a Vocabulary,
    /// Where to go on.
    pub from: Position,
    /// What the file began with when it was read before: of at most `from.bytes` (any number of bytes in Parquet).
    /// With it, the part before `from` is read once more and compared; without it, a plain file is not read before
    /// `from`, and `Records::fingerprint` has nothing to say.
    pub expects: Option<Fingerprint>,
}

impl<'a> Opening<'a> {
    /// Opens at the beginning.
    pub fn new(received_at: i64, vocabulary: &'a Vocabulary) -> Self {
        Self { received_at, vocabulary, from: Position::default(), expects: None }
    }
}

/// What a file was found to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Fingerprint of its first `HEAD_BYTES`, or of all of it if it is shorter.
    pub head: Fingerprint,
    /// Its format; `None` if it holds no record.
    pub format: Option<Format>,
    /// How it is packed.
    pub compression: Compression,
    /// How its text is written; Parquet counts as UTF-8.
    pub encoding: Encoding,
    /// Its columns: by name where they have names, else as `#1`, `#2`.
    pub columns: Vec<String>,
    /// Everything before the first record (the header, lines left out by the mapping, comments) without its last line
    /// end: what `RefusedFile` puts first, so that the same mapping reads it.
    pub header: Option<Vec<u8>>,
}

/// One record of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// The line it starts in; the first is 1 (in Parquet, the row).
    pub line: u64,
    /// Its end, where reading can go on.
    pub after: Position,
    /// Its event, or why there is none.
    pub outcome: Result<Event, Refused>,
}

/// A record that is no event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Why.
    pub flaw: Flaw,
    /// The record as it stands in the file, in UTF-8; at most `MAX_RAW_BYTES`. From Parquet, the mapped columns in JSON.
    pub raw: Vec<u8>,
    /// Whether `raw` is only its beginning.
    pub is_cut: bool,
}

impl Refused {
    fn new(flaw: Flaw, raw: Vec<u8>, is_cut: bool) -> Self {
        Self { flaw, raw, is_cut }
    }
}

/// The records of a file, as an iterator that ends after its first error.
pub struct Records {
    path: PathBuf,
    source: Source,
    decoder: Decoder,
    body: Body,
    n_read: Arc<AtomicU64>,
    is_over: bool,
}

enum Body {
    Textual(Box<Textual>),
    Columnar(Box<Columnar>),
    /// There is no record in it, and this is how it reads.
    Empty(Box<TextReader>),
}

/// Opens a file (or standard input for `-`, which cannot be gone on with) and looks at its head.
///
/// When it returns, every mapped column was found and day and month can be told apart.
pub fn open(path: &Path, mapping: &Mapping, opening: &Opening<'_>) -> Result<Records, FileError> {
    let plan = Plan::new(mapping, opening.vocabulary)?;
    let clock = Clock::new(&mapping.time_format, &mapping.zone)?;
    let mut decoder = Decoder::new(plan, clock, opening.vocabulary.clone(), opening.received_at);
    if is_stdin(path) && opening.from != Position::default() {
        return Err(FileError::Mapping(
            "standard input cannot be gone on with; import it from its beginning".to_owned(),
        ));
    }
    match open_input(path)? {
        Input::Text(input) => {
            let n_read = Arc::clone(&input.n_read);
            let (source, textual) = textual::open(path, mapping, opening, input, &mut decoder)?;
            let body = match textual {
                Ok(textual) => Body::Textual(Box::new(textual)),
                Err(text) => Body::Empty(Box::new(text)),
            };
            Ok(Records { path: path.to_owned(), source, decoder, body, n_read, is_over: false })
        }
        Input::Parquet => open_parquet(path, mapping, opening, decoder),
    }
}

fn open_parquet(path: &Path, mapping: &Mapping, opening: &Opening<'_>, decoder: Decoder) -> Result<Records, FileError> {
    if let Some(format) = mapping.format.filter(|format| *format != Format::Parquet) {
        let format = format!("{format:?}").to_lowercase();
        return Err(FileError::Mapping(format!(
            "the file is Parquet and `format` says `{format}`; leave `format` out"
        )));
    }
    if is_stdin(path) {
        return Err(FileError::Mapping("Parquet cannot be read from standard input; give the file's name".to_owned()));
    }
    if let Some(expected) = opening.expects
        && fingerprint(path, expected.n_bytes)? != expected
    {
        return Err(FileError::Changed { name: name_of(path), n_bytes: expected.n_bytes });
    }
    let columnar = Columnar::open(path, &decoder, &opening.from)?;
    let source = Source {
        head: fingerprint(path, HEAD_BYTES)?,
        format: Some(Format::Parquet),
        compression: Compression::Plain,
        encoding: Encoding::Utf8,
        columns: columnar.columns.clone(),
        header: None,
    };
    let body = Body::Columnar(Box::new(columnar));
    Ok(Records { path: path.to_owned(), source, decoder, body, n_read: Arc::default(), is_over: false })
}

impl Records {
    /// What the file was found to be.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The next record, or nothing at the end. An error says that the file cannot be read any further; there is
    /// nothing after it, and every whole record before it was delivered.
    pub fn next_record(&mut self) -> Result<Option<Record>, FileError> {
        if self.is_over {
            return Ok(None);
        }
        let next = match &mut self.body {
            Body::Textual(textual) => textual.next(&mut self.decoder),
            Body::Columnar(columnar) => columnar.next(&mut self.decoder),
            Body::Empty(text) if text.is_broken() => {
                Err(textual::broken(&self.path, self.source.compression, Position::default(), text.error()))
            }
            Body::Empty(_) => Ok(None),
        };
        self.is_over = !matches!(next, Ok(Some(_)));
        next
    }

    /// How many bytes of the file have been read, as they lie on the disk; of `total_bytes`.
    pub fn read_bytes(&self) -> u64 {
        match &self.body {
            Body::Columnar(columnar) => {
                let total = total_bytes(&self.path).ok().flatten().unwrap_or(0);
                (total as f64 * columnar.progress()) as u64
            }
            Body::Textual(_) | Body::Empty(_) => self.n_read.load(Ordering::Relaxed),
        }
    }

    /// Where the last record ended, and at first where the first one begins.
    pub fn position(&self) -> Position {
        match &self.body {
            Body::Textual(textual) => textual.position(),
            Body::Columnar(columnar) => columnar.position(),
            Body::Empty(_) => Position::default(),
        }
    }

    /// The fingerprint of everything before `position`, which `Opening::expects` can be given to go on there (of
    /// Parquet, of the whole file). `None` if the file was opened in its middle without looking before it.
    pub fn fingerprint(&mut self) -> Result<Option<Fingerprint>, FileError> {
        match &mut self.body {
            Body::Textual(textual) => Ok(textual.fingerprint()),
            Body::Columnar(columnar) => columnar.fingerprint(&self.path).map(Some),
            Body::Empty(text) => Ok(text.fingerprint()),
        }
    }
}

impl Iterator for Records {
    type Item = Result<Record, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_record().transpose()
    }
}

/// The size of a file on the disk, for progress; `None` for standard input.
pub fn total_bytes(path: &Path) -> Result<Option<u64>, FileError> {
    if is_stdin(path) {
        return Ok(None);
    }
    let metadata = std::fs::metadata(path).map_err(|error| io_error(path, error))?;
    Ok(Some(metadata.len()))
}

/// The fingerprint of the first `n_bytes` of a file's decompressed text, or of all of it if it is shorter. Two files
/// with the same one begin alike, however they are called and packed. Of Parquet, the bytes of the file itself count.
pub fn fingerprint(path: &Path, n_bytes: u64) -> Result<Fingerprint, FileError> {
    let (text, compression) = match open_input(path)? {
        Input::Text(input) => (input.text, input.compression),
        Input::Parquet => {
            let file = File::open(path).map_err(|error| io_error(path, error))?;
            (Box::new(file) as Box<dyn io::Read + Send>, Compression::Plain)
        }
    };
    let mut text = TextReader::new(text);
    let is_whole = text.skip_to(n_bytes);
    let after = Position { bytes: text.offset(), ..Position::default() };
    match text.fingerprint() {
        Some(fingerprint) if is_whole || !text.is_broken() => Ok(fingerprint),
        Some(_) | None => Err(textual::broken(path, compression, after, text.error())),
    }
}
