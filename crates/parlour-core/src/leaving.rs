//! Leaving in words: why somebody is on a list of those who go, and what all of them put at risk.

use crate::day::Day;
use crate::sentence::{Piece, day_in_words, thousands};
use crate::standing::{Stage, Standing};
use crate::worth::Worth;

/// From this share of the present below them on, somebody was among the top.
const TOP_FROM: u8 = 50;

/// What is known of one person who leaves.
#[derive(Clone, Copy, Debug)]
pub struct Farewell<'a> {
    /// The day asked about.
    pub on: Day,
    /// Their standing on it.
    pub standing: &'a Standing,
    /// The day it is compared with.
    pub since: Day,
    /// Their standing on that.
    pub before: Option<&'a Standing>,
    /// What they are worth.
    pub worth: Option<&'a Worth>,
    /// The last thing they did that was negative, and when.
    pub grievance: Option<(&'a str, Day)>,
}

/// Why they are on the list: what they were, how they came, how long they have been silent, what went wrong.
pub fn reason(of: &Farewell<'_>) -> String {
    let relation = &of.standing.relation;
    let mut parts = Vec::new();
    if let Some(before) = of.before.filter(|before| before.cell.is_some() && TOP_FROM <= before.percentile) {
        let top = 100_u8.saturating_sub(before.percentile).max(1);
        parts.push(format!("was among the top {top} % on {}", day_in_words(of.since)));
    }
    if 1 < relation.n_days {
        let gap = f64::from(relation.last_day.saturating_sub(relation.first_day)) / f64::from(relation.n_days - 1);
        parts.push(format!("came about every {}", days(gap.round().max(1.0) as u64)));
    } else {
        parts.push("came once".to_owned());
    }
    let silence = of.on.0.saturating_sub(relation.last_day).max(0) as u64;
    parts.push(match of.standing.due_day {
        _ if silence == 0 => "active that day".to_owned(),
        Some(due) if due < of.on.0 => {
            format!("silent for {}, was due by {}", days(silence), day_in_words(Day(due)))
        }
        Some(_) | None => format!("silent for {}", days(silence)),
    });
    if let Some((what, day)) = of.grievance {
        parts.push(format!("{} on {}", what.replace('_', " "), day_in_words(day)));
    }
    if let Some(worth) = of.worth {
        parts.push(match worth.p_alive {
            ..0.01 => "hardly still there".to_owned(),
            alive => format!("{:.0} % likely still there", alive * 100.0),
        });
    }
    let mut text = parts.join(", ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}

/// How many of one stage leave, and what is at risk with them.
#[derive(Clone, Copy, Debug)]
pub struct Leavers {
    /// Which stage.
    pub stage: Stage,
    /// People.
    pub n: u64,
}

/// Who is on their way out, in a sentence; `at_risk` is an amount as people read it, where value is known.
pub fn of_leaving(leavers: &[Leavers], n_all: u64, at_risk: Option<&str>) -> Vec<Piece> {
    let n = |stage: Stage| leavers.iter().filter(|leaver| leaver.stage == stage).map(|leaver| leaver.n).sum::<u64>();
    let going = n(Stage::Disengaging1) + n(Stage::Disengaging2) + n(Stage::Lapsed);
    if going == 0 {
        return vec![Piece::words(if n_all == 0 { "Nobody is here yet." } else { "Nobody is on their way out." })];
    }
    let number = |stage: Stage| Piece::number(n(stage), format!("stage={}", stage.name()));
    let mut pieces = vec![
        Piece { tone: Some("bad"), ..number(Stage::Disengaging1) },
        Piece::words(if n(Stage::Disengaging1) == 1 {
            " person who is above average is falling away, "
        } else {
            " people who are above average are falling away, "
        }),
        Piece { tone: Some("bad"), ..number(Stage::Lapsed) },
        Piece::words(" have been silent for longer than their own rhythm allows, and "),
        number(Stage::Disengaging2),
        Piece::words(" below average do nothing to come closer"),
    ];
    pieces.push(Piece::words(match at_risk {
        Some(amount) => format!("; had the first two stayed, the year ahead would bring {amount} more."),
        None => ".".to_owned(),
    }));
    pieces
}

fn days(n: u64) -> String {
    format!("{} {}", thousands(n), if n == 1 { "day" } else { "days" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Relation;
    use crate::sentence::plain;
    use crate::standing::{Cell, Direction};
    use crate::worth::Quadrant;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn standing() -> Standing {
        let (first_day, last_day) = (day("1997-10-22").0, day("1998-01-20").0);
        Standing {
            relation: Relation { first_day, last_day, n_days: 11, ..Relation::default() },
            degree_milli: 2_499,
            is_engaged: true,
            percentile: 92,
            kind_milli: None,
            is_customer: true,
            cell: Some(Cell::A1),
            direction: Direction::Falling,
            p_falling: 0.97,
            n_recent: 0,
            n_before: 6,
            exposure: (28, 84),
            due_day: Some(day("1998-02-10").0),
            stage: Stage::Lapsed,
        }
    }

    #[test]
    fn who_leaves_is_told_by_what_they_were_and_did() {
        let (standing, worth) = (
            standing(),
            Worth {
                n_purchases: 11,
                p_alive: 0.231,
                expected: 1.0,
                current_minor: 0,
                potential_minor: 0,
                at_risk_minor: 0,
                renewal: None,
                quadrant: Quadrant::Low,
            },
        );
        let full = Farewell {
            on: day("1998-03-02"),
            standing: &standing,
            since: day("1997-12-01"),
            before: Some(&standing),
            worth: Some(&worth),
            grievance: Some(("returned_goods", day("1998-01-20"))),
        };
        assert_eq!(
            reason(&full),
            "Was among the top 8 % on 1 December 1997, came about every 9 days, silent for 41 days, was due by 10 \
             February 1998, returned goods on 20 January 1998, 23 % likely still there"
        );
        let gone = Worth { p_alive: 0.004, ..worth };
        let once = Standing { relation: Relation { n_days: 1, ..standing.relation }, due_day: None, ..standing };
        let bare = Farewell { before: None, worth: Some(&gone), grievance: None, standing: &once, ..full };
        assert_eq!(reason(&bare), "Came once, silent for 41 days, hardly still there");
        let average = Standing { percentile: 49, ..standing };
        assert!(!reason(&Farewell { before: Some(&average), ..full }).contains("among the top"));
    }

    #[test]
    fn the_sentence_counts_each_stage_and_says_nothing_of_value_where_there_is_none() {
        let leavers = |n: [u64; 3]| {
            [Stage::Disengaging1, Stage::Lapsed, Stage::Disengaging2]
                .into_iter()
                .zip(n)
                .map(|(stage, n)| Leavers { stage, n })
        };
        let all: Vec<Leavers> = leavers([1, 2_040, 17]).collect();
        let pieces = of_leaving(&all, 9_000, Some("170,264 USD"));
        assert_eq!(
            plain(&pieces),
            "1 person who is above average is falling away, 2,040 have been silent for longer than their own rhythm \
             allows, and 17 below average do nothing to come closer; had the first two stayed, the year ahead would \
             bring 170,264 USD more."
        );
        let lists: Vec<_> = pieces.iter().filter_map(|piece| piece.list.as_deref()).collect();
        assert_eq!(lists, ["stage=disengaging_1", "stage=lapsed", "stage=disengaging_2"]);
        assert!(plain(&of_leaving(&all, 9_000, None)).ends_with("closer."));
        let none: Vec<Leavers> = leavers([0; 3]).collect();
        assert_eq!(plain(&of_leaving(&none, 5, None)), "Nobody is on their way out.");
        assert_eq!(plain(&of_leaving(&none, 0, None)), "Nobody is here yet.");
    }
}
