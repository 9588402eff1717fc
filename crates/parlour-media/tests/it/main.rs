//! Pictures end to end: what survives, what is refused, and that nothing makes the reader panic or grow.

use std::io::Write;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use parlour_media::{Kind, Limits, Picture, Refused, Stranger, picture};

const LIMITS: Limits =
    Limits { max_bytes: 20_000_000, max_pixels: 50_000_000, max_side: 20_000, max_memory: 500_000_000 };
/// What nobody may find in what comes out.
const PLACE: &[u8] = b"52.5200N 13.4050E Anna";

fn painted(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, ((x * y) % 200) as u8]))
}

fn jpeg_with(image: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).expect("an encoder of JPEG takes it");
    }
    encoder
        .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .expect("memory takes it");
    bytes
}

fn png(image: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder
        .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgba8)
        .expect("memory takes it");
    bytes
}

fn webp(image: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    encoder
        .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgba8)
        .expect("memory takes it");
    bytes
}

/// EXIF as a camera writes it: which way is up, a directory of the place, and a text.
fn exif(orientation: u16) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, n: u32, value: u32| {
        let mut entry = Vec::new();
        entry.extend(tag.to_le_bytes());
        entry.extend(kind.to_le_bytes());
        entry.extend(n.to_le_bytes());
        entry.extend(value.to_le_bytes());
        entry
    };
    let n_text = PLACE.len() as u32;
    bytes.extend(3u16.to_le_bytes());
    bytes.extend(entry(0x010E, 2, n_text, 100));
    bytes.extend(entry(0x0112, 3, 1, u32::from(orientation)));
    bytes.extend(entry(0x8825, 4, 1, 60));
    bytes.extend(0u32.to_le_bytes());
    bytes.resize(60, 0);
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(entry(0x0001, 2, 2, u32::from(b'N')));
    bytes.resize(100, 0);
    bytes.extend(PLACE);
    bytes
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn widths(picture: &Picture) -> Vec<u32> {
    picture.renditions.iter().map(|rendition| rendition.width).collect()
}

fn read(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("what was drawn can be read")
}

#[test]
fn a_picture_comes_out_in_every_width_it_has_pixels_for() {
    let wide = picture(&jpeg_with(&painted(2400, 1200), None), &LIMITS).unwrap();
    assert_eq!((wide.kind, wide.width, wide.height), (Kind::Jpeg, 2048, 1024));
    assert_eq!(widths(&wide), [320, 640, 1280, 2048]);
    for rendition in &wide.renditions {
        assert_eq!(Kind::of(&rendition.bytes), Ok(Kind::Jpeg));
        assert_eq!(read(&rendition.bytes).width(), rendition.width);
    }
    assert_eq!(wide.blurhash.len(), 28);
    let small = picture(&jpeg_with(&painted(500, 10), None), &LIMITS).unwrap();
    assert_eq!((widths(&small), small.width, small.height), (vec![320, 500], 500, 10));
    assert_eq!(widths(&picture(&jpeg_with(&painted(1, 1), None), &LIMITS).unwrap()), [1]);
    assert_eq!(widths(&picture(&jpeg_with(&painted(320, 9), None), &LIMITS).unwrap()), [320]);
}

#[test]
fn what_one_sees_through_stays_so_and_what_one_does_not_becomes_a_photo() {
    let glass = RgbaImage::from_fn(400, 300, |x, _| Rgba([200, 30, 40, if x < 200 { 0 } else { 255 }]));
    let solid = RgbaImage::from_fn(400, 300, |_, _| Rgba([10, 200, 30, 255]));
    for encode in [png, webp] {
        let through = picture(&encode(&glass), &LIMITS).unwrap();
        assert_eq!((through.kind, widths(&through)), (Kind::Png, vec![320, 400]));
        assert_eq!(read(&through.renditions[1].bytes).to_rgba8(), glass);
        let plain = picture(&encode(&solid), &LIMITS).unwrap();
        assert_eq!(plain.kind, Kind::Jpeg);
        assert!(
            plain.colour.iter().zip([10u8, 200, 30]).all(|(own, meant)| own.abs_diff(meant) < 6),
            "{:?}",
            plain.colour
        );
    }
}

/// No byte of what the camera wrote is left, and the picture stands upright as the camera meant it.
#[test]
fn the_place_is_gone_and_the_picture_is_upright() {
    let image = RgbImage::from_fn(60, 40, |x, _| if x < 30 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
    let sent = jpeg_with(&image, Some(exif(6)));
    assert!(contains(&sent, PLACE) && contains(&sent, b"Exif"), "the test sends what it looks for");
    let kept = picture(&sent, &LIMITS).unwrap();
    assert_eq!((kept.width, kept.height), (40, 60), "6 is turned by a quarter");
    let upright = read(&kept.renditions[0].bytes).to_rgb8();
    assert!(200 < upright.get_pixel(20, 5)[0] && 200 < upright.get_pixel(20, 55)[2], "its left is its top");
    for rendition in &kept.renditions {
        for trace in [PLACE, b"Exif", b"II*\0", b"Anna", b"ICC_PROFILE", b"xmp"] {
            assert!(!contains(&rendition.bytes, trace), "{}", String::from_utf8_lossy(trace));
        }
    }
}

/// Texts of a PNG and what is hung behind its end are left behind too.
#[test]
fn texts_and_tails_are_gone() {
    let mut sent = png(&RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 4])));
    let mut text = b"tEXtComment\0".to_vec();
    text.extend(PLACE);
    let mut chunk = ((text.len() - 4) as u32).to_be_bytes().to_vec();
    chunk.extend(&text);
    chunk.extend(crc(&text).to_be_bytes());
    sent.splice(33..33, chunk);
    sent.write_all(b"<script>alert(1)</script>").unwrap();
    let kept = picture(&sent, &LIMITS).unwrap();
    assert!(!contains(&kept.renditions[0].bytes, PLACE) && !contains(&kept.renditions[0].bytes, b"<script>"));
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// A header that promises 60,000 by 60,000 pixels is refused by its promise, in whichever kind.
#[test]
fn bombs_are_refused_by_their_header() {
    let mut bomb = png(&RgbaImage::from_pixel(8, 8, Rgba([0; 4])));
    let mut head = b"IHDR".to_vec();
    head.extend(60_000u32.to_be_bytes());
    head.extend(60_000u32.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    bomb.splice(12..29, head.clone());
    bomb.splice(29..33, crc(&head).to_be_bytes());
    assert!(matches!(picture(&bomb, &LIMITS), Err(Refused::TooManyPixels { .. })));
    let mut jpeg = jpeg_with(&painted(16, 16), None);
    let frame = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    jpeg.splice(frame + 5..frame + 9, [0xEA, 0x60, 0xEA, 0x60]);
    assert!(matches!(picture(&jpeg, &LIMITS), Err(Refused::TooManyPixels { width: 60_000, height: 60_000, .. })));
    // 16,384 is the most a WebP can say; together they are more pixels than are drawn.
    let long = Limits { max_pixels: 1000, ..LIMITS };
    let webp = webp(&RgbaImage::from_pixel(64, 64, Rgba([0; 4])));
    assert!(matches!(picture(&webp, &long), Err(Refused::TooManyPixels { width: 64, .. })));
    let thin = Limits { max_memory: 1000, ..LIMITS };
    assert!(matches!(picture(&jpeg_with(&painted(64, 64), None), &thin), Err(Refused::TooManyPixels { .. })));
}

#[test]
fn each_refusal_says_what_to_do() {
    assert_eq!(picture(b"", &LIMITS), Err(Refused::Empty));
    assert_eq!(picture(b"GIF89a....", &LIMITS), Err(Refused::Unwanted(Stranger::Gif)));
    assert_eq!(picture(b"hello, world", &LIMITS), Err(Refused::Unknown));
    let few = Limits { max_bytes: 3, ..LIMITS };
    assert_eq!(picture(b"four", &few), Err(Refused::TooLarge { n_bytes: 4, most: 3 }));
    let whole = jpeg_with(&painted(64, 64), None);
    assert_eq!(picture(&whole[..20], &LIMITS), Err(Refused::Broken));
    let heic = picture(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", &LIMITS).unwrap_err().to_string();
    assert!(heic.contains("JPEG"), "{heic}");
}

/// Whatever is done to a file, it is refused or becomes a picture; it never panics, nor grows beyond its limits.
#[test]
fn mutated_files_are_refused_or_drawn() {
    let small = RgbaImage::from_fn(40, 30, |x, y| Rgba([x as u8 * 6, y as u8 * 8, 99, (x * y) as u8]));
    let seeds = [jpeg_with(&painted(40, 30), Some(exif(3))), png(&small), webp(&small)];
    let limits = Limits { max_pixels: 1_000_000, max_side: 4000, max_memory: 20_000_000, ..LIMITS };
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut n_drawn = 0;
    for round in 0..3000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=next(6) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes[at] ^= 1 << next(8),
                2 => bytes.truncate(at + 1),
                _ => {
                    let part = bytes[at..(at + next(64)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        if let Ok(drawn) = picture(&bytes, &limits) {
            assert!(u64::from(drawn.width) * u64::from(drawn.height) <= limits.max_pixels);
            n_drawn += 1;
        }
    }
    assert!(100 < n_drawn, "some changes do no harm: {n_drawn}");
}
