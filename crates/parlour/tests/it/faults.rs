//! Faults of single system calls under a server at work, by strace: killed at the Nth, and the Nth failing, once or from
//! then on. The disk loses its power afterwards, so that an answer given before the bytes were durable is found out.

use std::time::Instant;

use crate::disk::{Disk, can_mount};
use crate::house::{Dice, House, RESTLESS, is_long};
use crate::outage::house_on;
use crate::power::NEEDS;
use crate::senders::Senders;
use crate::served::{PATIENCE, Served};

/// The calls that change the disk, and about how many of each one thread makes while a server takes a few hundred
/// orders.
const CALLS: [(&str, u64); 5] = [
    ("pwrite64", 300),
    ("fsync,fdatasync", 80),
    ("write", 40),
    ("rename,renameat,renameat2", 4),
    ("unlink,unlinkat", 6),
];
const N_SENDERS: usize = 4;
const MOST: u64 = 20;
/// Orders after which a server that was not hit is let go.
const ENOUGH: u64 = 1_500;

#[test]
fn killed_at_the_nth_call_under_load() {
    let n_points = if is_long() { 60 } else { 3 };
    let mut dice = Dice::new("killed_at_the_nth_call_under_load");
    let house = House::new(RESTLESS);
    let senders = Senders::new(&house, N_SENDERS, MOST);
    let (mut n_points_tried, mut n_hit) = (0, 0);
    for (calls, most) in CALLS {
        for _ in 0..n_points {
            let inject = format!("inject={calls}:signal=SIGKILL:when={}", 1 + dice.below(most));
            n_hit +=
                u32::from(disturbed(&senders, &house, &["-e", &format!("trace={calls}"), "-e", &inject], &mut dice));
            n_points_tried += 1;
            let doctor = house.json(&["doctor", "--json"]);
            assert_eq!(doctor["findings"], serde_json::json!([]), "{inject}");
        }
    }
    senders.check(&house, "after all kills");
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("killed at {n_hit} of {n_points_tried} sampled calls, {n} orders, none lost, none counted twice");
    assert!(n_points_tried / 2 <= n_hit, "only {n_hit} of the injected kills hit");
}

/// Has a server work under strace until it has taken enough or is dead or takes nothing more; returns whether it died by
/// itself.
fn disturbed(senders: &Senders, house: &House, strace: &[&str], dice: &mut Dice) -> bool {
    let Some(mut served) = Served::try_start(house, strace) else { return true };
    senders.while_sending(dice, |_| {
        senders.at(Some(&served));
        let died = !senders.wait_while_taking(ENOUGH, &mut served);
        senders.at(None);
        served.kill();
        died
    })
}

#[test]
fn a_call_that_fails_is_never_answered_as_done() {
    if !can_mount(&NEEDS) {
        return;
    }
    let n_points = if is_long() { 40 } else { 1 };
    let mut dice = Dice::new("a_call_that_fails_is_never_answered_as_done");
    let mut disk = Disk::new("ext4");
    let house = house_on(&disk);
    let senders = Senders::new(&house, N_SENDERS, MOST);
    let mut n_put_off = 0;
    for (calls, most) in &CALLS[..2] {
        for (error, forever) in [("EIO", ""), ("EIO", "+"), ("ENOSPC", ""), ("ENOSPC", "+")] {
            for _ in 0..n_points {
                let inject = format!("inject={calls}:error={error}:when={}{forever}", 10 + dice.below(*most));
                let strace = ["-e", &format!("trace={calls}"), "-e", &inject];
                let Some(mut served) = Served::try_start(&house, &strace) else { continue };
                let before = senders.n_put_off.load(std::sync::atomic::Ordering::SeqCst);
                let known = senders.while_sending(&mut dice, |_| {
                    senders.at(Some(&served));
                    senders.wait_while_taking(ENOUGH, &mut served);
                    let known = senders.known();
                    disk.cut();
                    senders.at(None);
                    served.kill();
                    known
                });
                senders.go_back_to(&known);
                n_put_off += u32::from(before < senders.n_put_off.load(std::sync::atomic::Ordering::SeqCst));
                disk.restore();
                senders.check(&house, &inject);
            }
        }
    }
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("{n} orders, none lost, none counted twice; {n_put_off} times senders were put off");
    assert!(0 < n_put_off, "no fault ever came to a sender");
}

/// What is full is told, and gone on from by itself once there is space.
#[test]
fn a_full_disk_puts_senders_off_and_is_gone_on_from() {
    use crate::disk::Tmpfs;
    use crate::served::Line;
    if !can_mount(&["mount", "umount"]) {
        return;
    }
    let n_rounds = if is_long() { 20 } else { 3 };
    let mut dice = Dice::new("a_full_disk_puts_senders_off_and_is_gone_on_from");
    let disk = Tmpfs::new(64_000);
    let house = House::at(tempfile::tempdir().unwrap(), disk.root().join("data"), RESTLESS);
    let senders = Senders::new(&house, N_SENDERS, MOST);
    let mut served = Served::start(&house);
    for round in 0..n_rounds {
        senders.while_sending(&mut dice, |dice| {
            senders.at(Some(&served));
            senders.wait_for(500, &mut served);
            disk.fill(dice.below(200));
            let (start, before) = (Instant::now(), senders.n_put_off.load(std::sync::atomic::Ordering::SeqCst));
            while senders.n_put_off.load(std::sync::atomic::Ordering::SeqCst) < before + 20 {
                assert!(start.elapsed() < PATIENCE, "round {round}: a full disk was never told of");
                assert!(!served.has_ended(), "round {round}: it ended");
                std::thread::yield_now();
            }
            assert_eq!(Line::to(served.address).unwrap().get("/healthz").unwrap().status, 200, "reading goes on");
            disk.free();
            let start = Instant::now();
            // The same server, not started anew.
            assert!(senders.wait_for(500, &mut served), "round {round}: it ended");
            eprintln!("round {round}: took 500 more {:?} after there was space", start.elapsed());
        });
    }
    served.stop();
    senders.check(&house, "after the disk was full");
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("{n_rounds} times full, {n} orders, none lost, none counted twice");
}
