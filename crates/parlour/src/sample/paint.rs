//! Pictures of the sample, painted by these lines: hills, suns, cups and wheels from a seed, and nobody's but ours.

use parlour_media::draw_jpeg;

/// Pixels across and down.
const SIZE: (u32, u32) = (1200, 900);
/// Each pixel is the mean of so many by so many points, so that edges are smooth.
const POINTS: u32 = 2;

type Colour = [f32; 3];

/// Five colours that go together, from the sky down.
pub(super) const WARM: [Colour; 5] =
    [[0.97, 0.90, 0.78], [0.91, 0.62, 0.36], [0.72, 0.32, 0.20], [0.38, 0.17, 0.14], [0.98, 0.96, 0.90]];
/// The same, cool.
pub(super) const COOL: [Colour; 5] =
    [[0.80, 0.90, 0.95], [0.35, 0.60, 0.72], [0.16, 0.38, 0.52], [0.08, 0.17, 0.28], [0.96, 0.97, 0.92]];

/// What stands before the hills.
#[derive(Clone, Copy)]
pub(super) enum Motif {
    /// A cup with its steam.
    Cup,
    /// Two wheels.
    Wheels,
}

struct Seed(u64);

impl Seed {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// Hills in layers, each a sum of waves, under a sun.
struct Scene {
    colours: [Colour; 5],
    motif: Motif,
    sun: (f32, f32, f32),
    hills: Vec<[f32; 6]>,
}

/// A picture, always the same for a seed.
pub(super) fn picture(seed: u64, colours: [Colour; 5], motif: Motif) -> Vec<u8> {
    let mut random = Seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for _ in 0..8 {
        random.next();
    }
    let sun = (0.2 + 0.6 * random.next(), 0.18 + 0.2 * random.next(), 0.05 + 0.07 * random.next());
    let hill = |layer: usize, random: &mut Seed| {
        let base = 0.42 + 0.16 * layer as f32;
        [
            base,
            0.05 + 0.05 * random.next(),
            2.0 + 3.0 * random.next(),
            6.3 * random.next(),
            0.02,
            9.0 + 6.0 * random.next(),
        ]
    };
    let hills = (0..3).map(|layer| hill(layer, &mut random)).collect();
    let scene = Scene { colours, motif, sun, hills };
    let mut pixels = Vec::with_capacity((SIZE.0 * SIZE.1 * 3) as usize);
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            pixels.extend(scene.pixel(x, y));
        }
    }
    draw_jpeg(pixels, SIZE).expect("there are as many pixels as the size says")
}

impl Scene {
    fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let mut sum = [0.0; 3];
        for part in 0..POINTS * POINTS {
            let step = 1.0 / POINTS as f32;
            let (u, v) = ((part % POINTS) as f32 * step, (part / POINTS) as f32 * step);
            let at = ((x as f32 + u) / SIZE.0 as f32, (y as f32 + v) / SIZE.1 as f32);
            let colour = self.point(at);
            for (sum, part) in sum.iter_mut().zip(colour) {
                *sum += part / (POINTS * POINTS) as f32;
            }
        }
        sum.map(|part| (part.clamp(0.0, 1.0) * 255.0) as u8)
    }

    fn point(&self, (x, y): (f32, f32)) -> Colour {
        let [sky, far, near, dark, light] = self.colours;
        if let Some(colour) = self.motif_at((x, y)) {
            return colour;
        }
        let mut colour = mix(light, sky, (y * 1.6).min(1.0));
        let (sun_x, sun_y, radius) = self.sun;
        if ((x - sun_x) * 4.0 / 3.0).hypot(y - sun_y) < radius {
            colour = mix(far, light, 0.35);
        }
        for (hill, tint) in self.hills.iter().zip([far, near, dark]) {
            let [base, height, waves, phase, ripple, fast] = *hill;
            let top = base - height * (x * waves + phase).sin() - ripple * (x * fast + phase * 2.0).sin();
            if top < y {
                colour = mix(tint, dark, ((y - top) * 0.7).min(0.6));
            }
        }
        colour
    }

    fn motif_at(&self, (x, y): (f32, f32)) -> Option<Colour> {
        let [_, far, _, dark, light] = self.colours;
        let wide = x * 4.0 / 3.0;
        match self.motif {
            Motif::Cup => {
                let (u, v) = ((wide - 0.667) / 0.2, (y - 0.66) / 0.16);
                let is_bowl = (-1.0..=1.0).contains(&v) && u.abs() < 1.0 - 0.25 * (v + 1.0) * (v + 1.0) / 4.0;
                let ring = (u - 1.05).hypot(v * 0.9 + 0.1);
                let is_handle = (0.30..0.48).contains(&ring) && u > 0.85;
                let steam = (u * 6.0 + (v * 7.0).sin() * 1.2).rem_euclid(4.0);
                let is_steam = (-2.4..-1.15).contains(&v) && u.abs() < 0.7 && steam < 0.5;
                match (is_bowl, is_handle, is_steam) {
                    (true, ..) if v < -0.86 => Some(mix(far, dark, 0.5)),
                    (true, ..) => Some(mix(light, far, ((u + 1.0) * 0.25).max(0.0))),
                    (_, true, _) => Some(mix(light, far, 0.45)),
                    (.., true) => Some(light),
                    _ => None,
                }
            }
            Motif::Wheels => {
                let wheel = |centre: f32| ((wide - centre) / 0.17).hypot((y - 0.72) / 0.17);
                let spoke = |centre: f32| ((y - 0.72).atan2(wide - centre) * 8.0).sin().abs() < 0.12;
                let is_wheel = [0.42, 0.92].into_iter().any(|centre| {
                    let at = wheel(centre);
                    (0.90..1.0).contains(&at) || at < 0.08 || (at < 0.9 && spoke(centre))
                });
                let bar = |(ax, ay): (f32, f32), (bx, by): (f32, f32)| {
                    let (dx, dy) = (bx - ax, by - ay);
                    let t = (((wide - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                    (wide - ax - t * dx).hypot(y - ay - t * dy) < 0.010
                };
                let is_frame = bar((0.42, 0.72), (0.56, 0.50))
                    || bar((0.56, 0.50), (0.84, 0.50))
                    || bar((0.84, 0.50), (0.66, 0.74))
                    || bar((0.56, 0.50), (0.66, 0.74))
                    || bar((0.42, 0.72), (0.66, 0.74))
                    || bar((0.82, 0.43), (0.92, 0.72))
                    || bar((0.51, 0.46), (0.60, 0.46));
                if is_frame { Some(light) } else { is_wheel.then_some(mix(light, dark, 0.15)) }
            }
        }
    }
}

fn mix(a: Colour, b: Colour, part: f32) -> Colour {
    [0, 1, 2].map(|n| a[n] + (b[n] - a[n]) * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_picture_and_another_is_another() {
        let first = picture(1, WARM, Motif::Cup);
        assert!(first.starts_with(&[0xFF, 0xD8, 0xFF]) && 10_000 < first.len());
        assert_eq!(first, picture(1, WARM, Motif::Cup));
        assert_ne!(first, picture(2, WARM, Motif::Cup));
    }
}
