//! What becomes of a set: how many hang it, where, what they say beneath, and how their engagement changed.

use std::collections::{BTreeMap, HashSet};

use parlour_core::day::Day;
use parlour_core::door::Guest;
use parlour_core::population::Population;
use parlour_core::reading::{MICRO, Reading};
use parlour_core::relation::{PersonFold, Relation};
use parlour_core::standing::Yardstick;
use parlour_stats::matched::{self, Case, Effect};
use parlour_store::image_set::{self, Hanging};
use parlour_store::{acquaintance, fact};

use super::totals::{Total, parts, total};
use super::{brand_checked, sets};
use crate::EngineError;
use crate::engine::Engine;
use crate::rooms::content::Content;
use crate::rooms::{MEMBER, door_of};

/// Days after a set was made in which is looked what followed.
const FOLLOWED_DAYS: i32 = 28;
/// Most words that are listed.
const MAX_WORDS: usize = 200;
/// Which random numbers the interval is made with.
const SEED: u64 = 2;

/// What became of a set.
#[derive(Clone, Debug)]
pub struct Hung {
    /// How many people hang it.
    pub n_hanging: Total,
    /// How many were asked to.
    pub n_asked: i64,
    /// Where they say they are, as far as many say the same.
    pub places: Vec<(String, i64)>,
    /// How many are elsewhere, or do not say.
    pub n_elsewhere: i64,
    /// What they say beneath it, for everybody to read.
    pub words: Vec<Words>,
    /// How the involvement of those who hang it changed beside others like them.
    pub effect: Option<Effect>,
    /// Between which days.
    pub days: (Day, Day),
}

/// What somebody says beneath an image.
#[derive(Clone, Debug)]
pub struct Words {
    /// Their handle.
    pub handle: String,
    /// What they are called.
    pub name: String,
    /// What they say.
    pub words: String,
    /// Of which image.
    pub image: String,
}

/// What people say of a brand among their facts.
#[derive(Clone, Debug)]
pub struct FactTotals {
    /// How many people name it.
    pub n_people: Total,
    /// What it is to them, as far as it is the same to many.
    pub labels: Vec<(String, i64)>,
    /// How many say something else.
    pub n_others: i64,
    /// Members who let the brand know, with what it is to them.
    pub told: Vec<(String, String)>,
}

impl Engine {
    /// What became of a set, as its brand may know it.
    pub fn hung(&self, set: &str) -> Result<Hung, EngineError> {
        let found = self.database.read(|conn| image_set::get(conn, set))?.ok_or_else(sets::no_set)?;
        let (all, n_asked) = self
            .database
            .read(|conn| Ok((image_set::hangings(conn, set, &found.brand)?, image_set::count_asked(conn, set)?)))?;
        let k = self.settings.offers.k;
        let members: HashSet<&str> = all.iter().map(|one| one.member.as_str()).collect();
        let n = members.len() as i64;
        let words: Vec<Words> = all.iter().filter_map(words_of).take(MAX_WORDS).collect();
        let seen: HashSet<&str> = words.iter().map(|words| words.handle.as_str()).collect();
        let mut towns: BTreeMap<String, HashSet<&str>> = BTreeMap::new();
        for one in all.iter().filter(|one| !one.town.trim().is_empty()) {
            towns.entry(one.town.trim().to_owned()).or_default().insert(&one.member);
        }
        let n_placed: usize = towns.values().map(HashSet::len).sum();
        let mut counts: Vec<(String, i64)> =
            towns.into_iter().map(|(town, members)| (town, members.len() as i64)).collect();
        // Who says nothing is a part too, or it would follow from the whole.
        counts.push((String::new(), n - n_placed as i64));
        counts.retain(|(_, n)| 0 < *n);
        let (mut places, mut n_elsewhere) = if n < k { (Vec::new(), 0) } else { parts(counts, k) };
        if let Some(at) = places.iter().position(|(town, _)| town.is_empty()) {
            n_elsewhere += places.remove(at).1;
        }
        let first = Day::of_micros(found.created_at).0 - 1;
        let last = self.default_day(&self.snapshot()).0.min(first + FOLLOWED_DAYS);
        let effect = if k <= n { self.effect_of_set(&found.brand, &members, (first, last))? } else { None };
        Ok(Hung {
            n_hanging: total(n, seen.len() as i64, k),
            n_asked,
            places,
            n_elsewhere,
            words,
            effect,
            days: (Day(first), Day(last)),
        })
    }

    /// The difference in the change of involvement between those who hang a set and others of the brand who were like them
    /// before it was made: in how engaged they were, and in which direction they moved.
    fn effect_of_set(
        &self,
        brand: &str,
        members: &HashSet<&str>,
        (first, last): (i32, i32),
    ) -> Result<Option<Effect>, EngineError> {
        let name = brand_checked(brand)?;
        let snapshot = self.snapshot();
        let Some(object) = snapshot.objects.id(self.key(&name.kind, &name.id)) else { return Ok(None) };
        let hanging: HashSet<_> = members.iter().map(|id| snapshot.identity.person_of(self.key(MEMBER, id))).collect();
        let readings: [Reading<'_>; 2] = [first, last].map(|day| self.reading(&snapshot, Day(day)));
        let nobody = Population::default();
        let states = snapshot.everyone().visit(Vec::new, |cases: &mut Vec<Case>, person, columns, rows| {
            let on = |reading: &Reading<'_>| {
                let mut found = Relation::default();
                PersonFold::new(reading).read(columns, rows.clone(), &mut |id, _, relation| {
                    if id == object {
                        found = *relation;
                    }
                });
                (found.involvement(), Yardstick::new(reading).measure(&found, &nobody).direction)
            };
            let ((before, direction), (after, _)) = (on(&readings[0]), on(&readings[1]));
            let is_treated = hanging.contains(&person);
            if before != 0 || after != 0 {
                let size = (before / MICRO).max(0).checked_ilog2().map_or(0, |size| u64::from(size) + 1);
                let outcome = (after - before) as f64 / MICRO as f64;
                cases.push(Case { stratum: size * 16 + direction as u64, is_treated, outcome });
            }
        })?;
        let mut cases: Vec<Case> = states.into_iter().flatten().collect();
        cases.sort_unstable_by(|a, b| {
            (a.stratum, a.is_treated).cmp(&(b.stratum, b.is_treated)).then(a.outcome.total_cmp(&b.outcome))
        });
        Ok(matched::effect(&cases, SEED))
    }

    /// What people say of a brand among their facts, in totals.
    pub fn facts_of_brand(&self, brand: &str) -> Result<FactTotals, EngineError> {
        let k = self.settings.offers.k;
        let facts = self.database.read(|conn| {
            let mut facts = fact::of_brand(conn, brand)?;
            let blocking: HashSet<String> = acquaintance::blocking(conn, brand)?.into_iter().collect();
            facts.retain(|fact| !blocking.contains(&fact.member));
            Ok(facts)
        })?;
        let people: HashSet<&str> = facts.iter().map(|fact| fact.member.as_str()).collect();
        let told: Vec<(String, String)> =
            facts.iter().filter(|fact| fact.tells).map(|fact| (fact.member.clone(), fact.label.clone())).collect();
        let named: HashSet<&str> = told.iter().map(|(member, _)| member.as_str()).collect();
        let mut labels: BTreeMap<String, HashSet<&str>> = BTreeMap::new();
        for fact in &facts {
            labels.entry(fact.label.to_lowercase()).or_default().insert(&fact.member);
        }
        let n = people.len() as i64;
        let n_people = total(n, named.len() as i64, k);
        let counts = labels.into_iter().map(|(label, people)| (label, people.len() as i64)).collect();
        let (labels, n_others) =
            if n_people == Total::Exactly(n) && k <= n { parts(counts, k) } else { (Vec::new(), 0) };
        Ok(FactTotals { n_people, labels, n_others, told })
    }
}

/// What somebody says beneath an image, if everybody may read it.
fn words_of(one: &Hanging) -> Option<Words> {
    let guest = Guest::stranger(&one.member);
    if !guest.may_pass(&[door_of(one.room_door), door_of(one.door)]) {
        return None;
    }
    let Some(Content::Placement { image, words, .. }) = Content::of_data(&one.data) else { return None };
    let handle = one.handle.clone()?;
    (!words.trim().is_empty()).then(|| Words { handle, name: one.name.clone(), words, image })
}
