//! Every lens on a few people whose numbers are worked out by hand.

use super::evidence::Gatherer;
use super::*;
use crate::activity::Verbs;
use crate::day::Day;
use crate::event::{Currency, Layer, Name};
use crate::key::Key;
use crate::objects::{Object, Objects};
use crate::parameters::Parameters;
use crate::relation::{Columns, PersonFold};
use crate::standing::Yardstick;
use crate::vocabulary::Vocabulary;

const TODAY: i32 = 1000;
/// The brand, its two products, four statements about it, and another brand.
const OBJECTS: [(&str, &str, Option<u128>); 8] = [
    ("brand", "acme", None),
    ("product", "p1", Some(0)),
    ("product", "p2", Some(0)),
    ("statement", "acme-confidence", Some(0)),
    ("statement", "acme-integrity", Some(0)),
    ("statement", "acme-pride", Some(0)),
    ("statement", "acme-passion", Some(0)),
    ("brand", "other", None),
];

/// Something done: object, days ago, verb, how often, minor units, seconds, stars.
#[derive(Clone, Copy)]
struct Deed(u32, i32, &'static str, u64, i64, u64, u64);

fn deed(age: i32, verb: &'static str) -> Deed {
    Deed(0, age, verb, 1, 0, 0, 0)
}

fn bought(age: i32, minor: i64) -> Deed {
    Deed(0, age, "bought", 1, minor, 0, 0)
}

fn columns(deeds: &[Deed], verbs: &mut Verbs) -> Columns {
    let mut columns = Columns::of_width(true);
    for &Deed(object, age, verb, n, minor, seconds, stars) in deeds {
        columns.object.push(object);
        columns.day.push(TODAY - age);
        columns.layer.push(Layer::Web as u8);
        columns.verb.push(verbs.id(verb));
        columns.kind.push(if stars == 0 { 0 } else { crate::event::evidence_of(Some((stars / n) as u8)) });
        columns.paid.push(false);
        columns.currency.push(Currency::of_code("USD").unwrap());
        columns.n.push(n);
        columns.value_minor.push(minor);
        columns.seconds.push(seconds);
        columns.rating_sum.push(stars);
    }
    columns.sort();
    columns
}

type Said = Result<(Judgement, Vec<Part>), &'static str>;

/// What every lens says of each of these people, one row a person.
fn said(people: &[&[Deed]], choices: &Choices) -> Vec<Vec<Said>> {
    let (mut verbs, parameters, vocabulary) = (Verbs::default(), Parameters::default(), Vocabulary::default());
    let all: Vec<Columns> = people.iter().map(|deeds| columns(deeds, &mut verbs)).collect();
    let objects = OBJECTS.iter().zip(0..).map(|(&(kind, id, parent), key)| Object {
        key: Key(key),
        name: Name::new(kind, id),
        title: None,
        parent: parent.map(Key),
    });
    let objects = Objects::new(objects.collect());
    let reading = Reading::new(Day(TODAY), &parameters, &vocabulary, &verbs, &objects);
    let yardstick = Yardstick::new(&reading);
    let mut population = Population::default();
    let mut relations = Vec::new();
    for columns in &all {
        PersonFold::new(&reading).read(columns, 0..columns.len(), &mut |object, days, relation| {
            if object == 0 {
                population.add(relation, &reading);
                relations.push((days.to_vec(), *relation));
            }
        });
    }
    assert_eq!(relations.len(), people.len(), "everybody has to have done something");
    let mut gatherer = Gatherer::new(&reading, &verbs, 0, choices);
    let mut found = Vec::new();
    let (mut left, mut right) = (Sums::default(), Sums::default());
    for (columns, (days, relation)) in all.iter().zip(&relations) {
        let evidence = gatherer.gather(columns, 0..columns.len(), days, relation).clone();
        let standing = yardstick.measure(relation, &population);
        let sums = if found.len() % 2 == 0 { &mut left } else { &mut right };
        sums.add(&reading, choices, &evidence, &standing);
        found.push((evidence, standing));
    }
    left.merge(&right);
    left.settle();
    let judge = |(evidence, standing): &(Evidence, Standing)| {
        let case = Case { reading: &reading, choices, population: &population, sums: &left, evidence, standing };
        let one = |lens: Lens| {
            let mut because = Because::Kept(Vec::new());
            let judged = lens.judge(&case, &mut because);
            assert_eq!(judged, lens.judge(&case, &mut Because::Silent), "telling why changed what is told");
            judged.map(|judgement| (judgement, because.parts()))
        };
        Lens::ALL.into_iter().map(one).collect()
    };
    found.iter().map(judge).collect()
}

fn of(said: &[Said], lens: Lens) -> &Said {
    &said[Lens::ALL.iter().position(|&other| other == lens).unwrap()]
}

fn judged(said: &[Said], lens: Lens) -> Judgement {
    of(said, lens).as_ref().unwrap_or_else(|reason| panic!("{lens:?} says: {reason}")).0
}

#[track_caller]
fn is(judgement: Judgement, score: f64, is_engaged: Option<bool>) {
    assert!((judgement.score - score).abs() < 1e-9, "{judgement:?} against {score}");
    assert_eq!(judgement.is_engaged, is_engaged, "{judgement:?}");
}

#[test]
fn purchases_alone_are_judged_by_those_who_need_no_more() {
    let people: [&[Deed]; 3] = [
        &[bought(200, 1000), bought(100, 1000), bought(10, 4000)],
        &[bought(300, 900), bought(250, 600)],
        &[bought(5, 500)],
    ];
    let said = said(&people, &Choices::default());
    // Gaps after the first day: 100 and 50; after the second: 90.
    is(judged(&said[0], Lens::NovoRecency), 10.0, Some(true));
    is(judged(&said[1], Lens::NovoRecency), 250.0, Some(false));
    assert!(of(&said[0], Lens::NovoLatency).is_err(), "nobody went on from a third day");
    is(judged(&said[1], Lens::NovoLatency), 250.0 / 90.0, Some(false));
    is(judged(&said[2], Lens::NovoLatency), 5.0 / 75.0, Some(true));
    // Values of a year: 6000, 1500, 500; the mean is 2666.
    let grid = judged(&said[1], Lens::NovoGrid);
    assert_eq!((grid.class, grid.is_engaged), (Some("low now, low later"), Some(false)));
    assert_eq!(judged(&said[2], Lens::NovoGrid).class, Some("low now, high later"));
    is(judged(&said[0], Lens::Kumar), 6000.0, Some(true));
    is(judged(&said[1], Lens::Kumar), 1500.0, Some(false));
    is(judged(&said[0], Lens::ComScore), 1.0, Some(true));
    is(judged(&said[1], Lens::ComScore), 0.0, Some(false));
    // The steps that are seen: bought, bought again.
    is(judged(&said[0], Lens::FutureNow), 1.0, Some(true));
    is(judged(&said[2], Lens::FutureNow), 0.5, Some(false));
    // Fifths of three: silence 5, 10, 250; active days 1, 2, 3.
    is(judged(&said[2], Lens::NovoRf), 51.0, Some(false));
    is(judged(&said[0], Lens::NovoRf), 34.0, Some(false));
    for lens in [Lens::Nielsen, Lens::Compete, Lens::NetPromoter, Lens::Ladder, Lens::Ephron, Lens::Arf] {
        assert!(said.iter().all(|said| of(said, lens).is_err()), "{lens:?} judges without evidence");
    }
}

#[test]
fn each_rule_counts_once_a_visit_and_halves_with_age() {
    let people: [&[Deed]; 2] = [
        &[Deed(0, 30, "clicked", 9, 0, 0, 0), Deed(0, 30, "asked", 1, 0, 0, 0), deed(0, "clicked")],
        // Distinct products count apart.
        &[Deed(1, 0, "clicked", 2, 0, 0, 0), Deed(2, 0, "clicked", 2, 0, 0, 0)],
    ];
    let said = said(&people, &Choices::default());
    is(judged(&said[0], Lens::WebTrends), 0.5 * (1.0 + 4.0) + 1.0, Some(true));
    is(judged(&said[1], Lens::WebTrends), 2.0, Some(false));
    // Two visits against one, though it was of two products.
    is(judged(&said[0], Lens::ComScore), 2.0, Some(true));
    is(judged(&said[1], Lens::ComScore), 1.0, Some(false));
}

#[test]
fn minutes_and_their_share_need_time() {
    let timed = |object, age, seconds| Deed(object, age, "viewed", 1, 0, seconds, 0);
    let people: [&[Deed]; 3] =
        [&[timed(0, 1, 600), timed(7, 1, 200), timed(0, 100, 60)], &[timed(0, 2, 120)], &[deed(3, "viewed")]];
    let said = said(&people, &Choices::default());
    is(judged(&said[0], Lens::Nielsen), 10.0, Some(true));
    is(judged(&said[1], Lens::Nielsen), 2.0, Some(false));
    assert!(of(&said[2], Lens::Nielsen).is_err(), "no time is not no minutes");
    // 720 of 920 seconds of everybody's are here.
    is(judged(&said[0], Lens::Compete), 0.75, Some(false));
    is(judged(&said[1], Lens::Compete), 1.0, Some(true));
    let parts = &of(&said[0], Lens::Compete).as_ref().unwrap().1;
    assert!(parts.iter().any(|part| part.value == "-25 %"), "{parts:?}");
}

#[test]
fn peterson_leaves_out_what_nothing_tells() {
    // Pages a visit: 6 and 2 of one, 1 of the other: the mean is 3. Visits: mean 1.5.
    let people: [&[Deed]; 2] = [
        &[Deed(0, 3, "viewed", 6, 0, 0, 0), Deed(0, 40, "viewed", 2, 0, 0, 0), Deed(0, 40, "bought", 1, 100, 0, 0)],
        &[deed(4, "viewed")],
    ];
    let said = said(&people, &Choices::default());
    // C ½, R ½, I ½, L 1; no time, no feedback, no subscribers.
    is(judged(&said[0], Lens::Peterson), 2.5 / 4.0, Some(true));
    is(judged(&said[1], Lens::Peterson), 0.0, Some(false));
    // Things a visit: 6, 3 and 1: the mean is 10/3.
    is(judged(&said[0], Lens::Jackson), 0.5, Some(true));
    is(judged(&said[1], Lens::Jackson), 0.0, Some(false));
}

#[test]
fn surveys_are_read_from_stars() {
    let answer = |object, stars| Deed(object, 20, "answered_survey", 1, 0, 0, stars);
    let people: [&[Deed]; 4] = [
        &[answer(3, 5), answer(4, 5), answer(5, 4), answer(6, 5)],
        &[answer(3, 5), answer(4, 4), answer(5, 3), answer(6, 5)],
        &[answer(3, 1), answer(4, 2), answer(5, 1), answer(6, 1)],
        &[answer(0, 5)],
    ];
    let said = said(&people, &Choices::default());
    let ladder = |at: usize| judged(&said[at], Lens::Ladder);
    assert_eq!(ladder(0).class, Some("fully engaged"));
    is(ladder(0), 4.0, Some(true));
    // Passion without pride is no step.
    assert_eq!(ladder(1).class, Some("engaged"));
    is(ladder(1), 2.0, Some(true));
    assert_eq!(ladder(2).class, Some("actively disengaged"));
    assert!(of(&said[3], Lens::Ladder).is_err());
    is(judged(&said[0], Lens::NetPromoter), 75.0, Some(true));
    is(judged(&said[1], Lens::NetPromoter), 25.0, Some(false));
    assert_eq!(judged(&said[2], Lens::NetPromoter).class, Some("detractor"));
    is(judged(&said[3], Lens::NetPromoter), 100.0, Some(true));
}

#[test]
fn kind_is_kept_apart_from_degree() {
    let people: [&[Deed]; 3] = [
        &[deed(1, "complained"), deed(2, "complained"), deed(3, "viewed")],
        &[deed(1, "recommended")],
        &[bought(400, 100), deed(80, "viewed")],
    ];
    let said = said(&people, &Choices::default());
    let kaushik = |at: usize| judged(&said[at], Lens::Kaushik);
    assert_eq!((kaushik(0).class, kaushik(0).is_engaged), (Some("kind negative"), None));
    assert_eq!((kaushik(1).class, kaushik(2).class), (Some("kind positive"), Some("kind unknown")));
    assert_eq!(judged(&said[0], Lens::Papadakis).class, Some("B3"));
    assert_eq!(judged(&said[0], Lens::Arf).is_engaged, Some(false), "engaged, and against it");
    assert!(of(&said[2], Lens::Arf).is_err(), "a customer is no prospect");
    let four = of(&said[2], Lens::FourIs).as_ref().unwrap();
    assert!(four.1.iter().any(|part| part.value.starts_with("unknown")), "{four:?}");
    // A single referral is in the upper half of three, two without.
    assert!(judged(&said[1], Lens::FourIs).score > judged(&said[0], Lens::FourIs).score);
}

#[test]
fn worth_counts_each_euro_once() {
    let choices = Choices { acquisition_cost_minor: 700, idea_value_minor: 50, ..Choices::default() };
    let people: [&[Deed]; 2] =
        [&[Deed(0, 9, "invitee_joined", 2, 0, 0, 0), deed(8, "was_accepted"), deed(20, "invited")], &[bought(9, 1000)]];
    let found = said(&people, &choices);
    is(judged(&found[0], Lens::Kumar), 1450.0, Some(true));
    is(judged(&found[1], Lens::Kumar), 1000.0, Some(false));
    // Parts against their means: 4 things of 5 by two, 3 active days of 4; authority all 3 of 3.
    let owyang = judged(&found[0], Lens::Owyang).score;
    assert!((owyang - (4.0 / 2.5 + 3.0 / 2.0 + 2.0) / 3.0).abs() < 1e-9, "{owyang}");
    // Without prices, purchases alone.
    assert!((judged(&said(&people, &Choices::default())[0], Lens::Kumar).score).abs() < 1e-9);
}

#[test]
fn strength_is_in_standard_deviations() {
    let people: [&[Deed]; 2] = [&[bought(1, 10), bought(2, 10)], &[bought(1, 10), Deed(1, 2, "bought", 3, 10, 0, 0)]];
    let said = said(&people, &Choices::default());
    // They differ in products (1 and 2) and purchases (2 and 4): one standard deviation each.
    is(judged(&said[0], Lens::Shevlin), -1.0, Some(false));
    is(judged(&said[1], Lens::Shevlin), 1.0, Some(true));
    let alike: [&[Deed]; 2] = [&[bought(1, 10)], &[bought(1, 10)]];
    assert!(of(&self::said(&alike, &Choices::default())[0], Lens::Shevlin).is_err());
}

#[test]
fn enormous_numbers_are_no_trouble() {
    let huge = Deed(0, 1, "did:sneezed", u64::MAX, i64::MAX, u64::MAX, u64::MAX);
    let people: [&[Deed]; 2] =
        [&[huge, Deed(0, 0, "answered_survey", u64::MAX, i64::MIN, u64::MAX, u64::MAX)], &[huge]];
    for said in said(&people, &Choices::default()) {
        let judged = said.iter().filter_map(|said| said.as_ref().ok());
        assert!(judged.clone().all(|(judgement, _)| judgement.score.is_finite()), "{said:?}");
        assert!(judged.count() > 8);
    }
}

#[test]
fn every_lens_says_what_it_is() {
    let mut ids = std::collections::BTreeSet::new();
    for lens in Lens::ALL {
        let about = lens.about();
        assert!(ids.insert(about.id), "{} is told twice", about.id);
        assert_eq!(Lens::of_id(about.id), Some(lens));
        let texts = [about.name, about.author, about.source, about.measures, about.formula, about.needs, about.blind];
        assert!(texts.iter().all(|text| !text.is_empty()));
    }
}

#[test]
fn choices_out_of_range_are_named() {
    assert_eq!(Choices::default().check(), Ok(()));
    let wrong = Choices { window_days: 0, ..Choices::default() };
    assert!(wrong.check().unwrap_err().contains("definitions.window_days"));
}

#[test]
fn the_reference_says_what_the_page_says() {
    let reference = include_str!("../../../../docs/definitions.md");
    for lens in Lens::ALL {
        let about = lens.about();
        for text in [about.name, about.author, about.formula, about.line, about.needs, about.blind, about.source] {
            assert!(reference.contains(text), "docs/definitions.md does not say of {}: {text}", about.id);
        }
    }
}
