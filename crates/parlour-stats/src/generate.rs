//! People who do exactly what a model says, from a seed: to prove that fitting finds them again, and to measure by.

use crate::beta_geometric::{BetaGeometric, Form};
use crate::bg_bb::{BgBb, Chances};
use crate::gamma_gamma::{GammaGamma, Spend};
use crate::history::History;
use crate::pareto_nbd::ParetoNbd;

/// Random numbers from a seed: xoshiro256++ (Blackman and Vigna 2019), seeded by splitmix64.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// The same seed, the same numbers, on every machine.
    pub fn new(seed: u64) -> Self {
        let mut at = seed;
        let mut next = || {
            at = at.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = at;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Self { state: std::array::from_fn(|_| next()) }
    }

    fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform on (0, 1), never 0 or 1.
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// One of the whole numbers below `n`; 0 where there is none.
    pub fn below(&mut self, n: u64) -> u64 {
        ((self.uniform() * n as f64) as u64).min(n.saturating_sub(1))
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Gamma with this shape and rate: Marsaglia and Tsang (2000), with their lift for shapes below 1.
    pub fn gamma(&mut self, shape: f64, rate: f64) -> f64 {
        if shape < 1.0 {
            let lift = libm::exp(-self.exponential() / shape);
            return self.gamma(shape + 1.0, rate) * lift;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let z = self.normal();
            let v = (1.0 + c * z).powi(3);
            if 0.0 < v && -self.exponential() < z * z / 2.0 + d - d * v + d * libm::log(v) {
                return d * v / rate;
            }
        }
    }

    /// Beta(a, b).
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a, 1.0), self.gamma(b, 1.0));
        // Both vanish only for tiny a and b, where the beta is a coin.
        if 0.0 < x + y { x / (x + y) } else { f64::from(u8::from(self.chance(a / (a + b)))) }
    }
}

/// No history has more repeats than this: a rate drawn from a tail must not fill the memory.
const MOST_REPEATS: u32 = 1_000_000;

/// A history, and whether the person was still there at the end of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Life {
    /// What a model sees.
    pub history: History,
    /// What it does not.
    pub is_alive: bool,
    /// Repeats within the time after the history that was asked for.
    pub n_ahead: u32,
}

/// Follows one person of the model until `age`, and `ahead` beyond. Times are not rounded.
pub fn beta_geometric(model: &BetaGeometric, age: f64, ahead: f64, random: &mut Random) -> Life {
    let [r, alpha, a, b] = model.parameters();
    let (rate, p) = (random.gamma(r, alpha), random.beta(a, b));
    let (k, leaves_at_first) = match model.form() {
        Form::Bg => (1, false),
        Form::Mbg => (1, true),
        Form::MbgCnbd(k) => (k, true),
    };
    let leaves_now = leaves_at_first && random.chance(p);
    let mut life = Telling::new(age, ahead, leaves_now);
    while life.goes_on() {
        let gap = (0..k).map(|_| random.exponential()).sum::<f64>() / rate;
        let leaves = random.chance(p);
        life.buy(gap, leaves);
    }
    life.end()
}

/// Follows one person of the Pareto/NBD.
pub fn pareto_nbd(model: &ParetoNbd, age: f64, ahead: f64, random: &mut Random) -> Life {
    let [r, alpha, s, beta] = model.parameters();
    let rate = random.gamma(r, alpha);
    let left_at = random.exponential() / random.gamma(s, beta);
    let mut life = Telling::new(age, ahead, false);
    life.left_at = left_at;
    while life.goes_on() {
        life.buy(random.exponential() / rate, false);
    }
    life.end()
}

/// A life while it is told.
struct Telling {
    age: f64,
    ahead: f64,
    now: f64,
    left_at: f64,
    t_x: f64,
    x: u32,
    n_ahead: u32,
    litt: f64,
}

impl Telling {
    fn new(age: f64, ahead: f64, has_left: bool) -> Self {
        let (age, ahead) = (age.clamp(0.0, f64::MAX), ahead.clamp(0.0, f64::MAX));
        let left_at = if has_left { 0.0 } else { f64::INFINITY };
        Self { age, ahead, now: 0.0, left_at, t_x: 0.0, x: 0, n_ahead: 0, litt: 0.0 }
    }

    fn goes_on(&self) -> bool {
        let end = (self.age + self.ahead).min(self.left_at);
        self.now < end && self.x < MOST_REPEATS && self.n_ahead < MOST_REPEATS
    }

    fn buy(&mut self, gap: f64, leaves: bool) {
        self.now += gap;
        if self.left_at < self.now || self.age + self.ahead < self.now {
            return;
        }
        if self.now <= self.age {
            (self.x, self.t_x) = (self.x + 1, self.now);
            self.litt += libm::log(gap);
        } else {
            self.n_ahead += 1;
        }
        if leaves {
            self.left_at = self.now;
        }
    }

    fn end(self) -> Life {
        let history = History::new(self.x, self.t_x, self.age).expect("purchases are told in order up to the age");
        Life { history: history.with_litt(self.litt), is_alive: self.age < self.left_at, n_ahead: self.n_ahead }
    }
}

/// Follows one person of the BG/BB over `n` opportunities, at most [`crate::bg_bb::MOST_OPPORTUNITIES`].
pub fn bg_bb(model: &BgBb, n: u32, random: &mut Random) -> Chances {
    let [alpha, beta, gamma, delta] = model.parameters();
    let (p, theta) = (random.beta(alpha, beta), random.beta(gamma, delta));
    let n = n.min(crate::bg_bb::MOST_OPPORTUNITIES);
    let (mut x, mut t_x) = (0, 0);
    for at in 1..=n {
        if random.chance(theta) {
            break;
        }
        if random.chance(p) {
            (x, t_x) = (x + 1, at);
        }
    }
    Chances::new(x, t_x, n).expect("purchases are told in order up to n")
}

/// The mean of `x` purchases of one person of the Gamma-Gamma.
pub fn gamma_gamma(model: &GammaGamma, x: u32, random: &mut Random) -> Spend {
    let [p, q, gamma] = model.parameters();
    let nu = random.gamma(q, gamma);
    let mean = random.gamma(p * f64::from(x), nu * f64::from(x));
    Spend { x, mean, weight: 1.0 }
}
