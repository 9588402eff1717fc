use parlour_core::relation::Relation;
use parlour_core::sentence::plain;
use parlour_core::standing::Stage;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn standing() -> Standing {
    Standing {
        relation: Relation { last_day: day("1998-01-20").0, ..Relation::default() },
        degree_milli: 2_499,
        is_engaged: true,
        percentile: 91,
        kind_milli: Some(1000),
        is_customer: true,
        cell: Some(Cell::A1),
        direction: Direction::Falling,
        p_falling: 0.97,
        n_recent: 0,
        n_before: 6,
        exposure: (28, 84),
        due_day: Some(day("1998-03-03").0),
        stage: Stage::Disengaging1,
    }
}

fn told(standing: Option<&Standing>) -> String {
    plain(&of_person(&Portrait { name: "00004", object: "cdnow", on: day("1998-03-02"), standing }))
}

#[test]
fn somebody_who_falls_and_is_due() {
    assert_eq!(
        told(Some(&standing())),
        "00004 is a customer whose involvement is 2.4 times the average, positive, and falling: silent 41 days, due \
         back by 3 March 1998."
    );
}

#[test]
fn somebody_overdue_whose_kind_is_unknown() {
    let overdue = Standing {
        due_day: Some(day("1998-02-10").0),
        kind_milli: None,
        is_customer: false,
        direction: Direction::Steady,
        degree_milli: 42,
        ..standing()
    };
    assert_eq!(
        told(Some(&overdue)),
        "00004 is not a customer, but someone whose involvement is under 0.1 times the average, of a kind not known \
         yet, and steady: silent 41 days, overdue since 11 February 1998."
    );
}

#[test]
fn somebody_new_somebody_gone_and_nobody() {
    let on = day("1998-03-02").0;
    let relation = Relation { last_day: on, ..Relation::default() };
    let fresh = Standing { relation, due_day: None, kind_milli: Some(-1), direction: Direction::Rising, ..standing() };
    assert!(told(Some(&fresh)).ends_with("negative, and rising: active that day."), "{}", told(Some(&fresh)));
    let relation = Relation { last_day: on - 1, ..Relation::default() };
    let gone = Standing { relation, cell: None, ..standing() };
    assert_eq!(told(Some(&gone)), "00004 was last active on 1 March 1998, 1 day ago, and counts as gone.");
    assert_eq!(told(None), "00004 has done nothing with cdnow by 2 March 1998.");
}

#[test]
fn the_matrix_names_every_cell_and_the_change() {
    let now = BTreeMap::from([(Cell::A1, 1200), (Cell::A2, 7), (Cell::B3, 1)]);
    let then = BTreeMap::from([(Cell::A1, 1212)]);
    let pieces = of_matrix(&now, &then, day("1998-05-31"));
    assert_eq!(
        plain(&pieces),
        "1,200 customers are engaged and positive, 12 fewer than on 31 May 1998; 7 are apathetic, and 0 engaged and \
         negative. Of those who are no customers, 0 are engaged and positive, 0 apathetic, and 1 engaged and negative."
    );
    let lists: Vec<_> = pieces.iter().filter_map(|piece| piece.list.as_deref()).collect();
    assert_eq!(lists, ["cell=A1", "cell=A2", "cell=A3", "cell=B1", "cell=B2", "cell=B3"]);
    assert_eq!(of_matrix(&BTreeMap::new(), &then, day("1998-05-31")).len(), 1);
}
