//! Recognising repeats: ids of the tail exactly in memory, sealed ones by one filter a seal and an exact look on a hit.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use parlour_lake::run::{LakeError, sync_folder};

/// Bits a message id takes in a filter: one id in 300 that was never seen is looked for in vain.
const BITS_PER_ID: u64 = 12;
/// Bits set per id.
const N_PROBES: u64 = 8;
const MAGIC: &[u8; 8] = b"PLRBLM01";

/// A Bloom filter of the message ids of one seal.
#[derive(Debug)]
pub(crate) struct Filter {
    /// Latest receipt of its events, microseconds UTC; after it and the window, the filter is of no use.
    pub(crate) received_at: i64,
    bits: Vec<u64>,
}

impl Filter {
    pub(crate) fn of(ids: impl ExactSizeIterator<Item = u128>, received_at: i64) -> Self {
        let n_words = (ids.len() as u64 * BITS_PER_ID).div_ceil(64).max(1);
        let mut filter = Self { received_at, bits: vec![0; n_words as usize] };
        for id in ids {
            for (word, bit) in filter.places(id) {
                filter.bits[word] |= bit;
            }
        }
        filter
    }

    /// Whether the id may be among those of the filter; no is sure.
    pub(crate) fn may_have(&self, id: u128) -> bool {
        self.places(id).into_iter().all(|(word, bit)| self.bits[word] & bit != 0)
    }

    fn places(&self, id: u128) -> [(usize, u64); N_PROBES as usize] {
        let (a, b) = ((id >> 64) as u64, id as u64 | 1);
        let n_bits = self.bits.len() as u64 * 64;
        std::array::from_fn(|i| {
            let place = a.wrapping_add(b.wrapping_mul(i as u64)) % n_bits;
            ((place / 64) as usize, 1 << (place % 64))
        })
    }

    /// Writes the filter. When this returns it is on the disk.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> Result<u64, LakeError> {
        let path = folder.join(name);
        let io = |source| LakeError::Io { path: path.clone(), source };
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.received_at.to_le_bytes());
        bytes.extend(self.bits.iter().flat_map(|word| word.to_le_bytes()));
        fs::create_dir_all(folder).map_err(io)?;
        let mut file = fs::File::create(&path).map_err(io)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(io)?;
        sync_folder(folder)?;
        Ok(bytes.len() as u64)
    }

    /// Reads a filter.
    pub(crate) fn read(path: PathBuf) -> Result<Self, LakeError> {
        let bytes = fs::read(&path).map_err(|source| LakeError::Io { path: path.clone(), source })?;
        let word = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).map(u64::from_le_bytes).unwrap_or_default();
        let is_whole = bytes.len() >= 24 && bytes.len() % 8 == 0 && bytes.starts_with(MAGIC);
        if !is_whole {
            return Err(LakeError::Damaged { path, reason: "it is not a filter".to_owned() });
        }
        let received_at = word(&bytes[8..16]) as i64;
        Ok(Self { received_at, bits: bytes[16..].chunks(8).map(word).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_and_few_others() {
        let spread = |i: u128| i.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let filter = Filter::of((0..10_000).map(spread).collect::<Vec<_>>().into_iter(), 7);
        assert!((0..10_000).all(|i| filter.may_have(spread(i))));
        let n_false = (10_000..110_000).filter(|&i| filter.may_have(spread(i))).count();
        assert!(n_false < 1_000, "{n_false} of 100,000");
        let folder = tempfile::tempdir().unwrap();
        filter.write(folder.path(), "f").unwrap();
        let read = Filter::read(folder.path().join("f")).unwrap();
        assert_eq!((read.received_at, read.bits), (7, filter.bits));
    }
}
