//! Mail, in and out, with real mail servers: what lies in a mailbox becomes a thread, once, whatever happens to the
//! server meanwhile; the answer goes out; what is answered to that lands in the same thread.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::house::House;
use crate::post_office::{Dovecot, PASSWORD, Smtp, header, wait_until};
use crate::served::Served;

/// A server with what is asked of it.
struct Desk {
    served: Served,
    session: String,
}

impl Desk {
    fn start(house: &House) -> Self {
        let mut served = Served::start(house);
        let session = served.sign_in();
        Self { served, session }
    }

    #[track_caller]
    fn ask(&self, request: &str, body: &Value) -> Value {
        let (status, _, answer) = self.served.ask(request, &self.session, body);
        assert!((200..300).contains(&status), "{request}: {status} {answer}");
        answer
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.ask(&format!("GET {path}"), &Value::Null)
    }

    /// Makes a source of mail that reads this mailbox from the start; its number.
    fn read(&self, name: &str, mailbox: &Value) -> i64 {
        let new = json!({ "name": name, "brand": "acme", "kind": "mail", "mailbox": mailbox });
        let made = self.ask("POST /api/v1/sources", &new);
        assert!(!made.to_string().contains("s3cret"), "{made}");
        made["source"]["id"].as_i64().unwrap()
    }

    fn source(&self, id: i64) -> Value {
        self.get(&format!("/api/v1/sources/{id}"))
    }

    /// Waits until so many mails of a source are taken.
    fn wait_for_mails(&self, id: i64, n: i64) {
        wait_until(&format!("{n} mails"), || self.source(id)["n_accepted"].as_i64().unwrap() >= n);
        assert_eq!(self.source(id)["n_accepted"], n);
    }

    /// All asks, of any state.
    fn asks(&self) -> Vec<Value> {
        self.get("/api/v1/asks?state=all")["rows"].as_array().unwrap().clone()
    }

    /// Waits until there are so many asks.
    fn wait_for_asks(&self, n: usize) -> Vec<Value> {
        wait_until(&format!("{n} asks"), || n <= self.asks().len());
        let asks = self.asks();
        assert_eq!(asks.len(), n, "{asks:?}");
        asks
    }

    fn thread(&self, key: &Value) -> Value {
        self.get(&format!("/api/v1/threads/{}", key.as_str().unwrap()))
    }

    /// Waits until a thread has so many posts.
    fn wait_for_posts(&self, key: &Value, n: usize) -> Value {
        wait_until(&format!("{n} posts"), || n <= self.thread(key)["posts"].as_array().unwrap().len());
        let thread = self.thread(key);
        assert_eq!(thread["posts"].as_array().unwrap().len(), n, "{thread}");
        thread
    }

    fn reply(&self, key: &Value, text: &str) {
        self.ask(
            &format!("POST /api/v1/threads/{}/reply", key.as_str().unwrap()),
            &json!({ "text": text, "verb": null }),
        );
    }
}

fn mailbox(dovecot: &Dovecot, user: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": dovecot.port, "tls": "none", "user": user, "password": PASSWORD,
        "address": "Acme Help <help@acme.example>", "is_from_start": true,
    })
}

fn settings(smtp: &Smtp) -> String {
    format!(
        "[asks]\nundo_seconds = 0\n[mail]\nurl = \"smtp://127.0.0.1:{}\"\nfrom = \"parlour@acme.example\"\n\
         max_bytes = 200000\nfile_bytes = 100000\n[delivery]\ntimeout_seconds = 60\n",
        smtp.port
    )
}

/// A house that is told of its mail server.
fn house(smtp: impl FnOnce(&House) -> Smtp) -> (House, Smtp) {
    let house = House::new("");
    let smtp = smtp(&house);
    std::fs::write(house.data().join("parlour.toml"), settings(&smtp)).unwrap();
    (house, smtp)
}

fn mail(id: &str, headers: &str, text: &str) -> String {
    let headers = if headers.is_empty() { String::new() } else { format!("{headers}\n") };
    format!(
        "Message-ID: <{id}@example.org>\nFrom: Anna <Anna@example.org>\nTo: help@acme.example\n{headers}\
         Subject: My order\n\n{text}\n"
    )
}

fn bounce(id: &str) -> String {
    format!(
        "Return-Path: <>\nMessage-ID: <b1@mx.example.net>\nFrom: MAILER-DAEMON@mx.example.net\nTo: help@acme.example\n\
         Subject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nWhere is this user? There is none.\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; anna@example.net\nAction: failed\nStatus: 5.1.1\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {id}\nSubject: Re: My order\n--b--\n"
    )
}

#[test]
fn a_mail_is_asked_answered_and_answered_again_in_one_thread() {
    let (house, smtp) = house(Smtp::start);
    let dovecot = Dovecot::start(&house);
    let desk = Desk::start(&house);
    let photo = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x";
    let text = "--x\n\nWhere is my order?\n--x\nContent-Type: image/png\n\
                Content-Disposition: attachment; filename=\"a \u{fc}.png\"\nContent-Transfer-Encoding: base64\n\nAAECAw==\n--x--";
    dovecot.deliver("help", &mail("m1", &format!("Reply-To: anna@example.net\n{photo}"), text));
    let source = desk.read("help", &mailbox(&dovecot, "help"));
    let asks = desk.wait_for_asks(1);
    assert_eq!((&asks[0]["class"], &asks[0]["person"]), (&json!("question"), &json!("email:anna@example.org")));
    let key = asks[0]["thread"].clone();
    let thread = desk.thread(&key);
    assert_eq!((&thread["title"], &thread["address"]), (&json!("My order"), &json!("mailto:anna@example.net")));
    let post = &thread["posts"][0];
    assert_eq!(post["text"], "Where is my order?");
    let told = &post["mail"];
    assert_eq!(told["doubts"], json!([{ "code": "reply_elsewhere", "detail": "anna@example.net" }]));
    let file = json!([{ "name": "a \u{fc}.png", "media_type": "image/png", "n_bytes": 4, "is_kept": true }]);
    assert_eq!((&told["files"], &told["automatic"]), (&file, &Value::Null));
    check_file(&desk, post);

    desk.reply(&key, "It left on Monday.\n\nEva");
    let sent = smtp.wait_for(1);
    let id = header(&sent, "Message-ID").unwrap();
    assert!(id.starts_with("<msg_") && id.ends_with("@acme.example>"), "{id}");
    for (name, value) in [
        ("From", "Acme Help <help@acme.example>"),
        ("To", "anna@example.net"),
        ("Subject", "Re: My order"),
        ("In-Reply-To", "<m1@example.org>"),
        ("References", "<m1@example.org>"),
    ] {
        let found = header(&sent, name).unwrap_or_default().replace('"', "");
        assert_eq!(found, value, "{name} of {sent}");
    }
    // Her mail program names only ours, and changed the subject.
    let again = mail("m2", &format!("In-Reply-To: {id}"), "Which Monday?\n\n> It left on Monday.");
    dovecot.deliver("help", &again.replace("My order", "AW: Bestellung"));
    let thread = desk.wait_for_posts(&key, 3);
    let roles: Vec<&str> =
        thread["posts"].as_array().unwrap().iter().map(|post| post["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["person", "brand", "person"]);
    desk.wait_for_asks(2);
    assert_eq!((&thread["asks"][0]["state"], &thread["asks"][1]["state"]), (&json!("answered"), &json!("open")));
    // Her machine says that she is away: it stands in the thread, and asks nothing.
    let away = mail("m3", &format!("In-Reply-To: {id}\nAuto-Submitted: auto-replied"), "When will I be back? In May.");
    dovecot.deliver("help", &away);
    // A server says that it could not deliver ours.
    dovecot.deliver("help", &bounce(&id));
    let thread = desk.wait_for_posts(&key, 5);
    let of = |post: &Value| (post["role"].clone(), post["mail"]["automatic"].clone(), post["person"].clone());
    assert_eq!(of(&thread["posts"][3]), (json!("automatic"), json!("reply"), json!("email:anna@example.org")));
    assert_eq!(of(&thread["posts"][4]), (json!("automatic"), json!("bounce"), json!("email:anna@example.net")));
    assert_eq!((&thread["address"], &thread["asks"][1]["peer_at"]), (&json!("mailto:anna@example.org"), &Value::Null));
    // What came back of ours, and what came twice, is not taken.
    dovecot.deliver("help", &sent);
    dovecot.deliver("help", &again.replace("My order", "AW: Bestellung"));
    desk.reply(&key, "Last Monday.");
    let sent = smtp.wait_for(2);
    let references = header(&sent, "References").unwrap();
    assert_eq!(references, format!("<m1@example.org> {id} <m2@example.org> <m3@example.org> <b1@mx.example.net>"));
    assert_eq!(header(&sent, "In-Reply-To").unwrap(), "<m2@example.org>", "what a human wrote is answered");
    dovecot.deliver("help", &mail("m4", "", "Thanks!"));
    desk.wait_for_mails(source, 5);
    // Nothing was marked, moved or deleted.
    let names = dovecot.names("help");
    assert!(names.len() == 7 && names.iter().all(|name| !name.contains(":2,") || name.ends_with(":2,")), "{names:?}");
    let told = desk.source(source);
    assert_eq!((&told["mailbox"]["link"]["is_connected"], &told["mailbox"]["user"]), (&json!(true), &json!("help")));
    assert!(!told.to_string().contains("s3cret"));
    desk.served.stop();
    assert!(!std::fs::read_to_string(house.path("server.log")).unwrap().contains("s3cret"));
    assert!(house.run(&["sql", "SELECT password FROM mailbox"]).code != Some(0), "no question reads the password");
    house.ok(&["rebuild"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM post")[0][0], 7, "what is made again is the same");
}

/// A file is there to be saved, and is not shown.
fn check_file(desk: &Desk, post: &Value) {
    let path = format!("/api/v1/posts/{}/files/0", post["key"].as_str().unwrap());
    let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {}\r\n\r\n", desk.session);
    let answer = raw(desk, &head);
    assert!(answer.ends_with(&[0, 1, 2, 3]));
    let head = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    for line in ["content-disposition: attachment; filename*=utf-8''a%20%c3%bc.png", "octet-stream", "nosniff"] {
        assert!(head.contains(line), "{line} in {head}");
    }
}

fn raw(desk: &Desk, request: &str) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(desk.served.address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// As a page in a frame: with the picture that came with it, without the script, and with the one from elsewhere only where
/// that is asked for; a picture among the files is shown, whatever else is one is not.
#[test]
fn a_mail_in_html_is_seen_as_it_was_sent_and_does_nothing() {
    let (house, _smtp) = house(Smtp::down);
    let dovecot = Dovecot::start(&house);
    let desk = Desk::start(&house);
    let html = "--x\nContent-Type: multipart/related; boundary=y\n\n--y\nContent-Type: text/html; charset=utf-8\n\n\
        <html><body onload=\"x()\"><script>x()</script><p style=\"color:red\">Where is <b>my order</b>?</p>\
        <img src=\"cid:logo@x\"><img src=\"https://track.example/1.png\"></body></html>\n\
        --y\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Disposition: inline; filename=\"logo.png\"\n\
        Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--y--\n\
        --x\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"no.png\"\n\n<svg onload=x()>\n--x--";
    dovecot.deliver("help", &mail("h1", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x", html));
    desk.read("help", &mailbox(&dovecot, "help"));
    let asks = desk.wait_for_asks(1);
    let thread = desk.thread(&asks[0]["thread"]);
    let post = &thread["posts"][0];
    assert_eq!((&post["text"], &post["mail"]["was_html"]), (&json!("Where is my order?"), &json!(true)));
    assert_eq!((&post["mail"]["has_page"], &post["mail"]["n_remote"]), (&json!(true), &json!(1)));
    let post = post["key"].as_str().unwrap();
    let got = |path: &str| {
        let head = format!("GET /api/v1/posts/{post}/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        let answer = raw(&desk, &format!("{head}cookie: {}\r\n\r\n", desk.session));
        String::from_utf8_lossy(&answer).into_owned()
    };
    let page = got("page");
    let shown =
        "<p style=\"color:red\">Where is <b>my order</b>?</p><img src=\"data:image/png;base64,iVBORw0KGgo=\"><img>";
    assert!(page.contains(shown) && !page.contains("<script") && !page.contains("track.example"), "{page}");
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
    assert!(page.contains(policy) && page.contains("sandbox allow-popups") && page.contains("nosniff"), "{page}");
    let page = got("page?pictures=true");
    assert!(page.contains("<img src=\"https://track.example/1.png\">") && page.contains("img-src data: http: https:"));
    let picture = got("files/0?show=true");
    assert!(
        picture.contains("content-type: image/png") && picture.contains("default-src 'none'; sandbox"),
        "{picture}"
    );
    for refused in ["files/1?show=true", "files/-1", "files/7"] {
        assert!(got(refused).starts_with("HTTP/1.1 4"), "{refused}");
    }
    desk.served.stop();
}

#[test]
fn whenever_it_is_killed_each_mail_is_taken_once() {
    let (house, _smtp) = house(Smtp::down);
    let mut dovecot = Dovecot::start(&house);
    let deliver = |dovecot: &Dovecot, of: std::ops::Range<usize>| {
        of.for_each(|n| dovecot.deliver("help", &mail(&format!("k{n}"), "", &format!("Where is parcel {n}?"))));
    };
    deliver(&dovecot, 0..230);
    let mut desk = Desk::start(&house);
    let source = desk.read("help", &mailbox(&dovecot, "help"));
    let mut n_kills = 0;
    for least in [1, 60, 160] {
        wait_until("some of it", || desk.source(source)["n_accepted"].as_i64().unwrap() >= least);
        desk.served.kill();
        n_kills += 1;
        desk = Desk::start(&house);
    }
    deliver(&dovecot, 230..260);
    desk.wait_for_mails(source, 260);
    // The mail server is gone for a while, and comes back with all its mails under other numbers.
    dovecot.end();
    wait_until("the loss", || desk.source(source)["mailbox"]["link"]["is_connected"] == false);
    dovecot.renumber("help");
    deliver(&dovecot, 260..261);
    dovecot.run();
    desk.wait_for_mails(source, 261);
    desk.served.stop();
    assert_eq!(n_kills, 3);
    let doctor = house.json(&["doctor", "--json"]);
    let sums = &doctor["sums"];
    assert_eq!((&sums["folded"], &sums["duplicate"], &sums["agree"]), (&261.into(), &0.into(), &true.into()), "{sums}");
    assert_eq!(
        house.rows("SELECT COUNT(*), COUNT(DISTINCT message), COUNT(DISTINCT text) FROM post")[0],
        json!([261, 261, 261])
    );
}

#[test]
fn what_is_hostile_is_refused_or_shown_for_what_it_is() {
    let (house, smtp) = house(Smtp::start);
    let dovecot = Dovecot::start(&house);
    let desk = Desk::start(&house);
    let source = desk.read("help", &mailbox(&dovecot, "help"));
    dovecot.deliver("help", &mail("first", "", "Where is my first order?"));
    desk.wait_for_mails(source, 1);
    let before = desk.served.memory("VmHWM");
    // 40 MB, where 200 kB is the most.
    let mut large = mail("large", "", "").into_bytes();
    large.resize(40 << 20, b'x');
    dovecot.deliver_bytes("help", &large);
    dovecot.deliver("help", "Subject: from nobody\n\nhi\n");
    dovecot.deliver_bytes("help", b"\0\x01\xff\r\n\r\n\xff\xfe");
    wait_until("the rejections", || desk.source(source)["n_rejected"] == 3);
    let grown = desk.served.memory("VmHWM").saturating_sub(before);
    assert!(grown < 16 << 20, "a mail that is not taken took {grown} bytes");
    let rejected = desk.get("/api/v1/rejected");
    let reasons: Vec<&str> =
        rejected["rows"].as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.iter().filter(|reason| **reason == "event_too_large").count(), 1, "{rejected}");
    assert!(rejected.to_string().contains("large@example.org"), "its headers are kept: {rejected}");

    // A zip bomb is a file like others, and is not opened; a name is no path.
    let bomb = "--x\n\nPlease look\n--x\nContent-Type: application/zip\n\
                Content-Disposition: attachment; filename=\"../../../etc/cron.d/x.zip\"\n\nPK\u{3}\u{4}\n--x--";
    dovecot.deliver("help", &mail("bomb", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x", bomb));
    desk.wait_for_mails(source, 2);
    // Who pretends to be us, and tries to write into our headers.
    let evil = "Message-ID: <evil@evil.test>\nFrom: \"help@acme.example\" <eve@acme.example.evil.test>\n\
                Subject: =?utf-8?q?Hi=0D=0ABcc:_thief@evil.test=0D=0A=0D=0Abody?=\n\
                References: <a@b\n\tBcc: thief@evil.test> <r@example.org>\n\nWhy did you not answer?\n";
    dovecot.deliver("help", evil);
    desk.wait_for_mails(source, 3);
    let asks = desk.wait_for_asks(3);
    let evil =
        asks.iter().find(|ask| ask["person"] == "email:eve@acme.example.evil.test").expect("by the address alone");
    let thread = desk.thread(&evil["thread"]);
    let mut codes = thread["posts"][0]["mail"]["doubts"].to_string();
    for code in ["like_ours", "names_another"] {
        assert!(codes.contains(code), "{code} in {codes}");
    }
    write!(codes, "{}", thread["person"]).unwrap();
    desk.reply(&evil["thread"], "Bcc: nobody\r\n.\r\nQUIT");
    let sent = smtp.wait_for(1);
    let head = sent.split("\n\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
    assert_eq!(header(&sent, "To").unwrap(), "eve@acme.example.evil.test");

    // A machine that answers everything with the same words is heard three times.
    for n in 0..6 {
        dovecot.deliver("help", &mail(&format!("loop{n}"), "", "Why do you write? This is a machine."));
    }
    dovecot.deliver("help", &mail("list", "List-Id: <talk.example.org>", "Where is everybody?"));
    dovecot.deliver("help", &mail("own", "", "Where is it?").replace("Anna@example.org", "help@acme.example"));
    desk.wait_for_mails(source, 11);
    wait_until("the fold", || desk.get("/api/v1/health")["sums"]["waiting"] == 0);
    assert_eq!(desk.asks().len(), 6, "three of six, and neither the list nor ourselves");
    desk.served.stop();
}

#[test]
fn the_same_mail_in_two_mailboxes_is_one() {
    let (house, _smtp) = house(Smtp::down);
    let dovecot = Dovecot::start(&house);
    let desk = Desk::start(&house);
    let both = mail("both", "Received: from a by b", "Where is my order?");
    dovecot.deliver("help", &both);
    dovecot.deliver("sales", &both.replace("from a by b", "from c by d"));
    let help = desk.read("help", &mailbox(&dovecot, "help"));
    desk.wait_for_mails(help, 1);
    let sales = desk.read("sales", &mailbox(&dovecot, "sales"));
    // The answer lies in the other mailbox alone.
    dovecot
        .deliver("sales", &mail("more", "References: <gone@example.org> <both@example.org>", "And when does it come?"));
    desk.wait_for_mails(sales, 1);
    let asks = desk.wait_for_asks(1);
    let thread = desk.wait_for_posts(&asks[0]["thread"], 2);
    assert_eq!(thread["source"], "help");
    // Without a name of its own, it is known by what it says; with the name of another, it is another.
    let nameless = both.replace("Message-ID: <both@example.org>\n", "");
    dovecot.deliver("help", &nameless.replace("my order", "my refund"));
    dovecot.deliver("sales", &nameless.replace("my order", "my refund"));
    dovecot.deliver("help", &both.replace("my order", "something else"));
    desk.wait_for_asks(3);
    dovecot.deliver("sales", &mail("last", "", "Where is the last one?"));
    desk.wait_for_asks(4);
    let n_taken = [help, sales].map(|id| desk.source(id)["n_accepted"].as_i64().unwrap());
    assert_eq!(n_taken.iter().sum::<i64>(), 5, "{n_taken:?}");
    desk.served.stop();
}

#[test]
fn it_is_said_how_it_stands_with_a_mailbox() {
    let (house, _smtp) = house(Smtp::down);
    let dovecot = Dovecot::start(&house);
    let desk = Desk::start(&house);
    let ca = std::fs::read_to_string(house.path("ca.pem")).unwrap();
    let mut wrong = mailbox(&dovecot, "help");
    wrong["password"] = json!("hunter2");
    wrong["is_from_start"] = json!(false);
    dovecot.deliver("help", &mail("old", "", "Where was it?"));
    let id = desk.read("help", &wrong);
    let change = |mailbox: Value| desk.ask(&format!("PUT /api/v1/sources/{id}"), &json!({ "mailbox": mailbox }));
    let link = || desk.source(id)["mailbox"]["link"].clone();
    let wait_for_error = |part: &str| {
        wait_until(part, || link()["error"].as_str().is_some_and(|error| error.contains(part)));
        let link = link();
        assert!(link["is_connected"] == false && !link.to_string().contains("hunter2"), "{link}");
    };
    wait_for_error("refuses the user or the password");
    change(json!({ "password": PASSWORD, "folder": "Entwürfe" }));
    wait_for_error("the folder `Entwürfe` cannot be read");
    // Who vouches for this server is known to nobody but us; elsewhere the password is not sent.
    let (status, _, told) = desk.served.ask(
        &format!("PUT /api/v1/sources/{id}"),
        &desk.session,
        &json!({ "mailbox": { "port": dovecot.tls_port, "tls": "tls" } }),
    );
    assert!(status == 400 && told.to_string().contains("`password` is needed"), "{told}");
    change(json!({ "port": dovecot.tls_port, "tls": "tls", "password": PASSWORD, "folder": "INBOX" }));
    wait_for_error("UnknownIssuer");
    change(json!({ "ca": ca }));
    wait_until("the link", || link()["is_connected"] == true);
    change(json!({ "port": dovecot.port, "tls": "starttls", "password": PASSWORD }));
    wait_until("the link", || link()["is_connected"] == true);
    wait_until("TLS", || dovecot.log().contains(", TLS, "));
    // What lay there before is left; what comes now is told at once.
    dovecot.deliver("help", &mail("new", "", "Where is it now?"));
    let asks = desk.wait_for_asks(1);
    assert_eq!(desk.thread(&asks[0]["thread"])["posts"][0]["text"], "Where is it now?");
    assert!(link()["last_message_at"].is_string());
    desk.ask(&format!("DELETE /api/v1/sources/{id}"), &Value::Null);
    wait_until("the goodbye", || dovecot.log().contains("Logged out"));
    desk.served.stop();
}

#[test]
fn killed_after_the_mail_server_has_it_the_same_mail_is_sent_under_the_same_name() {
    let (house, mut smtp) = house(Smtp::down);
    let dovecot = Dovecot::start(&house);
    let desk = Desk::start(&house);
    desk.read("help", &mailbox(&dovecot, "help"));
    dovecot.deliver("help", &mail("m1", "", "Where is my order?"));
    let key = desk.wait_for_asks(1)[0]["thread"].clone();
    // The mail server is down: the answer waits.
    desk.reply(&key, "It left on Monday.");
    let delivery = |desk: &Desk| desk.get("/api/v1/deliveries")["rows"][0].clone();
    wait_until("a try", || delivery(&desk)["last_error"].is_string());
    assert_eq!(delivery(&desk)["state"], "waiting");
    // It comes back, takes the mail, and we are killed before it says so.
    smtp.hold(true);
    smtp.run();
    let first = smtp.wait_for(1);
    desk.served.kill();
    smtp.hold(false);
    let desk = Desk::start(&house);
    let again = smtp.wait_for(2);
    assert_eq!(
        header(&first, "Message-ID"),
        header(&again, "Message-ID"),
        "the only repeat there may be, under one name"
    );
    wait_until("the note", || delivery(&desk)["state"] == "done");
    desk.served.stop();
    let desk = Desk::start(&house);
    assert_eq!(delivery(&desk)["state"], "done");
    assert_eq!(smtp.mails().len(), 2, "what is noted is not sent again");
    desk.served.stop();
}
