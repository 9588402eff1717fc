//! A database of a test's own on the PostgreSQL that `./test` starts.

use postgres::{Client, NoTls};

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
        let mut owner = Client::connect(&server, NoTls).unwrap();
        let name = format!("parlour_{what}_{}", std::process::id());
        owner.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        owner.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Some(Self { url, name, owner })
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
