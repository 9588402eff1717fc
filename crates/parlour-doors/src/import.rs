//! Importing a file: its records go into the journal batch by batch, each with the place reached in the same
//! transaction, so that an import goes on where it stopped and a file is never counted twice.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use parlour_engine::jobs::{CANCELLED, DONE, FAILED, PAUSED, RUNNING};
use parlour_engine::{Alongside, Engine, EngineError, Refused, Submission, clock};
use parlour_store::job::{self, Job};
use parlour_store::rejected;
use serde::{Deserialize, Serialize};

use crate::file::{
    self, FileError, Fingerprint, Mapping, Opening, Position, Records, RefusedFile, fingerprint, total_bytes,
};

/// Records of a batch.
const BATCH_RECORDS: usize = 5_000;
/// Batches that are read ahead.
const BATCHES_AHEAD: usize = 4;
/// Batches that may wait to be folded before reading pauses.
const MAX_WAITING: i64 = 64;
/// Jobs that are looked through for an earlier import of the file.
const MAX_JOBS: usize = 10_000;
/// Refused records read at once when they are written out.
const REFUSED_PAGE: usize = 1_000;

/// Why a file was not imported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The file was imported before in another way.
    #[error(
        "this file was imported before with another mapping (job {job}); --again imports it once more, and counts what \
         both find twice"
    )]
    OtherMapping {
        /// The job that did.
        job: i64,
    },
    /// The refused records could not be written out.
    #[error("the refused records could not be written: {0}")]
    Output(#[from] std::io::Error),
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// The job.
    pub job: i64,
    /// Records accepted so far, those of earlier runs included.
    pub n_done: u64,
    /// Records refused so far.
    pub n_rejected: u64,
    /// Bytes of the file read.
    pub read_bytes: u64,
    /// Bytes of the file.
    pub total_bytes: u64,
}

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The job.
    pub job: i64,
    /// Records accepted this time.
    pub n_accepted: u64,
    /// Records refused this time.
    pub n_rejected: u64,
    /// Lines that an earlier import had taken.
    pub n_lines_before: u64,
    /// Whether the file was read to its end.
    pub is_complete: bool,
}

/// What a job remembers of its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    mapping: String,
    head: Fingerprint,
    prefix: Option<Fingerprint>,
    position: Position,
}

/// One batch on its way, with the place after it.
struct Ahead {
    submission: Submission,
    memory: Memory,
    read_bytes: u64,
}

/// Imports a file, going on where an earlier import of it (under whatever name) stopped. Returns once everything is in
/// the journal; the engine's tasks must be running. `told` hears of each batch.
pub fn import(
    engine: &Engine,
    path: &Path,
    mapping: &Mapping,
    is_again: bool,
    told: &mut dyn FnMut(&Progress),
) -> Result<Outcome, ImportError> {
    let vocabulary = engine.vocabulary();
    let opening = Opening::new(clock::now(), &vocabulary);
    let first = file::open(path, mapping, &opening)?;
    let head = first.source().head;
    let known = known_job(engine, path, mapping, &head)?;
    let known = match known {
        Known::No => None,
        // Asked for once more, and broken off on the way: it goes on.
        Known::Mapped(known) if is_again && !matches!(known.0.state.as_str(), RUNNING | PAUSED) => None,
        Known::Mapped(known) => Some(*known),
        Known::Otherwise(_) if is_again => None,
        Known::Otherwise(job) => return Err(ImportError::OtherMapping { job }),
    };
    let total = total_bytes(path)?.unwrap_or(0);
    let (job, records) = match known {
        Some((job, memory)) => {
            let opening = Opening { from: memory.position, expects: memory.prefix, ..opening };
            (job, file::open(path, mapping, &opening)?)
        }
        None => (create_job(engine, path, mapping, head, total)?, first),
    };
    let source = format!("file:{}", path.file_name().unwrap_or_default().to_string_lossy());
    let mut carrier = Carrier { engine, source, total, job, n_accepted: 0, n_rejected: 0, told };
    carrier.carry(records, head, mapping)
}

/// Loads and decodes the first records of a file without storing anything.
pub fn preview(engine: &Engine, path: &Path, mapping: &Mapping, n: usize) -> Result<Vec<file::Record>, FileError> {
    file::open(path, mapping, &Opening::new(clock::now(), &engine.vocabulary()))?.take(n).collect()
}

fn create_job(
    engine: &Engine,
    path: &Path,
    mapping: &Mapping,
    head: Fingerprint,
    total: u64,
) -> Result<Job, EngineError> {
    let now = clock::now();
    let memory = Memory { mapping: text_of(mapping), head, prefix: None, position: Position::default() };
    let mut job = Job {
        id: 0,
        kind: "import".to_owned(),
        name: path.display().to_string(),
        state: RUNNING.to_owned(),
        position: 0,
        line: 0,
        total: total as i64,
        n_done: 0,
        n_rejected: 0,
        data: json(&memory),
        message: None,
        started_at: now,
        updated_at: now,
    };
    job.id = engine.create_job(job.clone())?;
    Ok(job)
}

fn text_of(mapping: &Mapping) -> String {
    json(mapping)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values have a JSON form")
}

/// What is known of a file.
enum Known {
    /// Nothing of it was taken yet.
    No,
    /// This job took some or all of it by the same mapping.
    Mapped(Box<(Job, Memory)>),
    /// This job did by another.
    Otherwise(i64),
}

/// The latest job that took something of this file, and how far it came: the file must still begin with all it read.
fn known_job(engine: &Engine, path: &Path, mapping: &Mapping, head: &Fingerprint) -> Result<Known, ImportError> {
    let mapping = text_of(mapping);
    for job in engine.jobs(MAX_JOBS)?.into_iter().filter(|job| job.kind == "import") {
        let Ok(memory) = serde_json::from_str::<Memory>(&job.data) else { continue };
        let is_same_mapping = memory.mapping == mapping;
        let begins_alike = memory.head == *head
            || (memory.head.n_bytes < head.n_bytes && fingerprint(path, memory.head.n_bytes)? == memory.head);
        let goes_on = match memory.prefix {
            Some(prefix) if begins_alike => fingerprint(path, prefix.n_bytes)? == prefix,
            Some(_) => false,
            // It read nothing, and nothing is what every file begins with.
            None => memory.head == *head && is_same_mapping,
        };
        if goes_on && is_same_mapping {
            return Ok(Known::Mapped(Box::new((job, memory))));
        }
        // Where the other mapping fitted no record, nothing would be counted twice.
        if goes_on && job.n_done > 0 {
            return Ok(Known::Otherwise(job.id));
        }
    }
    Ok(Known::No)
}

/// Carries batches from a file to the engine.
struct Carrier<'a> {
    engine: &'a Engine,
    source: String,
    total: u64,
    job: Job,
    n_accepted: u64,
    n_rejected: u64,
    told: &'a mut dyn FnMut(&Progress),
}

impl Carrier<'_> {
    fn carry(&mut self, records: Records, head: Fingerprint, mapping: &Mapping) -> Result<Outcome, ImportError> {
        let n_lines_before = self.job.line as u64;
        let mapping = text_of(mapping);
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        let job = self.job.id;
        let read = std::thread::scope(|scope| {
            let reader = scope.spawn(move || read_ahead(records, job, &head, &mapping, &sender));
            let carried = self.take_all(&receiver);
            drop(receiver);
            let read = reader.join().expect("the reader does not panic");
            carried.and_then(|is_whole| read.map(|()| is_whole).map_err(ImportError::from))
        });
        let is_complete = matches!(read, Ok(true));
        let (state, message) = match &read {
            Ok(true) => (DONE, None),
            Ok(false) => (CANCELLED, None),
            Err(error @ ImportError::Engine(_)) => (PAUSED, Some(error.to_string())),
            Err(error) => (FAILED, Some(error.to_string())),
        };
        // Whatever ended the import is the news, not that its end could not be written down.
        let noted = self.engine.end_job(job, state, message);
        read?;
        noted?;
        Ok(Outcome { job, n_accepted: self.n_accepted, n_rejected: self.n_rejected, n_lines_before, is_complete })
    }

    /// Takes what comes; returns whether that was all, and not cancelled on the way.
    fn take_all(&mut self, receiver: &Receiver<Ahead>) -> Result<bool, ImportError> {
        // What was asked of an earlier run is not asked of this one.
        self.engine.is_cancelled(self.job.id)?;
        for ahead in receiver {
            self.take(ahead)?;
            if self.engine.is_cancelled(self.job.id)? {
                return Ok(false);
            }
            self.engine.wait_for_fold(MAX_WAITING)?;
        }
        Ok(true)
    }

    fn take(&mut self, ahead: Ahead) -> Result<(), ImportError> {
        let Ahead { mut submission, memory, read_bytes } = ahead;
        let (n, n_refused) = (submission.events.len() as u64, submission.refused.len() as u64);
        let after = Job {
            state: RUNNING.to_owned(),
            message: None,
            position: read_bytes as i64,
            line: memory.position.line as i64,
            n_done: self.job.n_done + n as i64,
            n_rejected: self.job.n_rejected + n_refused as i64,
            data: json(&memory),
            updated_at: clock::now(),
            ..self.job.clone()
        };
        let row = after.clone();
        let alongside: Alongside = Box::new(move |conn| job::update(conn, &row).map(|_| ()));
        submission.alongside = Some(alongside);
        self.engine.append(&self.source, submission)?;
        self.job = after;
        self.n_accepted += n;
        self.n_rejected += n_refused;
        (self.told)(&Progress {
            job: self.job.id,
            n_done: self.job.n_done as u64,
            n_rejected: self.job.n_rejected as u64,
            read_bytes,
            total_bytes: self.total,
        });
        Ok(())
    }
}

/// Reads batches until the file ends or nobody takes them any more. What came before an error is still sent.
fn read_ahead(
    mut records: Records,
    job: i64,
    head: &Fingerprint,
    mapping: &str,
    sender: &SyncSender<Ahead>,
) -> Result<(), FileError> {
    loop {
        let mut submission = Submission { job: Some(job), ..Submission::default() };
        let mut position = None;
        let mut ended = None;
        while submission.events.len() + submission.refused.len() < BATCH_RECORDS {
            match records.next_record() {
                Ok(Some(record)) => {
                    position = Some(record.after);
                    match record.outcome {
                        Ok(event) => submission.events.push((event, Some(record.line))),
                        Err(refused) => submission.refused.push(Refused {
                            line: Some(record.line),
                            flaw: refused.flaw,
                            raw: refused.raw,
                        }),
                    }
                }
                Ok(None) => ended = Some(Ok(())),
                Err(error) => ended = Some(Err(error)),
            }
            if ended.is_some() {
                break;
            }
        }
        if let Some(position) = position {
            let memory = Memory { mapping: mapping.to_owned(), head: *head, prefix: records.fingerprint()?, position };
            let ahead = Ahead { submission, memory, read_bytes: records.read_bytes() };
            if sender.send(ahead).is_err() {
                return Ok(());
            }
        }
        if let Some(ended) = ended {
            return ended;
        }
    }
}

/// Writes the records that a job refused to `to`, with the header of the file they came from, so that they can be
/// mended and imported; their reasons go beside it. Returns how many there were.
pub fn export_refused(engine: &Engine, job: i64, header: Option<&[u8]>, to: &Path) -> Result<u64, ImportError> {
    let mut all = Vec::new();
    let mut before = None;
    loop {
        let page = engine
            .database
            .read(|conn| rejected::list(conn, Some(job), before, REFUSED_PAGE))
            .map_err(EngineError::from)?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        all.extend(page);
    }
    let mut file = RefusedFile::create(to, header)?;
    for row in all.iter().rev() {
        let flaw = parlour_core::event::Flaw::Unreadable(row.message.clone());
        let is_cut = row.raw.len() >= file::MAX_RAW_BYTES;
        let refused = file::Refused { flaw, raw: row.raw.clone(), is_cut };
        file.write(row.line.unwrap_or(0) as u64, &refused)?;
    }
    Ok(file.finish()?)
}
