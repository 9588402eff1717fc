//! Identity against the letter of its rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::parameters::IdLimit;

/// Times of links are told in this, so that days matter.
const HALF_DAY: i64 = 43_200_000_000;

fn parameters() -> Parameters {
    let id_limits = [("shoe".to_owned(), IdLimit { most: 1, days: Some(1) })].into();
    Parameters { max_ids_per_kind: 2, shared_after: 2, id_limits, ..Parameters::default() }
}

/// Ids 1 to 20 by kind: users 1–4, mail addresses 5–8, devices 9–12, shoes (not ranked) 13–16, nobody's 17, unknown 18–20.
fn ids() -> Ids {
    (1..=17)
        .map(|i: u128| {
            let (kind, value) = match i {
                1..=4 => ("user", i.to_string() + "u"),
                5..=8 => ("email", i.to_string() + "@example.org"),
                9..=12 => ("device", i.to_string() + "d"),
                13..=16 => ("shoe", i.to_string() + "s"),
                _ => ("email", " Test@Example.com ".to_owned()),
            };
            (Key(i), Name::new(kind, value))
        })
        .collect()
}

fn link(a: u128, b: u128, at: i64) -> Link {
    Link { a: Key(a), b: Key(b), at: at * HALF_DAY, is_undone: false, is_forced: false }
}

/// Pairs, when each was first said, and whether it is undone or forced.
type Links = BTreeMap<(u128, u128), (i64, bool, bool)>;

type States = BTreeMap<(u128, u128), LinkState>;

/// Classes and states by the letter of the rules, slowly.
fn reference(links: &Links) -> (Vec<BTreeSet<u128>>, States) {
    let kind = |i: u128| match i {
        1..=4 => "user",
        5..=8 | 17 => "email",
        9..=12 => "device",
        13..=16 => "shoe",
        _ => "",
    };
    let mut classes: Vec<BTreeSet<u128>> = (1..=20).map(|i| BTreeSet::from([i])).collect();
    let mut states = BTreeMap::new();
    let others = |id: u128| {
        links.iter().filter(|(_, link)| !link.1).filter_map(move |(&(a, b), _)| match id {
            _ if id == a => Some(b),
            _ if id == b => Some(a),
            _ => None,
        })
    };
    let is_shared = |id: u128| {
        let n = |name: &str| others(id).filter(|&other| other != 17 && kind(other) == name).count();
        kind(id) == "device" && ["user", "email", "shoe"].into_iter().any(|name| n(name) > 2)
    };
    let mut joined: BTreeMap<u128, i64> = BTreeMap::new();
    let mut ordered: Vec<_> = links.iter().map(|(&(a, b), &(at, ..))| (at, a, b)).collect();
    ordered.sort_unstable();
    for (at, a, b) in ordered {
        let (_, is_undone, is_forced) = links[&(a, b)];
        let of = |id| classes.iter().position(|class| class.contains(&id)).unwrap();
        let (class_a, class_b) = (of(a), of(b));
        let union: BTreeSet<u128> = &classes[class_a] | &classes[class_b];
        let too_many = ["", "device", "email", "shoe", "user"].into_iter().find_map(|name| {
            let n_of = |class: &BTreeSet<u128>| {
                let is_near = |id| name != "shoe" || joined.get(id).is_none_or(|joined| at - 2 * HALF_DAY < *joined);
                class.iter().filter(|id| kind(**id) == name && is_near(*id)).count()
            };
            let has_room = class_a == class_b || n_of(&classes[class_a]) == 0 || n_of(&classes[class_b]) == 0;
            let (n, most) = (n_of(&union), if name == "shoe" { 1 } else { 2 });
            (!has_room && n > most).then_some(LinkState::Refused(Refusal::TooManyOfKind { kind: name.into(), n }))
        });
        let state = if is_undone {
            LinkState::Undone
        } else if is_forced {
            LinkState::Active
        } else if a == 17 || b == 17 {
            LinkState::Refused(Refusal::Blocked)
        } else if is_shared(a) || is_shared(b) {
            LinkState::Refused(Refusal::Shared { most: 2 })
        } else {
            too_many.unwrap_or(LinkState::Active)
        };
        if state == LinkState::Active && class_a != class_b {
            for id in [a, b] {
                joined.entry(id).or_insert(at);
            }
            classes[class_a] = union;
            classes.remove(class_b);
        }
        states.insert((a, b), state);
    }
    (classes, states)
}

fn assert_agrees(identity: &Identity, links: &Links) {
    let (classes, states) = reference(links);
    for (&(a, b), state) in &states {
        assert_eq!(identity.state_of(Key(b), Key(a)), Some(state), "link {a} {b}");
    }
    let rank = |i: u128| match i {
        1..=4 => 0,
        5..=8 | 17 => 1,
        9..=12 => 3,
        _ => 2,
    };
    for class in &classes {
        let person = Key(*class.iter().min_by_key(|&&id| (rank(id), id)).unwrap());
        let members: Vec<Key> = class.iter().copied().map(Key).collect();
        for key in &members {
            assert_eq!(identity.person_of(*key), person);
            assert_eq!(identity.ids_of(key), members);
            assert_eq!(identity.is_united(*key), members.len() > 1);
        }
    }
    let mut united: Vec<Vec<Key>> = identity.united().map(|(_, ids)| ids.to_vec()).collect();
    united.sort();
    let mut expected: Vec<Vec<Key>> =
        classes.iter().filter(|class| class.len() > 1).map(|class| class.iter().copied().map(Key).collect()).collect();
    expected.sort();
    assert_eq!(united, expected);
    assert!(identity.united().all(|(person, ids)| ids.contains(person)));
    let n_refused = states.values().filter(|state| matches!(state, LinkState::Refused(_))).count();
    assert_eq!(identity.refused().len(), n_refused);
}

/// What may be done with links: said (perhaps undone already), undone, redone.
#[derive(Clone, Copy, Debug)]
enum Step {
    Say(Link),
    Undo(u128, u128),
    Redo(u128, u128),
    Force(u128, u128, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step =
        (0..10_u8, 1..=20_u128, 1..=20_u128, prop_oneof![0..6_i64, 0..1000_i64]).prop_map(
            |(what, a, b, at)| match what {
                0 => Step::Undo(a, b),
                1 => Step::Force(a, b, at % 3 > 0),
                2 => Step::Redo(a, b),
                3 => Step::Say(Link { is_undone: true, ..link(a, b, at) }),
                _ => Step::Say(link(a, b, at)),
            },
        );
    // Few ids with many links hang together; so undoing meets existing links often enough.
    prop_oneof![prop::collection::vec(step.clone(), 0..40), prop::collection::vec(step, 60..90),]
}

fn linked(identity: &mut Identity, links: &mut Links, step: Step) {
    match step {
        Step::Say(link) => {
            identity.apply(&[link], &ids());
            if link.a != link.b {
                let pair = (link.a.0.min(link.b.0), link.a.0.max(link.b.0));
                let entry = links.entry(pair).or_insert((link.at, link.is_undone, false));
                *entry = (entry.0.min(link.at), entry.1 || link.is_undone, entry.2);
            }
        }
        Step::Force(a, b, is_forced) => {
            let entry = links.get_mut(&(a.min(b), a.max(b)));
            let is_change = entry.as_ref().is_some_and(|entry| entry.2 != is_forced);
            assert_eq!(identity.set_forced(Key(a), Key(b), is_forced), is_change);
            if let Some(entry) = entry {
                entry.2 = is_forced;
            }
        }
        Step::Undo(a, b) | Step::Redo(a, b) => {
            let is_undone = matches!(step, Step::Undo(..));
            let entry = links.get_mut(&(a.min(b), a.max(b)));
            let is_change = entry.as_ref().is_some_and(|entry| entry.1 != is_undone);
            let changed = if is_undone { identity.undo(Key(a), Key(b)) } else { identity.redo(Key(a), Key(b)) };
            assert_eq!(changed, is_change);
            if let Some(entry) = entry {
                entry.1 = is_undone;
            }
        }
    }
}

proptest! {
    #[test]
    fn step_by_step_equals_the_rules_and_a_rebuild(steps in steps()) {
        let mut identity = Identity::new(&parameters());
        let mut links = BTreeMap::new();
        for step in steps {
            linked(&mut identity, &mut links, step);
            assert_agrees(&identity, &links);
        }
        let rows: Vec<Link> =
            links.iter().map(|(&(a, b), &(at, is_undone, is_forced))| Link { at, is_undone, is_forced, ..link(b, a, 0) }).collect();
        assert_agrees(&Identity::build(&rows, &ids(), &parameters()), &links);
    }

    #[test]
    fn neither_order_nor_split_matters(
        rows in prop::collection::vec((1..=20_u128, 1..=20_u128, 0..40_i64, 0..16_u8), 0..40),
        shuffled in any::<prop::sample::Index>(),
        split in any::<prop::sample::Index>(),
    ) {
        let rows: Vec<Link> =
            rows.into_iter().map(|(a, b, at, done)| Link { is_undone: done < 2, is_forced: done == 2, ..link(a, b, at) }).collect();
        let whole = Identity::build(&rows, &ids(), &parameters());
        let mut other = rows.clone();
        if !other.is_empty() {
            let n = other.len();
            other.rotate_left(shuffled.index(n));
            other.reverse();
            for link in other.iter_mut().step_by(2) {
                std::mem::swap(&mut link.a, &mut link.b);
            }
        }
        let (first, rest) = other.split_at(if other.is_empty() { 0 } else { split.index(other.len()) });
        let mut parts = Identity::build(first, &ids(), &parameters());
        parts.apply(rest, &ids());
        for id in (1..=20).map(Key) {
            prop_assert_eq!(parts.person_of(id), whole.person_of(id));
            prop_assert_eq!(parts.ids_of(&id), whole.ids_of(&id));
            prop_assert_eq!(parts.links_of(id), whole.links_of(id));
        }
        prop_assert_eq!(parts.refused(), whole.refused());
    }

    #[test]
    fn an_end_learned_later_is_as_one_known_at_once(
        rows in prop::collection::vec((1..=17_u128, 1..=17_u128, 0..6_i64), 0..30),
    ) {
        let rows: Vec<Link> = rows.into_iter().map(|(a, b, at)| link(a, b, at)).collect();
        let mut late = Identity::build(&rows, &Ids::default(), &parameters());
        late.apply(&rows, &ids());
        let whole = Identity::build(&rows, &ids(), &parameters());
        for id in (1..=17).map(Key) {
            prop_assert_eq!(late.ids_of(&id), whole.ids_of(&id));
            prop_assert_eq!(late.person_of(id), whole.person_of(id));
            prop_assert_eq!(late.links_of(id), whole.links_of(id));
        }
    }
}

#[test]
fn the_best_ranked_kind_names_the_person() {
    // A shoe is no ranked kind: after the ranked ones, before the device.
    let mut identity = Identity::build(&[link(9, 13, 1)], &ids(), &parameters());
    assert_eq!(identity.person_of(Key(9)), Key(13));
    assert!(identity.apply(&[link(13, 6, 2)], &ids()));
    assert_eq!(identity.person_of(Key(9)), Key(6));
    identity.apply(&[link(9, 3, 3), link(9, 2, 4)], &ids());
    assert_eq!(identity.person_of(Key(9)), Key(2));
    assert_eq!(identity.ids_of(&Key(13)), [2, 3, 6, 9, 13].map(Key));
}

#[test]
fn ranks_are_the_operators_and_machines_come_last() {
    let ranks = |ranked: &[&str]| {
        let id_ranks = ranked.iter().map(|&kind| kind.to_owned()).collect();
        let mut kinds = Kinds::new(&Parameters { id_ranks, ..Parameters::default() });
        ["user", "shoe", "device", "anonymous"].map(|kind| {
            let number = kinds.number(kind);
            kinds.rank(number)
        })
    };
    assert!(ranks(&["user", "device", "anonymous"]).is_sorted());
    assert!(ranks(&["user"]).is_sorted());
    assert!(ranks(&[]).is_sorted());
    let [user, shoe, device, anonymous] = ranks(&["device", "user", "anonymous"]);
    assert!(device < user && user < shoe && shoe < anonymous);
}

#[test]
fn unlinked_and_self_linked_ids_are_themselves() {
    let mut identity = Identity::new(&parameters());
    assert!(!identity.apply(&[link(5, 5, 1)], &ids()));
    assert_eq!(identity.person_of(Key(5)), Key(5));
    assert_eq!(identity.ids_of(&Key(5)), [Key(5)]);
    assert!(!identity.is_united(Key(5)));
    assert_eq!(identity.state_of(Key(5), Key(5)), None);
    assert!(!identity.undo(Key(5), Key(6)));
}

#[test]
fn nobodys_values_join_nobody() {
    let mut parameters = parameters();
    parameters.blocked_ids.push(" Email:Info@Shop.example".to_owned());
    let identity = Identity::build(&[link(17, 1, 1), link(17, 2, 2)], &ids(), &parameters);
    assert_eq!(identity.state_of(Key(1), Key(17)), Some(&LinkState::Refused(Refusal::Blocked)));
    assert_eq!(identity.person_of(Key(2)), Key(2));
    for (value, is_blocked) in [("NULL", true), ("  n/a", true), (" ", true), ("nullable", false), ("00", false)] {
        assert_eq!(identity.is_blocked("user", value), is_blocked, "{value}");
    }
    assert!(identity.is_blocked("email", "INFO@shop.example"));
    assert!(!identity.is_blocked("user", "info@shop.example"));
}

#[test]
fn the_link_that_would_make_too_many_is_refused_and_returns_when_there_is_room() {
    let mut identity = Identity::build(&[link(1, 5, 1), link(1, 6, 2), link(1, 7, 3)], &ids(), &parameters());
    let refused = identity.state_of(Key(1), Key(7)).unwrap().clone();
    assert_eq!(refused, LinkState::Refused(Refusal::TooManyOfKind { kind: "email".into(), n: 3 }));
    assert_eq!(identity.refused().len(), 1);
    let LinkState::Refused(refusal) = refused else { panic!("it is refused") };
    assert_eq!(refusal.to_string(), "the person would have 3 ids of kind `email`");
    assert!(identity.undo(Key(5), Key(1)));
    assert!(!identity.undo(Key(5), Key(1)));
    assert_eq!(identity.ids_of(&Key(1)), [1, 6, 7].map(Key));
    assert!(identity.redo(Key(1), Key(5)));
    assert_eq!(identity.ids_of(&Key(1)), [1, 5, 6].map(Key));
    assert_eq!(identity.links_of(Key(1)).len(), 3);
}

#[test]
fn a_machine_of_several_people_joins_nobody_until_it_is_theirs_again() {
    // Device 9 is seen with users 1, 2 and 3, and with the mail address of one of them.
    let links = [link(1, 9, 1), link(5, 9, 2), link(1, 5, 3), link(2, 9, 4)];
    let mut identity = Identity::build(&links, &ids(), &parameters());
    assert_eq!(identity.ids_of(&Key(9)), [1, 2, 5, 9].map(Key));
    assert!(identity.is_one_of_several_names(Key(1)) && !identity.is_one_of_several_names(Key(5)));
    assert!(identity.apply(&[link(3, 9, 5)], &ids()));
    let shared = LinkState::Refused(Refusal::Shared { most: 2 });
    assert!([1, 2, 3, 5].into_iter().all(|id| identity.state_of(Key(id), Key(9)) == Some(&shared)));
    assert_eq!((identity.ids_of(&Key(9)), identity.ids_of(&Key(1))), (&[Key(9)][..], &[1, 5].map(Key)[..]));
    assert!(shared_text(&identity).contains("more than 2 people"));
    // One forced link holds all the same, and without one of the others it is a machine of two again.
    assert!(identity.set_forced(Key(9), Key(2), true));
    assert_eq!(identity.ids_of(&Key(9)), [2, 9].map(Key));
    assert!(identity.undo(Key(3), Key(9)));
    assert_eq!(identity.ids_of(&Key(9)), [1, 2, 5, 9].map(Key));
    let never = Parameters { shared_after: 0, max_ids_per_kind: 9, ..Parameters::default() };
    let identity = Identity::build(&[link(1, 9, 1), link(2, 9, 1), link(3, 9, 1), link(4, 9, 1)], &ids(), &never);
    assert_eq!(identity.ids_of(&Key(9)).len(), 5);
}

fn shared_text(identity: &Identity) -> String {
    let (_, state) = identity.refused().remove(0);
    let LinkState::Refused(refusal) = state else { panic!("it is refused") };
    refusal.to_string()
}

#[test]
fn ids_that_joined_long_ago_leave_room() {
    let build = |second: i64| Identity::build(&[link(1, 13, 0), link(1, 14, second)], &ids(), &parameters());
    assert_eq!(build(1).ids_of(&Key(1)), [1, 13].map(Key));
    assert_eq!(build(2).ids_of(&Key(1)), [1, 13, 14].map(Key));
    // Who was forced to have too many is joined by those who add none within the time.
    let forced = Link { is_forced: true, ..link(10, 15, 1) };
    let links = [link(12, 20, 0), link(13, 20, 0), link(10, 14, 1), forced, link(12, 14, 2)];
    assert_eq!(Identity::build(&links, &ids(), &parameters()).ids_of(&Key(20)).len(), 6);
}
