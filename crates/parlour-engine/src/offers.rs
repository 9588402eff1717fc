//! What brands offer people's rooms, and what people make of it: catalogues, sets of images, occasions, placements, tags and
//! facts.
//!
//! Nothing of a brand comes into a room but what its owner puts there. What a brand gets to know is what a passer-by may see,
//! what the owner tells it by name, and totals of many.

pub mod catalogue;
pub mod facts;
pub mod hung;
pub mod ics;
mod near;
pub mod occasions;
pub mod placements;
pub mod sets;
pub mod tags;
pub mod totals;

use std::sync::{Arc, Mutex, PoisonError};

use parlour_core::event::{BRAND_KINDS, Event, Layer, Name};
use parlour_store::{Conn, StoreError, acquaintance, fact, image_set, occasion, tag};

use crate::EngineError;
use crate::desk::name_of;
use crate::engine::Engine;
use crate::rooms::act_of;

/// The kind of id of an occasion, which belongs to its brand.
pub const OCCASION: &str = "occasion";
/// The kind of id of a product.
pub const PRODUCT: &str = "product";

/// A brand that offers something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Brand {
    /// `kind:id`.
    pub name: String,
    /// What it is called.
    pub title: String,
}

impl Engine {
    /// Every brand that has a source, a set, an occasion or people, by title; of these (`kind:id`), if any are given.
    pub fn brands(&self, within: Option<&[String]>) -> Result<Vec<Brand>, EngineError> {
        let mut names: Vec<String> = self.sources().iter().map(|source| source.brand.to_string()).collect();
        let snapshot = self.snapshot();
        let is_top = |name: &Name| name.kind == BRAND_KINDS[0];
        names.extend(snapshot.objects.all().iter().filter(|one| is_top(&one.name)).map(|one| one.name.to_string()));
        names.extend(self.database.read(|conn| {
            let mut names: Vec<String> = image_set::list(conn, None)?.into_iter().map(|set| set.brand).collect();
            names.extend(occasion::list(conn, None, 0, 10_000)?.into_iter().map(|one| one.brand));
            Ok(names)
        })?);
        names.sort_unstable();
        names.dedup();
        names.retain(|name| within.is_none_or(|within| within.contains(name)));
        let mut brands: Vec<Brand> =
            names.into_iter().map(|name| Brand { title: self.title_of_brand(&name), name }).collect();
        brands.sort_unstable_by_key(|brand| brand.title.to_lowercase());
        Ok(brands)
    }

    /// A brand that is here; a member cannot make one up by naming it.
    pub(crate) fn known_brand(&self, brand: &str) -> Result<Name, EngineError> {
        let name = brand_checked(brand)?;
        if self.brands(None)?.iter().any(|known| known.name == brand) {
            return Ok(name);
        }
        Err(EngineError::Invalid(format!("`brand` `{brand}` is not here; leave it out, and say in words what it is")))
    }

    /// What a brand (`kind:id`) is called: its title where one is known, else its id.
    pub fn title_of_brand(&self, brand: &str) -> String {
        let Some(name) = name_of(brand) else { return brand.to_owned() };
        let snapshot = self.snapshot();
        let found = snapshot.objects.id(self.key(&name.kind, &name.id));
        let title = found.and_then(|id| snapshot.objects.all().get(id as usize)).and_then(|one| one.title.clone());
        title.filter(|title| !title.is_empty()).unwrap_or(name.id)
    }

    /// Has a member see nothing more of a brand, nor the brand of them: what hangs of it comes down.
    pub fn block_brand(&self, member: &str, brand: &str, layer: Layer) -> Result<(), EngineError> {
        let name = brand_checked(brand)?;
        let now = crate::clock::now();
        let down = self.frames_of_brand(member, brand)?;
        let acts = down.iter().map(|frame| placements::unplaced(member, &name, (frame, now), layer)).collect();
        let (member, brand) = (member.to_owned(), brand.to_owned());
        self.act(acts, move |conn| {
            acquaintance::block(conn, &member, &brand, now)?;
            down.iter().try_for_each(|frame| placements::take_down(conn, frame, now))
        })
    }

    /// Takes that back; what came down stays down.
    pub fn unblock_brand(&self, member: &str, brand: &str) -> Result<(), EngineError> {
        brand_checked(brand)?;
        let (member, brand) = (member.to_owned(), brand.to_owned());
        Ok(self.database.write(move |conn| acquaintance::unblock(conn, &member, &brand).map(|_| ()))?)
    }

    /// Brands a member has blocked.
    pub fn blocked_brands(&self, member: &str) -> Result<Vec<String>, EngineError> {
        let all = self.database.read(|conn| acquaintance::blocked_by(conn, member))?;
        Ok(all.into_iter().filter(|one| one.contains(':')).collect())
    }

    /// Writes rows, and the acts they come from where there are any, in one transaction; returns what `work` found.
    pub(crate) fn act<T: Send + 'static>(
        &self,
        acts: Vec<Event>,
        work: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, EngineError> {
        if acts.is_empty() {
            return Ok(self.database.write(work)?);
        }
        let done = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&done);
        let alongside = Box::new(move |conn: &mut dyn Conn| {
            let found = work(conn)?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
            Ok(())
        });
        self.do_in_rooms(acts, alongside)?;
        let found = done.lock().unwrap_or_else(PoisonError::into_inner).take();
        found.ok_or_else(|| EngineError::Conflict("it was not written; try again".to_owned()))
    }
}

/// Forgets, within a transaction, everything a member made of what brands offer: tags, facts, answers, and what they were
/// asked. Frames are the wall's affair, and pictures the media's.
pub fn forget_member(conn: &mut dyn Conn, who: &str) -> Result<(), StoreError> {
    tag::delete_of_member(conn, who)?;
    fact::delete_of_member(conn, who)?;
    image_set::delete_requests_to(conn, who)?;
    occasions::forget(conn, who)
}

/// An act of a member toward a brand, or what belongs to it, that is known again by `message`.
pub(crate) fn act_toward(member: &str, verb: &str, brand: &Name, message: String, layer: Layer) -> Event {
    Event { message: Some(message), ..act_of(member, verb, brand.clone(), layer) }
}

/// The name of a brand as the wire has it.
pub fn brand_checked(text: &str) -> Result<Name, EngineError> {
    let is_brand = |name: &Name| BRAND_KINDS[..2].contains(&name.kind.as_str()) && name.id.len() <= 200;
    name_of(text)
        .filter(is_brand)
        .ok_or_else(|| EngineError::Invalid(format!("`brand` must be a brand such as `brand:acme`; `{text}` is none")))
}

/// Why a transaction was given up on purpose, for whoever asked.
pub(crate) fn given_up(error: EngineError) -> EngineError {
    if let EngineError::Store(StoreError::Aborted(why)) = error { EngineError::Conflict(why) } else { error }
}
