//! Fitting a model to people: parameters, how sure they are, and what to do where the people do not say.

use thiserror::Error;

use crate::optimise::{Matrix, Top, climb, curvature, invert};

/// How to fit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Options {
    /// The standard deviation of a normal prior on the logarithm of each parameter, centred on an average customer base
    /// (shapes 1, and scales that give the base's mean rate and mean age). `None` is maximum likelihood. 2 is weak.
    pub prior_sd: Option<f64>,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<M, const N: usize> {
    /// The parameters. Where they are not identified, those of the fit with the weak prior: finite and moderate.
    pub model: M,
    /// The log-likelihood there, without the prior.
    pub log_likelihood: f64,
    /// Standard errors of the parameters, in the order of the model's fields, from the Hessian; `None` where it has none.
    pub standard_errors: Option<[f64; N]>,
    /// Whether the people determine the parameters.
    pub identified: Identified,
    /// How many people.
    pub n_people: f64,
    /// How often all people were gone through.
    pub n_evaluations: u32,
}

/// Whether the people determine the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identified {
    /// They do.
    Yes,
    /// They do not: the likelihood is flat in `parameter`, or rises forever with it.
    No {
        /// The parameter that is least determined.
        parameter: &'static str,
        /// What to use instead.
        fall_back: FallBack,
    },
}

/// What stands in for a model that is not identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallBack {
    /// The same model with a weak prior, which is what was returned.
    WeakPrior,
    /// The NBD: nobody is seen to leave, so that a model without leaving says as much.
    Nbd,
}

/// Why nothing can be fitted at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FitError {
    /// There is nobody.
    #[error("`{0}` has nobody to be fitted to; give it people of the brand")]
    Nobody(&'static str),
    /// A parameter is not a positive number.
    #[error("`{0}` is not a positive, moderate number; parameters lie between 1e-15 and 1e15")]
    Parameter(&'static str),
    /// A stored model has not as many parameters as its kind.
    #[error("`parameters` are {given} in number, not {asked}; give those of the model's kind in their order")]
    Count {
        /// How many the kind has.
        asked: usize,
        /// How many there were.
        given: usize,
    },
    /// A model that needs k was asked for a k out of range.
    #[error("`k` is out of range; regularity lies between 1 and 12")]
    Regularity,
    /// The prior's width is not a positive number.
    #[error("`prior_sd` is not a positive number; 2 is weak, `None` is none")]
    Prior,
}

/// All parameters lie between this and its inverse.
pub(crate) const SMALLEST: f64 = 1e-15;

/// Holds when every parameter is positive and moderate.
pub(crate) fn check<const N: usize>(names: &[&'static str; N], values: &[f64; N]) -> Result<(), FitError> {
    let is_sound = |value: &f64| (SMALLEST..=1.0 / SMALLEST).contains(value);
    match values.iter().position(|value| !is_sound(value)) {
        Some(which) => Err(FitError::Parameter(names[which])),
        None => Ok(()),
    }
}

/// What is maximised: parameters, all positive, to the log-likelihood and its gradient in them.
pub(crate) trait Likelihood<const N: usize> {
    fn at(&self, parameters: &[f64; N]) -> (f64, [f64; N]);
}

impl<const N: usize, F: Fn(&[f64; N]) -> (f64, [f64; N])> Likelihood<N> for F {
    fn at(&self, parameters: &[f64; N]) -> (f64, [f64; N]) {
        self(parameters)
    }
}

/// A likelihood to be fitted.
pub(crate) struct Problem<'a, L, const N: usize> {
    pub(crate) names: &'a [&'static str; N],
    /// The parameters of an average base: where the search starts and the prior has its centre.
    pub(crate) centre: [f64; N],
    pub(crate) all: L,
    /// A small part that stands for all, to start from.
    pub(crate) part: Option<L>,
    pub(crate) n_people: f64,
    /// How many different people: fewer than parameters cannot determine them, wherever the search ends.
    pub(crate) n_distinct: usize,
}

/// Parameters found, not yet a model.
pub(crate) struct Found<const N: usize> {
    pub(crate) parameters: [f64; N],
    pub(crate) log_likelihood: f64,
    pub(crate) standard_errors: Option<[f64; N]>,
    /// The parameter that the people leave open.
    pub(crate) open: Option<&'static str>,
    pub(crate) n_evaluations: u32,
}

/// Beyond e to this from the centre, a parameter has run away.
const RUN_AWAY: f64 = 12.0;
/// A parameter whose logarithm has a larger standard error is not identified: its interval spans a factor of 3,000.
const WIDEST: f64 = 2.0;
const WEAK: f64 = 2.0;
/// A search that ended where the exact curvature promises more than this log-likelihood was on a ridge without end.
const STILL_TO_GAIN: f64 = 1e-3;

impl<L: Likelihood<N>, const N: usize> Problem<'_, L, N> {
    pub(crate) fn solve(&self, options: Options) -> Result<Found<N>, FitError> {
        if self.n_people.is_nan() || self.n_people <= 0.0 {
            return Err(FitError::Nobody(self.names[0]));
        }
        if options.prior_sd.is_some_and(|sd| !(0.0 < sd && sd.is_finite())) {
            return Err(FitError::Prior);
        }
        let mut found = self.search(options.prior_sd, [0.0; N]);
        if found.open.is_some() {
            let again = self.search(options.prior_sd, [-1.0; N]);
            let n_evaluations = found.n_evaluations + again.n_evaluations;
            if again.open.is_none() {
                found = again;
            }
            found.n_evaluations = n_evaluations;
        }
        match (found.open, options.prior_sd) {
            (Some(open), None) => {
                let tamed = self.search(Some(WEAK), [0.0; N]);
                let n_evaluations = found.n_evaluations + tamed.n_evaluations;
                Ok(Found { open: Some(open), n_evaluations, ..tamed })
            }
            (Some(_), Some(_)) | (None, _) => Ok(found),
        }
    }

    fn search(&self, prior_sd: Option<f64>, start: [f64; N]) -> Found<N> {
        let whole = |theta: &[f64; N]| self.in_logs(&self.all, theta, prior_sd);
        let (mut start, mut shape) = (start, None);
        if let Some(part) = &self.part {
            let sampled = |theta: &[f64; N]| self.in_logs(part, theta, prior_sd);
            start = climb(&sampled, start, None).at;
            shape = invert(&curvature(&sampled, &start));
        }
        let top = climb(&whole, start, shape);
        self.judge(&top, &curvature(&whole, &top.at), prior_sd)
    }

    fn judge(&self, top: &Top<N>, bent: &Matrix<N>, prior_sd: Option<f64>) -> Found<N> {
        let parameters = self.parameters(&top.at);
        let covariance = invert(bent);
        let sd = covariance.map(|c| -> [f64; N] { std::array::from_fn(|i| c[i][i].sqrt()) });
        let to_gain = covariance.map_or(f64::INFINITY, |c| {
            let pairs = (0..N).flat_map(|i| (0..N).map(move |j| (i, j)));
            pairs.map(|(i, j)| top.gradient[i] * c[i][j] * top.gradient[j]).sum()
        });
        let farthest = widest(&top.at.map(f64::abs));
        let open = match sd {
            _ if self.n_distinct < N || RUN_AWAY <= top.at[farthest].abs() => Some(farthest),
            None => Some(widest::<N>(&std::array::from_fn(|i| -bent[i][i]))),
            Some(sd) if WIDEST < sd[widest(&sd)] => Some(widest(&sd)),
            Some(_) => (STILL_TO_GAIN < to_gain || !top.is_converged).then_some(farthest),
        };
        let penalty = self.in_prior(&top.at, prior_sd).0;
        Found {
            parameters,
            log_likelihood: top.value - penalty,
            standard_errors: sd.map(|sd| std::array::from_fn(|i| parameters[i] * sd[i])),
            open: open.map(|which| self.names[which]),
            n_evaluations: top.n_evaluations + 2 * N as u32,
        }
    }

    fn parameters(&self, theta: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|i| (self.centre[i] * libm::exp(theta[i])).clamp(SMALLEST, 1.0 / SMALLEST))
    }

    fn in_logs(&self, likelihood: &L, theta: &[f64; N], prior_sd: Option<f64>) -> (f64, [f64; N]) {
        let parameters = self.parameters(theta);
        let (value, gradient) = likelihood.at(&parameters);
        let (penalty, slope) = self.in_prior(theta, prior_sd);
        (value + penalty, std::array::from_fn(|i| gradient[i] * parameters[i] + slope[i]))
    }

    /// The prior, and a wall that keeps a parameter that runs away from running to infinity.
    fn in_prior(&self, theta: &[f64; N], prior_sd: Option<f64>) -> (f64, [f64; N]) {
        let precision = prior_sd.map_or(0.0, |sd| 1.0 / (sd * sd));
        let mut value = 0.0;
        let slope = theta.map(|t| {
            let beyond = (t.abs() - RUN_AWAY).max(0.0).copysign(t);
            value -= precision * t * t / 2.0 + self.n_people * beyond * beyond / 2.0;
            -precision * t - self.n_people * beyond
        });
        (value, slope)
    }
}

fn widest<const N: usize>(values: &[f64; N]) -> usize {
    (0..N).max_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0)
}

impl<const N: usize> Found<N> {
    /// The model of these parameters; `nbd` is the log-likelihood of the NBD of the same people, for models of leaving.
    pub(crate) fn into_fit<M>(self, model: M, n_people: f64, nbd: Option<f64>) -> Fit<M, N> {
        let says_as_much = nbd.is_some_and(|nbd| self.log_likelihood - NO_BETTER < nbd);
        let fall_back = if says_as_much { FallBack::Nbd } else { FallBack::WeakPrior };
        Fit {
            model,
            log_likelihood: self.log_likelihood,
            standard_errors: self.standard_errors,
            identified: self.open.map_or(Identified::Yes, |parameter| Identified::No { parameter, fall_back }),
            n_people,
            n_evaluations: self.n_evaluations,
        }
    }
}

/// A model of leaving whose log-likelihood is not higher than the NBD's by this has seen nobody leave.
const NO_BETTER: f64 = 1.0;
