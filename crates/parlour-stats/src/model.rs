//! The models of how often people come back behind one face: what a product fits, keeps, and asks.

mod predict;

use crate::beta_geometric::{BetaGeometric, Form};
use crate::fit::{FallBack, Fit, FitError, Identified, Options};
use crate::history::{Histories, History};
use crate::nbd::Nbd;
use crate::pareto_nbd::ParetoNbd;
use crate::profile::Interval;

pub use predict::Prediction;

/// Which model is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// MBG/NBD, the default.
    #[default]
    Mbg,
    /// BG/NBD.
    Bg,
    /// Pareto/NBD.
    ParetoNbd,
    /// MBG/CNBD-k.
    MbgCnbd(Regularity),
    /// NBD, in which nobody leaves.
    Nbd,
}

/// Where the k of an MBG/CNBD-k comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Regularity {
    /// The likeliest; histories need their `litt`.
    Likeliest,
    /// This one, for instance Wheat and Morrison's rounded ([`crate::wheat_morrison_k`]).
    Of(u32),
}

impl Kind {
    /// Every kind, the k of regular gaps by likelihood.
    pub const ALL: [Self; 5] = [Self::Mbg, Self::Bg, Self::ParetoNbd, Self::MbgCnbd(Regularity::Likeliest), Self::Nbd];

    /// The name under which it is stored and asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mbg => "mbg_nbd",
            Self::Bg => "bg_nbd",
            Self::ParetoNbd => "pareto_nbd",
            Self::MbgCnbd(_) => "mbg_cnbd_k",
            Self::Nbd => "nbd",
        }
    }

    /// The kind of a [`Kind::name`], if it is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A model with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model {
    /// BG/NBD, MBG/NBD or MBG/CNBD-k.
    BetaGeometric(BetaGeometric),
    /// Pareto/NBD.
    ParetoNbd(ParetoNbd),
    /// NBD.
    Nbd(Nbd),
}

const OF_BG: [&str; 4] = ["r", "alpha", "a", "b"];
const OF_CNBD: [&str; 5] = ["k", "r", "alpha", "a", "b"];
const OF_PARETO: [&str; 4] = ["r", "alpha", "s", "beta"];
const OF_NBD: [&str; 2] = ["r", "alpha"];

impl Model {
    /// From a kind and the values of [`Model::parameters`], in that order.
    pub fn from_parameters(kind: Kind, values: &[f64]) -> Result<Self, FitError> {
        let form = match kind {
            Kind::Bg => Form::Bg,
            Kind::Mbg => Form::Mbg,
            Kind::MbgCnbd(_) => {
                let [k, r, alpha, a, b] = counted(values)?;
                let is_whole = (1.0..=12.0).contains(&k) && k.fract() == 0.0;
                let form = if is_whole { Form::MbgCnbd(k as u32) } else { return Err(FitError::Regularity) };
                return Ok(Self::BetaGeometric(BetaGeometric::new(form, [r, alpha, a, b])?));
            }
            Kind::ParetoNbd => return Ok(Self::ParetoNbd(ParetoNbd::new(counted(values)?)?)),
            Kind::Nbd => {
                let [r, alpha] = counted(values)?;
                return Ok(Self::Nbd(Nbd::new(r, alpha)?));
            }
        };
        Ok(Self::BetaGeometric(BetaGeometric::new(form, counted(values)?)?))
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::BetaGeometric(model) => match model.form() {
                Form::Bg => Kind::Bg,
                Form::Mbg => Kind::Mbg,
                Form::MbgCnbd(k) => Kind::MbgCnbd(Regularity::Of(k)),
            },
            Self::ParetoNbd(_) => Kind::ParetoNbd,
            Self::Nbd(_) => Kind::Nbd,
        }
    }

    /// The name of its kind.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Its parameters by name; with regular gaps k comes first.
    pub fn parameters(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::BetaGeometric(model) => match model.form() {
                Form::Bg | Form::Mbg => OF_BG.into_iter().zip(model.parameters()).collect(),
                Form::MbgCnbd(k) => {
                    OF_CNBD.into_iter().zip([f64::from(k)].into_iter().chain(model.parameters())).collect()
                }
            },
            Self::ParetoNbd(model) => OF_PARETO.into_iter().zip(model.parameters()).collect(),
            Self::Nbd(model) => OF_NBD.into_iter().zip(model.parameters()).collect(),
        }
    }

    /// ln of the density of a history.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        match self {
            Self::BetaGeometric(model) => model.log_likelihood(history),
            Self::ParetoNbd(model) => model.log_likelihood(history),
            Self::Nbd(model) => model.log_likelihood(history),
        }
    }

    /// The probability that the person has not left by now; 1 in the NBD.
    pub fn p_alive(&self, history: &History) -> f64 {
        match self {
            Self::BetaGeometric(model) => model.p_alive(history),
            Self::ParetoNbd(model) => model.p_alive(history),
            Self::Nbd(_) => 1.0,
        }
    }

    /// The probability that the person has not left by `ahead` from now, knowing only what is known now.
    pub fn p_alive_at(&self, history: &History, ahead: f64) -> f64 {
        match self {
            Self::BetaGeometric(model) => model.p_alive_ahead(history, ahead),
            Self::ParetoNbd(model) => model.p_alive_ahead(history, ahead),
            Self::Nbd(_) => 1.0,
        }
    }

    /// Purchases expected within `ahead` from now; for [`History::NEW`] those of a newcomer.
    pub fn expected(&self, history: &History, ahead: f64) -> f64 {
        match self {
            Self::BetaGeometric(model) => model.expected(history, ahead),
            Self::ParetoNbd(model) => model.expected(history, ahead),
            Self::Nbd(model) => model.expected(history, ahead),
        }
    }

    /// Discounted expected residual transactions: all purchases to come, each worth e^(−δ t) of one today, for a
    /// continuous discount rate δ = `rate_of_discount` > 0 per unit of time; 0 for any other δ.
    pub fn dert(&self, history: &History, rate_of_discount: f64) -> f64 {
        match self {
            Self::BetaGeometric(model) => model.discounted(history, rate_of_discount),
            Self::ParetoNbd(model) => model.discounted(history, rate_of_discount),
            Self::Nbd(model) => model.discounted(history, rate_of_discount),
        }
    }
}

fn counted<const N: usize>(values: &[f64]) -> Result<[f64; N], FitError> {
    values.try_into().map_err(|_| FitError::Count { asked: N, given: values.len() })
}

/// What fitting a model to people gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The kind that was asked for.
    pub asked: Kind,
    /// The model to use: of the kind asked for, or the NBD where that stands in ([`Identified`]).
    pub model: Model,
    /// The log-likelihood of `model`, comparable between kinds.
    pub log_likelihood: f64,
    /// Standard errors of the parameters in the order of [`Model::parameters`], none for k.
    pub standard_errors: Option<Vec<f64>>,
    /// Whether the people determine the parameters of the kind asked for.
    pub identified: Identified,
    /// How many people.
    pub n_people: f64,
    /// How often all people were gone through.
    pub n_evaluations: u32,
}

impl Fitted {
    /// Fits a kind of model to people.
    pub fn fit(kind: Kind, people: &Histories, options: Options) -> Result<Self, FitError> {
        let bg = |form| Ok(Self::of(kind, BetaGeometric::fit(form, people, options)?, Model::BetaGeometric));
        let fitted = match kind {
            Kind::Bg => bg(Form::Bg),
            Kind::Mbg => bg(Form::Mbg),
            Kind::MbgCnbd(Regularity::Of(k)) => bg(Form::MbgCnbd(k)),
            Kind::MbgCnbd(Regularity::Likeliest) => {
                Ok(Self::of(kind, BetaGeometric::fit_regularity(people, options)?, Model::BetaGeometric))
            }
            Kind::ParetoNbd => Ok(Self::of(kind, ParetoNbd::fit(people, options)?, Model::ParetoNbd)),
            Kind::Nbd => Ok(Self::of(kind, Nbd::fit(people, options)?, Model::Nbd)),
        }?;
        match fitted.identified {
            Identified::No { fall_back: FallBack::Nbd, .. } => {
                let nbd = Self::fit(Kind::Nbd, people, options)?;
                Ok(Self { asked: kind, identified: fitted.identified, ..nbd })
            }
            Identified::No { fall_back: FallBack::WeakPrior, .. } | Identified::Yes => Ok(fitted),
        }
    }

    fn of<M, const N: usize>(asked: Kind, fit: Fit<M, N>, wrap: impl FnOnce(M) -> Model) -> Self {
        Self {
            asked,
            model: wrap(fit.model),
            log_likelihood: fit.log_likelihood,
            standard_errors: fit.standard_errors.map(|errors| errors.to_vec()),
            identified: fit.identified,
            n_people: fit.n_people,
            n_evaluations: fit.n_evaluations,
        }
    }

    /// Each parameter by name, with its standard error where it has one.
    pub fn parameters(&self) -> Vec<(&'static str, f64, Option<f64>)> {
        let named = self.model.parameters();
        let errors = self.standard_errors.iter().flatten();
        let n_without = self.standard_errors.as_ref().map_or(0, |errors| named.len() - errors.len());
        let errors = std::iter::repeat_n(None, n_without).chain(errors.copied().map(Some));
        named
            .into_iter()
            .zip(errors.chain(std::iter::repeat(None)))
            .map(|((name, value), e)| (name, value, e))
            .collect()
    }

    /// The 95 % interval of a parameter by the profile of the likelihood, for the people the model was fitted to without a
    /// prior: unlike a standard error it is right where the likelihood is skewed, and open where it is flat. `None` for a
    /// parameter the model does not have, and for k. It takes as long as some tens of fits.
    pub fn profile_interval(&self, people: &Histories, parameter: &str) -> Option<Interval> {
        let named = self.model.parameters();
        let which = named.iter().filter(|(name, _)| *name != "k").position(|(name, _)| *name == parameter)?;
        Some(match &self.model {
            Model::BetaGeometric(model) => model.interval(people, which),
            Model::ParetoNbd(model) => model.interval(people, which),
            Model::Nbd(model) => model.interval(people, which),
        })
    }
}
