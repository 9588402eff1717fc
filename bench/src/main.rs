//! Benchmarks of the parts, on generated worlds; the scripts beside it time others on the same data.

mod everybody;
mod fold;
mod world;

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use clap::{Parser, Subcommand};
use parlour_core::activity::Verbs;
use parlour_core::day::Day;
use parlour_core::objects::Objects;
use parlour_core::parameters::Parameters;
use parlour_core::population::Population;
use parlour_core::reading::{MICRO, Reading};
use parlour_core::relation::{PersonFold, Relation};
use parlour_core::standing::{Stage, Yardstick};
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::chunk::Numbers;
use parlour_lake::kernel::{Hidden, View, Walk};
use parlour_lake::run::RunFile;
use serde_json::json;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a world of activity as runs of a lake.
    Generate(world::World),
    /// All sums and populations of a world, and with `--measure` all standings too.
    Standings {
        folder: PathBuf,
        #[arg(long, default_value_t = 1)]
        repeat: u32,
        #[arg(long)]
        measure: bool,
    },
    /// Reads of one person at random.
    Person {
        folder: PathBuf,
        #[arg(long, default_value_t = 2000)]
        n: u32,
    },
    /// Populations and the last day's standings of a data folder, alone or on a cluster. It writes into the folder.
    Everybody {
        folder: PathBuf,
        /// The cluster, such as df://127.0.0.1:50060.
        engine: Option<String>,
    },
    /// Ingest and fold through the engine.
    Fold(fold::FoldBench),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Generate(world) => world.generate(),
        Command::Standings { folder, repeat, measure } => standings(&folder, repeat, measure),
        Command::Person { folder, n } => person(&folder, n),
        Command::Everybody { folder, engine } => everybody::everybody(&folder, engine.as_deref()),
        Command::Fold(bench) => bench.run(),
    }
}

struct Opened {
    view: View,
    verbs: Verbs,
    objects: Objects,
    parameters: Parameters,
    vocabulary: Vocabulary,
}

fn open(folder: &Path) -> anyhow::Result<Opened> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|file| file.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    let mut verbs = Verbs::default();
    let mut runs = Vec::new();
    for path in files {
        let run = RunFile::open(&path)?;
        for verb in &run.verbs {
            verbs.id(verb);
        }
        runs.push(Arc::new(run));
    }
    let view = View { runs, tails: Vec::new() };
    Ok(Opened {
        view,
        verbs,
        objects: world::objects(),
        parameters: Parameters::default(),
        vocabulary: Vocabulary::default(),
    })
}

/// The day that is asked about.
const ON: Day = Day(20_000);

fn standings(folder: &Path, repeat: u32, is_measured: bool) -> anyhow::Result<()> {
    let opened = open(folder)?;
    let united = HashMap::new();
    let n_threads = std::thread::available_parallelism()?.get();
    let numbers = Numbers { objects: &opened.objects, verbs: &opened.verbs };
    let walk =
        Walk { view: &opened.view, numbers, united: &united, hidden: &Hidden::default(), n_threads, is_wide: false };
    let mut out = std::io::stdout().lock();
    for _ in 0..repeat {
        let start = Instant::now();
        let reading = Reading::new(ON, &opened.parameters, &opened.vocabulary, &opened.verbs, &opened.objects);
        let n_objects = opened.objects.all().len();
        let states = walk.visit(
            || (PersonFold::new(&reading), vec![Population::default(); n_objects], Sums::default()),
            |(fold, populations, sums), _, columns, rows| {
                fold.read(columns, rows, &mut |object, _, relation| {
                    populations[object as usize].add(relation, &reading);
                    sums.add(relation);
                });
            },
        )?;
        let mut populations = vec![Population::default(); n_objects];
        let mut all = Sums::default();
        for (_, more, sums) in &states {
            populations.iter_mut().zip(more).for_each(|(sum, population)| sum.merge(population));
            all.merge(sums);
        }
        let summed = start.elapsed();
        let n_relations: u64 = populations.iter().map(|population| population.n_present).sum();
        let involvement: i128 = populations.iter().map(|population| population.involvement).sum();
        let n_lapsed = if is_measured { measure(&walk, &reading, &populations)? } else { 0 };
        let result = json!({
            "summed_s": summed.as_secs_f64(),
            "measured_s": is_measured.then(|| start.elapsed().as_secs_f64()),
            "relations": n_relations,
            "involvement_micropoints": involvement.to_string(),
            "lapsed": n_lapsed,
            "sums": all.told(opened.view.runs.iter().map(|run| run.n_rows()).sum()),
            "resident_bytes": resident_bytes()?,
        });
        writeln!(out, "{result}")?;
    }
    Ok(())
}

/// Sums over all relations, by which others' sums are checked.
#[derive(Default)]
struct Sums {
    relations: i64,
    involvement: [i64; 3],
    first_days: i64,
    last_days: i64,
    value_minor: i64,
    active_days: i64,
}

impl Sums {
    fn add(&mut self, relation: &Relation) {
        self.relations += 1;
        self.involvement[0] += relation.i_positive;
        self.involvement[1] += relation.i_neutral;
        self.involvement[2] += relation.i_negative;
        self.first_days += i64::from(relation.first_day);
        self.last_days += i64::from(relation.last_day);
        self.value_minor += relation.value_minor;
        self.active_days += i64::from(relation.n_days);
    }

    fn merge(&mut self, other: &Self) {
        self.relations += other.relations;
        self.involvement.iter_mut().zip(other.involvement).for_each(|(sum, more)| *sum += more);
        self.first_days += other.first_days;
        self.last_days += other.last_days;
        self.value_minor += other.value_minor;
        self.active_days += other.active_days;
    }

    fn told(&self, n_rows: u64) -> serde_json::Value {
        let points = self.involvement.map(|micropoints| micropoints as f64 / MICRO as f64);
        json!({
            "rows": n_rows, "relations": self.relations,
            "i_positive": points[0], "i_neutral": points[1], "i_negative": points[2],
            "first_days": self.first_days, "last_days": self.last_days,
            "value_minor": self.value_minor, "active_days": self.active_days,
        })
    }
}

fn measure(walk: &Walk<'_>, reading: &Reading<'_>, populations: &[Population]) -> anyhow::Result<u64> {
    let yardstick = Yardstick::new(reading);
    let states = walk.visit(
        || (PersonFold::new(reading), 0u64),
        |(fold, n_lapsed), _, columns, rows| {
            fold.read(columns, rows, &mut |object, _, relation| {
                let standing = yardstick.measure(relation, &populations[object as usize]);
                *n_lapsed += u64::from(standing.stage == Stage::Lapsed);
            });
        },
    )?;
    Ok(states.iter().map(|(_, n)| n).sum())
}

fn person(folder: &Path, n: u32) -> anyhow::Result<()> {
    let opened = open(folder)?;
    let united = HashMap::new();
    let numbers = Numbers { objects: &opened.objects, verbs: &opened.verbs };
    let walk =
        Walk { view: &opened.view, numbers, united: &united, hidden: &Hidden::default(), n_threads: 1, is_wide: false };
    let reading = Reading::new(ON, &opened.parameters, &opened.vocabulary, &opened.verbs, &opened.objects);
    let mut random = world::Random(0x5EED);
    let mut times = Vec::new();
    for _ in 0..n {
        let key = world::person(random.below(world::n_people(folder)?));
        let start = Instant::now();
        let columns = walk.person(&[key])?;
        let mut n_relations = 0;
        PersonFold::new(&reading).read(&columns, 0..columns.len(), &mut |_, _, _| n_relations += 1);
        times.push(start.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(n_relations > 0, "every person of the world has activity");
    }
    times.sort_by(f64::total_cmp);
    let at = |q: f64| times.get((times.len() as f64 * q) as usize).copied();
    let result = json!({
        "reads": n, "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": times.last(),
        "resident_bytes": resident_bytes()?,
    });
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

/// The process's resident memory.
fn resident_bytes() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = text.split(' ').nth(1).context("statm has a second field")?.parse()?;
    Ok(pages * 4096)
}
