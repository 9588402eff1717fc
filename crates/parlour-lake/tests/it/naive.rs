//! Relations by the letter of their definition, from all raw rows of a world.

use std::collections::{BTreeMap, BTreeSet};

use parlour_core::activity::ActivityRow;
use parlour_core::key::Key;
use parlour_core::relation::{NEVER, Relation};
use parlour_core::vocabulary::{Feeling, Role};

use crate::worlds::{Held, OBJECTS, TODAY, VERBS, World, id, object};

/// Everyone's relation with everything known, by person and object.
pub(crate) fn relations(world: &World, held: &Held) -> BTreeMap<(Key, Key), Relation> {
    let mut people: BTreeMap<Key, Vec<&ActivityRow>> = BTreeMap::new();
    for row in world.places.iter().flatten().filter(|row| !held.hidden.contains(&row.key.subject)) {
        people.entry(held.united.get(&row.key.subject).copied().unwrap_or(row.key.subject)).or_default().push(row);
    }
    let mut relations = BTreeMap::new();
    for (person, rows) in people {
        for whole in 0..OBJECTS - 1 {
            let part_of = |row: &&&ActivityRow| {
                let i = (0..OBJECTS).find(|&i| object(i) == row.key.object).unwrap();
                i == whole || world.brands.get(i as usize).copied().flatten() == Some(whole)
            };
            let rows: Vec<&ActivityRow> = rows.iter().filter(part_of).copied().collect();
            if let Some(relation) = relation(&rows, held) {
                relations.insert((person, object(whole)), relation);
            }
        }
    }
    relations
}

/// The people of a world, each with the ids they are known by.
pub(crate) fn ids(held: &Held) -> BTreeMap<Key, Vec<Key>> {
    let mut ids: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    for i in 0..crate::worlds::IDS {
        ids.entry(held.united.get(&id(i)).copied().unwrap_or(id(i))).or_default().push(id(i));
    }
    ids
}

fn relation(rows: &[&ActivityRow], held: &Held) -> Option<Relation> {
    let window = &held.parameters;
    let (mut n_of, mut days, mut value_minor, mut last_purchase) = (BTreeMap::new(), BTreeSet::new(), 0, NEVER);
    for row in rows.iter().filter(|row| row.key.day <= TODAY) {
        let name = held.vocabulary.resolve(VERBS[row.key.verb as usize]);
        let verb = name.and_then(|name| held.vocabulary.verbs.get(name));
        let (points, role) = verb.map_or((1.0, Role::None), |verb| (verb.points, verb.role));
        let kind = match verb.map_or(Feeling::Neutral, |verb| verb.kind) {
            Feeling::Positive => 1,
            Feeling::Neutral => 0,
            Feeling::Negative => -1,
            Feeling::ByEvidence => row.key.kind,
        };
        let weight = (points * held.vocabulary.layers[&row.key.layer] * 1e6).round() as i64;
        let day = row.key.day;
        days.insert(day.0);
        let is_of_year = TODAY.months_before(12) < day && row.key.currency == crate::worlds::usd();
        match role {
            Role::Purchase | Role::Renewal => {
                last_purchase = last_purchase.max(day.0);
                value_minor += if is_of_year { row.sums.value_minor } else { 0 };
            }
            Role::Refund => value_minor -= if is_of_year { row.sums.value_minor } else { 0 },
            Role::None | Role::Cancellation => {}
        }
        let as_one = name.unwrap_or(VERBS[row.key.verb as usize]);
        let as_one = (row.key.object, day.0, row.key.layer, as_one, kind, row.key.paid);
        n_of.entry(as_one).or_insert((0, weight)).0 += row.sums.n;
    }
    let mut sums = [0; 3];
    for ((_, day, _, _, kind, paid), (n, weight)) in n_of {
        let weight = i128::from(if paid { weight / 2 } else { weight });
        let (age, g) = (TODAY.0 - day, (2 << 16) - ((2 << 16) >> n.min(60)));
        let is_over = (window.half_life_days * 31.0).ceil() < f64::from(age);
        let decay = libm::exp2(-f64::from(age) / window.half_life_days) * 1_073_741_824.0;
        let decay = if is_over { 0 } else { decay.round() as i128 };
        sums[usize::try_from(kind + 1).unwrap()] += (weight * g / 65_536 * decay / 1_073_741_824) as i64;
    }
    let days: Vec<i32> = days.into_iter().collect();
    let gaps: Vec<u32> = days.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
    let recent_days = window.recent_days as i32;
    Some(Relation {
        i_negative: sums[0],
        i_neutral: sums[1],
        i_positive: sums[2],
        first_day: *days.first()?,
        last_day: *days.last()?,
        n_days: days.len() as u32,
        recent: days.iter().filter(|&&day| TODAY.0 - day < 128).map(|day| 1_u128 << (TODAY.0 - day)).sum(),
        before_recent: days.iter().copied().filter(|day| recent_days <= TODAY.0 - day).max().unwrap_or(NEVER),
        gap_last: gaps.last().copied().unwrap_or(0),
        gap_before: gaps.iter().rev().nth(1).copied().unwrap_or(0),
        ln_gaps: gaps.iter().map(|&gap| (libm::log(f64::from(gap)) * 65_536.0).round() as u64).sum(),
        last_purchase,
        value_minor,
    })
}
