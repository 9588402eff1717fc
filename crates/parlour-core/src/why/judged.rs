//! The values that are judged by rules: cell, direction, rhythm and stage.

use super::words::{counted, percent, short};
use super::{Contribution, Facts, Of, Step, Why, step};
use crate::day::Day;
use crate::relation::NEVER;
use crate::rhythm::Patience;
use crate::sentence::{day_in_words, thousands};
use crate::standing::{Cell, Direction, Stage};

impl Facts<'_> {
    pub(super) fn cell(&self) -> Why {
        let standing = &self.standing;
        let value = standing.cell.map_or("none", Cell::name);
        let window_start = day_in_words(self.reading.window_start);
        let sentence = match standing.cell {
            None => format!(
                "They were last active on {}, before {window_start}: they are gone, and nobody who is gone is counted in \
                 a cell.",
                self.last_day()
            ),
            Some(cell) => format!("{value}: {}.", cell_in_words(cell)),
        };
        let purchase = match (self.relation.last_purchase, standing.is_customer) {
            (NEVER, _) => "no: they never bought".to_owned(),
            (day, true) => format!("yes: last bought on {}", day_in_words(Day(day))),
            (day, false) => format!("no: last bought on {}, before that day", day_in_words(Day(day))),
        };
        let degree = self.degree_in_words();
        let engaged = if standing.is_engaged { "yes" } else { "no" };
        let positive = if standing.is_positive() { "yes" } else { "no" };
        let present = if standing.cell.is_some() { "yes" } else { "no" };
        let steps = vec![
            step(
                format!("Present: active since {window_start}"),
                format!("{present}: last active on {}", self.last_day()),
            ),
            step(format!("Customer: bought since {window_start}"), purchase),
            step("Engaged: degree above 1 and present", format!("{engaged}: degree {degree}")),
            step("Positive: kind zero and above, or unknown", format!("{positive}: kind {}", self.kind_in_words())),
            step("Cell", value),
        ];
        judged(Of::Cell, value, sentence, steps)
    }

    fn last_day(&self) -> String {
        day_in_words(Day(self.relation.last_day))
    }

    pub(super) fn direction(&self) -> Why {
        let (standing, parameters) = (&self.standing, self.reading.parameters);
        let (recent, before) = standing.exposure;
        let today = self.reading.day.0;
        let contributions = self
            .days
            .iter()
            .filter(|&&day| i64::from(today) - i64::from(day) < i64::from(parameters.recent_days))
            .map(|&day| Contribution {
                label: format!("active on {}", day_in_words(Day(day))),
                detail: "one active day of the recent window".to_owned(),
                amount: 1,
                day: Some(Day(day)),
            })
            .collect();
        let (certainty, p) = (parameters.direction_certainty, percent(standing.p_falling));
        let pace = format!(
            "Active on {} of the last {}, against {} of the {} before",
            standing.n_recent,
            counted(u64::from(recent), "day", "days"),
            standing.n_before,
            counted(u64::from(before), "day", "days"),
        );
        let sentence = match standing.direction {
            Direction::Falling => format!("{pace}: it is {p} sure that their pace fell, so they are falling."),
            Direction::Rising => format!(
                "{pace}: it is {} sure that their pace rose, so they are rising.",
                percent(1.0 - standing.p_falling)
            ),
            Direction::Steady if before == 0 => {
                format!("{pace}: they are too new to compare, so they count as steady.")
            }
            Direction::Steady => format!("{pace}: that is no sure sign of a change, so they count as steady."),
        };
        let window = |from: i32, n: u32, n_active: u32| {
            let last = today.saturating_sub(from);
            let first = last.saturating_sub(n as i32).saturating_add(1);
            match n {
                0 => "no days: they were not there yet".to_owned(),
                _ => format!("{n_active} of {n}, {} to {}", day_in_words(Day(first)), day_in_words(Day(last))),
            }
        };
        let steps = vec![
            step("Active days of the recent window", window(0, recent, standing.n_recent)),
            step("Active days of the window before", window(recent as i32, before, standing.n_before)),
            step("Probability that the rate of active days fell", p),
            step("Falling above", percent(certainty)),
            step("Rising below", percent(1.0 - certainty)),
            step("Direction", standing.direction.name()),
        ];
        Why {
            of: Of::Direction,
            value: standing.direction.name().to_owned(),
            sentence,
            unit: "active days".to_owned(),
            total: i64::from(standing.n_recent),
            contributions,
            steps,
        }
    }

    pub(super) fn rhythm(&self) -> Why {
        let contributions = self
            .days
            .windows(2)
            .map(|pair| {
                let gap = i64::from(pair[1]) - i64::from(pair[0]);
                let (from, to) = (day_in_words(Day(pair[0])), day_in_words(Day(pair[1])));
                let detail = format!("{} from one active day to the next", counted(gap.unsigned_abs(), "day", "days"));
                Contribution { label: format!("{from} to {to}"), detail, amount: gap, day: Some(Day(pair[1])) }
            })
            .collect();
        let (value, sentence, steps) = self.due();
        Why {
            of: Of::Rhythm,
            value,
            sentence,
            unit: "days".to_owned(),
            total: i64::from(self.relation.last_day) - i64::from(self.relation.first_day),
            contributions,
            steps,
        }
    }

    fn due(&self) -> (String, String, Vec<Step>) {
        let known = self.case.yardstick.patience(&self.relation.gaps(), self.case.population);
        let (Some(due), Some(patience)) = (self.standing.due_day, known) else {
            let sentence = "Nobody has come on two days yet, so no rhythm is known and nobody is overdue.".to_owned();
            return ("unknown".to_owned(), sentence, vec![step("Gaps of everyone", "none")]);
        };
        let value = day_in_words(Day(due));
        let verdict = if due < self.reading.day.0 {
            format!(" They have been silent since, so on {} they are overdue.", self.today())
        } else {
            String::new()
        };
        let n_gaps = counted(u64::from(self.relation.gaps().n), "gap", "gaps");
        let sentence = format!(
            "Going by {n_gaps} of their own{} and the rhythm of everyone else, they are back within {} in {} of cases. \
             Last active on {}, they are due by {value}.{verdict}",
            regularity(&patience).map_or_else(String::new, |how| format!(", {how},")),
            counted(patience.in_days() as u64, "day", "days"),
            percent(self.reading.parameters.overdue_quantile),
            self.last_day(),
        );
        let steps = self.steps_of_due(&patience, &value);
        (value, sentence, steps)
    }

    fn steps_of_due(&self, patience: &Patience, due: &str) -> Vec<Step> {
        let (gaps, k) = (self.relation.gaps(), short(patience.k));
        let whose = if patience.is_own { "their gaps" } else { "everyone's gaps" };
        let mut steps = vec![
            step("Mean gap of everyone ḡ", format!("{} days", short(patience.mean_gap))),
            step(format!("Regularity of {whose} k (1 is random, more is regular)"), k),
            step("Prior gaps m, each of the mean length", short(patience.m)),
            step("Own gaps n", thousands(u64::from(gaps.n))),
            step("Days in own gaps S", thousands(gaps.days)),
        ];
        if patience.n < gaps.n {
            let label = format!("Of which {} of the same mean length count, in days", patience.n);
            steps.push(step(label, short(patience.days)));
        }
        let quantile = percent(self.reading.parameters.overdue_quantile);
        steps.extend([
            step("m ḡ + S", format!("{} days", short(patience.weight()))),
            step(format!("Factor for {quantile} of cases"), short(patience.factor)),
            step("Patience = factor × (m ḡ + S), rounded up", counted(patience.in_days() as u64, "day", "days")),
            step("Last active", self.last_day()),
            step("Due by", due),
        ]);
        steps
    }

    pub(super) fn stage(&self) -> Why {
        let fired = self.standing.stage;
        let rules = self.rules();
        let at = rules.iter().position(|rule| rule.stage == fired).unwrap_or(rules.len());
        let sentence = rules.get(at).map_or_else(String::new, |rule| rule.sentence.clone());
        let mut steps: Vec<Step> = rules
            .into_iter()
            .zip(0..)
            .map(|(rule, place)| {
                let answer = match place.cmp(&at) {
                    std::cmp::Ordering::Less => format!("no: {}", rule.facts),
                    std::cmp::Ordering::Equal => format!("yes: {}", rule.facts),
                    std::cmp::Ordering::Greater => "not asked: the first rule that holds decides".to_owned(),
                };
                step(rule.question, answer)
            })
            .collect();
        let value = fired.name().replace('_', " ");
        steps.push(step("Stage", value.clone()));
        judged(Of::Stage, &value, sentence, steps)
    }

    /// The rules of the stages in the order in which they are asked, with the facts that each is about.
    fn rules(&self) -> Vec<Rule> {
        let parameters = self.reading.parameters;
        let (last, window_start) = (self.last_day(), day_in_words(self.reading.window_start));
        let first = day_in_words(Day(self.relation.first_day));
        let new_days = counted(u64::from(parameters.new_days), "day", "days");
        let facts = format!("degree {}, {}", self.degree_in_words(), self.standing.direction.name());
        let (due, back) = (self.due_in_words(), self.comeback_in_words());
        let rule = |stage, question: String, facts: String, sentence: String| Rule { stage, question, facts, sentence };
        vec![
            rule(
                Stage::Defected,
                format!("Defected: silent since before {window_start}"),
                format!("last active on {last}"),
                format!("They were last active on {last}, before {window_start}, so they have defected."),
            ),
            rule(
                Stage::New,
                format!("New: first active less than {new_days} ago"),
                format!("first active on {first}"),
                format!("They came for the first time on {first}, less than {new_days} ago, so they are new."),
            ),
            rule(
                Stage::Lapsed,
                "Lapsed: silent past the day they were due".to_owned(),
                due.clone(),
                format!("By their own rhythm they have been silent too long ({due}), so they have lapsed."),
            ),
            rule(
                Stage::WonBack,
                format!("Won back: returned less than {new_days} ago from a silence beyond their rhythm"),
                back.clone(),
                format!(
                    "They came back after a silence longer than their rhythm allowed ({back}), so they are won back."
                ),
            ),
            rule(
                Stage::Disengaging1,
                "Disengaging 1: engaged and falling".to_owned(),
                facts.clone(),
                "They are above the average and falling: worth much now, little later.".to_owned(),
            ),
            rule(
                Stage::Disengaging2,
                "Disengaging 2: not engaged and not rising".to_owned(),
                facts.clone(),
                format!("They are not above the average and {}.", self.standing.direction.name()),
            ),
            rule(
                Stage::Active,
                "Active: none of these".to_owned(),
                facts,
                "They are neither new nor overdue, and nothing says that they are leaving: they are active.".to_owned(),
            ),
        ]
    }

    fn due_in_words(&self) -> String {
        match self.standing.due_day {
            None => "no rhythm is known yet".to_owned(),
            Some(due) => format!("last active on {}, due by {}", self.last_day(), day_in_words(Day(due))),
        }
    }

    fn comeback_in_words(&self) -> String {
        match self.case.yardstick.comeback(&self.relation, self.case.population) {
            None => "there was no return in the recent window".to_owned(),
            Some(back) => format!(
                "returned on {} after {} of silence, where {} were within their rhythm",
                day_in_words(back.returned),
                counted(back.silence as u64, "day", "days"),
                thousands(back.patience as u64),
            ),
        }
    }
}

/// A value that no sum makes.
fn judged(of: Of, value: &str, sentence: String, steps: Vec<Step>) -> Why {
    let value = value.to_owned();
    Why { of, value, sentence, unit: String::new(), total: 0, contributions: Vec::new(), steps }
}

/// How regular somebody's own gaps are; `None` where that is not known of them.
fn regularity(patience: &Patience) -> Option<&'static str> {
    if !patience.is_own || patience.n < 2 {
        return None;
    }
    Some(match patience.k {
        k if k < 0.85 => "which come in bursts",
        k if k < 1.5 => "which are irregular",
        k if k < 5.0 => "which are fairly regular",
        _ => "which are like clockwork",
    })
}

/// One rule of the stages.
struct Rule {
    stage: Stage,
    question: String,
    facts: String,
    sentence: String,
}

fn cell_in_words(cell: Cell) -> &'static str {
    match cell {
        Cell::A1 => "a customer, more involved than average, and positive",
        Cell::A2 => "a customer, but not more involved than average",
        Cell::A3 => "a customer, more involved than average, and negative",
        Cell::B1 => "no customer, but more involved than average, and positive",
        Cell::B2 => "no customer, and not more involved than average",
        Cell::B3 => "no customer, but more involved than average, and negative",
    }
}
