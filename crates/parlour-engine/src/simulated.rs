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
            let mut all = names(setting::get(conn, SIMULATED)?);
            all.insert(name);
            setting::set(conn, SIMULATED, &all.into_iter().collect::<Vec<_>>().join("\n"))
        })?)
    }

    /// The objects that are simulated, as `kind:id`.
    pub fn simulated(&self) -> Result<BTreeSet<String>, EngineError> {
        Ok(names(self.database.read(|conn| setting::get(conn, SIMULATED))?))
    }

    /// Says what people call an object that is known already.
    pub fn set_title(&self, name: &Name, title: &str) -> Result<(), EngineError> {
        let (key, said) = (self.key(&name.kind, &name.id), title.to_owned());
        if !self.database.write(move |conn| entity::set_title(conn, key, &said))? {
            return Err(EngineError::NotFound(format!("there is no object `{name}`")));
        }
        let mut state = self.state_mut();
        let titled = |object: &Object| match object.key == key {
            true => Object { title: Some(title.to_owned()), ..object.clone() },
            false => object.clone(),
        };
        state.objects = Arc::new(Objects::new(state.objects.all().iter().map(titled).collect()));
        state.version += 1;
        Ok(())
    }
}

fn names(text: Option<String>) -> BTreeSet<String> {
    text.iter().flat_map(|text| text.lines()).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
