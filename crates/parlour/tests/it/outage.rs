//! Outages under load over HTTP: kill -9 at random moments, and the power failing. What was answered with 200 counts
//! once, what was refused not at all, and what nobody knows of at most once, and once when it is sent again.

use std::fs::File;
use std::time::Duration;

use crate::disk::{Disk, can_mount};
use crate::house::{Dice, House, RESTLESS, is_long};
use crate::power::NEEDS;
use crate::senders::Senders;
use crate::served::Served;

const N_SENDERS: usize = 8;
/// Orders in a batch, at most.
const MOST: u64 = 40;

#[test]
fn killed_under_load_loses_and_doubles_nothing() {
    let n_kills = if is_long() { 200 } else { 12 };
    let mut dice = Dice::new("killed_under_load_loses_and_doubles_nothing");
    let house = House::new(RESTLESS);
    let senders = Senders::new(&house, N_SENDERS, MOST);
    senders.while_sending(&mut dice, |dice| {
        for kill in 0..n_kills {
            let mut served = Served::start(&house);
            senders.at(Some(&served));
            senders.wait_for(1 + dice.below(4_000), &mut served);
            // The random moment is the fault itself, nothing waits for it.
            std::thread::sleep(Duration::from_micros(dice.below(20_000)));
            senders.at(None);
            served.kill();
            // Looking takes long; now and then is enough, the last look sees it all.
            if kill % 6 == 5 && n_kills < 100 || kill % 100 == 99 {
                let doctor = house.json(&["doctor", "--json"]);
                assert_eq!(doctor["findings"], serde_json::json!([]), "kill {kill}");
            }
        }
    });
    senders.check(&house, "after the last kill");
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("{n_kills} kills, {n} orders, none lost, none counted twice");
}

/// A house on a disk of its own, whose settings and folders are durable.
pub(crate) fn house_on(disk: &Disk) -> House {
    let house = House::at(tempfile::tempdir().unwrap(), disk.root().join("data"), RESTLESS);
    File::open(house.data().join("parlour.toml")).unwrap().sync_all().unwrap();
    for folder in [house.data().to_owned(), disk.root()] {
        File::open(folder).unwrap().sync_all().unwrap();
    }
    house
}

/// Cuts the power under load, once so many orders are acknowledged. What the senders knew when it went stays known.
fn cut(senders: &Senders, (house, disk): (&House, &mut Disk), strace: &[&str], dice: &mut Dice) {
    let mut served = Served::try_start(house, strace).unwrap();
    let known = senders.while_sending(dice, |dice| {
        senders.at(Some(&served));
        senders.wait_for(500 + dice.below(4_000), &mut served);
        let known = senders.known();
        disk.cut();
        senders.at(None);
        served.kill();
        known
    });
    senders.go_back_to(&known);
    disk.restore();
}

fn cuts_under_load(kind: &str) {
    if !can_mount(&NEEDS) {
        return;
    }
    let n_cuts = if is_long() { 25 } else { 3 };
    let mut dice = Dice::new(kind);
    let mut disk = Disk::new(kind);
    let house = house_on(&disk);
    let senders = Senders::new(&house, N_SENDERS, MOST);
    for at in 0..n_cuts {
        cut(&senders, (&house, &mut disk), &[], &mut dice);
        senders.check(&house, &format!("cut {at} on {kind}"));
    }
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("{kind}: {n_cuts} cuts under load, {n} orders, none lost, none counted twice");
}

#[test]
fn the_power_fails_under_load_on_ext4() {
    cuts_under_load("ext4");
}

#[test]
fn the_power_fails_under_load_on_xfs() {
    cuts_under_load("xfs");
}

/// The same with a system that says that it forced bytes to the disk and did not.
#[test]
fn the_control_under_load_loses() {
    if !can_mount(&NEEDS) {
        return;
    }
    let mut dice = Dice::new("the_control_under_load_loses");
    let mut disk = Disk::new("ext4");
    let house = house_on(&disk);
    let senders = Senders::new(&house, N_SENDERS, MOST);
    let lies = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0"];
    cut(&senders, (&house, &mut disk), &lies, &mut dice);
    let doctor = house.run(&["doctor", "--json"]);
    let found: Option<serde_json::Value> = serde_json::from_str(&doctor.out).ok();
    let is_whole = found.is_some_and(|found| found["findings"] == serde_json::json!([]));
    let n_lost = if is_whole { senders.differences(&house, "without fsync").len() } else { 0 };
    eprintln!(
        "without fsync: the house is whole: {is_whole}, {n_lost} acknowledged orders are lost; {}",
        doctor.err.trim()
    );
    let is_lost = !is_whole || 0 < n_lost;
    assert!(is_lost, "nothing was lost without fsync: the cut does not bite");
}
