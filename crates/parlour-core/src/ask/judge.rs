//! From the patterns that fit to a finding: points for each class, and which class they make.

use super::feeling::{self, NEGATION_REACH, Phrase};
use super::pattern::Ready;
use super::rules::{Owner, Rule, Ruleset, word_bits};
use super::words::{Token, UNKNOWN};
use super::{Class, Finding, Kind, MAX_REASONS, Reason};

/// Most places at which patterns of rules fit that are looked at.
const MAX_FITS: usize = 512;
/// Points from which on a class is taken.
const ENOUGH: f32 = 1.0;
/// Points from which on a rule is clear enough to stand alone.
const CLEAR: f32 = 2.0;
/// What judgements weigh beside asks: who judges and asks wants an answer.
const BESIDE_ASKS: f32 = 0.75;
/// Feeling from which on a text that nothing else was found in is an opinion.
const OPINION_FROM: f32 = 0.36;
/// Feeling from which on an opinion has a kind, and from which on anything else has.
const OPINION_KIND_FROM: f32 = 0.1;
const KIND_FROM: f32 = 0.3;
const ASK_KIND_FROM: f32 = 0.62;
/// What feeling adds to a complaint that rules have found already.
const HINT: f32 = 0.5;
/// The order in which classes of equal points are taken.
const ORDER: [Class; 7] =
    [Class::Complaint, Class::Request, Class::Suggestion, Class::Question, Class::Opinion, Class::None, Class::Mention];

/// Where a rule fits: from this word to before that one.
struct Fit {
    rule: usize,
    start: usize,
    end: usize,
}

/// Everything that fits.
#[derive(Default)]
struct Fits {
    rules: Vec<Fit>,
    /// Rules undone, and in which sentence.
    excepted: Vec<(usize, u32)>,
    phrases: Vec<Phrase>,
}

/// Judges a text by the rules of one language.
pub(super) fn judge(text: &str, tokens: &[Token], rules: &Ruleset) -> Finding {
    let sets: Vec<u64> = tokens.iter().map(|token| rules.sets(token)).collect();
    let starts = starts(tokens, &sets, rules);
    let ready = Ready { tokens, sets: &sets, starts: &starts };
    let mut fits = fits(&ready, rules);
    fits.phrases.sort_by_key(|(start, end, _)| (*start, usize::MAX - end));
    fits.phrases.dedup_by(|later, kept| later.0 < kept.1);
    let weights = feeling::weights(&ready, rules, &fits.phrases);
    let feeling = feeling::feeling(&ready, rules, &weights);
    let is_automatic = fits.rules.iter().any(|fit| rules.rules[fit.rule].is_automatic);
    let found = reasons(text, &ready, rules, &fits);
    let class = if is_automatic { Class::None } else { class(&found, feeling) };
    let mut because: Vec<Reason> = found.into_iter().map(|(_, reason)| reason).collect();
    if class == Class::None && !is_automatic && because.is_empty() && OPINION_FROM <= feeling.abs() {
        because.extend(strongest(text, tokens, &weights, feeling));
        return Finding {
            class: Class::Opinion,
            kind: kind(Class::Opinion, feeling),
            feeling,
            because,
            ..Finding::default()
        };
    }
    let kind = if is_automatic { Kind::Neutral } else { kind(class, feeling) };
    Finding { class, kind, feeling, language: None, is_automatic, because }
}

/// Whether each word begins a clause: the first of a sentence, after a comma, or after nothing but fillers.
fn starts(tokens: &[Token], sets: &[u64], rules: &Ruleset) -> Vec<bool> {
    let mut starts = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let is_first = at == 0 || tokens[at - 1].sentence != token.sentence;
        let is_after_filler = || sets[at - 1] & rules.known.filler != 0 && starts.get(at - 1).copied().unwrap_or(false);
        starts.push(is_first || token.is_after_break || is_after_filler());
    }
    starts
}

/// Every place where a pattern fits.
fn fits(ready: &Ready<'_>, rules: &Ruleset) -> Fits {
    let mut fits = Fits::default();
    for (at, token) in ready.tokens.iter().enumerate() {
        let next_bits = ready.tokens.get(at + 1).map_or(0, word_bits);
        let next_sets = ready.sets.get(at + 1).copied().unwrap_or(0);
        let symbols = std::iter::once(token.symbol).chain(token.stems).filter(|symbol| *symbol != UNKNOWN);
        for lead in symbols.flat_map(|symbol| rules.leads(symbol)) {
            if !lead.may_fit(ready.starts[at], next_bits, next_sets) {
                continue;
            }
            let pattern = rules.pattern(lead);
            let Some(end) = ready.end(&pattern.steps, at) else { continue };
            match pattern.owner {
                Owner::Phrase(feeling) => fits.phrases.push((at, end, feeling)),
                Owner::Except(rule) => fits.excepted.push((rule, token.sentence)),
                Owner::Rule(rule) => {
                    let is_undone = rules.rules[rule].is_negatable && is_negated(ready, rules, at);
                    if !is_undone && fits.rules.len() < MAX_FITS {
                        fits.rules.push(Fit { rule, start: at, end });
                    }
                }
            }
        }
    }
    fits
}

/// Whether a negation stands shortly before a word, in its clause.
fn is_negated(ready: &Ready<'_>, rules: &Ruleset, at: usize) -> bool {
    for back in 0..NEGATION_REACH.min(at) {
        let (now, before) = (at - back, at - back - 1);
        if ready.tokens[before].sentence != ready.tokens[at].sentence || ready.tokens[now].is_after_break {
            return false;
        }
        if ready.sets[before] & rules.known.negation != 0 {
            return true;
        }
    }
    false
}

/// The first place of each rule that is not undone there, with its sentence, in the order of the text.
fn reasons(text: &str, ready: &Ready<'_>, rules: &Ruleset, fits: &Fits) -> Vec<(u32, Reason)> {
    let mut seen = vec![false; rules.rules.len()];
    let mut reasons = Vec::new();
    for fit in &fits.rules {
        let Rule { name, class, points, .. } = &rules.rules[fit.rule];
        let sentence = ready.tokens[fit.start].sentence;
        let is_excepted = || fits.excepted.contains(&(fit.rule, sentence));
        if MAX_REASONS <= reasons.len() || seen[fit.rule] || is_excepted() {
            continue;
        }
        seen[fit.rule] = true;
        let at = ready.tokens[fit.start].start as usize..ready.tokens[fit.end - 1].end as usize;
        let words = text[at.clone()].to_owned();
        reasons.push((sentence, Reason { rule: name.clone(), class: *class, points: *points, words, at }));
    }
    reasons
}

/// The class with the most points, if they are enough.
fn class(found: &[(u32, Reason)], feeling: f32) -> Class {
    let mut points = [0.0_f32; Class::ALL.len()];
    for (sentence, reason) in found {
        // A request, a proposal or a complaint in the form of a question is none.
        let is_form_of_more = reason.class == Class::Question
            && (0.0..CLEAR).contains(&reason.points)
            && found
                .iter()
                .any(|(other, more)| other == sentence && more.class.asks_more_than_to_know() && CLEAR <= more.points);
        if !is_form_of_more {
            points[reason.class as usize] += reason.points;
        }
    }
    if 0.0 < points[Class::Complaint as usize] && feeling <= -KIND_FROM {
        points[Class::Complaint as usize] += HINT;
    }
    points[Class::Opinion as usize] *= BESIDE_ASKS;
    let mut best = (Class::None, ENOUGH);
    for class in ORDER.into_iter().rev() {
        if best.1 <= points[class as usize] {
            best = (class, points[class as usize]);
        }
    }
    best.0
}

/// The word that feels most, as the reason of an opinion nothing else was found for.
fn strongest(text: &str, tokens: &[Token], weights: &[f32], feeling: f32) -> Option<Reason> {
    let heaviest = weights.iter().zip(tokens).filter(|(weight, _)| 0.0 < **weight * feeling);
    let (_, token) = heaviest.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))?;
    let at = token.start as usize..token.end as usize;
    let words = text[at.clone()].to_owned();
    Some(Reason { rule: "a strong feeling".into(), class: Class::Opinion, points: feeling.abs(), words, at })
}

fn kind(class: Class, feeling: f32) -> Kind {
    let from = match class {
        Class::Complaint => return Kind::Negative,
        Class::Opinion => OPINION_KIND_FROM,
        Class::Question | Class::Request | Class::Suggestion => ASK_KIND_FROM,
        Class::Mention | Class::None => KIND_FROM,
    };
    if from <= feeling {
        Kind::Positive
    } else if feeling <= -from {
        Kind::Negative
    } else {
        Kind::Neutral
    }
}
