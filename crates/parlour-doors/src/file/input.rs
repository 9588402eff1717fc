//! From a file's bytes to UTF-8 text: decompressed, and translated from UTF-16 where it says so.
//!
//! Positions and fingerprints count the bytes of this text, a byte order mark included.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::FileError;

/// How much of the text is looked at to see whether it is text at all.
const PEEKED_BYTES: usize = 8192;
/// How many raw bytes are translated from UTF-16 at a time.
const UTF16_CHUNK_BYTES: usize = 16 * 1024;

/// How a file is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// Gzip, of one member or several.
    Gzip,
    /// Zstandard, of one frame or several.
    Zstd,
}

/// How a file's text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 with a byte order mark, low byte first.
    Utf16Le,
    /// UTF-16 with a byte order mark, high byte first.
    Utf16Be,
}

/// What a file turned out to be.
pub(super) enum Input {
    Text(TextInput),
    Parquet,
}

/// A stream of UTF-8 text, and what it was made from.
pub(super) struct TextInput {
    pub(super) text: Box<dyn Read + Send>,
    pub(super) compression: Compression,
    pub(super) encoding: Encoding,
    /// Raw bytes taken from the file so far.
    pub(super) n_read: Arc<AtomicU64>,
}

/// The file's name as messages have it.
pub(super) fn name_of(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(super) fn io_error(path: &Path, source: io::Error) -> FileError {
    FileError::Io { name: name_of(path), source }
}

/// Opens a file, or standard input for `-`, and looks at its first bytes.
pub(super) fn open_input(path: &Path) -> Result<Input, FileError> {
    let n_read = Arc::new(AtomicU64::new(0));
    let raw: Box<dyn Read + Send> = if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(open_file(path)?) };
    let mut raw = Counted { raw, n_read: Arc::clone(&n_read) };
    let magic = read_up_to(&mut raw, 8).map_err(|error| io_error(path, error))?;
    if magic.starts_with(b"PAR1") {
        return Ok(Input::Parquet);
    }
    let compression = compression_of(&magic);
    let raw = Cursor::new(magic).chain(raw);
    let mut text: Box<dyn Read + Send> = match compression {
        Compression::Plain => Box::new(raw),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(raw)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(raw).map_err(|error| io_error(path, error))?),
    };
    let (head, error) = read_head(&mut text, PEEKED_BYTES);
    let encoding = encoding_of(&head);
    if let Some(looks) = looks_binary(&head, encoding) {
        return Err(FileError::Binary { name: name_of(path), looks });
    }
    let peeked = Peeked { head: Cursor::new(head), error, rest: text };
    let text: Box<dyn Read + Send> = match encoding {
        Encoding::Utf8 => Box::new(peeked),
        Encoding::Utf16Le | Encoding::Utf16Be => Box::new(Utf16::new(peeked, encoding == Encoding::Utf16Be)),
    };
    Ok(Input::Text(TextInput { text, compression, encoding, n_read }))
}

/// A plain UTF-8 file from this byte on.
pub(super) fn open_plain_at(
    path: &Path,
    offset: u64,
    n_read: &Arc<AtomicU64>,
) -> Result<Box<dyn Read + Send>, FileError> {
    let mut raw = open_file(path)?;
    raw.seek(SeekFrom::Start(offset)).map_err(|error| io_error(path, error))?;
    n_read.store(offset, Ordering::Relaxed);
    Ok(Box::new(Counted { raw, n_read: Arc::clone(n_read) }))
}

fn open_file(path: &Path) -> Result<File, FileError> {
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    let is_dir = file.metadata().is_ok_and(|metadata| metadata.is_dir());
    if is_dir { Err(io_error(path, io::ErrorKind::IsADirectory.into())) } else { Ok(file) }
}

fn compression_of(magic: &[u8]) -> Compression {
    let is_skippable_frame = magic.len() >= 4 && magic[0] & 0xf0 == 0x50 && magic[1..4] == [0x2a, 0x4d, 0x18];
    if magic.starts_with(&[0x1f, 0x8b]) {
        Compression::Gzip
    } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable_frame {
        Compression::Zstd
    } else {
        Compression::Plain
    }
}

fn encoding_of(head: &[u8]) -> Encoding {
    if head.starts_with(&[0xff, 0xfe]) && !head.starts_with(&[0xff, 0xfe, 0, 0]) {
        Encoding::Utf16Le
    } else if head.starts_with(&[0xfe, 0xff]) {
        Encoding::Utf16Be
    } else {
        Encoding::Utf8
    }
}

fn looks_binary(head: &[u8], encoding: Encoding) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") {
        Some("it is a ZIP archive or an Excel workbook; save it as CSV or unpack it first")
    } else if head.starts_with(b"SQLite format 3\0") {
        Some("it is an SQLite database; export the table as CSV first")
    } else if head.starts_with(b"\xfd7zXZ\0") || head.starts_with(b"BZh") {
        Some("it is packed with xz or bzip2; unpack it, or pack it with gzip or zstd")
    } else if encoding == Encoding::Utf8 && head.contains(&0) {
        Some("it has NUL bytes; save it as UTF-8, or as UTF-16 with a byte order mark")
    } else {
        None
    }
}

fn read_up_to(raw: &mut impl Read, n: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(n);
    raw.take(n as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The first `n` bytes and, if it broke before, why.
fn read_head(raw: &mut impl Read, n: usize) -> (Vec<u8>, Option<io::Error>) {
    let mut head = Vec::with_capacity(n);
    let error = raw.take(n as u64).read_to_end(&mut head).err();
    (head, error)
}

/// Counts the bytes that pass.
struct Counted<R> {
    raw: R,
    n_read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.raw.read(to)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// A stream whose head was read already, with the error that ended the reading of it.
struct Peeked<R> {
    head: Cursor<Vec<u8>>,
    error: Option<io::Error>,
    rest: R,
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.head.read(to)?;
        if n > 0 || to.is_empty() {
            return Ok(n);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.read(to),
        }
    }
}

/// UTF-16 as UTF-8. A lone surrogate or half a unit at the end becomes a byte that UTF-8 never has, so that the line
/// with it is refused and no other.
struct Utf16<R> {
    raw: R,
    is_big_endian: bool,
    chunk: Vec<u8>,
    /// The odd byte at the end of the last chunk.
    half: Option<u8>,
    high: Option<u16>,
    text: Cursor<Vec<u8>>,
    is_over: bool,
}

/// No byte of any UTF-8 text.
const NO_TEXT: u8 = 0xff;

impl<R: Read> Utf16<R> {
    fn new(raw: R, is_big_endian: bool) -> Self {
        let chunk = vec![0; UTF16_CHUNK_BYTES];
        Self { raw, is_big_endian, chunk, half: None, high: None, text: Cursor::default(), is_over: false }
    }

    fn translate(&mut self, n: usize, text: &mut Vec<u8>) {
        for at in 0..n {
            let byte = self.chunk[at];
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let pair = [first, byte];
            self.unit(if self.is_big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }, text);
        }
    }

    fn unit(&mut self, unit: u16, text: &mut Vec<u8>) {
        let units = [self.high.take(), Some(unit)];
        for decoded in char::decode_utf16(units.into_iter().flatten()) {
            match decoded {
                Ok(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(lone) if (0xd800..0xdc00).contains(&lone.unpaired_surrogate()) && self.high.is_none() => {
                    // Either the high half of a pair whose low half comes next, or alone before another unit.
                    if lone.unpaired_surrogate() == unit { self.high = Some(unit) } else { text.push(NO_TEXT) }
                }
                Err(_) => text.push(NO_TEXT),
            }
        }
    }

    fn finish(&mut self, text: &mut Vec<u8>) {
        self.is_over = true;
        if self.half.take().is_some() | self.high.take().is_some() {
            text.push(NO_TEXT);
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.text.read(to)?;
            if n > 0 || to.is_empty() || self.is_over {
                return Ok(n);
            }
            let n = self.raw.read(&mut self.chunk)?;
            let mut text = std::mem::take(self.text.get_mut());
            text.clear();
            if n == 0 {
                self.finish(&mut text);
                self.text = Cursor::new(text);
                return self.text.read(to);
            }
            self.translate(n, &mut text);
            self.text = Cursor::new(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(bytes: &[u8], is_big_endian: bool) -> Vec<u8> {
        let mut text = Vec::new();
        Utf16::new(OneByOne(bytes), is_big_endian).read_to_end(&mut text).unwrap();
        text
    }

    struct OneByOne<'a>(&'a [u8]);

    impl Read for OneByOne<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let n = to.len().min(1);
            self.0.read(&mut to[..n])
        }
    }

    #[test]
    fn utf16_of_both_orders_becomes_utf8() {
        let units: Vec<u16> = "aé𝄞\n€".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(translated(&little, false), "aé𝄞\n€".as_bytes());
        assert_eq!(translated(&big, true), "aé𝄞\n€".as_bytes());
    }

    #[test]
    fn broken_utf16_is_marked_where_it_is() {
        let lone_high = [0xd8, 0x34, 0, b'a', 0, b'b'];
        assert_eq!(translated(&lone_high, true), [NO_TEXT, b'a', b'b']);
        let two_highs = [0xd8, 0x34, 0xd8, 0x34, 0xdd, 0x1e];
        assert_eq!(translated(&two_highs, true), [&[NO_TEXT], "𝄞".as_bytes()].concat());
        let lone_low_and_half_a_unit = [0xdd, 0x1e, 0, b'a', 0];
        assert_eq!(translated(&lone_low_and_half_a_unit, true), [NO_TEXT, b'a', NO_TEXT]);
        assert_eq!(translated(&[0, b'a', 0xd8, 0x34], true), [b'a', NO_TEXT]);
    }
}
