//! What readers see: the runs of the lake, the tail before them, and what is known of people and objects.

use std::sync::Arc;

use parlour_core::activity::Verbs;
use parlour_core::identity::Identity;
use parlour_core::objects::Objects;
use parlour_core::parameters::Parameters;
use parlour_core::vocabulary::Vocabulary;
use parlour_lake::run::RunFile;
use parlour_store::consent::Consent;
use parlour_store::dispute::Dispute;
use parlour_store::run;

use crate::duplicates::SeenFile;
use crate::tail::Tail;

/// A sealed run and its row in the database.
#[derive(Clone, Debug)]
pub(crate) struct LiveRun {
    pub(crate) row: run::Run,
    pub(crate) file: Arc<RunFile>,
}

/// What readers see; changed under the lock in whole steps only.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) activity: Vec<LiveRun>,
    pub(crate) events: Vec<LiveRun>,
    pub(crate) filters: Vec<(run::Run, Arc<SeenFile>)>,
    pub(crate) tail: Tail,
    /// What is being sealed: no longer written, still read.
    pub(crate) sealing: Option<Arc<Tail>>,
    /// Runs of activity that cannot be read, where the engine was opened to mend them.
    pub(crate) damaged: Vec<run::Run>,
    pub(crate) verbs: Arc<Verbs>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) identity: Arc<Identity>,
    /// The vocabulary with the names that were chosen.
    pub(crate) vocabulary: Arc<Vocabulary>,
    /// What was said for and against being read.
    pub(crate) consents: Arc<Vec<Consent>>,
    /// What people say of their standings, the oldest first.
    pub(crate) disputes: Arc<Vec<Dispute>>,
    /// Rises with every change.
    pub(crate) version: u64,
}

impl State {
    pub(crate) fn new(parameters: &Parameters, vocabulary: Arc<Vocabulary>) -> Self {
        Self {
            activity: Vec::new(),
            events: Vec::new(),
            filters: Vec::new(),
            tail: Tail::default(),
            sealing: None,
            damaged: Vec::new(),
            verbs: Arc::default(),
            objects: Arc::default(),
            identity: Arc::new(Identity::new(parameters)),
            vocabulary,
            consents: Arc::default(),
            disputes: Arc::default(),
            version: 0,
        }
    }
}
