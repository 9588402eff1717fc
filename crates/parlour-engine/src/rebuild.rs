//! Rebuilding: activity, links, asks and standings are made again from the events alone, and are the same.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use parlour_core::activity::{ActivityKey, ActivityRow, Measures, Verbs, sort_and_merge};
use parlour_core::day::Day;
use parlour_core::event::Currency;
use parlour_core::key::Key;
use parlour_lake::activity::ActivityWriter;
use parlour_lake::compact;
use parlour_lake::event::{LakeEvent, read_events};
use parlour_lake::run::{LakeError, RunFile};
use parlour_store::{ask, link, post, thread};

use crate::EngineError;
use crate::asks::{self, Heeded, Said};
use crate::engine::Engine;
use crate::seal::{Range, days_of};
use crate::state::LiveRun;

/// What was rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Events read.
    pub n_events: u64,
    /// Rows of activity written.
    pub n_rows: u64,
    /// Links found.
    pub n_links: u64,
    /// SHA-256 of the activity file: the same as that of the old activity once it is merged into one run.
    pub digest: String,
}

/// What is found in the events beside activity.
#[derive(Default)]
struct Found {
    n_events: u64,
    links: Links,
    said: Vec<Said>,
}

/// The earliest time at which two ids were said to be one person, by the two.
type Links = HashMap<(Key, Key), i64>;

impl Engine {
    /// Seals everything, makes activity and links again from the sealed events, puts them in the place of the old in
    /// one transaction, and keeps the kept days again. Links that someone undid stay undone.
    pub fn rebuild(&self) -> Result<Rebuilt, EngineError> {
        self.fold_all()?;
        self.seal_once(true)?;
        let merges = self.compacting.lock().unwrap_or_else(PoisonError::into_inner);
        let seals = self.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        let (events, old, damaged, mut verbs) = {
            let state = self.state();
            (state.events.clone(), state.activity.clone(), state.damaged.clone(), (*state.verbs).clone())
        };
        let scratch = self.folder.join("lake").join("rebuild");
        let _ = std::fs::remove_dir_all(&scratch);
        let mut found = Found::default();
        let mut pieces = Vec::new();
        for (i, run) in events.iter().enumerate() {
            let name = format!("{i}.parquet");
            self.fold_run(&run.file, (&scratch, &name), &mut verbs, &mut found)?;
            pieces.push(Arc::new(RunFile::open(&scratch.join(name))?));
        }
        let rows = || events.iter().map(|run| &run.row);
        let range = Range {
            seqs: (rows().map(|r| r.first_seq).min().unwrap_or(0), rows().map(|r| r.last_seq).max().unwrap_or(0)),
            days: days_of(old.iter().map(|run| &run.row).chain(&damaged)),
            level: rows().map(|r| r.level).max().unwrap_or(0) + 1,
        };
        let name = format!("{:012}-{:012}-r-{:x}.parquet", range.seqs.0, range.seqs.1, crate::clock::now());
        let written = compact::activity(&pieces, &self.folder.join("lake").join("activity"), &name, &verbs)?;
        let Found { n_events, links, said } = found;
        let rebuilt =
            Rebuilt { n_events, n_rows: written.n_rows, n_links: links.len() as u64, digest: written.digest.clone() };
        self.state_mut().verbs = Arc::new(verbs);
        self.put(&old, written, &range)?;
        self.relink(links)?;
        self.say_again(said)?;
        let _ = std::fs::remove_dir_all(&scratch);
        drop((seals, merges));
        for day in self.kept_days()? {
            self.keep_day(day)?;
        }
        Ok(rebuilt)
    }

    /// Makes threads, posts and asks again, from what was said in the order of the journal.
    fn say_again(&self, mut said: Vec<Said>) -> Result<(), EngineError> {
        said.sort_unstable_by_key(|said| said.post.seq);
        for said in &mut said {
            // Who is whom may have been told later.
            if !said.people.is_empty() {
                said.people = self.ids_of(said.post.person);
            }
        }
        let duty = self.settings.duty.clone();
        Ok(self.database.write(move |conn| {
            post::delete_all(conn)?;
            thread::delete_all(conn)?;
            ask::delete_all(conn)?;
            asks::write(conn, said, &duty)
        })?)
    }

    /// Folds a run of events into a run of activity, and notes what else is found.
    fn fold_run(
        &self,
        run: &RunFile,
        (folder, name): (&Path, &str),
        verbs: &mut Verbs,
        found: &mut Found,
    ) -> Result<(), LakeError> {
        for verb in &run.verbs {
            verbs.id(verb);
        }
        let (verbs, vocabulary) = (&*verbs, self.vocabulary());
        let heeded = Heeded::new(&vocabulary);
        let mut writer = ActivityWriter::create(folder, name, verbs)?;
        let mut person: Vec<ActivityRow> = Vec::new();
        for group in 0..run.groups.len() {
            for event in read_events(run, group)? {
                found.n_events += 1;
                note_links(&event, &mut found.links);
                if person.last().is_some_and(|last| last.key.subject != event.subject) {
                    write_person(&mut person, verbs, &mut writer)?;
                }
                let judged = self.judge(&heeded, &event.verb, event.text.as_deref(), event.rating);
                if event.scored {
                    person.push(row(&event, judged.evidence, verbs));
                }
                found.said.extend(self.said(&heeded, &event, judged));
            }
        }
        write_person(&mut person, verbs, &mut writer)?;
        writer.finish()?;
        Ok(())
    }

    fn put(&self, old: &[LiveRun], written: parlour_lake::run::Written, range: &Range) -> Result<(), EngineError> {
        if range.seqs == (0, 0) {
            return Ok(());
        }
        let file = Arc::new(RunFile::open(&self.lake_path("activity").join(&written.file))?);
        let row = range.row("activity", written, Some(&file));
        let damaged = self.state().damaged.clone();
        self.replace_all("activity", old, (&damaged, &[]), LiveRun { row, file })
    }

    fn relink(&self, links: Links) -> Result<(), EngineError> {
        let rows: Vec<link::Link> = links
            .into_iter()
            .map(|((a, b), at)| link::Link { a, b, at, source: "event".to_owned(), undone_at: None, forced_at: None })
            .collect();
        let all = self.database.write(move |conn| {
            link::delete_derived(conn)?;
            link::insert_new(conn, &rows)?;
            link::all(conn)
        })?;
        let people = self.people_of(&all)?;
        let mut state = self.state_mut();
        state.identity = Arc::new(people);
        state.version += 1;
        Ok(())
    }
}

fn write_person(rows: &mut Vec<ActivityRow>, verbs: &Verbs, writer: &mut ActivityWriter<'_>) -> Result<(), LakeError> {
    sort_and_merge(rows, verbs);
    for row in rows.drain(..) {
        writer.push(&row)?;
    }
    Ok(())
}

fn note_links(event: &LakeEvent, links: &mut Links) {
    for also in event.also.iter().filter(|also| **also != event.subject) {
        let ends = (event.subject.min(*also), event.subject.max(*also));
        links.entry(ends).and_modify(|at| *at = event.at.min(*at)).or_insert(event.at);
    }
}

fn row(event: &LakeEvent, evidence: i8, verbs: &Verbs) -> ActivityRow {
    ActivityRow {
        key: ActivityKey {
            subject: event.subject,
            object: event.object,
            day: Day::of_micros(event.at),
            layer: event.layer,
            verb: verbs.get(&event.verb).unwrap_or(u32::MAX),
            kind: evidence,
            paid: event.paid,
            currency: event.value.map_or(Currency::NONE, |value| value.currency),
        },
        sums: Measures {
            n: 1,
            seconds: u64::from(event.seconds),
            value_minor: event.value.map_or(0, |value| value.minor),
            rating_sum: u64::from(event.rating.unwrap_or(0)),
        },
    }
}
