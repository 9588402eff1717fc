//! Random worlds of activity, spread over runs and a tail.

use std::path::Path;
use std::sync::Arc;

use parlour_core::activity::{ActivityKey, ActivityRow, Measures, Verbs, sort_and_merge};
use parlour_core::day::Day;
use parlour_core::event::{Currency, Layer, Name};
use parlour_core::key::{Key, KeySecret};
use parlour_core::objects::{Object, Objects};
use parlour_core::parameters::Parameters;
use parlour_core::reading::Reading;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::activity::ActivityWriter;
use parlour_lake::chunk::{Chunk, Numbers};
use parlour_lake::kernel::{Hidden, United, View, Walk};
use parlour_lake::run::RunFile;
use proptest::prelude::*;

/// Verbs that are bought with, given back, felt by evidence, mapped and unknown.
pub(crate) const VERBS: [&str; 8] =
    ["bought", "returned_goods", "viewed", "complained", "commented", "did:Order Completed", "did:page", "did:sneezed"];
/// Raw ids; the people behind them are said by [`World::united`].
pub(crate) const IDS: u8 = 9;
/// Products 0 to 4, brands 5 and 6; 7 is known to nobody.
pub(crate) const OBJECTS: u8 = 8;
/// The most runs; rows of the one after them are the tail.
pub(crate) const RUNS: usize = 4;
pub(crate) const TODAY: Day = Day(18_000);

#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The rows of each run, and last those of the tail.
    pub(crate) places: Vec<Vec<ActivityRow>>,
    /// The brand of each product.
    pub(crate) brands: Vec<Option<u8>>,
    /// The person of each raw id, where it is not the id itself.
    pub(crate) united: Vec<Option<u8>>,
    /// Whether nobody reads the person that a raw id stands for.
    pub(crate) hidden: Vec<bool>,
    pub(crate) parameters: Parameters,
}

/// A world as the kernel reads it.
pub(crate) struct Held {
    pub(crate) view: View,
    pub(crate) verbs: Verbs,
    pub(crate) objects: Objects,
    pub(crate) united: United,
    pub(crate) hidden: Hidden,
    pub(crate) parameters: Parameters,
    pub(crate) vocabulary: Vocabulary,
}

pub(crate) fn id(i: u8) -> Key {
    KeySecret([3; 16]).key("user", &i.to_string())
}

pub(crate) fn object(i: u8) -> Key {
    KeySecret([3; 16]).key("object", &i.to_string())
}

pub(crate) fn verbs() -> Verbs {
    let mut verbs = Verbs::default();
    for verb in VERBS {
        verbs.id(verb);
    }
    verbs
}

/// Writes rows as a run.
pub(crate) fn write(folder: &Path, name: &str, rows: &[ActivityRow], verbs: &Verbs) -> Arc<RunFile> {
    let mut rows = rows.to_vec();
    sort_and_merge(&mut rows, verbs);
    let mut writer = ActivityWriter::create(folder, name, verbs).unwrap();
    for row in rows {
        writer.push(&row).unwrap();
    }
    writer.finish().unwrap();
    Arc::new(RunFile::open(&folder.join(name)).unwrap())
}

impl World {
    /// Writes the runs into `folder`.
    pub(crate) fn hold(&self, folder: &Path) -> Held {
        let verbs = verbs();
        let brand = |product: u8| self.brands.get(product as usize).copied().flatten().map(object);
        let known = |i: u8| Object { key: object(i), name: Name::new("object", "x"), title: None, parent: brand(i) };
        let objects = Objects::new((0..OBJECTS - 1).map(known).collect());
        let (tail, runs) = self.places.split_last().unwrap();
        let runs = runs.iter().zip(0..).map(|(rows, i)| write(folder, &format!("{i}.parquet"), rows, &verbs)).collect();
        let mut tail = tail.clone();
        sort_and_merge(&mut tail, &verbs);
        let tail = Chunk::of_rows(tail.iter(), Numbers { objects: &objects, verbs: &verbs });
        let united = (0..IDS).zip(&self.united).filter_map(|(i, person)| Some((id(i), id((*person)?)))).collect();
        let person = |i: u8| self.united.get(i as usize).copied().flatten().unwrap_or(i) as usize;
        let hidden = (0..IDS).filter(|i| self.hidden.get(person(*i)) == Some(&true)).map(id).collect();
        let (parameters, vocabulary) = (self.parameters.clone(), Vocabulary::default());
        Held {
            view: View { runs, tails: vec![Arc::new(tail)] },
            verbs,
            objects,
            united,
            hidden,
            parameters,
            vocabulary,
        }
    }
}

impl Held {
    pub(crate) fn reading(&self) -> Reading<'_> {
        Reading::new(TODAY, &self.parameters, &self.vocabulary, &self.verbs, &self.objects)
    }

    pub(crate) fn walk(&self, n_threads: usize) -> Walk<'_> {
        let numbers = Numbers { objects: &self.objects, verbs: &self.verbs };
        Walk { view: &self.view, numbers, united: &self.united, hidden: &self.hidden, n_threads, is_wide: false }
    }
}

pub(crate) fn row() -> impl Strategy<Value = ActivityRow> {
    let age = prop_oneof![4 => 0..40, 3 => 0..900, 1 => -20..0];
    let whom = (0..IDS, 0..OBJECTS, age);
    let what = (0..VERBS.len() as u32, prop::sample::select(&Layer::ALL[..]), -1..=1_i8, prop::bool::weighted(0.2));
    let currency = prop::sample::select(vec![Currency::NONE, usd(), Currency::of_code("EUR").unwrap()]);
    (whom, what, currency, 1..4_u64, -500..50_000_i64).prop_map(
        |((subject, toward, age), (verb, layer, kind, paid), currency, n, value_minor)| ActivityRow {
            key: ActivityKey {
                subject: id(subject),
                object: object(toward),
                day: Day(TODAY.0 - age),
                layer,
                verb,
                kind,
                paid,
                currency,
            },
            sums: Measures { n, seconds: n, value_minor, rating_sum: 0 },
        },
    )
}

pub(crate) fn usd() -> Currency {
    Currency::of_code("USD").unwrap()
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    // The same row may lie in several places: then its sums add up.
    let rows = prop::collection::vec((row(), prop::collection::vec(0..=RUNS, 1..3)), 1..120);
    let brands = prop::collection::vec(prop::option::weighted(0.8, 5..7_u8), 5);
    let united = prop::collection::vec(prop::option::weighted(0.3, 0..3_u8), IDS as usize);
    let hidden = prop::collection::vec(prop::bool::weighted(0.2), IDS as usize);
    (rows, brands, (united, hidden), 1..=RUNS, (0.5..100.0, 1..40_u16)).prop_map(
        |(rows, brands, (mut united, hidden), n_runs, (half_life_days, retention_months))| {
            let mut places = vec![Vec::new(); n_runs + 1];
            for (row, into) in rows {
                for place in into {
                    places[place % (n_runs + 1)].push(row);
                }
            }
            // Ids 0 to 2 stand for people, and so for themselves.
            (0..3).for_each(|i| united[i as usize] = united.contains(&Some(i)).then_some(i));
            let parameters = Parameters { half_life_days, retention_months, ..Parameters::default() };
            World { places, brands, united, hidden, parameters }
        },
    )
}
