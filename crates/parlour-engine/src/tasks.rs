//! The tasks of an engine: folding, sealing and merging without end, and what is due every minute.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parlour_store::{Database, journal};

use crate::among::if_leading;
use crate::engine::Engine;
use crate::{EngineError, clock};

/// How long a task rests when nothing wakes it.
const REST: Duration = Duration::from_secs(2);
/// How often it is looked for what was put into the object store in vain.
const SWEEP_REST: Duration = Duration::from_hours(1);
/// How long the house is left alone.
const HOUSE_REST: Duration = Duration::from_mins(1);

/// After a fold this long others may write for as long, so that the next finds more to do at once: many asks are many
/// pages, and nearly the same pages again if there are more of them …
const LONG_FOLD: Duration = Duration::from_millis(50);
/// … unless it folded so many events that waiting would hardly bring more at once, …
const MUCH_FOLDED: u64 = 20_000;
/// … but no longer than this.
const FOLD_REST: Duration = Duration::from_secs(1);

/// The engine's running tasks.
pub struct Tasks {
    engine: Arc<Engine>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Tasks {
    /// Has what is due every minute done too, as long as they run.
    pub fn keep_house(&mut self) {
        let engine = Arc::clone(&self.engine);
        let thread = std::thread::Builder::new().name("house".to_owned()).spawn(move || engine.keep_house());
        self.threads.push(thread.expect("the system can start a thread"));
    }

    /// Has this step done too, again and again, as long as they run, by the one server that leads: at once while it returns `true`, else when
    /// something happened or after a rest.
    pub fn also(&mut self, name: &str, step: impl Fn(&Engine) -> Result<bool, EngineError> + Send + 'static) {
        let thread = self.engine.spawn(name, move |engine| alone(engine, &step));
        self.threads.push(thread);
    }

    /// Lets the tasks end their step and waits for them.
    pub fn stop(self) {
        self.engine.is_stopping.store(true, Ordering::Relaxed);
        self.engine.ring();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a task panicked");
            }
        }
        if let Err(error) = self.engine.keep_peeks() {
            tracing::error!(%error, "the last looks into rooms could not be counted");
        }
    }
}

/// A step of what one of several servers does alone.
fn alone(engine: &Engine, step: impl Fn(&Engine) -> Result<bool, EngineError>) -> Result<bool, EngineError> {
    Ok(if_leading(engine, || step(engine))?.unwrap_or(false))
}

impl Engine {
    /// Starts the tasks that fold, seal and merge; they end with [`Engine::stop`].
    pub fn start(self: &Arc<Self>) -> Tasks {
        let folds = self.spawn("fold", |engine| {
            let began = Instant::now();
            let n = engine.fold_once()?;
            let took = began.elapsed();
            if LONG_FOLD <= took && n < MUCH_FOLDED {
                std::thread::sleep(took.min(FOLD_REST));
            }
            Ok(n > 0)
        });
        let seals = self.spawn("seal", |engine| alone(engine, |engine| engine.seal_once(false)));
        let merges = self.spawn("compact", |engine| alone(engine, Self::compact_once));
        let mut threads = vec![folds, seals, merges];
        if self.database.is_among() {
            let mut also = |name: &str, task: fn(&Self)| {
                let engine = Arc::clone(self);
                let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || task(&engine));
                threads.push(thread.expect("the system can start a thread"));
            };
            also("among", Self::stay_among);
            also("lead", Self::stand_ready);
            also("listen", Self::listen_to_others);
        }
        Tasks { engine: Arc::clone(self), threads }
    }

    /// Does what is due every minute: keeps the last day that is over, lets go of rejections that are too old.
    fn keep_house(&self) {
        let (mut last, mut swept) = (None, Instant::now());
        while !self.is_stopping() {
            let rung = self.bell.count();
            if self.among.hears_erasures.swap(false, Ordering::AcqRel)
                && let Err(error) = if_leading(self, || self.finish_erasures())
            {
                tracing::error!(%error, "an erasure could not be finished; it will be tried again");
            }
            if swept.elapsed() >= SWEEP_REST {
                swept = Instant::now();
                if let Err(error) = if_leading(self, || self.sweep_bodies()) {
                    tracing::warn!(%error, "objects that nobody names could not be removed; it will be tried again");
                }
            }
            if last.is_none_or(|last: Instant| last.elapsed() >= HOUSE_REST) {
                if let Err(error) = self.keep_peeks() {
                    tracing::error!(%error, "looks into rooms could not be counted; it will be tried again");
                }
                if self.leads() {
                    Database::as_leader(|| self.keep_house_alone());
                }
                last = Some(Instant::now());
            }
            self.bell.wait_beyond(rung, REST);
        }
    }

    /// What of it one of several servers does alone.
    fn keep_house_alone(&self) {
        if let Err(error) = self.keep_due()
            && !self.is_stopping()
        {
            tracing::error!(%error, "the day's standings could not be kept; it will be tried again");
        }
        if let Err(error) = self.refit_due() {
            tracing::error!(%error, "models could not be fitted again; it will be tried again");
        }
        if let Err(error) = self.alert_due() {
            tracing::error!(%error, "alerts could not be made; it will be tried again");
        }
        if let Err(error) = self.overdue_due() {
            tracing::error!(%error, "overdue asks could not be noted; it will be tried again");
        }
        if let Err(error) = self.delete_old_rejected() {
            tracing::error!(%error, "old rejections could not be deleted; it will be tried again");
        }
        if let Err(error) = self.delete_old_deeds() {
            tracing::error!(%error, "old rows of the audit log could not be deleted; it will be tried again");
        }
        if let Err(error) = self.rooms_due() {
            tracing::error!(%error, "rooms could not be tidied; it will be tried again");
        }
        if let Err(error) = self.finish_erasures() {
            tracing::error!(%error, "an erasure could not be finished; it will be tried again");
        }
    }

    /// Makes the alerts that are due and the mail that tells of them, and lets go of old deliveries.
    fn alert_due(&self) -> Result<(), EngineError> {
        let now = clock::now();
        self.look_due(now)?;
        self.digest_due(now)?;
        self.delete_old_deliveries()
    }

    /// Notes the asks that are overdue and tells of those that wait, unless a file is being read that may hold their
    /// answers.
    fn overdue_due(&self) -> Result<(), EngineError> {
        let now = clock::now();
        while !self.is_stopping() && !self.is_reading(now)? && self.note_overdue(now)? != 0 {}
        if !self.is_stopping() && !self.is_reading(now)? {
            self.remind(now)?;
        }
        Ok(())
    }

    /// Lets go of frames that were taken down long ago.
    fn rooms_due(&self) -> Result<(), EngineError> {
        self.delete_removed_frames().map(|_| ())
    }

    /// Whether the tasks are to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    fn spawn(
        self: &Arc<Self>,
        name: &str,
        step: impl Fn(&Self) -> Result<bool, EngineError> + Send + 'static,
    ) -> std::thread::JoinHandle<()> {
        let engine = Arc::clone(self);
        let task = name.to_owned();
        let work = move || {
            while !engine.is_stopping.load(Ordering::Relaxed) {
                let rung = engine.bell.count();
                match step(&engine) {
                    Ok(true) => engine.ring(),
                    Ok(false) => {
                        engine.bell.wait_beyond(rung, REST);
                    }
                    Err(error) => {
                        tracing::error!(task, %error, "a task failed and will try again");
                        engine.bell.wait_beyond(u64::MAX, REST);
                    }
                }
            }
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(work).expect("the system can start a thread")
    }

    /// Waits until no more than `most` batches wait to be folded; tasks must be running. Where they get nowhere, it says
    /// why instead of waiting on.
    pub fn wait_for_fold(&self, most: i64) -> Result<(), EngineError> {
        loop {
            let rung = self.bell.count();
            let upto = self.folded_upto();
            let waiting = self.database.read(|conn| journal::waiting(conn, upto))?;
            if waiting.n_batches <= most || self.is_stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            if !self.bell.wait_beyond(rung, REST) {
                self.fold_once()?;
            }
        }
    }
}
