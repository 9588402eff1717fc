//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use parlour_core::ask::Language;
use parlour_core::day::Day;
use parlour_core::growth::By;
use parlour_core::purchases::Unit;
use parlour_engine::Places;
use parlour_lake::remote::options_among;

/// Customer engagement: who is engaged, how, and which way they move.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  parlour serve --sample                     start with the sample and open the Desk
  parlour import --preset shop orders.csv    take in a shop's orders
  parlour report --by month                  who came, stayed, came back and went
  parlour standing customer:00004 --why      one person, and why"
)]
pub(crate) struct Cli {
    /// The data folder: the database, the lake, parlour.toml.
    #[arg(long, global = true, env = "PARLOUR_DATA", default_value = "./parlour-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// A PostgreSQL URL, in place of the data folder's own database.
    #[arg(long, global = true, env = "PARLOUR_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// An object store that has the lake too: s3://BUCKET/NAME, gs://… or az://…; keys and endpoint come from the store's
    /// usual variables, such as AWS_ACCESS_KEY_ID.
    #[arg(long, global = true, env = "PARLOUR_LAKE", value_name = "URL")]
    pub(crate) lake: Option<String>,
    /// What is logged, such as `info` or `parlour_engine=debug`.
    #[arg(long, global = true, env = "PARLOUR_LOG", default_value = "warn", value_name = "FILTER")]
    pub(crate) log: String,
    /// Log one JSON object a line.
    #[arg(long, global = true, env = "PARLOUR_LOG_JSON")]
    pub(crate) log_json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// What lies elsewhere than in the data folder.
    pub(crate) fn places(&self) -> Places<'_> {
        let lake = self.lake.as_deref().map(|url| (url, options_among(std::env::vars())));
        let database = self.database.as_deref();
        // Servers share what all of them reach; every other command wants it for itself.
        let is_shared = database.is_some_and(|url| url.starts_with("postgres")) && lake.is_some();
        let is_among = is_shared && matches!(self.command, Command::Serve(_));
        let engine = if let Command::Serve(options) = &self.command { options.engine.as_deref() } else { None };
        Places { database, lake, is_among, engine }
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start the server: the Desk and its API.
    Serve(Serve),
    /// Make another link that signs in once. A running server prints it among its own output.
    SignIn {
        /// As whom, by the handle; as the owner unless given.
        #[arg(long = "as", value_name = "HANDLE")]
        handle: Option<String>,
    },
    /// Take in files of facts.
    Import(Box<Import>),
    /// Write an import's refused records to a file, to be mended and imported.
    Rejected {
        /// The import's job number.
        job: i64,
        /// The file to write; the reasons go beside it.
        to: PathBuf,
    },
    /// Say who may send events, and hand out the keys they send with.
    #[command(subcommand)]
    Source(Source),
    /// Import what a brand sells: a CSV, a product feed, or schema.org Products.
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Hand out rooms to people.
    #[command(subcommand)]
    Member(Member),
    /// One person's standing.
    Standing(Standing),
    /// Growth, matrix and stages of everyone.
    Report(Report),
    /// Say what texts ask and feel, and by which words.
    #[command(after_help = "\
Examples:
  parlour classify \"still no answer after 40 hours\"
  parlour classify --format json - < mails.jsonl         JSON lines in (`text`, perhaps `language`) and out
  parlour classify --score testdata/asks/unseen.jsonl    precision and recall on labelled lines")]
    Classify(Classify),
    /// Fit models of coming back, and see how they do on time they have not seen.
    #[command(after_help = "\
Examples:
  parlour fit                                          every model on the largest brand, a third of the time held out
  parlour fit --until 1997-09-30 --holdout-until 1998-06-30 --model pareto_nbd
  parlour fit --csv summary.csv --model all            columns x, t_x, T and perhaps weight")]
    Fit(Fit),
    /// Make a world of people with known truth: to see the Desk full, and to prove that leaving is detected.
    #[command(after_help = "\
Examples:
  parlour simulate --brand sim-cafe --people 2000      take a simulated brand into the data folder
  parlour simulate --detect                            who finds those who leave, how many, how soon
  parlour simulate --rhythm regular --detect --json
  parlour simulate --out events.jsonl --truth truth.csv")]
    Simulate(Simulate),
    /// Ask the database a question in SQL; it can only be read.
    #[command(after_help = "Example:\n  parlour sql \"SELECT cell, count(*) FROM standing GROUP BY cell\"")]
    Sql {
        /// One SELECT.
        question: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Keep everyone's standings on these days, for Explore and for the lake.
    Keep {
        /// Days, as YYYY-MM-DD; the last day with activity if none is given.
        days: Vec<Day>,
    },
    /// Erase somebody who asked for it, with everything of theirs; it cannot be taken back.
    Erase {
        /// Who: an id such as `customer:00004`.
        person: String,
        /// Really do it; without this, only what would go is told.
        #[arg(long)]
        yes: bool,
        /// Take in what comes of them from now on, as of somebody new.
        #[arg(long)]
        let_in: bool,
        /// Print the receipt as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy everything into a new folder, while a server works or not.
    #[command(after_help = "\
Examples:
  parlour backup /mnt/backups/2026-11-22              what was acknowledged before it began is in it
  parlour --data ./again restore /mnt/backups/2026-11-22")]
    Backup {
        /// The folder to make.
        to: PathBuf,
        /// Print what it holds as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put a backup into a new data folder, and its database there or where --database says.
    Restore {
        /// The backup's folder.
        from: PathBuf,
    },
    /// Move everything that one database holds into another, such as from the data folder's own into PostgreSQL.
    #[command(after_help = "\
Examples:
  parlour move --to postgres://parlour@db/parlour                  from the data folder's own database
  parlour move --from postgres://parlour@db/parlour --to sqlite:./parlour-data/parlour.db

Stop the server first. What broke off is gone on with when it is called again.")]
    Move(Move),
    /// Make activity, links and standings again from the events.
    Rebuild,
    /// Seal everything and merge the lake's runs.
    Compact,
    /// Send realistic traffic to a running server and measure it. It stays there: use a server made for it.
    Load(Load),
    /// Check the data folder, the database, the lake and the sums.
    Doctor {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print completions for a shell.
    Completions {
        /// Which.
        shell: clap_complete::Shell,
    },
}

#[derive(Args)]
pub(crate) struct Move {
    /// Where it is: `sqlite:FILE` or `postgres://…`; the data folder's own database unless given.
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// Where it goes; it must be empty.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
}

#[derive(Subcommand)]
pub(crate) enum Member {
    /// Make a link by which somebody takes a room, once and within `server.invite_days`.
    Invite {
        /// One of their ids, such as `customer:00004`; then what is known of it is known of them.
        person: Option<String>,
        /// Where the server is reached, unless the settings say so (`delivery.desk`).
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

#[derive(Args)]
pub(crate) struct Classify {
    /// Texts; `-` reads one a line from standard input.
    #[arg(value_name = "TEXT")]
    pub(crate) texts: Vec<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Plain::Text)]
    pub(crate) format: Plain,
    /// The language they are in, such as `en`; found from the words if not given.
    #[arg(long, value_name = "CODE", value_parser = language)]
    pub(crate) language: Option<Language>,
    /// Files of rules in place of those that are compiled in, one a language.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Measure on a file of labelled lines (`text`, `class`, `kind`, `language`).
    #[arg(long, value_name = "FILE", conflicts_with = "texts")]
    pub(crate) score: Option<PathBuf>,
}

fn language(code: &str) -> Result<Language, String> {
    Language::of_code(code).ok_or_else(|| "a language is a code of two letters, such as `en`".to_owned())
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Address and port; port 0 takes a free one.
    #[arg(long, env = "PARLOUR_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Load the sample if the data folder is empty.
    #[arg(long)]
    pub(crate) sample: bool,
    /// A cluster (`parlour-cluster scheduler`) that counts what is asked about everybody, such as df://scheduler:50060; this
    /// server goes on alone while it is away.
    #[arg(long, env = "PARLOUR_ENGINE", value_name = "URL")]
    pub(crate) engine: Option<String>,
    #[command(flatten)]
    pub(crate) telemetry: Telemetry,
}

#[derive(Args, Clone)]
#[command(after_help = "\
Example:
  parlour --data /tmp/trial source create load --json
  parlour --data /tmp/trial serve --listen 127.0.0.1:4700 &
  parlour load http://127.0.0.1:4700 --key KEY --events 1000000")]
pub(crate) struct Load {
    /// Where the server listens.
    pub(crate) url: String,
    /// A source's write key.
    #[arg(long)]
    pub(crate) key: String,
    /// How many events to send.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) events: u64,
    /// Events of one request.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) batch: u64,
    /// Connections at once, each with one request under way.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) connections: u64,
    /// Events a second in all; as fast as it goes if not given.
    #[arg(long)]
    pub(crate) rate: Option<u64>,
    /// How many people there are; few of them do much.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) people: u64,
    /// Where chance begins; the same seed sends the same events.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
#[command(after_help = "\
A column is its name, its number written #3, or in JSON a path such as properties.total. Where a column or a constant
may stand, =bought is the constant `bought`.

Examples:
  parlour import --preset cdnow CDNOW_master.txt
  parlour import --person email --person-kind email --verb =bought --object =acme --time date --value total \\
      --currency =EUR orders.csv.gz
  parlour import --mapping visits.toml --dry-run visits.parquet")]
pub(crate) struct Import {
    /// Files, plain or packed with gzip or zstd.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Begin with a known mapping: cdnow, cdnow-sample, segment or shop.
    #[arg(long, value_name = "NAME")]
    pub(crate) preset: Option<String>,
    /// Begin with a mapping in a TOML file.
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub(crate) mapping: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) flags: MappingFlags,
    /// Show the first mapped events (20 unless a number is given) and store nothing.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "20", require_equals = true)]
    pub(crate) dry_run: Option<usize>,
    /// Import a file once more that was imported with another mapping.
    #[arg(long)]
    pub(crate) again: bool,
    /// Where refused records go; beside the file as FILE.rejected unless given.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Each flag takes the place of what the preset or the mapping file says.
#[derive(Args)]
#[command(next_help_heading = "Mapping")]
pub(crate) struct MappingFlags {
    /// csv, tsv, fixed, jsonl or parquet; known from the file itself unless given.
    #[arg(long)]
    pub(crate) format: Option<parlour_doors::file::Format>,
    /// What parts fields.
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
    /// Column of the person.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) person: Option<String>,
    /// Kind of the person's id.
    #[arg(long, value_name = "KIND")]
    pub(crate) person_kind: Option<String>,
    /// A further id of the same person, as kind=column; may be given more than once.
    #[arg(long, value_name = "KIND=COLUMN")]
    pub(crate) also: Vec<String>,
    /// What was done.
    #[arg(long, value_name = "COLUMN|=VERB")]
    pub(crate) verb: Option<String>,
    /// Toward what.
    #[arg(long, value_name = "COLUMN|=ID")]
    pub(crate) object: Option<String>,
    /// Kind of the object.
    #[arg(long, value_name = "KIND")]
    pub(crate) object_kind: Option<String>,
    /// What the object belongs to.
    #[arg(long, value_name = "COLUMN|=ID")]
    pub(crate) parent: Option<String>,
    /// Kind of what the object belongs to.
    #[arg(long, value_name = "KIND")]
    pub(crate) parent_kind: Option<String>,
    /// Column of the time.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// auto, iso, unix, unix_ms, ymd, dmy, mdy or a strptime pattern.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) time_format: Option<parlour_doors::file::TimeFormat>,
    /// Time zone of times that name none, such as Europe/Athens.
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Column of the amount.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) value: Option<String>,
    /// Currency of the amount.
    #[arg(long, value_name = "COLUMN|=CODE")]
    pub(crate) currency: Option<String>,
    /// What parts whole units from decimals.
    #[arg(long, value_name = "CHAR")]
    pub(crate) decimal: Option<char>,
    /// Column of what was said.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) text: Option<String>,
    /// Column of the rating, 1 to 5.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) rating: Option<String>,
    /// Where: face, web, social, hub, mobile, virtual or game.
    #[arg(long, value_name = "COLUMN|=LAYER")]
    pub(crate) layer: Option<String>,
    /// Column of the event's own id, by which repeats are known.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) message: Option<String>,
    /// Column of the message that it answers, or of the conversation it lies in.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) reply_to: Option<String>,
}

#[derive(Args)]
pub(crate) struct About {
    /// The object, as kind:id; the largest brand unless given.
    #[arg(long, value_name = "KIND:ID")]
    pub(crate) object: Option<String>,
    /// The day asked about; the last with activity unless given.
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<Day>,
    /// The day it is compared with; a month before unless given.
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<Day>,
}

#[derive(Subcommand)]
pub(crate) enum Catalogue {
    /// Take in a catalogue; the same file may come again.
    Import {
        /// The file; `-` reads standard input.
        file: PathBuf,
        /// Whose, such as `brand:acme`.
        #[arg(long, value_name = "BRAND")]
        brand: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Find products by the beginnings of their words.
    Search {
        /// The words; all products without any.
        words: Vec<String>,
        /// Whose, such as `brand:acme`.
        #[arg(long, value_name = "BRAND")]
        brand: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Source {
    /// Make a source; its key is shown this one time.
    Create {
        /// What it is called; no other may have the name, and it cannot be changed.
        name: String,
        /// What its events are about: the id of a brand, or kind:id. The brand of the first source unless given, or
        /// else one of this name.
        #[arg(long, value_name = "BRAND")]
        brand: Option<String>,
        /// Where its events happen: face, web, social, hub, mobile, virtual or game.
        #[arg(long, default_value = "web")]
        layer: String,
        /// How its events come in: sdk, webhook, mqtt, file, form or mentions.
        #[arg(long, default_value = "sdk")]
        kind: String,
        /// A file with the mapping of a webhook or a broker's messages, or with the settings of a form or of mentions.
        #[arg(long, value_name = "FILE")]
        mapping: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give a source another key; the old one works a while longer.
    Rotate {
        /// Which.
        name: String,
        /// Hours for which the old key goes on working.
        #[arg(long, default_value_t = parlour_engine::source::OVERLAP_HOURS, value_name = "HOURS")]
        overlap: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a source's right to send away, at once; what it sent stays.
    Revoke {
        /// Which.
        name: String,
    },
    /// List the sources.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct Standing {
    /// Who: kind:id, or an id.
    pub(crate) person: String,
    #[command(flatten)]
    pub(crate) about: About,
    /// Say why each value is what it is.
    #[arg(long)]
    pub(crate) why: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Fit {
    /// The object, as kind:id; the largest brand unless given.
    #[arg(long, value_name = "KIND:ID")]
    pub(crate) object: Option<String>,
    /// mbg_nbd, bg_nbd, pareto_nbd, mbg_cnbd_k, nbd, mbg_nbd_first_value, pareto_nbd_first_value, or all.
    #[arg(long, value_name = "NAME", default_value = "all")]
    pub(crate) model: String,
    /// The last day that models see.
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<Day>,
    /// The last day that they forecast and are scored by; the last with activity unless given. With --until alone nothing
    /// is held out.
    #[arg(long, value_name = "DAY", requires = "until")]
    pub(crate) holdout_until: Option<Day>,
    /// The unit of time.
    #[arg(long, value_enum, default_value_t = FitUnit::Week)]
    pub(crate) unit: FitUnit,
    /// Histories from a file with columns x, t_x, T and perhaps weight, in any unit, in place of activity.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["object", "until", "holdout_until"])]
    pub(crate) csv: Option<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Plain::Text)]
    pub(crate) format: Plain,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FitUnit {
    Day,
    Week,
}

impl From<FitUnit> for Unit {
    fn from(unit: FitUnit) -> Self {
        match unit {
            FitUnit::Day => Self::Day,
            FitUnit::Week => Self::Week,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plain {
    Text,
    Json,
}

#[derive(Args)]
pub(crate) struct Simulate {
    /// The brand that people come to; its name says that it is simulated.
    #[arg(long, value_name = "ID", default_value = "simulated")]
    pub(crate) brand: String,
    /// People who come in the first three months.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) people: u32,
    /// Newcomers a day after that.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) newcomers: f64,
    /// How long the world lasts.
    #[arg(long, default_value_t = 730)]
    pub(crate) days: u32,
    /// Its first day.
    #[arg(long, value_name = "DAY", default_value = "2024-01-01")]
    pub(crate) start: Day,
    /// Where chance begins; the same seed makes the same world.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How regular the gaps between people's visits are.
    #[arg(long, value_enum, default_value_t = Rhythm::Mixed)]
    pub(crate) rhythm: Rhythm,
    /// Try every detector on the world and print how many who disengage it finds, and how soon.
    #[arg(long)]
    pub(crate) detect: bool,
    /// Write the events here, one JSON object a line as /api/v1/events takes them, and nothing into the data folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write the truth here, one line a person.
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How regular people's gaps are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rhythm {
    /// Some in bursts, some at random, some like clockwork.
    Mixed,
    /// All like clockwork.
    Regular,
    /// All at random.
    Random,
    /// All in bursts.
    Bursts,
}

#[derive(Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) about: About,
    /// Length of the periods.
    #[arg(long, value_enum, default_value_t = Length::Month)]
    pub(crate) by: Length,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Length {
    Day,
    Week,
    Month,
}

impl From<Length> for By {
    fn from(length: Length) -> Self {
        match length {
            Length::Day => Self::Day,
            Length::Week => Self::Week,
            Length::Month => Self::Month,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
}

/// To whom traces and metrics are sent.
#[derive(Args, Clone, Default)]
pub(crate) struct Telemetry {
    /// A collector of OpenTelemetry that is sent traces and metrics (OTLP over HTTP), such as http://localhost:4318.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub(crate) otlp: Option<String>,
    /// Milliseconds between two messages of metrics to it.
    #[arg(
        long,
        env = "OTEL_METRIC_EXPORT_INTERVAL",
        default_value_t = 60_000,
        value_name = "MS",
        value_parser = clap::value_parser!(u64).range(100..)
    )]
    pub(crate) otlp_interval: u64,
}
