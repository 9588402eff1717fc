//! Identity: which raw ids are one person, decided when reading and undone as easily.
//!
//! A person is the union of the raw ids of one class. Links join ids in the order (`at`, `a`, `b`) and not in the order
//! in which they arrive, so every process that knows the same links finds the same people. A link that a safeguard
//! refuses joins nothing and stays visible with its reason.
//!
//! Laws, held by `tests`: applying links in any order and any split, with undoing and redoing in between, equals
//! building from the links as they are in the end.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::event::Name;
use crate::key::{Key, KeyHashing};
use crate::parameters::Parameters;

mod rules;

use rules::{Counts, Kinds, Safeguards, Unions};

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
    numbers: HashMap<Key, u32, KeyHashing>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    by_pair: HashMap<(u32, u32), u32>,
    classes: HashMap<Key, Vec<Key>, KeyHashing>,
    /// How often [`Identity::settle`] was asked.
    n_settled: u64,
}

/// A raw id that some link speaks of.
#[derive(Clone, Debug)]
struct Node {
    key: Key,
    /// Number of its kind; `None` while nothing is known of it.
    kind: Option<u32>,
    is_blocked: bool,
    edges: Vec<u32>,
    person: Key,
    /// Leads to the node that stands for all it may hang together with; only ever too many.
    reach: u32,
    /// Of that node: no earlier than the last link among them.
    latest: Option<(i64, u32)>,
    /// The settling in which it was last seen, and its place there.
    seen: (u64, u32),
}

/// A link, the numbers of its ends, and what it amounts to.
#[derive(Clone, Debug)]
struct Edge {
    link: Link,
    ends: (u32, u32),
    state: LinkState,
}

impl Identity {
    /// Nobody linked with anybody.
    pub fn new(parameters: &Parameters) -> Self {
        Self {
            safeguards: Safeguards::new(parameters),
            kinds: Kinds::new(parameters),
            numbers: HashMap::default(),
            nodes: Vec::new(),
            edges: Vec::new(),
            by_pair: HashMap::new(),
            classes: HashMap::default(),
            n_settled: 0,
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
    ///
    /// A link later than all that its ends hang together with, as nearly every new one is, changes no earlier decision
    /// and costs no more than the two people it joins; any other costs all that hangs together with it.
    pub fn apply(&mut self, links: &[Link], ids: &Ids) -> bool {
        let mut ordered: Vec<Link> =
            links.iter().map(|link| Link { a: link.a.min(link.b), b: link.a.max(link.b), ..*link }).collect();
        ordered.retain(|link| link.a != link.b);
        ordered.sort_unstable_by_key(order);
        let mut touched = Vec::new();
        let ends: Vec<(u32, u32)> = ordered
            .iter()
            .map(|link| (self.learn(link.a, ids, &mut touched), self.learn(link.b, ids, &mut touched)))
            .collect();
        let n_edges = self.edges.len();
        let mut late = Vec::new();
        for (&link, ends) in ordered.iter().zip(ends) {
            self.add(link, ends, &mut touched, &mut late);
        }
        self.settle(&touched);
        for edge in late {
            self.decide(edge);
        }
        !touched.is_empty() || n_edges < self.edges.len()
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
        self.node(key).map_or(key, |node| node.person)
    }

    /// All ids of the person this id belongs to, sorted; just itself where it is united with none.
    pub fn ids_of<'a>(&'a self, person: &'a Key) -> &'a [Key] {
        self.classes.get(&self.person_of(*person)).map_or(std::slice::from_ref(person), Vec::as_slice)
    }

    /// Whether the person this id belongs to has others.
    pub fn is_united(&self, key: Key) -> bool {
        self.node(key).is_some_and(|node| self.classes.contains_key(&node.person))
    }

    /// Everyone with more than one id: the id that stands for them and all their ids, sorted. In no order.
    pub fn united(&self) -> impl Iterator<Item = (&Key, &[Key])> {
        self.classes.iter().map(|(person, ids)| (person, ids.as_slice()))
    }

    /// What the link between two ids amounts to; `None` where there is none.
    pub fn state_of(&self, a: Key, b: Key) -> Option<&LinkState> {
        Some(&self.edges[self.edge_of(a, b)? as usize].state)
    }

    /// Every link of this one id, whatever it amounts to, in the order in which links are applied.
    pub fn links_of(&self, key: Key) -> Vec<(Link, &LinkState)> {
        let edges = self.node(key).map_or(&[][..], |node| &node.edges);
        in_order(edges.iter().map(|&edge| &self.edges[edge as usize]))
    }

    /// Every link that a safeguard holds back, in the order in which links are applied.
    pub fn refused(&self) -> Vec<(Link, &LinkState)> {
        in_order(self.edges.iter().filter(|edge| matches!(edge.state, LinkState::Refused(_))))
    }

    fn node(&self, key: Key) -> Option<&Node> {
        self.numbers.get(&key).map(|&number| &self.nodes[number as usize])
    }

    fn edge_of(&self, a: Key, b: Key) -> Option<u32> {
        let (a, b) = (*self.numbers.get(&a.min(b))?, *self.numbers.get(&a.max(b))?);
        self.by_pair.get(&(a, b)).copied()
    }

    /// Makes a node of an id, or tells one of which nothing was known what `ids` knows; returns its number. Notes in
    /// `touched` the nodes whose people must be looked at anew.
    fn learn(&mut self, key: Key, ids: &Ids, touched: &mut Vec<u32>) -> u32 {
        let number = *self.numbers.entry(key).or_insert_with(|| {
            let reach = self.nodes.len() as u32;
            let (kind, edges) = (None, Vec::new());
            self.nodes.push(Node {
                key,
                kind,
                is_blocked: false,
                edges,
                person: key,
                reach,
                latest: None,
                seen: (0, 0),
            });
            reach
        });
        let node = &mut self.nodes[number as usize];
        if node.kind.is_none()
            && let Some(name) = ids.get(key)
        {
            node.kind = Some(self.kinds.number(&name.kind));
            node.is_blocked = self.safeguards.is_blocked(&name.kind, &name.id);
            let ends = node.edges.iter().map(|&edge| self.edges[edge as usize].ends);
            touched.extend(ends.flat_map(|(a, b)| [a, b]));
        }
        number
    }

    /// Adds one link, whose smaller key is `a`. Notes in `touched` the nodes whose people must be looked at anew, or in
    /// `late` the link itself if it is the last of all it hangs together with.
    fn add(&mut self, link: Link, ends: (u32, u32), touched: &mut Vec<u32>, late: &mut Vec<u32>) {
        if let Some(&known) = self.by_pair.get(&ends) {
            let kept = &mut self.edges[known as usize].link;
            let merged = Link { at: kept.at.min(link.at), is_undone: kept.is_undone || link.is_undone, ..*kept };
            if merged != *kept {
                *kept = merged;
                touched.extend([ends.0, ends.1]);
            }
            return;
        }
        let number = self.edges.len() as u32;
        self.by_pair.insert(ends, number);
        for end in [ends.0, ends.1] {
            self.nodes[end as usize].edges.push(number);
        }
        self.edges.push(Edge { link, ends, state: LinkState::Active });
        if self.is_last(number) {
            late.push(number);
        } else {
            touched.extend([ends.0, ends.1]);
        }
    }

    /// Joins what the two ends of a new link may hang together with, unless it can never join anyone; returns whether
    /// it comes after every link there.
    fn is_last(&mut self, edge: u32) -> bool {
        let Edge { link, ends, .. } = self.edges[edge as usize];
        if self.held(&self.edges[edge as usize]) == Some(LinkState::Refused(Refusal::Blocked)) {
            return true;
        }
        let (a, b) = (self.reach(ends.0), self.reach(ends.1));
        // Times only ever become earlier and pairs stay, so what was no earlier than all once is so still.
        let latest = [a, b].into_iter().filter_map(|root| self.nodes[root as usize].latest);
        let latest = latest.max_by_key(|&(at, edge)| self.order_at(at, edge));
        let is_last = latest.is_none_or(|(at, edge)| self.order_at(at, edge) < order(&link));
        self.nodes[a as usize].reach = b;
        self.nodes[b as usize].latest = if is_last { Some((link.at, edge)) } else { latest };
        is_last
    }

    fn order_at(&self, at: i64, edge: u32) -> (i64, Key, Key) {
        order(&Link { at, ..self.edges[edge as usize].link })
    }

    fn reach(&mut self, mut number: u32) -> u32 {
        while self.nodes[number as usize].reach != number {
            let next = self.nodes[number as usize].reach;
            self.nodes[number as usize].reach = self.nodes[next as usize].reach;
            number = self.nodes[number as usize].reach;
        }
        number
    }

    /// What holds a link back whatever else is linked. Such links are decided alone and not followed, so that a value
    /// which half the world shares does not hang it all together.
    fn held(&self, edge: &Edge) -> Option<LinkState> {
        let is_blocked = |number: u32| self.nodes[number as usize].is_blocked;
        if edge.link.is_undone {
            Some(LinkState::Undone)
        } else if is_blocked(edge.ends.0) || is_blocked(edge.ends.1) {
            Some(LinkState::Refused(Refusal::Blocked))
        } else {
            None
        }
    }

    fn set_undone(&mut self, a: Key, b: Key, is_undone: bool) -> bool {
        let Some(edge) = self.edge_of(a, b) else { return false };
        let Edge { link, ends, .. } = &mut self.edges[edge as usize];
        if link.is_undone == is_undone {
            return false;
        }
        link.is_undone = is_undone;
        let ends = [ends.0, ends.1];
        self.settle(&ends);
        true
    }

    /// Decides on a link that comes after every other it hangs together with.
    fn decide(&mut self, edge: u32) {
        let (a, b) = self.edges[edge as usize].ends;
        let is_settled = self.nodes[a as usize].seen.0 == self.n_settled;
        if is_settled {
            return;
        }
        self.edges[edge as usize].state = match self.held(&self.edges[edge as usize]) {
            Some(state) => state,
            None => match self.unite(a, b) {
                Ok(()) => LinkState::Active,
                Err(refusal) => LinkState::Refused(refusal),
            },
        };
    }

    /// Makes two people one, unless they would have too many ids of a kind.
    fn unite(&mut self, a: u32, b: u32) -> Result<(), Refusal> {
        let (a, b) = (&self.nodes[a as usize], &self.nodes[b as usize]);
        if a.person == b.person {
            return Ok(());
        }
        let kinds_of = |key: &Key| self.node(*key).and_then(|node| node.kind).unwrap_or(Kinds::UNKNOWN);
        let counts_of = |node: &Node| {
            let ids = self.ids_of(&node.key).iter();
            ids.fold(Counts::default(), |counts, key| counts.plus(&Counts(vec![(kinds_of(key), 1)])))
        };
        self.kinds.check(&counts_of(a).plus(&counts_of(b)), self.safeguards.max_ids_per_kind)?;
        let rank = |key: &Key| (self.kinds.rank(kinds_of(key)), *key);
        let (first, second) = (a.person, b.person);
        let person = if rank(&first) < rank(&second) { first } else { second };
        let mut ids = [self.ids_of(&a.key), self.ids_of(&b.key)].concat();
        ids.sort_unstable();
        self.classes.remove(&first);
        self.classes.remove(&second);
        self.file(person, ids);
        Ok(())
    }

    /// Makes `ids`, sorted, one person.
    fn file(&mut self, person: Key, ids: Vec<Key>) {
        for key in &ids {
            self.nodes[self.numbers[key] as usize].person = person;
        }
        if 1 < ids.len() {
            self.classes.insert(person, ids);
        }
    }

    /// Decides anew on all links that the people of the `touched` nodes could hang together by.
    fn settle(&mut self, touched: &[u32]) {
        self.n_settled += 1;
        let components: Vec<Component> = touched.iter().filter_map(|&start| self.component(start)).collect();
        for &number in components.iter().flat_map(|component| &component.nodes) {
            self.classes.remove(&self.nodes[number as usize].person);
        }
        for component in components {
            self.settle_component(&component);
        }
    }

    /// All that hangs together with `start` by links that could join, whether they do or not; `None` if it was seen.
    fn component(&mut self, start: u32) -> Option<Component> {
        if self.nodes[start as usize].seen.0 == self.n_settled {
            return None;
        }
        self.nodes[start as usize].seen = (self.n_settled, 0);
        let mut component = Component { nodes: vec![start], edges: Vec::new() };
        let mut next = 0;
        while let Some(&number) = component.nodes.get(next) {
            next += 1;
            for place in 0..self.nodes[number as usize].edges.len() {
                let edge = self.nodes[number as usize].edges[place];
                if let Some(state) = self.held(&self.edges[edge as usize]) {
                    self.edges[edge as usize].state = state;
                    continue;
                }
                let (a, b) = self.edges[edge as usize].ends;
                if a == number {
                    component.edges.push(edge);
                }
                let other = &mut self.nodes[if a == number { b } else { a } as usize];
                if other.seen.0 != self.n_settled {
                    other.seen = (self.n_settled, component.nodes.len() as u32);
                    component.nodes.push(if a == number { b } else { a });
                }
            }
        }
        component.edges.sort_unstable_by_key(|&edge| order(&self.edges[edge as usize].link));
        Some(component)
    }

    /// Applies a component's links in their order, and files the classes that come of it.
    fn settle_component(&mut self, component: &Component) {
        let node = |number: &u32| &self.nodes[*number as usize];
        let kinds: Vec<u32> =
            component.nodes.iter().map(|number| node(number).kind.unwrap_or(Kinds::UNKNOWN)).collect();
        let mut unions = Unions::new(&kinds);
        for &edge in &component.edges {
            let (a, b) = self.edges[edge as usize].ends;
            let (a, b) = (self.nodes[a as usize].seen.1, self.nodes[b as usize].seen.1);
            let united = unions.unite(a as usize, b as usize, &self.kinds, self.safeguards.max_ids_per_kind);
            self.edges[edge as usize].state = match united {
                Ok(()) => LinkState::Active,
                Err(refusal) => LinkState::Refused(refusal),
            };
        }
        let mut members: Vec<(usize, Key, usize)> = component
            .nodes
            .iter()
            .zip(&kinds)
            .enumerate()
            .map(|(place, (&number, &kind))| {
                (unions.root(place), self.nodes[number as usize].key, self.kinds.rank(kind))
            })
            .collect();
        members.sort_unstable();
        for class in members.chunk_by(|a, b| a.0 == b.0) {
            let best = class.iter().min_by_key(|(_, key, rank)| (*rank, *key));
            let person = best.expect("a chunk is never empty").1;
            self.file(person, class.iter().map(|(_, key, _)| *key).collect());
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

/// Nodes that could hang together, each at its place, and the links between them in the order of applying.
#[derive(Debug)]
struct Component {
    nodes: Vec<u32>,
    edges: Vec<u32>,
}

#[cfg(test)]
mod tests;
