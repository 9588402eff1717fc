//! The fediverse: two running Parlours that speak to each other, and one that speaks to a server of somebody else, whose
//! keys and signatures are made and checked by OpenSSL.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::house::{House, PARLOUR};
use crate::served::{PATIENCE, Served};

/// A Parlour with one actor.
struct Brand {
    house: House,
    address: String,
    served: Option<Served>,
    session: String,
    name: &'static str,
}

impl Brand {
    fn new(name: &'static str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let settings = format!(
            "[asks]\nundo_seconds = 0\n[delivery]\nallow_private = true\ntimeout_seconds = 30\ndesk = \"http://{address}\"\n"
        );
        let mut brand = Self { house: House::new(&settings), address, served: None, session: String::new(), name };
        brand.start();
        let source = json!({ "name": name, "kind": "fediverse", "brand": name, "layer": "social" });
        let (status, answer) = brand.ask("POST /api/v1/sources", &source);
        assert!(status < 300, "{status} {answer}");
        brand
    }

    fn start(&mut self) {
        let mut command = Command::new(PARLOUR);
        command.env_remove("PARLOUR_DATABASE").env_remove("PARLOUR_LOG");
        let mut served = Served::at(&self.house, command, &self.address).expect("the server starts");
        self.session = served.sign_in();
        self.served = Some(served);
    }

    fn ask(&self, request: &str, body: &Value) -> (u16, Value) {
        let (status, _, answer) = self.served.as_ref().unwrap().ask(request, &self.session, body);
        (status, answer)
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.ask(&format!("GET {path}"), &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Asks until the answer is as it should be.
    #[track_caller]
    fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let answer = self.get(path);
            if is_so(&answer) {
                return answer;
            }
            assert!(start.elapsed() < PATIENCE, "{path}: {answer}");
        }
    }

    fn url(&self) -> String {
        format!("http://{}/fediverse/{}", self.address, self.name)
    }

    /// Has the actor post something of its own, as it would after a restart.
    fn post(&mut self, inbox: &str, activity: &Value) {
        self.served.take().unwrap().stop();
        let db = rusqlite::Connection::open(self.house.data().join("parlour.db")).unwrap();
        let sql = "INSERT INTO delivery (id, message, kind, inbox, state, attempts, next_at, made_at, body) \
            VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM delivery), ?1, 'reply', ?2, 'waiting', 0, 1, 1, ?3)";
        db.execute(sql, [activity["id"].as_str().unwrap(), inbox, &activity.to_string()]).unwrap();
        drop(db);
        self.start();
    }
}

#[test]
fn two_servers_speak_to_each_other() {
    let acme = Brand::new("acme");
    let mut globex = Brand::new("globex");
    let found = acme.get(&format!("/.well-known/webfinger?resource=acct:acme@{}", acme.address));
    assert_eq!(found["links"][0]["href"], acme.url());
    let actor = acme.get("/fediverse/acme");
    assert_eq!((&actor["id"], &actor["type"]), (&json!(acme.url()), &json!("Organization")));
    let inbox = actor["inbox"].as_str().unwrap().to_owned();

    let note = format!("{}/notes/first", globex.url());
    let create = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{note}#create"), "type": "Create",
        "actor": globex.url(),
        "object": {
            "id": note, "type": "Note", "attributedTo": globex.url(), "content": "<p>@acme Where is my parcel?</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [acme.url()],
        },
    });
    globex.post(&inbox, &create);
    let asks = acme.until("/api/v1/asks", |asks| asks["rows"].as_array().is_some_and(|rows| rows.len() == 1));
    assert_eq!(asks["rows"][0]["class"], "question");
    let thread = asks["rows"][0]["thread"].as_str().unwrap().to_owned();
    let (status, answer) =
        acme.ask(&format!("POST /api/v1/threads/{thread}/reply"), &json!({ "text": "It <left> on Monday." }));
    assert_eq!(status, 201, "{answer}");

    // The answer is heard where the question came from, in its thread, and can be looked up.
    let person = format!("fediverse:acme@{}", acme.address);
    let heard = "SELECT text FROM post WHERE role = 'person' AND verb = 'commented'";
    let start = Instant::now();
    let text = loop {
        let (status, answer) = globex.ask("POST /api/v1/sql", &json!({ "sql": heard }));
        assert_eq!(status, 200, "{answer}");
        if let Some(text) = answer["rows"][0][0].as_str() {
            break text.to_owned();
        }
        assert!(start.elapsed() < PATIENCE, "{}", globex.get("/api/v1/rejected"));
    };
    assert_eq!(text, format!("@globex@{} It <left> on Monday.", globex.address));
    globex.get(&format!("/api/v1/people/{person}"));
    let (_, said) = acme.ask("POST /api/v1/sql", &json!({ "sql": "SELECT message FROM post WHERE role = 'brand'" }));
    let message = said["rows"][0][0].as_str().unwrap().to_owned();
    let note = acme.get(&format!("/fediverse/acme/notes/{message}"));
    assert_eq!(note["attributedTo"], acme.url());

    let follow = json!({ "id": format!("{}#follow", globex.url()), "type": "Follow", "actor": globex.url(), "object": acme.url() });
    globex.post(&inbox, &follow);
    acme.until("/fediverse/acme/followers", |followers| followers["totalItems"] == 1);
    acme.until("/api/v1/deliveries?state=done", |done| {
        done["rows"].as_array().is_some_and(|rows| rows.iter().any(|row| row["kind"] == "accept"))
    });
    let undo =
        json!({ "id": format!("{}#undo", globex.url()), "type": "Undo", "actor": globex.url(), "object": follow });
    globex.post(&inbox, &undo);
    acme.until("/fediverse/acme/followers", |followers| followers["totalItems"] == 0);
}

/// Somebody else's server: it tells who lives there, and keeps what is posted to them.
struct Far {
    address: String,
    came: Arc<Mutex<Vec<(String, String)>>>,
}

impl Far {
    fn new(public_key: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let came: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let far = Self { address: address.clone(), came: Arc::clone(&came) };
        let public_key = public_key.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                attend(stream.unwrap(), &address, &public_key, &came);
            }
        });
        far
    }

    fn anna(&self) -> String {
        format!("http://{}/users/anna", self.address)
    }
}

fn attend(stream: TcpStream, address: &str, public_key: &str, came: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        let lower = line.to_ascii_lowercase();
        length = lower.strip_prefix("content-length:").map_or(length, |n| n.trim().parse().unwrap());
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let url = format!("http://{address}/users/anna");
    let actor = json!({
        "id": url, "type": "Person", "preferredUsername": "anna", "inbox": format!("{url}/inbox"),
        "publicKey": { "id": format!("{url}#key"), "owner": url, "publicKeyPem": public_key },
    });
    let answer = if head.starts_with("GET ") {
        actor.to_string()
    } else {
        came.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
        String::new()
    };
    let mut stream = stream;
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
}

fn openssl(args: &[&str], input: &[u8]) -> (bool, Vec<u8>) {
    let mut command = Command::new("openssl");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("openssl is installed; ./test sees to that");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), output.stdout)
}

/// Posts to an inbox, signed by OpenSSL; the status of the answer.
fn post_signed(brand: &Brand, key: &Path, key_id: &str, body: &Value, date: &str) -> u16 {
    let body = body.to_string();
    let digest = BASE64_STANDARD.encode(openssl(&["dgst", "-sha256", "-binary"], body.as_bytes()).1);
    let path = format!("/fediverse/{}/inbox", brand.name);
    let signed =
        format!("(request-target): post {path}\nhost: {}\ndate: {date}\ndigest: SHA-256={digest}", brand.address);
    let args = ["dgst", "-sha256", "-sign", key.to_str().unwrap()];
    let signature = BASE64_STANDARD.encode(openssl(&args, signed.as_bytes()).1);
    let mut stream = TcpStream::connect(&brand.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nDate: {date}\r\nDigest: SHA-256={digest}\r\n\
         Signature: keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest\",\
         signature=\"{signature}\"\r\nContent-Type: application/activity+json\r\nContent-Length: {}\r\n\r\n{body}",
        brand.address,
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn what_others_sign_is_heard_and_what_nobody_signed_is_not() {
    let brand = Brand::new("acme");
    let (key, other) = (brand.house.path("anna.pem"), brand.house.path("other.pem"));
    for key in [&key, &other] {
        assert!(openssl(&["genrsa", "-out", key.to_str().unwrap(), "2048"], b"").0);
    }
    let public = openssl(&["rsa", "-in", key.to_str().unwrap(), "-pubout"], b"").1;
    let far = Far::new(std::str::from_utf8(&public).unwrap());
    let (anna, key_id) = (far.anna(), format!("{}#key", far.anna()));
    let date = || {
        let date = Command::new("date").args(["-u", "+%a, %d %b %Y %H:%M:%S GMT"]).env("LC_ALL", "C").output().unwrap();
        String::from_utf8(date.stdout).unwrap().trim().to_owned()
    };
    let say = |n: u32, author: &str| {
        let id = format!("http://{}/notes/{n}", far.address);
        json!({
            "id": format!("{id}/create"), "type": "Create", "actor": anna,
            "object": {
                "id": id, "type": "Note", "attributedTo": author, "to": [brand.url()], "cc": [],
                "content": "<p>Still no answer after 40 hours. This is unacceptable.</p>",
            },
        })
    };
    let post = |key: &Path, body: &Value| post_signed(&brand, key, &key_id, body, &date());
    assert_eq!(post_signed(&brand, &key, &key_id, &say(1, &anna), "Sun, 22 Nov 2020 12:00:00 GMT"), 401, "too old");
    assert_eq!(brand.ask("POST /fediverse/acme/inbox", &say(1, &anna)).0, 401, "not signed at all");
    assert_eq!(brand.ask("POST /fediverse/nobody/inbox", &say(1, &anna)).0, 404);
    // By another key; hers, but in another's name; and hers, twice.
    assert_eq!(post(&other, &say(2, &anna)), 202);
    assert_eq!(post(&key, &say(3, "http://example.org/users/bob")), 202);
    assert_eq!(post(&key, &say(4, &anna)), 202);
    assert_eq!(post(&key, &say(4, &anna)), 202);
    let asks = brand.until("/api/v1/asks", |asks| asks["rows"].as_array().is_some_and(|rows| rows.len() == 1));
    assert_eq!(asks["rows"][0]["class"], "complaint");
    brand.until("/api/v1/rejected", |rejected| rejected["rows"].as_array().is_some_and(|rows| rows.len() == 1));
    let (_, waits) = brand.ask("POST /api/v1/sql", &json!({ "sql": "SELECT COUNT(*) FROM post" }));
    assert_eq!(waits["rows"][0][0], 1, "one was said, however often it came");

    // What was said to us alone is answered to her alone; OpenSSL finds our signature good.
    let thread = asks["rows"][0]["thread"].as_str().unwrap();
    brand.ask(&format!("POST /api/v1/threads/{thread}/reply"), &json!({ "text": "We are sorry." }));
    brand.until("/api/v1/deliveries?state=done", |done| done["rows"].as_array().is_some_and(|rows| rows.len() == 1));
    let (head, body) = far.came.lock().unwrap().pop().unwrap();
    let activity: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(activity["object"]["inReplyTo"], format!("http://{}/notes/4", far.address));
    assert_eq!((&activity["to"], &activity["cc"]), (&json!([anna]), &json!([])));
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.unwrap().split_once(':').unwrap().1.trim().to_owned()
    };
    let digest = BASE64_STANDARD.encode(openssl(&["dgst", "-sha256", "-binary"], body.as_bytes()).1);
    assert_eq!(header("digest"), format!("SHA-256={digest}"));
    let signed = format!(
        "(request-target): post /users/anna/inbox\nhost: {}\ndate: {}\ndigest: SHA-256={digest}",
        far.address,
        header("date")
    );
    let signature = header("signature").split("signature=\"").nth(1).unwrap().trim_end_matches('"').to_owned();
    let actor = brand.get("/fediverse/acme");
    let ours = brand.house.file("ours.pem", actor["publicKey"]["publicKeyPem"].as_str().unwrap());
    let signature = brand.house.file("signature", BASE64_STANDARD.decode(signature).unwrap());
    let args = ["dgst", "-sha256", "-verify", ours.to_str().unwrap(), "-signature", signature.to_str().unwrap()];
    assert!(openssl(&args, signed.as_bytes()).0, "{head}");
    let message = activity["object"]["id"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(
        brand.ask(&format!("GET /fediverse/acme/notes/{message}"), &Value::Null).0,
        404,
        "it was said to her alone"
    );
}
