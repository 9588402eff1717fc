//! Disputes: somebody says that what was concluded of them is wrong. Of the kind of feeling and the stage their word takes the
//! place of the guess; of everything else it stands beside it, where staff see it.

use std::sync::Arc;

use parlour_core::key::Key;
use parlour_core::said::Saying;
use parlour_core::why::Of;
use parlour_store::dispute::{self, Dispute};
use parlour_store::identity;

use crate::engine::Engine;
use crate::rooms::{name_of_member, text_checked};
use crate::{EngineError, clock};

/// Most characters of the words.
const MAX_WORDS: usize = 1_000;

impl Engine {
    /// Keeps what a member says against something concluded of them with an object: `said` of the kind or the stage, or
    /// words alone. What they said of it before is taken back by that.
    pub fn dispute(
        &self,
        member: &str,
        (object, matter): (Key, &str),
        said: Option<&str>,
        words: &str,
    ) -> Result<i64, EngineError> {
        if Of::of_name(matter).is_none() {
            let names = Of::ALL.map(Of::name).join(", ");
            return Err(EngineError::Invalid(format!("`matter` must be one of {names}")));
        }
        let saying = said.map(|said| {
            let fitting = Saying::of_name(said).filter(|saying| saying.matter() == matter);
            fitting.ok_or_else(|| {
                let fitting = Saying::ALL.into_iter().filter(|saying| saying.matter() == matter);
                let names: Vec<&str> = fitting.map(Saying::name).collect();
                EngineError::Invalid(match names.as_slice() {
                    [] => format!("`said` cannot be given for `{matter}`; say it in `words`"),
                    names => format!("`said` must be one of {} for `{matter}`", names.join(", ")),
                })
            })
        });
        let saying = saying.transpose()?;
        let words = text_checked("words", words, (usize::from(saying.is_none()), MAX_WORDS))?;
        let new = Dispute {
            id: 0,
            key: name_of_member(member).key(&self.secret),
            object,
            matter: matter.to_owned(),
            said: saying.map_or_else(String::new, |saying| saying.name().to_owned()),
            words,
            at: clock::now(),
            taken_back_at: None,
        };
        let ids = self.ids_of_member(member);
        let id = self.database.write(move |conn| {
            dispute::take_back(conn, &ids, (new.object, &new.matter), new.at)?;
            dispute::create(conn, &new)
        })?;
        self.reload_disputes()?;
        Ok(id)
    }

    /// Takes back what a member said of something; returns whether there was anything.
    pub fn take_back_dispute(&self, member: &str, object: Key, matter: &str) -> Result<bool, EngineError> {
        let (ids, matter, now) = (self.ids_of_member(member), matter.to_owned(), clock::now());
        let n = self.database.write(move |conn| dispute::take_back(conn, &ids, (object, &matter), now))?;
        self.reload_disputes()?;
        Ok(n > 0)
    }

    /// What the person of these ids disputes, also what they took back, the oldest first.
    pub fn disputes_of(&self, ids: &[Key]) -> Result<Vec<Dispute>, EngineError> {
        Ok(self.database.read(|conn| dispute::of_keys(conn, ids))?)
    }

    pub(crate) fn reload_disputes(&self) -> Result<(), EngineError> {
        let mut rows = self.database.read(dispute::standing)?;
        rows.retain(|row| !row.said.is_empty());
        let mut state = self.state_mut();
        if *state.disputes == rows {
            return Ok(());
        }
        state.disputes = Arc::new(rows);
        state.version += 1;
        drop(state);
        self.forget_answers();
        Ok(())
    }

    /// Has an id that was joined to a member's others no longer be theirs: every link that joins it is undone. Refused for
    /// what they showed to be theirs themselves.
    pub fn disown(&self, member: &str, id: Key) -> Result<(), EngineError> {
        let own = name_of_member(member).key(&self.secret);
        let ids = self.ids_of_member(member);
        if id == own || !ids.contains(&id) {
            return Err(EngineError::NotFound("this id is not among yours".to_owned()));
        }
        let known = self.database.read(|conn| identity::by_keys(conn, &[id]))?;
        let claims = self.claims(member)?;
        let is_claimed =
            known.iter().any(|known| claims.iter().any(|one| one.kind == known.kind && one.value == known.value));
        if is_claimed {
            let text = "you showed yourself that this is yours; erase what is known if you want it gone";
            return Err(EngineError::Conflict(text.to_owned()));
        }
        let links: Vec<(Key, Key)> = {
            let state = self.state();
            let links = state.identity.links_of(id);
            links.into_iter().filter(|(link, _)| !link.is_undone).map(|(link, _)| (link.a, link.b)).collect()
        };
        for (a, b) in links {
            self.set_link_undone(a, b, true)?;
        }
        Ok(())
    }
}
