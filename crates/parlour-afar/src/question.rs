//! What is asked and what is answered, as bytes.

use std::sync::Arc;

use parlour_core::activity::Verbs;
use parlour_core::day::Day;
use parlour_core::event::{Layer, Name};
use parlour_core::growth::By;
use parlour_core::key::Key;
use parlour_core::objects::{Object, ObjectId, Objects};
use parlour_core::panel::{Sum, Tally};
use parlour_core::parameters::Parameters;
use parlour_core::population::Population;
use parlour_core::said::Word;
use parlour_core::standing::Standing;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::chunk::Chunk;
use parlour_lake::kernel::{Gathered, Hidden, United};
use serde::{Deserialize, Serialize};

/// Where runs lie.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Lake {
    /// In a folder that every machine sees under this name: the `lake` of a data folder.
    Folder(String),
    /// In an object store.
    Url(String),
}

/// A run, by which it is found and known again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Its name in the lake, such as `activity/12-3f.parquet`.
    pub file: String,
    /// Its rows.
    pub n_rows: u64,
    /// Its bytes.
    pub n_bytes: u64,
}

impl Run {
    /// Whether the name is one that a lake gives to files of a table, and leads nowhere else.
    pub fn is_named_well(&self, table: &str) -> bool {
        let Some((folder, name)) = self.file.split_once('/') else { return false };
        folder == table
            && !name.starts_with('.')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    }
}

/// By what is counted. Parameters and vocabulary are texts of TOML, which keeps every number to the last bit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Under {
    parameters: String,
    vocabulary: String,
    verbs: Vec<Arc<str>>,
    /// Each object's key and what it belongs to, in the order of their numbers.
    objects: Vec<(Key, Option<Key>)>,
}

/// What is asked of everybody.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum What {
    /// Every object's population on each of the days.
    Populations,
    /// Everybody's standings on the one day, measured by these populations.
    Standings(Sums),
    /// What is added up of people by their standings on the days but the last, which is the one asked about.
    Tally(Box<Tallied>),
}

/// What is added up, and of whom.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tallied {
    /// What.
    pub sum: Sum,
    /// Toward which object.
    pub object: ObjectId,
    /// Of those whose first active day lies in this period, if one is given.
    pub acquired: Option<(By, i32)>,
    /// Of these people, if they are given.
    pub people: Option<Vec<Key>>,
    /// What people say of their own standing with the object.
    pub words: Vec<(Key, Word)>,
    /// The object's population on each of the days but the last, by which people are measured.
    pub populations: Vec<Population>,
}

/// What is asked, and all that the kernel reads but the runs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The version of whoever asks; another might count otherwise.
    pub version: String,
    /// What is asked.
    pub what: What,
    /// Where the runs lie.
    pub lake: Lake,
    /// The runs of activity.
    pub runs: Vec<Run>,
    /// Where the work may be parted, in order; the first is the least key.
    pub cuts: Vec<Key>,
    /// What is not sealed yet, numbered as objects and verbs are here.
    pub tails: Vec<Arc<Chunk>>,
    /// By what is counted.
    pub under: Under,
    /// Which ids are one person: each, and the one that stands for them.
    pub united: Vec<(Key, Key)>,
    /// All ids of whoever is passed over.
    pub hidden: Vec<Key>,
    /// On which days.
    pub days: Vec<i32>,
    /// What happened on this layer, or on all.
    pub layer: Option<Layer>,
    /// After how many milliseconds nobody wants to know any more.
    pub patience_millis: u64,
}

/// What was sent is not what anybody would send.
#[derive(Debug, thiserror::Error)]
pub enum NotWhole {
    /// It is no such thing.
    #[error("it cannot be read ({0})")]
    Unreadable(#[from] postcard::Error),
    /// Parameters or vocabulary cannot be read, or written.
    #[error("{0}")]
    Settings(String),
    /// It contradicts itself.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Another version.
    #[error("it is of version {0}, and this is {VERSION}; run the same version everywhere")]
    Version(String),
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Under {
    /// What these are, to be sent.
    pub fn new(
        parameters: &Parameters,
        vocabulary: &Vocabulary,
        verbs: &Verbs,
        objects: &Objects,
    ) -> Result<Self, NotWhole> {
        let failed = |error: toml::ser::Error| NotWhole::Settings(error.to_string());
        Ok(Self {
            parameters: toml::to_string(parameters).map_err(failed)?,
            vocabulary: toml::to_string(vocabulary).map_err(failed)?,
            verbs: verbs.names().to_vec(),
            objects: objects.all().iter().map(|object| (object.key, object.parent)).collect(),
        })
    }

    /// The parameters.
    pub fn parameters(&self) -> Result<Parameters, NotWhole> {
        let parameters: Parameters =
            toml::from_str(&self.parameters).map_err(|error| NotWhole::Settings(error.to_string()))?;
        parameters.check().map_err(|error| NotWhole::Settings(error.to_string()))?;
        Ok(parameters)
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> Result<Vocabulary, NotWhole> {
        Vocabulary::parse(&self.vocabulary).map_err(|error| NotWhole::Settings(error.to_string()))
    }

    /// How many objects.
    pub fn n_objects(&self) -> usize {
        self.objects.len()
    }

    /// The verbs, numbered as they were.
    pub fn verbs(&self) -> Verbs {
        let mut verbs = Verbs::default();
        for name in &self.verbs {
            verbs.id(name);
        }
        verbs
    }

    /// The objects, numbered as they were. Their names are not needed, and were not sent.
    pub fn objects(&self) -> Objects {
        let object = |&(key, parent): &(Key, Option<Key>)| Object { key, name: Name::new("", ""), title: None, parent };
        Objects::new(self.objects.iter().map(object).collect())
    }
}

impl Question {
    /// The version that asks now.
    pub fn version_now() -> String {
        VERSION.to_owned()
    }

    /// Which ids are one person.
    pub fn united(&self) -> United {
        self.united.iter().copied().collect()
    }

    /// Who is passed over.
    pub fn hidden(&self) -> Hidden {
        self.hidden.iter().copied().collect()
    }

    /// The days.
    pub fn days(&self) -> impl Iterator<Item = Day> + '_ {
        self.days.iter().map(|&day| Day(day))
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotWhole> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Of bytes that somebody sent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotWhole> {
        // The version comes first, so that it can be told of one whose rest is otherwise.
        let (version, _) = postcard::take_from_bytes::<String>(bytes)?;
        if version != VERSION {
            return Err(NotWhole::Version(version));
        }
        let this: Self = postcard::from_bytes(bytes)?;
        this.check()?;
        Ok(this)
    }

    fn is_tally_whole(&self) -> bool {
        let What::Tally(tallied) = &self.what else { return true };
        let is_last = |day: &i32| self.days.iter().all(|other| other <= day);
        tallied.populations.len() + 1 == self.days.len()
            && self.days.last().is_some_and(is_last)
            && (tallied.object as usize) < self.under.n_objects()
    }

    fn check(&self) -> Result<(), NotWhole> {
        let rules = [
            (self.runs.iter().all(|run| run.is_named_well("activity")), "a run has a name that no lake gives"),
            (self.cuts.first() == Some(&Key(0)), "the work does not begin at its beginning"),
            (self.cuts.is_sorted_by(|a, b| a < b), "the work is parted out of order"),
            (self.tails.iter().all(|tail| tail.is_whole()), "what is not sealed is not whole"),
            (!self.days.is_empty(), "no day is asked about"),
            (
                !matches!(self.what, What::Standings(_)) || (self.days.len() == 1 && self.layer.is_none()),
                "standings are asked of more than one day, or of a layer",
            ),
            (self.is_tally_whole(), "what is to be added up is of other days, or of no object"),
        ];
        match rules.into_iter().find(|(is_kept, _)| !is_kept) {
            Some((_, reason)) => Err(NotWhole::Contradiction(reason)),
            None => Ok(()),
        }
    }
}

/// Sums by the number of the day and of the object; where nobody is present they are left out.
pub type Sums = Vec<(u32, ObjectId, Population)>;

/// A piece of what was counted, small enough for a message.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Part {
    /// Sums of some people.
    Sums(Sums),
    /// Rows of people of several ids, who are not counted yet.
    Rows(Box<Gathered>),
    /// Standings of people of one id, in order, and the number of this part among others of them.
    Standings(u64, Vec<Stands>),
    /// Standings of people of several ids, all of a person in one part.
    Gathered(Vec<Stands>),
    /// What was added up of some people.
    Tally(Box<Tally>),
}

/// Whose standing with what.
pub type Stands = (Key, ObjectId, Standing);

/// Populations of one part are written until they have about as many bytes.
const PART_BYTES: usize = 1 << 20;

impl Part {
    /// Sums in parts of a size that can be sent.
    pub fn of_sums(sums: Vec<Vec<Population>>) -> Result<Vec<Vec<u8>>, NotWhole> {
        let mut parts = Vec::new();
        let (mut part, mut n_bytes) = (Vec::new(), 0);
        for (day, object, population) in sums_of(sums) {
            n_bytes += postcard::experimental::serialized_size(&population)?;
            part.push((day, object, population));
            if PART_BYTES <= n_bytes {
                parts.push(Self::Sums(std::mem::take(&mut part)).to_bytes()?);
                n_bytes = 0;
            }
        }
        if !part.is_empty() {
            parts.push(Self::Sums(part).to_bytes()?);
        }
        Ok(parts)
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotWhole> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Of bytes that somebody sent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotWhole> {
        let this = postcard::from_bytes(bytes)?;
        match &this {
            Self::Rows(rows) if !rows.is_whole() => Err(NotWhole::Contradiction("rows lie outside of what was sent")),
            Self::Rows(_) | Self::Sums(_) | Self::Standings(..) | Self::Gathered(_) | Self::Tally(_) => Ok(this),
        }
    }
}

/// Sums as they are sent.
pub fn sums_of(days: impl IntoIterator<Item = Vec<Population>>) -> impl Iterator<Item = (u32, ObjectId, Population)> {
    let all = (0..).zip(days).flat_map(|(day, of_day)| {
        of_day.into_iter().zip(0..).map(move |(population, object)| (day, object, population))
    });
    all.filter(|(.., population)| population.n_present != 0)
}

/// Adds sums to those of all days and objects.
pub fn add_sums(sums: &mut [Vec<Population>], others: &Sums) -> Result<(), NotWhole> {
    for (day, object, population) in others {
        let sum = sums.get_mut(*day as usize).and_then(|day| day.get_mut(*object as usize));
        sum.ok_or(NotWhole::Contradiction("it is of an object or day that nobody asked about"))?.merge(population);
    }
    Ok(())
}

/// What comes back: parts, each after its length.
#[derive(Debug, Default)]
pub struct Answer(Vec<u8>);

impl Answer {
    /// Adds the bytes of a part.
    pub fn push(&mut self, part: &[u8]) {
        self.0.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.0.extend_from_slice(part);
    }

    /// As bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The populations of `n_days` days and `n_objects` objects.
    pub fn populations(bytes: &[u8], n_days: usize, n_objects: usize) -> Result<Vec<Vec<Population>>, NotWhole> {
        let mut sums = vec![vec![Population::default(); n_objects]; n_days];
        for part in parts(bytes) {
            match Part::from_bytes(part?)? {
                Part::Sums(others) => add_sums(&mut sums, &others)?,
                Part::Rows(_) | Part::Standings(..) | Part::Gathered(_) | Part::Tally(_) => return Err(OTHERWISE),
            }
        }
        Ok(sums)
    }

    /// What was added up, to the sum of `nobody`.
    pub fn tally(bytes: &[u8], nobody: Tally) -> Result<Tally, NotWhole> {
        parts(bytes).try_fold(nobody, |mut all, part| {
            let is_of_it = matches!(Part::from_bytes(part?)?, Part::Tally(tally) if all.merge(&tally));
            if is_of_it { Ok(all) } else { Err(OTHERWISE) }
        })
    }
}

const OTHERWISE: NotWhole = NotWhole::Contradiction("something else was asked");

/// The parts of an answer.
fn parts(bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], NotWhole>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let part = rest
            .split_first_chunk()
            .and_then(|(length, more)| more.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?));
        let told = part.map(|(part, _)| part).ok_or(NotWhole::Contradiction("it ends too soon"));
        rest = part.map_or(&[], |(_, more)| more);
        Some(told)
    })
}

/// Standings that came back, all of them readable.
#[derive(Debug)]
pub struct Standings<'a> {
    /// Parts of people of one id, in order.
    parts: Vec<(u64, &'a [u8])>,
    gathered: Vec<Stands>,
}

impl<'a> Standings<'a> {
    /// Those of an answer.
    pub fn of(bytes: &'a [u8]) -> Result<Self, NotWhole> {
        let mut this = Self { parts: Vec::new(), gathered: Vec::new() };
        for part in parts(bytes) {
            let part = part?;
            match Part::from_bytes(part)? {
                Part::Standings(number, _) => this.parts.push((number, part)),
                Part::Gathered(some) => this.gathered.extend(some),
                Part::Sums(_) | Part::Rows(_) | Part::Tally(_) => return Err(OTHERWISE),
            }
        }
        this.parts.sort_unstable_by_key(|(number, _)| *number);
        // What is of one person is in order.
        this.gathered.sort_by_key(|(person, ..)| *person);
        Ok(this)
    }

    /// Tells them, people of one id in order and those of several after them, as the kernel does.
    pub fn tell(&self, mut tell: impl FnMut(&Stands)) -> Result<(), NotWhole> {
        for (_, part) in &self.parts {
            if let Part::Standings(_, some) = Part::from_bytes(part)? {
                some.iter().for_each(&mut tell);
            }
        }
        self.gathered.iter().for_each(tell);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use parlour_core::reading::Reading;

    use super::*;

    #[test]
    fn what_is_counted_by_comes_back_to_the_last_bit() {
        let mut parameters = Parameters { half_life_days: 0.1 + 29.9, ..Parameters::default() };
        parameters.margins.insert("brand:acme".to_owned(), 0.1 + 0.2);
        let mut vocabulary = Vocabulary::default();
        vocabulary.verbs.values_mut().for_each(|verb| verb.points /= 3.0);
        let mut verbs = Verbs::default();
        for name in ["bought", "did:Order Completed", "back:replied", ""] {
            verbs.id(name);
        }
        let objects = [(1, Some(2)), (2, None), (3, Some(1))];
        let object = |(key, parent): (u128, Option<u128>)| Object {
            key: Key(key),
            name: Name::new("product", key.to_string()),
            title: None,
            parent: parent.map(Key),
        };
        let objects = Objects::new(objects.map(object).to_vec());
        let under = Under::new(&parameters, &vocabulary, &verbs, &objects).unwrap();
        assert_eq!(
            (under.parameters().unwrap(), under.vocabulary().unwrap()),
            (parameters.clone(), vocabulary.clone())
        );
        assert_eq!(under.verbs().names(), verbs.names());
        let (its_verbs, its_objects) = (under.verbs(), under.objects());
        let here = Reading::new(Day(9), &parameters, &vocabulary, &verbs, &objects);
        let there = Reading::new(Day(9), &parameters, &vocabulary, &its_verbs, &its_objects);
        for id in 0..4 {
            assert_eq!((here.meaning(id), objects.line(id)), (there.meaning(id), its_objects.line(id)));
        }
    }

    #[test]
    fn a_run_is_nowhere_but_in_the_lake() {
        let run = |file: &str| Run { file: file.to_owned(), n_rows: 0, n_bytes: 0 }.is_named_well("activity");
        assert!(run("activity/0-12-3f.parquet"));
        for file in ["../activity/x", "activity/../x", "activity/a/b", "/etc/passwd", "event/x.parquet", "activity/.x"]
        {
            assert!(!run(file), "{file}");
        }
    }
}
