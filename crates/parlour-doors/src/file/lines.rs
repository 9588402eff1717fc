//! The records of a text one after the other, in bounded memory however long a line is.

use std::io;

use memchr::memchr;

use super::Position;
use super::scan::{Dialect, Found, Kind, Scan, scan};
use super::text::{Fingerprint, Taken, TextReader};

/// Most of a refused record that is kept. What is longer cannot be mended from the copy, and is marked as cut.
pub const MAX_RAW_BYTES: usize = 64 * 1024;

/// See the module.
pub(super) struct Lines {
    text: TextReader,
    dialect: Dialect,
    /// Length of the record handed out last, which is taken when the next one is asked for.
    pending: usize,
    line: u64,
    row: u64,
    is_unfinished: bool,
    /// The end of the last record, where lines without records were taken after it.
    last: Option<(Position, Taken)>,
}

/// One record, or what is left of one.
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// The line it starts in; the first is 1.
    pub(super) line: u64,
    len: usize,
    /// The beginning of a record that was never there as a whole.
    cut: Option<Vec<u8>>,
}

impl Lines {
    /// The records from `from` on, which is where `text` stands.
    pub(super) fn new(text: TextReader, dialect: Dialect, from: &Position) -> Self {
        let Position { line, row, is_unfinished, .. } = *from;
        let mut lines = Self { text, dialect, pending: 0, line, row, is_unfinished, last: None };
        if from.is_unfinished {
            lines.finish_line();
        }
        lines
    }

    /// Takes the line end that was not there yet when the last record of a file was read.
    fn finish_line(&mut self) {
        self.text.fill_to(2);
        let rest = self.text.available();
        if rest.starts_with(b"\r\n") {
            self.text.take(2);
        } else if rest.first() == Some(&self.dialect.newline) {
            self.text.take(1);
        }
    }

    /// The next record. After an error there are no more.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, io::Error> {
        self.settle();
        loop {
            let is_last = self.text.is_over() && !self.text.is_broken();
            match scan(self.text.available(), is_last, &self.dialect) {
                Scan::Found(Found { kind: Kind::Skipped, full, n_lines, .. }) => {
                    if self.last.is_none() {
                        self.last = Some((self.position(), self.text.taken()));
                    }
                    self.text.take(full);
                    self.line += n_lines;
                }
                Scan::Found(found) => return Ok(Some(self.found(found))),
                Scan::Endless => return self.endless().map(Some),
                Scan::End => return Ok(None),
                Scan::More if self.text.is_over() => return Err(self.text.error()),
                Scan::More => self.text.fill(),
            }
        }
    }

    fn found(&mut self, found: Found) -> Piece {
        let piece = Piece { kind: found.kind, line: self.line + 1, len: found.len, cut: None };
        self.last = None;
        self.pending = found.full;
        self.is_unfinished = self.text.available()[found.full - 1] != self.dialect.newline;
        self.line += found.n_lines;
        self.row += 1;
        piece
    }

    fn endless(&mut self) -> Result<Piece, io::Error> {
        let cut = Some(self.text.available()[..MAX_RAW_BYTES].to_vec());
        self.is_unfinished = false;
        loop {
            let rest = self.text.available();
            if let Some(at) = memchr(self.dialect.newline, rest) {
                self.text.take(at + 1);
                break;
            }
            self.text.take(rest.len());
            if self.text.is_broken() {
                return Err(self.text.error());
            }
            if self.text.is_over() {
                self.is_unfinished = true;
                break;
            }
            self.text.fill();
        }
        self.last = None;
        self.line += 1;
        self.row += 1;
        Ok(Piece { kind: Kind::TooLong, line: self.line, len: 0, cut })
    }

    /// The bytes of the record handed out last, without its line end.
    pub(super) fn bytes<'a>(&'a self, piece: &'a Piece) -> &'a [u8] {
        match &piece.cut {
            Some(cut) => cut,
            None => &self.text.available()[..piece.len],
        }
    }

    /// A copy of the record, and whether it had to be cut.
    pub(super) fn raw(&self, piece: &Piece) -> (Vec<u8>, bool) {
        let bytes = self.bytes(piece);
        let is_cut = piece.cut.is_some() || bytes.len() > MAX_RAW_BYTES;
        (bytes[..bytes.len().min(MAX_RAW_BYTES)].to_vec(), is_cut)
    }

    /// Where the record handed out last ends.
    pub(super) fn position(&self) -> Position {
        if let Some((position, _)) = &self.last {
            return *position;
        }
        Position {
            bytes: self.text.offset() + self.pending as u64,
            line: self.line,
            row: self.row,
            is_unfinished: self.is_unfinished,
        }
    }

    /// The fingerprint of everything up to `position`.
    pub(super) fn fingerprint(&mut self) -> Option<Fingerprint> {
        self.settle();
        match &self.last {
            Some((_, taken)) => taken.fingerprint(),
            None => self.text.fingerprint(),
        }
    }

    fn settle(&mut self) {
        self.text.take(std::mem::take(&mut self.pending));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;
    use crate::file::scan::MAX_RECORD_BYTES;
    use crate::file::text::CHUNK_BYTES;

    fn lines(source: impl Read + Send + 'static) -> Lines {
        let dialect = Dialect { newline: b'\n', quoted_by: Some(b','), comment: Vec::new() };
        Lines::new(TextReader::new(Box::new(source)), dialect, &Position::default())
    }

    #[test]
    fn a_huge_line_takes_little_memory_and_costs_only_itself() {
        let huge = std::io::repeat(b'x').take(64 << 20);
        let mut lines = lines(Cursor::new("a\n").chain(huge).chain(Cursor::new("\nb\n")));
        let mut kinds = Vec::new();
        while let Some(piece) = lines.next().unwrap() {
            kinds.push((piece.kind, piece.line, lines.raw(&piece).0.len()));
        }
        let expected = [(Kind::Plain, 1, 1), (Kind::TooLong, 2, MAX_RAW_BYTES), (Kind::Plain, 3, 1)];
        assert_eq!(kinds, expected);
        let most = 2 * (MAX_RECORD_BYTES + CHUNK_BYTES);
        assert!(lines.text.capacity() <= most, "{}", lines.text.capacity());
        assert_eq!(lines.position().bytes, 2 + (64 << 20) + 1 + 2);
    }

    #[test]
    fn a_stream_that_breaks_gives_no_half_line() {
        struct Breaks;
        impl Read for Breaks {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        }
        let mut lines = lines(Cursor::new("a,1\nb,12").chain(Breaks));
        assert!(lines.next().unwrap().is_some());
        assert!(lines.next().is_err());
        assert!(lines.next().is_err(), "and never half a line later");
        assert_eq!(lines.position().bytes, 4);
    }
}
