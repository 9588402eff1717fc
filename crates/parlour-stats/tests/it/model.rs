//! The one face of the models.

use parlour_stats::fit::{FallBack, FitError, Identified, Options};
use parlour_stats::gamma_gamma::{GammaGamma, Spend};
use parlour_stats::generate::Random;
use parlour_stats::history::{Histories, History};
use parlour_stats::model::{Fitted, Kind, Model, Regularity};
use parlour_stats::value::{Worth, lifetime_value, value_within};

use crate::cdnow::histories;
use crate::{digits, near};

const PLAIN: Options = Options { prior_sd: None };

fn bg() -> Model {
    Model::from_parameters(Kind::Bg, &[0.243, 4.414, 0.793, 2.426]).unwrap()
}

#[test]
fn every_kind_can_be_written_down_and_read_again() {
    for kind in Kind::ALL {
        let fitted = Fitted::fit(kind, &histories(), PLAIN).unwrap();
        assert_eq!(fitted.identified, Identified::Yes);
        let values: Vec<f64> = fitted.model.parameters().iter().map(|(_, value)| *value).collect();
        let again = Model::from_parameters(Kind::from_name(fitted.model.name()).unwrap(), &values).unwrap();
        assert_eq!(again, fitted.model);
        let named = fitted.parameters();
        assert_eq!(named.len(), values.len());
        for (name, value, error) in named {
            assert!(if name == "k" { error.is_none() } else { error.unwrap() < value }, "{kind:?} {name} {error:?}");
        }
    }
    assert_eq!(Kind::from_name("crystal_ball"), None);
    assert_eq!(Model::from_parameters(Kind::Nbd, &[1.0]), Err(FitError::Count { asked: 2, given: 1 }));
    let half = [2.5, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(Model::from_parameters(Kind::MbgCnbd(Regularity::Likeliest), &half), Err(FitError::Regularity));
}

#[test]
fn where_nobody_leaves_the_nbd_stands_in() {
    let mut random = Random::new(3);
    let mut person = || {
        let rate = random.gamma(2.0, 8.0);
        let (mut x, mut t_x) = (0, 0.0);
        loop {
            let next = t_x + random.exponential() / rate;
            if 52.0 < next {
                return History::new(x, t_x, 52.0).unwrap();
            }
            (x, t_x) = (x + 1, next);
        }
    };
    let people = Histories::new((0..1000).map(|_| person()));
    let fitted = Fitted::fit(Kind::ParetoNbd, &people, PLAIN).unwrap();
    assert!(matches!(fitted.identified, Identified::No { fall_back: FallBack::Nbd, .. }), "{fitted:?}");
    assert_eq!((fitted.asked, fitted.model.kind()), (Kind::ParetoNbd, Kind::Nbd));
    assert_eq!(fitted.parameters().len(), 2);
}

/// The sum of discounted increments over short steps, as the papers of lifetimes have it.
fn by_steps(model: &Model, history: &History, delta: f64) -> f64 {
    let step = 0.25;
    let mut before = 0.0;
    (1..1_600_u32)
        .map(|i| {
            let now = model.expected(history, step * f64::from(i));
            let increment = now - before;
            before = now;
            increment * (-delta * step * (f64::from(i) - 0.5)).exp()
        })
        .sum()
}

#[test]
fn discounted_residual_is_the_sum_of_discounted_increments() {
    let cnbd = Model::from_parameters(Kind::MbgCnbd(Regularity::Of(3)), &[3.0, 0.9, 2.0, 0.8, 2.5]).unwrap();
    let mbg = Model::from_parameters(Kind::Mbg, &[0.525, 6.183, 1.0, 1.614]).unwrap();
    let pareto = Model::from_parameters(Kind::ParetoNbd, &[0.553, 10.578, 0.606, 11.669]).unwrap();
    for model in [bg(), mbg, pareto, cnbd] {
        for (x, t_x, age) in [(0, 0.0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31.0), (0, 0.0, 0.0)] {
            let history = History::new(x, t_x, age).unwrap();
            let exact = model.dert(&history, 0.05);
            near(exact, by_steps(&model, &history, 0.05), 1e-4);
            assert!(exact < model.dert(&history, 0.03));
        }
    }
    digits(pareto.dert(&History::new(2, 30.43, 38.86).unwrap(), 0.0027), "6.483773568");
    for delta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(bg().dert(&History::NEW, delta).to_bits(), 0.0_f64.to_bits());
    }
    for delta in [1e-300, 1e-12, 1e12, 1e300] {
        assert!(bg().dert(&History::NEW, delta).is_finite(), "{delta}");
    }
}

#[test]
fn many_are_forecast_as_one_is() {
    let people: Vec<History> = histories().iter().flat_map(|(history, n)| vec![history; n as usize]).collect();
    for kind in Kind::ALL {
        let model = Fitted::fit(kind, &histories(), PLAIN).unwrap().model;
        let made = model.predict_all(&people, 39.0);
        for (history, made) in people.iter().zip(&made).step_by(7) {
            near(made.expected, model.expected(history, 39.0), 1e-15);
            near(made.p_alive, model.p_alive(history), 1e-15);
        }
        let sum: f64 = model.predict_distinct(&histories(), 39.0).iter().map(|(_, n, made)| n * made.expected).sum();
        near(made.iter().map(|made| made.expected).sum(), sum, 1e-12);
    }
}

#[test]
fn lifetime_value_is_margin_times_value_times_residual() {
    let gamma_gamma = GammaGamma::new([6.25, 3.74, 15.44]).unwrap();
    let history = History::new(2, 30.43, 38.86).unwrap();
    let pareto = Model::from_parameters(Kind::ParetoNbd, &[0.553, 10.578, 0.606, 11.669]).unwrap();
    let spend = Spend { x: 2, mean: 22.35, weight: 1.0 };
    let worth = Worth { model: &pareto, gamma_gamma: &gamma_gamma, history: &history, spend: &spend };
    near(lifetime_value(0.3, &worth, 0.0027).unwrap(), 0.3 * 24.663_713_9 * 6.483_773_568, 1e-8);
    let within = value_within(0.3, &worth, 52.0).unwrap();
    near(within, 0.3 * 24.663_713_9 * 1.850_826_720_7, 1e-8);
    let nobody_knows = GammaGamma::new([6.25, 0.9, 15.44]).unwrap();
    let new = Spend { x: 0, mean: 0.0, weight: 1.0 };
    let worth = Worth { gamma_gamma: &nobody_knows, spend: &new, ..worth };
    assert_eq!(lifetime_value(0.3, &worth, 0.0027), None);
}

/// On CDNOW the ends lie about two standard errors away, farther up than down as the likelihood is skewed.
#[test]
fn intervals_by_profile() {
    for kind in [Kind::Mbg, Kind::ParetoNbd, Kind::Nbd] {
        let fitted = Fitted::fit(kind, &histories(), PLAIN).unwrap();
        for (name, value, error) in fitted.parameters() {
            let interval = fitted.profile_interval(&histories(), name).unwrap();
            let (from, to) = (interval.from.unwrap(), interval.to.unwrap());
            let error = error.unwrap();
            assert!((1.0..2.2).contains(&((value - from) / error)), "{name} {from} {value} ± {error}");
            assert!((1.8..6.0).contains(&((to - value) / error)), "{name} {to} {value} ± {error}");
            // Held at its end, the likelihood has fallen by half of χ²'s 3.84 with the others free, and by more with them held.
            let held = |at: f64| {
                let values: Vec<f64> =
                    fitted.model.parameters().iter().map(|(other, v)| if *other == name { at } else { *v }).collect();
                let model = Model::from_parameters(kind, &values).unwrap();
                histories().iter().map(|(history, n)| n * model.log_likelihood(&history)).sum::<f64>()
            };
            assert!(held(from) < fitted.log_likelihood - 1.92 && held(to) < fitted.log_likelihood - 1.92);
        }
        assert_eq!(fitted.profile_interval(&histories(), "kindness"), None);
    }
    // Everybody alike: nothing says how much people differ, and no r is too high.
    let people = Histories::new(vec![History::new(1, 5.0, 10.0).unwrap(); 50]);
    let fitted = Fitted::fit(Kind::Nbd, &people, PLAIN).unwrap();
    assert_eq!(fitted.profile_interval(&people, "r").unwrap().to, None);
}
