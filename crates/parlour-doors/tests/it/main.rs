//! The doors from outside: bytes in, events and refusals out; and what is sent, with who gets it.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails that should not")]

mod courier;
mod mail;
mod mentions;
mod nasty;
mod parquet;
mod receiver;
mod refused;
mod resume;
mod shapes;
mod site;
mod values;

use std::io::Write;
use std::path::{Path, PathBuf};

use parlour_core::event::{Event, Flaw};
use parlour_core::vocabulary::Vocabulary;
use parlour_doors::file::{Field, FileError, Mapping, Opening, Record, Records, open};
use tempfile::TempDir;

/// 2025-01-01, when every test receives its events.
pub(crate) const RECEIVED_AT: i64 = 1_735_689_600_000_000;

/// A folder with one file in it.
pub(crate) struct Case {
    pub(crate) path: PathBuf,
    pub(crate) folder: TempDir,
}

impl Case {
    pub(crate) fn new(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self { path, folder }
    }

    pub(crate) fn append(&self, bytes: impl AsRef<[u8]>) {
        let mut file = std::fs::OpenOptions::new().append(true).open(&self.path).unwrap();
        file.write_all(bytes.as_ref()).unwrap();
    }

    pub(crate) fn open(&self, mapping: &Mapping) -> Result<Records, FileError> {
        open(&self.path, mapping, &Opening::new(RECEIVED_AT, &Vocabulary::default()))
    }

    pub(crate) fn records(&self, mapping: &Mapping) -> Vec<Record> {
        self.open(mapping).unwrap().collect::<Result<_, _>>().unwrap()
    }

    pub(crate) fn events(&self, mapping: &Mapping) -> Vec<Event> {
        self.records(mapping).into_iter().map(|record| record.outcome.unwrap()).collect()
    }

    /// The error of opening it.
    pub(crate) fn fault(&self, mapping: &Mapping) -> FileError {
        self.open(mapping).err().expect("the file should not open")
    }
}

/// Columns `who` and `when`; everybody bought the brand `b`.
pub(crate) fn mapping() -> Mapping {
    Mapping {
        person: Some("who".to_owned()),
        verb: Some(Field::constant("bought")),
        object: Some(Field::constant("b")),
        time: Some("when".to_owned()),
        ..Mapping::default()
    }
}

/// The same with amounts in `amount`, of US dollars.
pub(crate) fn priced() -> Mapping {
    Mapping { value: Some("amount".to_owned()), currency: Some(Field::constant("USD")), ..mapping() }
}

/// Who did it, or why it is refused.
pub(crate) fn brief(records: &[Record]) -> Vec<String> {
    let brief = |record: &Record| match &record.outcome {
        Ok(event) => event.subject.id.clone(),
        Err(refused) => format!("{}: {}", record.line, refused.flaw.code()),
    };
    records.iter().map(brief).collect()
}

pub(crate) fn message(record: &Record) -> String {
    match &record.outcome {
        Err(refused) if matches!(refused.flaw, Flaw::Unreadable(_)) => refused.flaw.to_string(),
        Ok(_) | Err(_) => panic!("{record:?} should be unreadable"),
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

pub(crate) fn utf16(text: &str, is_big_endian: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit: u16| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

pub(crate) fn only_file(folder: &Path, suffix: &str) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(suffix)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    std::fs::read_to_string(&found[0]).unwrap()
}
