//! The doctor: whether everything accepted is counted, and whether what lies on the disk is what was put there.

use parlour_core::activity::ActivityRow;
use parlour_lake::compact::merged;
use parlour_lake::event::read_events;
use parlour_lake::run::digest_of;
use parlour_store::{journal, run, tally};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::EngineError;
use crate::engine::Engine;

/// Events by what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Sums {
    /// Handed over by sources.
    pub sent: i64,
    /// Taken into the journal.
    pub accepted: i64,
    /// Set aside with a reason.
    pub rejected: i64,
    /// In the activity.
    pub folded: i64,
    /// Repeats.
    pub duplicate: i64,
    /// In the journal, not folded yet.
    pub waiting: i64,
    /// Of those folded, erased since at somebody's wish.
    pub erased: i64,
    /// Whether sent = accepted + rejected and accepted = folded + duplicate + waiting.
    pub agree: bool,
}

/// What the doctor found.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// Events by what became of them.
    pub sums: Sums,
    /// Rows of activity, those with equal keys added up.
    pub n_activity_rows: u64,
    /// Events behind them, those that are scored.
    pub n_scored: u64,
    /// SHA-256 over all activity in order: equal for equal histories, however they came in.
    pub activity_digest: String,
    /// Sealed events.
    pub n_sealed_events: u64,
    /// What is wrong, each with what to do; empty if nothing is.
    pub findings: Vec<String>,
}

impl Engine {
    /// Events by what became of them.
    pub fn sums(&self) -> Result<Sums, EngineError> {
        let (counts, waiting) = self.database.read(|conn| {
            let folded = journal::cursor(conn, "fold")?;
            Ok((tally::all(conn)?, journal::waiting(conn, folded)?))
        })?;
        let count = |name: &str| counts.iter().find(|(known, _)| known == name).map_or(0, |(_, n)| *n);
        let mut sums = Sums {
            sent: count("sent"),
            accepted: count("accepted"),
            rejected: count("rejected"),
            folded: count("folded"),
            duplicate: count("duplicate"),
            waiting: waiting.n_events,
            erased: count("erased"),
            agree: false,
        };
        sums.agree =
            sums.sent == sums.accepted + sums.rejected && sums.accepted == sums.folded + sums.duplicate + sums.waiting;
        Ok(sums)
    }

    /// Examines everything: the database, every file of the lake against its digest, every sum.
    pub fn diagnose(&self) -> Result<Diagnosis, EngineError> {
        let mut findings = self.database.check()?;
        let sums = self.sums()?;
        if !sums.agree {
            findings.push("the sums of events do not agree; keep the data folder as it is and report it".to_owned());
        }
        for kind in ["activity", "event", "standing"] {
            for run in self.database.read(|conn| run::list(conn, kind))? {
                findings.extend(self.examine(&run));
            }
        }
        let mut hash = Sha256::new();
        let (mut n_activity_rows, mut n_scored) = (0, 0);
        let (runs, more, verbs) = self.all_activity();
        let read = merged(&runs, more, &verbs, |row| {
            n_activity_rows += 1;
            n_scored += row.sums.n;
            hash_row(&mut hash, row, verbs.name(row.key.verb));
            Ok(())
        });
        if let Err(error) = read {
            // What is found so far is told too; the numbers that follow are of what could be read.
            findings.push(error.to_string());
        }
        let n_sealed_events = self.state().events.iter().map(|run| run.row.n_rows as u64).sum();
        Ok(Diagnosis {
            sums,
            n_activity_rows,
            n_scored,
            activity_digest: hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
            n_sealed_events,
            findings,
        })
    }

    fn examine(&self, run: &run::Run) -> Option<String> {
        match digest_of(&self.lake_path(&run.file)) {
            Ok(digest) if digest == run.digest => None,
            Ok(_) => {
                let remedy = if run.kind == "event" { "restore it from a backup" } else { "run `parlour rebuild`" };
                Some(format!("lake file `{}` is not what was written; {remedy}", run.file))
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// All activity: sealed runs, unsealed rows in lake order, and the verbs.
    fn all_activity(
        &self,
    ) -> (
        Vec<std::sync::Arc<parlour_lake::run::RunFile>>,
        Vec<ActivityRow>,
        std::sync::Arc<parlour_core::activity::Verbs>,
    ) {
        let state = self.state();
        let tails = [state.sealing.as_deref(), Some(&state.tail)].into_iter().flatten();
        let mut more: Vec<ActivityRow> = tails.flat_map(|tail| tail.sorted(&state.verbs)).collect();
        parlour_core::activity::sort_and_merge(&mut more, &state.verbs);
        let runs = state.activity.iter().map(|run| std::sync::Arc::clone(&run.file)).collect();
        (runs, more, std::sync::Arc::clone(&state.verbs))
    }

    /// The sum over all sealed events that are scored; it must be what the sealed activity counts.
    pub fn n_scored_events(&self) -> Result<u64, EngineError> {
        let runs = self.state().events.clone();
        let mut n = 0;
        for run in &runs {
            for group in 0..run.file.groups.len() {
                n += read_events(&run.file, group)?.iter().filter(|event| event.scored).count() as u64;
            }
        }
        Ok(n)
    }
}

fn hash_row(hash: &mut Sha256, row: &ActivityRow, verb: &str) {
    hash.update(row.key.subject.to_bytes());
    hash.update(row.key.object.to_bytes());
    hash.update(row.key.day.0.to_le_bytes());
    hash.update([row.key.layer as u8, row.key.kind as u8, u8::from(row.key.paid), verb.len() as u8]);
    hash.update(verb);
    hash.update(row.key.currency.code());
    hash.update(row.sums.n.to_le_bytes());
    hash.update(row.sums.seconds.to_le_bytes());
    hash.update(row.sums.value_minor.to_le_bytes());
    hash.update(row.sums.rating_sum.to_le_bytes());
}
