//! A window over a stream of text: what was read and not yet taken, with the position and the digest of what was taken.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much is read at a time.
pub(super) const CHUNK_BYTES: usize = 256 * 1024;

/// What a file, or the first part of it, is recognised by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fingerprint {
    /// How many bytes of the decompressed text it covers (of a Parquet file, its own bytes).
    pub n_bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

impl Fingerprint {
    /// The hash as 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        use std::fmt::Write as _;
        self.sha256.iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// See the module.
pub(super) struct TextReader {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Where in the buffer the untaken text starts and ends.
    start: usize,
    end: usize,
    /// Where in the whole text `start` lies.
    offset: u64,
    is_over: bool,
    is_broken: bool,
    error: Option<io::Error>,
    /// Digest of the text up to `hashed` in the buffer, unless the stream began in its middle.
    digest: Option<Sha256>,
    hashed: usize,
}

impl TextReader {
    /// Reads a stream from the beginning of the text.
    pub(super) fn new(source: Box<dyn Read + Send>) -> Self {
        let buffer = Vec::new();
        let digest = Some(Sha256::new());
        Self {
            source,
            buffer,
            start: 0,
            end: 0,
            offset: 0,
            is_over: false,
            is_broken: false,
            error: None,
            digest,
            hashed: 0,
        }
    }

    /// Reads a stream that begins at `offset` of the text. There is no digest then.
    pub(super) fn within(source: Box<dyn Read + Send>, offset: u64) -> Self {
        Self { offset, digest: None, ..Self::new(source) }
    }

    /// What was read and not yet taken.
    pub(super) fn available(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether nothing will follow what is available.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Why the stream broke. Meaningful once; afterwards it says only that it broke.
    pub(super) fn error(&mut self) -> io::Error {
        self.error.take().unwrap_or_else(|| io::Error::other("the stream broke before"))
    }

    /// Whether the stream broke; what is available then breaks off too.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// How many bytes of the text have been taken.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes `n` available bytes.
    pub(super) fn take(&mut self, n: usize) {
        debug_assert!(n <= self.end - self.start, "only what is available can be taken");
        self.start += n;
        self.offset += n as u64;
    }

    /// Makes up to `CHUNK_BYTES` more available; fewer only when the stream ends or breaks.
    pub(super) fn fill(&mut self) {
        if self.is_over {
            return;
        }
        self.hash();
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        self.hashed = 0;
        let goal = self.end + CHUNK_BYTES;
        if self.buffer.len() < goal {
            self.buffer.resize(goal, 0);
        }
        while self.end < goal {
            match self.source.read(&mut self.buffer[self.end..goal]) {
                Ok(0) => {
                    self.is_over = true;
                    return;
                }
                Ok(n) => self.end += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.is_over = true;
                    self.is_broken = true;
                    self.error = Some(error);
                    return;
                }
            }
        }
    }

    /// Makes at least `n` bytes available, if there are so many.
    pub(super) fn fill_to(&mut self, n: usize) {
        while self.available().len() < n && !self.is_over {
            self.fill();
        }
    }

    /// Takes everything before `offset` of the text; false if the text is shorter.
    pub(super) fn skip_to(&mut self, offset: u64) -> bool {
        loop {
            let n = (offset - self.offset.min(offset)).min(self.available().len() as u64);
            self.take(n as usize);
            if self.offset >= offset {
                return true;
            }
            if self.is_over {
                return false;
            }
            self.fill();
        }
    }

    /// The fingerprint of all that was taken.
    pub(super) fn fingerprint(&mut self) -> Option<Fingerprint> {
        self.taken().fingerprint()
    }

    /// What was taken so far, from which its fingerprint can be made later.
    pub(super) fn taken(&mut self) -> Taken {
        self.hash();
        Taken { n_bytes: self.offset, digest: self.digest.clone() }
    }

    fn hash(&mut self) {
        if let Some(digest) = &mut self.digest {
            digest.update(&self.buffer[self.hashed..self.start]);
        }
        self.hashed = self.start;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }
}

/// The part of a text that was taken at some time.
pub(super) struct Taken {
    n_bytes: u64,
    digest: Option<Sha256>,
}

impl Taken {
    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        let digest = self.digest.clone()?;
        Some(Fingerprint { n_bytes: self.n_bytes, sha256: digest.finalize().into() })
    }
}

/// The fingerprint of these bytes.
pub(super) fn fingerprint_of(bytes: &[u8]) -> Fingerprint {
    Fingerprint { n_bytes: bytes.len() as u64, sha256: Sha256::digest(bytes).into() }
}
