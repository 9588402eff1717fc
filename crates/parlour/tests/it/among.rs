//! Three servers on one database and one object store: any of them answers for everything, and whatever happens to one of
//! them, nothing that was acknowledged is lost or counted twice.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::disk::can_mount;
use crate::house::{Dice, House, PARLOUR, RESTLESS, cdnow, is_long};
use crate::postgresql::{Cuttable, Postgresql};
use crate::remote::{Line as Wire, Place};
use crate::senders::Senders;
use crate::served::{Line, PATIENCE, Served};

/// What three servers share, and the line of each to the database.
struct Common {
    postgresql: Postgresql,
    place: Place,
    settings: String,
}

/// A server that may be gone.
struct One {
    house: House,
    to_database: Wire,
    served: Option<Served>,
}

impl Common {
    fn new(what: &str) -> Option<Self> {
        Self::with(what, RESTLESS)
    }

    fn with(what: &str, settings: &str) -> Option<Self> {
        let (postgresql, place) = (Postgresql::new(&what.replace('-', "_"))?, Place::new(what)?);
        Some(Self { postgresql, place, settings: settings.to_owned() })
    }

    /// A house on the database and the store.
    fn house(&self, database: &str) -> House {
        let mut house = House::new(&self.settings);
        house.places = self.place.variables().map(|(name, value)| (name.to_owned(), value)).into();
        house.places.push(("PARLOUR_DATABASE".to_owned(), database.to_owned()));
        house.places.push(("PARLOUR_LAKE".to_owned(), self.place.url.clone()));
        house
    }

    fn one(&self) -> One {
        let (before, rest) = self.postgresql.url.split_once('@').unwrap();
        let (address, name) = rest.split_once('/').unwrap();
        let to_database = Wire::to(address.parse().unwrap());
        let house = self.house(&format!("{before}@{}/{name}", to_database.address));
        One { house, to_database, served: None }
    }

    fn three(&self) -> [One; 3] {
        let mut three = [self.one(), self.one(), self.one()];
        for one in &mut three {
            one.start();
        }
        three
    }
}

impl One {
    fn start(&mut self) {
        self.served = Some(Served::of(&self.house, Command::new(PARLOUR)).expect("the server starts"));
    }

    fn served(&self) -> &Served {
        self.served.as_ref().unwrap()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.served.as_ref().map(|served| served.address)
    }

    fn metrics(&self) -> String {
        String::from_utf8(Line::to(self.served().address).unwrap().get("/metrics").unwrap().body).unwrap()
    }

    fn leads(&self) -> bool {
        self.metrics().contains("\nparlour_leads 1\n")
    }
}

impl Drop for One {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(self.house.path("server.log")).unwrap_or_default();
            eprintln!("{}:\n{log}", self.house.data().display());
        }
    }
}

/// Waits until it is so.
#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}

fn order(person: &str, n: usize) -> Value {
    json!({ "type": "track", "event": "Order Completed", "userId": person, "messageId": format!("{person}-{n}"),
        "timestamp": "2024-05-03T10:00:00Z", "properties": { "revenue": 1.0, "currency": "USD" } })
}

#[track_caller]
fn send(to: &One, key: &str, events: &[Value]) {
    let body = json!({ "batch": events }).to_string();
    let answer = Line::to(to.served().address).unwrap().post("/v1/batch", key, body.as_bytes()).unwrap();
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
}

fn person(of: &One, session: &str, name: &str) -> (u16, Value) {
    let (status, _, body) = of.served().ask(&format!("GET /api/v1/people/user:{name}"), session, &Value::Null);
    (status, body)
}

fn leader(of: &[One]) -> usize {
    until("one leads", || of.iter().filter(|one| one.served.is_some()).filter(|one| one.leads()).count() == 1);
    of.iter().position(|one| one.served.is_some() && one.leads()).unwrap()
}

#[test]
fn any_server_answers_for_what_another_took_in() {
    let Some(common) = Common::new("any-answers") else { return };
    let mut three = common.three();
    let first = leader(&three);
    let session = three[0].served.as_mut().unwrap().sign_in();
    let (status, _, made) = three[first].served().ask(
        "POST /api/v1/sources",
        &session,
        &json!({ "name": "shop", "brand": "brand:acme", "layer": "web", "kind": "sdk" }),
    );
    assert_eq!(status, 201, "{made}");
    let key = made["key"].as_str().unwrap().to_owned();
    for (at, from) in three.iter().enumerate() {
        // A key that was made elsewhere a moment ago opens here too.
        until("the key is known everywhere", || {
            let body = json!({ "batch": [order("nobody", at)] }).to_string();
            Line::to(from.served().address).unwrap().post("/v1/batch", &key, body.as_bytes()).unwrap().status == 200
        });
        let name = format!("p{at}");
        send(from, &key, &[order(&name, 0)]);
        for other in &three {
            until("who was written here is read there", || person(other, &session, &name).0 == 200);
        }
    }
    // A repeat is one, whichever server it comes to.
    for one in &three {
        send(one, &key, &[order("p0", 0)]);
    }
    let folded = |one: &One| {
        let (_, _, health) = one.served().ask("GET /api/v1/health", &session, &Value::Null);
        health
    };
    until("all is folded", || folded(&three[1])["sums"]["waiting"] == 0);
    let health = folded(&three[2]);
    assert_eq!((&health["sums"]["duplicate"], &health["sums"]["agree"]), (&json!(3), &json!(true)), "{health}");
    let servers = health["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 3, "{servers:?}");
    assert_eq!(servers.iter().filter(|one| one["leads"] == true).count(), 1, "{servers:?}");
    assert_eq!(servers.iter().filter(|one| one["is_this"] == true).count(), 1, "{servers:?}");

    // A name that is mapped at one counts so at all.
    let follower = (first + 1) % 3;
    let odd = json!({ "type": "track", "event": "Bought It", "userId": "q", "messageId": "q", "timestamp": "2024-05-03T10:00:00Z" });
    send(&three[follower], &key, &[odd]);
    let (status, _, told) =
        three[follower].served().ask("PUT /api/v1/names/Bought%20It", &session, &json!({ "verb": "bought" }));
    assert_eq!(status, 204, "{told}");
    for one in &three {
        until("the name is known everywhere", || {
            let (_, _, names) = one.served().ask("GET /api/v1/names", &session, &Value::Null);
            names["mapped"].to_string().contains("Bought It")
        });
    }

    // The one that leads is gone; another takes over, and what came meanwhile is there.
    three[first].served.take().unwrap().kill();
    send(&three[follower], &key, &[order("late", 0)]);
    assert_ne!(leader(&three), first);
    for one in three.iter().filter(|one| one.served.is_some()) {
        until("who came while nobody led is read", || person(one, &session, "late").0 == 200);
    }
    three[first].start();
    until("who comes back has it too", || person(&three[first], &session, "late").0 == 200);

    // Whoever signs out is out everywhere, at once.
    let (status, ..) = three[0].served().ask("DELETE /api/v1/session", &session, &Value::Null);
    assert_eq!(status, 204);
    for one in &three {
        assert_eq!(person(one, &session, "late").0, 401);
    }
    for one in &mut three {
        one.served.take().unwrap().stop();
    }
}

#[test]
fn whoever_is_erased_at_one_server_is_gone_at_all() {
    let Some(common) = Common::new("erased-at-all") else { return };
    let mut three = common.three();
    let first = leader(&three);
    let session = three[0].served.as_mut().unwrap().sign_in();
    let (_, _, made) = three[0].served().ask(
        "POST /api/v1/sources",
        &session,
        &json!({ "name": "shop", "brand": "brand:acme", "layer": "web", "kind": "sdk" }),
    );
    let key = made["key"].as_str().unwrap().to_owned();
    // Enough that much is sealed and merged, and lies in every folder.
    for batch in 0..30 {
        let to = &three[batch % 3];
        until("the key is known", || {
            let body =
                json!({ "batch": (0..40).map(|n| order(&format!("p{}", n % 20), batch * 40 + n)).collect::<Vec<_>>() });
            let body = body.to_string();
            Line::to(to.served().address).unwrap().post("/v1/batch", &key, body.as_bytes()).unwrap().status == 200
        });
    }
    send(&three[0], &key, &[order("willgo-anna", 0)]);
    for one in &three {
        until("she is there", || person(one, &session, "willgo-anna").0 == 200);
    }
    let follower = (first + 1) % 3;
    let ask = json!({ "person": "user:willgo-anna", "is_barred": true });
    let (status, _, told) = three[follower].served().ask("DELETE /api/v1/people/user:willgo-anna", &session, &ask);
    assert_eq!(status, 200, "{told}");
    assert!(told["done_at"].is_string(), "{told}");
    for one in &three {
        assert_eq!(person(one, &session, "willgo-anna").0, 404);
        // Nothing more of hers comes in at any of them.
        send(one, &key, &[order("willgo-anna", 99)]);
    }
    until("all is folded", || {
        three[0].served().ask("GET /api/v1/health", &session, &Value::Null).2["sums"]["waiting"] == 0
    });
    for one in &mut three {
        assert_eq!(person(one, &session, "willgo-anna").0, 404);
        assert_eq!(lake_files(&one.house).len(), fs::read_dir(one.house.data().join("lake/event")).unwrap().count());
    }
    for one in &mut three {
        one.served.take().unwrap().stop();
        let written = fs::read_to_string(one.house.data().join("erased")).unwrap();
        assert_eq!(written.lines().count(), 1, "{written}");
        assert!(!has_bytes(one.house.data(), b"willgo-anna"), "her id lies in a folder");
    }
    let found = three[0].house.rows("SELECT person FROM standing WHERE person LIKE '%willgo%'");
    assert!(found.is_empty(), "{found:?}");
}

fn lake_files(house: &House) -> BTreeSet<String> {
    let files = fs::read_dir(house.data().join("lake/event")).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

fn has_bytes(folder: &std::path::Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return has_bytes(&path, needle);
        }
        fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle)
    })
}

/// All of it, back on one machine.
fn alone(one: &House) -> House {
    let backup = one.path("backup");
    one.ok(&["backup", backup.to_str().unwrap()]);
    let alone = House::new(RESTLESS);
    alone.ok(&["restore", backup.to_str().unwrap()]);
    alone
}

#[test]
fn what_happens_to_one_of_three_servers_loses_nothing_and_counts_nothing_twice() {
    let Some(common) = Common::new("disturbed") else { return };
    let mut dice = Dice::new("what_happens_to_one_of_three_servers_loses_nothing_and_counts_nothing_twice");
    let mut three = [common.one(), common.one(), common.one()];
    let senders = Senders::new(&three[0].house, 4, 10);
    let (begun, mut n_rounds, mut n_leads, mut last_leader) = (Instant::now(), 0, 0, usize::MAX);
    senders.while_sending(&mut dice, |dice| {
        for one in &mut three {
            one.start();
        }
        let front = |three: &[One; 3]| senders.at_all(three.iter().filter_map(One::address).collect());
        front(&three);
        while if is_long() { begun.elapsed().as_secs() < 900 } else { n_rounds < 7 } {
            senders.wait_for_any(1_000 + dice.below(2_000));
            // As often as not it is the one that leads.
            let leads = leader(&three);
            n_leads += usize::from(leads != last_leader);
            last_leader = leads;
            let at = if dice.is(1, 2) { leads } else { dice.below(3) as usize };
            match if is_long() { dice.below(5) } else { n_rounds % 5 } {
                0 => {
                    three[at].served.take().unwrap().kill();
                    front(&three);
                    senders.wait_for_any(dice.below(3_000));
                    three[at].start();
                    front(&three);
                }
                1 => {
                    // It stands still, and goes on as if nothing had happened.
                    three[at].served().signal("STOP");
                    senders.wait_for_any(3_000 + dice.below(3_000));
                    if at == leads {
                        let rest: Vec<&One> =
                            three.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, one)| one).collect();
                        until("another leads", || rest.iter().any(|one| one.leads()));
                    }
                    three[at].served().signal("CONT");
                }
                2 => {
                    three[at].to_database.cut(true);
                    senders.wait_for_any(1_000 + dice.below(3_000));
                    three[at].to_database.cut(false);
                }
                3 => {
                    common.place.line.cut(true);
                    senders.wait_for_any(1_000 + dice.below(2_000));
                    common.place.line.cut(false);
                }
                _ => {
                    // As where one after the other is upgraded.
                    three[at].served.take().unwrap().stop();
                    front(&three);
                    senders.wait_for_any(dice.below(1_000));
                    three[at].start();
                    front(&three);
                }
            }
            n_rounds += 1;
        }
        senders.wait_for_any(1_000);
        senders.at_all(Vec::new());
        for one in &mut three {
            one.served.take().unwrap().stop();
        }
    });
    senders.check(&three[1].house, "after all");
    // Every folder can do without the others: the store has what it lacks.
    three[2].house.ok(&["compact"]);
    common.place.must_be_as(&three[2].house);
    let n = senders.settle(&alone(&three[0].house), "after all was sent again");
    eprintln!("{n_rounds} rounds, {n_leads} changes of who leads, {n} orders, none lost, none counted twice");
}

#[test]
fn the_power_of_the_database_fails_under_three_servers() {
    if !can_mount(&["mkfs.ext4", "xfs_io", "setpriv"]) {
        return;
    }
    let Some(place) = Place::new("database-cut") else { return };
    let mut dice = Dice::new("the_power_of_the_database_fails_under_three_servers");
    let mut machine = Cuttable::new();
    let common = Common { postgresql: machine.database(), place, settings: RESTLESS.to_owned() };
    let mut three = [common.one(), common.one(), common.one()];
    let senders = Senders::new(&three[0].house, 4, 10);
    let n_cuts = if is_long() { 25 } else { 3 };
    senders.while_sending(&mut dice, |dice| {
        for one in &mut three {
            one.start();
        }
        senders.at_all(three.iter().filter_map(One::address).collect());
        for _ in 0..n_cuts {
            senders.wait_for_any(1_000 + dice.below(2_000));
            machine.cut();
            machine.restore();
        }
        senders.wait_for_any(1_000);
        senders.at_all(Vec::new());
        for one in &mut three {
            one.served.take().unwrap().stop();
        }
    });
    senders.check(&three[1].house, "after the power came back");
    let n = senders.settle(&alone(&three[0].house), "after all was sent again");
    eprintln!("{n_cuts} cuts of the database's power, {n} orders, none lost, none counted twice");
}

#[test]
fn three_servers_give_the_bits_of_one() {
    three_give_the_bits_of_one("same-bits", RESTLESS);
}

#[test]
fn three_servers_with_the_journal_in_the_store_give_the_bits_of_one() {
    let settings = RESTLESS.replace("[engine]", "[engine]\njournal_in_store = true");
    three_give_the_bits_of_one("same-bits-stored", &settings);
}

fn three_give_the_bits_of_one(what: &str, settings: &str) {
    let Some(common) = Common::with(what, settings) else { return };
    let mut dice = Dice::new(what);
    let alone = House::new(RESTLESS);
    let key = crate::senders::source(&alone);
    let twin = alone.twin();
    twin.ok(&["move", "--to", &common.postgresql.url]);
    // What one machine is given in order comes to three in parts, mixed, late and some of it twice.
    let lines: Vec<String> = cdnow().lines().skip(1).take(20_000).map(str::to_owned).collect();
    let event = |(n, line): (usize, &String)| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (day, value) = (fields[1], fields[3]);
        json!({ "type": "track", "event": "Order Completed", "userId": fields[0], "messageId": n.to_string(),
            "timestamp": format!("{}-{}-{}T10:00:00Z", &day[..4], &day[4..6], &day[6..]),
            "properties": { "revenue": value.parse::<f64>().unwrap(), "currency": "USD" } })
    };
    let mut events: Vec<Value> = lines.iter().enumerate().map(event).collect();
    let one = Served::start(&alone);
    let mut line = Line::to(one.address).unwrap();
    for part in events.chunks(1_000) {
        let body = json!({ "batch": part }).to_string();
        assert_eq!(line.post("/v1/batch", &key, body.as_bytes()).unwrap().status, 200);
    }
    one.stop();
    let repeats: Vec<Value> = (0..2_000).map(|_| events[dice.below(20_000) as usize].clone()).collect();
    events.extend(repeats);
    for at in (1..events.len()).rev() {
        events.swap(at, dice.below(at as u64 + 1) as usize);
    }
    let mut three = common.three();
    for part in events.chunks(300) {
        send(&three[dice.below(3) as usize], &key, part);
        if dice.is(1, 25) {
            let at = leader(&three);
            three[at].served.take().unwrap().kill();
            three[at].start();
        }
    }
    for one in &mut three {
        one.served.take().unwrap().stop();
    }
    for house in [&alone, &three[0].house] {
        house.ok(&["keep", "1998-06-30"]);
    }
    let (mut mine, mut theirs) = (three[0].house.state(), alone.state());
    // It was sent more, and says so.
    assert_eq!(mine.sums["duplicate"], json!(2_000));
    mine.sums = theirs.sums.clone();
    // Other days may have been kept by the way, on whatever had come by then.
    for (state, house) in [(&mut mine, &three[0].house), (&mut theirs, &alone)] {
        state.standings = house.rows("SELECT * FROM standing WHERE day = '1998-06-30' ORDER BY object, person");
        assert!(!state.standings.is_empty());
    }
    mine.must_be(&theirs, "of three servers beside one");
}
