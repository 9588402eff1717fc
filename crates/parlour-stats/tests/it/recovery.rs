//! Our own generators: fitting finds the parameters again, and what is expected is what happens on average.

use parlour_stats::beta_geometric::{BetaGeometric, Form};
use parlour_stats::bg_bb::BgBb;
use parlour_stats::fit::{Fit, Identified, Options};
use parlour_stats::gamma_gamma::GammaGamma;
use parlour_stats::generate::{self, Life, Random};
use parlour_stats::history::Histories;
use parlour_stats::pareto_nbd::ParetoNbd;

use crate::near;

const N_PEOPLE: usize = 20_000;
const AGE: f64 = 52.0;
const AHEAD: f64 = 26.0;

/// Each parameter lies within four of its standard errors of the truth, and those say something.
#[track_caller]
fn recovered<M: std::fmt::Debug, const N: usize>(fit: &Fit<M, N>, found: [f64; N], truth: [f64; N]) {
    assert_eq!(fit.identified, Identified::Yes, "{fit:?}");
    for ((found, truth), error) in found.iter().zip(truth).zip(fit.standard_errors.unwrap()) {
        assert!((found - truth).abs() < 4.0 * error && error < 0.4 * truth, "{truth} became {found} ± {error}");
    }
}

/// What happened to everyone, beside what the model said would: those there at the end, and purchases ahead.
#[track_caller]
fn calibrated(lives: &[Life], p_alive: impl Fn(&Life) -> f64, expected: impl Fn(&Life) -> f64) {
    let n_alive = lives.iter().filter(|life| life.is_alive).count() as f64;
    near(lives.iter().map(p_alive).sum(), n_alive, 0.02);
    // And apart among those with some repeats, so that two errors cannot cancel.
    for some in [0, 1, 3] {
        let group: Vec<_> = lives.iter().filter(|life| some <= life.history.x()).collect();
        let happened: f64 = group.iter().map(|life| f64::from(life.n_ahead)).sum();
        near(group.iter().map(|life| expected(life)).sum(), happened, 0.04);
    }
}

#[test]
fn beta_geometric() {
    for (seed, form) in [(1, Form::Bg), (2, Form::Mbg), (3, Form::MbgCnbd(3))] {
        let truth = [0.9, 4.0, 0.8, 2.5];
        let model = BetaGeometric::new(form, truth).unwrap();
        let mut random = Random::new(seed);
        let lives: Vec<_> = (0..N_PEOPLE).map(|_| generate::beta_geometric(&model, AGE, AHEAD, &mut random)).collect();
        calibrated(&lives, |life| model.p_alive(&life.history), |life| model.expected(&life.history, AHEAD));
        let people = Histories::new(lives.iter().map(|life| life.history));
        let fit = BetaGeometric::fit(form, &people, Options::default()).unwrap();
        recovered(&fit, fit.model.parameters(), truth);
        if form == Form::MbgCnbd(3) {
            let found = BetaGeometric::fit_regularity(&people, Options::default()).unwrap();
            assert_eq!(found.model.form(), form);
        }
    }
}

#[test]
fn pareto_nbd() {
    let truth = [0.7, 8.0, 0.9, 15.0];
    let model = ParetoNbd::new(truth).unwrap();
    let mut random = Random::new(4);
    let lives: Vec<_> = (0..N_PEOPLE).map(|_| generate::pareto_nbd(&model, AGE, AHEAD, &mut random)).collect();
    calibrated(&lives, |life| model.p_alive(&life.history), |life| model.expected(&life.history, AHEAD));
    let people = Histories::new(lives.iter().map(|life| life.history));
    let fit = ParetoNbd::fit(&people, Options::default()).unwrap();
    recovered(&fit, fit.model.parameters(), truth);
}

#[test]
fn gamma_gamma() {
    let truth = [4.0, 3.5, 20.0];
    let model = GammaGamma::new(truth).unwrap();
    let mut random = Random::new(5);
    let spends: Vec<_> = (0..10_000_u32).map(|i| generate::gamma_gamma(&model, 1 + i % 5, &mut random)).collect();
    let fit = GammaGamma::fit(&spends, Options::default()).unwrap();
    recovered(&fit, fit.model.parameters(), truth);
}

#[test]
fn bg_bb() {
    let truth = [1.2, 0.8, 0.7, 2.8];
    let model = BgBb::new(truth).unwrap();
    let mut random = Random::new(6);
    let people: Vec<_> = (0..N_PEOPLE).map(|_| (generate::bg_bb(&model, 8, &mut random), 1.0)).collect();
    let fit = BgBb::fit(&people, Options::default()).unwrap();
    recovered(&fit, fit.model.parameters(), truth);
}

#[test]
fn seeds_repeat() {
    let draw = |seed| {
        let mut random = Random::new(seed);
        [random.uniform(), random.gamma(0.3, 2.0), random.beta(0.2, 3.0), random.normal()].map(f64::to_bits)
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}
