//! Erasing: somebody is forgotten, and nothing of them is left on the disk.
//!
//! What they are known by becomes a keyed hash that lets nothing more of it in; everything else goes: rows of the database in
//! one transaction, then their rows in the lake, then their pictures; last the database is written anew, so that no freed
//! page keeps a word of theirs. Broken off anywhere, it is finished at the next start, before anybody is served. It is also
//! written down beside the database, so that whoever is erased stays so when an older copy of it is put back.

mod barred;
mod lake;
mod ledger;
mod rows;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, PoisonError};

use parlour_core::event::{BRAND_KINDS, Name};
use parlour_core::fold::Fold;
use parlour_core::identity::{Identity, Link};
use parlour_core::key::Key;
use parlour_core::objects::{Object, Objects};
use parlour_store::erasure::{self, Erased, Erasure};
use parlour_store::personal::{Told, Who};
use parlour_store::{StoreError, entity, identity, link, member};

use crate::among::ask_to_erase;
use crate::engine::{Engine, link_of};
use crate::rooms::{name_of_member, new_id};
use crate::{EngineError, clock};

pub(crate) use barred::Barred;
pub(crate) use ledger::Ledger;

/// How many of what was erased.
pub type Counts = BTreeMap<String, u64>;

/// Tries to seal what came meanwhile.
const SEALS: usize = 4;

/// An erasure that is begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// It.
    pub erasure: Erasure,
    erased: Vec<Erased>,
}

/// Who asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asker {
    /// They themselves, in their room.
    Room,
    /// Staff, for somebody who asked them.
    Desk,
    /// Whoever runs the server.
    Command,
}

impl Asker {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Desk => "desk",
            Self::Command => "command",
        }
    }
}

impl Engine {
    /// Erases the person of these ids, with the room of whoever of them is a member. Once this returns, nothing of them is
    /// left; where `is_barred`, nothing more is taken in under these ids, until one of them is shown to be theirs again.
    pub fn erase(&self, ids: &[Key], asker: Asker, is_barred: bool) -> Result<Erasure, EngineError> {
        let begun = self.begin_erasure(ids, asker, is_barred)?;
        self.carry_out(begun)
    }

    /// The first part of it: nothing more of theirs comes in, and once this returns the rest happens, now by
    /// [`Engine::carry_out`] or at the next start.
    pub fn begin_erasure(&self, ids: &[Key], asker: Asker, is_barred: bool) -> Result<Begun, EngineError> {
        self.check_people(ids)?;
        let asked_at = clock::now();
        let new =
            Erasure { id: new_id()?, asked_at, done_at: None, how: asker.name().to_owned(), counts: "{}".to_owned() };
        let erased: Vec<Erased> = ids.iter().map(|key| Erased { key: *key, at: asked_at, is_barred }).collect();
        let before = self.barred.bar(&erased);
        if let Err(error) = self.ledger.add(&new, &erased) {
            self.barred.restore(&erased, before);
            return Err(error);
        }
        Ok(Begun { erasure: new, erased })
    }

    /// Nobody has a brand erased, or a product.
    fn check_people(&self, ids: &[Key]) -> Result<(), EngineError> {
        let state = self.state();
        let names = ids.iter().filter_map(|id| Some(&state.objects.get(state.objects.id(*id)?)?.name));
        match names.into_iter().find(|name| BRAND_KINDS.contains(&name.kind.as_str())) {
            Some(name) => Err(EngineError::Invalid(format!("`{name}` is no person"))),
            None => Ok(()),
        }
    }

    /// Finishes what was begun and broken off, and does again what the database does not know of: a copy of it may have
    /// been put back that is older.
    pub(crate) fn finish_erasures(&self) -> Result<(), EngineError> {
        if self.erasing.try_lock().is_err() {
            // One is under way at this moment.
            return Ok(());
        }
        let known = self.database.read(erasure::all_erased)?;
        self.barred.bar(&known);
        let mut left = self.database.read(erasure::under_way)?;
        let done = self.database.read(|conn| erasure::list(conn, i64::MAX))?;
        let done: HashSet<String> = done.into_iter().map(|one| one.id).collect();
        for (written, erased) in self.ledger.all()? {
            if !done.contains(&written.id) {
                self.barred.bar(&erased);
                left.push(written);
            }
        }
        for erasure in left {
            tracing::info!(id = erasure.id, "an erasure is finished that was broken off, or undone by an older copy");
            let mut erased = self.database.read(|conn| erasure::erased_by(conn, &erasure.id))?;
            if erased.is_empty() {
                let written = self.ledger.all()?.into_iter().find(|(one, _)| one.id == erasure.id);
                erased = written.map(|(_, erased)| erased).unwrap_or_default();
            }
            self.carry_out(Begun { erasure, erased })?;
        }
        Ok(())
    }

    /// Does what was begun. Every step may be done again.
    pub fn carry_out(&self, begun: Begun) -> Result<Erasure, EngineError> {
        let _one_at_a_time = self.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        let Begun { mut erasure, erased } = begun;
        if !self.leads() {
            return self.have_erased(&erasure, erased);
        }
        if self.database.is_among() {
            // Whoever it was sent to: first nothing more of theirs comes in anywhere.
            let (asked, ids) = (erasure.clone(), erased.clone());
            self.database.write(move |conn| ask_to_erase(conn, &asked, &ids))?;
            self.wait_for_heed()?;
        }
        // Nothing of theirs comes into the journal any more, and what is in it goes to the lake.
        for _ in 0..SEALS {
            self.fold_all()?;
            if !self.seal_once(true)? {
                break;
            }
        }
        self.remove_bodies()?;
        let keys: Vec<Key> = erased.iter().map(|one| one.key).collect();
        let members = self.members_of_keys(&keys)?;
        let mut counts = self.forget_rows(&erasure, erased.clone(), members.clone())?;
        let subjects: HashSet<Key> = keys.into_iter().collect();
        for (what, n) in self.forget_in_lake(&subjects)? {
            *counts.entry(what).or_default() += n;
        }
        // What was on its way into their room when that went.
        erasure.counts = serde_json::to_string(&counts).unwrap_or_default();
        counts = self.forget_rows(&erasure, erased, members)?;
        self.recollect()?;
        self.arrivals.forget();
        *counts.entry("pictures".to_owned()).or_default() += self.sweep_media()? as u64;
        self.wait_for_all_runs()?;
        let n_copies = self.database.scrub()?;
        *counts.entry("copies of the database".to_owned()).or_default() += n_copies;
        counts.retain(|_, n| *n > 0);
        let done = Erasure {
            counts: serde_json::to_string(&counts).unwrap_or_default(),
            done_at: Some(clock::now()),
            ..erasure
        };
        let (id, told, at) = (done.id.clone(), done.counts.clone(), done.done_at.unwrap_or_default());
        self.database.write(move |conn| erasure::end(conn, &id, &told, at))?;
        Ok(done)
    }

    /// The members among these ids.
    fn members_of_keys(&self, keys: &[Key]) -> Result<Vec<String>, EngineError> {
        let mut all = self.database.read(member::ids)?;
        all.retain(|id| keys.contains(&name_of_member(id).key(&self.secret)));
        Ok(all)
    }

    /// Knows people and things anew, from the rows that are left.
    pub(crate) fn recollect(&self) -> Result<(), EngineError> {
        // Nothing is folded meanwhile that would be known and then forgotten; and whoever comes back is told anew.
        let mut folding = self.folding.lock().unwrap_or_else(PoisonError::into_inner);
        let (objects, people) = self.people_and_things()?;
        folding.fold = Fold::new(self.secret);
        let mut state = self.state_mut();
        (state.objects, state.identity) = (Arc::new(objects), Arc::new(people));
        state.version += 1;
        drop((state, folding));
        self.reload_consents()?;
        self.reload_disputes()?;
        self.caches.forget();
        self.forget_answers();
        Ok(())
    }

    /// Everything that has a name, and who is whom.
    pub(crate) fn people_and_things(&self) -> Result<(Objects, Identity), EngineError> {
        let (entities, links) = self.database.read(|conn| Ok((entity::all(conn)?, link::all(conn)?)))?;
        let object = |entity: entity::Entity| Object {
            key: entity.key,
            name: Name::new(entity.kind, entity.id),
            title: entity.title,
            parent: entity.parent,
        };
        let objects = Objects::new(entities.into_iter().map(object).collect());
        Ok((objects, self.people_of(&links)?))
    }

    /// The people that these links make.
    pub(crate) fn people_of(&self, links: &[link::Link]) -> Result<Identity, EngineError> {
        let ends: Vec<Key> = links.iter().flat_map(|link| [link.a, link.b]).collect();
        let known = self.ids_of_links(&ends)?;
        let links: Vec<Link> = links.iter().map(link_of).collect();
        Ok(Identity::build(&links, &known, &self.settings.standing))
    }

    /// Erasures, the newest first.
    pub fn erasures(&self, most: i64) -> Result<Vec<Erasure>, EngineError> {
        Ok(self.database.read(|conn| erasure::list(conn, most))?)
    }

    /// The erasure of an id, from the moment on at which it was begun.
    pub fn erasure(&self, id: &str) -> Result<Option<Erasure>, EngineError> {
        if let Some(found) = self.database.read(|conn| erasure::get(conn, id))? {
            return Ok(Some(found));
        }
        Ok(self.ledger.all()?.into_iter().map(|(erasure, _)| erasure).find(|erasure| erasure.id == id))
    }

    /// What shows that a receipt is of this server: a keyed hash of what it says.
    pub fn seal_of_receipt(&self, erasure: &Erasure) -> String {
        let parts = [erasure.id.as_str(), &erasure.how, &erasure.counts];
        let times = [erasure.asked_at, erasure.done_at.unwrap_or(0)].map(i64::to_be_bytes);
        let all: Vec<&[u8]> = [b"receipt".as_slice()]
            .into_iter()
            .chain(parts.map(str::as_bytes))
            .chain(times.iter().map(<[u8; 8]>::as_slice))
            .collect();
        format!("{:032x}", self.secret.digest(&all))
    }

    /// Lets an id in again that was erased, since whoever it belongs to came back with it.
    pub(crate) fn let_in(&self, name: &Name) -> Result<(), EngineError> {
        let key = name.key(&self.secret);
        if self.barred.let_in(key) {
            self.database.write(move |conn| erasure::let_in(conn, key).map(|_| ()))?;
        }
        Ok(())
    }

    /// Everything of somebody that lies in the database, table by table: by these ids of theirs, and the member that they
    /// are.
    pub fn everything_of(&self, ids: &[Key], member: &str) -> Result<Vec<Told>, EngineError> {
        let kind = self.database.kind();
        Ok(self.database.read(|conn| {
            let known = identity::by_keys(conn, ids)?;
            let names = known.into_iter().map(|one| Name::new(one.kind, one.value)).collect();
            Who::look(conn, (names, ids.to_vec()), vec![member.to_owned()])?.told(conn, kind)
        })?)
    }

    /// All ids of the person that an id belongs to.
    pub fn ids_of_person(&self, id: Key) -> Vec<Key> {
        self.state().identity.ids_of(&id).to_vec()
    }
}

/// An error of the file beside the database.
pub(crate) fn of_ledger(path: &std::path::Path, source: std::io::Error) -> EngineError {
    if source.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full.into();
    }
    EngineError::Folder { path: path.display().to_string(), source }
}
