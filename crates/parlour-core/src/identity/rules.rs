//! The rules of identity: which values join nobody, how kinds of id rank, and how many of a kind one person may have.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Refusal;
use crate::parameters::Parameters;

/// Kinds of id that name a machine rather than a person, and therefore name one last.
const MACHINE_KINDS: [&str; 2] = ["device", "anonymous"];

/// What holds links back.
#[derive(Clone, Debug)]
pub(super) struct Safeguards {
    blocked: HashSet<String>,
    pub(super) max_ids_per_kind: usize,
}

impl Safeguards {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self {
            blocked: parameters.blocked_ids.iter().map(|value| folded(value)).collect(),
            max_ids_per_kind: parameters.max_ids_per_kind,
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
}

impl Kinds {
    /// The number of the kind ``, which ids of which nothing is known have.
    pub(super) const UNKNOWN: u32 = 0;

    pub(super) fn new(parameters: &Parameters) -> Self {
        let ranked = parameters.id_ranks.clone();
        let n_machines = ranked.iter().rev().take_while(|kind| MACHINE_KINDS.contains(&kind.as_str())).count();
        let machines_from = ranked.len() - n_machines;
        let mut kinds = Self { names: Vec::new(), numbers: HashMap::new(), ranks: Vec::new(), ranked, machines_from };
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

    /// Refuses counts that have more than `most` of a kind.
    pub(super) fn check(&self, counts: &Counts, most: usize) -> Result<(), Refusal> {
        let name = |kind: u32| &self.names[kind as usize];
        let too_many = counts.0.iter().filter(|(_, n)| most < *n).min_by_key(|(kind, _)| name(*kind));
        match too_many {
            Some(&(kind, n)) => Err(Refusal::TooManyOfKind { kind: Arc::clone(name(kind)), n }),
            None => Ok(()),
        }
    }
}

/// How many ids of which kind someone has.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(pub(super) Vec<(u32, usize)>);

impl Counts {
    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for &(kind, n) in &other.0 {
            match sum.0.iter_mut().find(|known| known.0 == kind) {
                Some(known) => known.1 += n,
                None => sum.0.push((kind, n)),
            }
        }
        sum
    }
}

/// Union-find over the places of a component, which counts the kinds of every class.
#[derive(Debug)]
pub(super) struct Unions {
    parents: Vec<usize>,
    /// For every root what its class has.
    counts: Vec<Counts>,
}

impl Unions {
    pub(super) fn new(kinds: &[u32]) -> Self {
        let counts = kinds.iter().map(|&kind| Counts(vec![(kind, 1)])).collect();
        Self { parents: (0..kinds.len()).collect(), counts }
    }

    pub(super) fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    /// Unites the classes of two places, unless the class would have too many ids of a kind.
    pub(super) fn unite(&mut self, a: usize, b: usize, kinds: &Kinds, most: usize) -> Result<(), Refusal> {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            let united = self.counts[a].plus(&self.counts[b]);
            kinds.check(&united, most)?;
            self.parents[b] = a;
            self.counts[a] = united;
        }
        Ok(())
    }
}
