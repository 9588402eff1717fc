//! Facts: my dentist, my car. Each has its own door; a brand sees totals of many, and whose it is only where they say so.

use parlour_core::door::Door;
use parlour_core::event::{Event, Layer};
use parlour_store::fact::{self, Fact};
use parlour_store::{Conn, StoreError, frame, member};

use super::{act_toward, brand_checked, given_up};
use crate::engine::Engine;
use crate::rooms::content::{Content, link_checked};
use crate::rooms::look::SeenAs;
use crate::rooms::wall::NewFrame;
use crate::rooms::{line_checked, new_id, number_of, text_checked};
use crate::{EngineError, clock};

/// What a fact may be of.
pub const KINDS: [&str; 4] = ["person", "product", "place", "brand"];
/// Most characters of a label, a name, and of what is said.
const MAX_LABEL: usize = 60;
const MAX_NAME: usize = 160;
const MAX_WORDS: usize = 1_000;

/// What somebody says of their life.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Fact`")]
pub struct FactWords {
    pub kind: String,
    pub label: String,
    pub name: String,
    pub brand: String,
    pub link: String,
    pub words: String,
    pub door: Door,
    pub tells: bool,
}

impl Engine {
    /// Keeps a fact of a member: a new one, or one as it now is. A frame that shows it is never more open than it is.
    pub fn put_fact(&self, who: &str, id: Option<&str>, words: FactWords, layer: Layer) -> Result<Fact, EngineError> {
        let (is_new, most) = (id.is_none(), self.settings.offers.max_facts);
        let id = id.map_or_else(new_id, |id| Ok(id.to_owned()))?;
        if !words.brand.is_empty() {
            self.known_brand(&words.brand)?;
        }
        let new = checked(words, who, (id, clock::now()))?;
        let acts = act_of_fact(&new, layer)?.into_iter().collect();
        let put = move |conn: &mut dyn Conn| {
            let found = fact::get(conn, &new.id)?.filter(|one| one.member == new.member);
            let fact = match found {
                Some(found) => Fact { created_at: found.created_at, ..new },
                None if !is_new => return Err(StoreError::Aborted("there is no such fact any more".to_owned())),
                None if most <= fact::count(conn, &new.member)? => {
                    return Err(StoreError::Aborted(format!("a room has at most {most} facts (`offers.max_facts`)")));
                }
                None if member::get(conn, &new.member)?.is_none() => {
                    return Err(StoreError::Aborted("there is no such member any more".to_owned()));
                }
                None => new,
            };
            fact::put(conn, &fact)?;
            Ok(fact)
        };
        self.act(acts, put).map_err(given_up)
    }

    /// Forgets a fact, and takes down what shows it.
    pub fn remove_fact(&self, who: &str, id: &str) -> Result<(), EngineError> {
        let (who, id) = (who.to_owned(), id.to_owned());
        let was_there = self.database.write(move |conn| {
            let found = fact::get(conn, &id)?.is_some_and(|fact| fact.member == who);
            if found {
                fact::delete(conn, &id)?;
                frame::delete_of_thing(conn, &id)?;
            }
            Ok(found)
        })?;
        if was_there { Ok(()) } else { Err(no_fact()) }
    }

    /// The facts of a room that somebody may see.
    pub fn facts_seen(
        &self,
        (handle, viewer): (&str, Option<&str>),
        seen_as: &SeenAs,
    ) -> Result<Option<Vec<Fact>>, EngineError> {
        let Some(look) = self.look_into(handle, viewer, seen_as)? else { return Ok(None) };
        let mut facts = self.database.read(|conn| fact::of_member(conn, &look.member.id))?;
        facts.retain(|fact| look.lets_see(&[fact.door]));
        Ok(Some(facts))
    }

    /// All facts of a member, for themselves.
    pub fn own_facts(&self, who: &str) -> Result<Vec<Fact>, EngineError> {
        Ok(self.database.read(|conn| fact::of_member(conn, who))?)
    }

    /// Hangs a fact of a member on their wall.
    pub fn hang_fact(&self, who: &str, new: NewFrame) -> Result<frame::Frame, EngineError> {
        let Content::Fact { fact } = &new.content else { return Err(no_fact()) };
        let found = self.database.read(|conn| fact::get(conn, fact))?.filter(|fact| fact.member == who);
        found.ok_or_else(no_fact)?;
        self.hang(who, new)
    }
}

/// What a fact is as an act toward its brand: one only where the brand may know.
fn act_of_fact(fact: &Fact, layer: Layer) -> Result<Option<Event>, EngineError> {
    if fact.brand.is_empty() || !fact.tells {
        return Ok(None);
    }
    let brand = brand_checked(&fact.brand)?;
    let message = format!("declared:{}:{}", fact.id, fact.brand);
    Ok(Some(act_toward(&fact.member, "declared", &brand, message, layer)))
}

fn checked(words: FactWords, who: &str, (id, now): (String, i64)) -> Result<Fact, EngineError> {
    if !KINDS.contains(&words.kind.as_str()) {
        return Err(EngineError::Invalid(format!("`kind` must be one of `{}`", KINDS.join("`, `"))));
    }
    Ok(Fact {
        id,
        member: who.to_owned(),
        kind: words.kind,
        label: line_checked("label", &words.label, (1, MAX_LABEL))?,
        name: line_checked("name", &words.name, (1, MAX_NAME))?,
        brand: words.brand,
        link: if words.link.trim().is_empty() { String::new() } else { link_checked("link", &words.link)? },
        words: text_checked("words", &words.words, (0, MAX_WORDS))?,
        door: number_of(words.door),
        tells: words.tells,
        created_at: now,
        changed_at: now,
    })
}

fn no_fact() -> EngineError {
    EngineError::NotFound("there is no such fact of yours".to_owned())
}
