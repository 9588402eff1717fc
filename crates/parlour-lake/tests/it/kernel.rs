//! Kernel, one person's path and reference agree to the last bit, also after compaction and across row groups.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use parlour_core::activity::ActivityRow;
use parlour_core::day::Day;
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_core::population::Population;
use parlour_core::relation::{Columns, PersonFold, Relation};
use parlour_core::standing::{Standing, Yardstick};
use parlour_lake::compact;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::worlds::{Held, TODAY, VERBS, World, id, row, world, write};
use crate::{naive, worlds};

type Relations = BTreeMap<(Key, Key), Relation>;

fn read(fold: &mut PersonFold<'_>, held: &Held, person: Key, columns: &Columns, rows: Range<usize>) -> Relations {
    let mut into = Relations::new();
    fold.read(columns, rows, &mut |object, _, relation| {
        let object = held.objects.get(object).unwrap().key;
        assert_eq!(into.insert((person, object), *relation), None, "told twice");
    });
    into
}

/// Relations and populations as the kernel has them.
fn everyone(held: &Held, n_threads: usize) -> (Relations, BTreeMap<Key, Population>) {
    let reading = held.reading();
    let states = held
        .walk(n_threads)
        .visit(
            || (PersonFold::new(&reading), Relations::new(), BTreeMap::<Key, Population>::new()),
            |(fold, relations, populations), person, columns, rows| {
                let of_person = read(fold, held, person, columns, rows);
                assert!(!relations.contains_key(&(person, worlds::object(0))), "{person} is visited twice");
                for (&(_, object), relation) in &of_person {
                    populations.entry(object).or_default().add(relation, &reading);
                }
                relations.extend(of_person);
            },
        )
        .unwrap();
    let mut all = (Relations::new(), BTreeMap::<Key, Population>::new());
    for (_, relations, populations) in states {
        all.0.extend(relations);
        for (object, population) in populations {
            all.1.entry(object).or_default().merge(&population);
        }
    }
    all
}

fn one_by_one(held: &Held) -> Relations {
    let reading = held.reading();
    let (mut fold, mut relations) = (PersonFold::new(&reading), Relations::new());
    for (person, ids) in naive::ids(held) {
        let columns = held.walk(1).person(&ids).unwrap();
        relations.extend(read(&mut fold, held, person, &columns, 0..columns.len()));
    }
    relations
}

fn populations(held: &Held, relations: &Relations) -> BTreeMap<Key, Population> {
    let mut populations: BTreeMap<Key, Population> = BTreeMap::new();
    let reading = held.reading();
    for (&(_, object), relation) in relations.iter().rev() {
        populations.entry(object).or_default().add(relation, &reading);
    }
    populations
}

fn standings(held: &Held, relations: &Relations, populations: &BTreeMap<Key, Population>) -> Vec<(Standing, u64)> {
    let reading = held.reading();
    let yardstick = Yardstick::new(&reading);
    let measured = relations.iter().map(|((_, object), relation)| yardstick.measure(relation, &populations[object]));
    measured.map(|standing| (standing, standing.p_falling.to_bits())).collect()
}

fn check(held: &Held, expected: &Relations) {
    let of_expected = populations(held, expected);
    let measured = standings(held, expected, &of_expected);
    assert_eq!(&one_by_one(held), expected);
    for n_threads in 1..=3 {
        let (relations, populations) = everyone(held, n_threads);
        assert_eq!(&relations, expected);
        assert_eq!(populations, of_expected);
        assert_eq!(standings(held, &relations, &populations), measured);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn kernel_person_and_reference_agree(world in world(), compacted in any::<u8>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut held = world.hold(folder.path());
        let expected = naive::relations(&world, &held);
        check(&held, &expected);
        // Runs of any subset become one, and nothing else changes.
        let (mut chosen, mut left) = (Vec::new(), Vec::new());
        for (i, run) in held.view.runs.drain(..).enumerate() {
            if compacted >> i & 1 == 1 { chosen.push(run) } else { left.push(run) }
        }
        compact::activity(&chosen, folder.path(), "compacted.parquet", &held.verbs).unwrap();
        let run = parlour_lake::run::RunFile::open(&folder.path().join("compacted.parquet")).unwrap();
        left.push(run.into());
        held.view.runs = left;
        check(&held, &expected);
    }
}

/// A subject that alone fills more than two row groups, between others, in two runs of which one has little of it.
#[test]
fn a_subject_may_span_row_groups() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut some =
        |n: usize| -> Vec<ActivityRow> { (0..n).map(|_| row().new_tree(&mut runner).unwrap().current()).collect() };
    let (mut first, second) = (some(3_000), some(3_000));
    let of_one = first[0];
    for day in 0..1_500 {
        for verb in 0..VERBS.len() as u32 {
            for layer in Layer::ALL {
                for paid in [false, true] {
                    let mut row = of_one;
                    row.key.subject = id(4);
                    row.key.object = worlds::object((day % 5) as u8);
                    (row.key.day, row.key.verb, row.key.layer, row.key.paid) = (Day(TODAY.0 - day), verb, layer, paid);
                    first.push(row);
                }
            }
        }
    }
    for united in [vec![None; 9], vec![None, Some(1), None, None, Some(1), None, Some(1), None, None]] {
        let brands = vec![Some(5), Some(5), Some(6), None, None];
        let places = vec![first.clone(), second.clone(), Vec::new()];
        let parameters = parlour_core::parameters::Parameters::default();
        let world = World { places, brands, united, hidden: Vec::new(), parameters };
        let folder = tempfile::tempdir().unwrap();
        let held = world.hold(folder.path());
        assert!(held.view.runs[0].groups.windows(2).any(|pair| pair[0].last == pair[1].first), "nobody spans groups");
        check(&held, &naive::relations(&world, &held));
    }
}

/// Many people over many row groups and pages, so that threads begin in the middle of row groups of other runs.
#[test]
fn ranges_meet_where_they_part() {
    let (verbs, folder) = (worlds::verbs(), tempfile::tempdir().unwrap());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let like = row().new_tree(&mut runner).unwrap().current();
    let rows = |step: u32, n: u32| -> Vec<ActivityRow> {
        let of = |i: u32| {
            let mut row = like;
            row.key.subject = parlour_core::key::KeySecret([9; 16]).key("user", &(i * step).to_string());
            row.key.day = Day(TODAY.0 - (i % 50) as i32);
            row.key.object = worlds::object((i % 3) as u8);
            row
        };
        (0..n).map(of).collect()
    };
    let world = World {
        places: vec![Vec::new(); 2],
        brands: Vec::new(),
        united: Vec::new(),
        hidden: Vec::new(),
        parameters: parlour_core::parameters::Parameters::default(),
    };
    let mut held = world.hold(folder.path());
    let (a, b) = (rows(1, 150_000), rows(3, 70_000));
    let whom: BTreeSet<(Key, Key)> = a.iter().chain(&b).map(|row| (row.key.subject, row.key.object)).collect();
    held.view.runs = vec![write(folder.path(), "a.parquet", &a, &verbs), write(folder.path(), "b.parquet", &b, &verbs)];
    assert!(2 < held.view.runs[0].groups.len(), "everything lies in one row group");
    let (one, populations) = everyone(&held, 1);
    assert!(one.keys().eq(&whom), "somebody is missing or too many");
    for n_threads in 2..=3 {
        assert!(everyone(&held, n_threads) == (one.clone(), populations.clone()), "{n_threads} threads read others");
    }
}
