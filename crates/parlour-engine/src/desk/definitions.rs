//! Definitions: what every author's lens says of the same people, how far they agree, and on whom they do not.
//!
//! Two walks over everybody: the first for the sums that lenses measure by, the second to judge. What is found is kept for
//! the version of the state. Scores and shares are of everybody present; ranks are those of a sample, the same each time.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::day::Day;
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

use super::{Asked, population};
use crate::EngineError;
use crate::engine::Engine;

/// Most people whose ranks are compared.
pub const MAX_SAMPLED: usize = 20_000;
/// People told of at the top of a lens, and of those it is most disputed about.
pub const N_TOLD: usize = 10;
/// Fewest lenses that must judge somebody who is disputed.
const FEWEST_JUDGES: usize = 4;
/// Answers that are kept, each some five megabytes at most.
const REMEMBERED: usize = 4;
/// Means are summed in steps of a millionth, so that the order of people changes nothing.
const STEPS_OF_ONE: f64 = 1e6;
const N: usize = Lens::ALL.len();

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
        Lens::ALL.into_iter().for_each(|lens| votes.count(line(lens)));
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

/// Answers found before.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<VecDeque<(u64, ObjectId, Day, Arc<Definitions>)>>);

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

/// What one thread found in the second walk.
struct Count {
    seen: Vec<Seen>,
    sums: [i128; N],
    sampled: Vec<Sampled>,
    n_by_most: u64,
    n_by_none: u64,
    n_by_all: u64,
}

struct Sampled {
    lot: u64,
    person: Key,
    scores: [f64; N],
}

impl Engine {
    /// What every lens says of the people present with the object on the day asked about.
    pub fn definitions(&self, asked: &Asked) -> Result<Arc<Definitions>, EngineError> {
        let (version, object, on) = (asked.snapshot.version, asked.object, asked.on);
        if let Some(known) = self.caches.definitions.get(version, object, on) {
            return Ok(known);
        }
        let found = Arc::new(self.find_definitions(asked)?);
        self.caches.definitions.keep(version, object, on, &found);
        Ok(found)
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
        states.iter().for_each(|(_, sums)| all.merge(sums));
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

/// A number that is the person's for good, and without meaning.
fn lot(person: Key) -> u64 {
    let mut mixed = (person.0 as u64) ^ ((person.0 >> 64) as u64) ^ 0x9e37_79b9_7f4a_7c15;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Up to which lot people are in the sample: all where they are few, else a little more than are wanted.
fn lots(n_people: u64) -> u64 {
    let wanted = MAX_SAMPLED as f64 * 1.1;
    if n_people as f64 <= wanted { u64::MAX } else { (wanted / n_people as f64 * u64::MAX as f64) as u64 }
}

impl Count {
    fn new() -> Self {
        let seen = |lens| Seen {
            lens,
            n_judged: 0,
            missing: Vec::new(),
            mean: None,
            n_with_line: 0,
            n_engaged: 0,
            classes: Vec::new(),
            top: Vec::new(),
        };
        let seen = Lens::ALL.into_iter().map(seen).collect();
        Self { seen, sums: [0; N], sampled: Vec::new(), n_by_most: 0, n_by_none: 0, n_by_all: 0 }
    }

    fn take(&mut self, person: Key, case: &Case<'_>, most_lots: u64) {
        let mut scores = [f64::NAN; N];
        let mut votes = Votes::default();
        for (at, seen) in self.seen.iter_mut().enumerate() {
            match seen.lens.judge(case, &mut Because::Silent) {
                Ok(judgement) => {
                    scores[at] = rank_of(seen.lens, &judgement);
                    self.sums[at] += (judgement.score * STEPS_OF_ONE) as i128;
                    votes.count(judgement.is_engaged);
                    seen.take(person, &judgement, scores[at]);
                }
                Err(reason) => add(&mut seen.missing, reason, 1),
            }
        }
        self.n_by_most += u64::from(votes.is_by_most());
        self.n_by_none += u64::from(votes.is_by_none());
        self.n_by_all += u64::from(votes.is_by_all());
        let lot = lot(person);
        if lot <= most_lots {
            self.sampled.push(Sampled { lot, person, scores });
        }
    }

    fn merge(&mut self, other: Self) {
        for (seen, more) in self.seen.iter_mut().zip(other.seen) {
            seen.n_judged += more.n_judged;
            seen.n_with_line += more.n_with_line;
            seen.n_engaged += more.n_engaged;
            more.missing.iter().for_each(|&(reason, n)| add(&mut seen.missing, reason, n));
            more.classes.iter().for_each(|&(class, n)| add(&mut seen.classes, class, n));
            seen.top.extend(more.top);
        }
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
        self.sampled.extend(other.sampled);
        self.n_by_most += other.n_by_most;
        self.n_by_none += other.n_by_none;
        self.n_by_all += other.n_by_all;
    }

    fn finish(mut self, sums: Sums) -> Definitions {
        for (seen, sum) in self.seen.iter_mut().zip(self.sums) {
            seen.keep_top();
            seen.top.iter_mut().for_each(|(_, score)| *score = score_of(seen.lens, *score));
            seen.classes.sort_unstable();
            seen.missing.sort_by_key(|&(reason, n)| (std::cmp::Reverse(n), reason));
            seen.mean = (seen.n_judged > 0).then(|| sum as f64 / STEPS_OF_ONE / seen.n_judged as f64);
        }
        self.sampled.sort_unstable_by_key(|sampled| (sampled.lot, sampled.person));
        self.sampled.truncate(MAX_SAMPLED);
        let column = |at: usize| self.sampled.iter().map(|sampled| sampled.scores[at]).collect();
        let rankings: Vec<Ranking> = (0..N).map(|at| Ranking::new(column(at))).collect();
        Definitions {
            n_people: sums.n_people,
            n_sampled: self.sampled.len() as u64,
            agreements: agreements(&rankings),
            disputed: disputed(&self.sampled, &rankings),
            seen: self.seen,
            n_by_most: self.n_by_most,
            n_by_none: self.n_by_none,
            n_by_all: self.n_by_all,
            sums,
            rankings,
        }
    }
}

/// The score of what somebody was ranked by.
fn score_of(lens: Lens, rank: f64) -> f64 {
    if lens.about().is_lower_better { -rank } else { rank }
}

impl Seen {
    fn take(&mut self, person: Key, judgement: &Judgement, rank: f64) {
        self.n_judged += 1;
        self.n_with_line += u64::from(judgement.is_engaged.is_some());
        self.n_engaged += u64::from(judgement.is_engaged == Some(true));
        if let Some(class) = judgement.class {
            add(&mut self.classes, class, 1);
        }
        // Once there are enough, the first ten are in order and the tenth is who must be beaten.
        let floor = self.top.get(N_TOLD - 1);
        if floor.is_none_or(|floor| (rank, floor.0) > (floor.1, person)) {
            self.top.push((person, rank));
            if self.top.len() == N_TOLD || 8 * N_TOLD <= self.top.len() {
                self.keep_top();
            }
        }
    }

    fn keep_top(&mut self) {
        self.top.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.top.truncate(N_TOLD);
    }
}

fn add(counts: &mut Vec<(&'static str, u64)>, name: &'static str, n: u64) {
    match counts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, sum)) => *sum += n,
        None => counts.push((name, n)),
    }
}

fn agreements(rankings: &[Ranking]) -> Vec<Vec<Agreement>> {
    let mut all = vec![vec![Agreement { rho: None, n: 0 }; N]; N];
    for a in 0..N {
        for b in a..N {
            let agreement = rankings[a].agreement(&rankings[b]);
            all[a][b] = agreement;
            all[b][a] = agreement;
        }
    }
    all
}

fn disputed(sampled: &[Sampled], rankings: &[Ranking]) -> Vec<Disputed> {
    let ranks: Vec<Vec<f64>> = rankings.iter().map(Ranking::percentiles).collect();
    let of = |at: usize| ranks.iter().map(move |ranks| Some(ranks[at]).filter(|rank| !rank.is_nan()));
    let mut spreads: Vec<(f64, usize)> =
        (0..sampled.len()).filter_map(|at| Some((spread(of(at).flatten())?, at))).collect();
    spreads.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    spreads.truncate(N_TOLD);
    spreads
        .into_iter()
        .map(|(spread, at)| Disputed { person: sampled[at].person, spread, ranks: of(at).collect() })
        .collect()
}

/// Standard deviation, of enough ranks.
fn spread(ranks: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut n, mut sum, mut squares) = (0_usize, 0.0, 0.0);
    for rank in ranks {
        n += 1;
        sum += rank;
        squares += rank * rank;
    }
    let mean = sum / n as f64;
    (FEWEST_JUDGES <= n).then(|| (squares / n as f64 - mean * mean).max(0.0).sqrt())
}

impl Kept {
    fn get(&self, version: u64, object: ObjectId, on: Day) -> Option<Arc<Definitions>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(v, o, d, _)| (*v, *o, *d) == (version, object, on)).map(|(.., found)| Arc::clone(found))
    }

    fn keep(&self, version: u64, object: ObjectId, on: Day, found: &Arc<Definitions>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(v, ..)| *v == version);
        kept.push_back((version, object, on, Arc::clone(found)));
        if kept.len() > REMEMBERED {
            kept.pop_front();
        }
    }
}
