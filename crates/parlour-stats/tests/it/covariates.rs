//! Covariates: found again where they were put in, and refused where they say nothing.

use parlour_stats::beta_geometric::{BetaGeometric, Form};
use parlour_stats::covariates::{CovariatesError, Known, WithCovariates};
use parlour_stats::fit::{FitError, Options};
use parlour_stats::generate::{self, Random};
use parlour_stats::history::{Histories, History};
use parlour_stats::model::{Fitted, Kind};
use parlour_stats::pareto_nbd::ParetoNbd;

use crate::cdnow::histories;
use crate::near;

const PLAIN: Options = Options { prior_sd: None };

/// People whose rate grows by exp(0.5 z₁) and whose leaving by exp(−0.4 z₂), z₁ normal about 2, z₂ a coin.
fn people(kind: Kind, truth: [f64; 4], n: usize, random: &mut Random) -> Vec<Known> {
    let person = |_| {
        let z = [2.0 + random.normal(), f64::from(u8::from(random.chance(0.5)))];
        let (rate, leaving) = ((0.5 * (z[0] - 2.0)).exp(), (-0.4 * (z[1] - 0.5)).exp());
        let [r, alpha, c, d] = truth;
        let of_form = |form, random: &mut Random| {
            let model = BetaGeometric::new(form, [r, alpha / rate, c * leaving, d / leaving]).unwrap();
            generate::beta_geometric(&model, 52.0, 0.0, random)
        };
        let life = match kind {
            Kind::Bg => of_form(Form::Bg, random),
            Kind::Mbg => of_form(Form::Mbg, random),
            Kind::ParetoNbd | Kind::MbgCnbd(_) | Kind::Nbd => {
                let model = ParetoNbd::new([r, alpha / rate, c, d / leaving]).unwrap();
                generate::pareto_nbd(&model, 52.0, 0.0, random)
            }
        };
        let history = life.history;
        Known { history, covariates: z.to_vec() }
    };
    (0..n).map(person).collect()
}

#[test]
fn coefficients_are_found_again() {
    let mut random = Random::new(21);
    for (kind, truth) in
        [(Kind::Bg, [0.9, 4.0, 0.8, 2.5]), (Kind::Mbg, [0.9, 4.0, 0.8, 2.5]), (Kind::ParetoNbd, [0.7, 8.0, 0.9, 15.0])]
    {
        let fit = WithCovariates::fit(kind, &people(kind, truth, 6_000, &mut random), PLAIN).unwrap();
        assert_eq!(fit.open, None);
        let values = fit.model.average().parameters().into_iter().map(|(_, value)| value);
        let found: Vec<f64> =
            values.chain(fit.model.of_rate().to_vec()).chain(fit.model.of_leaving().to_vec()).collect();
        let truth = truth.into_iter().chain([0.5, 0.0, 0.0, -0.4]);
        let errors = fit.standard_errors.unwrap();
        for ((found, truth), error) in found.iter().zip(truth).zip(&errors) {
            assert!((found - truth).abs() < 4.0 * error, "{kind:?}: {truth} became {found} ± {error}");
        }
        assert!(errors[4..].iter().all(|error| *error < 0.12), "{kind:?} {errors:?}");
    }
}

#[test]
fn a_covariate_that_means_nothing_changes_little() {
    let mut random = Random::new(22);
    for kind in [Kind::Mbg, Kind::ParetoNbd] {
        let people: Vec<Known> = histories()
            .iter()
            .flat_map(|(history, n)| vec![history; n as usize])
            .map(|history| Known { history, covariates: vec![random.normal()] })
            .collect();
        let plain = Fitted::fit(kind, &histories(), PLAIN).unwrap();
        let fit = WithCovariates::fit(kind, &people, PLAIN).unwrap();
        // Twice the gain is χ² of two degrees of freedom: beyond 14 once in a thousand.
        let gain = fit.log_likelihood - plain.log_likelihood;
        assert!((-1e-6..7.0).contains(&gain), "{gain}");
        let someone = History::new(2, 30.0, 38.0).unwrap();
        near(fit.model.of(&[f64::NAN]).expected(&someone, 39.0), fit.model.average().expected(&someone, 39.0), 1e-15);
    }
}

#[test]
fn what_says_nothing_is_refused() {
    let person =
        |covariates: &[f64]| Known { history: History::new(1, 2.0, 9.0).unwrap(), covariates: covariates.to_vec() };
    let fit = |people: &[Known]| WithCovariates::fit(Kind::Mbg, people, PLAIN).unwrap_err();
    assert_eq!(fit(&[]), CovariatesError::Fit(FitError::Nobody("r")));
    assert_eq!(fit(&[person(&[])]), CovariatesError::Count);
    assert_eq!(fit(&[person(&[0.0; 5])]), CovariatesError::Count);
    assert_eq!(fit(&[person(&[1.0]), person(&[1.0, 2.0])]), CovariatesError::Count);
    assert_eq!(fit(&[person(&[0.0, 3.0]), person(&[1.0, 3.0])]), CovariatesError::Constant(1));
    assert_eq!(fit(&[person(&[f64::NAN]), person(&[1.0])]), CovariatesError::Constant(0));
    let nbd = WithCovariates::fit(Kind::Nbd, &[person(&[1.0])], PLAIN).unwrap_err();
    assert_eq!(nbd, CovariatesError::Model("nbd"));
    // Two people determine nothing, and yet the answer is finite.
    let fit = WithCovariates::fit(Kind::Mbg, &[person(&[1.0]), person(&[2.0])], PLAIN).unwrap();
    assert!(fit.open.is_some());
    let history = Histories::new([History::NEW]).iter().next().unwrap().0;
    assert!(fit.model.of(&[1e300]).expected(&history, 9.0).is_finite());
}
