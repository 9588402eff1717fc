//! Backups: a copy of everything, made while a server works, and put back elsewhere. Every file of it is checked against the
//! digest that was written down when it was made.
//!
//! The database is copied as it is at one moment; files of the lake and of pictures are written once and never changed, so
//! those that its rows name are copied after it. A server leaves files that it merged where they are meanwhile; where one is
//! gone all the same, since somebody was erased, it is begun from a later moment.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use parlour_lake::remote::Remote;
use parlour_store::transfer::{self, Progress, State};
use parlour_store::{Database, Kind, SCHEMA_VERSION, StoreError, media, tally};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bodies::names_upto;
use crate::engine::{self, Places, all_runs};
use crate::media::{file_names, part_of};
use crate::{EngineError, clock};

/// What says that a backup is whole: it is written last.
const MANIFEST: &str = "backup.json";
const DATABASE: &str = "parlour.db";
/// The keys of whoever was erased.
const ERASED: &str = "erased";
/// Locked by whoever makes a backup; the server then leaves files that no row names any more where they are.
const LOCK: &str = "backup.lock";
/// How often it is begun from a later moment, where somebody was erased or a picture deleted in between.
const MOMENTS: usize = 20;
const PART_BYTES: usize = 1 << 20;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of Parlour that made it.
    pub parlour: String,
    /// The version of the database's schema.
    pub schema: i64,
    /// The moment of the database, microseconds UTC: what was acknowledged before it is there.
    pub at: i64,
    /// Events accepted by then.
    pub n_accepted: i64,
    /// Its files, by their paths.
    pub files: BTreeMap<String, Kept>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its length.
    pub n_bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Bytes of all files.
    pub fn n_bytes(&self) -> u64 {
        self.files.values().map(|kept| kept.n_bytes).sum()
    }
}

fn lock_file(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}

/// What keeps a backup from beginning, if none is being made; it is let go at once.
pub(crate) fn nobody_copies(folder: &Path) -> Option<File> {
    let lock = lock_file(&folder.join(LOCK)).ok()?;
    lock.try_lock().is_ok().then_some(lock)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> EngineError + '_ {
    |source| EngineError::Folder { path: path.display().to_string(), source }
}

/// The folder's own database, unless a URL is given.
fn url_of(folder: &Path, database: Option<&str>) -> String {
    database.map_or_else(|| format!("sqlite:{}", folder.join(DATABASE).display()), str::to_owned)
}

/// Copies a data folder, its database, and what lies in an object store alone, into the folder `to`, which is made, or empty; a server may work on it meanwhile.
/// When this returns, everything is on the disk there, and everything that was acknowledged before it began is in it.
pub fn backup(
    folder: &Path,
    places: Places<'_>,
    to: &Path,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Manifest, EngineError> {
    let from = Database::open_reading(&url_of(folder, places.database))?;
    let remote = places.lake.map(|(url, options)| engine::remote(url, options)).transpose()?;
    demand_whole(&from)?;
    fs::create_dir_all(to).map_err(failed(to))?;
    if fs::read_dir(to).map_err(failed(to))?.next().is_some() {
        let text = format!("`{}` is not empty; give a backup a folder of its own", to.display());
        return Err(EngineError::Invalid(text));
    }
    let path = folder.join(LOCK);
    let lock = lock_file(&path).map_err(failed(&path))?;
    lock.lock_shared().map_err(failed(&path))?;
    let mut files = BTreeMap::new();
    for _ in 0..MOMENTS {
        let at = clock::now();
        let copy = to.join(DATABASE);
        remove(&copy)?;
        from.copy_into(&copy, tell)?;
        remove(&to.join(format!("{DATABASE}.lock")))?;
        let named = named(&copy)?;
        let Some(()) = copy_named((folder, remote.as_ref()), to, &named.digests, &mut files)? else { continue };
        files.retain(|path, _| named.digests.contains_key(path));
        // Whoever was erased since then must not come back with the copy; who was before is not in it.
        for path in own_files(folder)? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if let Some(kept) = copy_file(&path, &to.join(&name))? {
                files.insert(name, kept);
            }
        }
        files.insert(DATABASE.to_owned(), digest_of(&copy).map_err(failed(&copy))?);
        remove_others(to, to, &files)?;
        sync_folders(to)?;
        let manifest = Manifest {
            parlour: env!("CARGO_PKG_VERSION").to_owned(),
            schema: SCHEMA_VERSION,
            at,
            n_accepted: named.n_accepted,
            files,
        };
        write_manifest(to, &manifest)?;
        return Ok(manifest);
    }
    let text = format!("people were erased or pictures deleted {MOMENTS} times while files were copied; try again");
    Err(EngineError::Conflict(text))
}

/// Puts a backup into a data folder in which there is nothing but perhaps the list of who was erased, and its database into
/// the folder or where `database` says. Every file is checked. Whoever was erased after the backup was made, by the list that
/// lies in the folder, is erased again when the server starts.
pub fn restore(
    from: &Path,
    folder: &Path,
    database: Option<&str>,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Manifest, EngineError> {
    let manifest = read_manifest(from)?;
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let own = folder.join(DATABASE);
    for taken in [&own, &folder.join("lake"), &folder.join("media")] {
        if taken.exists() {
            let text = format!("`{}` is there already; restore into a folder of its own", taken.display());
            return Err(EngineError::Invalid(text));
        }
    }
    // Checked before anything is written.
    for (path, wanted) in &manifest.files {
        let path = from.join(path);
        let found = digest_of(&path).map_err(failed(&path))?;
        if found != *wanted {
            let text = format!("`{}` is not what was backed up: it is damaged, or was changed", path.display());
            return Err(EngineError::Invalid(text));
        }
    }
    for path in manifest.files.keys().filter(|path| ![DATABASE, ERASED].contains(&path.as_str())) {
        copy_file(&from.join(path), &folder.join(path))?.ok_or_else(|| gone(&from.join(path)))?;
    }
    if manifest.files.contains_key(ERASED) {
        join_lines(&from.join(ERASED), &folder.join(ERASED))?;
    }
    match database {
        Some(url) => {
            let to = Database::open(url)?;
            let kept = Database::open_reading(&url_of(from, None))?;
            kept.read(|conn| transfer::copy(conn, (Kind::Sqlite, &to), tell))?;
            transfer::finish(&to)?;
        }
        None => {
            // Last: until it is there, this is no data folder, and restoring can be tried again in another.
            copy_file(&from.join(DATABASE), &own)?.ok_or_else(|| gone(&from.join(DATABASE)))?;
        }
    }
    sync_folders(folder)?;
    Ok(manifest)
}

/// What a backup says that it holds. [`EngineError::Invalid`] where it is none, or was never finished.
pub fn read_manifest(from: &Path) -> Result<Manifest, EngineError> {
    let path = from.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text =
                format!("`{}` is no backup, or one that was never finished: it has no {MANIFEST}", from.display());
            return Err(EngineError::Invalid(text));
        }
        read => read.map_err(failed(&path))?,
    };
    let read: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| EngineError::Invalid(format!("`{}` cannot be read: {error}", path.display())))?;
    if SCHEMA_VERSION < read.schema {
        let text = format!("it was made by a newer Parlour, {}; restore it with that or a later one", read.parlour);
        return Err(EngineError::Invalid(text));
    }
    let is_inside =
        |path: &String| Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !read.files.keys().all(is_inside) {
        return Err(EngineError::Invalid(format!("`{}` names files outside of the backup", path.display())));
    }
    Ok(read)
}

/// [`EngineError::Conflict`] where a database takes part in a move and is not to be worked with.
pub fn demand_whole(database: &Database) -> Result<(), EngineError> {
    match database.read(transfer::state)? {
        State::Whole => Ok(()),
        State::Filling => {
            let text = "something is being moved into this database, and is not all there; run `parlour move` again";
            Err(EngineError::Conflict(text.to_owned()))
        }
        State::MovedTo(to) => Err(EngineError::Conflict(format!(
            "what this database holds was moved to `{to}`; start with `--database` and that URL; to go back, \
             `parlour move` it into a new file"
        ))),
    }
}

/// What the copy of a database speaks of.
struct Named {
    /// Its files, with their digests where those are known.
    digests: BTreeMap<String, Option<String>>,
    n_accepted: i64,
}

fn named(copy: &Path) -> Result<Named, EngineError> {
    let database = Database::open_reading(&format!("sqlite:{}", copy.display()))?;
    let (runs, pictures, counts) =
        database.read(|conn| Ok::<_, StoreError>((all_runs(conn)?, media::all(conn)?, tally::all(conn)?)))?;
    let bodies =
        database.read(|conn| names_upto(conn, i64::MAX))?.into_iter().map(|name| (format!("lake/{name}"), None));
    let runs = runs.into_iter().map(|run| (format!("lake/{}", run.file), Some(run.digest).filter(|it| !it.is_empty())));
    let pictures = pictures.iter().flat_map(file_names).map(|name| (format!("media/{}", part_of(&name)), None));
    let n_accepted = counts.into_iter().find(|(name, _)| name == tally::ACCEPTED).map_or(0, |(_, n)| n);
    Ok(Named { digests: runs.chain(pictures).chain(bodies).collect(), n_accepted })
}

/// Copies those files that are not there yet; `None` where one is gone.
fn copy_named(
    (folder, remote): (&Path, Option<&Remote>),
    to: &Path,
    named: &BTreeMap<String, Option<String>>,
    files: &mut BTreeMap<String, Kept>,
) -> Result<Option<()>, EngineError> {
    for (path, digest) in named {
        if files.contains_key(path) {
            continue;
        }
        let kept = match copy_file(&folder.join(path), &to.join(path))? {
            Some(kept) => kept,
            // It may lie in the store alone: names there are those in the lake, and pictures beside them.
            None => match remote.map(|remote| remote.fetch(path.strip_prefix("lake/").unwrap_or(path), &to.join(path)))
            {
                Some(Ok(())) => digest_of(&to.join(path)).map_err(failed(&to.join(path)))?,
                Some(Err(_)) | None => return Ok(None),
            },
        };
        if digest.as_ref().is_some_and(|digest| *digest != kept.sha256) {
            let text = format!("`{path}` is damaged: it is not what was written; run `parlour doctor`");
            return Err(EngineError::Invalid(text));
        }
        files.insert(path.clone(), kept);
    }
    Ok(Some(()))
}

/// What the operator put into the data folder, and the list of who was erased.
fn own_files(folder: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let mut own = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && !["lock", LOCK].contains(&name.as_str()) && !name.starts_with(DATABASE) {
            own.push(path);
        }
    }
    Ok(own)
}

/// Copies a file, on the disk when this returns; `None` where it is not there.
fn copy_file(from: &Path, to: &Path) -> Result<Option<Kept>, EngineError> {
    let mut source = match File::open(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed(from))?,
    };
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    let half = to.with_file_name(format!("{}.half", to.file_name().unwrap_or_default().to_string_lossy()));
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut copy = options.open(&half).map_err(failed(&half))?;
    let kept = read_all(&mut source, |part| copy.write_all(part)).map_err(failed(&half))?;
    copy.sync_all().map_err(failed(&half))?;
    fs::rename(&half, to).map_err(failed(to))?;
    Ok(Some(kept))
}

fn digest_of(path: &Path) -> io::Result<Kept> {
    read_all(&mut File::open(path)?, |_| Ok(()))
}

fn read_all(source: &mut File, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Kept> {
    let (mut hash, mut n_bytes, mut room) = (Sha256::new(), 0, vec![0; PART_BYTES]);
    loop {
        let n = source.read(&mut room)?;
        if n == 0 {
            let sha256 = hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            return Ok(Kept { n_bytes, sha256 });
        }
        n_bytes += n as u64;
        hash.update(&room[..n]);
        each(&room[..n])?;
    }
}

/// Adds those lines to a file that it has not.
fn join_lines(from: &Path, to: &Path) -> Result<(), EngineError> {
    let read = |path: &Path| match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(failed(path)),
    };
    let (theirs, ours) = (read(from)?, read(to)?);
    let lines: Vec<&str> =
        theirs.lines().chain(ours.lines().filter(|line| !theirs.lines().any(|one| one == *line))).collect();
    let half = to.with_extension("half");
    let mut file = File::create(&half).map_err(failed(&half))?;
    let text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed(&half))?;
    fs::rename(&half, to).map_err(failed(to))
}

fn write_manifest(to: &Path, manifest: &Manifest) -> Result<(), EngineError> {
    let (half, path) = (to.join("backup.half"), to.join(MANIFEST));
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| EngineError::Invalid(error.to_string()))?;
    let mut file = File::create(&half).map_err(failed(&half))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed(&half))?;
    fs::rename(&half, &path).map_err(failed(&path))?;
    File::open(to).and_then(|folder| folder.sync_all()).map_err(failed(to))
}

/// Removes files of a backup that it does not speak of: of an earlier moment.
fn remove_others(root: &Path, folder: &Path, files: &BTreeMap<String, Kept>) -> Result<(), EngineError> {
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.is_dir() {
            remove_others(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        if !files.contains_key(&name) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Makes the names in a folder and those below it durable.
fn sync_folders(folder: &Path) -> Result<(), EngineError> {
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

fn remove(path: &Path) -> Result<(), EngineError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

fn gone(path: &Path) -> EngineError {
    failed(path)(io::Error::from(ErrorKind::NotFound))
}
