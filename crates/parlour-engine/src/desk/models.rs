//! Models: each tried on time it has not seen, and the best chosen week by week.

use std::sync::Arc;
use std::time::Instant;

use parlour_core::day::Day;
use parlour_core::forecast::{Choice, Fitting, Forecaster, Specimen, Split, Trial, attempt, baselines, best};
use parlour_core::key::Key;
use parlour_core::purchases::{Bought, Purchases, Unit};
use parlour_core::relation::PersonFold;
use parlour_stats::fit::FitError;
use parlour_stats::holdout::Scores;
use parlour_store::fit::{self, Fit};
use parlour_store::job::Job;

use super::{Asked, Question, Slice, population};
use crate::engine::Engine;
use crate::{EngineError, clock, jobs};

/// People that models are compared on and fitted to for the Desk, about; of more some are picked.
pub(super) const MOST_TRIED: u64 = 25_000;
/// Days for which one who has not come is taken for gone by those who use no model.
pub const SILENCES: [f64; 3] = [30.0, 60.0, 90.0];
/// Fewer people than this prove nothing: the default model is taken.
pub const FEWEST: usize = 20;
/// Shortest and longest time that is held out, days.
const HELD_OUT: (i32, i32) = (28, 182);
/// A choice of model holds for so many days.
const REFIT_DAYS: i32 = 7;

/// The days of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spans {
    /// A split before the split, by which a model learns what it says wrong; `None` where there is no time before.
    pub earlier: Option<Day>,
    /// The last day that models see.
    pub split: Day,
    /// The last day that they forecast.
    pub end: Day,
}

/// A model and how long it took to try.
#[derive(Clone, Debug)]
pub struct Tried {
    /// How it did.
    pub trial: Trial,
    /// Seconds.
    pub seconds: f64,
}

/// Models side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The days.
    pub spans: Spans,
    /// The unit of time.
    pub unit: Unit,
    /// People who had bought by the split.
    pub n_people: u64,
    /// Of so many there were, one was picked by their id.
    pub one_of: u64,
    /// The models; one that cannot be fitted at all is left out.
    pub tried: Vec<Tried>,
    /// What one would do without a model, by name.
    pub baselines: Vec<(String, Scores)>,
    /// The one to go by.
    pub chosen: Option<Choice>,
}

/// People at the split, and at the one before it.
#[derive(Default)]
struct Sides {
    late: Vec<(Key, Specimen)>,
    early: Vec<(Key, Specimen)>,
}

impl Sides {
    /// Takes a person in: what they had done by a day, and how often they came from then to another.
    fn take(&mut self, spans: Spans, person: Key, specimen: impl Fn(Day, Day) -> Option<Specimen>) {
        let of = |specimen: Option<Specimen>| specimen.map(|specimen| (person, specimen));
        self.late.extend(of(specimen(spans.split, spans.end)));
        self.early.extend(of(spans.earlier.and_then(|earlier| specimen(earlier, spans.split))));
    }

    fn append(&mut self, other: Self) {
        self.late.extend(other.late);
        self.early.extend(other.early);
    }
}

impl Engine {
    /// The days of a comparison that ends on the day asked about: a third of the time since activity began is held out,
    /// from four weeks to half a year.
    pub fn spans(&self, asked: &Asked) -> Spans {
        let first = asked.snapshot.days.map_or(asked.on, |(first, _)| first.min(asked.on));
        let held_out = ((asked.on.0 - first.0) / 3).clamp(HELD_OUT.0, HELD_OUT.1);
        self.spans_at(asked, Day(asked.on.0 - held_out))
    }

    /// The same with a split of one's own.
    pub fn spans_at(&self, asked: &Asked, split: Day) -> Spans {
        let first = asked.snapshot.days.map_or(asked.on, |(first, _)| first.min(asked.on));
        let seen = split.0 - first.0;
        let earlier = (2 * HELD_OUT.0 <= seen).then(|| Day(split.0 - seen / 3));
        Spans { earlier, split, end: asked.on }
    }

    /// Tries models on what was known at the split, each against what happened by the day asked about.
    pub fn compare_models(
        &self,
        asked: &Asked,
        spans: Spans,
        unit: Unit,
        choices: &[Choice],
    ) -> Result<Comparison, EngineError> {
        self.compare_on(asked, spans, unit, (choices, 1))
    }

    /// The same on one of so many people, picked by their ids.
    fn compare_on(
        &self,
        asked: &Asked,
        spans: Spans,
        unit: Unit,
        (choices, one_of): (&[Choice], u64),
    ) -> Result<Comparison, EngineError> {
        let (split, earlier) = self.splits(asked, spans, unit, one_of)?;
        let mut tried = Vec::new();
        for &choice in choices {
            if self.is_stopping() {
                break;
            }
            let started = Instant::now();
            if let Ok(trial) = attempt(choice, &split, earlier.as_ref()) {
                tried.push(Tried { trial, seconds: started.elapsed().as_secs_f64() });
            }
        }
        let trials: Vec<Trial> = tried.iter().map(|tried| tried.trial.clone()).collect();
        let is_enough = FEWEST <= split.people.len();
        Ok(Comparison {
            spans,
            unit,
            n_people: split.people.len() as u64,
            one_of,
            baselines: if split.people.is_empty() { Vec::new() } else { baselines(&split, &SILENCES) },
            chosen: best(&trials).filter(|_| is_enough).map(|trial| trial.choice),
            tried,
        })
    }

    /// The comparison of all models that the Desk shows, kept for a while.
    pub fn comparison(&self, asked: &Asked) -> Result<Arc<Comparison>, EngineError> {
        let slice = Slice { layer: asked.slice.layer, ..Slice::default() };
        let everyone = Asked { slice, since: asked.on, ..asked.clone() };
        let snapshot = &everyone.snapshot;
        // Where there is much to go through, what was found of a day holds until somebody or the week says otherwise.
        let version = if self.settings.engine.held_rows <= snapshot.view.n_rows() { 0 } else { snapshot.measured_by };
        let question = format!("{version} models {} {} {:?}", everyone.object, everyone.on, everyone.slice.layer);
        self.caches.answers.get(question, (version, 0), || {
            let populations = self.populations(&everyone.snapshot, everyone.on)?;
            let n_present = population(&populations, everyone.object).n_present;
            let one_of = n_present.div_ceil(MOST_TRIED).max(1);
            self.compare_on(&everyone, self.spans(&everyone), Unit::Week, (&Choice::all(), one_of))
        })
    }

    /// Fits one model to everyone who bought by the day asked about.
    pub fn fit_model(
        &self,
        asked: &Asked,
        unit: Unit,
        choice: Choice,
    ) -> Result<(Result<Fitting, FitError>, u64, f64), EngineError> {
        let (split, _) = self.splits(asked, Spans { earlier: None, split: asked.on, end: asked.on }, unit, 1)?;
        let people: Vec<Bought> = split.people.iter().map(|person| person.bought).collect();
        let started = Instant::now();
        let fitting = Forecaster::fit(choice, &people, unit);
        Ok((fitting, people.len() as u64, started.elapsed().as_secs_f64()))
    }

    /// Everyone at the split and at the earlier one: by what they bought, or by when they were active where nobody ever
    /// bought.
    fn splits(
        &self,
        asked: &Asked,
        spans: Spans,
        unit: Unit,
        one_of: u64,
    ) -> Result<(Split, Option<Split>), EngineError> {
        let snapshot = &*asked.snapshot;
        let reading = self.reading(snapshot, asked.on);
        let states = snapshot.on_layer(asked.slice.layer).visit(
            || (PersonFold::new(&reading), Purchases::default(), [Sides::default(), Sides::default()]),
            |(fold, purchases, [bought, active]), person, columns, rows| {
                if !person.0.is_multiple_of(u128::from(one_of)) {
                    return;
                }
                fold.read(columns, rows.clone(), &mut |object, days, relation| {
                    if object != asked.object || !asked.slice.has(person, relation) {
                        return;
                    }
                    purchases.read(&reading, columns, rows.clone(), object);
                    bought.take(spans, person, |from, to| {
                        let bought = purchases.until(from).filter(|bought| bought.contract.is_none())?;
                        Some(Specimen { bought, n_ahead: purchases.between(from, to) })
                    });
                    // Once somebody bought, nobody asks when others were active.
                    if bought.late.is_empty() {
                        let seen = |by: Day| days.partition_point(|day| *day <= by.0);
                        active.take(spans, person, |from, to| {
                            let bought = Bought::of_days(&days[..seen(from)], from)?;
                            Some(Specimen { bought, n_ahead: (seen(to) - seen(from)) as u32 })
                        });
                    }
                });
            },
        )?;
        let [mut bought, mut active] = [Sides::default(), Sides::default()];
        for (_, _, [more_bought, more_active]) in states {
            bought.append(more_bought);
            active.append(more_active);
        }
        let Sides { late, early } = if bought.late.is_empty() { active } else { bought };
        // In one order, whichever thread came first: where people are alike, what is fitted and put into fifths depends on it.
        let in_order = |mut people: Vec<(Key, Specimen)>| -> Vec<Specimen> {
            people.sort_unstable_by_key(|(person, _)| *person);
            people.into_iter().map(|(_, specimen)| specimen).collect()
        };
        let (late, early) = (in_order(late), in_order(early));
        let split = |people, from: Day, to: Day| Split { people, ahead: f64::from(to.0 - from.0) / unit.days(), unit };
        let earlier = spans.earlier.map(|day| split(early, day, spans.split));
        Ok((split(late, spans.split, spans.end), earlier))
    }

    /// Which model the object goes by on a day, and what its amounts are multiplied by.
    pub(crate) fn choice_on(&self, asked: &Asked) -> Result<(Choice, f64), EngineError> {
        let object = asked.object_name();
        let known = self.database.read(|conn| fit::on(conn, &object, asked.on))?;
        let chosen = known.and_then(|fit| Some((Choice::of_name(&fit.choice)?, fit.factor)));
        Ok(chosen.unwrap_or((Choice::DEFAULT, 1.0)))
    }

    /// Chooses the model of one brand (object that belongs to nothing) whose choice is older than a week of activity; the
    /// others have their turn when this is asked again, so that many brands do not keep every core busy at once.
    pub(crate) fn refit_due(&self) -> Result<(), EngineError> {
        let snapshot = self.snapshot();
        let Some((_, last)) = snapshot.days else { return Ok(()) };
        let on = last.min(Day::of_micros(clock::now()));
        for object in snapshot.objects.all().iter().filter(|object| object.parent.is_none()) {
            let name = object.name.to_string();
            let known = self.database.read(|conn| fit::on(conn, &name, on))?;
            if known.is_none_or(|fit| REFIT_DAYS <= on.0 - fit.day.0) {
                return self.refit(&self.ask(&Question {
                    object: Some(name),
                    on: Some(on),
                    since: None,
                    ..Question::default()
                })?);
            }
        }
        Ok(())
    }

    /// Tries every model on the object, and goes by the best from the day asked about on. Shown as a job.
    pub fn refit(&self, asked: &Asked) -> Result<(), EngineError> {
        let (object, now) = (asked.object_name(), clock::now());
        let job = self.create_job(Job {
            id: 0,
            kind: "refit".to_owned(),
            name: object.clone(),
            state: jobs::RUNNING.to_owned(),
            position: 0,
            line: 0,
            total: 1,
            n_done: 0,
            n_rejected: 0,
            data: String::from("{}"),
            message: None,
            started_at: now,
            updated_at: now,
        })?;
        let (state, message) = match self.choose(asked) {
            Ok(_) if self.is_stopping() => (jobs::PAUSED, None),
            Ok(told) => (jobs::DONE, Some(told)),
            Err(error) => (jobs::FAILED, Some(error.to_string())),
        };
        self.end_job(job, state, message)
    }

    fn choose(&self, asked: &Asked) -> Result<String, EngineError> {
        let comparison = self.comparison(asked)?;
        if self.is_stopping() {
            // Not all were tried; the next start does it.
            return Ok(String::new());
        }
        let is_chosen = |tried: &&Tried| Some(tried.trial.choice) == comparison.chosen;
        let chosen = comparison.tried.iter().find(is_chosen).map(|tried| &tried.trial);
        let choice = chosen.map_or(Choice::DEFAULT, |trial| trial.choice);
        let factor = chosen.and_then(Trial::factor).unwrap_or(1.0);
        let object = asked.object_name();
        let (n_people, made_at) = (comparison.n_people as i64, clock::now());
        let fit = Fit { object, day: asked.on, choice: choice.name(), factor, n_people, made_at };
        self.database.write(move |conn| fit::put(conn, &fit))?;
        self.forget_answers();
        Ok(format!("{} × {factor:.2}", choice.title()))
    }
}
