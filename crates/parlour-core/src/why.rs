//! Why: the arithmetic behind every number of a standing, for one person and one object, in words and in integers.
//!
//! It asks the same definitions that make the numbers ([`PersonFold`], [`Yardstick::measure`]) and adds words; nothing
//! is computed a second way. Contributions add up to `total` exactly, and `total` is the number in the standing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::event::{Currency, Layer};
use crate::objects::ObjectId;
use crate::population::Population;
use crate::reading::Reading;
use crate::relation::{Columns, PersonFold, Relation, Share, row_value};
use crate::sentence::{day_in_words, thousands};
use crate::standing::{Standing, Yardstick};
use crate::worth::Outlook;

mod appraised;
mod judged;
mod words;

use words::{counted, money, points};

/// Which derived value is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field of the standing that has its name")]
pub enum Of {
    Involvement,
    Degree,
    Kind,
    Cell,
    Direction,
    Rhythm,
    Stage,
    Value,
    Worth,
}

impl Of {
    /// Every value that has a why.
    pub const ALL: [Self; 9] = [
        Self::Involvement,
        Self::Degree,
        Self::Kind,
        Self::Cell,
        Self::Direction,
        Self::Rhythm,
        Self::Stage,
        Self::Value,
        Self::Worth,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Involvement => "involvement",
            Self::Degree => "degree",
            Self::Kind => "kind",
            Self::Cell => "cell",
            Self::Direction => "direction",
            Self::Rhythm => "rhythm",
            Self::Stage => "stage",
            Self::Value => "value",
            Self::Worth => "worth",
        }
    }

    /// The value of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.name() == name)
    }
}

/// One thing that adds to a total.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Contribution {
    /// What it is: bought on web, 12 March 1998.
    pub label: String,
    /// How its amount comes about.
    pub detail: String,
    /// What it adds, in the unit of its [`Why`].
    pub amount: i64,
    /// The day it lies on.
    pub day: Option<Day>,
}

/// One line of the arithmetic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    /// What is computed or asked.
    pub label: String,
    /// What comes out.
    pub value: String,
}

/// Why a derived value is what it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Why {
    /// The value asked about.
    pub of: Of,
    /// It, as people read it.
    pub value: String,
    /// The reason in plain words.
    pub sentence: String,
    /// The unit of `total` and the amounts: `micropoints`, `days`, `active days`, `minor units of USD`; empty where
    /// there is nothing to add up.
    pub unit: String,
    /// The sum of the contributions; wraps at the ends of the integer, as the involvement itself does.
    pub total: i64,
    /// What adds up to it: largest first, whichever its sign, then earliest, then by label.
    pub contributions: Vec<Contribution>,
    /// The arithmetic, in order.
    pub steps: Vec<Step>,
}

/// One person and one object, as of a day.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// All rows of the person, sorted by object and day.
    pub columns: &'a Columns,
    /// The object asked about, or anything it is made of.
    pub object: ObjectId,
    /// The measure of that day.
    pub yardstick: &'a Yardstick<'a>,
    /// The object's population on it.
    pub population: &'a Population,
    /// What is expected of everyone who bought of it, if anything is.
    pub outlook: Option<&'a Outlook>,
}

/// Why this value is what it is; `None` where the person has no relation with the object by that day.
pub fn why(of: Of, case: &Case<'_>) -> Option<Why> {
    let facts = Facts::of(case)?;
    let mut why = match of {
        Of::Involvement => facts.involvement(),
        Of::Degree => facts.degree(),
        Of::Kind => facts.kind(),
        Of::Cell => facts.cell(),
        Of::Direction => facts.direction(),
        Of::Rhythm => facts.rhythm(),
        Of::Stage => facts.stage(),
        Of::Value => facts.value(),
        Of::Worth => facts.worth(),
    };
    why.contributions.sort_by(|a, b| {
        let sizes = b.amount.unsigned_abs().cmp(&a.amount.unsigned_abs());
        sizes.then(a.day.cmp(&b.day)).then_with(|| a.label.cmp(&b.label))
    });
    Some(why)
}

fn step(label: impl Into<String>, value: impl Into<String>) -> Step {
    Step { label: label.into(), value: value.into() }
}

/// What is so on the day, before it is put into words.
struct Facts<'a> {
    case: Case<'a>,
    reading: &'a Reading<'a>,
    standing: Standing,
    relation: Relation,
    /// The active days, in order.
    days: Vec<i32>,
    title: String,
}

impl<'a> Facts<'a> {
    fn of(case: &Case<'a>) -> Option<Self> {
        let reading = case.yardstick.reading;
        let mut found = None;
        PersonFold::new(reading).read(case.columns, 0..case.columns.len(), &mut |object, days, relation| {
            if object == case.object {
                found = Some((days.to_vec(), *relation));
            }
        });
        let (days, relation) = found?;
        let standing = case.yardstick.measure(&relation, case.population);
        Some(Self { case: *case, reading, standing, relation, days, title: title(reading, case.object) })
    }

    fn today(&self) -> String {
        day_in_words(self.reading.day)
    }

    /// Whether what is done toward `object` is done toward the object asked about.
    fn is_part(&self, object: ObjectId) -> bool {
        self.reading.objects.line(object).contains(&self.case.object)
    }

    /// Every contribution to the involvement that is not nothing, and the kind of each.
    fn involvements(&self) -> Vec<(i8, Contribution)> {
        let mut found = Vec::new();
        let columns = self.case.columns;
        PersonFold::new(self.reading).contributions(columns, 0..columns.len(), |object, day, share, amount| {
            if amount != 0 && self.is_part(object) {
                let label = self.label(object, day, share);
                let detail = self.detail(day, share);
                found.push((share.as_one.2.signum(), Contribution { label, detail, amount, day: Some(Day(day)) }));
            }
        });
        found
    }

    fn label(&self, object: ObjectId, day: i32, share: &Share) -> String {
        let (verb, layer, kind, _) = share.as_one;
        let feeling = match (self.reading.meaning(verb).feeling, kind.signum()) {
            (None, 1) => " (positive)",
            (None, -1) => " (negative)",
            (None, _) => " (neither liking nor disliking)",
            (Some(_), _) => "",
        };
        self.label_of(verb, feeling, (object, layer, day))
    }

    fn label_of(&self, verb: u32, feeling: &str, (object, layer, day): (ObjectId, u8, i32)) -> String {
        let verb = self.reading.name_of(verb).replace('_', " ");
        let what = if object == self.case.object { String::new() } else { format!(" {}", title(self.reading, object)) };
        format!("{verb}{feeling}{what} {}, {}", layer_in_words(layer), day_in_words(Day(day)))
    }

    fn detail(&self, day: i32, share: &Share) -> String {
        let (verb, layer, _, is_paid) = share.as_one;
        let reading = self.reading;
        format!(
            "{} × layer {:?}{} × {} g={} × decay {}",
            words::points_each(reading.points_of(verb)),
            reading.layer_factor(layer),
            if is_paid { " × paid for 0.5" } else { "" },
            counted(share.n, "event", "events"),
            words::short(reading.saturation_of(share.n)),
            words::short(reading.decay_of(reading.day.0.saturating_sub(day))),
        )
    }

    fn involvement(&self) -> Why {
        let contributions: Vec<_> = self.involvements().into_iter().map(|(_, contribution)| contribution).collect();
        let half_life = self.reading.parameters.half_life_days;
        let total = self.relation.involvement();
        let sentence = format!(
            "Involvement with {} on {} is {}: {}, of which each is worth half as much after {half_life} days.",
            self.title,
            self.today(),
            points(total),
            counted(contributions.len() as u64, "thing done that still counts", "things done that still count"),
        );
        let steps = vec![
            step("Half-life", format!("{half_life} days")),
            step("Contributions", thousands(contributions.len() as u64)),
            step("Positive I₊", points(self.relation.i_positive)),
            step("Neutral I₀", points(self.relation.i_neutral)),
            step("Negative I₋", points(self.relation.i_negative)),
            step("I = I₊ + I₀ + I₋", points(total)),
        ];
        Why {
            of: Of::Involvement,
            value: points(total),
            sentence,
            unit: MICROPOINTS.into(),
            total,
            contributions,
            steps,
        }
    }

    fn degree(&self) -> Why {
        let contributions = self.involvements().into_iter().map(|(_, contribution)| contribution).collect();
        let total = self.relation.involvement();
        let population = self.case.population;
        let mean = population.involvement.checked_div(i128::from(population.n_present)).unwrap_or(0) as i64;
        let degree = self.degree_in_words();
        let side = match (self.standing.is_engaged, self.standing.cell) {
            (true, _) => "above the average, so they are engaged",
            (false, Some(_)) => "not above the average, so they are not engaged",
            (false, None) => "but they have been silent too long to be counted",
        };
        let sentence = format!(
            "Their involvement of {} is {degree} times the average of {} among the {} present on {}: {side}.",
            points(total),
            points(mean),
            counted(population.n_present, "person", "people"),
            self.today(),
        );
        let steps = vec![
            step("Involvement I", points(total)),
            step("People present", thousands(population.n_present)),
            step("Mean involvement", points(mean)),
            step("Degree = I / mean", degree.clone()),
            step("Engaged: degree above 1", if self.standing.is_engaged { "yes" } else { "no" }),
            step("Percentile", format!("above {} % of those present", self.standing.percentile)),
        ];
        Why { of: Of::Degree, value: degree, sentence, unit: MICROPOINTS.into(), total, contributions, steps }
    }

    fn degree_in_words(&self) -> String {
        format!("{:.3}", self.standing.degree_milli as f64 / 1000.0)
    }

    fn kind(&self) -> Why {
        let (plus, minus) = (self.relation.i_positive, self.relation.i_negative);
        let contributions = self
            .involvements()
            .into_iter()
            .filter(|(kind, _)| *kind != 0)
            .map(|(kind, of)| Contribution { amount: of.amount.wrapping_mul(i64::from(kind)), ..of })
            .collect();
        let total = plus.wrapping_sub(minus);
        let value = self.kind_in_words();
        let sentence = match self.standing.kind_milli {
            None => {
                "Nothing they did that still counts shows liking or disliking, so they count as positive.".to_owned()
            }
            Some(kind) => format!(
                "What shows liking is worth {} and what shows disliking {}, which makes {value} on a scale from −1 to \
                 +1: {}.",
                points(plus),
                points(minus),
                if kind < 0 { "negative" } else { "positive" },
            ),
        };
        let steps = vec![
            step("Positive I₊", points(plus)),
            step("Negative I₋", points(minus)),
            step("I₊ − I₋", points(total)),
            step("I₊ + I₋", points(plus.wrapping_add(minus))),
            step("Kind = (I₊ − I₋) / (I₊ + I₋)", value.clone()),
            step("Positive: zero and above, or unknown", if self.standing.is_positive() { "yes" } else { "no" }),
        ];
        Why { of: Of::Kind, value, sentence, unit: MICROPOINTS.into(), total, contributions, steps }
    }

    fn kind_in_words(&self) -> String {
        self.standing.kind_milli.map_or_else(|| "unknown".to_owned(), |kind| words::signed(f64::from(kind) / 1000.0))
    }

    fn value(&self) -> Why {
        let Taken { contributions, others, brought, given_back } = self.money();
        let (total, currency) = (self.relation.value_minor, self.reading.currency);
        let value = money(total, currency);
        let since = day_in_words(Day(self.reading.year_start.0.saturating_add(1)));
        let sentence = format!(
            "From {since} to {} they brought {value}: purchases of {}, less {} given back.",
            self.today(),
            money(brought, currency),
            money(given_back.wrapping_neg(), currency),
        );
        let mut steps = vec![
            step("Trailing year", format!("{since} to {}", self.today())),
            step("Purchases", money(brought, currency)),
            step("Given back", money(given_back, currency)),
            step("Value = purchases less given back", value.clone()),
        ];
        for (other, amount) in others {
            steps.push(step("Not counted, as amounts are not converted", money(amount, other)));
        }
        let unit = format!("minor units of {}", currency.code());
        Why { of: Of::Value, value, sentence, unit, total, contributions, steps }
    }

    /// The money of the trailing year, one contribution for each object, day, layer and verb.
    fn money(&self) -> Taken {
        let columns = self.case.columns;
        let mut own: BTreeMap<(ObjectId, i32, u8, u32), (u64, i64)> = BTreeMap::new();
        let mut taken = Taken::default();
        for row in 0..columns.len() {
            let (object, day, verb) = (columns.object[row], columns.day[row], columns.verb[row]);
            let meaning = self.reading.meaning(verb);
            let is_in_year = self.reading.year_start.0 < day && day <= self.reading.day.0;
            if meaning.value_sign == 0 || !is_in_year || !self.is_part(object) {
                continue;
            }
            let amount = row_value(self.reading, columns, row);
            let sum = if 0 < meaning.value_sign { &mut taken.brought } else { &mut taken.given_back };
            *sum = sum.wrapping_add(amount);
            if columns.currency[row] == self.reading.currency {
                let sum = own.entry((object, day, columns.layer[row], meaning.counted_as)).or_default();
                *sum = (sum.0.wrapping_add(columns.n[row]), sum.1.wrapping_add(amount));
            } else if columns.value_minor[row] != 0 {
                let sum = taken.others.entry(columns.currency[row]).or_default();
                *sum = sum.wrapping_add(meaning.value_sign.wrapping_mul(columns.value_minor[row]));
            }
        }
        taken.contributions = own
            .into_iter()
            .filter(|(_, (_, amount))| *amount != 0)
            .map(|((object, day, layer, verb), (n, amount))| Contribution {
                label: self.label_of(verb, "", (object, layer, day)),
                detail: format!("{}, {}", counted(n, "event", "events"), money(amount, self.reading.currency)),
                amount,
                day: Some(Day(day)),
            })
            .collect();
        taken
    }
}

/// Money of the trailing year.
#[derive(Default)]
struct Taken {
    contributions: Vec<Contribution>,
    others: BTreeMap<Currency, i64>,
    brought: i64,
    /// Zero or below, as it is taken off.
    given_back: i64,
}

const MICROPOINTS: &str = "micropoints";

fn title(reading: &Reading<'_>, object: ObjectId) -> String {
    reading
        .objects
        .get(object)
        .map_or_else(String::new, |object| object.title.clone().unwrap_or_else(|| object.name.id.clone()))
}

fn layer_in_words(layer: u8) -> &'static str {
    match Layer::ALL.get(layer as usize) {
        Some(Layer::Face) => "face to face",
        Some(Layer::Web) => "on web",
        Some(Layer::Social) => "on social",
        Some(Layer::Hub) => "on the hub",
        Some(Layer::Mobile) => "on mobile",
        Some(Layer::Virtual) => "in the virtual layer",
        Some(Layer::Game) => "in a game",
        None => "somewhere unknown",
    }
}

#[cfg(test)]
mod tests;
