//! A disk that fills: a clear error, nothing torn, and on it goes once there is space.

use crate::disk::{Tmpfs, can_mount};
use crate::house::{Dice, House, RESTLESS, cdnow};

/// Fillings tried.
const N_DISKS: u64 = 6;
/// Between these sizes the disk fills at every stage, from the first batch to the kept standings.
const KILOBYTES: (u64, u64) = (600, 30_000);

#[test]
fn a_full_disk_is_told_and_gone_on_from() {
    if !can_mount(&["mount", "umount"]) {
        return;
    }
    let mut dice = Dice::new("a_full_disk_is_told_and_gone_on_from");
    let origin = House::new(RESTLESS);
    origin.ok(&["sql", "SELECT 1"]);
    let plain = origin.twin();
    plain.file("cdnow.txt", cdnow());
    plain.ok(&["import", "--preset", "cdnow", "cdnow.txt"]);
    let wanted = plain.state();
    let (low, high) = KILOBYTES;
    let mut n_filled = 0;
    for i in 0..N_DISKS {
        let size = low + (high - low) * i / N_DISKS + dice.below((high - low) / N_DISKS);
        let disk = Tmpfs::new(64_000);
        let house = House::at(tempfile::tempdir().unwrap(), disk.root().join("data"), RESTLESS);
        std::fs::copy(origin.data().join("parlour.db"), house.data().join("parlour.db")).unwrap();
        house.file("cdnow.txt", cdnow());
        disk.resize(size);
        let mut ran = house.run(&["--log", "off", "import", "--preset", "cdnow", "cdnow.txt"]);
        if ran.code == Some(0) {
            ran = house.run(&["--log", "off", "sql", "SELECT count(*) FROM standing"]);
        }
        if ran.code != Some(0) {
            n_filled += 1;
            assert_eq!(ran.code, Some(1), "{size} kB: {}", ran.err);
            assert!(ran.err.to_lowercase().contains("space"), "{size} kB: {}", ran.err);
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        }
        disk.resize(200_000);
        let doctor = house.json(&["doctor", "--json"]);
        assert_eq!(doctor["findings"], serde_json::json!([]), "{size} kB");
        house.ok(&["import", "--preset", "cdnow", "cdnow.txt"]);
        house.state().must_be(&wanted, &format!("after {size} kB were full: {}", ran.err));
    }
    eprintln!("{n_filled} of {N_DISKS} disks were too small");
    assert!(n_filled >= 3, "only {n_filled} disks filled");
}
