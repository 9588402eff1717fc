//! A reading: the parameters and the vocabulary made into integer tables for one day.
//!
//! `I = Σ w(verb) · f(layer) · g(n) · 2^(−age/H)` with `g(n) = 2·(1 − 2^(−n))` (DESIGN.md, section 4). Every factor is
//! an integer from a table made once per question, and every contribution is an integer of micropoints, so sums depend
//! on neither order nor engine.

use std::collections::HashMap;
use std::sync::Arc;

use crate::activity::{VerbId, Verbs};
use crate::day::Day;
use crate::event::{BACK, Currency, Layer};
use crate::objects::Objects;
use crate::parameters::Parameters;
use crate::vocabulary::{Feeling, Role, Vocabulary};

/// Micropoints in a point.
pub const MICRO: i64 = 1_000_000;
/// Bits of the decay factor.
const DECAY_BITS: u32 = 30;
/// Bits of the saturation factor g.
const SATURATION_BITS: u32 = 16;
/// From this count on, g is 2 to the last bit.
const SATURATED_AT: usize = 18;
/// Ages beyond this many half-lives weigh nothing.
const HALF_LIVES: f64 = 31.0;
/// Points an unknown verb is worth.
const UNKNOWN_POINTS: f64 = 1.0;

/// What one verb of the activity means under this vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The verb it is counted as: mapped names share the number of the verb they stand for.
    pub counted_as: VerbId,
    /// Micropoints of one on each layer, by the layer's number.
    pub micropoints: [i64; 7],
    /// −1, 0 or +1 where the verb itself says so.
    pub feeling: Option<i8>,
    /// Whether it makes a customer.
    pub is_purchase: bool,
    /// Whether it goes on with a contract.
    pub is_renewal: bool,
    /// Whether it ends one.
    pub is_cancellation: bool,
    /// +1 where its value counts, −1 where it is taken back, else 0.
    pub value_sign: i64,
}

/// What is thought of a verb that nobody knows.
const UNKNOWN: Meaning = Meaning {
    counted_as: VerbId::MAX,
    micropoints: [MICRO; 7],
    feeling: Some(0),
    is_purchase: false,
    is_renewal: false,
    is_cancellation: false,
    value_sign: 0,
};

/// One question: which day, by which parameters, vocabulary and objects.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// The day asked about; later activity is not seen.
    pub day: Day,
    /// The parameters.
    pub parameters: &'a Parameters,
    /// The objects and what belongs to what.
    pub objects: &'a Objects,
    /// First day of the retention window.
    pub window_start: Day,
    /// First day of the trailing year.
    pub year_start: Day,
    /// The currency in which value is summed.
    pub currency: Currency,
    meanings: Vec<Meaning>,
    spoken: Vec<Spoken>,
    layers: [f64; 7],
    decay: Vec<i64>,
    saturation: [i64; SATURATED_AT + 1],
}

/// How a verb is spoken of; kept apart from [`Meaning`], which the inner loop reads.
#[derive(Clone, Debug)]
struct Spoken {
    name: Arc<str>,
    points: f64,
}

/// Which of the two directions of a relation is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Direction {
    /// What the person does toward the object.
    Forth,
    /// What the brand does toward the person.
    Back,
}

impl Direction {
    /// The verb of the vocabulary, and whether it is done in this direction.
    fn resolve<'v>(self, vocabulary: &'v Vocabulary, stored: &'v str) -> (Option<&'v str>, bool) {
        let is_back = stored.starts_with(BACK);
        let resolved = if is_back { vocabulary.resolve_back(stored) } else { vocabulary.resolve(stored) };
        (resolved, is_back == (self == Self::Back))
    }
}

impl<'a> Reading<'a> {
    /// Makes the tables. `verbs` are all verbs that may be met; one beyond them counts as unknown.
    pub fn new(
        day: Day,
        parameters: &'a Parameters,
        vocabulary: &Vocabulary,
        verbs: &Verbs,
        objects: &'a Objects,
    ) -> Self {
        Self::toward(Direction::Forth, (day, parameters, objects), vocabulary, verbs)
    }

    /// The same for the reverse direction: what the brand did toward each person counts, and nothing else does.
    pub fn back(
        day: Day,
        parameters: &'a Parameters,
        vocabulary: &Vocabulary,
        verbs: &Verbs,
        objects: &'a Objects,
    ) -> Self {
        Self::toward(Direction::Back, (day, parameters, objects), vocabulary, verbs)
    }

    fn toward(
        direction: Direction,
        (day, parameters, objects): (Day, &'a Parameters, &'a Objects),
        vocabulary: &Vocabulary,
        verbs: &Verbs,
    ) -> Self {
        Self {
            day,
            parameters,
            objects,
            window_start: day.months_before(parameters.retention_months),
            year_start: day.months_before(12),
            currency: Currency::of_code(&parameters.currency).unwrap_or_default(),
            meanings: meanings(direction, vocabulary, verbs),
            spoken: spoken(direction, vocabulary, verbs),
            layers: Layer::ALL.map(|layer| vocabulary.layers.get(&layer).copied().unwrap_or(1.0)),
            decay: decay(parameters.half_life_days),
            saturation: saturation(),
        }
    }

    /// What a verb means.
    pub fn meaning(&self, verb: VerbId) -> &Meaning {
        self.meanings.get(verb as usize).unwrap_or(&UNKNOWN)
    }

    /// The name of the verb that `verb` is counted as; a name from outside that stands for none is told as it came.
    pub fn name_of(&self, verb: VerbId) -> &str {
        self.spoken.get(verb as usize).map_or("did something unknown", |spoken| &spoken.name)
    }

    /// Points of one such event, before its layer.
    pub fn points_of(&self, verb: VerbId) -> f64 {
        self.spoken.get(verb as usize).map_or(UNKNOWN_POINTS, |spoken| spoken.points)
    }

    /// The factor of a layer, by its number; 0 where there is none, so that nothing done there counts.
    pub fn layer_factor(&self, layer: u8) -> f64 {
        self.layers.get(layer as usize).copied().unwrap_or(0.0)
    }

    /// Micropoints that `n` events of one day bring, each worth `micropoints`, `age` days later. Rounds down.
    pub fn contribution(&self, micropoints: i64, n: u64, age: i32) -> i64 {
        let Some(&decay) = self.decay.get(age as usize) else {
            return 0;
        };
        let saturation = self.saturation[(n as usize).min(SATURATED_AT)];
        let fresh = (micropoints * saturation) >> SATURATION_BITS;
        ((i128::from(fresh) * i128::from(decay)) >> DECAY_BITS) as i64
    }

    /// The saturation g of a count, as a number between 0 and 2.
    pub fn saturation_of(&self, n: u64) -> f64 {
        self.saturation[(n as usize).min(SATURATED_AT)] as f64 / f64::from(1 << SATURATION_BITS)
    }

    /// The decay of an age, as a number between 0 and 1.
    pub fn decay_of(&self, age: i32) -> f64 {
        self.decay.get(age as usize).copied().unwrap_or(0) as f64 / f64::from(1 << DECAY_BITS)
    }
}

fn meanings(direction: Direction, vocabulary: &Vocabulary, verbs: &Verbs) -> Vec<Meaning> {
    // Names that stand for one verb are counted as one, even where the verb itself was never seen.
    let mut counted: HashMap<&str, VerbId> = HashMap::new();
    verbs
        .names()
        .iter()
        .zip(0..)
        .map(|(stored, id)| {
            let (resolved, is_seen) = direction.resolve(vocabulary, stored);
            if !is_seen {
                return Meaning { counted_as: id, micropoints: [0; 7], ..UNKNOWN };
            }
            let verb = resolved.and_then(|name| vocabulary.verbs.get(name));
            let counted_as = *counted.entry(resolved.unwrap_or(stored)).or_insert(id);
            let points = verb.map_or(UNKNOWN_POINTS, |verb| verb.points);
            let role = verb.map_or(Role::None, |verb| verb.role);
            Meaning {
                counted_as,
                micropoints: Layer::ALL.map(|layer| {
                    let factor = vocabulary.layers.get(&layer).copied().unwrap_or(1.0);
                    libm::round(points * factor * MICRO as f64) as i64
                }),
                feeling: match verb.map_or(Feeling::Neutral, |verb| verb.kind) {
                    Feeling::Positive => Some(1),
                    Feeling::Neutral => Some(0),
                    Feeling::Negative => Some(-1),
                    Feeling::ByEvidence => None,
                },
                is_purchase: matches!(role, Role::Purchase | Role::Renewal),
                is_renewal: role == Role::Renewal,
                is_cancellation: role == Role::Cancellation,
                value_sign: match role {
                    Role::Purchase | Role::Renewal => 1,
                    Role::Refund => -1,
                    Role::None | Role::Cancellation => 0,
                },
            }
        })
        .collect()
}

fn spoken(direction: Direction, vocabulary: &Vocabulary, verbs: &Verbs) -> Vec<Spoken> {
    let told = |stored: &Arc<str>| {
        let (resolved, _) = direction.resolve(vocabulary, stored);
        let verb = resolved.and_then(|name| vocabulary.verbs.get(name));
        let name = resolved.unwrap_or_else(|| stored.strip_prefix("did:").unwrap_or(stored));
        Spoken { name: name.into(), points: verb.map_or(UNKNOWN_POINTS, |verb| verb.points) }
    };
    verbs.names().iter().map(told).collect()
}

fn decay(half_life_days: f64) -> Vec<i64> {
    let n_days = libm::ceil(half_life_days * HALF_LIVES) as u32;
    let one = f64::from(1 << DECAY_BITS);
    (0..=n_days).map(|age| libm::round(one * libm::exp2(-f64::from(age) / half_life_days)) as i64).collect()
}

fn saturation() -> [i64; SATURATED_AT + 1] {
    std::array::from_fn(|n| (2 << SATURATION_BITS) - (2 << SATURATION_BITS >> n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_time_counts_half_and_a_half_life_halves() {
        let (parameters, objects, mut verbs) = (Parameters::default(), Objects::default(), Verbs::default());
        let bought = verbs.id("bought");
        let mapped = verbs.id("did:Order Completed");
        let reading = Reading::new(Day(1000), &parameters, &Vocabulary::default(), &verbs, &objects);
        let web = reading.meaning(bought).micropoints[Layer::Web as usize];
        assert_eq!(web, 8 * MICRO);
        assert_eq!(reading.contribution(web, 1, 0), 8 * MICRO);
        assert_eq!(reading.contribution(web, 2, 0), 12 * MICRO);
        assert_eq!(reading.contribution(web, 1, 30), 4 * MICRO);
        assert_eq!(reading.contribution(web, u64::MAX, 40_000), 0);
        assert_eq!(reading.meaning(mapped).counted_as, reading.meaning(bought).counted_as);
        assert_eq!(reading.meaning(bought).micropoints[Layer::Face as usize], 12 * MICRO);
        assert_eq!((reading.name_of(mapped), reading.points_of(mapped).to_bits()), ("bought", 8.0_f64.to_bits()));
    }
    #[test]
    fn what_the_brand_does_counts_in_the_other_direction_alone() {
        let (parameters, objects, mut verbs) = (Parameters::default(), Objects::default(), Verbs::default());
        let (replied, sneezed, bought) = (verbs.id("back:replied"), verbs.id("back:did:sneezed"), verbs.id("bought"));
        let vocabulary = Vocabulary::default();
        let forth = Reading::new(Day(1000), &parameters, &vocabulary, &verbs, &objects);
        let back = Reading::back(Day(1000), &parameters, &vocabulary, &verbs, &objects);
        let points = |reading: &Reading<'_>, verb| reading.meaning(verb).micropoints[Layer::Web as usize] / MICRO;
        assert_eq!([replied, sneezed, bought].map(|verb| points(&forth, verb)), [0, 0, 8]);
        assert_eq!([replied, sneezed, bought].map(|verb| points(&back, verb)), [6, 1, 0]);
        assert!(forth.meaning(bought).is_purchase && !back.meaning(bought).is_purchase);
        assert_eq!(back.name_of(replied), "replied");
    }
}
