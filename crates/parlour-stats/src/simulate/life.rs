//! One person of a world: who they are, what becomes of them, and what they do, told day by day.
//!
//! A life is told twice from the same seed: once to learn what becomes of the person, and once for each who asks for the
//! acts. So nothing is kept.

use std::collections::VecDeque;

use super::{MOST_VISITS_A_DAY, World, poisson};
use crate::generate::Random;

/// Who a person is and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Life {
    /// From 0, in the order in which people come.
    pub number: u32,
    /// The day of their first visit.
    pub acquired_on: u32,
    /// Visits a day while engaged, season apart.
    pub rate: f64,
    /// Shape of the gaps between visits.
    pub gap_shape: f64,
    /// The median value of their purchases, in minor units.
    pub median_minor: f64,
    /// The first day on which the rate is no longer theirs, if there is one within the world.
    pub disengaged_on: Option<u32>,
    /// What is left of the rate then: 0, or the world's `fading_to`.
    pub level_after: f64,
    /// The day on which they come back.
    pub reawakened_on: Option<u32>,
    /// Visits.
    pub n_visits: u32,
    /// Complaints.
    pub n_complaints: u32,
    /// Complaints that nobody answered.
    pub n_ignored: u32,
    /// Whether they held a grudge on the day they disengaged.
    pub is_grudging: bool,
    /// Days on which they could have disengaged while holding a grudge.
    pub n_grudge_days: u32,
    /// The other days on which they could have.
    pub n_calm_days: u32,
    seed: u64,
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// They come.
    Visited,
    /// They look at something.
    Viewed,
    /// They buy.
    Bought,
    /// They complain.
    Complained,
    /// Their complaint is answered; the one act that is not theirs.
    Replied,
}

/// One thing done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// On which day.
    pub day: u32,
    /// Microseconds into it.
    pub micros: u64,
    /// What.
    pub what: What,
    /// Where: an index into the world's layers.
    pub layer: u16,
    /// What was bought is worth this in minor units; otherwise 0.
    pub value_minor: i64,
}

const DAY_MICROS: f64 = 86_400e6;
const SECOND_MICROS: u64 = 1_000_000;
/// Whoever comes back does so after this at the soonest.
const SHORTEST_ABSENCE_DAYS: f64 = 30.0;

impl Life {
    pub(super) fn of(world: &World, number: u32, acquired_on: u32) -> Self {
        let seed = world.seed.wrapping_mul(0xd134_2543_de82_ef95)
            ^ (u64::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = Random::new(seed);
        let visits = &world.visits;
        let rate = (visits.per_day * random.gamma(visits.shape, visits.shape)).min(MOST_VISITS_A_DAY);
        let gap_shape = visits.regularity[chosen(visits.regularity.iter().map(|(_, weight)| *weight), &mut random)].0;
        let own = world.purchases.sd_between * random.normal();
        let median_minor = world.purchases.median_minor * libm::exp(own);
        let is_fading = random.chance(world.leaving.fading);
        let level_after = if is_fading { world.leaving.fading_to } else { 0.0 };
        let untold = Self {
            number,
            acquired_on,
            rate,
            gap_shape,
            median_minor,
            disengaged_on: None,
            level_after,
            reawakened_on: None,
            n_visits: 0,
            n_complaints: 0,
            n_ignored: 0,
            is_grudging: false,
            n_grudge_days: 0,
            n_calm_days: 0,
            seed: seed.rotate_left(32),
        };
        let mut acts = untold.acts(world);
        acts.by_ref().for_each(drop);
        acts.life
    }

    /// What the person does, in order of time; `world` must be the one they come from.
    pub fn acts<'a>(&self, world: &'a World) -> Acts<'a> {
        let untold = Self {
            disengaged_on: None,
            reawakened_on: None,
            n_visits: 0,
            n_complaints: 0,
            n_ignored: 0,
            is_grudging: false,
            n_grudge_days: 0,
            n_calm_days: 0,
            ..*self
        };
        Acts {
            world,
            life: untold,
            random: Random::new(self.seed),
            day: self.acquired_on,
            due: 0.0,
            back_on: None,
            grudge_until: 0,
            complaint_until: 0,
            reply: None,
            told: VecDeque::new(),
        }
    }

    /// How much of the rate is left on a day: 1 while engaged.
    pub fn level_on(&self, day: u32) -> f64 {
        let has_left = self.disengaged_on.is_some_and(|on| on <= day);
        let is_back = self.reawakened_on.is_some_and(|on| on <= day);
        if has_left && !is_back { self.level_after } else { 1.0 }
    }
}

/// A person's acts, told day by day.
#[derive(Debug, Clone)]
pub struct Acts<'a> {
    world: &'a World,
    life: Life,
    random: Random,
    day: u32,
    /// Until the next visit, in units of mean gaps; 0 on the first day.
    due: f64,
    back_on: Option<u32>,
    /// Until this day, exclusive, an ignored complaint is remembered.
    grudge_until: u32,
    /// Until this day, exclusive, no new complaint is made.
    complaint_until: u32,
    reply: Option<Act>,
    /// The acts of the day that are still to be handed out.
    told: VecDeque<Act>,
}

impl Iterator for Acts<'_> {
    type Item = Act;

    fn next(&mut self) -> Option<Act> {
        while self.told.is_empty() && self.day < self.world.n_days {
            self.live();
            self.day += 1;
        }
        self.told.pop_front()
    }
}

impl Acts<'_> {
    fn live(&mut self) {
        self.turn();
        let pace = (self.life.rate * self.world.season_on(self.day)).min(MOST_VISITS_A_DAY);
        let pace = pace * self.life.level_on(self.day);
        // The share of the day that has passed.
        let mut at = 0.0;
        if self.day == self.life.acquired_on || self.life.reawakened_on == Some(self.day) {
            at = self.random.uniform();
            self.visit(at);
        }
        for _ in 0..MOST_VISITS_A_DAY as u32 {
            if (1.0 - at) * pace <= self.due {
                break;
            }
            at += self.due / pace;
            self.visit(at);
        }
        self.due = (self.due - (1.0 - at) * pace).max(0.0);
        self.answer();
    }

    /// Whether this is the day on which the person disengages, or comes back.
    fn turn(&mut self) {
        if self.back_on == Some(self.day) {
            self.life.reawakened_on = Some(self.day);
        }
        if self.life.disengaged_on.is_some() || self.day == self.life.acquired_on {
            return;
        }
        let (leaving, is_grudging) = (self.world.leaving, self.day < self.grudge_until);
        *(if is_grudging { &mut self.life.n_grudge_days } else { &mut self.life.n_calm_days }) += 1;
        let hazard = leaving.per_day * if is_grudging { self.world.complaints.hazard_ratio } else { 1.0 };
        if self.random.exponential() < hazard {
            self.life.disengaged_on = Some(self.day);
            self.life.is_grudging = is_grudging;
            if self.random.chance(leaving.reawakening) {
                let more = (leaving.reawakening_days - SHORTEST_ABSENCE_DAYS).max(0.0) * self.random.exponential();
                self.back_on = Some(self.day.saturating_add((SHORTEST_ABSENCE_DAYS + more) as u32));
            }
        }
    }

    fn visit(&mut self, at: f64) {
        let shape = self.life.gap_shape;
        self.due = self.random.gamma(shape, shape);
        self.life.n_visits += 1;
        let open = |layer: &super::Layer| layer.quiet_from.is_none_or(|from| self.day < from);
        let weights = self.world.layers.iter().map(|layer| if open(layer) { layer.weight } else { 0.0 });
        let layer = chosen(weights, &mut self.random) as u16;
        let mut micros = (at * DAY_MICROS) as u64;
        let mut tell = |told: &mut VecDeque<Act>, day, what, value_minor| {
            told.push_back(Act { day, micros: micros.min(DAY_MICROS as u64 - 1), what, layer, value_minor });
            micros += SECOND_MICROS;
        };
        tell(&mut self.told, self.day, What::Visited, 0);
        for _ in 0..poisson(self.world.visits.views.min(50.0), &mut self.random).min(50) {
            tell(&mut self.told, self.day, What::Viewed, 0);
        }
        let purchases = self.world.purchases;
        if self.random.chance(purchases.per_visit) {
            let value = self.life.median_minor * libm::exp(purchases.sd_within * self.random.normal());
            tell(&mut self.told, self.day, What::Bought, (value.round() as i64).max(1));
        }
        let complaints = self.world.complaints;
        if self.complaint_until <= self.day && self.random.chance(complaints.per_visit) {
            tell(&mut self.told, self.day, What::Complained, 0);
            self.complain(layer);
        }
    }

    fn complain(&mut self, layer: u16) {
        let complaints = self.world.complaints;
        self.life.n_complaints += 1;
        if self.random.chance(complaints.answered) {
            let day = self.day + 1 + (3.0 * self.random.uniform()) as u32;
            let micros = (self.random.uniform() * DAY_MICROS) as u64;
            self.reply = Some(Act { day, micros, what: What::Replied, layer, value_minor: 0 });
            self.complaint_until = day + 1;
        } else {
            self.life.n_ignored += 1;
            self.grudge_until = self.day.saturating_add(1).saturating_add(complaints.grudge_days);
            self.complaint_until = self.grudge_until;
        }
    }

    /// Puts the day in order: an answer has its own time, and a visit may begin before the last act of another.
    fn answer(&mut self) {
        self.told.extend(self.reply.take_if(|reply| reply.day == self.day));
        self.told.make_contiguous().sort_by_key(|act| act.micros);
    }
}

/// The index of one of the weights, by its share; 0 where none is positive.
fn chosen(weights: impl Iterator<Item = f64> + Clone, random: &mut Random) -> usize {
    let mut left = random.uniform() * weights.clone().sum::<f64>();
    let mut last = 0;
    for (i, weight) in weights.enumerate() {
        if 0.0 < weight {
            last = i;
            left -= weight;
            if left < 0.0 {
                return i;
            }
        }
    }
    last
}
