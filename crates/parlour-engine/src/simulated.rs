//! Which objects are simulated: marked where a made-up world is taken in, so that it is said wherever they are shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use parlour_core::event::Name;
use parlour_core::objects::{Object, Objects};
use parlour_store::{entity, setting};

use crate::EngineError;
use crate::engine::Engine;

/// The setting in the database that names them, one a line.
const SIMULATED: &str = "simulated_objects";

impl Engine {
    /// Says of an object that it is simulated; kept over restarts.
    pub fn mark_simulated(&self, name: &Name) -> Result<(), EngineError> {
        let name = name.to_string();
        Ok(self.database.write(move |conn| {
            let mut all = names(setting::get(conn, SIMULATED)?.as_deref());
            all.insert(name);
            setting::set(conn, SIMULATED, &all.into_iter().collect::<Vec<_>>().join("\n"))
        })?)
    }

    /// The objects that are simulated, as `kind:id`.
    pub fn simulated(&self) -> Result<BTreeSet<String>, EngineError> {
        Ok(names(self.database.read(|conn| setting::get(conn, SIMULATED))?.as_deref()))
    }

    /// Says what people call an object that is known already.
    pub fn set_title(&self, name: &Name, title: &str) -> Result<(), EngineError> {
        let (key, said) = (self.key(&name.kind, &name.id), title.to_owned());
        if !self.database.write(move |conn| entity::set_title(conn, key, &said))? {
            return Err(EngineError::NotFound(format!("there is no object `{name}`")));
        }
        let mut state = self.state_mut();
        let titled = |object: &Object| {
            let is_it = object.key == key;
            Object { title: if is_it { Some(title.to_owned()) } else { object.title.clone() }, ..object.clone() }
        };
        state.objects = Arc::new(Objects::new(state.objects.all().iter().map(titled).collect()));
        state.version += 1;
        Ok(())
    }
}

fn names(text: Option<&str>) -> BTreeSet<String> {
    text.into_iter().flat_map(str::lines).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
