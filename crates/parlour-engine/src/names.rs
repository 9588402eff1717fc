//! Names from outside and the verbs they stand for: those of the vocabulary's file, and over them what was chosen under
//! Settings. Verbs are resolved when reading, so a choice holds for the past too, and taking it back does as well.

use std::sync::{Arc, PoisonError};

use parlour_core::event::MAX_VERB_BYTES;
use parlour_core::vocabulary::Vocabulary;
use parlour_store::verb_name;

use crate::engine::Engine;
use crate::{EngineError, clock};

/// The most names that may be chosen.
const MAX_NAMES: usize = 10_000;

impl Engine {
    /// The vocabulary of this moment.
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::clone(&self.state().vocabulary)
    }

    /// Whether a name stands for its verb because somebody chose so, and not by the vocabulary's file.
    pub fn is_chosen(&self, name: &str) -> bool {
        self.state().vocabulary.names.get(name) != self.own_vocabulary.names.get(name)
    }

    /// Says which verb a name from outside stands for, from the first event with it on.
    pub fn map_name(&self, name: &str, verb: &str) -> Result<(), EngineError> {
        let name = name.strip_prefix("did:").unwrap_or(name);
        if name.is_empty() || MAX_VERB_BYTES < name.len() || name.chars().any(char::is_control) {
            let text = format!("a name has 1 to {MAX_VERB_BYTES} bytes and no control characters");
            return Err(EngineError::Invalid(text));
        }
        if !self.own_vocabulary.verbs.contains_key(verb) {
            return Err(EngineError::Invalid(format!(
                "`{verb}` is no verb of the vocabulary; Settings lists them all"
            )));
        }
        let (name, verb) = (name.to_owned(), verb.to_owned());
        let is_room = self.database.write(move |conn| {
            let all = verb_name::all(conn)?;
            if MAX_NAMES <= all.len() && !all.iter().any(|(known, _)| *known == name) {
                return Ok(false);
            }
            verb_name::set(conn, &name, &verb, clock::now())?;
            Ok(true)
        })?;
        if !is_room {
            let text = format!("{MAX_NAMES} names are mapped already; put the rest into a vocabulary file");
            return Err(EngineError::Invalid(text));
        }
        self.reload_names()
    }

    /// Takes back what was chosen for a name: it is again what the vocabulary's file says of it, or nothing.
    pub fn unmap_name(&self, name: &str) -> Result<(), EngineError> {
        let name = name.strip_prefix("did:").unwrap_or(name).to_owned();
        let told = name.clone();
        if !self.database.write(move |conn| verb_name::delete(conn, &name))? {
            let text = if self.own_vocabulary.names.contains_key(&told) {
                format!("`{told}` is mapped by the vocabulary itself; map it to another verb instead")
            } else {
                format!("`{told}` is not mapped")
            };
            return Err(EngineError::NotFound(text));
        }
        self.reload_names()
    }

    /// Lays the names that were chosen over the vocabulary's own; every reading from now on goes by them.
    pub(crate) fn reload_names(&self) -> Result<(), EngineError> {
        // Whoever reads last sets last.
        let _one_at_a_time = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        let vocabulary = Arc::new(self.laid_over()?);
        let mut state = self.state_mut();
        if state.vocabulary != vocabulary {
            state.vocabulary = vocabulary;
            state.version += 1;
            drop(state);
            self.forget_answers();
        }
        Ok(())
    }

    /// The vocabulary with the names that were chosen over its own.
    pub(crate) fn laid_over(&self) -> Result<Vocabulary, EngineError> {
        let mut vocabulary = self.own_vocabulary.clone();
        for (name, verb) in self.database.read(verb_name::all)? {
            if vocabulary.verbs.contains_key(&verb) {
                vocabulary.names.insert(name, verb);
            } else {
                tracing::warn!(name, verb, "a name is mapped to a verb that the vocabulary no longer has");
            }
        }
        Ok(vocabulary)
    }
}
