//! Generated worlds: the same numbers from the same seed, everywhere.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use parlour_core::activity::{ActivityKey, ActivityRow, Measures, Verbs, sort_and_merge};
use parlour_core::day::Day;
use parlour_core::event::{Currency, Layer, Name};
use parlour_core::key::{Key, KeySecret};
use parlour_core::objects::{Object, Objects};
use parlour_lake::activity::ActivityWriter;

/// Objects of every world.
pub(crate) const N_OBJECTS: u64 = 200;
/// The last day of every world, and how many days it has.
const LAST_DAY: i32 = 20_000;
const N_DAYS: u64 = 720;
const VERBS: [&str; 8] = ["viewed", "clicked", "bought", "asked", "complained", "liked", "commented", "used"];

/// SplitMix64: small, fast, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
}

/// Writes a world of activity as sorted runs.
#[derive(Args)]
pub(crate) struct World {
    /// Where the runs go.
    folder: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    people: u64,
    /// Relations of a person, on average, in tenths.
    #[arg(long, default_value_t = 45)]
    relations_tenths: u64,
    /// Rows of the world.
    #[arg(long, default_value_t = 20_000_000)]
    rows: u64,
    /// Over how many runs they are spread, each with rows of anyone.
    #[arg(long, default_value_t = 1)]
    runs: u64,
}

pub(crate) fn person(i: u64) -> Key {
    KeySecret([1; 16]).key("user", &i.to_string())
}

pub(crate) fn objects() -> Objects {
    let name = |i: u64| Name::new("brand", i.to_string());
    let object = |i: u64| Object { key: name(i).key(&KeySecret([1; 16])), name: name(i), title: None, parent: None };
    Objects::new((0..N_OBJECTS).map(object).collect())
}

pub(crate) fn n_people(folder: &Path) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(folder.join("people")).context("the folder is no world")?;
    Ok(text.trim().parse()?)
}

impl World {
    pub(crate) fn generate(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut verbs = Verbs::default();
        for verb in VERBS {
            verbs.id(verb);
        }
        let objects: Vec<Key> = objects().all().iter().map(|object| object.key).collect();
        let mut people: Vec<(Key, u64)> = (0..self.people).map(|i| (person(i), i)).collect();
        people.sort_unstable();
        let names = (0..self.runs).map(|i| format!("{i:02}.parquet"));
        let mut writers =
            names.map(|name| ActivityWriter::create(&self.folder, &name, &verbs)).collect::<Result<Vec<_>, _>>()?;
        let mut rows: Vec<Vec<ActivityRow>> = vec![Vec::new(); writers.len()];
        for (key, i) in people {
            self.person(key, i, &objects, &mut rows);
            for (rows, writer) in rows.iter_mut().zip(&mut writers) {
                sort_and_merge(rows, &verbs);
                rows.drain(..).try_for_each(|row| writer.push(&row))?;
            }
        }
        for writer in writers {
            writer.finish()?;
        }
        std::fs::write(self.folder.join("people"), self.people.to_string())?;
        Ok(())
    }

    fn person(&self, key: Key, i: u64, objects: &[Key], rows: &mut [Vec<ActivityRow>]) {
        let mut random = Random(i.wrapping_mul(0x0123_4567_89AB_CDEF));
        let spread = self.relations_tenths / 5 - 1;
        let n_relations = 1 + random.below(spread);
        let rate = self.rows * 20 / self.people / self.relations_tenths;
        for _ in 0..n_relations {
            let object = objects[random.below(N_OBJECTS) as usize];
            for _ in 0..=random.below(rate) {
                let run = random.below(rows.len() as u64) as usize;
                rows[run].push(row(key, object, &mut random));
            }
        }
    }
}

fn row(subject: Key, object: Key, random: &mut Random) -> ActivityRow {
    let verb = random.below(VERBS.len() as u64) as u32;
    let is_purchase = VERBS[verb as usize] == "bought";
    let currency = if is_purchase { Currency::of_code("USD") } else { None };
    // More on later days, as growing worlds have it.
    let age = random.below(N_DAYS).min(random.below(N_DAYS));
    ActivityRow {
        key: ActivityKey {
            subject,
            object,
            day: Day(LAST_DAY - age as i32),
            layer: Layer::ALL[random.below(7) as usize],
            verb,
            kind: 0,
            paid: false,
            currency: currency.unwrap_or_default(),
        },
        sums: Measures {
            n: 1 + random.below(3),
            seconds: random.below(600),
            value_minor: if is_purchase { random.below(10_000) as i64 } else { 0 },
            rating_sum: 0,
        },
    }
}
