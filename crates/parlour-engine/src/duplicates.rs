//! Recognising repeats: ids of the tail exactly in memory, sealed ones in sorted files, each with a filter in memory
//! that says for nearly every new id that the file need not be looked at.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use parlour_lake::run::{LakeError, sync_folder};

/// Bits a message id takes in a filter: one id in 300 that was never seen is looked for in vain.
const BITS_PER_ID: u64 = 12;
/// Bits set per id.
const N_PROBES: usize = 8;
const MAGIC: &[u8; 8] = b"PLRSEEN2";
/// The magic, the latest receipt, the number of entries.
const HEADER_BYTES: u64 = 24;
/// An id, the digest of its content, its receipt.
const ENTRY_BYTES: usize = 32;
/// Entries read at once when one is looked for.
const BLOCK_ENTRIES: u64 = 128;

/// What is remembered of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Digest of its content.
    pub(crate) digest: i64,
    /// When its batch came by the window's clock, microseconds.
    pub(crate) received_at: i64,
}

type Entry = (u128, Seen);

/// The message ids of one or several seals: a sorted file and its filter.
#[derive(Debug)]
pub(crate) struct SeenFile {
    /// Latest receipt of its messages by the window's clock, microseconds; after it and the window, the file is of no use.
    pub(crate) received_at: i64,
    file: File,
    n: u64,
    bits: Vec<u64>,
}

impl SeenFile {
    /// Opens a file of message ids.
    pub(crate) fn open(path: &Path) -> Result<Self, LakeError> {
        let damaged =
            || LakeError::Damaged { path: path.to_owned(), reason: "it is not a list of message ids".to_owned() };
        let failed = |source: io::Error| {
            let is_short = source.kind() == io::ErrorKind::UnexpectedEof;
            if is_short { damaged() } else { LakeError::Io { path: path.to_owned(), source } }
        };
        let mut file = File::open(path).map_err(failed)?;
        let mut header = [0; HEADER_BYTES as usize];
        file.read_exact(&mut header).map_err(failed)?;
        let (received_at, n) = (word(&header[8..16]) as i64, word(&header[16..24]));
        let n_bytes = file.metadata().map_err(failed)?.len();
        let after = n.checked_mul(ENTRY_BYTES as u64).and_then(|bytes| bytes.checked_add(HEADER_BYTES));
        let (Some(after), true) = (after, header.starts_with(MAGIC)) else { return Err(damaged()) };
        if n_bytes <= after || !(n_bytes - after).is_multiple_of(8) {
            return Err(damaged());
        }
        let mut bytes = vec![0; (n_bytes - after) as usize];
        file.read_exact_at(&mut bytes, after).map_err(failed)?;
        Ok(Self { received_at, file, n, bits: bytes.chunks(8).map(word).collect() })
    }

    /// What is remembered of this id, if it is there.
    pub(crate) fn get(&self, id: u128) -> io::Result<Option<Seen>> {
        if !places(id, self.bits.len()).into_iter().all(|(word, bit)| self.bits[word] & bit != 0) {
            return Ok(None);
        }
        let (mut low, mut high) = (0, self.n);
        // Ids are hashes: where one lies is nearly known beforehand.
        let mut middle = (((id >> 64) * u128::from(self.n)) >> 64) as u64;
        let mut bytes = [0; BLOCK_ENTRIES as usize * ENTRY_BYTES];
        while low < high {
            let start = middle.saturating_sub(BLOCK_ENTRIES / 2).clamp(low, (high - 1).max(low));
            let end = (start + BLOCK_ENTRIES).min(high);
            let block = &mut bytes[..(end - start) as usize * ENTRY_BYTES];
            self.file.read_exact_at(block, HEADER_BYTES + start * ENTRY_BYTES as u64)?;
            let entries: Vec<Entry> = block.chunks(ENTRY_BYTES).map(entry).collect();
            match entries.binary_search_by_key(&id, |(id, _)| *id) {
                Ok(place) => return Ok(Some(entries[place].1)),
                Err(0) => high = start,
                Err(place) if place == entries.len() => low = end,
                Err(_) => return Ok(None),
            }
            middle = low + (high - low) / 2;
        }
        Ok(None)
    }

    /// Its entries, in order.
    fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>>> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(HEADER_BYTES))?;
        let mut reader = BufReader::with_capacity(1 << 20, file);
        Ok((0..self.n).map(move |_| {
            let mut bytes = [0; ENTRY_BYTES];
            reader.read_exact(&mut bytes).map(|()| entry(&bytes))
        }))
    }
}

/// Writes message ids, sorted here. When this returns they are on the disk; tells their bytes.
pub(crate) fn write(folder: &Path, name: &str, mut seen: Vec<Entry>) -> Result<u64, LakeError> {
    seen.sort_unstable_by_key(|(id, _)| *id);
    let n = seen.len() as u64;
    write_sorted(folder, name, n, seen.into_iter().map(Ok))
}

/// Merges files into one, leaving out what was received before `since`.
pub(crate) fn merge(files: &[&SeenFile], since: i64, folder: &Path, name: &str) -> Result<u64, LakeError> {
    let failed = |source| LakeError::Io { path: folder.join(name), source };
    let mut streams = Vec::new();
    for file in files {
        streams.push(file.entries().map_err(failed)?.peekable());
    }
    let next = std::iter::from_fn(|| {
        let key = |stream: &mut std::iter::Peekable<_>| match stream.peek() {
            Some(Ok((id, _))) => Some(*id),
            Some(Err::<_, io::Error>(_)) => Some(0),
            None => None,
        };
        let least = streams.iter_mut().filter_map(|stream| Some((key(stream)?, stream))).min_by_key(|(id, _)| *id);
        least.and_then(|(_, stream)| stream.next())
    });
    let fresh = |entry: &io::Result<Entry>| entry.as_ref().map_or(true, |(_, seen)| seen.received_at >= since);
    let mut entries = next.filter(fresh).peekable();
    let latest = std::iter::from_fn(|| {
        let mut entry = entries.next()?;
        while let Ok((id, seen)) = &mut entry
            && let Some(Ok((_, other))) = entries.next_if(|next| matches!(next, Ok((next, _)) if next == id))
        {
            seen.received_at = seen.received_at.max(other.received_at);
            seen.digest = if other.received_at == seen.received_at { other.digest } else { seen.digest };
        }
        Some(entry)
    });
    write_sorted(folder, name, files.iter().map(|file| file.n).sum(), latest)
}

fn write_sorted(
    folder: &Path,
    name: &str,
    most: u64,
    entries: impl Iterator<Item = io::Result<Entry>>,
) -> Result<u64, LakeError> {
    let path = folder.join(name);
    let io = |source| LakeError::Io { path: path.clone(), source };
    fs::create_dir_all(folder).map_err(io)?;
    let n_bytes = fill(&path, most, entries).map_err(io)?;
    sync_folder(folder)?;
    Ok(n_bytes)
}

fn fill(path: &Path, most: u64, entries: impl Iterator<Item = io::Result<Entry>>) -> io::Result<u64> {
    let mut bits = vec![0; (most * BITS_PER_ID).div_ceil(64).max(1) as usize];
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    out.write_all(&[0; HEADER_BYTES as usize])?;
    let (mut n, mut received_at) = (0_u64, i64::MIN);
    for entry in entries {
        let (id, seen) = entry?;
        for (word, bit) in places(id, bits.len()) {
            bits[word] |= bit;
        }
        out.write_all(&id.to_be_bytes())?;
        out.write_all(&seen.digest.to_le_bytes())?;
        out.write_all(&seen.received_at.to_le_bytes())?;
        n += 1;
        received_at = received_at.max(seen.received_at);
    }
    for word in &bits {
        out.write_all(&word.to_le_bytes())?;
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&[&MAGIC[..], &received_at.to_le_bytes(), &n.to_le_bytes()].concat())?;
    file.sync_all()?;
    Ok(HEADER_BYTES + n * ENTRY_BYTES as u64 + bits.len() as u64 * 8)
}

/// The words and bits of an id in a filter of so many words.
fn places(id: u128, n_words: usize) -> [(usize, u64); N_PROBES] {
    let (a, b) = ((id >> 64) as u64, id as u64 | 1);
    let n_bits = n_words as u64 * 64;
    std::array::from_fn(|i| {
        let place = a.wrapping_add(b.wrapping_mul(i as u64)) % n_bits;
        ((place / 64) as usize, 1 << (place % 64))
    })
}

fn entry(bytes: &[u8]) -> Entry {
    let id = bytes[..16].try_into().map_or(0, u128::from_be_bytes);
    (id, Seen { digest: word(&bytes[16..24]) as i64, received_at: word(&bytes[24..32]) as i64 })
}

fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(i: u128) -> u128 {
        i.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
    }

    fn seen(i: u128) -> Seen {
        Seen { digest: i as i64, received_at: 7 + i as i64 }
    }

    #[test]
    fn knows_its_own_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        for n in [0, 1, 127, 128, 129, 10_000] {
            write(folder.path(), "f", (0..n).map(|i| (spread(i), seen(i))).collect()).unwrap();
            let file = SeenFile::open(&folder.path().join("f")).unwrap();
            assert!((0..n).all(|i| file.get(spread(i)).unwrap() == Some(seen(i))), "{n}");
            assert!((n..n + 10_000).all(|i| file.get(spread(i)).unwrap().is_none()), "{n}");
            let is_let_through =
                |i: &u128| places(spread(*i), file.bits.len()).iter().all(|(w, b)| file.bits[*w] & b != 0);
            let n_false = (n..n + 100_000).filter(is_let_through).count();
            assert!(n == 1 || n_false < 1_000, "{n_false} of 100,000 beside {n}");
        }
    }

    #[test]
    fn ids_that_lie_close_are_found() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "f", (0..5_000).map(|i| (i * 3, seen(i))).collect()).unwrap();
        let file = SeenFile::open(&folder.path().join("f")).unwrap();
        assert!((0..5_000).all(|i| file.get(i * 3).unwrap() == Some(seen(i))));
        assert!((0..5_000).all(|i| file.get(i * 3 + 1).unwrap().is_none()));
    }

    #[test]
    fn merging_keeps_what_is_young() {
        let folder = tempfile::tempdir().unwrap();
        for part in 0..3 {
            let of_part = (0..900).filter(|i| i % 3 == part).map(|i| (spread(i), seen(i))).collect();
            write(folder.path(), &part.to_string(), of_part).unwrap();
        }
        let parts: Vec<SeenFile> =
            ["0", "1", "2"].iter().map(|part| SeenFile::open(&folder.path().join(part)).unwrap()).collect();
        merge(&parts.iter().collect::<Vec<_>>(), 7 + 100, folder.path(), "all").unwrap();
        let all = SeenFile::open(&folder.path().join("all")).unwrap();
        assert_eq!((all.n, all.received_at), (800, 7 + 899));
        assert!((0..900).all(|i| all.get(spread(i)).unwrap() == (i >= 100).then(|| seen(i))));
    }

    #[test]
    fn what_is_cut_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        write(folder.path(), "f", vec![(spread(1), seen(1))]).unwrap();
        let bytes = fs::read(&path).unwrap();
        for n in 0..bytes.len() {
            fs::write(&path, &bytes[..n]).unwrap();
            assert!(SeenFile::open(&path).is_err(), "{n} bytes");
        }
    }
}
