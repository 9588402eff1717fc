//! A world with known truth: people who come, buy, complain, are answered or ignored, go quiet at known times and
//! sometimes come back. To prove that what looks for such things finds them.
//!
//! Everything follows from the seed, on every machine; a person takes the same memory however much they do. Gaps are gamma
//! with a shape of the person's own, in a time that runs faster in season and slower, or not at all, after they disengage.

mod life;

use thiserror::Error;

use crate::generate::Random;

pub use life::{Act, Acts, Life, What};

/// What the world is like. Days are counted from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// The same seed, the same world.
    pub seed: u64,
    /// People who come within the opening days, evenly.
    pub n_people: u32,
    /// Over how many days those come.
    pub opening_days: u32,
    /// Newcomers on each day after that, on average; a Poisson number.
    pub newcomers_per_day: f64,
    /// How long the world lasts.
    pub n_days: u32,
    /// Weekday of day 0, Monday is 0.
    pub first_weekday: u32,
    /// How often people come.
    pub visits: Visits,
    /// When everybody comes more.
    pub season: Season,
    /// Where they come, by weight.
    pub layers: Vec<Layer>,
    /// How they stop.
    pub leaving: Leaving,
    /// What they complain of.
    pub complaints: Complaints,
    /// What they buy.
    pub purchases: Purchases,
}

/// How often people come.
#[derive(Debug, Clone, PartialEq)]
pub struct Visits {
    /// Visits a day of an average person, season apart.
    pub per_day: f64,
    /// Rates ~ Gamma with this shape over people: a low one for a few who come often.
    pub shape: f64,
    /// Shapes k of the gaps with their weights: below 1 in bursts, 1 at random, 12 like a clock.
    pub regularity: Vec<(f64, f64)>,
    /// Things looked at in a visit, on average; a Poisson number, at most 50.
    pub views: f64,
}

/// When everybody comes more: a factor on the rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Season {
    /// 1 + this × a cosine over the year; 0 to 1.
    pub yearly: f64,
    /// The day of its peak.
    pub peak_day: u32,
    /// Factors from Monday on, whose mean should be 1.
    pub weekdays: [f64; 7],
}

/// A place where people come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// How many of the visits, beside the other weights.
    pub weight: f64,
    /// From this day on nobody comes here.
    pub quiet_from: Option<u32>,
}

/// How people disengage: once, on a day that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaving {
    /// The hazard a day of somebody who holds no grudge.
    pub per_day: f64,
    /// The share of those who disengage that come more seldom instead of not at all.
    pub fading: f64,
    /// The share of their rate that the fading keep.
    pub fading_to: f64,
    /// The share that comes back, once and then for good.
    pub reawakening: f64,
    /// After how many days on average; at least 30.
    pub reawakening_days: f64,
}

/// What people complain of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complaints {
    /// The chance of a complaint at a visit, while no other is open.
    pub per_visit: f64,
    /// The share that is answered, one to three days later.
    pub answered: f64,
    /// What an ignored complaint multiplies the hazard of leaving by, from the next day on ...
    pub hazard_ratio: f64,
    /// ... for so many days.
    pub grudge_days: u32,
}

/// What people buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Purchases {
    /// The chance to buy at a visit.
    pub per_visit: f64,
    /// The median value of a purchase, in minor units.
    pub median_minor: f64,
    /// The standard deviation of a person's own median about that, in logarithms.
    pub sd_between: f64,
    /// The standard deviation of a purchase's value about the person's median, in logarithms.
    pub sd_within: f64,
}

impl Default for World {
    /// Two thousand people of three kinds of rhythm over two years, five newcomers a day, a tenth leaving each quarter.
    fn default() -> Self {
        Self {
            seed: 1,
            n_people: 2_000,
            opening_days: 90,
            newcomers_per_day: 5.0,
            n_days: 730,
            first_weekday: 0,
            visits: Visits {
                per_day: 0.12,
                shape: 1.5,
                regularity: vec![(0.7, 0.3), (1.0, 0.3), (4.0, 0.25), (12.0, 0.15)],
                views: 2.0,
            },
            season: Season { yearly: 0.3, peak_day: 345, weekdays: [0.9, 0.9, 0.95, 1.0, 1.15, 1.2, 0.9] },
            layers: [0.5, 0.25, 0.15, 0.1].map(|weight| Layer { weight, quiet_from: None }).to_vec(),
            leaving: Leaving {
                per_day: 0.0012,
                fading: 0.3,
                fading_to: 0.2,
                reawakening: 0.15,
                reawakening_days: 120.0,
            },
            complaints: Complaints { per_visit: 0.02, answered: 0.6, hazard_ratio: 8.0, grudge_days: 60 },
            purchases: Purchases { per_visit: 0.25, median_minor: 2_500.0, sd_between: 0.6, sd_within: 0.4 },
        }
    }
}

/// Why a world cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WorldError {
    /// A number is out of its range.
    #[error("`{0}` is out of range; chances and shares lie between 0 and 1, rates are finite and not negative")]
    Range(&'static str),
    /// A choice is empty.
    #[error("`{0}` has no positive weight; give at least one")]
    Empty(&'static str),
    /// Longer or larger than a world may be.
    #[error("`{0}` is too large; a world has at most 36,525 days and 100,000,000 people")]
    TooLarge(&'static str),
}

const MOST_DAYS: u32 = 36_525;
const MOST_PEOPLE: f64 = 1e8;
/// Nobody comes more often than this in a day.
pub(crate) const MOST_VISITS_A_DAY: f64 = 1_000.0;

impl World {
    /// Everybody in the order in which they come, after a look whether the world can be.
    pub fn lives(&self) -> Result<Lives<'_>, WorldError> {
        self.check()?;
        Ok(Lives { world: self, random: Random::new(self.seed), day: 0, left: 0, number: 0, is_begun: false })
    }

    fn check(&self) -> Result<(), WorldError> {
        let shares = [
            ("season.yearly", self.season.yearly),
            ("leaving.fading", self.leaving.fading),
            ("leaving.fading_to", self.leaving.fading_to),
            ("leaving.reawakening", self.leaving.reawakening),
            ("complaints.per_visit", self.complaints.per_visit),
            ("complaints.answered", self.complaints.answered),
            ("purchases.per_visit", self.purchases.per_visit),
        ];
        let rates = [
            ("newcomers_per_day", self.newcomers_per_day, 1e6),
            ("visits.per_day", self.visits.per_day, MOST_VISITS_A_DAY),
            ("visits.views", self.visits.views, 50.0),
            ("leaving.per_day", self.leaving.per_day, 1e3),
            ("leaving.reawakening_days", self.leaving.reawakening_days, 1e9),
            ("complaints.hazard_ratio", self.complaints.hazard_ratio, 1e6),
            ("purchases.median_minor", self.purchases.median_minor, 1e15),
            ("purchases.sd_between", self.purchases.sd_between, 5.0),
            ("purchases.sd_within", self.purchases.sd_within, 5.0),
        ];
        if let Some((name, _)) = shares.iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
            return Err(WorldError::Range(name));
        }
        if let Some((name, ..)) = rates.iter().find(|(_, rate, most)| !(0.0..=*most).contains(rate)) {
            return Err(WorldError::Range(name));
        }
        let is_shape = |k: f64| (0.1..=1_000.0).contains(&k);
        if !is_shape(self.visits.shape) {
            return Err(WorldError::Range("visits.shape"));
        }
        if self.visits.regularity.iter().any(|(k, weight)| !is_shape(*k) || !(0.0..1e9).contains(weight)) {
            return Err(WorldError::Range("visits.regularity"));
        }
        if self.season.weekdays.iter().any(|factor| !(0.0..=100.0).contains(factor)) {
            return Err(WorldError::Range("season.weekdays"));
        }
        if self.layers.iter().any(|layer| !(0.0..1e9).contains(&layer.weight))
            || usize::from(u16::MAX) < self.layers.len()
        {
            return Err(WorldError::Range("layers"));
        }
        self.check_sizes()
    }

    fn check_sizes(&self) -> Result<(), WorldError> {
        if self.visits.regularity.iter().map(|(_, weight)| weight).sum::<f64>() <= 0.0 {
            return Err(WorldError::Empty("visits.regularity"));
        }
        if self.layers.iter().map(|layer| layer.weight).sum::<f64>() <= 0.0 {
            return Err(WorldError::Empty("layers"));
        }
        if MOST_DAYS < self.n_days {
            return Err(WorldError::TooLarge("n_days"));
        }
        if MOST_PEOPLE < f64::from(self.n_people) + self.newcomers_per_day * f64::from(self.n_days) {
            return Err(WorldError::TooLarge("n_people"));
        }
        Ok(())
    }

    /// How much more than usual people come on a day.
    pub fn season_on(&self, day: u32) -> f64 {
        let since_peak = f64::from(day) - f64::from(self.season.peak_day);
        let year = 1.0 + self.season.yearly * libm::cos(std::f64::consts::TAU * since_peak / 365.25);
        year * self.season.weekdays[((day + self.first_weekday) % 7) as usize]
    }
}

/// Everybody, in the order in which they come.
#[derive(Debug, Clone)]
pub struct Lives<'a> {
    world: &'a World,
    random: Random,
    day: u32,
    left: u32,
    number: u32,
    is_begun: bool,
}

impl Lives<'_> {
    /// How many come on a day.
    fn arrivals(&mut self, day: u32) -> u32 {
        let world = self.world;
        let opening = world.opening_days.clamp(1, world.n_days.max(1));
        if day < opening {
            let by = |day: u32| u64::from(world.n_people) * u64::from(day) / u64::from(opening);
            return (by(day + 1) - by(day)) as u32;
        }
        poisson(world.newcomers_per_day, &mut self.random)
    }
}

impl Iterator for Lives<'_> {
    type Item = Life;

    fn next(&mut self) -> Option<Life> {
        if !self.is_begun {
            self.is_begun = true;
            self.left = self.arrivals(0);
        }
        while self.left == 0 {
            self.day += 1;
            if self.world.n_days <= self.day {
                return None;
            }
            self.left = self.arrivals(self.day);
        }
        if self.world.n_days == 0 {
            return None;
        }
        self.left -= 1;
        let life = Life::of(self.world, self.number, self.day);
        self.number += 1;
        Some(life)
    }
}

/// A Poisson number: how many exponential gaps fit.
pub(crate) fn poisson(mean: f64, random: &mut Random) -> u32 {
    let (mut n, mut left) = (0, mean);
    loop {
        left -= random.exponential();
        if left < 0.0 {
            return n;
        }
        n += 1;
    }
}
