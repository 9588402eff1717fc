//! Every stage, cell and direction, and the exact day or number at which each begins and ends.

use parlour_core::activity::Verbs;
use parlour_core::day::Day;
use parlour_core::event::{Currency, Name};
use parlour_core::key::Key;
use parlour_core::objects::{Object, Objects};
use parlour_core::parameters::Parameters;
use parlour_core::population::Population;
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, NEVER, PersonFold, Relation};
use parlour_core::standing::{Cell, Direction, Stage, Standing, Yardstick};
use parlour_core::vocabulary::Vocabulary;

/// What one person did: on which day, and what; all on the web, worth 10.00 USD.
type Deeds = Vec<(i32, &'static str)>;

/// The asked day of most cases: far from 1970, and so that its windows are 24 and 12 months of ordinary length.
const TODAY: i32 = 10_407;

fn clicks(days: impl IntoIterator<Item = i32>) -> Deeds {
    days.into_iter().map(|day| (day, "clicked")).collect()
}

/// The first person's standing among all of `people` on a day.
fn standing_on(day: i32, people: &[Deeds], parameters: &Parameters) -> Standing {
    let object = Object { key: Key(1), name: Name::new("brand", "b"), title: None, parent: None };
    let (objects, vocabulary, mut verbs) = (Objects::new(vec![object]), Vocabulary::default(), Verbs::default());
    let people: Vec<Columns> = people.iter().map(|deeds| columns(deeds, &mut verbs)).collect();
    let reading = Reading::new(Day(day), parameters, &vocabulary, &verbs, &objects);
    let mut population = Population::default();
    let mut relations: Vec<Relation> = Vec::new();
    let mut fold = PersonFold::new(&reading);
    for columns in &people {
        fold.read(columns, 0..columns.len(), &mut |_, _, relation| {
            population.add(relation, &reading);
            relations.push(*relation);
        });
    }
    Yardstick::new(&reading).measure(&relations[0], &population)
}

fn columns(deeds: &Deeds, verbs: &mut Verbs) -> Columns {
    let mut columns = Columns::default();
    for &(day, verb) in deeds {
        columns.object.push(0);
        columns.day.push(day);
        columns.layer.push(1);
        columns.verb.push(verbs.id(verb));
        columns.kind.push(0);
        columns.paid.push(false);
        columns.currency.push(Currency::of_code("USD").unwrap());
        columns.n.push(1);
        columns.value_minor.push(1000);
    }
    columns.sort();
    columns
}

fn today(people: &[Deeds]) -> Standing {
    standing_on(TODAY, people, &Parameters::default())
}

fn window_start() -> i32 {
    Day(TODAY).months_before(24).0
}

#[test]
fn new_for_twenty_eight_days() {
    let stage = |age| today(&[clicks([TODAY - age])]).stage;
    assert_eq!(stage(0), Stage::New);
    assert_eq!(stage(27), Stage::New);
    assert_ne!(stage(28), Stage::New);
}

#[test]
fn lapsed_from_the_day_after_due() {
    let person = clicks([0, 10, 25, 30, 45].map(|day| TODAY + day));
    let people = [person, clicks([TODAY, TODAY + 40])];
    let on = |day| standing_on(day, &people, &Parameters::default());
    let due = on(TODAY + 45).due_day.unwrap();
    assert!(due > TODAY + 45);
    assert_eq!(on(due).due_day, Some(due));
    assert_ne!(on(due).stage, Stage::Lapsed);
    assert_eq!(on(due + 1).stage, Stage::Lapsed);
}

#[test]
fn nobody_lapses_before_a_rhythm_is_known() {
    let standing = standing_on(TODAY + 600, &[clicks([TODAY]), clicks([TODAY + 1])], &Parameters::default());
    assert_eq!((standing.due_day, standing.stage), (None, Stage::Disengaging2));
}

#[test]
fn defected_exactly_at_the_windows_edge() {
    let others = clicks([TODAY - 1, TODAY]);
    let inside = today(&[clicks([window_start()]), others.clone()]);
    assert_eq!((inside.cell, inside.stage), (Some(Cell::B2), Stage::Lapsed));
    let outside = today(&[clicks([window_start() - 1]), others]);
    assert_eq!((outside.cell, outside.stage), (None, Stage::Defected));
    assert!(!outside.is_engaged);
}

#[test]
fn a_defector_who_returns_is_won_back() {
    // Weekly, then silent for three years, then back today.
    let mut days: Vec<i32> = (0..20).map(|week| TODAY - 1300 + 7 * week).collect();
    let gone = today(&[clicks(days.clone()), clicks([TODAY - 1, TODAY])]);
    assert_eq!(gone.stage, Stage::Defected);
    days.push(TODAY);
    let back = today(&[clicks(days), clicks([TODAY - 1, TODAY])]);
    assert_eq!(back.stage, Stage::WonBack);
}

#[test]
fn won_back_until_twenty_eight_days_after_the_return() {
    let weekly = (0..20).map(|week| TODAY - 400 + 7 * week);
    let on = |age: i32| {
        let since = (TODAY - age..=TODAY).step_by(7);
        today(&[clicks(weekly.clone().chain(since)), clicks([TODAY - 50, TODAY - 43])]).stage
    };
    assert_eq!(on(0), Stage::WonBack);
    assert_eq!(on(27), Stage::WonBack);
    assert_ne!(on(28), Stage::WonBack);
    let briefly = Parameters { new_days: 10, ..Parameters::default() };
    let returned = |age: i32| {
        let days = weekly.clone().chain([TODAY - age, TODAY]);
        standing_on(TODAY, &[clicks(days), clicks([TODAY - 50, TODAY - 43])], &briefly).stage
    };
    assert_eq!(returned(9), Stage::WonBack);
    assert_ne!(returned(10), Stage::WonBack);
}

#[test]
fn won_back_only_from_a_silence_beyond_the_rhythm() {
    let weekly: Vec<i32> = (0..20).map(|week| TODAY - 400 + 7 * week).collect();
    let last = weekly[weekly.len() - 1];
    // The others come weekly and unevenly enough for k to be the same whatever this person's last gap is.
    let parameters = Parameters { prior_gaps: 5, ..Parameters::default() };
    let after = |silence: i32| {
        let others = clicks((0..400).map(|i| last - 3000 + 7 * i).chain([last + silence]));
        standing_on(last + silence, &[clicks(weekly.iter().copied().chain([last + silence])), others], &parameters)
    };
    let first = (28..100).find(|&silence| after(silence).stage == Stage::WonBack).unwrap();
    assert!(29 < first, "{first}");
    assert!((first..200).step_by(20).all(|silence| after(silence).stage == Stage::WonBack));
}

#[test]
fn disengaging_in_two_ways_and_active_in_two() {
    let faint = clicks([TODAY - 100, TODAY - 90, TODAY - 80]);
    let steadily: Deeds = (0..112).step_by(7).map(|age| (TODAY - age, "bought")).collect();
    // Every third day until 25 days ago, then once more: too late to call it a return, too soon to call it a silence.
    let falling: Vec<i32> = (25..112).step_by(3).chain([2]).map(|age| TODAY - age).collect();
    let one = today(&[falling.iter().map(|&day| (day, "bought")).collect(), faint.clone(), faint.clone()]);
    assert_eq!((one.is_engaged, one.direction, one.stage), (true, Direction::Falling, Stage::Disengaging1));
    let steady = today(&[steadily.clone(), faint.clone()]);
    assert_eq!((steady.is_engaged, steady.direction, steady.stage), (true, Direction::Steady, Stage::Active));
    let below = today(&[clicks((0..112).step_by(7).map(|age| TODAY - age)), steadily.clone()]);
    assert_eq!((below.is_engaged, below.direction, below.stage), (false, Direction::Steady, Stage::Disengaging2));
    let below = today(&[clicks(falling), steadily.clone(), steadily.clone()]);
    assert_eq!((below.is_engaged, below.direction, below.stage), (false, Direction::Falling, Stage::Disengaging2));
    let rises = clicks([111, 90, 70, 50, 30].into_iter().chain(0..10).map(|age| TODAY - age));
    let rising = today(&[rises, steadily.clone(), steadily]);
    assert_eq!((rising.is_engaged, rising.direction, rising.stage), (false, Direction::Rising, Stage::Active));
}

#[test]
fn engaged_is_above_the_mean_and_not_at_it() {
    let alike = clicks([TODAY]);
    let standing = today(&[alike.clone(), alike.clone()]);
    assert_eq!((standing.degree_milli, standing.is_engaged), (1000, false));
    let alone = today(std::slice::from_ref(&alike));
    assert_eq!((alone.degree_milli, alone.is_engaged, alone.cell), (1000, false, Some(Cell::B2)));
    // Nine micropoints more are less than a thousandth, and above all the same.
    let above = today(&[vec![(TODAY, "clicked"), (TODAY - 500, "clicked")], alike]);
    assert_eq!((above.degree_milli, above.is_engaged), (1000, true));
}

#[test]
fn every_cell_and_unknown_feeling_counts_as_positive() {
    let faint = clicks([TODAY]);
    let cell = |verbs: &[&'static str]| {
        let standing = today(&[verbs.iter().map(|&verb| (TODAY, verb)).collect(), faint.clone(), faint.clone()]);
        (standing.cell.unwrap(), standing.kind_milli, standing.is_positive())
    };
    assert_eq!(cell(&["bought"]), (Cell::A1, Some(1000), true));
    assert_eq!(cell(&["bought", "badmouthed", "complained"]), (Cell::A3, Some(-239), false));
    assert_eq!(cell(&["liked", "disliked", "asked"]), (Cell::B1, Some(0), true));
    assert_eq!(cell(&["badmouthed"]), (Cell::B3, Some(-1000), false));
    assert_eq!(cell(&["visited"]), (Cell::B2, None, true));
    assert_eq!(cell(&["asked", "searched"]), (Cell::B1, None, true));
    assert_eq!(cell(&["returned_goods"]), (Cell::B3, Some(-1000), false));
    let loud: Deeds = vec![(TODAY, "vouched"), (TODAY, "tagged")];
    assert_eq!(today(&[vec![(TODAY, "renewed")], loud.clone(), loud]).cell, Some(Cell::A2));
}

#[test]
fn kind_and_cell_agree_however_close_to_zero() {
    // One micropoint more of dislike than of liking, among millions.
    let mut relation = Relation { first_day: TODAY - 50, last_day: TODAY, n_days: 2, recent: 1, ..Relation::default() };
    (relation.i_positive, relation.i_negative) = (8_000_000, 8_000_001);
    relation.last_purchase = NEVER;
    let (parameters, vocabulary, verbs, objects) =
        (Parameters::default(), Vocabulary::default(), Verbs::default(), Objects::default());
    let reading = Reading::new(Day(TODAY), &parameters, &vocabulary, &verbs, &objects);
    let mut population = Population::default();
    population.add(&relation, &reading);
    population.add(&Relation { i_positive: 0, ..relation }, &reading);
    let standing = Yardstick::new(&reading).measure(&relation, &population);
    assert_eq!((standing.kind_milli, standing.is_positive()), (Some(-1), false));
    assert_eq!((standing.is_engaged, standing.cell), (true, Some(Cell::B3)));
}

#[test]
fn a_customer_until_the_window_closes_and_never_by_a_refund() {
    let is_customer = |deeds: Deeds| today(&[deeds]).is_customer;
    assert!(is_customer(vec![(window_start(), "bought")]));
    assert!(!is_customer(vec![(window_start() - 1, "bought"), (TODAY, "clicked")]));
    assert!(!is_customer(vec![(TODAY, "returned_goods")]));
    assert!(is_customer(vec![(TODAY, "did:Order Completed")]));
    assert!(!is_customer(vec![(TODAY, "clicked"), (TODAY + 1, "bought")]), "the day after is not seen");
}

#[test]
fn the_trailing_year_begins_the_day_after_this_day_last_year() {
    let year = Day(TODAY).months_before(12).0;
    let value = |deeds: Deeds| today(&[deeds]).relation.value_minor;
    assert_eq!(value(vec![(year, "bought")]), 0);
    assert_eq!(value(vec![(year + 1, "bought")]), 1000);
    assert_eq!(value(vec![(year + 1, "bought"), (TODAY, "renewed"), (TODAY, "returned_goods")]), 1000);
    assert_eq!(value(vec![(TODAY, "clicked")]), 0);
}

#[test]
fn direction_turns_just_beyond_its_certainty() {
    let person = [clicks([TODAY - 70, TODAY - 50, TODAY - 30, TODAY - 111])];
    let p = today(&person).p_falling;
    assert!(p > 0.5, "{p}");
    let direction = |certainty| {
        standing_on(TODAY, &person, &Parameters { direction_certainty: certainty, ..Parameters::default() }).direction
    };
    assert_eq!(direction(p), Direction::Steady);
    assert_eq!(direction(p.next_down()), Direction::Falling);
    let person = [clicks([TODAY - 1, TODAY - 5, TODAY - 9, TODAY - 111])];
    let p = today(&person).p_falling;
    let direction = |certainty| {
        standing_on(TODAY, &person, &Parameters { direction_certainty: certainty, ..Parameters::default() }).direction
    };
    assert_eq!(direction(1.0 - p + 1e-12), Direction::Steady);
    assert_eq!(direction(1.0 - p - 1e-12), Direction::Rising);
}

#[test]
fn the_windows_meet_without_gap_and_are_cut_to_the_persons_age() {
    let windows = |age: i32| {
        let standing = today(&[clicks([TODAY - age])]);
        (standing.n_recent, standing.n_before, standing.exposure)
    };
    assert_eq!(windows(0), (1, 0, (1, 0)));
    assert_eq!(windows(27), (1, 0, (28, 0)));
    assert_eq!(windows(28), (0, 1, (28, 1)));
    assert_eq!(windows(111), (0, 1, (28, 84)));
    assert_eq!(windows(112), (0, 0, (28, 84)));
}

#[test]
fn a_refund_without_points_still_takes_value_back() {
    let mut vocabulary = Vocabulary::default();
    vocabulary.verbs.get_mut("returned_goods").unwrap().points = 0.0;
    let (parameters, mut verbs) = (Parameters::default(), Verbs::default());
    let object = |key, parent: Option<u128>| Object {
        key: Key(key),
        name: Name::new("product", key.to_string()),
        title: None,
        parent: parent.map(Key),
    };
    let objects = Objects::new(vec![object(1, Some(3)), object(2, Some(3)), object(3, None)]);
    let mut rows = columns(&vec![(TODAY, "bought"), (TODAY, "returned_goods")], &mut verbs);
    rows.object[1] = 1;
    let reading = Reading::new(Day(TODAY), &parameters, &vocabulary, &verbs, &objects);
    let mut values = Vec::new();
    PersonFold::new(&reading).read(&rows, 0..2, &mut |object, _, relation| values.push((object, relation.value_minor)));
    assert_eq!(values, [(0, 1000), (1, -1000), (2, 0)]);
}
