//! Where the files of pictures lie: a folder, behind what an object store can do as well.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use parlour_lake::remote::Remote;

/// What the name of a file ends in until it is whole.
pub(super) const HALF: &str = ".half";

/// What the names of pictures in an object store begin with.
const STORED: &str = "media/";

/// Somewhere to keep files by name. Names are hexadecimal digits, a hyphen, a width and what the file ends in.
pub trait Shelf: Send + Sync {
    /// Keeps a file; when this returns it is there whole, whatever happens next.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// A file.
    fn get(&self, name: &str) -> io::Result<Vec<u8>>;
    /// Removes a file; one that is not there is removed already.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// The names of all files, and of what was left half written.
    fn names(&self) -> io::Result<Vec<String>>;
}

/// A folder of the data folder, in parts by the first two digits, so that no folder holds too many.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

/// Where a file lies in the folder: in a part, behind a slash.
pub(crate) fn part_of(name: &str) -> String {
    format!("{}/{name}", name.get(..2).unwrap_or("__"))
}

/// The object store in which the lake lies too, where several servers have the same pictures.
#[derive(Debug)]
pub(super) struct Stored(pub(super) Arc<Remote>);

impl Stored {
    fn name(name: &str) -> String {
        format!("{STORED}{}", part_of(name))
    }

    /// Takes in what lies in a folder, and removes it there.
    pub(super) fn take_in(&self, folder: &Folder) -> io::Result<()> {
        for name in folder.names()? {
            if !name.ends_with(HALF) {
                self.put(&name, &folder.get(&name)?)?;
            }
            folder.remove(&name)?;
        }
        Ok(())
    }
}

impl Shelf for Stored {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.put_bytes(&Self::name(name), bytes.to_vec()).map_err(io::Error::other)
    }

    fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let found = self.0.get_bytes(&Self::name(name)).map_err(io::Error::other)?;
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(&Self::name(name)).map_err(io::Error::other)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let all = self.0.names().map_err(io::Error::other)?;
        let name = |name: &String| Some(name.strip_prefix(STORED)?.rsplit('/').next()?.to_owned());
        Ok(all.iter().filter_map(name).collect())
    }
}

impl Folder {
    fn part(&self, name: &str) -> PathBuf {
        self.0.join(name.get(..2).unwrap_or("__"))
    }
}

impl Shelf for Folder {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let part = self.part(name);
        fs::create_dir_all(&part)?;
        let half = part.join(format!("{name}{HALF}"));
        let mut file = File::create(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&half, part.join(name))?;
        File::open(&part)?.sync_all()?;
        File::open(&self.0)?.sync_all()
    }

    fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.part(name).join(name))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.part(name).join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let parts = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            parts => parts?,
        };
        let mut names = Vec::new();
        for part in parts {
            let part = part?.path();
            if part.is_dir() {
                for file in fs::read_dir(part)? {
                    names.push(file?.file_name().to_string_lossy().into_owned());
                }
            }
        }
        Ok(names)
    }
}
