//! Where an executor finds a run: in the folder that all machines see, or fetched from an object store, once.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};
use parlour_afar::{Lake, Run};
use parlour_lake::remote::{Remote, options_among};
use parlour_lake::run::RunFile;
use tempfile::TempDir;

/// Runs of lakes in object stores, fetched into a folder that is removed with this.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: TempDir,
    /// Stores by their URLs. Held while runs are fetched, so that nobody removes what another has not opened yet.
    stores: Mutex<Vec<(String, Remote)>>,
}

impl Cache {
    /// A new one beneath `parent`, or where temporary files lie.
    pub(crate) fn new(parent: Option<&Path>) -> anyhow::Result<Self> {
        let folder = match parent {
            Some(parent) => fs::create_dir_all(parent).and_then(|()| TempDir::with_prefix_in("lake-", parent)),
            None => TempDir::with_prefix("parlour-lake-"),
        };
        Ok(Self { folder: folder.context("there is no place for what is fetched")?, stores: Mutex::default() })
    }

    /// Opens runs of a lake. Of those fetched from its store before, the others are let go of. Blocks.
    pub(crate) fn open(&self, lake: &Lake, runs: &[Run]) -> anyhow::Result<Vec<Arc<RunFile>>> {
        match lake {
            Lake::Folder(folder) => {
                let open = |run: &Run| {
                    open(&Path::new(folder).join(&run.file), run)
                        .with_context(|| format!("is `{folder}` another machine's folder?"))
                };
                runs.iter().map(open).collect()
            }
            Lake::Url(url) => self.fetched(url, runs),
        }
    }

    /// Removes all that was fetched; whoever still reads it has it open.
    pub(crate) fn clear(&self) -> io::Result<()> {
        let _stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in fs::read_dir(self.folder.path())? {
            fs::remove_dir_all(entry?.path())?;
        }
        Ok(())
    }

    fn fetched(&self, url: &str, runs: &[Run]) -> anyhow::Result<Vec<Arc<RunFile>>> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        let known = stores.iter().position(|(other, _)| other == url);
        if known.is_none() {
            stores.push((url.to_owned(), Remote::reading(url, options_among(std::env::vars()))?));
        }
        let number = known.unwrap_or(stores.len() - 1);
        let folder = self.folder.path().join(number.to_string());
        let open = |run: &Run| {
            let path = folder.join(&run.file);
            if let Ok(file) = open(&path, run) {
                return Ok(file);
            }
            stores[number].1.fetch(&run.file, &path)?;
            open(&path, run)
        };
        let files = runs.iter().map(open).collect::<anyhow::Result<Vec<_>>>()?;
        let counting: HashSet<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        for entry in fs::read_dir(folder.join("activity")).into_iter().flatten() {
            let path = entry?.path();
            if !counting.contains(&path) {
                // Whoever still reads it has it open.
                fs::remove_file(path)?;
            }
        }
        Ok(files)
    }
}

fn open(path: &Path, run: &Run) -> anyhow::Result<Arc<RunFile>> {
    let file = RunFile::open(path)?;
    ensure!(
        (file.n_rows(), file.n_bytes()) == (run.n_rows, run.n_bytes),
        "`{}` is not the file that was meant",
        run.file
    );
    Ok(Arc::new(file))
}
