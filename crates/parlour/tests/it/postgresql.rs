//! A database of a test's own on the PostgreSQL that `./test` starts.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use postgres::{Client, NoTls};

use crate::disk::Disk;
use crate::served::PATIENCE;

pub(crate) struct Postgresql {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) owner: Client,
}

impl Postgresql {
    /// `None`, and told, where there is no server.
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    pub(crate) fn new(what: &str) -> Option<Self> {
        let Ok(server) = std::env::var("PARLOUR_TEST_POSTGRES") else {
            eprintln!("NOT TESTED: PARLOUR_TEST_POSTGRES is not set; ./test starts a PostgreSQL and sets it");
            return None;
        };
        Some(Self::on(&server, what))
    }

    fn on(server: &str, what: &str) -> Self {
        let mut owner = Client::connect(server, NoTls).unwrap();
        let name = format!("parlour_{what}_{}", std::process::id());
        owner.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        owner.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Self { url, name, owner }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }
}

impl Drop for Postgresql {
    fn drop(&mut self) {
        let _ = self.owner.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// A PostgreSQL of a test's own, on a disk that can lose its power.
pub(crate) struct Cuttable {
    disk: Disk,
    bin: PathBuf,
    port: u16,
    process: Option<Child>,
}

/// PostgreSQL does not run as root.
const AS_POSTGRES: [&str; 5] = ["--reuid", "postgres", "--regid", "postgres", "--init-groups"];

impl Cuttable {
    pub(crate) fn new() -> Self {
        let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed").flatten();
        let bin = versions.map(|version| version.path().join("bin")).max().expect("PostgreSQL is installed");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut this = Self { disk: Disk::new("ext4"), bin, port, process: None };
        // The folder above is for the test alone.
        for folder in [this.disk.root().parent().unwrap().to_owned(), this.disk.root()] {
            let status = Command::new("chmod").arg("755").arg(folder).status().unwrap();
            assert!(status.success());
        }
        let folder = this.folder();
        fs::create_dir(&folder).unwrap();
        assert!(Command::new("chown").arg("postgres:").arg(&folder).status().unwrap().success());
        let made = this.command("initdb").args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        this.start();
        this
    }

    fn folder(&self) -> PathBuf {
        self.disk.root().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(AS_POSTGRES).arg(self.bin.join(program)).arg("-D").arg(self.folder()).current_dir("/");
        command
    }

    fn start(&mut self) {
        let mut command = self.command("postgres");
        command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]);
        command.args(["-c", "unix_socket_directories=", "-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB"]);
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        self.process = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let since = Instant::now();
        while Client::connect(&self.server(), NoTls).is_err() {
            assert!(since.elapsed() < PATIENCE, "{}", fs::read_to_string(self.log()).unwrap());
            std::thread::yield_now();
        }
    }

    /// Beside the disk, so that it is there when the power is gone.
    fn log(&self) -> PathBuf {
        self.disk.root().with_extension("log")
    }

    fn server(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// A database there.
    pub(crate) fn database(&self) -> Postgresql {
        Postgresql::on(&self.server(), "cut")
    }

    /// The power of its machine goes: what it did not force to the disk is lost, and it is dead.
    pub(crate) fn cut(&mut self) {
        self.disk.cut();
        self.kill();
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Its own processes end when they find it gone.
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// The power is back.
    pub(crate) fn restore(&mut self) {
        self.disk.restore();
        self.start();
    }
}

impl Drop for Cuttable {
    fn drop(&mut self) {
        self.kill();
    }
}
