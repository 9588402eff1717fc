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

use rules::{Kinds, Member, Safeguards, Unions};

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
    /// Whether an operator said that it holds whatever the safeguards say.
    pub is_forced: bool,
}

impl Link {
    /// A link of two ids, the smaller first.
    pub fn new(a: Key, b: Key, at: i64) -> Self {
        Self { a: a.min(b), b: a.max(b), at, is_undone: false, is_forced: false }
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
    /// An end of it is a machine that several people use.
    Shared {
        /// The most ids of one kind that a machine of one person's is seen with.
        most: usize,
    },
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
            Self::Shared { most } => {
                write!(
                    f,
                    "one of the two is a device that was seen with more than {most} people, so that it is nobody's"
                )
            }
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
    /// Whether it is a machine that several people use.
    is_shared: bool,
    edges: Vec<u32>,
    person: Key,
    /// When it first became one person with another.
    joined_at: Option<i64>,
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
        for (&link, &ends) in ordered.iter().zip(&ends) {
            self.add(link, ends, &mut touched, &mut late);
        }
        self.look_for_shared(ends.into_iter().flat_map(|(a, b)| [a, b]).chain(touched.clone()), &mut touched);
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

    /// Lets a link hold whatever the safeguards say, or no longer. Returns whether that is different from before.
    pub fn set_forced(&mut self, a: Key, b: Key, is_forced: bool) -> bool {
        let Some(edge) = self.edge_of(a, b) else { return false };
        let Edge { link, ends, .. } = &mut self.edges[edge as usize];
        if link.is_forced == is_forced {
            return false;
        }
        link.is_forced = is_forced;
        let ends = [ends.0, ends.1];
        // It may join now what it could not before.
        self.is_last(edge);
        self.settle(&ends);
        true
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

    /// Every link, whatever it amounts to, in no order.
    pub fn links(&self) -> impl Iterator<Item = (Link, &LinkState)> {
        self.edges.iter().map(|edge| (edge.link, &edge.state))
    }

    /// Whether this id is of the kind that names people best and its person has others of it: most people have one
    /// user id, so that such a union is worth a look.
    pub fn is_one_of_several_names(&self, key: Key) -> bool {
        let is_name =
            |key: &Key| self.node(*key).and_then(|node| node.kind).is_some_and(|kind| self.kinds.is_first(kind));
        is_name(&key) && self.ids_of(&key).iter().filter(|id| is_name(id)).count() > 1
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
                is_shared: false,
                edges,
                person: key,
                joined_at: None,
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
            let (is_undone, is_forced) = (kept.is_undone || link.is_undone, kept.is_forced || link.is_forced);
            let merged = Link { at: kept.at.min(link.at), is_undone, is_forced, ..*kept };
            if merged != *kept {
                *kept = merged;
                touched.extend([ends.0, ends.1]);
                if is_forced {
                    self.is_last(known);
                }
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
        let is_shared = |number: u32| self.nodes[number as usize].is_shared;
        if edge.link.is_undone {
            Some(LinkState::Undone)
        } else if edge.link.is_forced {
            None
        } else if is_blocked(edge.ends.0) || is_blocked(edge.ends.1) {
            Some(LinkState::Refused(Refusal::Blocked))
        } else if is_shared(edge.ends.0) || is_shared(edge.ends.1) {
            Some(LinkState::Refused(Refusal::Shared { most: self.safeguards.shared_after }))
        } else {
            None
        }
    }

    /// Finds out of those of `looked_at` that name machines whether they are shared. Notes in `touched` the nodes whose
    /// people must be looked at anew.
    fn look_for_shared(&mut self, looked_at: impl Iterator<Item = u32>, touched: &mut Vec<u32>) {
        for number in looked_at {
            let node = &self.nodes[number as usize];
            let is_machine = node.kind.is_some_and(|kind| self.kinds.is_machine(kind));
            let is_shared = is_machine && self.is_shared(number);
            if is_shared != node.is_shared {
                self.nodes[number as usize].is_shared = is_shared;
                let ends = self.nodes[number as usize].edges.iter().map(|&edge| self.edges[edge as usize].ends);
                touched.extend(ends.flat_map(|(a, b)| [a, b]));
            }
        }
    }

    /// Whether a machine is linked with more ids of one kind of people's than one person has. Stops as soon as it
    /// knows, so that a machine of half the world costs no more than one of a few.
    fn is_shared(&self, number: u32) -> bool {
        let most = self.safeguards.shared_after;
        let mut counts: Vec<(u32, usize)> = Vec::new();
        for &edge in &self.nodes[number as usize].edges {
            let Edge { link, ends, .. } = &self.edges[edge as usize];
            let other = &self.nodes[if ends.0 == number { ends.1 } else { ends.0 } as usize];
            let Some(kind) = other.kind.filter(|kind| !self.kinds.is_machine(*kind)) else { continue };
            if most == 0 || link.is_undone || other.is_blocked {
                continue;
            }
            match counts.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, n)) => *n += 1,
                None => counts.push((kind, 1)),
            }
            if counts.iter().any(|(_, n)| most < *n) {
                return true;
            }
        }
        false
    }

    fn set_undone(&mut self, a: Key, b: Key, is_undone: bool) -> bool {
        let Some(edge) = self.edge_of(a, b) else { return false };
        let Edge { link, ends, .. } = &mut self.edges[edge as usize];
        if link.is_undone == is_undone {
            return false;
        }
        link.is_undone = is_undone;
        let mut touched = vec![ends.0, ends.1];
        self.look_for_shared(touched.clone().into_iter(), &mut touched);
        self.settle(&touched);
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
            None => match self.unite(a, b, edge) {
                Ok(()) => LinkState::Active,
                Err(refusal) => LinkState::Refused(refusal),
            },
        };
    }

    /// Makes two people one, unless they would have too many ids of a kind and nobody forced it.
    fn unite(&mut self, a: u32, b: u32, edge: u32) -> Result<(), Refusal> {
        let Link { at, is_forced, .. } = self.edges[edge as usize].link;
        let (a, b) = (&self.nodes[a as usize], &self.nodes[b as usize]);
        if a.person == b.person {
            return Ok(());
        }
        let kinds_of = |key: &Key| self.node(*key).and_then(|node| node.kind).unwrap_or(Kinds::UNKNOWN);
        if !is_forced {
            let joined_at = |key: &Key| self.node(*key).and_then(|node| node.joined_at);
            let member = |key: &Key| Member { kind: kinds_of(key), joined_at: joined_at(key) };
            let members = |key: &Key| self.ids_of(key).iter().map(member).collect::<Vec<_>>();
            self.kinds.check([&members(&a.key), &members(&b.key)], at)?;
        }
        let rank = |key: &Key| (self.kinds.rank(kinds_of(key)), *key);
        let (first, second) = (a.person, b.person);
        let person = if rank(&first) < rank(&second) { first } else { second };
        let mut ids = [self.ids_of(&a.key), self.ids_of(&b.key)].concat();
        ids.sort_unstable();
        self.classes.remove(&first);
        self.classes.remove(&second);
        for key in &ids {
            let node = &mut self.nodes[self.numbers[key] as usize];
            node.joined_at = node.joined_at.or(Some(at));
        }
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
            let Edge { link, ends: (a, b), .. } = self.edges[edge as usize];
            let (a, b) = (self.nodes[a as usize].seen.1 as usize, self.nodes[b as usize].seen.1 as usize);
            let united = unions.unite((a, b), link.at, (!link.is_forced).then_some(&self.kinds));
            self.edges[edge as usize].state = match united {
                Ok(()) => LinkState::Active,
                Err(refusal) => LinkState::Refused(refusal),
            };
        }
        for (place, &number) in component.nodes.iter().enumerate() {
            self.nodes[number as usize].joined_at = unions.joined_at(place);
        }
        let node = |number: &u32| &self.nodes[*number as usize];
        let mut members: Vec<(usize, Key, usize)> = component
            .nodes
            .iter()
            .zip(&kinds)
            .enumerate()
            .map(|(place, (&number, &kind))| (unions.root(place), node(&number).key, self.kinds.rank(kind)))
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
