//! A scheduler and executors as processes, on ports of their own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const CLUSTER: &str = env!("CARGO_BIN_EXE_parlour-cluster");
/// So often something is asked for that is on its way; each time the other end waits a moment before it answers.
const PATIENCE: usize = 100;

/// A process that dies with whoever holds it.
pub(crate) struct Process(Child);

impl Process {
    /// Sends a signal, such as `KILL`.
    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([&format!("-{signal}"), &self.0.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Kills it at once, and returns when it is gone.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A cluster.
pub(crate) struct Cluster {
    pub(crate) scheduler: Process,
    /// Where it is asked.
    pub(crate) url: String,
    pub(crate) executors: Vec<Process>,
    work: TempDir,
    /// What executors find in their variables.
    variables: Vec<(String, String)>,
}

impl Cluster {
    pub(crate) fn new(names: &[&str]) -> Self {
        Self::with(names, Vec::new())
    }

    /// The same, whose executors have these variables.
    pub(crate) fn with(names: &[&str], variables: Vec<(String, String)>) -> Self {
        let mut command = Command::new(CLUSTER);
        command.env_remove("PARLOUR_LOG").args(["scheduler", "--port", "0", "--door", "0"]);
        let mut scheduler = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(scheduler.stdout.take().unwrap());
        let said: Vec<String> = out.lines().take(2).map(Result::unwrap).collect();
        let url = said[1].strip_prefix("Questions: ").unwrap().to_owned();
        let work = tempfile::tempdir().unwrap();
        let mut this = Self { scheduler: Process(scheduler), url, executors: Vec::new(), work, variables };
        for name in names {
            this.add(name);
        }
        this.await_executors(names.len());
        this
    }

    fn add(&mut self, name: &str) {
        let work = self.work.path().join(name);
        std::fs::create_dir(&work).unwrap();
        let mut command = Command::new(CLUSTER);
        command.env_remove("PARLOUR_LOG").envs(self.variables.iter().cloned());
        command.args(["executor", "--engine", &self.url, "--name", name, "--cores", "1"]);
        command.args(["--port", "0", "--grpc-port", "0", "--work"]).arg(work);
        command.arg("--cache").arg(self.work.path().join("cache"));
        self.executors.push(Process(command.spawn().unwrap()));
    }

    /// How many files the executors have fetched from a store and still have.
    pub(crate) fn n_fetched(&self) -> usize {
        let ran =
            Command::new("find").arg(self.work.path().join("cache")).args(["-name", "*.parquet"]).output().unwrap();
        String::from_utf8(ran.stdout).unwrap().lines().count()
    }

    fn await_executors(&self, n: usize) {
        let are_there = |told: &Value| told["executors"].as_array().unwrap().len() == n;
        self.until(&format!("/v1/cluster?executors={n}"), are_there);
    }

    /// What the door says at a path.
    pub(crate) fn told(&self, path: &str) -> Value {
        let at = format!("http{}{path}", self.url.strip_prefix("df").unwrap());
        let text = ureq::get(&at).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Asks the door until it says what is hoped for.
    #[track_caller]
    pub(crate) fn until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..PATIENCE {
            let told = self.told(path);
            if is_it(&told) {
                return told;
            }
        }
        panic!("{path} never says it: {}", self.told(path));
    }

    /// Returns once the executor has a task of a question, and some are done while others are not.
    #[track_caller]
    pub(crate) fn until_amid(&self, executor: &str) {
        loop {
            let told = self.told("/v1/questions");
            let Some(one) = told.as_array().unwrap().first() else { continue };
            let (done, of) = (one["done"].as_u64().unwrap(), one["of"].as_u64().unwrap());
            assert!(done == 0 || done + 2 < of, "the question was answered too soon");
            if 0 < done && one["by"][executor].as_u64().is_some_and(|n| n > 0) {
                return;
            }
        }
    }
}
