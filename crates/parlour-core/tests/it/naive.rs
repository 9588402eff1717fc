//! Standings by the letter of their definitions: from a list of deeds, with maps and sets, slowly.
//!
//! It shares no code with the core's arithmetic but the special functions and the types in which results are compared.

use std::collections::{BTreeMap, BTreeSet};

use parlour_core::day::Day;
use parlour_core::relation::{NEVER, Relation};
use parlour_core::standing::{Cell, Direction, Stage, Standing};
use parlour_core::vocabulary::{Feeling, Role};
use parlour_stats::{beta_inc_inverse, p_rate_fell, wheat_morrison_k};

use crate::worlds::{Deed, World};

/// What a verb means.
struct Sense {
    name: String,
    points: f64,
    kind: Option<i8>,
    role: Role,
}

fn sense(world: &World, verb: &str) -> Sense {
    let unknown = || Sense { name: verb.to_owned(), points: 1.0, kind: Some(0), role: Role::None };
    let name = match verb.strip_prefix("did:") {
        Some(outside) => world.vocabulary.names.get(outside).cloned(),
        None => Some(verb.to_owned()),
    };
    let Some((name, verb)) = name.and_then(|name| world.vocabulary.verbs.get(&name).map(|verb| (name, verb))) else {
        return unknown();
    };
    let kind = match verb.kind {
        Feeling::Positive => Some(1),
        Feeling::Neutral => Some(0),
        Feeling::Negative => Some(-1),
        Feeling::ByEvidence => None,
    };
    Sense { name, points: verb.points, kind, role: verb.role }
}

/// Whether `object` is `whole` or belongs to it, over any number of steps.
fn belongs(world: &World, object: u8, whole: u8) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = Some(object);
    while let Some(object) = at.filter(|&object| seen.insert(object)) {
        if object == whole {
            return true;
        }
        at = world.parents[object as usize];
    }
    false
}

/// w(verb) · f(layer), in micropoints.
fn weight(world: &World, deed: &Deed) -> i64 {
    (sense(world, deed.verb).points * world.vocabulary.layers[&deed.layer] * 1e6).round() as i64
}

/// The deeds of a person toward an object and all that belongs to it, as far as they count.
fn counted(world: &World, person: u8, object: u8) -> Vec<&Deed> {
    let counts = |deed: &&Deed| {
        deed.person == person
            && 0 <= deed.age
            && belongs(world, deed.object, object)
            && (weight(world, deed) != 0
                || matches!(sense(world, deed.verb).role, Role::Purchase | Role::Renewal | Role::Refund))
    };
    world.deeds.iter().filter(counts).collect()
}

/// I₋, I₀, I₊.
fn involvements(world: &World, deeds: &[&Deed]) -> [i64; 3] {
    let mut n_of = BTreeMap::new();
    for deed in deeds {
        let sense = sense(world, deed.verb);
        let evidence = match deed.rating {
            Some(stars) if stars < 3 => -1,
            Some(stars) if 3 < stars => 1,
            Some(_) | None => 0,
        };
        let kind = sense.kind.unwrap_or(evidence);
        let as_one = (deed.object, deed.age, deed.layer, sense.name, kind, deed.paid);
        n_of.entry(as_one).or_insert((0_u32, weight(world, deed))).0 += 1;
    }
    let mut sums = [0; 3];
    for ((_, age, _, _, kind, paid), (n, weight)) in n_of {
        let weight = i128::from(if paid { weight / 2 } else { weight });
        // g = 2 (1 − 2⁻ⁿ) in units of 2⁻¹⁶, and the decay in units of 2⁻³⁰; each product is rounded down.
        let g = (2 << 16) - ((2 << 16) >> n.min(60));
        let half_lives = f64::from(age) / world.parameters.half_life_days;
        let is_over = (world.parameters.half_life_days * 31.0).ceil() < f64::from(age);
        let decay = if is_over { 0 } else { (libm::exp2(-half_lives) * 1_073_741_824.0).round() as i128 };
        sums[usize::try_from(kind + 1).unwrap()] += (weight * g / 65_536 * decay / 1_073_741_824) as i64;
    }
    sums
}

/// The relation of a person with an object and its active days; `None` where they never met.
pub(crate) fn relation(world: &World, person: u8, object: u8) -> Option<(Vec<i32>, Relation)> {
    let deeds = counted(world, person, object);
    let today = world.today.0;
    let days: Vec<i32> = deeds.iter().map(|deed| today - deed.age).collect::<BTreeSet<_>>().into_iter().collect();
    let [i_negative, i_neutral, i_positive] = involvements(world, &deeds);
    let role = |deed: &Deed| sense(world, deed.verb).role;
    let mut value_minor = 0;
    for deed in &deeds {
        if let Some((minor, code)) = deed.value
            && code.eq_ignore_ascii_case(&world.parameters.currency)
            && world.today.months_before(12) < Day(today - deed.age)
        {
            value_minor += match role(deed) {
                Role::Purchase | Role::Renewal => minor,
                Role::Refund => -minor,
                Role::None | Role::Cancellation => 0,
            };
        }
    }
    let gaps: Vec<u32> = days.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
    let recent_days = world.parameters.recent_days as i32;
    let purchases =
        deeds.iter().filter(|deed| matches!(role(deed), Role::Purchase | Role::Renewal)).map(|deed| today - deed.age);
    let relation = Relation {
        i_positive,
        i_neutral,
        i_negative,
        first_day: *days.first()?,
        last_day: *days.last()?,
        n_days: days.len() as u32,
        recent: days.iter().filter(|&&day| today - day < 128).map(|day| 1_u128 << (today - day)).sum(),
        before_recent: days.iter().copied().filter(|day| recent_days <= today - day).max().unwrap_or(NEVER),
        gap_last: gaps.iter().rev().copied().next().unwrap_or(0),
        gap_before: gaps.iter().rev().copied().nth(1).unwrap_or(0),
        ln_gaps: gaps.iter().map(|&gap| (libm::log(f64::from(gap)) * 65_536.0).round() as u64).sum(),
        last_purchase: purchases.max().unwrap_or(NEVER),
        value_minor,
    };
    Some((days, relation))
}

/// The people of an object whose last deed lies in the retention window, with their active days.
pub(crate) struct Crowd {
    pub(crate) involvements: Vec<i64>,
    pub(crate) gaps: Vec<u32>,
    /// M of everyone with two gaps, in units of 2⁻¹⁶.
    pub(crate) shares: Vec<u64>,
}

impl Crowd {
    pub(crate) fn of<'d>(world: &World, people: impl Iterator<Item = &'d (Vec<i32>, Relation)>) -> Self {
        let mut crowd = Self { involvements: Vec::new(), gaps: Vec::new(), shares: Vec::new() };
        let window_start = world.today.months_before(world.parameters.retention_months).0;
        for (days, relation) in people.filter(|(days, _)| window_start <= days[days.len() - 1]) {
            crowd.involvements.push(relation.i_positive + relation.i_neutral + relation.i_negative);
            let gaps: Vec<u32> = days.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
            if let [.., before, last] = gaps[..] {
                crowd.shares.push(u64::from(before) * 65_536 / u64::from(before + last));
            }
            crowd.gaps.extend(gaps);
        }
        crowd
    }

    fn sum(&self) -> i128 {
        self.involvements.iter().map(|&involvement| i128::from(involvement)).sum()
    }

    fn mean_gap(&self) -> Option<f64> {
        let days: u64 = self.gaps.iter().map(|&gap| u64::from(gap)).sum();
        (!self.gaps.is_empty()).then(|| days as f64 / self.gaps.len() as f64)
    }

    /// Wheat and Morrison's k to a tenth; 1 where nobody has two gaps.
    fn k(&self) -> f64 {
        if self.shares.is_empty() {
            return 1.0;
        }
        let squares: u64 = self.shares.iter().map(|&m| m.abs_diff(32_768).pow(2)).sum();
        let variance = squares as f64 / 4_294_967_296.0 / self.shares.len() as f64;
        (wheat_morrison_k(variance) * 10.0).round() / 10.0
    }

    /// Days within which someone with these gaps should be back; `None` where nobody has a gap.
    fn patience(&self, world: &World, gaps: &[u32]) -> Option<i32> {
        let (m, k) = (world.parameters.prior_gaps, self.k());
        // Of more than 64 gaps as many of the same mean length count.
        let n = (gaps.len() as u32).min(64);
        let x = beta_inc_inverse(k, k * f64::from(m + n), world.parameters.overdue_quantile);
        let span: u32 = gaps.iter().sum();
        let span = if 64 < gaps.len() { f64::from(span) * 64.0 / gaps.len() as f64 } else { f64::from(span) };
        let days = (f64::from(m) * self.mean_gap()? + span) * (x / (1.0 - x));
        Some(days.min(36_500.0).ceil() as i32)
    }

    /// Percent of the crowd in a lower class, of which each doubling has 16.
    fn percentile(&self, involvement: i64) -> u8 {
        let class = |involvement: i64| match u128::try_from(involvement) {
            Ok(value) if 0 < value => {
                let doubling = (0..64).rev().find(|&d| 1_u128 << d <= value).unwrap();
                (doubling + 1, value * 16 / (1 << doubling) - 16)
            }
            Ok(_) | Err(_) => (0, 0),
        };
        let n_below = self.involvements.iter().filter(|&&other| class(other) < class(involvement)).count();
        (n_below * 100).checked_div(self.involvements.len()).unwrap_or(0) as u8
    }
}

/// The standing of one among the crowd.
pub(crate) fn standing(world: &World, (days, relation): &(Vec<i32>, Relation), crowd: &Crowd) -> Standing {
    let parameters = &world.parameters;
    let window_start = world.today.months_before(parameters.retention_months).0;
    let is_present = window_start <= relation.last_day;
    let (plus, minus) = (i128::from(relation.i_positive), i128::from(relation.i_negative));
    let scaled = (plus + minus + i128::from(relation.i_neutral)) * crowd.involvements.len() as i128;
    let is_engaged = is_present && crowd.sum() < scaled;
    let is_customer = relation.last_purchase != NEVER && window_start <= relation.last_purchase;
    let cell = match (is_customer, is_engaged, minus <= plus) {
        (true, true, true) => Cell::A1,
        (true, false, _) => Cell::A2,
        (true, true, false) => Cell::A3,
        (false, true, true) => Cell::B1,
        (false, false, _) => Cell::B2,
        (false, true, false) => Cell::B3,
    };
    let ages: Vec<u32> = days.iter().map(|&day| (world.today.0 - day) as u32).collect();
    let (recent, before) = (parameters.recent_days, parameters.before_days);
    let n_recent = ages.iter().filter(|&&age| age < recent).count() as u32;
    let n_before = ages.iter().filter(|&&age| (recent..recent + before).contains(&age)).count() as u32;
    let lifetime = ages[0] + 1;
    let exposure = (lifetime.min(recent), lifetime.saturating_sub(recent).min(before));
    let p_falling = p_rate_fell(n_recent, exposure.0, n_before, exposure.1);
    let direction = if parameters.direction_certainty < p_falling {
        Direction::Falling
    } else if p_falling < 1.0 - parameters.direction_certainty {
        Direction::Rising
    } else {
        Direction::Steady
    };
    let gaps: Vec<u32> = days.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
    let mut standing = Standing {
        relation: *relation,
        degree_milli: (scaled * 1000 / crowd.sum().max(1)) as i64,
        is_engaged,
        percentile: crowd.percentile(relation.i_positive + relation.i_neutral + relation.i_negative),
        kind_milli: (plus + minus != 0)
            .then(|| ((plus - minus) as f64 * 1000.0 / (plus + minus) as f64).floor() as i16),
        is_customer,
        cell: is_present.then_some(cell),
        direction,
        p_falling,
        n_recent,
        n_before,
        exposure,
        due_day: crowd.patience(world, &gaps).map(|patience| relation.last_day + patience),
        stage: Stage::Active,
    };
    standing.stage = stage(world, &standing, days, crowd);
    standing
}

fn stage(world: &World, standing: &Standing, days: &[i32], crowd: &Crowd) -> Stage {
    let (today, new_days) = (world.today.0, world.parameters.new_days as i32);
    let is_overdue = standing.due_day.is_some_and(|due| due < today);
    if standing.cell.is_none() {
        return Stage::Defected;
    }
    if today - days[0] < new_days {
        return Stage::New;
    }
    if is_overdue {
        return Stage::Lapsed;
    }
    if is_won_back(world, days, crowd) {
        return Stage::WonBack;
    }
    match (standing.is_engaged, standing.direction) {
        (true, Direction::Falling) => Stage::Disengaging1,
        (false, Direction::Falling | Direction::Steady) => Stage::Disengaging2,
        (true, Direction::Steady | Direction::Rising) | (false, Direction::Rising) => Stage::Active,
    }
}

fn is_won_back(world: &World, days: &[i32], crowd: &Crowd) -> bool {
    let window = world.today.0 - world.parameters.recent_days as i32;
    let (earlier, recent): (Vec<i32>, Vec<i32>) = days.iter().partition(|&&day| day <= window);
    let (Some(&left), Some(&returned)) = (earlier.last(), recent.first()) else { return false };
    let gaps: Vec<u32> = earlier.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
    let is_fresh = world.today.0 - returned < world.parameters.new_days as i32;
    is_fresh && crowd.patience(world, &gaps).is_some_and(|patience| patience < returned - left)
}
