//! Detection put to the proof: in a simulated world, who finds those who disengage, how many of them, and how soon.
//!
//! Everybody is watched on days, as the product sees them; what is known of a population is learnt before the watch.

use parlour_stats::detection::{Detection, Trace, detection, detection_at};
use parlour_stats::fit::Options;
use parlour_stats::history::{Histories, History};
use parlour_stats::model::{Fitted, Kind, Model};
use parlour_stats::rhythm::Rhythm as OwnRhythm;
use parlour_stats::simulate::{Life, What, World, WorldError};
use parlour_stats::{beta_inc, p_rate_fell};

use crate::activity::Verbs;
use crate::day::Day;
use crate::objects::Objects;
use crate::parameters::Parameters;
use crate::population::Population;
use crate::purchases::Bought;
use crate::reading::Reading;
use crate::relation::Relation;
use crate::rhythm::{Gaps, Quantiles};
use crate::vocabulary::Vocabulary;

/// The share of people who stay that may ever be alarmed.
pub const FALSE_ALARMS: f64 = 0.05;
/// The silences that others alarm by, days.
pub const SILENCES: [i32; 3] = [30, 60, 90];
/// From this day on people are watched.
const WATCH_FROM: i32 = 180;
/// A small chance to leave on a day; it moves all odds alike.
const HAZARD: f64 = 0.001;

/// A way of raising an alarm and how well it did.
#[derive(Clone, Debug)]
pub struct Detector {
    /// What it is called.
    pub name: String,
    /// How well.
    pub detection: Detection,
}

/// How likely somebody is gone on a day, on whatever scale.
type Score<'a> = &'a dyn Fn(&Watched, i32) -> f64;

/// One person of the world as the product sees them: days, each once.
struct Watched {
    days: Vec<i32>,
    disengaged_on: Option<i32>,
    until: i32,
}

/// Everything known before the watch.
struct Learnt {
    population: Population,
    quantiles: Quantiles,
    own: Option<OwnRhythm>,
    model: Option<Model>,
    parameters: Parameters,
}

/// Tries every detector on the world, those with a score at the threshold at which 5 % of those who stay are ever alarmed.
pub fn detect(world: &World) -> Result<Vec<Detector>, WorldError> {
    let people: Vec<Watched> = world.lives()?.map(|life| watched(world, &life)).collect();
    let learnt = Learnt::of(&people);
    let scored: [(&str, Score<'_>); 5] = [
        ("own rhythm (shape of one's own gaps)", &|person, day| learnt.own_rhythm(person, day)),
        ("trip wire (the Desk's due day)", &|person, day| learnt.trip_wire(person, day)),
        ("P(alive)", &|person, day| learnt.p_gone(person, day)),
        ("direction", &|person, day| learnt.p_falling(person, day)),
        ("days of silence", &|person, day| f64::from(day - last(person, day))),
    ];
    let mut detectors: Vec<Detector> = scored
        .iter()
        .map(|(name, score)| Detector {
            name: (*name).to_owned(),
            detection: detection(&traces(&people, score), FALSE_ALARMS),
        })
        .collect();
    let overdue = traces(&people, &|person, day| learnt.trip_wire(person, day));
    let quantile = learnt.parameters.overdue_quantile;
    detectors.push(Detector {
        name: format!("overdue, as the Desk is set ({:.0} %)", quantile * 100.0),
        detection: detection_at(&overdue, -libm::log(1.0 - quantile)),
    });
    let silence = traces(&people, &|person, day| f64::from(day - last(person, day)));
    detectors.extend(SILENCES.map(|days| Detector {
        name: format!("inactive for {days} days"),
        detection: detection_at(&silence, f64::from(days)),
    }));
    Ok(detectors)
}

fn watched(world: &World, life: &Life) -> Watched {
    let visits = life.acts(world).filter(|act| act.what == What::Visited);
    let mut days: Vec<i32> = visits.map(|act| act.day as i32).collect();
    days.dedup();
    let end = world.n_days as i32;
    let until = life.reawakened_on.map_or(end, |day| (day as i32).min(end));
    Watched { days, disengaged_on: life.disengaged_on.map(|day| day as i32), until }
}

fn traces(people: &[Watched], score: Score<'_>) -> Vec<Trace> {
    let trace = |person: &Watched| {
        let first = *person.days.first()?;
        let days = WATCH_FROM.max(first + 1)..person.until;
        match person.disengaged_on {
            None => Some(Trace::faithful(days.map(|day| score(person, day)))),
            // Who left before the watch began cannot be found in it.
            Some(on) if on < days.start => None,
            Some(on) => Some(Trace::leaving(on as u32, days.map(|day| (day as u32, score(person, day))))),
        }
    };
    people.iter().filter_map(trace).collect()
}

/// The active days up to and with `day`.
fn seen(person: &Watched, day: i32) -> &[i32] {
    &person.days[..person.days.partition_point(|active| *active <= day)]
}

fn last(person: &Watched, day: i32) -> i32 {
    seen(person, day).last().copied().unwrap_or(day)
}

fn history(person: &Watched, day: i32) -> History {
    let bought = Bought::of_days(seen(person, day), Day(day));
    bought.map_or(History::NEW, |bought| bought.history(crate::purchases::Unit::Day))
}

impl Learnt {
    fn of(people: &[Watched]) -> Self {
        let parameters = Parameters::default();
        let known: Vec<&Watched> =
            people.iter().filter(|person| person.days.first().is_some_and(|d| *d < WATCH_FROM)).collect();
        let histories: Vec<History> = known.iter().map(|person| history(person, WATCH_FROM)).collect();
        let fitted = Fitted::fit(Kind::ParetoNbd, &Histories::new(histories.iter().copied()), Options::default());
        Self {
            population: population(&known, &parameters),
            quantiles: Quantiles::new(&parameters),
            own: OwnRhythm::fit(&histories).ok(),
            model: fitted.ok().map(|fitted| fitted.model),
            parameters,
        }
    }

    /// How long the silence is among the gaps that the Desk's rhythm expects: where it passes a quantile is the due day.
    fn trip_wire(&self, person: &Watched, day: i32) -> f64 {
        let Some(rhythm) = self.population.rhythm() else { return 0.0 };
        let days = seen(person, day);
        let patience = self.quantiles.patience(rhythm, &Gaps::between(days));
        let silence = f64::from(day - last(person, day));
        let (k, weight) = (patience.k, patience.weight());
        // Of 1 less a little nothing would be left to tell the surest apart.
        -libm::log(
            beta_inc(k * (patience.m + f64::from(patience.n)), k, weight / (silence + weight)).max(f64::MIN_POSITIVE),
        )
    }

    fn own_rhythm(&self, person: &Watched, day: i32) -> f64 {
        self.own.map_or(0.0, |own| own.ln_odds_of_gone(&history(person, day), HAZARD))
    }

    fn p_gone(&self, person: &Watched, day: i32) -> f64 {
        self.model.map_or(0.0, |model| -libm::log(model.p_alive(&history(person, day)).max(f64::MIN_POSITIVE)))
    }

    fn p_falling(&self, person: &Watched, day: i32) -> f64 {
        let (recent, before) = (self.parameters.recent_days as i32, self.parameters.before_days as i32);
        let days = seen(person, day);
        let n = |from: i32, to: i32| {
            (days.partition_point(|active| *active <= to) - days.partition_point(|active| *active <= from)) as u32
        };
        let age = person.days.first().map_or(0, |first| day - first + 1);
        let exposure = (recent.min(age), before.min(age - recent).max(0));
        let counts = (n(day - recent, day), n(day - recent - before, day - recent));
        p_rate_fell(counts.0, exposure.0 as u32, counts.1, exposure.1 as u32)
    }
}

fn population(known: &[&Watched], parameters: &Parameters) -> Population {
    let (vocabulary, verbs, objects) = (Vocabulary::default(), Verbs::default(), Objects::default());
    let reading = Reading::new(Day(WATCH_FROM), parameters, &vocabulary, &verbs, &objects);
    let mut population = Population::default();
    for person in known {
        let days = seen(person, WATCH_FROM);
        let (Some(&first), Some(&last)) = (days.first(), days.last()) else { continue };
        let gap = |back: usize| match days.len().checked_sub(back + 2) {
            Some(i) => (days[i + 1] - days[i]) as u32,
            None => 0,
        };
        let relation = Relation {
            first_day: first,
            last_day: last,
            n_days: days.len() as u32,
            gap_last: gap(0),
            gap_before: gap(1),
            ln_gaps: Gaps::between(days).ln,
            ..Relation::default()
        };
        population.add(&relation, &reading);
    }
    population
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rhythm_finds_more_than_silence_does() {
        let world = World { n_people: 500, newcomers_per_day: 0.0, n_days: 500, ..World::default() };
        let detectors = detect(&world).unwrap();
        let found = |name: &str| {
            let detector = detectors.iter().find(|detector| detector.name.starts_with(name)).unwrap();
            assert!(detector.detection.false_alarms <= FALSE_ALARMS || name.starts_with("inactive"), "{detector:?}");
            detector.detection.found.unwrap()
        };
        assert!(found("days of silence") < found("trip wire"), "{detectors:?}");
        assert!(found("days of silence") < found("own rhythm"), "{detectors:?}");
        assert!(found("P(alive)") < found("trip wire"), "people differ in how regular they are: {detectors:?}");
        assert_eq!(detectors.len(), 9);
    }
}
