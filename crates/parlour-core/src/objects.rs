//! Objects: what relations point to, numbered, with what belongs to what.

use std::collections::HashMap;

use crate::event::Name;
use crate::key::{Key, KeyHashing};

/// An object's number in an [`Objects`]; never stored.
pub type ObjectId = u32;

/// Longest chain of belonging that is followed: product, line, brand, company and room to spare.
pub const MAX_DEPTH: usize = 8;

/// One object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its key.
    pub key: Key,
    /// Its kind and id.
    pub name: Name,
    /// What people call it.
    pub title: Option<String>,
    /// What it belongs to.
    pub parent: Option<Key>,
}

/// All objects, numbered in the order given, with every object's line of parents.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    all: Vec<Object>,
    by_key: HashMap<Key, ObjectId, KeyHashing>,
    lines: Vec<Vec<ObjectId>>,
}

impl Objects {
    /// Numbers `objects`; a parent that is not among them, or that would close a ring, is not followed.
    pub fn new(objects: Vec<Object>) -> Self {
        let by_key: HashMap<Key, ObjectId, KeyHashing> =
            objects.iter().zip(0..).map(|(object, id)| (object.key, id)).collect();
        let parents: Vec<Option<ObjectId>> =
            objects.iter().map(|object| object.parent.and_then(|key| by_key.get(&key).copied())).collect();
        let lines = (0..objects.len() as ObjectId).map(|id| line(id, &parents)).collect();
        Self { all: objects, by_key, lines }
    }

    /// The number of the object with this key.
    pub fn id(&self, key: Key) -> Option<ObjectId> {
        self.by_key.get(&key).copied()
    }

    /// The object of this number.
    pub fn get(&self, id: ObjectId) -> Option<&Object> {
        self.all.get(id as usize)
    }

    /// The object itself and all it belongs to, nearest first. Empty for a number that is none.
    pub fn line(&self, id: ObjectId) -> &[ObjectId] {
        self.lines.get(id as usize).map_or(&[], Vec::as_slice)
    }

    /// All objects, in the order of their numbers.
    pub fn all(&self) -> &[Object] {
        &self.all
    }
}

fn line(id: ObjectId, parents: &[Option<ObjectId>]) -> Vec<ObjectId> {
    let mut line = vec![id];
    while let Some(parent) = line.last().and_then(|&last| parents[last as usize]) {
        if line.len() >= MAX_DEPTH || line.contains(&parent) {
            break;
        }
        line.push(parent);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: u128, parent: Option<u128>) -> Object {
        Object { key: Key(key), name: Name::new("product", key.to_string()), title: None, parent: parent.map(Key) }
    }

    #[test]
    fn lines_follow_parents_and_stop_at_rings() {
        let objects =
            Objects::new(vec![object(1, Some(2)), object(2, Some(3)), object(3, Some(1)), object(4, Some(9))]);
        assert_eq!(objects.line(0), [0, 1, 2]);
        assert_eq!(objects.line(3), [3]);
        assert_eq!(objects.line(77), [] as [ObjectId; 0]);
    }
}
