//! A question made ready to be counted: its runs opened, and the kernel over ranges of its subjects.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use parlour_afar::{NotWhole, Part, Question, Stands, What, add_sums};
use parlour_core::activity::Verbs;
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_core::objects::{ObjectId, Objects};
use parlour_core::panel::{Follower, Panel, Tally};
use parlour_core::parameters::Parameters;
use parlour_core::population::{Census, Population, merge_sums};
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold};
use parlour_core::said::Word;
use parlour_core::standing::Yardstick;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::chunk::Numbers;
use parlour_lake::kernel::{Gathered, Hidden, United, View, Walk};

use crate::cache::Cache;

/// Subjects from a key on, up to but without another.
pub(crate) type Range = (Key, Option<Key>);

/// Who alone is added up, if they are given, and what people say of their own standings.
type Whom = (Option<HashSet<Key>>, HashMap<(Key, ObjectId), Word>);

/// A question with its runs open.
#[derive(Debug)]
pub(crate) struct Loaded {
    question: Question,
    view: View,
    parameters: Parameters,
    vocabulary: Vocabulary,
    verbs: Verbs,
    objects: Objects,
    united: United,
    hidden: Hidden,
    /// By which standings are measured; none where something else is asked for.
    populations: Option<Vec<Population>>,
    /// Of whom is added up; where that is asked for.
    tallied: Option<Whom>,
}

/// What was counted of some people.
#[derive(Debug)]
pub(crate) enum Counted {
    Sums(Vec<Vec<Population>>),
    Tally(Tally),
}

impl Counted {
    /// As it is sent.
    pub(crate) fn parts(self) -> Result<Vec<Vec<u8>>, NotWhole> {
        match self {
            Self::Sums(sums) => Part::of_sums(sums),
            Self::Tally(tally) => Ok(vec![Part::Tally(Box::new(tally)).to_bytes()?]),
        }
    }

    /// Adds a part of what others counted.
    pub(crate) fn add(&mut self, part: &Part) -> anyhow::Result<()> {
        let is_of_it = match (self, part) {
            (Self::Sums(sums), Part::Sums(others)) => add_sums(sums, others).map(|()| true)?,
            (Self::Tally(sum), Part::Tally(more)) => sum.merge(more),
            (Self::Sums(_) | Self::Tally(_), _) => false,
        };
        ensure!(is_of_it, "something else came up among what is added up");
        Ok(())
    }

    /// Adds what was counted of others.
    pub(crate) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Sums(sums), Self::Sums(others)) => merge_sums(sums, others),
            (Self::Tally(sum), Self::Tally(more)) => {
                sum.merge(more);
            }
            (Self::Sums(_) | Self::Tally(_), _) => {}
        }
    }
}

/// Standings of one part.
const PART_ROWS: usize = 8_192;

impl Loaded {
    /// Opens what the question names.
    pub(crate) fn new(question: Question, cache: &Cache) -> anyhow::Result<Self> {
        let populations = match &question.what {
            What::Populations | What::Tally(_) => None,
            What::Standings(sums) => {
                let mut all = vec![vec![Population::default(); question.under.n_objects()]];
                add_sums(&mut all, sums)?;
                all.pop()
            }
        };
        let tallied = if let What::Tally(tallied) = &question.what {
            let words = tallied.words.iter().map(|(person, word)| ((*person, tallied.object), *word));
            Some((tallied.people.as_ref().map(|people| people.iter().copied().collect()), words.collect()))
        } else {
            None
        };
        let runs = cache.open(&question.lake, &question.runs)?;
        Ok(Self {
            view: View { runs, tails: question.tails.clone() },
            parameters: question.under.parameters()?,
            vocabulary: question.under.vocabulary()?,
            verbs: question.under.verbs(),
            objects: question.under.objects(),
            united: question.united(),
            hidden: question.hidden(),
            populations,
            tallied,
            question,
        })
    }

    fn readings(&self) -> Vec<Reading<'_>> {
        let reading = |day| Reading::new(day, &self.parameters, &self.vocabulary, &self.verbs, &self.objects);
        self.question.days().map(reading).collect()
    }

    fn walk(&self) -> Walk<'_> {
        let numbers = Numbers { objects: &self.objects, verbs: &self.verbs };
        Walk { view: &self.view, numbers, united: &self.united, hidden: &self.hidden, n_threads: 1, is_wide: false }
    }

    /// Counts everybody of one id in these ranges, for as long as `is_wanted`; rows of people of several ids come back in
    /// `n_parts` parts, by the person.
    pub(crate) fn count(
        &self,
        ranges: &[Range],
        n_parts: usize,
        is_wanted: impl Fn() -> bool,
    ) -> anyhow::Result<(Counted, Vec<Gathered>)> {
        let (walk, mut gathered) = (self.walk(), Gathered::of_width(false));
        let counted = self.counted(|count| {
            ranges.iter().try_for_each(|range| {
                ensure!(is_wanted(), "nobody wants to know any more");
                walk.visit_between(*range, &mut gathered, &mut *count).context("the kernel stopped")
            })
        })?;
        Ok((counted, gathered.parted(n_parts)))
    }

    /// Counts people of several ids, all rows of whom are here.
    pub(crate) fn count_gathered(&self, gathered: Gathered) -> anyhow::Result<Counted> {
        self.counted(|count| {
            gathered.visit(count);
            Ok(())
        })
    }

    /// What is counted of whoever `visit` tells.
    fn counted(
        &self,
        visit: impl FnOnce(&mut dyn FnMut(Key, &Columns, std::ops::Range<usize>)) -> anyhow::Result<()>,
    ) -> anyhow::Result<Counted> {
        let (readings, mut seen) = (self.readings(), OnLayer::new(self.question.layer));
        let (What::Tally(tallied), Some((people, words))) = (&self.question.what, &self.tallied) else {
            let mut census = Census::new(&readings);
            visit(&mut |_, columns, rows| seen.tell(columns, rows, |columns, rows| census.count(columns, &rows)))?;
            return Ok(Counted::Sums(census.into_sums()));
        };
        let (now, ends) = readings.split_last().context("no day is asked about")?;
        let ends: Vec<(&Reading<'_>, &Population)> = ends.iter().zip(&tallied.populations).collect();
        let panel = Panel {
            object: tallied.object,
            acquired: tallied.acquired,
            people: people.as_ref(),
            words,
            needs_purchases: tallied.sum.needs_purchases(),
            now,
            ends: &ends,
        };
        let (mut follower, mut tally) = (Follower::new(&panel), tallied.sum.of_nobody(now.day));
        visit(&mut |person, columns, rows| {
            seen.tell(columns, rows, |columns, rows| {
                follower.follow(person, columns, rows, |followed| tallied.sum.add(&mut tally, followed));
            });
        })?;
        Ok(Counted::Tally(tally))
    }

    /// Whether standings are asked for.
    pub(crate) fn is_of_standings(&self) -> bool {
        self.populations.is_some()
    }

    /// Measures everybody of one id in these ranges, for as long as `is_wanted`, and tells each part, numbered from `first` on;
    /// rows of people of several ids come back as from [`Self::count`].
    pub(crate) fn measure(
        &self,
        ranges: &[Range],
        (first, n_parts): (u64, usize),
        is_wanted: impl Fn() -> bool,
        mut tell: impl FnMut(&Part) -> anyhow::Result<()>,
    ) -> anyhow::Result<Vec<Gathered>> {
        let readings = self.readings();
        let (walk, mut measurer) = (self.walk(), Measurer::new(self, &readings)?);
        let mut gathered = Gathered::of_width(false);
        let (mut number, mut told) = (first, Ok(()));
        for range in ranges {
            ensure!(is_wanted(), "nobody wants to know any more");
            walk.visit_between(*range, &mut gathered, |person, columns, rows| {
                measurer.measure(person, columns, rows);
                if PART_ROWS <= measurer.stands.len() && told.is_ok() {
                    told = tell(&Part::Standings(number, std::mem::take(&mut measurer.stands)));
                    number += 1;
                }
            })
            .context("the kernel stopped")?;
        }
        told?;
        tell(&Part::Standings(number, measurer.stands))?;
        Ok(gathered.parted(n_parts))
    }

    /// Measures people of several ids, all rows of whom are here.
    pub(crate) fn measure_gathered(
        &self,
        gathered: Gathered,
        mut tell: impl FnMut(&Part) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let readings = self.readings();
        let mut measurer = Measurer::new(self, &readings)?;
        let mut told = Ok(());
        gathered.visit(|person, columns, rows| {
            measurer.measure(person, columns, rows);
            if PART_ROWS <= measurer.stands.len() && told.is_ok() {
                told = tell(&Part::Gathered(std::mem::take(&mut measurer.stands)));
            }
        });
        told?;
        tell(&Part::Gathered(measurer.stands))
    }

    /// What is counted of nobody.
    pub(crate) fn nobody(&self) -> anyhow::Result<Counted> {
        self.counted(|_| Ok(()))
    }
}

/// The rows of one person after another, of a layer or all.
struct OnLayer {
    layer: Option<Layer>,
    seen: Columns,
}

impl OnLayer {
    fn new(layer: Option<Layer>) -> Self {
        Self { layer, seen: Columns::default() }
    }

    /// Whoever has nothing on the layer is not told.
    fn tell(
        &mut self,
        columns: &Columns,
        rows: std::ops::Range<usize>,
        tell: impl FnOnce(&Columns, std::ops::Range<usize>),
    ) {
        let Some(layer) = self.layer else { return tell(columns, rows) };
        self.seen.take_layer(columns, rows, layer);
        if !self.seen.is_empty() {
            tell(&self.seen, 0..self.seen.len());
        }
    }
}

/// Measures one person after another.
struct Measurer<'a> {
    fold: PersonFold<'a>,
    yardstick: Yardstick<'a>,
    populations: &'a [Population],
    stands: Vec<Stands>,
}

impl<'a> Measurer<'a> {
    fn new(of: &'a Loaded, readings: &'a [Reading<'a>]) -> anyhow::Result<Self> {
        let populations = of.populations.as_deref().context("there are no populations to measure by")?;
        let reading = readings.first().context("no day is asked about")?;
        Ok(Self { fold: PersonFold::new(reading), yardstick: Yardstick::new(reading), populations, stands: Vec::new() })
    }

    fn measure(&mut self, person: Key, columns: &Columns, rows: std::ops::Range<usize>) {
        let Self { fold, yardstick, populations, stands } = self;
        fold.read(columns, rows, &mut |object, _, relation| {
            stands.push((person, object, yardstick.measure(relation, &populations[object as usize])));
        });
    }
}
