//! How a text feels: the weights of its words, turned by negation, raised or lowered by the words around them.
//!
//! The shape (a lexicon, a few words of context, a sum squashed to −1..1) is that of Hutto and Gilbert, "VADER",
//! ICWSM 2014; words, weights and numbers are our own.

use super::pattern::Ready;
use super::rules::Ruleset;
use super::words::{EXCLAMATION, QUESTION};

/// How much of a weight is left, on the other side, under a negation: "not bad" is less good than "not good" is bad.
const NEGATED_GOOD: f32 = -0.65;
const NEGATED_BAD: f32 = -0.3;
/// How far back a negation reaches, in words.
pub(super) const NEGATION_REACH: usize = 4;
/// How far back a word that strengthens or weakens reaches.
const DEGREE_REACH: usize = 2;
/// What such a word adds or takes, as a part of the weight.
const DEGREE: f32 = 0.28;
/// What capitals and drawn-out letters add.
const LOUD: f32 = 0.22;
const STRETCHED: f32 = 0.12;
/// What stands before and after a "but".
const BEFORE_BUT: f32 = 0.6;
const AFTER_BUT: f32 = 1.35;
/// What each exclamation mark adds, and how many count.
const EXCLAIMED: f32 = 0.06;
const MAX_EXCLAIMED: usize = 4;
/// A text with a word at least this strong feels at least so much: good and bad in one text hardly ever make nought.
const CLEAR: f32 = 0.5;
const LEAST: f32 = 0.26;
/// Where the sum is half-way to full feeling: `x / sqrt(x² + SOFTNESS)`.
const SOFTNESS: f32 = 24.0;

/// A phrase with a feeling of its own: first word, word after the last, feeling.
pub(super) type Phrase = (usize, usize, f32);

/// What each word adds, after its context.
pub(super) fn weights(ready: &Ready<'_>, rules: &Ruleset, phrases: &[Phrase]) -> Vec<f32> {
    let tokens = ready.tokens;
    let mut weights: Vec<f32> = tokens.iter().map(|token| rules.feeling(token)).collect();
    for (start, end, feeling) in phrases {
        weights[*start..*end].fill(0.0);
        weights[*start] = *feeling;
    }
    let is_all_loud = tokens.iter().filter(|token| token.is_loud).count() * 3 > tokens.len() * 2;
    for (at, weight) in weights.iter_mut().enumerate().filter(|(_, weight)| **weight != 0.0) {
        let negated = if *weight < 0.0 { NEGATED_BAD } else { NEGATED_GOOD };
        *weight *= context(ready, rules, at, negated);
        if tokens[at].is_loud && !is_all_loud {
            *weight *= 1.0 + LOUD;
        }
    }
    weights
}

/// What the words around one make of its weight; of a face, nothing. `negated` is what a negation leaves.
fn context(ready: &Ready<'_>, rules: &Ruleset, at: usize, negated: f32) -> f32 {
    let (tokens, known) = (ready.tokens, &rules.known);
    let token = &tokens[at];
    let is_negation = ready.sets[at] & known.negation != 0;
    let mut factor = 1.0;
    let reach = if token.is_face { 0 } else { NEGATION_REACH.min(at) };
    for back in 1..=reach {
        let before = at - back;
        if tokens[before].sentence != token.sentence || tokens[before].is_face {
            break;
        }
        let sets = ready.sets[before];
        if back <= DEGREE_REACH {
            let degree = DEGREE / back as f32;
            factor += if sets & known.stronger != 0 { degree } else { 0.0 };
            factor -= if sets & known.weaker != 0 { degree * 1.3 } else { 0.0 };
        }
        if sets & known.negation != 0 && !is_negation {
            factor *= negated;
            break;
        }
        if tokens[before + 1].is_after_break || sets & known.but != 0 {
            break;
        }
    }
    if token.is_stretched {
        factor *= 1.0 + STRETCHED;
    }
    factor
}

/// The sum of the weights, with what sentences and marks make of it, between −1 and 1.
pub(super) fn feeling(ready: &Ready<'_>, rules: &Ruleset, weights: &[f32]) -> f32 {
    let tokens = ready.tokens;
    let (mut sum, mut heaviest) = (0.0_f32, 0.0_f32);
    let mut start = 0;
    let mut n_exclaimed = 0;
    while start < tokens.len() {
        let sentence = tokens[start].sentence;
        let n = tokens[start..].iter().take_while(|token| token.sentence == sentence).count();
        let but = (start + 1..start + n).rfind(|at| ready.sets[*at] & rules.known.but != 0);
        for at in start..start + n {
            let weight = weights[at]
                * match but {
                    Some(but) if at < but => BEFORE_BUT,
                    Some(_) => AFTER_BUT,
                    None => 1.0,
                };
            sum += weight;
            heaviest = heaviest.max(weight.abs());
            if tokens[at].symbol == EXCLAMATION {
                n_exclaimed += (tokens[at].end - tokens[at].start) as usize;
            }
        }
        start += n;
    }
    let is_asking = tokens.last().is_some_and(|token| token.symbol == QUESTION);
    let emphasis = EXCLAIMED * n_exclaimed.min(MAX_EXCLAIMED) as f32;
    sum *= if is_asking { 1.0 } else { 1.0 + emphasis };
    if sum != 0.0 && sum.abs() < LEAST && CLEAR <= heaviest {
        sum = LEAST.copysign(sum);
    }
    sum / (sum * sum + SOFTNESS).sqrt()
}
