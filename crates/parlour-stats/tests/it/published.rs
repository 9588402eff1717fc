//! Fits to the papers' own data: parameters, likelihoods and forecasts as published.

use parlour_stats::beta_geometric::{BetaGeometric, Form};
use parlour_stats::bg_bb::{BgBb, Chances};
use parlour_stats::fit::{Fit, Identified, Options};
use parlour_stats::gamma_gamma::{GammaGamma, Spend};
use parlour_stats::nbd::Nbd;
use parlour_stats::pareto_nbd::ParetoNbd;
use parlour_stats::shifted_beta_geometric::ShiftedBetaGeometric;

use crate::cdnow::{histories, people, rounded};
use crate::{digits, near};

const PLAIN: Options = Options { prior_sd: None };

#[track_caller]
fn check<M: std::fmt::Debug, const N: usize>(fit: &Fit<M, N>, found: [f64; N], published: [&str; N], ln: &str) {
    assert_eq!(fit.identified, Identified::Yes, "{fit:?}");
    for (value, expected) in found.iter().zip(published) {
        digits(*value, expected);
    }
    digits(fit.log_likelihood, ln);
}

#[test]
fn bg_nbd() {
    let fit = BetaGeometric::fit(Form::Bg, &rounded(), PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.2426", "4.4135", "0.7929", "2.4258"], "-9582.43");
    let fit = BetaGeometric::fit(Form::Bg, &histories(), PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.243", "4.414", "0.793", "2.426"], "-9582.429");
}

#[test]
fn mbg_nbd() {
    let fit = BetaGeometric::fit(Form::Mbg, &rounded(), PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.52484", "6.18299", "0.89136", "1.61400"], "-9582.13");
}

#[test]
fn pareto_nbd() {
    let fit = ParetoNbd::fit(&histories(), PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.553", "10.578", "0.606", "11.669"], "-9594.98");
    let published = [0.0476, 0.8427, 0.1873, 6.2105];
    for (error, published) in fit.standard_errors.unwrap().iter().zip(published) {
        near(*error, published, 0.01);
    }
}

#[test]
fn nbd() {
    let fit = Nbd::fit(&rounded(), PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.38477", "12.0721"], "-9763.66");
}

#[test]
fn no_regularity_in_cdnow() {
    let people = histories();
    digits(BetaGeometric::fit(Form::MbgCnbd(2), &people, PLAIN).unwrap().log_likelihood, "-9853.25");
    let best = BetaGeometric::fit_regularity(&people, PLAIN).unwrap();
    assert_eq!(best.model.form(), Form::MbgCnbd(1));
    digits(best.log_likelihood, "-9582.14");
}

#[test]
fn gamma_gamma() {
    let spends: Vec<Spend> = people().iter().map(|person| person.spend).collect();
    let fit = GammaGamma::fit(&spends, PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["6.2488", "3.7446", "15.448"], "-4055.92");
    near(fit.n_people, 946.0, 1e-15);
    // γ is published as 15.4478; the top is at 15.44775, higher by 1e-9, where a search by likelihood alone cannot see it.
    let at = |parameters| {
        let model = GammaGamma::new(parameters).unwrap();
        spends.iter().map(|spend| model.log_likelihood(spend)).sum::<f64>()
    };
    let [p, q, gamma] = fit.model.parameters();
    digits(gamma, "15.4477");
    let higher = at([p, q, gamma]) - at([6.2488, 3.7446, 15.4478]);
    assert!((0.0..1e-8).contains(&higher), "{higher}");
    for beside in [[p * 1.0001, q, gamma], [p, q * 1.0001, gamma], [p, q, gamma * 1.0001], [p, q, gamma / 1.0001]] {
        assert!(at(beside) < at([p, q, gamma]) - 1e-7, "{beside:?}");
    }
}

#[test]
fn bg_bb_of_donations() {
    let n_people = [
        ((0, 0), 3464.0),
        ((1, 1), 1091.0),
        ((1, 2), 277.0),
        ((1, 3), 129.0),
        ((1, 4), 78.0),
        ((1, 5), 119.0),
        ((1, 6), 129.0),
        ((2, 2), 613.0),
        ((2, 3), 255.0),
        ((2, 4), 155.0),
        ((2, 5), 173.0),
        ((2, 6), 234.0),
        ((3, 3), 322.0),
        ((3, 4), 181.0),
        ((3, 5), 225.0),
        ((3, 6), 357.0),
        ((4, 4), 240.0),
        ((4, 5), 284.0),
        ((4, 6), 512.0),
        ((5, 5), 335.0),
        ((5, 6), 728.0),
        ((6, 6), 1203.0),
    ];
    let people = n_people.map(|((x, t_x), weight)| (Chances::new(x, t_x, 6).unwrap(), weight));
    let fit = BgBb::fit(&people, PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["1.2035", "0.7497", "0.6567", "2.7834"], "-33225.58");
    near(fit.n_people, 11_104.0, 1e-15);
}

#[test]
fn contracts_of_two_segments() {
    let high_end = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1].map(|share| share * 10.0);
    let fit = ShiftedBetaGeometric::fit_survivors(&high_end, PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.6681", "3.8061"], "-1611.158");
    let regular = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1].map(|share| share * 10.0);
    let fit = ShiftedBetaGeometric::fit_survivors(&regular, PLAIN).unwrap();
    check(&fit, fit.model.parameters(), ["0.7041", "1.1820"], "-1680.265");
    let model = fit.model;
    let by_hand: f64 = (3..2000_u32).map(|n| model.survival(n) / model.survival(2) / 1.1_f64.powi(n as i32 - 3)).sum();
    near(model.residual(2, 0.1), by_hand, 1e-9);
    near(model.survival(3), model.retention(1) * model.retention(2) * model.retention(3), 1e-14);
}
