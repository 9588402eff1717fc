//! Every viewer at every door, against a table that was written by hand.

use super::{Circle, Door, Guest, may_see};

const DOORS: [Door; 5] = Door::ALL;

/// Who looks, and at which of the five doors, from open to closed, they may.
fn table() -> Vec<(&'static str, Guest, [bool; 5])> {
    let member = |name: &str, circle, is_blocked| Guest {
        viewer: Some(name.to_owned()),
        circle,
        is_blocked,
        owner: "theo".to_owned(),
    };
    let [first, second, third] = Circle::ALL.map(Some);
    let (yes, no) = (true, false);
    vec![
        ("nobody known", Guest::stranger("theo"), [yes, no, no, no, no]),
        ("another member", member("anna", None, no), [yes, no, no, no, no]),
        ("first circle", member("anna", first, no), [yes, yes, no, no, no]),
        ("second circle", member("anna", second, no), [yes, yes, yes, no, no]),
        ("third circle", member("anna", third, no), [yes, yes, yes, yes, no]),
        ("blocked", member("anna", None, yes), [no; 5]),
        ("blocked while in a circle", member("anna", third, yes), [no; 5]),
        ("the owner", Guest::owner("theo"), [yes; 5]),
        // Whatever a table says by mistake, nobody is shut out of their own room.
        ("the owner, blocked", member("theo", None, yes), [yes; 5]),
        // A circle is somebody's: without anybody there is none.
        ("a circle of nobody", Guest { circle: third, ..Guest::stranger("theo") }, [yes, no, no, no, no]),
    ]
}

#[test]
fn every_viewer_at_every_door() {
    for (who, guest, expected) in table() {
        for (door, may) in DOORS.into_iter().zip(expected) {
            let found = may_see(guest.viewer.as_deref(), door, guest.circle, guest.is_blocked, &guest.owner);
            assert_eq!(found, may, "{who} at {}", door.name());
        }
    }
}

#[test]
fn two_doors_are_both_to_be_passed() {
    for (who, guest, expected) in table() {
        for (outer, passes_outer) in DOORS.into_iter().zip(expected) {
            for (inner, passes_inner) in DOORS.into_iter().zip(expected) {
                let name = format!("{who} at {} behind {}", inner.name(), outer.name());
                assert_eq!(guest.may_pass(&[outer, inner]), passes_outer && passes_inner, "{name}");
            }
        }
    }
}

#[test]
fn a_closer_circle_sees_no_less_and_a_wider_door_shows_no_less() {
    for (_, guest, expected) in table() {
        assert!(expected.is_sorted_by(|open, closed| open >= closed), "{guest:?}");
    }
    let sees = |circle, door| may_see(Some("anna"), door, circle, false, "theo");
    for door in DOORS {
        let mut circles = [None, Some(Circle::First), Some(Circle::Second), Some(Circle::Third)].into_iter();
        assert!(circles.by_ref().map(|circle| sees(circle, door)).is_sorted(), "{}", door.name());
    }
}

#[test]
fn names_and_numbers_lead_back() {
    for door in DOORS {
        assert_eq!(Door::of_name(door.name()), Some(door));
    }
    for circle in Circle::ALL {
        assert_eq!(Circle::of_number(circle.number()), Some(circle));
    }
    assert_eq!((Door::of_name("ajar"), Circle::of_number(0), Circle::of_number(4)), (None, None, None));
}
