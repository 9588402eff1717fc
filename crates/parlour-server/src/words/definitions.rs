//! Sentences about definitions: which agree, which do not, and how many engage whom.

use parlour_core::day::Day;
use parlour_core::lens::Lens;
use parlour_core::lens::rank::Agreement;
use parlour_core::sentence::{Piece, day_in_words, thousands};
use parlour_engine::desk::definitions::{Definitions, Said};

/// A pair must judge one ranked person of so many together to be spoken of.
const ONE_OF: u64 = 10;

/// From this agreement on, two definitions are one ranking under two names, which is no finding.
const SAME: f64 = 0.995;

/// Which definitions agree most and least, and how many people most of them engage.
pub(crate) fn of_all(found: &Definitions, on: Day) -> Vec<Piece> {
    if found.n_people == 0 {
        return vec![Piece::words(format!("Nobody is present on {}.", day_in_words(on)))];
    }
    let pairs = pairs(found);
    let most = pairs.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    let least = pairs.iter().min_by(|a, b| a.2.total_cmp(&b.2));
    let day = day_in_words(on);
    let mut pieces = match (most, least) {
        (Some(most), Some(least)) if most != least => vec![Piece::words(format!(
            "On {day}, {} agree most (ρ {}), {} least (ρ {}). ",
            both(most),
            two_digits(most.2),
            both(least),
            two_digits(least.2)
        ))],
        (Some(only), _) => {
            vec![Piece::words(format!("On {day} only {} can be compared (ρ {}). ", both(only), two_digits(only.2)))]
        }
        (None, _) => vec![Piece::words(format!("On {day} no two definitions rank people apart. "))],
    };
    let are = |n: u64| if n == 1 { "is" } else { "are" };
    pieces.extend([
        Piece::words("Of "),
        Piece::words(format!("{} people, ", thousands(found.n_people))),
        Piece::number(found.n_by_most, "engaged_by=most"),
        Piece::words(format!(" {} engaged by most definitions, ", are(found.n_by_most))),
        Piece::number(found.n_by_all, "engaged_by=all"),
        Piece::words(" by all, "),
        Piece::number(found.n_by_none, "engaged_by=none"),
        Piece::words(" by none."),
    ]);
    pieces
}

type Pair = (Lens, Lens, f64);

/// Pairs that say something: not of one author, nor of the same ranking under two names, and over enough people.
fn pairs(found: &Definitions) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (at, &a) in Lens::ALL.iter().enumerate() {
        for (&b, &Agreement { rho, n }) in Lens::ALL.iter().zip(&found.agreements[at]).skip(at + 1) {
            let is_same = a.about().author == b.about().author || rho.is_some_and(|rho| rho >= SAME);
            if let Some(rho) = rho.filter(|_| !is_same && ONE_OF * n >= found.n_sampled) {
                pairs.push((a, b, rho));
            }
        }
    }
    pairs
}

fn both(&(a, b, _): &Pair) -> String {
    let named = |lens: Lens| format!("{} ({})", lens.about().name, surname(lens.about().author));
    format!("{} and {}", named(a), named(b))
}

/// What an author is called in passing.
fn surname(author: &str) -> &str {
    let before = author.split(" (").next().unwrap_or(author);
    match before.split_once(' ') {
        Some((_, _)) if author.starts_with("Future Now") => "Future Now",
        Some((_, _)) if author.starts_with("after Gallup") => "after Gallup",
        Some((_, _)) if author.starts_with("Advertising") => "ARF",
        Some((_, rest)) => rest.rsplit(' ').next().unwrap_or(rest),
        None => before,
    }
}

fn two_digits(rho: f64) -> String {
    format!("{rho:.2}").replace('-', "−")
}

/// How many definitions engage one person, and which places them highest and lowest.
pub(crate) fn of_one(said: &[Said], name: &str) -> Vec<Piece> {
    let judged: Vec<_> = said.iter().filter_map(|said| Some((said.lens, *said.judged.as_ref().ok()?))).collect();
    let lines = judged.iter().filter_map(|(_, (judgement, _))| judgement.is_engaged);
    let (n_lines, n_engaged) = (lines.clone().count(), lines.filter(|&is_engaged| is_engaged).count());
    let mut text = match n_lines {
        0 => format!("No definition can say whether {name} is engaged."),
        _ => format!("{n_engaged} of the {n_lines} definitions that can say call {name} engaged."),
    };
    let by_rank = |a: &&(Lens, (_, f64)), b: &&(Lens, (_, f64))| a.1.1.total_cmp(&b.1.1);
    let (high, low) = (judged.iter().max_by(by_rank), judged.iter().min_by(by_rank));
    if let (Some((high, (_, top))), Some((low, (_, bottom)))) = (high, low)
        && top > bottom
    {
        let place = |lens: &Lens, rank: &f64| format!("{} (above {:.0} % of people)", lens.about().name, 100.0 * rank);
        text = format!("{text} Highest by {}, lowest by {}.", place(high, top), place(low, bottom));
    }
    vec![Piece::words(text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_are_named_in_passing() {
        let names: Vec<&str> = Lens::ALL.iter().map(|lens| surname(lens.about().author)).collect();
        assert_eq!(&names[..4], ["Papadakis", "Novo", "Novo", "Novo"]);
        for name in ["WebTrends", "Forrester", "Future Now", "Owyang", "Kumar", "ARF", "after Gallup"] {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
    }
}
