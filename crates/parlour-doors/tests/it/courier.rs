//! What is in the outbox reaches who should get it: signed, under one name, in time, and nobody else.

use std::sync::Arc;

use parlour_doors::courier::Courier;
use parlour_engine::outbox::NewHook;
use parlour_engine::{Engine, clock, signature};
use parlour_store::delivery::{self, Delivery};
use parlour_store::hook::Hook;
use tempfile::TempDir;

use crate::receiver::{Manner, Receiver};

const SECOND: i64 = 1_000_000;
/// A second is long enough for whoever answers on this machine, and short enough for a test.
const PRIVATE: &str = "[delivery]\nallow_private = true\ntimeout_seconds = 1\n";
/// For those who must answer: a machine may be busy.
const PATIENT: &str = "[delivery]\nallow_private = true\ntimeout_seconds = 60\n";

struct Bench {
    engine: Arc<Engine>,
    courier: Courier,
    _folder: TempDir,
}

impl Bench {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("parlour.toml"), settings).unwrap();
        let engine = Engine::open(folder.path(), None).unwrap();
        let courier = Courier::new(&engine.settings).unwrap();
        Self { engine, courier, _folder: folder }
    }

    fn hook(&self, url: String) -> Hook {
        self.engine.create_hook(NewHook { url, ..NewHook::default() }).unwrap()
    }

    fn test(&self, hook: &Hook) -> i64 {
        self.engine.test_hook(hook.id).unwrap().id
    }

    fn deliver(&self, now: i64) -> usize {
        self.courier.deliver(&self.engine, now).unwrap()
    }

    fn delivery(&self, id: i64) -> Delivery {
        self.engine.database.read(|conn| delivery::get(conn, id)).unwrap().unwrap()
    }
}

#[test]
fn a_delivery_is_signed_and_made_once() {
    let (bench, receiver) = (Bench::new(PATIENT), Receiver::new(&[]));
    let hook = bench.hook(receiver.url());
    let (id, now) = (bench.test(&hook), clock::now());
    assert_eq!((bench.deliver(now), bench.deliver(now + 900 * SECOND)), (1, 0));
    let came = receiver.came();
    assert_eq!(came.len(), 1);
    assert_eq!(signature::check(&hook.secret, &came[0].headers, &came[0].body, now), Ok(()));
    assert!(signature::check("whsec_b3RoZXI=", &came[0].headers, &came[0].body, now).is_err());
    let done = bench.delivery(id);
    assert_eq!(came[0].header("webhook-id"), done.message);
    assert_eq!((came[0].header("content-type"), came[0].body.as_slice()), ("application/json", done.body.as_bytes()));
    assert_eq!((done.state.as_str(), done.attempts, done.last_status), (delivery::DONE, 1, Some(204)));
    // Sent again because somebody asked, it has the same name.
    bench.engine.replay_delivery(id).unwrap();
    assert_eq!(bench.deliver(clock::now()), 1);
    assert_eq!(receiver.came()[1].header("webhook-id"), done.message);
}

#[test]
fn what_is_not_taken_is_tried_again_under_the_same_name() {
    let elsewhere = Receiver::new(&[]);
    let manners = [Manner::Status(503), Manner::Hang, Manner::Half, Manner::Redirect(elsewhere.url())];
    let (bench, receiver) = (Bench::new(PRIVATE), Receiver::new(&manners));
    let hook = bench.hook(receiver.url());
    let id = bench.test(&hook);
    let mut now = clock::now();
    for (says, status) in [
        ("answered 503", Some(503)),
        ("no answer within 1 seconds", None),
        ("no answer within 1 seconds", None),
        ("answered 307: what is redirected is not followed", Some(307)),
    ] {
        assert_eq!(bench.deliver(now), 1);
        let delivery = bench.delivery(id);
        assert_eq!((delivery.state.as_str(), delivery.last_status), (delivery::WAITING, status), "{delivery:?}");
        assert!(delivery.last_error.as_ref().unwrap().contains(says), "{delivery:?}");
        assert!(now + 5 * SECOND <= delivery.next_at);
        assert_eq!(bench.deliver(delivery.next_at - 1), 0, "not before its time");
        now = delivery.next_at;
    }
    // By now an answer may take as long as it needs.
    let patient = Courier::new(&parlour_engine::settings::Settings::parse(PATIENT).unwrap()).unwrap();
    assert_eq!(patient.deliver(&bench.engine, now).unwrap(), 1);
    let delivery = bench.delivery(id);
    assert_eq!((delivery.state.as_str(), delivery.attempts), (delivery::DONE, 5));
    assert_eq!((delivery.last_status, delivery.last_error), (Some(204), None));
    let came = receiver.came();
    assert_eq!(came.len(), 5);
    assert!(came.iter().all(|one| one.header("webhook-id") == delivery.message && one.body == came[0].body));
    assert_eq!(elsewhere.n_connections(), 0, "what is redirected is not followed");
}

#[test]
fn who_answers_410_gets_nothing_more() {
    let (bench, receiver) = (Bench::new(PATIENT), Receiver::new(&[Manner::Status(410)]));
    let hook = bench.hook(receiver.url());
    let (first, second, now) = (bench.test(&hook), bench.test(&hook), clock::now());
    assert_eq!((bench.deliver(now), bench.deliver(now)), (1, 0));
    assert_eq!(receiver.came().len(), 1);
    for id in [first, second] {
        assert_eq!(bench.delivery(id).state, delivery::FAILED);
    }
    let off = &bench.engine.hooks().unwrap()[0];
    assert!(off.disabled_at.is_some() && off.disabled_why.as_ref().unwrap().contains("410"));
    assert!(bench.engine.test_hook(hook.id).is_err());
    // Saved again, it is enabled again.
    bench.engine.update_hook(hook.id, &NewHook { url: receiver.url(), ..NewHook::default() }).unwrap();
    bench.engine.replay_delivery(second).unwrap();
    assert_eq!(bench.deliver(clock::now()), 1);
    assert_eq!(bench.delivery(second).state, delivery::DONE);
}

#[test]
fn nobody_waits_for_who_hangs_and_no_body_is_waited_for() {
    let (slow, quick) = (Receiver::new(&[Manner::Hang]), Receiver::new(&[]));
    let bench = Bench::new(PRIVATE);
    let endless = Receiver::new(&[Manner::Endless]);
    let ids = [&slow, &quick, &endless].map(|receiver| bench.test(&bench.hook(receiver.url())));
    assert_eq!(bench.deliver(clock::now()), 3, "all at once");
    assert_eq!(bench.delivery(ids[0]).state, delivery::WAITING);
    assert_eq!([quick.came().len(), endless.came().len()], [1, 1]);
    assert_eq!(bench.delivery(ids[2]).state, delivery::DONE, "an answer's status says all");
}

#[test]
fn what_is_private_is_not_reached() {
    let receiver = Receiver::new(&[]);
    let bench = Bench::new("");
    let port = receiver.address.port();
    let new = |url: String| bench.engine.create_hook(NewHook { url, ..NewHook::default() });
    for (url, says) in [
        (format!("http://example.com:{port}/"), "https://"),
        (format!("https://127.0.0.1:{port}/"), "private"),
        (format!("https://[::1]:{port}/"), "private"),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), "private"),
        ("https://169.254.169.254/latest/meta-data".to_owned(), "private"),
        ("https://10.0.0.1".to_owned(), "private"),
        ("https://me:pw@example.com/".to_owned(), "user name"),
        ("https://".to_owned(), "host"),
        ("https://:443/".to_owned(), "host"),
        ("https://exa mple.com/".to_owned(), "blanks"),
        ("https://example.com/#x".to_owned(), "fragment"),
        ("file:///etc/passwd".to_owned(), "https://"),
        (format!("https://example.com/{}", "x".repeat(2_000)), "2000"),
    ] {
        let refused = new(url.clone()).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains(says), "{url}: {refused}");
    }
    // A name says nothing; where it leads is looked at when it is posted to. Spellings that only a resolver knows too.
    for host in ["localhost", "127.1", "0x7f000001", "2130706433", "0"] {
        let hook = new(format!("https://{host}:{port}/")).unwrap();
        let id = bench.test(&hook);
        assert_eq!(bench.deliver(clock::now()), 1);
        let delivery = bench.delivery(id);
        assert_eq!(delivery.state, delivery::WAITING, "{host}: {delivery:?}");
        let says = delivery.last_error.unwrap();
        assert!(says.contains("private address") || says.contains("no address"), "{host}: {says}");
    }
    assert_eq!(receiver.n_connections(), 0);
}

#[test]
fn what_goes_nowhere_is_given_up() {
    let bench = Bench::new(PATIENT);
    let receiver = Receiver::new(&[]);
    let hook = bench.hook(receiver.url());
    let id = bench.test(&hook);
    bench.engine.delete_hook(hook.id).unwrap();
    assert_eq!(bench.delivery(id).last_error.unwrap(), "the hook was deleted");
    bench.engine.replay_delivery(id).unwrap();
    assert_eq!(bench.deliver(clock::now()), 1);
    assert_eq!(bench.delivery(id).state, delivery::FAILED);
    assert_eq!(receiver.n_connections(), 0);
    // A port where nobody listens any more is one to be tried again.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let hook = bench.hook(format!("http://127.0.0.1:{port}/secret-path"));
    let id = bench.test(&hook);
    assert_eq!(bench.deliver(clock::now()), 1);
    let delivery = bench.delivery(id);
    assert_eq!(delivery.state, delivery::WAITING);
    assert!(!delivery.last_error.unwrap().contains("secret-path"));
}
