//! Where an executor finds a run: in the folder that all machines see, or fetched from an object store, once.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use parlour_afar::{Lake, Run, TABLES};
use parlour_lake::remote::{Remote, options_among};
use parlour_lake::run::RunFile;
use tempfile::TempDir;

/// Runs of lakes in object stores, fetched into a folder that is removed with this.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: TempDir,
    /// Held while runs are fetched, so that nobody removes what another has not opened yet.
    stores: Mutex<Stores>,
}

#[derive(Debug)]
struct Stores {
    /// By their URLs.
    all: Vec<(String, Remote)>,
    /// When something was last asked of one.
    used_at: Instant,
}

impl Cache {
    /// A new one beneath `parent`, or where temporary files lie.
    pub(crate) fn new(parent: Option<&Path>) -> anyhow::Result<Self> {
        let folder = match parent {
            Some(parent) => fs::create_dir_all(parent).and_then(|()| TempDir::with_prefix_in("lake-", parent)),
            None => TempDir::with_prefix("parlour-lake-"),
        };
        let stores = Mutex::new(Stores { all: Vec::new(), used_at: Instant::now() });
        Ok(Self { folder: folder.context("there is no place for what is fetched")?, stores })
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

    /// A file of a lake, fetched where it must be, and where it lies. Blocks.
    pub(crate) fn file(&self, lake: &Lake, name: &str) -> anyhow::Result<(PathBuf, File)> {
        let table = TABLES.into_iter().find(|table| name.split_once('/').is_some_and(|(folder, _)| folder == *table));
        let run = Run { file: name.to_owned(), n_rows: 0, n_bytes: 0 };
        ensure!(table.is_some_and(|table| run.is_named_well(table)), "`{name}` is no file of a lake");
        match lake {
            Lake::Folder(folder) => {
                let path = Path::new(folder).join(name);
                let file = File::open(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
                Ok((path, file))
            }
            Lake::Url(url) => {
                let mut stores = self.stores();
                let (store, folder) = self.store(&mut stores, url)?;
                let path = folder.join(name);
                if !path.is_file() {
                    store.fetch(name, &path)?;
                }
                let file = File::open(&path)?;
                Ok((path, file))
            }
        }
    }

    /// Removes all that was fetched, unless something was asked for within `idle`; whoever still reads it has it open.
    pub(crate) fn clear(&self, idle: Duration) -> io::Result<()> {
        let stores = self.stores();
        if stores.used_at.elapsed() < idle {
            return Ok(());
        }
        for entry in fs::read_dir(self.folder.path())? {
            fs::remove_dir_all(entry?.path())?;
        }
        Ok(())
    }

    fn stores(&self) -> MutexGuard<'_, Stores> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A store, and the folder for what is fetched from it.
    fn store<'a>(&self, stores: &'a mut Stores, url: &str) -> anyhow::Result<(&'a Remote, PathBuf)> {
        stores.used_at = Instant::now();
        let known = stores.all.iter().position(|(other, _)| other == url);
        if known.is_none() {
            stores.all.push((url.to_owned(), Remote::reading(url, options_among(std::env::vars()))?));
        }
        let number = known.unwrap_or(stores.all.len() - 1);
        Ok((&stores.all[number].1, self.folder.path().join(number.to_string())))
    }

    fn fetched(&self, url: &str, runs: &[Run]) -> anyhow::Result<Vec<Arc<RunFile>>> {
        let mut stores = self.stores();
        let (store, folder) = self.store(&mut stores, url)?;
        let open = |run: &Run| {
            let path = folder.join(&run.file);
            if let Ok(file) = open(&path, run) {
                return Ok(file);
            }
            store.fetch(&run.file, &path)?;
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
