//! The rules of identity: which values join nobody, how kinds of id rank, and how many of a kind one person may have.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::Refusal;
use crate::parameters::{IdLimit, Parameters};

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Kinds of id that name a machine rather than a person, and therefore name one last.
const MACHINE_KINDS: [&str; 2] = ["device", "anonymous"];

/// What holds links back.
#[derive(Clone, Debug)]
pub(super) struct Safeguards {
    blocked: HashSet<String>,
    /// A machine seen with more ids of one kind than this is shared; 0 for never.
    pub(super) shared_after: usize,
}

impl Safeguards {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self {
            blocked: parameters.blocked_ids.iter().map(|value| folded(value)).collect(),
            shared_after: parameters.shared_after,
        }
    }

    /// An entry of `blocked_ids` blocks its value in every kind, or in one where it is written `kind:value`. An empty
    /// value is always blocked.
    pub(super) fn is_blocked(&self, kind: &str, value: &str) -> bool {
        let value = folded(value);
        value.is_empty() || self.blocked.contains(&value) || self.blocked.contains(&format!("{}:{value}", folded(kind)))
    }
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The kinds of id met so far, numbered, and where each ranks.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    ranks: Vec<usize>,
    ranked: Vec<String>,
    /// Where in `ranked` the kinds at its end that name machines begin.
    machines_from: usize,
    /// By number.
    limits: Vec<IdLimit>,
    own_limits: BTreeMap<String, IdLimit>,
    max_ids_per_kind: usize,
}

impl Kinds {
    /// The number of the kind ``, which ids of which nothing is known have.
    pub(super) const UNKNOWN: u32 = 0;

    pub(super) fn new(parameters: &Parameters) -> Self {
        let ranked = parameters.id_ranks.clone();
        let n_machines = ranked.iter().rev().take_while(|kind| MACHINE_KINDS.contains(&kind.as_str())).count();
        let machines_from = ranked.len() - n_machines;
        let mut kinds = Self {
            names: Vec::new(),
            numbers: HashMap::new(),
            ranks: Vec::new(),
            ranked,
            machines_from,
            limits: Vec::new(),
            own_limits: parameters.id_limits.clone(),
            max_ids_per_kind: parameters.max_ids_per_kind,
        };
        kinds.number("");
        kinds
    }

    pub(super) fn number(&mut self, kind: &str) -> u32 {
        if let Some(&number) = self.numbers.get(kind) {
            return number;
        }
        let (name, number): (Arc<str>, u32) = (kind.into(), self.names.len() as u32);
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        let usual = IdLimit { most: self.max_ids_per_kind, days: None };
        self.limits.push(self.own_limits.get(kind).copied().unwrap_or(usual));
        self.ranks.push(match self.ranked.iter().position(|ranked| ranked == kind) {
            Some(place) if place < self.machines_from => place,
            Some(place) => place + 1,
            None if MACHINE_KINDS.contains(&kind) => self.ranked.len() + 1,
            None => self.machines_from,
        });
        number
    }

    pub(super) fn rank(&self, number: u32) -> usize {
        self.ranks[number as usize]
    }

    /// Whether this is the kind that names people best.
    pub(super) fn is_first(&self, number: u32) -> bool {
        self.ranked.first().is_some_and(|first| **first == *self.names[number as usize])
    }

    /// Whether ids of this kind name a machine, which people may share.
    pub(super) fn is_machine(&self, number: u32) -> bool {
        MACHINE_KINDS.contains(&&*self.names[number as usize])
    }

    /// Refuses to make two classes one at a time if there would then be too many ids of a kind that both have.
    pub(super) fn check(&self, [a, b]: [&[Member]; 2], at: i64) -> Result<(), Refusal> {
        let n_of = |members: &[Member], kind: u32| {
            let days = self.limits[kind as usize].days;
            let since = days.map_or(i64::MIN, |days| at.saturating_sub(i64::from(days) * MICROS_PER_DAY));
            // An id that has not joined anyone yet joins now.
            let counts = |member: &&Member| member.kind == kind && since < member.joined_at.unwrap_or(i64::MAX);
            members.iter().filter(counts).count()
        };
        let mut refusal: Option<(u32, usize)> = None;
        let kinds: HashSet<u32> = a.iter().map(|member| member.kind).collect();
        for kind in kinds {
            let (n_a, n_b) = (n_of(a, kind), n_of(b, kind));
            let is_too_many = n_a > 0 && n_b > 0 && self.limits[kind as usize].most < n_a + n_b;
            let name = |kind: u32| &self.names[kind as usize];
            if is_too_many && refusal.is_none_or(|(known, _)| name(kind) < name(known)) {
                refusal = Some((kind, n_a + n_b));
            }
        }
        match refusal {
            Some((kind, n)) => Err(Refusal::TooManyOfKind { kind: Arc::clone(&self.names[kind as usize]), n }),
            None => Ok(()),
        }
    }
}

/// An id of a class: its kind, and when it first became one person with another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) kind: u32,
    pub(super) joined_at: Option<i64>,
}

/// Union-find over the places of a component, which knows the members of every class.
#[derive(Debug)]
pub(super) struct Unions {
    parents: Vec<usize>,
    /// For every root its class.
    classes: Vec<Vec<usize>>,
    /// By place.
    members: Vec<Member>,
}

impl Unions {
    pub(super) fn new(kinds: &[u32]) -> Self {
        let members = kinds.iter().map(|&kind| Member { kind, joined_at: None });
        Self {
            parents: (0..kinds.len()).collect(),
            classes: (0..kinds.len()).map(|place| vec![place]).collect(),
            members: members.collect(),
        }
    }

    pub(super) fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    /// When the id at a place first became one person with another.
    pub(super) fn joined_at(&self, place: usize) -> Option<i64> {
        self.members[place].joined_at
    }

    /// Unites the classes of two places, unless by `kinds`, where it is asked, the class would have too many ids of a
    /// kind.
    pub(super) fn unite(&mut self, (a, b): (usize, usize), at: i64, kinds: Option<&Kinds>) -> Result<(), Refusal> {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Ok(());
        }
        if let Some(kinds) = kinds {
            let of = |root: usize| self.classes[root].iter().map(|&place| self.members[place]).collect::<Vec<_>>();
            kinds.check([&of(a), &of(b)], at)?;
        }
        let (from, to) = if self.classes[a].len() < self.classes[b].len() { (a, b) } else { (b, a) };
        for place in [a, b].map(|root| (self.classes[root].len() == 1).then_some(root)).into_iter().flatten() {
            self.members[place].joined_at = Some(at);
        }
        let moved = std::mem::take(&mut self.classes[from]);
        self.classes[to].extend(moved);
        self.parents[from] = to;
        Ok(())
    }
}
