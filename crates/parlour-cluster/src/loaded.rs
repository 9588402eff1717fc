//! A question made ready to be counted: its runs opened, and the kernel over ranges of its subjects.

use anyhow::{Context, ensure};
use parlour_afar::{Part, Question, Stands, What, add_sums};
use parlour_core::activity::Verbs;
use parlour_core::key::Key;
use parlour_core::objects::Objects;
use parlour_core::parameters::Parameters;
use parlour_core::population::{Census, Population};
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold};
use parlour_core::standing::Yardstick;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::chunk::Numbers;
use parlour_lake::kernel::{Gathered, Hidden, United, View, Walk};

use crate::cache::Cache;

/// Subjects from a key on, up to but without another.
pub(crate) type Range = (Key, Option<Key>);

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
    /// By which standings are measured; none where populations are asked for.
    populations: Option<Vec<Population>>,
}

/// Standings of one part.
const PART_ROWS: usize = 8_192;

impl Loaded {
    /// Opens what the question names.
    pub(crate) fn new(question: Question, cache: &Cache) -> anyhow::Result<Self> {
        let populations = match &question.what {
            What::Populations => None,
            What::Standings(sums) => {
                let mut all = vec![vec![Population::default(); question.under.n_objects()]];
                add_sums(&mut all, sums)?;
                all.pop()
            }
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
    ) -> anyhow::Result<(Vec<Vec<Population>>, Vec<Gathered>)> {
        let readings = self.readings();
        let (walk, mut counter) = (self.walk(), Counter::new(self, &readings));
        let mut gathered = Gathered::of_width(false);
        for range in ranges {
            ensure!(is_wanted(), "nobody wants to know any more");
            walk.visit_between(*range, &mut gathered, |_, columns, rows| counter.count(columns, rows))
                .context("the kernel stopped")?;
        }
        Ok((counter.into_sums(), gathered.parted(n_parts)))
    }

    /// Counts people of several ids, all rows of whom are here.
    pub(crate) fn count_gathered(&self, gathered: Gathered) -> Vec<Vec<Population>> {
        let readings = self.readings();
        let mut counter = Counter::new(self, &readings);
        gathered.visit(|_, columns, rows| counter.count(columns, rows));
        counter.into_sums()
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

    /// The sums of nobody.
    pub(crate) fn nobody(&self) -> Vec<Vec<Population>> {
        vec![vec![Population::default(); self.objects.all().len()]; self.question.days.len()]
    }
}

/// Counts one person after another, of what happened on a layer or on all.
struct Counter<'a> {
    census: Census<'a>,
    of: &'a Question,
    seen: Columns,
}

impl<'a> Counter<'a> {
    fn new(of: &'a Loaded, readings: &'a [Reading<'a>]) -> Self {
        Self { census: Census::new(readings), of: &of.question, seen: Columns::default() }
    }

    fn count(&mut self, columns: &Columns, rows: std::ops::Range<usize>) {
        let Some(layer) = self.of.layer else { return self.census.count(columns, &rows) };
        self.seen.take_layer(columns, rows, layer);
        if !self.seen.is_empty() {
            self.census.count(&self.seen, &(0..self.seen.len()));
        }
    }

    fn into_sums(self) -> Vec<Vec<Population>> {
        self.census.into_sums()
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
