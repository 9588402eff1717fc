//! Activity: what a subject did toward an object on a day, as sums.
//!
//! Laws, held by `tests`: [`Measures::merge`] is commutative and associative with `Measures::default()` as its zero,
//! so events may come late, in any order, split any way, on any node, and every fold agrees to the last bit. It is
//! *not* idempotent: duplicates die before they reach it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::day::Day;
use crate::event::{Currency, Layer};
use crate::key::Key;

/// A verb's number in this process; see [`Verbs`]. Never stored.
pub type VerbId = u32;

/// Names of verbs and their numbers, in order of first sight.
#[derive(Clone, Debug, Default)]
pub struct Verbs {
    names: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, VerbId>,
}

impl Verbs {
    /// The number of this verb, given to it now if it is new.
    pub fn id(&mut self, name: &str) -> VerbId {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let name: Arc<str> = name.into();
        let id = self.names.len() as VerbId;
        self.names.push(Arc::clone(&name));
        self.ids.insert(name, id);
        id
    }

    /// The number of this verb, if it was seen.
    pub fn get(&self, name: &str) -> Option<VerbId> {
        self.ids.get(name).copied()
    }

    /// The verb of this number; the empty name if there is none.
    pub fn name(&self, id: VerbId) -> &str {
        self.names.get(id as usize).map_or("", |name| name)
    }

    /// All names, in the order of their numbers.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }
}

/// What is summed apart: one row of activity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ActivityKey {
    /// Who, under the raw id the event came with.
    pub subject: Key,
    /// Toward what.
    pub object: Key,
    /// On which day UTC.
    pub day: Day,
    /// Where.
    pub layer: Layer,
    /// What was done, as it came.
    pub verb: VerbId,
    /// The evidence of its rating or text: −1, 0, +1.
    pub kind: i8,
    /// Whether the subject was paid for it.
    pub paid: bool,
    /// In which currency `value_minor` is.
    pub currency: Currency,
}

/// The sums of one row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Measures {
    /// How many events.
    pub n: u64,
    /// Seconds they took.
    pub seconds: u64,
    /// Their worth in minor units of the row's currency.
    pub value_minor: i64,
    /// The sum of their ratings, in stars.
    pub rating_sum: u64,
}

impl Measures {
    /// Adds `other`. Wraps at the ends of the integers, so that the law holds there too; [`crate::event`]'s limits
    /// keep real sums far from them.
    pub fn merge(&mut self, other: &Self) {
        self.n = self.n.wrapping_add(other.n);
        self.seconds = self.seconds.wrapping_add(other.seconds);
        self.value_minor = self.value_minor.wrapping_add(other.value_minor);
        self.rating_sum = self.rating_sum.wrapping_add(other.rating_sum);
    }
}

/// One row of activity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActivityRow {
    /// What is summed apart.
    pub key: ActivityKey,
    /// The sums.
    pub sums: Measures,
}

/// The order in which rows lie in the lake: by key, but verbs by *name*, so that it does not depend on the process.
pub fn lake_order(verbs: &Verbs) -> impl Fn(&ActivityKey) -> LakeOrder {
    let mut by_name: Vec<VerbId> = (0..verbs.names().len() as VerbId).collect();
    by_name.sort_by_key(|&id| verbs.name(id));
    let mut rank = vec![0; by_name.len()];
    for (place, id) in by_name.into_iter().enumerate() {
        rank[id as usize] = place as u32;
    }
    move |key| {
        let verb = rank.get(key.verb as usize).copied().unwrap_or(u32::MAX);
        (key.subject, key.object, key.day, key.layer, verb, key.kind, key.paid, key.currency)
    }
}

/// What rows are sorted by; see [`lake_order`].
pub type LakeOrder = (Key, Key, Day, Layer, u32, i8, bool, Currency);

/// Sorts rows into lake order and adds up those with equal keys.
pub fn sort_and_merge(rows: &mut Vec<ActivityRow>, verbs: &Verbs) {
    let order = lake_order(verbs);
    rows.sort_unstable_by_key(|row| order(&row.key));
    rows.dedup_by(|next, kept| {
        let is_same = next.key == kept.key;
        if is_same {
            kept.sums.merge(&next.sums);
        }
        is_same
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measures() -> impl Strategy<Value = Measures> {
        (any::<u64>(), any::<u64>(), any::<i64>(), any::<u64>())
            .prop_map(|(n, seconds, value_minor, rating_sum)| Measures { n, seconds, value_minor, rating_sum })
    }

    fn merged(a: Measures, b: Measures) -> Measures {
        let mut sum = a;
        sum.merge(&b);
        sum
    }

    proptest! {
        #[test]
        fn laws(a in measures(), b in measures(), c in measures()) {
            prop_assert_eq!(merged(Measures::default(), a), a);
            prop_assert_eq!(merged(a, b), merged(b, a));
            prop_assert_eq!(merged(merged(a, b), c), merged(a, merged(b, c)));
        }
    }
}
