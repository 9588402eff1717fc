//! A disk that fails to write what it took, and is well again: the system tells of it once and then forgets what it could
//! not write. Whoever only tries again loses it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, OpenFlags};

use crate::disk::{Thin, can_mount};
use crate::house::{Dice, House, is_long};
use crate::outage::house_on;
use crate::power::NEEDS;
use crate::senders::Senders;
use crate::served::{PATIENCE, Served};

const N_SENDERS: usize = 4;
const MOST: u64 = 20;
/// Longer than what is waited for takes, as a rule; where it does not come, the round shows nothing.
const LONG: Duration = Duration::from_secs(4);

fn tried(senders: &Senders, goal: u64, served: &mut Served) -> bool {
    let before = senders.n_acknowledged.load(Ordering::SeqCst);
    let is_there = senders.wait_while_taking(goal, served);
    is_there && before + goal <= senders.n_acknowledged.load(Ordering::SeqCst)
}

/// Sends on to a server that may have ended, or may end now, as whoever looks after it would: it is started again.
/// Returns whether it takes something.
fn go_on(senders: &Senders, house: &House, served: &mut Option<Served>) -> bool {
    for _ in 0..3 {
        if served.as_mut().is_none_or(Served::has_ended) {
            senders.at(None);
            *served = Served::try_start(house, &[]);
        }
        let Some(served) = served else { continue };
        senders.at(Some(served));
        if tried(senders, 1_500, served) {
            return true;
        }
    }
    false
}

/// Whether the file system gave itself up after its disk failed, as ext4 does where its own journal was hit: then nothing
/// goes on before the power does.
fn is_read_only(house: &House) -> bool {
    File::create(house.data().join("probe")).is_err_and(|error| error.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
}

fn log(house: &House) -> String {
    std::fs::read_to_string(house.path("server.log")).unwrap_or_default()
}

/// Cuts the power and compares.
fn cut(senders: &Senders, (house, thin): (&House, &mut Thin), served: Option<Served>, when: &str) {
    let known = senders.known();
    thin.disk.cut();
    senders.at(None);
    drop(served);
    senders.go_back_to(&known);
    assert!(thin.restore(), "{when}: the file system itself is broken");
    eprintln!("{}", std::fs::read_to_string(house.path("server.log")).unwrap());
    senders.check(house, when);
}

#[test]
fn what_the_disk_forgot_is_not_built_upon() {
    if !can_mount(&NEEDS) {
        return;
    }
    let n_rounds = if is_long() { 20 } else { 3 };
    let mut dice = Dice::new("what_the_disk_forgot_is_not_built_upon");
    let mut n_gone_on = 0;
    for round in 0..n_rounds {
        let mut thin = Thin::new();
        let house = house_on(&thin.disk);
        let senders = Senders::new(&house, N_SENDERS, MOST);
        let mut served = Some(Served::start(&house));
        let (when, mut is_told) = (format!("round {round}"), false);
        senders.while_sending(&mut dice, |dice| {
            let open = served.as_mut().unwrap();
            senders.at(Some(open));
            assert!(senders.wait_while_taking(500 + dice.below(2_000), open), "{when}: it ended");
            thin.exhaust();
            let (start, before) = (Instant::now(), senders.n_put_off.load(Ordering::SeqCst));
            while senders.n_put_off.load(Ordering::SeqCst) < before + 5 && !open.has_ended() {
                assert!(start.elapsed() < PATIENCE, "{when}: nobody was told");
                std::thread::yield_now();
            }
            is_told = true;
            thin.relieve();
            n_gone_on += u32::from(go_on(&senders, &house, &mut served));
        });
        assert!(is_told);
        cut(&senders, (&house, &mut thin), served, &when);
        senders.settle(&house, &when);
    }
    eprintln!("{n_rounds} times the disk forgot; {n_gone_on} times it was gone on from, none lost, none counted twice");
    assert!(0 < n_gone_on, "nothing was taken after the disk was well again");
}

fn changed_at(path: &Path) -> SystemTime {
    path.metadata().unwrap().modified().unwrap()
}

/// While somebody reads, only a part of the log can be moved into the database, and that part is not forced to the disk
/// at once.
#[test]
fn what_was_moved_in_part_and_forgotten_is_moved_again() {
    if !can_mount(&NEEDS) {
        return;
    }
    let (n_wanted, n_rounds) = if is_long() { (10, 40) } else { (1, 10) };
    let mut dice = Dice::new("what_was_moved_in_part_and_forgotten_is_moved_again");
    let (mut n_ended, mut round) = (0, 0);
    // Not in every round is a part moved in time.
    while n_ended < n_wanted && round < n_rounds {
        round += 1;
        let mut thin = Thin::new();
        let house = house_on(&thin.disk);
        let senders = Senders::new(&house, N_SENDERS, MOST);
        let mut served = Some(Served::start(&house));
        let when = format!("round {round}");
        let database = house.data().join("parlour.db");
        let reader = senders.while_sending(&mut dice, |dice| {
            let open = served.as_mut().unwrap();
            senders.at(Some(open));
            assert!(tried(&senders, 1_000 + dice.below(500), open), "{when}");
            let reader = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            reader.execute_batch("BEGIN; SELECT count(*) FROM journal").unwrap();
            assert!(tried(&senders, 500, open), "{when}");
            reader
        });
        thin.exhaust();
        let (start, before) = (Instant::now(), changed_at(&database));
        while changed_at(&database) == before {
            if LONG < start.elapsed() || served.as_mut().unwrap().has_ended() {
                break;
            }
            std::thread::yield_now();
        }
        thin.write_back();
        thin.relieve();
        drop(reader);
        senders.while_sending(&mut dice, |_| {
            senders.at(served.as_ref());
            let begun = Instant::now();
            // Until all of the log was moved, or that was found to fail.
            while begun.elapsed() < LONG && tried(&senders, 2_000, served.as_mut().unwrap()) {}
            n_ended += u32::from(served.as_mut().unwrap().has_ended());
            let goes_on = go_on(&senders, &house, &mut served);
            assert!(goes_on || is_read_only(&house), "{when}: it does not go on: {}", log(&house));
        });
        cut(&senders, (&house, &mut thin), served, &when);
        senders.settle(&house, &when);
    }
    eprintln!("{round} times a part was forgotten; {n_ended} times parlour ended by itself; none lost");
    assert!(n_wanted <= n_ended, "the disk never failed");
}

/// The same with a file and nobody who cares.
#[test]
fn the_control_forgets() {
    if !can_mount(&NEEDS) {
        return;
    }
    let mut thin = Thin::new();
    let path = thin.disk.root().join("file");
    let bytes = vec![7; 4 << 20];
    let mut file = File::create(&path).unwrap();
    thin.exhaust();
    file.write_all(&bytes).unwrap();
    assert!(file.sync_all().is_err(), "the disk has room yet");
    thin.relieve();
    file.sync_all().expect("the system tells of it once");
    assert!(std::fs::read(&path).unwrap() == bytes, "until the power goes it looks well");
    drop(file);
    thin.disk.cut();
    assert!(thin.restore(), "the file system itself is broken");
    assert!(std::fs::read(&path).unwrap() != bytes, "nothing was forgotten: the disk does not bite");
}
