//! How fast texts are classified, and how well feelings agree with people's.
//!
//! `PARLOUR_TWEETS=tweets_GroundTruth.txt cargo bench -p parlour-core --bench asks` reads a file of lines `id, mean rating,
//! text` between tabs (Hutto and Gilbert 2014). The weights of English words were learned from the half of them whose
//! SHA-256 of the id begins with a byte below 128; the numbers here are over the file given, so give the other half to
//! measure on what was not learned from.

use std::time::Instant;

use parlour_core::ask::{Classifier, Language};

/// A mean rating, from −4 to 4, no farther from nought than this is neutral, and a feeling closer than it.
const NEUTRAL: f64 = 0.05;
const ROUNDS: usize = 5;

fn main() {
    #[expect(clippy::disallowed_methods, reason = "a bench has no settings")]
    let path = std::env::var("PARLOUR_TWEETS");
    let Ok(path) = path else { return };
    let text = std::fs::read_to_string(path).expect("PARLOUR_TWEETS names a readable file");
    let rows: Vec<(f64, &str)> = text.lines().filter_map(row).collect();
    let classifier = Classifier::built_in();
    for hint in [None, Some(Language::ENGLISH)] {
        let start = Instant::now();
        let n_reasons: usize =
            (0..ROUNDS).flat_map(|_| &rows).map(|(_, text)| classifier.classify(text, hint).because.len()).sum();
        let seconds = start.elapsed().as_secs_f64();
        print(&format!(
            "{:.0} texts/s, language given: {} ({n_reasons})",
            (ROUNDS * rows.len()) as f64 / seconds,
            hint.is_some()
        ));
    }
    let feelings: Vec<f64> =
        rows.iter().map(|(_, text)| f64::from(classifier.classify(text, Some(Language::ENGLISH)).feeling)).collect();
    let ratings: Vec<f64> = rows.iter().map(|(rating, _)| *rating).collect();
    print(&format!("{} texts: correlation {:.4}", rows.len(), correlation(&ratings, &feelings)));
    let pairs: Vec<(i8, i8)> =
        ratings.iter().zip(&feelings).map(|(r, f)| (side(*r, NEUTRAL.next_up()), side(*f, NEUTRAL))).collect();
    let n_right = pairs.iter().filter(|(meant, found)| meant == found).count();
    let f1 = |class: i8| {
        let both = pairs.iter().filter(|pair| **pair == (class, class)).count();
        let either: usize = pairs.iter().map(|(a, b)| usize::from(*a == class) + usize::from(*b == class)).sum();
        2.0 * both as f64 / either.max(1) as f64
    };
    let macro_f1 = [-1, 0, 1].map(f1).iter().sum::<f64>() / 3.0;
    print(&format!("accuracy {:.4}, macro F1 {macro_f1:.4}", n_right as f64 / pairs.len().max(1) as f64));
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}

/// The rating and the text of a line; the id before them is of no use here.
fn row(line: &str) -> Option<(f64, &str)> {
    let (_id, rest) = line.split_once('\t')?;
    let (rating, text) = rest.split_once('\t')?;
    Some((rating.parse().ok()?, text))
}

fn side(number: f64, neutral: f64) -> i8 {
    i8::from(neutral <= number) - i8::from(number <= -neutral)
}

/// Pearson's.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}
