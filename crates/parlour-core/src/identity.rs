//! Identity: which raw ids are one person, decided when reading and undone as easily.
//!
//! A person is the union of the raw ids of one class. Links join ids in the order (`at`, `a`, `b`) and not in the order
//! in which they arrive, so every process that knows the same links finds the same people. A link that a safeguard
//! refuses joins nothing and stays visible with its reason.
//!
//! Laws, held by `tests`: applying links in any order and any split, with undoing and redoing in between, equals
//! building from the links as they are in the end.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::event::Name;
use crate::key::Key;
use crate::parameters::Parameters;

/// Kinds of id that name a machine rather than a person, and therefore name one last.
const MACHINE_KINDS: [&str; 2] = ["device", "anonymous"];

/// Says that two raw ids are one person's. Which end is which means nothing; an id linked with itself is no link.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Link {
    /// One end.
    pub a: Key,
    /// The other.
    pub b: Key,
    /// When it was first said, microseconds UTC.
    pub at: i64,
    /// Whether an operator took it back.
    pub is_undone: bool,
}

impl Link {
    /// A link of two ids, the smaller first.
    pub fn new(a: Key, b: Key, at: i64) -> Self {
        Self { a: a.min(b), b: a.max(b), at, is_undone: false }
    }
}

/// What is known of raw ids: the kind and value of each.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    by_key: HashMap<Key, Name>,
}

impl Ids {
    /// Notes the kind and value of one.
    pub fn insert(&mut self, key: Key, name: Name) {
        self.by_key.insert(key, name);
    }

    /// Its kind and value.
    pub fn get(&self, key: Key) -> Option<&Name> {
        self.by_key.get(&key)
    }
}

impl FromIterator<(Key, Name)> for Ids {
    fn from_iter<I: IntoIterator<Item = (Key, Name)>>(ids: I) -> Self {
        Self { by_key: ids.into_iter().collect() }
    }
}

/// What a link amounts to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Its ends are one person.
    Active,
    /// Taken back by an operator.
    Undone,
    /// Held back by a safeguard.
    Refused(Refusal),
}

/// Why a safeguard held a link back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// An end of it has a value that is nobody's id.
    Blocked,
    /// The person would have had more ids of one kind than people have.
    TooManyOfKind {
        /// Of which kind; the first by name where there are several.
        kind: Arc<str>,
        /// How many it would have been.
        n: usize,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked => f.write_str("one of the two is a placeholder that many people share, not anyone's id"),
            Self::TooManyOfKind { kind, n } => write!(f, "the person would have {n} ids of kind `{kind}`"),
        }
    }
}

/// Who is who. Holds only what links speak of; an id in no link costs one failed look and is its own person.
#[derive(Clone, Debug)]
pub struct Identity {
    safeguards: Safeguards,
    kinds: Kinds,
    nodes: HashMap<Key, Node>,
    edges: Vec<Edge>,
    by_pair: HashMap<(Key, Key), u32>,
    classes: HashMap<Key, Vec<Key>>,
}

/// A raw id that some link speaks of.
#[derive(Clone, Debug)]
struct Node {
    /// Number of its kind; `None` while nothing is known of it.
    kind: Option<u32>,
    is_blocked: bool,
    edges: Vec<u32>,
    person: Key,
}

#[derive(Clone, Debug)]
struct Edge {
    link: Link,
    state: LinkState,
}

impl Identity {
    /// Nobody linked with anybody.
    pub fn new(parameters: &Parameters) -> Self {
        Self {
            safeguards: Safeguards::new(parameters),
            kinds: Kinds::new(parameters),
            nodes: HashMap::new(),
            edges: Vec::new(),
            by_pair: HashMap::new(),
            classes: HashMap::new(),
        }
    }

    /// The people that `links` make; `ids` must know their ends.
    pub fn build(links: &[Link], ids: &Ids, parameters: &Parameters) -> Self {
        let mut identity = Self::new(parameters);
        identity.apply(links, ids);
        identity
    }

    /// Adds links and looks anew at the people they touch. `ids` must know their ends; an end it does not know has the
    /// kind `` until a later link tells. A pair said again keeps its earliest time, and stays undone if it was.
    /// Returns whether anything is different now.
    pub fn apply(&mut self, links: &[Link], ids: &Ids) -> bool {
        let mut touched = Vec::new();
        for link in links {
            if link.a != link.b {
                self.add(link, ids, &mut touched);
            }
        }
        self.settle(&touched);
        !touched.is_empty()
    }

    /// Takes a link back, so that it joins nothing until it is redone. Returns whether that is different from before.
    pub fn undo(&mut self, a: Key, b: Key) -> bool {
        self.set_undone(a, b, true)
    }

    /// Lets a link count again that was taken back. Returns whether that is different from before.
    pub fn redo(&mut self, a: Key, b: Key) -> bool {
        self.set_undone(a, b, false)
    }

    /// Whether this value is nobody's id, so that it must never join anyone.
    pub fn is_blocked(&self, kind: &str, value: &str) -> bool {
        self.safeguards.is_blocked(kind, value)
    }

    /// The id that stands for the person this id belongs to: of their ids the one whose kind comes first in `id_ranks`,
    /// and among those the smallest key. Kinds that are not ranked come after those that are, but before the kinds
    /// `device` and `anonymous` at the end of the ranks, which name a machine; these come last where they are not
    /// ranked at all. An id in no link stands for itself.
    pub fn person_of(&self, key: Key) -> Key {
        self.nodes.get(&key).map_or(key, |node| node.person)
    }

    /// All ids of the person this id belongs to, sorted; just itself where it is united with none.
    pub fn ids_of<'a>(&'a self, person: &'a Key) -> &'a [Key] {
        self.classes.get(&self.person_of(*person)).map_or(std::slice::from_ref(person), Vec::as_slice)
    }

    /// Whether the person this id belongs to has others.
    pub fn is_united(&self, key: Key) -> bool {
        self.nodes.get(&key).is_some_and(|node| self.classes.contains_key(&node.person))
    }

    /// Everyone with more than one id: the id that stands for them and all their ids, sorted. In no order.
    pub fn united(&self) -> impl Iterator<Item = (&Key, &[Key])> {
        self.classes.iter().map(|(person, ids)| (person, ids.as_slice()))
    }

    /// What the link between two ids amounts to; `None` where there is none.
    pub fn state_of(&self, a: Key, b: Key) -> Option<&LinkState> {
        let edge = *self.by_pair.get(&(a.min(b), a.max(b)))?;
        Some(&self.edges[edge as usize].state)
    }

    /// Every link of this one id, whatever it amounts to, in the order in which links are applied.
    pub fn links_of(&self, key: Key) -> Vec<(Link, &LinkState)> {
        let edges = self.nodes.get(&key).map_or(&[][..], |node| &node.edges);
        in_order(edges.iter().map(|&edge| &self.edges[edge as usize]))
    }

    /// Every link that a safeguard holds back, in the order in which links are applied.
    pub fn refused(&self) -> Vec<(Link, &LinkState)> {
        in_order(self.edges.iter().filter(|edge| matches!(edge.state, LinkState::Refused(_))))
    }

    /// Adds one link and notes in `touched` the ids whose people must be looked at anew.
    fn add(&mut self, link: &Link, ids: &Ids, touched: &mut Vec<Key>) {
        let (a, b) = (link.a.min(link.b), link.a.max(link.b));
        for key in [a, b] {
            self.learn(key, ids, touched);
        }
        let Some(&known) = self.by_pair.get(&(a, b)) else {
            let edge = self.edges.len() as u32;
            self.edges.push(Edge { link: Link { a, b, ..*link }, state: LinkState::Active });
            self.by_pair.insert((a, b), edge);
            for key in [a, b] {
                self.nodes.get_mut(&key).expect("`learn` has made a node of each end").edges.push(edge);
            }
            touched.extend([a, b]);
            return;
        };
        let kept = &mut self.edges[known as usize].link;
        let merged = Link { at: kept.at.min(link.at), is_undone: kept.is_undone || link.is_undone, ..*kept };
        if merged != *kept {
            *kept = merged;
            touched.extend([a, b]);
        }
    }

    /// Makes a node of an id, or tells one of which nothing was known what `ids` knows.
    fn learn(&mut self, key: Key, ids: &Ids, touched: &mut Vec<Key>) {
        let node =
            self.nodes.entry(key).or_insert(Node { kind: None, is_blocked: false, edges: Vec::new(), person: key });
        if node.kind.is_some() {
            return;
        }
        let Some(name) = ids.get(key) else { return };
        node.kind = Some(self.kinds.number(&name.kind));
        node.is_blocked = self.safeguards.is_blocked(&name.kind, &name.id);
        if !node.edges.is_empty() {
            let ends = node.edges.iter().map(|&edge| self.edges[edge as usize].link);
            touched.extend(ends.flat_map(|link| [link.a, link.b]));
        }
    }

    fn set_undone(&mut self, a: Key, b: Key, is_undone: bool) -> bool {
        let (a, b) = (a.min(b), a.max(b));
        let Some(&edge) = self.by_pair.get(&(a, b)) else { return false };
        let link = &mut self.edges[edge as usize].link;
        if link.is_undone == is_undone {
            return false;
        }
        link.is_undone = is_undone;
        self.settle(&[a, b]);
        true
    }

    /// Decides anew on all links that the people of the `touched` ids could hang together by.
    fn settle(&mut self, touched: &[Key]) {
        let mut seen = HashSet::new();
        let components: Vec<Component> = touched.iter().filter_map(|&key| self.component(key, &mut seen)).collect();
        for key in components.iter().flat_map(|component| &component.keys) {
            self.classes.remove(&self.nodes[key].person);
        }
        for component in components {
            self.settle_component(component);
        }
    }

    /// All that hangs together with `start` by links that could join, whether they do or not; `None` if it was seen.
    /// Undone links and those of blocked ids never join, whatever else is so: they are decided here and not followed,
    /// so that a value which half the world shares does not make one component of it.
    fn component(&mut self, start: Key, seen: &mut HashSet<Key>) -> Option<Component> {
        if !seen.insert(start) {
            return None;
        }
        let mut keys = vec![start];
        let mut edges = Vec::new();
        let mut next = 0;
        while let Some(&key) = keys.get(next) {
            next += 1;
            for &edge in &self.nodes[&key].edges {
                let Edge { link, state } = &mut self.edges[edge as usize];
                if link.is_undone {
                    *state = LinkState::Undone;
                } else if self.nodes[&link.a].is_blocked || self.nodes[&link.b].is_blocked {
                    *state = LinkState::Refused(Refusal::Blocked);
                } else {
                    let other = if link.a == key { link.b } else { link.a };
                    if seen.insert(other) {
                        keys.push(other);
                    }
                    edges.push(edge);
                }
            }
        }
        keys.sort_unstable();
        edges.sort_unstable_by_key(|&edge| order(&self.edges[edge as usize].link));
        edges.dedup();
        Some(Component { keys, edges })
    }

    /// Applies a component's links in their order, and files the classes that come of it.
    fn settle_component(&mut self, component: Component) {
        let Component { keys, edges } = component;
        let kinds: Vec<u32> = keys.iter().map(|key| self.nodes[key].kind.unwrap_or(Kinds::UNKNOWN)).collect();
        let mut unions = Unions::new(&kinds, self.safeguards.max_ids_per_kind);
        for edge in edges {
            let Edge { link, state } = &mut self.edges[edge as usize];
            let place = |key| keys.binary_search(&key).expect("a component holds both ends of its links");
            *state = match unions.unite(place(link.a), place(link.b), &self.kinds) {
                Ok(()) => LinkState::Active,
                Err(refusal) => LinkState::Refused(refusal),
            };
        }
        let mut class_of: HashMap<usize, Vec<usize>> = HashMap::new();
        for place in 0..keys.len() {
            class_of.entry(unions.root(place)).or_default().push(place);
        }
        for places in class_of.into_values() {
            let first = places.iter().min_by_key(|&&place| (self.kinds.rank(kinds[place]), keys[place]));
            let person = keys[*first.expect("a class has the member that made it")];
            for &place in &places {
                self.nodes.get_mut(&keys[place]).expect("a component is made of nodes").person = person;
            }
            if places.len() > 1 {
                self.classes.insert(person, places.into_iter().map(|place| keys[place]).collect());
            }
        }
    }
}

/// The order in which links are applied.
fn order(link: &Link) -> (i64, Key, Key) {
    (link.at, link.a, link.b)
}

fn in_order<'a>(edges: impl Iterator<Item = &'a Edge>) -> Vec<(Link, &'a LinkState)> {
    let mut links: Vec<_> = edges.map(|edge| (edge.link, &edge.state)).collect();
    links.sort_unstable_by_key(|(link, _)| order(link));
    links
}

/// Ids that could hang together, sorted, and the links between them in the order of applying.
#[derive(Debug)]
struct Component {
    keys: Vec<Key>,
    edges: Vec<u32>,
}

/// What holds links back.
#[derive(Clone, Debug)]
struct Safeguards {
    blocked: HashSet<String>,
    max_ids_per_kind: usize,
}

impl Safeguards {
    fn new(parameters: &Parameters) -> Self {
        Self {
            blocked: parameters.blocked_ids.iter().map(|value| folded(value)).collect(),
            max_ids_per_kind: parameters.max_ids_per_kind,
        }
    }

    /// An entry of `blocked_ids` blocks its value in every kind, or in one where it is written `kind:value`. An empty
    /// value is always blocked.
    fn is_blocked(&self, kind: &str, value: &str) -> bool {
        let value = folded(value);
        value.is_empty() || self.blocked.contains(&value) || self.blocked.contains(&format!("{}:{value}", folded(kind)))
    }
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The kinds of id met so far, numbered, and where each ranks.
#[derive(Clone, Debug)]
struct Kinds {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    ranks: Vec<usize>,
    ranked: Vec<String>,
    /// Where in `ranked` the kinds at its end that name machines begin.
    machines_from: usize,
}

impl Kinds {
    /// The number of the kind ``, which ids of which nothing is known have.
    const UNKNOWN: u32 = 0;

    fn new(parameters: &Parameters) -> Self {
        let ranked = parameters.id_ranks.clone();
        let n_machines = ranked.iter().rev().take_while(|kind| MACHINE_KINDS.contains(&kind.as_str())).count();
        let machines_from = ranked.len() - n_machines;
        let mut kinds = Self { names: Vec::new(), numbers: HashMap::new(), ranks: Vec::new(), ranked, machines_from };
        kinds.number("");
        kinds
    }

    fn number(&mut self, kind: &str) -> u32 {
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

    fn rank(&self, number: u32) -> usize {
        self.ranks[number as usize]
    }

    fn name(&self, number: u32) -> &Arc<str> {
        &self.names[number as usize]
    }
}

/// Union-find over the places of a component, which counts the kinds of every class.
#[derive(Debug)]
struct Unions {
    parents: Vec<usize>,
    /// For every root how many ids of which kind its class has.
    counts: Vec<Vec<(u32, usize)>>,
    most: usize,
}

impl Unions {
    fn new(kinds: &[u32], most: usize) -> Self {
        Self { parents: (0..kinds.len()).collect(), counts: kinds.iter().map(|&kind| vec![(kind, 1)]).collect(), most }
    }

    fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    /// Unites the classes of two places, unless the class would have too many ids of a kind.
    fn unite(&mut self, a: usize, b: usize, kinds: &Kinds) -> Result<(), Refusal> {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Ok(());
        }
        let mut united = self.counts[a].clone();
        for &(kind, n) in &self.counts[b] {
            match united.iter_mut().find(|known| known.0 == kind) {
                Some(known) => known.1 += n,
                None => united.push((kind, n)),
            }
        }
        let too_many = united.iter().filter(|(_, n)| *n > self.most).min_by_key(|(kind, _)| kinds.name(*kind));
        if let Some(&(kind, n)) = too_many {
            return Err(Refusal::TooManyOfKind { kind: Arc::clone(kinds.name(kind)), n });
        }
        let (root, child) = if self.counts[a].len() < self.counts[b].len() { (b, a) } else { (a, b) };
        self.parents[child] = root;
        self.counts[root] = united;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
