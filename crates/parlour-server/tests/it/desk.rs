//! A server over a folder of its own, and worlds of people to put into it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use parlour_core::event::{Currency, Event, Flaw, Layer, Money, Name};
use parlour_engine::staff::{Profile, Role};
use parlour_engine::{Engine, Refused, Submission};
use parlour_server::{App, LoadSample, SendMail, serve, sign_in_link, sign_in_link_as};
use parlour_store::{Database, setting};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::client::{Answer, send};

/// A running server; it stops when this is dropped.
pub(crate) struct Desk {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Arc<Engine>,
    /// The header of somebody who is signed in.
    pub(crate) cookie: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// A server without data.
    pub(crate) fn empty() -> Self {
        Self::with("", None)
    }

    /// A server with a world in it.
    pub(crate) fn full() -> Self {
        let desk = Self::empty();
        fill(&desk.engine, 7, 300);
        desk
    }

    /// A server with settings of its own, and perhaps a sample.
    pub(crate) fn with(settings: &str, sample: Option<LoadSample>) -> Self {
        Self::sending(settings, sample, None)
    }

    /// The same with a way to send mail.
    pub(crate) fn sending(settings: &str, sample: Option<LoadSample>, send_mail: Option<SendMail>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("parlour.toml"), settings).unwrap();
        // Two worlds name the same people by the same keys.
        let database = Database::open(&format!("sqlite:{}", folder.path().join("parlour.db").display())).unwrap();
        database.write(|conn| setting::set(conn, "key_secret", &"5".repeat(32))).unwrap();
        drop(database);
        let engine = Engine::open(folder.path(), None).unwrap();
        let app = App::sending(Arc::clone(&engine), sample, send_mail);
        let (stop, stopped) = oneshot::channel::<()>();
        let (told, address) = channel();
        let work = move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                serve(listener, app, async { drop(stopped.await) }).await
            })
        };
        let thread = Some(std::thread::spawn(work));
        let address = address.recv().unwrap();
        let mut desk = Self { address, engine, cookie: String::new(), stop: Some(stop), thread, _folder: folder };
        desk.cookie = desk.sign_in();
        desk
    }

    /// The token of a fresh sign-in link.
    pub(crate) fn token(&self) -> String {
        let link = sign_in_link(&self.engine, &format!("http://{}/", self.address)).unwrap();
        let token = link.strip_prefix(&format!("http://{}/sign-in?token=", self.address)).unwrap();
        token.to_owned()
    }

    /// Signs in and returns the cookie as it is sent back.
    fn sign_in(&self) -> String {
        let answer = self.spend(&self.token());
        assert!(answer.status == 200 || answer.status == 401, "{answer:?}");
        answer.header("set-cookie").map_or_else(String::new, |cookie| cookie.split(';').next().unwrap().to_owned())
    }

    /// Has somebody join, and returns the cookie of a session of theirs.
    pub(crate) fn join(&self, handle: &str, role: Role, brands: Option<&[&str]>) -> String {
        let brands = brands.map(|brands| brands.iter().map(|brand| (*brand).to_owned()).collect());
        let profile = Profile { name: handle.to_owned(), mail: Some(format!("{handle}@example.org")), role, brands };
        let hash = handle.as_bytes();
        self.engine.invite(handle, profile, hash, 0..i64::MAX).unwrap();
        self.engine.join(hash, handle, None).unwrap().unwrap();
        self.cookie_of(handle)
    }

    /// The cookie of another session of somebody's.
    pub(crate) fn cookie_of(&self, handle: &str) -> String {
        let link = sign_in_link_as(&self.engine, "", handle).unwrap();
        let answer = self.spend(link.strip_prefix("/sign-in?token=").unwrap());
        assert_eq!(answer.status, 200, "{answer:?}");
        cookie_in(&answer)
    }

    /// Asks with another cookie.
    pub(crate) fn ask_as(&self, cookie: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let headers = [("cookie", cookie), ("content-type", "application/json")];
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        send(self.address, method, path, &headers, &body)
    }

    /// Tries to sign in with a token.
    pub(crate) fn spend(&self, token: &str) -> Answer {
        let body = serde_json::json!({ "token": token }).to_string();
        send(self.address, "POST", "/api/v1/session", &[("content-type", "application/json")], body.as_bytes())
    }

    /// Asks as somebody who is signed in.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        send(self.address, method, path, &headers, &body)
    }

    /// Asks for something that must be there.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, None);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Stops the server and waits until it has.
    pub(crate) fn stop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            thread.join().unwrap().unwrap();
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The cookie that an answer sets, as it is sent back.
pub(crate) fn cookie_in(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// Numbers that look random and are the same every time.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// The first day of the world: 2023-01-01, in microseconds.
pub(crate) const START: i64 = 1_672_531_200_000_000;
pub(crate) const DAY: i64 = 86_400_000_000;
const N_DAYS: u64 = 900;

/// Puts `n_people` into a store: who comes once, who stays, who falls silent, who complains, under one id or two.
pub(crate) fn fill(engine: &Engine, seed: u64, n_people: u64) {
    let mut chance = Chance(seed);
    let mut events = Vec::new();
    for person in 0..n_people {
        let (mut day, end, pace) = (chance.below(N_DAYS), chance.below(N_DAYS) + 60, 1 + chance.below(60));
        while day < N_DAYS.min(end) {
            events.push((event(&mut chance, person, day), None));
            if chance.below(4) > 0 {
                day += 1 + chance.below(pace);
            }
        }
    }
    let refused = (0..60).map(|line| Refused {
        line: Some(line),
        flaw: Flaw::Unreadable(format!("`x{line}` is no date")),
        raw: format!("row {line}").into_bytes(),
    });
    for part in events.chunks(1000) {
        engine.append("test", Submission { events: part.to_vec(), ..Submission::default() }).unwrap();
    }
    engine.append("test", Submission { refused: refused.collect(), ..Submission::default() }).unwrap();
    engine.fold_all().unwrap();
}

fn event(chance: &mut Chance, person: u64, day: u64) -> Event {
    let subject = if person.is_multiple_of(5) && chance.below(2) == 0 {
        Name::new("email", format!("p{person}@example.org"))
    } else {
        Name::new("customer", format!("{person:05}"))
    };
    let verb = chance.of(&[
        "bought",
        "bought",
        "viewed",
        "complained",
        "reviewed",
        "returned_goods",
        "did:Order Completed",
        "did:sneezed",
    ]);
    let (object, parent) = match chance.below(3) {
        0 => (Name::new("brand", "acme"), None),
        n => (Name::new("product", format!("p{n}")), Some(Name::new("brand", "acme"))),
    };
    let is_linked = person.is_multiple_of(5);
    let minor = 100 + chance.below(10_000) as i64;
    let currency = Currency::of_code(chance.of(&["USD", "USD", "EUR"])).unwrap();
    Event {
        said_at: None,
        parent,
        also: if is_linked { vec![Name::new("customer", format!("{person:05}"))] } else { Vec::new() },
        layer: chance.of(&Layer::ALL),
        rating: (verb == "reviewed").then(|| 1 + chance.below(5) as u8),
        value: ["bought", "returned_goods", "did:Order Completed"].contains(&verb).then_some(Money { minor, currency }),
        // Several things happen at the same moment.
        ..Event::new(START + day as i64 * DAY, subject, verb, object)
    }
}
