//! Random worlds: a few people, products that belong to brands and a company, and what the people did.

use std::collections::BTreeMap;

use parlour_core::activity::{ActivityRow, Verbs, sort_and_merge};
use parlour_core::day::Day;
use parlour_core::event::{Currency, Event, Layer, Money, Name};
use parlour_core::fold::{Effects, Fold};
use parlour_core::key::{Key, KeySecret};
use parlour_core::objects::{Object, ObjectId, Objects};
use parlour_core::parameters::Parameters;
use parlour_core::population::Population;
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold, Relation};
use parlour_core::standing::{Standing, Yardstick};
use parlour_core::vocabulary::Vocabulary;
use proptest::prelude::*;

/// How many people; each has two raw ids.
pub(crate) const PEOPLE: u8 = 5;
/// Products 0 to 4, brands 5 and 6, the company 7.
pub(crate) const OBJECTS: u8 = 8;
/// Verbs that are bought with, felt, of no points, mapped and unknown.
pub(crate) const VERBS: [&str; 12] = [
    "bought",
    "renewed",
    "returned_goods",
    "viewed",
    "complained",
    "commented",
    "tagged",
    "consented",
    "did:Order Completed",
    "did:page",
    "did:sneezed",
    "did:yawned",
];
const SECRET: KeySecret = KeySecret([7; 16]);

/// Something a person did.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) person: u8,
    /// Whether it came under the person's second raw id.
    pub(crate) is_alias: bool,
    pub(crate) object: u8,
    pub(crate) verb: &'static str,
    pub(crate) layer: Layer,
    /// Days before the asked day; negative after it.
    pub(crate) age: i32,
    pub(crate) rating: Option<u8>,
    pub(crate) paid: bool,
    pub(crate) value: Option<(i64, &'static str)>,
}

/// Everything a standing depends on.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) today: Day,
    pub(crate) deeds: Vec<Deed>,
    /// What each object belongs to.
    pub(crate) parents: Vec<Option<u8>>,
    pub(crate) parameters: Parameters,
    pub(crate) vocabulary: Vocabulary,
}

impl Deed {
    fn event(&self, today: Day) -> Event {
        let alias = if self.is_alias { "device" } else { "user" };
        let at = Day(today.0 - self.age).start_micros() + i64::from(self.person) * 1_000_000;
        Event {
            said_at: None,
            layer: self.layer,
            rating: self.rating,
            paid: self.paid,
            value: self.value.map(|(minor, code)| Money { minor, currency: Currency::of_code(code).unwrap() }),
            ..Event::new(at, Name::new(alias, self.person.to_string()), self.verb, object_name(self.object))
        }
    }
}

fn object_name(object: u8) -> Name {
    Name::new("object", object.to_string())
}

/// A world as the program holds it.
pub(crate) struct Held<'w> {
    pub(crate) world: &'w World,
    pub(crate) verbs: Verbs,
    pub(crate) objects: Objects,
    /// One row an event.
    pub(crate) rows: Vec<ActivityRow>,
}

impl<'w> Held<'w> {
    /// Folds the world's events; `order` is that in which they come.
    pub(crate) fn new(world: &'w World, order: impl IntoIterator<Item = usize>) -> Self {
        let (mut verbs, mut effects) = (Verbs::default(), Effects::default());
        let events: Vec<Event> = order.into_iter().map(|i| world.deeds[i].event(world.today)).collect();
        Fold::new(SECRET).fold(events.iter().map(|event| (event, event.evidence())), &mut verbs, &mut effects);
        let objects = (0..OBJECTS)
            .zip(&world.parents)
            .map(|(object, parent)| Object {
                key: object_name(object).key(&SECRET),
                name: object_name(object),
                title: None,
                parent: parent.map(|parent| object_name(parent).key(&SECRET)),
            })
            .collect();
        Self { world, verbs, objects: Objects::new(objects), rows: effects.rows }
    }

    /// Folds them in the order in which they lie.
    pub(crate) fn in_order(world: &'w World) -> Self {
        Self::new(world, 0..world.deeds.len())
    }

    /// Adds up equal rows among the first `n` and among the others, as two runs would hold them.
    pub(crate) fn merged_at(mut self, n: usize) -> Self {
        let mut rest = self.rows.split_off(n.min(self.rows.len()));
        sort_and_merge(&mut self.rows, &self.verbs);
        sort_and_merge(&mut rest, &self.verbs);
        rest.append(&mut self.rows);
        self.rows = rest;
        self
    }

    pub(crate) fn reading(&self) -> Reading<'_> {
        let World { today, parameters, vocabulary, .. } = self.world;
        Reading::new(*today, parameters, vocabulary, &self.verbs, &self.objects)
    }

    /// One person's rows, those of both raw ids together.
    pub(crate) fn columns(&self, person: u8) -> Columns {
        let ids: [Key; 2] = ["user", "device"].map(|kind| Name::new(kind, person.to_string()).key(&SECRET));
        let mut columns = Columns::default();
        for ActivityRow { key, sums } in self.rows.iter().filter(|row| ids.contains(&row.key.subject)) {
            columns.object.push(self.objects.id(key.object).unwrap());
            columns.day.push(key.day.0);
            columns.layer.push(key.layer as u8);
            columns.verb.push(key.verb);
            columns.kind.push(key.kind);
            columns.paid.push(key.paid);
            columns.currency.push(key.currency);
            columns.n.push(sums.n);
            columns.value_minor.push(sums.value_minor);
        }
        columns.sort();
        columns
    }

    /// Everyone's relations with everything, by object and person, each with its active days.
    pub(crate) fn relations(&self) -> BTreeMap<(ObjectId, u8), (Vec<i32>, Relation)> {
        let reading = self.reading();
        let mut fold = PersonFold::new(&reading);
        let mut relations = BTreeMap::new();
        for person in 0..PEOPLE {
            let columns = self.columns(person);
            fold.read(&columns, 0..columns.len(), &mut |object, days, relation| {
                let told_before = relations.insert((object, person), (days.to_vec(), *relation));
                assert!(told_before.is_none(), "{object} is told twice");
            });
        }
        relations
    }

    /// The population of an object.
    pub(crate) fn population(&self, object: ObjectId) -> Population {
        let reading = self.reading();
        let mut population = Population::default();
        for (_, (_, relation)) in self.relations().iter().filter(|((of, _), _)| *of == object) {
            population.add(relation, &reading);
        }
        population
    }

    /// Everyone's standings with everything.
    pub(crate) fn standings(&self) -> BTreeMap<(ObjectId, u8), Standing> {
        let reading = self.reading();
        let yardstick = Yardstick::new(&reading);
        let populations: Vec<Population> = (0..u32::from(OBJECTS)).map(|object| self.population(object)).collect();
        let measured = |((object, person), (_, relation)): ((ObjectId, u8), (Vec<i32>, Relation))| {
            ((object, person), yardstick.measure(&relation, &populations[object as usize]))
        };
        self.relations().into_iter().map(measured).collect()
    }
}

/// Standings with their only float as bits, so that equal means equal to the last.
pub(crate) fn bits(standings: &BTreeMap<(ObjectId, u8), Standing>) -> Vec<((ObjectId, u8), Standing, u64)> {
    standings.iter().map(|(&whom, &standing)| (whom, standing, standing.p_falling.to_bits())).collect()
}

pub(crate) fn deeds(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Deed>> {
    let age = prop_oneof![3 => 0..40, 3 => 0..140, 2 => 0..1200, 1 => -20..0];
    let value = prop_oneof![
        3 => Just(None),
        3 => (-500..50_000_i64).prop_map(|minor| Some((minor, "USD"))),
        1 => (-1_000_000_000_000..=1_000_000_000_000_i64).prop_map(|minor| Some((minor, "usd"))),
        1 => (0..50_000_i64).prop_map(|minor| Some((minor, "EUR"))),
    ];
    let deed = (
        (0..PEOPLE, any::<bool>(), 0..OBJECTS),
        prop::sample::select(&VERBS[..]),
        prop::sample::select(&Layer::ALL[..]),
        age,
        prop::option::of(1..=5_u8),
        prop::bool::weighted(0.2),
        value,
    )
        .prop_map(|((person, is_alias, object), verb, layer, age, rating, paid, value)| Deed {
            person,
            is_alias,
            object,
            verb,
            layer,
            age,
            rating,
            paid,
            value,
        });
    // Some things are done again the same day, or toward the next object too, so that g has something to do and to keep
    // apart.
    prop::collection::vec((deed, 0..6_u8), n).prop_map(|deeds| {
        let again = |(deed, what): (Deed, u8)| match what {
            0 => vec![deed.clone(), deed.clone(), deed],
            1 => vec![Deed { object: (deed.object + 1) % OBJECTS, ..deed.clone() }, deed],
            _ => vec![deed],
        };
        deeds.into_iter().flat_map(again).collect()
    })
}

/// Moves some deeds to the days at which something begins or ends.
fn to_the_edges(deeds: &mut [Deed], places: &[u8], today: Day, parameters: &Parameters) {
    let age_of = |months| today.0 - today.months_before(months).0;
    let recent = parameters.recent_days as i32;
    let edges = [
        age_of(parameters.retention_months),
        age_of(parameters.retention_months) + 1,
        age_of(12),
        recent,
        recent + parameters.before_days as i32,
        parameters.new_days as i32,
    ];
    for (deed, &place) in deeds.iter_mut().zip(places) {
        if let Some(&age) = edges.get(place as usize) {
            deed.age = age;
        }
    }
}

pub(crate) fn parameters() -> impl Strategy<Value = Parameters> {
    let windows = (1..=127_u32).prop_flat_map(|recent| (Just(recent), 1..=128 - recent));
    let windows = prop_oneof![Just((28_u32, 84_u32)), windows, Just((64, 64)), Just((1, 127)), Just((127, 1))];
    let half_life = prop_oneof![Just(30.0), 0.5..100.0];
    (half_life, 1..40_u16, windows, 0.5..0.999, 0..80_u32, 0.5..0.99, 1..6_u32).prop_map(
        |(half_life_days, retention_months, (recent_days, before_days), certainty, new_days, quantile, prior_gaps)| {
            let parameters = Parameters {
                half_life_days,
                retention_months,
                recent_days,
                before_days,
                direction_certainty: certainty,
                new_days,
                overdue_quantile: quantile,
                prior_gaps,
                ..Parameters::default()
            };
            assert_eq!(parameters.check(), Ok(()));
            parameters
        },
    )
}

fn vocabulary() -> impl Strategy<Value = Vocabulary> {
    let points = prop_oneof![Just(0.0), Just(1000.0), Just(0.000_001), 0.0..20.0];
    let factor = prop_oneof![Just(0.0), Just(1.0), 0.0..3.0];
    let mapped = prop::option::of(prop::sample::select(vec!["viewed", "complained", "bought", "commented"]));
    (prop::option::of(prop::collection::vec(points, 8)), prop::option::of(prop::collection::vec(factor, 7)), mapped)
        .prop_map(|(points, factors, mapped)| {
            let mut vocabulary = Vocabulary::default();
            for (name, points) in VERBS.iter().zip(points.into_iter().flatten()) {
                vocabulary.verbs.get_mut(*name).unwrap().points = points;
            }
            for (layer, factor) in Layer::ALL.into_iter().zip(factors.into_iter().flatten()) {
                vocabulary.layers.insert(layer, factor);
            }
            if let Some(verb) = mapped {
                vocabulary.names.insert("sneezed".to_owned(), verb.to_owned());
            }
            vocabulary
        })
}

fn parents() -> impl Strategy<Value = Vec<Option<u8>>> {
    let product = prop::option::weighted(0.9, 5..=7_u8);
    let brand = prop::option::weighted(0.9, Just(7_u8));
    // Now and then the company belongs to one of its products, which closes a ring.
    let company = prop::option::weighted(0.1, 0..5_u8);
    (prop::collection::vec(product, 5), prop::collection::vec(brand, 2), company)
        .prop_map(|(products, brands, company)| products.into_iter().chain(brands).chain([company]).collect())
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let places = prop::collection::vec(0..30_u8, 200);
    (3000..20_000_i32, deeds(0..60), parents(), parameters(), vocabulary(), places).prop_map(
        |(today, mut deeds, parents, parameters, vocabulary, places)| {
            let today = Day(today);
            to_the_edges(&mut deeds, &places, today, &parameters);
            World { today, deeds, parents, parameters, vocabulary }
        },
    )
}
