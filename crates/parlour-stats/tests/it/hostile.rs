//! People no model was made for, and parameters at the edges: an answer that is finite and says what it is worth.

use parlour_stats::beta_geometric::{BetaGeometric, Form};
use parlour_stats::fit::{FallBack, Fit, FitError, Identified, Options};
use parlour_stats::gamma_gamma::{GammaGamma, Spend};
use parlour_stats::generate::Random;
use parlour_stats::history::{Histories, History, HistoryError};
use parlour_stats::nbd::Nbd;
use parlour_stats::pareto_nbd::ParetoNbd;
use parlour_stats::shifted_beta_geometric::ShiftedBetaGeometric;
use proptest::prelude::*;

use crate::cdnow::histories;
use crate::near;

const PLAIN: Options = Options { prior_sd: None };
const FORMS: [Form; 4] = [Form::Bg, Form::Mbg, Form::MbgCnbd(2), Form::MbgCnbd(12)];

fn history(x: u32, t_x: f64, age: f64) -> History {
    History::new(x, t_x, age).unwrap()
}

/// Fits every model; each must be finite in all that is asked of it. Returns whether each is identified: BG, MBG, Pareto.
#[track_caller]
fn all_finite(people: &[History]) -> [Identified; 3] {
    let compressed = Histories::new(people.iter().copied());
    let mut identified = [Identified::Yes; 3];
    for (i, form) in FORMS.into_iter().enumerate() {
        let fit = BetaGeometric::fit(form, &compressed, PLAIN).unwrap();
        sound(&fit, fit.model.parameters());
        for (history, _) in compressed.iter() {
            sane(fit.model.p_alive(&history), fit.model.p_alive_ahead(&history, history.age()));
            finite(&[fit.model.expected(&history, history.age()), fit.model.log_likelihood(&history)]);
        }
        if i < 2 {
            identified[i] = fit.identified;
        }
    }
    let fit = ParetoNbd::fit(&compressed, PLAIN).unwrap();
    sound(&fit, fit.model.parameters());
    for (history, _) in compressed.iter() {
        sane(fit.model.p_alive(&history), fit.model.p_alive_ahead(&history, history.age()));
        finite(&[fit.model.expected(&history, history.age()), fit.model.log_likelihood(&history)]);
        finite(&[fit.model.discounted(&history, 0.003)]);
    }
    identified[2] = fit.identified;
    let fit = Nbd::fit(&compressed, PLAIN).unwrap();
    sound(&fit, fit.model.parameters());
    identified
}

#[track_caller]
fn sound<M: std::fmt::Debug, const N: usize>(fit: &Fit<M, N>, parameters: [f64; N]) {
    finite(&parameters);
    finite(&[fit.log_likelihood]);
    finite(&fit.standard_errors.unwrap_or([0.0; N]));
    if fit.identified == Identified::Yes {
        assert!(fit.standard_errors.is_some(), "{fit:?}");
    } else {
        assert!(parameters.iter().all(|p| (1e-12..1e12).contains(p)), "{fit:?}");
    }
}

#[track_caller]
fn sane(p_alive: f64, later: f64) {
    assert!((0.0..=1.0).contains(&p_alive) && 0.0 <= later && later <= p_alive * (1.0 + 1e-12), "{p_alive} {later}");
}

#[track_caller]
fn finite(values: &[f64]) {
    assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
}

#[test]
fn nobody_ever_came_back() {
    let people: Vec<_> = (0..1000).map(|i| history(0, 0.0, f64::from(10 + i % 40))).collect();
    for identified in all_finite(&people) {
        assert!(matches!(identified, Identified::No { .. }), "{identified:?}");
    }
}

#[test]
fn everyone_is_the_same() {
    for identified in all_finite(&vec![history(3, 20.0, 40.0); 500]) {
        assert!(matches!(identified, Identified::No { .. }), "{identified:?}");
    }
}

/// Three repeats each, the last within a hundredth of the same time: nothing tells one person from another.
#[test]
fn everyone_is_nearly_the_same() {
    for (x, spread) in [(3, 0.01), (3, 0.001), (1, 0.01), (12, 0.01)] {
        let mut random = Random::new(12);
        let people: Vec<_> =
            (0..500).map(|_| history(x, 30.0 * (1.0 + spread * (random.uniform() - 0.5)), 40.0)).collect();
        for identified in all_finite(&people) {
            assert!(matches!(identified, Identified::No { .. }), "{x} {spread} {identified:?}");
        }
    }
}

#[test]
fn few_people() {
    let few: Vec<History> = histories().iter().map(|(history, _)| history).step_by(50).take(20).collect();
    assert_eq!(few.len(), 20);
    all_finite(&few);
    all_finite(&few[..3]);
    all_finite(&few[..1]);
}

#[test]
fn nobody_leaves() {
    let mut random = Random::new(11);
    let mut person = || {
        let rate = random.gamma(2.0, 8.0);
        let (mut x, mut t_x) = (0, 0.0);
        loop {
            let next = t_x + random.exponential() / rate;
            if 52.0 < next {
                return history(x, t_x, 52.0);
            }
            (x, t_x) = (x + 1, next);
        }
    };
    let people: Vec<_> = (0..1000).map(|_| person()).collect();
    for identified in all_finite(&people) {
        assert!(matches!(identified, Identified::No { fall_back: FallBack::Nbd, .. }), "{identified:?}");
    }
    let nbd = Nbd::fit(&Histories::new(people), PLAIN).unwrap();
    assert_eq!(nbd.identified, Identified::Yes);
    near(nbd.model.parameters()[0], 2.0, 0.2);
}

#[test]
fn one_giant_among_a_thousand() {
    let mut people: Vec<History> = histories().iter().map(|(history, _)| history).take(1000).collect();
    people.push(history(20_000, 38.8, 38.86));
    all_finite(&people);
    let compressed = Histories::new(people);
    let fit = BetaGeometric::fit(Form::Mbg, &compressed, PLAIN).unwrap();
    assert!(0.99 < fit.model.p_alive(&history(20_000, 38.8599, 38.86)));
    assert!(fit.model.p_alive(&history(20_000, 30.0, 38.86)) < 1e-6);
}

#[test]
fn the_unit_of_time_does_not_matter() {
    const SECONDS: f64 = 7.0 * 86_400.0;
    let weeks = histories();
    let seconds = Histories::weighted(
        weeks.iter().map(|(h, weight)| (history(h.x(), h.t_x() * SECONDS, h.age() * SECONDS), weight)),
    )
    .unwrap();
    let (someone, in_seconds) = (history(2, 30.0, 39.0), history(2, 30.0 * SECONDS, 39.0 * SECONDS));
    for form in FORMS {
        let [a, b] = [&weeks, &seconds].map(|people| BetaGeometric::fit(form, people, PLAIN).unwrap());
        assert_eq!((a.identified, b.identified), (Identified::Yes, Identified::Yes), "{form:?}");
        near(a.model.expected(&someone, 52.0), b.model.expected(&in_seconds, 52.0 * SECONDS), 1e-4);
    }
    let [a, b] = [&weeks, &seconds].map(|people| ParetoNbd::fit(people, PLAIN).unwrap());
    assert_eq!((a.identified, b.identified), (Identified::Yes, Identified::Yes));
    near(a.model.expected(&someone, 52.0), b.model.expected(&in_seconds, 52.0 * SECONDS), 1e-4);
}

#[test]
fn removable_singularities_are_removed() {
    let someone = history(3, 20.0, 40.0);
    let at = |a: f64| {
        let models = [Form::Bg, Form::Mbg].map(|form| BetaGeometric::new(form, [0.5, 6.0, a, 1.5]).unwrap());
        models.map(|model| model.expected(&someone, 52.0))
    };
    let pareto = |r: f64, alpha: f64, s: f64, beta: f64| {
        let model = ParetoNbd::new([r, alpha, s, beta]).unwrap();
        [model.log_likelihood(&someone), model.expected(&someone, 52.0), model.discounted(&someone, 0.003)]
    };
    for (near_by, there) in [
        (at(1.0 - 1e-9).to_vec(), at(1.0).to_vec()),
        (pareto(0.6, 10.0, 1.0 + 1e-9, 12.0).to_vec(), pareto(0.6, 10.0, 1.0, 12.0).to_vec()),
        (pareto(0.6, 10.0 + 1e-8, 0.7, 10.0).to_vec(), pareto(0.6, 10.0, 0.7, 10.0).to_vec()),
    ] {
        for (near_by, there) in near_by.into_iter().zip(there) {
            near(there, near_by, 1e-7);
            assert!(there.is_finite());
        }
    }
}

#[test]
fn what_is_not_a_history_is_refused() {
    assert_eq!(History::new(1, f64::NAN, 2.0), Err(HistoryError::Time("t_x")));
    assert_eq!(History::new(1, 1.0, f64::INFINITY), Err(HistoryError::Time("T")));
    assert_eq!(History::new(1, 3.0, 2.0), Err(HistoryError::Order));
    assert_eq!(History::new(0, 1.0, 2.0), Err(HistoryError::Order));
    assert_eq!(Histories::weighted([(History::NEW, -1.0)]).unwrap_err(), HistoryError::Weight);
    let nobody = Histories::new([]);
    assert_eq!(BetaGeometric::fit(Form::Mbg, &nobody, PLAIN).unwrap_err(), FitError::Nobody("r"));
    assert_eq!(ParetoNbd::fit(&nobody, PLAIN).unwrap_err(), FitError::Nobody("r"));
    assert_eq!(BetaGeometric::fit(Form::MbgCnbd(13), &nobody, PLAIN).unwrap_err(), FitError::Regularity);
    assert_eq!(BetaGeometric::new(Form::Bg, [1.0, 0.0, 1.0, 1.0]), Err(FitError::Parameter("alpha")));
    assert_eq!(ParetoNbd::new([1.0, 1.0, 1.0, f64::NAN]), Err(FitError::Parameter("beta")));
    let wide = Options { prior_sd: Some(0.0) };
    assert_eq!(Nbd::fit(&histories(), wide).unwrap_err(), FitError::Prior);
}

#[test]
fn a_prior_holds_back_little_where_there_is_much_to_see() {
    let free = BetaGeometric::fit(Form::Mbg, &histories(), PLAIN).unwrap();
    let held = BetaGeometric::fit(Form::Mbg, &histories(), Options { prior_sd: Some(2.0) }).unwrap();
    for (free, held) in free.model.parameters().into_iter().zip(held.model.parameters()) {
        near(held, free, 0.05);
    }
    assert!(held.log_likelihood < free.log_likelihood);
}

#[test]
fn money_at_its_edges() {
    let spends = |means: &[f64]| means.iter().map(|mean| Spend { x: 2, mean: *mean, weight: 1.0 }).collect::<Vec<_>>();
    assert_eq!(GammaGamma::fit(&spends(&[0.0, -5.0, f64::NAN]), PLAIN).unwrap_err(), FitError::Nobody("p"));
    for means in [&[9.99; 50][..], &[1e-6, 1e9, 3.0], &[12.0]] {
        let fit = GammaGamma::fit(&spends(means), PLAIN).unwrap();
        finite(&fit.model.parameters());
        finite(&[fit.log_likelihood]);
    }
    let survivors = ShiftedBetaGeometric::fit_survivors(&[100.0, 100.0, 100.0], PLAIN).unwrap();
    assert!(matches!(survivors.identified, Identified::No { .. }));
    finite(&[survivors.model.survival(1_000_000), survivors.model.residual(5, 0.1)]);
}

proptest! {
    #[test]
    fn never_nan(
        exponents in [-12.0..12.0f64, -12.0..12.0, -12.0..12.0, -12.0..12.0],
        x in prop_oneof![0..5_u32, 0..50_000_u32],
        age in prop_oneof![0.0..100.0f64, 0.0..1e9],
        share in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64],
        ahead in prop_oneof![Just(0.0), 0.0..1e3f64, 0.0..1e12],
    ) {
        let parameters = exponents.map(|e| 2.0_f64.powf(e * 2.0));
        let history = history(x, if x == 0 { 0.0 } else { share * age }, age);
        for form in FORMS {
            let model = BetaGeometric::new(form, parameters).unwrap();
            let p_alive = model.p_alive(&history);
            sane(p_alive, model.p_alive_ahead(&history, ahead));
            finite(&[model.log_likelihood(&history)]);
            let expected = model.expected(&history, ahead);
            prop_assert!(expected.is_finite() && 0.0 <= expected, "{form:?} {expected}");
        }
        let model = ParetoNbd::new(parameters).unwrap();
        sane(model.p_alive(&history), model.p_alive_ahead(&history, ahead));
        let values = [model.log_likelihood(&history), model.expected(&history, ahead), model.discounted(&history, 0.003)];
        prop_assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
    }
}
