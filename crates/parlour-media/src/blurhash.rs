//! BlurHash: a picture's first few waves in some thirty letters, shown until the picture itself is there.
//!
//! After <https://github.com/woltapp/blurhash/blob/master/Algorithm.md>: a cosine transform of the linear light, the mean
//! exactly, the other waves as a part of the largest of them, in digits of base 83.

use std::f64::consts::PI;

const DIGITS: &[u8; 83] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// The hash of an image: `pixels` are rows of red, green and blue, `waves` how many across and down (1 to 9 each).
/// Empty where there are no pixels.
pub fn blurhash(pixels: &[u8], (width, height): (usize, usize), waves: (usize, usize)) -> String {
    let (across, down) = (waves.0.clamp(1, 9), waves.1.clamp(1, 9));
    if width == 0 || height == 0 || pixels.len() < width * height * 3 {
        return String::new();
    }
    let light: Vec<[f64; 3]> = pixels.as_chunks::<3>().0.iter().map(|pixel| pixel.map(linear)).collect();
    let mut factors = Vec::with_capacity(across * down);
    for y in 0..down {
        for x in 0..across {
            factors.push(wave(&light, (width, height), (x, y)));
        }
    }
    let mut hash = String::with_capacity(6 + 2 * (across * down - 1));
    push(&mut hash, (across - 1) + (down - 1) * 9, 1);
    let (mean, rest) = factors.split_first().expect("there is at least one wave");
    let largest = rest.iter().flatten().fold(0.0f64, |most, part| most.max(part.abs()));
    // How large the largest wave is goes into one digit; of none, into the least.
    let step = if rest.is_empty() { 0 } else { ((largest * 166.0 - 0.5).floor()).clamp(0.0, 82.0) as usize };
    let scale = if rest.is_empty() { 1.0 } else { (step + 1) as f64 / 166.0 };
    push(&mut hash, step, 1);
    push(&mut hash, mean.map(standard).iter().fold(0, |sum, part| sum << 8 | part), 4);
    for factor in rest {
        let parts = factor.map(|part| {
            let part = part / scale;
            (part.signum() * part.abs().sqrt() * 9.0 + 9.5).floor().clamp(0.0, 18.0) as usize
        });
        push(&mut hash, parts.iter().fold(0, |sum, part| sum * 19 + part), 2);
    }
    hash
}

/// How much of one wave is in the image.
fn wave(light: &[[f64; 3]], (width, height): (usize, usize), (x, y): (usize, usize)) -> [f64; 3] {
    let cosines =
        |n: usize, of: usize| -> Vec<f64> { (0..of).map(|at| (PI * n as f64 * at as f64 / of as f64).cos()).collect() };
    let (across, down) = (cosines(x, width), cosines(y, height));
    let mut sum = [0.0; 3];
    for (row, down) in light.chunks_exact(width).zip(&down) {
        for (pixel, across) in row.iter().zip(&across) {
            for (sum, part) in sum.iter_mut().zip(pixel) {
                *sum += across * down * part;
            }
        }
    }
    let norm = if x == 0 && y == 0 { 1.0 } else { 2.0 };
    sum.map(|sum| sum * norm / (width * height) as f64)
}

fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn standard(light: f64) -> usize {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as usize
}

fn push(hash: &mut String, value: usize, n_digits: u32) {
    for place in (0..n_digits).rev() {
        hash.push(char::from(DIGITS[value / 83usize.pow(place) % 83]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(colour: [u8; 3], n: usize) -> Vec<u8> {
        colour.repeat(n)
    }

    /// Hashes that other implementations publish for images that are of one colour.
    #[test]
    fn published_hashes_come_out() {
        let black = blurhash(&plain([0; 3], 64), (8, 8), (4, 3));
        assert_eq!(black, "L00000fQfQfQfQfQfQfQfQfQfQfQ");
        assert_eq!(blurhash(&plain([255; 3], 64), (8, 8), (1, 1)), "00TSUA");
        assert_eq!(blurhash(&plain([0; 3], 4), (2, 2), (1, 1)), "000000");
        let white = blurhash(&plain([255; 3], 64), (8, 8), (4, 3));
        assert!(white.starts_with('L') && white[2..].starts_with("TSUA") && white.len() == 28, "{white}");
    }

    #[test]
    fn light_on_one_side_is_a_wave_across_and_none_down() {
        let pixels: Vec<u8> = (0..16 * 16).flat_map(|n| [if n % 16 < 8 { 255 } else { 0 }; 3]).collect();
        let hash = blurhash(&pixels, (16, 16), (2, 2));
        // "fQ" is a wave of nothing; across comes first, then down, then both.
        assert_ne!(&hash[6..8], "fQ");
        let upright: Vec<u8> = (0..16 * 16).flat_map(|n| [if n / 16 < 8 { 255 } else { 0 }; 3]).collect();
        let turned = blurhash(&upright, (16, 16), (2, 2));
        assert_eq!((&hash[6..8], &hash[8..10]), (&turned[8..10], &turned[6..8]));
    }

    #[test]
    fn no_image_has_no_hash() {
        assert_eq!(blurhash(&[], (0, 0), (4, 3)), "");
        assert_eq!(blurhash(&[1, 2, 3], (2, 2), (4, 3)), "");
    }
}
