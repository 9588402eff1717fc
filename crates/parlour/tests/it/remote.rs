//! A lake that lies in an object store too: what lies where, whose it is, and what happens while the store is away.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use parlour_lake::remote::Remote;

use crate::house::{Dice, House, PARLOUR, RESTLESS, cdnow, is_long};
use crate::senders::Senders;
use crate::served::Served;

/// A place of a test's own in the store that `./test` starts, behind a line that can be cut.
pub(crate) struct Place {
    pub(crate) line: Line,
    pub(crate) url: String,
}

impl Place {
    /// `None`, and told, where there is no store.
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    pub(crate) fn new(what: &str) -> Option<Self> {
        let Ok(store) = std::env::var("PARLOUR_TEST_S3") else {
            eprintln!("NOT TESTED: PARLOUR_TEST_S3 is not set; ./test starts an S3 server and sets it");
            return None;
        };
        let address = store.strip_prefix("http://").unwrap().parse().unwrap();
        Some(Self { line: Line::to(address), url: format!("s3://parlour/{what}-{}", std::process::id()) })
    }

    pub(crate) fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT", format!("http://{}", self.line.address)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "parlour".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "a secret of the tests".to_owned()),
        ]
    }

    /// The binary in a house, with the lake here; whether it went well, and what it complained of.
    fn run(&self, house: &House, args: &[&str]) -> (bool, String) {
        let ran = house.command(args).args(["--lake", &self.url]).envs(self.variables()).output().unwrap();
        (ran.status.success(), String::from_utf8_lossy(&ran.stderr).into_owned())
    }

    #[track_caller]
    fn ok(&self, house: &House, args: &[&str]) {
        let (is_ok, said) = self.run(house, args);
        assert!(is_ok, "{args:?}: {said}");
    }

    fn serve(&self, house: &House) -> Served {
        let mut command = Command::new(PARLOUR);
        command.env_remove("PARLOUR_DATABASE").env_remove("PARLOUR_LOG").envs(self.variables());
        command.args(["--lake", &self.url]);
        Served::of(house, command).expect("the server starts")
    }

    pub(crate) fn open(&self) -> Remote {
        let options = self.variables().map(|(name, value)| (name.to_owned(), value));
        Remote::open(&self.url, options, "probe-of-a-test").unwrap()
    }

    /// Fails unless the store has the files that count, byte for byte, and no other.
    #[track_caller]
    pub(crate) fn must_be_as(&self, house: &House) {
        let remote = self.open();
        let names: BTreeSet<String> =
            remote.names().unwrap().into_iter().filter(|name| name != "installation").collect();
        let count = house.rows("SELECT file FROM run");
        let count: BTreeSet<String> = count.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, count);
        let copy = house.path("copy");
        for name in names {
            remote.fetch(&name, &copy).unwrap();
            assert!(fs::read(&copy).unwrap() == fs::read(house.data().join("lake").join(&name)).unwrap(), "{name}");
        }
    }
}

/// A line to an address, which can be cut.
pub(crate) struct Line {
    pub(crate) address: SocketAddr,
    is_cut: Arc<AtomicBool>,
}

impl Line {
    pub(crate) fn to(there: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&is_cut);
        thread::spawn(move || {
            for here in listener.incoming().flatten() {
                if !cut.load(Ordering::Relaxed)
                    && let Ok(there) = TcpStream::connect(there)
                {
                    pass(&here, &there, &cut);
                    pass(&there, &here, &cut);
                }
            }
        });
        Self { address, is_cut }
    }

    pub(crate) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::Relaxed);
    }
}

/// Passes on what comes, until one end hangs up or the line is cut.
fn pass(from: &TcpStream, to: &TcpStream, cut: &Arc<AtomicBool>) {
    let (mut from, mut to, cut) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(cut));
    thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        loop {
            let n = io::Read::read(&mut from, &mut buffer).unwrap_or(0);
            if n == 0 || cut.load(Ordering::Relaxed) || io::Write::write_all(&mut to, &buffer[..n]).is_err() {
                let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                return;
            }
        }
    });
}

#[test]
fn a_lake_moves_into_a_store_and_comes_back_from_it() {
    let Some(place) = Place::new("comes-back") else { return };
    let house = House::new(RESTLESS);
    let file = house.file("cdnow.txt", cdnow());
    house.ok(&["import", "--preset", "cdnow", file.to_str().unwrap()]);
    house.ok(&["keep"]);
    let before = house.state();
    // What lay in the folder alone is put there by the first start with a URL; merging removes there what it does here.
    place.ok(&house, &["compact"]);
    place.must_be_as(&house);
    assert!(!house.data().join("lake/partial").exists());
    // A new machine has the database and the store.
    fs::remove_dir_all(house.data().join("lake")).unwrap();
    let told = house.fails(&["doctor"]);
    assert!(told.contains(&format!("start with --lake {}", place.url)), "{told}");
    place.ok(&house, &["doctor"]);
    house.state().must_be(&before, "after the lake came back from the store");
    place.must_be_as(&house);
    // Who is erased is erased there too.
    place.ok(&house, &["erase", "customer:00004", "--yes"]);
    place.must_be_as(&house);
}

#[test]
fn a_lake_has_one_owner_and_a_place_that_is_one() {
    let Some(place) = Place::new("one-owner") else { return };
    let (house, other) = (House::new(RESTLESS), House::new(RESTLESS));
    let file = house.file("cdnow.txt", cdnow());
    place.ok(&house, &["import", "--preset", "cdnow", file.to_str().unwrap()]);
    place.ok(&house, &["keep"]);
    let (is_ok, told) = place.run(&other, &["doctor"]);
    assert!(!is_ok && told.contains("belongs to another installation"), "{told}");
    place.must_be_as(&house);
    for (url, expected) in [
        ("nonsense", "it is no URL"),
        ("ftp://parlour/lake", "a lake lies at s3://BUCKET/NAME"),
        ("file:///tmp/lake", "a lake lies at s3://BUCKET/NAME"),
        ("s3://no-such-bucket/lake", "404 Not Found"),
    ] {
        let ran = house.command(&["doctor", "--lake", url]).envs(place.variables()).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(!ran.status.success() && told.contains(expected) && told.contains(url), "{url}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn of_two_who_put_the_same_name_one_wins() {
    let Some(place) = Place::new("race") else { return };
    let n_races = if is_long() { 1_000 } else { 100 };
    let (remote, house) = (place.open(), House::new(""));
    let files = ["one", "other"].map(|text| house.file(text, text));
    let mut n_won = [0, 0];
    for race in 0..n_races {
        let name = format!("event/{race}");
        let put = thread::scope(|scope| {
            let puts = files.each_ref().map(|file| scope.spawn(|| remote.put(&name, file).is_ok()));
            puts.map(|put| put.join().unwrap())
        });
        assert_eq!(put.iter().filter(|won| **won).count(), 1, "race {race}");
        let winner = usize::from(put[1]);
        n_won[winner] += 1;
        let copy = house.path("copy");
        remote.fetch(&name, &copy).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), fs::read(&files[winner]).unwrap());
        // The same again is no other.
        remote.put(&name, &files[winner]).unwrap();
    }
    eprintln!("{n_races} races, won by one {} times and by the other {}", n_won[0], n_won[1]);
}

#[test]
fn a_journal_in_the_store_acknowledges_what_is_there_and_loses_nothing() {
    let Some(place) = Place::new("journal") else { return };
    let mut dice = Dice::new("a_journal_in_the_store_acknowledges_what_is_there_and_loses_nothing");
    let alone = House::new(&RESTLESS.replace("[engine]", "[engine]\njournal_in_store = true"));
    let told = alone.fails(&["doctor"]);
    assert!(told.contains("`engine.journal_in_store` wants an object store"), "{told}");
    let mut house = House::new(&RESTLESS.replace("seal_events = 500", "seal_events = 5000\njournal_in_store = true"));
    house.places = place.variables().map(|(name, value)| (name.to_owned(), value)).into();
    house.places.push(("PARLOUR_LAKE".to_owned(), place.url.clone()));
    let senders = Senders::new(&house, 4, 40);
    senders.while_sending(&mut dice, |dice| {
        for is_killed in [false, true] {
            let mut served = Served::of(&house, Command::new(PARLOUR)).expect("the server starts");
            senders.at(Some(&served));
            assert!(senders.wait_for(1_000 + dice.below(2_000), &mut served));
            place.line.cut(true);
            // Nothing is acknowledged that lies nowhere.
            assert!(senders.wait_until_put_off(&mut served));
            place.line.cut(false);
            assert!(senders.wait_for(1_000 + dice.below(2_000), &mut served));
            senders.at(None);
            if is_killed { served.kill() } else { served.stop() }
        }
    });
    let longest = house.rows("SELECT MAX(LENGTH(body)) FROM journal");
    assert!(longest[0][0].as_i64().is_some_and(|n| n < 64), "rows only name what lies in the store: {longest:?}");
    // A backup has what lies in the store alone, and can do without it.
    let backup = house.path("backup");
    house.ok(&["backup", backup.to_str().unwrap()]);
    let back = House::new(RESTLESS);
    back.ok(&["restore", backup.to_str().unwrap()]);
    // Its settings came with it, and want the store.
    fs::write(back.data().join("parlour.toml"), RESTLESS).unwrap();
    senders.check(&back, "of a backup");
    senders.check(&house, "after all");
    place.ok(&house, &["compact"]);
    place.must_be_as(&house);
    let n = senders.settle(&back, "after all was sent again");
    eprintln!("the store was away twice, {n} orders, none lost, none counted twice");
}

#[test]
fn a_long_file_goes_in_parts() {
    let Some(place) = Place::new("parts") else { return };
    let (remote, house) = (place.open(), House::new(""));
    let long: Vec<u8> = (0..40_u32 << 20).map(|i| (i ^ (i >> 8)) as u8).collect();
    let file = house.file("long", &long);
    remote.put("event/long", &file).unwrap();
    let copy = house.path("copy");
    remote.fetch("event/long", &copy).unwrap();
    assert!(fs::read(&copy).unwrap() == long);
    assert!(remote.names().unwrap().contains(&"event/long".to_owned()));
    place.line.cut(true);
    let told = remote.put("event/other", &file).unwrap_err().to_string();
    assert!(told.contains(&place.url) && told.contains("event/other"), "{told}");
}

#[test]
fn while_the_store_is_away_everything_is_taken_and_put_there_later() {
    let Some(place) = Place::new("away") else { return };
    let mut dice = Dice::new("while_the_store_is_away_everything_is_taken_and_put_there_later");
    let house = House::new(RESTLESS);
    let senders = Senders::new(&house, 4, 40);
    senders.while_sending(&mut dice, |dice| {
        for is_killed in [false, true] {
            let mut served = place.serve(&house);
            senders.at(Some(&served));
            assert!(senders.wait_for(1_000 + dice.below(2_000), &mut served));
            place.line.cut(true);
            assert!(senders.wait_for(2_000 + dice.below(2_000), &mut served), "it goes on taking");
            place.line.cut(false);
            assert!(senders.wait_for(1_000 + dice.below(2_000), &mut served));
            senders.at(None);
            if is_killed {
                served.kill();
            } else {
                served.stop();
            }
        }
    });
    senders.check(&house, "after all");
    place.ok(&house, &["compact"]);
    place.must_be_as(&house);
    let n = senders.settle(&house, "after all was sent again");
    eprintln!("the store was away twice, {n} orders, none lost, none counted twice");
}
