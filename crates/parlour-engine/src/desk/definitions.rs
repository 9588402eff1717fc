//! Definitions: what every author's lens says of the same people, how far they agree, and on whom they do not.
//!
//! Two walks over everybody: the first for the sums that lenses measure by, the second to judge. What is found is kept.
//! Scores and shares are of everybody present; ranks are those of a sample, the same each time.

mod count;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use parlour_core::key::Key;
use parlour_core::lens::evidence::{Evidence, Gatherer};
use parlour_core::lens::rank::{Agreement, Ranking};
use parlour_core::lens::sums::Sums;
use parlour_core::lens::{Because, Case, Judgement, Lens, Part};
use parlour_core::objects::ObjectId;
use parlour_core::population::Population;
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold};
use parlour_core::standing::{Standing, Yardstick};

use self::count::{Count, lots};
use super::{Asked, population};
use crate::EngineError;
use crate::engine::Engine;

/// Most people whose ranks are compared.
pub const MAX_SAMPLED: usize = 20_000;
/// People told of at the top of a lens, and of those it is most disputed about.
pub const N_TOLD: usize = 10;

/// What the lenses say.
#[derive(Debug)]
pub struct Definitions {
    /// People who are present.
    pub n_people: u64,
    /// How many of them are ranked; all, or a sample.
    pub n_sampled: u64,
    /// What each lens says, in the order of [`Lens::ALL`].
    pub seen: Vec<Seen>,
    /// How each lens agrees with each, in that order.
    pub agreements: Vec<Vec<Agreement>>,
    /// People engaged by more than half of the lenses that draw a line for them.
    pub n_by_most: u64,
    /// People engaged by no lens.
    pub n_by_none: u64,
    /// People engaged by every lens that draws a line for them.
    pub n_by_all: u64,
    /// The ranked people whose ranks lie furthest apart, the furthest first.
    pub disputed: Vec<Disputed>,
    sums: Sums,
    rankings: Vec<Ranking>,
}

/// What one lens says of everybody.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which.
    pub lens: Lens,
    /// People it can judge.
    pub n_judged: u64,
    /// Why it cannot judge the others, the most frequent reason first.
    pub missing: Vec<(&'static str, u64)>,
    /// Mean score of those it judges.
    pub mean: Option<f64>,
    /// People for whom it draws a line.
    pub n_with_line: u64,
    /// Those of them it calls engaged.
    pub n_engaged: u64,
    /// People in each of its classes, in order of name.
    pub classes: Vec<(&'static str, u64)>,
    /// The most engaged, with their scores.
    pub top: Vec<(Key, f64)>,
}

/// Somebody the lenses do not agree about.
#[derive(Clone, Debug)]
pub struct Disputed {
    /// Who.
    pub person: Key,
    /// Standard deviation of the ranks, each as the share of people below.
    pub spread: f64,
    /// The ranks, in the order of [`Lens::ALL`]; `None` where a lens cannot judge.
    pub ranks: Vec<Option<f64>>,
}

/// What one lens says of one person.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which.
    pub lens: Lens,
    /// The judgement and the share of ranked people below; or why there is none.
    pub judged: Result<(Judgement, f64), &'static str>,
    /// The parts of the score.
    pub parts: Vec<Part>,
}

/// By whom somebody is engaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// This lens.
    Lens(Lens),
    /// More than half of those that draw a line for them.
    Most,
    /// Every one that draws a line for them.
    All,
    /// No lens.
    None,
}

impl By {
    /// By its name: a lens' id, or `most`, `all`, `none`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "most" => Some(Self::Most),
            "all" => Some(Self::All),
            "none" => Some(Self::None),
            id => Lens::of_id(id).map(Self::Lens),
        }
    }

    fn picks(self, case: &Case<'_>) -> bool {
        let line = |lens: Lens| lens.judge(case, &mut Because::Silent).ok().and_then(|judgement| judgement.is_engaged);
        if let Self::Lens(lens) = self {
            return line(lens) == Some(true);
        }
        let mut votes = Votes::default();
        for lens in Lens::ALL {
            votes.count(line(lens));
        }
        match self {
            Self::Lens(_) | Self::Most => votes.is_by_most(),
            Self::All => votes.is_by_all(),
            Self::None => votes.is_by_none(),
        }
    }
}

/// How many lenses draw a line for somebody, and how many of them find them engaged.
#[derive(Clone, Copy, Default)]
struct Votes {
    n_lines: u32,
    n_engaged: u32,
}

impl Votes {
    fn count(&mut self, is_engaged: Option<bool>) {
        self.n_lines += u32::from(is_engaged.is_some());
        self.n_engaged += u32::from(is_engaged == Some(true));
    }

    fn is_by_most(self) -> bool {
        2 * self.n_engaged > self.n_lines
    }

    fn is_by_all(self) -> bool {
        self.n_engaged > 0 && self.n_engaged == self.n_lines
    }

    fn is_by_none(self) -> bool {
        self.n_engaged == 0
    }
}

/// What every step of both walks needs.
struct Scene<'a> {
    reading: &'a Reading<'a>,
    yardstick: &'a Yardstick<'a>,
    population: &'a Population,
    object: ObjectId,
}

/// One person's rows, read into evidence.
struct Reader<'a> {
    fold: PersonFold<'a>,
    gatherer: Gatherer<'a>,
}

impl Reader<'_> {
    /// Tells `seen` the evidence and the standing of a person who has a relation with the object.
    fn read(
        &mut self,
        scene: &Scene<'_>,
        columns: &Columns,
        rows: Range<usize>,
        mut seen: impl FnMut(&Evidence, &Standing),
    ) {
        let gatherer = &mut self.gatherer;
        let here = gatherer.stretch(columns, rows.clone());
        if here.is_empty() {
            return;
        }
        self.fold.read(columns, here, &mut |object, days, relation| {
            if object == scene.object {
                let standing = scene.yardstick.measure(relation, scene.population);
                seen(gatherer.gather(columns, rows.clone(), days, relation), &standing);
            }
        });
    }
}

impl Engine {
    /// What every lens says of the people present with the object on the day asked about.
    pub fn definitions(&self, asked: &Asked) -> Result<Arc<Definitions>, EngineError> {
        let Asked { object, on, snapshot, .. } = asked;
        let version = snapshot.measured_by;
        self.caches.definitions.get(format!("{version} {object} {on}"), (version, 0), || self.find_definitions(asked))
    }

    fn find_definitions(&self, asked: &Asked) -> Result<Definitions, EngineError> {
        let snapshot = &*asked.snapshot;
        let populations = self.populations(snapshot, asked.on)?;
        let reading = self.reading(snapshot, asked.on);
        let scene = Scene {
            reading: &reading,
            yardstick: &Yardstick::new(&reading),
            population: population(&populations, asked.object),
            object: asked.object,
        };
        let sums = self.lens_sums(asked, &scene)?;
        let most_lots = lots(sums.n_people);
        let states = snapshot.everyone_and_all().visit(
            || (self.reader(asked, &scene), Count::new()),
            |(reader, count), person, columns, rows| {
                reader.read(&scene, columns, rows, |evidence, standing| {
                    if standing.cell.is_some() {
                        let case = self.case(&scene, &sums, evidence, standing);
                        count.take(person, &case, most_lots);
                    }
                });
            },
        )?;
        let mut counts = states.into_iter().map(|(_, count)| count);
        let mut all = counts.next().unwrap_or_else(Count::new);
        counts.for_each(|count| all.merge(count));
        Ok(all.finish(sums))
    }

    /// The people present whom `who` picks, by what every lens says of them.
    pub fn engaged_by(&self, asked: &Asked, who: By) -> Result<HashSet<Key>, EngineError> {
        let all = self.definitions(asked)?;
        let populations = self.populations(&asked.snapshot, asked.on)?;
        let reading = self.reading(&asked.snapshot, asked.on);
        let scene = Scene {
            reading: &reading,
            yardstick: &Yardstick::new(&reading),
            population: population(&populations, asked.object),
            object: asked.object,
        };
        let states = asked.snapshot.everyone_and_all().visit(
            || (self.reader(asked, &scene), Vec::new()),
            |(reader, found), person, columns, rows| {
                reader.read(&scene, columns, rows, |evidence, standing| {
                    let case = self.case(&scene, &all.sums, evidence, standing);
                    if standing.cell.is_some() && who.picks(&case) {
                        found.push(person);
                    }
                });
            },
        )?;
        Ok(states.into_iter().flat_map(|(_, found)| found).collect())
    }

    fn lens_sums(&self, asked: &Asked, scene: &Scene<'_>) -> Result<Sums, EngineError> {
        let choices = &self.settings.definitions;
        let states = asked.snapshot.everyone_and_all().visit(
            || (self.reader(asked, scene), Sums::default()),
            |(reader, sums), _, columns, rows| {
                reader.read(scene, columns, rows, |evidence, standing| {
                    if standing.cell.is_some() {
                        sums.add(scene.reading, choices, evidence, standing);
                    }
                });
            },
        )?;
        let mut all = Sums::default();
        for (_, sums) in &states {
            all.merge(sums);
        }
        all.settle();
        Ok(all)
    }

    fn reader<'a>(&self, asked: &Asked, scene: &Scene<'a>) -> Reader<'a> {
        let gatherer = Gatherer::new(scene.reading, &asked.snapshot.verbs, scene.object, &self.settings.definitions);
        Reader { fold: PersonFold::new(scene.reading), gatherer }
    }

    fn case<'a>(
        &'a self,
        scene: &Scene<'a>,
        sums: &'a Sums,
        evidence: &'a Evidence,
        standing: &'a Standing,
    ) -> Case<'a> {
        let choices = &self.settings.definitions;
        Case { reading: scene.reading, choices, population: scene.population, sums, evidence, standing }
    }

    /// What every lens says of one person, and why.
    pub fn definitions_of(&self, asked: &Asked, person: Key) -> Result<Vec<Said>, EngineError> {
        let all = self.definitions(asked)?;
        let snapshot = &*asked.snapshot;
        let columns = snapshot.everyone_and_all().person(snapshot.identity.ids_of(&person))?;
        let populations = self.populations(snapshot, asked.on)?;
        let reading = self.reading(snapshot, asked.on);
        let scene = Scene {
            reading: &reading,
            yardstick: &Yardstick::new(&reading),
            population: population(&populations, asked.object),
            object: asked.object,
        };
        let mut said = Vec::new();
        self.reader(asked, &scene).read(&scene, &columns, 0..columns.len(), |evidence, standing| {
            let case = self.case(&scene, &all.sums, evidence, standing);
            said.extend(Lens::ALL.into_iter().zip(&all.rankings).map(|(lens, ranking)| say(lens, ranking, &case)));
        });
        if said.is_empty() {
            let none = format!("there was no relation with `{}` by {}", asked.object_name(), asked.on);
            return Err(EngineError::NotFound(none));
        }
        Ok(said)
    }
}

fn say(lens: Lens, ranking: &Ranking, case: &Case<'_>) -> Said {
    let mut because = Because::Kept(Vec::new());
    let judged = lens.judge(case, &mut because);
    let judged = judged.map(|judgement| (judgement, ranking.percentile(rank_of(lens, &judgement))));
    Said { lens, judged, parts: because.parts() }
}

/// A score as people are ranked by it: the higher, the more engaged.
fn rank_of(lens: Lens, judgement: &Judgement) -> f64 {
    if lens.about().is_lower_better { -judgement.score } else { judgement.score }
}
