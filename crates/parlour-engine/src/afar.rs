//! Questions about everybody that a cluster counts in this engine's place. Where it does not, for whatever reason, this one
//! counts itself: the same, to the last bit.

use std::sync::Arc;

use parlour_afar::{
    Afar, AfarError, Answer, Lake, NotWhole, Question, Run, Standings, Stands, Tallied, Under, What, sums_of,
};
use parlour_core::day::Day;
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_core::panel::{Sum, Tally};
use parlour_core::population::Population;
use parlour_lake::kernel::Walk;

use crate::EngineError;
use crate::desk::Asked;
use crate::engine::Engine;
use crate::snapshot::Snapshot;

/// Most places at which the work is parted.
const CUTS: usize = 256;
/// Where there are fewer row groups than so many, the work is parted within them.
const FEW_CUTS: usize = 64;

/// How it stands with the cluster, for whoever runs the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct AfarHealth {
    /// Whether it was away when last asked.
    pub is_away: bool,
    /// Questions it answered since the start.
    pub n_answered: u64,
    /// Questions it did not answer, so that this server did.
    pub n_own: u64,
    /// Tasks that are done of those that are under way, and all of those.
    pub tasks: (u64, u64),
}

pub(crate) fn afar(url: &str) -> Result<Afar, EngineError> {
    Afar::new(url).map_err(|error| EngineError::Settings(error.to_string()))
}

/// Where the work may be parted: at row groups, or where they are few, evenly, as keys come from a hash.
fn cuts(walk: &Walk<'_>) -> Vec<Key> {
    let cuts = walk.bounds(CUTS);
    let even = || (0..FEW_CUTS as u128).map(|i| Key(i * (u128::MAX / FEW_CUTS as u128))).collect();
    if FEW_CUTS <= cuts.len() { cuts } else { even() }
}

impl Engine {
    /// Where the cluster is, if there is one.
    pub fn afar_url(&self) -> Option<&str> {
        self.afar.as_ref().map(Afar::url)
    }

    /// How it stands with the cluster, if there is one.
    pub fn afar_health(&self) -> Option<AfarHealth> {
        let afar = self.afar.as_ref()?;
        let (n_answered, n_own) = afar.counts();
        let tasks = afar.under_way().iter().fold((0, 0), |(done, of), one| (done + one.done, of + one.of));
        Some(AfarHealth { is_away: afar.is_away(), n_answered, n_own, tasks })
    }

    /// The populations as a cluster counts them; `None` where there is none, or it does not.
    pub(crate) fn populations_from_afar(
        &self,
        snapshot: &Snapshot,
        layer: Option<Layer>,
        days: &[Day],
    ) -> Option<Vec<Vec<Population>>> {
        let bytes = self.ask_afar(snapshot, What::Populations, layer, days)?;
        let told = Answer::populations(&bytes, days.len(), snapshot.objects.all().len());
        told.inspect_err(|error| tracing::warn!(%error, "this server counts itself")).ok()
    }

    /// Tells everybody's standings on a day, in the order in which this server would measure them, as a cluster measures them
    /// by these populations. Returns whether it did; where not, nobody was told.
    pub(crate) fn standings_from_afar(
        &self,
        snapshot: &Snapshot,
        day: Day,
        populations: &[Population],
        tell: impl FnMut(&Stands),
    ) -> bool {
        if self.afar.is_none() {
            return false;
        }
        let what = What::Standings(sums_of([populations.to_vec()]).collect());
        let Some(bytes) = self.ask_afar(snapshot, what, None, &[day]) else { return false };
        let told = Standings::of(&bytes).and_then(|standings| standings.tell(tell));
        told.inspect_err(|error| tracing::warn!(%error, "this server measures itself")).is_ok()
    }

    /// Whether there is a cluster.
    pub(crate) fn has_afar(&self) -> bool {
        self.afar.is_some()
    }

    /// What is added up of everyone of a slice as a cluster adds it up, by these populations of the object on `ends`.
    pub(crate) fn tally_from_afar(
        &self,
        asked: &Asked,
        ends: &[Day],
        populations: Vec<Population>,
        sum: &Sum,
    ) -> Option<Tally> {
        let snapshot = &*asked.snapshot;
        let words = snapshot.words().iter().filter(|((_, object), _)| *object == asked.object);
        let tallied = Tallied {
            sum: sum.clone(),
            object: asked.object,
            acquired: asked.slice.acquired,
            people: asked.slice.people.as_ref().map(|people| people.iter().copied().collect()),
            words: words.map(|((person, _), word)| (*person, *word)).collect(),
            populations,
        };
        let days: Vec<Day> = ends.iter().copied().chain([asked.on]).collect();
        let bytes = self.ask_afar(snapshot, What::Tally(Box::new(tallied)), asked.slice.layer, &days)?;
        let told = Answer::tally(&bytes, sum.of_nobody(asked.on));
        told.inspect_err(|error| tracing::warn!(%error, "this server adds up itself")).ok()
    }

    fn ask_afar(&self, snapshot: &Snapshot, what: What, layer: Option<Layer>, days: &[Day]) -> Option<Vec<u8>> {
        let afar = self.afar.as_ref()?;
        let _span = tracing::info_span!("ask the cluster", n_days = days.len()).entered();
        let question = self.question(snapshot, what, (layer, days), afar);
        let told = question.map_err(AfarError::from).and_then(|question| afar.ask(&question, &|| !self.is_stopping()));
        match told {
            Ok(bytes) => Some(bytes),
            Err(AfarError::Resting) => None,
            Err(error) => {
                tracing::warn!(%error, "this server counts itself");
                None
            }
        }
    }

    /// Where executors find the lake.
    pub(crate) fn lake(&self) -> Result<Lake, NotWhole> {
        if let Some(remote) = &self.remote {
            return Ok(Lake::Url(remote.url().to_owned()));
        }
        let folder = std::path::absolute(self.folder.join("lake"));
        Ok(Lake::Folder(folder.map_err(|error| NotWhole::Settings(error.to_string()))?.display().to_string()))
    }

    fn question(
        &self,
        snapshot: &Snapshot,
        what: What,
        (layer, days): (Option<Layer>, &[Day]),
        afar: &Afar,
    ) -> Result<Question, NotWhole> {
        let walk = snapshot.everyone();
        let run = |run: &Arc<parlour_lake::run::RunFile>| Run {
            file: format!("activity/{}", run.path.file_name().unwrap_or_default().to_string_lossy()),
            n_rows: run.n_rows(),
            n_bytes: run.n_bytes(),
        };
        let (standing, verbs, objects) = (&self.settings.standing, &snapshot.verbs, &snapshot.objects);
        Ok(Question {
            version: Question::version_now(),
            what,
            lake: self.lake()?,
            runs: snapshot.view.runs.iter().map(run).collect(),
            cuts: cuts(&walk),
            tails: snapshot.view.tails.clone(),
            under: Under::new(standing, &snapshot.vocabulary, verbs, objects)?,
            united: walk.united.iter().map(|(id, person)| (*id, *person)).collect(),
            hidden: walk.hidden.iter().copied().collect(),
            days: days.iter().map(|day| day.0).collect(),
            layer,
            patience_millis: afar.patience().as_millis() as u64,
        })
    }
}
