//! Forecasts: which model is asked, how it did on time it had not seen, and what it says too much or too little of.

use parlour_stats::calibration::Calibration;
use parlour_stats::covariates::{Known, WithCovariates};
use parlour_stats::fit::{FallBack, FitError, Identified, Options};
use parlour_stats::history::Histories;
use parlour_stats::holdout::{Candidate, Case, Scores, evaluate, score_forecasts};
use parlour_stats::model::{Fitted, Kind, Model};

use crate::purchases::{Bought, Unit};

/// Which model is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Choice {
    /// A model that knows when people bought.
    Plain(Kind),
    /// The same, which also knows what their first purchase was worth.
    FirstValue(Kind),
}

/// What the name of a choice ends in that knows the first purchase's value.
const FIRST_VALUE: &str = "_first_value";

impl Choice {
    /// What is asked where nothing else has proved better.
    pub const DEFAULT: Self = Self::Plain(Kind::Mbg);

    /// Every choice.
    pub fn all() -> Vec<Self> {
        let plain = Kind::ALL.map(Self::Plain);
        plain.into_iter().chain([Kind::Mbg, Kind::ParetoNbd].map(Self::FirstValue)).collect()
    }

    /// The name under which it is kept and asked for.
    pub fn name(self) -> String {
        match self {
            Self::Plain(kind) => kind.name().to_owned(),
            Self::FirstValue(kind) => format!("{}{FIRST_VALUE}", kind.name()),
        }
    }

    /// The choice of a [`Choice::name`], if it is one.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|choice| choice.name() == name)
    }

    /// Whether one can go by it. The BG/NBD takes everybody who came once for there, and the NBD everybody: both may add
    /// up well and say nothing of who left. They are for comparison.
    pub fn may_be_gone_by(self) -> bool {
        !matches!(self, Self::Plain(Kind::Bg | Kind::Nbd))
    }

    /// What the papers call it.
    pub fn title(self) -> String {
        match self {
            Self::Plain(kind) => title(kind).to_owned(),
            Self::FirstValue(kind) => format!("{} with the first purchase's value", title(kind)),
        }
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Mbg => "MBG/NBD",
        Kind::Bg => "BG/NBD",
        Kind::ParetoNbd => "Pareto/NBD",
        Kind::MbgCnbd(_) => "MBG/CNBD-k",
        Kind::Nbd => "NBD",
    }
}

/// A fitted model.
#[derive(Clone, PartialEq, Debug)]
pub enum Forecaster {
    /// One for everyone.
    Plain(Model),
    /// One for each value of the first purchase.
    FirstValue(WithCovariates),
}

/// How a fit went.
#[derive(Clone, PartialEq, Debug)]
pub struct Fitting {
    /// What came out.
    pub forecaster: Forecaster,
    /// Of the model on what it was fitted to.
    pub log_likelihood: f64,
    /// The parameters by name, with standard errors where there are any.
    pub parameters: Vec<(&'static str, f64, Option<f64>)>,
    /// Where the people do not determine the model: which parameter is open, and what stands in.
    pub open: Option<(&'static str, &'static str)>,
}

impl Forecaster {
    /// Fits the choice to everyone, in `unit`.
    pub fn fit(choice: Choice, people: &[Bought], unit: Unit) -> Result<Fitting, FitError> {
        match choice {
            Choice::Plain(kind) => {
                let histories = Histories::new(people.iter().map(|bought| bought.history(unit)));
                Ok(Fitted::fit(kind, &histories, Options::default())?.into())
            }
            Choice::FirstValue(kind) => {
                let known =
                    |bought: &Bought| Known { history: bought.history(unit), covariates: vec![ln_first(bought)] };
                let people: Vec<Known> = people.iter().map(known).collect();
                if let Ok(fit) = WithCovariates::fit(kind, &people, Options::default()) {
                    return Ok(Fitting::first_value(fit));
                }
                // All first purchases alike: nothing is known more than without.
                let histories = Histories::new(people.iter().map(|person| person.history));
                Ok(Fitted::fit(kind, &histories, Options::default())?.into())
            }
        }
    }

    /// The model for one person.
    pub fn model(&self, bought: &Bought) -> Model {
        match self {
            Self::Plain(model) => *model,
            Self::FirstValue(models) => models.of(&[ln_first(bought)]),
        }
    }

    /// The model and its parameters: MBG/NBD with r = 0.525, alpha = 6.183, a = 0.891, b = 1.614.
    pub fn in_words(&self) -> String {
        let (model, rest) = match self {
            Self::Plain(model) => (model, ""),
            Self::FirstValue(models) => (models.average(), ", shifted by the value of the first purchase"),
        };
        let parameters: Vec<String> =
            model.parameters().iter().map(|(name, value)| format!("{name} = {value:.3}")).collect();
        format!("{} with {}{rest}", title(model.kind()), parameters.join(", "))
    }

    /// Purchases expected of each within `ahead` units.
    fn expected(&self, people: &[Specimen], unit: Unit, ahead: f64) -> Vec<f64> {
        match self {
            Self::Plain(model) => {
                let histories: Vec<_> = people.iter().map(|person| person.bought.history(unit)).collect();
                model.predict_all(&histories, ahead).iter().map(|made| made.expected).collect()
            }
            Self::FirstValue(_) => {
                let one = |person: &Specimen| self.model(&person.bought).expected(&person.bought.history(unit), ahead);
                people.iter().map(one).collect()
            }
        }
    }
}

impl From<Fitted> for Fitting {
    fn from(fitted: Fitted) -> Self {
        let open = match fitted.identified {
            Identified::Yes => None,
            Identified::No { parameter, fall_back: FallBack::Nbd } => {
                Some((parameter, "the NBD, in which nobody leaves"))
            }
            Identified::No { parameter, fall_back: FallBack::WeakPrior } => Some((parameter, "a weak prior")),
        };
        Self {
            parameters: fitted.parameters(),
            log_likelihood: fitted.log_likelihood,
            forecaster: Forecaster::Plain(fitted.model),
            open,
        }
    }
}

impl Fitting {
    fn first_value(fit: parlour_stats::covariates::CovariatesFit) -> Self {
        let names = fit.model.average().parameters();
        let coefficients = [("of_rate", fit.model.of_rate()), ("of_leaving", fit.model.of_leaving())];
        let coefficients = coefficients.into_iter().filter_map(|(name, values)| Some((name, *values.first()?)));
        let errors = fit.standard_errors.iter().flatten().copied().map(Some).chain(std::iter::repeat(None));
        let named = names.into_iter().chain(coefficients);
        Self {
            parameters: named.zip(errors).map(|((name, value), error)| (name, value, error)).collect(),
            log_likelihood: fit.log_likelihood,
            open: fit.open.map(|parameter| (parameter, "a weak prior")),
            forecaster: Forecaster::FirstValue(fit.model),
        }
    }
}

/// ln(1 + the first purchase in hundreds of minor units); one that brought nothing is 0.
fn ln_first(bought: &Bought) -> f64 {
    libm::log1p(bought.first_minor.max(0) as f64 / 100.0)
}

/// One person at a split: what was known, and how often they came after it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Specimen {
    /// By the split.
    pub bought: Bought,
    /// Days of purchase between the split and the end.
    pub n_ahead: u32,
}

/// People at a split and what came after it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Split {
    /// Everyone who had bought by the split.
    pub people: Vec<Specimen>,
    /// From the split to the end, in units.
    pub ahead: f64,
    /// The unit.
    pub unit: Unit,
}

impl Split {
    fn cases(&self) -> Vec<Case> {
        let case = |person: &Specimen| Case {
            history: person.bought.history(self.unit),
            n_ahead: person.n_ahead,
            weight: 1.0,
        };
        self.people.iter().map(case).collect()
    }

    fn bought(&self) -> Vec<Bought> {
        self.people.iter().map(|person| person.bought).collect()
    }
}

/// How one model did on time it had not seen.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Which.
    pub choice: Choice,
    /// The fit to what was known at the split.
    pub fitting: Fitting,
    /// As it forecast.
    pub plain: Scores,
    /// Corrected by one factor for everyone, learnt on an earlier split.
    pub corrected: Option<Scores>,
    /// Corrected by a factor for each cell of people.
    pub by_cell: Option<Scores>,
    /// What was learnt.
    pub calibration: Calibration,
}

impl Trial {
    /// What happened over what was forecast; `None` where either is nothing.
    pub fn factor(&self) -> Option<f64> {
        let factor = self.plain.actual_sum / self.plain.sum?;
        (factor.is_normal() && 0.0 < factor).then_some(factor)
    }
}

/// Tries a model: fits it to what was known at the split and scores its forecast; where an earlier split is given, also
/// what it forecasts after being corrected by what it said wrong then.
pub fn attempt(choice: Choice, split: &Split, earlier: Option<&Split>) -> Result<Trial, FitError> {
    let fitting = Forecaster::fit(choice, &split.bought(), split.unit)?;
    let forecasts = fitting.forecaster.expected(&split.people, split.unit, split.ahead);
    let cases = split.cases();
    let calibration = match earlier.filter(|earlier| !earlier.people.is_empty()) {
        Some(earlier) => learnt(choice, earlier)?,
        None => Calibration::NONE,
    };
    let corrected = |by: &Calibration| {
        let apply = |(case, made): (&Case, &f64)| by.apply(&case.history, *made);
        score_forecasts(&cases, &cases.iter().zip(&forecasts).map(apply).collect::<Vec<_>>())
    };
    let has_learnt = calibration != Calibration::NONE;
    let mut plain = score_forecasts(&cases, &forecasts);
    plain.log_likelihood = Some(fitting.log_likelihood);
    Ok(Trial {
        choice,
        plain,
        corrected: has_learnt.then(|| corrected(&calibration.flat())),
        by_cell: has_learnt.then(|| corrected(&calibration)),
        calibration,
        fitting,
    })
}

/// What a model says too much or too little of, by cell of people.
fn learnt(choice: Choice, split: &Split) -> Result<Calibration, FitError> {
    let forecaster = Forecaster::fit(choice, &split.bought(), split.unit)?.forecaster;
    Ok(Calibration::fit(&split.cases(), &forecaster.expected(&split.people, split.unit, split.ahead)))
}

/// What one would do without a model, under its name; silences are in days.
pub fn baselines(split: &Split, silences: &[f64]) -> Vec<(String, Scores)> {
    let cases = split.cases();
    let silent = |days: &f64| (format!("inactive_{days}_days"), Candidate::InactiveFor(days / split.unit.days()));
    let named = [Candidate::SameRate, Candidate::Recency, Candidate::RecencyFrequency];
    let all = named.into_iter().map(|candidate| (candidate.name(), candidate)).chain(silences.iter().map(silent));
    let scored = |(name, candidate): (String, Candidate)| {
        evaluate(candidate, &cases, split.ahead, Options::default()).ok().map(|outcome| (name, outcome.scores))
    };
    all.filter_map(scored).collect()
}

/// The trial to go by: the least squared error of those one can go by and whose model the people determine, else of all
/// that one can go by.
pub fn best(trials: &[Trial]) -> Option<&Trial> {
    let rmse = |trial: &&Trial| trial.plain.rmse.unwrap_or(f64::INFINITY);
    let trials = || trials.iter().filter(|trial| trial.choice.may_be_gone_by());
    let sure = trials().filter(|trial| trial.fitting.open.is_none());
    sure.min_by(|a, b| rmse(a).total_cmp(&rmse(b))).or_else(|| trials().min_by(|a, b| rmse(a).total_cmp(&rmse(b))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_known_by_its_name() {
        for choice in Choice::all() {
            assert_eq!(Choice::of_name(&choice.name()), Some(choice));
        }
        assert_eq!(Choice::of_name("crystal_ball"), None);
    }

    #[test]
    fn nobody_and_equals_are_no_trouble() {
        let bought = Bought { x: 1, last: 30, until: 100, ..Bought::default() };
        let split = |n| Split { people: vec![Specimen { bought, n_ahead: 1 }; n], ahead: 10.0, unit: Unit::Week };
        for choice in Choice::all() {
            assert!(attempt(choice, &split(0), None).is_err());
            let trial = attempt(choice, &split(30), Some(&split(30))).unwrap();
            assert!(trial.fitting.open.is_some(), "{choice:?}");
            assert!(trial.plain.rmse.unwrap().is_finite() && trial.corrected.is_some());
        }
        assert!(best(&[]).is_none());
        assert_eq!(baselines(&split(3), &[30.0]).len(), 4);
    }
}
