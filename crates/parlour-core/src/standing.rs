//! Standing: what a relation means on a day, measured by the object's population.

use parlour_stats::p_rate_fell;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::population::Population;
use crate::reading::{MICRO, Reading};
use crate::relation::{NEVER, Relation};
use crate::rhythm::{Gaps, Patience, Quantiles};

/// A1 A2 A3 for customers who are positive, apathetic, negative; B1 B2 B3 for others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the type's line says what they are")]
pub enum Cell {
    A1,
    A2,
    A3,
    B1,
    B2,
    B3,
}

impl Cell {
    /// Every cell, in order.
    pub const ALL: [Self; 6] = [Self::A1, Self::A2, Self::A3, Self::B1, Self::B2, Self::B3];

    /// Its two letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::A3 => "A3",
            Self::B1 => "B1",
            Self::B2 => "B2",
            Self::B3 => "B3",
        }
    }

    pub(crate) fn of(is_customer: bool, is_engaged: bool, is_positive: bool) -> Self {
        match (is_customer, is_engaged, is_positive) {
            (true, true, true) => Self::A1,
            (true, false, _) => Self::A2,
            (true, true, false) => Self::A3,
            (false, true, true) => Self::B1,
            (false, false, _) => Self::B2,
            (false, true, false) => Self::B3,
        }
    }
}

/// Which way involvement moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "plain words")]
pub enum Direction {
    Rising,
    Steady,
    Falling,
}

impl Direction {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Steady => "steady",
            Self::Falling => "falling",
        }
    }
}

/// Where in its life a relation is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Within its first days.
    New,
    /// None of the others.
    Active,
    /// Above average and falling: worth much now, little later.
    Disengaging1,
    /// Not above average, and steady or falling.
    Disengaging2,
    /// Silent longer than its own rhythm allows.
    Lapsed,
    /// Silent longer than the retention window.
    Defected,
    /// Back from a silence longer than its own rhythm allowed.
    WonBack,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 7] =
        [Self::New, Self::Active, Self::Disengaging1, Self::Disengaging2, Self::Lapsed, Self::Defected, Self::WonBack];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Disengaging1 => "disengaging_1",
            Self::Disengaging2 => "disengaging_2",
            Self::Lapsed => "lapsed",
            Self::Defected => "defected",
            Self::WonBack => "won_back",
        }
    }
}

/// What a relation means on a day.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// What it was read from.
    pub relation: Relation,
    /// Involvement against the mean of the present, in thousandths, rounded down: above 1000 is engaged.
    pub degree_milli: i64,
    /// Above the mean, exactly.
    pub is_engaged: bool,
    /// Share of the present below, percent.
    pub percentile: u8,
    /// (I₊ − I₋)/(I₊ + I₋) in thousandths, rounded down; `None` where there is neither.
    pub kind_milli: Option<i16>,
    /// Whether the person bought within the retention window.
    pub is_customer: bool,
    /// The cell; `None` for the defected, who are never counted.
    pub cell: Option<Cell>,
    /// Which way it moves.
    pub direction: Direction,
    /// P(the recent rate of active days is below the rate before).
    pub p_falling: f64,
    /// Active days in the recent window.
    pub n_recent: u32,
    /// Active days in the window before it.
    pub n_before: u32,
    /// Length of the two windows in days, cut to the person's age.
    pub exposure: (u32, u32),
    /// The last day on which silence is still within the rhythm, so that from the next on it is overdue; `None` where
    /// no rhythm is known yet.
    pub due_day: Option<i32>,
    /// Where in its life it is.
    pub stage: Stage,
}

impl Standing {
    /// Involvement in points.
    pub fn involvement(&self) -> f64 {
        self.relation.involvement() as f64 / MICRO as f64
    }

    /// Kind is positive at zero and above, and where nothing is known.
    pub fn is_positive(&self) -> bool {
        self.kind_milli.unwrap_or(0) >= 0
    }
}

/// Everything needed to measure relations on one day: the reading, its tables, and every object's population.
#[derive(Debug)]
pub struct Yardstick<'a> {
    /// The reading.
    pub reading: &'a Reading<'a>,
    quantiles: Quantiles,
    falling: Vec<f64>,
}

impl<'a> Yardstick<'a> {
    /// Makes the tables.
    pub fn new(reading: &'a Reading<'a>) -> Self {
        let parameters = reading.parameters;
        let (recent, before) = (parameters.recent_days, parameters.before_days);
        let falling = (0..=recent).flat_map(|x| (0..=before).map(move |y| p_rate_fell(x, recent, y, before))).collect();
        Self { reading, quantiles: Quantiles::new(parameters), falling }
    }

    /// The standing of a relation within a population. A pure function of integers: equal everywhere to the last bit.
    pub fn measure(&self, relation: &Relation, population: &Population) -> Standing {
        let reading = self.reading;
        let is_present = relation.is_present(reading);
        let involvement = i128::from(relation.involvement());
        let scaled = involvement * i128::from(population.n_present);
        let mean_sum = population.involvement.max(1);
        let is_engaged = is_present && scaled > population.involvement;
        let feeling = i128::from(relation.i_positive) + i128::from(relation.i_negative);
        let difference = i128::from(relation.i_positive) - i128::from(relation.i_negative);
        let kind_milli = (feeling > 0).then(|| (difference * 1000).div_euclid(feeling) as i16);
        let is_customer = relation.last_purchase != NEVER && relation.last_purchase >= reading.window_start.0;
        let is_positive = difference >= 0;
        let movement = self.movement(relation);
        let due_day = self.due_day(relation, population);
        let mut standing = Standing {
            relation: *relation,
            degree_milli: (scaled * 1000 / mean_sum) as i64,
            is_engaged,
            percentile: population.percentile(relation.involvement()),
            kind_milli,
            is_customer,
            cell: is_present.then(|| Cell::of(is_customer, is_engaged, is_positive)),
            direction: movement.direction,
            p_falling: movement.p,
            n_recent: movement.n.0,
            n_before: movement.n.1,
            exposure: movement.exposure,
            due_day,
            stage: Stage::Active,
        };
        standing.stage = self.stage(&standing, population);
        standing
    }

    fn movement(&self, relation: &Relation) -> Movement {
        let parameters = self.reading.parameters;
        let (recent, before) = (parameters.recent_days, parameters.before_days);
        let ones = |from: u32, n: u32| {
            let window = relation.recent >> from;
            if n >= u128::BITS { window.count_ones() } else { (window & ((1 << n) - 1)).count_ones() }
        };
        let n = (ones(0, recent), ones(recent, before));
        let age = self.reading.day.0.saturating_sub(relation.first_day).saturating_add(1).max(0) as u32;
        let exposure = (recent.min(age), before.min(age.saturating_sub(recent)));
        let p = if exposure == (recent, before) {
            self.falling[(n.0 * (before + 1) + n.1) as usize]
        } else {
            p_rate_fell(n.0, exposure.0, n.1, exposure.1)
        };
        let direction = if p > parameters.direction_certainty {
            Direction::Falling
        } else if p < 1.0 - parameters.direction_certainty {
            Direction::Rising
        } else {
            Direction::Steady
        };
        Movement { direction, p, n, exposure }
    }

    /// How long somebody with these gaps may be silent; `None` where no rhythm is known yet.
    pub fn patience(&self, gaps: &Gaps, population: &Population) -> Option<Patience> {
        Some(self.quantiles.patience(population.rhythm()?, gaps))
    }

    fn due_day(&self, relation: &Relation, population: &Population) -> Option<i32> {
        let patience = self.patience(&relation.gaps(), population)?.in_days();
        Some(relation.last_day.saturating_add(patience as i32))
    }

    /// How the person came back in the recent window; `None` where they were never away, or no rhythm is known.
    pub(crate) fn comeback(&self, relation: &Relation, population: &Population) -> Option<Comeback> {
        let parameters = self.reading.parameters;
        let window = parameters.recent_days.min(u128::BITS - 1);
        let recent = relation.recent & ((1 << window) - 1);
        if recent == 0 || relation.before_recent == NEVER {
            return None;
        }
        let returned = self.reading.day.0.saturating_sub(recent.ilog2() as i32);
        let silence = f64::from(returned) - f64::from(relation.before_recent);
        let is_fresh = self.reading.day.0.saturating_sub(returned) < parameters.new_days as i32;
        let patience = self.patience(&relation.gaps_before(recent, returned), population)?.in_days();
        Some(Comeback { returned: Day(returned), silence, patience, is_fresh })
    }

    /// Whether the person came back lately from a silence longer than their rhythm then allowed.
    fn is_won_back(&self, relation: &Relation, population: &Population) -> bool {
        self.comeback(relation, population).is_some_and(|back| back.is_fresh && back.silence > back.patience)
    }

    fn stage(&self, standing: &Standing, population: &Population) -> Stage {
        let relation = &standing.relation;
        let today = self.reading.day.0;
        if standing.cell.is_none() {
            Stage::Defected
        } else if today.saturating_sub(relation.first_day) < self.reading.parameters.new_days as i32 {
            Stage::New
        } else if standing.due_day.is_some_and(|due| today > due) {
            Stage::Lapsed
        } else if self.is_won_back(relation, population) {
            Stage::WonBack
        } else if standing.is_engaged && standing.direction == Direction::Falling {
            Stage::Disengaging1
        } else if !standing.is_engaged && standing.direction != Direction::Rising {
            Stage::Disengaging2
        } else {
            Stage::Active
        }
    }

    /// The day, for callers that show it.
    pub fn day(&self) -> Day {
        self.reading.day
    }
}

/// A return after the silence before the recent window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comeback {
    /// The first active day of the recent window.
    pub(crate) returned: Day,
    /// Days of silence before it.
    pub(crate) silence: f64,
    /// Days of silence that the rhythm then allowed.
    pub(crate) patience: f64,
    /// Whether the return is no longer ago than people are new.
    pub(crate) is_fresh: bool,
}

struct Movement {
    direction: Direction,
    p: f64,
    n: (u32, u32),
    exposure: (u32, u32),
}
