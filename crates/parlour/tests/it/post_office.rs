//! Real mail servers of a test's own: Dovecot, in whose mailboxes mail lies, and aiosmtpd, which takes what is sent.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::house::House;
use crate::served::PATIENCE;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Whose mail it is where the test is run by root, for whom Dovecot reads none.
const NOBODY: u32 = 65_534;
/// The password of every mailbox.
pub(crate) const PASSWORD: &str = "s3cret \"and\" \\more";

/// Keeps mail in a Maildir; while there is a file `hold`, takes it and never says so.
const SMTP: &str = r#"
import asyncio, os, sys
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

class House(Mailbox):
    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        if os.path.exists(sys.argv[3]):
            await asyncio.Event().wait()
        return answer

async def main():
    house = House(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(house), "127.0.0.1", int(sys.argv[2]))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"#;

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(LOOK_EVERY);
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Dovecot's children end with it, if it is asked.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let start = Instant::now();
        while start.elapsed() < PATIENCE && self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            thread::sleep(LOOK_EVERY);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Dovecot on ports of its own: in the clear, where STARTTLS can be had, and with TLS, as 127.0.0.1, for which an
/// authority of the test's own vouches in `ca.pem`.
pub(crate) struct Dovecot {
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    folder: PathBuf,
    n_mails: std::cell::Cell<usize>,
    process: Option<Running>,
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0)
}

/// Gives a path to whose mail it is.
fn give(path: &Path) {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn certificates(house: &House) {
    let openssl = |line: &str| {
        let made = Command::new("openssl").current_dir(house.folder.path()).args(line.split(' ')).output().unwrap();
        assert!(made.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&made.stderr));
    };
    let new = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("{new} -x509 -days 2 -subj /CN=ours -keyout ca.key -out ca.pem"));
    openssl(&format!("{new} -subj /CN=mail -keyout mail.key -out mail.csr"));
    house.file("names", "subjectAltName=IP:127.0.0.1\n");
    openssl("x509 -req -days 2 -in mail.csr -CA ca.pem -CAkey ca.key -extfile names -out mail.pem");
}

impl Dovecot {
    pub(crate) fn start(house: &House) -> Self {
        certificates(house);
        let folder = house.path("dovecot");
        fs::create_dir(&folder).unwrap();
        // Its processes are of other users, who must get through.
        for path in [house.folder.path(), &folder] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mail = folder.join("mail");
        fs::create_dir(&mail).unwrap();
        let (port, tls_port) = (free_port(), free_port());
        let mut dovecot = Self { port, tls_port, folder, n_mails: 0.into(), process: None };
        give(&mail);
        fs::write(dovecot.folder.join("users"), dovecot.users()).unwrap();
        fs::write(dovecot.folder.join("dovecot.conf"), dovecot.settings(house)).unwrap();
        dovecot.run();
        dovecot
    }

    fn users(&self) -> String {
        let (uid, gid) = if is_root() { (NOBODY, NOBODY) } else { self.ids() };
        let home = self.folder.join("mail");
        let user = |name: &str| format!("{name}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{}/{name}::\n", home.display());
        user("help") + &user("sales")
    }

    fn ids(&self) -> (u32, u32) {
        let of = fs::metadata(&self.folder).unwrap();
        (of.uid(), of.gid())
    }

    fn settings(&self, house: &House) -> String {
        let (folder, port, tls_port) = (self.folder.display(), self.port, self.tls_port);
        let [certificate, key] = ["mail.pem", "mail.key"].map(|name| house.path(name).display().to_string());
        let own = if is_root() {
            String::new()
        } else {
            let name = |flag: &str| {
                let told = Command::new("id").arg(flag).output().unwrap().stdout;
                String::from_utf8(told).unwrap().trim().to_owned()
            };
            let (user, group) = (name("-un"), name("-gn"));
            format!(
                "default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n\
                 service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n"
            )
        };
        let chroot = if is_root() { "" } else { "  chroot =\n" };
        format!(
            "base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/log\nprotocols = imap\n\
             listen = 127.0.0.1\nssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}\n\
             disable_plaintext_auth = no\nfirst_valid_uid = 1\nmail_location = maildir:~/Maildir\n{own}\
             passdb {{\n  driver = passwd-file\n  args = {folder}/users\n}}\n\
             userdb {{\n  driver = passwd-file\n  args = {folder}/users\n}}\n\
             service imap-login {{\n{chroot}  inet_listener imap {{\n    port = {port}\n  }}\n  \
             inet_listener imaps {{\n    port = {tls_port}\n  }}\n}}\n"
        )
    }

    /// Starts it, again maybe.
    pub(crate) fn run(&mut self) {
        let program =
            ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].into_iter().find(|path| Path::new(path).exists());
        let mut command = Command::new(program.expect("dovecot-imapd is installed; ./test sees to that"));
        command.arg("-F").arg("-c").arg(self.folder.join("dovecot.conf"));
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.process = Some(Running(process));
        wait_until("Dovecot", || TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok());
    }

    pub(crate) fn end(&mut self) {
        self.process = None;
    }

    fn maildir(&self, user: &str) -> PathBuf {
        self.folder.join("mail").join(user).join("Maildir")
    }

    /// Delivers a mail as mail servers do.
    pub(crate) fn deliver(&self, user: &str, mail: &str) {
        self.deliver_bytes(user, mail.replace('\n', "\r\n").as_bytes());
    }

    pub(crate) fn deliver_bytes(&self, user: &str, mail: &[u8]) {
        let maildir = self.maildir(user);
        let mut path = maildir.parent().unwrap().to_owned();
        for part in ["", "Maildir", "Maildir/new", "Maildir/tmp", "Maildir/cur"] {
            path = maildir.parent().unwrap().join(part);
            if !path.exists() {
                fs::create_dir(&path).unwrap();
                give(&path);
            }
        }
        drop(path);
        let n = self.n_mails.get() + 1;
        self.n_mails.set(n);
        let name = format!("{:010}.M{n}.test", 1_700_000_000 + n);
        let temporary = maildir.join("tmp").join(&name);
        fs::write(&temporary, mail).unwrap();
        give(&temporary);
        fs::rename(temporary, maildir.join("new").join(name)).unwrap();
    }

    /// The names of a mailbox's mails; what they are marked with stands behind the colon.
    pub(crate) fn names(&self, user: &str) -> Vec<String> {
        let of = |part: &str| {
            let files = fs::read_dir(self.maildir(user).join(part)).into_iter().flatten();
            files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        [of("new"), of("cur")].concat()
    }

    /// Forgets how the mails were numbered, as a mailbox that is restored elsewhere does.
    pub(crate) fn renumber(&self, user: &str) {
        for file in fs::read_dir(self.maildir(user)).unwrap().map(Result::unwrap) {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                fs::remove_file(file.path()).unwrap();
            }
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

/// A mail server that takes what is sent.
pub(crate) struct Smtp {
    pub(crate) port: u16,
    maildir: PathBuf,
    hold: PathBuf,
    process: Option<Running>,
}

impl Smtp {
    pub(crate) fn start(house: &House) -> Self {
        let mut smtp = Self::down(house);
        smtp.run();
        smtp
    }

    /// One that is not there yet.
    pub(crate) fn down(house: &House) -> Self {
        Self { port: free_port(), maildir: house.path("sent"), hold: house.path("hold"), process: None }
    }

    pub(crate) fn run(&mut self) {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", SMTP]).arg(&self.maildir).arg(self.port.to_string()).arg(&self.hold);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("python3 is installed; ./test sees to that");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), self.port.to_string(), "python3-aiosmtpd is installed; ./test sees to that");
        self.process = Some(Running(child));
    }

    /// From now on takes mail and never says so; or says so again.
    pub(crate) fn hold(&self, is_held: bool) {
        if is_held { fs::write(&self.hold, "").unwrap() } else { fs::remove_file(&self.hold).unwrap() }
    }

    /// What was sent, in order.
    pub(crate) fn mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.maildir.join("new")).into_iter().flatten();
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
        paths.into_iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// Waits until so many were sent; the last of them.
    pub(crate) fn wait_for(&self, n: usize) -> String {
        wait_until("a mail", || n <= self.mails().len());
        self.mails().pop().unwrap()
    }
}

/// A header of a mail, unfolded.
pub(crate) fn header(mail: &str, name: &str) -> Option<String> {
    let head = mail.split("\n\n").next().unwrap().replace("\n ", " ").replace("\n\t", " ");
    let start = format!("{}:", name.to_ascii_lowercase());
    head.lines()
        .find(|line| line.to_ascii_lowercase().starts_with(&start))
        .map(|line| line[start.len()..].trim().to_owned())
}
