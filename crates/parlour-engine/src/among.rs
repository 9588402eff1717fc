//! Several servers on one database. Each takes in events and answers everything; one of them leads: it folds, seals, merges,
//! and does what is to be done once. The others follow: what the leader has folded they fold too, from the journal, into
//! memory, and what it sealed they fetch from the object store. Where the leader is gone, the next one takes over.
//!
//! Who leads holds a lock of the database on the connection on which it writes, so whoever lost the lead writes nothing that
//! is for the leader alone, however late it finds out. A server that holds the lock and does not stir is deposed.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use parlour_core::key::Key;
use parlour_store::server::{self, Server};
use parlour_store::{Conn, Database, StoreError, erasure, journal};

use crate::engine::{Engine, all_runs};
use crate::fold::{Folding, Into};
use crate::intake::Fresh;
use crate::state::State;
use crate::tail::Tail;
use crate::window::WindowClock;
use crate::{EngineError, random};

/// How often a server writes how it stands.
const BEAT: Duration = Duration::from_secs(1);
/// A server whose beats do not rise for as long is gone, or stands still.
const STILL: Duration = Duration::from_secs(6);
/// What is gone for as long is no longer told.
const FORGOTTEN: Duration = Duration::from_mins(2);
/// How long others are waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Batches read at once by a server that follows.
const FOLLOWED_BATCHES: usize = 16;
/// Tries to fetch files that the leader merges meanwhile.
const FETCHES: usize = 100;

/// How a server stands among others.
pub(crate) struct Among {
    /// Of chance.
    id: String,
    name: String,
    leads: AtomicBool,
    /// It has the lead, and may still be about to take over.
    has_lead: AtomicBool,
    term: AtomicI64,
    beats: AtomicI64,
    last_run: AtomicI64,
    n_erased: AtomicI64,
    /// Something is to be looked at that another server changed.
    hears_runs: AtomicBool,
    pub(crate) hears_erasures: AtomicBool,
    /// The beats of every server, and since when they are so.
    seen: Mutex<HashMap<String, (i64, Instant)>>,
    /// When somebody was last seen who leads.
    led_at: Mutex<Instant>,
}

/// How a server stands, for whoever runs it.
#[derive(Clone, Debug)]
pub struct ServerStanding {
    /// As it wrote itself.
    pub server: Server,
    /// Whether it is the one that was asked.
    pub is_this: bool,
    /// Whether it still stirs.
    pub is_alive: bool,
}

impl Among {
    pub(crate) fn new(folder: &Path) -> Result<Self, EngineError> {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Ok(Self {
            id: Key(u128::from_be_bytes(random::bytes()?)).to_string(),
            name: format!("{}:{}", host.trim(), folder.display()),
            leads: AtomicBool::new(false),
            has_lead: AtomicBool::new(false),
            term: AtomicI64::new(0),
            beats: AtomicI64::new(0),
            last_run: AtomicI64::new(0),
            n_erased: AtomicI64::new(0),
            hears_runs: AtomicBool::new(false),
            hears_erasures: AtomicBool::new(false),
            seen: Mutex::default(),
            led_at: Mutex::new(Instant::now()),
        })
    }
}

impl Engine {
    /// Whether this server does what one of several does alone: always where there can be no other.
    pub fn leads(&self) -> bool {
        !self.database.is_among() || self.among.leads.load(Ordering::Acquire)
    }

    /// At start among others: leads if nobody does, and follows else.
    pub(crate) fn stand(&self) -> Result<(), EngineError> {
        let Some(remote) = &self.remote else {
            let text =
                "several servers on one database need the lake in an object store: give all of them the same --lake";
            return Err(EngineError::Settings(text.to_owned()));
        };
        self.claim_store(remote)?;
        let (objects, people) = self.people_and_things()?;
        let vocabulary = Arc::new(self.laid_over()?);
        let mut state = State::new(&self.settings.standing, vocabulary);
        (state.objects, state.identity) = (Arc::new(objects), Arc::new(people));
        *self.state_mut() = state;
        // Nothing is of these sums yet.
        lock(&self.folding).sealed = -1;
        if let Some(term) = self.database.lead()? {
            self.among.has_lead.store(true, Ordering::Release);
            return self.take_over(term);
        }
        let mut folding = lock(&self.folding);
        self.renew(&mut folding)?;
        drop(folding);
        self.beat()?;
        Ok(())
    }

    /// Takes over: what readers see is made from what the last leader made durable, and from now on this one goes on.
    fn take_over(&self, term: i64) -> Result<(), EngineError> {
        let _merges = lock(&self.compacting);
        let _seals = lock(&self.sealing);
        let mut folding = lock(&self.folding);
        self.renew(&mut folding)?;
        let (objects, people) = self.people_and_things()?;
        {
            let mut state = self.state_mut();
            (state.objects, state.identity) = (Arc::new(objects), Arc::new(people));
            state.version += 1;
        }
        folding.effected = None;
        self.agree_with_store(&self.database.read(all_runs)?)?;
        self.among.term.store(term, Ordering::Relaxed);
        self.among.leads.store(true, Ordering::Release);
        drop(folding);
        self.beat()?;
        let id = self.among.id.clone();
        self.database.write(move |conn| server::note_leader(conn, &id))?;
        tracing::info!(term, "this server leads");
        if let Err(error) = self.sweep_media() {
            tracing::warn!(%error, "files of pictures that nobody has could not be removed");
        }
        // What was begun and not ended is this one's now.
        self.among.hears_erasures.store(true, Ordering::Release);
        self.ring();
        Ok(())
    }

    /// Leads no more: what was not durable was never so.
    fn step_down(&self) -> Result<(), EngineError> {
        self.among.leads.store(false, Ordering::Release);
        tracing::warn!("this server leads no more");
        let _merges = lock(&self.compacting);
        let _seals = lock(&self.sealing);
        let mut folding = lock(&self.folding);
        folding.sealed = -1;
        self.renew(&mut folding)?;
        *lock(&self.among.led_at) = Instant::now();
        Ok(())
    }

    /// Takes or keeps the lead where that can be.
    fn seek_lead(&self) -> Result<(), EngineError> {
        let leads = self.leads();
        let term = self.database.lead()?;
        self.among.has_lead.store(term.is_some(), Ordering::Release);
        match term {
            Some(term) if leads && term == self.among.term.load(Ordering::Relaxed) => Ok(()),
            Some(term) => {
                self.among.leads.store(false, Ordering::Release);
                self.take_over(term)
            }
            None if leads => self.step_down(),
            None => Ok(()),
        }
    }

    /// Says how this server stands, and sees who else does.
    fn take_part(&self, beside: &mut dyn Conn) -> Result<(), EngineError> {
        server::beat(beside, &self.own_standing())?;
        let all = server::list(beside)?;
        let now = Instant::now();
        let mut seen = lock(&self.among.seen);
        seen.retain(|id, _| all.iter().any(|server| server.id == *id));
        for server in &all {
            let last = seen.entry(server.id.clone()).or_insert((server.beats, now));
            if last.0 != server.beats {
                *last = (server.beats, now);
            }
        }
        let still = |server: &Server| now.duration_since(seen.get(&server.id).map_or(now, |seen| seen.1));
        let gone: Vec<&Server> = all.iter().filter(|server| FORGOTTEN < still(server)).collect();
        let stands_still = all.iter().any(|server| server.leads && STILL <= still(server));
        let is_led = all.iter().any(|server| server.leads && still(server) < STILL);
        drop(seen);
        if self.leads() {
            gone.iter().try_for_each(|server| server::remove(beside, &server.id))?;
        }
        let mut led_at = lock(&self.among.led_at);
        if is_led {
            *led_at = now;
        } else if (stands_still || STILL < now.duration_since(*led_at)) && self.database.depose()? {
            tracing::warn!("the server that led stood still and was deposed");
        }
        Ok(())
    }

    /// Writes how this server stands.
    fn beat(&self) -> Result<(), EngineError> {
        let server = self.own_standing();
        Ok(self.database.write(move |conn| server::beat(conn, &server))?)
    }

    fn own_standing(&self) -> Server {
        let (n_unsealed, folded) = (self.n_unsealed.load(Ordering::Relaxed), self.on_their_way.folded());
        let among = &self.among;
        Server {
            id: among.id.clone(),
            name: among.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at,
            beats: among.beats.fetch_add(1, Ordering::Relaxed) + 1,
            leads: among.has_lead.load(Ordering::Acquire),
            folded,
            last_run: among.last_run.load(Ordering::Relaxed),
            n_unsealed: n_unsealed as i64,
            n_taken: self.intake.n_taken() as i64,
            n_erased: among.n_erased.load(Ordering::Relaxed),
        }
    }

    /// All servers on the database, and whether they still stir; none where there can be but one.
    pub fn servers(&self) -> Result<Vec<ServerStanding>, EngineError> {
        if !self.database.is_among() {
            return Ok(Vec::new());
        }
        let all = self.database.read(server::list)?;
        let seen = lock(&self.among.seen);
        let standing = |server: Server| {
            let is_this = server.id == self.among.id;
            let is_alive = is_this || seen.get(&server.id).is_none_or(|(_, since)| since.elapsed() < STILL);
            ServerStanding { server, is_this, is_alive }
        };
        Ok(all.into_iter().map(standing).collect())
    }

    /// Says how this server stands until the tasks are to end, and is gone then. On a connection of its own: the one that
    /// writes may be busy for long, and whoever is busy does not stand still.
    pub(crate) fn stay_among(&self) {
        let mut beside = None;
        while !self.is_stopping() {
            let conn = beside.take().map_or_else(|| self.database.beside(), |kept| Ok(Some(kept)));
            let said = conn.map_err(EngineError::from).and_then(|conn| {
                let Some(mut conn) = conn else { return Ok(()) };
                self.take_part(conn.as_mut())?;
                beside = Some(conn);
                Ok(())
            });
            if let Err(error) = said {
                tracing::warn!(%error, "how this server stands among others could not be written; it will be tried again");
            }
            self.pause(BEAT);
        }
        let id = self.among.id.clone();
        if let Err(error) = self.database.write(move |conn| server::remove(conn, &id)) {
            tracing::debug!(%error, "that this server is gone could not be written");
        }
    }

    /// Leads when it can, until the tasks are to end.
    pub(crate) fn stand_ready(&self) {
        while !self.is_stopping() {
            if let Err(error) = self.seek_lead()
                && !self.is_stopping()
            {
                tracing::warn!(%error, "whether this server leads could not be told; it will be tried again");
            }
            self.pause(BEAT);
        }
    }

    /// Hears what other servers change until the tasks are to end.
    pub(crate) fn listen_to_others(&self) {
        while !self.is_stopping() {
            let heard = self.database.listener().and_then(|listener| {
                let Some(mut listener) = listener else { return Ok(()) };
                // What was changed before this listens.
                self.hear_changes(&ALL.map(str::to_owned).into());
                while !self.is_stopping() {
                    self.hear_changes(&listener.wait(BEAT)?);
                }
                Ok(())
            });
            if let Err(error) = heard {
                tracing::warn!(%error, "what other servers change is not heard; it will be tried again");
                self.pause(BEAT);
            }
        }
    }

    fn pause(&self, most: Duration) {
        let until = Instant::now() + most;
        while !self.is_stopping() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Reads anew what is kept in memory of these tables.
    fn hear_changes(&self, told: &std::collections::BTreeSet<String>) {
        let has = |tables: &[&str]| tables.iter().any(|table| told.contains(*table));
        let reread = [
            (has(&["source", "source_key", "mailbox"]), Self::reload_sources as fn(&Self) -> Result<(), EngineError>),
            (has(&["verb_name"]), Self::reload_names),
            (has(&["link", "entity", "erasure"]), Self::recollect),
            (has(&["consent"]), Self::reload_consents),
            (has(&["dispute"]), Self::reload_disputes),
            (has(&["erased", "erasure"]), Self::heed_erasures),
        ];
        for (is_told, reread) in reread {
            if is_told && let Err(error) = reread(self) {
                tracing::warn!(%error, "what another server changed could not be read");
            }
        }
        if has(&["fit"]) {
            self.forget_answers();
        }
        if has(&["run"]) {
            self.among.hears_runs.store(true, Ordering::Release);
        }
        if has(&["erased", "erasure"]) {
            self.among.hears_erasures.store(true, Ordering::Release);
        }
        if has(&["ask", "handling", "reply"]) {
            self.stir();
        }
        if has(&["run", "cursor", "erasure"]) || (has(&["journal"]) && self.leads()) {
            self.ring();
        }
    }

    /// Folds what the leader has folded, into memory alone.
    pub(crate) fn follow_leader(&self, folding: &mut Folding) -> Result<u64, EngineError> {
        let upto = folding.upto;
        let (sealed, folded, mut batches) = self.database.read(|conn| {
            let (sealed, folded) = (journal::cursor(conn, journal::SEAL)?, journal::cursor(conn, journal::FOLD)?);
            let batches = if upto < folded { journal::read_after(conn, upto, FOLLOWED_BATCHES)? } else { Vec::new() };
            Ok((sealed, folded, batches))
        })?;
        // Batches that were sealed are no longer there to be read.
        if folding.sealed != sealed || self.among.hears_runs.swap(false, Ordering::AcqRel) {
            return self
                .renew(folding)
                .map(|()| 1)
                .inspect_err(|_| self.among.hears_runs.store(true, Ordering::Release));
        }
        batches.retain(|batch| batch.seq <= folded);
        if let Err(error) = self.bodies.bring(&mut batches) {
            // The leader may have sealed them meanwhile.
            let is_sealed = self.database.read(|conn| journal::cursor(conn, journal::SEAL))? != sealed;
            return if is_sealed { self.renew(folding).map(|()| 1) } else { Err(error) };
        }
        folding.effected = Some(folded);
        let batches = batches.iter().map(Fresh::of).collect::<Result<Vec<_>, _>>()?;
        let n = self.fold_these(folding, batches, Into::Shown(self))?;
        // What this server took in itself, and need not be at hand.
        self.intake.forget_upto(folding.upto);
        Ok(n)
    }

    /// Makes what readers see anew, from the runs that count now and what the leader folded of the journal behind them, and
    /// shows it at one stroke.
    fn renew(&self, folding: &mut Folding) -> Result<(), EngineError> {
        let mut tries = 0;
        loop {
            let found = self.database.read(|conn| {
                let cursors = (journal::cursor(conn, journal::SEAL)?, journal::cursor(conn, journal::FOLD)?);
                Ok((all_runs(conn)?, WindowClock::read(conn)?, cursors))
            })?;
            let (rows, window, (sealed, folded)) = found;
            tries += 1;
            match self.fetch_runs(&rows) {
                Err(error) if FETCHES <= tries => return Err(error),
                // The leader may have merged it meanwhile.
                Err(error) => {
                    tracing::debug!(%error, "a file of the lake is not there; what counts is read again");
                    continue;
                }
                Ok(()) => {}
            }
            let last_run = rows.iter().map(|row| row.id).max().unwrap_or(0);
            let files: HashSet<String> = rows.iter().map(|row| row.file.clone()).collect();
            let mut aside = self.copy_of_state();
            self.read_runs(&mut aside, (rows, window), false)?;
            let is_same_tail = folding.sealed == sealed;
            let mut made = Folding::new(self.secret);
            (made.upto, made.sealed, made.effected) = (sealed, sealed, Some(folded));
            if !is_same_tail && !self.fold_aside(&mut made, folded, &mut aside)? {
                continue;
            }
            let mut state = self.state_mut();
            aside.version = state.version + 1;
            if is_same_tail {
                aside.tail = std::mem::take(&mut state.tail);
                aside.sealing = state.sealing.take();
            }
            *state = aside;
            self.note_unsealed(&state);
            drop(state);
            if !is_same_tail {
                self.on_their_way.note_folded(made.upto);
                *folding = made;
            }
            self.among.last_run.store(last_run, Ordering::Relaxed);
            self.caches.forget();
            self.leave_local(&files);
            return Ok(());
        }
    }

    /// What readers see, without the tail.
    fn copy_of_state(&self) -> State {
        let state = self.state();
        let mut copy = State::new(&self.settings.standing, Arc::clone(&state.vocabulary));
        (copy.activity, copy.events, copy.filters) =
            (state.activity.clone(), state.events.clone(), state.filters.clone());
        (copy.objects, copy.identity) = (Arc::clone(&state.objects), Arc::clone(&state.identity));
        (copy.consents, copy.disputes) = (Arc::clone(&state.consents), Arc::clone(&state.disputes));
        copy.verbs = Arc::clone(&state.verbs);
        copy.tail = Tail::default();
        copy
    }

    /// Folds into what is made aside up to a batch; `false` where the leader sealed meanwhile.
    fn fold_aside(&self, made: &mut Folding, folded: i64, aside: &mut State) -> Result<bool, EngineError> {
        while made.upto < folded {
            let (sealed, mut batches) = self.database.read(|conn| {
                Ok((journal::cursor(conn, journal::SEAL)?, journal::read_after(conn, made.upto, FOLLOWED_BATCHES)?))
            })?;
            if sealed != made.sealed {
                return Ok(false);
            }
            batches.retain(|batch| batch.seq <= folded);
            if batches.is_empty() {
                break;
            }
            if let Err(error) = self.bodies.bring(&mut batches) {
                let is_sealed = self.database.read(|conn| journal::cursor(conn, journal::SEAL))? != made.sealed;
                return if is_sealed { Ok(false) } else { Err(error) };
            }
            let batches = batches.iter().map(Fresh::of).collect::<Result<Vec<_>, _>>()?;
            self.fold_these(made, batches, Into::Aside(aside))?;
        }
        Ok(true)
    }

    /// Waits until what is in the journal now is folded, by whoever leads.
    pub(crate) fn wait_for_leader(&self) -> Result<(), EngineError> {
        let last = self.database.read(journal::last)?;
        let is_there = |engine: &Self| Ok(last <= engine.folded_upto());
        self.wait_until(is_there, "nobody folds what was taken in; see whether another server leads")
    }

    /// Waits, but not for ever; while it does, this server goes on following.
    fn wait_until(
        &self,
        is_so: impl Fn(&Self) -> Result<bool, EngineError>,
        else_told: &str,
    ) -> Result<(), EngineError> {
        let since = Instant::now();
        loop {
            let rung = self.bell.count();
            if !self.leads() {
                self.fold_once()?;
            }
            if is_so(self)? {
                return Ok(());
            }
            if self.is_stopping() || PATIENCE < since.elapsed() {
                return Err(StoreError::Unavailable(else_told.to_owned()).into());
            }
            self.bell.wait_beyond(rung, BEAT);
        }
    }

    /// Lets nothing more in of whoever is erased, as the database knows it; writes it down in this server's own folder too.
    pub(crate) fn heed_erasures(&self) -> Result<(), EngineError> {
        let (known, begun) =
            self.database.read(|conn| Ok((erasure::all_erased(conn)?, erasure::list(conn, i64::MAX)?)))?;
        let n = known.len() as i64;
        self.barred.bar(&known);
        let written: HashSet<String> = self.ledger.all()?.into_iter().map(|(one, _)| one.id).collect();
        for one in begun.iter().rev().filter(|one| !written.contains(&one.id)) {
            let erased = self.database.read(|conn| erasure::erased_by(conn, &one.id))?;
            self.ledger.add(one, &erased)?;
        }
        self.arrivals.forget();
        if self.database.is_among() && self.among.n_erased.swap(n, Ordering::AcqRel) != n {
            self.beat()?;
        }
        Ok(())
    }

    /// Waits until every server that stirs has heard of what the database says is erased, and lets nothing of it in.
    pub(crate) fn wait_for_heed(&self) -> Result<(), EngineError> {
        if !self.database.is_among() {
            return Ok(());
        }
        self.heed_erasures()?;
        let n = self.among.n_erased.load(Ordering::Acquire);
        self.wait_for_all(move |server| n <= server.n_erased)
    }

    /// Waits until every server that stirs reads what counts now, and nothing older.
    pub(crate) fn wait_for_all_runs(&self) -> Result<(), EngineError> {
        if !self.database.is_among() {
            return Ok(());
        }
        let last = self.database.read(all_runs)?.iter().map(|row| row.id).max().unwrap_or(0);
        self.among.last_run.store(last, Ordering::Relaxed);
        self.wait_for_all(move |server| last <= server.last_run)
    }

    fn wait_for_all(&self, is_so: impl Fn(&Server) -> bool) -> Result<(), EngineError> {
        let all = |engine: &Self| {
            let others = engine.servers()?.into_iter().filter(|one| !one.is_this && one.is_alive);
            Ok(others.map(|one| one.server).all(|server| is_so(&server)))
        };
        self.wait_until(all, "another server does not answer; it will be tried again")
    }

    /// Has the server that leads erase somebody, and waits for it.
    pub(crate) fn have_erased(
        &self,
        begun: &erasure::Erasure,
        erased: Vec<erasure::Erased>,
    ) -> Result<erasure::Erasure, EngineError> {
        let asked = begun.clone();
        self.database.write(move |conn| ask_to_erase(conn, &asked, &erased))?;
        // The others hear of it; this one knows.
        self.heed_erasures()?;
        let id = begun.id.clone();
        loop {
            let rung = self.bell.count();
            let found = self.database.read(|conn| erasure::get(conn, &id))?;
            if let Some(done) = found.filter(|one| one.done_at.is_some()) {
                return Ok(done);
            }
            if self.is_stopping() {
                return Err(StoreError::Unavailable("the server stops; the erasure goes on".to_owned()).into());
            }
            self.bell.wait_beyond(rung, BEAT);
        }
    }
}

/// What whoever begins to listen reads anew.
const ALL: [&str; 12] =
    ["ask", "consent", "cursor", "dispute", "entity", "erased", "erasure", "fit", "link", "run", "source", "verb_name"];

/// Writes down that somebody is to be erased, unless that is begun.
pub(crate) fn ask_to_erase(
    conn: &mut dyn Conn,
    asked: &erasure::Erasure,
    erased: &[erasure::Erased],
) -> Result<(), StoreError> {
    if erasure::get(conn, &asked.id)?.is_none() {
        erasure::begin(conn, asked, erased)?;
    }
    Ok(())
}

/// A step of what one of several servers does alone: none where this one does not lead.
pub(crate) fn if_leading<T>(
    engine: &Engine,
    step: impl FnOnce() -> Result<T, EngineError>,
) -> Result<Option<T>, EngineError> {
    if !engine.leads() {
        return Ok(None);
    }
    match Database::as_leader(step) {
        // It lost the lead a moment ago, and will know.
        Err(EngineError::Store(StoreError::Follows)) => Ok(None),
        done => done.map(Some),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
