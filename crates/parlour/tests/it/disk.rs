//! File systems of a test's own, which can lose their power or be full. They need root.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use crate::served::PATIENCE;

/// Bytes of the image of a thin disk, and of a block of it.
const THIN_BYTES: u64 = 120 << 20;
const BLOCK: u64 = 4096;
/// Bytes of an image; XFS takes none under 300 MB. It is sparse.
const IMAGE_BYTES: u64 = 400 << 20;

#[track_caller]
fn run(program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn has(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Whether these tests can run here. Where they cannot, they fail unless `PARLOUR_NO_POWER_CUT=1` says that this is
/// known; `needs` are the programs they run.
#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
pub(crate) fn can_mount(needs: &[&str]) -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    let mut missing: Vec<&str> = needs.iter().copied().filter(|program| !has(program)).collect();
    if id.stdout != b"0\n" {
        missing.push("root");
    }
    if !Path::new("/dev/loop-control").exists() {
        missing.push("loop devices");
    }
    if missing.is_empty() {
        return true;
    }
    let sentence = format!("file systems cannot be mounted and cut off here, for want of {}", missing.join(", "));
    let is_known = std::env::var("PARLOUR_NO_POWER_CUT").is_ok_and(|value| value == "1");
    assert!(is_known, "{sentence}; set PARLOUR_NO_POWER_CUT=1 to go without");
    eprintln!("NOT TESTED: {sentence}");
    false
}

/// A file system in an image on a loop device.
pub(crate) struct Disk {
    folder: TempDir,
    image: PathBuf,
    is_mounted: bool,
}

impl Disk {
    pub(crate) fn new(kind: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("image");
        Self::at(folder, image, (kind, IMAGE_BYTES, &["-q"]))
    }

    fn at(folder: TempDir, image: PathBuf, (kind, n_bytes, options): (&str, u64, &[&str])) -> Self {
        let mut disk = Self { folder, image, is_mounted: false };
        std::fs::File::create(&disk.image).unwrap().set_len(n_bytes).unwrap();
        run(&format!("mkfs.{kind}"), &[options, &[disk.image.to_str().unwrap()]].concat());
        std::fs::create_dir(disk.root()).unwrap();
        disk.mount();
        disk
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn mount(&mut self) {
        run("mount", &["-o", "loop", self.image.to_str().unwrap(), self.root().to_str().unwrap()]);
        self.is_mounted = true;
    }

    /// The power goes: what was not forced to the disk is lost, and everything fails from now on.
    pub(crate) fn cut(&self) {
        run("xfs_io", &["-x", "-c", "shutdown", self.root().to_str().unwrap()]);
    }

    /// The power comes back. Whoever had files open there must be gone, or about to go.
    pub(crate) fn restore(&mut self) {
        let since = Instant::now();
        while !Command::new("umount").arg(self.root()).output().unwrap().status.success() {
            assert!(since.elapsed() < PATIENCE, "somebody has files open at {}", self.root().display());
        }
        self.is_mounted = false;
        self.mount();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            let _ = Command::new("umount").arg("-l").arg(self.root()).output();
        }
    }
}

/// A file system on a disk that may find out late that it has no room: it fails to write what it has taken already, and
/// the system, once it has told of that, forgets that there was anything to write.
pub(crate) struct Thin {
    pub(crate) disk: Disk,
    below: Tmpfs,
}

impl Thin {
    pub(crate) fn new() -> Self {
        let below = Tmpfs::new(200_000);
        let options = ["-q", "-b", &BLOCK.to_string(), "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0"];
        let image = below.root().join("image");
        let disk = Disk::at(tempfile::tempdir().unwrap(), image, ("ext4", THIN_BYTES, &options));
        let thin = Self { disk, below };
        // Its journal too, which is not written yet.
        let image = thin.disk.image.to_str().unwrap();
        run("fallocate", &["-o", "0", "-l", &THIN_BYTES.to_string(), image]);
        thin.fail_honestly();
        thin
    }

    /// A loop device calls a write a success of which only the first pages had room; so it is given one page at a time.
    fn fail_honestly(&self) {
        let found = Command::new("losetup").args(["-n", "-O", "NAME", "-j"]).arg(&self.disk.image).output().unwrap();
        let device = String::from_utf8(found.stdout).unwrap();
        let device = device.trim().trim_start_matches("/dev/").to_owned();
        std::fs::write(format!("/sys/block/{device}/queue/max_sectors_kb"), (BLOCK >> 10).to_string()).unwrap();
    }

    /// No block that is free now has room any more; what the file system itself and its files have keep theirs.
    pub(crate) fn exhaust(&self) {
        let (root, image) = (self.disk.root(), self.disk.image.to_str().unwrap());
        // It stands still meanwhile, with all it knows of itself in the image.
        run("xfs_io", &["-x", "-c", "freeze", root.to_str().unwrap()]);
        for (offset, length) in self.free() {
            run("fallocate", &["-p", "-o", &offset.to_string(), "-l", &length.to_string(), image]);
        }
        self.below.fill(0);
        run("xfs_io", &["-x", "-c", "thaw", root.to_str().unwrap()]);
    }

    /// Where in the image no file has anything: offsets and lengths.
    fn free(&self) -> Vec<(u64, u64)> {
        let told = Command::new("dumpe2fs").arg(&self.disk.image).output().unwrap();
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let lines = told.lines().filter_map(|line| line.trim().strip_prefix("Free blocks: "));
        let ranges = lines.flat_map(|line| line.split(", ")).filter(|range| !range.is_empty());
        let blocks = ranges.filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?))
        });
        blocks.map(|(first, last)| (first * BLOCK, (last - first + 1) * BLOCK)).collect()
    }

    /// The power goes and comes back; whether the file system is whole after it, so that what is missing is not its loss.
    pub(crate) fn restore(&mut self) -> bool {
        run("umount", &[self.disk.root().to_str().unwrap()]);
        self.disk.is_mounted = false;
        let image = self.disk.image.to_str().unwrap().to_owned();
        // Its journal is replayed by the first, and nothing may be left to mend for the second.
        let check = |how: &[&str]| Command::new("e2fsck").args(how).arg(&image).output().unwrap().status;
        let _ = check(&["-p"]);
        let is_whole = check(&["-f", "-n"]).success();
        self.disk.mount();
        self.fail_honestly();
        is_whole
    }

    /// There is room again.
    pub(crate) fn relieve(&self) {
        self.below.free();
    }

    /// Has the system write what it has taken, which may fail, and nobody is told.
    pub(crate) fn write_back(&self) {
        let _ = Command::new("sync").arg("-f").arg(self.disk.root()).stderr(std::process::Stdio::null()).status();
    }
}

/// A file system in memory, of a size that can be changed.
pub(crate) struct Tmpfs {
    folder: TempDir,
}

impl Tmpfs {
    pub(crate) fn new(n_kilobytes: u64) -> Self {
        let tmpfs = Self { folder: tempfile::tempdir().unwrap() };
        let size = format!("size={n_kilobytes}k");
        run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", tmpfs.root().to_str().unwrap()]);
        tmpfs
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Fills it but for so many kilobytes.
    pub(crate) fn fill(&self, n_kilobytes: u64) {
        let filler = std::fs::File::create(self.root().join("filler")).unwrap();
        let block = vec![0; 1 << 10];
        // Until there is no space for another.
        while std::io::Write::write_all(&mut &filler, &block).is_ok() {}
        let n_bytes = filler.metadata().unwrap().len();
        filler.set_len(n_bytes.saturating_sub(n_kilobytes << 10)).unwrap();
    }

    /// Takes back what filled it.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.root().join("filler")).unwrap();
    }

    pub(crate) fn resize(&self, n_kilobytes: u64) {
        run("mount", &["-o", &format!("remount,size={n_kilobytes}k"), self.root().to_str().unwrap()]);
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).output();
    }
}
