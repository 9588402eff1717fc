//! A data folder of its own for each test, and the binary at work in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The binary.
pub(crate) const PARLOUR: &str = env!("CARGO_BIN_EXE_parlour");

/// Settings under which every step happens often, and nothing that is asked for is cut off.
pub(crate) const RESTLESS: &str = "\
[engine]\nseal_events = 500\ncompact_fan_in = 2\n[explore]\nmax_rows = 1000000\nmax_bytes = 1000000000\n";

/// The purchases that the project carries.
pub(crate) fn cdnow() -> String {
    let packed = include_bytes!("../../sample/cdnow.txt.zst");
    String::from_utf8(zstd::decode_all(packed.as_slice()).unwrap()).unwrap()
}

/// A folder with the data folder `data` and files beside it.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    data: PathBuf,
    /// Where the binary finds what lies elsewhere, as variables.
    pub(crate) places: Vec<(String, String)>,
}

/// How a run of the binary ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl House {
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        Self::at(folder, data, settings)
    }

    /// With the data folder elsewhere.
    pub(crate) fn at(folder: TempDir, data: PathBuf, settings: &str) -> Self {
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("parlour.toml"), settings).unwrap();
        Self { folder, data, places: Vec::new() }
    }

    /// Another with a copy of the data folder as it is now, so that both have the same secret and give the same keys.
    pub(crate) fn twin(&self) -> Self {
        let twin = Self::new("");
        copy_folder(&self.data, &twin.data);
        twin
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Writes a file beside the data folder.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the lake.
    pub(crate) fn lake(&self, file: &str) -> std::fs::File {
        std::fs::File::open(self.data.join("lake").join(file)).unwrap()
    }

    /// The binary with these arguments, working in the folder beside the data folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PARLOUR);
        for name in ["PARLOUR_DATABASE", "PARLOUR_LOG", "PARLOUR_DATA"] {
            command.env_remove(name);
        }
        command.envs(self.places.iter().cloned());
        command.current_dir(self.folder.path()).arg("--data").arg(&self.data).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// What it prints; it must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?} failed:\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// What it prints as JSON; it must succeed.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    /// What it complains of, in one line; it must fail.
    #[track_caller]
    pub(crate) fn fails(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(1), "{args:?} should fail:\n{}{}", ran.out, ran.err);
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "one line is enough: {}", ran.err);
        ran.err
    }

    /// The rows that a question answers.
    #[track_caller]
    pub(crate) fn rows(&self, sql: &str) -> Vec<Value> {
        let Value::Array(rows) = self.json(&["sql", "--json", sql])["rows"].take() else { panic!("no rows") };
        rows
    }

    /// Everything that must not depend on how it came about.
    #[track_caller]
    pub(crate) fn state(&self) -> State {
        let doctor = self.json(&["doctor", "--json"]);
        assert_eq!(doctor["findings"], serde_json::json!([]));
        assert_eq!(doctor["sums"]["agree"], true, "{doctor}");
        let mut report = self.json(&["report", "--format", "json"]);
        report.as_object_mut().unwrap().remove("as_of").unwrap();
        let standings = self.rows("SELECT * FROM standing ORDER BY day, object, person");
        assert_eq!(doctor["sums"]["waiting"], 0);
        State {
            digest: doctor["activity_digest"].as_str().unwrap().to_owned(),
            sums: doctor["sums"].clone(),
            report,
            standings,
        }
    }
}

/// What two installations of one secret and one history have in common.
#[derive(PartialEq)]
pub(crate) struct State {
    pub(crate) digest: String,
    pub(crate) sums: Value,
    pub(crate) report: Value,
    pub(crate) standings: Vec<Value>,
}

impl State {
    /// Fails at the first difference, and names it.
    #[track_caller]
    pub(crate) fn must_be(&self, other: &Self, when: &str) {
        assert_eq!(self.sums, other.sums, "sums, {when}");
        assert_eq!(self.digest, other.digest, "digest of the activity, {when}");
        assert_eq!(self.report, other.report, "report, {when}");
        assert_eq!(self.standings.len(), other.standings.len(), "number of standings, {when}");
        for (mine, others) in self.standings.iter().zip(&other.standings) {
            assert_eq!(mine, others, "a standing, {when}");
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Whether the long runs are asked for.
#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
pub(crate) fn is_long() -> bool {
    std::env::var("PARLOUR_LONG").is_ok_and(|value| value == "1")
}

/// Random numbers that come again with the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// Seeded by `PARLOUR_SEED` where it is set, and told.
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    pub(crate) fn new(name: &str) -> Self {
        let seed = std::env::var("PARLOUR_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_121);
        eprintln!("{name}: PARLOUR_SEED={seed}");
        Self(seed)
    }

    /// Others, for somebody else.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// Below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// True `n` times in `of`.
    pub(crate) fn is(&mut self, n: u64, of: u64) -> bool {
        self.below(of) < n
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}
