//! A damaged run is told as damaged: reading it never panics, whatever its bytes.

use std::fs;

use parlour_core::activity::ActivityRow;
use parlour_core::parameters::Parameters;
use parlour_core::relation::PersonFold;
use parlour_lake::activity::read_rows;
use parlour_lake::chunk::Numbers;
use parlour_lake::kernel::{View, Walk};
use parlour_lake::run::{LakeError, RunFile};
use proptest::strategy::{Strategy, ValueTree};

use crate::worlds::{Held, IDS, World, id, row};

/// Reads all that can be read in every way.
fn read(path: &std::path::Path, held: &Held) -> Result<(), LakeError> {
    let run = RunFile::open(path)?;
    for group in 0..run.groups.len() {
        read_rows(&run, group, &held.verbs)?;
    }
    let numbers = Numbers { objects: &held.objects, verbs: &held.verbs };
    let view = View { runs: vec![run.into()], tails: Vec::new() };
    let walk = Walk { view: &view, numbers, united: &held.united, hidden: &held.hidden, n_threads: 1, is_wide: false };
    let reading = held.reading();
    let fold = |fold: &mut PersonFold<'_>, _, columns: &_, rows| fold.read(columns, rows, &mut |_, _, _| ());
    walk.visit(|| PersonFold::new(&reading), fold)?;
    for i in 0..IDS {
        let columns = walk.person(&[id(i)])?;
        PersonFold::new(&reading).read(&columns, 0..columns.len(), &mut |_, _, _| ());
    }
    Ok(())
}

#[test]
fn flipped_bits_and_missing_ends_are_told() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let rows: Vec<ActivityRow> = (0..400).map(|_| row().new_tree(&mut runner).unwrap().current()).collect();
    let places = vec![rows, Vec::new()];
    let world =
        World { places, brands: Vec::new(), united: Vec::new(), hidden: Vec::new(), parameters: Parameters::default() };
    let folder = tempfile::tempdir().unwrap();
    let held = world.hold(folder.path());
    let whole = fs::read(&held.view.runs[0].path).unwrap();
    let path = folder.path().join("damaged.parquet");
    let mut n_told = 0;
    let mut look = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        match read(&path, &held) {
            Ok(()) => {}
            Err(LakeError::Damaged { .. }) => n_told += 1,
            Err(error @ (LakeError::Io { .. } | LakeError::Remote { .. })) => panic!("damage is told as {error}"),
        }
    };
    for i in 0..800_usize {
        let mut bytes = whole.clone();
        // Half of them near the end, where the file says what it holds.
        let at = if i % 2 == 0 { i * 7_919 % whole.len() } else { whole.len() - 1 - i * 7_919 % (whole.len() / 2) };
        bytes[at] ^= 1 << (i % 8);
        look(&bytes);
    }
    for i in 0..100 {
        look(&whole[..whole.len() * i / 100]);
    }
    assert!(100 < n_told, "only {n_told} of 900 were told");
}
