//! Where the lake lies: in the data folder, and where there is a URL for it in an object store too.
//!
//! A file is put into the store before the row that makes it count, and removed from it once no row does. All of them lie in
//! the folder as well, from where they are read: whoever loses the folder has the files from the store again, and whoever
//! gives a URL for the first time has the store filled from the folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use parlour_lake::remote::Remote;
use parlour_lake::run::LakeError;
use parlour_store::{run, setting};

use crate::EngineError;
use crate::backup;
use crate::engine::{Engine, RUN_KINDS};

/// The setting that says in which store the lake lies.
const LAKE: &str = "lake_url";

impl Engine {
    /// Puts files into the object store, if there is one, before the rows that make them count.
    pub(crate) fn shelve(&self, rows: &[run::Run]) -> Result<(), EngineError> {
        let Some(remote) = &self.remote else { return Ok(()) };
        rows.iter().try_for_each(|row| Ok(remote.put(&row.file, &self.lake_path(&row.file))?))
    }

    /// Brings here what lies in the store alone, puts there what lies here alone, and removes from there what no row
    /// names.
    pub(crate) fn agree_with_store(&self, rows: &[run::Run]) -> Result<(), EngineError> {
        let Some(remote) = &self.remote else { return self.demand_files(rows) };
        self.claim_store(remote)?;
        let there: HashSet<String> = remote.names()?.into_iter().collect();
        for row in rows {
            let path = self.lake_path(&row.file);
            match (path.exists(), there.contains(&row.file)) {
                (true, false) => remote.put(&row.file, &path)?,
                (false, true) => remote.fetch(&row.file, &path)?,
                // What is nowhere is told by whoever opens it.
                (true, true) | (false, false) => {}
            }
        }
        let url = remote.url().to_owned();
        self.database.write(move |conn| setting::set(conn, LAKE, &url))?;
        if let Some(_nobody_copies) = backup::nobody_copies(&self.folder) {
            self.sweep_bodies()?;
            let counts: HashSet<&str> = rows.iter().map(|row| row.file.as_str()).collect();
            let is_run = |name: &&String| RUN_KINDS.iter().any(|kind| name.starts_with(&format!("{kind}/")));
            for orphan in there.iter().filter(is_run).filter(|name| !counts.contains(name.as_str())) {
                remote.remove(orphan)?;
            }
        }
        Ok(())
    }

    /// Refuses a place that is another installation's.
    pub(crate) fn claim_store(&self, remote: &Remote) -> Result<(), EngineError> {
        let owner = self.secret.key("installation", "").to_string();
        if remote.claim(&owner)? {
            return Ok(());
        }
        Err(EngineError::Settings(format!(
            "the lake at `{}` belongs to another installation; give this one a name of its own, such as {0}-2",
            remote.url()
        )))
    }

    /// Fetches what of these is not here.
    pub(crate) fn fetch_runs(&self, rows: &[run::Run]) -> Result<(), EngineError> {
        let Some(remote) = &self.remote else { return Ok(()) };
        for row in rows {
            let path = self.lake_path(&row.file);
            if !path.exists() {
                remote.fetch(&row.file, &path)?;
            }
        }
        Ok(())
    }

    /// Removes the files here that count no more, of a server that follows; the leader removes them from the store.
    pub(crate) fn leave_local(&self, count: &HashSet<String>) {
        let Some(_nobody_copies) = backup::nobody_copies(&self.folder) else { return };
        for kind in RUN_KINDS {
            let Ok(files) = std::fs::read_dir(self.lake_path(kind)) else { continue };
            for file in files.flatten() {
                if !count.contains(&format!("{kind}/{}", file.file_name().to_string_lossy())) {
                    let _ = std::fs::remove_file(file.path());
                }
            }
        }
    }

    /// Files that lie in a store, and not here, want that store's URL.
    fn demand_files(&self, rows: &[run::Run]) -> Result<(), EngineError> {
        let missing = rows.iter().find(|row| !self.lake_path(&row.file).exists());
        match (missing, self.database.read(|conn| setting::get(conn, LAKE))?) {
            (Some(row), Some(url)) => Err(EngineError::Settings(format!(
                "`{}` of the lake is not in `{}`; the lake lies in an object store too: start with --lake {url}",
                row.file,
                self.folder.display()
            ))),
            (Some(_), None) | (None, _) => Ok(()),
        }
    }

    /// Removes files of the lake that no row names any more; while somebody makes a backup, they wait for the next time.
    pub(crate) fn put_away(&self, files: impl IntoIterator<Item = PathBuf>) {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.extend(files);
        let Some(_nobody_copies) = backup::nobody_copies(&self.folder) else { return };
        away.retain(|file| {
            let removed = self.remove_everywhere(file);
            removed.inspect_err(|error| tracing::warn!(%error, "a file that was merged is removed later")).is_err()
        });
    }

    /// Removes what waits for the end of a backup now: somebody in it is erased, and that backup begins from a later moment.
    pub(crate) fn put_away_at_once(&self) -> Result<(), EngineError> {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(file) = away.last() {
            self.remove_everywhere(file)?;
            away.pop();
        }
        Ok(())
    }

    fn remove_everywhere(&self, file: &Path) -> Result<(), EngineError> {
        match std::fs::remove_file(file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(LakeError::Io { path: file.to_owned(), source }.into());
            }
            Ok(()) | Err(_) => {}
        }
        let name = file.strip_prefix(self.lake_path("")).ok().and_then(Path::to_str);
        let (Some(remote), Some(name)) = (&self.remote, name) else { return Ok(()) };
        Ok(remote.remove(name)?)
    }
}
