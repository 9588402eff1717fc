//! Detection scored: by hand, and in a world where the truth is known.

use parlour_stats::detection::{Detection, Trace, detection, detection_at, threshold};
use parlour_stats::simulate::{Act, Life, What, World};

use crate::near;

#[test]
fn by_hand() {
    let mut traces: Vec<Trace> = (1..=20).map(|i| Trace::faithful([0.0, f64::from(i), 0.5])).collect();
    traces.push(Trace::leaving(10, [(8, 3.0), (9, 30.0), (10, 1.0), (12, 19.0), (13, 19.5), (14, 25.0)]));
    traces.push(Trace::leaving(10, [(9, 3.0), (15, 19.0), (30, 40.0), (31, 2.0)]));
    traces.push(Trace::leaving(10, [(9, 3.0), (15, 18.0)]));
    near(threshold(&traces, 0.05), 19.0, 1e-15);
    let seen = detection(&traces, 0.05);
    let third = Some(1.0 / 3.0);
    assert_eq!((seen.n_faithful, seen.n_leaving, seen.early), (20, 3, third));
    near(seen.false_alarms, 0.05, 1e-15);
    near(seen.found.unwrap(), 2.0 / 3.0, 1e-15);
    assert_eq!((seen.median_delay, seen.median_delay_of_found), (Some(20.0), Some(11.5)));
    let strict = detection(&traces, 0.0);
    assert_eq!((strict.threshold, strict.false_alarms), (20.0, 0.0));
    // Ties never let through more than is allowed.
    let tied: Vec<Trace> = (0..20).map(|_| Trace::faithful([7.0])).collect();
    near(detection(&tied, 0.05).false_alarms, 0.0, 1e-15);
    let nobody = detection(&[], 0.05);
    assert_eq!((nobody.found, nobody.median_delay, nobody.false_alarms), (None, None, 0.0));
}

#[test]
fn alarms_without_scores() {
    let traces = [
        Trace::alarmed(None, None),
        Trace::alarmed(None, Some(3)),
        Trace::alarmed(Some(10), Some(14)),
        Trace::alarmed(Some(10), Some(7)),
        Trace::alarmed(Some(10), None),
    ];
    let seen = detection_at(&traces, 0.0);
    near(seen.false_alarms, 0.5, 1e-15);
    near(seen.found.unwrap(), 2.0 / 3.0, 1e-15);
    near(seen.early.unwrap(), 1.0 / 3.0, 1e-15);
    assert_eq!(seen.median_delay, Some(4.0));
}

/// Silence in days, and silence in own mean gaps, of everybody with a dozen visits by day 365, watched for half a year.
fn watch(world: &World, score: impl Fn(f64, f64) -> f64) -> Detection {
    let (from, to) = (365, 545);
    let watched = |life: Life| -> Option<Trace> {
        let days: Vec<u32> =
            life.acts(world).filter(|act: &Act| act.what == What::Visited).map(|act| act.day).collect();
        let before = days.iter().filter(|day| **day < from).count();
        if before < 12 || life.disengaged_on.is_some_and(|on| on < from) {
            return None;
        }
        let scores = (from..life.reawakened_on.unwrap_or(to).min(to)).map(|day| {
            let known = days.partition_point(|at| *at <= day);
            let gap = f64::from(days[known - 1] - days[0]) / (known - 1) as f64;
            (day, score(f64::from(day - days[known - 1]), gap))
        });
        Some(match life.disengaged_on.filter(|on| *on < to) {
            Some(on) => Trace::leaving(on, scores),
            None => Trace::faithful(scores.map(|(_, score)| score)),
        })
    };
    let traces: Vec<Trace> = world.lives().unwrap().filter_map(watched).collect();
    detection(&traces, 0.05)
}

#[test]
fn a_rhythm_of_ones_own_finds_more_and_sooner() {
    let mut world = World { n_people: 3_000, newcomers_per_day: 0.0, n_days: 545, ..World::default() };
    world.leaving.fading = 0.0;
    let silence = watch(&world, |silent, _| silent);
    let own = watch(&world, |silent, gap| silent / gap);
    assert!(400 < own.n_faithful && 50 < own.n_leaving, "{own:?}");
    assert!(own.false_alarms <= 0.05 && silence.false_alarms <= 0.05);
    assert!(
        silence.found < own.found && own.median_delay_of_found < silence.median_delay_of_found,
        "{silence:?} {own:?}"
    );
}
