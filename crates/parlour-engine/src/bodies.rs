//! Where the bodies of the journal's batches lie: in its rows, or, where that is set, in the object store, so that a row has
//! a few dozen bytes. An object is there before its row, and is removed once what is in it is sealed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use parlour_core::key::Key;
use parlour_lake::remote::Remote;
use parlour_lake::run::LakeError;
use parlour_store::journal::JournalBatch;
use parlour_store::{Conn, StoreError, journal};

use crate::engine::Engine;
use crate::{EngineError, clock, random};

/// The first byte of what lies in a row whose body is an object; the rest is its name. Bodies begin with a version, from 1 on.
const ELSEWHERE: u8 = 0;
/// What the names of these objects begin with.
const NAMES: &str = "journal/";
/// An object without a row is of a batch that was never acknowledged, once it is as old.
const OLD: Duration = Duration::from_hours(1);

/// Where bodies go, and where they are.
#[derive(Debug)]
pub(crate) struct Bodies {
    remote: Option<Arc<Remote>>,
    /// Whether new ones go into the store.
    is_on: bool,
    /// Where those of a backup lie that was put back.
    lake: PathBuf,
}

impl Bodies {
    pub(crate) fn new(remote: Option<Arc<Remote>>, is_on: bool, lake: PathBuf) -> Result<Self, EngineError> {
        if is_on && remote.is_none() {
            let text = "`engine.journal_in_store` wants an object store; give it with --lake, or set it to false";
            return Err(EngineError::Settings(text.to_owned()));
        }
        Ok(Self { remote, is_on, lake })
    }

    /// Makes of bodies what is to lie in rows. When this returns they are in the store, if that is where they go.
    pub(crate) fn put<'b>(&self, bodies: impl Iterator<Item = &'b mut Vec<u8>>) -> Result<(), StoreError> {
        let Some(remote) = self.remote.as_deref().filter(|_| self.is_on) else { return Ok(()) };
        let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
        let mut objects = Vec::new();
        for body in bodies {
            let name = format!("{NAMES}{}", Key(u128::from_be_bytes(random::bytes().map_err(|e| unavailable(&e))?)));
            let row = [&[ELSEWHERE], name.as_bytes()].concat();
            objects.push((name, std::mem::replace(body, row)));
        }
        remote.put_many(objects).map_err(|error| unavailable(&error))
    }

    /// Brings the bodies of these batches that lie elsewhere.
    pub(crate) fn bring(&self, batches: &mut [JournalBatch]) -> Result<(), EngineError> {
        let mut wanted = Vec::new();
        for batch in batches.iter_mut() {
            let Some(name) = name_of(&batch.arrival.body) else { continue };
            match std::fs::read(self.lake.join(&name)) {
                Ok(body) => batch.arrival.body = body,
                Err(_) => wanted.push((name, batch)),
            }
        }
        let Some((first, batch)) = wanted.first() else { return Ok(()) };
        let Some(remote) = &self.remote else {
            let reason =
                format!("its events are the object `{first}` of the store; start with --lake and that store's URL");
            return Err(EngineError::Journal { seq: batch.seq, reason });
        };
        let names: Vec<String> = wanted.iter().map(|(name, _)| name.clone()).collect();
        for ((name, batch), body) in wanted.into_iter().zip(remote.get_many(&names)?) {
            let gone = || EngineError::Journal { seq: batch.seq, reason: format!("the store has no `{name}`") };
            batch.arrival.body = body.ok_or_else(gone)?;
        }
        Ok(())
    }

    /// Removes objects that no row names: of batches that were never acknowledged. Where other servers may be about to write
    /// the row, only those that are too old for that.
    fn sweep(&self, rows: &[String], age: Duration) -> Result<(), LakeError> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let now = Duration::from_micros(clock::now().max(0).unsigned_abs());
        let mut old = remote.names_older(NAMES, UNIX_EPOCH + now.saturating_sub(age))?;
        old.retain(|name| !rows.contains(name));
        remote.remove_many(&old)
    }

    /// Lets go of what was put for rows that were not written.
    pub(crate) fn take_back(&self, rows: &[Vec<u8>]) {
        let names: Vec<String> = rows.iter().filter_map(|row| name_of(row)).collect();
        if let (Some(remote), false) = (&self.remote, names.is_empty())
            && let Err(error) = remote.remove_many(&names)
        {
            tracing::debug!(%error, "objects of batches that were not written are removed later");
        }
    }
}

/// The object that a row names, if its body is one.
pub(crate) fn name_of(row: &[u8]) -> Option<String> {
    let (first, name) = row.split_first()?;
    (*first == ELSEWHERE).then(|| String::from_utf8_lossy(name).into_owned())
}

/// The objects of the batches up to one.
pub(crate) fn names_upto(conn: &mut dyn Conn, seq: i64) -> Result<Vec<String>, StoreError> {
    Ok(journal::heads_upto(conn, seq)?.iter().filter_map(|head| name_of(head)).collect())
}

impl Engine {
    /// Removes the objects of batches that are sealed.
    pub(crate) fn remove_bodies(&self) -> Result<(), EngineError> {
        let leaving = self.database.read(journal::leaving)?;
        if leaving.is_empty() {
            return Ok(());
        }
        for name in &leaving {
            // Of a backup that was put back.
            let _ = std::fs::remove_file(self.lake_path(name));
        }
        if let Some(remote) = &self.remote {
            remote.remove_many(&leaving)?;
        }
        Ok(self.database.write(move |conn| journal::left(conn, &leaving))?)
    }

    /// Removes objects that no batch has.
    pub(crate) fn sweep_bodies(&self) -> Result<(), EngineError> {
        self.remove_bodies()?;
        let age = if self.database.is_among() { OLD } else { Duration::ZERO };
        Ok(self.bodies.sweep(&self.database.read(|conn| names_upto(conn, i64::MAX))?, age)?)
    }

    /// The batches after one, with their bodies, in order, `most` at most.
    pub(crate) fn read_journal(&self, after: i64, most: usize) -> Result<Vec<JournalBatch>, EngineError> {
        let mut batches = self.database.read(|conn| journal::read_after(conn, after, most))?;
        self.bodies.bring(&mut batches)?;
        Ok(batches)
    }
}
