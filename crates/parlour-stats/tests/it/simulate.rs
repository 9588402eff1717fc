//! The simulated world does what it says: rates, rhythm, seasons, value, and the effect of ignoring a complaint.

use parlour_stats::simulate::{Act, Layer, Life, What, World, WorldError};
use parlour_stats::wheat_morrison_k;

use crate::near;

/// Nobody leaves, no season, one layer, a visit every five days on average.
fn plain() -> World {
    let mut world = World { n_people: 2_000, opening_days: 1, newcomers_per_day: 0.0, n_days: 500, ..World::default() };
    world.visits.per_day = 0.2;
    world.visits.regularity = vec![(1.0, 1.0)];
    world.season.yearly = 0.0;
    world.season.weekdays = [1.0; 7];
    world.leaving.per_day = 0.0;
    world.complaints.per_visit = 0.0;
    world
}

fn lives(world: &World) -> Vec<Life> {
    world.lives().unwrap().collect()
}

fn visits(world: &World, life: &Life) -> Vec<f64> {
    let is_visit = |act: &Act| act.what == What::Visited;
    life.acts(world).filter(is_visit).map(|act| f64::from(act.day) + act.micros as f64 / 86_400e6).collect()
}

#[test]
fn the_same_seed_is_the_same_world() {
    let world = World { n_people: 200, ..World::default() };
    let told = |world: &World| -> Vec<(Life, Vec<Act>)> {
        world.lives().unwrap().map(|life| (life, life.acts(world).collect())).collect()
    };
    let first = told(&world);
    assert_eq!(first, told(&world));
    assert_ne!(first, told(&World { seed: 2, ..world.clone() }));
    for (i, (life, acts)) in first.iter().enumerate() {
        assert_eq!(life.number as usize, i);
        assert!(acts.is_sorted_by_key(|act| (act.day, act.micros)), "{acts:?}");
        assert_eq!((acts[0].day, acts[0].what), (life.acquired_on, What::Visited));
        assert!(acts.iter().all(|act| act.day < world.n_days && act.micros < 86_400_000_000));
        assert_eq!(acts.iter().filter(|act| act.what == What::Visited).count(), life.n_visits as usize);
        assert_eq!(acts.iter().filter(|act| act.what == What::Complained).count(), life.n_complaints as usize);
        assert!(acts.iter().all(|act| (act.what == What::Bought) == (0 < act.value_minor)));
    }
    assert!(first.windows(2).all(|pair| pair[0].0.acquired_on <= pair[1].0.acquired_on));
}

#[test]
fn newcomers_come_as_often_as_they_should() {
    let world = World { n_people: 900, opening_days: 90, newcomers_per_day: 7.5, n_days: 490, ..World::default() };
    let lives = lives(&world);
    let opening: Vec<_> = lives.iter().filter(|life| life.acquired_on < 90).collect();
    assert_eq!(opening.len(), 900);
    assert!((0..90).all(|day| opening.iter().filter(|life| life.acquired_on == day).count() == 10));
    // 3,000 with a standard deviation of 55.
    near((lives.len() - 900) as f64, 3_000.0, 0.07);
}

#[test]
fn rates_are_true() {
    let world = plain();
    let lives = lives(&world);
    // After the first visit, random gaps make a Poisson number of visits in 499.5 days on average.
    let expected: f64 = lives.iter().map(|life| life.rate * 499.5).sum();
    near(lives.iter().map(|life| f64::from(life.n_visits - 1)).sum(), expected, 0.01);
    let mean = lives.iter().map(|life| life.rate).sum::<f64>() / 2_000.0;
    let variance = lives.iter().map(|life| (life.rate - mean).powi(2)).sum::<f64>() / 2_000.0;
    near(mean, 0.2, 0.08);
    near(mean * mean / variance, 1.5, 0.2);
}

#[test]
fn regularity_is_found_again() {
    for k in [0.7, 1.0, 4.0, 12.0] {
        let mut world = plain();
        world.visits.regularity = vec![(k, 1.0)];
        world.visits.shape = 50.0;
        let share = |at: &[f64]| (at[1] - at[0]) / (at[2] - at[0]);
        // The first two gaps of everybody: a later pair would be one that was chosen for its length.
        let shares: Vec<f64> = lives(&world).iter().map(|life| share(&visits(&world, life)[..3])).collect();
        let n = shares.len() as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / n;
        near(wheat_morrison_k(variance), k, 0.1);
    }
}

#[test]
fn seasons_and_layers_weigh() {
    let mut world = plain();
    world.n_days = 365;
    world.season = parlour_stats::simulate::Season { yearly: 0.5, peak_day: 180, ..World::default().season };
    world.layers = vec![
        Layer { weight: 3.0, quiet_from: None },
        Layer { weight: 1.0, quiet_from: Some(100) },
        Layer { weight: 1.0, quiet_from: None },
    ];
    let acts: Vec<Act> = lives(&world).iter().flat_map(|life| life.acts(&world).collect::<Vec<_>>()).collect();
    let n = |holds: &dyn Fn(&Act) -> bool| {
        acts.iter().filter(|act| act.what == What::Visited && 0 < act.day && holds(act)).count() as f64
    };
    near(n(&|act| act.day % 7 == 5) / n(&|act| act.day % 7 == 0), 1.2 / 0.9, 0.04);
    let expected = |days: std::ops::Range<u32>| days.map(|day| world.season_on(day)).sum::<f64>();
    near(n(&|act| (160..200).contains(&act.day)) / n(&|act| act.day < 40), expected(160..200) / expected(1..40), 0.04);
    near(n(&|act| act.layer == 0 && act.day < 100) / n(&|act| act.day < 100), 0.6, 0.02);
    near(n(&|act| act.layer == 0 && 99 < act.day) / n(&|act| 99 < act.day), 0.75, 0.02);
    near(n(&|act| act.layer == 1 && 99 < act.day) + 1.0, 1.0, 1e-15);
}

#[test]
fn purchases_are_worth_what_they_should() {
    let world = plain();
    let lives = lives(&world);
    let (mut n_bought, mut n_visits, mut squares) = (0.0, 0.0, 0.0);
    for life in &lives {
        for act in life.acts(&world) {
            n_visits += f64::from(u8::from(act.what == What::Visited));
            if act.what == What::Bought {
                n_bought += 1.0;
                squares += (act.value_minor as f64 / life.median_minor).ln().powi(2);
            }
        }
    }
    near(n_bought / n_visits, 0.25, 0.02);
    near((squares / n_bought).sqrt(), 0.4, 0.02);
    let logs: Vec<f64> = lives.iter().map(|life| (life.median_minor / 2_500.0).ln()).collect();
    assert!((logs.iter().sum::<f64>() / 2_000.0).abs() < 0.05);
    near((logs.iter().map(|ln| ln * ln).sum::<f64>() / 2_000.0).sqrt(), 0.6, 0.06);
}

#[test]
fn ignoring_a_complaint_drives_away_as_much_as_it_says() {
    let mut world = plain();
    world.n_people = 8_000;
    world.leaving = World::default().leaving;
    world.complaints = World::default().complaints;
    let lives = lives(&world);
    let sum = |of: &dyn Fn(&Life) -> f64| lives.iter().map(of).sum::<f64>();
    let left = |is_grudging: bool| {
        sum(&|life| f64::from(u8::from(life.disengaged_on.is_some() && life.is_grudging == is_grudging)))
    };
    let calm = left(false) / sum(&|life| f64::from(life.n_calm_days));
    let grudging = left(true) / sum(&|life| f64::from(life.n_grudge_days));
    assert!(200.0 < left(true), "{}", left(true));
    near(calm, 0.0012, 0.06);
    near(grudging / calm, 8.0, 0.15);
    near(sum(&|life| f64::from(life.n_ignored)) / sum(&|life| f64::from(life.n_complaints)), 0.4, 0.05);
    // Every answer follows its complaint by one to three days.
    for life in lives.iter().filter(|life| life.n_ignored == 0 && 0 < life.n_complaints).take(200) {
        let day_of = |what| move |act: Act| (act.what == what).then_some(act.day);
        let asked: Vec<u32> = life.acts(&world).filter_map(day_of(What::Complained)).collect();
        let told: Vec<u32> = life.acts(&world).filter_map(day_of(What::Replied)).collect();
        let is_prompt = |(asked, told): (&u32, &u32)| (1..=3).contains(&(told - asked));
        assert!(asked.len() - told.len() <= 1 && asked.iter().zip(&told).all(is_prompt), "{asked:?} {told:?}");
    }
}

#[test]
fn the_disengaged_come_less_until_they_come_back() {
    let mut world = plain();
    world.visits.shape = 20.0;
    world.leaving = parlour_stats::simulate::Leaving { per_day: 0.004, reawakening: 0.5, ..World::default().leaving };
    let (mut n_gone, mut n_fading, mut n_back) = (0.0, [0.0; 2], [0.0; 2]);
    for life in lives(&world) {
        let Some(on) = life.disengaged_on else { continue };
        let back = life.reawakened_on.unwrap_or(world.n_days);
        let days: Vec<u32> = life.acts(&world).filter(|act| act.what == What::Visited).map(|act| act.day).collect();
        let between = days.iter().filter(|day| (on..back).contains(*day)).count() as f64;
        if life.level_after > 0.0 {
            n_fading[0] += between;
            n_fading[1] += life.rate * f64::from(back - on);
        } else {
            n_gone += between;
        }
        if let Some(back) = life.reawakened_on {
            assert!(on + 30 <= back && days.contains(&back));
            n_back[0] += days.iter().filter(|day| back < **day).count() as f64;
            n_back[1] += life.rate * f64::from(world.n_days - back - 1);
        }
        near(life.level_on(on), life.level_after, 1e-15);
    }
    near(n_gone + 1.0, 1.0, 1e-15);
    near(n_fading[0] / n_fading[1], 0.2, 0.08);
    near(n_back[0] / n_back[1], 1.0, 0.04);
}

#[test]
fn worlds_that_cannot_be_are_refused() {
    let error = |change: &dyn Fn(&mut World)| {
        let mut world = World::default();
        change(&mut world);
        world.lives().err()
    };
    assert_eq!(error(&|_| {}), None);
    assert_eq!(error(&|world| world.visits.per_day = f64::NAN), Some(WorldError::Range("visits.per_day")));
    assert_eq!(error(&|world| world.leaving.fading = 1.5), Some(WorldError::Range("leaving.fading")));
    assert_eq!(
        error(&|world| world.visits.regularity = vec![(1.0, 0.0)]),
        Some(WorldError::Empty("visits.regularity"))
    );
    assert_eq!(
        error(&|world| world.visits.regularity = vec![(0.0, 1.0)]),
        Some(WorldError::Range("visits.regularity"))
    );
    assert_eq!(error(&|world| world.layers.clear()), Some(WorldError::Empty("layers")));
    assert_eq!(error(&|world| world.n_days = u32::MAX), Some(WorldError::TooLarge("n_days")));
    let nothing = World { n_days: 0, ..World::default() };
    assert_eq!(nothing.lives().unwrap().count(), 0);
    let nobody = World { n_people: 0, newcomers_per_day: 0.0, ..World::default() };
    assert_eq!(nobody.lives().unwrap().count(), 0);
}
