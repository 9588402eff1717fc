//! Snapshots: everything a question about the population reads, of one moment, and what was found out before.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::activity::Verbs;
use parlour_core::consent::{Choice, is_given};
use parlour_core::day::Day;
use parlour_core::event::Layer;
use parlour_core::identity::Identity;
use parlour_core::key::Key;
use parlour_core::objects::{ObjectId, Objects};
use parlour_core::population::{Census, Population, merge_sums};
use parlour_core::reading::Reading;
use parlour_core::relation::Columns;
use parlour_core::said::{Saying, Word};
use parlour_core::standing::Standing;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::chunk::{Chunk, Numbers};
use parlour_lake::kernel::{Hidden, United, View, Walk};
use parlour_lake::run::LakeError;

use crate::consent::choice_of;
use crate::engine::Engine;
use crate::kept::Kept;
use crate::seal::has_days;
use crate::state::State;
use crate::{EngineError, clock};

/// Days whose populations are remembered, each a few dozen bytes an object.
const REMEMBERED_DAYS: usize = 96;

/// The activity, the names and the unions of one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// Which moment.
    pub version: u64,
    /// Runs and tails.
    pub view: View,
    /// The verbs.
    pub verbs: Arc<Verbs>,
    /// The objects.
    pub objects: Arc<Objects>,
    /// Who is who.
    pub identity: Arc<Identity>,
    /// What verbs mean.
    pub vocabulary: Arc<Vocabulary>,
    /// The version of the state whose people each person is measured by: its own, or the one that is held.
    pub measured_by: u64,
    /// When it was taken, in microseconds UTC.
    pub taken_at: i64,
    /// First and last day of activity.
    pub days: Option<(Day, Day)>,
    united: United,
    /// All ids of whoever does not want to be read.
    pub(crate) hidden: Hidden,
    /// What people say of their own standings.
    words: Words,
    n_threads: usize,
}

/// What people say of their own standings, by person and object.
pub(crate) type Words = HashMap<(Key, ObjectId), Word>;

/// Everyone's populations on a day, one an object, by its number.
pub type Populations = Arc<Vec<Population>>;

/// Populations of a version of the state, on a layer or all, on a day.
type Counted = (u64, Option<Layer>, Day, Populations);

/// What was found out about a version of the state.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    populations: Mutex<VecDeque<Counted>>,
    pub(crate) answers: Kept<128>,
    /// Of asks.
    pub(crate) responses: Kept<16>,
    pub(crate) reciprocity: Kept<1>,
    pub(crate) bands: Kept<4>,
    /// Each some five megabytes at most.
    pub(crate) definitions: Kept<6>,
}

impl Caches {
    /// Lets go of everything, also of the files that a snapshot holds open.
    pub(crate) fn forget(&self) {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.populations.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.responses.forget();
        self.reciprocity.forget();
        self.bands.forget();
    }
}

impl Snapshot {
    /// How objects and verbs are numbered.
    pub fn numbers(&self) -> Numbers<'_> {
        Numbers { objects: &self.objects, verbs: &self.verbs }
    }

    /// Everyone, to be visited.
    pub fn everyone(&self) -> Walk<'_> {
        let (numbers, n_threads) = (self.numbers(), self.n_threads);
        Walk { view: &self.view, numbers, united: &self.united, hidden: &self.hidden, n_threads, is_wide: false }
    }

    /// What was concluded of a person on a day, and what they say of it themselves laid over.
    pub fn in_their_words(&self, of: (Key, ObjectId), standing: Standing, on: Day) -> Standing {
        if self.words.is_empty() { standing } else { self.word_of(of).over(standing, on) }
    }

    /// What people say of their own standings.
    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    /// Whether somebody does not want to be read.
    pub fn is_hidden(&self, person: Key) -> bool {
        self.hidden.contains(&person)
    }

    /// What a person says of their standing with an object.
    pub fn word_of(&self, of: (Key, ObjectId)) -> Word {
        self.words.get(&of).copied().unwrap_or_default()
    }

    /// A walk over everyone that sees only what happened on one layer, if one is given.
    pub fn on_layer(&self, layer: Option<Layer>) -> OnLayer<'_> {
        OnLayer { walk: self.everyone(), layer }
    }

    /// The same with seconds and ratings.
    pub fn everyone_and_all(&self) -> Walk<'_> {
        Walk { is_wide: true, ..self.everyone() }
    }

    /// The same as [`Self::everyone`] on one thread, in order of subject (people of several ids last).
    pub fn everyone_in_order(&self) -> Walk<'_> {
        Walk { n_threads: 1, ..self.everyone() }
    }
}

/// A walk over everyone that may see one layer only.
#[derive(Clone, Copy, Debug)]
pub struct OnLayer<'a> {
    walk: Walk<'a>,
    layer: Option<Layer>,
}

impl OnLayer<'_> {
    /// As [`Walk::visit`]; whoever has nothing on the layer is not visited.
    pub fn visit<S: Send>(
        &self,
        make: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, Key, &Columns, Range<usize>) + Sync,
    ) -> Result<Vec<S>, LakeError> {
        let Some(layer) = self.layer else { return self.walk.visit(make, visit) };
        let states = self.walk.visit(
            || (make(), Columns::default()),
            |(state, seen), person, columns, rows| {
                seen.take_layer(columns, rows, layer);
                if !seen.is_empty() {
                    visit(state, person, seen, 0..seen.len());
                }
            },
        )?;
        Ok(states.into_iter().map(|(state, _)| state).collect())
    }
}

fn snapshot_of(state: &State, measured_by: u64) -> Snapshot {
    let numbers = Numbers { objects: &state.objects, verbs: &state.verbs };
    let tails = [state.sealing.as_deref(), Some(&state.tail)];
    let tails = tails.into_iter().flatten().filter(|tail| tail.n_events > 0);
    let tails: Vec<_> = tails.map(|tail| Arc::new(Chunk::of_rows(tail.sorted(&state.verbs).iter(), numbers))).collect();
    let runs = state.activity.iter().map(|run| Arc::clone(&run.file)).collect();
    let united: HashMap<Key, Key> =
        state.identity.united().flat_map(|(person, ids)| ids.iter().map(|id| (*id, *person))).collect();
    let sealed = state.activity.iter().filter(|run| has_days(&run.row));
    let sealed = sealed.map(|run| (run.row.min_day, run.row.max_day));
    let unsealed = [state.sealing.as_deref(), Some(&state.tail)].into_iter().flatten();
    let unsealed = unsealed.filter_map(|tail| tail.days).map(|(first, last)| (Day(first), Day(last)));
    let days: Option<(Day, Day)> = sealed.chain(unsealed).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (hidden, words) = (hidden(state), words(state, days));
    Snapshot {
        version: state.version,
        view: View { runs, tails },
        verbs: Arc::clone(&state.verbs),
        objects: Arc::clone(&state.objects),
        identity: Arc::clone(&state.identity),
        vocabulary: Arc::clone(&state.vocabulary),
        measured_by,
        taken_at: clock::now(),
        days,
        united,
        hidden,
        words,
        n_threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

/// All ids of whoever withdrew their consent to being read.
fn hidden(state: &State) -> Hidden {
    let mut said: HashMap<Key, Vec<Choice>> = HashMap::new();
    for consent in state.consents.iter() {
        said.entry(state.identity.person_of(consent.key)).or_default().extend(choice_of(consent));
    }
    let withdrawn = said.into_iter().filter(|(_, said)| !is_given(said.iter().copied())).map(|(person, _)| person);
    withdrawn.flat_map(|person| state.identity.ids_of(&person).to_vec()).collect()
}

/// What is said after the last day of activity is said on it, since nobody asks about a later day.
fn words(state: &State, days: Option<(Day, Day)>) -> Words {
    let last = days.map_or(Day(i32::MAX), |(_, last)| last);
    let mut words = Words::new();
    for dispute in state.disputes.iter() {
        let object = state.objects.id(dispute.object);
        if let (Some(object), Some(saying)) = (object, Saying::of_name(&dispute.said)) {
            let person = state.identity.person_of(dispute.key);
            words.entry((person, object)).or_default().hear(saying, Day::of_micros(dispute.at).min(last));
        }
    }
    words
}

impl Engine {
    /// The state of this moment; the same one until something changes. Where one is held, people are measured by that.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let held = self.held_version();
        let mut kept = self.caches.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state();
        let measured_by = held.unwrap_or(state.version);
        let is_same = |kept: &&Arc<Snapshot>| (kept.version, kept.measured_by) == (state.version, measured_by);
        if let Some(snapshot) = kept.as_ref().filter(is_same) {
            return Arc::clone(snapshot);
        }
        let snapshot = Arc::new(snapshot_of(&state, measured_by));
        *kept = Some(Arc::clone(&snapshot));
        snapshot
    }

    /// The state of this moment, measured by nothing but itself.
    pub fn snapshot_anew(&self) -> Arc<Snapshot> {
        let state = self.state();
        Arc::new(snapshot_of(&state, state.version))
    }

    /// A reading of a snapshot by the settings.
    pub fn reading<'a>(&'a self, snapshot: &'a Snapshot, day: Day) -> Reading<'a> {
        Reading::new(day, &self.settings.standing, &snapshot.vocabulary, &snapshot.verbs, &snapshot.objects)
    }

    /// The same of what brands do toward people.
    pub fn reading_back<'a>(&'a self, snapshot: &'a Snapshot, day: Day) -> Reading<'a> {
        Reading::back(day, &self.settings.standing, &snapshot.vocabulary, &snapshot.verbs, &snapshot.objects)
    }

    /// Every object's population on a day.
    pub fn populations(&self, snapshot: &Snapshot, day: Day) -> Result<Populations, EngineError> {
        Ok(self.populations_on(snapshot, None, &[day])?.remove(0))
    }

    /// Every object's population on each of these days, of what happened on one layer or on all.
    pub fn populations_on(
        &self,
        snapshot: &Snapshot,
        layer: Option<Layer>,
        days: &[Day],
    ) -> Result<Vec<Populations>, EngineError> {
        let mut known: Vec<_> =
            days.iter().map(|day| self.known_populations(snapshot.measured_by, layer, *day)).collect();
        let missing: Vec<Day> =
            days.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(day, _)| *day).collect();
        if !missing.is_empty() {
            let mut made = self.count_populations(snapshot, layer, &missing)?.into_iter();
            self.remember_populations(snapshot.measured_by, layer, missing.iter().copied().zip(made.clone()));
            for known in known.iter_mut().filter(|known| known.is_none()) {
                *known = made.next();
            }
        }
        Ok(known.into_iter().flatten().collect())
    }

    fn count_populations(
        &self,
        snapshot: &Snapshot,
        layer: Option<Layer>,
        days: &[Day],
    ) -> Result<Vec<Populations>, EngineError> {
        if let Some(sums) = self.populations_from_afar(snapshot, layer, days) {
            return Ok(sums.into_iter().map(Arc::new).collect());
        }
        let readings: Vec<Reading<'_>> = days.iter().map(|day| self.reading(snapshot, *day)).collect();
        let states = snapshot
            .on_layer(layer)
            .visit(|| Census::new(&readings), |census, _, columns, rows| census.count(columns, &rows))?;
        let mut states = states.into_iter().map(Census::into_sums);
        let mut sums = states.next().unwrap_or_else(|| Census::new(&readings).into_sums());
        states.for_each(|others| merge_sums(&mut sums, &others));
        Ok(sums.into_iter().map(Arc::new).collect())
    }

    fn remember_populations(&self, version: u64, layer: Option<Layer>, made: impl Iterator<Item = (Day, Populations)>) {
        let mut kept = self.caches.populations.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(made.map(|(day, sums)| (version, layer, day, sums)));
        while REMEMBERED_DAYS < kept.len() {
            kept.pop_front();
        }
    }

    fn known_populations(&self, version: u64, layer: Option<Layer>, day: Day) -> Option<Populations> {
        let kept = self.caches.populations.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(v, l, d, _)| (*v, *l, *d) == (version, layer, day)).map(|(.., sums)| Arc::clone(sums))
    }

    /// One person's rows, by all their raw ids, sorted by object and day: sealed and unsealed. Numbered as
    /// `snapshot` numbers.
    pub fn rows_of_person(&self, snapshot: &Snapshot, person: Key) -> Result<Columns, EngineError> {
        Ok(snapshot.everyone().person(snapshot.identity.ids_of(&person))?)
    }
}
