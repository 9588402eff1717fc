//! Rows from the ends of the integers: whatever a run may hold, nothing panics and sums still agree.

use parlour_core::activity::Verbs;
use parlour_core::day::Day;
use parlour_core::event::{Currency, Name};
use parlour_core::key::Key;
use parlour_core::objects::{Object, Objects};
use parlour_core::population::Population;
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold};
use parlour_core::standing::Yardstick;
use parlour_core::vocabulary::Vocabulary;
use parlour_core::why::{Case, Of, why};
use proptest::prelude::*;

use crate::worlds::{VERBS, parameters};

fn day() -> impl Strategy<Value = i32> {
    prop_oneof![Just(i32::MIN), Just(i32::MIN + 1), Just(i32::MAX), Just(0), any::<i32>(), -3_000_000..3_000_000]
}

prop_compose! {
    fn columns()(
        rows in prop::collection::vec(
            (
                (prop_oneof![0..3_u32, any::<u32>()], prop_oneof![3 => day(), 1 => -5..5_i32], any::<u8>()),
                prop_oneof![4 => 0..VERBS.len() as u32, 1 => any::<u32>()],
                (any::<i8>(), any::<bool>(), prop::sample::select(vec!["USD", "EUR"])),
                prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()],
                prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()],
            ),
            0..30,
        ),
    ) -> Columns {
        let mut columns = Columns::default();
        for ((object, day, layer), verb, (kind, paid, currency), n, value_minor) in rows {
            columns.object.push(object);
            columns.day.push(day);
            columns.layer.push(layer % 9);
            columns.verb.push(verb);
            columns.kind.push(kind);
            columns.paid.push(paid);
            columns.currency.push(Currency::of_code(currency).unwrap());
            columns.n.push(n);
            columns.value_minor.push(value_minor);
        }
        columns.sort();
        columns
    }
}

fn objects() -> Objects {
    let object = |key: u128| Object {
        key: Key(key),
        name: Name::new("object", key.to_string()),
        title: None,
        parent: (key < 3).then_some(Key(3)),
    };
    Objects::new((1..=3).map(object).collect())
}

proptest! {
    #[test]
    fn nothing_panics_and_answers_still_add_up(
        people in prop::collection::vec(columns(), 1..4),
        today in day(),
        parameters in parameters(),
    ) {
        let (objects, vocabulary, mut verbs) = (objects(), Vocabulary::default(), Verbs::default());
        for verb in VERBS {
            verbs.id(verb);
        }
        let reading = Reading::new(Day(today), &parameters, &vocabulary, &verbs, &objects);
        let yardstick = Yardstick::new(&reading);
        let mut populations = vec![Population::default(); objects.all().len()];
        let mut fold = PersonFold::new(&reading);
        for columns in &people {
            fold.read(columns, 0..columns.len(), &mut |object, days, relation| {
                assert!(days.is_sorted() && days.iter().all(|&day| day <= today));
                populations[object as usize].add(relation, &reading);
            });
        }
        for columns in &people {
            let mut standings = Vec::new();
            fold.read(columns, 0..columns.len(), &mut |object, _, relation| {
                standings.push((object, yardstick.measure(relation, &populations[object as usize])));
            });
            for (object, standing) in standings {
                prop_assert!((0.0..=1.0).contains(&standing.p_falling) && standing.percentile <= 100);
                let case = Case { columns, object, yardstick: &yardstick, population: &populations[object as usize], outlook: None };
                for of in Of::ALL {
                    let answer = why(of, &case).unwrap();
                    let sum = answer.contributions.iter().fold(0_i64, |sum, c| sum.wrapping_add(c.amount));
                    prop_assert_eq!((of, sum), (of, answer.total));
                }
            }
        }
    }
}
