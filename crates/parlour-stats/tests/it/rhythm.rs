//! Rhythms: found again in people who have them, and better than silence and P(alive) at seeing who is gone.

use parlour_stats::detection::{Detection, Trace, detection};
use parlour_stats::fit::Options;
use parlour_stats::generate::Random;
use parlour_stats::history::{Histories, History};
use parlour_stats::model::{Fitted, Kind};
use parlour_stats::rhythm::{Rhythm, SHAPES};
use parlour_stats::simulate::{Life, What, World};

use crate::near;

/// Somebody with this shape and rate, `n` gaps, and then silent.
fn person(k: f64, rate: f64, n: u32, silent: f64, random: &mut Random) -> History {
    let gaps: Vec<f64> = (0..n).map(|_| random.gamma(k, k * rate)).collect();
    let t_x: f64 = gaps.iter().sum();
    History::new(n, t_x, t_x + silent).unwrap().with_litt(gaps.iter().map(|gap| gap.ln()).sum())
}

#[test]
fn the_shapes_of_a_mixed_people_are_found() {
    let mut random = Random::new(5);
    let people: Vec<History> = (0..4_000)
        .map(|i| {
            let rate = random.gamma(2.0, 20.0);
            person([1.0, 12.0][i % 2], rate, 3 + i as u32 % 20, 0.0, &mut random)
        })
        .collect();
    let rhythm = Rhythm::fit(&people).unwrap();
    let share = |from: f64, to: f64| -> f64 {
        SHAPES.iter().zip(rhythm.weights()).filter(|(k, _)| (from..=to).contains(*k)).map(|(_, weight)| weight).sum()
    };
    near(share(0.7, 1.5), 0.5, 0.08);
    near(share(8.0, 16.0), 0.5, 0.08);
    assert!(rhythm.shape(&person(12.0, 0.1, 20, 0.0, &mut random)) > 6.0);
    assert!(rhythm.shape(&person(1.0, 0.1, 20, 0.0, &mut random)) < 2.0);
}

#[test]
fn the_next_visit_comes_when_it_is_due() {
    let mut random = Random::new(6);
    let people: Vec<(History, f64)> = (0..1_500)
        .map(|i| {
            let (k, rate) = ([1.0, 4.0][i % 2], random.gamma(2.0, 20.0));
            let history = person(k, rate, 1 + i as u32 % 10, 0.0, &mut random);
            (history, random.gamma(k, k * rate))
        })
        .collect();
    let rhythm = Rhythm::fit(&people.iter().map(|(history, _)| *history).collect::<Vec<_>>()).unwrap();
    for p in [0.25, 0.5, 0.9] {
        let n_come = people.iter().filter(|(history, next)| *next <= rhythm.due(history, p)).count();
        let share = n_come as f64 / 1_500.0;
        // Three standard deviations of a share are 0.04 at most.
        assert!((share - p).abs() < 0.04, "{p} {share}");
    }
    // Who is silent already is due later.
    let (someone, _) = people[7];
    let silent = History::new(someone.x(), someone.t_x(), someone.t_x() * 1.5).unwrap().with_litt(someone.litt());
    assert!(rhythm.due(&someone, 0.5) < rhythm.due(&silent, 0.5));
    near(rhythm.longer(&someone, rhythm.due(&someone, 0.5)), 0.5, 1e-6);
}

/// The odds rise with silence, are those of the integral, and nothing is NaN at the edges.
#[test]
fn odds_of_gone() {
    let mut random = Random::new(7);
    let people: Vec<History> = (0..500).map(|i| person(2.0, 0.1, 1 + i % 9, 0.0, &mut random)).collect();
    let rhythm = Rhythm::fit(&people).unwrap();
    let at = |silent: f64| History::new(4, 40.0, 40.0 + silent).unwrap().with_litt(4.0 * 9.0_f64.ln());
    let by_hand = |silent: f64| {
        let steps = 4_000;
        let step = silent / f64::from(steps);
        (0..steps).map(|i| rhythm.longer(&at(0.0), step * (f64::from(i) + 0.5)) * step).sum::<f64>()
    };
    for silent in [0.5, 12.0, 60.0] {
        let odds = 0.001 * by_hand(silent) / rhythm.longer(&at(0.0), silent);
        near(rhythm.ln_odds_of_gone(&at(silent), 0.001), odds.ln(), 1e-4);
    }
    let mut last = f64::NEG_INFINITY;
    for silent in [0.0, 1.0, 10.0, 100.0, 1e4, 1e9] {
        let now = rhythm.ln_odds_of_gone(&at(silent), 0.001);
        assert!(now.is_finite() && last < now, "{silent} {now}");
        last = now;
    }
    for history in [History::NEW, History::new(0, 0.0, 1e9).unwrap(), History::new(50_000, 1.0, 1e6).unwrap()] {
        assert!(rhythm.ln_odds_of_gone(&history, 0.001).is_finite());
        assert!(rhythm.due(&history, 0.5).is_finite() && rhythm.shape(&history).is_finite());
    }
    assert!(Rhythm::fit(&[History::NEW]).is_err());
}

/// Everybody with three gaps by day 365 and still there, watched for half a year, under a score of their history each day.
fn watch(world: &World, people: &[(Life, Vec<f64>)], score: impl Fn(&History) -> f64) -> Detection {
    let (from, to) = (365, 545);
    let watched = |(life, times): &(Life, Vec<f64>)| -> Option<Trace> {
        let has_left = life.disengaged_on.is_some_and(|on| on < from);
        if has_left || known(times, from).x() < 3 {
            return None;
        }
        let scores = (from..life.reawakened_on.unwrap_or(to).min(to)).map(|day| (day, score(&known(times, day))));
        Some(match life.disengaged_on.filter(|on| *on < to) {
            Some(on) => Trace::leaving(on, scores),
            None => Trace::faithful(scores.map(|(_, score)| score)),
        })
    };
    assert!(to <= world.n_days);
    detection(&people.iter().filter_map(watched).collect::<Vec<_>>(), 0.05)
}

/// What is known at the end of a day, in days.
fn known(times: &[f64], day: u32) -> History {
    let end = f64::from(day) + 1.0;
    let n = times.partition_point(|at| *at < end).max(1);
    let litt = times[..n].windows(2).map(|pair| (pair[1] - pair[0]).max(1e-3).ln()).sum();
    let (first, last) = (times[0], times[n - 1]);
    History::new(n as u32 - 1, last - first, end - first).unwrap().with_litt(litt)
}

#[test]
fn own_rhythm_sees_more_and_sooner() {
    let mut world = World { n_people: 2_500, newcomers_per_day: 0.0, n_days: 545, ..World::default() };
    world.leaving.fading = 0.0;
    let times = |life: &Life| -> Vec<f64> {
        let visits = life.acts(&world).filter(|act| act.what == What::Visited);
        visits.map(|act| f64::from(act.day) + act.micros as f64 / 86_400e6).collect()
    };
    let people: Vec<(Life, Vec<f64>)> = world.lives().unwrap().map(|life| (life, times(&life))).collect();
    let histories: Vec<History> = people.iter().map(|(_, times)| known(times, 364)).collect();
    let rhythm = Rhythm::fit(&histories).unwrap();
    let pareto = Fitted::fit(Kind::ParetoNbd, &Histories::new(histories), Options::default()).unwrap().model;
    let own = watch(&world, &people, |history| rhythm.ln_odds_of_gone(history, 0.001));
    let alive = watch(&world, &people, |history| -pareto.p_alive(history));
    let silent = watch(&world, &people, |history| history.age() - history.t_x());
    assert!(own.false_alarms <= 0.05 && 200 < own.n_leaving && 800 < own.n_faithful, "{own:?}");
    assert!(silent.found < alive.found && alive.found < own.found, "{silent:?} {alive:?} {own:?}");
    let delay = |seen: &Detection| seen.median_delay.unwrap_or(f64::INFINITY);
    assert!(delay(&own) < delay(&alive) && delay(&alive) < delay(&silent), "{silent:?} {alive:?} {own:?}");
}
