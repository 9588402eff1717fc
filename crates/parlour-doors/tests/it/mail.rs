//! The digest, handed to a real mail server (aiosmtpd): once to each, under an id that stays.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use parlour_core::event::{Event, Name};
use parlour_doors::courier::Courier;
use parlour_engine::{Engine, Submission, clock};
use parlour_store::alert::{self, Alert};
use parlour_store::ask;
use parlour_store::delivery::{self, Delivery, Wanted};

/// Keeps mail in a Maildir; knows no `nobody`, and takes the first mail for `later` only when it comes again.
const SERVER: &str = r#"
import asyncio, sys
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

class House(Mailbox):
    n_tries = 0
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("later@"):
            House.n_tries += 1
            if House.n_tries == 1:
                return "451 4.7.1 come again later"
        return await super().handle_DATA(server, session, envelope)

async def main():
    house = House(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(house), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"#;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(maildir: &Path) -> (Server, u16) {
    let mut command = Command::new("/usr/bin/python3");
    command.args(["-c", SERVER]).arg(maildir).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("python3 is installed; ./test sees to that");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().expect("python3-aiosmtpd is installed; ./test sees to that");
    (Server(child), port)
}

fn mails(maildir: &Path) -> Vec<String> {
    let files = std::fs::read_dir(maildir.join("new")).into_iter().flatten();
    let mut mails: Vec<String> = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    mails.sort();
    mails
}

fn new_alert() -> Alert {
    Alert {
        id: 0,
        kind: "wire".to_owned(),
        object: "brand:acme".to_owned(),
        person: String::new(),
        episode: "2026-10-01".to_owned(),
        day: "2026-11-21".to_owned(),
        title: "name:Zoë\r\nBcc: thief@example.com was due".to_owned(),
        text: "Came about every 9 days.\n.\nMAIL FROM:<x>".to_owned(),
        data: "{}".to_owned(),
        state: alert::OPEN.to_owned(),
        made_at: clock::now(),
    }
}

#[test]
fn a_digest_reaches_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let maildir = folder.path().join("mail");
    let (_server, port) = serve(&maildir);
    let settings = format!(
        "[mail]\nurl = \"smtp://127.0.0.1:{port}\"\nfrom = \"Parlour <parlour@example.com>\"\n\
         to = [\"anna@example.com\", \"later@example.com\", \"nobody@example.com\"]\n[delivery]\ntimeout_seconds = 60\ndesk = \"https://desk.example/\"\n"
    );
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/parlour.toml"), settings).unwrap();
    let engine = Engine::open(&folder.path().join("data"), None).unwrap();
    let courier = Courier::new(&engine.settings).unwrap();
    let row = new_alert();
    engine.database.write(move |conn| alert::insert(conn, &row)).unwrap();
    let now = clock::now();
    assert!(engine.digest_due(now).unwrap());
    assert_eq!(courier.deliver(&engine, now).unwrap(), 3);
    let of = |address: &str| -> Delivery {
        let all = engine.database.read(|conn| delivery::list(conn, &Wanted::default(), None, 9)).unwrap();
        all.into_iter().find(|one| one.mail.as_deref() == Some(address)).unwrap()
    };
    let (anna, later, nobody) = (of("anna@example.com"), of("later@example.com"), of("nobody@example.com"));
    assert_eq!((anna.state.as_str(), anna.last_status), (delivery::DONE, Some(250)), "{anna:?}");
    assert_eq!((later.state.as_str(), later.last_status), (delivery::WAITING, Some(451)), "{later:?}");
    assert_eq!((nobody.state.as_str(), nobody.last_status), (delivery::FAILED, Some(550)), "{nobody:?}");
    assert_eq!(courier.deliver(&engine, later.next_at).unwrap(), 1);
    assert_eq!(of("later@example.com").state, delivery::DONE);
    let mails = mails(&maildir);
    assert_eq!(mails.len(), 2, "{mails:?}");
    for (address, delivery) in [("anna@example.com", &anna), ("later@example.com", &later)] {
        let mail = mails.iter().find(|mail| mail.contains(&format!("To: {address}"))).unwrap();
        assert!(mail.contains(&format!("Message-ID: <{}@example.com>", delivery.message)), "{mail}");
        assert!(mail.contains("multipart/alternative") && mail.contains("text/html"), "{mail}");
        let head = mail.split("\n\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "a name is never a header: {head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{head}");
    }
    // The link of one ends hers alone.
    let (_, rest) = mails[0].split_once("<https://desk.example/unsubscribe/").unwrap();
    let token = rest.split('>').next().unwrap();
    let gone = engine.subscriber(token).unwrap();
    engine.unsubscribe(token).unwrap();
    engine.unsubscribe(token).unwrap();
    assert!(engine.unsubscribe("0123").is_err() && engine.unsubscribe("").is_err());
    let row = Alert { episode: "2026-10-02".to_owned(), ..new_alert() };
    engine.database.write(move |conn| alert::insert(conn, &row)).unwrap();
    let tomorrow = now + 86_400_000_000;
    assert!(engine.digest_due(tomorrow).unwrap());
    let all = engine.database.read(|conn| delivery::list(conn, &Wanted::default(), None, 9)).unwrap();
    let n_to = |address: &str| all.iter().filter(|one| one.mail.as_deref() == Some(address)).count();
    assert_eq!((all.len(), n_to(&gone)), (5, 1), "who asked for no more got no more");
}

#[test]
fn an_answer_of_the_desk_goes_to_whoever_asked_and_names_what_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let maildir = folder.path().join("mail");
    let (_server, port) = serve(&maildir);
    // Nobody gets a digest, and an answer goes out all the same.
    let settings = format!(
        "[mail]\nurl = \"smtp://127.0.0.1:{port}\"\nfrom = \"Acme <help@acme.example>\"\n\
         [delivery]\ntimeout_seconds = 60\n[asks]\nundo_seconds = 0\n"
    );
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/parlour.toml"), settings).unwrap();
    let engine = Engine::open(&folder.path().join("data"), None).unwrap();
    let courier = Courier::new(&engine.settings).unwrap();
    let asked = Event {
        message: Some("<m1@example.org>".to_owned()),
        text: Some("Where is my order?".to_owned()),
        extra: Some(r#"{"title":"My order","reply_address":"mailto:anna@example.org"}"#.to_owned()),
        ..Event::new(clock::now(), Name::new("email", "anna@example.org"), "asked", Name::new("brand", "acme"))
    };
    engine.append("mail", Submission { events: vec![(asked, None)], ..Submission::default() }).unwrap();
    engine.fold_all().unwrap();
    let thread = engine.asks(&ask::Wanted::default(), None, 1).unwrap()[0].ask.thread;
    let reply = engine.reply(thread, "eva", "replied", "It left on Monday.\n.\nEva").unwrap();
    assert!(engine.send_replies().unwrap());
    assert_eq!(courier.deliver(&engine, clock::now()).unwrap(), 1);
    let mails = mails(&maildir);
    assert_eq!(mails.len(), 1, "{mails:?}");
    for told in [
        "To: anna@example.org",
        "Subject: Re: My order",
        "In-Reply-To: <m1@example.org>",
        "References: <m1@example.org>",
        &format!("Message-ID: <{}@acme.example>", reply.message),
        "It left on Monday.",
    ] {
        assert!(mails[0].contains(told), "{told} in {}", mails[0]);
    }
    assert!(!mails[0].contains("text/html"));
}

#[test]
fn a_wrong_address_of_the_server_is_told_without_its_password() {
    let settings = "[mail]\nurl = \"smtp://me:s3cret@[x\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]\n";
    let settings = parlour_engine::settings::Settings::parse(settings).unwrap();
    let told = Courier::new(&settings).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("mail.url") && !told.contains("s3cret"), "{told}");
}
