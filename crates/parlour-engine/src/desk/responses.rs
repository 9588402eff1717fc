//! Responses: how many asks were answered, how soon and by whom, with the unanswered kept in; and what an answer seems
//! to change.
//!
//! The clock of every number runs around the clock, from the first word to the first answer of a human of the brand. Who
//! still waits is censored now; what was closed without an answer is censored when it was closed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use parlour_core::day::Day;
use parlour_core::event::Name;
use parlour_core::key::Key;
use parlour_core::objects::ObjectId;
use parlour_core::population::Population;
use parlour_core::reading::{MICRO, Reading};
use parlour_core::relation::{PersonFold, Relation};
use parlour_core::standing::Yardstick;
use parlour_stats::matched::{self, Case, Effect};
use parlour_stats::survival::{Curve, Wait};
use parlour_store::ask::{self, ANSWERED, Ask, CLOSED, OPEN, Wanted};

use super::Asked;
use crate::engine::Engine;
use crate::snapshot::Snapshot;
use crate::{EngineError, clock};

/// What asks are told apart by.
pub const GROUPINGS: [&str; 6] = ["class", "layer", "brand", "staff", "language", "asker"];
/// Hours within which an answer is counted.
pub const WITHIN_HOURS: [f64; 4] = [1.0, 8.0, 24.0, 168.0];
/// How engaged who asks is, among those who ever asked.
pub const BANDS: [&str; 3] = ["most engaged third", "middle third", "least engaged third"];
/// Most groups of one kind; the others are told as one.
const MAX_GROUPS: usize = 20;
/// Most asks of which is looked what followed.
const MAX_FOLLOWED: u64 = 5_000;
/// Days after an ask in which is looked what followed.
const FOLLOWED_DAYS: i32 = 30;
/// Days within which an answer counts as one for that.
const ANSWERED_DAYS: i64 = 7;
const MICROS_PER_HOUR: f64 = 3_600_000_000.0;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Which random numbers the interval is made with.
const SEED: u64 = 1;

/// How a group of asks fared.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "counts of what they are named after")]
pub struct Responses {
    /// What they have in common; empty where that is not known.
    pub value: String,
    pub n: u64,
    pub n_answered: u64,
    pub n_closed: u64,
    pub n_open: u64,
    /// Open beyond their time.
    pub n_overdue: u64,
    /// Answered after their time.
    pub n_late: u64,
    /// Answered by another person, whatever the brand did.
    pub n_peer: u64,
    /// Acknowledged by a machine and answered by nobody.
    pub n_acknowledged_only: u64,
    /// Hours until the first answer, over all, with those in who still wait.
    pub curve: Curve,
}

/// Everything about responses.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// All asks together.
    pub all: Responses,
    /// The same by what they have in common, in the order of [`GROUPINGS`]; the greatest group first.
    pub by: [Vec<Responses>; 6],
    /// What an answer seems to change: the asker's points in the 30 days after.
    pub sustain: Option<Effect>,
    /// Asks of which was looked what followed.
    pub n_followed: u64,
}

/// What a brand does toward its people, beside what they do toward it.
#[derive(Clone, Debug)]
pub struct Reciprocity {
    /// The brand.
    pub object: Name,
    /// People present with it.
    pub n_people: u64,
    /// People it did something toward within the retention window.
    pub n_engaged_back: u64,
    /// Points of its people toward it, …
    pub points: f64,
    /// … and of it toward them.
    pub points_back: f64,
    /// The last day on which it did anything toward anybody.
    pub last_day: Option<Day>,
}

impl Reciprocity {
    /// Whether it does nothing toward anybody, and so is a thing.
    pub fn is_inanimate(&self) -> bool {
        self.n_engaged_back == 0
    }
}

struct Line {
    ask: Ask,
    person: Key,
    band: Option<usize>,
}

/// An ask of which is looked what followed.
struct Followed<'a> {
    line: &'a Line,
    object: ObjectId,
    day: i32,
    is_treated: bool,
}

impl<'a> Followed<'a> {
    /// `None` where the days after are not over, or where it was answered too late to count as answered and too soon to
    /// count as not.
    fn of(line: &'a Line, snapshot: &Snapshot, last: i32) -> Option<Self> {
        let day = Day::of_micros(line.ask.opened_at).0;
        let waited = line.ask.answered_at.map(|at| at - line.ask.opened_at);
        let is_within = |days: i64| waited.is_some_and(|waited| waited <= days * MICROS_PER_DAY);
        let is_treated = is_within(ANSWERED_DAYS);
        let is_over = day + FOLLOWED_DAYS <= last && line.ask.state != CLOSED;
        let is_between = !is_treated && is_within(i64::from(FOLLOWED_DAYS));
        (is_over && !is_between).then_some(Self { line, object: snapshot.objects.id(line.ask.brand)?, day, is_treated })
    }

    /// The day before, so that the ask itself is in neither.
    fn before(&self) -> i32 {
        self.day - 1
    }

    fn after(&self) -> i32 {
        self.day + FOLLOWED_DAYS
    }
}

impl Engine {
    /// How asks of a brand, or of all (all `brands`, where those are given), fared that were opened between two times (microseconds UTC). With a brand, its
    /// askers are told apart by how engaged they are.
    pub fn responses(
        &self,
        (brand, brands): (Option<Key>, Option<Vec<Key>>),
        (from, before): (Option<i64>, Option<i64>),
    ) -> Result<Arc<Told>, EngineError> {
        let wanted = Wanted { brand, brands, opened_from: from, opened_before: before, ..Wanted::default() };
        let state = (self.stirred(), self.snapshot().view.n_rows());
        let question = format!("{brand:?} {:?} {from:?} {before:?}", wanted.brands);
        self.caches.responses.get(question, state, || self.count_responses(&wanted))
    }

    fn count_responses(&self, wanted: &Wanted) -> Result<Told, EngineError> {
        let snapshot = self.snapshot();
        let mut lines = Vec::new();
        self.database.read(|conn| {
            ask::for_each(conn, wanted, &mut |ask| {
                let person = snapshot.identity.person_of(ask.person);
                lines.push(Line { ask, person, band: None });
                Ok(())
            })
        })?;
        if let Some(brand) = wanted.brand {
            let bands = self.asker_bands(brand)?;
            for line in &mut lines {
                line.band = bands.get(&line.person).copied();
            }
        }
        let now = clock::now();
        let mut by: [Vec<Responses>; 6] = Default::default();
        for (groups, grouping) in by.iter_mut().zip(GROUPINGS) {
            *groups = group(&lines, now, |line| value_of(&snapshot, line, grouping));
        }
        let all = fared(String::new(), &lines.iter().collect::<Vec<_>>(), now);
        let (sustain, n_followed) = self.sustain(&snapshot, &lines)?;
        Ok(Told { all, by, sustain, n_followed })
    }

    /// In which third of those who ever asked a brand each of them is, by their involvement with it on the last day.
    pub fn asker_bands(&self, brand: Key) -> Result<Arc<HashMap<Key, usize>>, EngineError> {
        let snapshot = self.snapshot();
        let state = (snapshot.version, snapshot.view.n_rows());
        self.caches.bands.get(brand.to_string(), state, || self.find_bands(&snapshot, brand))
    }

    fn find_bands(&self, snapshot: &Arc<Snapshot>, brand: Key) -> Result<HashMap<Key, usize>, EngineError> {
        let Some(object) = snapshot.objects.id(brand) else { return Ok(HashMap::new()) };
        let on = self.default_day(snapshot);
        let asked =
            Asked { snapshot: Arc::clone(snapshot), object, on, since: on, slice: super::Slice::default(), seen: None };
        let people = self.database.read(|conn| ask::people_of(conn, brand))?;
        let askers: HashSet<Key> = people.into_iter().map(|person| snapshot.identity.person_of(person)).collect();
        let states = self.everyone(&asked, Vec::new, |found, person, _, relation| {
            if askers.contains(&person) {
                found.push((relation.involvement(), person));
            }
        })?;
        let mut found: Vec<(i64, Key)> = states.into_iter().flatten().collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        let n = found.len().max(1);
        Ok(found.iter().enumerate().map(|(at, (_, person))| (*person, at * BANDS.len() / n)).collect())
    }

    /// A page of the asks of a brand whose askers are in one third, what is due first first, and how many there are.
    pub fn asks_of_band(
        &self,
        (brand, band): (Key, usize),
        wanted: &Wanted,
        after: Option<(i64, Key)>,
        limit: usize,
    ) -> Result<(Vec<super::asks::Line>, i64), EngineError> {
        let (bands, identity) = (self.asker_bands(brand)?, self.snapshot().identity.clone());
        let is_in = |ask: &Ask| bands.get(&identity.person_of(ask.person)) == Some(&band);
        let mut asks: Vec<Ask> = Vec::new();
        let mut n_total = 0;
        self.database.read(|conn| {
            ask::for_each(conn, wanted, &mut |ask| {
                if is_in(&ask) {
                    n_total += 1;
                    if after.is_none_or(|after| after < (ask.due_at, ask.key)) {
                        asks.push(ask);
                    }
                }
                Ok(())
            })
        })?;
        asks.sort_unstable_by_key(|ask| (ask.due_at, ask.key));
        asks.truncate(limit);
        Ok((self.lines(asks, wanted.brands.as_deref())?, n_total))
    }

    /// The difference that an answer within a week seems to make to the asker's involvement in the 30 days after they
    /// asked: beside those like them in class, layer, direction and involvement who had none.
    fn sustain(&self, snapshot: &Arc<Snapshot>, lines: &[Line]) -> Result<(Option<Effect>, u64), EngineError> {
        let last = self.default_day(snapshot).0;
        let followed: Vec<Followed<'_>> = lines.iter().filter_map(|line| Followed::of(line, snapshot, last)).collect();
        let step = (followed.len() as u64).div_ceil(MAX_FOLLOWED).max(1) as usize;
        let mut by_person: HashMap<Key, Vec<Followed<'_>>> = HashMap::new();
        let mut days = BTreeSet::new();
        for one in followed.into_iter().step_by(step) {
            days.extend([one.before(), one.after()]);
            by_person.entry(one.line.person).or_default().push(one);
        }
        let readings: Vec<Reading<'_>> = days.iter().map(|day| self.reading(snapshot, Day(*day))).collect();
        let readings: HashMap<i32, (&Reading<'_>, Yardstick<'_>)> =
            readings.iter().map(|reading| (reading.day.0, (reading, Yardstick::new(reading)))).collect();
        let nobody = Population::default();
        let states = snapshot.everyone().visit(Vec::new, |cases: &mut Vec<Case>, person, columns, rows| {
            for one in by_person.get(&person).into_iter().flatten() {
                let standing_on = |day: i32| {
                    let (reading, yardstick) = &readings[&day];
                    let mut found = Relation::default();
                    PersonFold::new(reading).read(columns, rows.clone(), &mut |id, _, relation| {
                        if id == one.object {
                            found = *relation;
                        }
                    });
                    (found.involvement(), yardstick.measure(&found, &nobody).direction)
                };
                let (before, direction) = standing_on(one.before());
                let (after, _) = standing_on(one.after());
                let Ask { class, layer, .. } = &one.line.ask;
                let stratum = stratum(&[class, layer, direction.name(), &size_of(before).to_string()]);
                let outcome = (after - before) as f64 / MICRO as f64;
                cases.push(Case { stratum, is_treated: one.is_treated, outcome });
            }
        })?;
        let mut cases: Vec<Case> = states.into_iter().flatten().collect();
        // In whatever parts they were visited, the same interval.
        cases.sort_unstable_by(|a, b| {
            (a.stratum, a.is_treated).cmp(&(b.stratum, b.is_treated)).then(a.outcome.total_cmp(&b.outcome))
        });
        Ok((matched::effect(&cases, SEED), cases.len() as u64))
    }

    /// What every brand with asks or acts of its own does toward its people on the last day with activity.
    pub fn reciprocity(&self) -> Result<Arc<Vec<Reciprocity>>, EngineError> {
        let state = (self.stirred(), self.snapshot().view.n_rows());
        self.caches.reciprocity.get(String::new(), state, || self.count_reciprocity())
    }

    fn count_reciprocity(&self) -> Result<Vec<Reciprocity>, EngineError> {
        let snapshot = self.snapshot();
        let on = self.default_day(&snapshot);
        let asked: HashSet<Key> =
            self.database.read(ask::count_by_brand)?.into_iter().map(|(brand, _)| brand).collect();
        let back = self.reading_back(&snapshot, on);
        let states = snapshot.everyone().visit(
            || (PersonFold::new(&back), BTreeMap::<ObjectId, (u64, i64, i32)>::new()),
            |(fold, sums), _, columns, rows| {
                fold.read(columns, rows, &mut |object, _, relation| {
                    if relation.is_present(&back) {
                        let sum = sums.entry(object).or_insert((0, 0, i32::MIN));
                        *sum = (sum.0 + 1, sum.1 + relation.involvement(), sum.2.max(relation.last_day));
                    }
                });
            },
        )?;
        let mut sums: BTreeMap<ObjectId, (u64, i64, i32)> = BTreeMap::new();
        for (object, (n, points, last)) in states.into_iter().flat_map(|(_, sums)| sums) {
            let sum = sums.entry(object).or_insert((0, 0, i32::MIN));
            *sum = (sum.0 + n, sum.1 + points, sum.2.max(last));
        }
        let populations = self.populations(&snapshot, on)?;
        let all = (0..).zip(snapshot.objects.all());
        let told = all.filter(|(id, object)| asked.contains(&object.key) || is_brand_acting(&sums, *id, &snapshot));
        let mut told: Vec<Reciprocity> = told
            .map(|(id, object)| {
                let (n_engaged_back, points_back, last) = sums.get(&id).copied().unwrap_or((0, 0, i32::MIN));
                let population = super::population(&populations, id);
                Reciprocity {
                    object: object.name.clone(),
                    n_people: population.n_present,
                    n_engaged_back,
                    points: population.involvement as f64 / MICRO as f64,
                    points_back: points_back as f64 / MICRO as f64,
                    last_day: (last != i32::MIN).then_some(Day(last)),
                }
            })
            .collect();
        told.sort_by_key(|one| (one.n_engaged_back, std::cmp::Reverse(one.n_people)));
        Ok(told)
    }
}

/// What an ask has in common with others.
fn value_of(snapshot: &Snapshot, line: &Line, grouping: &str) -> Option<String> {
    let ask = &line.ask;
    match grouping {
        "class" => Some(ask.class.clone()),
        "layer" => Some(ask.layer.clone()),
        "brand" => {
            let object = snapshot.objects.id(ask.brand).and_then(|id| snapshot.objects.get(id));
            Some(object.map_or_else(|| ask.brand.to_string(), |object| object.name.to_string()))
        }
        "staff" => ask.answered_at.map(|_| ask.staff.clone().unwrap_or_default()),
        "language" => Some(ask.language.clone().unwrap_or_default()),
        _ => line.band.map(|band| BANDS[band].to_owned()),
    }
}

/// Whether an object that belongs to nothing did something toward somebody.
fn is_brand_acting(sums: &BTreeMap<ObjectId, (u64, i64, i32)>, id: ObjectId, snapshot: &Snapshot) -> bool {
    sums.contains_key(&id) && snapshot.objects.line(id).len() == 1
}

/// The number of a kind of case.
fn stratum(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// How great an involvement is: none, or which doubling of a point.
fn size_of(involvement: i64) -> i64 {
    i64::from((involvement / MICRO).max(0).checked_ilog2().map_or(0, |size| size + 1))
}

fn group(lines: &[Line], now: i64, value: impl Fn(&Line) -> Option<String>) -> Vec<Responses> {
    let mut groups: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        if let Some(value) = value(line) {
            groups.entry(value).or_default().push(line);
        }
    }
    let mut groups: Vec<Responses> = groups.into_iter().map(|(value, lines)| fared(value, &lines, now)).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.n));
    groups.truncate(MAX_GROUPS);
    groups
}

fn fared(value: String, lines: &[&Line], now: i64) -> Responses {
    let n_of = |is: &dyn Fn(&Ask) -> bool| lines.iter().filter(|line| is(&line.ask)).count() as u64;
    let wait = |line: &&Line| {
        let ask = &line.ask;
        let until = ask.answered_at.or(ask.closed_at).unwrap_or(now);
        Wait { time: (until - ask.opened_at) as f64 / MICROS_PER_HOUR, has_ended: ask.answered_at.is_some() }
    };
    Responses {
        value,
        n: lines.len() as u64,
        n_answered: n_of(&|ask| ask.state == ANSWERED),
        n_closed: n_of(&|ask| ask.state == CLOSED),
        n_open: n_of(&|ask| ask.state == OPEN),
        n_overdue: n_of(&|ask| ask.state == OPEN && ask.due_at < now),
        n_late: n_of(&|ask| ask.answered_at.is_some_and(|at| ask.due_at < at)),
        n_peer: n_of(&|ask| ask.peer_at.is_some()),
        n_acknowledged_only: n_of(&|ask| ask.acknowledged_at.is_some() && ask.answered_at.is_none()),
        curve: Curve::of(lines.iter().map(wait)),
    }
}
