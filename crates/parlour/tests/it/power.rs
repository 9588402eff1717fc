//! The power fails in the middle of an import: nothing that was acknowledged is lost. A control that must lose shows
//! that the method would find it out.

use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::disk::{Disk, can_mount};
use crate::house::{Dice, House, RESTLESS, cdnow};

pub(crate) const NEEDS: [&str; 5] = ["mkfs.ext4", "mkfs.xfs", "xfs_io", "mount", "umount"];
/// Cuts on each kind of file system.
const N_CUTS: u64 = 4;
const IMPORT: [&str; 9] =
    ["import", "--preset", "cdnow", "part0.txt", "part1.txt", "part2.txt", "part3.txt", "part4.txt", "part5.txt"];

/// Records that an import has taken so far, as anyone reads them in the database.
struct Acknowledged(Connection);

impl Acknowledged {
    fn of(data: &Path) -> Self {
        Self(Connection::open_with_flags(data.join("parlour.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap())
    }

    fn n(&self) -> i64 {
        self.0.query_row("SELECT COALESCE(SUM(n_done), 0) FROM job", [], |row| row.get(0)).unwrap()
    }
}

fn put_parts(house: &House) {
    let text = cdnow();
    let (header, rest) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = rest.split_inclusive('\n').collect();
    for (i, part) in lines.chunks(lines.len().div_ceil(6)).enumerate() {
        house.file(&format!("part{i}.txt"), format!("{header}\n{}", part.concat()));
    }
}

fn cut_while_importing(kind: &str) {
    if !can_mount(&NEEDS) {
        return;
    }
    let mut dice = Dice::new(kind);
    let mut disk = Disk::new(kind);
    let house = House::at(tempfile::tempdir().unwrap(), disk.root().join("data"), RESTLESS);
    // The settings are ours to keep; everything else is Parlour's.
    File::open(house.data().join("parlour.toml")).unwrap().sync_all().unwrap();
    for folder in [house.data().to_owned(), disk.root()] {
        File::open(folder).unwrap().sync_all().unwrap();
    }
    put_parts(&house);
    house.ok(&["sql", "SELECT 1"]);
    let plain = house.twin();
    put_parts(&plain);
    plain.ok(&IMPORT);
    let wanted = plain.state();
    let mut n_seen = Vec::new();
    for cut in 0..N_CUTS {
        let mut child = house.command(&IMPORT).spawn().unwrap();
        let enough = (cut * 69_659 + dice.below(69_659)) as i64 / N_CUTS as i64;
        let acknowledged = Acknowledged::of(house.data());
        let n_before = loop {
            let n = acknowledged.n();
            if n > enough || child.try_wait().unwrap().is_some() {
                break n;
            }
            std::thread::yield_now();
        };
        disk.cut();
        // It may notice by itself, or not.
        let _ = child.kill();
        child.wait().unwrap();
        drop(acknowledged);
        disk.restore();
        let doctor = house.json(&["doctor", "--json"]);
        assert_eq!(doctor["findings"], serde_json::json!([]), "cut {cut} on {kind}");
        let n_after = doctor["sums"]["accepted"].as_i64().unwrap();
        assert!(n_before <= n_after, "{n_before} were acknowledged and {n_after} are there, cut {cut} on {kind}");
        n_seen.push((n_before, n_after));
    }
    eprintln!("{kind}: acknowledged before and there after each cut: {n_seen:?}");
    house.ok(&IMPORT);
    house.state().must_be(&wanted, &format!("after {N_CUTS} cuts on {kind}"));
}

#[test]
fn a_power_cut_on_ext4_loses_nothing() {
    cut_while_importing("ext4");
}

#[test]
fn a_power_cut_on_xfs_loses_nothing() {
    cut_while_importing("xfs");
}

/// Commits rows one by one until the power is cut; returns how many were acknowledged and how many are there after.
fn rows_over_a_cut(disk: &mut Disk, synchronous: &str) -> (i64, i64) {
    let path = disk.root().join(format!("{synchronous}.db"));
    let db = Connection::open(&path).unwrap();
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;";
    db.execute_batch(&format!("{settings} CREATE TABLE t (n INTEGER); PRAGMA synchronous = {synchronous}")).unwrap();
    let mut n_acknowledged = 0;
    for n in 0..200 {
        db.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
        n_acknowledged += 1;
    }
    disk.cut();
    let _ = db.close();
    disk.restore();
    let db = Connection::open(&path).unwrap();
    (n_acknowledged, db.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap())
}

#[test]
fn the_control_loses() {
    if !can_mount(&NEEDS) {
        return;
    }
    for kind in ["ext4", "xfs"] {
        let mut disk = Disk::new(kind);
        for synchronous in ["OFF", "NORMAL"] {
            let (n_acknowledged, n_there) = rows_over_a_cut(&mut disk, synchronous);
            assert!(n_there < n_acknowledged, "{synchronous} on {kind} lost nothing: the cut does not bite");
        }
        let (n_acknowledged, n_there) = rows_over_a_cut(&mut disk, "FULL");
        assert_eq!(n_there, n_acknowledged, "FULL on {kind}: the cut loses what it must not");
    }
}
