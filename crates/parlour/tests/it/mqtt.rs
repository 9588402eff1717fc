//! What a real broker has is taken once, whatever becomes of the server meanwhile.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};

use crate::house::House;
use crate::served::Served;

/// Longest that anything is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(20);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(LOOK_EVERY);
    }
}

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Mosquitto on ports of its own, in the clear and maybe with TLS, that asks for a password.
struct Broker {
    port: u16,
    tls_port: u16,
    log: PathBuf,
    _process: Running,
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl Broker {
    fn start(house: &House) -> Self {
        Self::with(house, free_port(), "")
    }

    /// Also with TLS, as 127.0.0.1, for which an authority of the test's own vouches in `ca.pem`.
    fn start_with_tls(house: &House) -> Self {
        let openssl = |line: &str| {
            let made = Command::new("openssl").current_dir(house.folder.path()).args(line.split(' ')).output().unwrap();
            assert!(made.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&made.stderr));
        };
        let new = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        openssl(&format!("{new} -x509 -days 2 -subj /CN=ours -keyout ca.key -out ca.pem"));
        openssl(&format!("{new} -subj /CN=broker -keyout broker.key -out broker.csr"));
        house.file("names", "subjectAltName=IP:127.0.0.1\n");
        openssl("x509 -req -days 2 -in broker.csr -CA ca.pem -CAkey ca.key -extfile names -out broker.pem");
        let tls_port = free_port();
        let [certificate, key] = ["broker.pem", "broker.key"].map(|name| house.path(name).display().to_string());
        Self::with(house, tls_port, &format!("listener {tls_port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n"))
    }

    fn with(house: &House, tls_port: u16, listener: &str) -> Self {
        let port = free_port();
        let (passwords, log) = (house.path("passwords"), house.path("broker.log"));
        let made = Command::new("mosquitto_passwd").args(["-b", "-c"]).arg(&passwords).args(["ann", "s3cret"]).status();
        assert!(made.unwrap().success());
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|of| std::os::unix::fs::MetadataExt::uid(&of) == 0);
        let settings = format!(
            "listener {port} 127.0.0.1\n{listener}allow_anonymous false\npassword_file {}\nlog_dest file {}\nlog_type all\n{}",
            passwords.display(),
            log.display(),
            if is_root { "user root\n" } else { "" }
        );
        let settings = house.file("mosquitto.conf", settings);
        let mut command = Command::new("mosquitto");
        let process = command.arg("-c").arg(settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let broker = Self { port, tls_port, log, _process: Running(process) };
        wait_until("the broker", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        broker
    }

    fn n_logged(&self, what: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap_or_default().matches(what).count()
    }

    /// Publishes and returns once the broker has answered for all.
    fn publish(&self, messages: &[(String, String)]) {
        let mut options = MqttOptions::new("publisher", "127.0.0.1", self.port);
        options.set_credentials("ann", "s3cret");
        let (client, mut connection) = Client::new(options, messages.len());
        for (topic, body) in messages {
            client.publish(topic, QoS::AtLeastOnce, false, body.as_bytes()).unwrap();
        }
        let mut n_left = messages.len();
        for event in connection.iter() {
            n_left -= usize::from(matches!(event.unwrap(), Event::Incoming(Packet::PubAck(_))));
            if n_left == 0 {
                return;
            }
        }
    }
}

/// `parlour serve` at work.
struct Server {
    process: Running,
    address: String,
}

impl Server {
    fn start(house: &House) -> Self {
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut process = Running(command.stderr(Stdio::null()).spawn().unwrap());
        let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.starts_with("Parlour is at")).unwrap();
        // Whoever writes into a closed pipe fails.
        thread::spawn(move || lines.for_each(drop));
        Self { process, address: line.rsplit_once("http://").unwrap().1.to_owned() }
    }

    fn metric(&self, name: &str) -> u64 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
    }

    fn end(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.process.0.id().to_string()]).status().unwrap();
        assert!(told.success() && self.process.0.wait().unwrap().success());
    }
}

fn messages(of: std::ops::Range<usize>) -> Vec<(String, String)> {
    of.map(|n| (format!("shop/p{}/sold", n % 7), format!(r#"{{"sku":"s{n}","cents":{n}}}"#))).collect()
}

#[test]
fn what_a_broker_has_is_taken_once() {
    let house = House::new("");
    let broker = Broker::start(&house);
    let mapping = format!(
        r#"{{"broker": "mqtt://ann:s3cret@127.0.0.1:{}", "topic": "shop/+/sold", "subject": "levels[1]",
            "verb": "'bought'", "object": "body.sku", "value_minor": "body.cents", "currency": "'EUR'"}}"#,
        broker.port
    );
    let mapping = house.file("mapping.json", mapping);
    let args = ["source", "create", "till", "--kind", "mqtt", "--mapping", &mapping.to_string_lossy(), "--json"];
    let made = house.json(&args);
    assert_eq!(made["kind"], "mqtt");

    let server = Server::start(&house);
    wait_until("the subscription", || broker.n_logged("Sending SUBACK") == 1);
    thread::scope(|scope| {
        scope.spawn(|| broker.publish(&messages(0..300)));
        wait_until("some of it", || server.metric("parlour_events_accepted_total") >= 20);
        // Killed without a word.
        drop(server);
    });
    // Nobody listens, but the broker keeps what comes; the same again is another message.
    broker.publish(&messages(300..399));
    broker.publish(&messages(398..399));
    let server = Server::start(&house);
    broker.publish(&messages(400..500));
    wait_until("all of it", || server.metric("parlour_events_folded_total") >= 500);
    assert_eq!(server.metric("parlour_events_rejected_total"), 0);
    server.end();
    wait_until("the goodbye", || broker.n_logged("Received DISCONNECT from parlour-") == 1);
    let doctor = house.json(&["doctor", "--json"]);
    let sums = &doctor["sums"];
    assert_eq!((&sums["folded"], &sums["rejected"], &sums["agree"]), (&500.into(), &0.into(), &true.into()), "{sums}");
    // 0 to 398, the last of them twice, and 400 to 499: each is there, so none of the 500 is another's repeat.
    assert_eq!(house.rows("SELECT COUNT(*) FROM entity WHERE kind = 'product'")[0][0], 499);
}

/// A source of a server, looked at as the Desk does.
struct Source<'s> {
    served: &'s Served,
    session: String,
    path: String,
}

impl<'s> Source<'s> {
    fn create(served: &'s Served, session: String, mapping: &Value) -> Self {
        let new = json!({ "name": "till", "kind": "mqtt", "mapping": mapping.to_string() });
        let (status, _, made) = served.ask("POST /api/v1/sources", &session, &new);
        assert_eq!(status, 201, "{made}");
        Self { served, session, path: format!("/api/v1/sources/{}", made["source"]["id"]) }
    }

    fn get(&self) -> Value {
        let (status, _, source) = self.served.ask(&format!("GET {}", self.path), &self.session, &Value::Null);
        assert_eq!(status, 200, "{source}");
        source
    }

    fn change(&self, mapping: &Value) {
        let change = json!({ "mapping": mapping.to_string() });
        let (status, _, source) = self.served.ask(&format!("PUT {}", self.path), &self.session, &change);
        assert_eq!(status, 200, "{source}");
    }

    /// Waits until the broker is listened to.
    fn wait_for_link(&self) {
        wait_until("the link", || self.get()["broker"]["is_connected"] == true);
    }

    /// Waits until it is known that the broker cannot be listened to, for a reason that has this in it.
    fn wait_for_error(&self, part: &str) {
        wait_until(part, || {
            let link = &self.get()["broker"];
            link["is_connected"] == false && link["error"].as_str().is_some_and(|error| error.contains(part))
        });
    }
}

#[test]
fn it_is_said_how_it_stands_with_a_broker() {
    let house = House::new("");
    let broker = Broker::start_with_tls(&house);
    let ca = std::fs::read_to_string(house.path("ca.pem")).unwrap();
    let of = |url: &str, ca: Option<&str>| {
        let url = url.replace("TLS", &broker.tls_port.to_string()).replace("PLAIN", &broker.port.to_string());
        json!({ "broker": url, "ca": ca, "topic": "shop/+/sold", "subject": "levels[1]", "verb": "'bought'" })
    };
    let mut served = Served::start(&house);
    let session = served.sign_in();
    // Who vouches for this broker is known to nobody but us.
    let source = Source::create(&served, session, &of("mqtts://ann:s3cret@127.0.0.1:TLS", None));
    source.wait_for_error("UnknownIssuer");
    assert_eq!(source.get()["has_secret"], true);
    assert!(!source.get().to_string().contains("s3cret"));
    // It is the broker of 127.0.0.1, and of no other name.
    source.change(&of("mqtts://ann@localhost:TLS", Some(&ca)));
    source.wait_for_error("not valid for name");
    // TLS is not spoken where it is not asked for.
    source.change(&of("mqtts://ann@127.0.0.1:PLAIN", Some(&ca)));
    source.wait_for_error("no TLS with");
    source.change(&of("mqtts://bob@127.0.0.1:TLS", Some(&ca)));
    source.wait_for_error("the broker refuses");
    // The password that is kept says nothing without a user, and then the broker wants to know who it is.
    source.change(&of("mqtts://127.0.0.1:TLS", Some(&ca)));
    source.wait_for_error("the broker refuses");
    source.change(&of("mqtts://ann@127.0.0.1:TLS", Some(&ca)));
    source.wait_for_link();
    assert_eq!(source.get()["broker"]["last_message_at"], Value::Null);
    broker.publish(&messages(0..100));
    wait_until("the messages", || source.get()["n_accepted"] == 100);
    assert!(source.get()["broker"]["last_message_at"].is_string());
    drop(broker);
    source.wait_for_error("");
    served.stop();
}
