//! The file beside the database that says which keys were erased, so that an older copy of the database, put back, does not
//! bring anybody back. A line an erasure; nobody's name is in it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use parlour_core::key::Key;
use parlour_store::erasure::{Erased, Erasure};

use super::of_ledger;
use crate::EngineError;

/// The file.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
}

impl Ledger {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Adds a line; when this returns it is on the disk.
    pub(crate) fn add(&self, erasure: &Erasure, erased: &[Erased]) -> Result<(), EngineError> {
        let failed = |source| of_ledger(&self.path, source);
        let is_barred = erased.iter().any(|one| one.is_barred);
        let keys: Vec<String> = erased.iter().map(|one| one.key.to_string()).collect();
        let line =
            format!("{} {} {} {} {}\n", erasure.id, erasure.asked_at, erasure.how, u8::from(is_barred), keys.join(","));
        let is_new = !self.path.exists();
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path).map_err(failed)?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        if let (true, Some(folder)) = (is_new, self.path.parent()) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }

    /// Every line that is whole.
    pub(crate) fn all(&self) -> Result<Vec<(Erasure, Vec<Erased>)>, EngineError> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ok(text.split_inclusive('\n').filter_map(read).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(of_ledger(&self.path, error)),
        }
    }
}

fn read(line: &str) -> Option<(Erasure, Vec<Erased>)> {
    // The last may have been broken off; then nothing came of it.
    let mut parts = line.strip_suffix('\n')?.split(' ');
    let mut next = || parts.next();
    let (id, asked_at, how) = (next()?.to_owned(), next()?.parse().ok()?, next()?.to_owned());
    let is_barred = next()? == "1";
    let keys = next()?.split(',').map(Key::from_hex).collect::<Option<Vec<Key>>>()?;
    let erased = keys.into_iter().map(|key| Erased { key, at: asked_at, is_barred }).collect();
    Some((Erasure { id, asked_at, done_at: None, how, counts: "{}".to_owned() }, erased))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_half_of_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().join("erased"));
        assert!(ledger.all().unwrap().is_empty());
        let erasure = |id: &str| Erasure {
            id: id.to_owned(),
            asked_at: 7,
            done_at: None,
            how: "room".to_owned(),
            counts: "{}".to_owned(),
        };
        let erased = [1, 2].map(|key| Erased { key: Key(key), at: 7, is_barred: true });
        ledger.add(&erasure("a"), &erased).unwrap();
        ledger.add(&erasure("b"), &erased[1..]).unwrap();
        let wanted = vec![(erasure("a"), erased.to_vec()), (erasure("b"), erased[1..].to_vec())];
        assert_eq!(ledger.all().unwrap(), wanted);
        let whole = std::fs::read(&ledger.path).unwrap();
        std::fs::write(&ledger.path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(ledger.all().unwrap(), wanted[..1]);
    }
}
