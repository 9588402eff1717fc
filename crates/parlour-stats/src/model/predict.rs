//! Forecasts for many people: whoever has the same history is asked for once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Model;
use crate::beta_geometric::BetaGeometric;
use crate::history::{Histories, History};

/// What is expected of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The probability that the person has not left by now.
    pub p_alive: f64,
    /// Purchases within the horizon.
    pub expected: f64,
}

impl Model {
    /// A forecast for each person, in their order, over `ahead` from now.
    pub fn predict_all(&self, people: &[History], ahead: f64) -> Vec<Prediction> {
        let mut asker = Asker { model: self, ahead, rests: Known::default() };
        let mut known: Known<(u32, u64, u64), Prediction> = Known::default();
        let one = |history: &History| {
            let key = (history.x(), history.t_x().to_bits(), history.age().to_bits());
            *known.entry(key).or_insert_with(|| asker.ask(history))
        };
        people.iter().map(one).collect()
    }

    /// A forecast for each distinct history, with its number of people.
    pub fn predict_distinct(&self, people: &Histories, ahead: f64) -> Vec<(History, f64, Prediction)> {
        let mut asker = Asker { model: self, ahead, rests: Known::default() };
        people.iter().map(|(history, n)| (history, n, asker.ask(&history))).collect()
    }
}

/// Asks a model, and remembers what does not depend on when the last purchase was.
struct Asker<'a> {
    model: &'a Model,
    ahead: f64,
    rests: Known<(u32, u64), f64>,
}

impl Asker<'_> {
    fn ask(&mut self, history: &History) -> Prediction {
        let p_alive = self.model.p_alive(history);
        let expected = match self.model {
            Model::BetaGeometric(model) => p_alive * self.rest(model, history),
            Model::ParetoNbd(model) => p_alive * model.expected_of_the_living(history, self.ahead),
            Model::Nbd(model) => model.expected(history, self.ahead),
        };
        Prediction { p_alive, expected }
    }

    fn rest(&mut self, model: &BetaGeometric, history: &History) -> f64 {
        let ahead = self.ahead;
        if !model.forgets_since() {
            return model.expected_of_the_living(history, ahead);
        }
        let key = (history.x(), history.age().to_bits());
        *self.rests.entry(key).or_insert_with(|| model.expected_of_the_living(history, ahead))
    }
}

type Known<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

/// A hash for keys of a few whole numbers, faster than the standard one; people cannot choose their times to collide in
/// a way that costs more than a slow answer.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(23) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
