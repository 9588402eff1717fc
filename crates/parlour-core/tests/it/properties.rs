//! What holds in every world.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use parlour_core::population::Population;
use parlour_core::standing::Yardstick;
use parlour_core::why::{Case, Contribution, Of, why};
use proptest::prelude::*;

use crate::naive::{self, Crowd};
use crate::worlds::{Held, OBJECTS, PEOPLE, VERBS, bits, world};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn standings_are_what_the_definitions_say(world in world()) {
        let held = Held::in_order(&world);
        let relations = held.relations();
        let standings = held.standings();
        for object in 0..OBJECTS {
            let expected: BTreeMap<u8, _> = (0..PEOPLE)
                .filter_map(|person| Some((person, naive::relation(&world, person, object)?)))
                .collect();
            let crowd = Crowd::of(&world, expected.values());
            for person in 0..PEOPLE {
                let whom = (u32::from(object), person);
                prop_assert_eq!(relations.get(&whom), expected.get(&person));
                let Some(expected) = expected.get(&person) else { continue };
                let expected = naive::standing(&world, expected, &crowd);
                prop_assert_eq!(&standings[&whom], &expected, "{} with {}", person, object);
                prop_assert_eq!(standings[&whom].p_falling.to_bits(), expected.p_falling.to_bits());
            }
            let population = held.population(u32::from(object));
            prop_assert_eq!(population.n_present, crowd.involvements.len() as u64);
            prop_assert_eq!(population.n_gaps, crowd.gaps.len() as u64);
            prop_assert_eq!(population.n_pairs, crowd.shares.len() as u64);
        }
    }

    #[test]
    fn neither_order_nor_split_changes_a_bit(
        (world, order) in world().prop_flat_map(|world| {
            let order: Vec<usize> = (0..world.deeds.len()).collect();
            (Just(world), Just(order).prop_shuffle())
        }),
        split in any::<prop::sample::Index>(),
    ) {
        let expected = bits(&Held::in_order(&world).standings());
        let shuffled = Held::new(&world, order);
        prop_assert_eq!(&bits(&shuffled.standings()), &expected);
        let split = split.index(world.deeds.len() + 1);
        prop_assert_eq!(&bits(&shuffled.merged_at(split).standings()), &expected);
    }

    #[test]
    fn populations_add_up_from_any_parts(
        world in world(),
        parts in prop::collection::vec(0..3_usize, PEOPLE as usize),
        is_backward in any::<bool>(),
    ) {
        let held = Held::in_order(&world);
        let reading = held.reading();
        let relations = held.relations();
        for object in 0..u32::from(OBJECTS) {
            let mut sums = [Population::default(), Population::default(), Population::default()];
            for ((_, person), (_, relation)) in relations.iter().filter(|((of, _), _)| *of == object) {
                sums[parts[*person as usize]].add(relation, &reading);
            }
            if is_backward {
                sums.reverse();
            }
            let [mut merged, second, third] = sums;
            merged.merge(&second);
            merged.merge(&third);
            prop_assert_eq!(merged, held.population(object));
        }
    }

    #[test]
    fn a_moved_product_takes_its_past_along(mut world in world(), product in 0..4_u8, brand in 5..=6_u8) {
        // Whether product 4 took product's place from the start, or the product moved today, is the same to everyone.
        world.parents[7] = None;
        world.deeds.retain(|deed| deed.object != 4);
        world.parents[4] = Some(brand);
        let mut from_the_start = world.clone();
        for deed in from_the_start.deeds.iter_mut().filter(|deed| deed.object == product) {
            deed.object = 4;
        }
        world.parents[product as usize] = Some(brand);
        let (moved, always) = (Held::in_order(&world).standings(), Held::in_order(&from_the_start).standings());
        for (&(object, person), standing) in &moved {
            let object = if object == u32::from(product) { 4 } else { object };
            prop_assert_eq!(Some(standing), always.get(&(object, person)));
        }
        prop_assert_eq!(moved.len(), always.len());
    }

    #[test]
    fn mapping_a_name_maps_its_past(mut world in world(), verb in prop::sample::select(&VERBS[..8])) {
        world.vocabulary.names.insert("yawned".to_owned(), verb.to_owned());
        let mut under_the_verb = world.clone();
        for deed in under_the_verb.deeds.iter_mut().filter(|deed| deed.verb == "did:yawned") {
            deed.verb = verb;
        }
        let expected = bits(&Held::in_order(&under_the_verb).standings());
        prop_assert_eq!(bits(&Held::in_order(&world).standings()), expected);
    }

    #[test]
    fn every_answer_adds_up_to_its_standing(world in world()) {
        let held = Held::in_order(&world);
        let (reading, standings) = (held.reading(), held.standings());
        let yardstick = Yardstick::new(&reading);
        for object in 0..u32::from(OBJECTS) {
            let population = held.population(object);
            for person in 0..PEOPLE {
                let columns = held.columns(person);
                let case = Case { columns: &columns, object, yardstick: &yardstick, population: &population, outlook: None };
                for of in Of::ALL {
                    let answer = why(of, &case);
                    let Some(standing) = standings.get(&(object, person)) else {
                        prop_assert!(answer.is_none());
                        continue;
                    };
                    let answer = answer.unwrap();
                    let relation = &standing.relation;
                    let total = match of {
                        Of::Involvement | Of::Degree => relation.involvement(),
                        Of::Kind => relation.i_positive - relation.i_negative,
                        Of::Direction => i64::from(standing.n_recent),
                        Of::Rhythm => i64::from(relation.last_day) - i64::from(relation.first_day),
                        Of::Value => relation.value_minor,
                        Of::Cell | Of::Stage | Of::Worth => 0,
                    };
                    let sum: i64 = answer.contributions.iter().map(|contribution| contribution.amount).sum();
                    prop_assert_eq!((of, answer.total, sum), (of, total, total));
                    let place = |c: &Contribution| (Reverse(c.amount.unsigned_abs()), c.day, c.label.clone());
                    let is_sorted = answer.contributions.is_sorted_by_key(place);
                    prop_assert!(is_sorted && !answer.sentence.is_empty());
                    if of == Of::Stage {
                        let stage = standing.stage.name().replace('_', " ");
                        prop_assert_eq!(&answer.steps.last().unwrap().value, &stage);
                        let n_fired = answer.steps.iter().filter(|step| step.value.starts_with("yes: ")).count();
                        prop_assert_eq!(n_fired, 1);
                    }
                }
            }
        }
    }
}
